//! A small SVG with panels: axes, lines, bars. The colors are the page's own.

use std::fmt::Write;

/// How wide a figure is drawn; letters are equally large in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// Panels side by side, 640 wide.
    Wide,
    /// Panels below each other, 340 wide.
    Narrow,
}

impl Width {
    fn px(self) -> f64 {
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

/// A drawing in the making.
pub(crate) struct Picture {
    width: Width,
    height: f64,
    columns: usize,
    row_height: f64,
    body: String,
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
            height: panels.div_ceil(columns) as f64 * row_height,
            columns,
            row_height,
            body: String::with_capacity(8192),
        }
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
        let left = (number % self.columns) as f64 * wide + LEFT;
        let top = (number / self.columns) as f64 * self.row_height + TOP;
        let mut panel = Panel {
            left,
            top,
            wide: wide - LEFT - RIGHT,
            high: self.row_height - TOP - BOTTOM,
            x: x.range,
            y: y.range,
            body: &mut self.body,
        };
        panel.axes(title, x, y);
        panel
    }

    /// The whole, with the sentence a screen reader says for it.
    pub(crate) fn finish(self, title: &str, finding: &str) -> String {
        format!(
            "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{} {}\" font-size=\"14\" fill=\"{}\">{}</svg>",
            self.width.px(),
            self.height,
            escape(title),
            escape(finding),
            Color::Ink.css(),
            self.body
        )
    }
}

/// Text for an attribute or an element.
pub(crate) fn escape(text: &str) -> String {
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
    body: &'a mut String,
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
        let (right, muted) = (self.left + self.wide, Color::Muted.css());
        let _ = write!(
            self.body,
            "<text x=\"{left}\" y=\"{}\" font-weight=\"600\">{}</text>",
            self.top - 12.0,
            escape(title)
        );
        for &tick in y.ticks {
            let (_, at) = self.at(self.x.0, tick);
            let _ = write!(
                self.body,
                "<path d=\"M{left} {at:.1}H{right}\" stroke=\"{}\"/>\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"{muted}\">{}</text>",
                Color::Grid.css(),
                left - 6.0,
                at + 4.5,
                number(tick),
            );
        }
        for &tick in x.ticks {
            let (at, _) = self.at(tick, self.y.0);
            let _ = write!(
                self.body,
                "<text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"{muted}\">{}</text>",
                bottom + 17.0,
                number(tick),
            );
        }
        let _ = write!(
            self.body,
            "<path d=\"M{left} {bottom}H{right}\" stroke=\"{muted}\"/>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"{muted}\">{}</text>",
            (left + right) / 2.0,
            bottom + 35.0,
            escape(x.label),
        );
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
            let _ = write!(path, "{command}{x:.1} {y:.1}");
        }
        if path.is_empty() {
            return;
        }
        let dash = match dash {
            Dash::Solid => "",
            Dash::Dashed => " stroke-dasharray=\"6 4\"",
        };
        let _ = write!(
            self.body,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"{dash}/>",
            color.css()
        );
    }

    /// Bars of equal width over the whole x axis, as one outline.
    pub(crate) fn bars(&mut self, color: Color, heights: &[f64]) {
        let step = (self.x.1 - self.x.0) / heights.len() as f64;
        let bottom = self.top + self.high;
        let mut path = format!("M{:.1} {bottom:.1}", self.left);
        for (i, &height) in heights.iter().enumerate() {
            let (_, y) = self.at(self.x.0, self.y.0 + height);
            let (right, _) = self.at(self.x.0 + (i + 1) as f64 * step, 0.0);
            let _ = write!(path, "V{y:.1}H{right:.1}");
        }
        let _ = write!(
            self.body,
            "<path d=\"{path}V{bottom:.1}Z\" fill=\"{0}\" fill-opacity=\".28\" stroke=\"{0}\"/>",
            color.css()
        );
    }

    /// A word in the panel, in the given color; `row` counts from its upper edge.
    pub(crate) fn note(&mut self, color: Color, row: usize, words: &str) {
        let _ = write!(
            self.body,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"{}\">{}</text>",
            self.left + self.wide,
            self.top + 12.0 + 17.0 * row as f64,
            color.css(),
            escape(words)
        );
    }
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dash {
    Solid,
    Dashed,
}

/// A tick's number, with a true minus sign.
fn number(value: f64) -> String {
    let text = value.to_string();
    match text.strip_prefix('-') {
        Some(rest) => format!("\u{2212}{rest}"),
        None => text,
    }
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
