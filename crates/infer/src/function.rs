//! Inference of one function: its parameters, its body, its result.

use crate::bindings::{Binding, Bindings, Conflict};
use crate::caught::Raised;
use crate::environment::{Callees, Environment, FunctionHandle};
use crate::expression::{CONFLICT, GLOBAL, UNASSIGNED, UNKNOWN_NAME, Value};
use crate::generators::{makes_generator, may_stop, without_yield_from};
use crate::guarded::Guard;
use crate::lists::ListTypes;
use crate::liveness::Liveness;
use crate::locals::Locals;
use crate::memo::{CalleeMemo, LoopMemo, Settling};
use crate::python_rules::repeated_parameters;
use crate::statement::TOO_DEEP;
use hotloop_ast::{FunctionDef, Name, ParameterKind, Stmt};
use hotloop_diagnostics::{Code, Diagnostic, Severity, Span};
use hotloop_hir as hir;
use hotloop_hir::{Expr, ExprKind, Local, LocalData, Options, ParallelPart, StmtKind, Version};
use hotloop_types::{Signature, Type, unify};
use rustc_hash::FxHashMap;
use std::rc::Rc;

static PARAMETER_COUNT: Code =
    Code::new("HL0215", "a signature and a function differ in the number of parameters");
static RESULT: Code = Code::new("HL0206", "the results of a function have nothing in common");
static PARAMETER_KIND: Code = Code::new("HL0306", "a kind of parameter is not supported in a kernel yet");
static RECURSION: Code = Code::new("HL0209", "the result of a recursive kernel has no type");
static FUNCTION_KIND: Code = Code::new("HL0307", "a kind of function cannot be a kernel");

/// Types a function for arguments of the types that the signature gives. If the signature gives the result too, values are converted to
/// it; this is also what a recursive function needs.
///
/// See the [crate documentation](crate) for an example.
pub fn infer(
    function: &FunctionDef,
    signature: &Signature,
    options: Options,
    environment: &dyn Environment,
    callees: &mut dyn Callees,
) -> Result<hir::Function, Vec<Diagnostic>> {
    infer_round(function, signature, options, environment, callees).map_err(|unfinished| match unfinished {
        Unfinished::Refused(diagnostics) => diagnostics,
        Unfinished::Awaiting { call, .. } => vec![Unfinished::never_known(call)],
    })
}

/// Why a function is not typed.
#[derive(Clone, Debug, PartialEq)]
pub enum Unfinished {
    /// It has errors.
    Refused(Vec<Diagnostic>),
    /// It calls a kernel whose result is not known yet ([`CalleeError::Awaited`](crate::CalleeError::Awaited)).
    Awaiting {
        /// What it returns on the ways that do without that result, if there are any.
        so_far: Option<Type>,
        /// The first such call.
        call: Span,
    },
}

impl Unfinished {
    /// Says that the result of a recursive call will never be known.
    pub fn never_known(call: Span) -> Diagnostic {
        let message = "the type of this recursive call's result cannot be found: no way through the function returns without such a call";
        Diagnostic::error(&RECURSION, message, call)
            .with_help("return a value before the recursion goes on, or declare a signature with a result, such as `@njit(\"int64(int64)\")`")
    }

    /// Says that the result of a recursive function has no type, since each call makes it wider.
    pub fn never_settled(function: Span) -> Diagnostic {
        let message =
            "the type of this recursive function's result cannot be found: it changes with every call";
        Diagnostic::error(&RECURSION, message, function)
            .with_help("return values of one type, or declare a signature with a result, such as `@njit(\"int64(int64)\")`")
    }
}

