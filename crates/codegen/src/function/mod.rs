//! Builds the CLIF of one function.
//!
//! Blocks are built in reverse postorder, so that every value is defined before it is used; Cranelift orders its code in the
//! same way and moves blocks marked cold to the end. A check ends a CLIF block, so one MIR block becomes several. Constants are made
//! anew in each block that uses them, so that they take no register over longer stretches; most become part of another instruction.

mod addresses;
mod calls;
mod floats;
mod integers;
mod loops;
mod magic;
mod raising;
mod signatures;
mod strips;
mod vectors;
mod widened;

pub(crate) use raising::write_missing_place;
pub(crate) use signatures::{clif_type, function_signature, new_signature, runtime_signature};

use crate::error::ModuleResult;
use crate::object::Unit;
use cranelift_codegen::entity::packed_option::PackedOption;
use cranelift_codegen::ir::condcodes::{CondCode, IntCC};
use cranelift_codegen::ir::{
    self, BlockArg, FuncRef, GlobalValue, InstBuilder, MemFlagsData, SigRef, StackSlot, StackSlotData,
    StackSlotKind, TrapCode, types,
};
use cranelift_frontend::{FuncInstBuilder, FunctionBuilder, FunctionBuilderContext};
use cranelift_module::Module as _;
use hotloop_abi::Context;
use hotloop_diagnostics::Span;
use hotloop_index::SideMap;
use hotloop_mir::{
    BinaryOp, Block, BlockCall, Callee, Constant, ControlFlow, DataBytes, Function, Inst, InstKind,
    MachineType, RegionKind, RuntimeFunction, Slot, Terminator, UnaryOp, Value,
};
use loops::Loops;
use raising::{ColdPath, Tail};
use rustc_hash::FxHashMap;
use strips::Strips;
use vectors::VectorLoops;
pub(crate) use vectors::obstacle;
use widened::Widened;

/// An access to memory that lowering has checked: it does not fault, but may be unaligned.
///
/// Cranelift is told no alias regions: only its optimiser would ask for them, and that is off.
const ELEMENT: MemFlagsData = MemFlagsData::new().with_notrap();

/// An access to our own structures.
pub(crate) const WORD: MemFlagsData = MemFlagsData::trusted();

/// Translates one function.
pub(crate) struct Translator<'a, 'm> {
    mir: &'a Function,
    unit: &'a mut Unit<'m>,
    builder: FunctionBuilder<'a>,
    values: SideMap<Value, PackedOption<ir::Value>>,
    blocks: SideMap<Block, PackedOption<ir::Block>>,
    loops: Loops,
    strips: Strips,
    vectors: VectorLoops<'a>,
    widened: Widened,
    /// The MIR block that is being built.
    block: Block,
    /// The block in which an instruction was built.
    built_in: SideMap<Inst, Option<Block>>,
    /// The constants that were made in the current CLIF block.
    block_constants: Vec<Value>,
    /// Sums with constants of the current MIR block that nobody has asked for yet.
    waiting_sums: Vec<Inst>,
    /// Both results of floor divisions in it.
    block_divisions: Vec<integers::Division>,
    /// The address of the context.
    context: ir::Value,
    /// Where the results go.
    results: Option<ir::Value>,
    /// Code that is built behind everything else.
    cold_paths: Vec<ColdPath>,
    /// What several cold paths share, in the order in which it is built.
    tails: Vec<(Tail, ir::Block)>,
    known_tails: FxHashMap<Tail, ir::Block>,
    /// Where an error leaves the function.
    raised_exit: Option<ir::Block>,
    import_table: Option<GlobalValue>,
    /// The address of the flag that says whether somebody wants this code to stop, and the context, if it is ever asked.
    kept_for_interrupts: Option<StackSlot>,
    /// The object's `hl_interrupt`, and where it writes its status.
    interrupt: Option<FuncRef>,
    interrupt_slot: Option<StackSlot>,
    /// Where called functions write their results.
    result_slot: Option<StackSlot>,
    slots: SideMap<Slot, PackedOption<StackSlot>>,
    local_callees: SideMap<Callee, PackedOption<FuncRef>>,
    callee_signatures: SideMap<Callee, PackedOption<SigRef>>,
    runtime_signatures: Vec<(RuntimeFunction, SigRef)>,
}

