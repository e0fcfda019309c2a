use std::ops::ControlFlow;

use bn_core::{BatchNorm, Float, NonFinite};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::error::{self, Error, Result, shown};
use crate::layer::{
    Activation, BatchNormLayer, Dense, Dropout, Ghost, Init, Layer, LayerNormLayer, Noise,
    NoiseParams, fit_to,
};
use crate::loss::{Loss, cross_entropy, log_softmax, squared_error};
use crate::parameter::ParameterMut;
use crate::random::Stream;
use crate::sgd::Sgd;
use crate::training::{End, Observation, Trace, Training};

/// The plan of a network, not yet checked: its layers from input to output.
///
/// ```
/// use bn_lab::NetworkParams;
/// let plan = NetworkParams::new(768).dense(64).batch_norm().relu().dense(2).check()?;
/// let network = plan.build::<f32>(7);
/// assert_eq!(network.layers().len(), 4);
/// # Ok::<(), bn_lab::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkParams {
    inputs: usize,
    layers: Vec<Planned>,
    init: Init,
    init_scale: f64,
    epsilon: f64,
    momentum: f64,
    loss: Loss,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Planned {
    Dense(usize),
    Activation(Activation),
    BatchNorm(Ghost),
    LayerNorm,
    Dropout(f64),
    Noise(NoiseParams),
}

impl NetworkParams {
    /// A network without layers for examples of `inputs` numbers.
    pub fn new(inputs: usize) -> Self {
        NetworkParams {
            inputs,
            layers: Vec::new(),
            init: Init::He,
            init_scale: 1.0,
            epsilon: 1e-5,
            momentum: 0.1,
            loss: Loss::CrossEntropy,
        }
    }

    fn with(mut self, layer: Planned) -> Self {
        self.layers.push(layer);
        self
    }

    /// Adds a dense layer.
    pub fn dense(self, outputs: usize) -> Self {
        self.with(Planned::Dense(outputs))
    }

    /// Adds an activation.
    pub fn activation(self, activation: Activation) -> Self {
        self.with(Planned::Activation(activation))
    }

    /// Adds a rectifier.
    pub fn relu(self) -> Self {
        self.activation(Activation::Relu)
    }

    /// Adds a hyperbolic tangent.
    pub fn tanh(self) -> Self {
        self.activation(Activation::Tanh)
    }

    /// Adds a logistic function.
    pub fn sigmoid(self) -> Self {
        self.activation(Activation::Sigmoid)
    }

    /// Adds a batch normalization.
    pub fn batch_norm(self) -> Self {
        self.with(Planned::BatchNorm(Ghost::Off))
    }

    /// Adds a batch normalization with statistics over sub-batches of `m` examples.
    pub fn ghost_batch_norm(self, m: usize) -> Self {
        self.with(Planned::BatchNorm(Ghost::Of(m)))
    }

    /// Adds a layer normalization.
    pub fn layer_norm(self) -> Self {
        self.with(Planned::LayerNorm)
    }

    /// Adds dropout that keeps a number with probability `keep`.
    pub fn dropout(self, keep: f64) -> Self {
        self.with(Planned::Dropout(keep))
    }

    /// Adds noise whose law changes at every step.
    pub fn noise(self, noise: NoiseParams) -> Self {
        self.with(Planned::Noise(noise))
    }

    /// How the weights of the dense layers start ([`Init::He`] unless set).
    pub fn init(mut self, init: Init) -> Self {
        self.init = init;
        self
    }

    /// What the starting weights are multiplied by (1 unless set).
    pub fn init_scale(mut self, scale: f64) -> Self {
        self.init_scale = scale;
        self
    }

