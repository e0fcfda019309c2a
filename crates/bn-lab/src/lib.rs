//! Data sets, networks, training and experiments on batch normalization.

mod cats;
#[cfg(feature = "linfa")]
mod classifier;
#[cfg(feature = "linfa")]
mod covariate_shift;
mod directions;
#[cfg(feature = "linfa")]
mod domain;
mod error;
mod estimate;
mod examples;
mod layer;
mod light;
mod loss;
mod network;
mod parameter;
mod plane;
mod random;
mod readable;
#[cfg(feature = "linfa")]
mod real;
mod rows;
mod sgd;
#[cfg(feature = "linfa")]
mod shimodaira;
mod standardize;
mod summary;
mod teacher;
mod training;
mod watch;

pub mod claims;
mod experiment;
pub mod experiments;
#[cfg(feature = "record")]
pub mod record;
pub mod sweep;

pub use cats::{CatParams, Cats, Coat, Pictures};
#[cfg(feature = "linfa")]
pub use classifier::{LinearClassifier, LinearClassifierParams, ValidLinearClassifier};
#[cfg(feature = "linfa")]
pub use covariate_shift::{
    CatClassifier, CovariateShift, CovariateShiftParams, Input, Learner, Weighted, World, coat_test,
};
pub use directions::random_directions;
#[cfg(feature = "linfa")]
pub use domain::{DomainClassifier, two_sample_test};
pub use error::{Error, Result};
pub use estimate::Estimate;
pub use examples::Examples;
pub use experiment::{Experiment, Measurements};
pub use layer::{
    Activation, BatchNormLayer, Dense, Dropout, Init, Layer, LayerNormLayer, Noise, NoiseParams,
};
pub use light::Light;
pub use loss::Loss;
pub use network::{Network, NetworkParams, Plan, Targets};
pub use parameter::{Parameter, ParameterKind, ParameterMut};
pub use plane::Plane;
pub use readable::readable;
#[cfg(feature = "linfa")]
pub use real::{Diabetes, diabetes, wine_quality};
pub use sgd::Sgd;
#[cfg(feature = "linfa")]
pub use shimodaira::{Line, Shimodaira, shimodaira_errors, shimodaira_sizes};
pub use summary::LayerSummary;
pub use teacher::Teacher10;
pub use training::{End, Observation, Trace, Training, TrainingParams};
pub use watch::Evaluation;
