use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::noise_laws;

pub(super) static CLAIM: Claim = Claim {
    id: "kurtosis-normal",
    chapter: REGULARIZATION,
    statement: "The deviation of a batch varies with (κ − 1)σ²/4m (normal numbers, κ = 3).",
    source: "Exact to first order",
    says: Says::Within(1.9, 2.1),
    predicted: Predicted {
        low: 1.96,
        high: 2.06,
    },
    measured_by: "4m·Var σ_B for σ = 1, m = 64",
    effect: Effect::Value("4m·Var σ_B, normal, m = 64"),
    experiment: &noise_laws::NOISE_LAWS,
};
