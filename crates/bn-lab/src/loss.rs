use ndarray::{Array2, ArrayView1, ArrayView2, Zip};

use bn_core::Float;

/// What a network is trained for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Classes: softmax cross-entropy, in nats.
    CrossEntropy,
    /// Numbers: half the squared error, summed over the outputs.
    SquaredError,
}

/// The logarithm of the softmax of each row, computed so that large logits do not overflow.
///
/// ```text
/// log pₖ = zₖ − log Σⱼ exp(zⱼ)
/// ```
pub(crate) fn log_softmax<F: Float>(logits: &mut Array2<F>) {
    for mut row in logits.rows_mut() {
        let largest = row.iter().copied().fold(F::neg_infinity(), F::max);
        let sum = row.fold(F::zero(), |sum, &z| sum + (z - largest).exp());
        let log_sum = largest + sum.ln();
        row.mapv_inplace(|z| z - log_sum);
    }
}

/// Softmax cross-entropy of a batch, each example with its weight; writes the
/// gradient with respect to the logits to `dz`.
///
/// ```text
/// L = −(1/N) Σₙ wₙ log pₙ,yₙ      dzₙ = wₙ (pₙ − onehot(yₙ)) / N
/// ```
pub(crate) fn cross_entropy<F: Float>(
    logits: &Array2<F>,
    labels: &[usize],
    weights: Option<ArrayView1<F>>,
    dz: &mut Array2<F>,
) -> f64 {
    let n = F::narrow(labels.len() as f64);
    let mut loss = F::zero();
    dz.assign(logits);
    log_softmax(dz);
    for (i, mut row) in dz.rows_mut().into_iter().enumerate() {
        let w = weights.map_or(F::one(), |w| w[i]);
        loss -= w * row[labels[i]] / n;
        row.mapv_inplace(|log_p| w * log_p.exp() / n);
        row[labels[i]] -= w / n;
    }
    loss.widen()
}

/// Squared error of a batch, each example with its weight; writes the gradient with
/// respect to the outputs to `dz`.
///
/// ```text
/// L = 1/(2N) Σₙ wₙ ‖zₙ − tₙ‖²      dzₙ = wₙ (zₙ − tₙ) / N
/// ```
pub(crate) fn squared_error<F: Float>(
    outputs: &Array2<F>,
    targets: ArrayView2<F>,
    weights: Option<ArrayView1<F>>,
    dz: &mut Array2<F>,
) -> f64 {
    let n = F::narrow(outputs.nrows() as f64);
    let mut loss = 0.0;
    Zip::indexed(dz)
        .and(outputs)
        .and(targets)
        .for_each(|(i, _), dz, &z, &t| {
            let w = weights.map_or(F::one(), |w| w[i]);
            *dz = w * (z - t) / n;
            loss += 0.5 * (*dz * (z - t)).widen();
        });
    loss
}
