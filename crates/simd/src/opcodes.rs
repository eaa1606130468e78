//! The instructions that do MIR's operations on vectors, by level.
//!
//! Each row has the instruction of AVX-512 and that of AVX2; `INVALID` where a level has none.

use crate::Level;
use hotloop_mir::{BinaryOp, FloatCompare, IntCompare, MachineType, ReductionOp, TernaryOp, UnaryOp};
use iced_x86::Code;

/// An instruction, if the level has it.
fn of(level: Level, [avx512, avx2]: [Code; 2]) -> Option<Code> {
    let code = match level {
        Level::Avx512 => avx512,
        Level::Avx2 => avx2,
    };
    (code != Code::INVALID).then_some(code)
}

/// `destination, first, second`.
pub(crate) fn binary(level: Level, op: BinaryOp, ty: MachineType) -> Option<Code> {
    use BinaryOp::*;
    use MachineType::*;
    let codes = match (op, ty) {
        (Fadd, F64) => [Code::EVEX_Vaddpd_zmm_k1z_zmm_zmmm512b64_er, Code::VEX_Vaddpd_ymm_ymm_ymmm256],
        (Fadd, F32) => [Code::EVEX_Vaddps_zmm_k1z_zmm_zmmm512b32_er, Code::VEX_Vaddps_ymm_ymm_ymmm256],
        (Fsub, F64) => [Code::EVEX_Vsubpd_zmm_k1z_zmm_zmmm512b64_er, Code::VEX_Vsubpd_ymm_ymm_ymmm256],
        (Fsub, F32) => [Code::EVEX_Vsubps_zmm_k1z_zmm_zmmm512b32_er, Code::VEX_Vsubps_ymm_ymm_ymmm256],
        (Fmul, F64) => [Code::EVEX_Vmulpd_zmm_k1z_zmm_zmmm512b64_er, Code::VEX_Vmulpd_ymm_ymm_ymmm256],
        (Fmul, F32) => [Code::EVEX_Vmulps_zmm_k1z_zmm_zmmm512b32_er, Code::VEX_Vmulps_ymm_ymm_ymmm256],
        (Fdiv, F64) => [Code::EVEX_Vdivpd_zmm_k1z_zmm_zmmm512b64_er, Code::VEX_Vdivpd_ymm_ymm_ymmm256],
        (Fdiv, F32) => [Code::EVEX_Vdivps_zmm_k1z_zmm_zmmm512b32_er, Code::VEX_Vdivps_ymm_ymm_ymmm256],
        (Iadd, I64) => [Code::EVEX_Vpaddq_zmm_k1z_zmm_zmmm512b64, Code::VEX_Vpaddq_ymm_ymm_ymmm256],
        (Iadd, I32) => [Code::EVEX_Vpaddd_zmm_k1z_zmm_zmmm512b32, Code::VEX_Vpaddd_ymm_ymm_ymmm256],
        (Iadd, I16) => [Code::EVEX_Vpaddw_zmm_k1z_zmm_zmmm512, Code::VEX_Vpaddw_ymm_ymm_ymmm256],
        (Iadd, I8) => [Code::EVEX_Vpaddb_zmm_k1z_zmm_zmmm512, Code::VEX_Vpaddb_ymm_ymm_ymmm256],
        (Isub, I64) => [Code::EVEX_Vpsubq_zmm_k1z_zmm_zmmm512b64, Code::VEX_Vpsubq_ymm_ymm_ymmm256],
        (Isub, I32) => [Code::EVEX_Vpsubd_zmm_k1z_zmm_zmmm512b32, Code::VEX_Vpsubd_ymm_ymm_ymmm256],
        (Isub, I16) => [Code::EVEX_Vpsubw_zmm_k1z_zmm_zmmm512, Code::VEX_Vpsubw_ymm_ymm_ymmm256],
        (Isub, I8) => [Code::EVEX_Vpsubb_zmm_k1z_zmm_zmmm512, Code::VEX_Vpsubb_ymm_ymm_ymmm256],
        (Imul, I64) => [Code::EVEX_Vpmullq_zmm_k1z_zmm_zmmm512b64, Code::INVALID],
        (Imul, I32) => [Code::EVEX_Vpmulld_zmm_k1z_zmm_zmmm512b32, Code::VEX_Vpmulld_ymm_ymm_ymmm256],
        (Imul, I16) => [Code::EVEX_Vpmullw_zmm_k1z_zmm_zmmm512, Code::VEX_Vpmullw_ymm_ymm_ymmm256],
        (Smin, I64) => [Code::EVEX_Vpminsq_zmm_k1z_zmm_zmmm512b64, Code::INVALID],
        (Smin, I32) => [Code::EVEX_Vpminsd_zmm_k1z_zmm_zmmm512b32, Code::VEX_Vpminsd_ymm_ymm_ymmm256],
        (Smin, I16) => [Code::EVEX_Vpminsw_zmm_k1z_zmm_zmmm512, Code::VEX_Vpminsw_ymm_ymm_ymmm256],
        (Smin, I8) => [Code::EVEX_Vpminsb_zmm_k1z_zmm_zmmm512, Code::VEX_Vpminsb_ymm_ymm_ymmm256],
        (Smax, I64) => [Code::EVEX_Vpmaxsq_zmm_k1z_zmm_zmmm512b64, Code::INVALID],
        (Smax, I32) => [Code::EVEX_Vpmaxsd_zmm_k1z_zmm_zmmm512b32, Code::VEX_Vpmaxsd_ymm_ymm_ymmm256],
        (Smax, I16) => [Code::EVEX_Vpmaxsw_zmm_k1z_zmm_zmmm512, Code::VEX_Vpmaxsw_ymm_ymm_ymmm256],
        (Smax, I8) => [Code::EVEX_Vpmaxsb_zmm_k1z_zmm_zmmm512, Code::VEX_Vpmaxsb_ymm_ymm_ymmm256],
        (Umin, I64) => [Code::EVEX_Vpminuq_zmm_k1z_zmm_zmmm512b64, Code::INVALID],
        (Umin, I32) => [Code::EVEX_Vpminud_zmm_k1z_zmm_zmmm512b32, Code::VEX_Vpminud_ymm_ymm_ymmm256],
        (Umin, I16) => [Code::EVEX_Vpminuw_zmm_k1z_zmm_zmmm512, Code::VEX_Vpminuw_ymm_ymm_ymmm256],
        (Umin, I8) => [Code::EVEX_Vpminub_zmm_k1z_zmm_zmmm512, Code::VEX_Vpminub_ymm_ymm_ymmm256],
        (Umax, I64) => [Code::EVEX_Vpmaxuq_zmm_k1z_zmm_zmmm512b64, Code::INVALID],
        (Umax, I32) => [Code::EVEX_Vpmaxud_zmm_k1z_zmm_zmmm512b32, Code::VEX_Vpmaxud_ymm_ymm_ymmm256],
        (Umax, I16) => [Code::EVEX_Vpmaxuw_zmm_k1z_zmm_zmmm512, Code::VEX_Vpmaxuw_ymm_ymm_ymmm256],
        (Umax, I8) => [Code::EVEX_Vpmaxub_zmm_k1z_zmm_zmmm512, Code::VEX_Vpmaxub_ymm_ymm_ymmm256],
        (And, I64 | I32 | I16 | I8) => AND,
        (Or, I64 | I32 | I16 | I8) => OR,
        (Xor, I64 | I32 | I16 | I8) => XOR,
        _ => return None,
    };
    of(level, codes)
}

