//! The layer: training, inference, backward, options, refusals.

use approx::assert_relative_eq;
use bn_core::{BatchNorm, Moments, NonFinite, RunningVariance};
use ndarray::{Array2, array, s};
use proptest::prelude::*;

fn layer(channels: usize) -> BatchNorm<f64> {
    BatchNorm::params(channels).check().unwrap().layer()
}

fn batch(m: usize, channels: usize) -> impl Strategy<Value = Array2<f64>> {
    prop::collection::vec(-10.0..10.0, m * channels)
        .prop_map(move |values| Array2::from_shape_vec((m, channels), values).unwrap())
}

fn varied(x: &Array2<f64>) -> bool {
    Moments::of(x.view())
        .unwrap()
        .variance
        .iter()
        .all(|&v| v > 0.1)
}

/// Covers eq:normalize.
/// Covers eq:scale-shift.
/// Covers eq:running-mean.
/// Covers eq:running-var.
#[test]
fn three_steps_of_training_are_what_they_are_by_hand() {
    for (kind, correction) in [
        (RunningVariance::Unbiased, 4.0 / 3.0),
        (RunningVariance::Population, 1.0),
    ] {
        let params = BatchNorm::<f64>::params(1)
            .epsilon(0.5)
            .momentum(0.3)
            .running_variance(kind);
        let mut layer = params.check().unwrap().layer();
        layer.gamma_mut().fill(2.0);
        layer.beta_mut().fill(-1.0);
        let (mut mean, mut variance) = (0.0, 1.0);
        for step in 1..=3 {
            let a = f64::from(step);
            // Mean 4a, variance 6.5a².
            let x = array![[a], [3.0 * a], [4.0 * a], [8.0 * a]];
            let (y, cache) = layer.forward_train(x.view()).unwrap();
            let sigma = (6.5 * a * a + 0.5).sqrt();
            assert_relative_eq!(y, (&x - 4.0 * a) / sigma * 2.0 - 1.0, max_relative = 1e-14);
            assert_relative_eq!(
                cache.moments().variance[0],
                6.5 * a * a,
                max_relative = 1e-14
            );
            assert_relative_eq!(cache.x_hat(), (&x - 4.0 * a) / sigma, max_relative = 1e-14);

            mean = 0.7 * mean + 0.3 * 4.0 * a;
            variance = 0.7 * variance + 0.3 * 6.5 * a * a * correction;
            assert_relative_eq!(layer.running().mean[0], mean, max_relative = 1e-14);
            assert_relative_eq!(layer.running().variance[0], variance, max_relative = 1e-14);
        }
    }
}

/// Covers eq:eval-forward.
#[test]
fn inference_uses_the_running_statistics_and_leaves_them_alone() {
    let mut layer = BatchNorm::<f32>::params(2)
        .epsilon(1.0)
        .check()
        .unwrap()
        .layer();
    layer.gamma_mut().assign(&array![2.0, -1.0]);
    layer.beta_mut().assign(&array![0.5, 10.0]);
    let running = Moments {
        mean: array![1.0, -1.0],
        variance: array![3.0, 15.0],
    };
    layer.set_running(running.clone()).unwrap();

    let x = array![[5.0, 3.0], [1.0, -5.0], [-1.0, -1.0]];
    let y = array![[4.5, 9.0], [0.5, 11.0], [-1.5, 10.0]];
    assert_eq!(layer.forward_eval(x.view()).unwrap(), y);
    assert_eq!(
        layer.forward_eval(x.slice(s![1..2, ..])).unwrap(),
        y.slice(s![1..2, ..])
    );
    assert_eq!(
        layer.forward_eval(x.slice(s![0..0, ..])).unwrap().dim(),
        (0, 2)
    );
    assert_eq!(layer.running(), &running);
}

#[test]
fn defaults_are_epsilon_1e_5_momentum_a_tenth_and_the_unbiased_variance() {
    let mut layer = layer(1);
    assert_eq!(layer.epsilon(), 1e-5);
    assert_eq!(layer.gamma(), array![1.0]);
    assert_eq!(layer.beta(), array![0.0]);
    assert_eq!(
        layer.running(),
        &Moments {
            mean: array![0.0],
            variance: array![1.0]
        }
    );
    layer.forward_train(array![[0.0], [2.0]].view()).unwrap();
    assert_relative_eq!(layer.running().mean[0], 0.1);
    assert_relative_eq!(layer.running().variance[0], 0.9 + 0.1 * 2.0);
}

/// Covers eq:batch-variance.
/// Covers eq:grad-x.
#[test]
fn a_channel_that_does_not_vary_gives_beta_and_finite_gradients() {
    let mut layer = BatchNorm::<f32>::params(1).check().unwrap().layer();
    layer.beta_mut().fill(3.0);
    let (y, cache) = layer
        .forward_train(array![[0.1], [0.1], [0.1]].view())
        .unwrap();
    assert_eq!(y, array![[3.0], [3.0], [3.0]]);
    let gradients = layer
        .backward(&cache, array![[1.0], [0.0], [2.0]].view())
        .unwrap();
    assert_eq!(gradients.dgamma, array![0.0]);
    let expected = array![[0.0], [-1.0], [1.0]] / 1e-5_f32.sqrt();
    assert_relative_eq!(gradients.dx, expected, epsilon = 1e-3);
}

