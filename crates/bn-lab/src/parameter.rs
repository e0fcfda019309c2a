use ndarray::{Array, Dimension};

use bn_core::Float;

/// A trained array, its gradient, and what the optimizer remembers of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter<F: Float, D: Dimension> {
    /// The values.
    pub value: Array<F, D>,
    /// The gradient of the loss with respect to them, of the last backward pass.
    pub gradient: Array<F, D>,
    pub(crate) velocity: Array<F, D>,
}

impl<F: Float, D: Dimension> Parameter<F, D> {
    pub(crate) fn new(value: Array<F, D>) -> Self {
        Parameter {
            gradient: Array::zeros(value.raw_dim()),
            velocity: Array::zeros(value.raw_dim()),
            value,
        }
    }
}
