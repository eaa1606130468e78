//! The rules of expressions about lists and strings: H03.

use super::expr::mistyped;
use super::{Outcome, Verifier};
use crate::{Expr, ObjectExpr};
use hotloop_objects::Form;
use hotloop_types::Type;

impl<'a> Verifier<'a> {
    pub(super) fn object(&mut self, expr: &Expr, object: &'a ObjectExpr) -> Outcome {
        self.all(object.operands())?;
        let result = match object {
            ObjectExpr::Str(_) => Type::Str,
            ObjectExpr::Bytes(_) => Type::Bytes,
            ObjectExpr::Length(value) | ObjectExpr::LiveLength(value) => {
                self.sequence(value).map(|_| Type::INT64)?
            }
            ObjectExpr::Item { sequence, index } => {
                self.same(index, &Type::INT64)?;
                self.sequence(sequence)?
            }
            ObjectExpr::Part { text, start, stop } => {
                [start].into_iter().chain(stop).try_for_each(|bound| self.same(bound, &Type::INT64))?;
                text.ty.clone()
            }
            ObjectExpr::Perform { operation, arguments } => {
                let forms = operation.arguments();
                let fits = forms.len() == arguments.len()
                    && forms.iter().zip(arguments).all(|(form, given)| has_form(given, *form));
                if !fits || !has_form(expr, operation.result()) {
                    return mistyped(expr, format!("{operation:?}"));
                }
                return Ok(());
            }
            ObjectExpr::Number { text, base } => {
                self.same(text, &Type::Str)?;
                base.iter().try_for_each(|base| self.same(base, &Type::INT64))?;
                if base.is_some() { Type::INT64 } else { Type::FLOAT64 }
            }
            ObjectExpr::Order(left, right) => {
                self.same(right, &left.ty)?;
                Type::INT64
            }
            ObjectExpr::List(items) => {
                let Type::List(item) = &expr.ty else { return mistyped(expr, "a list") };
                return items.iter().try_for_each(|each| self.same(each, item));
            }
            ObjectExpr::EmptyList(capacity) => {
                self.same(capacity, &Type::INT64)?;
                return if matches!(expr.ty, Type::List(_)) { Ok(()) } else { mistyped(expr, "a list") };
            }
            ObjectExpr::Append { list, item } | ObjectExpr::SetItem { list, item, .. } => {
                let held = self.sequence(list)?;
                self.same(item, &held)?;
                Type::None
            }
            ObjectExpr::Pop(list) => self.sequence(list)?,
            ObjectExpr::Checked { condition, value, .. } => {
                self.same(condition, &Type::BOOL)?;
                value.ty.clone()
            }
            ObjectExpr::Code(text) => {
                self.same(text, &Type::Str)?;
                Type::INT64
            }
            ObjectExpr::Same(left, right) => {
                self.same(right, &left.ty)?;
                Type::BOOL
            }
            ObjectExpr::CaughtWord { caught, .. } => {
                self.in_handler_of(*caught)?;
                let is_word = matches!(expr.ty.as_scalar(), Some(dtype) if dtype.size_bytes() == 8);
                return if is_word { Ok(()) } else { mistyped(expr, "a word") };
            }
            ObjectExpr::CaughtText { caught, .. } => {
                self.in_handler_of(*caught)?;
                Type::Str
            }
            ObjectExpr::Text(texts) => {
                texts.iter().try_for_each(|text| self.same(text, &Type::Str))?;
                Type::Str
            }
            ObjectExpr::Print { texts, flush } => {
                texts.iter().try_for_each(|text| self.same(text, &Type::Str))?;
                self.same(flush, &Type::BOOL)?;
                Type::None
            }
        };
        self.same(expr, &result)
    }

    /// The type of a sequence's items.
    fn sequence(&self, sequence: &Expr) -> Result<Type, super::Violation> {
        match &sequence.ty {
            Type::List(item) => Ok((**item).clone()),
            Type::Str => Ok(Type::Str),
            Type::Bytes => Ok(Type::INT64),
            Type::Scalar(_)
            | Type::Array(_)
            | Type::Tuple(_)
            | Type::None
            | Type::Dtype(_)
            | Type::Function(_)
            | Type::Optional(_)
            | Type::Range
            | Type::Generator(_)
            | Type::RandomGenerator
            | Type::Enum(_)
            | Type::Undefined => mistyped(sequence, "no sequence"),
        }
    }
}

fn has_form(expr: &Expr, form: Form) -> bool {
    match form {
        Form::Str => expr.ty == Type::Str,
        Form::Bytes => expr.ty == Type::Bytes,
        Form::Word => expr.ty.as_scalar().is_some(),
        Form::Bool => expr.ty == Type::BOOL,
        Form::Float => expr.ty == Type::FLOAT64,
        Form::List => matches!(expr.ty, Type::List(_)),
        Form::Nothing => expr.ty == Type::None,
    }
}
