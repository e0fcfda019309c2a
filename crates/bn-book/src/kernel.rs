//! Running notebooks with the real kernel, over the Jupyter protocol.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use anyhow::{Context, Result, bail};
use regex::Regex;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::book::{Book, Stale, notebook_path};
use crate::chapter::{Cell, Chapter};
use crate::code::hex;
use crate::notebook::{Notebook, NotebookCell, Run};
use crate::problem::{Problem, Problems};
use crate::tools::{self, write_whole};
use crate::write;

const EXECUTE: &str = include_str!("../python/execute.py");
/// The name by which notebooks ask for the kernel.
const KERNEL_NAME: &str = "rust";

/// Which notebooks to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that no longer show what their chapter says.
    Stale,
    /// All of them, to see whether they still run.
    All,
}

/// Runs notebooks and stores what they put out. Without names, of all chapters.
///
/// # Errors
/// When a cell fails; the notebook on disk is then the last good one.
pub fn run(root: &Path, names: &[String], which: Which) -> Result<()> {
    let mut book = Book::load(root)?;
    let slugs = slugs(&book, names)?;
    for (position, slug) in slugs.iter().enumerate() {
        let chapter = book.chapter(slug)?.clone();
        let stale = book.stale(&chapter);
        if which == Which::Stale && matches!(stale, None | Some(Stale::Prose)) {
            eprintln!("{slug}: up to date");
            continue;
        }
        eprintln!("{slug}: running ({} of {})", position + 1, slugs.len());
        let notebook = execute(&book, &chapter)?;
        book.insert_notebook(slug, notebook);
        // Written once more, now that the values its prose refers to are known.
        let ran = &book.notebooks[slug];
        write::notebook::write(&book, &chapter, ran).write(&notebook_path(root, slug))?;
    }
    refresh_prose(&book)
}

/// Runs notebooks from the first cell to the last and writes nothing: what is
/// committed still runs, whatever it cost to compute. Without names, all of them.
///
/// # Errors
/// When a cell fails.
pub fn verify(root: &Path, names: &[String]) -> Result<()> {
    let book = Book::load(root)?;
    for slug in slugs(&book, names)? {
        let chapter = book.chapter(&slug)?;
        eprintln!("{}: running", chapter.slug());
        let ran = execute(&book, chapter)?;
        let committed = book.notebooks.get(chapter.slug());
        let differs = committed.is_some_and(|committed| !committed.code().eq(ran.code()));
        if differs {
            eprintln!(
                "  note: outputs differ from the committed ones in the last digits or in time"
            );
        }
    }
    Ok(())
}

/// Writes the prose of notebooks anew where it is not the chapter's; runs nothing.
///
/// # Errors
/// When the book cannot be read or a notebook not be written.
pub fn refresh(root: &Path) -> Result<()> {
    refresh_prose(&Book::load(root)?)
}

fn refresh_prose(book: &Book) -> Result<()> {
    for chapter in book.runnable() {
        let path = notebook_path(&book.root, chapter.slug());
        let Some(ran) = book.notebooks.get(chapter.slug()) else {
            continue;
        };
        let notebook = write::notebook::write(book, chapter, ran);
        if notebook.to_text() != fs::read_to_string(&path).unwrap_or_default()
            && !matches!(book.stale(chapter), Some(Stale::Cells(_) | Stale::Missing))
        {
            notebook.write(&path)?;
            eprintln!("{}: prose refreshed", chapter.slug());
        }
    }
    Ok(())
}

/// Says which notebooks are stale; runs nothing.
///
/// # Errors
/// When one is.
pub fn check(root: &Path, names: &[String]) -> Result<()> {
    let book = Book::load(root)?;
    let mut problems = Vec::new();
    for slug in slugs(&book, names)? {
        let found = problems.len();
        book.check_notebook(book.chapter(&slug)?, &mut problems);
        if problems.len() == found {
            eprintln!("{slug}: up to date");
        }
    }
    Ok(Problems(problems).into_result()?)
}

fn slugs(book: &Book, names: &[String]) -> Result<Vec<String>> {
    if names.is_empty() {
        return Ok(book
            .runnable()
            .map(|chapter| chapter.slug().to_owned())
            .collect());
    }
    names
        .iter()
        .map(|name| Ok(book.chapter(name)?.slug().to_owned()))
        .collect()
}

/// One event of the process that talks to the kernel.
#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Event {
    Start { cell: usize },
    Done { seconds: f64 },
    Failed { cell: usize, message: String },
    Broken { message: String },
    Finished { outputs: Vec<Vec<Json>> },
}

