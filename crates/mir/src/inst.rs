//! Instructions and terminators.

use crate::{Block, Callee, ErrorId, Function, MachineType, Region, RuntimeFunction, Slot, Value};

/// A constant of a machine type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Constant {
    /// An integer, truth value or address; the bits above the type's width are copies of its sign bit (zero for `i1`
    /// and `ptr`).
    Int(MachineType, i64),
    /// A binary32, by its bits.
    F32(u32),
    /// A binary64, by its bits.
    F64(u64),
}

impl Constant {
    /// Its type.
    pub const fn ty(self) -> MachineType {
        match self {
            Self::Int(ty, _) => ty,
            Self::F32(_) => MachineType::F32,
            Self::F64(_) => MachineType::F64,
        }
    }
}

/// Operations on one value; the result has the operand's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// Two's complement negation; wraps.
    Ineg,
    /// Every bit inverted; on `i1`, not.
    Inot,
    /// The sign bit inverted, also of a nan.
    Fneg,
    /// The sign bit cleared, also of a nan.
    Fabs,
    /// The correctly rounded square root; nan for negative operands.
    Fsqrt,
    /// The largest integral value not above.
    Ffloor,
    /// The smallest integral value not below.
    Fceil,
    /// The integral value next towards zero.
    Ftrunc,
    /// The nearest integral value, ties to even.
    Fnearest,
}

/// Operations on two values of one type; the result has that type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// Sum; wraps.
    Iadd,
    /// Difference; wraps.
    Isub,
    /// Product; wraps.
    Imul,
    /// Quotient rounded towards minus infinity; the minimum by -1 wraps. The divisor must not be 0.
    SdivFloor,
    /// Remainder with the sign of the divisor; by -1 it is 0. The divisor must not be 0.
    SmodFloor,
    /// Unsigned quotient. The divisor must not be 0.
    Udiv,
    /// Unsigned remainder. The divisor must not be 0.
    Urem,
    /// Bitwise and.
    And,
    /// Bitwise or.
    Or,
    /// Bitwise exclusive or.
    Xor,
    /// Shift to the left; the count is unsigned, and one of the type's width or more gives 0.
    Shl,
    /// Shift to the right with copies of the sign; a count of the width or more gives 0 or -1.
    Sshr,
    /// Shift to the right with zeros; a count of the width or more gives 0.
    Ushr,
    /// The smaller, signed.
    Smin,
    /// The larger, signed.
    Smax,
    /// The smaller, unsigned.
    Umin,
    /// The larger, unsigned.
    Umax,
    /// IEEE sum.
    Fadd,
    /// IEEE difference.
    Fsub,
    /// IEEE product.
    Fmul,
    /// IEEE quotient; by zero gives inf or nan.
    Fdiv,
    /// The magnitude of the first with the sign of the second.
    Fcopysign,
}

/// Comparisons of two integers or addresses of one type; the result is an `i1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntCompare {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Signed less.
    Slt,
    /// Signed less or equal.
    Sle,
    /// Signed greater.
    Sgt,
    /// Signed greater or equal.
    Sge,
    /// Unsigned less.
    Ult,
    /// Unsigned less or equal.
    Ule,
    /// Unsigned greater.
    Ugt,
    /// Unsigned greater or equal.
    Uge,
}

/// Comparisons of two floats of one type; the result is an `i1`. With a nan all are false but `Ne`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FloatCompare {
    /// Equal.
    Eq,
    /// Not equal, or unordered.
    Ne,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

/// Conversions to another type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConvertOp {
    /// To a wider integer, with copies of the sign bit.
    SignExtend,
    /// To a wider integer, with zeros; also from `i1`.
    ZeroExtend,
    /// To a narrower integer; to `i1` keeps the lowest bit.
    Truncate,
    /// From a signed integer to the nearest float.
    SignedToFloat,
    /// From an unsigned integer to the nearest float.
    UnsignedToFloat,
    /// To `i64`, towards zero; nan and what does not fit give the minimum.
    FloatToSigned,
    /// To an unsigned `i64`: below 2^63 as `FloatToSigned`; from there `FloatToSigned(x - 2^63)` with the top bit flipped.
    FloatToUnsigned,
    /// `f32` to `f64`.
    Promote,
    /// `f64` to the nearest `f32`.
    Demote,
    /// The same bits in a type of the same size.
    Bitcast,
}

