//! Built-in operations.

use crate::code::Code;
use crate::complex::is_complex;
use crate::lowering::Lowering;
use crate::values::{Operand, scalar_dtype};
use hotloop_abi::RuntimeFunction;
use hotloop_hir::Expr;
use hotloop_intrinsics::{Intrinsic, Realization};
use hotloop_mir::{BinaryOp, ConvertOp, FloatCompare, InstKind, IntCompare, MachineType, UnaryOp, Value};
use hotloop_types::{Dtype, DtypeKind};

impl Lowering<'_> {
    /// A built-in operation.
    pub(crate) fn intrinsic(&mut self, expr: &Expr, intrinsic: Intrinsic, arguments: &[Expr]) -> Operand {
        if intrinsic == Intrinsic::Len {
            return self.length(&arguments[0]);
        }
        let operands = self.exprs(arguments);
        self.code.set_span(expr.span);
        if operands.iter().any(|operand| matches!(operand, Operand::Complex(_))) || is_complex(&expr.ty) {
            return self.complex_intrinsic(expr, intrinsic, &operands);
        }
        let values: Vec<Value> = operands.iter().map(Operand::scalar).collect();
        if intrinsic == Intrinsic::Divmod {
            let both = self.divmod(scalar_dtype(&arguments[0].ty), values[0], values[1]);
            return Operand::tuple(both.map(Operand::Scalar));
        }
        Operand::Scalar(match intrinsic.realization() {
            Realization::Runtime(double, single) => self.code.call_math(double, single, &values),
            Realization::Lowered => self.scalar_intrinsic(expr, intrinsic, arguments, &values),
        })
    }

    fn length(&mut self, argument: &Expr) -> Operand {
        let operand = self.expr(argument);
        let length = match &operand {
            Operand::Array(array) => array.shape[0],
            Operand::Tuple(items) => self.code.int64(items.len() as i64),
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
            Intrinsic::IsInteger => code.is_integral_float(x),
            Intrinsic::BitLength | Intrinsic::BitCount => code.bits_of_magnitude(intrinsic, dtype, x),
            Intrinsic::LogBase => self.logarithm(values),
            Intrinsic::PowBuiltin => self.power(scalar_dtype(&expr.ty), x, values[1], &arguments[1]),
            // Inference makes other trees of these, and those above have other results.
            Intrinsic::Len
            | Intrinsic::Divmod
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

    /// `log(x)`, or `log(x) / log(base)` as CPython computes it, with its error for base 1.
    fn logarithm(&mut self, values: &[Value]) -> Value {
        let single = Some(RuntimeFunction::FloatLog);
        let log = self.code.call_math(RuntimeFunction::Log, single, &values[..1]);
        let Some(base) = values.get(1) else { return log };
        let log_of_base = self.code.call_math(RuntimeFunction::Log, single, &[*base]);
        self.check_divisor(log_of_base, "float division by zero");
        self.code.binary(BinaryOp::Fdiv, log, log_of_base)
    }
}

impl Code {
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
        if is_single { self.convert(ConvertOp::Demote, result, MachineType::F32) } else { result }
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

    fn compare_magnitude(&mut self, op: FloatCompare, x: Value, bound: f64) -> Value {
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
