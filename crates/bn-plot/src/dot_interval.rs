use std::ops::RangeInclusive;

use crate::axis::{Axis, Scale};
use crate::canvas::{Align, Drawing, Lettering, SMALL_TEXT, TEXT, fits, label_lines};
use crate::decimals::{readable_interval, with_minus};
use crate::frame::{Plot, WIDTH};
use crate::number::finite;
use crate::text_width::text_width;
use crate::{Color, Dash, Error, Figure, Interval, Key, Result};

const MOST_ROWS: usize = 40;
const LINE_HEIGHT: f64 = 19.0;
const LABEL_WIDTH: f64 = 186.0;
const NUMBERS: &str = "mean [95% interval]";
/// Rows of a group stand a little to the right of its heading.
const INDENT: f64 = 14.0;

/// Means with 95% intervals, one per row: a dot plot of arms under several
/// conditions, or a forest plot of effects against zero.
///
/// ```
/// use bn_plot::{Arm, DotInterval, Interval};
/// let accuracy = Interval { mean: 0.526, low: 0.495, high: 0.557, seeds: 10 };
/// let figure = DotInterval::new("accuracy")
///     .group("black coats")
///     .row(Arm::NoNorm, 0.993)
///     .group("colored coats")
///     .row(Arm::NoNorm, accuracy)
///     .reference(0.5, "chance")
///     .figure("coats", "Accuracy falls to chance.", "0.993 on black, 0.526 on colored coats.")?;
/// assert!(figure.svg().contains("0.526 [0.495, 0.557]"));
/// # Ok::<(), bn_plot::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct DotInterval {
    x: Axis,
    entries: Vec<Entry>,
    references: Vec<(f64, String)>,
}

/// A forest plot is a [`DotInterval`] of effects with a reference line at zero.
pub type Forest = DotInterval;

#[derive(Debug, Clone)]
enum Entry {
    Group(String),
    Row(Key, Interval),
}

/// An entry broken into lines, with its height in px.
struct Laid<'a> {
    entry: &'a Entry,
    lines: Vec<String>,
    height: f64,
}

impl DotInterval {
    /// An empty plot; the title names the quantity and its unit.
    pub fn new(x_title: impl Into<String>) -> Self {
        DotInterval {
            x: Axis::new(x_title.into()),
            entries: Vec::new(),
            references: Vec::new(),
        }
    }

    /// Starts a group of rows, e.g. a condition or a verdict, under a heading.
    pub fn group(mut self, heading: impl Into<String>) -> Self {
        self.entries.push(Entry::Group(heading.into()));
        self
    }

    /// Adds a row, labeled by its key; a plain number is drawn without a bar.
    pub fn row(mut self, key: impl Into<Key>, estimate: impl Into<Interval>) -> Self {
        self.entries.push(Entry::Row(key.into(), estimate.into()));
        self
    }

    /// Adds a labeled vertical line, e.g. chance, or no effect at zero.
    pub fn reference(mut self, x: f64, label: impl Into<String>) -> Self {
        self.references.push((x, label.into()));
        self
    }

    /// Makes the axis logarithmic.
    pub fn log(mut self) -> Self {
        self.x.scale = Scale::Log;
        self
    }

    /// Shows this stretch of the axis; every interval must lie within it.
    pub fn range(mut self, range: RangeInclusive<f64>) -> Self {
        self.x.range = Some(range);
        self
    }

    /// Draws the plot.
    ///
    /// # Errors
    /// No row, or more than 40; NaN or infinity; an interval whose mean lies outside
    /// of it, or that leaves the range; a text that does not fit; a bad id, caption or alt text.
    pub fn figure(
        &self,
        id: &str,
        caption: impl Into<String>,
        alt: impl Into<String>,
    ) -> Result<Figure> {
        Figure::new(id, caption.into(), alt.into(), self.drawing()?)
    }