const AND: [Code; 2] = [Code::EVEX_Vpandq_zmm_k1z_zmm_zmmm512b64, Code::VEX_Vpand_ymm_ymm_ymmm256];
const OR: [Code; 2] = [Code::EVEX_Vporq_zmm_k1z_zmm_zmmm512b64, Code::VEX_Vpor_ymm_ymm_ymmm256];
const XOR: [Code; 2] = [Code::EVEX_Vpxorq_zmm_k1z_zmm_zmmm512b64, Code::VEX_Vpxor_ymm_ymm_ymmm256];

/// `destination, first, second`: the first if it is less (or greater), else the second.
pub(crate) fn extreme(level: Level, op: ReductionOp, ty: MachineType) -> Option<Code> {
    use MachineType::*;
    use ReductionOp::*;
    let codes = match (op, ty) {
        (Fmin, F64) => [Code::EVEX_Vminpd_zmm_k1z_zmm_zmmm512b64_sae, Code::VEX_Vminpd_ymm_ymm_ymmm256],
        (Fmin, F32) => [Code::EVEX_Vminps_zmm_k1z_zmm_zmmm512b32_sae, Code::VEX_Vminps_ymm_ymm_ymmm256],
        (Fmax, F64) => [Code::EVEX_Vmaxpd_zmm_k1z_zmm_zmmm512b64_sae, Code::VEX_Vmaxpd_ymm_ymm_ymmm256],
        (Fmax, F32) => [Code::EVEX_Vmaxps_zmm_k1z_zmm_zmmm512b32_sae, Code::VEX_Vmaxps_ymm_ymm_ymmm256],
        _ => return None,
    };
    of(level, codes)
}

/// `a (becomes the result), b, c`, rounded once.
pub(crate) fn fused(level: Level, op: TernaryOp, ty: MachineType) -> Option<Code> {
    use MachineType::*;
    let codes = match (op, ty) {
        (TernaryOp::Fmadd, F64) => {
            [Code::EVEX_Vfmadd213pd_zmm_k1z_zmm_zmmm512b64_er, Code::VEX_Vfmadd213pd_ymm_ymm_ymmm256]
        }
        (TernaryOp::Fmadd, F32) => {
            [Code::EVEX_Vfmadd213ps_zmm_k1z_zmm_zmmm512b32_er, Code::VEX_Vfmadd213ps_ymm_ymm_ymmm256]
        }
        (TernaryOp::Fmsub, F64) => {
            [Code::EVEX_Vfmsub213pd_zmm_k1z_zmm_zmmm512b64_er, Code::VEX_Vfmsub213pd_ymm_ymm_ymmm256]
        }
        (TernaryOp::Fmsub, F32) => {
            [Code::EVEX_Vfmsub213ps_zmm_k1z_zmm_zmmm512b32_er, Code::VEX_Vfmsub213ps_ymm_ymm_ymmm256]
        }
        (TernaryOp::Fnmadd, F64) => {
            [Code::EVEX_Vfnmadd213pd_zmm_k1z_zmm_zmmm512b64_er, Code::VEX_Vfnmadd213pd_ymm_ymm_ymmm256]
        }
        (TernaryOp::Fnmadd, F32) => {
            [Code::EVEX_Vfnmadd213ps_zmm_k1z_zmm_zmmm512b32_er, Code::VEX_Vfnmadd213ps_ymm_ymm_ymmm256]
        }
        _ => return None,
    };
    of(level, codes)
}

