//! Runs with the real kernel: what it reports as success and is none, where a
//! cell failed, and what an interrupted run leaves behind.

#![cfg(unix)]

mod fixture;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fixture::{Fixture, assert_complains, complaint, passed};

const ONE: &str = "book/01-mean.md";

fn run(fixture: &Fixture, arguments: &[&str]) -> std::process::Output {
    let mut tool = fixture.tool(&["run"]);
    tool.args(arguments).env("XDG_CACHE_HOME", fixture.cache());
    tool.output().expect("ran")
}

/// Every file of a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    entries
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).expect("read"))
        })
        .collect()
}

/// A chapter 1 whose last cell is `code`, and the line of that cell.
fn last_cell(code: &str) -> String {
    fixture::MEAN.replace("assert!(middle > 1.0);\n", code)
}

#[test]
fn a_cell_that_fails_is_told_by_its_line_and_leaves_the_notebook() {
    let fixture = Fixture::new();
    let before = files(&fixture.path("notebooks"));
    let positive = "let x = vec![1.0, 2.0];\nfn positive(x: f64) {\n    let limit = 5.0;\n    assert!(x > limit, \"small\");\n}";
    // The cell begins at line 22, or 26 with the function of the first cell.
    for (code, cause, line) in [
        ("let a = 1;\nlet b: u32 = \"a\";\n", "mismatched types", 23),
        (
            "let a = 1;\nlet n: u32 = \"a\".parse()?;\n",
            "invalid digit found in string",
            23,
        ),
        ("let a = 1;\npositive(middle);\n", "small", 14),
        ("let a = 1;\nstd::process::exit(0);\n", "", 22),
    ] {
        let mut text = last_cell(code);
        if line == 14 {
            text = text.replace("let x = vec![1.0, 2.0];", positive);
        }
        fixture.write(ONE, &text);
        let said = complaint(&run(&fixture, &["1"]));
        assert_complains(
            &said,
            cause,
            &format!("{ONE}:{line}"),
            "`cargo book run 01-mean`",
        );
        assert!(said.contains("the cell fails"), "{said}");
        assert_eq!(files(&fixture.path("notebooks")), before, "{code}");
    }
}

#[test]
fn only_what_changed_runs_again() {
    let fixture = Fixture::new();
    fixture.replace(ONE, "{{middle:.1}}", "good");
    fixture.replace(ONE, ", {{middle:.2 interval}}", "");
    fixture.replace(ONE, ", in [@fig:line]", "");
    fixture.replace("book/02-spread.md", " and {{01-mean/middle}}", "");
    fixture.replace("book/01-mean.md", "middle > 1.0", "middle > 1.25");
    // A cell changed: that notebook runs, the other does not.
    let said = passed(&run(&fixture, &[]));
    assert!(
        said.contains("01-mean: running") && said.contains("cell  3 of 3 (line 22)"),
        "{said}"
    );
    assert!(said.contains("02-spread: up to date"), "{said}");
    assert_eq!(fixture.problems(), []);
    assert!(
        fixture
            .read("notebooks/01-mean.ipynb")
            .contains("\"1.5\\n\"")
    );
    let before = files(&fixture.path("notebooks"));
    let idle = |said: &str| !said.contains("running") && !said.contains("cell ");
    let said = passed(&run(&fixture, &[]));
    assert!(idle(&said), "{said}");
    assert_eq!(files(&fixture.path("notebooks")), before);

    // Words about the code re-run nothing and change nothing.
    fixture.replace(
        "crates/bn-core/src/lib.rs",
        "/// The mean.",
        "/// The arithmetic mean.",
    );
    let said = passed(&run(&fixture, &[]));
    assert!(idle(&said), "{said}");
    assert_eq!(files(&fixture.path("notebooks")), before);

    // Words of the chapter re-run nothing, and reach the notebook.
    fixture.replace(ONE, "have a middle", "have a center");
    let said = passed(&run(&fixture, &[]));
    assert!(
        idle(&said) && said.contains("01-mean: prose refreshed"),
        "{said}"
    );
    let after = files(&fixture.path("notebooks"));
    assert_eq!(after["02-spread.ipynb"], before["02-spread.ipynb"]);
    let [old, new] = [&before, &after]
        .map(|files| String::from_utf8_lossy(&files["01-mean.ipynb"]).into_owned());
    assert_eq!(new, old.replace("have a middle", "have a center"));
    assert_eq!(fixture.problems(), []);
}

/// Ids of living processes that have `words` in their command line or environment.
fn processes(words: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").expect("/proc").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        // A zombie has neither.
        let of = |file: &str| fs::read(entry.path().join(file)).unwrap_or_default();
        let text = [of("cmdline"), of("environ")].concat();
        if String::from_utf8_lossy(&text).contains(words) {
            found.push(format!(
                "{name}: {}",
                String::from_utf8_lossy(&of("cmdline")).replace('\0', " ")
            ));
        }
    }
    found
}

/// Starts a run and returns it once its endless cell runs.
fn start_endless(fixture: &Fixture) -> Child {
    let started = fixture.path("started");
    let _ = fs::remove_file(&started);
    let code = format!(
        "std::fs::write({:?}, \"\")?;\nlet mut count = 0_u64;\nwhile count < u64::MAX {{ count = std::hint::black_box(count) + 1; }}\n",
        started
    );
    fixture.write(ONE, &last_cell(&code));
    let mut tool = fixture.tool(&["run", "1"]);
    tool.env("XDG_CACHE_HOME", fixture.cache());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        // A group of its own, as a terminal gives it.
        tool.process_group(0);
    }
    let mut child = tool.stderr(Stdio::piped()).spawn().expect("started");
    let said = BufReader::new(child.stderr.take().expect("a pipe"));
    std::thread::spawn(move || said.lines().for_each(drop));
    let begun = Instant::now();
    while !started.exists() {
        assert!(
            begun.elapsed() < Duration::from_secs(120),
            "the cell never ran"
        );
        assert!(child.try_wait().expect("a child").is_none(), "it ended");
        std::thread::sleep(Duration::from_millis(50));
    }
    child
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_run_leaves_the_notebook_and_no_process() {
    let fixture = Fixture::new();
    let before = files(&fixture.path("notebooks"));
    // Python and kernel are told their folder, which is in this cache.
    let ours = fixture.cache().display().to_string();
    for (signal, target) in [("-KILL", ""), ("-INT", "-")] {
        let mut child = start_endless(&fixture);
        assert!(
            processes(&ours)
                .iter()
                .any(|process| process.contains("evcxr"))
        );
        let target = format!("{target}{}", child.id());
        let kill = Command::new("kill")
            .args([signal, "--", &target])
            .status()
            .expect("kill");
        assert!(kill.success());
        assert!(!child.wait().expect("ended").success());
        let begun = Instant::now();
        while !processes(&ours).is_empty() {
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "{signal} leaves {:#?}",
                processes(&ours)
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(files(&fixture.path("notebooks")), before, "{signal}");
    }
}
