//! `cargo book test`: everything that must hold.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::book::{Book, FACADE};
use crate::{browser, epub, site, tools};

/// Runs all checks and tests of the project, the slow ones last.
///
/// # Errors
/// At the first step that fails.
pub fn run(root: &Path) -> Result<()> {
    let begun = Instant::now();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let cargo = |arguments: &[&str]| {
        let mut command = Command::new(&cargo);
        command.args(arguments).current_dir(root);
        command
    };
    step("format", || succeed(&mut cargo(&["fmt", "--check"])))?;
    step("clippy", || {
        succeed(&mut cargo(&[
            "clippy",
            "--quiet",
            "--workspace",
            "--all-targets",
            "--all-features",
            "--",
            "-D",
            "warnings",
        ]))
    })?;
    step("documentation", || {
        let mut doc = cargo(&[
            "doc",
            "--quiet",
            "--workspace",
            "--no-deps",
            "--all-features",
        ]);
        succeed(doc.env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    // The kernel first: tests of the tool use it, and would seem to hang while it is built.
    step("tools", || {
        tools::kernel()?;
        tools::python()?;
        tools::mdbook()?;
        tools::test_modules()?;
        tools::python_with_pandoc()?;
        Ok(())
    })?;
    // First what takes no time and says most; then the notebooks, beside the other tests:
    // a kernel keeps one processor busy.
    let site = step("pages, links, equations, references", || site::build(root))?;
    let notebooks = Notebooks::start(root)?;
    step("unit, property and documentation tests", || {
        succeed(&mut cargo(&[
            "test",
            "--quiet",
            "--workspace",
            "--all-features",
        ]))
    })?;
    step("cluster files", || browser::cluster(root))?;
    step("pages in a browser", || browser::look(root, &site))?;
    step("the book as a PDF", || browser::pdf(root, &site))?;
    step("the book as an EPUB", || epub::write(root, &site))?;
    let cells = step("mdbook test", || mdbook_test(root))?;
    step("notebooks, run by the kernel", || notebooks.finish())?;
    eprintln!(
        "\nall of it passed in {:.0} s: {cells} cells compiled and run by mdbook test; the site is in {}",
        begun.elapsed().as_secs_f64(),
        site.display()
    );
    Ok(())
}

/// All notebooks being run by the kernel, in a process of their own.
struct Notebooks {
    child: Child,
    log: tempfile::NamedTempFile,
}

impl Notebooks {
    fn start(root: &Path) -> Result<Self> {
        let log = tempfile::NamedTempFile::new().context("cannot write a log")?;
        let child = Command::new(std::env::current_exe().context("this program is gone")?)
            .args(["run", "--all", "--check"])
            .current_dir(root)
            .stdin(Stdio::null())
            .stdout(log.reopen()?)
            .stderr(log.reopen()?)
            .spawn()
            .context("cannot start the notebooks")?;
        Ok(Self { child, log })
    }

    fn finish(mut self) -> Result<()> {
        let status = self.child.wait()?;
        eprint!("{}", std::fs::read_to_string(self.log.path())?);
        if !status.success() {
            bail!("a notebook fails, see above");
        }
        Ok(())
    }
}

impl Drop for Notebooks {
    /// When another test failed, nobody waits for the notebooks.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("\n── {name}");
    let start = Instant::now();
    let result = work().with_context(|| format!("failed at: {name}"))?;
    eprintln!(
        "── {name}: passed in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    Ok(result)
}

pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().context("cannot start cargo")?;
    if !status.success() {
        let words: Vec<_> = [command.get_program()]
            .into_iter()
            .chain(command.get_args())
            .collect();
        bail!(
            "{} failed ({status})",
            words.join(OsStr::new(" ")).display()
        );
    }
    Ok(())
}

/// Builds the crates where `mdbook test -L` finds them, and returns that folder.
///
/// A target folder of its own: two builds of one crate in it, and the compiler
/// no longer knows which one `extern crate` means.
///
/// # Errors
/// When the crates do not compile.
pub fn library(root: &Path) -> Result<PathBuf> {
    let target = root.join("target/book/lib");
    let dependencies = target.join("release/deps");
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build
        .args([
            "build",
            "--quiet",
            "--release",
            "--package",
            FACADE,
            "--target-dir",
        ])
        .arg(&target)
        .current_dir(root);
    succeed(&mut build)?;
    if facade_builds(&dependencies) > 1 {
        // Left from another compiler or another feature set.
        std::fs::remove_dir_all(&target).context("cannot clear target/book/lib")?;
        succeed(&mut build)?;
    }
    Ok(dependencies)
}

fn facade_builds(dependencies: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(dependencies) else {
        return 0;
    };
    let prefix = format!("lib{FACADE}-");
    entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with(&prefix) && name.ends_with(".rlib")
        })
        .count()
}

/// Runs the standard `mdbook test`; returns the number of cells it compiled.
///
/// # Errors
/// When a cell fails, or a chapter has none: silence is not success.
pub fn mdbook_test(root: &Path) -> Result<usize> {
    let book = Book::load(root)?;
    book.check_text()?;
    let mdbook = tools::mdbook()?;
    let library = library(root)?;
    let cells = book
        .chapters
        .iter()
        .map(|chapter| chapter.cells().count())
        .sum();
    let mut test = Command::new(mdbook);
    test.arg("test")
        .arg(root)
        .arg("-L")
        .arg(library)
        .current_dir(root);
    succeed(&mut test)?;
    Ok(cells)
}
