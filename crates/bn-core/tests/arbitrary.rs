//! Whatever comes in, an answer or an error comes out, and never a panic: a panic fails the test,
//! with the smallest input that proptest finds for it.

use bn_core::batch_norm::renorm_corrections;
use bn_core::distance::Bandwidth;
use bn_core::noise::Draw;
use bn_core::streaming::{StreamingMoments, precise_moments};
use bn_core::{
    Affine, BatchNorm, ChannelAxis, ExampleNorm, Float, Moments, NonFinite, RenormLimits, Running,
    RunningStep, RunningVariance, Workspace,
};
use bn_core::{
    adapt, depth, distance, fold, gradient, importance, landscape, moments, noise, normalize,
    percentile, running, scale, two_sample,
};
use ndarray::{Array1, Array2, ArrayD, ArrayViewD, Axis, IxDyn, Slice};
use proptest::prelude::*;

/// A number of inputs, not a time: every machine tries the same. A few seconds for all of it.
const CASES: u32 = 10_000;

fn odd_value() -> impl Strategy<Value = f64> {
    prop::sample::select(vec![
        0.0,
        -0.0,
        1.0,
        -1.0,
        1e308,
        -1e308,
        1e-308,
        5e-324,
        1e38,
        -1e38,
        1e-45,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ])
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![4 => -10.0..10.0_f64, 2 => 0.0..1.0_f64, 1 => odd_value()]
}

/// A few numbers, ordinary or with odd ones among them; an array repeats them.
fn values() -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        3 => prop::collection::vec(-10.0..10.0_f64, 1..12),
        1 => prop::collection::vec(0.1..1.0_f64, 1..12),
        2 => prop::collection::vec(value(), 1..12),
        1 => prop::collection::vec(odd_value(), 1..3),
    ]
}

/// An array of 0 to 6 axes, any of which may be empty, and how a view looks at it: along each
/// axis forward or backward, along the first two perhaps at every other place, perhaps with all
/// axes in reverse order, perhaps with the first example in place of all.
#[derive(Debug, Clone)]
struct Input {
    shape: Vec<usize>,
    values: Vec<f64>,
    steps: Vec<isize>,
    transposed: bool,
    repeated: bool,
}

fn shape() -> impl Strategy<Value = Vec<usize>> {
    let length = prop_oneof![1 => Just(0_usize), 3 => Just(1), 12 => 2..5_usize];
    prop::collection::vec(length, 0..=6)
}

fn input_of(shape: Vec<usize>) -> impl Strategy<Value = Input> {
    let step = |steps: &[isize]| prop::sample::select(steps.to_vec());
    let steps = (
        prop::collection::vec(step(&[1, 1, -1, 2, -2]), 2),
        prop::collection::vec(step(&[1, 1, -1]), 4),
    );
    let look = (steps, any::<bool>(), prop::bool::weighted(0.1));
    (values(), look).prop_map(
        move |(values, ((first, rest), transposed, repeated))| Input {
            shape: shape.clone(),
            values,
            steps: [first, rest].concat(),
            transposed,
            repeated,
        },
    )
}

/// Two inputs, of the same shape unless they are not.
fn inputs() -> impl Strategy<Value = (Input, Input)> {
    let shapes = prop_oneof![
        4 => shape().prop_map(|shape| (shape.clone(), shape)),
        1 => (shape(), shape()),
    ];
    shapes.prop_flat_map(|(one, other)| (input_of(one), input_of(other)))
}

impl Input {
    fn view<F: Float, R>(&self, with: impl FnOnce(ArrayViewD<F>) -> R) -> R {
        let memory = self.shape.iter().zip(&self.steps);
        let mut memory: Vec<usize> = memory.map(|(n, step)| n * step.unsigned_abs()).collect();
        if self.transposed {
            memory.reverse();
        }
        let mut values = self.values.iter().cycle();
        let next = || F::narrow(*values.next().expect("at least one"));
        let memory = ArrayD::from_shape_simple_fn(IxDyn(&memory), next);
        let mut view = memory.view();
        if self.transposed {
            view = view.reversed_axes();
        }
        for (axis, &step) in self.steps.iter().enumerate().take(view.ndim()) {
            view.slice_axis_inplace(Axis(axis), Slice::new(0, None, step));
        }
        assert_eq!(view.shape(), self.shape);
        if !self.repeated || view.ndim() == 0 || view.len_of(Axis(0)) == 0 {
            return with(view);
        }
        let first = view.index_axis(Axis(0), 0);
        with(first.broadcast(view.raw_dim()).expect("the same shape"))
    }
}

