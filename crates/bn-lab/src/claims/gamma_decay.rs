use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::ghost;

pub(super) static CLAIM: Claim = Claim {
    id: "gamma-decay",
    chapter: REGULARIZATION,
    statement: "A decay of γ regularizes as the noise of batch norm does.",
    source: "Luo et al. 2019",
    says: Says::Below(0.0),
    predicted: Predicted {
        low: -0.03,
        high: 0.02,
    },
    measured_by: "test loss at training loss 0.2, m = 256 with γ decay minus without",
    effect: Effect::Difference("matched test loss, γ decay", "matched test loss, m = 256"),
    experiment: &ghost::GHOST,
};
