//! The layers against PyTorch: outputs, all gradients, running statistics over several steps.
//!
//! `pytorch/fixtures.json` was written by `pytorch/make_fixtures.py`; it records the versions.

use bn_core::{Affine, BatchNorm, BatchNormParams, ExampleNorm, ExampleNormParams, Float, Running};
use ndarray::{ArrayD, IxDyn};
use serde_json::Value;

/// In units of the largest number in the array; dx, a difference that nearly vanishes for m = 2,
/// in units of dy.
const F64: f64 = 1e-12;

/// What a few roundings to f32 can cost in a single array, by bad luck (or four times what they
/// cost PyTorch there), in the same units. Over all arrays together there is no allowance.
const F32_LUCK: f64 = 8.0 * 6e-8;

/// Errors over all arrays: ours and PyTorch's.
#[derive(Default)]
struct Errors {
    ours: f64,
    theirs: f64,
}

fn cases() -> Vec<Value> {
    let text = include_str!("pytorch/fixtures.json");
    let mut fixtures: Value = serde_json::from_str(text).unwrap();
    fixtures["cases"]
        .as_array_mut()
        .unwrap()
        .drain(..)
        .collect()
}

fn numbers(value: &Value) -> Vec<f64> {
    let numbers = value.as_array().into_iter().flatten();
    numbers.map(|number| number.as_f64().unwrap()).collect()
}

fn lengths(value: &Value) -> Vec<usize> {
    numbers(value).into_iter().map(|n| n as usize).collect()
}

fn array<F: Float>(shape: &[usize], value: &Value) -> ArrayD<F> {
    let values = numbers(value).into_iter().map(F::narrow).collect();
    ArrayD::from_shape_vec(IxDyn(shape), values).unwrap()
}

/// Compares one result, in either type, with what PyTorch gave.
fn compare<'a, F: Float + 'a>(
    errors: &mut Errors,
    context: &str,
    entry: &str,
    given: impl IntoIterator<Item = &'a F>,
    answers: &Value,
) {
    let truth = numbers(&answers["f64"][entry]);
    let given: Vec<f64> = given.into_iter().map(|x| x.widen()).collect();
    assert_eq!(given.len(), truth.len(), "{context} {entry}");
    let mut sizes = truth.clone();
    if entry == "dx" {
        sizes.extend(numbers(&answers["dy"]));
    }
    let size = sizes.iter().fold(1e-300_f64, |size, x| size.max(x.abs()));
    let distance = |a: &[f64]| {
        a.iter()
            .zip(&truth)
            .fold(0.0_f64, |worst, (a, b)| worst.max((a - b).abs()))
            / size
    };
    let (error, theirs) = (distance(&given), distance(&numbers(&answers["f32"][entry])));
    errors.ours += error;
    errors.theirs += theirs;
    let allowed = if size_of::<F>() == 8 {
        F64
    } else {
        (4.0 * theirs).max(F32_LUCK)
    };
    assert!(
        error <= allowed,
        "{context} {entry}: off by {error:e}, allowed {allowed:e}"
    );
}

fn batch_norm<F: Float>(case: &Value) -> BatchNorm<F> {
    let (shape, options) = (lengths(&case["shape"]), &case["options"]);
    let mut params: BatchNormParams<F> = BatchNorm::params(shape[1]);
    if let Some(epsilon) = options["eps"].as_f64() {
        params = params.epsilon(F::narrow(epsilon));
    }
    params = match options.get("momentum") {
        Some(Value::Null) => params.cumulative_average(),
        Some(momentum) => params.momentum(F::narrow(momentum.as_f64().unwrap())),
        None => params,
    };
    if options["affine"] == false {
        params = params.affine(Affine::None);
    }
    if options["track_running_stats"] == false {
        params = params.running(Running::Untracked);
    }
    params.check().unwrap().layer()
}

fn example_norm<F: Float>(case: &Value) -> ExampleNorm<F> {
    let (shape, options) = (lengths(&case["shape"]), &case["options"]);
    let mut params: ExampleNormParams<F> = match case["layer"].as_str().unwrap() {
        "layer" => ExampleNorm::layer(&lengths(&options["axes"])),
        "rms" => ExampleNorm::rms(&lengths(&options["axes"])),
        "group" => ExampleNorm::group(
            lengths(&Value::from(vec![options["groups"].clone()]))[0],
            shape[1],
        ),
        _ => ExampleNorm::instance(shape[1]),
    };
    if let Some(epsilon) = options["eps"].as_f64() {
        params = params.epsilon(F::narrow(epsilon));
    }
    let (gamma, beta) = (numbers(&case["gamma"]), numbers(&case["beta"]));
    params = params.affine(match (gamma.is_empty(), beta.is_empty()) {
        (true, _) => Affine::None,
        (_, true) => Affine::Scale,
        _ => Affine::ScaleShift,
    });
    params.check().unwrap().layer()
}