/// The same numbers, NaN in the same places.
fn same<F: Float>(a: &ArrayD<F>, b: &ArrayD<F>) -> bool {
    let mut pairs = a.iter().zip(b);
    a.shape() == b.shape() && pairs.all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
}

fn affine() -> impl Strategy<Value = Affine> {
    prop::sample::select(vec![Affine::ScaleShift, Affine::Scale, Affine::None])
}

fn axis() -> impl Strategy<Value = ChannelAxis> {
    prop::sample::select(vec![ChannelAxis::Second, ChannelAxis::Last])
}

fn non_finite() -> impl Strategy<Value = NonFinite> {
    prop::sample::select(vec![NonFinite::Refuse, NonFinite::Propagate])
}

/// The choices of a batch norm; `None` leaves what is usual.
#[derive(Debug, Clone)]
struct BatchNormChoices {
    /// The length of the channel axis, unless there is another number here.
    channels: Option<usize>,
    epsilon: Option<f64>,
    /// Cumulative, if the number in it is `None`.
    momentum: Option<Option<f64>>,
    ghost: Option<(usize, RunningStep)>,
    renorm: Option<(f64, f64)>,
    others: (Affine, ChannelAxis, NonFinite, Running, RunningVariance),
}

fn batch_norm_choices() -> impl Strategy<Value = BatchNormChoices> {
    let one_in_four = |of: BoxedStrategy<f64>| prop::option::weighted(0.25, of);
    let step = prop::sample::select(vec![RunningStep::Each, RunningStep::Once]);
    let others = (
        affine(),
        axis(),
        non_finite(),
        prop::sample::select(vec![Running::Tracked, Running::Untracked]),
        prop::sample::select(vec![RunningVariance::Unbiased, RunningVariance::Population]),
    );
    let numbers = (
        prop::option::weighted(0.2, 0..5_usize),
        one_in_four(value().boxed()),
        prop::option::weighted(0.5, one_in_four(value().boxed())),
        prop::option::weighted(0.3, (0..4_usize, step)),
        prop::option::weighted(0.3, (0.5..3.0_f64, value())),
    );
    (numbers, others).prop_map(|((channels, epsilon, momentum, ghost, renorm), others)| {
        BatchNormChoices {
            channels,
            epsilon,
            momentum,
            ghost,
            renorm,
            others,
        }
    })
}

fn channel_count(given: Option<usize>, axis: ChannelAxis, shape: &[usize]) -> usize {
    let second = shape.get(1).copied().unwrap_or(0);
    given.unwrap_or(match axis {
        ChannelAxis::Second => second,
        ChannelAxis::Last => shape.last().copied().unwrap_or(0),
    })
}

type Checked = Result<(), TestCaseError>;

