//! Marks loops whose iterations may run several at once.
//!
//! Before: `bb1(i): store a[i] + b[i], c[i]; i' = i + 1; branch i' < n, bb1(i'), bb2`    After: the same, `bb1(i) vector i below n when ...:`
//!
//! A loop of one block that counts up or down by one is marked if each of its loads and stores goes through memory in steps of one to four elements, to either side (loads may also stay where they are), what
//! it calls are functions of floats that do nothing else (there has to be enough beside the calls, which are made for one lane after the other), and what an iteration passes on is nothing but its counter and sums, products, bits, minima and maxima that may be formed in any order.
//! Whether an iteration needs what an earlier one stored is decided by the distance of two accesses to one array; accesses to arrays that may
//! overlap are compared at run time, in the preheader, and so are strides that only the caller knows, and indices that are not known to be in bounds: the mark's condition. For loops around the loop, all that it asks is
//! asked once in front of them for all of their iterations, as far as that can be computed, and in the preheader only if the answer was no. One walk over the innermost loops.
//! Last of all passes: no other has to keep a mark true. Adds blocks in front of loops.
//!
//! The conditions on distances are those of lock-step execution: see *Vector loops* in `docs/ir/mir.md`.

use crate::analysis::{
    Affine, AffineValues, CountedLoop, ExitTest, FEW_ITERATIONS, Follower, Inside, Linear, LoopData,
    LoopForest,
};
use crate::edit::NewBlocks;
use crate::loops::front::Front;
use crate::loops::ranges::{Demands, Indices, Limits, Range, all_hold, are_known_in_front};
use crate::{MirPass, PassContext};
use hotloop_diagnostics::{Remark, Span};
use hotloop_mir::{
    Accumulator, BinaryOp, Block, BlockCall, Builder, Constant, ControlFlow, Dominators, FloatFlags,
    Function, Inst, InstKind, IntCompare, MachineType, Phase, ReductionOp, RegionKind, Stride, Terminator,
    UnaryOp, Value, VectorLoop, float_extreme,
};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// So many comparisons of addresses at most are made in front of a loop.
const MOST_COMPARISONS: usize = 16;

/// Constants and factors of indices are smaller, and values in them lie between `-FAR` and `FAR`, so that no index overflows.
const SMALL: i64 = 1 << 20;
const FAR: i64 = 1 << 40;
/// An index is the sum of so many values at most.
const MOST_TERMS: usize = 8;

/// So much arithmetic in lanes makes up for what a call from lanes costs beyond one from the loop as it stands.
const ARITHMETIC_OF_A_CALL: usize = 8;

/// A loop with more loads and stores is not looked at: each is compared with each.
const MOST_ACCESSES: usize = 128;

/// So many loops of a function are looked at: each that is marked is made twice, and a function with more of them was written by a program.
const MOST_LOOPS: usize = 1000;

/// Marks loops whose iterations may run several at once. The head of its file says how.
pub struct VectorizeLoops;

impl MirPass for VectorizeLoops {
    fn name(&self) -> &'static str {
        "vectorize-loops"
    }

    fn run(&self, function: &mut Function, context: &mut PassContext<'_>) {
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let forest = LoopForest::new(function, &control_flow, &dominators);
        let mut new_blocks = NewBlocks::default();
        // What outer loops define, by their headers: several loops may stand in one.
        let mut defined = FxHashMap::default();
        let mut followed = FxHashMap::default();
        for (number, data) in
            forest.loops.values().filter(|data| data.is_innermost && !data.is_cold).enumerate()
        {
            let span = data.span(function);
            // A loop that was marked for the loops in it may hold none any more.
            function.blocks[data.header].vector = None;
            let found = match number < MOST_LOOPS {
                true => Candidate::find(function, &control_flow, data)
                    .and_then(|candidate| Ok((candidate.requirements(function)?, candidate))),
                false => Err(Cause::from("its function has too many loops")),
            };
            let (message, cause) = match found {
                Ok((requirements, candidate)) => {
                    let message = format!("{AT_ONCE}{}", candidate.asked(&requirements));
                    let around = Around::find(
                        function,
                        &control_flow,
                        &forest,
                        data,
                        &candidate.counted,
                        &mut defined,
                    );
                    let ahead = around.and_then(|around| candidate.ahead(function, &around, &requirements));
                    candidate.mark(function, &requirements, ahead, &mut new_blocks);
                    candidate.follow(function, &mut followed);
                    (message, None)
                }
                Err(cause) => {
                    let early = left_early(function, data);
                    let (reason, span) = cause.with_branches(&context.remarks, span, early);
                    (format!("{ONE_BY_ONE}{reason}"), span)
                }
            };
            context.remarks.push(Remark { pass: self.name(), span, message, cause });
        }
        new_blocks.place(function);
        if !followed.is_empty() {
            function.replace_uses(|value| followed.get(&value).copied().unwrap_or(value));
            function.remove_parameters(&followed.into_keys().collect());
        }
        function.phase = Phase::Vectorised;
    }
}

/// How the remark about a loop whose branches stay begins; the reason why follows.
pub(super) const BRANCHES_KEPT: &str = "the branches of this loop stay: ";

/// The same where it would run one by one without them, too; the reason for that follows.
pub(super) const BRANCHES_STAY: &str = "the branches of this loop stay: without them ";

/// How the remark about a loop that is marked begins; what has to hold follows, if that is asked each time.
pub const AT_ONCE: &str = "several iterations of this loop may run at once";

/// How the remark about a loop that is not marked begins; the reason follows.
pub const ONE_BY_ONE: &str = "the iterations of this loop run one by one: ";

/// Why a loop would not be marked, and what is to blame; `None` if it would. Strides that only the caller knows are seldom those of elements.
pub(super) fn why_one_by_one(
    function: &Function,
    control_flow: &ControlFlow,
    data: &LoopData,
) -> Option<(&'static str, Option<Span>)> {
    let found = Candidate::find(function, control_flow, data)
        .and_then(|candidate| candidate.requirements(function).map(|_| candidate));
    match found {
        Ok(candidate) if candidate.strides.is_empty() => None,
        Ok(_) => Some((UNKNOWN_STRIDES, None)),
        Err(Cause { reason, span }) => Some((reason, span)),
    }
}

/// What is said of addresses that move by more.
const FAR_STEPS: Reason = "it goes through memory in steps of more than four elements, or of parts of one";

