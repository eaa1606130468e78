//! Asks in front of loops whether their indices are in bounds, and runs them without checks where they are.
//!
//! Before: `for i in range(n) { for j in range(i) { .. check_bounds j, m .. } }`
//! After:  `if n - 2 < m { for i in range(n) { for j in range(i) { .. j .. } } } else { the loops as they were }`
//!
//! The least and the greatest of an index come from the limits of the variables that it is made of ([`Finder`]). What is asked is more than the loops may need; where it does not hold they run
//! as they stand and raise what they have to raise, so no error comes early. An index that is likely to be negative, which counts from the end, is not asked: the answer would be no. Nor
//! is one that a branch on the loop's variable guards. The question stands in front of the outermost loop where it covers all that it covers in front of the innermost one; a loop that holds no others is
//! versioned by itself only if it will not run in vectors, where the vectors ask. The copy is cold: no other pass makes it faster. One look at each check and loop around it,
//! copies of [`MOST_COPIED`] instructions a function. Does not preserve the control-flow graph.

use crate::analysis::{Inside, Loop, LoopData, LoopForest};
use crate::loops::elide_bounds_checks::{Range, added_constant};
use crate::loops::extremes::{Finder, Sum, is_near};
use crate::loops::front::Front;
use crate::{MirPass, PassContext};
use hotloop_diagnostics::Remark;
use hotloop_index::{IdSet, SideMap};
use hotloop_mir::{
    Block, BlockCall, ControlFlow, Dominators, FloatFlags, Function, Inst, InstKind, IntCompare, MachineType,
    RegionKind, Terminator, Value,
};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::rc::Rc;

/// So many innermost loops of a function are looked at.
const MOST_LOOPS: usize = 32;
/// A loop is looked at in so many loops around it.
const DEEPEST: usize = 6;
/// So many conditions stand in front of a loop.
const MOST_CONDITIONS: usize = 12;
/// So many instructions of a function are copied.
const MOST_COPIED: usize = 400;

/// Runs loops without checks where all indices are in bounds, which is asked in front of them. The head of its file says how.
pub struct VersionLoops;

impl MirPass for VersionLoops {
    fn name(&self) -> &'static str {
        "version-loops"
    }

    fn run(&self, function: &mut Function, context: &mut PassContext<'_>) {
        if !holds_checks(function) {
            return;
        }
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let forest = LoopForest::new(function, &control_flow, &dominators);
        if forest.loops.is_empty() {
            return;
        }
        let versions = Search::new(function, &control_flow, &dominators, &forest).versions();
        let mut is_in_bounds = BTreeSet::new();
        for version in versions {
            let data = &forest.loops[version.root];
            let message = "whether all indices of this loop are in bounds is asked in front of it".to_owned();
            context.remarks.push(Remark {
                pass: self.name(),
                span: data.span(function),
                message,
                cause: None,
            });
            version.write(function, &control_flow, data);
            is_in_bounds.extend(version.checks);
        }
        remove_checks(function, &is_in_bounds);
    }
}

fn holds_checks(function: &Function) -> bool {
    let insts = function.layout.iter().flat_map(|block| &function.blocks[*block].insts);
    insts.into_iter().any(|inst| matches!(function.insts[*inst].kind, InstKind::CheckBounds { .. }))
}

/// Takes checks away: their indices are what they gave.
fn remove_checks(function: &mut Function, checks: &BTreeSet<Inst>) {
    if checks.is_empty() {
        return;
    }
    let mut replacement: SideMap<Value, Option<Value>> = SideMap::new(None);
    for inst in checks {
        if let InstKind::CheckBounds { index, .. } = function.insts[*inst].kind {
            replacement[function.insts[*inst].results[0]] = Some(index);
        }
    }
    for block in function.layout.clone() {
        function.blocks[block].insts.retain(|inst| !checks.contains(inst));
    }
    function.replace_uses(|mut value| {
        while let Some(index) = replacement[value] {
            value = index;
        }
        value
    });
}

