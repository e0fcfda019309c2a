use bn_lab::{Activation, Examples, Init, Network, NetworkParams, Result, Sgd, Targets, Teacher10};
use ndarray::{Array2, s};

use crate::control::{Control, SEED, Values};
use crate::figure::{Figure, Interactive, Motion, on_the_page};
use crate::number::fixed;
use crate::picture::{Axis, Color, Dash, Picture, Width, histogram};

/// Training, live.
pub(crate) const TRAINING: Interactive = Interactive {
    name: "training",
    title: "Two networks in training, with batch norm and without.",
    text: on_the_page(
        "Both networks start from the same weights and see the same batches of 64; one has \
           batch norm. Here all weights start at a quarter of the usual size, and only one of \
           the two learns: without batch norm hardly anything arrives at the last hidden \
           layer, as its histogram shows; the dashed line is the loss of guessing. Set the \
           scale to 1: now both learn, and batch norm gains nothing. Raise the learning rate to \
           3: only batch norm still learns. Then, back at 0.1, raise the scale to 4: without \
           batch norm nothing is learned, and with it little. (A loss above 3 is drawn at 3.)",
    ),
    controls: &[
        Control {
            name: "rate",
            label: "Learning rate",
            values: Values::Stops(&[0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0]),
            default: 0.1,
        },
        Control {
            name: "start",
            label: "Scale of the weights",
            values: Values::Stops(&[0.25, 0.5, 1.0, 2.0, 4.0]),
            default: 0.25,
        },
        Control {
            name: "activation",
            label: "Activation",
            values: Values::Words(&["ReLU", "tanh"]),
            default: 0.0,
        },
        SEED,
    ],
    per_frame: 3,
    dragged: None,
    start: |values| Ok(Box::new(Race::new(values)?)),
};

const STEPS: usize = 600;
const BATCH: usize = 64;
const EXAMPLES: usize = 50 * BATCH;
const WIDTH: usize = 32;
const HIDDEN: usize = 3;
/// The steps whose mean loss is one point of the line.
const POINT: usize = 10;
const RANGE: (f64, f64) = (-4.0, 4.0);
const BINS: usize = 40;

struct Race {
    examples: Examples,
    x: Array2<f64>,
    sgd: Sgd,
    step: usize,
    none: Arm,
    batch_norm: Arm,
}

/// What stands between a dense layer and its activation.
#[derive(Clone, Copy, PartialEq)]
enum Norm {
    None,
    Batch,
}

/// One of the two networks.
struct Arm {
    network: Network<f64>,
    /// The loss of every step.
    losses: Vec<f64>,
    diverged: bool,
}

impl Race {
    fn new(values: &[f64]) -> Result<Self> {
        let &[rate, scale, activation, seed] = values else {
            return Err(bn_lab::Error::Length {
                what: "controls",
                given: values.len(),
                expected: 4,
            });
        };
        let (activation, init) = match activation {
            1.0 => (Activation::Tanh, Init::Xavier),
            _ => (Activation::Relu, Init::He),
        };
        let arm = |norm: Norm| -> Result<Arm> {
            let mut plan = NetworkParams::new(64).init(init).init_scale(scale);
            for _ in 0..HIDDEN {
                plan = plan.dense(WIDTH);
                if norm == Norm::Batch {
                    plan = plan.batch_norm();
                }
                plan = plan.activation(activation);
            }
            Ok(Arm {
                network: plan.dense(10).check()?.build(seed as u64),
                losses: Vec::with_capacity(STEPS),
                diverged: false,
            })
        };
        let examples = Teacher10::new(seed as u64).sample(EXAMPLES, 0)?;
        Ok(Race {
            x: examples.x.mapv(f64::from),
            examples,
            sgd: Sgd::new(rate, 0.0)?,
            step: 0,
            none: arm(Norm::None)?,
            batch_norm: arm(Norm::Batch)?,
        })
    }
}

