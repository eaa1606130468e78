//! What instructions name of their function's tables, when they are copied to another function.

use hotloop_mir::{Callee, ErrorId, Function, InstKind, Region, Slot, Terminator};
use rustc_hash::FxHashMap;

/// Translates instructions of one function to the tables of another, to which it adds what they name and nothing else.
pub(crate) struct Transfer<'a> {
    from: &'a Function,
    regions: FxHashMap<Region, Region>,
    slots: FxHashMap<Slot, Slot>,
    errors: FxHashMap<ErrorId, ErrorId>,
    callees: FxHashMap<Callee, Callee>,
}

impl<'a> Transfer<'a> {
    /// From that function; a region in `regions` becomes what that says, any other one of its own kind.
    pub(crate) fn new(from: &'a Function, regions: FxHashMap<Region, Region>) -> Self {
        let (slots, errors, callees) = (FxHashMap::default(), FxHashMap::default(), FxHashMap::default());
        Self { from, regions, slots, errors, callees }
    }

    /// The instruction, on the operands that it had.
    pub(crate) fn inst(&mut self, to: &mut Function, mut kind: InstKind) -> InstKind {
        match &mut kind {
            InstKind::Load { region, .. } | InstKind::Store { region, .. } => {
                let named = *region;
                let add = || to.region(self.from.regions[named].kind);
                *region = *self.regions.entry(named).or_insert_with(add);
            }
            InstKind::When { access, .. } => **access = self.inst(to, (**access).clone()),
            InstKind::SlotAddress(slot) => {
                let named = *slot;
                *slot = *self.slots.entry(named).or_insert_with(|| to.slots.push(self.from.slots[named]));
            }
            InstKind::Check { error, .. } | InstKind::ErrorIs(error) => *error = self.error(to, *error),
            InstKind::Call { callee, .. } | InstKind::FunctionAddress(callee) => {
                let named = *callee;
                let add = || to.callee(self.from.callees[named].clone());
                *callee = *self.callees.entry(named).or_insert_with(add);
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
            | InstKind::CallRuntime { .. }
            | InstKind::Safepoint
            | InstKind::CheckStack
            | InstKind::Catch => {}
        }
        kind
    }

    /// The terminator, on the operands and targets that it had.
    pub(crate) fn terminator(&mut self, to: &mut Function, mut terminator: Terminator) -> Terminator {
        if let Terminator::Raise { error, .. } = &mut terminator {
            *error = self.error(to, *error);
        }
        terminator
    }

    fn error(&mut self, to: &mut Function, error: ErrorId) -> ErrorId {
        *self.errors.entry(error).or_insert_with(|| to.error_with(self.from.errors[error].clone()))
    }
}
