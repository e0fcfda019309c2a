use plotters::style::RGBColor;

use crate::Dash;

/// A color of the figures: a CSS variable that the page sets for its theme.
///
/// | variable | role | light | dark |
/// |---|---|---|---|
/// | `--bn-paper` | background | `#ffffff` | `#15181c` |
/// | `--bn-ink` | titles, labels, exact curves | `#1b1f24` | `#e6e9ed` |
/// | `--bn-muted` | axes, ticks, references | `#5c636b` | `#9aa3ad` |
/// | `--bn-grid` | grid lines | `#e3e6ea` | `#2f353c` |
/// | `--bn-arm-1` | [`Arm::BatchNorm`](crate::Arm) | `#0f4a9a` | `#3b8ef8` |
/// | `--bn-arm-2` | [`Arm::NoNorm`](crate::Arm) | `#d76c06` | `#d0602f` |
/// | `--bn-arm-3` | [`Arm::LayerNorm`](crate::Arm) | `#2f9a77` | `#86da92` |
/// | `--bn-arm-4` | [`Arm::Adapted`](crate::Arm), [`Arm::Target`](crate::Arm) | `#b05cc2` | `#eda8fb` |
/// | `--bn-arm-5` | [`Arm::Dropout`](crate::Arm) | `#583900` | `#c79e0b` |
/// | `--bn-arm-6` | [`Arm::Control`](crate::Arm) | `#66666a` | `#8d8f93` |
///
/// The light value is also the fallback, so a figure reads on its own. Ink,
/// muted and arms keep a contrast of 3:1 or more against both papers, and the
/// arms stay apart for readers with protanopia, deuteranopia or tritanopia.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Color {
    /// Background.
    Paper,
    /// Titles, labels, exact curves.
    Ink,
    /// Axes, ticks, reference lines.
    Muted,
    /// Grid lines.
    Grid,
    /// First arm.
    Arm1,
    /// Second arm.
    Arm2,
    /// Third arm.
    Arm3,
    /// Fourth arm.
    Arm4,
    /// Fifth arm.
    Arm5,
    /// Sixth arm.
    Arm6,
}

impl Color {
    /// Every color, in the order of the table above.
    pub const ALL: [Color; 10] = [
        Color::Paper,
        Color::Ink,
        Color::Muted,
        Color::Grid,
        Color::Arm1,
        Color::Arm2,
        Color::Arm3,
        Color::Arm4,
        Color::Arm5,
        Color::Arm6,
    ];

    /// The CSS variable, its value on light paper, its value on dark paper.
    const fn entry(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Color::Paper => ("--bn-paper", "#ffffff", "#15181c"),
            Color::Ink => ("--bn-ink", "#1b1f24", "#e6e9ed"),
            Color::Muted => ("--bn-muted", "#5c636b", "#9aa3ad"),
            Color::Grid => ("--bn-grid", "#e3e6ea", "#2f353c"),
            Color::Arm1 => ("--bn-arm-1", "#0f4a9a", "#3b8ef8"),
            Color::Arm2 => ("--bn-arm-2", "#d76c06", "#d0602f"),
            Color::Arm3 => ("--bn-arm-3", "#2f9a77", "#86da92"),
            Color::Arm4 => ("--bn-arm-4", "#b05cc2", "#eda8fb"),
            Color::Arm5 => ("--bn-arm-5", "#583900", "#c79e0b"),
            Color::Arm6 => ("--bn-arm-6", "#66666a", "#8d8f93"),
        }
    }

    /// The CSS variable, e.g. `--bn-arm-1`.
    pub const fn variable(self) -> &'static str {
        self.entry().0
    }

    /// `#rrggbb` on light paper.
    pub const fn light(self) -> &'static str {
        self.entry().1
    }

    /// `#rrggbb` on dark paper.
    pub const fn dark(self) -> &'static str {
        self.entry().2
    }

    /// The value of a `fill` or `stroke` attribute.
    pub(crate) fn css(self) -> String {
        format!("var({}, {})", self.variable(), self.light())
    }
}

/// The style sheet of the figures: the variables for light paper on `:root`,
/// for dark paper on `:root.bn-dark`, and under `prefers-color-scheme: dark`
/// unless the page carries the class `bn-light`.
///
/// ```
/// assert!(bn_plot::theme_css().contains("--bn-paper: #ffffff;"));
/// ```
pub fn theme_css() -> String {
    let declarations = |value: fn(Color) -> &'static str| -> String {
        Color::ALL
            .iter()
            .map(|&color| format!("  {}: {};\n", color.variable(), value(color)))
            .collect()
    };
    let (light, dark) = (declarations(Color::light), declarations(Color::dark));
    format!(
        ":root {{\n{light}}}\n:root.bn-dark {{\n{dark}}}\n@media (prefers-color-scheme: dark) {{\n:root:not(.bn-light) {{\n{dark}}}\n}}\n"
    )
}

/// What plotters is asked to paint with: a color of the theme, and the dash pattern that
/// its SVG back end cannot write. It travels through plotters as a sentinel color whose
/// red is the color and whose green is the dash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paint {
    color: Color,
    dash: Dash,
}

impl Paint {
    pub(crate) fn fill(color: Color) -> Self {
        Paint::line(color, Dash::Solid)
    }

    pub(crate) fn line(color: Color, dash: Dash) -> Self {
        Paint { color, dash }
    }

    pub(crate) fn sentinel(self) -> RGBColor {
        RGBColor(self.color as u8, self.dash as u8, 0)
    }

    /// The paint behind `RRGGBB`.
    pub(crate) fn from_sentinel(hex: &str) -> Option<Self> {
        let [_, color, dash, _] = u32::from_str_radix(hex, 16).ok()?.to_be_bytes();
        Some(Paint {
            color: *Color::ALL.get(usize::from(color))?,
            dash: *Dash::ALL.get(usize::from(dash))?,
        })
    }

    /// `fill="…"` or `stroke="…"` with its dashes, for a drawing `scale` times too large.
    pub(crate) fn attributes(self, attribute: &str, scale: f64) -> String {
        let paint = format!("{attribute}=\"{}\"", self.color.css());
        let pattern = self.dash.pattern().iter();
        let pattern: Vec<String> = pattern.map(|px| (px * scale).to_string()).collect();
        if pattern.is_empty() {
            paint
        } else {
            format!("{paint} stroke-dasharray=\"{}\"", pattern.join(" "))
        }
    }
}
