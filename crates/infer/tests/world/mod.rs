//! What the tests of inference share: a module as the only world, every function of it a kernel.
#![allow(dead_code)] // Each test file uses a part of it.

use hotloop_ast::{Module, Name};
use hotloop_diagnostics::{Diagnostic, SourceMap, Span, Style};
use hotloop_hir::{CalleeData, Function, Options, verify};
use hotloop_infer::{
    CalleeError, Callees, Environment, FunctionHandle, Global, ModuleScope, ParameterInfo, Unfinished,
    infer_round,
};
use hotloop_parser::{Selection, parse_module};
use hotloop_types::{FunctionType, Signature, Type};
use std::collections::HashMap;

/// A module and what its kernels became.
pub(crate) struct World {
    pub(crate) sources: SourceMap,
    pub(crate) module: Module,
    pub(crate) scope: ModuleScope,
    pub(crate) options: Options,
    /// Signatures that kernels declare, by name.
    pub(crate) declared: HashMap<String, Signature>,
}

/// What every test file begins with.
pub(crate) const HEAD: &str = "import math\nimport numpy as np\nfrom hotloop import njit, prange\n";

impl World {
    pub(crate) fn new(text: &str) -> Self {
        Self::of(&format!("{HEAD}{text}"))
    }

    /// A module without the usual head.
    pub(crate) fn of(text: &str) -> Self {
        let mut sources = SourceMap::new();
        let file = sources.add("kernel.py", text);
        let parsed = parse_module(&sources, file, Selection::Everything);
        assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
        let scope = ModuleScope::new(&parsed.module);
        Self { sources, module: parsed.module, scope, options: Options::default(), declared: HashMap::new() }
    }

    pub(crate) fn parallel(mut self) -> Self {
        self.options.parallel = true;
        self
    }

    pub(crate) fn declare(mut self, name: &str, signature: &str) -> Self {
        self.declared.insert(name.to_owned(), signature.parse().unwrap());
        self
    }

    pub(crate) fn position(&self, name: &str) -> usize {
        let functions = self.module.functions();
        functions.iter().rposition(|function| &*function.name.name == name).expect("the function exists")
    }

    pub(crate) fn infer(&self, name: &str, types: &str) -> Result<Function, Vec<Diagnostic>> {
        let signature: Signature = types.parse().unwrap();
        let mut kernels = Kernels { world: self, active: Vec::new(), assumed: HashMap::new() };
        kernels.infer(self.position(name), &signature)
    }

    /// The HIR as text, or the diagnostics.
    pub(crate) fn show(&self, name: &str, types: &str) -> String {
        match self.infer(name, types) {
            Ok(function) => function.to_string(),
            Err(diagnostics) => self.render(&diagnostics),
        }
    }

    pub(crate) fn render(&self, diagnostics: &[Diagnostic]) -> String {
        let texts: Vec<String> =
            diagnostics.iter().map(|diagnostic| self.sources.render(diagnostic, Style::Plain)).collect();
        texts.join("\n\n")
    }
}

impl Environment for World {
    fn global(&self, name: &str) -> Option<Global> {
        self.scope.plain_global(name)
    }
}

struct Kernels<'w> {
    world: &'w World,
    /// What is being inferred, outermost first.
    active: Vec<(usize, Vec<Type>)>,
    /// What recursive kernels are taken to return.
    assumed: HashMap<(usize, Vec<Type>), Type>,
}

impl Kernels<'_> {
    fn infer(&mut self, position: usize, signature: &Signature) -> Result<Function, Vec<Diagnostic>> {
        let function = self.world.module.functions()[position];
        self.active.push((position, signature.parameters.clone()));
        let key = (position, signature.parameters.clone());
        let result = loop {
            let found = match infer_round(function, signature, self.world.options, self.world, self) {
                Ok(function) => match self.assumed.get(&key) {
                    Some(assumed) if *assumed != function.result => function.result,
                    _ => break Ok(function),
                },
                Err(Unfinished::Awaiting { so_far: Some(found), .. }) => found,
                Err(Unfinished::Awaiting { so_far: None, call }) => {
                    break Err(vec![Unfinished::never_known(call)]);
                }
                Err(Unfinished::Refused(diagnostics)) => break Err(diagnostics),
            };
            self.assumed.insert(key.clone(), found);
        };
        self.active.pop();
        if let Ok(function) = &result {
            verify(function).unwrap_or_else(|violation| panic!("{violation}\n{function}"));
        }
        result
    }
}

impl Callees for Kernels<'_> {
    fn symbol(&self) -> String {
        let (position, parameters) = self.active.last().expect("a kernel is being inferred");
        symbol_of(&self.world.module.functions()[*position].name.name, parameters)
    }

    fn with_constants(
        &mut self,
        function: FunctionHandle,
        _: Vec<(hotloop_ast::Name, hotloop_infer::FrozenValue)>,
    ) -> FunctionHandle {
        function
    }

    fn parameters(&mut self, function: FunctionHandle) -> Vec<ParameterInfo> {
        let function = self.world.module.functions()[function.0];
        let items = function.parameters.items.iter();
        items
            .map(|item| ParameterInfo {
                name: item.name.name.clone(),
                kind: item.kind,
                default: item.default.as_ref().map(|default| match self.world.scope.constant(default) {
                    Some(value) => Global::Constant(value),
                    None => Global::Unsupported { what: "a computed value".into(), help: None },
                }),
                is_literal: false,
            })
            .collect()
    }

    fn captures(&self, _: FunctionHandle) -> Vec<Name> {
        Vec::new()
    }

    fn inner(&self, _: Span) -> Option<FunctionHandle> {
        None
    }

    fn is_inner(&self, _: FunctionHandle) -> bool {
        false
    }

    fn function_type(&mut self, function: FunctionHandle) -> FunctionType {
        let name = self.world.module.functions()[function.0].name.name.to_string();
        FunctionType { name: name.into(), key: function.0 as u128 + 1, captured: None }
    }

    fn function_of(&self, ty: &FunctionType) -> Option<FunctionHandle> {
        Some(FunctionHandle(ty.key as usize - 1))
    }

    fn specialize(
        &mut self,
        handle: FunctionHandle,
        arguments: &[Type],
        _: Span,
    ) -> Result<CalleeData, CalleeError> {
        let name = self.world.module.functions()[handle.0].name.name.to_string();
        let data = |parameters: &[Type], result: Type| CalleeData {
            name: name.clone(),
            symbol: symbol_of(&name, parameters),
            parameters: parameters.to_vec(),
            result,
            never_returns: false,
            is_placeless: false,
        };
        if let Some(Signature { parameters, result: Some(result) }) = self.world.declared.get(&name) {
            return Ok(data(parameters, result.clone()));
        }
        if self.active.contains(&(handle.0, arguments.to_vec())) {
            let assumed = self.assumed.get(&(handle.0, arguments.to_vec()));
            return assumed.map(|result| data(arguments, result.clone())).ok_or(CalleeError::Awaited);
        }
        if self.active.len() > 20 {
            return Err(CalleeError::Endless);
        }
        let signature = Signature { parameters: arguments.to_vec(), result: None };
        match self.infer(handle.0, &signature) {
            Ok(function) => {
                let never_returns = function.never_returns;
                Ok(CalleeData { never_returns, ..data(arguments, function.result) })
            }
            Err(diagnostics) => Err(CalleeError::Failed(diagnostics)),
        }
    }
}

fn symbol_of(name: &str, parameters: &[Type]) -> String {
    format!("{name}({})", parameters.iter().map(Type::to_string).collect::<Vec<_>>().join(", "))
}
