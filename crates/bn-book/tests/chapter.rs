//! The syntax of chapters: every piece of the table in `chapter.rs`, where it
//! stands, and what is refused.

use bn_book::chapter::{Chapter, Piece, ValueFormat};
use bn_book::problem::Problem;

fn parse(source: &str) -> (Chapter, Vec<Problem>) {
    let mut problems = Vec::new();
    let source = format!("# Title\n\n{source}");
    let chapter = Chapter::parse("03-title.md", "book/03-title.md", source, &mut problems);
    (chapter, problems)
}

/// The pieces with their lines; nothing may be wrong.
#[track_caller]
fn pieces(source: &str) -> Vec<(usize, Piece)> {
    let (chapter, problems) = parse(source);
    assert_eq!(problems, []);
    let located = chapter.pieces.into_iter();
    located
        .map(|located| (located.line, located.piece))
        .collect()
}

fn inline(tex: &str) -> Piece {
    let tex = tex.to_owned();
    Piece::Math {
        tex,
        display: false,
        label: None,
    }
}

/// The line and the cause of the one thing that is wrong.
#[track_caller]
fn refused(source: &str) -> (usize, String) {
    let (_, problems) = parse(source);
    assert_eq!(problems.len(), 1, "{source}: {problems:#?}");
    let problem = &problems[0];
    assert_eq!(problem.file, "book/03-title.md");
    assert!(!problem.way_out.is_empty());
    (problem.line, problem.cause.clone())
}

#[test]
fn title_number_and_slug_come_from_heading_and_file() {
    let (chapter, _) = parse("Text.\n");
    assert_eq!(
        (
            chapter.title.as_str(),
            chapter.number.as_deref(),
            chapter.slug()
        ),
        ("Title", Some("3"), "03-title")
    );
    let source = || "# Appendix\n".to_owned();
    let appendix = Chapter::parse("B-more.md", "book/B-more.md", source(), &mut Vec::new());
    assert_eq!(appendix.number.as_deref(), Some("B"));
    let mut problems = Vec::new();
    let page = Chapter::parse(
        "notes.md",
        "book/notes.md",
        "# A `b` c\n".to_owned(),
        &mut problems,
    );
    assert_eq!(
        (page.title.as_str(), page.number.as_deref(), page.slug()),
        ("A b c", None, "notes")
    );
    Chapter::parse(
        "notes.md",
        "book/notes.md",
        "Words.\n".to_owned(),
        &mut problems,
    );
    assert_eq!(problems.len(), 1);
    assert!(problems[0].cause.contains("no title"));
}

#[test]
fn cells_know_the_lines_of_their_code() {
    let (chapter, problems) =
        parse("Text.\n\n```rust\nlet a = 1;\n\nlet b = 2;\n```\n\n```rust\na\n```\n");
    assert_eq!(problems, []);
    let cells: Vec<_> = chapter
        .cells()
        .map(|c| (c.line, c.end_line, c.code.as_str()))
        .collect();
    assert_eq!(
        cells,
        [(6, 9, "let a = 1;\n\nlet b = 2;\n"), (12, 13, "a\n")]
    );
}

#[test]
fn only_rust_fences_are_cells() {
    assert_eq!(
        pieces("```text\nlet a = $1;\n```\n\n```\n{{a}} [@b]\n```\n\n    let c = $2;\n"),
        []
    );
    assert_eq!(
        pieces("```rust,compile_fail\nlet a: u32 = 1.0;\n```\n"),
        [(3, Piece::Apart)]
    );
    assert_eq!(
        pieces("```rust,compile_fail,E0308\nlet a: u32 = 1.0;\n```\n"),
        [(3, Piece::Apart)]
    );
}

