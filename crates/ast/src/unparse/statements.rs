//! Statements: one line each, or a head and a block.

use super::{Printer, Result, binding};
use crate::{Alias, ExceptHandler, Expr, MatchCase, Module, Stmt, StmtKind, WithItem};
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
            StmtKind::Expr(value) => self.line(|printer| printer.expression(value)),
            StmtKind::Assign { targets, value } => self.line(|printer| printer.assign(targets, value)),
            StmtKind::AugAssign { target, op, value } => self.line(|printer| {
                printer.expression(target)?;
                write!(printer.out, " {}= ", op.spelling())?;
                printer.expression(value)
            }),
            StmtKind::AnnAssign { target, annotation, value } => self.line(|printer| {
                printer.expression(target)?;
                printer.optional(": ", Some(annotation))?;
                printer.optional(" = ", value.as_ref())
            }),
            StmtKind::If { condition, then, otherwise } => self.if_statement(condition, then, otherwise),
            StmtKind::While { condition, body, otherwise } => {
                self.head(|printer| printer.after("while ", condition))?;
                self.block(body)?;
                self.optional_block("else", otherwise)
            }
            StmtKind::For { is_async, target, iterable, body, otherwise } => {
                self.head(|printer| {
                    printer.text(if *is_async { "async for " } else { "for " })?;
                    printer.expression_at(target, binding::OPERATION)?;
                    printer.after(" in ", iterable)
                })?;
                self.block(body)?;
                self.optional_block("else", otherwise)
            }
            StmtKind::With { is_async, items, body } => {
                self.head(|printer| {
                    printer.text(if *is_async { "async with " } else { "with " })?;
                    printer.separated(items, ", ", Self::with_item)
                })?;
                self.block(body)
            }
            StmtKind::Try { is_star, body, handlers, otherwise, finally } => {
                self.head(|printer| printer.text("try"))?;
                self.block(body)?;
                handlers.iter().try_for_each(|handler| self.handler(*is_star, handler))?;
                self.optional_block("else", otherwise)?;
                self.optional_block("finally", finally)
            }
            StmtKind::Match { subject, cases } => {
                self.head(|printer| printer.after("match ", subject))?;
                self.text(":\n")?;
                self.indent += 1;
                cases.iter().try_for_each(|case| self.case(case))?;
                self.indent -= 1;
                Ok(())
            }
            StmtKind::Function(function) => self.function(function),
            StmtKind::Class(class) => self.class(class),
            StmtKind::Return(value) => self.line(|printer| {
                printer.text("return")?;
                printer.optional(" ", value.as_ref())
            }),
            StmtKind::Raise { exception, cause } => self.line(|printer| {
                printer.text("raise")?;
                printer.optional(" ", exception.as_ref())?;
                printer.optional(" from ", cause.as_ref())
            }),
            StmtKind::Assert { condition, message } => self.line(|printer| {
                printer.optional("assert ", Some(condition))?;
                printer.optional(", ", message.as_ref())
            }),
            StmtKind::Delete(targets) => self.line(|printer| {
                printer.text("del ")?;
                printer.separated(targets, ", ", Self::expression)
            }),
            StmtKind::Global(names) => self.line(|printer| {
                printer.text("global ")?;
                printer.separated(names, ", ", Self::name)
            }),
            StmtKind::Nonlocal(names) => self.line(|printer| {
                printer.text("nonlocal ")?;
                printer.separated(names, ", ", Self::name)
            }),
            StmtKind::Import(names) => self.line(|printer| {
                printer.text("import ")?;
                printer.separated(names, ", ", Self::alias)
            }),
            StmtKind::ImportFrom { level, module, names } => self.line(|printer| {
                printer.text("from ")?;
                (0..*level).try_for_each(|_| printer.text("."))?;
                printer.text(module.as_deref().unwrap_or(""))?;
                printer.text(" import ")?;
                printer.separated(names, ", ", Self::alias)
            }),
            StmtKind::TypeAlias { name, type_parameters, value } => self.line(|printer| {
                printer.text("type ")?;
                printer.name(name)?;
                printer.type_parameters(type_parameters)?;
                printer.optional(" = ", Some(value))
            }),
            StmtKind::Break => self.line(|printer| printer.text("break")),
            StmtKind::Continue => self.line(|printer| printer.text("continue")),
            StmtKind::Pass => self.line(|printer| printer.text("pass")),
            StmtKind::Skipped => self.line(|printer| printer.text("pass  # not parsed")),
        }
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

    /// `if`, and its `elif` branches in a loop: there may be many.
    fn if_statement(&mut self, condition: &Expr, then: &[Stmt], mut otherwise: &[Stmt]) -> Result {
        self.head(|printer| printer.after("if ", condition))?;
        self.block(then)?;
        while let [Stmt { kind: StmtKind::If { condition, then, otherwise: rest }, .. }] = otherwise {
            self.head(|printer| printer.after("elif ", condition))?;
            self.block(then)?;
            otherwise = rest;
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
