use ndarray::{Array2, Zip};

use bn_core::Float;

/// A function of one number, applied to each.
///
/// Every one of them has a derivative that its value tells, so that the backward
/// pass needs the output alone.
///
/// ```text
/// relu     y = max(x, 0)            dx = dy where y > 0, else 0
/// tanh     y = tanh x               dx = dy (1 − y²)
/// sigmoid  y = 1 / (1 + exp(−x))    dx = dy y (1 − y)
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// The rectifier.
    Relu,
    /// The hyperbolic tangent.
    Tanh,
    /// The logistic function.
    Sigmoid,
}

impl Activation {
    fn of<F: Float>(self, x: F) -> F {
        match self {
            // Written so that NaN stays NaN: a diverged network must look diverged.
            Activation::Relu if x < F::zero() => F::zero(),
            Activation::Relu => x,
            Activation::Tanh => x.tanh(),
            Activation::Sigmoid => F::one() / (F::one() + (-x).exp()),
        }
    }

    /// The derivative where the value is `y`.
    fn slope<F: Float>(self, y: F) -> F {
        match self {
            Activation::Relu if y <= F::zero() => F::zero(),
            Activation::Relu => F::one(),
            Activation::Tanh => F::one() - y * y,
            Activation::Sigmoid => y * (F::one() - y),
        }
    }

    pub(crate) fn infer<F: Float>(self, x: Array2<F>) -> Array2<F> {
        x.mapv_into(|x| self.of(x))
    }

    pub(crate) fn forward<F: Float>(self, x: &Array2<F>, y: &mut Array2<F>) {
        Zip::from(y).and(x).for_each(|y, &x| *y = self.of(x));
    }

    pub(crate) fn backward<F: Float>(self, y: &Array2<F>, dy: &Array2<F>, dx: &mut Array2<F>) {
        Zip::from(dx)
            .and(dy)
            .and(y)
            .for_each(|dx, &dy, &y| *dx = dy * self.slope(y));
    }
}
