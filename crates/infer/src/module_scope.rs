//! The names of a module, read from its source alone: imports, functions and constants.
//!
//! Nothing is executed, so a name means something here only where one look at the text is enough: it is bound once, at the top level, by an
//! import, a function, a class of exceptions, named tuples or enumerations, or an assignment whose value is a number, a truth value, `None`, a
//! string, a tuple of these, an array of them, arithmetic on them, or another such name. Of several assignments of constants the last one counts, as it does when a kernel is compiled after the
//! module was loaded. A name bound in any other way exists, but cannot be used, and the reason is kept.

use crate::class_scope::{TEXT_MEMBERS, bound_names};
use crate::constant_fold::{ConstantNames, fold};
use crate::environment::{FrozenValue, FunctionHandle, Global, NamedTuple, builtin_attribute};
use hotloop_abi::{ErrorClass, ExceptionClass};
use hotloop_ast::{Alias, Argument, ClassDef, Expr, ExprKind, FunctionDef, Module, Name, Stmt, StmtKind};
use hotloop_types::EnumType;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What the top level of a module binds, by name.
///
/// ```
/// # use hotloop_ast::{Alias, Identifier, Module, Stmt, StmtKind};
/// # use hotloop_diagnostics::Span;
/// use hotloop_infer::{Meaning, ModuleScope};
///
/// // import numpy as np
/// # let identifier = |name: &str| Identifier { name: name.into(), span: Span::NONE };
/// # let alias = Alias { name: identifier("numpy"), alias: Some(identifier("np")), span: Span::NONE };
/// # let module = Module { body: vec![Stmt { kind: StmtKind::Import(vec![alias]), span: Span::NONE }] };
/// let scope = ModuleScope::new(&module);
/// assert_eq!(scope.meaning("np"), Some(&Meaning::Module("numpy".into())));
/// assert_eq!(scope.meaning("numpy"), None);
/// ```
#[derive(Clone, Debug, Default)]
pub struct ModuleScope {
    names: FxHashMap<Name, Meaning>,
    wrapped: Vec<Wrapped>,
    has_unknown_names: bool,
}

/// A function that a decorator is called with, as in `fast = njit(cache=True)(slow)`.
#[derive(Clone, Debug)]
pub struct Wrapped {
    /// What the result is bound to.
    pub name: Name,
    /// The position of the function, as in [`Meaning::Function`].
    pub function: usize,
    /// The decorator, as it would stand above a `def`.
    pub decorator: Expr,
}

/// What a name of a module means.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// A module, by its dotted name; `numba` counts as `hotloop`.
    Module(Name),
    /// A name that a module defines, such as `sqrt` of `math`.
    Imported {
        /// The dotted module, with its leading dots if the import is relative.
        module: Name,
        /// The name there.
        name: Name,
    },
    /// A function, by its position in [`Module::functions`].
    Function(usize),
    /// A constant.
    Constant(FrozenValue),
    /// A class of exceptions; one of this module goes by its name alone (see [`ErrorClass::defined_in`]).
    Exception(ErrorClass),
    /// A class of named tuples.
    TupleClass(Arc<NamedTuple>),
    /// A class of enumerations.
    EnumClass(Arc<EnumType>),
    /// Another name for something, such as `sqrt = math.sqrt`.
    Alias(Global),
    /// It exists, but what it is cannot be read from the text.
    Unknown {
        /// What it is, to follow "is".
        what: String,
        /// A way out.
        help: Option<String>,
    },
}

impl ModuleScope {
    /// Reads the top level of a module.
    pub fn new(module: &Module) -> Self {
        let functions = module.functions();
        let positions =
            functions.iter().enumerate().map(|(position, function)| (address(function), position));
        let mut reader = Reader {
            scope: Self::default(),
            positions: positions.collect(),
            is_conditional: false,
            written: Vec::new(),
        };

        reader.block(&module.body);
        for name in std::mem::take(&mut reader.written) {
            reader.changed(&name);
        }
        reader.scope
    }

    /// What a name means; `None` if the module does not bind it where it can be seen.
    pub fn meaning(&self, name: &str) -> Option<&Meaning> {
        self.names.get(name)
    }

