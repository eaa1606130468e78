//! Expressions, with parentheses where precedence asks for them.

use super::{Printer, Result, binding};
use crate::{
    Argument, BinaryOp, BoolOp, CompareOp, Comprehension, DictItem, Expr, ExprKind, Identifier, UnaryOp,
};
use std::fmt::Write;

impl<W: Write> Printer<'_, W> {
    /// An expression where anything may stand.
    pub(super) fn expression(&mut self, expr: &Expr) -> Result {
        self.expression_at(expr, binding::WALRUS)
    }

    /// An expression where `:=` needs parentheses.
    pub(super) fn test(&mut self, expr: &Expr) -> Result {
        self.expression_at(expr, binding::TEST)
    }

    /// An expression in parentheses if it binds less tightly than `least`.
    pub(super) fn expression_at(&mut self, expr: &Expr, least: u8) -> Result {
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

    pub(super) fn kind(&mut self, kind: &ExprKind) -> Result {
        match kind {
            ExprKind::Name(name) => self.text(name),
            ExprKind::Number(number) => self.number(number),
            ExprKind::Bool(value) => self.text(if *value { "True" } else { "False" }),
            ExprKind::None => self.text("None"),
            ExprKind::Ellipsis => self.text("..."),
            ExprKind::Str(text) => self.string(text),
            ExprKind::SurrogateStr(points) => self.surrogate_string(points),
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

    pub(super) fn unary(&mut self, op: UnaryOp, operand: &Expr) -> Result {
        self.text(op.spelling())?;
        match op {
            UnaryOp::Not => {
                self.text(" ")?;
                self.expression_at(operand, binding::NOT)
            }
            UnaryOp::Neg | UnaryOp::Pos | UnaryOp::Invert => self.expression_at(operand, binding::UNARY),
        }
    }

    pub(super) fn binary(&mut self, first: &Expr, rest: &[(BinaryOp, Expr)]) -> Result {
        let Some((op, _)) = rest.first() else { return self.expression(first) };
        if *op == BinaryOp::Pow {
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

    pub(super) fn bool_chain(&mut self, op: BoolOp, operands: &[Expr]) -> Result {
        let (word, tighter) = match op {
            BoolOp::And => (" and ", binding::NOT),
            BoolOp::Or => (" or ", binding::AND),
        };
        self.separated(operands, word, |printer, operand| printer.expression_at(operand, tighter))
    }

    pub(super) fn comparison(&mut self, first: &Expr, rest: &[(CompareOp, Expr)]) -> Result {
        self.expression_at(first, binding::OPERATION)?;
        for (op, operand) in rest {
            write!(self.out, " {} ", op.spelling())?;
            self.expression_at(operand, binding::OPERATION)?;
        }
        Ok(())
    }

    /// A number before a dot is wrapped: `1.real` is no attribute.
    pub(super) fn attribute(&mut self, value: &Expr, name: &Identifier) -> Result {
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
    pub(super) fn index(&mut self, index: &Expr) -> Result {
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

    pub(super) fn slice(
        &mut self,
        lower: Option<&Expr>,
        upper: Option<&Expr>,
        step: Option<&Expr>,
    ) -> Result {
        self.optional("", lower)?;
        self.text(":")?;
        self.optional("", upper)?;
        self.optional(":", step)
    }

    pub(super) fn tuple(&mut self, items: &[Expr]) -> Result {
        self.text("(")?;
        self.separated(items, ", ", Self::expression)?;
        self.text(if items.len() == 1 { ",)" } else { ")" })
    }

    pub(super) fn list(&mut self, open: &str, items: &[Expr], close: &str) -> Result {
        self.text(open)?;
        self.separated(items, ", ", Self::expression)?;
        self.text(close)
    }

    pub(super) fn comprehension(
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

    pub(super) fn clauses(&mut self, clauses: &[Comprehension]) -> Result {
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

    pub(super) fn argument(&mut self, argument: &Argument) -> Result {
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

    pub(super) fn dict_item(&mut self, item: &DictItem) -> Result {
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
        | ExprKind::SurrogateStr(_)
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
