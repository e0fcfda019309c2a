//! Dropout in front of a batch norm: the variance that training sees is not the variance that
//! inference gets.

use bn_core::Moments;
use ndarray::{Array1, Array2};

use crate::error::Result;
use crate::experiment::Experiment;
use crate::layer::{Activation, Init};
use crate::network::{Network, NetworkParams};
use crate::random::Stream;
use crate::teacher::{Teacher10, normal};
use crate::training::TrainingParams;

/// Inputs behind dropout that keeps a share p, rectified normal numbers and plain ones: their
/// variance in inference divided by their variance in training.
pub static VARIANCE: Experiment = Experiment {
    id: "dropout-variance",
    arms: &[
        "rectified, p = 0.5",
        "rectified, p = 0.7",
        "rectified, p = 0.9",
        "zero mean, p = 0.5",
        "zero mean, p = 0.7",
        "zero mean, p = 0.9",
    ],
    draws: 1,
    measure: variance,
};

/// [`Teacher10`] with 1000 examples, two hidden layers of 100 ReLU units, 1500 steps, learning
/// rate 0.1: test accuracy without anything, with dropout (keep 0.7) behind each activation,
/// with batch norm, with both (so that the second batch norm stands behind dropout), and with
/// both after the statistics were taken anew in inference.
pub static TOGETHER: Experiment = Experiment {
    id: "dropout-together",
    arms: &["none", "dropout", "bn", "both", "both, statistics anew"],
    draws: 1,
    measure: together,
};

fn variance(seed: u64) -> Result<Vec<f64>> {
    let z = normal(4000, 32, &mut Stream::Inputs.of(seed));
    let rectified = z.mapv(|z| z.max(0.0));
    let mut values = Vec::new();
    for x in [&rectified, &z] {
        for keep in [0.5, 0.7, 0.9] {
            values.push(variance_ratio(x, keep, seed)?);
        }
    }
    Ok(values)
}

fn variance_ratio(x: &Array2<f32>, keep: f64, seed: u64) -> Result<f64> {
    let plan = NetworkParams::new(x.ncols()).dropout(keep).dense(2);
    let mut network: Network = plan.check()?.build(seed);
    network.loss_and_gradients(x.view(), Array1::zeros(x.nrows()).view(), None)?;
    let mean_variance = |x: ndarray::ArrayView2<f32>| -> Result<f64> {
        Ok(f64::from(Moments::of(x)?.variance.sum()) / x.ncols() as f64)
    };
    let in_training = network.activation(0).map_or(Ok(f64::NAN), mean_variance)?;
    Ok(mean_variance(x.view())? / in_training)
}

fn together(seed: u64) -> Result<Vec<f64>> {
    let teacher = Teacher10::new(seed);
    let (training, test) = (teacher.sample(1000, 0)?, teacher.sample(2000, 1)?);
    let train = |batch_norm: bool, dropout: bool| -> Result<Network> {
        let mut plan = NetworkParams::new(64).init(Init::He);
        for _ in 0..2 {
            plan = plan.dense(100);
            if batch_norm {
                plan = plan.batch_norm();
            }
            plan = plan.activation(Activation::Relu);
            if dropout {
                plan = plan.dropout(0.7);
            }
        }
        let mut network: Network = plan.dense(10).check()?.build(seed);
        let params = TrainingParams::new()
            .steps(1500)
            .learning_rate(0.1)
            .momentum(0.0);
        network.fit(
            training.x.view(),
            training.labels.view(),
            &params.check()?,
            seed,
        )?;
        Ok(network)
    };
    let accuracy = |network: &Network| network.accuracy(test.x.view(), test.labels.view());
    let both = train(true, true)?;
    let mut anew = both.clone();
    anew.adapt(training.x.view(), 0.0)?;
    Ok(vec![
        accuracy(&train(false, false)?)?,
        accuracy(&train(false, true)?)?,
        accuracy(&train(true, false)?)?,
        accuracy(&both)?,
        accuracy(&anew)?,
    ])
}
