//! The choices behind a batch normalization.

use super::{BatchNorm, RenormLimits};
use crate::affine::{Affine, Parameters};
use crate::{Float, Moments, Result, RunningVariance, check};
use ndarray::Array1;

/// What training does with a batch that holds NaN or an infinity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum NonFinite {
    /// An error, and the layer stays as it was: one NaN in a running statistic stays for ever.
    #[default]
    Refuse,
    /// NaN in, NaN out, as in other frameworks: the whole channel and its running statistics.
    Propagate,
}

/// Which axis of the input holds the channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ChannelAxis {
    /// The second: `[N, C]`, `[N, C, L]`, `[N, C, H, W]`, `[N, C, D, H, W]`.
    #[default]
    Second,
    /// The last: `[N, C]`, `[N, L, C]`, `[N, H, W, C]`, `[N, D, H, W, C]`.
    Last,
}

/// How fast the running statistics forget.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Momentum<F> {
    /// α, the weight of the newest batch.
    Exponential(F),
    /// α = 1/t at step t: the plain average of all batches since the start.
    Cumulative,
}

/// Where inference takes its statistics from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Running {
    /// From the running statistics, which training keeps up to date.
    #[default]
    Tracked,
    /// From the batch at hand, as in training; running statistics neither move nor matter.
    Untracked,
}

/// How the running statistics follow the ghost batches of one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum RunningStep {
    /// A step toward each of the K, one after the other: r ← (1 − α) r + α s_k.
    #[default]
    Each,
    /// One step toward their average: r ← (1 − α) r + α · 1/K Σ_k s_k.
    Once,
}

/// The choices behind a [`BatchNorm`], not yet checked.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchNormParams<F>(pub(super) Choices<F>);

/// The choices behind a [`BatchNorm`], checked once and for all.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchNormValidParams<F>(Choices<F>);

#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Choices<F> {
    pub(super) channels: usize,
    pub(super) epsilon: F,
    pub(super) momentum: Momentum<F>,
    pub(super) running_variance: RunningVariance,
    pub(super) non_finite: NonFinite,
    pub(super) affine: Affine,
    pub(super) running: Running,
    pub(super) channel_axis: ChannelAxis,
    pub(super) ghost_batch: Option<usize>,
    pub(super) running_step: RunningStep,
    pub(super) renorm: Option<RenormLimits<F>>,
}

impl<F: Float> BatchNormParams<F> {
    pub(super) fn new(channels: usize) -> Self {
        BatchNormParams(Choices {
            channels,
            epsilon: F::narrow(1e-5),
            momentum: Momentum::Exponential(F::narrow(0.1)),
            running_variance: RunningVariance::default(),
            non_finite: NonFinite::default(),
            affine: Affine::default(),
            running: Running::default(),
            channel_axis: ChannelAxis::default(),
            ghost_batch: None,
            running_step: RunningStep::default(),
            renorm: None,
        })
    }

    /// ε, added to the variance inside the root; 1e-5 unless set.
    pub fn epsilon(mut self, epsilon: F) -> Self {
        self.0.epsilon = epsilon;
        self
    }

    /// α, the weight of the newest batch in the running statistics; 0.1 unless set.
    pub fn momentum(mut self, momentum: F) -> Self {
        self.0.momentum = Momentum::Exponential(momentum);
        self
    }

    /// Running statistics that are the plain average over all batches, instead of one that
    /// forgets.
    ///
    /// ```
    /// use bn_core::BatchNorm;
    /// use ndarray::array;
    ///
    /// let mut layer = BatchNorm::<f64>::params(1).cumulative_average().check()?.layer();
    /// for mean in [2.0, 4.0, 9.0] {
    ///     layer.forward_train(array![[mean - 1.0], [mean + 1.0]].view())?;
    /// }
    /// assert!((layer.running().mean[0] - 5.0).abs() < 1e-12);
    /// # Ok::<(), bn_core::Error>(())
    /// ```
    pub fn cumulative_average(mut self) -> Self {
        self.0.momentum = Momentum::Cumulative;
        self
    }

    /// Which variance the running average collects; unbiased unless set.
    pub fn running_variance(mut self, running_variance: RunningVariance) -> Self {
        self.0.running_variance = running_variance;
        self
    }

    /// What training does with NaN and infinities; refused unless set.
    pub fn non_finite(mut self, non_finite: NonFinite) -> Self {
        self.0.non_finite = non_finite;
        self
    }

    /// Which of γ and β are learned; both unless set.
    pub fn affine(mut self, affine: Affine) -> Self {
        self.0.affine = affine;
        self
    }

    /// Whether inference uses running statistics; it does unless set.
    pub fn running(mut self, running: Running) -> Self {
        self.0.running = running;
        self
    }

    /// Which axis holds the channels; the second unless set.
    pub fn channel_axis(mut self, channel_axis: ChannelAxis) -> Self {
        self.0.channel_axis = channel_axis;
        self
    }

