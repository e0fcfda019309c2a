use ndarray::{Array, Array1, ArrayViewD, ArrayViewMut1, ArrayViewMutD, Dimension};

use bn_core::Float;

/// A trained array, its gradient, and what the optimizer remembers of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter<F: Float, D: Dimension> {
    /// The values.
    pub value: Array<F, D>,
    /// The gradient of the loss with respect to them, of the last backward pass.
    pub gradient: Array<F, D>,
    velocity: Array<F, D>,
}

impl<F: Float, D: Dimension> Parameter<F, D> {
    pub(crate) fn new(value: Array<F, D>) -> Self {
        Parameter {
            gradient: Array::zeros(value.raw_dim()),
            velocity: Array::zeros(value.raw_dim()),
            value,
        }
    }

    pub(crate) fn view(&mut self, kind: ParameterKind) -> ParameterMut<'_, F> {
        ParameterMut {
            kind,
            value: self.value.view_mut().into_dyn(),
            gradient: self.gradient.view().into_dyn(),
            velocity: self.velocity.view_mut().into_dyn(),
        }
    }
}

/// Gradient and velocity of a scale or shift whose value lives in `bn-core`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Learned<F: Float> {
    pub(crate) gradient: Array1<F>,
    velocity: Array1<F>,
}

impl<F: Float> Learned<F> {
    pub(crate) fn zeros(channels: usize) -> Self {
        Learned {
            gradient: Array1::zeros(channels),
            velocity: Array1::zeros(channels),
        }
    }

    pub(crate) fn view<'a>(
        &'a mut self,
        kind: ParameterKind,
        value: ArrayViewMut1<'a, F>,
    ) -> ParameterMut<'a, F> {
        ParameterMut {
            kind,
            value: value.into_dyn(),
            gradient: self.gradient.view().into_dyn(),
            velocity: self.velocity.view_mut().into_dyn(),
        }
    }
}

/// What a trained array is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// The weights of a dense layer.
    Weights,
    /// The bias of a dense layer.
    Bias,
    /// The scale of a normalization.
    Gamma,
    /// The shift of a normalization.
    Beta,
}

/// A look at a trained array of a network, to read or to change.
#[derive(Debug)]
pub struct ParameterMut<'a, F> {
    /// What it is for.
    pub kind: ParameterKind,
    /// The values.
    pub value: ArrayViewMutD<'a, F>,
    /// The gradient of the loss with respect to them, of the last backward pass.
    pub gradient: ArrayViewD<'a, F>,
    pub(crate) velocity: ArrayViewMutD<'a, F>,
}
