//! Loops within an expression: comprehensions, generator expressions, and whatever takes items one by one.
//!
//! Such an expression becomes a block of statements with a value. The variables that a comprehension assigns are its own: they are locals of
//! the function which only the names within it mean. A loop within an expression changes no named variable; what it carries from
//! one item to the next are locals made for it, joined at its head as those of any loop. Their types are found by typing the
//! outermost such expression again, until nothing is wider than assumed.

use crate::bindings::{Binding, Bindings, Joins};
use crate::function::{Inference, LoopFrame, Reported, Typed};
use crate::iteration::{Iterable, Way, integer};
use crate::locals::visit_target;
use crate::loops::Jumps;
use crate::memo::CarriedKey;
use crate::statement::{MAX_BLOCK_DEPTH, constant_truth};
use hotloop_ast as ast;
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir as hir;
use hotloop_hir::{
    Edge, Expr, ExprKind, Iteration, Local, LocalData, Loop, ParallelPart, RangeLoop, StmtKind, Version,
};
use hotloop_intrinsics::Typing;
use hotloop_types::{Type, unify};
use std::hash::{DefaultHasher, Hash, Hasher};

static ASYNC: Code = Code::new("HL0277", "an asynchronous comprehension stands in a kernel");

pub(crate) static ORDERED: Code =
    Code::new("HL0346", "`prange` counts items that are taken one after the other");

/// As how many levels of nesting a block within an expression counts: it takes the stack of so many.
const BLOCK_COST: u32 = 8;

/// How often an expression is typed at most; types widen far less often.
const MAX_ATTEMPTS: u32 = 64;

/// What loops within an expression carry from one item to the next.
#[derive(Clone, Copy)]
pub(crate) struct Carried<'c> {
    /// The expression, which tells its loops from others.
    pub(crate) span: Span,
    /// The values.
    pub(crate) locals: &'c [Local],
    /// One of them that says, where it is true, that no more items are needed.
    pub(crate) stop: Option<Local>,
}

/// Where items come from that are taken one by one.
pub(crate) enum Source<'s> {
    Of(Box<Iterable>),
    /// A generator expression or comprehension; what its first `for` iterates was evaluated outside of it.
    Generator {
        first: Box<Iterable>,
        element: &'s ast::Expr,
        clauses: &'s [ast::Comprehension],
    },
}

impl Source<'_> {
    pub(crate) fn of(iterable: Iterable) -> Self {
        Self::Of(Box::new(iterable))
    }

    /// What is iterated itself, without a generator expression over it.
    pub(crate) fn iterable(&self) -> Option<&Iterable> {
        match self {
            Self::Of(iterable) => Some(iterable),
            Self::Generator { .. } => None,
        }
    }
}

