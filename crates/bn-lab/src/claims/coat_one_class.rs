use super::{BATCH_NORM_IN_A_NETWORK, Claim, Effect, Predicted, Says};
use crate::experiments::cats;

pub(super) static CLAIM: Claim = Claim {
    id: "coat-one-class",
    chapter: BATCH_NORM_IN_A_NETWORK,
    statement: "Adapting to batches of one class, a label shift, is worse than adapting to mixed ones.",
    source: "Schneider et al. 2020",
    says: Says::Below(0.0),
    predicted: Predicted {
        low: -0.2,
        high: -0.08,
    },
    measured_by: "accuracy on colored cats in batches of 64, one class minus mixed",
    effect: Effect::Difference("batches of 64, one class", "batches of 64"),
    experiment: &cats::COATS,
};
