//! The largest or least of what the iterations of a parallel loop find, and what is assigned together with it.
//!
//! ```text
//! for i in prange(n):                 becomes        for c in prange(chunks):
//!     if x[i] > best:                                    best, where = what they were before the loop
//!         best = x[i]                                    for i in range(of chunk c): (the same)
//!         where = i                                      bests[c], wheres[c] = best, where
//!                                                    for c in range(chunks):
//!                                                        if bests[c] > best: best, where = bests[c], wheres[c]
//! ```
//!
//! A chunk begins with what the serial loop begins with, so what it keeps is what that would keep if the other chunks were not there; and a value that is not a
//! number is never kept. Where equal values replace each other, a chunk that has found nothing has to be told from one that has found an equal value: each
//! update then leaves a mark. `best = min(e, best)` keeps even what is not a number, until the next value comes: such a chunk begins with nan, and marks
//! say that something in it was not a number, whatever came before.

use crate::arrays::new_array;
use crate::conditions::scalar_compare;
use crate::expression::constant;
use crate::function::Inference;
use crate::iteration::integer;
use crate::loops::LoopSource;
use crate::reductions::{Usage, Usages, turned};
use hotloop_ast as ast;
use hotloop_ast::{BoolOp, ExprKind as AstExpr, Name, StmtKind as AstStmt};
use hotloop_diagnostics::Span;
use hotloop_hir::{
    CompareOp, Constant, Edge, Expr, ExprKind, Fill, Local, Loop, Move, RangeLoop, Stmt, StmtKind, Version,
};
use hotloop_index::Id;
use hotloop_types::{Dtype, Layout, Type};

/// A place that makes a variable the value that it was just compared with.
#[derive(Clone, Debug)]
pub(crate) struct ExtremeUpdate {
    /// `e order x`.
    pub(crate) order: ast::CompareOp,
    /// What else it assigns.
    pub(crate) others: Vec<Name>,
    pub(crate) span: Span,
}

/// Which of two values stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// `if e < x: x = e`
    Compared(CompareOp),
    /// `x = min(e, x)`, by the comparison of its name.
    Later(CompareOp),
}

/// A variable on its way through the loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub(crate) local: Local,
    /// Before the loop.
    pub(crate) initial: Version,
    /// At the start of each iteration.
    pub(crate) at_head: Version,
    /// Behind the loop.
    pub(crate) result: Version,
}

/// An extreme, the first of the members, with its companions.
#[derive(Clone, Debug)]
pub(crate) struct Extreme {
    pub(crate) order: Order,
    pub(crate) members: Vec<Member>,
}

/// Where chunks keep what they find: an array for each member, and the marks.
pub(crate) struct Found {
    members: Vec<Expr>,
    marks: Option<Expr>,
}

impl Order {
    /// Whether chunks have to mark what happens in them.
    fn needs_marks(self) -> bool {
        matches!(self, Self::Compared(CompareOp::Le | CompareOp::Ge) | Self::Later(_))
    }
}

impl Usage {
    /// How the variable is compared, if all uses are such updates with the same comparison.
    pub(crate) fn extreme(&self) -> Option<CompareOp> {
        let first = self.extremes.first()?.order;
        let uniform = self.extremes.iter().all(|update| update.order == first) && self.updates.is_empty();
        let order = match first {
            ast::CompareOp::Lt => CompareOp::Lt,
            ast::CompareOp::Le => CompareOp::Le,
            ast::CompareOp::Gt => CompareOp::Gt,
            _ => CompareOp::Ge,
        };
        (uniform && self.read.is_none() && self.assigned.is_none()).then_some(order)
    }
}

