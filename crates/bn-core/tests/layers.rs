//! Every layer and option: against the equations, against finite differences, and both ways of
//! calling against each other.

use approx::assert_relative_eq;
use bn_core::gradient::{grad_beta, grad_gamma, grad_x};
use bn_core::normalize::{normalize, scale_shift, standard_deviation};
use bn_core::{
    Affine, BatchNorm, BatchNormParams, ChannelAxis, ExampleNorm, ExampleNormParams, Moments,
    RenormLimits, Running, RunningStep, Workspace,
};
use ndarray::{Array, Array2, ArrayD, Axis, Dimension, IxDyn, ShapeBuilder};

fn wave(shape: &[usize], frequency: f64) -> ArrayD<f64> {
    let mut i = 0.0;
    ArrayD::from_shape_simple_fn(IxDyn(shape), || {
        i += 1.0;
        (frequency * i).sin() + 0.3 * (0.37 * i).cos() + 0.2
    })
}

/// [N, C, …] as [m, C].
fn flat(x: &ArrayD<f64>, axis: usize) -> Array2<f64> {
    let channels = x.len_of(Axis(axis));
    let values = x.lanes(Axis(axis)).into_iter().flatten().copied();
    let values: Vec<f64> = values.collect();
    Array2::from_shape_vec((x.len() / channels, channels), values).unwrap()
}

/// Covers eq:conv-count.
/// Covers eq:normalize.
/// Covers eq:grad-x.
#[test]
fn batch_norm_of_any_shape_is_the_equations_over_all_positions() {
    let second = ChannelAxis::Second;
    let last = ChannelAxis::Last;
    for (shape, channel_axis) in [
        (vec![7, 3], second),
        (vec![1, 3, 5], second),
        (vec![4, 3, 5], second),
        (vec![40, 3, 50], second),
        (vec![4, 3, 2, 3], second),
        (vec![3, 3, 17, 19], second),
        (vec![2, 3, 2, 3, 4], second),
        (vec![4, 1, 2], second),
        (vec![7, 3], last),
        (vec![4, 5, 3], last),
        (vec![2, 4, 5, 3], last),
        (vec![2, 2, 2, 2, 3], last),
        (vec![700, 30], second),
    ] {
        let axis = match channel_axis {
            ChannelAxis::Second => 1,
            ChannelAxis::Last => shape.len() - 1,
        };
        let channels = shape[axis];
        let (x, dy) = (wave(&shape, 2.3) + 5.0, wave(&shape, 1.7));
        let params = BatchNorm::<f64>::params(channels).channel_axis(channel_axis);
        let mut layer = params.check().unwrap().layer();
        layer
            .gamma_mut()
            .iter_mut()
            .enumerate()
            .for_each(|(c, g)| *g = 0.5 + c as f64);
        layer
            .beta_mut()
            .iter_mut()
            .enumerate()
            .for_each(|(c, b)| *b = 1.0 - c as f64);
        let (gamma, beta) = (layer.gamma().to_owned(), layer.beta().to_owned());

        let (x_flat, dy_flat) = (flat(&x, axis), flat(&dy, axis));
        let moments = Moments::of(x_flat.view()).unwrap();
        let x_hat = normalize(x_flat.view(), &moments, 1e-5).unwrap();
        let y_flat = scale_shift(x_hat.view(), gamma.view(), beta.view()).unwrap();
        let dbeta = grad_beta(dy_flat.view()).unwrap();
        let dgamma = grad_gamma(dy_flat.view(), x_hat.view()).unwrap();
        let sigma = standard_deviation(moments.variance.view(), 1e-5).unwrap();
        let dx_flat = grad_x(
            dy_flat.view(),
            x_hat.view(),
            dgamma.view(),
            dbeta.view(),
            gamma.view(),
            sigma.view(),
        )
        .unwrap();

        let (y, cache) = layer.forward_train(x.view()).unwrap();
        let gradients = layer.backward(&cache, dy.view()).unwrap();
        let close = |a: &ArrayD<f64>, b: &Array2<f64>| {
            assert_relative_eq!(flat(a, axis), b, epsilon = 1e-12, max_relative = 1e-11);
        };
        close(&y, &y_flat);
        close(&cache.x_hat().to_owned(), &x_hat);
        close(&gradients.dx, &dx_flat);
        assert_relative_eq!(gradients.dgamma, dgamma, epsilon = 1e-11);
        assert_relative_eq!(gradients.dbeta, dbeta, epsilon = 1e-11);
        assert_relative_eq!(
            cache.moments().variance,
            moments.variance,
            max_relative = 1e-13
        );

        // Inference with the moments of the batch does what training did.
        layer.set_running(moments).unwrap();
        close(&layer.forward_eval(x.view()).unwrap(), &y_flat);
    }
}

