use ndarray::{Array1, Array2};

use crate::network::Targets;

use crate::error::{self, Result};

/// Labelled examples, in the precision that networks train in.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Examples {
    /// One example per row, shape `[N, inputs]`.
    pub x: Array2<f32>,
    /// The class of each, shape `[N]`.
    pub labels: Array1<usize>,
}

impl Examples {
    /// Rows and their labels.
    ///
    /// # Errors
    ///
    /// [`Error::Length`](crate::Error::Length) unless there is one label for each row.
    pub fn new(x: Array2<f32>, labels: Array1<usize>) -> Result<Self> {
        error::same_length("labels", labels.len(), x.nrows())?;
        Ok(Examples { x, labels })
    }

    /// The number of examples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no example.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The number of each class, up to the largest label.
    pub fn class_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.labels.iter().max().map_or(0, |&most| most + 1)];
        for &label in &self.labels {
            counts[label] += 1;
        }
        counts
    }

    /// The labels, as a network's loss takes them.
    pub fn targets(&self) -> Targets<'_, f32> {
        Targets::Classes(self.labels.view())
    }
}
