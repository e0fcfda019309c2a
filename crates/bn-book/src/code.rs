//! What the crates say about equations: which item implements one, which test covers it.
//!
//! An item names its equation with `#[doc(alias = "eq:label")]`, which rustdoc's
//! own search finds too. A test names it in its doc comment: `/// Covers eq:label.`

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context, Result};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use regex::Regex;
use sha2::{Digest, Sha256};
use syn::spanned::Spanned;
use syn::visit::Visit;
use walkdir::WalkDir;

use crate::problem::Problem;

/// The crates an equation can live in.
pub(crate) const LIBRARIES: [&str; 2] = ["bn-core", "bn-lab"];

/// A public item that implements an equation.
#[derive(Clone, Debug)]
pub struct Item {
    /// Label of the equation.
    pub label: String,
    /// Path such as `bn_core::moments::batch_mean`.
    pub path: String,
    /// Its page among those of rustdoc, and the place in it if it has no page of its own:
    /// `bn_core/moments/fn.batch_mean.html`.
    pub page: String,
    /// The last segment of the path: what a cell calls.
    pub name: String,
    /// File relative to the root.
    pub file: String,
    /// Line of the item, from 1.
    pub line: usize,
    /// Its source without documentation.
    pub source: String,
    /// Whether its documentation has an example that asserts something.
    pub doctest: bool,
}

/// A test that covers an equation.
#[derive(Clone, Debug)]
pub struct Covering {
    /// Label of the equation.
    pub label: String,
    /// Path such as `bn-core/tests/moments.rs: mean_is_exact`.
    pub path: String,
    /// File relative to the root.
    pub file: String,
    /// Line in that file.
    pub line: usize,
}

/// All that the crates say about equations.
#[derive(Clone, Debug, Default)]
pub struct Code {
    /// Implementing items, in the order of the source.
    pub items: Vec<Item>,
    /// Covering tests.
    pub tests: Vec<Covering>,
}

impl Code {
    /// Reads the crates under `root`; what is wrong with them goes to `problems`.
    ///
    /// # Errors
    /// When a source file cannot be read or is not Rust.
    pub fn scan(root: &Path, problems: &mut Vec<Problem>) -> Result<Self> {
        let mut code = Self::default();
        for library in LIBRARIES {
            let folder = root.join("crates").join(library);
            let mut files = Vec::new();
            let mut declared = Declared::default();
            for (file, text) in rust_files(root, &folder.join("src"))? {
                let syntax = parse(&file, &text)?;
                declared.module = module_path(library, &file);
                declared.visit_file(&syntax);
                files.push((file, text, syntax));
            }
            for (file, text, syntax) in files {
                let mut reader = Reader {
                    declared: &declared,
                    file: &file,
                    text: &text,
                    module: module_path(library, &file),
                    implementing: None,
                    items: &mut code.items,
                    problems,
                };
                reader.visit_file(&syntax);
            }
            for (file, text) in rust_files(root, &folder.join("tests"))? {
                let tokens: TokenStream =
                    text.parse().map_err(|error: proc_macro2::LexError| {
                        not_rust(&file, error.span().start().line, &error)
                    })?;
                read_tests(tokens, &file, &mut code.tests);
            }
        }
        Ok(code)
    }
}

/// The Rust files under a folder, sorted, as (path from `root`, text).
pub(crate) fn rust_files(root: &Path, folder: &Path) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    if !folder.is_dir() {
        return Ok(files);
    }
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if entry.path().extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(entry.path())
                .with_context(|| format!("cannot read {}", entry.path().display()))?;
            let shown = entry.path().strip_prefix(root).unwrap_or(entry.path());
            files.push((shown.to_string_lossy().replace('\\', "/"), text));
        }
    }
    Ok(files)
}

