//! A function as far as it is read, and what the text does not say: the types that only other instructions tell, and the
//! numbers in between.

use super::tokens::{Read, Reader};
use crate::{Block, Constant, Definition, Function, Inst, InstData, InstKind, MachineType, Value, ValueData};
use hotloop_diagnostics::Span;
use hotloop_index::{Id, IdMap, IdSet};

/// A function as far as it is read.
pub(super) struct Draft {
    pub(super) function: Function,
    pub(super) parameters: Vec<(Value, MachineType)>,
    /// Where each instruction stands in the text, for messages.
    pub(super) places: IdMap<Inst, usize>,
    pub(super) types: Types,
    pub(super) labelled: IdSet<Block>,
}

/// The types of the values that the text defines.
#[derive(Default)]
pub(super) struct Types {
    defined: IdMap<Value, Option<(Definition, Option<MachineType>)>>,
}

impl Types {
    /// Makes room for a value that is named.
    pub(super) fn mention(&mut self, value: Value) {
        while self.defined.len() <= value.index() {
            self.defined.push(None);
        }
    }

    /// Notes a definition; false if there is one already.
    pub(super) fn define(&mut self, value: Value, definition: Definition, ty: Option<MachineType>) -> bool {
        self.mention(value);
        self.defined[value].replace((definition, ty)).is_none()
    }

    /// The type of a value; one that is used but nowhere defined counts as an `i64`.
    pub(super) fn of(&self, value: Value) -> Option<MachineType> {
        match self.defined.get(value) {
            Some(Some((_, ty))) => *ty,
            Some(None) | None => Some(MachineType::I64),
        }
    }
}

impl Reader {
    /// Finds the types of results from their instructions, as often as that tells something new: a definition may stand
    /// behind its use.
    pub(super) fn infer_types(&mut self, draft: &mut Draft) -> Read<()> {
        let mut open: Vec<(Inst, usize)> = Vec::new();
        for (inst, data) in draft.function.insts.iter() {
            open.extend((0..data.results.len()).map(|position| (inst, position)));
        }
        open.retain(|(inst, position)| {
            draft.types.of(draft.function.insts[*inst].results[*position]).is_none()
        });
        loop {
            let before = open.len();
            open.retain(|(inst, position)| {
                let data = &draft.function.insts[*inst];
                if draft.types.of(data.results[*position]).is_some() {
                    return false;
                }
                let ty =
                    data.kind.result_type(*position, |value| draft.types.of(value), &draft.function.callees);
                if let Some((_, known)) = &mut draft.types.defined[data.results[*position]] {
                    *known = ty;
                }
                ty.is_none()
            });
            let Some((inst, position)) = open.first().copied() else { return Ok(()) };
            if open.len() == before {
                self.settle_type(draft, inst, position)?;
            }
        }
    }

    /// Gives a type to a result that depends on itself, as only a broken function has it.
    fn settle_type(&mut self, draft: &mut Draft, inst: Inst, position: usize) -> Read<()> {
        let data = &draft.function.insts[inst];
        let value = data.results[position];
        let ty = data.kind.result_type(position, |_| Some(MachineType::I64), &draft.function.callees);
        if ty.is_none() {
            self.at = draft.places[inst];
            return Err(self.error(format!("nothing tells the type of {value}; write `{value}: <type> =`")));
        }
        if let Some((_, known)) = &mut draft.types.defined[value] {
            *known = ty;
        }
        Ok(())
    }
}

/// Sets up the table of values. A number that the text does not define gets an instruction that stands in no block.
pub(super) fn fill_gaps(draft: Draft) -> Function {
    let Draft { mut function, types, .. } = draft;
    for (value, defined) in types.defined.iter() {
        let data = match defined {
            Some((definition, ty)) => {
                ValueData { ty: ty.expect("types were inferred"), definition: *definition }
            }
            None => {
                let kind = InstKind::Const(Constant::Int(MachineType::I64, 0));
                let inst = function.insts.push(InstData {
                    kind,
                    results: std::iter::once(value).collect(),
                    span: Span::NONE,
                });
                ValueData { ty: MachineType::I64, definition: Definition::Result(inst, 0) }
            }
        };
        function.values.push(data);
    }
    function
}
