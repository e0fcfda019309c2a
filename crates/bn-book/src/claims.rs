//! Claims: what the sources say about them, their places in the book, and `cargo book claims`,
//! which starts the experiments. What they measure this tool does not know.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::LazyLock;

use anyhow::{Context, Result};
use regex::Regex;
use syn::{Expr, ExprLit, Item, Lit};

use crate::code::{parse, rust_files};
use crate::problem::Problem;

/// The chapter that shows every claim, under the anchor `claim-ID`.
pub const SCOREBOARD: &str = "05-scoreboard";

/// The line of a table that shows a claim, as bn-plot writes it.
pub static ROW: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"<tr data-claim="([a-z0-9-]+)">"#).expect("a valid pattern"));

/// A claim in `crates/bn-lab/src/claims/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Slug of the chapter that puts it on trial.
    pub chapter: String,
    /// Its file, relative to the root.
    pub file: String,
    /// The line of its name.
    pub line: usize,
    /// Module of its experiment, a file in `crates/bn-lab/src/experiments/`.
    pub experiment: String,
}

/// Reads the claims under `root`, by name; what is wrong with them goes to `problems`.
///
/// # Errors
/// When a source file cannot be read or is not Rust.
pub fn scan(root: &Path, problems: &mut Vec<Problem>) -> Result<BTreeMap<String, Claim>> {
    let mut found = BTreeMap::new();
    let source = root.join("crates/bn-lab/src");
    let mut slugs = BTreeMap::new();
    if let Ok(text) = std::fs::read_to_string(source.join("claims.rs")) {
        for item in parse("crates/bn-lab/src/claims.rs", &text)?.items {
            if let Item::Const(item) = item
                && let Some(slug) = literal(&item.expr)
            {
                slugs.insert(item.ident.to_string(), slug);
            }
        }
    }
    for (file, text) in rust_files(root, &source.join("claims"))? {
        let statics = parse(&file, &text)?.items.into_iter();
        let literals = statics.filter_map(|item| match item {
            Item::Static(item) => match *item.expr {
                Expr::Struct(fields) if fields.path.is_ident("Claim") => Some(fields),
                _ => None,
            },
            _ => None,
        });
        for fields in literals {
            let line = fields.path.segments[0].ident.span().start().line;
            let field = |name: &str| {
                let named = |field: &&syn::FieldValue| match &field.member {
                    syn::Member::Named(member) => member == name,
                    syn::Member::Unnamed(_) => false,
                };
                fields.fields.iter().find(named).map(|field| &field.expr)
            };
            let id = field("id").and_then(literal);
            let chapter = field("chapter")
                .and_then(|slug| literal(slug).or_else(|| slugs.get(&last(slug)?.1).cloned()));
            let experiment = field("experiment").and_then(|e| last(e)?.0);
            let (Some(id), Some(chapter), Some(experiment)) = (id, chapter, experiment) else {
                problems.push(Problem::at(
                    file.as_str(),
                    line,
                    "a claim whose name, chapter or experiment cannot be read",
                    "write the id as a literal, the chapter as a constant of claims.rs, and the \
                     experiment as &file::NAME",
                ));
                continue;
            };
            let claim = Claim {
                chapter,
                file: file.clone(),
                line,
                experiment,
            };
            found.insert(id, claim);
        }
    }
    Ok(found)
}

/// The text of a literal.
fn literal(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

/// The last two names of `&module::NAME`.
fn last(expression: &Expr) -> Option<(Option<String>, String)> {
    let path = match expression {
        Expr::Reference(reference) => return last(&reference.expr),
        Expr::Path(path) => &path.path,
        _ => return None,
    };
    let mut names = path.segments.iter().rev().map(|s| s.ident.to_string());
    let name = names.next()?;
    Some((names.next(), name))
}

/// Builds the program of the claims, optimized, and hands it what was asked.
///
/// # Errors
/// When cargo cannot be started.
pub fn run(root: &Path, asked: &[OsString]) -> Result<ExitStatus> {
    // Not quiet: the first time, it is built for a minute.
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["run", "--release", "--package", "bn-lab"])
        .args(["--features", "command", "--bin", "claims"])
        .arg("--manifest-path")
        .arg(root.join("Cargo.toml"))
        .arg("--")
        .args(asked)
        .status()
        .context("cannot start cargo")
}
