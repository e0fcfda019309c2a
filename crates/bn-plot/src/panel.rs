use crate::arm::nth_look;
use crate::axis::Axis;
use crate::canvas::{Canvas, Drawing, Point};
use crate::end_labels::{self, EndLabel, Look};
use crate::frame::{Frame, Swatch, WIDTH, draw_key, key_places};
use crate::number::finite;
use crate::{Arm, Color, Dash, Error, Interval, Key, Marker, Number, Result};

const HEIGHT: f64 = 400.0;
const MOST_SERIES: usize = 8;
const MOST_POINTS: usize = 5_000;
const CURVE_POINTS: usize = 241;

/// A plot of y against x: what a line chart and a scatter chart share.
pub(crate) struct Panel {
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) series: Vec<Series>,
    pub(crate) horizontals: Vec<(f64, String)>,
    pub(crate) verticals: Vec<(f64, String)>,
}

/// What is drawn with one key.
pub(crate) struct Series {
    key: Key,
    shape: Shape,
}

enum Shape {
    /// A line through points, each with its interval, and markers along it.
    Marked(Vec<f64>, Vec<Interval>),
    /// A line without markers.
    Plain(Vec<f64>, Vec<Interval>),
    /// Points alone.
    Cloud(Vec<f64>, Vec<Interval>),
    /// A function, drawn across the plot.
    Curve(Box<dyn Fn(f64) -> f64>),
}

/// Whether a line carries markers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joined {
    Marked,
    Plain,
    NotAtAll,
}

impl Series {
    pub(crate) fn new<X: Number, Y: Into<Interval>>(
        key: impl Into<Key>,
        x: impl IntoIterator<Item = X>,
        y: impl IntoIterator<Item = Y>,
        joined: Joined,
    ) -> Self {
        let x = x.into_iter().map(Number::to_f64).collect();
        let y = y.into_iter().map(Into::into).collect();
        let shape = match joined {
            Joined::Marked => Shape::Marked(x, y),
            Joined::Plain => Shape::Plain(x, y),
            Joined::NotAtAll => Shape::Cloud(x, y),
        };
        Series {
            key: key.into(),
            shape,
        }
    }

    pub(crate) fn curve(key: impl Into<Key>, f: impl Fn(f64) -> f64 + 'static) -> Self {
        Series {
            key: key.into(),
            shape: Shape::Curve(Box::new(f)),
        }
    }

    fn data(&self) -> Option<(&[f64], &[Interval])> {
        match &self.shape {
            Shape::Marked(x, y) | Shape::Plain(x, y) | Shape::Cloud(x, y) => Some((x, y)),
            Shape::Curve(_) => None,
        }
    }

    /// The label at the end of a line; a cloud has none.
    fn end_label(&self, (dash, marker): (Dash, Marker)) -> Result<Option<EndLabel>> {
        let color = self.key.arm.color();
        let look = match self.shape {
            Shape::Marked(..) => Look::Marker(marker, color),
            Shape::Plain(..) | Shape::Curve(_) => Look::Stroke(dash, color),
            Shape::Cloud(..) => return Ok(None),
        };
        EndLabel::new(&self.key.label, look).map(Some)
    }

    fn check(&self) -> Result<()> {
        let label = &self.key.label;
        let Some((x, y)) = self.data() else {
            return Ok(());
        };
        if x.len() != y.len() {
            return Err(Error::LengthMismatch {
                what: format!("x and y of \"{label}\""),
                given: y.len(),
                expected: x.len(),
            });
        }
        if x.is_empty() {
            return Err(Error::Empty {
                what: format!("\"{label}\""),
            });
        }
        if x.len() > MOST_POINTS {
            return Err(Error::TooMany {
                what: format!("points of \"{label}\""),
                given: x.len(),
                limit: MOST_POINTS,
            });
        }
        for (i, (&x, y)) in x.iter().zip(y).enumerate() {
            finite(x, || format!("x of \"{label}\" at entry {i}"))?;
            y.checked(|| format!("y of \"{label}\" at entry {i}"))?;
        }
        Ok(())
    }
}

/// A series as points in px.
struct Placed<'a> {
    series: &'a Series,
    dash: Dash,
    marker: Marker,
    points: Vec<Point>,
}

impl Panel {
    pub(crate) fn new(x_title: String, y_title: String) -> Self {
        Panel {
            x: Axis::new(x_title),
            y: Axis::new(y_title),
            series: Vec::new(),
            horizontals: Vec::new(),
            verticals: Vec::new(),
        }
    }

