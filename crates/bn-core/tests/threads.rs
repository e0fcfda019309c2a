//! The number of threads does not change a bit of the result.
#![cfg(feature = "rayon")]

use bn_core::{BatchNorm, ExampleNorm, Workspace};
use ndarray::{ArrayD, IxDyn};

#[test]
fn one_thread_and_three_give_the_same_bits() {
    let results = [1, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let mut all = Vec::new();
            for shape in [&[5000, 37][..], &[8, 70, 13, 17], &[3, 200, 200]] {
                let mut i = 0.0;
                let x = ArrayD::from_shape_simple_fn(IxDyn(shape), || {
                    i += 1.0;
                    (2.3_f32 * i).sin() + 100.0
                });
                let dy = x.mapv(f32::cos);
                let mut workspace = Workspace::default();
                let (mut y, mut dx) = (x.clone(), x.clone());
                let mut layer = BatchNorm::<f32>::params(shape[1]).check().unwrap().layer();
                layer
                    .forward_train_into(x.view(), y.view_mut(), &mut workspace)
                    .unwrap();
                layer
                    .backward_into(x.view(), dy.view(), dx.view_mut(), &mut workspace)
                    .unwrap();
                all.push((y.clone(), dx.clone(), workspace.dgamma().to_owned()));
                let layer = ExampleNorm::<f32>::layer(&shape[1..])
                    .check()
                    .unwrap()
                    .layer();
                layer
                    .forward_into(x.view(), y.view_mut(), &mut workspace)
                    .unwrap();
                layer
                    .backward_into(x.view(), dy.view(), dx.view_mut(), &mut workspace)
                    .unwrap();
                all.push((y, dx, workspace.dgamma().to_owned()));
            }
            all
        })
    });
    assert!(results[0] == results[1]);
}
