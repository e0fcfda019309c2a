use crate::axis::{Axis, Span, Tick};
use crate::canvas::{Align, Canvas, Lettering, Point, SMALL_TEXT, TEXT, fits};
use crate::text_width::text_width;
use crate::{Color, Dash, Error, Key, Result};

/// Width of every figure in px: about a column of text, so that letters in a
/// figure are as large as those beside it.
pub(crate) const WIDTH: f64 = 640.0;

/// The part of the drawing where data stand, in px.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Plot {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

/// A plot with its two axes.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) plot: Plot,
    x: Span,
    y: Span,
}

impl Plot {
    fn width(&self) -> f64 {
        self.right - self.left
    }

    /// The ticks of a horizontal axis, as many as stand side by side without touching.
    pub(crate) fn x_ticks(&self, x: &Span) -> Vec<Tick> {
        let loose = |ticks: &[Tick]| {
            ticks.windows(2).all(|pair| {
                let gap = (pair[1].at - pair[0].at) * self.width();
                let text = text_width(&pair[0].label, TEXT) + text_width(&pair[1].label, TEXT);
                gap > text / 2.0 + 12.0
            })
        };
        (1..=7)
            .rev()
            .map(|count| x.ticks(count))
            .find(|ticks| loose(ticks))
            .unwrap_or_default()
    }

    /// Vertical reference lines, with their labels side by side above the plot.
    pub(crate) fn draw_references(
        &self,
        canvas: &mut Canvas<'_>,
        references: &[(f64, String)],
        at: impl Fn(f64) -> f64,
    ) -> Result<()> {
        let mut sorted: Vec<&(f64, String)> = references.iter().collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut taken = f64::NEG_INFINITY;
        for (x, label) in sorted {
            let what = || format!("the reference \"{label}\" at {x}");
            let place = at(*x);
            if !(self.left - 0.1..=self.right + 0.1).contains(&place) {
                return Err(Error::OutOfRange {
                    what: what(),
                    given: x.to_string(),
                    expected: "a number within the axis".into(),
                });
            }
            let ends = [(place, self.top - 4.0), (place, self.bottom)];
            canvas.line(ends, Color::Muted, Dash::ShortDash, 1.5)?;
            let half = text_width(label, SMALL_TEXT) / 2.0;
            fits("the label", label, SMALL_TEXT, self.right - 8.0)?;
            let middle = place.min(self.right - half).max(half + 8.0);
            if middle - half < taken {
                return Err(Error::OutOfRange {
                    what: what(),
                    given: "a label on top of its neighbor's".into(),
                    expected: "references further apart, or shorter labels".into(),
                });
            }
            taken = middle + half + 10.0;
            let lettering = Lettering::new(Color::Muted, Align::Middle).small();
            canvas.text(label, (middle, self.top - 15.0), lettering)?;
        }
        Ok(())
    }

    /// Baseline, ticks and title below the plot.
    pub(crate) fn draw_x_axis(&self, canvas: &mut Canvas<'_>, x: &Span, title: &str) -> Result<()> {
        fits("the axis title", title, TEXT, WIDTH - 16.0)?;
        let (left, right, y) = (self.left, self.right, self.bottom);
        canvas.line([(left, y), (right, y)], Color::Muted, Dash::Solid, 1.2)?;
        for tick in self.x_ticks(x) {
            let at = left + tick.at * self.width();
            canvas.line([(at, y), (at, y + 5.0)], Color::Muted, Dash::Solid, 1.2)?;
            let lettering = Lettering::new(Color::Muted, Align::Middle);
            canvas.text(&tick.label, (at, y + 18.0), lettering)?;
        }
        let half = text_width(title, TEXT) / 2.0 + 8.0;
        let middle = ((left + right) / 2.0).clamp(half, WIDTH - half);
        canvas.text(
            title,
            (middle, y + 43.0),
            Lettering::new(Color::Ink, Align::Middle),
        )
    }
}

impl Frame {
    /// Space below a plot for ticks and the title of the x axis.
    pub(crate) const BELOW: f64 = 58.0;
    /// Space above a plot for the title of the y axis.
    pub(crate) const ABOVE: f64 = 42.0;

    /// A plot that ends `right` px from the left and whose left edge leaves room for the ticks.
    pub(crate) fn new(x: Span, y: Span, top: f64, bottom: f64, right: f64) -> Self {
        let widest = y
            .ticks(5)
            .iter()
            .map(|tick| text_width(&tick.label, TEXT))
            .fold(22.0, f64::max);
        let plot = Plot {
            left: widest + 18.0,
            right,
            top,
            bottom,
        };
        Frame { plot, x, y }
    }

    /// Where the point (x, y) stands.
    pub(crate) fn at(&self, x: f64, y: f64) -> Point {
        let Plot {
            left,
            right,
            top,
            bottom,
        } = self.plot;
        (
            left + self.x.share(x) * (right - left),
            bottom - self.y.share(y) * (bottom - top),
        )
    }

    /// `count` numbers across the x axis.
    pub(crate) fn across(&self, count: usize) -> impl Iterator<Item = f64> {
        let x = self.x;
        (0..count).map(move |i| x.number(i as f64 / (count - 1) as f64))
    }

