use super::{BATCH_NORM_IN_A_NETWORK, Claim, Effect, Predicted, Says};
use crate::experiments::cats;

pub(super) static CLAIM: Claim = Claim {
    id: "light-adapted",
    chapter: BATCH_NORM_IN_A_NETWORK,
    statement: "Batch norm that takes its statistics from the pictures at hand undoes a change of contrast.",
    source: "Schneider et al. 2020",
    says: Says::Above(0.0),
    predicted: Predicted {
        low: 0.3,
        high: 0.5,
    },
    measured_by: "accuracy in low contrast, adapted minus as trained",
    effect: Effect::Difference("contrast, adapted", "contrast, bn"),
    experiment: &cats::LIGHT,
};
