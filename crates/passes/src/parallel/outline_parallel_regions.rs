//! Makes the body of every parallel loop a function of its own, which the runtime calls for parts of the iterations.
//!
//! Before: `bb0: par_for v0, body bb1, reductions [fadd v1], exit bb2   bb1(v2, v3): ...; par_yield v4   bb2(v5): ...`
//! After:  `bb0: (store captures); hl_parallel_for(v0, @f$par0, captures, partials, ...); (combine partials) jump bb2(v9)`, and
//! `@f$par0(start, end, captures, partials)`, a loop over `start..end`
//!
//! What the body uses from outside is stored into a slot of eight bytes a value and loaded at the body's entry; a constant is made again instead. With reductions, every chunk has a row of
//! partial results, which are combined in index order behind the initial values: the order that the interpreter uses, too. Nested loops: the inner one is outlined from the outer one's
//! body. What a body does not name of the function's tables, it does not get. One walk over the blocks of each region. Does not preserve the control-flow graph.

use crate::analysis::LoopForest;
use crate::transfer::Transfer;
use crate::{MirPass, PassContext};
use hotloop_abi::MAX_CHUNKS;
use hotloop_diagnostics::Span;
use hotloop_index::SideMap;
use hotloop_mir::{
    BinaryOp, Block, BlockCall, Builder, CalleeData, Constant, ControlFlow, Dominators, FloatCompare,
    Function, InstKind, IntCompare, MachineType, ParFor, Phase, ReductionOp, RegionKind, Results,
    RuntimeFunction, Terminator, Value,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// A guess at the time of an instruction, for the runtime's decision whether waking others pays.
const PICOSECONDS_AN_INSTRUCTION: i64 = 300;

/// Makes the body of every parallel loop a function of its own, which the runtime calls for parts of the iterations. The head of its file says how.
pub struct OutlineParallelRegions;

impl MirPass for OutlineParallelRegions {
    fn name(&self) -> &'static str {
        "outline-parallel-regions"
    }

    fn run(&self, function: &mut Function, context: &mut PassContext<'_>) {
        let mut counter = 0;
        let name = function.name.clone();
        let mut outlined = outline_all(function, &name, &mut counter);
        context.outlined.append(&mut outlined);
        function.phase = Phase::Outlined;
    }
}

/// Outlines the outermost loops of a function, then the loops within what was cut out.
fn outline_all(function: &mut Function, root: &str, counter: &mut usize) -> Vec<Function> {
    let mut outlined = Vec::new();
    let mut gone: FxHashSet<Block> = FxHashSet::default();
    for region in outermost_regions(function) {
        let name = format!("{root}$par{counter}");
        *counter += 1;
        let mut body = region.outline(function, &name);
        gone.extend(region.blocks);
        let nested = outline_all(&mut body, root, counter);
        outlined.push(body);
        outlined.extend(nested);
    }
    function.layout.retain(|block| !gone.contains(block));
    outlined
}

/// The parallel loops that lie in no other, in layout order. Cutting one out changes nothing of the others.
fn outermost_regions(function: &Function) -> Vec<Region> {
    let is_region = |block: &&Block| matches!(function.blocks[**block].terminator, Terminator::ParFor(_));
    if !function.layout.iter().any(|block| is_region(&block)) {
        return Vec::new();
    }
    let shape = Shape::of(function);
    let regions = function.layout.iter().filter(is_region);
    let outermost = regions.filter(|block| shape.control_flow.parallel_loop(**block).is_none());
    outermost.map(|block| Region::find(function, &shape, *block)).collect()
}

/// The graph of a function, with its loops and the places of its blocks in the layout.
struct Shape {
    control_flow: ControlFlow,
    forest: LoopForest,
    places: SideMap<Block, usize>,
}

impl Shape {
    fn of(function: &Function) -> Self {
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let forest = LoopForest::new(function, &control_flow, &dominators);
        let mut places = SideMap::with_len(usize::MAX, function.blocks.len());
        for (place, block) in function.layout.iter().enumerate() {
            places[*block] = place;
        }
        Self { control_flow, forest, places }
    }
}

