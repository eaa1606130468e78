//! Built-in operations.

use crate::code::Code;
use crate::complex::is_complex;
use crate::lowering::Lowering;
use crate::values::{Operand, scalar_dtype};
use hotloop_abi::{ExceptionClass, RuntimeFunction};
use hotloop_hir::Expr;
use hotloop_intrinsics::{Intrinsic, Realization, Typing};
use hotloop_mir::{BinaryOp, ConvertOp, FloatCompare, InstKind, IntCompare, MachineType, UnaryOp, Value};
use hotloop_types::{Dtype, DtypeKind, FloatFlags};

impl Lowering<'_> {
    /// A built-in operation.
    pub(crate) fn intrinsic(&mut self, expr: &Expr, intrinsic: Intrinsic, arguments: &[Expr]) -> Operand {
        if intrinsic == Intrinsic::Len {
            return self.length(&arguments[0]);
        }
        if intrinsic.typing() == Typing::WholeArrays {
            return self.whole_arrays(expr, intrinsic, arguments);
        }
        if intrinsic.typing() == Typing::Threads {
            if let [count] = arguments {
                let arguments = vec![self.scalar(count)];
                let function = match intrinsic {
                    Intrinsic::SetChunkSize => RuntimeFunction::SetChunkSize,
                    _ => RuntimeFunction::SetThreads,
                };
                self.code.effect(InstKind::CallRuntime { function, arguments });
                return Operand::Nothing;
            }
            let question = self.code.int64(match intrinsic {
                Intrinsic::ChunkSize => 3,
                Intrinsic::MostThreads => 2,
                Intrinsic::NumThreads => 1,
                _ => 0,
            });
            return Operand::Scalar(self.code.call_runtime(RuntimeFunction::Threads, vec![question]));
        }
        let operands = self.exprs(arguments);
        self.code.set_span(expr.span);
        if operands.iter().any(|operand| matches!(operand, Operand::Complex(_))) || is_complex(&expr.ty) {
            return self.complex_intrinsic(expr, intrinsic, &arguments[0], &operands);
        }
        let values: Vec<Value> = operands.iter().map(Operand::scalar).collect();
        // Under `afn` the bits need not be the platform's.
        let intrinsic = if self.takes_own_functions() { intrinsic.own() } else { intrinsic };
        if intrinsic == Intrinsic::Divmod {
            let both = self.divmod(scalar_dtype(&arguments[0].ty), values[0], values[1]);
            return Operand::tuple(both.map(Operand::Scalar));
        }
        Operand::Scalar(match intrinsic.realization() {
            // That of float64 would give a neighbour which is no float32.
            _ if intrinsic == Intrinsic::Nextafter && self.code.ty(values[0]) == MachineType::F32 => {
                self.code.next_single(values[0], values[1])
            }
            Realization::Runtime(double, single) => self.code.call_math(double, single, &values),
            Realization::Lowered => self.scalar_intrinsic(expr, intrinsic, arguments, &values),
        })
    }

    pub(crate) fn length(&mut self, argument: &Expr) -> Operand {
        let operand = self.expr(argument);
        let length = match &operand {
            Operand::Array(array) => array.shape[0],
            Operand::Tuple(items) => self.code.int64(items.len() as i64),
            Operand::Text(text) => text.length,
            Operand::List(list) => self.list_length(*list),
            Operand::Scalar(_) | Operand::Complex(_) | Operand::Nothing | Operand::Optional(..) => {
                panic!("HIR: {} has no length", argument.ty)
            }
        };
        self.drop_temporary(&operand);
        Operand::Scalar(length)
    }

    /// An operation made of instructions that gives a number.
    fn scalar_intrinsic(
        &mut self,
        expr: &Expr,
        intrinsic: Intrinsic,
        arguments: &[Expr],
        values: &[Value],
    ) -> Value {
        let dtype = scalar_dtype(&arguments[0].ty);
        let (code, x) = (&mut self.code, values[0]);
        match intrinsic {
            Intrinsic::Abs => code.absolute(dtype, x),
            Intrinsic::Min | Intrinsic::Max => {
                let is_min = intrinsic == Intrinsic::Min;
                values[1..].iter().fold(x, |best, next| code.better(is_min, dtype, best, *next))
            }
            Intrinsic::Round => self.round(dtype, values, arguments),
            Intrinsic::MathFloor => code.round_to_integer(dtype, UnaryOp::Ffloor, x),
            Intrinsic::MathCeil => code.round_to_integer(dtype, UnaryOp::Fceil, x),
            Intrinsic::MathTrunc => code.round_to_integer(dtype, UnaryOp::Ftrunc, x),
            Intrinsic::Sqrt => code.unary(UnaryOp::Fsqrt, x),
            Intrinsic::Fabs => code.unary(UnaryOp::Fabs, x),
            Intrinsic::Floor => code.unary(UnaryOp::Ffloor, x),
            Intrinsic::Ceil => code.unary(UnaryOp::Fceil, x),
            Intrinsic::Trunc => code.unary(UnaryOp::Ftrunc, x),
            Intrinsic::Rint => code.unary(UnaryOp::Fnearest, x),
            Intrinsic::IsNan => code.compare_floats(FloatCompare::Ne, x, x),
            Intrinsic::IsInf => code.compare_magnitude(FloatCompare::Eq, x, f64::INFINITY),
            Intrinsic::IsFinite => code.compare_magnitude(FloatCompare::Lt, x, f64::INFINITY),
            Intrinsic::Copysign => code.binary(BinaryOp::Fcopysign, x, values[1]),
            Intrinsic::Degrees => code.scaled(x, 180.0 / std::f64::consts::PI),
            Intrinsic::Radians => code.scaled(x, std::f64::consts::PI / 180.0),
            Intrinsic::Gcd => code.greatest_common_divisor(dtype, x, values[1]),
            Intrinsic::Lcm => code.least_common_multiple(dtype, x, values[1]),
            Intrinsic::Fraction => code.fraction(x),
            Intrinsic::Hash => code.hash_of_real(dtype, x),
            Intrinsic::Isqrt => self.integer_root(dtype, x),
            Intrinsic::Factorial => self.count(
                RuntimeFunction::Factorial,
                &["factorial() not defined for negative values"],
                values,
            ),
            Intrinsic::Comb | Intrinsic::Perm => {
                let is_comb = intrinsic == Intrinsic::Comb;
                let function = if is_comb { RuntimeFunction::Comb } else { RuntimeFunction::Perm };
                self.count(
                    function,
                    &["n must be a non-negative integer", "k must be a non-negative integer"],
                    values,
                )
            }
            Intrinsic::PowModulo => self.power_modulo(dtype, values),
            Intrinsic::IsClose => self.is_close(values),
            Intrinsic::IsInteger => code.is_integral_float(x),
            Intrinsic::BitLength | Intrinsic::BitCount => code.bits_of_magnitude(intrinsic, dtype, x),
            Intrinsic::LogBase => self.logarithm(values),
            Intrinsic::PowBuiltin => self.power(scalar_dtype(&expr.ty), x, values[1], &arguments[1]),
            // Inference makes other trees of these, and those above have other results.
            Intrinsic::Len
            | Intrinsic::Divmod
            | Intrinsic::List
            | Intrinsic::Sorted
            | Intrinsic::Str
            | Intrinsic::Repr
            | Intrinsic::Format
            | Intrinsic::Ord
            | Intrinsic::Chr
            | Intrinsic::Range
            | Intrinsic::Prange
            | Intrinsic::Empty
            | Intrinsic::Zeros
            | Intrinsic::Ones
            | Intrinsic::Full
            | Intrinsic::EmptyLike
            | Intrinsic::ZerosLike
            | Intrinsic::OnesLike
            | Intrinsic::FullLike
            | Intrinsic::Frexp
            | Intrinsic::Modf
            | Intrinsic::Prod
            | Intrinsic::Dist
            | Intrinsic::Complex
            | Intrinsic::Real
            | Intrinsic::Imag
            | Intrinsic::Conjugate => panic!("HIR: {intrinsic:?} gives no number"),
            other => panic!("lowering does not know {other:?}"),
        }
    }

    /// `round(x)` gives an integer, `round(x, digits)` a number of the same type.
    fn round(&mut self, dtype: Dtype, values: &[Value], arguments: &[Expr]) -> Value {
        match values {
            [x] => self.code.round_to_integer(dtype, UnaryOp::Fnearest, *x),
            [x, digits] => {
                assert!(dtype.is_float(), "HIR: only floats are rounded to digits");
                let digits_dtype = scalar_dtype(&arguments[1].ty);
                let digits = self.code.resize(*digits, digits_dtype, MachineType::I64);
                self.code.call_math(RuntimeFunction::RoundDigits, None, &[*x, digits])
            }
            _ => panic!("HIR: round takes one or two arguments"),
        }
    }

    /// Whether functions of `math` may be Hotloop's own.
    pub(crate) fn takes_own_functions(&self) -> bool {
        self.code.function.float_flags.contains(FloatFlags::AFN)
    }

    /// `log(x)`, or `log(x) / log(base)` as CPython computes it, with its error for base 1.
    fn logarithm(&mut self, values: &[Value]) -> Value {
        let (double, single) = match self.takes_own_functions() {
            true => (RuntimeFunction::OwnLog, None),
            false => (RuntimeFunction::Log, Some(RuntimeFunction::FloatLog)),
        };
        let log = self.code.call_math(double, single, &values[..1]);
        let Some(base) = values.get(1) else { return log };
        let log_of_base = self.code.call_math(double, single, &[*base]);
        self.check_divisor(log_of_base, "float division by zero");
        self.code.binary(BinaryOp::Fdiv, log, log_of_base)
    }
}

