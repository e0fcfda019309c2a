use bn_core::Moments;
use bn_core::distance::sliced_w2;
use bn_core::normalize::normalize;
use bn_lab::{
    CatParams, Coat, Light, Network, NetworkParams, Pictures, Result, Sgd, Targets,
    random_directions,
};
use ndarray::{Array1, Array2, ArrayView2, s};

use crate::control::{Control, SEED, Values};
use crate::figure::{Figure, Interactive, Motion, on_the_page};
use crate::image::data_url;
use crate::number::fixed;
use crate::picture::{Anchor, Axis, Color, Dash, Picture, Weight, Width, histogram};

/// Covariate shift, to be turned up and down.
pub(crate) const CATS: Interactive = Interactive {
    name: "cats",
    title: "A network that was trained on black coats, asked about other coats in another light.",
    text: on_the_page(
        "The animals are new to the network; under each stands what it takes it for, and \
           wrong answers are framed. Move the first slider to 0, black coats: the network is right \
           again. Lower the contrast, as fog does, and it errs on black coats too. Then adapt it: \
           give it the mean and the variance of every pixel of these pictures. That undoes the \
           light altogether, and the coat in part. Last, still adapted and with black coats, set \
           the contrast to \u{2212}1, a negative: the distance is as small as for new black \
           coats, and yet nearly every answer is wrong.",
    ),
    controls: &[
        Control {
            name: "coat",
            label: "Color of the coats",
            values: Values::Range(0.0, 1.0, 0.1),
            default: 1.0,
        },
        Control {
            name: "contrast",
            label: "Contrast of the light",
            values: Values::Stops(&[
                -1.0, -0.6, -0.3, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5,
            ]),
            default: 1.0,
        },
        Control {
            name: "brightness",
            label: "Brightness of the light",
            values: Values::Range(-0.4, 0.4, 0.1),
            default: 0.0,
        },
        Control {
            name: "moments",
            label: "Pixels’ mean and variance",
            values: Values::Words(&["as trained", "adapted to these"]),
            default: 0.0,
        },
        SEED,
    ],
    per_frame: 2,
    dragged: None,
    start: |values| Ok(Box::new(Cats::new(values)?)),
};

const TRAINING: usize = 640;
const TEST: usize = 200;
const BATCH: usize = 64;
const STEPS: usize = 150;
const WIDTH: usize = 16;
/// While training, what the network says of the pictures is asked again after so many steps.
const ASK: usize = 10;
/// How many animals with each label are shown.
const SHOWN: usize = 4;
/// The coats at which accuracy is measured: so many steps from black to colored.
const COATS: usize = 10;
const DIRECTIONS: usize = 12;
/// A pixel that never changes becomes 0 instead of NaN.
const EPSILON: f64 = 1e-5;
const SCORES: (f64, f64) = (-10.0, 10.0);
const BINS: usize = 40;

struct Cats {
    values: [f64; 5],
    /// The training pictures, standardized with these moments.
    moments: Moments<f64>,
    x: Array2<f64>,
    labels: Array1<usize>,
    network: Network<f64>,
    sgd: Sgd,
    step: usize,
    /// The same new animals in both coats.
    black: Pictures,
    colored: Pictures,
    directions: Array2<f64>,
    /// How far new black coats are from those of training: what chance makes of no shift.
    no_shift: f64,
    seen: Seen,
    /// Accuracy from black to colored, with the moments of training and with those at hand.
    curves: [Vec<f64>; 2],
}

/// What the network makes of the pictures, as the controls are set.
struct Seen {
    pixels: Array2<f64>,
    scores: Vec<f64>,
    distance: f64,
}

/// Where the moments come from that the pictures are standardized with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Training,
    AtHand,
}

impl Cats {
    fn new(values: &[f64]) -> Result<Self> {
        let values = five(values)?;
        let seed = (values[4] as u64).wrapping_mul(8);
        let draw = |coat, n, purpose| CatParams::new(coat).check()?.sample(n, seed + purpose);
        let training = draw(Coat::Black, TRAINING, 0)?;
        let moments = Moments::of(training.pixels.view())?;
        let network = NetworkParams::new(training.pixels.ncols())
            .dense(WIDTH)
            .relu()
            .dense(2)
            .check()?
            .build(seed);
        let mut cats = Cats {
            values,
            x: normalize(training.pixels.view(), &moments, EPSILON)?,
            labels: training.labels,
            moments,
            network,
            sgd: Sgd::new(0.01, 0.9)?,
            step: 0,
            directions: random_directions(DIRECTIONS, training.pixels.ncols(), seed),
            black: draw(Coat::Black, TEST, 1)?,
            colored: draw(Coat::Colored, TEST, 1)?,
            no_shift: 0.0,
            seen: Seen {
                pixels: Array2::zeros((0, 0)),
                scores: Vec::new(),
                distance: 0.0,
            },
            curves: Default::default(),
        };
        let black = normalize(cats.black.pixels.view(), &cats.moments, EPSILON)?;
        cats.no_shift = cats.distance(black.view())?;
        cats.look()?;
        Ok(cats)
    }

