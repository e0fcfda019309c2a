//! Growth, rank and residual branches.

use approx::assert_relative_eq;
use bn_core::depth::*;
use bn_core::noise::mean_inverse_variance;
use ndarray::{Array2, array};
use proptest::prelude::*;

/// Both sides of the equation: E[φ′²] and Var φ by numerical integration.
///
/// Covers eq:relu-gradient-growth.
#[test]
fn relu_growth_is_slope_over_variance() {
    let (steps, width) = (400_000, 10.0);
    let (mut slope, mut first, mut second) = (0.0, 0.0, 0.0);
    for i in 0..steps {
        let z: f64 = (i as f64 + 0.5) / steps as f64 * width; // φ is 0 below 0
        let p = (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt() * width / steps as f64;
        slope += p;
        first += p * z;
        second += p * z * z;
    }
    let growth = slope / (second - first * first);
    assert_relative_eq!(relu_gradient_growth(), growth, max_relative = 1e-8);
}

/// A projection of rank B − 2 of B, times E[σ²/σ²_B].
///
/// Covers eq:linear-gradient-growth.
/// Covers eq:inverse-variance.
#[test]
fn linear_growth_is_the_inverse_variance_less_what_the_projection_takes() {
    for b in 4..100 {
        let projection = (b as f64 - 2.0) / b as f64;
        let growth = projection * mean_inverse_variance(b).unwrap();
        assert_relative_eq!(
            linear_gradient_growth(b).unwrap(),
            growth,
            max_relative = 1e-12
        );
    }
    assert_eq!(
        linear_gradient_growth(3).unwrap_err().to_string(),
        "examples in the batch: given 3, expected at least 4: \
         a smaller batch has infinite gradients on average: enlarge it"
    );
}

proptest! {
    /// Covers eq:effective-rank.
    #[test]
    fn the_effective_rank_is_between_one_and_the_rank(
        h in prop::collection::vec(-1.0..1.0_f64, 12), scale in prop::sample::select(vec![1e-90, 1.0, 1e90]),
    ) {
        let h = Array2::from_shape_vec((4, 3), h).unwrap();
        prop_assume!(h.iter().any(|h| h.abs() > 1e-3));
        let rank = effective_rank(h.view()).unwrap();
        prop_assert!((1.0 - 1e-12..=3.0 + 1e-12).contains(&rank));
        prop_assert!((rank - effective_rank(h.t()).unwrap()).abs() < 1e-9);
        prop_assert!((rank - effective_rank((&h * scale).view()).unwrap()).abs() < 1e-9);
    }
}

/// Covers eq:effective-rank.
#[test]
fn the_effective_rank_counts_by_eigenvalues() {
    // M has eigenvalues 9 and 1: (9 + 1)² / (81 + 1).
    let h = array![[3.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
    assert_relative_eq!(effective_rank(h.view()).unwrap(), 100.0 / 82.0);
    assert!(effective_rank(Array2::<f64>::zeros((2, 2)).view()).is_err());
    assert!(effective_rank(array![[f64::NAN]].view()).is_err());
}

/// Covers eq:skip-variance.
/// Covers eq:branch-share.
#[test]
fn each_branch_adds_one_and_so_its_share_falls() {
    let mut variance = 1.0;
    for block in 1..=100 {
        assert_relative_eq!(branch_share(block).unwrap(), 1.0 / variance);
        variance += 1.0;
        assert_eq!(skip_variance(block), variance);
    }
    assert!(branch_share(0).is_err());
}
