//! The built site, and whether every link in it leads somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context, Result};
use mdbook_driver::MDBook;
use regex::Regex;
use scraper::{Html, Selector};
use walkdir::WalkDir;

use crate::api;
use crate::preprocess::Bn;
use crate::problem::{Problem, Problems};
use crate::publish;

/// Builds the site, with the documentation of the crates, and checks it; returns its folder.
///
/// # Errors
/// When the book has problems (the site that was there stays), rustdoc fails, or
/// the new site has dead links or loads something from elsewhere.
pub fn build(root: &Path) -> Result<PathBuf> {
    let folder = write(root)?;
    api::build(root, &folder.join(api::FOLDER))?;
    check(&folder, &root.join("book"))?;
    Ok(folder)
}

/// Builds and checks the pages of the book alone, for who wants to read them now. Where they
/// lead to the documentation of the crates is not looked at.
///
/// # Errors
/// Those of [`build`], but for rustdoc.
pub fn pages(root: &Path) -> Result<PathBuf> {
    let folder = write(root)?;
    check(&folder, &root.join("book"))?;
    Ok(folder)
}

/// What stood in the folder before is gone.
fn write(root: &Path) -> Result<PathBuf> {
    let mut book = MDBook::load(root)?;
    publish::prepare(&mut book)?;
    book.with_preprocessor(Bn);
    book.build()?;
    let folder = book.build_dir_for("html");
    publish::finish(&book, &folder)?;
    Ok(folder)
}

