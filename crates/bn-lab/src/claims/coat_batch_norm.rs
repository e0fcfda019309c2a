use super::{BATCH_NORM_IN_A_NETWORK, Claim, Effect, Predicted, Says};
use crate::experiments::cats;

pub(super) static CLAIM: Claim = Claim {
    id: "coat-batch-norm",
    chapter: BATCH_NORM_IN_A_NETWORK,
    statement: "Batch norm, as trained on black cats, makes a network better at colored ones.",
    source: "Suggested by the lecture notes, “Covariance shift”",
    says: Says::Above(0.0),
    predicted: Predicted {
        low: -0.03,
        high: 0.06,
    },
    measured_by: "accuracy on colored cats, batch norm as trained minus none",
    effect: Effect::Difference("bn", "none"),
    experiment: &cats::COATS,
};
