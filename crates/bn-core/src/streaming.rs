//! Moments of data that come in pieces: one by one, batch by batch, or from several machines.

use crate::{Error, Float, Moments, Result, check};
use ndarray::{Array1, ArrayView1, ArrayView2, Zip};

/// Mean and variance of everything seen so far, to be extended and merged.
///
/// Count, mean and Σ(x − mean)² of each channel, in `f64`: exact enough that the order of the
/// pieces hardly matters. Shards of a batch on several machines merge to the moments of the
/// whole batch (synchronized batch norm), the batches of an epoch to those of the data set
/// (precise batch norm).
///
/// ```
/// use bn_core::{Moments, streaming::StreamingMoments};
/// use ndarray::{array, s};
///
/// let x = array![[1.0, 10.0], [2.0, 70.0], [6.0, 10.0], [7.0, 30.0]];
/// let mut left = StreamingMoments::of(x.slice(s![..1, ..]))?;
/// let right = StreamingMoments::of(x.slice(s![1.., ..]))?;
/// left.merge(&right)?;
/// assert_eq!(left.moments::<f64>()?, Moments::of(x.view())?);
/// # Ok::<(), bn_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StreamingMoments {
    count: u64,
    mean: Array1<f64>,
    squares: Array1<f64>,
}

impl StreamingMoments {
    /// Nothing seen yet, of so many channels.
    pub fn new(channels: usize) -> Self {
        StreamingMoments {
            count: 0,
            mean: Array1::zeros(channels),
            squares: Array1::zeros(channels),
        }
    }

    /// Those of a batch `[m, C]`.
    ///
    /// # Errors
    ///
    /// If `x` is empty or holds NaN or an infinity.
    pub fn of<F: Float>(x: ArrayView2<F>) -> Result<Self> {
        let Moments { mean, variance } = Moments::of(x.mapv(F::widen).view())?;
        Ok(StreamingMoments {
            count: x.nrows() as u64,
            mean,
            squares: variance * x.nrows() as f64,
        })
    }

    /// Adds one example, by Welford's update.
    ///
    /// ```text
    /// n ← n + 1,   δ = x − μ,   μ ← μ + δ/n,   M₂ ← M₂ + δ (x − μ)
    /// ```
    ///
    /// `x` is `[C]`; σ² = M₂/n. The last factor has the new μ.
    ///
    /// # Errors
    ///
    /// If `x` has other than C values, or one that is not finite.
    ///
    /// ```
    /// use bn_core::streaming::StreamingMoments;
    /// use ndarray::array;
    ///
    /// let mut seen = StreamingMoments::new(1);
    /// for x in [1e9, 1e9 + 3.0, 1e9 + 6.0] {
    ///     seen.push(array![x].view())?;
    /// }
    /// assert_eq!(seen.moments::<f64>()?.variance[0], 6.0);
    /// # Ok::<(), bn_core::Error>(())
    /// ```
    ///
    /// Welford 1962.
    #[doc(alias = "eq:welford")]
    pub fn push<F: Float>(&mut self, x: ArrayView1<F>) -> Result<()> {
        check::shape("x", x.shape(), self.mean.shape())?;
        check::finite("x", &x)?;
        self.count += 1;
        let n = self.count as f64;
        Zip::from(x)
            .and(&mut self.mean)
            .and(&mut self.squares)
            .for_each(|x, mean, squares| {
                let delta = x.widen() - *mean;
                *mean += delta / n;
                *squares += delta * (x.widen() - *mean);
            });
        Ok(())
    }

    /// Adds all that another has seen, by the formula of Chan, Golub and LeVeque.
    ///
    /// ```text
    /// δ = μ_b − μ_a,   n = n_a + n_b,   μ = μ_a + δ n_b/n,   M₂ = M₂ₐ + M₂ᵦ + δ² n_a n_b/n
    /// ```
    ///
    /// # Errors
    ///
    /// If the other has a different number of channels.
    ///
    /// ```
    /// use bn_core::streaming::StreamingMoments;
    /// use ndarray::array;
    ///
    /// let mut zeros = StreamingMoments::of(array![[0.0], [0.0], [0.0]].view())?;
    /// zeros.merge(&StreamingMoments::of(array![[4.0]].view())?)?;
    /// let moments = zeros.moments::<f64>()?;
    /// assert_eq!((moments.mean[0], moments.variance[0]), (1.0, 3.0));
    /// # Ok::<(), bn_core::Error>(())
    /// ```
    ///
    /// Chan, Golub & LeVeque 1979.
    #[doc(alias = "eq:merge-moments")]
    pub fn merge(&mut self, other: &StreamingMoments) -> Result<()> {
        check::shape("the other moments", other.mean.shape(), self.mean.shape())?;
        let (n_a, n_b) = (self.count as f64, other.count as f64);
        self.count += other.count;
        if self.count == 0 {
            return Ok(());
        }
        let n = self.count as f64;
        Zip::from(&mut self.mean)
            .and(&mut self.squares)
            .and(&other.mean)
            .and(&other.squares)
            .for_each(|mean, squares, &mean_b, &squares_b| {
                let delta = mean_b - *mean;
                *mean += delta * n_b / n;
                *squares += squares_b + delta * delta * n_a * n_b / n;
            });
        Ok(())
    }

    /// How many examples were seen.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Mean and variance of all that was seen, the variance divided by n.
    ///
    /// # Errors
    ///
    /// If nothing was seen, or a moment is too large for `F`.
    pub fn moments<F: Float>(&self) -> Result<Moments<F>> {
        let advice = "push or merge something first";
        check::at_least(1, self.count as usize, "examples seen", advice)?;
        let n = self.count as f64;
        let moments = Moments {
            mean: self.mean.mapv(F::narrow),
            variance: self.squares.mapv(|squares| F::narrow(squares / n)),
        };
        check::no_overflow("the mean", &moments.mean)?;
        check::no_overflow("the variance", &moments.variance)?;
        Ok(moments)
    }
}

/// The statistics of a data set from those of its batches: precise batch norm.
///
/// ```text
/// μ = E[μ_B],   σ² = E[σ²_B] + Var[μ_B]
/// ```
///
/// For batches of one size; [`StreamingMoments`] takes any. The variance of a data set is not
/// the average of those of its batches: their means differ, too.
///
/// # Errors
///
/// If there are no batches, or their moments do not fit each other.
///
/// ```
/// use bn_core::{Moments, streaming::precise_moments};
/// use ndarray::array;
///
/// // {0, 2} and {4, 10}.
/// let a = Moments { mean: array![1.0], variance: array![1.0] };
/// let b = Moments { mean: array![7.0], variance: array![9.0] };
/// let precise = precise_moments(&[a, b])?;
/// assert_eq!(precise, Moments { mean: array![4.0], variance: array![5.0 + 9.0] });
/// # Ok::<(), bn_core::Error>(())
/// ```
///
/// Wu & Johnson 2021.
#[doc(alias = "eq:precise-moments")]
pub fn precise_moments<F: Float>(batches: &[Moments<F>]) -> Result<Moments<F>> {
    let Some(first) = batches.first() else {
        let (what, shape) = ("the list of batches", vec![0]);
        return Err(Error::Empty { what, shape });
    };
    let mut whole = StreamingMoments::new(first.mean.len());
    for batch in batches {
        batch.check_valid(first.mean.len())?;
        // Each counts as one example, with a spread of its own.
        whole.merge(&StreamingMoments {
            count: 1,
            mean: batch.mean.mapv(F::widen),
            squares: batch.variance.mapv(F::widen),
        })?;
    }
    whole.moments()
}
