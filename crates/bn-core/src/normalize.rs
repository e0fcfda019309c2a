//! Normalization itself: from x to x̂, from x̂ to y, and the γ, β that lead back to x.

use crate::{Float, Moments, Result, check};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

/// Shifts and scales each channel by given moments.
///
/// ```text
/// x̂ = (x − μ) / √(σ² + ε)
/// ```
///
/// `x` and the result are `[N, C]`; μ and σ² are `[C]`; x̂ has no units. NaN stays where it is.
/// With the moments of `x` itself, x̂ has mean 0 and variance σ²/(σ² + ε), a little below 1.
///
/// # Errors
///
/// If the moments do not fit the channels of `x`, or σ² is negative, or ε is; ε = 0 is
/// allowed where no variance is 0.
///
/// ```
/// use bn_core::{Moments, normalize::normalize};
/// use ndarray::array;
///
/// let moments = Moments { mean: array![10.0], variance: array![3.0] };
/// assert_eq!(normalize(array![[10.0], [14.0]].view(), &moments, 1.0)?, array![[0.0], [2.0]]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe & Szegedy 2015, Algorithm 1, line 3.
#[doc(alias = "eq:normalize")]
pub fn normalize<F: Float>(
    x: ArrayView2<F>,
    moments: &Moments<F>,
    epsilon: F,
) -> Result<Array2<F>> {
    moments.check_valid(x.ncols())?;
    let sigma = standard_deviation(moments.variance.view(), epsilon)?;
    Ok(x_hat(x, moments.mean.view(), sigma.view()))
}

/// Gives each channel a scale and a shift of its own, to be learned.
///
/// ```text
/// y = γ x̂ + β
/// ```
///
/// `x_hat` and the result are `[N, C]`; γ and β are `[C]`.
///
/// # Errors
///
/// If γ or β do not fit the channels of x̂.
///
/// ```
/// use bn_core::normalize::scale_shift;
/// use ndarray::array;
///
/// let (gamma, beta) = (array![2.0, 3.0], array![10.0, 0.0]);
/// let y = scale_shift(array![[1.0, 1.0], [-1.0, 2.0]].view(), gamma.view(), beta.view())?;
/// assert_eq!(y, array![[12.0, 3.0], [8.0, 6.0]]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe & Szegedy 2015, Algorithm 1, line 4.
#[doc(alias = "eq:scale-shift")]
pub fn scale_shift<F: Float>(
    x_hat: ArrayView2<F>,
    gamma: ArrayView1<F>,
    beta: ArrayView1<F>,
) -> Result<Array2<F>> {
    check::shape("gamma", gamma.shape(), &[x_hat.ncols()])?;
    check::shape("beta", beta.shape(), &[x_hat.ncols()])?;
    Ok(&gamma * &x_hat + beta)
}

/// The γ and β with which batch normalization does nothing: normalization takes no
/// function away from the network.
///
/// ```text
/// γ = √(σ² + ε),  β = μ   ⇒   γ x̂ + β = x
/// ```
///
/// Returns (γ, β), each `[C]`.
///
/// # Errors
///
/// Those of [`normalize`].
///
/// ```
/// use bn_core::{Moments, normalize::*};
/// use ndarray::array;
///
/// let x = array![[1.0, -5.0], [3.0, 7.0]];
/// let moments = Moments::of(x.view())?;
/// let (gamma, beta) = identity_setting(&moments, 0.5)?;
///
/// let x_hat = normalize(x.view(), &moments, 0.5)?;
/// let y = scale_shift(x_hat.view(), gamma.view(), beta.view())?;
/// assert!((y - x).iter().all(|difference: &f64| difference.abs() < 1e-12));
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe & Szegedy 2015, section 3.
#[doc(alias = "eq:identity-setting")]
pub fn identity_setting<F: Float>(
    moments: &Moments<F>,
    epsilon: F,
) -> Result<(Array1<F>, Array1<F>)> {
    moments.check_valid(moments.mean.len())?;
    let gamma = standard_deviation(moments.variance.view(), epsilon)?;
    Ok((gamma, moments.mean.clone()))
}

/// √(σ² + ε): what normalization divides by.
///
/// ε keeps a channel that does not vary from being divided by zero. It belongs inside the
/// root, beside the variance, and has its units.
///
/// # Errors
///
/// If σ² or ε is negative, not finite, or both are 0.
///
/// ```
/// use bn_core::normalize::standard_deviation;
/// use ndarray::array;
///
/// assert_eq!(standard_deviation(array![8.0, 0.0].view(), 1.0)?, array![3.0, 1.0]);
/// # Ok::<(), bn_core::Error>(())
/// ```
pub fn standard_deviation<F: Float>(variance: ArrayView1<F>, epsilon: F) -> Result<Array1<F>> {
    let in_range = |e: F| e >= F::zero() && e.is_finite();
    check::number(
        "epsilon",
        epsilon,
        in_range,
        "a finite number, 0 or greater",
    )?;
    check::variance(variance)?;
    if epsilon == F::zero() {
        let positive = |v: F| v > F::zero();
        check::numbers(
            "variance",
            variance,
            positive,
            "more than 0, since epsilon is 0",
        )?;
    }
    Ok(sigma(variance, epsilon))
}

/// The variance that is left after normalization: below 1, by ε.
///
/// ```text
/// Var x̂ = σ² / (σ² + ε)
/// ```
///
/// `variance` and the result are `[C]`. A channel whose variance is not much larger than ε
/// keeps much less than 1.
///
/// # Errors
///
/// Those of [`standard_deviation`].
///
/// ```
/// use bn_core::normalize::normalized_variance;
/// use ndarray::array;
///
/// assert_eq!(normalized_variance(array![3.0, 0.0].view(), 1.0)?, array![0.75, 0.0]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// From Ioffe & Szegedy 2015, Algorithm 1, line 3.
#[doc(alias = "eq:normalized-variance")]
pub fn normalized_variance<F: Float>(variance: ArrayView1<F>, epsilon: F) -> Result<Array1<F>> {
    standard_deviation(variance, epsilon)?; // for its questions
    Ok(variance.mapv(|v| v / (v + epsilon)))
}

// The formulas without the questions, for numbers that are known to be good or may be NaN.

/// (x − μ) / σ
pub(crate) fn x_hat<F: Float>(
    x: ArrayView2<F>,
    mu: ArrayView1<F>,
    sigma: ArrayView1<F>,
) -> Array2<F> {
    (&x - &mu) / sigma
}

/// √(σ² + ε)
pub(crate) fn sigma<F: Float>(variance: ArrayView1<F>, epsilon: F) -> Array1<F> {
    variance.mapv(|v| (v + epsilon).sqrt())
}
