//! Intervals over seeds.

use bn_lab::{Error, Estimate};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

#[test]
fn the_interval_covers_the_truth_in_nineteen_of_twenty_cases() {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let trials = 4000;
    let covered = (0..trials).filter(|_| {
        let values: Vec<f64> = (0..5).map(|_| StandardNormal.sample(&mut rng)).collect();
        let estimate = Estimate::of(&values).unwrap();
        estimate.low < 0.0 && 0.0 < estimate.high
    });
    let share = covered.count() as f64 / f64::from(trials);
    // Four standard deviations. A normal interval in place of Student's would cover 0.88.
    assert!(
        (share - 0.95).abs() < 4.0 * (0.95 * 0.05 / f64::from(trials)).sqrt(),
        "{share}"
    );
}

#[test]
fn pairing_cancels_what_the_seeds_share() {
    let base = [0.1, 0.9, 0.4, 0.7];
    let shifted: Vec<f64> = base
        .iter()
        .zip([0.20, 0.21, 0.19, 0.20])
        .map(|(b, d)| b + d)
        .collect();
    let paired = Estimate::paired(&shifted, &base).unwrap();
    assert!((paired.mean - 0.2).abs() < 1e-12 && paired.high - paired.low < 0.03);
    let alone = Estimate::of(&shifted).unwrap();
    assert!(alone.high - alone.low > 0.5);
}

#[test]
fn it_prints_mean_and_interval() {
    let estimate = Estimate {
        mean: 0.5264,
        low: 0.511,
        high: 0.5408,
        seeds: 10,
    };
    assert_eq!(estimate.to_string(), "0.526 [0.511, 0.541]");
    assert_eq!(format!("{estimate:.1}"), "0.5 [0.5, 0.5]");
}

#[test]
fn too_few_or_broken_values_are_refused() {
    assert!(matches!(
        Estimate::of(&[]),
        Err(Error::TooFew {
            given: 0,
            expected: 2,
            ..
        })
    ));
    assert!(matches!(
        Estimate::of(&[1.0]),
        Err(Error::TooFew { given: 1, .. })
    ));
    assert!(matches!(
        Estimate::of(&[1.0, f64::NAN]),
        Err(Error::NotFinite { position: 1, .. })
    ));
    assert!(matches!(
        Estimate::paired(&[1.0, 2.0], &[1.0]),
        Err(Error::Length { .. })
    ));
}