    fn rows(&self) -> impl Iterator<Item = (&Key, &Interval)> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Row(key, interval) => Some((key, interval)),
            Entry::Group(_) => None,
        })
    }

    fn check(&self) -> Result<()> {
        let rows = self.rows().count();
        if rows == 0 {
            return Err(Error::Empty {
                what: "the dot plot".into(),
            });
        }
        if self.entries.len() > MOST_ROWS {
            return Err(Error::TooMany {
                what: "rows and headings of the dot plot".into(),
                given: self.entries.len(),
                limit: MOST_ROWS,
            });
        }
        for (key, interval) in self.rows() {
            let what = || format!("the row \"{}\"", key.label);
            interval.checked(what)?;
            let outside = |range: &&RangeInclusive<f64>| {
                !(range.contains(&interval.low) && range.contains(&interval.high))
            };
            if let Some(range) = self.x.range.as_ref().filter(outside) {
                return Err(Error::OutOfRange {
                    what: what(),
                    given: readable_interval(interval),
                    expected: format!("an interval within {} to {}", range.start(), range.end()),
                });
            }
        }
        for (x, label) in &self.references {
            finite(*x, || format!("the reference \"{label}\""))?;
        }
        Ok(())
    }

    fn drawing(&self) -> Result<Drawing> {
        self.check()?;
        let data = self
            .rows()
            .flat_map(|(_, interval)| [interval.low, interval.high])
            .chain(self.references.iter().map(|&(x, _)| x));
        let span = self.x.span(data, 0.06)?;

        let mut laid = Vec::new();
        for entry in &self.entries {
            let (lines, pad) = match entry {
                Entry::Group(heading) => {
                    fits("the heading", heading, 1.08 * TEXT, WIDTH - 16.0)?;
                    (vec![heading.clone()], 15.0)
                }
                Entry::Row(key, _) => (label_lines(&key.label, LABEL_WIDTH)?, 11.0),
            };
            let height = LINE_HEIGHT * lines.len() as f64 + pad;
            laid.push(Laid {
                entry,
                lines,
                height,
            });
        }
        let labels = laid
            .iter()
            .filter(|laid| matches!(laid.entry, Entry::Row(..)))
            .flat_map(|laid| &laid.lines)
            .map(|line| text_width(line, TEXT))
            .fold(0.0, f64::max);
        let header = match self.rows().all(|(_, interval)| interval.is_point()) {
            true => "value",
            false => NUMBERS,
        };
        let numbers = self
            .rows()
            .map(|(_, interval)| text_width(&with_minus(&readable_interval(interval)), SMALL_TEXT))
            .fold(text_width(header, SMALL_TEXT), f64::max);
        let grouped = |entry: &Entry| matches!(entry, Entry::Group(_));
        let start = 8.0
            + if self.entries.iter().any(grouped) {
                INDENT
            } else {
                0.0
            };
        let top = 34.0;
        let bottom = top + laid.iter().map(|laid| laid.height).sum::<f64>() + 6.0;
        let plot = Plot {
            left: start + labels + 20.0,
            right: WIDTH - numbers - 28.0,
            top,
            bottom,
        };
        let at = |x: f64| plot.left + span.share(x) * (plot.right - plot.left);

        Drawing::new(WIDTH, bottom + 58.0, |canvas| {
            for tick in plot.x_ticks(&span) {
                let x = plot.left + tick.at * (plot.right - plot.left);
                canvas.line([(x, top), (x, bottom)], Color::Grid, Dash::Solid, 1.2)?;
            }
            plot.draw_x_axis(canvas, &span, &self.x.title)?;
            let column = Lettering::new(Color::Muted, Align::End).small();
            canvas.text(header, (WIDTH - 8.0, top - 15.0), column)?;
            plot.draw_references(canvas, &self.references, at)?;

            let mut y = top + 4.0;
            for Laid {
                entry,
                lines,
                height,
            } in &laid
            {
                let middle = y + height / 2.0;
                match entry {
                    Entry::Group(heading) => {
                        let lettering = Lettering::new(Color::Ink, Align::Start).bold();
                        // A long heading reaches into the plot: clear the lines behind it.
                        let right = 16.0 + 1.08 * text_width(heading, TEXT);
                        let (above, below) = (middle - 12.0, middle + 15.0);
                        let ground = [(0.0, above), (right, above), (right, below), (0.0, below)];
                        canvas.area(ground, Color::Paper, 1.0)?;
                        canvas.text(heading, (8.0, middle + 2.0), lettering)?;
                    }
                    Entry::Row(key, interval) => {
                        let first = middle - LINE_HEIGHT * (lines.len() as f64 - 1.0) / 2.0;
                        for (k, line) in lines.iter().enumerate() {
                            let lettering = Lettering::new(Color::Ink, Align::Start);
                            let place = (start, first + LINE_HEIGHT * k as f64);
                            canvas.text(line, place, lettering)?;
                        }
                        let color = key.arm.color();
                        if !interval.is_point() {
                            let bar = [(at(interval.low), middle), (at(interval.high), middle)];
                            canvas.line(bar, color, Dash::Solid, 2.6)?;
                            for (x, y) in bar {
                                let cap = [(x, y - 5.0), (x, y + 5.0)];
                                canvas.line(cap, color, Dash::Solid, 2.0)?;
                            }
                        }
                        canvas.marker(key.arm.marker(), (at(interval.mean), middle), 4.4, color)?;
                        let numbers = with_minus(&readable_interval(interval));
                        let lettering = Lettering {
                            color: Color::Ink,
                            ..column
                        };
                        canvas.text(&numbers, (WIDTH - 8.0, middle), lettering)?;
                    }
                }
                y += height;
            }
            Ok(())
        })
    }
}
