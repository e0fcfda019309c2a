//! The gradients, against finite differences and against what is known of the Jacobian.

use bn_core::Moments;
use bn_core::gradient::{
    grad_beta, grad_bias, grad_gamma, grad_mean, grad_variance, grad_x, grad_x_eval, grad_x_hat,
    grad_x_three_terms, jacobian,
};
use bn_core::normalize::{normalize, scale_shift, standard_deviation};
use ndarray::{Array1, Array2, array};
use proptest::prelude::*;

struct Case {
    x: Array2<f64>,
    gamma: Array1<f64>,
    beta: Array1<f64>,
    dy: Array2<f64>,
    epsilon: f64,
}

impl Case {
    /// A batch whose channels have different means, scales, and gradients.
    fn new(m: usize, epsilon: f64) -> Self {
        let wave = |i: usize, c: usize, k: f64| (k * (i * 3 + c + 1) as f64).sin();
        Case {
            x: Array2::from_shape_fn((m, 3), |(i, c)| 5.0 * c as f64 + wave(i, c, 2.3)),
            gamma: array![0.7, -1.4, 2.0],
            beta: array![0.1, 3.0, -0.6],
            dy: Array2::from_shape_fn((m, 3), |(i, c)| wave(i, c, 1.1) + 0.3),
            epsilon,
        }
    }

    fn x_hat(&self) -> Array2<f64> {
        normalize(
            self.x.view(),
            &Moments::of(self.x.view()).unwrap(),
            self.epsilon,
        )
        .unwrap()
    }

    /// A loss whose gradient with respect to y is dy.
    fn loss(&self) -> f64 {
        let y = scale_shift(self.x_hat().view(), self.gamma.view(), self.beta.view()).unwrap();
        (y * &self.dy).sum()
    }

    fn dx(&self) -> Array2<f64> {
        let x_hat = self.x_hat();
        let variance = Moments::of(self.x.view()).unwrap().variance;
        let sigma = standard_deviation(variance.view(), self.epsilon).unwrap();
        let dgamma = grad_gamma(self.dy.view(), x_hat.view()).unwrap();
        let dbeta = grad_beta(self.dy.view()).unwrap();
        let (dgamma, dbeta) = (dgamma.view(), dbeta.view());
        let (gamma, sigma) = (self.gamma.view(), sigma.view());
        grad_x(self.dy.view(), x_hat.view(), dgamma, dbeta, gamma, sigma).unwrap()
    }

    /// (L(θ + h) − L(θ − h)) / 2h for the parameter that `at` points to.
    fn difference(&mut self, at: impl Fn(&mut Self) -> &mut f64) -> f64 {
        let h = 1e-5;
        let center = *at(self);
        *at(self) = center + h;
        let above = self.loss();
        *at(self) = center - h;
        let below = self.loss();
        *at(self) = center;
        (above - below) / (2.0 * h)
    }
}

fn close(given: f64, expected: f64) {
    let error = (given - expected).abs();
    assert!(
        error < 1e-8 * (1.0 + expected.abs()),
        "given {given}, expected {expected}"
    );
}

/// Covers eq:grad-beta.
/// Covers eq:grad-gamma.
#[test]
fn dbeta_and_dgamma_agree_with_finite_differences() {
    let mut case = Case::new(5, 0.1);
    let dbeta = grad_beta(case.dy.view()).unwrap();
    let dgamma = grad_gamma(case.dy.view(), case.x_hat().view()).unwrap();
    for c in 0..3 {
        close(dbeta[c], case.difference(|case| &mut case.beta[c]));
        close(dgamma[c], case.difference(|case| &mut case.gamma[c]));
    }
}

/// Covers eq:grad-x.
#[test]
fn dx_agrees_with_finite_differences() {
    for (m, epsilon) in [(2, 0.1), (3, 1e-5), (6, 1e-5), (6, 2.0), (150, 0.1)] {
        let mut case = Case::new(m, epsilon);
        let dx = case.dx();
        for i in (0..m).step_by(1 + m / 20) {
            for c in 0..3 {
                close(dx[[i, c]], case.difference(|case| &mut case.x[[i, c]]));
            }
        }
    }
}

