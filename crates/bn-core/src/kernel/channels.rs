//! `[outer, channels, inner]`: one group for each channel.

use super::sums::{
    Gradient, PIVOT, Powers, Terms, add_rows, add_rows_in_order, is_far, is_in_order_faster,
    moment, pivot, stretch,
};
use super::threads::for_each;
use super::{GradientSums, Line, Moment, Plane};
use crate::Float;
use multiversion::multiversion;
use ndarray::{ArrayViewMut3, Axis};

/// Memory in standard layout, seen as `[outer, channels, inner]`; none of them is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) outer: usize,
    pub(crate) channels: usize,
    pub(crate) inner: usize,
}

impl Extent {
    pub(crate) fn len(self) -> usize {
        self.outer * self.channels * self.inner
    }

    /// m, the number of values in a group.
    pub(crate) fn per_channel(self) -> usize {
        self.outer * self.inner
    }

    /// Whole rows of about `BLOCK` elements: the unit of work where channels are columns.
    fn rows_per_block(self) -> usize {
        (BLOCK / self.channels).max(1).next_multiple_of(8)
    }

    /// The unit of work where channels have stretches of memory of their own: so many that the
    /// stretches of one example are long together, and that all of it stays in the cache between
    /// the statistics and the result.
    fn channels_per_tile(self) -> usize {
        (BLOCK / self.per_channel())
            .max(RUN.div_ceil(self.inner))
            .min(TILE)
    }

    fn view<F>(self, y: &mut [F]) -> ArrayViewMut3<'_, F> {
        ArrayViewMut3::from_shape((self.outer, self.channels, self.inner), y)
            .expect("the extent is that of the array")
    }

    /// Where channel c of example n is.
    #[inline(always)]
    fn stretch<F>(self, x: &[F], n: usize, c: usize) -> &[F] {
        &x[(n * self.channels + c) * self.inner..][..self.inner]
    }
}

const BLOCK: usize = 1 << 15;

/// Memory is read in runs of at least so many elements, as far as a tile reaches.
const RUN: usize = 1 << 12;

/// No more channels in a tile than this.
const TILE: usize = 64;

/// What the loops write down on their way; kept from call to call, so that they allocate once.
#[derive(Debug, Clone)]
pub(crate) struct Scratch<F> {
    center: Vec<F>,
    scale: Vec<F>,
    slope: Vec<F>,
    offset: Vec<F>,
    sums: Vec<f64>,
    partial: Vec<f64>,
}

impl<F> Default for Scratch<F> {
    fn default() -> Self {
        Scratch {
            center: Vec::new(),
            scale: Vec::new(),
            slope: Vec::new(),
            offset: Vec::new(),
            sums: Vec::new(),
            partial: Vec::new(),
        }
    }
}

impl<F: Float> Scratch<F> {
    fn set_lines(&mut self, lines: impl Iterator<Item = Line<F>>) {
        self.center.clear();
        self.scale.clear();
        self.offset.clear();
        for line in lines {
            self.center.push(line.center);
            self.scale.push(line.scale);
            self.offset.push(line.offset);
        }
    }
}

/// Normalizes each channel: finds its moments, asks `line` what to do with them, does it.
pub(crate) fn forward<F: Float>(
    x: &[F],
    y: &mut [F],
    extent: Extent,
    moments: &mut [Moment],
    scratch: &mut Scratch<F>,
    line: impl Fn(usize, Moment) -> Line<F> + Sync + Send,
) {
    if extent.inner == 1 {
        column_moments(x, extent, moments, scratch);
        let lines = moments
            .iter()
            .enumerate()
            .map(|(c, &moment)| line(c, moment));
        scratch.set_lines(lines);
        return column_lines(x, y, extent, scratch);
    }
    let tile = extent.channels_per_tile();
    let mut y = extent.view(y);
    let tiles = y
        .axis_chunks_iter_mut(Axis(1), tile)
        .zip(moments.chunks_mut(tile))
        .enumerate();
    for_each(extent.len(), tiles, |(k, (y, moments))| {
        forward_tile(x, y, extent, k * tile, moments, &line);
    });
}

/// y = (x − center) · scale + offset, with a line for each channel.
pub(crate) fn apply<F: Float>(
    x: &[F],
    y: &mut [F],
    extent: Extent,
    scratch: &mut Scratch<F>,
    line: impl Fn(usize) -> Line<F> + Sync + Send,
) {
    if extent.inner == 1 {
        scratch.set_lines((0..extent.channels).map(line));
        return column_lines(x, y, extent, scratch);
    }
    // In the order of memory, through the examples.
    scratch.set_lines((0..extent.channels).map(line));
    let run = (BLOCK / extent.inner).max(1);
    let (block, scratch) = (run * extent.inner, &*scratch);
    let blocks = x.chunks(block).zip(y.chunks_mut(block)).enumerate();
    for_each(x.len(), blocks, |(k, (x, y))| {
        stretch_lines(x, y, extent, k * run, scratch);
    });
}

