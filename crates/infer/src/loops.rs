//! Sequential loops: `while`, and `for` over what `iteration.rs` knows.
//!
//! The types of the versions joined at a loop's head are found by trial: the body is typed with what is known, and typed again from the
//! same start when a way back to the head brings something wider. Types only widen, so this ends.

use crate::bindings::{Binding, Bindings, Joins, Meeting};
use crate::environment::Global;
use crate::function::{Inference, LoopFrame, Reported, Typed};
use crate::iteration::{Iterable, Way, integer};
use crate::statement::{constant_truth, head_of, truth};
use hotloop_ast as ast;
use hotloop_ast::{Argument, ExprKind as AstExpr};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir as hir;
use hotloop_hir::{Edge, Expr, Iteration, Local, Loop, ParallelPart, RangeLoop, StmtKind, Version};
use hotloop_index::IdSet;
use hotloop_intrinsics::{Intrinsic, Item};
use hotloop_types::{DtypeKind, Type, unify};

static UNROLLED: Code = Code::new("HL0271", "loops over tuples are written out too often");
static RANGE: Code = Code::new("HL0221", "`range` is called with something other than integers");

/// How often a loop is typed at most; types widen far less often.
const MAX_ATTEMPTS: usize = 64;

/// How many iterations of a function may be written out in all.
const MAX_UNROLLED: usize = 1000;

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
    copies: u32,
    unrolled: usize,
    unknown_lists: usize,
    reads_too_early: bool,
}

/// What the iterations of a parallel loop begin with.
#[derive(Clone, Copy)]
pub(crate) struct Counter<'s> {
    /// The variables that each iteration begins by assigning.
    pub(crate) locals: &'s [Local],
    /// What is iterated, and what its items are assigned to; without, there is one variable, a number.
    pub(crate) items: Option<(&'s Iterable, &'s ast::Expr)>,
}

/// What repeats the body.
#[derive(Clone, Copy)]
pub(crate) enum Kind<'s> {
    While(&'s ast::Expr),
    Range(Local),
    /// Over positions; each iteration begins with the assignment of an item to a target.
    Items(&'s Iterable, &'s ast::Expr),
    /// The same, as long as the generators among what is iterated go on.
    Stepped(&'s Iterable, &'s ast::Expr),
}

/// A body typed once.
struct Attempt {
    joins: Joins,
    /// The condition of a `while`, or whether a loop over generators goes on.
    condition: Expr,
    /// The version that `for` assigns.
    target: Option<Version>,
    /// Whether an item could be assigned to the target.
    assigned: Typed<()>,
    head: Bindings,
    body: Vec<hir::Stmt>,
    end: Option<Bindings>,
    frame: LoopFrame,
}