/// What is said of addresses that do not move by a step.
const NO_STEPS: Reason =
    "its elements do not follow each other in steps, as at indices that are read from an array";

/// What is said of strides that are not worth a question in front of the loop.
const UNKNOWN_STRIDES: Reason = "its strides are not known before it runs";

/// Why a loop is not marked.
type Reason = &'static str;

const BRANCHES: Reason = "it branches";

/// The same, with the place that is to blame, if it is one.
struct Cause {
    reason: Reason,
    span: Option<Span>,
}

impl Cause {
    fn at(reason: Reason, span: Span) -> Self {
        Self { reason, span: (span != Span::NONE).then_some(span) }
    }

    /// The reason and the place that is to blame; of a loop with branches those why they stay, if that was found out; else where it is left early, if it is.
    fn with_branches(
        self,
        remarks: &[Remark],
        loop_span: Span,
        early: Option<(Reason, Span)>,
    ) -> (String, Option<Span>) {
        let stays = |remark: &Remark| {
            let reason = remark.message.strip_prefix(BRANCHES_KEPT).filter(|_| remark.span == loop_span)?;
            let reason = match remark.message.strip_prefix(BRANCHES_STAY) {
                Some(reason) => format!("without branches {reason}"),
                None => reason.to_owned(),
            };
            Some((format!("{BRANCHES}, and {reason}"), remark.cause.or(self.span)))
        };
        if self.reason != BRANCHES {
            return (self.reason.to_owned(), self.span);
        }
        let early = early.map(|(reason, span)| (format!("{BRANCHES}, and {reason}"), Some(span)));
        remarks.iter().find_map(stays).or(early).unwrap_or_else(|| (self.reason.to_owned(), self.span))
    }
}

impl From<Reason> for Cause {
    fn from(reason: Reason) -> Self {
        Self { reason, span: None }
    }
}

/// A loop that counts as it has to.
struct Candidate {
    block: Block,
    /// What it defines.
    inside: Rc<Inside>,
    preheader: Block,
    counted: CountedLoop,
    /// What moves with the variable, in other steps.
    followers: Vec<Follower>,
    accumulators: Vec<Accumulator>,
    accesses: Vec<Access>,
    /// Strides that only the caller knows, and the bytes that they have to be.
    strides: Vec<(Value, i64)>,
    checks: Vec<Check>,
    /// Whether it raises errors other than by indices out of bounds.
    has_checks: bool,
}

/// Checks of indices that grow alike, against one length. An index is `constant + terms + step * variable`.
struct Check {
    terms: Vec<(Value, i64)>,
    step: i64,
    length: Value,
    /// The least and the largest constant.
    constants: [i64; 2],
}

/// A load or store of the loop.
struct Access {
    span: Span,
    is_store: bool,
    is_conditional: bool,
    region: RegionKind,
    size_bytes: i64,
    address: Value,
    offset: i32,
    /// The address where the variable is 0.
    start: Linear,
    step: Step,
    /// The bytes that the step is, or is taken for.
    step_bytes: i64,
}

/// How an address moves where the variable grows by one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// By so many bytes.
    Bytes(i64),
    /// By a value times a number: the value has to be what it is taken for.
    Value(Value, i64),
}

/// What has to hold at run time.
#[derive(Default)]
struct Requirements {
    /// Pairs of accesses, by number, that must not get in each other's way.
    apart: Vec<Pair>,
}

/// Two accesses in the order of the program, one of which is a store; or several that are alike but for the constants in their addresses.
struct Pair {
    first: usize,
    second: usize,
    /// The least and the largest constant of all that are the first, and of the second.
    constants: [[i64; 2]; 2],
    /// Whether the first may also begin at the second or behind it: it loads what the second stores later or in the same iteration.
    may_follow: bool,
}

impl Candidate {
    fn find(function: &Function, control_flow: &ControlFlow, data: &LoopData) -> Result<Self, Cause> {
        let block = data.header;
        if data.is_parallel || data.blocks.iter().count() != 1 {
            return Err(Cause { reason: BRANCHES, span: branch_within(function, data) });
        }
        let preheader = data.preheader(function, control_flow).ok_or("it is entered in several ways")?;
        let counted = CountedLoop::counting(function, control_flow, data)
            .filter(|counted| counted.test == ExitTest::Bottom)
            .ok_or("it does not count by one to a limit")?;
        let inside = Rc::new(Inside::new(function, [block]));
        let mut values = AffineValues::new(function, inside.clone(), vec![counted.variable]);
        let is_used = |follower: &Follower| uses(function, block, follower.parameter) > 1;
        let followers = counted.followers(function, preheader).into_iter().filter(is_used);
        let follows = |Follower { parameter, initial, factor }: &Follower| {
            values.follow(*parameter, *initial, *factor, counted.initial).is_some()
        };
        let followers: Vec<Follower> = followers.filter(follows).collect();
        let insts = &function.blocks[block].insts;
        for inst in insts {
            let data = &function.insts[*inst];
            if let Err(reason) = allowed(&data.kind) {
                // Additions that are selected take an address (`select-sums`), but are not what is in the way.
                let carried = accumulators(function, block, &counted, &followers).err();
                let carried = carried.filter(|_| matches!(data.kind, InstKind::Data(_)));
                return Err(carried.unwrap_or_else(|| Cause::at(reason, data.span)));
            }
        }
        if let Some(call) = busy_with_calls(function, insts) {
            return Err(Cause::at("it does little but call a function", function.insts[call].span));
        }
        let accumulators = accumulators(function, block, &counted, &followers)?;
        let access = |inst: &Inst| {
            let blamed = |reason| Cause::at(reason, function.insts[*inst].span);
            Access::of(function, &mut values, *inst).map_err(blamed)
        };
        let accesses: Result<Vec<Option<Access>>, Cause> = insts.iter().map(access).collect();
        let mut accesses: Vec<Access> = accesses?.into_iter().flatten().collect();
        let strides = taken_strides(&accesses);
        for access in &mut accesses {
            if access.moves_by_rows(function) {
                return Err(Cause::at(UNKNOWN_STRIDES, access.span));
            }
            access.take_strides(&strides).map_err(|reason| Cause::at(reason, access.span))?;
        }
        if let Some(access) = conditional_in_steps(&accesses, counted.step) {
            return Err(Cause::at("it takes elements with others between under a condition", access.span));
        }
        let checks = checks(function, &mut values, block)?;
        let has_checks = insts.iter().any(|inst| may_stop(&function.insts[*inst].kind));
        let stores = accesses.iter().any(|access| access.is_store);
        let is_extreme = |accumulator: &Accumulator| accumulator.op.is_float_extreme();
        if collects_few(function, &counted, &accumulators) {
            return Err("it adds up a few floats".into());
        }
        if (stores || has_checks) && accumulators.iter().any(is_extreme) {
            // It may have to run once more.
            return Err("it finds the least or greatest float, and stores or may raise an error".into());
        }
        Ok(Self {
            block,
            inside,
            preheader,
            counted,
            followers,
            accumulators,
            accesses,
            strides,
            checks,
            has_checks,
        })
    }

