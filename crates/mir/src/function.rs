//! Functions and what they are made of.

use crate::{
    Block, Callee, Constant, ErrorArgument, ErrorClass, ErrorId, FloatFlags, Inst, InstKind, MachineType,
    ReductionOp, Region, Results, Slot, Terminator, Value,
};
use hotloop_diagnostics::Span;
use hotloop_index::{IdMap, IdSet, Interner};

/// What a function has been through. Phases only move forward; each forbids what the verifier lists for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// As lowering made it.
    Lowered,
    /// After the scalar and loop passes.
    Optimised,
    /// Without parallel loops: their bodies are functions of their own.
    Outlined,
    /// After the vectoriser, which looks at those bodies, too.
    Vectorised,
}

impl Phase {
    /// All phases, in order.
    pub const ALL: &[Self] = &[Self::Lowered, Self::Optimised, Self::Outlined, Self::Vectorised];

    /// The phase that the text form spells so.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|phase| phase.name() == name)
    }

    /// As the text form spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lowered => "lowered",
            Self::Optimised => "optimised",
            Self::Outlined => "outlined",
            Self::Vectorised => "vectorised",
        }
    }
}

/// Functions that are compiled into one object. The first is the one asked for; the others are bodies outlined from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    /// The functions; never empty.
    pub functions: Vec<Function>,
}

/// A function.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its symbol.
    pub name: String,
    /// What it has been through.
    pub phase: Phase,
    /// The types of its results.
    pub results: Vec<MachineType>,
    /// What may be assumed of its floats.
    pub float_flags: FloatFlags,
    /// Whether it is the body of a parallel region, called as `hotloop_abi::ParallelBody`: its parameters are the index of the first iteration, the
    /// index behind the last (`i64`), the captures and the partial results (`ptr`), and it has no results.
    pub is_parallel_body: bool,
    /// The order of the blocks; the first is the entry. A block that is not listed does not exist.
    pub layout: Vec<Block>,
    /// All blocks.
    pub blocks: IdMap<Block, BlockData>,
    /// All values.
    pub values: IdMap<Value, ValueData>,
    /// All instructions.
    pub insts: IdMap<Inst, InstData>,
    /// The alias regions.
    pub regions: Interner<Region, RegionData>,
    /// The frame's slots.
    pub slots: IdMap<Slot, SlotData>,
    /// The errors that it raises.
    pub errors: Interner<ErrorId, ErrorData>,
    /// The functions it calls.
    pub callees: Interner<Callee, CalleeData>,
    /// Where it is defined.
    pub span: Span,
}

/// A basic block.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockData {
    /// The values that its predecessors pass.
    pub parameters: Vec<Value>,
    /// Its instructions, in order.
    pub insts: Vec<Inst>,
    /// How it ends.
    pub terminator: Terminator,
    /// The place of the terminator.
    pub terminator_span: Span,
    /// Where an error raised in this block goes; without one it goes to the caller. The target has no parameters, and what it uses is
    /// defined before this block begins, so the edge counts as leaving this block's predecessors.
    pub unwind: Option<Block>,
    /// Whether it hardly ever runs. It says nothing of what the block does: passes do not make faster what begins here, and its code stands out of the way.
    pub is_cold: bool,
    /// If it is a loop by itself, or the header of one with loops in it, whose iterations may run several at once: what there is to know for that.
    pub vector: Option<VectorLoop>,
}

/// That a loop may run several iterations at once: each of its instructions for all of them, then the next one.
///
/// The loop is a block that goes back to itself, or has several blocks, loops of its own among them; then it collects nothing, an iteration stores when no check can fail in it any more, and
/// what it stores is no memory that another one loads or stores.
///
/// It is a permission. A back end that makes no use of it runs the loop as it stands, and one that does leaves the last iteration, at least, to the
/// loop as it stands: so all that is used behind the loop comes from there. Loads and stores whose addresses depend on the variable lie one behind the other, or as the strides say;
/// the others are loads of what does not change while the loop runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VectorLoop {
    /// The parameter that goes up, or down, by one each iteration.
    pub variable: Value,
    /// Whether it goes down.
    pub goes_down: bool,
    /// What the variable stays below, or above, known before the loop.
    pub limit: Value,
    /// An `i1` known before the loop; unless it holds, iterations run one by one. Where it holds, no index of the loop is negative or out of bounds.
    pub condition: Option<Value>,
    /// The other parameters that change. Each iteration combines it with something, and does nothing else with it.
    pub accumulators: Vec<Accumulator>,
    /// The addresses of elements that do not lie one behind the other.
    pub strides: Vec<Stride>,
}