/// A parallel loop with what belongs to it.
struct Region {
    /// The block that ends in the loop.
    block: Block,
    par_for: ParFor,
    /// The blocks of the body, in layout order, unwind targets of its own included.
    blocks: Vec<Block>,
    /// Those of them that end an iteration of this loop, and not of one in it.
    ends: FxHashSet<Block>,
    /// Values from outside that the body uses, but constants.
    captures: Vec<Value>,
    /// Constants from outside that the body uses.
    constants: Vec<(Value, Constant)>,
    /// A guess at the time of one iteration.
    picoseconds: i64,
}

impl Region {
    fn find(function: &Function, shape: &Shape, block: Block) -> Self {
        let Terminator::ParFor(par_for) = function.blocks[block].terminator.clone() else {
            unreachable!("the block ends in a parallel loop")
        };
        let blocks = body_blocks(function, shape, par_for.body);
        let own = |inside: &&Block| shape.control_flow.parallel_loop(**inside) == Some(block);
        let yields =
            |inside: &&Block| matches!(function.blocks[**inside].terminator, Terminator::ParYield(_));
        let ends = blocks.iter().filter(own).filter(yields).copied().collect();
        let (captures, constants) = (Vec::new(), Vec::new());
        let mut region = Self { block, par_for, blocks, ends, captures, constants, picoseconds: 0 };
        region.find_captures(function);
        region.picoseconds = region.estimate(function, &shape.forest);
        region
    }

    fn find_captures(&mut self, function: &Function) {
        let mut defined: Vec<Value> = Vec::new();
        let mut used: Vec<Value> = Vec::new();
        for block in &self.blocks {
            let data = &function.blocks[*block];
            defined.extend(&data.parameters);
            for inst in &data.insts {
                defined.extend(&function.insts[*inst].results);
                function.insts[*inst].kind.for_each_operand(|value| used.push(value));
            }
            data.terminator.for_each_operand(|value| used.push(value));
            if let Some(vector) = &data.vector {
                vector.for_each_value(|value| used.push(value));
            }
        }
        let defined: FxHashSet<Value> = defined.into_iter().collect();
        let mut seen = FxHashSet::default();
        for value in used {
            if !defined.contains(&value) && seen.insert(value) {
                match function.constant(value) {
                    Some(constant) => self.constants.push((value, constant)),
                    None => self.captures.push(value),
                }
            }
        }
    }

    /// A guess at the time of an iteration in picoseconds; 0 where it cannot be told, because the body loops or calls.
    fn estimate(&self, function: &Function, forest: &LoopForest) -> i64 {
        let loops = |block: &Block| {
            forest.innermost(*block).is_some_and(|id| forest.loops[id].header != self.par_for.body)
        };
        let calls = |block: &Block| {
            let insts = &function.blocks[*block].insts;
            insts.iter().any(|inst| matches!(function.insts[*inst].kind, InstKind::Call { .. }))
        };
        if self.blocks.iter().any(|block| loops(block) || calls(block)) {
            return 0;
        }
        let insts = |block: &Block| function.blocks[*block].insts.len() as i64 + 1;
        self.blocks.iter().map(insts).sum::<i64>() * PICOSECONDS_AN_INSTRUCTION
    }

    /// Puts a call of the runtime in the region's place, and gives the body's function. The region's blocks stay in the layout.
    fn outline(&self, function: &mut Function, name: &str) -> Function {
        let body = self.body_function(function, name);
        self.call_runtime(function, name);
        body
    }

    /// The function that runs the iterations `start..end`.
    fn body_function(&self, function: &Function, name: &str) -> Function {
        use MachineType::{I64, Ptr};
        let mut body = Function::new(name, &[I64, I64, Ptr, Ptr], &[]);
        body.phase = Phase::Outlined;
        body.is_parallel_body = true;
        body.float_flags = function.float_flags;
        body.span = function.span;
        let &[start, end, captures, partials] = body.parameters() else { unreachable!("four parameters") };

        let mut copier = Copier {
            from: function,
            to: &mut body,
            transfer: Transfer::new(function, FxHashMap::default()),
            values: FxHashMap::default(),
            blocks: FxHashMap::default(),
        };
        copier.load_captures(self, captures);
        let (header, exit) = copier.copy_blocks(self);
        let span = function.blocks[self.block].terminator_span;
        self.loop_over(&mut body, [start, end, partials], [header, exit], span);
        body
    }

