use super::{BATCH_NORM_IN_A_NETWORK, Claim, Effect, Predicted, Says};
use crate::experiments::cats;

pub(super) static CLAIM: Claim = Claim {
    id: "coat-without-batch-norm",
    chapter: BATCH_NORM_IN_A_NETWORK,
    statement: "A network without batch norm whose input is re-standardized is better at colored cats than adapted batch norm.",
    source: "Control of this book",
    says: Says::Above(0.0),
    predicted: Predicted {
        low: 0.02,
        high: 0.08,
    },
    measured_by: "accuracy on colored cats, re-standardized input minus adapted batch norm",
    effect: Effect::Difference("rematched", "adapted"),
    experiment: &cats::COATS,
};