/// The files among a crate's sources that are not Rust, such as data it includes.
fn other_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        // Editors leave hidden files and copies that end in `~`.
        let name = entry.file_name().to_string_lossy();
        let left_over = name.starts_with('.') || name.ends_with('~') || name.ends_with(".rs");
        if entry.file_type().is_file() && !left_over {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

pub(crate) fn parse(file: &str, text: &str) -> Result<syn::File> {
    syn::parse_file(text)
        .map_err(|error| anyhow::Error::new(not_rust(file, error.span().start().line, &error)))
}

fn not_rust(file: &str, line: usize, error: &dyn std::error::Error) -> Problem {
    let cause = format!("this is not Rust: {error}");
    Problem::at(file, line, cause, "`cargo check` shows the details")
}

/// `crates/bn-core/src/layers/batch.rs` is `bn_core::layers::batch`.
fn module_path(library: &str, file: &str) -> Vec<String> {
    let inside = file
        .split_once("/src/")
        .map_or(file, |(_, inside)| inside)
        .trim_end_matches(".rs");
    let mut path = vec![library.replace('-', "_")];
    path.extend(
        inside
            .split('/')
            .filter(|part| !matches!(*part, "lib" | "mod"))
            .map(str::to_owned),
    );
    path
}

/// What a crate declares, for whoever has to find a place in it.
#[derive(Default)]
struct Declared {
    module: Vec<String>,
    /// Modules that nobody outside can name.
    private: BTreeSet<Vec<String>>,
    /// What rustdoc calls a type: `struct`, `enum` or `trait`.
    types: BTreeMap<String, &'static str>,
}

impl Declared {
    /// Where the items of a module can be named: there, or where private modules pass them on to.
    fn seen_from_outside<'a>(&self, module: &'a [String]) -> &'a [String] {
        let hidden = (1..=module.len()).find(|end| self.private.contains(&module[..*end]));
        hidden.map_or(module, |end| &module[..end - 1])
    }
}

impl<'ast> Visit<'ast> for Declared {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        if !is_public(&item.vis) {
            self.private.insert(self.module.clone());
        }
        syn::visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.types.insert(item.ident.to_string(), "struct");
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.types.insert(item.ident.to_string(), "enum");
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.types.insert(item.ident.to_string(), "trait");
    }
}

