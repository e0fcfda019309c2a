//! Claims in the book: read from the crate, shown on the scoreboard, linked from everywhere.

mod fixture;

use fixture::Fixture;
use scraper::{Html, Selector};
use serde_json::json;

const CLAIM: &str = "crates/bn-lab/src/claims/fast.rs";
const BOARD: &str = "book/05-scoreboard.md";

/// The book of the other tests, with a claim that its second chapter tries.
fn with_a_claim() -> Fixture {
    let fixture = Fixture::new();
    fixture.write(
        "crates/bn-lab/Cargo.toml",
        "[package]\nname = \"bn-lab\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    fixture.write("crates/bn-lab/src/lib.rs", "//! Experiments.\n");
    fixture.write(
        "crates/bn-lab/src/claims.rs",
        "const SPREAD: &str = \"02-spread\";\n",
    );
    fixture.write(
        CLAIM,
        "use super::*;\n\npub(super) static CLAIM: Claim = Claim {\n    id: \"fast\",\n    \
         chapter: SPREAD,\n    experiment: &race::RACE,\n};\n",
    );
    fixture.write(
        "crates/bn-lab/src/experiments/race.rs",
        "//! Who is first?\n\npub static RACE: u8 = 1;\n",
    );
    fixture.write(
        BOARD,
        "# The scoreboard\n\nAll of it.\n\n```rust\nlet board = 1;\n```\n\n{{experiments}}\n",
    );
    fixture.replace(
        "book/SUMMARY.md",
        "- [References]",
        "- [The scoreboard](05-scoreboard.md)\n- [References]",
    );
    fixture.append("book/02-spread.md", "\nSee [@claim:fast].\n");
    fixture.record();
    fixture.show_in("05-scoreboard", vec![table("fast")]);
    fixture
}

/// Jupyter's output of a table of one claim, as bn-plot writes it.
fn table(id: &str) -> serde_json::Value {
    let html = format!(
        "<table class=\"bn-table\">\n<tbody>\n<tr data-claim=\"{id}\"><th scope=\"row\">It is fast.</th>\
         <td>✓ holds</td></tr>\n</tbody>\n</table>"
    );
    json!({"output_type": "display_data", "metadata": {}, "data": {"text/html": html}})
}

fn links(document: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    let links = document.select(&selector);
    links
        .map(|a| a.attr("href").unwrap_or_default().to_owned())
        .collect()
}

fn page(fixture: &Fixture, name: &str) -> Html {
    Html::parse_document(&fixture.read(&format!("target/book/html/{name}.html")))
}

#[test]
fn a_claim_has_a_place_on_the_scoreboard_and_links_from_and_to_it() {
    let fixture = with_a_claim();
    assert_eq!(fixture.problems(), []);
    fixture.show_in("02-spread", vec![table("fast")]);
    bn_book::site::build(fixture.root()).unwrap();

    let board = page(&fixture, "05-scoreboard");
    let from_row = links(&board, "tr#claim-fast th small a");
    assert_eq!(
        from_row,
        ["#claim-fast", "02-spread.html", "#experiment-race"]
    );
    let code = Selector::parse("details#experiment-race pre code").unwrap();
    let code: String = board.select(&code).flat_map(|code| code.text()).collect();
    assert!(
        code.contains("//! Who is first?") && code.contains("pub static RACE"),
        "{code}"
    );

    let chapter = page(&fixture, "02-spread");
    assert_eq!(
        links(&chapter, "tr[data-claim] th small a"),
        ["05-scoreboard.html#claim-fast"]
    );
    assert_eq!(
        links(&chapter, "p > a[href$='#claim-fast']"),
        ["05-scoreboard.html#claim-fast"]
    );
    assert!(
        links(&chapter, "#claim-fast").is_empty(),
        "one anchor only, for the printed book"
    );
}

#[test]
fn a_claim_that_is_unknown_or_shown_nowhere_or_without_a_chapter_is_found() {
    let find = |fixture: &Fixture, cause: &str, file: &str, line: usize| {
        let problem = fixture.only_problem();
        assert!(problem.cause.contains(cause), "{problem}");
        assert_eq!(
            (problem.file.as_str(), problem.line),
            (file, line),
            "{problem}"
        );
    };
    let fixture = with_a_claim();
    fixture.replace("book/02-spread.md", "@claim:fast", "@claim:fats");
    fixture.record();
    fixture.show_in("05-scoreboard", vec![table("fast")]);
    let line = fixture.line("book/02-spread.md", "@claim:fats");
    find(
        &fixture,
        "no claim is named `fats`",
        "book/02-spread.md",
        line,
    );

    let fixture = with_a_claim();
    fixture.show_in("05-scoreboard", vec![]);
    find(&fixture, "not on the scoreboard", CLAIM, 3);

    let fixture = with_a_claim();
    fixture.replace("crates/bn-lab/src/claims.rs", "02-spread", "03-gone");
    find(&fixture, "03-gone, which is no page", CLAIM, 3);

    let fixture = with_a_claim();
    fixture.replace(CLAIM, "SPREAD", "UNHEARD_OF");
    let problems = fixture.problems();
    assert!(
        problems.iter().any(|p| p.cause.contains("cannot be read")),
        "{problems:?}"
    );
}

#[test]
fn the_claims_of_this_book_are_read() {
    let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let mut problems = Vec::new();
    let claims = bn_book::claims::scan(root, &mut problems).unwrap();
    assert_eq!(problems, []);
    assert!(claims.len() > 100, "{}", claims.len());
    let patience = &claims["patience"];
    assert_eq!(patience.chapter, "03-what-batch-norm-does");
    assert_eq!(patience.experiment, "percentiles");
}

#[test]
fn the_tool_hands_everything_to_the_program_of_the_claims() {
    // No crate named bn-lab with such a program here: cargo says so, and the tool fails with it.
    let said = fixture::complaint(&Fixture::new().tool(&["claims", "--json"]).output().unwrap());
    assert!(said.contains("bn-lab"), "{said}");
}
