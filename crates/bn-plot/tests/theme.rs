//! The palette is readable on both papers and by color-blind readers.

use std::collections::HashSet;

use bn_plot::{Arm, Color, theme_css};

const ARMS: [Color; 6] = [
    Color::Arm1,
    Color::Arm2,
    Color::Arm3,
    Color::Arm4,
    Color::Arm5,
    Color::Arm6,
];

/// Linear-light red, green and blue of `#rrggbb`.
fn linear(hex: &str) -> [f64; 3] {
    [1, 3, 5].map(|i| {
        let c = f64::from(u8::from_str_radix(&hex[i..i + 2], 16).expect("a hex color")) / 255.0;
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    })
}

/// WCAG 2.2, contrast ratio.
fn contrast(a: &str, b: &str) -> f64 {
    let luminance = |hex| {
        let [r, g, b] = linear(hex);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn times(m: [[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
    m.map(|row| row.iter().zip(v).map(|(a, b)| a * b).sum())
}

/// Distance in OKLab (Ottosson 2020) as a reader sees it whose vision is `sight`.
fn distance(sight: [[f64; 3]; 3], a: &str, b: &str) -> f64 {
    let lab = |hex| {
        let seen = times(sight, linear(hex)).map(|c| c.clamp(0.0, 1.0));
        let lms = times(
            [
                [0.4122214708, 0.5363325363, 0.0514459929],
                [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005],
            ],
            seen,
        );
        times(
            [
                [0.2104542553, 0.7936177850, -0.0040720468],
                [1.9779984951, -2.4285922050, 0.4505937099],
                [0.0259040371, 0.7827717662, -0.8086757660],
            ],
            lms.map(f64::cbrt),
        )
    };
    let squares = lab(a).into_iter().zip(lab(b)).map(|(a, b)| (a - b).powi(2));
    squares.sum::<f64>().sqrt()
}

#[test]
fn contrast_formula_gives_21_for_black_on_white() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
}

#[test]
fn arms_have_a_contrast_of_three_and_text_of_four_and_a_half_on_both_papers() {
    for (value, paper) in [
        (Color::light as fn(Color) -> &'static str, "#ffffff"),
        (Color::dark, "#15181c"),
    ] {
        assert_eq!(value(Color::Paper), paper);
        for color in ARMS {
            let ratio = contrast(value(color), paper);
            assert!(ratio >= 3.0, "{color:?} on {paper}: {ratio:.2}");
        }
        for color in [Color::Ink, Color::Muted] {
            let ratio = contrast(value(color), paper);
            assert!(ratio >= 4.5, "{color:?} on {paper}: {ratio:.2}");
        }
        assert!(
            contrast(value(Color::Grid), paper) < 2.0,
            "a grid stays in the background"
        );
    }
}

#[test]
fn arms_stay_apart_for_readers_with_each_kind_of_color_blindness() {
    // Machado, Oliveira, Fernandes 2009, severity 1.0.
    let sights = [
        (
            "normal",
            [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        ),
        (
            "protanopia",
            [
                [0.152286, 1.052583, -0.204868],
                [0.114503, 0.786281, 0.099216],
                [-0.003882, -0.048116, 1.051998],
            ],
        ),
        (
            "deuteranopia",
            [
                [0.367322, 0.860646, -0.227968],
                [0.280085, 0.672501, 0.047413],
                [-0.011820, 0.042940, 0.968881],
            ],
        ),
        (
            "tritanopia",
            [
                [1.255528, -0.076749, -0.178779],
                [-0.078411, 0.930809, 0.147602],
                [0.004733, 0.691367, 0.303900],
            ],
        ),
    ];
    for (name, sight) in sights {
        for value in [Color::light as fn(Color) -> &'static str, Color::dark] {
            for (i, &a) in ARMS.iter().enumerate() {
                for &b in ARMS[..i].iter().chain([&Color::Ink]) {
                    let apart = distance(sight, value(a), value(b));
                    assert!(
                        apart >= 0.09,
                        "{name}: {a:?} and {b:?} are {apart:.3} apart"
                    );
                }
            }
        }
    }
}

#[test]
fn no_two_arms_look_alike_without_color() {
    let looks: HashSet<_> = Arm::ALL
        .iter()
        .map(|arm| (arm.dash(), arm.marker()))
        .collect();
    assert_eq!(looks.len(), Arm::ALL.len());
    let compared = [
        Arm::BatchNorm,
        Arm::NoNorm,
        Arm::LayerNorm,
        Arm::Adapted,
        Arm::Dropout,
        Arm::Control,
    ];
    let markers: HashSet<_> = compared.iter().map(|arm| arm.marker()).collect();
    let dashes: HashSet<_> = compared.iter().map(|arm| arm.dash()).collect();
    assert_eq!((markers.len(), dashes.len()), (6, 6));
}

#[test]
fn the_style_sheet_sets_every_variable_for_light_and_dark() {
    let css = theme_css();
    for color in Color::ALL {
        for value in [color.light(), color.dark()] {
            let declaration = format!("{}: {value};", color.variable());
            assert!(css.contains(&declaration), "{declaration}");
        }
    }
    assert_eq!(css.matches('{').count(), css.matches('}').count());
}

/// The pages set the colors themselves, beside mdBook's own themes.
#[test]
fn the_book_s_style_sheet_has_the_colors_of_the_figures() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../book/assets/book.css");
    let css = std::fs::read_to_string(path).expect("the book's style sheet");
    for color in Color::ALL {
        for value in [color.light(), color.dark()] {
            let rule = format!("{}: {value};", color.variable());
            assert!(css.contains(&rule), "book/assets/book.css lacks `{rule}`");
        }
    }
}
