use super::{COVARIATE_SHIFT, Claim, Effect, Predicted, Says};
use crate::experiments::weighting;

pub(super) static CLAIM: Claim = Claim {
    id: "weighted-flattened",
    chapter: COVARIATE_SHIFT,
    statement: "Weights flattened by λ = 0.5 are about as good as full ones.",
    source: "Shimodaira 2000, section 2",
    says: Says::Within(0.95, 1.1),
    predicted: Predicted {
        low: 0.98,
        high: 1.06,
    },
    measured_by: "test error, λ = 0.5 divided by λ = 1",
    effect: Effect::Ratio("error, λ = 0.5", "error, λ = 1"),
    experiment: &weighting::REGRESSION,
};
