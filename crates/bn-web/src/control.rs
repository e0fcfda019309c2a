/// Something a reader can set. Its value is a number in every case, so that a link can hold it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Control {
    /// Its name in links.
    pub name: &'static str,
    /// What stands beside it.
    pub label: &'static str,
    /// What it can be set to.
    pub values: Values,
    /// What it is set to at first, one of `values`.
    pub default: f64,
}

/// The values of a control.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Values {
    /// A slider that rests at these, in order.
    Stops(&'static [f64]),
    /// A slider from the first to the second, in steps of the third.
    Range(f64, f64, f64),
    /// One of these words; the value is its position.
    Words(&'static [&'static str]),
}

/// What every figure lets a reader draw anew.
pub(crate) const SEED: Control = Control {
    name: "seed",
    label: "Seed",
    values: Values::Range(0.0, 19.0, 1.0),
    default: 0.0,
};

impl Control {
    /// The allowed value next to `value`; the default for what is no number.
    pub fn nearest(&self, value: f64) -> f64 {
        if value.is_nan() {
            return self.default;
        }
        match self.values {
            Values::Stops(stops) => {
                let distance = |stop: &&f64| (**stop - value).abs();
                let nearest = stops
                    .iter()
                    .min_by(|a, b| distance(a).total_cmp(&distance(b)));
                nearest.copied().unwrap_or(self.default)
            }
            Values::Range(least, most, step) => {
                // Divided at the end: 0.3 is 3/10, not 3 times 0.1.
                let per_unit = (1.0 / step).round();
                let most = ((most - least) * per_unit).round();
                let steps = ((value - least) * per_unit).round();
                // Size: the message of `clamp`'s panic brings along all that writes a float, 11 KB.
                steps.max(0.0).min(most) / per_unit + least
            }
            Values::Words(words) => value.round().max(0.0).min((words.len() - 1) as f64),
        }
    }
}
