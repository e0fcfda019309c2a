use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::scale_invariance;

pub(super) static CLAIM: Claim = Claim {
    id: "equilibrium-angle",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "In equilibrium the weights turn by √(2ηλ) per step.",
    source: "Wan et al. 2021",
    says: Says::Within(0.9, 1.05),
    predicted: Predicted {
        low: 0.9,
        high: 1.0,
    },
    measured_by: "angle per step divided by √(2ηλ)",
    effect: Effect::Ratio("angle measured", "angle predicted"),
    experiment: &scale_invariance::EQUILIBRIUM,
};
