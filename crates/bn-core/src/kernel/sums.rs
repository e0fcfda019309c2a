//! Two sums at once over the rows of a matrix, one pair for each column.

use crate::Float;

/// So many rows are summed in their own type before they are widened to `f64`.
const ROWS: usize = 4;

/// So many columns a stretch of memory without columns is folded into.
const LANES: usize = 16;

/// So many of the first values give the pivot.
pub(super) const PIVOT: usize = 8;

/// What is summed for an element of `a` and the element of `b` beside it.
pub(super) trait Terms<F>: Copy {
    fn of(self, a: F, b: F, center: F) -> (F, F);
}

/// x − K and (x − K)²
#[derive(Clone, Copy)]
pub(super) struct Powers;

impl<F: Float> Terms<F> for Powers {
    #[inline(always)]
    fn of(self, x: F, _: F, pivot: F) -> (F, F) {
        let d = x - pivot;
        (d, d * d)
    }
}

/// dy and dy (x − center)
#[derive(Clone, Copy)]
pub(super) struct Gradient;

impl<F: Float> Terms<F> for Gradient {
    #[inline(always)]
    fn of(self, x: F, dy: F, center: F) -> (F, F) {
        (dy, dy * (x - center))
    }
}

/// Adds the terms of every row of `a` and `b` to `first` and `second`, column by column.
#[inline(always)]
pub(super) fn add_rows<F: Float>(
    a: &[F],
    b: &[F],
    center: &[F],
    terms: impl Terms<F>,
    first: &mut [f64],
    second: &mut [f64],
) {
    let width = center.len();
    let (first, second) = (&mut first[..width], &mut second[..width]);
    let (a_blocks, b_blocks) = (a.chunks_exact(ROWS * width), b.chunks_exact(ROWS * width));
    let (a_rest, b_rest) = (a_blocks.remainder(), b_blocks.remainder());
    for (a, b) in a_blocks.zip(b_blocks) {
        let a: [&[F]; ROWS] = std::array::from_fn(|row| &a[row * width..][..width]);
        let b: [&[F]; ROWS] = std::array::from_fn(|row| &b[row * width..][..width]);
        for c in 0..width {
            let t = |row: usize| terms.of(a[row][c], b[row][c], center[c]);
            let (t0, t1, t2, t3) = (t(0), t(1), t(2), t(3));
            let sum_0 = (t0.0 + t1.0) + (t2.0 + t3.0);
            let sum_1 = (t0.1 + t1.1) + (t2.1 + t3.1);
            first[c] += sum_0.widen();
            second[c] += sum_1.widen();
        }
    }
    for (a, b) in a_rest.chunks(width).zip(b_rest.chunks(width)) {
        for (c, (&a, &b)) in a.iter().zip(b).enumerate() {
            let (sum_0, sum_1) = terms.of(a, b, center[c]);
            first[c] += sum_0.widen();
            second[c] += sum_1.widen();
        }
    }
}

/// Rows of fewer bytes than this share a page of memory.
const PAGE: usize = 4096;

/// Arrays of more elements than this are not in a cache when they are read.
const LARGE: usize = 1 << 21;

/// Whether [`add_rows_in_order`] is faster than [`add_rows`] for rows so wide of so large an
/// array. Measured: half the time for [65536, 256], and more of it within the caches.
pub(super) fn is_in_order_faster<F>(width: usize, len: usize) -> bool {
    let row = width * size_of::<F>();
    len > LARGE && row < PAGE && row * ROWS >= PAGE
}

