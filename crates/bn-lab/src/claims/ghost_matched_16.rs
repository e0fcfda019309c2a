use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::ghost;

pub(super) static CLAIM: Claim = Claim {
    id: "ghost-matched-16",
    chapter: REGULARIZATION,
    statement: "The noise of batches of 16 regularizes less, but it does.",
    source: "Lecture notes, “Unexpected regularization”",
    says: Says::Below(0.0),
    predicted: Predicted {
        low: -0.04,
        high: -0.005,
    },
    measured_by: "test loss at training loss 0.2, m = 16 minus m = 256",
    effect: Effect::Difference("matched test loss, m = 16", "matched test loss, m = 256"),
    experiment: &ghost::GHOST,
};
