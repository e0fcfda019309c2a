//! The claims: what each has to state, the rule of the verdict, and the recorded verdicts,
//! computed again with seeds that the book does not use.

use std::collections::BTreeSet;

use bn_lab::claims::{self, Claim, Effect, Outcome, Predicted, Says, Verdict, claim};
use bn_lab::record::{self, BOOK_SEEDS};
use bn_lab::sweep::{self, Progress, Shard, Sweep};
use bn_lab::{Error, Estimate, Experiment, Measurements, experiments};

/// Seeds that the book does not use.
const OTHER_SEEDS: std::ops::Range<u64> = 20..30;

/// Two more, for experiments that take long.
const TWO_SEEDS: std::ops::Range<u64> = 30..32;

fn quiet(_: Progress) {}

fn claims_of(experiment: &Experiment) -> impl Iterator<Item = &'static Claim> {
    let own = |claim: &&Claim| claim.experiment.id == experiment.id;
    claims::all().iter().copied().filter(own)
}

/// Runs an experiment with other seeds, and compares the verdicts of all its claims.
fn verdicts_are_confirmed(experiment: &'static Experiment) {
    let measured = experiment.run(OTHER_SEEDS, &quiet).unwrap();
    let mut judged = 0;
    let mut different = Vec::new();
    for claim in claims_of(experiment) {
        let outcome = claim.judge(&measured).unwrap();
        if claim.recorded().unwrap().verdict != outcome.verdict {
            different.push(outcome);
        }
        judged += 1;
    }
    assert!(judged > 0, "no claim rests on {}", experiment.id);
    assert!(different.is_empty(), "{different:#?}");
}

