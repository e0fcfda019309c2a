use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::quantities;

pub(super) static CLAIM: Claim = Claim {
    id: "weight-steps-relu",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Batch norm reduces how much the weights w2 change (two ReLU layers).",
    source: "Lecture notes, “What batch norm essentially does”",
    says: Says::Below(1.0),
    predicted: Predicted {
        low: 0.85,
        high: 1.05,
    },
    measured_by: "size of a step of the second layer's weights, batch norm divided by none",
    effect: Effect::Ratio("step of the weights, bn", "step of the weights, none"),
    experiment: &quantities::RELU,
};
