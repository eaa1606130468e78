//! Calls of the functions of `cmath`, and of those of NumPy that are given a complex number.

use crate::call::Arguments;
use crate::conversion::to_dtype;
use crate::expression::constant;
use crate::function::{Inference, Typed};
use crate::intrinsic_call::{apply, float_type};
use hotloop_ast as ast;
use hotloop_diagnostics::Span;
use hotloop_hir::{BinaryOp, Constant, Expr, ExprKind};
use hotloop_intrinsics::{Family, Intrinsic, Typing};
use hotloop_types::{Dtype, Type, promote};

impl Inference<'_> {
    /// A number as an argument, made complex.
    fn complex_argument(&mut self, name: &str, argument: &ast::Expr) -> Typed<(Expr, Dtype)> {
        let (value, dtype) = self.number_argument(name, argument)?;
        let complex =
            if dtype.is_complex() { dtype } else { float_type(Family::Python, &[dtype]).as_complex() };
        Ok((to_dtype(value, complex), complex))
    }

    fn one_complex(&mut self, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed<(Expr, Dtype)> {
        let placed = self.place_arguments(name, &["z"], 1, arguments, span)?;
        self.complex_argument(name, placed[0].expect("it is required"))
    }

    pub(crate) fn of_complex(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let (value, dtype) = self.one_complex(name, arguments, span)?;
        Ok(apply(intrinsic, vec![value], dtype, span))
    }

    /// `log(z)`, `log(z, base)`.
    pub(crate) fn complex_log(&mut self, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments(name, &["z", "base"], 1, arguments, span)?;
        let (value, a) = self.complex_argument(name, placed[0].expect("it is required"))?;
        let log = |value, dtype| apply(Intrinsic::ComplexLog, vec![value], dtype, span);
        let Some(base) = placed[1] else { return Ok(log(value, a)) };
        let (base, b) = self.complex_argument(name, base)?;
        let common = promote(a, b);
        let sides = [value, base].map(|side| Box::new(log(to_dtype(side, common), common)));
        let [left, right] = sides;
        Ok(Expr::new(ExprKind::Binary { op: BinaryOp::Div, left, right }, Type::Scalar(common), span))
    }

    /// `rect(r, phi)`.
    pub(crate) fn complex_rect(&mut self, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments(name, &["r", "phi"], 2, arguments, span)?;
        let (length, a) = self.real_argument(name, placed[0].expect("it is required"))?;
        let (angle, b) = self.real_argument(name, placed[1].expect("it is required"))?;
        let dtype = float_type(Family::Python, &[a, b]);
        let parts = vec![to_dtype(length, dtype), to_dtype(angle, dtype)];
        Ok(apply(Intrinsic::ComplexRect, parts, dtype.as_complex(), span))
    }

    /// `polar(z)`: length and angle.
    pub(crate) fn complex_polar(&mut self, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        let (value, dtype) = self.one_complex(name, arguments, span)?;
        self.with_let(value, "number", span, |_, value| {
            let items = vec![
                apply(Intrinsic::Abs, vec![value.clone()], dtype.part(), span),
                apply(Intrinsic::ComplexPhase, vec![value], dtype.part(), span),
            ];
            let ty = Type::tuple(items.iter().map(|item| item.ty.clone()));
            Ok(Expr::new(ExprKind::Tuple(items), ty, span))
        })
    }

    pub(crate) fn complex_phase(&mut self, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        let (value, dtype) = self.one_complex(name, arguments, span)?;
        Ok(apply(Intrinsic::ComplexPhase, vec![value], dtype.part(), span))
    }

    pub(crate) fn complex_to_bool(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let (value, _) = self.one_complex(name, arguments, span)?;
        Ok(apply(intrinsic, vec![value], Dtype::Bool, span))
    }

    /// `isclose(a, b, rel_tol=1e-09, abs_tol=0.0)`.
    pub(crate) fn complex_is_close(&mut self, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments(name, &["a", "b", "rel_tol", "abs_tol"], 2, arguments, span)?;
        let mut values = Vec::with_capacity(4);
        for argument in placed[..2].iter().flatten() {
            values.push(to_dtype(self.complex_argument(name, argument)?.0, Dtype::Complex128));
        }
        for (argument, default) in placed[2..].iter().zip([1e-9, 0.0]) {
            values.push(match argument {
                Some(argument) => to_dtype(self.real_argument(name, argument)?.0, Dtype::Float64),
                None => constant(Constant::Float(default), Type::FLOAT64, span),
            });
        }
        Ok(apply(Intrinsic::ComplexIsClose, values, Dtype::Bool, span))
    }

    /// A function of one number that turns out to be complex: those of NumPy take it, if they are not for real numbers only.
    pub(crate) fn of_complex_number(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        value: Expr,
        span: Span,
    ) -> Typed {
        let dtype = value.ty.as_scalar().expect("it is a number");
        match counterpart(intrinsic).filter(|_| name.starts_with("numpy.")) {
            Some(counterpart) => {
                let is_predicate = counterpart.typing() == Typing::ComplexToBool;
                let result = if is_predicate { Dtype::Bool } else { dtype };
                Ok(apply(counterpart, vec![value], result, span))
            }
            None if name.starts_with("numpy.") => self.of_complex_parts(intrinsic, name, value, span),
            None => Err(self.report_complex_argument(name, &value)),
        }
    }

    /// Functions of NumPy that `cmath` has not, as NumPy computes them of the parts.
    fn of_complex_parts(&mut self, intrinsic: Intrinsic, name: &str, value: Expr, span: Span) -> Typed {
        let dtype = value.ty.as_scalar().expect("it is a number");
        let part = dtype.part();
        let of = |intrinsic, value: Expr| apply(intrinsic, vec![value], part, span);
        let number = |value: f64| to_dtype(constant(Constant::Float(value), Type::FLOAT64, span), part);
        let joined = |real, imag| apply(Intrinsic::Complex, vec![real, imag], dtype, span);
        let binary = |op, left: Expr, right: Expr| {
            let (left, right) = (Box::new(left), Box::new(right));
            Expr::new(ExprKind::Binary { op, left, right }, Type::Scalar(part), span)
        };
        let scaled = |value: Expr, factor: f64| {
            let by = |each| binary(BinaryOp::Mul, of(each, value.clone()), number(factor));
            joined(by(Intrinsic::Real), by(Intrinsic::Imag))
        };
        self.with_let(value, "number", span, |this, value| {
            let (real, imag) = (of(Intrinsic::Real, value.clone()), of(Intrinsic::Imag, value.clone()));
            Ok(match intrinsic {
                Intrinsic::Rint => joined(of(Intrinsic::Rint, real), of(Intrinsic::Rint, imag)),
                Intrinsic::Exp2 => {
                    apply(Intrinsic::ComplexExp, vec![scaled(value, std::f64::consts::LN_2)], dtype, span)
                }
                Intrinsic::Log2 => {
                    let logarithm = apply(Intrinsic::ComplexLog, vec![value], dtype, span);
                    return this.with_let(logarithm, "logarithm", span, |_, logarithm| {
                        Ok(scaled(logarithm, std::f64::consts::LOG2_E))
                    });
                }
                Intrinsic::Log1p => {
                    let more = binary(BinaryOp::Add, real, number(1.0));
                    let length = apply(Intrinsic::Hypot, vec![more.clone(), imag.clone()], part, span);
                    joined(of(Intrinsic::Log, length), apply(Intrinsic::Atan2, vec![imag, more], part, span))
                }
                Intrinsic::Expm1 => {
                    let half = of(Intrinsic::Sin, binary(BinaryOp::Div, imag.clone(), number(2.0)));
                    let square = binary(BinaryOp::Mul, half.clone(), half);
                    let product = binary(
                        BinaryOp::Mul,
                        of(Intrinsic::Expm1, real.clone()),
                        of(Intrinsic::Cos, imag.clone()),
                    );
                    let lost = binary(BinaryOp::Mul, number(2.0), square);
                    let exponential =
                        binary(BinaryOp::Mul, of(Intrinsic::Exp, real), of(Intrinsic::Sin, imag));
                    joined(binary(BinaryOp::Sub, product, lost), exponential)
                }
                _ => return Err(this.report_complex_argument(name, &value)),
            })
        })
    }
}