    /// What has to hold at run time so that iterations may run at once.
    fn requirements(&self, function: &Function) -> Result<Requirements, Cause> {
        if self.accesses.len() > MOST_ACCESSES {
            return Err("it has too many loads and stores".into());
        }
        let mut requirements = Requirements::default();
        for second in 0..self.accesses.len() {
            for first in 0..second {
                let (a, b) = (&self.accesses[first], &self.accesses[second]);
                if (a.is_store || b.is_store)
                    && a.region.may_alias(b.region)
                    && let Some(pair) =
                        self.compare(first, second).map_err(|reason| Cause::at(reason, b.span))?
                {
                    self.add(&mut requirements.apart, pair);
                }
            }
        }
        let is_addressable = |pair: &Pair| {
            [pair.first, pair.second].iter().all(|access| self.accesses[*access].base(function).is_some())
        };
        if !requirements.apart.iter().all(is_addressable) {
            return Err("whether its arrays overlap cannot be asked".into());
        }
        if requirements.apart.len() > MOST_COMPARISONS {
            return Err("too many of its arrays may overlap".into());
        }
        Ok(requirements)
    }

    /// Whether two accesses get in each other's way, if that is known; else what has to be asked.
    fn compare(&self, first: usize, second: usize) -> Result<Option<Pair>, Reason> {
        let (a, b) = (&self.accesses[first], &self.accesses[second]);
        let step = self.counted.step * a.step_bytes;
        let moves_alike = a.step_bytes == b.step_bytes && step != 0 && a.size_bytes == b.size_bytes;
        if a.start.terms != b.start.terms || !moves_alike {
            let constants = [a, b].map(|access| [access.start.constant; 2]);
            return Ok(Some(Pair { first, second, constants, may_follow: moves_alike && !a.is_store }));
        }
        let distance = a.start.constant.wrapping_sub(b.start.constant);
        let between = distance.rem_euclid(step.abs());
        if between >= a.size_bytes && between <= step.abs() - a.size_bytes {
            // The elements of one lie between those of the other.
            return Ok(None);
        }
        let is_same = distance == 0;
        if is_same && a.is_store && !b.is_store && self.has_checks {
            // Where a check may fail, stores wait for it, and this load would come before.
            return Err("it loads what it has stored, and may raise an error");
        }
        let loads_ahead = !a.is_store && distance.signum() == step.signum();
        if is_same || loads_ahead {
            Ok(None)
        } else {
            Err("an iteration may need what an earlier one stored")
        }
    }

    /// Adds a pair to those that have to be asked about, or widens one that is like it.
    fn add(&self, pairs: &mut Vec<Pair>, pair: Pair) {
        let is_like = |known: &&mut Pair| {
            let alike = |a: usize, b: usize| self.accesses[a].is_like(&self.accesses[b]);
            alike(known.first, pair.first)
                && alike(known.second, pair.second)
                && known.may_follow == pair.may_follow
        };
        match pairs.iter_mut().find(is_like) {
            Some(known) => {
                for (range, [constant, _]) in known.constants.iter_mut().zip(pair.constants) {
                    *range = [range[0].min(constant), range[1].max(constant)];
                }
            }
            None => pairs.push(pair),
        }
    }

    /// In words, what has to hold for the mark; nothing if nothing has to be asked.
    fn asked(&self, requirements: &Requirements) -> String {
        let mut parts = Vec::new();
        parts.extend((!requirements.apart.is_empty()).then_some("its arrays do not overlap"));
        parts.extend((!self.strides.is_empty()).then_some("its elements lie beside each other"));
        parts.extend((!self.checks.is_empty()).then_some("its indices are in bounds"));
        match parts.as_slice() {
            [] => String::new(),
            [part] => format!(", if {part}"),
            [first @ .., last] => format!(", if {} and {last}", first.join(", ")),
        }
    }

    /// Marks the loop, and computes in its preheader what the mark depends on.
    fn mark(
        &self,
        function: &mut Function,
        requirements: &Requirements,
        ahead: Option<Ahead>,
        new_blocks: &mut NewBlocks,
    ) {
        let span = function.blocks[self.block].terminator_span;
        let mut conditions = Vec::new();
        let (mut place, mut asked) = (self.preheader, Asked::all(self));
        if let Some(Ahead { holds, asked: ahead }) = ahead {
            let (behind, known) = self.ask_unless(function, requirements, holds, &ahead, new_blocks);
            conditions.push(known);
            (place, asked) = (behind, ahead.others());
        }
        let mut front = Front::new(function, place, span, self.inside.clone());
        self.ask(&mut front, requirements, &asked, &mut conditions);
        let condition = front.all(conditions);
        function.blocks[self.block].vector = Some(VectorLoop {
            variable: self.counted.variable,
            goes_down: self.counted.step < 0,
            limit: self.counted.limit,
            condition,
            accumulators: self.accumulators.clone(),
            strides: self.marked_strides(),
        });
    }

    /// Some of what has to hold for one run of the loop.
    fn ask(
        &self,
        front: &mut Front<'_>,
        requirements: &Requirements,
        asked: &Asked,
        conditions: &mut Vec<Value>,
    ) {
        if asked.apart {
            self.compare_arrays(front, requirements, conditions);
        }
        if asked.strides {
            for (stride, size_bytes) in &self.strides {
                let size = front.int(*size_bytes);
                let stride = front.copy(*stride);
                conditions.push(front.compare(IntCompare::Eq, stride, size));
            }
        }
        for (check, _) in self.checks.iter().zip(&asked.checks).filter(|(_, is_asked)| **is_asked) {
            check.add_conditions(front, &self.counted, conditions);
        }
    }

