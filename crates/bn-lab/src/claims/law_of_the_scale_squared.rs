use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::noise_laws;

pub(super) static CLAIM: Claim = Claim {
    id: "law-of-the-scale-squared",
    chapter: REGULARIZATION,
    statement: "The mean of σ²/σ²_B is m/(m − 3).",
    source: "Exact",
    says: Says::Within(1.56, 1.64),
    predicted: Predicted {
        low: 1.58,
        high: 1.62,
    },
    measured_by: "mean of σ²/σ²_B, m = 8",
    effect: Effect::Value("mean of σ²/σ²_B"),
    experiment: &noise_laws::NOISE_LAWS,
};
