//! The noise that a batch of m examples brings: how far its moments stray from those of the
//! population, and what that does to x̂.
//!
//! "Gaussian" below means that the m values of a channel are independent draws from
//! N(μ, σ²), and that ε = 0.

use crate::{Float, Moments, Result, check};
use ndarray::{Array1, ArrayView2};

/// How the examples of a batch are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draw {
    /// Each from the whole population, whatever was drawn before.
    WithReplacement,
    /// Each once, from a data set of so many examples, as an epoch does.
    WithoutReplacement {
        /// N, the size of the data set.
        from: usize,
    },
}

/// Variance of the batch mean around the mean of the population.
///
/// ```text
/// Var μ_B = σ²/m                    with replacement
/// Var μ_B = (S²/m) (N − m)/N        without, S² = σ² N/(N − 1)
/// ```
///
/// σ² is the variance of the population (divided by N), and the result has its units. A batch
/// that is the whole data set has no noise.
///
/// # Errors
///
/// If σ² is negative or not finite, m is 0, or more than N examples are drawn without
/// replacement.
///
/// ```
/// use bn_core::noise::{Draw, batch_mean_variance};
///
/// assert_eq!(batch_mean_variance(12.0, 4, Draw::WithReplacement)?, 3.0);
/// // From {0, 6}, one: 0 or 6, both 3 off. Both: always 3.
/// assert_eq!(batch_mean_variance(9.0, 1, Draw::WithoutReplacement { from: 2 })?, 9.0);
/// assert_eq!(batch_mean_variance(9.0, 2, Draw::WithoutReplacement { from: 2 })?, 0.0);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Cochran 1977, on simple random sampling.
#[doc(alias = "eq:batch-mean-variance")]
pub fn batch_mean_variance(variance: f64, m: usize, draw: Draw) -> Result<f64> {
    check_population(variance)?;
    check_batch(1, m)?;
    match draw {
        Draw::WithReplacement => Ok(variance / m as f64),
        Draw::WithoutReplacement { from: n } => {
            let advice = "a batch drawn without replacement is no larger than the data set";
            check::at_least(m.max(2), n, "examples in the data set", advice)?;
            let (m, n) = (m as f64, n as f64);
            let s_squared = variance * n / (n - 1.0);
            Ok(s_squared / m * (n - m) / n)
        }
    }
}

/// Mean and variance of a random quantity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Law {
    /// Its expectation.
    pub mean: f64,
    /// Its variance.
    pub variance: f64,
}

/// The law of the batch variance of a Gaussian channel.
///
/// ```text
/// m σ²_B / σ² ~ χ²_{m−1},   E σ²_B = σ² (m − 1)/m,   Var σ²_B = 2 (m − 1) σ⁴ / m²
/// ```
///
/// # Errors
///
/// If σ² is negative or not finite, or m is 0.
///
/// ```
/// use bn_core::noise::batch_variance_law;
///
/// // m = 2: σ²_B is the square of N(0, σ²/2).
/// let law = batch_variance_law(4.0, 2)?;
/// assert_eq!((law.mean, law.variance), (2.0, 2.0 * 2.0 * 2.0));
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Cochran 1934.
#[doc(alias = "eq:batch-variance-law")]
pub fn batch_variance_law(variance: f64, m: usize) -> Result<Law> {
    check_population(variance)?;
    check_batch(1, m)?;
    let m = m as f64;
    Ok(Law {
        mean: variance * (m - 1.0) / m,
        variance: 2.0 * (m - 1.0) * variance * variance / (m * m),
    })
}

