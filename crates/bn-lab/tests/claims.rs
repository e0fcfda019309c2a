//! The claims: what each has to state, the rule of the verdict, and the recorded verdicts,
//! computed again with seeds that the book does not use.

use std::collections::BTreeMap;

use bn_lab::claims::{self, Claim, Effect, Outcome, Predicted, Says, Verdict};
use bn_lab::{Error, Estimate, Experiment, Measurements, experiments};

/// The verdicts that the book shows, with seeds 0 to 9: one line for each claim.
const RECORDED: &str = include_str!("verdicts.tsv");

/// Seeds that the book does not use.
const OTHER_SEEDS: std::ops::Range<u64> = 20..30;

fn recorded() -> BTreeMap<&'static str, &'static str> {
    let lines = RECORDED.lines().map(|line| line.split_once('\t').unwrap());
    lines.collect()
}

fn quiet(_: bn_lab::Progress) {}

/// Runs an experiment with other seeds, and compares the verdicts of all its claims.
fn verdicts_are_confirmed(experiment: &'static Experiment) {
    let recorded = recorded();
    let measured = experiment.run(OTHER_SEEDS, &quiet).unwrap();
    let of_experiment = |claim: &&&Claim| claim.experiment.id == experiment.id;
    let mut judged = 0;
    let mut different = Vec::new();
    for claim in claims::all().iter().filter(of_experiment) {
        let outcome = claim.judge(&measured).unwrap();
        if recorded[claim.id] != outcome.verdict.to_string() {
            different.push(outcome);
        }
        judged += 1;
    }
    assert!(judged > 0, "no claim rests on {}", experiment.id);
    assert!(different.is_empty(), "{different:#?}");
}

macro_rules! confirmed {
    ($($(#[$attribute:meta])* $name:ident: $experiment:expr;)*) => {
        $(
            $(#[$attribute])*
            #[test]
            fn $name() {
                verdicts_are_confirmed(&$experiment);
            }
        )*
    };
}

// The experiments that take a few seconds; the others would double the time of all tests.
confirmed! {
    #[cfg(feature = "linfa")]
    weights_in_a_regression_with_other_seeds: experiments::weighting::REGRESSION;
    #[cfg(feature = "linfa")]
    weights_of_cats_with_other_seeds: experiments::weighting::CATS;
    scales_of_the_start_with_other_seeds: experiments::init_scale::INIT_SCALE;
    three_quantities_with_relu_with_other_seeds: experiments::quantities::RELU;
    three_quantities_with_tanh_with_other_seeds: experiments::quantities::TANH;
    scaled_weights_with_other_seeds: experiments::scale_invariance::SCALED;
    equilibrium_of_weights_with_other_seeds: experiments::scale_invariance::EQUILIBRIUM;
    laws_of_noise_with_other_seeds: experiments::noise_laws::NOISE_LAWS;
    one_neuron_with_other_seeds: experiments::neuron::NEURON;
    dropout_and_variance_with_other_seeds: experiments::dropout::VARIANCE;
}

#[test]
fn every_claim_is_recorded_and_every_record_is_a_claim() {
    let ids: Vec<&str> = claims::all().iter().map(|claim| claim.id).collect();
    let recorded = recorded();
    assert_eq!(RECORDED.lines().count(), recorded.len());
    for id in &ids {
        assert!(recorded.contains_key(id), "{id} has no recorded verdict");
    }
    if cfg!(feature = "linfa") {
        assert_eq!(ids.len(), recorded.len());
    }
}

#[test]
fn every_claim_has_a_name_of_its_own_a_source_a_prediction_and_arms_that_exist() {
    let mut names = std::collections::BTreeSet::new();
    for claim in claims::all() {
        assert!(names.insert(claim.id), "{} occurs twice", claim.id);
        assert!(claim.statement.ends_with('.'), "{}", claim.id);
        assert!(!claim.source.is_empty() && !claim.measured_by.is_empty());
        let Predicted { low, high } = claim.predicted;
        assert!(
            low < high && low.is_finite() && high.is_finite(),
            "{}",
            claim.id
        );
        let arms = match claim.effect {
            Effect::Value(a) => vec![a],
            Effect::Difference(a, b) | Effect::Ratio(a, b) => vec![a, b],
        };
        for arm in arms {
            assert!(claim.experiment.arms.contains(&arm), "{}: {arm}", claim.id);
        }
    }
    let mut experiments = std::collections::BTreeSet::new();
    for experiment in claims::experiments(claims::all()) {
        assert!(experiments.insert(experiment.id));
        let arms: std::collections::BTreeSet<_> = experiment.arms.iter().collect();
        assert_eq!(arms.len(), experiment.arms.len(), "{}", experiment.id);
    }
}

#[test]
fn the_verdict_follows_from_statement_prediction_and_interval() {
    let predicted = Predicted {
        low: -0.5,
        high: -0.2,
    };
    let judge = |says, low: f64, high: f64| {
        let mean = 0.5 * (low + high);
        Verdict::of(
            says,
            predicted,
            Estimate {
                mean,
                low,
                high,
                seeds: 10,
            },
        )
    };
    let below = Says::Below(0.0);
    assert_eq!(judge(below, -0.4, -0.3), Verdict::Holds);
    assert_eq!(judge(below, -0.9, -0.8), Verdict::Holds);
    assert_eq!(judge(below, -0.19, -0.1), Verdict::Mixed);
    assert_eq!(judge(below, -0.21, -0.1), Verdict::Holds);
    assert_eq!(judge(below, -0.2, 0.01), Verdict::NotReproduced);
    assert_eq!(judge(below, 0.0, 0.1), Verdict::NotReproduced);
    assert_eq!(judge(below, 0.01, 0.1), Verdict::Refuted);
    // We predicted the opposite of the statement: if the statement comes true, it holds.
    assert_eq!(judge(Says::Above(0.0), 0.01, 0.1), Verdict::Holds);
    assert_eq!(judge(Says::Above(0.0), -0.3, -0.1), Verdict::Refuted);
    let within = Says::Within(-0.5, -0.2);
    assert_eq!(judge(within, -0.5, -0.2), Verdict::Holds);
    assert_eq!(judge(within, -0.3, -0.15), Verdict::Mixed);
    assert_eq!(judge(within, -0.21, 0.0), Verdict::NotReproduced);
    assert_eq!(judge(within, -0.19, 0.0), Verdict::Refuted);
    assert_eq!(judge(within, -0.9, -0.51), Verdict::Refuted);
}

fn cheap() -> &'static Experiment {
    &experiments::dropout::VARIANCE
}

fn measured(seeds: std::ops::Range<u64>) -> Measurements {
    cheap().run(seeds, &quiet).unwrap()
}

#[test]
fn shards_merge_into_what_one_run_would_have_measured() {
    let whole = measured(0..4);
    assert_eq!(whole.rows().len(), 4);
    let merged = measured(3..4).merge(measured(0..2)).unwrap();
    assert_eq!(merged.merge(measured(2..3)).unwrap(), whole);
    let twice = measured(0..2).merge(measured(1..3));
    assert!(matches!(twice, Err(Error::Parameter { .. })));
    let other = experiments::scale_invariance::SCALED
        .run(5..6, &quiet)
        .unwrap();
    assert!(measured(0..2).merge(other).is_err());
    assert!(whole.arm("no such arm").is_err());
}

#[test]
fn measurements_do_not_depend_on_the_number_of_threads() {
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| experiments::quantities::RELU.run(0..3, &quiet).unwrap())
    };
    assert_eq!(run(1), run(2));
}

