use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::quantities;

pub(super) static CLAIM: Claim = Claim {
    id: "law-relu",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Batch norm limits how far the distribution of a layer's input moves (ReLU).",
    source: "Lecture notes, “What batch norm essentially does”",
    says: Says::Below(1.0),
    predicted: Predicted {
        low: 0.2,
        high: 0.45,
    },
    measured_by: "sliced W₂ between the laws 20 steps apart, batch norm divided by none",
    effect: Effect::Ratio("drift of the law, bn", "drift of the law, none"),
    experiment: &quantities::RELU,
};
