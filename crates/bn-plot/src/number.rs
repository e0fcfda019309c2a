use crate::{Error, Result};

/// A number that an axis can show: the primitive numbers and references to them.
///
/// Charts take `impl IntoIterator<Item: Number>`, so a `Vec<f64>`, a `&[f32]`,
/// a `&Array1<f64>`, a range or an iterator all do.
pub trait Number: Copy {
    /// The number as `f64`.
    fn to_f64(self) -> f64;
}

macro_rules! number {
    ($($t:ty),*) => {$(
        impl Number for $t {
            fn to_f64(self) -> f64 {
                self as f64
            }
        }
    )*};
}
number!(f64, f32, usize, u64, u32, u16, u8, isize, i64, i32, i16, i8);

impl<T: Number> Number for &T {
    fn to_f64(self) -> f64 {
        (*self).to_f64()
    }
}

/// `x`, or an error that says where a NaN or an infinity stands.
pub(crate) fn finite(x: f64, what: impl FnOnce() -> String) -> Result<f64> {
    if x.is_finite() {
        Ok(x)
    } else {
        Err(Error::NotFinite {
            what: what(),
            given: x,
        })
    }
}