impl Usages<'_, '_> {
    /// `if e > x: x = e; y = i`, perhaps behind other conditions, where nothing else asks for `x`.
    pub(crate) fn extreme_update(
        &self,
        branches: &[ast::Branch],
        otherwise: &[ast::Stmt],
    ) -> Option<ExtremeUpdate> {
        let [ast::Branch { condition, body }] = branches else { return None };
        if self.counter.is_some() || !otherwise.is_empty() {
            return None;
        }
        // What stands before the comparison is evaluated in any case.
        let compared = match &condition.kind {
            AstExpr::BoolChain { op: BoolOp::And, operands } => {
                let (last, before) = operands.split_last()?;
                before.iter().all(|condition| !self.mentions(condition)).then_some(last)?
            }
            _ => condition,
        };
        let AstExpr::Compare { first, rest } = &compared.kind else { return None };
        let [(op, right)] = rest.as_slice() else { return None };
        let (value, order) = match (self.is_variable(right), self.is_variable(first)) {
            (true, false) => (&**first, turned(turned(*op)?)?),
            (false, true) => (right, turned(*op)?),
            (true, true) | (false, false) => return None,
        };
        let value = match &value.kind {
            AstExpr::Walrus { target, value } if !self.mentions(value) => target.name.to_string(),
            _ if !self.mentions(value) && self.is_repeatable(value) => value.to_string(),
            _ => return None,
        };
        let mut others = Vec::new();
        let mut updates = 0;
        for (target, assigned) in assignments(body)? {
            let AstExpr::Name(name) = &target.kind else { return None };
            if self.is_variable(target) {
                updates += 1;
                (assigned.to_string() == value).then_some(())?;
            } else {
                (!self.mentions(assigned)).then_some(())?;
                others.push(name.clone());
            }
        }
        // What else is assigned must not change what the value is made of.
        let mut is_changed = false;
        crate::reads::visit_names(compared, &mut |read, _| {
            is_changed |= others.iter().any(|other| **other == *read);
        });
        let is_changed = is_changed || others.iter().any(|other| **other == *value);
        (updates == 1 && !is_changed).then_some(ExtremeUpdate { order, others, span: compared.span })
    }
}

/// The assignments that a block consists of, one target each.
fn assignments(body: &[ast::Stmt]) -> Option<Vec<(&ast::Expr, &ast::Expr)>> {
    let mut found = Vec::new();
    for statement in body {
        let AstStmt::Assign { targets, value } = &statement.kind else { return None };
        let [target] = targets.as_slice() else { return None };
        match (&target.kind, &value.kind) {
            (AstExpr::Tuple(targets), AstExpr::Tuple(values)) if targets.len() == values.len() => {
                found.extend(targets.iter().zip(values));
            }
            _ => found.push((target, value)),
        }
    }
    Some(found)
}

