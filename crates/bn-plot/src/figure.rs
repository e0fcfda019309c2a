use std::fmt;

use crate::canvas::Drawing;
use crate::{Color, Error, Result};

/// A finished figure: an SVG that follows the page's theme, with its caption
/// and the text that stands for it where it cannot be seen.
///
/// Every chart makes one with its method `figure(id, caption, alt)`. As the
/// last expression of a notebook cell it shows itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    id: String,
    caption: String,
    alt: String,
    svg: String,
}

impl Figure {
    pub(crate) fn new(id: &str, caption: String, alt: String, drawing: Drawing) -> Result<Self> {
        let caption = one_line("the caption", caption)?;
        let alt = one_line("the alt text", alt)?;
        if !is_name(id, '-') {
            return Err(Error::BadName {
                what: "the figure id".into(),
                given: id.into(),
                expected: "kebab-case, e.g. \"loss-by-depth\"".into(),
            });
        }
        let Drawing {
            width,
            height,
            body,
        } = drawing;
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             style=\"max-width:100%;height:auto\" role=\"img\" class=\"bn-figure\" data-figure=\"{id}\" \
             font-family=\"var(--bn-font, system-ui, sans-serif)\">\n\
             <title>{}</title><desc>{}</desc>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>\n{body}\n</svg>",
            escaped(&caption),
            escaped(&alt),
            Color::Paper.css(),
        );
        Ok(Figure {
            id: id.into(),
            caption,
            alt,
            svg,
        })
    }

    /// The id, in kebab-case.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// One sentence that says what to see.
    pub fn caption(&self) -> &str {
        &self.caption
    }

    /// The finding, for readers who do not see the figure.
    pub fn alt(&self) -> &str {
        &self.alt
    }

    /// The `<svg>` element.
    pub fn svg(&self) -> &str {
        &self.svg
    }
}

/// A line for people, then the block that a notebook takes as a picture.
impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Figure {}: {}", self.id, self.caption)?;
        f.write_str(&content("image/svg+xml", &self.svg))
    }
}

/// A block that evcxr takes as an output of type `mime`.
pub(crate) fn content(mime: &str, body: &str) -> String {
    format!("EVCXR_BEGIN_CONTENT {mime}\n{body}\nEVCXR_END_CONTENT\n")
}

/// `text` without surrounding space, if it is one non-empty line.
pub(crate) fn one_line(what: &str, text: String) -> Result<String> {
    let trimmed = text.trim();
    if trimmed.is_empty() || !trimmed.chars().all(is_printable) {
        return Err(Error::BadText {
            what: what.into(),
            given: text,
        });
    }
    Ok(trimmed.into())
}

/// Whether XML can hold a character and a line does not end with it.
fn is_printable(c: char) -> bool {
    !c.is_control() && !('\u{fffe}'..='\u{ffff}').contains(&c)
}

/// Lowercase words with digits, joined by `joint`, starting with a letter.
pub(crate) fn is_name(name: &str, joint: char) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.split(joint).all(|word| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
}

/// `text` with the five characters that mean something to XML as entities.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
