use super::{COVARIATE_SHIFT, Claim, Effect, Predicted, Says};
use crate::experiments::weighting;

pub(super) static CLAIM: Claim = Claim {
    id: "weighted-regression",
    chapter: COVARIATE_SHIFT,
    statement: "Importance weights lower the test error of a line under covariate shift.",
    source: "Shimodaira 2000, section 2",
    says: Says::Below(1.0),
    predicted: Predicted {
        low: 0.25,
        high: 0.45,
    },
    measured_by: "test error, λ = 1 divided by λ = 0",
    effect: Effect::Ratio("error, λ = 1", "error, λ = 0"),
    experiment: &weighting::REGRESSION,
};
