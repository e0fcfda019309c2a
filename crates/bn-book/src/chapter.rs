//! A chapter as an author writes it: Markdown with cells, equations and references.
//!
//! | written | means |
//! |---|---|
//! | ```` ```rust ```` … ```` ``` ```` | a cell; all cells of a chapter are one program |
//! | `$x$`, `$$ … $$` | mathematics |
//! | `$$ … $$ {#eq:label}` | a numbered equation |
//! | `[@eq:label]`, `[@fig:id]` | a reference to an equation or a figure, in any chapter |
//! | `[@claim:id]` | a reference to a claim on the scoreboard |
//! | `[@key]`, `[@key, §3; @other]` | a citation from `references.bib` |
//! | `{{name}}`, `{{name:.2}}`, `{{name:.1%}}`, `{{name:.2 interval}}` | a value a cell recorded |
//! | `{{01-slug/name}}` | the same, from another chapter |
//! | `{{bibliography}}`, `{{equation-index}}`, `{{experiments}}` | the list of references, of equations; the code behind the claims |
//!
//! A chapter is parsed once into [`Piece`]s; page, notebook and test program
//! are three ways of writing the same pieces.

use std::ops::Range;
use std::sync::LazyLock;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use regex::Regex;

use crate::problem::Problem;

/// A page of the book, parsed.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// File name inside the source folder, such as `01-covariate-shift.md`.
    pub file: String,
    /// The number in front of the file name, or the capital letter of an appendix;
    /// pages without one number nothing.
    pub number: Option<String>,
    /// The text of the first heading.
    pub title: String,
    /// The Markdown source.
    pub source: String,
    /// What is not plain Markdown, in the order of the source.
    pub pieces: Vec<Located>,
}

/// A piece and where it stands in the source.
#[derive(Clone, Debug)]
pub struct Located {
    /// Byte range in [`Chapter::source`].
    pub range: Range<usize>,
    /// Line of its first character, from 1.
    pub line: usize,
    /// What it is.
    pub piece: Piece,
}

/// What an author can put between plain Markdown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A fence of code that runs.
    Cell(Cell),
    /// A fence of Rust that rustdoc checks on its own, such as `compile_fail`.
    Apart,
    /// A formula.
    Math {
        /// The TeX between the dollars.
        tex: String,
        /// On a line of its own.
        display: bool,
        /// `label` of `{#eq:label}`.
        label: Option<String>,
    },
    /// A value recorded by a cell.
    Value {
        /// Chapter that records it; this one when `None`.
        chapter: Option<String>,
        /// Name given in the cell.
        name: String,
        /// How to write it.
        format: ValueFormat,
    },
    /// `[@eq:label]`.
    EquationRef(String),
    /// `[@fig:id]`.
    FigureRef(String),
    /// `[@claim:id]`.
    ClaimRef(String),
    /// `[@key, locator; @key]`: keys with their locators.
    Citation(Vec<(String, Option<String>)>),
    /// `{{bibliography}}`.
    Bibliography,
    /// `{{equation-index}}`.
    EquationIndex,
    /// `{{experiments}}`.
    Experiments,
}

/// A fence of Rust that is part of the chapter's program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The code, without the fence.
    pub code: String,
    /// Line of the first line of code, from 1.
    pub line: usize,
    /// Line of the closing fence.
    pub end_line: usize,
}

/// How a value is written in prose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ValueFormat {
    /// Digits after the point; as recorded when `None`.
    pub digits: Option<usize>,
    /// Times a hundred, with a percent sign.
    pub percent: bool,
    /// With its interval.
    pub interval: bool,
}

impl ValueFormat {
    fn parse(text: &str) -> Option<Self> {
        let mut format = Self::default();
        let mut words = text.split_whitespace();
        if let Some(mut number) = words.next() {
            if let Some(rest) = number.strip_suffix('%') {
                format.percent = true;
                number = rest;
            }
            if number == "interval" {
                format.interval = true;
            } else if !number.is_empty() {
                format.digits = Some(number.strip_prefix('.')?.parse().ok()?);
            }
        }
        for word in words {
            match word {
                "interval" if !format.interval => format.interval = true,
                _ => return None,
            }
        }
        Some(format)
    }

    /// `x` in this format.
    pub fn number(&self, x: f64) -> String {
        let (x, unit) = if self.percent {
            (100.0 * x, "%")
        } else {
            (x, "")
        };
        let digits = match self.digits {
            Some(digits) => format!("{x:.digits$}"),
            None => format!("{x}"),
        };
        // A true minus sign, and no "−0.00".
        match digits.strip_prefix('-') {
            Some(rest) if rest.chars().any(|c| ('1'..='9').contains(&c)) => {
                format!("−{rest}{unit}")
            }
            Some(rest) => format!("{rest}{unit}"),
            None => format!("{digits}{unit}"),
        }
    }
}

