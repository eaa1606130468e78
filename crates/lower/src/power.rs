//! Powers.

use crate::lowering::Lowering;
use crate::values::scalar_dtype;
use hotloop_abi::{ExceptionClass, RuntimeFunction};
use hotloop_hir::{Constant, Expr, ExprKind};
use hotloop_mir::{BinaryOp, IntCompare, MachineType, Value};
use hotloop_types::{Dtype, DtypeKind};

/// The largest constant exponent, in magnitude, that is expanded to multiplications; Numba's limit.
const MAX_EXPANDED_EXPONENT: u64 = 0x1_0000;

impl Lowering<'_> {
    /// `base ** exponent`.
    pub(crate) fn power(&mut self, dtype: Dtype, base: Value, exponent: Value, right: &Expr) -> Value {
        let exponent_dtype = scalar_dtype(&right.ty);
        match (integer_constant(right), dtype.is_float()) {
            (Some(known), false) => self.constant_integer_power(base, exponent, known, exponent_dtype),
            (Some(known), true) => self.constant_float_power(base, known),
            (None, false) => self.integer_power(base, exponent, exponent_dtype),
            (None, true) => self.float_power(base, exponent),
        }
    }

    fn float_power(&mut self, base: Value, exponent: Value) -> Value {
        if self.takes_own_functions() {
            return self.code.call_math(RuntimeFunction::OwnPow, None, &[base, exponent]);
        }
        self.code.call_math(RuntimeFunction::Pow, Some(RuntimeFunction::FloatPow), &[base, exponent])
    }

    fn constant_float_power(&mut self, base: Value, exponent: i64) -> Value {
        let ty = self.code.ty(base);
        if exponent.unsigned_abs() > MAX_EXPANDED_EXPONENT {
            let exponent = self.code.float(ty, exponent as f64);
            return self.float_power(base, exponent);
        }
        let one = self.code.float(ty, 1.0);
        let power = self.expanded(BinaryOp::Fmul, base, exponent.unsigned_abs(), one);
        if exponent >= 0 {
            return power;
        }
        // As in Numba the power itself is tested, which may be zero where the base is not.
        self.check_divisor(power, "0.0 cannot be raised to a negative power");
        self.code.binary(BinaryOp::Fdiv, one, power)
    }

    fn constant_integer_power(&mut self, base: Value, exponent: Value, known: i64, dtype: Dtype) -> Value {
        if known < 0 || known.unsigned_abs() > MAX_EXPANDED_EXPONENT {
            return self.integer_power(base, exponent, dtype);
        }
        let one = self.code.int(self.code.ty(base), 1);
        self.expanded(BinaryOp::Imul, base, known.unsigned_abs(), one)
    }

    /// Multiplications in the order of Numba's `static_power`: the result by the squares, from the lowest bit of the exponent on.
    fn expanded(&mut self, multiply: BinaryOp, base: Value, mut exponent: u64, one: Value) -> Value {
        let mut square = base;
        let mut power = None;
        while exponent != 0 {
            if exponent & 1 == 1 {
                power = Some(power.map_or(square, |power| self.code.binary(multiply, power, square)));
            }
            exponent >>= 1;
            if exponent != 0 {
                square = self.code.binary(multiply, square, square);
            }
        }
        power.unwrap_or(one)
    }

    /// A loop over the bits of the exponent, which must not be negative.
    fn integer_power(&mut self, base: Value, exponent: Value, exponent_dtype: Dtype) -> Value {
        if exponent_dtype.kind() == DtypeKind::Signed {
            let fits = self.code.compare_const(IntCompare::Sge, exponent, 0);
            let message = "Integers to negative integer powers are not allowed.";
            self.code.check(fits, ExceptionClass::ValueError, message);
        }
        let exponent = self.code.resize(exponent, exponent_dtype, MachineType::I64);
        let code = &mut self.code;
        let ty = code.ty(base);
        let (head, body, end) = (code.new_block(), code.new_block(), code.new_block());
        let power = code.add_parameter(head, ty);
        let square = code.add_parameter(head, ty);
        let left = code.add_parameter(head, MachineType::I64);
        let one = code.int(ty, 1);
        code.jump(head, vec![one, base, exponent]);
        code.start(head);
        let goes_on = code.compare_const(IntCompare::Ne, left, 0);
        code.branch(goes_on, body, end);
        code.start(body);
        let bit = code.binary_const(BinaryOp::And, left, 1);
        let is_set = code.compare_const(IntCompare::Ne, bit, 0);
        let product = code.binary(BinaryOp::Imul, power, square);
        let next_power = code.select(is_set, product, power);
        let next_square = code.binary(BinaryOp::Imul, square, square);
        let rest = code.binary_const(BinaryOp::Ushr, left, 1);
        code.jump(head, vec![next_power, next_square, rest]);
        code.start(end);
        power
    }
}

fn integer_constant(expr: &Expr) -> Option<i64> {
    match expr.kind {
        ExprKind::Constant(Constant::Int(value)) => Some(value),
        _ => None,
    }
}
