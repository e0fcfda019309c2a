use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rand::seq::SliceRandom;

use crate::cross_entropy::{cross_entropy, log_softmax};
use crate::error::{self, Error, Result};
use crate::layer::{Dense, Init, Layer, Relu};
use crate::random::Stream;
use crate::training::{End, Trace, Training};
use bn_core::Float;

/// The plan of a network, not yet checked: its layers from input to output.
///
/// ```
/// use bn_lab::NetworkParams;
/// let plan = NetworkParams::new(768).dense(64).relu().dense(32).relu().dense(2).check()?;
/// let network = plan.build::<f32>(7);
/// assert_eq!(network.layers().len(), 5);
/// # Ok::<(), bn_lab::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkParams {
    inputs: usize,
    layers: Vec<Planned>,
    init: Init,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Planned {
    Dense(usize),
    Relu,
}

impl NetworkParams {
    /// A network without layers for examples of `inputs` numbers.
    pub fn new(inputs: usize) -> Self {
        NetworkParams {
            inputs,
            layers: Vec::new(),
            init: Init::He,
        }
    }

    /// Adds a dense layer.
    pub fn dense(mut self, outputs: usize) -> Self {
        self.layers.push(Planned::Dense(outputs));
        self
    }

    /// Adds a rectifier.
    pub fn relu(mut self) -> Self {
        self.layers.push(Planned::Relu);
        self
    }

    /// How the weights of the dense layers start ([`Init::He`] unless set).
    pub fn init(mut self, init: Init) -> Self {
        self.init = init;
        self
    }

    /// Checks the plan once, so that building cannot fail.
    ///
    /// # Errors
    ///
    /// [`Error::Parameter`] if a layer has no inputs or outputs, or the last
    /// layer is not a dense layer with at least two outputs.
    pub fn check(self) -> Result<Plan> {
        if self.inputs == 0 {
            return Err(Error::Parameter {
                name: "inputs",
                given: "0".to_string(),
                expected: "at least 1",
            });
        }
        if self.layers.contains(&Planned::Dense(0)) {
            return Err(Error::Parameter {
                name: "outputs of a dense layer",
                given: "0".to_string(),
                expected: "at least 1",
            });
        }
        match self.layers.last() {
            Some(&Planned::Dense(outputs)) if outputs >= 2 => Ok(Plan {
                classes: outputs,
                params: self,
            }),
            last => Err(Error::Parameter {
                name: "last layer",
                given: last.map_or("missing".to_string(), |last| format!("{last:?}")),
                expected: "a dense layer with at least 2 outputs, one for each class",
            }),
        }
    }
}

/// A checked plan, from which networks are built. Made by [`NetworkParams::check`].
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    params: NetworkParams,
    classes: usize,
}

impl Plan {
    /// A network with random weights: the same seed, the same weights, in `f32`
    /// or `f64` up to rounding.
    pub fn build<F: Float>(&self, seed: u64) -> Network<F> {
        let mut rng = Stream::Weights.of(seed);
        let mut width = self.params.inputs;
        let layers = self.params.layers.iter().map(|&planned| match planned {
            Planned::Dense(outputs) => {
                let dense = Dense::new(width, outputs, self.params.init, &mut rng);
                width = outputs;
                Layer::Dense(Box::new(dense))
            }
            Planned::Relu => Layer::Relu(Relu::new()),
        });
        Network {
            layers: layers.collect(),
            inputs: self.params.inputs,
            classes: self.classes,
        }
    }
}

/// A multilayer network that classifies: layers, then the softmax.
#[derive(Debug, Clone, PartialEq)]
pub struct Network<F: Float = f32> {
    layers: Vec<Layer<F>>,
    inputs: usize,
    classes: usize,
}

impl<F: Float> Network<F> {
    /// The layers from input to output.
    pub fn layers(&self) -> &[Layer<F>] {
        &self.layers
    }

    /// The layers, to look at with a change in mind: a gradient check nudges each weight.
    pub fn layers_mut(&mut self) -> &mut [Layer<F>] {
        &mut self.layers
    }

    /// The output before the softmax, shape `[N, classes]`.
    ///
    /// # Errors
    ///
    /// As [`Network::predict`].
    pub fn logits(&self, x: ArrayView2<F>) -> Result<Array2<F>> {
        self.check_inputs(x)?;
        Ok(self
            .layers
            .iter()
            .fold(x.to_owned(), |x, layer| layer.infer(x)))
    }

