//! Machine code for vector loops, in the wide vectors of x86-64: 256 bits with AVX2, 512 bits with AVX-512.
//!
//! This crate knows the vector loops of MIR (see `hotloop_mir::VectorPlan`) and nothing else: no Cranelift, no objects. It gives the bytes of a function
//! that runs some iterations of a loop, and says which arguments that function takes; whoever has a place for code puts it there and calls it.
//! Instructions are chosen here, registers are allocated by `regalloc2`, and `iced-x86` encodes.
//!
//! ```
//! use hotloop_mir::{Block, VectorPlan, WideVectors, parse_function};
//! use hotloop_simd::Level;
//! use hotloop_mir::VectorArgument::{Count, Input};
//! use hotloop_mir::VectorInput::Address;
//!
//! let function = parse_function(
//!     "fn @twice(v0: ptr, v1: i64) vectorised {
//!          region0 = argument 0
//!      bb0:
//!          v2 = iconst 0
//!          v3 = iconst 1
//!          v4 = iconst 8
//!          jump bb1(v2)
//!      bb1(v5: i64) vector v5 below v1:
//!          v6 = imul v5, v4
//!          v7 = ptr_add v0, v6
//!          v8 = load.f64 v7, region0
//!          v9 = fadd v8, v8
//!          store v9, v7, region0
//!          v10 = iadd v5, v3
//!          v11 = icmp slt v10, v1
//!          branch v11, bb1(v10), bb2
//!      bb2:
//!          return
//!      }",
//! )
//! .unwrap();
//! let header = function.layout[1];
//! let plan = VectorPlan::new(&function, header).unwrap();
//! let code = Level::Avx512.compile(&function, &plan).unwrap();
//! assert_eq!(code.vector_bytes, 64);
//! assert!(matches!(code.arguments[..], [Count, Input(Address(_))]));
//! assert!(code.bytes.contains(&0xc3)); // ret
//! ```

mod allocate;
mod code;
mod emit;
mod nest;
mod opcodes;
mod select;

use hotloop_mir::{
    BinaryOp, Function, Inst, InstKind, NestPlan, UnaryOp, VectorCode, VectorPlan, WideVectors,
};

/// Which vectors a processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// 256 bits, 16 registers, no masks: AVX2 with FMA.
    Avx2,
    /// 512 bits, 32 registers and masks: AVX-512 with the extensions BW, DQ and VL, as x86-64-v4 has them.
    Avx512,
}

/// The vectors that one iteration of the main loop works on at first; halved while values do not fit into registers.
const MOST_VECTORS: usize = 4;
/// Above so many instructions in lanes fewer vectors are worked on in one turn.
const MANY_INSTS: usize = 32;
/// With so many instructions in lanes at most, a loop that collects something works on more.
const FEW_INSTS: usize = 8;

/// What a call costs, in instructions of a loop that runs one by one.
const CALL_INSTS: usize = 16;

impl Level {
    /// The level of a processor with these features, named as Cranelift names them (`has_avx2`); `None` if it has less.
    pub fn of_features(has: impl Fn(&str) -> bool) -> Option<Self> {
        let has_all = |names: &[&str]| names.iter().all(|name| has(name));
        // Cranelift has no name for BW, and its x86-64-v4 does not name F; every processor with both DQ and VL has them, as x86-64-v4 asks for.
        if has_all(&["has_avx512dq", "has_avx512vl", "has_bmi2"]) {
            Some(Self::Avx512)
        } else if has_all(&["has_avx", "has_avx2", "has_fma"]) {
            Some(Self::Avx2)
        } else {
            None
        }
    }

    /// Who makes code of this level, to be named by a target.
    pub fn vectors(self) -> &'static dyn WideVectors {
        match self {
            Self::Avx2 => &Self::Avx2,
            Self::Avx512 => &Self::Avx512,
        }
    }

    /// How many vectors a turn works on at first. Where accumulators wait for each other, more of them hide the wait.
    fn most_vectors(self, plan: &VectorPlan<'_>) -> usize {
        let lane_count = self.vector_bytes() / plan.lane_bytes;
        if !plan.callees.is_empty() {
            1
        } else if plan.lanes.len() > MANY_INSTS {
            MOST_VECTORS / 2
        } else if !plan.vector.accumulators.is_empty() && plan.lanes.len() <= FEW_INSTS && lane_count <= 16 {
            2 * MOST_VECTORS
        } else {
            MOST_VECTORS
        }
    }

    /// From how many iterations on a call takes less time than the loop as it stands. Without masks, one vector has to be full.
    fn least(self, function: &Function, plan: &VectorPlan<'_>) -> i64 {
        let lanes = i64::from(self.vector_bytes() / plan.lane_bytes);
        let insts: usize = plan.lanes.iter().map(|inst| slots(&function.insts[*inst].kind)).sum();
        let pays = CALL_INSTS.div_ceil(insts.max(1)) as i64;
        let full = self.multiple(plan);
        pays.clamp(full.max(2), 2 * lanes)
    }

    /// The iterations are a multiple of this: with masks they need not fill vectors.
    fn multiple(self, plan: &VectorPlan<'_>) -> i64 {
        match self {
            Self::Avx512 if !plan.loads_recent => 1,
            Self::Avx512 | Self::Avx2 => i64::from(self.vector_bytes() / plan.lane_bytes),
        }
    }

    /// The bytes of a vector.
    pub const fn vector_bytes(self) -> u32 {
        match self {
            Self::Avx2 => 32,
            Self::Avx512 => 64,
        }
    }
}