    /// The value of an expression in this module, such as a parameter's default, if it is constant.
    pub fn constant(&self, expression: &Expr) -> Option<FrozenValue> {
        fold(expression, self)
    }

    /// The functions that decorators are called with. Their positions are those behind the functions of the module.
    pub fn wrapped(&self) -> &[Wrapped] {
        &self.wrapped
    }

    /// Whether it imports everything of a module that the table of intrinsics does not know, and so may bind any name.
    pub fn has_unknown_names(&self) -> bool {
        self.has_unknown_names
    }

    /// All names with their meanings, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Meaning)> {
        self.names.iter()
    }

    /// What a name means for inference. `function` says what a function of the module is, `import` what a name is that a module unknown
    /// to the table of intrinsics defines.
    pub fn global(
        &self,
        name: &str,
        function: impl FnOnce(usize) -> Global,
        import: impl FnOnce(&str, &str) -> Option<Global>,
    ) -> Option<Global> {
        Some(match self.meaning(name)? {
            Meaning::Module(module) if is_known(module) => Global::Module(module.to_string()),
            Meaning::Module(module) => Global::Unsupported {
                what: format!("the module `{module}`"),
                help: Some("do this outside the kernel; a kernel of another file is imported by its own name, as in `from file import kernel`".into()),
            },
            Meaning::Imported { module, name } => imported(module, name, import),
            Meaning::Function(position) => function(*position),
            Meaning::Constant(value) => Global::Constant(value.clone()),
            Meaning::Alias(global) => global.clone(),
            Meaning::Exception(class) => Global::Exception(class.clone()),
            Meaning::TupleClass(class) => Global::TupleClass(Arc::clone(class)),
            Meaning::EnumClass(class) => Global::EnumClass(Arc::clone(class)),
            Meaning::Unknown { what, help } => Global::Unsupported { what: what.clone(), help: help.clone() },
        })
    }

    /// The same for a module that imports only what the table of intrinsics knows; functions keep their positions as handles.
    pub fn plain_global(&self, name: &str) -> Option<Global> {
        self.global(name, |position| Global::Function(FunctionHandle(position)), |_, _| None)
    }

    fn bind(&mut self, name: &Name, meaning: Meaning) {
        self.names.insert(name.clone(), meaning);
    }
}

fn imported(module: &str, name: &str, import: impl FnOnce(&str, &str) -> Option<Global>) -> Global {
    if let Some(class) = ErrorClass::of_library(&format!("{module}.{name}")) {
        return Global::Exception(class);
    }
    if is_known(module) {
        return builtin_attribute(module, name).unwrap_or_else(|| Global::Unsupported {
            what: format!("`{module}.{name}`"),
            help: Some(crate::subscript::OUTSIDE.into()),
        });
    }
    import(module, name).unwrap_or_else(|| Global::Unsupported {
        what: format!("`{name}` of the module `{module}`"),
        help: Some("only kernels and constants can be imported into a kernel".into()),
    })
}

fn is_known(module: &str) -> bool {
    crate::environment::is_known_module(module)
}

/// The module under the name that the table of intrinsics uses.
fn canonical(module: &str) -> Name {
    match module.strip_prefix("numba") {
        Some("") => "hotloop".into(),
        Some(rest) if rest.starts_with('.') => format!("hotloop{rest}").into(),
        _ => module.into(),
    }
}

fn address(function: &FunctionDef) -> *const FunctionDef {
    std::ptr::from_ref(function)
}

pub(crate) struct Reader {
    pub(crate) scope: ModuleScope,
    positions: FxHashMap<*const FunctionDef, usize>,
    /// Whether the statements at hand may be skipped when the module is loaded.
    is_conditional: bool,
    /// Names whose elements functions write.
    written: Vec<Name>,
}

impl Reader {
    fn block(&mut self, body: &[Stmt]) {
        body.iter().for_each(|statement| self.statement(statement));
    }

    fn conditional(&mut self, body: &[Stmt]) {
        let outer = std::mem::replace(&mut self.is_conditional, true);
        self.block(body);
        self.is_conditional = outer;
    }

