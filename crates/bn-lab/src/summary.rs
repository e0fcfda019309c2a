//! A network as a list of its layers.

use bn_core::Float;

use crate::{Activation, Layer, Network};

/// One layer of a network, for a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerSummary {
    /// What it is, e.g. `batch norm`.
    pub kind: &'static str,
    /// How many numbers it puts out for an example.
    pub outputs: usize,
    /// How many numbers it learns.
    pub parameters: usize,
}

impl<F: Float> Network<F> {
    /// Every layer with its width and its number of parameters, from input to output.
    ///
    /// ```
    /// use bn_lab::NetworkParams;
    /// let plan = NetworkParams::new(64).dense(16).batch_norm().relu().dense(10).check()?;
    /// let summary = plan.build::<f32>(0).summary();
    /// assert_eq!(summary[1].kind, "batch norm");
    /// let parameters: Vec<_> = summary.iter().map(|layer| layer.parameters).collect();
    /// assert_eq!(parameters, [64 * 16 + 16, 16 + 16, 0, 16 * 10 + 10]);
    /// # Ok::<(), bn_lab::Error>(())
    /// ```
    pub fn summary(&self) -> Vec<LayerSummary> {
        let mut width = self.inputs();
        let of_layer = |layer: &Layer<F>| {
            width = layer.outputs(width);
            LayerSummary {
                kind: layer.kind(),
                outputs: width,
                parameters: 0,
            }
        };
        let mut summary: Vec<_> = self.layers().iter().map(of_layer).collect();
        // A look at a parameter is one to change it; here a copy is looked at.
        self.clone()
            .each_parameter(|i, parameter| summary[i].parameters += parameter.value.len());
        summary
    }
}

impl<F: Float> Layer<F> {
    /// What it is, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Layer::Dense(_) => "dense",
            Layer::Activation(Activation::Relu) => "ReLU",
            Layer::Activation(Activation::Tanh) => "tanh",
            Layer::Activation(Activation::Sigmoid) => "sigmoid",
            Layer::BatchNorm(norm) if norm.is_ghost() => "ghost batch norm",
            Layer::BatchNorm(_) => "batch norm",
            Layer::LayerNorm(_) => "layer norm",
            Layer::Dropout(_) => "dropout",
            Layer::Noise(_) => "noise",
        }
    }
}
