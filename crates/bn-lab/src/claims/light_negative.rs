use super::{BATCH_NORM_IN_A_NETWORK, Claim, Effect, Predicted, Says};
use crate::experiments::cats;

pub(super) static CLAIM: Claim = Claim {
    id: "light-negative",
    chapter: BATCH_NORM_IN_A_NETWORK,
    statement: "Adapting batch norm to negatives makes it worse on them: the moments alone cannot tell that light and dark have changed places.",
    source: "Control of this book",
    says: Says::Below(0.0),
    predicted: Predicted {
        low: -0.5,
        high: -0.1,
    },
    measured_by: "accuracy on negatives, adapted minus as trained",
    effect: Effect::Difference("negative, adapted", "negative, bn"),
    experiment: &cats::LIGHT,
};
