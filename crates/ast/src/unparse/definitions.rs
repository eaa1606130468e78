//! Functions and classes with what belongs to their heads.

use super::{Printer, Result};
use crate::{
    ClassDef, Expr, FunctionDef, Parameter, ParameterKind, Parameters, TypeParameter, TypeParameterKind,
};
use std::fmt::Write;

impl<W: Write> Printer<'_, W> {
    pub(super) fn decorators(&mut self, decorators: &[Expr]) -> Result {
        decorators.iter().try_for_each(|decorator| self.line(|printer| printer.after("@", decorator)))
    }

    pub(super) fn function(&mut self, function: &FunctionDef) -> Result {
        self.decorators(&function.decorators)?;
        self.head(|printer| {
            printer.text(if function.is_async { "async def " } else { "def " })?;
            printer.name(&function.name)?;
            printer.type_parameters(&function.type_parameters)?;
            printer.text("(")?;
            printer.parameters(&function.parameters)?;
            printer.text(")")?;
            printer.optional(" -> ", function.returns.as_ref())
        })?;
        self.block(&function.body)
    }

    pub(super) fn class(&mut self, class: &ClassDef) -> Result {
        self.decorators(&class.decorators)?;
        self.head(|printer| {
            printer.text("class ")?;
            printer.name(&class.name)?;
            printer.type_parameters(&class.type_parameters)?;
            if class.arguments.is_empty() {
                return Ok(());
            }
            printer.text("(")?;
            printer.separated(&class.arguments, ", ", Self::argument)?;
            printer.text(")")
        })?;
        self.block(&class.body)
    }

    pub(super) fn type_parameters(&mut self, parameters: &[TypeParameter]) -> Result {
        if parameters.is_empty() {
            return Ok(());
        }
        self.text("[")?;
        self.separated(parameters, ", ", |printer, parameter| {
            printer.text(match parameter.kind {
                TypeParameterKind::Type => "",
                TypeParameterKind::Tuple => "*",
                TypeParameterKind::Parameters => "**",
            })?;
            printer.name(&parameter.name)?;
            printer.optional(": ", parameter.bound.as_ref())?;
            printer.optional(" = ", parameter.default.as_ref())
        })?;
        self.text("]")
    }

    /// Parameters with the marks `/` and `*` where the kinds change.
    pub(super) fn parameters(&mut self, parameters: &Parameters) -> Result {
        let mut previous: Option<ParameterKind> = None;
        let mut has_star = false;
        for (index, parameter) in parameters.items.iter().enumerate() {
            if index > 0 {
                self.text(", ")?;
            }
            let was_positional = previous == Some(ParameterKind::PositionalOnly);
            if was_positional && parameter.kind != ParameterKind::PositionalOnly {
                self.text("/, ")?;
            }
            has_star |= parameter.kind == ParameterKind::Variadic;
            if parameter.kind == ParameterKind::KeywordOnly && !has_star {
                self.text("*, ")?;
                has_star = true;
            }
            self.parameter(parameter)?;
            previous = Some(parameter.kind);
        }
        if previous == Some(ParameterKind::PositionalOnly) { self.text(", /") } else { Ok(()) }
    }

    pub(super) fn parameter(&mut self, parameter: &Parameter) -> Result {
        self.text(match parameter.kind {
            ParameterKind::PositionalOnly | ParameterKind::Ordinary | ParameterKind::KeywordOnly => "",
            ParameterKind::Variadic => "*",
            ParameterKind::VariadicKeyword => "**",
        })?;
        self.name(&parameter.name)?;
        self.optional(": ", parameter.annotation.as_ref())?;
        self.optional("=", parameter.default.as_ref())
    }
}
