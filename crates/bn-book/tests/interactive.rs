//! Interactive figures on pages: controls with labels, and something to see without JavaScript.

mod fixture;

use bn_book::interactive::html;
use fixture::Fixture;
use scraper::{Html, Selector};

const ONE: &str = "book/01-mean.md";

fn count(html: &str, selector: &str) -> usize {
    let selector = Selector::parse(selector).expect("a selector");
    Html::parse_fragment(html).select(&selector).count()
}

#[test]
fn every_control_has_a_label_and_every_drawing_says_what_it_shows() {
    for figure in bn_web::FIGURES {
        let html = html(figure.name, Some("assets/web/x.wasm")).expect("a figure");
        let fields = count(&html, "input, select");
        assert_eq!(fields, figure.controls.len());
        assert_eq!(count(&html, "label > input, label > select"), fields);
        assert_eq!(count(&html, "label > span"), fields);
        assert_eq!(count(&html, "button"), 2);
        assert_eq!(count(&html, "svg[role=img][aria-label]"), 2);
        assert_eq!(count(&html, "figcaption"), 1);
        // A blank line would end the block of HTML in Markdown.
        assert!(!html.trim_end().contains("\n\n"));
    }
}

#[test]
fn without_the_program_the_figure_stands_still_and_has_no_controls() {
    for figure in bn_web::FIGURES {
        let html = html(figure.name, None).expect("a figure");
        assert_eq!(count(&html, "form, script, [data-program]"), 0);
        assert_eq!(count(&html, "svg"), 2);
        assert_eq!(count(&html, ".bn-finding"), 1);
    }
}

#[test]
fn a_figure_put_into_a_chapter_makes_its_prose_stale_and_no_cell() {
    let fixture = Fixture::new();
    fixture.append(ONE, "\n{{interactive:noise}}\n");
    let problem = fixture.only_problem();
    assert!(problem.cause.contains("prose"), "{problem}");
    assert!(problem.way_out.contains("runs nothing"), "{problem}");
}

/// The fixture has no bn-web to compile, as a machine without the wasm target has none.
#[test]
fn a_page_shows_the_static_figure_where_the_program_cannot_be_built() {
    let fixture = Fixture::new();
    fixture.append(ONE, "\n{{interactive:noise}}\n\nAfter it.\n");
    fixture.record();
    bn_book::site::pages(fixture.root()).expect("a site");
    let page = fixture.read("target/book/html/01-mean.html");
    assert_eq!(count(&page, "main figure#try-noise svg"), 2);
    assert_eq!(count(&page, "main form"), 0);
    assert!(page.contains("<p>After it.</p>"));
    let notebook = fixture.read("notebooks/01-mean.ipynb");
    assert!(!notebook.contains("interactive:"));
    assert!(notebook.contains("01-mean.html#try-noise"));
}
