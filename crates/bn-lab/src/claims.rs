//! Claims on trial: one file each. To add one, write its file and its line in the list.

use std::fmt;
use std::ops::Range;

use statrs::distribution::ContinuousCDF;

use crate::error::{self, Error, Result};
use crate::estimate::{Estimate, student_t};
use crate::experiment::{Experiment, Measurements};
use crate::readable::readable;
use crate::sweep::{self, Progress};

/// The slugs of the chapters that put claims on trial.
#[cfg(feature = "linfa")]
const COVARIATE_SHIFT: &str = "01-covariate-shift";
const BATCH_NORM_IN_A_NETWORK: &str = "02-batch-norm";
const WHAT_BATCH_NORM_DOES: &str = "03-what-batch-norm-does";
const REGULARIZATION: &str = "04-regularization";

macro_rules! claims {
    ($($(#[$attribute:meta])* $name:ident,)*) => {
        $($(#[$attribute])* mod $name;)*

        static ALL: &[&Claim] = &[$($(#[$attribute])* &$name::CLAIM,)*];
    };
}

claims! {
    #[cfg(feature = "linfa")]
    cats_have_moved,
    #[cfg(feature = "linfa")]
    weighted_cats,
    #[cfg(feature = "linfa")]
    weighted_cats_ratio,
    #[cfg(feature = "linfa")]
    weighted_flattened,
    #[cfg(feature = "linfa")]
    weighted_price,
    #[cfg(feature = "linfa")]
    weighted_regression,
    coat_adapted,
    coat_batch_norm,
    coat_blended,
    coat_layer_norm,
    coat_not_all,
    coat_one_class,
    coat_one_picture,
    coat_without_batch_norm,
    light_adapted,
    light_adapted_gain,
    light_negative,
    light_robust_contrast,
    light_robust_gain,
    light_without_batch_norm,
    running_mean_harmless,
    running_mean_last,
    running_mean_first,
    drift_15th,
    drift_50th,
    drift_85th,
    drift_relative,
    early_accuracy,
    patience,
    time_to_accuracy,
    largest_rate_deep,
    largest_rate_deep_1,
    best_rate_relu,
    fixed_rate_relu,
    largest_rate_relu,
    best_rate_tanh,
    #[cfg(feature = "linfa")]
    best_rate_wine,
    #[cfg(feature = "linfa")]
    largest_rate_wine,
    any_start,
    large_start,
    small_start,
    law_relu,
    moments_relu,
    weight_steps_relu,
    weight_steps_relu_4,
    law_tanh,
    moments_tanh,
    weight_steps_tanh,
    weight_steps_tanh_4,
    ics_cosine_relu,
    ics_cosine_relu_64,
    ics_l2_relu,
    ics_l2_relu_64,
    ics_second_relu,
    ics_second_relu_64,
    faster_in_spite_tanh,
    ics_cosine_tanh,
    ics_cosine_tanh_64,
    ics_l2_tanh,
    ics_l2_tanh_64,
    noisy_beats_none,
    noisy_like_bn,
    noisy_low_rate,
    noisy_without_bn,
    smoothness_deep_relu,
    smoothness_deep_relu_64,
    gradient_change_relu,
    gradient_change_relu_64,
    loss_range_relu,
    loss_range_relu_64,
    smoothness_relu,
    smoothness_relu_64,
    smoothness_tanh,
    smoothness_tanh_64,
    equilibrium_angle,
    equilibrium_length,
    gradient_orthogonal,
    gradient_orthogonal_epsilon,
    scale_of_gradient,
    scale_of_loss,
    leakage_16,
    leakage_4,
    bound_of_x_hat,
    fourth_moment,
    kurtosis_normal,
    kurtosis_uniform,
    law_of_the_mean,
    law_of_the_scale,
    law_of_the_scale_squared,
    law_of_the_variance,
    law_of_the_variance_spread,
    law_without_replacement,
    gamma_decay,
    ghost_at_400,
    ghost_fits_slower,
    ghost_larger_is_weaker,
    ghost_matched,
    ghost_matched_16,
    large_batch_regularizes,
    shrunken_gamma_32,
    shrunken_gamma_4,
    shrunken_gamma_8,
    bn_instead_of_dropout,
    dropout_before_bn,
    dropout_statistics_anew,
    dropout_variance_5,
    dropout_variance_7,
    dropout_variance_9,
    dropout_variance_centered_5,
    dropout_variance_centered_7,
    dropout_variance_centered_9,
}

/// Every claim, in the order of the book.
pub fn all() -> &'static [&'static Claim] {
    ALL
}

/// The claim with this name.
///
/// # Errors
///
/// [`Error::Parameter`] if there is none.
pub fn claim(id: &str) -> Result<&'static Claim> {
    let found = ALL.iter().find(|claim| claim.id == id);
    found.copied().ok_or_else(|| Error::Parameter {
        name: "claim",
        given: format!("“{id}”"),
        expected: "one of the names that `cargo book claims --list` prints",
    })
}

/// A claim: what is said, by whom, what we expected, and how it is measured.
#[derive(Debug)]
#[non_exhaustive]
pub struct Claim {
    /// Its name.
    pub id: &'static str,
    /// The slug of the chapter that puts it on trial.
    pub chapter: &'static str,
    /// What is said, as a sentence that can be wrong.
    pub statement: &'static str,
    /// Who says it.
    pub source: &'static str,
    /// What the statement says about the effect.
    pub says: Says,
    /// Where we expected the effect, written before the run and left as it was.
    pub predicted: Predicted,
    /// The effect, in words, with its unit.
    pub measured_by: &'static str,
    /// The effect, in the arms of the experiment.
    pub effect: Effect,
    /// The experiment.
    pub experiment: &'static Experiment,
}

/// What a statement says about an effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Says {
    /// It is greater than this.
    Above(f64),
    /// It is less than this.
    Below(f64),
    /// It lies between these.
    Within(f64, f64),
}

/// Where an effect was expected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Predicted {
    /// No less than this.
    pub low: f64,
    /// No more than this.
    pub high: f64,
}

impl fmt::Display for Predicted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", readable(self.low), readable(self.high))
    }
}

/// A number for each seed, made from arms of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The arm itself.
    Value(&'static str),
    /// The first arm minus the second.
    Difference(&'static str, &'static str),
    /// The first arm divided by the second: the geometric mean over the seeds, with the
    /// interval of the logarithm.
    Ratio(&'static str, &'static str),
}

impl Effect {
    /// One number for each seed: the logarithm of it for a ratio.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] if an arm is missing.
    pub fn of_seeds(self, measurements: &Measurements) -> Result<Vec<f64>> {
        let arm = |name| measurements.arm(name);
        let pairs = |a, b| Ok::<_, Error>(arm(a)?.into_iter().zip(arm(b)?));
        Ok(match self {
            Effect::Value(a) => arm(a)?,
            Effect::Difference(a, b) => pairs(a, b)?.map(|(a, b)| a - b).collect(),
            Effect::Ratio(a, b) => pairs(a, b)?.map(|(a, b)| a.ln() - b.ln()).collect(),
        })
    }

    /// The effect with its interval.
    ///
    /// # Errors
    ///
    /// As [`Effect::of_seeds`] and [`Estimate::of`], which also refuses the ratio of numbers
    /// that are not positive.
    pub fn estimate(self, measurements: &Measurements) -> Result<Estimate> {
        let estimate = Estimate::of(&self.of_seeds(measurements)?)?;
        Ok(self.shown(estimate))
    }

    /// The estimate of what [`Effect::of_seeds`] gives, in the unit of the effect.
    fn shown(self, estimate: Estimate) -> Estimate {
        match self {
            Effect::Value(_) | Effect::Difference(..) => estimate,
            Effect::Ratio(..) => Estimate {
                mean: estimate.mean.exp(),
                low: estimate.low.exp(),
                high: estimate.high.exp(),
                ..estimate
            },
        }
    }
}

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The whole interval lies where the statement says.
    Holds,
    /// The direction is right, but the effect is weaker than we predicted; or the
    /// interval reaches beyond the range that the statement names, around an effect within.
    Mixed,
    /// The whole interval lies where the statement excludes it.
    Refuted,
    /// The interval leaves it open.
    NotReproduced,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Holds => "holds",
            Verdict::Mixed => "mixed",
            Verdict::Refuted => "refuted",
            Verdict::NotReproduced => "not reproduced",
        })
    }
}

