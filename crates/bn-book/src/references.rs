//! The bibliography: `book/references.bib`, read with the biblatex crate.

use std::path::Path;

use anyhow::{Context, Result};
use biblatex::{Bibliography, ChunksExt, DateValue, Entry, PermissiveType, Person};

use crate::math::escape;
use crate::problem::Problem;

/// All works the book refers to.
pub struct References {
    works: Vec<Work>,
}

/// One work.
pub struct Work {
    /// Key in the file.
    pub key: String,
    /// `Ioffe & Szegedy`, for a citation.
    pub short: String,
    /// Year, with nothing else.
    pub year: String,
    authors: String,
    title: String,
    venue: String,
    link: Option<String>,
}

impl References {
    /// Reads `book/references.bib`; a book without one cites nothing.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(root: &Path, problems: &mut Vec<Problem>) -> Result<Self> {
        let shown = "book/references.bib";
        let path = root.join(shown);
        if !path.exists() {
            return Ok(Self { works: Vec::new() });
        }
        let text =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {shown}"))?;
        let line_of = |byte: usize| 1 + text[..byte.min(text.len())].matches('\n').count();
        let mut works = Vec::new();
        match Bibliography::parse(&text) {
            Ok(bibliography) => {
                for entry in bibliography.iter() {
                    let line = line_of_entry(&text, &entry.key);
                    match Work::of(entry) {
                        Ok(work) => works.push(work),
                        Err(missing) => problems.push(Problem::at(
                            shown,
                            line,
                            format!("`{}` has no {missing}", entry.key),
                            format!("add the field `{missing}`"),
                        )),
                    }
                }
            }
            Err(error) => problems.push(Problem::at(
                shown,
                line_of(error.span.start),
                format!("this is not BibTeX: {}", error.kind),
                "check the braces and commas of the entry",
            )),
        }
        works.sort_by_cached_key(|work| (work.authors.to_lowercase(), work.year.clone()));
        Ok(Self { works })
    }

    /// A work by its key.
    pub fn get(&self, key: &str) -> Option<&Work> {
        self.works.iter().find(|work| work.key == key)
    }

    /// All keys, in the order of the list.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.works.iter().map(|work| work.key.as_str())
    }

    /// The list as HTML, each work an anchor `ref-key`.
    pub fn html(&self) -> String {
        let mut html = String::from("<ul class=\"bibliography\">\n");
        for work in &self.works {
            let title = escape(&work.title);
            let title = match &work.link {
                Some(link) => format!("<a href=\"{}\">{title}</a>", escape(link)),
                None => title,
            };
            html.push_str(&format!(
                "<li id=\"ref-{}\">{} ({}). <cite>{title}</cite>. {}</li>\n",
                work.key,
                escape(&work.authors),
                work.year,
                escape(&work.venue),
            ));
        }
        html.push_str("</ul>\n");
        html
    }
}

/// The line where the entry `key` begins.
fn line_of_entry(text: &str, key: &str) -> usize {
    let begins = |line: &str| {
        let entry = line.trim_start().strip_prefix('@');
        let inside = entry.and_then(|entry| entry.split_once('{'));
        inside.is_some_and(|(_, rest)| rest.split(',').next().unwrap_or("").trim() == key)
    };
    text.lines().position(begins).map_or(0, |index| index + 1)
}

impl Work {
    fn of(entry: &Entry) -> Result<Self, &'static str> {
        let people = entry.author().unwrap_or_default();
        if people.is_empty() {
            return Err("author");
        }
        let title = entry.title().map_err(|_| "title")?.format_verbatim();
        let year = match entry.date().map_err(|_| "year")? {
            PermissiveType::Typed(date) => match date.value {
                DateValue::At(at) | DateValue::After(at) | DateValue::Before(at) => {
                    at.year.to_string()
                }
                DateValue::Between(from, _) => from.year.to_string(),
            },
            PermissiveType::Chunks(chunks) => chunks.format_verbatim(),
        };
        let field = |name: &str| entry.get(name).map(|chunks| chunks.format_verbatim());
        let link = field("doi")
            .map(|doi| format!("https://doi.org/{doi}"))
            .or_else(|| field("eprint").map(|id| format!("https://arxiv.org/abs/{id}")))
            .or_else(|| field("url"));
        let mut venue = [
            "journal",
            "journaltitle",
            "booktitle",
            "publisher",
            "school",
            "howpublished",
        ]
        .iter()
        .find_map(|name| field(name))
        .unwrap_or_default();
        for (name, before) in [("volume", " "), ("number", "("), ("pages", ", ")] {
            if let Some(value) = field(name) {
                venue.push_str(before);
                venue.push_str(&value.replace("--", "–"));
                if name == "number" {
                    venue.push(')');
                }
            }
        }
        if !venue.is_empty() {
            venue.push('.');
        }
        Ok(Self {
            key: entry.key.clone(),
            short: short(&people),
            year,
            authors: people.iter().map(full).collect::<Vec<_>>().join(", "),
            title,
            venue,
            link,
        })
    }
}

fn family(person: &Person) -> String {
    format!("{} {}", person.prefix, person.name)
        .trim()
        .to_owned()
}

fn full(person: &Person) -> String {
    let initials: Vec<_> = person
        .given_name
        .split([' ', '-'])
        .filter_map(|name| name.chars().next())
        .map(|initial| format!("{initial}."))
        .collect();
    format!("{} {}", initials.join(" "), family(person))
        .trim()
        .to_owned()
}

fn short(people: &[Person]) -> String {
    match people {
        [one] => family(one),
        [one, other] => format!("{} & {}", family(one), family(other)),
        [first, ..] => format!("{} et al.", family(first)),
        [] => String::new(),
    }
}
