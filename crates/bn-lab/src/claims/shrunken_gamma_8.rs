use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::neuron;

pub(super) static CLAIM: Claim = Claim {
    id: "shrunken-gamma-8",
    chapter: REGULARIZATION,
    statement: "With batches of 8, a neuron that should learn γ = 1 learns √(2/m)Γ(m/2)/Γ((m−1)/2).",
    source: "Luo et al. 2019",
    says: Says::Within(0.89, 0.915),
    predicted: Predicted {
        low: 0.897,
        high: 0.908,
    },
    measured_by: "γ learned, m = 8",
    effect: Effect::Value("γ, m = 8"),
    experiment: &neuron::NEURON,
};
