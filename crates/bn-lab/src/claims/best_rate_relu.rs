use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::learning_rate;

pub(super) static CLAIM: Claim = Claim {
    id: "best-rate-relu",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Batch norm lowers the loss that ten ReLU layers reach at their best learning rate.",
    source: "Bjorck et al. 2018",
    says: Says::Below(0.0),
    predicted: Predicted {
        low: -0.7,
        high: -0.3,
    },
    measured_by: "training loss after 300 steps at the best rate of each, batch norm minus none",
    effect: Effect::Difference("best loss, bn", "best loss, none"),
    experiment: &learning_rate::RELU,
};