/// Covers eq:axis-sets.
#[test]
fn layer_instance_and_group_norm_are_batch_norms_of_rearranged_arrays() {
    let (n, c, h, w) = (3, 4, 2, 5);
    let x = wave(&[n, c, h, w], 2.3) * 3.0 + 1.0;
    let alone = |groups: usize| {
        // Each group a channel of one example.
        let x = x.to_shape((1, n * groups, c / groups * h * w)).unwrap();
        let mut layer = BatchNorm::params(n * groups).check().unwrap().layer();
        let (y, _) = layer.forward_train(x.view()).unwrap();
        y.to_shape((n, c, h, w)).unwrap().into_owned().into_dyn()
    };
    let forward = |params: ExampleNormParams<f64>| {
        let layer = params.check().unwrap().layer();
        layer.forward(x.view()).unwrap().0
    };
    assert_relative_eq!(forward(ExampleNorm::instance(c)), alone(c), epsilon = 1e-12);
    assert_relative_eq!(forward(ExampleNorm::group(2, c)), alone(2), epsilon = 1e-12);
    assert_relative_eq!(forward(ExampleNorm::group(1, c)), alone(1), epsilon = 1e-12);
    assert_relative_eq!(
        forward(ExampleNorm::layer(&[c, h, w])),
        alone(1),
        epsilon = 1e-12
    );
    let last = ExampleNorm::layer(&[w]).check().unwrap().layer();
    for (x, y) in x
        .rows()
        .into_iter()
        .zip(last.forward(x.view()).unwrap().0.rows())
    {
        let (mean, variance) = (x.mean().unwrap(), x.var(0.0));
        assert_relative_eq!(y, (&x - mean) / (variance + 1e-5).sqrt(), epsilon = 1e-12);
    }
}

/// Covers eq:rms-norm.
#[test]
fn root_mean_square_normalization_divides_and_does_not_shift() {
    let x = wave(&[3, 40], 0.7) * 4.0 + 2.0;
    let layer = ExampleNorm::rms(&[40])
        .epsilon(0.3)
        .check()
        .unwrap()
        .layer();
    let (y, _) = layer.forward(x.view()).unwrap();
    for (x, y) in x.rows().into_iter().zip(y.rows()) {
        let rms = (x.dot(&x) / 40.0 + 0.3).sqrt();
        assert_relative_eq!(y, &x / rms, epsilon = 1e-13);
    }
}

/// One layer, seen from outside: parameters, forward, backward.
trait Layer: Clone {
    fn gamma(&mut self) -> Vec<&mut f64>;
    fn beta(&mut self) -> Vec<&mut f64>;
    fn output(&mut self, x: &ArrayD<f64>) -> ArrayD<f64>;
    /// dx, dγ, dβ, by both ways of calling.
    fn gradients(
        &mut self,
        x: &ArrayD<f64>,
        dy: &ArrayD<f64>,
    ) -> [(ArrayD<f64>, Vec<f64>, Vec<f64>); 2];
}

