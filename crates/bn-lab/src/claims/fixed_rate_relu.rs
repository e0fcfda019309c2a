use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::learning_rate;

pub(super) static CLAIM: Claim = Claim {
    id: "fixed-rate-relu",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "Batch norm lowers the loss that ten ReLU layers reach at one and the same learning rate.",
    source: "Bjorck et al. 2018",
    says: Says::Below(0.0),
    predicted: Predicted {
        low: -0.8,
        high: -0.2,
    },
    measured_by: "training loss after 300 steps at 0.1, batch norm minus none",
    effect: Effect::Difference("loss at 0.1, bn", "loss at 0.1, none"),
    experiment: &learning_rate::RELU,
};
