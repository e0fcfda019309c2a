//! Files the pages need that come from npm: the style sheet and fonts of formulas.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use anyhow::{Context, Result};
use regex::Regex;

use crate::tools::{self, write_whole};

/// The version whose HTML the katex crate writes; its style sheet must match.
const KATEX_VERSION: &str = "0.16.4";

static OLD_FONTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#",url\([^)]+\.(?:woff|ttf)\) format\("[a-z]+"\)"#).expect("a valid pattern")
});

/// Puts KaTeX's style sheet and fonts where mdBook copies them from.
///
/// `false` without npm: formulas are then MathML, and the style sheet is empty.
///
/// # Errors
/// When the files cannot be fetched or written.
pub fn katex(root: &Path) -> Result<bool> {
    let folder = root.join("book/assets/katex");
    let style_path = folder.join("katex.min.css");
    let mark = format!("/* KaTeX {KATEX_VERSION} */\n");
    if fs::read_to_string(&style_path).is_ok_and(|style| style.starts_with(&mark)) {
        return Ok(true);
    }
    let Some(modules) = tools::node_modules()? else {
        write_whole(
            &style_path,
            b"/* without npm, formulas are MathML and need no style */\n",
        )?;
        return Ok(false);
    };
    let from = modules.join("katex/dist");
    let fonts = from.join("fonts");
    let cannot = || format!("cannot copy the fonts in {}", fonts.display());
    for entry in fs::read_dir(&fonts).with_context(cannot)? {
        let font = entry.with_context(cannot)?.path();
        // Every browser that renders the pages knows woff2.
        if font.extension().is_some_and(|e| e == "woff2")
            && let Some(name) = font.file_name()
        {
            write_whole(
                &folder.join("fonts").join(name),
                &fs::read(&font).with_context(cannot)?,
            )?;
        }
    }
    let style = fs::read_to_string(from.join("katex.min.css")).with_context(cannot)?;
    let style = OLD_FONTS.replace_all(&style, "");
    // Last, because its first line says that all is there.
    write_whole(&style_path, format!("{mark}{style}").as_bytes())?;
    Ok(true)
}
