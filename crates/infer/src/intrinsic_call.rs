//! Calls of built-in operations, by the typing rules of the table of intrinsics.

use crate::call::Arguments;
use crate::caught::{CaughtPart, caught_count};
use crate::conditions::{choose, scalar_compare};
use crate::conversion::{convert, to_dtype};
use crate::environment::Global;
use crate::expression::{Value, constant};
use crate::function::{Inference, Reported, Typed};
use crate::operators::scalar_binary;
use crate::output::{has_output, operand_count};
use crate::sequences::length_of;
use crate::ufuncs::{Lifted, is_lifted};
use hotloop_ast as ast;
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{ArrayAttribute, BinaryOp, CompareOp, Constant, Expr, ExprKind};
use hotloop_intrinsics::{Family, Intrinsic, Typing};
use hotloop_types::{Dtype, DtypeKind, TupleType, Type, promote, unify};

/// The primes by which CPython mixes the hashes of a tuple's items.
const HASH_PRIMES: [u64; 3] =
    [11_400_714_785_074_694_791, 14_029_467_366_897_019_727, 2_870_177_450_012_600_261];

static CLASS: Code = Code::new("HL0289", "a class of NumPy is called");
static LOOP_HEAD: Code = Code::new("HL0315", "an iterator is used outside the head of a loop");

