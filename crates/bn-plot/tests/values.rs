//! Named values and tables: what prose and notebooks read back.

use bn_plot::{Error, Interval, Recorded, Table, Value};
use serde_json::{Value as Json, json};

const GAP: Interval = Interval {
    mean: 0.467,
    low: 0.443,
    high: 0.491,
    seeds: 10,
};

/// The mime type and the parsed JSON of the block that a notebook stores.
fn stored(value: &Value) -> (String, Json) {
    let shown = value.to_string();
    let (_, block) = shown.split_once('\n').expect("a line, then a block");
    let (head, rest) = block.split_once('\n').expect("a head");
    let mime = head
        .strip_prefix("EVCXR_BEGIN_CONTENT ")
        .expect("the begin mark");
    let body = rest
        .strip_suffix("\nEVCXR_END_CONTENT\n")
        .expect("the end mark");
    assert!(!body.contains('\n'));
    (mime.into(), serde_json::from_str(body).expect("JSON"))
}

#[track_caller]
fn assert_stored(value: impl Recorded, line: &str, json: Json) {
    let value = Value::new("some_name2", value).expect("a value");
    let shown = value.to_string();
    assert_eq!(
        shown.lines().next(),
        Some(format!("some_name2 = {line}").as_str())
    );
    let mime = "application/vnd.bn-value.some_name2+json".to_string();
    assert_eq!(stored(&value), (mime, json));
}

#[test]
fn each_kind_of_value_has_a_readable_line_and_exact_json() {
    assert_stored(0.9931, "0.9931", json!({"value": 0.9931}));
    assert_stored(1.0 / 3.0, "0.3333", json!({"value": 1.0 / 3.0}));
    assert_stored(-1234.5678, "-1235", json!({"value": -1234.5678}));
    assert_stored(1.5e-9, "1.5e-9", json!({"value": 1.5e-9}));
    assert_stored(0.1f32, "0.1", json!({"value": 0.1}));
    assert_stored(0.0, "0", json!({"value": 0.0}));
    assert_stored(3usize, "3", json!({"value": 3}));
    assert_stored(-3i32, "-3", json!({"value": -3}));
    assert_stored(u64::MAX, "18446744073709551615", json!({"value": u64::MAX}));
    assert_stored(
        GAP,
        "0.467 [0.443, 0.491] (10 seeds)",
        json!({"value": 0.467, "low": 0.443, "high": 0.491, "seeds": 10}),
    );
    assert_stored(
        "a \"b\" \\ c",
        "a \"b\" \\ c",
        json!({"text": "a \"b\" \\ c"}),
    );
    assert_stored(
        String::from("NaN at step 12"),
        "NaN at step 12",
        json!({"text": "NaN at step 12"}),
    );
}

#[test]
fn json_gives_back_every_bit_of_a_number() {
    for x in [
        f64::MIN_POSITIVE,
        f64::MAX,
        -0.1 - 0.2,
        1e21,
        5e-324,
        std::f64::consts::PI,
    ] {
        let (_, json) = stored(&Value::new("x", x).expect("a value"));
        assert_eq!(json["value"].as_f64().map(f64::to_bits), Some(x.to_bits()));
    }
}

#[test]
fn a_line_shows_two_digits_of_the_interval_and_no_sign_of_a_zero() {
    let shown = |mean, low, high| {
        let interval = Interval {
            mean,
            low,
            high,
            seeds: 1,
        };
        Value::new("x", interval).expect("a value").to_string()
    };
    assert!(shown(12.3456, 11.0, 14.0).starts_with("x = 12.3 [11.0, 14.0] (1 seed)\n"));
    assert!(shown(-0.001, -0.4, 0.4).starts_with("x = 0.00 [-0.40, 0.40] (1 seed)\n"));
}

#[test]
fn names_that_prose_cannot_refer_to_are_refused() {
    for name in [
        "",
        "Gap",
        "two words",
        "_gap",
        "gap_",
        "a__b",
        "kebab-case",
        "1st",
        "é",
    ] {
        let error = Value::new(name, 1.0).expect_err(name);
        assert!(matches!(error, Error::BadName { .. }), "{name}: {error}");
    }
}

