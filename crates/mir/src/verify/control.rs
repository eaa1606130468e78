//! How control goes: V07 and V16 to V26.

use super::{Place, Rule, Verifier, Violation};
use crate::{
    Block, CalleeData, ControlFlow, Definition, Dominators, Function, InstKind, MachineType, Module, Phase,
    Terminator, Value,
};
use hotloop_index::IdSet;

impl Verifier<'_> {
    pub(super) fn control(&mut self) {
        let control_flow = ControlFlow::new(self.function);
        let dominators = Dominators::new(self.function, &control_flow);
        self.dominance(&dominators);
        self.entries();
        self.unwinding();
        self.reraises();
        let bodies = parallel_bodies(self.function);
        for block in &self.function.layout {
            self.parallel_border(*block, &control_flow, &bodies);
            self.vector_loop(*block, &dominators);
        }
        self.phase();
    }

    fn dominance(&mut self, dominators: &Dominators) {
        let function = self.function;
        for block in dominators.order() {
            let data = &function.blocks[*block];
            for (position, inst) in data.insts.iter().enumerate() {
                let kind = &function.insts[*inst].kind;
                kind.for_each_operand(|value| self.use_at(value, *block, position as u32, dominators));
            }
            data.terminator.for_each_operand(|value| self.use_at(value, *block, u32::MAX, dominators));
        }
    }

    fn use_at(&mut self, value: Value, block: Block, position: u32, dominators: &Dominators) {
        let holds = match self.function.values[value].definition {
            Definition::Parameter(definition, _) => dominators.dominates(definition, block),
            Definition::Result(inst, _) => match self.placed[inst] {
                Some((definition, at)) if definition == block => at < position,
                Some((definition, _)) => dominators.dominates(definition, block),
                None => false,
            },
        };
        self.require(holds, Rule::V07, Place::Value(value), || format!("used too early in {block}"));
    }

    fn entries(&mut self) {
        let function = self.function;
        let entry = function.entry();
        for block in &function.layout {
            let data = &function.blocks[*block];
            let leads_to_entry = data.terminator.targets().contains(&entry) || data.unwind == Some(entry);
            self.require(!leads_to_entry, Rule::V16, Place::Block(*block), || format!("leads to {entry}"));
        }
    }

    fn unwinding(&mut self) {
        let function = self.function;
        for block in &function.layout {
            let data = &function.blocks[*block];
            if let Some(target) = data.unwind {
                let holds = function.blocks[target].parameters.is_empty();
                let message = || format!("{block} unwinds there, but cannot pass its parameters");
                self.require(holds, Rule::V17, Place::Block(target), message);
            }
            if let Terminator::ParFor(region) = &data.terminator {
                self.unprotected(region.body);
            }
        }
        self.unprotected(function.entry());
    }

    fn unprotected(&mut self, block: Block) {
        let unwind = self.function.blocks[block].unwind;
        self.require(unwind.is_none(), Rule::V18, Place::Block(block), || format!("unwinds to {unwind:?}"));
    }

    /// V19: walks from the entry and every parallel body without an error on the way, and from every unwind target with one.
    fn reraises(&mut self) {
        let function = self.function;
        let mut work = vec![(function.entry(), false)];
        for block in &function.layout {
            work.extend(function.blocks[*block].unwind.map(|target| (target, true)));
        }
        let (mut seen, mut broken) = ([IdSet::new(), IdSet::new()], IdSet::new());
        while let Some((block, has_error)) = work.pop() {
            if !seen[usize::from(has_error)].insert(block) {
                continue;
            }
            let has_error = error_through(function, block, has_error, &mut broken);
            let data = &function.blocks[block];
            let is_parallel = matches!(data.terminator, Terminator::ParFor(_));
            data.terminator.for_each_target(|target| work.push((target, has_error && !is_parallel)));
        }
        for block in function.layout.iter().filter(|block| broken.contains(**block)) {
            self.report(Rule::V19, Place::Block(*block), "reached without an error");
        }
    }

    /// V21 and V22: no edge crosses the border of a parallel loop's body but those of the loop itself.
    fn parallel_border(&mut self, block: Block, control_flow: &ControlFlow, bodies: &IdSet<Block>) {
        let function = self.function;
        let data = &function.blocks[block];
        let owner = control_flow.parallel_loop(block);
        let mut same_loop = |target: Block| {
            let holds = control_flow.parallel_loop(target) == owner && !bodies.contains(target);
            let message = || format!("leads to {target} over the border of a parallel loop's body");
            self.require(holds, Rule::V22, Place::Block(block), message);
        };
        if let Some(target) = data.unwind {
            same_loop(target);
        }
        match &data.terminator {
            Terminator::ParFor(region) => {
                same_loop(region.exit);
                let holds = control_flow.parallel_loop(region.body) == Some(block);
                let message = || "is the body of two loops".into();
                self.require(holds, Rule::V22, Place::Block(region.body), message);
            }
            Terminator::ParYield(values) => match owner.map(|owner| &function.blocks[owner].terminator) {
                Some(Terminator::ParFor(region)) => self.par_yield(block, values, region),
                _ => self.report(Rule::V21, Place::Block(block), "in no parallel loop"),
            },
            Terminator::Return(_) => {
                let message = || "returns from the body of a parallel loop".into();
                self.require(owner.is_none(), Rule::V22, Place::Block(block), message);
            }
            Terminator::Jump(_)
            | Terminator::Branch { .. }
            | Terminator::Raise { .. }
            | Terminator::Reraise
            | Terminator::RaiseAgain(_)
            | Terminator::Unreachable => data.terminator.for_each_target(same_loop),
        }
    }

    /// V26.
    fn vector_loop(&mut self, block: Block, dominators: &Dominators) {
        let function = self.function;
        let data = &function.blocks[block];
        let Some(vector) = &data.vector else { return };
        let is_parameter = |value: Value| data.parameters.contains(&value);
        let is_known_before = |value: Value| match function.values[value].definition {
            Definition::Parameter(owner, _) => owner != block && dominators.dominates(owner, block),
            Definition::Result(inst, _) => self.placed[inst]
                .is_some_and(|(owner, _)| owner != block && dominators.dominates(owner, block)),
        };
        let is_one_block = data.terminator.targets().contains(&block)
            && matches!(data.terminator, Terminator::Branch { .. })
            && data.insts.iter().all(|inst| {
                let kind = function.insts[*inst].kind.access();
                matches!(kind, InstKind::CheckBounds { .. } | InstKind::Check { .. }) || !kind.may_raise()
            });
        // Back ends look closer at a loop with loops in it; it collects nothing.
        let goes_back = |from: &&Block| {
            **from != block
                && function.blocks[**from].terminator.targets().contains(&block)
                && dominators.dominates(block, **from)
        };
        let is_nest = vector.accumulators.is_empty() && function.layout.iter().any(|from| goes_back(&from));
        let is_counted = is_parameter(vector.variable)
            && is_known_before(vector.limit)
            && [vector.variable, vector.limit].iter().all(|v| function.value_type(*v) == MachineType::I64);
        let has_condition = vector
            .condition
            .is_none_or(|value| is_known_before(value) && function.value_type(value) == MachineType::I1);
        let collects = vector.accumulators.iter().all(|accumulator| is_parameter(accumulator.parameter));
        let is_address = |value: Value| function.value_type(value) == MachineType::Ptr;
        let has_strides =
            vector.strides.iter().all(|stride| is_address(stride.address) && is_address(stride.base));
        let is_plain = !vector.goes_down && vector.strides.is_empty();
        let holds =
            (is_one_block || is_nest && is_plain) && is_counted && has_condition && collects && has_strides;
        self.require(holds, Rule::V26, Place::Block(block), || format!("{vector:?}"));
    }

    fn phase(&mut self) {
        let function = self.function;
        let is_outlined = function.phase >= Phase::Outlined;
        for block in &function.layout {
            let is_parallel =
                matches!(function.blocks[*block].terminator, Terminator::ParFor(_) | Terminator::ParYield(_));
            let message = || "a parallel loop".into();
            self.require(!(is_outlined && is_parallel), Rule::V23, Place::Block(*block), message);
        }
        if function.is_parallel_body {
            let types: Vec<MachineType> =
                function.parameters().iter().map(|value| function.value_type(*value)).collect();
            let holds = is_outlined && types == PARALLEL_BODY && function.results.is_empty();
            self.require(holds, Rule::V24, Place::Function, || format!("{types:?}"));
        }
    }
}

