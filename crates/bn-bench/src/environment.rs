//! Where the figures come from.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

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

/// How many processes wanted to run in the last minute, on average; 0 where nobody says.
pub(crate) fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let first = text.split(' ').next().and_then(|load| load.parse().ok());
    first.unwrap_or(0.0)
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
