//! The documentation of the crates as a part of the site: each equation of the book leads to the
//! items that implement it, and each of these leads back.
//!
//! The way back is put into rustdoc's pages here, not written into the comments of the crates:
//! only the book knows the number and the page of an equation, and a comment that named them
//! would be a dead link wherever else the crate is documented.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use walkdir::WalkDir;

use crate::book::{Book, Equation};
use crate::code::{Item, LIBRARIES};
use crate::problem::{Problem, Problems};

/// Where the documentation stands in the site.
pub const FOLDER: &str = "api";

/// Documents the crates under `root` into `folder`, in place of what was there.
///
/// # Errors
/// When rustdoc fails, or an item that implements an equation has no page.
pub fn build(root: &Path, folder: &Path) -> Result<()> {
    let book = Book::load(root)?;
    let libraries = LIBRARIES.map(|name| (name, name.replace('-', "_")));
    let (packages, crates): (Vec<_>, Vec<_>) = libraries
        .into_iter()
        .filter(|(name, _)| root.join("crates").join(name).is_dir())
        .unzip();
    let target = root.join("target");
    document(root, &target, &packages)?;
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    copy(&target.join("doc"), folder, &crates)?;
    link_back(&book, folder)
}

fn document(root: &Path, target: &Path, packages: &[&str]) -> Result<()> {
    let mut doc = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    doc.args([
        "doc",
        "--quiet",
        "--no-deps",
        "--all-features",
        "--target-dir",
    ])
    .arg(target)
    .current_dir(root);
    for package in packages {
        doc.args(["--package", package]);
    }
    let status = doc.status().context("cannot start cargo")?;
    if !status.success() {
        bail!("cargo doc failed ({status})");
    }
    Ok(())
}

/// The pages of `crates` and what they share; the folder can hold those of other crates, too.
fn copy(from: &Path, to: &Path, crates: &[String]) -> Result<()> {
    let ours = |path: &Path| {
        let mut parts = path.iter().filter_map(|part| part.to_str());
        let (first, second) = (parts.next(), parts.next());
        let is_ours = |name: &str| crates.iter().any(|known| known == name);
        match first {
            None => true,
            Some("src") => second.is_none_or(is_ours),
            Some(name) => !from.join(name).join("index.html").exists() || is_ours(name),
        }
    };
    let inside = |path: &Path| path.strip_prefix(from).unwrap_or(path).to_path_buf();
    let entries = WalkDir::new(from).into_iter();
    for entry in entries.filter_entry(|entry| ours(&inside(entry.path()))) {
        let entry = entry.context("cannot read what rustdoc wrote")?;
        let place = to.join(inside(entry.path()));
        if entry.file_type().is_dir() {
            fs::create_dir_all(&place)
        } else if entry.file_name() == ".lock" {
            Ok(())
        } else {
            fs::copy(entry.path(), &place).map(drop)
        }
        .with_context(|| format!("cannot write {}", place.display()))?;
    }
    Ok(())
}

/// Writes into the documentation of each item which equations it implements.
fn link_back(book: &Book, folder: &Path) -> Result<()> {
    let mut by_page: BTreeMap<&str, Vec<(&Item, &Equation)>> = BTreeMap::new();
    for item in &book.code.items {
        if let Some(equation) = book.equations.get(&item.label) {
            by_page
                .entry(&item.page)
                .or_default()
                .push((item, equation));
        }
    }
    let mut problems = Vec::new();
    for (page, implemented) in by_page {
        let (file, anchor) = page.split_once('#').unwrap_or((page, ""));
        let path = folder.join(file);
        let linked = fs::read_to_string(&path)
            .ok()
            .and_then(|html| with_links(&html, file, anchor, &implemented));
        let Some(html) = linked else {
            let (item, _) = implemented[0];
            problems.push(Problem::at(
                &item.file,
                item.line,
                format!("rustdoc has no `{page}` for `{}`", item.path),
                "export the item where its module, or the nearest public one around it, can be seen",
            ));
            continue;
        };
        fs::write(&path, html).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(Problems(problems).into_result()?)
}

/// The page with a paragraph of links at the head of the documentation of the item.
fn with_links(
    html: &str,
    file: &str,
    anchor: &str,
    implemented: &[(&Item, &Equation)],
) -> Option<String> {
    const DOCUMENTATION: &str = "<div class=\"docblock\">";
    let start = match anchor {
        "" => 0,
        anchor => html.find(&format!("id=\"{anchor}\""))?,
    };
    let at = start + html[start..].find(DOCUMENTATION)? + DOCUMENTATION.len();
    let up = "../".repeat(file.split('/').count());
    let mut links = String::from("<p class=\"book\">In the book:");
    for (_, equation) in implemented {
        let Equation {
            label,
            number,
            chapter,
            ..
        } = equation;
        let _ = write!(
            links,
            " <a href=\"{up}{chapter}.html#eq-{label}\">equation ({number})</a>"
        );
    }
    Some(format!("{}{links}</p>{}", &html[..at], &html[at..]))
}
