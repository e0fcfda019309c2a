use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::percentiles;

pub(super) static CLAIM: Claim = Claim {
    id: "patience",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Without batch norm the network gets there, too, if one has the patience: after 3000 steps both are equally good.",
    source: "Lecture notes, “What batch norm essentially does”",
    says: Says::Within(-0.05, 0.05),
    predicted: Predicted {
        low: -0.04,
        high: 0.02,
    },
    measured_by: "test accuracy after 3000 steps, batch norm minus none",
    effect: Effect::Difference("accuracy at 3000, bn", "accuracy at 3000, none"),
    experiment: &percentiles::PERCENTILES,
};
