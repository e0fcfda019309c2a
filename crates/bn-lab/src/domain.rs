use bn_core::importance::classifier_ratio;
use bn_core::two_sample::{TwoSampleTest, classifier_two_sample_test};
use ndarray::{Array1, Array2, ArrayView2, Axis};
use rand::seq::SliceRandom;

use crate::classifier::{LinearClassifier, LinearClassifierParams};
use crate::error::{self, Result};
use crate::random::Stream;
use crate::rows::rows_of_both;

/// Weak: a strong penalty would keep the probabilities, and with them the density
/// ratio, away from the extremes where disjoint worlds belong.
const PENALTY: f64 = 0.1;

/// A linear classifier that tells inputs of the test distribution (1) from
/// inputs of the training distribution (0).
#[derive(Debug, Clone, PartialEq)]
pub struct DomainClassifier {
    classifier: LinearClassifier,
    n_tr: usize,
    n_te: usize,
}

impl DomainClassifier {
    /// Fits the classifier; labels are not looked at.
    ///
    /// # Errors
    ///
    /// [`Error::Length`](crate::Error::Length) if the two samples differ in their number of columns;
    /// as [`ValidLinearClassifier::fit`](crate::ValidLinearClassifier::fit).
    pub fn fit(training: ArrayView2<f64>, test: ArrayView2<f64>) -> Result<Self> {
        let (x, domain) = stack(training, test)?;
        let classifier = LinearClassifierParams::new()
            .penalty(PENALTY)
            .check()?
            .fit(x.view(), domain.view())?;
        Ok(DomainClassifier {
            classifier,
            n_tr: training.nrows(),
            n_te: test.nrows(),
        })
    }

    /// The density ratio `p_te(x)/p_tr(x)` at each input, shape `[N]`, by
    /// [`classifier_ratio`].
    ///
    /// # Errors
    ///
    /// As [`LinearClassifier::probabilities`]; [`Error::Core`](crate::Error::Core) if an input is
    /// so surely a test input that its ratio would be infinite.
    pub fn density_ratio(&self, x: ArrayView2<f64>) -> Result<Array1<f64>> {
        let c = self.classifier.probabilities(x)?;
        Ok(classifier_ratio(c.view(), self.n_tr, self.n_te)?)
    }
}

/// The classifier two-sample test: are `a` and `b` samples of one distribution?
///
/// A random half of each trains a linear classifier, the other halves decide:
/// its accuracy there is compared with what guessing would give, by
/// [`classifier_two_sample_test`]. A small p-value says that the distributions
/// differ; a large one, that a linear classifier cannot see how.
///
/// ```
/// use bn_lab::{CatParams, Coat, two_sample_test};
/// let cats = |coat, seed| CatParams::new(coat).check()?.sample(100, seed);
/// let moved = two_sample_test(
///     cats(Coat::Black, 1)?.pixels.view(),
///     cats(Coat::Colored, 2)?.pixels.view(),
///     0,
/// )?;
/// assert!(moved.p_value < 1e-6);
/// # Ok::<(), bn_lab::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Length`](crate::Error::Length) unless both have as many rows, and as many columns;
/// [`Error::TooFew`](crate::Error::TooFew) for fewer than four rows; as [`DomainClassifier::fit`].
///
/// Source: Lopez-Paz & Oquab 2017, "Revisiting Classifier Two-Sample Tests", section 3.
pub fn two_sample_test(a: ArrayView2<f64>, b: ArrayView2<f64>, seed: u64) -> Result<TwoSampleTest> {
    error::same_length("sample b", b.nrows(), a.nrows())?;
    error::at_least("rows of each sample", a.nrows(), 4)?;
    let mut rng = Stream::Split.of(seed);
    let mut halves = |x: ArrayView2<f64>| {
        let mut rows: Vec<usize> = (0..x.nrows()).collect();
        rows.shuffle(&mut rng);
        let (fit, held_out) = rows.split_at(rows.len() / 2);
        (x.select(Axis(0), fit), x.select(Axis(0), held_out))
    };
    let (a_fit, a_held_out) = halves(a);
    let (b_fit, b_held_out) = halves(b);
    let domain = DomainClassifier::fit(a_fit.view(), b_fit.view())?;
    let (x, truth) = stack(a_held_out.view(), b_held_out.view())?;
    let told = domain.classifier.predict(x.view())?;
    let correct = told.iter().zip(&truth).filter(|(t, y)| t == y).count();
    Ok(classifier_two_sample_test(correct, truth.len())?)
}

fn stack(training: ArrayView2<f64>, test: ArrayView2<f64>) -> Result<(Array2<f64>, Array1<usize>)> {
    error::same_length(
        "one row of the second sample",
        test.ncols(),
        training.ncols(),
    )?;
    let x = rows_of_both(training, test);
    let domain = (0..x.nrows()).map(|i| usize::from(i >= training.nrows()));
    Ok((x, domain.collect()))
}
