//! Uses of elements in parallel loops of which nobody can prove that they belong to one iteration: advice for the author of the loop, who can ask
//! `HOTLOOP_RACE_CHECK=1` whether iterations meet there.
//!
//! An iteration has an element for itself where one of the indices is the loop's counter, times a number other than 0, plus what stays the same; and all that is written or
//! read of the array in the loop has the same index there. Arrays that are made within an iteration are its own. Works on functions as they are lowered.

use crate::races::is_chosen_by_number;
use hotloop_diagnostics::Span;
use hotloop_mir::{BinaryOp, Block, Constant, Function, InstKind, ParFor, RegionKind, Terminator, Value};
use rustc_hash::FxHashSet;

/// A use of elements that iterations may share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharedElements {
    /// The parallel loop.
    pub region: Span,
    /// Where they are used.
    pub access: Span,
    /// Whether they are written there; otherwise they are read, and written elsewhere in the loop.
    pub is_write: bool,
}

/// The uses in the parallel loops of a function, in its order, each place once.
pub fn shared_elements(function: &Function) -> Vec<SharedElements> {
    let mut found = Vec::new();
    for block in &function.layout {
        let data = &function.blocks[*block];
        if let Terminator::ParFor(par_for) = &data.terminator {
            Body::new(function, par_for, data.terminator_span).add_to(&mut found);
        }
    }
    found
}

/// `coefficient * counter + constant + symbols`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Affine {
    coefficient: i64,
    constant: i64,
    /// Values from outside, sorted.
    symbols: Vec<Value>,
}

/// The use of an element.
struct Use {
    /// The address of the array's first element, which is known outside.
    array: Value,
    /// The axis on which the counter tells elements apart, and how.
    apart: Option<(usize, Affine)>,
    is_write: bool,
    span: Span,
}

struct Body<'f> {
    function: &'f Function,
    region: Span,
    blocks: Vec<Block>,
    inside: FxHashSet<Value>,
    /// What differs in each iteration.
    counters: FxHashSet<Value>,
}

impl<'f> Body<'f> {
    fn new(function: &'f Function, par_for: &ParFor, region: Span) -> Self {
        let (mut blocks, mut seen) = (vec![par_for.body], FxHashSet::default());
        seen.insert(par_for.body);
        let mut at = 0;
        while let Some(block) = blocks.get(at).copied() {
            at += 1;
            function.blocks[block].terminator.for_each_target(|target| {
                if seen.insert(target) {
                    blocks.push(target);
                }
            });
        }
        let mut counters: FxHashSet<Value> =
            function.blocks[par_for.body].parameters.first().copied().into_iter().collect();
        let mut inside = FxHashSet::default();
        for block in &blocks {
            let data = &function.blocks[*block];
            inside.extend(data.parameters.iter().copied());
            data.insts.iter().for_each(|inst| inside.extend(function.insts[*inst].results.iter().copied()));
            // A loop of the same statement runs the iterations of a chunk.
            if *block != par_for.body && data.terminator_span == region {
                counters.extend(data.parameters.first().copied());
            }
        }
        Self { function, region, blocks, inside, counters }
    }

    fn add_to(&self, found: &mut Vec<SharedElements>) {
        let uses: Vec<Use> = self.blocks.iter().flat_map(|block| self.uses_in(*block)).collect();
        for one in &uses {
            let first = uses.iter().find(|other| other.array == one.array && other.is_write);
            let Some(first) = first else { continue };
            let shared = SharedElements { region: self.region, access: one.span, is_write: one.is_write };
            if (one.apart.is_none() || one.apart != first.apart) && !found.contains(&shared) {
                found.push(shared);
            }
        }
    }

