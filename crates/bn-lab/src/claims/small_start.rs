use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::init_scale;

pub(super) static CLAIM: Claim = Claim {
    id: "small-start",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "With weights that start ten times too small, batch norm still learns where a plain network does not.",
    source: "Bjorck et al. 2018",
    says: Says::Below(0.0),
    predicted: Predicted {
        low: -1.8,
        high: -1.2,
    },
    measured_by: "training loss after 300 steps, He's weights × 0.1, batch norm minus none",
    effect: Effect::Difference("×0.1, bn", "×0.1, none"),
    experiment: &init_scale::INIT_SCALE,
};
