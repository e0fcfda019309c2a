//! How much gradients move: internal covariate shift, and how smooth the loss is.

use crate::gradient::{sum_dy, sum_dy_x_hat};
use crate::sum::{sum, sum_over_batch};
use crate::{Float, Result, check};
use ndarray::{Array1, ArrayView1, ArrayView2};

/// Internal covariate shift of a layer, as a distance of gradients.
///
/// ```text
/// ‖G − G′‖₂
/// ```
///
/// G is the gradient of the layer's parameters, G′ the same after all layers before it have
/// taken their step; `[P]` each. 0 means that the layer need not react to the others.
///
/// # Errors
///
/// If the lengths differ, there are none, or a value is not finite.
///
/// ```
/// use bn_core::landscape::ics_distance;
/// use ndarray::array;
///
/// assert_eq!(ics_distance(array![1.0, 5.0].view(), array![4.0, 1.0].view())?, 5.0);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Santurkar et al. 2018.
#[doc(alias = "eq:ics-distance")]
pub fn ics_distance<F: Float>(g: ArrayView1<F>, g_after: ArrayView1<F>) -> Result<F> {
    check_pair("the gradient", g, "the gradient after", g_after)?;
    finite_result(distance(g, g_after))
}

/// Internal covariate shift of a layer, as an angle between gradients.
///
/// ```text
/// cos(G, G′) = ⟨G, G′⟩ / (‖G‖ ‖G′‖)
/// ```
///
/// The gradients are those of [`ics_distance`]. 1 means that the direction stayed.
///
/// # Errors
///
/// If the lengths differ, a value is not finite, or a gradient is zero: it has no direction.
///
/// ```
/// use bn_core::landscape::ics_cosine;
/// use ndarray::array;
///
/// assert_eq!(ics_cosine(array![3.0, 4.0].view(), array![10.0, 0.0].view())?, 0.6);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Santurkar et al. 2018.
#[doc(alias = "eq:ics-cosine")]
pub fn ics_cosine<F: Float>(g: ArrayView1<F>, g_after: ArrayView1<F>) -> Result<F> {
    cosine("the gradient", g, "the gradient after", g_after)
}

/// How far the gradient moves along its own direction: gradient predictiveness.
///
/// ```text
/// ‖∇L(θ) − ∇L(θ − η_k ∇L(θ))‖,   k = 1 … K
/// ```
///
/// `gradient` is `[P]`, `moved` is `[K, P]`: the gradients after steps of K lengths. The result
/// is `[K]`; its range over steps is what the paper plots.
///
/// # Errors
///
/// If the lengths differ, there are none, or a value is not finite.
///
/// ```
/// use bn_core::landscape::gradient_predictiveness;
/// use ndarray::array;
///
/// // L = 3θ²/2 at θ = 1: g = 3, and after η = 0.1 and 0.2 it is 2.1 and 1.2.
/// let moved = gradient_predictiveness(array![3.0].view(), array![[2.1], [1.2]].view())?;
/// assert!((moved - array![0.9, 1.8]).iter().all(|d: &f64| d.abs() < 1e-12));
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Santurkar et al. 2018.
#[doc(alias = "eq:gradient-predictiveness")]
pub fn gradient_predictiveness<F: Float>(
    gradient: ArrayView1<F>,
    moved: ArrayView2<F>,
) -> Result<Array1<F>> {
    check::not_empty("gradient", &gradient)?;
    check::not_empty("moved", &moved)?;
    check::channels("moved", &moved, gradient.len())?;
    check::finite("gradient", &gradient)?;
    check::finite("moved", &moved)?;
    moved
        .outer_iter()
        .map(|moved| finite_result(distance(gradient, moved)))
        .collect()
}

/// The smoothness constant that a step along the gradient runs into.
///
/// ```text
/// β_eff = max_k ‖∇L(θ) − ∇L(θ − η_k ∇L(θ))‖ / ‖η_k ∇L(θ)‖
/// ```
///
/// `gradient` and `moved` are those of [`gradient_predictiveness`], `steps` the K lengths η_k.
/// For a quadratic loss along an eigenvector it is the eigenvalue.
///
/// # Errors
///
/// If the shapes do not fit, a value is not finite, a step is not positive, or the gradient is
/// zero.
///
/// ```
/// use bn_core::landscape::effective_smoothness;
/// use ndarray::array;
///
/// let (gradient, moved) = (array![3.0], array![[2.1], [1.2]]);
/// let beta: f64 = effective_smoothness(gradient.view(), moved.view(), array![0.1, 0.2].view())?;
/// assert!((beta - 3.0).abs() < 1e-12);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Santurkar et al. 2018 ("effective β-smoothness").
#[doc(alias = "eq:effective-smoothness")]
pub fn effective_smoothness<F: Float>(
    gradient: ArrayView1<F>,
    moved: ArrayView2<F>,
    steps: ArrayView1<F>,
) -> Result<F> {
    let distances = gradient_predictiveness(gradient, moved)?;
    check::shape("steps", steps.shape(), distances.shape())?;
    let positive = |step: F| step > F::zero() && step.is_finite();
    check::numbers("steps", steps, positive, "a finite number greater than 0")?;
    let length = norm(gradient);
    check_direction("the norm of the gradient", length)?;
    let ratios = distances
        .iter()
        .zip(steps)
        .map(|(d, step)| d.widen() / (step.widen() * length));
    finite_result(ratios.fold(0.0, f64::max))
}