macro_rules! confirmed {
    ($($(#[$attribute:meta])* $name:ident: $experiment:expr;)*) => {
        /// The experiments whose verdicts are computed again.
        fn quick() -> Vec<&'static Experiment> {
            vec![$($(#[$attribute])* &$experiment,)*]
        }

        $(
            $(#[$attribute])*
            #[test]
            fn $name() {
                verdicts_are_confirmed(&$experiment);
            }
        )*
    };
}

// The experiments that take a few seconds. Ten seeds of the others take minutes:
// `cargo book claims --confirm` computes their verdicts again, too.
confirmed! {
    #[cfg(feature = "linfa")]
    weights_in_a_regression_with_other_seeds: experiments::weighting::REGRESSION;
    #[cfg(feature = "linfa")]
    weights_of_cats_with_other_seeds: experiments::weighting::CATS;
    scaled_weights_with_other_seeds: experiments::scale_invariance::SCALED;
    equilibrium_of_weights_with_other_seeds: experiments::scale_invariance::EQUILIBRIUM;
    laws_of_noise_with_other_seeds: experiments::noise_laws::NOISE_LAWS;
    one_neuron_with_other_seeds: experiments::neuron::NEURON;
    dropout_and_variance_with_other_seeds: experiments::dropout::VARIANCE;
}

/// Every effect of the experiments that take longer, with two other seeds, agrees with the
/// ten recorded ones by Student's test, at a level at which honest records of all claims fail
/// it once in a thousand times: the means may be 6 standard deviations of a seed apart, which
/// is 8 times the half-width of the interval that the book shows. One seed would not do: it
/// has no spread, and where ten runs of ten diverged, the eleventh may not.
#[test]
fn effects_with_two_other_seeds_agree_with_the_record() {
    let quick: BTreeSet<&str> = quick().iter().map(|e| e.id).collect();
    let mut slow = claims::experiments(claims::all());
    slow.retain(|experiment| !quick.contains(experiment.id));
    let measured = sweep::measure(&sweep::tasks(&slow, TWO_SEEDS), &quiet).unwrap();
    assert_eq!(measured.len(), slow.len());
    let mut strangers = Vec::new();
    for (experiment, new) in slow.iter().zip(&measured) {
        let recorded = experiment.recorded().unwrap();
        for claim in claims_of(experiment) {
            let risk = 1e-3 / claims::all().len() as f64;
            if !claim.agrees(&recorded, new, risk).unwrap() {
                strangers.push((claim.id, claim.effect.of_seeds(new), claim.recorded()));
            }
        }
    }
    assert!(strangers.is_empty(), "{strangers:#?}");
}

#[test]
fn the_record_holds_every_experiment_with_the_seeds_of_the_book() {
    for experiment in claims::experiments(claims::all()) {
        let recorded = experiment.recorded().unwrap();
        let seeds = recorded.rows().iter().map(|(seed, _)| *seed);
        assert!(seeds.eq(BOOK_SEEDS), "{}", experiment.id);
    }
    assert_eq!(record::recorded(["patience"]).unwrap()[0].id, "patience");
    assert!(record::recorded(["no-such-claim"]).is_err());
}

/// Measurements of the cheap experiment that are these, in every arm.
fn invented(values: &[f64]) -> Measurements {
    let arms: Vec<String> = cheap()
        .arms
        .iter()
        .map(|arm| format!("[\"{arm}\",{values:?}]"))
        .collect();
    let seeds: Vec<usize> = (0..values.len()).collect();
    let line = format!(
        "{{\"experiment\":\"{}\",\"seeds\":{seeds:?},\"arms\":[{}]}}",
        cheap().id,
        arms.join(",")
    );
    record::read(&line).unwrap().remove(0)
}

#[test]
fn means_further_apart_than_students_test_allows_do_not_agree() {
    let claim = claim("dropout-variance-5").unwrap();
    assert!(matches!(claim.effect, Effect::Value(_)));
    let recorded = invented(&[0.4, 0.6, 0.4, 0.6]);
    // s = √(0.04/4), t(0.975; 4) = 2.776445: two new seeds within 2.776445·s·√(1/4 + 1/2) = 0.240447.
    let agrees = |new: &[f64]| claim.agrees(&recorded, &invented(new), 0.05).unwrap();
    assert!(agrees(&[0.5 + 0.2404, 0.5 + 0.2404]));
    assert!(!agrees(&[0.5 + 0.2405, 0.5 + 0.2405]));
    assert!(!agrees(&[0.5 - 0.2405, 0.5 - 0.2405]));
    // The spread of the new ones counts, too.
    assert!(agrees(&[0.5 + 0.1405, 0.5 + 0.3405]));
    // One new seed has none: t(0.975; 3)·√(0.04/3)·√(1/4 + 1) = 0.410852.
    assert!(agrees(&[0.5 + 0.4108]) && !agrees(&[0.5 + 0.4109]));
    assert!(claim.agrees(&recorded, &invented(&[]), 0.05).is_err());
}

#[test]
fn a_verdict_whose_interval_touches_the_border_is_borderline() {
    let claim = claim("dropout-variance-5").unwrap();
    assert_eq!(claim.says, Says::Within(0.39, 0.42));
    let around = |mean: f64, spread: f64| {
        let values: Vec<f64> = (0..10)
            .map(|i| mean + if i % 2 == 0 { spread } else { -spread })
            .collect();
        claim.judge(&invented(&values)).unwrap()
    };
    let firm = around(0.405, 1e-4);
    assert_eq!(
        (firm.verdict, firm.repeats, firm.is_borderline()),
        (Verdict::Holds, 100, false)
    );
    // The half-width of the interval: t(0.975; 9)·s/√10 with s = spread·√(10/9).
    let half = 2.262_157_163 * 1e-4 / 3.0;
    let touching = around(0.39 + 1.001 * half, 1e-4);
    assert_eq!(touching.verdict, Verdict::Holds);
    assert!((49..=51).contains(&touching.repeats) && touching.is_borderline());
    // Half of them come to “mixed” instead; the two together leave the other quarter or so.
    let centered = around(0.39, 1e-4);
    assert!(centered.is_borderline() && centered.verdict != Verdict::Holds);
}

#[test]
fn every_claim_has_a_name_of_its_own_a_source_a_prediction_and_arms_that_exist() {
    let mut names = BTreeSet::new();
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
    let mut experiments = BTreeSet::new();
    for experiment in claims::experiments(claims::all()) {
        assert!(experiments.insert(experiment.id));
        let arms: BTreeSet<_> = experiment.arms.iter().collect();
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
fn the_shards_of_a_sweep_hold_every_pair_once_however_many_there_are() {
    let sweep = Sweep::new(claims::all().to_vec(), 3..7).unwrap();
    let pair = |task: &sweep::Task| (task.experiment.id, task.seed);
    let whole: Vec<_> = sweep.tasks(Shard::WHOLE).iter().map(pair).collect();
    assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), whole.len());
    for of in [1, 2, 3, 7, whole.len(), whole.len() + 5] {
        let shards: Vec<_> = Shard::new(1, of).unwrap().all().collect();
        assert_eq!(shards.len(), of);
        let tasks = shards.iter().flat_map(|shard| sweep.tasks(*shard));
        let mut together: Vec<_> = tasks.map(|task| pair(&task)).collect();
        let sizes = shards.iter().map(|shard| sweep.tasks(*shard).len());
        assert!(sizes.clone().max().unwrap() - sizes.min().unwrap() <= 1);
        together.sort();
        let mut sorted = whole.clone();
        sorted.sort();
        assert_eq!(together, sorted, "{of} shards");
    }
    assert!(Sweep::new(claims::all().to_vec(), 3..4).is_err());
    assert!(Sweep::new(Vec::new(), 0..10).is_err());
    for wrong in ["0/3", "4/3", "1", "1/0", "a/b", ""] {
        assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
    }
}

#[test]
fn merged_shards_equal_one_run_to_the_last_bit_and_the_wrong_ones_are_named() {
    let two = ["scale-of-loss", "dropout-variance-5"].map(|id| claim(id).unwrap());
    let sweep = Sweep::new(two.to_vec(), 40..43).unwrap();
    let part = |sweep: &Sweep, i, of| {
        let shard = Shard::new(i, of).unwrap();
        let measured = sweep.measure(shard, &quiet).unwrap();
        (
            format!("{i}of{of}"),
            record::write_shard(sweep, shard, &measured),
        )
    };
    let whole = sweep.measure(Shard::WHOLE, &quiet).unwrap();
    for of in [1, 2, 4, 8] {
        // Any order; shards 7 and 8 of 8 are empty.
        let parts: Vec<_> = (1..=of).rev().map(|i| part(&sweep, i, of)).collect();
        let (merged, measured) = record::merge(&parts).unwrap();
        assert!(merged == sweep);
        assert_eq!(
            record::write(&measured),
            record::write(&whole),
            "{of} shards"
        );
    }
    let refused = |parts: &[(String, String)], because: &str| {
        let reason = record::merge(parts).unwrap_err().to_string();
        assert!(reason.contains(because), "{reason}");
    };
    let [one, two, three] = [1, 2, 3].map(|i| part(&sweep, i, 3));
    refused(&[], "no shards");
    refused(std::slice::from_ref(&two), "1/3, 3/3 are missing");
    refused(
        &[one.clone(), two.clone(), one.clone()],
        "1/3 is there twice",
    );
    let other = Sweep::new(sweep.claims().to_vec(), 40..44).unwrap();
    refused(&[one.clone(), part(&other, 2, 3)], "different sweeps");
    refused(&[one.clone(), part(&sweep, 2, 2)], "different sweeps");
    // Broken off after a whole line, and within one.
    let lines: Vec<&str> = three.1.lines().collect();
    let short = lines[..lines.len() - 1].join("\n");
    refused(
        &[one.clone(), two.clone(), ("cut".into(), short)],
        "cut does not hold",
    );
    let torn = three.1[..three.1.len() - 9].to_string();
    refused(&[one, two, ("torn".into(), torn)], "torn: line");
}

#[test]
fn a_sweep_reports_every_task_and_what_is_left() {
    let two = [cheap(), &experiments::scale_invariance::SCALED];
    let seen = std::sync::Mutex::new(Vec::new());
    let note = |p: Progress| {
        let line = (
            p.experiment.to_string(),
            p.seed,
            p.seeds_done,
            p.done,
            p.remaining,
        );
        assert_eq!((p.seeds, p.total), (3, 6));
        seen.lock().unwrap().push(line);
    };
    // On two threads, the first could be done with its three before the second begins.
    let one = rayon::ThreadPoolBuilder::new().num_threads(1);
    let measure = || sweep::measure(&sweep::tasks(&two, 5..8), &note).unwrap();
    one.build().unwrap().install(measure);
    let seen = seen.into_inner().unwrap();
    let pairs: BTreeSet<_> = seen
        .iter()
        .map(|(id, seed, ..)| (id.clone(), *seed))
        .collect();
    assert_eq!(pairs.len(), 6);
    assert!(seen.iter().map(|(_, _, _, done, _)| *done).eq(1..=6));
    // Each experiment first once, so that something is known about what is left.
    assert_ne!(seen[0].0, seen[1].0);
    assert_eq!(seen[0].4, None);
    assert_eq!(seen[5].4, Some(std::time::Duration::ZERO));
    let twice = [sweep::tasks(&two, 5..6), sweep::tasks(&two, 5..6)].concat();
    assert!(matches!(
        sweep::measure(&twice, &quiet),
        Err(Error::Parameter { .. })
    ));
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
    let never = experiments::learning_rate::DEEP.recorded().unwrap();
    assert!(deep.estimate(&never).is_err());
}
