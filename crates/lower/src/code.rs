//! The MIR function while it is built: the current block and place, and one short method an instruction.
//!
//! Whatever may raise goes through [`Code::push`], which first makes sure that the current block releases, on an error,
//! the array references held at this point (see `ownership.rs`).

use crate::guarded::TryFrame;
use crate::ownership::{Holdings, UnwindBlocks};
use crate::races::tell_accesses;
use crate::values::Operand;
use hotloop_diagnostics::Span;
use hotloop_hir::Races;
use hotloop_mir::{
    BinaryOp, Block, BlockCall, BlockData, Builder, Constant, ConvertOp, ErrorArgument, ErrorData,
    ExceptionClass, FloatCompare, Function, Inst, InstKind, IntCompare, MachineType, Region, RegionKind,
    RuntimeFunction, Terminator, UnaryOp, Value,
};

/// A function under construction.
pub(crate) struct Code {
    /// What is built.
    pub(crate) function: Function,
    /// The array references held at the current point.
    pub(crate) holdings: Holdings,
    /// The `try` statements in whose bodies the current point lies, the innermost last.
    pub(crate) tries: Vec<TryFrame>,
    /// Where errors go that release something.
    pub(crate) unwind_blocks: UnwindBlocks,
    /// The numbers of chunks of iterations, each of which has parts of arrays for itself.
    pub(crate) chunk_numbers: Vec<Value>,
    block: Block,
    span: Span,
    reachable: bool,
}

/// Where building can go on later: the end of a block, with the references held there.
pub(crate) struct Point {
    block: Block,
    holdings: Holdings,
}

impl Code {
    /// At the start of a function that has its entry block only.
    pub(crate) fn new(function: Function) -> Self {
        let (block, span) = (function.entry(), function.span);
        Self {
            function,
            holdings: Holdings::default(),
            tries: Vec::new(),
            unwind_blocks: UnwindBlocks::default(),
            chunk_numbers: Vec::new(),
            block,
            span,
            reachable: true,
        }
    }

    /// The function, once all is built.
    pub(crate) fn finish(mut self, races: Races) -> Function {
        self.function.layout.extend(self.unwind_blocks.into_blocks());
        tell_accesses(&mut self.function, races, &self.chunk_numbers);
        self.function
    }

    /// The current block.
    pub(crate) fn block(&self) -> Block {
        self.block
    }

    /// Whether control can get to the current point.
    pub(crate) fn is_reachable(&self) -> bool {
        self.reachable
    }

    /// Control does not get to the current point.
    pub(crate) fn set_unreachable(&mut self) {
        self.reachable = false;
    }

    /// What follows is the body of a `try`.
    pub(crate) fn enter_try(&mut self) {
        self.tries.push(TryFrame::default());
        self.holdings.unwind = None;
    }

    /// The place of what is built next; what has no place keeps the one before.
    pub(crate) fn set_span(&mut self, span: Span) {
        if span != Span::NONE {
            self.span = span;
        }
    }

