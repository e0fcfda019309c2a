use rand::{Rng, RngExt};

use super::coat::Fur;
use super::color::{Rgb, hsv, mix};
use super::shape::{Point, Shape, covered};

/// What the label says, and the only thing it says: the shape of the ears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ears {
    Pointed,
    Round,
}

/// Everything about a picture except the label and the coat.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pose {
    center: Point,
    size: f64,
    tilt: f64,
    ear_length: f64,
    wall: [Rgb; 2],
    eyes: Rgb,
}

impl Pose {
    pub(super) fn draw(rng: &mut impl Rng) -> Self {
        let mut within = |low: f64, high: f64| rng.random_range(low..high);
        let center = [within(-0.13, 0.13), within(-0.07, 0.13)];
        let size = within(0.80, 1.0);
        let tilt = within(-0.18, 0.18);
        let ear_length = within(0.93, 1.07);
        let wall = hsv(within(0.0, 1.0), within(0.18, 0.42), within(0.56, 0.84));
        let fade = within(0.10, 0.30);
        let eyes = hsv(within(0.13, 0.30), within(0.45, 0.70), within(0.95, 1.0));
        Pose {
            center,
            size,
            tilt,
            ear_length,
            wall: [wall, mix(wall, [1.0, 1.0, 1.0], fade)],
            eyes,
        }
    }
}

const HEAD: Shape = ellipse([0.0, 0.18], [0.68, 0.57]);
const INNER_EAR: Rgb = [0.93, 0.62, 0.62];
const NOSE: Rgb = [0.92, 0.48, 0.52];
const DARK: Rgb = [0.06, 0.05, 0.07];

const fn ellipse(center: Point, radii: Point) -> Shape {
    Shape::Ellipse { center, radii }
}

/// One animal, ready to be painted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Animal {
    pub(super) ears: Ears,
    pub(super) pose: Pose,
    pub(super) fur: Fur,
}

impl Animal {
    /// Paints the picture: `size × size` pixels of red, green and blue, row by row.
    pub(super) fn paint(&self, size: usize, pixels: &mut [f64]) {
        let pixel = 2.0 / size as f64;
        let (sin, cos) = self.pose.tilt.sin_cos();
        let scale = self.pose.size;
        let ears = self.ear_shapes();
        for row in 0..size {
            for column in 0..size {
                let x = (column as f64 + 0.5) * pixel - 1.0;
                let y = (row as f64 + 0.5) * pixel - 1.0;
                let wall = mix(self.pose.wall[1], self.pose.wall[0], 0.5 * (y + 1.0));
                let (dx, dy) = (x - self.pose.center[0], y - self.pose.center[1]);
                let point = [(cos * dx + sin * dy) / scale, (cos * dy - sin * dx) / scale];
                let color = self.color(point, pixel / scale, wall, &ears);
                let at = 3 * (row * size + column);
                pixels[at..at + 3].copy_from_slice(&color);
            }
        }
    }

    /// Outer and inner shape of one ear; the other is its mirror image. Both
    /// kinds show about the same area above the head, so that the amount of fur
    /// says nothing about the label.
    fn ear_shapes(&self) -> [Shape; 2] {
        let length = self.pose.ear_length;
        match self.ears {
            Ears::Pointed => [
                Shape::Triangle([[0.67, 0.16], [0.60, -0.86 * length], [0.07, -0.34]]),
                Shape::Triangle([[0.56, -0.08], [0.53, -0.62 * length], [0.25, -0.30]]),
            ],
            Ears::Round => [
                ellipse([0.50, -0.36 * length], [0.30, 0.30]),
                ellipse([0.48, -0.34 * length], [0.17, 0.17]),
            ],
        }
    }

    fn color(&self, point: Point, pixel: f64, wall: Rgb, ears: &[Shape; 2]) -> Rgb {
        let [x, y] = point;
        // The face is symmetric: the right half is painted, the left mirrors it.
        let mirrored = [x.abs(), y];
        let silhouette = HEAD.distance(point).min(ears[0].distance(mirrored));
        if silhouette > pixel {
            return wall;
        }
        let patch = ellipse([-0.52, -0.25], [0.50, 0.55]).coverage(point, 2.0 * pixel);
        let fur = mix(self.fur.base, self.fur.patch, patch);

        let mut color = wall;
        let mut over = |paint: Rgb, share: f64| color = mix(color, paint, share);
        over(Fur::shade(fur), covered(silhouette, pixel));
        over(fur, covered(silhouette + 0.07, pixel));
        over(
            mix(fur, INNER_EAR, 0.75),
            ears[1].coverage(mirrored, pixel) * (1.0 - HEAD.coverage(point, pixel)),
        );
        over(
            Fur::light(fur),
            ellipse([0.0, 0.50], [0.30, 0.20]).coverage(point, pixel),
        );
        // Eyes: a dark rim, the iris, a pupil.
        over(
            DARK,
            ellipse([0.29, 0.14], [0.16, 0.17]).coverage(mirrored, pixel),
        );
        over(
            self.pose.eyes,
            ellipse([0.29, 0.14], [0.135, 0.145]).coverage(mirrored, pixel),
        );
        over(
            DARK,
            ellipse([0.28, 0.14], [0.04, 0.09]).coverage(mirrored, pixel),
        );
        over(
            NOSE,
            ellipse([0.0, 0.40], [0.10, 0.07]).coverage(point, pixel),
        );
        over(
            DARK,
            0.7 * ellipse([0.10, 0.56], [0.09, 0.03]).coverage(mirrored, pixel),
        );
        color
    }
}