/// The way back. `x` is what the moments describe: Σdy and Σdy x̂ of each channel go into
/// `sums`, and `plane` says what dx to make of them.
#[allow(clippy::too_many_arguments)] // four arrays in, two out, and how
pub(crate) fn backward<F: Float>(
    x: &[F],
    dy: &[F],
    dx: &mut [F],
    extent: Extent,
    normalized: impl Fn(usize) -> (f64, f64) + Sync + Send,
    sums: &mut [GradientSums],
    scratch: &mut Scratch<F>,
    plane: impl Fn(usize, GradientSums) -> Plane<F> + Sync + Send,
) {
    if extent.inner == 1 {
        return column_backward(x, dy, dx, extent, normalized, sums, scratch, plane);
    }
    let tile = extent.channels_per_tile();
    let mut dx = extent.view(dx);
    let tiles = dx
        .axis_chunks_iter_mut(Axis(1), tile)
        .zip(sums.chunks_mut(tile))
        .enumerate();
    for_each(extent.len(), tiles, |(k, (dx, sums))| {
        backward_tile(x, dy, dx, extent, k * tile, &normalized, sums, &plane);
    });
}

// Channels with stretches of memory of their own, inner > 1.

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+bmi2", "x86_64+avx2+bmi2"))]
fn tile_moments<F: Float>(x: &[F], extent: Extent, start: usize, moments: &mut [Moment]) {
    let mut pivots = [F::zero(); TILE];
    for (k, pivot) in pivots[..moments.len()].iter_mut().enumerate() {
        *pivot = pivot_of(x, extent, start + k);
    }
    let mut totals = [[0.0; 2]; TILE];
    for n in 0..extent.outer {
        for k in 0..moments.len() {
            let x = extent.stretch(x, n, start + k);
            let [first, second] = stretch(x, x, pivots[k], Powers);
            totals[k][0] += first;
            totals[k][1] += second;
        }
    }
    for (k, result) in moments.iter_mut().enumerate() {
        *result = moment(totals[k], pivots[k], extent.per_channel());
        if is_far(pivots[k], *result) {
            let pivot = F::narrow(result.mean);
            let mut total = [0.0; 2];
            for n in 0..extent.outer {
                let x = extent.stretch(x, n, start + k);
                let [first, second] = stretch(x, x, pivot, Powers);
                total[0] += first;
                total[1] += second;
            }
            *result = moment(total, pivot, extent.per_channel());
        }
    }
}

