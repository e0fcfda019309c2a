use super::{BATCH_NORM_IN_A_NETWORK, Claim, Effect, Predicted, Says};
use crate::experiments::cats;

pub(super) static CLAIM: Claim = Claim {
    id: "coat-adapted",
    chapter: BATCH_NORM_IN_A_NETWORK,
    statement: "Batch norm that takes its statistics from colored cats is better at them than as trained.",
    source: "Schneider et al. 2020",
    says: Says::Above(0.0),
    predicted: Predicted {
        low: 0.05,
        high: 0.15,
    },
    measured_by: "accuracy on colored cats, adapted minus as trained",
    effect: Effect::Difference("adapted", "bn"),
    experiment: &cats::COATS,
};
