use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::learning_rate;

pub(super) static CLAIM: Claim = Claim {
    id: "largest-rate-deep",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "At learning rate 0.3, twenty ReLU layers diverge without batch norm and not with it.",
    source: "Bjorck et al. 2018",
    says: Says::Above(0.0),
    predicted: Predicted {
        low: 0.5,
        high: 1.0,
    },
    measured_by: "share of seeds that diverge, none minus batch norm",
    effect: Effect::Difference("diverged at 0.3, none", "diverged at 0.3, bn"),
    experiment: &learning_rate::DEEP,
};
