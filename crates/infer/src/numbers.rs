//! Attributes and methods of numbers.

use crate::call::Arguments;
use crate::conversion::to_dtype;
use crate::expression::constant;
use crate::function::{Inference, Typed};
use crate::iteration::tuple_of;
use hotloop_ast as ast;
use hotloop_ast::Identifier;
use hotloop_diagnostics::Span;
use hotloop_hir::{Constant, Expr, ExprKind};
use hotloop_intrinsics::Intrinsic;
use hotloop_types::{Dtype, DtypeKind, Type, promote};

impl Inference<'_> {
    /// `.real`, `.imag`; of integers also `.numerator` and `.denominator`.
    pub(crate) fn number_attribute(&mut self, number: Expr, name: &Identifier, span: Span) -> Typed {
        let dtype = number.ty.as_scalar().expect("it is a number");
        match &*name.name {
            "real" => self.part_of_number(Intrinsic::Real, number, span),
            "imag" => self.part_of_number(Intrinsic::Imag, number, span),
            "numerator" if dtype.is_integral() => self.part_of_number(Intrinsic::Real, number, span),
            "denominator" if dtype.is_integral() => {
                let ty = if dtype == Dtype::Bool { Dtype::Int64 } else { dtype };
                self.with_let(number, "number", span, |_, _| {
                    Ok(to_dtype(constant(Constant::Int(1), Type::INT64, span), ty))
                })
            }
            _ => Err(self.report_attribute(&dtype.to_string(), name, number.span)),
        }
    }

    /// `.item()`, `.conjugate()`, `.is_integer()`, `.bit_length()`, `.bit_count()`.
    pub(crate) fn number_method(
        &mut self,
        number: Expr,
        name: &Identifier,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let dtype = number.ty.as_scalar().expect("it is a number");
        let method = match (&*name.name, dtype.kind()) {
            ("item", _) => {
                self.place_arguments(&name.name, &[], 0, arguments, span)?;
                return Ok(number);
            }
            ("conjugate", _) => {
                self.place_arguments(&name.name, &[], 0, arguments, span)?;
                return self.part_of_number(Intrinsic::Conjugate, number, span);
            }
            ("is_integer", DtypeKind::Bool | DtypeKind::Signed | DtypeKind::Unsigned | DtypeKind::Float) => {
                Intrinsic::IsInteger
            }
            ("bit_length", DtypeKind::Bool | DtypeKind::Signed | DtypeKind::Unsigned) => Intrinsic::BitLength,
            ("bit_count", DtypeKind::Bool | DtypeKind::Signed | DtypeKind::Unsigned) => Intrinsic::BitCount,
            ("as_integer_ratio", DtypeKind::Bool | DtypeKind::Signed | DtypeKind::Unsigned) => {
                self.place_arguments(&name.name, &[], 0, arguments, span)?;
                let integer = to_dtype(number, if dtype == Dtype::UInt64 { dtype } else { Dtype::Int64 });
                return Ok(tuple_of(vec![integer, constant(Constant::Int(1), Type::INT64, span)], span));
            }
            (method @ ("hex" | "as_integer_ratio"), DtypeKind::Float) => {
                let path = if method == "hex" { "float.hex" } else { "float.as_integer_ratio" };
                let handle = self.library_function(path, span)?;
                let number = to_dtype(number, Dtype::Float64);
                let function = ast::Expr::new(ast::ExprKind::Name(name.name.clone()), name.span);
                return self.call_with_receiver(handle, Vec::new(), Some(number), &function, arguments, span);
            }
            _ => return Err(self.report_attribute(&dtype.to_string(), name, number.span)),
        };
        self.place_arguments(&name.name, &[], 0, arguments, span)?;
        if dtype.is_float() {
            return Ok(of_number(method, number, Type::BOOL, span));
        }
        if method == Intrinsic::IsInteger {
            return self.with_let(number, "number", span, |_, _| {
                Ok(constant(Constant::Bool(true), Type::BOOL, span))
            });
        }
        Ok(of_number(method, to_dtype(number, promote(dtype, dtype)), Type::INT64, span))
    }
}

fn of_number(intrinsic: Intrinsic, number: Expr, ty: Type, span: Span) -> Expr {
    Expr::new(ExprKind::Intrinsic { intrinsic, arguments: vec![number] }, ty, span)
}
