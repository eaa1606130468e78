//! What each local is at a point of the function, and what becomes of it where ways meet.

use crate::function::Inference;
use hotloop_diagnostics::Span;
use hotloop_hir::{Edge, Local, Move, Version, VersionData};
use hotloop_index::{Id, IdSet};
use hotloop_types::{Type, unify};

/// What a local is at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binding {
    /// No way that leads here assigns it, or nobody will read it.
    Unassigned,
    /// This version, which may be unassigned itself.
    Version(Version),
    /// Its value has an error that was reported.
    Poisoned,
    /// Ways with types that have nothing in common meet here: an error if it is read.
    Conflict(ConflictId),
}

/// A conflict, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ConflictId(u32);

/// Two types that a variable would have at once.
#[derive(Clone, Debug)]
pub(crate) struct Conflict {
    pub(crate) local: Local,
    pub(crate) left_type: Type,
    pub(crate) left_span: Span,
    pub(crate) right_type: Type,
    pub(crate) right_span: Span,
}

/// What every named local is at a point, and every variable of the comprehensions around.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bindings {
    slots: Vec<Binding>,
}

impl Bindings {
    pub(crate) fn new(locals: usize) -> Self {
        Self { slots: vec![Binding::Unassigned; locals] }
    }

    pub(crate) fn get(&self, local: Local) -> Binding {
        self.slots.get(local.index()).copied().unwrap_or(Binding::Unassigned)
    }

    pub(crate) fn set(&mut self, local: Local, binding: Binding) {
        if self.slots.len() <= local.index() {
            // A variable of a comprehension.
            self.slots.resize(local.index() + 1, Binding::Unassigned);
        }
        self.slots[local.index()] = binding;
    }
}

/// The versions made where ways meet.
#[derive(Debug, Default)]
pub(crate) struct Joins {
    /// The locals joined, with their new versions.
    pub(crate) joined: Vec<(Local, Version)>,
}

impl Joins {
    pub(crate) fn versions(&self) -> Vec<Version> {
        self.joined.iter().map(|(_, version)| *version).collect()
    }

    /// What the joined versions are on a way at whose end the locals are `bindings`.
    pub(crate) fn edge(&self, bindings: &Bindings) -> Edge {
        let source = |local| match bindings.get(local) {
            Binding::Version(version) => Some(version),
            Binding::Unassigned | Binding::Poisoned | Binding::Conflict(_) => None,
        };
        let moves =
            self.joined.iter().map(|(local, target)| Move { target: *target, source: source(*local) });
        Edge { moves: moves.collect() }
    }
}

impl Inference<'_> {
    /// A new version of a local.
    pub(crate) fn new_version(&mut self, local: Local, ty: Type, span: Span) -> Version {
        let version = self.function.versions.push(VersionData { local, ty, maybe_unassigned: false, span });
        self.lists.forget(version);
        version
    }

    /// Joins, of the live locals, those whose bindings differ between the ways or lie in `always`; sets the current bindings.
    pub(crate) fn join_ways(
        &mut self,
        ways: &[&Bindings],
        live: &IdSet<Local>,
        always: &IdSet<Local>,
        span: Span,
    ) -> Joins {
        let mut joins = Joins::default();
        let mut result = ways[0].clone();
        for slot in 0..result.slots.len() {
            let local = Local::new(slot);
            let differs = ways[1..].iter().any(|way| way.get(local) != ways[0].get(local));
            if !differs && !always.contains(local) {
                continue;
            }
            if !live.contains(local) {
                result.set(local, Binding::Unassigned);
                continue;
            }
            let binding = self.join_local(local, ways.iter().map(|way| way.get(local)), span);
            if let Binding::Version(version) = binding {
                joins.joined.push((local, version));
            }
            result.set(local, binding);
        }
        self.bindings = result;
        joins
    }

    /// What a local is where these bindings meet: a new version if it has a value at all.
    pub(crate) fn join_local(
        &mut self,
        local: Local,
        incoming: impl Iterator<Item = Binding> + Clone,
        span: Span,
    ) -> Binding {
        let mut meeting = Meeting::default();
        let mut sites = Vec::new();
        for binding in incoming {
            if let Binding::Version(version) = binding {
                sites.extend(self.lists.sites_of_version(version));
            }
            self.meet(&mut meeting, binding);
        }
        match meeting.spoiled {
            Some(binding) => binding,
            None => match meeting.joined {
                None if meeting.awaits => Binding::Poisoned,
                None => Binding::Unassigned,
                Some((ty, _)) => {
                    let version = self.new_version(local, ty, span);
                    self.function.versions[version].maybe_unassigned = meeting.maybe_unassigned;
                    self.lists.set_sites(version, sites);
                    Binding::Version(version)
                }
            },
        }
    }

    pub(crate) fn meet(&mut self, meeting: &mut Meeting, binding: Binding) {
        match binding {
            Binding::Unassigned => meeting.maybe_unassigned = true,
            // The value of a recursive call, or one made of what only an iteration before assigns: the other ways tell what there is to
            // know in this round or attempt.
            Binding::Poisoned if self.awaited.is_some() || self.reads_too_early => meeting.awaits = true,
            Binding::Poisoned => meeting.spoiled = Some(binding),
            Binding::Conflict(_) => {
                meeting.spoiled.get_or_insert(binding);
            }
            Binding::Version(version) => {
                let data = &self.function.versions[version];
                meeting.maybe_unassigned |= data.maybe_unassigned;
                let Some((ty, from)) = &mut meeting.joined else {
                    meeting.joined = Some((data.ty.clone(), version));
                    return;
                };
                match unify(ty, &data.ty) {
                    Some(common) => {
                        *ty = common;
                        let versions = [*from, version];
                        self.meet_lists(versions);
                    }
                    None => {
                        let (left, left_type) = (*from, ty.clone());
                        let conflict = self.conflict(left, left_type, version);
                        meeting.spoiled.get_or_insert(conflict);
                    }
                }
            }
        }
    }

    fn conflict(&mut self, left: Version, left_type: Type, right: Version) -> Binding {
        let id = ConflictId(self.conflicts.len() as u32);
        let right_data = &self.function.versions[right];
        self.conflicts.push(Conflict {
            local: right_data.local,
            left_type,
            left_span: self.function.versions[left].span,
            right_type: right_data.ty.clone(),
            right_span: right_data.span,
        });
        Binding::Conflict(id)
    }

    /// The last conflict of a local among those from a number on.
    pub(crate) fn conflict_since(&self, first: usize, local: Local) -> Option<Binding> {
        let position = self.conflicts.iter().rposition(|conflict| conflict.local == local)?;
        (position >= first).then_some(Binding::Conflict(ConflictId(position as u32)))
    }

    pub(crate) fn conflict_data(&self, id: ConflictId) -> &Conflict {
        &self.conflicts[id.0 as usize]
    }
}

/// Bindings that meet, so far.
#[derive(Debug, Default)]
pub(crate) struct Meeting {
    /// The common type, and the first version that has a type.
    pub(crate) joined: Option<(Type, Version)>,
    /// What the result is if it has no version.
    pub(crate) spoiled: Option<Binding>,
    /// Whether a value that is not known yet is among them: the result of a recursive call, or what an iteration before leaves.
    pub(crate) awaits: bool,
    /// Whether a way without assignment is among them.
    pub(crate) maybe_unassigned: bool,
}
