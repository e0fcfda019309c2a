//! Batch normalization as a layer: training, inference, gradients.

use crate::gradient::{Gradients, grad_beta, grad_gamma, grad_x, sum_dy, sum_dy_x_hat};
use crate::normalize::{scale_shift, sigma, x_hat};
use crate::running::{running_mean, running_variance};
use crate::{Float, Moments, Result, RunningVariance, check};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut1};

/// What training does with a batch that holds NaN or an infinity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NonFinite {
    /// An error, and the layer stays as it was: one NaN in a running statistic stays for ever.
    #[default]
    Refuse,
    /// NaN in, NaN out, as in other frameworks: the whole channel and its running statistics.
    Propagate,
}

/// The choices behind a [`BatchNorm`], not yet checked.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchNormParams<F>(BatchNormValidParams<F>);

/// The choices behind a [`BatchNorm`], checked once and for all.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchNormValidParams<F> {
    channels: usize,
    epsilon: F,
    momentum: F,
    running_variance: RunningVariance,
    non_finite: NonFinite,
}

impl<F: Float> BatchNormParams<F> {
    /// ε, added to the variance inside the root; 1e-5 unless set.
    pub fn epsilon(mut self, epsilon: F) -> Self {
        self.0.epsilon = epsilon;
        self
    }

    /// α, the weight of the newest batch in the running statistics; 0.1 unless set.
    pub fn momentum(mut self, momentum: F) -> Self {
        self.0.momentum = momentum;
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

    /// Checks every choice.
    ///
    /// # Errors
    ///
    /// If there are no channels, ε is not a positive finite number, or the momentum is
    /// outside \[0, 1\].
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
        let BatchNormValidParams {
            channels,
            epsilon,
            momentum,
            ..
        } = self.0;
        check::at_least(
            1,
            channels,
            "channels",
            "pass the length of the channel axis",
        )?;
        let positive = |e: F| e > F::zero() && e.is_finite();
        let expected = "a finite number greater than 0; the usual choice is 1e-5";
        check::number("epsilon", epsilon, positive, expected)?;
        check::momentum(momentum)?;
        Ok(self.0)
    }
}

impl<F: Float> BatchNormValidParams<F> {
    /// A new layer: γ = 1, β = 0, running mean 0, running variance 1.
    pub fn layer(self) -> BatchNorm<F> {
        let (zeros, ones) = (Array1::zeros(self.channels), Array1::ones(self.channels));
        BatchNorm {
            gamma: ones.clone(),
            beta: zeros.clone(),
            running: Moments {
                mean: zeros,
                variance: ones,
            },
            params: self,
        }
    }
}

/// Batch normalization of `[N, C]`: N examples, C channels.
///
/// ```text
/// y = γ (x − μ_B) / √(σ²_B + ε) + β      in training
/// y = γ (x − r_μ) / √(r_σ² + ε) + β      in inference
/// ```
///
/// In training each channel is normalized by its moments over the batch, and the running
/// statistics r take a step toward them; in inference r stands in for the batch.
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
/// Ioffe & Szegedy 2015, Algorithms 1 and 2.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchNorm<F> {
    params: BatchNormValidParams<F>,
    gamma: Array1<F>,
    beta: Array1<F>,
    running: Moments<F>,
}

/// What the backward pass needs to remember of the forward pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Cache<F> {
    x_hat: Array2<F>,
    moments: Moments<F>,
}

