//! Internal covariate shift as Santurkar et al. measure it: how much the gradient of a layer
//! changes because the layers before it have made their step.

use std::ops::ControlFlow;

use crate::error::Result;
use crate::experiment::Experiment;
use crate::layer::Activation;
use crate::network::{Network, Targets};
use crate::sgd::Sgd;
use crate::teacher::Teacher10;

use super::mlp::{
    Mlp, Norm, clean_loss, dense_layers, distance, dot, mean, norm, plain, weights_and_gradient,
};

/// Six hidden ReLU layers on [`Teacher10`], learning rate 0.1, 300 steps, measured at every
/// tenth, for the last hidden layer and for the second.
///
/// ```text
/// G  = ∂L/∂Wᵢ before the step
/// G′ = ∂L/∂Wᵢ on the same batch after the layers before i have made theirs
/// L2 = ‖G − G′‖      cosine = ⟨G, G′⟩ / ‖G‖‖G′‖
/// ```
pub static RELU: Experiment = Experiment {
    id: "ics-relu",
    arms: ARMS,
    measure: |seed| measure(Activation::Relu, seed),
};

/// The same with tanh.
pub static TANH: Experiment = Experiment {
    id: "ics-tanh",
    arms: ARMS,
    measure: |seed| measure(Activation::Tanh, seed),
};

const ARMS: &[&str] = &[
    "L2 of the last layer, none",
    "cosine of the last layer, none",
    "L2 of the second layer, none",
    "cosine of the second layer, none",
    "loss, none",
    "L2 of the last layer, bn",
    "cosine of the last layer, bn",
    "L2 of the second layer, bn",
    "cosine of the second layer, bn",
    "loss, bn",
];

const RATE: f64 = 0.1;
const DEPTH: usize = 6;
const BATCH: usize = 64;

fn measure(activation: Activation, seed: u64) -> Result<Vec<f64>> {
    let teacher = Teacher10::new(seed);
    let training = teacher.sample(4000, 0)?;
    // The batch on which both gradients are taken: a fresh one each time, from a pool of its own.
    let pool = teacher.sample(30 * BATCH, 2)?;
    let sgd = Sgd::new(RATE, 0.0)?;
    let params = plain(300, BATCH, RATE).check()?;
    let mut values = Vec::new();
    for kind in [Norm::None, Norm::Batch] {
        let mut network = Mlp::teacher(DEPTH, activation).build(kind, seed)?;
        let dense = dense_layers(&network);
        let (last, second) = (dense[DEPTH - 1], dense[1]);
        let mut shifts: [Vec<f64>; 4] = Default::default();
        network.fit_observed(
            training.x.view(),
            training.targets(),
            &params,
            seed,
            |seen| {
                if seen.step % 10 == 0 {
                    let start = (seen.step / 10) * BATCH;
                    let rows = ndarray::s![start..start + BATCH, ..];
                    let (x, labels) = (
                        pool.x.slice(rows),
                        pool.labels.slice(ndarray::s![start..start + BATCH]),
                    );
                    let gradient_at = |network: &mut Network, layer| -> Result<Vec<f64>> {
                        network.differentiate(x, Targets::Classes(labels), None)?;
                        Ok(weights_and_gradient(network, layer).1)
                    };
                    for (k, layer) in [last, second].into_iter().enumerate() {
                        let mut before = seen.network.clone();
                        let g = gradient_at(&mut before, layer)?;
                        let mut after = before.clone();
                        after.step(&sgd);
                        let unmoved = &before.layers()[layer..];
                        after.layers_mut()[layer..].clone_from_slice(unmoved);
                        let g_prime = gradient_at(&mut after, layer)?;
                        shifts[2 * k].push(distance(&g, &g_prime));
                        shifts[2 * k + 1].push(dot(&g, &g_prime) / (norm(&g) * norm(&g_prime)));
                    }
                }
                Ok(ControlFlow::Continue(()))
            },
        )?;
        values.extend(shifts.iter().map(|s| mean(s)));
        values.push(clean_loss(&network, &training, &training, 10)?);
    }
    Ok(values)
}
