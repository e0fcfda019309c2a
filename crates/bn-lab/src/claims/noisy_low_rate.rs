use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::noisy;

pub(super) static CLAIM: Claim = Claim {
    id: "noisy-low-rate",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "At a learning rate that a plain network likes, too, noisy batch norm still trains better than none.",
    source: "Control of this book",
    says: Says::Below(0.0),
    predicted: Predicted {
        low: 0.0,
        high: 0.4,
    },
    measured_by: "training loss after 500 steps at 0.1, noisy batch norm minus none",
    effect: Effect::Difference("noisy bn at 0.1", "none at 0.1"),
    experiment: &noisy::NOISY,
};
