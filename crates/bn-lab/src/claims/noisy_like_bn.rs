use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::noisy;

pub(super) static CLAIM: Claim = Claim {
    id: "noisy-like-bn",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Batch norm trains as well with that noise as without.",
    source: "Santurkar et al. 2018, section 2.1",
    says: Says::Within(-0.1, 0.1),
    predicted: Predicted {
        low: 0.05,
        high: 0.25,
    },
    measured_by: "training loss after 500 steps at 0.3, noisy batch norm minus batch norm",
    effect: Effect::Difference("noisy bn at 0.3", "bn at 0.3"),
    experiment: &noisy::NOISY,
};
