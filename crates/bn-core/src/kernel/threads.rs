//! One thread or several: the work is the same, and so are the results.

/// With fewer elements than this, waking a second thread costs more than it saves.
#[cfg(feature = "rayon")]
const WORTH_A_THREAD: usize = 1 << 16;

/// Does `work` on every item; the items must not depend on one another.
#[cfg(feature = "rayon")]
pub(super) fn for_each<I>(elements: usize, items: I, work: impl Fn(I::Item) + Sync + Send)
where
    I: Iterator<Item: Send> + Send,
{
    use rayon::iter::{ParallelBridge, ParallelIterator};
    if elements < WORTH_A_THREAD || rayon::current_num_threads() == 1 {
        return items.for_each(work);
    }
    items.par_bridge().for_each(work);
}

/// Does `work` on every item; the items must not depend on one another.
#[cfg(not(feature = "rayon"))]
pub(super) fn for_each<I: Iterator>(_elements: usize, items: I, work: impl Fn(I::Item)) {
    items.for_each(work);
}
