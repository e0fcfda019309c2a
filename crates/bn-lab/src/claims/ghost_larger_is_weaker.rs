use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::ghost;

pub(super) static CLAIM: Claim = Claim {
    id: "ghost-larger-is-weaker",
    chapter: REGULARIZATION,
    statement: "The larger the batch, the weaker the regularization.",
    source: "Coursera lecture behind the notes (64 against 512)",
    says: Says::Below(0.0),
    predicted: Predicted {
        low: -0.05,
        high: -0.01,
    },
    measured_by: "test loss at training loss 0.2, m = 4 minus m = 16",
    effect: Effect::Difference("matched test loss, m = 4", "matched test loss, m = 16"),
    experiment: &ghost::GHOST,
};