impl<'a, 'm> Translator<'a, 'm> {
    /// A translator into an empty function, whose signature is set.
    pub(crate) fn new(
        mir: &'a Function,
        control_flow: &ControlFlow,
        unit: &'a mut Unit<'m>,
        clif: &'a mut ir::Function,
        scratch: &'a mut FunctionBuilderContext,
    ) -> Self {
        let mut builder = FunctionBuilder::new(clif, scratch);
        let entry = builder.create_block();
        builder.append_block_params_for_function_params(entry);
        builder.switch_to_block(entry);
        let parameters = builder.block_params(entry);
        let (context, last) = (parameters[0], parameters[parameters.len() - 1]);
        Self {
            mir,
            unit,
            builder,
            values: SideMap::with_len(None.into(), mir.values.len()),
            blocks: SideMap::with_len(None.into(), mir.blocks.len()),
            loops: Loops::new(mir, control_flow),
            strips: Strips::default(),
            vectors: VectorLoops::default(),
            widened: Widened::new(mir),
            block: mir.entry(),
            built_in: SideMap::with_len(None, mir.insts.len()),
            block_constants: Vec::new(),
            waiting_sums: Vec::new(),
            block_divisions: Vec::new(),
            context,
            results: (!mir.is_parallel_body).then_some(last),
            cold_paths: Vec::new(),
            tails: Vec::new(),
            known_tails: FxHashMap::default(),
            raised_exit: None,
            import_table: None,
            kept_for_interrupts: None,
            interrupt: None,
            interrupt_slot: None,
            result_slot: None,
            slots: SideMap::with_len(None.into(), mir.slots.len()),
            local_callees: SideMap::with_len(None.into(), mir.callees.len()),
            callee_signatures: SideMap::with_len(None.into(), mir.callees.len()),
            runtime_signatures: Vec::new(),
        }
    }

    /// Builds the whole function.
    pub(crate) fn translate(mut self, control_flow: &ControlFlow) -> ModuleResult<()> {
        self.create_blocks(control_flow)?;
        self.keep_interrupt_flag();
        for (position, block) in control_flow.reverse_postorder().iter().enumerate() {
            if position > 0 {
                self.builder.switch_to_block(self.clif_block(*block));
            }
            self.translate_block(*block)?;
        }
        self.build_cold_paths()?;
        self.builder.seal_all_blocks();
        let config = self.unit.target.isa().frontend_config();
        self.builder.finalize(config);
        Ok(())
    }

    /// Keeps the address of the flag, and the context for the call where it is raised, in the frame: both are the same as long as the function runs, and in registers they would
    /// take two from every loop that asks.
    fn keep_interrupt_flag(&mut self) {
        let is_safepoint = |inst: &Inst| matches!(self.mir.insts[*inst].kind, InstKind::Safepoint);
        let mut blocks = self.mir.layout.iter().map(|block| &self.mir.blocks[*block]);
        if blocks.any(|block| block.insts.iter().any(is_safepoint)) {
            let slot = self.builder.create_sized_stack_slot(stack_slot(16));
            let context = self.context;
            let flag = self.ins().load(types::I64, WORD, context, Context::INTERRUPT_OFFSET as i32);
            let kept = self.ins().stack_addr(types::I64, slot, 0);
            self.ins().store(WORD, flag, kept, 0);
            self.ins().store(WORD, context, kept, 8);
            self.kept_for_interrupts = Some(slot);
        }
    }

    /// What is kept for interrupts: the address of the flag at 0, the context at 8.
    fn kept_for_interrupts(&mut self, offset: i32) -> ir::Value {
        let slot = self.kept_for_interrupts.expect("it is there where a function has safepoints");
        let kept = self.ins().stack_addr(types::I64, slot, 0);
        self.ins().load(types::I64, WORD, kept, offset)
    }

