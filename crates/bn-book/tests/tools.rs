//! Tools that are missing or of the wrong version, folders that cannot be
//! written, and the standard mdBook commands.

#![cfg(unix)]

mod fixture;

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use fixture::{Fixture, assert_complains, complaint, passed};

/// A folder of programs that answer `--version` as told; nothing else is on the path.
fn programs(fixture: &Fixture, says: &[(&str, &str)]) -> PathBuf {
    let folder = fixture.path("programs");
    fs::create_dir_all(&folder).expect("a folder");
    for (name, version) in says {
        let program = folder.join(name);
        fs::write(&program, format!("#!/bin/sh\necho '{version}'\n")).expect("written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("executable");
    }
    folder
}

#[test]
fn outside_a_checkout_the_way_in_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut tool = Command::new(env!("CARGO_BIN_EXE_bn-book"));
    let said = complaint(
        &tool
            .arg("build")
            .current_dir(folder.path())
            .output()
            .expect("ran"),
    );
    assert!(said.contains("error: no book.toml in "), "{said}");
    assert!(
        said.contains("= way out: run the command inside a checkout"),
        "{said}"
    );
}

#[test]
fn the_checkout_is_found_from_below() {
    let fixture = Fixture::new();
    let mut tool = fixture.tool(&["run", "--check"]);
    let said = passed(
        &tool
            .current_dir(fixture.path("crates/bn"))
            .output()
            .expect("ran"),
    );
    assert!(said.contains("01-mean: up to date"), "{said}");
}

#[test]
fn missing_and_old_python_are_told_when_notebooks_must_run() {
    for (says, cause) in [
        (&[][..], "python3 is missing; it is needed for notebooks"),
        (
            &[("python3", "Python 3.9.2")][..],
            "python3 3.9.2 is too old; 3.10 is needed",
        ),
    ] {
        let fixture = Fixture::new();
        let before = fixture.read("notebooks/02-spread.ipynb");
        fixture.replace("book/02-spread.md", "1 + 1", "1 + 2");
        let mut tool = fixture.tool(&["run"]);
        tool.env("PATH", programs(&fixture, says));
        tool.env("XDG_CACHE_HOME", fixture.cache());
        let said = complaint(&tool.output().expect("ran"));
        assert!(said.contains(cause), "{said}");
        assert!(
            said.contains("= way out: install python3 3.10 or newer"),
            "{said}"
        );
        assert_eq!(fixture.read("notebooks/02-spread.ipynb"), before);
    }
}

#[test]
fn without_npm_formulas_are_mathml_and_the_book_still_builds() {
    for (says, cause) in [
        (&[][..], "node is missing"),
        (
            &[("node", "v16.20.0"), ("npm", "9.0.0")][..],
            "node 16.20.0 is too old; 18.0 is needed",
        ),
        (&[("node", "v20.1.0")][..], "npm is missing"),
    ] {
        let fixture = Fixture::new();
        fs::remove_dir_all(fixture.path("book/assets")).expect("removed");
        let mut tool = fixture.tool(&["build"]);
        // The compiler is there; it documents the crates.
        let cargo = PathBuf::from(std::env::var_os("CARGO").expect("run by cargo"));
        let compiler = cargo.parent().expect("a folder");
        let programs = programs(&fixture, says);
        let path = std::env::join_paths([&*programs, compiler]).expect("a path");
        tool.env("PATH", path);
        let said = passed(&tool.output().expect("ran"));
        assert!(said.contains(&format!("warning: {cause}")), "{said}");
        assert!(said.contains("formulas come out as MathML only"), "{said}");
        let page = fixture.read("target/book/html/01-mean.html");
        assert!(page.contains("<math") && !page.contains("katex-html"));
    }
}

#[test]
fn a_cached_tool_of_another_version_is_refused() {
    let fixture = Fixture::new();
    fixture.replace("book/02-spread.md", "1 + 1", "1 + 2");
    let folder = fixture.path(&format!(
        "other/why-batch-norm-works/tools/evcxr_jupyter-{}",
        bn_book::tools::KERNEL_VERSION
    ));
    fs::create_dir_all(folder.join("bin")).expect("a folder");
    fs::write(folder.join(".complete"), "").expect("written");
    fs::write(
        folder.join(".crates.toml"),
        "[v1]\n\"evcxr_jupyter 0.21.1 (registry)\" = []\n",
    )
    .expect("written");
    symlink("/bin/true", folder.join("bin/evcxr_jupyter")).expect("a link");
    let mut tool = fixture.tool(&["run"]);
    let said = complaint(
        &tool
            .env("XDG_CACHE_HOME", fixture.path("other"))
            .output()
            .expect("ran"),
    );
    assert!(
        said.contains(&format!(
            "is not evcxr_jupyter {}",
            bn_book::tools::KERNEL_VERSION
        )),
        "{said}"
    );
    assert!(
        said.contains(&format!(
            "= way out: delete {} and try again",
            folder.display()
        )),
        "{said}"
    );
}

