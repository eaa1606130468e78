//! Structural keys: what a function means, whatever its comments, blank lines and place.
//!
//! The key of a function covers its tokens, its options and signatures, what its global names mean, and the same of every function it can reach. Two functions with one
//! key compile to the same code for the same argument types. No inference is needed: every name in the text that means something outside counts, used or not.

use crate::program::Program;
use hotloop_ast::{Expr, ExprKind, FunctionDef, Stmt, StmtKind};
use hotloop_cache::{Key, KeyBuilder};
use hotloop_infer::{Environment, FunctionHandle, Global};
use hotloop_parser::significant_tokens;
use hotloop_types::{FunctionType, Type};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What identifies a function with all it reaches.
#[derive(Debug)]
pub(crate) struct Structure {
    /// The key.
    pub(crate) key: Key,
    /// The function and all that it reaches, in the order in which a walk over the names finds them: the same for equal keys.
    pub(crate) closure: Vec<FunctionHandle>,
    /// How many bytes the arrays have that are constants of these functions.
    pub(crate) array_bytes: usize,
}

/// The structures computed so far.
#[derive(Default)]
pub(crate) struct Structures {
    by_function: FxHashMap<FunctionHandle, Arc<Structure>>,
    by_key: FxHashMap<Key, FunctionHandle>,
    /// What each function is by itself: many structures contain it, and what its names mean is frozen.
    own: FxHashMap<FunctionHandle, Own>,
}

/// A function without what it reaches.
struct Own {
    /// All but the functions that it names.
    key: Key,
    /// The functions that it names, in the order of the names.
    functions: Vec<FunctionHandle>,
    /// How many bytes the arrays have that it names.
    array_bytes: usize,
}

impl Structures {
    /// The structure of a function.
    pub(crate) fn of(&mut self, program: &Program, function: FunctionHandle) -> Arc<Structure> {
        if let Some(known) = self.by_function.get(&function) {
            return Arc::clone(known);
        }
        let structure = Arc::new(self.compute(program, function));
        self.by_function.insert(function, Arc::clone(&structure));
        self.by_key.entry(structure.key).or_insert(function);
        structure
    }
}

impl Structures {
    /// Goes through a function and all that it reaches; each names the others by their places in this order.
    fn compute(&mut self, program: &Program, root: FunctionHandle) -> Structure {
        let mut closure = vec![root];
        let mut places = FxHashMap::from_iter([(root, 0)]);
        let mut place_of = |function: FunctionHandle, closure: &mut Vec<FunctionHandle>| {
            *places.entry(function).or_insert_with(|| {
                closure.push(function);
                closure.len() as u64 - 1
            })
        };
        let mut builder = KeyBuilder::new("hotloop 2026 structure");
        let mut at = 0;
        let mut array_bytes = 0;
        while let Some(handle) = closure.get(at).copied() {
            let own = self.own.entry(handle).or_insert_with(|| Own::new(program, handle));
            builder.key("function", &own.key);
            array_bytes += own.array_bytes;
            for function in &own.functions {
                builder.number("names", place_of(*function, &mut closure));
            }
            // Their text is part of this one's.
            for inner in &program.nesting(handle).inner {
                place_of(*inner, &mut closure);
            }
            at += 1;
        }
        Structure { key: builder.finish(), closure, array_bytes }
    }

    /// A function whose structure was computed and has this key; all such functions mean the same.
    pub(crate) fn with_key(&self, key: &Key) -> Option<FunctionHandle> {
        self.by_key.get(key).copied()
    }

    /// The type of a function as a value that captured nothing.
    pub(crate) fn function_type(&mut self, program: &Program, function: FunctionHandle) -> FunctionType {
        let key = self.of(program, function).key;
        let name = program.function(function).name().trim_matches(['<', '>']);
        FunctionType { name: name.into(), key: short(&key), captured: Some(Arc::from([])) }
    }

    /// The function that a type names, if its structure was computed.
    pub(crate) fn function_of(&self, ty: &FunctionType) -> Option<FunctionHandle> {
        self.by_key.iter().find(|(key, _)| short(key) == ty.key).map(|(_, function)| *function)
    }
}

