//! Importance weighting, where it works (a regression whose densities overlap) and where it
//! cannot (coats that training has never shown).

use crate::cats::Coat;
use crate::covariate_shift::{CovariateShiftParams, Input, World};
use crate::error::Result;
use crate::experiment::Experiment;
use crate::shimodaira::Shimodaira;

/// Shimodaira's regression: test errors of lines with weights `w^λ`, and how many of the 100
/// examples the weighted ones are worth, as a share.
pub static REGRESSION: Experiment = Experiment {
    id: "weighted-regression",
    arms: &[
        "error, λ = 0",
        "error, λ = 0.5",
        "error, λ = 0.75",
        "error, λ = 1",
        "effective share, λ = 1",
    ],
    draws: 1,
    measure: regression,
};

/// A network trained on black cats, weighted to stand for colored ones: accuracy on colored
/// cats, the mean density ratio of the training pictures (1 if the worlds overlap), their
/// effective share, and the accuracy of a classifier that tells the two worlds apart.
pub static CATS: Experiment = Experiment {
    id: "weighted-cats",
    arms: &[
        "accuracy, plain",
        "accuracy, weighted",
        "mean ratio",
        "effective share",
        "two-sample accuracy",
    ],
    draws: 1,
    measure: cats,
};

fn regression(seed: u64) -> Result<Vec<f64>> {
    let world = Shimodaira::draw(seed)?;
    let error = |lambda| -> Result<f64> { Ok(world.test_error(world.fit(lambda)?)) };
    let n = world.x_training.len() as f64;
    Ok(vec![
        error(0.0)?,
        error(0.5)?,
        error(0.75)?,
        error(1.0)?,
        world.effective_sample_size(1.0)? / n,
    ])
}

fn cats(seed: u64) -> Result<Vec<f64>> {
    let lab = CovariateShiftParams::new()
        .seeds(seed..seed + 1)
        .domain_pictures(300)
        .check()?;
    let (black, colored) = (World::of(Coat::Black), World::of(Coat::Colored));
    let plain = lab.train_weighted(black, colored, 0.0)?.remove(0);
    let weighted = lab.train_weighted(black, colored, 1.0)?.remove(0);
    let accuracy =
        |classifier| -> Result<f64> { Ok(lab.accuracies(&[classifier], colored, Input::AsIs)?[0]) };
    Ok(vec![
        accuracy(plain.classifier)?,
        accuracy(weighted.classifier)?,
        weighted.mean_ratio,
        weighted.effective_sample_size / weighted.pictures as f64,
        lab.two_sample_tests(black, colored)?[0].accuracy,
    ])
}
