use bn_core::batch_norm::Cache;
use bn_core::{BatchNorm, Float, Moments};
use ndarray::{Array2, ArrayView2, Axis, Slice};

use crate::error::Result;
use crate::parameter::{Learned, ParameterKind, ParameterMut};

/// Which examples are normalized together in training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ghost {
    /// The whole batch.
    Off,
    /// Sub-batches of this many examples (the last one takes what is left over).
    Of(usize),
}

/// Batch normalization by [`bn_core::BatchNorm`], as a layer of a network.
///
/// As ghost batch normalization it takes its statistics over sub-batches, while the
/// gradient is that of the whole batch: the noise of small batches without their
/// noisy gradients. Source: Hoffer et al. 2017, "Train longer, generalize better",
/// algorithm 1.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchNormLayer<F: Float> {
    norm: BatchNorm<F>,
    ghost: Ghost,
    gamma: Learned<F>,
    beta: Learned<F>,
    caches: Vec<Cache<F>>,
}

impl<F: Float> BatchNormLayer<F> {
    pub(crate) fn new(norm: BatchNorm<F>, ghost: Ghost) -> Self {
        let channels = norm.gamma().len();
        BatchNormLayer {
            norm,
            ghost,
            gamma: Learned::zeros(channels),
            beta: Learned::zeros(channels),
            caches: Vec::new(),
        }
    }

    pub(crate) fn is_ghost(&self) -> bool {
        self.ghost != Ghost::Off
    }

    /// γ, β, ε and the running statistics.
    pub fn norm(&self) -> &BatchNorm<F> {
        &self.norm
    }

    /// The same, to be set.
    pub fn norm_mut(&mut self) -> &mut BatchNorm<F> {
        &mut self.norm
    }

    /// What the last training batch was normalized with and to: one entry, or one for
    /// each sub-batch.
    pub fn caches(&self) -> &[Cache<F>] {
        &self.caches
    }

    /// Moves the running statistics to those of `x`, blended with what they were.
    ///
    /// ```text
    /// μ̄ = (N μ_s + n μ_t) / (N + n)      σ̄² = (N σ²_s + n σ²_t) / (N + n)
    /// ```
    ///
    /// Source: Schneider et al. 2020, "Improving robustness against common corruptions
    /// by covariate shift adaptation", equation 2.
    pub(crate) fn adapt(&mut self, x: ArrayView2<F>, prior: f64) -> Result<()> {
        let n = x.nrows() as f64;
        let t = F::narrow(n / (prior + n));
        let target = Moments::of(x)?;
        let source = self.norm.running();
        let blend = |s, t_weight: F, target| {
            let kept: ndarray::Array1<F> = s * (F::one() - t_weight);
            kept + target
        };
        let blended = Moments {
            mean: blend(&source.mean, t, &target.mean * t),
            variance: blend(&source.variance, t, &target.variance * t),
        };
        Ok(self.norm.set_running(blended)?)
    }

    pub(crate) fn infer(&self, x: &Array2<F>) -> Result<Array2<F>> {
        Ok(self.norm.forward_eval(x.view())?)
    }

    pub(crate) fn forward(&mut self, x: &Array2<F>, y: &mut Array2<F>) -> Result<()> {
        self.caches.clear();
        for rows in self.ghost.sub_batches(x.nrows()) {
            let (part, cache) = self.norm.forward_train(x.slice_axis(Axis(0), rows))?;
            y.slice_axis_mut(Axis(0), rows).assign(&part);
            self.caches.push(cache);
        }
        Ok(())
    }

    pub(crate) fn backward(&mut self, dy: &Array2<F>, dx: Option<&mut Array2<F>>) -> Result<()> {
        self.gamma.gradient.fill(F::zero());
        self.beta.gradient.fill(F::zero());
        let mut dx = dx;
        let sub_batches = self.ghost.sub_batches(dy.nrows());
        for (rows, cache) in sub_batches.zip(&self.caches) {
            let gradients = self.norm.backward(cache, dy.slice_axis(Axis(0), rows))?;
            self.gamma.gradient += &gradients.dgamma;
            self.beta.gradient += &gradients.dbeta;
            if let Some(dx) = &mut dx {
                dx.slice_axis_mut(Axis(0), rows).assign(&gradients.dx);
            }
        }
        Ok(())
    }

    pub(crate) fn each_parameter(&mut self, visit: &mut impl FnMut(ParameterMut<'_, F>)) {
        visit(self.gamma.view(ParameterKind::Gamma, self.norm.gamma_mut()));
        visit(self.beta.view(ParameterKind::Beta, self.norm.beta_mut()));
    }
}

impl Ghost {
    fn sub_batches(self, n: usize) -> impl Iterator<Item = Slice> {
        let m = match self {
            Ghost::Off => n,
            Ghost::Of(m) => m,
        };
        let count = (n / m.max(1)).max(1);
        (0..count).map(move |i| {
            let end = if i + 1 == count { n } else { (i + 1) * m };
            Slice::from(i * m..end)
        })
    }
}
