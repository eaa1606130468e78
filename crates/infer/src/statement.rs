//! Statements other than loops and assignments.

use crate::bindings::{Bindings, Joins};
use crate::function::{Inference, Reported, Typed};
use crate::guarded::{GuardKind, MAX_COPIES, TrySource};
use crate::locals::visit_assigned;
use crate::narrowing::Facts;
use crate::python_rules::outside_loop;
use hotloop_ast as ast;
use hotloop_ast::{BoolOp, Branch, ExprKind as AstExpr, StmtKind as AstStmt};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir as hir;
use hotloop_hir::{Arm, Constant, Edge, Expr, ExprKind, StmtKind};
use hotloop_index::IdSet;
use hotloop_types::Type;

static UNSUPPORTED: Code = Code::new("HL0301", "a statement is not supported in a kernel yet");
static LEAVES_PARALLEL: Code = Code::new("HL0403", "an iteration of a parallel loop leaves the loop");
pub(crate) static TOO_DEEP: Code = Code::new("HL0305", "blocks are nested too deeply");

/// How deep blocks may nest.
pub(crate) const MAX_BLOCK_DEPTH: u32 = 130;

/// The two ways that a condition opens.
pub(crate) struct Ways {
    condition: Expr,
    facts: Facts,
    /// What the locals are before it.
    before: Bindings,
}

/// Branches that were typed, of an `if` with its `elif` or of a `match`.
#[derive(Default)]
pub(crate) struct Chain {
    arms: Vec<Arm>,
    /// What the locals are at the ends of the branches, if control gets there.
    ends: Vec<Option<Bindings>>,
    /// The statements of the block around.
    around: Vec<hir::Stmt>,
}

/// What follows a branch.
pub(crate) enum Next {
    /// What is done where its condition does not hold.
    Otherwise,
    /// Nothing: it was decided, or what follows stands there already.
    Settled,
}

/// Branches with what is done where none of their conditions holds.
type Rest<'s> = (&'s [Branch], &'s [ast::Stmt]);

/// The statements of a way, and what the locals are at its end, if control gets there.
pub(crate) type Way = (Vec<hir::Stmt>, Option<Bindings>);

impl Chain {
    /// Whether there is no branch yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.arms.is_empty()
    }
}

