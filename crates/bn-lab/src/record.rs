//! Measurements that outlive the run that made them: shards of a run, and the record of the book.
//!
//! A file holds one experiment per line, as JSON: its name, the seeds, and for each arm one
//! number per seed. Numbers are written so that reading gives back every bit.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::claims::{self, Claim, Outcome};
use crate::error::{Error, Result};
use crate::experiment::{Experiment, Measurements};
use crate::sweep::{Shard, Sweep};

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

/// Reads what [`write()`] wrote.
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
    Measurements::of(experiment, rows).map_err(|e| e.to_string())
}

/// The first line of a shard's file: which part of what.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    shard: String,
    seeds: Range<u64>,
    claims: Vec<String>,
}

/// Writes a shard: which part of which sweep it is, and what was measured.
pub fn write_shard(sweep: &Sweep, shard: Shard, measured: &[Measurements]) -> String {
    let header = Header {
        shard: shard.to_string(),
        seeds: sweep.seeds(),
        claims: sweep.claims().iter().map(|c| c.id.to_string()).collect(),
    };
    let header = serde_json::to_string(&header).expect("names and numbers are JSON");
    header + "\n" + &write(measured)
}

/// Of which part of which sweep this file says that it is.
///
/// # Errors
///
/// [`Error::Record`] if its first line does not say so, or names a claim that is none.
pub fn shard_of(text: &str) -> Result<(Sweep, Shard)> {
    let refuse = |reason: String| Error::Record { line: 1, reason };
    let first = text.lines().next().unwrap_or_default();
    let header: Header = serde_json::from_str(first)
        .map_err(|e| refuse(format!("not the beginning of a shard ({e})")))?;
    let claims = header.claims.iter().map(|id| claims::claim(id));
    let sweep = claims
        .collect::<Result<_>>()
        .and_then(|claims| Sweep::new(claims, header.seeds))
        .map_err(|e| refuse(e.to_string()))?;
    let shard = header
        .shard
        .parse()
        .map_err(|e: Error| refuse(e.to_string()))?;
    Ok((sweep, shard))
}

/// Puts the shards of a sweep together: the same, to the last bit, as if one machine had
/// measured all of it. Each shard is a name to report it by and what [`write_shard()`] wrote.
///
/// ```
/// use bn_lab::claims::claim;
/// use bn_lab::record::{merge, write_shard};
/// use bn_lab::sweep::{Shard, Sweep};
/// let sweep = Sweep::new(vec![claim("dropout-variance-5")?], 3..6)?;
/// let part = |i| -> bn_lab::Result<(String, String)> {
///     let shard = Shard::new(i, 2)?;
///     let measured = sweep.measure(shard, &|_| {})?;
///     Ok((shard.to_string(), write_shard(&sweep, shard, &measured)))
/// };
/// let whole = sweep.measure(Shard::WHOLE, &|_| {})?;
/// assert_eq!(merge(&[part(2)?, part(1)?])?, (sweep.clone(), whole));
/// assert!(merge(&[part(2)?]).unwrap_err().to_string().contains("1/2 is missing"));
/// # Ok::<(), bn_lab::Error>(())
/// ```
///
/// # Errors
///
/// [`Error::Merge`] if there is none, a file is no shard or broken off, they are not of one
/// sweep, or a shard is missing or given twice.
pub fn merge<N: AsRef<str>, T: AsRef<str>>(files: &[(N, T)]) -> Result<(Sweep, Vec<Measurements>)> {
    let refuse = |reason: String| Error::Merge { reason };
    let mut sweep: Option<(&str, Sweep, usize)> = None;
    let mut found: BTreeMap<Shard, (&str, Vec<Measurements>)> = BTreeMap::new();
    for (name, text) in files {
        let (name, text) = (name.as_ref(), text.as_ref());
        let in_file = |e: Error| refuse(format!("{name}: {e}"));
        let (own, shard) = shard_of(text).map_err(in_file)?;
        match &sweep {
            None => sweep = Some((name, own.clone(), shard.all().count())),
            Some((first, sweep, of)) if *sweep != own || shard.all().count() != *of => {
                return Err(refuse(format!(
                    "{first} and {name} are parts of different sweeps: other claims, other seeds \
                     or another number of shards; merge those of one sweep"
                )));
            }
            Some(_) => {}
        }
        let body = text.split_once('\n').map_or("", |(_, body)| body);
        let measured = read(body).map_err(in_file)?;
        let given = |m: &Measurements| -> Vec<_> {
            let seed = |(seed, _): &(u64, _)| (m.experiment(), *seed);
            m.rows().iter().map(seed).collect()
        };
        let given: BTreeSet<_> = measured.iter().flat_map(given).collect();
        let tasks = own.tasks(shard);
        let expected: BTreeSet<_> = tasks.iter().map(|t| (t.experiment.id, t.seed)).collect();
        if given != expected {
            return Err(refuse(format!(
                "{name} does not hold what shard {shard} has to measure: measure it again"
            )));
        }
        if let Some((first, _)) = found.insert(shard, (name, measured)) {
            return Err(refuse(format!(
                "shard {shard} is there twice: {first} and {name}; leave one out"
            )));
        }
    }
    let Some((_, sweep, of)) = sweep else {
        return Err(refuse("no shards: name their files".to_string()));
    };
    let missing: Vec<String> = Shard::new(1, of)?
        .all()
        .filter(|shard| !found.contains_key(shard))
        .map(|shard| shard.to_string())
        .collect();
    if !missing.is_empty() {
        let verb = if missing.len() == 1 { "is" } else { "are" };
        let list = missing.join(", ");
        return Err(refuse(format!(
            "shard {list} {verb} missing: measure it with --shard and merge again"
        )));
    }
    let mut parts: Vec<Measurements> = found.into_values().flat_map(|(_, m)| m).collect();
    let whole = claims::experiments(sweep.claims())
        .into_iter()
        .map(|experiment| {
            let own = parts.extract_if(.., |m| m.experiment() == experiment.id);
            let own: Vec<Measurements> = own.collect();
            let none = Measurements::of(experiment, Vec::new())?;
            own.into_iter().try_fold(none, Measurements::merge)
        });
    let whole = whole.collect::<Result<_>>()?;
    Ok((sweep, whole))
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

/// The outcome of every claim with [`BOOK_SEEDS`], from the record, in the order of the book.
///
/// # Errors
///
/// [`Error::Record`] if the record is not of the experiments as they are now; as [`claims::judge`].
pub fn scoreboard() -> Result<Vec<Outcome>> {
    claims::judge(claims::all(), &read(RECORD)?)
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
