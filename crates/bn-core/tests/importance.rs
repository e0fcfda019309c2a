//! Weights for covariate shift.

use approx::assert_relative_eq;
use bn_core::importance::{
    classifier_ratio, density_ratio, density_ratio_from_logs, effective_sample_size,
    flattened_weights, importance_risk,
};
use ndarray::{Array1, array};
use proptest::prelude::*;

/// The density of N(mean, deviation²) at x.
fn normal(x: f64, mean: f64, deviation: f64) -> f64 {
    let z = (x - mean) / deviation;
    (-0.5 * z * z).exp() / (deviation * (2.0 * std::f64::consts::PI).sqrt())
}

/// A fine grid, and the probability that N(½, ½²) gives to each of its cells.
fn training_law() -> (Array1<f64>, Array1<f64>) {
    let x = Array1::linspace(-5.0, 6.0, 20_001);
    let probability = x.mapv(|x| normal(x, 0.5, 0.5) * 11.0 / 20_000.0);
    (x, probability)
}

/// Covers eq:density-ratio.
#[test]
fn the_density_ratio_carries_the_training_law_to_the_test_law() {
    let (x, probability) = training_law();
    let p_tr = x.mapv(|x| normal(x, 0.5, 0.5));
    let p_te = x.mapv(|x| normal(x, 0.0, 0.3));
    let w = density_ratio(p_te.view(), p_tr.view()).unwrap();
    let from_logs =
        density_ratio_from_logs(p_te.mapv(f64::ln).view(), p_tr.mapv(f64::ln).view()).unwrap();
    assert_relative_eq!(w, from_logs, max_relative = 1e-12);

    let under_training = |f: &dyn Fn(f64) -> f64| (&probability * &w * x.mapv(f)).sum();
    assert_relative_eq!(under_training(&|_| 1.0), 1.0, max_relative = 1e-9);
    assert_relative_eq!(under_training(&|x| x), 0.0, epsilon = 1e-9);
    assert_relative_eq!(under_training(&|x| x * x), 0.09, max_relative = 1e-9);
}

/// Sampling by quantiles of the training law: the weighted mean of x² is that of N(0, 0.3²).
///
/// Covers eq:importance-risk.
#[test]
fn the_weighted_training_risk_is_the_test_risk() {
    let (x, probability) = training_law();
    let n = 20_000;
    let mut sample = Vec::with_capacity(n);
    let (mut cell, mut below) = (0, 0.0);
    for i in 0..n {
        while below + probability[cell] < (i as f64 + 0.5) / n as f64 {
            below += probability[cell];
            cell += 1;
        }
        sample.push(x[cell]);
    }
    let sample = Array1::from(sample);
    let w = sample.mapv(|x| normal(x, 0.0, 0.3) / normal(x, 0.5, 0.5));
    let losses = sample.mapv(|x| x * x);
    let risk = importance_risk(losses.view(), w.view()).unwrap();
    assert!((risk - 0.09).abs() < 1e-3, "risk {risk}");
    assert!((losses.mean().unwrap() - 0.5).abs() < 1e-2);
}

/// Covers eq:importance-risk.
#[test]
fn the_risk_is_divided_by_n_and_not_by_the_weights() {
    let risk = importance_risk(
        array![2.0_f32, -1.0, 4.0].view(),
        array![3.0, 0.0, 1.0].view(),
    );
    assert_relative_eq!(risk.unwrap(), 10.0 / 3.0);
}

/// Covers eq:flattened-weights.
#[test]
fn flattening_runs_from_equal_weights_to_the_ratio() {
    let w = array![0.0, 0.25, 1.0, 9.0];
    let flattened = |lambda| flattened_weights(w.view(), lambda).unwrap();
    assert_eq!(flattened(0.0), array![1.0, 1.0, 1.0, 1.0]);
    assert_relative_eq!(flattened(0.5), array![0.0, 0.5, 1.0, 3.0]);
    assert_relative_eq!(flattened(1.0), w);
}

/// Covers eq:classifier-ratio.
#[test]
fn the_bayes_classifier_gives_the_density_ratio() {
    let (n_tr, n_te) = (300, 700);
    let x = Array1::linspace(-1.0, 1.5, 40);
    let p_tr = x.mapv(|x| normal(x, 0.5, 0.5));
    let p_te = x.mapv(|x| normal(x, 0.0, 0.3));
    let c = (&p_te * 700.0) / (&p_te * 700.0 + &p_tr * 300.0);
    assert_relative_eq!(
        classifier_ratio(c.view(), n_tr, n_te).unwrap(),
        density_ratio(p_te.view(), p_tr.view()).unwrap(),
        max_relative = 1e-10
    );
}

/// Covers eq:effective-sample-size.
#[test]
fn k_equal_weights_among_zeros_are_worth_k_examples() {
    for k in 1..=10 {
        let w = Array1::from_shape_fn(10, |i| if i < k { 0.3 } else { 0.0 });
        assert_relative_eq!(effective_sample_size(w.view()).unwrap(), k as f64);
    }
    assert_relative_eq!(
        effective_sample_size(array![1.0, 2.0, 3.0].view()).unwrap(),
        36.0 / 14.0
    );
}