/// Variance of the batch standard deviation, for large batches of any law.
///
/// ```text
/// Var σ_B ≈ (κ − 1) σ² / (4m),   κ = E(x − μ)⁴ / σ⁴
/// ```
///
/// κ, the kurtosis, is 3 for a Gaussian channel and at least 1 for any.
///
/// # Errors
///
/// If σ² is negative or not finite, κ is below 1 or not finite, or m is 0.
///
/// ```
/// use bn_core::noise::batch_sigma_variance;
///
/// assert_eq!(batch_sigma_variance(8.0, 3.0, 16)?, 0.25);
/// assert_eq!(batch_sigma_variance(8.0, 1.0, 16)?, 0.0); // x = μ ± σ
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// The delta method, from Var σ²_B ≈ (κ − 1)σ⁴/m; Cramér 1946.
#[doc(alias = "eq:batch-sigma-variance")]
pub fn batch_sigma_variance(variance: f64, kurtosis: f64, m: usize) -> Result<f64> {
    check_population(variance)?;
    check_batch(1, m)?;
    let in_range = |k: f64| k >= 1.0 && k.is_finite();
    check::number(
        "the kurtosis",
        kurtosis,
        in_range,
        "a finite number, 1 or greater",
    )?;
    Ok((kurtosis - 1.0) * variance / (4.0 * m as f64))
}

/// Mean of the factor by which a Gaussian channel is scaled too much.
///
/// ```text
/// E[σ/σ_B] = √(m/2) Γ((m − 2)/2) / Γ((m − 1)/2)
/// ```
///
/// # Errors
///
/// If m is less than 3: with 2 examples the expectation is infinite.
///
/// ```
/// use bn_core::noise::mean_inverse_sigma;
///
/// // Γ(1/2) / Γ(1) = √π.
/// let expected = (1.5 * std::f64::consts::PI).sqrt();
/// assert!((mean_inverse_sigma(3)? - expected).abs() < 1e-12);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Moments of the inverse χ law; Johnson, Kotz & Balakrishnan 1994.
#[doc(alias = "eq:inverse-sigma")]
pub fn mean_inverse_sigma(m: usize) -> Result<f64> {
    check_batch(3, m)?;
    let m = m as f64;
    Ok((m / 2.0).sqrt() * gamma_ratio((m - 2.0) / 2.0, (m - 1.0) / 2.0))
}

/// Mean of the square of that factor.
///
/// ```text
/// E[σ²/σ²_B] = m / (m − 3)
/// ```
///
/// # Errors
///
/// If m is less than 4: with 3 examples the expectation is infinite.
///
/// ```
/// use bn_core::noise::mean_inverse_variance;
///
/// assert_eq!(mean_inverse_variance(4)?, 4.0);
/// assert!(mean_inverse_variance(3).is_err());
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Mean of the inverse χ² law; Johnson, Kotz & Balakrishnan 1994.
#[doc(alias = "eq:inverse-variance")]
pub fn mean_inverse_variance(m: usize) -> Result<f64> {
    check_batch(4, m)?;
    let m = m as f64;
    Ok(m / (m - 3.0))
}

/// No normalized value is further out than this, whatever the batch.
///
/// ```text
/// |x̂ᵢ| ≤ √(m − 1)
/// ```
///
/// Reached when one example differs and all others are equal.
///
/// # Errors
///
/// If m is 0.
///
/// ```
/// use bn_core::{Moments, noise::x_hat_bound, normalize::normalize};
/// use ndarray::array;
///
/// let x = array![[7.0], [7.0], [7.0], [7.0], [1e9]];
/// let x_hat = normalize(x.view(), &Moments::of(x.view())?, 0.0)?;
/// assert!((x_hat[[4, 0]] - x_hat_bound(5)?).abs() < 1e-9);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Samuelson 1968.
#[doc(alias = "eq:x-hat-bound")]
pub fn x_hat_bound(m: usize) -> Result<f64> {
    check_batch(1, m)?;
    Ok((m as f64 - 1.0).sqrt())
}

/// Fourth moment of a normalized Gaussian channel: smaller batches cut off the tails.
///
/// ```text
/// E x̂⁴ = 3 (m − 1) / (m + 1)
/// ```
///
/// # Errors
///
/// If m is less than 2.
///
/// ```
/// use bn_core::noise::x_hat_fourth_moment;
///
/// assert_eq!(x_hat_fourth_moment(2)?, 1.0); // x̂ = ±1
/// assert!((x_hat_fourth_moment(1_000_000)? - 3.0).abs() < 1e-5); // N(0, 1)
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Fisher 1930, on the moments of b₂.
#[doc(alias = "eq:x-hat-fourth-moment")]
pub fn x_hat_fourth_moment(m: usize) -> Result<f64> {
    check_batch(2, m)?;
    let m = m as f64;
    Ok(3.0 * (m - 1.0) / (m + 1.0))
}

