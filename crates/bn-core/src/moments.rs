//! Mean and variance of a batch `[N, C]`: one of each per channel, over the m = N examples.

use crate::sum::sum_over_batch;
use crate::{Float, Result, check};
use ndarray::{Array1, ArrayView1, ArrayView2};

/// A mean and a variance for each channel.
///
/// Of a batch, of a whole data set, or running: whatever a normalization divides by.
/// Read as a distribution it is the diagonal Gaussian with these moments.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Moments<F> {
    /// μ, of shape `[C]`.
    pub mean: Array1<F>,
    /// σ², of shape `[C]`; never negative.
    pub variance: Array1<F>,
}

/// Mean of each channel over the batch.
///
/// ```text
/// μ_B = 1/m Σᵢ xᵢ
/// ```
///
/// `x` is `[m, C]`, the result `[C]`, in the units of `x`.
///
/// # Errors
///
/// If `x` is empty or holds NaN or an infinity.
///
/// ```
/// use bn_core::moments::batch_mean;
/// use ndarray::array;
///
/// let x = array![[1.0, 10.0], [2.0, 20.0], [6.0, 60.0]];
/// assert_eq!(batch_mean(x.view())?, array![3.0, 30.0]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe & Szegedy 2015, Algorithm 1, line 1.
#[doc(alias = "eq:batch-mean")]
pub fn batch_mean<F: Float>(x: ArrayView2<F>) -> Result<Array1<F>> {
    check::not_empty("x", &x)?;
    let mean = mu(x).mapv(F::narrow);
    check::all_finite("the mean", mean.iter().copied(), "x", &x)?;
    Ok(mean)
}

/// Variance of each channel over the batch, the biased one: divided by m, not m − 1.
///
/// ```text
/// σ²_B = 1/m Σᵢ (xᵢ − μ_B)²
/// ```
///
/// `x` is `[m, C]`, the result `[C]`, in the squared units of `x`. Two passes, so that a
/// mean of a million does not drown a variance of one, as it does in E\[x²\] − μ².
///
/// # Errors
///
/// If `x` is empty or holds NaN or an infinity, or if the variance is too large for `F`.
///
/// ```
/// use bn_core::moments::batch_variance;
/// use ndarray::array;
///
/// let x = array![[1e6_f32, 0.0], [1e6 + 2.0, 0.0], [1e6 + 4.0, 3.0]];
/// assert_eq!(batch_variance(x.view())?, array![8.0 / 3.0, 2.0]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe & Szegedy 2015, Algorithm 1, line 2. Chan, Golub & LeVeque 1983 on the algorithm
/// (corrected two-pass, equation 1.7).
#[doc(alias = "eq:batch-variance")]
pub fn batch_variance<F: Float>(x: ArrayView2<F>) -> Result<Array1<F>> {
    Ok(Moments::of(x)?.variance)
}

/// The variance of each channel in one pass over the batch: a trap.
///
/// ```text
/// σ²_B = 1/m Σᵢ xᵢ² − μ_B²
/// ```
///
/// The same number as [`batch_variance`] on paper. In floating point two large numbers cancel,
/// and where the mean is large the result is noise, even a negative "variance". Everything is
/// computed in `F`, one example after the other, to show just that. `x` is `[m, C]`, the result
/// `[C]`.
///
/// # Errors
///
/// If `x` is empty or holds NaN or an infinity.
///
/// ```
/// use bn_core::moments::textbook_variance;
/// use ndarray::array;
///
/// assert_eq!(textbook_variance(array![[1.0_f32], [5.0]].view())?, array![4.0]);
/// let far = array![[1e4_f32 + 1.0], [1e4 + 5.0]];
/// assert_ne!(textbook_variance(far.view())?, array![4.0]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Chan, Golub & LeVeque 1983.
#[doc(alias = "eq:textbook-variance")]
pub fn textbook_variance<F: Float>(x: ArrayView2<F>) -> Result<Array1<F>> {
    check::not_empty("x", &x)?;
    check::finite("x", &x)?;
    let m = F::narrow(x.nrows() as f64);
    let (mut sum, mut squares) = (Array1::zeros(x.ncols()), Array1::zeros(x.ncols()));
    for x in x.rows() {
        sum += &x;
        squares += &x.mapv(|x| x * x);
    }
    let mean = sum / m;
    Ok(squares / m - &mean * &mean)
}

