//! Who holds references to the blocks of arrays, and what an error releases.
//!
//! Arrays are reference-counted. A version of an array owns a reference, but for parameters and copies of them, which are
//! borrowed from the caller for the whole call. So does an array that an expression made and nobody has taken yet. What is
//! held at the current point is known at all times: an error raised there goes to an unwind block that releases exactly this.
//! There is one unwind block for every set of references, in the function and in each parallel loop.
//!
//! An unwind block may use only what is defined before the protected block begins. So where the set of references has
//! changed since the current block began to raise, or holds one that is defined in the current block, a new block is begun.

use crate::code::Code;
use crate::guarded::Current;
use hotloop_hir::{Caught, Version};
use hotloop_mir::{Block, InstKind, RuntimeFunction, Terminator, Value};
use rustc_hash::FxHashMap;

/// The unwind blocks made so far.
#[derive(Debug, Default)]
pub(crate) struct UnwindBlocks {
    all: Vec<Block>,
    /// Those of the parallel loop around the current point, or of the function outside all, by the references that they release.
    known: FxHashMap<Vec<Value>, Block>,
}

impl UnwindBlocks {
    /// All of them, in the order they were made.
    pub(crate) fn into_blocks(self) -> Vec<Block> {
        self.all
    }

    /// Enters a parallel loop, whose body unwinds to blocks of its own; gives what [`leave`](Self::leave) takes.
    pub(crate) fn enter(&mut self) -> FxHashMap<Vec<Value>, Block> {
        std::mem::take(&mut self.known)
    }

    /// Leaves a parallel loop.
    pub(crate) fn leave(&mut self, outside: FxHashMap<Vec<Value>, Block>) {
        self.known = outside;
    }
}

/// Who holds a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// A version of a local.
    Version(Version),
    /// A caught error, of its strings.
    Caught(Caught),
    /// The value of an expression that nobody has taken yet.
    Temporary,
}

/// A reference to a block, held at the current point.
#[derive(Clone, Copy, Debug)]
struct Held {
    owner: Value,
    holder: Holder,
    /// Where the owner is defined, or a block behind that.
    defined_in: Block,
}

/// The references held at a point.
#[derive(Clone, Debug, Default)]
pub(crate) struct Holdings {
    held: Vec<Held>,
    /// What the locals are that handlers around join.
    pub(crate) current: Vec<Current>,
    /// Where errors go, if nothing has changed since it was asked for.
    pub(crate) unwind: Option<Option<Block>>,
    block_raises: bool,
}

impl Holdings {
    /// A new block has begun.
    pub(crate) fn enter_block(&mut self) {
        self.block_raises = false;
    }

    /// The current block may hold instructions that raise.
    pub(crate) fn assume_block_raises(&mut self) {
        self.block_raises = true;
    }

    /// Whether a version holds a reference.
    pub(crate) fn is_held_by(&self, holder: Holder) -> bool {
        self.held.iter().any(|held| held.holder == holder)
    }

    /// The versions that hold references.
    pub(crate) fn versions(&self) -> Vec<Version> {
        let version = |held: &Held| match held.holder {
            Holder::Version(version) => Some(version),
            Holder::Caught(_) | Holder::Temporary => None,
        };
        self.held.iter().filter_map(version).collect()
    }

    /// Forgets the references of a holder, which have gone elsewhere.
    pub(crate) fn forget(&mut self, holder: Holder) {
        self.held.retain(|held| held.holder != holder);
        self.unwind = None;
    }

    /// Forgets one reference to `owner` of that holder, which has gone elsewhere; tells whether there was one.
    pub(crate) fn forget_one(&mut self, owner: Value, holder: Option<Holder>) -> bool {
        let matches = |held: &Held| held.owner == owner && holder.is_none_or(|holder| held.holder == holder);
        let found = self.held.iter().rposition(matches);
        if let Some(position) = found {
            self.held.remove(position);
            self.unwind = None;
        }
        found.is_some()
    }

    /// Gives the references of one holder to another.
    pub(crate) fn rename(&mut self, from: Holder, to: Holder) {
        for held in self.held.iter_mut().filter(|held| held.holder == from) {
            held.holder = to;
        }
        self.unwind = None;
    }

