//! Every figure, at every setting of its controls.

use bn_web::{FIGURES, Interactive, Motion, Values, Width};

fn allowed(values: Values) -> Vec<f64> {
    match values {
        Values::Stops(stops) => stops.to_vec(),
        Values::Range(least, most, step) => vec![least, least + step, most],
        Values::Words(words) => (0..words.len()).map(|i| i as f64).collect(),
    }
}

fn figure(name: &str) -> &'static Interactive {
    let found = FIGURES.iter().find(|figure| figure.name == name);
    found.expect("a figure")
}

fn finished(name: &str, values: &[f64]) -> String {
    let mut figure = (figure(name).start)(values).expect("a figure");
    while figure.advance().expect("a step") == Motion::GoesOn {}
    figure.finding()
}

#[test]
fn every_value_of_every_control_starts_moves_and_draws_finite_numbers() {
    for interactive in FIGURES {
        for (i, control) in interactive.controls.iter().enumerate() {
            for value in allowed(control.values) {
                assert_eq!(control.nearest(value), value, "{}", control.name);
                let mut values = interactive.defaults();
                values[i] = value;
                let mut figure = (interactive.start)(&values).expect("a figure");
                for _ in 0..8 {
                    figure.advance().expect("a step");
                }
                for width in [Width::Wide, Width::Narrow] {
                    let svg = figure.draw(width);
                    let mut words = svg.split(|c: char| !c.is_ascii_alphabetic());
                    let broken = words.any(|word| matches!(word, "NaN" | "inf"));
                    assert!(!broken, "{} {values:?}: {svg}", interactive.name);
                }
            }
        }
    }
}

#[test]
fn a_link_with_values_that_no_control_has_gets_the_nearest() {
    for control in FIGURES.iter().flat_map(|figure| figure.controls) {
        let least = allowed(control.values)
            .into_iter()
            .fold(f64::INFINITY, f64::min);
        assert_eq!(control.nearest(-1e300), least);
        assert_eq!(control.nearest(f64::NAN), control.default);
        assert_eq!(control.nearest(control.default), control.default);
    }
}

#[test]
fn a_figure_does_the_same_again_for_the_same_seed_and_not_for_another() {
    for interactive in FIGURES {
        let at_seed = |seed: f64| {
            let mut values = interactive.defaults();
            let i = interactive
                .controls
                .iter()
                .position(|control| control.name == "seed");
            values[i.expect("a seed")] = seed;
            let mut figure = (interactive.start)(&values).expect("a figure");
            for _ in 0..5 {
                figure.advance().expect("a step");
            }
            figure.draw(Width::Wide)
        };
        assert_eq!(at_seed(3.0), at_seed(3.0));
        assert_ne!(at_seed(3.0), at_seed(4.0));
    }
}

/// Losses at the end of training, without and with batch norm.
fn losses(rate: f64, start: f64) -> (f64, f64) {
    let finding = finished("training", &[rate, start, 0.0, 0.0]);
    let numbers: Vec<f64> = finding
        .trim_end_matches('.')
        .split([' ', ','])
        .filter_map(|word| word.parse().ok())
        .collect();
    assert_eq!(numbers.len(), 2, "{finding}");
    (numbers[0], numbers[1])
}

#[test]
fn training_does_what_its_text_announces() {
    let (guessing, learned) = (2.2, 0.8);
    let (none, batch_norm) = losses(0.1, 0.25);
    assert!(none > guessing && batch_norm < learned);
    let (none, batch_norm) = losses(0.1, 1.0);
    assert!(none < learned && batch_norm < learned && none < batch_norm);
    let (none, batch_norm) = losses(3.0, 1.0);
    assert!(none > guessing && batch_norm < learned);
    let (none, batch_norm) = losses(0.1, 4.0);
    assert!(none > guessing && batch_norm < none);
}