    fn statement(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::Import(aliases) => aliases.iter().for_each(|alias| self.import(alias)),
            StmtKind::ImportFrom { level, module, names } => {
                names.iter().for_each(|alias| self.import_from(*level, module.as_ref(), alias));
            }
            StmtKind::Function(function) => {
                // Where none is known the function stands in a place that kernels are not looked for.
                let meaning = self.positions.get(&address(function)).copied().map(Meaning::Function);
                self.bind(&function.name.name, meaning.unwrap_or_else(|| unknown("a function")));
                // What a kernel writes is refused there.
                if !function.decorators.iter().any(|decorator| self.is_decorator(decorator)) {
                    self.written_in(function);
                }
            }
            StmtKind::Class(class) => {
                let exception = self.exception_class(class).map(Meaning::Exception);
                let meaning = exception.or_else(|| self.class(class));
                self.bind(&class.name.name, meaning.unwrap_or_else(|| unknown("a class")));
            }
            StmtKind::Assign { targets, value } => {
                targets.iter().for_each(|target| self.assign(target, Some(value)))
            }
            StmtKind::AnnAssign { target, value: Some(value), .. } => self.assign(target, Some(value)),
            StmtKind::AugAssign { target, .. } => self.assign(target, None),
            StmtKind::If { branches, otherwise } => {
                branches.iter().for_each(|branch| self.conditional(&branch.body));
                self.conditional(otherwise);
            }
            StmtKind::Try { body, handlers, otherwise, finally, .. } => {
                self.block(body);
                handlers.iter().for_each(|handler| self.conditional(&handler.body));
                self.block(otherwise);
                self.block(finally);
            }
            StmtKind::With { body, .. } => self.block(body),
            StmtKind::For { target, body, otherwise, .. } => {
                self.assign(target, None);
                self.conditional(body);
                self.conditional(otherwise);
            }
            StmtKind::While { body, otherwise, .. } => {
                self.conditional(body);
                self.conditional(otherwise);
            }
            StmtKind::Delete(targets) => targets.iter().for_each(|target| self.assign(target, None)),
            StmtKind::Expr(value) => self.called(value),
            StmtKind::AnnAssign { value: None, .. }
            | StmtKind::Match { .. }
            | StmtKind::Return(_)
            | StmtKind::Raise { .. }
            | StmtKind::Assert { .. }
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_)
            | StmtKind::TypeAlias { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Pass
            | StmtKind::Skipped => {}
        }
    }

    /// Binds a name. Where only some ways of loading the module do so, an import that is there already stays, as in
    /// `try: import a as x` with `except ImportError: x = None`; another meaning makes the name unknown.
    fn bind(&mut self, name: &Name, meaning: Meaning) {
        let known = self.scope.names.get(name).filter(|known| self.is_conditional && **known != meaning);
        let meaning = match known {
            Some(Meaning::Module(_) | Meaning::Imported { .. }) => return,
            Some(
                Meaning::Constant(_)
                | Meaning::Alias(_)
                | Meaning::Exception(_)
                | Meaning::TupleClass(_)
                | Meaning::EnumClass(_)
                | Meaning::Unknown { .. },
            ) => unknown_because(
                "a global that is assigned in several places",
                format!("assign `{name}` once, at the head of the file"),
            ),
            Some(Meaning::Function(_)) | None => meaning,
        };
        self.scope.bind(name, meaning);
    }

    /// The exception class that a class is: one with bases that are.
    fn exception_class(&self, class: &ClassDef) -> Option<ErrorClass> {
        let base = |argument: &Argument| match argument {
            Argument::Positional(base) => self.exception_of(base),
            Argument::Keyword { .. } | Argument::Unpack(_) | Argument::UnpackKeywords(_) => None,
        };
        let bases: Vec<ErrorClass> = class.arguments.iter().map(base).collect::<Option<_>>()?;
        let own_text = bound_names(&class.body).any(|name| TEXT_MEMBERS.contains(&name));
        (!bases.is_empty()).then(|| ErrorClass::user(&*class.name.name, bases).with_own_text(own_text))
    }

    fn exception_of(&self, value: &Expr) -> Option<ErrorClass> {
        match &value.kind {
            ExprKind::Name(name) => match self.scope.names.get(name) {
                None => ExceptionClass::by_name(name).map(ErrorClass::from),
                Some(Meaning::Exception(class)) => Some(class.clone()),
                Some(Meaning::Imported { module, name }) => {
                    ErrorClass::of_library(&format!("{module}.{name}"))
                }
                Some(_) => None,
            },
            ExprKind::Attribute { value, name } => {
                ErrorClass::of_library(&format!("{}.{}", self.module_path(value)?, name.name))
            }
            _ => None,
        }
    }

    /// The dotted path of a name that modules give, as in `collections.namedtuple`.
    pub(crate) fn library_path(&self, value: &Expr) -> Option<String> {
        match &value.kind {
            ExprKind::Name(name) => match self.scope.names.get(name)? {
                Meaning::Imported { module, name } => Some(format!("{module}.{name}")),
                _ => None,
            },
            ExprKind::Attribute { value, name } => {
                Some(format!("{}.{}", self.module_path(value)?, name.name))
            }
            _ => None,
        }
    }

    fn module_path(&self, value: &Expr) -> Option<String> {
        match &value.kind {
            ExprKind::Name(name) => match self.scope.names.get(name)? {
                Meaning::Module(module) => Some(module.to_string()),
                _ => None,
            },
            ExprKind::Attribute { value, name } => {
                Some(format!("{}.{}", self.module_path(value)?, name.name))
            }
            _ => None,
        }
    }

    fn import(&mut self, alias: &Alias) {
        match &alias.alias {
            Some(local) => self.bind(&local.name, Meaning::Module(canonical(&alias.name.name))),
            None => {
                // `import a.b` binds `a`.
                let first: Name = alias.name.name.split('.').next().unwrap_or_default().into();
                self.bind(&first, Meaning::Module(canonical(&first)));
            }
        }
    }

    fn import_from(&mut self, level: u32, module: Option<&Name>, alias: &Alias) {
        let module = match level {
            0 => canonical(module.map_or("", |module| module)),
            _ => format!("{}{}", ".".repeat(level as usize), module.map_or("", |module| module)).into(),
        };
        if &*alias.name.name == "*" {
            self.import_everything(&module);
            return;
        }
        let local = alias.alias.as_ref().unwrap_or(&alias.name);
        self.bind(&local.name, Meaning::Imported { module, name: alias.name.name.clone() });
    }

    /// `from math import *`: what the table of intrinsics knows of the module; of other modules nothing is known.
    fn import_everything(&mut self, module: &Name) {
        self.scope.has_unknown_names |= !is_known(module) && &**module != "hotloop";
        let decorators = ["njit", "jit", "register_jitable"].into_iter().filter(|_| &**module == "hotloop");
        for name in hotloop_intrinsics::names_of(module).chain(decorators) {
            let name: Name = name.into();
            self.bind(&name, Meaning::Imported { module: module.clone(), name: name.clone() });
        }
    }

    fn assign(&mut self, target: &Expr, value: Option<&Expr>) {
        if let Some(Expr { kind: ExprKind::Call { function, arguments }, .. }) = value
            && self.module_path(function).is_none_or(|path| !path.starts_with("numpy."))
        {
            // What is called may change its arguments.
            arguments.iter().for_each(|argument| self.element_changed(argument.value()));
        }
        match (&target.kind, value.map(|value| &value.kind)) {
            (ExprKind::Name(name), _) => {
                let meaning = value.and_then(|value| self.wrapped(name, value).or_else(|| self.value(value)));
                self.bind(
                    name,
                    meaning
                        .unwrap_or_else(|| value.map_or_else(|| computed(name), |value| unread(name, value))),
                );
            }
            (
                ExprKind::Tuple(targets) | ExprKind::List(targets),
                Some(ExprKind::Tuple(values) | ExprKind::List(values)),
            ) if targets.len() == values.len() => {
                // All values are read before the first is bound.
                let meanings: Vec<Option<Meaning>> = values.iter().map(|value| self.value(value)).collect();
                for (target, meaning) in targets.iter().zip(meanings) {
                    match (&target.kind, meaning) {
                        (ExprKind::Name(name), Some(meaning)) => self.bind(name, meaning),
                        _ => self.assign(target, None),
                    }
                }
            }
            (ExprKind::Tuple(targets) | ExprKind::List(targets), _) => {
                targets.iter().for_each(|target| self.assign(target, None));
            }
            (ExprKind::Starred(inner), _) => self.assign(inner, None),
            // An element of an array that is a constant until here.
            (ExprKind::Subscript { value, .. }, _) => self.element_changed(value),
            // An attribute; no name is bound.
            _ => {}
        }
    }

    /// An array is changed after it was made, so that its text does not say what it holds.
    fn element_changed(&mut self, array: &Expr) {
        if let ExprKind::Name(name) = &array.kind {
            self.changed(name);
        }
    }

    fn changed(&mut self, name: &Name) {
        let Some(Meaning::Constant(constant @ FrozenValue::Array(..))) = self.scope.names.get(name) else {
            return;
        };
        // The array may go by other names, too.
        let constant = constant.clone();
        for (name, meaning) in &mut self.scope.names {
            if *meaning == Meaning::Constant(constant.clone()) {
                *meaning = computed(name);
            }
        }
    }

    /// A call for its effect: a method or an argument may be an array, which it may change.
    fn called(&mut self, value: &Expr) {
        let ExprKind::Call { function, arguments } = &value.kind else { return };
        if let ExprKind::Attribute { value, .. } = &function.kind {
            self.element_changed(value);
        }
        let prints = matches!(&function.kind, ExprKind::Name(name) if &**name == "print");
        arguments.iter().filter(|_| !prints).for_each(|argument| self.element_changed(argument.value()));
    }

    /// The names outside a function whose elements it writes, or of which it calls a method for its effect.
    fn written_in(&mut self, function: &FunctionDef) {
        let parameters = function.parameters.items.iter().map(|parameter| parameter.name.name.clone());
        let mut own: Vec<Name> = parameters.collect();
        let mut written = Vec::new();
        for_each_statement(&function.body, &mut |statement| match &statement.kind {
            StmtKind::Assign { targets, .. } => {
                targets.iter().for_each(|target| sort_target(target, &mut own, &mut written));
            }
            StmtKind::AugAssign { target, .. } | StmtKind::For { target, .. } => {
                sort_target(target, &mut own, &mut written);
            }
            StmtKind::Expr(value) => {
                if let ExprKind::Call { function, .. } = &value.kind
                    && let ExprKind::Attribute { value, .. } = &function.kind
                    && let ExprKind::Name(name) = &value.kind
                {
                    written.push(name.clone());
                }
            }
            _ => {}
        });
        self.written.extend(written.into_iter().filter(|name| !own.contains(name)));
    }

    /// `njit(function)`, `njit(cache=True)(function)`: a function of its own.
    fn wrapped(&mut self, name: &Name, value: &Expr) -> Option<Meaning> {
        let ExprKind::Call { function: callee, arguments } = &value.kind else { return None };
        let (Argument::Positional(first), options) = arguments.split_first()? else { return None };
        let ExprKind::Name(wrapped) = &first.kind else { return None };
        let Some(Meaning::Function(function)) = self.scope.names.get(wrapped) else { return None };
        if !self.is_decorator(callee) {
            return None;
        }
        let decorator = if options.is_empty() {
            (**callee).clone()
        } else {
            let kind = ExprKind::Call { function: callee.clone(), arguments: options.to_vec() };
            Expr::new(kind, value.span)
        };
        let position = self.positions.len() + self.scope.wrapped.len();
        self.scope.wrapped.push(Wrapped { name: name.clone(), function: *function, decorator });
        Some(Meaning::Function(position))
    }

    /// Whether an expression is one of the decorators that make kernels, or a call that makes such a decorator.
    fn is_decorator(&self, expression: &Expr) -> bool {
        let is_ours = |module: &str, name: &str| {
            module.split('.').next() == Some("hotloop") && matches!(name, "njit" | "jit" | "register_jitable")
        };
        match &expression.kind {
            ExprKind::Call { function, .. } => {
                !matches!(function.kind, ExprKind::Call { .. }) && self.is_decorator(function)
            }
            ExprKind::Name(name) => {
                matches!(self.scope.names.get(name), Some(Meaning::Imported { module, name }) if is_ours(module, name))
            }
            ExprKind::Attribute { value, name } => {
                let ExprKind::Name(module) = &value.kind else { return false };
                matches!(self.scope.names.get(module), Some(Meaning::Module(module)) if is_ours(module, &name.name))
            }
            _ => false,
        }
    }

    /// What an expression means, if one look is enough.
    fn value(&self, value: &Expr) -> Option<Meaning> {
        if let Some(constant) = fold(value, &self.scope) {
            return Some(Meaning::Constant(constant));
        }
        if let Some(class) = self.exception_of(value) {
            return Some(Meaning::Exception(class));
        }
        if let Some(class) = self.class_call(value) {
            return Some(class);
        }
        match &value.kind {
            ExprKind::Name(name) => self.scope.names.get(name).cloned(),
            ExprKind::Attribute { value, name } => {
                let ExprKind::Name(module) = &value.kind else { return None };
                ConstantNames::meaning(&self.scope, &format!("{module}.{}", name.name)).map(Meaning::Alias)
            }
            _ => None,
        }
    }
}

