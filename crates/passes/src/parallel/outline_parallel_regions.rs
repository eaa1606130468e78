//! Makes the body of every parallel loop a function of its own, which the runtime calls for parts of the iterations.
//!
//! Before: `bb0: par_for v0, body bb1, reductions [fadd v1], exit bb2   bb1(v2, v3): ...; par_yield v4   bb2(v5): ...`
//! After:  `bb0: (store captures); hl_parallel_for(v0, @f$par0, captures, partials, ...); (combine partials) jump bb2(v9)`, and
//! `@f$par0(start, end, captures, partials)`, a loop over `start..end`
//!
//! What the body uses from outside is stored into a slot of eight bytes a value and loaded at the body's entry; a constant, and a comparison of integers, is made again instead. With reductions, every chunk has a row of
//! partial results, which are combined in index order behind the initial values: the order that the interpreter uses, too. Nested loops: the inner one is outlined from the outer one's
//! body. What a body does not name of the function's tables, it does not get. One walk over the blocks of each region. Does not preserve the control-flow graph.

use crate::analysis::{CountedLoop, Loop, LoopForest};
use crate::transfer::Transfer;
use crate::{MirPass, PassContext};
use hotloop_abi::MAX_CHUNKS;
use hotloop_diagnostics::{Remark, Span};
use hotloop_index::SideMap;
use hotloop_mir::{
    BinaryOp, Block, BlockCall, Builder, CalleeData, Constant, ControlFlow, Dominators, FloatCompare,
    Function, Inst, InstKind, IntCompare, MachineType, ParFor, Phase, ReductionOp, RegionKind, Results,
    RuntimeFunction, Terminator, Value,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// A guess at the time of an instruction, several of which run at once, for the runtime's decision whether waking others pays.
const PICOSECONDS_AN_INSTRUCTION: i64 = 100;
/// A region with less work is not even offered to others: the body is called in place of the runtime.
const TOO_LITTLE_PICOSECONDS: i64 = 24_000_000;
/// A function of the runtime, such as one of mathematics, counts as so many instructions.
const INSTRUCTIONS_OF_A_FUNCTION: i64 = 20;
/// Numbers of iterations are taken for no more than that, so that products of them do not overflow.
const MOST_ITERATIONS: i64 = 1 << 24;
/// So is the time of one iteration.
const MOST_PICOSECONDS: i64 = 1 << 38;

/// Makes the body of every parallel loop a function of its own, which the runtime calls for parts of the iterations. The head of its file says how.
pub struct OutlineParallelRegions;

impl MirPass for OutlineParallelRegions {
    fn name(&self) -> &'static str {
        "outline-parallel-regions"
    }

    fn run(&self, function: &mut Function, context: &mut PassContext<'_>) {
        let mut counter = 0;
        let name = function.name.clone();
        let mut outlined = outline_all(function, &name, &mut counter, &mut context.remarks);
        context.outlined.append(&mut outlined);
        function.phase = Phase::Outlined;
    }
}

