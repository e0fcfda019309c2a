//! What makes notebooks run again: what the crates compute, and nothing else.

mod fixture;

use bn_book::book::Book;
use bn_book::code::fingerprint;
use fixture::Fixture;

const CORE: &str = "crates/bn-core/src/lib.rs";

/// Whether a change to the good book changes its fingerprint.
fn matters(change: impl FnOnce(&Fixture)) -> bool {
    let fixture = Fixture::new();
    let of = |fixture: &Fixture| fingerprint(fixture.root(), "bn").expect("a fingerprint");
    let before = of(&fixture);
    assert_eq!(before, of(&fixture));
    change(&fixture);
    of(&fixture) != before
}

#[test]
fn words_formatting_and_tests_do_not_matter() {
    assert!(!matters(|f| f.replace(
        CORE,
        "/// The mean.",
        "/// The arithmetic mean."
    )));
    assert!(!matters(|f| f.replace(CORE, "//! Means.", "//! Sums.")));
    assert!(!matters(|f| f.replace(
        CORE,
        "bn_core::mean(&[1.0, 3.0]), 2.0",
        "bn_core::mean(&[3.0]), 3.0"
    )));
    assert!(!matters(|f| f.append(CORE, "\n// A remark.\n")));
    assert!(!matters(|f| f.replace(
        CORE,
        "    x.iter()",
        "    x\n        .iter()"
    )));
    assert!(!matters(|f| f.append(
        CORE,
        "\n#[cfg(test)]\nmod tests { #[test] fn one() {} }\n"
    )));
    assert!(!matters(|f| f.append(
        "crates/bn-core/tests/mean.rs",
        "\n#[test]\nfn more() {}\n"
    )));
    assert!(!matters(|f| f.append("book/01-mean.md", "\nMore.\n")));
    assert!(!matters(|f| f.replace(
        CORE,
        "#[doc(alias = \"eq:mean\")]",
        "#[doc(alias = \"eq:moan\")]"
    )));
}

#[test]
fn a_data_file_of_the_facade_matters_to_chapters_that_name_it() {
    let fixture = Fixture::new();
    let of = |fixture: &Fixture| {
        let book = Book::load(fixture.root()).expect("a book");
        let chapter = book.chapter("01-mean").expect("a chapter").clone();
        (book.crates.clone(), book.computed_by(&chapter))
    };
    let (crates, before) = of(&fixture);
    fixture.write("crates/bn/src/measured.json", "[1]");
    assert_eq!(of(&fixture), (crates.clone(), before.clone()));
    fixture.replace(
        "book/01-mean.md",
        "use bn::mean;",
        "use bn::mean; // measured",
    );
    let named = of(&fixture);
    assert!(named.0 == crates && named.1 != before);
    fixture.write("crates/bn/src/measured.json", "[2]");
    assert!(of(&fixture).0 == crates && of(&fixture).1 != named.1);
}

#[test]
fn what_is_computed_matters() {
    assert!(matters(|f| f.replace(
        CORE,
        "x.len() as f64",
        "(x.len() - 1) as f64"
    )));
    assert!(matters(|f| f.replace(
        CORE,
        "#[doc(alias = \"eq:mean\")]",
        "#[doc(alias = \"eq:mean\")]\n#[cfg(unix)]"
    )));
    assert!(matters(
        |f| f.append("crates/bn/src/lib.rs", "pub fn more() {}\n")
    ));
    assert!(matters(
        |f| f.write("crates/bn-core/src/more.rs", "pub fn more() {}\n")
    ));
    assert!(matters(|f| f.append(
        "crates/bn-core/Cargo.toml",
        "\n[features]\nfast = []\n"
    )));
    assert!(matters(|f| f.write("crates/bn-core/src/cats.csv", "1,2\n")));
}

#[test]
fn dependencies_matter_and_crates_the_cells_do_not_use_do_not() {
    let package = |name: &str, version: &str| {
        format!("\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n")
    };
    assert!(!matters(
        |f| f.append("Cargo.lock", &package("stranger", "1.0.0"))
    ));
    assert!(matters(|f| {
        f.replace(
            "Cargo.lock",
            " \"bn-core\",\n",
            " \"bn-core\",\n \"friend\",\n",
        );
        f.append("Cargo.lock", &package("friend", "1.0.0"));
    }));
    assert!(!matters(|f| {
        f.write("crates/tool/Cargo.toml", "[package]\nname = \"tool\"\n");
        f.write("crates/tool/src/lib.rs", "pub fn tool() {}\n");
    }));
}
