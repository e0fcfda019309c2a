//! `cargo book epub`: the page that has all chapters, made ready for pandoc and e-readers.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use regex::{Captures, Regex};
use scraper::{Html, Selector};

use crate::tools::{self, write_whole};

/// The name of the file, in `target/`.
const FILE: &str = "why-batch-norm-works.epub";
const SCRIPT: &str = include_str!("../epub/epub.py");
const STYLE: &str = include_str!("../epub/epub.css");

/// What has no place on an e-reader: the HTML of formulas, beside which their MathML stands;
/// and what is to be clicked on.
const LEFT_OUT: &str = ".katex-html, .opening, .bn-narrow, script, style, link, form, button";

/// What opens and closes on a page, pandoc does not know: it stands open.
const OPENED: [(&str, &str); 4] = [
    ("<details", "<div"),
    ("</details>", "</div>"),
    ("<summary>", "<p><em>"),
    ("</summary>", "</em></p>"),
];

static HREF: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#" href="([^"]*)""#).expect("a valid pattern"));
/// A color of the page's theme, with what it is without one.
static COLOR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"var\(--[a-z0-9-]+, ?([^()]+)\)").expect("a valid pattern"));

/// A row, an item or a term that is led to: pandoc keeps such names in the text alone.
static LED_TO: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"<tr[^>]* id="([^"]*)"[^>]*>\s*<t[dh][^>]*>|<(?:li|dt)[^>]* id="([^"]*)"[^>]*>"#)
        .expect("a valid pattern")
});

static FIGURE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?s)<svg\b([^>]*)>(.*?)</svg>").expect("a valid pattern"));
/// What a figure says to who does not see it.
static TITLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"<title>([^<]*)</title>|aria-label="([^"]*)""#).expect("a valid pattern")
});

/// Writes the site in `folder` as one EPUB; returns its path.
///
/// # Errors
/// When Python is missing, pandoc cannot be installed, or the EPUB lacks something.
pub fn write(root: &Path, folder: &Path) -> Result<PathBuf> {
    let python = tools::python_with_pandoc()?;
    let page = std::fs::read_to_string(folder.join("print.html"))
        .context("the site has no page with all chapters")?;
    let config = mdbook_driver::config::Config::from_disk(root.join("book.toml"))?;
    let work = root.join("target/book/epub");
    let source = work.join("book.html");
    let title = config.book.title.unwrap_or_default();
    let mut head = format!("<title>{title}</title>");
    for author in &config.book.authors {
        head.push_str(&format!("<meta name=\"author\" content=\"{author}\">"));
    }
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head>{head}</head><body>{}</body></html>",
        readable(&page)?
    );
    write_whole(&source, html.as_bytes())?;
    write_whole(&work.join("epub.css"), STYLE.as_bytes())?;
    write_whole(&work.join("epub.py"), SCRIPT.as_bytes())?;
    let file = root.join("target").join(FILE);
    let status = Command::new(python)
        .arg(work.join("epub.py"))
        .args([&source, &file, &work.join("epub.css")])
        .arg(root.join("book/assets/card.png"))
        .status()
        .context("cannot start Python")?;
    if !status.success() {
        bail!("the EPUB is not whole, see above");
    }
    Ok(file)
}

/// What is to be read of a page.
fn readable(page: &str) -> Result<String> {
    let mut document = Html::parse_document(page);
    let selector = |text| Selector::parse(text).expect("a valid selector");
    let left_out: Vec<_> = document
        .select(&selector(LEFT_OUT))
        .map(|element| element.id())
        .collect();
    for id in left_out {
        if let Some(mut node) = document.tree.get_mut(id) {
            node.detach();
        }
    }
    let main = document.select(&selector("main")).next();
    let mut text = main.context("a page without a text")?.inner_html();
    for (folded, open) in OPENED {
        text = text.replace(folded, open);
    }
    // Links lead within the book or to the world; files of the site are not there.
    let text = HREF.replace_all(&text, |found: &Captures| {
        let leads_on = found[1].starts_with('#') || found[1].starts_with("http");
        if leads_on {
            found[0].to_owned()
        } else {
            String::new()
        }
    });
    let text = LED_TO.replace_all(&text, |found: &Captures| {
        let name = found
            .get(1)
            .or(found.get(2))
            .map_or("", |name| name.as_str());
        let within = format!("<span id=\"{name}\"></span>");
        found[0].replace(&format!(" id=\"{name}\""), "") + &within
    });
    let text = COLOR.replace_all(&text, "$1");
    let text = FIGURE.replace_all(&text, picture);
    Ok(text.into_owned())
}

/// A figure as a picture, so that it stays as it is: pandoc would write its attributes in small letters.
fn picture(figure: &Captures) -> String {
    let title = TITLE.captures(&figure[0]);
    let title = title
        .as_ref()
        .and_then(|title| title.get(1).or(title.get(2)))
        .map_or("", |title| title.as_str())
        .replace('"', "&quot;");
    let mut svg = figure[0].replace("&nbsp;", "\u{a0}");
    if !figure[1].contains("xmlns=") {
        svg = svg.replacen("<svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"", 1);
    }
    let svg = BASE64.encode(svg);
    format!("<img alt=\"{title}\" src=\"data:image/svg+xml;base64,{svg}\">")
}
