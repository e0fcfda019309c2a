use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::noisy;

pub(super) static CLAIM: Claim = Claim {
    id: "noisy-beats-none",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Batch norm whose distributions are shifted by noise at every step still trains better than no batch norm.",
    source: "Santurkar et al. 2018, section 2.1",
    says: Says::Below(0.0),
    predicted: Predicted {
        low: -0.6,
        high: -0.2,
    },
    measured_by: "training loss after 500 steps at 0.3, noisy batch norm minus none",
    effect: Effect::Difference("noisy bn at 0.3", "none at 0.3"),
    experiment: &noisy::NOISY,
};
