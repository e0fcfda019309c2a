use super::{Claim, Effect, Predicted, REGULARIZATION, Says};
use crate::experiments::ghost;

pub(super) static CLAIM: Claim = Claim {
    id: "ghost-fits-slower",
    chapter: REGULARIZATION,
    statement: "Much of that is slower fitting: the training loss is higher, too.",
    source: "Control of this book",
    says: Says::Above(0.0),
    predicted: Predicted {
        low: 0.1,
        high: 0.4,
    },
    measured_by: "training loss after 400 steps, m = 4 minus m = 256",
    effect: Effect::Difference("training loss, m = 4", "training loss, m = 256"),
    experiment: &ghost::GHOST,
};
