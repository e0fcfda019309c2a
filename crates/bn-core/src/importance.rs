//! Covariate shift: the inputs move, P_tr(x) ≠ P_te(x), while P(y|x) stays. Weights that
//! make training examples stand for test examples, and what they cost.

use crate::sum::sum;
use crate::{Float, Result, check};
use ndarray::{Array1, ArrayView1};

/// How much more often an input occurs at test time than in training.
///
/// ```text
/// w(x) = p_te(x) / p_tr(x)
/// ```
///
/// `p_te` and `p_tr` are the densities at the n training inputs, `[n]` each, in the same
/// units; w is `[n]` and has none. Under p_tr its expectation is 1.
///
/// # Errors
///
/// If the lengths differ, a density is negative or not finite, or `p_tr` is 0 somewhere: no
/// weight brings back what training never shows.
///
/// ```
/// use bn_core::importance::density_ratio;
/// use ndarray::array;
///
/// let w = density_ratio(array![0.5, 0.0].view(), array![0.25, 0.75].view())?;
/// assert_eq!(w, array![2.0, 0.0]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Shimodaira 2000; Sugiyama, Suzuki & Kanamori 2012.
#[doc(alias = "eq:density-ratio")]
pub fn density_ratio<F: Float>(p_te: ArrayView1<F>, p_tr: ArrayView1<F>) -> Result<Array1<F>> {
    check::not_empty("p_te", &p_te)?;
    check::shape("p_tr", p_tr.shape(), p_te.shape())?;
    check::numbers("p_te", p_te, not_negative, "a finite density, 0 or greater")?;
    let positive = |p: F| p > F::zero() && p.is_finite();
    let expected = "a finite density greater than 0: drop inputs outside the support of training";
    check::numbers("p_tr", p_tr, positive, expected)?;
    representable(&p_te / &p_tr)
}

/// [`density_ratio`] where densities are too small to be written down: from their logarithms.
///
/// ```text
/// w(x) = exp(log p_te(x) − log p_tr(x))
/// ```
///
/// Natural logarithms, `[n]` each; `log_p_te` may be −∞, which gives w = 0.
///
/// # Errors
///
/// If the lengths differ, `log_p_tr` is not finite, `log_p_te` is NaN or +∞, or a weight is
/// too large for `F`.
///
/// ```
/// use bn_core::importance::density_ratio_from_logs;
/// use ndarray::array;
///
/// let w = density_ratio_from_logs(array![-1000.0].view(), array![-1001.0].view())?;
/// assert_eq!(w, array![1.0_f64.exp()]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Shimodaira 2000, on the logarithmic scale.
#[doc(alias = "eq:density-ratio")]
pub fn density_ratio_from_logs<F: Float>(
    log_p_te: ArrayView1<F>,
    log_p_tr: ArrayView1<F>,
) -> Result<Array1<F>> {
    check::not_empty("log_p_te", &log_p_te)?;
    check::shape("log_p_tr", log_p_tr.shape(), log_p_te.shape())?;
    check::finite("log_p_tr", &log_p_tr)?;
    let below_infinity = |log_p: F| log_p < F::infinity();
    check::numbers(
        "log_p_te",
        log_p_te,
        below_infinity,
        "a number, or minus infinity",
    )?;
    representable((&log_p_te - &log_p_tr).mapv(F::exp))
}

/// The density ratio from a classifier that tells test inputs from training inputs.
///
/// ```text
/// w(x) = (n_tr / n_te) · c(x) / (1 − c(x)),   c(x) = P(test | x)
/// ```
///
/// `c` is `[n]`: the classifier's probability that an input is from the test set, after
/// training on `n_tr` training and `n_te` test inputs. No density is ever estimated.
///
/// # Errors
///
/// If `c` is empty or a value is outside \[0, 1), or a count is 0.
///
/// ```
/// use bn_core::importance::classifier_ratio;
/// use ndarray::array;
///
/// // With three training inputs for each test input, c = 1/4 says "no difference".
/// let w = classifier_ratio(array![0.25, 0.5].view(), 300, 100)?;
/// assert_eq!(w, array![1.0, 3.0]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Bickel, Brückner & Scheffer 2009; Sugiyama, Suzuki & Kanamori 2012.
#[doc(alias = "eq:classifier-ratio")]
pub fn classifier_ratio<F: Float>(c: ArrayView1<F>, n_tr: usize, n_te: usize) -> Result<Array1<F>> {
    check::not_empty("c", &c)?;
    let probability = |c: F| c >= F::zero() && c < F::one();
    let expected = "a probability of at least 0 and less than 1: at 1 the weight is infinite";
    check::numbers("c", c, probability, expected)?;
    let advice = "count the inputs that the classifier was trained on";
    check::at_least(1, n_tr, "n_tr", advice)?;
    check::at_least(1, n_te, "n_te", advice)?;

    let prior = F::narrow(n_tr as f64 / n_te as f64);
    representable(c.mapv(|c| prior * c / (F::one() - c)))
}

