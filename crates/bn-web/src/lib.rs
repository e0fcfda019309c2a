//! The interactive figures of the book.
//!
//! A figure is computed and drawn by the code in this crate, twice: as WebAssembly in a
//! worker of the reader's browser, and natively when the pages are written, for print and
//! for readers without JavaScript. It is drawn as SVG in the colors of the page's theme.
//!
//! ```
//! use bn_web::{FIGURES, Motion, Width};
//! let noise = FIGURES.iter().find(|figure| figure.name == "noise").expect("a figure");
//! let mut figure = (noise.start)(&noise.defaults())?;
//! while figure.advance()? == Motion::GoesOn {}
//! assert!(figure.draw(Width::Narrow).starts_with("<svg"));
//! # Ok::<(), bn_lab::Error>(())
//! ```

mod cats;
mod control;
#[cfg(target_arch = "wasm32")]
mod exports;
mod figure;
mod image;
mod moments;
mod noise;
mod number;
mod picture;
mod training;

pub use control::{Control, Values};
pub use figure::{FIGURES, Figure, Interactive, Motion};
pub use picture::Width;