/// AVX-512: `destination (less a product), factor, factor`, rounded once.
pub(crate) fn without_product(ty: MachineType) -> Option<Code> {
    match ty {
        MachineType::F64 => Some(Code::EVEX_Vfnmadd231pd_zmm_k1z_zmm_zmmm512b64_er),
        MachineType::F32 => Some(Code::EVEX_Vfnmadd231ps_zmm_k1z_zmm_zmmm512b32_er),
        _ => None,
    }
}

/// AVX-512: `destination, value`: the first 14 bits of the reciprocal.
pub(crate) fn reciprocal(ty: MachineType) -> Option<Code> {
    match ty {
        MachineType::F64 => Some(Code::EVEX_Vrcp14pd_zmm_k1z_zmmm512b64),
        MachineType::F32 => Some(Code::EVEX_Vrcp14ps_zmm_k1z_zmmm512b32),
        _ => None,
    }
}

/// AVX-512: `destination, value`: the first 14 bits of the reciprocal of the root.
pub(crate) fn reciprocal_of_root(ty: MachineType) -> Option<Code> {
    match ty {
        MachineType::F64 => Some(Code::EVEX_Vrsqrt14pd_zmm_k1z_zmmm512b64),
        MachineType::F32 => Some(Code::EVEX_Vrsqrt14ps_zmm_k1z_zmmm512b32),
        _ => None,
    }
}

/// Bit by bit, on vectors of anything.
pub(crate) fn bits(level: Level, op: BinaryOp) -> Option<Code> {
    binary(level, op, MachineType::I64)
}

/// Bit by bit, on mask registers of AVX-512.
pub(crate) fn mask_bits(op: BinaryOp) -> Option<Code> {
    match op {
        BinaryOp::And => Some(Code::VEX_Kandq_kr_kr_kr),
        BinaryOp::Or => Some(Code::VEX_Korq_kr_kr_kr),
        BinaryOp::Xor => Some(Code::VEX_Kxorq_kr_kr_kr),
        _ => None,
    }
}

/// `destination, value, count` with a constant count.
pub(crate) fn shift(level: Level, op: BinaryOp, ty: MachineType) -> Option<Code> {
    use BinaryOp::*;
    use MachineType::*;
    let codes = match (op, ty) {
        (Shl, I64) => [Code::EVEX_Vpsllq_zmm_k1z_zmmm512b64_imm8, Code::VEX_Vpsllq_ymm_ymm_imm8],
        (Shl, I32) => [Code::EVEX_Vpslld_zmm_k1z_zmmm512b32_imm8, Code::VEX_Vpslld_ymm_ymm_imm8],
        (Shl, I16) => [Code::EVEX_Vpsllw_zmm_k1z_zmmm512_imm8, Code::VEX_Vpsllw_ymm_ymm_imm8],
        (Ushr, I64) => [Code::EVEX_Vpsrlq_zmm_k1z_zmmm512b64_imm8, Code::VEX_Vpsrlq_ymm_ymm_imm8],
        (Ushr, I32) => [Code::EVEX_Vpsrld_zmm_k1z_zmmm512b32_imm8, Code::VEX_Vpsrld_ymm_ymm_imm8],
        (Ushr, I16) => [Code::EVEX_Vpsrlw_zmm_k1z_zmmm512_imm8, Code::VEX_Vpsrlw_ymm_ymm_imm8],
        (Sshr, I64) => [Code::EVEX_Vpsraq_zmm_k1z_zmmm512b64_imm8, Code::INVALID],
        (Sshr, I32) => [Code::EVEX_Vpsrad_zmm_k1z_zmmm512b32_imm8, Code::VEX_Vpsrad_ymm_ymm_imm8],
        (Sshr, I16) => [Code::EVEX_Vpsraw_zmm_k1z_zmmm512_imm8, Code::VEX_Vpsraw_ymm_ymm_imm8],
        _ => return None,
    };
    of(level, codes)
}

