//! The `cargo book` tool.
fn main() {}
