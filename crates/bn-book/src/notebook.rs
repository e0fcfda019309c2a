//! Notebooks: the cells of a chapter with what they put out when they ran.

use std::path::Path;

use anyhow::{Context, Result};
use scraper::{Html, Selector};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::tools::{KERNEL_DISPLAY_NAME, KERNEL_NAME, write_whole};

/// A notebook in Jupyter's format 4.5.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notebook {
    /// Markdown and code, in order.
    pub cells: Vec<NotebookCell>,
    /// Kernel, language, and what the book records about the run.
    pub metadata: Metadata,
    /// 4.
    pub nbformat: u32,
    /// 5.
    pub nbformat_minor: u32,
}

/// A notebook's metadata.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// What ran, and with which versions; the ground on which a notebook is stale.
    pub bn: Run,
    /// The kernel, as Jupyter finds it.
    pub kernelspec: Json,
    /// The language, for highlighting.
    pub language_info: Json,
}

/// The circumstances of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Fingerprint of the crates the cells used.
    pub crates: String,
    /// Kernel and version.
    pub kernel: String,
    /// Compiler and version.
    pub rust: String,
}

/// A cell of a notebook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "cell_type", rename_all = "lowercase")]
pub enum NotebookCell {
    /// Prose.
    Markdown {
        /// Unique in the notebook.
        id: String,
        /// Nothing of ours.
        metadata: Map<String, Json>,
        /// Lines with their line ends.
        source: Vec<String>,
    },
    /// Code and what it put out.
    Code {
        /// Position among the cells that ran.
        execution_count: Option<u32>,
        /// Unique in the notebook.
        id: String,
        /// Nothing of ours.
        metadata: Map<String, Json>,
        /// Jupyter's outputs.
        outputs: Vec<Json>,
        /// Lines with their line ends.
        source: Vec<String>,
    },
}

impl Notebook {
    /// A notebook of the given cells.
    pub fn new(cells: Vec<NotebookCell>, run: Run) -> Self {
        Self {
            cells,
            metadata: Metadata {
                bn: run,
                kernelspec: json!({
                    "display_name": KERNEL_DISPLAY_NAME,
                    "language": "rust",
                    "name": KERNEL_NAME,
                }),
                language_info: json!({
                    "codemirror_mode": "rust",
                    "file_extension": ".rs",
                    "mimetype": "text/x-rust",
                    "name": "rust",
                    "pygments_lexer": "rust",
                }),
            },
            nbformat: 4,
            nbformat_minor: 5,
        }
    }

    /// Reads a notebook; `None` when there is none.
    ///
    /// # Errors
    /// When the file is there but cannot be read as a notebook.
    pub fn read(path: &Path) -> Result<Option<Self>> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        let notebook = serde_json::from_slice(&bytes).with_context(|| {
            format!(
                "{} is not a notebook of this book; delete it and run `cargo book run`",
                path.display()
            )
        })?;
        Ok(Some(notebook))
    }

    /// The text of the file, as Jupyter itself would indent it.
    pub fn to_text(&self) -> String {
        let mut bytes = Vec::new();
        let indent = serde_json::ser::PrettyFormatter::with_indent(b" ");
        let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, indent);
        self.serialize(&mut serializer).expect("a notebook is JSON");
        bytes.push(b'\n');
        String::from_utf8(bytes).expect("JSON is UTF-8")
    }

    /// Writes the notebook whole or not at all.
    ///
    /// # Errors
    /// When the folder cannot be written, or the disk is full; the notebook
    /// that was there stays as it was.
    pub fn write(&self, path: &Path) -> Result<()> {
        write_whole(path, self.to_text().as_bytes())
            .context("the notebook that was there is unchanged")
    }

    /// The code cells: source and outputs.
    pub fn code(&self) -> impl Iterator<Item = (String, &[Json])> {
        self.cells.iter().filter_map(|cell| match cell {
            NotebookCell::Code {
                source, outputs, ..
            } => Some((source.concat(), outputs.as_slice())),
            NotebookCell::Markdown { .. } => None,
        })
    }
}

/// Text as the list of lines a notebook keeps.
pub fn lines(text: &str) -> Vec<String> {
    text.split_inclusive('\n').map(str::to_owned).collect()
}

/// One thing a cell showed.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// What it printed, or a value as text.
    Text(String),
    /// A picture with its words.
    Figure(Figure),
    /// A table or other HTML.
    Html(String),
    /// A formula, as TeX.
    Formula(String),
}

/// A figure of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What references call it.
    pub id: String,
    /// One sentence that says what to see.
    pub caption: String,
    /// The finding, in words.
    pub alt: String,
    /// The drawing.
    pub svg: String,
}

