use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::init_scale;

pub(super) static CLAIM: Claim = Claim {
    id: "any-start",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Batch norm makes the scale of the starting weights irrelevant.",
    source: "Ioffe & Szegedy 2015, section 3.3",
    says: Says::Within(-0.1, 0.1),
    predicted: Predicted {
        low: 0.9,
        high: 1.4,
    },
    measured_by: "training loss after 300 steps with batch norm, weights × 10 minus × 1",
    effect: Effect::Difference("×10, bn", "×1, bn"),
    experiment: &init_scale::INIT_SCALE,
};