    /// The probability of each class, shape `[N, classes]`: the softmax of the logits.
    ///
    /// # Errors
    ///
    /// As [`Network::predict`].
    pub fn probabilities(&self, x: ArrayView2<F>) -> Result<Array2<F>> {
        Ok(log_softmax(self.logits(x)?).mapv_into(F::exp))
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
        self.check_labels(x, labels)?;
        Ok(share_equal(self.predict(x)?.view(), labels))
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
        self.check_examples(x, labels, weights)?;
        Ok(self.backpropagate(x.to_owned(), &labels.to_vec(), weights))
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
        self.train(x, labels, None, training, seed)
    }

    /// Trains on labelled examples, the loss of each multiplied by its weight.
    /// With importance weights this minimizes the loss under the test distribution.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] if examples, labels and weights do not fit together or
    /// the examples do not fit the network, [`Error::NotFinite`] for NaN or
    /// infinity, [`Error::Label`] for an unknown class, [`Error::TooFew`] if
    /// there are fewer examples than one batch.
    pub fn fit_weighted(
        &mut self,
        x: ArrayView2<F>,
        labels: ArrayView1<usize>,
        weights: ArrayView1<F>,
        training: &Training,
        seed: u64,
    ) -> Result<Trace> {
        self.train(x, labels, Some(weights), training, seed)
    }

    fn train(
        &mut self,
        x: ArrayView2<F>,
        labels: ArrayView1<usize>,
        weights: Option<ArrayView1<F>>,
        training: &Training,
        seed: u64,
    ) -> Result<Trace> {
        self.check_examples(x, labels, weights)?;
        error::at_least("examples to fill a batch", x.nrows(), training.batch())?;
        let mut rng = Stream::Batches.of(seed);
        let mut order: Vec<usize> = (0..x.nrows()).collect();
        let mut losses = Vec::with_capacity(training.steps());
        let batches = order.len() / training.batch();
        for step in 0..training.steps() {
            if step % batches == 0 {
                order.shuffle(&mut rng);
            }
            let first = (step % batches) * training.batch();
            let batch = &order[first..first + training.batch()];
            let batch_labels: Vec<usize> = batch.iter().map(|&i| labels[i]).collect();
            let batch_weights = weights.map(|w| w.select(Axis(0), batch));
            let loss = self.backpropagate(
                x.select(Axis(0), batch),
                &batch_labels,
                batch_weights.as_ref().map(|w| w.view()),
            );
            losses.push(loss);
            if !loss.is_finite() {
                return Ok(Trace {
                    losses,
                    end: End::Diverged { step },
                });
            }
            for layer in &mut self.layers {
                layer.step(training.sgd());
            }
        }
        Ok(Trace {
            losses,
            end: End::Finished,
        })
    }

    fn backpropagate(
        &mut self,
        x: Array2<F>,
        labels: &[usize],
        weights: Option<ArrayView1<F>>,
    ) -> f64 {
        let logits = self.layers.iter_mut().fold(x, |x, layer| layer.forward(x));
        let (loss, mut dy) = cross_entropy(logits, labels, weights);
        for (i, layer) in self.layers.iter_mut().enumerate().rev() {
            layer.accumulate(&dy);
            // Nobody asks for the gradient of the pictures, and it is the largest product.
            if i > 0 {
                dy = layer.input_gradient(dy);
            }
        }
        loss
    }

    fn check_inputs(&self, x: ArrayView2<F>) -> Result<()> {
        error::same_length("one example", x.ncols(), self.inputs)?;
        error::finite("examples", x.iter().map(|x| x.widen()))
    }

    fn check_labels(&self, x: ArrayView2<F>, labels: ArrayView1<usize>) -> Result<()> {
        error::at_least("examples", x.nrows(), 1)?;
        error::same_length("labels", labels.len(), x.nrows())?;
        error::labels(labels, self.classes)
    }

    fn check_examples(
        &self,
        x: ArrayView2<F>,
        labels: ArrayView1<usize>,
        weights: Option<ArrayView1<F>>,
    ) -> Result<()> {
        self.check_inputs(x)?;
        self.check_labels(x, labels)?;
        if let Some(weights) = weights {
            error::same_length("weights", weights.len(), x.nrows())?;
            error::finite("weights", weights.iter().map(|w| w.widen()))?;
        }
        Ok(())
    }
}

/// The share of positions at which two arrays of equal length agree.
pub(crate) fn share_equal(a: ArrayView1<usize>, b: ArrayView1<usize>) -> f64 {
    let equal = a.iter().zip(b).filter(|(a, b)| a == b).count();
    equal as f64 / a.len() as f64
}
