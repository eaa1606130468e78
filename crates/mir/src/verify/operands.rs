//! What instructions and terminators take: V09 to V15, V20 and V21.

use super::{Place, Rule, Verifier};
use crate::{
    BinaryOp, Block, BlockCall, ConvertOp, Inst, InstKind, IntCompare, MachineType, PAYLOAD_WORDS, ParFor,
    ReductionOp, Terminator, UnaryOp, Value,
};

impl Verifier<'_> {
    pub(super) fn operands(&mut self) {
        for (block, inst) in self.placed_insts() {
            self.inst_operands(block, inst);
        }
        for block in &self.function.layout {
            self.terminator_operands(*block);
        }
    }

    fn ty(&self, value: Value) -> MachineType {
        self.function.value_type(value)
    }

    fn types(&self, values: &[Value]) -> Vec<MachineType> {
        values.iter().map(|value| self.ty(*value)).collect()
    }

    fn inst_operands(&mut self, block: Block, inst: Inst) {
        let function = self.function;
        let kind = &function.insts[inst].kind;
        let place = self.place_of(block, inst);
        let condition_is_truth = kind.condition().is_none_or(|value| self.ty(value) == MachineType::I1);
        let (rule, holds) = match kind.access() {
            InstKind::Const(constant) => (Rule::V10, constant.is_canonical()),
            InstKind::Unary(op, value) => (Rule::V09, unary_takes(*op, self.ty(*value))),
            InstKind::Binary(op, a, b) => (Rule::V09, self.equal(*a, *b) && binary_takes(*op, self.ty(*a))),
            InstKind::IntCompare(op, a, b) => {
                (Rule::V09, self.equal(*a, *b) && int_compare_takes(*op, self.ty(*a)))
            }
            InstKind::FloatCompare(_, a, b) => (Rule::V09, self.equal(*a, *b) && self.ty(*a).is_float()),
            InstKind::Ternary(_, a, b, c) => {
                (Rule::V09, self.equal(*a, *b) && self.equal(*b, *c) && self.ty(*a).is_float())
            }
            InstKind::Select { condition, then, otherwise } => {
                (Rule::V09, self.ty(*condition) == MachineType::I1 && self.equal(*then, *otherwise))
            }
            InstKind::Convert(op, value, to) => (Rule::V11, converts(*op, self.ty(*value), *to)),
            InstKind::PtrAdd { base, offset } => {
                (Rule::V09, self.are(&[*base, *offset], &[MachineType::Ptr, MachineType::I64]))
            }
            InstKind::Load { address, .. } | InstKind::Store { address, .. } => {
                (Rule::V09, self.ty(*address) == MachineType::Ptr)
            }
            InstKind::CheckBounds { index, length, .. } => {
                (Rule::V09, self.are(&[*index, *length], &[MachineType::I64; 2]))
            }
            InstKind::Check { condition, .. } => (Rule::V09, self.ty(*condition) == MachineType::I1),
            InstKind::Call { callee, arguments } => {
                (Rule::V12, self.are(arguments, &function.callees[*callee].parameters))
            }
            InstKind::CallRuntime { function, arguments } => {
                (Rule::V12, self.are(arguments, function.parameters()))
            }
            InstKind::SlotAddress(_)
            | InstKind::Data(_)
            | InstKind::FunctionAddress(_)
            | InstKind::Safepoint
            | InstKind::CheckStack
            | InstKind::ErrorIs(_)
            | InstKind::Catch => return,
            InstKind::When { .. } => (Rule::V09, false),
        };
        self.require(holds && condition_is_truth, rule, place, || {
            format!("`{kind}` on {:?}", operand_types(function, kind))
        });
    }

    fn equal(&self, a: Value, b: Value) -> bool {
        self.ty(a) == self.ty(b)
    }

    fn are(&self, values: &[Value], types: &[MachineType]) -> bool {
        self.types(values) == types
    }

    fn terminator_operands(&mut self, block: Block) {
        let place = Place::Block(block);
        match &self.function.blocks[block].terminator {
            Terminator::Jump(call) => self.jump(place, call),
            Terminator::Branch { condition, then, otherwise } => {
                let holds = self.ty(*condition) == MachineType::I1;
                self.require(holds, Rule::V09, Place::Value(*condition), || "the condition is no i1".into());
                self.jump(place, then);
                self.jump(place, otherwise);
            }
            Terminator::Return(values) => {
                let holds = self.are(values, &self.function.results);
                let (found, expected) = (self.types(values), &self.function.results);
                self.require(holds, Rule::V14, place, || format!("{found:?} instead of {expected:?}"));
            }
            Terminator::Raise { payload, .. } => {
                let found = self.types(payload);
                let holds = payload.len() <= PAYLOAD_WORDS && found.iter().all(|ty| *ty == MachineType::I64);
                self.require(holds, Rule::V15, place, || format!("{found:?}"));
            }
            Terminator::ParFor(region) => self.par_for(place, region),
            Terminator::RaiseAgain(error) => {
                let holds = self.ty(*error) == MachineType::Ptr;
                self.require(holds, Rule::V09, Place::Value(*error), || {
                    "what is raised again is no ptr".into()
                });
            }
            Terminator::ParYield(_) | Terminator::Reraise | Terminator::Unreachable => {}
        }
    }

    fn jump(&mut self, place: Place, call: &BlockCall) {
        let expected = self.types(&self.function.blocks[call.block].parameters);
        let found = self.types(&call.arguments);
        let message = || format!("{} takes {expected:?}, not {found:?}", call.block);
        self.require(expected == found, Rule::V13, place, message);
    }

    fn par_for(&mut self, place: Place, region: &ParFor) {
        let counts = self.ty(region.count) == MachineType::I64;
        self.require(counts, Rule::V20, place, || "the count is no i64".into());
        let cuts = region.chunks.map(|chunks| self.ty(chunks))
            == (!region.reductions.is_empty()).then_some(MachineType::I64);
        let message = || "the number of chunks is no i64, or there is one without reductions".into();
        self.require(cuts, Rule::V20, place, message);
        let accumulators: Vec<MachineType> =
            region.reductions.iter().map(|reduction| self.ty(reduction.initial)).collect();
        for (reduction, ty) in region.reductions.iter().zip(&accumulators) {
            let message = || format!("{} does not combine {ty}", reduction.op);
            self.require(reduces(reduction.op, *ty), Rule::V20, place, message);
        }
        let body: Vec<MachineType> =
            std::iter::once(MachineType::I64).chain(accumulators.iter().copied()).collect();
        for (block, expected) in [(region.body, body), (region.exit, accumulators)] {
            let found = self.types(&self.function.blocks[block].parameters);
            let message = || format!("takes {found:?} instead of {expected:?}");
            self.require(found == expected, Rule::V20, Place::Block(block), message);
        }
    }

    /// Whether `par_yield` passes the accumulators of the loop whose body it ends.
    pub(super) fn par_yield(&mut self, block: Block, values: &[Value], region: &ParFor) {
        let expected: Vec<MachineType> =
            region.reductions.iter().map(|reduction| self.ty(reduction.initial)).collect();
        let found = self.types(values);
        let message = || format!("{found:?} instead of {expected:?}");
        self.require(found == expected, Rule::V21, Place::Block(block), message);
    }
}

