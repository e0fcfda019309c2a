//! Batch norm with noise behind it, so that distributions shift at every step.

use crate::error::Result;
use crate::experiment::Experiment;
use crate::layer::Activation;
use crate::teacher::Teacher10;
use crate::training::End;

use super::mlp::{Mlp, Norm, final_loss, plain};

/// Ten ReLU layers on [`Teacher10`], 500 steps: the training loss, evaluated without noise,
/// at the learning rates 0.3 and 0.1, and whether noise without batch norm diverged (1) or
/// not (0).
pub static NOISY: Experiment = Experiment {
    id: "noisy-batch-norm",
    arms: &[
        "none at 0.3",
        "bn at 0.3",
        "noisy bn at 0.3",
        "noisy none at 0.3",
        "noisy none at 0.3 diverged",
        "none at 0.1",
        "bn at 0.1",
        "noisy bn at 0.1",
    ],
    draws: 1,
    measure,
};

fn measure(seed: u64) -> Result<Vec<f64>> {
    let examples = Teacher10::new(seed).sample(4000, 0)?;
    let run = |norm, rate| {
        let mut network = Mlp::teacher(10, Activation::Relu).build(norm, seed)?;
        final_loss(&mut network, &examples, 10, plain(500, 64, rate), seed)
    };
    let (end, noisy_none) = run(Norm::Noisy, 0.3)?;
    let diverged = f64::from(u8::from(matches!(end, End::Diverged { .. })));
    Ok(vec![
        run(Norm::None, 0.3)?.1,
        run(Norm::Batch, 0.3)?.1,
        run(Norm::NoisyBatch, 0.3)?.1,
        noisy_none,
        diverged,
        run(Norm::None, 0.1)?.1,
        run(Norm::Batch, 0.1)?.1,
        run(Norm::NoisyBatch, 0.1)?.1,
    ])
}
