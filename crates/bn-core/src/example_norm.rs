//! The relatives that normalize each example by itself: layer, instance, group and root mean
//! square normalization. What training and inference do is the same.

use crate::affine::{Affine, Parameters};
use crate::batch_norm::{ChannelAxis, NonFinite};
use crate::gradient::Gradients;
use crate::kernel::rows::{self, Center, Extent};
use crate::kernel::{GradientSums, Moment};
use crate::standard_layout::{read, write};
use crate::{Error, Float, Result, Workspace, check};
use ndarray::{Array, ArrayView, ArrayView1, ArrayViewMut, ArrayViewMut1, Dimension, Ix2};

/// Over which elements of one example the moments are taken.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
enum Group {
    /// All along the trailing axes of this shape.
    Trailing(Vec<usize>),
    /// The positions of so many channels in so many groups.
    Channels { channels: usize, groups: usize },
}

/// The choices behind an [`ExampleNorm`], not yet checked.
#[derive(Debug, Clone, PartialEq)]
pub struct ExampleNormParams<F>(Choices<F>);

/// The choices behind an [`ExampleNorm`], checked once and for all.
#[derive(Debug, Clone, PartialEq)]
pub struct ExampleNormValidParams<F>(Choices<F>);

#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Choices<F> {
    group: Group,
    center: Center,
    epsilon: F,
    affine: Affine,
    channel_axis: ChannelAxis,
    non_finite: NonFinite,
}

impl<F: Float> ExampleNormParams<F> {
    fn new(group: Group, center: Center, affine: Affine) -> Self {
        ExampleNormParams(Choices {
            group,
            center,
            epsilon: F::narrow(1e-5),
            affine,
            channel_axis: ChannelAxis::default(),
            non_finite: NonFinite::default(),
        })
    }

    /// ε, added to the variance inside the root; 1e-5 unless set.
    pub fn epsilon(mut self, epsilon: F) -> Self {
        self.0.epsilon = epsilon;
        self
    }

    /// Which of γ and β are learned.
    pub fn affine(mut self, affine: Affine) -> Self {
        self.0.affine = affine;
        self
    }

    /// Which axis holds the channels; the second unless set. Instance and group normalization
    /// only: the trailing axes of the other two are what they are.
    pub fn channel_axis(mut self, channel_axis: ChannelAxis) -> Self {
        self.0.channel_axis = channel_axis;
        self
    }

    /// What to do with an input that holds NaN or an infinity; refused unless set.
    pub fn non_finite(mut self, non_finite: NonFinite) -> Self {
        self.0.non_finite = non_finite;
        self
    }

    /// Checks every choice.
    ///
    /// # Errors
    ///
    /// If there is nothing to normalize, the channels do not divide into the groups, or ε is not
    /// a positive finite number.
    ///
    /// ```
    /// use bn_core::ExampleNorm;
    ///
    /// let error = ExampleNorm::<f64>::group(4, 6).check().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the number of channels is 6, expected a multiple of the number of groups",
    /// );
    /// ```
    pub fn check(self) -> Result<ExampleNormValidParams<F>> {
        match &self.0.group {
            Group::Trailing(shape) => {
                let advice = "pass the lengths of the trailing axes";
                check::at_least(1, shape.len(), "normalized axes", advice)?;
                check::at_least(1, shape.iter().product(), "normalized values", advice)?;
            }
            &Group::Channels { channels, groups } => {
                let advice = "pass the length of the channel axis";
                check::at_least(1, channels, "channels", advice)?;
                let advice = "1 group takes all channels together";
                check::at_least(1, groups, "groups", advice)?;
                if !channels.is_multiple_of(groups) {
                    return Err(Error::OutOfRange {
                        what: "the number of channels".into(),
                        given: channels as f64,
                        expected: "a multiple of the number of groups",
                    });
                }
            }
        }
        check::epsilon(self.0.epsilon)?;
        Ok(ExampleNormValidParams(self.0))
    }
}

