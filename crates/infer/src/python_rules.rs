//! What Python refuses when it compiles a file, though its grammar reads it: a `break` outside a loop, a `return` outside a function, a
//! parameter named twice.
//!
//! Python looks for these in every function, whether or not it is ever called, and so does this; inference sees only what a call reaches.
//! The walk is one over the tree, with what is known of the functions around.

use crate::locals::visit_assigned;
use hotloop_ast::{
    Argument, ExceptHandler, Expr, ExprKind, FunctionDef, Identifier, MatchCase, Module, Name, Parameters,
    Pattern, PatternKind, Stmt, StmtKind,
};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use rustc_hash::FxHashSet;

static REFUSED: Code = Code::new("HL0405", "Python itself refuses to compile this");
static OUTSIDE_LOOP: Code = Code::new("HL0220", "`break` or `continue` outside a loop");
static BARE_EXCEPT: Code = Code::new("HL0231", "a handler stands behind one that catches everything");
static REPEATED_PARAMETER: Code = Code::new("HL0410", "two parameters have one name");

/// What Python refuses in a function, the functions and classes within it included.
pub fn refused_by_python(function: &FunctionDef) -> Vec<Diagnostic> {
    let mut rules = Rules::default();
    rules.function(function, None);
    rules.diagnostics
}

/// What Python refuses in a file outside the functions of [`Module::functions`].
pub fn refused_at_top_level(module: &Module) -> Vec<Diagnostic> {
    let mut rules = Rules::default();
    rules.block(&module.body, &mut Scope::new(ScopeKind::Module, None), Place::default());
    rules.diagnostics
}

/// `break` or `continue` where no loop is.
pub(crate) fn outside_loop(is_break: bool, span: Span) -> Diagnostic {
    let message = if is_break { "`break` outside a loop" } else { "`continue` outside a loop" };
    Diagnostic::error(&OUTSIDE_LOOP, message, span).with_help("remove it")
}

/// A handler that catches everything, before others.
pub(crate) fn early_bare_except(handler: &ExceptHandler) -> Diagnostic {
    let message = "a bare `except` must be the last handler";
    Diagnostic::error(&BARE_EXCEPT, message, head(handler.span, 6)).with_help("move it behind the others")
}

/// The parameters that have the name of an earlier one.
pub(crate) fn repeated_parameters(parameters: &Parameters) -> Vec<Diagnostic> {
    let items = &parameters.items;
    let repeated = items.iter().enumerate().filter_map(|(position, parameter)| {
        let name = &parameter.name;
        let first = items[..position].iter().find(|other| other.name.name == name.name)?;
        let message = format!("two parameters have the name `{}`", name.name);
        let diagnostic = Diagnostic::error(&REPEATED_PARAMETER, message, name.span);
        Some(diagnostic.with_label(first.name.span, "the first one").with_help("rename one of them"))
    });
    repeated.collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ScopeKind {
    Module,
    Class,
    Function,
    Coroutine,
}

impl ScopeKind {
    fn is_function(self) -> bool {
        matches!(self, Self::Function | Self::Coroutine)
    }
}

/// A module, class or function whose statements are walked.
struct Scope<'a> {
    kind: ScopeKind,
    outer: Option<&'a Scope<'a>>,
    parameters: FxHashSet<Name>,
    /// What the body binds.
    bound: FxHashSet<Name>,
    /// The names that were read or bound so far.
    seen: FxHashSet<Name>,
    global: FxHashSet<Name>,
    nonlocal: FxHashSet<Name>,
}

impl<'a> Scope<'a> {
    fn new(kind: ScopeKind, outer: Option<&'a Scope<'a>>) -> Self {
        let none = FxHashSet::default;
        Self {
            kind,
            outer,
            parameters: none(),
            bound: none(),
            seen: none(),
            global: none(),
            nonlocal: none(),
        }
    }

    /// Whether a function around binds the name.
    fn is_bound_around(&self, name: &Name) -> bool {
        let mut scope = self.outer;
        while let Some(around) = scope {
            let is_here = around.parameters.contains(name) || around.bound.contains(name);
            if around.kind.is_function() && is_here && !around.global.contains(name) {
                return true;
            }
            scope = around.outer;
        }
        false
    }
}

