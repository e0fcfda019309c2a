use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::quantities;

pub(super) static CLAIM: Claim = Claim {
    id: "moments-relu",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Batch norm limits how far the two moments of a layer's input move (ReLU).",
    source: "Lecture notes, “What batch norm essentially does”",
    says: Says::Below(1.0),
    predicted: Predicted {
        low: 0.08,
        high: 0.2,
    },
    measured_by: "drift of mean and deviation in 20 steps, batch norm divided by none",
    effect: Effect::Ratio("drift of the moments, bn", "drift of the moments, none"),
    experiment: &quantities::RELU,
};
