//! How blocks end.

use crate::{Block, ErrorId, ReductionOp, Value};

/// A jump target with the arguments for its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BlockCall {
    /// The block.
    pub block: Block,
    /// One argument a parameter.
    pub arguments: Vec<Value>,
}

impl BlockCall {
    /// A jump to `block` with these arguments.
    pub fn new(block: Block, arguments: Vec<Value>) -> Self {
        Self { block, arguments }
    }
}

/// A reduction of a parallel loop.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reduction {
    /// How chunks are combined.
    pub op: ReductionOp,
    /// The value before the loop: combined first, in front of chunk 0.
    pub initial: Value,
}

/// A parallel loop: runs `body` for every index from 0 to `count`, in any order, on any number of threads, then `exit`.
///
/// The body's parameters are the index (`i64`) and one accumulator a reduction; it ends in [`Terminator::ParYield`] with the accumulators'
/// next values. With reductions the iterations are cut into chunks, each starting from the identities; the results,
/// combined in index order behind the initial values, are the parameters of `exit`. A negative count is none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ParFor {
    /// The trip count, an `i64`.
    pub count: Value,
    /// The entry of the body.
    pub body: Block,
    /// Into how many chunks a loop with reductions is cut, an `i64` from 0 to `hotloop_abi::MAX_CHUNKS`; `None` for a loop without.
    pub chunks: Option<Value>,
    /// The reductions.
    pub reductions: Vec<Reduction>,
    /// Where control goes afterwards.
    pub exit: Block,
}

/// How a block ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Terminator {
    /// Goes to a block.
    Jump(BlockCall),
    /// Goes to `then` where the condition (`i1`) holds, else to `otherwise`.
    Branch {
        /// What decides.
        condition: Value,
        /// Where it holds.
        then: BlockCall,
        /// Elsewhere.
        otherwise: BlockCall,
    },
    /// Returns these results.
    Return(Vec<Value>),
    /// Raises an error; up to eight `i64` go into its arguments.
    Raise {
        /// What is raised.
        error: ErrorId,
        /// The words of its payload.
        payload: Vec<Value>,
    },
    /// At the end of an unwind block: goes on with the error that led here, to this block's own unwind target or the caller.
    Reraise,
    /// Raises an error that a `catch` has ended once more, as it was.
    RaiseAgain(Value),
    /// A parallel loop.
    ParFor(ParFor),
    /// Ends an iteration of a parallel loop, with the accumulators' values.
    ParYield(Vec<Value>),
    /// Control never gets here.
    Unreachable,
}

impl Terminator {
    /// The operands, in order.
    pub fn operands(&self) -> Vec<Value> {
        let mut operands = Vec::new();
        self.for_each_operand(|value| operands.push(value));
        operands
    }

    /// Visits the operands, in order.
    pub fn for_each_operand(&self, mut visit: impl FnMut(Value)) {
        match self {
            Self::Jump(call) => call.arguments.iter().copied().for_each(visit),
            Self::Branch { condition, then, otherwise } => {
                visit(*condition);
                then.arguments.iter().chain(&otherwise.arguments).copied().for_each(visit);
            }
            Self::Return(values) | Self::ParYield(values) | Self::Raise { payload: values, .. } => {
                values.iter().copied().for_each(visit);
            }
            Self::ParFor(region) => {
                visit(region.count);
                region.chunks.into_iter().for_each(&mut visit);
                region.reductions.iter().for_each(|reduction| visit(reduction.initial));
            }
            Self::RaiseAgain(error) => visit(*error),
            Self::Reraise | Self::Unreachable => {}
        }
    }

    /// Visits the operands, in order, to be changed.
    pub fn for_each_operand_mut(&mut self, mut visit: impl FnMut(&mut Value)) {
        match self {
            Self::Jump(call) => call.arguments.iter_mut().for_each(visit),
            Self::Branch { condition, then, otherwise } => {
                visit(condition);
                then.arguments.iter_mut().chain(&mut otherwise.arguments).for_each(visit);
            }
            Self::Return(values) | Self::ParYield(values) | Self::Raise { payload: values, .. } => {
                values.iter_mut().for_each(visit);
            }
            Self::ParFor(region) => {
                visit(&mut region.count);
                region.chunks.iter_mut().for_each(&mut visit);
                region.reductions.iter_mut().for_each(|reduction| visit(&mut reduction.initial));
            }
            Self::RaiseAgain(error) => visit(error),
            Self::Reraise | Self::Unreachable => {}
        }
    }

    /// The same terminator on other operands; `change` is asked once an operand, in order.
    #[must_use]
    pub fn map_operands(mut self, mut change: impl FnMut(Value) -> Value) -> Self {
        self.for_each_operand_mut(|value| *value = change(*value));
        self
    }

    /// The blocks that control may go to, in order, each as often as it is named; without the unwind target. A parallel loop
    /// goes to its body and its exit; `ParYield` names none, though its loop's body may follow.
    pub fn targets(&self) -> Vec<Block> {
        let mut targets = Vec::new();
        self.for_each_target(|block| targets.push(block));
        targets
    }

    /// The jumps to other blocks, in order: of a jump or a branch. What parallel loops do is none.
    pub fn jumps(&self) -> Vec<&BlockCall> {
        match self {
            Self::Jump(call) => vec![call],
            Self::Branch { then, otherwise, .. } => vec![then, otherwise],
            Self::Return(_)
            | Self::Raise { .. }
            | Self::Reraise
            | Self::RaiseAgain(_)
            | Self::ParFor(_)
            | Self::ParYield(_)
            | Self::Unreachable => Vec::new(),
        }
    }

    /// Visits the [`targets`](Self::targets), in order.
    pub fn for_each_target(&self, mut visit: impl FnMut(Block)) {
        match self {
            Self::Jump(call) => visit(call.block),
            Self::Branch { then, otherwise, .. } => {
                visit(then.block);
                visit(otherwise.block);
            }
            Self::ParFor(region) => {
                visit(region.body);
                visit(region.exit);
            }
            Self::Return(_)
            | Self::Raise { .. }
            | Self::Reraise
            | Self::RaiseAgain(_)
            | Self::ParYield(_)
            | Self::Unreachable => {}
        }
    }

    /// Visits the [`targets`](Self::targets), in order, to be changed.
    pub fn for_each_target_mut(&mut self, mut visit: impl FnMut(&mut Block)) {
        match self {
            Self::Jump(call) => visit(&mut call.block),
            Self::Branch { then, otherwise, .. } => {
                visit(&mut then.block);
                visit(&mut otherwise.block);
            }
            Self::ParFor(region) => {
                visit(&mut region.body);
                visit(&mut region.exit);
            }
            Self::Return(_)
            | Self::Raise { .. }
            | Self::Reraise
            | Self::RaiseAgain(_)
            | Self::ParYield(_)
            | Self::Unreachable => {}
        }
    }
}
