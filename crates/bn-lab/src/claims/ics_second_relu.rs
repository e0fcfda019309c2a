use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::ics;

pub(super) static CLAIM: Claim = Claim {
    id: "ics-second-relu",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Batch norm makes the gradient of an early layer, too, more independent of the layer before it (ReLU, gradients of 1024 examples).",
    source: "Lecture notes, “What batch norm essentially does”",
    says: Says::Above(0.0),
    predicted: Predicted {
        low: -0.03,
        high: -0.005,
    },
    measured_by: "cosine of the second layer's gradient before and after, batch norm minus none",
    effect: Effect::Difference(
        "cosine of the second layer on 1024, bn",
        "cosine of the second layer on 1024, none",
    ),
    experiment: &ics::RELU,
};