impl Inference<'_> {
    /// The statements of a block, up to one that does not fall through.
    pub(crate) fn block(&mut self, body: &[ast::Stmt]) -> Vec<hir::Stmt> {
        let outer = std::mem::take(&mut self.out);
        self.block_depth += 1;
        for statement in body {
            if !self.reachable || self.diverged.is_some() {
                break;
            }
            if self.block_depth > MAX_BLOCK_DEPTH {
                self.report_deep_block(statement.span);
                break;
            }
            self.depth = 0;
            self.links = 0;
            // What is wrong was reported; the statements behind it may have errors of their own.
            let _: Typed<()> = self.statement(statement);
            self.settle_divergence(statement);
        }
        self.block_depth -= 1;
        std::mem::replace(&mut self.out, outer)
    }

    pub(crate) fn report_deep_block(&mut self, span: Span) -> Reported {
        let message = "blocks are nested too deeply for a kernel";
        let help = "move the inner blocks into a kernel of their own";
        self.report(Diagnostic::error(&TOO_DEEP, message, span).with_help(help))
    }

    fn statement(&mut self, statement: &ast::Stmt) -> Typed<()> {
        let span = statement.span;
        match &statement.kind {
            AstStmt::Expr(value) => self.expression_statement(value, span),
            AstStmt::Assign { targets, value } => self.assign(targets, value, span),
            AstStmt::AugAssign { target, op, value } => self.augmented(target, *op, value, span),
            AstStmt::AnnAssign { target, value: Some(value), .. } => {
                self.assign(std::slice::from_ref(target), value, span)
            }
            AstStmt::AnnAssign { value: None, .. } | AstStmt::Pass => Ok(()),
            AstStmt::If { branches, otherwise } => {
                let (first, others) = branches.split_first().expect("an `if` has a branch");
                self.if_statement(statement, (&first.condition, &first.body), (others, otherwise))
            }
            AstStmt::While { condition, body, otherwise } => {
                self.while_statement(statement, condition, body, otherwise)
            }
            AstStmt::For { is_async: false, target, iterable, body, otherwise } => {
                self.for_statement(statement, target, iterable, body, otherwise)
            }
            AstStmt::Return(value) => self.return_statement(value.as_ref(), span),
            AstStmt::Raise {
                exception: Some(ast::Expr { kind: AstExpr::Conditional { condition, then, otherwise }, .. }),
                cause,
            } => self.raise_choice(condition, [then, otherwise], cause.as_ref(), span),
            AstStmt::Raise { exception, cause } => self.raise(exception.as_ref(), cause.as_ref(), span),
            AstStmt::Assert { condition, message } => self.assert(condition, message.as_ref(), span),
            AstStmt::Function(definition) => self.define(definition),
            AstStmt::Match { subject, cases } => self.match_statement(statement, subject, cases),
            AstStmt::Break => self.leave_iteration(true, span),
            AstStmt::Continue => self.leave_iteration(false, span),
            AstStmt::Try { is_star, body, handlers, otherwise, finally } => {
                self.try_statement(*is_star, TrySource { statement, body, handlers, otherwise, finally })
            }
            AstStmt::Delete(targets) => self.delete(targets, statement),
            AstStmt::For { is_async: true, .. }
            | AstStmt::With { .. }
            | AstStmt::Class(_)
            | AstStmt::Global(_)
            | AstStmt::Nonlocal(_)
            | AstStmt::Import(_)
            | AstStmt::ImportFrom { .. }
            | AstStmt::TypeAlias { .. }
            | AstStmt::Skipped => Err(self.unsupported_statement(statement)),
        }
    }

    pub(crate) fn unsupported_statement(&mut self, statement: &ast::Stmt) -> Reported {
        self.poison_bound(statement);
        let (what, help) = describe_unsupported(&statement.kind);
        let message = format!("{what} is not supported yet in a kernel");
        self.report(Diagnostic::error(&UNSUPPORTED, message, head_of(statement)).with_help(help))
    }

    /// What a refused statement would bind has no value; reading it is no further mistake.
    fn poison_bound(&mut self, statement: &ast::Stmt) {
        visit_assigned(std::slice::from_ref(statement), &mut |name| self.poison_name(name));
        if let AstStmt::Global(names) | AstStmt::Nonlocal(names) = &statement.kind {
            names.iter().for_each(|name| self.poison_name(&name.name));
        }
    }

    fn expression_statement(&mut self, value: &ast::Expr, span: Span) -> Typed<()> {
        if let AstExpr::Str(_) | AstExpr::Ellipsis = value.kind {
            return Ok(());
        }
        if let AstExpr::Yield(value) = &value.kind {
            return self.yield_statement(value.as_deref(), span);
        }
        let value = self.value(value)?;
        if !self.is_pure(&value) {
            self.emit(StmtKind::Expr(value), span);
        }
        Ok(())
    }

    /// `if` with its `elif`, one after the other: there may be thousands.
    fn if_statement(
        &mut self,
        statement: &ast::Stmt,
        (mut condition, mut body): (&ast::Expr, &[ast::Stmt]),
        mut rest: Rest<'_>,
    ) -> Typed<()> {
        let mut chain = Chain::default();
        while let Next::Otherwise = self.branch_on(statement, condition, body, rest, &mut chain)? {
            let Some((next, others)) = rest.0.split_first() else {
                self.inline(rest.1);
                break;
            };
            (condition, body) = (&next.condition, &next.body);
            rest.0 = others;
        }
        self.close_chain(statement, chain);
        Ok(())
    }

    /// One of the branches.
    fn branch_on(
        &mut self,
        statement: &ast::Stmt,
        condition: &ast::Expr,
        body: &[ast::Stmt],
        rest: Rest<'_>,
        chain: &mut Chain,
    ) -> Typed<Next> {
        if let AstExpr::BoolChain { op, operands } = &condition.kind
            && self.copies < MAX_COPIES
            && operands[1..].iter().any(assigns)
        {
            let result = self.if_chain(statement, *op, operands, body, rest);
            return if chain.is_empty() { result.map(|()| Next::Settled) } else { Ok(Next::Settled) };
        }
        let typed = self.condition(condition);
        if self.diverged.is_some() {
            if chain.is_empty() {
                return Err(Reported);
            }
            self.evaluate_up_to_call(condition);
            return Ok(Next::Settled);
        }
        // After an error in the condition both ways are looked at.
        let typed = typed.unwrap_or_else(|Reported| undecided(condition.span));
        match constant_truth(&typed) {
            Some(false) => {}
            Some(true) => {
                self.inline(body);
                return Ok(Next::Settled);
            }
            None => self.arm(chain, typed, |this| this.inline(body)),
        }
        Ok(Next::Otherwise)
    }

    /// A branch of a chain; what follows is where its condition does not hold.
    pub(crate) fn arm(&mut self, chain: &mut Chain, condition: Expr, body: impl FnOnce(&mut Self)) {
        let ways = self.ways(condition);
        let mut before = self.open_way(&ways, true);
        if chain.is_empty() {
            chain.around = std::mem::take(&mut before);
        }
        body(self);
        let (body, end) = *self.close_way(Vec::new());
        self.open_way(&ways, false);
        chain.arms.push(Arm { before, condition: ways.condition, body, edge: None });
        chain.ends.push(end);
    }

    /// Goes on where all branches meet; what was emitted last is the way on which no condition holds.
    pub(crate) fn close_chain(&mut self, statement: &ast::Stmt, mut chain: Chain) {
        if chain.is_empty() {
            return;
        }
        let (otherwise, end) = *self.close_way(chain.around);
        chain.ends.push(end);
        let joins = self.join_ends(statement, &chain.ends);
        let mut edges = chain.ends.iter().map(|end| end.as_ref().map(|end| joins.edge(end)));
        for (arm, edge) in chain.arms.iter_mut().zip(&mut edges) {
            arm.edge = edge;
        }
        let otherwise_edge = edges.next().flatten();
        let (arms, joins) = (chain.arms, joins.versions());
        self.emit(StmtKind::If { arms, otherwise, otherwise_edge, joins }, statement.span);
    }

    /// The branches behind one whose condition does not hold.
    fn rest_of_branches(&mut self, statement: &ast::Stmt, (branches, otherwise): Rest<'_>) {
        let Some((next, others)) = branches.split_first() else { return self.inline(otherwise) };
        self.block_depth += 1;
        if self.block_depth > MAX_BLOCK_DEPTH {
            self.report_deep_block(next.condition.span);
        } else {
            // What is wrong was reported.
            let _: Typed<()> =
                self.if_statement(statement, (&next.condition, &next.body), (others, otherwise));
            self.settle_divergence_in(&next.condition);
        }
        self.block_depth -= 1;
    }

    /// A branch with an `and` or `or` of which not every way evaluates what is assigned: an `if` within an `if`, so that behind a test the
    /// variable is assigned where the test was made.
    fn if_chain(
        &mut self,
        statement: &ast::Stmt,
        op: BoolOp,
        operands: &[ast::Expr],
        body: &[ast::Stmt],
        rest: Rest<'_>,
    ) -> Typed<()> {
        let (first, others) = operands.split_first().expect("a chain has operands");
        if others.is_empty() {
            return self.if_statement(statement, (first, body), rest);
        }
        let condition = self.condition(first)?;
        // One of the blocks stands behind each test.
        self.copies += 1;
        let goes_on = op == BoolOp::And;
        let way = |this: &mut Self, holds: bool| {
            if holds == goes_on {
                // What is wrong was reported; the other way may have errors of its own.
                let _: Typed<()> = this.if_chain(statement, op, others, body, rest);
                this.settle_divergence_in(&others[0]);
            } else if holds {
                this.inline(body);
            } else {
                this.rest_of_branches(statement, rest);
            }
        };
        if let Some(decided) = constant_truth(&condition) {
            way(self, decided);
            return Ok(());
        }
        let ways = self.ways(condition);
        let both = [true, false].map(|holds| {
            let outer = self.open_way(&ways, holds);
            way(self, holds);
            self.close_way(outer)
        });
        self.join_two(statement, *ways, both);
        Ok(())
    }

    /// `raise a if condition else b`.
    fn raise_choice(
        &mut self,
        condition: &ast::Expr,
        exceptions: [&ast::Expr; 2],
        cause: Option<&ast::Expr>,
        span: Span,
    ) -> Typed<()> {
        let condition = self.condition(condition)?;
        let [then, otherwise] = exceptions;
        match constant_truth(&condition) {
            Some(true) => return self.raise(Some(then), cause, span),
            Some(false) => return self.raise(Some(otherwise), cause, span),
            None => {}
        }
        let ways = self.ways(condition);
        let mut result = Ok(());
        let mut way = |holds: bool, exception: &ast::Expr| {
            let outer = self.open_way(&ways, holds);
            let raised = self.raise(Some(exception), cause, span);
            result = result.and(raised);
            self.close_way(outer).0
        };
        let (then, otherwise) = (way(true, then), way(false, otherwise));
        self.reachable = false;
        let Ways { condition, .. } = *ways;
        self.emit(StmtKind::choice(condition, [then, otherwise], [None, None], Vec::new()), span);
        result
    }

    /// Appends the statements of a block to the current one.
    pub(crate) fn inline(&mut self, body: &[ast::Stmt]) {
        let body = self.block(body);
        self.out.extend(body);
    }

    /// The two ways that a condition opens from here.
    pub(crate) fn ways(&self, condition: Expr) -> Box<Ways> {
        Box::new(Ways { facts: self.facts_of(&condition), before: self.bindings.clone(), condition })
    }

    /// Begins one of the ways; gives the statements of the block around, for [`close_way`](Self::close_way).
    pub(crate) fn open_way(&mut self, ways: &Ways, holds: bool) -> Vec<hir::Stmt> {
        let outer = std::mem::take(&mut self.out);
        self.bindings = ways.before.clone();
        self.reachable = true;
        self.narrow(&ways.facts, holds);
        outer
    }

    /// Ends a way: its statements, and the bindings at its end if control gets there.
    pub(crate) fn close_way(&mut self, outer: Vec<hir::Stmt>) -> Box<Way> {
        let block = std::mem::replace(&mut self.out, outer);
        Box::new((block, self.reachable.then(|| self.bindings.clone())))
    }

    /// Goes on where both ways meet.
    pub(crate) fn join_two(&mut self, statement: &ast::Stmt, ways: Ways, both: [Box<Way>; 2]) {
        let [(then, then_end), (otherwise, otherwise_end)] = both.map(|way| *way);
        let joins = self.join_branches(statement, then_end.as_ref(), otherwise_end.as_ref());
        let both = [(then, then_end), (otherwise, otherwise_end)].map(Box::new);
        self.emit_ways(ways, both, &joins, statement.span);
    }

    /// The statement of two ways that meet.
    pub(crate) fn emit_ways(&mut self, ways: Ways, both: [Box<Way>; 2], joins: &Joins, span: Span) {
        let [(then, then_end), (otherwise, otherwise_end)] = both.map(|way| *way);
        let edge = |end: Option<Bindings>| end.map(|end| joins.edge(&end));
        let edges = [edge(then_end), edge(otherwise_end)];
        self.emit(StmtKind::choice(ways.condition, [then, otherwise], edges, joins.versions()), span);
    }

    /// A block with the bindings at its end, if control gets there.
    pub(crate) fn branch(
        &mut self,
        body: &[ast::Stmt],
        before: Bindings,
    ) -> (Vec<hir::Stmt>, Option<Bindings>) {
        self.bindings = before;
        self.reachable = true;
        let block = self.block(body);
        (block, self.reachable.then(|| self.bindings.clone()))
    }

    fn join_branches(
        &mut self,
        statement: &ast::Stmt,
        then: Option<&Bindings>,
        otherwise: Option<&Bindings>,
    ) -> Joins {
        self.reachable = then.is_some() || otherwise.is_some();
        match (then, otherwise) {
            (Some(then), Some(otherwise)) => {
                let live = self.liveness.around(statement).after.clone();
                self.join_ways(&[then, otherwise], &live, &IdSet::new(), head_of(statement))
            }
            (Some(only), None) | (None, Some(only)) => {
                self.bindings = only.clone();
                Joins::default()
            }
            (None, None) => Joins::default(),
        }
    }

    fn return_statement(&mut self, value: Option<&ast::Expr>, span: Span) -> Typed<()> {
        let value = match value {
            None => None,
            Some(value) => match self.value(value) {
                Ok(value) => Some(value),
                Err(Reported) => {
                    self.reachable = false;
                    return Err(Reported);
                }
            },
        };
        self.reachable = false;
        if let Some(frame) = self.loops.iter().rev().find(|frame| frame.is_parallel) {
            let diagnostic = Diagnostic::error(&LEAVES_PARALLEL, "`return` inside a parallel loop", span)
                .with_label(frame.span, "the iterations of this loop run in any order")
                .with_help("store the result and return it behind the loop, or use `range`");
            return Err(self.report(diagnostic));
        }
        let has_cleanup = self.guards.iter().any(|guard| matches!(guard.kind, GuardKind::Finally(_)));
        let value = if has_cleanup { value.map(|value| self.kept(value, "result")) } else { value };
        self.reachable = true;
        let left = self.leave_guards(0, span);
        if !std::mem::replace(&mut self.reachable, false) {
            return left;
        }
        left?;
        match value {
            Some(value) if self.makes_generator && value.ty != Type::None => {
                return Err(self.returned_by_generator(value.span));
            }
            Some(value) if value.ty != Type::None => {
                self.returns.push((value.ty.clone(), value.span));
                self.emit(StmtKind::Return(Some(value)), span);
            }
            value => {
                if let Some(value) = value.filter(|value| !matches!(value.kind, ExprKind::Constant(_))) {
                    self.emit(StmtKind::Expr(value), span);
                }
                if !self.makes_generator {
                    self.returns.push((Type::None, span));
                }
                self.emit(StmtKind::Return(None), span);
            }
        }
        Ok(())
    }

    fn leave_iteration(&mut self, is_break: bool, span: Span) -> Typed<()> {
        self.reachable = false;
        let Some(frame) = self.loops.last() else {
            return Err(self.report(outside_loop(is_break, span)));
        };
        if is_break && frame.is_parallel {
            let diagnostic = Diagnostic::error(&LEAVES_PARALLEL, "`break` inside a parallel loop", span)
                .with_label(frame.span, "the iterations of this loop run in any order")
                .with_help("use `range`, or `continue` to skip the rest of an iteration");
            return Err(self.report(diagnostic));
        }
        self.check_jump(if is_break { "`break`" } else { "`continue`" }, span)?;
        self.reachable = true;
        let left = self.leave_guards(self.guards_in_loop(), span);
        if !std::mem::replace(&mut self.reachable, false) {
            return left;
        }
        left?;
        // The joins, and so the moves, are known only when the whole loop is.
        let bindings = self.bindings.clone();
        let frame = self.loops.last_mut().expect("the loop was found above");
        if is_break {
            frame.breaks.push(bindings);
            self.emit(StmtKind::Break(Edge::default()), span);
        } else {
            frame.continues.push(bindings);
            self.emit(StmtKind::Continue(Edge::default()), span);
        }
        Ok(())
    }
}

