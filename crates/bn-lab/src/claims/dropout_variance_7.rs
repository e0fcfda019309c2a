use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::dropout;

pub(super) static CLAIM: Claim = Claim {
    id: "dropout-variance-7",
    chapter: REGULARIZATION,
    statement: "Behind dropout that keeps 0.7 of rectified inputs, inference has v/((c² + v)/p − c²) of the variance of training.",
    source: "Li et al. 2019",
    says: Says::Within(0.6, 0.628),
    predicted: Predicted {
        low: 0.608,
        high: 0.62,
    },
    measured_by: "variance in inference divided by that in training",
    effect: Effect::Value("rectified, p = 0.7"),
    experiment: &dropout::VARIANCE,
};
