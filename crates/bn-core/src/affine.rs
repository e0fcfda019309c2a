//! γ and β: which of them there are, and what they are.

use crate::Float;
use crate::kernel::GradientSums;
use ndarray::{Array1, ArrayViewMut1, s};

/// Which parameters a layer learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Affine {
    /// γ and β.
    #[default]
    ScaleShift,
    /// γ alone; β stays 0.
    Scale,
    /// Neither; γ stays 1 and β stays 0.
    None,
}

/// γ and β of a layer, of full length whether they are learned or not.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Parameters<F> {
    learned: Affine,
    pub(crate) gamma: Array1<F>,
    pub(crate) beta: Array1<F>,
}

impl<F: Float> Parameters<F> {
    pub(crate) fn new(learned: Affine, count: usize) -> Self {
        Parameters {
            learned,
            gamma: Array1::ones(count),
            beta: Array1::zeros(count),
        }
    }

    /// Takes over those of another layer of the same kind.
    #[cfg(feature = "serde")]
    pub(crate) fn replace(&mut self, other: Self) -> crate::Result<()> {
        use crate::check;
        check::shape("gamma", other.gamma.shape(), self.gamma.shape())?;
        check::shape("beta", other.beta.shape(), self.beta.shape())?;
        self.gamma
            .iter_mut()
            .zip(other.gamma)
            .for_each(|(old, new)| *old = new);
        self.beta
            .iter_mut()
            .zip(other.beta)
            .for_each(|(old, new)| *old = new);
        Ok(())
    }

    pub(crate) fn gammas_learned(&self) -> usize {
        match self.learned {
            Affine::ScaleShift | Affine::Scale => self.gamma.len(),
            Affine::None => 0,
        }
    }

    pub(crate) fn betas_learned(&self) -> usize {
        match self.learned {
            Affine::ScaleShift => self.beta.len(),
            Affine::Scale | Affine::None => 0,
        }
    }

    /// What there is to learn; empty where nothing is.
    pub(crate) fn gamma_mut(&mut self) -> ArrayViewMut1<'_, F> {
        let count = self.gammas_learned();
        self.gamma.slice_mut(s![..count])
    }

    /// What there is to learn; empty where nothing is.
    pub(crate) fn beta_mut(&mut self) -> ArrayViewMut1<'_, F> {
        let count = self.betas_learned();
        self.beta.slice_mut(s![..count])
    }

    /// dγ and dβ of what is learned, from the sums for all.
    pub(crate) fn gradients(&self, sums: &[GradientSums]) -> (Array1<F>, Array1<F>) {
        let dgamma = sums[..self.gammas_learned()]
            .iter()
            .map(|sums| F::narrow(sums.dy_x_hat));
        let dbeta = sums[..self.betas_learned()]
            .iter()
            .map(|sums| F::narrow(sums.dy));
        (dgamma.collect(), dbeta.collect())
    }
}
