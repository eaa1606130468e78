//! Builds a function block by block.

use crate::{
    BinaryOp, Block, BlockCall, Constant, Function, InstKind, IntCompare, MachineType, Results, Terminator,
    Value,
};
use hotloop_diagnostics::Span;

/// Appends instructions to the current block of a function.
#[derive(Debug)]
pub struct Builder<'a> {
    /// The function that is built.
    pub function: &'a mut Function,
    block: Block,
    span: Span,
}

impl<'a> Builder<'a> {
    /// A builder at the end of the entry block.
    pub fn at_entry(function: &'a mut Function) -> Self {
        let block = function.entry();
        Self { function, block, span: Span::NONE }
    }

    /// A builder at the end of `block`.
    pub fn at(function: &'a mut Function, block: Block) -> Self {
        Self { function, block, span: Span::NONE }
    }

    /// The current block.
    pub fn block(&self) -> Block {
        self.block
    }

    /// Goes on at the end of another block.
    pub fn switch_to(&mut self, block: Block) {
        self.block = block;
    }

    /// The place of what is built next.
    pub fn set_span(&mut self, span: Span) {
        self.span = span;
    }

    /// The place set last.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Adds an empty block; the current one stays.
    pub fn add_block(&mut self) -> Block {
        self.function.add_block()
    }

    /// Appends an instruction; returns its results.
    pub fn push(&mut self, kind: InstKind) -> Results {
        let inst = self.function.append_inst(self.block, kind, self.span);
        self.function.insts[inst].results.clone()
    }

    /// Appends an instruction with one result.
    ///
    /// # Panics
    /// Panics when the instruction has another number of results.
    pub fn value(&mut self, kind: InstKind) -> Value {
        let results = self.push(kind);
        assert_eq!(results.len(), 1, "an instruction with one result");
        results[0]
    }

    /// Appends an instruction without a result.
    ///
    /// # Panics
    /// Panics when the instruction has results.
    pub fn effect(&mut self, kind: InstKind) {
        let results = self.push(kind);
        assert!(results.is_empty(), "an instruction without results");
    }

    /// An integer constant.
    pub fn int(&mut self, ty: MachineType, value: i64) -> Value {
        self.value(InstKind::Const(Constant::Int(ty, value)))
    }

    /// A binary64 constant.
    pub fn float(&mut self, value: f64) -> Value {
        self.value(InstKind::Const(Constant::F64(value.to_bits())))
    }

    /// A binary operation.
    pub fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Value {
        self.value(InstKind::Binary(op, a, b))
    }

    /// An integer comparison.
    pub fn compare(&mut self, op: IntCompare, a: Value, b: Value) -> Value {
        self.value(InstKind::IntCompare(op, a, b))
    }

    /// Ends the current block.
    pub fn terminate(&mut self, terminator: Terminator) {
        let data = &mut self.function.blocks[self.block];
        data.terminator = terminator;
        data.terminator_span = self.span;
    }

    /// Ends the current block with a jump.
    pub fn jump(&mut self, block: Block, arguments: &[Value]) {
        self.terminate(Terminator::Jump(BlockCall::new(block, arguments.to_vec())));
    }

    /// Ends the current block with a branch without arguments.
    pub fn branch(&mut self, condition: Value, then: Block, otherwise: Block) {
        self.terminate(Terminator::Branch {
            condition,
            then: BlockCall::new(then, Vec::new()),
            otherwise: BlockCall::new(otherwise, Vec::new()),
        });
    }
}
