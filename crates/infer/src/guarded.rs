//! `try`: the handlers with the locals that an error leaves them, and `finally` on every way out.
//!
//! A handler finds each local as it was where the error came from: any version that the body makes, or the one before it. These are joined where the
//! handlers begin. A `finally` block is a handler of everything that raises again, and is typed anew on each other way out of what it guards: behind
//! it, and before each `return`, `break` and `continue` that leaves it. Those copies are not guarded themselves.

use crate::bindings::{Binding, Bindings, Joins, Meeting};
use crate::caught::{Raised, caught_of};
use crate::function::{Inference, Typed};
use crate::generators::catch_exit;
use crate::liveness::Liveness;
use crate::python_rules::early_bare_except;
use crate::statement::head_of;
use hotloop_ast as ast;
use hotloop_ast::{ExceptHandler, ExprKind as AstExpr, Name};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir as hir;
use hotloop_hir::{Catches, Caught, Edge, Handler, Local, StmtKind, Try};
use hotloop_index::{Id, IdSet};
use std::rc::Rc;

static TRY: Code = Code::new("HL0320", "a kind of `try` is not supported in a kernel yet");

/// How many copies of `finally` blocks, and of those behind `and` and `or`, a function may have.
pub(crate) const MAX_COPIES: u32 = 256;

/// A part of a `try` around the point reached.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) kind: GuardKind,
    /// How many loops lie around it.
    pub(crate) loops: usize,
}

/// The parts of a `try`.
#[derive(Debug)]
pub(crate) enum GuardKind {
    /// What its handlers protect; one of them may catch even what ends a generator.
    Body { catches_exit: bool },
    /// A handler, with the name that stands for the error, and what `raise` statements of the body raise that may arrive here.
    Handler { caught: Caught, name: Option<Name>, raised: Rc<[Raised]> },
    /// All that its `finally` block comes behind.
    Finally(Rc<[ast::Stmt]>),
    /// A copy of its `finally` block.
    Cleanup,
}

/// What the state was before a body.
struct Start {
    bindings: Bindings,
    versions: usize,
    conflicts: usize,
    deletions: usize,
    raised: usize,
}

/// A `try` as it stands in the source.
#[derive(Clone, Copy)]
pub(crate) struct TrySource<'s> {
    pub(crate) statement: &'s ast::Stmt,
    pub(crate) body: &'s [ast::Stmt],
    pub(crate) handlers: &'s [ExceptHandler],
    pub(crate) otherwise: &'s [ast::Stmt],
    pub(crate) finally: &'s [ast::Stmt],
}