/// `destination, value`, with a constant that says how for roundings.
pub(crate) fn unary(level: Level, op: UnaryOp, ty: MachineType) -> Option<(Code, Option<u8>)> {
    use MachineType::*;
    let root = match ty {
        F64 => [Code::EVEX_Vsqrtpd_zmm_k1z_zmmm512b64_er, Code::VEX_Vsqrtpd_ymm_ymmm256],
        F32 => [Code::EVEX_Vsqrtps_zmm_k1z_zmmm512b32_er, Code::VEX_Vsqrtps_ymm_ymmm256],
        _ => return None,
    };
    let round = match ty {
        F64 => [Code::EVEX_Vrndscalepd_zmm_k1z_zmmm512b64_imm8_sae, Code::VEX_Vroundpd_ymm_ymmm256_imm8],
        _ => [Code::EVEX_Vrndscaleps_zmm_k1z_zmmm512b32_imm8_sae, Code::VEX_Vroundps_ymm_ymmm256_imm8],
    };
    // To nearest, down, up, towards zero; without the exception for inexact results.
    let (codes, how) = match op {
        UnaryOp::Fsqrt => (root, None),
        UnaryOp::Fnearest => (round, Some(8)),
        UnaryOp::Ffloor => (round, Some(9)),
        UnaryOp::Fceil => (round, Some(10)),
        UnaryOp::Ftrunc => (round, Some(11)),
        UnaryOp::Ineg | UnaryOp::Inot | UnaryOp::Fneg | UnaryOp::Fabs => return None,
    };
    Some((of(level, codes)?, how))
}

/// `mask, first, second` with how they are compared.
pub(crate) fn float_compare(level: Level, op: FloatCompare, ty: MachineType) -> Option<(Code, u8)> {
    let codes = match ty {
        MachineType::F64 => {
            [Code::EVEX_Vcmppd_kr_k1_zmm_zmmm512b64_imm8_sae, Code::VEX_Vcmppd_ymm_ymm_ymmm256_imm8]
        }
        MachineType::F32 => {
            [Code::EVEX_Vcmpps_kr_k1_zmm_zmmm512b32_imm8_sae, Code::VEX_Vcmpps_ymm_ymm_ymmm256_imm8]
        }
        _ => return None,
    };
    // Quiet, and false with a nan but for `ne`.
    let how = match op {
        FloatCompare::Eq => 0x00,
        FloatCompare::Ne => 0x04,
        FloatCompare::Lt => 0x11,
        FloatCompare::Le => 0x12,
        FloatCompare::Ge => 0x1d,
        FloatCompare::Gt => 0x1e,
    };
    Some((of(level, codes)?, how))
}

/// AVX-512: `mask, first, second` with how they are compared.
pub(crate) fn int_compare(op: IntCompare, ty: MachineType) -> Option<(Code, u8)> {
    use IntCompare::*;
    let is_unsigned = matches!(op, Ult | Ule | Ugt | Uge);
    let code = match (ty, is_unsigned) {
        (MachineType::I64, false) => Code::EVEX_Vpcmpq_kr_k1_zmm_zmmm512b64_imm8,
        (MachineType::I32, false) => Code::EVEX_Vpcmpd_kr_k1_zmm_zmmm512b32_imm8,
        (MachineType::I16, false) => Code::EVEX_Vpcmpw_kr_k1_zmm_zmmm512_imm8,
        (MachineType::I8, false) => Code::EVEX_Vpcmpb_kr_k1_zmm_zmmm512_imm8,
        (MachineType::I64, true) => Code::EVEX_Vpcmpuq_kr_k1_zmm_zmmm512b64_imm8,
        (MachineType::I32, true) => Code::EVEX_Vpcmpud_kr_k1_zmm_zmmm512b32_imm8,
        (MachineType::I16, true) => Code::EVEX_Vpcmpuw_kr_k1_zmm_zmmm512_imm8,
        (MachineType::I8, true) => Code::EVEX_Vpcmpub_kr_k1_zmm_zmmm512_imm8,
        _ => return None,
    };
    let how = match op {
        Eq => 0,
        Slt | Ult => 1,
        Sle | Ule => 2,
        Ne => 4,
        Sge | Uge => 5,
        Sgt | Ugt => 6,
    };
    Some((code, how))
}

/// AVX2: `mask, first, second`: whether they are equal, and whether the first is greater, signed.
pub(crate) fn equal_and_greater(ty: MachineType) -> Option<[Code; 2]> {
    match ty {
        MachineType::I64 => Some([Code::VEX_Vpcmpeqq_ymm_ymm_ymmm256, Code::VEX_Vpcmpgtq_ymm_ymm_ymmm256]),
        MachineType::I32 => Some([Code::VEX_Vpcmpeqd_ymm_ymm_ymmm256, Code::VEX_Vpcmpgtd_ymm_ymm_ymmm256]),
        MachineType::I16 => Some([Code::VEX_Vpcmpeqw_ymm_ymm_ymmm256, Code::VEX_Vpcmpgtw_ymm_ymm_ymmm256]),
        MachineType::I8 => Some([Code::VEX_Vpcmpeqb_ymm_ymm_ymmm256, Code::VEX_Vpcmpgtb_ymm_ymm_ymmm256]),
        _ => None,
    }
}