/// One round of inference: as [`infer`], for callers that know how to go on when the result of a recursive call is not known yet.
pub fn infer_round(
    function: &FunctionDef,
    signature: &Signature,
    options: Options,
    environment: &dyn Environment,
    callees: &mut dyn Callees,
) -> Result<hir::Function, Unfinished> {
    let function = &*without_yield_from(function);
    let mut lists = ListTypes::default();
    // Types only widen, and there are few widenings of each place; a program that needs more trials is refused by what the last one says.
    loop {
        match infer_trial(function, signature, options, environment, callees, lists) {
            Ok(finished) => return finished,
            Err(known) => lists = *known,
        }
    }
}

/// One trial with what is known about lists; gives what it found out about them, if that is more.
fn infer_trial(
    function: &FunctionDef,
    signature: &Signature,
    options: Options,
    environment: &dyn Environment,
    callees: &mut dyn Callees,
    lists: ListTypes,
) -> Result<Result<hir::Function, Unfinished>, Box<ListTypes>> {
    let captured = environment.captures();
    let locals = Locals::of(function, captured).with_inner(function, captured);
    let mut inference = Inference {
        environment,
        callees,
        function: hir::Function::new(&*function.name.name, Type::None),
        liveness: Liveness::of(&function.body, &locals),
        bindings: Bindings::new(locals.names().len()),
        locals,
        declared_result: signature.result.clone(),
        makes_generator: makes_generator(function),
        reachable: true,
        out: Vec::new(),
        loops: Vec::new(),
        returns: Vec::new(),
        conflicts: Vec::new(),
        guards: Vec::new(),
        deletions: Vec::new(),
        handler_names: Vec::new(),
        caught: 0,
        raised: Vec::new(),
        copies: 0,
        finally_blocks: FxHashMap::default(),
        diagnostics: Vec::new(),
        depth: 0,
        links: 0,
        conditional_depth: 0,
        conditional_base: 0,
        assigned_within: Vec::new(),
        block_depth: 0,
        unrolled: 0,
        loop_memo: LoopMemo::default(),
        callee_memo: CalleeMemo::default(),
        stand_ins: Vec::new(),
        capturing: Vec::new(),
        scopes: Vec::new(),
        settling: Settling::default(),
        lists,
        awaited: None,
        reads_too_early: false,
        diverged: None,
        divergence_depth: 0,
    };
    inference.function.span = function.name.span;
    inference.function.options = options;
    inference.parameters(function, signature);
    if inference.diagnostics.is_empty() {
        inference.body(function);
    }
    inference.report_unknown_items();
    if inference.lists.has_changed {
        return Err(Box::new(inference.lists.for_next_trial()));
    }
    Ok(inference.finish())
}

/// An error was found and reported.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reported;

/// What is typed, or the fact that a diagnostic says why not.
pub(crate) type Typed<T = Expr> = Result<T, Reported>;

