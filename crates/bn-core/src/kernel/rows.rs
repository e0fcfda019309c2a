//! `[rows, len]`: one group for each row, and a scale and a shift that may vary within it.

use super::channels::gradient_sums;
use super::sums::{Gradient, Powers, is_far, moment, pivot, stretch};
use super::threads::for_each;
use super::{GradientSums, Line, Moment, Plane};
use crate::Float;
use multiversion::multiversion;

/// Memory in standard layout, seen as `[rows, len]`, and which γ and β belong to an element:
/// the parameters repeat every `period` rows, and `run` elements in a row share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) rows: usize,
    pub(crate) len: usize,
    pub(crate) period: usize,
    pub(crate) run: usize,
}

impl Extent {
    /// How many different γ there are.
    pub(crate) fn parameters(self) -> usize {
        self.period * self.len / self.run
    }

    /// The unit of work: whole rows, about `BLOCK` elements.
    fn rows_per_block(self) -> usize {
        (BLOCK / self.len).max(1)
    }

    /// Where the parameters of a row start, and how many it has.
    #[inline(always)]
    fn of_row(self, row: usize) -> std::ops::Range<usize> {
        let count = self.len / self.run;
        let start = row % self.period * count;
        start..start + count
    }
}

const BLOCK: usize = 1 << 18;

/// What is taken out of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum Center {
    /// The mean of the row.
    Mean,
    /// Nothing: the row is divided by its root mean square.
    Zero,
}

/// γ and β; as many as the extent has parameters.
#[derive(Clone, Copy)]
pub(crate) struct Affine<'a, F> {
    pub(crate) gamma: &'a [F],
    pub(crate) beta: &'a [F],
}

