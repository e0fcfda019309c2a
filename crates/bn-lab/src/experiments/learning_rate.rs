//! Which learning rates a network survives, and how far it gets with the best of them.

use crate::error::Result;
use crate::examples::Examples;
use crate::experiment::Experiment;
use crate::layer::Activation;
use crate::teacher::Teacher10;
use crate::training::End;

use super::mlp::{Mlp, Norm, final_loss, plain};

/// Ten ReLU layers on [`Teacher10`], 300 steps, learning rates from 0.003 to 10.
pub static RELU: Experiment = Experiment {
    id: "learning-rate-relu",
    arms: ARMS,
    draws: 1,
    measure: |seed| {
        let rates = &[0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];
        let mlp = Mlp::teacher(10, Activation::Relu);
        sweep(
            mlp,
            &Teacher10::new(seed).sample(4000, 0)?,
            300,
            rates,
            seed,
        )
    },
};

/// Ten tanh layers on [`Teacher10`], 800 steps, learning rates from 0.03 to 1.
pub static TANH: Experiment = Experiment {
    id: "learning-rate-tanh",
    arms: ARMS,
    draws: 1,
    measure: |seed| {
        let rates = &[0.03, 0.1, 0.3, 1.0];
        let mlp = Mlp::teacher(10, Activation::Tanh);
        sweep(
            mlp,
            &Teacher10::new(seed).sample(4000, 0)?,
            800,
            rates,
            seed,
        )
    },
};

/// Ten ReLU layers on the quality of wines, 300 steps, learning rates from 0.003 to 10.
#[cfg(feature = "linfa")]
pub static WINE: Experiment = Experiment {
    id: "learning-rate-wine",
    arms: ARMS,
    draws: 1,
    measure: |seed| {
        let rates = &[0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];
        let mlp = Mlp {
            inputs: 11,
            classes: 2,
            ..Mlp::teacher(10, Activation::Relu)
        };
        sweep(mlp, &crate::real::wine_quality(seed)?.0, 300, rates, seed)
    },
};

/// Twenty ReLU layers at the learning rates 0.3 and 1, 300 steps: 1 if the loss became NaN,
/// else 0; and the training loss.
pub static DEEP: Experiment = Experiment {
    id: "learning-rate-deep",
    arms: &[
        "diverged at 0.3, none",
        "loss at 0.3, none",
        "diverged at 1, none",
        "loss at 1, none",
        "diverged at 0.3, bn",
        "loss at 0.3, bn",
        "diverged at 1, bn",
        "loss at 1, bn",
    ],
    draws: 1,
    measure: |seed| {
        let examples = Teacher10::new(seed).sample(4000, 0)?;
        let mlp = Mlp::teacher(20, Activation::Relu);
        let mut values = Vec::new();
        for norm in [Norm::None, Norm::Batch] {
            for rate in [0.3, 1.0] {
                let mut network = mlp.build(norm, seed)?;
                let training = plain(300, 64, rate);
                let (end, loss) = final_loss(&mut network, &examples, 10, training, seed)?;
                let diverged = matches!(end, End::Diverged { .. });
                values.extend([f64::from(u8::from(diverged)), loss]);
            }
        }
        Ok(values)
    },
};

/// The training loss at the best learning rate of each arm and at 0.1, and the largest
/// learning rate at which the loss stayed finite.
const ARMS: &[&str] = &[
    "best loss, none",
    "loss at 0.1, none",
    "largest rate, none",
    "best loss, bn",
    "loss at 0.1, bn",
    "largest rate, bn",
];

fn sweep(
    mlp: Mlp,
    examples: &Examples,
    steps: usize,
    rates: &[f64],
    seed: u64,
) -> Result<Vec<f64>> {
    let mut values = Vec::new();
    for norm in [Norm::None, Norm::Batch] {
        let (mut best, mut fixed, mut largest) = (f64::INFINITY, f64::NAN, rates[0]);
        for &rate in rates {
            let mut network = mlp.build(norm, seed)?;
            let training = plain(steps, 64, rate);
            let (end, loss) = final_loss(&mut network, examples, mlp.classes, training, seed)?;
            if end == End::Finished {
                largest = rate;
            }
            if rate == 0.1 {
                fixed = loss;
            }
            best = best.min(loss);
        }
        values.extend([best, fixed, largest]);
    }
    Ok(values)
}
