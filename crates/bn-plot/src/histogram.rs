use std::ops::RangeInclusive;

use crate::axis::Axis;
use crate::canvas::{Drawing, Point};
use crate::frame::{Frame, Swatch, WIDTH, draw_key, key_places};
use crate::number::finite;
use crate::{Error, Figure, Key, Number, Result};

const HEIGHT: f64 = 360.0;
const MOST_SAMPLES: usize = 3;
const MOST_BINS: usize = 200;
const CURVE_POINTS: usize = 321;

/// A density as a function of x.
type Density = Box<dyn Fn(f64) -> f64>;

/// One to three samples as histograms on a common grid, beside exact densities.
///
/// A bar's height is the share of the *whole* sample in the bin, divided by the
/// bin's width, so the bars compare with a density also where `range` cuts the
/// sample:
///
/// ```text
/// height_k = #{i : x_i in bin k} / (n · width)
/// ```
///
/// ```
/// use bn_plot::{Arm, Histogram};
/// let figure = Histogram::new("noise")
///     .sample(Arm::BatchNorm, [0.1, 0.2, 0.25, 0.4, 0.7, 0.9])
///     .density(Arm::Exact.labeled("uniform law"), |_| 1.0)
///     .range(0.0..=1.0)
///     .figure("noise", "Noise beside its law.", "Six draws, all between 0 and 1.")?;
/// assert!(figure.svg().contains("uniform law"));
/// # Ok::<(), bn_plot::Error>(())
/// ```
pub struct Histogram {
    x: Axis,
    samples: Vec<(Key, Vec<f64>)>,
    densities: Vec<(Key, Density)>,
    bins: Option<usize>,
}

impl Histogram {
    /// An empty histogram; the title names the quantity and its unit.
    pub fn new(x_title: impl Into<String>) -> Self {
        Histogram {
            x: Axis::new(x_title.into()),
            samples: Vec::new(),
            densities: Vec::new(),
            bins: None,
        }
    }

    /// Adds a sample (at most three).
    pub fn sample<X: Number>(
        mut self,
        key: impl Into<Key>,
        x: impl IntoIterator<Item = X>,
    ) -> Self {
        let x = x.into_iter().map(Number::to_f64).collect();
        self.samples.push((key.into(), x));
        self
    }

    /// Adds an exact density, a function of x (at most three).
    pub fn density(mut self, key: impl Into<Key>, f: impl Fn(f64) -> f64 + 'static) -> Self {
        self.densities.push((key.into(), Box::new(f)));
        self
    }

    /// Sets the number of bins, 1 to 200; without it, Freedman and Diaconis' rule.
    pub fn bins(mut self, bins: usize) -> Self {
        self.bins = Some(bins);
        self
    }

    /// Shows this stretch of the x axis instead of all data.
    pub fn range(mut self, range: RangeInclusive<f64>) -> Self {
        self.x.range = Some(range);
        self
    }

    /// Draws the histogram.
    ///
    /// # Errors
    /// No sample or an empty one; NaN or infinity, also as the value of a density;
    /// a negative density; more than three samples or densities; no bin or more
    /// than 200; a reversed range; a text that does not fit; a bad id, caption or
    /// alt text.
    pub fn figure(
        &self,
        id: &str,
        caption: impl Into<String>,
        alt: impl Into<String>,
    ) -> Result<Figure> {
        Figure::new(id, caption.into(), alt.into(), self.drawing()?)
    }

    fn check(&self) -> Result<()> {
        if self.samples.is_empty() {
            return Err(Error::Empty {
                what: "the histogram".into(),
            });
        }
        for (what, given) in [
            ("samples in one histogram", self.samples.len()),
            ("densities in one histogram", self.densities.len()),
        ] {
            if given > MOST_SAMPLES {
                return Err(Error::TooMany {
                    what: what.into(),
                    given,
                    limit: MOST_SAMPLES,
                });
            }
        }
        if let Some(bins) = self.bins.filter(|bins| !(1..=MOST_BINS).contains(bins)) {
            return Err(Error::OutOfRange {
                what: "the number of bins".into(),
                given: bins.to_string(),
                expected: format!("1 to {MOST_BINS}"),
            });
        }
        for (key, sample) in &self.samples {
            if sample.is_empty() {
                return Err(Error::Empty {
                    what: format!("the sample \"{}\"", key.label),
                });
            }
            for (i, &x) in sample.iter().enumerate() {
                finite(x, || format!("the sample \"{}\" at entry {i}", key.label))?;
            }
        }
        Ok(())
    }

