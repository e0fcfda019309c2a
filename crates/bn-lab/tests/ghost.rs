//! The loss curves of ghost batch norm.

use bn_lab::Error;
use bn_lab::experiments::ghost::{GHOST, loss_curves};

#[test]
fn curves_end_where_the_experiment_measured() {
    // Two draws make one seed of the experiment: its seed 0 is the mean of the curves' 0 and 1.
    let curves = loss_curves(Some(64), 0..2).unwrap();
    let recorded = GHOST.recorded().unwrap();
    let of_seed_0 = |arm: &str| recorded.arm(arm).unwrap()[0];
    let (training, test) = (curves.training().unwrap(), curves.test().unwrap());
    assert_eq!(curves.steps().last(), Some(&400));
    // Rounding differs between machines, and 400 steps let it grow.
    let near = |a: f64, b: f64| (a / b - 1.0).abs() < 0.1;
    assert!(near(
        training[training.len() - 1].mean,
        of_seed_0("training loss, m = 64")
    ));
    assert!(near(
        test[test.len() - 1].mean,
        of_seed_0("test loss, m = 64")
    ));

    let matched = curves.test_at(0.2).unwrap().iter().sum::<f64>() / 2.0;
    assert!(near(matched, of_seed_0("matched test loss, m = 64")));
}

#[test]
fn a_training_loss_that_is_never_passed_is_refused() {
    let curves = loss_curves(None, 0..2).unwrap();
    for level in [0.0, 10.0, f64::NAN] {
        let refused = curves.test_at(level);
        assert!(
            matches!(refused, Err(Error::Parameter { .. })),
            "{refused:?}"
        );
    }
}

#[test]
fn statistics_of_one_example_or_of_more_than_there_are_are_refused() {
    for m in [0, 1, 257] {
        let refused = loss_curves(Some(m), 0..2);
        assert!(
            matches!(refused, Err(Error::Parameter { .. })),
            "{refused:?}"
        );
    }
}
