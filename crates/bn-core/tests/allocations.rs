//! After the first call, the `_into` calls allocate nothing. Threads do: without them only.
#![cfg(not(feature = "rayon"))]

use bn_core::{BatchNorm, ChannelAxis, ExampleNorm, RunningStep, Workspace};
use ndarray::{ArrayD, IxDyn};

#[test]
fn the_second_step_allocates_nothing() {
    for (shape, channel_axis, running_step) in [
        (&[64, 5][..], ChannelAxis::Second, RunningStep::Each),
        (&[4, 5, 6, 7], ChannelAxis::Second, RunningStep::Once),
        (&[4, 6, 7, 5], ChannelAxis::Last, RunningStep::Each),
    ] {
        let x = ArrayD::from_shape_fn(IxDyn(shape), |i| (i[0] * 3 + i[1]) as f32);
        let (mut y, mut dx) = (x.clone(), x.clone());
        let params = BatchNorm::<f32>::params(5)
            .channel_axis(channel_axis)
            .ghost_batch(2)
            .running_step(running_step);
        let mut batch = params.check().unwrap().layer();
        let group = ExampleNorm::<f32>::group(5, 5).channel_axis(channel_axis);
        let group = if shape.len() > 2 {
            group
        } else {
            ExampleNorm::layer(&[5])
        };
        let group = group.check().unwrap().layer();
        let (mut of_batch, mut of_group) = (Workspace::default(), Workspace::default());
        let mut step = || {
            // Reversed views go through buffers, which are kept, too.
            for x in [
                x.view(),
                x.slice_each_axis(|_| ndarray::Slice::new(0, None, -1)),
            ] {
                batch
                    .forward_train_into(x.view(), y.view_mut(), &mut of_batch)
                    .unwrap();
                batch
                    .backward_into(x.view(), y.view(), dx.view_mut(), &mut of_batch)
                    .unwrap();
                batch
                    .forward_eval_into(x.view(), y.view_mut(), &mut of_batch)
                    .unwrap();
                group
                    .forward_into(x.view(), y.view_mut(), &mut of_group)
                    .unwrap();
                group
                    .backward_into(x, y.view(), dx.view_mut(), &mut of_group)
                    .unwrap();
            }
        };
        step();
        let counted = allocation_counter::measure(step);
        // (A view of dynamic rank keeps more than four axes on the heap; these do not.)
        assert_eq!(counted.count_total, 0, "{shape:?}");
    }
}
