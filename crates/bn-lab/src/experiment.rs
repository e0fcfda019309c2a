use std::ops::Range;

use crate::error::{self, Error, Result};
use crate::estimate::Estimate;
use crate::sweep::{self, Progress};

/// A measurement that can be repeated with any seed: several arms, all of them measured on
/// the same data and from the same start, so that their differences are paired.
#[derive(Debug)]
pub struct Experiment {
    /// Its name.
    pub id: &'static str,
    /// What is measured, in the order of the measurements.
    pub arms: &'static [&'static str],
    /// How many independent draws make one seed: their mean is what is measured. An
    /// experiment whose draws scatter more than its question allows takes several.
    pub draws: u64,
    /// One number for each arm.
    pub(crate) measure: fn(u64) -> Result<Vec<f64>>,
}

impl Experiment {
    /// Measures every arm with one seed.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] if the experiment does not measure each of its arms,
    /// [`Error::NotFinite`] if it measures NaN or an infinity.
    pub fn measure(&self, seed: u64) -> Result<Vec<f64>> {
        let mut means = vec![0.0; self.arms.len()];
        for draw in 0..self.draws {
            let own_seed = seed.wrapping_mul(self.draws).wrapping_add(draw);
            let values = (self.measure)(own_seed)?;
            error::same_length("measurements", values.len(), self.arms.len())?;
            for (mean, value) in means.iter_mut().zip(values) {
                *mean += value / self.draws as f64;
            }
        }
        error::finite(self.id, means.iter().copied())?;
        Ok(means)
    }

    /// Measures every arm with every seed, the seeds in parallel. The result depends
    /// neither on the number of threads nor on how the seeds were divided among runs.
    ///
    /// # Errors
    ///
    /// As [`Experiment::measure`].
    pub fn run(
        &self,
        seeds: Range<u64>,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Measurements> {
        let mut measured = sweep::measure(&sweep::tasks(&[self], seeds), progress)?;
        match measured.pop() {
            Some(measured) => Ok(measured),
            None => Measurements::of(self, Vec::new()),
        }
    }
}

/// What an experiment measured, one row for each seed, in the order of the seeds.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurements {
    experiment: &'static str,
    arms: &'static [&'static str],
    rows: Vec<(u64, Vec<f64>)>,
}

impl Measurements {
    pub(crate) fn of(experiment: &Experiment, rows: Vec<(u64, Vec<f64>)>) -> Result<Self> {
        Measurements::sorted(experiment.id, experiment.arms, rows)
    }

    /// In the order of the seeds, each of them once.
    fn sorted(
        experiment: &'static str,
        arms: &'static [&'static str],
        mut rows: Vec<(u64, Vec<f64>)>,
    ) -> Result<Self> {
        rows.sort_by_key(|(seed, _)| *seed);
        if let Some(pair) = rows.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(Error::Parameter {
                name: "seed",
                given: format!("{} for the second time", pair[0].0),
                expected: "seeds that have not been measured yet",
            });
        }
        Ok(Measurements {
            experiment,
            arms,
            rows,
        })
    }

    /// The name of the experiment.
    pub fn experiment(&self) -> &'static str {
        self.experiment
    }

    /// The names of the arms.
    pub fn arms(&self) -> &'static [&'static str] {
        self.arms
    }

    /// The seeds, each with one number for each arm.
    pub fn rows(&self) -> &[(u64, Vec<f64>)] {
        &self.rows
    }

    /// These measurements together with those of other seeds: the same, to the last bit,
    /// as if one run had measured them all.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] if the others are of another experiment, or share a seed.
    pub fn merge(mut self, other: Measurements) -> Result<Measurements> {
        if self.experiment != other.experiment {
            return Err(Error::Parameter {
                name: "experiment to merge",
                given: other.experiment.to_string(),
                expected: "measurements of one experiment",
            });
        }
        self.rows.extend(other.rows);
        let Measurements {
            experiment,
            arms,
            rows,
        } = self;
        Measurements::sorted(experiment, arms, rows)
    }

    /// The measurements of one arm, one for each seed.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] if there is no such arm.
    pub fn arm(&self, name: &str) -> Result<Vec<f64>> {
        let Some(i) = self.arms.iter().position(|arm| *arm == name) else {
            return Err(Error::Parameter {
                name: "arm",
                given: name.to_string(),
                expected: "one of the experiment's arms",
            });
        };
        Ok(self.rows.iter().map(|(_, row)| row[i]).collect())
    }

    /// The mean of one arm over the seeds.
    ///
    /// # Errors
    ///
    /// As [`Measurements::arm`] and [`Estimate::of`].
    pub fn estimate(&self, arm: &str) -> Result<Estimate> {
        Estimate::of(&self.arm(arm)?)
    }
}
