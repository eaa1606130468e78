//! Values that are known when a kernel is compiled.

use crate::environment::{FrozenValue, Global};
use crate::expression::{Value, constant};
use crate::function::Inference;
use hotloop_ast as ast;
use hotloop_diagnostics::Span;
use hotloop_hir::{BinaryOp, Constant, Expr, ExprKind, ObjectExpr};
use hotloop_types::{Dtype, TupleType, Type};
use std::sync::Arc;

/// The bits and the type of an integer literal: int64, or uint64 if only that holds it.
pub(crate) fn integer_literal(digits: &str, radix: u32) -> Option<(i64, Type)> {
    let value = u64::from_str_radix(digits, radix).ok()?;
    let ty = if i64::try_from(value).is_ok() { Type::INT64 } else { Type::Scalar(Dtype::UInt64) };
    Some((value as i64, ty))
}

/// A frozen value as an expression.
pub(crate) fn frozen(value: &FrozenValue, span: Span) -> Expr {
    match value {
        FrozenValue::None => constant(Constant::None, Type::None, span),
        FrozenValue::Bool(value) => constant(Constant::Bool(*value), Type::BOOL, span),
        FrozenValue::Int(value) => constant(Constant::Int(*value), Type::INT64, span),
        FrozenValue::Float(value) => constant(Constant::Float(*value), Type::FLOAT64, span),
        FrozenValue::NumpyInt(Dtype::Bool, bits) => constant(Constant::Bool(*bits != 0), Type::BOOL, span),
        FrozenValue::NumpyInt(dtype, bits) => {
            numpy_constant(constant(Constant::Int(*bits), Type::Scalar(*dtype), span))
        }
        FrozenValue::NumpyFloat(dtype, value) => {
            numpy_constant(constant(Constant::Float(*value), Type::Scalar(*dtype), span))
        }
        FrozenValue::Complex(dtype, real, imag) => {
            constant(Constant::Complex(*real, *imag), Type::Scalar(*dtype), span)
        }
        FrozenValue::Str(text) => crate::strings::str_constant(text.clone(), span),
        FrozenValue::Bytes(bytes) => {
            Expr::object(ObjectExpr::Bytes(bytes.as_slice().into()), Type::Bytes, span)
        }
        FrozenValue::Named(class, items) => {
            let items: Vec<Expr> = items.iter().map(|item| frozen(item, span)).collect();
            let ty = TupleType::named(Arc::clone(class), items.iter().map(|item| item.ty.clone()));
            Expr::new(ExprKind::Tuple(items), Type::Tuple(ty), span)
        }
        FrozenValue::Member(class, position) => crate::classes::member(class, *position, span),
        FrozenValue::Array(ty, array) => {
            Expr::new(ExprKind::ConstantArray(Arc::clone(array)), Type::Array(*ty), span)
        }
        FrozenValue::Tuple(items) => {
            let items: Vec<Expr> = items.iter().map(|item| frozen(item, span)).collect();
            let ty = Type::tuple(items.iter().map(|item| item.ty.clone()));
            Expr::new(ExprKind::Tuple(items), ty, span)
        }
    }
}

/// A constant of one of NumPy's types; of the types that Python's numbers have, too, it is told from these, which adapt to the arrays beside them.
pub(crate) fn numpy_constant(value: Expr) -> Expr {
    match (&value.kind, &value.ty) {
        (ExprKind::Constant(_), &Type::INT64 | &Type::FLOAT64 | &Type::COMPLEX128) => {
            let (ty, span) = (value.ty.clone(), value.span);
            Expr::new(ExprKind::AsElements(Box::new(value)), ty, span)
        }
        _ => value,
    }
}

/// Whether the value is known now.
pub(crate) fn is_constant(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::AsElements(value) => is_constant(value),
        ExprKind::Constant(_) | ExprKind::ConstantArray(_) => true,
        ExprKind::Tuple(items) => items.iter().all(is_constant),
        ExprKind::Object(object) => matches!(**object, ObjectExpr::Str(_) | ObjectExpr::Bytes(_)),
        _ => false,
    }
}

/// The value of an integer constant, or of sums and products of such.
pub(crate) fn integer_constant(value: &Expr) -> Option<i64> {
    match (&value.kind, &value.ty) {
        (ExprKind::Constant(Constant::Int(value)), Type::Scalar(dtype)) if *dtype != Dtype::UInt64 => {
            Some(*value)
        }
        (ExprKind::AsElements(value), _) => integer_constant(value),
        (ExprKind::Binary { op, left, right }, &Type::INT64) => {
            let (left, right) = (integer_constant(left)?, integer_constant(right)?);
            match op {
                BinaryOp::Add => left.checked_add(right),
                BinaryOp::Sub => left.checked_sub(right),
                BinaryOp::Mul => left.checked_mul(right),
                _ => None,
            }
        }
        _ => None,
    }
}

impl Inference<'_> {
    /// The module, function or dtype that an expression names outside the function, if it does.
    pub(crate) fn static_global(&mut self, expression: &ast::Expr) -> crate::function::Typed<Option<Global>> {
        match &expression.kind {
            ast::ExprKind::Name(name) if self.find_local(name).is_some() => Ok(None),
            ast::ExprKind::Attribute { .. } if !self.is_in_module(expression) => Ok(None),
            ast::ExprKind::Name(_) | ast::ExprKind::Attribute { .. } => match self.operand(expression)? {
                Value::Global(global, _) => Ok(Some(global)),
                Value::Expr(_) | Value::Caught(..) | Value::Str(..) => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// Whether an expression is an attribute of a module, perhaps of one within another.
    fn is_in_module(&self, expression: &ast::Expr) -> bool {
        match &expression.kind {
            ast::ExprKind::Name(name) => {
                self.find_local(name).is_none()
                    && matches!(self.environment.global(name), Some(Global::Module(_)))
            }
            ast::ExprKind::Attribute { value, .. } => self.is_in_module(value),
            _ => false,
        }
    }
}
