use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::noise_laws;

pub(super) static CLAIM: Claim = Claim {
    id: "fourth-moment",
    chapter: REGULARIZATION,
    statement: "Normalized normal numbers have lighter tails than normal ones: a fourth moment of 3(m − 1)/(m + 1).",
    source: "Exact",
    says: Says::Within(2.31, 2.36),
    predicted: Predicted {
        low: 2.325,
        high: 2.342,
    },
    measured_by: "mean of x̂⁴, m = 8",
    effect: Effect::Value("mean of x̂⁴"),
    experiment: &noise_laws::NOISE_LAWS,
};
