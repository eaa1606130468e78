//! `isinstance` and `type`: questions about types, answered when the kernel is compiled.

use crate::call::Arguments;
use crate::caught::CaughtPart;
use crate::conditions::{is_none, short_circuit};
use crate::environment::Global;
use crate::expression::{Value, constant};
use crate::function::{Inference, Typed};
use crate::mixed_lists::is_mixed;
use crate::operators::negated;
use crate::slices::is_slice;
use hotloop_ast as ast;
use hotloop_ast::{BoolOp, ExprKind as AstExpr};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{Constant, Expr, ExprKind};
use hotloop_intrinsics::{Intrinsic, Item};
use hotloop_types::{Dtype, DtypeKind, EnumType, TupleClass, Type};
use std::sync::Arc;

static CLASS: Code = Code::new("HL0275", "something that is no class stands where one is expected");

/// A class that a value may be an instance of.
#[derive(Clone, Debug, PartialEq)]
enum Class {
    /// `int`, `float`, `complex` or `bool`: numbers of that kind, of any width.
    Python(Dtype),
    /// A scalar type of NumPy.
    Exactly(Dtype),
    Array,
    RandomGenerator,
    Tuple,
    Slice,
    Range,
    Str,
    List,
    None,
    Named(Arc<TupleClass>),
    Enum(Arc<EnumType>),
}

impl Class {
    fn holds(&self, ty: &Type) -> bool {
        match (self, ty) {
            (Self::Exactly(dtype), Type::Scalar(own)) => dtype == own,
            (Self::Python(dtype), Type::Scalar(own)) => match (dtype.kind(), own.kind()) {
                // A bool is an int, as in Python.
                (DtypeKind::Signed, DtypeKind::Bool | DtypeKind::Signed | DtypeKind::Unsigned) => true,
                (wanted, kind) => wanted == kind,
            },
            (Self::Array, Type::Array(_))
            | (Self::RandomGenerator, Type::RandomGenerator)
            | (Self::Range, Type::Range)
            | (Self::Str, Type::Str)
            | (Self::List, Type::List(_))
            | (Self::None, Type::None) => true,
            // A slice is a named tuple here, but none in Python.
            (Self::Tuple, Type::Tuple(own)) => !is_slice(own) && !is_mixed(own),
            (Self::List, Type::Tuple(own)) => is_mixed(own),
            (Self::Slice, Type::Tuple(own)) => is_slice(own),
            (Self::Named(class), Type::Tuple(own)) => own.class() == Some(class),
            (Self::Enum(class), Type::Enum(own)) => class == own,
            (Self::Python(dtype), Type::Enum(own)) => own.is_integer && dtype.kind() == DtypeKind::Signed,
            _ => false,
        }
    }
}

impl Inference<'_> {
    /// `isinstance(value, class)`.
    pub(crate) fn type_test(&mut self, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments("isinstance", &["obj", "class_or_tuple"], 2, arguments, span)?;
        let [value, classes] = [placed[0], placed[1]].map(|argument| argument.expect("it is required"));
        let value = match self.operand(value)? {
            Value::Caught(caught, CaughtPart::Error, _) => return self.caught_is(caught, classes, span),
            value => self.run_time_value(value)?,
        };
        self.class_test(value, classes, span)
    }

    /// Whether a value is of a class, or of one of a tuple of classes.
    pub(crate) fn class_test(&mut self, value: Expr, classes: &ast::Expr, span: Span) -> Typed {
        let mut known = Vec::new();
        self.classes(classes, &mut known)?;
        let answer = |ty: &Type| {
            let holds = known.iter().any(|class| class.holds(ty));
            constant(Constant::Bool(holds), Type::BOOL, span)
        };
        match &value.ty {
            Type::Optional(inner) => {
                let (present, absent) = (answer(inner), answer(&Type::None));
                self.with_let(value, "value", span, |_, value| {
                    let none = is_none(value, span);
                    let if_none = short_circuit(BoolOp::And, absent, none.clone());
                    let if_present = short_circuit(BoolOp::And, present, negated(none, span));
                    Ok(short_circuit(BoolOp::Or, if_none, if_present))
                })
            }
            ty if self.is_only_typed(&value) => Ok(answer(ty)),
            ty => {
                let answer = answer(ty);
                self.with_let(value, "value", span, |_, _| Ok(answer))
            }
        }
    }

    /// A class, or a tuple of classes.
    fn classes(&mut self, classes: &ast::Expr, known: &mut Vec<Class>) -> Typed<()> {
        if let AstExpr::Tuple(items) = &classes.kind {
            return items.iter().try_for_each(|item| self.classes(item, known));
        }
        if self.makes_slice(classes) {
            known.push(Class::Slice);
            return Ok(());
        }
        let value = self.operand(classes)?;
        let class = match &value {
            Value::Global(Global::Item(Item::PythonType(dtype)), _) => Some(Class::Python(*dtype)),
            Value::Global(Global::Item(Item::Dtype(dtype)), _) => Some(Class::Exactly(*dtype)),
            Value::Global(Global::Item(Item::Function(intrinsic, _)), _) => match intrinsic {
                Intrinsic::Ndarray => Some(Class::Array),
                Intrinsic::GeneratorClass => Some(Class::RandomGenerator),
                Intrinsic::Tuple => Some(Class::Tuple),
                Intrinsic::Range => Some(Class::Range),
                Intrinsic::Str => Some(Class::Str),
                Intrinsic::List => Some(Class::List),
                Intrinsic::Complex => Some(Class::Python(Dtype::Complex128)),
                _ => None,
            },
            Value::Expr(Expr { ty: Type::Dtype(dtype), .. }) => Some(Class::Exactly(*dtype)),
            Value::Expr(Expr { ty: Type::None, .. }) => Some(Class::None),
            Value::Global(Global::TupleClass(class), _) => Some(Class::Named(Arc::clone(&class.class))),
            Value::Global(Global::EnumClass(class), _) => Some(Class::Enum(Arc::clone(class))),
            Value::Expr(_) | Value::Global(..) | Value::Caught(..) | Value::Str(..) => None,
        };
        let Some(class) = class else {
            let message = format!("{} is not a class that a kernel knows", value.describe());
            let diagnostic = Diagnostic::error(&CLASS, message, classes.span).with_help(
                "test for `int`, `float`, `complex`, `bool`, `tuple`, `range`, `np.ndarray` or a dtype",
            );
            return Err(self.report(diagnostic));
        };
        known.push(class);
        Ok(())
    }

    /// `type(value)`: of a number its dtype, of `None` what `isinstance` takes for its class.
    pub(crate) fn type_of(&mut self, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments("type", &["object"], 1, arguments, span)?;
        let value = self.expression(placed[0].expect("it is required"))?;
        let ty = match value.ty {
            Type::Scalar(dtype) => Type::Dtype(dtype),
            Type::None => Type::None,
            _ => return Err(self.report_argument("type", &value, "a number; for others use `isinstance`")),
        };
        let known = if ty == Type::None { Constant::None } else { Constant::Dtype };
        let answer = Expr::new(ExprKind::Constant(known), ty, span);
        if self.is_pure(&value) {
            return Ok(answer);
        }
        self.with_let(value, "value", span, |_, _| Ok(answer))
    }
}
