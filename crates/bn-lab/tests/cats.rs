//! The cat generator: what the seed fixes, and what the label may not depend on.

use bn_lab::{CatParams, Coat, Error, Light, Pictures, coat_test};
use ndarray::Axis;

fn cats(coat: Coat, n: usize, seed: u64) -> Pictures {
    CatParams::new(coat)
        .check()
        .unwrap()
        .sample(n, seed)
        .unwrap()
}

#[test]
fn the_same_seed_gives_the_same_pictures_and_another_seed_others() {
    assert_eq!(cats(Coat::Colored, 40, 3), cats(Coat::Colored, 40, 3));
    assert_ne!(
        cats(Coat::Colored, 40, 3).pixels,
        cats(Coat::Colored, 40, 4).pixels
    );
}

#[test]
fn a_larger_sample_begins_with_the_smaller_one() {
    let (few, many) = (cats(Coat::Colored, 10, 5), cats(Coat::Colored, 25, 5));
    assert_eq!(few.pixels, many.pixels.slice(ndarray::s![..10, ..]));
}

#[test]
fn every_pixel_is_a_color() {
    for size in [8, 16, 32] {
        let pictures = CatParams::new(Coat::Colored).size(size).check().unwrap();
        let pictures = pictures.sample(60, 1).unwrap();
        assert_eq!(pictures.pixels.dim(), (60, 3 * size * size));
        assert!(pictures.pixels.iter().all(|x| (0.0..=1.0).contains(x)));
    }
}

#[test]
fn two_coats_of_one_seed_show_the_same_animals_dyed() {
    let (black, colored) = (cats(Coat::Black, 200, 8), cats(Coat::Colored, 200, 8));
    assert_eq!(black.labels, colored.labels);
    // The wall is the same where there is no fur, and the dye is seen where there is.
    let changed = (&black.pixels - &colored.pixels).mapv(|d| f64::from(d.abs() > 1e-12));
    let of_each = changed.mean_axis(Axis(1)).unwrap();
    assert!(
        of_each.iter().all(|&share| (0.15..0.75).contains(&share)),
        "{of_each}"
    );
    for corner in [0, 45, 3 * 16 * 15, 3 * 16 * 15 + 45] {
        assert_eq!(changed.column(corner).sum(), 0.0, "corner {corner}");
    }
}

#[test]
fn the_label_is_seen_in_the_ears_alone() {
    // Without ears there is no label: same pose stream, all cats or none.
    let all = |fraction| {
        let cats = CatParams::new(Coat::Black)
            .cat_fraction(fraction)
            .check()
            .unwrap();
        cats.sample(200, 2).unwrap().pixels
    };
    let differs = (all(1.0) - all(0.0)).mapv(|d| f64::from(d.abs() > 1e-12));
    let of_each_pixel = differs.mean_axis(Axis(0)).unwrap();
    let (upper, lower) = of_each_pixel.as_slice().unwrap().split_at(3 * 16 * 10);
    assert!(upper.iter().sum::<f64>() > 3.0 * 20.0);
    assert_eq!(
        lower.iter().sum::<f64>(),
        0.0,
        "below the ears both are the same"
    );
}

#[test]
fn the_label_is_a_fair_coin_unless_told_otherwise() {
    let share = |p: &Pictures| p.labels.sum() as f64 / p.len() as f64;
    // Five standard deviations of a mean of 4000 coins.
    let fair = cats(Coat::Black, 4000, 11);
    assert!((share(&fair) - 0.5).abs() < 5.0 * 0.5 / 4000_f64.sqrt());
    let rare = CatParams::new(Coat::Black)
        .size(8)
        .cat_fraction(0.1)
        .check()
        .unwrap();
    let rare = rare.sample(4000, 11).unwrap();
    assert!((share(&rare) - 0.1).abs() < 5.0 * 0.3 / 4000_f64.sqrt());
}

#[test]
fn the_coat_says_nothing_about_the_label_and_a_leak_is_found() {
    for coat in [Coat::Black, Coat::Colored] {
        let test = coat_test(&cats(coat, 4000, 21), 0).unwrap();
        assert!(test.p_value > 1e-3, "{coat:?}: {test:?}");
    }
    let of_label = |coat, fraction, seed| {
        let cats = CatParams::new(coat).cat_fraction(fraction).check().unwrap();
        cats.sample(500, seed).unwrap()
    };
    let leaky = of_label(Coat::Black, 1.0, 1)
        .join(&of_label(Coat::Colored, 0.0, 2))
        .unwrap();
    assert!(coat_test(&leaky, 0).unwrap().p_value < 1e-9);
}

#[test]
fn light_is_an_affine_map_that_leaves_the_labels() {
    let pictures = cats(Coat::Colored, 20, 1);
    let dim = pictures.under(Light::contrast(0.3, 0.5).unwrap());
    assert_eq!(dim.labels, pictures.labels);
    assert_eq!(dim.pixels, pictures.pixels.mapv(|x| 0.3 * x + 0.5));
    let twice = pictures.under(Light::inverted()).under(Light::inverted());
    assert!(
        (twice.pixels - &pictures.pixels)
            .iter()
            .all(|d| d.abs() < 1e-15)
    );
}

#[test]
fn bad_parameters_are_named() {
    for bad in [
        CatParams::new(Coat::Black).size(7),
        CatParams::new(Coat::Black).size(129),
        CatParams::new(Coat::Black).cat_fraction(-0.1),
        CatParams::new(Coat::Black).cat_fraction(f64::NAN),
    ] {
        assert!(
            matches!(bad.check(), Err(Error::Parameter { .. })),
            "{bad:?}"
        );
    }
    let cats = CatParams::new(Coat::Black).check().unwrap();
    assert!(matches!(cats.sample(0, 1), Err(Error::TooFew { .. })));
    assert!(Light::gain(0.0).is_err() && Light::gain(f64::NAN).is_err());
    assert!(Light::offset(f64::INFINITY).is_err());
    let small = CatParams::new(Coat::Black)
        .size(8)
        .check()
        .unwrap()
        .sample(2, 1)
        .unwrap();
    assert!(matches!(
        small.join(&cats.sample(2, 1).unwrap()),
        Err(Error::Length { .. })
    ));
}
