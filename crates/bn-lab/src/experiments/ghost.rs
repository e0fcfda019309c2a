//! The noise of batch norm and nothing else: statistics over small sub-batches, the gradient
//! over all examples.

use std::ops::{ControlFlow, Range};

use ndarray::{Array1, Array2};
use rand::RngExt;
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::estimate::Estimate;
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
const LEARNING_RATE: f64 = 0.3;
const MLP: Mlp = Mlp {
    inputs: INPUTS,
    width: 64,
    depth: 2,
    classes: 2,
    activation: Activation::Relu,
};

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
    let mut network = MLP.build(norm, seed)?;
    let params = plain(PATIENCE + 1, N, LEARNING_RATE)
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
                let fitted = clean_loss(seen.network, training, training, MLP.classes)?;
                let near = matched.is_none() && fitted < 1.5 * MATCH;
                if near || seen.step == STEPS || seen.step == PATIENCE {
                    let tested = uncapped_loss(seen.network, training, test)?;
                    if matched.is_none() && (fitted <= MATCH || seen.step == PATIENCE) {
                        let now = (fitted, tested);
                        matched = Some(test_loss_at(MATCH, before.unwrap_or(now), now));
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

/// The test loss where the training loss passes a level between two looks, each a training
/// loss with its test loss: it is taken to go in a straight line.
fn test_loss_at(level: f64, before: (f64, f64), now: (f64, f64)) -> f64 {
    let ((f, t), (fitted, tested)) = (before, now);
    let way = if f > fitted {
        (f - level) / (f - fitted)
    } else {
        1.0
    };
    t + way.min(1.0) * (tested - t)
}

/// Training and test loss along the runs of [`GHOST`], one run for each seed: clean, with
/// precise statistics.
#[derive(Debug, Clone, PartialEq)]
pub struct LossCurves {
    steps: Vec<usize>,
    training: Array2<f64>,
    test: Array2<f64>,
}

/// Trains the network of [`GHOST`] for 400 steps and looks at its losses on the way, more
/// often in the beginning.
/// `Some(m)` takes the statistics over sub-batches of `m`; `None` leaves batch norm out.
///
/// # Errors
///
/// [`Error::Parameter`] if `m` is not between 2 and 256.
///
/// ```
/// use bn_lab::experiments::ghost::loss_curves;
/// let curves = loss_curves(Some(16), 0..2)?;
/// let training = curves.training()?;
/// assert_eq!((curves.steps()[0], curves.steps()[training.len() - 1]), (0, 400));
/// assert!(training[training.len() - 1].high < training[0].low);
/// // At the same training loss, one test loss for each seed.
/// assert_eq!(curves.test_at(0.4)?.len(), 2);
/// # Ok::<(), bn_lab::Error>(())
/// ```
pub fn loss_curves(m: Option<usize>, seeds: Range<u64>) -> Result<LossCurves> {
    let norm = match m {
        None => Norm::None,
        Some(m) if (2..=N).contains(&m) => Norm::Ghost(m),
        Some(m) => {
            return Err(Error::Parameter {
                name: "m",
                given: m.to_string(),
                expected: "2 to 256 of the 256 examples",
            });
        }
    };
    let steps: Vec<usize> = (0..40).step_by(5).chain((40..=STEPS).step_by(20)).collect();
    let runs = seeds.into_par_iter();
    let runs = runs.map(|seed| curve(norm, &steps, seed));
    let runs = runs.collect::<Result<Vec<_>>>()?;
    let shape = (runs.len(), steps.len());
    Ok(LossCurves {
        training: Array2::from_shape_fn(shape, |(seed, look)| runs[seed][look].0),
        test: Array2::from_shape_fn(shape, |(seed, look)| runs[seed][look].1),
        steps,
    })
}

/// Training and test loss at each look; where a run has diverged, those of a guess.
fn curve(norm: Norm, steps: &[usize], seed: u64) -> Result<Vec<(f64, f64)>> {
    let (training, test) = noisy_labels(seed)?;
    let mut network = MLP.build(norm, seed)?;
    let params = plain(STEPS + 1, N, LEARNING_RATE).check()?;
    let mut losses = Vec::new();
    let (x, targets) = (training.x.view(), training.targets());
    network.fit_observed(x, targets, &params, seed, |seen| {
        if steps.contains(&seen.step) {
            losses.push(match precise(seen.network, training.x.view()) {
                Some(precise) => (
                    precise.loss(training.x.view(), training.targets())?,
                    precise.loss(test.x.view(), test.targets())?,
                ),
                None => (guessing(2), guessing(2)),
            });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    losses.resize(steps.len(), (guessing(2), guessing(2)));
    Ok(losses)
}

impl LossCurves {
    /// The steps at which the losses were looked at.
    pub fn steps(&self) -> &[usize] {
        &self.steps
    }

    /// The training loss at each look, over the seeds.
    ///
    /// # Errors
    ///
    /// As [`Estimate::of`].
    pub fn training(&self) -> Result<Vec<Estimate>> {
        over_seeds(&self.training)
    }

    /// The test loss at each look, over the seeds.
    ///
    /// # Errors
    ///
    /// As [`Estimate::of`].
    pub fn test(&self) -> Result<Vec<Estimate>> {
        over_seeds(&self.test)
    }

    /// The test loss of each seed when its training loss first falls to `training_loss`.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] if a seed starts below, or never gets there.
    pub fn test_at(&self, training_loss: f64) -> Result<Vec<f64>> {
        let runs = self.training.rows().into_iter().zip(self.test.rows());
        let at = |(training, test): (ndarray::ArrayView1<f64>, ndarray::ArrayView1<f64>)| {
            let first = training.iter().position(|&loss| loss <= training_loss);
            match first {
                Some(k) if k > 0 => Ok(test_loss_at(
                    training_loss,
                    (training[k - 1], test[k - 1]),
                    (training[k], test[k]),
                )),
                _ => Err(Error::Parameter {
                    name: "training loss",
                    given: training_loss.to_string(),
                    expected: "a loss that every seed comes down to",
                }),
            }
        };
        runs.map(at).collect()
    }
}

fn over_seeds(losses: &Array2<f64>) -> Result<Vec<Estimate>> {
    let looks = losses.columns().into_iter();
    looks.map(|look| Estimate::of(&look.to_vec())).collect()
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
