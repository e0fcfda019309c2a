//! The chapter's experiments, at a size that runs in seconds.

use bn_lab::{
    Coat, CovariateShift, CovariateShiftParams, DomainClassifier, Error, Estimate, Input, Learner,
    Light, LinearClassifierParams, World, two_sample_test,
};
use ndarray::{Array1, Array2, array};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

const SEEDS: u64 = 3;

fn lab() -> CovariateShift {
    let params = CovariateShiftParams::new()
        .seeds(0..SEEDS)
        .test_pictures(400);
    params.domain_pictures(200).check().unwrap()
}

fn black() -> World {
    World::of(Coat::Black)
}

fn colored() -> World {
    World::of(Coat::Colored)
}

fn mean(values: &[f64]) -> f64 {
    Estimate::of(values).unwrap().mean
}

fn gaussian(n: usize, columns: usize, shift: f64, seed: u64) -> Array2<f64> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    Array2::from_shape_simple_fn((n, columns), || {
        let z: f64 = StandardNormal.sample(&mut rng);
        z + shift
    })
}

#[test]
fn a_change_of_coat_breaks_both_learners_and_a_change_of_light_is_undone_by_moments() {
    let lab = lab();
    for learner in [Learner::Linear, Learner::Network] {
        let trained = lab.train(learner, black()).unwrap();
        let on = |world, input| mean(&lab.accuracies(&trained, world, input).unwrap());
        assert!(on(black(), Input::AsIs) > 0.98, "{learner:?}");
        assert!(on(colored(), Input::AsIs) < 0.75, "{learner:?}");
        let fog = black().under(Light::contrast(0.3, 0.5).unwrap());
        assert!(on(fog, Input::AsIs) < 0.9, "{learner:?}");
        assert!(on(fog, Input::Rematched) > 0.98, "{learner:?}");
        // The negative has the same moments upside down: matching them cannot help.
        let negative = black().under(Light::inverted());
        assert!(on(negative, Input::Rematched) < 0.3, "{learner:?}");
    }
}

#[test]
fn one_rule_labels_both_coats() {
    let lab = lab();
    let trained = lab
        .train_on_both(Learner::Network, black(), colored())
        .unwrap();
    for world in [black(), colored()] {
        let accuracy = mean(&lab.accuracies(&trained, world, Input::AsIs).unwrap());
        assert!(accuracy > 0.93, "{world:?}: {accuracy}");
    }
}

/// Covers eq:two-sample-null.
#[test]
fn the_inputs_have_moved_and_without_a_change_nothing_is_found() {
    let lab = lab();
    for test in lab.two_sample_tests(black(), black()).unwrap() {
        assert!(test.p_value > 1e-3, "{test:?}");
    }
    for test in lab.two_sample_tests(black(), colored()).unwrap() {
        assert!(test.accuracy > 0.98, "{test:?}");
    }
    for test in lab.coat_tests(colored()).unwrap() {
        assert!(test.p_value > 1e-3, "{test:?}");
    }
}

#[test]
fn weights_cannot_show_a_network_coats_it_has_never_seen() {
    let lab = lab();
    let plain = lab.train_weighted(black(), colored(), 0.0).unwrap();
    let weighted = lab.train_weighted(black(), colored(), 1.0).unwrap();
    for w in &weighted {
        assert!(w.mean_ratio < 0.1, "{}", w.mean_ratio);
        assert!(w.effective_sample_size < 0.5 * w.pictures as f64);
    }
    for w in &plain {
        assert!((w.effective_sample_size - w.pictures as f64).abs() < 1e-6);
    }
    // Weights of one are no weights.
    let unweighted = lab.train(Learner::Network, black()).unwrap();
    let classifiers: Vec<_> = plain.into_iter().map(|w| w.classifier).collect();
    let as_is = |c: &[_]| lab.accuracies(c, colored(), Input::AsIs).unwrap();
    assert_eq!(as_is(&classifiers), as_is(&unweighted));
    let classifiers: Vec<_> = weighted.into_iter().map(|w| w.classifier).collect();
    assert!(mean(&as_is(&classifiers)) < 0.75);
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let lab = lab();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let trained = lab.train(Learner::Network, black()).unwrap();
            let accuracies = lab.accuracies(&trained, colored(), Input::AsIs).unwrap();
            (
                trained,
                accuracies,
                lab.two_sample_tests(black(), colored()).unwrap(),
            )
        })
    };
    assert_eq!(run(1), run(2));
}

