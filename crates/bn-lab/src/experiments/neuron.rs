//! One neuron with batch norm learns to shrink: the regularization that the noise of small
//! batches amounts to.

use crate::error::Result;
use crate::experiment::Experiment;
use crate::layer::Layer;
use crate::loss::Loss;
use crate::network::{Network, NetworkParams, Targets};
use crate::random::Stream;
use crate::sgd::Sgd;
use crate::teacher::normal;

/// A neuron `y = γ x̂ + β` imitates `y = x`, `x ~ N(0, 1)`, by stochastic gradient descent on
/// the squared error with batches of 4, 8 and 32: the γ it learns (the mean of the last half of
/// 8000 steps).
pub static NEURON: Experiment = Experiment {
    id: "one-neuron",
    arms: &["γ, m = 4", "γ, m = 8", "γ, m = 32"],
    draws: 1,
    measure: |seed| [4, 8, 32].iter().map(|&m| learned_gamma(m, seed)).collect(),
};

const STEPS: usize = 8000;

fn learned_gamma(m: usize, seed: u64) -> Result<f64> {
    // The dense layer behind the batch norm is held at 1.
    let plan = NetworkParams::new(1).epsilon(1e-12).batch_norm().dense(1);
    let mut network: Network<f64> = plan.loss(Loss::SquaredError).check()?.build(seed);
    let sgd = Sgd::new(0.02, 0.0)?;
    let mut rng = Stream::Inputs.of(seed);
    let mut sum = 0.0;
    for step in 0..STEPS {
        if let Layer::Dense(one) = &mut network.layers_mut()[1] {
            one.weights.value.fill(1.0);
            one.bias.value.fill(0.0);
        }
        let x = normal(m, 1, &mut rng).mapv(f64::from);
        network.differentiate(x.view(), Targets::Numbers(x.view()), None)?;
        network.step(&sgd);
        if let (Layer::BatchNorm(norm), true) = (&network.layers()[0], step >= STEPS / 2) {
            sum += norm.norm().gamma()[0];
        }
    }
    Ok(sum / (STEPS - STEPS / 2) as f64)
}
