//! Runs several iterations of a loop side by side in the loop that it holds: unroll and jam.
//!
//! Before: `for j { s = 0; for k { s = s + a[k] * b[k, j] }; out[j] = s }`
//! After:  `for j by 8 { s0..s7 = 0; for k { x = a[k]; s0 = s0 + x * b[k, j]; ..; s7 = s7 + x * b[k, j + 7] }; out[j] = s0; ..; out[j + 7] = s7 }`, then the loop
//! before for the rest.
//!
//! Each sum keeps its own order, so floats keep their bits; but eight sums wait for their additions at once, where one waits for each. Neighbours along a row share a cache line, an address, and what does not
//! depend on `j` is computed once. The inner loop is one block that stores nothing, its bounds are the same for every `j`, and what else the outer loop carries is used behind the inner loop alone, where the iterations follow one
//! another: the least of several sums, and where it was found. The order of errors and of what is stored stays: in front
//! of the outer loop is asked whether every index is in bounds and what is stored is apart from what is loaded before; if not, the loop runs as it stands, and raises
//! where it has to. Addresses are linear in `j` and `k`, so that the corners of their range are its ends. Not where the nest runs in vectors as it is. Where the inner loop may itself run in
//! vectors, since its sums may be formed in any order and its loads are one behind the other, iterations run side by side as long as it is short: vectors pay from some iterations on. One look at each innermost loop with one around it. Does not preserve the control-flow graph.

use crate::analysis::{CountedLoop, ExitTest, FEW_ITERATIONS, LoopData, LoopForest};
use crate::edit::jumps_mut;
use crate::loops::front::Front;
use crate::{MirPass, PassContext};
use hotloop_diagnostics::{Remark, Span};
use hotloop_index::IdSet;
use hotloop_mir::{
    BinaryOp, Block, BlockCall, Builder, Constant, ControlFlow, Dominators, FloatFlags, Function, Inst,
    InstKind, IntCompare, MachineType, Region, Terminator, Value,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// So many iterations run side by side where neighbours share an address, else half of it.
const WIDE: i64 = 8;
/// What is carried in the inner loop, times the iterations side by side, takes so many registers at most.
const MOST_CARRIED: usize = 12;
/// A body of more instructions is not copied.
const MOST_INSTS: usize = 40;
/// So many inner loops of a function are looked at: for each the function is searched for uses of its values.
const MOST_NESTS: usize = 64;
/// Comparisons in front of the loop.
const MOST_CONDITIONS: usize = 12;
/// Constants that are added to an index.
const SMALL: i64 = 1 << 32;

/// Runs several iterations of a loop side by side in the loop that it holds. The head of its file says how.
pub struct JamLoops;

impl MirPass for JamLoops {
    fn name(&self) -> &'static str {
        "jam-loops"
    }

    fn run(&self, function: &mut Function, context: &mut PassContext<'_>) {
        let branches = function.layout.iter().filter(|block| may_end_loop(function, **block));
        if branches.count() < 2 {
            return;
        }
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let forest = LoopForest::new(function, &control_flow, &dominators);
        let mut nests = Vec::new();
        for inner in forest.loops.values().filter(|data| data.is_innermost && !data.is_cold).take(MOST_NESTS)
        {
            if let Some(parent) = inner.parent
                && !forest.is_marked(function, &forest.loops[parent])
                && let Some(nest) = Nest::find(function, &control_flow, &forest.loops[parent], inner)
            {
                nests.push(nest);
            }
        }
        // Nests share no blocks: each is a loop that holds one other.
        for nest in nests {
            if let Some(guard) = Guard::find(function, &nest) {
                let message = format!("{} iterations of this loop run side by side", nest.width);
                context.remarks.push(Remark { pass: self.name(), span: nest.span, message, cause: None });
                Jam::new(&nest).write(function, &guard);
            }
        }
    }
}

/// Whether a block may be the end of a loop that tests there.
fn may_end_loop(function: &Function, block: Block) -> bool {
    matches!(function.blocks[block].terminator, Terminator::Branch { .. })
}

/// A loop that holds one other, as this pass needs it.
struct Nest {
    /// In front of the outer loop.
    preheader: Block,
    /// The outer loop's header: from here on to the inner loop, or past it.
    head: Block,
    skip: Option<Skip>,
    /// The instructions between the header and the inner loop, and what that begins with.
    entry: Vec<Inst>,
    initial: Vec<Value>,
    /// The inner loop.
    inner: Block,
    /// What it passes behind itself.
    result: Vec<Value>,
    /// Behind the inner loop, up to the outer loop's test.
    tail: Block,
    exit: BlockCall,
    /// What else the outer loop carries: the header's parameters but for its variable, and what they are in the next iteration.
    carried: Vec<(Value, Value)>,
    outer_count: CountedLoop,
    inner_count: CountedLoop,
    /// The values that differ between the iterations of the outer loop.
    dependent: IdSet<Value>,
    /// All values of the nest.
    own: FxHashMap<Value, Option<Inst>>,
    unwind: Option<Block>,
    width: i64,
    /// Whether iterations run side by side only where the inner loop has few: else it runs in vectors.
    is_short: bool,
    span: Span,
}

/// The way past the inner loop, which is gone in all iterations or in none.
struct Skip {
    condition: Value,
    /// Whether the inner loop runs where the condition holds.
    enters: bool,
    arguments: Vec<Value>,
}