    fn check(&self) -> Result<()> {
        if self.series.is_empty() {
            return Err(Error::Empty {
                what: "the chart".into(),
            });
        }
        if self.series.len() > MOST_SERIES {
            return Err(Error::TooMany {
                what: "series in one chart".into(),
                given: self.series.len(),
                limit: MOST_SERIES,
            });
        }
        for series in &self.series {
            series.check()?;
        }
        for (at, label) in self.horizontals.iter().chain(&self.verticals) {
            finite(*at, || format!("the reference \"{label}\""))?;
        }
        Ok(())
    }

    /// `margin`: room around the data as a share of the x axis.
    pub(crate) fn drawing(&self, margin: f64) -> Result<Drawing> {
        self.check()?;
        let data = || self.series.iter().filter_map(Series::data);
        let x_data = data().flat_map(|(x, _)| x.iter().copied());
        let x_span = self.x.span(x_data, margin)?;

        // The frame's left edge depends on the y axis, and a curve's heights on x alone.
        let mut curves: Vec<f64> = Vec::new();
        for series in &self.series {
            if let Shape::Curve(f) = &series.shape {
                for i in 0..CURVE_POINTS {
                    let x = x_span.number(i as f64 / (CURVE_POINTS - 1) as f64);
                    let label = &series.key.label;
                    curves.push(finite(f(x), || {
                        format!("the curve \"{label}\" at x = {x}")
                    })?);
                }
            }
        }
        let y_data = data()
            .flat_map(|(_, y)| y.iter().flat_map(|y| [y.low, y.high]))
            .chain(self.horizontals.iter().map(|&(y, _)| y))
            .chain(curves);
        let y_span = self.y.span(y_data, 0.05)?;

        let looks = self.looks();
        let is_cloud = |&i: &usize| matches!(self.series[i].shape, Shape::Cloud(..));
        let clouds: Vec<usize> = (0..self.series.len()).filter(is_cloud).collect();
        let key = |&i: &usize| (self.series[i].key.clone(), Swatch::Points);
        let keys: Vec<(Key, Swatch)> = clouds.iter().map(key).collect();
        let (key_places, key_height) = key_places(&keys)?;

        let mut line_labels = Vec::new();
        for (series, &look) in self.series.iter().zip(&looks) {
            line_labels.push(series.end_label(look)?);
        }
        let mut reference_labels = Vec::new();
        for (_, label) in &self.horizontals {
            reference_labels.push(EndLabel::new(label, Look::Reference)?);
        }

        let above = if self.verticals.is_empty() { 0.0 } else { 16.0 };
        let top = key_height + Frame::ABOVE + above;
        let height = HEIGHT + key_height + above;
        let right = end_labels::right_edge(line_labels.iter().flatten().chain(&reference_labels));
        let frame = Frame::new(x_span, y_span, top, height - Frame::BELOW, right);
        let placed: Vec<Placed<'_>> = self
            .series
            .iter()
            .zip(&looks)
            .map(|(series, &(dash, marker))| Placed {
                series,
                dash,
                marker,
                points: points(&frame, &series.shape),
            })
            .collect();

        Drawing::new(WIDTH, height, |canvas| {
            for ((key, &i), &(x, y)) in keys.iter().zip(&clouds).zip(&key_places) {
                draw_key(canvas, key, looks[i], (x, y + 18.0))?;
            }
            frame.draw(canvas, &self.x, &self.y, key_height + 18.0)?;
            frame.draw_verticals(canvas, &self.verticals)?;
            for ((y, _), label) in self.horizontals.iter().zip(&mut reference_labels) {
                let at = frame.at(x_span.number(1.0), *y);
                label.end = frame.clamped(at);
                if frame.holds(at) {
                    let line = [(frame.plot.left, at.1), at];
                    canvas.line(line, Color::Muted, Dash::ShortDash, 1.5)?;
                }
            }
            // Bands, then clouds, then lines: a line stays visible on top of many points.
            for placed in &placed {
                placed.draw_band(canvas, &frame)?;
            }
            for placed in &placed {
                placed.draw_cloud(canvas, &frame)?;
            }
            for (i, (placed, label)) in placed.iter().zip(&mut line_labels).enumerate() {
                let phase = (i as f64 + 0.5) / self.series.len() as f64;
                let end = placed.draw_line(canvas, &frame, phase)?;
                if let (Some(end), Some(label)) = (end, label) {
                    label.end = end;
                }
            }
            let labels = line_labels.into_iter().flatten().chain(reference_labels);
            end_labels::draw(canvas, &frame.plot, labels.collect())
        })
    }

