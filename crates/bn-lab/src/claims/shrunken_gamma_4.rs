use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::neuron;

pub(super) static CLAIM: Claim = Claim {
    id: "shrunken-gamma-4",
    chapter: REGULARIZATION,
    statement: "With batches of 4, a neuron that should learn γ = 1 learns √(2/m)Γ(m/2)/Γ((m−1)/2).",
    source: "Luo et al. 2019",
    says: Says::Within(0.78, 0.815),
    predicted: Predicted {
        low: 0.79,
        high: 0.806,
    },
    measured_by: "γ learned, m = 4",
    effect: Effect::Value("γ, m = 4"),
    experiment: &neuron::NEURON,
};
