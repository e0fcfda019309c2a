//! What follows from batch norm's blindness to the scale of the weights before it.

use std::ops::ControlFlow;

use crate::error::Result;
use crate::experiment::Experiment;
use crate::layer::{Activation, Layer};
use crate::network::Network;
use crate::teacher::Teacher10;
use crate::training::TrainingParams;

use super::mlp::{Mlp, Norm, dense_layers, dot, mean, norm, plain, weights_and_gradient};

/// One hidden layer of 48 ReLU units with batch norm, in `f64`, on a batch of [`Teacher10`]:
/// what happens to loss and gradient when its weights are multiplied by 10, and the cosine
/// between weights and gradient.
pub static SCALED: Experiment = Experiment {
    id: "scaled-weights",
    arms: &[
        "change of the loss",
        "gradient, weights × 10",
        "gradient",
        "cosine, ε = 1e-5",
        "cosine, ε = 1e-12",
    ],
    draws: 1,
    measure: scaled,
};

/// The same layer, trained at learning rate η = 0.1 with weight decay λ = 0.01 until its
/// weights have the size at which decay and gradient balance.
///
/// ```text
/// ‖w‖⁴ = η E‖ĝ‖² / 2λ      ĝ = ‖w‖ g, the gradient at length 1
/// angle between w before and after a step: √(2ηλ)
/// ```
///
/// Measured over the last 1000 of 4000 steps; the angle is the root of the mean square.
pub static EQUILIBRIUM: Experiment = Experiment {
    id: "equilibrium",
    arms: &[
        "‖w‖² measured",
        "‖w‖² predicted",
        "angle measured",
        "angle predicted",
    ],
    draws: 1,
    measure: equilibrium,
};

fn scaled(seed: u64) -> Result<Vec<f64>> {
    let examples = Teacher10::new(seed).sample(128, 0)?;
    let x = examples.x.mapv(f64::from);
    let run = |scale: f64, epsilon: f64| -> Result<(f64, Vec<f64>, Vec<f64>)> {
        let plan = Mlp::teacher(1, Activation::Relu)
            .plan(Norm::Batch)
            .epsilon(epsilon);
        let mut network: Network<f64> = plan.check()?.build(seed);
        if let Layer::Dense(dense) = &mut network.layers_mut()[0] {
            dense.weights.value *= scale;
        }
        let loss = network.loss_and_gradients(x.view(), examples.labels.view(), None)?;
        Ok(match &network.layers()[0] {
            Layer::Dense(dense) => (
                loss,
                dense.weights.value.iter().copied().collect(),
                dense.weights.gradient.iter().copied().collect(),
            ),
            _ => (loss, Vec::new(), Vec::new()),
        })
    };
    let cosine = |w: &[f64], g: &[f64]| dot(w, g).abs() / (norm(w) * norm(g));
    let (loss, w, g) = run(1.0, 1e-12)?;
    let (loss_10, _, g_10) = run(10.0, 1e-12)?;
    let (_, w_rough, g_rough) = run(1.0, 1e-5)?;
    Ok(vec![
        (loss_10 - loss).abs(),
        norm(&g_10),
        norm(&g),
        cosine(&w_rough, &g_rough),
        cosine(&w, &g),
    ])
}

fn equilibrium(seed: u64) -> Result<Vec<f64>> {
    let (rate, decay) = (0.1, 0.01);
    let examples = Teacher10::new(seed).sample(4000, 0)?;
    let mut network = Mlp::teacher(1, Activation::Relu).build(Norm::Batch, seed)?;
    let first = dense_layers(&network)[0];
    let training: TrainingParams = plain(4000, 64, rate).weight_decay(decay);
    let training = training.check()?;
    let (mut squares, mut unit_gradients, mut angles) = (Vec::new(), Vec::new(), Vec::new());
    let mut before: Option<Vec<f64>> = None;
    network.fit_observed(
        examples.x.view(),
        examples.targets(),
        &training,
        seed,
        |seen| {
            if seen.step >= 3000 {
                let (w, g) = weights_and_gradient(seen.network, first);
                let square = dot(&w, &w);
                squares.push(square);
                unit_gradients.push(square * dot(&g, &g));
                if let Some(before) = before.replace(w.clone()) {
                    let cosine = dot(&before, &w) / (norm(&before) * norm(&w));
                    angles.push(cosine.min(1.0).acos().powi(2));
                }
            }
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(vec![
        mean(&squares),
        (rate * mean(&unit_gradients) / (2.0 * decay)).sqrt(),
        mean(&angles).sqrt(),
        (2.0 * rate * decay).sqrt(),
    ])
}
