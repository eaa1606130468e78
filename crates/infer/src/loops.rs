//! Sequential loops: `while`, and `for` over `range`.
//!
//! The types of the versions joined at a loop's head are found by trial: the body is typed with what is known, and typed again from the
//! same start when a way back to the head brings something wider. Types only widen, so this ends.

use crate::bindings::{Binding, Bindings, Joins, Meeting};
use crate::environment::Global;
use crate::function::{Inference, LoopFrame, Reported, Typed};
use crate::statement::{constant_truth, head_of, truth};
use hotloop_ast as ast;
use hotloop_ast::{Argument, ExprKind as AstExpr};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir as hir;
use hotloop_hir::{Constant, Edge, Expr, Local, Loop, RangeLoop, StmtKind, Version};
use hotloop_intrinsics::{Intrinsic, Item};
use hotloop_types::{DtypeKind, Type, unify};

static NOT_A_RANGE: Code =
    Code::new("HL0309", "a loop over something other than a range is not supported in a kernel yet");
static RANGE: Code = Code::new("HL0221", "`range` is called with something other than integers");

/// How often a loop is typed at most; types widen far less often.
const MAX_ATTEMPTS: usize = 64;

/// A sequential loop as it stands in the source.
#[derive(Clone, Copy)]
pub(crate) struct LoopSource<'s> {
    pub(crate) statement: &'s ast::Stmt,
    pub(crate) body: &'s [ast::Stmt],
    pub(crate) otherwise: &'s [ast::Stmt],
}

/// What the state was before an attempt.
pub(crate) struct Snapshot {
    pub(crate) bindings: Bindings,
    versions: usize,
    locals: usize,
    callees: usize,
    returns: usize,
    diagnostics: usize,
}

/// What repeats the body.
#[derive(Clone, Copy)]
enum Kind<'s> {
    While(&'s ast::Expr),
    Range(Local),
}

/// A body typed once.
struct Attempt {
    joins: Joins,
    /// The condition of a `while`.
    condition: Expr,
    /// The version that `for` assigns.
    target: Option<Version>,
    head: Bindings,
    body: Vec<hir::Stmt>,
    end: Option<Bindings>,
    frame: LoopFrame,
}

/// `range` or `prange` with its arguments.
pub(crate) struct RangeCall<'s> {
    pub(crate) is_parallel: bool,
    pub(crate) arguments: &'s [Argument],
    pub(crate) span: Span,
}

