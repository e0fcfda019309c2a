use std::ops::Range;
use std::path::PathBuf;

use anyhow::{Result, bail};
use bn_lab::claims::{self, Claim};
use bn_lab::sweep::Shard;
use clap::Parser;

/// The seeds that `--confirm` takes if none are asked for.
pub(crate) const CONFIRMATION: Range<u64> = 60..70;

/// Put the book's claims on trial and print the scoreboard
#[derive(Debug, Parser)]
#[command(name = "cargo book claims", bin_name = "cargo book claims")]
pub(crate) struct Options {
    /// Seeds for each experiment, at least 2; as many as in the book if not given
    #[arg(long, value_name = "N")]
    seeds: Option<u64>,
    /// The first seed; the others follow it
    #[arg(long, value_name = "K")]
    first_seed: Option<u64>,
    /// Only this claim; may be given several times
    #[arg(long = "id", value_name = "ID", value_parser = known)]
    ids: Vec<&'static Claim>,
    /// Print the outcomes as a JSON list
    #[arg(long)]
    pub(crate) json: bool,
    /// List the names of the claims and what they say; measure nothing
    #[arg(long, conflicts_with_all = ["json", "recorded", "confirm", "record", "shard", "merge", "seeds", "first_seed"])]
    pub(crate) list: bool,
    /// Print the scoreboard of the book, from its record; measure nothing
    #[arg(long, conflicts_with_all = ["confirm", "record", "shard", "merge", "seeds", "first_seed"])]
    pub(crate) recorded: bool,
    /// Measure with other seeds than the book's, and say which verdicts differ from it
    #[arg(long, conflicts_with_all = ["json", "record", "shard", "merge"])]
    pub(crate) confirm: bool,
    /// Make this run the record of the book, and say which verdicts it changes
    #[arg(long, conflicts_with_all = ["shard"])]
    pub(crate) record: bool,
    /// Measure the i-th of N parts: every N-th pair of an experiment and a seed
    #[arg(long, value_name = "i/N", requires = "out", conflicts_with_all = ["json", "merge"])]
    pub(crate) shard: Option<Shard>,
    /// The file to write the shard to
    #[arg(long, value_name = "FILE", requires = "shard")]
    pub(crate) out: Option<PathBuf>,
    /// Put shards together: all that one run would have measured, to the last bit
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["seeds", "first_seed", "ids"])]
    pub(crate) merge: Vec<PathBuf>,
}

impl Options {
    /// The claims asked for, in the order of the book.
    pub(crate) fn claims(&self) -> Vec<&'static Claim> {
        let asked = |claim: &&&Claim| {
            self.ids.is_empty() || self.ids.iter().any(|asked| asked.id == claim.id)
        };
        claims::all().iter().filter(asked).copied().collect()
    }

    /// The seeds asked for, of which those not said are as in `usual`.
    pub(crate) fn seeds(&self, usual: &Range<u64>) -> Result<Range<u64>> {
        let first = self.first_seed.unwrap_or(usual.start);
        let seeds = self.seeds.unwrap_or(usual.end - usual.start);
        if seeds < 2 {
            bail!(
                "--seeds is {seeds}, expected 2 or more: a single seed has no spread, so no interval"
            );
        }
        match first.checked_add(seeds) {
            Some(end) => Ok(first..end),
            None => bail!("--first-seed {first}: the seeds end at {}", u64::MAX),
        }
    }
}

/// The claim, or names that are near.
fn known(id: &str) -> Result<&'static Claim> {
    if let Ok(claim) = claims::claim(id) {
        return Ok(claim);
    }
    let likeness = |claim: &Claim| {
        let contained = f64::from(claim.id.contains(id));
        contained + strsim::jaro_winkler(id, claim.id)
    };
    let mut near: Vec<_> = claims::all().iter().map(|c| (likeness(c), c.id)).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.retain(|(likeness, _)| *likeness > 0.75);
    near.truncate(3);
    let near: Vec<&str> = near.into_iter().map(|(_, id)| id).collect();
    let near = match near.as_slice() {
        [] => String::new(),
        near => format!(": did you mean {}?", near.join(", ")),
    };
    bail!("no claim has this name{near} (`cargo book claims --list` prints all)")
}
