//! Whatever comes in, an answer or an error comes out, and never a panic.

use bn_core::{
    Affine, BatchNorm, ChannelAxis, ExampleNorm, NonFinite, RenormLimits, Running, Workspace,
};
use ndarray::{ArrayD, IxDyn};
use proptest::prelude::*;

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => -10.0..10.0_f64,
        1 => prop::sample::select(vec![
            0.0, -0.0, 1e308, -1e308, 1e-308, 5e-324, 1e38, -1e38, 1e-45,
            f64::NAN, f64::INFINITY, f64::NEG_INFINITY,
        ]),
    ]
}

fn array() -> impl Strategy<Value = ArrayD<f64>> {
    prop::collection::vec(0..5_usize, 0..6).prop_flat_map(|shape| {
        let count = shape.iter().product::<usize>();
        prop::collection::vec(value(), count)
            .prop_map(move |values| ArrayD::from_shape_vec(IxDyn(&shape), values).unwrap())
    })
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn batch_norm_never_panics_and_is_not_poisoned(
        x in array(), dy in array(), channels in 0..5_usize,
        (epsilon, momentum) in (value(), value()),
        (affine, axis, non_finite) in (affine(), axis(), non_finite()),
        ghost in prop::option::of(0..4_usize),
        renorm in prop::option::of((value(), value())),
        untracked in any::<bool>(),
        usual in any::<bool>(),
    ) {
        let mut params = BatchNorm::<f64>::params(channels)
            .affine(affine).channel_axis(axis).non_finite(non_finite);
        if !usual {
            params = params.epsilon(epsilon).momentum(momentum);
        }
        if let Some(size) = ghost {
            params = params.ghost_batch(size);
        }
        if let Some((r_max, d_max)) = renorm {
            params = params.renorm(RenormLimits { r_max, d_max });
        }
        if untracked {
            params = params.running(Running::Untracked);
        }
        let Ok(params) = params.check() else { return Ok(()) };
        let mut layer = params.layer();
        let mut workspace = Workspace::default();
        let mut out = x.clone();
        if let Ok((_, cache)) = layer.forward_train(x.view()) {
            let _ = layer.backward(&cache, dy.view());
            let _ = layer.backward(&cache, x.view());
        }
        let _ = layer.forward_train_into(x.view(), out.view_mut(), &mut workspace);
        let _ = layer.backward_into(x.view(), x.view(), out.view_mut(), &mut workspace);
        let _ = layer.backward_into(dy.view(), x.view(), out.view_mut(), &mut workspace);
        let _ = layer.forward_eval(x.view());
        if non_finite == NonFinite::Refuse {
            let running = layer.running();
            prop_assert!(running.mean.iter().chain(&running.variance).all(|r| r.is_finite()));
        }
    }

    #[test]
    fn example_norm_never_panics(
        x in array(), dy in array(), shape in prop::collection::vec(0..4_usize, 0..3),
        (groups, channels) in (0..5_usize, 0..5_usize), kind in 0..4_usize,
        (affine, axis, non_finite) in (affine(), axis(), non_finite()),
    ) {
        let params = match kind {
            0 => ExampleNorm::<f64>::layer(&shape),
            1 => ExampleNorm::rms(&shape),
            2 => ExampleNorm::instance(channels),
            _ => ExampleNorm::group(groups, channels),
        };
        let params = params.affine(affine).channel_axis(axis).non_finite(non_finite);
        let Ok(params) = params.check() else { return Ok(()) };
        let layer = params.layer();
        let mut workspace = Workspace::default();
        let mut out = x.clone();
        if let Ok((y, cache)) = layer.forward(x.view()) {
            prop_assert_eq!(y.shape(), x.shape());
            let _ = layer.backward(&cache, dy.view());
            let _ = layer.backward(&cache, x.view());
        }
        let _ = layer.forward_into(x.view(), out.view_mut(), &mut workspace);
        let _ = layer.backward_into(x.view(), dy.view(), out.view_mut(), &mut workspace);
        let _ = layer.backward_into(x.view(), x.view(), out.view_mut(), &mut workspace);
    }
}
