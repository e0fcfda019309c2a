//! The program of the interactive figures: bn-web as WebAssembly, and the scripts around it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Once;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::book::Book;
use crate::chapter::Piece;
use crate::code::hex;
use crate::problem::Problem;
use crate::tools::{run_logged, write_whole};

/// Where the files stand on the site.
pub const FOLDER: &str = "assets/web";

const TARGET: &str = "wasm32-unknown-unknown";

const FILES: [(&str, &str); 3] = [
    ("interactive.js", include_str!("../web/interactive.js")),
    ("interactive.css", include_str!("../web/interactive.css")),
    ("worker.js", include_str!("../web/worker.js")),
];

/// Puts the program where mdBook copies it from; returns where it stands on the site.
///
/// `None` if no chapter needs it, or, with one warning, if it cannot be built: the figures
/// then show what they come to with the controls as they are set at first.
///
/// # Errors
/// When the files cannot be written.
pub fn build(root: &Path, book: &Book) -> Result<Option<String>> {
    let pieces = book.chapters.iter().flat_map(|chapter| &chapter.pieces);
    let mut pieces = pieces.map(|located| &located.piece);
    if !pieces.any(|piece| matches!(piece, Piece::Interactive(_))) {
        return Ok(None);
    }
    let folder = root.join("book").join(FOLDER);
    for (name, text) in FILES {
        // Unchanged files stay as they are: whoever watches the folder would build again.
        if fs::read_to_string(folder.join(name)).ok().as_deref() != Some(text) {
            write_whole(&folder.join(name), text.as_bytes())?;
        }
    }
    match compile(root) {
        Ok(file) => {
            let program =
                fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            // The name changes with the program, so that no browser keeps an old one.
            let name = format!("bn-web-{}.wasm", &hex(&Sha256::digest(&program))[..12]);
            if !folder.join(&name).is_file() {
                forget_others(&folder)?;
                write_whole(&folder.join(&name), &program)?;
            }
            Ok(Some(format!("{FOLDER}/{name}")))
        }
        Err(problem) => {
            static WARNED: Once = Once::new();
            WARNED.call_once(|| {
                eprintln!("warning: {problem}\n   = until then, interactive figures stand still")
            });
            Ok(None)
        }
    }
}

fn forget_others(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "wasm")
        {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Builds bn-web for browsers; returns the file.
fn compile(root: &Path) -> Result<PathBuf, Problem> {
    if !root.join("crates/bn-web").is_dir() {
        return Err(Problem::nowhere("crates/bn-web is missing", "restore it"));
    }
    let folder = root.join("target/web");
    // What waits, for a lock or a download, says so every now and then.
    let run = |command: &mut Command| {
        fs::create_dir_all(&folder).is_ok()
            && run_logged(command.current_dir(root), &folder.join("build.log")).is_ok()
    };
    if !has_target(root) {
        eprintln!("installing the target {TARGET} (once, a few seconds) …");
        let added = run(Command::new("rustup").args(["target", "add", TARGET]));
        if !added || !has_target(root) {
            return Err(Problem::nowhere(
                format!("the target {TARGET} is not installed, and rustup could not add it"),
                format!("rustup target add {TARGET}"),
            ));
        }
    }
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--package", "bn-web", "--lib", "--profile", "web"]);
    cargo
        .args(["--target", TARGET, "--target-dir"])
        .arg(&folder);
    if !run(&mut cargo) {
        return Err(Problem::nowhere(
            "bn-web cannot be built for browsers",
            format!("`cargo build --package bn-web --profile web --target {TARGET}` says why"),
        ));
    }
    Ok(folder.join(TARGET).join("web/bn_web.wasm"))
}

fn has_target(root: &Path) -> bool {
    let mut ask = Command::new("rustc");
    ask.args(["--print", "target-libdir", "--target", TARGET]);
    let output = ask.current_dir(root).stdin(Stdio::null()).output();
    output
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .is_some_and(|folder| Path::new(folder.trim()).is_dir())
}
