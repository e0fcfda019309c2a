use crate::estimate::Estimate;

/// A number as a reader wants it: four significant digits, no trailing zeros.
///
/// ```
/// use bn_lab::readable;
/// assert_eq!([0.993_14, 12.0, 1.6e-13].map(readable), ["0.9931", "12", "1.6e-13"]);
/// ```
pub fn readable(x: f64) -> String {
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

impl Estimate {
    /// `mean [low, high]` as a reader wants it, with as many decimals as the width of the
    /// interval supports; the mean alone if the seeds make no difference.
    ///
    /// ```
    /// use bn_lab::Estimate;
    /// let wide = Estimate { mean: 23.228, low: 15.323, high: 35.212, seeds: 10 };
    /// assert_eq!(wide.readable(), "23.2 [15.3, 35.2]");
    /// let narrow = Estimate { mean: 0.98504, low: 0.98427, high: 0.98581, seeds: 10 };
    /// assert_eq!(narrow.readable(), "0.98504 [0.98427, 0.98581]");
    /// ```
    pub fn readable(&self) -> String {
        let Estimate {
            mean, low, high, ..
        } = *self;
        if low == high {
            return readable(mean);
        }
        let half_width = (high - low) / 2.0;
        let largest = low.abs().max(high.abs());
        if largest >= 1e6 || half_width < 1e-6 {
            let [mean, low, high] = [mean, low, high].map(readable);
            return format!("{mean} [{low}, {high}]");
        }
        let digits = (1 - half_width.log10().floor() as i32).clamp(0, 7) as usize;
        let [mean, low, high] = [mean, low, high].map(|x| {
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
}