struct Reader<'a> {
    declared: &'a Declared,
    file: &'a str,
    text: &'a str,
    module: Vec<String>,
    /// Type of the `impl` block being read.
    implementing: Option<String>,
    items: &'a mut Vec<Item>,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn item(
        &mut self,
        attributes: &[syn::Attribute],
        public: bool,
        kind: &str,
        name: &str,
        span: proc_macro2::Span,
    ) {
        let labels = labels(attributes);
        if labels.is_empty() {
            return;
        }
        let documentation = documentation(attributes);
        let (first, last) = (span.start().line, span.end().line);
        let source: Vec<_> = self
            .text
            .lines()
            .skip(first - 1)
            .take(last + 1 - first)
            .collect();
        let mut path = self.declared.seen_from_outside(&self.module).to_vec();
        let page = match &self.implementing {
            None => format!("{}/{kind}.{name}.html", path.join("/")),
            Some(owner) => {
                let of = self.declared.types.get(owner).unwrap_or(&"struct");
                format!("{}/{of}.{owner}.html#{kind}.{name}", path.join("/"))
            }
        };
        path.extend(self.implementing.clone());
        path.push(name.to_owned());
        let path = path.join("::");
        for label in labels {
            if !public || documentation.trim().is_empty() {
                self.problems.push(Problem::at(
                    self.file,
                    first,
                    format!("`{path}` implements equation `{label}` but is not a documented public item"),
                    "make it `pub` and document the equation, or move the alias to the item a reader should find",
                ));
                continue;
            }
            self.items.push(Item {
                label,
                path: path.clone(),
                page: page.clone(),
                name: name.to_owned(),
                file: self.file.to_owned(),
                line: first,
                source: unindent(&source),
                doctest: asserts(&documentation),
            });
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let span = after_attributes(&item.vis, item.sig.span(), item.block.span());
        self.item(
            &item.attrs,
            is_public(&item.vis),
            "fn",
            &item.sig.ident.to_string(),
            span,
        );
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        let end = item
            .semi_token
            .map_or(item.fields.span(), |semi| semi.span());
        let span = after_attributes(&item.vis, item.struct_token.span(), end);
        self.item(
            &item.attrs,
            is_public(&item.vis),
            "struct",
            &item.ident.to_string(),
            span,
        );
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        let span = after_attributes(
            &item.vis,
            item.enum_token.span(),
            item.brace_token.span.close(),
        );
        self.item(
            &item.attrs,
            is_public(&item.vis),
            "enum",
            &item.ident.to_string(),
            span,
        );
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        let span = after_attributes(&item.vis, item.const_token.span(), item.semi_token.span());
        self.item(
            &item.attrs,
            is_public(&item.vis),
            "constant",
            &item.ident.to_string(),
            span,
        );
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        let span = after_attributes(&item.vis, item.type_token.span(), item.semi_token.span());
        self.item(
            &item.attrs,
            is_public(&item.vis),
            "type",
            &item.ident.to_string(),
            span,
        );
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.implementing = match &*item.self_ty {
            syn::Type::Path(path) => path.path.segments.last().map(|s| s.ident.to_string()),
            _ => None,
        };
        let of_trait = item.trait_.is_some();
        for part in &item.items {
            if let syn::ImplItem::Fn(function) = part {
                let span =
                    after_attributes(&function.vis, function.sig.span(), function.block.span());
                let public = of_trait || is_public(&function.vis);
                self.item(
                    &function.attrs,
                    public,
                    "method",
                    &function.sig.ident.to_string(),
                    span,
                );
            }
        }
        self.implementing = None;
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        let span = after_attributes(
            &item.vis,
            item.trait_token.span(),
            item.brace_token.span.close(),
        );
        self.item(
            &item.attrs,
            is_public(&item.vis),
            "trait",
            &item.ident.to_string(),
            span,
        );
        self.implementing = Some(item.ident.to_string());
        for part in &item.items {
            if let syn::TraitItem::Fn(function) = part {
                let end = function
                    .default
                    .as_ref()
                    .map_or(function.sig.span(), Spanned::span);
                let span = function.sig.span().join(end).unwrap_or(end);
                self.item(
                    &function.attrs,
                    is_public(&item.vis),
                    if function.default.is_some() {
                        "method"
                    } else {
                        "tymethod"
                    },
                    &function.sig.ident.to_string(),
                    span,
                );
            }
        }
        self.implementing = None;
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
        self.module.pop();
    }
}

fn is_public(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Public(_))
}

/// From the first token behind the attributes to the end of the item.
fn after_attributes(
    visibility: &syn::Visibility,
    start: proc_macro2::Span,
    end: proc_macro2::Span,
) -> proc_macro2::Span {
    let start = match visibility {
        syn::Visibility::Inherited => start,
        visible => visible.span(),
    };
    start.join(end).unwrap_or(end)
}

/// The `eq:` labels among an item's `#[doc(alias = …)]`.
fn labels(attributes: &[syn::Attribute]) -> Vec<String> {
    let mut labels = Vec::new();
    for attribute in attributes.iter().filter(|a| a.path().is_ident("doc")) {
        // `#[doc = "…"]` is a comment, not a list: nothing to parse.
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("alias") {
                let alias: syn::LitStr = meta.value()?.parse()?;
                labels.extend(alias.value().strip_prefix("eq:").map(str::to_owned));
            }
            Ok(())
        });
    }
    labels
}

fn documentation(attributes: &[syn::Attribute]) -> String {
    let mut text = String::new();
    for attribute in attributes {
        if let syn::Meta::NameValue(pair) = &attribute.meta
            && pair.path.is_ident("doc")
            && let syn::Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(line),
                ..
            }) = &pair.value
        {
            text.push_str(&line.value());
            text.push('\n');
        }
    }
    text
}