/// Notes a block that does something with the error that led to it when it has ended; tells whether it is still there behind the block.
fn error_through(function: &Function, block: Block, mut has_error: bool, broken: &mut IdSet<Block>) -> bool {
    let mut uses = |has_error: bool| {
        if !has_error {
            broken.insert(block);
        }
    };
    for inst in &function.blocks[block].insts {
        let kind = &function.insts[*inst].kind;
        match kind {
            InstKind::ErrorIs(_) => uses(has_error),
            InstKind::Catch => {
                uses(has_error);
                has_error = false;
            }
            // What is called may have raised and caught errors of its own.
            InstKind::Call { .. } => has_error = false,
            InstKind::CallRuntime { function, .. } => has_error &= !function.may_raise(),
            InstKind::Const(_)
            | InstKind::Unary(..)
            | InstKind::Binary(..)
            | InstKind::Ternary(..)
            | InstKind::IntCompare(..)
            | InstKind::FloatCompare(..)
            | InstKind::Select { .. }
            | InstKind::Convert(..)
            | InstKind::PtrAdd { .. }
            | InstKind::Load { .. }
            | InstKind::Store { .. }
            | InstKind::When { .. }
            | InstKind::SlotAddress(_)
            | InstKind::Data(_)
            | InstKind::CheckBounds { .. }
            | InstKind::Check { .. }
            | InstKind::FunctionAddress(_)
            | InstKind::Safepoint
            | InstKind::CheckStack => {}
        }
    }
    if function.blocks[block].terminator == Terminator::Reraise {
        uses(has_error);
    }
    has_error
}

/// The parameters of an outlined body: first and last index, captures, partial results.
const PARALLEL_BODY: [MachineType; 4] =
    [MachineType::I64, MachineType::I64, MachineType::Ptr, MachineType::Ptr];

/// The first blocks of the bodies of parallel loops.
fn parallel_bodies(function: &Function) -> IdSet<Block> {
    let body_of = |block: &Block| match &function.blocks[*block].terminator {
        Terminator::ParFor(region) => Some(region.body),
        _ => None,
    };
    function.layout.iter().filter_map(body_of).collect()
}

/// V25.
pub(super) fn module_violations(module: &Module) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut report = |message| {
        violations.push(Violation { rule: Rule::V25, place: Place::Function, message });
    };
    for (position, function) in module.functions.iter().enumerate() {
        if module.functions[..position].iter().any(|other| other.name == function.name) {
            report(format!("two functions are named {}", function.name));
        }
        for callee in function.callees.values() {
            let target = module.functions.iter().find(|other| other.name == callee.symbol);
            if target.is_some_and(|target| !has_signature(target, callee)) {
                report(format!("{} declares {} with other types", function.name, callee.symbol));
            }
        }
    }
    violations
}

fn has_signature(function: &Function, callee: &CalleeData) -> bool {
    let parameters = function.parameters().iter().map(|value| function.value_type(*value));
    parameters.eq(callee.parameters.iter().copied()) && function.results == callee.results
}
