//! The noise laws, against simulated batches and exact enumeration.

use approx::assert_relative_eq;
use bn_core::noise::*;
use bn_core::normalize::normalize;
use bn_core::{Moments, distance};
use ndarray::{Array2, array};
use proptest::prelude::*;

/// Independent draws from N(0, 1): splitmix64 and Box–Muller.
struct Normal(u64);

impl Normal {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn draw(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

/// The average of `quantity`(μ_B, σ²_B, batch) over batches of m from N(1, 4).
fn average(m: usize, quantity: impl Fn(f64, f64, &[f64]) -> f64) -> f64 {
    let (mut normal, batches) = (Normal(7), 200_000);
    let mut total = 0.0;
    for _ in 0..batches {
        let x: Vec<f64> = (0..m).map(|_| 1.0 + 2.0 * normal.draw()).collect();
        let mean = x.iter().sum::<f64>() / m as f64;
        let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / m as f64;
        total += quantity(mean, variance, &x);
    }
    total / batches as f64
}

/// Covers eq:batch-mean-variance.
#[test]
fn the_batch_mean_strays_as_its_law_says() {
    let simulated = average(8, |mean, _, _| (mean - 1.0).powi(2));
    let law = batch_mean_variance(4.0, 8, Draw::WithReplacement).unwrap();
    assert_relative_eq!(simulated, law, max_relative = 0.02);
}

/// All pairs, all triples of a small data set.
///
/// Covers eq:batch-mean-variance.
#[test]
fn without_replacement_it_is_the_average_over_all_batches() {
    let x = [1.0, 4.0, -2.0, 10.0, 3.0];
    let mean = x.iter().sum::<f64>() / 5.0;
    let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 5.0;
    for m in 1..=5 {
        let (mut total, mut count) = (0.0, 0.0);
        for subset in 0u32..32 {
            if subset.count_ones() as usize == m {
                let sum: f64 = (0..5).filter(|i| subset >> i & 1 == 1).map(|i| x[i]).sum();
                total += (sum / m as f64 - mean).powi(2);
                count += 1.0;
            }
        }
        let law = batch_mean_variance(variance, m, Draw::WithoutReplacement { from: 5 }).unwrap();
        assert_relative_eq!(law, total / count, epsilon = 1e-12);
    }
}

/// Covers eq:batch-variance-law.
/// Covers eq:inverse-sigma.
/// Covers eq:inverse-variance.
/// Covers eq:gamma-shrinkage.
#[test]
fn the_batch_variance_and_its_inverses_follow_the_chi_squared_law() {
    for m in [8, 12] {
        let law = batch_variance_law(4.0, m).unwrap();
        assert_relative_eq!(average(m, |_, v, _| v), law.mean, max_relative = 0.01);
        let spread = average(m, |_, v, _| (v - law.mean).powi(2));
        assert_relative_eq!(spread, law.variance, max_relative = 0.03);
        let inverse = average(m, |_, v, _| 2.0 / v.sqrt());
        assert_relative_eq!(inverse, mean_inverse_sigma(m).unwrap(), max_relative = 0.01);
        let inverse = average(m, |_, v, _| 4.0 / v);
        assert_relative_eq!(
            inverse,
            mean_inverse_variance(m).unwrap(),
            max_relative = 0.02
        );
        let sigma = average(m, |_, v, _| v.sqrt() / 2.0);
        assert_relative_eq!(sigma, gamma_shrinkage(m).unwrap(), max_relative = 0.005);
    }
}

/// The exact variance of σ_B of a Gaussian, from its two moments, tends to the approximation.
///
/// Covers eq:batch-sigma-variance.
/// Covers eq:gamma-shrinkage.
#[test]
fn the_delta_method_is_right_for_large_batches() {
    for m in [100, 10_000] {
        let exact = batch_variance_law(1.0, m).unwrap().mean - gamma_shrinkage(m).unwrap().powi(2);
        let approximate = batch_sigma_variance(1.0, 3.0, m).unwrap();
        assert_relative_eq!(
            approximate,
            exact,
            max_relative = 3.0 / m as f64 + 1e-7 * m as f64
        );
    }
}

/// E[1/σ] · E[σ] ≥ 1, and both tend to 1; large arguments do not overflow Γ.
///
/// Covers eq:inverse-sigma.
#[test]
fn large_batches_have_no_noise() {
    let m = 100_000;
    assert_relative_eq!(mean_inverse_sigma(m).unwrap(), 1.0, epsilon = 1e-4);
    assert_relative_eq!(gamma_shrinkage(m).unwrap(), 1.0, epsilon = 1e-4);
    assert!(mean_inverse_sigma(10).unwrap() * gamma_shrinkage(10).unwrap() > 1.0);
}

/// Covers eq:x-hat-fourth-moment.
#[test]
fn the_fourth_moment_of_x_hat_is_that_of_simulated_batches() {
    for m in [3, 8] {
        let fourth = average(m, |mean, v, x| ((x[0] - mean) / v.sqrt()).powi(4));
        assert_relative_eq!(fourth, x_hat_fourth_moment(m).unwrap(), max_relative = 0.02);
    }
}

proptest! {
    /// Covers eq:x-hat-bound.
    #[test]
    fn no_normalized_value_passes_the_bound(x in prop::collection::vec(-1e3..1e3_f64, 2..20)) {
        let x = Array2::from_shape_vec((x.len(), 1), x).unwrap();
        let moments = Moments::of(x.view()).unwrap();
        prop_assume!(moments.variance[0] > 1e-6);
        let x_hat = normalize(x.view(), &moments, 0.0).unwrap();
        let bound = x_hat_bound(x.nrows()).unwrap() * (1.0 + 1e-9);
        prop_assert!(x_hat.iter().all(|x_hat| x_hat.abs() <= bound));
    }

    /// Covers eq:batch-noise.
    #[test]
    fn x_hat_is_h_tilde_with_noise(x in prop::collection::vec(-10.0..10.0_f64, 6)) {
        let x = Array2::from_shape_vec((3, 2), x).unwrap();
        let batch = Moments::of(x.view()).unwrap();
        prop_assume!(batch.variance.iter().all(|&v| v > 1e-3));
        let population = Moments { mean: array![1.0, -2.0], variance: array![4.0, 9.0] };
        let noise = batch_noise(&batch, &population).unwrap();
        let h_tilde = normalize(x.view(), &population, 0.0).unwrap();
        let x_hat = normalize(x.view(), &batch, 0.0).unwrap();
        let again = (h_tilde - &noise.shift) * &noise.scale;
        prop_assert!((again - x_hat).iter().all(|d| d.abs() < 1e-9));
    }
}

/// Covers eq:dropout-noise.
/// Covers eq:variance-shift.
#[test]
fn dropout_has_the_moments_of_its_two_outcomes() {
    for keep in [0.3, 0.5, 0.9, 1.0] {
        // a/p is 1/p with probability p, else 0.
        let variance = keep * (1.0 / keep - 1.0_f64).powi(2) + (1.0 - keep);
        assert_relative_eq!(
            dropout_noise_variance(keep).unwrap(),
            variance,
            epsilon = 1e-14
        );

        // x = 1 or 5 at even odds, c = 3, v = 4.
        let square = keep * (1.0 + 25.0) / 2.0 / (keep * keep);
        let expected = 4.0 / (square - 9.0);
        assert_relative_eq!(
            variance_shift(3.0, 4.0, keep).unwrap(),
            expected,
            epsilon = 1e-13
        );
        assert_relative_eq!(
            variance_shift(0.0, 4.0, keep).unwrap(),
            keep,
            epsilon = 1e-15
        );
    }
}

/// Covers eq:monte-carlo-moments.
#[test]
fn monte_carlo_moments_are_those_of_the_predictions_plus_noise() {
    let predictions = array![[1.0, 5.0], [2.0, 5.0], [6.0, 5.0]];
    let moments = monte_carlo_moments(predictions.view(), 0.25).unwrap();
    assert_relative_eq!(moments.mean, array![3.0, 5.0]);
    assert_relative_eq!(moments.variance, array![14.0 / 3.0 + 0.25, 0.25]);
    let same = Moments {
        mean: moments.mean.clone(),
        ..moments.clone()
    };
    assert_eq!(
        distance::w2_squared_gaussian(&moments, &same).unwrap(),
        array![0.0, 0.0]
    );
}

#[test]
fn batches_without_such_a_moment_are_refused() {
    let message = |needed: usize, given: usize| {
        format!(
            "examples in the batch: given {given}, expected at least {needed}: \
             a smaller batch has no such moment: enlarge it"
        )
    };
    assert_eq!(
        mean_inverse_sigma(2).unwrap_err().to_string(),
        message(3, 2)
    );
    assert_eq!(
        mean_inverse_variance(3).unwrap_err().to_string(),
        message(4, 3)
    );
    assert_eq!(x_hat_bound(0).unwrap_err().to_string(), message(1, 0));
    assert_eq!(
        x_hat_fourth_moment(1).unwrap_err().to_string(),
        message(2, 1)
    );
    assert_eq!(gamma_shrinkage(1).unwrap_err().to_string(), message(2, 1));
    assert_eq!(
        batch_variance_law(1.0, 0).unwrap_err().to_string(),
        message(1, 0)
    );
    assert!(batch_mean_variance(1.0, 6, Draw::WithoutReplacement { from: 5 }).is_err());
    assert!(batch_mean_variance(-1.0, 6, Draw::WithReplacement).is_err());
    assert!(batch_sigma_variance(1.0, 0.5, 6).is_err());
    assert!(dropout_noise_variance(0.0).is_err());
    assert!(variance_shift(f64::NAN, 1.0, 0.5).is_err());
    assert!(variance_shift(0.0, 0.0, 0.5).is_err());
    assert!(monte_carlo_moments(array![[1.0]].view(), -1.0).is_err());
}