/// What lies around a statement within its scope.
#[derive(Clone, Copy, Default)]
struct Place {
    in_loop: bool,
    /// Whether a handler of `except*` lies around, and between it and the statement no loop.
    jumps_leave_star: bool,
    /// Whether a handler of `except*` lies around.
    in_star: bool,
}

#[derive(Default)]
struct Rules {
    diagnostics: Vec<Diagnostic>,
}

impl Rules {
    fn refuse(&mut self, message: impl Into<String>, span: Span, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(&REFUSED, message.into(), span).with_help(help.into()));
    }

    fn function(&mut self, function: &FunctionDef, outer: Option<&Scope<'_>>) {
        self.diagnostics.extend(repeated_parameters(&function.parameters));
        let kind = if function.is_async { ScopeKind::Coroutine } else { ScopeKind::Function };
        let mut scope = Scope::new(kind, outer);
        scope.parameters = function.parameters.items.iter().map(|item| item.name.name.clone()).collect();
        visit_assigned(&function.body, &mut |name| {
            scope.bound.insert(name.clone());
        });
        self.block(&function.body, &mut scope, Place::default());
    }

    fn block(&mut self, body: &[Stmt], scope: &mut Scope<'_>, place: Place) {
        body.iter().for_each(|statement| self.statement(statement, scope, place));
    }

    fn statement(&mut self, statement: &Stmt, scope: &mut Scope<'_>, place: Place) {
        statement.for_each_own_expr(&mut |part| self.expression(part, scope, None));
        let in_loop = Place { in_loop: true, jumps_leave_star: false, ..place };
        match &statement.kind {
            StmtKind::Break => self.jump(true, statement.span, place),
            StmtKind::Continue => self.jump(false, statement.span, place),
            StmtKind::Return(_) => self.check_return(statement.span, scope, place),
            StmtKind::If { branches, otherwise } => {
                branches.iter().for_each(|branch| self.block(&branch.body, scope, place));
                self.block(otherwise, scope, place);
            }
            StmtKind::While { body, otherwise, .. } => {
                self.block(body, scope, in_loop);
                self.block(otherwise, scope, place);
            }
            StmtKind::For { is_async, target, body, otherwise, .. } => {
                self.check_async(*is_async, "`async for`", statement.span, scope);
                self.target(target);
                self.block(body, scope, in_loop);
                self.block(otherwise, scope, place);
            }
            StmtKind::With { is_async, items, body } => {
                self.check_async(*is_async, "`async with`", statement.span, scope);
                items.iter().flat_map(|item| &item.target).for_each(|target| self.target(target));
                self.block(body, scope, place);
            }
            StmtKind::Try { is_star, body, handlers, otherwise, finally } => {
                self.block(body, scope, place);
                let last = handlers.len().saturating_sub(1);
                for (position, handler) in handlers.iter().enumerate() {
                    if handler.kind.is_none() && position < last {
                        self.diagnostics.push(early_bare_except(handler));
                    }
                    let inside = Place { jumps_leave_star: true, in_star: true, ..place };
                    self.block(&handler.body, scope, if *is_star { inside } else { place });
                }
                self.block(otherwise, scope, place);
                self.block(finally, scope, place);
            }
            StmtKind::Match { cases, .. } => self.cases(cases, scope, place),
            StmtKind::Function(function) => {
                scope.seen.insert(function.name.name.clone());
                if scope.kind != ScopeKind::Module {
                    self.function(function, Some(scope));
                }
            }
            StmtKind::Class(class) => {
                scope.seen.insert(class.name.name.clone());
                self.block(&class.body, &mut Scope::new(ScopeKind::Class, Some(&*scope)), Place::default());
            }
            StmtKind::Assign { targets, .. } => targets.iter().for_each(|target| self.target(target)),
            StmtKind::Global(names) => names.iter().for_each(|name| self.global(name, scope)),
            StmtKind::Nonlocal(names) => names.iter().for_each(|name| self.nonlocal(name, scope)),
            StmtKind::ImportFrom { names, .. } => {
                if scope.kind != ScopeKind::Module && names.iter().any(|alias| &*alias.name.name == "*") {
                    let help = "import the names one by one, or at the head of the file";
                    self.refuse("`import *` within a function or class", statement.span, help);
                }
            }
            StmtKind::Expr(_)
            | StmtKind::AugAssign { .. }
            | StmtKind::AnnAssign { .. }
            | StmtKind::Raise { .. }
            | StmtKind::Assert { .. }
            | StmtKind::Delete(_)
            | StmtKind::Import(_)
            | StmtKind::TypeAlias { .. }
            | StmtKind::Pass
            | StmtKind::Skipped => {}
        }
    }

    fn jump(&mut self, is_break: bool, span: Span, place: Place) {
        if !place.in_loop {
            self.diagnostics.push(outside_loop(is_break, span));
        } else if place.jumps_leave_star {
            self.leaves_star_handler(if is_break { "`break`" } else { "`continue`" }, span);
        }
    }

    fn check_return(&mut self, span: Span, scope: &Scope<'_>, place: Place) {
        if !scope.kind.is_function() {
            self.refuse(
                "`return` outside a function",
                head(span, 6),
                "remove it, or check the indentation of this line",
            );
        } else if place.in_star {
            self.leaves_star_handler("`return`", head(span, 6));
        }
    }

    fn leaves_star_handler(&mut self, what: &str, span: Span) {
        let message = format!("{what} cannot leave a handler of `except*`");
        self.refuse(message, span, "set a variable, and leave behind the `try`");
    }

    fn check_async(&mut self, is_async: bool, what: &str, span: Span, scope: &Scope<'_>) {
        if is_async && scope.kind != ScopeKind::Coroutine {
            self.refuse(format!("{what} outside `async def`"), head(span, 5), "leave out `async`");
        }
    }

    fn global(&mut self, name: &Identifier, scope: &mut Scope<'_>) {
        self.declared("global", name, scope);
        scope.global.insert(name.name.clone());
    }

    fn nonlocal(&mut self, name: &Identifier, scope: &mut Scope<'_>) {
        if scope.kind == ScopeKind::Module {
            self.refuse("`nonlocal` at the top level of the file", name.span, "remove it");
            return;
        }
        if !scope.is_bound_around(&name.name) {
            let message = format!("no function around assigns `{}`, so it cannot be `nonlocal`", name.name);
            self.refuse(message, name.span, format!("assign `{}` in the function around first", name.name));
        }
        self.declared("nonlocal", name, scope);
        scope.nonlocal.insert(name.name.clone());
    }

    fn declared(&mut self, what: &str, Identifier { name, span }: &Identifier, scope: &Scope<'_>) {
        if scope.parameters.contains(name) {
            let message = format!("`{name}` is a parameter and cannot be `{what}`");
            self.refuse(message, *span, "rename the parameter");
        } else if scope.seen.contains(name) {
            let message = format!("`{name}` is used before it is declared `{what}`");
            self.refuse(message, *span, "put the declaration at the head of the function");
        } else if scope.global.contains(name) && what == "nonlocal"
            || scope.nonlocal.contains(name) && what == "global"
        {
            self.refuse(
                format!("`{name}` is declared both `global` and `nonlocal`"),
                *span,
                "remove one of both",
            );
        }
    }

    /// At most one name of a target takes the rest.
    fn target(&mut self, target: &Expr) {
        let (ExprKind::Tuple(items) | ExprKind::List(items)) = &target.kind else {
            if let ExprKind::Starred(_) = target.kind {
                let help = "put a comma behind it, as in `*rest, = values`";
                self.refuse("a starred target stands alone", target.span, help);
            }
            return;
        };
        let starred: Vec<&Expr> =
            items.iter().filter(|item| matches!(item.kind, ExprKind::Starred(_))).collect();
        if let [_, second, ..] = starred[..] {
            let help = "let one name take the rest, and take it apart in a statement of its own";
            self.refuse("two starred targets in one assignment", second.span, help);
        }
        for item in items {
            match &item.kind {
                ExprKind::Starred(inner) => self.target(inner),
                _ => self.target(item),
            }
        }
    }

    fn cases(&mut self, cases: &[MatchCase], scope: &mut Scope<'_>, place: Place) {
        for (position, case) in cases.iter().enumerate() {
            let is_last = position + 1 == cases.len();
            if case.guard.is_none() && !is_last && is_irrefutable(&case.pattern) {
                let help = "put it last, or give it a condition behind `if`";
                self.refuse(
                    "this case takes everything, so those below are never reached",
                    case.pattern.span,
                    help,
                );
            }
            self.repeated_captures(&case.pattern, &mut FxHashSet::default());
            self.alternatives(&case.pattern);
            visit_all_captures(&case.pattern, &mut |name| {
                scope.seen.insert(name.clone());
            });
            self.block(&case.body, scope, place);
        }
    }

    /// A pattern binds a name once, on each of its alternatives.
    fn repeated_captures(&mut self, pattern: &Pattern, bound: &mut FxHashSet<Name>) {
        match &pattern.kind {
            PatternKind::Capture(name) | PatternKind::Star(Some(name)) => self.capture(name, bound),
            PatternKind::As { pattern, name } => {
                self.capture(name, bound);
                self.repeated_captures(pattern, bound);
            }
            PatternKind::Sequence(parts) => parts.iter().for_each(|part| self.repeated_captures(part, bound)),
            PatternKind::Mapping { items, rest } => {
                rest.iter().for_each(|name| self.capture(name, bound));
                items.iter().for_each(|(_, part)| self.repeated_captures(part, bound));
            }
            PatternKind::Class { positional, keywords, .. } => {
                let parts = positional.iter().chain(keywords.iter().map(|(_, part)| part));
                parts.for_each(|part| self.repeated_captures(part, bound));
            }
            PatternKind::Or(parts) => {
                let before = bound.clone();
                for part in parts {
                    let mut here = before.clone();
                    self.repeated_captures(part, &mut here);
                    bound.extend(here);
                }
            }
            PatternKind::Wildcard | PatternKind::Value(_) | PatternKind::Star(None) => {}
        }
    }

    fn capture(&mut self, name: &Identifier, bound: &mut FxHashSet<Name>) {
        if !bound.insert(name.name.clone()) {
            let message = format!("the pattern binds `{}` twice", name.name);
            self.refuse(message, name.span, "use two names, and compare them behind `if`");
        }
    }

    /// The alternatives of a pattern bind the same names, and only the last takes everything.
    fn alternatives(&mut self, pattern: &Pattern) {
        let PatternKind::Or(parts) = &pattern.kind else {
            each_part(pattern, &mut |part| self.alternatives(part));
            return;
        };
        let names = |part: &Pattern| {
            let mut names = FxHashSet::default();
            visit_all_captures(part, &mut |name| {
                names.insert(name.clone());
            });
            names
        };
        let first = names(&parts[0]);
        if let Some(other) = parts[1..].iter().find(|part| names(part) != first) {
            let help = "bind the same names in each, or write a case for each";
            self.refuse("the alternatives of this pattern bind different names", other.span, help);
        }
        if let Some(early) = parts[..parts.len() - 1].iter().find(|part| is_irrefutable(part)) {
            let help = "put it last";
            self.refuse(
                "this alternative takes everything, so those behind it are never reached",
                early.span,
                help,
            );
        }
        parts.iter().for_each(|part| self.alternatives(part));
    }

    /// `comprehension` is the kind of comprehension around, which no `yield` may leave.
    fn expression(&mut self, expression: &Expr, scope: &mut Scope<'_>, comprehension: Option<&str>) {
        let inside = match &expression.kind {
            ExprKind::Name(name) => {
                scope.seen.insert(name.clone());
                comprehension
            }
            ExprKind::Walrus { target, .. } => {
                scope.seen.insert(target.name.clone());
                comprehension
            }
            ExprKind::Yield(_) | ExprKind::YieldFrom(_) => {
                self.check_yield(expression, scope, comprehension);
                comprehension
            }
            ExprKind::Await(_) => {
                if scope.kind != ScopeKind::Coroutine {
                    self.refuse("`await` outside `async def`", head(expression.span, 5), "leave out `await`");
                }
                comprehension
            }
            ExprKind::Call { arguments, .. } => {
                self.repeated_keywords(arguments);
                comprehension
            }
            ExprKind::Lambda { parameters, body } => {
                self.diagnostics.extend(repeated_parameters(parameters));
                let defaults = parameters.items.iter().filter_map(|parameter| parameter.default.as_ref());
                defaults.for_each(|default| self.expression(default, scope, comprehension));
                let mut inner = Scope::new(ScopeKind::Function, Some(&*scope));
                self.expression(body, &mut inner, None);
                return;
            }
            ExprKind::ListComprehension { .. }
            | ExprKind::SetComprehension { .. }
            | ExprKind::DictComprehension { .. }
            | ExprKind::Generator { .. } => Some(expression.kind.describe()),
            _ => comprehension,
        };
        expression.for_each_child(&mut |part| self.expression(part, scope, inside));
    }

    fn check_yield(&mut self, expression: &Expr, scope: &Scope<'_>, comprehension: Option<&str>) {
        let place = head(expression.span, 5);
        if let Some(what) = comprehension {
            self.refuse(format!("`yield` within {what}"), place, "write a loop");
        } else if !scope.kind.is_function() {
            self.refuse(
                "`yield` outside a function",
                place,
                "remove it, or check the indentation of this line",
            );
        } else if scope.kind == ScopeKind::Coroutine && matches!(expression.kind, ExprKind::YieldFrom(_)) {
            self.refuse("`yield from` within `async def`", place, "loop over the values with `async for`");
        }
    }

    fn repeated_keywords(&mut self, arguments: &[Argument]) {
        let mut known = FxHashSet::default();
        for argument in arguments {
            if let Argument::Keyword { name, .. } = argument
                && !known.insert(&name.name)
            {
                let message = format!("the argument `{}` is given twice", name.name);
                self.refuse(message, name.span, "remove one of both");
            }
        }
    }
}

