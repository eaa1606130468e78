//! Functions with `yield`, and going on with what they make.
//!
//! Of such a function the items are typed as what an ordinary one returns: all that it yields becomes one type. `yield from` is a loop that
//! yields each item, and is written as one before the function is typed.

use crate::call::Arguments;
use crate::conditions::{choose, item};
use crate::conversion::convert;
use crate::function::{Inference, Reported, Typed};
use crate::guarded::GuardKind;
use crate::inner::makes_iterator;
use hotloop_abi::{ErrorClass, ExceptionClass};
use hotloop_ast as ast;
use hotloop_ast::{Argument, ExprKind as AstExpr, FunctionDef, Name, StmtKind as AstStmt};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir as hir;
use hotloop_hir::{
    Callee, CalleeData, Catches, Constant, Edge, Exception, ExceptionArgument, Expr, ExprKind, Handler,
    ObjectExpr, StmtKind, Try,
};
use hotloop_types::{GeneratorType, Type};
use std::borrow::Cow;
use std::sync::Arc;

static YIELD_PLACE: Code = Code::new("HL0322", "a `yield` stands where a kernel cannot wait");
static YIELD_VALUE: Code = Code::new("HL0323", "the value of a `yield` is used");
static RETURNS_VALUE: Code = Code::new("HL0324", "a generator returns a value");
static DECLARED: Code = Code::new("HL0325", "a generator's signature declares a result");

/// The variable that a `yield from` assigns; no source can name it.
const ITEM: &str = "<item>";

/// Whether a call of the function makes a generator.
pub(crate) fn makes_generator(function: &FunctionDef) -> bool {
    any_expr(&function.body, &|kind| matches!(kind, AstExpr::Yield(_) | AstExpr::YieldFrom(_)))
}

/// The function with a loop in the place of each `yield from` that is a statement.
pub(crate) fn without_yield_from(function: &FunctionDef) -> Cow<'_, FunctionDef> {
    if !any_expr(&function.body, &|kind| matches!(kind, AstExpr::YieldFrom(_))) {
        return Cow::Borrowed(function);
    }
    let mut function = function.clone();
    write_loops(&mut function.body);
    Cow::Owned(function)
}

fn write_loops(body: &mut [ast::Stmt]) {
    for statement in body {
        if let AstStmt::Expr(ast::Expr { kind: AstExpr::YieldFrom(iterable), span }) = &statement.kind {
            let item = |kind| ast::Expr { kind, span: *span };
            let yielded = AstExpr::Yield(Some(Box::new(item(AstExpr::Name(Name::from(ITEM))))));
            statement.kind = AstStmt::For {
                is_async: false,
                target: item(AstExpr::Name(Name::from(ITEM))),
                iterable: (**iterable).clone(),
                body: vec![ast::Stmt { kind: AstStmt::Expr(item(yielded)), span: *span }],
                otherwise: Vec::new(),
            };
            continue;
        }
        statement.blocks_mut().into_iter().for_each(|block| write_loops(block));
    }
}

/// Whether an expression of a kind stands in a function, the functions within it left out.
fn any_expr(body: &[ast::Stmt], is_it: &dyn Fn(&AstExpr) -> bool) -> bool {
    body.iter().any(|statement| {
        let mut found = false;
        statement.for_each_own_expr(&mut |expr| found |= has_part(expr, is_it));
        found || statement.blocks().into_iter().any(|block| any_expr(block, is_it))
    })
}

fn has_part(expr: &ast::Expr, is_it: &dyn Fn(&AstExpr) -> bool) -> bool {
    let mut found = is_it(&expr.kind);
    if !matches!(expr.kind, AstExpr::Lambda { .. }) {
        expr.for_each_child(&mut |child| found |= has_part(child, is_it));
    }
    found
}