/// Covers eq:grad-x.
/// Covers eq:grad-gamma.
/// Covers eq:grad-beta.
#[test]
fn backward_agrees_with_finite_differences_of_the_layer() {
    let mut x = array![[1.0, -3.0], [0.5, 2.0], [4.0, 1.0], [2.0, 7.0]];
    let dy = array![[0.3, -1.0], [0.7, 0.2], [-0.4, 0.9], [1.1, 0.6]];
    let mut layer = BatchNorm::params(2).epsilon(0.2).check().unwrap().layer();
    layer.gamma_mut().assign(&array![1.5, -0.5]);
    let loss = |layer: &BatchNorm<f64>, x: &Array2<f64>| {
        (layer.clone().forward_train(x.view()).unwrap().0 * &dy).sum()
    };
    let (_, cache) = layer.clone().forward_train(x.view()).unwrap();
    let gradients = layer.backward(&cache, dy.view()).unwrap();
    let h = 1e-5;
    for index in [(0, 0), (1, 1), (2, 0), (3, 1)] {
        x[index] += h;
        let above = loss(&layer, &x);
        x[index] -= 2.0 * h;
        let below = loss(&layer, &x);
        x[index] += h;
        let expected = (above - below) / (2.0 * h);
        assert_relative_eq!(
            gradients.dx[index],
            expected,
            epsilon = 1e-9,
            max_relative = 1e-8
        );
    }
    for c in 0..2 {
        let mut moved = layer.clone();
        moved.gamma_mut()[c] += 1.0; // L is linear in γ and β
        let dgamma = loss(&moved, &x) - loss(&layer, &x);
        assert_relative_eq!(gradients.dgamma[c], dgamma, max_relative = 1e-12);
        let mut moved = layer.clone();
        moved.beta_mut()[c] += 1.0;
        let dbeta = loss(&moved, &x) - loss(&layer, &x);
        assert_relative_eq!(gradients.dbeta[c], dbeta, max_relative = 1e-12);
    }
}

proptest! {
    /// Covers eq:normalize.
    #[test]
    fn training_output_ignores_shift_and_positive_scale(
        x in batch(6, 2), shift in -100.0..100.0_f64, scale in 0.1..100.0_f64,
    ) {
        prop_assume!(varied(&x));
        let mut layer = BatchNorm::params(2).epsilon(1e-14).check().unwrap().layer();
        let (y, _) = layer.forward_train(x.view()).unwrap();
        let (moved, _) = layer.forward_train((scale * &x + shift).view()).unwrap();
        let (flipped, _) = layer.forward_train((-&x).view()).unwrap();
        prop_assert!((moved - &y).iter().all(|d: &f64| d.abs() < 1e-9));
        prop_assert!((flipped + &y).iter().all(|d| d.abs() < 1e-9));
    }

    /// Covers eq:grad-x.
    #[test]
    fn dx_sums_to_zero_and_is_orthogonal_to_x_hat(x in batch(6, 2), dy in batch(6, 2)) {
        prop_assume!(varied(&x));
        let mut layer = BatchNorm::params(2).epsilon(1e-14).check().unwrap().layer();
        let (_, cache) = layer.forward_train(x.view()).unwrap();
        let dx = layer.backward(&cache, dy.view()).unwrap().dx;
        for c in 0..2 {
            prop_assert!(dx.column(c).sum().abs() < 1e-9);
            prop_assert!(dx.column(c).dot(&cache.x_hat().column(c)).abs() < 1e-9);
        }
    }

    #[test]
    fn views_give_what_their_copies_give(x in batch(9, 6), dy in batch(9, 6)) {
        let copy = |view: ndarray::ArrayView2<f64>| Array2::from_shape_fn(view.dim(), |i| view[i]);
        for (x, dy) in [
            (x.slice(s![..;-1, ..]), dy.slice(s![..;-1, ..])),
            (x.slice(s![..;2, ..;-2]), dy.slice(s![..;2, ..;-2])),
            (x.t(), dy.t()),
        ] {
            let mut by_view = layer(x.ncols());
            let mut by_copy = layer(x.ncols());
            let (y_view, cache_view) = by_view.forward_train(x).unwrap();
            let (y_copy, cache_copy) = by_copy.forward_train(copy(x).view()).unwrap();
            prop_assert_eq!(y_view, y_copy);
            prop_assert_eq!(
                by_view.backward(&cache_view, dy).unwrap(),
                by_copy.backward(&cache_copy, copy(dy).view()).unwrap()
            );
            prop_assert_eq!(
                by_view.forward_eval(x).unwrap(),
                by_copy.forward_eval(copy(x).view()).unwrap()
            );
            prop_assert_eq!(by_view, by_copy);
        }
    }
}