    /// Computes what moves in other steps than the variable from the variable, at the start of the loop: an iteration then hands on nothing else.
    fn follow(&self, function: &mut Function, followed: &mut FxHashMap<Value, Value>) {
        let data = &function.blocks[self.block];
        let (known, span) = (data.insts.len(), data.terminator_span);
        let mut builder = Builder::at(function, self.block);
        builder.set_span(span);
        for Follower { parameter, initial, factor } in &self.followers {
            let count = builder.binary(BinaryOp::Isub, self.counted.variable, self.counted.initial);
            let factor = builder.int(MachineType::I64, *factor);
            let distance = builder.binary(BinaryOp::Imul, count, factor);
            followed.insert(*parameter, builder.binary(BinaryOp::Iadd, *initial, distance));
        }
        let insts = &mut function.blocks[self.block].insts;
        let made = insts.len() - known;
        insts.rotate_right(made);
    }

    /// How addresses move whose elements do not lie one behind the other.
    fn marked_strides(&self) -> Vec<Stride> {
        let mut strides: Vec<Stride> = Vec::new();
        let is_apart =
            |access: &&Access| ![0, access.size_bytes].contains(&(self.counted.step * access.step_bytes));
        for access in self.accesses.iter().filter(is_apart) {
            if strides.iter().any(|stride| stride.address == access.address) {
                continue;
            }
            let moves_alike = |other: &&Access| {
                (&other.start.terms, other.step_bytes) == (&access.start.terms, access.step_bytes)
            };
            let base = self.accesses.iter().find(moves_alike).unwrap_or(access);
            let distance = i32::try_from(access.constant().wrapping_sub(base.constant()));
            let (base, offset) = distance.map_or((access.address, 0), |distance| (base.address, distance));
            let step_bytes = (self.counted.step * access.step_bytes) as i32;
            strides.push(Stride { address: access.address, step_bytes, base, offset });
        }
        strides
    }

    /// That arrays do not overlap, one condition for each pair.
    fn compare_arrays(
        &self,
        front: &mut Front<'_>,
        requirements: &Requirements,
        conditions: &mut Vec<Value>,
    ) {
        let counted = &self.counted;
        for pair in &requirements.apart {
            let (first, second) = (&self.accesses[pair.first], &self.accesses[pair.second]);
            let [[first_low, first_high], [second_low, second_high]] = pair.constants;
            // Two that move alike need no more than to begin in the right order.
            let may_begin = |goes_up: bool| pair.may_follow && first.goes_up(counted) == goes_up;
            let [first_end, second_start] = match may_begin(false) {
                true => {
                    [first.at_first(front, first_high, counted), second.at_first(front, second_low, counted)]
                }
                false => [first.end(front, first_high, counted), second.begin(front, second_low, counted)],
            };
            let before = front.compare(IntCompare::Ule, first_end, second_start);
            let first_start = first.begin(front, first_low, counted);
            let end = match may_begin(true) {
                true => second.at_first(front, second_high, counted),
                false => second.end(front, second_high, counted),
            };
            let behind = front.compare(IntCompare::Uge, first_start, end);
            conditions.push(front.binary(BinaryOp::Or, before, behind));
        }
    }

    /// In front of the loop: where what was asked ahead does not hold, asks it for this run of the loop in a block of its own. Gives the block that is now in front of the loop, and what is known
    /// there.
    fn ask_unless(
        &self,
        function: &mut Function,
        requirements: &Requirements,
        holds: Value,
        asked: &Asked,
        new_blocks: &mut NewBlocks,
    ) -> (Block, Value) {
        let span = function.blocks[self.block].terminator_span;
        let (asks, _) = new_blocks.add_in_front(function, self.block, &[]);
        let (place, known) = new_blocks.add_in_front(function, self.block, &[holds]);
        let mut front = Front::new(function, asks, span, self.inside.clone());
        let mut conditions = Vec::new();
        self.ask(&mut front, requirements, asked, &mut conditions);
        // What is known without asking holds.
        let now = front.all(conditions).unwrap_or_else(|| front.truth(true));
        function.blocks[asks].terminator = Terminator::Jump(BlockCall::new(place, vec![now]));
        let branch = Terminator::Branch {
            condition: holds,
            then: BlockCall::new(place, vec![holds]),
            otherwise: BlockCall::new(asks, Vec::new()),
        };
        let jump = std::mem::replace(&mut function.blocks[self.preheader].terminator, branch);
        function.blocks[place].terminator = jump;
        for block in [asks, place] {
            function.blocks[block].terminator_span = span;
        }
        (place, known[0])
    }

    /// In front of all loops around: that what the loop asks holds in all of their iterations, as far as that can be computed.
    fn ahead(&self, function: &mut Function, around: &Around, requirements: &Requirements) -> Option<Ahead> {
        let variables = around.loops.iter().map(|(variable, _)| *variable).collect();
        let limits: Vec<Limits> = around.loops.iter().map(|(_, limits)| *limits).collect();
        let mut values = AffineValues::new(function, around.inside.clone(), variables);
        let mut demands = Demands::default();
        let apart = self.all_apart(function, &mut values, requirements).filter(|apart| {
            let ranges: Vec<&Range> = apart.iter().flatten().collect();
            !apart.is_empty() && are_known_in_front(&mut values, &ranges, &[], &limits)
        });
        let mut asked = Asked { apart: apart.is_some(), strides: false, checks: Vec::new() };
        demands.apart = apart.unwrap_or_default();
        let strides: Vec<Value> = self.strides.iter().map(|(stride, _)| *stride).collect();
        if !strides.is_empty() && are_known_in_front(&mut values, &[], &strides, &limits) {
            asked.strides = true;
            demands.equal.clone_from(&self.strides);
        }
        for check in &self.checks {
            let indices = check.in_all(&mut values, self.counted.variable).filter(|indices| {
                indices.range.is_countable(function)
                    && are_known_in_front(&mut values, &[&indices.range], &[indices.length], &limits)
            });
            asked.checks.push(indices.is_some());
            demands.indices.extend(indices);
        }
        if demands.is_empty() || values.has_wrapped() {
            return None;
        }
        let span = function.blocks[self.block].terminator_span;
        let mut front = Front::new(function, around.preheader, span, around.inside.clone());
        let holds = all_hold(&mut front, &demands, &limits)?;
        Some(Ahead { holds, asked })
    }

