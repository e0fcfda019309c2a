use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::noise_laws;

pub(super) static CLAIM: Claim = Claim {
    id: "bound-of-x-hat",
    chapter: REGULARIZATION,
    statement: "No normalized number is larger than √(m − 1).",
    source: "Samuelson 1968",
    says: Says::Below(2.6457513120645912),
    predicted: Predicted {
        low: 2.6,
        high: 2.645751311064591,
    },
    measured_by: "largest |x̂|, m = 8",
    effect: Effect::Value("largest |x̂|"),
    experiment: &noise_laws::NOISE_LAWS,
};