impl Verdict {
    /// The rule: what the statement says, where the effect was expected, and the interval
    /// decide, and nothing else does.
    ///
    /// | | whole interval as said | whole interval against it | otherwise |
    /// |---|---|---|---|
    /// | above, below | holds; mixed if all of it is weaker than the weakest prediction | refuted | not reproduced |
    /// | within | holds | refuted | mixed if the mean is within, else not reproduced |
    ///
    /// ```
    /// use bn_lab::Estimate;
    /// use bn_lab::claims::{Predicted, Says, Verdict};
    /// let predicted = Predicted { low: 0.2, high: 0.5 };
    /// let verdict = |low, high| {
    ///     let effect = Estimate { mean: 0.5 * (low + high), low, high, seeds: 10 };
    ///     Verdict::of(Says::Above(0.0), predicted, effect)
    /// };
    /// assert_eq!(verdict(0.1, 0.3), Verdict::Holds);
    /// assert_eq!(verdict(0.01, 0.1), Verdict::Mixed);
    /// assert_eq!(verdict(-0.1, 0.3), Verdict::NotReproduced);
    /// assert_eq!(verdict(-0.2, -0.1), Verdict::Refuted);
    /// ```
    pub fn of(says: Says, predicted: Predicted, effect: Estimate) -> Verdict {
        let Estimate {
            mean, low, high, ..
        } = effect;
        match says {
            Says::Above(least) if low > least => {
                if high < predicted.low {
                    Verdict::Mixed
                } else {
                    Verdict::Holds
                }
            }
            Says::Above(least) if high < least => Verdict::Refuted,
            Says::Below(most) if high < most => {
                if low > predicted.high {
                    Verdict::Mixed
                } else {
                    Verdict::Holds
                }
            }
            Says::Below(most) if low > most => Verdict::Refuted,
            Says::Above(_) | Says::Below(_) => Verdict::NotReproduced,
            Says::Within(least, most) if least <= low && high <= most => Verdict::Holds,
            Says::Within(least, most) if high < least || low > most => Verdict::Refuted,
            Says::Within(least, most) if least <= mean && mean <= most => Verdict::Mixed,
            Says::Within(..) => Verdict::NotReproduced,
        }
    }
}

