//! Generic functions for `f64`, compiled and optimized with this crate. A cell of a notebook is
//! not optimized: it finds these here, where its own would run several times as long.

use bn_core::{BatchNorm, distance, noise, percentile};
use ndarray::Ix2;

/// The addresses of the functions: something has to use them, here and not where it is inlined.
#[doc(hidden)]
#[inline(never)]
pub fn instances() -> [*const (); 7] {
    [
        BatchNorm::<f64>::forward_train::<Ix2> as *const (),
        BatchNorm::<f64>::forward_eval::<Ix2> as *const (),
        BatchNorm::<f64>::backward::<Ix2> as *const (),
        distance::mmd_squared::<f64> as *const (),
        distance::sliced_w2::<f64> as *const (),
        noise::monte_carlo_moments::<f64> as *const (),
        percentile::percentiles::<f64> as *const (),
    ]
}