#[test]
fn bad_parameters_are_refused() {
    let refused = |params: bn_core::BatchNormParams<f64>| params.check().unwrap_err().to_string();
    let params = || BatchNorm::params(3);
    for epsilon in [0.0, -1e-5, f64::NAN, f64::INFINITY] {
        assert_eq!(
            refused(params().epsilon(epsilon)),
            format!(
                "epsilon is {epsilon}, expected a finite number greater than 0; \
                 the usual choice is 1e-5"
            )
        );
    }
    for momentum in [-0.1, 1.1, f64::NAN] {
        assert_eq!(
            refused(params().momentum(momentum)),
            format!(
                "momentum is {momentum}, expected a number from 0 to 1; the usual choice is 0.1"
            )
        );
    }
    assert_eq!(
        refused(BatchNorm::params(0)),
        "channels: given 0, expected at least 1: pass the length of the channel axis"
    );
}

#[test]
fn a_refused_batch_leaves_the_layer_as_it_was() {
    let mut layer = layer(2);
    let before = layer.clone();
    let refused = [
        (
            array![[1.0, 2.0]],
            "values per channel in training: given 1, expected at least 2: \
             add examples to the batch, or use forward_eval",
        ),
        (
            Array2::zeros((0, 2)),
            "x has shape [0, 2] and holds no values: pass at least one value along every axis",
        ),
        (
            Array2::zeros((4, 3)),
            "x has shape [4, 3], expected [N, 2]: check the order of the axes and of the arguments",
        ),
        (
            array![[1.0, 2.0], [f64::NAN, 4.0]],
            "x[1, 0] is NaN, expected a finite number: \
             repair or drop that value before it spoils the rest",
        ),
        (
            array![[1.0, f64::NEG_INFINITY], [3.0, 4.0]],
            "x[0, 1] is -inf, expected a finite number: \
             repair or drop that value before it spoils the rest",
        ),
        (
            array![[1.0, 1e200], [3.0, -1e200]],
            "the variance exceeds the range of its type although the input is finite: \
             rescale the input, or use f64",
        ),
    ];
    for (x, message) in refused {
        assert_eq!(
            layer.forward_train(x.view()).unwrap_err().to_string(),
            message
        );
        assert_eq!(layer, before);
    }
    assert_eq!(
        layer
            .forward_eval(Array2::zeros((4, 3)).view())
            .unwrap_err()
            .to_string(),
        "x has shape [4, 3], expected [N, 2]: check the order of the axes and of the arguments"
    );
}

#[test]
fn nan_is_let_through_on_request_and_keeps_to_its_channel() {
    let params = BatchNorm::<f64>::params(2).non_finite(NonFinite::Propagate);
    let mut layer = params.check().unwrap().layer();
    let x = array![[1.0, f64::NAN], [3.0, 4.0]];
    let (y, cache) = layer.forward_train(x.view()).unwrap();
    assert!(y.column(0).iter().all(|y| y.is_finite()));
    assert!(y.column(1).iter().all(|y| y.is_nan()));
    assert_relative_eq!(layer.running().mean[0], 0.2);
    assert!(layer.running().mean[1].is_nan() && layer.running().variance[1].is_nan());

    let dx = layer
        .backward(&cache, array![[1.0, 1.0], [2.0, 1.0]].view())
        .unwrap()
        .dx;
    assert!(dx.column(0).iter().all(|dx| dx.is_finite()));
    assert!(dx.column(1).iter().all(|dx| dx.is_nan()));
    let y = layer.forward_eval(array![[1.0, 1.0]].view()).unwrap();
    assert!(y[[0, 0]].is_finite() && y[[0, 1]].is_nan());
}

#[test]
fn a_gradient_that_does_not_fit_is_refused() {
    let mut layer = layer(2);
    let (_, cache) = layer
        .forward_train(array![[1.0, 2.0], [3.0, 5.0]].view())
        .unwrap();
    let reorder = "check the order of the axes and of the arguments";
    assert_eq!(
        layer
            .backward(&cache, Array2::zeros((3, 2)).view())
            .unwrap_err()
            .to_string(),
        format!("dy has shape [3, 2], expected [2, 2]: {reorder}")
    );
    assert_eq!(
        layer
            .backward(&cache, array![[0.0, 1.0], [f64::INFINITY, 1.0]].view())
            .unwrap_err()
            .to_string(),
        "dy[1, 0] is inf, expected a finite number: \
         repair or drop that value before it spoils the rest"
    );
    let other = BatchNorm::<f64>::params(5).check().unwrap().layer();
    assert_eq!(
        other
            .backward(&cache, Array2::zeros((2, 2)).view())
            .unwrap_err()
            .to_string(),
        format!("the cached batch has shape [2, 2], expected [N, 5]: {reorder}")
    );
}

#[test]
fn running_statistics_of_the_wrong_length_are_refused() {
    let error = layer(2).set_running(Moments {
        mean: array![0.0],
        variance: array![1.0],
    });
    assert_eq!(
        error.unwrap_err().to_string(),
        "mean has shape [1], expected [2]: check the order of the axes and of the arguments"
    );
}