#[inline(always)]
fn pivot_of<F: Float>(x: &[F], extent: Extent, c: usize) -> F {
    pivot((0..extent.outer).flat_map(|n| extent.stretch(x, n, c).iter().copied()))
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+bmi2", "x86_64+avx2+bmi2"))]
fn forward_tile<F: Float>(
    x: &[F],
    y: ArrayViewMut3<F>,
    extent: Extent,
    start: usize,
    moments: &mut [Moment],
    line: &impl Fn(usize, Moment) -> Line<F>,
) {
    tile_moments(x, extent, start, moments);
    line_tile(x, y, extent, start, &|c| line(c, moments[c - start]));
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+bmi2", "x86_64+avx2+bmi2"))]
fn line_tile<F: Float>(
    x: &[F],
    mut y: ArrayViewMut3<F>,
    extent: Extent,
    start: usize,
    line: &impl Fn(usize) -> Line<F>,
) {
    let mut lines = [Line::default(); TILE];
    for (k, place) in lines[..y.len_of(Axis(1))].iter_mut().enumerate() {
        *place = line(start + k);
    }
    // Backwards through the examples: the last ones are still in the cache.
    for n in (0..extent.outer).rev() {
        let mut y = y.index_axis_mut(Axis(0), n);
        let y = y.as_slice_mut().expect("whole channels of one example");
        for (k, y) in y.chunks_exact_mut(extent.inner).enumerate() {
            let Line {
                center,
                scale,
                offset,
            } = lines[k];
            let x = extent.stretch(x, n, start + k);
            for (y, &x) in y.iter_mut().zip(x) {
                *y = (x - center) * scale + offset;
            }
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+bmi2", "x86_64+avx2+bmi2"))]
fn stretch_lines<F: Float>(
    x: &[F],
    y: &mut [F],
    extent: Extent,
    start: usize,
    scratch: &Scratch<F>,
) {
    let Extent {
        channels, inner, ..
    } = extent;
    let stretches = x.chunks_exact(inner).zip(y.chunks_exact_mut(inner));
    for (k, (x, y)) in stretches.enumerate() {
        let c = (start + k) % channels;
        let (center, scale, offset) = (scratch.center[c], scratch.scale[c], scratch.offset[c]);
        for (y, &x) in y.iter_mut().zip(x) {
            *y = (x - center) * scale + offset;
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+bmi2", "x86_64+avx2+bmi2"))]
#[allow(clippy::too_many_arguments)]
fn backward_tile<F: Float>(
    x: &[F],
    dy: &[F],
    mut dx: ArrayViewMut3<F>,
    extent: Extent,
    start: usize,
    normalized: &impl Fn(usize) -> (f64, f64),
    sums: &mut [GradientSums],
    plane: &impl Fn(usize, GradientSums) -> Plane<F>,
) {
    let mut planes = [Plane::default(); TILE];
    for (k, plane) in planes[..sums.len()].iter_mut().enumerate() {
        plane.center = F::narrow(normalized(start + k).0);
    }
    let mut totals = [[0.0; 2]; TILE];
    for n in 0..extent.outer {
        for k in 0..sums.len() {
            let (x, dy) = (
                extent.stretch(x, n, start + k),
                extent.stretch(dy, n, start + k),
            );
            let [first, second] = stretch(x, dy, planes[k].center, Gradient);
            totals[k][0] += first;
            totals[k][1] += second;
        }
    }
    for (k, sums) in sums.iter_mut().enumerate() {
        let (mean, sigma) = normalized(start + k);
        *sums = gradient_sums(totals[k], mean, sigma, planes[k].center);
        planes[k] = plane(start + k, *sums);
    }
    for n in (0..extent.outer).rev() {
        let mut dx = dx.index_axis_mut(Axis(0), n);
        let dx = dx.as_slice_mut().expect("whole channels of one example");
        for (k, dx) in dx.chunks_exact_mut(extent.inner).enumerate() {
            let Plane {
                dy_scale,
                center,
                x_scale,
                offset,
            } = planes[k];
            let (x, dy) = (
                extent.stretch(x, n, start + k),
                extent.stretch(dy, n, start + k),
            );
            for ((dx, &x), &dy) in dx.iter_mut().zip(x).zip(dy) {
                *dx = dy * dy_scale + (x - center) * x_scale + offset;
            }
        }
    }
}

/// Σ dy x̂ from Σ dy (x − center), where the center is the mean, rounded to `F`.
#[inline(always)]
pub(super) fn gradient_sums<F: Float>(
    [dy, dy_centered]: [f64; 2],
    mean: f64,
    sigma: f64,
    center: F,
) -> GradientSums {
    let dy_x_hat = (dy_centered - (mean - center.widen()) * dy) / sigma;
    GradientSums { dy, dy_x_hat }
}

// Channels that are the columns of a matrix, inner = 1.

fn column_moments<F: Float>(
    x: &[F],
    extent: Extent,
    moments: &mut [Moment],
    scratch: &mut Scratch<F>,
) {
    let Extent {
        outer, channels, ..
    } = extent;
    scratch.center.clear();
    scratch.center.resize(channels, F::zero());
    let first = &x[..channels * outer.min(PIVOT)];
    column_pivots(first, &mut scratch.center);
    let mut again = true;
    loop {
        column_sums(x, x, extent, Powers, scratch);
        let mut far = false;
        for (c, result) in moments.iter_mut().enumerate() {
            let sums = [scratch.sums[c], scratch.sums[channels + c]];
            *result = moment(sums, scratch.center[c], outer);
            far |= is_far(scratch.center[c], *result);
        }
        if !(far && again) {
            return;
        }
        again = false;
        scratch.center.clear();
        scratch
            .center
            .extend(moments.iter().map(|moment| F::narrow(moment.mean)));
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+bmi2", "x86_64+avx2+bmi2"))]
fn column_pivots<F: Float>(x: &[F], pivots: &mut [F]) {
    let (start, rows) = (
        &x[..pivots.len()],
        F::narrow((x.len() / pivots.len()) as f64),
    );
    for x in x.chunks_exact(pivots.len()) {
        for ((pivot, &x), &start) in pivots.iter_mut().zip(x).zip(start) {
            *pivot += x - start;
        }
    }
    for (pivot, &start) in pivots.iter_mut().zip(start) {
        *pivot = start + *pivot / rows;
    }
}

/// Both sums of every column, around `scratch.center`, into `scratch.sums`.
fn column_sums<F: Float>(
    a: &[F],
    b: &[F],
    extent: Extent,
    terms: impl Terms<F> + Send + Sync,
    scratch: &mut Scratch<F>,
) {
    let (channels, block) = (extent.channels, extent.rows_per_block() * extent.channels);
    let Scratch {
        center,
        sums,
        partial,
        ..
    } = scratch;
    partial.clear();
    partial.resize(2 * channels * a.len().div_ceil(block), 0.0);
    let blocks = a
        .chunks(block)
        .zip(b.chunks(block))
        .zip(partial.chunks_mut(2 * channels));
    let order = match is_in_order_faster::<F>(channels, a.len()) {
        true => Order::Memory,
        false => Order::Columns,
    };
    for_each(a.len(), blocks, |((a, b), partial)| {
        column_block_sums(a, b, center, terms, order, partial);
    });
    sums.clear();
    sums.resize(2 * channels, 0.0);
    for partial in partial.chunks(2 * channels) {
        for (sum, &partial) in sums.iter_mut().zip(partial) {
            *sum += partial;
        }
    }
}

/// What of a block is added up first; the sums are the same.
#[derive(Clone, Copy)]
enum Order {
    /// Four rows, column by column.
    Columns,
    /// Row by row.
    Memory,
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+bmi2", "x86_64+avx2+bmi2"))]
fn column_block_sums<F: Float>(
    a: &[F],
    b: &[F],
    center: &[F],
    terms: impl Terms<F>,
    order: Order,
    partial: &mut [f64],
) {
    let (first, second) = partial.split_at_mut(center.len());
    match order {
        Order::Columns => add_rows(a, b, center, terms, first, second),
        Order::Memory => add_rows_in_order(a, b, center, terms, first, second),
    }
}

/// Backwards through the blocks: the last ones are still in the cache.
fn column_lines<F: Float>(x: &[F], y: &mut [F], extent: Extent, scratch: &Scratch<F>) {
    let block = extent.rows_per_block() * extent.channels;
    let Scratch {
        center,
        scale,
        offset,
        ..
    } = scratch;
    for_each(
        x.len(),
        x.chunks(block).zip(y.chunks_mut(block)).rev(),
        |(x, y)| {
            column_block_lines(x, y, center, scale, offset);
        },
    );
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+bmi2", "x86_64+avx2+bmi2"))]
fn column_block_lines<F: Float>(x: &[F], y: &mut [F], center: &[F], scale: &[F], offset: &[F]) {
    let width = center.len();
    let (scale, offset) = (&scale[..width], &offset[..width]);
    for (x, y) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)) {
        for c in 0..width {
            y[c] = (x[c] - center[c]) * scale[c] + offset[c];
        }
    }
}

#[allow(clippy::too_many_arguments)]
fn column_backward<F: Float>(
    x: &[F],
    dy: &[F],
    dx: &mut [F],
    extent: Extent,
    normalized: impl Fn(usize) -> (f64, f64),
    sums: &mut [GradientSums],
    scratch: &mut Scratch<F>,
    plane: impl Fn(usize, GradientSums) -> Plane<F>,
) {
    let channels = extent.channels;
    scratch.center.clear();
    scratch
        .center
        .extend((0..channels).map(|c| F::narrow(normalized(c).0)));
    column_sums(x, dy, extent, Gradient, scratch);
    scratch.scale.clear();
    scratch.slope.clear();
    scratch.offset.clear();
    for (c, sums) in sums.iter_mut().enumerate() {
        let total = [scratch.sums[c], scratch.sums[channels + c]];
        let (mean, sigma) = normalized(c);
        *sums = gradient_sums(total, mean, sigma, scratch.center[c]);
        let plane = plane(c, *sums);
        scratch.scale.push(plane.dy_scale);
        scratch.slope.push(plane.x_scale);
        scratch.offset.push(plane.offset);
    }
    let block = extent.rows_per_block() * channels;
    let blocks = x
        .chunks(block)
        .zip(dy.chunks(block))
        .zip(dx.chunks_mut(block))
        .rev();
    let scratch = &*scratch;
    for_each(x.len(), blocks, |((x, dy), dx)| {
        column_block_planes(x, dy, dx, scratch)
    });
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+bmi2", "x86_64+avx2+bmi2"))]
fn column_block_planes<F: Float>(x: &[F], dy: &[F], dx: &mut [F], scratch: &Scratch<F>) {
    let width = scratch.center.len();
    let (center, dy_scale) = (&scratch.center[..width], &scratch.scale[..width]);
    let (x_scale, offset) = (&scratch.slope[..width], &scratch.offset[..width]);
    let rows = x.chunks_exact(width).zip(dy.chunks_exact(width));
    for ((x, dy), dx) in rows.zip(dx.chunks_exact_mut(width)) {
        for c in 0..width {
            dx[c] = dy[c] * dy_scale[c] + (x[c] - center[c]) * x_scale[c] + offset[c];
        }
    }
}
