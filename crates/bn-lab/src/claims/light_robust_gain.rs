use super::{BATCH_NORM_IN_A_NETWORK, Claim, Effect, Predicted, Says};
use crate::experiments::cats;

pub(super) static CLAIM: Claim = Claim {
    id: "light-robust-gain",
    chapter: BATCH_NORM_IN_A_NETWORK,
    statement: "Batch norm, as trained, makes a network robust to a dimmed lamp.",
    source: "Suggested by the lecture notes, “Batch Norm In Neural Net”",
    says: Says::Above(0.0),
    predicted: Predicted {
        low: 0.05,
        high: 0.25,
    },
    measured_by: "accuracy in dim light, batch norm as trained minus none",
    effect: Effect::Difference("gain, bn", "gain, none"),
    experiment: &cats::LIGHT,
};