    /// Gives one reference to `owner` that a temporary holds to another holder.
    pub(crate) fn take_temporary(&mut self, owner: Value, to: Holder) {
        let is_it = |held: &&mut Held| held.owner == owner && held.holder == Holder::Temporary;
        let held = self.held.iter_mut().rev().find(is_it).expect("a temporary array holds a reference");
        held.holder = to;
        self.unwind = None;
    }

    /// The references that are held, whoever holds them.
    pub(crate) fn owners(&self) -> Vec<Value> {
        self.held.iter().map(|held| held.owner).collect()
    }

    /// Whether the same references are held by the same holders.
    pub(crate) fn holds_the_same(&self, other: &Self) -> bool {
        let held = |holdings: &Self| -> Vec<_> {
            holdings.held.iter().map(|held| (held.owner, held.holder)).collect()
        };
        held(self) == held(other)
    }
}

impl Code {
    /// From here on a reference to the block `owner`, made in the current block or passed to it, is held.
    pub(crate) fn hold(&mut self, owner: Value, holder: Holder) {
        let defined_in = self.block();
        self.holdings.held.push(Held { owner, holder, defined_in });
        self.holdings.unwind = None;
    }

    /// Adds a reference to a block.
    pub(crate) fn retain(&mut self, owner: Value) {
        self.effect(InstKind::CallRuntime { function: RuntimeFunction::Retain, arguments: vec![owner] });
    }

    /// Takes a reference from a block.
    pub(crate) fn release(&mut self, owner: Value) {
        self.effect(InstKind::CallRuntime { function: RuntimeFunction::Release, arguments: vec![owner] });
    }

    /// Releases what the holders for which `is_dead` holds are holding, but for the versions that handlers around may still read.
    pub(crate) fn release_where(&mut self, mut is_dead: impl FnMut(Holder) -> bool) {
        if self.holdings.held.is_empty() {
            return;
        }
        let mut dead = Vec::new();
        let current = std::mem::take(&mut self.holdings.current);
        let is_current = |holder: Holder| match holder {
            Holder::Version(version) => {
                current.iter().any(|each| each.version.as_ref().is_some_and(|(known, _)| *known == version))
            }
            Holder::Caught(_) | Holder::Temporary => false,
        };
        self.holdings.held.retain(|held| {
            let goes = is_dead(held.holder) && !is_current(held.holder);
            if goes {
                dead.push(held.owner);
            }
            !goes
        });
        self.holdings.current = current;
        if !dead.is_empty() {
            self.holdings.unwind = None;
        }
        for owner in dead {
            self.release(owner);
        }
    }

    /// Makes the current block fit for an instruction that may raise.
    pub(crate) fn protect(&mut self) {
        let wanted = self.unwind_block();
        let block = self.block();
        if self.function.blocks[block].unwind != wanted {
            let defined_here = self.holdings.is_bound_in(block)
                || self.holdings.held.iter().any(|held| held.defined_in == block);
            if self.holdings.block_raises || defined_here {
                let next = self.new_block();
                self.jump(next, Vec::new());
                self.start(next);
            }
            let block = self.block();
            self.function.blocks[block].unwind = wanted;
        }
        self.holdings.block_raises = true;
    }

    /// Where an error at this point goes: to the handlers around, or to a block that releases all that is held.
    fn unwind_block(&mut self) -> Option<Block> {
        if let Some(known) = self.holdings.unwind {
            return known;
        }
        if !self.tries.is_empty() {
            let landing = self.landing();
            self.holdings.unwind = Some(Some(landing));
            return Some(landing);
        }
        let mut owners: Vec<Value> = self.holdings.held.iter().map(|held| held.owner).collect();
        owners.sort_unstable();
        let block = (!owners.is_empty()).then(|| self.unwind_block_of(owners));
        self.holdings.unwind = Some(block);
        block
    }

    fn unwind_block_of(&mut self, owners: Vec<Value>) -> Block {
        if let Some(known) = self.unwind_blocks.known.get(&owners) {
            return *known;
        }
        let block = self.new_block();
        for owner in owners.iter().rev() {
            let kind = InstKind::CallRuntime { function: RuntimeFunction::Release, arguments: vec![*owner] };
            self.function.append_inst(block, kind, self.span());
        }
        let span = self.span();
        let data = &mut self.function.blocks[block];
        data.terminator = Terminator::Reraise;
        data.terminator_span = span;
        self.unwind_blocks.all.push(block);
        self.unwind_blocks.known.insert(owners, block);
        block
    }
}