/// The state of inferring one function.
pub(crate) struct Inference<'a> {
    pub(crate) environment: &'a dyn Environment,
    pub(crate) callees: &'a mut dyn Callees,
    pub(crate) function: hir::Function,
    pub(crate) locals: Locals,
    pub(crate) liveness: Liveness,
    /// What the locals are at the point reached.
    pub(crate) bindings: Bindings,
    pub(crate) declared_result: Option<Type>,
    /// Whether it has a `yield`; `returns` are then what it yields.
    pub(crate) makes_generator: bool,
    /// Whether control can reach the point reached.
    pub(crate) reachable: bool,
    /// The statements of the innermost block, so far.
    pub(crate) out: Vec<hir::Stmt>,
    /// The loops around, the innermost last.
    pub(crate) loops: Vec<LoopFrame>,
    pub(crate) returns: Vec<(Type, Span)>,
    pub(crate) conflicts: Vec<Conflict>,
    /// The parts of `try` statements around the point reached, the innermost last.
    pub(crate) guards: Vec<Guard>,
    /// The locals that a `del` has taken, in the order in which they were met.
    pub(crate) deletions: Vec<Local>,
    /// What handlers call the errors that they catch: names that are gone behind them.
    pub(crate) handler_names: Vec<Local>,
    /// What the `raise` statements met so far raise.
    pub(crate) raised: Vec<Raised>,
    /// How many handlers there are.
    pub(crate) caught: u32,
    /// How many copies of `finally` blocks, and of those behind `and` and `or`, there are.
    pub(crate) copies: u32,
    /// The `finally` blocks as they are typed.
    pub(crate) finally_blocks: FxHashMap<*const Stmt, Rc<[Stmt]>>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// How deep the expression being typed lies in others.
    pub(crate) depth: u32,
    /// How many links of operator chains the statement being typed has.
    pub(crate) links: u32,
    /// How many parts of the expression around are evaluated on some ways only.
    pub(crate) conditional_depth: u32,
    /// How many of them lie around the innermost expression with statements of its own.
    pub(crate) conditional_base: u32,
    /// What was assigned by assignment expressions of comprehensions.
    pub(crate) assigned_within: Vec<Name>,
    /// How many blocks lie around.
    pub(crate) block_depth: u32,
    /// How many iterations of loops were written out.
    pub(crate) unrolled: usize,
    pub(crate) loop_memo: LoopMemo,
    pub(crate) callee_memo: CalleeMemo,
    /// What the names that [`stand_in`](Self::stand_in) made stand for.
    pub(crate) stand_ins: Vec<Value>,
    /// The functions whose captures are being read.
    pub(crate) capturing: Vec<FunctionHandle>,
    /// The variables of the comprehensions around, the innermost last.
    pub(crate) scopes: Vec<(Name, Local)>,
    pub(crate) settling: Settling,
    pub(crate) lists: ListTypes,
    /// The first call whose result is not known yet.
    pub(crate) awaited: Option<Span>,
    /// Whether a variable was read in a loop that nothing had assigned there: an iteration before may have, as its ways tell where they meet.
    pub(crate) reads_too_early: bool,
    /// The call that never returns which was met in the statement being typed, on every way through it.
    pub(crate) diverged: Option<Expr>,
    /// How many parts of the expression around that are evaluated on some ways only lie around the innermost one that such a call may end.
    pub(crate) divergence_depth: u32,
}

/// A loop around the point reached.
pub(crate) struct LoopFrame {
    /// Whether its iterations run in parallel.
    pub(crate) is_parallel: bool,
    pub(crate) span: Span,
    /// The whole statement.
    pub(crate) whole: Span,
    /// What the locals are at each `break`, in source order.
    pub(crate) breaks: Vec<Bindings>,
    /// What the locals are at each `continue`, in source order.
    pub(crate) continues: Vec<Bindings>,
}