    /// Enters the copied body at `start` with the identities, and stores the partial results behind the loop.
    ///
    /// The copied header has the index and the accumulators as parameters; every `ParYield` became a jump to `exit`, which has the next accumulators.
    fn loop_over(
        &self,
        body: &mut Function,
        [start, end, partials]: [Value; 3],
        [header, exit]: [Block; 2],
        span: Span,
    ) {
        let accumulators: Vec<Value> = body.blocks[exit].parameters.clone();
        let header_parameters = body.blocks[header].parameters.clone();
        let done = body.add_block();
        let results: Vec<Value> = accumulators
            .iter()
            .map(|value| body.value_type(*value))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|ty| body.add_parameter(done, ty))
            .collect();

        let entry = body.entry();
        let mut builder = Builder::at(body, entry);
        builder.set_span(span);
        let identities: Vec<Value> = self
            .par_for
            .reductions
            .iter()
            .zip(&accumulators)
            .map(|(reduction, value)| {
                let ty = builder.function.value_type(*value);
                builder.value(InstKind::Const(reduction.op.identity(ty)))
            })
            .collect();
        let runs = builder.compare(IntCompare::Slt, start, end);
        let preheader = builder.add_block();
        builder.terminate(Terminator::Branch {
            condition: runs,
            then: BlockCall::new(preheader, Vec::new()),
            otherwise: BlockCall::new(done, identities.clone()),
        });
        builder.switch_to(preheader);
        builder.jump(header, &std::iter::once(start).chain(identities).collect::<Vec<_>>());

        builder.switch_to(exit);
        let one = builder.int(MachineType::I64, 1);
        let next = builder.binary(BinaryOp::Iadd, header_parameters[0], one);
        let again = builder.compare(IntCompare::Slt, next, end);
        let back =
            BlockCall::new(header, std::iter::once(next).chain(accumulators.iter().copied()).collect());
        builder.terminate(Terminator::Branch {
            condition: again,
            then: back,
            otherwise: BlockCall::new(done, accumulators),
        });

