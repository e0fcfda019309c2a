//! How smooth the loss is along its gradient.

use std::ops::ControlFlow;

use crate::error::Result;
use crate::examples::Examples;
use crate::experiment::Experiment;
use crate::layer::Activation;
use crate::network::Network;
use crate::sgd::Sgd;
use crate::teacher::Teacher10;

use super::mlp::{Mlp, Norm, distance, norm, plain, quantile};

/// Six hidden ReLU layers on [`Teacher10`], learning rate 0.1, 200 steps. At every twentieth, the
/// network goes 0.025 to 0.4 times its gradient down, on one batch that training does not see
/// (of 64 examples, as large as the batches of training, and of 1024): the range of the losses
/// it meets, the largest change of the gradient, and the effective smoothness (medians over
/// the steps).
///
/// ```text
/// β_eff = max_η ‖g(w) − g(w − ηg)‖ / ‖ηg‖
/// ```
pub static RELU: Experiment = Experiment {
    id: "landscape-relu",
    arms: ARMS,
    draws: 2,
    measure: |seed| measure(6, Activation::Relu, seed),
};

/// The same with twelve hidden ReLU layers.
pub static DEEP_RELU: Experiment = Experiment {
    id: "landscape-relu-12",
    arms: ARMS,
    draws: 1,
    measure: |seed| measure(12, Activation::Relu, seed),
};

/// The same with six hidden tanh layers.
pub static TANH: Experiment = Experiment {
    id: "landscape-tanh",
    arms: ARMS,
    draws: 1,
    measure: |seed| measure(6, Activation::Tanh, seed),
};

const ARMS: &[&str] = &[
    "loss range on 64, none",
    "gradient change on 64, none",
    "smoothness on 64, none",
    "loss range on 1024, none",
    "gradient change on 1024, none",
    "smoothness on 1024, none",
    "loss range on 64, bn",
    "gradient change on 64, bn",
    "smoothness on 64, bn",
    "loss range on 1024, bn",
    "gradient change on 1024, bn",
    "smoothness on 1024, bn",
];

const WAYS: [f64; 5] = [0.025, 0.05, 0.1, 0.2, 0.4];
const EVERY: usize = 20;
const PROBES: [usize; 2] = [64, 1024];

fn measure(depth: usize, activation: Activation, seed: u64) -> Result<Vec<f64>> {
    let teacher = Teacher10::new(seed);
    let training = teacher.sample(4000, 0)?;
    let params = plain(200, 64, 0.1).check()?;
    let mut values = Vec::new();
    for kind in [Norm::None, Norm::Batch] {
        let mut network = Mlp::teacher(depth, activation).build(kind, seed)?;
        let mut found: [Vec<f64>; 3 * PROBES.len()] = Default::default();
        network.fit_observed(
            training.x.view(),
            training.targets(),
            &params,
            seed,
            |seen| {
                if seen.step % EVERY == 0 {
                    let mut column = found.iter_mut();
                    for size in PROBES {
                        let probe = teacher.sample(size, 2 + seen.step as u64)?;
                        for value in along_the_gradient(seen.network, &probe)? {
                            column.next().into_iter().for_each(|c| c.push(value));
                        }
                    }
                }
                Ok(ControlFlow::Continue(()))
            },
        )?;
        for mut all in found {
            all.sort_by(f64::total_cmp);
            values.push(quantile(&all, 0.5));
        }
    }
    Ok(values)
}

/// Loss range, largest gradient change, effective smoothness.
fn along_the_gradient(network: &Network, probe: &Examples) -> Result<[f64; 3]> {
    let (x, targets) = (probe.x.view(), probe.targets());
    let mut here = network.clone();
    let loss = here.differentiate(x, targets, None)?;
    let g = all_gradients(&mut here);
    let (mut least, mut most, mut change, mut smoothness) = (loss, loss, 0.0_f64, 0.0_f64);
    for eta in WAYS {
        let mut there = here.clone();
        there.step(&Sgd::new(eta, 0.0)?);
        let loss = there.differentiate(x, targets, None)?;
        let moved = distance(&g, &all_gradients(&mut there));
        least = least.min(loss);
        most = most.max(loss);
        change = change.max(moved);
        smoothness = smoothness.max(moved / (eta * norm(&g)));
    }
    Ok([most - least, change, smoothness])
}

fn all_gradients(network: &mut Network) -> Vec<f64> {
    let mut all = Vec::new();
    network.each_parameter(|_, p| all.extend(p.gradient.iter().map(|&g| f64::from(g))));
    all
}