fn batch_norm_survives<F: Float>(choices: &BatchNormChoices, x: &Input, dy: &Input) -> Checked {
    let (affine, axis, non_finite, running, variance) = choices.others;
    let channels = channel_count(choices.channels, axis, &x.shape);
    let mut params = BatchNorm::<F>::params(channels)
        .affine(affine)
        .channel_axis(axis)
        .non_finite(non_finite)
        .running(running)
        .running_variance(variance);
    let mut valid = channels > 0;
    if let Some(epsilon) = choices.epsilon.map(F::narrow) {
        params = params.epsilon(epsilon);
        valid &= epsilon > F::zero() && epsilon.is_finite();
    }
    match choices.momentum.map(|momentum| momentum.map(F::narrow)) {
        Some(Some(momentum)) => {
            params = params.momentum(momentum);
            valid &= (F::zero()..=F::one()).contains(&momentum);
        }
        Some(None) => params = params.cumulative_average(),
        None => {}
    }
    if let Some((size, step)) = choices.ghost {
        params = params.ghost_batch(size).running_step(step);
        valid &= size > 0;
    }
    if let Some((r_max, d_max)) = choices.renorm {
        let [r_max, d_max] = [r_max, d_max].map(F::narrow);
        params = params.renorm(RenormLimits { r_max, d_max });
        valid &= r_max >= F::one() && d_max >= F::zero();
    }
    let params = params.check();
    prop_assert_eq!(params.is_ok(), valid);
    let Ok(params) = params else { return Ok(()) };
    let mut layer = params.layer();
    x.view::<F, _>(|x| {
        dy.view::<F, _>(|dy| {
            let before = layer.clone();
            let (mut out, mut wrong) = (x.to_owned(), dy.to_owned());
            let mut workspace = Workspace::default();
            match layer.forward_train(x.view()) {
                Err(_) => prop_assert_eq!(&layer, &before),
                Ok((y, cache)) => {
                    prop_assert_eq!(y.shape(), x.shape());
                    let mut again = before.clone();
                    let (in_order, _) = again.forward_train(x.to_owned().view()).unwrap();
                    prop_assert!(same(&y, &in_order));
                    let result = layer.backward(&cache, dy.view());
                    prop_assert!(result.is_err() || dy.shape() == x.shape());
                    if let Ok(gradients) = result {
                        let in_order = layer.backward(&cache, dy.to_owned().view()).unwrap();
                        prop_assert!(same(&gradients.dx, &in_order.dx));
                    }
                    let _ = layer.backward(&cache, x.view());
                }
            }
            let unlike = dy.shape() != x.shape();
            // Before any forward pass, after one, and with the wrong lengths.
            let _ = layer.backward_into(x.view(), dy.view(), out.view_mut(), &mut workspace);
            let _ = layer.forward_train_into(x.view(), out.view_mut(), &mut workspace);
            let results = [
                layer.forward_train_into(x.view(), wrong.view_mut(), &mut workspace),
                layer.forward_eval_into(x.view(), wrong.view_mut(), &mut workspace),
                layer.backward_into(x.view(), dy.view(), out.view_mut(), &mut workspace),
                layer.backward_into(x.view(), x.view(), wrong.view_mut(), &mut workspace),
                layer.backward_into(dy.view(), x.view(), out.view_mut(), &mut workspace),
            ];
            prop_assert!(!unlike || results.iter().all(Result::is_err));
            let _ = layer.forward_eval(x.view());
            let _ = layer.forward_eval_into(x.view(), out.view_mut(), &mut workspace);
            if non_finite == NonFinite::Refuse {
                let running = layer.running();
                prop_assert!(
                    running
                        .mean
                        .iter()
                        .chain(&running.variance)
                        .all(|r| r.is_finite())
                );
            }
            Ok(())
        })
    })
}

#[derive(Debug, Clone)]
struct ExampleNormChoices {
    /// Layer, root mean square, instance, group.
    kind: usize,
    /// How many trailing axes, or their lengths.
    trailing: Result<usize, Vec<usize>>,
    channels: Option<usize>,
    groups: usize,
    epsilon: Option<f64>,
    others: (Affine, ChannelAxis, NonFinite),
}

fn example_norm_choices() -> impl Strategy<Value = ExampleNormChoices> {
    let trailing = prop_oneof![
        3 => (0..4_usize).prop_map(Ok),
        1 => prop::collection::vec(0..4_usize, 0..3).prop_map(Err),
    ];
    let numbers = (
        prop::option::weighted(0.2, 0..5_usize),
        0..4_usize,
        prop::option::weighted(0.25, value()),
    );
    let others = (affine(), axis(), non_finite());
    (0..4_usize, trailing, numbers, others).prop_map(
        |(kind, trailing, (channels, groups, epsilon), others)| ExampleNormChoices {
            kind,
            trailing,
            channels,
            groups,
            epsilon,
            others,
        },
    )
}