#[test]
fn code_nobody_runs_is_refused() {
    for (fence, word) in [
        ("rust,ignore", "`ignore`"),
        ("rust,ignore-windows", "`ignore-windows`"),
        ("rust, no_run", "`no_run`"),
        ("rust ignore", "`ignore`"),
        ("rs", "`rs`"),
        ("Rust", "`Rust`"),
    ] {
        let (line, cause) = refused(&format!("Text.\n\n```{fence}\nlet a = 1;\n```\n"));
        assert_eq!(line, 5);
        assert!(
            cause.contains(word) && cause.contains("code nobody runs"),
            "{cause}"
        );
    }
    assert!(
        refused("```rust,editable\nlet a = 1;\n```\n")
            .1
            .contains("`editable`")
    );
    assert!(refused("```rust\n```\n").1.contains("a cell without code"));
}

#[test]
fn cells_that_do_not_stand_free_are_refused() {
    for source in [
        "> ```rust\n> let a = 1;\n> ```\n",
        "- item\n\n  ```rust\n  let a = 1;\n  ```\n",
        "  ```rust\n  let a = 1;\n  ```\n",
        "```rust\nlet a = 1;\n",
    ] {
        assert!(
            refused(source).1.contains("indented, quoted or not closed"),
            "{source}"
        );
    }
}

#[test]
fn formulas_and_labels() {
    let mean = |label: Option<&str>| Piece::Math {
        tex: "\\mu".to_owned(),
        display: true,
        label: label.map(str::to_owned),
    };
    assert_eq!(
        pieces("A $x_1$ and\n$a*b$.\n"),
        [(3, inline("x_1")), (4, inline("a*b"))]
    );
    assert_eq!(pieces("$$ \\mu $$\n"), [(3, mean(None))]);
    assert_eq!(
        pieces("$$\n\\mu\n$$ {#eq:mean-1}\n"),
        [(3, mean(Some("mean-1")))]
    );
    let (chapter, _) = parse("Text.\n\n$$\n\\mu\n$$ {#eq:mean}\n");
    assert_eq!(
        chapter.equations().collect::<Vec<_>>(),
        [("mean", "\\mu", 5)]
    );
}

#[test]
fn a_label_that_labels_nothing_is_refused() {
    for source in [
        "Text {#eq:mean} more.\n",
        "$x$ {#eq:mean}\n",
        "$$ x $$ {#eq:Mean}\n",
    ] {
        assert!(refused(source).1.contains("labels nothing"), "{source}");
    }
}

#[test]
fn dollars_in_code_and_escaped_dollars_are_no_formulas() {
    assert_eq!(pieces("Costs \\$5, or `$6` and `{{a}}` or `[@b]`.\n"), []);
    assert_eq!(pieces("``a ` $`` and $x$.\n"), [(3, inline("x"))]);
}

#[test]
fn stray_dollars_are_refused() {
    for (source, line) in [
        ("Text.\n\nIt costs $5.\n", 5),
        ("A $x$ and a $ alone.\n", 3),
        ("It is $5 and $x$ more.\n", 3),
        ("| a | b |\n|---|---|\n| $1 | c |\n", 5),
        ("> quoted $1\n", 3),
    ] {
        let (at, cause) = refused(source);
        assert!(cause.contains("a stray `$`"), "{cause}");
        assert_eq!(at, line, "{source}");
    }
    for source in [
        "It is $5 for black cats and 6$ for white.\n",
        "It costs $5 or 6$ more.\n",
    ] {
        let (line, cause) = refused(source);
        assert!(
            cause.contains("a stray `$` turns prose into a formula"),
            "{cause}"
        );
        assert_eq!(line, 3);
    }
}

#[test]
fn an_unclosed_display_formula_is_refused() {
    let (_, problems) = parse("$$\nx = 1\n\nMore text.\n");
    assert!(!problems.is_empty());
    assert!(
        problems
            .iter()
            .all(|p| p.cause.contains("stray `$`") && p.line == 3),
        "{problems:#?}"
    );
}

