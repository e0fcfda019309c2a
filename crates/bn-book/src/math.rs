//! TeX to HTML that looks right, reads aloud, and survives Markdown.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use mdbook_katex::cfg::KatexConfig;
use mdbook_katex::render::render;

use crate::code::hex;
use crate::tools::write_whole;
use sha2::{Digest, Sha256};

/// Renders formulas with KaTeX, each one once.
///
/// Rendering starts a JavaScript engine, so results are kept in a file: a warm
/// rebuild starts none.
pub struct Math {
    config: KatexConfig,
    inline: katex::Opts,
    display: katex::Opts,
    kept: HashMap<String, String>,
    kept_in: PathBuf,
    changed: bool,
}

impl Math {
    /// A renderer with the macros at `macros` in the folder `root`.
    ///
    /// With `styled`, formulas come as HTML for the eye and MathML for screen
    /// readers; without, as MathML alone, which needs no style sheet or fonts.
    pub fn new(root: &Path, macros: Option<&str>, styled: bool) -> Self {
        let config = KatexConfig {
            output: if styled { "htmlAndMathml" } else { "mathml" }.to_owned(),
            no_css: true,
            macros: macros.map(str::to_owned),
            ..KatexConfig::default()
        };
        let (inline, display) = config.build_opts(root);
        let macros = macros.and_then(|file| std::fs::read(root.join(file)).ok());
        let mut version = Sha256::new();
        version.update(&config.output);
        version.update(macros.unwrap_or_default());
        let name = format!("formulas-{}.json", &hex(&version.finalize())[..12]);
        let kept_in = root.join("target/book").join(name);
        let kept = std::fs::read(&kept_in)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        Self {
            config,
            inline,
            display,
            kept,
            kept_in,
            changed: false,
        }
    }

    /// The HTML of a formula, on one line.
    ///
    /// # Errors
    /// What KaTeX says is wrong with it.
    pub fn html(&mut self, tex: &str, display: bool) -> Result<String, String> {
        let key = format!("{}{tex}", if display { "$$" } else { "$" });
        if let Some(html) = self.kept.get(&key) {
            return Ok(html.clone());
        }
        let options = if display { &self.display } else { &self.inline };
        let extra = self.config.build_extra_opts();
        // The engine is C behind Rust: a formula must not take the tool down.
        let html = catch_unwind(AssertUnwindSafe(|| {
            // mdbook-katex answers a broken formula with a warning and the
            // formula itself; KaTeX, asked again, says what is broken.
            katex::render_with_opts(tex, options).map_err(|error| reason(&error.to_string()))?;
            Ok(render(tex, options.clone(), extra, display))
        }))
        .unwrap_or_else(|_| Err("the engine that renders formulas panicked".to_owned()))?;
        self.kept.insert(key, html.clone());
        self.changed = true;
        Ok(html)
    }

    /// Keeps what was rendered for the next build; losing it costs only time.
    pub fn keep(&self) {
        if !self.changed {
            return;
        }
        let bytes = serde_json::to_vec(&self.kept).expect("strings are JSON");
        if let Err(error) = write_whole(&self.kept_in, &bytes) {
            eprintln!("warning: the rendered formulas could not be kept: {error:#}");
        }
    }
}

/// The sentence of KaTeX in what the JavaScript engine reports.
fn reason(report: &str) -> String {
    let start = report.find("KaTeX parse error").unwrap_or(0);
    report[start..]
        .trim_end_matches(['"', ')', ']', '}', ' '])
        .replace("\\\\", "\\")
}

/// HTML of a formula inside a paragraph, safe from being read as Markdown.
///
/// A paragraph's inline HTML is parsed again: `_` and `*` in the text of a
/// formula (above all in the TeX kept for screen readers) would become emphasis
/// and break the MathML, so punctuation outside tags becomes entities.
pub fn inline_safe(html: &str) -> String {
    let mut safe = String::with_capacity(html.len() + html.len() / 4);
    let mut in_tag = false;
    let mut in_entity = false;
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' => {
                in_tag = false;
                safe.push(c);
                continue;
            }
            '&' if !in_tag => in_entity = true,
            _ => {}
        }
        if in_tag || in_entity || !c.is_ascii_punctuation() {
            safe.push(c);
        } else {
            safe.push_str(&format!("&#{};", c as u32));
        }
        if c == ';' {
            in_entity = false;
        }
    }
    safe
}

/// Text as HTML text or attribute, on one line: a line break is an entity, so
/// that a blank line never ends an HTML block of Markdown.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' => safe.push_str("&#10;"),
            '\r' => {}
            _ => safe.push(c),
        }
    }
    safe
}