/// A loop to be copied.
struct Version {
    root: Loop,
    preheader: Block,
    /// The checks that are not needed where the conditions hold.
    checks: Vec<Inst>,
    /// Must not be negative.
    conditions: Vec<Sum>,
    /// Must be near.
    near: Vec<Value>,
}

/// Looks for loops to be copied.
struct Search<'a> {
    function: &'a Function,
    control_flow: &'a ControlFlow,
    dominators: &'a Dominators,
    forest: &'a LoopForest,
    /// The variables of counted loops.
    ranges: FxHashMap<Value, Range>,
    /// What indices are checked against.
    lengths: IdSet<Value>,
    /// Where each value is defined.
    homes: SideMap<Value, Option<Block>>,
    /// The loops whose values are used behind them.
    open: IdSet<Loop>,
    /// Blocks, and where they unwind to. One that raises in a loop and is caught there is no part of it, since nothing leads on from it, and would not be copied.
    catches: Vec<(Block, Block)>,
    /// What each root asks of a check; nothing if it cannot.
    asked: FxHashMap<(Loop, Inst), Option<Vec<Sum>>>,
}

impl<'a> Search<'a> {
    fn new(
        function: &'a Function,
        control_flow: &'a ControlFlow,
        dominators: &'a Dominators,
        forest: &'a LoopForest,
    ) -> Self {
        let of_loop = |data: &LoopData| Range::of_loop(function, control_flow, data);
        let ranges = forest.loops.values().flat_map(of_loop).collect();
        let (mut lengths, mut homes) = (IdSet::new(), SideMap::new(None));
        for block in &function.layout {
            let data = &function.blocks[*block];
            data.parameters.iter().for_each(|value| homes[*value] = Some(*block));
            for inst in &data.insts {
                let inst = &function.insts[*inst];
                inst.results.iter().for_each(|value| homes[*value] = Some(*block));
                if let InstKind::CheckBounds { length, .. } = inst.kind {
                    lengths.insert(length);
                }
            }
        }
        let unwinds = |block: &Block| Some((*block, function.blocks[*block].unwind?));
        let catches = function.layout.iter().filter_map(unwinds).collect();
        let (open, asked) = (IdSet::new(), FxHashMap::default());
        let mut search =
            Self { function, control_flow, dominators, forest, ranges, lengths, homes, open, catches, asked };
        search.find_open();
        search
    }

    /// Finds the loops whose values are used behind them other than as arguments of a jump.
    fn find_open(&mut self) {
        let mut open = IdSet::new();
        for block in self.control_flow.reverse_postorder() {
            let mut note = |value: Value| {
                let mut at = self.homes[value].and_then(|home| self.forest.innermost(home));
                while let Some(id) = at
                    && !self.forest.loops[id].blocks.contains(*block)
                {
                    open.insert(id);
                    at = self.forest.loops[id].parent;
                }
            };
            let data = &self.function.blocks[*block];
            for inst in &data.insts {
                self.function.insts[*inst].kind.for_each_operand(&mut note);
            }
            data.terminator.for_each_operand(note);
        }
        self.open = open;
    }

    /// The loops to be copied, outer ones first.
    fn versions(mut self) -> Vec<Version> {
        let innermost = self.forest.loops.iter().filter(|(_, data)| data.is_innermost).map(|(id, _)| id);
        let mut roots: BTreeSet<Loop> = BTreeSet::new();
        for inner in innermost.take(MOST_LOOPS).collect::<Vec<_>>() {
            roots.extend(self.root_of(inner));
        }
        let (mut versions, mut room) = (Vec::new(), MOST_COPIED);
        let mut is_gone = BTreeSet::new();
        for root in roots {
            let size = self.size(root);
            if size <= room
                && let Some(version) = self.version(root, &is_gone)
            {
                room -= size;
                is_gone.extend(version.checks.iter().copied());
                versions.push(version);
            }
        }
        versions
    }