/// The sums of [`add_rows`], bit for bit, with memory read in its order: a processor fetches
/// memory ahead of its use, but not when four rows of one page are read at the same time.
#[inline(always)]
pub(super) fn add_rows_in_order<F: Float>(
    a: &[F],
    b: &[F],
    center: &[F],
    terms: impl Terms<F>,
    first: &mut [f64],
    second: &mut [f64],
) {
    let width = center.len();
    let (first, second) = (&mut first[..width], &mut second[..width]);
    // As wide as rows of `f32` can be that share a page.
    let mut pairs = [[[F::zero(); PAGE / size_of::<f32>()]; 2]; 2];
    let [upper, lower] = &mut pairs;
    let [upper, lower] = [upper, lower].map(|pair| pair.each_mut().map(|sums| &mut sums[..width]));
    let (a_blocks, b_blocks) = (a.chunks_exact(ROWS * width), b.chunks_exact(ROWS * width));
    let (a_rest, b_rest) = (a_blocks.remainder(), b_blocks.remainder());
    for (a, b) in a_blocks.zip(b_blocks) {
        let row = |k: usize| (&a[k * width..][..width], &b[k * width..][..width]);
        let (x, y) = row(0);
        for c in 0..width {
            (upper[0][c], upper[1][c]) = terms.of(x[c], y[c], center[c]);
        }
        let (x, y) = row(1);
        for c in 0..width {
            let t = terms.of(x[c], y[c], center[c]);
            upper[0][c] += t.0;
            upper[1][c] += t.1;
        }
        let (x, y) = row(2);
        for c in 0..width {
            (lower[0][c], lower[1][c]) = terms.of(x[c], y[c], center[c]);
        }
        let (x, y) = row(3);
        for c in 0..width {
            let t = terms.of(x[c], y[c], center[c]);
            first[c] += (upper[0][c] + (lower[0][c] + t.0)).widen();
            second[c] += (upper[1][c] + (lower[1][c] + t.1)).widen();
        }
    }
    add_rows(a_rest, b_rest, center, terms, first, second);
}

/// The two sums over a stretch of memory that belongs to one group.
#[inline(always)]
pub(super) fn stretch<F: Float>(a: &[F], b: &[F], center: F, terms: impl Terms<F>) -> [f64; 2] {
    let (mut first, mut second) = ([0.0; LANES], [0.0; LANES]);
    add_rows(a, b, &[center; LANES], terms, &mut first, &mut second);
    [fold(first), fold(second)]
}

/// Sums the lanes in pairs.
#[inline(always)]
fn fold(mut lanes: [f64; LANES]) -> f64 {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
        width /= 2;
    }
    lanes[0]
}

/// A number near the mean: the mean of the first few. Equal values give exactly that value.
#[inline(always)]
pub(super) fn pivot<F: Float>(values: impl Iterator<Item = F> + Clone) -> F {
    let Some(start) = values.clone().next() else {
        return F::zero();
    };
    let (mut sum, mut count) = (F::zero(), 0);
    for value in values.take(PIVOT) {
        sum += value - start;
        count += 1;
    }
    start + sum / F::narrow(f64::from(count))
}

/// Mean and variance from Σ(x − K) and Σ(x − K)² of m values.
#[inline(always)]
pub(super) fn moment<F: Float>([first, second]: [f64; 2], pivot: F, m: usize) -> super::Moment {
    let delta = first / m as f64;
    let variance = second / m as f64 - delta * delta;
    super::Moment {
        mean: pivot.widen() + delta,
        variance: if variance < 0.0 { 0.0 } else { variance },
    }
}

/// The pivot was more than a standard deviation off: its square would swamp the variance.
/// The mean itself, known now, is a better one.
#[inline(always)]
pub(super) fn is_far<F: Float>(pivot: F, moment: super::Moment) -> bool {
    let delta = moment.mean - pivot.widen();
    delta * delta > moment.variance && F::narrow(moment.mean) != pivot
}

#[cfg(test)]
mod tests {
    use super::{Gradient, add_rows, add_rows_in_order};

    #[test]
    fn rows_read_in_the_order_of_memory_have_the_same_sums_bit_for_bit() {
        let (width, rows) = (300, 11);
        let wave =
            |f: f32| -> Vec<f32> { (0..width * rows).map(|i| (f * i as f32).sin()).collect() };
        let (x, dy, center) = (wave(0.7), wave(1.3), vec![0.1; width]);
        let mut sums = [(); 4].map(|()| vec![0.5; width]);
        let [first, second, first_in_order, second_in_order] = &mut sums;
        add_rows(&x, &dy, &center, Gradient, first, second);
        add_rows_in_order(&x, &dy, &center, Gradient, first_in_order, second_in_order);
        assert_ne!(first[0], 0.5);
        assert_eq!((first, second), (first_in_order, second_in_order));
    }
}
