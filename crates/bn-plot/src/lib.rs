//! Figures of the book.