impl Inference<'_> {
    pub(crate) fn intrinsic_call(
        &mut self,
        intrinsic: Intrinsic,
        family: Family,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        if family == Family::Numpy
            && let Some(count) = operand_count(intrinsic)
            && has_output(count, arguments)
        {
            return self.call_with_output(count, arguments, span, &|this, arguments| {
                this.intrinsic_call(intrinsic, family, arguments, span)
            });
        }
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
    pub(crate) fn number_call(
        &mut self,
        intrinsic: Intrinsic,
        family: Family,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let name = spelled(intrinsic, family);
        match intrinsic.typing() {
            Typing::Operator if family == Family::Numpy => {
                self.operator_of_elements(intrinsic, name, arguments, span)
            }
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
            Typing::LoopHead => Err(self.report_loop_head(name, span)),
            Typing::Class => Err(self.report_class_called(intrinsic, name, span)),
            Typing::NewArray(filling) => self.new_array(name, filling, arguments, span),
            Typing::NewArrayLike(filling) => self.new_array_like(name, filling, arguments, span),
            Typing::Arrangement => self.arrangement(intrinsic, name, arguments, span),
            Typing::Gcd => self.gcd(intrinsic, name, arguments, span),
            Typing::LogBase => self.log(family, arguments, span),
            Typing::Ldexp => self.ldexp(intrinsic, family, arguments, span),
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
            Typing::SplitFloat if family == Family::Numpy => {
                self.element_pair(intrinsic, name, arguments, span)
            }
            Typing::SplitFloat => self.split_float(intrinsic, family, arguments, span),
            Typing::OfItems => self.of_items(intrinsic, name, arguments, span),
            Typing::OfTuple => self.of_tuple(intrinsic, arguments, span),
            Typing::Hypot => self.hypot(family, arguments, span),
            Typing::PowModulo => self.power_call(arguments, span),
            Typing::OfInteger => self.of_integer(intrinsic, name, arguments, span),
            Typing::Complex => self.complex_function(intrinsic, name, arguments, span),
            Typing::ElementPair => self.element_pair(intrinsic, name, arguments, span),
            Typing::Elements => self.element_function(intrinsic, name, arguments, span),
            Typing::Threads => self.threads(intrinsic, name, arguments, span),
            Typing::WholeArrays => self.whole_arrays(intrinsic, name, arguments, span),
            Typing::Random => self.random_call(intrinsic, name, arguments, span),
            Typing::Object => self.object_call(intrinsic, name, arguments, span),
        }
    }

    /// What is asked about threads, or, for the prelude, how many there are to be.
    fn threads(&mut self, intrinsic: Intrinsic, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        if !matches!(intrinsic, Intrinsic::SetThreads | Intrinsic::SetChunkSize) {
            self.place_arguments(name, &[], 0, arguments, span)?;
            return Ok(apply(intrinsic, Vec::new(), Dtype::Int64, span));
        }
        let placed = self.place_arguments(name, &["n"], 1, arguments, span)?;
        let count = self.value(placed[0].expect("it is required"))?;
        if !count.ty.as_scalar().is_some_and(Dtype::is_integer) {
            let what = match intrinsic {
                Intrinsic::SetChunkSize => "The parallel chunksize",
                _ => "The number of threads specified",
            };
            // What called it is in the prelude, and its user is told the message alone.
            let message = format!("{what} must be an integer, not {}", count.ty);
            return Err(self.report_argument_as(message, &count, "an integer"));
        }
        let arguments = vec![to_dtype(count, Dtype::Int64)];
        Ok(Expr::new(ExprKind::Intrinsic { intrinsic, arguments }, Type::None, span))
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
        let value = to_dtype(value, dtype);
        if let (Family::Numpy, Intrinsic::Degrees | Intrinsic::Radians) = (family, intrinsic) {
            return Ok(angle(intrinsic, value, dtype, span));
        }
        Ok(apply(intrinsic.of_family(family), vec![value], dtype, span))
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

    fn report_class_called(&mut self, intrinsic: Intrinsic, name: &str, span: Span) -> Reported {
        let help = match intrinsic {
            Intrinsic::GeneratorClass => {
                "make a generator by `np.random.default_rng(seed)`, or in Python and pass it to the kernel"
            }
            _ => "make an array by `np.empty`, `np.zeros`, `np.array` and the like",
        };
        let message = format!("the class `{name}` cannot be called in a kernel");
        self.report(Diagnostic::error(&CLASS, message, span).with_help(help))
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
        let value = self.expression(placed[0].expect("it is required"))?;
        self.hash_of(intrinsic, name, value, span)
    }

    fn hash_of(&mut self, intrinsic: Intrinsic, name: &str, value: Expr, span: Span) -> Typed {
        if value.ty.as_scalar().is_some() {
            return Ok(apply(intrinsic, vec![value], Dtype::Int64, span));
        }
        let Type::Tuple(types) = value.ty.clone() else {
            let wanted = "a number or a tuple of numbers; of strings Python's value differs from run to run";
            return Err(self.report_argument(name, &value, wanted));
        };
        self.in_block(span, |this| {
            let value = this.kept(value.clone(), "items");
            let word =
                |number: u64| constant(Constant::Int(number as i64), Type::Scalar(Dtype::UInt64), span);
            let binary = |op, left: Expr, right: Expr| {
                let ty = Type::Scalar(Dtype::UInt64);
                let (left, right) = (Box::new(left), Box::new(right));
                Expr::new(ExprKind::Binary { op, left, right }, ty, span)
            };
            let mut state = word(HASH_PRIMES[2]);
            for each in crate::tuples::items(&value, &types) {
                this.count_link(span)?;
                let lane = to_dtype(this.hash_of(intrinsic, name, each, span)?, Dtype::UInt64);
                let mixed = binary(BinaryOp::Mul, lane, word(HASH_PRIMES[1]));
                let sum = binary(BinaryOp::Add, state, mixed);
                let sum = this.kept(sum, "state");
                let turned = binary(
                    BinaryOp::BitOr,
                    binary(BinaryOp::LShift, sum.clone(), word(31)),
                    binary(BinaryOp::RShift, sum, word(33)),
                );
                state = binary(BinaryOp::Mul, turned, word(HASH_PRIMES[0]));
            }
            let length = word(types.len() as u64 ^ (HASH_PRIMES[2] ^ 3_527_539));
            let whole = to_dtype(binary(BinaryOp::Add, state, length), Dtype::Int64);
            this.with_let(whole, "hash", span, |_, whole| {
                let minus_one = constant(Constant::Int(-1), Type::INT64, span);
                let is_taken = scalar_compare(CompareOp::Eq, whole.clone(), minus_one, span);
                let other = constant(Constant::Int(1_546_275_796), Type::INT64, span);
                Ok(choose(is_taken.expect("both are integers"), other, whole, span))
            })
        })
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
        let dtype = float_type(family, &[a, b]);
        let values = vec![to_dtype(left, dtype), to_dtype(right, dtype)];
        Ok(apply(intrinsic.of_family(family), values, dtype, span))
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

    /// `min(a, b, ...)`, or of what has items. In parts, since arguments that are calls themselves take the stack of each.
    fn extremum(&mut self, intrinsic: Intrinsic, arguments: &Arguments<'_>, span: Span) -> Typed {
        let name = intrinsic.name().trim_start_matches("builtins.");
        let [key, default] = self.extremum_options(name, arguments, span)?;
        match arguments.positional[..] {
            [only] => self.extremum_of_items(intrinsic, only, [key, default], span),
            _ => self.extremum_of_values(intrinsic, arguments, key, span),
        }
    }

    /// `key` and, of items, `default`.
    fn extremum_options<'s>(
        &mut self,
        name: &str,
        arguments: &Arguments<'s>,
        span: Span,
    ) -> Typed<[Option<&'s ast::Expr>; 2]> {
        if arguments.positional.is_empty() {
            self.place_arguments(name, &["iterable", "key", "default"], 1, arguments, span)?;
        }
        if arguments.keywords.is_empty() {
            return Ok([None, None]);
        }
        let names: &[&str] = if arguments.positional.len() > 1 { &["key"] } else { &["key", "default"] };
        let keywords = Arguments { given: &[], positional: Vec::new(), keywords: arguments.keywords.clone() };
        let named = self.place_arguments(name, names, 0, &keywords, span)?;
        Ok([named[0], named.get(1).copied().flatten()])
    }

    fn extremum_of_values(
        &mut self,
        intrinsic: Intrinsic,
        arguments: &Arguments<'_>,
        key: Option<&ast::Expr>,
        span: Span,
    ) -> Typed {
        let mut values = Vec::with_capacity(arguments.positional.len());
        for argument in &arguments.positional {
            values.push(crate::conditions::unwrapped(self.value(argument)?));
        }
        // Members of one enumeration stay what they are; beside anything else they are numbers.
        if values.iter().any(|value| value.ty != values[0].ty) {
            values = values.into_iter().map(|value| self.as_number(value)).collect();
        }
        if key.is_none() && values.iter().any(|value| value.ty.as_scalar().is_some()) {
            self.check_reals(intrinsic.name().trim_start_matches("builtins."), &values)?;
            return Ok(extremum_of(intrinsic, values, span));
        }
        let tuple = self.stand_in(crate::iteration::tuple_of(values, span));
        self.extreme_of(intrinsic == Intrinsic::Max, &tuple, [key, None], span)
    }

    fn check_reals(&mut self, name: &str, values: &[Expr]) -> Typed<()> {
        for value in values {
            match value.ty.as_scalar() {
                Some(dtype) if dtype.is_complex() => return Err(self.report_complex_argument(name, value)),
                Some(_) => {}
                None => return Err(self.report_argument(name, value, "a number")),
            }
        }
        Ok(())
    }

    fn extremum_of_items(
        &mut self,
        intrinsic: Intrinsic,
        only: &ast::Expr,
        [key, default]: [Option<&ast::Expr>; 2],
        span: Span,
    ) -> Typed {
        let is_largest = intrinsic == Intrinsic::Max;
        if key.is_some() || default.is_some() || self.is_iterated_as_written(only)? {
            return self.extreme_of(is_largest, only, [key, default], span);
        }
        let value = self.operand(only)?.present();
        let (kind, items) = match &value {
            Value::Expr(number) if number.ty.as_scalar().is_some() => {
                let wanted = "two or more values, or something that has items";
                let name = intrinsic.name().trim_start_matches("builtins.");
                return Err(self.report_argument(name, number, wanted));
            }
            Value::Expr(Expr { ty: Type::List(item), .. }) => (crate::lists::kind_of(item), None),
            Value::Expr(Expr { ty: Type::Tuple(items), .. }) => (None, Some(items.clone())),
            Value::Expr(_) | Value::Global(..) | Value::Caught(..) | Value::Str(..) => (None, None),
        };
        if let (Some(kind), Value::Expr(list)) = (kind, &value) {
            return self.extreme_item(is_largest, list.clone(), kind, span);
        }
        let are_numbers =
            |items: &TupleType| !items.is_empty() && items.iter().all(|item| item.as_scalar().is_some());
        let Some(items) = items.filter(are_numbers) else {
            let stand_in = self.stand_in(value);
            return self.extreme_of(is_largest, &stand_in, [None, None], span);
        };
        let value = self.run_time_value(value)?;
        self.with_let(value, "items", span, |_, value| {
            Ok(extremum_of(intrinsic, crate::tuples::items(&value, &items).collect(), span))
        })
    }

    pub(crate) fn length(&mut self, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments("len", &["x"], 1, arguments, span)?;
        let value = match self.operand(placed[0].expect("it is required"))? {
            Value::Global(Global::EnumClass(class), _) => {
                return Ok(constant(Constant::Int(class.members.len() as i64), Type::INT64, span));
            }
            Value::Caught(caught, CaughtPart::Arguments, _) => return Ok(caught_count(caught, span)),
            value => self.expression_of(value)?,
        };
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
            | Type::RandomGenerator
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

    pub(crate) fn divmod(&mut self, arguments: &Arguments<'_>, span: Span) -> Typed {
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

    fn ldexp(
        &mut self,
        intrinsic: Intrinsic,
        family: Family,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let name = spelled(intrinsic, family);
        let [(value, a), (exponent, b)] = self.two_numbers(name, arguments, span)?;
        if b.is_float() {
            return Err(self.report_argument(name, &exponent, "an integer as the exponent"));
        }
        let dtype = float_type(family, &[a]);
        if family == Family::Numpy && b == Dtype::UInt64 {
            return Err(self.report_argument(name, &exponent, "a signed integer as the exponent"));
        }
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

/// An angle in degrees or radians, by a factor of its own dtype as in NumPy.
fn angle(intrinsic: Intrinsic, value: Expr, dtype: Dtype, span: Span) -> Expr {
    use std::f32::consts::PI as SINGLE_PI;
    use std::f64::consts::PI;
    let factor = match (intrinsic, dtype) {
        (Intrinsic::Degrees, Dtype::Float32) => f64::from(180.0 / SINGLE_PI),
        (Intrinsic::Degrees, _) => 180.0 / PI,
        (_, Dtype::Float32) => f64::from(SINGLE_PI / 180.0),
        (_, _) => PI / 180.0,
    };
    let factor = to_dtype(constant(Constant::Float(factor), Type::FLOAT64, span), dtype);
    let kind = ExprKind::Binary { op: BinaryOp::Mul, left: Box::new(value), right: Box::new(factor) };
    Expr::new(kind, Type::Scalar(dtype), span)
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