impl Nest {
    fn find(
        function: &Function,
        control_flow: &ControlFlow,
        outer: &LoopData,
        inner: &LoopData,
    ) -> Option<Self> {
        let &[tail] = outer.latches.as_slice() else { return None };
        let is_plain =
            !outer.is_parallel && inner.latches == [inner.header] && outer.blocks.iter().count() <= 8;
        let head = outer.header;
        let preheader = outer.preheader(function, control_flow).filter(|_| is_plain)?;
        let outer_count = CountedLoop::find(function, control_flow, outer)?;
        let inner_count = CountedLoop::find(function, control_flow, inner)?;
        let counts_up = |count: &CountedLoop| count.step == 1 && count.test == ExitTest::Bottom;
        if !counts_up(&outer_count) || !counts_up(&inner_count) {
            return None;
        }
        let (entry_call, skip) = Self::ways_on(function, head, tail)?;
        let (entry, into) = Self::entry(function, &entry_call, inner.header)?;
        let result = Self::exit_to(function, inner.header, tail)?;
        let Terminator::Branch { then, otherwise, .. } = &function.blocks[tail].terminator else {
            return None;
        };
        let (back, exit) = if then.block == head { (then, otherwise) } else { (otherwise, then) };
        let parameters = function.blocks[head].parameters.iter().copied();
        let next = parameters.zip(back.arguments.iter().copied());
        let mut nest = Self {
            preheader,
            head,
            skip,
            entry,
            initial: into,
            inner: inner.header,
            result,
            tail,
            exit: exit.clone(),
            carried: next.filter(|(parameter, _)| *parameter != outer_count.variable).collect(),
            outer_count,
            inner_count,
            dependent: IdSet::new(),
            own: FxHashMap::default(),
            unwind: None,
            width: WIDE,
            is_short: false,
            span: function.blocks[head].terminator_span,
        };
        nest.note_values(function);
        let is_usable = nest.is_closed(function, outer)
            && nest.unwinds_to_one(function, outer)
            && nest.is_allowed(function)
            && nest.has_fixed_bounds()
            && nest.carries_in_tail(function);
        if !is_usable {
            return None;
        }
        nest.note_dependent(function);
        nest.is_uniform(function).then_some(())?;
        nest.choose_width(function)?;
        Some(nest)
    }

    /// From the header: the jump towards the inner loop, and that past it.
    fn ways_on(function: &Function, head: Block, tail: Block) -> Option<(BlockCall, Option<Skip>)> {
        match &function.blocks[head].terminator {
            Terminator::Jump(call) => Some((call.clone(), None)),
            Terminator::Branch { condition, then, otherwise } => {
                let skips = [then, otherwise].map(|call| forwarded(function, call, tail));
                let (enters, entry, arguments) = match skips {
                    [None, Some(past)] => (true, then, past),
                    [Some(past), None] => (false, otherwise, past),
                    _ => return None,
                };
                Some((entry.clone(), Some(Skip { condition: *condition, enters, arguments })))
            }
            _ => None,
        }
    }

    /// The instructions on the way to the inner loop, and what it begins with. Only blocks without parameters lie on it.
    fn entry(function: &Function, call: &BlockCall, inner: Block) -> Option<(Vec<Inst>, Vec<Value>)> {
        let (mut call, mut insts) = (call, Vec::new());
        for _ in 0..4 {
            if call.block == inner {
                return Some((insts, call.arguments.clone()));
            }
            let data = &function.blocks[call.block];
            let Terminator::Jump(next) = &data.terminator else { return None };
            if !data.parameters.is_empty() {
                return None;
            }
            insts.extend(&data.insts);
            call = next;
        }
        None
    }

    /// What the inner loop passes to the tail when it ends.
    fn exit_to(function: &Function, inner: Block, tail: Block) -> Option<Vec<Value>> {
        let exit = function.blocks[inner].terminator.jumps().into_iter().find(|call| call.block != inner)?;
        forwarded(function, exit, tail)
    }

    /// Everything that the nest defines.
    fn note_values(&mut self, function: &Function) {
        for block in [self.head, self.inner, self.tail] {
            self.own.extend(function.blocks[block].parameters.iter().map(|value| (*value, None)));
        }
        for inst in self.insts(function) {
            self.own.extend(function.insts[inst].results.iter().map(|value| (*value, Some(inst))));
        }
    }

    fn insts(&self, function: &Function) -> Vec<Inst> {
        let of = |block: Block| function.blocks[block].insts.iter();
        of(self.head).chain(&self.entry).chain(of(self.inner)).chain(of(self.tail)).copied().collect()
    }

    /// Whether the loop has no other blocks, and nothing outside uses what it defines but by the arguments of its exit.
    fn is_closed(&self, function: &Function, outer: &LoopData) -> bool {
        let mut is_closed = true;
        for block in function.layout.iter().filter(|block| !outer.blocks.contains(**block)) {
            let mut note = |value: Value| is_closed &= !self.own.contains_key(&value);
            for inst in &function.blocks[*block].insts {
                function.insts[*inst].kind.for_each_operand(&mut note);
            }
            function.blocks[*block].terminator.for_each_operand(note);
        }
        let count: usize = outer.blocks.iter().map(|block| function.blocks[block].insts.len()).sum();
        is_closed &= !self.uses_passed_on(function, outer);
        is_closed && count == self.insts(function).len() && count <= 2 * MOST_INSTS
    }

