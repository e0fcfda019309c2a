//! What a page carries beside its chapter: its address, the time it takes to read, where to run
//! it, and what mdBook's template lacks for readers without a mouse or without eyes.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use anyhow::{Context, Result};
use mdbook_driver::MDBook;
use mdbook_driver::book::BookItem;
use regex::Regex;
use scraper::{Html, Selector};

use crate::code::hex;
use crate::light;
use crate::problem::Problem;
use crate::search;
use crate::tools::write_whole;
use sha2::{Digest, Sha256};

/// Where the notebooks stand in the site.
const NOTEBOOKS: &str = "notebooks";

/// Words of prose a minute, for who reads to understand.
const WORDS_PER_MINUTE: f64 = 200.0;

/// What an equation, a cell or a figure costs beside its words.
const MINUTES_PER_PIECE: f64 = 0.25;

/// An interval in a table, which a narrow cell would break in the middle.
static INTERVAL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(<td class="bn-number">[^<\[]*\[[^<,\]]*,) "#).expect("a valid pattern")
});

/// A page of the book, as the site has it.
struct Page {
    /// Its file, such as `01-covariate-shift.html`.
    file: String,
    /// The stem of that.
    slug: String,
    /// The file whose copy it is, or itself.
    canonical: String,
}

/// Tells mdBook the part of the site's address that it asks for: where `404.html` finds the rest.
///
/// The address is the key `url` of `[preprocessor.bn]`, or what the environment says of it
/// (`MDBOOK_PREPROCESSOR__BN__URL`, mdBook's own way); nothing in the book depends on it.
///
/// # Errors
/// When the address is none.
pub fn prepare(book: &mut MDBook) -> Result<()> {
    if let Some(url) = address(book)? {
        let path = url.splitn(4, '/').nth(3).unwrap_or_default();
        let site_url = format!("/{path}").replace("//", "/");
        book.config.set("output.html.site-url", site_url)?;
    }
    Ok(())
}

/// The address of the site, with a slash at its end, if it is known.
fn address(book: &MDBook) -> Result<Option<String>> {
    let url: Option<String> = book.config.get("preprocessor.bn.url")?;
    let Some(url) = url.filter(|url| !url.is_empty()) else {
        return Ok(None);
    };
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(Problem::nowhere(
            format!("`{url}` is not the address of a site"),
            "write it with https:// in book.toml, or in MDBOOK_PREPROCESSOR__BN__URL",
        )
        .into());
    }
    Ok(Some(format!("{}/", url.trim_end_matches('/'))))
}

/// Completes the pages that mdBook wrote to `folder`.
///
/// # Errors
/// When a file cannot be read or written, or mdBook's template is no longer what this expects.
pub fn finish(book: &MDBook, folder: &Path) -> Result<()> {
    let html = book.config.html_config().unwrap_or_default();
    let url = address(book)?;
    let pages = pages(book);
    let mut texts = Vec::new();
    for page in &pages {
        let path = folder.join(&page.file);
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        texts.push((page, text));
    }
    let index = search::index(
        texts
            .iter()
            .filter(|(page, _)| page.file == page.canonical)
            .map(|(page, text)| (page.file.as_str(), text.as_str())),
        &html.search.clone().unwrap_or_default(),
    )?;
    let renamed = [
        replace_script(folder, "searchindex", |_| index)?,
        replace_script(folder, "highlight", |script| {
            let languages = light::languages(texts.iter().map(|(_, text)| text.as_str()));
            light::only_languages(&script, &languages)
        })?,
    ];
    let renew = |mut text: String| {
        for (old, new) in &renamed {
            text = text.replace(old, new);
        }
        INTERVAL.replace_all(&text, "$1\u{a0}").into_owned()
    };

    let (_, first) = texts.first().context("the book has no page")?;
    let style = light::join_styles(folder, first)?;
    for (page, text) in &texts {
        let mut text = accessible(text).with_context(|| page.file.clone())?;
        let up = "../".repeat(page.file.matches('/').count());
        text = light::page(&renew(text), &style, &up);
        let mut head = String::new();
        for author in &book.config.book.authors {
            let _ = writeln!(
                head,
                "<meta name=\"citation_author\" content=\"{}\">",
                escape(author)
            );
        }
        if let Some(url) = &url {
            let here = format!("{url}{}", page.canonical.replace("index.html", ""));
            let here = escape(&here);
            let _ = writeln!(
                head,
                "<link rel=\"canonical\" href=\"{here}\">\n\
                 <meta property=\"og:url\" content=\"{here}\">\n\
                 <meta property=\"og:image\" content=\"{url}assets/card.png\">\n\
                 <meta name=\"citation_public_url\" content=\"{url}\">"
            );
        }
        text = text.replacen("</head>", &format!("{head}</head>"), 1);
        let notebook = book
            .root
            .join(NOTEBOOKS)
            .join(format!("{}.ipynb", page.slug));
        if notebook.exists() {
            let to = folder.join(NOTEBOOKS);
            fs::create_dir_all(&to)?;
            fs::copy(&notebook, to.join(format!("{}.ipynb", page.slug)))
                .with_context(|| format!("cannot copy {}", notebook.display()))?;
            let line = opening(page, &text, html.git_repository_url.as_deref());
            text = text.replacen("</h1>", &format!("</h1>\n{line}"), 1);
        }
        write_whole(&folder.join(&page.file), text.as_bytes())?;
    }
    for file in ["print.html", "404.html"] {
        let path = folder.join(file);
        if let Ok(text) = fs::read_to_string(&path) {
            let text = light::page(&renew(accessible(&text).context(file)?), &style, "");
            write_whole(&path, text.as_bytes())?;
        }
    }
    if let Some(url) = url {
        write_whole(
            &folder.join("sitemap.xml"),
            sitemap(&url, &pages).as_bytes(),
        )?;
    }
    Ok(())
}