impl Arm {
    fn step(
        &mut self,
        x: ndarray::ArrayView2<f64>,
        labels: ndarray::ArrayView1<usize>,
        sgd: &Sgd,
    ) -> Result<()> {
        if self.diverged {
            return Ok(());
        }
        let loss = self
            .network
            .differentiate(x, Targets::Classes(labels), None)?;
        self.diverged = !loss.is_finite();
        if !self.diverged {
            self.losses.push(loss);
            self.network.step(sgd);
        }
        Ok(())
    }

    /// What the activation of the last hidden layer was given in the last step.
    fn inputs(&self) -> impl Iterator<Item = f64> {
        let before = self.network.layers().len().wrapping_sub(3);
        self.network
            .activation(before)
            .into_iter()
            .flat_map(|of| of.iter().copied().collect::<Vec<_>>())
    }

    fn last_loss(&self) -> Option<f64> {
        self.losses.chunks(POINT).next_back().map(mean)
    }

    fn words(&self) -> String {
        match self.last_loss() {
            _ if self.diverged => format!("diverged at step {}", self.losses.len()),
            Some(loss) => fixed(loss, 2).to_string(),
            None => "not begun".to_owned(),
        }
    }
}

fn mean(of: &[f64]) -> f64 {
    of.iter().sum::<f64>() / of.len() as f64
}

impl Figure for Race {
    fn advance(&mut self) -> Result<Motion> {
        if self.step < STEPS {
            let first = self.step * BATCH % EXAMPLES;
            let batch = s![first..first + BATCH];
            let x = self.x.slice(s![first..first + BATCH, ..]);
            let labels = self.examples.labels.slice(batch);
            for arm in [&mut self.none, &mut self.batch_norm] {
                arm.step(x, labels, &self.sgd)?;
            }
            self.step += 1;
        }
        Ok(if self.step < STEPS {
            Motion::GoesOn
        } else {
            Motion::Rests
        })
    }

    fn draw(&self, width: Width) -> String {
        let mut picture = Picture::new(width, 3, 3, 230.0);
        let steps = Axis {
            range: (0.0, STEPS as f64),
            label: "training step",
            ticks: &[0.0, 300.0, 600.0],
        };
        let nats = Axis {
            range: (0.0, 3.0),
            label: "",
            ticks: &[0.0, 1.0, 2.0, 3.0],
        };
        let mut panel = picture.panel(0, "Loss", steps, nats);
        let guessing = 10_f64.ln();
        panel.line(
            Color::Muted,
            Dash::Dashed,
            [(0.0, guessing), (STEPS as f64, guessing)].into_iter(),
        );
        for (arm, color) in [
            (&self.none, Color::NoNorm),
            (&self.batch_norm, Color::BatchNorm),
        ] {
            let points = arm.losses.chunks(POINT).enumerate();
            panel.line(
                color,
                Dash::Solid,
                points.map(|(i, of)| ((i * POINT) as f64 + of.len() as f64 / 2.0, mean(of))),
            );
        }
        let arms = [
            (&self.none, Color::NoNorm, "Without batch norm"),
            (&self.batch_norm, Color::BatchNorm, "With batch norm"),
        ];
        for (i, (arm, color, name)) in arms.into_iter().enumerate() {
            let values = Axis {
                range: RANGE,
                label: "input of the last activation",
                ticks: &[-4.0, -2.0, 0.0, 2.0, 4.0],
            };
            let shares = Axis {
                range: (0.0, 0.12),
                label: "",
                ticks: &[],
            };
            let (heights, outside) = histogram(arm.inputs(), RANGE, BINS);
            let mut panel = picture.panel(i + 1, name, values, shares);
            panel.bars(color, &heights);
            if outside >= 0.005 {
                panel.note(0, &format!("{}% beyond \u{b1}4", fixed(100.0 * outside, 0)));
            }
        }
        picture.finish(TRAINING.title, &self.finding())
    }

    fn finding(&self) -> String {
        format!(
            "Step {}: loss without batch norm {}, with batch norm {}.",
            self.step,
            self.none.words(),
            self.batch_norm.words()
        )
    }
}
