use std::ops::RangeInclusive;

use crate::decimals::with_minus;
use crate::figure::one_line;
use crate::number::finite;
use crate::{Error, Result};

/// How an axis spaces its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    Linear,
    Log,
}

/// An axis as it was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Axis {
    pub(crate) title: String,
    pub(crate) scale: Scale,
    pub(crate) range: Option<RangeInclusive<f64>>,
}

impl Axis {
    pub(crate) fn new(title: String) -> Self {
        Axis {
            title,
            scale: Scale::Linear,
            range: None,
        }
    }

    /// The stretch to draw: the range asked for, or that of the data widened
    /// by the share `margin` on both sides.
    pub(crate) fn span(&self, data: impl Iterator<Item = f64>, margin: f64) -> Result<Span> {
        one_line("an axis title", self.title.clone())?;
        let (mut low, mut high) = data
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
                (low.min(x), high.max(x))
            });
        let smallest = low;
        if let Some(range) = &self.range {
            let what = || format!("the range of axis \"{}\"", self.title);
            low = finite(*range.start(), what)?;
            high = finite(*range.end(), what)?;
            if low >= high {
                return Err(Error::OutOfRange {
                    what: what(),
                    given: format!("{low} to {high}"),
                    expected: "a start below the end".into(),
                });
            }
        } else if low > high {
            return Err(Error::Empty {
                what: format!(
                    "axis \"{}\" has no data and no range: the chart",
                    self.title
                ),
            });
        }
        if self.scale == Scale::Log && low.min(smallest) <= 0.0 {
            return Err(Error::OutOfRange {
                what: format!("the logarithmic axis \"{}\"", self.title),
                given: low.min(smallest).to_string(),
                expected: "positive numbers (or a linear axis)".into(),
            });
        }
        let mut span = Span {
            scale: self.scale,
            low: self.scale.position(low),
            high: self.scale.position(high),
        };
        if self.range.is_none() {
            let width = span.high - span.low;
            // All numbers equal: widen by something that floating point can tell apart.
            let room = if width > 1e-12 * span.high.abs() {
                width * margin
            } else {
                (0.1 * span.high.abs()).max(0.5)
            };
            (span.low, span.high) = (span.low - room, span.high + room);
        }
        let width = span.high - span.low;
        if !(1e-200..f64::INFINITY).contains(&width) {
            return Err(Error::OutOfRange {
                what: format!("axis \"{}\"", self.title),
                given: format!("{low:e} to {high:e}"),
                expected: "a range whose width floating point can hold".into(),
            });
        }
        Ok(span)
    }
}

impl Scale {
    /// Where a number stands: itself, or its decimal logarithm.
    fn position(self, x: f64) -> f64 {
        match self {
            Scale::Linear => x,
            Scale::Log => x.log10(),
        }
    }
}

/// A label on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    /// Share of the span, from 0 to 1.
    pub(crate) at: f64,
    pub(crate) label: String,
}

/// The stretch of an axis that is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Span {
    scale: Scale,
    low: f64,
    high: f64,
}

impl Span {
    /// Share of the span: 0 at its start, 1 at its end, beyond them outside.
    pub(crate) fn share(&self, x: f64) -> f64 {
        let share = (self.scale.position(x) - self.low) / (self.high - self.low);
        // Far outside, the clipped line does not depend on how far.
        share.clamp(-1e6, 1e6)
    }

    /// The number that stands at a share of the span.
    pub(crate) fn number(&self, share: f64) -> f64 {
        let position = self.low + share * (self.high - self.low);
        match self.scale {
            Scale::Linear => position,
            Scale::Log => 10f64.powf(position),
        }
    }

    /// At most about `count` round numbers.
    pub(crate) fn ticks(&self, count: usize) -> Vec<Tick> {
        match self.scale {
            Scale::Linear => self.linear_ticks(count),
            Scale::Log => self.log_ticks(count),
        }
    }

    fn linear_ticks(&self, count: usize) -> Vec<Tick> {
        let rough = (self.high - self.low) / count.max(1) as f64;
        let power = 10f64.powf(rough.log10().floor());
        let step = power
            * [1.0, 2.0, 5.0, 10.0]
                .into_iter()
                .find(|m| m * power >= rough * 0.999)
                .unwrap_or(10.0);
        let first = (self.low / step - 1e-9).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last)
            .take(4 * count + 4)
            .map(|k| Tick {
                at: (k as f64 * step - self.low) / (self.high - self.low),
                label: linear_label(k as f64 * step, step),
            })
            .collect()
    }

    fn log_ticks(&self, count: usize) -> Vec<Tick> {
        let decades = self.high - self.low;
        let mantissas: &[f64] = if decades > 2.2 {
            &[1.0]
        } else if decades > 0.8 {
            &[1.0, 2.0, 5.0]
        } else {
            // Less than a decade reads best with evenly spaced round numbers.
            return self.log_ticks_within_a_decade(count);
        };
        let every = (decades / count.max(1) as f64).ceil().max(1.0) as i64;
        let exponents = (self.low.floor() as i64)..=(self.high.ceil() as i64);
        exponents
            .filter(|e| e.rem_euclid(every) == 0)
            .flat_map(|e| mantissas.iter().map(move |&m| (m, e)))
            .map(|(m, e)| Tick {
                at: (m.log10() + e as f64 - self.low) / decades,
                label: log_label(m, e),
            })
            .filter(|tick| (-1e-9..=1.0 + 1e-9).contains(&tick.at))
            .collect()
    }

    fn log_ticks_within_a_decade(&self, count: usize) -> Vec<Tick> {
        let linear = Span {
            scale: Scale::Linear,
            low: self.number(0.0),
            high: self.number(1.0),
        };
        linear
            .linear_ticks(count)
            .into_iter()
            .map(|tick| Tick {
                at: self.share(linear.number(tick.at)),
                label: tick.label,
            })
            .collect()
    }
}

fn linear_label(x: f64, step: f64) -> String {
    if !(1e-5..1e6).contains(&step) {
        if x == 0.0 {
            return "0".into();
        }
        let exponent = x.abs().log10().floor();
        let mantissa = x / 10f64.powf(exponent);
        let digits = (exponent - step.log10().floor()).clamp(0.0, 6.0) as usize;
        return with_minus(&format!(
            "{mantissa:.digits$}×10{}",
            superscript(exponent as i64)
        ));
    }
    let digits = (-(step * 1.0001).log10().floor()).max(0.0) as usize;
    with_minus(&grouped(&format!("{x:.digits$}")))
}

fn log_label(mantissa: f64, exponent: i64) -> String {
    if (-3..=4).contains(&exponent) {
        let digits = (-exponent).max(0) as usize;
        grouped(&format!(
            "{:.digits$}",
            mantissa * 10f64.powi(exponent as i32)
        ))
    } else if mantissa == 1.0 {
        format!("10{}", superscript(exponent))
    } else {
        format!("{mantissa}×10{}", superscript(exponent))
    }
}

/// A comma between thousands.
fn grouped(number: &str) -> String {
    let (whole, fraction) = number.split_at(number.find('.').unwrap_or(number.len()));
    let (sign, digits) = whole.split_at(usize::from(whole.starts_with('-')));
    let mut out = String::from(sign);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    out + fraction
}

fn superscript(exponent: i64) -> String {
    exponent
        .to_string()
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '0' => '⁰',
            c => char::from_u32('⁰' as u32 + c as u32 - '0' as u32).unwrap_or(c),
        })
        .collect()
}
