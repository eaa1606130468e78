//! Passes that look into other functions.

pub(crate) mod inline_small_functions;
