//! Statistics of the wrong batch: running averages that lag, and batches whose composition
//! gives the labels away.

use ndarray::{Array1, Array2};
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::error::Result;
use crate::examples::Examples;
use crate::experiment::Experiment;
use crate::layer::{Activation, Layer};
use crate::network::{Network, Targets};
use crate::random::Stream;
use crate::sgd::Sgd;
use crate::teacher::{Teacher10, normal};

use super::mlp::{Mlp, Norm, plain};

/// Three hidden ReLU layers on [`Teacher10`], batches of 16, learning rate 0.1, 1500 steps,
/// running statistics with momentum 0.1 and 0.01. The error of the running mean of the first and
/// the last batch norm (root mean square over the channels of its distance from the precise mean,
/// in standard deviations), and the test accuracy with running and with precise statistics.
pub static RUNNING: Experiment = Experiment {
    id: "running-statistics",
    arms: &[
        "error of the first mean, 0.1",
        "error of the last mean, 0.1",
        "accuracy, 0.1",
        "error of the first mean, 0.01",
        "error of the last mean, 0.01",
        "accuracy, 0.01",
        "accuracy, precise",
    ],
    draws: 4,
    measure: running,
};

/// One example in m is of class 1, either in every batch (`one of m`) or on average (`iid`):
/// the loss on new batches of the same kind with their own statistics (`in training`), and
/// with precise statistics (`in inference`), and the difference (`gap`).
pub static LEAKAGE: Experiment = Experiment {
    id: "leakage",
    arms: &[
        "m = 4, one of m, in training",
        "m = 4, one of m, in inference",
        "m = 4, one of m, gap",
        "m = 4, iid, in training",
        "m = 4, iid, in inference",
        "m = 4, iid, gap",
        "m = 16, one of m, in training",
        "m = 16, one of m, in inference",
        "m = 16, one of m, gap",
        "m = 16, iid, in training",
        "m = 16, iid, in inference",
        "m = 16, iid, gap",
    ],
    draws: 12,
    measure: |seed| Ok([leakage(4, seed)?, leakage(16, seed)?].concat()),
};

fn running(seed: u64) -> Result<Vec<f64>> {
    let teacher = Teacher10::new(seed);
    let (training, test) = (teacher.sample(4000, 0)?, teacher.sample(2000, 1)?);
    let accuracy = |network: &Network| network.accuracy(test.x.view(), test.labels.view());
    let mut values = Vec::new();
    let mut in_the_end = 0.0;
    for momentum in [0.1, 0.01] {
        let plan = Mlp::teacher(3, Activation::Relu).plan(Norm::Batch);
        let mut network: Network = plan.running_momentum(momentum).check()?.build(seed);
        let params = plain(1500, 16, 0.1).check()?;
        network.fit(training.x.view(), training.labels.view(), &params, seed)?;
        let mut precise = network.clone();
        precise.adapt(training.x.view(), 0.0)?;
        let errors = mean_errors(&network, &precise);
        values.extend([errors[0], errors[errors.len() - 1], accuracy(&network)?]);
        in_the_end = accuracy(&precise)?;
    }
    values.push(in_the_end);
    Ok(values)
}

/// How far the running means are from the precise ones, in standard deviations: one number
/// for each batch norm.
fn mean_errors(running: &Network, precise: &Network) -> Vec<f64> {
    let layers = running.layers().iter().zip(precise.layers());
    let of_layer = |(r, p): (&Layer<f32>, &Layer<f32>)| match (r, p) {
        (Layer::BatchNorm(r), Layer::BatchNorm(p)) => {
            let (r, p) = (r.norm().running(), p.norm().running());
            let squares = (&r.mean - &p.mean).mapv(|d| d * d) / &p.variance;
            Some(f64::from(squares.mean().unwrap_or(f32::NAN)).sqrt())
        }
        _ => None,
    };
    layers.filter_map(of_layer).collect()
}

/// How batches are put together.
#[derive(Debug, Clone, Copy)]
enum Batches {
    OneOfM,
    Iid,
}

const INPUTS: usize = 20;
const STEPS: usize = 1500;

fn leakage(m: usize, seed: u64) -> Result<Vec<f64>> {
    let world = Noisy::new(m, seed);
    let mlp = Mlp {
        inputs: INPUTS,
        width: 64,
        depth: 2,
        classes: 2,
        activation: Activation::Relu,
    };
    let sgd = Sgd::new(0.05, 0.0)?;
    let mut values = Vec::new();
    for batches in [Batches::OneOfM, Batches::Iid] {
        let mut network = mlp.build(Norm::Batch, seed)?;
        let mut rng = Stream::Batches.of(seed);
        for _ in 0..STEPS {
            let batch = world.batch(batches, &mut rng)?;
            network.differentiate(batch.x.view(), batch.targets(), None)?;
            network.step(&sgd);
        }
        let mut rng = Stream::Split.of(seed);
        let (mut pool_x, mut pool_labels) = (Vec::new(), Vec::new());
        let mut in_training = 0.0;
        let tests = 4000 / m;
        let mut judge = network.clone();
        for _ in 0..tests {
            let batch = world.batch(batches, &mut rng)?;
            in_training += judge.differentiate(batch.x.view(), batch.targets(), None)?;
            pool_x.extend(batch.x.iter().copied());
            pool_labels.extend(batch.labels.iter().copied());
        }
        let x = Array2::from_shape_fn((tests * m, INPUTS), |(i, j)| pool_x[i * INPUTS + j]);
        let labels = Array1::from(pool_labels);
        network.adapt(x.view(), 0.0)?;
        let in_inference = network.loss(x.view(), Targets::Classes(labels.view()))?;
        let in_training = in_training / tests as f64;
        values.extend([in_training, in_inference, in_inference - in_training]);
    }
    Ok(values)
}

/// Two classes that overlap: `x ~ N(±d, I)` along a random direction, one in m of class 1.
struct Noisy {
    m: usize,
    direction: Array1<f32>,
}

impl Noisy {
    fn new(m: usize, seed: u64) -> Self {
        let direction = normal(1, INPUTS, &mut Stream::Teacher.of(seed));
        let length = direction.iter().map(|d| d * d).sum::<f32>().sqrt();
        Noisy {
            m,
            direction: direction.row(0).mapv(|d| 0.7 * d / length),
        }
    }

    fn batch(&self, batches: Batches, rng: &mut Xoshiro256PlusPlus) -> Result<Examples> {
        let m = self.m;
        let mut labels: Vec<usize> = match batches {
            Batches::OneOfM => (0..m).map(|i| usize::from(i == 0)).collect(),
            Batches::Iid => (0..m)
                .map(|_| usize::from(rng.random::<f64>() < 1.0 / m as f64))
                .collect(),
        };
        labels.shuffle(rng);
        let mut x = normal(m, INPUTS, rng);
        for (mut row, &label) in x.rows_mut().into_iter().zip(&labels) {
            let side = if label == 1 { 1.0 } else { -1.0 };
            row.scaled_add(side, &self.direction);
        }
        Examples::new(x, labels.into())
    }
}
