//! The structure on which all other rules rely: V01 to V06 and V08.

use super::{Place, Rule, Verifier};
use crate::{Block, Definition, Inst, InstKind, MachineType, Terminator, Value};
use hotloop_index::Id;

impl Verifier<'_> {
    pub(super) fn structure(&mut self) {
        self.layout();
        if self.violations.is_empty() {
            self.place_insts();
        }
        if self.violations.is_empty() {
            self.definitions();
            self.uses();
            self.targets();
            self.tables();
        }
    }

    fn layout(&mut self) {
        let function = self.function;
        self.require(!function.layout.is_empty(), Rule::V01, Place::Function, || "no block".into());
        for block in &function.layout {
            let exists = block.index() < function.blocks.len();
            self.require(exists, Rule::V01, Place::Block(*block), || "no such block".into());
            let is_new = self.in_layout.insert(*block);
            self.require(is_new, Rule::V01, Place::Block(*block), || "twice in the layout".into());
        }
    }

    fn place_insts(&mut self) {
        let function = self.function;
        for block in &function.layout {
            for (position, inst) in function.blocks[*block].insts.iter().enumerate() {
                if inst.index() >= function.insts.len() {
                    self.report(Rule::V02, Place::Block(*block), format!("there is no {inst}"));
                } else if self.placed[*inst].replace((*block, position as u32)).is_some() {
                    self.report(Rule::V02, Place::Block(*block), format!("{inst} stands in two places"));
                }
            }
        }
    }

    fn definitions(&mut self) {
        let function = self.function;
        for block in &function.layout {
            for (position, value) in function.blocks[*block].parameters.iter().enumerate() {
                self.definition(*value, Definition::Parameter(*block, position as u32));
            }
        }
        for (block, inst) in self.placed_insts() {
            for (position, value) in function.insts[inst].results.iter().enumerate() {
                self.definition(*value, Definition::Result(inst, position as u32));
            }
            self.results(block, inst);
        }
    }

    fn definition(&mut self, value: Value, expected: Definition) {
        let found = self.function.values.get(value).map(|data| data.definition);
        let message = || format!("defined as {found:?}, found as {expected:?}");
        self.require(found == Some(expected), Rule::V03, Place::Value(value), message);
    }

    fn results(&mut self, block: Block, inst: Inst) {
        let function = self.function;
        let data = &function.insts[inst];
        let type_of = |value| function.values.get(value).map(|data| data.ty);
        let found: Vec<Option<MachineType>> = data.results.iter().map(|value| type_of(*value)).collect();
        let given = |position| data.kind.result_type(position, type_of, &function.callees);
        let expected: Vec<Option<MachineType>> = (0..).map(given).take_while(Option::is_some).collect();
        let place = self.place_of(block, inst);
        let message = || format!("`{}` does not give these results", data.kind);
        // A callee or an operand that does not exist is reported as such.
        let known = expected.len() == found.len() || self.names_what_exists(&data.kind);
        self.require(found == expected || !known, Rule::V04, place, message);
    }

    fn names_what_exists(&self, kind: &InstKind) -> bool {
        let mut exists = true;
        kind.for_each_operand(|value| exists &= value.index() < self.function.values.len());
        match kind {
            InstKind::Call { callee, .. } => exists && self.function.callees.get(*callee).is_some(),
            _ => exists,
        }
    }

    fn uses(&mut self) {
        let function = self.function;
        let mut undefined = Vec::new();
        let mut check = |verifier: &Self, value: Value| {
            if !verifier.is_defined(value) && !undefined.contains(&value) {
                undefined.push(value);
            }
        };
        for block in &function.layout {
            let data = &function.blocks[*block];
            for inst in &data.insts {
                function.insts[*inst].kind.for_each_operand(|value| check(self, value));
            }
            data.terminator.for_each_operand(|value| check(self, value));
            if let Some(vector) = &data.vector {
                vector.for_each_value(|value| check(self, value));
            }
        }
        for value in undefined {
            self.report(Rule::V05, Place::Value(value), "used, but nowhere defined");
        }
    }

    fn targets(&mut self) {
        for block in &self.function.layout {
            let data = &self.function.blocks[*block];
            let mut targets = data.terminator.targets();
            targets.extend(data.unwind);
            for target in targets {
                let message = || format!("{block} leads there, but it is not in the layout");
                self.require(self.in_layout.contains(target), Rule::V06, Place::Block(target), message);
            }
        }
    }

    fn tables(&mut self) {
        let function = self.function;
        for (block, inst) in self.placed_insts() {
            let place = self.place_of(block, inst);
            match function.insts[inst].kind.access() {
                InstKind::Load { region, .. } | InstKind::Store { region, .. } => {
                    self.in_table(*region, function.regions.len(), place);
                }
                InstKind::SlotAddress(slot) => self.in_table(*slot, function.slots.len(), place),
                InstKind::Check { error, .. } | InstKind::ErrorIs(error) => {
                    self.in_table(*error, function.errors.len(), place)
                }
                InstKind::Call { callee, .. } | InstKind::FunctionAddress(callee) => {
                    self.in_table(*callee, function.callees.len(), place);
                }
                InstKind::Const(_)
                | InstKind::Data(_)
                | InstKind::Unary(..)
                | InstKind::Binary(..)
                | InstKind::Ternary(..)
                | InstKind::IntCompare(..)
                | InstKind::FloatCompare(..)
                | InstKind::Select { .. }
                | InstKind::Convert(..)
                | InstKind::PtrAdd { .. }
                | InstKind::CheckBounds { .. }
                | InstKind::When { .. }
                | InstKind::CallRuntime { .. }
                | InstKind::Safepoint
                | InstKind::CheckStack
                | InstKind::Catch => {}
            }
        }
        for block in &function.layout {
            if let Terminator::Raise { error, .. } = &function.blocks[*block].terminator {
                self.in_table(*error, function.errors.len(), Place::Block(*block));
            }
        }
    }

    fn in_table(&mut self, id: impl Id, row_count: usize, place: Place) {
        self.require(id.index() < row_count, Rule::V08, place, || format!("there is no {id:?}"));
    }
}
