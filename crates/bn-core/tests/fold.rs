//! Folding, against inference layer by layer.

use approx::assert_relative_eq;
use bn_core::fold::fold;
use bn_core::{BatchNorm, Moments};
use ndarray::{Array2, Array4, array, s};

fn layer() -> BatchNorm<f64> {
    let mut layer = BatchNorm::params(2).epsilon(0.1).check().unwrap().layer();
    layer.gamma_mut().assign(&array![1.5, -0.4]);
    layer.beta_mut().assign(&array![0.3, 2.0]);
    layer
        .set_running(Moments {
            mean: array![0.7, -3.0],
            variance: array![2.0, 0.5],
        })
        .unwrap();
    layer
}

/// Covers eq:fold.
/// Covers eq:eval-forward.
#[test]
fn a_folded_dense_layer_does_what_the_two_did() {
    let x = Array2::from_shape_fn((5, 3), |(i, j)| ((i * 3 + j) as f64).sin());
    let w = Array2::from_shape_fn((2, 3), |(i, j)| ((i + 2 * j) as f64).cos());
    let b = array![0.1, -5.0];
    let y = layer().forward_eval((x.dot(&w.t()) + &b).view()).unwrap();
    let (w, b) = fold(w.view(), b.view(), layer().folded()).unwrap();
    assert_relative_eq!(x.dot(&w.t()) + b, y, epsilon = 1e-12);
}

/// Covers eq:fold.
#[test]
fn a_folded_convolution_does_what_the_two_did() {
    let x = Array4::from_shape_fn((2, 3, 4, 4), |(n, c, h, w)| {
        ((n + 2 * c + 3 * h * w) as f64).sin()
    });
    let w = Array4::from_shape_fn((2, 3, 2, 2), |(o, c, h, w)| {
        ((o + c + 5 * h + w) as f64).cos()
    });
    let b = array![0.1, -5.0];
    let convolve = |kernel: &Array4<f64>, b: &ndarray::Array1<f64>| {
        Array4::from_shape_fn((2, 2, 3, 3), |(n, o, i, j)| {
            (&x.slice(s![n, .., i..i + 2, j..j + 2]) * &kernel.slice(s![o, .., .., ..])).sum()
                + b[o]
        })
    };
    let y = layer().forward_eval(convolve(&w, &b).view()).unwrap();
    let (w, b) = fold(w.view(), b.view(), layer().folded()).unwrap();
    assert_relative_eq!(convolve(&w, &b), y, epsilon = 1e-12);
}

#[test]
fn weights_that_do_not_fit_are_refused() {
    let w = Array2::<f64>::zeros((3, 2));
    let error = fold(w.view(), array![0.0, 0.0].view(), layer().folded()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the output axis of weight has shape [3], expected [2]: \
         check the order of the axes and of the arguments"
    );
    assert!(fold(w.t(), array![0.0].view(), layer().folded()).is_err());
}
