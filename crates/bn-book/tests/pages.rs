//! The built pages: real mdBook, real KaTeX. What a page says is what the
//! chapter and its notebook say, and a broken chapter builds no page.

mod fixture;

use bn_book::math::{Math, inline_safe};
use fixture::{Fixture, assert_complains, complaint, figure, passed, value};
use scraper::{Html, Selector};
use serde_json::json;

const ONE: &str = "book/01-mean.md";
const TWO: &str = "book/02-spread.md";

fn build(fixture: &Fixture) -> Result<(), String> {
    bn_book::site::pages(fixture.root())
        .map(|_| ())
        .map_err(|error| format!("{error:#}\n"))
}

fn page(fixture: &Fixture, name: &str) -> Html {
    Html::parse_document(&fixture.read(&format!("target/book/html/{name}")))
}

fn texts(document: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).expect("a selector");
    document
        .select(&selector)
        .map(|element| element.text().collect::<String>())
        .collect()
}

#[test]
fn the_good_book_builds_and_shows_outputs_values_numbers_and_references() {
    let fixture = Fixture::new();
    build(&fixture).expect("a site");
    let one = page(&fixture, "01-mean.html");
    assert_eq!(texts(&one, "a.value"), ["1.5", "1.50 [1.00, 2.00]"]);
    assert_eq!(texts(&one, ".equation .number"), ["(1.1)"]);
    assert_eq!(texts(&one, ".cell").len(), 3);
    assert_eq!(
        texts(&one, ".cell .outputs figure figcaption"),
        ["Figure 1.1. A line"]
    );
    assert_eq!(texts(&one, "figure#fig-line svg title"), ["A line"]);
    assert_eq!(
        texts(&one, "a[href='references.html#ref-ioffe2015']"),
        ["Ioffe & Szegedy 2015"]
    );
    assert!(
        texts(&one, "details#code-mean code")
            .iter()
            .any(|code| code.contains("pub fn mean"))
    );
    let two = page(&fixture, "02-spread.html");
    assert_eq!(
        texts(&two, "a[href='01-mean.html#eq-mean']"),
        ["(1.1)", "the mean"]
    );
    assert_eq!(texts(&two, "a.value"), ["1.5"]);
    let list = page(&fixture, "references.html");
    assert_eq!(texts(&list, "#ref-ioffe2015 cite"), ["Batch Normalization"]);
    assert_eq!(texts(&list, ".equation-index tbody tr").len(), 1);
}

#[test]
fn formulas_reach_the_page_with_their_tex_intact() {
    let inline = [
        r"x_i*y_i*z_i",
        r"a < b > c \& d",
        r"\hat{x}_{i}^{(k)} \_ |x|",
        r"`a`",
        r"f[1](2)",
        r"\mathcal{N}(\mu, \sigma^2)",
        r"\#1 ~ \{a\} \\ b",
        r"a'",
        r"*x*",
        r"{}_a x_a",
        r"a \mid b",
        r"[a](b)",
        r"a_{*}^{*}",
    ];
    let display =
        r"\begin{aligned} \mu &= \tfrac1m \sum_i x_i \\ \sigma^2 &= *a* b_c < d_e \end{aligned}";
    let fixture = Fixture::new();
    let mut text = String::from("\n## Formulas\n");
    for tex in &inline {
        text.push_str(&format!("\nHere ${tex}$ and *there*.\n"));
    }
    text.push_str(&format!("\n$$\n{display}\n$$\n"));
    fixture.append(TWO, &text);
    fixture.record();
    build(&fixture).expect("a site");
    let two = page(&fixture, "02-spread.html");
    let mut expected = inline.map(str::to_owned).to_vec();
    expected.push(display.to_owned());
    assert_eq!(
        texts(&two, "main annotation[encoding='application/x-tex']"),
        expected
    );
    assert_eq!(texts(&two, "main math").len(), expected.len());
    assert_eq!(
        texts(
            &two,
            "main math em, main math strong, main math code, main math a"
        )
        .len(),
        0
    );
    assert_eq!(texts(&two, "main p > em").len(), inline.len());
}

