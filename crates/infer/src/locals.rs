//! The local variables of a function: its parameters and every name it assigns anywhere, as in Python.

use crate::inner::{inner_functions, times_bound};
use hotloop_ast::{Alias, Expr, ExprKind, FunctionDef, Name, Pattern, PatternKind, Stmt, StmtKind};
use hotloop_hir::Local;
use hotloop_index::{Id, IdSet};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// The locals by name.
#[derive(Debug, Default)]
pub(crate) struct Locals {
    by_name: FxHashMap<Name, Local>,
    names: Vec<Name>,
    /// What the functions within capture that a name is bound to.
    captures: FxHashMap<Name, Vec<Name>>,
    /// How often each name is bound; absent without functions within.
    times_bound: BTreeMap<Name, usize>,
}

impl Locals {
    /// Those of a function that reads the variables `captured` of functions around it.
    pub(crate) fn of(function: &FunctionDef, captured: &[Name]) -> Self {
        let mut locals = Self::default();
        captured.iter().for_each(|name| locals.add(name));
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

    /// Adds what is known of the functions within.
    pub(crate) fn with_inner(mut self, function: &FunctionDef, captured: &[Name]) -> Self {
        let inner = inner_functions(function, captured, &|_| Vec::new());
        if inner.is_empty() {
            return self;
        }
        for inner in inner {
            // A lambda without a name is read where it stands.
            let Some(name) = inner.bound_to else { continue };
            self.captures.entry(name).or_default().extend(inner.captures);
        }
        self.times_bound = times_bound(function);
        self
    }

    /// What a name that is read reads besides itself.
    pub(crate) fn captured_by(&self, name: &str) -> &[Name] {
        self.captures.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether a variable has one value in every call, once it has one; of variables of enclosing functions, that is so.
    pub(crate) fn is_assigned_once(&self, name: &str) -> bool {
        self.times_bound.get(name).is_none_or(|times| *times == 1)
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

/// The names that the assignment expressions in an expression assign.
pub(crate) fn visit_walrus(expression: &Expr, visit: &mut dyn FnMut(&Name)) {
    expression.for_each(&mut |part| {
        if let ExprKind::Walrus { target, .. } = &part.kind {
            visit(&target.name);
        }
    });
}

/// The names that the expressions of a statement itself assign.
fn visit_own_walrus(statement: &Stmt, visit: &mut dyn FnMut(&Name)) {
    statement.for_each_own_expr(&mut |expression| visit_walrus(expression, visit));
}

/// The names that a pattern captures.
pub(crate) fn visit_captures(pattern: &Pattern, visit: &mut dyn FnMut(&Name)) {
    match &pattern.kind {
        PatternKind::Capture(name) | PatternKind::Star(Some(name)) => visit(&name.name),
        PatternKind::As { pattern, name } => {
            visit_captures(pattern, visit);
            visit(&name.name);
        }
        PatternKind::Sequence(parts) | PatternKind::Or(parts) => {
            parts.iter().for_each(|part| visit_captures(part, visit));
        }
        PatternKind::Class { positional, .. } => {
            positional.iter().for_each(|part| visit_captures(part, visit));
        }
        PatternKind::Wildcard
        | PatternKind::Value(_)
        | PatternKind::Star(None)
        | PatternKind::Mapping { .. } => {}
    }
}

/// `import a.b` binds `a`, `import a.b as c` binds `c`.
fn bound_by_import(alias: &Alias) -> Name {
    match &alias.alias {
        Some(local) => local.name.clone(),
        None => alias.name.name.split('.').next().unwrap_or_default().into(),
    }
}

/// The names that statements assign. Those that a refused construct would bind are among them: where it stands, it was said what is wrong.
pub(crate) fn visit_assigned(body: &[Stmt], visit: &mut dyn FnMut(&Name)) {
    for statement in body {
        visit_own_walrus(statement, visit);
        match &statement.kind {
            StmtKind::Assign { targets, .. } => {
                targets.iter().for_each(|target| visit_target(target, visit));
            }
            StmtKind::AugAssign { target, .. } | StmtKind::AnnAssign { target, .. } => {
                visit_target(target, visit);
            }
            StmtKind::If { branches, otherwise } => {
                branches.iter().for_each(|branch| visit_assigned(&branch.body, visit));
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
            StmtKind::Function(function) => visit(&function.name.name),
            StmtKind::Class(class) => visit(&class.name.name),
            StmtKind::TypeAlias { name, .. } => visit(&name.name),
            StmtKind::Import(names) => names.iter().for_each(|alias| visit(&bound_by_import(alias))),
            StmtKind::ImportFrom { names, .. } => names.iter().for_each(|alias| {
                visit(&alias.alias.as_ref().unwrap_or(&alias.name).name);
            }),
            StmtKind::With { items, body, .. } => {
                items.iter().flat_map(|item| &item.target).for_each(|target| visit_target(target, visit));
                visit_assigned(body, visit);
            }
            StmtKind::Match { cases, .. } => cases.iter().for_each(|case| {
                visit_captures(&case.pattern, visit);
                visit_assigned(&case.body, visit);
            }),
            StmtKind::Expr(_)
            | StmtKind::Return(_)
            | StmtKind::Raise { .. }
            | StmtKind::Assert { .. }
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Pass
            | StmtKind::Skipped => {}
        }
    }
}
