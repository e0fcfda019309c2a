use std::ops::ControlFlow;

use crate::error::Result;
use crate::examples::Examples;
use crate::network::Network;
use crate::training::{Trace, Training};

/// How well a network does in inference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluation {
    /// The mean loss, in nats.
    pub loss: f64,
    /// The share of examples whose most probable class is their label.
    pub accuracy: f64,
}

// Not generic on purpose: what is called from an unoptimized program, such as the test of a
// chapter, still runs as it was compiled here.
impl Network<f32> {
    /// Trains, and shows the network at each step (counted from 0), after the backward pass
    /// and before the weights move: [`Network::fit_observed`] for those who only watch.
    ///
    /// ```
    /// use bn_lab::{NetworkParams, Teacher10, TrainingParams};
    /// let examples = Teacher10::new(0).sample(640, 0)?;
    /// let mut network = NetworkParams::new(64).dense(16).relu().dense(10).check()?.build(0);
    /// let mut gradients = Vec::new();
    /// let training = TrainingParams::new().steps(5).check()?;
    /// network.fit_watched(&examples, &training, 0, &mut |_, network| {
    ///     gradients.extend(network.dense(0).map(|layer| layer.weights.gradient.clone()));
    ///     Ok(())
    /// })?;
    /// assert!(gradients.len() == 5 && gradients[0] != gradients[4]);
    /// # Ok::<(), bn_lab::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Network::fit_observed`].
    pub fn fit_watched(
        &mut self,
        on: &Examples,
        training: &Training,
        seed: u64,
        look: &mut dyn FnMut(usize, &Network) -> Result<()>,
    ) -> Result<Trace> {
        self.fit_observed(on.x.view(), on.targets(), training, seed, |seen| {
            look(seen.step, seen.network)?;
            Ok(ControlFlow::Continue(()))
        })
    }

    /// Loss and accuracy in inference on some examples, the statistics of every batch norm
    /// taken anew from others: with training examples, these are the precise statistics.
    ///
    /// ```
    /// use bn_lab::{NetworkParams, Teacher10};
    /// let examples = Teacher10::new(0).sample(500, 0)?;
    /// let plan = NetworkParams::new(64).dense(16).batch_norm().relu().dense(10);
    /// let network = plan.check()?.build::<f32>(0);
    /// let untrained = network.evaluate(&examples, &examples)?;
    /// assert!(untrained.accuracy < 0.3 && untrained.loss > 1.5);
    /// // A batch of all examples, in training, has the same statistics.
    /// let in_training = network.clone().differentiate(examples.x.view(), examples.targets(), None)?;
    /// assert!((untrained.loss - in_training).abs() < 1e-4);
    /// # Ok::<(), bn_lab::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Network::adapt`] and [`Network::loss`].
    pub fn evaluate(&self, on: &Examples, statistics_of: &Examples) -> Result<Evaluation> {
        let mut network = self.clone();
        network.adapt(statistics_of.x.view(), 0.0)?;
        Ok(Evaluation {
            loss: network.loss(on.x.view(), on.targets())?,
            accuracy: network.accuracy(on.x.view(), on.labels.view())?,
        })
    }
}
