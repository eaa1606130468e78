//! Which locals may still be read at the places where ways meet: behind an `if`, at the head of a loop and behind it.
//!
//! Only these are joined, so that a name used for two things of different type in two places makes no trouble. One walk backwards; a loop's
//! body is walked twice, once to find what its head needs and once with that known. The transfer of a block is distributive, so the first
//! walk, made with nothing live at the head, already gives the head's final set.

use crate::locals::{Locals, visit_captures, visit_target, visit_walrus};
use crate::reads::visit_names;
use hotloop_ast::{Expr, ExprKind, Identifier, MatchCase, Pattern, PatternKind, Stmt, StmtKind};
use hotloop_hir::Local;
use hotloop_index::IdSet;
use rustc_hash::FxHashMap;

/// What is known around an `if` or a loop.
#[derive(Debug, Default)]
pub(crate) struct Around {
    /// Live at the head of a loop, before its condition, or where the handlers of a `try` begin; empty for an `if`.
    pub(crate) head: IdSet<Local>,
    /// Live behind the statement.
    pub(crate) after: IdSet<Local>,
    /// Assigned by a loop, its target included and its `else` block not, or by what the handlers of a `try` protect; empty for an `if`.
    pub(crate) assigned: IdSet<Local>,
    /// Read by an iteration of a loop before that iteration assigns them; empty for an `if`. A target may be among them.
    pub(crate) exposed: IdSet<Local>,
    /// Live where the handlers around a loop begin.
    pub(crate) in_handlers: IdSet<Local>,
    /// Live where the `finally` block of a `try` begins.
    pub(crate) cleanup: IdSet<Local>,
    /// Assigned by what the `finally` block comes behind.
    pub(crate) cleanup_assigned: IdSet<Local>,
}

/// The sets by statement.
#[derive(Debug, Default)]
pub(crate) struct Liveness {
    around: FxHashMap<*const Stmt, Around>,
}

impl Liveness {
    pub(crate) fn of(body: &[Stmt], locals: &Locals) -> Self {
        Self::with_live(body, locals, IdSet::new())
    }

    /// The sets within statements behind which, and wherever they lead, these locals are live.
    pub(crate) fn with_live(body: &[Stmt], locals: &Locals, live: IdSet<Local>) -> Self {
        let mut walk = Walk { locals, found: Self::default(), in_handlers: live.clone() };
        walk.block(body, live, &Targets::default(), true);
        walk.found
    }

    /// Adds the sets of other statements.
    pub(crate) fn add(&mut self, other: Self) {
        self.around.extend(other.around);
    }

    /// The sets around an `if` or loop of the body this was made of.
    pub(crate) fn around(&self, statement: &Stmt) -> &Around {
        self.around.get(&std::ptr::from_ref(statement)).expect("every `if` and loop of the body was walked")
    }
}

type Live = IdSet<Local>;

/// What is live where `break` and `continue` lead.
#[derive(Default)]
struct Targets {
    exit: Live,
    head: Live,
}

struct Walk<'a> {
    locals: &'a Locals,
    found: Liveness,
    /// Live where errors go: an error may come from anywhere.
    in_handlers: Live,
}