impl Lowering<'_> {
    fn integer_root(&mut self, dtype: Dtype, x: Value) -> Value {
        if dtype.kind() == DtypeKind::Signed {
            let fits = self.code.compare_const(IntCompare::Sge, x, 0);
            self.code.check(fits, ExceptionClass::ValueError, "isqrt() argument must be nonnegative");
        }
        self.code.call_runtime(RuntimeFunction::Isqrt, vec![x])
    }

    /// A count of what can be made of so many; `negative` says for each number that it must not be.
    fn count(&mut self, function: RuntimeFunction, negative: &[&str], values: &[Value]) -> Value {
        for (value, message) in values.iter().zip(negative) {
            let fits = self.code.compare_const(IntCompare::Sge, *value, 0);
            self.code.check(fits, ExceptionClass::ValueError, message);
        }
        let count = self.code.call_runtime(function, values.to_vec());
        let fits = self.code.compare_const(IntCompare::Sge, count, 0);
        self.code.check(fits, ExceptionClass::OverflowError, "the result does not fit 64 bits");
        count
    }

    /// `pow(base, exponent, modulus)`.
    fn power_modulo(&mut self, dtype: Dtype, values: &[Value]) -> Value {
        let is_nonzero = self.code.compare_const(IntCompare::Ne, values[2], 0);
        self.code.check(is_nonzero, ExceptionClass::ValueError, "pow() 3rd argument cannot be 0");
        if dtype.kind() == DtypeKind::Unsigned {
            return self.code.call_runtime(RuntimeFunction::PowModUnsigned, values.to_vec());
        }
        let power = self.code.call_runtime(RuntimeFunction::PowMod, values.to_vec());
        let exists = self.code.compare_const(IntCompare::Ne, power, i64::MIN);
        let message = "base is not invertible for the given modulus";
        self.code.check(exists, ExceptionClass::ValueError, message);
        power
    }

    pub(crate) fn check_tolerances(&mut self, tolerances: &[Value]) {
        for tolerance in tolerances {
            let is_negative = self.code.compare_float_const(FloatCompare::Lt, *tolerance, 0.0);
            let fits = self.code.unary(UnaryOp::Inot, is_negative);
            self.code.check(fits, ExceptionClass::ValueError, "tolerances must be non-negative");
        }
    }

    /// `isclose(a, b, rel_tol, abs_tol)`.
    fn is_close(&mut self, values: &[Value]) -> Value {
        let [a, b, relative, absolute] = values else { panic!("HIR: isclose takes four floats") };
        self.check_tolerances(&[*relative, *absolute]);
        let code = &mut self.code;
        let is_same = code.compare_floats(FloatCompare::Eq, *a, *b);
        let difference = code.binary(BinaryOp::Fsub, *b, *a);
        let difference = code.unary(UnaryOp::Fabs, difference);
        let mut is_near = code.compare_floats(FloatCompare::Le, difference, *absolute);
        let mut are_finite = code.boolean(true);
        for side in [a, b] {
            let bound = code.binary(BinaryOp::Fmul, *relative, *side);
            let bound = code.unary(UnaryOp::Fabs, bound);
            let is_within = code.compare_floats(FloatCompare::Le, difference, bound);
            is_near = code.binary(BinaryOp::Or, is_near, is_within);
            let is_infinite = code.compare_magnitude(FloatCompare::Eq, *side, f64::INFINITY);
            let is_finite = code.unary(UnaryOp::Inot, is_infinite);
            are_finite = code.binary(BinaryOp::And, are_finite, is_finite);
        }
        let is_near = code.binary(BinaryOp::And, is_near, are_finite);
        code.binary(BinaryOp::Or, is_same, is_near)
    }
}

