use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::dropout;

pub(super) static CLAIM: Claim = Claim {
    id: "bn-instead-of-dropout",
    chapter: REGULARIZATION,
    statement: "Batch norm makes dropout unnecessary: alone it generalizes better than dropout alone.",
    source: "Ioffe & Szegedy 2015, section 4.2.1",
    says: Says::Above(0.0),
    predicted: Predicted {
        low: -0.05,
        high: 0.05,
    },
    measured_by: "test accuracy, batch norm minus dropout",
    effect: Effect::Difference("bn", "dropout"),
    experiment: &dropout::TOGETHER,
};
