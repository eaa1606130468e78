//! Complex numbers: two floats each, with the arithmetic of CPython's `complexobject.c`.
//!
//! A product is the four products of the school formula; a quotient is scaled by the larger part of the divisor (Smith's method). Both are
//! computed in the floats of the operands' type.

use crate::code::Code;
use crate::lowering::Lowering;
use crate::values::{Operand, machine_type, scalar_dtype};
use hotloop_abi::{ExceptionClass, RuntimeFunction};
use hotloop_hir::{BinaryOp, CompareOp, Constant, ErrorModel, Expr, ExprKind, UnaryOp};
use hotloop_intrinsics::{Intrinsic, Realization};
use hotloop_mir as mir;
use hotloop_mir::{FloatCompare, IntCompare, MachineType, Value};
use hotloop_types::{Dtype, Type};

/// What the hash of the imaginary part is multiplied with: CPython's `_PyHASH_IMAG`.
const IMAGINARY_HASH_FACTOR: i64 = 1_000_003;

/// Real and imaginary part.
pub(crate) type Parts = [Value; 2];

/// Whether values of the type are complex numbers.
pub(crate) fn is_complex(ty: &Type) -> bool {
    ty.as_scalar().is_some_and(Dtype::is_complex)
}

impl Operand {
    /// The parts of a complex number.
    pub(crate) fn parts(&self) -> Parts {
        match self {
            Self::Complex(parts) => *parts,
            Self::Scalar(_)
            | Self::Array(_)
            | Self::Tuple(_)
            | Self::Text(_)
            | Self::List(_)
            | Self::Optional(..)
            | Self::Nothing => {
                panic!("HIR: a complex number is expected, not {self:?}")
            }
        }
    }
}