impl Code {
    /// The next float32 after `x` towards `y`.
    fn next_single(&mut self, x: Value, y: Value) -> Value {
        let zero = self.float(MachineType::F32, 0.0);
        let bits = self.convert(ConvertOp::Bitcast, x, MachineType::I32);
        let is_below = self.compare_floats(FloatCompare::Lt, x, y);
        let is_positive = self.compare_floats(FloatCompare::Gt, x, zero);
        let grows = self.compare(IntCompare::Eq, is_below, is_positive);
        let larger = self.binary_const(BinaryOp::Iadd, bits, 1);
        let smaller = self.binary_const(BinaryOp::Iadd, bits, -1);
        let moved = self.select(grows, larger, smaller);
        let moved = self.convert(ConvertOp::Bitcast, moved, MachineType::F32);
        let least = self.int(MachineType::I32, 1);
        let least = self.convert(ConvertOp::Bitcast, least, MachineType::F32);
        let least = self.binary(BinaryOp::Fcopysign, least, y);
        let is_zero = self.compare_floats(FloatCompare::Eq, x, zero);
        let next = self.select(is_zero, least, moved);
        let is_there = self.compare_floats(FloatCompare::Eq, x, y);
        let next = self.select(is_there, y, next);
        let sum = self.binary(BinaryOp::Fadd, x, y);
        let has_nan = [x, y].map(|value| self.compare_floats(FloatCompare::Ne, value, value));
        let has_nan = self.binary(BinaryOp::Or, has_nan[0], has_nan[1]);
        self.select(has_nan, sum, next)
    }