    fn size(&self, id: Loop) -> usize {
        self.forest.loops[id].blocks.iter().map(|block| self.function.blocks[block].insts.len() + 1).sum()
    }

    /// The outermost loop in front of which all can be asked that can be asked in front of this innermost one.
    fn root_of(&mut self, inner: Loop) -> Option<Loop> {
        let checks: Vec<Inst> =
            self.checks_in(inner).into_iter().filter(|check| self.asks(inner, *check).is_some()).collect();
        if checks.is_empty() {
            return None;
        }
        let mut root = inner;
        for _ in 0..DEEPEST {
            let Some(outer) = self.forest.loops[root].parent else { break };
            if !self.can_copy(outer) || !checks.iter().all(|check| self.asks(outer, *check).is_some()) {
                break;
            }
            root = outer;
        }
        (self.can_copy(root) && (root != inner || self.runs_one_by_one(inner))).then_some(root)
    }

    /// Whether a loop can be copied: it is entered through a preheader, and nothing behind it uses its values.
    fn can_copy(&self, id: Loop) -> bool {
        let data = &self.forest.loops[id];
        let is_parallel =
            |block: Block| matches!(self.function.blocks[block].terminator, Terminator::ParFor(_));
        !data.is_parallel
            && !data.is_cold
            && !self.open.contains(id)
            && data.preheader(self.function, self.control_flow).is_some()
            && self.size(id) <= MOST_COPIED
            && !data.blocks.iter().any(is_parallel)
            && !self
                .catches
                .iter()
                .any(|(from, to)| data.blocks.contains(*to) && !data.blocks.contains(*from))
    }

    /// Whether an innermost loop will surely not run in vectors, and long enough.
    fn runs_one_by_one(&self, id: Loop) -> bool {
        let (function, data) = (self.function, &self.forest.loops[id]);
        let parameters = &function.blocks[data.header].parameters;
        let is_strict = !function.float_flags.contains(FloatFlags::REASSOC);
        let sums = is_strict && parameters.iter().any(|value| function.value_type(*value).is_float());
        let branches = data
            .blocks
            .iter()
            .filter(|block| matches!(function.blocks[*block].terminator, Terminator::Branch { .. }));
        // What limits are loaded for, time after time, is mostly short: rows of a sparse matrix.
        let is_short = data.parent.is_some()
            && parameters.iter().any(|variable| {
                self.ranges.get(variable).is_some_and(|range| {
                    [range.low, range.high]
                        .into_iter()
                        .filter_map(|bound| bound.value)
                        .any(|end| self.is_element(end))
                })
            });
        (sums || branches.count() > 1 || self.has_long_strides(data)) && !is_short
    }

    /// Whether a variable of a loop goes up by more than one.
    fn has_long_strides(&self, data: &LoopData) -> bool {
        let variables = self.function.blocks[data.header].parameters.iter();
        variables.filter(|variable| self.ranges.contains_key(*variable)).count() > 1
    }

    /// Whether a value is loaded from an array.
    fn is_element(&self, value: Value) -> bool {
        let inst = self.function.defining_inst(value).map(|inst| &self.function.insts[inst].kind);
        matches!(inst, Some(InstKind::Load { region, .. }) if self.function.regions[*region].kind != RegionKind::Descriptor)
    }

    /// The checks in the blocks of a loop that are in no loop inside it.
    fn checks_in(&self, id: Loop) -> Vec<Inst> {
        let own =
            self.forest.loops[id].blocks.iter().filter(|block| self.forest.innermost(*block) == Some(id));
        let insts = own.flat_map(|block| &self.function.blocks[block].insts).copied();
        insts.filter(|inst| matches!(self.function.insts[*inst].kind, InstKind::CheckBounds { .. })).collect()
    }

