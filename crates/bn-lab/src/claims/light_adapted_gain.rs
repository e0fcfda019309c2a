use super::{BATCH_NORM_IN_A_NETWORK, Claim, Effect, Predicted, Says};
use crate::experiments::cats;

pub(super) static CLAIM: Claim = Claim {
    id: "light-adapted-gain",
    chapter: BATCH_NORM_IN_A_NETWORK,
    statement: "Batch norm that takes its statistics from the pictures at hand undoes a dimmed lamp.",
    source: "Schneider et al. 2020",
    says: Says::Above(0.0),
    predicted: Predicted {
        low: 0.03,
        high: 0.1,
    },
    measured_by: "accuracy in dim light, adapted minus as trained",
    effect: Effect::Difference("gain, adapted", "gain, bn"),
    experiment: &cats::LIGHT,
};
