//! Statements: one line each, or a head and a block.

use super::{Printer, Result, binding};
use crate::{Alias, Branch, ExceptHandler, Expr, ExprKind, MatchCase, Module, Stmt, StmtKind, WithItem};
use std::fmt::Write;

impl<W: Write> Printer<'_, W> {
    pub(super) fn module(&mut self, module: &Module) -> Result {
        module.body.iter().try_for_each(|statement| self.statement(statement))
    }

    /// A line's indentation, its text and its end.
    pub(super) fn line(&mut self, print: impl FnOnce(&mut Self) -> Result) -> Result {
        self.head(print)?;
        self.text("\n")
    }

    pub(super) fn head(&mut self, print: impl FnOnce(&mut Self) -> Result) -> Result {
        for _ in 0..self.indent {
            self.text("    ")?;
        }
        print(self)
    }

    /// `:` and a block.
    pub(super) fn block(&mut self, body: &[Stmt]) -> Result {
        self.text(":\n")?;
        self.indent += 1;
        if body.is_empty() {
            self.line(|printer| printer.text("pass"))?;
        }
        body.iter().try_for_each(|statement| self.statement(statement))?;
        self.indent -= 1;
        Ok(())
    }

    /// A block with a head of one word, left out where it is empty.
    fn optional_block(&mut self, word: &str, body: &[Stmt]) -> Result {
        if body.is_empty() {
            return Ok(());
        }
        self.head(|printer| printer.text(word))?;
        self.block(body)
    }

    pub(super) fn statement(&mut self, statement: &Stmt) -> Result {
        match &statement.kind {
            StmtKind::If { branches, otherwise } => self.if_statement(branches, otherwise),
            StmtKind::While { condition, body, otherwise } => {
                self.while_statement(condition, body, otherwise)
            }
            StmtKind::For { is_async, target, iterable, body, otherwise } => {
                self.for_head(*is_async, target, iterable)?;
                self.block(body)?;
                self.optional_block("else", otherwise)
            }
            StmtKind::With { is_async, items, body } => self.with_statement(*is_async, items, body),
            StmtKind::Try { is_star, body, handlers, otherwise, finally } => {
                self.head(|printer| printer.text("try"))?;
                self.block(body)?;
                handlers.iter().try_for_each(|handler| self.handler(*is_star, handler))?;
                self.optional_block("else", otherwise)?;
                self.optional_block("finally", finally)
            }
            StmtKind::Match { subject, cases } => self.match_statement(subject, cases),
            StmtKind::Function(function) => self.function(function),
            StmtKind::Class(class) => self.class(class),
            StmtKind::Expr(_)
            | StmtKind::Assign { .. }
            | StmtKind::AugAssign { .. }
            | StmtKind::AnnAssign { .. }
            | StmtKind::Return(_)
            | StmtKind::Raise { .. }
            | StmtKind::Assert { .. }
            | StmtKind::Delete(_)
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_)
            | StmtKind::Import(_)
            | StmtKind::ImportFrom { .. }
            | StmtKind::TypeAlias { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Pass
            | StmtKind::Skipped => self.line(|printer| printer.simple(&statement.kind)),
        }
    }

    fn simple(&mut self, kind: &StmtKind) -> Result {
        match kind {
            StmtKind::Expr(value) => self.expression(value),
            StmtKind::Assign { targets, value } => self.assign(targets, value),
            StmtKind::AugAssign { target, op, value } => {
                self.expression(target)?;
                write!(self.out, " {}= ", op.spelling())?;
                self.expression(value)
            }
            StmtKind::AnnAssign { target, annotation, value, is_simple } => {
                self.annotated_target(target, *is_simple)?;
                self.optional(": ", Some(annotation))?;
                self.optional(" = ", value.as_ref())
            }
            StmtKind::Return(value) => self.word("return", value.as_ref()),
            StmtKind::Raise { exception, cause } => {
                self.word("raise", exception.as_ref())?;
                self.optional(" from ", cause.as_ref())
            }
            StmtKind::Assert { condition, message } => {
                self.word("assert", Some(condition))?;
                self.optional(", ", message.as_ref())
            }
            StmtKind::Delete(targets) => self.listed("del ", targets, Self::expression),
            StmtKind::Global(names) => self.listed("global ", names, Self::name),
            StmtKind::Nonlocal(names) => self.listed("nonlocal ", names, Self::name),
            StmtKind::Import(names) => self.listed("import ", names, Self::alias),
            StmtKind::ImportFrom { level, module, names } => {
                self.text("from ")?;
                (0..*level).try_for_each(|_| self.text("."))?;
                self.text(module.as_deref().unwrap_or(""))?;
                self.listed(" import ", names, Self::alias)
            }
            StmtKind::TypeAlias { name, type_parameters, value } => {
                self.text("type ")?;
                self.name(name)?;
                self.type_parameters(type_parameters)?;
                self.optional(" = ", Some(value))
            }
            StmtKind::Break => self.text("break"),
            StmtKind::Continue => self.text("continue"),
            StmtKind::Pass => self.text("pass"),
            StmtKind::Skipped => self.text("pass  # not parsed"),
            StmtKind::If { .. }
            | StmtKind::While { .. }
            | StmtKind::For { .. }
            | StmtKind::With { .. }
            | StmtKind::Try { .. }
            | StmtKind::Match { .. }
            | StmtKind::Function(_)
            | StmtKind::Class(_) => unreachable!("compound statements are printed in lines of their own"),
        }
    }

    /// A keyword, and a value where there is one.
    fn word(&mut self, word: &str, value: Option<&Expr>) -> Result {
        self.text(word)?;
        self.optional(" ", value)
    }

    /// A keyword and a list.
    fn listed<T>(&mut self, word: &str, items: &[T], print: impl FnMut(&mut Self, &T) -> Result) -> Result {
        self.text(word)?;
        self.separated(items, ", ", print)
    }

    fn while_statement(&mut self, condition: &Expr, body: &[Stmt], otherwise: &[Stmt]) -> Result {
        self.head(|printer| printer.after("while ", condition))?;
        self.block(body)?;
        self.optional_block("else", otherwise)
    }

    fn for_head(&mut self, is_async: bool, target: &Expr, iterable: &Expr) -> Result {
        self.head(|printer| {
            printer.text(if is_async { "async for " } else { "for " })?;
            printer.expression_at(target, binding::OPERATION)?;
            printer.after(" in ", iterable)
        })
    }

    fn with_statement(&mut self, is_async: bool, items: &[WithItem], body: &[Stmt]) -> Result {
        let word = if is_async { "async with " } else { "with " };
        self.head(|printer| printer.listed(word, items, Self::with_item))?;
        self.block(body)
    }

    fn match_statement(&mut self, subject: &Expr, cases: &[MatchCase]) -> Result {
        self.head(|printer| printer.after("match ", subject))?;
        self.text(":\n")?;
        self.indent += 1;
        cases.iter().try_for_each(|case| self.case(case))?;
        self.indent -= 1;
        Ok(())
    }

    /// A name in parentheses, `(x): int`, is not declared; other targets never are.
    fn annotated_target(&mut self, target: &Expr, is_simple: bool) -> Result {
        if is_simple || !matches!(target.kind, ExprKind::Name(_)) {
            return self.expression(target);
        }
        self.text("(")?;
        self.expression(target)?;
        self.text(")")
    }

    fn assign(&mut self, targets: &[Expr], value: &Expr) -> Result {
        for target in targets {
            self.expression(target)?;
            self.text(" = ")?;
        }
        self.expression(value)
    }

    pub(super) fn after(&mut self, word: &str, value: &Expr) -> Result {
        self.text(word)?;
        self.expression(value)
    }

    fn if_statement(&mut self, branches: &[Branch], otherwise: &[Stmt]) -> Result {
        for (position, branch) in branches.iter().enumerate() {
            let word = if position == 0 { "if " } else { "elif " };
            self.head(|printer| printer.after(word, &branch.condition))?;
            self.block(&branch.body)?;
        }
        self.optional_block("else", otherwise)
    }

    fn with_item(&mut self, item: &WithItem) -> Result {
        self.test(&item.context)?;
        match &item.target {
            Some(target) => {
                self.text(" as ")?;
                self.expression_at(target, binding::OPERATION)
            }
            None => Ok(()),
        }
    }

    fn handler(&mut self, is_star: bool, handler: &ExceptHandler) -> Result {
        self.head(|printer| {
            printer.text(if is_star { "except*" } else { "except" })?;
            printer.optional(" ", handler.kind.as_ref())?;
            match &handler.name {
                Some(name) => {
                    printer.text(" as ")?;
                    printer.name(name)
                }
                None => Ok(()),
            }
        })?;
        self.block(&handler.body)
    }

    fn case(&mut self, case: &MatchCase) -> Result {
        self.head(|printer| {
            printer.text("case ")?;
            printer.pattern(&case.pattern)?;
            match &case.guard {
                Some(guard) => printer.after(" if ", guard),
                None => Ok(()),
            }
        })?;
        self.block(&case.body)
    }

    fn alias(&mut self, alias: &Alias) -> Result {
        self.name(&alias.name)?;
        match &alias.alias {
            Some(name) => {
                self.text(" as ")?;
                self.name(name)
            }
            None => Ok(()),
        }
    }
}