    /// What has to be asked in front of a loop so that a check in it cannot fail.
    fn asks(&mut self, root: Loop, check: Inst) -> Option<Vec<Sum>> {
        if let Some(known) = self.asked.get(&(root, check)) {
            return known.clone();
        }
        let found = self.find_conditions(root, check);
        self.asked.insert((root, check), found.clone());
        found
    }

    fn find_conditions(&self, root: Loop, check: Inst) -> Option<Vec<Sum>> {
        let InstKind::CheckBounds { index, length, .. } = self.function.insts[check].kind else {
            return None;
        };
        let blocks = &self.forest.loops[root].blocks;
        let is_inside = |value: Value| self.homes[value].is_none_or(|home| blocks.contains(home));
        let home = self.homes[self.function.insts[check].results[0]]?;
        if self.is_guarded(root, home) {
            return None;
        }
        let mut finder = Finder::new(self.function, &self.ranges, &self.lengths, &is_inside);
        let extremes = finder.of(index)?;
        let room = finder.room_below(length, &extremes.greatest)?;
        if extremes.least.is_likely_negative(&self.lengths) || room.known().is_some_and(|room| room < 0) {
            return None;
        }
        Some(vec![extremes.least, room])
    }

    /// Whether a branch in the loop that asks for one of its variables leads to a block: what is done there may be in bounds because of it.
    fn is_guarded(&self, root: Loop, block: Block) -> bool {
        let data = &self.forest.loops[root];
        let mut at = block;
        while at != data.header
            && let Some(above) = self.dominators.immediate(at)
        {
            let innermost = self.forest.innermost(above);
            let is_test = innermost.is_some_and(|id| self.forest.loops[id].latches.contains(&above));
            if let Terminator::Branch { condition, .. } = self.function.blocks[above].terminator
                && !is_test
                && !self.is_entry_test(above)
                && self.asks_for_variable(condition)
            {
                return true;
            }
            at = above;
        }
        false
    }

    /// Whether a block ends in the question whether a loop behind it runs at all.
    fn is_entry_test(&self, block: Block) -> bool {
        let leads_to_loop = |target: &Block| {
            let &[next] = self.control_flow.successors(*target) else { return false };
            let id = self.forest.innermost(next);
            id.is_some_and(|id| {
                let data = &self.forest.loops[id];
                data.header == next && !data.blocks.contains(*target)
            })
        };
        self.control_flow.successors(block).iter().any(leads_to_loop)
    }

    fn asks_for_variable(&self, condition: Value) -> bool {
        let Some(inst) = self.function.defining_inst(condition) else { return false };
        let is_variable = |value: Value| {
            let base = added_constant(self.function, value).map_or(value, |(base, _)| base);
            self.ranges.contains_key(&base)
        };
        match &self.function.insts[inst].kind {
            InstKind::IntCompare(_, a, b) => is_variable(*a) || is_variable(*b),
            InstKind::Binary(_, a, b) if self.function.value_type(*a) == MachineType::I1 => {
                self.asks_for_variable(*a) || self.asks_for_variable(*b)
            }
            _ => false,
        }
    }

    /// What is asked in front of a loop, for the checks that no loop around it has asked for.
    fn version(&mut self, root: Loop, is_gone: &BTreeSet<Inst>) -> Option<Version> {
        let data = &self.forest.loops[root];
        let preheader = data.preheader(self.function, self.control_flow)?;
        let mut version =
            Version { root, preheader, checks: Vec::new(), conditions: Vec::new(), near: Vec::new() };
        // What is done most often first.
        let mut inside: Vec<Loop> = self
            .forest
            .loops
            .iter()
            .filter(|(_, inner)| data.blocks.contains(inner.header))
            .map(|(id, _)| id)
            .collect();
        inside.reverse();
        for inner in inside {
            for check in self.checks_in(inner) {
                if let Some(sums) = self.asks(root, check).filter(|_| !is_gone.contains(&check)) {
                    version.add(check, sums, &self.lengths);
                }
            }
        }
        for sum in &version.conditions {
            sum.note_values(&self.lengths, &mut version.near);
        }
        version.near.sort_unstable();
        version.near.dedup();
        (!version.checks.is_empty() && version.near.len() <= MOST_CONDITIONS).then_some(version)
    }
}

