//! Data sets, networks, training and experiments on batch normalization.

mod cats;
mod classifier;
mod covariate_shift;
mod cross_entropy;
mod directions;
mod domain;
mod error;
mod estimate;
mod layer;
mod light;
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
pub use directions::random_directions;
pub use domain::{DomainClassifier, two_sample_test};
pub use error::{Error, Result};
pub use estimate::Estimate;
pub use layer::{Dense, Init, Layer, Relu};
pub use light::Light;
pub use network::{Network, NetworkParams, Plan};
pub use parameter::Parameter;
pub use sgd::Sgd;
pub use shimodaira::{Line, Shimodaira, shimodaira_errors, shimodaira_sizes};
pub use training::{End, Trace, Training, TrainingParams};