    /// Creates the blocks with their parameters. The entry is there already; it is also given the context, and where the results go.
    fn create_blocks(&mut self, control_flow: &ControlFlow) -> ModuleResult<()> {
        let entry = self.builder.current_block().expect("the entry is current");
        let parameters = self.builder.block_params(entry)[1..].to_vec();
        self.blocks[self.mir.entry()] = entry.into();
        for (value, parameter) in self.mir.parameters().iter().zip(parameters) {
            self.values[*value] = parameter.into();
        }
        for block in control_flow.reverse_postorder().iter().skip(1) {
            let created = self.builder.create_block();
            self.blocks[*block] = created.into();
            for value in &self.mir.blocks[*block].parameters {
                let ty = clif_type(self.mir.value_type(*value));
                self.values[*value] = self.builder.append_block_param(created, ty).into();
            }
        }
        for block in control_flow.reverse_postorder() {
            self.mark_cold(*block);
        }
        self.plan_all_vectors(control_flow)
    }

    /// Errors are rare, and what is said to be: that goes to the end of the code.
    fn mark_cold(&mut self, block: Block) {
        let ends_in_error = matches!(
            self.mir.blocks[block].terminator,
            Terminator::Raise { .. } | Terminator::Reraise | Terminator::RaiseAgain(_)
        );
        let is_rare = ends_in_error || self.mir.blocks[block].is_cold;
        if is_rare && block != self.mir.entry() {
            let cold = self.clif_block(block);
            self.builder.set_cold_block(cold);
        }
        if let Some(unwind) = self.mir.blocks[block].unwind
            && let Some(cold) = self.blocks[unwind].expand()
        {
            self.builder.set_cold_block(cold);
        }
    }

    fn translate_block(&mut self, block: Block) -> ModuleResult<()> {
        self.block = block;
        self.swap_copies(block);
        self.translate_in_lanes(block)?;
        for inst in &self.mir.blocks[block].insts {
            self.translate_inst(*inst)?;
        }
        self.build_waiting_sums();
        self.copy_for_strip();
        self.translate_terminator(block);
        self.swap_copies(block);
        self.build_behind(block);
        self.forget_constants();
        self.block_divisions.clear();
        Ok(())
    }

    /// Whether an instruction can wait until its result is asked for.
    ///
    /// A loop's counter goes up behind the last use of its old value, wherever MIR has the sum: then one register holds both, and the jump
    /// back needs no move and no block of its own.
    fn can_wait(&self, inst: Inst) -> bool {
        let InstKind::Binary(BinaryOp::Iadd | BinaryOp::Isub, a, b) = self.mir.insts[inst].kind else {
            return false;
        };
        self.constant_int(a).is_some() != self.constant_int(b).is_some()
    }

    /// Builds what nobody has asked for in this block, for others.
    fn build_waiting_sums(&mut self) {
        for inst in std::mem::take(&mut self.waiting_sums) {
            self.operand(self.mir.insts[inst].results[0]);
        }
    }

    /// Goes on in another CLIF block of the same MIR block.
    fn go_on_in(&mut self, block: ir::Block) {
        self.builder.switch_to_block(block);
        self.forget_constants();
    }

    fn forget_constants(&mut self) {
        for value in self.block_constants.drain(..) {
            self.values[value] = None.into();
        }
    }

