//! The whole book: chapters, their notebooks, the code, the references, and
//! whether all of it hangs together.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;

use crate::chapter::{Chapter, Piece};
use crate::claims::{self, Claim};
use crate::code::{self, Code};
use crate::notebook::{Figure, Notebook, Outputs, Shown, Value};
use crate::problem::{Problem, Problems};
use crate::references::References;

/// The crate that cells see.
pub const FACADE: &str = "bn";

/// Everything known about the book, read from disk.
pub struct Book {
    /// Folder of `book.toml`.
    pub root: PathBuf,
    /// Pages in the order of `SUMMARY.md`.
    pub chapters: Vec<Chapter>,
    /// Executed notebooks, by slug of their chapter.
    pub notebooks: BTreeMap<String, Notebook>,
    /// Outputs of each code cell, by slug.
    pub outputs: BTreeMap<String, Vec<Outputs>>,
    /// The bibliography.
    pub references: References,
    /// What the crates say about equations.
    pub code: Code,
    /// Fingerprint of the crates a cell uses.
    pub crates: String,
    /// The data that cells can name, each with a hash.
    pub data: Vec<(String, String)>,
    /// The claims that the crates put on trial, by name.
    pub claims: BTreeMap<String, Claim>,
    /// All labelled equations by label.
    pub equations: BTreeMap<String, Equation>,
    /// All figures by id: chapter and number.
    pub figures: HashMap<String, Numbered>,
    /// What was found wrong in the text of the chapters.
    written: Vec<Problem>,
    /// What was found wrong while reading everything else.
    problems: Vec<Problem>,
}

/// Where something numbered stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// File of the page.
    pub file: String,
    /// Number such as `1.2`.
    pub number: String,
}

/// A labelled equation with all that hangs on it; a row of the index.
#[derive(Clone, Debug, Serialize)]
pub struct Equation {
    /// Its label, without `eq:`.
    pub label: String,
    /// Number such as `2.1`.
    pub number: String,
    /// Slug of its chapter.
    pub chapter: String,
    /// Items that implement it.
    pub items: Vec<String>,
    /// Tests that cover it.
    pub tests: Vec<String>,
    /// Cells that run it, as `slug:line`.
    pub cells: Vec<String>,
    /// The formula.
    #[serde(skip)]
    pub tex: String,
    /// Line in the chapter.
    #[serde(skip)]
    pub line: usize,
}

/// Why a notebook does not show what its chapter says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stale {
    /// There is no notebook.
    Missing,
    /// A cell was changed, added or removed; the line of the first one.
    Cells(usize),
    /// The crates compute something else than when it ran.
    Crates,
    /// Only prose differs: nothing has to run.
    Prose,
}

impl Book {
    /// The folder of `book.toml`, from the current folder upwards.
    ///
    /// # Errors
    /// When there is none.
    pub fn find_root() -> Result<PathBuf> {
        let here = std::env::current_dir().context("the current folder is gone")?;
        here.ancestors()
            .find(|folder| folder.join("book.toml").is_file())
            .map(Path::to_path_buf)
            .ok_or_else(|| {
                Problem::nowhere(
                    format!("no book.toml in {} or above", here.display()),
                    "run the command inside a checkout of the book",
                )
                .into()
            })
    }

    /// Reads the book under `root`.
    ///
    /// # Errors
    /// When a file cannot be read. What is wrong *in* the files comes from [`Book::check`].
    pub fn load(root: &Path) -> Result<Self> {
        let mut problems = Vec::new();
        let mut written = Vec::new();
        let chapters = read_chapters(root, &mut written)?;
        written.extend(chapters.iter().filter_map(check_cells));
        let references = References::read(root, &mut problems)?;
        let code = Code::scan(root, &mut problems)?;
        let claims = claims::scan(root, &mut problems)?;
        let mut book = Self {
            root: root.to_path_buf(),
            chapters,
            notebooks: BTreeMap::new(),
            outputs: BTreeMap::new(),
            references,
            code,
            crates: code::fingerprint(root, FACADE)?,
            data: code::data_files(root, FACADE)?,
            claims,
            equations: BTreeMap::new(),
            figures: HashMap::new(),
            written,
            problems,
        };
        for chapter in &book.chapters {
            if chapter.cells().next().is_some() {
                let path = notebook_path(root, chapter.slug());
                if let Some(notebook) = Notebook::read(&path)? {
                    book.notebooks.insert(chapter.slug().to_owned(), notebook);
                }
            }
        }
        book.number_equations();
        book.read_outputs();
        Ok(book)
    }