/// The variance of each channel in one pass, around a pivot.
///
/// ```text
/// σ²_B = 1/m Σᵢ (xᵢ − K)² − (1/m Σᵢ (xᵢ − K))²
/// ```
///
/// The same for every K on paper. A pivot within a standard deviation or so of the mean, such
/// as the first few examples give, leaves nothing to cancel: this is how the layers find their
/// moments in one pass. `x` is `[m, C]`, `pivot` and the result are `[C]`.
///
/// # Errors
///
/// If the shapes do not fit, `x` is empty, a value is not finite, or the variance is too large
/// for `F`.
///
/// ```
/// use bn_core::moments::shifted_variance;
/// use ndarray::array;
///
/// let x = array![[1e6_f32 + 1.0], [1e6 + 5.0]];
/// assert_eq!(shifted_variance(x.view(), array![1e6].view())?, array![4.0]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Chan, Golub & LeVeque 1983.
#[doc(alias = "eq:shifted-variance")]
pub fn shifted_variance<F: Float>(x: ArrayView2<F>, pivot: ArrayView1<F>) -> Result<Array1<F>> {
    check::not_empty("x", &x)?;
    check::shape("pivot", pivot.shape(), &[x.ncols()])?;
    check::finite("x", &x)?;
    check::finite("pivot", &pivot)?;
    let m = x.nrows() as f64;
    let pivots = pivot
        .broadcast(x.raw_dim())
        .expect("[C] broadcasts to [m, C]");
    let delta = sum_over_batch(x, pivots, |x, k| x - k) / m;
    let mean_square = sum_over_batch(x, pivots, |x, k| (x - k) * (x - k)) / m;
    let variance = (mean_square - &delta * &delta).mapv(F::narrow);
    check::no_overflow("the variance", &variance)?;
    Ok(variance)
}

impl<F: Float> Moments<F> {
    /// Both moments of a batch: [`batch_mean`] and [`batch_variance`].
    ///
    /// # Errors
    ///
    /// Those of [`batch_variance`].
    ///
    /// ```
    /// use bn_core::Moments;
    /// use ndarray::array;
    ///
    /// let moments = Moments::of(array![[1.0], [5.0]].view())?;
    /// assert_eq!(moments.mean, array![3.0]);
    /// assert_eq!(moments.variance, array![4.0]);
    /// # Ok::<(), bn_core::Error>(())
    /// ```
    pub fn of(x: ArrayView2<F>) -> Result<Self> {
        check::not_empty("x", &x)?;
        let moments = Self::propagate(x);
        moments.check_finite(x)?;
        Ok(moments)
    }

    /// Both moments of a batch that is not empty; NaN in, NaN out.
    pub(crate) fn propagate(x: ArrayView2<F>) -> Self {
        let mu = mu(x);
        let variance = sigma_squared(x, mu.view()).mapv(F::narrow);
        Moments {
            mean: mu.mapv(F::narrow),
            variance,
        }
    }

    /// These moments, computed from `x`, are finite: then so is `x`.
    pub(crate) fn check_finite(&self, x: ArrayView2<F>) -> Result<()> {
        check::all_finite("the mean", self.mean.iter().copied(), "x", &x)?;
        check::all_finite("the variance", self.variance.iter().copied(), "x", &x)
    }

    /// These moments fit an array of so many channels, and a variance is a variance.
    pub(crate) fn check_valid(&self, channels: usize) -> Result<()> {
        check::shape("mean", self.mean.shape(), &[channels])?;
        check::shape("variance", self.variance.shape(), &[channels])?;
        check::finite("mean", &self.mean.view())?;
        check::variance(self.variance.view())
    }
}

/// μ_B, not yet rounded to `F`.
fn mu<F: Float>(x: ArrayView2<F>) -> Array1<f64> {
    let m = x.nrows() as f64;
    sum_over_batch(x, x, |x, _| x) / m
}

/// σ²_B. Rounding leaves μ off by some δ, which adds δ² to the mean square; δ is the mean
/// of what should have mean zero, so it can be measured and its square taken off.
fn sigma_squared<F: Float>(x: ArrayView2<F>, mu: ArrayView1<f64>) -> Array1<f64> {
    let m = x.nrows() as f64;
    let mu = mu.broadcast(x.raw_dim()).expect("[C] broadcasts to [m, C]");
    let delta = sum_over_batch(x, mu, |x, mu| x - mu) / m;
    let mean_square = sum_over_batch(x, mu, |x, mu| (x - mu) * (x - mu)) / m;
    (mean_square - &delta * &delta).mapv(|v| if v < 0.0 { 0.0 } else { v })
}
