use bn_core::Moments;
use bn_core::normalize::normalize;
use linfa::DatasetBase;
use linfa::prelude::*;
use linfa_logistic::{FittedLogisticRegression, LogisticRegression};
use ndarray::{Array1, ArrayView1, ArrayView2};

use crate::error::{self, Error, Result};
use crate::network::share_equal;
use crate::standardize::EPSILON;

/// How to fit a linear classifier, not yet checked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearClassifierParams {
    penalty: f64,
    max_iterations: u64,
}

impl LinearClassifierParams {
    /// Penalty 1, at most 50 iterations.
    pub fn new() -> Self {
        LinearClassifierParams {
            penalty: 1.0,
            max_iterations: 50,
        }
    }

    /// `α` of the penalty `(α/2)·‖w‖²` beside the summed loss of all examples.
    pub fn penalty(mut self, penalty: f64) -> Self {
        self.penalty = penalty;
        self
    }

    /// The most iterations of L-BFGS.
    pub fn max_iterations(mut self, max_iterations: u64) -> Self {
        self.max_iterations = max_iterations;
        self
    }

    /// Checks the parameters once.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] unless the penalty is positive and finite and there
    /// is at least one iteration.
    pub fn check(self) -> Result<ValidLinearClassifier> {
        if !(self.penalty.is_finite() && self.penalty > 0.0) {
            return Err(Error::Parameter {
                name: "penalty",
                given: self.penalty.to_string(),
                expected: "a positive finite number: without a penalty, separable classes have no best fit",
            });
        }
        if self.max_iterations == 0 {
            return Err(Error::Parameter {
                name: "max_iterations",
                given: "0".to_string(),
                expected: "at least 1",
            });
        }
        Ok(ValidLinearClassifier(self))
    }
}

impl Default for LinearClassifierParams {
    fn default() -> Self {
        LinearClassifierParams::new()
    }
}

/// How to fit a linear classifier, checked. Made by [`LinearClassifierParams::check`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValidLinearClassifier(LinearClassifierParams);

impl ValidLinearClassifier {
    /// Fits linfa's logistic regression to examples with labels 0 and 1.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] if there is not one label for each example, [`Error::Label`]
    /// for a label above 1, [`Error::OneClass`] if only one label occurs,
    /// [`Error::Core`] for NaN or infinity, [`Error::Fit`] if linfa's solver fails.
    pub fn fit(&self, x: ArrayView2<f64>, labels: ArrayView1<usize>) -> Result<LinearClassifier> {
        check_labels(x, labels)?;
        if let Some(&label) = labels.first()
            && labels.iter().all(|&y| y == label)
        {
            return Err(Error::OneClass {
                label,
                examples: labels.len(),
            });
        }
        let moments = Moments::of(x)?;
        // Column by column in memory: linfa's gradient then reads each pixel in one run.
        let by_column = normalize(x, &moments, EPSILON)?
            .t()
            .as_standard_layout()
            .into_owned();
        let dataset = DatasetBase::new(by_column.reversed_axes(), labels.to_owned());
        let model = LogisticRegression::default()
            .alpha(self.0.penalty)
            .max_iterations(self.0.max_iterations)
            .gradient_tolerance(1e-3)
            .fit(&dataset)
            .map_err(|reason| Error::Fit {
                model: "logistic regression",
                reason: reason.to_string(),
            })?;
        Ok(LinearClassifier { model, moments })
    }
}

/// A linear classifier of two classes: logistic regression by linfa on inputs
/// standardized with the training examples' moments (which leaves it linear, and
/// makes it converge quickly).
///
/// ```text
/// P(1 | x) = 1 / (1 + exp(−(w·x̂ + b)))
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LinearClassifier {
    model: FittedLogisticRegression<f64, usize>,
    moments: Moments<f64>,
}

impl LinearClassifier {
    /// `P(1 | x)` of each example, shape `[N]`.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] if the examples have another length than in training,
    /// [`Error::NotFinite`] if one holds NaN or infinity.
    pub fn probabilities(&self, x: ArrayView2<f64>) -> Result<Array1<f64>> {
        error::same_length("one example", x.ncols(), self.moments.mean.len())?;
        error::finite("examples", x.iter().copied())?;
        let p = self
            .model
            .predict_probabilities(&normalize(x, &self.moments, EPSILON)?);
        // linfa decides by counts which of the two classes it calls positive.
        Ok(match self.model.labels().pos.class {
            1 => p,
            _ => p.mapv_into(|p| 1.0 - p),
        })
    }

    /// The more probable label of each example, shape `[N]`.
    ///
    /// # Errors
    ///
    /// As [`LinearClassifier::probabilities`].
    pub fn predict(&self, x: ArrayView2<f64>) -> Result<Array1<usize>> {
        Ok(self.probabilities(x)?.mapv(|p| usize::from(p > 0.5)))
    }

    /// The share of examples whose more probable label is their label.
    ///
    /// # Errors
    ///
    /// As [`LinearClassifier::probabilities`]; [`Error::Length`] if there is not
    /// one label for each example, [`Error::TooFew`] if there is none, [`Error::Label`]
    /// for a label above 1.
    pub fn accuracy(&self, x: ArrayView2<f64>, labels: ArrayView1<usize>) -> Result<f64> {
        check_labels(x, labels)?;
        Ok(share_equal(self.predict(x)?.view(), labels))
    }
}

fn check_labels(x: ArrayView2<f64>, labels: ArrayView1<usize>) -> Result<()> {
    error::at_least("examples", x.nrows(), 1)?;
    error::same_length("labels", labels.len(), x.nrows())?;
    error::labels(labels, 2)
}