    /// Puts an executed notebook in the place of the one on disk.
    pub fn insert_notebook(&mut self, slug: &str, notebook: Notebook) {
        self.notebooks.insert(slug.to_owned(), notebook);
        self.read_outputs();
    }

    /// The chapter of a slug, a file name, a number, or the start of a slug.
    ///
    /// # Errors
    /// When there is none, with the names there are.
    pub fn chapter(&self, name: &str) -> Result<&Chapter> {
        let name = name.trim_end_matches(".md").trim_end_matches(".ipynb");
        let name = name.rsplit('/').next().unwrap_or(name);
        let number = name.trim_start_matches('0').to_uppercase();
        self.chapters
            .iter()
            .find(|c| c.slug() == name || c.number.as_ref() == Some(&number))
            .or_else(|| {
                let mut starting = self.chapters.iter().filter(|c| c.slug().starts_with(name));
                starting.next().filter(|_| starting.next().is_none())
            })
            .ok_or_else(|| {
                let names: Vec<_> = self.runnable().map(Chapter::slug).collect();
                Problem::nowhere(
                    format!("no chapter `{name}`"),
                    format!("the chapters are {}", names.join(", ")),
                )
                .into()
            })
    }

    /// The chapters that have cells.
    pub fn runnable(&self) -> impl Iterator<Item = &Chapter> {
        self.chapters
            .iter()
            .filter(|chapter| chapter.cells().next().is_some())
    }

    /// A value by name, in a chapter.
    pub fn value(&self, slug: &str, name: &str) -> Option<(usize, &Value)> {
        self.outputs
            .get(slug)?
            .iter()
            .enumerate()
            .find_map(|(cell, outputs)| {
                let found = outputs.values.iter().find(|(known, _)| known == name);
                found.map(|(_, value)| (cell, value))
            })
    }

    /// Path shown to people, relative to the root.
    pub fn shown(&self, chapter: &Chapter) -> String {
        format!("book/{}", chapter.file)
    }

    /// Fingerprint of all that a chapter's cells compute with: the crates, and the data they name.
    pub fn computed_by(&self, chapter: &Chapter) -> String {
        let mut fingerprint = self.crates.clone();
        for (name, hash) in &self.data {
            if chapter.cells().any(|cell| cell.code.contains(name)) {
                fingerprint.push('+');
                fingerprint.push_str(&hash[..12]);
            }
        }
        fingerprint
    }

    /// Whether, and why, a chapter's notebook is stale. `prose` is the notebook
    /// as it would be written now with the outputs it has.
    pub fn stale(&self, chapter: &Chapter) -> Option<Stale> {
        let Some(notebook) = self.notebooks.get(chapter.slug()) else {
            return Some(Stale::Missing);
        };
        let mut ran = notebook.code();
        let mut line = 1;
        for cell in chapter.cells() {
            line = cell.line;
            match ran.next() {
                Some((source, _)) if source == crate::write::notebook::cell_source(cell) => {}
                _ => return Some(Stale::Cells(line)),
            }
        }
        if ran.next().is_some() {
            return Some(Stale::Cells(line));
        }
        if notebook.metadata.bn.crates != self.computed_by(chapter) {
            return Some(Stale::Crates);
        }
        let fresh = crate::write::notebook::write(self, chapter, notebook);
        (fresh != *notebook).then_some(Stale::Prose)
    }

    /// What is wrong with the text of the chapters alone, whatever ran or was
    /// implemented: a fence nobody runs, a chapter without a cell, a stray `$`.
    ///
    /// # Errors
    /// All problems at once.
    pub fn check_text(&self) -> Result<(), Problems> {
        Problems(self.written.clone()).into_result()
    }

    /// Everything that keeps the book from being true.
    ///
    /// # Errors
    /// All problems at once.
    pub fn check(&self) -> Result<(), Problems> {
        let mut problems = [&self.written[..], &self.problems].concat();
        for chapter in &self.chapters {
            self.check_notebook(chapter, &mut problems);
            self.check_pieces(chapter, &mut problems);
        }
        self.check_equations(&mut problems);
        self.check_claims(&mut problems);
        Problems(problems).into_result()
    }

