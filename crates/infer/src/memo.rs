//! What earlier attempts at a loop found out, so that later ones start from there.

use crate::environment::{CalleeError, FunctionHandle};
use hotloop_ast::Stmt;
use hotloop_diagnostics::Span;
use hotloop_hir::{Callee, CalleeData, Local};
use hotloop_types::Type;
use rustc_hash::{FxHashMap, FxHashSet};

/// What is typed again until nothing in it is wider than assumed: the loops within an expression.
#[derive(Debug, Default)]
pub(crate) struct Settling {
    /// How often something was wider than assumed.
    pub(crate) widenings: u32,
    /// How many expressions around are being typed so.
    pub(crate) depth: u32,
    /// The iterations around that are written out: what one makes of an expression says nothing about another.
    pub(crate) copy: u64,
}

/// A value that a loop within an expression carries on: where the loop stands, in which copy of what is written out, and its number there.
pub(crate) type CarriedKey = (Span, u64, usize);

/// The types of the versions joined at the heads of loops, as far as known.
///
/// A loop is typed again when its joins turn out wider than assumed. In a nest each attempt at the outer loop repeats the inner ones: the
/// memo keeps the number of attempts proportional to the number of widenings instead of exponential in the depth.
#[derive(Clone, Debug, Default)]
pub(crate) struct LoopMemo {
    types: FxHashMap<(*const Stmt, Local), Type>,
    /// Those that a way back leaves unassigned.
    unassigned: FxHashSet<(*const Stmt, Local)>,
    carried: FxHashMap<CarriedKey, Type>,
}

impl LoopMemo {
    pub(crate) fn get(&self, statement: &Stmt, local: Local) -> Option<&Type> {
        self.types.get(&(std::ptr::from_ref(statement), local))
    }

    pub(crate) fn is_unassigned(&self, statement: &Stmt, local: Local) -> bool {
        self.unassigned.contains(&(std::ptr::from_ref(statement), local))
    }

    /// Tells whether it is new.
    pub(crate) fn set_unassigned(&mut self, statement: &Stmt, local: Local) -> bool {
        self.unassigned.insert((std::ptr::from_ref(statement), local))
    }

    pub(crate) fn carried(&self, key: CarriedKey) -> Option<&Type> {
        self.carried.get(&key)
    }

    pub(crate) fn set_carried(&mut self, key: CarriedKey, ty: Type) {
        self.carried.insert(key, ty);
    }

    pub(crate) fn set(&mut self, statement: &Stmt, local: Local, ty: Type) {
        self.types.insert((std::ptr::from_ref(statement), local), ty);
    }
}

/// The specialisations met, so that each is asked for once, also where it failed.
#[derive(Debug, Default)]
pub(crate) struct CalleeMemo {
    /// Where each symbol stood last in the function's table. What was taken back may stand there no more.
    pub(crate) places: FxHashMap<String, Callee>,
    pub(crate) known: FxHashMap<(FunctionHandle, Vec<Type>), Result<CalleeData, CalleeError>>,
}