/// Covers eq:grad-x.
#[test]
fn a_batch_of_two_passes_no_gradient_when_epsilon_is_zero() {
    let dx = Case::new(2, 0.0).dx();
    assert!(dx.iter().all(|dx| dx.abs() < 1e-12));
    let dx = Case::new(3, 0.0).dx();
    assert!(dx.iter().any(|dx| dx.abs() > 0.1));
}

/// J = (γ/σ)(I − 11ᵀ/m − x̂x̂ᵀ/m) is γ/σ times a projection of rank m − 2.
///
/// Covers eq:grad-x.
#[test]
fn the_jacobian_is_a_projection_of_rank_m_minus_two_when_epsilon_is_zero() {
    let m = 6;
    let mut case = Case::new(m, 0.0);
    case.gamma =
        standard_deviation(Moments::of(case.x.view()).unwrap().variance.view(), 0.0).unwrap();
    let mut jacobian = Array2::zeros((m, m));
    for i in 0..m {
        case.dy.fill(0.0);
        case.dy[[i, 1]] = 1.0;
        jacobian.column_mut(i).assign(&case.dx().column(1));
    }
    let trace = jacobian.diag().sum();
    assert!((trace - (m - 2) as f64).abs() < 1e-13, "trace {trace}");
    let again: Array2<f64> = jacobian.dot(&jacobian) - &jacobian;
    assert!(again.iter().all(|difference| difference.abs() < 1e-13));
}

proptest! {
    /// Covers eq:grad-x.
    #[test]
    fn dx_sums_to_zero_and_is_orthogonal_to_x_hat(
        x in prop::collection::vec(-10.0..10.0, 24),
        dy in prop::collection::vec(-10.0..10.0, 24),
    ) {
        let mut case = Case::new(8, 0.0);
        case.x = Array2::from_shape_vec((8, 3), x).unwrap();
        case.dy = Array2::from_shape_vec((8, 3), dy).unwrap();
        prop_assume!(Moments::of(case.x.view()).unwrap().variance.iter().all(|&v| v > 1e-3));
        let (dx, x_hat) = (case.dx(), case.x_hat());
        for c in 0..3 {
            prop_assert!(dx.column(c).sum().abs() < 1e-9);
            prop_assert!(dx.column(c).dot(&x_hat.column(c)).abs() < 1e-9);
        }
    }
}

/// Covers eq:grad-x-three-terms.
/// Covers eq:grad-x-hat.
/// Covers eq:grad-variance.
/// Covers eq:grad-mean.
#[test]
fn three_terms_are_the_compact_form() {
    for epsilon in [0.0, 0.3] {
        let case = Case::new(7, epsilon);
        let moments = Moments::of(case.x.view()).unwrap();
        let dx_hat = grad_x_hat(case.dy.view(), case.gamma.view()).unwrap();
        let dx = grad_x_three_terms(dx_hat.view(), case.x.view(), &moments, epsilon).unwrap();
        for (a, b) in dx.iter().zip(&case.dx()) {
            close(*a, *b);
        }
    }
}

/// x̂ as a function of its moments, held apart from x.
///
/// Covers eq:grad-variance.
/// Covers eq:grad-mean.
#[test]
fn dvariance_and_dmean_agree_with_finite_differences() {
    let case = Case::new(6, 0.2);
    let moments = Moments::of(case.x.view()).unwrap();
    let loss = |moments: &Moments<f64>| {
        let x_hat = normalize(case.x.view(), moments, case.epsilon).unwrap();
        (x_hat * &case.dy).sum()
    };
    let h = 1e-5;
    let sigma = standard_deviation(moments.variance.view(), case.epsilon).unwrap();
    let dmean = grad_mean(case.dy.view(), sigma.view()).unwrap();
    let dvariance = grad_variance(case.dy.view(), case.x.view(), &moments, case.epsilon).unwrap();
    for c in 0..3 {
        let at = |h: f64, k: f64| {
            let mut moments = moments.clone();
            moments.mean[c] += h;
            moments.variance[c] += k;
            loss(&moments)
        };
        close(dmean[c], (at(h, 0.0) - at(-h, 0.0)) / (2.0 * h));
        close(dvariance[c], (at(0.0, h) - at(0.0, -h)) / (2.0 * h));
    }
}

