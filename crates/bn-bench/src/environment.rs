//! Where the figures come from.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

/// The processor and the versions; no date, no name of the machine.
pub(crate) fn read(python: Option<&Path>) -> Result<BTreeMap<String, String>> {
    let mut environment = BTreeMap::new();
    let mut set = |name: &str, value: String| environment.insert(name.to_owned(), value);
    set("processor", processor());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    set("processors", threads.to_string());
    set(
        "system",
        format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
    );
    set("rustc", said("rustc", &["--version"])?);
    set("bn-core", locked("bn-core"));
    set("bn-lab", locked("bn-lab"));
    if let Some(python) = python {
        let print = "import torch; print(torch.__version__)";
        set("pytorch", said(python.as_os_str(), &["-c", print])?);
        set("candle", locked("candle-core"));
        set("burn", locked("burn"));
    }
    Ok(environment)
}

fn said(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Result<String> {
    let program = program.as_ref();
    let output = Command::new(program)
        .args(arguments)
        .output()
        .with_context(|| format!("cannot start {}", program.display()))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn processor() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    info.lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown", |(_, name)| name)
        .to_owned()
}

/// How many processors others keep busy, on average over two seconds in which we sleep; 0 where
/// nobody says.
pub(crate) fn load() -> f64 {
    let before = processor_times();
    std::thread::sleep(Duration::from_secs(2));
    let (Some(before), Some(after)) = (before, processor_times()) else {
        return 0.0;
    };
    let processors = std::thread::available_parallelism().map_or(1.0, |n| usize::from(n) as f64);
    let (idle, all) = (after.0 - before.0, after.1 - before.1);
    processors * (1.0 - idle / all)
}

/// Idle and all time of all processors since the start, in ticks.
fn processor_times() -> Option<(f64, f64)> {
    let text = std::fs::read_to_string("/proc/stat").ok()?;
    let times = text.lines().next()?.strip_prefix("cpu ")?;
    let times: Vec<f64> = times
        .split_whitespace()
        .map_while(|t| t.parse().ok())
        .collect();
    // user, nice, system, idle, waiting for a disk, …
    Some((times.get(3)? + times.get(4)?, times.iter().sum()))
}

/// The version in the lock file of this crate.
fn locked(name: &str) -> String {
    let entry = format!("name = \"{name}\"\nversion = \"");
    let lock = include_str!("../Cargo.lock");
    lock.split_once(&entry)
        .and_then(|(_, rest)| rest.split('"').next())
        .unwrap_or("unknown")
        .to_owned()
}
