//! Batch normalization as a layer: training, inference, gradients.

mod params;
mod renorm;
#[cfg(feature = "serde")]
mod serialized;
#[cfg(feature = "safetensors")]
mod state_dict;

pub use params::{
    BatchNormParams, BatchNormValidParams, ChannelAxis, Momentum, NonFinite, Running, RunningStep,
};
pub use renorm::{RenormLimits, renorm_corrections};
#[cfg(feature = "safetensors")]
pub use state_dict::state_dict;

use params::Choices;

use crate::affine::Parameters;
use crate::fold::Folded;
use crate::gradient::Gradients;
use crate::kernel::channels::{self, Extent};
use crate::kernel::{GradientSums, Line, Moment, Plane};
use crate::running::step;
use crate::standard_layout::{read, write};
use crate::{Error, Float, Moments, Result, Workspace, check};
use ndarray::{Array, ArrayView, ArrayView1, ArrayViewMut, ArrayViewMut1, Dimension, Ix2};

/// Batch normalization of N examples with C channels each: `[N, C]`, `[N, C, L]`,
/// `[N, C, H, W]`, `[N, C, D, H, W]`, or with the channels last.
///
/// ```text
/// y = γ (x − μ_B) / √(σ²_B + ε) + β      in training
/// y = γ (x − r_μ) / √(r_σ² + ε) + β      in inference
/// ```
///
/// In training each channel is normalized by its moments over the batch, and the running
/// statistics r take a step toward them; in inference r stands in for the batch. The moments
/// of a channel are over all m = N·H·W values that it has in the batch: every position of a
/// feature map counts as an example.
///
/// ```
/// use bn_core::BatchNorm;
/// use ndarray::array;
///
/// let mut layer = BatchNorm::<f64>::params(1).epsilon(1.0).momentum(0.5).check()?.layer();
/// layer.beta_mut().fill(7.0);
///
/// // μ_B = 4 and σ²_B = 3, unbiased 4.
/// let x = array![[1.0], [5.0], [5.0], [5.0]];
/// let (y, _) = layer.forward_train(x.view())?;
/// assert_eq!(y, array![[5.5], [7.5], [7.5], [7.5]]);
///
/// // Halfway from mean 0 and variance 1.
/// assert_eq!(layer.running().mean, array![2.0]);
/// assert_eq!(layer.running().variance, array![2.5]);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// A feature map, with buffers that are allocated once:
///
/// ```
/// use bn_core::{BatchNorm, Workspace};
/// use ndarray::Array4;
///
/// let x = Array4::from_shape_fn((2, 3, 4, 5), |(n, c, h, w)| (n + c * h * w) as f32);
/// let dy = x.mapv(f32::sin);
/// let (mut y, mut dx) = (Array4::zeros(x.dim()), Array4::zeros(x.dim()));
///
/// let mut layer = BatchNorm::<f32>::params(3).check()?.layer();
/// let mut workspace = Workspace::default();
/// for _ in 0..10 {
///     layer.forward_train_into(x.view(), y.view_mut(), &mut workspace)?;
///     layer.backward_into(x.view(), dy.view(), dx.view_mut(), &mut workspace)?;
///     layer.gamma_mut().scaled_add(-0.1, &workspace.dgamma());
/// }
/// assert!(y.sum().abs() < 1e-3 && dx.sum().abs() < 1e-3);
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Ioffe & Szegedy 2015, Algorithms 1 and 2; section 3.2 on feature maps.
#[doc(alias = "eq:conv-count")]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "serialized::Record<F>"),
    serde(bound(serialize = "F: serde::Serialize")),
    serde(bound(deserialize = "F: Float + serde::Deserialize<'de>"))
)]
pub struct BatchNorm<F> {
    params: Choices<F>,
    parameters: Parameters<F>,
    running: Moments<F>,
    batches_tracked: u64,
}

/// What the backward pass needs to remember of the forward pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Cache<F, D: Dimension = Ix2> {
    x_hat: Array<F, D>,
    moments: Moments<F>,
    groups: Vec<Group<F>>,
}

