//! How fast the layers are: nanoseconds per element, and share of the memory bandwidth that the
//! machine shows in a triad a = b + s·c of large arrays.
//!
//! `cargo bench -p bn-core [--features rayon] [-- FILTER]`. Medians of interleaved rounds. The
//! bytes counted are those that have to move at least: each input read once, each output written
//! once; training forward is x → y, backward is x, dy → dx, inference is x → y.

use bn_core::{BatchNorm, ExampleNorm, Workspace};
use ndarray::{ArrayD, IxDyn};
use std::hint::black_box;
use std::time::{Duration, Instant};

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Seconds per call: the median of rounds of at least a millisecond, after a warm-up.
fn time(mut work: impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut calls = 0;
    while start.elapsed() < Duration::from_millis(60) {
        work();
        calls += 1;
    }
    let each = start.elapsed().as_secs_f64() / f64::from(calls);
    let repeat = (1e-3 / each).ceil() as usize;
    let rounds = (0.4 / (each * repeat as f64)).clamp(7.0, 101.0) as usize;
    let round = || {
        let start = Instant::now();
        (0..repeat).for_each(|_| work());
        start.elapsed().as_secs_f64() / repeat as f64
    };
    median(std::iter::repeat_with(round).take(rounds).collect())
}

/// Bytes per second of a[i] = b[i] + s c[i], 12 bytes an element.
fn triad() -> f64 {
    let n = 1 << 24;
    let (mut a, b, c) = (vec![0.0_f32; n], vec![1.0_f32; n], vec![2.0_f32; n]);
    let seconds = time(|| {
        for ((a, b), c) in a.iter_mut().zip(&b).zip(&c) {
            *a = b + 3.0 * c;
        }
        black_box(&mut a);
    });
    12.0 * n as f64 / seconds
}

struct Report {
    triad: f64,
    filter: String,
}

impl Report {
    fn line(&self, name: &str, shape: &[usize], arrays: f64, work: impl FnMut()) {
        let name = format!("{name} {shape:?}");
        if !name.contains(&self.filter) {
            return;
        }
        let elements = shape.iter().product::<usize>() as f64;
        let seconds = time(work);
        let (ns, bytes) = (1e9 * seconds / elements, 4.0 * arrays * elements / seconds);
        let share = 100.0 * bytes / self.triad;
        println!(
            "{name:44} {:10.1} µs {ns:8.3} ns/element {share:6.0} % of triad",
            1e6 * seconds
        );
    }
}

fn wave(shape: &[usize], frequency: f32) -> ArrayD<f32> {
    let mut i = 0.0;
    ArrayD::from_shape_simple_fn(IxDyn(shape), || {
        i += 1.0;
        (frequency * i).sin() + 0.5
    })
}

fn main() {
    let filter = std::env::args()
        .skip(1)
        .find(|arg| !arg.starts_with('-'))
        .unwrap_or_default();
    let report = Report {
        triad: triad(),
        filter,
    };
    println!("triad {:.1} GB/s", report.triad / 1e9);
    let shapes: [&[usize]; 7] = [
        &[32, 64],
        &[256, 128],
        &[1024, 512],
        &[4096, 1024],
        &[65536, 256],
        &[16, 64, 32, 32],
        &[32, 256, 14, 14],
    ];
    for shape in shapes {
        let (x, dy) = (wave(shape, 2.3), wave(shape, 1.1));
        let (mut y, mut dx) = (x.clone(), x.clone());
        let mut layer = BatchNorm::<f32>::params(shape[1]).check().unwrap().layer();
        let mut workspace = Workspace::default();
        let train = |layer: &mut BatchNorm<f32>, y: &mut ArrayD<f32>, w: &mut Workspace<f32>| {
            layer.forward_train_into(x.view(), y.view_mut(), w).unwrap();
        };
        report.line("forward", shape, 2.0, || {
            train(&mut layer, &mut y, &mut workspace)
        });
        train(&mut layer, &mut y, &mut workspace);
        report.line("backward", shape, 3.0, || {
            layer
                .backward_into(x.view(), dy.view(), dx.view_mut(), &mut workspace)
                .unwrap();
        });
        report.line("training", shape, 5.0, || {
            train(&mut layer, &mut y, &mut workspace);
            layer
                .backward_into(x.view(), dy.view(), dx.view_mut(), &mut workspace)
                .unwrap();
        });
        report.line("inference", shape, 2.0, || {
            layer
                .forward_eval_into(x.view(), y.view_mut(), &mut workspace)
                .unwrap();
        });
        report.line("training, allocating", shape, 5.0, || {
            let (_, cache) = layer.forward_train(x.view()).unwrap();
            black_box(layer.backward(&cache, dy.view()).unwrap());
        });
    }
    for (name, params, shape) in [
        (
            "layer norm",
            ExampleNorm::<f32>::layer(&[512]),
            &[1024, 512][..],
        ),
        ("rms norm", ExampleNorm::rms(&[512]), &[1024, 512]),
        (
            "group norm",
            ExampleNorm::group(32, 256),
            &[32, 256, 14, 14],
        ),
        (
            "instance norm",
            ExampleNorm::instance(64),
            &[16, 64, 32, 32],
        ),
    ] {
        let (x, dy) = (wave(shape, 2.3), wave(shape, 1.1));
        let (mut y, mut dx) = (x.clone(), x.clone());
        let layer = params.check().unwrap().layer();
        let mut workspace = Workspace::default();
        report.line(&format!("{name} forward"), shape, 2.0, || {
            layer
                .forward_into(x.view(), y.view_mut(), &mut workspace)
                .unwrap();
        });
        layer
            .forward_into(x.view(), y.view_mut(), &mut workspace)
            .unwrap();
        report.line(&format!("{name} backward"), shape, 3.0, || {
            layer
                .backward_into(x.view(), dy.view(), dx.view_mut(), &mut workspace)
                .unwrap();
        });
    }
}
