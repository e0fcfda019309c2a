//! Three quantities that are easily taken for one: how far the weights move, how far the two
//! moments of a layer's input move, and how far its whole law moves.

use std::ops::ControlFlow;

use bn_core::Moments;
use bn_core::distance::{sliced_w2, w2_squared_gaussian};

use crate::error::Result;
use crate::experiment::Experiment;
use crate::layer::Activation;
use crate::random::Stream;
use crate::teacher::{Teacher10, normal};

use super::mlp::{
    Mlp, Norm, dense_layers, inputs_of_last_activation, mean, norm, plain, weights_and_gradient,
};

/// Two hidden ReLU layers on [`Teacher10`], learning rate 0.1, 400 steps: the mean size of a
/// step of the second layer's weights, and how far the input of its activation moves in 20
/// steps: its two moments (root mean square over the units of the W₂ distance between
/// Gaussians with these moments), and its law (sliced W₂ over 32 directions). And the mean size
/// of a step of the second layer's weights with four hidden layers.
pub static RELU: Experiment = Experiment {
    id: "three-quantities-relu",
    arms: ARMS,
    draws: 1,
    measure: |seed| measure(Activation::Relu, seed),
};

/// The same with tanh.
pub static TANH: Experiment = Experiment {
    id: "three-quantities-tanh",
    arms: ARMS,
    draws: 1,
    measure: |seed| measure(Activation::Tanh, seed),
};

const ARMS: &[&str] = &[
    "step of the weights, none",
    "drift of the moments, none",
    "drift of the law, none",
    "step of the weights of four layers, none",
    "step of the weights, bn",
    "drift of the moments, bn",
    "drift of the law, bn",
    "step of the weights of four layers, bn",
];

const RATE: f64 = 0.1;

fn measure(activation: Activation, seed: u64) -> Result<Vec<f64>> {
    let teacher = Teacher10::new(seed);
    let training = teacher.sample(4000, 0)?;
    let probe = teacher.sample(256, 2)?;
    let mlp = Mlp::teacher(2, activation);
    let directions = normal(32, mlp.width, &mut Stream::Directions.of(seed));
    let params = plain(401, 64, RATE).check()?;
    let mut values = Vec::new();
    for kind in [Norm::None, Norm::Batch] {
        let mut network = mlp.build(kind, seed)?;
        let second = dense_layers(&network)[1];
        let mut steps = Vec::new();
        let mut laws = Vec::new();
        network.fit_observed(
            training.x.view(),
            training.targets(),
            &params,
            seed,
            |seen| {
                steps.push(RATE * norm(&weights_and_gradient(seen.network, second).1));
                if seen.step % 20 == 0 {
                    laws.push(inputs_of_last_activation(seen.network, &probe)?);
                }
                Ok(ControlFlow::Continue(()))
            },
        )?;
        let (mut moments, mut whole) = (Vec::new(), Vec::new());
        for pair in laws.windows(2) {
            let (before, after) = (pair[0].view(), pair[1].view());
            let squares = w2_squared_gaussian(&Moments::of(before)?, &Moments::of(after)?)?;
            let units = squares.len() as f64;
            moments.push((f64::from(squares.sum()) / units).sqrt());
            whole.push(f64::from(sliced_w2(before, after, directions.view())?));
        }
        values.extend([mean(&steps), mean(&moments), mean(&whole)]);

        let mut deeper = Mlp::teacher(4, activation).build(kind, seed)?;
        let mut steps = Vec::new();
        deeper.fit_observed(
            training.x.view(),
            training.targets(),
            &params,
            seed,
            |seen| {
                steps.push(RATE * norm(&weights_and_gradient(seen.network, second).1));
                Ok(ControlFlow::Continue(()))
            },
        )?;
        values.push(mean(&steps));
    }
    Ok(values)
}
