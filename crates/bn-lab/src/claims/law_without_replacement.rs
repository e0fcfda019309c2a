use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::noise_laws;

pub(super) static CLAIM: Claim = Claim {
    id: "law-without-replacement",
    chapter: REGULARIZATION,
    statement: "Batches drawn without replacement vary less: by (N − m)/N.",
    source: "Cochran 1977, theorem 2.2",
    says: Says::Within(0.86, 0.89),
    predicted: Predicted {
        low: 0.87,
        high: 0.88,
    },
    measured_by: "m·Var μ_B/S², 8 out of 64",
    effect: Effect::Value("m·Var μ_B, 8 of 64 without replacement"),
    experiment: &noise_laws::NOISE_LAWS,
};