static CSS_URL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)url\(\s*["']?([^"')]+)["']?\s*\)|@import\s+["']([^"']+)["']|image-set\(\s*["']([^"']+)["']"#,
    )
    .expect("a valid pattern")
});
static SCHEME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)^\s*(?:([a-z][a-z0-9+.-]*):|//)").expect("a valid pattern"));

/// What one page or style sheet refers to.
#[derive(Default)]
struct Page {
    anchors: BTreeSet<String>,
    /// What a reader may follow.
    links: Vec<String>,
    /// What the browser fetches by itself.
    loads: Vec<String>,
}

/// Checks all pages of a site: links, fragments, and that nothing is loaded from elsewhere.
///
/// The documentation of the crates may be missing; its links to itself are rustdoc's concern.
///
/// What a chapter among `sources` says is reported there, by its line; the rest
/// by the file of the site.
///
/// # Errors
/// All problems at once.
pub fn check(folder: &Path, sources: &Path) -> Result<()> {
    let mut pages = BTreeMap::new();
    let mut files = BTreeSet::new();
    for entry in WalkDir::new(folder) {
        let entry = entry?;
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry.path().strip_prefix(folder)?.to_path_buf();
        let page = match path.extension().and_then(|e| e.to_str()) {
            Some("html") => Some(read_page(entry.path())?),
            Some("css") => Some(read_style(entry.path())?),
            _ => None,
        };
        if let Some(page) = page {
            pages.insert(path.clone(), page);
        }
        files.insert(path);
    }
    let documented = folder.join(api::FOLDER).is_dir();
    let mut problems: Vec<Problem> = Vec::new();
    // index.html is the first chapter once more, and print.html all of them:
    // what is wrong there is told where it is written, if it is written there.
    let is_copy = |path: &Path| path == Path::new("index.html") || path == Path::new("print.html");
    let (copies, originals): (Vec<_>, Vec<_>) = pages.iter().partition(|(path, _)| is_copy(path));
    for (path, page) in originals.into_iter().chain(copies) {
        if is_copy(path) && !problems.is_empty() {
            continue;
        }
        let mut problem = |url: &str, cause: String, way_out: &str| {
            let (file, line) = place(folder, sources, path, url);
            let found = Problem::at(file, line, cause, way_out);
            if !problems.contains(&found) {
                problems.push(found);
            }
        };
        for url in page.loads.iter().filter(|url| is_external(url)) {
            problem(
                url,
                format!("the page loads {url} from elsewhere"),
                "put the file into book/assets and refer to that: a page of this book needs no network",
            );
        }
        for url in page.links.iter().chain(&page.loads) {
            if SCHEME.is_match(url) {
                continue;
            }
            let leads_to_api = target(path, url).is_some_and(|to| to.starts_with(api::FOLDER));
            if leads_to_api && (!documented || path.starts_with(api::FOLDER)) {
                continue;
            }
            if let Some(cause) = dead(url, path, &pages, &files) {
                problem(
                    url,
                    format!("dead link `{url}`: {cause}"),
                    "correct the link in the chapter, or restore what it leads to",
                );
            }
        }
    }
    Ok(Problems(problems).into_result()?)
}

/// Whether a browser leaves the site for `url`.
fn is_external(url: &str) -> bool {
    let Some(found) = SCHEME.captures(url) else {
        return false;
    };
    let within = ["data", "blob", "about", "javascript", "mailto"];
    found
        .get(1)
        .is_none_or(|scheme| !within.contains(&scheme.as_str().to_lowercase().as_str()))
}

/// File and line where `url` of the page or style sheet `path` is written.
fn place(folder: &Path, sources: &Path, path: &Path, url: &str) -> (String, usize) {
    let line_in = |file: &Path, words: &str| {
        let text = fs::read_to_string(file).ok()?;
        let line = text.lines().position(|line| line.contains(words))?;
        Some(line + 1)
    };
    let chapter = path.with_extension("md");
    let bare = url.split('#').next().unwrap_or_default();
    let spellings = [
        url.to_owned(),
        url.replace(".html", ".md"),
        url.replace('&', "&amp;"),
        bare.replace(".html", ".md"),
    ];
    for words in spellings.iter().filter(|words| !words.is_empty()) {
        if let Some(line) = line_in(&sources.join(&chapter), words) {
            return (format!("book/{}", chapter.display()), line);
        }
    }
    let line = line_in(&folder.join(path), url).unwrap_or(0);
    (format!("target/book/html/{}", path.display()), line)
}

fn dead(
    url: &str,
    page: &Path,
    pages: &BTreeMap<PathBuf, Page>,
    files: &BTreeSet<PathBuf>,
) -> Option<String> {
    let fragment = url.split_once('#').map(|(_, fragment)| fragment);
    let target = target(page, url)?;
    let target = if files.contains(&target) {
        target
    } else {
        target.join("index.html")
    };
    if !files.contains(&target) {
        return Some("there is no such file".to_owned());
    }
    let fragment = fragment.filter(|fragment| !fragment.is_empty())?;
    let anchors = &pages.get(&target)?.anchors;
    let decoded = percent_decoded(fragment);
    (!anchors.contains(fragment) && !anchors.contains(&decoded))
        .then(|| format!("{} has no anchor `{decoded}`", target.display()))
}

/// The file of the site that `url` of a page names.
fn target(page: &Path, url: &str) -> Option<PathBuf> {
    let path = url.split(['#', '?']).next().unwrap_or_default();
    if path.is_empty() {
        Some(page.to_path_buf())
    } else if page == Path::new("404.html") {
        // Served for any missing address: its links are relative to the root.
        resolve(Path::new("index.html"), path)
    } else {
        resolve(page, path)
    }
}

/// `path` seen from the page `from`; a site can live below any folder, so `/` is its own root.
fn resolve(from: &Path, path: &str) -> Option<PathBuf> {
    let path = percent_decoded(path);
    let base = if path.starts_with('/') {
        PathBuf::new()
    } else {
        from.parent()?.to_path_buf()
    };
    let mut target = PathBuf::new();
    for part in base.join(path.trim_start_matches('/')).components() {
        match part {
            Component::ParentDir => {
                target.pop();
            }
            Component::Normal(name) => target.push(name),
            _ => {}
        }
    }
    Some(target)
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn read_page(path: &Path) -> Result<Page> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let document = Html::parse_document(&text);
    let mut page = Page::default();
    let everything = Selector::parse("*").expect("a valid selector");
    for element in document.select(&everything) {
        let name = element.value().name();
        for anchor in ["id", "name"].iter().filter_map(|a| element.attr(a)) {
            page.anchors.insert(anchor.to_owned());
        }
        // By local name, so that `xlink:href` of a drawing is an `href` too.
        for (attribute, url) in element.value().attrs() {
            match attribute {
                "href" => match name {
                    "a" | "area" => page.links.push(url.to_owned()),
                    // The folder of the site is no file; elsewhere, all would be loaded from there.
                    "base" if !is_external(url) => {}
                    "link" if is_remark(element.attr("rel")) => {}
                    // `image`, `use` and `link` fetch what they refer to.
                    _ => page.loads.push(url.to_owned()),
                },
                "src" | "poster" | "background" => page.loads.push(url.to_owned()),
                "data" if name == "object" => page.loads.push(url.to_owned()),
                "srcset" | "imagesrcset" => {
                    let urls = url
                        .split(',')
                        .filter_map(|one| one.split_whitespace().next());
                    page.loads.extend(urls.map(str::to_owned));
                }
                // `style`, and the attributes of drawings that can hold a url(…).
                "style" | "fill" | "stroke" | "filter" | "mask" | "clip-path" | "cursor"
                | "marker-start" | "marker-mid" | "marker-end" => {
                    page.loads.extend(css_urls(url));
                }
                _ => {}
            }
        }
        if name == "style" {
            page.loads
                .extend(css_urls(&element.text().collect::<String>()));
        }
    }
    Ok(page)
}

/// Whether a `<link>` says something about the page and fetches nothing.
fn is_remark(relation: Option<&str>) -> bool {
    matches!(relation, Some("canonical" | "alternate" | "license"))
}

fn read_style(path: &Path) -> Result<Page> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Page {
        loads: css_urls(&text),
        ..Page::default()
    })
}

fn css_urls(css: &str) -> Vec<String> {
    CSS_URL
        .captures_iter(css)
        .filter_map(|found| found.iter().skip(1).flatten().next())
        .map(|url| url.as_str().trim().to_owned())
        .filter(|url| !url.starts_with('#'))
        .collect()
}
