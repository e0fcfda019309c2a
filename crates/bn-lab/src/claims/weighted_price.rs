use super::{COVARIATE_SHIFT, Claim, Effect, Predicted, Says};
use crate::experiments::weighting;

pub(super) static CLAIM: Claim = Claim {
    id: "weighted-price",
    chapter: COVARIATE_SHIFT,
    statement: "Full weights cost more than half of the effective sample.",
    source: "Kong 1992",
    says: Says::Below(0.5),
    predicted: Predicted {
        low: 0.35,
        high: 0.48,
    },
    measured_by: "effective sample size divided by sample size, λ = 1",
    effect: Effect::Value("effective share, λ = 1"),
    experiment: &weighting::REGRESSION,
};
