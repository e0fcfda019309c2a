use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::landscape;

pub(super) static CLAIM: Claim = Claim {
    id: "smoothness-tanh-64",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Batch norm makes the loss smoother (six tanh layers, batches of 64).",
    source: "Santurkar et al. 2018, section 3.1, figure 4",
    says: Says::Below(1.0),
    predicted: Predicted {
        low: 1.6,
        high: 3.0,
    },
    measured_by: "effective β-smoothness on 64, batch norm divided by none",
    effect: Effect::Ratio("smoothness on 64, bn", "smoothness on 64, none"),
    experiment: &landscape::TANH,
};
