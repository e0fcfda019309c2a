//! Running statistics: what training remembers for inference.

use crate::{Float, Result, check};
use ndarray::{Array1, ArrayView1, Zip};

/// Which variance the running average collects. Frameworks disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum RunningVariance {
    /// σ²_B·m/(m − 1), whose expectation is the variance of the population. PyTorch's choice,
    /// and that of the paper (Algorithm 2, line 10).
    #[default]
    Unbiased,
    /// σ²_B as the batch was normalized with. The choice of Keras and Flax.
    Population,
}

impl RunningVariance {
    /// What σ²_B of m values is multiplied by.
    pub(crate) fn correction(self, m: usize) -> Result<f64> {
        match self {
            RunningVariance::Unbiased => {
                let advice = "one value has no unbiased variance";
                check::at_least(2, m, "values per channel", advice)?;
                Ok(m as f64 / (m - 1) as f64)
            }
            RunningVariance::Population => Ok(1.0),
        }
    }
}

/// One step of the running mean, an exponential moving average.
///
/// ```text
/// r ← (1 − α) r + α μ_B
/// ```
///
/// `running`, `batch` and the result are `[C]`. The momentum α is the weight of the *new*
/// value, as in PyTorch; Keras and Flax call 1 − α momentum.
///
/// # Errors
///
/// If the lengths differ, or α is outside \[0, 1\].
///
/// ```
/// use bn_core::running::running_mean;
/// use ndarray::array;
///
/// let r = running_mean(array![8.0].view(), array![4.0].view(), 0.25)?;
/// assert_eq!(r, array![7.0]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe & Szegedy 2015, section 3.1 ("moving averages instead").
#[doc(alias = "eq:running-mean")]
pub fn running_mean<F: Float>(
    running: ArrayView1<F>,
    batch: ArrayView1<F>,
    momentum: F,
) -> Result<Array1<F>> {
    check::momentum(momentum)?;
    check::shape("the batch mean", batch.shape(), running.shape())?;
    Ok(exponential_average(running, batch, 1.0, momentum))
}

/// One step of the running variance, an exponential moving average.
///
/// ```text
/// r ← (1 − α) r + α σ²_B · m/(m − 1)      RunningVariance::Unbiased
/// r ← (1 − α) r + α σ²_B                  RunningVariance::Population
/// ```
///
/// `running`, `batch` (the biased variance) and the result are `[C]`; m is the number of
/// values per channel that went into `batch`.
///
/// # Errors
///
/// If the lengths differ, α is outside \[0, 1\], or m is too small: 1 has no unbiased variance.
///
/// ```
/// use bn_core::{RunningVariance, running::running_variance};
/// use ndarray::array;
///
/// let (running, batch) = (array![8.0], array![3.0]);
/// let r = |kind| running_variance(running.view(), batch.view(), 4, 0.5, kind);
/// assert_eq!(r(RunningVariance::Unbiased)?, array![6.0]);
/// assert_eq!(r(RunningVariance::Population)?, array![5.5]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe & Szegedy 2015, Algorithm 2, line 10.
#[doc(alias = "eq:running-var")]
pub fn running_variance<F: Float>(
    running: ArrayView1<F>,
    batch: ArrayView1<F>,
    m: usize,
    momentum: F,
    kind: RunningVariance,
) -> Result<Array1<F>> {
    check::momentum(momentum)?;
    check::shape("the batch variance", batch.shape(), running.shape())?;
    let correction = kind.correction(m)?;
    Ok(exponential_average(running, batch, correction, momentum))
}

/// r ← (1 − α) r + α s·correction
fn exponential_average<F: Float>(
    r: ArrayView1<F>,
    s: ArrayView1<F>,
    correction: f64,
    alpha: F,
) -> Array1<F> {
    let alpha = alpha.widen();
    Zip::from(r)
        .and(s)
        .map_collect(|&r, &s| step(r, s.widen() * correction, alpha))
}

/// r ← (1 − α) r + α s, rounded once.
pub(crate) fn step<F: Float>(r: F, s: f64, alpha: f64) -> F {
    F::narrow((1.0 - alpha) * r.widen() + alpha * s)
}

/// What is left of the start after T steps of the running average.
///
/// ```text
/// (1 − α)^T
/// ```
///
/// The running mean starts at 0 and the running variance at 1, whatever the data: with α = 0.1
/// it takes 44 steps until less than a hundredth of that is left.
///
/// # Errors
///
/// If α is outside \[0, 1\].
///
/// ```
/// use bn_core::running::start_up_bias;
///
/// assert_eq!(start_up_bias(0.5, 3)?, 0.125);
/// assert!(start_up_bias(0.1, 44)? < 0.01 && start_up_bias(0.1, 43)? > 0.01);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Kingma & Ba 2015, section 3, on the same average.
#[doc(alias = "eq:start-up-bias")]
pub fn start_up_bias<F: Float>(momentum: F, steps: u32) -> Result<F> {
    check::momentum(momentum)?;
    Ok(F::narrow((1.0 - momentum.widen()).powf(f64::from(steps))))
}