#[test]
fn the_noise_of_batches_follows_its_laws() {
    for m in [2.0, 8.0, 128.0] {
        let finding = finished("noise", &[m, 1.0]);
        let numbers: Vec<f64> = finding
            .split([' ', ',', ')', ':'])
            .filter_map(|word| word.trim_end_matches('.').parse().ok())
            .collect();
        // 6000 batches, their size, then three pairs of measured and exact; an input, and a fourth.
        assert_eq!(numbers.len(), 11, "{finding}");
        for pair in numbers[2..8].chunks(2).chain([&numbers[9..]]) {
            assert!((pair[0] / pair[1] - 1.0).abs() < 0.05, "{finding}");
        }
    }
}

#[test]
fn a_moved_input_moves_the_output_in_inference_only_until_the_averages_have_followed() {
    let interactive = figure("moments");
    let mut values = interactive.defaults();
    let mut figure = (interactive.start)(&values).expect("a figure");
    while figure.advance().expect("a step") == Motion::GoesOn {}
    let resting = figure.finding();
    assert!(resting.contains("in training 0.00 and 1.00"), "{resting}");
    values[0] = -4.0;
    assert!(figure.takes(&values));
    let moved = figure.finding();
    assert!(moved.contains("in training 0.00 and 1.00"), "{moved}");
    assert!(moved.contains("in inference \u{2212}"), "{moved}");
    while figure.advance().expect("a step") == Motion::GoesOn {}
    // What a link shows: the same controls from the beginning.
    let mut anew = (interactive.start)(&values).expect("a figure");
    while anew.advance().expect("a step") == Motion::GoesOn {}
    assert_eq!(figure.finding(), anew.finding());
}

/// What the figure with the cats says at the end: the share it is right about, what it says
/// of cats and of others, and how far the pictures have moved.
fn cats(coat: f64, contrast: f64, moments: f64, seed: f64) -> [f64; 5] {
    let finding = finished("cats", &[coat, contrast, 0.0, moments, seed]);
    let numbers: Vec<f64> = finding
        .split([' ', '%', ')', ','])
        .filter_map(|word| word.trim_end_matches('.').parse().ok())
        .collect();
    // The second number counts the animals.
    assert_eq!(numbers.len(), 6, "{finding}");
    [numbers[0], numbers[2], numbers[3], numbers[4], numbers[5]]
}

#[test]
fn the_cats_do_what_their_text_announces() {
    for seed in [0.0, 7.0] {
        let [black, ..] = cats(0.0, 1.0, 0.0, seed);
        let [colored, .., moved, no_shift] = cats(1.0, 1.0, 0.0, seed);
        let [adapted, .., adapted_distance, _] = cats(1.0, 1.0, 1.0, seed);
        assert!(black > 97.0 && colored < 70.0, "{black} {colored}");
        assert!(adapted > colored && adapted < 90.0, "{colored} {adapted}");
        assert!(moved > 10.0 * no_shift && adapted_distance < 2.0 * no_shift);
        let [fog, ..] = cats(0.0, 0.2, 0.0, seed);
        let [out_of_the_fog, ..] = cats(0.0, 0.2, 1.0, seed);
        assert!(
            fog < 97.0 && out_of_the_fog > 97.0,
            "{fog} {out_of_the_fog}"
        );
        let [negative, of_cats, of_others, distance, _] = cats(0.0, -1.0, 1.0, seed);
        assert!(negative < 20.0 && of_cats < of_others, "{negative}");
        assert!(distance < 1.5 * no_shift, "{distance} {no_shift}");
    }
}

#[test]
fn a_moved_slider_keeps_the_network_and_gives_what_a_link_gives() {
    let interactive = figure("cats");
    let mut figure = (interactive.start)(&interactive.defaults()).expect("a figure");
    while figure.advance().expect("a step") == Motion::GoesOn {}
    let mut values = interactive.defaults();
    values[..3].copy_from_slice(&[0.5, 0.3, 0.1]);
    assert!(figure.takes(&values));
    let mut steps = 0;
    while figure.advance().expect("a step") == Motion::GoesOn {
        steps += 1;
    }
    // Two curves over eleven coats, and no training.
    assert_eq!(steps, 21);
    let mut anew = (interactive.start)(&values).expect("a figure");
    while anew.advance().expect("a step") == Motion::GoesOn {}
    assert_eq!(figure.draw(Width::Wide), anew.draw(Width::Wide));
    values[4] = 1.0;
    assert!(!figure.takes(&values), "another seed is another network");
}
