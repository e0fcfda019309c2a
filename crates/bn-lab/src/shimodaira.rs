use bn_core::importance::{density_ratio_from_logs, effective_sample_size, flattened_weights};
use linfa::DatasetBase;
use linfa::prelude::*;
use linfa_linear::LinearRegression;
use ndarray::{Array1, Array2, ArrayView1};
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use statrs::distribution::{Continuous, Normal};

use crate::error::{Error, Result};
use crate::random::Stream;

/// Mean and standard deviation of the inputs in training.
const TRAINING: (f64, f64) = (0.5, 0.5);
/// Mean and standard deviation of the inputs at test time.
const TEST: (f64, f64) = (0.0, 0.3);
/// Standard deviation of the noise of the response.
const NOISE: f64 = 0.3;
const N_TRAINING: usize = 100;
const N_TEST: usize = 10_000;

/// One draw of the regression problem of Shimodaira 2000, section 2.
///
/// ```text
/// y = −x + x³ + N(0, 0.3²)
/// training: x ~ N(0.5, 0.5²), n = 100      test: x ~ N(0, 0.3²), n = 10 000
/// ```
///
/// A straight line cannot follow the cubic, so which line is best depends on where
/// the inputs lie: the smallest world in which covariate shift hurts.
///
/// ```
/// use bn_lab::Shimodaira;
/// let world = Shimodaira::draw(3)?;
/// let (plain, weighted) = (world.fit(0.0)?, world.fit(1.0)?);
/// // The cubic falls where the test inputs lie, and so does the weighted line.
/// assert!(weighted.slope < plain.slope);
/// assert!(world.test_error(weighted) < world.test_error(plain));
/// # Ok::<(), bn_lab::Error>(())
/// ```
///
/// Source: Shimodaira 2000, "Improving predictive inference under covariate shift
/// by weighting the log-likelihood function", section 2.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Shimodaira {
    /// The training inputs, shape `[100]`.
    pub x_training: Array1<f64>,
    /// Their responses.
    pub y_training: Array1<f64>,
    /// The test inputs, shape `[10 000]`.
    pub x_test: Array1<f64>,
    /// Their responses.
    pub y_test: Array1<f64>,
    /// The density ratio `p_te(x)/p_tr(x)` at the training inputs, from the two true densities.
    pub weights: Array1<f64>,
}

/// A straight line `y = intercept + slope·x`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// The value at 0.
    pub intercept: f64,
    /// The slope.
    pub slope: f64,
}

impl Shimodaira {
    /// Draws training and test sample.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if a weight is not a number, which the chosen densities exclude.
    pub fn draw(seed: u64) -> Result<Self> {
        let mut inputs = Stream::Inputs.of(seed);
        let mut noise = Stream::Noise.of(seed);
        let mut sample = |n: usize, (mean, deviation): (f64, f64)| {
            let x = Array1::from_shape_simple_fn(n, || {
                let z: f64 = StandardNormal.sample(&mut inputs);
                mean + deviation * z
            });
            let y = x.mapv(|x| {
                let z: f64 = StandardNormal.sample(&mut noise);
                -x + x.powi(3) + NOISE * z
            });
            (x, y)
        };
        let (x_training, y_training) = sample(N_TRAINING, TRAINING);
        let (x_test, y_test) = sample(N_TEST, TEST);
        let weights = density_ratio_from_logs(
            log_density(x_training.view(), TEST)?.view(),
            log_density(x_training.view(), TRAINING)?.view(),
        )?;
        Ok(Shimodaira {
            x_training,
            y_training,
            x_test,
            y_test,
            weights,
        })
    }

    /// The line of least weighted squares, weights `w^λ`.
    ///
    /// ```text
    /// min Σᵢ wᵢ^λ (yᵢ − a − b xᵢ)²
    /// ```
    ///
    /// Solved by linfa with every row multiplied by the root of its weight.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if `λ` is outside [0, 1], [`Error::Fit`] if linfa finds
    /// the weighted inputs to be all the same.
    pub fn fit(&self, lambda: f64) -> Result<Line> {
        let root = flattened_weights(self.weights.view(), lambda)?.mapv(f64::sqrt);
        let rows = Array2::from_shape_fn((root.len(), 2), |(i, j)| match j {
            0 => root[i],
            _ => root[i] * self.x_training[i],
        });
        let line = LinearRegression::new()
            .with_intercept(false)
            .fit(&DatasetBase::new(rows, &root * &self.y_training))
            .map_err(|reason| Error::Fit {
                model: "weighted line",
                reason: reason.to_string(),
            })?;
        Ok(Line {
            intercept: line.params()[0],
            slope: line.params()[1],
        })
    }

    /// The mean squared error of a line on the test sample. The noise alone is 0.09.
    pub fn test_error(&self, line: Line) -> f64 {
        let errors = &self.y_test - &self.x_test.mapv(|x| line.at(x));
        errors.dot(&errors) / errors.len() as f64
    }

    /// How many unweighted examples the weighted ones are worth, at most 100.
    ///
    /// # Errors
    ///
    /// [`Error::Core`] if `λ` is outside [0, 1].
    pub fn effective_sample_size(&self, lambda: f64) -> Result<f64> {
        let weights = flattened_weights(self.weights.view(), lambda)?;
        Ok(effective_sample_size(weights.view())?)
    }
}

impl Line {
    /// The value of the line at `x`.
    pub fn at(self, x: f64) -> f64 {
        self.intercept + self.slope * x
    }
}

/// The test errors of weighted lines, shape `[λ, seed]`: every column is one draw
/// of the world, so the rows are paired.
///
/// # Errors
///
/// As [`Shimodaira::fit`].
pub fn shimodaira_errors(lambdas: &[f64], seeds: std::ops::Range<u64>) -> Result<Array2<f64>> {
    for_each_draw(lambdas, seeds, |world, lambda| {
        Ok(world.test_error(world.fit(lambda)?))
    })
}

/// The effective sample sizes of the weighted training samples, shape `[λ, seed]`,
/// of the same draws as in [`shimodaira_errors`].
///
/// # Errors
///
/// As [`Shimodaira::effective_sample_size`].
pub fn shimodaira_sizes(lambdas: &[f64], seeds: std::ops::Range<u64>) -> Result<Array2<f64>> {
    for_each_draw(lambdas, seeds, Shimodaira::effective_sample_size)
}

fn for_each_draw(
    lambdas: &[f64],
    seeds: std::ops::Range<u64>,
    measure: impl Fn(&Shimodaira, f64) -> Result<f64> + Sync,
) -> Result<Array2<f64>> {
    let columns = seeds
        .into_par_iter()
        .map(|seed| {
            let world = Shimodaira::draw(seed)?;
            lambdas.iter().map(|&l| measure(&world, l)).collect()
        })
        .collect::<Result<Vec<Vec<f64>>>>()?;
    Ok(Array2::from_shape_fn(
        (lambdas.len(), columns.len()),
        |(i, seed)| columns[seed][i],
    ))
}

fn log_density(x: ArrayView1<f64>, (mean, deviation): (f64, f64)) -> Result<Array1<f64>> {
    let normal = Normal::new(mean, deviation).map_err(|reason| Error::Fit {
        model: "normal density",
        reason: reason.to_string(),
    })?;
    Ok(x.mapv(|x| normal.ln_pdf(x)))
}