    fn translate_inst(&mut self, inst: Inst) -> ModuleResult<()> {
        self.built_in[inst] = Some(self.block);
        let data = &self.mir.insts[inst];
        if self.can_wait(inst) {
            self.waiting_sums.push(inst);
            return Ok(());
        }
        let result = match &data.kind {
            InstKind::Const(_) => return Ok(()),
            InstKind::Unary(op, value) => self.unary(*op, *value),
            InstKind::Binary(op, a, b) => self.binary(*op, *a, *b),
            InstKind::Ternary(op, a, b, c) => {
                let operands = [*a, *b, *c].map(|value| self.operand(value));
                self.with_product(*op, operands)
            }
            InstKind::IntCompare(op, a, b) => self.int_compare(*op, *a, *b),
            InstKind::FloatCompare(op, a, b) => self.float_compare(*op, *a, *b),
            InstKind::Select { condition, then, otherwise } => match self.mir.written_out(inst) {
                Some(written) => self.operand(written.called),
                None => {
                    let [condition, then, otherwise] =
                        [*condition, *then, *otherwise].map(|value| self.operand(value));
                    self.ins().select(condition, then, otherwise)
                }
            },
            InstKind::Convert(op, value, to) => match self.loaded_wide(*op, *value, *to) {
                Some(wide) => wide,
                None => self.convert(*op, *value, *to),
            },
            InstKind::PtrAdd { base, offset } => {
                let [base, offset] = [*base, *offset].map(|value| self.operand(value));
                self.ins().iadd(base, offset)
            }
            InstKind::Load { ty, address, offset, region } => {
                match self.load_widened(data.results[0], *address, *offset) {
                    Some(loaded) => loaded,
                    None => self.load(*ty, *address, *offset, self.mir.regions[*region].kind),
                }
            }
            InstKind::Store { value, address, offset, region: _ } => {
                let value = self.operand(*value);
                let (address, offset) = self.address(*address, *offset);
                self.ins().store(ELEMENT, value, address, offset);
                return Ok(());
            }
            InstKind::SlotAddress(slot) => self.slot_address(*slot),
            InstKind::Data(bytes) => self.data_address(bytes)?,
            InstKind::CheckBounds { index, length, axis, wrap } => {
                self.check_bounds(*index, *length, *axis, *wrap, None, data.span)
            }
            InstKind::When { condition, access } => match self.access_when(*condition, access, data.span) {
                Some(result) => result,
                None => return Ok(()),
            },
            InstKind::Check { condition, error } => {
                self.check(*condition, *error, data.span);
                return Ok(());
            }
            InstKind::Call { callee, arguments } => {
                return self.call(*callee, arguments, &data.results, data.span);
            }
            InstKind::CallRuntime { function, arguments } => {
                return self.call_runtime(*function, arguments, &data.results, data.span);
            }
            InstKind::FunctionAddress(callee) => self.function_address(*callee)?,
            InstKind::Safepoint => {
                self.safepoint(data.span);
                return Ok(());
            }
            InstKind::ErrorIs(error) => self.error_is(self.mir.errors[*error].class.number())?,
            InstKind::Catch => self.catch(),
            InstKind::CheckStack => {
                self.check_stack(data.span);
                return Ok(());
            }
        };
        self.define(data.results[0], result);
        Ok(())
    }

    fn translate_terminator(&mut self, block: Block) {
        let data = &self.mir.blocks[block];
        match &data.terminator {
            Terminator::Jump(call) => {
                let (target, arguments) = self.block_call(call);
                self.ins().jump(target, &arguments);
            }
            Terminator::Branch { condition, then, otherwise } => self.branch(*condition, then, otherwise),
            Terminator::Return(values) => self.return_results(values),
            Terminator::Raise { error, payload } => self.raise(*error, payload, data.terminator_span),
            Terminator::Reraise => {
                let target = self.unwind_target();
                self.ins().jump(target, &[]);
            }
            Terminator::RaiseAgain(error) => self.raise_again(*error),
            Terminator::ParFor(_) | Terminator::ParYield(_) => {
                unreachable!("an outlined function has no parallel loops")
            }
            Terminator::Unreachable => {
                self.ins().trap(TrapCode::unwrap_user(1));
            }
        }
    }

    /// Cranelift lays out the second target of a branch next, and the first behind all that the second leads to; but the moves of a jump
    /// back belong next. So what goes back or leaves the loop comes first; by default the `then` side comes next, as it was written.
    fn branch(&mut self, condition: Value, then: &BlockCall, otherwise: &BlockCall) {
        let urgency = |call: &BlockCall| {
            let goes_back = self.loops.goes_back(self.block, call.block);
            (goes_back, self.loops.leaves(self.block, call.block))
        };
        let then_is_last = urgency(then) > urgency(otherwise);
        let (last, next) = if then_is_last { (then, otherwise) } else { (otherwise, then) };
        let goes_last = if then_is_last { self.operand(condition) } else { self.inverted(condition) };
        let (last, last_arguments) = self.block_call(last);
        let (next, next_arguments) = self.block_call(next);
        self.ins().brif(goes_last, last, &last_arguments, next, &next_arguments);
    }