    pub(crate) fn check_notebook(&self, chapter: &Chapter, problems: &mut Vec<Problem>) {
        if chapter.cells().next().is_none() {
            return;
        }
        let shown = self.shown(chapter);
        let slug = chapter.slug();
        let run = format!("`cargo book run {slug}`");
        let problem = match self.stale(chapter) {
            None => return,
            Some(Stale::Missing) => {
                let line = chapter.cells().next().map_or(1, |cell| cell.line);
                Problem::at(
                    shown,
                    line,
                    "the cells never ran: the notebook is missing",
                    run,
                )
            }
            Some(Stale::Cells(line)) => Problem::at(
                shown,
                line,
                format!("notebooks/{slug}.ipynb is stale: this cell changed since it ran"),
                run,
            ),
            Some(Stale::Crates) => Problem::at(
                format!("notebooks/{slug}.ipynb"),
                0,
                "the notebook is stale: the crates it used changed since it ran",
                run,
            ),
            Some(Stale::Prose) => Problem::at(
                format!("notebooks/{slug}.ipynb"),
                0,
                "the notebook's prose is not the chapter's",
                format!("{run} rewrites the prose and runs nothing"),
            ),
        };
        problems.push(problem);
    }

    fn check_pieces(&self, chapter: &Chapter, problems: &mut Vec<Problem>) {
        let shown = self.shown(chapter);
        for located in &chapter.pieces {
            let problem = match &located.piece {
                Piece::EquationRef(label) if !self.equations.contains_key(label) => Some((
                    format!("no equation is labelled `{label}`"),
                    known("the labels are", self.equations.keys()),
                )),
                Piece::FigureRef(id) if !self.figures.contains_key(id) => Some((
                    format!("no cell draws a figure `{id}`"),
                    known(
                        "the figures are",
                        self.figures.keys().collect::<BTreeSet<_>>(),
                    ),
                )),
                Piece::ClaimRef(id) if !self.claims.contains_key(id) => Some((
                    format!("no claim is named `{id}`"),
                    "check the spelling; `cargo book claims --list` prints the names".to_owned(),
                )),
                Piece::Citation(works) => works
                    .iter()
                    .find(|(key, _)| self.references.get(key).is_none())
                    .map(|(key, _)| {
                        (
                            format!("`{key}` is not in book/references.bib"),
                            known("its keys are", self.references.keys()),
                        )
                    }),
                Piece::Value {
                    chapter: other,
                    name,
                    ..
                } => {
                    let slug = other.as_deref().unwrap_or(chapter.slug());
                    // A notebook that never ran is reported as such, once.
                    let ran = self.notebooks.contains_key(slug);
                    (self.value(slug, name).is_none() && (ran || other.is_some())).then(|| {
                        let names = self.outputs.get(slug).into_iter().flatten();
                        let names = names.flat_map(|outputs| outputs.values.iter().map(|(n, _)| n));
                        (
                            format!("no cell of {slug} records a value `{name}`"),
                            known("it records", names),
                        )
                    })
                }
                _ => None,
            };
            if let Some((cause, way_out)) = problem {
                problems.push(Problem::at(&shown, located.line, cause, way_out));
            }
        }
    }

    fn check_equations(&self, problems: &mut Vec<Problem>) {
        for equation in self.equations.values() {
            let file = format!("book/{}.md", equation.chapter);
            let label = &equation.label;
            if equation.items.is_empty() {
                problems.push(Problem::at(
                    &file,
                    equation.line,
                    format!("nothing implements equation `{label}`"),
                    format!("add #[doc(alias = \"eq:{label}\")] to the public item of bn-core or bn-lab that does"),
                ));
                continue;
            }
            if equation.tests.is_empty() {
                problems.push(Problem::at(
                    &file,
                    equation.line,
                    format!("no test covers equation `{label}`"),
                    format!("write `/// Covers eq:{label}.` above a test in crates/*/tests that a wrong formula fails"),
                ));
            }
            if equation.cells.is_empty() {
                problems.push(Problem::at(
                    &file,
                    equation.line,
                    format!("no cell runs equation `{label}`"),
                    format!("call {} in a cell", equation.items.join(" or ")),
                ));
            }
        }
        let labels = || known("the labels are", self.equations.keys());
        for item in &self.code.items {
            if !self.equations.contains_key(&item.label) {
                problems.push(Problem::at(
                    &item.file,
                    item.line,
                    format!(
                        "`{}` names equation `{}`, which no chapter has",
                        item.path, item.label
                    ),
                    labels(),
                ));
            }
        }
        for test in &self.code.tests {
            if !self.equations.contains_key(&test.label) {
                problems.push(Problem::at(
                    &test.file,
                    test.line,
                    format!(
                        "this test covers equation `{}`, which no chapter has",
                        test.label
                    ),
                    labels(),
                ));
            }
        }
    }

