//! `cargo book lab`: JupyterLab with the book's kernel and notebooks.

use std::path::Path;

use anyhow::{Result, bail};

use crate::book::Book;
use crate::kernel::{Ahead, Session, notebooks};
use crate::problem::Problem;
use crate::tools::{self, write_whole};

/// Opens JupyterLab, at a chapter's notebook if one is named, until it is stopped.
///
/// # Errors
/// When the chapter is unknown, its notebook never ran, or a tool is missing.
pub fn open(
    root: &Path,
    chapter: Option<&str>,
    address: &str,
    port: u16,
    browser: bool,
) -> Result<()> {
    let book = Book::load(root)?;
    let mut target = None;
    if let Some(name) = chapter {
        let slug = book.chapter(name)?.slug().to_owned();
        if !book.notebooks.contains_key(&slug) {
            let way_out = format!("`cargo book run {slug}`");
            return Err(Problem::nowhere(format!("{slug} has no notebook yet"), way_out).into());
        }
        target = Some(format!("{slug}.ipynb"));
    }
    let session = Session::open(root, Ahead::Spare)?;
    let notebooks = notebooks(root)?;
    let config = session.folder().join("config");
    // JupyterLab would ask whether it may fetch news; this book needs no network.
    write_whole(
        &config.join("labconfig/page_config.json"),
        br#"{"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": true}}"#,
    )?;
    // Jupyter shows figures and tables only of notebooks it trusts; these are the reader's own checkout.
    let trusted = book
        .runnable()
        .filter(|c| book.notebooks.contains_key(c.slug()));
    let status = session
        .command("-m")
        .args(["jupyter", "trust"])
        .args(trusted.map(|chapter| format!("{}.ipynb", chapter.slug())))
        .current_dir(&notebooks)
        .stdout(std::process::Stdio::null())
        .status()?;
    if !status.success() {
        eprintln!(
            "warning: the notebooks could not be trusted; run their cells to see the figures"
        );
    }
    let mut lab = session.command("-m");
    lab.args([
        "jupyter",
        "lab",
        "--ip",
        address,
        "--port",
        &port.to_string(),
    ])
    .current_dir(&notebooks)
    .env("JUPYTER_CONFIG_PATH", config);
    if tools::is_root() {
        lab.arg("--allow-root");
    }
    if !browser {
        lab.arg("--no-browser");
    }
    if let Some(target) = target {
        // Not as an argument: the address that is printed would lead elsewhere.
        lab.arg(format!("--LabApp.default_url=/lab/tree/{target}"));
    }
    let status = lab.status()?;
    if !status.success() {
        bail!("JupyterLab ended with {status}");
    }
    Ok(())
}
