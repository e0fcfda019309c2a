//! The loops under the layers, on memory in standard layout.
//!
//! Every layer normalizes groups of elements. Batch normalization sees its input as
//! `[outer, channels, inner]` ([`channels`]): a group is a channel. The layers that normalize
//! each example by itself see it as `[rows, len]` ([`rows`]): a group is a row.
//!
//! Each element is shifted by a pivot near the mean of its group and squared in its own type;
//! four at a time are summed in pairs, and these sums are collected in `f64`. So a mean of a
//! million does not drown a variance of one, in one pass. The order of all sums depends on the
//! shape alone: not on the number of threads, nor on the width of the vector registers, and no
//! multiplication is fused with an addition, so that every machine gives the same bits.

pub(crate) mod channels;
pub(crate) mod rows;
mod sums;
mod threads;

use crate::Float;

/// Mean and variance of one group, in `f64`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Moment {
    pub(crate) mean: f64,
    pub(crate) variance: f64,
}

/// y = (x − center) · scale + offset
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Line<F> {
    center: F,
    scale: F,
    offset: F,
}

impl<F: Float> Line<F> {
    /// y = scale · (x − mean) / sigma + shift. What the mean loses when it is rounded to `F`
    /// goes into the offset.
    #[inline(always)]
    pub(crate) fn new(mean: f64, sigma: f64, scale: f64, shift: f64) -> Self {
        let center = F::narrow(mean);
        let scale = scale / sigma;
        // An infinite mean would give ∞ − ∞ here, and the channel is spoilt anyway.
        let offset = shift - (mean - center.widen()) * scale;
        Line {
            center,
            scale: F::narrow(scale),
            offset: F::narrow(offset),
        }
    }
}

/// dx = dy · dy_scale + (x − center) · x_scale + offset
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Plane<F> {
    dy_scale: F,
    center: F,
    x_scale: F,
    offset: F,
}

/// The sums that the way back needs of a group: Σ dy and Σ dy x̂.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct GradientSums {
    pub(crate) dy: f64,
    pub(crate) dy_x_hat: f64,
}

impl<F: Float> Plane<F> {
    /// dx = scale / sigma · (dy − Σdy / m − x̂ Σ(dy x̂) / m)
    #[inline(always)]
    pub(crate) fn new(mean: f64, sigma: f64, scale: f64, sums: GradientSums, m: usize) -> Self {
        let (center, m) = (F::narrow(mean), m as f64);
        let dy_scale = scale / sigma;
        let x_scale = -dy_scale * sums.dy_x_hat / (m * sigma);
        let offset = -dy_scale * sums.dy / m - (mean - center.widen()) * x_scale;
        Plane {
            dy_scale: F::narrow(dy_scale),
            center,
            x_scale: F::narrow(x_scale),
            offset: F::narrow(offset),
        }
    }
}
