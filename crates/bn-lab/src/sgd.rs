use ndarray::Zip;

use crate::error::{Error, Result, shown};
use crate::parameter::{ParameterKind, ParameterMut};
use bn_core::Float;

/// Stochastic gradient descent with momentum and weight decay.
///
/// ```text
/// v ← momentum·v + g + λ·w      w ← w − learning_rate·v
/// ```
///
/// λ is the weight decay for the weights of dense layers, the γ decay for the scales of
/// normalizations, and 0 for every shift and bias.
///
/// Source: Sutskever et al. 2013, "On the importance of initialization and momentum
/// in deep learning", section 2 (their velocity is this one times −learning_rate).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sgd {
    learning_rate: f64,
    momentum: f64,
    weight_decay: f64,
    gamma_decay: f64,
}

impl Sgd {
    /// An optimizer without decay.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] unless the learning rate is positive and finite and
    /// the momentum in [0, 1).
    pub fn new(learning_rate: f64, momentum: f64) -> Result<Self> {
        if !(learning_rate.is_finite() && learning_rate > 0.0) {
            return Err(Error::Parameter {
                name: "learning_rate",
                given: shown(format_args!("{learning_rate}")),
                expected: "a positive finite number",
            });
        }
        if !(0.0..1.0).contains(&momentum) {
            return Err(Error::Parameter {
                name: "momentum",
                given: shown(format_args!("{momentum}")),
                expected: "a number in [0, 1)",
            });
        }
        Ok(Sgd {
            learning_rate,
            momentum,
            weight_decay: 0.0,
            gamma_decay: 0.0,
        })
    }

    /// The same with decay of weights and of γ.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] unless both are finite and 0 or greater.
    pub fn with_decay(self, weight_decay: f64, gamma_decay: f64) -> Result<Self> {
        for (name, decay) in [("weight_decay", weight_decay), ("gamma_decay", gamma_decay)] {
            if !(decay.is_finite() && decay >= 0.0) {
                return Err(Error::Parameter {
                    name,
                    given: shown(format_args!("{decay}")),
                    expected: "a finite number, 0 or greater",
                });
            }
        }
        Ok(Sgd {
            weight_decay,
            gamma_decay,
            ..self
        })
    }

    pub(crate) fn step<F: Float>(&self, parameter: ParameterMut<'_, F>) {
        let (learning_rate, momentum) = (F::narrow(self.learning_rate), F::narrow(self.momentum));
        let decay = F::narrow(match parameter.kind {
            ParameterKind::Weights => self.weight_decay,
            ParameterKind::Gamma => self.gamma_decay,
            ParameterKind::Bias | ParameterKind::Beta => 0.0,
        });
        Zip::from(parameter.value)
            .and(parameter.velocity)
            .and(parameter.gradient)
            .for_each(|w, v, &g| {
                *v = momentum * *v + g + decay * *w;
                *w -= learning_rate * *v;
            });
    }
}
