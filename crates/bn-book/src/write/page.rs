//! A chapter as a page: prose, formulas, cells, and beneath each cell what it put out.

use std::collections::BTreeSet;
use std::fmt::Write;

use anyhow::{Context, Result};

use super::{citation, find_value, value_text};
use crate::api;
use crate::book::{Book, Equation};
use crate::chapter::{Chapter, Piece};
use crate::claims::{ROW, SCOREBOARD};
use crate::interactive;
use crate::math::{Math, escape, inline_safe};
use crate::notebook::{Figure, Outputs, Shown};
use crate::problem::Problem;

/// The Markdown (mostly HTML by now) that mdBook makes the page of; `program` is the
/// WebAssembly of its interactive figures, without which they stand still.
pub fn write(
    book: &Book,
    chapter: &Chapter,
    math: &mut Math,
    program: Option<&str>,
    problems: &mut Vec<Problem>,
) -> String {
    let mut page = String::with_capacity(2 * chapter.source.len());
    let mut cells = 0;
    for part in chapter.walk() {
        let located = match part {
            Err(markdown) => {
                page.push_str(markdown);
                continue;
            }
            Ok(located) => located,
        };
        let source = &chapter.source[located.range.clone()];
        let mut problem = |cause: String, way_out: &str| {
            problems.push(Problem::at(
                book.shown(chapter),
                located.line,
                cause,
                way_out,
            ));
        };
        match &located.piece {
            Piece::Cell(_) => {
                cells += 1;
                let outputs = book
                    .outputs
                    .get(chapter.slug())
                    .and_then(|all| all.get(cells - 1));
                let id = cell_id(chapter, cells - 1);
                let outputs = outputs.map(|outputs| outputs_html(book, chapter, outputs, math));
                match outputs.unwrap_or_else(|| Ok(String::new())) {
                    Ok(outputs) => {
                        let _ = write!(
                            page,
                            "<div class=\"cell\" id=\"{id}\">\n\n{}\n\n{outputs}</div>\n",
                            source.trim_end(),
                        );
                    }
                    Err(reason) => problem(
                        format!("the cell shows broken TeX: {reason}"),
                        "mend what the value shows itself as",
                    ),
                }
            }
            Piece::Apart => page.push_str(source),
            Piece::Math {
                tex,
                display,
                label,
            } => match math.html(tex, *display) {
                Err(reason) => problem(
                    format!("broken TeX: {reason}"),
                    "mend the formula; katex.org/docs/supported lists what KaTeX knows",
                ),
                Ok(html) if !display => page.push_str(&inline_safe(&html)),
                Ok(html) => {
                    let equation = label.as_ref().and_then(|label| book.equations.get(label));
                    page.push_str(&display_html(book, &html, equation));
                }
            },
            Piece::Value {
                chapter: other,
                name,
                format,
            } => {
                let Some((owner, cell, value)) = find_value(book, chapter, other.as_deref(), name)
                else {
                    // Reported by the book's own check, with the names there are.
                    page.push_str(source);
                    continue;
                };
                match value_text(value, *format) {
                    Some(text) => {
                        let target = format!("{}#{}", owner.file, cell_id(owner, cell));
                        let _ = write!(
                            page,
                            "<a class=\"value\" href=\"{target}\" title=\"computed by this cell\">{}</a>",
                            inline_safe(&escape(&text)),
                        );
                    }
                    None => problem(
                        format!("the value `{name}` cannot be written as {source}"),
                        "words take no format, and only a value recorded with an interval can show one",
                    ),
                }
            }
            Piece::EquationRef(label) => match book.equations.get(label) {
                Some(equation) => {
                    let _ = write!(
                        page,
                        "[({})]({}.md#eq-{label})",
                        equation.number, equation.chapter
                    );
                }
                None => page.push_str("(?)"),
            },
            Piece::FigureRef(id) => match book.figures.get(id) {
                Some(figure) => {
                    let _ = write!(page, "[Figure {}]({}#fig-{id})", figure.number, figure.file);
                }
                None => page.push_str("(?)"),
            },
            Piece::ClaimRef(id) => {
                let _ = write!(page, "[{id}]({SCOREBOARD}.md#claim-{id})");
            }
            Piece::Citation(works) => {
                let list = page_with(book, &Piece::Bibliography);
                match list {
                    Some(list) => page.push_str(&citation(book, works, |key, name| {
                        format!("[{name}]({list}#ref-{key})")
                    })),
                    None => problem(
                        "a citation, but no page lists the references".to_owned(),
                        "write {{bibliography}} on a page of the book",
                    ),
                }
            }
            Piece::Interactive(name) => match interactive::html(name, program) {
                Ok(html) => {
                    let _ = write!(page, "\n{html}\n");
                }
                Err(error) => problem(
                    format!("the interactive figure `{name}` cannot be drawn: {error:#}"),
                    "`cargo test -p bn-web` says more",
                ),
            },
            Piece::Bibliography => {
                let _ = write!(page, "\n{}\n", book.references.html());
            }
            Piece::Experiments => match experiments(book) {
                Ok(list) => {
                    let _ = write!(page, "\n{list}\n");
                }
                Err(error) => problem(
                    format!("{error:#}"),
                    "name the experiment's file where the claim names its experiment",
                ),
            },
            Piece::EquationIndex => {
                let _ = write!(page, "\n{}\n", equation_index(book, math));
            }
        }
    }
    page
}

