use ndarray::{Array1, Array2, Zip};
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;

use bn_core::Float;

/// How strong the noise of a [`Noise`] layer is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoiseParams {
    /// n_μ: the mean of a unit's noise lies within ±n_μ.
    pub mean: f64,
    /// n_σ: the scale of a unit's noise lies between 1 and n_σ.
    pub scale: f64,
    /// r: how far the noise of one example strays from its unit's mean and scale.
    pub spread: f64,
}

impl NoiseParams {
    /// The noise of Santurkar et al. 2018: n_μ = 0.5, n_σ = 1.25, r = 0.1.
    pub fn santurkar() -> Self {
        NoiseParams {
            mean: 0.5,
            scale: 1.25,
            spread: 0.1,
        }
    }

    pub(crate) fn is_valid(&self) -> bool {
        let NoiseParams {
            mean,
            scale,
            spread,
        } = *self;
        [mean, scale, spread].iter().all(|n| n.is_finite())
            && mean >= 0.0
            && scale >= 1.0
            && spread >= 0.0
    }
}

/// Noise whose own law changes at every step, so that the law of what follows changes, too.
///
/// ```text
/// each step, each unit j:     μⱼ ~ U(−n_μ, n_μ)            σⱼ ~ U(1, n_σ)
/// each example i:             mᵢⱼ ~ U(μⱼ − r, μⱼ + r)      sᵢⱼ ~ N(σⱼ, r²)
/// yᵢⱼ = sᵢⱼ xᵢⱼ + mᵢⱼ         dxᵢⱼ = sᵢⱼ dyᵢⱼ
/// ```
///
/// Inference adds no noise.
///
/// Source: Santurkar et al. 2018, "How Does Batch Normalization Help Optimization?",
/// appendix A.
#[derive(Debug, Clone, PartialEq)]
pub struct Noise<F: Float> {
    params: NoiseParams,
    rng: Xoshiro256PlusPlus,
    /// s of the last batch.
    scale: Array2<F>,
}

impl<F: Float> Noise<F> {
    pub(crate) fn new(params: NoiseParams, rng: Xoshiro256PlusPlus) -> Self {
        Noise {
            params,
            rng,
            scale: Array2::zeros((0, 0)),
        }
    }

    pub(crate) fn forward(&mut self, x: &Array2<F>, y: &mut Array2<F>) {
        super::fit_to(&mut self.scale, x.dim());
        let (params, rng) = (self.params, &mut self.rng);
        let mut uniform = |low: f64, high: f64| low + (high - low) * rng.random::<f64>();
        let laws = Array1::from_shape_simple_fn(x.ncols(), || {
            (
                uniform(-params.mean, params.mean),
                uniform(1.0, params.scale),
            )
        });
        Zip::from(&mut self.scale)
            .and(y)
            .and(x)
            .and_broadcast(&laws)
            .for_each(|scale, y, &x, &(mu, sigma)| {
                let m = mu + params.spread * (2.0 * rng.random::<f64>() - 1.0);
                let z: f64 = StandardNormal.sample(rng);
                *scale = F::narrow(sigma + params.spread * z);
                *y = *scale * x + F::narrow(m);
            });
    }

    pub(crate) fn backward(&self, dy: &Array2<F>, dx: &mut Array2<F>) {
        Zip::from(dx)
            .and(dy)
            .and(&self.scale)
            .for_each(|dx, &dy, &scale| *dx = dy * scale);
    }
}
