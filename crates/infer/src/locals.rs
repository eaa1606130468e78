//! The local variables of a function: its parameters and every name it assigns anywhere, as in Python.

use hotloop_ast::{Expr, ExprKind, FunctionDef, Name, Stmt, StmtKind};
use hotloop_hir::Local;
use hotloop_index::{Id, IdSet};
use rustc_hash::FxHashMap;

/// The locals by name.
#[derive(Debug, Default)]
pub(crate) struct Locals {
    by_name: FxHashMap<Name, Local>,
    names: Vec<Name>,
}

impl Locals {
    pub(crate) fn of(function: &FunctionDef) -> Self {
        let mut locals = Self::default();
        for parameter in &function.parameters.items {
            locals.add(&parameter.name.name);
        }
        visit_assigned(&function.body, &mut |name| locals.add(name));
        locals
    }

    fn add(&mut self, name: &Name) {
        if !self.by_name.contains_key(name) {
            self.by_name.insert(name.clone(), Local::new(self.names.len()));
            self.names.push(name.clone());
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<Local> {
        self.by_name.get(name).copied()
    }

    /// The names in the order of their locals.
    pub(crate) fn names(&self) -> &[Name] {
        &self.names
    }

    /// The locals that statements assign, those of nested blocks included.
    pub(crate) fn assigned_in(&self, body: &[Stmt]) -> IdSet<Local> {
        let mut assigned = IdSet::new();
        visit_assigned(body, &mut |name| {
            self.find(name).map(|local| assigned.insert(local));
        });
        assigned
    }
}

/// The names that a target assigns.
pub(crate) fn visit_target(target: &Expr, visit: &mut dyn FnMut(&Name)) {
    match &target.kind {
        ExprKind::Name(name) => visit(name),
        ExprKind::Tuple(items) | ExprKind::List(items) => {
            items.iter().for_each(|item| visit_target(item, visit));
        }
        ExprKind::Starred(inner) => visit_target(inner, visit),
        // Elements and attributes assign no name; anything else is no target.
        _ => {}
    }
}

/// The names that statements assign. Those of constructs that inference refuses do not matter.
fn visit_assigned(body: &[Stmt], visit: &mut dyn FnMut(&Name)) {
    for statement in body {
        match &statement.kind {
            StmtKind::Assign { targets, .. } => {
                targets.iter().for_each(|target| visit_target(target, visit));
            }
            StmtKind::AugAssign { target, .. } | StmtKind::AnnAssign { target, .. } => {
                visit_target(target, visit);
            }
            StmtKind::If { then, otherwise, .. } => {
                visit_assigned(then, visit);
                visit_assigned(otherwise, visit);
            }
            StmtKind::While { body, otherwise, .. } => {
                visit_assigned(body, visit);
                visit_assigned(otherwise, visit);
            }
            StmtKind::For { target, body, otherwise, .. } => {
                visit_target(target, visit);
                visit_assigned(body, visit);
                visit_assigned(otherwise, visit);
            }
            StmtKind::Try { body, handlers, otherwise, finally, .. } => {
                visit_assigned(body, visit);
                for handler in handlers {
                    handler.name.iter().for_each(|name| visit(&name.name));
                    visit_assigned(&handler.body, visit);
                }
                visit_assigned(otherwise, visit);
                visit_assigned(finally, visit);
            }
            StmtKind::Delete(targets) => targets.iter().for_each(|target| visit_target(target, visit)),
            StmtKind::Expr(_)
            | StmtKind::With { .. }
            | StmtKind::Match { .. }
            | StmtKind::Function(_)
            | StmtKind::Class(_)
            | StmtKind::Return(_)
            | StmtKind::Raise { .. }
            | StmtKind::Assert { .. }
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_)
            | StmtKind::Import(_)
            | StmtKind::ImportFrom { .. }
            | StmtKind::TypeAlias { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Pass
            | StmtKind::Skipped => {}
        }
    }
}