impl Inference<'_> {
    /// Whether iterations look for an extreme.
    pub(crate) fn has_extremes(&mut self, source: LoopSource<'_>, targets: &[Local]) -> bool {
        let around = self.liveness.around(source.statement);
        let carried: Vec<Local> = around
            .assigned
            .iter()
            .filter(|local| !targets.contains(local) && around.exposed.contains(*local))
            .collect();
        carried.into_iter().any(|local| {
            let usage = self.usage_of(local, source);
            usage.extreme().is_some() || usage.prefers_later
        })
    }

    /// How the iterations use a variable.
    pub(crate) fn usage_of(&self, local: Local, source: LoopSource<'_>) -> Usage {
        let name = self.locals.names()[local.index()].clone();
        let mut usages = Usages::of(&name, self);
        usages.block(source.body);
        usages.usage
    }

    /// The variables that are read behind the loop, or by the next iteration, and assigned only where an extreme is.
    pub(crate) fn companions_of(
        &self,
        usage: &Usage,
        source: LoopSource<'_>,
        targets: &[Local],
    ) -> Vec<Local> {
        let around = self.liveness.around(source.statement);
        let mut companions: Vec<Local> = Vec::new();
        for name in usage.extremes.iter().flat_map(|update| &update.others) {
            let Some(local) = self.locals.find(name) else { continue };
            let goes_on = around.after.contains(local) || around.exposed.contains(local);
            if targets.contains(&local) || !goes_on || companions.contains(&local) {
                continue;
            }
            let times = usage.extremes.iter().flat_map(|update| &update.others);
            let times = times.filter(|other| *other == name).count();
            let own = self.usage_of(local, source);
            if own.read.is_none()
                && own.updates.is_empty()
                && own.extremes.is_empty()
                && own.assignments == times
            {
                companions.push(local);
            }
        }
        companions
    }

    /// Memory for what chunks find.
    pub(crate) fn places_for(&mut self, extreme: &Extreme, chunks: &Expr, span: Span) -> Found {
        let place = |this: &mut Self, dtype: Dtype, fill: Fill| {
            let places = new_array(vec![chunks.clone()], fill, dtype, Layout::C, span);
            this.kept(places, "found")
        };
        let mut members = Vec::with_capacity(extreme.members.len());
        for member in &extreme.members {
            let dtype = self.function.versions[member.at_head].ty.as_scalar();
            members.push(place(self, dtype.expect("it was checked"), Fill::Empty));
        }
        let marks = extreme.order.needs_marks().then(|| place(self, Dtype::Bool, Fill::Zeros));
        Found { members, marks }
    }

    /// Lets the loop over a chunk's iterations carry an extreme on; gives what the members are behind it.
    pub(crate) fn carry_extreme(&mut self, extreme: &Extreme, inner: &mut Loop, span: Span) -> Vec<Version> {
        let mut behind = Vec::with_capacity(extreme.members.len());
        for member in &extreme.members {
            let before = match extreme.order {
                Order::Compared(_) => member.initial,
                Order::Later(_) => {
                    let ty = self.function.versions[member.at_head].ty.clone();
                    let nothing = self.new_version(member.local, ty.clone(), span);
                    let value = constant(Constant::Float(f64::NAN), ty, span);
                    self.emit(StmtKind::Assign { target: nothing, value }, span);
                    nothing
                }
            };
            behind.push(self.carry(member.at_head, before, inner, span));
        }
        behind
    }

    /// Lets each update leave a mark where one is needed.
    pub(crate) fn mark_updates(
        &mut self,
        extreme: &Extreme,
        found: &Found,
        number: &Expr,
        body: &mut Vec<Stmt>,
    ) {
        let Some(marks) = &found.marks else { return };
        let local = extreme.members[0].local;
        let statements = std::mem::take(body);
        for mut statement in statements {
            statement.kind.for_each_block_mut(&mut |block| self.mark_updates(extreme, found, number, block));
            let target = match &statement.kind {
                StmtKind::Assign { target, .. } if self.function.versions[*target].local == local => {
                    Some(*target)
                }
                _ => None,
            };
            let span = statement.span;
            body.push(statement);
            let Some(target) = target else { continue };
            let mark = StmtKind::StoreElement {
                array: marks.clone(),
                indices: vec![number.clone()],
                value: constant(Constant::Bool(true), Type::BOOL, span),
            };
            let mark = Stmt { kind: mark, span };
            let value = self.version(target, span);
            body.push(match extreme.order {
                Order::Compared(_) => mark,
                Order::Later(_) => {
                    let is_nan = compare(CompareOp::Ne, value.clone(), value, span);
                    let edges = [Some(Edge::default()), Some(Edge::default())];
                    Stmt { kind: StmtKind::choice(is_nan, [vec![mark], Vec::new()], edges, Vec::new()), span }
                }
            });
        }
    }

    /// Keeps what a chunk has found.
    pub(crate) fn keep_found(&mut self, last: Vec<Version>, found: &Found, number: &Expr, span: Span) {
        for (version, places) in last.into_iter().zip(&found.members) {
            let value = self.version(version, span);
            let kind = StmtKind::StoreElement { array: places.clone(), indices: vec![number.clone()], value };
            self.emit(kind, span);
        }
    }

    /// Puts together what the chunks have found, in order.
    pub(crate) fn combine_found(&mut self, extreme: &Extreme, found: &Found, chunks: &Expr, span: Span) {
        let target = self.new_temporary("chunk", Type::INT64, span);
        let number = self.version(target, span);
        let outside = std::mem::take(&mut self.out);
        let so_far: Vec<Version> = extreme
            .members
            .iter()
            .map(|member| {
                let ty = self.function.versions[member.at_head].ty.clone();
                self.new_version(member.local, ty, span)
            })
            .collect();
        let at = |places: &Expr, ty: Type| {
            let element =
                ExprKind::Element { array: Box::new(places.clone()), indices: vec![number.clone()] };
            Expr::new(element, ty, span)
        };
        let best = self.version(so_far[0], span);
        let of_chunk = at(&found.members[0], best.ty.clone());
        let of_chunk = self.kept(of_chunk, "of_chunk");
        let mark = found.marks.as_ref().map(|marks| at(marks, Type::BOOL));
        let is_better = is_better(extreme.order, mark, of_chunk.clone(), best, span);
        let is_better = self.kept(is_better, "is_better");
        let mut back = Edge::default();
        for (position, (so_far, places)) in so_far.iter().zip(&found.members).enumerate() {
            let before = self.version(*so_far, span);
            let ty = before.ty.clone();
            let new = if position == 0 { of_chunk.clone() } else { at(places, ty.clone()) };
            let value = crate::conditions::choose(is_better.clone(), new, before, span);
            let next = self.new_version(extreme.members[position].local, ty, span);
            self.emit(StmtKind::Assign { target: next, value }, span);
            back.moves.push(Move { target: *so_far, source: Some(next) });
        }
        let body = std::mem::replace(&mut self.out, outside);
        let mut repeated = Loop { back: Some(back), exit: Some(Edge::default()), ..Loop::of(body) };
        for (member, so_far) in extreme.members.iter().zip(&so_far) {
            repeated.joins.push(*so_far);
            repeated.entry.moves.push(Move { target: *so_far, source: Some(member.initial) });
            repeated.exits.push(member.result);
            let exit = repeated.exit.as_mut().expect("it was set above");
            exit.moves.push(Move { target: member.result, source: Some(*so_far) });
        }
        let range =
            RangeLoop { target, start: integer(0, span), stop: chunks.clone(), step: integer(1, span) };
        self.emit(StmtKind::ForRange { range, repeated }, span);
    }
}