fn page_with<'a>(book: &'a Book, piece: &Piece) -> Option<&'a str> {
    let holds = |chapter: &&Chapter| chapter.pieces.iter().any(|located| located.piece == *piece);
    book.chapters
        .iter()
        .find(holds)
        .map(|chapter| chapter.file.as_str())
}

/// The anchor of a cell; unique in the book, for the version printed on one page.
fn cell_id(chapter: &Chapter, index: usize) -> String {
    let number = chapter.number.as_deref().unwrap_or(chapter.slug());
    format!("cell-{number}-{}", index + 1)
}

fn display_html(book: &Book, html: &str, equation: Option<&Equation>) -> String {
    let Some(equation) = equation else {
        return format!(
            "\n\n<div class=\"equation\"><div class=\"formula\">{html}</div></div>\n\n"
        );
    };
    let Equation { label, number, .. } = equation;
    let mut block = format!(
        "\n\n<div class=\"equation\" id=\"eq-{label}\"><div class=\"formula\">{html}</div>\
         <a class=\"number\" href=\"#eq-{label}\" aria-label=\"Equation {number}\">({number})</a></div>\n"
    );
    let items: Vec<_> = book
        .code
        .items
        .iter()
        .filter(|item| item.label == *label)
        .collect();
    if !items.is_empty() {
        let names: Vec<_> = items
            .iter()
            .map(|item| format!("<code>{}</code>", escape(&item.path)))
            .collect();
        let _ = write!(
            block,
            "<details class=\"equation-code\" id=\"code-{label}\"><summary>({number}) in code: {}</summary>",
            names.join(", "),
        );
        for item in items {
            let _ = write!(
                block,
                "<p class=\"source\">{}, line {}; <a href=\"{}/{}\">documentation</a></p><pre><code class=\"language-rust\">{}</code></pre>",
                escape(&item.file),
                item.line,
                api::FOLDER,
                item.page,
                escape(&item.source),
            );
        }
        block.push_str("</details>\n");
    }
    block.push('\n');
    block
}

fn outputs_html(
    book: &Book,
    chapter: &Chapter,
    outputs: &Outputs,
    math: &mut Math,
) -> Result<String, String> {
    if outputs.shown.is_empty() {
        return Ok(String::new());
    }
    let mut html = String::from("<div class=\"outputs\">\n");
    for shown in &outputs.shown {
        match shown {
            Shown::Text(text) => {
                let _ = writeln!(
                    html,
                    "<pre class=\"printed\" tabindex=\"0\"><samp>{}</samp></pre>",
                    escape(text)
                );
            }
            Shown::Html(table) => {
                let _ = writeln!(
                    html,
                    "<div class=\"table\" tabindex=\"0\">{}</div>",
                    with_claims(book, chapter, &one_block(table))
                );
            }
            Shown::Figure(figure) => html.push_str(&figure_html(book, figure)),
            Shown::Formula(tex) => html.push_str(&display_html(book, &math.html(tex, true)?, None)),
        }
    }
    html.push_str("</div>\n\n");
    Ok(html)
}

/// A table whose rows show claims, with their anchors on the scoreboard, and elsewhere with
/// links to it.
fn with_claims(book: &Book, chapter: &Chapter, table: &str) -> String {
    let home = chapter.slug() == SCOREBOARD;
    let mut html = String::with_capacity(2 * table.len());
    for line in table.lines() {
        let id = ROW.captures(line).map(|row| row[1].to_owned());
        let known = id.and_then(|id| Some((book.claims.get(&id)?, id)));
        match known {
            None => html.push_str(line),
            Some((claim, id)) => {
                let links = if home {
                    let of = book.chapters.iter().find(|c| c.slug() == claim.chapter);
                    let number = of.and_then(|c| c.number.as_deref()).unwrap_or_default();
                    format!(
                        "<a href=\"#claim-{id}\"><code>{id}</code></a> · \
                         <a href=\"{}.html\">chapter {number}</a> · \
                         <a href=\"#experiment-{}\">experiment</a>",
                        claim.chapter, claim.experiment
                    )
                } else {
                    format!("<a href=\"{SCOREBOARD}.html#claim-{id}\"><code>{id}</code></a>")
                };
                let line = match home {
                    true => ROW.replace(line, "<tr id=\"claim-$1\">"),
                    false => line.into(),
                };
                let links = format!(" <small class=\"claim\">{links}</small></th>");
                html.push_str(&line.replacen("</th>", &links, 1));
            }
        }
        html.push('\n');
    }
    html
}

