//! Calls of kernels that never return, since every way through them raises.
//!
//! What stands behind such a call is dead. Where every way through a statement comes by it, the statement becomes what is evaluated before the call, and
//! the call; `x + fail(n)` evaluates `x` and calls. Within a choice, as in `x if found else fail(n)`, the call has the type of the other values.

use crate::conversion::convert;
use crate::expression::{Value, constant};
use crate::function::{Inference, Reported, Typed};
use hotloop_abi::ExceptionClass;
use hotloop_ast as ast;
use hotloop_ast::{ExprKind as AstExpr, StmtKind as AstStmt};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir as hir;
use hotloop_hir::{Constant, Exception, ExceptionArgument, Expr, ExprKind, StmtKind};
use hotloop_types::Type;
use std::sync::Arc;

static NEVER: Code = Code::new("HL0282", "a kernel that always raises is called where that is not supported");

/// What is raised if the call returns all the same, which it cannot.
const RETURNED: &str = "a kernel that always raises has returned";

impl Inference<'_> {
    /// The result of a call that never returns, where it is not known yet which type it has to have.
    pub(crate) fn endless_call(&mut self, call: Expr) -> Typed {
        if self.conditional_depth > self.divergence_depth {
            return Ok(call);
        }
        self.diverged = Some(call);
        Err(Reported)
    }

    /// A value that is evaluated on some ways only: itself, or what is done up to a call that never returns.
    pub(crate) fn chosen_value(&mut self, expression: &ast::Expr) -> Typed<Chosen> {
        let depth = std::mem::replace(&mut self.divergence_depth, self.conditional_depth + 1);
        let chosen = self.conditionally(|this| match this.value(expression) {
            Ok(value) => Ok(Chosen::Value(value)),
            Err(Reported) if this.diverged.is_some() => {
                let outer = std::mem::take(&mut this.out);
                this.evaluate_up_to_call(expression);
                Ok(Chosen::Never(std::mem::replace(&mut this.out, outer)))
            }
            Err(Reported) => Err(Reported),
        });
        self.divergence_depth = depth;
        chosen
    }

    /// Two values of which one is chosen: one that never comes to be has the type of the other, and a list of nothing yet holds what the other
    /// holds. Where neither comes to be, both are `None`.
    pub(crate) fn both_chosen(&mut self, first: Chosen, second: Chosen, span: Span) -> Typed<(Expr, Expr)> {
        let none = || constant(Constant::None, Type::None, span);
        let (first, second) = match (first, second) {
            (Chosen::Value(first), Chosen::Value(second)) => return self.of_one_type(first, second),
            (Chosen::Value(first), Chosen::Never(statements)) => {
                let second = behind(statements, of_any_type(none(), &first.ty), span);
                (first, second)
            }
            (Chosen::Never(statements), Chosen::Value(second)) => {
                (behind(statements, of_any_type(none(), &second.ty), span), second)
            }
            (Chosen::Never(first), Chosen::Never(second)) => {
                (behind(first, none(), span), behind(second, none(), span))
            }
        };
        Ok((first, second))
    }

    /// Whether an expression ends in a call that never returns.
    pub(crate) fn is_never(&self, value: &Expr) -> bool {
        match &value.kind {
            ExprKind::Call { callee, .. } => self.function.callees[*callee].never_returns,
            ExprKind::Let { body, .. } => self.is_never(body),
            _ => false,
        }
    }

    /// Values of which one is chosen: one that never comes to be has the type of the other, and a list of nothing yet holds what the other holds.
    pub(crate) fn of_one_type(&mut self, left: Expr, right: Expr) -> Typed<(Expr, Expr)> {
        if self.meet_list_values(&left, &right) {
            return Err(Reported);
        }
        Ok(self.without_never(left, right))
    }

    fn without_never(&self, left: Expr, right: Expr) -> (Expr, Expr) {
        match (self.is_never(&left), self.is_never(&right)) {
            (true, false) => (of_any_type(left, &right.ty), right),
            (false, true) => {
                let right = of_any_type(right, &left.ty);
                (left, right)
            }
            (true, true) | (false, false) => (left, right),
        }
    }

    /// Puts what leads to a call that never returns in the place of the statement in which one was just met, if one was.
    pub(crate) fn settle_divergence(&mut self, statement: &ast::Stmt) {
        let Some(call) = &self.diverged else { return };
        let span = call.span;
        let value = match &statement.kind {
            AstStmt::Expr(value)
            | AstStmt::Assign { value, .. }
            | AstStmt::AugAssign { value, .. }
            | AstStmt::AnnAssign { value: Some(value), .. }
            | AstStmt::Return(Some(value))
            | AstStmt::Assert { condition: value, .. }
            | AstStmt::Match { subject: value, .. } => value,
            AstStmt::If { branches, .. } => &branches[0].condition,
            _ => {
                self.diverged = None;
                self.report_never(span);
                return;
            }
        };
        self.evaluate_up_to_call(value);
    }

    /// The same for a condition in the middle of a statement.
    pub(crate) fn settle_divergence_in(&mut self, condition: &ast::Expr) {
        if self.diverged.is_some() {
            self.evaluate_up_to_call(condition);
        }
    }

    /// Emits what is evaluated before the call that never returns, and the call.
    pub(crate) fn evaluate_up_to_call(&mut self, expression: &ast::Expr) {
        let call = self.diverged.take();
        let mut before = Vec::new();
        for child in evaluated_first(expression) {
            match self.operand(child) {
                Ok(Value::Expr(value)) => before.push(value),
                Ok(Value::Global(..) | Value::Caught(..) | Value::Str(..)) => {}
                Err(Reported) => {
                    self.emit_all(before);
                    if self.diverged.is_some() {
                        self.evaluate_up_to_call(child);
                    }
                    return;
                }
            }
        }
        let Some(call) = call else { return };
        let span = call.span;
        self.emit(StmtKind::Expr(call), span);
        if self.divergence_depth > 0 {
            return;
        }
        self.reachable = false;
        let class = ExceptionClass::SystemError.into();
        let arguments = vec![ExceptionArgument::Str(RETURNED.to_owned())];
        self.emit(StmtKind::Raise { exception: Exception { class, arguments } }, span);
    }

    fn emit_all(&mut self, values: Vec<Expr>) {
        for value in values {
            if !self.is_pure(&value) {
                let span = value.span;
                self.emit(StmtKind::Expr(value), span);
            }
        }
    }

    fn report_never(&mut self, span: Span) {
        let message = "this call never returns, since the kernel always raises, and a statement of this kind cannot hold it";
        let diagnostic =
            Diagnostic::error(&NEVER, message, span).with_help("make the call a statement of its own");
        self.report(diagnostic);
    }
}