/// Whether documentation has an example that runs and asserts something.
fn asserts(documentation: &str) -> bool {
    let mut fence: Option<&str> = None;
    for line in documentation.lines().map(str::trim) {
        match (line.strip_prefix("```"), fence) {
            (Some(info), None) => fence = Some(info),
            (Some(_), Some(_)) => fence = None,
            (None, Some("" | "rust")) if line.contains("assert") => return true,
            _ => {}
        }
    }
    false
}

fn unindent(lines: &[&str]) -> String {
    let margin = lines
        .iter()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let first = lines.first().map_or("", |line| line.trim_start());
    let rest = lines
        .iter()
        .skip(1)
        .map(|line| line.get(margin..).unwrap_or(""));
    [first]
        .into_iter()
        .chain(rest)
        .collect::<Vec<_>>()
        .join("\n")
}

static COVERS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"eq:([a-z0-9-]+)").expect("a valid pattern"));

/// Test functions whose doc comment names an equation, also inside `proptest!`.
///
/// Reading tokens instead of items treats both alike: attributes, then `fn name`.
fn read_tests(tokens: TokenStream, file: &str, tests: &mut Vec<Covering>) {
    let mut named = Vec::new();
    let mut is_test = false;
    let mut is_skipped = false;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                if let Some(TokenTree::Group(group)) = tokens.peek()
                    && group.delimiter() == Delimiter::Bracket
                {
                    let text = group.stream().to_string();
                    is_test |= text == "test";
                    // A test that nobody runs covers nothing.
                    is_skipped |= text.starts_with("ignore");
                    if text.starts_with("doc") {
                        named.extend(COVERS.captures_iter(&text).map(|c| c[1].to_owned()));
                    }
                    tokens.next();
                }
            }
            TokenTree::Ident(word) if word == "fn" => {
                if let Some(TokenTree::Ident(name)) = tokens.next()
                    && is_test
                    && !is_skipped
                {
                    let shown = file.trim_start_matches("crates/");
                    tests.extend(named.drain(..).map(|label| Covering {
                        label,
                        path: format!("{shown}: {name}"),
                        file: file.to_owned(),
                        line: name.span().start().line,
                    }));
                }
                named.clear();
                is_test = false;
                is_skipped = false;
            }
            TokenTree::Group(group) => read_tests(group.stream(), file, tests),
            _ => {}
        }
    }
}

/// The identifiers in a cell's code: an item counts as run by a cell that names it.
pub fn identifiers(code: &str) -> Vec<String> {
    fn collect(tokens: TokenStream, into: &mut Vec<String>) {
        for token in tokens {
            match token {
                TokenTree::Ident(word) => into.push(word.to_string()),
                TokenTree::Group(group) => collect(group.stream(), into),
                _ => {}
            }
        }
    }
    let mut words = Vec::new();
    if let Ok(tokens) = code.parse() {
        collect(tokens, &mut words);
    }
    words
}

/// The files beside the sources of `library` that are no Rust, by name without ending, with a hash
/// of what is in them. Of the crate that chapters use, a file counts for those that name it.
///
/// # Errors
/// When one cannot be read.
pub fn data_files(root: &Path, library: &str) -> Result<Vec<(String, String)>> {
    let hashed = |path: PathBuf| {
        let content =
            std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Ok((name, hex(&Sha256::digest(content))))
    };
    let folder = root.join("crates").join(library).join("src");
    other_files(&folder)?.into_iter().map(hashed).collect()
}