/// Weights between none and all: flatter ones vary less and correct less.
///
/// ```text
/// w^λ,   0 ≤ λ ≤ 1
/// ```
///
/// λ = 0 gives every example weight 1 (ordinary training), λ = 1 the density ratio itself.
///
/// # Errors
///
/// If a weight is negative or not finite, or λ is outside \[0, 1\].
///
/// ```
/// use bn_core::importance::flattened_weights;
/// use ndarray::array;
///
/// assert_eq!(flattened_weights(array![4.0, 0.25].view(), 0.5)?, array![2.0, 0.5]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Shimodaira 2000.
#[doc(alias = "eq:flattened-weights")]
pub fn flattened_weights<F: Float>(weights: ArrayView1<F>, lambda: F) -> Result<Array1<F>> {
    check_weights(weights)?;
    let in_range = |l: F| l >= F::zero() && l <= F::one();
    let expected = "a number from 0 (no weighting) to 1 (the density ratio)";
    check::number("lambda", lambda, in_range, expected)?;
    Ok(weights.mapv(|w| w.powf(lambda)))
}

/// The risk at test time, estimated from training examples.
///
/// ```text
/// E_te[ℓ] = E_tr[w ℓ] ≈ 1/n Σᵢ wᵢ ℓᵢ
/// ```
///
/// `losses` and `weights` are `[n]`, one per training example; the result has the units of
/// the loss.
///
/// # Errors
///
/// If the lengths differ, there are none, a loss is not finite, or a weight is negative or
/// not finite.
///
/// ```
/// use bn_core::importance::importance_risk;
/// use ndarray::array;
///
/// let risk = importance_risk(array![1.0, 3.0].view(), array![1.5, 0.5].view())?;
/// assert_eq!(risk, 1.5);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Shimodaira 2000.
#[doc(alias = "eq:importance-risk")]
pub fn importance_risk<F: Float>(losses: ArrayView1<F>, weights: ArrayView1<F>) -> Result<F> {
    check_weights(weights)?;
    check::shape("losses", losses.shape(), weights.shape())?;
    check::finite("losses", &losses)?;
    let n = losses.len();
    let total = sum(n, |i| weights[i].widen() * losses[i].widen());
    let risk = F::narrow(total / n as f64);
    check::no_overflow("the risk", [&risk])?;
    Ok(risk)
}

/// How many unweighted examples are worth as much as these weighted ones.
///
/// ```text
/// ESS = (Σᵢ wᵢ)² / Σᵢ wᵢ²
/// ```
///
/// Between 1 (one example has all the weight) and n (all weigh the same).
///
/// # Errors
///
/// If a weight is negative or not finite, or all are 0.
///
/// ```
/// use bn_core::importance::effective_sample_size;
/// use ndarray::array;
///
/// let ess = effective_sample_size(array![2.0, 1.0, 1.0].view())?;
/// assert_eq!(ess, 16.0 / 6.0);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Kish 1965; Kong 1992.
#[doc(alias = "eq:effective-sample-size")]
pub fn effective_sample_size<F: Float>(weights: ArrayView1<F>) -> Result<F> {
    check_weights(weights)?;
    let largest = weights.fold(F::zero(), |largest, &w| largest.max(w));
    let positive = |w: F| w > F::zero();
    check::number(
        "the largest weight",
        largest,
        positive,
        "a number greater than 0",
    )?;

    // The scale of the weights cancels: with the largest at 1, no square overflows.
    let w = |i: usize| weights[i].widen() / largest.widen();
    let n = weights.len();
    Ok(F::narrow(sum(n, w).powi(2) / sum(n, |i| w(i).powi(2))))
}

fn not_negative<F: Float>(x: F) -> bool {
    x >= F::zero() && x.is_finite()
}

fn check_weights<F: Float>(weights: ArrayView1<F>) -> Result<()> {
    check::not_empty("weights", &weights)?;
    check::numbers(
        "weights",
        weights,
        not_negative,
        "a finite weight, 0 or greater",
    )
}

fn representable<F: Float>(weights: Array1<F>) -> Result<Array1<F>> {
    check::no_overflow("the density ratio", &weights)?;
    Ok(weights)
}