/// The source of every experiment that a claim rests on.
fn experiments(book: &Book) -> Result<String> {
    let modules: BTreeSet<&str> = book
        .claims
        .values()
        .map(|c| c.experiment.as_str())
        .collect();
    let mut html = String::new();
    for module in modules {
        let file = format!("crates/bn-lab/src/experiments/{module}.rs");
        let path = book.root.join(&file);
        let source =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {file}"))?;
        let _ = writeln!(
            html,
            "<details class=\"equation-code\" id=\"experiment-{module}\"><summary><code>{file}</code></summary>\
             <pre><code class=\"language-rust\">{}</code></pre></details>",
            // A blank line would end the block of HTML.
            escape(&source).replace("\n\n", "\n&#32;\n"),
        );
    }
    Ok(html)
}

fn figure_html(book: &Book, figure: &Figure) -> String {
    format!(
        "<figure id=\"fig-{}\">\n{}\n<figcaption><b>Figure {}.</b> {}</figcaption>\n</figure>\n",
        figure.id,
        one_block(&figure.svg),
        book.figure_number(figure),
        escape(&figure.caption),
    )
}

/// HTML without blank lines, which would end an HTML block of Markdown.
fn one_block(html: &str) -> String {
    let lines = html
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// How many of the cells that run an equation its row in the index links to.
const SHOWN_CELLS: usize = 2;

/// All equations of the book: number, formula, code, tests, cells.
fn equation_index(book: &Book, math: &mut Math) -> String {
    let mut html = String::from(
        "<div class=\"table\" tabindex=\"0\"><table class=\"equation-index\">\n<thead><tr><th scope=\"col\">No.</th>\
         <th scope=\"col\">Equation</th><th scope=\"col\">Code</th><th scope=\"col\">Tests</th>\
         <th scope=\"col\">Cells</th></tr></thead>\n<tbody>\n",
    );
    let mut equations: Vec<_> = book.equations.values().collect();
    let order = |equation: &&Equation| {
        let position = book
            .chapters
            .iter()
            .position(|c| c.slug() == equation.chapter);
        (position, equation.line)
    };
    equations.sort_by_key(order);
    for equation in equations {
        let Equation {
            label,
            number,
            chapter,
            ..
        } = equation;
        // A formula broken here is broken in its chapter, and reported there.
        let formula = math.html(&equation.tex, false).unwrap_or_default();
        let code: Vec<_> = equation
            .items
            .iter()
            .map(|path| {
                // The crate is the same for nearly all; the module says where to look.
                let inside = path
                    .split_once("::")
                    .map_or(path.as_str(), |(_, inside)| inside);
                format!(
                    "<a href=\"{chapter}.html#code-{label}\" title=\"{}\"><code>{}</code></a>",
                    escape(path),
                    escape(inside)
                )
            })
            .collect();
        let cells = equation
            .cells
            .iter()
            .filter_map(|place| cell_link(book, place));
        let mut cells: Vec<_> = cells.take(SHOWN_CELLS).collect();
        if equation.cells.len() > SHOWN_CELLS {
            cells.push(format!("and {} more", equation.cells.len() - SHOWN_CELLS));
        }
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\"><a href=\"{chapter}.html#eq-{label}\">{number}</a></th><td>{formula}\
             <small>{label}</small></td><td>{}</td><td>{}</td><td>{}</td></tr>",
            code.join("<br>"),
            equation.tests.len(),
            cells.join(" "),
        );
    }
    html.push_str("</tbody></table></div>\n");
    html
}

/// `01-slug:120` as a link to the cell that begins there.
fn cell_link(book: &Book, place: &str) -> Option<String> {
    let (slug, line) = place.split_once(':')?;
    let chapter = book
        .chapters
        .iter()
        .find(|chapter| chapter.slug() == slug)?;
    let index = chapter
        .cells()
        .position(|cell| Ok(cell.line) == line.parse())?;
    let number = chapter
        .number
        .as_ref()
        .map_or_else(String::new, |n| format!("{n}."));
    Some(format!(
        "<a href=\"{slug}.html#{}\">{number}{}</a>",
        cell_id(chapter, index),
        index + 1
    ))
}