impl<F, D: Dimension> Cache<F, D> {
    /// x̂, the normalized batch, of the shape of the batch.
    pub fn x_hat(&self) -> ArrayView<'_, F, D> {
        self.x_hat.view()
    }

    /// μ_B and σ²_B, the moments of the batch; with ghost batches, the averages of theirs.
    pub fn moments(&self) -> &Moments<F> {
        &self.moments
    }
}

/// What one channel of one (ghost) batch was normalized with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Group<F> {
    pub(crate) moment: Moment,
    r: F,
    d: F,
}

/// What the backward pass is given beside dy, and what the forward pass leaves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// x, from which x̂ is computed again; y.
    Plain,
    /// x̂ itself.
    Normalized,
}

/// The batch cut into what is normalized together.
#[derive(Clone, Copy)]
struct Parts {
    extent: Extent,
    count: usize,
}

impl<F: Float> BatchNorm<F> {
    /// Starts the choices for a layer of so many channels: ε = 1e-5, momentum 0.1.
    ///
    /// ```
    /// use bn_core::{BatchNorm, RunningVariance};
    ///
    /// let params = BatchNorm::<f32>::params(64).running_variance(RunningVariance::Population);
    /// let layer = params.check()?.layer();
    /// assert_eq!(layer.gamma().len(), 64);
    /// # Ok::<(), bn_core::Error>(())
    /// ```
    pub fn params(channels: usize) -> BatchNormParams<F> {
        BatchNormParams::new(channels)
    }

    /// Normalizes a batch by its own moments and moves the running statistics toward them.
    ///
    /// ```text
    /// y = γ (x − μ_B) / √(σ²_B + ε) + β
    /// r_μ ← (1 − α) r_μ + α μ_B,  r_σ² ← (1 − α) r_σ² + α σ²_B·m/(m − 1)
    /// ```
    ///
    /// `x` and y are `[m, C]`, or of the other shapes that the layer takes. The cache is for
    /// [`backward`](Self::backward).
    ///
    /// # Errors
    ///
    /// If `x` has other than C channels or fewer than two values in a channel (one alone is
    /// normalized to 0, whatever it was), does not divide into ghost batches, or holds NaN or
    /// an infinity and these are refused. The layer stays as it was.
    pub fn forward_train<D: Dimension>(
        &mut self,
        x: ArrayView<F, D>,
    ) -> Result<(Array<F, D>, Cache<F, D>)> {
        let mut workspace = Workspace::default();
        let mut x_hat = Array::zeros(x.raw_dim());
        let parts = self.train(&x, x_hat.view_mut(), &mut workspace, Side::Normalized)?;
        let mut y = Array::zeros(x.raw_dim());
        let (gamma, beta) = (&self.parameters.gamma, &self.parameters.beta);
        let Workspace {
            scratch, groups, ..
        } = &mut workspace;
        let each = parts.extent.len();
        let (from, to) = (slice(&x_hat), slice_mut(&mut y));
        let channels = parts.extent.channels;
        for ((from, to), groups) in from
            .chunks(each)
            .zip(to.chunks_mut(each))
            .zip(groups.chunks(channels))
        {
            channels::apply(from, to, parts.extent, scratch, |c| {
                let (scale, shift) = groups[c].scale_shift(gamma[c], beta[c]);
                Line::new(0.0, 1.0, scale, shift)
            });
        }
        let moments = workspace.moments();
        let groups = workspace.groups;
        Ok((
            y,
            Cache {
                x_hat,
                moments,
                groups,
            },
        ))
    }

