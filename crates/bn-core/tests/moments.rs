//! The moments of a batch, their numerics, and their refusals.

use approx::assert_relative_eq;
use bn_core::Moments;
use bn_core::moments::{batch_mean, batch_variance, shifted_variance, textbook_variance};
use ndarray::{Array2, array, s};
use proptest::prelude::*;

/// Evenly spread numbers with mean near 0 and variance near 1: multiples of the golden ratio.
fn spread(i: usize) -> f64 {
    ((i as f64 * 0.618_033_988_749_895).fract() - 0.5) * 12.0_f64.sqrt()
}

/// Covers eq:batch-mean.
#[test]
fn the_mean_of_one_to_m_is_half_of_m_plus_one() {
    for m in [1, 2, 127, 128, 129, 1000] {
        let x = Array2::from_shape_fn((m, 2), |(i, c)| (i + 1) as f64 * [1.0, -3.0][c]);
        let mean = (m + 1) as f64 / 2.0;
        assert_eq!(
            batch_mean(x.view()).unwrap(),
            array![mean, -3.0 * mean],
            "m = {m}"
        );
    }
}

/// Covers eq:batch-variance.
#[test]
fn the_variance_of_one_to_m_is_divided_by_m() {
    for m in [1, 2, 127, 128, 129, 1000] {
        let x = Array2::from_shape_fn((m, 1), |(i, _)| (i + 1) as f64);
        let variance = (m * m - 1) as f64 / 12.0;
        let given = batch_variance(x.view()).unwrap()[0];
        assert_relative_eq!(given, variance, max_relative = 1e-14);
    }
}

/// The table of f32 traps: E[x²] − μ² gives 2.25 at 10³ and −360 at 10⁴, a sequential sum 919
/// at 10⁶.
///
/// Covers eq:batch-variance.
/// Covers eq:batch-mean.
#[test]
fn f32_survives_a_mean_of_a_million() {
    for mean in [0.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6] {
        let x = Array2::from_shape_fn((4096, 3), |(i, c)| (mean + spread(i + 7 * c)) as f32);
        let moments = Moments::of(x.view()).unwrap();
        for (c, column) in x.columns().into_iter().enumerate() {
            let mu = column.iter().map(|&x| f64::from(x) - mean).sum::<f64>() / 4096.0 + mean;
            let variance = column
                .iter()
                .map(|&x| (f64::from(x) - mu).powi(2))
                .sum::<f64>()
                / 4096.0;
            assert!((0.9..1.1).contains(&variance));
            assert_eq!(moments.mean[c], mu as f32, "mean {mean}");
            assert_relative_eq!(moments.variance[c], variance as f32, max_relative = 1e-6);
        }
    }
}

/// x = M ± 1, so that the variance is exactly 1 however large M is.
///
/// Covers eq:batch-variance.
#[test]
fn f64_survives_a_mean_of_a_trillion() {
    for mean in [1e6, 1e9, 1e12, 1e15] {
        let x = Array2::from_shape_fn((100_000, 1), |(i, _)| mean + [-1.0, 1.0][i % 2]);
        let moments = Moments::of(x.view()).unwrap();
        assert_relative_eq!(moments.mean[0], mean, max_relative = 1e-15);
        assert_relative_eq!(moments.variance[0], 1.0, max_relative = 1e-12);
    }
}

#[test]
fn a_constant_channel_has_variance_zero_exactly() {
    for value in [0.1_f64, -1e10, 1e-300] {
        let x = Array2::from_elem((300, 1), value);
        let moments = Moments::of(x.view()).unwrap();
        assert!((0.0..=(value * 1e-15).powi(2)).contains(&moments.variance[0]));
    }
}

