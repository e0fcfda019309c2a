use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::ghost;

pub(super) static CLAIM: Claim = Claim {
    id: "ghost-at-400",
    chapter: REGULARIZATION,
    statement: "Small batches for the statistics lower the test loss after 400 steps.",
    source: "Hoffer et al. 2017",
    says: Says::Below(0.0),
    predicted: Predicted {
        low: -0.7,
        high: -0.3,
    },
    measured_by: "test loss after 400 steps, m = 4 minus m = 256",
    effect: Effect::Difference("test loss, m = 4", "test loss, m = 256"),
    experiment: &ghost::GHOST,
};
