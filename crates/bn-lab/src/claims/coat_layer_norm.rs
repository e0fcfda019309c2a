use super::{BATCH_NORM_IN_A_NETWORK, Claim, Effect, Predicted, Says};
use crate::experiments::cats;

pub(super) static CLAIM: Claim = Claim {
    id: "coat-layer-norm",
    chapter: BATCH_NORM_IN_A_NETWORK,
    statement: "Layer norm makes a network trained on black cats better at colored ones.",
    source: "Control of this book",
    says: Says::Above(0.0),
    predicted: Predicted {
        low: 0.0,
        high: 0.1,
    },
    measured_by: "accuracy on colored cats, layer norm minus none",
    effect: Effect::Difference("ln", "none"),
    experiment: &cats::COATS,
};
