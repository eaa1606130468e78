//! Runs the built command line as a user would.

mod bad_input;
mod cache;
mod forms;
mod interrupt;
mod npy;
mod parse;
mod results;
mod support;