    /// [`forward_train`](Self::forward_train) into an array that is there: after the first call
    /// with a workspace, no memory is allocated. `y` has the shape of `x`; after an error its
    /// values mean nothing.
    ///
    /// # Errors
    ///
    /// Those of [`forward_train`](Self::forward_train), or if the shapes differ.
    pub fn forward_train_into<D: Dimension>(
        &mut self,
        x: ArrayView<F, D>,
        y: ArrayViewMut<F, D>,
        workspace: &mut Workspace<F>,
    ) -> Result<()> {
        check::shape("y", y.shape(), x.shape())?;
        self.train(&x, y, workspace, Side::Plain)?;
        Ok(())
    }

    /// Normalizes by the running statistics: what an example becomes does not depend on
    /// its batch.
    ///
    /// ```text
    /// y = γ (x − r_μ) / √(r_σ² + ε) + β
    /// ```
    ///
    /// `x` and y are `[N, C]`, or of the other shapes that the layer takes; N may be 1, or 0.
    /// NaN stays where it is. A layer with [`Running::Untracked`] uses the moments of `x`.
    ///
    /// # Errors
    ///
    /// If `x` has other than C channels; without running statistics, also those of training.
    ///
    /// ```
    /// use bn_core::{BatchNorm, Moments};
    /// use ndarray::array;
    ///
    /// let mut layer = BatchNorm::<f64>::params(1).epsilon(1.0).check()?.layer();
    /// layer.gamma_mut().fill(10.0);
    /// layer.set_running(Moments { mean: array![2.0], variance: array![3.0] })?;
    /// assert_eq!(layer.forward_eval(array![[6.0]].view())?, array![[20.0]]);
    /// # Ok::<(), bn_core::Error>(())
    /// ```
    ///
    /// Ioffe & Szegedy 2015, Algorithm 2, line 11.
    #[doc(alias = "eq:eval-forward")]
    pub fn forward_eval<D: Dimension>(&self, x: ArrayView<F, D>) -> Result<Array<F, D>> {
        let mut y = Array::zeros(x.raw_dim());
        self.forward_eval_into(x, y.view_mut(), &mut Workspace::default())?;
        Ok(y)
    }

    /// [`forward_eval`](Self::forward_eval) into an array that is there: after the first call
    /// with a workspace, no memory is allocated. `y` has the shape of `x`.
    ///
    /// # Errors
    ///
    /// Those of [`forward_eval`](Self::forward_eval), or if the shapes differ.
    pub fn forward_eval_into<D: Dimension>(
        &self,
        x: ArrayView<F, D>,
        y: ArrayViewMut<F, D>,
        workspace: &mut Workspace<F>,
    ) -> Result<()> {
        check::shape("y", y.shape(), x.shape())?;
        if self.params.running == Running::Untracked {
            self.normalize_parts(&x, y, workspace, Side::Plain)?;
            return Ok(());
        }
        let extent = self.extent("x", x.shape())?;
        let Parameters { gamma, beta, .. } = &self.parameters;
        let Moments { mean, variance } = &self.running;
        let Workspace {
            x: x_buffer,
            y: y_buffer,
            scratch,
            ..
        } = workspace;
        let x = read(&x, x_buffer);
        if x.is_empty() {
            return Ok(());
        }
        write(y, y_buffer, |y| {
            channels::apply(x, y, extent, scratch, |c| {
                let sigma = self.sigma(variance[c].widen());
                Line::new(mean[c].widen(), sigma, gamma[c].widen(), beta[c].widen())
            });
        });
        Ok(())
    }

