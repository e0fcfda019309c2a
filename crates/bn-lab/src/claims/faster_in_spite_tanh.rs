use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::ics;

pub(super) static CLAIM: Claim = Claim {
    id: "faster-in-spite-tanh",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Where batch norm raises internal covariate shift, training is faster nonetheless (tanh).",
    source: "Santurkar et al. 2018, section 2.2",
    says: Says::Below(0.0),
    predicted: Predicted {
        low: -0.4,
        high: -0.1,
    },
    measured_by: "training loss after 300 steps, batch norm minus none",
    effect: Effect::Difference("loss, bn", "loss, none"),
    experiment: &ics::TANH,
};
