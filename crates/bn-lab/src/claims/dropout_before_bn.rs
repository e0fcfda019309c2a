use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::dropout;

pub(super) static CLAIM: Claim = Claim {
    id: "dropout-before-bn",
    chapter: REGULARIZATION,
    statement: "Dropout in front of batch norm makes a network worse than batch norm alone.",
    source: "Li et al. 2019",
    says: Says::Below(0.0),
    predicted: Predicted {
        low: -0.05,
        high: 0.01,
    },
    measured_by: "test accuracy, both minus batch norm",
    effect: Effect::Difference("both", "bn"),
    experiment: &dropout::TOGETHER,
};
