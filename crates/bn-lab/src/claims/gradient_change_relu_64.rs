use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::landscape;

pub(super) static CLAIM: Claim = Claim {
    id: "gradient-change-relu-64",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Batch norm makes gradients more predictive (six ReLU layers, batches of 64).",
    source: "Santurkar et al. 2018, section 3.1, figure 4",
    says: Says::Below(1.0),
    predicted: Predicted {
        low: 0.05,
        high: 0.2,
    },
    measured_by: "largest change of the gradient, batch norm divided by none",
    effect: Effect::Ratio("gradient change on 64, bn", "gradient change on 64, none"),
    experiment: &landscape::RELU,
};