    /// What must lie apart in all iterations of the loops around, if that can be computed.
    fn all_apart(
        &self,
        function: &Function,
        values: &mut AffineValues<'_>,
        requirements: &Requirements,
    ) -> Option<Vec<[Range; 2]>> {
        let mut apart = Vec::new();
        for pair in &requirements.apart {
            let mut range = |access: usize, [low, high]: [i64; 2]| {
                let access = &self.accesses[access];
                let mut address = values.of(access.address)?;
                let before = low.wrapping_sub(access.start.constant);
                address.start.constant =
                    address.start.constant.wrapping_add(i64::from(access.offset)).wrapping_add(before);
                Some(Range { address, size_bytes: access.size_bytes.wrapping_add(high.wrapping_sub(low)) })
            };
            let pair = [range(pair.first, pair.constants[0])?, range(pair.second, pair.constants[1])?];
            if !pair.iter().all(|range| range.is_computable(function)) {
                return None;
            }
            if !apart.contains(&pair) {
                apart.push(pair);
            }
        }
        Some(apart)
    }
}

/// Which of the conditions of a mark are asked at a place.
struct Asked {
    apart: bool,
    strides: bool,
    checks: Vec<bool>,
}

impl Asked {
    fn all(candidate: &Candidate) -> Self {
        Self { apart: true, strides: true, checks: vec![true; candidate.checks.len()] }
    }

    /// The others.
    fn others(&self) -> Self {
        let checks = self.checks.iter().map(|is_asked| !is_asked).collect();
        Self { apart: !self.apart, strides: !self.strides, checks }
    }
}

/// What was asked in front of the loops around, and whether all of it holds.
struct Ahead {
    holds: Value,
    asked: Asked,
}

/// The counting loops around a loop.
struct Around {
    /// In front of the outermost.
    preheader: Block,
    /// What the outermost defines.
    inside: Rc<Inside>,
    /// The variables, that of the loop itself first.
    loops: Vec<(Value, Limits)>,
}

impl Around {
    fn find(
        function: &Function,
        control_flow: &ControlFlow,
        forest: &LoopForest,
        data: &LoopData,
        counted: &CountedLoop,
        known: &mut FxHashMap<Block, Rc<Inside>>,
    ) -> Option<Self> {
        if counted.step != 1 {
            return None;
        }
        let mut limits = Limits { initial: counted.initial, limit: counted.limit };
        let mut parent = data.parent;
        if let Some(strips) =
            parent.and_then(|strips| strip_limits(function, control_flow, &forest.loops[strips], counted))
        {
            limits = strips;
            parent = parent.and_then(|strips| forest.loops[strips].parent);
        }
        let mut loops = vec![(counted.variable, limits)];
        let mut outermost = None;
        while let Some(outer) = parent.map(|outer| &forest.loops[outer]) {
            let counted =
                CountedLoop::find_entered(function, control_flow, outer).filter(|counted| counted.step == 1);
            let Some(counted) = counted.filter(|_| !outer.is_parallel) else { break };
            if function.blocks[outer.header].vector.is_some() {
                return None;
            }
            loops.push((counted.variable, Limits { initial: counted.initial, limit: counted.limit }));
            if let Some(preheader) = outer.preheader(function, control_flow) {
                outermost = Some((outer, preheader, loops.len()));
            }
            parent = outer.parent;
        }
        // There has to be a place in front of all of them.
        let (outermost, preheader, count) = outermost?;
        loops.truncate(count);
        let define = || Rc::new(Inside::new(function, outermost.blocks.iter()));
        let inside = known.entry(outermost.header).or_insert_with(define).clone();
        Some(Self { preheader, inside, loops })
    }
}

/// The limits of a loop that another one runs in strips (see `thin-safepoints`), if it does.
fn strip_limits(
    function: &Function,
    control_flow: &ControlFlow,
    strips: &LoopData,
    counted: &CountedLoop,
) -> Option<Limits> {
    let position = function.blocks[strips.header].parameters.iter().position(|it| *it == counted.initial)?;
    let [latch] = strips.latches[..] else { return None };
    let Terminator::Branch { condition, then, .. } = &function.blocks[latch].terminator else { return None };
    let kind = |value: Value| function.defining_inst(value).map(|inst| &function.insts[inst].kind);
    let InstKind::IntCompare(IntCompare::Slt, next, limit) = kind(*condition)? else { return None };
    let goes_on = then.block == strips.header && *next == counted.next && then.arguments[position] == *next;
    // The limit of a strip is no more than that.
    let InstKind::Select { then: least, otherwise, .. } = kind(counted.limit)? else { return None };
    let InstKind::Binary(BinaryOp::Smin, a, b) = kind(*least)? else { return None };
    let is_below = otherwise == limit && (a == limit || b == limit);
    let preheader = strips.preheader(function, control_flow)?;
    let Terminator::Jump(call) = &function.blocks[preheader].terminator else { return None };
    (goes_on && is_below).then(|| Limits { initial: call.arguments[position], limit: *limit })
}

impl Access {
    /// The access that an instruction is, if it is one.
    fn of(function: &Function, values: &mut AffineValues<'_>, inst: Inst) -> Result<Option<Self>, Reason> {
        let kind = &function.insts[inst].kind;
        let (is_store, ty, address, offset, region) = match kind.access() {
            InstKind::Load { ty, address, offset, region } => (false, *ty, *address, *offset, *region),
            InstKind::Store { value, address, offset, region } => {
                (true, function.value_type(*value), *address, *offset, *region)
            }
            _ => return Ok(None),
        };
        let Affine { mut start, steps } = values.of(address).ok_or(NO_STEPS)?;
        start.constant = start.constant.wrapping_add(i64::from(offset));
        let size_bytes = i64::from(ty.size_bytes());
        let step = match (steps[0].terms.as_slice(), steps[0].constant) {
            ([], bytes) => Step::Bytes(bytes),
            ([(stride, factor)], 0) => Step::Value(*stride, *factor),
            _ => return Err(UNKNOWN_STRIDES),
        };
        if is_store && step == Step::Bytes(0) {
            return Err("every iteration stores to one place");
        }
        let is_conditional = kind.condition().is_some();
        if is_conditional && step == Step::Bytes(0) {
            return Err("it loads from one place under a condition");
        }
        let (span, region) = (function.insts[inst].span, function.regions[region].kind);
        let step_bytes = 0;
        let access = Self {
            span,
            is_store,
            is_conditional,
            region,
            size_bytes,
            address,
            offset,
            start,
            step,
            step_bytes,
        };
        Ok(Some(access))
    }