/// A claim after its trial: a line of the scoreboard.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Outcome {
    /// The claim's name.
    pub id: &'static str,
    /// The slug of its chapter.
    pub chapter: &'static str,
    /// What is said.
    pub statement: &'static str,
    /// Who says it.
    pub source: &'static str,
    /// What the statement says about the effect.
    pub says: Says,
    /// Where we expected the effect.
    pub predicted: Predicted,
    /// The effect, in words, with its unit.
    pub measured_by: &'static str,
    /// The mean effect over the seeds.
    pub effect: f64,
    /// The lower end of its 95% interval.
    pub ci_low: f64,
    /// The upper end.
    pub ci_high: f64,
    /// The number of seeds.
    pub seeds: usize,
    /// What became of the claim.
    pub verdict: Verdict,
    /// How many of a hundred further runs, with as many other seeds each, would come to the
    /// same verdict: another mean is expected within the spread
    /// of this one, by Student's t distribution.
    pub repeats: u32,
}

impl Outcome {
    /// The effect with its interval.
    pub fn estimate(&self) -> Estimate {
        Estimate {
            mean: self.effect,
            low: self.ci_low,
            high: self.ci_high,
            seeds: self.seeds,
        }
    }

    /// Whether the verdict is one of those seeds: more than one of ten further runs would
    /// come to another one.
    pub fn is_borderline(&self) -> bool {
        self.repeats < 90
    }
}

impl Claim {
    /// Judges the claim by measurements of its experiment.
    ///
    /// # Errors
    ///
    /// As [`Effect::estimate`]; [`Error::Parameter`] for measurements of another experiment.
    pub fn judge(&self, measurements: &Measurements) -> Result<Outcome> {
        if measurements.experiment() != self.experiment.id {
            return Err(Error::Parameter {
                name: "experiment",
                given: measurements.experiment().to_string(),
                expected: "the experiment of the claim",
            });
        }
        let of_seeds = Estimate::of(&self.effect.of_seeds(measurements)?)?;
        let effect = self.effect.shown(of_seeds);
        let verdict = Verdict::of(self.says, self.predicted, effect);
        Ok(Outcome {
            id: self.id,
            chapter: self.chapter,
            statement: self.statement,
            source: self.source,
            says: self.says,
            predicted: self.predicted,
            measured_by: self.measured_by,
            effect: effect.mean,
            ci_low: effect.low,
            ci_high: effect.high,
            seeds: effect.seeds,
            verdict,
            repeats: self.repeats(of_seeds, verdict)?,
        })
    }

