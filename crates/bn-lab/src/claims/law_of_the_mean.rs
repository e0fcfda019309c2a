use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::noise_laws;

pub(super) static CLAIM: Claim = Claim {
    id: "law-of-the-mean",
    chapter: REGULARIZATION,
    statement: "The mean of a batch varies with σ²/m.",
    source: "Exact",
    says: Says::Within(0.98, 1.02),
    predicted: Predicted {
        low: 0.99,
        high: 1.01,
    },
    measured_by: "m·Var μ_B for σ = 1, m = 8",
    effect: Effect::Value("m·Var μ_B"),
    experiment: &noise_laws::NOISE_LAWS,
};
