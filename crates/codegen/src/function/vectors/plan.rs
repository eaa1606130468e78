//! What of a vector loop is computed once for all iterations that run at once, and what for each.
//!
//! Addresses are computed once: those of the first iteration, since the others' elements lie behind its. Everything that is stored or collected is
//! computed for each, in the lanes of vectors; what does not change in the loop is put into all lanes in front of it.

use hotloop_mir::{
    BinaryOp, Block, Constant, ConvertOp, Function, Inst, InstKind, IntCompare, MachineType, ReductionOp,
    Terminator, UnaryOp, Value, VectorLoop,
};
use rustc_hash::FxHashSet;

/// The bytes of a vector.
const VECTOR_BYTES: u32 = 16;
/// Vectors that are worked on in one turn at most.
const MOST_VECTORS: usize = 4;
/// Above so many instructions in lanes fewer vectors are worked on in one turn.
const MANY_INSTS: usize = 24;

/// How a vector loop is computed.
pub(super) struct Plan<'a> {
    pub(super) vector: &'a VectorLoop,
    /// The bytes of an element: all have the same size.
    pub(super) lane_bytes: u32,
    /// The vectors that are worked on in one turn.
    pub(super) unroll: usize,
    /// The instructions that compute addresses, in order.
    pub(super) scalars: Vec<Inst>,
    /// The instructions that are computed in lanes, in order.
    pub(super) lanes: Vec<Inst>,
    /// The loads of what does not change in the loop, among `lanes`.
    pub(super) uniform_loads: FxHashSet<Inst>,
    /// What does not change in the loop and is needed in lanes.
    pub(super) splats: Vec<Value>,
    /// The values that are another one in every iteration.
    pub(super) moving: FxHashSet<Value>,
    /// What each accumulator gets from the end of an iteration.
    pub(super) collected: Vec<Value>,
}

impl<'a> Plan<'a> {
    /// The plan for a marked block; `None` if something in it is not done in lanes.
    pub(super) fn new(function: &'a Function, block: Block) -> Option<Self> {
        let data = &function.blocks[block];
        let vector = data.vector.as_ref()?;
        let mut finder = Finder::new(function, block, vector);
        let collected = finder.collected()?;
        finder.walk(&collected)?;
        let lanes = finder.in_order(&finder.lanes);
        let splats: Vec<Value> = finder.splats.iter().copied().collect();
        let lane_bytes = finder.lane_bytes(&lanes, &splats)?;
        let unroll = if lanes.len() > MANY_INSTS { MOST_VECTORS / 2 } else { MOST_VECTORS };
        // A turn takes 32 elements at most, so that short loops have some.
        let unroll = unroll.min((2 * lane_bytes) as usize);
        let is_uniform = |inst: &Inst| match function.insts[*inst].kind {
            InstKind::Load { address, .. } => !finder.moving.contains(&address),
            _ => false,
        };
        let uniform_loads = lanes.iter().copied().filter(is_uniform).collect();
        let scalars = finder.in_order(&finder.scalars);
        let moving = std::mem::take(&mut finder.moving);
        let mut plan =
            Self { vector, lane_bytes, unroll, scalars, lanes, uniform_loads, splats, moving, collected };
        plan.splats.sort_unstable();
        let combines = |accumulator: &hotloop_mir::Accumulator| {
            combines(accumulator.op, function.value_type(accumulator.parameter))
        };
        let can_do = vector.accumulators.iter().all(combines)
            && plan.lanes.iter().all(|inst| plan.can_do(function, *inst));
        can_do.then_some(plan)
    }

    /// The elements in a vector.
    pub(super) fn lane_count(&self) -> usize {
        (VECTOR_BYTES / self.lane_bytes) as usize
    }

    /// The iterations of one turn.
    pub(super) fn turn(&self) -> i64 {
        (self.lane_count() * self.unroll) as i64
    }

    /// Whether Cranelift has vectors for an instruction.
    fn can_do(&self, function: &Function, inst: Inst) -> bool {
        let ty = |value: Value| function.value_type(value);
        match &function.insts[inst].kind {
            InstKind::Unary(op, value) => unary(*op, ty(*value)),
            InstKind::Binary(op, a, b) => binary(*op, ty(*a), function.constant(*b)),
            InstKind::IntCompare(op, a, _) => compare(*op, ty(*a)),
            InstKind::FloatCompare(..) | InstKind::Select { .. } | InstKind::Store { .. } => true,
            InstKind::Load { ty, .. } => *ty != MachineType::I1,
            InstKind::Convert(op, value, to) => convert(*op, ty(*value), *to),
            _ => false,
        }
    }
}

