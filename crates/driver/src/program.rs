//! The functions that an engine knows, with their sources and what their global names mean.

use crate::choices::Chooser;
use crate::functions::{Nesting, add_inner, inner_parameters};
use crate::library::{Library, is_literal};
use hotloop_ast::{FunctionDef, Name};
use hotloop_diagnostics::{FileId, SourceMap};
use hotloop_hir::Options;
use hotloop_infer::{Environment, FunctionHandle, Global, ParameterInfo};
use hotloop_types::{Signature, Type};
use std::sync::Arc;

/// What a function's global names mean, for as long as the engine lives.
pub type SharedEnvironment = Arc<dyn Environment + Send + Sync>;

/// A function that can be compiled.
#[derive(Clone)]
pub struct FunctionSource {
    /// The definition; its spans lie in `file`.
    pub definition: Arc<FunctionDef>,
    /// The file, of the engine's source map.
    pub file: FileId,
    /// What its global names mean.
    pub environment: SharedEnvironment,
    /// The signatures that its decorator declares; empty if it is compiled for the types of each call.
    pub signatures: Vec<Signature>,
    /// How it is compiled.
    pub options: Options,
    /// The types that its decorator gives local variables.
    pub locals: Vec<(Name, Type)>,
    /// Whether it asked to be kept in the cache.
    pub cache: bool,
    /// What the defaults of its parameters are, one for each parameter: `None` for one without, [`Global::Unsupported`] for one that a kernel cannot use.
    pub defaults: Vec<Option<Global>>,
}

impl FunctionSource {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.definition.name.name
    }

    /// Its parameters, as calls need them.
    pub(crate) fn parameters(&self) -> Vec<ParameterInfo> {
        let defaults = self.defaults.iter().cloned().chain(std::iter::repeat(None));
        let parameters = self.definition.parameters.items.iter().zip(defaults);
        parameters
            .map(|(parameter, default)| ParameterInfo {
                name: parameter.name.name.clone(),
                kind: parameter.kind,
                default,
                is_literal: is_literal(parameter.annotation.as_ref()),
            })
            .collect()
    }
}

/// All functions of an engine.
#[derive(Default)]
pub(crate) struct Program {
    pub(crate) sources: SourceMap,
    functions: Vec<FunctionSource>,
    nesting: Vec<Nesting>,
    pub(crate) library: Library,
    /// Who chooses implementations.
    pub(crate) chooser: Option<Arc<dyn Chooser>>,
}

impl Program {
    /// Adds a function, and those within it; gives the handle by which others call it.
    pub(crate) fn add(&mut self, function: FunctionSource) -> FunctionHandle {
        let handle = self.push(function);
        add_inner(self, handle);
        handle
    }

    /// Adds a function without those within.
    pub(crate) fn push(&mut self, function: FunctionSource) -> FunctionHandle {
        self.functions.push(function);
        self.nesting.push(Nesting::default());
        FunctionHandle(self.functions.len() - 1)
    }

    /// Whether methods or attributes of that name may have implementations that are chosen.
    pub(crate) fn extends(&self, member: &str) -> bool {
        self.chooser.as_ref().is_some_and(|chooser| chooser.extends(member))
    }

    /// How a function lies in others, and others in it.
    pub(crate) fn nesting(&self, handle: FunctionHandle) -> &Nesting {
        &self.nesting[handle.0]
    }

    /// The same, to be filled in.
    pub(crate) fn nesting_mut(&mut self, handle: FunctionHandle) -> &mut Nesting {
        &mut self.nesting[handle.0]
    }

    /// The parameters of a function, as calls need them.
    pub(crate) fn parameters(&self, handle: FunctionHandle) -> Vec<ParameterInfo> {
        let source = self.function(handle);
        if self.nesting(handle).is_inner { inner_parameters(source) } else { source.parameters() }
    }

    /// The handle that the next function will get: environments may name functions that are yet to be added.
    pub(crate) fn next_handle(&self) -> FunctionHandle {
        FunctionHandle(self.functions.len())
    }

    /// All functions.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &FunctionSource> {
        self.functions.iter()
    }

    /// A function.
    pub(crate) fn function(&self, handle: FunctionHandle) -> &FunctionSource {
        &self.functions[handle.0]
    }
}
