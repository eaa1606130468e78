//! What of a vector loop is computed once for all iterations that run at once, and what for each.
//!
//! Addresses are computed once: those of the first iteration, since it is known where the others' elements lie from there. Everything that is stored or collected is
//! computed for each, in the lanes of vectors; what does not change in the loop is put into all lanes in front of it. That is the same for every back end, so
//! it is found here; which instructions it has vectors for is each one's own business.

use crate::{
    Accumulator, BinaryOp, Block, FloatCompare, Function, Inst, InstKind, MachineType, NestPlan, ReductionOp,
    RuntimeFunction, Terminator, Value, VectorLoop,
};
use hotloop_diagnostics::Span;
use rustc_hash::FxHashSet;

/// How a vector loop is computed.
#[derive(Clone, Debug)]
pub struct VectorPlan<'a> {
    /// The mark.
    pub vector: &'a VectorLoop,
    /// The bytes of the largest element: vectors hold as many iterations as they have elements of that size.
    pub lane_bytes: u32,
    /// Whether all elements have that size.
    pub is_of_one_size: bool,
    /// Whether the number of the iteration is needed in lanes.
    pub counts_in_lanes: bool,
    /// Whether a `check` is among `lanes`, or a function that is written out under a condition: iterations that run at once store nothing until all of these hold.
    pub has_checks: bool,
    /// The functions that are called for each lane, each once.
    pub callees: Vec<RuntimeFunction>,
    /// Whether its last elements may have been stored just before the loop is reached, so that a vector with them has to wait until they are in memory: then vectors are full, and the rest is left. For whoever knows the
    /// loops around it to say.
    pub loads_recent: bool,
    /// The instructions that compute addresses, in order.
    pub scalars: Vec<Inst>,
    /// The instructions that are computed in lanes, in order.
    pub lanes: Vec<Inst>,
    /// The loads of what does not change in the loop, among `lanes`.
    pub uniform_loads: FxHashSet<Inst>,
    /// What does not change in the loop and is needed in lanes, in the order of the values.
    pub splats: Vec<Value>,
    /// The values that are another one in every iteration.
    pub moving: FxHashSet<Value>,
    /// What each accumulator gets from the end of an iteration.
    pub collected: Vec<Value>,
}

impl<'a> VectorPlan<'a> {
    /// The plan for a marked block that goes back to itself; `None` if an address depends on what was loaded in the loop.
    pub fn new(function: &'a Function, block: Block) -> Option<Self> {
        let data = &function.blocks[block];
        let vector = data.vector.as_ref().filter(|_| data.terminator.targets().contains(&block))?;
        let mut finder = Finder::new(function, block, vector);
        let collected = finder.collected()?;
        finder.walk(&collected)?;
        let lanes = finder.in_order(&finder.lanes);
        let mut splats: Vec<Value> = finder.splats.iter().copied().collect();
        splats.sort_unstable();
        let (lane_bytes, is_of_one_size) = finder.lane_bytes(&lanes, &splats);
        let has_checks = lanes.iter().any(|inst| may_stop_lanes(function, *inst));
        let mut callees = Vec::new();
        for inst in &lanes {
            if let InstKind::CallRuntime { function, .. } = function.insts[*inst].kind
                && !callees.contains(&function)
            {
                callees.push(function);
            }
        }
        let is_uniform = |inst: &Inst| match function.insts[*inst].kind {
            // Under a condition it is not read in front of the loop.
            InstKind::Load { address, .. } => !finder.moving.contains(&address),
            _ => false,
        };
        let uniform_loads = lanes.iter().copied().filter(is_uniform).collect();
        let scalars = finder.in_order(&finder.scalars);
        Some(Self {
            vector,
            lane_bytes,
            is_of_one_size,
            counts_in_lanes: finder.counts_in_lanes,
            has_checks,
            callees,
            loads_recent: false,
            scalars,
            lanes,
            uniform_loads,
            splats,
            moving: finder.moving,
            collected,
        })
    }

