/// What went wrong: what was given, what was expected, what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An array without a single value.
    #[error(
        "{what} has shape {shape:?} and holds no values: pass at least one value along every axis"
    )]
    Empty {
        /// The name of the argument.
        what: &'static str,
        /// Its shape.
        shape: Vec<usize>,
    },

    /// Fewer values than the quantity is defined for.
    #[error("{what}: given {given}, expected at least {needed}: {advice}")]
    TooFew {
        /// What was counted.
        what: &'static str,
        /// How many there were.
        given: usize,
        /// How many it takes.
        needed: usize,
        /// What to do.
        advice: &'static str,
    },

    /// A shape that does not fit the other arguments.
    #[error(
        "{what} has shape {given:?}, expected {expected}: check the order of the axes and of the arguments"
    )]
    Shape {
        /// The name of the argument.
        what: &'static str,
        /// Its shape.
        given: Vec<usize>,
        /// The shape that fits.
        expected: String,
    },

    /// NaN or an infinity.
    #[error(
        "{what}{index:?} is {value}, expected a finite number: repair or drop that value before it spoils the rest"
    )]
    NonFinite {
        /// The name of the argument.
        what: &'static str,
        /// Where the first such value stands.
        index: Vec<usize>,
        /// NaN, inf or -inf.
        value: f64,
    },

    /// Finite input, but a result that the element type cannot hold.
    #[error(
        "{what} exceeds the range of its type although the input is finite: rescale the input, or use f64"
    )]
    Overflow {
        /// The name of the result.
        what: &'static str,
    },

    /// A file of parameters that does not hold what it should.
    #[cfg(feature = "safetensors")]
    #[error("{entry}: {problem}: check the name and the type of the layer that was saved")]
    StateDict {
        /// The entry that was looked for.
        entry: String,
        /// What is wrong with it.
        problem: String,
    },

    /// A number outside the range where the equation holds.
    #[error("{what} is {given}, expected {expected}")]
    OutOfRange {
        /// The name of the argument, with its index if it is one of many.
        what: String,
        /// The number.
        given: f64,
        /// The allowed range, and a usual choice where there is one.
        expected: &'static str,
    },
}

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;
