//! What every figure owes the page that shows it.

mod charts;

use bn_plot::{Arm, Error, Figure, Histogram, LineChart, ScatterChart};
use roxmltree::{Document, Node};

const SVG: &str = "http://www.w3.org/2000/svg";

fn elements<'a>(document: &'a Document<'_>, name: &str) -> Vec<Node<'a, 'a>> {
    let named = |node: &Node<'_, '_>| node.has_tag_name((SVG, name));
    document.descendants().filter(named).collect()
}

fn points(node: &Node<'_, '_>) -> Vec<(f64, f64)> {
    let pair = |pair: &str| {
        let (x, y) = pair.split_once(',').expect("a pair");
        (x.parse().expect("x"), y.parse().expect("y"))
    };
    let points = node.attribute("points").expect("points");
    points.split_whitespace().map(pair).collect()
}

/// The drawn text: content, x, y and font size, in tenths of a px.
fn texts(figure: &Figure) -> Vec<(String, f64, f64)> {
    let document = Document::parse(figure.svg()).expect("well-formed SVG");
    let number = |node: &Node<'_, '_>, name| -> f64 {
        node.attribute(name).expect(name).parse().expect("a number")
    };
    let texts = elements(&document, "text");
    let text = |node: &Node<'_, '_>| {
        let content = node.text().expect("content").trim().to_string();
        (content, number(node, "x"), number(node, "y"))
    };
    texts.iter().map(text).collect()
}

#[test]
fn every_svg_is_well_formed_and_carries_role_caption_and_alt_text() {
    for figure in charts::all().expect("figures") {
        let document = Document::parse(figure.svg()).expect("well-formed SVG");
        let root = document.root_element();
        assert!(root.has_tag_name((SVG, "svg")));
        assert_eq!(root.attribute("role"), Some("img"));
        assert_eq!(root.attribute("class"), Some("bn-figure"));
        assert_eq!(root.attribute("data-figure"), Some(figure.id()));
        let [title] = elements(&document, "title")[..] else {
            panic!("one title")
        };
        let [desc] = elements(&document, "desc")[..] else {
            panic!("one desc")
        };
        assert_eq!(title.text(), Some(figure.caption()));
        assert_eq!(desc.text(), Some(figure.alt()));
        assert_eq!(root.first_element_child(), Some(title));
    }
}

#[test]
fn captions_and_labels_with_markup_are_escaped() {
    let (caption, alt, label) = ("a < b & \"c\"", "x > 'y' </desc>", "m<4> & \"ghost\"");
    let figure = LineChart::new("x <nats>", "y & z")
        .line(Arm::BatchNorm.labeled(label), [0, 1], [0.0, 1.0])
        .figure("escaped", caption, alt)
        .expect("a figure");
    let document = Document::parse(figure.svg()).expect("well-formed SVG");
    assert_eq!(elements(&document, "title")[0].text(), Some(caption));
    assert_eq!(elements(&document, "desc")[0].text(), Some(alt));
    let drawn: Vec<String> = texts(&figure).into_iter().map(|(text, ..)| text).collect();
    let wrapped = label
        .split(' ')
        .all(|word| drawn.iter().any(|text| text.contains(word)));
    assert!(wrapped && drawn.contains(&"x <nats>".into()), "{drawn:?}");
}

#[test]
fn every_color_is_a_variable_with_a_fallback() {
    for figure in charts::all().expect("figures") {
        let mut outside = String::new();
        let mut rest = figure.svg();
        while let Some(start) = rest.find("var(") {
            let end = start + rest[start..].find(')').expect("a closed var()");
            let inside = &rest[start + 4..end];
            let (name, fallback) = inside.split_once(", ").expect("a fallback");
            assert!(
                name.starts_with("--bn-") && !fallback.is_empty(),
                "{inside}"
            );
            outside.push_str(&rest[..start]);
            rest = &rest[end + 1..];
        }
        outside.push_str(rest);
        assert!(
            !outside.contains('#'),
            "{}: a fixed color is left",
            figure.id()
        );
        let document = Document::parse(figure.svg()).expect("well-formed SVG");
        for node in document.descendants() {
            for name in ["fill", "stroke"] {
                let value = node.attribute(name).unwrap_or("none");
                assert!(value == "none" || value.starts_with("var("), "{value}");
            }
        }
    }
}