    /// The gradients of a training step, through the statistics of the batch as well.
    ///
    /// ```text
    /// dβ = Σᵢ dyᵢ,  dγ = Σᵢ dyᵢ x̂ᵢ,  dx = γ / (m √(σ²_B + ε)) · (m dy − dβ − x̂ dγ)
    /// ```
    ///
    /// `cache` comes from the [`forward_train`](Self::forward_train) of the same step, with γ
    /// unchanged since; `dy` has the shape of the batch. Where γ or β is not learned, dγ or dβ
    /// is empty.
    ///
    /// # Errors
    ///
    /// If `dy` has not the shape of that batch, or holds NaN or an infinity and these are
    /// refused.
    ///
    /// ```
    /// use bn_core::BatchNorm;
    /// use ndarray::array;
    ///
    /// // Two examples become −1 and 1 wherever they start: no gradient passes.
    /// let mut layer = BatchNorm::<f64>::params(1).epsilon(1e-300).check()?.layer();
    /// let (_, cache) = layer.forward_train(array![[3.0], [5.0]].view())?;
    /// let gradients = layer.backward(&cache, array![[0.5], [2.0]].view())?;
    /// assert_eq!(gradients.dx, array![[0.0], [0.0]]);
    /// assert_eq!(gradients.dgamma, array![1.5]);
    /// assert_eq!(gradients.dbeta, array![2.5]);
    /// # Ok::<(), bn_core::Error>(())
    /// ```
    pub fn backward<D: Dimension>(
        &self,
        cache: &Cache<F, D>,
        dy: ArrayView<F, D>,
    ) -> Result<Gradients<F, D>> {
        let mut workspace = Workspace {
            groups: cache.groups.clone(),
            ..Workspace::default()
        };
        let mut dx = Array::zeros(dy.raw_dim());
        let x_hat = cache.x_hat();
        self.extent("the cached batch", x_hat.shape())?;
        check::shape("dy", dy.shape(), x_hat.shape())?;
        self.back(&x_hat, &dy, dx.view_mut(), &mut workspace, Side::Normalized)?;
        let (dgamma, dbeta) = self.parameters.gradients(&workspace.sums);
        Ok(Gradients { dx, dgamma, dbeta })
    }

    /// [`backward`](Self::backward) into an array that is there, from the `x` of the step in
    /// place of a copy of x̂: after the first call with a workspace, no memory is allocated.
    ///
    /// `workspace` comes from the [`forward_train_into`](Self::forward_train_into) of the same
    /// step; dγ and dβ are left [in it](Workspace::dgamma). `x`, `dy` and `dx` have the shape of
    /// the batch.
    ///
    /// # Errors
    ///
    /// If a shape is not that of the batch, or `dy` holds NaN or an infinity and these are
    /// refused.
    pub fn backward_into<D: Dimension>(
        &self,
        x: ArrayView<F, D>,
        dy: ArrayView<F, D>,
        dx: ArrayViewMut<F, D>,
        workspace: &mut Workspace<F>,
    ) -> Result<()> {
        self.extent("x", x.shape())?;
        check::shape("x", x.shape(), &workspace.shape)?;
        check::shape("dy", dy.shape(), x.shape())?;
        check::shape("dx", dx.shape(), x.shape())?;
        self.back(&x, &dy, dx, workspace, Side::Plain)?;
        workspace.set_gradients(&self.parameters);
        Ok(())
    }

    /// Training without its result: normalizes, then moves the running statistics.
    fn train<D: Dimension>(
        &mut self,
        x: &ArrayView<F, D>,
        out: ArrayViewMut<F, D>,
        workspace: &mut Workspace<F>,
        side: Side,
    ) -> Result<Parts> {
        let parts = self.normalize_parts(x, out, workspace, side)?;
        if self.params.running == Running::Tracked {
            self.running.mean.assign(&workspace.running.mean);
            self.running.variance.assign(&workspace.running.variance);
            self.batches_tracked += match self.params.running_step {
                RunningStep::Each => parts.count as u64,
                RunningStep::Once => 1,
            };
        }
        Ok(parts)
    }

