use bn_core::normalize::{identity_setting, normalize, scale_shift};
use bn_core::{Float, Moments};
use ndarray::{Array2, ArrayView2};

use crate::error::Result;

/// `ε` of the standardized input: a pixel that never changes becomes 0 instead of NaN.
pub(crate) const EPSILON: f64 = 1e-5;

/// Standardized with the moments at hand, then given the moments of training.
pub(crate) fn rematch(x: ArrayView2<f64>, training: &Moments<f64>) -> Result<Array2<f64>> {
    let x_hat = normalize(x, &Moments::of(x)?, EPSILON)?;
    let (gamma, beta) = identity_setting(training, EPSILON)?;
    Ok(scale_shift(x_hat.view(), gamma.view(), beta.view())?)
}

/// Standardized with their own moments.
pub(crate) fn standardized(x: ArrayView2<f64>) -> Result<(Moments<f64>, Array2<f32>)> {
    let moments = Moments::of(x)?;
    let x = single(&normalize(x, &moments, EPSILON)?);
    Ok((moments, x))
}

/// In the precision that networks train in.
pub(crate) fn single(x: &Array2<f64>) -> Array2<f32> {
    x.mapv(f32::narrow)
}
