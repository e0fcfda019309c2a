use bn_lab::Result;

use crate::control::Control;
use crate::picture::Width;
use crate::{cats, moments, noise, training};

/// Whether there is more to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// The next [`Figure::advance`] changes the figure.
    GoesOn,
    /// The figure is complete, until a control is moved.
    Rests,
}

/// A figure in motion.
pub trait Figure {
    /// Computes a little more, a few milliseconds' worth. How much does not depend on the
    /// machine: the same number of calls gives the same figure.
    ///
    /// # Errors
    ///
    /// Those of the library; controls within their values cause none.
    fn advance(&mut self) -> Result<Motion>;

    /// Takes new values of the controls as it goes on, where that makes sense; otherwise the
    /// figure has to start again.
    fn takes(&mut self, _values: &[f64]) -> bool {
        false
    }

    /// What there is to see now, as `<svg>`.
    fn draw(&self, width: Width) -> String;

    /// The same in a sentence, with its numbers.
    fn finding(&self) -> String;
}

/// What can be written in a chapter as `{{interactive:name}}`.
#[derive(Debug)]
pub struct Interactive {
    /// The name.
    pub name: &'static str,
    /// What the figure is about.
    pub title: &'static str,
    /// What to try, and what to see.
    pub text: &'static str,
    /// What can be set; the values of [`Interactive::start`] are theirs, in this order.
    pub controls: &'static [Control],
    /// How often [`Figure::advance`] is called for each frame on the screen.
    pub per_frame: u32,
    /// The name of the control that dragging across the picture moves, and by how much from edge
    /// to edge, if the picture is wide and if it is narrow.
    pub dragged: Option<(&'static str, [f64; 2])>,
    /// The figure at its beginning.
    pub start: fn(&[f64]) -> Result<Box<dyn Figure>>,
}

impl Interactive {
    /// What the controls are set to at first.
    pub fn defaults(&self) -> Vec<f64> {
        self.controls
            .iter()
            .map(|control| control.default)
            .collect()
    }
}

/// Words that the page has already when the program comes: it does not carry them again.
pub(crate) const fn on_the_page(words: &'static str) -> &'static str {
    if cfg!(target_arch = "wasm32") {
        ""
    } else {
        words
    }
}

/// All figures; the browser asks for them by their position.
pub static FIGURES: &[Interactive] = &[
    training::TRAINING,
    noise::NOISE,
    moments::MOMENTS,
    cats::CATS,
];
