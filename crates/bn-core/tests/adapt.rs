//! Blends of training's and test's statistics.

use approx::assert_relative_eq;
use bn_core::Moments;
use bn_core::adapt::blend;
use ndarray::array;

/// Covers eq:test-time-blend.
#[test]
fn the_blend_runs_from_the_test_batch_to_training() {
    let source = Moments {
        mean: array![1.0, -1.0],
        variance: array![2.0, 0.0],
    };
    let target = Moments {
        mean: array![3.0, 5.0],
        variance: array![6.0, 8.0],
    };
    assert_eq!(blend(&source, 0.0, &target, 16.0).unwrap(), target);
    assert_eq!(blend(&source, 16.0, &target, 0.0).unwrap(), source);
    let quarter: Moments<f64> = blend(&source, 12.0, &target, 4.0).unwrap();
    assert_relative_eq!(quarter.mean, array![1.5, 0.5]);
    assert_relative_eq!(quarter.variance, array![3.0, 2.0]);
    for (n_s, n_t) in [(0.0, 0.0), (-1.0, 2.0), (1.0, f64::NAN)] {
        assert!(blend(&source, n_s, &target, n_t).is_err());
    }
}
