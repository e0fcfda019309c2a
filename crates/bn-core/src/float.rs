use ndarray::NdFloat;
use num_traits::FromPrimitive;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// The element type of every array: `f32` or `f64`.
///
/// Sums over a batch run in `f64` for both types: an `f32` statistic is rounded to
/// `f32` once, at the end.
pub trait Float: NdFloat + FromPrimitive + Default + sealed::Sealed {
    /// The same number as `f64`; nothing is lost.
    fn widen(self) -> f64;
    /// The nearest number of this type; infinite where `value` is beyond its range.
    fn narrow(value: f64) -> Self;
}

impl Float for f32 {
    #[inline(always)]
    fn widen(self) -> f64 {
        f64::from(self)
    }
    #[inline(always)]
    fn narrow(value: f64) -> Self {
        value as f32
    }
}

impl Float for f64 {
    #[inline(always)]
    fn widen(self) -> f64 {
        self
    }
    #[inline(always)]
    fn narrow(value: f64) -> Self {
        value
    }
}
