//! A contestant: a process of its own with its threads, asked for one round at a time.
//!
//! A request is a line of JSON, and so is the answer. The first request for a case makes its
//! arrays and finds how many calls last a millisecond; `python/worker.py` does the same.

use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::case::Case;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Request {
    #[serde(flatten)]
    pub(crate) case: Case,
    pub(crate) form: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    /// Microseconds per call in this round.
    pub(crate) us: f64,
    /// Sums over the magnitudes of the results: contestants must agree on them.
    pub(crate) check: Vec<f64>,
}

/// What a case has come to: work to be repeated, which answers with its check.
pub(crate) type Work = Box<dyn FnMut() -> Result<()>>;

/// Work, and the check of its results.
pub(crate) struct Prepared {
    pub(crate) work: Work,
    pub(crate) check: Vec<f64>,
}

/// At least this long lasts a round.
const ROUND: f64 = 1e-3;

struct Ready {
    request: Request,
    prepared: Prepared,
    calls: usize,
    each: f64,
}

impl Ready {
    fn new(request: Request, mut prepared: Prepared) -> Result<Self> {
        let start = Instant::now();
        let mut calls = 0;
        while start.elapsed() < Duration::from_millis(50) {
            (prepared.work)()?;
            calls += 1;
        }
        let each = start.elapsed().as_secs_f64() / f64::from(calls);
        let calls = (ROUND / each).ceil() as usize;
        Ok(Ready {
            request,
            prepared,
            calls,
            each,
        })
    }

    fn round(&mut self) -> Result<f64> {
        // Another contestant had the caches.
        if self.each < 10.0 * ROUND {
            for _ in 0..self.calls.div_ceil(2) {
                (self.prepared.work)()?;
            }
        }
        let start = Instant::now();
        for _ in 0..self.calls {
            (self.prepared.work)()?;
        }
        Ok(1e6 * start.elapsed().as_secs_f64() / self.calls as f64)
    }
}

/// Answers requests until there are no more.
pub(crate) fn serve(prepare: impl Fn(&Request) -> Result<Prepared>) -> Result<()> {
    let mut ready: Vec<Ready> = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let request: Request = serde_json::from_str(&line?).context("not a request")?;
        if ready
            .first()
            .is_some_and(|ready| ready.request.case != request.case)
        {
            ready.clear();
        }
        let place = ready.iter().position(|ready| ready.request == request);
        let place = match place {
            Some(place) => place,
            None => {
                ready.push(Ready::new(request.clone(), prepare(&request)?)?);
                ready.len() - 1
            }
        };
        let us = ready[place].round()?;
        let check = ready[place].prepared.check.clone();
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", serde_json::to_string(&Answer { us, check })?)?;
        out.flush()?;
    }
    Ok(())
}

/// Σ |v|
pub(crate) fn magnitude<'a>(values: impl IntoIterator<Item = &'a f32>) -> f64 {
    values.into_iter().map(|v| f64::from(v.abs())).sum()
}
