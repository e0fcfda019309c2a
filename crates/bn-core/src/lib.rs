//! The equations of batch normalization, on [`ndarray`], for `f32` and `f64`.
//!
//! Every function here is one equation, written as it stands on paper: its
//! documentation gives the formula, the shapes, what is refused and where the
//! equation comes from. Arrays come in as views and go out as arrays. The crate does
//! no input or output, draws no random numbers, keeps no global state, and
//! answers bad input with an [`Error`] instead of a panic.
//!
//! # From zero to a trained layer
//!
//! Batch norm, a linear layer behind it, and gradient descent on the weights of both:
//!
//! ```
//! use bn_core::{BatchNorm, Error};
//! use ndarray::{Array1, Array2};
//!
//! // 64 examples of two features, one of them a thousand times the other; t depends on both.
//! let x = Array2::from_shape_fn((64, 2), |(i, j)| [(i as f64).sin(), 1e3 * (i % 7) as f64][j]);
//! let t = Array1::from_shape_fn(64, |i| (i as f64).sin() - (i % 7) as f64);
//!
//! let mut norm = BatchNorm::<f64>::params(2).check()?.layer();
//! let mut w = Array1::from_elem(2, 0.1);
//! let mut losses = Vec::new();
//! for _ in 0..100 {
//!     let (y, cache) = norm.forward_train(x.view())?;
//!     let error = y.dot(&w) - &t;
//!     losses.push(error.dot(&error) / 64.0);
//!     let dy = Array2::from_shape_fn((64, 2), |(i, j)| 2.0 * error[i] * w[j] / 64.0);
//!     let gradients = norm.backward(&cache, dy.view())?;
//!     w.scaled_add(-0.1 * 2.0 / 64.0, &y.t().dot(&error));
//!     norm.gamma_mut().scaled_add(-0.1, &gradients.dgamma);
//!     norm.beta_mut().scaled_add(-0.1, &gradients.dbeta);
//! }
//! assert!(losses[99] < 1e-6 * losses[0]);
//! let prediction = norm.forward_eval(x.view())?.dot(&w); // of each example by itself
//! assert!((prediction - t).iter().all(|error| error.abs() < 0.1));
//! # Ok::<(), Error>(())
//! ```
//!
//! # Where to find what
//!
//! | module | equations |
//! |---|---|
//! | [`batch_norm`] | the layer: training, inference, backward; ghost batches, renormalization |
//! | [`example_norm`] | layer, instance, group and root mean square normalization |
//! | [`moments`], [`streaming`], [`percentile`] | mean and variance, at once or in pieces; percentiles |
//! | [`normalize`](mod@normalize) | x̂, y = γx̂ + β, and the γ, β that undo it |
//! | [`running`], [`adapt`] | running mean and variance, and their blend with test data |
//! | [`gradient`] | dβ, dγ, dx̂, dσ², dμ, dx, the Jacobian |
//! | [`fold`](mod@fold) | batch norm folded into the layer before it |
//! | [`noise`] | what a small batch does to μ, σ and x̂; dropout |
//! | [`scale`] | scale invariance, effective learning rate, equilibrium |
//! | [`landscape`], [`depth`] | how much gradients move; growth, rank and residual branches with depth |
//! | [`importance`] | covariate shift: density ratios, weights, effective sample size |
//! | [`two_sample`] | is there a shift at all? the classifier two-sample test |
//! | [`distance`] | how far apart: KL, W₂, MMD, sliced W₂ |
//!
//! An item carries the label of its equation as a search alias: look for
//! `eq:normalize` in the search box.

pub mod adapt;
mod affine;
pub mod batch_norm;
mod check;
pub mod depth;
pub mod distance;
mod error;
pub mod example_norm;
mod float;
pub mod fold;
pub mod gradient;
pub mod importance;
mod kernel;
pub mod landscape;
pub mod moments;
pub mod noise;
pub mod normalize;
pub mod percentile;
pub mod running;
pub mod scale;
mod standard_layout;
pub mod streaming;
mod sum;
pub mod two_sample;
mod workspace;

pub use affine::Affine;
pub use batch_norm::{
    BatchNorm, BatchNormParams, BatchNormValidParams, Cache, ChannelAxis, Momentum, NonFinite,
    RenormLimits, Running, RunningStep,
};
pub use error::{Error, Result};
pub use example_norm::{ExampleNorm, ExampleNormParams, ExampleNormValidParams};
pub use float::Float;
pub use gradient::Gradients;
pub use moments::Moments;
pub use running::RunningVariance;
pub use workspace::Workspace;