    fn drawing(&self) -> Result<Drawing> {
        self.check()?;
        let all = self.samples.iter().flat_map(|(_, x)| x.iter().copied());
        let x_span = self.x.span(all, 0.0)?;
        let bins = self.bins.unwrap_or_else(|| {
            let widths = self.samples.iter().map(|(_, x)| freedman_diaconis(x));
            let width = widths.fold(f64::INFINITY, f64::min);
            (((x_span.number(1.0) - x_span.number(0.0)) / width).ceil() as usize).clamp(8, 60)
        });
        let edge = |k: usize| x_span.number(k as f64 / bins as f64);
        let bin_width = edge(1) - edge(0);

        let heights: Vec<Vec<f64>> = self
            .samples
            .iter()
            .map(|(_, sample)| {
                let mut counts = vec![0usize; bins];
                for share in sample.iter().map(|&x| x_span.share(x)) {
                    if (0.0..=1.0).contains(&share) {
                        counts[((share * bins as f64) as usize).min(bins - 1)] += 1;
                    }
                }
                let mass = sample.len() as f64 * bin_width;
                counts
                    .into_iter()
                    .map(|count| count as f64 / mass)
                    .collect()
            })
            .collect();
        let mut curves: Vec<Vec<(f64, f64)>> = Vec::new();
        for (key, f) in &self.densities {
            let points = (0..CURVE_POINTS).map(|i| {
                let x = x_span.number(i as f64 / (CURVE_POINTS - 1) as f64);
                let y = finite(f(x), || format!("the density \"{}\" at {x}", key.label))?;
                if y < 0.0 {
                    return Err(Error::OutOfRange {
                        what: format!("the density \"{}\" at {x}", key.label),
                        given: y.to_string(),
                        expected: "zero or more".into(),
                    });
                }
                Ok((x, y))
            });
            curves.push(points.collect::<Result<_>>()?);
        }

        let tallest = heights
            .iter()
            .flatten()
            .copied()
            .chain(curves.iter().flatten().map(|&(_, y)| y))
            .fold(0.0, f64::max);
        let mut y = Axis::new("density".into());
        y.range = Some(0.0..=if tallest > 0.0 { 1.05 * tallest } else { 1.0 });
        let y_span = y.span(std::iter::empty(), 0.0)?;

        let areas = self
            .samples
            .iter()
            .map(|(key, _)| (key.clone(), Swatch::Area));
        let lines = self
            .densities
            .iter()
            .map(|(key, _)| (key.clone(), Swatch::Line));
        let keys: Vec<(Key, Swatch)> = areas.chain(lines).collect();
        let (places, key_height) = key_places(&keys)?;
        let height = HEIGHT + key_height;
        let bottom = height - Frame::BELOW;
        let frame = Frame::new(
            x_span,
            y_span,
            key_height + Frame::ABOVE,
            bottom,
            WIDTH - 26.0,
        );

        Drawing::new(WIDTH, height, |canvas| {
            for (key, &(x, y)) in keys.iter().zip(&places) {
                let arm = key.0.arm;
                draw_key(canvas, key, (arm.dash(), arm.marker()), (x, y + 18.0))?;
            }
            frame.draw(canvas, &self.x, &y, key_height + 18.0)?;
            let outlines: Vec<Vec<Point>> = heights
                .iter()
                .map(|heights| {
                    let mut outline = vec![frame.at(edge(0), 0.0)];
                    for (k, &height) in heights.iter().enumerate() {
                        outline.push(frame.at(edge(k), height));
                        outline.push(frame.at(edge(k + 1), height));
                    }
                    outline.push(frame.at(edge(bins), 0.0));
                    outline
                })
                .collect();
            for ((key, _), outline) in self.samples.iter().zip(&outlines) {
                canvas.area(outline.iter().copied(), key.arm.color(), 0.2)?;
            }
            let floor = frame.at(edge(0), 0.0).1;
            for ((key, _), outline) in self.samples.iter().zip(&outlines) {
                // Empty bins are left out: a line along the axis says nothing.
                for bar in stairs(outline, floor) {
                    canvas.line(bar, key.arm.color(), key.arm.dash(), 1.6)?;
                }
            }
            for ((key, _), curve) in self.densities.iter().zip(&curves) {
                let points = curve.iter().map(|&(x, y)| frame.at(x, y));
                canvas.line(points, key.arm.color(), key.arm.dash(), 2.6)?;
            }
            Ok(())
        })
    }
}

/// The parts of an outline that rise above the floor, each with its feet on it.
fn stairs(outline: &[Point], floor: f64) -> Vec<Vec<Point>> {
    let mut parts: Vec<Vec<Point>> = Vec::new();
    for pair in outline.windows(2) {
        if pair.iter().all(|&(_, y)| y == floor) {
            continue;
        }
        match parts.last_mut() {
            Some(part) if part.last() == Some(&pair[0]) => part.push(pair[1]),
            _ => parts.push(pair.to_vec()),
        }
    }
    parts
}

/// Width of a bin, 2·IQR/n^(1/3) (Freedman and Diaconis 1981).
fn freedman_diaconis(sample: &[f64]) -> f64 {
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    let iqr = sorted[3 * (n - 1) / 4] - sorted[(n - 1) / 4];
    2.0 * iqr / (n as f64).cbrt()
}