    /// How the elements of a load or store lie in memory, if its address moves.
    pub fn place(&self, function: &Function, inst: Inst) -> Option<ElementPlace> {
        let (ty, address, offset) = match *function.insts[inst].kind.access() {
            InstKind::Load { ty, address, offset, .. } => (ty, address, offset),
            InstKind::Store { value, address, offset, .. } => (function.value_type(value), address, offset),
            _ => return None,
        };
        let size_bytes = ty.size_bytes();
        let place = match self.vector.stride_of(address) {
            Some(stride) => ElementPlace {
                base: stride.base,
                offset: offset.checked_add(stride.offset)?,
                step_bytes: stride.step_bytes,
                size_bytes,
            },
            None => ElementPlace { base: address, offset, step_bytes: size_bytes as i32, size_bytes },
        };
        self.moving.contains(&address).then_some(place)
    }

    /// The limit of the loop of which this one is a strip; that of the mark, if it is none.
    pub fn whole_limit(&self, function: &Function) -> Value {
        let limit = self.vector.limit;
        let kind = |value| function.defining_inst(value).map(|inst| &function.insts[inst].kind);
        let Some(InstKind::Select { then, otherwise, .. }) = kind(limit) else { return limit };
        match kind(*then) {
            Some(InstKind::Binary(BinaryOp::Smin, a, b)) if [a, b].contains(&otherwise) => *otherwise,
            _ => limit,
        }
    }

    /// Whether an accumulator is the least or the greatest float. Which of two zeros that is, is known only if those found in the lanes have one sign; otherwise the iterations run
    /// one by one.
    pub fn has_float_extremes(&self) -> bool {
        self.vector.accumulators.iter().any(|accumulator| accumulator.op.is_float_extreme())
    }

    /// Whether an instruction that computes an address gives another result in every iteration.
    pub fn moves(&self, function: &Function, inst: Inst) -> bool {
        function.insts[inst].results.iter().any(|value| self.moving.contains(value))
    }
}

/// Where the elements of a load or store lie: in the first iteration at `base + offset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElementPlace {
    /// An address in the first iteration.
    pub base: Value,
    /// How far behind it the element lies.
    pub offset: i32,
    /// How far behind it that of the next iteration lies.
    pub step_bytes: i32,
    /// The bytes of an element.
    pub size_bytes: u32,
}

/// What a selection is as `first if first < second else second` (`fmin`) or with `>` (`fmax`), if it is that.
pub fn float_extreme(function: &Function, inst: Inst) -> Option<(ReductionOp, Value, Value)> {
    let InstKind::Select { condition, then, otherwise } = function.insts[inst].kind else { return None };
    let InstKind::FloatCompare(op, a, b) = function.insts[function.defining_inst(condition)?].kind else {
        return None;
    };
    let (less, more) = match op {
        FloatCompare::Lt => (a, b),
        FloatCompare::Gt => (b, a),
        FloatCompare::Eq | FloatCompare::Ne | FloatCompare::Le | FloatCompare::Ge => return None,
    };
    if (then, otherwise) == (less, more) {
        Some((ReductionOp::Fmin, less, more))
    } else if (then, otherwise) == (more, less) {
        Some((ReductionOp::Fmax, more, less))
    } else {
        None
    }
}

/// Whether iterations that run at once may have to stop at an instruction: at a check that fails, or at a function that has to be called.
pub fn may_stop_lanes(function: &Function, inst: Inst) -> bool {
    match &function.insts[inst].kind {
        InstKind::Check { .. } => true,
        InstKind::Select { .. } => {
            function.written_out(inst).is_some_and(|written| written.is_conditional(function))
        }
        _ => false,
    }
}

