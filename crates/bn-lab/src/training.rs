use crate::error::{Error, Result};
use crate::sgd::Sgd;

/// How to train, not yet checked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrainingParams {
    steps: usize,
    batch: usize,
    learning_rate: f64,
    momentum: f64,
}

impl TrainingParams {
    /// 500 steps with batches of 64, learning rate 0.05, momentum 0.9.
    pub fn new() -> Self {
        TrainingParams {
            steps: 500,
            batch: 64,
            learning_rate: 0.05,
            momentum: 0.9,
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

    /// Checks the parameters once.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] if the batch is empty, or as [`Sgd::new`].
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
            sgd: Sgd::new(self.learning_rate, self.momentum)?,
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

    pub(crate) fn sgd(&self) -> &Sgd {
        &self.sgd
    }
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
    /// The loss of this step (counted from 0) was NaN or infinite.
    Diverged {
        /// The step.
        step: usize,
    },
}
