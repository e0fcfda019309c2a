/// A point of the picture: x to the right, y downward.
pub(super) type Point = [f64; 2];

/// A shape, known by the signed distance of a point to its outline
/// (negative inside). From the distance follows how much of a pixel the shape
/// covers, which is what makes a cat readable on 16 × 16 pixels.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Ellipse { center: Point, radii: Point },
    Triangle([Point; 3]),
}

impl Shape {
    pub(super) fn distance(&self, [x, y]: Point) -> f64 {
        match *self {
            Shape::Ellipse {
                center: [cx, cy],
                radii: [rx, ry],
            } => {
                // The first-order distance: the implicit function over the length of its gradient.
                let (u, v) = ((x - cx) / rx, (y - cy) / ry);
                let k = length(u, v);
                let slope = length(u / rx, v / ry);
                if slope < 1e-9 {
                    -rx.min(ry)
                } else {
                    k * (k - 1.0) / slope
                }
            }
            Shape::Triangle(corners) => {
                let mut nearest = f64::INFINITY;
                let (mut left, mut right) = (false, false);
                for i in 0..3 {
                    let ([ax, ay], [bx, by]) = (corners[i], corners[(i + 1) % 3]);
                    let (ex, ey) = (bx - ax, by - ay);
                    let (px, py) = (x - ax, y - ay);
                    let t = ((px * ex + py * ey) / (ex * ex + ey * ey)).clamp(0.0, 1.0);
                    nearest = nearest.min(length(px - t * ex, py - t * ey));
                    if ex * py - ey * px > 0.0 {
                        left = true;
                    } else {
                        right = true;
                    }
                }
                if left && right { nearest } else { -nearest }
            }
        }
    }

    /// The share of a pixel of the given width that the shape covers.
    pub(super) fn coverage(&self, point: Point, pixel: f64) -> f64 {
        covered(self.distance(point), pixel)
    }
}

/// The share of a pixel that lies inside an outline at a signed distance.
pub(super) fn covered(distance: f64, pixel: f64) -> f64 {
    (0.5 - distance / pixel).clamp(0.0, 1.0)
}

/// √(x² + y²). The numbers are of order one, so `hypot`'s slow guard against overflow is not needed.
fn length(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}
