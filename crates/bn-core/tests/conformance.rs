//! The layers against PyTorch: outputs, all gradients, running statistics over several steps.
//!
//! `pytorch/fixtures.json` was written by `pytorch/make_fixtures.py`; it records the versions.

use bn_core::{
    Affine, BatchNorm, BatchNormParams, ChannelAxis, ExampleNorm, ExampleNormParams, Float,
    Gradients, RenormLimits, Running, RunningStep, RunningVariance, Workspace,
};
use ndarray::{ArrayD, ArrayViewMut1, IxDyn};
use serde_json::Value;
use std::collections::BTreeMap;

/// In units of the largest number in the array; dx, a difference that nearly vanishes for m = 2,
/// in units of dy.
const F64: f64 = 1e-12;

/// What the roundings to `f32` of each formula can cost, in units in the last place of the largest
/// number in the array (or of what was summed, where the sum nearly cancels). The statistics are
/// rounded once in each step, the elements of y and dx about four times.
const F32_ULPS: [(&str, f64); 7] = [
    ("y", 3.0),
    ("y in inference", 2.0),
    ("dx", 4.0),
    ("dgamma", 4.0),
    ("dbeta", 1.5),
    ("running_mean", 1.0),
    ("running_var", 1.5),
];

/// For m = 2 the terms of dx cancel altogether: what is left is rounding, ours as PyTorch's.
const F32_NOISE: f64 = 2.5;

/// How far the arrays of one kind are from the truth in `f64`.
#[derive(Default)]
struct Tally {
    arrays: usize,
    no_further: usize,
    ours: f64,
    theirs: f64,
}

type Tallies = BTreeMap<&'static str, Tally>;

fn cases(keeps_statistics: bool) -> Vec<Value> {
    let text = include_str!("pytorch/fixtures.json");
    let fixtures: Value = serde_json::from_str(text).unwrap();
    let cases = fixtures["cases"].as_array().unwrap().iter();
    let of_batches = |case: &&Value| {
        let tracked = case["options"]["track_running_stats"] == true;
        (case["layer"] == "batch" || tracked) == keeps_statistics
    };
    cases.filter(of_batches).cloned().collect()
}

fn numbers(value: &Value) -> Vec<f64> {
    let numbers = value.as_array().into_iter().flatten();
    numbers.map(|number| number.as_f64().unwrap()).collect()
}

/// Numbers that are `f32`, of which the file has the first nine digits.
fn singles<F: Float>(value: &Value) -> Vec<F> {
    let numbers = numbers(value).into_iter();
    numbers.map(|x| F::narrow(f64::from(x as f32))).collect()
}

fn largest(numbers: &[f64]) -> f64 {
    numbers.iter().fold(0.0, |largest, x| largest.max(x.abs()))
}

fn lengths(value: &Value) -> Vec<usize> {
    numbers(value).into_iter().map(|n| n as usize).collect()
}

/// Where the channels of a case are put.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Layout {
    /// As they are in the file.
    AsIs(ChannelAxis),
    /// Last in memory, as in the file, but second in the array.
    Permuted,
}

impl Layout {
    fn of(case: &Value) -> Vec<Layout> {
        if case["options"]["channels_last"] == true {
            vec![Layout::AsIs(ChannelAxis::Last), Layout::Permuted]
        } else {
            vec![Layout::AsIs(ChannelAxis::Second)]
        }
    }

    fn channel_axis(self) -> ChannelAxis {
        match self {
            Layout::AsIs(axis) => axis,
            Layout::Permuted => ChannelAxis::Second,
        }
    }

    fn read<F: Float>(self, case: &Value, values: &Value) -> ArrayD<F> {
        let shape = IxDyn(&lengths(&case["shape"]));
        let x = ArrayD::from_shape_vec(shape, singles(values)).unwrap();
        let last = x.ndim() - 1;
        match self {
            Layout::AsIs(_) => x,
            Layout::Permuted => (1..last).rev().fold(x, swapped_with_next),
        }
    }

