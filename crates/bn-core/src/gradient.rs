//! The way back through batch normalization: from ∂L/∂y to ∂L/∂β, ∂L/∂γ and ∂L/∂x.
//!
//! `d` stands for "gradient of the loss with respect to": `dy` is ∂L/∂y.

use crate::normalize::standard_deviation;
use crate::sum::sum_over_batch;
use crate::{Float, Moments, Result, check};
use ndarray::{Array, Array1, Array2, ArrayView1, ArrayView2, Dimension, Ix2};

/// The three gradients of a normalization.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradients<F, D: Dimension = Ix2> {
    /// ∂L/∂x, of the shape of x.
    pub dx: Array<F, D>,
    /// ∂L/∂γ, of the shape `[C]` of γ; empty where γ is not learned.
    pub dgamma: Array1<F>,
    /// ∂L/∂β, of the shape `[C]` of β; empty where β is not learned.
    pub dbeta: Array1<F>,
}

/// Gradient of the shift: β is added to every example, so it hears from every example.
///
/// ```text
/// dβ = Σᵢ dyᵢ
/// ```
///
/// `dy` is `[m, C]`, the result `[C]`.
///
/// # Errors
///
/// If `dy` is empty or holds NaN or an infinity.
///
/// ```
/// use bn_core::gradient::grad_beta;
/// use ndarray::array;
///
/// assert_eq!(grad_beta(array![[1.0, -1.0], [2.0, 5.0]].view())?, array![3.0, 4.0]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe & Szegedy 2015, section 3.
#[doc(alias = "eq:grad-beta")]
pub fn grad_beta<F: Float>(dy: ArrayView2<F>) -> Result<Array1<F>> {
    check::not_empty("dy", &dy)?;
    let dbeta = sum_dy(dy);
    check::all_finite("dbeta", dbeta.iter().copied(), "dy", &dy)?;
    Ok(dbeta)
}

/// Gradient of the scale: γ multiplies x̂.
///
/// ```text
/// dγ = Σᵢ dyᵢ x̂ᵢ
/// ```
///
/// `dy` and `x_hat` are `[m, C]`, the result `[C]`.
///
/// # Errors
///
/// If the shapes differ, or either array is empty or holds NaN or an infinity.
///
/// ```
/// use bn_core::gradient::grad_gamma;
/// use ndarray::array;
///
/// let (dy, x_hat) = (array![[1.0], [2.0]], array![[-1.0], [1.0]]);
/// assert_eq!(grad_gamma(dy.view(), x_hat.view())?, array![1.0]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe & Szegedy 2015, section 3.
#[doc(alias = "eq:grad-gamma")]
pub fn grad_gamma<F: Float>(dy: ArrayView2<F>, x_hat: ArrayView2<F>) -> Result<Array1<F>> {
    check::not_empty("dy", &dy)?;
    check::shape("x_hat", x_hat.shape(), dy.shape())?;
    let dgamma = sum_dy_x_hat(dy, x_hat);
    if let Err(error) = check::all_finite("dgamma", dgamma.iter().copied(), "dy", &dy) {
        check::finite("x_hat", &x_hat)?;
        return Err(error);
    }
    Ok(dgamma)
}