impl Lowering<'_> {
    /// The value of an expression that is a complex number.
    pub(crate) fn complex(&mut self, expr: &Expr) -> Parts {
        self.expr(expr).parts()
    }

    /// `-z`.
    pub(crate) fn complex_unary(&mut self, op: UnaryOp, value: Parts) -> Operand {
        match op {
            UnaryOp::Neg => Operand::Complex(value.map(|part| self.code.unary(mir::UnaryOp::Fneg, part))),
            UnaryOp::Invert | UnaryOp::Not => panic!("HIR: {op:?} of a complex number"),
        }
    }

    /// A binary operation.
    pub(crate) fn complex_binary(&mut self, expr: &Expr, op: BinaryOp, left: &Expr, right: &Expr) -> Operand {
        let a = self.complex(left);
        if let (BinaryOp::Pow, Some(exponent)) = (op, small_integer(right)) {
            self.code.set_span(expr.span);
            return Operand::Complex(self.complex_literal_power(a, exponent));
        }
        let b = self.complex(right);
        self.code.set_span(expr.span);
        Operand::Complex(match op {
            BinaryOp::Add => self.code.part_by_part(mir::BinaryOp::Fadd, a, b),
            BinaryOp::Sub => self.code.part_by_part(mir::BinaryOp::Fsub, a, b),
            BinaryOp::Mul => self.code.complex_product(a, b),
            BinaryOp::Div => self.complex_quotient(a, b, "complex division by zero"),
            BinaryOp::Pow => self.complex_power(scalar_dtype(&expr.ty), a, b),
            BinaryOp::FloorDiv
            | BinaryOp::Mod
            | BinaryOp::LShift
            | BinaryOp::RShift
            | BinaryOp::BitAnd
            | BinaryOp::BitOr
            | BinaryOp::BitXor => panic!("HIR: {op:?} of complex numbers"),
        })
    }

    /// `==` or `!=`.
    pub(crate) fn complex_compare(&mut self, expr: &Expr, op: CompareOp, left: &Expr, right: &Expr) -> Value {
        let (a, b) = (self.complex(left), self.complex(right));
        self.code.set_span(expr.span);
        match op {
            CompareOp::Eq => self.code.both_parts(FloatCompare::Eq, mir::BinaryOp::And, a, b),
            CompareOp::Ne => self.code.both_parts(FloatCompare::Ne, mir::BinaryOp::Or, a, b),
            CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => {
                panic!("HIR: complex numbers have no order")
            }
        }
    }

    /// An operation with a complex argument or result.
    pub(crate) fn complex_intrinsic(
        &mut self,
        expr: &Expr,
        intrinsic: Intrinsic,
        argument: &Expr,
        operands: &[Operand],
    ) -> Operand {
        match (intrinsic, operands) {
            (Intrinsic::Complex, [real, imag]) => Operand::Complex([real.scalar(), imag.scalar()]),
            (Intrinsic::Real, [value]) => Operand::Scalar(value.parts()[0]),
            (Intrinsic::Imag, [value]) => Operand::Scalar(value.parts()[1]),
            (Intrinsic::Conjugate, [value]) => {
                let [real, imag] = value.parts();
                Operand::Complex([real, self.code.unary(mir::UnaryOp::Fneg, imag)])
            }
            (Intrinsic::Abs, [value]) => {
                Operand::Scalar(self.code.call_math(RuntimeFunction::Hypot, None, &value.parts()))
            }
            (Intrinsic::Hash, [value]) => {
                let part = scalar_dtype(&argument.ty).part();
                let [real, imag] = value.parts().map(|each| self.code.hash_of_real(part, each));
                let scaled = self.code.binary_const(mir::BinaryOp::Imul, imag, IMAGINARY_HASH_FACTOR);
                let hash = self.code.binary(mir::BinaryOp::Iadd, real, scaled);
                // No hash is -1.
                let is_reserved = self.code.compare_const(IntCompare::Eq, hash, -1);
                let other = self.code.int64(-2);
                Operand::Scalar(self.code.select(is_reserved, other, hash))
            }
            (Intrinsic::ComplexPhase, [value]) => {
                let [real, imag] = value.parts();
                Operand::Scalar(self.code.call_math(RuntimeFunction::Atan2, None, &[imag, real]))
            }
            (Intrinsic::ComplexIsNan | Intrinsic::ComplexIsInf | Intrinsic::ComplexIsFinite, [value]) => {
                Operand::Scalar(self.code.complex_predicate(intrinsic, value.parts()))
            }
            (Intrinsic::ComplexIsClose, [a, b, relative, absolute]) => {
                let tolerances = [relative.scalar(), absolute.scalar()];
                Operand::Scalar(self.complex_is_close(a.parts(), b.parts(), tolerances))
            }
            (_, operands) if let Realization::Runtime(function, _) = intrinsic.realization() => {
                let dtype = scalar_dtype(&expr.ty);
                let mut parts = Vec::new();
                operands.iter().for_each(|operand| operand.flatten(&mut parts));
                let arguments: Vec<Value> = parts
                    .into_iter()
                    .map(|part| self.code.convert_scalar(part, dtype.part(), Dtype::Float64))
                    .collect();
                Operand::Complex(self.code.complex_call(function, &arguments, dtype))
            }
            (other, _) => panic!("HIR: {other:?} of complex numbers gives {}", expr.ty),
        }
    }

    /// `isclose` of complex numbers, by the length of their difference.
    fn complex_is_close(&mut self, a: Parts, b: Parts, [relative, absolute]: [Value; 2]) -> Value {
        self.check_tolerances(&[relative, absolute]);
        let code = &mut self.code;
        let is_same = code.both_parts(FloatCompare::Eq, mir::BinaryOp::And, a, b);
        let difference = code.part_by_part(mir::BinaryOp::Fsub, a, b);
        let difference = code.call_math(RuntimeFunction::Hypot, None, &difference);
        let mut is_near = code.compare_floats(FloatCompare::Le, difference, absolute);
        let mut is_infinite = code.boolean(false);
        for side in [b, a] {
            let size = code.call_math(RuntimeFunction::Hypot, None, &side);
            let bound = code.binary(mir::BinaryOp::Fmul, relative, size);
            let is_within = code.compare_floats(FloatCompare::Le, difference, bound);
            is_near = code.binary(mir::BinaryOp::Or, is_near, is_within);
            let is_side_infinite = code.complex_predicate(Intrinsic::ComplexIsInf, side);
            is_infinite = code.binary(mir::BinaryOp::Or, is_infinite, is_side_infinite);
        }
        let is_finite = code.unary(mir::UnaryOp::Inot, is_infinite);
        let is_near = code.binary(mir::BinaryOp::And, is_near, is_finite);
        code.binary(mir::BinaryOp::Or, is_same, is_near)
    }

    /// `a / b`, as `_Py_c_quot` computes it; under NumPy's error model as NumPy does.
    fn complex_quotient(&mut self, a: Parts, b: Parts, message: &str) -> Parts {
        let nonzero = self.code.is_nonzero_complex(b);
        if self.error_model == ErrorModel::Python {
            self.code.check(nonzero, ExceptionClass::ZeroDivisionError, message);
        }
        let code = &mut self.code;
        let [real_size, imag_size] = b.map(|part| code.unary(mir::UnaryOp::Fabs, part));
        // With a nan among them neither is larger, and the formulas give nan by themselves.
        let real_is_larger = code.compare_floats(FloatCompare::Ge, real_size, imag_size);
        let larger = code.select(real_is_larger, b[0], b[1]);
        let smaller = code.select(real_is_larger, b[1], b[0]);
        let ratio = code.binary(mir::BinaryOp::Fdiv, smaller, larger);
        let scaled = code.binary(mir::BinaryOp::Fmul, smaller, ratio);
        let divisor = code.binary(mir::BinaryOp::Fadd, larger, scaled);
        let [real_by_ratio, imag_by_ratio] = a.map(|part| code.binary(mir::BinaryOp::Fmul, part, ratio));
        let real = {
            let first = code.select(real_is_larger, a[0], real_by_ratio);
            let second = code.select(real_is_larger, imag_by_ratio, a[1]);
            code.binary(mir::BinaryOp::Fadd, first, second)
        };
        let imag = {
            let first = code.select(real_is_larger, a[1], imag_by_ratio);
            let second = code.select(real_is_larger, real_by_ratio, a[0]);
            code.binary(mir::BinaryOp::Fsub, first, second)
        };
        if self.error_model == ErrorModel::Python {
            return [real, imag].map(|part| code.binary(mir::BinaryOp::Fdiv, part, divisor));
        }
        // NumPy divides once, and both parts by zero where the divisor is.
        let one = code.float(code.ty(divisor), 1.0);
        let scale = code.binary(mir::BinaryOp::Fdiv, one, divisor);
        let quotient = [real, imag].map(|part| code.binary(mir::BinaryOp::Fmul, part, scale));
        let by_zero = a.map(|part| code.binary(mir::BinaryOp::Fdiv, part, real_size));
        [0, 1].map(|part| code.select(nonzero, quotient[part], by_zero[part]))
    }

    /// `z ** n` for a small integer that is known: the square is one product, as in Numba; otherwise multiplications as CPython's `c_powi`.
    fn complex_literal_power(&mut self, base: Parts, exponent: i64) -> Parts {
        let code = &mut self.code;
        if exponent == 2 {
            return code.complex_product(base, base);
        }
        let ty = code.ty(base[0]);
        let one = [code.float(ty, 1.0), code.float(ty, 0.0)];
        let (mut power, mut square) = (one, base);
        let mut left = exponent.unsigned_abs();
        while left != 0 {
            if left & 1 == 1 {
                power = code.complex_product(power, square);
            }
            left >>= 1;
            if left != 0 {
                square = code.complex_product(square, square);
            }
        }
        if exponent >= 0 {
            return power;
        }
        self.complex_quotient(one, power, "0.0 to a negative or complex power")
    }

    /// `a ** b`, by the runtime in float64.
    fn complex_power(&mut self, dtype: Dtype, a: Parts, b: Parts) -> Parts {
        if self.error_model == ErrorModel::Numpy {
            return self.complex_power_of_elements(dtype, a, b);
        }
        self.check_power_of_zero(a, b);
        let wide = [a, b]
            .concat()
            .into_iter()
            .map(|part| self.code.convert_scalar(part, dtype.part(), Dtype::Float64));
        let arguments: Vec<Value> = wide.collect();
        self.code.complex_call(RuntimeFunction::ComplexPow, &arguments, dtype)
    }

    /// `a ** b` as NumPy's `npy_cpow` computes it: by multiplications for a whole exponent below 100, otherwise by the exponential of the logarithm.
    fn complex_power_of_elements(&mut self, dtype: Dtype, a: Parts, b: Parts) -> Parts {
        let code = &mut self.code;
        let ty = code.ty(a[0]);
        let (small, general, end) = (code.new_block(), code.new_block(), code.new_block());
        let result = [code.add_parameter(end, ty), code.add_parameter(end, ty)];
        let size = code.unary(mir::UnaryOp::Fabs, b[0]);
        let is_small = code.compare_float_const(FloatCompare::Lt, size, 100.0);
        let whole = code.unary(mir::UnaryOp::Ftrunc, b[0]);
        let is_whole = code.compare_floats(FloatCompare::Eq, whole, b[0]);
        let is_real = code.compare_float_const(FloatCompare::Eq, b[1], 0.0);
        let is_small = code.binary(mir::BinaryOp::And, is_small, is_whole);
        let is_small = code.binary(mir::BinaryOp::And, is_small, is_real);
        code.branch(is_small, small, general);
        code.start(small);
        let power = self.whole_complex_power(dtype, a, b[0]);
        self.code.jump(end, power.into());
        self.code.start(general);
        let wide = |this: &mut Self, parts: Parts| {
            parts.map(|part| this.code.convert_scalar(part, dtype.part(), Dtype::Float64))
        };
        let base = wide(self, a);
        let logarithm = self.code.complex_call(RuntimeFunction::ComplexLog, &base, dtype);
        let product = self.code.complex_product(b, logarithm);
        let product = wide(self, product);
        let power = self.code.complex_call(RuntimeFunction::ComplexExp, &product, dtype);
        self.code.jump(end, power.into());
        self.code.start(end);
        self.power_of_zero(result, a, b)
    }

    /// A whole power, whose first three are products; the others begin with one.
    fn whole_complex_power(&mut self, dtype: Dtype, a: Parts, exponent: Value) -> Parts {
        let code = &mut self.code;
        let ty = code.ty(a[0]);
        let signed = code.convert_scalar(exponent, dtype.part(), Dtype::Int64);
        let is_negative = code.compare_const(IntCompare::Slt, signed, 0);
        let negated = code.unary(mir::UnaryOp::Ineg, signed);
        let count = code.select(is_negative, negated, signed);
        let (head, body, end) = (code.new_block(), code.new_block(), code.new_block());
        let power = [code.add_parameter(head, ty), code.add_parameter(head, ty)];
        let square = [code.add_parameter(head, ty), code.add_parameter(head, ty)];
        let left = code.add_parameter(head, MachineType::I64);
        let one = [code.float(ty, 1.0), code.float(ty, 0.0)];
        code.jump(head, vec![one[0], one[1], a[0], a[1], count]);
        code.start(head);
        let goes_on = code.compare_const(IntCompare::Ne, left, 0);
        code.branch(goes_on, body, end);
        code.start(body);
        let bit = code.binary_const(mir::BinaryOp::And, left, 1);
        let is_set = code.compare_const(IntCompare::Ne, bit, 0);
        let product = code.complex_product(power, square);
        let next = [0, 1].map(|part| code.select(is_set, product[part], power[part]));
        let next_square = code.complex_product(square, square);
        let rest = code.binary_const(mir::BinaryOp::Ushr, left, 1);
        code.jump(head, vec![next[0], next[1], next_square[0], next_square[1], rest]);
        code.start(end);
        let second = code.complex_product(a, a);
        let third = code.complex_product(a, second);
        let power = [(1, a), (2, second), (3, third)].into_iter().fold(power, |power, (known, of_known)| {
            let is_known = code.compare_const(IntCompare::Eq, signed, known);
            [0, 1].map(|part| code.select(is_known, of_known[part], power[part]))
        });
        let inverse = self.complex_quotient(one, power, "");
        [0, 1].map(|part| self.code.select(is_negative, inverse[part], power[part]))
    }

    /// A power in whose place stands one where the exponent is zero, and zero or nan where the base is.
    fn power_of_zero(&mut self, power: Parts, a: Parts, b: Parts) -> Parts {
        let code = &mut self.code;
        let ty = code.ty(a[0]);
        let (zero, one, nan) = (code.float(ty, 0.0), code.float(ty, 1.0), code.float(ty, f64::NAN));
        let is_positive = code.compare_float_const(FloatCompare::Gt, b[0], 0.0);
        let of_zero = code.select(is_positive, zero, nan);
        let has_base = code.is_nonzero_complex(a);
        let has_exponent = code.is_nonzero_complex(b);
        [one, zero]
            .into_iter()
            .zip(power)
            .map(|(neutral, part)| {
                let part = code.select(has_base, part, of_zero);
                code.select(has_exponent, part, neutral)
            })
            .collect::<Vec<_>>()
            .try_into()
            .expect("two parts")
    }

    /// Zero has powers with a non-negative real exponent only.
    fn check_power_of_zero(&mut self, a: Parts, b: Parts) {
        let code = &mut self.code;
        let is_nonzero = code.is_nonzero_complex(a);
        let is_real = code.compare_float_const(FloatCompare::Eq, b[1], 0.0);
        let is_negative = code.compare_float_const(FloatCompare::Lt, b[0], 0.0);
        let is_not_negative = code.unary(mir::UnaryOp::Inot, is_negative);
        let is_harmless = code.binary(mir::BinaryOp::And, is_real, is_not_negative);
        let is_fine = code.binary(mir::BinaryOp::Or, is_nonzero, is_harmless);
        code.check(is_fine, ExceptionClass::ZeroDivisionError, "0.0 to a negative or complex power");
    }
}