    /// In the order of the file.
    fn values<F: Float>(self, x: ArrayD<F>) -> Vec<F> {
        let last = x.ndim() - 1;
        match self {
            Layout::AsIs(_) => x.iter().copied().collect(),
            Layout::Permuted => (1..last)
                .fold(x, swapped_with_next)
                .iter()
                .copied()
                .collect(),
        }
    }
}

fn swapped_with_next<F>(mut x: ArrayD<F>, axis: usize) -> ArrayD<F> {
    x.swap_axes(axis, axis + 1);
    x
}

fn channels(case: &Value) -> usize {
    let shape = lengths(&case["shape"]);
    match Layout::of(case)[0] {
        Layout::AsIs(ChannelAxis::Last) => shape[shape.len() - 1],
        _ => shape[1],
    }
}

/// What PyTorch answered, in `f64` and in `f32`.
struct Answers<'a> {
    context: String,
    double: &'a Value,
    single: &'a Value,
    /// The largest numbers in x and in dy.
    of_x: f64,
    of_dy: f64,
}

impl Answers<'_> {
    fn compare<F: Float>(&self, tallies: &mut Tallies, entry: &'static str, given: &[F]) {
        let (context, truth) = (&self.context, numbers(&self.double[entry]));
        assert_eq!(given.len(), truth.len(), "{context} {entry}");
        assert!(given.iter().all(|x| x.is_finite()), "{context} {entry}");
        let summed = match entry {
            "dx" | "dgamma" | "dbeta" => self.of_dy,
            "running_mean" => self.of_x,
            _ => 1e-300,
        };
        let size = summed.max(largest(&truth));
        let farthest = |given: &[F]| {
            let distances = given.iter().zip(&truth).map(|(a, b)| (a.widen() - b).abs());
            distances.fold(0.0, f64::max)
        };
        let (ours, theirs) = (farthest(given), farthest(&singles(&self.single[entry])));
        let ulp = 2.0_f64.powf(size.log2().floor() - 23.0);
        let (_, ulps) = F32_ULPS.iter().find(|(of, _)| *of == entry).unwrap();
        let allowed = match size_of::<F>() {
            8 => F64 * size,
            _ if entry == "dx" => (ulps * ulp).max(F32_NOISE * theirs),
            _ => (ulps * ulp).max(theirs),
        };
        assert!(
            ours <= allowed,
            "{context} {entry}: off by {ours:e}, allowed {allowed:e}, PyTorch {theirs:e}"
        );
        let tally = tallies.entry(entry).or_default();
        tally.arrays += 1;
        tally.no_further += usize::from(ours <= theirs);
        tally.ours += ours / size;
        tally.theirs += theirs / size;
    }

    fn compare_gradients<F: Float>(
        &self,
        tallies: &mut Tallies,
        layout: Layout,
        gradients: Gradients<F, IxDyn>,
    ) {
        let Gradients { dx, dgamma, dbeta } = gradients;
        self.compare(tallies, "dx", &layout.values(dx));
        self.compare(tallies, "dgamma", &dgamma.to_vec());
        self.compare(tallies, "dbeta", &dbeta.to_vec());
    }
}

fn answers<'a>(case: &'a Value, layout: Layout, step: usize) -> Answers<'a> {
    let answers = &case["steps"][step];
    let [layer, options, shape] = ["layer", "options", "shape"].map(|entry| &case[entry]);
    Answers {
        context: format!("{layer} {options} {shape} {layout:?}, step {step},"),
        double: &answers["f64"],
        single: &answers["f32"],
        of_x: largest(&numbers(&answers["x"])),
        of_dy: largest(&numbers(&answers["dy"])),
    }
}

fn set<F: Float>(parameters: ArrayViewMut1<F>, values: &Value) {
    for (parameter, value) in parameters.into_iter().zip(singles(values)) {
        *parameter = value;
    }
}

