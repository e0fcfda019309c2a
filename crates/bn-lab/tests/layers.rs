//! Every layer: its gradient, its inference, its options.

use std::ops::ControlFlow;

use bn_core::Moments;
use bn_lab::{
    Activation, End, Error, Init, Layer, Loss, Network, NetworkParams, NoiseParams, ParameterKind,
    Sgd, Targets, TrainingParams,
};
use ndarray::{Array1, Array2, Axis, array, s};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

fn examples(n: usize) -> (Array2<f64>, Array1<usize>, Array2<f64>, Array1<f64>) {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    let mut draw =
        |columns| Array2::from_shape_simple_fn((n, columns), || rng.random_range(-1.0..1.0));
    let (x, numbers, weights) = (draw(5), draw(3), draw(1));
    let labels = (0..n).map(|i| (i * 7) % 3).collect();
    (x, labels, numbers, weights.column(0).mapv(|w| w + 1.5))
}

/// Central differences of the loss along every trained number. A clone draws the same
/// noise, so that the loss is a smooth function of the weights.
fn gradients_are_right(network: &Network<f64>, targets: Targets<'_, f64>, x: &Array2<f64>) {
    let (.., weights) = examples(x.nrows());
    for weights in [None, Some(weights.view())] {
        let mut net = network.clone();
        net.differentiate(x.view(), targets, weights).unwrap();
        let mut gradients = Vec::new();
        net.each_parameter(|_, p| gradients.extend(p.gradient.iter().copied()));
        assert!(gradients.iter().filter(|g| g.abs() > 1e-4).count() > 20);
        for (k, gradient) in gradients.iter().enumerate() {
            let loss_at = |step: f64| {
                let mut nudged = network.clone();
                let mut i = 0;
                nudged.each_parameter(|_, mut p| {
                    for value in &mut p.value {
                        if i == k {
                            *value += step;
                        }
                        i += 1;
                    }
                });
                nudged.differentiate(x.view(), targets, weights).unwrap()
            };
            let h = 1e-5;
            let difference = (loss_at(h) - loss_at(-h)) / (2.0 * h);
            assert!(
                (gradient - difference).abs() < 2e-8,
                "{k}: {gradient} {difference}"
            );
        }
    }
}

fn moved_off_its_start(plan: NetworkParams) -> Network<f64> {
    let mut network = plan.check().unwrap().build::<f64>(3);
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(9);
    network.each_parameter(|_, mut p| {
        for value in &mut p.value {
            *value += rng.random_range(-0.3..0.3);
        }
    });
    network
}

#[test]
fn gradients_of_every_layer_are_those_of_finite_differences() {
    let (x, labels, numbers, _) = examples(12);
    let noise = NoiseParams::santurkar();
    let middle: [fn(NetworkParams) -> NetworkParams; 9] = [
        |p| p.relu(),
        |p| p.tanh(),
        |p| p.sigmoid(),
        |p| p.batch_norm().tanh(),
        |p| p.ghost_batch_norm(5).tanh(),
        |p| p.ghost_batch_norm(4).sigmoid(),
        |p| p.layer_norm().tanh(),
        |p| p.tanh().dropout(0.6),
        |p| p.batch_norm().tanh(),
    ];
    for (i, middle) in middle.into_iter().enumerate() {
        let plan = middle(NetworkParams::new(5).init(Init::Xavier).dense(4));
        let plan = if i == 8 { plan.noise(noise) } else { plan };
        let plan = middle(plan.dense(4)).dense(3);
        gradients_are_right(
            &moved_off_its_start(plan.clone()),
            Targets::Classes(labels.view()),
            &x,
        );
        gradients_are_right(
            &moved_off_its_start(plan.loss(Loss::SquaredError)),
            Targets::Numbers(numbers.view()),
            &x,
        );
    }
}

#[test]
fn a_second_pass_over_other_examples_is_not_disturbed_by_the_buffers_of_the_first() {
    let (x, labels, ..) = examples(12);
    let fresh = moved_off_its_start(NetworkParams::new(5).dense(4).batch_norm().relu().dense(3));
    let (x7, labels7) = (x.slice(s![..7, ..]), labels.slice(s![..7]));
    let mut used = fresh.clone();
    used.loss_and_gradients(x.view(), labels.view(), None)
        .unwrap();
    let (mut a, mut b) = (fresh.clone(), used);
    assert_eq!(
        a.loss_and_gradients(x7, labels7, None).unwrap(),
        b.loss_and_gradients(x7, labels7, None).unwrap()
    );
    assert_eq!(a.activation(3), b.activation(3));
    assert_eq!(a.gradient(0), b.gradient(0));
    assert!(a.activation(4).is_none());
}

