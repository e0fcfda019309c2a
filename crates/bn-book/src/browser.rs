//! What a real browser does with the built site: it looks at every page, and prints the book.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::tools::{cache, debian_packages, test_modules};

/// What a system calls the browser.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// Looks at every page of the site in `folder`, in Chromium.
///
/// # Errors
/// When a page has something wrong with it, or there is no browser, or no npm.
pub fn look(root: &Path, folder: &Path) -> Result<()> {
    let (chromium, modules) = (chromium()?, test_modules()?);
    node(
        &root.join("crates/bn-book/browser/look.mjs"),
        &[folder, &modules, &chromium],
    )
}

/// The name of the book as one PDF, in `target/`.
const PDF: &str = "why-batch-norm-works.pdf";

/// Writes the site in `folder` as one PDF with page numbers and an outline; returns its path.
///
/// # Errors
/// When there is no browser, or no npm, or the PDF lacks something.
pub fn pdf(root: &Path, folder: &Path) -> Result<PathBuf> {
    let (chromium, modules) = (chromium()?, test_modules()?);
    let file = root.join("target").join(PDF);
    node(
        &root.join("crates/bn-book/browser/pdf.mjs"),
        &[folder, &modules, &chromium, &file],
    )?;
    Ok(file)
}

/// Checks the files for clusters against the schemas of what reads them.
///
/// # Errors
/// When a file is not what Kubernetes, Slurm or JupyterHub take, or there is no npm.
pub fn cluster(root: &Path) -> Result<()> {
    let script = root.join("crates/bn-lab/cluster/check.mjs");
    node(&script, &[&test_modules()?])
}

fn node(script: &Path, arguments: &[&Path]) -> Result<()> {
    let status = Command::new("node")
        .arg(script)
        .args(arguments)
        .status()
        .context("cannot start node")?;
    if !status.success() {
        bail!("{} found something wrong, see above", script.display());
    }
    Ok(())
}

/// A Chromium of this system; on Debian, one that is installed now if that needs no question.
fn chromium() -> Result<PathBuf> {
    if let Some(found) = installed() {
        return Ok(found);
    }
    debian_packages(&["chromium"], &cache()?.join("chromium.log"))
        .context("the pages are looked at in Chromium")?;
    installed().context("Chromium was installed, and is not on the path")
}

fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    NAMES.iter().find_map(|name| {
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|program| program.is_file())
    })
}
