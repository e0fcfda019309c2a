//! One figure of every kind, from made-up data.
#![allow(dead_code)] // Each test uses a part.

use bn_plot::{
    Arm, DotInterval, Figure, Forest, Histogram, Interval, LineChart, PictureGrid, Result,
    ScatterChart,
};
use ndarray::Array2;

/// The i-th number of a fixed sequence that looks uniform on [0, 1) (SplitMix64).
fn spread(i: usize) -> f64 {
    let mut z = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// Nearly normal numbers: sums of twelve uniform ones.
fn normal(i: usize) -> f64 {
    (0..12).map(|k| spread(12 * i + k)).sum::<f64>() - 6.0
}

fn estimate(mean: f64, half_width: f64) -> Interval {
    Interval {
        mean,
        low: mean - half_width,
        high: mean + half_width,
        seeds: 10,
    }
}

/// Disks on shaded ground, with a little noise, as `[count, 3·side·side]`.
pub(crate) fn disks(count: usize, side: usize, hue: impl Fn(usize) -> [f64; 3]) -> Array2<f64> {
    Array2::from_shape_fn((count, 3 * side * side), |(n, k)| {
        let (pixel, color) = (k / 3, k % 3);
        let (row, column) = (pixel / side, pixel % side);
        let middle = side as f64 / 2.0 - 0.5;
        let (dy, dx) = (row as f64 - middle, column as f64 - middle - normal(n));
        let noise = 0.02 * normal(n * 131 + pixel);
        let ground = 0.75 + 0.2 * spread(n) - 0.01 * row as f64;
        let inside = dx.hypot(dy) < 0.36 * side as f64;
        (noise + if inside { hue(n)[color] } else { ground }).clamp(0.0, 1.0)
    })
}

pub(crate) fn all() -> Result<Vec<Figure>> {
    let black = disks(20, 16, |_| [0.08, 0.07, 0.09]);
    let colored = disks(20, 16, |n| [spread(n), spread(n + 5), spread(n + 11)]);
    let steps: Vec<usize> = (0..=60).map(|k| 50 * k).collect();
    let rise = |rate: f64, top: f64| {
        let curve = steps.iter().map(move |&s| {
            let mean = 0.1 + (top - 0.1) * (1.0 - (-(s as f64) * rate).exp());
            estimate(mean, 0.025 * (s as f64 / 500.0).min(1.0))
        });
        curve.collect::<Vec<_>>()
    };
    let rates: Vec<f64> = (0..9).map(|k| 10f64.powf(-3.0 + 0.5 * k as f64)).collect();
    let loss = |best: f64| {
        let bowl = rates
            .iter()
            .map(move |r| 1e-3 * 10f64.powf((r / best).log10().powi(2) / 2.0));
        bowl.collect::<Vec<_>>()
    };
    let truth = |x: f64| x.powi(3) - x;
    let train: Vec<f64> = (0..100).map(|i| 0.5 + 0.5 * normal(i)).collect();
    let test: Vec<f64> = (0..100).map(|i| 0.3 * normal(i + 1000)).collect();
    let noisy = |x: &[f64], seed: usize| -> Vec<f64> {
        x.iter()
            .enumerate()
            .map(|(i, &x)| truth(x) + 0.3 * normal(i + seed))
            .collect()
    };
    let (train_y, test_y) = (noisy(&train, 2000), noisy(&test, 3000));
    let bell = |x: f64| (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();

    Ok(vec![
        PictureGrid::new()
            .row("black coats", &black)
            .row("colored coats", &colored)
            .wrong([0, 3, 4, 11, 17])
            .figure("cats", "The coat changes, the shape stays.", "Black disks, then colored ones; 5 of 20 colored ones are crossed out.")?,
        LineChart::new("training step", "test accuracy")
            .line(Arm::NoNorm, &steps, rise(0.0008, 0.74))
            .line(Arm::BatchNorm, &steps, rise(0.003, 0.68))
            .line(Arm::LayerNorm, &steps, rise(0.0025, 0.67))
            .line(Arm::Control.labeled("input re-standardized"), &steps[..40], rise(0.0013, 0.6).into_iter().take(40))
            .reference(0.1, "chance")
            .reference_x(500.0, "step 500")
            .figure("patience", "Batch norm is ahead early, level at the end.", "Accuracy .68 with batch norm against .27 without at step 500; level at step 3,000.")?,
        LineChart::new("learning rate", "training loss (nats)")
            .line(Arm::BatchNorm.labeled("batch size 4"), &rates, loss(0.3))
            .line(Arm::BatchNorm.labeled("batch size 16"), &rates, loss(0.4))
            .line(Arm::BatchNorm.labeled("batch size 256"), &rates, loss(0.5))
            .line(Arm::Dropout, &rates[..7], loss(0.02).into_iter().take(7))
            .log_x()
            .log_y()
            .figure("rates", "A wide bowl of learning rates & losses.", "Loss < 0.01 for rates from .03 to 3.")?,
        ScatterChart::new("x", "y")
            .points(Arm::Source.labeled("training points"), &train, &train_y)
            .points(Arm::Target.labeled("test points"), &test, &test_y)
            .curve(Arm::Exact.labeled("truth"), truth)
            .line(Arm::NoNorm.labeled("unweighted, λ = 0"), [-1.0, 2.0], [-0.9, 1.2])
            .line(Arm::Adapted.labeled("weighted, λ = 1"), [-1.0, 2.0], [0.9, -1.6])
            .x_range(-1.0..=1.7)
            .y_range(-1.5..=2.0)
            .figure("shimodaira", "The weighted line follows the test points.", "The unweighted line rises, the weighted one falls.")?,
        Histogram::new("batch mean, in standard deviations")
            .sample(Arm::BatchNorm.labeled("simulated, batch size 4"), (0..4000).map(normal))
            .density(Arm::Exact.labeled("exact law"), bell)
            .figure("noise", "The simulated noise lies on its exact law.", "Bars and curve agree.")?,
        Histogram::new("pixel mean")
            .sample(Arm::Source.labeled("black coats"), (0..500).map(|i| 0.3 + 0.05 * normal(i)))
            .sample(Arm::Target.labeled("colored coats"), (0..500).map(|i| 0.45 + 0.1 * normal(i + 9)))
            .figure("support", "The two laws hardly overlap.", "Means .30 and .45.")?,
        DotInterval::new("accuracy")
            .group("Black coats (source)")
            .row(Arm::NoNorm, estimate(0.993, 0.002))
            .row(Arm::BatchNorm, estimate(0.994, 0.002))
            .row(Arm::LayerNorm, estimate(0.991, 0.004))
            .group("Colored coats (target)")
            .row(Arm::NoNorm, estimate(0.526, 0.031))
            .row(Arm::BatchNorm, estimate(0.546, 0.07))
            .row(Arm::LayerNorm, estimate(0.576, 0.05))
            .row(Arm::Adapted.labeled("batch norm, adapted"), estimate(0.642, 0.02))
            .row(Arm::Control.labeled("input control without batch norm"), estimate(0.69, 0.027))
            .reference(0.5, "chance")
            .figure("coats", "On colored coats every model falls towards chance.", "Above .99 on black coats, .53 to .69 on colored ones.")?,
        Forest::new("paired difference in test loss (nats)")
            .row(Arm::BatchNorm.labeled("batch size 4 − 256"), estimate(-0.044, 0.018))
            .row(Arm::BatchNorm.labeled("batch size 8 − 256"), estimate(-0.034, 0.015))
            .row(Arm::BatchNorm.labeled("batch size 16 − 256"), estimate(-0.022, 0.016))
            .row(Arm::NoNorm.labeled("none − 256"), estimate(-0.003, 0.024))
            .row(Arm::Dropout.labeled("dropout − 256"), estimate(-0.061, 0.02))
            .reference(0.0, "no effect")
            .figure("ghost", "Small batches regularize, large ones do not.", "−0.044 for batches of 4, no effect without batch norm.")?,
    ])
}
