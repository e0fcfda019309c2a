//! What is measured.

use serde::{Deserialize, Serialize};

/// One thing to do again and again, for every contestant the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Case {
    pub(crate) bench: Bench,
    /// Of the batch; for a network the size of the batch, then its widths.
    pub(crate) shape: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Bench {
    /// Batch norm forward and backward: y, the running statistics, dx, dγ, dβ.
    Training,
    /// Batch norm by its running statistics.
    Inference,
    /// A step of a network: forward, loss, backward, update.
    Network,
}

impl Bench {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Bench::Training => "training",
            Bench::Inference => "inference",
            Bench::Network => "network",
        }
    }
}

const BATCHES: [&[usize]; 7] = [
    &[32, 64],
    &[256, 128],
    &[1024, 512],
    &[4096, 1024],
    &[65536, 256],
    &[16, 64, 32, 32],
    &[32, 256, 14, 14],
];

/// Hidden layers are dense without exception, each with batch norm and ReLU after it.
const NETWORKS: [&[usize]; 3] = [
    &[32, 2, 32, 32, 32, 32, 32, 2],
    &[64, 768, 100, 100, 100, 2],
    &[256, 768, 512, 512, 512, 512, 512, 2],
];

impl Case {
    pub(crate) fn all() -> Vec<Case> {
        let of = |bench| {
            let shapes = match bench {
                Bench::Network => &NETWORKS[..],
                _ => &BATCHES[..],
            };
            shapes.iter().map(move |shape| Case {
                bench,
                shape: shape.to_vec(),
            })
        };
        [Bench::Training, Bench::Inference, Bench::Network]
            .into_iter()
            .flat_map(of)
            .collect()
    }

    pub(crate) fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// What has to be moved at least, in bytes, where the arrays do not fit into any cache:
    /// training is x → y, then x, dy → dx; inference is x → y.
    pub(crate) fn bytes(&self) -> Option<usize> {
        let arrays = match self.bench {
            Bench::Training => 5,
            Bench::Inference => 2,
            Bench::Network => return None,
        };
        let large = self.elements() >= 1 << 22;
        large.then(|| arrays * size_of::<f32>() * self.elements())
    }
}

/// The same numbers for every contestant, from −1 to 1: entry i of stream k.
pub(crate) fn numbers(len: usize, k: u32) -> Vec<f32> {
    (0..len as u32)
        .map(|i| {
            let mut h = i.wrapping_add(k.wrapping_mul(0x9e37_79b9));
            h = (h ^ (h >> 16)).wrapping_mul(0x045d_9f3b);
            h = (h ^ (h >> 16)).wrapping_mul(0x045d_9f3b);
            ((h ^ (h >> 16)) >> 8) as f32 / (1 << 23) as f32 - 1.0
        })
        .collect()
}