    /// ε of every normalization (1e-5 unless set).
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }

    /// The weight of the newest batch in running statistics (0.1 unless set).
    pub fn running_momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// What the network is trained for ([`Loss::CrossEntropy`] unless set).
    pub fn loss(mut self, loss: Loss) -> Self {
        self.loss = loss;
        self
    }

    /// Checks the plan once, so that building cannot fail.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] if a layer has no inputs or outputs, the last layer is
    /// not dense (with at least two outputs if they are classes), or a number is out of
    /// its range: `keep` in (0, 1], ghost batches of at least 2, ε from 1e-30 to 1, the
    /// running momentum in [0, 1], the starting weights and the noise finite.
    pub fn check(self) -> Result<Plan> {
        let refuse = |name, given: String, expected| {
            Err(Error::Parameter {
                name,
                given,
                expected,
            })
        };
        if self.inputs == 0 {
            return refuse("inputs", "0".to_string(), "at least 1");
        }
        if !(1e-30..=1.0).contains(&self.epsilon) {
            return refuse(
                "epsilon",
                shown(format_args!("{}", self.epsilon)),
                "1e-30 to 1",
            );
        }
        if !(0.0..=1.0).contains(&self.momentum) {
            let given = shown(format_args!("{}", self.momentum));
            return refuse("running_momentum", given, "a number in [0, 1]");
        }
        let start = match self.init {
            Init::Normal(deviation) => deviation * self.init_scale,
            _ => self.init_scale,
        };
        if !(start.is_finite() && start >= 0.0) {
            let expected = "a finite number, 0 or greater";
            return refuse(
                "scale of the starting weights",
                shown(format_args!("{start}")),
                expected,
            );
        }
        for layer in &self.layers {
            match *layer {
                Planned::Dense(0) => {
                    return refuse("outputs of a dense layer", "0".to_string(), "at least 1");
                }
                Planned::BatchNorm(Ghost::Of(m)) if m < 2 => {
                    let expected = "at least 2 examples: one alone has no variance";
                    return refuse("ghost batch", shown(format_args!("{m}")), expected);
                }
                Planned::Dropout(keep) if !(keep > 0.0 && keep <= 1.0) => {
                    return refuse(
                        "keep",
                        shown(format_args!("{keep}")),
                        "a probability in (0, 1]",
                    );
                }
                Planned::Noise(noise) if !noise.is_valid() => {
                    let expected = "finite numbers, mean and spread from 0, scale from 1";
                    return refuse("noise", shown(format_args!("{noise:?}")), expected);
                }
                _ => {}
            }
        }
        let least = match self.loss {
            Loss::CrossEntropy => 2,
            Loss::SquaredError => 1,
        };
        match self.layers.last() {
            Some(&Planned::Dense(outputs)) if outputs >= least => Ok(Plan {
                outputs,
                params: self,
            }),
            last => refuse(
                "last layer",
                last.map_or("missing".to_string(), |last| {
                    shown(format_args!("{last:?}"))
                }),
                "a dense layer with one output for each number, at least 2 for classes",
            ),
        }
    }
}

/// A checked plan, from which networks are built. Made by [`NetworkParams::check`].
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    params: NetworkParams,
    outputs: usize,
}

impl Plan {
    /// A network with random weights: the same seed, the same weights, in `f32`
    /// or `f64` up to rounding. Networks that differ in their normalizations
    /// alone start from the same weights.
    pub fn build<F: Float>(&self, seed: u64) -> Network<F> {
        let params = &self.params;
        let mut weights = Stream::Weights.of(seed);
        let mut layer_seeds = Stream::Layers.of(seed);
        let mut own_stream = || Xoshiro256PlusPlus::from_rng(&mut layer_seeds);
        let mut width = params.inputs;
        let build = |&planned: &Planned| {
            let layer = match planned {
                Planned::Dense(outputs) => {
                    let (init, scale) = (params.init, params.init_scale);
                    Layer::Dense(Box::new(Dense::new(
                        width,
                        outputs,
                        init,
                        scale,
                        &mut weights,
                    )))
                }
                Planned::Activation(activation) => Layer::Activation(activation),
                Planned::BatchNorm(ghost) => {
                    // A diverged run is a result, so NaN must pass through.
                    let norm = BatchNorm::params(width)
                        .epsilon(F::narrow(params.epsilon))
                        .momentum(F::narrow(params.momentum))
                        .non_finite(NonFinite::Propagate)
                        .check();
                    let Ok(norm) = norm else {
                        unreachable!("the plan was checked for the same conditions");
                    };
                    Layer::BatchNorm(Box::new(BatchNormLayer::new(norm.layer(), ghost)))
                }
                Planned::LayerNorm => Layer::LayerNorm(Box::new(LayerNormLayer::new(
                    width,
                    F::narrow(params.epsilon),
                ))),
                Planned::Dropout(keep) => {
                    Layer::Dropout(Box::new(Dropout::new(keep, own_stream())))
                }
                Planned::Noise(noise) => Layer::Noise(Box::new(Noise::new(noise, own_stream()))),
            };
            width = layer.outputs(width);
            layer
        };
        let layers: Vec<_> = params.layers.iter().map(build).collect();
        let buffers = vec![Array2::zeros((0, 0)); layers.len()];
        Network {
            layers,
            inputs: params.inputs,
            outputs: self.outputs,
            loss: params.loss,
            input: Array2::zeros((0, params.inputs)),
            activations: buffers.clone(),
            gradients: buffers,
        }
    }
}

