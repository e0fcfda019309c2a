use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::init_scale;

pub(super) static CLAIM: Claim = Claim {
    id: "large-start",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "With weights that start ten times too large, a plain network diverges and batch norm does not.",
    source: "Bjorck et al. 2018",
    says: Says::Above(0.0),
    predicted: Predicted {
        low: 0.9,
        high: 1.0,
    },
    measured_by: "share of seeds that diverge, He's weights × 10, none minus batch norm",
    effect: Effect::Difference("×10 diverged, none", "×10 diverged, bn"),
    experiment: &init_scale::INIT_SCALE,
};