fn example_norm_survives<F: Float>(choices: &ExampleNormChoices, x: &Input, dy: &Input) -> Checked {
    let (affine, axis, non_finite) = choices.others;
    let channels = channel_count(choices.channels, axis, &x.shape);
    let trailing = match &choices.trailing {
        Ok(count) => &x.shape[x.shape.len().saturating_sub(*count)..],
        Err(shape) => shape,
    };
    let params = match choices.kind {
        0 => ExampleNorm::<F>::layer(trailing),
        1 => ExampleNorm::rms(trailing),
        2 => ExampleNorm::instance(channels),
        _ => ExampleNorm::group(choices.groups, channels),
    };
    let mut params = params
        .affine(affine)
        .channel_axis(axis)
        .non_finite(non_finite);
    if let Some(epsilon) = choices.epsilon {
        params = params.epsilon(F::narrow(epsilon));
    }
    let Ok(params) = params.check() else {
        return Ok(());
    };
    let layer = params.layer();
    x.view::<F, _>(|x| {
        dy.view::<F, _>(|dy| {
            let (mut out, mut wrong) = (x.to_owned(), dy.to_owned());
            let mut workspace = Workspace::default();
            if let Ok((y, cache)) = layer.forward(x.view()) {
                let (in_order, _) = layer.forward(x.to_owned().view()).unwrap();
                prop_assert!(same(&y, &in_order));
                let result = layer.backward(&cache, dy.view());
                prop_assert!(result.is_err() || dy.shape() == x.shape());
                if let Ok(gradients) = result {
                    let in_order = layer.backward(&cache, dy.to_owned().view()).unwrap();
                    prop_assert!(same(&gradients.dx, &in_order.dx));
                }
                let _ = layer.backward(&cache, x.view());
            }
            let unlike = dy.shape() != x.shape();
            let _ = layer.backward_into(x.view(), dy.view(), out.view_mut(), &mut workspace);
            let _ = layer.forward_into(x.view(), out.view_mut(), &mut workspace);
            let results = [
                layer.forward_into(x.view(), wrong.view_mut(), &mut workspace),
                layer.backward_into(x.view(), dy.view(), out.view_mut(), &mut workspace),
                layer.backward_into(x.view(), x.view(), wrong.view_mut(), &mut workspace),
                layer.backward_into(dy.view(), x.view(), out.view_mut(), &mut workspace),
            ];
            prop_assert!(!unlike || results.iter().all(Result::is_err));
            Ok(())
        })
    })
}

fn vector() -> impl Strategy<Value = Array1<f64>> {
    let length = prop_oneof![1 => 0..2_usize, 4 => Just(3_usize), 1 => 4..6_usize];
    (length, values())
        .prop_map(|(length, values)| values.into_iter().cycle().take(length).collect())
}

fn matrix() -> impl Strategy<Value = Array2<f64>> {
    let length = || prop_oneof![1 => 0..2_usize, 4 => Just(3_usize), 1 => 4..6_usize];
    (length(), length(), values()).prop_map(|(rows, columns, values)| {
        let mut values = values.into_iter().cycle();
        Array2::from_shape_simple_fn((rows, columns), || values.next().unwrap())
    })
}

fn moments_of_any() -> impl Strategy<Value = Moments<f64>> {
    let variance = prop_oneof![vector(), vector().prop_map(|v| v.mapv(f64::abs))];
    (vector(), variance).prop_map(|(mean, variance)| Moments { mean, variance })
}

