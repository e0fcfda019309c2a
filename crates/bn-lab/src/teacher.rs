use ndarray::Array2;
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::error::{self, Result};
use crate::examples::Examples;
use crate::random::Stream;

const INPUTS: usize = 64;
const HIDDEN: usize = 64;
const CLASSES: usize = 10;

/// A task with ten classes, set by a random network that the trained network has to imitate.
///
/// ```text
/// x ~ N(0, I₆₄)      y = argmax C tanh(1.5 A x / 8)
/// ```
///
/// A and C are 64 × 64 and 10 × 64 normal numbers. Every seed is another teacher.
///
/// ```
/// use bn_lab::Teacher10;
/// let teacher = Teacher10::new(1);
/// let (training, test) = (teacher.sample(1000, 0)?, teacher.sample(500, 1)?);
/// assert_eq!((training.x.ncols(), training.class_counts().len()), (64, 10));
/// assert_ne!(training.x.row(0), test.x.row(0));
/// # Ok::<(), bn_lab::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Teacher10 {
    seed: u64,
    a: Array2<f32>,
    c: Array2<f32>,
}

impl Teacher10 {
    /// The teacher of a seed.
    pub fn new(seed: u64) -> Self {
        let mut rng = Stream::Teacher.of(seed);
        Teacher10 {
            seed,
            a: normal(INPUTS, HIDDEN, &mut rng),
            c: normal(HIDDEN, CLASSES, &mut rng),
        }
    }

    /// Draws `n` examples of this teacher. Samples of different `draw` are independent.
    ///
    /// # Errors
    ///
    /// [`Error::TooFew`](crate::Error::TooFew) if `n` is 0.
    pub fn sample(&self, n: usize, draw: u64) -> Result<Examples> {
        error::at_least("examples to draw", n, 1)?;
        let seed = self.seed.wrapping_mul(0x1_0000).wrapping_add(draw);
        let x = normal(n, INPUTS, &mut Stream::Inputs.of(seed));
        let hidden = (x.dot(&self.a) * (1.5 / 8.0)).mapv_into(f32::tanh);
        let logits = hidden.dot(&self.c);
        let labels = logits.rows().into_iter().map(|row| {
            let largest = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            largest.map_or(0, |(k, _)| k)
        });
        let labels = labels.collect();
        Examples::new(x, labels)
    }
}

/// Standard normal numbers.
pub(crate) fn normal(rows: usize, columns: usize, rng: &mut impl Rng) -> Array2<f32> {
    Array2::from_shape_simple_fn((rows, columns), || StandardNormal.sample(rng))
}
