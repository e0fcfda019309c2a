use ndarray::Array2;

use crate::error::{Error, Result, shown};

/// A change of light or camera: every value of every picture goes from `x` to
/// `gain·x + offset`. Nothing is clipped, so no information is lost.
///
/// ```
/// use bn_lab::Light;
/// use ndarray::array;
/// let x = array![[0.0, 0.5, 1.0]];
/// assert_eq!(Light::contrast(0.3, 0.5)?.shine(&x), array![[0.5, 0.65, 0.8]]);
/// assert_eq!(Light::inverted().shine(&x), array![[1.0, 0.5, 0.0]]);
/// # Ok::<(), bn_lab::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Light {
    gain: f64,
    offset: f64,
}

impl Light {
    /// `x → contrast·x + offset`.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] if a number is not finite, or the contrast is 0,
    /// which would leave no picture.
    pub fn contrast(contrast: f64, offset: f64) -> Result<Light> {
        if !contrast.is_finite() || contrast == 0.0 {
            return Err(Error::Parameter {
                name: "contrast",
                given: shown(format_args!("{contrast}")),
                expected: "a finite number other than 0",
            });
        }
        if !offset.is_finite() {
            return Err(Error::Parameter {
                name: "offset",
                given: shown(format_args!("{offset}")),
                expected: "a finite number",
            });
        }
        Ok(Light {
            gain: contrast,
            offset,
        })
    }

    /// `x → gain·x`: a dimmer (or brighter) lamp.
    ///
    /// # Errors
    ///
    /// As [`Light::contrast`].
    pub fn gain(gain: f64) -> Result<Light> {
        Light::contrast(gain, 0.0)
    }

    /// `x → x + offset`: fog, or a bias of the camera.
    ///
    /// # Errors
    ///
    /// As [`Light::contrast`].
    pub fn offset(offset: f64) -> Result<Light> {
        Light::contrast(1.0, offset)
    }

    /// `x → 1 − x`: the negative.
    pub fn inverted() -> Light {
        Light {
            gain: -1.0,
            offset: 1.0,
        }
    }

    /// The pixels in this light.
    pub fn shine(&self, pixels: &Array2<f64>) -> Array2<f64> {
        pixels.mapv(|x| self.gain * x + self.offset)
    }
}
