//! The layers of a network: one file per kind, one variant each.

mod activation;
mod batch_norm;
mod dense;
mod dropout;
mod layer_norm;
mod noise;

use ndarray::Array2;

use crate::error::Result;
use crate::parameter::ParameterMut;
pub use activation::Activation;
pub use batch_norm::BatchNormLayer;
pub(crate) use batch_norm::Ghost;
use bn_core::Float;
pub use dense::{Dense, Init};
pub use dropout::Dropout;
pub use layer_norm::LayerNormLayer;
pub use noise::{Noise, NoiseParams};

/// One layer of a [`Network`](crate::Network).
///
/// A layer maps a batch `[N, inputs]` to a batch `[N, outputs]`. The forward pass
/// in training keeps what the backward pass needs; inference keeps nothing. The
/// network owns the batches between the layers and hands them out for writing, so
/// that a step makes no new ones.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Layer<F: Float> {
    /// `y = xW + b`.
    Dense(Box<Dense<F>>),
    /// `y = φ(x)`, one number at a time.
    Activation(Activation),
    /// Batch normalization by `bn-core`.
    BatchNorm(Box<BatchNormLayer<F>>),
    /// Layer normalization: each example by its own moments.
    LayerNorm(Box<LayerNormLayer<F>>),
    /// Dropout: some numbers become 0.
    Dropout(Box<Dropout<F>>),
    /// Noise whose own law changes at every step.
    Noise(Box<Noise<F>>),
}

impl<F: Float> Layer<F> {
    pub(crate) fn infer(&self, x: Array2<F>) -> Result<Array2<F>> {
        match self {
            Layer::Dense(dense) => Ok(dense.infer(&x)),
            Layer::Activation(activation) => Ok(activation.infer(x)),
            Layer::BatchNorm(norm) => norm.infer(&x),
            Layer::LayerNorm(norm) => norm.infer(&x),
            Layer::Dropout(_) | Layer::Noise(_) => Ok(x),
        }
    }

    pub(crate) fn forward(&mut self, x: &Array2<F>, y: &mut Array2<F>) -> Result<()> {
        match self {
            Layer::Dense(dense) => dense.forward(x, y),
            Layer::Activation(activation) => activation.forward(x, y),
            Layer::BatchNorm(norm) => norm.forward(x, y)?,
            Layer::LayerNorm(norm) => norm.forward(x, y)?,
            Layer::Dropout(dropout) => dropout.forward(x, y),
            Layer::Noise(noise) => noise.forward(x, y),
        }
        Ok(())
    }

    /// Stores the gradients of the layer's own parameters, and writes that of the
    /// layer's input to `dx` if anybody asks for it.
    pub(crate) fn backward(
        &mut self,
        x: &Array2<F>,
        y: &Array2<F>,
        dy: &Array2<F>,
        dx: Option<&mut Array2<F>>,
    ) -> Result<()> {
        match self {
            Layer::Dense(dense) => dense.backward(x, dy, dx),
            Layer::BatchNorm(norm) => norm.backward(dy, dx)?,
            Layer::LayerNorm(norm) => norm.backward(dy, dx)?,
            Layer::Activation(activation) => {
                if let Some(dx) = dx {
                    activation.backward(y, dy, dx);
                }
            }
            Layer::Dropout(dropout) => {
                if let Some(dx) = dx {
                    dropout.backward(dy, dx);
                }
            }
            Layer::Noise(noise) => {
                if let Some(dx) = dx {
                    noise.backward(dy, dx);
                }
            }
        }
        Ok(())
    }

    /// Shows every trained array of the layer, with its gradient.
    pub(crate) fn each_parameter(&mut self, mut visit: impl FnMut(ParameterMut<'_, F>)) {
        match self {
            Layer::Dense(dense) => dense.each_parameter(&mut visit),
            Layer::BatchNorm(norm) => norm.each_parameter(&mut visit),
            Layer::LayerNorm(norm) => norm.each_parameter(&mut visit),
            Layer::Activation(_) | Layer::Dropout(_) | Layer::Noise(_) => {}
        }
    }

    /// The number of outputs for so many inputs.
    pub(crate) fn outputs(&self, inputs: usize) -> usize {
        match self {
            Layer::Dense(dense) => dense.weights.value.ncols(),
            _ => inputs,
        }
    }
}

/// Makes a buffer as large as it has to be; one that fits already is left alone.
pub(crate) fn fit_to<F: Float>(buffer: &mut Array2<F>, shape: (usize, usize)) {
    if buffer.dim() != shape {
        *buffer = Array2::zeros(shape);
    }
}
