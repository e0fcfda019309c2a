//! x̂, y, and the setting of γ and β that undoes them.

use approx::assert_abs_diff_eq;
use approx::assert_relative_eq;
use bn_core::Moments;
use bn_core::normalize::{identity_setting, normalize, scale_shift, standard_deviation};
use ndarray::{Array2, array, s};
use proptest::prelude::*;

fn batch(m: usize, channels: usize) -> impl Strategy<Value = Array2<f64>> {
    prop::collection::vec(-10.0..10.0, m * channels)
        .prop_map(move |values| Array2::from_shape_vec((m, channels), values).unwrap())
}

/// Covers eq:normalize.
#[test]
fn epsilon_stands_inside_the_root() {
    let moments = Moments {
        mean: array![1.0, -2.0],
        variance: array![9.0, 0.0],
    };
    let x_hat = normalize(array![[11.0, 2.0], [1.0, -2.0]].view(), &moments, 16.0).unwrap();
    assert_eq!(x_hat, array![[2.0, 1.0], [0.0, 0.0]]);
}

/// Covers eq:scale-shift.
#[test]
fn gamma_multiplies_and_beta_is_added() {
    let x_hat = array![[1.0_f32, -1.0, 0.5]];
    let (gamma, beta) = (array![2.0, 3.0, -4.0], array![0.25, 0.5, 0.0]);
    let y = scale_shift(x_hat.view(), gamma.view(), beta.view()).unwrap();
    assert_eq!(y, array![[2.25, -2.5, -2.0]]);
}

proptest! {
    /// Covers eq:normalize.
    #[test]
    fn x_hat_has_mean_zero_and_variance_a_little_below_one(x in batch(7, 3)) {
        let moments = Moments::of(x.view()).unwrap();
        let epsilon = 0.1;
        let after = Moments::of(normalize(x.view(), &moments, epsilon).unwrap().view()).unwrap();
        for c in 0..3 {
            let variance = moments.variance[c];
            prop_assert!(after.mean[c].abs() < 1e-12);
            prop_assert!((after.variance[c] - variance / (variance + epsilon)).abs() < 1e-12);
        }
    }

    /// Covers eq:identity-setting.
    #[test]
    fn the_identity_setting_gives_x_back(x in batch(5, 2), epsilon in 1e-5..10.0) {
        let moments = Moments::of(x.view()).unwrap();
        let (gamma, beta) = identity_setting(&moments, epsilon).unwrap();
        let x_hat = normalize(x.view(), &moments, epsilon).unwrap();
        let y = scale_shift(x_hat.view(), gamma.view(), beta.view()).unwrap();
        prop_assert!((y - x).iter().all(|difference| difference.abs() < 1e-12));
    }

    #[test]
    fn views_give_what_their_copies_give(x in batch(6, 4)) {
        let view = x.slice(s![..;-2, ..;-1]);
        let copy = Array2::from_shape_fn(view.dim(), |index| view[index]);
        let moments = Moments::of(view).unwrap();
        prop_assert_eq!(
            normalize(view, &moments, 1e-5).unwrap(),
            normalize(copy.view(), &moments, 1e-5).unwrap()
        );
    }
}

#[test]
fn nan_stays_where_it_is() {
    let moments = Moments {
        mean: array![0.0],
        variance: array![1.0],
    };
    let x_hat = normalize(array![[f64::NAN], [3.0]].view(), &moments, 0.0).unwrap();
    assert!(x_hat[[0, 0]].is_nan());
    assert_abs_diff_eq!(x_hat[[1, 0]], 3.0);
}

#[test]
fn bad_arguments_are_refused() {
    let x = array![[1.0, 2.0]];
    let moments = |mean, variance| Moments { mean, variance };
    let refused = |moments: Moments<f64>, epsilon| {
        normalize(x.view(), &moments, epsilon)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(moments(array![0.0], array![1.0]), 1e-5),
        "mean has shape [1], expected [2]: check the order of the axes and of the arguments"
    );
    assert_eq!(
        refused(moments(array![0.0, 0.0], array![1.0]), 1e-5),
        "variance has shape [1], expected [2]: check the order of the axes and of the arguments"
    );
    assert_eq!(
        refused(moments(array![0.0, 0.0], array![1.0, -1.0]), 1e-5),
        "variance[1] is -1, expected a finite number, 0 or greater"
    );
    assert_eq!(
        refused(moments(array![0.0, f64::NAN], array![1.0, 1.0]), 1e-5),
        "mean[1] is NaN, expected a finite number: \
         repair or drop that value before it spoils the rest"
    );
    for epsilon in [-1e-5, f64::NAN, f64::INFINITY] {
        assert_eq!(
            refused(moments(array![0.0, 0.0], array![1.0, 1.0]), epsilon),
            format!("epsilon is {epsilon}, expected a finite number, 0 or greater")
        );
    }
    assert_eq!(
        refused(moments(array![0.0, 0.0], array![1.0, 0.0]), 0.0),
        "variance[1] is 0, expected more than 0, since epsilon is 0"
    );
    assert_eq!(
        standard_deviation(array![f64::INFINITY].view(), 1.0)
            .unwrap_err()
            .to_string(),
        "variance[0] is inf, expected a finite number, 0 or greater"
    );
    assert_eq!(
        identity_setting(&moments(array![0.0, 0.0], array![1.0]), 1.0)
            .unwrap_err()
            .to_string(),
        "variance has shape [1], expected [2]: check the order of the axes and of the arguments"
    );
    assert_eq!(
        scale_shift(x.view(), array![1.0, 1.0].view(), array![0.0].view())
            .unwrap_err()
            .to_string(),
        "beta has shape [1], expected [2]: check the order of the axes and of the arguments"
    );
}

/// Covers eq:normalized-variance.
#[test]
fn x_hat_varies_by_less_than_one() {
    let x = array![[1.0, 0.001], [3.0, 0.003], [8.0, -0.002]];
    let moments = Moments::of(x.view()).unwrap();
    let x_hat = normalize(x.view(), &moments, 1e-5).unwrap();
    let left = bn_core::normalize::normalized_variance(moments.variance.view(), 1e-5).unwrap();
    let given = Moments::of(x_hat.view()).unwrap().variance;
    assert_relative_eq!(given, left, max_relative = 1e-12);
    assert!(left[1] < 0.5);
}
