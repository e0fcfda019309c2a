use std::fmt;

use crate::decimals::with_minus;
use crate::figure::{content, escaped, one_line};
use crate::{Error, Record, Recorded, Result};

const MOST_ROWS: usize = 200;

/// A table with a caption, shown in a notebook as HTML and in a terminal as text.
///
/// ```
/// use bn_plot::{Interval, Table};
/// let colored = Interval { mean: 0.526, low: 0.495, high: 0.557, seeds: 10 };
/// let table = Table::new(["model", "black", "colored"])
///     .row(&[&"no norm", &0.993, &colored])
///     .caption("Accuracy by coat color.")?;
/// assert!(table.html().contains("0.526 [0.495, 0.557]"));
/// # Ok::<(), bn_plot::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    caption: String,
    header: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq)]
struct Row {
    /// The claim that the row shows: the book makes links of it.
    claim: Option<String>,
    cells: Vec<Record>,
}

/// A table without its caption: rows are still being added.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRows {
    header: Vec<String>,
    rows: Vec<Row>,
}

impl Table {
    /// A table with these column titles and no row yet.
    #[allow(clippy::new_ret_no_self)] // A table without a caption cannot be shown.
    pub fn new<S: Into<String>>(header: impl IntoIterator<Item = S>) -> TableRows {
        TableRows {
            header: header.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
        }
    }

    /// A table of what there is, to look at: NaN and infinity as well.
    pub(crate) fn unchecked(caption: String, header: Vec<String>, rows: Vec<Vec<Record>>) -> Table {
        let row = |cells| Row { claim: None, cells };
        Table {
            caption,
            header,
            rows: rows.into_iter().map(row).collect(),
        }
    }

    /// The `<table>` element.
    pub fn html(&self) -> String {
        let mut out = format!(
            "<table class=\"bn-table\">\n<caption>{}</caption>\n<thead><tr>",
            escaped(&self.caption)
        );
        for (k, title) in self.header.iter().enumerate() {
            let class = if self.is_numeric(k) {
                " class=\"bn-number\""
            } else {
                ""
            };
            out += &format!("<th scope=\"col\"{class}>{}</th>", escaped(title));
        }
        out += "</tr></thead>\n<tbody>\n";
        for row in &self.rows {
            out += &match &row.claim {
                Some(id) => format!("<tr data-claim=\"{}\">", escaped(id)),
                None => "<tr>".to_string(),
            };
            for (k, cell) in row.cells.iter().enumerate() {
                let text = escaped(&shown(cell));
                out += &match cell {
                    _ if k == 0 => format!("<th scope=\"row\">{text}</th>"),
                    Record::Text(_) => format!("<td>{text}</td>"),
                    _ => format!("<td class=\"bn-number\">{text}</td>"),
                };
            }
            out += "</tr>\n";
        }
        out + "</tbody>\n</table>"
    }

    /// The table in columns of plain text: words left, numbers right.
    pub fn text(&self) -> String {
        let body = self
            .rows
            .iter()
            .map(|row| row.cells.iter().map(shown).collect());
        let lines: Vec<Vec<String>> = std::iter::once(self.header.clone()).chain(body).collect();
        let width = |k: usize| lines.iter().map(|line| line[k].chars().count()).max();
        let mut out = self.caption.clone();
        for line in &lines {
            out.push('\n');
            let cells = line.iter().enumerate().map(|(k, cell)| {
                let width = width(k).unwrap_or(0);
                if self.is_numeric(k) {
                    format!("{cell:>width$}")
                } else {
                    format!("{cell:<width$}")
                }
            });
            let cells: Vec<String> = cells.collect();
            out += cells.join("  ").trim_end();
        }
        out
    }

    /// Whether every cell of a column is a number.
    fn is_numeric(&self, column: usize) -> bool {
        self.rows
            .iter()
            .all(|row| !matches!(row.cells[column], Record::Text(_)))
    }
}

impl TableRows {
    /// Adds a row; its first cell is the row's title.
    pub fn row(self, cells: &[&dyn Recorded]) -> Self {
        self.with(None, cells)
    }

    /// Adds the row of a claim.
    pub(crate) fn row_of_claim(self, id: &str, cells: &[&dyn Recorded]) -> Self {
        self.with(Some(id.to_string()), cells)
    }

    fn with(mut self, claim: Option<String>, cells: &[&dyn Recorded]) -> Self {
        let cells = cells.iter().map(|cell| cell.record()).collect();
        self.rows.push(Row { claim, cells });
        self
    }

    /// Completes the table with one sentence that says what to see.
    ///
    /// # Errors
    /// No column, no row, or more than 200 rows; a row that is longer or shorter than the
    /// header; NaN, infinity or an empty text in a cell; an empty caption.
    pub fn caption(self, caption: impl Into<String>) -> Result<Table> {
        self.captioned(caption.into())
    }

    // Apart from `caption`, so that it is compiled here and not with every cell that shows a table.
    fn captioned(self, caption: String) -> Result<Table> {
        let caption = one_line("the caption", caption)?;
        if self.header.is_empty() || self.rows.is_empty() {
            return Err(Error::Empty {
                what: format!("the table \"{caption}\""),
            });
        }
        if self.rows.len() > MOST_ROWS {
            return Err(Error::TooMany {
                what: "rows of the table".into(),
                given: self.rows.len(),
                limit: MOST_ROWS,
            });
        }
        let mut header = Vec::new();
        for title in self.header {
            header.push(one_line("a column title", title)?);
        }
        let mut rows = Vec::new();
        for (i, Row { claim, cells }) in self.rows.into_iter().enumerate() {
            if cells.len() != header.len() {
                return Err(Error::LengthMismatch {
                    what: format!("cells of row {i}"),
                    given: cells.len(),
                    expected: header.len(),
                });
            }
            let cells = cells.into_iter().zip(&header);
            let checked =
                cells.map(|(cell, title)| cell.checked(&format!("row {i}, column \"{title}\"")));
            let cells = checked.collect::<Result<_>>()?;
            rows.push(Row { claim, cells });
        }
        Ok(Table {
            caption,
            header,
            rows,
        })
    }
}

fn shown(cell: &Record) -> String {
    match cell {
        Record::Text(text) => text.clone(),
        number => with_minus(&number.to_string()),
    }
}

/// The table as HTML for a notebook, then as text for a terminal.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&content("text/html", &self.html()))?;
        f.write_str(&content("text/plain", &self.text()))
    }
}