/// What is done with an item.
pub(crate) type Work<'w, 'i> = dyn FnMut(&mut Inference<'i>, Expr) -> Typed<()> + 'w;

/// What is done on a way.
type WayWork<'w, 'i> = dyn FnMut(&mut Inference<'i>) -> Typed<()> + 'w;

impl<'i> Inference<'i> {
    /// What a name means that is assigned in the function: a variable of a comprehension around, or one of the function itself.
    pub(crate) fn find_local(&self, name: &str) -> Option<Local> {
        let within = self.scopes.iter().rfind(|(known, _)| **known == *name).map(|(_, local)| *local);
        within.or_else(|| self.locals.find(name))
    }

    /// Makes variables for the names in targets, unassigned yet; gives how many there are outside, for the end of the scope.
    pub(crate) fn open_scope<'t>(&mut self, targets: impl IntoIterator<Item = &'t ast::Expr>) -> usize {
        let outside = self.scopes.len();
        for target in targets {
            visit_target(target, &mut |name| {
                if self.scopes[outside..].iter().any(|(known, _)| known == name) {
                    return;
                }
                let local = self.function.locals.push(LocalData { name: name.to_string() });
                self.bindings.set(local, Binding::Unassigned);
                self.scopes.push((name.clone(), local));
            });
        }
        outside
    }

    /// What assignment expressions of a comprehension assign is a variable of the comprehension here, which each item makes anew.
    fn declare_walruses(&mut self, element: &ast::Expr, clauses: &[ast::Comprehension]) {
        let mut names = Vec::new();
        let conditions = clauses.iter().flat_map(|clause| &clause.conditions);
        conditions.chain([element]).for_each(|part| own_walruses(part, &mut names));
        for name in names {
            let local = self.function.locals.push(LocalData { name: name.name.to_string() });
            self.bindings.set(local, Binding::Unassigned);
            self.scopes.push((name.name.clone(), local));
            self.assigned_within.push(name.name.clone());
        }
    }

    /// What was assigned within an expression cannot be read behind it.
    fn forget_walruses(&mut self) {
        for name in &self.assigned_within {
            if let Some(local) = self.find_local(name) {
                self.bindings.set(local, Binding::Unassigned);
            }
        }
    }

    /// An expression that begins with statements. It is typed again until nothing that its loops carry is wider than assumed.
    pub(crate) fn in_block(&mut self, span: Span, mut work: impl FnMut(&mut Self) -> Typed) -> Typed {
        if self.settling.depth > 0 {
            return self.block_once(span, &mut work);
        }
        let snapshot = self.snapshot();
        self.settling.depth += 1;
        let mut result = Err(Reported);
        for attempt in 1..=MAX_ATTEMPTS {
            let known = self.settling.widenings;
            result = self.block_once(span, &mut work);
            if self.settling.widenings == known || attempt == MAX_ATTEMPTS {
                break;
            }
            self.roll_back(&snapshot);
        }
        self.settling.depth -= 1;
        result
    }

    fn block_once(&mut self, span: Span, work: &mut dyn FnMut(&mut Self) -> Typed) -> Typed {
        let outer = std::mem::take(&mut self.out);
        let (bindings, scopes) = (self.bindings.clone(), self.scopes.len());
        self.depth += BLOCK_COST;
        let base = std::mem::replace(&mut self.conditional_base, self.conditional_depth + 1);
        let value = self.conditionally(|this| work(this));
        self.conditional_base = base;
        self.depth -= BLOCK_COST;
        self.bindings = bindings;
        self.scopes.truncate(scopes);
        self.forget_walruses();
        self.reachable = true;
        let statements = std::mem::replace(&mut self.out, outer);
        let value = value?;
        if statements.is_empty() {
            return Ok(value);
        }
        let ty = value.ty.clone();
        Ok(Expr::new(ExprKind::Block { statements, value: Box::new(value) }, ty, span))
    }

    /// What a clause iterates.
    pub(crate) fn clause_iterable(&mut self, clause: &ast::Comprehension) -> Typed<Iterable> {
        if clause.is_async {
            let diagnostic =
                Diagnostic::error(&ASYNC, "`async for` is not supported in a kernel", clause.span);
            return Err(self.report(diagnostic.with_help("leave out `async`")));
        }
        match self.range_call(&clause.iterable)? {
            Some((true, arguments)) if !self.shares(ParallelPart::Prange) => {
                self.range_bounds(arguments, clause.iterable.span).map(Iterable::Range)
            }
            Some((true, _)) => {
                let message = "`prange` counts the items of something else than a new array";
                let diagnostic = Diagnostic::error(&ORDERED, message, clause.iterable.span);
                Err(self.report(
                    diagnostic
                        .with_primary("these items are taken one after the other")
                        .with_help("write `np.array([... for ... in prange(n)])`, whose elements are computed by several threads; or use `range`"),
                ))
            }
            Some((false, _)) | None => self.iterable(&clause.iterable),
        }
    }

    /// Where the items of an argument come from.
    pub(crate) fn source<'s>(&mut self, argument: &'s ast::Expr) -> Typed<Source<'s>> {
        match &argument.kind {
            ast::ExprKind::Generator { element, clauses } => self.generator_source(element, clauses),
            _ => self.iterable(argument).map(Source::of),
        }
    }

    pub(crate) fn generator_source<'s>(
        &mut self,
        element: &'s ast::Expr,
        clauses: &'s [ast::Comprehension],
    ) -> Typed<Source<'s>> {
        let first = Box::new(self.clause_iterable(&clauses[0])?);
        Ok(Source::Generator { first, element, clauses })
    }

    /// Takes all items, one after the other.
    pub(crate) fn each(
        &mut self,
        source: &Source<'_>,
        carried: Carried<'_>,
        work: &mut Work<'_, 'i>,
    ) -> Typed<()> {
        match source {
            Source::Of(iterable) => self.item_loop(iterable, carried, carried.span, work),
            Source::Generator { first, element, clauses } => {
                let outside = self.open_scope(clauses.iter().map(|clause| &clause.target));
                self.declare_walruses(element, clauses);
                let result = self.clauses(clauses, Some(first), element, carried, work);
                self.scopes.truncate(outside);
                result
            }
        }
    }

    fn clauses(
        &mut self,
        clauses: &[ast::Comprehension],
        first: Option<&Iterable>,
        element: &ast::Expr,
        carried: Carried<'_>,
        work: &mut Work<'_, 'i>,
    ) -> Typed<()> {
        let Some((clause, rest)) = clauses.split_first() else {
            let value = self.value(element)?;
            return work(self, value);
        };
        let iterable = match first {
            Some(first) => first.clone(),
            None => self.clause_iterable(clause)?,
        };
        self.item_loop(&iterable, carried, clause.span, &mut |this, item| {
            this.assign_to(&clause.target, item, clause.target.span)?;
            this.on_conditions(&clause.conditions, carried, &mut |this| {
                this.clauses(rest, None, element, carried, work)?;
                if !rest.is_empty() {
                    this.break_if_stopped(carried, clause.span);
                }
                Ok(())
            })
        })
    }

    fn on_conditions(
        &mut self,
        conditions: &[ast::Expr],
        carried: Carried<'_>,
        work: &mut WayWork<'_, 'i>,
    ) -> Typed<()> {
        let Some((condition, rest)) = conditions.split_first() else { return work(self) };
        let holds = self.condition(condition)?;
        if constant_truth(&holds) == Some(false) && carried.stop.is_none() {
            self.look_at(&mut |this| this.on_conditions(rest, carried, work));
            return Ok(());
        }
        self.choose_way(
            holds,
            carried,
            condition.span,
            &mut |this| this.on_conditions(rest, carried, work),
            &mut |_| Ok(()),
        )
    }

    /// Types what never runs, for what it says of the items of lists; nothing else is left of it, its mistakes included.
    fn look_at(&mut self, work: &mut WayWork<'_, 'i>) {
        let snapshot = self.snapshot();
        let raised = self.raised.len();
        let outer = std::mem::take(&mut self.out);
        let _: Typed<()> = work(self);
        self.out = outer;
        self.raised.truncate(raised);
        self.diverged = None;
        self.roll_back(&snapshot);
    }

    /// Leaves the innermost loop where no more items are needed.
    fn break_if_stopped(&mut self, carried: Carried<'_>, span: Span) {
        let Some(stop) = carried.stop.filter(|_| self.reachable) else { return };
        let stopped = self.carried_value(stop, span);
        let jump = self.break_edge(span);
        self.emit_choice(stopped, vec![jump], span);
    }

    /// Leaves the innermost loop.
    pub(crate) fn break_items(&mut self, span: Span) {
        let jump = self.break_edge(span);
        self.out.push(jump);
        self.reachable = false;
    }

    fn break_edge(&mut self, span: Span) -> hir::Stmt {
        let bindings = self.bindings.clone();
        self.loops.last_mut().expect("items are taken in loops").breaks.push(bindings);
        hir::Stmt { kind: StmtKind::Break(Edge::default()), span }
    }

    /// A value that loops carry, with its first value.
    pub(crate) fn new_carried(&mut self, purpose: &str, first: Expr) -> Local {
        let local = self.function.locals.push(LocalData { name: format!(".{purpose}") });
        self.set_carried(local, first);
        local
    }

    /// A value that loops carry, without a value yet.
    pub(crate) fn new_unassigned(&mut self, purpose: &str) -> Local {
        let local = self.function.locals.push(LocalData { name: format!(".{purpose}") });
        self.bindings.set(local, Binding::Unassigned);
        local
    }

    /// Gives a carried value its next value.
    pub(crate) fn set_carried(&mut self, local: Local, value: Expr) {
        let span = value.span;
        let version = self.new_version(local, value.ty.clone(), span);
        let sites = self.lists.sites_of(&value);
        self.lists.set_sites(version, sites);
        self.emit(StmtKind::Assign { target: version, value }, span);
        self.bindings.set(local, Binding::Version(version));
    }

    /// The value that is carried at this point.
    pub(crate) fn carried_value(&self, local: Local, span: Span) -> Expr {
        self.known_value(local, span).expect("it was given a value")
    }

    /// The value that is carried at this point, if one way to it is known that gave it one.
    pub(crate) fn known_value(&self, local: Local, span: Span) -> Option<Expr> {
        match self.bindings.get(local) {
            Binding::Version(version) => Some(self.version(version, span)),
            Binding::Unassigned | Binding::Poisoned | Binding::Conflict(_) => None,
        }
    }

    /// Where the type of something is kept that a loop within an expression carries.
    pub(crate) fn carried_key(&self, span: Span, number: usize) -> CarriedKey {
        (span, self.settling.copy, number)
    }

    /// Keeps a type for the next attempt.
    pub(crate) fn note_carried(&mut self, key: CarriedKey, ty: Type) {
        self.loop_memo.set_carried(key, ty);
        self.settling.widenings += 1;
    }

    /// Chooses between two ways, and joins behind them what is carried.
    pub(crate) fn choose_way(
        &mut self,
        condition: Expr,
        carried: Carried<'_>,
        span: Span,
        then: &mut WayWork<'_, 'i>,
        otherwise: &mut WayWork<'_, 'i>,
    ) -> Typed<()> {
        match constant_truth(&condition) {
            Some(true) => return then(self),
            Some(false) => return otherwise(self),
            None => {}
        }
        let before = self.bindings.clone();
        let ways = self.ways(condition);
        let outer = self.open_way(&ways, true);
        let first = then(self);
        let then = self.close_way(outer);
        let outer = self.open_way(&ways, false);
        let second = otherwise(self);
        let otherwise = self.close_way(outer);
        let both: Vec<&Bindings> = [&then.1, &otherwise.1].into_iter().flatten().collect();
        let joins = self.meet_carried(&both, &before, carried, span);
        self.emit_ways(*ways, [then, otherwise], &joins, span);
        first.and(second)
    }

    /// Goes on where ways meet; nothing but what is carried may have changed on them.
    fn meet_carried(
        &mut self,
        ways: &[&Bindings],
        before: &Bindings,
        carried: Carried<'_>,
        span: Span,
    ) -> Joins {
        let mut joins = Joins::default();
        let mut result = before.clone();
        self.reachable = !ways.is_empty();
        for local in carried.locals {
            let mut each = ways.iter().map(|way| way.get(*local));
            let Some(first) = each.next() else { break };
            let binding = if each.all(|other| other == first) {
                first
            } else {
                self.join_local(*local, ways.iter().map(|way| way.get(*local)), span)
            };
            if binding != first
                && let Binding::Version(version) = binding
            {
                joins.joined.push((*local, version));
            }
            result.set(*local, binding);
        }
        self.bindings = result;
        joins
    }

    /// A loop over items.
    pub(crate) fn item_loop(
        &mut self,
        iterable: &Iterable,
        carried: Carried<'_>,
        span: Span,
        work: &mut Work<'_, 'i>,
    ) -> Typed<()> {
        self.one_deeper(span, |this| this.loop_over_items(iterable, carried, span, work))
    }

    /// Does work one block deeper than what is around it, unless that is too deep.
    fn one_deeper(&mut self, span: Span, work: impl FnOnce(&mut Self) -> Typed<()>) -> Typed<()> {
        if self.block_depth >= MAX_BLOCK_DEPTH {
            return Err(self.report_deep_block(span));
        }
        self.block_depth += 1;
        let result = work(self);
        self.block_depth -= 1;
        result
    }

    fn loop_over_items(
        &mut self,
        iterable: &Iterable,
        carried: Carried<'_>,
        span: Span,
        work: &mut Work<'_, 'i>,
    ) -> Typed<()> {
        match self.way_over(iterable, span)? {
            Way::Counted(count) => match iterable {
                Iterable::Range(bounds) => {
                    self.counted_items(bounds.clone(), carried, span, &mut |this, number| work(this, number))
                }
                _ => {
                    let bounds = [integer(0, span), count, integer(1, span)];
                    self.counted_items(bounds, carried, span, &mut |this, position| {
                        let item = this.item_at(iterable, &position, span)?;
                        work(this, item)
                    })
                }
            },
            Way::Stepped => {
                let target = self.new_temporary("position", Type::INT64, span);
                let position = self.version(target, span);
                let bounds = [integer(0, span), self.goes_on(iterable, &position, span), integer(1, span)];
                self.counted_by(target, bounds, carried, span, &mut |this, position| {
                    let item = this.item_at(iterable, &position, span)?;
                    work(this, item)
                })
            }
            Way::WrittenOut(count) => self.written_items(iterable, count, carried, span, work),
        }
    }

    /// A loop that counts.
    pub(crate) fn counted_items(
        &mut self,
        bounds: [Expr; 3],
        carried: Carried<'_>,
        span: Span,
        work: &mut Work<'_, 'i>,
    ) -> Typed<()> {
        let target = self.new_temporary("position", Type::INT64, span);
        self.counted_by(target, bounds, carried, span, work)
    }

    /// A loop that counts, which carries nothing on. Its iterations run at the same time if that is asked for, or if what an iteration does is seen to be the same then.
    pub(crate) fn counted_at_once(
        &mut self,
        [start, stop, step]: [Expr; 3],
        is_asked: bool,
        span: Span,
        work: &mut Work<'_, 'i>,
    ) -> Typed<()> {
        let target = self.new_temporary("position", Type::INT64, span);
        let before = self.bindings.clone();
        let number = self.version(target, span);
        let outer = std::mem::take(&mut self.out);
        self.open_loop(span, span, is_asked);
        let result = self.one_deeper(span, |this| work(this, number));
        let (end, frame) = self.close_loop();
        let mut body = std::mem::replace(&mut self.out, outer);
        self.bindings = before;
        result?;
        Jumps::new(&Joins::default(), &Joins::default(), &frame).fill(&mut body);
        let range = RangeLoop { target, start, stop, step };
        let back = end.map(|_| Edge::default());
        let is_free = || {
            self.shares(ParallelPart::Comprehension)
                && !self.loops.iter().any(|frame| frame.is_parallel)
                && body.iter().all(only_computes)
        };
        let kind = if is_asked || is_free() {
            StmtKind::ParallelFor { range, body, back, reductions: Vec::new() }
        } else {
            let repeated = Loop { back, exit: Some(Edge::default()), ..Loop::of(body) };
            StmtKind::ForRange { range, repeated }
        };
        self.emit(kind, span);
        Ok(())
    }

    /// A loop that counts in a version.
    fn counted_by(
        &mut self,
        target: Version,
        [start, stop, step]: [Expr; 3],
        carried: Carried<'_>,
        span: Span,
        work: &mut Work<'_, 'i>,
    ) -> Typed<()> {
        let before = self.bindings.clone();
        let joins = self.open_items(carried, span);
        let head = self.bindings.clone();
        let number = self.version(target, span);
        let outer = std::mem::take(&mut self.out);
        self.open_loop(span, span, false);
        let result = work(self, number);
        let (end, frame) = self.close_loop();
        let mut body = std::mem::replace(&mut self.out, outer);
        if let Err(Reported) = result {
            self.bindings = before;
            return Err(Reported);
        }
        for way in end.iter().chain(&frame.continues) {
            self.widen_carried(carried, span, &head, way);
        }
        let ways: Vec<&Bindings> = std::iter::once(&head).chain(&frame.breaks).collect();
        let exits = self.meet_carried(&ways, &before, carried, span);
        Jumps::new(&joins, &exits, &frame).fill(&mut body);
        let repeated = Loop {
            joins: joins.versions(),
            entry: joins.edge(&before),
            body,
            back: end.map(|end| joins.edge(&end)),
            otherwise: Vec::new(),
            exits: exits.versions(),
            exit: Some(exits.edge(&head)),
        };
        self.emit(StmtKind::ForRange { range: RangeLoop { target, start, stop, step }, repeated }, span);
        Ok(())
    }

    /// Makes the joins at the head of a loop.
    fn open_items(&mut self, carried: Carried<'_>, span: Span) -> Joins {
        let mut joins = Joins::default();
        for (number, local) in carried.locals.iter().enumerate() {
            let known = self.loop_memo.carried(self.carried_key(span, number)).cloned();
            let entry = self.bindings.get(*local);
            let (ty, maybe_unassigned, sites) = match entry {
                Binding::Version(version) => {
                    let data = &self.function.versions[version];
                    let ty = known.and_then(|known| unify(&data.ty, &known)).unwrap_or(data.ty.clone());
                    (ty, data.maybe_unassigned, self.lists.sites_of_version(version))
                }
                Binding::Unassigned | Binding::Poisoned | Binding::Conflict(_) => match known {
                    Some(known) => (known, true, Vec::new()),
                    None => continue,
                },
            };
            let version = self.new_version(*local, ty, span);
            self.function.versions[version].maybe_unassigned = maybe_unassigned;
            self.lists.set_sites(version, sites);
            self.bindings.set(*local, Binding::Version(version));
            joins.joined.push((*local, version));
        }
        joins
    }

    /// Compares what comes back to the head of a loop with what was assumed there.
    fn widen_carried(&mut self, carried: Carried<'_>, span: Span, head: &Bindings, back: &Bindings) {
        for (number, local) in carried.locals.iter().enumerate() {
            let Binding::Version(version) = back.get(*local) else { continue };
            let ty = &self.function.versions[version].ty;
            let key = self.carried_key(span, number);
            match head.get(*local) {
                Binding::Version(assumed) => {
                    let assumed = &self.function.versions[assumed].ty;
                    if let Some(wider) = unify(assumed, ty).filter(|wider| wider != assumed) {
                        self.note_carried(key, wider);
                    }
                }
                Binding::Unassigned | Binding::Poisoned | Binding::Conflict(_) => {
                    let ty = ty.clone();
                    self.note_carried(key, ty);
                }
            }
        }
    }

    /// A loop that is written out.
    fn written_items(
        &mut self,
        iterable: &Iterable,
        count: usize,
        carried: Carried<'_>,
        span: Span,
        work: &mut Work<'_, 'i>,
    ) -> Typed<()> {
        self.count_written_out(count, span)?;
        let (before, copy) = (self.bindings.clone(), self.settling.copy);
        let mut iterations: Vec<(Iteration, Joins, LoopFrame)> = Vec::new();
        let mut result = Ok(());
        for number in 0..count {
            if !self.reachable || result.is_err() {
                break;
            }
            let mut hasher = DefaultHasher::new();
            (copy, number).hash(&mut hasher);
            self.settling.copy = hasher.finish();
            let outer = std::mem::take(&mut self.out);
            self.open_loop(span, span, false);
            let item = self.item_at(iterable, &integer(number as i64, span), span);
            result = item.and_then(|item| work(self, item));
            let (end, frame) = self.close_loop();
            let body = std::mem::replace(&mut self.out, outer);
            let ways: Vec<&Bindings> = end.iter().chain(&frame.continues).collect();
            let joins = self.meet_carried(&ways, &before, carried, span);
            let back = end.map(|end| joins.edge(&end));
            iterations.push((Iteration { body, joins: joins.versions(), back }, joins, frame));
        }
        self.settling.copy = copy;
        if let Err(Reported) = result {
            self.bindings = before;
            self.reachable = true;
            return Err(Reported);
        }
        if !iterations.is_empty() {
            self.finish_written(iterations, carried, &before, span);
        }
        Ok(())
    }

    fn finish_written(
        &mut self,
        mut iterations: Vec<(Iteration, Joins, LoopFrame)>,
        carried: Carried<'_>,
        before: &Bindings,
        span: Span,
    ) {
        let ended = self.reachable.then(|| self.bindings.clone());
        let breaks: Vec<Bindings> =
            iterations.iter().flat_map(|(_, _, frame)| frame.breaks.iter().cloned()).collect();
        let ways: Vec<&Bindings> = ended.iter().chain(&breaks).collect();
        let exits = self.meet_carried(&ways, before, carried, span);
        for (iteration, joins, frame) in &mut iterations {
            Jumps::new(joins, &exits, frame).fill(&mut iteration.body);
        }
        let kind = StmtKind::Unrolled {
            iterations: iterations.into_iter().map(|(iteration, ..)| iteration).collect(),
            otherwise: Vec::new(),
            exits: exits.versions(),
            exit: ended.map(|ended| exits.edge(&ended)),
        };
        self.emit(kind, span);
    }
}

