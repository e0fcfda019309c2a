use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::learning_rate;

pub(super) static CLAIM: Claim = Claim {
    id: "largest-rate-relu",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Batch norm lets ten ReLU layers survive larger learning rates.",
    source: "Bjorck et al. 2018",
    says: Says::Above(1.0),
    predicted: Predicted {
        low: 10.0,
        high: 34.0,
    },
    measured_by: "largest rate with a finite loss, batch norm divided by none",
    effect: Effect::Ratio("largest rate, bn", "largest rate, none"),
    experiment: &learning_rate::RELU,
};