/// Covers eq:jacobian.
#[test]
fn the_jacobian_times_dy_is_dx_and_its_rank_is_m_minus_two() {
    for m in [2, 3, 8] {
        let case = Case::new(m, 0.0);
        let sigma =
            standard_deviation(Moments::of(case.x.view()).unwrap().variance.view(), 0.0).unwrap();
        let x_hat = case.x_hat();
        for c in 0..3 {
            let j = jacobian(x_hat.column(c), case.gamma[c], sigma[c]).unwrap();
            for (a, b) in j.dot(&case.dy.column(c)).iter().zip(case.dx().column(c)) {
                close(*a, *b);
            }
            // A projection's rank is its trace.
            let projection = jacobian(x_hat.column(c), 1.0, 1.0).unwrap();
            close(projection.diag().sum(), m as f64 - 2.0);
            for (a, b) in projection.dot(&projection).iter().zip(&projection) {
                close(*a, *b);
            }
        }
    }
}

/// Covers eq:bias-cancels.
/// Covers eq:normalize.
#[test]
fn a_bias_in_front_changes_nothing_and_hears_nothing() {
    let mut case = Case::new(6, 0.1);
    close(grad_bias(case.dx().view()).unwrap()[1], 0.0);
    let before = case.loss();
    case.x += &array![100.0, -3.0, 0.5];
    close(case.loss(), before);
}

/// Covers eq:grad-x-eval.
#[test]
fn in_inference_the_gradient_passes_straight() {
    let running = Moments {
        mean: array![0.3, -1.0, 2.0],
        variance: array![0.5, 4.0, 1.0],
    };
    let mut case = Case::new(4, 0.1);
    let sigma = standard_deviation(running.variance.view(), case.epsilon).unwrap();
    let dx = grad_x_eval(case.dy.view(), case.gamma.view(), sigma.view()).unwrap();
    let mut loss = |h: f64| {
        case.x[[2, 1]] += h;
        let x_hat = normalize(case.x.view(), &running, case.epsilon).unwrap();
        (scale_shift(x_hat.view(), case.gamma.view(), case.beta.view()).unwrap() * &case.dy).sum()
    };
    let difference = loss(1e-5) - loss(-2e-5);
    close(dx[[2, 1]], difference / 2e-5);
}

#[test]
fn bad_arguments_are_refused() {
    let (dy, x_hat) = (array![[1.0], [2.0]], array![[1.0], [-1.0]]);
    let (one, two) = (array![1.0], array![1.0, 1.0]);
    let reorder = "check the order of the axes and of the arguments";
    assert_eq!(
        grad_beta(Array2::<f64>::zeros((0, 1)).view())
            .unwrap_err()
            .to_string(),
        "dy has shape [0, 1] and holds no values: pass at least one value along every axis"
    );
    assert_eq!(
        grad_gamma(dy.view(), array![[1.0]].view())
            .unwrap_err()
            .to_string(),
        format!("x_hat has shape [1, 1], expected [2, 1]: {reorder}")
    );
    assert_eq!(
        grad_gamma(dy.view(), array![[1.0], [f64::NAN]].view())
            .unwrap_err()
            .to_string(),
        "x_hat[1, 0] is NaN, expected a finite number: \
         repair or drop that value before it spoils the rest"
    );
    let refused = |gamma: &Array1<f64>, sigma: &Array1<f64>| {
        let (gamma, sigma) = (gamma.view(), sigma.view());
        grad_x(
            dy.view(),
            x_hat.view(),
            one.view(),
            one.view(),
            gamma,
            sigma,
        )
        .unwrap_err()
        .to_string()
    };
    assert_eq!(
        refused(&two, &one),
        format!("gamma has shape [2], expected [1]: {reorder}")
    );
    assert_eq!(
        refused(&one, &two),
        format!("sigma has shape [2], expected [1]: {reorder}")
    );
    assert_eq!(
        refused(&one, &array![0.0]),
        "sigma[0] is 0, expected a number greater than 0"
    );
}