        builder.switch_to(done);
        let region = builder.function.region(RegionKind::Stack);
        for (position, value) in results.into_iter().enumerate() {
            builder.effect(InstKind::Store { value, address: partials, offset: 8 * position as i32, region });
        }
        builder.terminate(Terminator::Return(Vec::new()));
    }

    /// Replaces the parallel loop by a call of the runtime, and combines the partial results.
    fn call_runtime(&self, function: &mut Function, name: &str) {
        use MachineType::{I64, Ptr};
        let callee = function.callee(CalleeData {
            symbol: name.to_owned(),
            parameters: vec![I64, I64, Ptr, Ptr],
            results: Vec::new(),
            is_placeless: false,
        });
        let width = self.par_for.reductions.len();
        let slot = |function: &mut Function, words: usize| {
            function.slots.push(hotloop_mir::SlotData { size_bytes: 8 * words.max(1) as u32 })
        };
        let captures_slot = slot(function, self.captures.len());
        let partials_slot = slot(function, width * MAX_CHUNKS as usize);
        let span = function.blocks[self.block].terminator_span;
        let mut builder = Builder::at(function, self.block);
        builder.set_span(span);
        let region = builder.function.region(RegionKind::Stack);
        let captures = builder.value(InstKind::SlotAddress(captures_slot));
        for (position, value) in self.captures.iter().enumerate() {
            builder.effect(InstKind::Store {
                value: *value,
                address: captures,
                offset: 8 * position as i32,
                region,
            });
        }
        let partials = builder.value(InstKind::SlotAddress(partials_slot));
        let address = builder.value(InstKind::FunctionAddress(callee));
        let width_value = builder.int(I64, width as i64);
        let picoseconds = builder.int(I64, self.picoseconds);
        builder.effect(InstKind::CallRuntime {
            function: RuntimeFunction::ParallelFor,
            arguments: vec![self.par_for.count, address, captures, partials, width_value, picoseconds],
        });
        if width == 0 {
            builder.jump(self.par_for.exit, &[]);
        } else {
            self.combine(&mut builder, partials, region);
        }
    }

    /// A loop over the chunks, in index order: `accumulator = accumulator op partial`.
    fn combine(&self, builder: &mut Builder<'_>, partials: Value, region: hotloop_mir::Region) {
        use MachineType::I64;
        let zero = builder.int(I64, 0);
        let most = builder.int(I64, MAX_CHUNKS);
        let at_most = builder.binary(BinaryOp::Smin, self.par_for.count, most);
        let chunks = builder.binary(BinaryOp::Smax, at_most, zero);
        let initial: Vec<Value> = self.par_for.reductions.iter().map(|reduction| reduction.initial).collect();
        let types: Vec<MachineType> =
            initial.iter().map(|value| builder.function.value_type(*value)).collect();
        let (head, work) = (builder.add_block(), builder.add_block());
        let chunk = builder.function.add_parameter(head, I64);
        let accumulators: Vec<Value> =
            types.iter().map(|ty| builder.function.add_parameter(head, *ty)).collect();
        builder.jump(head, &std::iter::once(zero).chain(initial).collect::<Vec<_>>());

        builder.switch_to(head);
        let more = builder.compare(IntCompare::Slt, chunk, chunks);
        builder.terminate(Terminator::Branch {
            condition: more,
            then: BlockCall::new(work, Vec::new()),
            otherwise: BlockCall::new(self.par_for.exit, accumulators.clone()),
        });

        builder.switch_to(work);
        let row_bytes = builder.int(I64, 8 * types.len() as i64);
        let offset = builder.binary(BinaryOp::Imul, chunk, row_bytes);
        let row = builder.value(InstKind::PtrAdd { base: partials, offset });
        let mut next = Vec::new();
        for (position, reduction) in self.par_for.reductions.iter().enumerate() {
            let load =
                InstKind::Load { ty: types[position], address: row, offset: 8 * position as i32, region };
            let partial = builder.value(load);
            next.push(combine_two(builder, reduction.op, accumulators[position], partial));
        }
        let one = builder.int(I64, 1);
        let chunk = builder.binary(BinaryOp::Iadd, chunk, one);
        builder.jump(head, &std::iter::once(chunk).chain(next).collect::<Vec<_>>());
    }
}

/// The blocks of a body, in layout order: what is reached from its entry, and where those unwind to if only they do.
fn body_blocks(function: &Function, shape: &Shape, entry: Block) -> Vec<Block> {
    let mut seen = FxHashSet::default();
    seen.insert(entry);
    let mut blocks = Vec::new();
    let mut work = vec![entry];
    while let Some(block) = work.pop() {
        blocks.push(block);
        let data = &function.blocks[block];
        let mut add = |target: Block| {
            if seen.insert(target) {
                work.push(target);
            }
        };
        data.terminator.for_each_target(&mut add);
        data.unwind.into_iter().for_each(add);
    }
    blocks.sort_unstable_by_key(|block| shape.places[*block]);
    blocks
}

/// Copies the blocks of a region into the body's function.
struct Copier<'a> {
    from: &'a Function,
    to: &'a mut Function,
    transfer: Transfer<'a>,
    values: FxHashMap<Value, Value>,
    blocks: FxHashMap<Block, Block>,
}