/// Gradient of the input, in the compact form.
///
/// ```text
/// dx = γ / (m √(σ² + ε)) · (m dy − dβ − x̂ dγ)
/// ```
///
/// μ_B and σ²_B depend on x, too: what `dy` has in common over the batch (dβ) and what it has
/// in common with x̂ (dγ) is taken out on the way back. `dy`, `x_hat` and the result are
/// `[m, C]`; `dgamma`, `dbeta`, `gamma` and `sigma` = √(σ² + ε) are `[C]`; x̂ has to be
/// normalized by the moments of its own batch. NaN stays in its channel.
///
/// # Errors
///
/// If the shapes do not fit, `sigma` is not positive, or `dy` is empty.
///
/// ```
/// use bn_core::gradient::*;
/// use ndarray::array;
///
/// // x = (0, 3, 6), σ = √6, γ = 3; the loss is y of the example in the middle.
/// let dy = array![[0.0], [1.0], [0.0]];
/// let x_hat = array![[-3.0], [0.0], [3.0]] / 6.0_f64.sqrt();
/// let (gamma, sigma) = (array![3.0], array![6.0_f64.sqrt()]);
///
/// let dgamma = grad_gamma(dy.view(), x_hat.view())?;
/// let dbeta = grad_beta(dy.view())?;
/// let dx = grad_x(
///     dy.view(), x_hat.view(), dgamma.view(), dbeta.view(), gamma.view(), sigma.view(),
/// )?;
/// let expected = array![[-1.0], [2.0], [-1.0]] / 6.0_f64.sqrt();
/// assert!((dx - expected).iter().all(|difference| difference.abs() < 1e-15));
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe & Szegedy 2015, section 3, with its three terms put together.
#[doc(alias = "eq:grad-x")]
pub fn grad_x<F: Float>(
    dy: ArrayView2<F>,
    x_hat: ArrayView2<F>,
    dgamma: ArrayView1<F>,
    dbeta: ArrayView1<F>,
    gamma: ArrayView1<F>,
    sigma: ArrayView1<F>,
) -> Result<Array2<F>> {
    check::not_empty("dy", &dy)?;
    check::shape("x_hat", x_hat.shape(), dy.shape())?;
    let channels = &[dy.ncols()];
    check::shape("dgamma", dgamma.shape(), channels)?;
    check::shape("dbeta", dbeta.shape(), channels)?;
    check::shape("gamma", gamma.shape(), channels)?;
    check_sigma(sigma, dy.ncols())?;

    let m = F::narrow(dy.nrows() as f64);
    let scale = &gamma / (&sigma * m);
    Ok((&dy * m - dbeta - &x_hat * &dgamma) * scale)
}

/// Gradient of the normalized input: γ stands between x̂ and y.
///
/// ```text
/// dx̂ = γ dy
/// ```
///
/// `dy` and the result are `[m, C]`, `gamma` is `[C]`.
///
/// # Errors
///
/// If the shapes do not fit.
///
/// ```
/// use bn_core::gradient::grad_x_hat;
/// use ndarray::array;
///
/// let dx_hat = grad_x_hat(array![[1.0, 2.0]].view(), array![3.0, -1.0].view())?;
/// assert_eq!(dx_hat, array![[3.0, -2.0]]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe & Szegedy 2015, section 3.
#[doc(alias = "eq:grad-x-hat")]
pub fn grad_x_hat<F: Float>(dy: ArrayView2<F>, gamma: ArrayView1<F>) -> Result<Array2<F>> {
    check::shape("gamma", gamma.shape(), &[dy.ncols()])?;
    Ok(&dy * &gamma)
}

/// Gradient of the batch variance.
///
/// ```text
/// dσ² = −½ Σᵢ dx̂ᵢ (xᵢ − μ_B) (σ²_B + ε)^(−3/2)
/// ```
///
/// `dx_hat` and `x` are `[m, C]`, the result `[C]`.
///
/// # Errors
///
/// If the shapes do not fit, a batch is empty, or the moments are not those of numbers.
///
/// ```
/// use bn_core::{Moments, gradient::grad_variance};
/// use ndarray::array;
///
/// let moments = Moments { mean: array![2.0], variance: array![3.0] };
/// let (dx_hat, x) = (array![[1.0], [2.0]], array![[4.0], [5.0]]);
/// // −½ (1·2 + 2·3) / 8
/// assert_eq!(grad_variance(dx_hat.view(), x.view(), &moments, 1.0)?, array![-0.5]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe & Szegedy 2015, section 3.
#[doc(alias = "eq:grad-variance")]
pub fn grad_variance<F: Float>(
    dx_hat: ArrayView2<F>,
    x: ArrayView2<F>,
    moments: &Moments<F>,
    epsilon: F,
) -> Result<Array1<F>> {
    check::not_empty("dx_hat", &dx_hat)?;
    check::shape("x", x.shape(), dx_hat.shape())?;
    moments.check_valid(x.ncols())?;
    let sigma = standard_deviation(moments.variance.view(), epsilon)?;
    let centered = &x - &moments.mean;
    let sum = sum_over_batch(dx_hat, centered.view(), |dx_hat, centered| {
        dx_hat * centered
    });
    let dvariance = -0.5 * sum / sigma.mapv(|sigma| sigma.widen().powi(3));
    Ok(dvariance.mapv(F::narrow))
}