    /// Normalizes every part of the batch by its own moments; what the running statistics are
    /// to become is left in the workspace.
    fn normalize_parts<D: Dimension>(
        &self,
        x: &ArrayView<F, D>,
        out: ArrayViewMut<F, D>,
        workspace: &mut Workspace<F>,
        side: Side,
    ) -> Result<Parts> {
        let parts = self.parts(x)?;
        let Parts { extent, count } = parts;
        let (m, each, channels) = (extent.per_channel(), extent.len(), extent.channels);
        let correction = self.params.running_variance.correction(m)?;
        workspace.start(x.shape(), count * channels, &self.running);
        let Workspace {
            x: x_buffer,
            y: y_buffer,
            moments,
            groups,
            running,
            scratch,
            ..
        } = workspace;
        let Parameters { gamma, beta, .. } = &self.parameters;
        let values = read(x, x_buffer);
        write(out, y_buffer, |out| {
            for (k, (x, out)) in values.chunks(each).zip(out.chunks_mut(each)).enumerate() {
                let moments = &mut moments[..channels];
                let group =
                    |c: usize, moment| self.group(moment, running.mean[c], running.variance[c]);
                channels::forward(x, out, extent, moments, scratch, |c, moment| {
                    let (scale, shift) = match side {
                        Side::Normalized => (1.0, 0.0),
                        Side::Plain => group(c, moment).scale_shift(gamma[c], beta[c]),
                    };
                    Line::new(moment.mean, self.sigma(moment.variance), scale, shift)
                });
                groups.extend(
                    moments
                        .iter()
                        .enumerate()
                        .map(|(c, &moment)| group(c, moment)),
                );
                if self.params.running_step == RunningStep::Each {
                    let alpha = self.alpha(k as u64);
                    step_all(running, alpha, correction, |c| moments[c]);
                }
            }
        });
        if self.params.running_step == RunningStep::Once {
            let alpha = self.alpha(0);
            step_all(running, alpha, correction, |c| average(groups, channels, c));
        }
        if self.params.non_finite == NonFinite::Refuse {
            check::all_finite(
                "the mean",
                groups.iter().map(|g| F::narrow(g.moment.mean)),
                "x",
                x,
            )?;
            check::all_finite(
                "the variance",
                groups.iter().map(|g| F::narrow(g.moment.variance)),
                "x",
                x,
            )?;
            check::all_finite("the running mean", running.mean.iter().copied(), "x", x)?;
            check::all_finite(
                "the running variance",
                running.variance.iter().copied(),
                "x",
                x,
            )?;
        }
        Ok(parts)
    }

    /// `x` is what `side` says; the groups are in the workspace, dγ and dβ are left there.
    fn back<D: Dimension>(
        &self,
        x: &ArrayView<F, D>,
        dy: &ArrayView<F, D>,
        dx: ArrayViewMut<F, D>,
        workspace: &mut Workspace<F>,
        side: Side,
    ) -> Result<()> {
        let Parts { extent, .. } = self.parts(x)?;
        let (m, each, channels) = (extent.per_channel(), extent.len(), extent.channels);
        let Workspace {
            x: x_buffer,
            y: dy_buffer,
            dx: dx_buffer,
            groups,
            part_sums,
            sums,
            scratch,
            ..
        } = workspace;
        let gamma = &self.parameters.gamma;
        sums.clear();
        sums.resize(channels, GradientSums::default());
        part_sums.clear();
        part_sums.resize(channels, GradientSums::default());
        let (x, dy_values) = (read(x, x_buffer), read(dy, dy_buffer));
        write(dx, dx_buffer, |dx| {
            let inputs = x.chunks(each).zip(dy_values.chunks(each));
            let outputs = dx.chunks_mut(each).zip(groups.chunks(channels));
            for ((x, dy), (dx, groups)) in inputs.zip(outputs) {
                let seen = |c: usize| match side {
                    Side::Plain => (groups[c].moment.mean, self.sigma(groups[c].moment.variance)),
                    Side::Normalized => (0.0, 1.0),
                };
                channels::backward(x, dy, dx, extent, seen, part_sums, scratch, |c, sums| {
                    let (scale, _) = groups[c].scale_shift(gamma[c], F::zero());
                    let (mean, sigma) = seen(c);
                    let outside = match side {
                        Side::Plain => 1.0,
                        Side::Normalized => self.sigma(groups[c].moment.variance),
                    };
                    Plane::new(mean, sigma, scale / outside, sums, m)
                });
                for ((sum, part), group) in sums.iter_mut().zip(&*part_sums).zip(groups) {
                    sum.dy += part.dy;
                    sum.dy_x_hat += group.r.widen() * part.dy_x_hat + group.d.widen() * part.dy;
                }
            }
        });
        if self.params.non_finite == NonFinite::Refuse {
            check::all_finite(
                "dbeta",
                sums.iter().map(|sums| F::narrow(sums.dy)),
                "dy",
                dy,
            )?;
            check::all_finite(
                "dgamma",
                sums.iter().map(|sums| F::narrow(sums.dy_x_hat)),
                "dy",
                dy,
            )?;
        }
        Ok(())
    }

