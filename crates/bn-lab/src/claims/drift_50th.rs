use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::percentiles;

pub(super) static CLAIM: Claim = Claim {
    id: "drift-50th",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Batch norm reduces the drift of the 50th percentile of the last hidden layer's input.",
    source: "Ioffe & Szegedy 2015, section 4.1, figure 1",
    says: Says::Below(1.0),
    predicted: Predicted {
        low: 0.18,
        high: 0.35,
    },
    measured_by: "drift of the 50th percentile in 100 steps, batch norm divided by none",
    effect: Effect::Ratio("drift of the 50th, bn", "drift of the 50th, none"),
    experiment: &percentiles::PERCENTILES,
};