impl ConstantNames for ModuleScope {
    fn meaning(&self, path: &str) -> Option<Global> {
        let Some((module, attribute)) = path.split_once('.') else {
            let builtin = || builtin_attribute("builtins", path);
            return match self.names.get(path) {
                None => builtin(),
                Some(Meaning::Constant(value)) => Some(Global::Constant(value.clone())),
                Some(Meaning::Imported { module, name }) => builtin_attribute(module, name),
                Some(Meaning::Alias(global)) => Some(global.clone()),
                Some(Meaning::Exception(class)) => Some(Global::Exception(class.clone())),
                Some(Meaning::TupleClass(class)) => Some(Global::TupleClass(Arc::clone(class))),
                Some(Meaning::EnumClass(class)) => Some(Global::EnumClass(Arc::clone(class))),
                Some(Meaning::Module(_) | Meaning::Function(_) | Meaning::Unknown { .. }) => None,
            };
        };
        match self.names.get(module)? {
            Meaning::Module(module) => builtin_attribute(module, attribute),
            Meaning::Imported { .. }
            | Meaning::Function(_)
            | Meaning::Constant(_)
            | Meaning::Alias(_)
            | Meaning::Exception(_)
            | Meaning::TupleClass(_)
            | Meaning::EnumClass(_)
            | Meaning::Unknown { .. } => None,
        }
    }

