use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::scale_invariance;

pub(super) static CLAIM: Claim = Claim {
    id: "scale-of-gradient",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Ten times the weights in front of a batch norm, a tenth of the gradient.",
    source: "van Laarhoven 2017",
    says: Says::Within(0.0999, 0.1001),
    predicted: Predicted {
        low: 0.09999,
        high: 0.10001,
    },
    measured_by: "gradient, weights × 10 divided by weights × 1",
    effect: Effect::Ratio("gradient, weights × 10", "gradient"),
    experiment: &scale_invariance::SCALED,
};