impl<F: Float> ExampleNormValidParams<F> {
    /// A new layer: γ = 1, β = 0.
    pub fn layer(self) -> ExampleNorm<F> {
        let count = match &self.0.group {
            Group::Trailing(shape) => shape.iter().product(),
            Group::Channels { channels, .. } => *channels,
        };
        ExampleNorm {
            parameters: Parameters::new(self.0.affine, count),
            params: self.0,
        }
    }
}

/// Normalization of each example by itself, over a set of axes.
///
/// ```text
/// y = γ (x − μ_S) / √(σ²_S + ε) + β
/// ```
///
/// | | S, in `[N, C, H, W]` | γ, β |
/// |---|---|---|
/// | [batch](crate::BatchNorm) | (N, H, W), for each channel | `[C]` |
/// | [layer](Self::layer) | (C, H, W), for each example; or the last axes only | one for each value |
/// | [instance](Self::instance) | (H, W), for each example and channel | `[C]` |
/// | [group](Self::group) | (C/G, H, W), for each example and group | `[C]` |
/// | [root mean square](Self::rms) | as layer, μ_S = 0 and σ²_S the mean square | γ, one for each value |
///
/// No statistic crosses from one example to another, so that there is nothing to keep for
/// inference, and a batch of one is as good as any.
///
/// ```
/// use bn_core::ExampleNorm;
/// use ndarray::array;
///
/// let layer = ExampleNorm::<f64>::layer(&[4]).epsilon(1e-12).check()?.layer();
/// let (y, cache) = layer.forward(array![[1.0, 1.0, 5.0, 5.0], [9.0, -9.0, 9.0, -9.0]].view())?;
/// let expected = array![[-1.0, -1.0, 1.0, 1.0], [1.0, -1.0, 1.0, -1.0]];
/// assert!((y - expected).iter().all(|d| d.abs() < 1e-9));
///
/// // A gradient that is the same for a whole example does not reach the input.
/// let gradients = layer.backward(&cache, array![[1.0; 4], [-2.0; 4]].view())?;
/// assert!(gradients.dx.iter().all(|dx| dx.abs() < 1e-9));
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Wu & He 2018 (the sets of axes).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "Record<F>"),
    serde(bound(serialize = "F: serde::Serialize")),
    serde(bound(deserialize = "F: Float + serde::Deserialize<'de>"))
)]
#[doc(alias = "eq:axis-sets")]
pub struct ExampleNorm<F> {
    params: Choices<F>,
    parameters: Parameters<F>,
}

/// A layer read from somewhere is checked like one built here.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Record<F> {
    params: Choices<F>,
    parameters: Parameters<F>,
}

#[cfg(feature = "serde")]
impl<F: Float> TryFrom<Record<F>> for ExampleNorm<F> {
    type Error = Error;

    fn try_from(record: Record<F>) -> Result<Self> {
        let mut layer = ExampleNormParams(record.params).check()?.layer();
        layer.parameters.replace(record.parameters)?;
        Ok(layer)
    }
}

/// What the backward pass needs to remember of the forward pass.
#[derive(Debug, Clone, PartialEq)]
pub struct ExampleCache<F, D: Dimension = Ix2> {
    x: Array<F, D>,
    moments: Vec<Moment>,
}

impl<F: Float> ExampleNorm<F> {
    /// Layer normalization over the trailing axes of this shape, with a γ and a β for each
    /// value in it.
    ///
    /// Ba, Kiros & Hinton 2016, section 3.
    #[doc(alias = "LayerNorm")]
    pub fn layer(shape: &[usize]) -> ExampleNormParams<F> {
        let group = Group::Trailing(shape.to_vec());
        ExampleNormParams::new(group, Center::Mean, Affine::ScaleShift)
    }