fn batch_norm<F: Float>(case: &Value, layout: Layout) -> BatchNorm<F> {
    let options = &case["options"];
    let number = |name: &str| options[name].as_f64().map(F::narrow);
    let mut params: BatchNormParams<F> = BatchNorm::params(channels(case));
    if let Some(epsilon) = number("eps") {
        params = params.epsilon(epsilon);
    }
    if let Some(momentum) = number("momentum") {
        params = params.momentum(momentum);
    } else if options.get("momentum").is_some() {
        params = params.cumulative_average(); // momentum=None
    }
    if let Some(size) = options["ghost"].as_u64() {
        params = params.ghost_batch(size as usize);
    }
    if case["layer"] == "instance" {
        params = params.ghost_batch(1).running_step(RunningStep::Once);
    }
    if let (Some(r_max), Some(d_max)) = (number("r_max"), number("d_max")) {
        params = params.renorm(RenormLimits { r_max, d_max });
    }
    if options["population"] == true {
        params = params.running_variance(RunningVariance::Population);
    }
    if options["affine"] == false {
        params = params.affine(Affine::None);
    }
    if options["track_running_stats"] == false {
        params = params.running(Running::Untracked);
    }
    let params = params.channel_axis(layout.channel_axis());
    let mut layer = params.check().unwrap().layer();
    set(layer.gamma_mut(), &case["gamma"]);
    set(layer.beta_mut(), &case["beta"]);
    layer
}

