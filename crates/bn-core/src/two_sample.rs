//! Is there a shift at all? Two samples that no classifier can tell apart are, as far as that
//! classifier sees, from one distribution.

use crate::{Error, Result, check};

/// The outcome of a [`classifier_two_sample_test`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoSampleTest {
    /// The share of held-out examples that the classifier put into the right sample.
    pub accuracy: f64,
    /// How many standard deviations of the null lie between `accuracy` and ½.
    pub z: f64,
    /// The probability under the null of an accuracy as high, or higher.
    pub p_value: f64,
}

/// Tests whether two samples differ, by a classifier that tries to tell them apart.
///
/// ```text
/// accuracy ~ N(½, 1/(4n)) under the null,   z = (accuracy − ½) / √(1/(4n)),   p = ½ erfc(z/√2)
/// ```
///
/// `correct` of `n` *held-out* examples were told apart rightly; half of the n are to come from
/// each sample. One-sided: an accuracy below ½ is no evidence of a difference. The normal law
/// replaces the binomial one; from n ≈ 30 on they agree well.
///
/// # Errors
///
/// If n is 0, or more are correct than there are.
///
/// ```
/// use bn_core::two_sample::classifier_two_sample_test;
///
/// // 60 of 100: z = 0.1 / 0.05.
/// let test = classifier_two_sample_test(60, 100)?;
/// assert!((test.z - 2.0).abs() < 1e-12);
/// assert!((test.p_value - 0.022750131948).abs() < 1e-12);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Lopez-Paz & Oquab 2017.
#[doc(alias = "eq:two-sample-null")]
pub fn classifier_two_sample_test(correct: usize, n: usize) -> Result<TwoSampleTest> {
    check::at_least(
        1,
        n,
        "held-out examples",
        "hold out some examples of both samples",
    )?;
    if correct > n {
        let (what, given) = ("the number of correct answers".into(), correct as f64);
        return Err(Error::OutOfRange {
            what,
            given,
            expected: "at most n, the number of answers",
        });
    }
    let n = n as f64;
    let accuracy = correct as f64 / n;
    let z = (accuracy - 0.5) / (1.0 / (4.0 * n)).sqrt();
    let p_value = 0.5 * libm::erfc(z / std::f64::consts::SQRT_2);
    Ok(TwoSampleTest {
        accuracy,
        z,
        p_value,
    })
}
