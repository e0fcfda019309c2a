//! How far apart two distributions are: by their moments (KL, W₂ of Gaussians) or by their
//! samples (MMD, sliced W₂).

use crate::sum::sum;
use crate::{Float, Moments, Result, check};
use ndarray::{Array1, ArrayView1, ArrayView2, Zip};

/// Kullback–Leibler divergence of two Gaussians, for each channel.
///
/// ```text
/// KL(N(μ_p, σ_p²) ‖ N(μ_q, σ_q²)) = ½ (σ_p²/σ_q² + (μ_p − μ_q)²/σ_q² − 1 − ln(σ_p²/σ_q²))
/// ```
///
/// The result is `[C]`, in nats; its sum is the divergence of the two diagonal Gaussians.
/// Not symmetric: the second argument is the one whose scale counts.
///
/// # Errors
///
/// If the lengths differ, a mean is not finite, or a variance is not a finite number
/// greater than 0.
///
/// ```
/// use bn_core::{Moments, distance::kl_gaussian};
/// use ndarray::array;
///
/// let p = Moments { mean: array![3.0], variance: array![4.0] };
/// let q = Moments { mean: array![1.0], variance: array![4.0] };
/// assert_eq!(kl_gaussian(&p, &q)?, array![0.5]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Kullback 1959.
#[doc(alias = "eq:kl-gaussian")]
pub fn kl_gaussian<F: Float>(p: &Moments<F>, q: &Moments<F>) -> Result<Array1<F>> {
    for moments in [p, q] {
        moments.check_valid(p.mean.len())?;
        let positive = |v: F| v > F::zero();
        check::numbers(
            "variance",
            moments.variance.view(),
            positive,
            "a number greater than 0",
        )?;
    }
    per_channel(p, q, |mu_p, var_p, mu_q, var_q| {
        let ratio = var_p / var_q;
        let kl = 0.5 * (ratio + (mu_p - mu_q).powi(2) / var_q - 1.0 - ratio.ln());
        if kl < 0.0 { 0.0 } else { kl } // rounding can fall below the smallest divergence
    })
}

/// Squared 2-Wasserstein distance of two Gaussians, for each channel.
///
/// ```text
/// W₂² = (μ_p − μ_q)² + (σ_p − σ_q)²
/// ```
///
/// The result is `[C]`, in squared units of the data; its sum is the squared distance of the
/// two diagonal Gaussians. A variance of 0 (a point) is allowed.
///
/// # Errors
///
/// If the lengths differ, a mean is not finite, or a variance is negative or not finite.
///
/// ```
/// use bn_core::{Moments, distance::w2_squared_gaussian};
/// use ndarray::array;
///
/// let p = Moments { mean: array![5.0], variance: array![16.0] };
/// let q = Moments { mean: array![2.0], variance: array![4.0] };
/// assert_eq!(w2_squared_gaussian(&p, &q)?, array![9.0 + 4.0]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Peyré & Cuturi 2019, remark 2.31.
#[doc(alias = "eq:w2-gaussian")]
pub fn w2_squared_gaussian<F: Float>(p: &Moments<F>, q: &Moments<F>) -> Result<Array1<F>> {
    p.check_valid(p.mean.len())?;
    q.check_valid(p.mean.len())?;
    per_channel(p, q, |mu_p, var_p, mu_q, var_q| {
        (mu_p - mu_q).powi(2) + (var_p.sqrt() - var_q.sqrt()).powi(2)
    })
}

fn per_channel<F: Float>(
    p: &Moments<F>,
    q: &Moments<F>,
    distance: impl Fn(f64, f64, f64, f64) -> f64,
) -> Result<Array1<F>> {
    let distances = Zip::from(&p.mean)
        .and(&p.variance)
        .and(&q.mean)
        .and(&q.variance)
        .map_collect(|mu_p, var_p, mu_q, var_q| {
            F::narrow(distance(
                mu_p.widen(),
                var_p.widen(),
                mu_q.widen(),
                var_q.widen(),
            ))
        });
    check::no_overflow("the distance", &distances)?;
    Ok(distances)
}

