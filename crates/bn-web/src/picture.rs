//! A small SVG with panels: axes, lines, bars, images. The colors are the page's own.

use std::fmt::Write;

use crate::number::{fixed, px};

/// How wide a figure is drawn; letters are equally large in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// Panels side by side, 640 wide.
    Wide,
    /// Panels below each other, 340 wide.
    Narrow,
}

impl Width {
    pub(crate) fn px(self) -> f64 {
        match self {
            Width::Wide => 640.0,
            Width::Narrow => 340.0,
        }
    }
}

/// A color of `bn_plot::Color`, with its value on light paper for readers without the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Color {
    Ink,
    Muted,
    Grid,
    BatchNorm,
    NoNorm,
    Adapted,
}

impl Color {
    fn css(self) -> &'static str {
        match self {
            Color::Ink => "var(--bn-ink,#1b1f24)",
            Color::Muted => "var(--bn-muted,#5c636b)",
            Color::Grid => "var(--bn-grid,#e3e6ea)",
            Color::BatchNorm => "var(--bn-arm-1,#0f4a9a)",
            Color::Adapted => "var(--bn-arm-4,#b05cc2)",
            Color::NoNorm => "var(--bn-arm-2,#d76c06)",
        }
    }
}

/// Room around the axes of a panel: above for its title, below and left for the ticks.
const TOP: f64 = 30.0;
const BOTTOM: f64 = 46.0;
const LEFT: f64 = 38.0;
const RIGHT: f64 = 14.0;

/// Where a text stands, seen from its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// How heavy a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Normal,
    Bold,
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dash {
    Solid,
    Dashed,
}

/// The inside of an SVG in the making.
struct Body(String);

impl Body {
    fn text(
        &mut self,
        (x, y): (f64, f64),
        anchor: Anchor,
        weight: Weight,
        color: Color,
        words: &str,
    ) {
        let _ = write!(self.0, "<text x=\"{}\" y=\"{}\"", px(x), px(y));
        self.0.push_str(match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        });
        if weight == Weight::Bold {
            self.0.push_str(" font-weight=\"600\"");
        }
        if color != Color::Ink {
            let _ = write!(self.0, " fill=\"{}\"", color.css());
        }
        // What follows an underscore stands below the line, as the B of a batch's moments.
        let (words, below) = words.split_once('_').unwrap_or((words, ""));
        let _ = write!(self.0, ">{}", escape(words));
        if !below.is_empty() {
            let below = escape(below);
            let _ = write!(self.0, "<tspan dy=\"3\" font-size=\"11\">{below}</tspan>");
        }
        self.0.push_str("</text>");
    }

    /// From left to right.
    fn rule(&mut self, left: f64, right: f64, y: f64, color: Color) {
        let (left, right, y) = (px(left), px(right), px(y));
        let _ = write!(
            self.0,
            "<path d=\"M{left} {y}H{right}\" stroke=\"{}\"/>",
            color.css()
        );
    }

    fn line(&mut self, path: &str, color: Color, dash: Dash) {
        let _ = write!(
            self.0,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"{}/>",
            color.css(),
            match dash {
                Dash::Solid => "",
                Dash::Dashed => " stroke-dasharray=\"6 4\"",
            }
        );
    }
}

/// A drawing in the making.
pub(crate) struct Picture {
    width: Width,
    /// Where the panels begin.
    top: f64,
    height: f64,
    columns: usize,
    row_height: f64,
    body: Body,
}

impl Picture {
    /// `panels` of equal size, in `columns` columns if the picture is wide.
    pub(crate) fn new(width: Width, panels: usize, columns: usize, row_height: f64) -> Self {
        let columns = match width {
            Width::Wide => columns,
            Width::Narrow => 1,
        };
        Picture {
            width,
            top: 0.0,
            height: panels.div_ceil(columns) as f64 * row_height,
            columns,
            row_height,
            body: Body(String::with_capacity(8192)),
        }
    }

