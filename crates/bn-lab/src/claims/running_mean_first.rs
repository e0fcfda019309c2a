use super::{BATCH_NORM_IN_A_NETWORK, Claim, Effect, Predicted, Says};
use crate::experiments::wrong_batch;

pub(super) static CLAIM: Claim = Claim {
    id: "running-mean-first",
    chapter: BATCH_NORM_IN_A_NETWORK,
    statement: "In the first layer, a running mean with momentum 0.1 is further from the precise mean than one with 0.01, in batches of 16.",
    source: "Wu & Johnson 2021, section 3",
    says: Says::Above(1.0),
    predicted: Predicted {
        low: 2.0,
        high: 4.0,
    },
    measured_by: "error of the running mean, momentum 0.1 divided by 0.01",
    effect: Effect::Ratio(
        "error of the first mean, 0.1",
        "error of the first mean, 0.01",
    ),
    experiment: &wrong_batch::RUNNING,
};
