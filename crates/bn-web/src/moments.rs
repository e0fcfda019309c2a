use bn_core::{BatchNorm, Moments};
use bn_lab::{Result, random_directions};
use ndarray::Array2;

use crate::control::{Control, SEED, Values};
use crate::figure::{Figure, Interactive, Motion, on_the_page};
use crate::number::fixed;
use crate::picture::{Axis, Color, Dash, Picture, Width, histogram};

/// One channel in training and in inference.
pub(crate) const MOMENTS: Interactive = Interactive {
    name: "moments",
    title: "One channel: normalized by its batch, and by the running averages.",
    text: on_the_page(
        "Move the mean of the input, with its slider or by dragging the picture. In training \
           the output stays where it was: mean β, standard deviation γ, whatever comes in. In \
           inference it moves at once, and returns as slowly as the running averages follow (a \
           step of α = 0.03 for each batch of 256): training goes on here all the while. In a \
           finished network they are frozen, and the output would stay away. Then set γ and β: both outputs obey, and the \
           moments of the input do not care. With γ = 0 nothing of the input is left.",
    ),
    controls: &[
        Control {
            name: "mean",
            label: "Mean of the input",
            values: Values::Range(-4.0, 4.0, 0.1),
            default: 2.0,
        },
        Control {
            name: "deviation",
            label: "Deviation of the input",
            values: Values::Range(0.25, 3.0, 0.25),
            default: 1.0,
        },
        Control {
            name: "gamma",
            label: "γ",
            values: Values::Range(0.0, 2.0, 0.1),
            default: 1.0,
        },
        Control {
            name: "beta",
            label: "β",
            values: Values::Range(-3.0, 3.0, 0.1),
            default: 0.0,
        },
        SEED,
    ],
    per_frame: 1,
    dragged: Some(("mean", [64.0, 19.0])),
    start: |values| Ok(Box::new(Channel::new(values)?)),
};

const BATCH: usize = 256;
const MOMENTUM: f64 = 0.03;
/// After so many batches with the same controls, the running averages have arrived, and what
/// the controls were before is forgotten to a digit that no picture shows.
const BATCHES: usize = 600;
const RANGE: (f64, f64) = (-8.0, 8.0);
const BINS: usize = 64;

struct Channel {
    values: [f64; 5],
    norm: BatchNorm<f64>,
    batches: usize,
    x: Array2<f64>,
    in_training: Array2<f64>,
    in_inference: Array2<f64>,
}

impl Channel {
    fn new(values: &[f64]) -> Result<Self> {
        let values = <[f64; 5]>::try_from(values).map_err(|_| bn_lab::Error::Length {
            what: "controls",
            given: values.len(),
            expected: 5,
        })?;
        let nothing = Array2::zeros((0, 1));
        let mut channel = Channel {
            values,
            norm: BatchNorm::params(1).momentum(MOMENTUM).check()?.layer(),
            batches: 0,
            x: nothing.clone(),
            in_training: nothing.clone(),
            in_inference: nothing,
        };
        channel.advance()?;
        Ok(channel)
    }
}

/// Mean and standard deviation.
fn of(values: &Array2<f64>) -> (f64, f64) {
    let nothing = (f64::NAN, f64::NAN);
    Moments::of(values.view()).map_or(nothing, |of| (of.mean[0], of.variance[0].sqrt()))
}

impl Figure for Channel {
    fn advance(&mut self) -> Result<Motion> {
        if self.batches < BATCHES {
            let [mean, deviation, gamma, beta, seed] = self.values;
            let seed = (seed as u64)
                .wrapping_mul(0x1_0000)
                .wrapping_add(self.batches as u64);
            self.x = random_directions(BATCH, 1, seed).mapv_into(|z| mean + deviation * z);
            self.norm.gamma_mut().fill(gamma);
            self.norm.beta_mut().fill(beta);
            // Before the averages take their step: as they find the new batch.
            self.in_inference = self.norm.forward_eval(self.x.view())?;
            self.in_training = self.norm.forward_train(self.x.view())?.0;
            self.batches += 1;
        }
        Ok(if self.batches < BATCHES {
            Motion::GoesOn
        } else {
            Motion::Rests
        })
    }

    /// The running averages live on: that they lag behind is what there is to see.
    fn takes(&mut self, values: &[f64]) -> bool {
        let Ok(values) = <[f64; 5]>::try_from(values) else {
            return false;
        };
        self.values = values;
        self.batches = 0;
        self.advance().is_ok()
    }

    fn draw(&self, width: Width) -> String {
        let mut picture = Picture::new(width, 3, 3, 230.0);
        let panels = [
            ("Input", "x (dashed: running mean)", &self.x, Color::Muted),
            (
                "Output in training",
                "y",
                &self.in_training,
                Color::BatchNorm,
            ),
            (
                "Output in inference",
                "y",
                &self.in_inference,
                Color::Adapted,
            ),
        ];
        for (i, (title, label, values, color)) in panels.into_iter().enumerate() {
            let x = Axis {
                range: RANGE,
                label,
                ticks: &[-8.0, -4.0, 0.0, 4.0, 8.0],
            };
            let y = Axis {
                range: (0.0, 0.2),
                label: "",
                ticks: &[],
            };
            let (heights, _) = histogram(values.iter().copied(), RANGE, BINS);
            let mut panel = picture.panel(i, title, x, y);
            panel.bars(color, &heights);
            if i == 0 {
                let running = self.norm.running().mean[0];
                let mark = [(running, 0.0), (running, 0.2)];
                panel.line(Color::Adapted, Dash::Dashed, mark.into_iter());
            }
        }
        picture.finish(MOMENTS.title, &self.finding())
    }

    fn finding(&self) -> String {
        let running = self.norm.running();
        let text = |(mean, deviation): (f64, f64)| {
            format!("{} and {}", fixed(mean, 2), fixed(deviation, 2))
        };
        format!(
            "Mean and standard deviation: of the batch {}, running {}; of the output in training {}, \
             in inference {}.",
            text(of(&self.x)),
            text((running.mean[0], running.variance[0].sqrt())),
            text(of(&self.in_training)),
            text(of(&self.in_inference)),
        )
    }
}
