use rand::{Rng, RngExt};

use super::color::{Rgb, hsv, mix};

/// The coats that a picture's animal may wear. A coat is drawn from a random
/// stream of its own and never looks at the label: that is what makes a change
/// of coat a covariate shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coat {
    /// Black, from coal to soot.
    Black,
    /// Orange, cream, gray, white, brown or calico, each equally often.
    Colored,
}

/// One animal's coat: the color of the fur and, for a calico, of its patch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fur {
    pub(super) base: Rgb,
    pub(super) patch: Rgb,
}

impl Coat {
    pub(super) fn draw(self, rng: &mut impl Rng) -> Fur {
        let kind = rng.random_range(0..6);
        let [a, b, c] = [0; 3].map(|_| rng.random_range(-1.0..1.0_f64));
        let plain = |color: Rgb| Fur {
            base: color,
            patch: color,
        };
        match (self, kind) {
            (Coat::Black, _) => plain(hsv(0.6 + 0.1 * a, 0.10 + 0.05 * b, 0.10 + 0.04 * c)),
            (Coat::Colored, 0) => plain(hsv(0.075 + 0.015 * a, 0.75 + 0.1 * b, 0.93 + 0.06 * c)),
            (Coat::Colored, 1) => plain(hsv(0.10 + 0.01 * a, 0.30 + 0.08 * b, 0.95 + 0.04 * c)),
            (Coat::Colored, 2) => plain(hsv(0.60 + 0.05 * a, 0.10 + 0.05 * b, 0.62 + 0.10 * c)),
            (Coat::Colored, 3) => plain(hsv(0.12 + 0.05 * a, 0.03 + 0.02 * b, 0.96 + 0.03 * c)),
            (Coat::Colored, 4) => plain(hsv(0.065 + 0.01 * a, 0.58 + 0.08 * b, 0.58 + 0.08 * c)),
            (Coat::Colored, _) => {
                let white = hsv(0.12, 0.04 + 0.02 * a, 0.96 + 0.03 * c);
                let orange = hsv(0.075 + 0.015 * a, 0.72 + 0.1 * b, 0.90 + 0.05 * c);
                Fur {
                    base: white,
                    patch: orange,
                }
            }
        }
    }
}

impl Fur {
    /// The fur in the shade of the outline.
    pub(super) fn shade(color: Rgb) -> Rgb {
        mix(color, [0.05, 0.03, 0.05], 0.55)
    }

    /// The fur of muzzle and cheeks: the same, a little lighter.
    pub(super) fn light(color: Rgb) -> Rgb {
        mix(color, [1.0, 0.98, 0.95], 0.22)
    }
}
