use super::{COVARIATE_SHIFT, Claim, Effect, Predicted, Says};
use crate::experiments::weighting;

pub(super) static CLAIM: Claim = Claim {
    id: "weighted-cats-ratio",
    chapter: COVARIATE_SHIFT,
    statement: "The density ratio itself tells that the support is missing: its mean over the training pictures is far below 1.",
    source: "Control of this book",
    says: Says::Below(0.1),
    predicted: Predicted {
        low: 0.0,
        high: 0.05,
    },
    measured_by: "mean density ratio of black cats for colored ones",
    effect: Effect::Value("mean ratio"),
    experiment: &weighting::CATS,
};
