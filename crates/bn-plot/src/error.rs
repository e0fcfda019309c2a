use thiserror::Error;

/// What can be wrong with the input of a figure, a table or a value.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// A chart, a row or a series without data.
    #[error("{what} is empty; add at least one entry before drawing")]
    Empty {
        /// What was empty.
        what: String,
    },
    /// Two inputs that belong together differ in length.
    #[error("{what}: {given} entries given, {expected} expected; pass one per entry")]
    LengthMismatch {
        /// Which inputs.
        what: String,
        /// Length found.
        given: usize,
        /// Length needed.
        expected: usize,
    },
    /// A NaN or an infinity.
    #[error(
        "{what} holds {given}, a finite number is needed; cut a diverged run before that entry"
    )]
    NotFinite {
        /// Where it stands.
        what: String,
        /// The number found.
        given: f64,
    },
    /// A finite number outside of what can be drawn.
    #[error("{what}: {given} given, {expected} expected")]
    OutOfRange {
        /// Which input.
        what: String,
        /// What was found.
        given: String,
        /// What is accepted.
        expected: String,
    },
    /// More entries than a reader can tell apart.
    #[error("{what}: {given} given, at most {limit} are readable; split the figure")]
    TooMany {
        /// Which input.
        what: String,
        /// Number found.
        given: usize,
        /// Largest number drawn.
        limit: usize,
    },
    /// A text that would be clipped.
    #[error(
        "{what} \"{given}\" is too long: it needs {needed} px of the {available} px it has; shorten it"
    )]
    TextTooLong {
        /// Which text.
        what: String,
        /// The text.
        given: String,
        /// Estimated width in px.
        needed: u32,
        /// Room in px.
        available: u32,
    },
    /// An id or a name that a page could not refer to.
    #[error("{what} \"{given}\" is not {expected}")]
    BadName {
        /// Which name.
        what: String,
        /// The name found.
        given: String,
        /// The form it must have.
        expected: String,
    },
    /// A caption, an alt text or a title that is empty or holds a line break.
    #[error("{what} must be one non-empty line of text, \"{given}\" given")]
    BadText {
        /// Which text.
        what: String,
        /// The text found.
        given: String,
    },
    /// The drawing library or the picture encoder refused.
    #[error("the figure could not be drawn: {0}")]
    Drawing(String),
}

/// The result of everything in this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;