impl Version {
    /// Adds a check with what it asks, unless that is too much.
    fn add(&mut self, check: Inst, sums: Vec<Sum>, lengths: &IdSet<Value>) {
        let mut conditions = self.conditions.clone();
        for sum in sums.into_iter().filter(|sum| !sum.is_never_negative(lengths)) {
            match conditions.iter_mut().find(|known| known.terms == sum.terms) {
                Some(known) => known.constant = known.constant.min(sum.constant),
                None => conditions.push(sum),
            }
        }
        if conditions.len() <= MOST_CONDITIONS {
            self.conditions = conditions;
            self.checks.push(check);
        }
    }

    /// Copies the loop as it stands, and lets the question decide which of both runs.
    fn write(&self, function: &mut Function, control_flow: &ControlFlow, data: &LoopData) {
        let Terminator::Jump(into) = function.blocks[self.preheader].terminator.clone() else {
            unreachable!("a preheader jumps to its loop")
        };
        let span = data.span(function);
        let mut front = Front::new(function, self.preheader, span, Rc::new(Inside::default()));
        let mut holds: Vec<Value> = self.near.iter().map(|value| is_near(&mut front, *value)).collect();
        for sum in &self.conditions {
            let (sum, zero) = (sum.write(&mut front), front.int(0));
            holds.push(front.compare(IntCompare::Sge, sum, zero));
        }
        let Some(condition) = front.all(holds) else { return };
        let copy = copy_blocks(function, &data.blocks.in_reverse_postorder(control_flow));
        let [then, otherwise] = [data.header, copy[&data.header]].map(|header| {
            let way = function.add_block();
            let call = BlockCall { block: header, ..into.clone() };
            function.blocks[way].terminator = Terminator::Jump(call);
            function.blocks[way].terminator_span = span;
            function.blocks[way].is_cold = header != data.header;
            BlockCall::new(way, Vec::new())
        });
        function.blocks[self.preheader].terminator = Terminator::Branch { condition, then, otherwise };
    }
}

/// Copies blocks, which jump to each other then as the blocks do, and are cold. Gives the copy of each.
fn copy_blocks(function: &mut Function, blocks: &[Block]) -> FxHashMap<Block, Block> {
    let mut copies: FxHashMap<Block, Block> = FxHashMap::default();
    let mut values: FxHashMap<Value, Value> = FxHashMap::default();
    for block in blocks {
        let copy = function.add_block();
        for parameter in function.blocks[*block].parameters.clone() {
            let ty = function.value_type(parameter);
            values.insert(parameter, function.add_parameter(copy, ty));
        }
        copies.insert(*block, copy);
    }
    for block in blocks {
        for inst in function.blocks[*block].insts.clone() {
            let data = function.insts[inst].clone();
            let kind = data.kind.map_operands(|value| *values.get(&value).unwrap_or(&value));
            let new = function.append_inst(copies[block], kind, data.span);
            let results = function.insts[new].results.clone();
            values.extend(data.results.iter().copied().zip(results.iter().copied()));
        }
    }
    for block in blocks {
        let data = function.blocks[*block].clone();
        let mut terminator = data.terminator.map_operands(|value| *values.get(&value).unwrap_or(&value));
        terminator.for_each_target_mut(|target| *target = *copies.get(target).unwrap_or(target));
        let copy = &mut function.blocks[copies[block]];
        copy.terminator = terminator;
        copy.terminator_span = data.terminator_span;
        copy.unwind = data.unwind.map(|target| *copies.get(&target).unwrap_or(&target));
        copy.is_cold = true;
    }
    copies
}
