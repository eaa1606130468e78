//! NumPy's functions of elements: those of the table that know one number are lifted to arrays, and a few are made of simpler ones here.

use crate::call::Arguments;
use crate::conditions::{choose, scalar_compare, short_circuit, unwrapped};
use crate::conversion::{convert, to_dtype};
use crate::elementwise::{Element, Elements, adapted_float, common_dtype};
use crate::expression::{Value, constant};
use crate::function::{Inference, Reported, Typed};
use crate::intrinsic_call::apply;
use crate::operators::negated;
use hotloop_ast as ast;
use hotloop_ast::{Argument, BoolOp};
use hotloop_diagnostics::Span;
use hotloop_hir::{BinaryOp, CompareOp, Constant, Expr, ExprKind};
use hotloop_intrinsics::{Family, Intrinsic, Typing};
use hotloop_types::{Dtype, DtypeKind, Type};

/// What became of a call that may have arrays among its arguments.
pub(crate) enum Lifted {
    /// There are none; the arguments were evaluated.
    Scalars(Vec<Argument>),
    /// The operation on elements.
    Elements(Box<Expr>),
}

/// Whether a function of numbers is applied to the elements of arrays.
pub(crate) fn is_lifted(intrinsic: Intrinsic, family: Family) -> bool {
    match intrinsic.typing() {
        Typing::Absolute => true,
        Typing::Float
        | Typing::FloatFloat
        | Typing::FloatToBool
        | Typing::Integral
        | Typing::Complex
        | Typing::Gcd
        | Typing::Ldexp
        | Typing::Hypot => family == Family::Numpy,
        _ => false,
    }
}

