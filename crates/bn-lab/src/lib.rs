//! Data sets, networks, training and experiments on batch normalization.

mod cats;
mod classifier;
mod covariate_shift;
mod domain;
mod error;
mod estimate;
mod layer;
mod light;
mod loss;
mod network;
mod parameter;
mod random;
mod rows;
mod sgd;
mod shimodaira;
mod training;

pub use cats::{CatParams, Cats, Coat, Pictures};
pub use classifier::{LinearClassifier, LinearClassifierParams, ValidLinearClassifier};
pub use covariate_shift::{
    CatClassifier, CovariateShift, CovariateShiftParams, Input, Learner, Weighted, World, coat_test,
};
pub use domain::{DomainClassifier, two_sample_test};
pub use error::{Error, Result};
pub use estimate::Estimate;
pub use layer::{
    Activation, BatchNormLayer, Dense, Dropout, Init, Layer, LayerNormLayer, Noise, NoiseParams,
};
pub use light::Light;
pub use loss::Loss;
pub use network::{Network, NetworkParams, Plan, Targets};
pub use parameter::{Parameter, ParameterKind, ParameterMut};
pub use sgd::Sgd;
pub use shimodaira::{Line, Shimodaira, shimodaira_errors};
pub use training::{End, Observation, Trace, Training, TrainingParams};