#[test]
fn words_belong_into_formulas_only_as_text() {
    for tex in [
        r"\text{for all the rest}",
        r"x \text{ if } y",
        r"\operatorname{arg min}_x f",
        r"\int f(x) dx dy",
        r"\mathrm{a b}\, cd",
    ] {
        assert_eq!(pieces(&format!("${tex}$\n")), [(3, inline(tex))]);
    }
}

#[test]
fn values_with_every_format() {
    let format = |digits, percent, interval| ValueFormat {
        digits,
        percent,
        interval,
    };
    for (written, chapter, expected) in [
        ("{{shift}}", None, format(None, false, false)),
        ("{{ shift }}", None, format(None, false, false)),
        ("{{shift:.2}}", None, format(Some(2), false, false)),
        ("{{shift:.1%}}", None, format(Some(1), true, false)),
        ("{{shift:%}}", None, format(None, true, false)),
        ("{{shift:.2 interval}}", None, format(Some(2), false, true)),
        ("{{shift:interval}}", None, format(None, false, true)),
        (
            "{{01-cats/shift:.0}}",
            Some("01-cats"),
            format(Some(0), false, false),
        ),
    ] {
        let value = Piece::Value {
            chapter: chapter.map(str::to_owned),
            name: "shift".to_owned(),
            format: expected,
        };
        assert_eq!(
            pieces(&format!("It is {written}.\n")),
            [(3, value)],
            "{written}"
        );
    }
}

#[test]
fn values_written_wrong_are_refused() {
    for (written, cause) in [
        ("{{Shift}}", "not the name of a value"),
        ("{{a-b}}", "not the name of a value"),
        ("{{}}", "not the name of a value"),
        ("{{#include a.md}}", "not the name of a value"),
        ("{{shift:2}}", "no way to write a value"),
        ("{{shift:.x}}", "no way to write a value"),
        ("{{shift:.2 interval interval}}", "no way to write a value"),
    ] {
        let (line, said) = refused(&format!("Text.\n\n- It is {written}.\n"));
        assert!(said.contains(cause), "{written}: {said}");
        assert_eq!(line, 5);
    }
}

#[test]
fn numbers_as_prose_shows_them() {
    let format = |digits, percent| ValueFormat {
        digits,
        percent,
        interval: false,
    };
    assert_eq!(format(Some(2), false).number(-0.125), "−0.12");
    assert_eq!(format(Some(2), false).number(-0.001), "0.00");
    assert_eq!(format(Some(1), true).number(0.9876), "98.8%");
    assert_eq!(format(None, false).number(41.5), "41.5");
}

#[test]
fn references_and_lists() {
    assert_eq!(
        pieces("See [@eq:mean], [@fig:cats-1]\nand {{bibliography}} or {{equation-index}}.\n"),
        [
            (3, Piece::EquationRef("mean".to_owned())),
            (3, Piece::FigureRef("cats-1".to_owned())),
            (4, Piece::Bibliography),
            (4, Piece::EquationIndex),
        ]
    );
}

#[test]
fn citations_with_locators_and_inside_brackets() {
    let one = |key: &str, locator: Option<&str>| (key.to_owned(), locator.map(str::to_owned));
    assert_eq!(
        pieces("[@ioffe2015]\n[@ioffe2015, §3; @santurkar2018, p. 4]\n([@a], [b [@c] d](e.md))\n"),
        [
            (3, Piece::Citation(vec![one("ioffe2015", None)])),
            (
                4,
                Piece::Citation(vec![
                    one("ioffe2015", Some("§3")),
                    one("santurkar2018", Some("p. 4"))
                ])
            ),
            (5, Piece::Citation(vec![one("a", None)])),
            (5, Piece::Citation(vec![one("c", None)])),
        ]
    );
    assert!(refused("[@two words]\n").1.contains("is not a citation"));
    assert!(refused("[@]\n[@a;]\n").1.contains("is not a citation"));
}