impl Inference<'_> {
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) -> Reported {
        // What is said about a name holds wherever it stands; and one place where the nesting is too deep is enough.
        let once = [&UNKNOWN_NAME, &UNASSIGNED, &CONFLICT, &GLOBAL, &TOO_DEEP];
        let is_new = |known: &Diagnostic| {
            known.message != diagnostic.message
                || known.primary.span != diagnostic.primary.span && !once.contains(&diagnostic.code)
        };
        if self.diagnostics.iter().all(is_new) {
            self.diagnostics.push(diagnostic);
        }
        Reported
    }

    /// Whether the function shares that out among threads.
    pub(crate) fn shares(&self, part: ParallelPart) -> bool {
        self.function.options.shares(part)
    }

    /// Appends a statement to the innermost block.
    pub(crate) fn emit(&mut self, kind: StmtKind, span: Span) {
        self.out.push(hir::Stmt { kind, span });
    }

    /// A local that the source cannot name.
    pub(crate) fn new_temporary(&mut self, purpose: &str, ty: Type, span: Span) -> Version {
        let local = self.function.locals.push(LocalData { name: format!(".{purpose}") });
        self.new_version(local, ty, span)
    }

    fn parameters(&mut self, function: &FunctionDef, signature: &Signature) {
        for name in self.locals.names() {
            self.function.locals.push(LocalData { name: name.to_string() });
        }
        if function.is_async {
            let message = format!("`{}` is a coroutine, which cannot be a kernel", function.name.name);
            self.report(
                Diagnostic::error(&FUNCTION_KIND, message, function.name.span).with_help("leave out `async`"),
            );
        }
        for diagnostic in repeated_parameters(&function.parameters) {
            self.report(diagnostic);
        }
        for parameter in &function.parameters.items {
            if parameter.kind == ParameterKind::VariadicKeyword {
                let message = format!("`**{}` is not supported yet in a kernel", parameter.name.name);
                self.report(
                    Diagnostic::error(&PARAMETER_KIND, message, parameter.name.span)
                        .with_help("name each parameter"),
                );
            }
        }
        if !self.diagnostics.is_empty() {
            return;
        }
        let captured = self.environment.captures();
        let given = signature.parameters.len().checked_sub(captured.len());
        if given != Some(function.parameters.items.len()) {
            self.report_parameter_count(function, signature);
            return;
        }
        let own = function.parameters.items.iter().map(|parameter| &parameter.name);
        let names = captured.iter().map(|name| (name, function.name.span));
        let names: Vec<_> = names.chain(own.map(|name| (&name.name, name.span))).collect();
        for ((name, span), ty) in names.into_iter().zip(&signature.parameters) {
            let local = self.locals.find(name).expect("every parameter is a local");
            let version = self.new_version(local, ty.clone(), span);
            self.bindings.set(local, Binding::Version(version));
            self.function.parameters.push(version);
        }
    }

    fn report_parameter_count(&mut self, function: &FunctionDef, signature: &Signature) {
        self.report(wrong_parameter_count(function, signature, function.name.span));
    }

    fn body(&mut self, function: &FunctionDef) {
        let body = self.block(without_docstring(&function.body));
        self.function.body = body;
        if self.makes_generator {
            if may_stop(function, &self.function) {
                let body = std::mem::take(&mut self.function.body);
                self.function.body = self.contain_stop(body, function.name.span);
            }
            return self.items();
        }
        if self.reachable {
            self.returns.push((Type::None, function.name.span));
        }
        self.function.never_returns = self.returns.is_empty() && self.declared_result.is_none();
        self.result();
    }

    /// Finds the type of the result and converts the values returned to it.
    fn result(&mut self) {
        // Behind an error the ways through the function are not all known.
        if !self.diagnostics.is_empty() || self.awaited.is_some() {
            return;
        }
        let Some(result) = self.declared_result.clone().or_else(|| self.common_result()) else { return };
        self.lists.unknown_leaves |= result.is_undefined();
        self.check_slices(&result);
        self.check_mixed(&result);
        if let Type::List(item) = &result {
            for (_, span) in self.returns.clone().iter().filter(|(ty, _)| ty.is_undefined()) {
                self.note_items(&[*span], item);
            }
        }
        for (ty, span) in std::mem::take(&mut self.returns) {
            if !can_convert(&ty, &result) {
                self.report_result(&ty, &result, span);
            }
        }
        if self.reachable && result != Type::None {
            self.function.body.push(hir::Stmt { kind: StmtKind::Return(None), span: self.function.span });
        }
        convert_returns(&mut self.function.body, &result, false);
        self.function.result = result;
    }

    /// Finds the type of what the generator yields and converts the values to it.
    fn items(&mut self) {
        if let Some(declared) = self.declared_result.clone() {
            self.report_declared_items(&declared, self.function.span);
        }
        if !self.diagnostics.is_empty() || self.awaited.is_some() {
            return;
        }
        let Some(items) = self.common_result() else { return };
        if let Type::List(item) = &items {
            for (_, span) in self.returns.clone().iter().filter(|(ty, _)| ty.is_undefined()) {
                self.note_items(&[*span], item);
            }
        }
        convert_returns(&mut self.function.body, &items, true);
        self.function.result = self.generator_of(items.clone());
        self.function.yields = Some(items);
    }

    fn report_result(&mut self, ty: &Type, declared: &Type, span: Span) {
        let message = match (ty, declared) {
            (Type::None, _) => format!(
                "the signature declares the result {declared}, but a way through the function returns nothing"
            ),
            (_, Type::None) => {
                format!("the signature declares no result, but a value of type {ty} is returned")
            }
            _ => {
                format!("the signature declares the result {declared}, but a value of type {ty} is returned")
            }
        };
        self.report(
            Diagnostic::error(&RESULT, message, span)
                .with_primary(if *ty == Type::None { String::new() } else { format!("this is {ty}") })
                .with_help("change the signature's result, or leave it out and let it be inferred"),
        );
    }

    /// The type that holds all values returned.
    fn common_result(&mut self) -> Option<Type> {
        let mut returns = self.returns.iter();
        let Some((first, first_span)) = returns.next() else { return Some(Type::None) };
        let mut common = first.clone();
        for (ty, span) in returns {
            let Some(wider) = unify(&common, ty) else {
                let verb = if self.makes_generator { "yields" } else { "returns" };
                let diagnostic = result_conflict(verb, (&common, *first_span), (ty, *span));
                self.report(diagnostic);
                return None;
            };
            common = wider;
        }
        Some(common)
    }

    fn finish(mut self) -> Result<hir::Function, Unfinished> {
        if let Some(call) = self.awaited {
            let errors = std::mem::take(&mut self.diagnostics);
            let so_far = if self.returns.is_empty() { None } else { self.common_result() };
            let so_far = match so_far {
                Some(items) if self.makes_generator => Some(self.generator_of(items)),
                so_far => so_far,
            };
            // With the type found so far there will be another round, which finds the same errors if they are none of the missing type.
            return match so_far {
                None if !errors.is_empty() => Err(Unfinished::Refused(errors)),
                so_far => Err(Unfinished::Awaiting { so_far, call }),
            };
        }
        if self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            return Err(Unfinished::Refused(self.diagnostics));
        }
        if self.shares(ParallelPart::Fusion) {
            crate::fusion::fuse(&mut self.function);
        }
        Ok(self.function)
    }
}

