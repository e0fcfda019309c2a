//! Batch normalization and its relatives on ndarray.
