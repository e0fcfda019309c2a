//! Three ways of writing a chapter: page, notebook, test program.

pub mod notebook;
pub mod page;
pub mod program;

use crate::book::Book;
use crate::chapter::{Chapter, ValueFormat};
use crate::notebook::Value;

/// A value as the prose asks for it; `None` for an interval it does not have.
fn value_text(value: &Value, format: ValueFormat) -> Option<String> {
    match value {
        Value::Text(words) => (format == ValueFormat::default()).then(|| words.clone()),
        Value::Number { value, interval } => {
            let number = format.number(*value);
            if !format.interval {
                return Some(number);
            }
            let (low, high, _) = interval.as_ref()?;
            Some(format!(
                "{number} [{}, {}]",
                format.number(*low),
                format.number(*high)
            ))
        }
    }
}

/// `Ioffe & Szegedy 2015, §3.1`, with each name passed through `link`.
fn citation(
    book: &Book,
    works: &[(String, Option<String>)],
    link: impl Fn(&str, String) -> String,
) -> String {
    let parts: Vec<_> = works
        .iter()
        .filter_map(|(key, locator)| {
            let work = book.references.get(key)?;
            let name = link(key, format!("{} {}", work.short, work.year));
            Some(match locator {
                Some(locator) => format!("{name}, {locator}"),
                None => name,
            })
        })
        .collect();
    format!("({})", parts.join("; "))
}

/// The value a piece names.
fn find_value<'a>(
    book: &'a Book,
    chapter: &'a Chapter,
    other: Option<&'a str>,
    name: &str,
) -> Option<(&'a Chapter, usize, &'a Value)> {
    let slug = other.unwrap_or(chapter.slug());
    let owner = book.chapters.iter().find(|c| c.slug() == slug)?;
    let (cell, value) = book.value(slug, name)?;
    Some((owner, cell, value))
}
