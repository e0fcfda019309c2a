//! Moments in pieces: whatever the pieces, the whole is the same.

use approx::assert_relative_eq;
use bn_core::streaming::{StreamingMoments, precise_moments};
use bn_core::{Moments, percentile::percentiles};
use ndarray::{Array2, Axis, array, s};
use proptest::prelude::*;

proptest! {
    /// Covers eq:merge-moments.
    /// Covers eq:welford.
    #[test]
    fn pieces_merge_to_the_moments_of_the_whole(
        x in prop::collection::vec(-10.0..10.0_f64, 2..60),
        shift in prop::sample::select(vec![0.0, 1e6]),
        cuts in prop::collection::vec(0.0..1.0_f64, 3),
    ) {
        let m = x.len() / 2;
        let x = Array2::from_shape_vec((m, 2), x[..2 * m].to_vec()).unwrap() + shift;
        let mut cuts: Vec<usize> = cuts.iter().map(|c| (c * m as f64) as usize).collect();
        cuts.extend([0, m]);
        cuts.sort_unstable();
        let mut merged = StreamingMoments::new(2);
        for pair in cuts.windows(2) {
            let mut piece = StreamingMoments::new(2);
            for row in x.slice(s![pair[0]..pair[1], ..]).rows() {
                piece.push(row).unwrap();
            }
            merged.merge(&piece).unwrap();
        }
        prop_assert_eq!(merged.count(), m as u64);
        let (given, whole) = (merged.moments::<f64>().unwrap(), Moments::of(x.view()).unwrap());
        for c in 0..2 {
            prop_assert!((given.mean[c] - whole.mean[c]).abs() < 1e-9);
            prop_assert!((given.variance[c] - whole.variance[c]).abs() < 1e-7);
        }
    }

    /// Covers eq:precise-moments.
    #[test]
    fn batches_of_one_size_give_the_moments_of_the_data_set(
        x in prop::collection::vec(-10.0..10.0_f64, 24),
    ) {
        let x = Array2::from_shape_vec((12, 2), x).unwrap();
        let batches: Vec<_> =
            x.axis_chunks_iter(Axis(0), 4).map(|x| Moments::of(x).unwrap()).collect();
        let (precise, whole) = (precise_moments(&batches).unwrap(), Moments::of(x.view()).unwrap());
        for c in 0..2 {
            prop_assert!((precise.mean[c] - whole.mean[c]).abs() < 1e-12);
            prop_assert!((precise.variance[c] - whole.variance[c]).abs() < 1e-11);
        }
    }
}

/// Covers eq:percentile.
#[test]
fn percentiles_are_linear_between_the_sorted_values() {
    let x = array![3.0, 1.0, 2.0, 5.0, 4.0];
    let q = array![0.0, 15.0, 50.0, 85.0, 100.0];
    let expected = array![1.0, 1.6, 3.0, 4.4, 5.0];
    assert_relative_eq!(
        percentiles(x.view(), q.view()).unwrap(),
        expected,
        epsilon = 1e-14
    );
    assert_eq!(
        percentiles(array![7.0_f32].view(), array![30.0].view()).unwrap(),
        array![7.0]
    );
    assert_eq!(
        percentiles(x.view(), array![101.0].view())
            .unwrap_err()
            .to_string(),
        "percent[0] is 101, expected a percentage, from 0 to 100"
    );
}

#[test]
fn pieces_that_do_not_fit_are_refused() {
    let mut seen = StreamingMoments::new(2);
    assert_eq!(
        seen.moments::<f64>().unwrap_err().to_string(),
        "examples seen: given 0, expected at least 1: push or merge something first"
    );
    assert!(seen.push(array![1.0].view()).is_err());
    assert!(seen.push(array![1.0, f64::NAN].view()).is_err());
    assert!(seen.merge(&StreamingMoments::new(3)).is_err());
    assert_eq!(seen, StreamingMoments::new(2));
    assert!(precise_moments::<f64>(&[]).is_err());
    let (one, two) = (Array2::<f64>::ones((2, 1)), Array2::ones((2, 2)));
    let (one, two) = (
        Moments::of(one.view()).unwrap(),
        Moments::of(two.view()).unwrap(),
    );
    assert!(precise_moments(&[one, two]).is_err());
}