/// How an address of a vector loop moves, where the elements there do not lie one behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stride {
    /// The address.
    pub address: Value,
    /// By so many bytes it grows with each iteration, where the mark's condition holds.
    pub step_bytes: i32,
    /// Another address, or the same, which moves alike.
    pub base: Value,
    /// It lies so many bytes behind the other one, where the mark's condition holds.
    pub offset: i32,
}

impl VectorLoop {
    /// An element lies at most so many times its size from that of the next iteration, to either side.
    pub const MOST_STRIDE: u32 = 4;

    /// How an address moves; `None` if it does as elements that lie one behind the other, or not at all.
    pub fn stride_of(&self, address: Value) -> Option<&Stride> {
        self.strides.iter().find(|stride| stride.address == address)
    }

    /// By what the variable grows each iteration.
    pub fn step(&self) -> i64 {
        if self.goes_down { -1 } else { 1 }
    }

    /// Visits the values that it names.
    pub fn for_each_value(&self, mut visit: impl FnMut(Value)) {
        visit(self.variable);
        visit(self.limit);
        self.condition.into_iter().for_each(&mut visit);
        self.accumulators.iter().for_each(|accumulator| visit(accumulator.parameter));
        self.strides.iter().for_each(|stride| [stride.address, stride.base].into_iter().for_each(&mut visit));
    }

    /// Visits the values that it names, to be changed.
    pub fn for_each_value_mut(&mut self, mut visit: impl FnMut(&mut Value)) {
        visit(&mut self.variable);
        visit(&mut self.limit);
        self.condition.iter_mut().for_each(&mut visit);
        self.accumulators.iter_mut().for_each(|accumulator| visit(&mut accumulator.parameter));
        for stride in &mut self.strides {
            visit(&mut stride.address);
            visit(&mut stride.base);
        }
    }
}

/// A parameter of a vector loop that collects one value an iteration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accumulator {
    /// How. The operation may be applied in any order.
    pub op: ReductionOp,
    /// The parameter.
    pub parameter: Value,
}

/// A value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueData {
    /// Its type.
    pub ty: MachineType,
    /// What defines it.
    pub definition: Definition,
}

/// What defines a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Definition {
    /// A block's parameter, by its position.
    Parameter(Block, u32),
    /// An instruction's result, by its position.
    Result(Inst, u32),
}

/// An instruction with its results and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct InstData {
    /// What it does.
    pub kind: InstKind,
    /// The values it defines.
    pub results: Results,
    /// Where it comes from.
    pub span: Span,
}

/// What is known about an alias region.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RegionData {
    /// What memory it is.
    pub kind: RegionKind,
}

/// The kinds of memory. Which may overlap: see [`RegionKind::may_alias`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegionKind {
    /// An array descriptor or captures block passed by the caller, which nobody writes while the function runs.
    Descriptor,
    /// The elements of the array parameter of that number: may overlap with any other array that came from outside.
    Argument(u32),
    /// The elements of an array that this function allocated, at the allocation of that number; nobody else knows it unless it is passed on.
    Allocation(u32),
    /// The frame's slots.
    Stack,
    /// The elements of any array: what a join or a call gave.
    Unknown,
    /// The characters of strings and bytes, which never change.
    Text,
    /// The lengths of lists, and where their items lie.
    List,
    /// The items of lists.
    Items,
    /// The eight bytes of that number in the frames of generators.
    Frame(u32),
}

