use ndarray::Array2;
use rand_distr::{Distribution, StandardNormal};

use crate::random::Stream;

/// Random directions in space, evenly spread: shape `[count, dimensions]`, one per row.
///
/// The entries are independent standard normal numbers, so no direction is
/// preferred; the rows are not of length 1.
///
/// ```
/// use bn_lab::random_directions;
/// let directions = random_directions(1000, 3, 0);
/// assert_eq!(directions.dim(), (1000, 3));
/// // No direction is preferred: the mean over many is near the origin.
/// assert!(directions.mean_axis(ndarray::Axis(0)).is_some_and(|m| m.iter().all(|x| x.abs() < 0.15)));
/// ```
pub fn random_directions(count: usize, dimensions: usize, seed: u64) -> Array2<f64> {
    let mut rng = Stream::Directions.of(seed);
    Array2::from_shape_simple_fn((count, dimensions), || StandardNormal.sample(&mut rng))
}
