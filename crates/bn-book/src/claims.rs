//! `cargo book claims`: the experiments, which this tool starts and knows nothing about.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitStatus};

use anyhow::{Context, Result};

/// Builds the program of the claims, optimized, and hands it what was asked.
///
/// # Errors
/// When cargo cannot be started.
pub fn run(root: &Path, asked: &[OsString]) -> Result<ExitStatus> {
    // Not quiet: the first time, it is built for a minute.
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["run", "--release", "--package", "bn-lab"])
        .args([
            "--features",
            "command",
            "--bin",
            "claims",
            "--manifest-path",
        ])
        .arg(root.join("Cargo.toml"))
        .arg("--")
        .args(asked)
        .status()
        .context("cannot start cargo")
}
