//! The entries of a batch norm in a PyTorch `state_dict`, as safetensors.

use super::BatchNorm;
use crate::{Error, Float, Moments, Result};
use ndarray::Array1;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

/// The layers as the bytes of a safetensors file, under the names that PyTorch gives them:
/// `NAME.weight` (γ), `NAME.bias` (β), `NAME.running_mean`, `NAME.running_var` and
/// `NAME.num_batches_tracked`. γ and β are left out where they are not learned.
///
/// # Errors
///
/// If the entries cannot be written, as when two layers have one name.
///
/// ```
/// use bn_core::{BatchNorm, batch_norm::state_dict};
/// use ndarray::array;
///
/// let mut layer = BatchNorm::<f32>::params(2).check()?.layer();
/// layer.forward_train(array![[1.0, 2.0], [3.0, 5.0]].view())?;
/// let bytes = state_dict(&[("features.1", &layer)])?;
///
/// let mut other = BatchNorm::<f32>::params(2).check()?.layer();
/// other.load_state_dict("features.1", &bytes)?;
/// assert_eq!(other, layer);
/// # Ok::<(), bn_core::Error>(())
/// ```
pub fn state_dict<F: Float>(layers: &[(&str, &BatchNorm<F>)]) -> Result<Vec<u8>> {
    let mut entries: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = Vec::new();
    for (name, layer) in layers {
        let mut vector = |entry: &str, values: &Array1<F>| {
            let bytes = values.iter().flat_map(|&value| to_bytes(value)).collect();
            entries.push((
                format!("{name}.{entry}"),
                dtype::<F>(),
                vec![values.len()],
                bytes,
            ));
        };
        if layer.parameters.gammas_learned() > 0 {
            vector("weight", &layer.parameters.gamma);
        }
        if layer.parameters.betas_learned() > 0 {
            vector("bias", &layer.parameters.beta);
        }
        vector("running_mean", &layer.running.mean);
        vector("running_var", &layer.running.variance);
        let tracked = layer.batches_tracked.to_le_bytes().to_vec();
        entries.push((
            format!("{name}.num_batches_tracked"),
            Dtype::I64,
            vec![],
            tracked,
        ));
    }
    let mut views = Vec::new();
    for (name, dtype, shape, bytes) in &entries {
        let view = TensorView::new(*dtype, shape.clone(), bytes);
        views.push((name.as_str(), view.map_err(|error| problem(name, error))?));
    }
    safetensors::serialize(views, None).map_err(|error| problem("the file", error))
}

impl<F: Float> BatchNorm<F> {
    /// Reads γ, β and the running statistics from the bytes of a safetensors file, where they
    /// stand under `name` as in [`state_dict`]. What is not learned is not looked for;
    /// `num_batches_tracked` may be missing.
    ///
    /// # Errors
    ///
    /// If the bytes are no safetensors file, an entry is missing or has not C values of type
    /// `F`, or they are not finite (variances: or negative). The layer stays as it was.
    pub fn load_state_dict(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let file = SafeTensors::deserialize(bytes).map_err(|error| problem("the file", error))?;
        let mut loaded = self.clone();
        let channels = self.params.channels;
        let vector = |entry: &str| read_vector::<F>(&file, &format!("{name}.{entry}"), channels);
        if self.parameters.gammas_learned() > 0 {
            loaded.parameters.gamma = vector("weight")?;
        }
        if self.parameters.betas_learned() > 0 {
            loaded.parameters.beta = vector("bias")?;
        }
        let (mean, variance) = (vector("running_mean")?, vector("running_var")?);
        loaded.set_running(Moments { mean, variance })?;
        let tracked = format!("{name}.num_batches_tracked");
        if let Ok(entry) = file.tensor(&tracked) {
            let number = entry.data().try_into().ok().map(i64::from_le_bytes);
            let number = number.filter(|_| entry.dtype() == Dtype::I64);
            loaded.batches_tracked = number
                .and_then(|number| u64::try_from(number).ok())
                .ok_or_else(|| problem(&tracked, "expected one I64, 0 or greater"))?;
        }
        *self = loaded;
        Ok(())
    }
}

fn read_vector<F: Float>(file: &SafeTensors, name: &str, channels: usize) -> Result<Array1<F>> {
    let entry = file.tensor(name).map_err(|error| problem(name, error))?;
    if entry.dtype() != dtype::<F>() || entry.shape() != [channels] {
        let (given, shape, expected) = (entry.dtype(), entry.shape(), dtype::<F>());
        let message = format!("given {given:?} {shape:?}, expected {expected:?} [{channels}]");
        return Err(problem(name, message));
    }
    let values: Array1<F> = entry
        .data()
        .chunks_exact(size_of::<F>())
        .map(from_bytes)
        .collect();
    if values.iter().all(|value| value.is_finite()) {
        return Ok(values);
    }
    Err(problem(
        name,
        "holds NaN or an infinity, expected finite numbers",
    ))
}

fn problem(entry: &str, problem: impl ToString) -> Error {
    Error::StateDict {
        entry: entry.into(),
        problem: problem.to_string(),
    }
}

fn dtype<F: Float>() -> Dtype {
    match size_of::<F>() {
        4 => Dtype::F32,
        _ => Dtype::F64,
    }
}

fn to_bytes<F: Float>(value: F) -> Vec<u8> {
    match dtype::<F>() {
        Dtype::F32 => (value.widen() as f32).to_le_bytes().to_vec(),
        _ => value.widen().to_le_bytes().to_vec(),
    }
}

fn from_bytes<F: Float>(bytes: &[u8]) -> F {
    match *bytes {
        [a, b, c, d] => F::narrow(f64::from(f32::from_le_bytes([a, b, c, d]))),
        [a, b, c, d, e, f, g, h] => F::narrow(f64::from_le_bytes([a, b, c, d, e, f, g, h])),
        _ => F::nan(),
    }
}