#[test]
fn a_run_reports_each_seed_and_judges_each_claim_by_its_own_experiment() {
    let two: Vec<&'static Claim> = claims::all()
        .iter()
        .copied()
        .filter(|claim| claim.experiment.id == cheap().id)
        .collect();
    let seen = std::sync::Mutex::new(Vec::new());
    let outcomes = claims::run(&two, 0..3, &|p| seen.lock().unwrap().push(p)).unwrap();
    let seen = seen.into_inner().unwrap();
    assert_eq!(seen.len(), 3);
    assert!(
        seen.iter()
            .all(|p| p.total == 3 && p.experiment == cheap().id)
    );
    assert_eq!(outcomes.len(), two.len());
    let again = claims::judge(&two, &[measured(0..3)]).unwrap();
    assert_eq!(outcomes, again);
    assert_eq!(two[0].run(0..3, &quiet).unwrap(), again[0]);
    let Outcome {
        seeds,
        ci_low,
        effect,
        ci_high,
        ..
    } = outcomes[0].clone();
    assert!(seeds == 3 && ci_low < effect && effect < ci_high);

    assert!(claims::judge(&two, &[]).is_err());
    let other = experiments::scale_invariance::SCALED
        .run(0..2, &quiet)
        .unwrap();
    assert!(two[0].judge(&other).is_err());
}

#[test]
fn a_ratio_is_the_geometric_mean_and_refuses_what_has_no_logarithm() {
    let scaled = experiments::scale_invariance::SCALED
        .run(0..3, &quiet)
        .unwrap();
    let ratio = |a, b| Effect::Ratio(a, b).estimate(&scaled);
    let up = ratio("gradient", "gradient, weights × 10").unwrap();
    let down = ratio("gradient, weights × 10", "gradient").unwrap();
    assert!((up.mean * down.mean - 1.0).abs() < 1e-12 && (up.low * down.high - 1.0).abs() < 1e-12);
    assert!((up.mean - 10.0).abs() < 1e-6);
    // A share of 0 has no logarithm.
    let deep = Effect::Ratio("diverged at 1, bn", "diverged at 1, none");
    let never = experiments::learning_rate::DEEP.run(0..2, &quiet).unwrap();
    assert!(deep.estimate(&never).is_err());
}