impl Inference<'_> {
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            bindings: self.bindings.clone(),
            versions: self.function.versions.len(),
            locals: self.function.locals.len(),
            callees: self.function.callees.len(),
            returns: self.returns.len(),
            diagnostics: self.diagnostics.len(),
        }
    }

    pub(crate) fn roll_back(&mut self, snapshot: &Snapshot) {
        self.bindings = snapshot.bindings.clone();
        self.function.versions.truncate(snapshot.versions);
        self.function.locals.truncate(snapshot.locals);
        self.function.callees.truncate(snapshot.callees);
        self.returns.truncate(snapshot.returns);
        self.diagnostics.truncate(snapshot.diagnostics);
        self.reachable = true;
    }

    pub(crate) fn while_statement(
        &mut self,
        statement: &ast::Stmt,
        condition: &ast::Expr,
        body: &[ast::Stmt],
        otherwise: &[ast::Stmt],
    ) -> Typed<()> {
        let source = LoopSource { statement, body, otherwise };
        let snapshot = self.snapshot();
        let attempt = self.attempt_until_stable(source, Kind::While(condition), &snapshot);
        if constant_truth(&attempt.condition) == Some(false) {
            self.roll_back(&snapshot);
            let otherwise = self.block(otherwise);
            self.out.extend(otherwise);
            return Ok(());
        }
        let condition = attempt.condition.clone();
        let endless = constant_truth(&condition) == Some(true);
        let repeated = self.finish_loop(source, attempt, endless, &snapshot.bindings);
        self.emit(StmtKind::While { condition, repeated }, statement.span);
        Ok(())
    }

    pub(crate) fn for_statement(
        &mut self,
        statement: &ast::Stmt,
        target: &ast::Expr,
        iterable: &ast::Expr,
        body: &[ast::Stmt],
        otherwise: &[ast::Stmt],
    ) -> Typed<()> {
        let source = LoopSource { statement, body, otherwise };
        let call = match self.range_call(iterable) {
            Ok(Some(call)) => call,
            Ok(None) => return Err(self.report_iterable(statement, iterable)),
            Err(Reported) => {
                self.poison_assigned(statement);
                return Err(Reported);
            }
        };
        let AstExpr::Name(name) = &target.kind else {
            let message = "a loop over a range assigns one variable";
            self.poison_assigned(statement);
            return Err(self.report(
                Diagnostic::error(&RANGE, message, target.span).with_help("name one variable behind `for`"),
            ));
        };
        let target = self.locals.find(name).expect("every target is a local");
        let Ok([start, stop, step]) = self.range_bounds(&call) else {
            self.poison_assigned(statement);
            return Err(Reported);
        };
        if call.is_parallel && self.function.options.parallel {
            return self.parallel_for(source, target, [start, stop, step]);
        }
        let snapshot = self.snapshot();
        let mut attempt = self.attempt_until_stable(source, Kind::Range(target), &snapshot);
        let target = attempt.target.take().expect("a `for` assigns its target");
        let range = RangeLoop { target, start, stop, step };
        let repeated = self.finish_loop(source, attempt, false, &snapshot.bindings);
        self.emit(StmtKind::ForRange { range, repeated }, statement.span);
        Ok(())
    }

    fn report_iterable(&mut self, statement: &ast::Stmt, iterable: &ast::Expr) -> Reported {
        self.poison_assigned(statement);
        // What is wrong within it goes first.
        let Ok(value) = self.operand(iterable) else { return Reported };
        let what = value.describe();
        let message = format!("a loop over {what} is not supported yet in a kernel");
        self.report(
            Diagnostic::error(&NOT_A_RANGE, message, iterable.span)
                .with_primary(format!("this is {what}"))
                .with_help("count with `range` and index, as in `for i in range(len(x)): value = x[i]`"),
        )
    }

    /// After an error in a loop's head, what the loop would assign is not known.
    fn poison_assigned(&mut self, statement: &ast::Stmt) {
        let assigned = self.liveness.around(statement).assigned.clone();
        for local in assigned.iter() {
            self.bindings.set(local, Binding::Poisoned);
        }
    }

    /// Whether the iterable is a call of `range` or `prange`.
    fn range_call<'s>(&mut self, iterable: &'s ast::Expr) -> Typed<Option<RangeCall<'s>>> {
        let AstExpr::Call { function, arguments } = &iterable.kind else { return Ok(None) };
        let is_parallel = match self.static_global(function)? {
            Some(Global::Item(Item::Function(Intrinsic::Range, _))) => false,
            Some(Global::Item(Item::Function(Intrinsic::Prange, _))) => true,
            _ => return Ok(None),
        };
        Ok(Some(RangeCall { is_parallel, arguments, span: iterable.span }))
    }

    fn range_bounds(&mut self, call: &RangeCall<'_>) -> Typed<[Expr; 3]> {
        let mut bounds = Vec::new();
        for argument in call.arguments {
            let Argument::Positional(argument) = argument else {
                return Err(self.report_range(call.span, "`range` takes one to three integers, by position"));
            };
            bounds.push(self.range_bound(argument)?);
        }
        let integer =
            |value| Expr::new(hir::ExprKind::Constant(Constant::Int(value)), Type::INT64, call.span);
        let mut bounds = bounds.into_iter();
        match (bounds.next(), bounds.next(), bounds.next(), bounds.next()) {
            (Some(stop), None, None, None) => Ok([integer(0), stop, integer(1)]),
            (Some(start), Some(stop), None, None) => Ok([start, stop, integer(1)]),
            (Some(start), Some(stop), Some(step), None) => Ok([start, stop, step]),
            _ => Err(self.report_range(call.span, "`range` takes one to three integers, by position")),
        }
    }

    fn range_bound(&mut self, argument: &ast::Expr) -> Typed {
        let bound = self.expression(argument)?;
        match bound.ty.as_scalar().map(hotloop_types::Dtype::kind) {
            Some(DtypeKind::Signed | DtypeKind::Unsigned | DtypeKind::Bool) => {
                Ok(crate::conversion::convert(bound, &Type::INT64))
            }
            Some(DtypeKind::Float | DtypeKind::Complex) | None => {
                let diagnostic = Diagnostic::error(&RANGE, "`range` takes integers", argument.span)
                    .with_primary(format!("this is {}", bound.ty))
                    .with_help("convert it with `int(...)`");
                Err(self.report(diagnostic))
            }
        }
    }

    fn report_range(&mut self, span: Span, message: &str) -> Reported {
        self.report(
            Diagnostic::error(&RANGE, message, span)
                .with_help("write `range(stop)`, `range(start, stop)` or `range(start, stop, step)`"),
        )
    }

    fn attempt_until_stable(
        &mut self,
        source: LoopSource<'_>,
        kind: Kind<'_>,
        snapshot: &Snapshot,
    ) -> Attempt {
        let mut spoiled = Vec::new();
        for _ in 1..MAX_ATTEMPTS {
            let attempt = self.attempt(source, kind, &spoiled);
            let backs: Vec<&Bindings> = attempt.end.iter().chain(&attempt.frame.continues).collect();
            if !self.widen(source.statement, snapshot, &backs, &mut spoiled) {
                return attempt;
            }
            self.roll_back(snapshot);
        }
        self.attempt(source, kind, &spoiled)
    }

    /// Types the loop once, from the joins that are known so far.
    fn attempt(&mut self, source: LoopSource<'_>, kind: Kind<'_>, spoiled: &[(Local, Binding)]) -> Attempt {
        let joins = self.open_head(source.statement, spoiled);
        let head = self.bindings.clone();
        let (condition, target) = match kind {
            Kind::While(condition) => {
                let fallback = hir::ExprKind::And(Box::new(truth(true)), Box::new(truth(true)));
                let condition = self.condition(condition);
                (condition.unwrap_or_else(|_| Expr::new(fallback, Type::BOOL, Span::NONE)), None)
            }
            Kind::Range(target) => {
                let version = self.new_version(target, Type::INT64, head_of(source.statement));
                self.bindings.set(target, Binding::Version(version));
                (truth(true), Some(version))
            }
        };
        let (body, end, frame) = self.loop_body(source, false);
        Attempt { joins, condition, target, head, body, end, frame }
    }

    /// The body of a loop, with the bindings at its end and at the jumps out of it.
    pub(crate) fn loop_body(
        &mut self,
        source: LoopSource<'_>,
        is_parallel: bool,
    ) -> (Vec<hir::Stmt>, Option<Bindings>, LoopFrame) {
        let span = head_of(source.statement);
        self.loops.push(LoopFrame { is_parallel, span, breaks: Vec::new(), continues: Vec::new() });
        let body = self.block(source.body);
        let frame = self.loops.pop().expect("the frame was pushed above");
        let end = self.reachable.then(|| self.bindings.clone());
        self.reachable = true;
        (body, end, frame)
    }

    /// Makes the joins at the head of a loop and binds their locals.
    fn open_head(&mut self, statement: &ast::Stmt, spoiled: &[(Local, Binding)]) -> Joins {
        let around = self.liveness.around(statement);
        let (assigned, head) = (around.assigned.clone(), around.head.clone());
        let mut joins = Joins::default();
        for local in assigned.iter() {
            let binding = match spoiled.iter().find(|(known, _)| *known == local) {
                Some((_, binding)) => *binding,
                None if head.contains(local) => self.open_local(statement, local),
                None => Binding::Unassigned,
            };
            if let Binding::Version(version) = binding {
                joins.joined.push((local, version));
            }
            self.bindings.set(local, binding);
        }
        joins
    }

    /// The version of a live local at the head of a loop that assigns it.
    fn open_local(&mut self, statement: &ast::Stmt, local: Local) -> Binding {
        let known = self.loop_memo.get(statement, local).cloned();
        let entry = self.bindings.get(local);
        let (ty, maybe_unassigned) = match entry {
            Binding::Version(version) => {
                let data = &self.function.versions[version];
                let ty = known.and_then(|known| unify(&data.ty, &known)).unwrap_or_else(|| data.ty.clone());
                (ty, data.maybe_unassigned)
            }
            Binding::Unassigned => match known {
                Some(known) => (known, true),
                None => return entry,
            },
            Binding::Poisoned | Binding::Conflict(_) => return entry,
        };
        let version = self.new_version(local, ty, head_of(statement));
        self.function.versions[version].maybe_unassigned = maybe_unassigned;
        Binding::Version(version)
    }

    /// Compares what comes back to the head with what was assumed there; tells whether something is wider.
    fn widen(
        &mut self,
        statement: &ast::Stmt,
        before: &Snapshot,
        backs: &[&Bindings],
        spoiled: &mut Vec<(Local, Binding)>,
    ) -> bool {
        let around = self.liveness.around(statement);
        let carried: Vec<Local> =
            around.assigned.iter().filter(|local| around.head.contains(*local)).collect();
        let mut widened = false;
        for local in carried {
            if spoiled.iter().any(|(known, _)| *known == local) {
                continue;
            }
            let mut meeting = Meeting::default();
            self.meet(&mut meeting, before.bindings.get(local));
            let entry_spoiled = meeting.spoiled.is_some();
            backs.iter().for_each(|back| self.meet(&mut meeting, back.get(local)));
            match (meeting.spoiled, meeting.joined) {
                _ if entry_spoiled => {}
                (Some(Binding::Conflict(_)), _) => {
                    spoiled.push((local, meeting.spoiled.expect("matched above")));
                    widened = true;
                }
                (_, Some((ty, _))) => widened |= self.note_type(statement, before, local, ty),
                (_, None) => {}
            }
        }
        widened
    }

    /// Keeps the type for the next attempt; tells whether it is wider than the last one assumed.
    fn note_type(&mut self, statement: &ast::Stmt, before: &Snapshot, local: Local, ty: Type) -> bool {
        let assumed = match (self.loop_memo.get(statement, local), before.bindings.get(local)) {
            (Some(known), Binding::Version(entry)) => unify(known, &self.function.versions[entry].ty),
            (Some(known), _) => Some(known.clone()),
            (None, Binding::Version(entry)) => Some(self.function.versions[entry].ty.clone()),
            (None, _) => None,
        };
        let wider = assumed.as_ref().map_or(Some(ty.clone()), |assumed| unify(assumed, &ty));
        let Some(wider) = wider.filter(|wider| assumed.as_ref() != Some(wider)) else { return false };
        self.loop_memo.set(statement, local, wider);
        true
    }

    /// Makes the joins behind the loop and fills in the edges of the jumps.
    fn finish_loop(
        &mut self,
        source: LoopSource<'_>,
        attempt: Attempt,
        endless: bool,
        before: &Bindings,
    ) -> Loop {
        let Attempt { joins, head, mut body, end, frame, .. } = attempt;
        let (otherwise, ended) =
            if endless { (Vec::new(), None) } else { self.branch(source.otherwise, head) };
        let exits = self.join_exits(source, &frame.breaks, ended.as_ref());
        Jumps::new(&joins, &exits, &frame).fill(&mut body);
        Loop {
            joins: joins.versions(),
            entry: joins.edge(before),
            body,
            back: end.map(|end| joins.edge(&end)),
            otherwise,
            exits: exits.versions(),
            exit: ended.map(|ended| exits.edge(&ended)),
        }
    }

    fn join_exits(&mut self, source: LoopSource<'_>, breaks: &[Bindings], ended: Option<&Bindings>) -> Joins {
        let ways: Vec<&Bindings> = ended.into_iter().chain(breaks).collect();
        self.reachable = !ways.is_empty();
        match ways.as_slice() {
            [] => Joins::default(),
            [only] if breaks.is_empty() => {
                self.bindings = (*only).clone();
                Joins::default()
            }
            ways => {
                let around = self.liveness.around(source.statement);
                let (live, assigned) = (around.after.clone(), around.assigned.clone());
                self.join_ways(ways, &live, &assigned, head_of(source.statement))
            }
        }
    }
}