    /// The same with a band above the panels.
    pub(crate) fn below(mut self, band: f64) -> Self {
        self.top = band;
        self.height += band;
        self
    }

    /// The panel with this number, its title, its x axis with ticks, its y axis.
    pub(crate) fn panel(
        &mut self,
        number: usize,
        title: &str,
        x: Axis<'_>,
        y: Axis<'_>,
    ) -> Panel<'_> {
        // Whole pixels, which take fewer letters.
        let wide = (self.width.px() / self.columns as f64).floor();
        let mut panel = Panel {
            left: (number % self.columns) as f64 * wide + LEFT,
            top: self.top + (number / self.columns) as f64 * self.row_height + TOP,
            wide: wide - LEFT - RIGHT,
            high: self.row_height - TOP - BOTTOM,
            x: x.range,
            y: y.range,
            body: &mut self.body,
        };
        panel.axes(title, x, y);
        panel
    }

    /// Words in the band.
    pub(crate) fn words(&mut self, at: (f64, f64), anchor: Anchor, weight: Weight, words: &str) {
        self.body.text(at, anchor, weight, Color::Ink, words);
    }

    /// An image of pixels in the band, with a frame or without.
    pub(crate) fn image(&mut self, (x, y): (f64, f64), side: f64, frame: Option<Color>, url: &str) {
        let (x, y, side) = (px(x), px(y), px(side));
        let place = format!("x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"{side}\"");
        let _ = write!(
            self.body.0,
            "<image {place} style=\"image-rendering:pixelated\" href=\"{url}\"/>"
        );
        if let Some(color) = frame {
            let _ = write!(
                self.body.0,
                "<rect {place} fill=\"none\" stroke=\"{}\" stroke-width=\"4\"/>",
                color.css()
            );
        }
    }

    /// The whole, with the sentence a screen reader says for it.
    pub(crate) fn finish(self, title: &str, finding: &str) -> String {
        format!(
            "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{} {}\" font-size=\"14\" fill=\"{}\">{}</svg>",
            px(self.width.px()),
            px(self.height),
            escape(title),
            escape(finding),
            Color::Ink.css(),
            self.body.0
        )
    }
}

/// Text for an attribute or an element.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

/// An axis: from where to where, what it counts, and where the ticks stand.
#[derive(Clone, Copy)]
pub(crate) struct Axis<'a> {
    pub(crate) range: (f64, f64),
    pub(crate) label: &'a str,
    pub(crate) ticks: &'a [f64],
}

/// A part of a picture with its own axes. What lies outside of them is moved to the edge.
pub(crate) struct Panel<'a> {
    left: f64,
    top: f64,
    wide: f64,
    high: f64,
    x: (f64, f64),
    y: (f64, f64),
    body: &'a mut Body,
}

