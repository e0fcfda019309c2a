use std::fmt;

use ndarray::ArrayView1;

use crate::loss::Loss;

/// What can go wrong in the laboratory: each message says what was given,
/// what was expected, and what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter lies outside its range.
    #[error("{name} is {given}, expected {expected}: set {name} within that range")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// Its value.
        given: String,
        /// The values it may have.
        expected: &'static str,
    },
    /// Two arrays that belong together have different lengths.
    #[error(
        "{what} has length {given}, expected {expected}: pass arrays that describe the same examples"
    )]
    Length {
        /// The array that does not fit.
        what: &'static str,
        /// Its length.
        given: usize,
        /// The length of its partner.
        expected: usize,
    },
    /// There are fewer examples than the computation needs.
    #[error("{what}: {given} given, at least {expected} needed: pass more")]
    TooFew {
        /// What there is too little of.
        what: &'static str,
        /// How many were given.
        given: usize,
        /// How many are needed.
        expected: usize,
    },
    /// A value is NaN or infinite.
    #[error("{what} holds {given} at position {position}, expected finite numbers: remove it")]
    NotFinite {
        /// The array or list that holds it.
        what: &'static str,
        /// Its position in logical order.
        position: usize,
        /// The value.
        given: f64,
    },
    /// A label names a class that the model does not have.
    #[error("label {given} at position {position}, expected one of the classes 0..{classes}")]
    Label {
        /// The label.
        given: usize,
        /// Its position.
        position: usize,
        /// The number of classes.
        classes: usize,
    },
    /// The examples of a classifier all have the same label.
    #[error(
        "all {examples} examples have the label {label}, expected both 0 and 1: pass examples of both classes"
    )]
    OneClass {
        /// The label they share.
        label: usize,
        /// How many examples there are.
        examples: usize,
    },
    /// Targets of the wrong kind.
    #[error(
        "the network's loss is {loss:?}: pass Targets::Classes for CrossEntropy, Targets::Numbers for SquaredError"
    )]
    Targets {
        /// The loss that the network was planned with.
        loss: Loss,
    },
    /// Written measurements cannot be read, or are not of the experiments as they are now.
    #[error("line {line} of the measurements: {reason}; measure again")]
    Record {
        /// The line, from 1; 0 for the file as a whole.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// Shards that do not make a whole.
    #[error("{reason}")]
    Merge {
        /// What is wrong, with which of them, and what to do.
        reason: String,
    },
    /// An equation of bn-core refused its input.
    #[error(transparent)]
    Core(#[from] bn_core::Error),
    /// A solver of linfa gave up.
    #[error(
        "linfa could not fit the {model}: {reason}; check that the inputs differ from each other"
    )]
    Fit {
        /// The model that was to be fitted.
        model: &'static str,
        /// What linfa said.
        reason: String,
    },
}

/// The result of the laboratory's fallible functions.
pub type Result<T> = std::result::Result<T, Error>;

/// What was given, for a message. In a browser nobody reads it, and the code that writes any
/// float to its last digit would be a tenth of what readers download.
pub(crate) fn shown(given: fmt::Arguments<'_>) -> String {
    if cfg!(target_arch = "wasm32") {
        String::new()
    } else {
        given.to_string()
    }
}

/// Refuses NaN and infinities before they spread.
pub(crate) fn finite(what: &'static str, values: impl IntoIterator<Item = f64>) -> Result<()> {
    match values.into_iter().enumerate().find(|(_, v)| !v.is_finite()) {
        Some((position, given)) => Err(Error::NotFinite {
            what,
            position,
            given,
        }),
        None => Ok(()),
    }
}

/// Refuses an array that does not describe the same examples as its partner.
pub(crate) fn same_length(what: &'static str, given: usize, expected: usize) -> Result<()> {
    if given == expected {
        Ok(())
    } else {
        Err(Error::Length {
            what,
            given,
            expected,
        })
    }
}

/// Refuses a label that names no class.
pub(crate) fn labels(labels: ArrayView1<usize>, classes: usize) -> Result<()> {
    match labels.iter().enumerate().find(|&(_, &y)| y >= classes) {
        Some((position, &given)) => Err(Error::Label {
            given,
            position,
            classes,
        }),
        None => Ok(()),
    }
}

/// Refuses a sample that is too small.
pub(crate) fn at_least(what: &'static str, given: usize, expected: usize) -> Result<()> {
    if given >= expected {
        Ok(())
    } else {
        Err(Error::TooFew {
            what,
            given,
            expected,
        })
    }
}