fn result_conflict(
    verb: &str,
    (first, first_span): (&Type, Span),
    (second, second_span): (&Type, Span),
) -> Diagnostic {
    if let ("returns", (Type::None, other) | (other, Type::None)) = (verb, (first, second)) {
        let (value, nothing) =
            if *first == Type::None { (second_span, first_span) } else { (first_span, second_span) };
        return Diagnostic::error(
            &RESULT,
            format!("the function returns {other} on one way and nothing on another"),
            value,
        )
        .with_primary(format!("returns {other} here"))
        .with_label(nothing, "returns nothing here, or at the end of the function")
        .with_help("return a value on every way, or raise an exception instead");
    }
    Diagnostic::error(
        &RESULT,
        format!("the function {verb} both {first} and {second}, which no type holds"),
        second_span,
    )
    .with_primary(format!("{verb} {second} here"))
    .with_label(first_span, format!("{verb} {first} here"))
    .with_help(format!("{} values of one type, or write one function for each", verb.trim_end_matches('s')))
}

/// The error that a signature has too many or too few types for the function.
pub(crate) fn wrong_parameter_count(function: &FunctionDef, signature: &Signature, span: Span) -> Diagnostic {
    let (has, given) = (function.parameters.items.len(), signature.parameters.len());
    let message = format!(
        "`{}` has {}, but the signature `{signature}` gives {}",
        function.name.name,
        counted(has, "parameter"),
        counted(given, "type")
    );
    Diagnostic::error(&PARAMETER_COUNT, message, span).with_help("give one type for each parameter")
}

