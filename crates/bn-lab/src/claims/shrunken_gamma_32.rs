use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::neuron;

pub(super) static CLAIM: Claim = Claim {
    id: "shrunken-gamma-32",
    chapter: REGULARIZATION,
    statement: "With batches of 32, a neuron that should learn γ = 1 learns √(2/m)Γ(m/2)/Γ((m−1)/2).",
    source: "Luo et al. 2019",
    says: Says::Within(0.965, 0.988),
    predicted: Predicted {
        low: 0.972,
        high: 0.981,
    },
    measured_by: "γ learned, m = 32",
    effect: Effect::Value("γ, m = 32"),
    experiment: &neuron::NEURON,
};
