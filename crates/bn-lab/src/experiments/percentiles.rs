//! How far the input of the last sigmoid drifts, and whose patience runs out.

use crate::error::Result;
use crate::experiment::Experiment;
use crate::layer::{Activation, Init};
use crate::network::Network;
use crate::teacher::Teacher10;

use std::ops::ControlFlow;

use super::mlp::{Mlp, Norm, inputs_of_last_activation, plain, precise, quantile};

/// Ioffe & Szegedy's Figure 1 on [`Teacher10`]: three hidden layers of 100 sigmoids, weights
/// from N(0, 0.1²), batches of 60, learning rate 0.5, 3000 steps.
///
/// The drift of a percentile is its mean absolute change over 100 steps, for the units of the
/// last hidden layer; `relative` divides it by the spread of the unit. Steps to an accuracy
/// are counted in hundreds, 3000 at most.
pub static PERCENTILES: Experiment = Experiment {
    id: "percentiles",
    arms: &[
        "drift of the 15th, none",
        "drift of the 50th, none",
        "drift of the 85th, none",
        "relative drift of the 50th, none",
        "accuracy at 500, none",
        "accuracy at 3000, none",
        "steps to 0.5, none",
        "drift of the 15th, bn",
        "drift of the 50th, bn",
        "drift of the 85th, bn",
        "relative drift of the 50th, bn",
        "accuracy at 500, bn",
        "accuracy at 3000, bn",
        "steps to 0.5, bn",
    ],
    draws: 1,
    measure,
};

const STEPS: usize = 3000;
const EVERY: usize = 100;
const SHARES: [f64; 3] = [0.15, 0.5, 0.85];

fn measure(seed: u64) -> Result<Vec<f64>> {
    let teacher = Teacher10::new(seed);
    let training = teacher.sample(4000, 0)?;
    let test = teacher.sample(2000, 1)?;
    let probe = teacher.sample(256, 2)?;
    let mut values = Vec::new();
    for norm in [Norm::None, Norm::Batch] {
        let mlp = Mlp {
            width: 100,
            ..Mlp::teacher(3, Activation::Sigmoid)
        };
        let plan = mlp.plan(norm).init(Init::Normal(0.1));
        let mut network: Network = plan.check()?.build(seed);
        let mut laws = Vec::new();
        let mut accuracies = Vec::new();
        let mut look = |network: &Network| -> Result<()> {
            laws.push(percentiles(network, &probe)?);
            let precise = precise(network, training.x.view());
            accuracies.push(match precise {
                Some(precise) => precise.accuracy(test.x.view(), test.labels.view())?,
                None => 0.1,
            });
            Ok(())
        };
        let params = plain(STEPS, 60, 0.5).check()?;
        network.fit_observed(
            training.x.view(),
            training.targets(),
            &params,
            seed,
            |seen| {
                if seen.step % EVERY == 0 {
                    look(seen.network)?;
                }
                Ok(ControlFlow::Continue(()))
            },
        )?;
        look(&network)?;
        let drift = |k: usize| -> f64 {
            let pairs = laws.windows(2).map(|w| {
                let units = w[0].iter().zip(&w[1]);
                let moved: f64 = units.clone().map(|(a, b)| (a[k] - b[k]).abs()).sum();
                moved / units.len() as f64
            });
            pairs.sum::<f64>() / (laws.len() - 1) as f64
        };
        let spread: f64 = {
            let units: Vec<f64> = laws.iter().flatten().map(|u| 0.5 * (u[2] - u[0])).collect();
            units.iter().sum::<f64>() / units.len() as f64
        };
        let patience = accuracies.iter().position(|&a| a >= 0.5);
        values.extend([
            drift(0),
            drift(1),
            drift(2),
            drift(1) / spread,
            accuracies[500 / EVERY],
            accuracies[STEPS / EVERY],
            patience.map_or(STEPS, |k| k * EVERY).max(EVERY) as f64,
        ]);
    }
    Ok(values)
}

/// The 15th, 50th and 85th percentile of each unit of the last hidden layer, before its sigmoid.
fn percentiles(network: &Network, probe: &crate::Examples) -> Result<Vec<[f64; 3]>> {
    let z = inputs_of_last_activation(network, probe)?;
    let unit = |column: ndarray::ArrayView1<f32>| {
        let mut values: Vec<f64> = column.iter().map(|&z| f64::from(z)).collect();
        values.sort_by(f64::total_cmp);
        SHARES.map(|q| quantile(&values, q))
    };
    Ok(z.columns().into_iter().map(unit).collect())
}
