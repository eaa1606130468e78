//! Prints the tree back as Python source.
//!
//! What is printed parses to the same tree, up to places: precedence decides where parentheses stand, a tuple always has
//! its own, nested strings change their quotes as long as there are quotes left (so that Python before 3.12 reads them too).

use crate::{
    Alias, Argument, BoolOp, ClassDef, CompareOp, Comprehension, Conversion, DictItem, ExceptHandler, Expr,
    ExprKind, FormatPart, FunctionDef, Identifier, MatchCase, Module, Number, Parameter, ParameterKind,
    Parameters, Pattern, PatternKind, Stmt, StmtKind, TypeParameter, TypeParameterKind, UnaryOp, WithItem,
};
use std::fmt::{self, Display, Write};

/// How tightly an expression binds: higher binds tighter. Binary operators take 10 and their own precedence.
mod binding {
    pub(super) const WALRUS: u8 = 0;
    pub(super) const TEST: u8 = 1;
    pub(super) const OR: u8 = 2;
    pub(super) const AND: u8 = 3;
    pub(super) const NOT: u8 = 4;
    pub(super) const COMPARE: u8 = 5;
    pub(super) const BINARY: u8 = 10;
    /// The operand of `*`, an element of `for ... in`: whatever binds tighter than a comparison.
    pub(super) const OPERATION: u8 = BINARY;
    pub(super) const UNARY: u8 = BINARY + 7;
    pub(super) const AWAIT: u8 = BINARY + 9;
    pub(super) const PRIMARY: u8 = BINARY + 10;
}

/// The place in the output: how deep blocks and f-strings nest.
struct Printer<'f, W: Write> {
    out: &'f mut W,
    indent: usize,
    /// The quotes of the enclosing f-strings.
    quotes: Vec<&'static str>,
}

type Result = fmt::Result;

macro_rules! display {
    ($($node:ty => $method:ident),* $(,)?) => {
        $(impl Display for $node {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> Result {
                Printer { out: formatter, indent: 0, quotes: Vec::new() }.$method(self)
            }
        })*
    };
}

display! {
    Module => module,
    Stmt => statement,
    FunctionDef => function,
    ClassDef => class,
    Expr => expression,
    Pattern => pattern,
    Parameters => parameters,
}

impl<W: Write> Printer<'_, W> {
    fn text(&mut self, text: &str) -> Result {
        self.out.write_str(text)
    }

    fn name(&mut self, name: &Identifier) -> Result {
        self.text(&name.name)
    }

    /// Prints the items with `separator` between them.
    fn separated<T>(
        &mut self,
        items: &[T],
        separator: &str,
        mut print: impl FnMut(&mut Self, &T) -> Result,
    ) -> Result {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text(separator)?;
            }
            print(self, item)?;
        }
        Ok(())
    }

    /// Prints a prefix and a value where there is one.
    fn optional(&mut self, prefix: &str, value: Option<&Expr>) -> Result {
        match value {
            Some(value) => {
                self.text(prefix)?;
                self.test(value)
            }
            None => Ok(()),
        }
    }
}

