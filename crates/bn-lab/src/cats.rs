//! Pictures of cats, and of animals that are no cats, made from parameters.

mod animal;
mod coat;
mod color;
mod shape;

use ndarray::{Array1, Array2, Axis};
use rand::RngExt;

use crate::error::{Error, Result, shown};
use crate::light::Light;
use crate::random::Stream;
use crate::rows::rows_of_both;
use animal::{Animal, Ears, Pose};
pub use coat::Coat;

/// Parameters of the cat generator, not yet checked.
///
/// Every picture shows the head of an animal. The label is carried by the shape
/// of the ears: pointed for a cat (1), round for not a cat (0). Coat, pose
/// (position, size, tilt), eyes and background are drawn without a look at the
/// label, so a change of coat moves `P(x)` and leaves `P(y|x)` alone.
///
/// The same seed gives the same poses, backgrounds and labels for every coat:
/// the same animals, dyed.
///
/// ```
/// use bn_lab::{CatParams, Coat};
/// let black = CatParams::new(Coat::Black).check()?.sample(50, 1)?;
/// let colored = CatParams::new(Coat::Colored).check()?.sample(50, 1)?;
/// assert_eq!(black.labels, colored.labels);
/// assert!(black.pixels.mean() < colored.pixels.mean());
/// # Ok::<(), bn_lab::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CatParams {
    coat: Coat,
    size: usize,
    cat_fraction: f64,
}

impl CatParams {
    /// Pictures of 16 × 16 pixels, half of them cats.
    pub fn new(coat: Coat) -> Self {
        CatParams {
            coat,
            size: 16,
            cat_fraction: 0.5,
        }
    }

    /// The side of the picture in pixels, 8 to 128 (16 unless set).
    pub fn size(mut self, size: usize) -> Self {
        self.size = size;
        self
    }

    /// The probability of a cat, in [0, 1] (½ unless set). Moving it is label shift:
    /// `P(y)` changes, `P(x|y)` stays.
    pub fn cat_fraction(mut self, cat_fraction: f64) -> Self {
        self.cat_fraction = cat_fraction;
        self
    }

    /// Checks the parameters once, so that sampling never has to.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] if the size or the share of cats is out of range.
    pub fn check(self) -> Result<Cats> {
        if !(8..=128).contains(&self.size) {
            return Err(Error::Parameter {
                name: "size",
                given: shown(format_args!("{}", self.size)),
                expected: "8 to 128 pixels",
            });
        }
        if !(0.0..=1.0).contains(&self.cat_fraction) {
            return Err(Error::Parameter {
                name: "cat_fraction",
                given: shown(format_args!("{}", self.cat_fraction)),
                expected: "a probability in [0, 1]",
            });
        }
        Ok(Cats(self))
    }
}

/// The cat generator, its parameters checked. Made by [`CatParams::check`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cats(CatParams);

impl Cats {
    /// Draws `n` labelled pictures. The first pictures of a larger sample with
    /// the same seed are the same.
    ///
    /// # Errors
    ///
    /// [`Error::TooFew`] if `n` is 0.
    pub fn sample(&self, n: usize, seed: u64) -> Result<Pictures> {
        crate::error::at_least("pictures to draw", n, 1)?;
        let CatParams {
            coat,
            size,
            cat_fraction,
        } = self.0;
        let mut label_stream = Stream::Label.of(seed);
        let mut pose_stream = Stream::Pose.of(seed);
        let mut coat_stream = Stream::Coat.of(seed);

        let mut pixels = Array2::zeros((n, 3 * size * size));
        let mut labels = Array1::zeros(n);
        let mut coats = Array2::zeros((n, 6));
        for (i, mut row) in pixels.rows_mut().into_iter().enumerate() {
            let cat = label_stream.random::<f64>() < cat_fraction;
            let animal = Animal {
                ears: if cat { Ears::Pointed } else { Ears::Round },
                pose: Pose::draw(&mut pose_stream),
                fur: coat.draw(&mut coat_stream),
            };
            if let Some(row) = row.as_slice_mut() {
                animal.paint(size, row);
            }
            labels[i] = usize::from(cat);
            for (c, color) in [animal.fur.base, animal.fur.patch]
                .concat()
                .iter()
                .enumerate()
            {
                coats[[i, c]] = *color;
            }
        }
        Ok(Pictures {
            pixels,
            labels,
            coats,
            size,
        })
    }
}

/// Labelled pictures.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Pictures {
    /// One picture per row, shape `[N, 3·size·size]`, values in [0, 1]: row by
    /// row, pixel by pixel, red, green, blue.
    pub pixels: Array2<f64>,
    /// 1 for a cat, 0 for not a cat, shape `[N]`.
    pub labels: Array1<usize>,
    /// The color of the fur and of its patch (the same unless calico), shape `[N, 6]`:
    /// what the generator chose, for tests of independence.
    pub coats: Array2<f64>,
    /// The side of a picture in pixels.
    pub size: usize,
}

impl Pictures {
    /// The number of pictures.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no picture.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// These pictures followed by others of the same size.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] if the others have another size.
    pub fn join(&self, other: &Pictures) -> Result<Pictures> {
        crate::error::same_length("one picture", other.pixels.ncols(), self.pixels.ncols())?;
        Ok(Pictures {
            pixels: rows_of_both(self.pixels.view(), other.pixels.view()),
            labels: self.labels.iter().chain(&other.labels).copied().collect(),
            coats: rows_of_both(self.coats.view(), other.coats.view()),
            size: self.size,
        })
    }

    /// Some of these pictures.
    pub(crate) fn select(&self, rows: &[usize]) -> Pictures {
        Pictures {
            pixels: self.pixels.select(Axis(0), rows),
            labels: self.labels.select(Axis(0), rows),
            coats: self.coats.select(Axis(0), rows),
            size: self.size,
        }
    }

    /// The same pictures in another light.
    pub fn under(&self, light: Light) -> Pictures {
        Pictures {
            pixels: light.shine(&self.pixels),
            ..self.clone()
        }
    }
}
