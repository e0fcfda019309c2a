//! The search index of the site.
//!
//! mdBook's own holds every formula three times over, as letters, and no word in Hangul: its
//! trimmer takes every character but `a` to `z` for punctuation.

use anyhow::Result;
use elasticlunr::lang::English;
use elasticlunr::pipeline::{FnWrapper, Pipeline};
use elasticlunr::{IndexBuilder, Language};
use mdbook_driver::config::Search;
use scraper::{ElementRef, Html, Selector};
use serde_json::json;

/// The trimmer of the page, for what a reader asks: the same as [`trimmed`].
const TRIMMER: &str = "elasticlunr.Pipeline.registeredFunctions.trimmer = Object.assign(\
     token => token.replace(/^[^\\p{Alphabetic}\\p{N}_]+|[^\\p{Alphabetic}\\p{N}_]+$/gu, ''), { label: 'trimmer' });\n";

/// Longer than any word; what is longer is data.
const LONGEST: usize = 80;

/// A part of a page beneath a heading.
#[derive(Debug, Default, PartialEq, Eq)]
struct Section {
    anchor: String,
    title: String,
    body: String,
}

/// The file `searchindex.js` for pages given by name and HTML.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn index<'a>(
    pages: impl Iterator<Item = (&'a str, &'a str)>,
    options: &Search,
) -> Result<String> {
    let mut index = IndexBuilder::with_language(Box::new(Words))
        .add_field_with_tokenizer("title", Box::new(tokens))
        .add_field_with_tokenizer("body", Box::new(tokens))
        .add_field_with_tokenizer("breadcrumbs", Box::new(tokens))
        .build();
    let mut urls = Vec::new();
    for (file, html) in pages {
        let sections = sections(html);
        let chapter = sections.first().map(|first| first.title.clone());
        let chapter = chapter.unwrap_or_default();
        for section in &sections {
            let trail = if section.title == chapter {
                chapter.clone()
            } else {
                format!("{chapter} » {}", section.title)
            };
            index.add_doc(
                &urls.len().to_string(),
                [&section.title, &section.body, &trail],
            );
            urls.push(format!("{file}#{}", section.anchor));
        }
    }
    let boost = |factor: u8| json!({ "boost": factor });
    let file = json!({
        "doc_urls": urls,
        "index": index,
        "results_options": {
            "limit_results": options.limit_results,
            "teaser_word_count": options.teaser_word_count,
        },
        "search_options": {
            "bool": if options.use_boolean_and { "AND" } else { "OR" },
            "expand": options.expand,
            "fields": {
                "title": boost(options.boost_title),
                "body": boost(options.boost_paragraph),
                "breadcrumbs": boost(options.boost_hierarchy),
            },
        },
    });
    let file = serde_json::to_string(&file)?
        .replace('\\', "\\\\")
        .replace('\'', "\\'");
    Ok(format!(
        "{TRIMMER}window.search = Object.assign(window.search, JSON.parse('{file}'));"
    ))
}

/// English, but a word may be of any script.
struct Words;

impl Language for Words {
    fn name(&self) -> String {
        English::new().name()
    }

    fn code(&self) -> String {
        English::new().code()
    }

    fn tokenize(&self, text: &str) -> Vec<String> {
        tokens(text)
    }

    fn make_pipeline(&self) -> Pipeline {
        let mut pipeline = English::new().make_pipeline();
        let trimmer = FnWrapper("trimmer".to_owned(), |token| {
            Some(trimmed(&token).to_owned())
        });
        pipeline.queue[0] = Box::new(trimmer);
        pipeline
    }
}

fn trimmed(token: &str) -> &str {
    token.trim_matches(|c: char| !c.is_alphanumeric() && c != '_')
}

/// Words, and of code such as `BatchNorm::params(2)` also its names.
fn tokens(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for token in text.split(|c: char| c.is_whitespace() || c == '-') {
        let token = trimmed(token);
        if token.is_empty() || token.len() > LONGEST {
            continue;
        }
        all.push(token.to_lowercase());
        let names = token.split(|c: char| !c.is_alphanumeric() && c != '_');
        let names: Vec<_> = names.filter(|name| !name.is_empty()).collect();
        if names.len() > 1 {
            all.extend(names.into_iter().map(str::to_lowercase));
        }
    }
    all
}

/// The text of an element as a reader finds words in it: formulas by the names in them.
pub fn words(element: ElementRef) -> String {
    let mut sections = vec![Section::default()];
    read(element, &mut sections);
    sections
        .into_iter()
        .map(|section| format!("{} {}", section.title, section.body))
        .collect()
}

fn sections(html: &str) -> Vec<Section> {
    let document = Html::parse_document(html);
    let main = Selector::parse("main").expect("a valid selector");
    let mut sections = Vec::new();
    if let Some(main) = document.select(&main).next() {
        sections.push(Section::default());
        read(main, &mut sections);
    }
    for section in &mut sections {
        for text in [&mut section.title, &mut section.body] {
            *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        }
    }
    sections.retain(|section| !section.title.is_empty() || !section.body.is_empty());
    sections
}

fn read(element: ElementRef, sections: &mut Vec<Section>) {
    for child in element.children() {
        let Some(section) = sections.last_mut() else {
            return;
        };
        if let Some(text) = child.value().as_text() {
            section.body.push_str(text);
            continue;
        }
        let Some(child) = ElementRef::wrap(child) else {
            continue;
        };
        let name = child.value().name();
        let classes: Vec<_> = child.value().classes().collect();
        match name {
            "script" | "style" | "svg" => {}
            "h1" | "h2" | "h3" => sections.push(Section {
                anchor: child.attr("id").unwrap_or_default().to_owned(),
                title: words_of_heading(child),
                body: String::new(),
            }),
            _ if classes.contains(&"katex") => section.body.push_str(&formula(child)),
            // The item is named in the summary, and its source is in the documentation.
            "pre" if in_listing(child) => {}
            _ => {
                if let Some(label) = child.attr("id").and_then(|id| id.strip_prefix("eq-")) {
                    section.body.push_str(&format!(" equation {label} "));
                }
                if !matches!(
                    name,
                    "a" | "b" | "code" | "em" | "span" | "strong" | "sub" | "sup"
                ) {
                    section.body.push(' ');
                }
                read(child, sections);
            }
        }
    }
}

fn words_of_heading(heading: ElementRef) -> String {
    let mut sections = vec![Section::default()];
    read(heading, &mut sections);
    sections
        .pop()
        .map(|section| section.body)
        .unwrap_or_default()
}

fn in_listing(element: ElementRef) -> bool {
    let parents = element.ancestors().filter_map(ElementRef::wrap);
    parents.into_iter().any(|parent| {
        parent
            .value()
            .classes()
            .any(|class| class == "equation-code")
    })
}

/// A short formula by its names, `\mu_B` as `mu_B`; a long one is found by its label.
fn formula(katex: ElementRef) -> String {
    const SHORT: usize = 24;
    let annotation = Selector::parse("annotation").expect("a valid selector");
    let tex: String = katex
        .select(&annotation)
        .flat_map(|annotation| annotation.text())
        .collect();
    if tex.len() > SHORT {
        return " … ".to_owned();
    }
    tex.replace(['\\', '{', '}', '$'], "")
}
