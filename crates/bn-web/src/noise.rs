use std::f64::consts::{FRAC_1_SQRT_2, LN_2, PI};

use bn_core::Moments;
use bn_core::noise::{Draw, batch_mean_variance, batch_variance_law, gamma_shrinkage};
use bn_lab::{Result, random_directions};

use crate::control::{Control, SEED, Values};
use crate::figure::{Figure, Interactive, Motion, on_the_page};
use crate::number::fixed;
use crate::picture::{Axis, Color, Dash, Picture, Width, histogram};

/// The noise in a batch's statistics.
pub(crate) const NOISE: Interactive = Interactive {
    name: "noise",
    title: "The mean and the standard deviation of a batch, against their exact laws, and a decision behind them.",
    text: on_the_page(
        "Batches are drawn from a normal channel with mean 0 and standard deviation 1, forty \
           at a time; the bars count their means and standard deviations, the black lines are \
           the laws, without any number fitted. Move the batch size from 2 to 128 and watch both \
           noises shrink: four times the batch, half the width. With small batches the standard \
           deviation is lopsided, and too small on average. The last panel shows what a unit \
           makes of it that lets inputs pass whose normalized value is above 1. With the \
           statistics of the whole data set that is a sharp boundary, the dashed line; every \
           batch puts it somewhere else, and the share of the batches with which an input passes \
           is a smooth curve.",
    ),
    controls: &[
        Control {
            name: "m",
            label: "Batch size",
            values: Values::Stops(&[2.0, 3.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0]),
            default: 8.0,
        },
        SEED,
    ],
    per_frame: 1,
    dragged: None,
    start: |values| Ok(Box::new(Noise::new(values)?)),
};

const BATCHES: usize = 6000;
const AT_A_TIME: usize = 40;
const MEANS: (f64, f64) = (-2.0, 2.0);
const SIGMAS: (f64, f64) = (0.0, 2.5);
const BINS: usize = 100;
/// Inputs of the unit that decides.
const INPUTS: (f64, f64) = (-1.0, 3.0);
/// The normalized value above which it lets an input pass.
const THRESHOLD: f64 = 1.0;
/// The input of which the sentence speaks.
const EXAMPLE: f64 = 1.5;

struct Noise {
    m: usize,
    seed: u64,
    means: Vec<f64>,
    sigmas: Vec<f64>,
}

impl Noise {
    fn new(values: &[f64]) -> Result<Self> {
        let &[m, seed] = values else {
            return Err(bn_lab::Error::Length {
                what: "controls",
                given: values.len(),
                expected: 2,
            });
        };
        let mut noise = Noise {
            m: m as usize,
            seed: seed as u64,
            means: Vec::with_capacity(BATCHES),
            sigmas: Vec::with_capacity(BATCHES),
        };
        noise.advance()?;
        Ok(noise)
    }
}

/// The density of μ_B: N(0, 1/m).
fn density_of_mean(m: usize, mean: f64) -> f64 {
    let m = m as f64;
    (m / (2.0 * PI)).sqrt() * (-m * mean * mean / 2.0).exp()
}

/// The density of σ_B, from m σ²_B ~ χ²_{m−1}.
fn density_of_sigma(m: usize, sigma: f64) -> f64 {
    let (m, k) = (m as f64, (m - 1) as f64);
    let q = m * sigma * sigma;
    let log_chi_squared =
        (k / 2.0 - 1.0) * q.ln() - q / 2.0 - k / 2.0 * LN_2 - libm::lgamma(k / 2.0);
    2.0 * m * sigma * log_chi_squared.exp()
}

/// How likely an input passes, normalized by a batch that it is not part of: with Φ the
/// distribution of the standard normal, P(μ_B + t σ_B < x) = ∫ f(s) Φ(√m (x − t s)) ds.
fn law_of_passing(m: usize, x: f64) -> f64 {
    let (steps, most) = (600, 4.0);
    let width = most / f64::from(steps);
    let at = |step: i32| {
        let sigma = (f64::from(step) + 0.5) * width;
        let z = (m as f64).sqrt() * (x - THRESHOLD * sigma);
        density_of_sigma(m, sigma) * 0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
    };
    (0..steps).map(at).sum::<f64>() * width
}

/// A panel: what was drawn, and its law.
struct Quantity<'a> {
    title: &'a str,
    label: &'a str,
    range: (f64, f64),
    ticks: &'a [f64],
    values: &'a [f64],
    density: fn(usize, f64) -> f64,
}

impl Noise {
    /// The share of the batches with which an input passes.
    fn passing(&self, x: f64) -> f64 {
        let batches = self.means.iter().zip(&self.sigmas);
        let passes = batches.filter(|&(mean, sigma)| mean + THRESHOLD * sigma < x);
        passes.count() as f64 / self.means.len() as f64
    }