impl Inference<'_> {
    pub(crate) fn try_statement(&mut self, is_star: bool, source: TrySource<'_>) -> Typed<()> {
        if is_star {
            let diagnostic = Diagnostic::error(
                &TRY,
                "`except*` is not supported yet in a kernel",
                head_of(source.statement),
            )
            .with_help("catch with `except`: a kernel raises no exception groups");
            return Err(self.report(diagnostic));
        }
        if source.finally.is_empty() { self.try_except(source) } else { self.try_finally(source) }
    }

    fn try_except(&mut self, source: TrySource<'_>) -> Typed<()> {
        let start = self.start();
        self.enter(GuardKind::Body { catches_exit: catch_exit(source.handlers) });
        let body = self.block(source.body);
        self.guards.pop();
        let raised = self.raised.get(start.raised..).unwrap_or_default().to_vec();
        let around = self.liveness.around(source.statement);
        let (assigned, live) = (around.assigned.clone(), around.head.clone());
        let (at_handlers, joins) = self.join_handlers(&start, &assigned, &live, head_of(source.statement));
        let (otherwise, end) = match self.reachable {
            true => self.branch(source.otherwise, self.bindings.clone()),
            false => (Vec::new(), None),
        };
        let mut ends = vec![end];
        let mut handlers = Vec::with_capacity(source.handlers.len());
        for (position, handler) in source.handlers.iter().enumerate() {
            let is_last = position + 1 == source.handlers.len();
            let catches = self.catches(handler, is_last).unwrap_or(Catches::AllButInterrupt);
            let (handler, end) = self.handler(catches, handler, &at_handlers, &raised);
            handlers.push(handler);
            ends.push(end);
        }
        let exits = self.join_ends(source.statement, &ends);
        let mut edges = ends.iter().map(|end| end.as_ref().map(|end| exits.edge(end)));
        let edge = edges.next().flatten();
        for (handler, edge) in handlers.iter_mut().zip(edges) {
            handler.edge = edge;
        }
        let entry = joins.edge(&start.bindings);
        let (joins, exits) = (joins.versions(), exits.versions());
        let guarded = Try { body, joins, entry, otherwise, edge, handlers, exits };
        self.emit(StmtKind::Try(Box::new(guarded)), source.statement.span);
        Ok(())
    }

    fn handler(
        &mut self,
        catches: Catches,
        handler: &ExceptHandler,
        at_handlers: &Bindings,
        raised: &[Raised],
    ) -> (Handler, Option<Bindings>) {
        let caught = self.new_caught();
        let name = handler.name.as_ref().map(|name| name.name.clone());
        let local = name.as_ref().and_then(|name| self.locals.find(name));
        self.bindings = at_handlers.clone();
        self.reachable = true;
        local.into_iter().for_each(|local| self.bindings.set(local, Binding::Unassigned));
        self.handler_names.extend(local);
        let raised = caught_of(raised, &catches);
        self.enter(GuardKind::Handler { caught, name, raised });
        let body = self.block(&handler.body);
        self.guards.pop();
        local.into_iter().for_each(|local| self.bindings.set(local, Binding::Unassigned));
        let end = self.reachable.then(|| self.bindings.clone());
        (Handler { catches, caught, body, edge: None }, end)
    }

    /// Which errors a handler catches. A bare `except` leaves interrupts alone, so that Ctrl-C ends a kernel.
    fn catches(&mut self, handler: &ExceptHandler, is_last: bool) -> Typed<Catches> {
        let Some(kind) = &handler.kind else {
            if is_last {
                return Ok(Catches::AllButInterrupt);
            }
            return Err(self.report(early_bare_except(handler)));
        };
        let classes = match &kind.kind {
            AstExpr::Tuple(items) => {
                items.iter().map(|item| self.exception_class(item)).collect::<Typed<Vec<_>>>()?
            }
            _ => vec![self.exception_class(kind)?],
        };
        Ok(Catches::Classes(classes))
    }

    fn try_finally(&mut self, source: TrySource<'_>) -> Typed<()> {
        let cleanup = self.copy_of(source.statement, source.finally);
        let start = self.start();
        let outer = std::mem::take(&mut self.out);
        self.enter(GuardKind::Finally(Rc::clone(&cleanup)));
        self.enter(GuardKind::Body { catches_exit: false });
        if source.handlers.is_empty() {
            let body = self.block(source.body);
            self.out.extend(body);
        } else {
            // What is wrong was reported; what follows may have errors of its own.
            let _: Typed<()> = self.try_except(source);
        }
        self.guards.truncate(self.guards.len() - 2);
        let body = std::mem::replace(&mut self.out, outer);
        let around = self.liveness.around(source.statement);
        let (assigned, live) = (around.cleanup_assigned.clone(), around.cleanup.clone());
        let (at_handler, joins) = self.join_handlers(&start, &assigned, &live, head_of(source.statement));
        let otherwise = if self.reachable { self.cleanup(&cleanup)? } else { Vec::new() };
        let end = self.reachable.then(|| self.bindings.clone());

        let caught = self.new_caught();
        self.bindings = at_handler;
        self.reachable = true;
        self.enter(GuardKind::Handler { caught, name: None, raised: Rc::default() });
        let mut raised = self.cleanup(&cleanup)?;
        self.guards.pop();
        if self.reachable {
            raised.push(hir::Stmt { kind: StmtKind::RaiseAgain(caught), span: source.statement.span });
        }
        let handler = Handler { catches: Catches::Everything, caught, body: raised, edge: None };

        self.reachable = end.is_some();
        let edge = end.map(|end| {
            self.bindings = end;
            Edge::default()
        });
        let entry = joins.edge(&start.bindings);
        let (joins, handlers) = (joins.versions(), vec![handler]);
        let guarded = Try { body, joins, entry, otherwise, edge, handlers, exits: Vec::new() };
        self.emit(StmtKind::Try(Box::new(guarded)), source.statement.span);
        Ok(())
    }

    /// Emits the `finally` blocks of the guards from the innermost down to this one: what happens before a jump out of them.
    pub(crate) fn leave_guards(&mut self, down_to: usize, span: Span) -> Typed<()> {
        let mut tries = 0;
        for index in (down_to..self.guards.len()).rev() {
            let cleanup = match &self.guards[index].kind {
                GuardKind::Body { .. } => {
                    tries += 1;
                    continue;
                }
                GuardKind::Handler { .. } | GuardKind::Cleanup => continue,
                GuardKind::Finally(cleanup) => Rc::clone(cleanup),
            };
            let guards = self.guards.split_off(index);
            let loops = self.loops.split_off(guards[0].loops);
            let body = self.cleanup(&cleanup);
            self.loops.extend(loops);
            self.guards.extend(guards);
            self.emit(StmtKind::Outside { tries, body: body? }, span);
            if !self.reachable {
                break;
            }
        }
        Ok(())
    }

    /// The innermost guard that a jump out of the innermost loop leaves, or behind all where it leaves none.
    pub(crate) fn guards_in_loop(&self) -> usize {
        let loops = self.loops.len();
        self.guards.iter().position(|guard| guard.loops >= loops).unwrap_or(self.guards.len())
    }

    /// Reports a jump out of a `finally` block.
    pub(crate) fn check_jump(&mut self, what: &str, span: Span) -> Typed<()> {
        let first = self.guards_in_loop();
        if !self.guards[first..].iter().any(|guard| matches!(guard.kind, GuardKind::Cleanup)) {
            return Ok(());
        }
        let message = format!("{what} out of a `finally` block is not supported yet in a kernel");
        let diagnostic = Diagnostic::error(&TRY, message, span)
            .with_help("set a flag in the `finally` block, and test it behind the `try`");
        Err(self.report(diagnostic))
    }

    /// A `finally` block, typed for the way that leads here.
    fn cleanup(&mut self, cleanup: &Rc<[ast::Stmt]>) -> Typed<Vec<hir::Stmt>> {
        self.copies += 1;
        if self.copies > MAX_COPIES {
            let span = cleanup.first().map_or(Span::NONE, head_of);
            let message = format!("`finally` blocks stand on more than {MAX_COPIES} ways out of a function");
            let diagnostic = Diagnostic::error(&TRY, message, span)
                .with_help("move what is in the `finally` block, or in the `try`, into a kernel of its own");
            return Err(self.report(diagnostic));
        }
        self.enter(GuardKind::Cleanup);
        let body = self.block(cleanup);
        self.guards.pop();
        Ok(body)
    }

    /// The `finally` block as statements of its own, around which everything counts as live: the ways that lead to it differ.
    fn copy_of(&mut self, statement: &ast::Stmt, finally: &[ast::Stmt]) -> Rc<[ast::Stmt]> {
        let key = std::ptr::from_ref(statement);
        if let Some(known) = self.finally_blocks.get(&key) {
            return Rc::clone(known);
        }
        let copy: Rc<[ast::Stmt]> = finally.into();
        let all: IdSet<Local> = (0..self.locals.names().len()).map(Local::new).collect();
        self.liveness.add(Liveness::with_live(&copy, &self.locals, all));
        self.finally_blocks.insert(key, Rc::clone(&copy));
        copy
    }

    fn start(&self) -> Start {
        Start {
            bindings: self.bindings.clone(),
            versions: self.function.versions.len(),
            conflicts: self.conflicts.len(),
            deletions: self.deletions.len(),
            raised: self.raised.len(),
        }
    }

    fn enter(&mut self, kind: GuardKind) {
        self.guards.push(Guard { kind, loops: self.loops.len() });
    }

    pub(crate) fn new_caught(&mut self) -> Caught {
        self.caught += 1;
        Caught::new(self.caught as usize)
    }

    /// What the locals are where the handlers of a body begin that was just typed.
    fn join_handlers(
        &mut self,
        start: &Start,
        assigned: &IdSet<Local>,
        live: &IdSet<Local>,
        span: Span,
    ) -> (Bindings, Joins) {
        let (mut bindings, mut joins) = (start.bindings.clone(), Joins::default());
        let end = self.function.versions.len();
        for local in assigned.iter() {
            let binding = if live.contains(local) {
                self.join_error(start, local, end, span)
            } else {
                Binding::Unassigned
            };
            if let Binding::Version(version) = binding
                && binding != start.bindings.get(local)
            {
                joins.joined.push((local, version));
            }
            bindings.set(local, binding);
        }
        (bindings, joins)
    }

    /// What a local is where an error in a body arrives: what it was before, or any version that the body made.
    fn join_error(&mut self, start: &Start, local: Local, end: usize, span: Span) -> Binding {
        let before = start.bindings.get(local);
        let mut meeting = Meeting::default();
        self.meet(&mut meeting, before);
        let made: Vec<hir::Version> = (start.versions..end)
            .map(hir::Version::new)
            .filter(|version| self.function.versions[*version].local == local)
            .collect();
        let is_deleted = self.deletions[start.deletions..].contains(&local);
        if made.is_empty() && !is_deleted {
            return before;
        }
        meeting.maybe_unassigned |= is_deleted;
        for version in made {
            self.meet(&mut meeting, Binding::Version(version));
        }
        if let Some(conflict) = self.conflict_since(start.conflicts, local) {
            meeting.spoiled.get_or_insert(conflict);
        }
        match (meeting.spoiled, meeting.joined) {
            (Some(spoiled), _) => spoiled,
            (None, None) => Binding::Unassigned,
            (None, Some((ty, _))) => {
                let version = self.new_version(local, ty, span);
                self.function.versions[version].maybe_unassigned = meeting.maybe_unassigned;
                Binding::Version(version)
            }
        }
    }

    /// Joins the ways behind a `try`.
    pub(crate) fn join_ends(&mut self, statement: &ast::Stmt, ends: &[Option<Bindings>]) -> Joins {
        let ways: Vec<&Bindings> = ends.iter().flatten().collect();
        self.reachable = !ways.is_empty();
        match ways.as_slice() {
            [] => Joins::default(),
            [only] => {
                self.bindings = (*only).clone();
                Joins::default()
            }
            several => {
                let live = self.liveness.around(statement).after.clone();
                self.join_ways(several, &live, &IdSet::new(), head_of(statement))
            }
        }
    }

    /// The error that the innermost handler around has caught.
    pub(crate) fn innermost_caught(&self) -> Option<Caught> {
        self.guards.iter().rev().find_map(|guard| match &guard.kind {
            GuardKind::Handler { caught, .. } => Some(*caught),
            GuardKind::Body { .. } | GuardKind::Finally(_) | GuardKind::Cleanup => None,
        })
    }

    /// What `raise` statements raise that the handler of this error protects from.
    pub(crate) fn raised_in_body(&self, wanted: Caught) -> Rc<[Raised]> {
        let found = self.guards.iter().rev().find_map(|guard| match &guard.kind {
            GuardKind::Handler { caught, raised, .. } if *caught == wanted => Some(Rc::clone(raised)),
            GuardKind::Handler { .. }
            | GuardKind::Body { .. }
            | GuardKind::Finally(_)
            | GuardKind::Cleanup => None,
        });
        found.unwrap_or_default()
    }

    /// The caught error that a name stands for.
    pub(crate) fn caught_by_name(&self, wanted: &str) -> Option<Caught> {
        let local = self.locals.find(wanted)?;
        let is_free = self.bindings.get(local) == Binding::Unassigned;
        self.error_named(wanted).filter(|_| is_free)
    }

    /// The caught error that a name stood for at first.
    pub(crate) fn error_named(&self, wanted: &str) -> Option<Caught> {
        self.guards.iter().rev().find_map(|guard| match &guard.kind {
            GuardKind::Handler { caught, name: Some(name), .. } if &**name == wanted => Some(*caught),
            GuardKind::Handler { .. }
            | GuardKind::Body { .. }
            | GuardKind::Finally(_)
            | GuardKind::Cleanup => None,
        })
    }

    /// `del`.
    pub(crate) fn delete(&mut self, targets: &[ast::Expr], statement: &ast::Stmt) -> Typed<()> {
        for target in targets {
            match &target.kind {
                AstExpr::Name(name) => self.delete_name(name, target.span)?,
                AstExpr::Tuple(items) | AstExpr::List(items) => self.delete(items, statement)?,
                AstExpr::Subscript { value, index } => self.delete_item(value, index, target.span)?,
                _ => return Err(self.unsupported_statement(statement)),
            }
        }
        Ok(())
    }

    fn delete_name(&mut self, name: &Name, span: Span) -> Typed<()> {
        let local = self.locals.find(name).expect("`del` makes a name a local");
        let binding = self.bindings.get(local);
        self.bindings.set(local, Binding::Unassigned);
        self.deletions.push(local);
        match binding {
            Binding::Version(version) => {
                self.emit(StmtKind::Delete(version), span);
                Ok(())
            }
            Binding::Unassigned => Err(self.report_unassigned(local, span)),
            Binding::Poisoned | Binding::Conflict(_) => Ok(()),
        }
    }
}