    /// Whether the nest uses a parameter of an empty block, which passes it on.
    fn uses_passed_on(&self, function: &Function, outer: &LoopData) -> bool {
        let own = [self.head, self.inner, self.tail];
        let others = outer.blocks.iter().filter(|block| !own.contains(block));
        let passed: IdSet<Value> =
            others.flat_map(|block| &function.blocks[block].parameters).copied().collect();
        let mut uses = false;
        let mut note = |value: Value| uses |= passed.contains(value);
        for inst in self.insts(function) {
            function.insts[inst].kind.for_each_operand(&mut note);
        }
        for block in own {
            function.blocks[block].terminator.for_each_operand(&mut note);
        }
        uses
    }

    /// Notes where errors of the nest go; tells whether that is one place.
    fn unwinds_to_one(&mut self, function: &Function, outer: &LoopData) -> bool {
        let mut targets = outer.blocks.iter().filter_map(|block| function.blocks[block].unwind);
        self.unwind = targets.next();
        targets.all(|target| Some(target) == self.unwind)
    }

    /// Whether the nest does nothing but compute, check indices, load, and store in its tail.
    fn is_allowed(&self, function: &Function) -> bool {
        let allowed = |inst: &Inst, stores: bool| match &function.insts[*inst].kind {
            InstKind::Load { .. } => true,
            InstKind::Store { .. } => stores,
            InstKind::CheckBounds { .. } | InstKind::Safepoint => true,
            InstKind::CallRuntime { .. } | InstKind::SlotAddress(_) => false,
            kind => kind.is_speculatable(function),
        };
        let mut front = function.blocks[self.head].insts.iter().chain(&self.entry);
        front.all(|inst| allowed(inst, false))
            && function.blocks[self.inner].insts.len() <= MOST_INSTS
            && function.blocks[self.inner].insts.iter().all(|inst| allowed(inst, false))
            && function.blocks[self.tail].insts.iter().all(|inst| allowed(inst, true))
    }

    /// Whether what the outer loop carries is used in its tail alone, where it is computed, too.
    fn carries_in_tail(&self, function: &Function) -> bool {
        let is_carried = |value: Value| self.carried.iter().any(|(parameter, _)| *parameter == value);
        let mut is_used = false;
        let mut note = |value: Value| is_used |= is_carried(value);
        let insts = |block: Block| function.blocks[block].insts.iter();
        for inst in insts(self.head).chain(&self.entry).chain(insts(self.inner)) {
            function.insts[*inst].kind.for_each_operand(&mut note);
        }
        function.blocks[self.inner].terminator.for_each_operand(&mut note);
        self.initial.iter().chain(&self.result).copied().for_each(&mut note);
        if let Some(skip) = &self.skip {
            skip.arguments.iter().copied().chain([skip.condition]).for_each(&mut note);
        }
        !is_used
    }

    /// Whether both loops count between values from outside.
    fn has_fixed_bounds(&self) -> bool {
        let bounds = [self.outer_count.limit, self.inner_count.initial, self.inner_count.limit];
        bounds.iter().all(|bound| !self.own.contains_key(bound))
    }

    /// Finds the values that differ between the iterations of the outer loop.
    fn note_dependent(&mut self, function: &Function) {
        self.dependent.insert(self.outer_count.variable);
        for (parameter, _) in &self.carried {
            self.dependent.insert(*parameter);
        }
        let parameters = function.blocks[self.inner].parameters.clone();
        let next = back_arguments(function, self.inner);
        loop {
            for inst in self.insts(function) {
                let data = &function.insts[inst];
                let mut depends = false;
                data.kind.for_each_operand(|operand| depends |= self.dependent.contains(operand));
                if depends {
                    data.results.iter().for_each(|result| {
                        self.dependent.insert(*result);
                    });
                }
            }
            let mut changed = false;
            for (position, parameter) in parameters.iter().enumerate() {
                let depends = self.dependent.contains(self.initial[position])
                    || self.dependent.contains(next[position]);
                changed |= depends && self.dependent.insert(*parameter);
            }
            // What the tail gets may differ: nothing is gained by knowing where it does not.
            for parameter in &function.blocks[self.tail].parameters {
                changed |= self.dependent.insert(*parameter);
            }
            if !changed {
                return;
            }
        }
    }

    /// Whether all iterations of the outer loop go the same way.
    fn is_uniform(&self, function: &Function) -> bool {
        let is_same = |value: Value| !self.dependent.contains(value);
        let Terminator::Branch { condition, .. } = function.blocks[self.inner].terminator else {
            return false;
        };
        let skips = self.skip.as_ref().is_none_or(|skip| is_same(skip.condition));
        skips && is_same(condition) && is_same(self.inner_count.variable)
    }