/// An instruction: what it computes from which operands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum InstKind {
    /// A constant.
    Const(Constant),
    /// An operation on one value.
    Unary(UnaryOp, Value),
    /// An operation on two values.
    Binary(BinaryOp, Value, Value),
    /// A comparison of integers or addresses.
    IntCompare(IntCompare, Value, Value),
    /// A comparison of floats.
    FloatCompare(FloatCompare, Value, Value),
    /// `then` where the condition (`i1`) holds, else `otherwise`.
    Select {
        /// What decides.
        condition: Value,
        /// The value where it holds.
        then: Value,
        /// The value elsewhere.
        otherwise: Value,
    },
    /// A conversion to the given type.
    Convert(ConvertOp, Value, MachineType),
    /// The address `base + offset` bytes; the offset is an `i64` and the sum wraps.
    PtrAdd {
        /// An address.
        base: Value,
        /// Bytes.
        offset: Value,
    },
    /// Reads a value of type `ty` at `address + offset`.
    Load {
        /// What is read.
        ty: MachineType,
        /// An address.
        address: Value,
        /// Bytes.
        offset: i32,
        /// Where the address points.
        region: Region,
    },
    /// Writes a value at `address + offset`.
    Store {
        /// What is written.
        value: Value,
        /// An address.
        address: Value,
        /// Bytes.
        offset: i32,
        /// Where the address points.
        region: Region,
    },
    /// The address of a slot of this activation's frame.
    SlotAddress(Slot),
    /// Yields the index wrapped into `0..length`: itself, or `index + length` where `wrap` is set and it is negative. Raises
    /// `IndexError` with index, axis and length if it is out of range.
    CheckBounds {
        /// An `i64`.
        index: Value,
        /// An `i64`, never negative.
        length: Value,
        /// The axis, for the message.
        axis: u32,
        /// Whether a negative index counts from the end.
        wrap: bool,
    },
    /// Raises the error unless the condition (`i1`) holds.
    Check {
        /// What must hold.
        condition: Value,
        /// What is raised otherwise.
        error: ErrorId,
    },
    /// Calls another function; yields its results. It may raise, and may read and write any memory.
    Call {
        /// The function.
        callee: Callee,
        /// Its arguments.
        arguments: Vec<Value>,
    },
    /// Calls a runtime function.
    CallRuntime {
        /// The function.
        function: RuntimeFunction,
        /// Its arguments, without the context.
        arguments: Vec<Value>,
    },
    /// The address of another function's code, as `ptr`.
    FunctionAddress(Callee),
    /// Where the function can be interrupted: raises `KeyboardInterrupt` or ends a cancelled region. It reads no user memory.
    Safepoint,
    /// Raises `RecursionError` when the stack is nearly used up.
    CheckStack,
}

impl InstKind {
    /// The operands, in order.
    pub fn operands(&self) -> Vec<Value> {
        let mut operands = Vec::new();
        self.for_each_operand(|value| operands.push(value));
        operands
    }

    /// Visits the operands, in order.
    pub fn for_each_operand(&self, mut visit: impl FnMut(Value)) {
        match self {
            Self::Const(_)
            | Self::SlotAddress(_)
            | Self::FunctionAddress(_)
            | Self::Safepoint
            | Self::CheckStack => {}
            Self::Unary(_, value)
            | Self::Convert(_, value, _)
            | Self::Load { address: value, .. }
            | Self::Check { condition: value, .. } => visit(*value),
            Self::Binary(_, a, b)
            | Self::IntCompare(_, a, b)
            | Self::FloatCompare(_, a, b)
            | Self::PtrAdd { base: a, offset: b }
            | Self::Store { value: a, address: b, .. }
            | Self::CheckBounds { index: a, length: b, .. } => {
                visit(*a);
                visit(*b);
            }
            Self::Select { condition, then, otherwise } => {
                visit(*condition);
                visit(*then);
                visit(*otherwise);
            }
            Self::Call { arguments, .. } | Self::CallRuntime { arguments, .. } => {
                arguments.iter().copied().for_each(visit)
            }
        }
    }

    /// Visits the operands, in order, to be changed.
    pub fn for_each_operand_mut(&mut self, mut visit: impl FnMut(&mut Value)) {
        match self {
            Self::Const(_)
            | Self::SlotAddress(_)
            | Self::FunctionAddress(_)
            | Self::Safepoint
            | Self::CheckStack => {}
            Self::Unary(_, value)
            | Self::Convert(_, value, _)
            | Self::Load { address: value, .. }
            | Self::Check { condition: value, .. } => visit(value),
            Self::Binary(_, a, b)
            | Self::IntCompare(_, a, b)
            | Self::FloatCompare(_, a, b)
            | Self::PtrAdd { base: a, offset: b }
            | Self::Store { value: a, address: b, .. }
            | Self::CheckBounds { index: a, length: b, .. } => {
                visit(a);
                visit(b);
            }
            Self::Select { condition, then, otherwise } => {
                visit(condition);
                visit(then);
                visit(otherwise);
            }
            Self::Call { arguments, .. } | Self::CallRuntime { arguments, .. } => {
                arguments.iter_mut().for_each(visit)
            }
        }
    }

    /// The same instruction on other operands; `change` is asked once an operand, in order.
    #[must_use]
    pub fn map_operands(mut self, mut change: impl FnMut(Value) -> Value) -> Self {
        self.for_each_operand_mut(|value| *value = change(*value));
        self
    }

