//! A layer read from somewhere is checked like one built here.

use super::params::Choices;
use super::{BatchNorm, BatchNormParams};
use crate::affine::Parameters;
use crate::{Error, Float, Moments, Result};

#[derive(serde::Deserialize)]
pub(crate) struct Record<F> {
    params: Choices<F>,
    parameters: Parameters<F>,
    running: Moments<F>,
    batches_tracked: u64,
}

impl<F: Float> TryFrom<Record<F>> for BatchNorm<F> {
    type Error = Error;

    fn try_from(record: Record<F>) -> Result<Self> {
        let params = BatchNormParams(record.params);
        let mut layer = params.check()?.layer();
        layer.parameters.replace(record.parameters)?;
        layer.set_running(record.running)?;
        layer.batches_tracked = record.batches_tracked;
        Ok(layer)
    }
}