impl RegionKind {
    /// Whether two accesses in such regions can touch the same byte. Two accesses in one region always can.
    pub fn may_alias(self, other: Self) -> bool {
        match (self, other) {
            (Self::Descriptor, Self::Descriptor)
            | (Self::Stack, Self::Stack)
            | (Self::Text, Self::Text)
            | (Self::List, Self::List)
            | (Self::Items, Self::Items) => true,
            (Self::Frame(a), Self::Frame(b)) => a == b,
            (Self::Descriptor | Self::Stack | Self::Text | Self::List | Self::Items | Self::Frame(_), _)
            | (_, Self::Descriptor | Self::Stack | Self::Text | Self::List | Self::Items | Self::Frame(_)) => {
                false
            }
            (Self::Allocation(a), Self::Allocation(b)) => a == b,
            (Self::Allocation(_), Self::Argument(_)) | (Self::Argument(_), Self::Allocation(_)) => false,
            (Self::Argument(_) | Self::Unknown, Self::Argument(_) | Self::Unknown)
            | (Self::Unknown, Self::Allocation(_))
            | (Self::Allocation(_), Self::Unknown) => true,
        }
    }
}

/// A slot of the frame, aligned to 8 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SlotData {
    /// Its size.
    pub size_bytes: u32,
}

/// An exception, but for what only the raise knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ErrorData {
    /// Its class.
    pub class: ErrorClass,
    /// Its arguments; some are made from the payload of the raise.
    pub arguments: Vec<ErrorArgument>,
}

/// Another function.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CalleeData {
    /// Its symbol.
    pub symbol: String,
    /// The types of its parameters.
    pub parameters: Vec<MachineType>,
    /// The types of its results.
    pub results: Vec<MachineType>,
    /// Whether its text is none of the user's: an error that it raises has the place of the call.
    pub is_placeless: bool,
}

impl Function {
    /// A function with an entry block whose parameters have these types; the entry ends in `Unreachable` until it is built.
    pub fn new(name: impl Into<String>, parameters: &[MachineType], results: &[MachineType]) -> Self {
        let mut function = Self {
            name: name.into(),
            phase: Phase::Lowered,
            results: results.to_vec(),
            float_flags: FloatFlags::STRICT,
            is_parallel_body: false,
            layout: Vec::new(),
            blocks: IdMap::new(),
            values: IdMap::new(),
            insts: IdMap::new(),
            regions: Interner::new(),
            slots: IdMap::new(),
            errors: Interner::new(),
            callees: Interner::new(),
            span: Span::NONE,
        };
        let entry = function.add_block();
        for ty in parameters {
            function.add_parameter(entry, *ty);
        }
        function
    }

    /// The entry block.
    pub fn entry(&self) -> Block {
        self.layout[0]
    }

    /// The function's parameters: those of the entry block.
    pub fn parameters(&self) -> &[Value] {
        &self.blocks[self.entry()].parameters
    }

    /// Adds an empty block at the end of the layout; it ends in `Unreachable` until it is built.
    pub fn add_block(&mut self) -> Block {
        let block = self.blocks.push(BlockData {
            parameters: Vec::new(),
            insts: Vec::new(),
            terminator: Terminator::Unreachable,
            terminator_span: Span::NONE,
            unwind: None,
            is_cold: false,
            vector: None,
        });
        self.layout.push(block);
        block
    }

    /// Adds a parameter to a block.
    pub fn add_parameter(&mut self, block: Block, ty: MachineType) -> Value {
        let position = self.blocks[block].parameters.len() as u32;
        let value = self.values.push(ValueData { ty, definition: Definition::Parameter(block, position) });
        self.blocks[block].parameters.push(value);
        value
    }

    /// Makes an instruction with new result values, in no block yet.
    pub fn create_inst(&mut self, kind: InstKind, span: Span) -> Inst {
        let inst = self.insts.next_id();
        let define = |position| {
            let ty = kind.result_type(position, |value| Some(self.value_type(value)), &self.callees)?;
            let definition = Definition::Result(inst, position as u32);
            Some(self.values.push(ValueData { ty, definition }))
        };
        let results = (0..).map_while(define).collect();
        self.insts.push(InstData { kind, results, span })
    }

    /// Appends a new instruction to a block.
    pub fn append_inst(&mut self, block: Block, kind: InstKind, span: Span) -> Inst {
        let inst = self.create_inst(kind, span);
        self.blocks[block].insts.push(inst);
        inst
    }

    /// The type of a value.
    pub fn value_type(&self, value: Value) -> MachineType {
        self.values[value].ty
    }

    /// The instruction that defines a value, unless a block's parameter does.
    pub fn defining_inst(&self, value: Value) -> Option<Inst> {
        match self.values[value].definition {
            Definition::Result(inst, _) => Some(inst),
            Definition::Parameter(..) => None,
        }
    }

