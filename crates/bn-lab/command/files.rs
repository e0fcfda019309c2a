use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use bn_lab::Measurements;
use bn_lab::claims;
use bn_lab::record;
use bn_lab::sweep::{Shard, Sweep};

use crate::scoreboard::verdict;

/// The record that the crate embeds.
const RECORD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/record.jsonl");

/// Refuses to measure for a file that holds anything but an earlier run of this very shard.
pub(crate) fn may_hold(out: &Path, sweep: &Sweep, shard: Shard) -> Result<()> {
    let text = match fs::read_to_string(out) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", out.display()));
        }
    };
    let holds = match record::shard_of(&text) {
        Ok((of, there)) if of == *sweep && there == shard => return Ok(()),
        Ok((of, there)) if of == *sweep => format!("shard {there}"),
        Ok((_, there)) => format!("shard {there} of other claims or other seeds"),
        Err(_) => "something that is no shard".to_string(),
    };
    bail!(
        "{} holds {holds}, not shard {shard}: choose another --out, or remove the file",
        out.display()
    )
}

/// Writes a file as a whole, or not at all.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let write = || {
        let mut file = File::create(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, path)
    };
    write()
        .inspect_err(|_| {
            // What is left of it is of no use; that it cannot be removed is no further news.
            let _ = fs::remove_file(&part);
        })
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Files with their names.
pub(crate) fn read(paths: &[PathBuf]) -> Result<Vec<(String, String)>> {
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path);
        let text = text.with_context(|| format!("cannot read {}", path.display()))?;
        Ok((path.display().to_string(), text))
    };
    paths.iter().map(read).collect()
}

/// Makes the measurements the record of the book; says on standard error which verdicts
/// change.
pub(crate) fn record(measured: &[Measurements]) -> Result<()> {
    let mut changes = 0;
    for outcome in claims::judge(claims::all(), measured)? {
        let before = claims::claim(outcome.id)?.recorded().ok();
        let before = before.map_or("not recorded".to_string(), |before| {
            before.verdict.to_string()
        });
        if before != outcome.verdict.to_string() {
            eprintln!("{}: was {before}, is {}", outcome.id, verdict(&outcome));
            changes += 1;
        }
    }
    write_whole(Path::new(RECORD), &record::write(measured))?;
    let verb = if changes == 1 {
        "verdict changes"
    } else {
        "verdicts change"
    };
    eprintln!("{RECORD} is written; {changes} {verb}");
    Ok(())
}
