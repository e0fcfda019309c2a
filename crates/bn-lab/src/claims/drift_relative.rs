use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::percentiles;

pub(super) static CLAIM: Claim = Claim {
    id: "drift-relative",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Batch norm reduces the drift of the median even in units of the spread.",
    source: "Control of this book",
    says: Says::Below(1.0),
    predicted: Predicted {
        low: 0.3,
        high: 0.9,
    },
    measured_by: "drift of the median in 100 steps, divided by the spread, batch norm divided by none",
    effect: Effect::Ratio(
        "relative drift of the 50th, bn",
        "relative drift of the 50th, none",
    ),
    experiment: &percentiles::PERCENTILES,
};
