//! The book as a whole: whatever keeps it from being true is found by the
//! library, at its file and line, with a way out.

mod fixture;

use bn_book::book::Stale;
use fixture::{Fixture, figure, value};
use serde_json::json;

/// One thing wrong, and what must be said of it.
#[track_caller]
fn assert_problem(fixture: &Fixture, cause: &str, place: (&str, usize), way_out: &str) {
    let problem = fixture.only_problem();
    assert!(problem.cause.contains(cause), "{problem}");
    assert_eq!((problem.file.as_str(), problem.line), place, "{problem}");
    assert!(problem.way_out.contains(way_out), "{problem}");
}

/// Breaks the text of a chapter, then records its notebook.
fn broken(file: &str, from: &str, to: &str) -> Fixture {
    let fixture = Fixture::new();
    fixture.replace(file, from, to);
    fixture.record();
    fixture
}

const ONE: &str = "book/01-mean.md";
const TWO: &str = "book/02-spread.md";
const CORE: &str = "crates/bn-core/src/lib.rs";
const TESTS: &str = "crates/bn-core/tests/mean.rs";

#[test]
fn the_book_of_the_tests_has_nothing_wrong() {
    assert_eq!(Fixture::new().problems(), []);
}

#[test]
fn an_unknown_value_is_named_with_those_there_are() {
    let fixture = broken(ONE, "{{middle:.1}}", "{{muddle:.1}}");
    let cause = "no cell of 01-mean records a value `muddle`";
    assert_problem(&fixture, cause, (ONE, 3), "it records middle");
}

#[test]
fn an_unknown_value_of_another_chapter_is_found() {
    let fixture = broken(TWO, "{{01-mean/middle}}", "{{01-moan/middle}}");
    let cause = "no cell of 01-moan records a value `middle`";
    assert_problem(&fixture, cause, (TWO, 3), "check the spelling");
}

#[test]
fn an_unknown_label_is_named_with_those_there_are() {
    let fixture = broken(TWO, "[@eq:mean]", "[@eq:moan]");
    assert_problem(&fixture, "`moan`", (TWO, 3), "the labels are mean");
}

#[test]
fn an_unknown_figure_is_named_with_those_there_are() {
    let fixture = broken(ONE, "[@fig:line]", "[@fig:lime]");
    assert_problem(&fixture, "`lime`", (ONE, 14), "the figures are line");
}

#[test]
fn an_unknown_citation_is_named_with_those_there_are() {
    let fixture = broken(ONE, "[@ioffe2015, §3]", "[@ioffe2016, §3]");
    assert_problem(&fixture, "`ioffe2016`", (ONE, 3), "its keys are ioffe2015");
}

#[test]
fn an_equation_nothing_implements_is_found() {
    let fixture = Fixture::new();
    fixture.replace(CORE, "#[doc(alias = \"eq:mean\")]\n", "");
    fixture.replace(TESTS, "/// Covers eq:mean.\n", "");
    fixture.record();
    let cause = "nothing implements equation `mean`";
    assert_problem(&fixture, cause, (ONE, 5), "#[doc(alias = \"eq:mean\")]");
}

#[test]
fn an_equation_no_test_covers_is_found() {
    let fixture = Fixture::new();
    fixture.replace(TESTS, "/// Covers eq:mean.\n", "");
    fixture.replace(CORE, "assert_eq!", "let _ = ");
    fixture.replace(
        CORE,
        "), 2.0);\n/// ```",
        "), 2.0);\n/// ```\n///\n/// To assert more is better.",
    );
    fixture.record();
    let cause = "no test covers equation `mean`";
    assert_problem(&fixture, cause, (ONE, 5), "/// Covers eq:mean.");
}

#[test]
fn a_test_that_is_skipped_covers_nothing() {
    let fixture = Fixture::new();
    fixture.replace(TESTS, "#[test]", "#[test]\n#[ignore = \"slow\"]");
    fixture.replace(CORE, "assert_eq!", "let _ = ");
    fixture.record();
    assert_problem(
        &fixture,
        "no test covers equation `mean`",
        (ONE, 5),
        "Covers",
    );
}

#[test]
fn an_equation_no_cell_runs_is_found() {
    let fixture = broken(ONE, "let middle = mean(&x);", "let middle = 1.5; // mean");
    fixture.replace(ONE, "use bn::mean;", "use bn::*;");
    fixture.record();
    let cause = "no cell runs equation `mean`";
    assert_problem(&fixture, cause, (ONE, 5), "call bn_core::mean in a cell");
}

#[test]
fn an_item_that_names_no_equation_is_found() {
    for item in [
        "pub fn wrong() {}",
        "pub struct Wrong;",
        "pub enum Wrong {}",
        "pub trait Wrong {}",
        "pub const WRONG: f64 = 1.0;",
        "pub type Wrong = f64;",
    ] {
        let fixture = Fixture::new();
        let text = format!("\n/// Words.\n#[doc(alias = \"eq:moan\")]\n{item}\n");
        fixture.append(CORE, &text);
        fixture.record();
        let place = (CORE, fixture.line(CORE, item));
        let cause = "names equation `moan`, which no chapter has";
        assert_problem(&fixture, cause, place, "the labels are mean");
    }
}

