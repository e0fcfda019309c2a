//! Memory for layers that allocate nothing.

use crate::affine::Parameters;
use crate::batch_norm::Group;
use crate::kernel::channels::Scratch;
use crate::kernel::{GradientSums, Moment};
use crate::{Float, Moments};
use ndarray::{Array1, ArrayView1};

/// The buffers of the `_into` calls of one layer: what the backward pass needs to remember of
/// the forward pass, and dγ and dβ. Filled by the first call, written over by the next.
#[derive(Debug, Clone)]
pub struct Workspace<F> {
    pub(crate) shape: Vec<usize>,
    pub(crate) x: Vec<F>,
    pub(crate) y: Vec<F>,
    pub(crate) dx: Vec<F>,
    pub(crate) moments: Vec<Moment>,
    pub(crate) groups: Vec<Group<F>>,
    pub(crate) part_sums: Vec<GradientSums>,
    pub(crate) sums: Vec<GradientSums>,
    pub(crate) running: Moments<F>,
    pub(crate) partial: Vec<f64>,
    pub(crate) scratch: Scratch<F>,
    pub(crate) dgamma: Array1<F>,
    pub(crate) dbeta: Array1<F>,
}

impl<F: Float> Default for Workspace<F> {
    fn default() -> Self {
        let none = || Array1::zeros(0);
        Workspace {
            shape: Vec::new(),
            x: Vec::new(),
            y: Vec::new(),
            dx: Vec::new(),
            moments: Vec::new(),
            groups: Vec::new(),
            part_sums: Vec::new(),
            sums: Vec::new(),
            running: Moments {
                mean: none(),
                variance: none(),
            },
            partial: Vec::new(),
            scratch: Scratch::default(),
            dgamma: none(),
            dbeta: none(),
        }
    }
}

impl<F: Float> Workspace<F> {
    /// dγ of the last [`backward_into`](crate::BatchNorm::backward_into), of shape `[C]`; empty
    /// where γ is not learned.
    pub fn dgamma(&self) -> ArrayView1<'_, F> {
        self.dgamma.view()
    }

    /// dβ of the last [`backward_into`](crate::BatchNorm::backward_into), of shape `[C]`; empty
    /// where β is not learned.
    pub fn dbeta(&self) -> ArrayView1<'_, F> {
        self.dbeta.view()
    }

    /// μ_B and σ²_B of the last batch; with ghost batches, the averages of theirs.
    pub fn moments(&self) -> Moments<F> {
        let channels = self.running.mean.len();
        let average = |of: fn(&Moment) -> f64| {
            Array1::from_shape_fn(channels, |c| {
                let groups = || self.groups.iter().skip(c).step_by(channels);
                let sum: f64 = groups().map(|group| of(&group.moment)).sum();
                F::narrow(sum / groups().count() as f64)
            })
        };
        Moments {
            mean: average(|moment| moment.mean),
            variance: average(|moment| moment.variance),
        }
    }

    pub(crate) fn start(&mut self, shape: &[usize], groups: usize, running: &Moments<F>) {
        self.shape.clear();
        self.shape.extend_from_slice(shape);
        self.groups.clear();
        self.groups.reserve(groups);
        self.moments.clear();
        self.moments.resize(running.mean.len(), Moment::default());
        self.running.mean.clone_from(&running.mean);
        self.running.variance.clone_from(&running.variance);
    }

    pub(crate) fn set_gradients(&mut self, parameters: &Parameters<F>) {
        let (gammas, betas) = (parameters.gammas_learned(), parameters.betas_learned());
        if self.dgamma.len() != gammas || self.dbeta.len() != betas {
            (self.dgamma, self.dbeta) = (Array1::zeros(gammas), Array1::zeros(betas));
        }
        for (dgamma, sums) in self.dgamma.iter_mut().zip(&self.sums) {
            *dgamma = F::narrow(sums.dy_x_hat);
        }
        for (dbeta, sums) in self.dbeta.iter_mut().zip(&self.sums) {
            *dbeta = F::narrow(sums.dy);
        }
    }
}