#[test]
fn ghost_batches_are_normalized_apart_and_the_whole_batch_together() {
    let (x, labels, ..) = examples(11);
    let forward = |plan: NetworkParams| {
        let mut net = plan.dense(3).check().unwrap().build::<f64>(1);
        net.loss_and_gradients(x.view(), labels.view(), None)
            .unwrap();
        net.activation(0).unwrap().to_owned()
    };
    let whole = forward(NetworkParams::new(5).batch_norm());
    let ghost = forward(NetworkParams::new(5).ghost_batch_norm(4));
    let mean = |x: ndarray::ArrayView2<f64>| x.mean_axis(Axis(0)).unwrap().mapv(f64::abs).sum();
    assert!(mean(whole.view()) < 1e-12 && mean(whole.slice(s![..4, ..])) > 0.1);
    // Eleven examples in fours: 4 and 7.
    assert!(mean(ghost.slice(s![..4, ..])) < 1e-12);
    assert!(mean(ghost.slice(s![4.., ..])) < 1e-12);
    assert_eq!(forward(NetworkParams::new(5).ghost_batch_norm(11)), whole);
}

#[test]
fn adapting_to_a_batch_gives_in_inference_what_training_gives_on_it() {
    let (x, labels, ..) = examples(12);
    let plan = NetworkParams::new(5).dense(4).batch_norm().tanh();
    let mut net = moved_off_its_start(plan.dense(4).batch_norm().relu().dense(3));
    net.loss_and_gradients(x.view(), labels.view(), None)
        .unwrap();
    let in_training = net.activation(6).unwrap().to_owned();
    let before = net.logits(x.view()).unwrap();
    let mut adapted = net.clone();
    adapted.adapt(x.view(), 0.0).unwrap();
    let difference = adapted.logits(x.view()).unwrap() - &in_training;
    assert!(difference.iter().all(|d| d.abs() < 1e-12));
    // As if the source had been seen twelve times: halfway.
    let running = |net: &Network<f64>| match &net.layers()[1] {
        Layer::BatchNorm(norm) => norm.norm().running().clone(),
        _ => unreachable!("the second layer is a batch norm"),
    };
    let mut half = net.clone();
    half.adapt(x.view(), 12.0).unwrap();
    let middle = 0.5 * (running(&net).mean + running(&adapted).mean);
    assert!(
        (running(&half).mean - middle)
            .iter()
            .all(|d| d.abs() < 1e-12)
    );
    // An endless past does not move.
    let mut stays = net.clone();
    stays.adapt(x.view(), 1e15).unwrap();
    assert!(
        (stays.logits(x.view()).unwrap() - before)
            .iter()
            .all(|d| d.abs() < 1e-9)
    );
    assert!(net.adapt(x.view(), -1.0).is_err());
    assert!(net.adapt(Array2::zeros((0, 5)).view(), 0.0).is_err());
}

#[test]
fn layer_norm_gives_each_example_mean_zero_and_variance_one_in_training_and_inference() {
    let (x, labels, ..) = examples(6);
    let plan = NetworkParams::new(5).epsilon(1e-20).layer_norm().dense(3);
    let mut net = plan.check().unwrap().build::<f64>(1);
    net.loss_and_gradients(x.view(), labels.view(), None)
        .unwrap();
    let y = net.activation(0).unwrap();
    let moments = Moments::of(y.t()).unwrap();
    assert!(moments.mean.iter().all(|m| m.abs() < 1e-12));
    assert!(moments.variance.iter().all(|v| (v - 1.0).abs() < 1e-9));
    let difference = net.logits(x.view()).unwrap() - net.activation(1).unwrap();
    assert!(difference.iter().all(|d| d.abs() < 1e-12));
}