/// Normalizes each row by its own moments, then scales and shifts it.
pub(crate) fn forward<F: Float>(
    x: &[F],
    y: &mut [F],
    extent: Extent,
    center: Center,
    epsilon: f64,
    affine: Affine<F>,
    moments: &mut [Moment],
) {
    let (rows, block) = (
        extent.rows_per_block(),
        extent.rows_per_block() * extent.len,
    );
    let blocks = x
        .chunks(block)
        .zip(y.chunks_mut(block))
        .zip(moments.chunks_mut(rows));
    for_each(x.len(), blocks.enumerate(), |(k, ((x, y), moments))| {
        forward_block(x, y, extent, k * rows, center, epsilon, affine, moments);
    });
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+bmi2", "x86_64+avx2+bmi2"))]
#[allow(clippy::too_many_arguments)]
fn forward_block<F: Float>(
    x: &[F],
    y: &mut [F],
    extent: Extent,
    start: usize,
    center: Center,
    epsilon: f64,
    affine: Affine<F>,
    moments: &mut [Moment],
) {
    let Extent { len, run, .. } = extent;
    let rows = x
        .chunks_exact(len)
        .zip(y.chunks_exact_mut(len))
        .zip(moments);
    for (k, ((x, y), result)) in rows.enumerate() {
        let moment = row_moment(x, center);
        *result = moment;
        let sigma = (moment.variance + epsilon).sqrt();
        let parameters = extent.of_row(start + k);
        let (gamma, beta) = (&affine.gamma[parameters.clone()], &affine.beta[parameters]);
        if run == 1 {
            let Line {
                center,
                scale,
                offset,
            } = Line::new(moment.mean, sigma, 1.0, 0.0);
            for ((y, &x), (&gamma, &beta)) in y.iter_mut().zip(x).zip(gamma.iter().zip(beta)) {
                *y = ((x - center) * scale + offset) * gamma + beta;
            }
        } else {
            let runs = x.chunks_exact(run).zip(y.chunks_exact_mut(run));
            for ((x, y), (&gamma, &beta)) in runs.zip(gamma.iter().zip(beta)) {
                let line = Line::new(moment.mean, sigma, gamma.widen(), beta.widen());
                let Line {
                    center,
                    scale,
                    offset,
                } = line;
                for (y, &x) in y.iter_mut().zip(x) {
                    *y = (x - center) * scale + offset;
                }
            }
        }
    }
}

#[inline(always)]
fn row_moment<F: Float>(x: &[F], center: Center) -> Moment {
    let m = x.len();
    if center == Center::Zero {
        let [_, square] = stretch(x, x, F::zero(), Powers);
        return Moment {
            mean: 0.0,
            variance: square / m as f64,
        };
    }
    let pivot = pivot(x.iter().copied());
    let about = |pivot: F| moment(stretch(x, x, pivot, Powers), pivot, m);
    let moment = about(pivot);
    if is_far(pivot, moment) {
        about(F::narrow(moment.mean))
    } else {
        moment
    }
}

/// The way back; `moments` are those of [`forward`], with one sum for each parameter in `sums`.
#[allow(clippy::too_many_arguments)] // four arrays in, two out, and how
pub(crate) fn backward<F: Float>(
    x: &[F],
    dy: &[F],
    dx: &mut [F],
    extent: Extent,
    center: Center,
    epsilon: f64,
    gamma: &[F],
    moments: &[Moment],
    sums: &mut [GradientSums],
    partial: &mut Vec<f64>,
) {
    let (rows, block) = (
        extent.rows_per_block(),
        extent.rows_per_block() * extent.len,
    );
    let parameters = extent.parameters();
    partial.clear();
    partial.resize(2 * parameters * extent.rows.div_ceil(rows), 0.0);
    let arrays = x
        .chunks(block)
        .zip(dy.chunks(block))
        .zip(dx.chunks_mut(block));
    let blocks = arrays.zip(moments.chunks(rows).zip(partial.chunks_mut(2 * parameters)));
    for_each(
        x.len(),
        blocks.enumerate(),
        |(k, (((x, dy), dx), (moments, partial)))| {
            let start = k * rows;
            backward_block(
                x, dy, dx, extent, start, center, epsilon, gamma, moments, partial,
            );
        },
    );
    sums.fill(GradientSums::default());
    for partial in partial.chunks(2 * parameters) {
        let (dy, dy_x_hat) = partial.split_at(parameters);
        for (sum, (dy, dy_x_hat)) in sums.iter_mut().zip(dy.iter().zip(dy_x_hat)) {
            sum.dy += dy;
            sum.dy_x_hat += dy_x_hat;
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl+avx512dq+bmi2", "x86_64+avx2+bmi2"))]
#[allow(clippy::too_many_arguments)]
fn backward_block<F: Float>(
    x: &[F],
    dy: &[F],
    dx: &mut [F],
    extent: Extent,
    start: usize,
    center: Center,
    epsilon: f64,
    gamma: &[F],
    moments: &[Moment],
    partial: &mut [f64],
) {
    let Extent { len, run, .. } = extent;
    let (all_dy, all_dy_x_hat) = partial.split_at_mut(extent.parameters());
    let arrays = x
        .chunks_exact(len)
        .zip(dy.chunks_exact(len))
        .zip(dx.chunks_exact_mut(len));
    for (k, (((x, dy), dx), moment)) in arrays.zip(moments).enumerate() {
        let (mean, sigma) = (moment.mean, (moment.variance + epsilon).sqrt());
        let middle = F::narrow(mean);
        let parameters = extent.of_row(start + k);
        let gamma = &gamma[parameters.clone()];
        let sum_dy = &mut all_dy[parameters.clone()];
        let sum_dy_x_hat = &mut all_dy_x_hat[parameters];
        // Over the row, with γ: what reaches its moments.
        let mut total = GradientSums::default();
        if run == 1 {
            let Line {
                center,
                scale,
                offset,
            } = Line::new(mean, sigma, 1.0, 0.0);
            let (x, dy, dx) = (&x[..len], &dy[..len], &mut dx[..len]);
            let (gamma, sum_dy) = (&gamma[..len], &mut sum_dy[..len]);
            let sum_dy_x_hat = &mut sum_dy_x_hat[..len];
            for j in 0..len {
                let x_hat: F = (x[j] - center) * scale + offset;
                sum_dy[j] += dy[j].widen();
                sum_dy_x_hat[j] += (dy[j] * x_hat).widen();
                dx[j] = dy[j] * gamma[j];
            }
            total = gradient_sums(stretch(x, dx, middle, Gradient), mean, sigma, middle);
        } else {
            let runs = x
                .chunks_exact(run)
                .zip(dy.chunks_exact(run))
                .zip(dx.chunks_exact_mut(run));
            for ((((x, dy), dx), &gamma), (sum_dy, sum_dy_x_hat)) in
                runs.zip(gamma).zip(sum_dy.iter_mut().zip(sum_dy_x_hat))
            {
                let of_run = stretch(x, dy, middle, Gradient);
                let of_run = gradient_sums(of_run, mean, sigma, middle);
                *sum_dy += of_run.dy;
                *sum_dy_x_hat += of_run.dy_x_hat;
                total.dy += gamma.widen() * of_run.dy;
                total.dy_x_hat += gamma.widen() * of_run.dy_x_hat;
                for (dx, &dy) in dx.iter_mut().zip(dy) {
                    *dx = dy * gamma;
                }
            }
        }
        if center == Center::Zero {
            total.dy = 0.0; // no mean that could have carried a gradient
        }
        let Plane {
            dy_scale,
            center,
            x_scale,
            offset,
        } = Plane::new(mean, sigma, 1.0, total, len);
        for (dx, &x) in dx.iter_mut().zip(x) {
            *dx = *dx * dy_scale + (x - center) * x_scale + offset;
        }
    }
}