/// Runs a chapter's cells and returns its notebook.
fn execute(book: &Book, chapter: &Chapter) -> Result<Notebook> {
    let run = Run {
        crates: book.crates.clone(),
        kernel: format!("evcxr_jupyter {}", tools::KERNEL_VERSION),
        rust: tools::version_of(Path::new("rustc"), "--version")
            .unwrap_or_default()
            .trim()
            .to_owned(),
    };
    let blank = write::notebook::write(book, chapter, &Notebook::new(Vec::new(), run.clone()));
    let session = Session::open(&book.root)?;
    let input = session.folder.join(format!("{}.ipynb", chapter.slug()));
    write_whole(&input, blank.to_text().as_bytes())?;

    let cells: Vec<_> = chapter.cells().collect();
    let mut child = session
        .command("-c")
        .arg(EXECUTE)
        .arg(&input)
        .arg(KERNEL_NAME)
        .current_dir(session.notebooks(&book.root)?)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start Python")?;
    // Held open: the child stops its kernel when this end closes, however we end.
    let _alive = child.stdin.take();
    let events = BufReader::new(child.stdout.take().context("no events")?);
    let mut outcome = None;
    for line in events.lines() {
        let line = line?;
        let Ok(event) = serde_json::from_str(&line) else {
            eprintln!("  {line}");
            continue;
        };
        match event {
            Event::Start { cell } => {
                let place = cells.get(cell).map_or(0, |cell| cell.line);
                eprint!(
                    "  cell {:>2} of {} (line {place}) … ",
                    cell + 1,
                    cells.len()
                );
                let _ = std::io::stderr().flush();
            }
            Event::Done { seconds, .. } => eprintln!("{seconds:.1} s"),
            Event::Failed { cell, message } => {
                eprintln!("failed");
                let program = session.folder.join("build/src/lib.rs");
                let program = fs::read_to_string(program).unwrap_or_default();
                outcome = Some(Err(failure(book, chapter, cell, &message, &program)));
            }
            Event::Broken { message } => {
                let way_out = "`cargo book lab` shows whether the kernel starts at all";
                let cause = format!("the kernel cannot be used: {message}");
                outcome = Some(Err(Problem::nowhere(cause, way_out)));
            }
            Event::Finished { outputs } => outcome = Some(Ok(outputs)),
        }
    }
    let status = child.wait()?;
    let outputs = match outcome {
        Some(Ok(outputs)) => outputs,
        Some(Err(problem)) => return Err(problem.into()),
        None => bail!("the notebook process ended before the notebook did ({status})"),
    };
    let mut outputs = outputs.into_iter().map(|mut outputs| {
        outputs.iter_mut().for_each(tidy);
        outputs
    });
    let mut ran = blank;
    for cell in &mut ran.cells {
        if let NotebookCell::Code { outputs: kept, .. } = cell {
            *kept = outputs.next().unwrap_or_default();
        }
    }
    Ok(ran)
}

/// Takes out of an output what differs from run to run without meaning anything.
fn tidy(output: &mut Json) {
    if output["output_type"] == "execute_result" {
        output["execution_count"] = Json::Null;
    }
}

fn failure(book: &Book, chapter: &Chapter, cell: usize, message: &str, program: &str) -> Problem {
    Problem::at(
        book.shown(chapter),
        line_of_failure(chapter, cell, message, program),
        format!("the cell fails:\n{}", message.trim()),
        format!(
            "mend the cell or what it calls, then `cargo book run {}`; the notebook on disk is the last good one",
            chapter.slug()
        ),
    )
}

static COMPILER_LINE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^ *([0-9]+) │ ").expect("a valid pattern"));
static PANIC_LINE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"panicked at src/lib\.rs:([0-9]+):").expect("a valid pattern"));

