//! Runs the built command line as a user would.

mod bad_input;
mod cache;
mod forms;
mod interrupt;
mod loops;
mod npy;
mod parse;
mod results;
mod support;
