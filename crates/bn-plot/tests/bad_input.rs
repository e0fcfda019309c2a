//! Charts answer bad input with an error that says what to do, and never panic.

use bn_plot::{Arm, DotInterval, Error, Histogram, Interval, LineChart, Result, ScatterChart};
use proptest::prelude::*;

fn line(x: &[f64], y: &[f64]) -> Result<bn_plot::Figure> {
    LineChart::new("x", "y")
        .line(Arm::NoNorm, x, y)
        .figure("a", "A.", "A.")
}

#[test]
fn nothing_to_draw_is_refused() {
    let empty: [f64; 0] = [];
    assert!(matches!(
        LineChart::new("x", "y").figure("a", "A.", "A."),
        Err(Error::Empty { .. })
    ));
    assert!(matches!(line(&empty, &empty), Err(Error::Empty { .. })));
    assert!(matches!(
        ScatterChart::new("x", "y").figure("a", "A.", "A."),
        Err(Error::Empty { .. })
    ));
    let curve_alone = ScatterChart::new("x", "y").curve(Arm::Exact, |x| x);
    assert!(matches!(
        curve_alone.figure("a", "A.", "A."),
        Err(Error::Empty { .. })
    ));
    assert!(
        curve_alone
            .x_range(0.0..=1.0)
            .figure("a", "A.", "A.")
            .is_ok()
    );
    assert!(matches!(
        Histogram::new("x").figure("a", "A.", "A."),
        Err(Error::Empty { .. })
    ));
    let sample = Histogram::new("x").sample(Arm::NoNorm, empty);
    assert!(matches!(
        sample.figure("a", "A.", "A."),
        Err(Error::Empty { .. })
    ));
    let headings = DotInterval::new("x").group("only a heading");
    assert!(matches!(
        headings.figure("a", "A.", "A."),
        Err(Error::Empty { .. })
    ));
}

#[test]
fn a_diverged_run_is_named_with_its_entry() {
    let error = line(&[0.0, 1.0, 2.0], &[1.0, f64::NAN, 2.0]).expect_err("an error");
    let message = error.to_string();
    assert!(
        message.contains("\"no norm\" at entry 1") && message.contains("NaN"),
        "{message}"
    );
    assert!(matches!(
        line(&[0.0, f64::INFINITY], &[1.0, 1.0]),
        Err(Error::NotFinite { .. })
    ));
    let sample = Histogram::new("x").sample(Arm::NoNorm, [0.0, f64::NAN]);
    assert!(matches!(
        sample.figure("a", "A.", "A."),
        Err(Error::NotFinite { .. })
    ));
    let density = Histogram::new("x")
        .sample(Arm::NoNorm, [0.0, 1.0])
        .density(Arm::Exact, |x| 1.0 / x);
    assert!(matches!(
        density.figure("a", "A.", "A."),
        Err(Error::NotFinite { .. })
    ));
    let curve = ScatterChart::new("x", "y")
        .x_range(-1.0..=1.0)
        .curve(Arm::Exact, f64::sqrt);
    assert!(matches!(
        curve.figure("a", "A.", "A."),
        Err(Error::NotFinite { .. })
    ));
    let dot = DotInterval::new("x").row(Arm::NoNorm, f64::NAN);
    assert!(matches!(
        dot.figure("a", "A.", "A."),
        Err(Error::NotFinite { .. })
    ));
}