/// A value a cell recorded for the prose.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number, with its 95% interval and number of seeds if it has one.
    Number {
        /// The number or the mean.
        value: f64,
        /// Lower and upper end of the interval, and the number of seeds.
        interval: Option<(f64, f64, u64)>,
    },
    /// Words.
    Text(String),
}

/// What one cell put out, taken apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outputs {
    /// In the order shown.
    pub shown: Vec<Shown>,
    /// Name and value of everything recorded.
    pub values: Vec<(String, Value)>,
}

const VALUE_MIME: &str = "application/vnd.bn-value.";

impl Outputs {
    /// Takes apart the outputs of a code cell.
    ///
    /// # Errors
    /// When a figure lacks its words or a value is malformed.
    pub fn read(outputs: &[Json]) -> Result<Self, String> {
        let mut read = Self::default();
        let mut printed = String::new();
        for output in outputs {
            match output["output_type"].as_str() {
                Some("stream") => printed.push_str(&text(&output["text"])),
                Some("display_data" | "execute_result") => {
                    let Some(data) = output["data"].as_object() else {
                        continue;
                    };
                    read.data(data)?;
                }
                _ => {}
            }
        }
        // The line a figure prints for notebooks and terminals is its caption here.
        for shown in &read.shown {
            if let Shown::Figure(figure) = shown {
                let line = format!("Figure {}: {}\n", figure.id, figure.caption);
                printed = printed.replacen(&line, "", 1);
            }
        }
        if !printed.trim().is_empty() {
            read.shown
                .insert(0, Shown::Text(printed.trim_end().to_owned()));
        }
        Ok(read)
    }

    fn data(&mut self, data: &Map<String, Json>) -> Result<(), String> {
        let mut rich = false;
        for (mime, content) in data {
            if let Some(name) = mime.strip_prefix(VALUE_MIME) {
                let name = name.trim_end_matches("+json");
                self.values
                    .push((name.to_owned(), Value::read(name, content)?));
                rich = true;
            }
        }
        if let Some(svg) = data.get("image/svg+xml") {
            self.shown.push(Shown::Figure(Figure::read(&text(svg))?));
        } else if let Some(html) = data.get("text/html") {
            self.shown.push(Shown::Html(text(html)));
        } else if let Some(tex) = data.get("text/latex") {
            let tex = text(tex);
            self.shown
                .push(Shown::Formula(tex.trim().trim_matches('$').to_owned()));
        } else if let Some(plain) = data.get("text/plain")
            && !rich
        {
            let plain = text(plain);
            if !plain.trim().is_empty() && plain.trim() != "()" {
                self.shown.push(Shown::Text(plain.trim_end().to_owned()));
            }
        }
        Ok(())
    }

    /// The figures among what was shown.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.shown.iter().filter_map(|shown| match shown {
            Shown::Figure(figure) => Some(figure),
            _ => None,
        })
    }
}

impl Figure {
    fn read(svg: &str) -> Result<Self, String> {
        let document = Html::parse_fragment(svg);
        let words = |selector: &str| {
            let selector = Selector::parse(selector).expect("a valid selector");
            document
                .select(&selector)
                .next()
                .map(|element| element.text().collect::<String>().trim().to_owned())
                .filter(|words| !words.is_empty())
        };
        let root = Selector::parse("svg").expect("a valid selector");
        let id = document
            .select(&root)
            .next()
            .and_then(|element| element.attr("data-figure"))
            .ok_or("a drawing without an id: end the cell with .figure(id, caption, alt)")?;
        Ok(Self {
            id: id.to_owned(),
            caption: words("svg > title").ok_or(format!("figure `{id}` has no caption"))?,
            alt: words("svg > desc").ok_or(format!("figure `{id}` has no alternative text"))?,
            svg: svg.trim().to_owned(),
        })
    }
}

impl Value {
    fn read(name: &str, content: &Json) -> Result<Self, String> {
        // Some clients keep JSON as JSON, some as text.
        let parsed = match content {
            Json::Object(_) => content.clone(),
            other => serde_json::from_str(&text(other))
                .map_err(|error| format!("value `{name}` is malformed: {error}"))?,
        };
        if let Some(words) = parsed["text"].as_str() {
            return Ok(Self::Text(words.to_owned()));
        }
        let value = parsed["value"]
            .as_f64()
            .ok_or(format!("value `{name}` is not a number"))?;
        let interval = match (
            parsed["low"].as_f64(),
            parsed["high"].as_f64(),
            parsed["seeds"].as_u64(),
        ) {
            (Some(low), Some(high), Some(seeds)) => Some((low, high, seeds)),
            _ => None,
        };
        Ok(Self::Number { value, interval })
    }
}

/// Jupyter keeps long text as one string or as a list of lines.
fn text(content: &Json) -> String {
    match content {
        Json::String(text) => text.clone(),
        Json::Array(lines) => lines.iter().filter_map(Json::as_str).collect(),
        other => other.to_string(),
    }
}