#[test]
fn values_that_are_no_numbers_are_refused() {
    for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(matches!(Value::new("x", x), Err(Error::NotFinite { .. })));
        assert!(matches!(
            Value::new("x", x as f32),
            Err(Error::NotFinite { .. })
        ));
        assert!(Value::new("x", Interval { high: x, ..GAP }).is_err());
    }
    let outside = Interval { mean: 1.0, ..GAP };
    assert!(matches!(
        Value::new("x", outside),
        Err(Error::OutOfRange { .. })
    ));
    for text in ["", "two\nlines"] {
        assert!(matches!(Value::new("x", text), Err(Error::BadText { .. })));
    }
}

#[test]
fn a_table_is_escaped_html_with_scopes_and_the_same_as_text() {
    let table = Table::new(["model <m>", "black & white", "gap"])
        .row(&[&"no \"norm\"", &0.993, &GAP])
        .row(&[&"batch norm", &"NaN <at> 3", &-0.5f32])
        .caption("A < B & C.")
        .expect("a table");
    let html = table.html();
    let document = roxmltree::Document::parse(&html).expect("well-formed");
    let of = |name: &str| -> Vec<_> {
        let nodes = document
            .descendants()
            .filter(|node| node.has_tag_name(name));
        nodes
            .map(|node| (node.text().unwrap_or_default(), node.attribute("scope")))
            .collect()
    };
    assert_eq!(document.root_element().attribute("class"), Some("bn-table"));
    assert_eq!(of("caption"), [("A < B & C.", None)]);
    assert_eq!(
        of("th"),
        [
            ("model <m>", Some("col")),
            ("black & white", Some("col")),
            ("gap", Some("col")),
            ("no \"norm\"", Some("row")),
            ("batch norm", Some("row")),
        ]
    );
    let cells = [
        ("0.993", None),
        ("0.467 [0.443, 0.491]", None),
        ("NaN <at> 3", None),
        ("−0.5", None),
    ];
    assert_eq!(of("td"), cells);
    let text = "A < B & C.\n\
                model <m>   black & white                   gap\n\
                no \"norm\"   0.993          0.467 [0.443, 0.491]\n\
                batch norm  NaN <at> 3                     −0.5";
    assert_eq!(table.text(), text);
    let shown = table.to_string();
    assert!(shown.starts_with(&format!(
        "EVCXR_BEGIN_CONTENT text/html\n{html}\nEVCXR_END_CONTENT\n"
    )));
    assert!(shown.ends_with(&format!(
        "EVCXR_BEGIN_CONTENT text/plain\n{text}\nEVCXR_END_CONTENT\n"
    )));
}

#[test]
fn tables_with_missing_cells_or_numbers_are_refused() {
    let header = || Table::new(["a", "b"]);
    assert!(matches!(header().caption("C."), Err(Error::Empty { .. })));
    let short = header().row(&[&1.0]).caption("C.");
    assert!(matches!(
        short,
        Err(Error::LengthMismatch {
            given: 1,
            expected: 2,
            ..
        })
    ));
    let nan = header().row(&[&1.0, &f64::NAN]).caption("C.");
    assert!(matches!(nan, Err(Error::NotFinite { .. })));
    assert!(matches!(
        header().row(&[&1, &2]).caption(""),
        Err(Error::BadText { .. })
    ));
    assert!(matches!(
        header().row(&[&1, &""]).caption("C."),
        Err(Error::BadText { .. })
    ));
    let mut long = header();
    for _ in 0..201 {
        long = long.row(&[&1, &2]);
    }
    assert!(matches!(
        long.caption("C."),
        Err(Error::TooMany { given: 201, .. })
    ));
    assert!(
        Table::new(Vec::<String>::new())
            .row(&[])
            .caption("C.")
            .is_err()
    );
}