macro_rules! layer {
    ($type:ty, $forward:ident, $forward_into:ident) => {
        impl Layer for $type {
            fn gamma(&mut self) -> Vec<&mut f64> {
                self.gamma_mut().into_iter().collect()
            }
            fn beta(&mut self) -> Vec<&mut f64> {
                self.beta_mut().into_iter().collect()
            }
            fn output(&mut self, x: &ArrayD<f64>) -> ArrayD<f64> {
                self.$forward(x.view()).unwrap().0
            }
            fn gradients(
                &mut self,
                x: &ArrayD<f64>,
                dy: &ArrayD<f64>,
            ) -> [(ArrayD<f64>, Vec<f64>, Vec<f64>); 2] {
                let (_, cache) = self.clone().$forward(x.view()).unwrap();
                let first = self.backward(&cache, dy.view()).unwrap();
                let first = (first.dx, first.dgamma.to_vec(), first.dbeta.to_vec());
                let mut workspace = Workspace::default();
                let (mut y, mut dx) = (x.clone(), x.clone());
                self.$forward_into(x.view(), y.view_mut(), &mut workspace)
                    .unwrap();
                self.backward_into(x.view(), dy.view(), dx.view_mut(), &mut workspace)
                    .unwrap();
                let (dgamma, dbeta) = (workspace.dgamma().to_vec(), workspace.dbeta().to_vec());
                [first, (dx, dgamma, dbeta)]
            }
        }
    };
}
layer!(BatchNorm<f64>, forward_train, forward_train_into);
layer!(ExampleNorm<f64>, forward, forward_into);

fn check_gradients<L: Layer>(name: &str, mut layer: L, shape: &[usize]) {
    let mut x = wave(shape, 2.3) * 1.5 + 0.7;
    let dy = wave(shape, 1.1);
    layer
        .gamma()
        .into_iter()
        .enumerate()
        .for_each(|(c, g)| *g = 0.7 + 0.4 * c as f64);
    layer
        .beta()
        .into_iter()
        .enumerate()
        .for_each(|(c, b)| *b = 0.1 - 0.2 * c as f64);
    let loss = |layer: &L, x: &ArrayD<f64>| (layer.clone().output(x) * &dy).sum();
    let close = |what: &str, given: f64, expected: f64| {
        let error = (given - expected).abs();
        let context = format!("{name} {shape:?} {what}: {given}, expected {expected}");
        assert!(error < 2e-8 * (1.0 + expected.abs()), "{context}");
    };
    let h = 1e-5;
    for (dx, dgamma, dbeta) in layer.clone().gradients(&x, &dy) {
        for i in (0..x.len()).step_by(1 + x.len() / 40) {
            let mut move_by = |h: f64| *x.iter_mut().nth(i).unwrap() += h;
            move_by(h);
            let above = loss(&layer, &x);
            let mut move_by = |h: f64| *x.iter_mut().nth(i).unwrap() += h;
            move_by(-2.0 * h);
            let below = loss(&layer, &x);
            let mut move_by = |h: f64| *x.iter_mut().nth(i).unwrap() += h;
            move_by(h);
            close(
                "dx",
                *dx.iter().nth(i).unwrap(),
                (above - below) / (2.0 * h),
            );
        }
        assert_eq!(dgamma.len(), layer.gamma().len());
        assert_eq!(dbeta.len(), layer.beta().len());
        for c in 0..dgamma.len() {
            let mut moved = layer.clone();
            *moved.gamma()[c] += 1.0; // the loss is linear in γ and β
            close("dgamma", dgamma[c], loss(&moved, &x) - loss(&layer, &x));
        }
        for c in 0..dbeta.len() {
            let mut moved = layer.clone();
            *moved.beta()[c] += 1.0;
            close("dbeta", dbeta[c], loss(&moved, &x) - loss(&layer, &x));
        }
    }
}

const AFFINES: [Affine; 3] = [Affine::ScaleShift, Affine::Scale, Affine::None];