struct Finder<'a> {
    function: &'a Function,
    block: Block,
    vector: &'a VectorLoop,
    /// The instructions of the block.
    here: FxHashSet<Inst>,
    /// The values that are another one in every iteration.
    moving: FxHashSet<Value>,
    scalars: FxHashSet<Inst>,
    lanes: FxHashSet<Inst>,
    splats: FxHashSet<Value>,
}

impl<'a> Finder<'a> {
    fn new(function: &'a Function, block: Block, vector: &'a VectorLoop) -> Self {
        let here: FxHashSet<Inst> = function.blocks[block].insts.iter().copied().collect();
        let mut moving: FxHashSet<Value> =
            vector.accumulators.iter().map(|accumulator| accumulator.parameter).collect();
        moving.insert(vector.variable);
        for inst in &function.blocks[block].insts {
            let data = &function.insts[*inst];
            let mut moves = false;
            data.kind.for_each_operand(|value| moves |= moving.contains(&value));
            if moves {
                moving.extend(data.results.iter());
            }
        }
        let (scalars, lanes, splats) = Default::default();
        Self { function, block, vector, here, moving, scalars, lanes, splats }
    }

    fn collected(&self) -> Option<Vec<Value>> {
        let data = &self.function.blocks[self.block];
        let Terminator::Branch { then, otherwise, .. } = &data.terminator else { return None };
        let back = if then.block == self.block { then } else { otherwise };
        let next = |parameter: Value| {
            let position = data.parameters.iter().position(|other| *other == parameter)?;
            Some(back.arguments[position])
        };
        self.vector.accumulators.iter().map(|accumulator| next(accumulator.parameter)).collect()
    }

    /// Finds what is needed, from the last instruction to the first.
    fn walk(&mut self, collected: &[Value]) -> Option<()> {
        for value in collected {
            self.need_in_lanes(*value)?;
        }
        for inst in self.function.blocks[self.block].insts.iter().rev() {
            let kind = &self.function.insts[*inst].kind;
            if self.scalars.contains(inst) {
                let mut result = Some(());
                kind.for_each_operand(|value| result = result.and_then(|()| self.need_once(value)));
                result?;
            }
            match kind {
                InstKind::Store { value, address, .. } => {
                    self.lanes.insert(*inst);
                    self.need_in_lanes(*value)?;
                    self.need_once(*address)?;
                }
                InstKind::Load { address, .. } if self.lanes.contains(inst) => self.need_once(*address)?,
                InstKind::Binary(BinaryOp::Shl | BinaryOp::Sshr | BinaryOp::Ushr, value, _)
                    if self.lanes.contains(inst) =>
                {
                    self.need_in_lanes(*value)?;
                }
                other if self.lanes.contains(inst) => {
                    let mut result = Some(());
                    other.for_each_operand(|value| result = result.and_then(|()| self.need_in_lanes(value)));
                    result?;
                }
                _ => {}
            }
        }
        Some(())
    }

    fn need_in_lanes(&mut self, value: Value) -> Option<()> {
        let is_accumulator = |other: &hotloop_mir::Accumulator| other.parameter == value;
        if self.vector.accumulators.iter().any(is_accumulator) {
            return Some(());
        }
        match self.function.defining_inst(value).filter(|inst| self.here.contains(inst)) {
            Some(inst) if self.function.constant(value).is_none() => {
                self.lanes.insert(inst);
            }
            // Numbers of iterations in lanes: Cranelift converts no vectors of them.
            None if value == self.vector.variable => return None,
            Some(_) | None => {
                self.splats.insert(value);
            }
        }
        Some(())
    }

    fn need_once(&mut self, value: Value) -> Option<()> {
        if let Some(inst) = self.function.defining_inst(value).filter(|inst| self.here.contains(inst)) {
            if self.function.constant(value).is_some() {
                return Some(());
            }
            if matches!(self.function.insts[inst].kind, InstKind::Load { .. }) {
                return None;
            }
            self.scalars.insert(inst);
        }
        Some(())
    }

    fn in_order(&self, wanted: &FxHashSet<Inst>) -> Vec<Inst> {
        let insts = &self.function.blocks[self.block].insts;
        insts.iter().copied().filter(|inst| wanted.contains(inst)).collect()
    }