    fn uses_in(&self, block: Block) -> Vec<Use> {
        let insts = self.function.blocks[block].insts.iter();
        let uses = insts.filter_map(|inst| {
            let data = &self.function.insts[*inst];
            let (address, region, is_write) = match data.kind {
                InstKind::Load { address, region, .. } => (address, region, false),
                InstKind::Store { address, region, .. } => (address, region, true),
                _ => return None,
            };
            match self.function.regions[region].kind {
                RegionKind::Argument(_) | RegionKind::Allocation(_) | RegionKind::Unknown => {}
                RegionKind::Descriptor
                | RegionKind::Stack
                | RegionKind::Text
                | RegionKind::List
                | RegionKind::Items
                | RegionKind::Frame(_) => return None,
            }
            self.use_of(address, is_write, data.span)
        });
        uses.collect()
    }

    /// What an address says; none if the array is the iteration's, or the thread's.
    fn use_of(&self, address: Value, is_write: bool, span: Span) -> Option<Use> {
        let (mut rest, mut indices) = (address, Vec::new());
        while let Some(InstKind::PtrAdd { base, offset }) = self.defining(rest) {
            if is_chosen_by_number(self.function, *offset, &[]) {
                return None;
            }
            match self.defining(*offset) {
                Some(InstKind::Const(_)) => {}
                Some(InstKind::Binary(BinaryOp::Imul | BinaryOp::Shl, index, _)) => indices.push(*index),
                _ => indices.push(*offset),
            }
            rest = *base;
        }
        if self.inside.contains(&rest) {
            return None;
        }
        indices.reverse();
        let apart = indices.iter().enumerate().find_map(|(axis, index)| {
            let index = self.affine(*index, 8)?;
            (index.coefficient != 0).then_some((axis, index))
        });
        Some(Use { array: rest, apart, is_write, span })
    }

    fn defining(&self, value: Value) -> Option<&'f InstKind> {
        Some(&self.function.insts[self.function.defining_inst(value)?].kind)
    }

    /// An index by the counter, if it is a sum with it; looks so deep.
    fn affine(&self, value: Value, depth: usize) -> Option<Affine> {
        if self.counters.contains(&value) {
            return Some(Affine { coefficient: 1, ..Affine::default() });
        }
        if let Some(Constant::Int(_, constant)) = self.function.constant(value) {
            return Some(Affine { constant, ..Affine::default() });
        }
        if !self.inside.contains(&value) {
            return Some(Affine { symbols: vec![value], ..Affine::default() });
        }
        let depth = depth.checked_sub(1)?;
        match self.defining(value)? {
            InstKind::CheckBounds { index, .. } => self.affine(*index, depth),
            InstKind::Binary(BinaryOp::Iadd, a, b) => {
                let (a, b) = (self.affine(*a, depth)?, self.affine(*b, depth)?);
                let mut symbols = [a.symbols, b.symbols].concat();
                symbols.sort_unstable();
                let coefficient = a.coefficient.checked_add(b.coefficient)?;
                Some(Affine { coefficient, constant: a.constant.checked_add(b.constant)?, symbols })
            }
            InstKind::Binary(BinaryOp::Isub, a, b) => {
                let (a, b) = (self.affine(*a, depth)?, self.affine(*b, depth)?);
                let coefficient = a.coefficient.checked_sub(b.coefficient)?;
                let constant = a.constant.checked_sub(b.constant)?;
                b.symbols.is_empty().then_some(Affine { coefficient, constant, symbols: a.symbols })
            }
            // The step of the loop is not 0, whatever it is.
            InstKind::Binary(BinaryOp::Imul, a, b)
                if self.counters.contains(a) && !self.inside.contains(b) =>
            {
                Some(Affine { coefficient: 1, ..Affine::default() })
            }
            InstKind::Binary(BinaryOp::Imul, a, b) => {
                let (a, b) = (self.affine(*a, depth)?, self.affine(*b, depth)?);
                let (by, of) = if a.coefficient == 0 && a.symbols.is_empty() { (a, b) } else { (b, a) };
                let is_number = by.coefficient == 0 && by.symbols.is_empty() && of.symbols.is_empty();
                let coefficient = of.coefficient.checked_mul(by.constant)?;
                let constant = of.constant.checked_mul(by.constant)?;
                is_number.then_some(Affine { coefficient, constant, symbols: Vec::new() })
            }
            _ => None,
        }
    }
}
