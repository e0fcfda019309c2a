//! The exact laws of the noise in a batch's statistics, beside simulation.

use bn_core::Moments;
use bn_core::normalize::normalize;
use ndarray::{Array2, Axis};
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::error::Result;
use crate::experiment::Experiment;
use crate::random::Stream;

/// Batches of m = 8 standard normal numbers, 40 000 of each kind for each seed.
pub static NOISE_LAWS: Experiment = Experiment {
    id: "noise-laws",
    arms: &[
        "m·Var μ_B",
        "m·Var μ_B, 8 of 64 without replacement",
        "mean of mσ²_B",
        "Var σ²_B",
        "mean of σ/σ_B",
        "mean of σ²/σ²_B",
        "largest |x̂|",
        "mean of x̂⁴",
        "4m·Var σ_B, normal, m = 64",
        "4m·Var σ_B, uniform, m = 64",
    ],
    draws: 1,
    measure,
};

const M: usize = 8;
const BATCHES: usize = 40_000;

fn measure(seed: u64) -> Result<Vec<f64>> {
    let mut rng = Stream::Noise.of(seed);
    let mut normal = |m: usize, batches: usize| -> Array2<f64> {
        Array2::from_shape_simple_fn((m, batches), || StandardNormal.sample(&mut rng))
    };
    let (m, x) = (M as f64, normal(M, BATCHES));
    let moments = Moments::of(x.view())?;
    let x_hat = normalize(x.view(), &moments, 0.0)?;
    let sigma = moments.variance.mapv(f64::sqrt);
    let average = |values: &ndarray::Array1<f64>| values.sum() / values.len() as f64;

    let wide = 64;
    let bell = Moments::of(normal(wide, BATCHES / 4).view())?;
    let bell = bell.variance.mapv(f64::sqrt);
    let mut rng = Stream::Inputs.of(seed);
    let side = 3.0_f64.sqrt();
    let flat = Array2::from_shape_simple_fn((wide, BATCHES / 4), || rng.random_range(-side..side));
    let flat = Moments::of(flat.view())?.variance.mapv(f64::sqrt);
    Ok(vec![
        m * moments.mean.var(0.0),
        m * without_replacement(&mut Stream::Split.of(seed))?,
        m * average(&moments.variance),
        moments.variance.var(0.0),
        average(&sigma.mapv(|s| 1.0 / s)),
        average(&moments.variance.mapv(|v| 1.0 / v)),
        x_hat.iter().fold(0.0, |most, x| x.abs().max(most)),
        x_hat.mapv(|x| x.powi(4)).mean().unwrap_or(f64::NAN),
        4.0 * wide as f64 * bell.var(0.0),
        4.0 * wide as f64 * flat.var(0.0),
    ])
}

/// Var μ_B for batches of M out of 64 numbers, in units of the numbers' S² (their unbiased
/// variance).
fn without_replacement(rng: &mut Xoshiro256PlusPlus) -> Result<f64> {
    let mut pool: Vec<f64> = (0..64).map(|_| StandardNormal.sample(rng)).collect();
    let of_pool = Array2::from_shape_fn((64, 1), |(i, _)| pool[i]);
    let unbiased = of_pool.var_axis(Axis(0), 1.0)[0];
    let means: ndarray::Array1<f64> = (0..BATCHES)
        .map(|_| {
            let (batch, _) = pool.partial_shuffle(rng, M);
            batch.iter().sum::<f64>() / M as f64
        })
        .collect();
    Ok(means.var(0.0) / unbiased)
}