/// The pages mdBook wrote; `index.html` is the first of them once more.
fn pages(book: &MDBook) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    for item in book.iter() {
        if let BookItem::Chapter(chapter) = item
            && let Some(path) = &chapter.path
        {
            let file = path
                .with_extension("html")
                .to_string_lossy()
                .replace('\\', "/");
            let slug = file.trim_end_matches(".html").to_owned();
            let canonical = file.clone();
            pages.push(Page {
                file,
                slug,
                canonical,
            });
        }
    }
    if let Some(first) = pages.first()
        && first.file != "index.html"
    {
        let copy = Page {
            file: "index.html".to_owned(),
            slug: first.slug.clone(),
            canonical: first.file.clone(),
        };
        pages.push(copy);
    }
    pages
}

/// Writes a script of mdBook's anew, under a name that says what is in it; old and new name.
fn replace_script(
    folder: &Path,
    stem: &str,
    renew: impl FnOnce(String) -> String,
) -> Result<(String, String)> {
    let mut names = fs::read_dir(folder)?
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    let old = names
        .find(|name| name.starts_with(stem) && name.ends_with(".js"))
        .with_context(|| format!("mdBook wrote no {stem}.js"))?;
    let script = renew(fs::read_to_string(folder.join(&old))?);
    fs::remove_file(folder.join(&old))?;
    let hash = hex(&Sha256::digest(&script));
    let new = format!("{stem}-{}.js", &hash[..8]);
    write_whole(&folder.join(&new), script.as_bytes())?;
    Ok((old, new))
}

/// The switch of the sidebar is a label, which works without JavaScript but not by keyboard;
/// where there is JavaScript, it becomes a button.
const BUTTON_FOR_LABEL: &str = r#"<script>
                            {
                                const label = document.getElementById("mdbook-sidebar-toggle");
                                const button = document.createElement("button");
                                for (const { name, value } of label.attributes) if (name !== "for") button.setAttribute(name, value);
                                button.type = "button";
                                button.append(...label.childNodes);
                                button.addEventListener("click", () => document.getElementById("mdbook-sidebar-toggle-anchor").click());
                                label.replaceWith(button);
                            }
                        </script>
                        <button id="mdbook-theme-toggle""#;

/// The template's gaps, closed: a way past the menu, one heading of the first rank, landmarks.
fn accessible(page: &str) -> Result<String> {
    let mut text = page.to_owned();
    for (what, with) in [
        (
            "<body>\n",
            "<body>\n    <a class=\"skip\" href=\"#text\">Skip to the text</a>\n",
        ),
        (
            "<div id=\"mdbook-menu-bar\" class",
            "<div id=\"mdbook-menu-bar\" role=\"banner\" class",
        ),
        (
            "<div id=\"mdbook-search-wrapper\" class",
            "<div id=\"mdbook-search-wrapper\" role=\"search\" class",
        ),
        ("<main>", "<main id=\"text\" tabindex=\"-1\">"),
        ("<button id=\"mdbook-theme-toggle\"", BUTTON_FOR_LABEL),
    ] {
        anyhow::ensure!(
            text.contains(what),
            "mdBook's template has no `{}` any more: see publish.rs",
            what.trim()
        );
        text = text.replacen(what, with, 1);
    }
    let title = text
        .split_once("<h1 class=\"menu-title\">")
        .and_then(|(before, rest)| {
            let (title, after) = rest.split_once("</h1>")?;
            Some(format!(
                "{before}<div class=\"menu-title\">{title}</div>{after}"
            ))
        });
    title.context("mdBook's template has no title in its menu any more: see publish.rs")
}

/// The line beneath the title: minutes, and where the chapter runs.
fn opening(page: &Page, text: &str, repository: Option<&str>) -> String {
    let slug = &page.slug;
    let mut line = format!(
        "<p class=\"opening\"><span>{} min to read</span> \
         <a href=\"{NOTEBOOKS}/{slug}.ipynb\" download>Notebook</a>",
        minutes(text)
    );
    if let Some(repository) = repository.map(|url| escape(url.trim_end_matches('/'))) {
        if let Some(name) = repository.strip_prefix("https://github.com/") {
            let _ = write!(
                line,
                " <a href=\"https://mybinder.org/v2/gh/{name}/HEAD?labpath={NOTEBOOKS}%2F{slug}.ipynb\">Run on Binder</a>"
            );
        }
        let _ = write!(
            line,
            " <a href=\"{repository}/blob/HEAD/book/{slug}.md\">Source</a>"
        );
    }
    line + "</p>\n"
}

/// Minutes to read a page: its words, and a moment for each equation, cell and figure.
fn minutes(page: &str) -> u64 {
    let document = Html::parse_document(page);
    let count = |selector: &str| {
        let selector = Selector::parse(selector).expect("a valid selector");
        document.select(&selector).count()
    };
    let prose = Selector::parse("main p, main li, main h2, main h3, main figcaption")
        .expect("a valid selector");
    let words: usize = document
        .select(&prose)
        .map(|block| search::words(block).split_whitespace().count())
        .sum();
    let pieces = count("main .equation") + count("main .cell") + count("main figure");
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few minutes"
    )]
    let minutes =
        (words as f64 / WORDS_PER_MINUTE + pieces as f64 * MINUTES_PER_PIECE).ceil() as u64;
    minutes.max(1)
}

fn sitemap(url: &str, pages: &[Page]) -> String {
    let mut map = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for page in pages.iter().filter(|page| page.file == page.canonical) {
        let _ = writeln!(
            map,
            "<url><loc>{}</loc></url>",
            escape(&format!("{url}{}", page.file))
        );
    }
    map + "</urlset>\n"
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