    /// √(σ² + ε)
    fn sigma(&self, variance: f64) -> f64 {
        (variance + self.params.epsilon.widen()).sqrt()
    }

    /// The weight of the newest batch, so many after the last that was tracked.
    fn alpha(&self, later: u64) -> f64 {
        match self.params.momentum {
            Momentum::Exponential(alpha) => alpha.widen(),
            Momentum::Cumulative => 1.0 / (self.batches_tracked + later + 1) as f64,
        }
    }

    fn group(&self, moment: Moment, running_mean: F, running_variance: F) -> Group<F> {
        let (mut r, mut d) = (F::one(), F::zero());
        if let Some(limits) = &self.params.renorm {
            let sigma_r = F::narrow(self.sigma(running_variance.widen()));
            r = limits.r(F::narrow(self.sigma(moment.variance)), sigma_r);
            d = limits.d(F::narrow(moment.mean), running_mean, sigma_r);
        }
        Group { moment, r, d }
    }

    fn extent(&self, what: &'static str, shape: &[usize]) -> Result<Extent> {
        let (rank, channels) = (shape.len(), self.params.channels);
        let axis = match self.params.channel_axis {
            ChannelAxis::Second => 1,
            ChannelAxis::Last => rank.saturating_sub(1),
        };
        if rank < 2 || shape[axis] != channels {
            let expected = match self.params.channel_axis {
                _ if rank <= 2 => format!("[N, {channels}]"),
                ChannelAxis::Second => format!("[N, {channels}, …]"),
                ChannelAxis::Last => format!("[N, …, {channels}]"),
            };
            let given = shape.to_vec();
            return Err(Error::Shape {
                what,
                given,
                expected,
            });
        }
        Ok(Extent {
            outer: shape[..axis].iter().product(),
            channels,
            inner: shape[axis + 1..].iter().product(),
        })
    }

    /// The batch in training: its ghost batches, or itself.
    fn parts<D: Dimension>(&self, x: &ArrayView<F, D>) -> Result<Parts> {
        let extent = self.extent("x", x.shape())?;
        check::not_empty("x", x)?;
        let examples = x.shape()[0];
        let each = self.params.ghost_batch.unwrap_or(examples);
        if !examples.is_multiple_of(each) {
            let given = x.shape().to_vec();
            let expected = format!("a multiple of {each} examples, the size of a ghost batch");
            return Err(Error::Shape {
                what: "x",
                given,
                expected,
            });
        }
        let count = examples / each;
        let extent = Extent {
            outer: extent.outer / count,
            ..extent
        };
        let advice = "add examples to the batch, or use forward_eval";
        check::at_least(
            2,
            extent.per_channel(),
            "values per channel in training",
            advice,
        )?;
        Ok(Parts { extent, count })
    }