#[test]
fn without_styles_a_formula_is_mathml_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut math = Math::new(folder.path(), None, false);
    let html = math.html("x_1", false).expect("html");
    assert!(
        html.contains("<math") && !html.contains("katex-html"),
        "{html}"
    );
}

#[test]
fn inline_safe_changes_nothing_but_punctuation_in_text() {
    assert_eq!(
        inline_safe("<a b=\"_*_\">x_1</a>"),
        "<a b=\"_*_\">x&#95;1</a>"
    );
    assert_eq!(inline_safe("&lt;*&gt;"), "&lt;&#42;&gt;");
    let html = inline_safe("<b>a_b &amp; *c* [d](e) `f` é</b>");
    assert_eq!(
        texts(&Html::parse_fragment(&html), "b"),
        ["a_b & *c* [d](e) `f` é"]
    );
}

#[test]
fn no_formula_takes_the_tool_down() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut math = Math::new(folder.path(), None, true);
    let nested = "{".repeat(20_000) + &"}".repeat(20_000);
    for tex in [
        "a\0b",
        "\\frac{1",
        "\\def\\a{\\a\\a}\\a",
        &nested,
        "\u{202e}\u{1f408}",
    ] {
        let _ = math.html(tex, false);
    }
    assert!(math.html("x", false).is_ok(), "the engine no longer works");
    assert!(
        math.html("\\frac{1", false)
            .expect_err("broken")
            .starts_with("KaTeX parse error")
    );
}

#[test]
fn broken_tex_builds_no_page() {
    for (tex, reason) in [
        ("$\\frac{1}$", "KaTeX parse error"),
        ("$$ \\nosuch $$", "\\nosuch"),
    ] {
        let fixture = Fixture::new();
        fixture.append(TWO, &format!("\nText.\n\n{tex}\n"));
        fixture.record();
        let said = build(&fixture).expect_err("broken TeX");
        assert_complains(&said, reason, "book/02-spread.md:11", "mend the formula");
        assert!(!fixture.path("target/book/html/index.html").exists());
    }
}

#[test]
fn a_value_that_cannot_be_written_as_asked_builds_no_page() {
    for content in [json!({"value": 1.5}), json!({"text": "middling"})] {
        let fixture = Fixture::new();
        fixture.record_with(vec![figure("line"), value("middle", content)]);
        let said = build(&fixture).expect_err("no interval");
        assert_complains(
            &said,
            "{{middle:.2 interval}}",
            "book/01-mean.md:25",
            "interval",
        );
    }
}

#[test]
fn a_citation_without_a_list_builds_no_page() {
    let fixture = Fixture::new();
    fixture.replace("book/references.md", "{{bibliography}}", "None.");
    let said = build(&fixture).expect_err("no list");
    assert_complains(
        &said,
        "no page lists the references",
        "book/01-mean.md:3",
        "{{bibliography}}",
    );
}

#[test]
fn dead_links_and_loads_from_elsewhere_are_told_by_the_chapters_line() {
    for (text, cause) in [
        ("[a](03-more.md)", "dead link `03-more.html`"),
        ("[a](01-mean.md#moan)", "01-mean.html has no anchor `moan`"),
        ("[a](#moan)", "02-spread.html has no anchor `moan`"),
        ("![a](cat.png)", "dead link `cat.png`"),
        (
            "![a](https://e.org/cat.png?a=1&b=2)",
            "the page loads https://e.org/cat.png?a=1&b=2 from elsewhere",
        ),
        (
            "<p style=\"background: url(//e.org/a.png)\">a</p>",
            "loads //e.org/a.png from elsewhere",
        ),
    ] {
        let fixture = Fixture::new();
        fixture.append(TWO, &format!("\nText.\n\n{text}\n"));
        fixture.record();
        let said = build(&fixture).expect_err(text);
        assert_complains(&said, cause, "book/02-spread.md:11", "= way out: ");
        assert_eq!(said.matches("-->").count(), 1, "{said}");
    }
}

