//! `cargo book bench`: bn-core and bn-lab beside PyTorch, candle and burn, in one run.
//!
//! Every contestant is a process with as many threads as it is allowed. They take turns, a round
//! of at least a millisecond each, so that what else the machine does meets all of them.

#[cfg(feature = "peers")]
mod burn;
#[cfg(feature = "peers")]
mod candle;
mod case;
mod contestant;
mod environment;
mod ours;
mod table;
mod worker;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use bn::performance::{Measurement, Record};
use clap::Parser;

use case::{Bench, Case};
use contestant::{Contestant, OURS, PYTORCH};
use worker::Request;

#[derive(Parser)]
#[command(name = "cargo book bench")]
struct Arguments {
    /// Measure only what contains this, such as "training [32, 64]"
    filter: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Write all figures to this file
    #[arg(long, conflicts_with = "filter")]
    record: Option<PathBuf>,
    /// The Python that has PyTorch: measure the other libraries as well
    #[arg(long)]
    python: Option<PathBuf>,
    /// Be a contestant
    #[arg(long, hide = true)]
    worker: Option<String>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match arguments.worker.as_deref() {
        None => run(&arguments),
        Some(OURS) => worker::serve(ours::prepare),
        #[cfg(feature = "peers")]
        Some("candle") => worker::serve(candle::prepare),
        #[cfg(feature = "peers")]
        Some("burn") => worker::serve(burn::prepare),
        Some(name) => bail!("{name} is not part of this build"),
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let wanted = |case: &Case| {
        let name = format!("{} {:?}", case.bench.name(), case.shape);
        arguments
            .filter
            .as_ref()
            .is_none_or(|part| name.contains(part))
    };
    let cases: Vec<_> = Case::all().into_iter().filter(wanted).collect();
    let environment = environment::read(arguments.python.as_deref())?;
    let load = environment::load();
    if load > BUSY {
        eprintln!(
            "warning: the machine is busy (load {load:.1}): threads will wait for each other in vain"
        );
    }
    let mut record = Record {
        environment,
        load,
        triad: BTreeMap::new(),
        measurements: Vec::new(),
    };
    let begun = Instant::now();
    for threads in [1, 2] {
        let python = arguments.python.as_deref();
        let names = match python {
            Some(_) => &[OURS, PYTORCH, "candle", "burn"][..],
            None => &[OURS],
        };
        let mut contestants: Vec<_> = names
            .iter()
            .map(|name| Contestant::start(name, threads, python))
            .collect::<Result<_>>()?;
        for case in &cases {
            let measurements = measure(case, threads, &mut contestants, &mut record.triad)?;
            eprintln!(
                "{:4.0} s  {}",
                begun.elapsed().as_secs_f64(),
                table::line(&measurements)
            );
            record.measurements.extend(measurements);
        }
    }
    if let Some(path) = &arguments.record {
        let text = serde_json::to_string_pretty(&record)? + "\n";
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&record.measurements)?);
    } else {
        print!("{}", table::of(&record));
    }
    Ok(())
}

/// With so much of the processors taken by others, figures for two threads say little.
const BUSY: f64 = 0.5;

/// So long a case is measured, unless that is less than `ROUNDS.0` rounds, or more than `ROUNDS.1`.
const PATIENCE: Duration = Duration::from_secs(2);
const ROUNDS: (usize, usize) = (7, 61);

/// So long PyTorch's threads wait for more work before they leave the processors to others.
const SETTLE: Duration = Duration::from_millis(10);

/// One turn in a round: who, what, and the times so far.
struct Turn {
    contestant: usize,
    form: &'static str,
    times: Vec<f64>,
}