    /// The opposite of a condition; a comparison of this block is made the other way round.
    fn inverted(&mut self, condition: Value) -> ir::Value {
        let here = self.mir.defining_inst(condition).filter(|inst| self.is_of_this_block(*inst));
        match here.map(|inst| &self.mir.insts[inst].kind) {
            Some(InstKind::IntCompare(op, a, b)) => {
                let [x, y] = [*a, *b].map(|value| self.operand(value));
                self.ins().icmp(integers::condition(*op).complement(), x, y)
            }
            Some(InstKind::FloatCompare(op, a, b)) => {
                let [x, y] = [*a, *b].map(|value| self.operand(value));
                self.ins().fcmp(floats::condition(*op).complement(), x, y)
            }
            Some(InstKind::Unary(UnaryOp::Inot, value)) => self.operand(*value),
            _ => {
                let condition = self.operand(condition);
                let zero = self.int(types::I8, 0);
                self.ins().icmp(IntCC::Equal, condition, zero)
            }
        }
    }

    /// Whether the current block holds an instruction that was built.
    fn is_of_this_block(&self, inst: Inst) -> bool {
        self.built_in[inst] == Some(self.block)
    }

    fn block_call(&mut self, call: &BlockCall) -> (ir::Block, Vec<BlockArg>) {
        if let Some(behind) = self.way_behind(call) {
            return behind;
        }
        let arguments = call.arguments.iter().map(|value| self.operand(*value).into()).collect();
        (self.entry_of(call.block), arguments)
    }

    /// Writes the results, each extended with zeros to eight bytes, and returns.
    fn return_results(&mut self, values: &[Value]) {
        for (position, value) in values.iter().enumerate() {
            let results = self.results.expect("a parallel body has no results");
            let word = self.result_word(*value);
            self.ins().store(WORD, word, results, 8 * position as i32);
        }
        let ok = self.ins().iconst(types::I32, 0);
        self.ins().return_(&[ok]);
    }

    fn result_word(&mut self, value: Value) -> ir::Value {
        let word = self.operand(value);
        match self.mir.value_type(value) {
            MachineType::I64 | MachineType::Ptr | MachineType::F64 => word,
            MachineType::F32 => {
                let bits = self.ins().bitcast(types::I32, MemFlagsData::new(), word);
                self.ins().uextend(types::I64, bits)
            }
            MachineType::I1 | MachineType::I8 | MachineType::I16 | MachineType::I32 => {
                self.ins().uextend(types::I64, word)
            }
        }
    }

    /// A byte of an array of truth values may hold anything, since other types can be seen as such an array; all but 0 are true.
    fn load(&mut self, ty: MachineType, address: Value, offset: i32, kind: RegionKind) -> ir::Value {
        let (address, offset) = self.address(address, offset);
        self.load_at(ty, address, offset, kind)
    }

    fn load_at(&mut self, ty: MachineType, address: ir::Value, offset: i32, kind: RegionKind) -> ir::Value {
        let loaded = self.ins().load(clif_type(ty), ELEMENT, address, offset);
        let is_foreign = matches!(kind, RegionKind::Argument(_) | RegionKind::Unknown);
        if ty != MachineType::I1 || !is_foreign {
            return loaded;
        }
        let zero = self.ins().iconst(types::I8, 0);
        self.ins().icmp(IntCC::NotEqual, loaded, zero)
    }