    /// Whether it moves by a stride that only the caller knows, in an array whose elements lie one behind the other along another axis, with an index there: then it is the length of a row, hardly ever
    /// that of an element.
    fn moves_by_rows(&self, function: &Function) -> bool {
        let is_index = |(value, factor): &(Value, i64)| {
            let kind = function.defining_inst(*value).map(|inst| &function.insts[inst].kind);
            let is_product = matches!(kind, Some(InstKind::Binary(BinaryOp::Imul, ..)));
            factor.abs() == self.size_bytes && function.value_type(*value) == MachineType::I64 && !is_product
        };
        matches!(self.step, Step::Value(..)) && self.start.terms.iter().any(is_index)
    }

    /// Takes strides that only the caller knows for so many bytes.
    fn take_strides(&mut self, strides: &[(Value, i64)]) -> Result<(), Reason> {
        let taken =
            |stride: Value| strides.iter().find(|(known, _)| *known == stride).map(|(_, bytes)| *bytes);
        let bytes = match self.step {
            Step::Bytes(bytes) => Some(bytes),
            Step::Value(stride, factor) => taken(stride).and_then(|bytes| bytes.checked_mul(factor)),
        };
        let most = self.size_bytes * i64::from(VectorLoop::MOST_STRIDE);
        let is_near = |bytes: &i64| bytes % self.size_bytes == 0 && (-most..=most).contains(bytes);
        self.step_bytes = bytes.filter(is_near).ok_or(match self.step {
            Step::Bytes(_) => FAR_STEPS,
            Step::Value(..) => UNKNOWN_STRIDES,
        })?;
        Ok(())
    }

    /// What the constant in the address is without the offset.
    fn constant(&self) -> i64 {
        self.start.constant.wrapping_sub(i64::from(self.offset))
    }

    /// Whether later iterations go to higher addresses.
    fn goes_up(&self, counted: &CountedLoop) -> bool {
        self.step_bytes * counted.step >= 0
    }

    /// The address among the terms of the start, if the others are integers.
    fn base(&self, function: &Function) -> Option<Value> {
        let is_address = |value: Value| function.value_type(value) == MachineType::Ptr;
        let mut addresses = self.start.terms.iter().filter(|(value, _)| is_address(*value));
        match (addresses.next(), addresses.next()) {
            (Some((base, 1)), None) => Some(*base),
            _ => None,
        }
    }

    /// Whether the addresses of two accesses differ by nothing but a constant.
    fn is_like(&self, other: &Self) -> bool {
        self.start.terms == other.start.terms
            && self.step_bytes == other.step_bytes
            && self.size_bytes == other.size_bytes
    }

    /// Where the lowest element begins.
    fn begin(&self, front: &mut Front<'_>, constant: i64, counted: &CountedLoop) -> Value {
        match self.goes_up(counted) {
            true => self.at_first(front, constant, counted),
            false => self.at_last(front, constant, counted),
        }
    }

    /// Where the highest element ends.
    fn end(&self, front: &mut Front<'_>, constant: i64, counted: &CountedLoop) -> Value {
        let constant = constant.wrapping_add(self.size_bytes);
        match self.goes_up(counted) {
            true => self.at_last(front, constant, counted),
            false => self.at_first(front, constant, counted),
        }
    }

    /// The address in the first iteration, with that constant in it.
    fn at_first(&self, front: &mut Front<'_>, constant: i64, counted: &CountedLoop) -> Value {
        self.address(front, constant, counted.initial)
    }

    /// The address in the last iteration: the one before the limit.
    fn at_last(&self, front: &mut Front<'_>, constant: i64, counted: &CountedLoop) -> Value {
        let constant = constant.wrapping_sub(counted.step * self.step_bytes);
        self.address(front, constant, counted.limit)
    }

    /// The address where the variable has this value, with that constant in it.
    fn address(&self, front: &mut Front<'_>, constant: i64, variable: Value) -> Value {
        let base = self.base(front.function()).expect("it was found before");
        let mut terms: Vec<(Value, i64)> =
            self.start.terms.iter().copied().filter(|(value, _)| *value != base).collect();
        terms.push((variable, self.step_bytes));
        let base = front.copy(base);
        let offset = front.sum(constant, &terms);
        front.address(base, offset)
    }
}

/// An access under a condition whose elements do not lie one behind the other, in the order of the iterations or, like all others, against it: it could not be done under a mask alone.
fn conditional_in_steps(accesses: &[Access], direction: i64) -> Option<&Access> {
    let is_backwards = accesses.iter().all(|access| access.step_bytes * direction <= 0);
    let wanted = |access: &Access| if is_backwards { -access.size_bytes } else { access.size_bytes };
    accesses.iter().find(|access| access.is_conditional && access.step_bytes * direction != wanted(access))
}

/// The bytes that strides have to be which only the caller knows: as many as the accesses that move by one of them reach over, if they are a few elements, else those of an element.
fn taken_strides(accesses: &[Access]) -> Vec<(Value, i64)> {
    let mut taken: Vec<(Value, i64)> = Vec::new();
    for access in accesses {
        let Step::Value(stride, factor) = access.step else { continue };
        let is_like =
            |other: &&Access| (&other.start.terms, other.step) == (&access.start.terms, access.step);
        let alike = accesses.iter().filter(is_like);
        let reach =
            alike.map(|other| other.start.constant.wrapping_sub(access.start.constant) + other.size_bytes);
        let bytes = reach.max().filter(|_| factor.abs() == 1).unwrap_or(access.size_bytes);
        let most = access.size_bytes * i64::from(VectorLoop::MOST_STRIDE);
        let bytes = if bytes > most { access.size_bytes } else { bytes };
        match taken.iter_mut().find(|(known, _)| *known == stride) {
            Some((_, known)) => *known = bytes.max(*known),
            None => taken.push((stride, bytes)),
        }
    }
    taken
}

/// Whether iterations that run at once may have to stop at an instruction: at a check, or where a function has to be called.
fn may_stop(kind: &InstKind) -> bool {
    match kind {
        InstKind::Check { .. } => true,
        InstKind::CallRuntime { function, .. } => {
            function.own_function().is_some_and(|own| own.holds(0.0).is_some())
        }
        _ => false,
    }
}

