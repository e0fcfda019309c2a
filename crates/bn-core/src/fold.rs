//! Batch norm in inference is one more linear map: it can be folded into the layer before it.

use crate::normalize::standard_deviation;
use crate::{Float, Moments, Result, check};
use ndarray::{Array, Array1, ArrayView, ArrayView1, Axis, RemoveAxis};

/// What batch norm does in inference, for [`fold`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Folded<'a, F> {
    /// γ, of shape `[C]`.
    pub gamma: ArrayView1<'a, F>,
    /// β, of shape `[C]`.
    pub beta: ArrayView1<'a, F>,
    /// The running mean and the running variance v, of shape `[C]` each.
    pub running: &'a Moments<F>,
    /// ε.
    pub epsilon: F,
}

/// The weights and the bias that do the work of a layer and of the batch norm behind it.
///
/// ```text
/// W′ = γ W / √(v + ε),   b′ = γ (b − μ) / √(v + ε) + β
/// ```
///
/// `weight` has the C output channels first: `[C, in]` of a dense layer, `[C, in, kh, kw]` of a
/// convolution; `bias` is `[C]` (zeros where there is none). Returns (W′, b′) of the same shapes.
///
/// # Errors
///
/// If the shapes do not fit, or v + ε is not positive.
///
/// ```
/// use bn_core::{BatchNorm, Moments, fold::fold};
/// use ndarray::array;
///
/// let mut layer = BatchNorm::<f64>::params(1).epsilon(1.0).check()?.layer();
/// layer.set_running(Moments { mean: array![4.0], variance: array![8.0] })?;
/// layer.gamma_mut().fill(6.0);
/// layer.beta_mut().fill(0.5);
/// let (w, b) = fold(array![[1.0, -2.0]].view(), array![7.0].view(), layer.folded())?;
/// assert_eq!((w, b), (array![[2.0, -4.0]], array![6.5]));
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Jacob et al. 2018, section 3.2.
#[doc(alias = "eq:fold")]
pub fn fold<F: Float, D: RemoveAxis>(
    weight: ArrayView<F, D>,
    bias: ArrayView1<F>,
    norm: Folded<F>,
) -> Result<(Array<F, D>, Array1<F>)> {
    let channels = norm.running.mean.len();
    norm.running.check_valid(channels)?;
    check::shape("gamma", norm.gamma.shape(), &[channels])?;
    check::shape("beta", norm.beta.shape(), &[channels])?;
    check::shape("bias", bias.shape(), &[channels])?;
    check::shape(
        "the output axis of weight",
        &weight.shape()[..1],
        &[channels],
    )?;
    let sigma = standard_deviation(norm.running.variance.view(), norm.epsilon)?;

    let scale = &norm.gamma / sigma;
    let mut folded = weight.to_owned();
    for (mut row, &scale) in folded.axis_iter_mut(Axis(0)).zip(&scale) {
        row *= scale;
    }
    Ok((folded, (&bias - &norm.running.mean) * scale + norm.beta))
}
