//! Functions within functions: known to the program as functions of their own, which see the names around them.

use crate::program::{FunctionSource, Program, SharedEnvironment};
use hotloop_ast::Name;
use hotloop_infer::{Environment, FunctionHandle, Global, ParameterInfo, constant_in, inner_functions};
use std::sync::Arc;

/// What the program knows of a function besides its source.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nesting {
    /// Whether it stands within another.
    pub(crate) is_inner: bool,
    /// The functions that stand directly within it.
    pub(crate) inner: Vec<FunctionHandle>,
}

/// The names that a function within another sees.
struct InnerEnvironment {
    outer: SharedEnvironment,
    captures: Vec<Name>,
    /// The functions around and beside it that are known by a name.
    functions: Arc<Vec<(Name, FunctionHandle)>>,
    /// The variables of the function around it, which hide globals.
    variables: Arc<Vec<Name>>,
}

impl Environment for InnerEnvironment {
    fn global(&self, name: &str) -> Option<Global> {
        if let Some((_, handle)) = self.functions.iter().find(|(known, _)| &**known == name) {
            return Some(Global::Function(*handle));
        }
        if self.variables.iter().any(|variable| &**variable == name) {
            return None;
        }
        self.outer.global(name)
    }

    fn captures(&self) -> &[Name] {
        &self.captures
    }

    fn inner_function(&self, name: &str) -> Option<FunctionHandle> {
        let known = self.functions.iter().find(|(known, _)| &**known == name).map(|(_, handle)| *handle);
        let is_variable = || self.variables.iter().any(|variable| &**variable == name);
        known.or_else(|| if is_variable() { None } else { self.outer.inner_function(name) })
    }

    fn attribute(&self, module: &str, name: &str) -> Option<Global> {
        self.outer.attribute(module, name)
    }
}

/// Adds the functions that stand within `outer`, and those within these.
pub(crate) fn add_inner(program: &mut Program, outer: FunctionHandle) {
    let source = program.function(outer).clone();
    let captured = source.environment.captures().to_vec();
    let lifted = |name: &str| match source.environment.inner_function(name) {
        Some(handle) => program.function(handle).environment.captures().to_vec(),
        None => Vec::new(),
    };
    let found = inner_functions(&source.definition, &captured, &lifted);
    if found.is_empty() {
        return;
    }
    let first = program.next_handle().0;
    let handles: Vec<FunctionHandle> = (0..found.len()).map(|at| FunctionHandle(first + at)).collect();
    let known =
        found.iter().zip(&handles).filter_map(|(inner, handle)| Some((inner.known_as.clone()?, *handle)));
    let functions = Arc::new(known.collect::<Vec<_>>());
    let variables = Arc::new(hotloop_infer::variables_of(&source.definition, &captured));
    for inner in found {
        let environment = InnerEnvironment {
            outer: Arc::clone(&source.environment),
            captures: inner.captures,
            functions: Arc::clone(&functions),
            variables: Arc::clone(&variables),
        };
        program.push(FunctionSource {
            definition: Arc::new(inner.definition),
            environment: Arc::new(environment),
            signatures: Vec::new(),
            locals: Vec::new(),
            defaults: Vec::new(),
            ..source.clone()
        });
    }
    for handle in &handles {
        program.nesting_mut(*handle).is_inner = true;
        add_inner(program, *handle);
    }
    program.nesting_mut(outer).inner = handles;
}

/// The parameters of an inner function. Their defaults are constants of the function's environment.
pub(crate) fn inner_parameters(source: &FunctionSource) -> Vec<ParameterInfo> {
    let default = |expression| match constant_in(expression, &*source.environment) {
        Some(value) => Global::Constant(value),
        None => Global::Unsupported { what: "computed when the kernel runs".to_owned(), help: None },
    };
    let parameters = source.definition.parameters.items.iter();
    parameters
        .map(|parameter| ParameterInfo {
            name: parameter.name.name.clone(),
            kind: parameter.kind,
            default: parameter.default.as_ref().map(default),
            is_literal: false,
        })
        .collect()
}
