//! `cargo book claims`: puts the claims on trial and prints the scoreboard.

mod confirm;
mod files;
mod options;
mod progress;
mod scoreboard;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use bn_lab::Measurements;
use bn_lab::claims::{self, Claim};
use bn_lab::record::{self, BOOK_SEEDS};
use bn_lab::sweep::{Shard, Sweep};
use clap::Parser;

use options::{CONFIRMATION, Options};

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<ExitCode> {
    let claims = options.claims();
    if options.list {
        scoreboard::list(&claims);
        return Ok(ExitCode::SUCCESS);
    }
    if options.recorded {
        let measured = claims::experiments(&claims).into_iter();
        let measured = measured
            .map(|e| e.recorded())
            .collect::<Result<Vec<_>, _>>()?;
        scoreboard::print(&claims::judge(&claims, &measured)?, options.json)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some((shard, out)) = options.shard.zip(options.out.as_ref()) {
        let sweep = Sweep::new(claims, options.seeds(&BOOK_SEEDS)?)?;
        files::may_hold(out, &sweep, shard)?;
        let measured = measure(&sweep, shard)?;
        files::write_whole(out, &record::write_shard(&sweep, shard, &measured))?;
        eprintln!("shard {shard} is in {}", out.display());
        return Ok(ExitCode::SUCCESS);
    }
    if options.confirm {
        let seeds = options.seeds(&CONFIRMATION)?;
        if seeds.start < BOOK_SEEDS.end && BOOK_SEEDS.start < seeds.end {
            let (first, last) = (BOOK_SEEDS.start, BOOK_SEEDS.end - 1);
            bail!(
                "the book was measured with seeds {first} to {last}; to confirm it, take \
                 others: --first-seed {}",
                BOOK_SEEDS.end
            );
        }
        let sweep = Sweep::new(claims, seeds)?;
        let measured = measure(&sweep, Shard::WHOLE)?;
        return confirm::compare(&sweep, &measured);
    }
    let (sweep, measured) = if options.merge.is_empty() {
        let sweep = Sweep::new(claims, options.seeds(&BOOK_SEEDS)?)?;
        if options.record {
            is_of_the_book(&sweep)?;
        }
        let measured = measure(&sweep, Shard::WHOLE)?;
        (sweep, measured)
    } else {
        record::merge(&files::read(&options.merge)?)?
    };
    if options.record {
        is_of_the_book(&sweep)?;
        files::record(&measured)?;
    }
    scoreboard::print(&claims::judge(sweep.claims(), &measured)?, options.json)?;
    Ok(ExitCode::SUCCESS)
}

fn measure(sweep: &Sweep, shard: Shard) -> Result<Vec<Measurements>> {
    let report = progress::Report::new();
    let measured = sweep.measure(shard, &|progress| report.show(progress));
    report.end();
    measured.context("an experiment failed")
}

/// The record holds all claims with the seeds of the book, or it would be of no use.
fn is_of_the_book(sweep: &Sweep) -> Result<()> {
    let all: &[&'static Claim] = claims::all();
    if *sweep == Sweep::new(all.to_vec(), BOOK_SEEDS)? {
        return Ok(());
    }
    bail!(
        "only all claims with the {} seeds of the book make its record: leave out --id, --seeds \
         and --first-seed",
        BOOK_SEEDS.end - BOOK_SEEDS.start
    )
}
