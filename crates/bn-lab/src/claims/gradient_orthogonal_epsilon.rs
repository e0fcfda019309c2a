use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::scale_invariance;

pub(super) static CLAIM: Claim = Claim {
    id: "gradient-orthogonal-epsilon",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "With the usual ε the gradient is almost orthogonal.",
    source: "Control of this book",
    says: Says::Below(0.0001),
    predicted: Predicted {
        low: 1e-07,
        high: 1e-05,
    },
    measured_by: "cosine between weights and gradient, ε = 1e-5",
    effect: Effect::Value("cosine, ε = 1e-5"),
    experiment: &scale_invariance::SCALED,
};
