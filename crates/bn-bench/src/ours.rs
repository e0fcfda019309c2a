//! bn-core and bn-lab, and the bandwidth of the machine.

use std::hint::black_box;

use anyhow::{Result, bail};
use bn::bn_core::{BatchNorm, Workspace};
use bn::bn_lab::{NetworkParams, Sgd, Targets};
use ndarray::{Array1, Array2, ArrayD, IxDyn};
use rayon::prelude::*;

use crate::case::{Bench, Case, numbers};
use crate::worker::{Prepared, Request, magnitude};

pub(crate) fn prepare(request: &Request) -> Result<Prepared> {
    let case = &request.case;
    match (case.bench, request.form.as_str()) {
        (_, "triad") => Ok(triad()),
        (Bench::Training, "into") => training_into(case),
        (Bench::Training, "allocating") => training(case),
        (Bench::Inference, "into") => inference_into(case),
        (Bench::Inference, "allocating") => inference(case),
        (Bench::Network, _) => network(case),
        (bench, form) => bail!("there is no form {form} of {}", bench.name()),
    }
}

fn array(shape: &[usize], stream: u32) -> Result<ArrayD<f32>> {
    let values = numbers(shape.iter().product(), stream);
    Ok(ArrayD::from_shape_vec(IxDyn(shape), values)?)
}

fn training_into(case: &Case) -> Result<Prepared> {
    let (x, dy) = (array(&case.shape, 1)?, array(&case.shape, 2)?);
    let (mut y, mut dx) = (x.clone(), x.clone());
    let mut layer = BatchNorm::<f32>::params(case.shape[1]).check()?.layer();
    let mut workspace = Workspace::default();
    layer.forward_train_into(x.view(), y.view_mut(), &mut workspace)?;
    layer.backward_into(x.view(), dy.view(), dx.view_mut(), &mut workspace)?;
    let check = vec![
        magnitude(&dx),
        magnitude(workspace.dgamma()),
        magnitude(workspace.dbeta()),
    ];
    let work = move || {
        layer.forward_train_into(x.view(), y.view_mut(), &mut workspace)?;
        layer.backward_into(x.view(), dy.view(), dx.view_mut(), &mut workspace)?;
        Ok(())
    };
    Ok(Prepared {
        work: Box::new(work),
        check,
    })
}

fn training(case: &Case) -> Result<Prepared> {
    let (x, dy) = (array(&case.shape, 1)?, array(&case.shape, 2)?);
    let mut layer = BatchNorm::<f32>::params(case.shape[1]).check()?.layer();
    let (_, cache) = layer.forward_train(x.view())?;
    let gradients = layer.backward(&cache, dy.view())?;
    let check = vec![
        magnitude(&gradients.dx),
        magnitude(&gradients.dgamma),
        magnitude(&gradients.dbeta),
    ];
    let work = move || {
        let (y, cache) = layer.forward_train(x.view())?;
        black_box((layer.backward(&cache, dy.view())?, y));
        Ok(())
    };
    Ok(Prepared {
        work: Box::new(work),
        check,
    })
}

fn inference_into(case: &Case) -> Result<Prepared> {
    let x = array(&case.shape, 1)?;
    let mut y = x.clone();
    let layer = BatchNorm::<f32>::params(case.shape[1]).check()?.layer();
    let mut workspace = Workspace::default();
    layer.forward_eval_into(x.view(), y.view_mut(), &mut workspace)?;
    let check = vec![magnitude(&y)];
    let work = move || {
        layer.forward_eval_into(x.view(), y.view_mut(), &mut workspace)?;
        Ok(())
    };
    Ok(Prepared {
        work: Box::new(work),
        check,
    })
}

fn inference(case: &Case) -> Result<Prepared> {
    let x = array(&case.shape, 1)?;
    let layer = BatchNorm::<f32>::params(case.shape[1]).check()?.layer();
    let check = vec![magnitude(&layer.forward_eval(x.view())?)];
    let work = move || {
        black_box(layer.forward_eval(x.view())?);
        Ok(())
    };
    Ok(Prepared {
        work: Box::new(work),
        check,
    })
}

fn network(case: &Case) -> Result<Prepared> {
    let (batch, inputs) = (case.shape[0], case.shape[1]);
    let (last, hidden) = case.shape[2..].split_last().expect("a network has outputs");
    let plan = hidden
        .iter()
        .fold(NetworkParams::new(inputs), |plan, &width| {
            plan.dense(width).batch_norm().relu()
        })
        .dense(*last)
        .check()?;
    let mut network = plan.build::<f32>(7);
    let x = Array2::from_shape_vec((batch, inputs), numbers(batch * inputs, 1))?;
    let labels = Array1::from_shape_fn(batch, |i| i % last);
    let sgd = Sgd::new(1e-3, 0.9)?;
    let work = move || {
        network.differentiate(x.view(), Targets::Classes(labels.view()), None)?;
        network.step(&sgd);
        Ok(())
    };
    Ok(Prepared {
        work: Box::new(work),
        // Every contestant starts from weights of its own.
        check: Vec::new(),
    })
}

/// Elements of each of the three arrays.
pub(crate) const TRIAD: usize = 1 << 24;

/// a = b + s·c, as fast as the machine moves large arrays.
fn triad() -> Prepared {
    let (mut a, b, c) = (numbers(TRIAD, 1), numbers(TRIAD, 2), numbers(TRIAD, 3));
    let chunk = TRIAD / rayon::current_num_threads();
    let work = move || {
        let inputs = b.par_chunks(chunk).zip(c.par_chunks(chunk));
        a.par_chunks_mut(chunk).zip(inputs).for_each(|(a, (b, c))| {
            for ((a, b), c) in a.iter_mut().zip(b).zip(c) {
                *a = b + 3.0 * c;
            }
        });
        black_box(&mut a);
        Ok(())
    };
    Prepared {
        work: Box::new(work),
        check: Vec::new(),
    }
}
