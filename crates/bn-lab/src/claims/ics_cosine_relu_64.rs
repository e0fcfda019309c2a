use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::ics;

pub(super) static CLAIM: Claim = Claim {
    id: "ics-cosine-relu-64",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Batch norm makes a layer's gradient more independent of the steps of the layers before it (ReLU, gradients of 64 examples).",
    source: "Lecture notes, “What batch norm essentially does”",
    says: Says::Above(0.0),
    predicted: Predicted {
        low: 0.3,
        high: 0.6,
    },
    measured_by: "cosine of the last hidden layer's gradient before and after, batch norm minus none",
    effect: Effect::Difference(
        "cosine of the last layer on 64, bn",
        "cosine of the last layer on 64, none",
    ),
    experiment: &ics::RELU,
};