/// How wide the RBF kernel k(a, b) = exp(−‖a − b‖² / 2h²) of [`mmd_squared`] is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bandwidth<F> {
    /// This h, in the units of the data.
    Fixed(F),
    /// h = the median distance between two points of the pooled sample (Gretton et al. 2012).
    MedianHeuristic,
}

/// Squared maximum mean discrepancy of two samples, without bias.
///
/// ```text
/// MMD² = 1/(m(m−1)) Σ_{i≠j} k(xᵢ, xⱼ) + 1/(n(n−1)) Σ_{i≠j} k(yᵢ, yⱼ) − 2/(mn) Σᵢⱼ k(xᵢ, yⱼ)
/// k(a, b) = exp(−‖a − b‖² / 2h²)
/// ```
///
/// `x` is `[m, d]`, `y` is `[n, d]`; the result has no units. Its expectation is 0 when both
/// samples come from one distribution, so that it falls below 0 about as often as above. Time
/// is quadratic in the number of points; the median heuristic takes memory to match.
///
/// # Errors
///
/// If a sample has fewer than two points, the dimensions differ, a value is not finite, or
/// the bandwidth is not positive (the median is 0 when most points are equal).
///
/// ```
/// use bn_core::distance::{Bandwidth, mmd_squared};
/// use ndarray::array;
///
/// let (x, y) = (array![[0.0], [1.0]], array![[0.0], [1.0]]);
/// let mmd = mmd_squared(x.view(), y.view(), Bandwidth::Fixed(1.0))?;
/// let k = (-0.5_f64).exp();
/// assert!((mmd - (k + k - (1.0 + k))).abs() < 1e-15);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Gretton et al. 2012, Lemma 6.
#[doc(alias = "eq:mmd-unbiased")]
pub fn mmd_squared<F: Float>(
    x: ArrayView2<F>,
    y: ArrayView2<F>,
    bandwidth: Bandwidth<F>,
) -> Result<F> {
    let (m, n) = (x.nrows(), y.nrows());
    check_samples(x, y)?;
    let advice = "without a pair of points there is no unbiased estimate";
    check::at_least(2, m, "points in x", advice)?;
    check::at_least(2, n, "points in y", advice)?;
    let positive = |h: f64| h > 0.0 && h.is_finite();
    let h = match bandwidth {
        Bandwidth::Fixed(h) => {
            let expected = "a finite number greater than 0";
            check::number("the bandwidth", h.widen(), positive, expected)?;
            h.widen()
        }
        Bandwidth::MedianHeuristic => {
            let h = median_distance(x, y);
            let expected = "a finite number greater than 0: pass Bandwidth::Fixed";
            check::number("the median distance", h, positive, expected)?;
            h
        }
    };

    let k = |a: ArrayView1<F>, b: ArrayView1<F>| (-squared_distance(a, b) / (2.0 * h * h)).exp();
    // Σ_{i≠j} counts each pair twice.
    let within = |x: ArrayView2<F>| 2.0 * sum(x.nrows(), |i| sum(i, |j| k(x.row(i), x.row(j))));
    let between = sum(m, |i| sum(n, |j| k(x.row(i), y.row(j))));
    let (xx, yy, xy) = (within(x), within(y), between);
    let (m, n) = (m as f64, n as f64);
    Ok(F::narrow(
        xx / (m * (m - 1.0)) + yy / (n * (n - 1.0)) - 2.0 * xy / (m * n),
    ))
}

