//! Running mean and running variance.

use approx::assert_relative_eq;
use bn_core::RunningVariance::{Population, Unbiased};
use bn_core::running::{running_mean, running_variance, start_up_bias};
use ndarray::array;

/// Covers eq:running-mean.
/// Covers eq:start-up-bias.
#[test]
fn after_t_steps_the_start_has_weight_one_minus_alpha_to_the_t() {
    let alpha: f64 = 0.1;
    let mut r = array![5.0];
    for t in 1..=50 {
        r = running_mean(r.view(), array![2.0].view(), alpha).unwrap();
        let start = start_up_bias(alpha, t).unwrap();
        assert_relative_eq!(start, (1.0 - alpha).powi(t as i32), max_relative = 1e-14);
        assert_relative_eq!(
            r[0],
            start * 5.0 + (1.0 - start) * 2.0,
            max_relative = 1e-14
        );
    }
}

/// Covers eq:running-var.
#[test]
fn the_unbiased_variance_is_m_over_m_minus_one_times_the_batch() {
    let (running, batch) = (array![1.0_f64, 4.0], array![2.0, 0.0]);
    let r = |m, kind| running_variance(running.view(), batch.view(), m, 0.1, kind).unwrap();
    assert_relative_eq!(
        r(2, Unbiased),
        array![0.9 + 0.1 * 4.0, 3.6],
        max_relative = 1e-15
    );
    assert_relative_eq!(
        r(5, Unbiased),
        array![0.9 + 0.1 * 2.5, 3.6],
        max_relative = 1e-15
    );
    assert_relative_eq!(
        r(5, Population),
        array![0.9 + 0.1 * 2.0, 3.6],
        max_relative = 1e-15
    );
    assert_relative_eq!(r(1, Population), r(5, Population));
}

#[test]
fn momentum_zero_keeps_the_old_and_one_takes_the_new() {
    let (running, batch) = (array![0.1_f32, 0.3], array![0.7, 1e-30]);
    assert_eq!(
        running_mean(running.view(), batch.view(), 0.0).unwrap(),
        running
    );
    assert_eq!(
        running_mean(running.view(), batch.view(), 1.0).unwrap(),
        batch
    );
}

#[test]
fn bad_arguments_are_refused() {
    let (one, two) = (array![1.0], array![1.0, 2.0]);
    for momentum in [-0.1, 1.1, f64::NAN] {
        let message = format!(
            "momentum is {momentum}, expected a number from 0 to 1; the usual choice is 0.1"
        );
        let mean = running_mean(one.view(), one.view(), momentum);
        let variance = running_variance(one.view(), one.view(), 3, momentum, Unbiased);
        assert_eq!(mean.unwrap_err().to_string(), message);
        assert_eq!(variance.unwrap_err().to_string(), message);
    }
    assert_eq!(
        running_mean(one.view(), two.view(), 0.1)
            .unwrap_err()
            .to_string(),
        "the batch mean has shape [2], expected [1]: check the order of the axes and of the arguments"
    );
    assert_eq!(
        running_variance(one.view(), one.view(), 1, 0.1, Unbiased)
            .unwrap_err()
            .to_string(),
        "values per channel: given 1, expected at least 2: one value has no unbiased variance"
    );
}
