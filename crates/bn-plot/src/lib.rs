//! Figures of the book: SVG that follows the page's theme, and display in notebooks.
//!
//! Every chart is built by a chain of calls that ends in `figure(id, caption, alt)`:
//! the caption says what to see, the alt text gives the finding to readers who do
//! not see the figure. Input is checked there; nothing panics.
//!
//! ```
//! use bn_plot::{Arm, Interval, LineChart, value};
//! # fn main() -> bn_plot::Result<()> {
//! let accuracy = [0.1, 0.5, 0.65].map(|mean| Interval { mean, low: mean - 0.02, high: mean + 0.02, seeds: 10 });
//! value("accuracy", accuracy[2])?;
//! let figure = LineChart::new("training step", "test accuracy")
//!     .line(Arm::BatchNorm, [0, 100, 200], accuracy)
//!     .figure("accuracy", "Accuracy rises from chance.", "Accuracy is 0.65 after 200 steps.")?;
//! assert!(figure.to_string().starts_with("Figure accuracy: Accuracy rises from chance.\n"));
//! # Ok(())
//! # }
//! ```
//!
//! What is compared is an [`Arm`]: it has the same color, dash pattern and marker
//! in every figure. Colors are CSS variables with a fallback; see [`Color`] for
//! their values and [`theme_css`] for the style sheet that a page includes.

mod arm;
mod axis;
mod canvas;
mod decimals;
mod dot_interval;
mod end_labels;
mod error;
mod figure;
mod frame;
mod histogram;
mod interval;
mod line_chart;
mod number;
mod panel;
mod picture_grid;
mod progress;
mod scatter_chart;
mod show;
mod table;
mod text_width;
mod theme;
mod value;
mod verdicts;

pub use arm::{Arm, Dash, Key, Marker};
pub use dot_interval::{DotInterval, Forest};
pub use error::{Error, Result};
pub use figure::Figure;
pub use histogram::Histogram;
pub use interval::Interval;
pub use line_chart::LineChart;
pub use number::Number;
pub use picture_grid::PictureGrid;
pub use progress::{Progress, progress};
pub use scatter_chart::ScatterChart;
pub use show::Show;
pub use table::{Table, TableRows};
pub use theme::{Color, theme_css};
pub use value::{Record, Recorded, Value, value};
pub use verdicts::verdicts;
