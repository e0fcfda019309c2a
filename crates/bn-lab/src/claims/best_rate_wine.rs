use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::learning_rate;

pub(super) static CLAIM: Claim = Claim {
    id: "best-rate-wine",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Batch norm lowers the loss that ten ReLU layers reach on real data, at their best learning rate.",
    source: "Bjorck et al. 2018",
    says: Says::Below(0.0),
    predicted: Predicted {
        low: -0.25,
        high: -0.02,
    },
    measured_by: "training loss on wine quality after 300 steps at the best rate of each, batch norm minus none",
    effect: Effect::Difference("best loss, bn", "best loss, none"),
    experiment: &learning_rate::WINE,
};
