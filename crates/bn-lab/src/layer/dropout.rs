use ndarray::{Array2, Zip};
use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;

use bn_core::Float;

/// Dropout, scaled in training so that inference needs no change.
///
/// ```text
/// y = b x / p      b ~ Bernoulli(p)      dx = b dy / p
/// ```
///
/// Source: Srivastava et al. 2014, "Dropout", section 4 (with the scale on the
/// training side, their section 10).
#[derive(Debug, Clone, PartialEq)]
pub struct Dropout<F: Float> {
    keep: f64,
    rng: Xoshiro256PlusPlus,
    /// b/p of the last batch.
    factor: Array2<F>,
}

impl<F: Float> Dropout<F> {
    pub(crate) fn new(keep: f64, rng: Xoshiro256PlusPlus) -> Self {
        Dropout {
            keep,
            rng,
            factor: Array2::zeros((0, 0)),
        }
    }

    /// p, the probability that a number is kept.
    pub fn keep(&self) -> f64 {
        self.keep
    }

    pub(crate) fn forward(&mut self, x: &Array2<F>, y: &mut Array2<F>) {
        super::fit_to(&mut self.factor, x.dim());
        let (keep, rng) = (self.keep, &mut self.rng);
        let kept = F::narrow(1.0 / keep);
        Zip::from(&mut self.factor)
            .and(y)
            .and(x)
            .for_each(|factor, y, &x| {
                *factor = if rng.random::<f64>() < keep {
                    kept
                } else {
                    F::zero()
                };
                *y = *factor * x;
            });
    }

    pub(crate) fn backward(&self, dy: &Array2<F>, dx: &mut Array2<F>) {
        Zip::from(dx)
            .and(dy)
            .and(&self.factor)
            .for_each(|dx, &dy, &factor| *dx = dy * factor);
    }
}
