//! The noise of batch norm and nothing else: statistics over small sub-batches, the gradient
//! over all examples.

use std::ops::ControlFlow;

use ndarray::{Array1, Array2};
use rand::RngExt;

use crate::error::Result;
use crate::examples::Examples;
use crate::experiment::Experiment;
use crate::layer::Activation;
use crate::network::Network;
use crate::random::Stream;
use crate::teacher::normal;

use super::mlp::{Mlp, Norm, clean_loss, guessing, plain, precise};

/// 256 examples of 20 numbers, two classes set by a random tanh network, 15% of the training
/// labels flipped; two hidden layers of 64 ReLU units; every step sees all 256 examples, in new
/// sub-batches of m, at learning rate 0.3.
///
/// The test loss after 400 steps; the test loss when the (clean) training loss first falls to
/// 0.2, however many steps that takes (1500 at most); and the training loss after 400 steps.
/// `γ decay` is m = 256 with a decay of 0.01 of the scales.
pub static GHOST: Experiment = Experiment {
    id: "ghost-batches",
    arms: &[
        "test loss, m = 4",
        "test loss, m = 8",
        "test loss, m = 16",
        "test loss, m = 64",
        "test loss, m = 256",
        "test loss, none",
        "test loss, γ decay",
        "matched test loss, m = 4",
        "matched test loss, m = 8",
        "matched test loss, m = 16",
        "matched test loss, m = 64",
        "matched test loss, m = 256",
        "matched test loss, none",
        "matched test loss, γ decay",
        "training loss, m = 4",
        "training loss, m = 8",
        "training loss, m = 16",
        "training loss, m = 64",
        "training loss, m = 256",
        "training loss, none",
        "training loss, γ decay",
    ],
    draws: 2,
    measure,
};

const N: usize = 256;
const INPUTS: usize = 20;
const STEPS: usize = 400;
const PATIENCE: usize = 1500;
const MATCH: f64 = 0.2;
const EVERY: usize = 5;

fn measure(seed: u64) -> Result<Vec<f64>> {
    let (training, test) = noisy_labels(seed)?;
    let arms = [
        (Norm::Ghost(4), 0.0),
        (Norm::Ghost(8), 0.0),
        (Norm::Ghost(16), 0.0),
        (Norm::Ghost(64), 0.0),
        (Norm::Batch, 0.0),
        (Norm::None, 0.0),
        (Norm::Batch, 0.01),
    ];
    let mut columns: [Vec<f64>; 3] = Default::default();
    for (norm, gamma_decay) in arms {
        let run = one_run(norm, gamma_decay, &training, &test, seed)?;
        for (column, value) in columns.iter_mut().zip(run) {
            column.push(value);
        }
    }
    Ok(columns.concat())
}

/// Test loss after so many steps, test loss at the matched training loss, training loss after
/// so many steps.
fn one_run(
    norm: Norm,
    gamma_decay: f64,
    training: &Examples,
    test: &Examples,
    seed: u64,
) -> Result<[f64; 3]> {
    let mlp = Mlp {
        inputs: INPUTS,
        width: 64,
        depth: 2,
        classes: 2,
        activation: Activation::Relu,
    };
    let mut network = mlp.build(norm, seed)?;
    let params = plain(PATIENCE + 1, N, 0.3)
        .gamma_decay(gamma_decay)
        .check()?;
    let (mut at_end, mut matched) = (None, None);
    let mut before: Option<(f64, f64)> = None;
    network.fit_observed(
        training.x.view(),
        training.targets(),
        &params,
        seed,
        |seen| {
            if seen.step % EVERY == 0 {
                let fitted = clean_loss(seen.network, training, training, mlp.classes)?;
                let near = matched.is_none() && fitted < 1.5 * MATCH;
                if near || seen.step == STEPS || seen.step == PATIENCE {
                    let tested = uncapped_loss(seen.network, training, test)?;
                    if matched.is_none() && (fitted <= MATCH || seen.step == PATIENCE) {
                        // Between two looks, the test loss is taken to go in a straight line.
                        let (f, t) = before.unwrap_or((fitted, tested));
                        let way = if f > fitted {
                            (f - MATCH) / (f - fitted)
                        } else {
                            1.0
                        };
                        matched = Some(t + way.min(1.0) * (tested - t));
                    }
                    if seen.step == STEPS {
                        at_end = Some((tested, fitted));
                    }
                    before = Some((fitted, tested));
                }
            }
            let done = matched.is_some() && at_end.is_some();
            Ok(if done {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        },
    )?;
    // A run that diverged has nothing but a guess to show.
    let (tested, fitted) = at_end.unwrap_or((guessing(2), guessing(2)));
    Ok([tested, matched.unwrap_or(guessing(2)), fitted])
}

/// The loss with precise statistics. Not capped: being sure and wrong is what overfitting is.
fn uncapped_loss(network: &Network, training: &Examples, test: &Examples) -> Result<f64> {
    match precise(network, training.x.view()) {
        Some(precise) => precise.loss(test.x.view(), test.targets()),
        None => Ok(guessing(2)),
    }
}

/// 256 examples to train on with 15% of their labels flipped, 2000 clean ones to test on.
fn noisy_labels(seed: u64) -> Result<(Examples, Examples)> {
    let mut rng = Stream::Teacher.of(seed);
    let (a, c): (Array2<f32>, Array2<f32>) = (
        normal(INPUTS, INPUTS, &mut rng),
        normal(INPUTS, 1, &mut rng),
    );
    let mut inputs = Stream::Inputs.of(seed);
    let mut draw = |n: usize| -> (Array2<f32>, Array1<usize>) {
        let x = normal(n, INPUTS, &mut inputs);
        let scale = 1.5 / (INPUTS as f32).sqrt();
        let score = (x.dot(&a) * scale).mapv_into(f32::tanh).dot(&c);
        let labels = score.column(0).mapv(|s| usize::from(s > 0.0));
        (x, labels)
    };
    let (x, mut labels) = draw(N);
    let (x_test, labels_test) = draw(2000);
    let mut flips = Stream::Flips.of(seed);
    for label in &mut labels {
        if flips.random::<f64>() < 0.15 {
            *label = 1 - *label;
        }
    }
    Ok((
        Examples::new(x, labels)?,
        Examples::new(x_test, labels_test)?,
    ))
}