#[test]
fn a_test_that_names_no_equation_is_found() {
    let fixture = Fixture::new();
    let text =
        "\nproptest! {\n    /// Covers eq:moan.\n    #[test]\n    fn wrong(x in 0..1) {}\n}\n";
    fixture.append(TESTS, text);
    fixture.record();
    let place = (TESTS, fixture.line(TESTS, "fn wrong"));
    let cause = "covers equation `moan`, which no chapter has";
    assert_problem(&fixture, cause, place, "the labels are mean");
}

#[test]
fn an_equation_implemented_by_a_private_item_is_found() {
    let fixture = Fixture::new();
    fixture.append(
        CORE,
        "\n/// Words.\n#[doc(alias = \"eq:mean\")]\nfn hidden() {}\n",
    );
    fixture.record();
    let place = (CORE, fixture.line(CORE, "fn hidden"));
    assert_problem(
        &fixture,
        "is not a documented public item",
        place,
        "make it `pub`",
    );
}

#[test]
fn rust_that_does_not_parse_is_found_in_crates_and_tests() {
    for (file, text) in [(CORE, "\npub fn broken( {\n"), (TESTS, "\nfn broken( {\n")] {
        let fixture = Fixture::new();
        fixture.append(file, text);
        let error = bn_book::book::Book::load(fixture.root())
            .err()
            .expect("an error");
        let said = format!("{error:#}\n");
        fixture::assert_complains(
            &said,
            "this is not Rust",
            &format!("{file}:{}", fixture.line(file, "broken")),
            "cargo check",
        );
    }
}

#[test]
fn a_label_used_twice_is_found_at_the_second() {
    let fixture = Fixture::new();
    fixture.append(TWO, "\n$$ y $$ {#eq:mean}\n");
    fixture.record();
    let cause = "the label `mean` is taken by equation 1.1 in 01-mean";
    assert_problem(&fixture, cause, (TWO, 9), "another label");
}

#[test]
fn a_label_on_a_page_without_a_number_is_found() {
    let fixture = Fixture::new();
    fixture.append("book/references.md", "\n$$ y $$ {#eq:more}\n");
    fixture.record();
    let cause = "stands on a page without a number";
    assert_problem(
        &fixture,
        cause,
        ("book/references.md", 7),
        "numbered chapters",
    );
}

#[test]
fn a_figure_id_used_twice_is_found() {
    let fixture = Fixture::new();
    let middle = value(
        "middle",
        json!({"value": 1.5, "low": 1, "high": 2, "seeds": 2}),
    );
    fixture.record_with(vec![figure("line"), middle, figure("line")]);
    let cause = "the figure id `line` is taken by Figure 1.1 in 01-mean.md";
    assert_problem(&fixture, cause, (ONE, 17), "another id");
}

#[test]
fn a_value_recorded_twice_is_found() {
    let fixture = Fixture::new();
    let middle = || {
        value(
            "middle",
            json!({"value": 1.5, "low": 1, "high": 2, "seeds": 2}),
        )
    };
    fixture.record_with(vec![figure("line"), middle(), middle()]);
    let cause = "the value `middle` is recorded twice";
    assert_problem(&fixture, cause, (ONE, 17), "another name");
}

#[test]
fn a_figure_without_words_and_a_value_without_a_number_are_found() {
    let nameless =
        json!({"output_type": "display_data", "data": {"image/svg+xml": "<svg><path/></svg>"}});
    let mute = json!({"output_type": "display_data", "data": {"image/svg+xml":
        "<svg data-figure=\"line\"><title>A line</title></svg>"}});
    let nan = value("middle", json!({"value": null}));
    for (output, cause) in [
        (nameless, "a drawing without an id"),
        (mute, "figure `line` has no alternative text"),
        (nan, "value `middle` is not a number"),
    ] {
        let fixture = Fixture::new();
        fixture.record_with(vec![output]);
        let problems = fixture.problems();
        let found = problems.iter().find(|p| p.cause.contains(cause));
        let found = found.unwrap_or_else(|| panic!("{cause}: {problems:#?}"));
        assert_eq!((found.file.as_str(), found.line), (ONE, 17));
    }
}

#[test]
fn a_missing_notebook_is_found() {
    let fixture = Fixture::new();
    std::fs::remove_file(fixture.path("notebooks/02-spread.ipynb")).expect("removed");
    let cause = "the cells never ran: the notebook is missing";
    assert_problem(&fixture, cause, (TWO, 6), "`cargo book run 02-spread`");
}

