use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::scale_invariance;

pub(super) static CLAIM: Claim = Claim {
    id: "equilibrium-length",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "With weight decay the length of the weights settles where decay and gradient balance.",
    source: "van Laarhoven 2017",
    says: Says::Within(0.97, 1.03),
    predicted: Predicted {
        low: 0.99,
        high: 1.01,
    },
    measured_by: "‖w‖² measured divided by √(ηE‖ĝ‖²/2λ)",
    effect: Effect::Ratio("‖w‖² measured", "‖w‖² predicted"),
    experiment: &scale_invariance::EQUILIBRIUM,
};