/// A condition of which nothing is known.
fn undecided(span: Span) -> Expr {
    let part = || Box::new(truth(true));
    let kind = ExprKind::Conditional { condition: part(), then: part(), otherwise: part() };
    Expr::new(kind, Type::BOOL, span)
}

/// Whether an assignment expression stands in it.
fn assigns(expr: &ast::Expr) -> bool {
    let mut found = matches!(expr.kind, AstExpr::Walrus { .. });
    if !matches!(expr.kind, AstExpr::Lambda { .. }) {
        expr.for_each_child(&mut |child| found |= assigns(child));
    }
    found
}

/// `True` or `False` as an expression.
pub(crate) fn truth(value: bool) -> Expr {
    Expr::constant(Constant::Bool(value), Type::BOOL)
}

/// The truth value of a condition that is decided already.
pub(crate) fn constant_truth(condition: &Expr) -> Option<bool> {
    match condition.kind {
        ExprKind::Constant(Constant::Bool(value)) => Some(value),
        _ => None,
    }
}

/// The part of a compound statement before its blocks, for labels that should not span pages.
pub(crate) fn head_of(statement: &ast::Stmt) -> Span {
    let head = match &statement.kind {
        AstStmt::If { branches, .. } => branches[0].condition.span,
        AstStmt::While { condition, .. } => condition.span,
        AstStmt::For { target, iterable, .. } => Span { start: target.span.start, ..iterable.span },
        AstStmt::With { items, .. } if !items.is_empty() => items[0].context.span,
        AstStmt::Function(function) => function.name.span,
        AstStmt::Class(class) => class.name.span,
        AstStmt::Try { .. } => {
            Span { end: statement.span.end.min(statement.span.start + 3), ..statement.span }
        }
        AstStmt::Match { subject, .. } => subject.span,
        _ => return statement.span,
    };
    if head.file == statement.span.file {
        Span { start: statement.span.start.min(head.start), ..head }
    } else {
        head
    }
}

