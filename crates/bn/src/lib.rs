//! What a cell of the book sees. Every chapter opens with `use bn::prelude::*;`.