    /// Chooses how many iterations run side by side; `None` if it does not pay.
    fn choose_width(&mut self, function: &Function) -> Option<()> {
        let parameters = &function.blocks[self.inner].parameters;
        let carried: Vec<Value> =
            parameters.iter().copied().filter(|value| self.dependent.contains(*value)).collect();
        let is_strict = !function.float_flags.contains(FloatFlags::REASSOC);
        let waits = carried.iter().any(|value| function.value_type(*value).is_float());
        let (mut has_stride, mut shares_address) = (false, true);
        for inst in &function.blocks[self.inner].insts {
            let InstKind::Load { ty, address, .. } = function.insts[*inst].kind else { continue };
            let along = self.constant_step(function, address, self.inner_count.variable);
            has_stride |= !along.is_some_and(|step| step == 0 || step == i64::from(ty.size_bytes()));
            let across = self.constant_step(function, address, self.outer_count.variable);
            shares_address &= across.is_some();
        }
        if carried.is_empty() || !(waits || has_stride) {
            return None;
        }
        self.is_short = !is_strict && !has_stride;
        let is_long = |most: Option<i64>| most.is_some_and(|most| most > FEW_ITERATIONS);
        if self.is_short && is_long(self.inner_count.constant_iterations(function)) {
            return None;
        }
        self.width = if shares_address { WIDE } else { WIDE / 2 };
        while carried.len() * self.width as usize > MOST_CARRIED {
            self.width /= 2;
        }
        (self.width > 1).then_some(())
    }

    /// By how much a value grows with a variable of the nest, if that is a constant.
    fn constant_step(&self, function: &Function, value: Value, variable: Value) -> Option<i64> {
        let step = |value| self.constant_step(function, value, variable);
        let number = |value: Value| function.constant(value).and_then(Constant::as_int);
        match self.own.get(&value) {
            None => Some(0),
            Some(_) if value == variable => Some(1),
            Some(None) => self.is_variable(value).then_some(0),
            Some(Some(inst)) => match function.insts[*inst].kind {
                InstKind::Const(_) => Some(0),
                InstKind::PtrAdd { base: a, offset: b } | InstKind::Binary(BinaryOp::Iadd, a, b) => {
                    step(a)?.checked_add(step(b)?)
                }
                InstKind::Binary(BinaryOp::Isub, a, b) => step(a)?.checked_sub(step(b)?),
                InstKind::Binary(BinaryOp::Imul, a, b) => match (step(a)?, step(b)?) {
                    (0, 0) => Some(0),
                    (grows, 0) => grows.checked_mul(number(b)?),
                    (0, grows) => grows.checked_mul(number(a)?),
                    _ => None,
                },
                InstKind::Binary(BinaryOp::Shl, a, b) => {
                    let places = number(b).filter(|places| (0..32).contains(places))?;
                    step(a)?.checked_mul(1 << places)
                }
                InstKind::CheckBounds { index, .. } => step(index),
                _ => None,
            },
        }
    }

    fn is_variable(&self, value: Value) -> bool {
        value == self.outer_count.variable || value == self.inner_count.variable
    }

    /// Whether a value is a sum of multiples of the two variables, and what else is the same throughout.
    fn is_linear(&self, function: &Function, value: Value) -> bool {
        let is_linear = |value| self.is_linear(function, value);
        let Some(inst) = self.own.get(&value) else { return true };
        let Some(inst) = inst else { return self.is_variable(value) };
        match function.insts[*inst].kind {
            InstKind::Const(_) => true,
            InstKind::PtrAdd { base: a, offset: b }
            | InstKind::Binary(BinaryOp::Iadd | BinaryOp::Isub, a, b) => is_linear(a) && is_linear(b),
            InstKind::Binary(BinaryOp::Imul, a, b) => {
                (is_linear(a) && !self.own.contains_key(&b)) || (is_linear(b) && !self.own.contains_key(&a))
            }
            InstKind::Binary(BinaryOp::Shl, a, b) => is_linear(a) && !self.varies(function, b),
            InstKind::CheckBounds { index, .. } => is_linear(index),
            _ => false,
        }
    }

    fn varies(&self, function: &Function, value: Value) -> bool {
        self.own.contains_key(&value) && function.constant(value).is_none()
    }
}

/// What `call` passes to `tail`, past empty blocks; `None` if it does not lead there.
fn forwarded(function: &Function, call: &BlockCall, tail: Block) -> Option<Vec<Value>> {
    let mut call = call.clone();
    for _ in 0..4 {
        if call.block == tail {
            return Some(call.arguments);
        }
        let data = &function.blocks[call.block];
        let Terminator::Jump(next) = &data.terminator else { return None };
        if !data.insts.is_empty() {
            return None;
        }
        let passed: FxHashMap<Value, Value> =
            data.parameters.iter().copied().zip(call.arguments.iter().copied()).collect();
        let arguments = next.arguments.iter().map(|value| *passed.get(value).unwrap_or(value)).collect();
        call = BlockCall::new(next.block, arguments);
    }
    None
}

/// What a loop of one block passes to itself.
fn back_arguments(function: &Function, block: Block) -> Vec<Value> {
    let back = function.blocks[block].terminator.jumps().into_iter().find(|call| call.block == block);
    back.expect("a loop of one block goes back to itself").arguments.clone()
}

/// What has to hold so that iterations may run side by side.
struct Guard {
    conditions: Vec<Condition>,
}

#[derive(Clone, Copy, PartialEq)]
enum Condition {
    /// A value is below a length, and not negative.
    InBounds { index: Value, length: Value },
    /// A variable plus a constant is, throughout.
    Throughout { is_outer: bool, constant: i64, length: Value },
    /// The sum of both variables and a constant is, throughout.
    SumThroughout { constant: i64, length: Value },
    /// What a store writes is apart from what a load reads.
    Apart { store: Inst, load: Inst },
}

