use ndarray::{Array2, Zip};

use bn_core::Float;

/// The rectifier.
///
/// ```text
/// y = max(x, 0)      dx = dy where x > 0, else 0
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Relu<F: Float> {
    x: Array2<F>,
}

impl<F: Float> Relu<F> {
    pub(crate) fn new() -> Self {
        Relu {
            x: Array2::zeros((0, 0)),
        }
    }

    pub(crate) fn infer(&self, x: Array2<F>) -> Array2<F> {
        // Written so that NaN stays NaN: a diverged network must look diverged.
        x.mapv_into(|x| if x < F::zero() { F::zero() } else { x })
    }

    pub(crate) fn forward(&mut self, x: Array2<F>) -> Array2<F> {
        self.x.clone_from(&x);
        self.infer(x)
    }

    pub(crate) fn input_gradient(&self, mut dy: Array2<F>) -> Array2<F> {
        Zip::from(&mut dy).and(&self.x).for_each(|dy, &x| {
            if x <= F::zero() {
                *dy = F::zero();
            }
        });
        dy
    }
}
