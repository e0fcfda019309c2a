use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::noise_laws;

pub(super) static CLAIM: Claim = Claim {
    id: "law-of-the-variance",
    chapter: REGULARIZATION,
    statement: "The variance of a batch is too small by (m − 1)/m on average.",
    source: "Exact",
    says: Says::Within(6.95, 7.05),
    predicted: Predicted {
        low: 6.98,
        high: 7.02,
    },
    measured_by: "mean of mσ²_B/σ², m = 8",
    effect: Effect::Value("mean of mσ²_B"),
    experiment: &noise_laws::NOISE_LAWS,
};
