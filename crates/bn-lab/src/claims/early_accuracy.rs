use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::percentiles;

pub(super) static CLAIM: Claim = Claim {
    id: "early-accuracy",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "With batch norm a sigmoid network is ahead after 500 steps.",
    source: "Ioffe & Szegedy 2015, section 4.1, figure 1",
    says: Says::Above(0.0),
    predicted: Predicted {
        low: 0.25,
        high: 0.5,
    },
    measured_by: "test accuracy after 500 steps, batch norm minus none",
    effect: Effect::Difference("accuracy at 500, bn", "accuracy at 500, none"),
    experiment: &percentiles::PERCENTILES,
};
