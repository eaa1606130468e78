//! Calls of built-in operations, by the typing rules of the table of intrinsics.

use crate::call::Arguments;
use crate::conversion::{convert, to_dtype};
use crate::expression::constant;
use crate::function::{Inference, Reported, Typed};
use crate::operators::scalar_binary;
use crate::sequences::length_of;
use crate::ufuncs::{Lifted, is_lifted};
use hotloop_ast as ast;
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{ArrayAttribute, Constant, Expr, ExprKind};
use hotloop_intrinsics::{Family, Intrinsic, Typing};
use hotloop_types::{Dtype, DtypeKind, Type, promote, unify};

static LOOP_HEAD: Code = Code::new("HL0315", "an iterator is used outside the head of a loop");

impl Inference<'_> {
    pub(crate) fn intrinsic_call(
        &mut self,
        intrinsic: Intrinsic,
        family: Family,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        if is_lifted(intrinsic, family) {
            return match self.lifted_call(intrinsic, family, arguments, span)? {
                Lifted::Elements(result) => Ok(*result),
                Lifted::Scalars(evaluated) => {
                    let arguments = self.arguments(&evaluated)?;
                    self.number_call(intrinsic, family, &arguments, span)
                }
            };
        }
        self.number_call(intrinsic, family, arguments, span)
    }

    /// A call with numbers, as far as the rule asks for numbers.
    fn number_call(
        &mut self,
        intrinsic: Intrinsic,
        family: Family,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let name = spelled(intrinsic, family);
        match intrinsic.typing() {
            Typing::Operator => self.operator_function(intrinsic, name, arguments, span),
            Typing::Reduction => self.reduce(name, arguments, span),
            Typing::Float => self.float_function(intrinsic, family, name, arguments, span),
            Typing::FloatFloat => self.float_float(intrinsic, family, arguments, span),
            Typing::FloatToInt => self.float_to_int(intrinsic, name, arguments, span),
            Typing::FloatToBool => self.float_to_bool(intrinsic, name, arguments, span),
            Typing::Integral => self.integral(intrinsic, name, arguments, span),
            Typing::Absolute => self.absolute(intrinsic, family, arguments, span),
            Typing::Extremum => self.extremum(intrinsic, arguments, span),
            Typing::Length => self.length(arguments, span),
            Typing::Round => self.round(intrinsic, arguments, span),
            Typing::Divmod => self.divmod(arguments, span),
            Typing::Power => self.power_call(arguments, span),
            Typing::Counting => self.range_value(arguments, span),
            Typing::TupleItems => self.tuple_function(intrinsic, arguments, span),
            Typing::TypeTest => self.type_test(arguments, span),
            Typing::TypeOf => self.type_of(arguments, span),
            Typing::TypeFact => self.type_fact(intrinsic, name, arguments, span),
            Typing::LoopHead | Typing::Class => Err(self.report_loop_head(name, span)),
            Typing::NewArray(filling) => self.new_array(name, filling, arguments, span),
            Typing::NewArrayLike(filling) => self.new_array_like(name, filling, arguments, span),
            Typing::Gcd => self.gcd(intrinsic, name, arguments, span),
            Typing::LogBase => self.log(family, arguments, span),
            Typing::Ldexp => self.ldexp(intrinsic, name, arguments, span),
            Typing::OfComplex => self.of_complex(intrinsic, name, arguments, span),
            Typing::ComplexLog => self.complex_log(name, arguments, span),
            Typing::ComplexRect => self.complex_rect(name, arguments, span),
            Typing::ComplexPolar => self.complex_polar(name, arguments, span),
            Typing::ComplexPhase => self.complex_phase(name, arguments, span),
            Typing::ComplexToBool => self.complex_to_bool(intrinsic, name, arguments, span),
            Typing::ComplexIsClose => self.complex_is_close(name, arguments, span),
            Typing::OfIntegers => self.counts(intrinsic, name, arguments, span),
            Typing::Hash => self.hash(intrinsic, name, arguments, span),
            Typing::Double => self.double(intrinsic, name, arguments, span),
            Typing::FloatFloatFloat => self.three_floats(intrinsic, family, arguments, span),
            Typing::IsClose => self.is_close(arguments, span),
            Typing::SplitFloat => self.split_float(intrinsic, family, arguments, span),
            Typing::OfTuple => self.of_tuple(intrinsic, arguments, span),
            Typing::Hypot => self.hypot(family, arguments, span),
            Typing::PowModulo => self.power_call(arguments, span),
            Typing::OfInteger => self.of_integer(intrinsic, name, arguments, span),
            Typing::Complex => self.complex_function(intrinsic, name, arguments, span),
            Typing::Elements => self.element_function(intrinsic, name, arguments, span),
            Typing::Random => self.random_call(intrinsic, name, arguments, span),
            Typing::Object => self.object_call(intrinsic, name, arguments, span),
        }
    }

    fn float_function(
        &mut self,
        intrinsic: Intrinsic,
        family: Family,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let (value, dtype) = self.any_number(name, arguments, span)?;
        if dtype.is_complex() {
            return self.of_complex_number(intrinsic, name, value, span);
        }
        let dtype = float_type(family, &[dtype]);
        Ok(apply(intrinsic, vec![to_dtype(value, dtype)], dtype, span))
    }

    fn any_number(&mut self, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed<(Expr, Dtype)> {
        let placed = self.place_arguments(name, &["x"], 1, arguments, span)?;
        self.number_argument(name, placed[0].expect("it is required"))
    }

    fn float_to_bool(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let (value, dtype) = self.any_number(name, arguments, span)?;
        if dtype.is_complex() {
            return self.of_complex_number(intrinsic, name, value, span);
        }
        let value = to_dtype(value, float_type(Family::Python, &[dtype]));
        Ok(apply(intrinsic, vec![value], Dtype::Bool, span))
    }

    fn integral(&mut self, intrinsic: Intrinsic, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        let (value, dtype) = self.one_number(name, arguments, span)?;
        Ok(if dtype.is_float() { apply(intrinsic, vec![value], dtype, span) } else { value })
    }

    fn report_loop_head(&mut self, name: &str, span: Span) -> Reported {
        let message = format!("`{name}` can only stand in the head of a `for` loop in a kernel");
        let diagnostic = Diagnostic::error(&LOOP_HEAD, message, span);
        self.report(diagnostic.with_help(format!("write `for ... in {name}(...)`")))
    }

    fn range_value(&mut self, arguments: &Arguments<'_>, span: Span) -> Typed {
        let [start, stop, step] = self.range_bounds(arguments.given, span)?.map(Box::new);
        Ok(Expr::new(ExprKind::Range { start, stop, step }, Type::Range, span))
    }

    fn hash(&mut self, intrinsic: Intrinsic, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments(name, &["x"], 1, arguments, span)?;
        let (value, _) = self.number_argument(name, placed[0].expect("it is required"))?;
        Ok(apply(intrinsic, vec![value], Dtype::Int64, span))
    }

    fn double(&mut self, intrinsic: Intrinsic, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        let (value, _) = self.one_number(name, arguments, span)?;
        Ok(apply(intrinsic, vec![to_dtype(value, Dtype::Float64)], Dtype::Float64, span))
    }

    pub(crate) fn one_number(
        &mut self,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed<(Expr, Dtype)> {
        let placed = self.place_arguments(name, &["x"], 1, arguments, span)?;
        self.real_argument(name, placed[0].expect("it is required"))
    }

    fn two_numbers(
        &mut self,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed<[(Expr, Dtype); 2]> {
        let placed = self.place_arguments(name, &["x", "y"], 2, arguments, span)?;
        let [first, second] = [placed[0], placed[1]].map(|argument| argument.expect("it is required"));
        Ok([self.real_argument(name, first)?, self.real_argument(name, second)?])
    }

    pub(crate) fn float_float(
        &mut self,
        intrinsic: Intrinsic,
        family: Family,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let name = spelled(intrinsic, family);
        let [(left, a), (right, b)] = self.two_numbers(name, arguments, span)?;
        if intrinsic == Intrinsic::Fmod && family == Family::Numpy && !a.is_float() && !b.is_float() {
            return Err(self.report_argument(name, &left, "floats; for integers use `%`"));
        }
        let dtype = float_type(family, &[a, b]);
        Ok(apply(intrinsic, vec![to_dtype(left, dtype), to_dtype(right, dtype)], dtype, span))
    }

    fn float_to_int(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let (value, dtype) = self.one_number(name, arguments, span)?;
        Ok(match dtype.kind() {
            DtypeKind::Float => apply(intrinsic, vec![value], Dtype::Int64, span),
            DtypeKind::Bool | DtypeKind::Signed | DtypeKind::Unsigned | DtypeKind::Complex => {
                to_dtype(value, promote(dtype, dtype))
            }
        })
    }

    fn absolute(
        &mut self,
        intrinsic: Intrinsic,
        family: Family,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let name = spelled(intrinsic, family);
        let placed = self.place_arguments(name, &["x"], 1, arguments, span)?;
        let (value, dtype) = self.number_argument(name, placed[0].expect("it is required"))?;
        Ok(match dtype.kind() {
            DtypeKind::Complex => apply(intrinsic, vec![value], dtype.part(), span),
            DtypeKind::Bool if family == Family::Python => to_dtype(value, Dtype::Int64),
            DtypeKind::Bool | DtypeKind::Unsigned => value,
            DtypeKind::Signed | DtypeKind::Float => apply(intrinsic, vec![value], dtype, span),
        })
    }

    fn of_integer(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let (value, dtype) = self.one_number(name, arguments, span)?;
        if !dtype.is_integral() {
            return Err(self.report_argument(name, &value, "an integer"));
        }
        Ok(apply(intrinsic, vec![to_dtype(value, promote(dtype, dtype))], Dtype::Int64, span))
    }

    /// A part or the conjugate of a number that may be complex; a real one is its own.
    fn complex_function(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let placed = self.place_arguments(name, &["x"], 1, arguments, span)?;
        let (value, _) = self.number_argument(name, placed[0].expect("it is required"))?;
        self.part_of_number(intrinsic, value, span)
    }

    /// `.real`, `.imag` or `.conjugate()` of a number.
    pub(crate) fn part_of_number(&mut self, intrinsic: Intrinsic, value: Expr, span: Span) -> Typed {
        // The parts of a truth value are integers, as in Python.
        let value = if value.ty == Type::BOOL { to_dtype(value, Dtype::Int64) } else { value };
        let dtype = value.ty.as_scalar().expect("it is a number");
        let result = if intrinsic == Intrinsic::Conjugate { dtype } else { dtype.part() };
        match intrinsic {
            _ if dtype.is_complex() => Ok(apply(intrinsic, vec![value], result, span)),
            Intrinsic::Imag => self.with_let(value, "number", span, |_, _| {
                Ok(to_dtype(constant(Constant::Int(0), Type::INT64, span), dtype))
            }),
            _ => Ok(value),
        }
    }

    /// `min(a, b, ...)`, or of one tuple.
    fn extremum(&mut self, intrinsic: Intrinsic, arguments: &Arguments<'_>, span: Span) -> Typed {
        let name = intrinsic.name().trim_start_matches("builtins.");
        if !arguments.keywords.is_empty() || arguments.positional.is_empty() {
            let parameters: Vec<&str> = vec!["x", "y"];
            self.place_arguments(name, &parameters, 2, arguments, span)?;
        }
        if let [only] = arguments.positional[..] {
            let value = self.expression(only)?;
            if let Type::List(_) = value.ty {
                return self.extreme_item(intrinsic == Intrinsic::Max, value, span);
            }
            let Type::Tuple(items) = value.ty.clone() else {
                return Err(self.report_argument(name, &value, "two or more numbers, or a tuple of numbers"));
            };
            if items.is_empty() || items.iter().any(|item| item.as_scalar().is_none()) {
                return Err(self.report_argument(name, &value, "a tuple of numbers"));
            }
            return self.with_let(value, "items", span, |_, value| {
                let values = items
                    .iter()
                    .enumerate()
                    .map(|(position, ty)| crate::conditions::item(&value, position, ty));
                Ok(extremum_of(intrinsic, values.collect(), span))
            });
        }
        let mut values = Vec::with_capacity(arguments.positional.len());
        for argument in &arguments.positional {
            values.push(self.real_argument(name, argument)?.0);
        }
        Ok(extremum_of(intrinsic, values, span))
    }

    fn length(&mut self, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments("len", &["x"], 1, arguments, span)?;
        let value = self.expression(placed[0].expect("it is required"))?;
        match &value.ty {
            Type::Array(array) if array.ndim > 0 => {
                let lengths = Type::tuple(std::iter::repeat_n(Type::INT64, usize::from(array.ndim)));
                let shape = Expr::new(
                    ExprKind::ArrayAttribute(Box::new(value), ArrayAttribute::Shape),
                    lengths,
                    span,
                );
                Ok(Expr::new(ExprKind::TupleItem(Box::new(shape), 0), Type::INT64, span))
            }
            Type::Tuple(items) => {
                let count = items.len() as i64;
                self.with_let(value, "items", span, |_, _| {
                    Ok(constant(Constant::Int(count), Type::INT64, span))
                })
            }
            Type::Range => Ok(Expr::new(ExprKind::RangeLength(Box::new(value)), Type::INT64, span)),
            Type::Str | Type::Bytes | Type::List(_) => Ok(length_of(value, span)),
            Type::Array(_)
            | Type::Scalar(_)
            | Type::None
            | Type::Dtype(_)
            | Type::Function(_)
            | Type::Optional(_)
            | Type::Generator(_)
            | Type::Enum(_)
            | Type::Undefined => {
                Err(self.report_argument("len", &value, "an array, a tuple, a string or a list"))
            }
        }
    }

    fn round(&mut self, intrinsic: Intrinsic, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments("round", &["number", "ndigits"], 1, arguments, span)?;
        let (value, dtype) = self.real_argument("round", placed[0].expect("it is required"))?;
        let Some(digits) = placed[1] else {
            return Ok(match dtype.kind() {
                DtypeKind::Float => apply(intrinsic, vec![value], Dtype::Int64, span),
                DtypeKind::Bool | DtypeKind::Signed | DtypeKind::Unsigned | DtypeKind::Complex => {
                    to_dtype(value, Dtype::Int64)
                }
            });
        };
        let (digits, digits_dtype) = self.real_argument("round", digits)?;
        if digits_dtype.is_float() {
            return Err(self.report_argument("round", &digits, "an integer as the number of decimals"));
        }
        let dtype = float_type(Family::Python, &[dtype]);
        Ok(apply(intrinsic, vec![to_dtype(value, dtype), to_dtype(digits, Dtype::Int64)], dtype, span))
    }

    fn divmod(&mut self, arguments: &Arguments<'_>, span: Span) -> Typed {
        let [(left, a), (right, b)] = self.two_numbers("divmod", arguments, span)?;
        self.with_let(left, "left", span, |this, left| {
            this.with_let(right, "right", span, |_, right| {
                let part = |op| {
                    scalar_binary(op, (left.clone(), a), (right.clone(), b), span).expect("both are numbers")
                };
                let (quotient, remainder) = (part(ast::BinaryOp::FloorDiv), part(ast::BinaryOp::Mod));
                let ty = Type::tuple([quotient.ty.clone(), remainder.ty.clone()]);
                Ok(Expr::new(ExprKind::Tuple(vec![quotient, remainder]), ty, span))
            })
        })
    }

    fn log(&mut self, family: Family, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments("log", &["x", "base"], 1, arguments, span)?;
        let (value, a) = self.real_argument("log", placed[0].expect("it is required"))?;
        let Some(base) = placed[1] else {
            let dtype = float_type(family, &[a]);
            return Ok(apply(Intrinsic::Log, vec![to_dtype(value, dtype)], dtype, span));
        };
        let (base, b) = self.real_argument("log", base)?;
        let dtype = float_type(family, &[a, b]);
        Ok(apply(Intrinsic::LogBase, vec![to_dtype(value, dtype), to_dtype(base, dtype)], dtype, span))
    }

    fn ldexp(&mut self, intrinsic: Intrinsic, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        let [(value, a), (exponent, b)] = self.two_numbers(name, arguments, span)?;
        if b.is_float() {
            return Err(self.report_argument(name, &exponent, "an integer as the exponent"));
        }
        let dtype = float_type(Family::Python, &[a]);
        Ok(apply(intrinsic, vec![to_dtype(value, dtype), to_dtype(exponent, Dtype::Int64)], dtype, span))
    }
}

/// How the program spelled the function, for messages.
pub(crate) fn spelled(intrinsic: Intrinsic, family: Family) -> &'static str {
    let prefix = match family {
        Family::Numpy => "numpy.",
        Family::Python => "",
    };
    let matching = intrinsic.paths().iter().copied().find(|path| match family {
        Family::Numpy => path.starts_with(prefix),
        Family::Python => !path.starts_with("numpy."),
    });
    matching.unwrap_or(intrinsic.name()).trim_start_matches("builtins.")
}

/// The float type that the arguments of a function are converted to; see [`Family`].
pub(crate) fn float_type(family: Family, arguments: &[Dtype]) -> Dtype {
    match family {
        Family::Numpy => {
            let has = |wanted| arguments.contains(&wanted);
            let is_small = |dtype: &Dtype| dtype.size_bytes() <= 2;
            if has(Dtype::Float64) {
                Dtype::Float64
            } else if has(Dtype::Float32) || arguments.iter().all(is_small) {
                Dtype::Float32
            } else {
                Dtype::Float64
            }
        }
        Family::Python => {
            let common = arguments.iter().copied().reduce(promote).unwrap_or(Dtype::Float64);
            if common.is_float() { common } else { Dtype::Float64 }
        }
    }
}

pub(crate) fn apply(intrinsic: Intrinsic, arguments: Vec<Expr>, dtype: Dtype, span: Span) -> Expr {
    Expr::new(ExprKind::Intrinsic { intrinsic, arguments }, Type::Scalar(dtype), span)
}

pub(crate) fn extremum_of(intrinsic: Intrinsic, values: Vec<Expr>, span: Span) -> Expr {
    let common = values
        .iter()
        .map(|value| value.ty.clone())
        .reduce(|a, b| unify(&a, &b).expect("numbers have a common type"));
    let common = common.expect("there is a value");
    if let [_] = values[..] {
        return values.into_iter().next().expect("there is one");
    }
    let arguments = values.into_iter().map(|value| convert(value, &common)).collect();
    Expr::new(ExprKind::Intrinsic { intrinsic, arguments }, common, span)
}
