//! Percentiles: where a distribution is, beyond its moments.

use crate::{Float, Result, check};
use ndarray::{Array1, ArrayView1};

/// Percentiles of a sample.
///
/// ```text
/// x₍ₖ₎ + (h − k) (x₍ₖ₊₁₎ − x₍ₖ₎),   h = q/100 (n − 1),  k = ⌊h⌋
/// ```
///
/// x₍₀₎ ≤ … ≤ x₍ₙ₋₁₎ is the sorted sample, q in percent; linear between its values. The 15th,
/// 50th and 85th are those by which the batch norm paper shows internal covariate shift.
///
/// # Errors
///
/// If `x` is empty or not finite, or a percentage is outside \[0, 100\].
///
/// ```
/// use bn_core::percentile::percentiles;
/// use ndarray::array;
///
/// let x = array![10.0, 0.0, 20.0];
/// assert_eq!(percentiles(x.view(), array![0.0, 50.0, 75.0, 100.0].view())?, array![0.0, 10.0, 15.0, 20.0]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Hyndman & Fan 1996, definition 7; Ioffe & Szegedy 2015, figure 1.
#[doc(alias = "eq:percentile")]
pub fn percentiles<F: Float>(x: ArrayView1<F>, percent: ArrayView1<F>) -> Result<Array1<F>> {
    check::not_empty("x", &x)?;
    check::finite("x", &x)?;
    let in_range = |q: F| q >= F::zero() && q <= F::narrow(100.0);
    check::numbers("percent", percent, in_range, "a percentage, from 0 to 100")?;
    let mut sorted: Vec<f64> = x.iter().map(|x| x.widen()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.len() - 1;
    Ok(percent.mapv(|q| {
        let h = q.widen() / 100.0 * last as f64;
        let k = h.floor();
        let (low, high) = (sorted[k as usize], sorted[(k as usize + 1).min(last)]);
        F::narrow(low + (h - k) * (high - low))
    }))
}
