//! The `cargo book` tool: turns chapters into pages, notebooks and tests.
//!
//! It knows Markdown and notebooks, and no mathematics. A chapter is read once
//! ([`chapter`]) and written three times ([`mod@write`]): as a page for mdBook
//! ([`preprocess`], [`site`]), as a notebook that the kernel runs ([`kernel`]),
//! and as a program that `mdbook test` compiles ([`suite`]). [`book`] holds it
//! all together and says what does not fit.

pub mod api;
pub mod assets;
pub mod bench;
pub mod book;
pub mod browser;
pub mod chapter;
pub mod claims;
pub mod code;
pub mod epub;
pub mod interactive;
pub mod kernel;
pub mod lab;
mod light;
pub mod math;
pub mod notebook;
pub mod preprocess;
pub mod problem;
pub mod publish;
pub mod references;
pub mod search;
pub mod serve;
pub mod site;
pub mod suite;
pub mod tools;
pub mod warm;
pub mod web;
pub mod write;
