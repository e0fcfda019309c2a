use ndarray::{Dimension, Zip};

use crate::error::{Error, Result};
use crate::parameter::Parameter;
use bn_core::Float;

/// Stochastic gradient descent with momentum.
///
/// ```text
/// v ← momentum·v + g      w ← w − learning_rate·v
/// ```
///
/// Source: Sutskever et al. 2013, "On the importance of initialization and momentum
/// in deep learning", section 2 (their velocity is this one times −learning_rate).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sgd {
    learning_rate: f64,
    momentum: f64,
}

impl Sgd {
    /// An optimizer.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] unless the learning rate is positive and finite and
    /// the momentum in [0, 1).
    pub fn new(learning_rate: f64, momentum: f64) -> Result<Self> {
        if !(learning_rate.is_finite() && learning_rate > 0.0) {
            return Err(Error::Parameter {
                name: "learning_rate",
                given: learning_rate.to_string(),
                expected: "a positive finite number",
            });
        }
        if !(0.0..1.0).contains(&momentum) {
            return Err(Error::Parameter {
                name: "momentum",
                given: momentum.to_string(),
                expected: "a number in [0, 1)",
            });
        }
        Ok(Sgd {
            learning_rate,
            momentum,
        })
    }

    pub(crate) fn step<F: Float, D: Dimension>(&self, parameter: &mut Parameter<F, D>) {
        let (learning_rate, momentum) = (F::narrow(self.learning_rate), F::narrow(self.momentum));
        Zip::from(&mut parameter.value)
            .and(&mut parameter.velocity)
            .and(&parameter.gradient)
            .for_each(|w, v, &g| {
                *v = momentum * *v + g;
                *w -= learning_rate * *v;
            });
    }
}