impl Guard {
    fn find(function: &Function, nest: &Nest) -> Option<Self> {
        let mut guard = Self { conditions: Vec::new() };
        for inst in nest.insts(function) {
            if let InstKind::CheckBounds { index, length, .. } = function.insts[inst].kind {
                guard.add(Self::of_check(function, nest, index, length)?);
            }
        }
        let tail = &function.blocks[nest.tail].insts;
        let mut early: Vec<Inst> = nest.insts(function);
        early.truncate(early.len() - tail.len());
        for store in tail.iter().copied() {
            let InstKind::Store { address: written, region: stored, .. } = function.insts[store].kind else {
                continue;
            };
            for load in early.iter().copied() {
                let InstKind::Load { address: read, region: loaded, .. } = function.insts[load].kind else {
                    continue;
                };
                let kind = |region: Region| function.regions[region].kind;
                if kind(stored).may_alias(kind(loaded)) {
                    let is_known = nest.is_linear(function, written) && nest.is_linear(function, read);
                    is_known.then(|| guard.add(Condition::Apart { store, load }))?;
                }
            }
        }
        (guard.conditions.len() <= MOST_CONDITIONS).then_some(guard)
    }

    fn add(&mut self, condition: Condition) {
        if !self.conditions.contains(&condition) {
            self.conditions.push(condition);
        }
    }

    fn of_check(function: &Function, nest: &Nest, index: Value, length: Value) -> Option<Condition> {
        if nest.own.contains_key(&length) {
            return None;
        }
        if !nest.own.contains_key(&index) {
            return Some(Condition::InBounds { index, length });
        }
        let (base, constant) = added_constant(function, index).unwrap_or((index, 0));
        let is_outer = base == nest.outer_count.variable;
        if nest.is_variable(base) {
            return Some(Condition::Throughout { is_outer, constant, length });
        }
        let InstKind::Binary(BinaryOp::Iadd, a, b) = function.insts[function.defining_inst(base)?].kind
        else {
            return None;
        };
        let is_sum = a != b && nest.is_variable(a) && nest.is_variable(b);
        is_sum.then_some(Condition::SumThroughout { constant, length })
    }

    /// Computes at the end of the preheader whether all hold, and `width` iterations are to come. Where the inner loop has to have few, gives also a limit that says so.
    fn write(&self, function: &mut Function, nest: &Nest) -> (Value, Option<Value>) {
        let inside = Rc::new(nest.own.values().copied().flatten().collect());
        let mut front = Front::new(function, nest.preheader, nest.span, inside);
        let outer = nest.outer_count;
        let count = front.binary(BinaryOp::Isub, outer.limit, outer.initial);
        let width = front.int(nest.width);
        let mut all = front.compare(IntCompare::Sge, count, width);
        // A first value that is not negative: then the difference does not wrap.
        let zero = front.int(0);
        let mut holds = vec![front.compare(IntCompare::Sge, outer.initial, zero)];
        for condition in &self.conditions {
            condition.write(&mut front, nest, &mut holds);
        }
        let near = nest.is_short.then(|| {
            let CountedLoop { initial, limit, .. } = nest.inner_count;
            let far = front.sum(FEW_ITERATIONS, &[(initial, 1)]).unwrap_or(zero);
            holds.push(front.compare(IntCompare::Sle, limit, far));
            // The same limit, but whoever sees the loop knows that it is short.
            front.binary(BinaryOp::Smin, limit, far)
        });
        for holds in holds {
            all = front.binary(BinaryOp::And, all, holds);
        }
        (all, near)
    }
}

/// `value` as `base + constant`, of a small constant.
fn added_constant(function: &Function, value: Value) -> Option<(Value, i64)> {
    let small = |value: Value| {
        let number = function.constant(value).and_then(Constant::as_int);
        number.filter(|number| (-SMALL..=SMALL).contains(number))
    };
    match function.insts[function.defining_inst(value)?].kind {
        InstKind::Binary(BinaryOp::Iadd, a, b) => {
            small(b).map(|constant| (a, constant)).or_else(|| small(a).map(|constant| (b, constant)))
        }
        InstKind::Binary(BinaryOp::Isub, a, b) => small(b).map(|constant| (a, -constant)),
        _ => None,
    }
}