    /// Each claim has a chapter and a place on the scoreboard.
    fn check_claims(&self, problems: &mut Vec<Problem>) {
        let slugs: Vec<&str> = self.chapters.iter().map(Chapter::slug).collect();
        let shown: BTreeSet<&str> = self.shown_claims(claims::SCOREBOARD).collect();
        let scoreboard = self
            .chapters
            .iter()
            .find(|c| c.slug() == claims::SCOREBOARD);
        for (id, claim) in &self.claims {
            let problem = if !slugs.contains(&claim.chapter.as_str()) {
                let cause = format!(
                    "claim `{id}` belongs to {}, which is no page",
                    claim.chapter
                );
                (cause, known("the pages are", &slugs))
            } else if scoreboard.is_none() {
                let cause = format!(
                    "claim `{id}` stands nowhere: there is no {}",
                    claims::SCOREBOARD
                );
                (cause, format!("write book/{}.md", claims::SCOREBOARD))
            } else if self.notebooks.contains_key(claims::SCOREBOARD)
                && !shown.contains(&id.as_str())
            {
                let cause = format!("claim `{id}` is not on the scoreboard");
                (
                    cause,
                    format!(
                        "show it in a table of verdicts in book/{}.md",
                        claims::SCOREBOARD
                    ),
                )
            } else {
                continue;
            };
            problems.push(Problem::at(
                claim.file.as_str(),
                claim.line,
                problem.0,
                problem.1,
            ));
        }
    }

    /// The claims in the tables that a chapter's cells put out.
    fn shown_claims(&self, slug: &str) -> impl Iterator<Item = &str> {
        let outputs = self.outputs.get(slug).into_iter().flatten();
        let tables = outputs
            .flat_map(|outputs| &outputs.shown)
            .filter_map(|shown| match shown {
                Shown::Html(table) => Some(table),
                _ => None,
            });
        let rows = tables.flat_map(|table| claims::ROW.captures_iter(table));
        rows.filter_map(|row| Some(row.get(1)?.as_str()))
    }

    fn number_equations(&mut self) {
        let mut cells_naming: HashMap<String, Vec<String>> = HashMap::new();
        for chapter in &self.chapters {
            for cell in chapter.cells() {
                let place = format!("{}:{}", chapter.slug(), cell.line);
                for word in code::identifiers(&cell.code)
                    .into_iter()
                    .collect::<BTreeSet<_>>()
                {
                    cells_naming.entry(word).or_default().push(place.clone());
                }
            }
        }
        for chapter in &self.chapters {
            for (index, (label, tex, line)) in chapter.equations().enumerate() {
                let Some(number) = &chapter.number else {
                    self.problems.push(Problem::at(
                        format!("book/{}", chapter.file),
                        line,
                        format!("equation `{label}` stands on a page without a number"),
                        "label equations in numbered chapters, and refer to them from here",
                    ));
                    continue;
                };
                let items: Vec<_> = self
                    .code
                    .items
                    .iter()
                    .filter(|i| i.label == label)
                    .collect();
                let mut tests: Vec<_> = self
                    .code
                    .tests
                    .iter()
                    .filter(|t| t.label == label)
                    .map(|t| t.path.clone())
                    .collect();
                tests.extend(
                    items
                        .iter()
                        .filter(|i| i.doctest)
                        .map(|i| format!("doctest of {}", i.path)),
                );
                let cells: BTreeSet<_> = items
                    .iter()
                    .filter_map(|i| cells_naming.get(&i.name))
                    .flatten()
                    .cloned()
                    .collect();
                let equation = Equation {
                    label: label.to_owned(),
                    number: format!("{number}.{}", index + 1),
                    chapter: chapter.slug().to_owned(),
                    items: items.iter().map(|i| i.path.clone()).collect(),
                    tests,
                    cells: cells.into_iter().collect(),
                    tex: tex.to_owned(),
                    line,
                };
                if let Some(first) = self.equations.get(label) {
                    self.problems.push(Problem::at(
                        format!("book/{}", chapter.file),
                        line,
                        format!(
                            "the label `{label}` is taken by equation {} in {}",
                            first.number, first.chapter
                        ),
                        "give this equation another label",
                    ));
                } else {
                    self.equations.insert(label.to_owned(), equation);
                }
            }
        }
    }