/// A multilayer network that classifies (layers, then the softmax) or predicts numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Network<F: Float = f32> {
    layers: Vec<Layer<F>>,
    inputs: usize,
    outputs: usize,
    loss: Loss,
    // The batches of the last training pass, kept to be written over by the next.
    input: Array2<F>,
    activations: Vec<Array2<F>>,
    gradients: Vec<Array2<F>>,
}

/// What a batch should have come out as.
#[derive(Debug, Clone, Copy)]
pub enum Targets<'a, F> {
    /// The class of each example, shape `[N]`, for [`Loss::CrossEntropy`].
    Classes(ArrayView1<'a, usize>),
    /// The numbers of each example, shape `[N, outputs]`, for [`Loss::SquaredError`].
    Numbers(ArrayView2<'a, F>),
}

impl<F: Float> Network<F> {
    /// The layers from input to output.
    pub fn layers(&self) -> &[Layer<F>] {
        &self.layers
    }

    /// How many numbers an example has.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// The layers, to be changed.
    pub fn layers_mut(&mut self) -> &mut [Layer<F>] {
        &mut self.layers
    }

    /// The dense layer with this number, counted from 0 at the input, with its weights and
    /// their gradients; `None` if there are fewer.
    ///
    /// ```
    /// use bn_lab::NetworkParams;
    /// let network = NetworkParams::new(64).dense(48).batch_norm().relu().dense(10);
    /// let network = network.check()?.build::<f32>(1);
    /// assert_eq!(network.dense(1).map(|layer| layer.weights.value.dim()), Some((48, 10)));
    /// # Ok::<(), bn_lab::Error>(())
    /// ```
    pub fn dense(&self, number: usize) -> Option<&Dense<F>> {
        let mut dense = self.layers.iter().filter_map(|layer| match layer {
            Layer::Dense(dense) => Some(dense.as_ref()),
            _ => None,
        });
        dense.nth(number)
    }

    /// Shows every trained array with its gradient, from input to output: a gradient
    /// check nudges each number, an experiment measures each norm.
    pub fn each_parameter(&mut self, mut visit: impl FnMut(usize, ParameterMut<'_, F>)) {
        for (i, layer) in self.layers.iter_mut().enumerate() {
            layer.each_parameter(|parameter| visit(i, parameter));
        }
    }

    /// The output of a layer in the last training pass, shape `[N, outputs]`; `None`
    /// for a layer that does not exist.
    pub fn activation(&self, layer: usize) -> Option<ArrayView2<'_, F>> {
        self.activations.get(layer).map(|a| a.view())
    }

    /// The gradient of the loss with respect to the output of a layer in the last
    /// training pass, shape `[N, outputs]`; `None` for a layer that does not exist.
    pub fn gradient(&self, layer: usize) -> Option<ArrayView2<'_, F>> {
        self.gradients.get(layer).map(|g| g.view())
    }

    /// The output: logits before the softmax, or the predicted numbers, shape `[N, outputs]`.
    ///
    /// # Errors
    ///
    /// As [`Network::predict`].
    pub fn logits(&self, x: ArrayView2<F>) -> Result<Array2<F>> {
        self.check_inputs(x)?;
        self.layers
            .iter()
            .try_fold(x.to_owned(), |x, layer| layer.infer(x))
    }

    /// The probability of each class, shape `[N, classes]`: the softmax of the logits.
    ///
    /// # Errors
    ///
    /// As [`Network::predict`].
    pub fn probabilities(&self, x: ArrayView2<F>) -> Result<Array2<F>> {
        let mut p = self.logits(x)?;
        log_softmax(&mut p);
        Ok(p.mapv_into(F::exp))
    }

    /// The most probable class of each example, shape `[N]`. A network that has
    /// diverged to NaN answers 0.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] if the examples do not have the network's number of
    /// inputs, [`Error::NotFinite`] if one holds NaN or infinity.
    pub fn predict(&self, x: ArrayView2<F>) -> Result<Array1<usize>> {
        let logits = self.logits(x)?;
        Ok(logits.map_axis(Axis(1), |row| {
            let mut best = 0;
            for (k, &z) in row.iter().enumerate() {
                if z > row[best] {
                    best = k;
                }
            }
            best
        }))
    }

    /// The share of examples whose most probable class is their label.
    ///
    /// # Errors
    ///
    /// As [`Network::predict`]; [`Error::Length`] if there is not one label for each
    /// example, [`Error::TooFew`] if there is none, [`Error::Label`] for an unknown class.
    pub fn accuracy(&self, x: ArrayView2<F>, labels: ArrayView1<usize>) -> Result<f64> {
        self.check_targets(x, Targets::Classes(labels))?;
        Ok(share_equal(self.predict(x)?.view(), labels))
    }

    /// The mean loss in inference: running statistics, no dropout, no noise.
    ///
    /// # Errors
    ///
    /// As [`Network::fit_observed`].
    pub fn loss(&self, x: ArrayView2<F>, targets: Targets<'_, F>) -> Result<f64> {
        self.check_targets(x, targets)?;
        let z = self.logits(x)?;
        let mut dz = Array2::zeros(z.dim());
        Ok(match targets {
            Targets::Classes(labels) => cross_entropy(&z, &labels.to_vec(), None, &mut dz),
            Targets::Numbers(numbers) => squared_error(&z, numbers, None, &mut dz),
        })
    }

    /// Replaces the running statistics of every batch norm, layer by layer, by those of
    /// `x`, blended with the present ones as if these stood for `prior` examples.
    ///
    /// ```text
    /// μ̄ = (N μ_s + n μ_t) / (N + n)      N = prior, n = the number of examples
    /// ```
    ///
    /// With the training set and `prior` 0 these are the precise statistics; with inputs
    /// of a new world, the network adapts to it, without a label.
    ///
    /// # Errors
    ///
    /// As [`Network::predict`]; [`Error::Parameter`] unless `prior` is finite and 0 or
    /// greater; [`Error::Core`] if there is no example, or a layer puts out NaN.
    ///
    /// Source: Wu & Johnson 2021, "Rethinking 'Batch' in BatchNorm", section 3;
    /// Schneider et al. 2020, "Improving robustness against common corruptions by
    /// covariate shift adaptation", section 2.
    pub fn adapt(&mut self, x: ArrayView2<F>, prior: f64) -> Result<()> {
        self.check_inputs(x)?;
        if !(prior.is_finite() && prior >= 0.0) {
            return Err(Error::Parameter {
                name: "prior",
                given: shown(format_args!("{prior}")),
                expected: "a finite number of examples, 0 or greater",
            });
        }
        let mut x = x.to_owned();
        for layer in &mut self.layers {
            if let Layer::BatchNorm(norm) = layer {
                norm.adapt(x.view(), prior)?;
            }
            x = layer.infer(x)?;
        }
        Ok(())
    }

    /// The mean softmax cross-entropy in nats. Leaves the gradient of every
    /// parameter in the layers.
    ///
    /// ```text
    /// L = −(1/N) Σₙ wₙ log p(yₙ | xₙ)      (wₙ = 1 unless weights are given)
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Network::fit_weighted`].
    pub fn loss_and_gradients(
        &mut self,
        x: ArrayView2<F>,
        labels: ArrayView1<usize>,
        weights: Option<ArrayView1<F>>,
    ) -> Result<f64> {
        self.differentiate(x, Targets::Classes(labels), weights)
    }

    /// The mean loss in training: statistics of the batch, dropout, noise. Leaves the
    /// gradient of every parameter in the layers.
    ///
    /// # Errors
    ///
    /// As [`Network::fit_observed`]; [`Error::Core`] if a batch norm gets one example only.
    pub fn differentiate(
        &mut self,
        x: ArrayView2<F>,
        targets: Targets<'_, F>,
        weights: Option<ArrayView1<F>>,
    ) -> Result<f64> {
        self.check_examples(x, targets, weights)?;
        fit_to(&mut self.input, x.dim());
        self.input.assign(&x);
        match targets {
            Targets::Classes(labels) => {
                self.backpropagate(Batch::Classes(&labels.to_vec()), weights)
            }
            Targets::Numbers(numbers) => self.backpropagate(Batch::Numbers(numbers), weights),
        }
    }

    /// One step of the optimizer along the gradients in the layers.
    pub fn step(&mut self, sgd: &Sgd) {
        self.each_parameter(|_, parameter| sgd.step(parameter));
    }

    /// Trains on labelled examples, and returns the loss of every step.
    ///
    /// Each epoch visits the examples in a new random order; a last batch that
    /// would be too small is left out. If the loss stops being finite, training
    /// ends there, and the trace says at which step.
    ///
    /// # Errors
    ///
    /// As [`Network::fit_weighted`].
    pub fn fit(
        &mut self,
        x: ArrayView2<F>,
        labels: ArrayView1<usize>,
        training: &Training,
        seed: u64,
    ) -> Result<Trace> {
        self.train(x, Targets::Classes(labels), None, training, seed, ignore)
    }

    /// Trains on labelled examples, the loss of each multiplied by its weight.
    /// With importance weights this minimizes the loss under the test distribution.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] if examples, labels and weights do not fit together or
    /// the examples do not fit the network, [`Error::NotFinite`] for NaN or
    /// infinity, [`Error::Label`] for an unknown class, [`Error::TooFew`] if
    /// there are fewer examples than one batch; [`Error::Core`] if a batch norm gets
    /// batches of one example.
    pub fn fit_weighted(
        &mut self,
        x: ArrayView2<F>,
        labels: ArrayView1<usize>,
        weights: ArrayView1<F>,
        training: &Training,
        seed: u64,
    ) -> Result<Trace> {
        let targets = Targets::Classes(labels);
        self.train(x, targets, Some(weights), training, seed, ignore)
    }

    /// Trains, and shows each step to an observer, which may look at everything
    /// (activations, gradients, weights), keep what it likes and end the training.
    ///
    /// The observer is called after the backward pass and before the weights move.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use bn_lab::{NetworkParams, Targets, TrainingParams};
    /// use ndarray::array;
    /// let (x, y) = (array![[0.0], [1.0], [2.0]], array![0, 1, 1]);
    /// let mut network = NetworkParams::new(1).dense(4).tanh().dense(2).check()?.build::<f64>(1);
    /// let training = TrainingParams::new().batch(3).check()?;
    /// let mut sizes = Vec::new();
    /// network.fit_observed(x.view(), Targets::Classes(y.view()), &training, 1, |seen| {
    ///     sizes.extend(seen.network.gradient(1).map(|g| g.fold(0.0, |sum, g| sum + g * g)));
    ///     Ok(if seen.step < 9 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    /// })?;
    /// assert_eq!(sizes.len(), 10);
    /// # Ok::<(), bn_lab::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Network::fit_weighted`]; [`Error::Targets`] if the targets are not of the
    /// kind that the network's loss is for; whatever the observer returns.
    pub fn fit_observed(
        &mut self,
        x: ArrayView2<F>,
        targets: Targets<'_, F>,
        training: &Training,
        seed: u64,
        observe: impl FnMut(Observation<'_, F>) -> Result<ControlFlow<()>>,
    ) -> Result<Trace> {
        self.train(x, targets, None, training, seed, observe)
    }

    fn train(
        &mut self,
        x: ArrayView2<F>,
        targets: Targets<'_, F>,
        weights: Option<ArrayView1<F>>,
        training: &Training,
        seed: u64,
        mut observe: impl FnMut(Observation<'_, F>) -> Result<ControlFlow<()>>,
    ) -> Result<Trace> {
        self.check_examples(x, targets, weights)?;
        error::at_least("examples to fill a batch", x.nrows(), training.batch())?;
        let mut rng = Stream::Batches.of(seed);
        let mut order: Vec<usize> = (0..x.nrows()).collect();
        let mut losses = Vec::with_capacity(training.steps());
        let batches = order.len() / training.batch();
        fit_to(&mut self.input, (training.batch(), self.inputs));
        let mut labels = vec![0; training.batch()];
        let mut numbers = Array2::zeros((training.batch(), self.outputs));
        let mut batch_weights = Array1::zeros(training.batch());
        for step in 0..training.steps() {
            if step % batches == 0 {
                order.shuffle(&mut rng);
            }
            let first = (step % batches) * training.batch();
            let batch = &order[first..first + training.batch()];
            for (k, &i) in batch.iter().enumerate() {
                self.input.row_mut(k).assign(&x.row(i));
                match targets {
                    Targets::Classes(y) => labels[k] = y[i],
                    Targets::Numbers(y) => numbers.row_mut(k).assign(&y.row(i)),
                }
                batch_weights[k] = weights.map_or(F::one(), |w| w[i]);
            }
            let wanted = match targets {
                Targets::Classes(_) => Batch::Classes(&labels),
                Targets::Numbers(_) => Batch::Numbers(numbers.view()),
            };
            let loss = self.backpropagate(wanted, weights.map(|_| batch_weights.view()))?;
            losses.push(loss);
            if !loss.is_finite() {
                let end = End::Diverged { step };
                return Ok(Trace { losses, end });
            }
            let network = &*self;
            if let ControlFlow::Break(()) = observe(Observation {
                step,
                loss,
                network,
            })? {
                let end = End::Stopped { step };
                return Ok(Trace { losses, end });
            }
            self.step(training.sgd());
        }
        Ok(Trace {
            losses,
            end: End::Finished,
        })
    }

    /// Forward and backward for the batch in `self.input`.
    fn backpropagate(
        &mut self,
        wanted: Batch<'_, F>,
        weights: Option<ArrayView1<F>>,
    ) -> Result<f64> {
        let n = self.input.nrows();
        let mut width = self.inputs;
        for (i, layer) in self.layers.iter_mut().enumerate() {
            width = layer.outputs(width);
            fit_to(&mut self.activations[i], (n, width));
            fit_to(&mut self.gradients[i], (n, width));
            let (before, from_here) = self.activations.split_at_mut(i);
            let x = before.last().unwrap_or(&self.input);
            layer.forward(x, &mut from_here[0])?;
        }
        let last = self.layers.len() - 1;
        let (z, dz) = (&self.activations[last], &mut self.gradients[last]);
        let loss = match wanted {
            Batch::Classes(labels) => cross_entropy(z, labels, weights, dz),
            Batch::Numbers(numbers) => squared_error(z, numbers, weights, dz),
        };
        for (i, layer) in self.layers.iter_mut().enumerate().rev() {
            let (before, from_here) = self.gradients.split_at_mut(i);
            let (x, y) = match i {
                0 => (&self.input, &self.activations[0]),
                _ => (&self.activations[i - 1], &self.activations[i]),
            };
            // Nobody asks for the gradient of the pictures, and it is the largest product.
            layer.backward(x, y, &from_here[0], before.last_mut())?;
        }
        Ok(loss)
    }

    fn check_inputs(&self, x: ArrayView2<F>) -> Result<()> {
        error::same_length("one example", x.ncols(), self.inputs)?;
        error::finite("examples", x.iter().map(|x| x.widen()))
    }

    fn check_targets(&self, x: ArrayView2<F>, targets: Targets<'_, F>) -> Result<()> {
        error::at_least("examples", x.nrows(), 1)?;
        match (self.loss, targets) {
            (Loss::CrossEntropy, Targets::Classes(labels)) => {
                error::same_length("labels", labels.len(), x.nrows())?;
                error::labels(labels, self.outputs)
            }
            (Loss::SquaredError, Targets::Numbers(numbers)) => {
                error::same_length("numbers", numbers.nrows(), x.nrows())?;
                error::same_length("numbers of one example", numbers.ncols(), self.outputs)?;
                error::finite("numbers", numbers.iter().map(|y| y.widen()))
            }
            (loss, _) => Err(Error::Targets { loss }),
        }
    }

    fn check_examples(
        &self,
        x: ArrayView2<F>,
        targets: Targets<'_, F>,
        weights: Option<ArrayView1<F>>,
    ) -> Result<()> {
        self.check_inputs(x)?;
        self.check_targets(x, targets)?;
        if let Some(weights) = weights {
            error::same_length("weights", weights.len(), x.nrows())?;
            error::finite("weights", weights.iter().map(|w| w.widen()))?;
        }
        Ok(())
    }
}

/// The targets of one batch, as the loss reads them.
enum Batch<'a, F> {
    Classes(&'a [usize]),
    Numbers(ArrayView2<'a, F>),
}

/// The observer of those who watch nothing: the compiler leaves nothing of it.
fn ignore<F: Float>(_: Observation<'_, F>) -> Result<ControlFlow<()>> {
    Ok(ControlFlow::Continue(()))
}

/// The share of positions at which two arrays of equal length agree.
pub(crate) fn share_equal(a: ArrayView1<usize>, b: ArrayView1<usize>) -> f64 {
    let equal = a.iter().zip(b).filter(|(a, b)| a == b).count();
    equal as f64 / a.len() as f64
}
