use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::wrong_batch;

pub(super) static CLAIM: Claim = Claim {
    id: "leakage-4",
    chapter: REGULARIZATION,
    statement: "A network learns to read labels off its batch if each batch of 4 holds one example of class 1.",
    source: "Wu & Johnson 2021, section 6",
    says: Says::Above(0.0),
    predicted: Predicted {
        low: 0.1,
        high: 0.4,
    },
    measured_by: "loss in inference minus in training, one of 4 minus independent",
    effect: Effect::Difference("m = 4, one of m, gap", "m = 4, iid, gap"),
    experiment: &wrong_batch::LEAKAGE,
};
