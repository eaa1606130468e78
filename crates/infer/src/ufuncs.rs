//! NumPy's functions of elements: those of the table that know one number are lifted to arrays, and a few are made of simpler ones here.

use crate::call::Arguments;
use crate::conditions::{choose, scalar_compare, short_circuit, unwrapped};
use crate::conversion::{convert, to_dtype};
use crate::elementwise::{Element, Elements, adapted_float, binary, common_dtype, power_of_elements};
use crate::expression::{Value, constant};
use crate::function::{Inference, Reported, Typed};
use crate::intrinsic_call::apply;
use crate::operators::negated;
use hotloop_ast as ast;
use hotloop_ast::{Argument, BoolOp};
use hotloop_diagnostics::Span;
use hotloop_hir::{BinaryOp, CompareOp, Constant, Expr, ExprKind, UnaryOp};
use hotloop_intrinsics::{Family, Intrinsic, Typing};
use hotloop_types::{Dtype, DtypeKind, Type, promote};

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
        let mut values =
            arguments.positional.iter().map(|argument| self.operand(argument)).collect::<Typed<Vec<_>>>()?;
        if family == Family::Numpy {
            values = values.into_iter().map(|value| self.lifted_list(value)).collect::<Typed<Vec<_>>>()?;
        }
        let is_array = |value: &Value| matches!(value, Value::Expr(Expr { ty: Type::Array(_), .. }));
        let named: Vec<Argument> = arguments
            .given
            .iter()
            .filter(|given| matches!(given, Argument::Keyword { .. }))
            .cloned()
            .collect();
        let has_element =
            |value: &Value| matches!(value, Value::Expr(Expr { ty: Type::Array(_) | Type::Scalar(_), .. }));
        // Of numbers alone NumPy's functions give what they give of arrays, those of Python what Python gives.
        let are_elements = match family {
            Family::Numpy => values.iter().all(has_element),
            Family::Python => values.iter().any(is_array),
        };
        if !are_elements {
            let stand_ins = values.into_iter().map(|value| Argument::Positional(self.stand_in(value)));
            return Ok(Lifted::Scalars(stand_ins.chain(named).collect()));
        }
        if matches!(intrinsic, Intrinsic::Real | Intrinsic::Imag)
            && values.len() == 1
            && values.iter().any(is_array)
        {
            return self.lifted_part(intrinsic, values, span);
        }
        if intrinsic == Intrinsic::Gcd || intrinsic == Intrinsic::Lcm {
            return self.lifted_divisor(intrinsic, values, span);
        }
        self.lifted_elements(intrinsic, family, values, named, span)
    }

    /// An argument of one of NumPy's functions, a list as the array of its items.
    fn lifted_list(&mut self, value: Value) -> Typed<Value> {
        match value {
            Value::Expr(value) => self.array_of_list(value).map(Value::Expr),
            other => Ok(other),
        }
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
        if let (Intrinsic::Abs, [element]) = (intrinsic, &found[..])
            && element.dtype == Dtype::Bool
        {
            return Ok(Lifted::Elements(Box::new(elements.finish(element.value.clone(), span))));
        }
        if let (Intrinsic::Conjugate, [element]) = (intrinsic, &found[..])
            && element.dtype == Dtype::Bool
        {
            let body = to_dtype(element.value.clone(), Dtype::Int8);
            return Ok(Lifted::Elements(Box::new(elements.finish(body, span))));
        }
        if let (Intrinsic::Fmod, [x, y]) = (intrinsic, &found[..])
            && common_dtype(x, y).is_integral()
        {
            let body = self.integer_fmod(found, span)?;
            return Ok(Lifted::Elements(Box::new(elements.finish(body, span))));
        }
        let takes_floats = matches!(intrinsic.typing(), Typing::Float | Typing::FloatFloat | Typing::Hypot);
        let adapted = match intrinsic {
            Intrinsic::Ldexp => found.into_iter().map(|element| element.value).collect(),
            _ => adapted_float(found, takes_floats),
        };
        let stand_ins: Vec<Argument> = adapted
            .into_iter()
            .map(|value| Argument::Positional(self.stand_in(value)))
            .chain(named)
            .collect();
        let lifted = self.arguments(&stand_ins)?;
        let body = self.number_call(intrinsic, family, &lifted, span)?;
        if body.ty.as_scalar().is_none() {
            return Err(self.report_argument(name, &body, "numbers, not whole arrays"));
        }
        Ok(Lifted::Elements(Box::new(elements.finish(body, span))))
    }

    /// `gcd` and `lcm`: the result has the common dtype.
    fn lifted_divisor(&mut self, intrinsic: Intrinsic, values: Vec<Value>, span: Span) -> Typed<Lifted> {
        let name = crate::intrinsic_call::spelled(intrinsic, Family::Numpy);
        let values = values
            .into_iter()
            .map(|value| self.run_time_value(value).map(unwrapped))
            .collect::<Typed<Vec<Expr>>>()?;
        let first = values.first().cloned();
        let (elements, found) = self.numbers_or_arrays(name, values)?;
        let body = match <[Element; 2]>::try_from(found) {
            Ok([x, y]) if common_dtype(&x, &y).is_integral() && common_dtype(&x, &y) != Dtype::Bool => {
                let dtype = common_dtype(&x, &y);
                let (x, y) = (self.adapted(x, dtype)?, self.adapted(y, dtype)?);
                let wide = promote(dtype, dtype);
                to_dtype(apply(intrinsic, vec![to_dtype(x, wide), to_dtype(y, wide)], wide, span), dtype)
            }
            Ok(_) | Err(_) => {
                let first = first.unwrap_or_else(|| constant(Constant::None, Type::None, span));
                return Err(self.report_argument(
                    name,
                    &first,
                    "two integers, or arrays of them, of one sign",
                ));
            }
        };
        Ok(Lifted::Elements(Box::new(elements.finish(body, span))))
    }

    /// The remainder of a division of integers that is rounded towards zero: it has the sign of the first.
    fn integer_fmod(&mut self, found: Vec<Element>, span: Span) -> Typed {
        let mut found = found.into_iter();
        let (Some(x), Some(y)) = (found.next(), found.next()) else {
            unreachable!("the number of arguments was checked")
        };
        let common = common_dtype(&x, &y);
        let dtype = if common == Dtype::Bool { Dtype::Int8 } else { common };
        let (x, y) = (self.adapted(x, dtype)?, self.adapted(y, dtype)?);
        self.with_let(x, "x", span, |this, x| {
            this.with_let(y, "y", span, |this, y| {
                let floored = binary(BinaryOp::Mod, x.clone(), y.clone(), dtype, span);
                this.with_let(floored, "remainder", span, |_, floored| {
                    let zero = number(0.0, dtype, span);
                    let is_rest = is(CompareOp::Ne, &floored, &zero, span);
                    let signs = [&x, &y].map(|value| is(CompareOp::Lt, value, &zero, span));
                    let [x_sign, y_sign] = signs;
                    let differ = binary(BinaryOp::BitXor, x_sign, y_sign, Dtype::Bool, span);
                    let is_moved = binary(BinaryOp::BitAnd, is_rest, differ, Dtype::Bool, span);
                    let moved = binary(BinaryOp::Sub, floored.clone(), y, dtype, span);
                    Ok(choose(is_moved, moved, floored, span))
                })
            })
        })
    }

    /// The elements of a function's arguments.
    fn numbers_or_arrays(&mut self, name: &str, values: Vec<Expr>) -> Typed<(Elements, Vec<Element>)> {
        match values.iter().find(|value| !is_number_or_array(value)) {
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
            Intrinsic::Square
            | Intrinsic::Sign
            | Intrinsic::Signbit
            | Intrinsic::Reciprocal
            | Intrinsic::Spacing
            | Intrinsic::LogicalNot => &["x"],
            _ => &["x1", "x2"],
        };
        let placed = self.place_arguments(name, parameters, parameters.len(), arguments, span)?;
        let values = placed
            .into_iter()
            .flatten()
            .map(|argument| self.value(argument).map(unwrapped).and_then(|value| self.array_of_list(value)))
            .collect::<Typed<Vec<Expr>>>()?;
        if let Some(position) = values.iter().position(|value| !is_number_or_array(value))
            && matches!(intrinsic, Intrinsic::Clip | Intrinsic::Where)
            && (intrinsic == Intrinsic::Where || position == 0 || values[position].ty != Type::None)
        {
            let kind = match (intrinsic, position) {
                (_, 0) => "array-like",
                (Intrinsic::Clip, _) => "a number",
                _ => "array-like if provided",
            };
            let note = format!("The argument \"{}\" must be {kind}", parameters[position]);
            return Err(self.report_argument_noted(name, &values[position], "numbers or arrays", note));
        }
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
            Intrinsic::Signbit if dtype == Dtype::Bool => {
                Ok(Some(constant(Constant::Bool(false), Type::BOOL, span)))
            }
            Intrinsic::Reciprocal if dtype.is_complex() => self
                .with_let(x.value, "x", span, |this, x| this.complex_reciprocal(&x, dtype, span))
                .map(Some),
            Intrinsic::Sign if dtype.is_complex() => {
                self.with_let(x.value, "x", span, |this, x| this.complex_sign(&x, dtype, span)).map(Some)
            }
            Intrinsic::Square | Intrinsic::Reciprocal if dtype == Dtype::Bool => {
                let value = to_dtype(x.value, Dtype::Int8);
                self.of_one(intrinsic, Element::strong(value), span)
            }
            Intrinsic::Reciprocal => Ok(Some(reciprocal_of(x.value, dtype, span))),
            Intrinsic::Spacing if !dtype.is_complex() => {
                let float = float_of(dtype);
                let value = to_dtype(x.value, float);
                self.with_let(value, "x", span, |_, x| Ok(spacing_of(&x, float, span))).map(Some)
            }
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
            Intrinsic::FloatPower => {
                let common = common_dtype(&x, &y);
                let dtype = if common.is_complex() { Dtype::Complex128 } else { Dtype::Float64 };
                let (x, y) = (to_dtype(x.value, dtype), to_dtype(y.value, dtype));
                Ok(Some(power_of_elements(x, y, dtype, span)))
            }
            _ => self.of_two_floats(intrinsic, x, y, span),
        }
    }

    fn of_two_floats(
        &mut self,
        intrinsic: Intrinsic,
        x: Element,
        y: Element,
        span: Span,
    ) -> Typed<Option<Expr>> {
        let common = common_dtype(&x, &y);
        if common.is_complex() {
            return Ok(None);
        }
        let values = adapted_float(vec![x, y], true);
        let [x, y] = <[Expr; 2]>::try_from(values).expect("there are two");
        let dtype = x.ty.as_scalar().expect("it is a number");
        let computed = self.with_let(x, "x", span, |this, x| {
            this.with_let(y, "y", span, |this, y| match intrinsic {
                Intrinsic::Heaviside => Ok(heaviside_of(&x, &y, dtype, span)),
                _ => this.added_exponentials(intrinsic == Intrinsic::LogAddExp2, &x, &y, dtype, span),
            })
        })?;
        Ok(Some(computed))
    }

    /// One divided by a complex number, scaled by its larger part.
    fn complex_reciprocal(&mut self, x: &Expr, dtype: Dtype, span: Span) -> Typed {
        let part = dtype.part();
        let [real, imag] = parts_of(x, span);
        let size = |value: &Expr| apply(Intrinsic::Fabs, vec![value.clone()], part, span);
        let op = |op, left: Expr, right: Expr| binary(op, left, right, part, span);
        let is_real = is(CompareOp::Le, &size(&imag), &size(&real), span);
        self.with_let(is_real, "is_real", span, |this, is_real| {
            let either = |then: Expr, otherwise: Expr| choose(is_real.clone(), then, otherwise, span);
            let larger = either(real.clone(), imag.clone());
            let ratio = op(BinaryOp::Div, either(imag, real), larger.clone());
            this.with_let(ratio, "ratio", span, |this, ratio| {
                let [real, imag] = parts_of(x, span);
                let smaller = choose(is_real.clone(), imag, real, span);
                let divisor = op(BinaryOp::Add, larger.clone(), op(BinaryOp::Mul, smaller, ratio.clone()));
                this.with_let(divisor, "divisor", span, |_, divisor| {
                    let one = op(BinaryOp::Div, number(1.0, part, span), divisor.clone());
                    let rest = op(BinaryOp::Div, ratio.clone(), divisor);
                    let either = |then: Expr, otherwise: Expr| choose(is_real.clone(), then, otherwise, span);
                    let imag = Expr::new(
                        ExprKind::Unary(UnaryOp::Neg, Box::new(either(rest.clone(), one.clone()))),
                        Type::Scalar(part),
                        span,
                    );
                    Ok(apply(Intrinsic::Complex, vec![either(one, rest), imag], dtype, span))
                })
            })
        })
    }

    /// A complex number divided by its absolute value; of an infinite one its direction along an axis.
    fn complex_sign(&mut self, x: &Expr, dtype: Dtype, span: Span) -> Typed {
        let part = dtype.part();
        let size = apply(Intrinsic::Abs, vec![x.clone()], part, span);
        self.with_let(size, "size", span, |_, size| {
            let [zero, infinity] = [0.0, f64::INFINITY].map(|value| number(value, part, span));
            let nan = number(f64::NAN, part, span);
            let [real, imag] = parts_of(x, span);
            let is_infinite = |value: &Expr| {
                let size = apply(Intrinsic::Fabs, vec![value.clone()], part, span);
                is(CompareOp::Eq, &size, &infinity, span)
            };
            let one_of = |own: &Expr, other: &Expr| {
                let one = apply(Intrinsic::Copysign, vec![number(1.0, part, span), own.clone()], part, span);
                let alone = choose(is_infinite(other), nan.clone(), one, span);
                let direction = choose(is_infinite(own), alone, zero.clone(), span);
                let scaled = binary(BinaryOp::Div, own.clone(), size.clone(), part, span);
                let finite = choose(is(CompareOp::Eq, &size, &zero, span), zero.clone(), scaled, span);
                choose(is(CompareOp::Eq, &size, &infinity, span), direction, finite, span)
            };
            Ok(apply(Intrinsic::Complex, vec![one_of(&real, &imag), one_of(&imag, &real)], dtype, span))
        })
    }

    /// `log(exp(x) + exp(y))` or the same to base 2, without what overflows.
    fn added_exponentials(&mut self, is_binary: bool, x: &Expr, y: &Expr, dtype: Dtype, span: Span) -> Typed {
        let ln_2 = if is_binary { 1.0 } else { std::f64::consts::LN_2 };
        let doubled = binary(BinaryOp::Add, x.clone(), number(ln_2, dtype, span), dtype, span);
        let is_same = is(CompareOp::Eq, x, y, span);
        let difference = binary(BinaryOp::Sub, x.clone(), y.clone(), dtype, span);
        let apart = self.with_let(difference, "difference", span, |_, difference| {
            let zero = number(0.0, dtype, span);
            let larger_and = |larger: &Expr, exponent: Expr| {
                let power = if is_binary { Intrinsic::OwnExp2 } else { Intrinsic::OwnExp };
                let power = apply(power, vec![exponent], dtype, span);
                let logarithm = apply(Intrinsic::OwnLog1p, vec![power], dtype, span);
                let logarithm = if is_binary {
                    let scale = number(std::f64::consts::LOG2_E, dtype, span);
                    binary(BinaryOp::Mul, scale, logarithm, dtype, span)
                } else {
                    logarithm
                };
                binary(BinaryOp::Add, larger.clone(), logarithm, dtype, span)
            };
            let negated = Expr::new(
                ExprKind::Unary(UnaryOp::Neg, Box::new(difference.clone())),
                Type::Scalar(dtype),
                span,
            );
            let of_x = larger_and(x, negated);
            let of_y = larger_and(y, difference.clone());
            let is_y = is(CompareOp::Le, &difference, &zero, span);
            let rest = choose(is_y, of_y, difference.clone(), span);
            Ok(choose(is(CompareOp::Gt, &difference, &zero, span), of_x, rest, span))
        })?;
        Ok(choose(is_same, doubled, apart, span))
    }

    /// A function of elements with two results: `np.divmod`, `np.modf` and `np.frexp`.
    pub(crate) fn element_pair(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let parameters: &[&str] = if intrinsic == Intrinsic::ElementDivmod { &["x1", "x2"] } else { &["x"] };
        let placed = self.place_arguments(name, parameters, parameters.len(), arguments, span)?;
        let values = placed
            .into_iter()
            .flatten()
            .map(|argument| self.value(argument).map(unwrapped).and_then(|value| self.array_of_list(value)))
            .collect::<Typed<Vec<Expr>>>()?;
        let mut values = values.into_iter();
        let first = values.next().expect("a value is required");
        self.with_let(first, "x", span, |this, x| match values.next() {
            Some(y) => this.with_let(y, "y", span, |this, y| this.divided_pair(name, x, y, span)),
            None => this.split_pair(intrinsic, name, x, span),
        })
    }

    fn divided_pair(&mut self, name: &str, x: Expr, y: Expr, span: Span) -> Typed {
        let quotient = self.array_binary(ast::BinaryOp::FloorDiv, x.clone(), y.clone(), span)?;
        let remainder = self.array_binary(ast::BinaryOp::Mod, x.clone(), y, span)?;
        match (quotient, remainder) {
            (Some(quotient), Some(remainder)) => {
                Ok(crate::iteration::tuple_of(vec![quotient, remainder], span))
            }
            _ => Err(self.report_argument(name, &x, "real numbers, or arrays of them")),
        }
    }

    fn split_pair(&mut self, intrinsic: Intrinsic, name: &str, x: Expr, span: Span) -> Typed {
        let (first, second) = match intrinsic {
            Intrinsic::Frexp => (Intrinsic::Mantissa, Intrinsic::Exponent),
            _ => (Intrinsic::Fraction, Intrinsic::Trunc),
        };
        let mut parts = Vec::with_capacity(2);
        for part in [first, second] {
            let (elements, found) = self.numbers_or_arrays(name, vec![x.clone()])?;
            let element = found.into_iter().next().expect("there is one");
            if element.dtype.is_complex() {
                return Err(self.report_argument(name, &x, "real numbers, or arrays of them"));
            }
            let dtype = float_of(element.dtype);
            let value = to_dtype(element.value, dtype);
            let body = if part == Intrinsic::Exponent {
                to_dtype(apply(part, vec![value], Dtype::Int64, span), Dtype::Int32)
            } else {
                apply(part, vec![value], dtype, span)
            };
            parts.push(elements.finish(body, span));
        }
        Ok(crate::iteration::tuple_of(parts, span))
    }

    /// The larger or smaller of two: `maximum` and `minimum` give nan where one is, `fmax` and `fmin` the other one.
    pub(crate) fn extreme(
        &mut self,
        intrinsic: Intrinsic,
        x: Element,
        y: Element,
        span: Span,
    ) -> Typed<Option<Expr>> {
        let dtype = common_dtype(&x, &y);
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
            this.with_let(y, "y", span, |this, y| {
                let wins = if dtype.is_complex() {
                    this.complex_order(compared, x.clone(), y.clone(), span)?
                } else {
                    is(compared, &x, &y, span)
                };
                let nan = match intrinsic {
                    Intrinsic::Maximum | Intrinsic::Minimum => &x,
                    _ => &y,
                };
                let wins = if dtype.is_float() || dtype.is_complex() {
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

fn is_number_or_array(value: &Expr) -> bool {
    matches!(value.ty, Type::Scalar(_) | Type::Array(_))
}

/// The parts of a complex number.
fn parts_of(value: &Expr, span: Span) -> [Expr; 2] {
    let part = value.ty.as_scalar().expect("it is a number").part();
    [Intrinsic::Real, Intrinsic::Imag].map(|intrinsic| apply(intrinsic, vec![value.clone()], part, span))
}

/// The float dtype that a function of floats computes in.
fn float_of(dtype: Dtype) -> Dtype {
    match dtype {
        dtype if !dtype.is_integral() => dtype,
        dtype if dtype.size_bytes() <= 2 => Dtype::Float32,
        _ => Dtype::Float64,
    }
}

fn reciprocal_of(x: Expr, dtype: Dtype, span: Span) -> Expr {
    let computed = if dtype.is_integral() { Dtype::Float64 } else { dtype };
    let one = number(1.0, computed.part(), span);
    let quotient = binary(BinaryOp::Div, to_dtype(one, computed), to_dtype(x, computed), computed, span);
    to_dtype(quotient, dtype)
}

fn spacing_of(x: &Expr, dtype: Dtype, span: Span) -> Expr {
    let infinity = |value| number(value, dtype, span);
    let is_negative = is(CompareOp::Lt, x, &number(0.0, dtype, span), span);
    let away = choose(is_negative, infinity(f64::NEG_INFINITY), infinity(f64::INFINITY), span);
    let next = apply(Intrinsic::Nextafter, vec![x.clone(), away], dtype, span);
    binary(BinaryOp::Sub, next, x.clone(), dtype, span)
}

fn heaviside_of(x: &Expr, at_zero: &Expr, dtype: Dtype, span: Span) -> Expr {
    let zero = number(0.0, dtype, span);
    let is_known = is(CompareOp::Eq, x, &zero, span);
    let is_negative = is(CompareOp::Lt, x, &zero, span);
    let is_positive = is(CompareOp::Gt, x, &zero, span);
    let positive_or_nan = choose(is_positive, number(1.0, dtype, span), x.clone(), span);
    choose(is_known, at_zero.clone(), choose(is_negative, zero, positive_or_nan, span), span)
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
