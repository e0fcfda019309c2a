use crate::canvas::{Align, Canvas, Lettering, Point, TEXT, label_lines};
use crate::frame::{Plot, WIDTH};
use crate::text_width::text_width;
use crate::{Color, Dash, Error, Marker, Result};

const LINE_HEIGHT: f64 = 19.0;
const WIDEST: f64 = 150.0;
const INDENT: f64 = 32.0;

/// What stands before a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Nothing: a reference line.
    Reference,
    /// The marker of a series.
    Marker(Marker, Color),
    /// A piece of the line.
    Stroke(Dash, Color),
}

/// A label to the right of the plot, as near to the end of its line as the others allow.
#[derive(Debug, Clone)]
pub(crate) struct EndLabel {
    lines: Vec<String>,
    look: Look,
    /// Where the line ends, in px; set once the frame is known.
    pub(crate) end: Point,
}

impl EndLabel {
    pub(crate) fn new(text: &str, look: Look) -> Result<Self> {
        Ok(EndLabel {
            lines: label_lines(text, WIDEST)?,
            look,
            end: (0.0, 0.0),
        })
    }

    fn height(&self) -> f64 {
        LINE_HEIGHT * self.lines.len() as f64 + 3.0
    }
}

/// The right edge of a plot that leaves room for the labels.
pub(crate) fn right_edge<'a>(labels: impl Iterator<Item = &'a EndLabel>) -> f64 {
    labels
        .flat_map(|label| &label.lines)
        .map(|line| WIDTH - text_width(line, TEXT) - INDENT - 8.0)
        .fold(WIDTH - 26.0, f64::min)
}

/// Draws the labels in the order of their lines' ends, without overlap, each joined to
/// its line by a thin leader where it had to move.
pub(crate) fn draw(canvas: &mut Canvas<'_>, plot: &Plot, mut labels: Vec<EndLabel>) -> Result<()> {
    labels.sort_by(|a, b| a.end.1.total_cmp(&b.end.1));
    let total: f64 = labels.iter().map(EndLabel::height).sum();
    let (top, bottom) = (plot.top - 12.0, plot.bottom + 12.0);
    if total > bottom - top {
        return Err(Error::TooMany {
            what: "lines of labels beside the plot".into(),
            given: labels.iter().map(|label| label.lines.len()).sum(),
            limit: ((bottom - top) / (LINE_HEIGHT + 3.0)) as usize,
        });
    }
    for (label, middle) in labels.iter().zip(middles(&labels, top, bottom - total)) {
        let x = plot.right + INDENT;
        let (end_x, end_y) = label.end;
        if (middle - end_y).abs() > 3.0 || end_x < plot.right - 3.0 {
            let color = match label.look {
                Look::Reference => Color::Muted,
                Look::Marker(_, color) | Look::Stroke(_, color) => color,
            };
            let from = (end_x + 7.0, end_y);
            let knee = (plot.right.max(end_x) + 7.0, end_y);
            let path = [from, knee, (x - 19.0, middle)];
            canvas.line(path, color, Dash::Solid, 0.8)?;
        }
        let (text_x, color) = match label.look {
            Look::Marker(marker, color) => {
                canvas.marker(marker, (x - 10.0, middle), 5.0, color)?;
                (x, Color::Ink)
            }
            Look::Stroke(dash, color) => {
                let ends = [(x - 20.0, middle), (x - 3.0, middle)];
                canvas.line(ends, color, dash, 2.5)?;
                (x + 2.0, Color::Ink)
            }
            Look::Reference => (x - 16.0, Color::Muted),
        };
        let first = middle - LINE_HEIGHT * (label.lines.len() - 1) as f64 / 2.0;
        for (k, line) in label.lines.iter().enumerate() {
            let at = (text_x, first + LINE_HEIGHT * k as f64);
            canvas.text(line, at, Lettering::new(color, Align::Start))?;
        }
    }
    Ok(())
}

/// Middles of the labels: no overlap, least squared distance from their lines' ends.
///
/// With `c_i` the heights above label i, its upper edge less `c_i` must not
/// decrease with i: an isotonic regression, solved by pooling adjacent violators.
fn middles(labels: &[EndLabel], lowest: f64, highest: f64) -> Vec<f64> {
    let mut above = 0.0;
    let mut offsets = Vec::new();
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for label in labels {
        let wanted = label.end.1 - label.height() / 2.0 - above;
        offsets.push(above + label.height() / 2.0);
        above += label.height();
        let (mut sum, mut count) = (wanted, 1);
        while let Some(&(s, n)) = pools.last() {
            if s / n as f64 <= sum / count as f64 {
                break;
            }
            (sum, count) = (sum + s, count + n);
            pools.pop();
        }
        pools.push((sum, count));
    }
    pools
        .iter()
        .flat_map(|&(sum, n)| std::iter::repeat_n((sum / n as f64).clamp(lowest, highest), n))
        .zip(offsets)
        .map(|(edge, offset)| edge + offset)
        .collect()
}
