/// A color: red, green and blue, each in [0, 1].
pub(super) type Rgb = [f64; 3];

/// The color a share `t` of the way from `a` to `b`.
pub(super) fn mix(a: Rgb, b: Rgb, t: f64) -> Rgb {
    [0, 1, 2].map(|c| a[c] + (b[c] - a[c]) * t)
}

/// A color from its hue (in turns), saturation and value, each in [0, 1].
pub(super) fn hsv(hue: f64, saturation: f64, value: f64) -> Rgb {
    [5.0, 3.0, 1.0].map(|n| {
        let k = (n + 6.0 * hue).rem_euclid(6.0);
        value * (1.0 - saturation * k.min(4.0 - k).clamp(0.0, 1.0))
    })
}
