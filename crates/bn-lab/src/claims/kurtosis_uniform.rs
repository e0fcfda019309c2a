use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::noise_laws;

pub(super) static CLAIM: Claim = Claim {
    id: "kurtosis-uniform",
    chapter: REGULARIZATION,
    statement: "Numbers with lighter tails make less noise: (κ − 1)σ²/4m (uniform numbers, κ = 1.8).",
    source: "Exact to first order",
    says: Says::Within(0.76, 0.84),
    predicted: Predicted {
        low: 0.78,
        high: 0.83,
    },
    measured_by: "4m·Var σ_B for σ = 1, m = 64",
    effect: Effect::Value("4m·Var σ_B, uniform, m = 64"),
    experiment: &noise_laws::NOISE_LAWS,
};