impl Structures {
    /// The functions whose text code for parameters of these types may hold: those of the closure, those that the types name, which `named` finds, and those that were chosen for
    /// calls. In the same order for equal keys; `None` if a type names a function that is not known.
    pub(crate) fn closure_for(
        &mut self,
        program: &Program,
        function: FunctionHandle,
        (parameters, chosen): (&[Type], Vec<FunctionHandle>),
        named: &dyn Fn(&Self, &FunctionType) -> Option<FunctionHandle>,
    ) -> Option<Vec<FunctionHandle>> {
        let mut closure = self.of(program, function).closure.clone();
        let mut passed = Vec::new();
        parameters.iter().for_each(|parameter| functions_in(parameter, &mut passed));
        for ty in passed {
            let passed = named(self, &ty)?;
            for function in &self.of(program, passed).closure {
                place_in(&mut closure, *function);
            }
        }
        for chosen in chosen {
            for function in &self.of(program, chosen).closure {
                place_in(&mut closure, *function);
            }
        }
        Some(closure)
    }
}

/// The functions that a type names, built-in ones left out.
fn functions_in(ty: &Type, found: &mut Vec<Arc<FunctionType>>) {
    if let Type::Function(function) = ty
        && function.key != FunctionType::BUILT_IN
    {
        found.push(Arc::clone(function));
    }
    ty.parts().iter().for_each(|part| functions_in(part, found));
}

/// The part of a key that stands in types.
fn short(key: &Key) -> u128 {
    let bytes: [u8; 16] = key.as_bytes()[..16].try_into().expect("a key has 32 bytes");
    u128::from_be_bytes(bytes)
}

impl Own {
    fn new(program: &Program, handle: FunctionHandle) -> Self {
        if let Some(origin) = program.origin(handle) {
            // The settings' key covers the text of the whole prelude.
            let mut builder = KeyBuilder::new("hotloop 2026 library");
            builder.text("function", &origin.identity());
            return Self { key: builder.finish(), functions: Vec::new(), array_bytes: 0 };
        }
        let mut named = Named::default();
        let mut builder = KeyBuilder::new("hotloop 2026 function");
        add_function(program, handle, &mut named, &mut builder);
        Self { key: builder.finish(), functions: named.functions, array_bytes: named.array_bytes }
    }
}

/// What a function names besides what enters its key.
#[derive(Default)]
struct Named {
    functions: Vec<FunctionHandle>,
    array_bytes: usize,
}

/// Adds all that a function is by itself; what it names goes to `named`.
fn add_function(program: &Program, handle: FunctionHandle, named: &mut Named, builder: &mut KeyBuilder) {
    let function = program.function(handle);
    builder.text("function", function.name());
    builder.text("options", &format!("{:?}", function.options));
    for (name, ty) in &function.locals {
        builder.text("local", &format!("{name}: {ty}"));
    }
    for signature in &function.signatures {
        builder.text("signature", &signature.to_string());
    }
    for default in &function.defaults {
        match default {
            Some(default) => add_meaning(builder, "default", default, named),
            None => {
                builder.text("default", "none");
            }
        }
    }
    let text = program.sources.file(function.file).text();
    let span = function.definition.span;
    for (start, end) in significant_tokens(text, span.start, span.end) {
        let token = &text[start as usize..end as usize];
        builder.text("token", token);
        if program.extends(token) {
            builder.text("token", "extended");
        }
    }
    for chain in global_chains(&function.definition) {
        builder.text("name", &chain.join("."));
        match meaning(&*function.environment, &chain) {
            Ok(global) => add_meaning(builder, "means", &global, named),
            Err(nothing) => {
                builder.text("means", &nothing);
            }
        }
    }
}

/// What a dotted name means, or that it means nothing.
fn meaning(environment: &dyn Environment, chain: &[String]) -> Result<Global, String> {
    let Some(mut global) = environment.global(&chain[0]) else { return Err("nothing".to_owned()) };
    for name in &chain[1..] {
        let Global::Module(module) = &global else { break };
        match environment.attribute(module, name) {
            Some(attribute) => global = attribute,
            None => return Err(format!("nothing in {module}")),
        }
    }
    Ok(global)
}

/// Adds what something means: a function is the next of those that are named, and of arrays the elements count.
fn add_meaning(builder: &mut KeyBuilder, label: &str, global: &Global, named: &mut Named) {
    let text = describe_global(global, &mut named.functions);
    builder.text(label, &text);
    global.for_each_array(&mut |array| {
        builder.key("elements", &Key::of_bytes(&array.bytes));
        named.array_bytes += array.bytes.len();
    });
}

