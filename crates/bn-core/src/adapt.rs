//! At test time, when the inputs have moved: statistics from the data to come.

use crate::{Float, Moments, Result, check};
use ndarray::Zip;

/// Statistics between those of training and those of a test batch.
///
/// ```text
/// μ̄ = (N μ_s + n μ_t) / (N + n),   σ̄² = (N σ²_s + n σ²_t) / (N + n)
/// ```
///
/// `source` (s) are the running statistics of training, `target` (t) the moments of n test
/// examples; N says how many examples the source is worth. N = 0 trusts the test batch alone,
/// n = 0 keeps training's.
///
/// # Errors
///
/// If the moments do not fit each other, a count is negative or not finite, or both are 0.
///
/// ```
/// use bn_core::{Moments, adapt::blend};
/// use ndarray::array;
///
/// let source = Moments { mean: array![0.0], variance: array![1.0] };
/// let target = Moments { mean: array![8.0], variance: array![5.0] };
/// let blended = blend(&source, 48.0, &target, 16.0)?;
/// assert_eq!(blended, Moments { mean: array![2.0], variance: array![2.0] });
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Schneider et al. 2020.
#[doc(alias = "eq:test-time-blend")]
pub fn blend<F: Float>(
    source: &Moments<F>,
    source_count: F,
    target: &Moments<F>,
    target_count: F,
) -> Result<Moments<F>> {
    source.check_valid(source.mean.len())?;
    target.check_valid(source.mean.len())?;
    let in_range = |n: F| n >= F::zero() && n.is_finite();
    let expected = "a finite number of examples, 0 or greater";
    check::number("the source count", source_count, in_range, expected)?;
    check::number("the target count", target_count, in_range, expected)?;
    let (big_n, n) = (source_count.widen(), target_count.widen());
    let positive = |total: f64| total > 0.0;
    check::number(
        "the sum of the counts",
        big_n + n,
        positive,
        "a number greater than 0",
    )?;
    let blended = |s: &F, t: &F| F::narrow((big_n * s.widen() + n * t.widen()) / (big_n + n));
    Ok(Moments {
        mean: Zip::from(&source.mean)
            .and(&target.mean)
            .map_collect(blended),
        variance: Zip::from(&source.variance)
            .and(&target.variance)
            .map_collect(blended),
    })
}
