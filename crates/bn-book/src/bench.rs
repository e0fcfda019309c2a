//! `cargo book bench`: how fast layers and networks are.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::suite::succeed;
use crate::tools;

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
            .arg(root.join("crates/bn/src/performance.json"));
    }
    succeed(&mut bench)
}
