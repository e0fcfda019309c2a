use bn_core::Moments;
use bn_core::normalize::normalize;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use rand::seq::SliceRandom;

use crate::error::Result;
use crate::examples::Examples;
use crate::random::Stream;
use crate::standardize::single;

/// Far below the smallest variance (the density of wine, 4e-6): no column is constant.
const EPSILON: f64 = 1e-12;

/// The share of the examples that training gets, in fifths.
const TRAINING_FIFTHS: usize = 4;

/// Red Vinho Verde: 1599 wines, eleven measurements each, and whether tasters gave a mark of
/// six or more (class 1) or less (class 0). Split at random, four fifths to train on and
/// one to test on; the inputs are standardized with the moments of the training part.
///
/// # Errors
///
/// [`Error::Core`](crate::Error::Core) if the data that linfa ships were not finite.
///
/// ```
/// let (training, test) = bn_lab::wine_quality(1)?;
/// assert_eq!(training.len() + test.len(), 1599);
/// assert_eq!(training.x.ncols(), 11);
/// # Ok::<(), bn_lab::Error>(())
/// ```
///
/// Source: Cortez et al. 2009, "Modeling wine preferences by data mining from
/// physicochemical properties"; shipped by the crate `linfa-datasets`.
pub fn wine_quality(seed: u64) -> Result<(Examples, Examples)> {
    let wine = linfa_datasets::winequality();
    let (first, last) = split(wine.records().nrows(), seed);
    let (x, x_test) = standardized(wine.records().view(), &first, &last)?;
    let label = |rows: &[usize]| -> Array1<usize> {
        rows.iter()
            .map(|&i| usize::from(wine.targets()[i] >= 6))
            .collect()
    };
    Ok((
        Examples::new(x, label(&first))?,
        Examples::new(x_test, label(&last))?,
    ))
}

/// Diabetes patients, to predict a number: see [`diabetes`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Diabetes {
    /// Ten measurements of each patient to train on, shape `[352, 10]`, standardized.
    pub x: Array2<f32>,
    /// The progress of the disease a year later, shape `[352, 1]`, standardized.
    pub y: Array2<f32>,
    /// The measurements of the patients to test on, shape `[89, 10]`, by the same moments.
    pub x_test: Array2<f32>,
    /// Their progress, by the same moments.
    pub y_test: Array2<f32>,
}

/// Diabetes: 441 patients (linfa's file lacks one of the 442), ten measurements each, and the
/// progress of the disease a year later. Split at random, four fifths to train on and one to test on; everything is
/// standardized with the moments of the training part.
///
/// # Errors
///
/// [`Error::Core`](crate::Error::Core) if the data that linfa ships were not finite.
///
/// ```
/// let diabetes = bn_lab::diabetes(1)?;
/// assert_eq!(diabetes.x.nrows() + diabetes.x_test.nrows(), 441);
/// # Ok::<(), bn_lab::Error>(())
/// ```
///
/// Source: Efron et al. 2004, "Least angle regression", section 1; shipped by the crate
/// `linfa-datasets`.
pub fn diabetes(seed: u64) -> Result<Diabetes> {
    let patients = linfa_datasets::diabetes();
    let (first, last) = split(patients.records().nrows(), seed);
    let (x, x_test) = standardized(patients.records().view(), &first, &last)?;
    let progress = patients.targets().view().insert_axis(Axis(1));
    let (y, y_test) = standardized(progress, &first, &last)?;
    Ok(Diabetes {
        x,
        y,
        x_test,
        y_test,
    })
}

fn split(n: usize, seed: u64) -> (Vec<usize>, Vec<usize>) {
    let mut rows: Vec<usize> = (0..n).collect();
    rows.shuffle(&mut Stream::Split.of(seed));
    let last = rows.split_off(n * TRAINING_FIFTHS / 5);
    (rows, last)
}

fn standardized(
    x: ArrayView2<f64>,
    training: &[usize],
    test: &[usize],
) -> Result<(Array2<f32>, Array2<f32>)> {
    let x_training = x.select(Axis(0), training);
    let moments = Moments::of(x_training.view())?;
    let standardize = |x: Array2<f64>| -> Result<Array2<f32>> {
        Ok(single(&normalize(x.view(), &moments, EPSILON)?))
    };
    Ok((
        standardize(x_training)?,
        standardize(x.select(Axis(0), test))?,
    ))
}
