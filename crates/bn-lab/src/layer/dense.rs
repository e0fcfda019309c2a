use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, Axis, Ix1, Ix2};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::parameter::{Parameter, ParameterKind, ParameterMut};
use bn_core::Float;

/// How the weights of a dense layer start. Biases start at zero.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Init {
    /// `N(0, 2/inputs)`, made for ReLU: the signal keeps its size from layer to layer.
    /// Source: He et al. 2015, "Delving Deep into Rectifiers", section 2.2.
    He,
    /// `N(0, 2/(inputs + outputs))`, made for tanh: a compromise between the sizes of
    /// the signal forward and of the gradient backward. Source: Glorot & Bengio 2010,
    /// "Understanding the difficulty of training deep feedforward neural networks", equation 12.
    Xavier,
    /// `N(0, σ²)` with the given σ, whatever the size of the layer.
    Normal(f64),
}

impl Init {
    fn deviation(self, inputs: usize, outputs: usize) -> f64 {
        match self {
            Init::He => (2.0 / inputs as f64).sqrt(),
            Init::Xavier => (2.0 / (inputs + outputs) as f64).sqrt(),
            Init::Normal(deviation) => deviation,
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
}

impl<F: Float> Dense<F> {
    /// Weights of the init's deviation times `scale`.
    pub(crate) fn new(
        inputs: usize,
        outputs: usize,
        init: Init,
        scale: f64,
        rng: &mut impl Rng,
    ) -> Self {
        let deviation = scale * init.deviation(inputs, outputs);
        let weights = Array2::from_shape_simple_fn((inputs, outputs), || {
            let z: f64 = StandardNormal.sample(rng);
            F::narrow(deviation * z)
        });
        Dense {
            weights: Parameter::new(weights),
            bias: Parameter::new(Array1::zeros(outputs)),
        }
    }

    pub(crate) fn infer(&self, x: &Array2<F>) -> Array2<F> {
        x.dot(&self.weights.value) + &self.bias.value
    }

    pub(crate) fn forward(&self, x: &Array2<F>, y: &mut Array2<F>) {
        y.assign(&self.bias.value);
        general_mat_mul(F::one(), x, &self.weights.value, F::one(), y);
    }

    pub(crate) fn backward(&mut self, x: &Array2<F>, dy: &Array2<F>, dx: Option<&mut Array2<F>>) {
        let (one, zero) = (F::one(), F::zero());
        general_mat_mul(one, &x.t(), dy, zero, &mut self.weights.gradient);
        self.bias.gradient.fill(zero);
        for dy in dy.axis_iter(Axis(0)) {
            self.bias.gradient += &dy;
        }
        if let Some(dx) = dx {
            general_mat_mul(one, dy, &self.weights.value.t(), zero, dx);
        }
    }

    pub(crate) fn each_parameter(&mut self, visit: &mut impl FnMut(ParameterMut<'_, F>)) {
        visit(self.weights.view(ParameterKind::Weights));
        visit(self.bias.view(ParameterKind::Bias));
    }
}