#[test]
fn dropout_keeps_the_mean_and_divides_the_second_moment_by_p() {
    let x = Array2::from_elem((400, 50), 2.0);
    let labels = Array1::zeros(400);
    let plan = NetworkParams::new(50).dropout(0.7).dense(2);
    let mut net = plan.check().unwrap().build::<f64>(1);
    net.loss_and_gradients(x.view(), labels.view(), None)
        .unwrap();
    let y = net.activation(0).unwrap();
    // Standard error of the mean: 2·√(0.3/0.7)/√20000 = 0.009.
    assert!((y.mean().unwrap() - 2.0).abs() < 0.04);
    assert!((y.mapv(|y| y * y).mean().unwrap() - 4.0 / 0.7).abs() < 0.11);
    let Layer::Dropout(dropout) = &net.layers()[0] else {
        panic!("the first layer is dropout")
    };
    assert_eq!(dropout.keep(), 0.7);
    // Each pass draws anew; inference draws nothing.
    let first = y.to_owned();
    net.loss_and_gradients(x.view(), labels.view(), None)
        .unwrap();
    assert_ne!(net.activation(0).unwrap(), first);
    assert_eq!(net.logits(x.view()).unwrap(), net.logits(x.view()).unwrap());
}

#[test]
fn noise_moves_the_law_of_a_unit_at_every_step_and_leaves_inference_alone() {
    let x = Array2::zeros((2000, 3));
    let labels = Array1::zeros(2000);
    let plan = NetworkParams::new(3)
        .noise(NoiseParams::santurkar())
        .dense(2);
    let mut net = plan.check().unwrap().build::<f64>(1);
    let means: Vec<_> = (0..40)
        .map(|_| {
            net.loss_and_gradients(x.view(), labels.view(), None)
                .unwrap();
            net.activation(0).unwrap().mean_axis(Axis(0)).unwrap()[1]
        })
        .collect();
    let (least, most) = means
        .iter()
        .fold((1.0_f64, -1.0_f64), |(l, m), &x| (l.min(x), m.max(x)));
    assert!(least < -0.25 && most > 0.25 && least > -0.51 && most < 0.51);
    assert_eq!(
        net.logits(x.view()).unwrap(),
        Array2::<f64>::zeros((2000, 2))
    );
}

#[test]
fn activations_have_their_values() {
    let x = array![[-2.0_f64, 0.0, 1.0]];
    for (activation, expected) in [
        (Activation::Relu, [0.0, 0.0, 1.0]),
        (
            Activation::Tanh,
            [-0.964_027_580_075_817, 0.0, 0.761_594_155_955_765],
        ),
        (
            Activation::Sigmoid,
            [0.119_202_922_022_118, 0.5, 0.731_058_578_630_005],
        ),
    ] {
        let plan = NetworkParams::new(3).activation(activation).dense(3);
        let mut net = plan
            .loss(Loss::SquaredError)
            .check()
            .unwrap()
            .build::<f64>(1);
        net.differentiate(x.view(), Targets::Numbers(x.view()), None)
            .unwrap();
        for (y, expected) in net.activation(0).unwrap().iter().zip(expected) {
            assert!((y - expected).abs() < 1e-14, "{activation:?}");
        }
    }
}

#[test]
fn weights_start_with_the_deviation_of_their_init() {
    let deviation = |init, scale| {
        let plan = NetworkParams::new(300)
            .init(init)
            .init_scale(scale)
            .dense(100);
        let mut net = plan.check().unwrap().build::<f64>(1);
        let mut deviation = 0.0;
        net.each_parameter(|_, p| {
            if p.kind == ParameterKind::Weights {
                deviation = p.value.std(0.0);
            }
        });
        deviation
    };
    // 30 000 weights: the standard error is 0.4 percent.
    for (got, expected) in [
        (deviation(Init::He, 1.0), (2.0_f64 / 300.0).sqrt()),
        (deviation(Init::Xavier, 1.0), (2.0_f64 / 400.0).sqrt()),
        (
            deviation(Init::Xavier, 10.0),
            10.0 * (2.0_f64 / 400.0).sqrt(),
        ),
        (deviation(Init::Normal(0.1), 1.0), 0.1),
    ] {
        assert!((got / expected - 1.0).abs() < 0.02, "{got} {expected}");
    }
}

