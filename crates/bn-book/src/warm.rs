//! Everything a cell can link, built once: what makes kernels start and compile fast.
//!
//! A kernel writes nothing of this. It is made anew, beside the old one, when the
//! crates, the compiler or the kernel's own programs changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::code::{self, hex};
use crate::tools::{self, write_whole};

/// The kernel: what Jupyter starts, and what stands between Jupyter and evcxr.
const KERNEL: &str = include_str!("../python/kernel.py");
/// What stands between evcxr and the compiler.
const CARGO: &str = include_str!("../python/cargo.py");
/// The crate cells use.
const CRATE: &str = "bn";
/// A library that holds that crate and all it needs: cells link one file, and share its state.
const LIBRARY: &str = "bn_kernel";

/// What a new kernel runs before its first cell, so that the analyzer and the
/// compiler have seen what chapters begin with. The `?` makes every later cell one
/// that may use it, without a second attempt.
const FIRST_CELLS: [&str; 3] = [
    "use bn::prelude::*;\nOk::<(), String>(())?;",
    "let warm = array![[1.0, 2.0]];\nlet warm = Moments::of(warm.view())?;\nprintln!(\"{}\", warm.mean);",
    "drop(warm);",
];

/// A warm build and the Jupyter kernel that uses it.
#[derive(Debug)]
pub struct Warm {
    folder: PathBuf,
    base: PathBuf,
    python: PathBuf,
}

impl Warm {
    /// Prepares the tools and, where the crates changed, the build.
    ///
    /// # Errors
    /// When a tool cannot be installed, the crates do not compile, or a folder
    /// cannot be written.
    pub fn prepare(root: &Path) -> Result<Self> {
        let engine = tools::kernel()?;
        let python = tools::python()?;
        let root = root
            .canonicalize()
            .with_context(|| format!("{} is gone", root.display()))?;
        // Outside the checkout: inside, cargo would take the kernel's crate for part of the workspace.
        let checkout = hex(&Sha256::digest(root.to_string_lossy().as_bytes()));
        let base = tools::cache()?.join("kernels").join(&checkout[..12]);
        let toolchain = Toolchain::of(&root)?;
        let mut hash = Sha256::new();
        for (_, data) in code::data_files(&root, CRATE)? {
            hash.update(data);
        }
        for part in [
            code::fingerprint(&root, CRATE)?.as_str(),
            &toolchain.version,
            KERNEL,
            CARGO,
            include_str!("warm.rs"),
            &python.to_string_lossy(),
            &engine.to_string_lossy(),
            &base.to_string_lossy(),
        ] {
            hash.update(part);
            hash.update([0]);
        }
        let folder = base.join("warm").join(&hex(&hash.finalize())[..12]);
        let warm = Self {
            folder,
            base,
            python,
        };
        let cannot = || format!("cannot write {}", warm.base.display());
        fs::create_dir_all(warm.running()).with_context(cannot)?;
        let lock = File::create(warm.base.join("lock")).with_context(cannot)?;
        if lock.try_lock().is_err() {
            eprintln!("waiting for another process that builds the kernel's crates …");
            lock.lock().with_context(cannot)?;
        }
        if !warm.folder.join(".complete").exists() {
            warm.make(&root, &toolchain, &engine)?;
            warm.forget_others();
        }
        warm.write_spec()?;
        Ok(warm)
    }

    /// The folder of Jupyter's data, with this kernel and no other.
    pub fn jupyter(&self) -> PathBuf {
        self.base.join("jupyter")
    }

    /// The Python that Jupyter and the kernel run with.
    pub fn python(&self) -> &Path {
        &self.python
    }

