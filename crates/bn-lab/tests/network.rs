//! The network: its gradients, its training, what it refuses.

use bn_lab::{End, Error, Network, NetworkParams, Sgd, TrainingParams};
use ndarray::{Array1, Array2, array};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

fn examples(n: usize, inputs: usize, classes: usize) -> (Array2<f64>, Array1<usize>, Array1<f64>) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    let x = Array2::from_shape_simple_fn((n, inputs), || rng.random_range(-1.0..1.0));
    let labels = Array1::from_shape_simple_fn(n, || rng.random_range(0..classes));
    let weights = Array1::from_shape_simple_fn(n, || rng.random_range(0.0..3.0));
    (x, labels, weights)
}

fn network(seed: u64) -> Network<f64> {
    let plan = NetworkParams::new(5)
        .dense(7)
        .relu()
        .dense(6)
        .relu()
        .dense(3);
    plan.check().unwrap().build(seed)
}

/// All parameters and their gradients, one after the other.
fn visit(network: &mut Network<f64>, mut each: impl FnMut(&mut f64, f64)) {
    network.each_parameter(|_, mut parameter| {
        for (value, &gradient) in parameter.value.iter_mut().zip(&parameter.gradient) {
            each(value, gradient);
        }
    });
}

#[test]
fn gradients_are_those_of_finite_differences_with_and_without_weights() {
    let (x, labels, weights) = examples(9, 5, 3);
    for weights in [None, Some(weights.view())] {
        let mut net = network(1);
        net.loss_and_gradients(x.view(), labels.view(), weights)
            .unwrap();
        let mut gradients = Vec::new();
        visit(&mut net, |_, gradient| gradients.push(gradient));
        assert_eq!(gradients.len(), 5 * 7 + 7 + 7 * 6 + 6 + 6 * 3 + 3);
        assert!(gradients.iter().filter(|g| g.abs() > 1e-3).count() > 60);
        for (k, &gradient) in gradients.iter().enumerate() {
            let loss_at = |step: f64| {
                let mut nudged = net.clone();
                let mut i = 0;
                visit(&mut nudged, |value, _| {
                    if i == k {
                        *value += step;
                    }
                    i += 1;
                });
                nudged
                    .loss_and_gradients(x.view(), labels.view(), weights)
                    .unwrap()
            };
            let h = 1e-6;
            let difference = (loss_at(h) - loss_at(-h)) / (2.0 * h);
            assert!(
                (gradient - difference).abs() < 1e-8,
                "{k}: {gradient} {difference}"
            );
        }
    }
}

/// Covers eq:importance-risk.
#[test]
fn equal_weights_change_nothing_and_a_zero_weight_removes_an_example() {
    let (x, labels, _) = examples(8, 5, 3);
    let mut net = network(2);
    let loss = |net: &mut Network<f64>, n: usize, w: Option<Array1<f64>>| {
        let x = x.slice(ndarray::s![..n, ..]);
        let labels = labels.slice(ndarray::s![..n]);
        net.loss_and_gradients(x, labels, w.as_ref().map(|w| w.view()))
            .unwrap()
    };
    let plain = loss(&mut net, 8, None);
    assert!((loss(&mut net, 8, Some(Array1::ones(8))) - plain).abs() < 1e-15);
    let mut weights = Array1::ones(8);
    weights[7] = 0.0;
    let without_last = loss(&mut net, 7, None) * 7.0 / 8.0;
    assert!((loss(&mut net, 8, Some(weights)) - without_last).abs() < 1e-14);
}

