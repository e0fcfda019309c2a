//! `cargo book serve`: build, serve, rebuild on change, tell the browser.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};
use notify_debouncer_mini::new_debouncer;
use notify_debouncer_mini::notify::RecursiveMode;
use tiny_http::{Header, Request, Response, Server, StatusCode};
use walkdir::{DirEntry, WalkDir};

use crate::api;
use crate::kernel;
use crate::problem::Problem;
use crate::site;

/// What the pages are told: how often the site was built, and what is wrong.
#[derive(Default)]
struct Told {
    builds: u64,
    problem: Option<String>,
}

type Bulletin = Arc<(Mutex<Told>, Condvar)>;

/// Serves the book until it is stopped.
///
/// # Errors
/// When the port is taken, or the first build fails.
pub fn serve(root: &Path, address: &str, port: u16, open: bool) -> Result<()> {
    let at = format!("{address}:{port}");
    // Before the build: a taken port should not be found out minutes later.
    let server = Server::http(&at).map_err(|error| {
        Problem::nowhere(
            format!("cannot serve at {at}: {error}"),
            format!(
                "stop what uses the port, or choose another: cargo book serve --port {}",
                port.saturating_add(1)
            ),
        )
    })?;
    // Before the build: what changes meanwhile must not be missed.
    let (sender, changes) = std::sync::mpsc::channel();
    let mut watcher =
        new_debouncer(Duration::from_millis(100), sender).context("cannot watch for changes")?;
    for watched in WATCHED {
        let path = root.join(watched);
        if path.exists() {
            watcher
                .watcher()
                .watch(&path, RecursiveMode::Recursive)
                .context("cannot watch for changes")?;
        }
    }
    let start = Instant::now();
    kernel::refresh(root)?;
    let mut built = sources(root);
    let folder = site::pages(root)?;
    let url = format!("http://{at}/");
    eprintln!(
        "built in {:.1} s; reading at {url} (stop with Ctrl-C)",
        start.elapsed().as_secs_f64()
    );
    if open && let Err(error) = opener::open_browser(&url) {
        eprintln!("no browser could be opened ({error}); open {url} yourself");
    }

    let bulletin = Bulletin::default();
    let documentation = root.join("target/book").join(api::FOLDER);
    {
        let (bulletin, documentation) = (bulletin.clone(), documentation.clone());
        std::thread::spawn(move || {
            for request in server.incoming_requests() {
                let (folder, bulletin) = (folder.clone(), bulletin.clone());
                let documentation = documentation.clone();
                std::thread::spawn(move || answer(request, &folder, &documentation, &bulletin));
            }
        });
    }
    // Now that there is something to read. Once: who changes the crates can ask for
    // `cargo book build`, or `cargo doc`.
    let checkout = root.to_path_buf();
    std::thread::spawn(move || {
        if let Err(error) = api::build(&checkout, &documentation) {
            eprintln!("error: no documentation of the crates: {error:#}");
        }
    });
    for events in changes {
        // Looking through a folder opens it, which is an event too.
        if !events.is_ok_and(|events| events.iter().any(|event| !event.path.is_dir())) {
            continue;
        }
        // So is reading a file, as each build does: only a change of a file is a reason for the next.
        let now = sources(root);
        if now == built {
            continue;
        }
        let start = Instant::now();
        // An author at work wants to see the page: where only prose changed, the
        // notebook follows, and nothing runs.
        let refreshed = kernel::refresh(root);
        built = sources(root);
        let problem = refreshed
            .and_then(|()| site::pages(root).map(drop))
            .err()
            .map(|error| format!("{error:#}"));
        match &problem {
            None => eprintln!("rebuilt in {:.1} s", start.elapsed().as_secs_f64()),
            Some(problem) => eprintln!("error: {problem}\n(the pages show the last good build)"),
        }
        let (told, news) = &*bulletin;
        if let Ok(mut told) = told.lock() {
            told.builds += 1;
            told.problem = problem;
        }
        news.notify_all();
    }
    Ok(())
}

/// What the site is built from.
const WATCHED: [&str; 4] = ["book", "notebooks", "book.toml", "crates"];

