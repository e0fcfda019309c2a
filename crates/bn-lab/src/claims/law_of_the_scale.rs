use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::noise_laws;

pub(super) static CLAIM: Claim = Claim {
    id: "law-of-the-scale",
    chapter: REGULARIZATION,
    statement: "Batch norm multiplies by σ/σ_B, which is above 1 on average: 1.204 for batches of 8.",
    source: "Exact",
    says: Says::Within(1.19, 1.215),
    predicted: Predicted {
        low: 1.2,
        high: 1.207,
    },
    measured_by: "mean of σ/σ_B, m = 8",
    effect: Effect::Value("mean of σ/σ_B"),
    experiment: &noise_laws::NOISE_LAWS,
};
