//! The layers of a network: one file per kind, one variant each.

mod dense;
mod relu;

use ndarray::Array2;

use crate::sgd::Sgd;
use bn_core::Float;
pub use dense::{Dense, Init};
pub use relu::Relu;

/// One layer of a [`Network`](crate::Network).
///
/// A layer maps a batch `[N, inputs]` to a batch `[N, outputs]`. The forward pass
/// in training keeps what the backward pass needs; inference keeps nothing.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Layer<F: Float> {
    /// `y = xW + b`.
    Dense(Box<Dense<F>>),
    /// `y = max(x, 0)`.
    Relu(Relu<F>),
}

impl<F: Float> Layer<F> {
    pub(crate) fn infer(&self, x: Array2<F>) -> Array2<F> {
        match self {
            Layer::Dense(dense) => dense.infer(&x),
            Layer::Relu(relu) => relu.infer(x),
        }
    }

    pub(crate) fn forward(&mut self, x: Array2<F>) -> Array2<F> {
        match self {
            Layer::Dense(dense) => dense.forward(x),
            Layer::Relu(relu) => relu.forward(x),
        }
    }

    /// Stores the gradients of the layer's own parameters.
    pub(crate) fn accumulate(&mut self, dy: &Array2<F>) {
        match self {
            Layer::Dense(dense) => dense.accumulate(dy),
            Layer::Relu(_) => {}
        }
    }

    /// The gradient with respect to the layer's input.
    pub(crate) fn input_gradient(&self, dy: Array2<F>) -> Array2<F> {
        match self {
            Layer::Dense(dense) => dense.input_gradient(&dy),
            Layer::Relu(relu) => relu.input_gradient(dy),
        }
    }

    /// One step of the optimizer on the layer's own parameters.
    pub(crate) fn step(&mut self, sgd: &Sgd) {
        match self {
            Layer::Dense(dense) => {
                sgd.step(&mut dense.weights);
                sgd.step(&mut dense.bias);
            }
            Layer::Relu(_) => {}
        }
    }
}