fn operand_types(function: &crate::Function, kind: &InstKind) -> Vec<MachineType> {
    kind.operands().into_iter().map(|value| function.value_type(value)).collect()
}

/// Whether it is an integer of 8 bits or more.
fn is_number(ty: MachineType) -> bool {
    ty.is_integer() && ty != MachineType::I1
}

fn unary_takes(op: UnaryOp, ty: MachineType) -> bool {
    match op {
        UnaryOp::Ineg => is_number(ty),
        UnaryOp::Inot => ty.is_integer(),
        UnaryOp::Fneg
        | UnaryOp::Fabs
        | UnaryOp::Fsqrt
        | UnaryOp::Ffloor
        | UnaryOp::Fceil
        | UnaryOp::Ftrunc
        | UnaryOp::Fnearest => ty.is_float(),
    }
}

fn binary_takes(op: BinaryOp, ty: MachineType) -> bool {
    match op {
        BinaryOp::And | BinaryOp::Or | BinaryOp::Xor => ty.is_integer(),
        BinaryOp::Iadd
        | BinaryOp::Isub
        | BinaryOp::Imul
        | BinaryOp::SdivFloor
        | BinaryOp::SmodFloor
        | BinaryOp::Udiv
        | BinaryOp::Urem
        | BinaryOp::Shl
        | BinaryOp::Sshr
        | BinaryOp::Ushr
        | BinaryOp::Smin
        | BinaryOp::Smax
        | BinaryOp::Umin
        | BinaryOp::Umax => is_number(ty),
        BinaryOp::Fadd | BinaryOp::Fsub | BinaryOp::Fmul | BinaryOp::Fdiv | BinaryOp::Fcopysign => {
            ty.is_float()
        }
    }
}

/// A truth value has no sign.
fn int_compare_takes(op: IntCompare, ty: MachineType) -> bool {
    match op {
        IntCompare::Eq
        | IntCompare::Ne
        | IntCompare::Ult
        | IntCompare::Ule
        | IntCompare::Ugt
        | IntCompare::Uge => !ty.is_float(),
        IntCompare::Slt | IntCompare::Sle | IntCompare::Sgt | IntCompare::Sge => is_number(ty),
    }
}

fn converts(op: ConvertOp, from: MachineType, to: MachineType) -> bool {
    let integers = from.is_integer() && to.is_integer();
    match op {
        ConvertOp::SignExtend | ConvertOp::ZeroExtend => integers && from.bits() < to.bits(),
        ConvertOp::Truncate => integers && from.bits() > to.bits(),
        ConvertOp::SignedToFloat => is_number(from) && to.is_float(),
        ConvertOp::UnsignedToFloat => from.is_integer() && to.is_float(),
        ConvertOp::FloatToSigned | ConvertOp::FloatToUnsigned => from.is_float() && to == MachineType::I64,
        ConvertOp::Promote => from == MachineType::F32 && to == MachineType::F64,
        ConvertOp::Demote => from == MachineType::F64 && to == MachineType::F32,
        ConvertOp::Bitcast => from.bits() == to.bits(),
    }
}

fn reduces(op: ReductionOp, ty: MachineType) -> bool {
    match op {
        ReductionOp::Iadd
        | ReductionOp::Imul
        | ReductionOp::Smin
        | ReductionOp::Smax
        | ReductionOp::Umin
        | ReductionOp::Umax => is_number(ty),
        ReductionOp::Fadd | ReductionOp::Fmul | ReductionOp::Fmin | ReductionOp::Fmax => ty.is_float(),
        ReductionOp::And | ReductionOp::Or | ReductionOp::Xor => ty.is_integer(),
    }
}
