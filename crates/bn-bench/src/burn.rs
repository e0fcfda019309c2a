//! burn on its CPU backend "flex". Its gradient starts from a number, so Σ y·dy is part of what
//! is timed.

use std::hint::black_box;

use anyhow::{Context, Result, anyhow, bail};
use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig};
use burn::tensor::{Device, Tensor, TensorData};

use crate::case::{Bench, numbers};
use crate::worker::{Prepared, Request};

pub(crate) fn prepare(request: &Request) -> Result<Prepared> {
    match *request.case.shape {
        [n, c] => prepare_rank(request, [n, c]),
        [n, c, h, w] => prepare_rank(request, [n, c, h, w]),
        _ => bail!("burn does not run {:?} here", request.case.shape),
    }
}

fn prepare_rank<const D: usize>(request: &Request, shape: [usize; D]) -> Result<Prepared> {
    let device = Device::flex().autodiff();
    let plain = Device::flex();
    let data = |stream| TensorData::new(numbers(request.case.elements(), stream), shape);
    let layer: BatchNorm = BatchNormConfig::new(shape[1]).init(&device);
    match request.case.bench {
        Bench::Training => {
            let x = Tensor::<D>::from_data(data(1), &device).require_grad();
            let dy = Tensor::<D>::from_data(data(2), &device);
            let step = move || -> Result<_> {
                let loss = (layer.forward(x.clone()) * dy.clone()).sum();
                let gradients = loss.backward();
                let dx = x.grad(&gradients).context("no gradient")?;
                let dgamma = layer.gamma.val().grad(&gradients).context("no gradient")?;
                let dbeta = layer.beta.val().grad(&gradients).context("no gradient")?;
                Ok((dx, dgamma, dbeta))
            };
            let (dx, dgamma, dbeta) = step()?;
            let check = vec![
                magnitude(dx.into_data())?,
                magnitude(dgamma.into_data())?,
                magnitude(dbeta.into_data())?,
            ];
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
            let layer = layer.valid();
            let x = Tensor::<D>::from_data(data(1), &plain);
            let check = vec![magnitude(layer.forward(x.clone()).into_data())?];
            let work = move || {
                black_box(layer.forward(x.clone()));
                Ok(())
            };
            Ok(Prepared {
                work: Box::new(work),
                check,
            })
        }
        Bench::Network => bail!("burn does not run networks here"),
    }
}

fn magnitude(data: TensorData) -> Result<f64> {
    let values = data
        .try_to_vec::<f32>()
        .map_err(|error| anyhow!("{error:?}"))?;
    Ok(crate::worker::magnitude(&values))
}