// Statements.
impl<W: Write> Printer<'_, W> {
    fn module(&mut self, module: &Module) -> Result {
        module.body.iter().try_for_each(|statement| self.statement(statement))
    }

    /// A line's indentation, its text and its end.
    fn line(&mut self, print: impl FnOnce(&mut Self) -> Result) -> Result {
        self.head(print)?;
        self.text("\n")
    }

    fn head(&mut self, print: impl FnOnce(&mut Self) -> Result) -> Result {
        for _ in 0..self.indent {
            self.text("    ")?;
        }
        print(self)
    }

    /// `:` and a block.
    fn block(&mut self, body: &[Stmt]) -> Result {
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

    fn statement(&mut self, statement: &Stmt) -> Result {
        match &statement.kind {
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
                    printer.with_items(items)
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
            _ => self.line(|printer| printer.simple(statement)),
        }
    }

    fn simple(&mut self, statement: &Stmt) -> Result {
        match &statement.kind {
            StmtKind::Expr(value) => self.expression(value),
            StmtKind::Assign { targets, value } => {
                for target in targets {
                    self.expression(target)?;
                    self.text(" = ")?;
                }
                self.expression(value)
            }
            StmtKind::AugAssign { target, op, value } => {
                self.expression(target)?;
                write!(self.out, " {}= ", op.spelling())?;
                self.expression(value)
            }
            StmtKind::AnnAssign { target, annotation, value } => {
                self.expression(target)?;
                self.optional(": ", Some(annotation))?;
                self.optional(" = ", value.as_ref())
            }
            StmtKind::Return(value) => {
                self.text("return")?;
                self.optional(" ", value.as_ref())
            }
            StmtKind::Raise { exception, cause } => {
                self.text("raise")?;
                self.optional(" ", exception.as_ref())?;
                self.optional(" from ", cause.as_ref())
            }
            StmtKind::Assert { condition, message } => {
                self.optional("assert ", Some(condition))?;
                self.optional(", ", message.as_ref())
            }
            StmtKind::Delete(targets) => {
                self.text("del ")?;
                self.separated(targets, ", ", Self::expression)
            }
            StmtKind::Global(names) => {
                self.text("global ")?;
                self.separated(names, ", ", Self::name)
            }
            StmtKind::Nonlocal(names) => {
                self.text("nonlocal ")?;
                self.separated(names, ", ", Self::name)
            }
            StmtKind::Import(names) => {
                self.text("import ")?;
                self.separated(names, ", ", Self::alias)
            }
            StmtKind::ImportFrom { level, module, names } => {
                self.text("from ")?;
                (0..*level).try_for_each(|_| self.text("."))?;
                self.text(module.as_deref().unwrap_or(""))?;
                self.text(" import ")?;
                self.separated(names, ", ", Self::alias)
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

    fn after(&mut self, word: &str, value: &Expr) -> Result {
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

    /// The first item is wrapped where it starts with a parenthesis that could be taken for that of the list.
    fn with_items(&mut self, items: &[WithItem]) -> Result {
        self.separated(items, ", ", |printer, item| {
            printer.test(&item.context)?;
            match &item.target {
                Some(target) => {
                    printer.text(" as ")?;
                    printer.expression_at(target, binding::OPERATION)
                }
                None => Ok(()),
            }
        })
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

// Definitions.
impl<W: Write> Printer<'_, W> {
    fn decorators(&mut self, decorators: &[Expr]) -> Result {
        decorators.iter().try_for_each(|decorator| self.line(|printer| printer.after("@", decorator)))
    }

    fn function(&mut self, function: &FunctionDef) -> Result {
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

    fn class(&mut self, class: &ClassDef) -> Result {
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

    fn type_parameters(&mut self, parameters: &[TypeParameter]) -> Result {
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
    fn parameters(&mut self, parameters: &Parameters) -> Result {
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

    fn parameter(&mut self, parameter: &Parameter) -> Result {
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

// Patterns.
impl<W: Write> Printer<'_, W> {
    fn pattern(&mut self, pattern: &Pattern) -> Result {
        match &pattern.kind {
            PatternKind::Wildcard => self.text("_"),
            PatternKind::Capture(name) => self.name(name),
            PatternKind::Value(value) => self.expression(value),
            PatternKind::Sequence(items) => {
                self.text("[")?;
                self.separated(items, ", ", Self::pattern)?;
                self.text("]")
            }
            PatternKind::Star(name) => {
                self.text("*")?;
                self.text(name.as_ref().map_or("_", |name| &name.name))
            }
            PatternKind::Mapping { items, rest } => {
                self.text("{")?;
                self.separated(items, ", ", |printer, (key, pattern)| {
                    printer.expression(key)?;
                    printer.text(": ")?;
                    printer.pattern(pattern)
                })?;
                if let Some(rest) = rest {
                    self.text(if items.is_empty() { "**" } else { ", **" })?;
                    self.name(rest)?;
                }
                self.text("}")
            }
            PatternKind::Class { class, positional, keywords } => {
                self.expression(class)?;
                self.text("(")?;
                self.separated(positional, ", ", Self::pattern)?;
                if !positional.is_empty() && !keywords.is_empty() {
                    self.text(", ")?;
                }
                self.separated(keywords, ", ", |printer, (name, pattern)| {
                    printer.name(name)?;
                    printer.text("=")?;
                    printer.pattern(pattern)
                })?;
                self.text(")")
            }
            PatternKind::Or(items) => self.separated(items, " | ", Self::closed_pattern),
            PatternKind::As { pattern, name } => {
                match &pattern.kind {
                    PatternKind::As { .. } => self.closed_pattern(pattern)?,
                    _ => self.pattern(pattern)?,
                }
                self.text(" as ")?;
                self.name(name)
            }
        }
    }

    /// A pattern in parentheses where it would fall apart without.
    fn closed_pattern(&mut self, pattern: &Pattern) -> Result {
        if !matches!(pattern.kind, PatternKind::Or(_) | PatternKind::As { .. }) {
            return self.pattern(pattern);
        }
        self.text("(")?;
        self.pattern(pattern)?;
        self.text(")")
    }
}

// Expressions.
impl<W: Write> Printer<'_, W> {
    /// An expression where anything may stand.
    fn expression(&mut self, expr: &Expr) -> Result {
        self.expression_at(expr, binding::WALRUS)
    }

    /// An expression where `:=` needs parentheses.
    fn test(&mut self, expr: &Expr) -> Result {
        self.expression_at(expr, binding::TEST)
    }

    /// An expression in parentheses if it binds less tightly than `least`.
    fn expression_at(&mut self, expr: &Expr, least: u8) -> Result {
        let needs_parentheses = match &expr.kind {
            ExprKind::Yield(_) | ExprKind::YieldFrom(_) | ExprKind::Walrus { .. } => true,
            kind => binding_of(kind) < least,
        };
        if !needs_parentheses {
            return self.kind(&expr.kind);
        }
        self.text("(")?;
        self.kind(&expr.kind)?;
        self.text(")")
    }

    fn kind(&mut self, kind: &ExprKind) -> Result {
        match kind {
            ExprKind::Name(name) => self.text(name),
            ExprKind::Number(number) => self.number(number),
            ExprKind::Bool(value) => self.text(if *value { "True" } else { "False" }),
            ExprKind::None => self.text("None"),
            ExprKind::Ellipsis => self.text("..."),
            ExprKind::Str(text) => self.string(text),
            ExprKind::Bytes(bytes) => self.bytes(bytes),
            ExprKind::FormatString(parts) => self.format_string("f", parts),
            ExprKind::TemplateString(parts) => self.format_string("t", parts),
            ExprKind::Unary { op, operand } => self.unary(*op, operand),
            ExprKind::Binary { first, rest } => self.binary(first, rest),
            ExprKind::BoolChain { op, operands } => self.bool_chain(*op, operands),
            ExprKind::Compare { first, rest } => self.comparison(first, rest),
            ExprKind::Conditional { condition, then, otherwise } => {
                self.expression_at(then, binding::OR)?;
                self.text(" if ")?;
                self.expression_at(condition, binding::OR)?;
                self.text(" else ")?;
                self.test(otherwise)
            }
            ExprKind::Call { function, arguments } => {
                self.expression_at(function, binding::PRIMARY)?;
                self.text("(")?;
                self.separated(arguments, ", ", Self::argument)?;
                self.text(")")
            }
            ExprKind::Attribute { value, name } => self.attribute(value, name),
            ExprKind::Subscript { value, index } => {
                self.expression_at(value, binding::PRIMARY)?;
                self.text("[")?;
                self.index(index)?;
                self.text("]")
            }
            ExprKind::Slice { lower, upper, step } => {
                self.slice(lower.as_deref(), upper.as_deref(), step.as_deref())
            }
            ExprKind::Tuple(items) => self.tuple(items),
            ExprKind::List(items) => self.list("[", items, "]"),
            // `{}` is a dict; an empty set has no display.
            ExprKind::Set(items) if items.is_empty() => self.text("{*()}"),
            ExprKind::Set(items) => self.list("{", items, "}"),
            ExprKind::Dict(items) => {
                self.text("{")?;
                self.separated(items, ", ", Self::dict_item)?;
                self.text("}")
            }
            ExprKind::ListComprehension { element, clauses } => {
                self.comprehension("[", element, clauses, "]")
            }
            ExprKind::SetComprehension { element, clauses } => self.comprehension("{", element, clauses, "}"),
            ExprKind::Generator { element, clauses } => self.comprehension("(", element, clauses, ")"),
            ExprKind::DictComprehension { key, value, clauses } => {
                self.text("{")?;
                self.test(key)?;
                self.text(": ")?;
                self.test(value)?;
                self.clauses(clauses)?;
                self.text("}")
            }
            ExprKind::Lambda { parameters, body } => {
                self.text(if parameters.items.is_empty() { "lambda" } else { "lambda " })?;
                self.parameters(parameters)?;
                self.text(": ")?;
                self.test(body)
            }
            ExprKind::Starred(value) => {
                self.text("*")?;
                self.expression_at(value, binding::OPERATION)
            }
            ExprKind::Walrus { target, value } => {
                self.name(target)?;
                self.text(" := ")?;
                self.test(value)
            }
            ExprKind::Yield(value) => {
                self.text("yield")?;
                self.optional(" ", value.as_deref())
            }
            ExprKind::YieldFrom(value) => {
                self.text("yield from ")?;
                self.test(value)
            }
            ExprKind::Await(value) => {
                self.text("await ")?;
                self.expression_at(value, binding::PRIMARY)
            }
        }
    }

    fn unary(&mut self, op: UnaryOp, operand: &Expr) -> Result {
        self.text(op.spelling())?;
        match op {
            UnaryOp::Not => {
                self.text(" ")?;
                self.expression_at(operand, binding::NOT)
            }
            UnaryOp::Neg | UnaryOp::Pos | UnaryOp::Invert => self.expression_at(operand, binding::UNARY),
        }
    }

    fn binary(&mut self, first: &Expr, rest: &[(crate::BinaryOp, Expr)]) -> Result {
        let Some((op, _)) = rest.first() else { return self.expression(first) };
        if *op == crate::BinaryOp::Pow {
            self.expression_at(first, binding::AWAIT)?;
            for (_, exponent) in rest {
                self.text(" ** ")?;
                self.expression_at(exponent, binding::UNARY)?;
            }
            return Ok(());
        }
        let tighter = binding::BINARY + op.precedence() + 1;
        self.expression_at(first, tighter)?;
        for (op, operand) in rest {
            write!(self.out, " {} ", op.spelling())?;
            self.expression_at(operand, tighter)?;
        }
        Ok(())
    }

    fn bool_chain(&mut self, op: BoolOp, operands: &[Expr]) -> Result {
        let (word, tighter) = match op {
            BoolOp::And => (" and ", binding::NOT),
            BoolOp::Or => (" or ", binding::AND),
        };
        self.separated(operands, word, |printer, operand| printer.expression_at(operand, tighter))
    }

    fn comparison(&mut self, first: &Expr, rest: &[(CompareOp, Expr)]) -> Result {
        self.expression_at(first, binding::OPERATION)?;
        for (op, operand) in rest {
            write!(self.out, " {} ", op.spelling())?;
            self.expression_at(operand, binding::OPERATION)?;
        }
        Ok(())
    }

    /// A number before a dot is wrapped: `1.real` is no attribute.
    fn attribute(&mut self, value: &Expr, name: &Identifier) -> Result {
        if let ExprKind::Number(number) = &value.kind {
            self.text("(")?;
            self.number(number)?;
            self.text(")")?;
        } else {
            self.expression_at(value, binding::PRIMARY)?;
        }
        self.text(".")?;
        self.name(name)
    }

    /// A tuple within brackets needs no parentheses, and slices cannot stand in them. A star needs them before Python 3.11.
    fn index(&mut self, index: &Expr) -> Result {
        let is_starred = |item: &Expr| matches!(item.kind, ExprKind::Starred(_));
        let is_slice = |item: &Expr| matches!(item.kind, ExprKind::Slice { .. });
        match &index.kind {
            ExprKind::Tuple(items)
                if items.iter().any(is_slice) || items.len() > 1 && !items.iter().any(is_starred) =>
            {
                self.separated(items, ", ", Self::expression)?;
                self.text(if items.len() == 1 { "," } else { "" })
            }
            _ => self.expression(index),
        }
    }

    fn slice(&mut self, lower: Option<&Expr>, upper: Option<&Expr>, step: Option<&Expr>) -> Result {
        self.optional("", lower)?;
        self.text(":")?;
        self.optional("", upper)?;
        self.optional(":", step)
    }

    fn tuple(&mut self, items: &[Expr]) -> Result {
        self.text("(")?;
        self.separated(items, ", ", Self::expression)?;
        self.text(if items.len() == 1 { ",)" } else { ")" })
    }

    fn list(&mut self, open: &str, items: &[Expr], close: &str) -> Result {
        self.text(open)?;
        self.separated(items, ", ", Self::expression)?;
        self.text(close)
    }

    fn comprehension(
        &mut self,
        open: &str,
        element: &Expr,
        clauses: &[Comprehension],
        close: &str,
    ) -> Result {
        self.text(open)?;
        self.expression(element)?;
        self.clauses(clauses)?;
        self.text(close)
    }

    fn clauses(&mut self, clauses: &[Comprehension]) -> Result {
        for clause in clauses {
            self.text(if clause.is_async { " async for " } else { " for " })?;
            self.expression_at(&clause.target, binding::OPERATION)?;
            self.text(" in ")?;
            self.expression_at(&clause.iterable, binding::OR)?;
            for condition in &clause.conditions {
                self.text(" if ")?;
                self.expression_at(condition, binding::OR)?;
            }
        }
        Ok(())
    }

    fn argument(&mut self, argument: &Argument) -> Result {
        match argument {
            Argument::Positional(value) => self.expression(value),
            Argument::Keyword { name, value } => {
                self.name(name)?;
                self.optional("=", Some(value))
            }
            Argument::Unpack(value) => self.optional("*", Some(value)),
            Argument::UnpackKeywords(value) => self.optional("**", Some(value)),
        }
    }

    fn dict_item(&mut self, item: &DictItem) -> Result {
        match item {
            DictItem::Pair(key, value) => {
                self.test(key)?;
                self.optional(": ", Some(value))
            }
            DictItem::Unpack(value) => {
                self.text("**")?;
                self.expression_at(value, binding::OPERATION)
            }
        }
    }
}

/// How tightly an expression binds by its outermost form.
fn binding_of(kind: &ExprKind) -> u8 {
    match kind {
        ExprKind::Walrus { .. } | ExprKind::Yield(_) | ExprKind::YieldFrom(_) => binding::WALRUS,
        ExprKind::Conditional { .. } | ExprKind::Lambda { .. } => binding::TEST,
        ExprKind::BoolChain { op: BoolOp::Or, .. } => binding::OR,
        ExprKind::BoolChain { op: BoolOp::And, .. } => binding::AND,
        ExprKind::Unary { op: UnaryOp::Not, .. } => binding::NOT,
        ExprKind::Compare { .. } => binding::COMPARE,
        ExprKind::Binary { rest, .. } => {
            rest.first().map_or(binding::PRIMARY, |(op, _)| binding::BINARY + op.precedence())
        }
        ExprKind::Unary { op: UnaryOp::Neg | UnaryOp::Pos | UnaryOp::Invert, .. } => binding::UNARY,
        ExprKind::Await(_) => binding::AWAIT,
        // A star and a slice stand where the grammar allows them, and nowhere in parentheses.
        ExprKind::Starred(_) | ExprKind::Slice { .. } => binding::PRIMARY,
        ExprKind::Name(_)
        | ExprKind::Number(_)
        | ExprKind::Bool(_)
        | ExprKind::None
        | ExprKind::Ellipsis
        | ExprKind::Str(_)
        | ExprKind::Bytes(_)
        | ExprKind::FormatString(_)
        | ExprKind::TemplateString(_)
        | ExprKind::Call { .. }
        | ExprKind::Attribute { .. }
        | ExprKind::Subscript { .. }
        | ExprKind::Tuple(_)
        | ExprKind::List(_)
        | ExprKind::Set(_)
        | ExprKind::Dict(_)
        | ExprKind::ListComprehension { .. }
        | ExprKind::SetComprehension { .. }
        | ExprKind::DictComprehension { .. }
        | ExprKind::Generator { .. } => binding::PRIMARY,
    }
}

// Literals.
impl<W: Write> Printer<'_, W> {
    fn number(&mut self, number: &Number) -> Result {
        match number {
            Number::Int { digits, radix } => {
                self.text(match radix {
                    2 => "0b",
                    8 => "0o",
                    16 => "0x",
                    _ => "",
                })?;
                self.text(digits)
            }
            Number::Float(value) => self.float(*value),
            Number::Imaginary(value) => {
                self.float(*value)?;
                self.text("j")
            }
        }
    }

    /// The shortest digits that read back as the same value; a literal too large for a float stays one.
    fn float(&mut self, value: f64) -> Result {
        if value.is_infinite() { self.text("1e999") } else { write!(self.out, "{value:?}") }
    }

    /// The first kind of quotes that no enclosing f-string uses.
    fn free_quotes(&self, kinds: &[&'static str]) -> &'static str {
        kinds.iter().copied().find(|quotes| !self.quotes.contains(quotes)).unwrap_or("\"")
    }

    fn string(&mut self, text: &str) -> Result {
        let quotes = if self.quotes.is_empty() && text.contains('"') && !text.contains('\'') {
            "'"
        } else {
            self.free_quotes(&["\"", "'", "\"\"\"", "'''"])
        };
        self.text(quotes)?;
        self.escaped(text, quotes, false)?;
        self.text(quotes)
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result {
        let quotes = self.free_quotes(&["\"", "'", "\"\"\"", "'''"]);
        write!(self.out, "b{quotes}")?;
        for byte in bytes {
            match byte {
                b'\\' | b'"' | b'\'' => write!(self.out, "\\{}", *byte as char)?,
                b'\n' => self.text("\\n")?,
                0x20..=0x7e => self.out.write_char(*byte as char)?,
                _ => write!(self.out, "\\x{byte:02x}")?,
            }
        }
        self.text(quotes)
    }

    /// Text between quotes; in an f-string braces are doubled.
    fn escaped(&mut self, text: &str, quotes: &str, doubles_braces: bool) -> Result {
        for character in text.chars() {
            match character {
                '\\' => self.text("\\\\")?,
                '\n' => self.text("\\n")?,
                '\r' => self.text("\\r")?,
                '\t' => self.text("\\t")?,
                '{' | '}' if doubles_braces => write!(self.out, "{character}{character}")?,
                '"' | '\'' if quotes.starts_with(character) => write!(self.out, "\\{character}")?,
                '\u{feff}' | '\u{7f}'..='\u{a0}' | '\0'..='\x1f' => {
                    write!(self.out, "\\u{:04x}", character as u32)?;
                }
                _ => self.out.write_char(character)?,
            }
        }
        Ok(())
    }

    fn format_string(&mut self, prefix: &str, parts: &[FormatPart]) -> Result {
        let quotes = self.free_quotes(&["\"", "'", "\"\"\"", "'''"]);
        self.text(prefix)?;
        self.text(quotes)?;
        self.quotes.push(quotes);
        self.format_parts(parts, quotes, true)?;
        self.quotes.pop();
        self.text(quotes)
    }

    fn format_parts(&mut self, parts: &[FormatPart], quotes: &str, is_text: bool) -> Result {
        for part in parts {
            match part {
                FormatPart::Text(text) if is_text => self.escaped(text, quotes, true)?,
                FormatPart::Text(text) => self.specification(text, quotes)?,
                FormatPart::Field { value, debug_text, conversion, format } => {
                    self.field(value, debug_text.as_deref(), *conversion, format.as_deref(), quotes)?;
                }
            }
        }
        Ok(())
    }

    /// Text of a format specification, where a brace can only be written as an escape.
    fn specification(&mut self, text: &str, quotes: &str) -> Result {
        for piece in text.split_inclusive(['{', '}']) {
            let (plain, brace) = match piece.strip_suffix(['{', '}']) {
                Some(plain) => (plain, piece.chars().next_back()),
                None => (piece, None),
            };
            self.escaped(plain, quotes, false)?;
            if let Some(brace) = brace {
                write!(self.out, "\\x{:02x}", brace as u32)?;
            }
        }
        Ok(())
    }

    fn field(
        &mut self,
        value: &Expr,
        debug_text: Option<&str>,
        conversion: Option<Conversion>,
        format: Option<&[FormatPart]>,
        quotes: &str,
    ) -> Result {
        self.text("{")?;
        match debug_text {
            Some(text) => self.text(text)?,
            None => self.field_value(value)?,
        }
        self.text(match conversion {
            Some(Conversion::Str) => "!s",
            Some(Conversion::Repr) => "!r",
            Some(Conversion::Ascii) => "!a",
            None => "",
        })?;
        if let Some(format) = format {
            self.text(":")?;
            self.format_parts(format, quotes, false)?;
        }
        self.text("}")
    }

    /// A value whose text starts with a brace keeps its distance from the field's own; a lambda's colon needs parentheses.
    fn field_value(&mut self, value: &Expr) -> Result {
        let mut text = String::new();
        Printer { out: &mut text, indent: 0, quotes: self.quotes.clone() }
            .expression_at(value, binding::OR)?;
        if text.starts_with('{') {
            self.text(" ")?;
        }
        self.text(&text)
    }
}
