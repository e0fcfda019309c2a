//! The equations of batch normalization, on [`ndarray`], for `f32` and `f64`.
//!
//! Every function here is one equation, written as it stands on paper: its
//! documentation gives the formula, the shapes, what is refused and where the
//! equation comes from. Arrays come in as views and go out as arrays. The crate does
//! no input or output, draws no random numbers, keeps no global state, and
//! answers bad input with an [`Error`] instead of a panic.
//!
//! # From zero to a normalized batch
//!
//! ```
//! use bn_core::BatchNorm;
//! use ndarray::array;
//!
//! // Four examples of three channels, each channel on a scale of its own.
//! let x = array![[1.0, 100.0, 0.01], [2.0, 300.0, 0.03], [3.0, 200.0, 0.04], [4.0, 400.0, 0.02]];
//!
//! let mut layer = BatchNorm::<f64>::params(3).epsilon(1e-12).momentum(0.1).check()?.layer();
//! let (y, cache) = layer.forward_train(x.view())?;
//!
//! // Every channel now has mean 0 and variance 1 ...
//! let m = 4.0;
//! for channel in y.columns() {
//!     assert!(channel.sum().abs() < 1e-12);
//!     assert!((channel.dot(&channel) / m - 1.0).abs() < 1e-6);
//! }
//! // ... the running mean has taken a tenth of a step to that of the batch ...
//! assert!((layer.running().mean[0] - 0.1 * 2.5).abs() < 1e-12);
//! // ... and a gradient that is the same for all examples does not reach the input.
//! let gradients = layer.backward(&cache, x.mapv(|_| 1.0).view())?;
//! assert!(gradients.dx.iter().all(|dx| dx.abs() < 1e-12));
//! # Ok::<(), bn_core::Error>(())
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