/// What something means, as text without the elements of arrays.
fn describe_global(global: &Global, functions: &mut Vec<FunctionHandle>) -> String {
    match global {
        Global::Function(handle) => {
            functions.push(*handle);
            "function".to_owned()
        }
        Global::Ufunc(handle) => {
            functions.push(*handle);
            "ufunc".to_owned()
        }
        Global::Extended(extended) => {
            let otherwise = extended.otherwise.as_ref().map(|global| describe_global(global, functions));
            format!("extended {} or {otherwise:?}", extended.name)
        }
        Global::Host(function) => format!("host {} gives {:#}", function.name, function.result),
        Global::Item(_)
        | Global::Library(_)
        | Global::Module(_)
        | Global::Constant(_)
        | Global::Exception(_)
        | Global::TupleClass(_)
        | Global::EnumClass(_)
        | Global::Unsupported { .. } => {
            format!("{global:?}")
        }
    }
}

/// The place of a function in the closure, which it joins.
fn place_in(closure: &mut Vec<FunctionHandle>, handle: FunctionHandle) -> usize {
    closure.iter().position(|known| *known == handle).unwrap_or_else(|| {
        closure.push(handle);
        closure.len() - 1
    })
}

/// The dotted names in a function, such as `np.sqrt`, each once, in alphabetical order.
fn global_chains(function: &FunctionDef) -> BTreeSet<Vec<String>> {
    let mut chains = Chains::default();
    function
        .parameters
        .items
        .iter()
        .filter_map(|parameter| parameter.default.as_ref())
        .for_each(|default| chains.expr(default));
    chains.body(&function.body);
    chains.found
}

#[derive(Default)]
struct Chains {
    found: BTreeSet<Vec<String>>,
}

impl Chains {
    fn body(&mut self, body: &[Stmt]) {
        body.iter().for_each(|statement| self.stmt(statement));
    }

    fn exprs<'a>(&mut self, exprs: impl IntoIterator<Item = &'a Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn stmt(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::Expr(value) => self.expr(value),
            StmtKind::Assign { targets, value } => {
                self.exprs(targets);
                self.expr(value);
            }
            StmtKind::AugAssign { target, value, .. } => self.exprs([target, value]),
            StmtKind::AnnAssign { target, value, .. } => self.exprs(std::iter::once(target).chain(value)),
            StmtKind::If { branches, otherwise } => {
                for branch in branches {
                    self.expr(&branch.condition);
                    self.body(&branch.body);
                }
                self.body(otherwise);
            }
            StmtKind::While { condition, body, otherwise } => {
                self.expr(condition);
                self.body(body);
                self.body(otherwise);
            }
            StmtKind::For { target, iterable, body, otherwise, .. } => {
                self.exprs([target, iterable]);
                self.body(body);
                self.body(otherwise);
            }
            StmtKind::With { items, body, .. } => {
                self.exprs(items.iter().flat_map(|item| std::iter::once(&item.context).chain(&item.target)));
                self.body(body);
            }
            StmtKind::Try { body, handlers, otherwise, finally, .. } => {
                self.body(body);
                for handler in handlers {
                    self.exprs(&handler.kind);
                    self.body(&handler.body);
                }
                self.body(otherwise);
                self.body(finally);
            }
            StmtKind::Match { subject, cases } => {
                self.expr(subject);
                for case in cases {
                    self.exprs(&case.guard);
                    self.body(&case.body);
                }
            }
            StmtKind::Function(function) => self.found.extend(global_chains(function)),
            StmtKind::Return(value) => self.exprs(value),
            StmtKind::Raise { exception, cause } => self.exprs(exception.iter().chain(cause)),
            StmtKind::Assert { condition, message } => self.exprs(std::iter::once(condition).chain(message)),
            StmtKind::Delete(targets) => self.exprs(targets),
            StmtKind::Class(_)
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_)
            | StmtKind::Import(_)
            | StmtKind::ImportFrom { .. }
            | StmtKind::TypeAlias { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Pass
            | StmtKind::Skipped => {}
        }
    }

    fn expr(&mut self, expr: &Expr) {
        if let Some(chain) = chain_of(expr) {
            self.found.insert(chain);
            return;
        }
        expr.for_each_child(&mut |child| self.expr(child));
    }
}

/// The parts of a name or of attributes of a name.
fn chain_of(expr: &Expr) -> Option<Vec<String>> {
    match &expr.kind {
        ExprKind::Name(name) => Some(vec![name.to_string()]),
        ExprKind::Attribute { value, name } => {
            let mut chain = chain_of(value)?;
            chain.push(name.name.to_string());
            Some(chain)
        }
        _ => None,
    }
}