    /// The condition and the first choice of an instruction that selects between what is written out and a call of the same one of Hotloop's own functions. Where the
    /// condition holds both are the same, so that lanes need not call; elsewhere than in lanes only the call is needed.
    pub fn written_out(&self, inst: Inst) -> Option<WrittenOut> {
        let InstKind::Select { condition, then, otherwise } = self.insts[inst].kind else { return None };
        let call = self.defining_inst(otherwise)?;
        match self.insts[call].kind {
            InstKind::CallRuntime { function, .. } if function.own_function().is_some() => {
                Some(WrittenOut { condition, value: then, called: otherwise })
            }
            _ => None,
        }
    }

    /// The constant that a value is, if it is defined as one.
    pub fn constant(&self, value: Value) -> Option<Constant> {
        match self.insts[self.defining_inst(value)?].kind {
            InstKind::Const(constant) => Some(constant),
            _ => None,
        }
    }

    /// Replaces every use of a value, in instructions and terminators of blocks in the layout.
    pub fn replace_uses(&mut self, mut replacement: impl FnMut(Value) -> Value) {
        for block in &self.layout {
            let block = &mut self.blocks[*block];
            for inst in &block.insts {
                self.insts[*inst].kind.for_each_operand_mut(|value| *value = replacement(*value));
            }
            block.terminator.for_each_operand_mut(|value| *value = replacement(*value));
            if let Some(vector) = &mut block.vector {
                vector.for_each_value_mut(|value| *value = replacement(*value));
            }
        }
    }

    /// The region of that kind, added if it is not there yet.
    pub fn region(&mut self, kind: RegionKind) -> Region {
        self.regions.intern(RegionData { kind })
    }

    /// The error with that class and message, added if it is not there yet. `{0}` and so on stand for the words of the payload.
    pub fn error(&mut self, class: impl Into<ErrorClass>, message: &str) -> ErrorId {
        self.error_with(ErrorData { class: class.into(), arguments: ErrorArgument::message(message) })
    }

    /// An error, added if it is not there yet.
    pub fn error_with(&mut self, error: ErrorData) -> ErrorId {
        self.errors.intern(error)
    }

    /// That callee, added if it is not there yet.
    pub fn callee(&mut self, callee: CalleeData) -> Callee {
        self.callees.intern(callee)
    }
}

impl Function {
    /// Removes parameters of blocks, and their arguments in every jump there. Those of the entry and of parallel loops must stay.
    pub fn remove_parameters(&mut self, removed: &IdSet<Value>) {
        for from in &self.layout {
            // The terminator is taken out so that the parameters it goes to can be read.
            let mut terminator =
                std::mem::replace(&mut self.blocks[*from].terminator, Terminator::Unreachable);
            let calls = match &mut terminator {
                Terminator::Jump(call) => [Some(call), None],
                Terminator::Branch { then, otherwise, .. } => [Some(then), Some(otherwise)],
                Terminator::Return(_)
                | Terminator::Raise { .. }
                | Terminator::Reraise
                | Terminator::RaiseAgain(_)
                | Terminator::ParFor(_)
                | Terminator::ParYield(_)
                | Terminator::Unreachable => [None, None],
            };
            for call in calls.into_iter().flatten() {
                let mut parameters = self.blocks[call.block].parameters.iter();
                call.arguments.retain(|_| !parameters.next().is_some_and(|value| removed.contains(*value)));
            }
            self.blocks[*from].terminator = terminator;
        }
        for block in &self.layout {
            let parameters = &mut self.blocks[*block].parameters;
            parameters.retain(|parameter| !removed.contains(*parameter));
            for (position, parameter) in parameters.iter().enumerate() {
                self.values[*parameter].definition = Definition::Parameter(*block, position as u32);
            }
        }
    }
}

/// A function that is written out beside the call; see [`Function::written_out`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenOut {
    /// Where it holds, both give the same.
    pub condition: Value,
    /// What the operations give.
    pub value: Value,
    /// What the call gives.
    pub called: Value,
}

impl WrittenOut {
    /// Whether the condition has to be looked at.
    pub fn is_conditional(self, function: &Function) -> bool {
        function.constant(self.condition) != Some(Constant::bool(true))
    }
}