impl Condition {
    fn write(&self, front: &mut Front<'_>, nest: &Nest, holds: &mut Vec<Value>) {
        match *self {
            Self::InBounds { index, length } => {
                holds.push(front.compare(IntCompare::Ult, index, length));
            }
            Self::Throughout { is_outer, constant, length } => {
                let count = if is_outer { nest.outer_count } else { nest.inner_count };
                let least = front.int(-constant);
                holds.push(front.compare(IntCompare::Sge, count.initial, least));
                // No sum that could overflow: a length is at most 2^60.
                let most = front.binary(BinaryOp::Iadd, length, least);
                holds.push(front.compare(IntCompare::Sle, count.limit, most));
            }
            Self::SumThroughout { constant, length } => {
                let [outer, inner] = [nest.outer_count, nest.inner_count];
                // Between 0 and 2^60, which no length exceeds, sums do not wrap.
                let (zero, far) = (front.int(0), front.int(1 << 60));
                holds.push(front.compare(IntCompare::Sge, inner.initial, zero));
                holds.push(front.compare(IntCompare::Sle, inner.limit, far));
                holds.push(front.compare(IntCompare::Sle, outer.limit, far));
                let first = front.binary(BinaryOp::Iadd, outer.initial, inner.initial);
                let least = front.int(-constant);
                holds.push(front.compare(IntCompare::Sge, first, least));
                let behind = front.binary(BinaryOp::Iadd, outer.limit, inner.limit);
                let one_more = front.int(1 - constant);
                let most = front.binary(BinaryOp::Iadd, length, one_more);
                holds.push(front.compare(IntCompare::Sle, behind, most));
            }
            Self::Apart { store, load } => {
                let [written, read] = [store, load].map(|inst| Extent::write(front, nest, inst));
                let before = front.compare(IntCompare::Ule, written.end, read.start);
                let behind = front.compare(IntCompare::Ule, read.end, written.start);
                holds.push(front.binary(BinaryOp::Or, before, behind));
            }
        }
    }
}

/// From where to where an access reaches in all iterations.
struct Extent {
    start: Value,
    end: Value,
}

impl Extent {
    fn write(front: &mut Front<'_>, nest: &Nest, access: Inst) -> Self {
        let (address, offset, ty) = match front.function().insts[access].kind {
            InstKind::Load { ty, address, offset, .. } => (address, offset, ty),
            InstKind::Store { value, address, offset, .. } => {
                (address, offset, front.function().value_type(value))
            }
            _ => unreachable!("an access is a load or a store"),
        };
        let low = Self::corner(front, nest, address, false);
        let high = Self::corner(front, nest, address, true);
        let mut moved = |base: Value, bytes: i64| {
            if bytes == 0 {
                return base;
            }
            let offset = front.int(bytes);
            front.value(InstKind::PtrAdd { base, offset })
        };
        let start = moved(low, i64::from(offset));
        let end = moved(high, i64::from(offset) + i64::from(ty.size_bytes()));
        Self { start, end }
    }

    /// The lowest or the highest of an address's values: at one end of each variable.
    fn corner(front: &mut Front<'_>, nest: &Nest, address: Value, is_highest: bool) -> Value {
        // The nest's values, at the ends of the variables.
        let mut corners: Vec<FxHashMap<Value, Value>> = vec![FxHashMap::default()];
        for count in [nest.outer_count, nest.inner_count] {
            let step = nest.constant_step(front.function(), address, count.variable);
            let one = front.int(1);
            let last = front.binary(BinaryOp::Isub, count.limit, one);
            let ends = match step {
                Some(step) if (step > 0) == is_highest => vec![last],
                Some(_) => vec![count.initial],
                None => vec![count.initial, last],
            };
            let at = |known: &FxHashMap<Value, Value>, end: Value| {
                let mut known = known.clone();
                known.insert(count.variable, end);
                known
            };
            corners = corners.iter().flat_map(|corner| ends.iter().map(|end| at(corner, *end))).collect();
        }
        let addresses: Vec<Value> = corners.iter_mut().map(|corner| front.copy_at(corner, address)).collect();
        let order = if is_highest { IntCompare::Ugt } else { IntCompare::Ult };
        let further = |all: Value, address: Value| {
            let condition = front.compare(order, address, all);
            front.value(InstKind::Select { condition, then: address, otherwise: all })
        };
        addresses.into_iter().reduce(further).expect("at least one corner")
    }
}

/// Writes the loop whose iterations run side by side.
struct Jam<'n> {
    nest: &'n Nest,
    /// What stands for each of the nest's values: for all that run side by side, or for each.
    shared: FxHashMap<Value, Value>,
    copies: Vec<FxHashMap<Value, Value>>,
    /// The shared instructions that are written.
    written: FxHashSet<Inst>,
}

impl<'n> Jam<'n> {
    fn new(nest: &'n Nest) -> Self {
        let copies = vec![FxHashMap::default(); nest.width as usize];
        Self { nest, shared: FxHashMap::default(), copies, written: FxHashSet::default() }
    }

    fn get(&self, copy: usize, value: Value) -> Value {
        *self.copies[copy].get(&value).or_else(|| self.shared.get(&value)).unwrap_or(&value)
    }

    fn write(mut self, function: &mut Function, guard: &Guard) {
        let nest = self.nest;
        let (holds, near) = guard.write(function, nest);
        let mut new_block = |unwind: Option<Block>| {
            let block = function.add_block();
            function.layout.pop();
            function.blocks[block].unwind = unwind;
            block
        };
        let before = new_block(None);
        let head = new_block(nest.unwind);
        let entry = new_block(nest.unwind);
        let inner = new_block(nest.unwind);
        let tail = new_block(nest.unwind);
        let rest = new_block(None);
        let single = new_block(None);
        let at = function.layout.iter().position(|block| *block == nest.head).expect("a block of the layout");
        function.layout.splice(at..at, [before, head, entry, inner, tail, rest, single]);

        let original = &function.blocks[nest.preheader].terminator;
        let initial = original.jumps().first().expect("a preheader jumps").arguments.clone();
        let original = std::mem::replace(
            &mut function.blocks[nest.preheader].terminator,
            Terminator::Branch {
                condition: holds,
                then: BlockCall::new(before, Vec::new()),
                otherwise: BlockCall::new(single, initial.clone()),
            },
        );
        self.write_single(function, single, original);
        let mut builder = Builder::at(function, before);
        builder.set_span(nest.span);
        let width = builder.int(MachineType::I64, nest.width);
        let last = builder.binary(BinaryOp::Isub, nest.outer_count.limit, width);
        builder.jump(head, &initial);

        let variable = self.write_front(function, [head, entry, inner, tail]);
        self.write_inner(function, [inner, tail], near);
        self.write_tail(function, [head, tail, rest], variable, last);
        self.write_rest(function, rest, single);
    }