#[test]
fn an_installation_that_fails_says_why_and_is_not_taken_for_whole() {
    let fixture = Fixture::new();
    fixture.replace("book/02-spread.md", "1 + 1", "1 + 2");
    let cargo = programs(&fixture, &[]).join("cargo");
    fs::write(&cargo, "#!/bin/sh\necho 'error: no network'\nexit 101\n").expect("written");
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("executable");
    for _ in 0..2 {
        let mut tool = fixture.tool(&["run"]);
        tool.env("XDG_CACHE_HOME", fixture.path("empty"))
            .env("CARGO", &cargo);
        let said = complaint(&tool.output().expect("ran"));
        assert!(said.contains("installing evcxr_jupyter"), "{said}");
        assert!(
            said.contains("error: no network") && said.contains("install.log"),
            "{said}"
        );
    }
}

/// Calls the tool as mdBook does.
fn preprocess(fixture: &Fixture, input: &str) -> std::process::Output {
    let mut tool = fixture.tool(&["preprocess"]);
    tool.stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = tool.spawn().expect("started");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input.as_bytes()).expect("written");
    drop(stdin);
    child.wait_with_output().expect("ran")
}

#[test]
fn an_mdbook_of_another_version_is_refused() {
    let fixture = Fixture::new();
    for version in ["0.4.52", "0.6.0"] {
        let input = format!(
            "[{{\"root\": \"/\", \"mdbook_version\": \"{version}\"}}, {{\"sections\": []}}]"
        );
        let said = complaint(&preprocess(&fixture, &input));
        assert!(
            said.contains(&format!(
                "mdbook {version} calls, but the book is built with mdbook 0.5"
            )),
            "{said}"
        );
        assert!(
            said.contains("cargo install --locked mdbook --version 0.5"),
            "{said}"
        );
    }
    for input in ["", "# Not a book", "{}"] {
        let said = complaint(&preprocess(&fixture, input));
        assert!(
            said.contains("to build the book, run `cargo book build`"),
            "{said}"
        );
    }
}

/// The pinned mdBook, as a user calls it.
fn mdbook(fixture: &Fixture, arguments: &[&str]) -> Command {
    let mut mdbook = Command::new(bn_book::tools::mdbook().expect("mdbook"));
    mdbook.args(arguments).current_dir(fixture.root());
    mdbook
}

#[test]
fn plain_mdbook_build_writes_the_same_pages_and_fails_on_problems() {
    let fixture = Fixture::new();
    passed(&mdbook(&fixture, &["build"]).output().expect("ran"));
    assert!(
        fixture
            .read("target/book/html/01-mean.html")
            .contains("Figure 1.1.")
    );
    fixture.replace("book/01-mean.md", "[@fig:line]", "[@fig:lime]");
    let said = complaint(&mdbook(&fixture, &["build"]).output().expect("ran"));
    assert_complains(
        &said,
        "no cell draws a figure `lime`",
        "book/01-mean.md:14",
        "the figures are line",
    );
}

