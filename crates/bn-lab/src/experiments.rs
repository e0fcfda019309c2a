//! The experiments that decide the claims: one file each, several arms each.
//!
//! Every arm of an experiment sees the same data in the same order and starts from the
//! same weights, so that differences between arms are paired. Networks are evaluated
//! clean: in inference, with precise statistics, without noise or dropout.

pub mod cats;
pub mod dropout;
pub mod ghost;
pub mod ics;
pub mod init_scale;
pub mod landscape;
pub mod learning_rate;
mod mlp;
pub mod neuron;
pub mod noise_laws;
pub mod noisy;
pub mod percentiles;
pub mod quantities;
pub mod scale_invariance;
#[cfg(feature = "linfa")]
pub mod weighting;
pub mod wrong_batch;
