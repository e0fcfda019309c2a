use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::ghost;

pub(super) static CLAIM: Claim = Claim {
    id: "large-batch-regularizes",
    chapter: REGULARIZATION,
    statement: "Batch norm over large batches regularizes, compared with no batch norm.",
    source: "Lecture notes, “Unexpected regularization”, which name no batch size",
    says: Says::Below(0.0),
    predicted: Predicted {
        low: -0.025,
        high: 0.03,
    },
    measured_by: "test loss at training loss 0.2, m = 256 minus none",
    effect: Effect::Difference("matched test loss, m = 256", "matched test loss, none"),
    experiment: &ghost::GHOST,
};
