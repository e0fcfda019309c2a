//! candle. Its gradient starts from a number, so Σ y·dy is part of what is timed.

use std::hint::black_box;

use anyhow::{Context, Result, bail};
use candle_core::{Device, Tensor, Var};
use candle_nn::{BatchNorm, ModuleT};

use crate::case::{Bench, numbers};
use crate::worker::{Prepared, Request};

pub(crate) fn prepare(request: &Request) -> Result<Prepared> {
    let (shape, device) = (request.case.shape.as_slice(), Device::Cpu);
    let (len, channels) = (request.case.elements(), shape[1]);
    let x = Var::from_tensor(&Tensor::from_vec(numbers(len, 1), shape, &device)?)?;
    let gamma = Var::ones(channels, candle_core::DType::F32, &device)?;
    let beta = Var::zeros(channels, candle_core::DType::F32, &device)?;
    let layer = BatchNorm::new(
        channels,
        beta.as_detached_tensor().copy()?,
        gamma.as_detached_tensor().copy()?,
        gamma.as_tensor().clone(),
        beta.as_tensor().clone(),
        1e-5,
    )?;
    match request.case.bench {
        Bench::Training => {
            let dy = Tensor::from_vec(numbers(len, 2), shape, &device)?;
            let step = move || -> Result<_> {
                let loss = (layer.forward_t(x.as_tensor(), true)? * &dy)?.sum_all()?;
                let gradients = loss.backward()?;
                let of = |var: &Var| gradients.get(var).cloned().context("no gradient");
                Ok([of(&x)?, of(&gamma)?, of(&beta)?])
            };
            let check = step()?.iter().map(magnitude).collect::<Result<_>>()?;
            let work = move || {
                black_box(step()?);
                Ok(())
            };
            Ok(Prepared {
                work: Box::new(work),
                check,
            })
        }
        Bench::Inference => {
            // Outside of training nothing is a variable, or candle would record the graph.
            let x = x.as_detached_tensor();
            let (gamma, beta) = (gamma.as_detached_tensor(), beta.as_detached_tensor());
            let layer = BatchNorm::new(channels, beta.copy()?, gamma.copy()?, gamma, beta, 1e-5)?;
            let check = vec![magnitude(&layer.forward_t(&x, false)?)?];
            let work = move || {
                black_box(layer.forward_t(&x, false)?);
                Ok(())
            };
            Ok(Prepared {
                work: Box::new(work),
                check,
            })
        }
        Bench::Network => bail!("candle does not run networks here"),
    }
}

fn magnitude(x: &Tensor) -> Result<f64> {
    let values = x.flatten_all()?.to_vec1::<f32>()?;
    Ok(crate::worker::magnitude(&values))
}