    fn read_outputs(&mut self) {
        self.outputs.clear();
        self.figures.clear();
        let mut problems = Vec::new();
        for chapter in &self.chapters {
            let Some(notebook) = self.notebooks.get(chapter.slug()) else {
                continue;
            };
            let shown = format!("book/{}", chapter.file);
            let mut lines = chapter.cells().map(|cell| cell.line);
            let mut all = Vec::new();
            let mut names = BTreeSet::new();
            let mut drawn = 0;
            for (_, outputs) in notebook.code() {
                let line = lines.next().unwrap_or(1);
                let outputs = Outputs::read(outputs).unwrap_or_else(|cause| {
                    problems.push(Problem::at(
                        &shown,
                        line,
                        cause,
                        "mend the cell, then `cargo book run`",
                    ));
                    Outputs::default()
                });
                for figure in outputs.figures() {
                    drawn += 1;
                    let numbered = Numbered {
                        file: chapter.file.clone(),
                        number: format!("{}.{drawn}", chapter.number.as_deref().unwrap_or("0")),
                    };
                    if let Some(first) = self.figures.insert(figure.id.clone(), numbered) {
                        problems.push(Problem::at(
                            &shown,
                            line,
                            format!(
                                "the figure id `{}` is taken by Figure {} in {}",
                                figure.id, first.number, first.file
                            ),
                            "give this figure another id",
                        ));
                    }
                }
                for (name, _) in &outputs.values {
                    if !names.insert(name.clone()) {
                        problems.push(Problem::at(
                            &shown,
                            line,
                            format!("the value `{name}` is recorded twice in this chapter"),
                            "give one of them another name",
                        ));
                    }
                }
                all.push(outputs);
            }
            self.outputs.insert(chapter.slug().to_owned(), all);
        }
        self.problems.extend(problems);
    }

    /// The figure's place, with its chapter and number.
    pub fn figure_number(&self, figure: &Figure) -> &str {
        self.figures
            .get(&figure.id)
            .map_or("", |numbered| numbered.number.as_str())
    }
}

/// Where a chapter's notebook is.
pub fn notebook_path(root: &Path, slug: &str) -> PathBuf {
    root.join("notebooks").join(format!("{slug}.ipynb"))
}

/// Why a chapter cannot be one program with something in it.
fn check_cells(chapter: &Chapter) -> Option<Problem> {
    let shown = format!("book/{}", chapter.file);
    if chapter.number.is_some() && chapter.cells().next().is_none() {
        return Some(Problem::at(
            shown,
            1,
            "the chapter has no cell, so nothing in it is tested",
            "add a ```rust cell that runs what the chapter says",
        ));
    }
    let cell = chapter
        .cells()
        .find(|cell| !crate::write::program::fits(cell))?;
    Some(Problem::at(
        shown,
        cell.line,
        "a cell in the first two lines",
        "begin the page with its title and a sentence",
    ))
}

/// The pages `SUMMARY.md` links to, in its order.
fn read_chapters(root: &Path, problems: &mut Vec<Problem>) -> Result<Vec<Chapter>> {
    let summary_path = root.join("book/SUMMARY.md");
    let summary = std::fs::read_to_string(&summary_path)
        .with_context(|| format!("cannot read {}", summary_path.display()))?;
    let mut chapters: Vec<Chapter> = Vec::new();
    for (index, line) in summary.lines().enumerate() {
        let Some((_, rest)) = line.split_once("](") else {
            continue;
        };
        let Some((file, _)) = rest.split_once(')') else {
            continue;
        };
        let file = file.trim_start_matches("./");
        if file.is_empty() {
            continue;
        }
        match std::fs::read_to_string(root.join("book").join(file)) {
            Ok(source) => {
                let shown = format!("book/{file}");
                chapters.push(Chapter::parse(file, &shown, source, problems));
            }
            Err(error) => problems.push(Problem::at(
                "book/SUMMARY.md",
                index + 1,
                format!("cannot read book/{file}: {error}"),
                "write the page, or take it out of the summary",
            )),
        }
    }
    Ok(chapters)
}

/// A way out that names what there is.
fn known<S: AsRef<str>>(intro: &str, names: impl IntoIterator<Item = S>) -> String {
    let names: Vec<_> = names
        .into_iter()
        .map(|name| name.as_ref().to_owned())
        .collect();
    if names.is_empty() {
        format!("check the spelling; {intro} none so far")
    } else {
        format!("check the spelling; {intro} {}", names.join(", "))
    }
}
