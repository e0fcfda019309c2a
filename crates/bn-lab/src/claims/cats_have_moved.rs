use super::{COVARIATE_SHIFT, Claim, Effect, Predicted, Says};
use crate::experiments::weighting;

pub(super) static CLAIM: Claim = Claim {
    id: "cats-have-moved",
    chapter: COVARIATE_SHIFT,
    statement: "A linear classifier tells pictures of black cats from pictures of colored ones.",
    source: "Lopez-Paz & Oquab 2017, section 3",
    says: Says::Above(0.9),
    predicted: Predicted {
        low: 0.98,
        high: 1.0,
    },
    measured_by: "accuracy of the two-sample test",
    effect: Effect::Value("two-sample accuracy"),
    experiment: &weighting::CATS,
};
