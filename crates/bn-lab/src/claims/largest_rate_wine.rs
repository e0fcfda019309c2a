use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::learning_rate;

pub(super) static CLAIM: Claim = Claim {
    id: "largest-rate-wine",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Batch norm lets ten ReLU layers survive larger learning rates on real data.",
    source: "Bjorck et al. 2018",
    says: Says::Above(1.0),
    predicted: Predicted {
        low: 3.0,
        high: 34.0,
    },
    measured_by: "largest rate with a finite loss on wine quality, batch norm divided by none",
    effect: Effect::Ratio("largest rate, bn", "largest rate, none"),
    experiment: &learning_rate::WINE,
};