/// Outlines the outermost loops of a function, then the loops within what was cut out.
fn outline_all(
    function: &mut Function,
    root: &str,
    counter: &mut usize,
    remarks: &mut Vec<Remark>,
) -> Vec<Function> {
    let mut outlined = Vec::new();
    let mut gone: FxHashSet<Block> = FxHashSet::default();
    for region in outermost_regions(function) {
        let name = format!("{root}$par{counter}");
        *counter += 1;
        remarks.push(region.remark(function));
        let mut body = region.outline(function, &name);
        gone.extend(region.blocks);
        let nested = outline_all(&mut body, root, counter, remarks);
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
    /// Values from outside that the body uses, but those that are made again.
    captures: Vec<Value>,
    /// Constants from outside that the body uses.
    remade: Vec<Value>,
    /// A guess at the time of one iteration; `None` where nobody knows, because the body calls, or loops for a time that it finds out itself.
    cost: Option<Vec<Cost>>,
    /// Whether the body tells what looks for races of its iterations, which has to know where the loop begins.
    tells_races: bool,
}

/// So many instructions, as often as the loops around them run.
struct Cost {
    insts: i64,
    /// Of each loop the first number and the limit, which are known outside the region, and the step.
    loops: Vec<(Value, Value, i64)>,
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
        let (captures, remade) = (Vec::new(), Vec::new());
        let tells = |inst: &Inst| {
            let kind = &function.insts[*inst].kind;
            matches!(kind, InstKind::CallRuntime { function: RuntimeFunction::RaceIteration, .. })
        };
        let tells_races = blocks.iter().any(|inside| function.blocks[*inside].insts.iter().any(tells));
        let mut region = Self { block, par_for, blocks, ends, captures, remade, cost: None, tells_races };
        region.find_captures(function);
        region.cost = region.estimate(function, shape);
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
            if !defined.contains(&value) {
                self.take_in(function, value, &mut seen);
            }
        }
    }

    /// Makes a value from outside known in the body.
    fn take_in(&mut self, function: &Function, value: Value, seen: &mut FxHashSet<Value>) {
        if !seen.insert(value) {
            return;
        }
        match function.defining_inst(value).map(|inst| &function.insts[inst].kind) {
            Some(InstKind::Const(_)) => self.remade.push(value),
            // That of a limit guards a loop, which is seen to count only beside it.
            Some(InstKind::IntCompare(_, a, b)) => {
                [a, b].into_iter().for_each(|operand| self.take_in(function, *operand, seen));
                self.remade.push(value);
            }
            Some(_) | None => self.captures.push(value),
        }
    }

    /// What an iteration costs, if that can be told outside.
    fn estimate(&self, function: &Function, shape: &Shape) -> Option<Vec<Cost>> {
        let inside: FxHashSet<Block> = self.blocks.iter().copied().collect();
        let outside: FxHashSet<Value> = self.captures.iter().chain(&self.remade).copied().collect();
        // The region itself is a loop as well, but its iterations are what is told the cost of.
        let is_inner = |id: &Loop| {
            let header = shape.forest.loops[*id].header;
            header != self.par_for.body && inside.contains(&header)
        };
        let mut insts: BTreeMap<Option<Loop>, i64> = BTreeMap::new();
        for block in &self.blocks {
            let data = &function.blocks[*block];
            let is_call = |inst: &Inst| matches!(function.insts[*inst].kind, InstKind::Call { .. });
            if data.insts.iter().any(is_call) || matches!(data.terminator, Terminator::ParFor(_)) {
                return None;
            }
            let computes = |inst: &&Inst| !matches!(function.insts[**inst].kind, InstKind::Const(_));
            let own = shape.forest.innermost(*block).filter(is_inner);
            let weight = |inst: &Inst| match function.insts[*inst].kind {
                InstKind::CallRuntime { .. } => INSTRUCTIONS_OF_A_FUNCTION,
                _ => 1,
            };
            *insts.entry(own).or_default() += data.insts.iter().filter(computes).map(weight).sum::<i64>() + 1;
        }
        // The counts of a loop and of those around it in the region.
        let loops_around = |own: Option<Loop>| {
            let around = std::iter::successors(own, |id| shape.forest.loops[*id].parent.filter(is_inner));
            let count = |id: Loop| {
                let data = &shape.forest.loops[id];
                let counted = CountedLoop::counting(function, &shape.control_flow, data)?;
                let is_known = outside.contains(&counted.initial) && outside.contains(&counted.limit);
                is_known.then_some((counted.initial, counted.limit, counted.step))
            };
            around.map(count).collect::<Option<Vec<_>>>()
        };
        insts.into_iter().map(|(own, insts)| Some(Cost { insts, loops: loops_around(own)? })).collect()
    }

    /// What is known of the time that an iteration takes.
    fn remark(&self, function: &Function) -> Remark {
        let picoseconds = |parts: &[Cost]| -> i64 {
            parts.iter().map(|part| part.insts * PICOSECONDS_AN_INSTRUCTION).sum::<i64>().max(1)
        };
        let mut message = match self.cost.as_deref() {
            None => "how long an iteration takes is measured when it runs".to_owned(),
            Some(parts) if parts.iter().all(|part| part.loops.is_empty()) => {
                let picoseconds = picoseconds(parts);
                let few = TOO_LITTLE_PICOSECONDS / picoseconds;
                let nanoseconds = picoseconds as f64 / 1000.0;
                format!(
                    "an iteration takes about {nanoseconds} ns by estimate, and up to {few} are not shared out"
                )
            }
            Some(parts) => {
                let nanoseconds = picoseconds(parts) as f64 / 1000.0;
                format!(
                    "an iteration takes about {nanoseconds} ns by estimate for each turn of the loops in it"
                )
            }
        };
        if self.par_for.chunks.is_some() {
            message += &format!("; its reductions are made in up to {MAX_CHUNKS} chunks");
        }
        let span = function.blocks[self.block].terminator_span;
        Remark { pass: OutlineParallelRegions.name(), span, message, cause: None }
    }

    /// The guess as a value in picoseconds; a constant 0 stands for nobody knows.
    fn picoseconds(&self, builder: &mut Builder<'_>) -> Value {
        use MachineType::I64;
        let Some(cost) = &self.cost else { return builder.int(I64, 0) };
        let mut flat = 0;
        let mut total: Option<Value> = None;
        for part in cost {
            let picoseconds = part.insts * PICOSECONDS_AN_INSTRUCTION;
            if part.loops.is_empty() {
                flat += picoseconds;
                continue;
            }
            let mut product = builder.int(I64, picoseconds);
            for (initial, limit, step) in &part.loops {
                let (low, high) = if *step > 0 { (*initial, *limit) } else { (*limit, *initial) };
                let trips = builder.binary(BinaryOp::Isub, high, low);
                let trips = clamped(builder, trips, MOST_ITERATIONS);
                product = builder.binary(BinaryOp::Imul, product, trips);
                product = clamped(builder, product, MOST_PICOSECONDS);
            }
            total = Some(match total {
                Some(total) => builder.binary(BinaryOp::Iadd, total, product),
                None => product,
            });
        }
        let flat = builder.int(I64, flat.max(1));
        match total {
            Some(total) => builder.binary(BinaryOp::Iadd, total, flat),
            None => flat,
        }
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
        let chunks = self.par_for.chunks.unwrap_or_else(|| builder.int(I64, 0));
        let picoseconds = self.picoseconds(&mut builder);
        let behind = (!self.tells_races)
            .then(|| self.call_in_place(&mut builder, callee, [captures, partials, picoseconds]));
        builder.effect(InstKind::CallRuntime {
            function: RuntimeFunction::ParallelFor,
            arguments: vec![
                self.par_for.count,
                address,
                captures,
                partials,
                width_value,
                chunks,
                picoseconds,
            ],
        });
        if let Some(behind) = behind {
            builder.jump(behind, &[]);
            builder.switch_to(behind);
        }
        match self.par_for.chunks {
            None => builder.jump(self.par_for.exit, &[]),
            Some(chunks) => self.combine(&mut builder, chunks, partials, region),
        }
    }

    /// Calls the body itself where there is too little work for others, of one chunk at most, or of one iteration; goes on where there is enough. Returns where both meet.
    fn call_in_place(
        &self,
        builder: &mut Builder<'_>,
        callee: hotloop_mir::Callee,
        [captures, partials, picoseconds]: [Value; 3],
    ) -> Block {
        use MachineType::I64;
        let mut is_little = match builder.function.constant(picoseconds) {
            Some(Constant::Int(_, picoseconds)) => {
                let few = TOO_LITTLE_PICOSECONDS.checked_div(picoseconds).unwrap_or(1);
                let limit = builder.int(I64, few.max(1));
                builder.compare(IntCompare::Sle, self.par_for.count, limit)
            }
            Some(Constant::F32(_) | Constant::F64(_)) | None => {
                let count = clamped(builder, self.par_for.count, MOST_ITERATIONS);
                let work = builder.binary(BinaryOp::Imul, count, picoseconds);
                let limit = builder.int(I64, TOO_LITTLE_PICOSECONDS);
                builder.compare(IntCompare::Sle, work, limit)
            }
        };
        if let Some(chunks) = self.par_for.chunks {
            let one = builder.int(I64, 1);
            let is_whole = builder.compare(IntCompare::Sle, chunks, one);
            is_little = builder.binary(BinaryOp::And, is_little, is_whole);
        }
        let [little, much, behind] = [(); 3].map(|()| {
            let block = builder.add_block();
            builder.function.blocks[block].unwind = builder.function.blocks[self.block].unwind;
            block
        });
        builder.terminate(Terminator::Branch {
            condition: is_little,
            then: BlockCall::new(little, Vec::new()),
            otherwise: BlockCall::new(much, Vec::new()),
        });
        builder.switch_to(little);
        let start = builder.int(I64, 0);
        let arguments = vec![start, self.par_for.count, captures, partials];
        builder.effect(InstKind::Call { callee, arguments });
        builder.jump(behind, &[]);
        builder.switch_to(much);
        behind
    }

    /// A loop over the chunks, in index order: `accumulator = accumulator op partial`.
    fn combine(
        &self,
        builder: &mut Builder<'_>,
        chunks: Value,
        partials: Value,
        region: hotloop_mir::Region,
    ) {
        use MachineType::I64;
        let zero = builder.int(I64, 0);
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
        for value in &region.remade {
            let inst = self.from.defining_inst(*value).expect("only what is computed is made again");
            let mut kind = self.from.insts[inst].kind.clone();
            kind.for_each_operand_mut(|operand| *operand = self.values[operand]);
            let inst = self.to.append_inst(entry, kind, self.from.span);
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

/// A value, or 0 if it is negative, or `most` if it is more.
fn clamped(builder: &mut Builder<'_>, value: Value, most: i64) -> Value {
    let [zero, most] = [0, most].map(|number| builder.int(MachineType::I64, number));
    let at_least = builder.binary(BinaryOp::Smax, value, zero);
    builder.binary(BinaryOp::Smin, at_least, most)
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