proptest! {
    /// Covers eq:effective-sample-size.
    #[test]
    fn the_effective_size_lies_between_one_and_n_whatever_the_unit(
        w in prop::collection::vec(0.001..100.0, 1..50),
        unit in prop::sample::select(vec![1e-200, 1.0, 1e200]),
    ) {
        let w = Array1::from(w);
        let ess: f64 = effective_sample_size(w.view()).unwrap();
        prop_assert!((1.0 - 1e-12..=w.len() as f64 + 1e-12).contains(&ess));
        let scaled = effective_sample_size((&w * unit).view()).unwrap();
        prop_assert!((scaled - ess).abs() < 1e-10 * ess);
    }

    /// Covers eq:flattened-weights.
    #[test]
    fn flatter_weights_are_worth_more_examples(w in prop::collection::vec(0.001..100.0, 2..50)) {
        let w = Array1::from(w);
        let ess = |lambda| {
            effective_sample_size(flattened_weights(w.view(), lambda).unwrap().view()).unwrap()
        };
        prop_assert!(ess(0.0) + 1e-9 >= ess(0.5));
        prop_assert!(ess(0.5) + 1e-9 >= ess(1.0));
    }
}

#[test]
fn bad_densities_are_refused() {
    let reorder = "check the order of the axes and of the arguments";
    let two = array![0.5, 0.5];
    let refused = |p_te: &Array1<f64>, p_tr: &Array1<f64>| {
        density_ratio(p_te.view(), p_tr.view())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(&two, &array![1.0]),
        format!("p_tr has shape [1], expected [2]: {reorder}")
    );
    assert_eq!(
        refused(&two, &array![0.5, 0.0]),
        "p_tr[1] is 0, expected a finite density greater than 0: \
         drop inputs outside the support of training"
    );
    assert_eq!(
        refused(&array![f64::NAN, 0.5], &two),
        "p_te[0] is NaN, expected a finite density, 0 or greater"
    );
    assert_eq!(
        refused(&array![], &array![]),
        "p_te has shape [0] and holds no values: pass at least one value along every axis"
    );
    let overflow = "the density ratio exceeds the range of its type although the input is \
                    finite: rescale the input, or use f64";
    assert_eq!(refused(&array![1e300], &array![1e-300]), overflow);

    let refused = |log_p_te: f64, log_p_tr: f64| {
        density_ratio_from_logs(array![log_p_te].view(), array![log_p_tr].view())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(refused(800.0, 0.0), overflow);
    assert_eq!(
        refused(f64::INFINITY, 0.0),
        "log_p_te[0] is inf, expected a number, or minus infinity"
    );
    assert_eq!(
        refused(0.0, f64::NEG_INFINITY),
        "log_p_tr[0] is -inf, expected a finite number: \
         repair or drop that value before it spoils the rest"
    );
    let outside = density_ratio_from_logs(array![f64::NEG_INFINITY].view(), array![0.0].view());
    assert_eq!(outside.unwrap(), array![0.0]);
}

#[test]
fn bad_weights_are_refused() {
    let negative = array![1.0, -2.0];
    let message = "weights[1] is -2, expected a finite weight, 0 or greater";
    assert_eq!(
        effective_sample_size(negative.view())
            .unwrap_err()
            .to_string(),
        message
    );
    assert_eq!(
        flattened_weights(negative.view(), 0.5)
            .unwrap_err()
            .to_string(),
        message
    );
    assert_eq!(
        importance_risk(array![1.0, 1.0].view(), negative.view())
            .unwrap_err()
            .to_string(),
        message
    );
    assert_eq!(
        importance_risk(array![1.0].view(), array![1.0, 1.0].view())
            .unwrap_err()
            .to_string(),
        "losses has shape [1], expected [2]: check the order of the axes and of the arguments"
    );
    assert_eq!(
        importance_risk(array![f64::NAN].view(), array![1.0].view())
            .unwrap_err()
            .to_string(),
        "losses[0] is NaN, expected a finite number: \
         repair or drop that value before it spoils the rest"
    );
    assert_eq!(
        effective_sample_size(array![0.0, 0.0].view())
            .unwrap_err()
            .to_string(),
        "the largest weight is 0, expected a number greater than 0"
    );
    assert_eq!(
        flattened_weights(array![1.0].view(), 1.5)
            .unwrap_err()
            .to_string(),
        "lambda is 1.5, expected a number from 0 (no weighting) to 1 (the density ratio)"
    );
}

#[test]
fn a_certain_classifier_is_refused() {
    let refused = |c: f64, n_tr, n_te| {
        classifier_ratio(array![c].view(), n_tr, n_te)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(1.0, 5, 5),
        "c[0] is 1, expected a probability of at least 0 and less than 1: \
         at 1 the weight is infinite"
    );
    let count = "given 0, expected at least 1: count the inputs that the classifier was trained on";
    assert_eq!(refused(0.5, 0, 5), format!("n_tr: {count}"));
    assert_eq!(refused(0.5, 5, 0), format!("n_te: {count}"));
}