#[test]
fn an_equation_leads_to_the_documentation_of_its_items_and_these_lead_back() {
    let fixture = Fixture::new();
    // In a private module, exported by the public one around it; and a method.
    fixture.append(
        "crates/bn-core/src/lib.rs",
        "pub mod layers;\npub use layers::Layer;\n",
    );
    fixture.write(
        "crates/bn-core/src/layers.rs",
        "//! Layers.\nmod inner;\npub use inner::Layer;\n",
    );
    fixture.write(
        "crates/bn-core/src/layers/inner.rs",
        "/// A layer.\npub enum Layer {\n    /// One.\n    One,\n}\n\nimpl Layer {\n    \
         /// Its mean.\n    #[doc(alias = \"eq:mean\")]\n    pub fn mean(&self) -> f64 {\n        1.0\n    }\n}\n",
    );
    fixture.record();
    bn_book::site::build(fixture.root()).expect("a site");
    let items = [
        ("bn_core::mean", "bn_core/fn.mean.html", "../../"),
        (
            "bn_core::layers::Layer::mean",
            "bn_core/layers/enum.Layer.html#method.mean",
            "../../../",
        ),
    ];
    let one = page(&fixture, "01-mean.html");
    for (path, place, up) in items {
        let link = format!("details#code-mean a[href='api/{place}']");
        assert_eq!(texts(&one, &link), ["documentation"], "{path}");
        assert!(texts(&one, "details#code-mean summary code").contains(&path.to_owned()));
        let (file, anchor) = place.split_once('#').unwrap_or((place, ""));
        let documentation = page(&fixture, &format!("api/{file}"));
        let back = format!(".docblock a[href='{up}01-mean.html#eq-mean']");
        assert_eq!(texts(&documentation, &back), ["equation (1.1)"], "{path}");
        assert!(
            anchor.is_empty() || !texts(&documentation, &format!("[id='{anchor}']")).is_empty()
        );
    }
}

#[test]
fn an_item_of_an_equation_that_has_no_documentation_is_told_with_its_place() {
    let fixture = Fixture::new();
    fixture.append("crates/bn-core/src/lib.rs", "mod hidden;\n");
    fixture.write(
        "crates/bn-core/src/hidden.rs",
        "/// The mean.\n#[doc(alias = \"eq:mean\")]\npub fn median() {}\n",
    );
    fixture.record();
    let said = match bn_book::site::build(fixture.root()) {
        Ok(_) => panic!("it passed"),
        Err(error) => format!("{error:#}\n"),
    };
    assert_complains(
        &said,
        "rustdoc has no `bn_core/fn.median.html` for `bn_core::median`",
        "crates/bn-core/src/hidden.rs:3",
        "export the item",
    );
}

#[test]
fn a_broken_chapter_leaves_the_last_good_site() {
    let fixture = Fixture::new();
    passed(&fixture.tool(&["build"]).output().expect("ran"));
    let before = fixture.read("target/book/html/01-mean.html");
    fixture.replace(ONE, "have a middle", "have a $ middle");
    let said = complaint(&fixture.tool(&["build"]).output().expect("ran"));
    assert_complains(&said, "a stray `$`", "book/01-mean.md:3", "write \\$");
    assert_complains(
        &said,
        "the notebook's prose is not the chapter's",
        "notebooks/01-mean.ipynb",
        "runs nothing",
    );
    assert_eq!(fixture.read("target/book/html/01-mean.html"), before);
}

#[test]
fn equations_are_listed_for_people_and_machines() {
    let fixture = Fixture::new();
    let list = fixture
        .tool(&["equations", "--json"])
        .output()
        .expect("ran");
    passed(&list);
    let list: serde_json::Value = serde_json::from_slice(&list.stdout).expect("JSON");
    assert_eq!(
        list,
        json!([{"label": "mean", "number": "1.1", "chapter": "01-mean", "items": ["bn_core::mean"],
                "tests": ["bn-core/tests/mean.rs: the_mean_is_in_the_middle", "doctest of bn_core::mean"],
                "cells": ["01-mean:10", "01-mean:17"]}])
    );
}