#[test]
fn every_byte_of_the_source_is_walked_once() {
    let source = "A $x$ {{a:.1}} [@b].\n\n```rust\n1\n```\n\n$$ y $$ {#eq:z}\nEnd é.\n";
    let (chapter, _) = parse(source);
    let parts = chapter.walk().map(|part| match part {
        Err(text) => text,
        Ok(located) => &chapter.source[located.range.clone()],
    });
    assert_eq!(parts.collect::<String>(), chapter.source);
}

#[test]
fn the_test_program_keeps_every_line_where_the_chapter_has_it() {
    let source = "Text.\n\n```rust\nuse bn::mean;\nlet first = 1;\n```\n\nMore\n\nlines.\n\n\
                  ```rust,compile_fail\nlet wrong: u32 = 1.0;\n```\n\n\
                  ```rust\nlet second = first;\nsecond\n```\n";
    let (chapter, problems) = parse(source);
    assert_eq!(problems, []);
    let program = bn_book::write::program::write(&chapter);
    let line_of =
        |text: &str, words: &str| text.lines().position(|line| line == words).expect("there");
    for code in [
        "use bn::mean;",
        "let first = 1;",
        "let second = first;",
        "second",
    ] {
        assert_eq!(
            line_of(&program, code),
            line_of(&chapter.source, code),
            "{code}\n{program}"
        );
    }
    let (main, apart) = program
        .split_once("Ok(()) }\n```\n")
        .expect("a program and the rest");
    assert!(!main.contains("wrong"));
    assert_eq!(main.matches("```").count(), 1);
    assert!(apart.contains("```rust,compile_fail\nlet wrong: u32 = 1.0;\n```"));
    assert!(apart.contains("the fence in line 14"), "{apart}");
}

#[test]
fn a_page_without_cells_has_no_program() {
    assert_eq!(bn_book::write::program::write(&parse("Text.\n").0), "");
}

#[test]
fn a_failure_of_the_kernel_is_mapped_to_the_chapters_line() {
    let source = "```rust\nfn half(x: f64) -> f64 {\n    assert!(x > 0.0);\n    x / 2.0\n}\nlet a = 1.0;\n```\n\n\
                  ```rust\nlet b = half(a);\n    assert!(x > 0.0);\nassert!(b > 1.0);\n```\n";
    let (chapter, _) = parse(source);
    let line = |cell, message: &str| bn_book::kernel::line_of_failure(&chapter, cell, message);
    // The compiler counts lines of the cell.
    let compiler = |n: usize| {
        format!("[E0425] Error: unknown\n   ╭─[ cell [2]:1:1 ]\n   │\n {n} │ let b = half(a);\n")
    };
    assert_eq!(line(0, &compiler(5)), 8);
    assert_eq!(line(0, &compiler(1)), 4);
    assert_eq!(line(1, &compiler(1)), 12);
    assert_eq!(line(1, &format!("{}{}", compiler(3), compiler(2))), 13);
    assert_eq!(line(1, &compiler(99)), 12);
    // Of a panic and of a failed `?`, the kernel tells cell and line, that of a function before too.
    assert_eq!(
        line(1, "panicked in cell [1], line 2: assert!(x > 0.0);\nsmall"),
        5
    );
    assert_eq!(
        line(1, "failed in cell [2], line 3: assert!(b > 1.0);\nsmall"),
        14
    );
    // Nothing to find: the cell's first line.
    for message in [
        "panicked in /crates/bn/src/lib.rs:3\nsmall",
        "panicked in cell [9], line 1: x\nsmall",
        "failed",
        "",
    ] {
        assert_eq!(line(1, message), 12, "{message}");
    }
    assert_eq!(line(7, "failed"), 1);
}

#[test]
fn an_interactive_figure_is_named_and_an_unknown_one_is_refused_with_its_line() {
    let training = Piece::Interactive("training".to_owned());
    assert_eq!(
        pieces("Text.\n\n{{interactive:training}}\n"),
        [(5, training)]
    );
    let (line, cause) = refused("Text.\n\n{{interactive:trainig}}\n");
    assert_eq!(line, 5);
    assert!(cause.contains("`trainig`"), "{cause}");
}
