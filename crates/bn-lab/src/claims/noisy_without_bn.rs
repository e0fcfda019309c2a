use super::{Claim, Effect, Predicted, Says, WHAT_BATCH_NORM_DOES};
use crate::experiments::noisy;

pub(super) static CLAIM: Claim = Claim {
    id: "noisy-without-bn",
    chapter: WHAT_BATCH_NORM_DOES,
    statement: "The same noise without batch norm makes training diverge.",
    source: "Control of this book",
    says: Says::Above(0.5),
    predicted: Predicted {
        low: 0.9,
        high: 1.0,
    },
    measured_by: "share of seeds that diverge at 0.3, noise without batch norm",
    effect: Effect::Value("noisy none at 0.3 diverged"),
    experiment: &noisy::NOISY,
};