    /// Calls a math function: the one for float32 where there is one and all arguments are that; otherwise that for float64, in which the arguments and, for float32,
    /// the result are converted.
    pub(crate) fn call_math(
        &mut self,
        double: RuntimeFunction,
        single: Option<RuntimeFunction>,
        arguments: &[Value],
    ) -> Value {
        let is_single = self.ty(arguments[0]) == MachineType::F32;
        if let (true, Some(single)) = (is_single, single) {
            return self.call_runtime(single, arguments.to_vec());
        }
        let promoted = arguments
            .iter()
            .map(|value| match self.ty(*value) {
                MachineType::F32 => self.convert(ConvertOp::Promote, *value, MachineType::F64),
                _ => *value,
            })
            .collect();
        let result = self.value(InstKind::CallRuntime { function: double, arguments: promoted });
        if is_single && self.ty(result) == MachineType::F64 {
            return self.convert(ConvertOp::Demote, result, MachineType::F32);
        }
        result
    }

    fn absolute(&mut self, dtype: Dtype, x: Value) -> Value {
        match dtype.kind() {
            DtypeKind::Float => self.unary(UnaryOp::Fabs, x),
            DtypeKind::Signed => {
                let negated = self.unary(UnaryOp::Ineg, x);
                self.binary(BinaryOp::Smax, x, negated)
            }
            DtypeKind::Bool | DtypeKind::Unsigned => x,
            DtypeKind::Complex => panic!("HIR: a complex number has a magnitude"),
        }
    }

    /// Python's `min` or `max` of two: the first unless the second is strictly better.
    fn better(&mut self, is_min: bool, dtype: Dtype, first: Value, second: Value) -> Value {
        match (dtype.kind(), is_min) {
            (DtypeKind::Float, _) => {
                let op = if is_min { FloatCompare::Lt } else { FloatCompare::Gt };
                let is_better = self.compare_floats(op, second, first);
                self.select(is_better, second, first)
            }
            (DtypeKind::Signed, true) => self.binary(BinaryOp::Smin, first, second),
            (DtypeKind::Signed, false) => self.binary(BinaryOp::Smax, first, second),
            (DtypeKind::Unsigned, true) => self.binary(BinaryOp::Umin, first, second),
            (DtypeKind::Unsigned, false) => self.binary(BinaryOp::Umax, first, second),
            (DtypeKind::Bool, true) => self.binary(BinaryOp::And, first, second),
            (DtypeKind::Bool, false) => self.binary(BinaryOp::Or, first, second),
            (DtypeKind::Complex, _) => panic!("HIR: complex numbers have no order"),
        }
    }

