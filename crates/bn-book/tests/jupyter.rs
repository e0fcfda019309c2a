//! The kernel as Jupyter's clients see it. What happens there is in
//! `tests/python/jupyter.py`: one function per promise.

#![cfg(unix)]

mod fixture;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bn_book::tools;
use fixture::{Fixture, passed};

/// A book of its own, and the Jupyter folder of its kernel.
fn prepared() -> (Fixture, PathBuf) {
    let fixture = Fixture::new();
    let mut tool = fixture.tool(&["kernel"]);
    let output = tool.env("XDG_CACHE_HOME", fixture.cache()).output();
    let output = output.expect("ran");
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    passed(&output);
    (fixture, PathBuf::from(said))
}

fn python(jupyter: &Path) -> Command {
    let mut python = Command::new(tools::python().expect("Python"));
    python
        .env("JUPYTER_PATH", jupyter)
        .env("PYTHONWARNINGS", "ignore");
    python
}

fn assert_success(output: &Output) {
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn keeps(promises: &[&str]) {
    let (fixture, jupyter) = prepared();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/jupyter.py");
    for promise in promises {
        let mut python = python(&jupyter);
        python.arg(&script).arg(promise).current_dir(fixture.root());
        assert_success(&python.output().expect("ran"));
    }
}

#[test]
fn a_panic_a_question_mark_an_abort_and_a_crash_are_errors_with_their_line() {
    keeps(&["failures_are_errors"]);
}

#[test]
fn cells_behind_a_failure_do_not_run_and_an_interrupt_ends_a_loop() {
    keeps(&[
        "nothing_that_is_shown_is_lost",
        "what_waits_behind_a_failure_is_not_run",
        "output_comes_while_a_cell_runs_and_an_interrupt_ends_it",
    ]);
}

#[test]
fn many_kernels_at_once_and_killed_in_a_row_leave_nothing_behind() {
    keeps(&[
        "five_at_once",
        "twenty_starts_and_kills",
        "a_killed_jupyter_takes_its_kernels_along",
    ]);
}

#[test]
fn a_kernel_works_in_any_folder_and_complains_of_a_full_disk() {
    keeps(&["from_any_folder", "a_full_disk"]);
}

#[test]
fn jupyter_execute_fails_where_a_cell_fails_and_passes_where_none_does() {
    let (fixture, jupyter) = prepared();
    let notebook = |code: &str| {
        format!(
            r#"{{"cells": [{{"cell_type": "code", "execution_count": null, "id": "one", "metadata": {{}},
            "outputs": [], "source": ["{code}"]}}], "metadata": {{"kernelspec": {{"display_name": "{}",
            "language": "rust", "name": "{}"}}}}, "nbformat": 4, "nbformat_minor": 5}}"#,
            tools::KERNEL_DISPLAY_NAME,
            tools::KERNEL_NAME,
        )
    };
    for (code, fails) in [
        ("assert_eq!(1 + 1, 3);", true),
        ("assert_eq!(1 + 1, 2);", false),
    ] {
        fixture.write("notebooks/one.ipynb", &notebook(code));
        let mut python = python(&jupyter);
        python.args(["-m", "jupyter", "execute", "--inplace", "one.ipynb"]);
        let output = python
            .current_dir(fixture.path("notebooks"))
            .output()
            .expect("ran");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(!output.status.success(), fails, "{said}");
        assert_eq!(
            said.contains("cell [1], line 1: assert_eq!(1 + 1, 3);"),
            fails,
            "{said}"
        );
    }
}

/// Every file of a folder and what is below, with its size and time.
fn files(folder: &Path) -> BTreeMap<PathBuf, (u64, std::time::SystemTime)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let data = entry.metadata().expect("there");
        if data.is_dir() {
            found.extend(files(&path));
        }
        found.insert(path, (data.len(), data.modified().expect("a time")));
    }
    found
}

#[test]
fn the_kernel_writes_nothing_into_the_checkout() {
    let fixture = Fixture::new();
    let before = files(fixture.root());
    let read_only = |on: &str| {
        let status = Command::new("chmod")
            .args(["-R", on])
            .arg(fixture.root())
            .status();
        assert!(status.expect("chmod").success());
    };
    read_only("a-w");
    let mut tool = fixture.tool(&["kernel"]);
    let output = tool
        .env("XDG_CACHE_HOME", fixture.cache())
        .output()
        .expect("ran");
    let jupyter = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/jupyter.py");
    let mut python = python(Path::new(&jupyter));
    let ran = python
        .arg(script)
        .arg("from_any_folder")
        .current_dir(fixture.root())
        .output();
    read_only("u+w");
    passed(&output);
    assert_success(&ran.expect("ran"));
    assert_eq!(files(fixture.root()), before);
}