impl Panel<'_> {
    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let share = |v: f64, (low, high): (f64, f64)| ((v - low) / (high - low)).clamp(0.0, 1.0);
        (
            self.left + share(x, self.x) * self.wide,
            self.top + (1.0 - share(y, self.y)) * self.high,
        )
    }

    fn axes(&mut self, title: &str, x: Axis<'_>, y: Axis<'_>) {
        let (left, bottom) = (self.left, self.top + self.high);
        let right = left + self.wide;
        let above = (left, self.top - 12.0);
        self.body
            .text(above, Anchor::Start, Weight::Bold, Color::Ink, title);
        let middle = ((left + right) / 2.0, bottom + 35.0);
        self.body.text(
            middle,
            Anchor::Middle,
            Weight::Normal,
            Color::Muted,
            x.label,
        );
        for &tick in x.ticks {
            let (at, _) = self.at(tick, self.y.0);
            let at = (at, bottom + 17.0);
            let words = tick_text(tick);
            self.body
                .text(at, Anchor::Middle, Weight::Normal, Color::Muted, &words);
        }
        for &tick in y.ticks {
            let (_, at) = self.at(self.x.0, tick);
            self.body.rule(left, right, at, Color::Grid);
            let at = (left - 6.0, at + 4.5);
            let words = tick_text(tick);
            self.body
                .text(at, Anchor::End, Weight::Normal, Color::Muted, &words);
        }
        self.body.rule(left, right, bottom, Color::Muted);
    }

    /// A line through points.
    pub(crate) fn line(
        &mut self,
        color: Color,
        dash: Dash,
        points: impl Iterator<Item = (f64, f64)>,
    ) {
        let mut path = String::new();
        for (x, y) in points {
            let (x, y) = self.at(x, y);
            let command = if path.is_empty() { 'M' } else { 'L' };
            let _ = write!(path, "{command}{} {}", px(x), px(y));
        }
        if !path.is_empty() {
            self.body.line(&path, color, dash);
        }
    }

    /// A point that stands out.
    pub(crate) fn point(&mut self, color: Color, x: f64, y: f64) {
        let (x, y) = self.at(x, y);
        let _ = write!(
            self.body.0,
            "<circle cx=\"{}\" cy=\"{}\" r=\"6\" fill=\"{}\"/>",
            px(x),
            px(y),
            color.css()
        );
    }

    /// Bars of equal width over the whole x axis, as one outline.
    pub(crate) fn bars(&mut self, color: Color, heights: &[f64]) {
        let step = (self.x.1 - self.x.0) / heights.len() as f64;
        let bottom = self.top + self.high;
        let mut path = format!("M{} {}", px(self.left), px(bottom));
        for (i, &height) in heights.iter().enumerate() {
            let (_, y) = self.at(self.x.0, self.y.0 + height);
            let (right, _) = self.at(self.x.0 + (i + 1) as f64 * step, 0.0);
            let _ = write!(path, "V{}H{}", px(y), px(right));
        }
        let _ = write!(
            self.body.0,
            "<path d=\"{path}V{}Z\" fill=\"{1}\" fill-opacity=\".28\" stroke=\"{1}\"/>",
            px(bottom),
            color.css()
        );
    }

    /// A word at the right of the panel; `row` counts from its upper edge.
    pub(crate) fn note(&mut self, row: usize, words: &str) {
        let at = (self.left + self.wide, self.top + 12.0 + 17.0 * row as f64);
        self.body
            .text(at, Anchor::End, Weight::Normal, Color::Ink, words);
    }

    /// What the colors mean, beside the panel's title; `from` is where it begins, seen from
    /// the left edge of the axes.
    pub(crate) fn legend(&mut self, from: f64, entries: &[(Color, Dash, &str)]) {
        let mut x = self.left + from;
        let y = self.top - 12.0;
        for &(color, dash, words) in entries {
            let path = format!("M{} {}h18", px(x), px(y - 4.5));
            self.body.line(&path, color, dash);
            x += 23.0;
            self.body
                .text((x, y), Anchor::Start, Weight::Normal, Color::Ink, words);
            // A letter of this size is seven wide, more or less.
            x += 7.2 * words.chars().count() as f64 + 12.0;
        }
    }
}

/// A tick's number, with as few decimals as it needs.
fn tick_text(value: f64) -> String {
    let tenths = (value * 10.0).round();
    fixed(value, u32::from(tenths % 10.0 != 0.0)).to_string()
}

/// Where bars of a histogram end: the shares of `values` in `bins` equal parts of `range`, and
/// the share that lies outside.
pub(crate) fn histogram(
    values: impl Iterator<Item = f64>,
    range: (f64, f64),
    bins: usize,
) -> (Vec<f64>, f64) {
    let (mut counts, mut outside, mut all) = (vec![0.0; bins], 0.0, 0.0);
    for value in values {
        all += 1.0;
        let bin = (value - range.0) / (range.1 - range.0) * bins as f64;
        match counts.get_mut(bin as usize) {
            Some(count) if bin >= 0.0 => *count += 1.0,
            _ => outside += 1.0,
        }
    }
    let share = |count: f64| if all > 0.0 { count / all } else { 0.0 };
    (counts.into_iter().map(share).collect(), share(outside))
}