/// Whether what a chunk has found replaces what those before it have.
fn is_better(order: Order, mark: Option<Expr>, of_chunk: Expr, best: Expr, span: Span) -> Expr {
    let both = |a: Expr, b: Expr| Expr::new(ExprKind::And(Box::new(a), Box::new(b)), Type::BOOL, span);
    let either = |a: Expr, b: Expr| Expr::new(ExprKind::Or(Box::new(a), Box::new(b)), Type::BOOL, span);
    match order {
        Order::Compared(op) => {
            let is_better = compare(op, of_chunk, best, span);
            match mark {
                Some(mark) => both(mark, is_better),
                None => is_better,
            }
        }
        Order::Later(op) => {
            let at_least = if op == CompareOp::Lt { CompareOp::Le } else { CompareOp::Ge };
            let is_number = compare(CompareOp::Eq, of_chunk.clone(), of_chunk.clone(), span);
            let replaces_nothing = compare(CompareOp::Ne, best.clone(), best.clone(), span);
            let comes_first = compare(at_least, of_chunk, best, span);
            let mark = mark.expect("such chunks are marked");
            either(mark, both(is_number, either(comes_first, replaces_nothing)))
        }
    }
}

/// A comparison of two numbers.
fn compare(op: CompareOp, left: Expr, right: Expr, span: Span) -> Expr {
    scalar_compare(op, left, right, span).expect("they are real numbers")
}