    /// Whether it can raise, so that control may leave its block for the unwind target or the caller.
    pub fn may_raise(&self) -> bool {
        match self {
            Self::CheckBounds { .. }
            | Self::Check { .. }
            | Self::Call { .. }
            | Self::Safepoint
            | Self::CheckStack => true,
            Self::CallRuntime { function, .. } => function.may_raise(),
            Self::Const(_)
            | Self::Unary(..)
            | Self::Binary(..)
            | Self::IntCompare(..)
            | Self::FloatCompare(..)
            | Self::Select { .. }
            | Self::Convert(..)
            | Self::PtrAdd { .. }
            | Self::Load { .. }
            | Self::Store { .. }
            | Self::SlotAddress(_)
            | Self::FunctionAddress(_) => false,
        }
    }

    /// Whether its results depend on its operands alone and nothing else is affected, so that equal instructions can be merged.
    /// A pure instruction may still not be executed where the program would not (see [`is_speculatable`](Self::is_speculatable)).
    pub fn is_pure(&self) -> bool {
        match self {
            Self::Const(_)
            | Self::Unary(..)
            | Self::Binary(..)
            | Self::IntCompare(..)
            | Self::FloatCompare(..)
            | Self::Select { .. }
            | Self::Convert(..)
            | Self::PtrAdd { .. }
            | Self::SlotAddress(_)
            | Self::FunctionAddress(_) => true,
            Self::CallRuntime { function, .. } => function.effects() == crate::Effects::Pure,
            Self::Load { .. }
            | Self::Store { .. }
            | Self::CheckBounds { .. }
            | Self::Check { .. }
            | Self::Call { .. }
            | Self::Safepoint
            | Self::CheckStack => false,
        }
    }

    /// Whether it is pure and harmless on any operands: an integer division is not, unless its divisor is a constant other than 0.
    pub fn is_speculatable(&self, function: &Function) -> bool {
        match self {
            Self::Binary(
                BinaryOp::SdivFloor | BinaryOp::SmodFloor | BinaryOp::Udiv | BinaryOp::Urem,
                _,
                divisor,
            ) => matches!(function.constant(*divisor), Some(Constant::Int(_, value)) if value != 0),
            other => other.is_pure(),
        }
    }

    /// The types of the results.
    pub fn result_types(&self, function: &Function) -> Vec<MachineType> {
        let ty = |value: &Value| function.value_type(*value);
        match self {
            Self::Const(constant) => vec![constant.ty()],
            Self::Unary(_, value) | Self::Binary(_, value, _) | Self::Select { then: value, .. } => {
                vec![ty(value)]
            }
            Self::IntCompare(..) | Self::FloatCompare(..) => vec![MachineType::I1],
            Self::Convert(_, _, to) => vec![*to],
            Self::PtrAdd { .. } | Self::SlotAddress(_) | Self::FunctionAddress(_) => vec![MachineType::Ptr],
            Self::Load { ty, .. } => vec![*ty],
            Self::CheckBounds { .. } => vec![MachineType::I64],
            Self::Call { callee, .. } => function.callees[*callee].results.clone(),
            Self::CallRuntime { function, .. } => function.result().into_iter().collect(),
            Self::Store { .. } | Self::Check { .. } | Self::Safepoint | Self::CheckStack => Vec::new(),
        }
    }
}

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

/// How a reduction combines two values of its type. Every operation has an identity, from which each chunk starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReductionOp {
    /// Integer sum; identity 0.
    Iadd,
    /// Integer product; identity 1.
    Imul,
    /// Float sum; identity -0.0, which leaves every value as it is.
    Fadd,
    /// Float product; identity 1.0.
    Fmul,
    /// Signed minimum; identity the maximum.
    Smin,
    /// Signed maximum; identity the minimum.
    Smax,
    /// Unsigned minimum; identity the maximum.
    Umin,
    /// Unsigned maximum; identity 0.
    Umax,
    /// `b if b < a else a`, as Python's `min(a, b)`; identity +inf.
    Fmin,
    /// `b if b > a else a`, as Python's `max(a, b)`; identity -inf.
    Fmax,
    /// Bitwise and; identity -1 (true).
    And,
    /// Bitwise or; identity 0.
    Or,
    /// Bitwise exclusive or; identity 0.
    Xor,
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
/// next values. With reductions the iterations are cut into `hotloop_abi::chunk_count(count)` chunks, each starting from the identities; the results,
/// combined in index order behind the initial values, are the parameters of `exit`. A negative count is none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ParFor {
    /// The trip count, an `i64`.
    pub count: Value,
    /// The entry of the body.
    pub body: Block,
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
    /// Raises an error; up to four `i64` go into its message.
    Raise {
        /// What is raised.
        error: ErrorId,
        /// Values for the message.
        payload: Vec<Value>,
    },
    /// At the end of an unwind block: goes on with the error that led here, to this block's own unwind target or the caller.
    Reraise,
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
                region.reductions.iter().for_each(|reduction| visit(reduction.initial));
            }
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
                region.reductions.iter_mut().for_each(|reduction| visit(&mut reduction.initial));
            }
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
            Self::Return(_) | Self::Raise { .. } | Self::Reraise | Self::ParYield(_) | Self::Unreachable => {}
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
            Self::Return(_) | Self::Raise { .. } | Self::Reraise | Self::ParYield(_) | Self::Unreachable => {}
        }
    }
}