/// The integer that an exponent is written as, if that decides how the power is computed.
fn small_integer(exponent: &Expr) -> Option<i64> {
    match exponent.kind {
        ExprKind::Constant(Constant::Int(value)) => Some(value),
        _ => None,
    }
}

impl Code {
    /// `a * b`.
    pub(crate) fn complex_product(&mut self, a: Parts, b: Parts) -> Parts {
        let mut product = |x, y| self.binary(mir::BinaryOp::Fmul, x, y);
        let (real_real, imag_imag) = (product(a[0], b[0]), product(a[1], b[1]));
        let (real_imag, imag_real) = (product(a[0], b[1]), product(a[1], b[0]));
        [
            self.binary(mir::BinaryOp::Fsub, real_real, imag_imag),
            self.binary(mir::BinaryOp::Fadd, real_imag, imag_real),
        ]
    }

    /// Whether one of the parts is nan or infinite, or both are finite.
    fn complex_predicate(&mut self, intrinsic: Intrinsic, value: Parts) -> Value {
        let (op, join) = match intrinsic {
            Intrinsic::ComplexIsNan => (FloatCompare::Ne, mir::BinaryOp::Or),
            Intrinsic::ComplexIsInf => (FloatCompare::Eq, mir::BinaryOp::Or),
            _ => (FloatCompare::Lt, mir::BinaryOp::And),
        };
        let [real, imag] = value.map(|part| match intrinsic {
            Intrinsic::ComplexIsNan => self.compare_floats(op, part, part),
            _ => self.compare_magnitude(op, part, f64::INFINITY),
        });
        self.binary(join, real, imag)
    }