/// `1 parameter`, `2 parameters`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Statements without a leading string.
fn without_docstring(body: &[Stmt]) -> &[Stmt] {
    match body {
        [first, rest @ ..] if is_string(first) => rest,
        _ => body,
    }
}

fn is_string(statement: &Stmt) -> bool {
    matches!(&statement.kind, hotloop_ast::StmtKind::Expr(value) if matches!(value.kind, hotloop_ast::ExprKind::Str(_)))
}

/// Whether a value of one type can be had as another: between numbers always, as Numba does, save that a complex one does not become real.
pub(crate) fn can_convert(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Scalar(from), Type::Scalar(to)) => !from.is_complex() || to.is_complex(),
        (Type::Array(from), Type::Array(to)) => from.fits(*to),
        (Type::Tuple(from), Type::Tuple(to)) => {
            from.class() == to.class()
                && from.len() == to.len()
                && from.iter().zip(to.iter()).all(|(from, to)| can_convert(from, to))
        }
        (Type::None, Type::Optional(_)) => true,
        (Type::Optional(from), Type::Optional(to)) => can_convert(from, to),
        (from, Type::Optional(to)) => can_convert(from, to),
        (Type::Optional(from), to) => can_convert(from, to),
        (
            Type::Scalar(_)
            | Type::Array(_)
            | Type::Tuple(_)
            | Type::None
            | Type::Range
            | Type::Dtype(_)
            | Type::Str
            | Type::Bytes
            | Type::List(_)
            | Type::Generator(_)
            | Type::RandomGenerator
            | Type::Enum(_)
            | Type::Undefined
            | Type::Function(_),
            _,
        ) => from == to,
    }
}

/// Converts what is returned, or what a generator yields: that returns nothing.
fn convert_returns(body: &mut [hir::Stmt], result: &Type, is_generator: bool) {
    for statement in body {
        match &mut statement.kind {
            StmtKind::Yield(value) => {
                let none = Expr::new(ExprKind::Constant(hir::Constant::None), Type::None, statement.span);
                *value = crate::conversion::convert(std::mem::replace(value, none), result);
            }
            StmtKind::Return(value) if !is_generator && *result != Type::None => {
                let none = Expr::new(ExprKind::Constant(hir::Constant::None), Type::None, statement.span);
                *value = Some(crate::conversion::convert(value.take().unwrap_or(none), result));
            }
            StmtKind::If { arms, otherwise, .. } => {
                arms.iter_mut().for_each(|arm| convert_returns(&mut arm.body, result, is_generator));
                convert_returns(otherwise, result, is_generator);
            }
            StmtKind::While { repeated, .. } | StmtKind::ForRange { repeated, .. } => {
                convert_returns(&mut repeated.body, result, is_generator);
                convert_returns(&mut repeated.otherwise, result, is_generator);
            }
            StmtKind::Unrolled { iterations, otherwise, .. } => {
                iterations
                    .iter_mut()
                    .for_each(|iteration| convert_returns(&mut iteration.body, result, is_generator));
                convert_returns(otherwise, result, is_generator);
            }
            StmtKind::Try(guarded) => {
                let bodies = guarded.handlers.iter_mut().map(|handler| &mut handler.body);
                [&mut guarded.body, &mut guarded.otherwise]
                    .into_iter()
                    .chain(bodies)
                    .for_each(|body| convert_returns(body, result, is_generator));
            }
            StmtKind::Outside { body, .. } => convert_returns(body, result, is_generator),
            StmtKind::RaiseAgain(_)
            | StmtKind::Delete(_)
            | StmtKind::Assign { .. }
            | StmtKind::StoreElement { .. }
            | StmtKind::StoreElements { .. }
            | StmtKind::StoreAt { .. }
            | StmtKind::Expr(_)
            | StmtKind::ParallelFor { .. }
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Return(_)
            | StmtKind::Raise { .. }
            | StmtKind::Assert { .. } => {}
        }
    }
}