/// AVX-512: `destination, where not set, where set` under a mask.
pub(crate) fn blend(lane_bytes: u32) -> Code {
    match lane_bytes {
        1 => Code::EVEX_Vpblendmb_zmm_k1z_zmm_zmmm512,
        2 => Code::EVEX_Vpblendmw_zmm_k1z_zmm_zmmm512,
        4 => Code::EVEX_Vpblendmd_zmm_k1z_zmm_zmmm512b32,
        _ => Code::EVEX_Vpblendmq_zmm_k1z_zmm_zmmm512b64,
    }
}

/// `destination, memory`: elements of a size, so many bytes of them.
pub(crate) fn load(level: Level, size_bytes: u32, bytes: u32, is_masked: bool) -> Code {
    if level == Level::Avx2 {
        return match bytes {
            4 => Code::VEX_Vmovd_xmm_rm32,
            8 => Code::VEX_Vmovq_xmm_xmmm64,
            16 => Code::VEX_Vmovdqu_xmm_xmmm128,
            _ => Code::VEX_Vmovdqu_ymm_ymmm256,
        };
    }
    match (bytes, size_bytes) {
        (8, _) if !is_masked => Code::EVEX_Vmovq_xmm_xmmm64,
        (8 | 16, 1) => Code::EVEX_Vmovdqu8_xmm_k1z_xmmm128,
        (8 | 16, _) => Code::EVEX_Vmovdqu16_xmm_k1z_xmmm128,
        (32, 1) => Code::EVEX_Vmovdqu8_ymm_k1z_ymmm256,
        (32, 2) => Code::EVEX_Vmovdqu16_ymm_k1z_ymmm256,
        (32, _) => Code::EVEX_Vmovdqu32_ymm_k1z_ymmm256,
        (_, 1) => Code::EVEX_Vmovdqu8_zmm_k1z_zmmm512,
        (_, 2) => Code::EVEX_Vmovdqu16_zmm_k1z_zmmm512,
        (_, 4) => Code::EVEX_Vmovdqu32_zmm_k1z_zmmm512,
        _ => Code::EVEX_Vmovdqu64_zmm_k1z_zmmm512,
    }
}

/// `memory, source`: elements of a size, so many bytes of them.
pub(crate) fn store(level: Level, size_bytes: u32, bytes: u32, is_masked: bool) -> Code {
    if level == Level::Avx2 {
        return match bytes {
            4 => Code::VEX_Vmovd_rm32_xmm,
            8 => Code::VEX_Vmovq_xmmm64_xmm,
            16 => Code::VEX_Vmovdqu_xmmm128_xmm,
            _ => Code::VEX_Vmovdqu_ymmm256_ymm,
        };
    }
    match (bytes, size_bytes) {
        (8, _) if !is_masked => Code::EVEX_Vmovq_xmmm64_xmm,
        (8 | 16, 1) => Code::EVEX_Vmovdqu8_xmmm128_k1z_xmm,
        (8 | 16, _) => Code::EVEX_Vmovdqu16_xmmm128_k1z_xmm,
        (32, 1) => Code::EVEX_Vmovdqu8_ymmm256_k1z_ymm,
        (32, 2) => Code::EVEX_Vmovdqu16_ymmm256_k1z_ymm,
        (32, _) => Code::EVEX_Vmovdqu32_ymmm256_k1z_ymm,
        (_, 1) => Code::EVEX_Vmovdqu8_zmmm512_k1z_zmm,
        (_, 2) => Code::EVEX_Vmovdqu16_zmmm512_k1z_zmm,
        (_, 4) => Code::EVEX_Vmovdqu32_zmmm512_k1z_zmm,
        _ => Code::EVEX_Vmovdqu64_zmmm512_k1z_zmm,
    }
}

/// AVX2: `destination, mask, memory`: elements of a size, so many bytes of them, and 0 where the mask is not set.
pub(crate) fn load_under(size_bytes: u32, bytes: u32) -> Option<Code> {
    match (size_bytes, bytes) {
        (4, 16) => Some(Code::VEX_Vpmaskmovd_xmm_xmm_m128),
        (4, 32) => Some(Code::VEX_Vpmaskmovd_ymm_ymm_m256),
        (8, 32) => Some(Code::VEX_Vpmaskmovq_ymm_ymm_m256),
        _ => None,
    }
}

/// AVX2: `memory, mask, source`: elements of a size, so many bytes of them.
pub(crate) fn store_under(size_bytes: u32, bytes: u32) -> Option<Code> {
    match (size_bytes, bytes) {
        (4, 16) => Some(Code::VEX_Vpmaskmovd_m128_xmm_xmm),
        (4, 32) => Some(Code::VEX_Vpmaskmovd_m256_ymm_ymm),
        (8, 32) => Some(Code::VEX_Vpmaskmovq_m256_ymm_ymm),
        _ => None,
    }
}

/// AVX-512: `mask, first, second`: both, of so many lanes; what is above is 0.
pub(crate) fn and_of_masks(lane_count: u32) -> Code {
    match lane_count {
        8 => Code::VEX_Kandb_kr_kr_kr,
        16 => Code::VEX_Kandw_kr_kr_kr,
        32 => Code::VEX_Kandd_kr_kr_kr,
        _ => Code::VEX_Kandq_kr_kr_kr,
    }
}

