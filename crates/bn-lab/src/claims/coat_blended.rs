use super::{BATCH_NORM_IN_A_NETWORK, Claim, Effect, Predicted, Says};
use crate::experiments::cats;

pub(super) static CLAIM: Claim = Claim {
    id: "coat-blended",
    chapter: BATCH_NORM_IN_A_NETWORK,
    statement: "With 16 pictures at hand, statistics blended with those of training beat those of the 16 alone.",
    source: "Schneider et al. 2020",
    says: Says::Above(0.0),
    predicted: Predicted {
        low: 0.02,
        high: 0.1,
    },
    measured_by: "accuracy on colored cats in batches of 16, blended minus not",
    effect: Effect::Difference("batches of 16, blended", "batches of 16"),
    experiment: &cats::COATS,
};