    /// An access under a condition. What it needs is computed in front of the branch, where all that follows knows it; Cranelift moves what nobody else needs behind it.
    fn access_when(&mut self, condition: Value, access: &InstKind, span: Span) -> Option<ir::Value> {
        match access {
            InstKind::Load { ty, address, offset, region } => {
                let (address, offset) = self.address(*address, *offset);
                let condition = self.operand(condition);
                let nothing = self.constant(Constant::zero(*ty));
                let [done, behind] = [(); 2].map(|()| self.builder.create_block());
                let result = self.builder.append_block_param(behind, clif_type(*ty));
                self.ins().brif(condition, done, &[], behind, &[nothing.into()]);
                self.go_on_in(done);
                let loaded = self.load_at(*ty, address, offset, self.mir.regions[*region].kind);
                self.ins().jump(behind, &[loaded.into()]);
                self.go_on_in(behind);
                Some(result)
            }
            InstKind::Store { value, address, offset, region: _ } => {
                let value = self.operand(*value);
                let (address, offset) = self.address(*address, *offset);
                let condition = self.operand(condition);
                let [done, behind] = [(); 2].map(|()| self.builder.create_block());
                self.ins().brif(condition, done, &[], behind, &[]);
                self.go_on_in(done);
                self.ins().store(ELEMENT, value, address, offset);
                self.ins().jump(behind, &[]);
                self.go_on_in(behind);
                None
            }
            InstKind::CheckBounds { index, length, axis, wrap } => {
                Some(self.check_bounds(*index, *length, *axis, *wrap, Some(condition), span))
            }
            other => unreachable!("`{other}` is never under a condition"),
        }
    }

    fn slot_address(&mut self, slot: Slot) -> ir::Value {
        let created = self.slots[slot].expand().unwrap_or_else(|| {
            let size_bytes = self.mir.slots[slot].size_bytes;
            let created = self.builder.create_sized_stack_slot(stack_slot(size_bytes));
            self.slots[slot] = created.into();
            created
        });
        self.ins().stack_addr(types::I64, created, 0)
    }

    fn data_address(&mut self, bytes: &DataBytes) -> ModuleResult<ir::Value> {
        let data = self.unit.constant_data(bytes)?;
        let data = self.unit.module.declare_data_in_func(data, self.builder.func);
        Ok(self.ins().symbol_value(types::I64, data))
    }

    fn ins(&mut self) -> FuncInstBuilder<'_, 'a> {
        self.builder.ins()
    }

    fn clif_block(&self, block: Block) -> ir::Block {
        self.blocks[block].expect("the block is reachable")
    }

    fn define(&mut self, value: Value, definition: ir::Value) {
        debug_assert_eq!(
            self.builder.func.dfg.value_type(definition),
            clif_type(self.mir.value_type(value)),
            "{value} of {}",
            self.mir.name
        );
        self.values[value] = definition.into();
    }

    /// The CLIF value of an operand; a constant, or a sum that waited, is made here.
    fn operand(&mut self, value: Value) -> ir::Value {
        if let Some(known) = self.values[value].expand() {
            return known;
        }
        let inst =
            self.mir.defining_inst(value).expect("a block's parameters are known when the block is built");
        match self.mir.insts[inst].kind {
            InstKind::Const(constant) => {
                let made = self.constant(constant);
                self.values[value] = made.into();
                self.block_constants.push(value);
                made
            }
            InstKind::Binary(op, a, b) => {
                let sum = self.binary(op, a, b);
                self.define(value, sum);
                sum
            }
            _ => unreachable!("{value} of {} is used before it is defined", self.mir.name),
        }
    }

    fn constant(&mut self, constant: Constant) -> ir::Value {
        match constant {
            Constant::Int(ty, value) => self.int(clif_type(ty), value),
            Constant::F32(bits) => self.ins().f32const(ir::immediates::Ieee32::with_bits(bits)),
            Constant::F64(bits) => self.ins().f64const(ir::immediates::Ieee64::with_bits(bits)),
        }
    }

    /// An integer constant. CLIF wants the bits above the type's width to be zero.
    fn int(&mut self, ty: ir::Type, value: i64) -> ir::Value {
        let mask = u64::MAX >> (64 - ty.bits());
        self.ins().iconst(ty, (value as u64 & mask) as i64)
    }

    fn value_type(&self, value: ir::Value) -> ir::Type {
        self.builder.func.dfg.value_type(value)
    }
}

fn stack_slot(size_bytes: u32) -> StackSlotData {
    StackSlotData::new(StackSlotKind::ExplicitSlot, size_bytes, 3)
}
