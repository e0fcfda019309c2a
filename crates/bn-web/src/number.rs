//! Numbers as readers see them, in less code than the standard library's, which is exact
//! to the last digit of any number: a tenth of the download.

use std::fmt;

/// A number with so many decimals, halves rounded up in size, and a true minus sign.
pub(crate) fn fixed(value: f64, decimals: u32) -> Fixed {
    Fixed {
        value,
        decimals,
        minus: '\u{2212}',
    }
}

/// A number of an SVG path: one decimal, or none.
pub(crate) fn px(value: f64) -> Fixed {
    let tenths = (value * 10.0).round();
    Fixed {
        value,
        decimals: u32::from(tenths % 10.0 != 0.0),
        minus: '-',
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Fixed {
    value: f64,
    decimals: u32,
    minus: char,
}

impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fixed {
            value,
            decimals,
            minus,
        } = *self;
        if !value.is_finite() {
            return f.write_str("NaN");
        }
        let unit = 10_u64.pow(decimals);
        let count = (value.abs() * unit as f64).round() as u64;
        // What rounds to zero has no sign.
        if value < 0.0 && count > 0 {
            write!(f, "{minus}")?;
        }
        let (whole, rest) = (count / unit, count % unit);
        if decimals == 0 {
            write!(f, "{whole}")
        } else {
            write!(f, "{whole}.{rest:0width$}", width = decimals as usize)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{fixed, px};

    #[test]
    fn numbers_come_out_as_the_standard_library_writes_them() {
        for i in -4000..4000 {
            let value = f64::from(i) * 0.0137 + 0.00001;
            for decimals in 0..4 {
                let usual = format!("{value:.0$}", decimals as usize);
                let usual = match usual.strip_prefix('-') {
                    Some(rest) if rest.chars().any(|c| c.is_ascii_digit() && c != '0') => {
                        format!("\u{2212}{rest}")
                    }
                    Some(rest) => rest.to_owned(),
                    None => usual,
                };
                assert_eq!(fixed(value, decimals).to_string(), usual);
            }
        }
        assert_eq!(px(12.04).to_string(), "12");
        assert_eq!(px(-0.26).to_string(), "-0.3");
        assert_eq!(px(f64::INFINITY).to_string(), "NaN");
    }
}
