use plotters::prelude::{DrawingBackend, IntoFont, SVGBackend, TextStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontStyle, ShapeStyle};

use crate::figure::one_line;
use crate::text_width::{text_width, wrapped};
use crate::theme::Paint;
use crate::{Color, Dash, Error, Marker, Result};

/// plotters rounds coordinates to integers: drawing at ten times the size
/// keeps a tenth of a pixel.
const SCALE: f64 = 10.0;
/// plotters divides font sizes by this before it writes them.
const FONT_SCALE: f64 = 1.24;

/// Text size of titles, labels and ticks, in px.
pub(crate) const TEXT: f64 = 17.0;
/// Text size of secondary columns, in px.
pub(crate) const SMALL_TEXT: f64 = 15.5;

/// A point in px from the upper left corner.
pub(crate) type Point = (f64, f64);

/// Where a text's anchor point lies; vertically it is always the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
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

/// How a text is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lettering {
    pub(crate) color: Color,
    pub(crate) size: f64,
    pub(crate) align: Align,
    pub(crate) weight: Weight,
}

impl Lettering {
    pub(crate) fn new(color: Color, align: Align) -> Self {
        Lettering {
            color,
            size: TEXT,
            align,
            weight: Weight::Normal,
        }
    }

    pub(crate) fn bold(self) -> Self {
        Lettering {
            weight: Weight::Bold,
            ..self
        }
    }

    pub(crate) fn small(self) -> Self {
        Lettering {
            size: SMALL_TEXT,
            ..self
        }
    }
}

/// A finished drawing: what stands between `<svg …>` and `</svg>`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Drawing {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) body: String,
}

/// A drawing in progress, in px.
pub(crate) struct Canvas<'a> {
    backend: SVGBackend<'a>,
}

impl Drawing {
    /// Runs `draw` on an empty canvas of `width` × `height` px, and turns the
    /// colors that plotters wrote into the variables of the page's theme.
    pub(crate) fn new(
        width: f64,
        height: f64,
        draw: impl FnOnce(&mut Canvas<'_>) -> Result<()>,
    ) -> Result<Self> {
        let mut raw = String::new();
        let size = (scaled(width) as u32, scaled(height) as u32);
        let mut canvas = Canvas {
            backend: SVGBackend::with_string(&mut raw, size),
        };
        draw(&mut canvas)?;
        canvas.backend.present().map_err(refused)?;
        drop(canvas);
        let body = raw
            .split_once('>')
            .and_then(|(_, rest)| rest.trim_end().strip_suffix("</svg>"))
            .ok_or_else(|| Error::Drawing("no <svg> element was written".into()))?;
        Ok(Drawing {
            width,
            height,
            body: format!(
                "<g transform=\"scale({})\" stroke-linejoin=\"round\" stroke-linecap=\"butt\">{}</g>",
                1.0 / SCALE,
                themed(body)?
            ),
        })
    }
}

impl Canvas<'_> {
    pub(crate) fn line(
        &mut self,
        points: impl IntoIterator<Item = Point>,
        color: Color,
        dash: Dash,
        width: f64,
    ) -> Result<()> {
        let style = stroke(Paint::line(color, dash), width);
        let path: Vec<_> = points.into_iter().map(pixel).collect();
        self.backend.draw_path(path, &style).map_err(refused)
    }

    pub(crate) fn area(
        &mut self,
        points: impl IntoIterator<Item = Point>,
        color: Color,
        opacity: f64,
    ) -> Result<()> {
        let fill = ShapeStyle {
            color: Paint::fill(color).sentinel().mix(opacity),
            filled: true,
            stroke_width: 0,
        };
        let path: Vec<_> = points.into_iter().map(pixel).collect();
        self.backend.fill_polygon(path, &fill).map_err(refused)
    }

    pub(crate) fn text(&mut self, text: &str, at: Point, lettering: Lettering) -> Result<()> {
        let anchor = match lettering.align {
            Align::Start => HPos::Left,
            Align::Middle => HPos::Center,
            Align::End => HPos::Right,
        };
        let weight = match lettering.weight {
            Weight::Normal => FontStyle::Normal,
            Weight::Bold => FontStyle::Bold,
        };
        let style: TextStyle<'_> = ("sans-serif", lettering.size * SCALE * FONT_SCALE)
            .into_font()
            .style(weight)
            .color(&Paint::fill(lettering.color).sentinel())
            .pos(Pos::new(anchor, VPos::Center));
        self.backend
            .draw_text(text, &style, pixel(at))
            .map_err(refused)
    }