/// Machine code for the iterations of a vector loop: a function of its own, which takes its arguments in registers, as System V says, and returns nothing.
///
/// What does not fit into registers it reads from a block of words. The first of them is room for a number of iterations; then stand the `inputs`. Behind the inputs there is room for a vector
/// for each accumulator; the code leaves what is to be combined with the accumulator in its first bytes. It calls nothing but what it is given the addresses of, and raises nothing: if it
/// `may_stop`, it puts the number of iterations that it has done into the first word, and the loop as it stands does the next ones. If it has done none, the accumulators
/// stay as they were.
#[derive(Clone, Debug)]
pub struct VectorCode {
    /// The instructions, and behind them constants. They refer to nothing outside.
    pub bytes: Vec<u8>,
    /// The bytes of the instructions alone.
    pub code_bytes: usize,
    /// What it takes in registers: at most six integers and eight floats.
    pub arguments: Vec<VectorArgument>,
    /// What the words behind the first one hold.
    pub inputs: Vec<VectorInput>,
    /// Whether all registers are behind the call what they were before it, not only those that System V names.
    pub keeps_registers: bool,
    /// Fewer iterations are not worth the call.
    pub least: i64,
    /// The number of iterations has to be a multiple of this power of two.
    pub multiple: i64,
    /// The bytes of a vector.
    pub vector_bytes: u32,
    /// The iterations that one vector holds.
    pub lanes: u32,
    /// The vectors that one turn of its main loop works on.
    pub unroll: u32,
    /// Where the instructions come from: the first byte of each run of them, and its place in the source.
    pub places: Vec<(u32, Span)>,
    /// Whether it may do fewer iterations than it was asked for.
    pub may_stop: bool,
    /// Whether it must not be asked for the last iteration: it reads on to the element of the next one.
    pub leaves_one: bool,
}

/// A register that the code of a vector loop takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VectorArgument {
    /// The number of iterations, a multiple of `multiple`. Where it is no argument, it stands in the first word.
    Count,
    /// The address of the words. Where it is no argument, there are none.
    Words,
    /// An input, which is no word then.
    Input(VectorInput),
}

/// What the code of a vector loop takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VectorInput {
    /// An address as it is in the first iteration.
    Address(Value),
    /// A value that does not change, in the low bits; a truth value as 0 or all bits.
    Splat(Value),
    /// How many iterations are left of the whole loop, of which the vector loop may be a strip.
    Left {
        /// The loop's variable.
        variable: Value,
        /// The limit of the whole loop.
        limit: Value,
    },
    /// These bits.
    Bits(u64),
    /// The address of 32 bits that are not 0 when somebody wants to interrupt the function.
    Interrupt,
    /// The address of a function that is called for each lane.
    Function(RuntimeFunction),
}

