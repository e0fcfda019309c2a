//! Measures of how gradients move.

use approx::assert_relative_eq;
use bn_core::Moments;
use bn_core::gradient::{grad_beta, grad_gamma, grad_x};
use bn_core::landscape::*;
use bn_core::normalize::{normalize, standard_deviation};
use ndarray::{Array1, Array2, array};
use proptest::prelude::*;

/// Covers eq:ics-distance.
/// Covers eq:ics-cosine.
#[test]
fn a_gradient_that_turns_by_sixty_degrees_has_cosine_one_half() {
    let g = array![2.0, 0.0];
    let turned = array![1.0, 3.0_f64.sqrt()];
    assert_relative_eq!(
        ics_cosine(g.view(), turned.view()).unwrap(),
        0.5,
        epsilon = 1e-15
    );
    assert_relative_eq!(
        ics_distance(g.view(), turned.view()).unwrap(),
        2.0,
        epsilon = 1e-15
    );
    let longer = &g * 1e-200;
    assert_relative_eq!(ics_cosine(g.view(), (3.0 * &g).view()).unwrap(), 1.0);
    assert_eq!(ics_distance(g.view(), g.view()).unwrap(), 0.0);
    assert_relative_eq!(ics_distance(g.view(), longer.view()).unwrap(), 2.0);
}

/// L = ½ Σ aᵢ θᵢ²: β_eff lies between the eigenvalues that the gradient touches.
///
/// Covers eq:gradient-predictiveness.
/// Covers eq:effective-smoothness.
#[test]
fn the_smoothness_of_a_quadratic_is_its_curvature() {
    let (a, theta) = (array![1.0, 10.0], array![2.0, 0.5]);
    let gradient = |theta: &Array1<f64>| &a * theta;
    let g = gradient(&theta);
    let steps = array![0.01, 0.05, 0.2];
    let mut moved = Array2::zeros((3, 2));
    for (mut row, &step) in moved.outer_iter_mut().zip(&steps) {
        row.assign(&gradient(&(&theta - &(step * &g))));
    }
    let curvature = ((&a * &g).mapv(|v| v * v).sum() / g.mapv(|v| v * v).sum()).sqrt();
    let beta = effective_smoothness(g.view(), moved.view(), steps.view()).unwrap();
    assert_relative_eq!(beta, curvature, max_relative = 1e-12);
    let distances = gradient_predictiveness(g.view(), moved.view()).unwrap();
    let expected = &steps * (curvature * g.dot(&g).sqrt());
    assert_relative_eq!(distances, expected, max_relative = 1e-12);
}

proptest! {
    /// Covers eq:gradient-norm-bound.
    #[test]
    fn one_batch_norm_reaches_the_bound_at_epsilon_zero(
        x in prop::collection::vec(-10.0..10.0_f64, 10),
        dy in prop::collection::vec(-10.0..10.0_f64, 10),
        epsilon in prop::sample::select(vec![0.0, 0.5]),
    ) {
        let x = Array2::from_shape_vec((5, 2), x).unwrap();
        let dy = Array2::from_shape_vec((5, 2), dy).unwrap();
        let moments = Moments::of(x.view()).unwrap();
        prop_assume!(moments.variance.iter().all(|&v| v > 0.1));
        let gamma = array![0.7, -2.0];
        let sigma = standard_deviation(moments.variance.view(), epsilon).unwrap();
        let x_hat = normalize(x.view(), &moments, epsilon).unwrap();
        let (dgamma, dbeta) =
            (grad_gamma(dy.view(), x_hat.view()).unwrap(), grad_beta(dy.view()).unwrap());
        let dx = grad_x(
            dy.view(), x_hat.view(), dgamma.view(), dbeta.view(), gamma.view(), sigma.view(),
        ).unwrap();
        let bound =
            gradient_norm_bound(dy.view(), x_hat.view(), gamma.view(), sigma.view()).unwrap();
        for c in 0..2 {
            let norm = dx.column(c).dot(&dx.column(c));
            if epsilon == 0.0 {
                prop_assert!((norm - bound[c]).abs() < 1e-9 * (1.0 + norm));
            } else {
                // x̂ is shorter than √m: less of dγ is taken out.
                prop_assert!(norm <= bound[c] * (1.0 + 1e-9) + 1e-12);
            }
        }
    }
}

#[test]
fn bad_arguments_are_refused() {
    let (g, zero) = (array![1.0, 2.0], array![0.0, 0.0]);
    assert_eq!(
        ics_cosine(g.view(), zero.view()).unwrap_err().to_string(),
        "the gradient after is 0, expected a norm greater than 0: \
         the zero vector has no direction"
    );
    assert!(ics_distance(g.view(), array![1.0].view()).is_err());
    assert!(ics_distance(g.view(), array![1.0, f64::NAN].view()).is_err());
    let moved = array![[1.0, 2.0]];
    assert!(gradient_predictiveness(g.view(), array![[1.0]].view()).is_err());
    assert!(effective_smoothness(g.view(), moved.view(), array![0.0].view()).is_err());
    assert!(effective_smoothness(zero.view(), moved.view(), array![1.0].view()).is_err());
    assert!(gradient_norm_bound(moved.view(), moved.view(), g.view(), zero.view()).is_err());
}
