use super::{BATCH_NORM_IN_A_NETWORK, Claim, Effect, Predicted, Says};
use crate::experiments::cats;

pub(super) static CLAIM: Claim = Claim {
    id: "light-without-batch-norm",
    chapter: BATCH_NORM_IN_A_NETWORK,
    statement: "A network without batch norm whose input is re-standardized undoes a change of contrast as well as adapted batch norm.",
    source: "Control of this book",
    says: Says::Within(-0.02, 0.02),
    predicted: Predicted {
        low: -0.01,
        high: 0.01,
    },
    measured_by: "accuracy in low contrast, re-standardized input minus adapted batch norm",
    effect: Effect::Difference("contrast, rematched", "contrast, adapted"),
    experiment: &cats::LIGHT,
};