#[test]
fn decay_pulls_weights_and_scales_and_leaves_shifts_alone() {
    let mut net = moved_off_its_start(NetworkParams::new(5).dense(4).batch_norm().dense(3));
    net.each_parameter(|_, mut p| p.value.fill(1.0));
    // No backward pass yet: every gradient is 0.
    let sgd = Sgd::new(0.5, 0.0).unwrap().with_decay(0.2, 0.4).unwrap();
    net.step(&sgd);
    net.each_parameter(|_, p| {
        let expected = match p.kind {
            ParameterKind::Weights => 0.9,
            ParameterKind::Gamma => 0.8,
            ParameterKind::Bias | ParameterKind::Beta => 1.0,
        };
        assert!(p.value.iter().all(|v| (v - expected).abs() < 1e-15));
    });
    assert!(sgd.with_decay(-1.0, 0.0).is_err() && sgd.with_decay(0.0, f64::NAN).is_err());
}

#[test]
fn an_observer_sees_every_step_may_stop_and_changes_nothing() {
    let (x, labels, ..) = examples(30);
    let targets = Targets::Classes(labels.view());
    let plan = NetworkParams::new(5)
        .dense(8)
        .batch_norm()
        .relu()
        .dropout(0.8)
        .dense(3);
    let plan = plan.check().unwrap();
    let training = TrainingParams::new().steps(20).batch(10).check().unwrap();
    let mut alone = plan.build::<f32>(2);
    let x = x.mapv(|x| x as f32);
    let targets32 = Targets::Classes(labels.view());
    let trace = alone.fit(x.view(), labels.view(), &training, 2).unwrap();
    let mut watched = plan.build::<f32>(2);
    let mut seen = Vec::new();
    let same = watched
        .fit_observed(x.view(), targets32, &training, 2, |o| {
            seen.push((o.step, o.loss));
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
    assert_eq!((watched, same), (alone, trace.clone()));
    assert_eq!(
        seen,
        trace.losses.iter().copied().enumerate().collect::<Vec<_>>()
    );
    let stopped = plan
        .build::<f32>(2)
        .fit_observed(x.view(), targets32, &training, 2, |o| {
            Ok(if o.step == 4 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        })
        .unwrap();
    assert_eq!(
        (stopped.end, stopped.losses.len()),
        (End::Stopped { step: 4 }, 5)
    );
    let wrong = plan.build::<f64>(1).loss(
        examples(30).0.view(),
        Targets::Numbers(examples(30).2.view()),
    );
    assert!(matches!(
        wrong,
        Err(Error::Targets {
            loss: Loss::CrossEntropy
        })
    ));
    assert!(
        plan.build::<f64>(1)
            .loss(examples(30).0.view(), targets)
            .is_ok()
    );
}

#[test]
fn a_batch_norm_that_diverges_is_a_result_and_one_example_is_an_error() {
    let (x, labels, ..) = examples(12);
    let x = x.mapv(|x| x as f32);
    let plan = NetworkParams::new(5)
        .dense(7)
        .batch_norm()
        .relu()
        .dense(3)
        .check()
        .unwrap();
    let training = TrainingParams::new()
        .batch(12)
        .learning_rate(1e30)
        .check()
        .unwrap();
    let trace = plan
        .build::<f32>(1)
        .fit(x.view(), labels.view(), &training, 1)
        .unwrap();
    assert!(matches!(trace.end, End::Diverged { .. }), "{:?}", trace.end);
    let training = TrainingParams::new().batch(1).check().unwrap();
    let one = plan
        .build::<f32>(1)
        .fit(x.view(), labels.view(), &training, 1);
    assert!(matches!(one, Err(Error::Core(_))));
}

#[test]
fn bad_plans_are_named() {
    let plan = || NetworkParams::new(4).dense(3);
    let noise = NoiseParams {
        scale: 0.5,
        ..NoiseParams::santurkar()
    };
    for bad in [
        plan().dropout(0.0).dense(2),
        plan().dropout(f64::NAN).dense(2),
        plan().ghost_batch_norm(1).dense(2),
        plan().noise(noise).dense(2),
        plan().epsilon(0.0),
        plan().running_momentum(1.1),
        plan().init_scale(f64::INFINITY),
        plan().init(Init::Normal(-1.0)),
        NetworkParams::new(4)
            .loss(Loss::SquaredError)
            .dense(1)
            .tanh(),
    ] {
        assert!(matches!(bad.check(), Err(Error::Parameter { .. })));
    }
    assert!(
        NetworkParams::new(4)
            .loss(Loss::SquaredError)
            .dense(1)
            .check()
            .is_ok()
    );
}
