use std::f64::consts::{PI, TAU};

use ndarray::{Array1, Array2};
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};

use crate::error::{self, Error, Result};
use crate::examples::Examples;
use crate::random::Stream;

/// Classes in the plane, for pictures of what a network does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plane {
    /// Two half circles that reach into each other.
    Moons,
    /// A disk within a ring.
    Rings,
    /// Three spiral arms.
    Spirals,
    /// Four quadrants, opposite ones of one class: XOR.
    Checkers,
}

impl Plane {
    /// Draws `n` points, each class equally often up to one point, with normal noise of
    /// deviation `noise` on both coordinates. Without noise all lie within [−1.5, 1.5]².
    ///
    /// ```
    /// use bn_lab::Plane;
    /// let rings = Plane::Rings.sample(100, 0.0, 1)?;
    /// for (point, &class) in rings.x.rows().into_iter().zip(&rings.labels) {
    ///     assert_eq!(class == 1, point.dot(&point).sqrt() > 0.65);
    /// }
    /// # Ok::<(), bn_lab::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::TooFew`] if `n` is 0, [`Error::Parameter`] unless the noise is finite and
    /// 0 or greater.
    pub fn sample(self, n: usize, noise: f64, seed: u64) -> Result<Examples> {
        error::at_least("points to draw", n, 1)?;
        if !(noise.is_finite() && noise >= 0.0) {
            return Err(Error::Parameter {
                name: "noise",
                given: noise.to_string(),
                expected: "a finite number, 0 or greater",
            });
        }
        let (mut inputs, mut strays) = (Stream::Inputs.of(seed), Stream::Noise.of(seed));
        let labels = Array1::from_shape_fn(n, |i| i % self.classes());
        let mut x = Array2::zeros((n, 2));
        for (mut row, &class) in x.rows_mut().into_iter().zip(&labels) {
            let (u, v) = (inputs.random::<f64>(), inputs.random::<f64>());
            for (to, at) in row.iter_mut().zip(self.point(class, u, v)) {
                let z: f64 = StandardNormal.sample(&mut strays);
                *to = (at + noise * z) as f32;
            }
        }
        Examples::new(x, labels)
    }

    /// The number of classes.
    pub fn classes(self) -> usize {
        match self {
            Plane::Spirals => 3,
            Plane::Moons | Plane::Rings | Plane::Checkers => 2,
        }
    }

    /// A point of a class, for two numbers in [0, 1).
    fn point(self, class: usize, u: f64, v: f64) -> [f64; 2] {
        let sign = if class == 0 { 1.0 } else { -1.0 };
        let polar = |r: f64, angle: f64| [r * angle.cos(), r * angle.sin()];
        match self {
            Plane::Moons => {
                let [x, y] = polar(1.0, PI * u);
                [sign * (x - 0.5), sign * (y - 0.25)]
            }
            // The root spreads the points evenly over the area.
            Plane::Rings if class == 0 => polar(0.5 * v.sqrt(), TAU * u),
            Plane::Rings => polar((0.64 + 0.36 * v).sqrt(), TAU * u),
            Plane::Spirals => polar(0.1 + u, class as f64 * TAU / 3.0 + 4.0 * u),
            Plane::Checkers => {
                let side = if v < 0.5 { 1.0 } else { -1.0 };
                let across = 2.0 * (v % 0.5);
                [side * u, sign * side * across]
            }
        }
    }
}