    fn part_by_part(&mut self, op: mir::BinaryOp, a: Parts, b: Parts) -> Parts {
        [self.binary(op, a[0], b[0]), self.binary(op, a[1], b[1])]
    }

    fn both_parts(&mut self, compare: FloatCompare, join: mir::BinaryOp, a: Parts, b: Parts) -> Value {
        let real = self.compare_floats(compare, a[0], b[0]);
        let imag = self.compare_floats(compare, a[1], b[1]);
        self.binary(join, real, imag)
    }

    /// Whether a complex number is not zero.
    pub(crate) fn is_nonzero_complex(&mut self, value: Parts) -> Value {
        let [real, imag] = value.map(|part| self.compare_float_const(FloatCompare::Ne, part, 0.0));
        self.binary(mir::BinaryOp::Or, real, imag)
    }

    /// A complex result of the runtime, whose functions give one part a call; `dtype` is the complex dtype wanted.
    pub(crate) fn complex_call(
        &mut self,
        function: RuntimeFunction,
        arguments: &[Value],
        dtype: Dtype,
    ) -> Parts {
        [0, 1].map(|part| {
            let part = self.int64(part);
            let result = self.call_runtime(function, [arguments, &[part]].concat());
            self.convert_scalar(result, Dtype::Float64, dtype.part())
        })
    }

    /// A number of dtype `from`, complex or not, as a complex number.
    pub(crate) fn complex_of(&mut self, operand: &Operand, from: Dtype, to: Dtype) -> Parts {
        if from.is_complex() {
            return operand.parts().map(|part| self.convert_scalar(part, from.part(), to.part()));
        }
        let real = self.convert_scalar(operand.scalar(), from, to.part());
        [real, self.float(machine_type(to.part()), 0.0)]
    }

    /// The constant.
    pub(crate) fn complex_constant(&mut self, ty: MachineType, real: f64, imag: f64) -> Operand {
        Operand::Complex([self.float(ty, real), self.float(ty, imag)])
    }
}
