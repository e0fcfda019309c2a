//! What makes the first visit of a page quick and still: one style sheet where mdBook links six,
//! with the fonts of nearly every formula in it; the other fonts of a page asked for before
//! anything else; and no highlighting of a language that no page has.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use regex::{Captures, Regex};
use sha2::{Digest, Sha256};

use crate::code::hex;
use crate::tools::write_whole;

/// A style sheet that every page needs at once; those of print and of single themes are named otherwise.
static STYLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"[ \t]*<link rel="stylesheet" href="([^"]+)">\r?\n"#).expect("a valid pattern")
});
static CSS_FILE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"url\((["']?)([^"')]+)["']?\)"#).expect("a valid pattern"));

/// The fonts of nearly every formula.
const WITHIN: [&str; 2] = ["KaTeX_Main-Regular.woff2", "KaTeX_Math-Italic.woff2"];

/// The style sheets of a page's head, joined into one file of the site; its name.
///
/// # Errors
/// When one cannot be read, or the file cannot be written.
pub(crate) fn join_styles(folder: &Path, page: &str) -> Result<String> {
    let (head, _) = page
        .split_once("</head>")
        .context("a page without a head")?;
    let mut all = String::new();
    for (_, [href]) in STYLE.captures_iter(head).map(|found| found.extract()) {
        let path = href.trim_start_matches("../");
        let text = fs::read_to_string(folder.join(path))
            .with_context(|| format!("cannot read the style sheet {path}"))?;
        let from = path.rsplit_once('/').map_or("", |(from, _)| from);
        let text = CSS_FILE.replace_all(&text, |found: &Captures| {
            let file = &found[2];
            if from.is_empty() || file.starts_with(['#', '/']) || file.contains(':') {
                return found[0].to_owned();
            }
            let file = format!("{from}/{file}");
            match fs::read(folder.join(&file)) {
                // Text with formulas is laid out once, when its style is there.
                Ok(font) if WITHIN.iter().any(|name| file.ends_with(name)) => {
                    format!("url(data:font/woff2;base64,{})", BASE64.encode(font))
                }
                _ => format!("url({file})"),
            }
        });
        all.push_str(&text);
        all.push('\n');
    }
    let name = format!("style-{}.css", &hex(&Sha256::digest(&all))[..8]);
    write_whole(&folder.join(&name), all.as_bytes())?;
    Ok(name)
}

/// A page with the one style sheet `style`, and its fonts asked for; `up` leads to the site's root.
pub(crate) fn page(text: &str, style: &str, up: &str) -> String {
    let Some((head, body)) = text.split_once("</head>") else {
        return text.to_owned();
    };
    let one = format!("        <link rel=\"stylesheet\" href=\"{up}{style}\">\n");
    let head = STYLE.replace(head, one);
    let (kept, rest) = head.split_once(style).unwrap_or((&head, ""));
    let rest = STYLE.replace_all(rest, "");
    let mut head = format!("{kept}{style}{rest}");
    if body.contains("katex-html") {
        let asked = FONTS.iter().filter(|font| body.contains(font.class));
        let early: BTreeSet<_> = asked.clone().map(|font| font.file).collect();
        let ready: BTreeSet<_> = asked.map(|font| font.css).chain(IN_STYLE).collect();
        let charset = "<meta charset=\"UTF-8\">\n";
        let early = EARLY.replace("FONTS", &list(&early)).replace("UP/", up);
        head = head.replacen(charset, &format!("{charset}{early}"), 1);
        head.push_str(&READY.replace("FONTS", &list(&ready)));
    }
    // What only a reader's hand asks for comes after what the eye needs.
    let body = body.replace("<script src=", "<script fetchpriority=\"low\" src=");
    format!("{head}</head>{body}")
}

fn list(words: &BTreeSet<&str>) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
    quoted.join(", ")
}

/// Asks for fonts before the style sheet names them. A page without a server may not ask this way.
const EARLY: &str = r#"        <script>
            if (location.protocol !== "file:") for (const font of [FONTS]) {
                const href = `UP/assets/katex/fonts/KaTeX_${font}.woff2`;
                document.head.append(Object.assign(document.createElement("link"), { rel: "preload", as: "font", type: "font/woff2", crossOrigin: "", href }));
            }
        </script>
"#;

/// Makes them ready before there is text that would move: the browser would wait for the text.
const READY: &str = r#"        <script>
            for (const font of [FONTS]) document.fonts.load(font).catch(() => {});
        </script>
"#;

/// A font that some formulas need.
struct Font {
    /// What asks for it in KaTeX's HTML; its style sheet says so.
    class: &'static str,
    file: &'static str,
    css: &'static str,
}

/// Those in the style sheet.
const IN_STYLE: [&str; 2] = ["1em KaTeX_Main", "italic 1em KaTeX_Math"];

const FONTS: [Font; 12] = [
    font("mathit", "Main-Italic", "italic 1em KaTeX_Main"),
    font("mathbf", "Main-Bold", "bold 1em KaTeX_Main"),
    font("mathbb", "AMS-Regular", "1em KaTeX_AMS"),
    font("amsrm", "AMS-Regular", "1em KaTeX_AMS"),
    font("mathcal", "Caligraphic-Regular", "1em KaTeX_Caligraphic"),
    font("delimsizing size1", "Size1-Regular", "1em KaTeX_Size1"),
    font("delim-size1", "Size1-Regular", "1em KaTeX_Size1"),
    font("small-op", "Size1-Regular", "1em KaTeX_Size1"),
    font("delimsizing size2", "Size2-Regular", "1em KaTeX_Size2"),
    font("large-op", "Size2-Regular", "1em KaTeX_Size2"),
    font("delimsizing size3", "Size3-Regular", "1em KaTeX_Size3"),
    font("delim-size4", "Size4-Regular", "1em KaTeX_Size4"),
];

const fn font(class: &'static str, file: &'static str, css: &'static str) -> Font {
    Font { class, file, css }
}

/// The languages of the code on some pages.
pub(crate) fn languages<'a>(pages: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    pages
        .flat_map(|page| page.split("class=\"language-").skip(1))
        .filter_map(|rest| rest.split(['"', ' ', ',']).next())
        .collect()
}

/// highlight.js without the languages that no page has: a third of its weight.
pub(crate) fn only_languages(script: &str, languages: &BTreeSet<&str>) -> String {
    const REGISTER: &str = "hljs.registerLanguage(\"";
    // Of several names of a language, the script knows the first; what another builds on stays.
    let known = |name: &str| match name {
        "shell" | "bash" => languages.contains("console") || languages.contains("sh"),
        name => languages.contains(name),
    };
    let mut parts = script.split(REGISTER);
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if part.split('"').next().is_some_and(known) {
            kept.push_str(REGISTER);
            kept.push_str(part);
        }
    }
    kept
}