/// `destination, memory`: an element into all lanes.
pub(crate) fn broadcast(level: Level, lane_bytes: u32) -> Code {
    let codes = match lane_bytes {
        1 => [Code::EVEX_Vpbroadcastb_zmm_k1z_xmmm8, Code::VEX_Vpbroadcastb_ymm_xmmm8],
        2 => [Code::EVEX_Vpbroadcastw_zmm_k1z_xmmm16, Code::VEX_Vpbroadcastw_ymm_xmmm16],
        4 => [Code::EVEX_Vpbroadcastd_zmm_k1z_xmmm32, Code::VEX_Vpbroadcastd_ymm_xmmm32],
        _ => [Code::EVEX_Vpbroadcastq_zmm_k1z_xmmm64, Code::VEX_Vpbroadcastq_ymm_xmmm64],
    };
    of(level, codes).expect("both levels have it")
}

/// `destination, value, counts`. A count of more than there are bits gives what MIR says.
pub(crate) fn shift_by_vector(level: Level, op: BinaryOp, ty: MachineType) -> Option<Code> {
    use BinaryOp::*;
    use MachineType::*;
    let codes = match (op, ty) {
        (Shl, I64) => [Code::EVEX_Vpsllvq_zmm_k1z_zmm_zmmm512b64, Code::VEX_Vpsllvq_ymm_ymm_ymmm256],
        (Shl, I32) => [Code::EVEX_Vpsllvd_zmm_k1z_zmm_zmmm512b32, Code::VEX_Vpsllvd_ymm_ymm_ymmm256],
        (Shl, I16) => [Code::EVEX_Vpsllvw_zmm_k1z_zmm_zmmm512, Code::INVALID],
        (Ushr, I64) => [Code::EVEX_Vpsrlvq_zmm_k1z_zmm_zmmm512b64, Code::VEX_Vpsrlvq_ymm_ymm_ymmm256],
        (Ushr, I32) => [Code::EVEX_Vpsrlvd_zmm_k1z_zmm_zmmm512b32, Code::VEX_Vpsrlvd_ymm_ymm_ymmm256],
        (Ushr, I16) => [Code::EVEX_Vpsrlvw_zmm_k1z_zmm_zmmm512, Code::INVALID],
        (Sshr, I64) => [Code::EVEX_Vpsravq_zmm_k1z_zmm_zmmm512b64, Code::INVALID],
        (Sshr, I32) => [Code::EVEX_Vpsravd_zmm_k1z_zmm_zmmm512b32, Code::VEX_Vpsravd_ymm_ymm_ymmm256],
        (Sshr, I16) => [Code::EVEX_Vpsravw_zmm_k1z_zmm_zmmm512, Code::INVALID],
        _ => return None,
    };
    of(level, codes)
}

/// AVX-512: `mask, general register`, of which as many bits count as there are lanes.
pub(crate) fn mask_of_general(lane_count: u32) -> Code {
    match lane_count {
        8 => Code::VEX_Kmovb_kr_r32,
        16 => Code::VEX_Kmovw_kr_r32,
        32 => Code::VEX_Kmovd_kr_r32,
        _ => Code::VEX_Kmovq_kr_r64,
    }
}

/// AVX-512: tests masks with as many lanes; carry if all are set in one of the two.
pub(crate) fn test_masks(lane_count: u32) -> Code {
    match lane_count {
        8 => Code::VEX_Kortestb_kr_kr,
        16 => Code::VEX_Kortestw_kr_kr,
        32 => Code::VEX_Kortestd_kr_kr,
        _ => Code::VEX_Kortestq_kr_kr,
    }
}