    fn draw_decision(&self, picture: &mut Picture) {
        let x = Axis {
            range: INPUTS,
            label: "input",
            ticks: &[-1.0, 0.0, 1.0, 2.0, 3.0],
        };
        let y = Axis {
            range: (0.0, 1.0),
            label: "",
            ticks: &[0.0, 0.5, 1.0],
        };
        let mut panel = picture.panel(2, "Share that passes", x, y);
        let inputs = || (0..=100).map(|k| INPUTS.0 + (INPUTS.1 - INPUTS.0) * f64::from(k) / 100.0);
        let sharp = [
            (INPUTS.0, 0.0),
            (THRESHOLD, 0.0),
            (THRESHOLD, 1.0),
            (INPUTS.1, 1.0),
        ];
        panel.line(Color::Muted, Dash::Dashed, sharp.into_iter());
        panel.line(
            Color::BatchNorm,
            Dash::Solid,
            inputs().map(|x| (x, self.passing(x))),
        );
        panel.line(
            Color::Ink,
            Dash::Solid,
            inputs().map(|x| (x, law_of_passing(self.m, x))),
        );
    }
}

impl Figure for Noise {
    fn advance(&mut self) -> Result<Motion> {
        if self.means.len() < BATCHES {
            // Every call is a draw of its own.
            let draw = (self.means.len() / AT_A_TIME) as u64;
            let seed = self.seed.wrapping_mul(0x1_0000).wrapping_add(draw);
            let moments = Moments::of(random_directions(self.m, AT_A_TIME, seed).view())?;
            self.means.extend(&moments.mean);
            self.sigmas
                .extend(moments.variance.iter().map(|v| v.sqrt()));
        }
        Ok(if self.means.len() < BATCHES {
            Motion::GoesOn
        } else {
            Motion::Rests
        })
    }

    fn draw(&self, width: Width) -> String {
        let mut picture = Picture::new(width, 3, 3, 250.0);
        let mean = Quantity {
            title: "Mean of a batch",
            label: "μ_B",
            range: MEANS,
            ticks: &[-2.0, -1.0, 0.0, 1.0, 2.0],
            values: &self.means,
            density: density_of_mean,
        };
        let sigma = Quantity {
            title: "Its standard deviation",
            label: "σ_B",
            range: SIGMAS,
            ticks: &[0.0, 0.5, 1.0, 1.5, 2.0, 2.5],
            values: &self.sigmas,
            density: density_of_sigma,
        };
        for (i, quantity) in [mean, sigma].into_iter().enumerate() {
            let Quantity {
                title,
                label,
                range,
                ticks,
                values,
                density,
            } = quantity;
            let (shares, _) = histogram(values.iter().copied(), range, BINS);
            let bin = (range.1 - range.0) / BINS as f64;
            let curve: Vec<_> = (1..200)
                .map(|k| range.0 + (range.1 - range.0) * k as f64 / 200.0)
                .map(|at| (at, density(self.m, at)))
                .collect();
            // The law decides about the height, so that the bars move and not the axis.
            let top = curve.iter().map(|&(_, y)| y).fold(0.0, f64::max).min(8.0) * 1.25;
            let x = Axis {
                range,
                label,
                ticks,
            };
            let y = Axis {
                range: (0.0, top),
                label: "",
                ticks: &[],
            };
            let mut panel = picture.panel(i, title, x, y);
            let heights: Vec<f64> = shares.iter().map(|share| share / bin).collect();
            panel.bars(Color::BatchNorm, &heights);
            panel.line(Color::Ink, Dash::Solid, curve.into_iter());
        }
        self.draw_decision(&mut picture);
        picture.finish(NOISE.title, &self.finding())
    }

    fn finding(&self) -> String {
        let n = self.means.len() as f64;
        let deviation = (self.means.iter().map(|m| m * m).sum::<f64>() / n).sqrt();
        let sigma = self.sigmas.iter().sum::<f64>() / n;
        let variance = self.sigmas.iter().map(|s| s * s).sum::<f64>() / n;
        let law = |value: bn_core::Result<f64>| fixed(value.unwrap_or(f64::NAN), 3);
        format!(
            "{} batches of {}: the means have a standard deviation of {} (law {}), the standard deviations are {} on \
             average (law {}), the variances {} (law {}). An input of {} passes in a share of {} (law {}).",
            self.means.len(),
            self.m,
            fixed(deviation, 3),
            law(batch_mean_variance(1.0, self.m, Draw::WithReplacement).map(f64::sqrt)),
            fixed(sigma, 3),
            law(gamma_shrinkage(self.m)),
            fixed(variance, 3),
            law(batch_variance_law(1.0, self.m).map(|law| law.mean)),
            fixed(EXAMPLE, 1),
            fixed(self.passing(EXAMPLE), 3),
            law(Ok(law_of_passing(self.m, EXAMPLE))),
        )
    }
}
