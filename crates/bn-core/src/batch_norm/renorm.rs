//! Batch renormalization: what is missing from the statistics of the batch to those of
//! inference.

use crate::normalize::standard_deviation;
use crate::{Float, Moments, Result, check};
use ndarray::{Array1, Zip};

/// How far batch renormalization may go: 1/r_max ≤ r ≤ r_max and |d| ≤ d_max.
///
/// r_max = 1 and d_max = 0 are plain batch normalization, from which training is to start; the
/// paper moves to 3 and 5.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RenormLimits<F> {
    /// The largest scale, 1 or greater.
    pub r_max: F,
    /// The largest shift, 0 or greater.
    pub d_max: F,
}

impl<F: Float> RenormLimits<F> {
    pub(crate) fn check(&self) -> Result<()> {
        let RenormLimits { r_max, d_max } = *self;
        check::number(
            "r_max",
            r_max,
            |r| r >= F::one(),
            "a number of 1 or greater",
        )?;
        check::number(
            "d_max",
            d_max,
            |d| d >= F::zero(),
            "a number of 0 or greater",
        )
    }
}

/// The scale and the shift that lead from the statistics of a batch to the running ones.
///
/// ```text
/// r = clip(σ_B / σ_r, 1/r_max, r_max),   d = clip((μ_B − μ_r) / σ_r, −d_max, d_max)
/// σ_B = √(σ²_B + ε),   σ_r = √(σ²_r + ε)
/// ```
///
/// Without the clipping, x̂ r + d = (x − μ_r)/σ_r: training sees what inference sees. Returns
/// (r, d), each `[C]`, without units. They count as constants: no gradient passes through them.
///
/// # Errors
///
/// If the moments do not fit each other, a variance or ε is negative (ε = 0 needs positive
/// variances), r_max is below 1 or d_max below 0.
///
/// ```
/// use bn_core::{Moments, RenormLimits, batch_norm::renorm_corrections};
/// use ndarray::array;
///
/// let batch = Moments { mean: array![5.0, 5.0], variance: array![36.0, 36.0] };
/// let running = Moments { mean: array![1.0, 1.0], variance: array![4.0, 16.0] };
/// let limits = RenormLimits { r_max: 2.0, d_max: 1.5 };
/// let (r, d) = renorm_corrections(&batch, &running, 0.0, limits)?;
/// assert_eq!(r, array![2.0, 1.5]);
/// assert_eq!(d, array![1.5, 1.0]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe 2017, Algorithm 1.
#[doc(alias = "eq:batch-renorm")]
pub fn renorm_corrections<F: Float>(
    batch: &Moments<F>,
    running: &Moments<F>,
    epsilon: F,
    limits: RenormLimits<F>,
) -> Result<(Array1<F>, Array1<F>)> {
    limits.check()?;
    batch.check_valid(running.mean.len())?;
    running.check_valid(running.mean.len())?;
    let sigma_b = standard_deviation(batch.variance.view(), epsilon)?;
    let sigma_r = standard_deviation(running.variance.view(), epsilon)?;
    let r = Zip::from(&sigma_b)
        .and(&sigma_r)
        .map_collect(|&b, &r| limits.r(b, r));
    let d = Zip::from(&batch.mean)
        .and(&running.mean)
        .and(&sigma_r)
        .map_collect(|&mu_b, &mu_r, &sigma_r| limits.d(mu_b, mu_r, sigma_r));
    Ok((r, d))
}

impl<F: Float> RenormLimits<F> {
    /// clip(σ_B / σ_r, 1/r_max, r_max)
    pub(super) fn r(&self, sigma_b: F, sigma_r: F) -> F {
        clip(sigma_b / sigma_r, F::one() / self.r_max, self.r_max)
    }

    /// clip((μ_B − μ_r) / σ_r, −d_max, d_max)
    pub(super) fn d(&self, mu_b: F, mu_r: F, sigma_r: F) -> F {
        clip((mu_b - mu_r) / sigma_r, -self.d_max, self.d_max)
    }
}

/// NaN stays NaN.
fn clip<F: Float>(x: F, low: F, high: F) -> F {
    if x < low {
        low
    } else if x > high {
        high
    } else {
        x
    }
}
