//! The tools the book needs beyond Rust: pinned, installed once, kept outside the checkout.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::code::hex;
use crate::problem::Problem;

/// Version of evcxr, which compiles and runs the cells of notebooks.
pub const KERNEL_VERSION: &str = "0.22.0";

/// The name by which notebooks ask for the book's kernel.
pub const KERNEL_NAME: &str = "rust-batch-norm";

/// What people read where they choose a kernel.
pub const KERNEL_DISPLAY_NAME: &str = "Rust (batch norm)";

const NOTEBOOKS: &str = include_str!("../python/requirements.txt");
const PEERS: &str = include_str!("../../bn-bench/python/requirements.txt");
const PANDOC: &str = include_str!("../epub/requirements.txt");

/// npm packages, pinned; with what people are told of them, and the Node they need.
struct Packages {
    for_what: &'static str,
    takes: &'static str,
    package: &'static str,
    lock: &'static str,
    node: (u32, u32),
}

/// What readers need.
const FOR_PAGES: Packages = Packages {
    for_what: "the fonts of formulas",
    takes: "a few seconds",
    package: include_str!("../npm/package.json"),
    lock: include_str!("../npm/package-lock.json"),
    node: (18, 0),
};

/// What only tests need: ten times as much.
const FOR_TESTS: Packages = Packages {
    for_what: "the tests of pages and cluster files",
    takes: "half a minute",
    package: include_str!("../browser/package.json"),
    lock: include_str!("../browser/package-lock.json"),
    node: (20, 0),
};

/// The folder where installed tools are kept, shared by all checkouts.
///
/// # Errors
/// When no home folder is known.
pub fn cache() -> Result<PathBuf> {
    let folder = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let base = folder("XDG_CACHE_HOME")
        .or_else(|| folder("LOCALAPPDATA"))
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
        .ok_or_else(|| {
            Problem::nowhere(
                "no cache folder is known",
                "set XDG_CACHE_HOME to a folder you can write",
            )
        })?;
    Ok(base.join("why-batch-norm-works"))
}

/// A folder of the cache, made once and whole.
///
/// Whoever comes first makes it; others wait. An installation cut short leaves
/// no mark and is begun anew.
fn once(name: &str, takes: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let tools = cache()?.join("tools");
    let folder = tools.join(name);
    let complete = folder.join(".complete");
    if complete.exists() {
        return Ok(folder);
    }
    let cannot = || format!("cannot write the tools cache {}", tools.display());
    fs::create_dir_all(&tools).with_context(cannot)?;
    let lock = File::create(tools.join(format!("{name}.lock"))).with_context(cannot)?;
    if lock.try_lock().is_err() {
        eprintln!("waiting for another process that installs {name} …");
        lock.lock().with_context(cannot)?;
    }
    if complete.exists() {
        return Ok(folder);
    }
    eprintln!("installing {name} (once, {takes}) …");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(cannot)?;
    }
    fs::create_dir_all(&folder).with_context(cannot)?;
    let start = Instant::now();
    // Some installers write the path into what they install: it must not go over a link.
    make(&folder.canonicalize().with_context(cannot)?)?;
    File::create(&complete).with_context(cannot)?;
    eprintln!("installed {name} in {:.0} s", start.elapsed().as_secs_f64());
    Ok(folder)
}

/// Runs a long command: its output goes to a log, a sign of life to the terminal.
///
/// # Errors
/// When it cannot start or fails; the message ends with the end of its log.
pub(crate) fn run_logged(command: &mut Command, log: &Path) -> Result<()> {
    let shown = command.get_program().to_string_lossy().into_owned();
    let cannot = || format!("cannot write {}", log.display());
    let file = File::create(log).with_context(cannot)?;
    command
        .stdin(Stdio::null())
        .stdout(file.try_clone().with_context(cannot)?)
        .stderr(file);
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start {shown}"))?;
    let start = Instant::now();
    let mut told = start;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(100));
        if told.elapsed() > Duration::from_secs(20) {
            told = Instant::now();
            let last = fs::read_to_string(log).unwrap_or_default();
            let last = last.lines().last().unwrap_or_default().trim().to_owned();
            eprintln!("  {:>4.0} s  {last}", start.elapsed().as_secs_f64());
        }
    };
    if !status.success() {
        let text = fs::read_to_string(log).unwrap_or_default();
        let tail: Vec<_> = text.lines().rev().take(15).collect();
        let tail: Vec<_> = tail.into_iter().rev().collect();
        bail!(
            "{shown} failed ({status}); its whole output is in {}:\n{}",
            log.display(),
            tail.join("\n")
        );
    }
    Ok(())
}