impl Walk<'_> {
    fn block(&mut self, body: &[Stmt], after: Live, targets: &Targets, record: bool) -> Live {
        let mut live = after;
        live.union_with(&self.in_handlers);
        for statement in body.iter().rev() {
            live = self.statement(statement, live, targets, record);
            live.union_with(&self.in_handlers);
        }
        live
    }

    fn statement(&mut self, statement: &Stmt, mut live: Live, targets: &Targets, record: bool) -> Live {
        match &statement.kind {
            StmtKind::Expr(value) => self.read(value, &mut live),
            StmtKind::Assign { targets, value } => {
                targets.iter().for_each(|target| self.write(target, &mut live));
                self.read(value, &mut live);
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.read(target, &mut live);
                self.read(value, &mut live);
            }
            StmtKind::AnnAssign { target, value, .. } => {
                if let Some(value) = value {
                    self.write(target, &mut live);
                    self.read(value, &mut live);
                }
            }
            StmtKind::If { branches, otherwise } => {
                let mut before = self.block(otherwise, live.clone(), targets, record);
                for branch in branches.iter().rev() {
                    before.union_with(&self.block(&branch.body, live.clone(), targets, record));
                    self.read(&branch.condition, &mut before);
                }
                if record {
                    let around = Around { after: live, ..Around::default() };
                    self.found.around.insert(statement, around);
                }
                return before;
            }
            StmtKind::While { condition, body, otherwise } => {
                let parts =
                    LoopParts { statement, condition: Some(condition), target: None, body, otherwise };
                return self.repeated(&parts, live, targets, record);
            }
            StmtKind::For { target, iterable, body, otherwise, .. } => {
                let parts = LoopParts { statement, condition: None, target: Some(target), body, otherwise };
                let mut before = self.repeated(&parts, live, targets, record);
                self.read(iterable, &mut before);
                return before;
            }
            StmtKind::Return(value) => {
                live = Live::default();
                value.iter().for_each(|value| self.read(value, &mut live));
            }
            StmtKind::Raise { exception, .. } => {
                live = Live::default();
                exception.iter().for_each(|exception| self.read(exception, &mut live));
            }
            StmtKind::Assert { condition, message } => {
                message.iter().for_each(|message| self.read(message, &mut live));
                self.read(condition, &mut live);
            }
            StmtKind::Match { subject, cases } => {
                return self.match_statement((statement, subject, cases), live, targets, record);
            }
            StmtKind::Break => live = targets.exit.clone(),
            StmtKind::Continue => live = targets.head.clone(),
            StmtKind::Try { .. } => return self.guarded(statement, live, targets, record),
            StmtKind::Delete(names) => names.iter().for_each(|target| {
                self.write(target, &mut live);
                self.read(target, &mut live);
            }),
            StmtKind::Function(function) => {
                if let Some(local) = self.locals.find(&function.name.name) {
                    live.remove(local);
                }
            }
            StmtKind::With { .. }
            | StmtKind::Class(_)
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_)
            | StmtKind::Import(_)
            | StmtKind::ImportFrom { .. }
            | StmtKind::TypeAlias { .. }
            | StmtKind::Pass
            | StmtKind::Skipped => {}
        }
        live
    }

    fn guarded(&mut self, statement: &Stmt, after: Live, targets: &Targets, record: bool) -> Live {
        let StmtKind::Try { body, handlers, otherwise, finally, .. } = &statement.kind else { return after };
        let around = self.in_handlers.clone();
        // Behind a `finally` block goes whatever was left.
        let mut behind = after.clone();
        behind.union_with(&around);
        if !finally.is_empty() {
            behind.union_with(&targets.exit);
            behind.union_with(&targets.head);
        }
        let cleanup = self.block(finally, behind, targets, record);
        let ended = if finally.is_empty() { after.clone() } else { cleanup.clone() };
        if !finally.is_empty() {
            self.in_handlers.union_with(&cleanup);
        }
        let mut head = self.in_handlers.clone();
        for handler in handlers {
            head.union_with(&self.block(&handler.body, ended.clone(), targets, record));
        }
        let before_otherwise = self.block(otherwise, ended.clone(), targets, record);
        self.in_handlers.clone_from(&head);
        let before = self.block(body, before_otherwise, targets, record);
        self.in_handlers = around;
        if record {
            let mut cleanup_assigned = self.locals.assigned_in(body);
            for handler in handlers {
                cleanup_assigned.union_with(&self.locals.assigned_in(&handler.body));
                let name = handler.name.as_ref().and_then(|name| self.locals.find(&name.name));
                name.into_iter().for_each(|local| {
                    cleanup_assigned.insert(local);
                });
            }
            cleanup_assigned.union_with(&self.locals.assigned_in(otherwise));
            let assigned = self.locals.assigned_in(body);
            // The body and the handlers meet in front of a `finally` block.
            let after = ended;
            let around = Around { head, after, assigned, cleanup, cleanup_assigned, ..Around::default() };
            self.found.around.insert(statement, around);
        }
        before
    }

    fn match_statement(
        &mut self,
        (statement, subject, cases): (&Stmt, &Expr, &[MatchCase]),
        live: Live,
        targets: &Targets,
        record: bool,
    ) -> Live {
        let mut before = live.clone();
        for case in cases.iter().rev() {
            let mut taken = self.block(&case.body, live.clone(), targets, record);
            case.guard.iter().for_each(|guard| self.read(guard, &mut taken));
            visit_captures(&case.pattern, &mut |name| {
                self.locals.find(name).map(|local| taken.remove(local));
            });
            before.union_with(&taken);
            self.read_pattern(&case.pattern, &mut before);
        }
        self.read(subject, &mut before);
        if record {
            self.found.around.insert(statement, Around { after: live, ..Around::default() });
        }
        before
    }

    /// The locals that the values within a pattern read.
    fn read_pattern(&self, pattern: &Pattern, live: &mut Live) {
        match &pattern.kind {
            PatternKind::Value(value) => self.read(value, live),
            PatternKind::As { pattern, .. } => self.read_pattern(pattern, live),
            PatternKind::Sequence(parts) | PatternKind::Or(parts) => {
                parts.iter().for_each(|part| self.read_pattern(part, live));
            }
            PatternKind::Class { positional, .. } => {
                positional.iter().for_each(|part| self.read_pattern(part, live));
            }
            PatternKind::Wildcard
            | PatternKind::Capture(_)
            | PatternKind::Star(_)
            | PatternKind::Mapping { .. } => {}
        }
    }

    fn repeated(&mut self, parts: &LoopParts<'_>, after: Live, outer: &Targets, record: bool) -> Live {
        let ended = self.block(parts.otherwise, after.clone(), outer, record);
        let mut inner = Targets { exit: after, head: Live::default() };
        let mut head = self.block(parts.body, Live::default(), &inner, false);
        let exposed = self.exposed(parts, &head);
        parts.target.iter().for_each(|target| self.write(target, &mut head));
        head.union_with(&ended);
        parts.condition.iter().for_each(|condition| self.read(condition, &mut head));
        if record {
            inner.head = head.clone();
            self.block(parts.body, head.clone(), &inner, true);
            let mut assigned = self.locals.assigned_in(parts.body);
            parts.condition.iter().for_each(|condition| {
                visit_walrus(condition, &mut |name| {
                    self.locals.find(name).map(|local| assigned.insert(local));
                })
            });
            parts.target.iter().for_each(|target| {
                self.visit_written(target, |local| {
                    assigned.insert(local);
                })
            });
            let around = Around {
                head: head.clone(),
                after: inner.exit,
                assigned,
                exposed,
                in_handlers: self.in_handlers.clone(),
                ..Around::default()
            };
            self.found.around.insert(parts.statement, around);
        }
        head
    }

    /// What an iteration itself reads before it assigns it: not what is read where an error of it is caught.
    fn exposed(&mut self, parts: &LoopParts<'_>, head: &Live) -> Live {
        if self.in_handlers == Live::default() {
            return head.clone();
        }
        let around = std::mem::take(&mut self.in_handlers);
        let exposed = self.block(parts.body, Live::default(), &Targets::default(), false);
        self.in_handlers = around;
        exposed
    }

    fn visit_written(&self, target: &Expr, mut visit: impl FnMut(Local)) {
        visit_target(target, &mut |name| {
            if let Some(local) = self.locals.find(name) {
                visit(local);
            }
        });
    }

    /// Takes the locals that a target assigns out, and puts in those that it reads.
    fn write(&self, target: &Expr, live: &mut Live) {
        self.visit_written(target, |local| {
            live.remove(local);
        });
        self.read_places(target, live);
    }

    /// The locals that the elements within a target read.
    fn read_places(&self, target: &Expr, live: &mut Live) {
        match &target.kind {
            ExprKind::Name(_) => {}
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().for_each(|item| self.read_places(item, live));
            }
            _ => self.read(target, live),
        }
    }

    fn read(&self, value: &Expr, live: &mut Live) {
        let mut assigned = Vec::new();
        certain_walruses(value, &mut assigned);
        for local in assigned.into_iter().filter_map(|target| self.locals.find(&target.name)) {
            live.remove(local);
        }
        visit_names(value, &mut |name, _| {
            for name in std::iter::once(name).chain(self.locals.captured_by(name).iter().map(|name| &**name))
            {
                if let Some(local) = self.locals.find(name) {
                    live.insert(local);
                }
            }
        });
    }
}

