//! Cats in another light and in other coats: what batch norm does about a covariate shift,
//! and what re-standardizing the input of a network without it does.

use bn_core::Moments;
use bn_core::normalize::normalize;
use ndarray::{Array2, ArrayView2};

use crate::cats::{CatParams, Coat, Pictures};
use crate::error::Result;
use crate::experiment::Experiment;
use crate::light::Light;
use crate::network::{Network, NetworkParams};
use crate::standardize::{EPSILON, rematch, single, standardized};
use crate::training::TrainingParams;

/// Black cats with the contrast lowered (`0.3 x + 0.5`), the lamp dimmed (`0.5 x`), and as a
/// negative. `bn` keeps the statistics of training, `adapted` takes those of the pictures at
/// hand, `rematched` is the network without batch norm whose *input* takes them.
pub static LIGHT: Experiment = Experiment {
    id: "light",
    arms: &[
        "source, none",
        "source, bn",
        "contrast, none",
        "contrast, bn",
        "contrast, adapted",
        "contrast, rematched",
        "gain, none",
        "gain, bn",
        "gain, adapted",
        "gain, rematched",
        "negative, none",
        "negative, bn",
        "negative, adapted",
        "negative, rematched",
    ],
    draws: 4,
    measure: light,
};

/// Colored cats for networks trained on black ones. `adapted` takes the statistics of all
/// 1000 pictures; the other arms adapt to one batch at a time: of 16, of 16 blended with the
/// statistics of training as if these came from 16 pictures, of 1, of 64, and of 64 of one
/// class.
pub static COATS: Experiment = Experiment {
    id: "coats",
    arms: &[
        "source, none",
        "source, bn",
        "none",
        "bn",
        "ln",
        "adapted",
        "rematched",
        "batches of 16",
        "batches of 16, blended",
        "batches of 1",
        "batches of 64",
        "batches of 64, one class",
    ],
    draws: 1,
    measure: coats,
};

const TRAINING: usize = 1500;
const TEST: usize = 1000;

/// A network, and the moments that its input was standardized with.
struct Trained {
    moments: Moments<f64>,
    network: Network,
}

enum Norm {
    None,
    Batch,
    Layer,
}

impl Trained {
    fn on(pictures: &Pictures, norm: Norm, seed: u64) -> Result<Self> {
        let mut plan = NetworkParams::new(pictures.pixels.ncols());
        for width in [64, 32] {
            plan = plan.dense(width);
            plan = match norm {
                Norm::None => plan,
                Norm::Batch => plan.batch_norm(),
                Norm::Layer => plan.layer_norm(),
            };
            plan = plan.relu();
        }
        let mut network = plan.dense(2).check()?.build(seed);
        let (moments, x) = standardized(pictures.pixels.view())?;
        let training = TrainingParams::new()
            .steps(500)
            .learning_rate(0.01)
            .check()?;
        network.fit(x.view(), pictures.labels.view(), &training, seed)?;
        network.adapt(x.view(), 0.0)?;
        Ok(Trained { moments, network })
    }

    fn input(&self, pixels: ArrayView2<f64>) -> Result<Array2<f32>> {
        Ok(single(&normalize(pixels, &self.moments, EPSILON)?))
    }

    /// As it came out of training.
    fn accuracy(&self, pictures: &Pictures) -> Result<f64> {
        let x = self.input(pictures.pixels.view())?;
        self.network.accuracy(x.view(), pictures.labels.view())
    }

    /// With the input re-standardized.
    fn rematched(&self, pictures: &Pictures) -> Result<f64> {
        let x = self.input(rematch(pictures.pixels.view(), &self.moments)?.view())?;
        self.network.accuracy(x.view(), pictures.labels.view())
    }

    /// With its batch norms adapted to these pictures.
    fn adapted(&self, pictures: &Pictures, prior: f64) -> Result<f64> {
        let x = self.input(pictures.pixels.view())?;
        let mut network = self.network.clone();
        network.adapt(x.view(), prior)?;
        network.accuracy(x.view(), pictures.labels.view())
    }

    /// With its batch norms adapted to each batch of these pictures.
    fn adapted_to_batches(&self, pictures: &Pictures, size: usize, prior: f64) -> Result<f64> {
        let rows: Vec<usize> = (0..pictures.len()).collect();
        let mut right = 0.0;
        let mut seen = 0.0;
        for batch in rows.chunks_exact(size) {
            right += self.adapted(&pictures.select(batch), prior)? * size as f64;
            seen += size as f64;
        }
        Ok(right / seen)
    }
}

fn pictures(coat: Coat, n: usize, seed: u64, purpose: u64) -> Result<Pictures> {
    let seed = seed.wrapping_mul(8).wrapping_add(purpose);
    CatParams::new(coat).check()?.sample(n, seed)
}

fn light(seed: u64) -> Result<Vec<f64>> {
    let training = pictures(Coat::Black, TRAINING, seed, 0)?;
    let source = pictures(Coat::Black, TEST, seed, 1)?;
    let none = Trained::on(&training, Norm::None, seed)?;
    let bn = Trained::on(&training, Norm::Batch, seed)?;
    let mut values = vec![none.accuracy(&source)?, bn.accuracy(&source)?];
    for light in [
        Light::contrast(0.3, 0.5)?,
        Light::gain(0.5)?,
        Light::inverted(),
    ] {
        let lit = source.under(light);
        values.extend([
            none.accuracy(&lit)?,
            bn.accuracy(&lit)?,
            bn.adapted(&lit, 0.0)?,
            none.rematched(&lit)?,
        ]);
    }
    Ok(values)
}

fn coats(seed: u64) -> Result<Vec<f64>> {
    let training = pictures(Coat::Black, TRAINING, seed, 0)?;
    let source = pictures(Coat::Black, TEST, seed, 1)?;
    let colored = pictures(Coat::Colored, TEST, seed, 1)?;
    let none = Trained::on(&training, Norm::None, seed)?;
    let bn = Trained::on(&training, Norm::Batch, seed)?;
    let ln = Trained::on(&training, Norm::Layer, seed)?;
    Ok(vec![
        none.accuracy(&source)?,
        bn.accuracy(&source)?,
        none.accuracy(&colored)?,
        bn.accuracy(&colored)?,
        ln.accuracy(&colored)?,
        bn.adapted(&colored, 0.0)?,
        none.rematched(&colored)?,
        bn.adapted_to_batches(&colored, 16, 0.0)?,
        bn.adapted_to_batches(&colored, 16, 16.0)?,
        bn.adapted_to_batches(&colored, 1, 0.0)?,
        bn.adapted_to_batches(&colored, 64, 0.0)?,
        bn.adapted_to_batches(&sorted_by_class(&colored), 64, 0.0)?,
    ])
}

/// Full batches of 64 of one class, one class after the other.
fn sorted_by_class(pictures: &Pictures) -> Pictures {
    let mut rows = Vec::new();
    for class in 0..2 {
        let of_class = (0..pictures.len()).filter(|&i| pictures.labels[i] == class);
        let of_class: Vec<usize> = of_class.collect();
        rows.extend_from_slice(&of_class[..of_class.len() / 64 * 64]);
    }
    pictures.select(&rows)
}
