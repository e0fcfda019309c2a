use bn_core::Float;

use crate::error::{Error, Result};
use crate::network::Network;
use crate::sgd::Sgd;

/// How to train, not yet checked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrainingParams {
    steps: usize,
    batch: usize,
    learning_rate: f64,
    momentum: f64,
    weight_decay: f64,
    gamma_decay: f64,
}

impl TrainingParams {
    /// 500 steps with batches of 64, learning rate 0.05, momentum 0.9, no decay.
    pub fn new() -> Self {
        TrainingParams {
            steps: 500,
            batch: 64,
            learning_rate: 0.05,
            momentum: 0.9,
            weight_decay: 0.0,
            gamma_decay: 0.0,
        }
    }

    /// The number of steps.
    pub fn steps(mut self, steps: usize) -> Self {
        self.steps = steps;
        self
    }

    /// The number of examples per step.
    pub fn batch(mut self, batch: usize) -> Self {
        self.batch = batch;
        self
    }

    /// The learning rate of [`Sgd`].
    pub fn learning_rate(mut self, learning_rate: f64) -> Self {
        self.learning_rate = learning_rate;
        self
    }

    /// The momentum of [`Sgd`].
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// The decay of the weights of dense layers, λ of [`Sgd`].
    pub fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }

    /// The decay of the scales of normalizations, λ of [`Sgd`].
    pub fn gamma_decay(mut self, gamma_decay: f64) -> Self {
        self.gamma_decay = gamma_decay;
        self
    }

    /// Checks the parameters once.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] if the batch is empty, or as [`Sgd::new`] and
    /// [`Sgd::with_decay`].
    pub fn check(self) -> Result<Training> {
        if self.batch == 0 {
            return Err(Error::Parameter {
                name: "batch",
                given: "0".to_string(),
                expected: "at least 1 example",
            });
        }
        Ok(Training {
            steps: self.steps,
            batch: self.batch,
            sgd: Sgd::new(self.learning_rate, self.momentum)?
                .with_decay(self.weight_decay, self.gamma_decay)?,
        })
    }
}

impl Default for TrainingParams {
    fn default() -> Self {
        TrainingParams::new()
    }
}

/// How to train, checked. Made by [`TrainingParams::check`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Training {
    steps: usize,
    batch: usize,
    sgd: Sgd,
}

impl Training {
    /// The number of steps.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// The number of examples per step.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// The optimizer.
    pub fn sgd(&self) -> &Sgd {
        &self.sgd
    }
}

/// One step of training, as an observer sees it: after the backward pass, before the
/// weights move.
#[derive(Debug)]
pub struct Observation<'a, F: Float> {
    /// The step, counted from 0.
    pub step: usize,
    /// The loss of its batch.
    pub loss: f64,
    /// The network, with the activations and gradients of this step.
    pub network: &'a Network<F>,
}

/// What happened during training.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The loss of the batch of every step, in nats.
    pub losses: Vec<f64>,
    /// How training ended.
    pub end: End,
}

/// How training ended. A diverged run is a result like any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All steps were made.
    Finished,
    /// The observer ended it before the weights moved in this step (counted from 0).
    Stopped {
        /// The step.
        step: usize,
    },
    /// The loss of this step (counted from 0) was NaN or infinite.
    Diverged {
        /// The step.
        step: usize,
    },
}