#[test]
fn plain_mdbook_test_points_into_the_chapter() {
    let fixture = Fixture::new();
    let library = bn_book::suite::library(fixture.root()).expect("the crates");
    let test = |fixture: &Fixture| {
        let mut test = mdbook(fixture, &["test", "-L"]);
        test.arg(&library).env("RUST_BACKTRACE", "0");
        let output = test.output().expect("ran");
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    };
    let (passes, said) = test(&fixture);
    assert!(passes, "{said}");
    assert_eq!(
        bn_book::suite::mdbook_test(fixture.root()).expect("counted"),
        4
    );
    let good = fixture.read("book/01-mean.md");
    for (from, to, place) in [
        (
            "let middle = mean(&x);",
            "let middle = mean(x);",
            "01-mean.md:17:",
        ),
        (
            "assert!(middle > 1.0);",
            "let a = 1;\nassert!(middle > 2.0);",
            "01-mean.md:23:",
        ),
        (
            "println!(\"{middle}\");",
            "println!(\"{middle}\"",
            "01-mean.md:18:",
        ),
    ] {
        fixture.replace("book/01-mean.md", from, to);
        let (passes, said) = test(&fixture);
        assert!(!passes, "{said}");
        assert!(said.contains(place), "{place} is not in:\n{said}");
        fixture.write("book/01-mean.md", &good);
    }
    fixture.replace(
        "book/01-mean.md",
        "assert!(middle > 1.0);",
        "let n: u32 = \"a\".parse()?;",
    );
    let (passes, said) = test(&fixture);
    assert!(
        !passes && said.contains("ParseIntError") && said.contains("01-mean.md"),
        "{said}"
    );
    fixture.write("book/01-mean.md", &good);
    fixture.append(
        "book/01-mean.md",
        "\n```rust,compile_fail\nlet fine = 1;\n```\n",
    );
    let (passes, said) = test(&fixture);
    assert!(!passes && said.contains("the_fence_in_line_27"), "{said}");
    // What rustdoc would pass over in silence.
    for (text, place, cause) in [
        (
            "# A\n\nText.\n\n```rust,ignore\nlet a = 1;\n```\n\n```rust\nlet b = 1;\n```\n",
            ":5",
            "marked `ignore`",
        ),
        ("# A\n\nText.\n", ":1", "the chapter has no cell"),
        ("# A\n```rust\nlet b = 1;\n```\n", "", ""),
        (
            "```rust\nlet b = 1;\n```\n\n# A\n",
            ":2",
            "a cell in the first two lines",
        ),
    ] {
        fixture.write("book/01-mean.md", text);
        let (passes, said) = test(&fixture);
        assert_eq!(passes, cause.is_empty(), "{said}");
        if !passes {
            assert_complains(
                &said,
                cause,
                &format!("book/01-mean.md{place}"),
                "= way out: ",
            );
        }
    }
}

#[test]
fn a_full_disk_leaves_the_notebook_and_says_so() {
    let fixture = Fixture::new();
    let before = fixture.read("notebooks/01-mean.ipynb");
    fixture.replace("book/01-mean.md", "have a middle", "have a center");
    // No file may grow beyond a kilobyte; a write beyond it fails as on a full disk.
    let shell = format!(
        "trap '' XFSZ; ulimit -f 1; exec '{}' run",
        env!("CARGO_BIN_EXE_bn-book")
    );
    let mut limited = Command::new("bash");
    limited.args(["-c", &shell]).current_dir(fixture.root());
    let said = complaint(&limited.output().expect("ran"));
    assert!(
        said.contains("the notebook that was there is unchanged"),
        "{said}"
    );
    let place = fixture
        .path("notebooks/01-mean.ipynb")
        .display()
        .to_string();
    assert_complains(
        &said,
        "the file cannot be written",
        &place,
        "make room on the disk",
    );
    assert_eq!(fixture.read("notebooks/01-mean.ipynb"), before);
    assert_eq!(
        fs::read_dir(fixture.path("notebooks"))
            .expect("a folder")
            .count(),
        2
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let fixture = Fixture::new();
    fixture.replace("book/02-spread.md", "1 + 1", "1 + 2");
    fixture.write("file", "");
    let mut tool = fixture.tool(&["run"]);
    let said = complaint(
        &tool
            .env("XDG_CACHE_HOME", fixture.path("file"))
            .output()
            .expect("ran"),
    );
    assert!(said.contains("cannot write the tools cache"), "{said}");
    assert!(
        said.contains(&fixture.path("file").display().to_string()),
        "{said}"
    );
}

#[test]
fn readers_install_no_package_of_the_tests_and_locks_name_no_registry() {
    let read = |path: &str| {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
        let text = fs::read_to_string(path).expect("a file");
        serde_json::from_str::<serde_json::Value>(&text).expect("JSON")
    };
    let names = |lock: &serde_json::Value| -> Vec<String> {
        let packages = lock["packages"].as_object().expect("packages");
        for (name, package) in packages {
            assert!(package.get("resolved").is_none(), "{name}");
            assert!(
                name.is_empty() || package["integrity"].is_string(),
                "{name}"
            );
        }
        packages.keys().cloned().collect()
    };
    let readers = names(&read("npm/package-lock.json"));
    let tests = names(&read("browser/package-lock.json"));
    for name in ["node_modules/axe-core", "node_modules/playwright-core"] {
        assert!(tests.contains(&name.to_owned()), "{name}");
        assert!(!readers.contains(&name.to_owned()), "{name}");
    }
}
