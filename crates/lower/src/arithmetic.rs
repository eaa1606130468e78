//! Operators on numbers.

use crate::lowering::Lowering;
use crate::values::scalar_dtype;
use hotloop_abi::ExceptionClass;
use hotloop_hir::{BinaryOp, CompareOp, Expr};
use hotloop_mir as mir;
use hotloop_mir::{FloatCompare, IntCompare, MachineType, Value};
use hotloop_types::{Dtype, DtypeKind};

impl Lowering<'_> {
    /// A binary operation.
    pub(crate) fn binary(&mut self, expr: &Expr, op: BinaryOp, left: &Expr, right: &Expr) -> Value {
        let dtype = scalar_dtype(&expr.ty);
        let (a, b) = (self.scalar(left), self.scalar(right));
        self.code.set_span(expr.span);
        let simple = |integer, float| if dtype.is_float() { float } else { integer };
        let op = match op {
            BinaryOp::Add => simple(mir::BinaryOp::Iadd, mir::BinaryOp::Fadd),
            BinaryOp::Sub => simple(mir::BinaryOp::Isub, mir::BinaryOp::Fsub),
            BinaryOp::Mul => simple(mir::BinaryOp::Imul, mir::BinaryOp::Fmul),
            BinaryOp::BitAnd => mir::BinaryOp::And,
            BinaryOp::BitOr => mir::BinaryOp::Or,
            BinaryOp::BitXor => mir::BinaryOp::Xor,
            BinaryOp::Div => return self.true_division(a, b, left, right),
            BinaryOp::FloorDiv => return self.floor_division(dtype, a, b),
            BinaryOp::Mod => return self.modulo(dtype, a, b),
            BinaryOp::Pow => return self.power(dtype, a, b, right),
            BinaryOp::LShift => return self.shift(mir::BinaryOp::Shl, a, b, scalar_dtype(&right.ty)),
            BinaryOp::RShift => {
                let signed = dtype.kind() == DtypeKind::Signed;
                let op = if signed { mir::BinaryOp::Sshr } else { mir::BinaryOp::Ushr };
                return self.shift(op, a, b, scalar_dtype(&right.ty));
            }
        };
        self.code.binary(op, a, b)
    }

    /// A shift by a count of any integer type, which must not be negative.
    fn shift(&mut self, op: mir::BinaryOp, a: Value, count: Value, count_dtype: Dtype) -> Value {
        let ty = self.code.ty(a);
        if count_dtype.kind() == DtypeKind::Signed && self.code.known_int(count).is_none_or(|count| count < 0)
        {
            let fits = self.code.compare_const(IntCompare::Sge, count, 0);
            self.code.check(fits, ExceptionClass::ValueError, "negative shift count");
        }
        let count = match self.code.known_int(count) {
            // An unsigned count that looks negative is a large one.
            Some(..=-1) => self.code.int(ty, i64::from(ty.bits())),
            Some(known) => self.code.int(ty, known.min(i64::from(ty.bits()))),
            None if self.code.ty(count).bits() > ty.bits() => {
                let capped = self.code.binary_const(mir::BinaryOp::Umin, count, i64::from(ty.bits()));
                self.code.resize(capped, count_dtype, ty)
            }
            None => self.code.resize(count, count_dtype, ty),
        };
        self.code.binary(op, a, count)
    }

    /// A comparison of two scalars of one type, or of integers of different signedness by value.
    pub(crate) fn compare(&mut self, expr: &Expr, op: CompareOp, left: &Expr, right: &Expr) -> Value {
        let (left_dtype, right_dtype) = (scalar_dtype(&left.ty), scalar_dtype(&right.ty));
        let (a, b) = (self.scalar(left), self.scalar(right));
        self.code.set_span(expr.span);
        if left_dtype.is_float() {
            return self.code.compare_floats(float_compare(op), a, b);
        }
        match (left_dtype.kind() == DtypeKind::Signed, right_dtype.kind() == DtypeKind::Signed) {
            (true, true) => self.code.compare(signed_compare(op), a, b),
            (false, false) => self.code.compare(unsigned_compare(op), a, b),
            (true, false) => self.compare_mixed(op, a, b),
            (false, true) => self.compare_mixed(mirrored(op), b, a),
        }
    }

    /// An int64 with a uint64: a negative number is below all of the other type.
    fn compare_mixed(&mut self, op: CompareOp, signed: Value, unsigned: Value) -> Value {
        assert_eq!(self.code.ty(signed), MachineType::I64, "HIR: an int64 is compared with a uint64");
        let same_sign = self.code.compare(unsigned_compare(op), signed, unsigned);
        match op {
            CompareOp::Lt | CompareOp::Le | CompareOp::Ne => {
                let negative = self.code.compare_const(IntCompare::Slt, signed, 0);
                self.code.binary(mir::BinaryOp::Or, negative, same_sign)
            }
            CompareOp::Gt | CompareOp::Ge | CompareOp::Eq => {
                let not_negative = self.code.compare_const(IntCompare::Sge, signed, 0);
                self.code.binary(mir::BinaryOp::And, not_negative, same_sign)
            }
        }
    }
}

const fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Eq => CompareOp::Eq,
        CompareOp::Ne => CompareOp::Ne,
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::Le => CompareOp::Ge,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::Ge => CompareOp::Le,
    }
}

const fn float_compare(op: CompareOp) -> FloatCompare {
    match op {
        CompareOp::Eq => FloatCompare::Eq,
        CompareOp::Ne => FloatCompare::Ne,
        CompareOp::Lt => FloatCompare::Lt,
        CompareOp::Le => FloatCompare::Le,
        CompareOp::Gt => FloatCompare::Gt,
        CompareOp::Ge => FloatCompare::Ge,
    }
}

const fn signed_compare(op: CompareOp) -> IntCompare {
    match op {
        CompareOp::Eq => IntCompare::Eq,
        CompareOp::Ne => IntCompare::Ne,
        CompareOp::Lt => IntCompare::Slt,
        CompareOp::Le => IntCompare::Sle,
        CompareOp::Gt => IntCompare::Sgt,
        CompareOp::Ge => IntCompare::Sge,
    }
}

const fn unsigned_compare(op: CompareOp) -> IntCompare {
    match op {
        CompareOp::Eq => IntCompare::Eq,
        CompareOp::Ne => IntCompare::Ne,
        CompareOp::Lt => IntCompare::Ult,
        CompareOp::Le => IntCompare::Ule,
        CompareOp::Gt => IntCompare::Ugt,
        CompareOp::Ge => IntCompare::Uge,
    }
}