/// 2-Wasserstein distance, averaged over directions.
///
/// ```text
/// SW₂² = 1/K Σ_θ W₂²(θᵀX, θᵀY),   W₂²(u, v) = ∫₀¹ (F_u⁻¹(q) − F_v⁻¹(q))² dq
/// ```
///
/// `x` is `[m, d]`, `y` is `[n, d]`, `directions` is `[K, d]`, each row a direction θ; only its
/// direction counts, not its length, so that rows of normal numbers are uniform directions.
/// Returns SW₂ (the root), in the units of the data. In one dimension, with one direction, it
/// is W₂ itself.
///
/// # Errors
///
/// If a sample or the set of directions is empty, the dimensions differ, a value is not
/// finite, or a direction is the zero vector.
///
/// ```
/// use bn_core::distance::sliced_w2;
/// use ndarray::array;
///
/// // The same points, moved by (3, 4): each axis sees its own part, 9 and 16.
/// let x = array![[0.0, 0.0], [1.0, 5.0]];
/// let y = array![[4.0, 9.0], [3.0, 4.0]];
/// let axes = array![[1.0, 0.0], [0.0, 2.0]];
/// assert_eq!(sliced_w2(x.view(), y.view(), axes.view())?, 12.5_f64.sqrt());
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Bonneel et al. 2015.
#[doc(alias = "eq:sliced-w2")]
pub fn sliced_w2<F: Float>(
    x: ArrayView2<F>,
    y: ArrayView2<F>,
    directions: ArrayView2<F>,
) -> Result<F> {
    check_samples(x, y)?;
    check::not_empty("directions", &directions)?;
    check::channels("directions", &directions, x.ncols())?;
    check::finite("directions", &directions)?;
    let lengths = directions
        .outer_iter()
        .map(|theta| F::narrow(dot(theta, theta).sqrt()));
    let lengths = Array1::from_iter(lengths);
    let positive = |length: F| length > F::zero() && length.is_finite();
    let expected = "a finite number greater than 0: pass vectors that point somewhere";
    check::numbers(
        "the length of direction",
        lengths.view(),
        positive,
        expected,
    )?;

    let k = directions.nrows();
    let squared = |i: usize| {
        let theta = directions.row(i);
        let project = |x: ArrayView2<F>| {
            let along = x
                .outer_iter()
                .map(|x| dot(theta, x) / dot(theta, theta).sqrt());
            let mut along: Vec<f64> = along.collect();
            along.sort_unstable_by(f64::total_cmp);
            along
        };
        w2_squared_sorted(&project(x), &project(y))
    };
    let distance = F::narrow((sum(k, squared) / k as f64).sqrt());
    check::no_overflow("the distance", [&distance])?;
    Ok(distance)
}

/// W₂² of two sorted samples: both inverse distribution functions are steps, of width 1/m and
/// 1/n. q runs through the steps of both, counted in units of 1/(mn).
fn w2_squared_sorted(u: &[f64], v: &[f64]) -> f64 {
    let (m, n) = (u.len() as u64, v.len() as u64);
    let (mut i, mut j, mut q, mut integral) = (0, 0, 0, 0.0);
    while q < m * n {
        let (end_u, end_v) = ((i + 1) * n, (j + 1) * m);
        let end = end_u.min(end_v);
        integral += (end - q) as f64 * (u[i as usize] - v[j as usize]).powi(2);
        i += u64::from(end == end_u);
        j += u64::from(end == end_v);
        q = end;
    }
    integral / (m * n) as f64
}

fn check_samples<F: Float>(x: ArrayView2<F>, y: ArrayView2<F>) -> Result<()> {
    check::not_empty("x", &x)?;
    check::not_empty("y", &y)?;
    check::channels("y", &y, x.ncols())?;
    check::finite("x", &x)?;
    check::finite("y", &y)
}

fn dot<F: Float>(a: ArrayView1<F>, b: ArrayView1<F>) -> f64 {
    sum(a.len(), |i| a[i].widen() * b[i].widen())
}

/// ‖a − b‖²
fn squared_distance<F: Float>(a: ArrayView1<F>, b: ArrayView1<F>) -> f64 {
    sum(a.len(), |i| (a[i].widen() - b[i].widen()).powi(2))
}

/// The median of ‖a − b‖ over all pairs of the pooled sample.
fn median_distance<F: Float>(x: ArrayView2<F>, y: ArrayView2<F>) -> f64 {
    let pooled: Vec<_> = x.outer_iter().chain(y.outer_iter()).collect();
    let mut distances = Vec::with_capacity(pooled.len() * (pooled.len() - 1) / 2);
    for (i, a) in pooled.iter().enumerate() {
        distances.extend(
            pooled[..i]
                .iter()
                .map(|b| squared_distance(a.view(), b.view()).sqrt()),
        );
    }
    distances.sort_unstable_by(f64::total_cmp);
    let middle = distances.len() / 2;
    if distances.len() % 2 == 1 {
        distances[middle]
    } else {
        0.5 * (distances[middle - 1] + distances[middle])
    }
}