    /// Instance normalization of so many channels, each over its own positions.
    ///
    /// Nothing is kept for inference. The variant that keeps running statistics is a batch
    /// norm with ghost batches of one example: see
    /// [`running_step`](crate::BatchNormParams::running_step).
    ///
    /// ```
    /// use bn_core::ExampleNorm;
    /// use ndarray::array;
    ///
    /// let layer = ExampleNorm::<f64>::instance(2).epsilon(1e-12).check()?.layer();
    /// let (y, _) = layer.forward(array![[[1.0, 3.0], [50.0, 10.0]]].view())?;
    /// assert!((y - array![[[-1.0, 1.0], [1.0, -1.0]]]).iter().all(|d| d.abs() < 1e-9));
    /// # Ok::<(), bn_core::Error>(())
    /// ```
    ///
    /// Ulyanov, Vedaldi & Lempitsky 2016.
    #[doc(alias = "InstanceNorm")]
    pub fn instance(channels: usize) -> ExampleNormParams<F> {
        let groups = channels;
        let group = Group::Channels { channels, groups };
        ExampleNormParams::new(group, Center::Mean, Affine::ScaleShift)
    }

    /// Group normalization of so many channels, in groups of neighbors.
    ///
    /// ```
    /// use bn_core::ExampleNorm;
    /// use ndarray::array;
    ///
    /// let layer = ExampleNorm::<f64>::group(2, 4).epsilon(1e-12).check()?.layer();
    /// let (y, _) = layer.forward(array![[1.0, 3.0, 50.0, 10.0]].view())?;
    /// assert!((y - array![[-1.0, 1.0, 1.0, -1.0]]).iter().all(|d| d.abs() < 1e-9));
    /// # Ok::<(), bn_core::Error>(())
    /// ```
    ///
    /// Wu & He 2018, equation 7.
    #[doc(alias = "GroupNorm")]
    pub fn group(groups: usize, channels: usize) -> ExampleNormParams<F> {
        let group = Group::Channels { channels, groups };
        ExampleNormParams::new(group, Center::Mean, Affine::ScaleShift)
    }

    /// Root mean square normalization over the trailing axes of this shape; no mean is taken
    /// out, and β is not learned unless asked for.
    ///
    /// ```text
    /// y = γ x / RMS(x),   RMS(x) = √(1/n Σᵢ xᵢ² + ε)
    /// ```
    ///
    /// ```
    /// use bn_core::ExampleNorm;
    /// use ndarray::array;
    ///
    /// // RMS² = (1 + 49) / 2.
    /// let layer = ExampleNorm::<f64>::rms(&[2]).epsilon(1e-12).check()?.layer();
    /// let (y, _) = layer.forward(array![[1.0, 7.0]].view())?;
    /// assert!((y - array![[0.2, 1.4]]).iter().all(|d| d.abs() < 1e-9));
    /// # Ok::<(), bn_core::Error>(())
    /// ```
    ///
    /// Zhang & Sennrich 2019.
    #[doc(alias = "RMSNorm")]
    #[doc(alias = "eq:rms-norm")]
    pub fn rms(shape: &[usize]) -> ExampleNormParams<F> {
        ExampleNormParams::new(Group::Trailing(shape.to_vec()), Center::Zero, Affine::Scale)
    }

    /// Normalizes each example. y has the shape of `x`; the cache is for
    /// [`backward`](Self::backward).
    ///
    /// # Errors
    ///
    /// If the shape of `x` does not fit or it is empty, a group has a single value (normalized
    /// to 0, whatever it was; root mean square takes it), or `x` holds NaN or an infinity and
    /// these are refused.
    pub fn forward<D: Dimension>(
        &self,
        x: ArrayView<F, D>,
    ) -> Result<(Array<F, D>, ExampleCache<F, D>)> {
        let mut workspace = Workspace::default();
        let mut y = Array::zeros(x.raw_dim());
        self.forward_into(x.view(), y.view_mut(), &mut workspace)?;
        let (x, moments) = (x.to_owned(), workspace.moments);
        Ok((y, ExampleCache { x, moments }))
    }

