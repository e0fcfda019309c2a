use super::{BATCH_NORM_IN_A_NETWORK, Claim, Effect, Predicted, Says};
use crate::experiments::cats;

pub(super) static CLAIM: Claim = Claim {
    id: "coat-not-all",
    chapter: BATCH_NORM_IN_A_NETWORK,
    statement: "Batch norm adapted to colored cats is as good at them as at black ones.",
    source: "Suggested by the lecture notes, “Batch Norm In Neural Net”",
    says: Says::Above(-0.05),
    predicted: Predicted {
        low: -0.4,
        high: -0.3,
    },
    measured_by: "accuracy, adapted on colored cats minus as trained on black ones",
    effect: Effect::Difference("adapted", "source, bn"),
    experiment: &cats::COATS,
};