fn measure(
    case: &Case,
    threads: usize,
    contestants: &mut [Contestant],
    triad: &mut BTreeMap<usize, f64>,
) -> Result<Vec<Measurement>> {
    let forms = match case.bench {
        Bench::Network => &["step"][..],
        _ if case.bytes().is_some() => &["into", "allocating", "triad"],
        _ => &["into", "allocating"],
    };
    let mut turns = Vec::new();
    for (contestant, Contestant { name, .. }) in contestants.iter().enumerate() {
        let forms = match *name {
            OURS => forms,
            PYTORCH => &forms[..1],
            _ if case.bench == Bench::Network => &[],
            _ => &forms[..1],
        };
        turns.extend(forms.iter().map(|form| Turn {
            contestant,
            form,
            times: Vec::new(),
        }));
    }
    let mut checks: Vec<Vec<f64>> = Vec::new();
    let mut round = 0;
    let mut begun = Instant::now();
    while round <= ROUNDS.0 || (round <= ROUNDS.1 && begun.elapsed() < PATIENCE) {
        for turn in &mut turns {
            let contestant = &mut contestants[turn.contestant];
            let request = Request {
                case: case.clone(),
                form: turn.form.to_owned(),
            };
            let answer = contestant.ask(&request)?;
            if round > 0 {
                turn.times.push(answer.us);
            } else if !answer.check.is_empty() {
                checks.push(answer.check);
                agree(&checks, contestant.name, case)?;
            }
            if contestant.name == PYTORCH && threads > 1 {
                std::thread::sleep(SETTLE);
            }
        }
        if round == 0 {
            // The first round made the arrays and warmed up.
            begun = Instant::now();
        }
        round += 1;
    }
    Ok(summary(case, threads, contestants, &turns, triad))
}

/// Whoever computes something else is not compared.
fn agree(checks: &[Vec<f64>], name: &str, case: &Case) -> Result<()> {
    let (ours, theirs) = (&checks[0], &checks[checks.len() - 1]);
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-2 * a.abs();
    if ours.len() != theirs.len() || !ours.iter().zip(theirs).all(|(a, b)| close(*a, *b)) {
        bail!("{name} has {theirs:?} as the sums of the results of {case:?}, ours are {ours:?}");
    }
    Ok(())
}

fn summary(
    case: &Case,
    threads: usize,
    contestants: &[Contestant],
    turns: &[Turn],
    triad: &mut BTreeMap<usize, f64>,
) -> Vec<Measurement> {
    let is_ours = |turn: &Turn| contestants[turn.contestant].name == OURS;
    let bandwidth = turns.iter().find(|turn| turn.form == "triad").map(|turn| {
        let bytes = 3 * size_of::<f32>() * ours::TRIAD;
        bytes as f64 / (1e-6 * quantile(&turn.times, 0.5))
    });
    if let Some(bandwidth) = bandwidth {
        let best = triad.entry(threads).or_insert(bandwidth);
        *best = best.max(bandwidth);
    }
    let mut measurements = Vec::new();
    for ours in turns
        .iter()
        .filter(|turn| is_ours(turn) && turn.form != "triad")
    {
        let ours_us = quantile(&ours.times, 0.5);
        let moved = case.bytes().map(|bytes| bytes as f64 / (1e-6 * ours_us));
        let alone = Measurement {
            bench: case.bench.name().to_owned(),
            shape: case.shape.clone(),
            threads,
            form: ours.form.to_owned(),
            ours_us,
            ours_quartiles: [0.25, 0.75].map(|q| quantile(&ours.times, q)),
            peer: None,
            peer_us: None,
            peer_quartiles: None,
            ratio: None,
            triad_share: moved
                .zip(bandwidth)
                .map(|(moved, bandwidth)| moved / bandwidth),
        };
        let mut peers = turns.iter().filter(|turn| !is_ours(turn)).peekable();
        if peers.peek().is_none() {
            measurements.push(alone.clone());
        }
        measurements.extend(peers.map(|peer| {
            let peer_us = quantile(&peer.times, 0.5);
            Measurement {
                peer: Some(contestants[peer.contestant].name.to_owned()),
                peer_us: Some(peer_us),
                peer_quartiles: Some([0.25, 0.75].map(|q| quantile(&peer.times, q))),
                ratio: Some(peer_us / ours_us),
                ..alone.clone()
            }
        }));
    }
    measurements
}

/// Between the sorted times, linearly.
fn quantile(times: &[f64], q: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let h = q * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[h.floor() as usize], sorted[h.ceil() as usize]);
    below + (h - h.floor()) * (above - below)
}
