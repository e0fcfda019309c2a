//! The built site: dead links and anything loaded from elsewhere are found.

use std::fs;

use bn_book::problem::{Problem, Problems};

const PAGE: &str = "<!DOCTYPE html><html><head><link rel=\"stylesheet\" href=\"style.css\"></head><body>\
                    <h1 id=\"top\">A</h1></body></html>";

/// Checks a site of two pages and a style sheet, with `html` in one page and `css` in the sheet.
fn check(html: &str, css: &str) -> Vec<Problem> {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("html");
    fs::create_dir_all(site.join("part")).expect("a folder");
    fs::write(site.join("style.css"), css).expect("written");
    fs::write(site.join("other.html"), PAGE).expect("written");
    fs::write(site.join("cat.png"), "png").expect("written");
    fs::write(
        site.join("part/index.html"),
        PAGE.replace("style.css", "../style.css"),
    )
    .expect("written");
    fs::write(
        site.join("01-a.html"),
        PAGE.replace("</body>", &format!("{html}</body>")),
    )
    .expect("written");
    match bn_book::site::check(&site, &folder.path().join("book")) {
        Ok(()) => Vec::new(),
        Err(error) => error.downcast::<Problems>().expect("problems").0,
    }
}

#[test]
fn what_the_site_holds_may_be_linked_and_loaded() {
    let html = "<a href=\"other.html#top\">a</a><a href=\"#top\">b</a><a href=\"part/\">c</a><a href=\"/other.html?q=1\">d</a>\
                <a href=\"https://arxiv.org/abs/1502.03167\">e</a><a href=\"mailto:a@b.c\">f</a><img src=\"cat.png\">\
                <img src=\"data:image/png;base64,AA\"><svg><rect fill=\"url(#top)\"/><use href=\"#top\"/></svg>\
                <a href=\"other.html#t%6Fp\">g</a><link rel=\"canonical\" href=\"https://example.org/\"><a href=\"wsgi.html\">w</a>";
    let problems = check(html, "p { background: url(cat.png) } q { fill: url(#top) }");
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(problems[0].cause.contains("dead link `wsgi.html`"));
}

#[test]
fn dead_links_are_found() {
    for (html, cause) in [
        (
            "<a href=\"nowhere.html\">a</a>",
            "dead link `nowhere.html`: there is no such file",
        ),
        (
            "<a href=\"other.html#bottom\">a</a>",
            "other.html has no anchor `bottom`",
        ),
        (
            "<a href=\"#bottom\">a</a>",
            "01-a.html has no anchor `bottom`",
        ),
        ("<a href=\"../../secret\">a</a>", "there is no such file"),
        ("<img src=\"dog.png\">", "dead link `dog.png`"),
        (
            "<img srcset=\"cat.png 1x, dog.png 2x\">",
            "dead link `dog.png`",
        ),
        ("<script src=\"lost.js\"></script>", "dead link `lost.js`"),
    ] {
        let problems = check(html, "");
        assert_eq!(problems.len(), 1, "{html}: {problems:#?}");
        assert!(problems[0].cause.contains(cause), "{}", problems[0]);
        assert_eq!(problems[0].file, "target/book/html/01-a.html");
        assert_eq!(problems[0].line, 1);
    }
}

#[test]
fn the_documentation_of_the_crates_may_be_missing_but_not_a_page_of_it() {
    let site = |html: &str, within: Option<&str>| {
        let folder = tempfile::tempdir().expect("a folder");
        let site = folder.path().join("html");
        fs::create_dir_all(&site).expect("a folder");
        fs::write(
            site.join("01-a.html"),
            PAGE.replace("style.css", "01-a.html") + html,
        )
        .expect("written");
        if let Some(within) = within {
            fs::create_dir_all(site.join("api/a")).expect("a folder");
            fs::write(site.join("api/a/fn.b.html"), within).expect("written");
        }
        match bn_book::site::check(&site, &folder.path().join("book")) {
            Ok(()) => Vec::new(),
            Err(error) => error.downcast::<Problems>().expect("problems").0,
        }
    };
    let link = "<a href=\"api/a/fn.b.html\">a</a>";
    assert!(site(link, None).is_empty());
    assert!(site(link, Some("")).is_empty());
    let dead = "<a href=\"api/a/fn.c.html\">a</a>";
    assert_eq!(site(dead, Some("")).len(), 1);
    // rustdoc sees to its own links; those back to the book are ours.
    assert!(site("", Some("<a href=\"fn.c.html#1-2\">c</a>")).is_empty());
    assert!(site("", Some("<a href=\"../../01-a.html#top\">c</a>")).is_empty());
    assert_eq!(
        site("", Some("<a href=\"../../01-a.html#bottom\">c</a>")).len(),
        1
    );
}

#[test]
fn anything_a_page_loads_from_elsewhere_is_found() {
    for html in [
        "<img src=\"https://e.org/a.png\">",
        "<img src=\"//e.org/a.png\">",
        "<img src=\"HTTPS://e.org/a.png\">",
        "<img srcset=\"cat.png 1x, https://e.org/a.png 2x\">",
        "<picture><source srcset=\"http://e.org/a.webp\"></picture>",
        "<script src=\"https://e.org/a.js\"></script>",
        "<link rel=\"stylesheet\" href=\"https://e.org/a.css\">",
        "<link rel=\"preconnect\" href=\"https://e.org\">",
        "<iframe src=\"https://e.org\"></iframe>",
        "<video poster=\"https://e.org/a.png\"></video>",
        "<object data=\"https://e.org/a.svg\"></object>",
        "<p style=\"background: url('https://e.org/a.png')\">a</p>",
        "<style>@import \"https://e.org/a.css\";</style>",
        "<style>@import url(//e.org/a.css);</style>",
        "<style>p { background: image-set(\"https://e.org/a.png\" 1x) }</style>",
        "<svg><image href=\"https://e.org/a.png\"/></svg>",
        "<svg><image xlink:href=\"https://e.org/a.png\"/></svg>",
        "<svg><use href=\"https://e.org/a.svg#b\"/></svg>",
        "<svg><rect fill=\"url(https://e.org/a.svg#b)\"/></svg>",
        "<base href=\"https://e.org/\">",
    ] {
        let problems = check(html, "");
        assert_eq!(problems.len(), 1, "{html}: {problems:#?}");
        assert!(
            problems[0].cause.contains("from elsewhere"),
            "{}",
            problems[0]
        );
        assert!(
            problems[0].way_out.contains("book/assets"),
            "{}",
            problems[0]
        );
        assert_eq!(
            (problems[0].file.as_str(), problems[0].line),
            ("target/book/html/01-a.html", 1)
        );
    }
}

#[test]
fn style_sheets_are_read_too() {
    for css in [
        "p { color: red }\n@font-face { src: url(\"https://e.org/a.woff2\") }",
        "p { color: red }\n@import 'https://e.org/a.css';",
    ] {
        let problems = check("", css);
        assert_eq!(problems.len(), 1, "{css}: {problems:#?}");
        assert!(problems[0].cause.contains("from elsewhere"));
        assert_eq!(
            (problems[0].file.as_str(), problems[0].line),
            ("target/book/html/style.css", 2)
        );
    }
    assert!(
        check("", "p { background: url(dog.png) }")[0]
            .cause
            .contains("dead link `dog.png`")
    );
}