/// Covers eq:grad-x.
/// Covers eq:grad-gamma.
/// Covers eq:grad-beta.
/// Covers eq:ghost-batch-norm.
#[test]
fn batch_norm_gradients_agree_with_finite_differences_for_every_option() {
    type Option = fn(BatchNormParams<f64>) -> BatchNormParams<f64>;
    let options: [(&str, Option); 7] = [
        ("plain", |p| p),
        ("population", |p| {
            p.running_variance(bn_core::RunningVariance::Population)
        }),
        ("untracked", |p| p.running(Running::Untracked)),
        ("cumulative", |p| p.cumulative_average()),
        ("ghost", |p| p.ghost_batch(3)),
        ("ghost, epsilon", |p| p.ghost_batch(2).epsilon(0.7)),
        ("ghost, one step", |p| {
            p.ghost_batch(2).running_step(RunningStep::Once)
        }),
    ];
    for (name, option) in options {
        for affine in AFFINES {
            let params = || option(BatchNorm::params(3)).affine(affine);
            for shape in [
                &[6, 3][..],
                &[6, 3, 4],
                &[6, 3, 2, 2],
                &[6, 3, 1, 2, 2],
                &[6, 3, 35],
            ] {
                check_gradients(name, params().check().unwrap().layer(), shape);
            }
            let last = params().channel_axis(ChannelAxis::Last);
            check_gradients(name, last.check().unwrap().layer(), &[6, 2, 2, 3]);
        }
    }
}

/// Covers eq:axis-sets.
/// Covers eq:rms-norm.
#[test]
fn example_norm_gradients_agree_with_finite_differences_for_every_option() {
    for affine in AFFINES {
        for (params, shapes) in [
            (
                ExampleNorm::layer(&[5]),
                vec![vec![5], vec![4, 5], vec![2, 3, 5]],
            ),
            (ExampleNorm::layer(&[3, 2, 2]), vec![vec![4, 3, 2, 2]]),
            (ExampleNorm::layer(&[70]), vec![vec![3, 70]]),
            (ExampleNorm::rms(&[5]), vec![vec![5], vec![4, 5]]),
            (ExampleNorm::rms(&[2, 35]), vec![vec![3, 2, 35]]),
            (
                ExampleNorm::instance(3),
                vec![vec![2, 3, 4], vec![2, 3, 2, 2], vec![1, 3, 40]],
            ),
            (
                ExampleNorm::group(2, 4),
                vec![vec![3, 4], vec![2, 4, 3], vec![2, 4, 2, 20]],
            ),
            (
                ExampleNorm::group(2, 4)
                    .channel_axis(ChannelAxis::Last)
                    .epsilon(0.4),
                vec![vec![3, 4], vec![2, 3, 4], vec![2, 2, 3, 4]],
            ),
        ] {
            for shape in shapes {
                let layer = params.clone().affine(affine).check().unwrap().layer();
                check_gradients("example", layer, &shape);
            }
        }
    }
}

