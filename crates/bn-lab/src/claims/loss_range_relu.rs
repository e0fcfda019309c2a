use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::landscape;

pub(super) static CLAIM: Claim = Claim {
    id: "loss-range-relu",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Batch norm narrows the range of losses along the gradient (six ReLU layers, batches of 1024).",
    source: "Santurkar et al. 2018, section 3.1, figure 4",
    says: Says::Below(1.0),
    predicted: Predicted {
        low: 0.15,
        high: 0.5,
    },
    measured_by: "range of losses along the gradient, batch norm divided by none",
    effect: Effect::Ratio("loss range on 1024, bn", "loss range on 1024, none"),
    experiment: &landscape::RELU,
};
