use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::ghost;

pub(super) static CLAIM: Claim = Claim {
    id: "ghost-matched",
    chapter: REGULARIZATION,
    statement: "The noise of batches of 4 regularizes: the test loss is lower at the same training loss.",
    source: "Lecture notes, “Unexpected regularization”",
    says: Says::Below(0.0),
    predicted: Predicted {
        low: -0.07,
        high: -0.02,
    },
    measured_by: "test loss at training loss 0.2, m = 4 minus m = 256",
    effect: Effect::Difference("matched test loss, m = 4", "matched test loss, m = 256"),
    experiment: &ghost::GHOST,
};
