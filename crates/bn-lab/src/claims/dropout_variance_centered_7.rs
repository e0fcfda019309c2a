use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::dropout;

pub(super) static CLAIM: Claim = Claim {
    id: "dropout-variance-centered-7",
    chapter: REGULARIZATION,
    statement: "Behind dropout that keeps 0.7 of inputs with mean zero, inference has 0.7 of the variance of training.",
    source: "Li et al. 2019",
    says: Says::Within(0.68, 0.72),
    predicted: Predicted {
        low: 0.69,
        high: 0.71,
    },
    measured_by: "variance in inference divided by that in training",
    effect: Effect::Value("zero mean, p = 0.7"),
    experiment: &dropout::VARIANCE,
};
