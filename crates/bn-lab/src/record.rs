//! Measurements that outlive the run that made them: shards of a run, and the record of the book.
//!
//! A file holds one experiment per line, as JSON: its name, the seeds, and for each arm one
//! number per seed. Numbers are written so that reading gives back every bit.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::claims::{self, Claim, Outcome};
use crate::error::{Error, Result};
use crate::experiment::{Experiment, Measurements};

/// The seeds of the book. Its verdicts are tested with others.
pub const BOOK_SEEDS: Range<u64> = 0..10;

/// What the experiments measured with [`BOOK_SEEDS`], for readers who do not want to wait
/// for five minutes.
const RECORD: &str = include_str!("record.jsonl");

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    experiment: &'a str,
    seeds: Vec<u64>,
    arms: Vec<(String, Vec<f64>)>,
}

/// Writes measurements, a line for each experiment.
pub fn write(measured: &[Measurements]) -> String {
    let line = |measured: &Measurements| {
        let values = |i: usize| measured.rows().iter().map(|(_, row)| row[i]).collect();
        let arms = measured.arms().iter().enumerate();
        let line = Line {
            experiment: measured.experiment(),
            seeds: measured.rows().iter().map(|(seed, _)| *seed).collect(),
            arms: arms.map(|(i, arm)| (arm.to_string(), values(i))).collect(),
        };
        serde_json::to_string(&line).expect("names and numbers are JSON") + "\n"
    };
    measured.iter().map(line).collect()
}

/// Reads what [`write`] wrote.
///
/// # Errors
///
/// [`Error::Record`] with the line, if it is not JSON of this form or breaks off, if no
/// experiment of the claims has this name and these arms, or a number is not finite.
pub fn read(text: &str) -> Result<Vec<Measurements>> {
    let known = claims::experiments(claims::all());
    let parse = |(line, text): (usize, &str)| {
        let refuse = |reason: String| Error::Record {
            line: line + 1,
            reason,
        };
        let parsed: Line = serde_json::from_str(text).map_err(|e| refuse(e.to_string()))?;
        let experiment = known
            .iter()
            .find(|known| known.id == parsed.experiment)
            .ok_or_else(|| refuse(format!("no claim rests on “{}”", parsed.experiment)))?;
        measurements(experiment, parsed).map_err(refuse)
    };
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, text)| !text.trim().is_empty())
        .map(parse)
        .collect()
}

fn measurements(experiment: &Experiment, line: Line) -> std::result::Result<Measurements, String> {
    let names: Vec<&str> = line.arms.iter().map(|(name, _)| name.as_str()).collect();
    if names != experiment.arms {
        let (id, given) = (experiment.id, names.join(", "));
        return Err(format!("“{id}” measures other arms today than {given}"));
    }
    if !line.seeds.is_sorted_by(|a, b| a < b) {
        return Err("the seeds are not in order, or one occurs twice".to_string());
    }
    if let Some((arm, values)) = line.arms.iter().find(|(_, v)| v.len() != line.seeds.len()) {
        let (values, seeds) = (values.len(), line.seeds.len());
        return Err(format!("“{arm}” has {values} numbers for {seeds} seeds"));
    }
    let row = |i: usize| line.arms.iter().map(|(_, values)| values[i]).collect();
    let seeds = line.seeds.iter().enumerate();
    let rows: Vec<(u64, Vec<f64>)> = seeds.map(|(i, &seed)| (seed, row(i))).collect();
    Ok(Measurements::new(experiment, rows))
}

impl Experiment {
    /// What it measured with [`BOOK_SEEDS`], from the record that comes with the crate.
    /// [`Experiment::run`] measures anew.
    ///
    /// # Errors
    ///
    /// [`Error::Record`] if the record is not of this experiment as it is now: run
    /// `cargo book claims --record`.
    pub fn recorded(&self) -> Result<Measurements> {
        let measured = read(RECORD)?;
        let own = |measured: &Measurements| measured.experiment() == self.id;
        measured.into_iter().find(own).ok_or(Error::Record {
            line: 0,
            reason: format!("nothing of “{}”", self.id),
        })
    }
}

impl Claim {
    /// The outcome with [`BOOK_SEEDS`], from the record that comes with the crate.
    /// [`Claim::run`] measures anew.
    ///
    /// ```
    /// let patience = bn_lab::claims::claim("patience")?.recorded()?;
    /// assert_eq!(patience.seeds, 10);
    /// # Ok::<(), bn_lab::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Experiment::recorded`] and [`Claim::judge`].
    pub fn recorded(&self) -> Result<Outcome> {
        self.judge(&self.experiment.recorded()?)
    }
}

/// The outcomes of several claims with [`BOOK_SEEDS`], from the record: what chapters show.
///
/// # Errors
///
/// As [`claims::claim`] and [`Claim::recorded`].
pub fn recorded<'a>(ids: impl IntoIterator<Item = &'a str>) -> Result<Vec<Outcome>> {
    let outcome = |id| claims::claim(id)?.recorded();
    ids.into_iter().map(outcome).collect()
}
