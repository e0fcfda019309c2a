//! How fast the layers and networks are: the figures of the last recorded `cargo book bench`.
//!
//! ```
//! let record = bn::performance::recorded()?;
//! let training = record.against("training", "into", 1, "pytorch");
//! assert!(training.iter().all(|m| m.ratio == m.peer_us.map(|peer| peer / m.ours_us)));
//! # Ok::<(), serde_json::Error>(())
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What one `cargo book bench --peers --record` measured, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The processor, and the version of everything that was measured.
    pub environment: BTreeMap<String, String>,
    /// How many processors others kept busy before the run. More than a half, and figures for
    /// two threads say little.
    pub load: f64,
    /// Bytes per second of `a = b + s·c` on arrays larger than any cache, by number of threads.
    pub triad: BTreeMap<usize, f64>,
    /// The figures.
    pub measurements: Vec<Measurement>,
}

/// One form of ours beside one other library. Times are medians of rounds in which the two took
/// turns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// `training` (forward and backward), `inference`, or `network` (a step of training).
    pub bench: String,
    /// The shape of the batch; for a network the size of the batch, then its widths.
    pub shape: Vec<usize>,
    /// How many threads both may use.
    pub threads: usize,
    /// `into` (buffers of the caller), `allocating`, or `step` for a network.
    pub form: String,
    /// Our time for one call, in microseconds.
    pub ours_us: f64,
    /// Between these lies the middle half of our rounds.
    pub ours_quartiles: [f64; 2],
    /// `pytorch`, `candle` or `burn`; none where ours ran alone.
    pub peer: Option<String>,
    /// Its time for one call, in microseconds.
    pub peer_us: Option<f64>,
    /// Between these lies the middle half of its rounds.
    pub peer_quartiles: Option<[f64; 2]>,
    /// `peer_us / ours_us`: how many times as fast ours is.
    pub ratio: Option<f64>,
    /// For arrays larger than the caches: the share of the triad's bandwidth at which ours moves
    /// the bytes that have to be moved, each input once and each output once.
    pub triad_share: Option<f64>,
}

impl Record {
    /// One form of a bench beside one library, in the order of measurement.
    pub fn against(
        &self,
        bench: &str,
        form: &str,
        threads: usize,
        peer: &str,
    ) -> Vec<&Measurement> {
        self.measurements
            .iter()
            .filter(|m| m.bench == bench && m.form == form && m.threads == threads)
            .filter(|m| m.peer.as_deref() == Some(peer))
            .collect()
    }
}

/// The geometric mean of ratios; NaN of none.
///
/// ```
/// assert_eq!(bn::performance::geometric_mean([2.0, 8.0]), 4.0);
/// ```
pub fn geometric_mean(ratios: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for ratio in ratios {
        sum += ratio.ln();
        count += 1.0;
    }
    f64::exp(sum / count)
}

/// What one `cargo book bench --notebooks --record` measured: the notebooks of chapters, and twins
/// of them in PyTorch and matplotlib.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notebooks {
    /// The processor, and versions.
    pub environment: BTreeMap<String, String>,
    /// The load of the machine before the run: processes that wanted a processor.
    pub load: f64,
    /// The figures: for each work, one for each who did it.
    pub work: Vec<Timing>,
}

/// How long one took for the cells of a notebook: the faster of two turns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// The slug of a chapter, or what was done otherwise.
    pub work: String,
    /// `book`, with a kernel kept warm ahead as `cargo book lab` does; `book, no spare`; `torch`;
    /// or `torch, one thread`.
    pub who: String,
    /// From the start of the kernel to the end of the last cell.
    pub seconds: f64,
    /// Half of the cells took less, in seconds.
    pub median_cell: f64,
    /// How many cells there are.
    pub cells: usize,
}

impl Notebooks {
    /// One kernel's time for a work; `None` if it was not measured.
    pub fn timing(&self, work: &str, who: &str) -> Option<&Timing> {
        let mut work = self.work.iter().filter(|timing| timing.work == work);
        work.find(|timing| timing.who == who)
    }
}

/// The committed record of the notebooks.
///
/// # Errors
///
/// If `notebooks.json` beside this file is not what `cargo book bench --notebooks --record` writes.
pub fn notebooks() -> serde_json::Result<Notebooks> {
    serde_json::from_str(include_str!("notebooks.json"))
}

/// The committed record.
///
/// # Errors
///
/// If `performance.json` beside this file is not what `cargo book bench --peers --record` writes.
pub fn recorded() -> serde_json::Result<Record> {
    serde_json::from_str(include_str!("performance.json"))
}
