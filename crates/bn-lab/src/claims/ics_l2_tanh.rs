use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::ics;

pub(super) static CLAIM: Claim = Claim {
    id: "ics-l2-tanh",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Batch norm reduces internal covariate shift as a distance between gradients (tanh, gradients of 1024 examples).",
    source: "Awais et al. 2020",
    says: Says::Below(1.0),
    predicted: Predicted {
        low: 2.0,
        high: 5.0,
    },
    measured_by: "‖G − G′‖ of the last hidden layer, batch norm divided by none",
    effect: Effect::Ratio(
        "L2 of the last layer on 1024, bn",
        "L2 of the last layer on 1024, none",
    ),
    experiment: &ics::TANH,
};