/// Gradient of the batch mean.
///
/// ```text
/// dμ = −Σᵢ dx̂ᵢ / √(σ²_B + ε)
/// ```
///
/// The way through σ² adds dσ² · (−2/m) Σᵢ(xᵢ − μ_B), which is 0. `dx_hat` is `[m, C]`, `sigma` =
/// √(σ²_B + ε) and the result are `[C]`.
///
/// # Errors
///
/// If the shapes do not fit, there are no examples, or `sigma` is not positive.
///
/// ```
/// use bn_core::gradient::grad_mean;
/// use ndarray::array;
///
/// assert_eq!(grad_mean(array![[1.0], [5.0]].view(), array![2.0].view())?, array![-3.0]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe & Szegedy 2015, section 3.
#[doc(alias = "eq:grad-mean")]
pub fn grad_mean<F: Float>(dx_hat: ArrayView2<F>, sigma: ArrayView1<F>) -> Result<Array1<F>> {
    check::not_empty("dx_hat", &dx_hat)?;
    check_sigma(sigma, dx_hat.ncols())?;
    Ok(-sum_dy(dx_hat) / sigma)
}

/// Gradient of the input, as the sum of the three ways it takes.
///
/// ```text
/// dxᵢ = dx̂ᵢ / √(σ²_B + ε) + dσ² · 2 (xᵢ − μ_B)/m + dμ/m
/// ```
///
/// Straight through x̂, through the variance, through the mean. The same as [`grad_x`], which
/// needs one pass less. `dx_hat`, `x` and the result are `[m, C]`.
///
/// # Errors
///
/// Those of [`grad_variance`].
///
/// ```
/// use bn_core::{Moments, gradient::*};
/// use ndarray::array;
///
/// // The example of `grad_x`.
/// let x = array![[0.0], [3.0], [6.0]];
/// let dx_hat = grad_x_hat(array![[0.0], [1.0], [0.0]].view(), array![3.0].view())?;
/// let dx = grad_x_three_terms(dx_hat.view(), x.view(), &Moments::of(x.view())?, 0.0)?;
/// let expected = array![[-1.0], [2.0], [-1.0]] / 6.0_f64.sqrt();
/// assert!((dx - expected).iter().all(|difference| difference.abs() < 1e-15));
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe & Szegedy 2015, section 3.
#[doc(alias = "eq:grad-x-three-terms")]
pub fn grad_x_three_terms<F: Float>(
    dx_hat: ArrayView2<F>,
    x: ArrayView2<F>,
    moments: &Moments<F>,
    epsilon: F,
) -> Result<Array2<F>> {
    let dvariance = grad_variance(dx_hat, x, moments, epsilon)?;
    let sigma = standard_deviation(moments.variance.view(), epsilon)?;
    let dmean = grad_mean(dx_hat, sigma.view())?;
    let m = F::narrow(x.nrows() as f64);
    let two = F::one() + F::one();
    Ok(&dx_hat / sigma + (&x - &moments.mean) * dvariance * (two / m) + dmean / m)
}

/// The Jacobian ∂y/∂x of one channel: what batch norm takes out of a gradient.
///
/// ```text
/// J = (γ/σ) (I − 1 1ᵀ/m − x̂ x̂ᵀ/m)
/// ```
///
/// `x_hat` is `[m]`, the result `[m, m]`, symmetric. At ε = 0 it is a projection (times γ/σ) of
/// rank m − 2: the shift and the scale of a batch pass no gradient, and with m = 2 nothing else
/// is left.
///
/// # Errors
///
/// If `x_hat` is empty, or σ is not positive.
///
/// ```
/// use bn_core::gradient::jacobian;
/// use ndarray::{Array2, array};
///
/// assert_eq!(jacobian(array![-1.0, 1.0].view(), 5.0, 2.0)?, Array2::<f64>::zeros((2, 2)));
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// From Ioffe & Szegedy 2015, section 3.
#[doc(alias = "eq:jacobian")]
pub fn jacobian<F: Float>(x_hat: ArrayView1<F>, gamma: F, sigma: F) -> Result<Array2<F>> {
    check::not_empty("x_hat", &x_hat)?;
    check_sigma(ndarray::aview1(&[sigma]), 1)?;
    let m = F::narrow(x_hat.len() as f64);
    Ok(Array2::from_shape_fn(
        (x_hat.len(), x_hat.len()),
        |(i, j)| {
            let identity = if i == j { F::one() } else { F::zero() };
            gamma / sigma * (identity - F::one() / m - x_hat[i] * x_hat[j] / m)
        },
    ))
}

