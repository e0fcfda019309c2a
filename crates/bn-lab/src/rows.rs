use ndarray::{Array2, ArrayView2};

/// The rows of `a` followed by those of `b`, which has as many columns.
pub(crate) fn rows_of_both(a: ArrayView2<f64>, b: ArrayView2<f64>) -> Array2<f64> {
    let mut both = Array2::zeros((a.nrows() + b.nrows(), a.ncols()));
    let rows = a.rows().into_iter().chain(b.rows());
    for (mut to, from) in both.rows_mut().into_iter().zip(rows) {
        to.assign(&from);
    }
    both
}