    fn source(&self) -> Source {
        match self.values[3] {
            0.0 => Source::Training,
            _ => Source::AtHand,
        }
    }

    /// The animals in such coats, in the light of the controls. Every pixel is painted with a
    /// mixture of fur and other things, so mixed coats are mixed pixels.
    fn pixels(&self, coat: f64) -> Result<Array2<f64>> {
        let [_, contrast, brightness, ..] = self.values;
        let light = Light::contrast(contrast, (1.0 - contrast) / 2.0 + brightness)?;
        let mut dyed = self.black.pixels.clone();
        dyed.zip_mut_with(&self.colored.pixels, |x, colored| {
            *x += coat * (colored - *x)
        });
        Ok(light.shine(&dyed))
    }

    /// What the network is given for these pictures.
    fn given(&self, pixels: ArrayView2<f64>, source: Source) -> Result<Array2<f64>> {
        Ok(match source {
            Source::Training => normalize(pixels, &self.moments, EPSILON)?,
            Source::AtHand => normalize(pixels, &Moments::of(pixels)?, EPSILON)?,
        })
    }

    /// How much rather a cat than not, above 0 for "cat".
    fn scores(&self, x: ArrayView2<f64>) -> Result<Vec<f64>> {
        let logits = self.network.logits(x)?;
        Ok(logits.rows().into_iter().map(|z| z[1] - z[0]).collect())
    }

    fn accuracy(&self, scores: &[f64]) -> f64 {
        let right = |&(&score, &label): &(&f64, &usize)| usize::from(score > 0.0) == label;
        let right = scores.iter().zip(&self.black.labels).filter(right);
        right.count() as f64 / scores.len() as f64
    }

    /// From the training pictures, in units of their standard deviations.
    fn distance(&self, x: ArrayView2<f64>) -> Result<f64> {
        let training = self.x.slice(s![..TEST, ..]);
        Ok(sliced_w2(training, x, self.directions.view())?)
    }

    fn look(&mut self) -> Result<()> {
        let pixels = self.pixels(self.values[0])?;
        let x = self.given(pixels.view(), self.source())?;
        self.seen = Seen {
            scores: self.scores(x.view())?,
            distance: self.distance(x.view())?,
            pixels,
        };
        Ok(())
    }

    fn train(&mut self) -> Result<()> {
        let first = self.step * BATCH % TRAINING;
        let rows = first..first + BATCH;
        let labels = self.labels.slice(s![rows.clone()]);
        let x = self.x.slice(s![rows, ..]);
        self.network
            .differentiate(x, Targets::Classes(labels), None)?;
        self.network.step(&self.sgd);
        self.step += 1;
        Ok(())
    }

    /// The next point of the curves, both of them in turn.
    fn measure(&mut self) -> Result<()> {
        let (source, which) = if self.curves[1].len() < self.curves[0].len() {
            (Source::AtHand, 1)
        } else {
            (Source::Training, 0)
        };
        let coat = self.curves[which].len() as f64 / COATS as f64;
        let pixels = self.pixels(coat)?;
        let x = self.given(pixels.view(), source)?;
        let accuracy = self.accuracy(&self.scores(x.view())?);
        self.curves[which].push(accuracy);
        Ok(())
    }

    fn complete(&self) -> bool {
        self.curves[1].len() > COATS
    }

    /// The first animals with this label.
    fn first(&self, label: usize) -> impl Iterator<Item = usize> {
        let labels = self.black.labels.iter().enumerate();
        labels
            .filter(move |(_, is)| **is == label)
            .map(|(i, _)| i)
            .take(SHOWN)
    }

    /// The share of animals with this label that are called cats.
    fn called_cats(&self, label: usize) -> f64 {
        let scores = self.seen.scores.iter().zip(&self.black.labels);
        let (mut called, mut all) = (0.0, 0.0);
        for (&score, _) in scores.filter(|(_, is)| **is == label) {
            called += f64::from(u8::from(score > 0.0));
            all += 1.0;
        }
        called / all
    }

    /// The animals with what the network takes them for.
    fn show(&self, picture: &mut Picture, width: Width) {
        let across = match width {
            Width::Wide => 2 * SHOWN,
            Width::Narrow => SHOWN,
        };
        let cell = (width.px() / across as f64).floor();
        let side = cell - 14.0;
        for (label, title) in [(1, "Cats"), (0, "Other animals")] {
            let (left, top) = match (label, width) {
                (1, _) => (0.0, 0.0),
                (_, Width::Wide) => (SHOWN as f64 * cell, 0.0),
                (_, Width::Narrow) => (0.0, band(width) / 2.0),
            };
            let (left, top) = (left + 7.0, top + 18.0);
            picture.words((left, top), Anchor::Start, Weight::Bold, title);
            for (k, i) in self.first(label).enumerate() {
                let (x, y) = (left + k as f64 * cell, top + 10.0);
                let says = usize::from(self.seen.scores[i] > 0.0);
                let frame = (says != label).then_some(Color::NoNorm);
                let image = data_url(self.black.size, self.seen.pixels.row(i).iter().copied());
                picture.image((x, y), side, frame, &image);
                let says = match (says == label, says) {
                    (true, 1) => "cat \u{2713}",
                    (true, _) => "other \u{2713}",
                    (false, 1) => "cat \u{2717}",
                    (false, _) => "other \u{2717}",
                };
                let under = (x + side / 2.0, y + side + 19.0);
                picture.words(under, Anchor::Middle, Weight::Normal, says);
            }
        }
    }