impl Inference<'_> {
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            bindings: self.bindings.clone(),
            versions: self.function.versions.len(),
            locals: self.function.locals.len(),
            callees: self.function.callees.len(),
            returns: self.returns.len(),
            copies: self.copies,
            unrolled: self.unrolled,
            unknown_lists: self.lists.unknown_count(),
            diagnostics: self.diagnostics.len(),
            reads_too_early: self.reads_too_early,
        }
    }

    pub(crate) fn roll_back(&mut self, snapshot: &Snapshot) {
        self.bindings = snapshot.bindings.clone();
        self.function.versions.truncate(snapshot.versions);
        self.function.locals.truncate(snapshot.locals);
        self.function.callees.truncate(snapshot.callees);
        self.returns.truncate(snapshot.returns);
        self.copies = snapshot.copies;
        self.unrolled = snapshot.unrolled;
        self.lists.forget_unknown(snapshot.unknown_lists);
        self.diagnostics.truncate(snapshot.diagnostics);
        self.reads_too_early = snapshot.reads_too_early;
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
        let result = self.for_loop(source, target, iterable);
        if result.is_err() {
            self.poison_assigned(statement);
        }
        result
    }

    fn for_loop(&mut self, source: LoopSource<'_>, target: &ast::Expr, iterable: &ast::Expr) -> Typed<()> {
        let counter = match &target.kind {
            AstExpr::Name(name) => self.locals.find(name),
            _ => None,
        };
        match (self.range_call(iterable)?, counter) {
            (Some((is_parallel, arguments)), Some(counter)) => {
                let bounds = self.range_bounds(arguments, iterable.span)?;
                if is_parallel
                    && self.shares(ParallelPart::Prange)
                    && !self.stays_in_order(source, &[counter])
                {
                    return self.parallel_for(source, Counter { locals: &[counter], items: None }, bounds);
                }
                return self.counted_for(source, Kind::Range(counter), bounds);
            }
            (Some((true, _)), None) => {
                let message = "a loop over `prange` assigns one variable";
                let diagnostic = Diagnostic::error(&RANGE, message, target.span);
                return Err(self.report(diagnostic.with_help("name one variable behind `for`")));
            }
            (Some((false, _)) | None, _) => {}
        }
        let is_parallel = self.counts_in_parallel(iterable)?;
        let iterable = &self.iterable(iterable)?;
        if let (Iterable::Range(bounds), Some(counter)) = (iterable, counter) {
            return self.counted_for(source, Kind::Range(counter), bounds.clone());
        }
        match self.way_over(iterable, head_of(source.statement))? {
            Way::Counted(count) => {
                let bounds = [integer(0, count.span), count.clone(), integer(1, count.span)];
                let locals = &self.targets_of(target);
                if is_parallel && self.shares(ParallelPart::Prange) && !self.stays_in_order(source, locals) {
                    let counter = Counter { locals, items: Some((iterable, target)) };
                    return self.parallel_for(source, counter, bounds);
                }
                self.counted_for(source, Kind::Items(iterable, target), bounds)
            }
            Way::Stepped => self.stepped_for(source, Kind::Stepped(iterable, target)),
            Way::WrittenOut(count) => self.unrolled_for(source, target, iterable, count),
        }
    }

    /// The variables that a target assigns.
    fn targets_of(&self, target: &ast::Expr) -> Vec<Local> {
        match &target.kind {
            AstExpr::Name(name) => self.locals.find(name).into_iter().collect(),
            AstExpr::Tuple(items) | AstExpr::List(items) => {
                items.iter().flat_map(|item| self.targets_of(item)).collect()
            }
            AstExpr::Starred(inner) => self.targets_of(inner),
            _ => Vec::new(),
        }
    }

    /// Whether the positions of what a loop goes over may be taken in parallel.
    fn counts_in_parallel(&mut self, iterable: &ast::Expr) -> Typed<bool> {
        let AstExpr::Call { function, .. } = &iterable.kind else { return Ok(false) };
        let called = self.static_global(function)?;
        Ok(matches!(called, Some(Global::Item(Item::Function(Intrinsic::ParallelNdIndex, _)))))
    }

    fn stepped_for(&mut self, source: LoopSource<'_>, kind: Kind<'_>) -> Typed<()> {
        let head = head_of(source.statement);
        self.counted_for(source, kind, [integer(0, head), truth(true), integer(1, head)])
    }

    pub(crate) fn counted_for(
        &mut self,
        source: LoopSource<'_>,
        kind: Kind<'_>,
        [start, stop, step]: [Expr; 3],
    ) -> Typed<()> {
        let snapshot = self.snapshot();
        let mut attempt = self.attempt_until_stable(source, kind, &snapshot);
        let target = attempt.target.take().expect("a `for` counts");
        let stop = if matches!(kind, Kind::Stepped(..)) { attempt.condition.clone() } else { stop };
        let range = RangeLoop { target, start, stop, step };
        let assigned = attempt.assigned;
        let repeated = self.finish_loop(source, attempt, false, &snapshot.bindings);
        self.emit(StmtKind::ForRange { range, repeated }, source.statement.span);
        assigned
    }

    /// Types the body once for each item, with the item's own type.
    fn unrolled_for(
        &mut self,
        source: LoopSource<'_>,
        target: &ast::Expr,
        iterable: &Iterable,
        count: usize,
    ) -> Typed<()> {
        let head = head_of(source.statement);
        self.count_written_out(count, head)?;
        let live = self.liveness.around(source.statement).head.clone();
        let memo = self.loop_memo.clone();
        let mut result = Ok(());
        let mut iterations: Vec<(Iteration, Joins, LoopFrame)> = Vec::new();
        for position in (0..count).map(|position| integer(position as i64, head)) {
            if !self.reachable {
                break;
            }
            // What another item made of the loops in the body says nothing about this one.
            self.loop_memo = memo.clone();
            let (body, end, frame, assigned) =
                self.loop_over(source, Some((target, iterable, position)), false);
            result = result.and(assigned);
            let ways: Vec<&Bindings> = end.iter().chain(&frame.continues).collect();
            self.reachable = !ways.is_empty();
            let joins = match ways[..] {
                [] => Joins::default(),
                [only] if frame.continues.is_empty() => {
                    self.bindings = only.clone();
                    Joins::default()
                }
                _ => self.join_ways(&ways, &live, &IdSet::new(), head),
            };
            let back = end.map(|end| joins.edge(&end));
            iterations.push((Iteration { body, joins: joins.versions(), back }, joins, frame));
        }
        self.loop_memo = memo;
        self.finish_unrolled(source, iterations);
        result
    }

    /// Counts iterations that are written out.
    pub(crate) fn count_written_out(&mut self, count: usize, span: Span) -> Typed<()> {
        self.unrolled += count;
        if self.unrolled <= MAX_UNROLLED {
            return Ok(());
        }
        let message = format!("loops are written out {} times, which is too often", self.unrolled);
        let diagnostic = Diagnostic::error(&UNROLLED, message, span);
        Err(self.report(diagnostic.with_help("make the items of one type, or use an array")))
    }

    fn finish_unrolled(
        &mut self,
        source: LoopSource<'_>,
        mut iterations: Vec<(Iteration, Joins, LoopFrame)>,
    ) {
        let (otherwise, ended) = if self.reachable {
            self.branch(source.otherwise, self.bindings.clone())
        } else {
            (Vec::new(), None)
        };
        let breaks: Vec<Bindings> =
            iterations.iter().flat_map(|(_, _, frame)| frame.breaks.iter().cloned()).collect();
        let exits = self.join_exits(source, &breaks, ended.as_ref());
        for (iteration, joins, frame) in &mut iterations {
            Jumps::new(joins, &exits, frame).fill(&mut iteration.body);
        }
        let kind = StmtKind::Unrolled {
            iterations: iterations.into_iter().map(|(iteration, ..)| iteration).collect(),
            otherwise,
            exits: exits.versions(),
            exit: ended.map(|ended| exits.edge(&ended)),
        };
        self.emit(kind, source.statement.span);
    }

    /// After an error in a loop's head, what the loop would assign is not known.
    fn poison_assigned(&mut self, statement: &ast::Stmt) {
        let assigned = self.liveness.around(statement).assigned.clone();
        for local in assigned.iter() {
            self.bindings.set(local, Binding::Poisoned);
        }
    }

    /// Whether a call counts in parallel, and its arguments, if it is one of `range` or `prange`.
    pub(crate) fn range_call<'s>(
        &mut self,
        iterable: &'s ast::Expr,
    ) -> Typed<Option<(bool, &'s [Argument])>> {
        let AstExpr::Call { function, arguments } = &iterable.kind else { return Ok(None) };
        let is_parallel = match self.static_global(function)? {
            Some(Global::Item(Item::Function(Intrinsic::Range, _))) => false,
            Some(Global::Item(Item::Function(Intrinsic::Prange, _))) => true,
            _ => return Ok(None),
        };
        Ok(Some((is_parallel, arguments)))
    }

    /// Start, stop and step of a call of `range`.
    pub(crate) fn range_bounds(&mut self, arguments: &[Argument], span: Span) -> Typed<[Expr; 3]> {
        let mut bounds = Vec::new();
        for argument in arguments {
            let Argument::Positional(argument) = argument else {
                return Err(self.report_range(span, "`range` takes one to three integers, by position"));
            };
            bounds.push(self.range_bound(argument)?);
        }
        let mut bounds = bounds.into_iter();
        match (bounds.next(), bounds.next(), bounds.next(), bounds.next()) {
            (Some(stop), None, None, None) => Ok([integer(0, span), stop, integer(1, span)]),
            (Some(start), Some(stop), None, None) => Ok([start, stop, integer(1, span)]),
            (Some(start), Some(stop), Some(step), None) => Ok([start, stop, step]),
            _ => Err(self.report_range(span, "`range` takes one to three integers, by position")),
        }
    }

    fn range_bound(&mut self, argument: &ast::Expr) -> Typed {
        let bound = self.expression(argument)?;
        let bound = self.as_number(bound);
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
        let mut head = self.bindings.clone();
        let mut items = None;
        let (condition, target) = match kind {
            Kind::While(condition) => {
                let fallback = hir::ExprKind::And(Box::new(truth(true)), Box::new(truth(true)));
                let condition = self.condition(condition);
                // It may assign.
                head = self.bindings.clone();
                (condition.unwrap_or_else(|_| Expr::new(fallback, Type::BOOL, Span::NONE)), None)
            }
            Kind::Range(target) => {
                let version = self.new_version(target, Type::INT64, head_of(source.statement));
                self.bindings.set(target, Binding::Version(version));
                (truth(true), Some(version))
            }
            Kind::Items(iterable, target) | Kind::Stepped(iterable, target) => {
                let head = head_of(source.statement);
                let version = self.new_temporary("position", Type::INT64, head);
                let position = self.version(version, head);
                let goes_on = self.goes_on(iterable, &position, head);
                items = Some((target, iterable, position));
                (goes_on, Some(version))
            }
        };
        let (body, end, frame, assigned) = self.loop_over(source, items, false);
        Attempt { joins, condition, target, assigned, head, body, end, frame }
    }

    /// The body of a loop, with the bindings at its end and at the jumps out of it. Each iteration over items begins with
    /// the assignment of the item at a position to a target; tells whether that could be typed.
    pub(crate) fn loop_over(
        &mut self,
        source: LoopSource<'_>,
        items: Option<(&ast::Expr, &Iterable, Expr)>,
        is_parallel: bool,
    ) -> (Vec<hir::Stmt>, Option<Bindings>, LoopFrame, Typed<()>) {
        let head = head_of(source.statement);
        self.open_loop(head, source.statement.span, is_parallel);
        let outer = std::mem::take(&mut self.out);
        let mut assigned = Ok(());
        if let Some((target, iterable, position)) = items {
            let item = self.conditionally(|this| this.item_at(iterable, &position, head));
            assigned = item.and_then(|item| self.assign_to(target, item, head));
            if assigned.is_err() {
                self.poison(target);
            }
        }
        let body = self.block(source.body);
        self.out.extend(body);
        let body = std::mem::replace(&mut self.out, outer);
        let (end, frame) = self.close_loop();
        (body, end, frame, assigned)
    }

    /// Enters the body of a loop.
    pub(crate) fn open_loop(&mut self, span: Span, whole: Span, is_parallel: bool) {
        self.loops.push(LoopFrame { is_parallel, span, whole, breaks: Vec::new(), continues: Vec::new() });
    }

    /// Leaves the body of a loop: the bindings at its end, if control gets there, and at the jumps out of it.
    pub(crate) fn close_loop(&mut self) -> (Option<Bindings>, LoopFrame) {
        let frame = self.loops.pop().expect("the loop was opened");
        let end = self.reachable.then(|| self.bindings.clone());
        self.reachable = true;
        (end, frame)
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
                (ty, data.maybe_unassigned || self.loop_memo.is_unassigned(statement, local))
            }
            Binding::Unassigned => match known {
                Some(known) => (known, true),
                None => return entry,
            },
            Binding::Poisoned | Binding::Conflict(_) => return entry,
        };
        let sites = match entry {
            Binding::Version(entry) => self.lists.sites_of_version(entry),
            Binding::Unassigned | Binding::Poisoned | Binding::Conflict(_) => Vec::new(),
        };
        let version = self.new_version(local, ty, head_of(statement));
        self.function.versions[version].maybe_unassigned = maybe_unassigned;
        self.lists.set_sites(version, sites);
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
                (_, Some((ty, _))) => {
                    if meeting.maybe_unassigned {
                        widened |= self.note_unassigned(statement, before, local);
                    }
                    widened |= self.note_type(statement, before, local, ty);
                }
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

    /// Keeps for the next attempt that a way back leaves the local unassigned; tells whether the last one assumed otherwise.
    fn note_unassigned(&mut self, statement: &ast::Stmt, before: &Snapshot, local: Local) -> bool {
        let is_known = match before.bindings.get(local) {
            Binding::Version(entry) => self.function.versions[entry].maybe_unassigned,
            Binding::Unassigned | Binding::Poisoned | Binding::Conflict(_) => true,
        };
        !is_known && self.loop_memo.set_unassigned(statement, local)
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
                StmtKind::If { arms, otherwise, .. } => {
                    arms.iter_mut().for_each(|arm| self.fill(&mut arm.body));
                    self.fill(otherwise);
                }
                StmtKind::While { repeated, .. } | StmtKind::ForRange { repeated, .. } => {
                    self.fill(&mut repeated.otherwise);
                }
                StmtKind::Unrolled { otherwise, .. } => self.fill(otherwise),
                StmtKind::Try(guarded) => {
                    self.fill(&mut guarded.body);
                    self.fill(&mut guarded.otherwise);
                    guarded.handlers.iter_mut().for_each(|handler| self.fill(&mut handler.body));
                }
                StmtKind::Outside { body, .. } => self.fill(body),
                StmtKind::RaiseAgain(_)
                | StmtKind::Delete(_)
                | StmtKind::Assign { .. }
                | StmtKind::StoreElement { .. }
                | StmtKind::StoreElements { .. }
                | StmtKind::StoreAt { .. }
                | StmtKind::Expr(_)
                | StmtKind::Yield(_)
                | StmtKind::ParallelFor { .. }
                | StmtKind::Return(_)
                | StmtKind::Raise { .. }
                | StmtKind::Assert { .. } => {}
            }
        }
    }
}