/// Gradient of the input in inference, where the statistics are constants.
///
/// ```text
/// dx = γ dy / √(v + ε)
/// ```
///
/// v is the running variance. `dy` and the result are `[N, C]`, `gamma` and `sigma` = √(v + ε)
/// are `[C]`. Unlike in training, nothing is taken out: the norm is one more linear map.
///
/// # Errors
///
/// If the shapes do not fit, or `sigma` is not positive.
///
/// ```
/// use bn_core::gradient::grad_x_eval;
/// use ndarray::array;
///
/// let dx = grad_x_eval(array![[1.0], [1.0]].view(), array![6.0].view(), array![2.0].view())?;
/// assert_eq!(dx, array![[3.0], [3.0]]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// From Ioffe & Szegedy 2015, Algorithm 2, line 11.
#[doc(alias = "eq:grad-x-eval")]
pub fn grad_x_eval<F: Float>(
    dy: ArrayView2<F>,
    gamma: ArrayView1<F>,
    sigma: ArrayView1<F>,
) -> Result<Array2<F>> {
    check::shape("gamma", gamma.shape(), &[dy.ncols()])?;
    check_sigma(sigma, dy.ncols())?;
    Ok(&dy * &(&gamma / &sigma))
}

/// Gradient of a bias in front of a batch norm: always 0.
///
/// ```text
/// BN(W x + b) = BN(W x)   ⇒   db = Σᵢ dxᵢ = 0
/// ```
///
/// The mean takes b out again; β does its work. `dx` is the gradient of the batch norm's input,
/// `[m, C]`, the result `[C]`.
///
/// # Errors
///
/// If `dx` is empty or holds NaN or an infinity.
///
/// ```
/// use bn_core::{BatchNorm, gradient::grad_bias};
/// use ndarray::array;
///
/// let mut layer = BatchNorm::<f64>::params(1).check()?.layer();
/// let (_, cache) = layer.forward_train(array![[3.0], [5.0], [4.5]].view())?;
/// let gradients = layer.backward(&cache, array![[0.5], [2.0], [-7.0]].view())?;
/// assert!(grad_bias(gradients.dx.view())?[0].abs() < 1e-14);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe & Szegedy 2015, section 3.2.
#[doc(alias = "eq:bias-cancels")]
pub fn grad_bias<F: Float>(dx: ArrayView2<F>) -> Result<Array1<F>> {
    check::not_empty("dx", &dx)?;
    let db = sum_dy(dx);
    check::all_finite("db", db.iter().copied(), "dx", &dx)?;
    Ok(db)
}

fn check_sigma<F: Float>(sigma: ArrayView1<F>, channels: usize) -> Result<()> {
    check::shape("sigma", sigma.shape(), &[channels])?;
    let not_positive = |s: F| s <= F::zero();
    check::numbers(
        "sigma",
        sigma,
        |s| !not_positive(s),
        "a number greater than 0",
    )
}

/// Σᵢ dyᵢ
pub(crate) fn sum_dy<F: Float>(dy: ArrayView2<F>) -> Array1<F> {
    sum_over_batch(dy, dy, |dy, _| dy).mapv(F::narrow)
}

/// Σᵢ dyᵢ x̂ᵢ
pub(crate) fn sum_dy_x_hat<F: Float>(dy: ArrayView2<F>, x_hat: ArrayView2<F>) -> Array1<F> {
    sum_over_batch(dy, x_hat, |dy, x_hat| dy * x_hat).mapv(F::narrow)
}
