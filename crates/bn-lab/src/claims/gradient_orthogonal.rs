use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::scale_invariance;

pub(super) static CLAIM: Claim = Claim {
    id: "gradient-orthogonal",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "The gradient is orthogonal to weights in front of a batch norm.",
    source: "Hoffer et al. 2018, section 2",
    says: Says::Below(1e-10),
    predicted: Predicted {
        low: 0.0,
        high: 1e-11,
    },
    measured_by: "cosine between weights and gradient, ε = 1e-12",
    effect: Effect::Value("cosine, ε = 1e-12"),
    experiment: &scale_invariance::SCALED,
};
