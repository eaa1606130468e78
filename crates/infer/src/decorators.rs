//! Reads the decorators of a function: `@njit`, `@nb.jit("float64(float64[:])", cache=True)` and so on, whatever the import called them.

use crate::environment::FrozenValue;
use crate::function::wrong_parameter_count;
use crate::module_scope::{Meaning, ModuleScope};
use crate::names::similar;
use crate::signature_source::SignatureSource;
use hotloop_ast::{Argument, DictItem, Expr, ExprKind, FunctionDef, Identifier, Name, ParameterKind};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{ErrorModel, Options, ParallelPart};
use hotloop_types::{FloatFlags, Signature, Type};

static UNKNOWN_OPTION: Code = Code::new("HL0216", "a decorator has an option or a value that is not known");
static NOT_IMPORTED: Code = Code::new("HL0407", "a decorator is used that is not imported");
static UNSUPPORTED_OPTION: Code =
    Code::new("HL0316", "a decorator or one of its options is not supported yet");

/// What a function's decorator says. From source it is read by [`read_decorators`]; where the decorator has run, as in Python, it is made
/// of the values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decoration {
    /// The signatures to compile at once; with any, no other types are accepted.
    pub signatures: Vec<(Signature, Span)>,
    /// How the function is to be compiled.
    pub options: Options,
    /// Whether compiled code is kept on disk. Off by default; turn it on for functions that take long to compile.
    pub cache: bool,
    /// Whether it makes a ufunc, which kernels may call with arrays.
    pub is_ufunc: bool,
    /// Whether Python's other threads may run during a call. Off by default, as in Numba.
    pub nogil: bool,
    /// The types that local variables are to have, whatever is assigned to them. None by default.
    pub locals: Vec<(Name, Type)>,
    /// Where the decorator stands.
    pub span: Span,
}

/// The decoration of a function, or `None` if no decorator makes it a kernel.
pub fn read_decorators(
    function: &FunctionDef,
    scope: &ModuleScope,
) -> Result<Option<Decoration>, Vec<Diagnostic>> {
    let mut reader = Reader { scope, decoration: Decoration::default(), diagnostics: Vec::new() };
    reader.report_not_imported(function);
    let mut decorators = function.decorators.iter().rev();
    // The one next to the function sees the function itself; those before it see what it made.
    let Some(innermost) = decorators.next() else { return Ok(None) };
    if !reader.diagnostics.is_empty() {
        return Err(reader.diagnostics);
    }
    if reader.decorator_name(callee(innermost)).is_some() {
        reader.decorator(innermost);
        reader.check_signatures(function);
    } else if let Some(outer) = decorators.find(|outer| reader.decorator_name(callee(outer)).is_some()) {
        reader.report(
            Diagnostic::error(
                &UNSUPPORTED_OPTION,
                "another decorator stands between this one and the function",
                outer.span,
            )
            .with_label(innermost.span, "this one changes the function first")
            .with_help("put the kernel's decorator next to the function"),
        );
    } else {
        return Ok(None);
    }
    if reader.diagnostics.is_empty() { Ok(Some(reader.decoration)) } else { Err(reader.diagnostics) }
}

/// What is called to decorate.
fn callee(decorator: &Expr) -> &Expr {
    match &decorator.kind {
        ExprKind::Call { function, .. } => function,
        _ => decorator,
    }
}

/// The decorators of Numba that make functions of other kinds.
const OTHER_DECORATORS: &[&str] = &["guvectorize", "stencil", "cfunc", "generated_jit", "jit_module"];

