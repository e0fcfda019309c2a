use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::dropout;

pub(super) static CLAIM: Claim = Claim {
    id: "dropout-variance-centered-9",
    chapter: REGULARIZATION,
    statement: "Behind dropout that keeps 0.9 of inputs with mean zero, inference has 0.9 of the variance of training.",
    source: "Li et al. 2019",
    says: Says::Within(0.885, 0.915),
    predicted: Predicted {
        low: 0.89,
        high: 0.91,
    },
    measured_by: "variance in inference divided by that in training",
    effect: Effect::Value("zero mean, p = 0.9"),
    experiment: &dropout::VARIANCE,
};
