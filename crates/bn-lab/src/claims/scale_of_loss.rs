use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::scale_invariance;

pub(super) static CLAIM: Claim = Claim {
    id: "scale-of-loss",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Ten times the weights in front of a batch norm, the same loss.",
    source: "van Laarhoven 2017",
    says: Says::Below(1e-09),
    predicted: Predicted {
        low: 0.0,
        high: 1e-10,
    },
    measured_by: "change of the loss when the weights are multiplied by 10 (ε = 1e-12)",
    effect: Effect::Value("change of the loss"),
    experiment: &scale_invariance::SCALED,
};