    /// New parameters of a block, like those of the outer loop's header.
    fn header_parameters(&self, function: &mut Function, block: Block) -> Vec<Value> {
        let like = function.blocks[self.nest.head].parameters.clone();
        let types: Vec<MachineType> = like.iter().map(|value| function.value_type(*value)).collect();
        types.into_iter().map(|ty| function.add_parameter(block, ty)).collect()
    }

    /// The loop as it stands, from the values that this block is passed.
    fn write_single(&self, function: &mut Function, single: Block, mut original: Terminator) {
        let parameters = self.header_parameters(function, single);
        for call in jumps_mut(&mut original) {
            call.arguments.clone_from(&parameters);
        }
        function.blocks[single].terminator = original;
    }

    /// What stands in front of the inner loop. Gives the outer loop's variable.
    fn write_front(&mut self, function: &mut Function, [head, entry, inner, tail]: [Block; 4]) -> Value {
        let nest = self.nest;
        let own = self.header_parameters(function, head);
        for (parameter, own) in function.blocks[nest.head].parameters.iter().zip(own) {
            self.copies[0].insert(*parameter, own);
        }
        let variable = self.copies[0][&nest.outer_count.variable];
        for copy in 1..self.copies.len() {
            let mut builder = Builder::at(function, head);
            builder.set_span(nest.span);
            let distance = builder.int(MachineType::I64, copy as i64);
            let own = builder.binary(BinaryOp::Iadd, variable, distance);
            self.copies[copy].insert(nest.outer_count.variable, own);
        }
        self.write_insts(function, head, &function.blocks[nest.head].insts.clone());
        let to_entry = BlockCall::new(entry, Vec::new());
        let terminator = match &nest.skip {
            None => Terminator::Jump(to_entry),
            Some(skip) => {
                let past = BlockCall::new(tail, self.for_each_copy(&skip.arguments));
                let (then, otherwise) = if skip.enters { (to_entry, past) } else { (past, to_entry) };
                Terminator::Branch { condition: self.get(0, skip.condition), then, otherwise }
            }
        };
        self.end(function, head, terminator);
        self.write_insts(function, entry, &nest.entry.clone());
        let initial = self.inner_arguments(function, &nest.initial);
        self.end(function, entry, Terminator::Jump(BlockCall::new(inner, initial)));
        variable
    }

    fn write_inner(&mut self, function: &mut Function, [inner, tail]: [Block; 2], near: Option<Value>) {
        let nest = self.nest;
        self.shared.extend(near.map(|near| (nest.inner_count.limit, near)));
        for parameter in function.blocks[nest.inner].parameters.clone() {
            let ty = function.value_type(parameter);
            if self.nest.dependent.contains(parameter) {
                for copy in &mut self.copies {
                    copy.insert(parameter, function.add_parameter(inner, ty));
                }
            } else {
                self.shared.insert(parameter, function.add_parameter(inner, ty));
            }
        }
        let mut insts = function.blocks[nest.inner].insts.clone();
        // Between few iterations nobody needs to interrupt.
        insts.retain(|inst| near.is_none() || !matches!(function.insts[*inst].kind, InstKind::Safepoint));
        self.write_insts(function, inner, &insts);
        let Terminator::Branch { condition, then, otherwise } =
            function.blocks[nest.inner].terminator.clone()
        else {
            unreachable!("the inner loop ends in its test")
        };
        let onward = |jam: &Self, call: &BlockCall| match call.block == nest.inner {
            true => BlockCall::new(inner, jam.inner_arguments(function, &call.arguments)),
            false => BlockCall::new(tail, jam.for_each_copy(&nest.result)),
        };
        let (then, otherwise) = (onward(self, &then), onward(self, &otherwise));
        let condition = self.get(0, condition);
        self.end(function, inner, Terminator::Branch { condition, then, otherwise });
        self.shared.remove(&nest.inner_count.limit);
    }

