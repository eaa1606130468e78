//! The functions of the prelude, as the program knows them: parsed when they are first called, and compiled for the very values of some parameters.
//!
//! They have no place in the user's sources. An error within one is shown where the user's function calls it.

use crate::program::{FunctionSource, Program};
use hotloop_ast::{Expr, ExprKind, Name, StmtKind};
use hotloop_hir::{ErrorModel, Options};
use hotloop_infer::{Environment, FrozenValue, FunctionHandle, Global, builtin_attribute, constant_in};
use hotloop_parser::parse_function;
use hotloop_prelude::FUNCTIONS;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The functions of the prelude that an engine has used.
#[derive(Default)]
pub(crate) struct Library {
    /// Those that were parsed, by their numbers in the prelude, and whether they work on several threads.
    parsed: FxHashMap<(usize, bool), FunctionHandle>,
    /// What each of them is, and those that were made of them.
    origins: FxHashMap<FunctionHandle, Origin>,
    /// Those that were made for values of parameters, by the function they were made of and the values.
    specialised: FxHashMap<(FunctionHandle, String), FunctionHandle>,
}

/// Where a function of the library comes from.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// Its number in the prelude.
    number: usize,
    /// Whether it works on several threads.
    is_shared: bool,
    /// The values of parameters it was made for, as text.
    constants: String,
}

impl Origin {
    /// Its path.
    pub(crate) fn path(&self) -> &'static str {
        FUNCTIONS[self.number].path
    }

    /// What tells it from all other functions of the library.
    pub(crate) fn identity(&self) -> String {
        let way = if self.is_shared { "on several threads" } else { "" };
        format!("{} {} {way}", self.path(), self.constants)
    }
}

/// The names that a function of the prelude sees.
struct LibraryEnvironment {
    number: usize,
    is_shared: bool,
    constants: Vec<(Name, FrozenValue)>,
}

impl Environment for LibraryEnvironment {
    fn global(&self, name: &str) -> Option<Global> {
        if let Some((_, value)) = self.constants.iter().find(|(known, _)| &**known == name) {
            return Some(Global::Constant(value.clone()));
        }
        match name {
            "np" => Some(Global::Module("numpy".to_owned())),
            "math" | "random" => Some(Global::Module(name.to_owned())),
            "shared" => Some(Global::Constant(FrozenValue::Bool(self.is_shared))),
            "prange" => builtin_attribute("hotloop", name),
            // What is not written in the language: the file of that name stands for it in CPython.
            _ if name.starts_with('_')
                && let Some(item) = builtin_attribute("hotloop", name) =>
            {
                Some(item)
            }
            _ => FUNCTIONS[self.number].named(name).map(|function| Global::Library(function.path)),
        }
    }
}

impl Program {
    /// The function of the prelude at that path, as it works on several threads or on one.
    pub(crate) fn library_function(&mut self, path: &str, is_shared: bool) -> Option<FunctionHandle> {
        let number = hotloop_prelude::number(path)?;
        if let Some(handle) = self.library.parsed.get(&(number, is_shared)) {
            return Some(*handle);
        }
        let source = self.parse_library_function(number, is_shared);
        let handle = self.push(source);
        self.library.parsed.insert((number, is_shared), handle);
        self.library.origins.insert(handle, Origin { number, is_shared, constants: String::new() });
        Some(handle)
    }

    /// What is known of a function of the library; `None` for any other function.
    pub(crate) fn origin(&self, handle: FunctionHandle) -> Option<&Origin> {
        self.library.origins.get(&handle)
    }

    fn parse_library_function(&mut self, number: usize, is_shared: bool) -> FunctionSource {
        let function = &FUNCTIONS[number];
        let name = format!("<hotloop>/{}", function.file);
        let file = self.sources.add_part(name, function.text, function.first_line);
        let parsed = parse_function(&self.sources, file, 0);
        let definition = parsed.module.body.into_iter().find_map(|statement| match statement.kind {
            StmtKind::Function(definition) => Some(*definition),
            _ => None,
        });
        let definition = definition.expect("the tests of the prelude parse each function");
        let environment = LibraryEnvironment { number, is_shared, constants: Vec::new() };
        let default = |expression: &Expr| {
            constant_in(expression, &environment).map_or_else(
                || Global::Unsupported { what: "computed".to_owned(), help: None },
                Global::Constant,
            )
        };
        let parameters = definition.parameters.items.iter();
        let defaults = parameters.map(|parameter| parameter.default.as_ref().map(default)).collect();
        FunctionSource {
            definition: Arc::new(definition),
            file,
            environment: Arc::new(environment),
            signatures: Vec::new(),
            // NumPy raises nothing for a division by zero.
            options: Options { error_model: ErrorModel::Numpy, parallel: is_shared, ..Options::default() },
            locals: Vec::new(),
            cache: false,
            defaults,
        }
    }

    /// The function that another one is when these parameters have these values.
    pub(crate) fn with_constants(
        &mut self,
        function: FunctionHandle,
        constants: Vec<(Name, FrozenValue)>,
    ) -> FunctionHandle {
        let text = format!("{constants:?}");
        if let Some(known) = self.library.specialised.get(&(function, text.clone())) {
            return *known;
        }
        let origin =
            self.library.origins.get(&function).expect("only functions of the library have literals");
        let origin = Origin { constants: text.clone(), ..origin.clone() };
        let source = self.function(function);
        let mut definition = (*source.definition).clone();
        let is_free = |name: &Name| constants.iter().all(|(constant, _)| constant != name);
        let kept: Vec<bool> =
            definition.parameters.items.iter().map(|parameter| is_free(&parameter.name.name)).collect();
        let mut keep = kept.iter();
        definition.parameters.items.retain(|_| *keep.next().expect("one for each"));
        let defaults = source.defaults.iter().zip(&kept).filter(|(_, keep)| **keep);
        let specialised = FunctionSource {
            definition: Arc::new(definition),
            environment: Arc::new(LibraryEnvironment {
                number: origin.number,
                is_shared: origin.is_shared,
                constants,
            }),
            defaults: defaults.map(|(default, _)| default.clone()).collect(),
            ..source.clone()
        };
        let handle = self.push(specialised);
        self.library.origins.insert(handle, origin);
        self.library.specialised.insert((function, text), handle);
        handle
    }
}

/// Whether an annotation says that the parameter has to be known when the kernel is compiled.
pub(crate) fn is_literal(annotation: Option<&Expr>) -> bool {
    matches!(annotation.map(|annotation| &annotation.kind), Some(ExprKind::Name(name)) if &**name == "literal")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_of_the_prelude_can_be_parsed_and_has_constant_defaults() {
        let mut program = Program::default();
        for function in FUNCTIONS {
            let handle = program.library_function(function.path, false).expect("the table has it");
            let source = program.function(handle);
            assert_eq!(source.name(), function.name());
            let computed = |default: &Option<Global>| matches!(default, Some(Global::Unsupported { .. }));
            assert!(!source.defaults.iter().any(computed), "{}: a default is no constant", function.path);
        }
    }
}