/// The edges of the jumps of one loop, in source order.
pub(crate) struct Jumps {
    breaks: std::vec::IntoIter<Edge>,
    continues: std::vec::IntoIter<Edge>,
}

impl Jumps {
    pub(crate) fn new(head: &Joins, exits: &Joins, frame: &LoopFrame) -> Self {
        let edges = |joins: &Joins, ways: &[Bindings]| -> Vec<Edge> {
            ways.iter().map(|bindings| joins.edge(bindings)).collect()
        };
        Self {
            breaks: edges(exits, &frame.breaks).into_iter(),
            continues: edges(head, &frame.continues).into_iter(),
        }
    }

    /// Sets the edges of the jumps in a block that belong to this loop, not to one within it.
    pub(crate) fn fill(&mut self, body: &mut [hir::Stmt]) {
        for statement in body {
            match &mut statement.kind {
                StmtKind::Break(edge) => *edge = self.breaks.next().expect("every `break` was recorded"),
                StmtKind::Continue(edge) => {
                    *edge = self.continues.next().expect("every `continue` was recorded")
                }
                StmtKind::If { then, otherwise, .. } => {
                    self.fill(then);
                    self.fill(otherwise);
                }
                StmtKind::While { repeated, .. } | StmtKind::ForRange { repeated, .. } => {
                    self.fill(&mut repeated.otherwise);
                }
                StmtKind::Assign { .. }
                | StmtKind::StoreElement { .. }
                | StmtKind::Expr(_)
                | StmtKind::ParallelFor { .. }
                | StmtKind::Return(_)
                | StmtKind::Raise { .. }
                | StmtKind::Assert { .. } => {}
            }
        }
    }
}