struct LoopParts<'a> {
    statement: &'a Stmt,
    condition: Option<&'a Expr>,
    target: Option<&'a Expr>,
    body: &'a [Stmt],
    otherwise: &'a [Stmt],
}

/// What assignment expressions assign on every way through an expression: what stands behind `and`, `or`, a condition or the second comparison of a chain may not be computed.
fn certain_walruses<'e>(expression: &'e Expr, names: &mut Vec<&'e Identifier>) {
    match &expression.kind {
        ExprKind::Lambda { .. }
        | ExprKind::ListComprehension { .. }
        | ExprKind::SetComprehension { .. }
        | ExprKind::DictComprehension { .. }
        | ExprKind::Generator { .. } => {}
        ExprKind::Walrus { target, value } => {
            names.push(target);
            certain_walruses(value, names);
        }
        ExprKind::BoolChain { operands, .. } => {
            operands.iter().take(1).for_each(|value| certain_walruses(value, names))
        }
        ExprKind::Conditional { condition, .. } => certain_walruses(condition, names),
        ExprKind::Compare { first, rest } => {
            let compared = std::iter::once(&**first).chain(rest.iter().take(1).map(|(_, right)| right));
            compared.for_each(|value| certain_walruses(value, names));
        }
        _ => expression.for_each_child(&mut |child| certain_walruses(child, names)),
    }
}
