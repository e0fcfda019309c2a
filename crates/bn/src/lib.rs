//! What a cell of the book sees. Every chapter opens with `use bn::prelude::*;`.
//!
//! The crates stay reachable by their names, so that one path to this crate is
//! enough to link a whole chapter.
//!
//! ```
//! use bn::prelude::*;
//!
//! let x = array![[1.0, 10.0], [3.0, 30.0]];
//! let moments = Moments::of(x.view())?;
//! assert_eq!(moments.mean, array![2.0, 20.0]);
//! # Ok::<(), bn::bn_core::Error>(())
//! ```

pub use bn_core;
pub use bn_lab;
pub use bn_plot;
pub use ndarray;

mod instances;
pub mod performance;

#[doc(hidden)]
pub use instances::instances;

/// Runs the code of the README.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;

/// The names that chapters use without a path.
pub mod prelude {
    pub use bn_core;
    pub use bn_lab;
    pub use bn_lab::experiments;

    pub use bn_core::adapt::*;
    pub use bn_core::batch_norm::*;
    pub use bn_core::depth::*;
    pub use bn_core::distance::*;
    pub use bn_core::example_norm::*;
    pub use bn_core::fold::*;
    pub use bn_core::gradient::*;
    pub use bn_core::importance::*;
    pub use bn_core::landscape::*;
    pub use bn_core::moments::*;
    pub use bn_core::noise::*;
    pub use bn_core::normalize::*;
    pub use bn_core::percentile::*;
    pub use bn_core::running::*;
    pub use bn_core::scale::*;
    pub use bn_core::streaming::*;
    pub use bn_core::two_sample::*;
    pub use bn_core::{Affine, Workspace};
    pub use bn_lab::claims::{Claim, Outcome, Verdict, claim};
    pub use bn_lab::record::recorded;
    pub use bn_lab::{
        Activation, End, Examples, Experiment, Init, Layer, Measurements, Network, Plane, Targets,
        Teacher10, Trace,
    };
    pub use bn_lab::{
        CatParams, Coat, CovariateShiftParams, DomainClassifier, Estimate, Input, Learner, Light,
        LinearClassifierParams, NetworkParams, Shimodaira, TrainingParams, World,
        random_directions, shimodaira_errors, shimodaira_sizes, two_sample_test,
    };
    pub use bn_plot::{
        Arm, DotInterval, Figure, Forest, Histogram, Interval, LineChart, PictureGrid,
        ScatterChart, Show, Table, progress, value, verdicts,
    };
    pub use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, array, s};
}
