use crate::Interval;

/// A number as a reader wants it: four significant digits, no trailing zeros.
pub(crate) fn readable(x: f64) -> String {
    let magnitude = x.abs();
    if x == 0.0 {
        "0".into()
    } else if x.fract() == 0.0 && magnitude < 1e6 {
        format!("{x}")
    } else if (1e-3..1e6).contains(&magnitude) {
        let digits = 3 - magnitude.log10().floor() as i32;
        trimmed(format!("{x:.*}", digits.max(0) as usize))
    } else {
        let text = format!("{x:.3e}");
        match text.split_once('e') {
            Some((mantissa, exponent)) => format!("{}e{exponent}", trimmed(mantissa.into())),
            None => text,
        }
    }
}

fn trimmed(decimal: String) -> String {
    if decimal.contains('.') {
        decimal.trim_end_matches('0').trim_end_matches('.').into()
    } else {
        decimal
    }
}

/// `mean [low, high]`, with as many decimals as the width of the interval supports.
pub(crate) fn readable_interval(interval: &Interval) -> String {
    if interval.is_point() {
        return readable(interval.mean);
    }
    let half_width = (interval.high - interval.low) / 2.0;
    let largest = interval.low.abs().max(interval.high.abs());
    if largest >= 1e6 || half_width < 1e-6 {
        let [mean, low, high] = [interval.mean, interval.low, interval.high].map(readable);
        return format!("{mean} [{low}, {high}]");
    }
    let digits = (1 - half_width.log10().floor() as i32).clamp(0, 7) as usize;
    let [mean, low, high] = [interval.mean, interval.low, interval.high].map(|x| {
        let text = format!("{x:.digits$}");
        // "-0.00" would claim a sign that the digits do not show.
        if text
            .trim_start_matches('-')
            .chars()
            .all(|c| c == '0' || c == '.')
        {
            text.trim_start_matches('-').into()
        } else {
            text
        }
    });
    format!("{mean} [{low}, {high}]")
}

/// The typographic minus instead of the hyphen.
pub(crate) fn with_minus(text: &str) -> String {
    text.replace('-', "−")
}
