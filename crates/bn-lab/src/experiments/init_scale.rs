//! Weights that start ten times too small or too large.

use crate::error::Result;
use crate::experiment::Experiment;
use crate::layer::Activation;
use crate::network::Network;
use crate::teacher::Teacher10;
use crate::training::End;

use super::mlp::{Mlp, Norm, final_loss, plain};

/// Ten ReLU layers on [`Teacher10`] at learning rate 0.1, 300 steps: the training loss for
/// He's weights times 0.1, 1 and 10, and whether the last diverged (1) or not (0).
pub static INIT_SCALE: Experiment = Experiment {
    id: "init-scale",
    arms: &[
        "×0.1, none",
        "×1, none",
        "×10, none",
        "×10 diverged, none",
        "×0.1, bn",
        "×1, bn",
        "×10, bn",
        "×10 diverged, bn",
    ],
    draws: 1,
    measure,
};

fn measure(seed: u64) -> Result<Vec<f64>> {
    let examples = Teacher10::new(seed).sample(4000, 0)?;
    let mut values = Vec::new();
    for norm in [Norm::None, Norm::Batch] {
        let mut diverged = 0.0;
        for scale in [0.1, 1.0, 10.0] {
            let plan = Mlp::teacher(10, Activation::Relu).plan(norm);
            let mut network: Network = plan.init_scale(scale).check()?.build(seed);
            let (end, loss) = final_loss(&mut network, &examples, 10, plain(300, 64, 0.1), seed)?;
            values.push(loss);
            diverged = f64::from(u8::from(matches!(end, End::Diverged { .. })));
        }
        values.push(diverged);
    }
    Ok(values)
}
