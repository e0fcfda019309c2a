use std::ops::ControlFlow;

use ndarray::{Array2, ArrayView2};

use crate::error::Result;
use crate::examples::Examples;
use crate::layer::{Activation, Init, Layer, NoiseParams};
use crate::network::{Network, NetworkParams};
use crate::training::{End, Observation, TrainingParams};

/// What stands between a dense layer and its activation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Norm {
    None,
    Batch,
    Ghost(usize),
    /// Batch norm, then Santurkar's noise.
    NoisyBatch,
    /// Santurkar's noise alone.
    Noisy,
}

/// A multilayer perceptron with hidden layers of one width.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mlp {
    pub(super) inputs: usize,
    pub(super) width: usize,
    pub(super) depth: usize,
    pub(super) classes: usize,
    pub(super) activation: Activation,
}

impl Mlp {
    /// For [`Teacher10`](crate::Teacher10), 48 wide.
    pub(super) fn teacher(depth: usize, activation: Activation) -> Self {
        Mlp {
            inputs: 64,
            width: 48,
            depth,
            classes: 10,
            activation,
        }
    }

    /// He weights for ReLU, Xavier weights for the others.
    pub(super) fn plan(self, norm: Norm) -> NetworkParams {
        let noise = NoiseParams::santurkar();
        let mut plan = NetworkParams::new(self.inputs).init(match self.activation {
            Activation::Relu => Init::He,
            Activation::Tanh | Activation::Sigmoid => Init::Xavier,
        });
        for _ in 0..self.depth {
            plan = plan.dense(self.width);
            plan = match norm {
                Norm::None => plan,
                Norm::Batch => plan.batch_norm(),
                Norm::Ghost(m) => plan.ghost_batch_norm(m),
                Norm::NoisyBatch => plan.batch_norm().noise(noise),
                Norm::Noisy => plan.noise(noise),
            };
            plan = plan.activation(self.activation);
        }
        plan.dense(self.classes)
    }

    pub(super) fn build(self, norm: Norm, seed: u64) -> Result<Network> {
        Ok(self.plan(norm).check()?.build(seed))
    }
}

/// Plain gradient descent: no momentum.
pub(super) fn plain(steps: usize, batch: usize, learning_rate: f64) -> TrainingParams {
    TrainingParams::new()
        .steps(steps)
        .batch(batch)
        .learning_rate(learning_rate)
        .momentum(0.0)
}

pub(super) fn go_on(_: Observation<'_, f32>) -> Result<ControlFlow<()>> {
    Ok(ControlFlow::Continue(()))
}

/// The loss of a network that guesses: no result counts as worse. A diverged run is
/// one that has to guess.
pub(super) fn guessing(classes: usize) -> f64 {
    (classes as f64).ln()
}

/// Trains, and says how it ended and what loss the network has on its training examples:
/// clean, with precise statistics, and no worse than guessing.
pub(super) fn final_loss(
    network: &mut Network,
    examples: &Examples,
    classes: usize,
    training: TrainingParams,
    seed: u64,
) -> Result<(End, f64)> {
    let training = training.check()?;
    let trace = network.fit_observed(
        examples.x.view(),
        examples.targets(),
        &training,
        seed,
        go_on,
    )?;
    let loss = match trace.end {
        End::Diverged { .. } => guessing(classes),
        End::Finished | End::Stopped { .. } => clean_loss(network, examples, examples, classes)?,
    };
    Ok((trace.end, loss))
}

/// The loss on `test` with precise statistics from `training`, no worse than guessing.
pub(super) fn clean_loss(
    network: &Network,
    training: &Examples,
    test: &Examples,
    classes: usize,
) -> Result<f64> {
    let Some(precise) = precise(network, training.x.view()) else {
        return Ok(guessing(classes));
    };
    let loss = precise.loss(test.x.view(), test.targets())?;
    // Written so that NaN counts as guessing.
    Ok(if loss < guessing(classes) {
        loss
    } else {
        guessing(classes)
    })
}

/// A copy with precise statistics; `None` if the network's own numbers have overflowed.
pub(super) fn precise(network: &Network, x: ArrayView2<f32>) -> Option<Network> {
    let mut network = network.clone();
    network.adapt(x, 0.0).ok().map(|()| network)
}

/// What the last activation gets to see of these examples, normalized as in training.
pub(super) fn inputs_of_last_activation(
    network: &Network,
    probe: &Examples,
) -> Result<Array2<f32>> {
    let mut network = network.clone();
    network.differentiate(probe.x.view(), probe.targets(), None)?;
    let is_activation = |layer: &Layer<f32>| matches!(layer, Layer::Activation(_));
    let last = network.layers().iter().rposition(is_activation);
    let input = last.and_then(|i| network.activation(i.wrapping_sub(1)));
    Ok(input.unwrap_or(probe.x.view()).to_owned())
}

/// The positions of the dense layers.
pub(super) fn dense_layers(network: &Network) -> Vec<usize> {
    let layers = network.layers().iter().enumerate();
    layers
        .filter(|(_, layer)| matches!(layer, Layer::Dense(_)))
        .map(|(i, _)| i)
        .collect()
}

/// The weights of a dense layer and their gradient, in one row each.
pub(super) fn weights_and_gradient(network: &Network, layer: usize) -> (Vec<f64>, Vec<f64>) {
    let wide = |a: &Array2<f32>| a.iter().map(|&v| f64::from(v)).collect();
    match network.layers().get(layer) {
        Some(Layer::Dense(dense)) => (wide(&dense.weights.value), wide(&dense.weights.gradient)),
        _ => (Vec::new(), Vec::new()),
    }
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub(super) fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

pub(super) fn distance(a: &[f64], b: &[f64]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2));
    squares.sum::<f64>().sqrt()
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The value that a share `q` of sorted values does not exceed, with linear interpolation.
pub(super) fn quantile(sorted: &[f64], q: f64) -> f64 {
    let at = q * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    below + (above - below) * at.fract()
}
