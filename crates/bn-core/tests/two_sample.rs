//! The classifier two-sample test.

use approx::assert_relative_eq;
use bn_core::two_sample::classifier_two_sample_test;

/// P(at least k of n coins show heads), summed term by term.
fn binomial_tail(k: usize, n: usize) -> f64 {
    let log_factorial = |n: usize| (1..=n).map(|i| (i as f64).ln()).sum::<f64>();
    let log_coins = n as f64 * 0.5_f64.ln() + log_factorial(n);
    (k..=n)
        .map(|i| (log_coins - log_factorial(i) - log_factorial(n - i)).exp())
        .sum()
}

/// Covers eq:two-sample-null.
#[test]
fn the_null_has_mean_one_half_and_variance_one_over_four_n() {
    for n in [25, 100, 400] {
        let n_f64 = f64::from(n);
        for deviations in [-2.0, 0.0, 1.0, 3.0] {
            let correct = n_f64 * (0.5 + deviations * 0.5 / n_f64.sqrt());
            if correct.fract() != 0.0 {
                continue;
            }
            let test = classifier_two_sample_test(correct as usize, n as usize).unwrap();
            assert_relative_eq!(test.accuracy, correct / n_f64);
            assert_relative_eq!(test.z, deviations, epsilon = 1e-12);
        }
    }
}

/// Covers eq:two-sample-null.
#[test]
fn p_values_are_those_of_the_normal_table() {
    for (correct, p_value) in [
        (5_000, 0.5),
        (5_050, 0.158655253931),
        (5_100, 0.022750131948),
        (4_900, 0.977249868052),
    ] {
        let test = classifier_two_sample_test(correct, 10_000).unwrap();
        assert_relative_eq!(test.p_value, p_value, epsilon = 1e-11);
    }
}

/// The normal law stands for the binomial one, with half a count of continuity between them.
///
/// Covers eq:two-sample-null.
#[test]
fn p_values_lie_between_those_of_the_coins() {
    for n in [40, 200, 1000] {
        for correct in (n / 2..n / 2 + 40)
            .step_by(3)
            .filter(|&correct| correct < n)
        {
            let p_value = classifier_two_sample_test(correct, n).unwrap().p_value;
            assert!(p_value <= binomial_tail(correct, n) + 1e-3);
            assert!(p_value >= binomial_tail(correct + 1, n) - 1e-3);
        }
    }
}

#[test]
fn impossible_counts_are_refused() {
    assert_eq!(
        classifier_two_sample_test(0, 0).unwrap_err().to_string(),
        "held-out examples: given 0, expected at least 1: hold out some examples of both samples"
    );
    assert_eq!(
        classifier_two_sample_test(11, 10).unwrap_err().to_string(),
        "the number of correct answers is 11, expected at most n, the number of answers"
    );
}