impl Copier<'_> {
    /// At the entry: what comes from outside.
    fn load_captures(&mut self, region: &Region, captures: Value) {
        let alias = self.to.region(RegionKind::Descriptor);
        let entry = self.to.entry();
        for (position, value) in region.captures.iter().enumerate() {
            let ty = self.from.value_type(*value);
            let load = InstKind::Load { ty, address: captures, offset: 8 * position as i32, region: alias };
            let inst = self.to.append_inst(entry, load, self.from.span);
            self.values.insert(*value, self.to.insts[inst].results[0]);
        }
        for (value, constant) in &region.constants {
            let inst = self.to.append_inst(entry, InstKind::Const(*constant), self.from.span);
            self.values.insert(*value, self.to.insts[inst].results[0]);
        }
    }

    /// Copies the blocks; gives the copied entry of the body, and a block to which every iteration's end jumps with the accumulators.
    fn copy_blocks(&mut self, region: &Region) -> (Block, Block) {
        for block in &region.blocks {
            let copy = self.to.add_block();
            self.blocks.insert(*block, copy);
            for parameter in &self.from.blocks[*block].parameters {
                let new = self.to.add_parameter(copy, self.from.value_type(*parameter));
                self.values.insert(*parameter, new);
            }
        }
        let end = self.to.add_block();
        for reduction in &region.par_for.reductions {
            self.to.add_parameter(end, self.from.value_type(reduction.initial));
        }
        self.number_results(region);
        for block in &region.blocks {
            self.copy_block(*block, region.ends.contains(block).then_some(end));
        }
        (self.blocks[&region.par_for.body], end)
    }

    /// Gives every result its number before any use is copied: a use may stand in an earlier block of the layout.
    fn number_results(&mut self, region: &Region) {
        for block in &region.blocks {
            for inst in &self.from.blocks[*block].insts {
                let data = &self.from.insts[*inst];
                // The operands are still those of the outer function; they are replaced when the block is copied.
                let kind = self.transfer.inst(self.to, data.kind.clone());
                let copy = self.to.insts.next_id();
                let results: Results = data
                    .results
                    .iter()
                    .enumerate()
                    .map(|(position, result)| {
                        let ty = self.from.value_type(*result);
                        let definition = hotloop_mir::Definition::Result(copy, position as u32);
                        self.to.values.push(hotloop_mir::ValueData { ty, definition })
                    })
                    .collect();
                self.values.extend(data.results.iter().copied().zip(results.iter().copied()));
                self.to.insts.push(hotloop_mir::InstData { kind, results, span: data.span });
                self.to.blocks[self.blocks[block]].insts.push(copy);
            }
        }
    }

    /// Replaces the operands and targets of a copied block. `end` is where the block goes if it ends an iteration; a nested loop is outlined later.
    fn copy_block(&mut self, block: Block, end: Option<Block>) {
        let copy = self.blocks[&block];
        let substitute = |value: &mut Value| *value = self.values[value];
        for inst in self.to.blocks[copy].insts.clone() {
            self.to.insts[inst].kind.for_each_operand_mut(substitute);
        }
        let source = &self.from.blocks[block];
        let mut terminator = self.transfer.terminator(self.to, source.terminator.clone());
        terminator.for_each_operand_mut(substitute);
        terminator.for_each_target_mut(|target| *target = self.blocks[target]);
        if let (Terminator::ParYield(values), Some(end)) = (&terminator, end) {
            terminator = Terminator::Jump(BlockCall::new(end, values.clone()));
        }
        let data = &mut self.to.blocks[copy];
        data.terminator = terminator;
        data.terminator_span = source.terminator_span;
        data.unwind = source.unwind.map(|target| self.blocks[&target]);
        data.vector = source.vector.clone();
        if let Some(vector) = &mut data.vector {
            vector.for_each_value_mut(substitute);
        }
    }
}

/// `a op b`.
fn combine_two(builder: &mut Builder<'_>, op: ReductionOp, a: Value, b: Value) -> Value {
    if let Some(binary) = op.binary() {
        return builder.binary(binary, a, b);
    }
    let order = if op == ReductionOp::Fmin { FloatCompare::Lt } else { FloatCompare::Gt };
    let condition = builder.value(InstKind::FloatCompare(order, b, a));
    builder.value(InstKind::Select { condition, then: b, otherwise: a })
}
