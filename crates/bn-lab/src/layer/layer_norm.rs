use bn_core::batch_norm::Cache;
use bn_core::normalize::scale_shift;
use bn_core::{BatchNorm, BatchNormValidParams, Float, NonFinite};
use ndarray::{Array1, Array2, ArrayView2, Zip};

use crate::error::Result;
use crate::parameter::{Learned, ParameterKind, ParameterMut};

/// Layer normalization: each example is normalized by the moments of its own numbers,
/// then each channel gets its scale and shift.
///
/// It is batch normalization of the transposed batch, with the examples in the place of
/// the channels, and that is how it is computed: the equations are those of `bn-core`.
/// Training and inference are the same.
///
/// Source: Ba, Kiros & Hinton 2016, "Layer Normalization", section 3.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerNormLayer<F: Float> {
    epsilon: F,
    scale: Array1<F>,
    shift: Array1<F>,
    gamma: Learned<F>,
    beta: Learned<F>,
    /// The normalization of the last batch, transposed: its channels are the examples.
    last: Option<(BatchNorm<F>, Cache<F>)>,
}

impl<F: Float> LayerNormLayer<F> {
    pub(crate) fn new(channels: usize, epsilon: F) -> Self {
        LayerNormLayer {
            epsilon,
            scale: Array1::ones(channels),
            shift: Array1::zeros(channels),
            gamma: Learned::zeros(channels),
            beta: Learned::zeros(channels),
            last: None,
        }
    }

    fn transposed(&self, x: ArrayView2<F>) -> Result<(Array2<F>, BatchNorm<F>, Cache<F>)> {
        let params: BatchNormValidParams<F> = BatchNorm::params(x.nrows())
            .epsilon(self.epsilon)
            .non_finite(NonFinite::Propagate)
            .check()?;
        let mut norm = params.layer();
        let (x_hat, cache) = norm.forward_train(x.t())?;
        Ok((x_hat.reversed_axes(), norm, cache))
    }

    pub(crate) fn infer(&self, x: &Array2<F>) -> Result<Array2<F>> {
        let (x_hat, _, _) = self.transposed(x.view())?;
        Ok(scale_shift(
            x_hat.view(),
            self.scale.view(),
            self.shift.view(),
        )?)
    }

    pub(crate) fn forward(&mut self, x: &Array2<F>, y: &mut Array2<F>) -> Result<()> {
        let (x_hat, norm, cache) = self.transposed(x.view())?;
        y.assign(&scale_shift(
            x_hat.view(),
            self.scale.view(),
            self.shift.view(),
        )?);
        self.last = Some((norm, cache));
        Ok(())
    }

    pub(crate) fn backward(&mut self, dy: &Array2<F>, dx: Option<&mut Array2<F>>) -> Result<()> {
        let Some((norm, cache)) = &self.last else {
            return Ok(());
        };
        let x_hat = cache.x_hat().reversed_axes();
        self.gamma.gradient.fill(F::zero());
        self.beta.gradient.fill(F::zero());
        for (dy, x_hat) in dy.rows().into_iter().zip(x_hat.rows()) {
            Zip::from(&mut self.gamma.gradient)
                .and(&mut self.beta.gradient)
                .and(dy)
                .and(x_hat)
                .for_each(|dgamma, dbeta, &dy, &x_hat| {
                    *dgamma += dy * x_hat;
                    *dbeta += dy;
                });
        }
        if let Some(dx) = dx {
            let dx_hat = dy * &self.scale;
            dx.assign(&norm.backward(cache, dx_hat.t())?.dx.reversed_axes());
        }
        Ok(())
    }

    pub(crate) fn each_parameter(&mut self, visit: &mut impl FnMut(ParameterMut<'_, F>)) {
        visit(self.gamma.view(ParameterKind::Gamma, self.scale.view_mut()));
        visit(self.beta.view(ParameterKind::Beta, self.shift.view_mut()));
    }
}
