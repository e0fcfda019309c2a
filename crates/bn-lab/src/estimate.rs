use std::fmt;

use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::error::{self, Error, Result};

/// A mean over seeds with its 95% confidence interval.
///
/// ```text
/// mean ± t(0.975; n − 1) · s / √n      s² = Σ (xᵢ − mean)² / (n − 1)
/// ```
///
/// ```
/// use bn_lab::Estimate;
/// let e = Estimate::of(&[0.50, 0.52, 0.54])?;
/// // t(0.975; 2) = 4.3027, s/√n = 0.02/√3
/// assert!((e.high - (0.52 + 4.302_652_7 * 0.02 / 3.0_f64.sqrt())).abs() < 1e-7);
/// assert_eq!(e.to_string(), "0.520 [0.470, 0.570]");
/// # Ok::<(), bn_lab::Error>(())
/// ```
///
/// Source: Student 1908, "The probable error of a mean".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The mean over seeds.
    pub mean: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
    /// The number of seeds.
    pub seeds: usize,
}

impl Estimate {
    /// The mean of one value per seed.
    ///
    /// # Errors
    ///
    /// [`Error::TooFew`] for fewer than two values (one value has no spread),
    /// [`Error::NotFinite`] for NaN or infinity.
    pub fn of(values: &[f64]) -> Result<Estimate> {
        error::at_least("values for an interval", values.len(), 2)?;
        error::finite("values", values.iter().copied())?;
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let t = student_t(values.len())?.inverse_cdf(0.975);
        let half = t * (variance / n).sqrt();
        Ok(Estimate {
            mean,
            low: mean - half,
            high: mean + half,
            seeds: values.len(),
        })
    }

    /// The mean difference `a − b` of values that share their seeds. What the
    /// seeds do to both alike cancels, so the interval is narrower.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] if there is not one `b` for each `a`; as [`Estimate::of`].
    pub fn paired(a: &[f64], b: &[f64]) -> Result<Estimate> {
        error::same_length("b", b.len(), a.len())?;
        let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
        Estimate::of(&differences)
    }
}

/// The t distribution of a mean over `seeds` values: n − 1 degrees of freedom.
pub(crate) fn student_t(seeds: usize) -> Result<StudentsT> {
    StudentsT::new(0.0, 1.0, seeds as f64 - 1.0).map_err(|reason| Error::Fit {
        model: "Student t distribution",
        reason: reason.to_string(),
    })
}

impl fmt::Display for Estimate {
    /// `mean [low, high]`, to three decimals unless the format asks for others.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(3);
        write!(
            f,
            "{:.digits$} [{:.digits$}, {:.digits$}]",
            self.mean, self.low, self.high
        )
    }
}
