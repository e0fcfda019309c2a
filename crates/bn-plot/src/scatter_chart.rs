use std::ops::RangeInclusive;

use crate::axis::Scale;
use crate::panel::{Joined, Panel, Series};
use crate::{Figure, Key, Number, Result};

/// Clouds of points with lines and curves through them.
///
/// ```
/// use bn_plot::{Arm, ScatterChart};
/// let figure = ScatterChart::new("x", "y")
///     .points(Arm::Source.labeled("train"), [0.2, 0.5, 0.9], [-0.2, -0.4, -0.1])
///     .curve(Arm::Exact.labeled("truth"), |x| x.powi(3) - x)
///     .line(Arm::NoNorm.labeled("fit"), [0.2, 0.9], [-0.3, -0.2])
///     .figure("fit", "A line misses the curve.", "The fit is flat, the truth is not.")?;
/// assert!(figure.svg().contains("truth"));
/// # Ok::<(), bn_plot::Error>(())
/// ```
pub struct ScatterChart {
    panel: Panel,
}

impl ScatterChart {
    /// An empty chart; titles name the quantity and its unit.
    pub fn new(x_title: impl Into<String>, y_title: impl Into<String>) -> Self {
        ScatterChart {
            panel: Panel::new(x_title.into(), y_title.into()),
        }
    }

    /// Adds points (up to 5,000).
    pub fn points<X: Number, Y: Number>(
        mut self,
        key: impl Into<Key>,
        x: impl IntoIterator<Item = X>,
        y: impl IntoIterator<Item = Y>,
    ) -> Self {
        self.panel
            .series
            .push(Series::new(key, x, y, Joined::NotAtAll));
        self
    }

    /// Adds a line through the given points.
    pub fn line<X: Number, Y: Number>(
        mut self,
        key: impl Into<Key>,
        x: impl IntoIterator<Item = X>,
        y: impl IntoIterator<Item = Y>,
    ) -> Self {
        self.panel
            .series
            .push(Series::new(key, x, y, Joined::Plain));
        self
    }

    /// Adds the function `f`, drawn across the whole plot.
    pub fn curve(mut self, key: impl Into<Key>, f: impl Fn(f64) -> f64 + 'static) -> Self {
        self.panel.series.push(Series::curve(key, f));
        self
    }

    /// Makes the x axis logarithmic.
    pub fn log_x(mut self) -> Self {
        self.panel.x.scale = Scale::Log;
        self
    }

    /// Makes the y axis logarithmic.
    pub fn log_y(mut self) -> Self {
        self.panel.y.scale = Scale::Log;
        self
    }

    /// Shows this stretch of the x axis instead of all data.
    pub fn x_range(mut self, range: RangeInclusive<f64>) -> Self {
        self.panel.x.range = Some(range);
        self
    }

    /// Shows this stretch of the y axis instead of all data.
    pub fn y_range(mut self, range: RangeInclusive<f64>) -> Self {
        self.panel.y.range = Some(range);
        self
    }

    /// Draws the chart.
    ///
    /// # Errors
    /// Nothing to draw; x and y of different lengths; NaN or infinity, also as the
    /// value of a curve; a curve without data or a range for x; a reversed range;
    /// too many series or points; a text that does not fit; a bad id, caption or
    /// alt text.
    pub fn figure(
        &self,
        id: &str,
        caption: impl Into<String>,
        alt: impl Into<String>,
    ) -> Result<Figure> {
        Figure::new(id, caption.into(), alt.into(), self.panel.drawing(0.04)?)
    }
}