/// The function of complex numbers that goes by the same name in NumPy.
fn counterpart(intrinsic: Intrinsic) -> Option<Intrinsic> {
    Some(match intrinsic {
        Intrinsic::Acos => Intrinsic::ComplexAcos,
        Intrinsic::Acosh => Intrinsic::ComplexAcosh,
        Intrinsic::Asin => Intrinsic::ComplexAsin,
        Intrinsic::Asinh => Intrinsic::ComplexAsinh,
        Intrinsic::Atan => Intrinsic::ComplexAtan,
        Intrinsic::Atanh => Intrinsic::ComplexAtanh,
        Intrinsic::Cos => Intrinsic::ComplexCos,
        Intrinsic::Cosh => Intrinsic::ComplexCosh,
        Intrinsic::Exp => Intrinsic::ComplexExp,
        Intrinsic::Log => Intrinsic::ComplexLog,
        Intrinsic::Log10 => Intrinsic::ComplexLog10,
        Intrinsic::Sin => Intrinsic::ComplexSin,
        Intrinsic::Sinh => Intrinsic::ComplexSinh,
        Intrinsic::Sqrt => Intrinsic::ComplexSqrt,
        Intrinsic::Tan => Intrinsic::ComplexTan,
        Intrinsic::Tanh => Intrinsic::ComplexTanh,
        Intrinsic::IsNan => Intrinsic::ComplexIsNan,
        Intrinsic::IsInf => Intrinsic::ComplexIsInf,
        Intrinsic::IsFinite => Intrinsic::ComplexIsFinite,
        _ => return None,
    })
}
