//! Joins: versions that meet become parameters of a block, and each edge converts what it passes.
//!
//! A joined version of an array holds a reference of its own, unless all that meets belongs to the caller: an edge hands over the reference of a
//! version that nothing needs any more, and adds one otherwise.

use crate::liveness::{LiveSet, without};
use crate::lowering::{Binding, Lowering};
use crate::ownership::Holder;
use crate::values::{Lifetime, Operand, flat_types};
use hotloop_hir::{Edge, Move, Stmt, Version};
use hotloop_index::IdSet;
use hotloop_mir::{Block, MachineType, Value};

/// A block where versions meet.
#[derive(Debug)]
pub(crate) struct Join {
    /// The block.
    pub(crate) block: Block,
    /// The versions that are joined there.
    pub(crate) versions: Vec<Version>,
    /// Of which versions the caller keeps the arrays alive, whichever way control comes: they hold no references.
    borrowed: IdSet<Version>,
    /// The block's parameters for the versions, each with its flag first if it may be unassigned.
    pub(crate) parameters: Vec<Value>,
}

/// The arguments that a jump passes for joined versions.
fn flattened(bindings: Vec<Binding>) -> Vec<Value> {
    let mut arguments = Vec::new();
    for binding in bindings {
        arguments.extend(binding.assigned);
        binding.operand.flatten(&mut arguments);
    }
    arguments
}