impl Inference<'_> {
    /// `yield value` as a statement.
    pub(crate) fn yield_statement(&mut self, value: Option<&ast::Expr>, span: Span) -> Typed<()> {
        self.check_yield(span)?;
        let value = match value {
            Some(value) => self.value(value)?,
            None => crate::expression::constant(Constant::None, Type::None, span),
        };
        self.returns.push((value.ty.clone(), value.span));
        self.emit(StmtKind::Yield(value), span);
        Ok(())
    }

    /// A generator waits only where nothing is left to do if nobody goes on with it.
    fn check_yield(&mut self, span: Span) -> Typed<()> {
        if let Some(frame) = self.loops.iter().rev().find(|frame| frame.is_parallel) {
            let diagnostic = Diagnostic::error(&YIELD_PLACE, "`yield` inside a parallel loop", span)
                .with_label(frame.span, "the iterations of this loop run in any order")
                .with_help("use `range`, or store the values in an array and yield them behind the loop");
            return Err(self.report(diagnostic));
        }
        let place = self.guards.iter().rev().find_map(|guard| match guard.kind {
            GuardKind::Body { catches_exit: false } => None,
            GuardKind::Body { catches_exit: true } => Some("in a `try` whose handlers catch everything"),
            GuardKind::Handler { .. } => Some("in an `except` block"),
            GuardKind::Finally(_) => Some("in a `try` with `finally`"),
            GuardKind::Cleanup => Some("in a `finally` block"),
        });
        let Some(place) = place else { return Ok(()) };
        let message = format!("`yield` {place} is not supported in a kernel");
        let diagnostic = Diagnostic::error(&YIELD_PLACE, message, span)
            .with_primary("whoever drops the generator here would have to run that code")
            .with_help("compute the value within the `try`, and yield it behind");
        Err(self.report(diagnostic))
    }

    /// A `yield` that is part of a larger expression.
    pub(crate) fn yield_value(&mut self, span: Span) -> Reported {
        let message = "the value of a `yield` is what `send` gives, which is not supported in a kernel";
        let diagnostic = Diagnostic::error(&YIELD_VALUE, message, span)
            .with_help("write `yield` as a statement of its own");
        self.report(diagnostic)
    }

    /// `return` with a value in a generator.
    pub(crate) fn returned_by_generator(&mut self, span: Span) -> Reported {
        let message = "the value that a generator returns goes into its `StopIteration`, which is not supported in a kernel";
        let diagnostic =
            Diagnostic::error(&RETURNS_VALUE, message, span).with_help("yield the value, or return nothing");
        self.report(diagnostic)
    }

    pub(crate) fn report_declared_items(&mut self, declared: &Type, span: Span) -> Reported {
        let message = format!(
            "the signature declares the result {declared}, but a call of this function makes a generator"
        );
        let diagnostic = Diagnostic::error(&DECLARED, message, span)
            .with_help("declare the parameters alone, such as `@njit(\"(int64,)\")`");
        self.report(diagnostic)
    }

    /// The type of what the function makes, if these are its items.
    pub(crate) fn generator_of(&self, items: Type) -> Type {
        let parameters = self.function.parameters.iter();
        let parameters = parameters.map(|version| self.function.versions[*version].ty.clone()).collect();
        let symbol = self.callees.symbol().into();
        Type::Generator(Arc::new(GeneratorType { symbol, items, parameters }))
    }

    /// The function that goes on with generators of a type.
    pub(crate) fn resume_callee(&mut self, generator: &Arc<GeneratorType>) -> Callee {
        self.listed_callee(CalleeData {
            name: generator.name().to_owned(),
            symbol: GeneratorType::resume_symbol(&generator.symbol),
            parameters: vec![Type::Generator(Arc::clone(generator))],
            result: GeneratorType::resumed(&generator.items),
            never_returns: false,
            is_placeless: false,
        })
    }

    /// Goes on with a generator: whether there is another item, and the item.
    pub(crate) fn resumed(
        &mut self,
        generator: Expr,
        ty: &Arc<GeneratorType>,
        condition: Option<Expr>,
        span: Span,
    ) -> Expr {
        let callee = self.resume_callee(ty);
        let (generator, condition) = (Box::new(generator), condition.map(Box::new));
        let result = GeneratorType::resumed(&ty.items);
        Expr::new(ExprKind::Resume { callee, generator, condition }, result, span)
    }
}