/// What an instruction costs in a loop that runs one by one, in simple ones.
fn slots(kind: &InstKind) -> usize {
    match kind {
        InstKind::Unary(UnaryOp::Fsqrt, _) | InstKind::Binary(BinaryOp::Fdiv, ..) => 8,
        // A jump, which may be guessed wrong.
        InstKind::When { .. } => 4,
        InstKind::Select { .. } | InstKind::Check { .. } | InstKind::CheckBounds { .. } => 2,
        InstKind::Const(_)
        | InstKind::Unary(..)
        | InstKind::Binary(..)
        | InstKind::Ternary(..)
        | InstKind::IntCompare(..)
        | InstKind::FloatCompare(..)
        | InstKind::Convert(..)
        | InstKind::PtrAdd { .. }
        | InstKind::Load { .. }
        | InstKind::Store { .. }
        | InstKind::SlotAddress(_)
        | InstKind::Data(_)
        | InstKind::Call { .. }
        | InstKind::CallRuntime { .. }
        | InstKind::FunctionAddress(_)
        | InstKind::Safepoint
        | InstKind::CheckStack
        | InstKind::ErrorIs(_)
        | InstKind::Catch => 1,
    }
}

impl Level {
    /// The code for a planned block in vectors of this level.
    fn code(self, function: &Function, plan: &VectorPlan<'_>) -> Option<VectorCode> {
        let mut unroll = self.most_vectors(plan);
        loop {
            let selected = select::select(self, function, plan, unroll)?;
            let allocated = allocate::allocate(self, &selected.code)?;
            if allocated.num_spillslots > 0 && unroll > 1 {
                unroll /= 2;
                continue;
            }
            let emit::Emitted { bytes, code_bytes, places } = emit::emit(self, &selected.code, &allocated)?;
            let lane_count = self.vector_bytes() / plan.lane_bytes;
            return Some(VectorCode {
                bytes,
                code_bytes,
                arguments: selected.arguments,
                inputs: selected.inputs,
                keeps_registers: emit::keeps_registers(self, &selected.code),
                least: self.least(function, plan),
                multiple: self.multiple(plan),
                vector_bytes: self.vector_bytes(),
                lanes: lane_count,
                unroll: unroll as u32,
                places,
                may_stop: plan.has_checks || plan.has_float_extremes(),
                leaves_one: selected.leaves_one,
            });
        }
    }
}

impl WideVectors for Level {
    fn compile(&self, function: &Function, plan: &VectorPlan<'_>) -> Option<VectorCode> {
        // While vectors of 512 bits are under way, the functions that are called have one unit less for their floats.
        let narrower = Some(Self::Avx2).filter(|_| !plan.callees.is_empty());
        narrower.and_then(|level| level.code(function, plan)).or_else(|| self.code(function, plan))
    }

    fn missing(&self, function: &Function, plan: &VectorPlan<'_>) -> Option<Inst> {
        select::missing(*self, function, plan)
    }

    fn compile_nest(&self, function: &Function, plan: &NestPlan<'_>) -> Option<VectorCode> {
        if *self != Self::Avx512 {
            return None;
        }
        let mut unroll = MOST_VECTORS;
        loop {
            let selected = nest::select(function, plan, unroll)?;
            let allocated = allocate::allocate(*self, &selected.code)?;
            if allocate::spills_vectors(&allocated) && unroll > 1 {
                unroll /= 2;
                continue;
            }
            let emit::Emitted { bytes, code_bytes, places } = emit::emit(*self, &selected.code, &allocated)?;
            let lanes = self.vector_bytes() / plan.lane_bytes;
            return Some(VectorCode {
                bytes,
                code_bytes,
                arguments: selected.arguments,
                inputs: selected.inputs,
                keeps_registers: emit::keeps_registers(*self, &selected.code),
                least: i64::from(lanes / 2),
                multiple: 1,
                vector_bytes: self.vector_bytes(),
                lanes,
                unroll: unroll as u32,
                places,
                may_stop: true,
                leaves_one: false,
            });
        }
    }
}