    /// Ghost batch norm: training normalizes each `size` consecutive examples by themselves,
    /// and the running statistics take a step for each.
    ///
    /// ```text
    /// y = γ (x − μ_k) / √(σ²_k + ε) + β       for x in ghost batch k
    /// r ← (1 − α) r + α s_k                   for k = 1 … N/size, s = μ, then σ²·m/(m − 1)
    /// ```
    ///
    /// The moments, `[C]` for each k, are over the m values of a channel in the ghost batch; N
    /// has to be a multiple of `size`. dγ and dβ are sums over all ghost batches.
    ///
    /// ```
    /// use bn_core::BatchNorm;
    /// use ndarray::array;
    ///
    /// let params = BatchNorm::<f64>::params(1).epsilon(1e-12).ghost_batch(2);
    /// let mut layer = params.check()?.layer();
    /// let (y, _) = layer.forward_train(array![[1.0], [3.0], [10.0], [70.0]].view())?;
    /// assert!((y - array![[-1.0], [1.0], [-1.0], [1.0]]).iter().all(|d| d.abs() < 1e-9));
    /// # Ok::<(), bn_core::Error>(())
    /// ```
    ///
    /// Hoffer, Hubara & Soudry 2017, Algorithm 1.
    #[doc(alias = "eq:ghost-batch-norm")]
    pub fn ghost_batch(mut self, size: usize) -> Self {
        self.0.ghost_batch = Some(size);
        self
    }

    /// How the running statistics follow the ghost batches; a step for each unless set.
    ///
    /// With ghost batches of one example and one step for all of them, this is *instance
    /// normalization with running statistics*, PyTorch's `InstanceNorm2d` with
    /// `track_running_stats=True`. For N examples with the moments μ_n and σ²_n over
    /// their m positions:
    ///
    /// ```text
    /// y = γ (x − μ_n) / √(σ²_n + ε) + β                       in training
    /// y = γ (x − r_μ) / √(r_σ² + ε) + β                       in inference
    /// r_μ ← (1 − α) r_μ + α · 1/N Σ_n μ_n
    /// r_σ² ← (1 − α) r_σ² + α · 1/N Σ_n σ²_n·m/(m − 1)
    /// ```
    ///
    /// ```
    /// use bn_core::{BatchNorm, RunningStep};
    /// use ndarray::array;
    ///
    /// let params = BatchNorm::<f64>::params(1).ghost_batch(1).running_step(RunningStep::Once);
    /// let mut layer = params.epsilon(1e-12).momentum(0.5).check()?.layer();
    ///
    /// // Two examples of two positions: means 2 and 40, unbiased variances 2 and 200.
    /// let (y, _) = layer.forward_train(array![[[1.0, 3.0]], [[50.0, 30.0]]].view())?;
    /// assert!((y - array![[[-1.0, 1.0]], [[1.0, -1.0]]]).iter().all(|d| d.abs() < 1e-9));
    /// assert_eq!(layer.running().mean, array![0.5 * 21.0]);
    /// assert_eq!(layer.running().variance, array![0.5 + 0.5 * 101.0]);
    /// # Ok::<(), bn_core::Error>(())
    /// ```
    pub fn running_step(mut self, running_step: RunningStep) -> Self {
        self.0.running_step = running_step;
        self
    }

    /// Batch renormalization: training normalizes by the running statistics, too, as far as the
    /// limits let it.
    ///
    /// ```text
    /// y = γ (x̂ r + d) + β
    /// ```
    ///
    /// r and d are the [`renorm_corrections`](super::renorm_corrections), with the running
    /// statistics as they are before the step. No gradient passes through them.
    pub fn renorm(mut self, limits: RenormLimits<F>) -> Self {
        self.0.renorm = Some(limits);
        self
    }

    /// Checks every choice.
    ///
    /// # Errors
    ///
    /// If there are no channels, ε is not a positive finite number, the momentum is outside
    /// \[0, 1\], a ghost batch has no examples, or a limit is out of its range.
    ///
    /// ```
    /// use bn_core::BatchNorm;
    ///
    /// let error = BatchNorm::<f64>::params(3).momentum(1.5).check().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "momentum is 1.5, expected a number from 0 to 1; the usual choice is 0.1",
    /// );
    /// ```
    pub fn check(self) -> Result<BatchNormValidParams<F>> {
        let params = self.0;
        let advice = "pass the length of the channel axis";
        check::at_least(1, params.channels, "channels", advice)?;
        check::epsilon(params.epsilon)?;
        if let Momentum::Exponential(momentum) = params.momentum {
            check::momentum(momentum)?;
        }
        if let Some(size) = params.ghost_batch {
            let advice = "pass the number of examples that are normalized together";
            check::at_least(1, size, "examples in a ghost batch", advice)?;
        }
        if let Some(limits) = &params.renorm {
            limits.check()?;
        }
        Ok(BatchNormValidParams(params))
    }
}

impl<F: Float> BatchNormValidParams<F> {
    /// A new layer: γ = 1, β = 0, running mean 0, running variance 1.
    pub fn layer(self) -> BatchNorm<F> {
        BatchNorm {
            parameters: Parameters::new(self.0.affine, self.0.channels),
            running: Moments {
                mean: Array1::zeros(self.0.channels),
                variance: Array1::ones(self.0.channels),
            },
            batches_tracked: 0,
            params: self.0,
        }
    }
}
