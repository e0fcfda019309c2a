//! The way back through batch normalization: from ∂L/∂y to ∂L/∂β, ∂L/∂γ and ∂L/∂x.
//!
//! `d` stands for "gradient of the loss with respect to": `dy` is ∂L/∂y.

use crate::sum::sum_over_batch;
use crate::{Float, Result, check};
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
    check::shape("sigma", sigma.shape(), channels)?;
    let not_positive = |s: F| s <= F::zero();
    check::numbers(
        "sigma",
        sigma,
        |s| !not_positive(s),
        "a number greater than 0",
    )?;

    let m = F::narrow(dy.nrows() as f64);
    let scale = &gamma / (&sigma * m);
    Ok((&dy * m - dbeta - &x_hat * &dgamma) * scale)
}

/// Σᵢ dyᵢ
pub(crate) fn sum_dy<F: Float>(dy: ArrayView2<F>) -> Array1<F> {
    sum_over_batch(dy, dy, |dy, _| dy).mapv(F::narrow)
}

/// Σᵢ dyᵢ x̂ᵢ
pub(crate) fn sum_dy_x_hat<F: Float>(dy: ArrayView2<F>, x_hat: ArrayView2<F>) -> Array1<F> {
    sum_over_batch(dy, x_hat, |dy, x_hat| dy * x_hat).mapv(F::narrow)
}
