use super::{BATCH_NORM_IN_A_NETWORK, Claim, Effect, Predicted, Says};
use crate::experiments::cats;

pub(super) static CLAIM: Claim = Claim {
    id: "light-robust-contrast",
    chapter: BATCH_NORM_IN_A_NETWORK,
    statement: "Batch norm, as trained, makes a network robust to a change of contrast.",
    source: "Suggested by the lecture notes, “Batch Norm In Neural Net”",
    says: Says::Above(0.0),
    predicted: Predicted {
        low: -0.2,
        high: -0.05,
    },
    measured_by: "accuracy in low contrast, batch norm as trained minus none",
    effect: Effect::Difference("contrast, bn", "contrast, none"),
    experiment: &cats::LIGHT,
};