/// The line of the chapter that a kernel's message is about.
///
/// The compiler's messages count the lines of the cell. A panic names a line of
/// `program`, the crate the kernel made of the cell and the items of those
/// before it: the chapter's line is the one with the same text and the most of
/// the same around it. What a `?` returns says nothing of its line: the cell's
/// first one stands for it, as for everything else.
pub fn line_of_failure(chapter: &Chapter, cell: usize, message: &str, program: &str) -> usize {
    let cells: Vec<_> = chapter.cells().take(cell + 1).collect();
    let Some(failing) = cells.get(cell) else {
        return 1;
    };
    let number = |pattern: &Regex| -> Option<usize> {
        let found = pattern.captures_iter(message);
        // Several errors come in no particular order: the topmost is the one to mend first.
        found.filter_map(|found| found[1].parse().ok()).min()
    };
    if let Some(at) = number(&PANIC_LINE) {
        let program: Vec<_> = program.lines().map(str::trim_end).collect();
        return line_like(&program, at, &cells).unwrap_or(failing.line);
    }
    // The first cell of a notebook has a line of its own above the chapter's.
    let above = if cell == 0 { 2 } else { 1 };
    number(&COMPILER_LINE)
        .and_then(|at| at.checked_sub(above))
        .map(|down| failing.line + down)
        .filter(|line| *line < failing.end_line)
        .unwrap_or(failing.line)
}

/// The line of `cells` that is most like line `at` (from 1) of `program`.
fn line_like(program: &[&str], at: usize, cells: &[&Cell]) -> Option<usize> {
    let at = at.checked_sub(1)?;
    let wanted = program.get(at)?;
    let mut best = None;
    for cell in cells.iter().rev() {
        let code: Vec<_> = cell.code.lines().map(str::trim_end).collect();
        for (down, _) in code.iter().enumerate().filter(|(_, line)| *line == wanted) {
            let alike = |(one, other): &(&&str, &&str)| one == other;
            let before = program[..at].iter().rev().zip(code[..down].iter().rev());
            let behind = program[at..].iter().zip(&code[down..]);
            let score = before.take_while(alike).count() + behind.take_while(alike).count();
            if best.is_none_or(|(most, _)| score > most) {
                best = Some((score, cell.line + down));
            }
        }
    }
    best.map(|(_, line)| line)
}

/// One use of Jupyter with the book's kernel, alone in its build folder.
pub struct Session {
    python: PathBuf,
    folder: PathBuf,
    data: PathBuf,
    _lock: File,
}

impl Session {
    /// Prepares the tools and waits for other sessions of this checkout.
    ///
    /// # Errors
    /// When a tool cannot be installed or a folder not written.
    pub fn open(root: &Path) -> Result<Self> {
        let kernel = tools::kernel()?;
        let python = tools::python()?;
        // Outside the checkout: inside, cargo would take the kernel's crate for part of the workspace.
        let checkout = hex(&Sha256::digest(root.to_string_lossy().as_bytes()));
        let folder = tools::cache()?.join("kernels").join(&checkout[..12]);
        let data = folder.join("jupyter");
        // The kernel's own way to the standard library is relative, and wrong below the home folder.
        let library =
            tools::version_of(Path::new("rustc"), "--print=target-libdir").unwrap_or_default();
        let library = library.trim();
        let spec = json!({
            "env": {"LD_LIBRARY_PATH": library, "DYLD_FALLBACK_LIBRARY_PATH": library},
            "argv": [kernel, "--control_file", "{connection_file}"],
            "display_name": "Rust",
            "language": "rust",
            "interrupt_mode": "message",
        });
        let spec_path = data.join("kernels").join(KERNEL_NAME).join("kernel.json");
        write_whole(&spec_path, spec.to_string().as_bytes())?;
        // Without it, the kernel believes its installation is old and writes over the file above.
        write_whole(
            &spec_path.with_file_name("version.txt"),
            tools::KERNEL_RESOURCES.as_bytes(),
        )?;
        // Two kernels that share a build folder break each other.
        let cannot = || format!("cannot write {}", folder.display());
        let lock = File::create(folder.join("lock")).with_context(cannot)?;
        if lock.try_lock().is_err() {
            eprintln!("waiting for another notebook run in this checkout …");
            lock.lock().with_context(cannot)?;
        }
        Ok(Self {
            python,
            folder,
            data,
            _lock: lock,
        })
    }

    /// The session's Python with one flag, and the environment the kernel needs.
    pub fn command(&self, flag: &str) -> Command {
        let mut command = Command::new(&self.python);
        command
            .arg(flag)
            .env("JUPYTER_PATH", &self.data)
            .env("EVCXR_TMPDIR", self.folder.join("build"))
            .env("PYTHONWARNINGS", "ignore");
        command
    }

    /// The session's own folder, outside the checkout.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of the notebooks, where kernels start.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn notebooks(&self, root: &Path) -> Result<PathBuf> {
        fs::create_dir_all(self.folder.join("build"))
            .context("cannot make the kernel's build folder")?;
        let folder = root.join("notebooks");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(folder)
    }
}