fn batch_norm_conforms<F: Float>() {
    let (mut compared, mut errors) = (0, Errors::default());
    for case in cases().iter().filter(|case| case["layer"] == "batch") {
        let shape = lengths(&case["shape"]);
        let mut layer = batch_norm::<F>(case);
        let set = |to: ndarray::ArrayViewMut1<F>, from: &Value| {
            to.into_iter()
                .zip(numbers(from))
                .for_each(|(to, from)| *to = F::narrow(from));
        };
        set(layer.gamma_mut(), &case["gamma"]);
        set(layer.beta_mut(), &case["beta"]);
        let tracked = case["options"]["track_running_stats"] != false;
        for (i, step) in case["steps"].as_array().unwrap().iter().enumerate() {
            let context = format!("{} {shape:?}, step {i}", case["options"]);
            let (x, dy) = (array::<F>(&shape, &step["x"]), array(&shape, &step["dy"]));
            let (y, cache) = layer.forward_train(x.view()).unwrap();
            let gradients = layer.backward(&cache, dy.view()).unwrap();
            compare(&mut errors, &context, "y", &y, step);
            compare(&mut errors, &context, "dx", &gradients.dx, step);
            compare(&mut errors, &context, "dgamma", &gradients.dgamma, step);
            compare(&mut errors, &context, "dbeta", &gradients.dbeta, step);
            let mut workspace = bn_core::Workspace::default();
            let (mut y, mut dx) = (x.clone(), x.clone());
            let mut again = layer.clone();
            again
                .forward_train_into(x.view(), y.view_mut(), &mut workspace)
                .unwrap();
            again
                .backward_into(x.view(), dy.view(), dx.view_mut(), &mut workspace)
                .unwrap();
            compare(&mut errors, &context, "y", &y, step);
            compare(&mut errors, &context, "dx", &dx, step);
            compare(&mut errors, &context, "dgamma", workspace.dgamma(), step);
            if tracked {
                compare(
                    &mut errors,
                    &context,
                    "running_mean",
                    &layer.running().mean,
                    step,
                );
                compare(
                    &mut errors,
                    &context,
                    "running_var",
                    &layer.running().variance,
                    step,
                );
            }
            compared += 1;
        }
        let x = array::<F>(&shape, &case["steps"][0]["x"]);
        let answers = serde_json::json!({
            "f64": {"eval": case["eval"]["f64"]},
            "f32": {"eval": case["eval"]["f32"]},
        });
        let y = layer.forward_eval(x.view()).unwrap();
        compare(
            &mut errors,
            &format!("{} {shape:?}", case["options"]),
            "eval",
            &y,
            &answers,
        );
    }
    let Errors { ours, theirs } = errors;
    assert!(
        ours <= theirs,
        "errors add up to {ours:e}, PyTorch's in f32 to {theirs:e}"
    );
    assert_eq!(compared, 7 * 5 * 3 + 4);
}

fn example_norm_conforms<F: Float>() {
    let (mut compared, mut errors) = (0, Errors::default());
    for case in cases().iter().filter(|case| case["layer"] != "batch") {
        let shape = lengths(&case["shape"]);
        let mut layer = example_norm::<F>(case);
        let set = |to: ndarray::ArrayViewMut1<F>, from: &Value| {
            to.into_iter()
                .zip(numbers(from))
                .for_each(|(to, from)| *to = F::narrow(from));
        };
        set(layer.gamma_mut(), &case["gamma"]);
        set(layer.beta_mut(), &case["beta"]);
        let step = &case["steps"][0];
        let context = format!("{} {} {shape:?}", case["layer"], case["options"]);
        let (x, dy) = (array::<F>(&shape, &step["x"]), array(&shape, &step["dy"]));
        let (y, cache) = layer.forward(x.view()).unwrap();
        let gradients = layer.backward(&cache, dy.view()).unwrap();
        compare(&mut errors, &context, "y", &y, step);
        compare(&mut errors, &context, "dx", &gradients.dx, step);
        compare(&mut errors, &context, "dgamma", &gradients.dgamma, step);
        compare(&mut errors, &context, "dbeta", &gradients.dbeta, step);
        compared += 1;
    }
    let Errors { ours, theirs } = errors;
    assert!(
        ours <= theirs,
        "errors add up to {ours:e}, PyTorch's in f32 to {theirs:e}"
    );
    assert_eq!(compared, 4 * (4 + 3) + 3 * 3 + 2 * 2);
}

/// Covers eq:normalize.
/// Covers eq:grad-x.
/// Covers eq:running-var.
/// Covers eq:eval-forward.
#[test]
fn batch_norm_in_f64_is_that_of_pytorch() {
    batch_norm_conforms::<f64>();
}

/// Covers eq:normalize.
/// Covers eq:grad-x.
#[test]
fn batch_norm_in_f32_is_on_the_whole_no_further_from_the_truth_than_that_of_pytorch() {
    batch_norm_conforms::<f32>();
}

/// Covers eq:axis-sets.
/// Covers eq:rms-norm.
#[test]
fn layer_group_instance_and_rms_norm_in_f64_are_those_of_pytorch() {
    example_norm_conforms::<f64>();
}

/// Covers eq:axis-sets.
/// Covers eq:rms-norm.
#[test]
fn layer_group_instance_and_rms_norm_in_f32_are_on_the_whole_as_close_as_those_of_pytorch() {
    example_norm_conforms::<f32>();
}
