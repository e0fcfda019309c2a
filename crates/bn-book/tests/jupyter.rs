//! The kernel as Jupyter's clients see it. What happens there is in
//! `tests/python/jupyter.py`: one function per promise.

#![cfg(unix)]

mod fixture;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bn_book::tools;
use bn_book::warm::Warm;
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

/// A program of the book's Python environment.
fn program(name: &str, jupyter: &Path) -> Command {
    let python = tools::python().expect("Python");
    let mut program = Command::new(python.with_file_name(name));
    program
        .env("JUPYTER_PATH", jupyter)
        .env("PYTHONWARNINGS", "ignore");
    program
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
    keeps_in(fixture.root(), &jupyter, &[promises, &["gone"]].concat());
}

fn keeps_in(root: &Path, jupyter: &Path, promises: &[&str]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/jupyter.py");
    let mut python = program("python", jupyter);
    python.arg(&script).args(promises).current_dir(root);
    assert_success(&python.output().expect("ran"));
}

#[test]
fn the_types_of_the_book_show_themselves_and_their_names_are_completed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().expect("the checkout");
    let warm = Warm::prepare(&root).expect("a kernel");
    keeps_in(
        &root,
        &warm.jupyter(),
        &[
            "the_types_of_the_book_show_themselves",
            "names_of_the_book_are_completed_and_explained",
        ],
    );
}

#[test]
fn failures_are_errors_with_their_line_and_output_comes_whole_and_in_time() {
    keeps(&[
        "failures_are_errors",
        "nothing_that_is_shown_is_lost",
        "a_bar_of_progress_is_drawn_over_and_goes_away",
        "silent_cells_are_not_counted",
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

/// A notebook of one cell, as a client saves it: `metadata` is the cell's.
fn notebook(code: &str, metadata: &str) -> String {
    format!(
        r#"{{"cells": [{{"cell_type": "code", "execution_count": null, "id": "one", "metadata": {metadata},
        "outputs": [], "source": ["{code}"]}}], "metadata": {{"kernelspec": {{"display_name": "{}",
        "language": "rust", "name": "{}"}}, "language_info": {{"name": "rust"}}}}, "nbformat": 4,
        "nbformat_minor": 5}}"#,
        tools::KERNEL_DISPLAY_NAME,
        tools::KERNEL_NAME,
    )
}

#[test]
fn it_works_in_any_folder_complains_of_a_full_disk_and_runs_notebooks_of_any_program() {
    let (fixture, jupyter) = prepared();
    keeps_in(
        fixture.root(),
        &jupyter,
        &["from_any_folder", "a_full_disk", "gone"],
    );
    let programs: [(&str, &[&str]); 3] = [
        ("jupyter", &["execute", "--inplace", "one.ipynb"]),
        (
            "jupyter",
            &["nbconvert", "--execute", "--to", "markdown", "one.ipynb"],
        ),
        ("papermill", &["one.ipynb", "two.ipynb"]),
    ];
    // What VS Code writes into a cell.
    let metadata = r#"{"vscode": {"languageId": "rust"}}"#;
    for (code, fails) in [
        ("assert_eq!(1 + 1, 3);", true),
        ("assert_eq!(1 + 1, 2);", false),
    ] {
        fixture.write("notebooks/one.ipynb", &notebook(code, metadata));
        for (name, arguments) in &programs {
            let output = program(name, &jupyter)
                .args(*arguments)
                .current_dir(fixture.path("notebooks"))
                .output()
                .expect("ran");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let place = "cell [1], line 1: assert_eq!(1 + 1, 3);";
            assert_eq!(!output.status.success(), fails, "{name}: {said}");
            assert_eq!(said.contains(place), fails, "{name}: {said}");
        }
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
    let mut python = program("python", Path::new(&jupyter));
    let ran = python
        .arg(script)
        .args(["from_any_folder", "gone"])
        .current_dir(fixture.root())
        .output();
    read_only("u+w");
    passed(&output);
    assert_success(&ran.expect("ran"));
    assert_eq!(files(fixture.root()), before);
}