/// Whether an instruction computes each element for itself.
fn allowed(kind: &InstKind) -> Result<(), Reason> {
    match kind {
        InstKind::Const(_)
        | InstKind::Unary(..)
        | InstKind::Binary(..)
        | InstKind::Ternary(..)
        | InstKind::IntCompare(..)
        | InstKind::FloatCompare(..)
        | InstKind::Select { .. }
        | InstKind::Convert(..)
        | InstKind::PtrAdd { .. }
        | InstKind::Check { .. }
        | InstKind::CheckBounds { .. }
        | InstKind::Load { .. }
        | InstKind::When { .. }
        | InstKind::Store { .. } => Ok(()),
        // It is written out; see `expand-math`.
        InstKind::CallRuntime { function, .. } if function.own_function().is_some() => Ok(()),
        // It is called for each lane.
        InstKind::CallRuntime { function, .. } if function.is_of_floats() => Ok(()),
        InstKind::Call { .. } | InstKind::CallRuntime { .. } => Err("it calls a function"),
        InstKind::SlotAddress(_) | InstKind::Data(_) | InstKind::FunctionAddress(_) => {
            Err("it takes an address")
        }
        InstKind::Safepoint | InstKind::CheckStack | InstKind::ErrorIs(_) | InstKind::Catch => {
            Err("it may be interrupted")
        }
    }
}

/// A call that is made for each lane, if there is too little else to do in lanes for what calls cost there.
fn busy_with_calls(function: &Function, insts: &[Inst]) -> Option<Inst> {
    let is_call = |inst: &&Inst| match function.insts[**inst].kind {
        InstKind::CallRuntime { function, .. } => function.own_function().is_none(),
        _ => false,
    };
    let first = *insts.iter().find(is_call)?;
    let calls = insts.iter().filter(is_call).count();
    let others: usize = insts.iter().map(|inst| arithmetic(&function.insts[*inst].kind)).sum();
    (others < ARITHMETIC_OF_A_CALL * calls).then_some(first)
}

/// What of an instruction lanes make shorter: its cost one by one, in simple ones.
fn arithmetic(kind: &InstKind) -> usize {
    match kind {
        InstKind::Unary(UnaryOp::Fsqrt, _) | InstKind::Binary(BinaryOp::Fdiv, ..) => 6,
        InstKind::Unary(..)
        | InstKind::Binary(..)
        | InstKind::Ternary(..)
        | InstKind::IntCompare(..)
        | InstKind::FloatCompare(..)
        | InstKind::Select { .. }
        | InstKind::Convert(..)
        | InstKind::Check { .. } => 1,
        InstKind::CallRuntime { function, .. } => match function.own_function() {
            Some(_) => 2 * ARITHMETIC_OF_A_CALL,
            None => 0,
        },
        InstKind::Const(_)
        | InstKind::PtrAdd { .. }
        | InstKind::CheckBounds { .. }
        | InstKind::Load { .. }
        | InstKind::When { .. }
        | InstKind::Store { .. }
        | InstKind::Call { .. }
        | InstKind::SlotAddress(_)
        | InstKind::Data(_)
        | InstKind::FunctionAddress(_)
        | InstKind::Safepoint
        | InstKind::CheckStack
        | InstKind::ErrorIs(_)
        | InstKind::Catch => 0,
    }
}

/// The checks of indices in a block.
fn checks(function: &Function, values: &mut AffineValues<'_>, block: Block) -> Result<Vec<Check>, Cause> {
    const REASON: Reason = "it checks an index that does not grow steadily";
    let mut checks: Vec<Check> = Vec::new();
    for inst in &function.blocks[block].insts {
        let InstKind::CheckBounds { index, length, .. } = *function.insts[*inst].kind.access() else {
            continue;
        };
        let blamed = || Cause::at(REASON, function.insts[*inst].span);
        let Affine { start: Linear { terms, constant }, steps } = values.of(index).ok_or_else(blamed)?;
        let step = &steps[0];
        let is_small = |number: i64| number.unsigned_abs() < SMALL as u64;
        let is_usable = values.is_from_outside(length)
            && step.terms.is_empty()
            && is_small(step.constant)
            && is_small(constant)
            && terms.iter().all(|(_, factor)| is_small(*factor))
            && terms.len() <= MOST_TERMS;
        if !is_usable {
            return Err(blamed());
        }
        let is_like = |known: &&mut Check| {
            known.terms == terms && known.step == step.constant && known.length == length
        };
        match checks.iter_mut().find(is_like) {
            Some(known) => {
                known.constants = [known.constants[0].min(constant), known.constants[1].max(constant)]
            }
            None => checks.push(Check { terms, step: step.constant, length, constants: [constant; 2] }),
        }
    }
    if checks.len() > MOST_COMPARISONS {
        return Err("it checks too many indices".into());
    }
    Ok(checks)
}

impl Check {
    /// The indices in all iterations of the loops around, if they grow steadily.
    fn in_all(&self, values: &mut AffineValues<'_>, variable: Value) -> Option<Indices> {
        let [low, high] = self.constants;
        let mut address = values.of(variable)?.times(self.step);
        for (value, factor) in &self.terms {
            address = address.plus(&values.of(*value)?, *factor);
        }
        address.start.constant = address.start.constant.wrapping_add(low);
        let size_bytes = high.wrapping_sub(low).wrapping_add(1);
        Some(Indices { range: Range { address, size_bytes }, length: self.length })
    }

    /// That the indices of the first and the last iteration are in bounds, and so those between.
    fn add_conditions(&self, front: &mut Front<'_>, counted: &CountedLoop, conditions: &mut Vec<Value>) {
        let CountedLoop { initial, limit, step: direction, .. } = *counted;
        let [low, high] = self.constants;
        if self.terms.is_empty() && self.step == 1 && direction == 1 {
            // No sum that could overflow: a length is at most 2^60.
            let is_known = match front.function().constant(initial) {
                Some(Constant::Int(_, initial)) => initial >= -low,
                Some(Constant::F32(_) | Constant::F64(_)) | None => false,
            };
            if !is_known {
                let least = front.int(-low);
                conditions.push(front.compare(IntCompare::Sge, initial, least));
            }
            let most = front.sum(-high, &[(self.length, 1)]).expect("a sum with a value");
            conditions.push(front.compare(IntCompare::Sle, limit, most));
            return;
        }
        let values = self.terms.iter().map(|(value, _)| *value);
        for value in values.chain((self.step != 0).then_some([initial, limit]).into_iter().flatten()) {
            let shifted = front.sum(FAR, &[(value, 1)]).expect("a sum with a constant");
            let bound = front.int(2 * FAR);
            conditions.push(front.compare(IntCompare::Ult, shifted, bound));
        }
        // The last iteration is that before the limit.
        let [first, last] = [(initial, 0), (limit, -direction * self.step)];
        let [lowest, highest] = if direction * self.step < 0 { [last, first] } else { [first, last] };
        let lowest = self.index(front, lowest.0, low + lowest.1);
        let zero = front.int(0);
        conditions.push(front.compare(IntCompare::Sge, lowest, zero));
        let highest = self.index(front, highest.0, high + highest.1);
        conditions.push(front.compare(IntCompare::Slt, highest, self.length));
    }

