//! A chapter as a Jupyter notebook.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Map;

use super::{citation, find_value, value_text};
use crate::book::Book;
use crate::chapter::{Cell, Chapter, Piece};
use crate::interactive;
use crate::notebook::{Notebook, NotebookCell, lines};

/// What a cell reads like in the notebook.
pub fn cell_source(cell: &Cell) -> &str {
    cell.code.trim_end()
}

/// The chapter's notebook with the outputs of `ran`.
pub fn write(book: &Book, chapter: &Chapter, ran: &Notebook) -> Notebook {
    let mut outputs = ran.code().map(|(_, outputs)| outputs.to_vec());
    let mut cells = Vec::new();
    let mut prose = String::new();
    let mut count = 0;
    for part in chapter.walk() {
        match part {
            Err(markdown) => prose.push_str(&for_jupyter(book, markdown)),
            Ok(located) => match &located.piece {
                Piece::Cell(cell) => {
                    push_prose(&mut cells, &mut prose);
                    count += 1;
                    cells.push(NotebookCell::Code {
                        execution_count: Some(count as u32),
                        id: format!("cell-{count}"),
                        metadata: Map::new(),
                        outputs: outputs.next().unwrap_or_default(),
                        source: lines(cell_source(cell)),
                    });
                }
                piece => {
                    let source = &chapter.source[located.range.clone()];
                    prose.push_str(&inline(book, chapter, piece, source));
                }
            },
        }
    }
    push_prose(&mut cells, &mut prose);
    Notebook::new(cells, ran.metadata.bn.clone())
}

fn push_prose(cells: &mut Vec<NotebookCell>, prose: &mut String) {
    let text = prose.trim();
    if !text.is_empty() {
        cells.push(NotebookCell::Markdown {
            id: format!("prose-{}", cells.len() + 1),
            metadata: Map::new(),
            source: lines(text),
        });
    }
    prose.clear();
}

/// A piece as Markdown that Jupyter renders.
fn inline(book: &Book, chapter: &Chapter, piece: &Piece, source: &str) -> String {
    match piece {
        Piece::Math {
            tex,
            label: Some(label),
            ..
        } => {
            let number = book.equations.get(label).map_or("", |e| e.number.as_str());
            format!("$$\n{tex} \\tag{{{number}}}\n$$")
        }
        Piece::Value {
            chapter: other,
            name,
            format,
        } => find_value(book, chapter, other.as_deref(), name)
            .and_then(|(_, _, value)| value_text(value, *format))
            .unwrap_or_else(|| source.to_owned()),
        Piece::EquationRef(label) => match book.equations.get(label) {
            Some(equation) => format!("({})", equation.number),
            None => source.to_owned(),
        },
        Piece::FigureRef(id) => match book.figures.get(id) {
            Some(figure) => format!("Figure {}", figure.number),
            None => source.to_owned(),
        },
        Piece::Interactive(name) => interactive::sentence(chapter.slug(), name),
        Piece::ClaimRef(id) => format!("`{id}`"),
        Piece::Citation(works) => citation(book, works, |_, name| name),
        _ => source.to_owned(),
    }
}

static LINK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\]\(([0-9A-Za-z-]+)\.md").expect("a valid pattern"));
static HEADING_ID: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^(#+ .*?) *\{#[^}\n]*\}$").expect("a valid pattern"));

/// Markdown that Jupyter understands: links lead to the other chapter's
/// notebook, or to the page's source, and headings have no ids.
fn for_jupyter(book: &Book, markdown: &str) -> String {
    let linked = LINK.replace_all(markdown, |link: &Captures<'_>| {
        let slug = &link[1];
        let runs = book.runnable().any(|chapter| chapter.slug() == slug);
        if runs {
            format!("]({slug}.ipynb")
        } else {
            format!("](../book/{slug}.md")
        }
    });
    HEADING_ID.replace_all(&linked, "$1").into_owned()
}
