//! Distances between distributions, against quadrature, brute force and closed forms.

use approx::assert_relative_eq;
use bn_core::Moments;
use bn_core::distance::{Bandwidth, kl_gaussian, mmd_squared, sliced_w2, w2_squared_gaussian};
use ndarray::{Array1, Array2, array, s};
use proptest::prelude::*;
use std::f64::consts::PI;

fn gaussian(mean: f64, variance: f64) -> Moments<f64> {
    Moments {
        mean: array![mean],
        variance: array![variance],
    }
}

fn samples(n: usize, d: usize) -> impl Strategy<Value = Array2<f64>> {
    prop::collection::vec(-3.0..3.0, n * d)
        .prop_map(move |values| Array2::from_shape_vec((n, d), values).unwrap())
}

/// Covers eq:kl-gaussian.
#[test]
fn kl_is_the_integral_of_p_log_p_over_q() {
    for (p, q) in [
        ((0.0, 1.0), (1.0, 2.0)),
        ((-1.0, 0.3), (0.5, 0.7)),
        ((2.0, 4.0), (1.0, 0.5)),
    ] {
        let log_density = |x: f64, (mean, var): (f64, f64)| {
            -0.5 * ((x - mean).powi(2) / var + (2.0 * PI * var).ln())
        };
        let h = 1e-3;
        // The trapezoid rule converges faster than any power of h on such integrands.
        let integral: f64 = (-30_000..30_000)
            .map(|i| f64::from(i) * h)
            .map(|x| log_density(x, p).exp() * (log_density(x, p) - log_density(x, q)) * h)
            .sum();
        let kl = kl_gaussian(&gaussian(p.0, p.1), &gaussian(q.0, q.1)).unwrap();
        assert_relative_eq!(kl[0], integral, max_relative = 1e-10);
    }
}