impl Inference<'_> {
    /// `next(iterator)`, `next(iterator, default)`.
    pub(crate) fn next_item(&mut self, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments(name, &["iterator", "default"], 1, arguments, span)?;
        let given = placed[0].expect("it is required");
        if self.is_iterator(given)? {
            return self.next_of_new(given, placed[1], span);
        }
        let iterator = self.expression(given)?;
        let Type::Generator(generator) = iterator.ty.clone() else {
            return Err(self.report_argument(name, &iterator, "a generator"));
        };
        let Some(default) = placed[1] else {
            return self.with_next(iterator, &generator, span, |_, has_item, item| {
                let (ty, error) = (item.ty.clone(), (ExceptionClass::StopIteration, ""));
                Ok(Expr::object(ObjectExpr::Checked { condition: has_item, error, value: item }, ty, span))
            });
        };
        let default = self.value(default)?;
        // The arguments are there before the generator goes on.
        self.with_let(iterator, "iterator", span, |this, iterator| {
            this.with_let(default, "default", span, |this, default| {
                this.with_next(iterator, &generator, span, |this, has_item, item| {
                    let common = this.common_type(&item, &default, span)?;
                    let (item, default) = (convert(item, &common), convert(default, &common));
                    Ok(choose(has_item, item, default, span))
                })
            })
        })
    }

    fn with_next(
        &mut self,
        iterator: Expr,
        generator: &Arc<GeneratorType>,
        span: Span,
        body: impl FnOnce(&mut Self, Expr, Expr) -> Typed,
    ) -> Typed {
        let resumed = self.resumed(iterator, generator, None, span);
        self.with_let(resumed, "resumed", span, |this, resumed| {
            body(this, item(&resumed, 0, &Type::BOOL), item(&resumed, 1, &generator.items))
        })
    }

    /// A generator expression as a value.
    pub(crate) fn generator_value(
        &mut self,
        expression: &ast::Expr,
        clauses: &[ast::Comprehension],
    ) -> Typed {
        let span = expression.span;
        let Some(handle) = self.callees.inner(span) else {
            return Err(self.unsupported_expression(expression));
        };
        let outermost = &clauses[0].iterable;
        let mut given = Vec::new();
        if !makes_iterator(outermost) {
            let iterable = self.expression(outermost)?;
            self.check_iterable(&iterable)?;
            given.push(Argument::Positional(self.stand_in(iterable)));
        }
        let function = self.function_value(handle, span)?;
        let arguments = self.arguments(&given)?;
        self.call_value(function, expression, &arguments, span)
    }

    /// Makes sure that a loop can run over a value.
    fn check_iterable(&mut self, value: &Expr) -> Typed<()> {
        let outer = std::mem::take(&mut self.out);
        let found = self.iterable_value(value.clone().into(), value.span);
        self.out = outer;
        found.map(drop)
    }

    /// A generator in whose body a `StopIteration` may arise raises `RuntimeError` instead: its end is told by nobody but itself.
    pub(crate) fn contain_stop(&mut self, body: Vec<hir::Stmt>, span: Span) -> Vec<hir::Stmt> {
        let class = |class: ExceptionClass| ErrorClass::from(class);
        let message = ExceptionArgument::Str("generator raised StopIteration".to_owned());
        let exception = Exception { class: class(ExceptionClass::RuntimeError), arguments: vec![message] };
        let raise = hir::Stmt { kind: StmtKind::Raise { exception }, span };
        let catches = Catches::Classes(vec![class(ExceptionClass::StopIteration)]);
        let handler = Handler { catches, caught: self.new_caught(), body: vec![raise], edge: None };
        let guarded = Try {
            body,
            joins: Vec::new(),
            entry: Edge::default(),
            otherwise: Vec::new(),
            edge: self.reachable.then(Edge::default),
            handlers: vec![handler],
            exits: Vec::new(),
        };
        vec![hir::Stmt { kind: StmtKind::Try(Box::new(guarded)), span }]
    }
}

/// Whether a `StopIteration` may arise in the body: it names the class, asks for an item, or calls another kernel.
pub(crate) fn may_stop(function: &FunctionDef, hir: &hir::Function) -> bool {
    let is_named = |kind: &AstExpr| match kind {
        AstExpr::Name(name) => matches!(&**name, "next" | "StopIteration"),
        AstExpr::Attribute { name, .. } => &*name.name == "StopIteration",
        _ => false,
    };
    // What goes on with a generator raises no `StopIteration`.
    let calls = |callee: &CalleeData| GeneratorType::specialisation_of(&callee.symbol) == callee.symbol;
    hir.callees.values().any(calls) || any_expr(&function.body, &is_named)
}

/// Whether one of the handlers would meet what ends a generator that waits.
pub(crate) fn catch_exit(handlers: &[ast::ExceptHandler]) -> bool {
    let is_it = |class: &ast::Expr| match &class.kind {
        AstExpr::Name(name) => matches!(&**name, "BaseException" | "GeneratorExit"),
        AstExpr::Attribute { name, .. } => matches!(&*name.name, "BaseException" | "GeneratorExit"),
        _ => false,
    };
    handlers.iter().any(|handler| match &handler.kind {
        None => true,
        Some(ast::Expr { kind: AstExpr::Tuple(items), .. }) => items.iter().any(is_it),
        Some(class) => is_it(class),
    })
}
