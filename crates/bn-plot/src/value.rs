use std::fmt;

use bn_lab::{Estimate, readable};

use crate::decimals::readable_interval;
use crate::figure::{content, is_name, one_line};
use crate::number::finite;
use crate::{Error, Interval, Result};

/// What a cell can hand to prose and tables: a number, an estimate or a text.
///
/// ```
/// use bn_plot::{Record, Recorded};
/// assert_eq!(0.5f32.record(), Record::Number(0.5));
/// assert_eq!("NaN at step 12".record(), Record::Text("NaN at step 12".into()));
/// ```
pub trait Recorded {
    /// The value in the form in which it is stored.
    fn record(&self) -> Record;
}

/// A value in the form in which it is stored.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// A real number.
    Number(f64),
    /// A count.
    Integer(i128),
    /// A mean with its interval.
    Estimate(Interval),
    /// A text.
    Text(String),
}

impl Recorded for f64 {
    fn record(&self) -> Record {
        Record::Number(*self)
    }
}

impl Recorded for f32 {
    /// The shortest decimal that reads back as this `f32`: 0.1, not 0.10000000149.
    fn record(&self) -> Record {
        Record::Number(self.to_string().parse().unwrap_or(f64::from(*self)))
    }
}

macro_rules! recorded_integers {
    ($($t:ty),*) => {$(
        impl Recorded for $t {
            fn record(&self) -> Record {
                Record::Integer(*self as i128)
            }
        }
    )*};
}
recorded_integers!(usize, u64, u32, u16, u8, isize, i64, i32, i16, i8);

impl Recorded for str {
    fn record(&self) -> Record {
        Record::Text(self.into())
    }
}

impl Recorded for String {
    fn record(&self) -> Record {
        Record::Text(self.clone())
    }
}

impl Recorded for Interval {
    fn record(&self) -> Record {
        Record::Estimate(*self)
    }
}

impl Recorded for Estimate {
    fn record(&self) -> Record {
        Record::Estimate(self.into())
    }
}

impl<T: Recorded + ?Sized> Recorded for &T {
    fn record(&self) -> Record {
        (**self).record()
    }
}

impl Record {
    /// Numbers finite, intervals in order, texts one non-empty line.
    pub(crate) fn checked(self, what: &str) -> Result<Self> {
        match self {
            Record::Number(x) => finite(x, || what.into()).map(Record::Number),
            Record::Estimate(estimate) => estimate.checked(|| what.into()).map(Record::Estimate),
            Record::Text(text) => one_line(what, text).map(Record::Text),
            Record::Integer(_) => Ok(self),
        }
    }

    fn json(&self) -> String {
        match self {
            // `{:?}` writes the shortest decimal that reads back as the same f64.
            Record::Number(x) => format!("{{\"value\": {x:?}}}"),
            Record::Integer(n) => format!("{{\"value\": {n}}}"),
            Record::Estimate(Interval {
                mean,
                low,
                high,
                seeds,
            }) => format!(
                "{{\"value\": {mean:?}, \"low\": {low:?}, \"high\": {high:?}, \"seeds\": {seeds}}}"
            ),
            Record::Text(text) => {
                let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
                format!("{{\"text\": \"{quoted}\"}}")
            }
        }
    }
}

/// The value for people: `0.9931`, `0.467 [0.443, 0.491]`.
impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Record::Number(x) => f.write_str(&readable(*x)),
            Record::Integer(n) => write!(f, "{n}"),
            Record::Estimate(estimate) => f.write_str(&readable_interval(estimate)),
            Record::Text(text) => f.write_str(text),
        }
    }
}

/// A named value of a cell that prose refers to.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    name: String,
    record: Record,
}

impl Value {
    /// Names a value.
    ///
    /// # Errors
    /// A name that is not snake_case; NaN or infinity; an interval whose mean lies
    /// outside of it; a text that is empty or holds a line break.
    pub fn new(name: &str, value: impl Recorded) -> Result<Self> {
        Self::named(name, value.record())
    }

    // Apart from `new`, so that it is compiled here and not with every cell that records a value.
    fn named(name: &str, record: Record) -> Result<Self> {
        if !is_name(name, '_') {
            return Err(Error::BadName {
                what: "the value name".into(),
                given: name.into(),
                expected: "snake_case, e.g. \"black_accuracy\"".into(),
            });
        }
        let record = record.checked(&format!("the value \"{name}\""))?;
        Ok(Value {
            name: name.into(),
            record,
        })
    }

    /// The stored form: `{"value": x}`, with `low`, `high` and `seeds` for an
    /// estimate; `{"text": "…"}` for a text.
    pub fn json(&self) -> String {
        self.record.json()
    }
}

/// The line for people, then the block that a notebook stores.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.name, self.record)?;
        if let Record::Estimate(Interval { seeds, .. }) = self.record {
            let plural = if seeds == 1 { "" } else { "s" };
            write!(f, " ({seeds} seed{plural})")?;
        }
        writeln!(f)?;
        let mime = format!("application/vnd.bn-value.{}+json", self.name);
        f.write_str(&content(&mime, &self.json()))
    }
}

/// Prints a named value that prose can refer to, for people and for the notebook.
///
/// ```
/// use bn_plot::{Interval, value};
/// value("black_accuracy", 0.9931)?;
/// value("gap", Interval { mean: 0.467, low: 0.443, high: 0.491, seeds: 10 })?;
/// assert!(value("gap", f64::NAN).is_err());
/// # Ok::<(), bn_plot::Error>(())
/// ```
///
/// # Errors
/// As [`Value::new`]; nothing is printed then.
pub fn value(name: &str, value: impl Recorded) -> Result<()> {
    print!("{}", Value::new(name, value)?);
    Ok(())
}