/// What makes such code.
pub trait WideVectors: std::fmt::Debug + Sync {
    /// The code for a planned block; `None` if something in it is not done in vectors.
    fn compile(&self, function: &Function, plan: &VectorPlan<'_>) -> Option<VectorCode>;

    /// The first instruction of such a block that is not done in vectors, if it is for one that there is no code. For reports: it is found by trying.
    fn missing(&self, function: &Function, plan: &VectorPlan<'_>) -> Option<Inst>;

    /// The code for a planned loop with loops in it, which may stop where a check fails or somebody interrupts; `None` if something in it is not done in vectors.
    fn compile_nest(&self, function: &Function, plan: &NestPlan<'_>) -> Option<VectorCode>;
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
    counts_in_lanes: bool,
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
            match data.kind.access() {
                // Where vectors are used, it is the index, whatever the condition.
                InstKind::CheckBounds { index, .. } => moves = moving.contains(index),
                _ => data.kind.for_each_operand(|value| moves |= moving.contains(&value)),
            }
            if moves {
                moving.extend(data.results.iter());
            }
        }
        let (scalars, lanes, splats) = Default::default();
        Self { function, block, vector, here, moving, scalars, lanes, splats, counts_in_lanes: false }
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
            self.need_in_lanes(*value);
        }
        for inst in self.function.blocks[self.block].insts.iter().rev() {
            let kind = &self.function.insts[*inst].kind;
            if self.scalars.contains(inst) {
                let mut result = Some(());
                kind.access().for_each_operand(|value| result = result.and_then(|()| self.need_once(value)));
                result?;
            }
            let access = kind.access();
            if let Some(condition) = kind.condition()
                && !matches!(access, InstKind::CheckBounds { .. })
                && (self.lanes.contains(inst) || matches!(access, InstKind::Store { .. }))
            {
                self.need_in_lanes(condition);
            }
            match access {
                InstKind::Store { value, address, .. } => {
                    self.lanes.insert(*inst);
                    self.need_in_lanes(*value);
                    self.need_address(*address)?;
                }
                InstKind::Check { condition, .. } => {
                    self.lanes.insert(*inst);
                    self.need_in_lanes(*condition);
                }
                InstKind::Load { address, .. } if self.lanes.contains(inst) => self.need_address(*address)?,
                // Where vectors are used, it is the index.
                InstKind::CheckBounds { index, .. } if self.lanes.contains(inst) => {
                    self.need_in_lanes(*index);
                }
                InstKind::Binary(BinaryOp::Shl | BinaryOp::Sshr | BinaryOp::Ushr, value, count)
                    if self.lanes.contains(inst) && self.function.constant(*count).is_some() =>
                {
                    self.need_in_lanes(*value);
                }
                InstKind::Select { .. }
                    if self.lanes.contains(inst) && self.function.written_out(*inst).is_some() =>
                {
                    let written = self.function.written_out(*inst)?;
                    if written.is_conditional(self.function) {
                        self.need_in_lanes(written.condition);
                    }
                    self.need_in_lanes(written.value);
                }
                other if self.lanes.contains(inst) => {
                    other.for_each_operand(|value| self.need_in_lanes(value));
                }
                _ => {}
            }
        }
        Some(())
    }

    fn need_in_lanes(&mut self, value: Value) {
        let is_accumulator = |other: &Accumulator| other.parameter == value;
        if self.vector.accumulators.iter().any(is_accumulator) {
            return;
        }
        match self.function.defining_inst(value).filter(|inst| self.here.contains(inst)) {
            Some(inst) if self.function.constant(value).is_none() => {
                self.lanes.insert(inst);
            }
            None if value == self.vector.variable => self.counts_in_lanes = true,
            Some(_) | None => {
                self.splats.insert(value);
            }
        }
    }

    /// The address from which another one is known, or the address itself.
    fn need_address(&mut self, address: Value) -> Option<()> {
        self.need_once(self.vector.stride_of(address).map_or(address, |stride| stride.base))
    }

    fn need_once(&mut self, value: Value) -> Option<()> {
        if let Some(inst) = self.function.defining_inst(value).filter(|inst| self.here.contains(inst)) {
            if self.function.constant(value).is_some() {
                return Some(());
            }
            if matches!(self.function.insts[inst].kind.access(), InstKind::Load { .. }) {
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

    /// The largest size of what is in lanes, and whether it is the only one. Truth values have no size but in memory.
    fn lane_bytes(&self, lanes: &[Inst], splats: &[Value]) -> (u32, bool) {
        let mut sizes = FxHashSet::default();
        let mut note = |value: Value, is_in_memory: bool| {
            let ty = self.function.value_type(value);
            if ty != MachineType::I1 || is_in_memory {
                sizes.insert(ty.size_bytes());
            }
        };
        splats.iter().for_each(|value| note(*value, false));
        for inst in lanes {
            let data = &self.function.insts[*inst];
            let is_load = matches!(data.kind.access(), InstKind::Load { .. });
            data.results.iter().for_each(|value| note(*value, is_load));
            if let InstKind::Store { value, .. } = data.kind.access() {
                note(*value, true);
            }
        }
        if self.counts_in_lanes {
            sizes.insert(MachineType::I64.size_bytes());
        }
        (sizes.iter().copied().max().unwrap_or(1), sizes.len() <= 1)
    }
}
