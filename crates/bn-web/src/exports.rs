//! What the worker calls. Numbers go in one by one; text comes out as its place in memory.
//!
//! That is all the traffic there is, so it needs no generator of bindings. The names must not
//! be mangled, which Rust counts as unsafe: two libraries could choose the same one. Here is
//! one library alone.
#![expect(unsafe_code, reason = "no_mangle; there is no unsafe block")]

use std::cell::RefCell;

use crate::figure::{FIGURES, Figure, Motion};
use crate::picture::Width;

/// One worker runs one figure.
#[derive(Default)]
struct Running {
    values: Vec<f64>,
    figure: Option<Box<dyn Figure>>,
    text: String,
}

thread_local! {
    static RUNNING: RefCell<Running> = RefCell::default();
}

fn running<T>(work: impl FnOnce(&mut Running) -> T) -> T {
    RUNNING.with_borrow_mut(work)
}

/// Sets a control of the figure that is started or changed next.
#[unsafe(no_mangle)]
extern "C" fn set(control: usize, value: f64) {
    running(|running| {
        if running.values.len() <= control {
            running.values.resize(control + 1, f64::NAN);
        }
        running.values[control] = value;
    });
}

/// Starts a figure by its position in [`FIGURES`]. 0 if there is none, or it cannot start.
#[unsafe(no_mangle)]
extern "C" fn start(position: usize) -> u32 {
    running(|running| {
        let Some(interactive) = FIGURES.get(position) else {
            return 0;
        };
        let given = |i: usize| running.values.get(i).copied().unwrap_or(f64::NAN);
        let controls = interactive.controls.iter().enumerate();
        let values: Vec<f64> = controls
            .map(|(i, control)| control.nearest(given(i)))
            .collect();
        let goes_on = running
            .figure
            .as_mut()
            .is_some_and(|figure| figure.takes(&values));
        if !goes_on {
            running.figure = (interactive.start)(&values).ok();
        }
        u32::from(running.figure.is_some())
    })
}

/// Forgets the figure, so that the next start is one from the beginning.
#[unsafe(no_mangle)]
extern "C" fn forget() {
    running(|running| running.figure = None);
}

/// 1 while there is more to come.
#[unsafe(no_mangle)]
extern "C" fn advance() -> u32 {
    running(
        |running| match running.figure.as_mut().map(|figure| figure.advance()) {
            Some(Ok(Motion::GoesOn)) => 1,
            Some(Ok(Motion::Rests) | Err(_)) | None => 0,
        },
    )
}

/// Draws; the length of the text that [`text`] points to.
#[unsafe(no_mangle)]
extern "C" fn draw(narrow: u32) -> usize {
    let width = if narrow == 0 {
        Width::Wide
    } else {
        Width::Narrow
    };
    write(|figure| figure.draw(width))
}

/// The finding; the length of the text that [`text`] points to.
#[unsafe(no_mangle)]
extern "C" fn finding() -> usize {
    write(|figure| figure.finding())
}

/// Where the text of the last [`draw`] or [`finding`] begins.
#[unsafe(no_mangle)]
extern "C" fn text() -> *const u8 {
    running(|running| running.text.as_ptr())
}

fn write(words: impl FnOnce(&dyn Figure) -> String) -> usize {
    running(|running| {
        running.text = running.figure.as_deref().map(words).unwrap_or_default();
        running.text.len()
    })
}
