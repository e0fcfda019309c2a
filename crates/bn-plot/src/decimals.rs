use bn_lab::Estimate;

use crate::Interval;

/// `mean [low, high]`, with as many decimals as the width of the interval supports.
pub(crate) fn readable_interval(interval: &Interval) -> String {
    let Interval {
        mean,
        low,
        high,
        seeds,
    } = *interval;
    let estimate = Estimate {
        mean,
        low,
        high,
        seeds,
    };
    estimate.readable()
}

/// The typographic minus instead of the hyphen.
pub(crate) fn with_minus(text: &str) -> String {
    text.replace('-', "−")
}