fn describe_unsupported(kind: &AstStmt) -> (&'static str, &'static str) {
    match kind {
        AstStmt::For { .. } => ("`async for`", "use an ordinary `for` over `range`"),
        AstStmt::With { .. } => {
            ("`with`", "open and close what it needs in Python, around the call of the kernel")
        }
        AstStmt::Function(_) => {
            ("a function inside a function", "define it beside the kernel, as a kernel of its own")
        }
        AstStmt::Class(_) => ("a class", "define it outside the kernel"),
        AstStmt::Global(_) => ("`global`", "globals are frozen in a kernel; return the new value instead"),
        AstStmt::Nonlocal(_) => ("`nonlocal`", "return the new value instead"),
        AstStmt::Import(_) | AstStmt::ImportFrom { .. } => ("`import`", "import at the head of the file"),
        AstStmt::TypeAlias { .. } => ("`type`", "define it outside the kernel"),
        AstStmt::Skipped => ("this statement", "write it in a way that Python accepts"),
        AstStmt::Expr(_)
        | AstStmt::Assign { .. }
        | AstStmt::AugAssign { .. }
        | AstStmt::AnnAssign { .. }
        | AstStmt::If { .. }
        | AstStmt::While { .. }
        | AstStmt::Return(_)
        | AstStmt::Try { .. }
        | AstStmt::Raise { .. }
        | AstStmt::Assert { .. }
        | AstStmt::Match { .. }
        | AstStmt::Delete(_)
        | AstStmt::Break
        | AstStmt::Continue
        | AstStmt::Pass => ("this statement", "leave it out"),
    }
}