#[test]
fn lengths_must_match() {
    let error = line(&[0.0, 1.0, 2.0], &[1.0]).expect_err("an error");
    assert!(
        matches!(
            error,
            Error::LengthMismatch {
                given: 1,
                expected: 3,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn means_outside_of_their_interval_are_refused() {
    let odd = Interval {
        mean: 2.0,
        low: 0.0,
        high: 1.0,
        seeds: 10,
    };
    let chart = LineChart::new("x", "y").line(Arm::NoNorm, [0], [odd]);
    assert!(matches!(
        chart.figure("a", "A.", "A."),
        Err(Error::OutOfRange { .. })
    ));
    let dot = DotInterval::new("x").row(Arm::NoNorm, odd);
    assert!(matches!(
        dot.figure("a", "A.", "A."),
        Err(Error::OutOfRange { .. })
    ));
}

#[test]
fn logarithmic_axes_refuse_zero_and_less_even_outside_of_the_range() {
    let chart = || LineChart::new("x", "y").line(Arm::NoNorm, [0.0, 1.0], [1.0, -1.0]);
    assert!(matches!(
        chart().log_x().figure("a", "A.", "A."),
        Err(Error::OutOfRange { .. })
    ));
    assert!(matches!(
        chart().log_y().figure("a", "A.", "A."),
        Err(Error::OutOfRange { .. })
    ));
    let cut = chart().log_y().y_range(0.1..=1.0).figure("a", "A.", "A.");
    assert!(matches!(cut, Err(Error::OutOfRange { .. })));
}

#[test]
#[allow(clippy::reversed_empty_ranges)] // What is tested.
fn ranges_must_be_ordered_and_finite() {
    for range in [1.0..=0.0, 1.0..=1.0, f64::NAN..=1.0, 0.0..=f64::INFINITY] {
        let chart = LineChart::new("x", "y")
            .line(Arm::NoNorm, [0, 1], [0, 1])
            .y_range(range);
        assert!(chart.figure("a", "A.", "A.").is_err());
    }
    let dot = DotInterval::new("x").row(Arm::NoNorm, 2.0).range(0.0..=1.0);
    assert!(matches!(
        dot.figure("a", "A.", "A."),
        Err(Error::OutOfRange { .. })
    ));
    let reference = DotInterval::new("x")
        .row(Arm::NoNorm, 0.5)
        .range(0.0..=1.0)
        .reference(2.0, "far");
    assert!(matches!(
        reference.figure("a", "A.", "A."),
        Err(Error::OutOfRange { .. })
    ));
}

#[test]
fn more_than_a_reader_can_tell_apart_is_refused() {
    let mut chart = LineChart::new("x", "y");
    for _ in 0..9 {
        chart = chart.line(Arm::NoNorm, [0, 1], [0, 1]);
    }
    assert!(matches!(
        chart.figure("a", "A.", "A."),
        Err(Error::TooMany { given: 9, .. })
    ));
    let long: Vec<f64> = (0..5_001).map(f64::from).collect();
    assert!(matches!(
        line(&long, &long),
        Err(Error::TooMany { given: 5_001, .. })
    ));
    let mut dots = DotInterval::new("x");
    for _ in 0..41 {
        dots = dots.row(Arm::NoNorm, 1.0);
    }
    assert!(matches!(
        dots.figure("a", "A.", "A."),
        Err(Error::TooMany { given: 41, .. })
    ));
    for bins in [0, 201] {
        let bins = Histogram::new("x")
            .sample(Arm::NoNorm, [0.0, 1.0])
            .bins(bins);
        assert!(matches!(
            bins.figure("a", "A.", "A."),
            Err(Error::OutOfRange { .. })
        ));
    }
}

#[test]
fn texts_that_would_be_clipped_or_collide_are_refused() {
    let word = "w".repeat(80);
    let chart = || LineChart::new("x", "y").line(Arm::NoNorm, [0, 10], [0, 1]);
    let label = LineChart::new("x", "y").line(Arm::NoNorm.labeled(&word), [0, 1], [0, 1]);
    assert!(matches!(
        label.figure("a", "A.", "A."),
        Err(Error::TextTooLong { .. })
    ));
    let title = LineChart::new("x", &word).line(Arm::NoNorm, [0, 1], [0, 1]);
    assert!(matches!(
        title.figure("a", "A.", "A."),
        Err(Error::TextTooLong { .. })
    ));
    let untitled = LineChart::new("", "y").line(Arm::NoNorm, [0, 1], [0, 1]);
    assert!(matches!(
        untitled.figure("a", "A.", "A."),
        Err(Error::BadText { .. })
    ));
    for label in ["", " ", "two\nlines", "\u{ffff}"] {
        let chart = LineChart::new("x", "y").line(Arm::NoNorm.labeled(label), [0, 1], [0, 1]);
        assert!(matches!(
            chart.figure("a", "A.", "A."),
            Err(Error::BadText { .. })
        ));
    }
    let apart = chart()
        .reference_x(2.0, "warm-up")
        .reference_x(8.0, "decay");
    assert!(apart.figure("a", "A.", "A.").is_ok());
    let close = chart()
        .reference_x(5.0, "warm-up")
        .reference_x(5.5, "decay");
    assert!(matches!(
        close.figure("a", "A.", "A."),
        Err(Error::OutOfRange { .. })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_numbers_make_a_chart_panic_or_ill_formed(
        x in prop::collection::vec(prop::num::f64::ANY, 0..8),
        y in prop::collection::vec(prop::num::f64::ANY, 0..8),
        low in prop::num::f64::ANY,
        high in prop::num::f64::ANY,
    ) {
        let n = x.len().min(y.len());
        let line = || LineChart::new("x", "y").line(Arm::NoNorm, &x[..n], &y[..n]);
        let figures = [
            line().figure("a", "A.", "A."),
            line().log_x().log_y().figure("a", "A.", "A."),
            line().x_range(low..=high).y_range(low..=high).figure("a", "A.", "A."),
            line().reference(low, "low").reference_x(high, "high").figure("a", "A.", "A."),
            LineChart::new("x", "y").line(Arm::NoNorm, &x, &y).figure("a", "A.", "A."),
            ScatterChart::new("x", "y").points(Arm::Source, &x[..n], &y[..n]).figure("a", "A.", "A."),
            Histogram::new("x").sample(Arm::Source, &x).figure("a", "A.", "A."),
            Histogram::new("x").sample(Arm::Source, &x).range(low..=high).figure("a", "A.", "A."),
            DotInterval::new("x").row(Arm::NoNorm, low).row(Arm::BatchNorm, high).figure("a", "A.", "A."),
        ];
        for figure in figures.into_iter().flatten() {
            prop_assert!(roxmltree::Document::parse(figure.svg()).is_ok());
            prop_assert!(!figure.svg().contains("NaN") && !figure.svg().contains("inf"));
        }
    }

    #[test]
    fn no_text_makes_a_chart_panic_or_ill_formed(label in any::<String>(), title in any::<String>()) {
        let chart = LineChart::new(&title, "y").line(Arm::NoNorm.labeled(&label), [0, 1], [0, 1]);
        if let Ok(figure) = chart.figure("a", &title, &label) {
            prop_assert!(roxmltree::Document::parse(figure.svg()).is_ok(), "{}", figure.svg());
        }
    }
}