struct Reader<'a> {
    scope: &'a ModuleScope,
    decoration: Decoration,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// A decorator of ours whose name nothing in the file binds: when the file is loaded, Python raises `NameError`.
    fn report_not_imported(&mut self, function: &FunctionDef) {
        for decorator in &function.decorators {
            if let Some((message, help)) = self.misspelt(callee(decorator), &function.name.name) {
                self.report(Diagnostic::error(&NOT_IMPORTED, message, decorator.span).with_help(help));
                continue;
            }
            let (name, is_ours, help) = match &callee(decorator).kind {
                ExprKind::Name(name) => (
                    name,
                    is_decorator(name),
                    format!("write `from hotloop import {name}` at the head of the file"),
                ),
                ExprKind::Attribute { value, name } if is_decorator(&name.name) => {
                    let ExprKind::Name(module) = &value.kind else { continue };
                    let import = match &**module {
                        "hotloop" => "import hotloop".to_owned(),
                        other => format!("import hotloop as {other}"),
                    };
                    (module, true, format!("write `{import}` at the head of the file"))
                }
                _ => continue,
            };
            if is_ours && self.scope.meaning(name).is_none() && !self.scope.has_unknown_names() {
                let message = format!("`{name}` is not imported, so `{}` is no kernel", function.name.name);
                self.report(Diagnostic::error(&NOT_IMPORTED, message, decorator.span).with_help(help));
            }
        }
    }

    /// What is wrong with a decorator whose name, or whose module's, is nearly one of ours; and the way out.
    fn misspelt(&self, decorator: &Expr, function: &str) -> Option<(String, String)> {
        let decorators = || DECORATORS.iter().copied().chain(OTHER_DECORATORS.iter().copied());
        let (module, name) = match &decorator.kind {
            ExprKind::Name(name) => match self.scope.meaning(name)? {
                Meaning::Imported { module, name } => (module, name),
                _ => return None,
            },
            ExprKind::Attribute { value, name } => {
                let ExprKind::Name(module) = &value.kind else { return None };
                match self.scope.meaning(module)? {
                    Meaning::Module(module) => (module, &name.name),
                    _ => return None,
                }
            }
            _ => return None,
        };
        if is_hotloop(module) && !is_decorator(name) {
            let meant = similar(name, decorators())?;
            let message = format!("`{module}` has no decorator `{name}`, so `{function}` is no kernel");
            return Some((message, format!("did you mean `{meant}`?")));
        }
        if is_hotloop(module) || !is_decorator(name) {
            return None;
        }
        let meant = similar(module, ["hotloop", "numba"].into_iter())?;
        let message = format!("`{name}` is imported from `{module}`, so `{function}` is no kernel");
        Some((message, format!("did you mean the module `{meant}`?")))
    }

    /// Each signature has a type for each parameter.
    fn check_signatures(&mut self, function: &FunctionDef) {
        let parameters = &function.parameters.items;
        // What is wrong with `**kwargs` is said where the kernel is typed.
        if parameters.iter().any(|parameter| parameter.kind == ParameterKind::VariadicKeyword) {
            return;
        }
        let count = parameters.len();
        for (signature, span) in &self.decoration.signatures {
            if signature.parameters.len() != count {
                let diagnostic = wrong_parameter_count(function, signature, *span);
                self.diagnostics.push(diagnostic.with_label(function.name.span, "of this function"));
            }
        }
    }

    /// Which of Hotloop's names an expression is, if it can be a decorator.
    fn decorator_name(&self, expression: &Expr) -> Option<String> {
        let name = match &expression.kind {
            ExprKind::Name(name) => match self.scope.meaning(name)? {
                Meaning::Imported { module, name } if is_hotloop(module) => name.to_string(),
                _ => return None,
            },
            ExprKind::Attribute { value, name } => {
                let ExprKind::Name(module) = &value.kind else { return None };
                match self.scope.meaning(module)? {
                    Meaning::Module(module) if is_hotloop(module) => name.name.to_string(),
                    _ => return None,
                }
            }
            _ => return None,
        };
        is_decorator(&name).then_some(name)
    }

    fn decorator(&mut self, decorator: &Expr) {
        self.decoration.span = decorator.span;
        let name = self.decorator_name(callee(decorator)).expect("the caller found it");
        if OTHER_DECORATORS.contains(&name.as_str()) {
            let message = format!("the decorator `{name}` is not supported yet");
            self.report(
                Diagnostic::error(&UNSUPPORTED_OPTION, message, decorator.span)
                    .with_help("use `njit` and write the loop out"),
            );
            return;
        }
        if name == UFUNC {
            self.decoration.is_ufunc = true;
            // As in Numba: a division by zero in elements gives inf or nan.
            self.decoration.options.error_model = ErrorModel::Numpy;
        }
        let ExprKind::Call { arguments, .. } = &decorator.kind else { return };
        for (position, argument) in arguments.iter().enumerate() {
            match argument {
                Argument::Positional(value) if position == 0 => self.signatures(value),
                Argument::Keyword { name, value }
                    if matches!(
                        &*name.name,
                        "signature_or_function" | "signature" | "ftylist_or_function"
                    ) =>
                {
                    self.signatures(value);
                }
                Argument::Keyword { name, value } => self.option(name, value),
                Argument::Positional(value) | Argument::Unpack(value) | Argument::UnpackKeywords(value) => {
                    self.report(
                        Diagnostic::error(
                            &UNKNOWN_OPTION,
                            "a decorator takes one signature, or a list of them, and options by name",
                            value.span,
                        )
                        .with_help("write several signatures as a list; write options as `name=value`"),
                    );
                }
            }
        }
    }

    fn signatures(&mut self, value: &Expr) {
        if matches!(value.kind, ExprKind::None) {
            return;
        }
        let source = SignatureSource { scope: self.scope };
        match source.signatures(value) {
            Ok(signatures) => self.decoration.signatures.extend(signatures),
            Err(diagnostic) => self.report(*diagnostic),
        }
    }

    fn option(&mut self, name: &Identifier, value: &Expr) {
        match &*name.name {
            "cache" => self.flag(name, value, |decoration, on| decoration.cache = on),
            "parallel" => self.parallel(name, value),
            "boundscheck" if matches!(value.kind, ExprKind::None) => {}
            "boundscheck" => self.flag(name, value, |decoration, on| decoration.options.boundscheck = on),
            "nogil" => self.flag(name, value, |decoration, on| decoration.nogil = on),
            "fastmath" => self.fastmath(name, value),
            "error_model" => self.error_model(name, value),
            "nopython" => self.required(name, value, true),
            "forceobj" => self.required(name, value, false),
            // They change nothing that a program can see here.
            "inline" | "debug" | "looplift" | "no_cpython_wrapper" | "no_cfunc_wrapper" | "forceinline" => {}
            "locals" => self.locals(value),
            // How NumPy calls it, which kernels do not.
            "target" | "identity" if self.decoration.is_ufunc => {}
            "pipeline_class" | "target" | "writable_args" => {
                let message = format!("the option `{}` is not supported yet", name.name);
                self.report(
                    Diagnostic::error(&UNSUPPORTED_OPTION, message, name.span).with_help("leave it out"),
                );
            }
            unknown => {
                let message = format!("the decorator has no option `{unknown}`");
                self.report(Diagnostic::error(&UNKNOWN_OPTION, message, name.span).with_help(
                    "the options are: cache, parallel, fastmath, error_model, boundscheck, nogil, nopython, inline",
                ));
            }
        }
    }

    /// `locals={"x": nb.float32}` or `locals=dict(x=nb.float32)`: the types of local variables.
    fn locals(&mut self, value: &Expr) {
        let pairs: Option<Vec<(Name, &Expr)>> = match &value.kind {
            ExprKind::Dict(items) => items
                .iter()
                .map(|item| match item {
                    DictItem::Pair(key, ty) => match self.scope.constant(key)? {
                        FrozenValue::Str(name) => Some((Name::from(name.as_str()), ty)),
                        _ => None,
                    },
                    DictItem::Unpack(_) => None,
                })
                .collect(),
            ExprKind::Call { function, arguments } if is_dict(function) => arguments
                .iter()
                .map(|argument| match argument {
                    Argument::Keyword { name, value } => Some((name.name.clone(), value)),
                    Argument::Positional(_) | Argument::Unpack(_) | Argument::UnpackKeywords(_) => None,
                })
                .collect(),
            _ => None,
        };
        let Some(pairs) = pairs else {
            let message = "the option `locals` has a value that cannot be read here";
            let help = "write a dict of names and types, such as `locals={\"x\": float32}`";
            self.report(Diagnostic::error(&UNKNOWN_OPTION, message, value.span).with_help(help));
            return;
        };
        for (name, ty) in pairs {
            match (SignatureSource { scope: self.scope }).ty(ty) {
                Ok(ty) => self.decoration.locals.push((name, ty)),
                Err(diagnostic) => self.report(*diagnostic),
            }
        }
    }

    /// `parallel=True`, or `parallel={"prange": True, "fusion": False}`: a dict turns it on, and what it does not name is on as well.
    fn parallel(&mut self, name: &Identifier, value: &Expr) {
        let ExprKind::Dict(items) = &value.kind else {
            return self.flag(name, value, |decoration, on| decoration.options.parallel = on);
        };
        self.decoration.options.parallel = true;
        for item in items {
            let pair = match item {
                DictItem::Pair(key, on) => self.scope.constant(key).zip(self.scope.constant(on)),
                DictItem::Unpack(_) => None,
            };
            let Some((FrozenValue::Str(part), FrozenValue::Bool(on))) = pair else {
                return self.report_value(name, value, "names with `True` or `False`");
            };
            match ParallelPart::by_name(&part) {
                Some(part) if !on => {
                    let options = &mut self.decoration.options;
                    options.in_order = options.in_order.with(part);
                }
                Some(_) => {}
                None => {
                    let names: Vec<&str> = ParallelPart::NAMES.iter().map(|(name, _)| *name).collect();
                    let message = format!("the option `parallel` has no part `{part}`");
                    let help = format!("the parts are: {}", names.join(", "));
                    self.report(Diagnostic::error(&UNKNOWN_OPTION, message, value.span).with_help(help));
                }
            }
        }
    }

    fn flag(&mut self, name: &Identifier, value: &Expr, set: impl FnOnce(&mut Decoration, bool)) {
        match self.scope.constant(value) {
            Some(FrozenValue::Bool(on)) => set(&mut self.decoration, on),
            Some(FrozenValue::Int(on @ (0 | 1))) => set(&mut self.decoration, on == 1),
            _ => self.report_value(name, value, "`True` or `False`"),
        }
    }

    fn report_value(&mut self, name: &Identifier, value: &Expr, wanted: &str) {
        let message = format!("the option `{}` has a value that cannot be read here", name.name);
        self.report(
            Diagnostic::error(&UNKNOWN_OPTION, message, value.span).with_help(format!("write {wanted}")),
        );
    }

    /// Object mode does not exist here, so its switches have one position each.
    fn required(&mut self, name: &Identifier, value: &Expr, wanted: bool) {
        match self.scope.constant(value) {
            Some(FrozenValue::Bool(given)) if given == wanted => {}
            _ => {
                let message =
                    format!("`{}={value}` asks for object mode, which does not exist here", name.name);
                self.report(
                    Diagnostic::error(&UNSUPPORTED_OPTION, message, name.span).with_help(
                        "leave the option out, or the decorator if the function is ordinary Python",
                    ),
                );
            }
        }
    }

    fn fastmath(&mut self, name: &Identifier, value: &Expr) {
        let flags = match &value.kind {
            ExprKind::Set(items) | ExprKind::List(items) | ExprKind::Tuple(items) => items
                .iter()
                .try_fold(FloatFlags::STRICT, |flags, item| Some(flags.with(self.float_flag(item)?))),
            ExprKind::Str(_) => self.float_flag(value),
            ExprKind::Call { function, arguments } if is_empty_set(function, arguments) => {
                Some(FloatFlags::STRICT)
            }
            _ => match self.scope.constant(value) {
                Some(FrozenValue::Bool(on)) => Some(if on { FloatFlags::FAST } else { FloatFlags::STRICT }),
                _ => None,
            },
        };
        match flags {
            Some(flags) => self.decoration.options.float_flags = flags,
            None => self.report_value(
                name,
                value,
                "`True`, `False`, or a set of names: reassoc, contract, nnan, ninf, nsz, arcp, afn, fast",
            ),
        }
    }

    fn float_flag(&self, value: &Expr) -> Option<FloatFlags> {
        match self.scope.constant(value)? {
            FrozenValue::Str(name) => FloatFlags::by_name(&name),
            _ => None,
        }
    }

    fn error_model(&mut self, name: &Identifier, value: &Expr) {
        match self.scope.constant(value) {
            Some(FrozenValue::Str(model)) if model == "python" => {
                self.decoration.options.error_model = ErrorModel::Python
            }
            Some(FrozenValue::Str(model)) if model == "numpy" => {
                self.decoration.options.error_model = ErrorModel::Numpy
            }
            _ => self.report_value(name, value, "\"python\" or \"numpy\""),
        }
    }
}

/// The decorators that make kernels.
const DECORATORS: &[&str] = &["jit", "njit", "register_jitable", UFUNC];

/// The decorator that makes ufuncs.
const UFUNC: &str = "vectorize";

fn is_decorator(name: &str) -> bool {
    DECORATORS.contains(&name) || OTHER_DECORATORS.contains(&name)
}

fn is_dict(function: &Expr) -> bool {
    matches!(&function.kind, ExprKind::Name(name) if &**name == "dict")
}

fn is_empty_set(function: &Expr, arguments: &[Argument]) -> bool {
    arguments.is_empty() && matches!(&function.kind, ExprKind::Name(name) if &**name == "set")
}

fn is_hotloop(module: &str) -> bool {
    matches!(module, "hotloop" | "hotloop.extending" | "hotloop.core.decorators")
}
