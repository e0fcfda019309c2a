//! Scale invariance, on a real normalized unit, and the dynamics that follow from it.

use approx::assert_relative_eq;
use bn_core::Moments;
use bn_core::normalize::normalize;
use bn_core::scale::*;
use ndarray::{Array1, Array2, Axis, array};

fn inputs() -> Array2<f64> {
    Array2::from_shape_fn((9, 3), |(i, j)| {
        (1.7 * (3 * i + j) as f64).sin() + 0.2 * j as f64
    })
}

/// A loss of a unit with batch norm (ε = 0) behind it.
fn loss(w: &Array1<f64>) -> f64 {
    let z = inputs().dot(w).insert_axis(Axis(1));
    let x_hat = normalize(z.view(), &Moments::of(z.view()).unwrap(), 0.0).unwrap();
    x_hat
        .indexed_iter()
        .map(|((i, _), x)| (x - (i as f64).cos()).powi(2))
        .sum()
}

fn gradient(w: &Array1<f64>) -> Array1<f64> {
    let h = 1e-5 * w.dot(w).sqrt();
    Array1::from_shape_fn(w.len(), |i| {
        let at = |h: f64| {
            let mut w = w.clone();
            w[i] += h;
            loss(&w)
        };
        (at(h) - at(-h)) / (2.0 * h)
    })
}

/// Covers eq:scale-invariance.
/// Covers eq:gradient-at-scale.
/// Covers eq:radial-gradient.
#[test]
fn batch_norm_ignores_the_length_of_the_weights_before_it() {
    let w = array![0.5, -1.0, 2.0];
    for a in [0.01, 10.0] {
        assert!(scale_defect(loss, w.view(), a).unwrap().abs() < 1e-12);
        let expected = gradient_at_scale(gradient(&w).view(), a).unwrap();
        assert_relative_eq!(gradient(&(&w * a)), expected, max_relative = 1e-7);
    }
    assert!(radial_cosine(w.view(), gradient(&w).view()).unwrap().abs() < 1e-8);
}

/// Covers eq:norm-growth.
#[test]
fn a_step_lengthens_the_weights_by_pythagoras() {
    let w = array![0.5, -1.0, 2.0];
    let g = gradient(&w);
    let stepped = &w - &(0.3 * &g);
    let after = squared_norm_after_step(w.dot(&w), g.dot(&g), 0.3).unwrap();
    assert_relative_eq!(stepped.dot(&stepped), after, max_relative = 1e-8);
}

/// The direction after a step of η at a·w is that after η/a² at w.
///
/// Covers eq:effective-learning-rate.
#[test]
fn the_effective_learning_rate_decides_the_direction() {
    let w = array![0.5, -1.0, 2.0];
    let direction = |w: &Array1<f64>, eta: f64| {
        let stepped = w - &(eta * gradient(w));
        &stepped / stepped.dot(&stepped).sqrt()
    };
    let (eta, a) = (0.4, 3.0);
    assert_relative_eq!(
        direction(&(&w * a), eta * a * a),
        direction(&w, eta),
        epsilon = 1e-7
    );
    let scaled = effective_learning_rate(eta * a * a, a * a * w.dot(&w)).unwrap();
    assert_relative_eq!(scaled, effective_learning_rate(eta, w.dot(&w)).unwrap());
}

/// Steps with a gradient orthogonal to w, of norm c/‖w‖, and weight decay.
///
/// Covers eq:equilibrium-norm.
/// Covers eq:equilibrium-angle.
#[test]
fn length_and_angle_settle_where_predicted() {
    let (eta, lambda, c) = (0.1, 0.01, 2.0);
    let (mut x, mut y, mut angle) = (5.0_f64, 0.0_f64, 0.0);
    for _ in 0..20_000 {
        let norm = x.hypot(y);
        let g = c / (norm * norm); // times (−y, x): orthogonal, of norm c/‖w‖
        let after = (
            x - eta * (-y * g + lambda * x),
            y - eta * (x * g + lambda * y),
        );
        angle = ((x * after.1 - y * after.0) / (norm * after.0.hypot(after.1)))
            .asin()
            .abs();
        (x, y) = after;
    }
    let squared = equilibrium_squared_norm(eta, lambda, c * c).unwrap();
    assert_relative_eq!(x * x + y * y, squared, max_relative = 1e-3);
    assert_relative_eq!(
        angle,
        equilibrium_angle(eta, lambda).unwrap(),
        max_relative = 1e-2
    );
}

/// Covers eq:length-direction.
/// Covers eq:rayleigh-loss.
#[test]
fn the_rayleigh_loss_is_least_squares_with_the_best_length() {
    let x = inputs() - inputs().mean_axis(Axis(0)).unwrap();
    let y = Array1::from_shape_fn(9, |i| (i as f64).cos());
    let s = x.t().dot(&x) / 9.0;
    let u = x.t().dot(&y) / 9.0;
    let w = array![0.5, -1.0, 2.0];
    let loss = |g: f64| {
        let w = length_direction(w.view(), s.view(), g).unwrap();
        let z = x.dot(&w);
        assert_relative_eq!(z.dot(&z) / 9.0, g * g, max_relative = 1e-12);
        ((z - &y).mapv(|r| r * r).sum() - y.dot(&y)) / 18.0
    };
    let best = u.dot(&w) / w.dot(&s.dot(&w)).sqrt();
    let rho = rayleigh_loss(w.view(), u.view(), s.view()).unwrap();
    assert_relative_eq!(loss(best), rho, max_relative = 1e-10);
    assert!(loss(best * 1.1) > rho && loss(best * 0.9) > rho);
}

#[test]
fn bad_arguments_are_refused() {
    let w = array![1.0, 2.0];
    for a in [0.0, -1.0, f64::NAN] {
        let expected = format!("the scale is {a}, expected a finite number greater than 0");
        assert_eq!(
            gradient_at_scale(w.view(), a).unwrap_err().to_string(),
            expected
        );
        assert_eq!(
            scale_defect(|w| w.sum(), w.view(), a)
                .unwrap_err()
                .to_string(),
            expected
        );
    }
    assert_eq!(
        radial_cosine(w.view(), array![0.0, 0.0].view())
            .unwrap_err()
            .to_string(),
        "gradient is 0, expected a norm greater than 0: the zero vector has no direction"
    );
    assert!(squared_norm_after_step(-1.0, 1.0, 1.0).is_err());
    assert!(effective_learning_rate(0.1, 0.0).is_err());
    assert!(equilibrium_squared_norm(0.1, 0.0, 1.0).is_err());
    assert!(equilibrium_angle(0.0, 0.1).is_err());
    let zero = Array2::zeros((2, 2));
    assert!(length_direction(w.view(), zero.view(), 1.0).is_err());
    assert!(rayleigh_loss(w.view(), w.view(), Array2::zeros((3, 2)).view()).is_err());
}
