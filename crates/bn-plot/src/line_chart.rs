use std::ops::RangeInclusive;

use crate::axis::Scale;
use crate::panel::{Joined, Panel, Series};
use crate::{Figure, Interval, Key, Number, Result};

/// Lines, each with its 95% band if its numbers carry intervals, labeled where they end.
///
/// Up to 8 lines of up to 5,000 points. A second line of the same arm gets the
/// next dash pattern and marker.
///
/// ```
/// use bn_plot::{Arm, LineChart};
/// let figure = LineChart::new("training step", "test accuracy")
///     .line(Arm::NoNorm, [0, 100, 200], [0.1, 0.2, 0.27])
///     .line(Arm::BatchNorm, [0, 100, 200], [0.1, 0.5, 0.65])
///     .reference(0.1, "chance")
///     .figure("accuracy", "Batch norm learns sooner.", "At step 200: 0.65 against 0.27.")?;
/// assert!(figure.svg().contains("batch norm"));
/// # Ok::<(), bn_plot::Error>(())
/// ```
pub struct LineChart {
    panel: Panel,
}

impl LineChart {
    /// An empty chart; titles name the quantity and its unit.
    pub fn new(x_title: impl Into<String>, y_title: impl Into<String>) -> Self {
        LineChart {
            panel: Panel::new(x_title.into(), y_title.into()),
        }
    }

    /// Adds a line. `y` holds plain numbers, or [`Interval`]s, whose ends bound a band.
    pub fn line<X: Number, Y: Into<Interval>>(
        mut self,
        key: impl Into<Key>,
        x: impl IntoIterator<Item = X>,
        y: impl IntoIterator<Item = Y>,
    ) -> Self {
        self.panel
            .series
            .push(Series::new(key, x, y, Joined::Marked));
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

    /// Adds a labeled horizontal line, e.g. chance.
    pub fn reference(mut self, y: f64, label: impl Into<String>) -> Self {
        self.panel.horizontals.push((y, label.into()));
        self
    }

    /// Adds a labeled vertical line, e.g. the step where something changes.
    pub fn reference_x(mut self, x: f64, label: impl Into<String>) -> Self {
        self.panel.verticals.push((x, label.into()));
        self
    }

    /// Draws the chart.
    ///
    /// # Errors
    /// No line or an empty one; x and y of different lengths; NaN or infinity; an
    /// interval whose mean lies outside; zero or less on a logarithmic axis; a
    /// reversed range; too many lines or points; a text that does not fit; a bad
    /// id, caption or alt text.
    pub fn figure(
        &self,
        id: &str,
        caption: impl Into<String>,
        alt: impl Into<String>,
    ) -> Result<Figure> {
        Figure::new(id, caption.into(), alt.into(), self.panel.drawing(0.0)?)
    }
}