    fn module(&self, name: &str) -> Option<String> {
        match self.names.get(name)? {
            Meaning::Module(module) => Some(module.to_string()),
            _ => None,
        }
    }
}

/// Sorts the names of a target: those that it binds, and those of which it writes an element.
fn sort_target(target: &Expr, own: &mut Vec<Name>, written: &mut Vec<Name>) {
    match &target.kind {
        ExprKind::Name(name) => own.push(name.clone()),
        ExprKind::Tuple(items) | ExprKind::List(items) => {
            items.iter().for_each(|item| sort_target(item, own, written));
        }
        ExprKind::Starred(inner) => sort_target(inner, own, written),
        ExprKind::Subscript { value, .. } => {
            if let ExprKind::Name(name) = &value.kind {
                written.push(name.clone());
            }
        }
        _ => {}
    }
}

/// Visits the statements of a body, those in blocks included.
fn for_each_statement(body: &[Stmt], visit: &mut dyn FnMut(&Stmt)) {
    for statement in body {
        visit(statement);
        statement.blocks().into_iter().for_each(|block| for_each_statement(block, visit));
    }
}

fn unknown(what: &str) -> Meaning {
    Meaning::Unknown { what: what.to_owned(), help: None }
}

fn unknown_because(what: &str, help: String) -> Meaning {
    Meaning::Unknown { what: what.to_owned(), help: Some(help) }
}

/// What is not read from a value.
fn unread(name: &str, value: &Expr) -> Meaning {
    match value.kind {
        ExprKind::List(_) | ExprKind::ListComprehension { .. } => unknown_because(
            "a list that may change",
            format!("make `{name}` a tuple or an array, or pass it as an argument"),
        ),
        _ => computed(name),
    }
}

fn computed(name: &str) -> Meaning {
    unknown_because(
        "a global whose value is computed when the module is loaded",
        format!("pass `{name}` as an argument, or assign it a constant"),
    )
}