    /// A command that keeps one kernel warmed ahead in `folder`, until its standard input closes.
    pub fn keep_spares(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.python);
        command
            .arg("-I")
            .arg(self.script())
            .arg(&self.folder)
            .arg("--spares")
            .arg(folder);
        command
    }

    fn script(&self) -> PathBuf {
        self.folder.join("kernel.py")
    }

    /// Folders of the kernels that run.
    fn running(&self) -> PathBuf {
        self.base.join("running")
    }

    fn make(&self, root: &Path, toolchain: &Toolchain, engine: &Path) -> Result<()> {
        let cannot = || format!("cannot write {}", self.folder.display());
        let begun = Instant::now();
        eprintln!("building the crates for notebooks …");
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder).with_context(cannot)?;
        }
        let library = self.build(root, toolchain)?;
        let template = self.folder.join("template");
        let dependency = format!(
            "{CRATE} = {{ path = {:?} }}",
            root.join("crates").join(CRATE)
        );
        let metadata = metadata(&template, &dependency, root, toolchain)?;
        write_whole(
            &self.folder.join("metadata.json"),
            metadata.to_string().as_bytes(),
        )?;

        let deps = self.folder.join("deps");
        let mut flags: Vec<String> = ["--crate-name", "ctx", "--crate-type", "cdylib"]
            .iter()
            .map(ToString::to_string)
            .collect();
        flags.extend(
            [
                "--edition=2024",
                "--error-format=json",
                "--json=diagnostic-rendered-ansi",
                // A cell runs once, and nearly all its time is spent in the library, which is
                // optimized: to optimize the cell as well takes three times as long.
                "-Copt-level=0",
                // Where in the cell a panic of a library or a crash came from.
                "-Cdebuginfo=line-tables-only",
                "-Cdebug-assertions=on",
                "-Coverflow-checks=on",
                "-Cprefer-dynamic",
            ]
            .map(str::to_owned),
        );
        flags.extend(["-L".to_owned(), format!("dependency={}", deps.display())]);
        flags.extend([
            "--extern".to_owned(),
            format!("{CRATE}={}", library.display()),
        ]);
        if cfg!(unix) {
            for folder in [&deps, &toolchain.libraries] {
                flags.push(format!("-Clink-arg=-Wl,-rpath,{}", folder.display()));
            }
        }
        let has_prelude = fs::read_to_string(root.join("crates").join(CRATE).join("src/lib.rs"))
            .is_ok_and(|text| text.contains("pub mod prelude"));
        let settings = json!({
            "rustc": toolchain.rustc,
            "cargo": toolchain.cargo,
            "cargo_home": std::env::var_os("CARGO_HOME").map(|home| home.to_string_lossy().into_owned()),
            "flags": flags,
            "library": format!("{}ctx{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX),
            "template": template,
            "dependency": dependency,
            "running": self.running(),
            "engine": engine,
            "first_cells": if has_prelude { FIRST_CELLS.as_slice() } else { &[] },
        });
        write_whole(
            &self.folder.join("warm.json"),
            settings.to_string().as_bytes(),
        )?;
        write_whole(&self.script(), KERNEL.as_bytes())?;
        self.write_programs(toolchain)?;
        File::create(self.folder.join(".complete")).with_context(cannot)?;
        eprintln!(
            "built the crates for notebooks in {:.0} s",
            begun.elapsed().as_secs_f64()
        );
        Ok(())
    }

    /// Builds the library, and links its files into a folder where nothing changes
    /// any more. Returns its path there.
    fn build(&self, root: &Path, toolchain: &Toolchain) -> Result<PathBuf> {
        let cannot = || format!("cannot write {}", self.folder.display());
        let crate_folder = self.base.join("crate");
        let path = root.join("crates").join(CRATE);
        let manifest = format!(
            "[package]\nname = \"{LIBRARY}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [lib]\ncrate-type = [\"dylib\"]\n\n[dependencies]\n{CRATE} = {{ path = {path:?} }}\n\n\
             [profile.release]\ndebug = false\n\n[workspace]\n"
        );
        write_whole(&crate_folder.join("Cargo.toml"), manifest.as_bytes())?;
        let program = format!("pub use {CRATE}::*;\n");
        write_whole(&crate_folder.join("src/lib.rs"), program.as_bytes())?;
        copy_lock(root, &crate_folder)?;
        let build = |sharing: bool| {
            let mut build = toolchain.cargo();
            build
                .args([
                    "rustc",
                    "--release",
                    "--message-format=json-render-diagnostics",
                ])
                .arg("--target-dir")
                .arg(self.base.join("target"))
                .args(["--", "-Cprefer-dynamic"])
                .current_dir(&crate_folder);
            if sharing {
                // Generic functions that the crates use themselves are found in the library,
                // optimized, and not compiled again with every cell. The flag is not stable.
                build
                    .env("RUSTFLAGS", "-Zshare-generics=y")
                    .env("RUSTC_BOOTSTRAP", "1");
            }
            build
        };
        // Without sharing, cells are as right, and slower.
        let artifacts = artifacts(&mut build(true)).or_else(|_| artifacts(&mut build(false)))?;
        let deps = self.folder.join("deps");
        fs::create_dir_all(&deps).with_context(cannot)?;
        let mut library = None;
        for (name, file) in artifacts {
            let linked = deps.join(file.file_name().unwrap_or_default());
            let is_library = linked
                .extension()
                .is_some_and(|e| e == std::env::consts::DLL_EXTENSION);
            if name == LIBRARY && is_library {
                library = Some(linked.clone());
            }
            if !linked.exists() {
                // cargo and rustc replace their files, they do not write into them.
                fs::hard_link(&file, &linked)
                    .or_else(|_| fs::copy(&file, &linked).map(drop))
                    .with_context(cannot)?;
            }
        }
        library.context("cargo built no library for the cells")
    }

    /// What the engine finds as `cargo`, `rustc` and `rustup`.
    fn write_programs(&self, toolchain: &Toolchain) -> Result<()> {
        let bin = self.folder.join("home/bin");
        let cargo = format!("#!{} -IS\n{CARGO}", self.python.display());
        write_program(&bin.join("cargo"), &cargo)?;
        // Without rustup, the engine takes the two from the path: that saves a detour per cell.
        write_program(&bin.join("rustup"), "#!/bin/sh\nexit 1\n")?;
        #[cfg(unix)]
        std::os::unix::fs::symlink(&toolchain.rustc, bin.join("rustc"))
            .with_context(|| format!("cannot write {}", bin.display()))?;
        #[cfg(not(unix))]
        let _ = toolchain;
        Ok(())
    }

    fn write_spec(&self) -> Result<()> {
        let spec = json!({
            "argv": [self.python, "-I", self.script(), &self.folder, "{connection_file}"],
            "display_name": tools::KERNEL_DISPLAY_NAME,
            "language": "rust",
            "interrupt_mode": "message",
        });
        let folder = self.jupyter().join("kernels").join(tools::KERNEL_NAME);
        Ok(write_whole(
            &folder.join("kernel.json"),
            spec.to_string().as_bytes(),
        )?)
    }

    /// Deletes builds of other states of the crates, unless a kernel runs with one.
    fn forget_others(&self) {
        let entries = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
        let in_use: BTreeSet<PathBuf> = entries(&self.running())
            .filter_map(|entry| fs::read_to_string(entry.path().join("warm")).ok())
            .map(PathBuf::from)
            .collect();
        for entry in entries(&self.base.join("warm")) {
            if entry.path() != self.folder && !in_use.contains(&entry.path()) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

/// The compiler that the checkout uses, without the detour over rustup.
struct Toolchain {
    rustc: PathBuf,
    cargo: PathBuf,
    libraries: PathBuf,
    version: String,
    target: String,
}

impl Toolchain {
    fn of(root: &Path) -> Result<Self> {
        let ask = |program: &Path, flags: &[&str]| -> Result<String> {
            let output = Command::new(program)
                .args(flags)
                .current_dir(root)
                .stdin(Stdio::null())
                .output()
                .context("cannot start rustc")?;
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        };
        let sysroot = PathBuf::from(ask(Path::new("rustc"), &["--print=sysroot"])?);
        let program = |name: &str| {
            let there = sysroot
                .join("bin")
                .join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
            if there.exists() { there } else { name.into() }
        };
        let rustc = program("rustc");
        let version = ask(&rustc, &["-vV"])?;
        let target = version.lines().find_map(|line| line.strip_prefix("host: "));
        Ok(Self {
            cargo: program("cargo"),
            libraries: ask(&rustc, &["--print=target-libdir"])?.into(),
            target: target
                .context("rustc does not say for what it compiles")?
                .to_owned(),
            rustc,
            version,
        })
    }

    fn cargo(&self) -> Command {
        let mut cargo = Command::new(&self.cargo);
        cargo.env("RUSTC", &self.rustc).stdin(Stdio::null());
        for name in [
            "RUSTFLAGS",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_TARGET_DIR",
            "CARGO_BUILD_TARGET",
        ] {
            cargo.env_remove(name);
        }
        cargo
    }
}

/// Runs cargo and returns the files it made, by package target.
fn artifacts(build: &mut Command) -> Result<Vec<(String, PathBuf)>> {
    let mut child = build
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    let progress = BufReader::new(child.stderr.take().context("no messages")?);
    let progress = std::thread::spawn(move || {
        let (begun, mut told) = (Instant::now(), Instant::now());
        let mut said = Vec::new();
        for line in progress.lines().map_while(Result::ok) {
            if told.elapsed() > Duration::from_secs(5) {
                told = Instant::now();
                eprintln!(
                    "  {:>4.0} s  {}",
                    begun.elapsed().as_secs_f64(),
                    line.trim()
                );
            }
            said.push(line);
        }
        said
    });
    let mut files = Vec::new();
    for line in BufReader::new(child.stdout.take().context("no messages")?).lines() {
        let Ok(message) = serde_json::from_str::<Json>(&line?) else {
            continue;
        };
        if message["reason"] != "compiler-artifact" {
            continue;
        }
        let name = message["target"]["name"].as_str().unwrap_or_default();
        for file in message["filenames"].as_array().into_iter().flatten() {
            let file = PathBuf::from(file.as_str().unwrap_or_default());
            let kind = file
                .extension()
                .and_then(|e| e.to_str())
                .unwrap_or_default();
            if ["rlib", "rmeta", "lib", std::env::consts::DLL_EXTENSION].contains(&kind) {
                files.push((name.to_owned(), file));
            }
        }
    }
    let status = child.wait()?;
    let said = progress.join().unwrap_or_default();
    if !status.success() {
        bail!(
            "the crates cannot be built for notebooks ({status}):\n{}",
            said.join("\n")
        );
    }
    Ok(files)
}

/// What `cargo metadata` says of a cell's crate, without what no cell can name.
///
/// The analyzer resolves names through every package it is told of, on one thread,
/// before the first answer. It needs the book's own crates and what the crate of
/// the cells hands on by name.
fn metadata(template: &Path, dependency: &str, root: &Path, toolchain: &Toolchain) -> Result<Json> {
    let manifest = format!(
        "[package]\nname = \"ctx\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n\
         [lib]\ncrate-type = [\"cdylib\"]\n\n[dependencies]\n{dependency}\n\n[workspace]\n"
    );
    write_whole(&template.join("Cargo.toml"), manifest.as_bytes())?;
    write_whole(&template.join("src/lib.rs"), b"")?;
    copy_lock(root, template)?;
    let output = toolchain
        .cargo()
        .args([
            "metadata",
            "--format-version=1",
            "--filter-platform",
            &toolchain.target,
        ])
        .current_dir(template)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        bail!("cargo cannot say what the crates need ({})", output.status);
    }
    let mut metadata: Json = serde_json::from_slice(&output.stdout)?;
    let kept = nameable(&metadata);
    let is_kept = |id: &Json| id.as_str().is_some_and(|id| kept.contains(id));
    let retain = |list: &mut Json, key: Option<&str>| {
        if let Some(list) = list.as_array_mut() {
            list.retain(|one| is_kept(key.map_or(one, |key| &one[key])));
        }
    };
    retain(&mut metadata["packages"], Some("id"));
    retain(&mut metadata["resolve"]["nodes"], Some("id"));
    for node in metadata["resolve"]["nodes"]
        .as_array_mut()
        .into_iter()
        .flatten()
    {
        retain(&mut node["deps"], Some("pkg"));
        retain(&mut node["dependencies"], None);
    }
    Ok(metadata)
}

/// Ids of the packages whose items a cell can name.
fn nameable(metadata: &Json) -> BTreeSet<String> {
    let list = |value: &Json| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let packages: BTreeMap<_, _> = list(&metadata["packages"])
        .into_iter()
        .map(|package| (text(&package["id"]), package))
        .collect();
    let needs: BTreeMap<_, Vec<_>> = list(&metadata["resolve"]["nodes"])
        .iter()
        .map(|node| {
            (
                text(&node["id"]),
                list(&node["dependencies"]).iter().map(text).collect(),
            )
        })
        .collect();
    let is_ours = |id: &str| packages[id]["source"].is_null();
    let mut kept = BTreeSet::new();
    let mut queue = vec![text(&metadata["resolve"]["root"])];
    while let Some(id) = queue.pop() {
        if !kept.insert(id.clone()) {
            continue;
        }
        let hands_on = !is_ours(&id) || packages[&id]["name"] == CRATE;
        let needed = needs.get(&id).into_iter().flatten();
        queue.extend(needed.filter(|other| hands_on || is_ours(other)).cloned());
    }
    kept
}

/// The versions of the checkout, for a crate outside of it.
fn copy_lock(root: &Path, folder: &Path) -> Result<()> {
    match fs::read(root.join("Cargo.lock")) {
        Ok(lock) => Ok(write_whole(&folder.join("Cargo.lock"), &lock)?),
        Err(_) => Ok(()),
    }
}

fn write_program(path: &Path, text: &str) -> Result<()> {
    write_whole(path, text.as_bytes())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