    /// [`forward`](Self::forward) into an array that is there: after the first call with a
    /// workspace, no memory is allocated. After an error the values in `y` mean nothing.
    ///
    /// # Errors
    ///
    /// Those of [`forward`](Self::forward), or if the shapes differ.
    pub fn forward_into<D: Dimension>(
        &self,
        x: ArrayView<F, D>,
        y: ArrayViewMut<F, D>,
        workspace: &mut Workspace<F>,
    ) -> Result<()> {
        let extent = self.extent(x.shape())?;
        check::shape("y", y.shape(), x.shape())?;
        check::not_empty("x", &x)?;
        if self.params.center == Center::Mean {
            let advice = "one value alone is normalized to 0, whatever it was: enlarge the groups";
            check::at_least(2, extent.len, "values that are normalized together", advice)?;
        }
        workspace.shape.clear();
        workspace.shape.extend_from_slice(x.shape());
        let (x, y) = (self.channels_second(x), self.channels_second_mut(y));
        let Workspace {
            x: x_buffer,
            y: y_buffer,
            moments,
            ..
        } = workspace;
        moments.clear();
        moments.resize(extent.rows, Moment::default());
        let values = read(&x, x_buffer);
        let (center, epsilon) = (self.params.center, self.params.epsilon.widen());
        write(y, y_buffer, |y| {
            rows::forward(values, y, extent, center, epsilon, self.affine(), moments);
        });
        if self.params.non_finite == NonFinite::Refuse {
            let means = moments.iter().map(|moment| F::narrow(moment.mean));
            check::all_finite("the mean", means, "x", &x)?;
            let variances = moments.iter().map(|moment| F::narrow(moment.variance));
            check::all_finite("the variance", variances, "x", &x)?;
        }
        Ok(())
    }

    /// The gradients of a step, through the statistics of each example as well.
    ///
    /// ```text
    /// dβ = Σ dy,  dγ = Σ dy x̂,  dx = 1/√(σ²_S + ε) · (γdy − mean_S(γdy) − x̂ mean_S(γdy x̂))
    /// ```
    ///
    /// The sums are over all elements that share a β or γ; root mean square normalization has no
    /// mean_S(γdy). `cache` comes from the [`forward`](Self::forward) of the same step, with γ
    /// unchanged since. Where γ or β is not learned, dγ or dβ is empty.
    ///
    /// # Errors
    ///
    /// If `dy` has not the shape of the input, or holds NaN or an infinity and these are
    /// refused.
    pub fn backward<D: Dimension>(
        &self,
        cache: &ExampleCache<F, D>,
        dy: ArrayView<F, D>,
    ) -> Result<Gradients<F, D>> {
        let mut workspace = Workspace::default();
        workspace.shape.extend_from_slice(cache.x.shape());
        workspace.moments.clone_from(&cache.moments);
        let mut dx = Array::zeros(dy.raw_dim());
        self.backward_into(cache.x.view(), dy, dx.view_mut(), &mut workspace)?;
        let Workspace { dgamma, dbeta, .. } = workspace;
        Ok(Gradients { dx, dgamma, dbeta })
    }

    /// [`backward`](Self::backward) into an array that is there: after the first call with a
    /// workspace, no memory is allocated. dγ and dβ are left [in it](Workspace::dgamma).
    ///
    /// # Errors
    ///
    /// If a shape is not that of the forward pass with this workspace, or `dy` holds NaN or an
    /// infinity and these are refused.
    pub fn backward_into<D: Dimension>(
        &self,
        x: ArrayView<F, D>,
        dy: ArrayView<F, D>,
        dx: ArrayViewMut<F, D>,
        workspace: &mut Workspace<F>,
    ) -> Result<()> {
        let extent = self.extent(x.shape())?;
        check::shape("x", x.shape(), &workspace.shape)?;
        check::shape("dy", dy.shape(), x.shape())?;
        check::shape("dx", dx.shape(), x.shape())?;
        check::shape("the moments", &[workspace.moments.len()], &[extent.rows])?;
        let (x, dx) = (self.channels_second(x), self.channels_second_mut(dx));
        let dy = self.channels_second(dy);
        let Workspace {
            x: x_buffer,
            y: dy_buffer,
            dx: dx_buffer,
            moments,
            sums,
            partial,
            ..
        } = workspace;
        sums.clear();
        sums.resize(extent.parameters(), GradientSums::default());
        let (x, dy_values) = (read(&x, x_buffer), read(&dy, dy_buffer));
        let (center, epsilon) = (self.params.center, self.params.epsilon.widen());
        let gamma = self.affine().gamma;
        write(dx, dx_buffer, |dx| {
            rows::backward(
                x, dy_values, dx, extent, center, epsilon, gamma, moments, sums, partial,
            );
        });
        if self.params.non_finite == NonFinite::Refuse {
            let dbeta = sums.iter().map(|sums| F::narrow(sums.dy));
            check::all_finite("dbeta", dbeta, "dy", &dy)?;
            let dgamma = sums.iter().map(|sums| F::narrow(sums.dy_x_hat));
            check::all_finite("dgamma", dgamma, "dy", &dy)?;
        }
        workspace.set_gradients(&self.parameters);
        Ok(())
    }