fn example_norm<F: Float>(case: &Value, layout: Layout) -> ExampleNorm<F> {
    let options = &case["options"];
    let mut params: ExampleNormParams<F> = match case["layer"].as_str().unwrap() {
        "layer" => ExampleNorm::layer(&lengths(&options["axes"])),
        "rms" => ExampleNorm::rms(&lengths(&options["axes"])),
        "group" => {
            let groups = options["groups"].as_u64().unwrap();
            ExampleNorm::group(groups as usize, channels(case))
        }
        _ => ExampleNorm::instance(channels(case)),
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
    let params = params.channel_axis(layout.channel_axis());
    let mut layer = params.check().unwrap().layer();
    set(layer.gamma_mut(), &case["gamma"]);
    set(layer.beta_mut(), &case["beta"]);
    layer
}

fn compare_batch_norms<F: Float>() -> Tallies {
    let mut tallies = Tallies::new();
    for case in &cases(true) {
        for layout in Layout::of(case) {
            compare_batch_norm::<F>(&mut tallies, case, layout);
        }
    }
    tallies
}

fn compare_batch_norm<F: Float>(tallies: &mut Tallies, case: &Value, layout: Layout) {
    let mut layer = batch_norm::<F>(case, layout);
    let (mut again, mut workspace) = (layer.clone(), Workspace::default());
    let tracked = case["options"]["track_running_stats"] != false;
    let steps = case["steps"].as_array().unwrap();
    for (i, step) in steps.iter().enumerate() {
        let answers = answers(case, layout, i);
        let x = layout.read::<F>(case, &step["x"]);
        let dy = layout.read(case, &step["dy"]);
        let (y, cache) = layer.forward_train(x.view()).unwrap();
        let gradients = layer.backward(&cache, dy.view()).unwrap();
        answers.compare(tallies, "y", &layout.values(y));
        answers.compare_gradients(tallies, layout, gradients);

        let (mut y, mut dx) = (x.clone(), x.clone());
        again
            .forward_train_into(x.view(), y.view_mut(), &mut workspace)
            .unwrap();
        again
            .backward_into(x.view(), dy.view(), dx.view_mut(), &mut workspace)
            .unwrap();
        answers.compare(tallies, "y", &layout.values(y));
        let dgamma = workspace.dgamma().to_owned();
        let dbeta = workspace.dbeta().to_owned();
        answers.compare_gradients(tallies, layout, Gradients { dx, dgamma, dbeta });
        assert_eq!(again, layer);

        if tracked {
            let running = layer.running();
            answers.compare(tallies, "running_mean", &running.mean.to_vec());
            answers.compare(tallies, "running_var", &running.variance.to_vec());
        }
    }
    let x = layout.read::<F>(case, &steps[0]["x"]);
    let y = layer.forward_eval(x.view()).unwrap();
    let in_inference = Answers {
        double: &serde_json::json!({"y in inference": case["eval"]["f64"]}),
        single: &serde_json::json!({"y in inference": case["eval"]["f32"]}),
        context: format!("{} then", answers(case, layout, 0).context),
        of_x: 0.0,
        of_dy: 0.0,
    };
    in_inference.compare(tallies, "y in inference", &layout.values(y));
}

fn compare_example_norms<F: Float>() -> Tallies {
    let mut tallies = Tallies::new();
    for case in &cases(false) {
        for layout in Layout::of(case) {
            let layer = example_norm::<F>(case, layout);
            let answers = answers(case, layout, 0);
            let x = layout.read::<F>(case, &case["steps"][0]["x"]);
            let dy = layout.read(case, &case["steps"][0]["dy"]);
            let (y, cache) = layer.forward(x.view()).unwrap();
            let gradients = layer.backward(&cache, dy.view()).unwrap();
            answers.compare(&mut tallies, "y", &layout.values(y));
            answers.compare_gradients(&mut tallies, layout, gradients);
        }
    }
    tallies
}

/// Array by array within the roundings that cannot be helped; and, in every kind of array, on
/// average no further than PyTorch.
fn assert_as_close_as_pytorch(tallies: &Tallies) {
    let (mut arrays, mut no_further) = (0, 0);
    for (entry, tally) in tallies {
        let Tally { ours, theirs, .. } = tally;
        assert!(
            ours <= theirs,
            "{entry}: errors add up to {ours:e}, PyTorch's to {theirs:e}"
        );
        arrays += tally.arrays;
        no_further += tally.no_further;
    }
    assert!(
        10 * no_further >= 7 * arrays,
        "{no_further} of {arrays} arrays are no further from the truth than PyTorch's"
    );
}

/// So that no array goes uncompared.
fn compared(tallies: &Tallies) -> Vec<(&str, usize)> {
    let counts = tallies.iter().map(|(entry, tally)| (*entry, tally.arrays));
    counts.collect()
}

/// Covers eq:normalize.
/// Covers eq:grad-x.
/// Covers eq:running-var.
/// Covers eq:eval-forward.
/// Covers eq:ghost-batch-norm.
/// Covers eq:batch-renorm.
#[test]
fn batch_norm_in_f64_is_that_of_pytorch() {
    let gradients = [("dbeta", 638), ("dgamma", 638), ("dx", 638)];
    let running = [("running_mean", 292), ("running_var", 292)];
    let outputs = [("y", 638), ("y in inference", 109)];
    let expected = [&gradients[..], &running, &outputs].concat();
    assert_eq!(compared(&compare_batch_norms::<f64>()), expected);
}

/// Covers eq:normalize.
/// Covers eq:grad-x.
#[test]
fn batch_norm_in_f32_is_as_close_to_the_truth_as_that_of_pytorch() {
    assert_as_close_as_pytorch(&compare_batch_norms::<f32>());
}

/// Covers eq:axis-sets.
/// Covers eq:rms-norm.
#[test]
fn layer_group_instance_and_rms_norm_in_f64_are_those_of_pytorch() {
    let expected = [("dbeta", 45), ("dgamma", 45), ("dx", 45), ("y", 45)];
    assert_eq!(compared(&compare_example_norms::<f64>()), expected);
}

/// Covers eq:axis-sets.
/// Covers eq:rms-norm.
#[test]
fn layer_group_instance_and_rms_norm_in_f32_are_as_close_to_the_truth_as_those_of_pytorch() {
    assert_as_close_as_pytorch(&compare_example_norms::<f32>());
}