    /// The size of all that is in lanes, if it is one. Truth values have the size of what is compared.
    fn lane_bytes(&self, lanes: &[Inst], splats: &[Value]) -> Option<u32> {
        let mut sizes = FxHashSet::default();
        let mut note = |value: Value| {
            let ty = self.function.value_type(value);
            if ty != MachineType::I1 {
                sizes.insert(ty.size_bytes());
            }
        };
        splats.iter().copied().for_each(&mut note);
        for inst in lanes {
            let data = &self.function.insts[*inst];
            data.results.iter().copied().for_each(&mut note);
            match &data.kind {
                InstKind::Store { value, .. } if self.function.value_type(*value) == MachineType::I1 => {
                    return None;
                }
                InstKind::Store { value, .. } => note(*value),
                _ => {}
            }
        }
        let mut sizes = sizes.into_iter();
        match (sizes.next(), sizes.next()) {
            (Some(size), None) => Some(size),
            _ => None,
        }
    }
}

fn unary(op: UnaryOp, ty: MachineType) -> bool {
    match op {
        UnaryOp::Ineg => true,
        UnaryOp::Inot => true,
        UnaryOp::Fneg
        | UnaryOp::Fabs
        | UnaryOp::Fsqrt
        | UnaryOp::Ffloor
        | UnaryOp::Fceil
        | UnaryOp::Ftrunc
        | UnaryOp::Fnearest => ty.is_float(),
    }
}

fn binary(op: BinaryOp, ty: MachineType, second: Option<Constant>) -> bool {
    let is_truth = ty == MachineType::I1;
    match op {
        BinaryOp::And | BinaryOp::Or | BinaryOp::Xor => true,
        BinaryOp::Iadd | BinaryOp::Isub => !is_truth,
        BinaryOp::Imul => !is_truth && ty != MachineType::I8,
        BinaryOp::Smin | BinaryOp::Smax => !is_truth,
        BinaryOp::Umin | BinaryOp::Umax => !is_truth && ty != MachineType::I64,
        BinaryOp::Shl | BinaryOp::Sshr | BinaryOp::Ushr => {
            let count = second.and_then(Constant::as_int);
            count.is_some_and(|count| (0..8 * i64::from(ty.size_bytes())).contains(&count))
        }
        BinaryOp::Fadd | BinaryOp::Fsub | BinaryOp::Fmul | BinaryOp::Fdiv | BinaryOp::Fcopysign => true,
        BinaryOp::SdivFloor | BinaryOp::SmodFloor | BinaryOp::Udiv | BinaryOp::Urem => false,
    }
}

fn compare(op: IntCompare, ty: MachineType) -> bool {
    match op {
        IntCompare::Eq
        | IntCompare::Ne
        | IntCompare::Slt
        | IntCompare::Sle
        | IntCompare::Sgt
        | IntCompare::Sge => ty != MachineType::I1,
        IntCompare::Ult | IntCompare::Ule | IntCompare::Ugt | IntCompare::Uge => {
            matches!(ty, MachineType::I8 | MachineType::I16 | MachineType::I32)
        }
    }
}

/// Conversions between types of one size.
fn convert(op: ConvertOp, from: MachineType, to: MachineType) -> bool {
    match op {
        ConvertOp::SignExtend | ConvertOp::ZeroExtend => from == MachineType::I1,
        ConvertOp::UnsignedToFloat => from == MachineType::I1,
        ConvertOp::SignedToFloat => from == MachineType::I32 && to == MachineType::F32,
        ConvertOp::Bitcast => from != MachineType::I1,
        ConvertOp::Truncate
        | ConvertOp::FloatToSigned
        | ConvertOp::FloatToUnsigned
        | ConvertOp::Promote
        | ConvertOp::Demote => false,
    }
}

/// Whether vectors of accumulators can be combined so.
fn combines(op: ReductionOp, ty: MachineType) -> bool {
    match op {
        ReductionOp::Iadd
        | ReductionOp::Fadd
        | ReductionOp::Fmul
        | ReductionOp::And
        | ReductionOp::Or
        | ReductionOp::Xor
        | ReductionOp::Smin
        | ReductionOp::Smax => ty != MachineType::I1,
        ReductionOp::Imul => !matches!(ty, MachineType::I1 | MachineType::I8),
        ReductionOp::Umin | ReductionOp::Umax => {
            matches!(ty, MachineType::I8 | MachineType::I16 | MachineType::I32)
        }
        ReductionOp::Fmin | ReductionOp::Fmax => false,
    }
}
