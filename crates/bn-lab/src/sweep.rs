//! Many experiments with many seeds as one list of tasks: over the threads of a machine, or,
//! in shards, over machines.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::claims::{self, Claim};
use crate::error::{self, Error, Result};
use crate::experiment::{Experiment, Measurements};

/// One experiment with one seed: what a thread takes on at a time.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    /// What to measure.
    pub experiment: &'a Experiment,
    /// With which seed.
    pub seed: u64,
}

/// How far a sweep has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The experiment that has been measured.
    pub experiment: &'static str,
    /// With which seed.
    pub seed: u64,
    /// How long that took.
    pub took: Duration,
    /// How many of the experiment's seeds are done.
    pub seeds_done: usize,
    /// How many seeds it has in this sweep.
    pub seeds: usize,
    /// How many tasks are done.
    pub done: usize,
    /// How many there are.
    pub total: usize,
    /// What is left, if every experiment goes on as it went; nothing is known as long as one
    /// of them has not been measured once.
    pub remaining: Option<Duration>,
}

/// Every experiment with every seed: the seeds of the first experiment, of the second, and so on.
pub fn tasks<'a>(experiments: &[&'a Experiment], seeds: Range<u64>) -> Vec<Task<'a>> {
    let with_seeds = |&experiment| {
        let task = move |seed| Task { experiment, seed };
        seeds.clone().map(task)
    };
    experiments.iter().flat_map(with_seeds).collect()
}

/// Measures all tasks on all threads of rayon's pool. First each experiment once, to see how
/// long it takes; then always the longest that is left, so that no thread is idle at the end
/// while another works off a long one. The result depends on the tasks alone: neither on
/// their order of execution nor on the number of threads.
///
/// # Errors
///
/// As [`Experiment::measure`]; [`Error::Parameter`] if a task occurs twice.
pub fn measure(tasks: &[Task], progress: &(dyn Fn(Progress) + Sync)) -> Result<Vec<Measurements>> {
    let queue = Mutex::new(Queue::of(tasks));
    rayon::broadcast(|_| {
        loop {
            let Some((kind, seed)) = locked(&queue).next() else {
                return;
            };
            let experiment = locked(&queue).kinds[kind].experiment;
            let begun = Instant::now();
            let row = experiment.measure(seed);
            let mut queue = locked(&queue);
            let seen = queue.finish(kind, seed, row, begun.elapsed());
            // Under the lock, so that reports come in order.
            progress(seen);
        }
    });
    let queue = queue.into_inner().unwrap_or_else(PoisonError::into_inner);
    let measurements = |kind: Kind| {
        let rows = kind.rows.into_iter().map(|(seed, row)| Ok((seed, row?)));
        Measurements::of(kind.experiment, rows.collect::<Result<_>>()?)
    };
    queue.kinds.into_iter().map(measurements).collect()
}

/// A panic in an experiment goes on when the threads are joined; it hides behind no lock.
fn locked<'q, 'a>(queue: &'q Mutex<Queue<'a>>) -> MutexGuard<'q, Queue<'a>> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is left of one experiment.
struct Kind<'a> {
    experiment: &'a Experiment,
    seeds: usize,
    /// The last one comes first.
    waiting: Vec<u64>,
    running: usize,
    rows: Vec<(u64, Result<Vec<f64>>)>,
    spent: Duration,
}

impl Kind<'_> {
    fn expected(&self) -> Option<Duration> {
        let measured = u32::try_from(self.rows.len()).ok()?;
        self.spent.checked_div(measured)
    }
}

struct Queue<'a> {
    kinds: Vec<Kind<'a>>,
    total: usize,
    failed: bool,
}

