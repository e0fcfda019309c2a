use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::dropout;

pub(super) static CLAIM: Claim = Claim {
    id: "dropout-variance-9",
    chapter: REGULARIZATION,
    statement: "Behind dropout that keeps 0.9 of rectified inputs, inference has v/((c² + v)/p − c²) of the variance of training.",
    source: "Li et al. 2019",
    says: Says::Within(0.85, 0.87),
    predicted: Predicted {
        low: 0.855,
        high: 0.865,
    },
    measured_by: "variance in inference divided by that in training",
    effect: Effect::Value("rectified, p = 0.9"),
    experiment: &dropout::VARIANCE,
};
