use bn_lab::Estimate;

use crate::number::finite;
use crate::{Error, Number, Result};

/// A mean with its 95% interval over seeds.
///
/// Every chart takes `impl Into<Interval>`: a plain number is an interval of
/// width zero, and is drawn without a band or a bar.
///
/// ```
/// use bn_plot::Interval;
/// let gap = Interval { mean: 0.467, low: 0.443, high: 0.491, seeds: 10 };
/// assert_eq!(Interval::from(0.5).low, 0.5);
/// assert_eq!(Interval::from(&gap), gap);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Mean over the seeds.
    pub mean: f64,
    /// Lower end of the 95% interval.
    pub low: f64,
    /// Upper end of the 95% interval.
    pub high: f64,
    /// Number of seeds; 1 for a plain number.
    pub seeds: usize,
}

impl<T: Number> From<T> for Interval {
    fn from(x: T) -> Self {
        let x = x.to_f64();
        Interval {
            mean: x,
            low: x,
            high: x,
            seeds: 1,
        }
    }
}

impl From<&Interval> for Interval {
    fn from(interval: &Interval) -> Self {
        *interval
    }
}

impl From<Estimate> for Interval {
    fn from(estimate: Estimate) -> Self {
        let Estimate {
            mean,
            low,
            high,
            seeds,
        } = estimate;
        Interval {
            mean,
            low,
            high,
            seeds,
        }
    }
}

impl From<&Estimate> for Interval {
    fn from(estimate: &Estimate) -> Self {
        (*estimate).into()
    }
}

impl Interval {
    pub(crate) fn is_point(&self) -> bool {
        self.low == self.high
    }

    /// Finite, and `low <= mean <= high`.
    pub(crate) fn checked(self, what: impl Fn() -> String) -> Result<Self> {
        for x in [self.mean, self.low, self.high] {
            finite(x, &what)?;
        }
        if self.low <= self.mean && self.mean <= self.high {
            Ok(self)
        } else {
            Err(Error::OutOfRange {
                what: what(),
                given: format!("{} [{}, {}]", self.mean, self.low, self.high),
                expected: "low <= mean <= high".into(),
            })
        }
    }
}