    /// An int64; integers stay as they are.
    fn round_to_integer(&mut self, dtype: Dtype, op: UnaryOp, x: Value) -> Value {
        if !dtype.is_float() {
            return x;
        }
        let whole = self.unary(op, x);
        self.convert(ConvertOp::FloatToSigned, whole, MachineType::I64)
    }

    fn is_integral_float(&mut self, x: Value) -> Value {
        let whole = self.unary(UnaryOp::Ftrunc, x);
        let is_whole = self.compare_floats(FloatCompare::Eq, whole, x);
        let is_finite = self.compare_magnitude(FloatCompare::Lt, x, f64::INFINITY);
        self.binary(BinaryOp::And, is_whole, is_finite)
    }

    /// The length or the number of ones of an integer's magnitude, which as an unsigned number always has one.
    fn bits_of_magnitude(&mut self, intrinsic: Intrinsic, dtype: Dtype, x: Value) -> Value {
        let function = match intrinsic {
            Intrinsic::BitLength => RuntimeFunction::BitLength,
            _ => RuntimeFunction::BitCount,
        };
        let magnitude = self.absolute(dtype, x);
        self.call_runtime(function, vec![magnitude])
    }

    /// Euclid's algorithm, then the product without what both have in common; 0 with a zero.
    fn least_common_multiple(&mut self, dtype: Dtype, a: Value, b: Value) -> Value {
        let divisor = self.greatest_common_divisor(dtype, a, b);
        let (a, b) = (self.absolute(dtype, a), self.absolute(dtype, b));
        let is_zero = self.compare_const(IntCompare::Eq, divisor, 0);
        let one = self.int(self.ty(divisor), 1);
        let divisor = self.select(is_zero, one, divisor);
        let quotient = self.binary(BinaryOp::Udiv, a, divisor);
        self.binary(BinaryOp::Imul, quotient, b)
    }

    /// What `modf` gives first: of an infinity zero, with its sign.
    fn fraction(&mut self, x: Value) -> Value {
        let whole = self.unary(UnaryOp::Ftrunc, x);
        let rest = self.binary(BinaryOp::Fsub, x, whole);
        let is_infinite = self.compare_magnitude(FloatCompare::Eq, x, f64::INFINITY);
        let zero = self.zero(self.ty(x));
        let rest = self.select(is_infinite, zero, rest);
        self.binary(BinaryOp::Fcopysign, rest, x)
    }

    /// Python's hash of a real number.
    pub(crate) fn hash_of_real(&mut self, dtype: Dtype, x: Value) -> Value {
        let (function, wide) = match dtype.kind() {
            DtypeKind::Float => (RuntimeFunction::HashFloat, Dtype::Float64),
            DtypeKind::Unsigned => (RuntimeFunction::HashUnsigned, Dtype::UInt64),
            DtypeKind::Bool | DtypeKind::Signed => (RuntimeFunction::HashInteger, Dtype::Int64),
            DtypeKind::Complex => panic!("HIR: the parts of a complex number are hashed"),
        };
        let x = self.convert_scalar(x, dtype, wide);
        self.call_runtime(function, vec![x])
    }

    pub(crate) fn compare_magnitude(&mut self, op: FloatCompare, x: Value, bound: f64) -> Value {
        let magnitude = self.unary(UnaryOp::Fabs, x);
        self.compare_float_const(op, magnitude, bound)
    }

    fn scaled(&mut self, x: Value, factor: f64) -> Value {
        let factor = self.float(self.ty(x), factor);
        self.binary(BinaryOp::Fmul, x, factor)
    }

    /// Euclid's algorithm on the magnitudes.
    fn greatest_common_divisor(&mut self, dtype: Dtype, a: Value, b: Value) -> Value {
        let (a, b) = (self.absolute(dtype, a), self.absolute(dtype, b));
        let ty = self.ty(a);
        let (head, body, end) = (self.new_block(), self.new_block(), self.new_block());
        let (larger, smaller) = (self.add_parameter(head, ty), self.add_parameter(head, ty));
        self.jump(head, vec![a, b]);
        self.start(head);
        let goes_on = self.compare_const(IntCompare::Ne, smaller, 0);
        self.branch(goes_on, body, end);
        self.start(body);
        let rest = self.binary(BinaryOp::Urem, larger, smaller);
        self.jump(head, vec![smaller, rest]);
        self.start(end);
        larger
    }
}