/// A command of a crate, such as `mdbook` 0.5.4, built from crates.io.
///
/// # Errors
/// When it cannot be built, or is not the version asked for.
pub fn cargo_tool(name: &str, version: &str, takes: &str) -> Result<PathBuf> {
    let folder = once(&format!("{name}-{version}"), takes, |folder| {
        let mut install = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        install
            .args(["install", "--locked", "--version", version, "--root"])
            .arg(folder)
            .arg(name)
            // Outside the checkout: its .cargo/config.toml and target folder are not for tools.
            .current_dir(folder)
            .env_remove("CARGO_TARGET_DIR");
        run_logged(&mut install, &folder.join("install.log"))
    })?;
    let program = folder
        .join("bin")
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    // Not every tool answers --version; cargo's own record does.
    let record = fs::read_to_string(folder.join(".crates.toml")).unwrap_or_default();
    if !program.is_file() || !record.contains(&format!("\"{name} {version} (")) {
        return Err(Problem::nowhere(
            format!("{} is not {name} {version}", program.display()),
            format!("delete {} and try again", folder.display()),
        )
        .into());
    }
    Ok(program)
}

/// The notebook kernel.
///
/// # Errors
/// When it cannot be installed.
pub fn kernel() -> Result<PathBuf> {
    cargo_tool("evcxr_jupyter", KERNEL_VERSION, "about 8 minutes")
}

/// The `mdbook` command, of the version this program is built on.
///
/// # Errors
/// When it cannot be installed.
pub fn mdbook() -> Result<PathBuf> {
    cargo_tool(
        "mdbook",
        mdbook_preprocessor::MDBOOK_VERSION,
        "about 2 minutes",
    )
}

/// The Python of a virtual environment with Jupyter in it.
///
/// # Errors
/// When Python is missing, too old, or Jupyter cannot be installed.
pub fn python() -> Result<PathBuf> {
    environment("python", NOTEBOOKS, "notebooks", "about 1 minute")
}

/// The Python of a virtual environment with PyTorch in it, for `cargo book bench --peers`.
///
/// # Errors
/// When Python is missing, too old, or PyTorch cannot be installed.
pub fn python_with_pytorch() -> Result<PathBuf> {
    let takes = "about 5 minutes, and 6 GB where PyTorch comes with CUDA";
    environment("pytorch", PEERS, "PyTorch", takes)
}

/// The Python of a virtual environment with pandoc in it.
///
/// # Errors
/// When Python is missing, too old, or pandoc cannot be installed.
pub fn python_with_pandoc() -> Result<PathBuf> {
    environment("pandoc", PANDOC, "the EPUB", "a few seconds, and 150 MB")
}

fn environment(name: &str, requirements: &str, for_what: &str, takes: &str) -> Result<PathBuf> {
    let found = newest_enough("python3", "--version", (3, 10), for_what)?;
    let name = format!("{name}-{found}-{}", short_hash(requirements));
    let folder = once(&name, takes, |folder| {
        let file = folder.join("requirements.txt");
        fs::write(&file, requirements)?;
        let log = folder.join("install.log");
        let environment = || {
            let mut command = Command::new("python3");
            command.args(["-m", "venv"]).arg(folder.join("venv"));
            command
        };
        if run_logged(&mut environment(), &log).is_err() {
            // Debian ships Python without its venv module.
            debian_packages(&["python3-venv"], &log)?;
            run_logged(&mut environment(), &log)?;
        }
        let mut install = Command::new(venv_program(folder, "python"));
        install
            .args([
                "-m",
                "pip",
                "install",
                "--disable-pip-version-check",
                "--requirement",
            ])
            .arg(&file);
        run_logged(&mut install, &log)
    })?;
    Ok(venv_program(&folder, "python"))
}

