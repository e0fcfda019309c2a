//! Weights before a normalization: their length does not change the output, and so it changes
//! how fast they learn.

use crate::sum::sum;
use crate::{Float, Result, check};
use ndarray::{Array1, ArrayView1, ArrayView2};

/// How much a loss changes when its weights are scaled; 0 for weights that feed a
/// normalization, with ε = 0.
///
/// ```text
/// L(a w) − L(w)
/// ```
///
/// # Errors
///
/// If `w` is empty or not finite, or a is not positive and finite.
///
/// ```
/// use bn_core::{Moments, normalize::normalize, scale::scale_defect};
/// use ndarray::{Array1, array};
///
/// let x = array![[1.0, 2.0], [-3.0, 0.5], [2.0, -1.0]];
/// // The first example, after a unit with weights w and its normalization.
/// let normalized = |w: &Array1<f64>| {
///     let z = x.dot(w).insert_axis(ndarray::Axis(1));
///     normalize(z.view(), &Moments::of(z.view()).unwrap(), 0.0).unwrap()[[0, 0]]
/// };
/// assert!(scale_defect(normalized, array![1.0, -2.0].view(), 10.0)?.abs() < 1e-12);
/// assert_eq!(scale_defect(|w| w.sum(), array![1.0, 2.0].view(), 10.0)?, 27.0);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe & Szegedy 2015, section 3.3; van Laarhoven 2017.
#[doc(alias = "eq:scale-invariance")]
pub fn scale_defect<F: Float>(loss: impl Fn(&Array1<F>) -> F, w: ArrayView1<F>, a: F) -> Result<F> {
    check::not_empty("w", &w)?;
    check::finite("w", &w)?;
    check_factor(a)?;
    Ok(loss(&(&w * a)) - loss(&w.to_owned()))
}

/// The gradient at scaled weights, from that at the weights themselves.
///
/// ```text
/// ∇L(a w) = ∇L(w) / a
/// ```
///
/// For a loss with L(a w) = L(w). `gradient` and the result are `[P]`.
///
/// # Errors
///
/// If the gradient is empty, or a is not positive and finite.
///
/// ```
/// use bn_core::scale::gradient_at_scale;
/// use ndarray::array;
///
/// assert_eq!(gradient_at_scale(array![3.0, -1.0].view(), 2.0)?, array![1.5, -0.5]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe & Szegedy 2015, section 3.3.
#[doc(alias = "eq:gradient-at-scale")]
pub fn gradient_at_scale<F: Float>(gradient: ArrayView1<F>, a: F) -> Result<Array1<F>> {
    check::not_empty("gradient", &gradient)?;
    check_factor(a)?;
    Ok(&gradient / a)
}

/// The part of a gradient along the weights: 0 for a loss that ignores their length.
///
/// ```text
/// cos(w, ∇L) = ⟨w, ∇L⟩ / (‖w‖ ‖∇L‖) = 0
/// ```
///
/// # Errors
///
/// If the lengths differ, or either is not finite or zero.
///
/// ```
/// use bn_core::scale::radial_cosine;
/// use ndarray::array;
///
/// assert_eq!(radial_cosine(array![3.0, 4.0].view(), array![-4.0, 3.0].view())?, 0.0);
/// assert_eq!(radial_cosine(array![3.0, 4.0].view(), array![5.0, 0.0].view())?, 0.6);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Euler's theorem on homogeneous functions; Arora, Li & Lyu 2019.
#[doc(alias = "eq:radial-gradient")]
pub fn radial_cosine<F: Float>(w: ArrayView1<F>, gradient: ArrayView1<F>) -> Result<F> {
    crate::landscape::cosine("w", w, "gradient", gradient)
}

