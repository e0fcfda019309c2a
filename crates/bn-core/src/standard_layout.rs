//! Views as slices in standard layout: as they are where they can be, through a buffer where
//! they are strided, reversed or transposed.

use crate::Float;
use ndarray::{ArrayView, ArrayViewMut, Dimension};

pub(crate) fn read<'a, F: Float, D: Dimension>(
    x: &'a ArrayView<'_, F, D>,
    buffer: &'a mut Vec<F>,
) -> &'a [F] {
    match x.as_slice() {
        Some(x) => x,
        None => {
            buffer.clear();
            buffer.extend(x.iter());
            buffer
        }
    }
}

pub(crate) fn write<F: Float, D: Dimension, R>(
    mut y: ArrayViewMut<'_, F, D>,
    buffer: &mut Vec<F>,
    fill: impl FnOnce(&mut [F]) -> R,
) -> R {
    if let Some(y) = y.as_slice_mut() {
        return fill(y);
    }
    buffer.clear();
    buffer.resize(y.len(), F::zero());
    let result = fill(buffer);
    for (y, &filled) in y.iter_mut().zip(&*buffer) {
        *y = filled;
    }
    result
}
