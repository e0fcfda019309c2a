use super::{BATCH_NORM_IN_A_NETWORK, Claim, Effect, Predicted, Says};
use crate::experiments::cats;

pub(super) static CLAIM: Claim = Claim {
    id: "coat-one-picture",
    chapter: BATCH_NORM_IN_A_NETWORK,
    statement: "Adapted to one picture at a time, batch norm can only guess.",
    source: "Control of this book",
    says: Says::Within(0.45, 0.55),
    predicted: Predicted {
        low: 0.48,
        high: 0.55,
    },
    measured_by: "accuracy on colored cats in batches of 1",
    effect: Effect::Value("batches of 1"),
    experiment: &cats::COATS,
};
