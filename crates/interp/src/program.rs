//! Where an interpreter finds the functions that are called.

use hotloop_mir::{Function, Module};
use std::collections::HashMap;

/// Where the functions of a program are found.
pub trait Program: Sync {
    /// The function of that symbol.
    fn function(&self, symbol: &str) -> Option<&Function>;
}

impl Program for Module {
    fn function(&self, symbol: &str) -> Option<&Function> {
        self.functions.as_slice().function(symbol)
    }
}

impl Program for [Function] {
    fn function(&self, symbol: &str) -> Option<&Function> {
        self.iter().find(|function| function.name == symbol)
    }
}

impl Program for Vec<Function> {
    fn function(&self, symbol: &str) -> Option<&Function> {
        self.as_slice().function(symbol)
    }
}

impl Program for [Module] {
    fn function(&self, symbol: &str) -> Option<&Function> {
        self.iter().find_map(|module| module.function(symbol))
    }
}

impl Program for Vec<Module> {
    fn function(&self, symbol: &str) -> Option<&Function> {
        self.as_slice().function(symbol)
    }
}

impl<S: std::hash::BuildHasher + Sync> Program for HashMap<String, Function, S> {
    fn function(&self, symbol: &str) -> Option<&Function> {
        self.get(symbol)
    }
}