#[test]
fn training_learns_xor_and_repeats_itself() {
    let x = array![[0.0_f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let labels = array![0, 1, 1, 0];
    let training = TrainingParams::new().batch(4).steps(400).check().unwrap();
    let plan = NetworkParams::new(2)
        .dense(16)
        .relu()
        .dense(2)
        .check()
        .unwrap();
    let run = |seed| {
        let mut net = plan.build::<f32>(seed);
        let trace = net.fit(x.view(), labels.view(), &training, seed).unwrap();
        (net, trace)
    };
    let (net, trace) = run(3);
    assert_eq!(net.accuracy(x.view(), labels.view()).unwrap(), 1.0);
    assert_eq!((trace.losses.len(), trace.end), (400, End::Finished));
    assert!(trace.losses[399] < 0.05 && trace.losses[0] > 0.3);
    assert_eq!(run(3), (net, trace.clone()));
    assert_ne!(run(4).1, trace);
}

#[test]
fn single_and_double_precision_start_from_the_same_weights() {
    let plan = NetworkParams::new(5)
        .dense(4)
        .relu()
        .dense(2)
        .check()
        .unwrap();
    let (x, _, _) = examples(6, 5, 2);
    let single = plan
        .build::<f32>(9)
        .logits(x.mapv(|x| x as f32).view())
        .unwrap();
    let double = plan.build::<f64>(9).logits(x.view()).unwrap();
    assert!(
        (single.mapv(f64::from) - double)
            .iter()
            .all(|d| d.abs() < 1e-5)
    );
}

#[test]
fn probabilities_sum_to_one_even_for_huge_logits() {
    let (x, _, _) = examples(6, 5, 3);
    let p = network(1).probabilities((x * 1e6).view()).unwrap();
    assert!(
        p.rows()
            .into_iter()
            .all(|row| (row.sum() - 1.0).abs() < 1e-12)
    );
}

#[test]
fn a_diverged_run_says_at_which_step_instead_of_crashing() {
    let (x, labels, _) = examples(64, 5, 3);
    let training = TrainingParams::new().learning_rate(1e30).check().unwrap();
    let x = x.mapv(|x| x as f32);
    let plan = NetworkParams::new(5)
        .dense(7)
        .relu()
        .dense(3)
        .check()
        .unwrap();
    let mut net = plan.build::<f32>(1);
    let trace = net.fit(x.view(), labels.view(), &training, 1).unwrap();
    let End::Diverged { step } = trace.end else {
        panic!("{:?}", trace.end)
    };
    assert_eq!(trace.losses.len(), step + 1);
    assert!(!trace.losses[step].is_finite());
    assert!(trace.losses[..step].iter().all(|loss| loss.is_finite()));
    assert_eq!(net.predict(x.view()).unwrap().len(), 64);
}

#[test]
fn bad_plans_are_named() {
    for bad in [
        NetworkParams::new(0).dense(2),
        NetworkParams::new(3),
        NetworkParams::new(3).dense(1),
        NetworkParams::new(3).dense(2).relu(),
        NetworkParams::new(3).dense(0).relu().dense(2),
    ] {
        assert!(matches!(bad.check(), Err(Error::Parameter { .. })));
    }
    assert!(Sgd::new(0.0, 0.9).is_err() && Sgd::new(f64::NAN, 0.9).is_err());
    assert!(Sgd::new(0.1, 1.0).is_err() && Sgd::new(0.1, f64::NAN).is_err());
    assert!(TrainingParams::new().batch(0).check().is_err());
}

#[test]
fn bad_examples_are_refused() {
    let (x, labels, weights) = examples(64, 5, 3);
    let mut net = network(1);
    let training = TrainingParams::new().steps(1).check().unwrap();
    let (few, narrow) = (
        x.slice(ndarray::s![..63, ..]),
        x.slice(ndarray::s![.., ..4]),
    );
    let few_labels = labels.slice(ndarray::s![..63]);
    let mut fit = |x, labels| net.fit(x, labels, &training, 0).unwrap_err();
    assert!(matches!(fit(few, labels.view()), Error::Length { .. }));
    assert!(matches!(fit(narrow, labels.view()), Error::Length { .. }));
    assert!(matches!(
        fit(few, few_labels),
        Error::TooFew {
            given: 63,
            expected: 64,
            ..
        }
    ));
    let mut wrong = labels.clone();
    wrong[5] = 3;
    assert!(matches!(
        fit(x.view(), wrong.view()),
        Error::Label {
            given: 3,
            position: 5,
            classes: 3
        }
    ));
    let mut broken = x.clone();
    broken[[1, 2]] = f64::NAN;
    assert!(matches!(
        fit(broken.view(), labels.view()),
        Error::NotFinite { position: 7, .. }
    ));
    assert!(net.predict(broken.view()).is_err());
    let short = weights.slice(ndarray::s![..3]);
    let result = net.fit_weighted(x.view(), labels.view(), short, &training, 0);
    assert!(matches!(result, Err(Error::Length { .. })));
    let empty = Array2::zeros((0, 5));
    assert!(net.accuracy(empty.view(), Array1::zeros(0).view()).is_err());
}