    fn write_tail(
        &mut self,
        function: &mut Function,
        [head, tail, rest]: [Block; 3],
        variable: Value,
        last: Value,
    ) {
        let nest = self.nest;
        for parameter in function.blocks[nest.tail].parameters.clone() {
            let ty = function.value_type(parameter);
            for copy in &mut self.copies {
                copy.insert(parameter, function.add_parameter(tail, ty));
            }
        }
        // Parameters stand in the order of `for_each_copy`: one after the other, for each copy.
        let insts = function.blocks[nest.tail].insts.clone();
        for copy in 0..self.copies.len() {
            if let Some(before) = copy.checked_sub(1) {
                let next: Vec<_> =
                    nest.carried.iter().map(|(own, next)| (*own, self.get(before, *next))).collect();
                self.copies[copy].extend(next);
            }
            for inst in &insts {
                self.write_inst(function, tail, copy, *inst);
            }
        }
        let mut builder = Builder::at(function, tail);
        builder.set_span(nest.span);
        let width = builder.int(MachineType::I64, nest.width);
        let next = builder.binary(BinaryOp::Iadd, variable, width);
        let condition = builder.compare(IntCompare::Sle, next, last);
        let final_copy = self.copies.len() - 1;
        let parameters = builder.function.blocks[nest.head].parameters.clone();
        let again: Vec<Value> = parameters
            .iter()
            .map(|parameter| match nest.carried.iter().find(|(own, _)| own == parameter) {
                Some((_, carried)) => self.get(final_copy, *carried),
                None => next,
            })
            .collect();
        let exit = nest.exit.arguments.iter().map(|value| self.get(final_copy, *value));
        let passed = again.iter().copied().chain(exit).collect();
        let then = BlockCall::new(head, again);
        builder.terminate(Terminator::Branch { condition, then, otherwise: BlockCall::new(rest, passed) });
    }

    /// Goes on with the loop as it stands, or behind it.
    fn write_rest(&self, function: &mut Function, rest: Block, single: Block) {
        let nest = self.nest;
        let again = self.header_parameters(function, rest);
        let position =
            function.blocks[nest.head].parameters.iter().position(|it| *it == nest.outer_count.variable);
        let next = again[position.expect("the variable is a parameter")];
        let types: Vec<MachineType> =
            nest.exit.arguments.iter().map(|value| function.value_type(*value)).collect();
        let passed: Vec<Value> = types.into_iter().map(|ty| function.add_parameter(rest, ty)).collect();
        let mut builder = Builder::at(function, rest);
        builder.set_span(nest.span);
        let condition = builder.compare(IntCompare::Slt, next, nest.outer_count.limit);
        builder.terminate(Terminator::Branch {
            condition,
            then: BlockCall::new(single, again),
            otherwise: BlockCall::new(nest.exit.block, passed),
        });
    }

    /// The arguments for the inner loop's parameters: one where all share it, else one for each copy.
    fn inner_arguments(&self, function: &Function, arguments: &[Value]) -> Vec<Value> {
        let parameters = &function.blocks[self.nest.inner].parameters;
        let mut all = Vec::new();
        for (parameter, argument) in parameters.iter().zip(arguments) {
            let count = if self.nest.dependent.contains(*parameter) { self.copies.len() } else { 1 };
            all.extend((0..count).map(|copy| self.get(copy, *argument)));
        }
        all
    }

    fn for_each_copy(&self, values: &[Value]) -> Vec<Value> {
        let copies = 0..self.copies.len();
        values.iter().flat_map(|value| copies.clone().map(|copy| self.get(copy, *value))).collect()
    }

    /// All that one iteration does, then the next one.
    fn write_insts(&mut self, function: &mut Function, block: Block, insts: &[Inst]) {
        for copy in 0..self.copies.len() {
            for inst in insts {
                self.write_inst(function, block, copy, *inst);
            }
        }
    }

    fn write_inst(&mut self, function: &mut Function, block: Block, copy: usize, inst: Inst) {
        let data = function.insts[inst].clone();
        let is_store = matches!(data.kind, InstKind::Store { .. });
        // What the tail loads may have been stored by the iteration before.
        let is_late_load = matches!(data.kind, InstKind::Load { .. })
            && function.blocks[self.nest.tail].insts.contains(&inst);
        let is_own = is_store
            || is_late_load
            || data.results.iter().any(|result| self.nest.dependent.contains(*result));
        if !is_own && !self.written.insert(inst) {
            return;
        }
        if let InstKind::CheckBounds { index, .. } = data.kind {
            // It was asked in front whether it passes.
            let index = self.get(copy, index);
            self.set(copy, is_own, data.results[0], index);
            return;
        }
        let kind = self
            .beside_first(function, copy, &data.kind)
            .unwrap_or_else(|| data.kind.clone().map_operands(|operand| self.get(copy, operand)));
        let new = function.append_inst(block, kind, data.span);
        for (old, new) in data.results.iter().zip(function.insts[new].results.clone().iter()) {
            self.set(copy, is_own, *old, *new);
        }
    }

    fn set(&mut self, copy: usize, is_own: bool, old: Value, new: Value) {
        if is_own {
            self.copies[copy].insert(old, new);
        } else {
            self.shared.insert(old, new);
        }
    }

    /// An access at the address of the first copy, if that of this one lies a constant behind it.
    fn beside_first(&self, function: &Function, copy: usize, kind: &InstKind) -> Option<InstKind> {
        let mut kind = kind.clone();
        let (InstKind::Load { address, offset, .. } | InstKind::Store { address, offset, .. }) = &mut kind
        else {
            return None;
        };
        let step = self.nest.constant_step(function, *address, self.nest.outer_count.variable)?;
        let distance = step.checked_mul(copy as i64)?.checked_add(i64::from(*offset))?;
        *offset = i32::try_from(distance).ok()?;
        *address = self.get(0, *address);
        if let InstKind::Store { value, .. } = &mut kind {
            *value = self.get(copy, *value);
        }
        Some(kind)
    }

    fn end(&self, function: &mut Function, block: Block, terminator: Terminator) {
        function.blocks[block].terminator = terminator;
        function.blocks[block].terminator_span = self.nest.span;
    }
}