    fn draw_accuracy(&self, picture: &mut Picture) {
        let x = Axis {
            range: (0.0, 1.0),
            label: "color of the coats",
            ticks: &[0.0, 0.5, 1.0],
        };
        let y = Axis {
            range: (0.0, 1.0),
            label: "",
            ticks: &[0.0, 0.5, 1.0],
        };
        let arms = [
            (Color::NoNorm, Dash::Solid, "as trained"),
            (Color::Adapted, Dash::Dashed, "adapted"),
        ];
        let mut panel = picture.panel(0, "Accuracy", x, y);
        panel.legend(82.0, &arms);
        for ((color, dash, _), curve) in arms.into_iter().zip(&self.curves) {
            let points = curve.iter().enumerate();
            let points = points.map(|(i, &share)| (i as f64 / COATS as f64, share));
            panel.line(color, dash, points);
        }
        let (color, ..) = arms[usize::from(self.source() == Source::AtHand)];
        panel.point(color, self.values[0], self.accuracy(&self.seen.scores));
    }

    fn draw_scores(&self, picture: &mut Picture) {
        let x = Axis {
            range: SCORES,
            label: "score; above 0 it says \u{201c}cat\u{201d}",
            ticks: &[-10.0, -5.0, 0.0, 5.0, 10.0],
        };
        let y = Axis {
            range: (0.0, 0.2),
            label: "",
            ticks: &[],
        };
        let mut panel = picture.panel(1, "Decision", x, y);
        let labels = [
            (1, Color::BatchNorm, "cats"),
            (0, Color::Muted, "other animals"),
        ];
        panel.legend(
            82.0,
            &labels.map(|(_, color, words)| (color, Dash::Solid, words)),
        );
        for (label, color, _) in labels {
            let of = self.seen.scores.iter().zip(&self.black.labels);
            let of = of.filter(|(_, is)| **is == label).map(|(&score, _)| score);
            // What lies outside counts at the edge.
            let inside = of.map(|score| score.clamp(SCORES.0, SCORES.1 - 1e-9));
            let (heights, _) = histogram(inside, SCORES, BINS);
            panel.bars(color, &heights);
        }
        panel.line(
            Color::Ink,
            Dash::Dashed,
            [(0.0, 0.0), (0.0, 0.2)].into_iter(),
        );
    }
}

/// The height of the animals above the panels.
fn band(width: Width) -> f64 {
    match width {
        Width::Wide => 130.0,
        Width::Narrow => 260.0,
    }
}

fn five(values: &[f64]) -> Result<[f64; 5]> {
    <[f64; 5]>::try_from(values).map_err(|_| bn_lab::Error::Length {
        what: "controls",
        given: values.len(),
        expected: 5,
    })
}

impl Figure for Cats {
    fn advance(&mut self) -> Result<Motion> {
        if self.step < STEPS {
            self.train()?;
            if self.step.is_multiple_of(ASK) || self.step == STEPS {
                self.look()?;
            }
        } else if !self.complete() {
            self.measure()?;
        }
        Ok(if self.complete() {
            Motion::Rests
        } else {
            Motion::GoesOn
        })
    }

    /// The network knows nothing of coats and light; only another seed is another network.
    fn takes(&mut self, values: &[f64]) -> bool {
        let Ok(values) = five(values) else {
            return false;
        };
        if values[4] != self.values[4] {
            return false;
        }
        if values[1..3] != self.values[1..3] {
            self.curves = Default::default();
        }
        self.values = values;
        self.look().is_ok()
    }

    fn draw(&self, width: Width) -> String {
        let mut picture = Picture::new(width, 2, 2, 230.0).below(band(width));
        self.show(&mut picture, width);
        self.draw_accuracy(&mut picture);
        self.draw_scores(&mut picture);
        picture.finish(CATS.title, &self.finding())
    }

    fn finding(&self) -> String {
        let training = if self.step < STEPS {
            format!("Step {} of {STEPS} on black coats. ", self.step)
        } else {
            String::new()
        };
        let percent = |share: f64| fixed(100.0 * share, 0);
        format!(
            "{training}The network is right about {}% of {TEST} new animals: it says \u{201c}cat\u{201d} to {}% of \
             the cats and to {}% of the others. Distance to the training pictures, sliced \
             W\u{2082}: {} (of new black coats: {}).",
            percent(self.accuracy(&self.seen.scores)),
            percent(self.called_cats(1)),
            percent(self.called_cats(0)),
            fixed(self.seen.distance, 2),
            fixed(self.no_shift, 2),
        )
    }
}