    /// The place of what is built next.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    fn builder(&mut self) -> Builder<'_> {
        let mut builder = Builder::at(&mut self.function, self.block);
        builder.set_span(self.span);
        builder
    }

    /// A new block, which gets its place in the layout when it is [started](Self::start).
    pub(crate) fn new_block(&mut self) -> Block {
        self.function.blocks.push(BlockData {
            parameters: Vec::new(),
            insts: Vec::new(),
            terminator: Terminator::Unreachable,
            terminator_span: Span::NONE,
            unwind: None,
            is_cold: false,
            vector: None,
        })
    }

    /// A parameter for a block.
    pub(crate) fn add_parameter(&mut self, block: Block, ty: MachineType) -> Value {
        self.function.add_parameter(block, ty)
    }

    /// Goes on in a new block.
    pub(crate) fn start(&mut self, block: Block) {
        self.function.layout.push(block);
        self.block = block;
        self.reachable = true;
        self.holdings.enter_block();
    }

    /// The current point, to [`resume`](Self::resume) at.
    pub(crate) fn point(&self) -> Point {
        Point { block: self.block, holdings: self.holdings.clone() }
    }

    /// Goes on at a point.
    pub(crate) fn resume(&mut self, point: Point) {
        self.block = point.block;
        self.holdings = point.holdings;
        self.reachable = true;
        self.holdings.assume_block_raises();
    }

    /// Appends an instruction; returns its results.
    pub(crate) fn push(&mut self, kind: InstKind) -> Vec<Value> {
        if kind.may_raise() {
            self.protect();
        }
        self.builder().push(kind).to_vec()
    }

    /// Appends an instruction with one result.
    pub(crate) fn value(&mut self, kind: InstKind) -> Value {
        if kind.may_raise() {
            self.protect();
        }
        self.builder().value(kind)
    }

    /// Appends an instruction without a result.
    pub(crate) fn effect(&mut self, kind: InstKind) {
        if kind.may_raise() {
            self.protect();
        }
        self.builder().effect(kind);
    }

    /// Ends the current block.
    pub(crate) fn terminate(&mut self, terminator: Terminator) {
        if matches!(
            terminator,
            Terminator::Raise { .. }
                | Terminator::Reraise
                | Terminator::RaiseAgain(_)
                | Terminator::ParFor(_)
        ) {
            self.protect();
        }
        self.builder().terminate(terminator);
        self.reachable = false;
    }

    /// Ends the current block with a jump.
    pub(crate) fn jump(&mut self, block: Block, arguments: Vec<Value>) {
        self.terminate(Terminator::Jump(BlockCall::new(block, arguments)));
    }

    /// Ends the current block with a branch.
    pub(crate) fn branch(&mut self, condition: Value, then: Block, otherwise: Block) {
        self.branch_with(condition, then, Vec::new(), otherwise, Vec::new());
    }

    /// Ends the current block with a branch that passes arguments.
    pub(crate) fn branch_with(
        &mut self,
        condition: Value,
        then: Block,
        then_arguments: Vec<Value>,
        otherwise: Block,
        otherwise_arguments: Vec<Value>,
    ) {
        self.terminate(Terminator::Branch {
            condition,
            then: BlockCall::new(then, then_arguments),
            otherwise: BlockCall::new(otherwise, otherwise_arguments),
        });
    }

    /// The type of a value.
    pub(crate) fn ty(&self, value: Value) -> MachineType {
        self.function.value_type(value)
    }

    /// The integer that a value is known to be.
    pub(crate) fn known_int(&self, value: Value) -> Option<i64> {
        match self.function.constant(value) {
            Some(Constant::Int(_, value)) => Some(value),
            Some(Constant::F32(_) | Constant::F64(_)) | None => None,
        }
    }

    /// The alias region of that kind.
    pub(crate) fn region(&mut self, kind: RegionKind) -> Region {
        self.function.region(kind)
    }

    /// An integer constant; the bits above the type's width are dropped.
    pub(crate) fn int(&mut self, ty: MachineType, value: i64) -> Value {
        let unused = 64 - ty.bits();
        let value = match ty {
            MachineType::I1 => value & 1,
            MachineType::I8 | MachineType::I16 | MachineType::I32 | MachineType::I64 => {
                value << unused >> unused
            }
            MachineType::Ptr => value,
            MachineType::F32 | MachineType::F64 => unreachable!("an integer constant of type {ty}"),
        };
        self.value(InstKind::Const(Constant::Int(ty, value)))
    }

    /// An `i64` constant.
    pub(crate) fn int64(&mut self, value: i64) -> Value {
        self.int(MachineType::I64, value)
    }

    /// A truth value.
    pub(crate) fn boolean(&mut self, value: bool) -> Value {
        self.int(MachineType::I1, i64::from(value))
    }

    /// A float constant of that type.
    pub(crate) fn float(&mut self, ty: MachineType, value: f64) -> Value {
        let constant = match ty {
            MachineType::F32 => Constant::F32((value as f32).to_bits()),
            _ => Constant::F64(value.to_bits()),
        };
        self.value(InstKind::Const(constant))
    }

    /// Zero, false or null.
    pub(crate) fn zero(&mut self, ty: MachineType) -> Value {
        if ty.is_float() { self.float(ty, 0.0) } else { self.int(ty, 0) }
    }

    /// An operation on one value.
    pub(crate) fn unary(&mut self, op: UnaryOp, value: Value) -> Value {
        self.value(InstKind::Unary(op, value))
    }

    /// An operation on two values.
    pub(crate) fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        self.value(InstKind::Binary(op, a, b))
    }

    /// An operation on a value and a constant of its integer type.
    pub(crate) fn binary_const(&mut self, op: BinaryOp, a: Value, b: i64) -> Value {
        let b = self.int(self.ty(a), b);
        self.binary(op, a, b)
    }

    /// A comparison of integers.
    pub(crate) fn compare(&mut self, op: IntCompare, a: Value, b: Value) -> Value {
        self.value(InstKind::IntCompare(op, a, b))
    }

    /// A comparison with a constant of the value's integer type.
    pub(crate) fn compare_const(&mut self, op: IntCompare, a: Value, b: i64) -> Value {
        let b = self.int(self.ty(a), b);
        self.compare(op, a, b)
    }

    /// A comparison of floats.
    pub(crate) fn compare_floats(&mut self, op: FloatCompare, a: Value, b: Value) -> Value {
        self.value(InstKind::FloatCompare(op, a, b))
    }

    /// A comparison with a constant of the value's float type.
    pub(crate) fn compare_float_const(&mut self, op: FloatCompare, a: Value, b: f64) -> Value {
        let b = self.float(self.ty(a), b);
        self.compare_floats(op, a, b)
    }

    /// `then` where the condition holds, else `otherwise`.
    pub(crate) fn select(&mut self, condition: Value, then: Value, otherwise: Value) -> Value {
        self.value(InstKind::Select { condition, then, otherwise })
    }

    /// One of two numbers of one type.
    pub(crate) fn select_number(&mut self, condition: Value, then: &Operand, otherwise: &Operand) -> Operand {
        if let Operand::Complex(then) = then {
            let otherwise = otherwise.parts();
            return Operand::Complex([0, 1].map(|part| self.select(condition, then[part], otherwise[part])));
        }
        Operand::Scalar(self.select(condition, then.scalar(), otherwise.scalar()))
    }

    /// A conversion; none where the value has that type.
    pub(crate) fn convert(&mut self, op: ConvertOp, value: Value, to: MachineType) -> Value {
        if self.ty(value) == to { value } else { self.value(InstKind::Convert(op, value, to)) }
    }

    /// The address so many bytes further.
    pub(crate) fn add_bytes(&mut self, base: Value, offset: Value) -> Value {
        self.value(InstKind::PtrAdd { base, offset })
    }

    /// Reads memory.
    pub(crate) fn load(&mut self, ty: MachineType, address: Value, offset: i32, region: Region) -> Value {
        self.value(InstKind::Load { ty, address, offset, region })
    }

    /// Writes memory.
    pub(crate) fn store(&mut self, value: Value, address: Value, offset: i32, region: Region) {
        self.effect(InstKind::Store { value, address, offset, region });
    }

    /// Raises an error with this message unless the condition holds; nothing where it is known to.
    pub(crate) fn check(&mut self, condition: Value, class: ExceptionClass, message: &str) {
        self.check_with(
            condition,
            ErrorData { class: class.into(), arguments: ErrorArgument::message(message) },
        );
    }

    /// Raises the error unless the condition holds; nothing where it is known to.
    pub(crate) fn check_with(&mut self, condition: Value, error: ErrorData) {
        if self.known_int(condition) == Some(1) {
            return;
        }
        let error = self.function.error_with(error);
        self.effect(InstKind::Check { condition, error });
    }

    /// Raises `RecursionError` where the stack is nearly used up.
    pub(crate) fn check_stack(&mut self) -> Inst {
        self.protect();
        self.function.append_inst(self.block, InstKind::CheckStack, self.span)
    }

    /// Ends the call here if somebody wants it to stop.
    pub(crate) fn safepoint(&mut self) {
        self.effect(InstKind::Safepoint);
    }

    /// Calls a runtime function that has a result.
    pub(crate) fn call_runtime(&mut self, function: RuntimeFunction, arguments: Vec<Value>) -> Value {
        self.value(InstKind::CallRuntime { function, arguments })
    }
}