/// The noise of one batch, for each channel: what its normalization does to an example that
/// the population would have normalized to h̃.
///
/// ```text
/// x̂ = (σ/σ_B) (h̃ − (μ_B − μ)/σ),   h̃ = (x − μ)/σ
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct BatchNoise<F> {
    /// σ/σ_B, of shape `[C]`: the noise that multiplies.
    pub scale: Array1<F>,
    /// (μ_B − μ)/σ, of shape `[C]`: the noise that is subtracted.
    pub shift: Array1<F>,
}

/// The [`BatchNoise`] between the moments of a batch and those of the population; with ε = 0.
///
/// ```text
/// scale = σ/σ_B,   shift = (μ_B − μ)/σ
/// ```
///
/// All moments are `[C]`; the result has no units.
///
/// # Errors
///
/// If the moments do not fit each other, or a variance is not positive.
///
/// ```
/// use bn_core::{Moments, noise::batch_noise};
/// use ndarray::array;
///
/// let batch = Moments { mean: array![5.0], variance: array![16.0] };
/// let population = Moments { mean: array![2.0], variance: array![4.0] };
/// let noise = batch_noise(&batch, &population)?;
/// // x = 9: h̃ = 3.5, x̂ = 1.
/// assert_eq!(noise.scale[0] * (3.5 - noise.shift[0]), 1.0);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe 2017, Algorithm 1, read backward; Luo et al. 2019.
#[doc(alias = "eq:batch-noise")]
pub fn batch_noise<F: Float>(batch: &Moments<F>, population: &Moments<F>) -> Result<BatchNoise<F>> {
    let channels = population.mean.len();
    batch.check_valid(channels)?;
    population.check_valid(channels)?;
    let sigma = |moments: &Moments<F>| {
        crate::normalize::standard_deviation(moments.variance.view(), F::zero())
    };
    let (sigma_b, sigma) = (sigma(batch)?, sigma(population)?);
    Ok(BatchNoise {
        scale: &sigma / sigma_b,
        shift: (&batch.mean - &population.mean) / sigma,
    })
}

/// Variance of dropout's multiplicative noise, to compare with that of σ/σ_B.
///
/// ```text
/// Var[a/p] = (1 − p)/p,   a ~ Bernoulli(p)
/// ```
///
/// p is the probability that a unit is *kept*; kept units are divided by p.
///
/// # Errors
///
/// If p is not in (0, 1].
///
/// ```
/// use bn_core::noise::dropout_noise_variance;
///
/// // Times 0 or 4/3... kept 3 times of 4: (1/4)·1 + (3/4)·(1/3)² = 1/3.
/// assert!((dropout_noise_variance(0.75)? - 1.0 / 3.0).abs() < 1e-15);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Srivastava et al. 2014, section 10.
#[doc(alias = "eq:dropout-noise")]
pub fn dropout_noise_variance(keep: f64) -> Result<f64> {
    check_keep(keep)?;
    Ok((1.0 - keep) / keep)
}

/// How far the noise of a batch shrinks the best γ of one neuron: batch norm as γ decay.
///
/// ```text
/// γ*/c = E[σ_B/σ] = √(2/m) Γ(m/2) / Γ((m − 1)/2) ≈ 1 − 3/(4m)
/// ```
///
/// γ* minimizes E(γ x̂ − c h̃)²: the target is c times the input as the population normalizes
/// it, x̂ the same Gaussian input as its batch does.
///
/// # Errors
///
/// If m is less than 2.
///
/// ```
/// use bn_core::noise::gamma_shrinkage;
///
/// // m = 2: σ_B/σ is |N(0, 1)| / √2, of mean 1/√π.
/// assert!((gamma_shrinkage(2)? - 1.0 / std::f64::consts::PI.sqrt()).abs() < 1e-12);
/// assert!((gamma_shrinkage(64)? - (1.0 - 0.75 / 64.0)).abs() < 1e-4);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// The mean of the χ law; Luo et al. 2019, on γ decay.
#[doc(alias = "eq:gamma-shrinkage")]
pub fn gamma_shrinkage(m: usize) -> Result<f64> {
    check_batch(2, m)?;
    let m = m as f64;
    Ok((2.0 / m).sqrt() * gamma_ratio(m / 2.0, (m - 1.0) / 2.0))
}

