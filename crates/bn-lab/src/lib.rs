//! Data sets, networks, training and experiments on batch normalization.