/// Whether a statement only computes and stores, by nothing that depends on what has run before it in another iteration.
fn only_computes(statement: &hir::Stmt) -> bool {
    let is_free = |value: &Expr| !draws(value);
    statement.is_short()
        && match &statement.kind {
            StmtKind::Assign { value, .. } => is_free(value),
            StmtKind::StoreElement { array, indices, value } => {
                [array, value].into_iter().chain(indices).all(is_free)
            }
            StmtKind::Expr(value) => is_free(value),
            StmtKind::Raise { .. } => true,
            StmtKind::StoreElements { .. }
            | StmtKind::StoreAt { .. }
            | StmtKind::If { .. }
            | StmtKind::While { .. }
            | StmtKind::ForRange { .. }
            | StmtKind::Unrolled { .. }
            | StmtKind::ParallelFor { .. }
            | StmtKind::Break(_)
            | StmtKind::Continue(_)
            | StmtKind::Return(_)
            | StmtKind::Yield(_)
            | StmtKind::Assert { .. }
            | StmtKind::Delete(_)
            | StmtKind::Try(_)
            | StmtKind::Outside { .. }
            | StmtKind::RaiseAgain(_) => false,
        }
}

/// Whether an expression draws a random number, or asks about threads.
fn draws(value: &Expr) -> bool {
    let mut found = match &value.kind {
        ExprKind::Intrinsic { intrinsic, .. } => {
            matches!(intrinsic.typing(), Typing::Random | Typing::Threads)
        }
        _ => false,
    };
    value.for_each_operand(&mut |part| found = found || draws(part));
    found
}

/// What assignment expressions assign in an expression, those of comprehensions and functions within it apart.
fn own_walruses<'e>(expression: &'e ast::Expr, names: &mut Vec<&'e ast::Identifier>) {
    match &expression.kind {
        ast::ExprKind::Lambda { .. }
        | ast::ExprKind::ListComprehension { .. }
        | ast::ExprKind::SetComprehension { .. }
        | ast::ExprKind::DictComprehension { .. }
        | ast::ExprKind::Generator { .. } => {}
        ast::ExprKind::Walrus { target, value } => {
            names.push(target);
            own_walruses(value, names);
        }
        _ => expression.for_each_child(&mut |child| own_walruses(child, names)),
    }
}
