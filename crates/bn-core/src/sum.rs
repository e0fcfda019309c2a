//! Sums in `f64`, in pairs: the rounding error grows with log n instead of n.

use crate::Float;
use ndarray::{Array1, ArrayView2, Zip};
use std::ops::{Add, Range};

/// Up to here a plain loop is as accurate as it needs to be, and faster.
const LEAF: usize = 128;

fn pairwise<T: Add<Output = T>>(terms: Range<usize>, leaf: &impl Fn(Range<usize>) -> T) -> T {
    if terms.len() <= LEAF {
        return leaf(terms);
    }
    let middle = terms.start + terms.len() / 2;
    pairwise(terms.start..middle, leaf) + pairwise(middle..terms.end, leaf)
}

/// Σᵢ term(i) for i < n.
pub(crate) fn sum(n: usize, term: impl Fn(usize) -> f64) -> f64 {
    pairwise(0..n, &|terms| terms.map(&term).sum())
}

/// Σᵢ term(a\[i, c\], b\[i, c\]) over the batch, one sum for each channel c.
pub(crate) fn sum_over_batch<A: Float, B: Float>(
    a: ArrayView2<A>,
    b: ArrayView2<B>,
    term: impl Fn(f64, f64) -> f64,
) -> Array1<f64> {
    pairwise(0..a.nrows(), &|rows| {
        let mut sums = Array1::zeros(a.ncols());
        for i in rows {
            Zip::from(&mut sums)
                .and(a.row(i))
                .and(b.row(i))
                .for_each(|sum, a, b| *sum += term(a.widen(), b.widen()));
        }
        sums
    })
}
