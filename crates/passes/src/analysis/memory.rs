//! Which memory a set of blocks may write.

use hotloop_mir::{Block, Effects, Function, InstKind, Region, RegionKind};

/// The alias regions that a set of blocks may write.
#[derive(Clone, Debug, Default)]
pub struct MemoryWrites {
    regions: Vec<RegionKind>,
    /// A call may write everything but descriptors and this frame.
    calls: bool,
    /// A call of the runtime may write lists.
    lists: bool,
}

impl MemoryWrites {
    /// What these blocks may write.
    pub fn of_blocks(function: &Function, blocks: impl Iterator<Item = Block>) -> Self {
        let mut writes = Self::default();
        for block in blocks {
            for inst in &function.blocks[block].insts {
                writes.add(function, &function.insts[*inst].kind);
            }
        }
        writes
    }

    /// Adds what one instruction may write.
    pub fn add(&mut self, function: &Function, kind: &InstKind) {
        match kind {
            InstKind::Store { region, .. } => {
                let kind = function.regions[*region].kind;
                if !self.regions.contains(&kind) {
                    self.regions.push(kind);
                }
            }
            InstKind::When { access, .. } => self.add(function, access),
            InstKind::Call { .. } => self.calls = true,
            InstKind::CallRuntime { function: callee, .. } => {
                self.calls |= matches!(callee.effects(), Effects::Any);
                self.lists |= matches!(callee.effects(), Effects::Lists);
            }
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
            | InstKind::SlotAddress(_)
            | InstKind::Data(_)
            | InstKind::CheckBounds { .. }
            | InstKind::Check { .. }
            | InstKind::FunctionAddress(_)
            | InstKind::Safepoint
            | InstKind::CheckStack
            | InstKind::ErrorIs(_)
            | InstKind::Catch => {}
        }
    }

    /// Whether memory of that region may be among what is written. A callee may write a slot whose address it got, so a call counts
    /// against all but descriptors.
    pub fn may_write(&self, function: &Function, region: Region) -> bool {
        let kind = function.regions[region].kind;
        let by_call = self.calls && !matches!(kind, RegionKind::Descriptor | RegionKind::Text);
        let by_list = self.lists && matches!(kind, RegionKind::List | RegionKind::Items);
        by_call || by_list || self.regions.iter().any(|written| written.may_alias(kind))
    }
}
