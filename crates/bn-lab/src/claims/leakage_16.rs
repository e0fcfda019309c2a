use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::wrong_batch;

pub(super) static CLAIM: Claim = Claim {
    id: "leakage-16",
    chapter: REGULARIZATION,
    statement: "In batches of 16 that leak is closed.",
    source: "Control of this book",
    says: Says::Within(-0.03, 0.03),
    predicted: Predicted {
        low: -0.02,
        high: 0.03,
    },
    measured_by: "loss in inference minus in training, one of 16 minus independent",
    effect: Effect::Difference("m = 16, one of m, gap", "m = 16, iid, gap"),
    experiment: &wrong_batch::LEAKAGE,
};