/// W₂² in one dimension is ∫ (F_p⁻¹ − F_q⁻¹)²; with z = F⁻¹ it is an integral over N(0, 1).
///
/// Covers eq:w2-gaussian.
#[test]
fn w2_is_the_integral_over_the_quantiles() {
    for (p, q) in [
        ((0.0, 1.0), (1.0, 2.0)),
        ((-1.0, 0.3), (0.5, 0.7)),
        ((2.0, 4.0), (2.0, 0.0)),
    ] {
        let quantile = |z: f64, (mean, var): (f64, f64)| mean + z * var.sqrt();
        let h = 1e-3;
        let integral: f64 = (-12_000..12_000)
            .map(|i| f64::from(i) * h)
            .map(|z| {
                (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
                    * (quantile(z, p) - quantile(z, q)).powi(2)
                    * h
            })
            .sum();
        let w2 = w2_squared_gaussian(&gaussian(p.0, p.1), &gaussian(q.0, q.1)).unwrap();
        assert_relative_eq!(w2[0], integral, max_relative = 1e-10);
    }
}

/// Covers eq:kl-gaussian.
/// Covers eq:w2-gaussian.
#[test]
fn channels_are_compared_one_by_one() {
    let p = Moments {
        mean: array![0.0_f32, 1.0],
        variance: array![1.0, 4.0],
    };
    let q = Moments {
        mean: array![0.0, 3.0],
        variance: array![1.0, 4.0],
    };
    assert_eq!(kl_gaussian(&p, &q).unwrap(), array![0.0, 0.5]);
    assert_eq!(w2_squared_gaussian(&p, &q).unwrap(), array![0.0, 4.0]);
}

/// Covers eq:mmd-unbiased.
#[test]
fn mmd_is_the_double_sum_without_its_diagonal() {
    let x = Array2::from_shape_fn((5, 2), |(i, j)| (1.7 * (i * 2 + j) as f64).sin());
    let y = Array2::from_shape_fn((7, 2), |(i, j)| (0.9 * (i * 2 + j) as f64).cos() + 0.2);
    let h: f64 = 0.8;
    let k = |a: &Array2<f64>, i: usize, b: &Array2<f64>, j: usize| {
        let squared = (0..2).map(|d| (a[[i, d]] - b[[j, d]]).powi(2)).sum::<f64>();
        (-squared / (2.0 * h.powi(2))).exp()
    };
    let mean = |a: &Array2<f64>, b: &Array2<f64>, same: bool| {
        let (mut total, mut count) = (0.0, 0.0);
        for i in 0..a.nrows() {
            for j in (0..b.nrows()).filter(|&j| !same || i != j) {
                total += k(a, i, b, j);
                count += 1.0;
            }
        }
        total / count
    };
    let expected = mean(&x, &x, true) + mean(&y, &y, true) - 2.0 * mean(&x, &y, false);
    let mmd = mmd_squared(x.view(), y.view(), Bandwidth::Fixed(h)).unwrap();
    assert_relative_eq!(mmd, expected, max_relative = 1e-12);
}

/// Over all ways to split eight points in two halves, the three means of k are the same: an
/// unbiased estimate averages to 0.
///
/// Covers eq:mmd-unbiased.
#[test]
fn mmd_has_no_bias_over_all_splits_of_a_pool() {
    let pool: Vec<f64> = (0..8).map(|i| (2.1 * f64::from(i)).sin()).collect();
    let (mut total, mut splits) = (0.0, 0.0);
    for mask in 0_u32..256 {
        if mask.count_ones() != 4 {
            continue;
        }
        let half = |side: u32| {
            let points = (0..8).filter(|i| (mask >> i) & 1 == side).map(|i| pool[i]);
            Array1::from_iter(points).insert_axis(ndarray::Axis(1))
        };
        total += mmd_squared(half(0).view(), half(1).view(), Bandwidth::Fixed(0.5)).unwrap();
        splits += 1.0;
    }
    assert_eq!(splits, 70.0);
    assert!((total / splits).abs() < 1e-14, "bias {}", total / splits);
}

/// Covers eq:mmd-unbiased.
#[test]
fn the_median_heuristic_takes_the_median_pooled_distance() {
    // Distances between 0, 1, 3 and 7: 1, 2, 3, 4, 6, 7, with the median 3.5.
    let (x, y) = (array![[0.0], [7.0]], array![[1.0], [3.0]]);
    assert_relative_eq!(
        mmd_squared(x.view(), y.view(), Bandwidth::MedianHeuristic).unwrap(),
        mmd_squared(x.view(), y.view(), Bandwidth::Fixed(3.5)).unwrap()
    );
    // An odd number of pairs: fifteen, between 0, 1, 3, 7, 15 and 31, with the median 12:
    // 1 2 3 4 6 7 8 12 14 15 16 24 28 30 31.
    let (x, y) = (array![[0.0], [7.0], [31.0]], array![[1.0], [3.0], [15.0]]);
    assert_relative_eq!(
        mmd_squared(x.view(), y.view(), Bandwidth::MedianHeuristic).unwrap(),
        mmd_squared(x.view(), y.view(), Bandwidth::Fixed(12.0)).unwrap()
    );
}

/// Covers eq:sliced-w2.
#[test]
fn sliced_w2_of_a_moved_sample_is_the_part_of_the_move_along_each_direction() {
    let x = Array2::from_shape_fn((6, 3), |(i, j)| (1.3 * (i * 3 + j) as f64).sin());
    let moved = &x.slice(s![..;-1, ..]) + &array![1.0, -2.0, 0.5];
    let theta = array![[1.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 1.0, -1.0]];
    let expected = ((1.0 + 4.0 + 2.5 * 2.5 / 2.0) / 3.0_f64).sqrt();
    let distance = sliced_w2(x.view(), moved.view(), theta.view()).unwrap();
    assert_relative_eq!(distance, expected, max_relative = 1e-13);
}

/// Covers eq:sliced-w2.
#[test]
fn in_one_dimension_it_is_the_cheapest_matching() {
    let (x, y) = ([0.3, -1.0, 2.0, 0.9], [1.1, 0.0, -0.4, 3.0]);
    let mut cheapest = f64::INFINITY;
    for code in 0..256 {
        let matching = [code & 3, (code >> 2) & 3, (code >> 4) & 3, code >> 6];
        if (0..4).all(|j| matching.contains(&j)) {
            let cost = (0..4)
                .map(|i| f64::powi(x[i] - y[matching[i]], 2))
                .sum::<f64>()
                / 4.0;
            cheapest = cheapest.min(cost);
        }
    }
    let column = |values: [f64; 4]| Array2::from_shape_vec((4, 1), values.to_vec()).unwrap();
    let distance = sliced_w2(column(x).view(), column(y).view(), array![[-2.0]].view()).unwrap();
    assert_relative_eq!(distance * distance, cheapest, max_relative = 1e-13);
}

proptest! {
    #[test]
    fn no_divergence_is_negative_and_none_is_left_between_equals(
        mu in -5.0..5.0, var in 0.01..5.0, other_mu in -5.0..5.0, other_var in 0.01..5.0,
    ) {
        let (p, q) = (gaussian(mu, var), gaussian(other_mu, other_var));
        prop_assert_eq!(kl_gaussian(&p, &p).unwrap()[0], 0.0);
        prop_assert_eq!(w2_squared_gaussian(&p, &p).unwrap()[0], 0.0);
        prop_assert!(kl_gaussian(&p, &q).unwrap()[0] >= 0.0);
        let (there, back) = (w2_squared_gaussian(&p, &q).unwrap(), w2_squared_gaussian(&q, &p).unwrap());
        prop_assert!((there[0] - back[0]).abs() < 1e-12);
    }

    /// Samples of different sizes: repeat each until the sizes agree.
    ///
    /// Covers eq:sliced-w2.
    #[test]
    fn repeating_every_point_changes_no_distribution(x in samples(4, 2), y in samples(6, 2)) {
        let theta = array![[1.0, 0.5], [-0.3, 2.0]];
        let repeat = |x: &Array2<f64>, k: usize| {
            Array2::from_shape_fn((x.nrows() * k, 2), |(i, j)| x[[i / k, j]])
        };
        let unequal = sliced_w2(x.view(), y.view(), theta.view()).unwrap();
        let equal = sliced_w2(repeat(&x, 3).view(), repeat(&y, 2).view(), theta.view()).unwrap();
        prop_assert!((unequal - equal).abs() < 1e-12);
        prop_assert!(sliced_w2(x.view(), repeat(&x, 5).view(), theta.view()).unwrap() < 1e-12);
    }

    /// Covers eq:mmd-unbiased.
    #[test]
    fn mmd_ignores_the_order_and_a_common_move(x in samples(5, 2), y in samples(4, 2)) {
        let h = Bandwidth::MedianHeuristic;
        let mmd: f64 = mmd_squared(x.view(), y.view(), h).unwrap();
        let reversed = mmd_squared(x.slice(s![..;-1, ..;-1]), y.slice(s![..;-1, ..;-1]), h);
        let moved = mmd_squared((&x + 10.0).view(), (&y + 10.0).view(), h);
        let swapped = mmd_squared(y.view(), x.view(), h);
        for same in [reversed, moved, swapped] {
            prop_assert!((same.unwrap() - mmd).abs() < 1e-12);
        }
    }
}

#[test]
fn gaussians_that_do_not_fit_are_refused() {
    let p = gaussian(0.0, 1.0);
    let two = Moments {
        mean: array![0.0, 0.0],
        variance: array![1.0, 1.0],
    };
    let mismatch =
        "mean has shape [2], expected [1]: check the order of the axes and of the arguments";
    assert_eq!(kl_gaussian(&p, &two).unwrap_err().to_string(), mismatch);
    assert_eq!(
        w2_squared_gaussian(&p, &two).unwrap_err().to_string(),
        mismatch
    );
    for (p, q) in [
        (gaussian(0.0, 0.0), p.clone()),
        (p.clone(), gaussian(0.0, 0.0)),
    ] {
        assert_eq!(
            kl_gaussian(&p, &q).unwrap_err().to_string(),
            "variance[0] is 0, expected a number greater than 0"
        );
    }
    assert_eq!(
        w2_squared_gaussian(&p, &gaussian(0.0, -1.0))
            .unwrap_err()
            .to_string(),
        "variance[0] is -1, expected a finite number, 0 or greater"
    );
    let overflow = "the distance exceeds the range of its type although the input is finite: \
                    rescale the input, or use f64";
    let (far, wide) = (gaussian(1e200, 1.0), gaussian(0.0, 1e300));
    assert_eq!(kl_gaussian(&far, &p).unwrap_err().to_string(), overflow);
    assert_eq!(
        w2_squared_gaussian(&far, &p).unwrap_err().to_string(),
        overflow
    );
    assert_eq!(
        kl_gaussian(&wide, &gaussian(0.0, 1e-300))
            .unwrap_err()
            .to_string(),
        overflow
    );
}

#[test]
fn samples_that_do_not_fit_are_refused() {
    let (x, y) = (array![[0.0], [1.0]], array![[0.0], [2.0], [1.0]]);
    let h = Bandwidth::Fixed(1.0);
    let refused = |x: &Array2<f64>, y: &Array2<f64>, h| {
        mmd_squared(x.view(), y.view(), h).unwrap_err().to_string()
    };
    let reorder = "check the order of the axes and of the arguments";
    assert_eq!(
        refused(&x, &array![[0.0, 1.0]], h),
        format!("y has shape [1, 2], expected [N, 1]: {reorder}")
    );
    assert_eq!(
        refused(&x, &array![[5.0]], h),
        "points in y: given 1, expected at least 2: \
         without a pair of points there is no unbiased estimate"
    );
    assert_eq!(
        refused(&array![[0.0], [f64::NAN]], &y, h),
        "x[1, 0] is NaN, expected a finite number: \
         repair or drop that value before it spoils the rest"
    );
    assert_eq!(
        refused(&x, &y, Bandwidth::Fixed(0.0)),
        "the bandwidth is 0, expected a finite number greater than 0"
    );
    let same = Array2::zeros((3, 1));
    assert_eq!(
        refused(&same, &same, Bandwidth::MedianHeuristic),
        "the median distance is 0, expected a finite number greater than 0: pass Bandwidth::Fixed"
    );

    let refused = |directions: Array2<f64>| {
        sliced_w2(x.view(), y.view(), directions.view())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(array![[1.0, 0.0]]),
        format!("directions has shape [1, 2], expected [N, 1]: {reorder}")
    );
    assert_eq!(
        refused(array![[1.0], [0.0]]),
        "the length of direction[1] is 0, expected a finite number greater than 0: \
         pass vectors that point somewhere"
    );
    assert_eq!(
        refused(Array2::zeros((0, 1))),
        "directions has shape [0, 1] and holds no values: pass at least one value along every axis"
    );
}