#[test]
fn pages_name_their_address_and_where_they_run_if_they_are_told_and_not_otherwise() {
    let fixture = Fixture::new();
    passed(&fixture.tool(&["build"]).output().expect("ran"));
    let alone = fixture.read("target/book/html/01-mean.html");
    for word in ["canonical", "og:url", "mybinder", "rel=\"edit\""] {
        assert!(!alone.contains(word), "{word}");
    }
    assert!(alone.contains("href=\"notebooks/01-mean.ipynb\""));
    assert!(!fixture.path("target/book/html/sitemap.xml").exists());

    let mut tool = fixture.tool(&["build"]);
    tool.env("MDBOOK_PREPROCESSOR__BN__URL", "https://e.org/book");
    tool.env(
        "MDBOOK_OUTPUT__HTML__GIT_REPOSITORY_URL",
        "https://github.com/a/b",
    );
    tool.env(
        "MDBOOK_OUTPUT__HTML__EDIT_URL_TEMPLATE",
        "https://github.com/a/b/edit/main/{path}",
    );
    passed(&tool.output().expect("ran"));
    let one = page(&fixture, "01-mean.html");
    for link in [
        "link[rel=canonical][href='https://e.org/book/01-mean.html']",
        "meta[property='og:url'][content='https://e.org/book/01-mean.html']",
        ".opening a[href='https://mybinder.org/v2/gh/a/b/HEAD?labpath=notebooks%2F01-mean.ipynb']",
        ".opening a[href='https://github.com/a/b/blob/HEAD/book/01-mean.md']",
        "a[rel=edit][href='https://github.com/a/b/edit/main/book/01-mean.md']",
    ] {
        assert_eq!(texts(&one, link).len(), 1, "{link}");
    }
    let map = fixture.read("target/book/html/sitemap.xml");
    assert!(
        map.contains("<loc>https://e.org/book/01-mean.html</loc>"),
        "{map}"
    );
    // Served for any address below the site's.
    let lost = page(&fixture, "404.html");
    assert_eq!(texts(&lost, "base[href='/book/']").len(), 1);

    let mut tool = fixture.tool(&["build"]);
    tool.env("MDBOOK_PREPROCESSOR__BN__URL", "e.org/book");
    let said = complaint(&tool.output().expect("ran"));
    assert!(
        said.contains("`e.org/book` is not the address of a site"),
        "{said}"
    );
}

#[test]
fn a_page_loads_one_style_sheet_that_holds_the_fonts_of_its_formulas() {
    let fixture = Fixture::new();
    fixture.append("book.toml", "[output.html]\ntheme = \"book/theme\"\n");
    fixture.write(
        "book/theme/head.hbs",
        include_str!("../../../book/theme/head.hbs"),
    );
    for asset in ["book.css", "reading.js"] {
        fixture.write(&format!("book/assets/{asset}"), "");
    }
    let mut faces = String::from("/* KaTeX 0.16.4 */\n");
    for font in ["Main-Regular", "AMS-Regular"] {
        let file = format!("fonts/KaTeX_{font}.woff2");
        faces.push_str(&format!("@font-face{{src:url({file})}}\n"));
        fixture.write(&format!("book/assets/katex/{file}"), font);
    }
    fixture.write("book/assets/katex/katex.min.css", &faces);
    fixture.append(TWO, "\n## Blackboard\n\nHere $\\mathbb{E}[x]$.\n");
    fixture.record();
    build(&fixture).expect("a site");
    let two = page(&fixture, "02-spread.html");
    let selector = Selector::parse("link[rel=stylesheet]:not([id]):not([media])").expect("valid");
    let sheets: Vec<_> = two
        .select(&selector)
        .filter_map(|link| link.attr("href"))
        .collect();
    assert_eq!(sheets.len(), 1, "{sheets:?}");
    let style = fixture.read(&format!("target/book/html/{}", sheets[0]));
    // "Main-Regular" in base 64.
    let within = "url(data:font/woff2;base64,TWFpbi1SZWd1bGFy)";
    assert!(style.contains(within), "{style}");
    assert!(style.contains("url(assets/katex/fonts/KaTeX_AMS-Regular.woff2)"));
    assert!(
        style.contains("#mdbook-sidebar"),
        "mdBook's rules are missing"
    );
    let scripts = texts(&two, "head script").concat();
    assert!(scripts.contains("[\"AMS-Regular\"]"), "{scripts}");
    let one = texts(&page(&fixture, "references.html"), "head script").concat();
    assert!(!one.contains("AMS-Regular"), "{one}");
}