impl Lowering<'_> {
    /// What is needed behind a statement besides the versions joined there.
    pub(crate) fn live_at(&self, statement: &Stmt, joins: &[Version]) -> LiveSet {
        if self.liveness.is_trivial() {
            return LiveSet::new();
        }
        let mut live = without(self.liveness.after(statement), joins);
        live.union_with(&self.needed_again);
        live
    }

    /// A new block where versions meet.
    pub(crate) fn new_join(&mut self, versions: &[Version]) -> Join {
        let block = self.code.new_block();
        self.join_at(block, versions)
    }

    /// Makes parameters for versions that meet at a block, behind those it has.
    pub(crate) fn join_at(&mut self, block: Block, versions: &[Version]) -> Join {
        let mut types = Vec::new();
        for version in versions {
            let data = &self.source.versions[*version];
            types.extend(data.maybe_unassigned.then_some(MachineType::I1));
            flat_types(&data.ty, &mut types);
        }
        let parameters = types.into_iter().map(|ty| self.code.add_parameter(block, ty)).collect();
        Join { block, versions: versions.to_vec(), borrowed: IdSet::new(), parameters }
    }

    /// A new block where all ways meet by these edges.
    pub(crate) fn new_join_of(&mut self, versions: &[Version], edges: &[Option<&Edge>]) -> Join {
        let is_borrowed = |source: Option<Version>| {
            source.is_none_or(|source| self.binding(source).operand.is_kept_by_caller())
        };
        let mut borrowed: IdSet<Version> = versions.iter().copied().collect();
        for each in edges.iter().flatten().flat_map(|edge| &edge.moves) {
            if !is_borrowed(each.source) {
                borrowed.remove(each.target);
            }
        }
        Join { borrowed, ..self.new_join(versions) }
    }

    /// Goes on where versions meet.
    pub(crate) fn start_join(&mut self, join: Join) {
        self.code.start(join.block);
        self.bind_join(&join);
    }

    /// At the start of the block: the versions are its parameters.
    pub(crate) fn bind_join(&mut self, join: &Join) {
        let bindings = self.join_bindings(join);
        for (version, binding) in join.versions.iter().zip(bindings) {
            self.bind_held(*version, binding);
        }
    }

    /// What the joined versions are at the start of the block.
    pub(crate) fn join_bindings(&mut self, join: &Join) -> Vec<Binding> {
        let mut parameters = join.parameters.iter().copied();
        let mut bindings = Vec::with_capacity(join.versions.len());
        for version in &join.versions {
            let data = &self.source.versions[*version];
            let assigned = if data.maybe_unassigned { parameters.next() } else { None };
            let lifetime =
                if join.borrowed.contains(*version) { Lifetime::Caller } else { Lifetime::Borrowed };
            let operand = self.code.unflatten(&data.ty, &mut parameters, lifetime);
            bindings.push(Binding { operand, assigned });
        }
        bindings
    }

    /// Binds a version that comes with references, but for what the caller keeps alive.
    fn bind_held(&mut self, version: Version, binding: Binding) {
        binding.operand.for_each_owner(&mut |owner, lifetime| {
            if lifetime != Lifetime::Caller {
                self.code.hold(owner, Holder::Version(version));
            }
        });
        self.bind(version, binding);
    }

    /// Jumps along an edge to a block where versions meet.
    pub(crate) fn jump_to_join(&mut self, edge: Option<&Edge>, live: &LiveSet, join: &Join) {
        let bindings = self.take_edge(edge, live, &join.versions, &join.borrowed);
        self.code.jump(join.block, flattened(bindings));
    }

    /// Jumps from where an error has arrived to where the handlers begin. Only then are values released that an expression had not finished with.
    pub(crate) fn jump_to_landing(&mut self, edge: &Edge, live: &LiveSet, dispatch: &Join) {
        let bindings = self.take_edge(Some(edge), live, &dispatch.versions, &dispatch.borrowed);
        self.code.release_where(|holder| holder == Holder::Temporary);
        self.code.jump(dispatch.block, flattened(bindings));
    }

    /// Leaves the current point by an edge: what is passed for the versions joined at its end.
    pub(crate) fn edge_arguments(
        &mut self,
        edge: Option<&Edge>,
        live: &LiveSet,
        joins: &[Version],
    ) -> Vec<Value> {
        flattened(self.take_edge(edge, live, joins, &IdSet::new()))
    }

    /// Goes along an edge without a block at its end: the joined versions are what comes in.
    pub(crate) fn bind_edge(&mut self, edge: Option<&Edge>, live: &LiveSet, joins: &[Version]) {
        let bindings = self.take_edge(edge, live, joins, &IdSet::new());
        for (version, binding) in joins.iter().zip(bindings) {
            self.bind_held(*version, binding);
        }
    }

    /// What each joined version is on an edge, its arrays with a reference each that is no longer counted as held here; what is not
    /// needed at the end of the edge is released.
    fn take_edge(
        &mut self,
        edge: Option<&Edge>,
        live: &LiveSet,
        joins: &[Version],
        borrowed: &IdSet<Version>,
    ) -> Vec<Binding> {
        let edge = edge.expect("HIR: an edge leads to where control falls through");
        assert!(
            edge.moves.iter().map(|each| each.target).eq(joins.iter().copied()),
            "HIR: an edge lists the joined versions"
        );
        let bindings = edge
            .moves
            .iter()
            .map(|each| self.take_move(*each, live, borrowed.contains(each.target)))
            .collect();
        self.code.release_where(|holder| match holder {
            Holder::Version(version) => !live.contains(version),
            Holder::Caught(_) | Holder::Temporary => false,
        });
        bindings
    }

    fn take_move(&mut self, each: Move, live: &LiveSet, is_borrowed: bool) -> Binding {
        let target = &self.source.versions[each.target];
        let Some(source) = each.source else {
            assert!(target.maybe_unassigned, "HIR: {} may be unassigned", self.describe(each.target));
            let assigned = Some(self.code.boolean(false));
            return Binding { operand: self.code.placeholder(&target.ty), assigned };
        };
        let Binding { operand, assigned } = self.binding(source).clone();
        assert!(
            assigned.is_none() || target.maybe_unassigned,
            "HIR: {} may be unassigned",
            self.describe(each.target)
        );
        let assigned = target.maybe_unassigned.then(|| assigned.unwrap_or_else(|| self.code.boolean(true)));
        let converted = self.converted(&operand, self.version_type(source), &target.ty);
        if is_borrowed {
            return Binding { operand: converted, assigned };
        }
        self.pass_references(source, &operand, live);
        Binding { operand: converted.with_lifetime(Lifetime::Borrowed), assigned }
    }

    fn pass_references(&mut self, source: Version, operand: &Operand, live: &LiveSet) {
        let holder = Holder::Version(source);
        if self.code.holdings.is_held_by(holder) && !live.contains(source) {
            self.code.holdings.forget(holder);
        } else {
            operand.for_each_owner(&mut |owner, _| self.code.retain(owner));
        }
    }
}
