//! What earlier attempts at a loop found out, so that later ones start from there.

use crate::environment::{CalleeError, FunctionHandle};
use hotloop_ast::Stmt;
use hotloop_hir::{CalleeData, Local};
use hotloop_types::Type;
use rustc_hash::{FxHashMap, FxHashSet};

/// The types of the versions joined at the heads of loops, as far as known.
///
/// A loop is typed again when its joins turn out wider than assumed. In a nest each attempt at the outer loop repeats the inner ones: the
/// memo keeps the number of attempts proportional to the number of widenings instead of exponential in the depth.
#[derive(Clone, Debug, Default)]
pub(crate) struct LoopMemo {
    types: FxHashMap<(*const Stmt, Local), Type>,
    /// Those that a way back leaves unassigned.
    unassigned: FxHashSet<(*const Stmt, Local)>,
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

    pub(crate) fn set(&mut self, statement: &Stmt, local: Local, ty: Type) {
        self.types.insert((std::ptr::from_ref(statement), local), ty);
    }
}

/// The specialisations met, so that each is asked for once, also where it failed.
#[derive(Debug, Default)]
pub(crate) struct CalleeMemo {
    pub(crate) known: FxHashMap<(FunctionHandle, Vec<Type>), Result<CalleeData, CalleeError>>,
}