/// r and d hold still: they are those of the unmoved batch.
///
/// Covers eq:batch-renorm.
#[test]
fn renorm_gradients_treat_r_and_d_as_constants() {
    let (x, dy) = (wave(&[6, 2], 2.3) * 2.0 + 1.0, wave(&[6, 2], 1.1));
    let limits = RenormLimits {
        r_max: 3.0,
        d_max: 5.0,
    };
    let running = Moments {
        mean: ndarray::array![0.4, 1.5],
        variance: ndarray::array![1.0, 9.0],
    };
    let mut layer = BatchNorm::params(2).renorm(limits).check().unwrap().layer();
    layer.set_running(running.clone()).unwrap();
    layer.gamma_mut().assign(&ndarray::array![0.5, -1.5]);
    let batch = Moments::of(flat(&x, 1).view()).unwrap();
    let (r, d) = bn_core::batch_norm::renorm_corrections(&batch, &running, 1e-5, limits).unwrap();
    let reference = |x: &ArrayD<f64>| {
        let x = flat(x, 1);
        let moments = Moments::of(x.view()).unwrap();
        let x_hat = normalize(x.view(), &moments, 1e-5).unwrap();
        (x_hat * &r + &d) * layer.gamma() + layer.beta()
    };
    let mut stepped = layer.clone();
    let (y, _) = stepped.forward_train(x.view()).unwrap();
    assert_relative_eq!(flat(&y, 1), reference(&x), epsilon = 1e-12);
    // Within the limits, training saw what inference sees.
    assert_relative_eq!(y, layer.forward_eval(x.view()).unwrap(), epsilon = 1e-12);

    let mut x = x;
    let h = 1e-5;
    for (dx, dgamma, dbeta) in layer.clone().gradients(&x, &dy) {
        for index in [[0, 0], [3, 1], [5, 0]] {
            let mut loss = |moved: f64| {
                x[&index[..]] += moved;
                (reference(&x) * flat(&dy, 1)).sum()
            };
            let difference = loss(h) - loss(-2.0 * h);
            loss(h);
            assert_relative_eq!(dx[&index[..]], difference / (2.0 * h), epsilon = 1e-8);
        }
        for c in 0..2 {
            let x_hat_r_d =
                (reference(&x).column(c).to_owned() - layer.beta()[c]) / layer.gamma()[c];
            assert_relative_eq!(
                dgamma[c],
                x_hat_r_d.dot(&flat(&dy, 1).column(c)),
                epsilon = 1e-10
            );
            assert_relative_eq!(dbeta[c], flat(&dy, 1).column(c).sum(), epsilon = 1e-12);
        }
    }
}

/// Covers eq:axis-sets.
/// Covers eq:ghost-batch-norm.
#[test]
fn ghost_batches_of_one_example_are_instance_norm_and_one_step_averages_them() {
    let x = wave(&[4, 2, 6], 2.3) * 3.0 + 1.0;
    let params = BatchNorm::params(2).ghost_batch(1).momentum(0.25);
    let mut layer = params
        .running_step(RunningStep::Once)
        .check()
        .unwrap()
        .layer();
    let (y, _) = layer.forward_train(x.view()).unwrap();
    let instance = ExampleNorm::instance(2).check().unwrap().layer();
    assert_relative_eq!(y, instance.forward(x.view()).unwrap().0, epsilon = 1e-12);
    for c in 0..2 {
        let of_examples = x.index_axis(Axis(1), c);
        let mean = of_examples.mean().unwrap();
        let unbiased = of_examples.rows().into_iter().map(|x| x.var(1.0));
        let variance = unbiased.sum::<f64>() / 4.0;
        let running = layer.running();
        assert_relative_eq!(running.mean[c], 0.25 * mean, epsilon = 1e-14);
        assert_relative_eq!(running.variance[c], 0.75 + 0.25 * variance, epsilon = 1e-13);
    }
    assert_eq!(layer.batches_tracked(), 1);
}

/// Covers eq:ghost-batch-norm.
#[test]
fn ghost_batches_are_batches_of_their_own_in_sequence() {
    let x = wave(&[6, 2, 3], 2.3);
    let mut ghost = BatchNorm::params(2).ghost_batch(2).check().unwrap().layer();
    let mut plain = BatchNorm::params(2).check().unwrap().layer();
    let (y, _) = ghost.forward_train(x.view()).unwrap();
    for (x, y) in x
        .axis_chunks_iter(Axis(0), 2)
        .zip(y.axis_chunks_iter(Axis(0), 2))
    {
        assert_relative_eq!(plain.forward_train(x).unwrap().0, y, epsilon = 1e-14);
    }
    assert_eq!(ghost.running(), plain.running());
    assert_eq!(ghost.batches_tracked(), 3);
    let error = ghost
        .forward_train(wave(&[5, 2, 3], 1.0).view())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "x has shape [5, 2, 3], expected a multiple of 2 examples, the size of a ghost batch: \
         check the order of the axes and of the arguments"
    );
}