fn venv_program(folder: &Path, name: &str) -> PathBuf {
    if cfg!(windows) {
        folder.join("venv/Scripts").join(format!("{name}.exe"))
    } else {
        folder.join("venv/bin").join(name)
    }
}

/// Whether this process may do everything.
pub fn is_root() -> bool {
    version_of(Path::new("id"), "-u").is_some_and(|id| id.trim() == "0")
}

/// Installs Debian packages where that is possible without asking.
///
/// # Errors
/// When it is not, with the command to type; or when apt-get fails.
pub fn debian_packages(names: &[&str], log: &Path) -> Result<()> {
    if !is_root() || version_of(Path::new("apt-get"), "--version").is_none() {
        return Err(Problem::nowhere(
            format!("a package of the system is missing: {}", names.join(" ")),
            format!(
                "install it, on Debian with: sudo apt-get install {}",
                names.join(" ")
            ),
        )
        .into());
    }
    run_logged(Command::new("apt-get").arg("update"), log)?;
    run_logged(
        Command::new("apt-get")
            .args(["install", "--yes"])
            .args(names),
        log,
    )
}

/// The npm packages whose files the pages carry; `None`, with a warning, without npm.
///
/// # Errors
/// When npm is there and fails.
pub fn node_modules() -> Result<Option<PathBuf>> {
    if let Err(problem) = FOR_PAGES.can_be_installed() {
        eprintln!("warning: {problem}\n   = until then, formulas come out as MathML only");
        return Ok(None);
    }
    FOR_PAGES.install().map(Some)
}

/// The npm packages that tests run.
///
/// # Errors
/// When there is no npm, or it fails.
pub fn test_modules() -> Result<PathBuf> {
    FOR_TESTS.can_be_installed()?;
    FOR_TESTS.install()
}

impl Packages {
    fn can_be_installed(&self) -> Result<(), Problem> {
        newest_enough("node", "--version", self.node, self.for_what)?;
        newest_enough("npm", "--version", (8, 0), self.for_what)?;
        Ok(())
    }

    fn install(&self) -> Result<PathBuf> {
        let name = format!("npm-{}", short_hash(self.lock));
        let folder = once(&name, self.takes, |folder| {
            fs::write(folder.join("package.json"), self.package)?;
            fs::write(folder.join("package-lock.json"), self.lock)?;
            let mut install = Command::new("npm");
            install
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
                .current_dir(folder);
            run_logged(&mut install, &folder.join("install.log"))
        })?;
        Ok(folder.join("node_modules"))
    }
}

/// The version of a program of the system, if it is there and new enough.
fn newest_enough(
    program: &str,
    flag: &str,
    least: (u32, u32),
    for_what: &str,
) -> Result<String, Problem> {
    let asked = format!(
        "install {program} {}.{} or newer, and try again",
        least.0, least.1
    );
    let said = version_of(Path::new(program), flag).ok_or_else(|| {
        Problem::nowhere(
            format!("{program} is missing; it is needed for {for_what}"),
            asked.clone(),
        )
    })?;
    let version = said
        .split_whitespace()
        .map(|word| word.trim_start_matches('v'))
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or_default()
        .to_owned();
    let mut numbers = version
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found < least {
        let cause = format!(
            "{program} {version} is too old; {}.{} is needed for {for_what}",
            least.0, least.1
        );
        return Err(Problem::nowhere(cause, asked));
    }
    Ok(version)
}

/// What a program says of its version; `None` when it is not there.
pub fn version_of(program: &Path, flag: &str) -> Option<String> {
    let output = Command::new(program)
        .arg(flag)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn short_hash(text: &str) -> String {
    hex(&Sha256::digest(text))[..12].to_owned()
}

/// Writes a file whole or not at all.
///
/// # Errors
/// When the folder cannot be written, or the disk is full.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || {
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let everyone = fs::Permissions::from_mode(0o644);
            file.as_file().set_permissions(everyone)?;
        }
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error: std::io::Error| {
        Problem::at(
            path.display().to_string(),
            0,
            format!("the file cannot be written: {error}"),
            format!(
                "make room on the disk, and see that you may write in {}",
                folder.display()
            ),
        )
    })
}
