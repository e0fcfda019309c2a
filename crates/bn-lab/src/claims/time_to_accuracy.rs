use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::percentiles;

pub(super) static CLAIM: Claim = Claim {
    id: "time-to-accuracy",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "With batch norm the same accuracy takes a fraction of the steps.",
    source: "Ioffe & Szegedy 2015, section 4.2.2",
    says: Says::Above(1.0),
    predicted: Predicted {
        low: 2.0,
        high: 8.0,
    },
    measured_by: "steps to a test accuracy of 0.5, none divided by batch norm",
    effect: Effect::Ratio("steps to 0.5, none", "steps to 0.5, bn"),
    experiment: &percentiles::PERCENTILES,
};
