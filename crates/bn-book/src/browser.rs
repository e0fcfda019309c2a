//! The built site in a real browser: what only that can say of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::problem::Problem;
use crate::tools::{cache, debian_packages, node_modules};

/// What a system calls the browser.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// Looks at every page of the site in `folder`, in Chromium.
///
/// # Errors
/// When a page has something wrong with it, or there is no browser, or no npm.
pub fn look(root: &Path, folder: &Path) -> Result<()> {
    let chromium = chromium()?;
    let modules = node_modules()?.ok_or_else(|| {
        Problem::nowhere(
            "the pages cannot be looked at without npm",
            "install Node 18 or newer with npm, and try again",
        )
    })?;
    let status = Command::new("node")
        .arg(root.join("crates/bn-book/browser/look.mjs"))
        .args([folder, &modules, &chromium])
        .status()
        .context("cannot start node")?;
    if !status.success() {
        bail!("a page has something wrong with it, see above");
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
