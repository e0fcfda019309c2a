use crate::Color;

/// What an experiment compares. An arm keeps its name, color, dash pattern and
/// marker through the whole book.
///
/// ```
/// use bn_plot::Arm;
/// let key = Arm::BatchNorm.labeled("batch size 4");
/// assert_eq!((key.arm, key.label.as_str()), (Arm::BatchNorm, "batch size 4"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arm {
    /// Batch normalization.
    BatchNorm,
    /// No normalization.
    NoNorm,
    /// Layer normalization.
    LayerNorm,
    /// Adapted to the target: statistics of the target, importance weights.
    Adapted,
    /// Dropout.
    Dropout,
    /// A control: the explanation that has to be ruled out.
    Control,
    /// Data the model was trained on.
    Source,
    /// Data the model is measured on.
    Target,
    /// What is known exactly: a law, a true function.
    Exact,
}

impl Arm {
    /// Every arm.
    pub const ALL: [Arm; 9] = [
        Arm::BatchNorm,
        Arm::NoNorm,
        Arm::LayerNorm,
        Arm::Adapted,
        Arm::Dropout,
        Arm::Control,
        Arm::Source,
        Arm::Target,
        Arm::Exact,
    ];

    /// The label used where none is given.
    pub const fn name(self) -> &'static str {
        self.style().0
    }

    /// The color.
    pub const fn color(self) -> Color {
        self.style().1
    }

    /// The dash pattern of its lines.
    pub const fn dash(self) -> Dash {
        self.style().2
    }

    /// The shape of its points.
    pub const fn marker(self) -> Marker {
        self.style().3
    }

    /// The arm under another label, e.g. with its batch size.
    pub fn labeled(self, label: impl Into<String>) -> Key {
        Key {
            arm: self,
            label: label.into(),
        }
    }

    const fn style(self) -> (&'static str, Color, Dash, Marker) {
        match self {
            Arm::BatchNorm => ("batch norm", Color::Arm1, Dash::Solid, Marker::Circle),
            Arm::NoNorm => ("no norm", Color::Arm2, Dash::Dashed, Marker::Square),
            Arm::LayerNorm => ("layer norm", Color::Arm3, Dash::DashDot, Marker::Triangle),
            Arm::Adapted => ("adapted", Color::Arm4, Dash::LongDash, Marker::Diamond),
            Arm::Dropout => (
                "dropout",
                Color::Arm5,
                Dash::Dotted,
                Marker::InvertedTriangle,
            ),
            Arm::Control => ("control", Color::Arm6, Dash::ShortDash, Marker::Cross),
            Arm::Source => ("source", Color::Ink, Dash::Dashed, Marker::Ring),
            Arm::Target => ("target", Color::Arm4, Dash::Solid, Marker::Diamond),
            Arm::Exact => ("exact", Color::Ink, Dash::Solid, Marker::Ring),
        }
    }
}

/// A series in a chart: an arm and the label it is drawn with. Charts take
/// `impl Into<Key>`: an [`Arm`] alone is labeled with its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// The arm.
    pub arm: Arm,
    /// The label.
    pub label: String,
}

impl From<Arm> for Key {
    fn from(arm: Arm) -> Self {
        arm.labeled(arm.name())
    }
}

/// A dash pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dash {
    /// ────
    Solid,
    /// ─ ─ ─
    Dashed,
    /// ─ · ─
    DashDot,
    /// ── ──
    LongDash,
    /// · · ·
    Dotted,
    /// - - -
    ShortDash,
}

impl Dash {
    pub(crate) const ALL: [Dash; 6] = [
        Dash::Solid,
        Dash::Dashed,
        Dash::DashDot,
        Dash::LongDash,
        Dash::Dotted,
        Dash::ShortDash,
    ];

    /// Lengths in px of dashes and gaps, in turn; empty for a solid line.
    pub const fn pattern(self) -> &'static [f64] {
        match self {
            Dash::Solid => &[],
            Dash::Dashed => &[9.0, 4.0],
            Dash::DashDot => &[10.0, 3.0, 2.0, 3.0],
            Dash::LongDash => &[16.0, 4.0],
            Dash::Dotted => &[2.5, 3.0],
            Dash::ShortDash => &[5.0, 4.0],
        }
    }
}

/// The shape of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Marker {
    /// A disk.
    Circle,
    /// A square.
    Square,
    /// A triangle that points up.
    Triangle,
    /// A square on its corner.
    Diamond,
    /// A triangle that points down.
    InvertedTriangle,
    /// An ×.
    Cross,
    /// A circle without filling.
    Ring,
}

impl Marker {
    const ALL: [Marker; 7] = [
        Marker::Circle,
        Marker::Square,
        Marker::Triangle,
        Marker::Diamond,
        Marker::InvertedTriangle,
        Marker::Cross,
        Marker::Ring,
    ];
}

/// Dash and marker of the `n`-th series of the same arm in one chart: the arm's
/// own for the first, the next ones for the others, so that no two look alike.
pub(crate) fn nth_look(arm: Arm, n: usize) -> (Dash, Marker) {
    let dash = (arm.dash() as usize + n) % Dash::ALL.len();
    let marker = (arm.marker() as usize + n) % Marker::ALL.len();
    (Dash::ALL[dash], Marker::ALL[marker])
}
