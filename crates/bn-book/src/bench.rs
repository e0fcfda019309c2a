//! `cargo book bench`: how fast layers and networks are.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::book::Book;
use crate::kernel::{Ahead, Session};
use crate::suite::succeed;
use crate::tools::{self, write_whole};

/// Where the performance page finds what was measured.
const RECORDS: &str = "crates/bn/src";

/// Builds and runs `crates/bn-bench`, which has a lock file of its own.
///
/// # Errors
/// When it does not compile, a library it is compared with cannot be installed, or one of them
/// computes something else.
pub fn run(root: &Path, filter: Option<&str>, peers: bool, json: bool, record: bool) -> Result<()> {
    let mut bench = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    bench
        .args(["run", "--quiet", "--release", "--manifest-path"])
        .arg(root.join("crates/bn-bench/Cargo.toml"))
        .arg("--target-dir")
        .arg(root.join("target/bench"));
    if peers {
        bench.args(["--features", "peers"]);
    }
    bench.arg("--");
    bench.args(filter);
    if peers {
        bench.arg("--python").arg(tools::python_with_pytorch()?);
    }
    if json {
        bench.arg("--json");
    }
    if record {
        bench
            .arg("--record")
            .arg(root.join(RECORDS).join("performance.json"));
    }
    succeed(&mut bench)
}

/// Runs the notebooks of chapters and their twins in PyTorch, in turns, and prints how long each
/// takes as JSON.
///
/// # Errors
/// When PyTorch cannot be installed, a cell of either fails, or a twin has not as many cells as
/// its notebook.
pub fn notebooks(root: &Path, chapter: Option<&str>, record: bool) -> Result<()> {
    let slug = match chapter {
        Some(name) => Some(Book::load(root)?.chapter(name)?.slug().to_owned()),
        None => None,
    };
    let pytorch = tools::python_with_pytorch()?;
    let session = Session::open(root, Ahead::Nothing)?;
    let output = session
        .command("-u")
        .arg(root.join("crates/bn-book/benches/notebooks.py"))
        .arg(pytorch)
        .args(slug)
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("cannot start Python")?;
    anyhow::ensure!(output.status.success(), "the measurement failed");
    print!("{}", String::from_utf8_lossy(&output.stdout));
    if record {
        write_whole(&root.join(RECORDS).join("notebooks.json"), &output.stdout)?;
    }
    Ok(())
}