    /// Grid, axes and titles; the title of the y axis stands upright, `title_y` px from the top.
    pub(crate) fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        x: &Axis,
        y: &Axis,
        title_y: f64,
    ) -> Result<()> {
        fits("the axis title", &y.title, TEXT, WIDTH - 16.0)?;
        let Plot {
            left,
            right,
            top,
            bottom,
        } = self.plot;
        for tick in self.y.ticks(5) {
            let at = bottom - tick.at * (bottom - top);
            canvas.line([(left, at), (right, at)], Color::Grid, Dash::Solid, 1.2)?;
            let lettering = Lettering::new(Color::Muted, Align::End);
            canvas.text(&tick.label, (left - 10.0, at), lettering)?;
        }
        self.plot.draw_x_axis(canvas, &self.x, &x.title)?;
        canvas.text(
            &y.title,
            (8.0, title_y),
            Lettering::new(Color::Ink, Align::Start),
        )
    }

    /// Vertical reference lines, labeled at the top.
    pub(crate) fn draw_verticals(
        &self,
        canvas: &mut Canvas<'_>,
        references: &[(f64, String)],
    ) -> Result<()> {
        let at = |x: f64| self.plot.left + self.x.share(x) * (self.plot.right - self.plot.left);
        self.plot.draw_references(canvas, references, at)
    }

    /// The parts of a polyline (in px) that lie within the plot.
    pub(crate) fn clipped(&self, points: &[Point]) -> Vec<Vec<Point>> {
        let mut parts: Vec<Vec<Point>> = Vec::new();
        if let [point] = points {
            return if self.holds(*point) {
                vec![vec![*point]]
            } else {
                parts
            };
        }
        for pair in points.windows(2) {
            let Some((from, to)) = self.segment_within(pair[0], pair[1]) else {
                continue;
            };
            match parts.last_mut() {
                Some(part) if part.last() == Some(&from) => part.push(to),
                _ => parts.push(vec![from, to]),
            }
        }
        parts
    }

    pub(crate) fn holds(&self, (x, y): Point) -> bool {
        let Plot {
            left,
            right,
            top,
            bottom,
        } = self.plot;
        let slack = 1e-6;
        (left - slack..=right + slack).contains(&x) && (top - slack..=bottom + slack).contains(&y)
    }

    /// `at` moved onto the nearest height within the plot.
    pub(crate) fn clamped(&self, (x, y): Point) -> Point {
        let Plot {
            left,
            right,
            top,
            bottom,
        } = self.plot;
        (x.clamp(left, right), y.clamp(top, bottom))
    }

    /// Liang and Barsky's line clipping.
    fn segment_within(&self, (x0, y0): Point, (x1, y1): Point) -> Option<(Point, Point)> {
        let (dx, dy) = (x1 - x0, y1 - y0);
        let Plot {
            left,
            right,
            top,
            bottom,
        } = self.plot;
        let (mut enter, mut leave) = (0.0f64, 1.0f64);
        for (p, q) in [
            (-dx, x0 - left),
            (dx, right - x0),
            (-dy, y0 - top),
            (dy, bottom - y0),
        ] {
            if p < 0.0 {
                enter = enter.max(q / p);
            } else if p > 0.0 {
                leave = leave.min(q / p);
            } else if q < -1e-9 {
                return None;
            }
        }
        if enter > leave + 1e-12 {
            return None;
        }
        let point = |t: f64| {
            if t == 0.0 {
                (x0, y0)
            } else if t == 1.0 {
                (x1, y1)
            } else {
                (x0 + t * dx, y0 + t * dy)
            }
        };
        Some((point(enter), point(leave)))
    }
}

/// What stands for a series in a key: its points, its line or its filled area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Swatch {
    Points,
    Line,
    Area,
}

/// Lays keys out in lines of `WIDTH` px; gives the position of each and the total height.
pub(crate) fn key_places(keys: &[(Key, Swatch)]) -> Result<(Vec<Point>, f64)> {
    let (mut x, mut line) = (8.0, 0.0);
    let mut places = Vec::new();
    for (key, _) in keys {
        let width = 32.0 + text_width(&key.label, TEXT);
        fits("the label", &key.label, TEXT, WIDTH - 48.0)?;
        if x > 8.0 && x + width > WIDTH - 8.0 {
            (x, line) = (8.0, line + 1.0);
        }
        places.push((x, 26.0 * line));
        x += width + 22.0;
    }
    let lines = if keys.is_empty() { 0.0 } else { line + 1.0 };
    let gap = if keys.is_empty() { 0.0 } else { 8.0 };
    Ok((places, 26.0 * lines + gap))
}

/// Draws a key with its swatch, at a position from [`key_places`] below `top`.
pub(crate) fn draw_key(
    canvas: &mut Canvas<'_>,
    (key, swatch): &(Key, Swatch),
    (dash, marker): (Dash, crate::Marker),
    (x, y): Point,
) -> Result<()> {
    let (arm, color) = (key.arm, key.arm.color());
    match swatch {
        Swatch::Points => canvas.marker_shape(marker, (x + 14.0, y), 5.0, color, 2.5)?,
        Swatch::Line => canvas.line([(x, y), (x + 26.0, y)], color, dash, 2.5)?,
        Swatch::Area => {
            let (top, bottom, right) = (y - 7.0, y + 7.0, x + 24.0);
            let outline = [
                (x, bottom),
                (x, top),
                (right, top),
                (right, bottom),
                (x, bottom),
            ];
            canvas.area(outline, color, 0.2)?;
            canvas.line(outline, color, arm.dash(), 2.0)?;
        }
    }
    canvas.text(
        &key.label,
        (x + 32.0, y),
        Lettering::new(Color::Ink, Align::Start),
    )
}
