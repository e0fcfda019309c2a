use ndarray::{Array2, ArrayView1};

use bn_core::Float;

/// The logarithm of the softmax of each row, computed so that large logits do not overflow.
///
/// ```text
/// log pₖ = zₖ − log Σⱼ exp(zⱼ)
/// ```
pub(crate) fn log_softmax<F: Float>(mut logits: Array2<F>) -> Array2<F> {
    for mut row in logits.rows_mut() {
        let largest = row.iter().copied().fold(F::neg_infinity(), F::max);
        let sum = row.fold(F::zero(), |sum, &z| sum + (z - largest).exp());
        let log_sum = largest + sum.ln();
        row.mapv_inplace(|z| z - log_sum);
    }
    logits
}

/// Softmax cross-entropy of a batch, each example with its weight, and the
/// gradient with respect to the logits.
///
/// ```text
/// L = −(1/N) Σₙ wₙ log pₙ,yₙ      dzₙ = wₙ (pₙ − onehot(yₙ)) / N
/// ```
pub(crate) fn cross_entropy<F: Float>(
    logits: Array2<F>,
    labels: &[usize],
    weights: Option<ArrayView1<F>>,
) -> (f64, Array2<F>) {
    let n = F::narrow(labels.len() as f64);
    let mut loss = F::zero();
    let mut log_p = log_softmax(logits);
    for (i, mut row) in log_p.rows_mut().into_iter().enumerate() {
        let w = weights.map_or(F::one(), |w| w[i]);
        loss -= w * row[labels[i]] / n;
        row.mapv_inplace(|log_p| w * log_p.exp() / n);
        row[labels[i]] -= w / n;
    }
    (loss.widen(), log_p)
}
