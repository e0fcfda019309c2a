//! The book as an mdBook preprocessor, so that plain `mdbook build`, `serve`
//! and `test` work on the same `book.toml`.

use std::io::{Read, Write};

use anyhow::{Context, Result};
use mdbook_preprocessor::book::Book as MdBook;
use mdbook_preprocessor::{MDBOOK_VERSION, Preprocessor, PreprocessorContext, parse_input};
use serde_json::Value as Json;

use crate::book::Book;
use crate::math::Math;
use crate::problem::{Problem, Problems};
use crate::{assets, web, write};

/// The preprocessor named `bn` in `book.toml`.
pub struct Bn;

impl Preprocessor for Bn {
    fn name(&self) -> &str {
        "bn"
    }

    fn run(&self, context: &PreprocessorContext, mut pages: MdBook) -> Result<MdBook> {
        let book = Book::load(&context.root)?;
        if context.renderer == "test" {
            // A stale notebook must not hide whether the cells still compile,
            // but what the text hides from the compiler must not pass as tested.
            book.check_text()?;
            pages.for_each_chapter_mut(|page| {
                let chapter = page.path.as_ref().and_then(|path| path.to_str());
                let chapter =
                    chapter.and_then(|file| book.chapters.iter().find(|c| c.file == file));
                page.content = chapter.map(write::program::write).unwrap_or_default();
            });
            return Ok(pages);
        }
        let styled = assets::katex(&context.root)?;
        let macros: Option<String> = context.config.get("preprocessor.bn.macros")?;
        let mut math = Math::new(&context.root, macros.as_deref(), styled);
        let program = web::build(&context.root, &book)?;
        let mut problems = book.check().err().unwrap_or_default().0;
        pages.for_each_chapter_mut(|page| {
            let file = page.path.as_ref().and_then(|path| path.to_str());
            if let Some(chapter) =
                file.and_then(|file| book.chapters.iter().find(|c| c.file == file))
            {
                page.content = write::page::write(
                    &book,
                    chapter,
                    &mut math,
                    program.as_deref(),
                    &mut problems,
                );
            }
        });
        math.keep();
        Problems(problems).into_result()?;
        Ok(pages)
    }
}

/// The command mdBook calls: book on standard input, book on standard output.
///
/// # Errors
/// When the input is not that of an mdBook of this series, or the book has problems.
pub fn command(input: impl Read, output: impl Write) -> Result<()> {
    let mut text = String::new();
    let not_mdbook = "this command is called by mdBook; to build the book, run `cargo book build`";
    let mut input = input;
    input.read_to_string(&mut text).context(not_mdbook)?;
    // Asked before all else: another version's book may not even parse.
    let said: Json = serde_json::from_str(&text).context(not_mdbook)?;
    let version = said[0]["mdbook_version"].as_str().context(not_mdbook)?;
    if series(version) != series(MDBOOK_VERSION) {
        return Err(Problem::nowhere(
            format!("mdbook {version} calls, but the book is built with mdbook {MDBOOK_VERSION}"),
            format!(
                "`cargo book build` and `cargo book test` bring their own; or cargo install --locked mdbook --version {MDBOOK_VERSION}"
            ),
        )
        .into());
    }
    let (context, pages) = parse_input(text.as_bytes()).context(not_mdbook)?;
    let pages = Bn.run(&context, pages)?;
    serde_json::to_writer(output, &pages)?;
    Ok(())
}

/// `0.5` of `0.5.4`: mdBook changes what it says between such series only.
fn series(version: &str) -> Option<&str> {
    version.rsplit_once('.').map(|(series, _)| series)
}
