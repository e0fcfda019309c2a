use super::{BATCH_NORM_IN_A_NETWORK, Claim, Effect, Predicted, Says};
use crate::experiments::wrong_batch;

pub(super) static CLAIM: Claim = Claim {
    id: "running-mean-harmless",
    chapter: BATCH_NORM_IN_A_NETWORK,
    statement: "That error does not show in the accuracy.",
    source: "Wu & Johnson 2021, section 3",
    says: Says::Within(-0.01, 0.01),
    predicted: Predicted {
        low: -0.008,
        high: 0.005,
    },
    measured_by: "test accuracy, momentum 0.1 minus 0.01",
    effect: Effect::Difference("accuracy, 0.1", "accuracy, 0.01"),
    experiment: &wrong_batch::RUNNING,
};
