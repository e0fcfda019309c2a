//! The regression of Shimodaira 2000.

use bn_lab::{Error, Estimate, Shimodaira, shimodaira_errors};

/// Covers eq:flattened-weights.
#[test]
fn weighting_brings_the_line_to_where_the_test_inputs_lie() {
    let errors = shimodaira_errors(&[0.0, 0.5, 1.0], 0..40).unwrap();
    let row = |i: usize| errors.row(i).to_vec();
    let mean = |i: usize| Estimate::of(&row(i)).unwrap().mean;
    let floor = best_possible_error();
    assert!((0.22..0.42).contains(&mean(0)), "{}", mean(0));
    assert!(mean(1) < 0.5 * mean(0));
    assert!(
        (floor..floor + 0.012).contains(&mean(2)),
        "{} {floor}",
        mean(2)
    );
    let gain = Estimate::paired(&row(0), &row(2)).unwrap();
    assert!(gain.low > 0.1, "{gain}");
}

/// The error of the best line under the test distribution, by hand: with s = 0.3 the
/// slope is 3s² − 1, and what is left of x³ is 15s⁶ − 9s⁶ = 6s⁶, beside the noise s².
fn best_possible_error() -> f64 {
    let s = 0.3_f64;
    s.powi(2) + 6.0 * s.powi(6)
}

/// Covers eq:density-ratio.
#[test]
fn weights_are_the_ratio_of_the_two_normal_densities() {
    let world = Shimodaira::draw(4).unwrap();
    let density = |x: f64, mean: f64, s: f64| (-0.5 * ((x - mean) / s).powi(2)).exp() / s;
    for (&x, &w) in world.x_training.iter().zip(&world.weights) {
        let expected = density(x, 0.0, 0.3) / density(x, 0.5, 0.5);
        assert!(
            (w - expected).abs() <= 1e-12 * expected,
            "{x}: {w} {expected}"
        );
    }
}

/// Covers eq:effective-sample-size.
#[test]
fn the_price_of_weighting_is_sample_size() {
    let world = Shimodaira::draw(4).unwrap();
    let ess: Vec<f64> = [0.0, 0.5, 1.0]
        .map(|lambda| world.effective_sample_size(lambda).unwrap())
        .to_vec();
    assert!((ess[0] - 100.0).abs() < 1e-9);
    assert!(
        ess[0] > ess[1] && ess[1] > ess[2] && ess[2] > 20.0,
        "{ess:?}"
    );
}

#[test]
fn the_fitted_line_solves_the_weighted_normal_equations() {
    let world = Shimodaira::draw(1).unwrap();
    let line = world.fit(1.0).unwrap();
    let residual = &world.y_training - &world.x_training.mapv(|x| line.at(x));
    let weighted = &world.weights * &residual;
    assert!(weighted.sum().abs() < 1e-10);
    assert!(weighted.dot(&world.x_training).abs() < 1e-10);
}

#[test]
fn errors_do_not_depend_on_the_number_of_threads() {
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| shimodaira_errors(&[0.0, 1.0], 0..6).unwrap())
    };
    assert_eq!(run(1), run(2));
}

#[test]
fn a_lambda_beyond_the_density_ratio_is_refused() {
    let world = Shimodaira::draw(1).unwrap();
    assert!(matches!(world.fit(1.1), Err(Error::Core(_))));
    assert!(matches!(world.fit(f64::NAN), Err(Error::Core(_))));
}