/// `destination, source`: integers as larger ones, so many bytes of them; and the bytes of the source's register.
pub(crate) fn widen(level: Level, is_signed: bool, from: u32, to: u32, bytes: u32) -> Option<(Code, u32)> {
    let codes = match (from, to, is_signed) {
        (1, 2, true) => [
            [Code::EVEX_Vpmovsxbw_zmm_k1z_ymmm256, Code::INVALID],
            [Code::EVEX_Vpmovsxbw_ymm_k1z_xmmm128, Code::VEX_Vpmovsxbw_ymm_xmmm128],
            [Code::EVEX_Vpmovsxbw_xmm_k1z_xmmm64, Code::VEX_Vpmovsxbw_xmm_xmmm64],
        ],
        (1, 4, true) => [
            [Code::EVEX_Vpmovsxbd_zmm_k1z_xmmm128, Code::INVALID],
            [Code::EVEX_Vpmovsxbd_ymm_k1z_xmmm64, Code::VEX_Vpmovsxbd_ymm_xmmm64],
            [Code::EVEX_Vpmovsxbd_xmm_k1z_xmmm32, Code::VEX_Vpmovsxbd_xmm_xmmm32],
        ],
        (1, 8, true) => [
            [Code::EVEX_Vpmovsxbq_zmm_k1z_xmmm64, Code::INVALID],
            [Code::EVEX_Vpmovsxbq_ymm_k1z_xmmm32, Code::VEX_Vpmovsxbq_ymm_xmmm32],
            [Code::EVEX_Vpmovsxbq_xmm_k1z_xmmm16, Code::VEX_Vpmovsxbq_xmm_xmmm16],
        ],
        (2, 4, true) => [
            [Code::EVEX_Vpmovsxwd_zmm_k1z_ymmm256, Code::INVALID],
            [Code::EVEX_Vpmovsxwd_ymm_k1z_xmmm128, Code::VEX_Vpmovsxwd_ymm_xmmm128],
            [Code::EVEX_Vpmovsxwd_xmm_k1z_xmmm64, Code::VEX_Vpmovsxwd_xmm_xmmm64],
        ],
        (2, 8, true) => [
            [Code::EVEX_Vpmovsxwq_zmm_k1z_xmmm128, Code::INVALID],
            [Code::EVEX_Vpmovsxwq_ymm_k1z_xmmm64, Code::VEX_Vpmovsxwq_ymm_xmmm64],
            [Code::EVEX_Vpmovsxwq_xmm_k1z_xmmm32, Code::VEX_Vpmovsxwq_xmm_xmmm32],
        ],
        (4, 8, true) => [
            [Code::EVEX_Vpmovsxdq_zmm_k1z_ymmm256, Code::INVALID],
            [Code::EVEX_Vpmovsxdq_ymm_k1z_xmmm128, Code::VEX_Vpmovsxdq_ymm_xmmm128],
            [Code::EVEX_Vpmovsxdq_xmm_k1z_xmmm64, Code::VEX_Vpmovsxdq_xmm_xmmm64],
        ],
        (1, 2, false) => [
            [Code::EVEX_Vpmovzxbw_zmm_k1z_ymmm256, Code::INVALID],
            [Code::EVEX_Vpmovzxbw_ymm_k1z_xmmm128, Code::VEX_Vpmovzxbw_ymm_xmmm128],
            [Code::EVEX_Vpmovzxbw_xmm_k1z_xmmm64, Code::VEX_Vpmovzxbw_xmm_xmmm64],
        ],
        (1, 4, false) => [
            [Code::EVEX_Vpmovzxbd_zmm_k1z_xmmm128, Code::INVALID],
            [Code::EVEX_Vpmovzxbd_ymm_k1z_xmmm64, Code::VEX_Vpmovzxbd_ymm_xmmm64],
            [Code::EVEX_Vpmovzxbd_xmm_k1z_xmmm32, Code::VEX_Vpmovzxbd_xmm_xmmm32],
        ],
        (1, 8, false) => [
            [Code::EVEX_Vpmovzxbq_zmm_k1z_xmmm64, Code::INVALID],
            [Code::EVEX_Vpmovzxbq_ymm_k1z_xmmm32, Code::VEX_Vpmovzxbq_ymm_xmmm32],
            [Code::EVEX_Vpmovzxbq_xmm_k1z_xmmm16, Code::VEX_Vpmovzxbq_xmm_xmmm16],
        ],
        (2, 4, false) => [
            [Code::EVEX_Vpmovzxwd_zmm_k1z_ymmm256, Code::INVALID],
            [Code::EVEX_Vpmovzxwd_ymm_k1z_xmmm128, Code::VEX_Vpmovzxwd_ymm_xmmm128],
            [Code::EVEX_Vpmovzxwd_xmm_k1z_xmmm64, Code::VEX_Vpmovzxwd_xmm_xmmm64],
        ],
        (2, 8, false) => [
            [Code::EVEX_Vpmovzxwq_zmm_k1z_xmmm128, Code::INVALID],
            [Code::EVEX_Vpmovzxwq_ymm_k1z_xmmm64, Code::VEX_Vpmovzxwq_ymm_xmmm64],
            [Code::EVEX_Vpmovzxwq_xmm_k1z_xmmm32, Code::VEX_Vpmovzxwq_xmm_xmmm32],
        ],
        (4, 8, false) => [
            [Code::EVEX_Vpmovzxdq_zmm_k1z_ymmm256, Code::INVALID],
            [Code::EVEX_Vpmovzxdq_ymm_k1z_xmmm128, Code::VEX_Vpmovzxdq_ymm_xmmm128],
            [Code::EVEX_Vpmovzxdq_xmm_k1z_xmmm64, Code::VEX_Vpmovzxdq_xmm_xmmm64],
        ],
        _ => return None,
    };
    let row = match bytes {
        64 => codes[0],
        32 => codes[1],
        _ => codes[2],
    };
    Some((of(level, row)?, (bytes * from / to).max(16)))
}

/// AVX-512: `destination, source`: the low bytes of integers; and the bytes of the destination's register.
pub(crate) fn narrow(from: u32, to: u32) -> Option<(Code, u32)> {
    match (from, to) {
        (8, 4) => Some((Code::EVEX_Vpmovqd_ymmm256_k1z_zmm, 32)),
        (8, 2) => Some((Code::EVEX_Vpmovqw_xmmm128_k1z_zmm, 16)),
        (8, 1) => Some((Code::EVEX_Vpmovqb_xmmm64_k1z_zmm, 16)),
        (4, 2) => Some((Code::EVEX_Vpmovdw_ymmm256_k1z_zmm, 32)),
        (4, 1) => Some((Code::EVEX_Vpmovdb_xmmm128_k1z_zmm, 16)),
        (2, 1) => Some((Code::EVEX_Vpmovwb_ymmm256_k1z_zmm, 32)),
        _ => None,
    }
}