static LABEL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[ \t]*\{#eq:([a-z0-9-]+)\}").expect("a valid pattern"));
static WRITTEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\{\{([^{}\n]*)\}\}|\[@([^\[\]]+)\]|\{#eq:[^}\n]*\}|\\\$|\$")
        .expect("a valid pattern")
});
static WORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[A-Za-z]{2,}[,.]?\s+[A-Za-z]{2,}|\s([a-z]{2,})[,.]?\s").expect("a valid pattern")
});
static TEX_TEXT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\\(?:text|mathrm|operatorname|textbf|textit)\*?\{[^{}]*\}|\\[A-Za-z]+")
        .expect("a valid pattern")
});

/// The Markdown extensions mdBook understands, and mathematics.
fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM
        | Options::ENABLE_MATH
}

impl Chapter {
    /// Parses a page; what is wrong with it goes to `problems`, named `shown`
    /// (its path from the root of the book).
    pub fn parse(file: &str, shown: &str, source: String, problems: &mut Vec<Problem>) -> Self {
        let lines = Lines::of(&source);
        let mut pieces = Vec::new();
        // Where `$`, `{{` and `[@` mean nothing: code, and mathematics itself.
        let mut opaque: Vec<Range<usize>> = Vec::new();
        let mut title = None;
        let mut heading: Option<String> = None;
        let mut fence: Option<(String, Range<usize>, String, Option<usize>)> = None;

        for (event, range) in Parser::new_ext(&source, options()).into_offset_iter() {
            match event {
                Event::Start(Tag::Heading { .. }) if title.is_none() => {
                    heading = Some(String::new());
                }
                Event::End(TagEnd::Heading(_)) => title = title.or_else(|| heading.take()),
                Event::Start(Tag::CodeBlock(kind)) => {
                    opaque.push(range.clone());
                    let info = match kind {
                        CodeBlockKind::Fenced(info) => info.to_string(),
                        CodeBlockKind::Indented => String::new(),
                    };
                    fence = Some((info, range, String::new(), None));
                }
                Event::Text(text) if fence.is_some() => {
                    if let Some((_, _, code, start)) = &mut fence {
                        start.get_or_insert(range.start);
                        code.push_str(&text);
                    }
                }
                Event::End(TagEnd::CodeBlock) => {
                    if let Some((info, range, code, start)) = fence.take() {
                        let line = lines.of_byte(range.start);
                        let piece = fenced(&info, code, start, &range, &lines)
                            .map_err(|(cause, way_out)| Problem::at(shown, line, cause, way_out));
                        match piece {
                            Ok(Some(piece)) => pieces.push(Located { range, line, piece }),
                            Ok(None) => {}
                            Err(problem) => problems.push(problem),
                        }
                    }
                }
                Event::Code(text) => {
                    opaque.push(range);
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                Event::InlineMath(tex) => {
                    opaque.push(range.clone());
                    math(
                        &source,
                        &lines,
                        shown,
                        range,
                        &tex,
                        false,
                        &mut pieces,
                        problems,
                    );
                }
                Event::DisplayMath(tex) => {
                    let range = math(
                        &source,
                        &lines,
                        shown,
                        range,
                        &tex,
                        true,
                        &mut pieces,
                        problems,
                    );
                    opaque.push(range);
                }
                Event::Text(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                _ => {}
            }
        }

        opaque.sort_by_key(|range| range.start);
        let mut at = 0;
        let end = source.len();
        for range in opaque.into_iter().chain(std::iter::once(end..end)) {
            if range.start > at {
                written(
                    &source,
                    at..range.start,
                    &lines,
                    shown,
                    &mut pieces,
                    problems,
                );
            }
            at = at.max(range.end);
        }
        pieces.sort_by_key(|located| located.range.start);

        if title.is_none() {
            problems.push(Problem::at(
                shown,
                1,
                "the page has no title",
                "begin it with a heading: # Title",
            ));
        }
        let number = file.split_once('-').and_then(|(prefix, _)| {
            let appendix = prefix.len() == 1 && prefix.chars().all(|c| c.is_ascii_uppercase());
            let number = prefix.parse::<u32>().ok().map(|number| number.to_string());
            number.or_else(|| appendix.then(|| prefix.to_owned()))
        });
        Self {
            file: file.to_owned(),
            number,
            title: title.unwrap_or_else(|| file.to_owned()),
            source,
            pieces,
        }
    }

    /// The file name without `.md`, as notebooks and references name the chapter.
    pub fn slug(&self) -> &str {
        self.file.strip_suffix(".md").unwrap_or(&self.file)
    }

    /// The cells, in order.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.pieces
            .iter()
            .filter_map(|located| match &located.piece {
                Piece::Cell(cell) => Some(cell),
                _ => None,
            })
    }

    /// The labelled equations, in order: label, TeX, line.
    pub fn equations(&self) -> impl Iterator<Item = (&str, &str, usize)> {
        self.pieces
            .iter()
            .filter_map(|located| match &located.piece {
                Piece::Math {
                    tex,
                    label: Some(label),
                    ..
                } => Some((label.as_str(), tex.as_str(), located.line)),
                _ => None,
            })
    }

    /// Plain Markdown and pieces in turn, so that a writer sees every byte once.
    pub fn walk(&self) -> impl Iterator<Item = Result<&Located, &str>> {
        let mut at = 0;
        let gaps = self.pieces.iter().flat_map(move |located| {
            let text = &self.source[at..located.range.start];
            at = located.range.end;
            [Err(text), Ok(located)]
        });
        let end = self.pieces.last().map_or(0, |located| located.range.end);
        gaps.chain([Err(&self.source[end..])])
    }
}

/// A fence: a cell, a fence of its own, or nothing that runs.
fn fenced(
    info: &str,
    code: String,
    start: Option<usize>,
    range: &Range<usize>,
    lines: &Lines,
) -> Result<Option<Piece>, (String, &'static str)> {
    let mut words = info
        .split([',', ' '])
        .map(str::trim)
        .filter(|w| !w.is_empty());
    match words.next() {
        Some("rust") => {}
        Some(word) if word.eq_ignore_ascii_case("rs") || word.eq_ignore_ascii_case("rust") => {
            return Err((
                format!("a fence marked `{word}` is code nobody runs"),
                "make it a cell: mark it ```rust",
            ));
        }
        _ => return Ok(None),
    }
    let words: Vec<_> = words.collect();
    if let Some(word) = words
        .iter()
        .find(|w| w.starts_with("ignore") || **w == "no_run")
    {
        return Err((
            format!("a fence marked `{word}` is code nobody runs"),
            "make it a cell that runs, or mark it ```text if it is not code",
        ));
    }
    if words
        .iter()
        .any(|w| matches!(*w, "compile_fail" | "should_panic") || w.starts_with('E'))
    {
        return Ok(Some(Piece::Apart));
    }
    if let Some(word) = words.first() {
        return Err((
            format!("unknown word `{word}` on a cell's fence"),
            "a cell's fence is ```rust, or ```rust,compile_fail for code that must not compile",
        ));
    }
    let Some(start) = start else {
        return Err((
            "a cell without code".to_owned(),
            "write its code, or remove the fence",
        ));
    };
    let line = lines.of_byte(start);
    let end_line = lines.of_byte(range.end.saturating_sub(1));
    let first_column = range.start == lines.start_of(lines.of_byte(range.start));
    if !first_column || end_line != line + code.lines().count() {
        return Err((
            "a cell's fence is indented, quoted or not closed".to_owned(),
            "start and end the fence at the first column, with ``` on a line of its own",
        ));
    }
    Ok(Some(Piece::Cell(Cell {
        code,
        line,
        end_line,
    })))
}

/// A formula and, if it stands alone, its label. Returns the range with the label.
#[allow(clippy::too_many_arguments)]
fn math(
    source: &str,
    lines: &Lines,
    shown: &str,
    mut range: Range<usize>,
    tex: &str,
    display: bool,
    pieces: &mut Vec<Located>,
    problems: &mut Vec<Problem>,
) -> Range<usize> {
    let line = lines.of_byte(range.start);
    let mut label = None;
    if display && let Some(found) = LABEL.captures(&source[range.end..]) {
        label = Some(found[1].to_owned());
        range.end += found[0].len();
    }
    // "$5 or 6$" is a formula to Markdown, but never to an author.
    if !display && has_words(tex) {
        problems.push(Problem::at(
            shown,
            line,
            format!("a stray `$` turns prose into a formula: ${tex}$"),
            "write \\$ for a dollar sign, and \\text{…} for words inside a formula",
        ));
    }
    pieces.push(Located {
        range: range.clone(),
        line,
        piece: Piece::Math {
            tex: tex.trim().to_owned(),
            display,
            label,
        },
    });
    range
}

/// Whether a formula holds prose: two words in a row, or one between spaces
/// that is not a differential such as `dx`.
fn has_words(tex: &str) -> bool {
    let bare = TEX_TEXT.replace_all(tex, "");
    WORD.captures_iter(&bare).any(|found| {
        found
            .get(1)
            .is_none_or(|word| !(word.len() == 2 && word.as_str().starts_with('d')))
    })
}

/// Values, references and stray dollars in a stretch of Markdown without code or formulas.
fn written(
    source: &str,
    stretch: Range<usize>,
    lines: &Lines,
    shown: &str,
    pieces: &mut Vec<Located>,
    problems: &mut Vec<Problem>,
) {
    for found in WRITTEN.captures_iter(&source[stretch.clone()]) {
        let whole = found.get(0).expect("a match");
        let range = stretch.start + whole.start()..stretch.start + whole.end();
        let line = lines.of_byte(range.start);
        let piece = if let Some(value) = found.get(1) {
            value_piece(value.as_str().trim())
        } else if let Some(reference) = found.get(2) {
            reference_piece(reference.as_str())
        } else {
            match whole.as_str() {
                "\\$" => continue,
                "$" => Err((
                    "a stray `$`: no formula begins or ends here".to_owned(),
                    "close the formula with a second $ (no space inside the dollars), or write \\$ for a dollar sign",
                )),
                label => Err((
                    format!("`{label}` labels nothing"),
                    "put it right behind a displayed formula: $$ … $$ {#eq:label}, in lower case with hyphens",
                )),
            }
        };
        match piece {
            Ok(piece) => pieces.push(Located { range, line, piece }),
            Err((cause, way_out)) => problems.push(Problem::at(shown, line, cause, way_out)),
        }
    }
}

fn value_piece(text: &str) -> Result<Piece, (String, &'static str)> {
    match text {
        "bibliography" => return Ok(Piece::Bibliography),
        "equation-index" => return Ok(Piece::EquationIndex),
        "experiments" => return Ok(Piece::Experiments),
        _ => {}
    }
    let (path, format) = text.split_once(':').unwrap_or((text, ""));
    let (chapter, name) = match path.split_once('/') {
        Some((chapter, name)) => (Some(chapter.to_owned()), name),
        None => (None, path),
    };
    let snake = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || !name.chars().all(snake) {
        return Err((
            format!("`{{{{{text}}}}}` is not the name of a value"),
            "a value is written {{name}} or {{01-slug/name}}, with the snake_case name given to value(…) in a cell",
        ));
    }
    let Some(format) = ValueFormat::parse(format) else {
        return Err((
            format!("`{format}` is no way to write a value"),
            "use {{name}}, {{name:.2}}, {{name:.1%}} or {{name:.2 interval}}",
        ));
    };
    Ok(Piece::Value {
        chapter,
        name: name.to_owned(),
        format,
    })
}

fn reference_piece(text: &str) -> Result<Piece, (String, &'static str)> {
    if let Some(label) = text.strip_prefix("eq:") {
        return Ok(Piece::EquationRef(label.to_owned()));
    }
    if let Some(id) = text.strip_prefix("fig:") {
        return Ok(Piece::FigureRef(id.to_owned()));
    }
    if let Some(id) = text.strip_prefix("claim:") {
        return Ok(Piece::ClaimRef(id.to_owned()));
    }
    let mut works = Vec::new();
    for part in text.split(';') {
        let part = part.trim();
        let part = part.strip_prefix('@').unwrap_or(part);
        let (key, locator) = match part.split_once(',') {
            Some((key, locator)) => (key, Some(locator.trim().to_owned())),
            None => (part, None),
        };
        if key.is_empty() || !key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            return Err((
                format!("`[@{text}]` is not a citation"),
                "write [@key], or [@key, §3; @other] with keys of references.bib",
            ));
        }
        works.push((key.to_owned(), locator));
    }
    Ok(Piece::Citation(works))
}

/// Where lines begin, to turn bytes into line numbers.
struct Lines(Vec<usize>);

impl Lines {
    fn of(source: &str) -> Self {
        let ends = source.match_indices('\n').map(|(at, _)| at + 1);
        Self([0].into_iter().chain(ends).collect())
    }

    fn of_byte(&self, byte: usize) -> usize {
        self.0.partition_point(|&start| start <= byte)
    }

    /// The first byte of a line.
    fn start_of(&self, line: usize) -> usize {
        self.0[line - 1]
    }
}