    /// Dash and marker of each series; a repeated arm gets the next ones.
    fn looks(&self) -> Vec<(Dash, Marker)> {
        let arm = |series: &Series| series.key.arm;
        let same_kind = |a: &Series, b: &Series| a.data().is_some() == b.data().is_some();
        self.series
            .iter()
            .enumerate()
            .map(|(i, series)| {
                let earlier = self.series[..i]
                    .iter()
                    .filter(|other| arm(other) == arm(series) && same_kind(other, series));
                nth_look(series.key.arm, earlier.count())
            })
            .collect()
    }
}

fn points(frame: &Frame, shape: &Shape) -> Vec<Point> {
    match shape {
        Shape::Marked(x, y) | Shape::Plain(x, y) | Shape::Cloud(x, y) => {
            x.iter().zip(y).map(|(&x, y)| frame.at(x, y.mean)).collect()
        }
        Shape::Curve(f) => frame
            .across(CURVE_POINTS)
            .map(|x| frame.at(x, f(x)))
            .collect(),
    }
}

impl Placed<'_> {
    fn draw_band(&self, canvas: &mut Canvas<'_>, frame: &Frame) -> Result<()> {
        let (Shape::Marked(x, y) | Shape::Plain(x, y)) = &self.series.shape else {
            return Ok(());
        };
        if y.iter().all(Interval::is_point) {
            return Ok(());
        }
        let edge = |end: fn(&Interval) -> f64| {
            let at = move |(&x, y): (&f64, &Interval)| frame.clamped(frame.at(x, end(y)));
            x.iter().zip(y).map(at)
        };
        let outline: Vec<Point> = edge(|y| y.high).chain(edge(|y| y.low).rev()).collect();
        canvas.area(outline, self.series.key.arm.color(), 0.18)
    }

    fn draw_cloud(&self, canvas: &mut Canvas<'_>, frame: &Frame) -> Result<()> {
        if !matches!(self.series.shape, Shape::Cloud(..)) {
            return Ok(());
        }
        let radius = if self.points.len() > 150 { 3.0 } else { 4.2 };
        let color = self.series.key.arm.color();
        for &point in self.points.iter().filter(|&&point| frame.holds(point)) {
            canvas.marker_shape(self.marker, point, radius, color, 2.0)?;
        }
        Ok(())
    }

    /// Draws a line with its markers; gives the last point drawn.
    fn draw_line(
        &self,
        canvas: &mut Canvas<'_>,
        frame: &Frame,
        phase: f64,
    ) -> Result<Option<Point>> {
        if matches!(self.series.shape, Shape::Cloud(..)) {
            return Ok(None);
        }
        let color = self.series.key.arm.color();
        let width = if self.series.key.arm == Arm::Exact {
            2.0
        } else {
            2.6
        };
        let parts = frame.clipped(&self.points);
        for part in parts.iter().filter(|part| part.len() > 1) {
            canvas.line(part.iter().copied(), color, self.dash, width)?;
        }
        if matches!(self.series.shape, Shape::Marked(..)) {
            for point in self.marked(frame, phase) {
                canvas.marker(self.marker, point, 4.6, color)?;
            }
        }
        let last = parts.last().and_then(|part| part.last());
        Ok(Some(last.copied().unwrap_or_else(|| {
            // Nothing of it is in view: the label points to where it left.
            let outside = self.points.last().copied().unwrap_or_default();
            frame.clamped(outside)
        })))
    }

    /// The points that carry a marker: all of a few, else about seven across the plot,
    /// shifted by the series' `phase` in [0, 1) so that markers do not cover each other.
    fn marked(&self, frame: &Frame, phase: f64) -> Vec<Point> {
        let mut inside = self.points.iter().filter(|&&point| frame.holds(point));
        if self.points.len() <= 12 {
            return inside.copied().collect();
        }
        let step = (frame.plot.right - frame.plot.left) / 7.0;
        let cell = |point: &Point| ((point.0 - frame.plot.left) / step - phase).floor();
        let Some(first) = inside.next() else {
            return Vec::new();
        };
        let mut current = cell(first);
        let mut marked = Vec::new();
        for point in inside {
            if cell(point) != current {
                current = cell(point);
                marked.push(*point);
            }
        }
        if marked.is_empty() {
            marked.extend(self.points.last());
        }
        marked
    }
}