/// Covers eq:classifier-ratio.
#[test]
fn the_domain_classifier_finds_the_true_density_ratio() {
    // N(0, 1) against N(0.5, 1): log w = 0.5 x − 0.125. Three times as many in training.
    let domain = DomainClassifier::fit(
        gaussian(6000, 1, 0.0, 1).view(),
        gaussian(2000, 1, 0.5, 2).view(),
    )
    .unwrap();
    let x = array![[-1.0], [0.0], [0.25], [1.5]];
    let ratio = domain.density_ratio(x.view()).unwrap();
    for (&x, w) in x.iter().zip(ratio) {
        let expected = (0.5 * x - 0.125_f64).exp();
        assert!((w / expected - 1.0).abs() < 0.12, "{x}: {w} {expected}");
    }
}

/// Covers eq:two-sample-null.
#[test]
fn the_two_sample_test_rejects_a_true_null_no_more_often_than_it_says() {
    let rejected = (0..200).filter(|&seed| {
        let (a, b) = (
            gaussian(60, 3, 0.0, 2 * seed),
            gaussian(60, 3, 0.0, 2 * seed + 1),
        );
        two_sample_test(a.view(), b.view(), seed).unwrap().p_value < 0.05
    });
    // 5% of 200 is 10; 22 is four standard deviations away.
    assert!(rejected.count() <= 22);
}

#[test]
fn the_probability_is_that_of_label_one_whichever_label_comes_first() {
    let x = array![[0.0], [0.1], [0.2], [0.9], [1.0], [1.1], [1.2]];
    let fit = LinearClassifierParams::new().penalty(0.1).check().unwrap();
    for labels in [array![0, 0, 0, 1, 1, 1, 1], array![1, 1, 1, 0, 0, 0, 0]] {
        for order in [[0, 1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1, 0]] {
            let x = x.select(ndarray::Axis(0), &order);
            let labels = labels.select(ndarray::Axis(0), &order);
            let classifier = fit.fit(x.view(), labels.view()).unwrap();
            let p = classifier.probabilities(x.view()).unwrap();
            assert!(
                p.iter().zip(&labels).all(|(&p, &y)| (p > 0.5) == (y == 1)),
                "{p}"
            );
            assert_eq!(classifier.accuracy(x.view(), labels.view()).unwrap(), 1.0);
        }
    }
}

#[test]
fn bad_input_is_refused() {
    let few = CovariateShiftParams::new().training_pictures(63).check();
    assert!(matches!(
        few,
        Err(Error::TooFew {
            given: 63,
            expected: 64,
            ..
        })
    ));
    assert!(matches!(
        CovariateShiftParams::new().seeds(4..4).check(),
        Err(Error::TooFew { .. })
    ));
    assert!(CovariateShiftParams::new().size(3).check().is_err());

    let x = gaussian(8, 2, 0.0, 1);
    let fit = LinearClassifierParams::new().check().unwrap();
    let ones = Array1::ones(8);
    assert!(matches!(
        fit.fit(x.view(), ones.view()),
        Err(Error::OneClass {
            label: 1,
            examples: 8
        })
    ));
    let labels = array![0, 1, 0, 1, 0, 1, 0, 2];
    assert!(matches!(
        fit.fit(x.view(), labels.view()),
        Err(Error::Label { position: 7, .. })
    ));
    let mut broken = x.clone();
    broken[[0, 0]] = f64::INFINITY;
    assert!(
        fit.fit(broken.view(), array![0, 1, 0, 1, 0, 1, 0, 1].view())
            .is_err()
    );
    assert!(LinearClassifierParams::new().penalty(0.0).check().is_err());

    let other = gaussian(7, 2, 0.0, 2);
    assert!(matches!(
        two_sample_test(x.view(), other.view(), 0),
        Err(Error::Length { .. })
    ));
    let wide = gaussian(8, 3, 0.0, 2);
    assert!(matches!(
        DomainClassifier::fit(x.view(), wide.view()),
        Err(Error::Length { .. })
    ));
}
