//! Running notebooks with the real kernel, over the Jupyter protocol.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use anyhow::{Context, Result, bail};
use regex::Regex;
use serde::Deserialize;
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::book::{Book, Stale, notebook_path};
use crate::chapter::Chapter;
use crate::notebook::{Notebook, NotebookCell, Run};
use crate::problem::{Problem, Problems};
use crate::tools::{self, write_whole};
use crate::warm::Warm;
use crate::write;

const EXECUTE: &str = include_str!("../python/execute.py");

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
    let mut session = None;
    for (position, slug) in slugs.iter().enumerate() {
        let chapter = book.chapter(slug)?.clone();
        let stale = book.stale(&chapter);
        if which == Which::Stale && matches!(stale, None | Some(Stale::Prose)) {
            eprintln!("{slug}: up to date");
            continue;
        }
        eprintln!("{slug}: running ({} of {})", position + 1, slugs.len());
        let session = match &mut session {
            Some(session) => session,
            none => none.insert(Session::open(root, Ahead::of(slugs.len() - position))?),
        };
        let notebook = execute(&book, &chapter, session)?;
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
    let slugs = slugs(&book, names)?;
    let session = Session::open(root, Ahead::of(slugs.len()))?;
    for slug in slugs {
        let chapter = book.chapter(&slug)?;
        eprintln!("{}: running", chapter.slug());
        let ran = execute(&book, chapter, &session)?;
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
fn execute(book: &Book, chapter: &Chapter, session: &Session) -> Result<Notebook> {
    let run = Run {
        crates: book.computed_by(chapter),
        kernel: format!("evcxr_jupyter {}", tools::KERNEL_VERSION),
        rust: tools::version_of(Path::new("rustc"), "--version")
            .unwrap_or_default()
            .trim()
            .to_owned(),
    };
    let blank = write::notebook::write(book, chapter, &Notebook::new(Vec::new(), run.clone()));
    let input = session.folder().join(format!("{}.ipynb", chapter.slug()));
    write_whole(&input, blank.to_text().as_bytes())?;

    let cells: Vec<_> = chapter.cells().collect();
    let mut child = session
        .command("-c")
        .arg(EXECUTE)
        .arg(&input)
        .arg(tools::KERNEL_NAME)
        .current_dir(notebooks(&book.root)?)
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
                outcome = Some(Err(failure(book, chapter, cell, &message)));
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
        outputs.retain(|output| output["text"] != "");
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
    // A bar of progress was drawn over and is gone.
    if let Some(printed) = output["text"].as_str().filter(|text| text.contains('\r')) {
        let lines = printed
            .split('\n')
            .map(|line| line.rsplit('\r').next().unwrap_or(line));
        output["text"] = lines.collect::<Vec<_>>().join("\n").into();
    }
}

fn failure(book: &Book, chapter: &Chapter, cell: usize, message: &str) -> Problem {
    Problem::at(
        book.shown(chapter),
        line_of_failure(chapter, cell, message),
        format!("the cell fails:\n{}", message.trim()),
        format!(
            "mend the cell or what it calls, then `cargo book run {}`; the notebook on disk is the last good one",
            chapter.slug()
        ),
    )
}

static COMPILER_LINE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^ *([0-9]+) │ ").expect("a valid pattern"));
static TOLD_LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^(?:panicked|failed) in cell \[([0-9]+)\], line ([0-9]+)")
        .expect("a valid pattern")
});

/// The line of the chapter that a kernel's message about one of its cells is about.
///
/// Of a panic and of a failed `?`, the kernel tells the line, which can be that of
/// a function in a cell before. The compiler's messages count the lines of the
/// cell. What ends the process tells nothing: the cell's first line stands for it.
pub fn line_of_failure(chapter: &Chapter, cell: usize, message: &str) -> usize {
    let cells: Vec<_> = chapter.cells().take(cell + 1).collect();
    let Some(failing) = cells.get(cell) else {
        return 1;
    };
    if let Some(told) = TOLD_LINE.captures(message) {
        let number = |group: usize| told[group].parse::<usize>().unwrap_or(1);
        let told = number(1).checked_sub(1).and_then(|cell| cells.get(cell));
        return told.unwrap_or(failing).line + number(2).saturating_sub(1);
    }
    // Several errors come in no particular order: the topmost is the one to mend first.
    let found = COMPILER_LINE.captures_iter(message);
    found
        .filter_map(|found| found[1].parse::<usize>().ok())
        .min()
        .and_then(|at| at.checked_sub(1))
        .map(|down| failing.line + down)
        .filter(|line| *line < failing.end_line)
        .unwrap_or(failing.line)
}

/// Whether a kernel is kept warm ahead while a session lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ahead {
    /// One: who opens the next notebook finds it ready.
    Spare,
    /// None: there is no next notebook.
    Nothing,
}

impl Ahead {
    fn of(notebooks: usize) -> Self {
        if notebooks > 1 {
            Self::Spare
        } else {
            Self::Nothing
        }
    }
}

/// One use of Jupyter with the book's kernel.
pub struct Session {
    warm: Warm,
    folder: TempDir,
    spares: Option<Child>,
}

impl Session {
    /// Prepares the tools and the crates.
    ///
    /// # Errors
    /// When a tool cannot be installed, the crates do not compile, or a folder
    /// cannot be written.
    pub fn open(root: &Path, ahead: Ahead) -> Result<Self> {
        let warm = Warm::prepare(root)?;
        let folder = tempfile::Builder::new()
            .prefix("why-batch-norm-works-")
            .tempdir()
            .context("cannot make a folder for temporary files")?;
        let spares = match ahead {
            Ahead::Nothing => None,
            Ahead::Spare => Some(
                warm.keep_spares(&folder.path().join("spares"))
                    .current_dir(notebooks(root)?)
                    // Held open: the spare kernel stops when this end closes, however we end.
                    .stdin(Stdio::piped())
                    .spawn()
                    .context("cannot start Python")?,
            ),
        };
        Ok(Self {
            warm,
            folder,
            spares,
        })
    }

    /// The session's Python with one flag, and the environment the kernel needs.
    pub fn command(&self, flag: &str) -> Command {
        let mut command = Command::new(self.warm.python());
        command
            .arg(flag)
            .env("JUPYTER_PATH", self.warm.jupyter())
            .env("BN_SPARES", self.folder().join("spares"))
            .env("PYTHONWARNINGS", "ignore");
        command
    }

    /// A folder for the session's own files, outside the checkout.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(spares) = &mut self.spares {
            drop(spares.stdin.take());
            let _ = spares.wait();
        }
    }
}

/// The folder of the notebooks, where kernels start.
///
/// # Errors
/// When it cannot be made.
pub fn notebooks(root: &Path) -> Result<PathBuf> {
    let folder = root.join("notebooks");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}
