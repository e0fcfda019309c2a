//! Data sets: what is in them, and that a seed fixes them.

use bn_lab::{Error, Plane, Teacher10};
use ndarray::Axis;

#[test]
fn every_class_of_the_teacher_occurs_and_a_seed_is_a_teacher() {
    for seed in 0..5 {
        let examples = Teacher10::new(seed).sample(4000, 0).unwrap();
        let counts = examples.class_counts();
        assert_eq!(counts.len(), 10);
        assert!(counts.iter().all(|&n| n > 40), "{counts:?}");
        assert_eq!(examples, Teacher10::new(seed).sample(4000, 0).unwrap());
    }
    let labels = |teacher: u64| Teacher10::new(teacher).sample(100, 3).unwrap().labels;
    assert_ne!(labels(1), labels(2));
    assert!(matches!(
        Teacher10::new(1).sample(0, 0),
        Err(Error::TooFew { .. })
    ));
}

#[test]
fn planes_are_balanced_bounded_and_refuse_bad_noise() {
    for plane in [Plane::Moons, Plane::Rings, Plane::Spirals, Plane::Checkers] {
        let points = plane.sample(300, 0.0, 1).unwrap();
        let counts = points.class_counts();
        assert_eq!(counts, vec![300 / plane.classes(); plane.classes()]);
        assert!(points.x.iter().all(|x| x.abs() <= 1.5), "{plane:?}");
        assert_ne!(points, plane.sample(300, 0.1, 1).unwrap());
        assert!(plane.sample(3, f64::NAN, 1).is_err() && plane.sample(0, 0.0, 1).is_err());
    }
    let checkers = Plane::Checkers.sample(200, 0.0, 2).unwrap();
    for (point, &class) in checkers.x.rows().into_iter().zip(&checkers.labels) {
        assert_eq!(point[0] * point[1] > 0.0, class == 0);
    }
}

#[cfg(feature = "linfa")]
#[test]
fn real_data_is_split_at_random_and_standardized_by_its_training_part() {
    let (training, test) = bn_lab::wine_quality(3).unwrap();
    assert_eq!((training.len(), test.len()), (1279, 320));
    let mean = training.x.mean_axis(Axis(0)).unwrap();
    let deviation = training.x.std_axis(Axis(0), 0.0);
    assert!(mean.iter().all(|m| m.abs() < 1e-5));
    assert!(deviation.iter().all(|s| (s - 1.0).abs() < 1e-3));
    let good = training.class_counts()[1] as f64 / 1279.0;
    assert!((0.48..0.6).contains(&good), "{good}");
    assert_ne!(bn_lab::wine_quality(4).unwrap().0, training);

    let patients = bn_lab::diabetes(3).unwrap();
    assert_eq!(
        (patients.x.dim(), patients.y_test.dim()),
        ((352, 10), (89, 1))
    );
    assert!((patients.y.std(0.0) - 1.0).abs() < 1e-3);
}