    /// The index where the variable has this value.
    fn index(&self, front: &mut Front<'_>, variable: Value, constant: i64) -> Value {
        let mut terms = self.terms.clone();
        terms.push((variable, self.step));
        front.sum(constant, &terms).unwrap_or_else(|| front.int(0))
    }
}

/// The first branch in a loop that is not the test of the loop itself; else that one.
fn branch_within(function: &Function, data: &LoopData) -> Option<Span> {
    let own = data.span(function);
    let is_test = |block: Block| block == data.header || data.latches.contains(&block);
    let branches = data.blocks.iter().filter(|block| {
        let data = &function.blocks[*block];
        matches!(data.terminator, Terminator::Branch { .. })
            && ![own, Span::NONE].contains(&data.terminator_span)
    });
    let first = branches.min_by_key(|block| (is_test(*block), function.blocks[*block].terminator_span.start));
    first.map(|block| function.blocks[block].terminator_span)
}

/// That a loop may be left in the middle, and where; a place within it rather than its own.
pub(super) fn left_early(function: &Function, data: &LoopData) -> Option<(Reason, Span)> {
    let own = data.span(function);
    let leaving = data.blocks.iter().filter(|block| !data.latches.contains(block)).filter_map(|block| {
        let targets = function.blocks[block].terminator.targets();
        let to = targets.into_iter().find(|to| !data.blocks.contains(*to))?;
        Some((block, function.blocks[block].terminator_span, to))
    });
    // Where it is left in the middle, rather than the test at its head.
    let (_, span, to) = leaving.min_by_key(|(block, span, _)| {
        (*span == own || *span == Span::NONE, *block == data.header, span.start)
    })?;
    let raises = matches!(
        function.blocks[to].terminator,
        Terminator::Raise { .. } | Terminator::Reraise | Terminator::RaiseAgain(_)
    );
    Some((if raises { "it may raise an error there" } else { "it may be left there before its end" }, span))
}

/// What the parameters other than the counter collect. Those that stay the same are none.
fn accumulators(
    function: &Function,
    block: Block,
    counted: &CountedLoop,
    followers: &[Follower],
) -> Result<Vec<Accumulator>, Cause> {
    const REASON: Reason = "an iteration needs what the one before computed";
    let data = &function.blocks[block];
    let Terminator::Branch { then, otherwise, .. } = &data.terminator else { return Err(REASON.into()) };
    let back = if then.block == block { then } else { otherwise };
    let mut found = Vec::new();
    for (parameter, next) in data.parameters.iter().zip(&back.arguments) {
        let follows = followers.iter().any(|follower| follower.parameter == *parameter);
        if *parameter == counted.variable || next == parameter || follows {
            continue;
        }
        let place = function.defining_inst(*next).map_or(Span::NONE, |inst| function.insts[inst].span);
        let op = collects(function, block, *parameter, *next).ok_or_else(|| Cause::at(REASON, place))?;
        found.push(Accumulator { op, parameter: *parameter });
    }
    Ok(found)
}

/// Whether a loop is known to have so few iterations that what it collects of floats is sooner done one by one. Several sums do not wait for each other.
fn collects_few(function: &Function, counted: &CountedLoop, accumulators: &[Accumulator]) -> bool {
    let is_float = |accumulator: &&Accumulator| function.value_type(accumulator.parameter).is_float();
    let few = match accumulators.iter().filter(is_float).count() {
        0 => 0,
        1 => FEW_ITERATIONS / 3,
        _ => FEW_ITERATIONS,
    };
    counted.most_iterations(function).is_some_and(|most| most <= few)
}

/// How `next` combines the parameter with something else, if neither is used for anything else in the loop.
fn collects(function: &Function, block: Block, parameter: Value, next: Value) -> Option<ReductionOp> {
    let inst = function.defining_inst(next)?;
    let mut is_passed_on = false;
    function.blocks[block].terminator.for_each_operand(|value| is_passed_on |= value == parameter);
    let uses = |value: Value| uses(function, block, value);
    if is_passed_on || uses(next) > 0 {
        return None;
    }
    if let Some((op, _, second)) = float_extreme(function, inst) {
        // The comparison and the selection use it.
        let InstKind::Select { condition, .. } = function.insts[inst].kind else { return None };
        let is_alone = second == parameter && uses(parameter) == 2 && uses(condition) == 1;
        return is_alone.then_some(op);
    }
    let op = match function.insts[inst].kind {
        // What is taken away is added with the other sign.
        InstKind::Binary(BinaryOp::Fsub, from, _) if from == parameter => BinaryOp::Fadd,
        InstKind::Binary(BinaryOp::Isub, from, _) if from == parameter => BinaryOp::Iadd,
        InstKind::Binary(op, ..) => op,
        _ => return None,
    };
    let mut operands = 0;
    function.insts[inst].kind.for_each_operand(|value| operands += usize::from(value == parameter));
    let is_alone = operands == 1 && uses(parameter) == 1;
    reduction(op, function.float_flags).filter(|_| is_alone)
}

/// How often instructions of a block use a value.
fn uses(function: &Function, block: Block, value: Value) -> usize {
    let mut count = 0;
    for inst in &function.blocks[block].insts {
        function.insts[*inst].kind.for_each_operand(|operand| count += usize::from(operand == value));
    }
    count
}

/// The reduction that an operation is, if it may be applied in any order.
fn reduction(op: BinaryOp, flags: FloatFlags) -> Option<ReductionOp> {
    let is_exact = !matches!(op, BinaryOp::Fadd | BinaryOp::Fmul);
    let mut reductions = ReductionOp::ALL.iter().copied();
    reductions
        .find(|reduction| reduction.binary() == Some(op))
        .filter(|_| is_exact || flags.contains(FloatFlags::REASSOC))
}
