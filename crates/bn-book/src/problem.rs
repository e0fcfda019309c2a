//! What is wrong, where, and what to do about it.

use std::fmt;

/// One thing wrong with the book.
///
/// Every failure an author can cause is reported in this shape, so that the
/// file, the line, the cause and the way out are never missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// File relative to the root of the book; empty when no file is at fault.
    pub file: String,
    /// Line in that file, from 1; 0 when the file as a whole is at fault.
    pub line: usize,
    /// What is wrong.
    pub cause: String,
    /// What to do about it.
    pub way_out: String,
}

impl Problem {
    /// A problem at a line of a file.
    pub fn at(
        file: impl Into<String>,
        line: usize,
        cause: impl Into<String>,
        way_out: impl Into<String>,
    ) -> Self {
        Self {
            file: file.into(),
            line,
            cause: cause.into(),
            way_out: way_out.into(),
        }
    }

    /// A problem of the machine or of the command line, at no file.
    pub fn nowhere(cause: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self::at("", 0, cause, way_out)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.cause)?;
        match (self.file.as_str(), self.line) {
            ("", _) => {}
            (file, 0) => writeln!(f, "  --> {file}")?,
            (file, line) => writeln!(f, "  --> {file}:{line}")?,
        }
        write!(f, "   = way out: {}", self.way_out)
    }
}

impl std::error::Error for Problem {}

/// Everything found wrong in one go: an author mends a list faster than a
/// trickle of single errors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// `Ok` when nothing is wrong.
    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                write!(f, "\n\nerror: ")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