/// ‖w‖² after a step of gradient descent on a loss that ignores the length of w: it can only
/// grow.
///
/// ```text
/// ‖w − η g‖² = ‖w‖² + η² ‖g‖²
/// ```
///
/// # Errors
///
/// If ‖w‖² or ‖g‖² is negative or not finite, or η is.
///
/// ```
/// use bn_core::scale::squared_norm_after_step;
///
/// // w = (3, 4), g = (−4, 3), η = 0.2: (3.8, 3.4).
/// let after: f64 = squared_norm_after_step(25.0, 25.0, 0.2)?;
/// assert!((after - (3.8 * 3.8 + 3.4 * 3.4)).abs() < 1e-12);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Arora, Li & Lyu 2019.
#[doc(alias = "eq:norm-growth")]
pub fn squared_norm_after_step<F: Float>(
    w_squared: F,
    gradient_squared: F,
    learning_rate: F,
) -> Result<F> {
    check_not_negative("the squared norm of w", w_squared)?;
    check_not_negative("the squared norm of the gradient", gradient_squared)?;
    check_not_negative("the learning rate", learning_rate)?;
    Ok(w_squared + learning_rate * learning_rate * gradient_squared)
}

/// The learning rate that the direction of the weights feels.
///
/// ```text
/// η_eff = η / ‖w‖²
/// ```
///
/// # Errors
///
/// If η is negative or not finite, or ‖w‖² is not positive and finite.
///
/// ```
/// use bn_core::scale::effective_learning_rate;
///
/// assert_eq!(effective_learning_rate(0.1, 4.0)?, 0.025);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// van Laarhoven 2017; Hoffer et al. 2018.
#[doc(alias = "eq:effective-learning-rate")]
pub fn effective_learning_rate<F: Float>(learning_rate: F, w_squared: F) -> Result<F> {
    check_not_negative("the learning rate", learning_rate)?;
    check_positive("the squared norm of w", w_squared)?;
    Ok(learning_rate / w_squared)
}

/// ‖w‖² where weight decay takes away what the steps add.
///
/// ```text
/// ‖w‖⁴ = η E‖ĝ‖² / (2λ)
/// ```
///
/// ĝ is the gradient at weights of length 1; the step is w ← w − η(g + λw). Returns ‖w‖².
///
/// # Errors
///
/// If E‖ĝ‖² is negative or not finite, or η or λ is not positive and finite.
///
/// ```
/// use bn_core::scale::equilibrium_squared_norm;
///
/// // ‖w‖² = 2: each step adds η²‖ĝ‖²/‖w‖² = 0.08 and takes 2ηλ‖w‖² = 0.08.
/// let w_squared: f64 = equilibrium_squared_norm(0.2, 0.1, 4.0)?;
/// assert!((w_squared - 2.0).abs() < 1e-12);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// van Laarhoven 2017.
#[doc(alias = "eq:equilibrium-norm")]
pub fn equilibrium_squared_norm<F: Float>(
    learning_rate: F,
    weight_decay: F,
    unit_gradient_squared: F,
) -> Result<F> {
    check_positive("the learning rate", learning_rate)?;
    check_positive("the weight decay", weight_decay)?;
    check_not_negative("the squared norm of the gradient", unit_gradient_squared)?;
    Ok((learning_rate * unit_gradient_squared / (weight_decay + weight_decay)).sqrt())
}

/// The angle by which the weights turn in each step, once their length is in equilibrium.
///
/// ```text
/// angle = √(2 η λ)
/// ```
///
/// In radians, a root mean square over steps; for small ηλ. The gradient has no part in it.
///
/// # Errors
///
/// If η or λ is not positive and finite.
///
/// ```
/// use bn_core::scale::equilibrium_angle;
///
/// assert_eq!(equilibrium_angle(0.5, 0.01)?, 0.1);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Wan et al. 2021.
#[doc(alias = "eq:equilibrium-angle")]
pub fn equilibrium_angle<F: Float>(learning_rate: F, weight_decay: F) -> Result<F> {
    check_positive("the learning rate", learning_rate)?;
    check_positive("the weight decay", weight_decay)?;
    Ok(((learning_rate + learning_rate) * weight_decay).sqrt())
}