impl<'a> Queue<'a> {
    fn of(tasks: &[Task<'a>]) -> Self {
        let mut kinds: Vec<Kind> = Vec::new();
        for &Task { experiment, seed } in tasks.iter().rev() {
            let known = kinds.iter_mut().find(|k| k.experiment.id == experiment.id);
            match known {
                Some(kind) => {
                    kind.waiting.push(seed);
                    kind.seeds += 1;
                }
                None => kinds.push(Kind {
                    experiment,
                    seeds: 1,
                    waiting: vec![seed],
                    running: 0,
                    rows: Vec::new(),
                    spent: Duration::ZERO,
                }),
            }
        }
        kinds.reverse();
        let total = tasks.len();
        Queue {
            kinds,
            total,
            failed: false,
        }
    }

    fn next(&mut self) -> Option<(usize, u64)> {
        if self.failed {
            return None;
        }
        let unknown = |kind: &Kind| kind.rows.is_empty() && kind.running == 0;
        let kinds = self.kinds.iter_mut().enumerate();
        let (k, kind) = kinds
            .filter(|(_, kind)| !kind.waiting.is_empty())
            // Of equals the first: `max_by_key` would take the last.
            .rev()
            .max_by_key(|(_, kind)| (unknown(kind), kind.expected()))?;
        kind.running += 1;
        Some((k, kind.waiting.pop()?))
    }

    fn finish(&mut self, k: usize, seed: u64, row: Result<Vec<f64>>, took: Duration) -> Progress {
        self.failed |= row.is_err();
        let kind = &mut self.kinds[k];
        kind.running -= 1;
        kind.spent += took;
        kind.rows.push((seed, row));
        let (experiment, seeds_done, seeds) = (kind.experiment.id, kind.rows.len(), kind.seeds);
        Progress {
            experiment,
            seed,
            took,
            seeds_done,
            seeds,
            done: self.kinds.iter().map(|kind| kind.rows.len()).sum(),
            total: self.total,
            remaining: self.remaining(),
        }
    }

    fn remaining(&self) -> Option<Duration> {
        let threads = u32::try_from(rayon::current_num_threads()).ok()?;
        let mut work = Duration::ZERO;
        for kind in &self.kinds {
            // Of those that run, half is left on average.
            let left = kind.waiting.len() as f64 + 0.5 * kind.running as f64;
            if left > 0.0 {
                work += kind.expected()?.mul_f64(left);
            }
        }
        work.checked_div(threads)
    }
}

/// One of the parts into which a sweep is divided, counted from 1.
///
/// ```
/// let shard: bn_lab::sweep::Shard = "2/5".parse()?;
/// assert_eq!(shard.to_string(), "2/5");
/// assert!("0/5".parse::<bn_lab::sweep::Shard>().is_err());
/// # Ok::<(), bn_lab::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    part: usize,
    of: usize,
}

impl Shard {
    /// All of it.
    pub const WHOLE: Shard = Shard { part: 1, of: 1 };

    /// The part `part` of `of`.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] unless `1 ≤ part ≤ of`.
    pub fn new(part: usize, of: usize) -> Result<Shard> {
        if (1..=of).contains(&part) {
            Ok(Shard { part, of })
        } else {
            Err(not_a_shard(&format!("{part}/{of}")))
        }
    }

    /// All parts.
    pub fn all(self) -> impl Iterator<Item = Shard> {
        let of = self.of;
        (1..=of).map(move |part| Shard { part, of })
    }
}

fn not_a_shard(given: &str) -> Error {
    Error::Parameter {
        name: "shard",
        given: format!("“{given}”"),
        expected: "i/N with i from 1 to N (an index that counts from 0 needs 1 added)",
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.of)
    }
}

impl FromStr for Shard {
    type Err = Error;

    fn from_str(text: &str) -> Result<Shard> {
        let numbers = text.split_once('/').and_then(|(part, of)| {
            let number = |text: &str| text.trim().parse::<usize>().ok();
            Some((number(part)?, number(of)?))
        });
        match numbers {
            Some((part, of)) => Shard::new(part, of),
            None => Err(not_a_shard(text)),
        }
    }
}

/// Claims to be measured with seeds.
#[derive(Debug, Clone)]
pub struct Sweep {
    claims: Vec<&'static Claim>,
    seeds: Range<u64>,
}

impl Sweep {
    /// These claims, with these seeds.
    ///
    /// # Errors
    ///
    /// [`Error::TooFew`] for no claim, or fewer than two seeds, which have no spread.
    pub fn new(claims: Vec<&'static Claim>, seeds: Range<u64>) -> Result<Sweep> {
        error::at_least("claims to measure", claims.len(), 1)?;
        let given = seeds.end.saturating_sub(seeds.start) as usize;
        error::at_least("seeds for an interval", given, 2)?;
        Ok(Sweep { claims, seeds })
    }

    /// The claims.
    pub fn claims(&self) -> &[&'static Claim] {
        &self.claims
    }

    /// The seeds.
    pub fn seeds(&self) -> Range<u64> {
        self.seeds.clone()
    }

    /// What a shard has to measure: every N-th pair of an experiment and a seed. The shards
    /// are equally large up to one task, for any N; those beyond the last task are empty.
    pub fn tasks(&self, shard: Shard) -> Vec<Task<'static>> {
        let all = tasks(&claims::experiments(&self.claims), self.seeds.clone());
        all.into_iter()
            .skip(shard.part - 1)
            .step_by(shard.of)
            .collect()
    }

    /// Measures a shard.
    ///
    /// # Errors
    ///
    /// As [`measure`].
    pub fn measure(
        &self,
        shard: Shard,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Vec<Measurements>> {
        measure(&self.tasks(shard), progress)
    }
}

impl PartialEq for Sweep {
    /// The same claims with the same seeds.
    fn eq(&self, other: &Sweep) -> bool {
        let ids = |sweep: &Sweep| -> Vec<&str> { sweep.claims.iter().map(|c| c.id).collect() };
        self.seeds == other.seeds && ids(self) == ids(other)
    }
}