/// Every file the site is built from, with its time and size.
fn sources(root: &Path) -> BTreeMap<PathBuf, (Option<SystemTime>, u64)> {
    let generated = root.join("book/assets/katex");
    let hidden = |entry: &DirEntry| entry.file_name().to_string_lossy().starts_with('.');
    WATCHED
        .iter()
        .flat_map(|watched| {
            let all = WalkDir::new(root.join(watched)).into_iter();
            all.filter_entry(|entry| entry.path() != generated && !hidden(entry))
        })
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| {
            let data = entry.metadata().ok()?;
            Some((entry.into_path(), (data.modified().ok(), data.len())))
        })
        .collect()
}

/// Added to pages as they are served, never to the site: reload after a build,
/// or show what went wrong.
const RELOAD: &str = r#"<script>
(() => {
  const events = new EventSource("/--events");
  events.onmessage = (event) => {
    const problem = JSON.parse(event.data);
    if (problem === null) { location.reload(); return; }
    let box = document.getElementById("build-problem");
    if (!box) {
      box = document.createElement("pre");
      box.id = "build-problem";
      box.setAttribute("role", "alert");
      box.style.cssText = "position:fixed;inset:auto 0 0 0;margin:0;padding:1rem;max-height:50vh;overflow:auto;z-index:1000;background:#5c1a1a;color:#fff;white-space:pre-wrap";
      document.body.append(box);
    }
    box.textContent = "error: " + problem;
  };
})();
</script>"#;

fn answer(request: Request, folder: &Path, documentation: &Path, bulletin: &Bulletin) {
    let url = request
        .url()
        .split(['?', '#'])
        .next()
        .unwrap_or("/")
        .to_owned();
    // A reader who leaves mid-answer is no error of ours.
    let _ = if url == "/--events" {
        events(request, bulletin)
    } else if let Some(url) = url.strip_prefix(&format!("/{}/", api::FOLDER)) {
        file(request, documentation, url)
    } else {
        file(request, folder, &url)
    };
}

/// Server-sent events: one message per build, for as long as the page is open.
fn events(request: Request, bulletin: &Bulletin) -> std::io::Result<()> {
    let (told, news) = &**bulletin;
    // Before the page knows that it listens, or it could miss a build.
    let mut seen = told.lock().map_or(0, |told| told.builds);
    let mut stream = request.into_writer();
    stream.write_all(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\r\n",
    )?;
    stream.flush()?;
    loop {
        let Ok(guard) = told.lock() else {
            return Ok(());
        };
        let wait =
            news.wait_timeout_while(guard, Duration::from_secs(15), |told| told.builds == seen);
        let Ok((guard, _)) = wait else { return Ok(()) };
        let message = if guard.builds == seen {
            // Finds out whether the page is still there.
            ": still here\n\n".to_owned()
        } else {
            seen = guard.builds;
            format!("data: {}\n\n", serde_json::json!(guard.problem))
        };
        drop(guard);
        stream.write_all(message.as_bytes())?;
        stream.flush()?;
    }
}

fn file(request: Request, folder: &Path, url: &str) -> std::io::Result<()> {
    let mut path = folder.to_path_buf();
    // Nothing outside the site, however the address is spelled.
    let inside = |part: &&str| *part != ".." && !part.contains(['\\', ':', '%']);
    let known = url.split('/').all(|part| inside(&part));
    path.extend(url.split('/').filter(|part| !part.is_empty()));
    if known && path.is_dir() {
        path.push("index.html");
    }
    let found = if known {
        fs::read(&path)
    } else {
        Err(std::io::ErrorKind::NotFound.into())
    };
    let (status, path, body) = match found {
        Ok(body) => (200, path, body),
        Err(_) => {
            let page = folder.join("404.html");
            let body = fs::read(&page).unwrap_or_else(|_| b"not found".to_vec());
            (404, page, body)
        }
    };
    let kind = match path
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default()
    {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "ipynb" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    let mut body = body;
    if kind.starts_with("text/html") {
        body.extend_from_slice(RELOAD.as_bytes());
    }
    let header = |name: &str, value: &str| Header::from_bytes(name, value).expect("a valid header");
    let response = Response::new(
        StatusCode(status),
        vec![
            header("Content-Type", kind),
            header("Cache-Control", "no-store"),
        ],
        body.as_slice().take(body.len() as u64),
        Some(body.len()),
        None,
    );
    request.respond(response)
}