/// Variance at test time over variance in training, of what dropout hands to a batch norm.
///
/// ```text
/// v / ((c² + v)/p − c²)
/// ```
///
/// c and v are the mean and variance of a unit before dropout, p the probability to keep it.
/// The running variance is that of training, and does not fit what comes at test time.
///
/// # Errors
///
/// If c is not finite, v is not positive and finite, or p is not in (0, 1].
///
/// ```
/// use bn_core::noise::variance_shift;
///
/// assert_eq!(variance_shift(0.0, 1.0, 0.5)?, 0.5); // mean zero gives p
/// assert_eq!(variance_shift(1.0, 1.0, 0.5)?, 1.0 / 3.0);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Li, Chen, Hu & Yang 2019.
#[doc(alias = "eq:variance-shift")]
pub fn variance_shift(mean: f64, variance: f64, keep: f64) -> Result<f64> {
    check::number("the mean", mean, f64::is_finite, "a finite number")?;
    let positive = |v: f64| v > 0.0 && v.is_finite();
    check::number(
        "the variance",
        variance,
        positive,
        "a finite number greater than 0",
    )?;
    check_keep(keep)?;
    let in_training = (mean * mean + variance) / keep - mean * mean;
    Ok(variance / in_training)
}

/// Mean and variance of a prediction whose batch norms use the statistics of random training
/// batches: Monte Carlo batch normalization.
///
/// ```text
/// E y ≈ 1/T Σₜ fₜ(x),   Var y ≈ 1/τ + 1/T Σₜ fₜ(x)² − (1/T Σₜ fₜ(x))²
/// ```
///
/// `predictions` is `[T, K]`: T passes with different batches, K outputs. 1/τ is the variance
/// of the noise in the data, in the squared units of the output.
///
/// # Errors
///
/// If there are no predictions or one is not finite, or 1/τ is negative or not finite.
///
/// ```
/// use bn_core::noise::monte_carlo_moments;
/// use ndarray::array;
///
/// let moments = monte_carlo_moments(array![[1.0], [3.0]].view(), 0.5)?;
/// assert_eq!((moments.mean[0], moments.variance[0]), (2.0, 1.5));
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Teye, Azizpour & Smith 2018.
#[doc(alias = "eq:monte-carlo-moments")]
pub fn monte_carlo_moments<F: Float>(
    predictions: ArrayView2<F>,
    inverse_tau: F,
) -> Result<Moments<F>> {
    let in_range = |v: F| v >= F::zero() && v.is_finite();
    check::number(
        "1/tau",
        inverse_tau,
        in_range,
        "a finite number, 0 or greater",
    )?;
    let Moments { mean, variance } = Moments::of(predictions)?;
    let variance = variance + inverse_tau;
    Ok(Moments { mean, variance })
}

/// Γ(a) / Γ(b) without Γ itself, which overflows from 171 on.
fn gamma_ratio(a: f64, b: f64) -> f64 {
    (libm::lgamma(a) - libm::lgamma(b)).exp()
}

fn check_population(variance: f64) -> Result<()> {
    let in_range = |v: f64| v >= 0.0 && v.is_finite();
    check::number(
        "the variance",
        variance,
        in_range,
        "a finite number, 0 or greater",
    )
}

fn check_batch(needed: usize, m: usize) -> Result<()> {
    let advice = "a smaller batch has no such moment: enlarge it";
    check::at_least(needed, m, "examples in the batch", advice)
}

fn check_keep(keep: f64) -> Result<()> {
    let in_range = |p: f64| p > 0.0 && p <= 1.0;
    check::number(
        "the probability to keep",
        keep,
        in_range,
        "greater than 0, at most 1",
    )
}