proptest! {
    /// Covers eq:batch-mean.
    /// Covers eq:batch-variance.
    #[test]
    fn moments_follow_a_shift_and_a_scale(
        values in prop::collection::vec(-100.0..100.0, 2..40),
        scale in -10.0..10.0_f64,
        shift in -1e3..1e3_f64,
    ) {
        let x = Array2::from_shape_vec((values.len(), 1), values).unwrap();
        let before = Moments::<f64>::of(x.view()).unwrap();
        let after = Moments::of((scale * &x + shift).view()).unwrap();
        let variance = scale * scale * before.variance[0];
        prop_assert!((after.mean[0] - (scale * before.mean[0] + shift)).abs() < 1e-10);
        prop_assert!((after.variance[0] - variance).abs() < 1e-9 * (1.0 + variance));
    }

    #[test]
    fn views_give_what_their_copies_give(
        values in prop::collection::vec(-10.0..10.0, 60),
        row_step in prop::sample::select(vec![-3, -2, -1, 1, 2, 3]),
        column_step in prop::sample::select(vec![-2, -1, 1, 2]),
    ) {
        let x: Array2<f64> = Array2::from_shape_vec((10, 6), values).unwrap();
        let view = x.slice(s![..;row_step, ..;column_step]);
        let copy = Array2::from_shape_fn(view.dim(), |index| view[index]);
        prop_assert_eq!(Moments::of(view).unwrap(), Moments::of(copy.view()).unwrap());

        let transposed = Array2::from_shape_fn((6, 10), |index| x.t()[index]);
        prop_assert_eq!(Moments::of(x.t()).unwrap(), Moments::of(transposed.view()).unwrap());
    }
}

#[test]
fn an_empty_batch_is_refused() {
    for shape in [(0, 3), (3, 0), (0, 0)] {
        let x = Array2::<f32>::zeros(shape);
        let message = format!(
            "x has shape [{}, {}] and holds no values: pass at least one value along every axis",
            shape.0, shape.1
        );
        assert_eq!(batch_mean(x.view()).unwrap_err().to_string(), message);
        assert_eq!(batch_variance(x.view()).unwrap_err().to_string(), message);
    }
}

#[test]
fn nan_and_infinities_are_refused_and_located() {
    let values = [
        (f64::NAN, "NaN"),
        (f64::INFINITY, "inf"),
        (f64::NEG_INFINITY, "-inf"),
    ];
    for (value, name) in values {
        let mut x = Array2::zeros((300, 2));
        x[[200, 1]] = value;
        let message = format!(
            "x[200, 1] is {name}, expected a finite number: \
             repair or drop that value before it spoils the rest"
        );
        assert_eq!(batch_mean(x.view()).unwrap_err().to_string(), message);
        assert_eq!(Moments::of(x.view()).unwrap_err().to_string(), message);
    }
}

#[test]
fn a_variance_beyond_the_type_is_refused() {
    let message = "the variance exceeds the range of its type although the input is finite: \
                   rescale the input, or use f64";
    let single = array![[-1e30_f32], [1e30]];
    assert_eq!(Moments::of(single.view()).unwrap_err().to_string(), message);
    let double = array![[-1e30_f64], [1e30]];
    assert_relative_eq!(Moments::of(double.view()).unwrap().variance[0], 1e60);
}

/// Covers eq:textbook-variance.
/// Covers eq:shifted-variance.
/// Covers eq:batch-variance.
#[test]
fn one_pass_is_enough_with_a_pivot_and_not_without() {
    let x = |mean: f64| Array2::from_shape_fn((4096, 1), |(i, _)| (mean + spread(i)) as f32);
    let near = x(0.5);
    let truth = batch_variance(near.view()).unwrap();
    assert_relative_eq!(
        textbook_variance(near.view()).unwrap(),
        truth,
        max_relative = 1e-4
    );
    assert_relative_eq!(
        shifted_variance(near.view(), array![-1.0].view()).unwrap(),
        truth,
        max_relative = 1e-6
    );
    let far = x(1e4);
    let truth = batch_variance(far.view()).unwrap();
    let textbook = textbook_variance(far.view()).unwrap();
    assert!(
        (textbook[0] - truth[0]).abs() > 1.0,
        "given {}",
        textbook[0]
    );
    assert_relative_eq!(
        shifted_variance(far.view(), array![1e4].view()).unwrap(),
        truth,
        max_relative = 1e-6
    );
}
