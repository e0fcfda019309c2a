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

use crate::preprocess::Bn;
use crate::problem::{Problem, Problems};

/// Builds the site and checks it; returns its folder.
///
/// # Errors
/// When the book has problems (the site that was there stays), or the new
/// site has dead links or loads something from elsewhere.
pub fn build(root: &Path) -> Result<PathBuf> {
    let mut book = MDBook::load(root)?;
    book.with_preprocessor(Bn);
    book.build()?;
    let folder = book.build_dir_for("html");
    check(&folder)?;
    Ok(folder)
}

static CSS_URL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"url\(\s*["']?([^"')]+)["']?\s*\)|@import\s+["']([^"']+)["']"#)
        .expect("a valid pattern")
});

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
/// # Errors
/// All problems at once.
pub fn check(folder: &Path) -> Result<()> {
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
    let mut problems = Vec::new();
    for (path, page) in &pages {
        let shown = format!("target/book/html/{}", path.display());
        for url in &page.loads {
            if is_external(url) {
                problems.push(Problem::at(
                    &shown,
                    0,
                    format!("the page loads {url} from elsewhere"),
                    "put the file into book/assets and refer to that: a page of this book needs no network",
                ));
            }
        }
        for url in page.links.iter().chain(&page.loads) {
            if is_external(url)
                || url.starts_with("data:")
                || url.starts_with("mailto:")
                || url.starts_with("javascript:")
            {
                continue;
            }
            if let Some(cause) = dead(url, path, &pages, &files) {
                problems.push(Problem::at(
                    &shown,
                    0,
                    format!("dead link `{url}`: {cause}"),
                    "correct the link in the chapter, or restore what it leads to",
                ));
            }
        }
    }
    Ok(Problems(problems).into_result()?)
}

fn is_external(url: &str) -> bool {
    url.starts_with("http:")
        || url.starts_with("https:")
        || url.starts_with("//")
        || url.starts_with("ws")
}

fn dead(
    url: &str,
    page: &Path,
    pages: &BTreeMap<PathBuf, Page>,
    files: &BTreeSet<PathBuf>,
) -> Option<String> {
    let (path, fragment) = url
        .split_once('#')
        .map_or((url, None), |(path, fragment)| (path, Some(fragment)));
    let path = path.split('?').next().unwrap_or_default();
    let target = if path.is_empty() {
        page.to_path_buf()
    } else if page == Path::new("404.html") {
        // Served for any missing address: its links are relative to the root.
        resolve(Path::new("index.html"), path)?
    } else {
        resolve(page, path)?
    };
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
    (!anchors.contains(&decoded)).then(|| format!("{} has no anchor `{decoded}`", target.display()))
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
        if let Some(url) = element.attr("href") {
            let relation = element.attr("rel").unwrap_or_default();
            match name {
                "a" | "area" => page.links.push(url.to_owned()),
                "link" if matches!(relation, "canonical" | "alternate" | "license") => {}
                // `image`, `use` and `link` fetch what they refer to.
                _ => page.loads.push(url.to_owned()),
            }
        }
        for attribute in ["src", "poster", "data", "srcset", "xlink:href"] {
            let Some(url) = element.attr(attribute) else {
                continue;
            };
            if attribute == "srcset" {
                let urls = url
                    .split(',')
                    .filter_map(|one| one.split_whitespace().next());
                page.loads.extend(urls.map(str::to_owned));
            } else {
                page.loads.push(url.to_owned());
            }
        }
        let style = element.attr("style").map(str::to_owned);
        let sheet = (name == "style").then(|| element.text().collect::<String>());
        for css in style.iter().chain(&sheet) {
            page.loads.extend(css_urls(css));
        }
    }
    Ok(page)
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
        .filter_map(|found| found.get(1).or_else(|| found.get(2)))
        .map(|url| url.as_str().trim().to_owned())
        .filter(|url| !url.starts_with('#'))
        .collect()
}
