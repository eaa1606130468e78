//! Functions with `yield`, and going on with what they make.
//!
//! Of such a function the items are typed as what an ordinary one returns: all that it yields becomes one type. `yield from` is a loop that
//! yields each item, and is written as one before the function is typed.

use crate::function::{Inference, Reported, Typed};
use crate::guarded::GuardKind;
use crate::inner::blocks;
use hotloop_ast as ast;
use hotloop_ast::{ExprKind as AstExpr, FunctionDef, Name, StmtKind as AstStmt};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{Callee, CalleeData, Constant, Expr, ExprKind, StmtKind};
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
        found || blocks(statement).into_iter().any(|block| any_expr(block, is_it))
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
        let symbol = GeneratorType::resume_symbol(&generator.symbol);
        let known = self.function.callees.iter().find(|(_, known)| known.symbol == symbol);
        if let Some((callee, _)) = known {
            return callee;
        }
        self.function.callees.push(CalleeData {
            name: generator.name().to_owned(),
            symbol,
            parameters: vec![Type::Generator(Arc::clone(generator))],
            result: GeneratorType::resumed(&generator.items),
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