/// Weights as a length and a direction, as batch norm sees them.
///
/// ```text
/// w̃ = g w / ‖w‖_S,   ‖w‖_S = √(wᵀ S w)
/// ```
///
/// S is the covariance of the inputs, `[d, d]`, and g the γ of the unit: the variance of w̃ᵀx
/// is g². `w` and the result are `[d]`.
///
/// # Errors
///
/// If the shapes do not fit, a value is not finite, or wᵀSw is not positive.
///
/// ```
/// use bn_core::scale::length_direction;
/// use ndarray::array;
///
/// let s = array![[4.0, 0.0], [0.0, 1.0]];
/// let w = length_direction(array![10.0, 0.0].view(), s.view(), 3.0)?;
/// assert_eq!(w, array![1.5, 0.0]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Kohler et al. 2019.
#[doc(alias = "eq:length-direction")]
pub fn length_direction<F: Float>(
    w: ArrayView1<F>,
    covariance: ArrayView2<F>,
    g: F,
) -> Result<Array1<F>> {
    check::finite("g", &ndarray::aview0(&g))?;
    let w_s = F::narrow(quadratic_form(w, covariance)?.sqrt());
    Ok(&w * (g / w_s))
}

/// The least squares loss of a batch-normalized linear unit, with the best g.
///
/// ```text
/// ρ(w) = −(uᵀw)² / (2 wᵀ S w),   u = E[y x]
/// ```
///
/// A Rayleigh quotient: the length of w does not count. Up to the constant ½E\[y²\].
///
/// # Errors
///
/// If the shapes do not fit, a value is not finite, or wᵀSw is not positive.
///
/// ```
/// use bn_core::scale::rayleigh_loss;
/// use ndarray::array;
///
/// let (u, s) = (array![2.0, 1.0], array![[4.0, 0.0], [0.0, 1.0]]);
/// assert_eq!(rayleigh_loss(array![1.0, 0.0].view(), u.view(), s.view())?, -0.5);
/// assert_eq!(rayleigh_loss(array![7.0, 0.0].view(), u.view(), s.view())?, -0.5);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Kohler et al. 2019.
#[doc(alias = "eq:rayleigh-loss")]
pub fn rayleigh_loss<F: Float>(
    w: ArrayView1<F>,
    u: ArrayView1<F>,
    covariance: ArrayView2<F>,
) -> Result<F> {
    let w_s_w = quadratic_form(w, covariance)?;
    check::shape("u", u.shape(), w.shape())?;
    check::finite("u", &u)?;
    let u_w = sum(w.len(), |i| u[i].widen() * w[i].widen());
    Ok(F::narrow(-u_w * u_w / (2.0 * w_s_w)))
}

/// wᵀ S w, which has to be positive.
fn quadratic_form<F: Float>(w: ArrayView1<F>, s: ArrayView2<F>) -> Result<f64> {
    check::not_empty("w", &w)?;
    check::shape("the covariance", s.shape(), &[w.len(), w.len()])?;
    check::finite("w", &w)?;
    check::finite("the covariance", &s)?;
    let d = w.len();
    let s_w = |i: usize| sum(d, |j| s[[i, j]].widen() * w[j].widen());
    let form = sum(d, |i| w[i].widen() * s_w(i));
    check_positive("the squared norm of w under the covariance", form)?;
    Ok(form)
}

fn check_factor<F: Float>(a: F) -> Result<()> {
    check_positive("the scale", a)
}

fn check_positive<F: Float>(what: &'static str, given: F) -> Result<()> {
    let positive = |x: F| x > F::zero() && x.is_finite();
    check::number(what, given, positive, "a finite number greater than 0")
}

fn check_not_negative<F: Float>(what: &'static str, given: F) -> Result<()> {
    let in_range = |x: F| x >= F::zero() && x.is_finite();
    check::number(what, given, in_range, "a finite number, 0 or greater")
}
