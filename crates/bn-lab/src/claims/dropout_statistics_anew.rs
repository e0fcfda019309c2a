use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::dropout;

pub(super) static CLAIM: Claim = Claim {
    id: "dropout-statistics-anew",
    chapter: REGULARIZATION,
    statement: "Statistics taken anew in inference repair some of it.",
    source: "Li et al. 2019",
    says: Says::Above(0.0),
    predicted: Predicted {
        low: 0.001,
        high: 0.03,
    },
    measured_by: "test accuracy with both, statistics anew minus running",
    effect: Effect::Difference("both, statistics anew", "both"),
    experiment: &dropout::TOGETHER,
};
