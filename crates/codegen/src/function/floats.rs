//! Comparisons of floats, and conversions between all types.

use super::Translator;
use super::signatures::clif_type;
use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::immediates::{Ieee32, Ieee64};
use cranelift_codegen::ir::{self, InstBuilder, MemFlagsData, Type, types};
use hotloop_mir::{ConvertOp, FloatCompare, MachineType, TernaryOp, Value};

/// 2^63, the first value that is too large for an `i64`.
const TOO_LARGE: f64 = 9_223_372_036_854_775_808.0;

/// Cranelift's name of a comparison.
pub(super) fn condition(op: FloatCompare) -> FloatCC {
    match op {
        FloatCompare::Eq => FloatCC::Equal,
        FloatCompare::Ne => FloatCC::NotEqual,
        FloatCompare::Lt => FloatCC::LessThan,
        FloatCompare::Le => FloatCC::LessThanOrEqual,
        FloatCompare::Gt => FloatCC::GreaterThan,
        FloatCompare::Ge => FloatCC::GreaterThanOrEqual,
    }
}

impl Translator<'_, '_> {
    pub(super) fn float_compare(&mut self, op: FloatCompare, a: Value, b: Value) -> ir::Value {
        let [x, y] = [a, b].map(|value| self.operand(value));
        self.ins().fcmp(condition(op), x, y)
    }

    /// A product and a third value, rounded once where the processor has an instruction for it; of numbers or of vectors.
    pub(super) fn with_product(&mut self, op: TernaryOp, [x, y, third]: [ir::Value; 3]) -> ir::Value {
        if !self.unit.target.has_fused_products() {
            let product = self.ins().fmul(x, y);
            return match op {
                TernaryOp::Fmadd => self.ins().fadd(product, third),
                TernaryOp::Fmsub => self.ins().fsub(product, third),
                TernaryOp::Fnmadd => self.ins().fsub(third, product),
            };
        }
        match op {
            TernaryOp::Fmadd => self.ins().fma(x, y, third),
            TernaryOp::Fmsub => {
                let third = self.ins().fneg(third);
                self.ins().fma(x, y, third)
            }
            TernaryOp::Fnmadd => {
                let x = self.ins().fneg(x);
                self.ins().fma(x, y, third)
            }
        }
    }

    pub(super) fn convert(&mut self, op: ConvertOp, value: Value, to: MachineType) -> ir::Value {
        let from = self.mir.value_type(value);
        let x = self.operand(value);
        let ty = clif_type(to);
        match op {
            ConvertOp::SignExtend => self.sign_extended(x, from, ty),
            ConvertOp::ZeroExtend => self.zero_extended(x, ty),
            ConvertOp::Truncate => self.truncated(x, to),
            ConvertOp::SignedToFloat => {
                let wide =
                    if self.value_type(x).bits() < 32 { self.sign_extended(x, from, types::I32) } else { x };
                self.ins().fcvt_from_sint(ty, wide)
            }
            ConvertOp::UnsignedToFloat => self.unsigned_to_float(x, ty),
            ConvertOp::FloatToSigned => self.float_to_signed(x),
            ConvertOp::FloatToUnsigned => self.float_to_unsigned(x),
            ConvertOp::Promote => self.ins().fpromote(ty, x),
            ConvertOp::Demote => self.ins().fdemote(ty, x),
            ConvertOp::Bitcast if self.value_type(x) == ty => x,
            ConvertOp::Bitcast => self.ins().bitcast(ty, MemFlagsData::new(), x),
        }
    }

    fn zero_extended(&mut self, x: ir::Value, ty: Type) -> ir::Value {
        if self.value_type(x) == ty { x } else { self.ins().uextend(ty, x) }
    }

    fn sign_extended(&mut self, x: ir::Value, from: MachineType, ty: Type) -> ir::Value {
        if from == MachineType::I1 {
            let bit = self.zero_extended(x, ty);
            return self.ins().ineg(bit);
        }
        if self.value_type(x) == ty { x } else { self.ins().sextend(ty, x) }
    }

    fn truncated(&mut self, x: ir::Value, to: MachineType) -> ir::Value {
        let ty = clif_type(to);
        let narrow = if self.value_type(x) == ty { x } else { self.ins().ireduce(ty, x) };
        if to != MachineType::I1 {
            return narrow;
        }
        let one = self.int(types::I8, 1);
        self.ins().band(narrow, one)
    }

    /// Below 64 bits an unsigned number is a signed one of 64 bits, for which the processor has an instruction.
    fn unsigned_to_float(&mut self, x: ir::Value, ty: Type) -> ir::Value {
        if self.value_type(x) == types::I64 {
            return self.ins().fcvt_from_uint(ty, x);
        }
        let wide = self.ins().uextend(types::I64, x);
        self.ins().fcvt_from_sint(ty, wide)
    }

    /// Cranelift saturates; MIR wants the minimum for all that does not fit, as x86 does. They differ where the value is not below
    /// 2^63: too large, or a nan.
    fn float_to_signed(&mut self, x: ir::Value) -> ir::Value {
        let saturated = self.ins().fcvt_to_sint_sat(types::I64, x);
        let limit = self.float(self.value_type(x), TOO_LARGE);
        let is_below = self.ins().fcmp(FloatCC::LessThan, x, limit);
        let minimum = self.int(types::I64, i64::MIN);
        self.ins().select(is_below, saturated, minimum)
    }

    fn float_to_unsigned(&mut self, x: ir::Value) -> ir::Value {
        let limit = self.float(self.value_type(x), TOO_LARGE);
        let is_large = self.ins().fcmp(FloatCC::GreaterThanOrEqual, x, limit);
        let lowered = self.ins().fsub(x, limit);
        let in_range = self.ins().select(is_large, lowered, x);
        let signed = self.float_to_signed(in_range);
        let is_large = self.ins().uextend(types::I64, is_large);
        let top = self.int(types::I64, 63);
        let top_bit = self.ins().ishl(is_large, top);
        self.ins().bxor(signed, top_bit)
    }

    fn float(&mut self, ty: Type, value: f64) -> ir::Value {
        if ty == types::F32 {
            return self.ins().f32const(Ieee32::with_float(value as f32));
        }
        self.ins().f64const(Ieee64::with_float(value))
    }
}