/// `destination, source`: `f32` to `f64`, and the bytes of the source's register.
pub(crate) fn promote(level: Level) -> (Code, u32) {
    match level {
        Level::Avx512 => (Code::EVEX_Vcvtps2pd_zmm_k1z_ymmm256b32_sae, 32),
        Level::Avx2 => (Code::VEX_Vcvtps2pd_ymm_xmmm128, 16),
    }
}

/// `destination, source`: `f64` to `f32`, and the bytes of the destination's register.
pub(crate) fn demote(level: Level) -> (Code, u32) {
    match level {
        Level::Avx512 => (Code::EVEX_Vcvtpd2ps_ymm_k1z_zmmm512b64_er, 32),
        Level::Avx2 => (Code::VEX_Vcvtpd2ps_xmm_ymmm256, 16),
    }
}

/// `destination, source`: 32-bit integers to `f32`.
pub(crate) fn ints_to_single(level: Level, is_signed: bool) -> Option<Code> {
    let codes = match is_signed {
        true => [Code::EVEX_Vcvtdq2ps_zmm_k1z_zmmm512b32_er, Code::VEX_Vcvtdq2ps_ymm_ymmm256],
        false => [Code::EVEX_Vcvtudq2ps_zmm_k1z_zmmm512b32_er, Code::INVALID],
    };
    of(level, codes)
}

/// `destination, source`: 32-bit integers to `f64`, and the bytes of the source's register.
pub(crate) fn ints_to_double(level: Level, is_signed: bool) -> Option<(Code, u32)> {
    let codes = match is_signed {
        true => [Code::EVEX_Vcvtdq2pd_zmm_k1z_ymmm256b32_er, Code::VEX_Vcvtdq2pd_ymm_xmmm128],
        false => [Code::EVEX_Vcvtudq2pd_zmm_k1z_ymmm256b32_er, Code::INVALID],
    };
    Some((of(level, codes)?, level.vector_bytes() / 2))
}

/// `destination, source`: 64-bit integers to `f64`.
pub(crate) fn words_to_double(level: Level, is_signed: bool) -> Option<Code> {
    let codes = match is_signed {
        true => [Code::EVEX_Vcvtqq2pd_zmm_k1z_zmmm512b64_er, Code::INVALID],
        false => [Code::EVEX_Vcvtuqq2pd_zmm_k1z_zmmm512b64_er, Code::INVALID],
    };
    of(level, codes)
}

/// `destination, source`: 64-bit integers to `f32`, and the bytes of the destination's register.
pub(crate) fn words_to_single(level: Level, is_signed: bool) -> Option<(Code, u32)> {
    let codes = match is_signed {
        true => [Code::EVEX_Vcvtqq2ps_ymm_k1z_zmmm512b64_er, Code::INVALID],
        false => [Code::EVEX_Vcvtuqq2ps_ymm_k1z_zmmm512b64_er, Code::INVALID],
    };
    Some((of(level, codes)?, 32))
}

/// AVX-512: `destination, numbers, source`: the elements of those numbers.
pub(crate) fn permute(size_bytes: u32) -> Code {
    match size_bytes {
        2 => Code::EVEX_Vpermw_zmm_k1z_zmm_zmmm512,
        4 => Code::EVEX_Vpermd_zmm_k1z_zmm_zmmm512b32,
        _ => Code::EVEX_Vpermq_zmm_k1z_zmm_zmmm512b64,
    }
}

/// AVX-512: `first (becomes the result), numbers, second`: the elements of those numbers, where the second's are counted on from the first's.
pub(crate) fn permute_two(size_bytes: u32) -> Code {
    match size_bytes {
        2 => Code::EVEX_Vpermt2w_zmm_k1z_zmm_zmmm512,
        4 => Code::EVEX_Vpermt2d_zmm_k1z_zmm_zmmm512b32,
        _ => Code::EVEX_Vpermt2q_zmm_k1z_zmm_zmmm512b64,
    }
}

/// `destination, source, numbers`: within each part of 128 bits, the bytes of those numbers, or 0.
pub(crate) fn shuffle_bytes(level: Level) -> Code {
    let codes = [Code::EVEX_Vpshufb_zmm_k1z_zmm_zmmm512, Code::VEX_Vpshufb_ymm_ymm_ymmm256];
    of(level, codes).expect("both levels have it")
}

/// `destination, memory`: 128 bits over and over.
pub(crate) fn broadcast_part(level: Level) -> Code {
    let codes = [Code::EVEX_Vbroadcasti32x4_zmm_k1z_m128, Code::VEX_Vbroadcasti128_ymm_m128];
    of(level, codes).expect("both levels have it")
}