impl Inference<'_> {
    /// Applies a function of numbers to the elements, if there are arrays among its arguments.
    pub(crate) fn lifted_call(
        &mut self,
        intrinsic: Intrinsic,
        family: Family,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed<Lifted> {
        let values =
            arguments.positional.iter().map(|argument| self.operand(argument)).collect::<Typed<Vec<_>>>()?;
        let is_array = |value: &Value| matches!(value, Value::Expr(Expr { ty: Type::Array(_), .. }));
        let named: Vec<Argument> = arguments
            .given
            .iter()
            .filter(|given| matches!(given, Argument::Keyword { .. }))
            .cloned()
            .collect();
        if !values.iter().any(is_array) {
            let stand_ins = values.into_iter().map(|value| Argument::Positional(self.stand_in(value)));
            return Ok(Lifted::Scalars(stand_ins.chain(named).collect()));
        }
        if matches!(intrinsic, Intrinsic::Real | Intrinsic::Imag) && values.len() == 1 {
            return self.lifted_part(intrinsic, values, span);
        }
        self.lifted_elements(intrinsic, family, values, named, span)
    }

    /// `np.real` and `np.imag` of an array are views.
    fn lifted_part(&mut self, intrinsic: Intrinsic, values: Vec<Value>, span: Span) -> Typed<Lifted> {
        match values.into_iter().next() {
            Some(Value::Expr(Expr { kind, ty: Type::Array(ty), span: place })) => {
                let array = Expr::new(kind, Type::Array(ty), place);
                let part = self.part_of_array(array, ty, intrinsic == Intrinsic::Imag, span)?;
                Ok(Lifted::Elements(Box::new(part)))
            }
            _ => unreachable!("one of the arguments is an array"),
        }
    }

    /// Applies a function of numbers to elements.
    fn lifted_elements(
        &mut self,
        intrinsic: Intrinsic,
        family: Family,
        values: Vec<Value>,
        named: Vec<Argument>,
        span: Span,
    ) -> Typed<Lifted> {
        let name = intrinsic.name();
        let values = values
            .into_iter()
            .map(|value| self.run_time_value(value).map(unwrapped))
            .collect::<Typed<Vec<Expr>>>()?;
        let (elements, found) = self.numbers_or_arrays(name, values)?;
        let takes_floats = matches!(intrinsic.typing(), Typing::Float | Typing::FloatFloat | Typing::Hypot);
        let stand_ins: Vec<Argument> = adapted_float(found, takes_floats)
            .into_iter()
            .map(|value| Argument::Positional(self.stand_in(value)))
            .chain(named)
            .collect();
        let lifted = self.arguments(&stand_ins)?;
        let body = self.intrinsic_call(intrinsic, family, &lifted, span)?;
        if body.ty.as_scalar().is_none() {
            return Err(self.report_argument(name, &body, "numbers, not whole arrays"));
        }
        Ok(Lifted::Elements(Box::new(elements.finish(body, span))))
    }

    /// The elements of a function's arguments.
    fn numbers_or_arrays(&mut self, name: &str, values: Vec<Expr>) -> Typed<(Elements, Vec<Element>)> {
        match values.iter().find(|value| !matches!(value.ty, Type::Scalar(_) | Type::Array(_))) {
            Some(other) => Err(self.report_argument(name, other, "numbers or arrays")),
            None => Ok(self.elements_of(values).expect("numbers and arrays have elements")),
        }
    }

    /// A function of elements that is made of simpler ones.
    pub(crate) fn element_function(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let parameters: &[&str] = match intrinsic {
            Intrinsic::Where => &["condition", "x", "y"],
            Intrinsic::Clip => &["a", "a_min", "a_max"],
            Intrinsic::Square | Intrinsic::Sign | Intrinsic::Signbit | Intrinsic::LogicalNot => &["x"],
            _ => &["x1", "x2"],
        };
        let placed = self.place_arguments(name, parameters, parameters.len(), arguments, span)?;
        let values = placed
            .into_iter()
            .flatten()
            .map(|argument| self.value(argument).map(unwrapped))
            .collect::<Typed<Vec<Expr>>>()?;
        // Of the bounds of `clip` one may be left out.
        let is_given = |value: &Expr| value.ty != Type::None || intrinsic != Intrinsic::Clip;
        let given: Vec<bool> = values.iter().map(is_given).collect();
        let (elements, found) =
            self.numbers_or_arrays(name, values.into_iter().filter(is_given).collect())?;
        let mut found = found.into_iter();
        let found: Vec<Option<Element>> =
            given.into_iter().map(|is_given| if is_given { found.next() } else { None }).collect();
        let body = match (intrinsic, <[Option<Element>; 3]>::try_from(found)) {
            (Intrinsic::Clip, Ok([Some(value), low, high])) => self.clipped(value, low, high, span)?,
            (Intrinsic::Where, Ok([Some(condition), Some(then), Some(otherwise)])) => {
                let dtype = common_dtype(&then, &otherwise);
                let condition = to_dtype(condition.value, Dtype::Bool);
                let (then, otherwise) = (to_dtype(then.value, dtype), to_dtype(otherwise.value, dtype));
                Some(choose(condition, then, otherwise, span))
            }
            (_, Ok(_)) => None,
            (_, Err(found)) => {
                let mut found = found.into_iter().flatten();
                match (found.next(), found.next()) {
                    (Some(x), None) => self.of_one(intrinsic, x, span)?,
                    (Some(x), Some(y)) => self.of_two(intrinsic, x, y, span)?,
                    (None, _) => None,
                }
            }
        };
        let Some(body) = body else { return Err(self.report_elements(name, arguments, span)) };
        Ok(elements.finish(body, span))
    }

    fn report_elements(&mut self, name: &str, arguments: &Arguments<'_>, span: Span) -> Reported {
        let first: Option<&&ast::Expr> = arguments.positional.first();
        match first.map(|first| self.value(first)) {
            Some(Ok(value)) => self.report_argument(name, &value, "real numbers, or arrays of them"),
            _ => self.report_argument(name, &constant(Constant::None, Type::None, span), "numbers"),
        }
    }

    fn of_one(&mut self, intrinsic: Intrinsic, x: Element, span: Span) -> Typed<Option<Expr>> {
        let dtype = x.dtype;
        match intrinsic {
            Intrinsic::LogicalNot => Ok(Some(negated(to_dtype(x.value, Dtype::Bool), span))),
            _ if dtype == Dtype::Bool => Ok(None),
            Intrinsic::Square => self
                .with_let(x.value, "x", span, |_, x| Ok(binary(BinaryOp::Mul, x.clone(), x, dtype, span)))
                .map(Some),
            _ if dtype.is_complex() => Ok(None),
            Intrinsic::Sign => {
                self.with_let(x.value, "x", span, |_, x| Ok(sign_of(&x, dtype, span))).map(Some)
            }
            Intrinsic::Signbit => {
                let float = if dtype == Dtype::Float32 { dtype } else { Dtype::Float64 };
                let one = number(1.0, float, span);
                let sign = apply(Intrinsic::Copysign, vec![one, to_dtype(x.value, float)], float, span);
                Ok(Some(is(CompareOp::Lt, &sign, &number(0.0, float, span), span)))
            }
            _ => Ok(None),
        }
    }

    fn of_two(&mut self, intrinsic: Intrinsic, x: Element, y: Element, span: Span) -> Typed<Option<Expr>> {
        let bools = |x: Element, y: Element| (to_dtype(x.value, Dtype::Bool), to_dtype(y.value, Dtype::Bool));
        match intrinsic {
            Intrinsic::LogicalAnd | Intrinsic::LogicalOr | Intrinsic::LogicalXor => {
                let (x, y) = bools(x, y);
                let op = match intrinsic {
                    Intrinsic::LogicalAnd => BinaryOp::BitAnd,
                    Intrinsic::LogicalOr => BinaryOp::BitOr,
                    _ => BinaryOp::BitXor,
                };
                Ok(Some(binary(op, x, y, Dtype::Bool, span)))
            }
            Intrinsic::Maximum | Intrinsic::Minimum | Intrinsic::Fmax | Intrinsic::Fmin => {
                self.extreme(intrinsic, x, y, span)
            }
            _ => Ok(None),
        }
    }

    /// The larger or smaller of two: `maximum` and `minimum` give nan where one is, `fmax` and `fmin` the other one.
    fn extreme(&mut self, intrinsic: Intrinsic, x: Element, y: Element, span: Span) -> Typed<Option<Expr>> {
        let dtype = common_dtype(&x, &y);
        if dtype.is_complex() {
            return Ok(None);
        }
        let (x, y) = (self.adapted(x, dtype)?, self.adapted(y, dtype)?);
        if dtype == Dtype::Bool {
            let is_larger = matches!(intrinsic, Intrinsic::Maximum | Intrinsic::Fmax);
            let op = if is_larger { BinaryOp::BitOr } else { BinaryOp::BitAnd };
            return Ok(Some(binary(op, x, y, dtype, span)));
        }
        let compared = match intrinsic {
            Intrinsic::Maximum | Intrinsic::Fmax => CompareOp::Ge,
            _ => CompareOp::Le,
        };
        let chosen = self.with_let(x, "x", span, |this, x| {
            this.with_let(y, "y", span, |_, y| {
                let wins = is(compared, &x, &y, span);
                let nan = match intrinsic {
                    Intrinsic::Maximum | Intrinsic::Minimum => &x,
                    _ => &y,
                };
                let wins = if dtype.is_float() {
                    short_circuit(BoolOp::Or, wins, is(CompareOp::Ne, nan, nan, span))
                } else {
                    wins
                };
                Ok(choose(wins, x, y, span))
            })
        })?;
        Ok(Some(chosen))
    }

    /// `minimum(maximum(value, low), high)`, as far as there are bounds.
    fn clipped(
        &mut self,
        value: Element,
        low: Option<Element>,
        high: Option<Element>,
        span: Span,
    ) -> Typed<Option<Expr>> {
        let mut result = value;
        for (intrinsic, bound) in [(Intrinsic::Maximum, low), (Intrinsic::Minimum, high)] {
            let Some(bound) = bound else { continue };
            let Some(clipped) = self.extreme(intrinsic, result, bound, span)? else { return Ok(None) };
            result = Element::strong(clipped);
        }
        Ok(Some(result.value))
    }
}

