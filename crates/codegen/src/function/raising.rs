//! Checks, errors and the ways out of a function.
//!
//! A check costs one compare and branch on the path; everything else is cold. A failing site loads its number, class and
//! payload and jumps to a tail, which writes the error state and unwinds; one tail serves all sites with the same unwind
//! target and length of payload.

use super::{Translator, WORD, stack_slot};
use crate::error::ModuleResult;
use crate::imports::SELF_SYMBOL;
use crate::sites::{RECURSION_MESSAGE, Site, runtime_error};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    self, BlockArg, FuncRef, InstBuilder, InstructionData, Opcode, StackSlot, types,
};
use cranelift_frontend::FunctionBuilder;
use cranelift_module::Module as _;
use hotloop_abi::{Context, ErrorState};
use hotloop_diagnostics::Span;
use hotloop_mir::{
    Block, ErrorArgument, ErrorData, ErrorId, ExceptionClass, RuntimeFunction, Value, bounds_message,
};

/// Code off the path, built when the path is complete.
pub(super) enum ColdPath {
    /// Raises an error.
    Raise(Raising),
    /// Wraps a negative index and goes on at `resume` with it, unless it is still out of bounds.
    Wrap { index: ir::Value, length: ir::Value, resume: ir::Block, raising: Raising },
    /// Asks the runtime about an interrupt, then goes on at `resume`.
    Interrupt { block: ir::Block, resume: ir::Block, site: u32, unwind: Option<Block> },
    /// Gives an error of the runtime, or of a function without places, that of the call.
    Blame { block: ir::Block, site: u32, unwind: Option<Block>, who: Blamed },
}

/// Who raised an error whose place is that of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Blamed {
    /// The runtime, unless it called a function that did.
    Runtime,
    /// A compiled function without places.
    Function,
}

/// What a failing site does.
pub(super) struct Raising {
    block: ir::Block,
    site: u32,
    class: u32,
    payload: Vec<ir::Value>,
    unwind: Option<Block>,
}

/// Code shared by the cold paths that unwind to the same block.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Tail {
    /// Writes an error with that many words of payload.
    Raise { unwind: Option<Block>, payload_words: usize },
    /// Gives an error a place.
    Blame { unwind: Option<Block>, who: Blamed },
}

/// The size of the error state: whole words.
const ERROR_BYTES: usize = size_of::<ErrorState>();
const _: () = assert!(ERROR_BYTES.is_multiple_of(8));

/// The offset in the context of a field of the error state.
const fn error_offset(field: usize) -> i32 {
    (Context::ERROR_OFFSET + field) as i32
}

/// Writes image and site if the error has no site: the runtime raised it by itself, and not a function that the runtime called.
pub(crate) fn write_missing_place(
    builder: &mut FunctionBuilder<'_>,
    context: ir::Value,
    image: ir::Value,
    site: ir::Value,
) {
    let (image_offset, site_offset) =
        (error_offset(ErrorState::IMAGE_OFFSET), error_offset(ErrorState::SITE_OFFSET));
    let known_image = builder.ins().load(types::I64, WORD, context, image_offset);
    let known_site = builder.ins().load(types::I32, WORD, context, site_offset);
    let no_site = builder.ins().iconst(types::I32, i64::from(ErrorState::NO_SITE));
    let is_missing = builder.ins().icmp(IntCC::Equal, known_site, no_site);
    let image = builder.ins().select(is_missing, image, known_image);
    let site = builder.ins().select(is_missing, site, known_site);
    builder.ins().store(WORD, image, context, image_offset);
    builder.ins().store(WORD, site, context, site_offset);
}

