use ndarray::{Array1, Array2, Axis, Ix1, Ix2};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::parameter::Parameter;
use bn_core::Float;

/// How the weights of a dense layer start. Biases start at zero.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Init {
    /// `N(0, 2/inputs)`, made for ReLU: the signal keeps its size from layer to layer.
    /// Source: He et al. 2015, "Delving Deep into Rectifiers", section 2.2.
    He,
}

impl Init {
    fn deviation(self, inputs: usize) -> f64 {
        match self {
            Init::He => (2.0 / inputs as f64).sqrt(),
        }
    }
}

/// A dense layer.
///
/// ```text
/// y = xW + b      dW = xᵀdy      db = Σₙ dyₙ      dx = dy Wᵀ
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Dense<F: Float> {
    /// `W`, shape `[inputs, outputs]`.
    pub weights: Parameter<F, Ix2>,
    /// `b`, shape `[outputs]`.
    pub bias: Parameter<F, Ix1>,
    x: Array2<F>,
}

impl<F: Float> Dense<F> {
    pub(crate) fn new(inputs: usize, outputs: usize, init: Init, rng: &mut impl Rng) -> Self {
        let deviation = init.deviation(inputs);
        let weights = Array2::from_shape_simple_fn((inputs, outputs), || {
            let z: f64 = StandardNormal.sample(rng);
            F::narrow(deviation * z)
        });
        Dense {
            weights: Parameter::new(weights),
            bias: Parameter::new(Array1::zeros(outputs)),
            x: Array2::zeros((0, inputs)),
        }
    }

    pub(crate) fn infer(&self, x: &Array2<F>) -> Array2<F> {
        x.dot(&self.weights.value) + &self.bias.value
    }

    pub(crate) fn forward(&mut self, x: Array2<F>) -> Array2<F> {
        self.x = x;
        self.infer(&self.x)
    }

    pub(crate) fn accumulate(&mut self, dy: &Array2<F>) {
        self.weights.gradient = self.x.t().dot(dy);
        self.bias.gradient = dy.sum_axis(Axis(0));
    }

    pub(crate) fn input_gradient(&self, dy: &Array2<F>) -> Array2<F> {
        dy.dot(&self.weights.value.t())
    }
}
