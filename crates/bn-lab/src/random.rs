use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// The independent random streams of one seed. Each is 2¹²⁸ draws long, so that
/// drawing more from one never changes another.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stream {
    Label,
    Pose,
    Coat,
    Weights,
    Batches,
    Split,
    Inputs,
    Noise,
    Layers,
    Teacher,
    Directions,
    Flips,
}

impl Stream {
    pub(crate) fn of(self, seed: u64) -> Xoshiro256PlusPlus {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        for _ in 0..self as usize {
            rng.jump();
        }
        rng
    }
}