impl Translator<'_, '_> {
    /// Goes on with the index wrapped into the bounds; where there is a condition that does not hold, with the index as it is. An index in bounds costs one unsigned compare; a negative one is rare.
    pub(super) fn check_bounds(
        &mut self,
        index: Value,
        length: Value,
        axis: u32,
        wrap: bool,
        condition: Option<Value>,
        span: Span,
    ) -> ir::Value {
        let [index, length] = [index, length].map(|value| self.operand(value));
        let site = self.site_of_message(ExceptionClass::IndexError, bounds_message(axis), 3, span);
        let axis = self.int(types::I64, i64::from(axis));
        let raising = self.raising(site, ExceptionClass::IndexError as u32, vec![index, axis, length]);
        let block = raising.block;
        let mut is_outside = self.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, index, length);
        if let Some(condition) = condition {
            let condition = self.operand(condition);
            is_outside = self.ins().band(condition, is_outside);
        }
        if !wrap {
            self.cold_paths.push(ColdPath::Raise(raising));
            self.leave_if(is_outside, block);
            return index;
        }
        let resume = self.builder.create_block();
        let wrapped = self.builder.append_block_param(resume, types::I64);
        self.ins().brif(is_outside, block, &[], resume, &[index.into()]);
        self.cold_paths.push(ColdPath::Wrap { index, length, resume, raising });
        self.go_on_in(resume);
        wrapped
    }

    /// Raises the error unless the condition holds.
    pub(super) fn check(&mut self, condition: Value, error: ErrorId, span: Span) {
        let fails = self.inverted(condition);
        let error = &self.mir.errors[error];
        let site = self.site(error, 0, span);
        let fail = self.raising_block(site, error.class.number(), Vec::new());
        self.leave_if(fails, fail);
    }

    /// Raises the error.
    pub(super) fn raise(&mut self, error: ErrorId, payload: &[Value], span: Span) {
        let payload: Vec<ir::Value> = payload.iter().map(|value| self.operand(*value)).collect();
        let error = &self.mir.errors[error];
        let site = self.site(error, payload.len() as u32, span);
        let fail = self.raising_block(site, error.class.number(), payload);
        self.ins().jump(fail, &[]);
    }

    /// Whether the error that was raised last has this class or one that derives from it.
    pub(super) fn error_is(&mut self, base: u32) -> ModuleResult<ir::Value> {
        let context = self.context;
        let class = self.ins().load(types::I32, WORD, context, error_offset(ErrorState::CLASS_OFFSET));
        let class = self.ins().uextend(types::I64, class);
        let base = self.int(types::I64, i64::from(base));
        let result = self.call_runtime_function(RuntimeFunction::ErrorIs, &[class, base])?[0];
        Ok(self.ins().ireduce(types::I8, result))
    }

    /// Moves the error state to a slot of the frame, where it stays while other errors come and go.
    pub(super) fn catch(&mut self) -> ir::Value {
        let slot = self.builder.create_sized_stack_slot(stack_slot(ERROR_BYTES as u32));
        let kept = self.ins().stack_addr(types::I64, slot, 0);
        let context = self.context;
        self.copy_error((context, Context::ERROR_OFFSET as i32), (kept, 0));
        let none = self.int(types::I64, 0);
        self.write_error_field(none, ErrorState::TEXTS_OFFSET);
        kept
    }

    /// Puts a caught error back into the error state, and unwinds.
    pub(super) fn raise_again(&mut self, error: Value) {
        let (kept, context) = (self.operand(error), self.context);
        self.copy_error((kept, 0), (context, Context::ERROR_OFFSET as i32));
        let target = self.unwind_target();
        self.ins().jump(target, &[]);
    }

    fn copy_error(&mut self, from: (ir::Value, i32), to: (ir::Value, i32)) {
        for offset in (0..ERROR_BYTES as i32).step_by(8) {
            let word = self.ins().load(types::I64, WORD, from.0, from.1 + offset);
            self.ins().store(WORD, word, to.0, to.1 + offset);
        }
    }

    /// Asks whether somebody wants this code to stop.
    pub(super) fn safepoint(&mut self, span: Span) {
        let flag = self.kept_for_interrupts(0);
        let flag = self.ins().load(types::I32, WORD, flag, 0);
        let zero = self.int(types::I32, 0);
        let is_wanted = self.ins().icmp(IntCC::NotEqual, flag, zero);
        let (class, message) = runtime_error(RuntimeFunction::Safepoint);
        let site = self.site_of_message(class, message, 0, span);
        let (block, resume) = (self.cold_block(), self.builder.create_block());
        self.ins().brif(is_wanted, block, &[], resume, &[]);
        self.cold_paths.push(ColdPath::Interrupt { block, resume, site, unwind: self.unwind() });
        self.go_on_in(resume);
    }

    /// Raises `RecursionError` when the stack is nearly used up.
    pub(super) fn check_stack(&mut self, span: Span) {
        let context = self.context;
        let limit = self.ins().load(types::I64, WORD, context, Context::STACK_LIMIT_OFFSET as i32);
        let pointer = self.ins().get_stack_pointer(types::I64);
        let is_used_up = self.ins().icmp(IntCC::UnsignedLessThan, pointer, limit);
        let site = self.site_of_message(ExceptionClass::RecursionError, RECURSION_MESSAGE, 0, span);
        let fail = self.raising_block(site, ExceptionClass::RecursionError as u32, Vec::new());
        self.leave_if(is_used_up, fail);
    }

    /// After a call of a compiled function: an error that it raised is complete.
    pub(super) fn go_on_if_ok(&mut self, status: ir::Value) {
        let target = self.unwind_target();
        let resume = self.builder.create_block();
        self.ins().brif(status, target, &[], resume, &[]);
        self.go_on_in(resume);
    }

    /// After a call of a runtime function: an error that it raised by itself still needs a place.
    pub(super) fn go_on_if_runtime_ok(&mut self, status: ir::Value, function: RuntimeFunction, span: Span) {
        let (class, message) = runtime_error(function);
        let site = self.site_of_message(class, message, 1, span);
        let (block, resume) = (self.cold_block(), self.builder.create_block());
        self.ins().brif(status, block, &[], resume, &[]);
        self.cold_paths.push(ColdPath::Blame { block, site, unwind: self.unwind(), who: Blamed::Runtime });
        self.go_on_in(resume);
    }

    /// After a call of a compiled function without places: an error that it raised is complete but for the call's place.
    pub(super) fn go_on_or_place(&mut self, status: ir::Value, span: Span) {
        let site = self.site_of_message(ExceptionClass::SystemError, "", 0, span);
        let (block, resume) = (self.cold_block(), self.builder.create_block());
        self.ins().brif(status, block, &[], resume, &[]);
        self.cold_paths.push(ColdPath::Blame { block, site, unwind: self.unwind(), who: Blamed::Function });
        self.go_on_in(resume);
    }

    /// Where an error in the current block goes.
    pub(super) fn unwind_target(&mut self) -> ir::Block {
        self.unwind_block(self.unwind())
    }

    /// Builds all code off the path.
    pub(super) fn build_cold_paths(&mut self) -> ModuleResult<()> {
        for path in std::mem::take(&mut self.cold_paths) {
            match path {
                ColdPath::Raise(raising) => {
                    self.builder.switch_to_block(raising.block);
                    self.build_raise(raising);
                }
                ColdPath::Wrap { index, length, resume, raising } => {
                    self.build_wrap(index, length, resume, raising);
                }
                ColdPath::Interrupt { block, resume, site, unwind } => {
                    self.build_interrupt(block, resume, site, unwind);
                }
                ColdPath::Blame { block, site, unwind, who } => {
                    self.builder.switch_to_block(block);
                    self.jump_to_blame(site, unwind, who);
                }
            }
        }
        for (tail, block) in std::mem::take(&mut self.tails) {
            self.build_tail(tail, block)?;
        }
        if let Some(exit) = self.raised_exit {
            self.builder.switch_to_block(exit);
            let raised = self.int(types::I32, i64::from(hotloop_abi::Status::RAISED.0));
            self.ins().return_(&[raised]);
        }
        Ok(())
    }

    /// To be built in the block that raises.
    fn build_raise(&mut self, raising: Raising) {
        let tail = self.tail(Tail::Raise { unwind: raising.unwind, payload_words: raising.payload.len() });
        let site = self.int(types::I32, i64::from(raising.site));
        let class = self.int(types::I32, i64::from(raising.class));
        let payload: Vec<ir::Value> = raising.payload.into_iter().map(|word| self.made_here(word)).collect();
        let arguments: Vec<BlockArg> = [site, class].into_iter().chain(payload).map(BlockArg::from).collect();
        self.ins().jump(tail, &arguments);
    }

    /// The error tells of the index as it was given. That is computed from the wrapped one: if it were still needed then, both would take a register, and the path a move.
    fn build_wrap(&mut self, index: ir::Value, length: ir::Value, resume: ir::Block, mut raising: Raising) {
        self.builder.switch_to_block(raising.block);
        let [index, length] = [index, length].map(|value| self.made_here(value));
        let wrapped = self.ins().iadd(index, length);
        let is_outside = self.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, wrapped, length);
        raising.block = self.cold_block();
        self.go_back_unless(is_outside, raising.block, resume, &[wrapped.into()]);
        self.builder.switch_to_block(raising.block);
        raising.payload[0] = self.ins().isub(wrapped, length);
        self.build_raise(raising);
    }

    fn build_interrupt(&mut self, block: ir::Block, resume: ir::Block, site: u32, unwind: Option<Block>) {
        self.builder.switch_to_block(block);
        let interrupt = self.interrupt_function();
        let slot = self.interrupt_slot();
        let site = self.int(types::I32, i64::from(site));
        let status = self.ins().stack_addr(types::I64, slot, 0);
        let context = self.kept_for_interrupts(8);
        self.ins().call(interrupt, &[context, site, status]);
        let status = self.ins().load(types::I32, WORD, status, 0);
        let target = self.unwind_block(unwind);
        self.go_back_unless(status, target, resume, &[]);
    }

    /// Ends a cold path that may return to the hot code. The way back has a cold block of its own: an edge counts as hot where its end is.
    fn go_back_unless(
        &mut self,
        fails: ir::Value,
        fail: ir::Block,
        resume: ir::Block,
        arguments: &[BlockArg],
    ) {
        let back = self.cold_block();
        self.ins().brif(fails, fail, &[], back, &[]);
        self.builder.switch_to_block(back);
        self.ins().jump(resume, arguments);
    }

    /// A constant of the path is made anew off it: otherwise it would be made on the path for the sake of a use here.
    fn made_here(&mut self, value: ir::Value) -> ir::Value {
        let dfg = &self.builder.func.dfg;
        let definition = dfg.value_def(value).inst().map(|inst| dfg.insts[inst]);
        match definition {
            Some(InstructionData::UnaryImm { opcode: Opcode::Iconst, imm }) => {
                let ty = dfg.value_type(value);
                self.ins().iconst(ty, imm)
            }
            _ => value,
        }
    }

    fn interrupt_function(&mut self) -> FuncRef {
        if let Some(known) = self.interrupt {
            return known;
        }
        let interrupt = self.unit.interrupt();
        let interrupt = self.unit.module.declare_func_in_func(interrupt, self.builder.func);
        self.interrupt = Some(interrupt);
        interrupt
    }

    fn interrupt_slot(&mut self) -> StackSlot {
        *self.interrupt_slot.get_or_insert_with(|| self.builder.create_sized_stack_slot(stack_slot(8)))
    }

    fn jump_to_blame(&mut self, site: u32, unwind: Option<Block>, who: Blamed) {
        let tail = self.tail(Tail::Blame { unwind, who });
        let site = self.int(types::I32, i64::from(site));
        self.ins().jump(tail, &[site.into()]);
    }

    fn build_tail(&mut self, tail: Tail, block: ir::Block) -> ModuleResult<()> {
        self.builder.switch_to_block(block);
        let parameters = self.builder.block_params(block).to_vec();
        let unwind = match tail {
            Tail::Raise { unwind, .. } => {
                self.write_error(&parameters)?;
                unwind
            }
            Tail::Blame { unwind, who } => {
                let image = self.import(SELF_SYMBOL)?;
                match who {
                    Blamed::Runtime => {
                        write_missing_place(&mut self.builder, self.context, image, parameters[0]);
                    }
                    Blamed::Function => {
                        self.write_error_field(image, ErrorState::CALLER_IMAGE_OFFSET);
                        self.write_error_field(parameters[0], ErrorState::CALLER_SITE_OFFSET);
                    }
                }
                unwind
            }
        };
        let target = self.unwind_block(unwind);
        self.ins().jump(target, &[]);
        Ok(())
    }

    /// Writes image, site, class and payload.
    fn write_error(&mut self, parameters: &[ir::Value]) -> ModuleResult<()> {
        let image = self.import(SELF_SYMBOL)?;
        self.write_error_field(image, ErrorState::IMAGE_OFFSET);
        self.write_error_field(parameters[0], ErrorState::SITE_OFFSET);
        self.write_error_field(parameters[1], ErrorState::CLASS_OFFSET);
        let none = self.int(types::I32, i64::from(ErrorState::NO_SITE));
        self.write_error_field(none, ErrorState::CALLER_SITE_OFFSET);
        for (position, word) in parameters[2..].iter().enumerate() {
            self.write_error_field(*word, ErrorState::PAYLOAD_OFFSET + 8 * position);
        }
        Ok(())
    }

    fn write_error_field(&mut self, value: ir::Value, field: usize) {
        let context = self.context;
        self.ins().store(WORD, value, context, error_offset(field));
    }

    /// The tail of that kind, which is built at the end.
    fn tail(&mut self, tail: Tail) -> ir::Block {
        if let Some(block) = self.known_tails.get(&tail) {
            return *block;
        }
        let block = self.cold_block();
        self.builder.append_block_param(block, types::I32);
        if let Tail::Raise { payload_words, .. } = tail {
            self.builder.append_block_param(block, types::I32);
            for _ in 0..payload_words {
                self.builder.append_block_param(block, types::I64);
            }
        }
        self.tails.push((tail, block));
        self.known_tails.insert(tail, block);
        block
    }

    fn unwind(&self) -> Option<Block> {
        self.mir.blocks[self.block].unwind
    }

    fn unwind_block(&mut self, unwind: Option<Block>) -> ir::Block {
        if let Some(block) = unwind {
            return self.clif_block(block);
        }
        if let Some(exit) = self.raised_exit {
            return exit;
        }
        let exit = self.cold_block();
        self.raised_exit = Some(exit);
        exit
    }

    fn raising_block(&mut self, site: u32, class: u32, payload: Vec<ir::Value>) -> ir::Block {
        let raising = self.raising(site, class, payload);
        let block = raising.block;
        self.cold_paths.push(ColdPath::Raise(raising));
        block
    }

    /// What raises an error, in a block of its own that is still to be built.
    fn raising(&mut self, site: u32, class: u32, payload: Vec<ir::Value>) -> Raising {
        Raising { block: self.cold_block(), site, class, payload, unwind: self.unwind() }
    }

    fn leave_if(&mut self, fails: ir::Value, fail: ir::Block) {
        let resume = self.builder.create_block();
        self.ins().brif(fails, fail, &[], resume, &[]);
        self.go_on_in(resume);
    }

    fn cold_block(&mut self) -> ir::Block {
        let block = self.builder.create_block();
        self.builder.set_cold_block(block);
        block
    }

    fn site_of_message(&mut self, class: ExceptionClass, message: &str, words: u32, span: Span) -> u32 {
        self.site(&ErrorData { class: class.into(), arguments: ErrorArgument::message(message) }, words, span)
    }

    fn site(&mut self, error: &ErrorData, payload_words: u32, span: Span) -> u32 {
        let site = self.unit.sites.len() as u32;
        let (function, ErrorData { class, arguments }) = (self.mir.name.clone(), error.clone());
        self.unit.sites.push(Site { span, function, class, arguments, payload_words });
        site
    }
}