impl<F> Cache<F> {
    /// x̂, the normalized batch, of shape `[m, C]`.
    pub fn x_hat(&self) -> ArrayView2<'_, F> {
        self.x_hat.view()
    }

    /// μ_B and σ²_B, the moments that the batch was normalized with.
    pub fn moments(&self) -> &Moments<F> {
        &self.moments
    }
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
        BatchNormParams(BatchNormValidParams {
            channels,
            epsilon: F::narrow(1e-5),
            momentum: F::narrow(0.1),
            running_variance: RunningVariance::default(),
            non_finite: NonFinite::default(),
        })
    }

    /// Normalizes a batch by its own moments and moves the running statistics toward them.
    ///
    /// ```text
    /// y = γ (x − μ_B) / √(σ²_B + ε) + β
    /// r_μ ← (1 − α) r_μ + α μ_B,  r_σ² ← (1 − α) r_σ² + α σ²_B·m/(m − 1)
    /// ```
    ///
    /// `x` and y are `[m, C]`. The cache is for [`backward`](Self::backward).
    ///
    /// # Errors
    ///
    /// If `x` has other than C channels or fewer than two examples (one alone is normalized
    /// to 0, whatever it was), or holds NaN or an infinity and these are refused. The layer
    /// stays as it was.
    pub fn forward_train(&mut self, x: ArrayView2<F>) -> Result<(Array2<F>, Cache<F>)> {
        let (m, params) = (x.nrows(), &self.params);
        check::channels("x", &x, params.channels)?;
        check::not_empty("x", &x)?;
        let advice = "add examples to the batch, or use forward_eval";
        check::at_least(2, m, "values per channel in training", advice)?;

        let moments = Moments::propagate(x);
        let Moments { mean, variance } = &moments;
        let (r, alpha, kind) = (&self.running, params.momentum, params.running_variance);
        let running = Moments {
            mean: running_mean(r.mean.view(), mean.view(), alpha)?,
            variance: running_variance(r.variance.view(), variance.view(), m, alpha, kind)?,
        };
        if params.non_finite == NonFinite::Refuse {
            moments.check_finite(x)?;
            running.check_finite(x)?;
        }
        let (x_hat, y) = self.forward(x, &moments)?;
        self.running = running;
        Ok((y, Cache { x_hat, moments }))
    }

    /// Normalizes by the running statistics: what an example becomes does not depend on
    /// its batch.
    ///
    /// ```text
    /// y = γ (x − r_μ) / √(r_σ² + ε) + β
    /// ```
    ///
    /// `x` and y are `[N, C]`; N may be 1, or 0. NaN stays where it is.
    ///
    /// # Errors
    ///
    /// If `x` has other than C channels.
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
    pub fn forward_eval(&self, x: ArrayView2<F>) -> Result<Array2<F>> {
        check::channels("x", &x, self.params.channels)?;
        let (_, y) = self.forward(x, &self.running)?;
        Ok(y)
    }

    /// The gradients of a training step, through the statistics of the batch as well.
    ///
    /// ```text
    /// dβ = Σᵢ dyᵢ,  dγ = Σᵢ dyᵢ x̂ᵢ,  dx = γ / (m √(σ²_B + ε)) · (m dy − dβ − x̂ dγ)
    /// ```
    ///
    /// `cache` comes from the [`forward_train`](Self::forward_train) of the same step, with γ
    /// unchanged since; `dy` is `[m, C]`.
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
    pub fn backward(&self, cache: &Cache<F>, dy: ArrayView2<F>) -> Result<Gradients<F>> {
        let x_hat = cache.x_hat();
        check::channels("the cached batch", &x_hat, self.params.channels)?;
        check::shape("dy", dy.shape(), x_hat.shape())?;
        let (dbeta, dgamma) = match self.params.non_finite {
            NonFinite::Refuse => (grad_beta(dy)?, grad_gamma(dy, x_hat)?),
            NonFinite::Propagate => (sum_dy(dy), sum_dy_x_hat(dy, x_hat)),
        };
        let sigma = sigma(cache.moments.variance.view(), self.params.epsilon);
        let dx = grad_x(
            dy,
            x_hat,
            dgamma.view(),
            dbeta.view(),
            self.gamma.view(),
            sigma.view(),
        )?;
        Ok(Gradients { dx, dgamma, dbeta })
    }

    /// (x̂, y)
    fn forward(&self, x: ArrayView2<F>, moments: &Moments<F>) -> Result<(Array2<F>, Array2<F>)> {
        let sigma = sigma(moments.variance.view(), self.params.epsilon);
        let x_hat = x_hat(x, moments.mean.view(), sigma.view());
        let y = scale_shift(x_hat.view(), self.gamma.view(), self.beta.view())?;
        Ok((x_hat, y))
    }

    /// γ, the learned scale, of shape `[C]`.
    pub fn gamma(&self) -> ArrayView1<'_, F> {
        self.gamma.view()
    }

    /// γ, to be learned or set; its length is fixed.
    pub fn gamma_mut(&mut self) -> ArrayViewMut1<'_, F> {
        self.gamma.view_mut()
    }

    /// β, the learned shift, of shape `[C]`.
    pub fn beta(&self) -> ArrayView1<'_, F> {
        self.beta.view()
    }

    /// β, to be learned or set; its length is fixed.
    pub fn beta_mut(&mut self) -> ArrayViewMut1<'_, F> {
        self.beta.view_mut()
    }

    /// ε.
    pub fn epsilon(&self) -> F {
        self.params.epsilon
    }

    /// The running mean and the running variance.
    pub fn running(&self) -> &Moments<F> {
        &self.running
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
}