#[test]
fn figures_can_stand_on_one_page_without_ids_scripts_or_requests() {
    for figure in charts::all().expect("figures") {
        let document = Document::parse(figure.svg()).expect("well-formed SVG");
        for node in document.descendants() {
            assert!(!node.has_tag_name((SVG, "script")));
            assert!(node.attribute("id").is_none());
            for attribute in node.attributes() {
                let (name, value) = (attribute.name(), attribute.value());
                assert!(!name.starts_with("on"), "{name}");
                assert!(name != "href" || value.starts_with("data:image/png;base64,"));
                assert!(
                    !value.contains("url(") && !value.contains("http"),
                    "{name}={value}"
                );
            }
        }
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(
        charts::all().expect("figures"),
        charts::all().expect("figures")
    );
}

#[test]
fn a_notebook_gets_a_line_for_people_and_then_the_picture() {
    let figure = &charts::all().expect("figures")[0];
    let shown = figure.to_string();
    let expected = format!(
        "Figure {}: {}\nEVCXR_BEGIN_CONTENT image/svg+xml\n{}\nEVCXR_END_CONTENT\n",
        figure.id(),
        figure.caption(),
        figure.svg()
    );
    assert_eq!(shown, expected);
    assert_eq!(shown.matches("EVCXR_END_CONTENT").count(), 1);
}

#[test]
fn drawn_text_is_at_least_15_px_and_inside_the_picture() {
    for figure in charts::all().expect("figures") {
        let document = Document::parse(figure.svg()).expect("well-formed SVG");
        let view_box = document
            .root_element()
            .attribute("viewBox")
            .expect("viewBox");
        let size: Vec<f64> = view_box
            .split(' ')
            .map(|n| n.parse().expect("a number"))
            .collect();
        for node in elements(&document, "text") {
            let size: f64 = node
                .attribute("font-size")
                .expect("size")
                .parse()
                .expect("a number");
            assert!(size >= 150.0, "{size}");
        }
        for (text, x, y) in texts(&figure) {
            let inside =
                (0.0..=10.0 * size[2]).contains(&x) && (80.0..=10.0 * size[3] - 80.0).contains(&y);
            assert!(inside, "{}: {text} at {x}, {y}", figure.id());
        }
    }
}

#[test]
fn a_line_maps_its_numbers_linearly_onto_the_plot() {
    let figure = LineChart::new("x", "y")
        .line(Arm::BatchNorm, [0.0, 1.0, 4.0], [10.0, 12.0, 18.0])
        .figure("linear", "A line.", "Straight.")
        .expect("a figure");
    let document = Document::parse(figure.svg()).expect("well-formed SVG");
    let is_series = |node: &Node<'_, '_>| {
        node.attribute("stroke")
            .is_some_and(|stroke| stroke.contains("--bn-arm-1"))
    };
    let lines = elements(&document, "polyline");
    let line = lines
        .iter()
        .find(|node| is_series(node))
        .expect("the series");
    let [a, b, c] = points(line)[..] else {
        panic!("three points")
    };
    // Tenths of a px, rounded once each.
    assert!((b.0 - a.0 - (c.0 - a.0) / 4.0).abs() <= 1.0);
    assert!((b.1 - a.1 - (c.1 - a.1) / 4.0).abs() <= 1.0);
    assert!(c.0 > a.0 && c.1 < a.1, "right and up");
}

#[test]
fn a_logarithmic_axis_spaces_equal_ratios_equally() {
    let (x, y) = ([1, 10, 100], [1.0, 2.0, 4.0]);
    let line = LineChart::new("x", "y").line(Arm::BatchNorm, x, y);
    let scatter = ScatterChart::new("x", "y").line(Arm::BatchNorm, x, y);
    for figure in [
        line.log_x().log_y().figure("log", "A line.", "Straight."),
        scatter
            .log_x()
            .log_y()
            .figure("log", "A line.", "Straight."),
    ] {
        let figure = figure.expect("a figure");
        let document = Document::parse(figure.svg()).expect("well-formed SVG");
        let longest = elements(&document, "polyline")
            .iter()
            .map(points)
            .find(|points| points.len() == 3)
            .expect("the series");
        let [a, b, c] = longest[..] else {
            panic!("three points")
        };
        assert!((2.0 * b.0 - a.0 - c.0).abs() <= 2.0 && (2.0 * b.1 - a.1 - c.1).abs() <= 2.0);
    }
}

#[test]
fn labels_of_lines_that_end_together_do_not_overlap() {
    let mut chart = LineChart::new("x", "y");
    for arm in [
        Arm::NoNorm,
        Arm::BatchNorm,
        Arm::LayerNorm,
        Arm::Dropout,
        Arm::Adapted,
    ] {
        chart = chart.line(arm, [0, 1], [0.0, 1.0]);
    }
    let figure = chart
        .figure("together", "All alike.", "All alike.")
        .expect("a figure");
    let mut ys: Vec<f64> = texts(&figure)
        .into_iter()
        .filter(|(text, ..)| Arm::ALL.iter().any(|arm| arm.name() == text))
        .map(|(_, _, y)| y)
        .collect();
    ys.sort_by(f64::total_cmp);
    assert_eq!(ys.len(), 5);
    assert!(
        ys.windows(2).all(|pair| pair[1] - pair[0] >= 190.0),
        "{ys:?}"
    );
}

#[test]
fn lines_of_the_same_arm_differ_in_their_dashes() {
    let figure = LineChart::new("x", "y")
        .line(Arm::BatchNorm.labeled("m = 4"), [0, 1], [0.0, 1.0])
        .line(Arm::BatchNorm.labeled("m = 8"), [0, 1], [0.0, 2.0])
        .figure("twice", "Two lines.", "Two lines.")
        .expect("a figure");
    let document = Document::parse(figure.svg()).expect("well-formed SVG");
    let dashes: Vec<Option<&str>> = elements(&document, "polyline")
        .iter()
        .filter(|node| {
            node.attribute("stroke")
                .is_some_and(|s| s.contains("--bn-arm-1"))
        })
        .filter(|node| node.attribute("stroke-width") == Some("26"))
        .map(|node| node.attribute("stroke-dasharray"))
        .collect();
    assert_eq!(dashes.len(), 2);
    assert_ne!(dashes[0], dashes[1]);
}

#[test]
fn histogram_bars_have_the_height_of_the_density_they_estimate() {
    // Ten numbers in each tenth of [0, 1): the density is exactly 1 everywhere.
    let sample: Vec<f64> = (0..100).map(|i| (i as f64 + 0.5) / 100.0).collect();
    let figure = Histogram::new("x")
        .sample(Arm::BatchNorm, &sample)
        .density(Arm::Exact, |_| 1.0)
        .bins(10)
        .range(0.0..=1.0)
        .figure("uniform", "Flat.", "Flat.")
        .expect("a figure");
    let document = Document::parse(figure.svg()).expect("well-formed SVG");
    let height = |color: &str, count: usize| {
        let lines = elements(&document, "polyline");
        let line = lines.iter().find(|node| {
            node.attribute("stroke").is_some_and(|s| s.contains(color))
                && points(node).len() > count
        });
        let points = points(line.expect("the line"));
        points.iter().map(|p| p.1).fold(f64::INFINITY, f64::min)
    };
    assert!((height("--bn-arm-1", 10) - height("--bn-ink", 100)).abs() <= 1.0);
}

#[test]
fn a_cut_range_does_not_raise_the_bars() {
    // Half of the sample lies outside of the range: the bars still show a density of 1.
    let sample: Vec<f64> = (0..200).map(|i| (i as f64 + 0.5) / 100.0).collect();
    let figure = Histogram::new("x")
        .sample(Arm::BatchNorm, &sample)
        .density(Arm::Exact, |_| 0.5)
        .bins(10)
        .range(0.0..=1.0)
        .figure("cut", "Flat.", "Flat.")
        .expect("a figure");
    let document = Document::parse(figure.svg()).expect("well-formed SVG");
    let tops: Vec<f64> = elements(&document, "polyline")
        .iter()
        .filter(|node| points(node).len() > 10)
        .map(|node| {
            points(node)
                .iter()
                .map(|p| p.1)
                .fold(f64::INFINITY, f64::min)
        })
        .collect();
    assert_eq!(tops.len(), 2);
    assert!((tops[0] - tops[1]).abs() <= 1.0, "{tops:?}");
}

#[test]
fn ids_captions_and_alt_texts_are_checked() {
    let chart = LineChart::new("x", "y").line(Arm::NoNorm, [0, 1], [0.0, 1.0]);
    for id in [
        "",
        "Cats",
        "two words",
        "-cats",
        "cats-",
        "a--b",
        "1st",
        "a_b",
        "é",
    ] {
        let error = chart
            .figure(id, "A caption.", "An alt text.")
            .expect_err(id);
        assert!(matches!(error, Error::BadName { .. }), "{id}: {error}");
    }
    for (caption, alt) in [
        ("", "alt"),
        ("caption", " "),
        ("two\nlines", "alt"),
        ("c", "a\tb"),
    ] {
        let error = chart.figure("ok", caption, alt).expect_err(caption);
        assert!(matches!(error, Error::BadText { .. }), "{error}");
    }
    let figure = chart
        .figure("loss-by-depth-2", "A caption.", "Alt.")
        .expect("a figure");
    assert_eq!(figure.id(), "loss-by-depth-2");
}
