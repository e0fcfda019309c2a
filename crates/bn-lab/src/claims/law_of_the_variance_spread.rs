use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::noise_laws;

pub(super) static CLAIM: Claim = Claim {
    id: "law-of-the-variance-spread",
    chapter: REGULARIZATION,
    statement: "The variance of a batch of normal numbers varies with 2(m − 1)σ⁴/m².",
    source: "Exact",
    says: Says::Within(0.21, 0.2275),
    predicted: Predicted {
        low: 0.215,
        high: 0.2225,
    },
    measured_by: "Var σ²_B for σ = 1, m = 8",
    effect: Effect::Value("Var σ²_B"),
    experiment: &noise_laws::NOISE_LAWS,
};
