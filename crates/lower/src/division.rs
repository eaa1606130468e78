//! Division: what a divisor of zero does, and the exact floor quotient and remainder of floats.

use crate::lowering::Lowering;
use hotloop_abi::{ExceptionClass, RuntimeFunction};
use hotloop_hir::{ErrorModel, Expr, ExprKind};
use hotloop_mir::{BinaryOp, Constant, FloatCompare, IntCompare, UnaryOp, Value};
use hotloop_types::{Dtype, DtypeKind};

/// Two integers, ready to be divided.
struct IntegerDivision {
    signed: bool,
    dividend: Value,
    /// Never 0.
    divisor: Value,
    /// Under NumPy's error model: whether the divisor was 0, so that the result is 0.
    is_zero: Option<Value>,
}

/// What floor quotient and remainder of two floats have in common.
struct FloatDivision {
    dividend: Value,
    divisor: Value,
    /// What `fmod` gives: with the sign of the dividend.
    rest: Value,
    rest_is_nonzero: Value,
    /// Whether the rest has to get the other sign, and the quotient to go down by one.
    adjusts: Value,
}

impl Lowering<'_> {
    /// `a / b` of floats.
    pub(crate) fn true_division(&mut self, a: Value, b: Value, left: &Expr, right: &Expr) -> Value {
        let of_integers = is_converted_integer(left) && is_converted_integer(right);
        self.check_divisor(b, if of_integers { "division by zero" } else { "float division by zero" });
        self.code.binary(BinaryOp::Fdiv, a, b)
    }

    /// `a // b`.
    pub(crate) fn floor_division(&mut self, dtype: Dtype, a: Value, b: Value) -> Value {
        if dtype.is_float() {
            self.check_divisor(b, "float floor division by zero");
            let division = self.float_division(a, b);
            return self.float_quotient(&division);
        }
        let division = self.integer_division(dtype, a, b, "integer division or modulo by zero");
        self.integer_quotient(&division)
    }

    /// `a % b`.
    pub(crate) fn modulo(&mut self, dtype: Dtype, a: Value, b: Value) -> Value {
        if dtype.is_float() {
            self.check_divisor(b, "float modulo by zero");
            let division = self.float_division(a, b);
            return self.float_remainder(&division);
        }
        let division = self.integer_division(dtype, a, b, "integer modulo by zero");
        self.integer_remainder(&division)
    }

    /// `divmod(a, b)`.
    pub(crate) fn divmod(&mut self, dtype: Dtype, a: Value, b: Value) -> [Value; 2] {
        if dtype.is_float() {
            self.check_divisor(b, "float divmod()");
            let division = self.float_division(a, b);
            return [self.float_quotient(&division), self.float_remainder(&division)];
        }
        let division = self.integer_division(dtype, a, b, "integer division or modulo by zero");
        [self.integer_quotient(&division), self.integer_remainder(&division)]
    }

    /// Raises for a divisor of zero, under Python's error model.
    pub(crate) fn check_divisor(&mut self, divisor: Value, message: &str) {
        if self.error_model == ErrorModel::Numpy || self.is_known_nonzero(divisor) {
            return;
        }
        let is_nonzero = if self.code.ty(divisor).is_float() {
            self.code.compare_float_const(FloatCompare::Ne, divisor, 0.0)
        } else {
            self.code.compare_const(IntCompare::Ne, divisor, 0)
        };
        self.code.check(is_nonzero, ExceptionClass::ZeroDivisionError, message);
    }

    fn is_known_nonzero(&self, value: Value) -> bool {
        match self.code.function.constant(value) {
            Some(Constant::Int(_, value)) => value != 0,
            Some(Constant::F32(bits)) => f32::from_bits(bits) != 0.0,
            Some(Constant::F64(bits)) => f64::from_bits(bits) != 0.0,
            None => false,
        }
    }

    fn integer_division(&mut self, dtype: Dtype, a: Value, b: Value, message: &str) -> IntegerDivision {
        self.check_divisor(b, message);
        let signed = dtype.kind() == DtypeKind::Signed;
        if self.error_model == ErrorModel::Python || self.is_known_nonzero(b) {
            return IntegerDivision { signed, dividend: a, divisor: b, is_zero: None };
        }
        let is_zero = self.code.compare_const(IntCompare::Eq, b, 0);
        let one = self.code.int(self.code.ty(b), 1);
        let divisor = self.code.select(is_zero, one, b);
        IntegerDivision { signed, dividend: a, divisor, is_zero: Some(is_zero) }
    }

    fn integer_quotient(&mut self, division: &IntegerDivision) -> Value {
        self.divide_integers(division, if division.signed { BinaryOp::SdivFloor } else { BinaryOp::Udiv })
    }

    fn integer_remainder(&mut self, division: &IntegerDivision) -> Value {
        self.divide_integers(division, if division.signed { BinaryOp::SmodFloor } else { BinaryOp::Urem })
    }

    fn divide_integers(&mut self, division: &IntegerDivision, op: BinaryOp) -> Value {
        let result = self.code.binary(op, division.dividend, division.divisor);
        let Some(is_zero) = division.is_zero else { return result };
        let zero = self.code.zero(self.code.ty(result));
        self.code.select(is_zero, zero, result)
    }

    /// The beginning of CPython's `float_divmod`: a rest that is not zero gets the sign of the divisor.
    fn float_division(&mut self, a: Value, b: Value) -> FloatDivision {
        let code = &mut self.code;
        let rest = code.call_math(RuntimeFunction::Fmod, Some(RuntimeFunction::FloatFmod), &[a, b]);
        let rest_is_nonzero = code.compare_float_const(FloatCompare::Ne, rest, 0.0);
        let divisor_is_negative = code.compare_float_const(FloatCompare::Lt, b, 0.0);
        let rest_is_negative = code.compare_float_const(FloatCompare::Lt, rest, 0.0);
        let signs_differ = code.binary(BinaryOp::Xor, divisor_is_negative, rest_is_negative);
        let adjusts = code.binary(BinaryOp::And, rest_is_nonzero, signs_differ);
        FloatDivision { dividend: a, divisor: b, rest, rest_is_nonzero, adjusts }
    }

    /// The remainder as `float_divmod` has it: a zero has the sign of the divisor.
    fn float_remainder(&mut self, division: &FloatDivision) -> Value {
        let code = &mut self.code;
        let moved = code.binary(BinaryOp::Fadd, division.rest, division.divisor);
        let adjusted = code.select(division.adjusts, moved, division.rest);
        let zero = code.zero(code.ty(adjusted));
        let signed_zero = code.binary(BinaryOp::Fcopysign, zero, division.divisor);
        code.select(division.rest_is_nonzero, adjusted, signed_zero)
    }

    /// The quotient as `float_divmod` has it: snapped to the nearest integral value; a zero has the sign of the true quotient.
    fn float_quotient(&mut self, division: &FloatDivision) -> Value {
        let FloatDivision { dividend, divisor, rest, adjusts, .. } = *division;
        let code = &mut self.code;
        let ty = code.ty(dividend);
        let (zero, one) = (code.zero(ty), code.float(ty, 1.0));
        let difference = code.binary(BinaryOp::Fsub, dividend, rest);
        let ratio = code.binary(BinaryOp::Fdiv, difference, divisor);
        let below = code.binary(BinaryOp::Fsub, ratio, one);
        let whole = code.select(adjusts, below, ratio);
        let floor = code.unary(UnaryOp::Ffloor, whole);
        let fraction = code.binary(BinaryOp::Fsub, whole, floor);
        let is_above_half = code.compare_float_const(FloatCompare::Gt, fraction, 0.5);
        let next = code.binary(BinaryOp::Fadd, floor, one);
        let snapped = code.select(is_above_half, next, floor);
        let is_nonzero = code.compare_floats(FloatCompare::Ne, whole, zero);
        let true_quotient = code.binary(BinaryOp::Fdiv, dividend, divisor);
        let signed_zero = code.binary(BinaryOp::Fcopysign, zero, true_quotient);
        let quotient = code.select(is_nonzero, snapped, signed_zero);
        self.quotient_by_zero(division, true_quotient, quotient)
    }

    /// Under NumPy's error model the floor quotient by zero is the true one: inf or nan.
    fn quotient_by_zero(&mut self, division: &FloatDivision, true_quotient: Value, quotient: Value) -> Value {
        let divisor = division.divisor;
        if self.error_model == ErrorModel::Python || self.is_known_nonzero(divisor) {
            return quotient;
        }
        let is_zero = self.code.compare_float_const(FloatCompare::Eq, divisor, 0.0);
        self.code.select(is_zero, true_quotient, quotient)
    }
}

fn is_converted_integer(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Convert(value) => value.ty.as_scalar().is_some_and(Dtype::is_integral),
        _ => false,
    }
}