fn sign_of(x: &Expr, dtype: Dtype, span: Span) -> Expr {
    let zero = number(0.0, dtype, span);
    let one = number(1.0, dtype, span);
    let is_positive = is(CompareOp::Gt, x, &zero, span);
    if dtype.kind() == DtypeKind::Unsigned {
        return choose(is_positive, one, zero, span);
    }
    let minus_one = number(-1.0, dtype, span);
    let otherwise = if dtype.is_float() {
        choose(is(CompareOp::Eq, x, &zero, span), zero.clone(), x.clone(), span)
    } else {
        zero.clone()
    };
    let not_positive = choose(is(CompareOp::Lt, x, &zero, span), minus_one, otherwise, span);
    choose(is_positive, one, not_positive, span)
}

/// A small whole number of that dtype.
fn number(value: f64, dtype: Dtype, span: Span) -> Expr {
    if dtype.is_integral() {
        return convert(constant(Constant::Int(value as i64), Type::INT64, span), &Type::Scalar(dtype));
    }
    convert(constant(Constant::Float(value), Type::FLOAT64, span), &Type::Scalar(dtype))
}

fn is(op: CompareOp, left: &Expr, right: &Expr, span: Span) -> Expr {
    scalar_compare(op, left.clone(), right.clone(), span).expect("real numbers can be compared")
}

fn binary(op: BinaryOp, left: Expr, right: Expr, dtype: Dtype, span: Span) -> Expr {
    let kind = ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) };
    Expr::new(kind, Type::Scalar(dtype), span)
}