#[test]
fn a_changed_cell_makes_the_notebook_stale_at_its_line() {
    let fixture = Fixture::new();
    fixture.replace(ONE, "middle > 1.0", "middle > 1.1");
    let cause = "notebooks/01-mean.ipynb is stale: this cell changed";
    assert_problem(&fixture, cause, (ONE, 22), "`cargo book run 01-mean`");
}

#[test]
fn an_added_and_a_removed_cell_make_the_notebook_stale() {
    let fixture = Fixture::new();
    fixture.append(TWO, "\n```rust\nlet three = 3;\n```\n");
    assert_problem(
        &fixture,
        "this cell changed",
        (TWO, 10),
        "`cargo book run 02-spread`",
    );
    let fixture = Fixture::new();
    fixture.replace(ONE, "```rust\nassert!(middle > 1.0);\n```\n", "");
    assert_problem(&fixture, "is stale", (ONE, 17), "`cargo book run 01-mean`");
}

#[test]
fn changed_crates_make_every_notebook_stale() {
    let fixture = Fixture::new();
    fixture.replace(CORE, "x.iter().sum::<f64>()", "x.iter().rev().sum::<f64>()");
    let problems = fixture.problems();
    assert_eq!(problems.len(), 2, "{problems:#?}");
    for (problem, slug) in problems.iter().zip(["01-mean", "02-spread"]) {
        assert_eq!(problem.file, format!("notebooks/{slug}.ipynb"));
        assert!(problem.cause.contains("the crates it used changed"));
        assert_eq!(problem.way_out, format!("`cargo book run {slug}`"));
    }
}

#[test]
fn changed_prose_is_not_a_reason_to_run() {
    let fixture = Fixture::new();
    fixture.replace(ONE, "have a middle", "have a center");
    let book = fixture.book();
    assert_eq!(
        book.stale(book.chapter("1").expect("chapter 1")),
        Some(Stale::Prose)
    );
    let problem = fixture.only_problem();
    assert_eq!(problem.file, "notebooks/01-mean.ipynb");
    assert!(problem.way_out.contains("runs nothing"), "{problem}");
}

#[test]
fn a_notebook_that_is_none_is_named() {
    let fixture = Fixture::new();
    fixture.write("notebooks/01-mean.ipynb", "<<<<<<< HEAD\n");
    let error = bn_book::book::Book::load(fixture.root())
        .err()
        .expect("an error");
    let said = format!("{error:#}");
    assert!(
        said.contains("01-mean.ipynb is not a notebook of this book"),
        "{said}"
    );
    assert!(
        said.contains("delete it and run `cargo book run`"),
        "{said}"
    );
}

#[test]
fn a_chapter_without_a_cell_is_found() {
    let fixture = broken(TWO, "```rust\nlet two = 1 + 1;\n```\n", "");
    assert_problem(
        &fixture,
        "the chapter has no cell",
        (TWO, 1),
        "add a ```rust cell",
    );
}

#[test]
fn a_page_missing_from_the_summary_is_found() {
    let fixture = Fixture::new();
    fixture.append("book/SUMMARY.md", "- [More](03-more.md)\n");
    let cause = "cannot read book/03-more.md";
    assert_problem(&fixture, cause, ("book/SUMMARY.md", 6), "write the page");
}

#[test]
fn broken_references_are_found_at_their_line() {
    let bib = "book/references.bib";
    for (text, line, cause) in [
        (
            "\n@article{one,\n  author = {A}\n  title = {B},\n}\n",
            10,
            "not BibTeX",
        ),
        (
            "\n@article{one,\n  title = {B},\n  year = {2000}\n}\n",
            8,
            "`one` has no author",
        ),
        (
            "\n@article{ one ,\n  author = {A, B},\n  year = {2000}\n}\n",
            8,
            "`one` has no title",
        ),
        (
            "\n@article{one,\n  author = {A, B},\n  title = {C}\n}\n",
            8,
            "`one` has no year",
        ),
        (
            "\n@article{ioffe2015,\n  author = {A, B},\n  title = {C},\n  year = 2000\n}\n",
            8,
            "ioffe2015",
        ),
    ] {
        let fixture = Fixture::new();
        fixture.append(bib, text);
        let problems = fixture.problems();
        let found = problems.iter().find(|problem| problem.file == bib);
        let found = found.unwrap_or_else(|| panic!("{cause}: {problems:#?}"));
        assert!(found.cause.contains(cause), "{found}");
        assert_eq!(found.line, line, "{found}");
    }
}

#[test]
fn a_chapter_is_found_by_number_slug_file_and_beginning_only() {
    let book = Fixture::new().book();
    for name in [
        "1",
        "01-mean",
        "01-mean.md",
        "notebooks/01-mean.ipynb",
        "01",
    ] {
        assert_eq!(book.chapter(name).expect(name).slug(), "01-mean");
    }
    for name in ["3", "0", "mean"] {
        let said = book.chapter(name).expect_err(name).to_string();
        assert!(
            said.contains("the chapters are 01-mean, 02-spread"),
            "{said}"
        );
    }
}