#[test]
fn strided_arrays_give_what_their_copies_give() {
    fn strange<D: Dimension>(x: &Array<f64, D>) -> Array<f64, D> {
        let mut y = Array::zeros(x.raw_dim().f());
        y.assign(x);
        y
    }
    let (x, dy) = (wave(&[4, 3, 5], 2.3), wave(&[4, 3, 5], 0.9));
    let mut layers = [(); 2].map(|_| BatchNorm::<f64>::params(3).check().unwrap().layer());
    let mut workspace = Workspace::default();
    let (mut y, mut dx) = (strange(&x), strange(&x));
    layers[0]
        .forward_train_into(strange(&x).view(), y.view_mut(), &mut workspace)
        .unwrap();
    let dy_strange = strange(&dy);
    layers[0]
        .backward_into(
            strange(&x).view(),
            dy_strange.view(),
            dx.view_mut(),
            &mut workspace,
        )
        .unwrap();
    let (mut y_plain, mut dx_plain) = (x.clone(), x.clone());
    layers[1]
        .forward_train_into(x.view(), y_plain.view_mut(), &mut workspace)
        .unwrap();
    layers[1]
        .backward_into(x.view(), dy.view(), dx_plain.view_mut(), &mut workspace)
        .unwrap();
    assert_eq!((y, dx), (y_plain, dx_plain));
    assert_eq!(layers[0], layers[1]);
}

/// The table of f32 traps, on the fast path: E[x²] − μ² gives −360 at a mean of 10⁴, a
/// sequential sum 919 at 10⁶.
///
/// Covers eq:batch-variance.
#[test]
fn f32_layers_survive_a_mean_of_a_million() {
    let spread = |i: usize| ((i as f64 * 0.618_033_988_749_895).fract() - 0.5) * 12.0_f64.sqrt();
    for mean in [0.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6] {
        for shape in [vec![4096, 3], vec![16, 3, 16, 16], vec![256, 3, 16]] {
            let mut i = 0;
            let x = ArrayD::from_shape_simple_fn(IxDyn(&shape), || {
                i += 1;
                (mean + spread(i)) as f32
            });
            let double = flat(&x.mapv(f64::from), 1);
            let truth = Moments::of(double.view()).unwrap();
            let mut layer = BatchNorm::<f32>::params(3).check().unwrap().layer();
            let mut y = x.clone();
            let mut workspace = Workspace::default();
            layer
                .forward_train_into(x.view(), y.view_mut(), &mut workspace)
                .unwrap();
            let moments = workspace.moments();
            let expected = normalize(double.view(), &truth, 1e-5).unwrap();
            for c in 0..3 {
                let truth_mean = truth.mean[c] as f32;
                assert_relative_eq!(
                    moments.mean[c],
                    truth_mean,
                    epsilon = 1e-7,
                    max_relative = 6e-8
                );
                let variance = truth.variance[c] as f32;
                assert_relative_eq!(moments.variance[c], variance, max_relative = 2e-7);
            }
            let y = flat(&y.mapv(f64::from), 1);
            assert_relative_eq!(y, expected, epsilon = 4e-7);
        }
    }
}

/// An outlier among the first values makes the first pivot useless.
///
/// Covers eq:batch-variance.
#[test]
fn f32_layers_survive_an_outlier_at_the_start() {
    for shape in [vec![4096, 2], vec![2, 2, 2048]] {
        let mut x = wave(&shape, 2.3).mapv(|x| x as f32);
        x.iter_mut().take(2).for_each(|x| *x = 3e5);
        let truth = Moments::of(flat(&x.mapv(f64::from), 1).view()).unwrap();
        let mut layer = BatchNorm::<f32>::params(2).check().unwrap().layer();
        let (_, cache) = layer.forward_train(x.view()).unwrap();
        for c in 0..2 {
            let (given, truth) = (cache.moments().variance[c], truth.variance[c] as f32);
            assert_relative_eq!(given, truth, max_relative = 1e-6);
        }
    }
}
