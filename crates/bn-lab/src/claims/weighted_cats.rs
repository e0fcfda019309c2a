use super::{COVARIATE_SHIFT, Claim, Effect, Predicted, Says};
use crate::experiments::weighting;

pub(super) static CLAIM: Claim = Claim {
    id: "weighted-cats",
    chapter: COVARIATE_SHIFT,
    statement: "Importance weights teach a network coats that training has never shown.",
    source: "Shimodaira 2000, applied where its condition fails",
    says: Says::Above(0.0),
    predicted: Predicted {
        low: -0.03,
        high: 0.03,
    },
    measured_by: "accuracy on colored cats, weighted minus plain",
    effect: Effect::Difference("accuracy, weighted", "accuracy, plain"),
    experiment: &weighting::CATS,
};
