use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::dropout;

pub(super) static CLAIM: Claim = Claim {
    id: "dropout-variance-5",
    chapter: REGULARIZATION,
    statement: "Behind dropout that keeps 0.5 of rectified inputs, inference has v/((c² + v)/p − c²) of the variance of training.",
    source: "Li et al. 2019",
    says: Says::Within(0.39, 0.42),
    predicted: Predicted {
        low: 0.4,
        high: 0.41,
    },
    measured_by: "variance in inference divided by that in training",
    effect: Effect::Value("rectified, p = 0.5"),
    experiment: &dropout::VARIANCE,
};