    /// How many of a hundred further runs would come to this verdict. Another mean over n
    /// other seeds differs from this one by T·s·√(2/n), with T of Student's t distribution;
    /// we take the percentiles ½, 1½, …, 99½ of it, around each an interval as wide as this
    /// one, and judge.
    fn repeats(&self, of_seeds: Estimate, verdict: Verdict) -> Result<u32> {
        let t = student_t(of_seeds.seeds)?;
        let standard_error = 0.5 * (of_seeds.high - of_seeds.low) / t.inverse_cdf(0.975);
        let same = (0..100).filter(|percent| {
            let moved = std::f64::consts::SQRT_2
                * standard_error
                * t.inverse_cdf(0.01 * (f64::from(*percent) + 0.5));
            let again = self.effect.shown(Estimate {
                mean: of_seeds.mean + moved,
                low: of_seeds.low + moved,
                high: of_seeds.high + moved,
                ..of_seeds
            });
            Verdict::of(self.says, self.predicted, again) == verdict
        });
        Ok(same.count() as u32)
    }

    /// Whether new measurements agree with recorded ones: whether the means of the n recorded
    /// and the k new seeds are no further apart than
    ///
    /// ```text
    /// t(1 − risk/2; n + k − 2) · s · √(1/n + 1/k)      s² = (Σ(xᵢ − x̄)² + Σ(yⱼ − ȳ)²) / (n + k − 2)
    /// ```
    ///
    /// (for a ratio, all of it in logarithms). An honest record fails with probability `risk`.
    ///
    /// # Errors
    ///
    /// As [`Effect::of_seeds`]; [`Error::TooFew`] for fewer than two recorded seeds or none new.
    ///
    /// Source: Student's test of two samples, Fisher 1925, “Statistical Methods for Research
    /// Workers”, §24.1.
    pub fn agrees(&self, recorded: &Measurements, new: &Measurements, risk: f64) -> Result<bool> {
        let (x, y) = (self.effect.of_seeds(recorded)?, self.effect.of_seeds(new)?);
        error::at_least("recorded seeds", x.len(), 2)?;
        error::at_least("new seeds", y.len(), 1)?;
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let squares = |values: &[f64]| -> f64 {
            let mean = mean(values);
            values.iter().map(|v| (v - mean).powi(2)).sum()
        };
        let (n, k) = (x.len() as f64, y.len() as f64);
        let s = ((squares(&x) + squares(&y)) / (n + k - 2.0)).sqrt();
        let t = student_t(x.len() + y.len() - 1)?.inverse_cdf(1.0 - 0.5 * risk);
        let apart = (mean(&y) - mean(&x)).abs();
        // Rounding, where the seeds make no difference at all.
        let rounding = 1e-9 * mean(&x).abs().max(mean(&y).abs());
        Ok(apart <= t * s * (1.0 / n + 1.0 / k).sqrt() + rounding)
    }

    /// Runs the claim's experiment with the given seeds, and judges.
    ///
    /// # Errors
    ///
    /// As [`Experiment::run`] and [`Claim::judge`].
    pub fn run(&self, seeds: Range<u64>, progress: &(dyn Fn(Progress) + Sync)) -> Result<Outcome> {
        self.judge(&self.experiment.run(seeds, progress)?)
    }
}

/// The experiments that these claims need, each once, in the order of the claims.
pub fn experiments(claims: &[&'static Claim]) -> Vec<&'static Experiment> {
    let mut experiments: Vec<&'static Experiment> = Vec::new();
    for claim in claims {
        if experiments.iter().all(|e| e.id != claim.experiment.id) {
            experiments.push(claim.experiment);
        }
    }
    experiments
}

/// Runs claims with the given seeds: each experiment once, however many claims it decides.
///
/// # Errors
///
/// As [`Claim::run`].
pub fn run(
    claims: &[&'static Claim],
    seeds: Range<u64>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<Outcome>> {
    let tasks = sweep::tasks(&experiments(claims), seeds);
    judge(claims, &sweep::measure(&tasks, progress)?)
}

/// Judges claims by measurements made before, in one run or merged from several.
///
/// # Errors
///
/// [`Error::Parameter`] if the experiment of a claim is missing; as [`Claim::judge`].
pub fn judge(claims: &[&'static Claim], measured: &[Measurements]) -> Result<Vec<Outcome>> {
    let judge = |claim: &&'static Claim| {
        let of_claim = |m: &&Measurements| m.experiment() == claim.experiment.id;
        match measured.iter().find(of_claim) {
            Some(measurements) => claim.judge(measurements),
            None => Err(Error::Parameter {
                name: "measurements",
                given: format!("none of {}", claim.experiment.id),
                expected: "measurements of the experiment of every claim",
            }),
        }
    };
    claims.iter().map(judge).collect()
}
