//! The questions every function asks of its arguments before it computes.

use crate::{Error, Float, Result};
use ndarray::{ArrayView, ArrayView1, Dimension};

pub(crate) fn not_empty<F, D: Dimension>(what: &'static str, x: &ArrayView<F, D>) -> Result<()> {
    if x.is_empty() {
        return Err(Error::Empty {
            what,
            shape: x.shape().to_vec(),
        });
    }
    Ok(())
}

pub(crate) fn at_least(
    needed: usize,
    given: usize,
    what: &'static str,
    advice: &'static str,
) -> Result<()> {
    if given < needed {
        return Err(Error::TooFew {
            what,
            given,
            needed,
            advice,
        });
    }
    Ok(())
}

pub(crate) fn shape(what: &'static str, given: &[usize], expected: &[usize]) -> Result<()> {
    if given != expected {
        let expected = format!("{expected:?}");
        return Err(Error::Shape {
            what,
            given: given.to_vec(),
            expected,
        });
    }
    Ok(())
}

/// `x` is `[N, channels]`, whatever N.
pub(crate) fn channels<F, D: Dimension>(
    what: &'static str,
    x: &ArrayView<F, D>,
    channels: usize,
) -> Result<()> {
    if x.shape().get(1) != Some(&channels) {
        let expected = format!("[N, {channels}]");
        return Err(Error::Shape {
            what,
            given: x.shape().to_vec(),
            expected,
        });
    }
    Ok(())
}

pub(crate) fn finite<F: Float, D: Dimension>(
    what: &'static str,
    x: &ArrayView<F, D>,
) -> Result<()> {
    match x
        .view()
        .into_dyn()
        .indexed_iter()
        .find(|(_, x)| !x.is_finite())
    {
        Some((index, x)) => Err(Error::NonFinite {
            what,
            index: index.as_array_view().to_vec(),
            value: x.widen(),
        }),
        None => Ok(()),
    }
}

/// Finite arguments gave finite results.
pub(crate) fn no_overflow<'a, F: Float>(
    what: &'static str,
    results: impl IntoIterator<Item = &'a F>,
) -> Result<()> {
    if results.into_iter().all(|result| result.is_finite()) {
        return Ok(());
    }
    Err(Error::Overflow { what })
}

pub(crate) fn number<F: Float>(
    what: &'static str,
    given: F,
    in_range: impl Fn(F) -> bool,
    expected: &'static str,
) -> Result<()> {
    if !in_range(given) {
        return Err(Error::OutOfRange {
            what: what.into(),
            given: given.widen(),
            expected,
        });
    }
    Ok(())
}

pub(crate) fn numbers<F: Float>(
    what: &'static str,
    given: ArrayView1<F>,
    in_range: impl Fn(F) -> bool,
    expected: &'static str,
) -> Result<()> {
    match given.indexed_iter().find(|&(_, &x)| !in_range(x)) {
        Some((i, x)) => Err(Error::OutOfRange {
            what: format!("{what}[{i}]"),
            given: x.widen(),
            expected,
        }),
        None => Ok(()),
    }
}

/// ε of a layer: it has to keep a channel that does not vary from being divided by zero.
pub(crate) fn epsilon<F: Float>(epsilon: F) -> Result<()> {
    let positive = |e: F| e > F::zero() && e.is_finite();
    let expected = "a finite number greater than 0; the usual choice is 1e-5";
    number("epsilon", epsilon, positive, expected)
}

/// Running statistics move by a fraction of the way.
pub(crate) fn momentum<F: Float>(momentum: F) -> Result<()> {
    let in_range = |a: F| a >= F::zero() && a <= F::one();
    number(
        "momentum",
        momentum,
        in_range,
        "a number from 0 to 1; the usual choice is 0.1",
    )
}

pub(crate) fn variance<F: Float>(variance: ArrayView1<F>) -> Result<()> {
    let in_range = |v: F| v >= F::zero() && v.is_finite();
    numbers(
        "variance",
        variance,
        in_range,
        "a finite number, 0 or greater",
    )
}

/// `results` over `input` are finite. NaN and infinities survive a sum, so that looking at the
/// results is enough to know all of `input`; it is searched on failure only.
pub(crate) fn all_finite<F: Float, D: Dimension>(
    what: &'static str,
    mut results: impl Iterator<Item = F>,
    input_name: &'static str,
    input: &ArrayView<F, D>,
) -> Result<()> {
    if results.all(|result| result.is_finite()) {
        return Ok(());
    }
    finite(input_name, input).and(Err(Error::Overflow { what }))
}