    /// γ, the scale, of shape `[C]`.
    pub fn gamma(&self) -> ArrayView1<'_, F> {
        self.parameters.gamma.view()
    }

    /// γ, to be learned or set; its length is fixed. Empty in a layer that does not learn it.
    pub fn gamma_mut(&mut self) -> ArrayViewMut1<'_, F> {
        self.parameters.gamma_mut()
    }

    /// β, the shift, of shape `[C]`.
    pub fn beta(&self) -> ArrayView1<'_, F> {
        self.parameters.beta.view()
    }

    /// β, to be learned or set; its length is fixed. Empty in a layer that does not learn it.
    pub fn beta_mut(&mut self) -> ArrayViewMut1<'_, F> {
        self.parameters.beta_mut()
    }

    /// ε.
    pub fn epsilon(&self) -> F {
        self.params.epsilon
    }

    /// The running mean and the running variance.
    pub fn running(&self) -> &Moments<F> {
        &self.running
    }

    /// What the layer does in inference, to be [folded](fn@crate::fold::fold) into the one before.
    pub fn folded(&self) -> Folded<'_, F> {
        Folded {
            gamma: self.gamma(),
            beta: self.beta(),
            running: &self.running,
            epsilon: self.params.epsilon,
        }
    }

    /// How many steps the running statistics have taken: one for each batch, or for each ghost
    /// batch.
    pub fn batches_tracked(&self) -> u64 {
        self.batches_tracked
    }

    /// Replaces the running statistics: by those of a trained model, of the whole training
    /// set, or of the data to come.
    ///
    /// # Errors
    ///
    /// If they are not C finite means and C finite variances, 0 or greater.
    ///
    /// ```
    /// use bn_core::{BatchNorm, Moments};
    /// use ndarray::array;
    ///
    /// let mut layer = BatchNorm::<f64>::params(1).check()?.layer();
    /// let error = layer.set_running(Moments { mean: array![0.0], variance: array![-2.0] });
    /// assert_eq!(
    ///     error.unwrap_err().to_string(),
    ///     "variance[0] is -2, expected a finite number, 0 or greater",
    /// );
    /// # Ok::<(), bn_core::Error>(())
    /// ```
    pub fn set_running(&mut self, running: Moments<F>) -> Result<()> {
        running.check_valid(self.params.channels)?;
        self.running = running;
        Ok(())
    }

    /// Changes how far batch renormalization may go: the paper starts at r_max = 1, d_max = 0
    /// and relaxes them in the course of training. `None` is plain batch normalization.
    ///
    /// # Errors
    ///
    /// If r_max is below 1 or d_max below 0.
    pub fn set_renorm(&mut self, limits: Option<RenormLimits<F>>) -> Result<()> {
        if let Some(limits) = &limits {
            limits.check()?;
        }
        self.params.renorm = limits;
        Ok(())
    }
}

/// r ← (1 − α) r + α s, for both running statistics of every channel.
fn step_all<F: Float>(
    running: &mut Moments<F>,
    alpha: f64,
    correction: f64,
    of_channel: impl Fn(usize) -> Moment,
) {
    let Moments { mean, variance } = running;
    for (c, (r_mean, r_variance)) in mean.iter_mut().zip(variance).enumerate() {
        let moment = of_channel(c);
        *r_mean = step(*r_mean, moment.mean, alpha);
        *r_variance = step(*r_variance, moment.variance * correction, alpha);
    }
}

/// The moments of channel c, averaged over the ghost batches.
fn average<F>(groups: &[Group<F>], channels: usize, c: usize) -> Moment {
    let (mut sum, mut count) = (Moment::default(), 0.0);
    for group in groups.iter().skip(c).step_by(channels) {
        sum.mean += group.moment.mean;
        sum.variance += group.moment.variance;
        count += 1.0;
    }
    Moment {
        mean: sum.mean / count,
        variance: sum.variance / count,
    }
}

impl<F: Float> Group<F> {
    /// y = γ (x̂ r + d) + β as a scale and a shift of x̂.
    fn scale_shift(&self, gamma: F, beta: F) -> (f64, f64) {
        let (gamma, beta) = (gamma.widen(), beta.widen());
        (gamma * self.r.widen(), gamma * self.d.widen() + beta)
    }
}

fn slice<F, D: Dimension>(x: &Array<F, D>) -> &[F] {
    x.as_slice().expect("a new array is in standard layout")
}

fn slice_mut<F, D: Dimension>(x: &mut Array<F, D>) -> &mut [F] {
    x.as_slice_mut().expect("a new array is in standard layout")
}
