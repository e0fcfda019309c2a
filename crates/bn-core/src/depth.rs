//! What a stack of normalized layers does, at initialization: gradients that grow, ranks that
//! hold, residual branches that shrink.

use crate::{Float, Result, check};
use ndarray::ArrayView2;

/// Growth of the squared gradient norm per layer of a ReLU network with batch norm, in the limit
/// of wide layers and large batches.
///
/// ```text
/// E[φ′(z)²] / Var φ(z) = π / (π − 1),   φ = ReLU, z ~ N(0, 1)
/// ```
///
/// A network of L layers has gradients that are larger at its first than at its last layer by
/// the root of this, to the L: normalization does not prevent explosion here.
///
/// ```
/// use bn_core::depth::relu_gradient_growth;
///
/// assert!((relu_gradient_growth().sqrt() - 1.211).abs() < 1e-3);
/// ```
///
/// Yang et al. 2019.
#[doc(alias = "eq:relu-gradient-growth")]
pub fn relu_gradient_growth() -> f64 {
    use std::f64::consts::PI;
    PI / (PI - 1.0)
}

/// Growth of the squared gradient norm per layer of a linear network with batch norm.
///
/// ```text
/// (B − 2) / (B − 3)
/// ```
///
/// For batches of B examples, in the limit of wide layers.
///
/// # Errors
///
/// If B is less than 4: with 3 the expectation is infinite.
///
/// ```
/// use bn_core::depth::linear_gradient_growth;
///
/// assert_eq!(linear_gradient_growth(4)?, 2.0);
/// assert_eq!(linear_gradient_growth(8)?, 1.2);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Yang et al. 2019.
#[doc(alias = "eq:linear-gradient-growth")]
pub fn linear_gradient_growth(batch: usize) -> Result<f64> {
    let advice = "a smaller batch has infinite gradients on average: enlarge it";
    check::at_least(4, batch, "examples in the batch", advice)?;
    let batch = batch as f64;
    Ok((batch - 2.0) / (batch - 3.0))
}

/// How many directions the examples of a batch still span, counted by how evenly.
///
/// ```text
/// r(H) = Tr(M)² / ‖M‖_F²,   M = H Hᵀ
/// ```
///
/// `h` is `[m, d]`: m examples of a hidden layer. Between 1 (all on one line) and the rank of H;
/// a lower bound of it. The scale of H does not count.
///
/// # Errors
///
/// If `h` is empty, not finite, or zero.
///
/// ```
/// use bn_core::depth::effective_rank;
/// use ndarray::array;
///
/// let rank = effective_rank(array![[2.0, 0.0], [0.0, 2.0]].view())?;
/// assert_eq!(rank, 2.0);
/// assert_eq!(effective_rank(array![[2.0, 1.0], [4.0, 2.0]].view())?, 1.0);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Daneshmand et al. 2020.
#[doc(alias = "eq:effective-rank")]
pub fn effective_rank<F: Float>(h: ArrayView2<F>) -> Result<F> {
    check::not_empty("h", &h)?;
    check::finite("h", &h)?;
    let largest = h.fold(0.0, |largest: f64, h| largest.max(h.widen().abs()));
    let positive = |x: f64| x > 0.0;
    check::number(
        "the largest magnitude in h",
        largest,
        positive,
        "a number greater than 0",
    )?;
    // The scale cancels: with the largest at 1, no fourth power overflows.
    let h = h.mapv(|h| h.widen() / largest);
    // H Hᵀ and Hᵀ H have the same trace and norm: take the smaller.
    let gram = if h.nrows() < h.ncols() {
        h.dot(&h.t())
    } else {
        h.t().dot(&h)
    };
    let trace = gram.diag().sum();
    Ok(F::narrow(trace * trace / gram.mapv(|g| g * g).sum()))
}

/// Variance of the skip path of a normalized residual network after so many blocks.
///
/// ```text
/// Var x_L = L + 1
/// ```
///
/// The input has variance 1, and each branch, with its batch norm, adds 1.
///
/// ```
/// assert_eq!(bn_core::depth::skip_variance(100), 101.0);
/// ```
///
/// De & Smith 2020.
#[doc(alias = "eq:skip-variance")]
pub fn skip_variance(blocks: usize) -> f64 {
    blocks as f64 + 1.0
}

/// Variance of the residual branch of block ℓ, as a share of that of the skip path it is added
/// to.
///
/// ```text
/// Var branch / Var skip = 1/ℓ
/// ```
///
/// Counted from 1. Deep blocks are close to the identity: batch norm biases residual blocks to
/// be.
///
/// # Errors
///
/// If ℓ is 0.
///
/// ```
/// assert_eq!(bn_core::depth::branch_share(50)?, 0.02);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// De & Smith 2020.
#[doc(alias = "eq:branch-share")]
pub fn branch_share(block: usize) -> Result<f64> {
    check::at_least(1, block, "the number of the block", "count blocks from 1")?;
    Ok(1.0 / skip_variance(block - 1))
}