/// What batch norm does to the gradient of one layer: the square of its norm, at most.
///
/// ```text
/// ‖∇_x L̂‖² ≤ (γ²/σ²) (‖∇_y L‖² − ⟨1, ∇_y L⟩²/m − ⟨∇_y L, x̂⟩²/m)
/// ```
///
/// `dy` = ∇_y L and `x_hat` are `[m, C]`, `gamma` and `sigma` = √(σ²_B + ε) are `[C]`; the
/// result, `[C]`, is the right side. For a batch norm alone, and ε = 0, both sides are equal.
///
/// # Errors
///
/// If the shapes do not fit, a value is not finite, or σ is not positive.
///
/// ```
/// use bn_core::landscape::gradient_norm_bound;
/// use ndarray::array;
///
/// // 1 + 4 − 9/2 − (−1 + 2)²/2 = 0: a batch of two passes nothing.
/// let (dy, x_hat) = (array![[1.0], [2.0]], array![[-1.0], [1.0]]);
/// let bound = gradient_norm_bound(
///     dy.view(), x_hat.view(), array![3.0].view(), array![2.0].view(),
/// )?;
/// assert_eq!(bound, array![0.0]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Santurkar et al. 2018, theorem 4.1.
#[doc(alias = "eq:gradient-norm-bound")]
pub fn gradient_norm_bound<F: Float>(
    dy: ArrayView2<F>,
    x_hat: ArrayView2<F>,
    gamma: ArrayView1<F>,
    sigma: ArrayView1<F>,
) -> Result<Array1<F>> {
    check::not_empty("dy", &dy)?;
    check::shape("x_hat", x_hat.shape(), dy.shape())?;
    check::shape("gamma", gamma.shape(), &[dy.ncols()])?;
    check::shape("sigma", sigma.shape(), &[dy.ncols()])?;
    check::finite("dy", &dy)?;
    check::finite("x_hat", &x_hat)?;
    let positive = |s: F| s > F::zero() && s.is_finite();
    check::numbers("sigma", sigma, positive, "a finite number greater than 0")?;
    let m = dy.nrows() as f64;
    let squares = sum_over_batch(dy, dy, |dy, _| dy * dy);
    let (dbeta, dgamma) = (sum_dy(dy), sum_dy_x_hat(dy, x_hat));
    let bound = Array1::from_shape_fn(dy.ncols(), |c| {
        let (dbeta, dgamma) = (dbeta[c].widen(), dgamma[c].widen());
        let scale = (gamma[c] / sigma[c]).widen().powi(2);
        F::narrow(scale * (squares[c] - dbeta * dbeta / m - dgamma * dgamma / m))
    });
    check::no_overflow("the bound", &bound)?;
    Ok(bound)
}

/// ⟨a, b⟩ / (‖a‖ ‖b‖)
pub(crate) fn cosine<F: Float>(
    a_name: &'static str,
    a: ArrayView1<F>,
    b_name: &'static str,
    b: ArrayView1<F>,
) -> Result<F> {
    check_pair(a_name, a, b_name, b)?;
    let (a_norm, b_norm) = (norm(a), norm(b));
    check_direction(a_name, a_norm)?;
    check_direction(b_name, b_norm)?;
    let dot = sum(a.len(), |i| {
        (a[i].widen() / a_norm) * (b[i].widen() / b_norm)
    });
    Ok(F::narrow(dot))
}

fn check_pair<F: Float>(
    a_name: &'static str,
    a: ArrayView1<F>,
    b_name: &'static str,
    b: ArrayView1<F>,
) -> Result<()> {
    check::not_empty(a_name, &a)?;
    check::shape(b_name, b.shape(), a.shape())?;
    check::finite(a_name, &a)?;
    check::finite(b_name, &b)
}

fn check_direction(what: &'static str, norm: f64) -> Result<()> {
    let expected = "a norm greater than 0: the zero vector has no direction";
    check::number(what, norm, |norm| norm > 0.0 && norm.is_finite(), expected)
}

fn norm<F: Float>(a: ArrayView1<F>) -> f64 {
    sum(a.len(), |i| a[i].widen() * a[i].widen()).sqrt()
}

fn distance<F: Float>(a: ArrayView1<F>, b: ArrayView1<F>) -> f64 {
    sum(a.len(), |i| (a[i].widen() - b[i].widen()).powi(2)).sqrt()
}

fn finite_result<F: Float>(result: f64) -> Result<F> {
    let result = F::narrow(result);
    check::no_overflow("the result", [&result])?;
    Ok(result)
}
