//! Internal covariate shift as Santurkar et al. measure it: how much the gradient of a layer
//! changes because the layers before it have made their step.

use std::ops::ControlFlow;

use crate::error::Result;
use crate::examples::Examples;
use crate::experiment::Experiment;
use crate::layer::Activation;
use crate::network::Network;
use crate::sgd::Sgd;
use crate::teacher::Teacher10;

use super::mlp::{
    Mlp, Norm, clean_loss, dense_layers, distance, dot, mean, norm, plain, weights_and_gradient,
};

/// Six hidden ReLU layers on [`Teacher10`], learning rate 0.1, 300 steps, measured at every
/// thirtieth, for the last hidden layer and for the second. Both gradients are taken on one
/// batch that training does not see: of 64 examples, as large as the batches of training, and
/// of 1024, where little but the shift is left.
///
/// ```text
/// G  = ∂L/∂Wᵢ before the step
/// G′ = ∂L/∂Wᵢ on the same batch after the layers before i have made theirs
/// L2 = ‖G − G′‖      cosine = ⟨G, G′⟩ / ‖G‖‖G′‖
/// ```
pub static RELU: Experiment = Experiment {
    id: "ics-relu",
    arms: ARMS,
    draws: 2,
    measure: |seed| measure(Activation::Relu, seed),
};

/// The same with tanh.
pub static TANH: Experiment = Experiment {
    id: "ics-tanh",
    arms: ARMS,
    draws: 1,
    measure: |seed| measure(Activation::Tanh, seed),
};

const ARMS: &[&str] = &[
    "L2 of the last layer on 64, none",
    "cosine of the last layer on 64, none",
    "L2 of the second layer on 64, none",
    "cosine of the second layer on 64, none",
    "L2 of the last layer on 1024, none",
    "cosine of the last layer on 1024, none",
    "L2 of the second layer on 1024, none",
    "cosine of the second layer on 1024, none",
    "loss, none",
    "L2 of the last layer on 64, bn",
    "cosine of the last layer on 64, bn",
    "L2 of the second layer on 64, bn",
    "cosine of the second layer on 64, bn",
    "L2 of the last layer on 1024, bn",
    "cosine of the last layer on 1024, bn",
    "L2 of the second layer on 1024, bn",
    "cosine of the second layer on 1024, bn",
    "loss, bn",
];

const RATE: f64 = 0.1;
const DEPTH: usize = 6;
const EVERY: usize = 30;
const STEPS: usize = 300;
const PROBES: [usize; 2] = [64, 1024];

fn measure(activation: Activation, seed: u64) -> Result<Vec<f64>> {
    let teacher = Teacher10::new(seed);
    let training = teacher.sample(4000, 0)?;
    let sgd = Sgd::new(RATE, 0.0)?;
    let params = plain(STEPS, 64, RATE).check()?;
    let mut values = Vec::new();
    for kind in [Norm::None, Norm::Batch] {
        let mut network = Mlp::teacher(DEPTH, activation).build(kind, seed)?;
        let dense = dense_layers(&network);
        let layers = [dense[DEPTH - 1], dense[1]];
        let mut shifts: [Vec<f64>; 2 * 2 * PROBES.len()] = Default::default();
        network.fit_observed(
            training.x.view(),
            training.targets(),
            &params,
            seed,
            |seen| {
                if seen.step % EVERY == 0 {
                    let mut column = shifts.iter_mut();
                    for size in PROBES {
                        let probe = teacher.sample(size, 2 + seen.step as u64)?;
                        for layer in layers {
                            let (g, g_prime) = gradients(seen.network, layer, &probe, &sgd)?;
                            let cosine = dot(&g, &g_prime) / (norm(&g) * norm(&g_prime));
                            for value in [distance(&g, &g_prime), cosine] {
                                column.next().into_iter().for_each(|c| c.push(value));
                            }
                        }
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

/// G and G′ of a layer.
fn gradients(
    network: &Network,
    layer: usize,
    probe: &Examples,
    sgd: &Sgd,
) -> Result<(Vec<f64>, Vec<f64>)> {
    let gradient_at = |network: &mut Network| -> Result<Vec<f64>> {
        network.differentiate(probe.x.view(), probe.targets(), None)?;
        Ok(weights_and_gradient(network, layer).1)
    };
    let mut before = network.clone();
    let g = gradient_at(&mut before)?;
    let mut after = before.clone();
    after.step(sgd);
    after.layers_mut()[layer..].clone_from_slice(&before.layers()[layer..]);
    Ok((g, gradient_at(&mut after)?))
}