/// The first bytes of a place: its keyword.
fn head(span: Span, length: u32) -> Span {
    Span { end: span.end.min(span.start + length), ..span }
}

/// Whether a pattern matches anything.
fn is_irrefutable(pattern: &Pattern) -> bool {
    match &pattern.kind {
        PatternKind::Wildcard | PatternKind::Capture(_) => true,
        PatternKind::As { pattern, .. } => is_irrefutable(pattern),
        PatternKind::Or(parts) => parts.last().is_some_and(is_irrefutable),
        PatternKind::Value(_)
        | PatternKind::Sequence(_)
        | PatternKind::Star(_)
        | PatternKind::Mapping { .. }
        | PatternKind::Class { .. } => false,
    }
}

/// The patterns directly within a pattern.
fn each_part<'a>(pattern: &'a Pattern, visit: &mut dyn FnMut(&'a Pattern)) {
    match &pattern.kind {
        PatternKind::As { pattern, .. } => visit(pattern),
        PatternKind::Sequence(parts) | PatternKind::Or(parts) => parts.iter().for_each(visit),
        PatternKind::Mapping { items, .. } => items.iter().for_each(|(_, part)| visit(part)),
        PatternKind::Class { positional, keywords, .. } => {
            positional.iter().chain(keywords.iter().map(|(_, part)| part)).for_each(visit);
        }
        PatternKind::Wildcard | PatternKind::Capture(_) | PatternKind::Value(_) | PatternKind::Star(_) => {}
    }
}

/// All names that a pattern binds, mappings and classes included.
fn visit_all_captures(pattern: &Pattern, visit: &mut dyn FnMut(&Name)) {
    match &pattern.kind {
        PatternKind::Capture(name)
        | PatternKind::Star(Some(name))
        | PatternKind::As { name, .. }
        | PatternKind::Mapping { rest: Some(name), .. } => visit(&name.name),
        PatternKind::Wildcard
        | PatternKind::Value(_)
        | PatternKind::Sequence(_)
        | PatternKind::Star(None)
        | PatternKind::Mapping { rest: None, .. }
        | PatternKind::Class { .. }
        | PatternKind::Or(_) => {}
    }
    each_part(pattern, &mut |part| visit_all_captures(part, visit));
}