/// A count, small or out of all proportion.
fn count() -> impl Strategy<Value = usize> {
    prop_oneof![4 => 0..10_usize, 1 => any::<usize>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn batch_norm_never_panics_nor_is_poisoned_and_does_not_see_how_memory_is_ordered(
        choices in batch_norm_choices(), (x, dy) in inputs(),
    ) {
        batch_norm_survives::<f64>(&choices, &x, &dy)?;
        batch_norm_survives::<f32>(&choices, &x, &dy)?;
    }

    #[test]
    fn example_norm_never_panics_and_does_not_see_how_memory_is_ordered(
        choices in example_norm_choices(), (x, dy) in inputs(),
    ) {
        example_norm_survives::<f64>(&choices, &x, &dy)?;
        example_norm_survives::<f32>(&choices, &x, &dy)?;
    }

    #[test]
    fn functions_of_batches_never_panic(
        (a, b, c) in (matrix(), matrix(), matrix()),
        (u, v, w) in (vector(), vector(), vector()),
        (p, q) in (moments_of_any(), moments_of_any()),
        (s, t, count) in (value(), value(), count()),
    ) {
        let (x, y, z) = (a.view(), b.view(), c.view());
        let (u, v, w) = (u.view(), v.view(), w.view());
        let _ = (moments::batch_mean(x), moments::batch_variance(x), Moments::of(x));
        let _ = (moments::textbook_variance(x), moments::shifted_variance(x, u));
        let _ = (normalize::normalize(x, &p, s), normalize::scale_shift(x, u, v));
        let _ = (normalize::identity_setting(&p, s), normalize::standard_deviation(u, s));
        let _ = normalize::normalized_variance(u, s);
        let _ = (gradient::grad_beta(x), gradient::grad_gamma(x, y), gradient::grad_bias(x));
        let _ = gradient::grad_x(x, y, u, v, w, q.variance.view());
        let _ = (gradient::grad_x_hat(x, u), gradient::grad_variance(x, y, &p, s));
        let _ = (gradient::grad_mean(x, u), gradient::grad_x_three_terms(x, y, &p, s));
        let _ = (gradient::jacobian(u, s, t), gradient::grad_x_eval(x, u, v));
        let _ = (running::running_mean(u, v, s), running::start_up_bias(s, count as u32));
        for kind in [RunningVariance::Unbiased, RunningVariance::Population] {
            let _ = running::running_variance(u, v, count, s, kind);
        }
        let _ = (adapt::blend(&p, s, &q, t), distance::kl_gaussian(&p, &q));
        let _ = renorm_corrections(&p, &q, s, RenormLimits { r_max: t, d_max: s });
        let _ = distance::w2_squared_gaussian(&p, &q);
        let _ = (distance::sliced_w2(x, y, z), noise::monte_carlo_moments(x, s));
        for bandwidth in [Bandwidth::MedianHeuristic, Bandwidth::Fixed(s)] {
            let _ = distance::mmd_squared(x, y, bandwidth);
        }
        let _ = noise::batch_noise(&p, &q);
        let _ = landscape::gradient_predictiveness(u, x);
        let _ = landscape::effective_smoothness(u, x, v);
        let _ = landscape::gradient_norm_bound(x, y, u, v);
        let _ = (depth::effective_rank(x), percentile::percentiles(u, v));
        let folded = || fold::Folded { gamma: u, beta: v, running: &p, epsilon: s };
        let _ = fold::fold(x, w, folded());
        let _ = fold::fold(x.insert_axis(Axis(2)), w, folded());
        let mut stream = StreamingMoments::new(count.min(5));
        let _ = (stream.push(u), stream.push(v), stream.moments::<f64>());
        if let Ok(other) = StreamingMoments::of(x) {
            let _ = (stream.merge(&other), stream.moments::<f32>());
        }
        let _ = (precise_moments(&[p.clone(), q]), precise_moments::<f64>(&[]));
        let channels = p.mean.len();
        if let Ok(params) = BatchNorm::<f64>::params(channels.max(1)).check() {
            let (mut layer, valid) = (params.layer(), p.clone());
            let taken = layer.set_running(p);
            prop_assert!(taken.is_err() || *layer.running() == valid);
        }
    }

    #[test]
    fn functions_of_vectors_and_numbers_never_panic(
        (u, v, x) in (vector(), vector(), matrix()),
        (s, t, r) in (value(), value(), value()),
        (m, n) in (count(), count()),
    ) {
        let (u, v, x) = (u.view(), v.view(), x.view());
        let _ = (importance::density_ratio(u, v), importance::density_ratio_from_logs(u, v));
        let _ = (importance::classifier_ratio(u, m, n), importance::flattened_weights(u, s));
        let _ = (importance::importance_risk(u, v), importance::effective_sample_size(u));
        let _ = (landscape::ics_distance(u, v), landscape::ics_cosine(u, v));
        let _ = (scale::gradient_at_scale(u, s), scale::radial_cosine(u, v));
        let _ = scale::scale_defect(|w| w.sum(), u, s);
        let _ = scale::squared_norm_after_step(s, t, r);
        let _ = (scale::effective_learning_rate(s, t), scale::equilibrium_angle(s, t));
        let _ = scale::equilibrium_squared_norm(s, t, r);
        let _ = (scale::length_direction(u, x, s), scale::rayleigh_loss(u, v, x));
        for draw in [Draw::WithReplacement, Draw::WithoutReplacement { from: n }] {
            let _ = noise::batch_mean_variance(s, m, draw);
        }
        let _ = (noise::batch_variance_law(s, m), noise::batch_sigma_variance(s, t, m));
        let _ = (noise::mean_inverse_sigma(m), noise::mean_inverse_variance(m));
        let _ = (noise::x_hat_bound(m), noise::x_hat_fourth_moment(m));
        let _ = (noise::dropout_noise_variance(s), noise::gamma_shrinkage(m));
        let _ = noise::variance_shift(s, t, r);
        let _ = (depth::linear_gradient_growth(m), depth::skip_variance(m));
        let _ = (depth::branch_share(m), two_sample::classifier_two_sample_test(m, n));
    }
}