/// A value that may be chosen, or what is done up to a call that never returns.
pub(crate) enum Chosen {
    Value(Expr),
    Never(Vec<hir::Stmt>),
}

/// A value behind statements.
fn behind(statements: Vec<hir::Stmt>, value: Expr, span: Span) -> Expr {
    let ty = value.ty.clone();
    Expr::new(ExprKind::Block { statements, value: Box::new(value) }, ty, span)
}

/// A value that never comes to be, as one of that type.
fn of_any_type(value: Expr, ty: &Type) -> Expr {
    match ty {
        Type::None | Type::Optional(_) => value,
        _ => {
            let optional = convert(value, &Type::Optional(Arc::new(ty.clone())));
            convert(optional, ty)
        }
    }
}

/// The parts of an expression that are evaluated on every way, in their order.
fn evaluated_first(expression: &ast::Expr) -> Vec<&ast::Expr> {
    match &expression.kind {
        AstExpr::BoolChain { operands, .. } => operands.iter().take(1).collect(),
        AstExpr::Compare { first, rest } => {
            [&**first].into_iter().chain(rest.iter().take(1).map(|(_, operand)| operand)).collect()
        }
        AstExpr::Conditional { condition, .. } => vec![condition],
        AstExpr::Call { function, arguments } => {
            let method = match &function.kind {
                AstExpr::Attribute { value, .. } => Some(&**value),
                _ => None,
            };
            method.into_iter().chain(arguments.iter().map(ast::Argument::value)).collect()
        }
        AstExpr::Unary { .. }
        | AstExpr::Binary { .. }
        | AstExpr::Attribute { .. }
        | AstExpr::Subscript { .. }
        | AstExpr::Slice { .. }
        | AstExpr::Starred(_)
        | AstExpr::Walrus { .. }
        | AstExpr::Tuple(_)
        | AstExpr::List(_)
        | AstExpr::FormatString(_) => {
            let mut children = Vec::new();
            expression.for_each_child(&mut |child| children.push(child));
            children
        }
        _ => Vec::new(),
    }
}
