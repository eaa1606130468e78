//! Conversions in lanes, and what else changes the size of elements.
//!
//! With AVX2 a truth value has the size of what it came from, and is brought to another where it meets elements of that.

use super::{Lanes, Selector, Turn};
use crate::Level;
use crate::code::Part;
use crate::opcodes;
use hotloop_mir::{BinaryOp, ConvertOp, FloatCompare, InstKind, MachineType, UnaryOp, Value};
use iced_x86::Code;
use regalloc2::VReg;

/// Numbers of which the bits are put together with those of an integer.
const TWO_TO_52: u64 = 0x4330_0000_0000_0000;
const TWO_TO_84: u64 = 0x4530_0000_0000_0000;
/// 2^84 + 2^52, and with 2^63.
const BOTH: u64 = 0x4530_0000_0010_0000;
const BOTH_AND_TWO_TO_63: u64 = 0x4530_0000_8010_0000;

impl Selector<'_> {
    /// Whether a conversion takes its operand from memory.
    pub(super) fn converts_memory(&self, op: ConvertOp, value: Value, to: MachineType) -> bool {
        let from = self.function.value_type(value);
        let part = self.part_bytes(to.size_bytes());
        let is_short = matches!(from, MachineType::I8 | MachineType::I16);
        match op {
            ConvertOp::SignExtend | ConvertOp::ZeroExtend => part >= 16,
            ConvertOp::Promote => true,
            ConvertOp::SignedToFloat => {
                is_short || from == MachineType::I32 && to.size_bytes() == self.plan.lane_bytes
            }
            ConvertOp::UnsignedToFloat => is_short,
            ConvertOp::FloatToSigned | ConvertOp::FloatToUnsigned => from == MachineType::F32,
            ConvertOp::Truncate | ConvertOp::Demote | ConvertOp::Bitcast => false,
        }
    }

    /// An operand of a conversion: in memory, or the lower part of a register.
    fn source(&mut self, turn: Turn, lanes: &Lanes, value: Value, register_bytes: u32) -> Option<Part> {
        match self.in_memory(turn, value) {
            Some(memory) => Some(memory),
            None => Some(Part::UseOf(self.lane(lanes, value)?, register_bytes)),
        }
    }

    pub(super) fn convert(
        &mut self,
        turn: Turn,
        lanes: &Lanes,
        op: ConvertOp,
        value: Value,
        to: MachineType,
    ) -> Option<VReg> {
        let from = self.function.value_type(value);
        if from == MachineType::I1 {
            return self.number_of_truth(lanes, op, value, to);
        }
        match op {
            ConvertOp::Bitcast => self.lane(lanes, value),
            ConvertOp::SignExtend | ConvertOp::ZeroExtend => {
                let is_signed = op == ConvertOp::SignExtend;
                self.widened(turn, lanes, value, is_signed, to.size_bytes())
            }
            ConvertOp::Truncate if to == MachineType::I1 => None,
            ConvertOp::Truncate => {
                let x = self.lane(lanes, value)?;
                self.narrowed(x, from.size_bytes(), to.size_bytes())
            }
            ConvertOp::Promote => {
                let (code, bytes) = opcodes::promote(self.level);
                let source = self.source(turn, lanes, value, bytes)?;
                Some(self.vector(code, vec![source]))
            }
            ConvertOp::Demote => {
                let x = self.lane(lanes, value)?;
                let (code, bytes) = opcodes::demote(self.level);
                Some(self.part(bytes, code, vec![Part::Use(x)]))
            }
            ConvertOp::SignedToFloat => self.signed_to_float(turn, lanes, value, to),
            ConvertOp::UnsignedToFloat => self.unsigned_to_float(turn, lanes, value, to),
            ConvertOp::FloatToSigned => {
                let x = self.as_double(turn, lanes, value)?;
                self.double_to_signed(x)
            }
            ConvertOp::FloatToUnsigned => {
                let x = self.as_double(turn, lanes, value)?;
                self.double_to_unsigned(x)
            }
        }
    }

    // Integers of other sizes.

    fn widened(&mut self, turn: Turn, lanes: &Lanes, value: Value, is_signed: bool, to: u32) -> Option<VReg> {
        let from = self.function.value_type(value).size_bytes();
        let bytes = self.part_bytes(to).max(16);
        let (code, register_bytes) = opcodes::widen(self.level, is_signed, from, to, bytes)?;
        let source = self.source(turn, lanes, value, register_bytes)?;
        Some(self.part(bytes, code, vec![source]))
    }

    /// A register with elements of one size, with larger ones.
    fn widened_register(&mut self, x: VReg, is_signed: bool, from: u32, to: u32) -> Option<VReg> {
        let bytes = self.part_bytes(to).max(16);
        let (code, register_bytes) = opcodes::widen(self.level, is_signed, from, to, bytes)?;
        Some(self.part(bytes, code, vec![Part::UseOf(x, register_bytes)]))
    }

    /// The low bytes of elements.
    pub(super) fn narrowed(&mut self, x: VReg, from: u32, to: u32) -> Option<VReg> {
        if self.level == Level::Avx512 {
            let (code, bytes) = opcodes::narrow(from, to)?;
            return Some(self.part(bytes, code, vec![Part::Use(x)]));
        }
        // In each half the bytes that stay, then the halves beside each other.
        let places = self.bits(places_of_low_bytes(from, to));
        let packed = self.vector(Code::VEX_Vpshufb_ymm_ymm_ymmm256, vec![Part::Use(x), Part::Use(places)]);
        if from / to == 2 {
            let parts = vec![Part::Use(packed), Part::Byte(0b00_00_10_00)];
            return Some(self.vector(Code::VEX_Vpermq_ymm_ymmm256_imm8, parts));
        }
        let parts = vec![Part::Use(packed), Part::Byte(1)];
        let upper = self.part(16, Code::VEX_Vextracti128_xmmm128_ymm_imm8, parts);
        let code = match from / to {
            4 => Code::VEX_Vpunpckldq_xmm_xmm_xmmm128,
            _ => Code::VEX_Vpunpcklwd_xmm_xmm_xmmm128,
        };
        Some(self.part(16, code, vec![Part::UseOf(packed, 16), Part::UseOf(upper, 16)]))
    }

    // Truth values.

    /// Notes the size of a truth value that is made of others: the largest of theirs.
    pub(super) fn note_truth(&mut self, result: Value, operands: &[Value]) -> u32 {
        let sizes = operands.iter().filter_map(|value| self.truth_bytes.get(value).copied());
        let size = sizes.max().unwrap_or(self.plan.lane_bytes);
        if self.function.value_type(result) == MachineType::I1 {
            self.truth_bytes.insert(result, size);
        }
        size
    }

    /// A truth value for elements of that size.
    pub(super) fn truth_in_lanes_of(&mut self, lanes: &Lanes, value: Value, bytes: u32) -> Option<VReg> {
        let x = self.lane(lanes, value)?;
        match self.truth_bytes.get(&value).copied() {
            Some(size) if self.level == Level::Avx2 && size < bytes => {
                self.widened_register(x, true, size, bytes)
            }
            Some(size) if self.level == Level::Avx2 && size > bytes => self.narrowed(x, size, bytes),
            Some(_) | None => Some(x),
        }
    }

    /// The truth values that bytes in memory are.
    pub(super) fn truth_of_bytes(&mut self, result: Value, bytes: VReg) -> Option<VReg> {
        self.truth_bytes.insert(result, 1);
        if self.level == Level::Avx512 {
            let parts = vec![Part::Use(bytes), Part::Use(bytes)];
            return Some(self.truth(Code::EVEX_Vptestmb_kr_k1_zmm_zmmm512, parts));
        }
        // They are 0 or 1.
        self.unary(UnaryOp::Ineg, MachineType::I8, bytes)
    }

    /// The bytes that truth values are in memory.
    pub(super) fn bytes_of_truth(&mut self, lanes: &Lanes, value: Value) -> Option<VReg> {
        self.number_of_truth(lanes, ConvertOp::ZeroExtend, value, MachineType::I8)
    }

    /// Truth values as numbers.
    fn number_of_truth(
        &mut self,
        lanes: &Lanes,
        op: ConvertOp,
        value: Value,
        to: MachineType,
    ) -> Option<VReg> {
        let bytes = to.size_bytes();
        let mask = self.truth_in_lanes_of(lanes, value, bytes)?;
        let number = match op {
            ConvertOp::SignExtend => u64::MAX,
            ConvertOp::ZeroExtend | ConvertOp::UnsignedToFloat => one(to),
            _ => return None,
        };
        let number = self.repeated(number, bytes);
        if self.level == Level::Avx2 {
            return self.bitwise(BinaryOp::And, mask, number);
        }
        let zero = self.bits(0);
        Some(self.blend(bytes, mask, number, zero))
    }

    // Integers to floats.

    fn signed_to_float(&mut self, turn: Turn, lanes: &Lanes, value: Value, to: MachineType) -> Option<VReg> {
        use MachineType::{F32, F64, I8, I16, I32, I64};
        match (self.function.value_type(value), to) {
            (I8 | I16, _) => {
                let x = self.widened(turn, lanes, value, true, 4)?;
                self.ints_to_float(Part::Use(x), x, to)
            }
            (I32, _) if self.in_memory(turn, value).is_some() => {
                let memory = self.in_memory(turn, value)?;
                self.ints_to_float(memory, VReg::invalid(), to)
            }
            (I32, _) => {
                let x = self.lane(lanes, value)?;
                self.ints_to_float(Part::Use(x), x, to)
            }
            (I64, _) if self.short_origin(lanes, value).is_some() => {
                let x = self.short_origin(lanes, value)?;
                self.ints_to_float(Part::Use(x), x, to)
            }
            (I64, F64) => {
                let x = self.lane(lanes, value)?;
                self.words_to_double(x, true)
            }
            (I64, F32) => {
                let x = self.lane(lanes, value)?;
                let (code, bytes) = opcodes::words_to_single(self.level, true)?;
                Some(self.part(bytes, code, vec![Part::Use(x)]))
            }
            _ => None,
        }
    }

    /// Integers of 32 bits with their signs, in memory or a register, as floats.
    fn ints_to_float(&mut self, source: Part, register: VReg, to: MachineType) -> Option<VReg> {
        if to == MachineType::F32 {
            return Some(self.vector(opcodes::ints_to_single(self.level, true)?, vec![source]));
        }
        let (code, bytes) = opcodes::ints_to_double(self.level, true)?;
        let source = if matches!(source, Part::Memory(_)) { source } else { Part::UseOf(register, bytes) };
        Some(self.vector(code, vec![source]))
    }

    /// The integers of 32 bits that integers of 64 bits come from, if they are in a register.
    fn short_origin(&mut self, lanes: &Lanes, value: Value) -> Option<VReg> {
        let inst = self.function.defining_inst(value)?;
        let InstKind::Convert(ConvertOp::SignExtend, origin, _) = self.function.insts[inst].kind else {
            return None;
        };
        let is_short = self.function.value_type(origin) == MachineType::I32;
        if is_short { lanes.get(&origin).copied() } else { None }
    }

    fn unsigned_to_float(
        &mut self,
        turn: Turn,
        lanes: &Lanes,
        value: Value,
        to: MachineType,
    ) -> Option<VReg> {
        use MachineType::{F32, F64, I8, I16, I32, I64};
        match (self.function.value_type(value), to) {
            (I8 | I16, _) => {
                let x = self.widened(turn, lanes, value, false, 4)?;
                self.ints_to_float(Part::Use(x), x, to)
            }
            (I32, F64) => match opcodes::ints_to_double(self.level, false) {
                Some((code, bytes)) => {
                    let x = self.lane(lanes, value)?;
                    Some(self.vector(code, vec![Part::UseOf(x, bytes)]))
                }
                None => {
                    let x = self.widened(turn, lanes, value, false, 8)?;
                    let power = self.bits(TWO_TO_52);
                    let shifted = self.bitwise(BinaryOp::Or, x, power)?;
                    self.simple(BinaryOp::Fsub, F64, shifted, power)
                }
            },
            (I32, F32) => {
                let x = self.lane(lanes, value)?;
                Some(self.vector(opcodes::ints_to_single(self.level, false)?, vec![Part::Use(x)]))
            }
            (I64, F64) => {
                let x = self.lane(lanes, value)?;
                self.words_to_double(x, false)
            }
            (I64, F32) => {
                let x = self.lane(lanes, value)?;
                let (code, bytes) = opcodes::words_to_single(self.level, false)?;
                Some(self.part(bytes, code, vec![Part::Use(x)]))
            }
            _ => None,
        }
    }

    /// Integers of 64 bits as floats. With AVX2 the halves become floats by what their bits mean behind those of a power of two; the sum of the two is rounded once.
    fn words_to_double(&mut self, x: VReg, is_signed: bool) -> Option<VReg> {
        if let Some(code) = opcodes::words_to_double(self.level, is_signed) {
            return Some(self.vector(code, vec![Part::Use(x)]));
        }
        let power = self.bits(TWO_TO_52);
        let parts = vec![Part::Use(power), Part::Use(x), Part::Byte(0b0101_0101)];
        let low = self.vector(Code::VEX_Vpblendd_ymm_ymm_ymmm256_imm8, parts);
        let high = self.shifted(BinaryOp::Ushr, MachineType::I64, x, 32)?;
        // Turning the sign bit adds 2^63, which is taken off again.
        let turned = if is_signed { TWO_TO_84 | 1 << 31 } else { TWO_TO_84 };
        let turned = self.bits(turned);
        let high = self.bitwise(BinaryOp::Xor, high, turned)?;
        let powers = self.bits(if is_signed { BOTH_AND_TWO_TO_63 } else { BOTH });
        let high = self.simple(BinaryOp::Fsub, MachineType::F64, high, powers)?;
        self.simple(BinaryOp::Fadd, MachineType::F64, high, low)
    }

    // Floats to integers.

    fn as_double(&mut self, turn: Turn, lanes: &Lanes, value: Value) -> Option<VReg> {
        if self.function.value_type(value) == MachineType::F64 {
            return self.lane(lanes, value);
        }
        let (code, bytes) = opcodes::promote(self.level);
        let source = self.source(turn, lanes, value, bytes)?;
        Some(self.vector(code, vec![source]))
    }

    /// Towards zero; -2^63 for a nan and what does not fit.
    fn double_to_signed(&mut self, x: VReg) -> Option<VReg> {
        use MachineType::{F64, I64};
        if self.level == Level::Avx512 {
            return Some(self.vector(Code::EVEX_Vcvttpd2qq_zmm_k1z_zmmm512b64_sae, vec![Part::Use(x)]));
        }
        let integral = self.unary(UnaryOp::Ftrunc, F64, x)?;
        // The upper 32 bits as a number, with the sign, and what is left, without one.
        let down = self.bits((1.0_f64 / 4_294_967_296.0).to_bits());
        let up = self.bits(4_294_967_296.0_f64.to_bits());
        let high = self.simple(BinaryOp::Fmul, F64, integral, down)?;
        let high = self.unary(UnaryOp::Ffloor, F64, high)?;
        let taken = self.simple(BinaryOp::Fmul, F64, high, up)?;
        let low = self.simple(BinaryOp::Fsub, F64, integral, taken)?;
        let power = self.bits(TWO_TO_52);
        let low = self.simple(BinaryOp::Fadd, F64, low, power)?;
        let low = self.bitwise(BinaryOp::Xor, low, power)?;
        let ints = self.part(16, Code::VEX_Vcvttpd2dq_xmm_ymmm256, vec![Part::Use(high)]);
        let high = self.widened_register(ints, true, 4, 8)?;
        let high = self.shifted(BinaryOp::Shl, I64, high, 32)?;
        let found = self.bitwise(BinaryOp::Or, high, low)?;
        let magnitude = self.unary(UnaryOp::Fabs, F64, integral)?;
        let limit = self.bits(9_223_372_036_854_775_808.0_f64.to_bits());
        let fits = self.float_compare(FloatCompare::Lt, magnitude, limit)?;
        let least = self.bits(1 << 63);
        Some(self.blend(8, fits, found, least))
    }

    /// What `float_to_unsigned` says.
    fn double_to_unsigned(&mut self, x: VReg) -> Option<VReg> {
        let limit = self.bits(9_223_372_036_854_775_808.0_f64.to_bits());
        let is_large = self.float_compare(FloatCompare::Ge, x, limit)?;
        let less = self.simple(BinaryOp::Fsub, MachineType::F64, x, limit)?;
        let small = self.blend(8, is_large, less, x);
        let found = self.double_to_signed(small)?;
        let (top, zero) = (self.bits(1 << 63), self.bits(0));
        let top = self.blend(8, is_large, top, zero);
        self.bitwise(BinaryOp::Xor, found, top)
    }

    fn float_compare(&mut self, op: FloatCompare, x: VReg, y: VReg) -> Option<VReg> {
        let (code, how) = opcodes::float_compare(self.level, op, MachineType::F64)?;
        Some(self.truth(code, vec![Part::Use(x), Part::Use(y), Part::Byte(how)]))
    }
}

/// Where the low bytes of elements are in 128 bits: one number a byte.
fn places_of_low_bytes(from: u32, to: u32) -> u64 {
    let places = (0..16).filter(|place| place % from < to).take(8);
    places.enumerate().fold(0, |all, (at, place)| all | u64::from(place) << (8 * at))
}

/// The number 1 of a type, as bits.
fn one(ty: MachineType) -> u64 {
    match ty {
        MachineType::F64 => 1.0_f64.to_bits(),
        MachineType::F32 => u64::from(1.0_f32.to_bits()),
        _ => 1,
    }
}