    /// A marker of "radius" `r` px around `at`, with a rim in the paper's color.
    pub(crate) fn marker(&mut self, marker: Marker, at: Point, r: f64, color: Color) -> Result<()> {
        self.marker_shape(marker, at, r + 1.5, Color::Paper, 5.5)?;
        self.marker_shape(marker, at, r, color, 2.5)
    }

    /// A marker without a rim, for clouds of points.
    pub(crate) fn marker_shape(
        &mut self,
        marker: Marker,
        (x, y): Point,
        r: f64,
        color: Color,
        stroke_width: f64,
    ) -> Result<()> {
        // Shapes of equal "radius" look unequally large; these factors even them out.
        let polygon: Vec<Point> = match marker {
            Marker::Circle | Marker::Ring => {
                let filled = marker == Marker::Circle;
                let width = if filled { 0.0 } else { stroke_width * 0.72 };
                let style = stroke(Paint::fill(color), width);
                return self
                    .backend
                    .draw_circle(pixel((x, y)), scaled(r) as u32, &style, filled)
                    .map_err(refused);
            }
            Marker::Cross => {
                let d = 0.85 * r;
                self.line(
                    [(x - d, y - d), (x + d, y + d)],
                    color,
                    Dash::Solid,
                    stroke_width,
                )?;
                return self.line(
                    [(x - d, y + d), (x + d, y - d)],
                    color,
                    Dash::Solid,
                    stroke_width,
                );
            }
            Marker::Square => [(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)].to_vec(),
            Marker::Diamond => [(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)].to_vec(),
            Marker::Triangle => [(0.0, -1.2), (1.12, 0.8), (-1.12, 0.8)].to_vec(),
            Marker::InvertedTriangle => [(0.0, 1.2), (1.12, -0.8), (-1.12, -0.8)].to_vec(),
        };
        self.area(
            polygon.into_iter().map(|(dx, dy)| (x + r * dx, y + r * dy)),
            color,
            1.0,
        )
    }
}

/// An error unless `text` is one line of at most `available` px.
pub(crate) fn fits(what: &str, text: &str, size: f64, available: f64) -> Result<()> {
    one_line(what, text.into())?;
    let needed = text_width(text, size);
    if needed <= available {
        return Ok(());
    }
    Err(Error::TextTooLong {
        what: what.into(),
        given: text.into(),
        needed: needed.ceil() as u32,
        available: available.max(0.0) as u32,
    })
}

/// The lines of a label that is `width` px wide at most.
pub(crate) fn label_lines(label: &str, width: f64) -> Result<Vec<String>> {
    one_line("a label", label.into())?;
    let lines = wrapped(label, TEXT, width);
    for line in &lines {
        fits("the label", line, TEXT, width)?;
    }
    Ok(lines)
}

fn scaled(px: f64) -> i32 {
    (px * SCALE).round() as i32
}

fn pixel((x, y): Point) -> (i32, i32) {
    (scaled(x), scaled(y))
}

fn stroke(paint: Paint, width: f64) -> ShapeStyle {
    ShapeStyle {
        color: paint.sentinel().to_rgba(),
        filled: false,
        stroke_width: scaled(width) as u32,
    }
}

fn refused(error: impl std::error::Error) -> Error {
    Error::Drawing(error.to_string())
}

/// Replaces each `fill="#RRGGBB"` and `stroke="#RRGGBB"` by what the sentinel stands for.
///
/// A `"` in text is escaped by plotters, so `="#` occurs in attributes only.
fn themed(body: &str) -> Result<String> {
    let plain = body
        .replace(" opacity=\"1\"", "")
        .replace(" font-family=\"sans-serif\"", "")
        .replace(" stroke=\"none\"", "")
        .replace(" stroke-width=\"0\"", "")
        .replace(" \"/>", "\"/>");
    let mut out = String::with_capacity(plain.len());
    let mut rest = plain.as_str();
    while let Some(at) = rest.find("=\"#") {
        let (before, from_hash) = (&rest[..at], &rest[at + 2..]);
        let attribute_start = before.rfind(' ').map_or(0, |space| space + 1);
        let (head, attribute) = before.split_at(attribute_start);
        let sentinel = from_hash.get(1..7).unwrap_or_default();
        let paint = Paint::from_sentinel(sentinel)
            .ok_or_else(|| Error::Drawing(format!("unknown sentinel color #{sentinel}")))?;
        out.push_str(head);
        out.push_str(&paint.attributes(attribute, SCALE));
        rest = &from_hash[8..];
    }
    out.push_str(rest);
    Ok(out)
}