    fn affine(&self) -> rows::Affine<'_, F> {
        rows::Affine {
            gamma: self
                .parameters
                .gamma
                .as_slice()
                .expect("owned, of one axis"),
            beta: self.parameters.beta.as_slice().expect("owned, of one axis"),
        }
    }

    /// With the channels second, wherever they were.
    fn channels_second<'a, D: Dimension>(&self, mut x: ArrayView<'a, F, D>) -> ArrayView<'a, F, D> {
        for axis in self.swaps(x.ndim()) {
            x.swap_axes(axis, axis - 1);
        }
        x
    }

    fn channels_second_mut<'a, D: Dimension>(
        &self,
        mut x: ArrayViewMut<'a, F, D>,
    ) -> ArrayViewMut<'a, F, D> {
        for axis in self.swaps(x.ndim()) {
            x.swap_axes(axis, axis - 1);
        }
        x
    }

    /// The axes to be swapped with the one before them, in this order.
    fn swaps(&self, rank: usize) -> impl Iterator<Item = usize> + use<F> {
        let last = match (&self.params.group, self.params.channel_axis) {
            (Group::Channels { .. }, ChannelAxis::Last) => rank,
            _ => 0,
        };
        (2..last).rev()
    }

    fn extent(&self, given: &[usize]) -> Result<Extent> {
        let rank = given.len();
        let wrong = |expected| {
            let (what, given) = ("x", given.to_vec());
            Err(Error::Shape {
                what,
                given,
                expected,
            })
        };
        match &self.params.group {
            Group::Trailing(shape) => {
                if !given.ends_with(shape) {
                    let axes: Vec<String> = shape.iter().map(usize::to_string).collect();
                    return wrong(format!("[…, {}]", axes.join(", ")));
                }
                let rows = given[..rank - shape.len()].iter().product();
                let (len, period, run) = (shape.iter().product(), 1, 1);
                Ok(Extent {
                    rows,
                    len,
                    period,
                    run,
                })
            }
            &Group::Channels { channels, groups } => {
                let axis = match self.params.channel_axis {
                    ChannelAxis::Second => 1,
                    ChannelAxis::Last => rank.saturating_sub(1),
                };
                if rank < 2 || given[axis] != channels {
                    return wrong(match self.params.channel_axis {
                        ChannelAxis::Second => format!("[N, {channels}, …]"),
                        ChannelAxis::Last => format!("[N, …, {channels}]"),
                    });
                }
                let run = given[1..].iter().product::<usize>() / channels;
                let (rows, len) = (given[0] * groups, channels / groups * run);
                Ok(Extent {
                    rows,
                    len,
                    period: groups,
                    run,
                })
            }
        }
    }

    /// γ, the scale: one for each normalized value (layer, root mean square) or channel.
    pub fn gamma(&self) -> ArrayView1<'_, F> {
        self.parameters.gamma.view()
    }

    /// γ, to be learned or set. Empty in a layer that does not learn it.
    pub fn gamma_mut(&mut self) -> ArrayViewMut1<'_, F> {
        self.parameters.gamma_mut()
    }

    /// β, the shift: one for each normalized value (layer, root mean square) or channel.
    pub fn beta(&self) -> ArrayView1<'_, F> {
        self.parameters.beta.view()
    }

    /// β, to be learned or set. Empty in a layer that does not learn it.
    pub fn beta_mut(&mut self) -> ArrayViewMut1<'_, F> {
        self.parameters.beta_mut()
    }
}
