use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::dropout;

pub(super) static CLAIM: Claim = Claim {
    id: "dropout-variance-centered-5",
    chapter: REGULARIZATION,
    statement: "Behind dropout that keeps 0.5 of inputs with mean zero, inference has 0.5 of the variance of training.",
    source: "Li et al. 2019",
    says: Says::Within(0.48, 0.52),
    predicted: Predicted {
        low: 0.49,
        high: 0.51,
    },
    measured_by: "variance in inference divided by that in training",
    effect: Effect::Value("zero mean, p = 0.5"),
    experiment: &dropout::VARIANCE,
};
