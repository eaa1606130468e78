//! Instructions.

use crate::{
    BinaryOp, Callee, CalleeData, Constant, ConvertOp, ErrorId, FloatCompare, Function, IntCompare,
    MachineType, Region, RuntimeFunction, Slot, TernaryOp, UnaryOp, Value,
};
use hotloop_index::Interner;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// Constant bytes, shared. There may be many: equal handles are equal without a look at them, and the hash is of their beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataBytes(Arc<[u8]>);

/// How many of the bytes the hash is of.
const HASHED_BYTES: usize = 256;

impl Hash for DataBytes {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.len().hash(state);
        self.0[..self.0.len().min(HASHED_BYTES)].hash(state);
    }
}

impl Deref for DataBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl<T: Into<Arc<[u8]>>> From<T> for DataBytes {
    fn from(bytes: T) -> Self {
        Self(bytes.into())
    }
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
    /// An operation on three values.
    Ternary(TernaryOp, Value, Value, Value),
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
    /// A `Load`, `Store` or `CheckBounds` that is done where the condition (`i1`) holds. Elsewhere it touches no memory and raises nothing; a load then gives 0, a check the index.
    When {
        /// What decides.
        condition: Value,
        /// What is done.
        access: Box<InstKind>,
    },
    /// The address of a slot of this activation's frame.
    SlotAddress(Slot),
    /// The address of constant bytes, aligned to 8 bytes, which live as long as the code.
    Data(DataBytes),
    /// Yields the index wrapped into `0..length`: itself, or `index + length` where `wrap` is set and it is negative. Raises
    /// `IndexError` with index, axis and length if it is out of range.
    CheckBounds {
        /// An `i64`.
        index: Value,
        /// An `i64`, never negative.
        length: Value,
        /// The axis, for the message; or the number of a [`CheckedAxis`](crate::CheckedAxis).
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
    /// In an unwind block: whether the error that led here has the class of this one or a class that derives from it, as an `i1`.
    ErrorIs(ErrorId),
    /// In an unwind block: ends the error that led here. The result stands for it, as long as this activation lives and until this
    /// instruction runs again.
    Catch,
}

impl InstKind {
    /// What is done, whether always or under a condition.
    pub fn access(&self) -> &Self {
        match self {
            Self::When { access, .. } => access,
            other => other,
        }
    }

    /// The condition under which it is done; `None` if always.
    pub fn condition(&self) -> Option<Value> {
        match self {
            Self::When { condition, .. } => Some(*condition),
            _ => None,
        }
    }

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
            | Self::Data(_)
            | Self::FunctionAddress(_)
            | Self::Safepoint
            | Self::CheckStack
            | Self::ErrorIs(_)
            | Self::Catch => {}
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
            Self::When { condition, access } => {
                access.for_each_operand(&mut visit as &mut dyn FnMut(Value));
                visit(*condition);
            }
            Self::Ternary(_, a, b, c) | Self::Select { condition: a, then: b, otherwise: c } => {
                visit(*a);
                visit(*b);
                visit(*c);
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
            | Self::Data(_)
            | Self::FunctionAddress(_)
            | Self::Safepoint
            | Self::CheckStack
            | Self::ErrorIs(_)
            | Self::Catch => {}
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
            Self::When { condition, access } => {
                access.for_each_operand_mut(&mut visit as &mut dyn FnMut(&mut Value));
                visit(condition);
            }
            Self::Ternary(_, a, b, c) | Self::Select { condition: a, then: b, otherwise: c } => {
                visit(a);
                visit(b);
                visit(c);
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
            Self::When { access, .. } => access.may_raise(),
            Self::Const(_)
            | Self::Unary(..)
            | Self::Binary(..)
            | Self::Ternary(..)
            | Self::IntCompare(..)
            | Self::FloatCompare(..)
            | Self::Select { .. }
            | Self::Convert(..)
            | Self::PtrAdd { .. }
            | Self::Load { .. }
            | Self::Store { .. }
            | Self::SlotAddress(_)
            | Self::Data(_)
            | Self::FunctionAddress(_)
            | Self::ErrorIs(_)
            | Self::Catch => false,
        }
    }

    /// Whether its results depend on its operands alone and nothing else is affected, so that equal instructions can be merged.
    /// A pure instruction may still not be executed where the program would not (see [`is_speculatable`](Self::is_speculatable)).
    pub fn is_pure(&self) -> bool {
        match self {
            Self::Const(_)
            | Self::Unary(..)
            | Self::Binary(..)
            | Self::Ternary(..)
            | Self::IntCompare(..)
            | Self::FloatCompare(..)
            | Self::Select { .. }
            | Self::Convert(..)
            | Self::PtrAdd { .. }
            | Self::SlotAddress(_)
            | Self::Data(_)
            | Self::FunctionAddress(_) => true,
            Self::CallRuntime { function, .. } => {
                matches!(function.effects(), crate::Effects::Pure | crate::Effects::Constant)
            }
            Self::Load { .. }
            | Self::Store { .. }
            | Self::When { .. }
            | Self::CheckBounds { .. }
            | Self::Check { .. }
            | Self::Call { .. }
            | Self::Safepoint
            | Self::CheckStack
            | Self::ErrorIs(_)
            | Self::Catch => false,
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

    /// The type of the result at a position: `None` behind the last one, and where it is that of an operand without a type.
    pub(crate) fn result_type(
        &self,
        position: usize,
        value_type: impl Fn(Value) -> Option<MachineType>,
        callees: &Interner<Callee, CalleeData>,
    ) -> Option<MachineType> {
        if let Self::Call { callee, .. } = self {
            return callees.get(*callee)?.results.get(position).copied();
        }
        if position != 0 {
            return None;
        }
        match self {
            Self::Const(constant) => Some(constant.ty()),
            Self::Unary(_, value)
            | Self::Binary(_, value, _)
            | Self::Ternary(_, value, ..)
            | Self::Select { then: value, .. } => value_type(*value),
            Self::IntCompare(..) | Self::FloatCompare(..) | Self::ErrorIs(_) => Some(MachineType::I1),
            Self::Convert(_, _, to) => Some(*to),
            Self::PtrAdd { .. }
            | Self::SlotAddress(_)
            | Self::FunctionAddress(_)
            | Self::Data(_)
            | Self::Catch => Some(MachineType::Ptr),
            Self::Load { ty, .. } => Some(*ty),
            Self::When { access, .. } => access.access_type(),
            Self::CheckBounds { .. } => Some(MachineType::I64),
            Self::CallRuntime { function, .. } => function.result(),
            Self::Call { .. }
            | Self::Store { .. }
            | Self::Check { .. }
            | Self::Safepoint
            | Self::CheckStack => None,
        }
    }

    /// The type of what an access gives.
    fn access_type(&self) -> Option<MachineType> {
        match self {
            Self::Load { ty, .. } => Some(*ty),
            Self::CheckBounds { .. } => Some(MachineType::I64),
            _ => None,
        }
    }
}