/// A hash of what `library` and its path dependencies compute.
///
/// Comments, documentation and tests do not enter it: rewording them must not
/// make every notebook of the book run again. Nor do the data files of `library`
/// itself, see [`data_files`].
///
/// # Errors
/// When a manifest or a source file cannot be read.
pub fn fingerprint(root: &Path, library: &str) -> Result<String> {
    let manifest_path = root.join("Cargo.toml");
    let read = |path: &Path| {
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
    };
    let lock: toml::Table = match std::fs::read_to_string(root.join("Cargo.lock")) {
        Ok(text) => text.parse().context("Cargo.lock is not TOML")?,
        Err(_) => toml::Table::new(),
    };
    let mut hash = Sha256::new();
    let mut queue = vec![library.to_owned()];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(name) = queue.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let folder = root.join("crates").join(&name);
        if folder.is_dir() {
            let manifest: toml::Table = read(&folder.join("Cargo.toml"))?
                .parse()
                .with_context(|| format!("crates/{name}/Cargo.toml is not TOML"))?;
            for table in ["dependencies", "features"] {
                hash.update(
                    manifest
                        .get(table)
                        .map(ToString::to_string)
                        .unwrap_or_default(),
                );
            }
            for (file, text) in rust_files(root, &folder.join("src"))? {
                let mut syntax = parse(&file, &text)?;
                hash.update(&file);
                hash.update(computing_tokens(&mut syntax).to_string());
            }
            if name != library {
                for (file, content) in data_files(root, &name)? {
                    hash.update(file);
                    hash.update(content);
                }
            }
        }
        // The lock file knows the rest: names, versions, and who needs whom.
        for package in lock
            .get("package")
            .and_then(|p| p.as_array())
            .into_iter()
            .flatten()
        {
            let of = |key: &str| {
                package
                    .get(key)
                    .and_then(|v| v.as_str())
                    .unwrap_or_default()
            };
            if of("name") != name {
                continue;
            }
            hash.update(of("name"));
            hash.update(of("version"));
            for needed in package
                .get("dependencies")
                .and_then(|d| d.as_array())
                .into_iter()
                .flatten()
            {
                let needed = needed.as_str().unwrap_or_default();
                queue.push(needed.split(' ').next().unwrap_or_default().to_owned());
            }
        }
        queue.sort();
    }
    let manifest: toml::Table = read(&manifest_path)?
        .parse()
        .context("Cargo.toml is not TOML")?;
    if let Some(versions) = manifest
        .get("workspace")
        .and_then(|w| w.get("dependencies"))
    {
        for name in &seen {
            hash.update(
                versions
                    .get(name)
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            );
        }
    }
    Ok(hex(&hash.finalize()))
}

/// The tokens of a file without documentation, comments and what only tests see.
fn computing_tokens(file: &mut syn::File) -> TokenStream {
    fn strip(tokens: TokenStream) -> TokenStream {
        let mut out = Vec::new();
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(ref mark) if mark.as_char() == '#' => {
                    if let Some(TokenTree::Punct(bang)) = tokens.peek()
                        && bang.as_char() == '!'
                    {
                        tokens.next();
                    }
                    let is_doc = matches!(tokens.peek(), Some(TokenTree::Group(group))
                        if group.delimiter() == Delimiter::Bracket
                        && group.stream().to_string().starts_with("doc"));
                    if is_doc {
                        tokens.next();
                    } else {
                        out.push(token);
                    }
                }
                TokenTree::Group(group) => {
                    let inner = proc_macro2::Group::new(group.delimiter(), strip(group.stream()));
                    out.push(TokenTree::Group(inner));
                }
                other => out.push(other),
            }
        }
        out.into_iter().collect()
    }
    file.items.retain(|item| {
        let attributes = match item {
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Struct(item) => &item.attrs,
            _ => return true,
        };
        !attributes.iter().any(|attribute| {
            matches!(&attribute.meta, syn::Meta::List(list) if list.path.is_ident("cfg")
                && matches!(list.tokens.to_string().as_str(), "test" | "doctest"))
        })
    });
    strip(file.items.iter().map(ToTokens::to_token_stream).collect())
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
