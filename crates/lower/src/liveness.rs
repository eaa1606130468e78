//! Which versions of arrays are still needed behind each statement, so that each is released as soon as nothing reads it.
//!
//! One walk backwards over the statements, and none where a function has no arrays but its parameters. A version that a loop
//! reads but does not assign is needed on the whole way round; instead of a second walk over the body such versions are
//! listed with the loop, and lowering adds them to everything within.

use crate::lowering::is_tracked;
use hotloop_hir::{
    Edge, ExceptionArgument, Expr, ExprKind, Function, Loop, RangeLoop, Reduction, Stmt, StmtKind, Try,
    Version,
};
use hotloop_index::{IdSet, SharedSet};
use rustc_hash::FxHashMap;

/// Versions that are needed at a place: there are as many sets as statements, which differ by little.
pub(crate) type LiveSet = SharedSet<Version>;

/// What is needed where. Within a loop, [`needed_again`](Self::needed_again) comes on top.
#[derive(Debug, Default)]
pub(crate) struct Liveness {
    tracked: IdSet<Version>,
    after: FxHashMap<*const Stmt, LiveSet>,
    at_head: FxHashMap<*const Stmt, LiveSet>,
    behind_iteration: FxHashMap<(*const Stmt, usize), LiveSet>,
    targets: Vec<JumpTargets>,
    /// What the handlers around need, without the versions joined there: lowering keeps those alive that may be joined; and what the
    /// expressions around need.
    in_handlers: LiveSet,
}

/// What is needed where the jumps out of the innermost loop's body go, without the versions joined there.
#[derive(Debug)]
struct JumpTargets {
    at_break: LiveSet,
    at_continue: LiveSet,
}

impl Liveness {
    /// Walks over a function.
    pub(crate) fn new(function: &Function) -> Self {
        let tracked = function.versions.ids().filter(|version| is_tracked(function, *version)).collect();
        let mut liveness = Self { tracked, ..Self::default() };
        if !liveness.is_trivial() {
            let mut live = LiveSet::new();
            liveness.block(&function.body, &mut live);
        }
        liveness
    }

    /// Whether no version of the function holds arrays of its own.
    pub(crate) fn is_trivial(&self) -> bool {
        self.tracked.is_empty()
    }

    /// What is needed behind a statement.
    pub(crate) fn after(&self, statement: &Stmt) -> &LiveSet {
        const NOTHING: &LiveSet = &LiveSet::new();
        self.after.get(&std::ptr::from_ref(statement)).unwrap_or(NOTHING)
    }

    /// What is needed at the head of a loop; of this the versions that are not joined there are needed again in every iteration.
    pub(crate) fn at_head(&self, statement: &Stmt) -> LiveSet {
        self.at_head.get(&std::ptr::from_ref(statement)).cloned().unwrap_or_default()
    }

    /// What is needed behind an iteration of a loop that is written out.
    pub(crate) fn behind_iteration(&self, statement: &Stmt, number: usize) -> LiveSet {
        self.behind_iteration.get(&(std::ptr::from_ref(statement), number)).cloned().unwrap_or_default()
    }

    /// Turns what is needed behind a block into what is needed before it.
    fn block(&mut self, statements: &[Stmt], live: &mut LiveSet) {
        live.union_with(&self.in_handlers);
        for statement in statements.iter().rev() {
            self.after.insert(std::ptr::from_ref(statement), live.clone());
            self.statement(statement, live);
            live.union_with(&self.in_handlers);
        }
    }

    fn statement(&mut self, statement: &Stmt, live: &mut LiveSet) {
        match &statement.kind {
            StmtKind::Assign { target, value } => {
                live.remove(*target);
                self.expr(value, live);
            }
            StmtKind::StoreElement { array, indices, value } => {
                self.exprs([value, array].into_iter().chain(indices), live);
            }
            StmtKind::StoreElements { array, value, mask } => {
                let masked = mask.iter().flat_map(|mask| parts_of(&mask.operands, Some(&mask.body)));
                let parts = parts_of(&value.operands, Some(&value.body)).chain([array]).chain(masked);
                self.exprs(parts, live);
                forget(&value.operands, live);
                mask.iter().for_each(|mask| forget(&mask.operands, live));
            }
            StmtKind::StoreAt { array, places, value } => {
                let parts = parts_of(&value.operands, Some(&value.body)).chain([array]);
                self.exprs(parts.chain(parts_of(&places.operands, None)), live);
                forget(&value.operands, live);
                forget(&places.operands, live);
            }
            StmtKind::Expr(value) | StmtKind::Yield(value) => self.expr(value, live),
            StmtKind::Assert { condition, arguments } => {
                self.exprs(arguments.iter().flat_map(ExceptionArgument::values), live);
                self.expr(condition, live);
            }
            StmtKind::If { arms, otherwise, otherwise_edge, joins } => {
                let after = without(live, joins);
                *live = self.branch(otherwise, otherwise_edge.as_ref(), &after);
                for arm in arms.iter().rev() {
                    live.union_with(&self.branch(&arm.body, arm.edge.as_ref(), &after));
                    self.expr(&arm.condition, live);
                    self.block(&arm.before, live);
                }
            }
            StmtKind::While { condition, repeated } => {
                self.repeated(statement, repeated, Some(condition), None, live)
            }
            StmtKind::ForRange { range, repeated } => {
                let condition = range.is_live().then_some(&range.stop);
                self.repeated(statement, repeated, condition, Some(range.target), live);
                self.range(range, live);
            }
            StmtKind::Unrolled { iterations, otherwise, exits, exit } => {
                let at_break = without(live, exits);
                *live = self.branch(otherwise, exit.as_ref(), &at_break);
                for (number, iteration) in iterations.iter().enumerate().rev() {
                    self.behind_iteration.insert((std::ptr::from_ref(statement), number), live.clone());
                    let at_continue = without(live, &iteration.joins);
                    let targets =
                        JumpTargets { at_break: at_break.clone(), at_continue: at_continue.clone() };
                    self.targets.push(targets);
                    *live = self.branch(&iteration.body, iteration.back.as_ref(), &at_continue);
                    self.targets.pop();
                }
            }
            StmtKind::ParallelFor { range, body, back, reductions } => {
                self.parallel(statement, body, back.as_ref(), reductions, live);
                self.range(range, live);
            }
            StmtKind::Break(edge) => {
                live.clone_from(&self.targets.last().expect("HIR: a break lies in a loop").at_break);
                self.edge(edge, live);
            }
            StmtKind::Continue(edge) => {
                live.clone_from(&self.targets.last().expect("HIR: a continue lies in a loop").at_continue);
                self.edge(edge, live);
            }
            StmtKind::Return(value) => {
                *live = LiveSet::new();
                self.exprs(value, live);
            }
            StmtKind::Try(guarded) => self.guarded(statement, guarded, live),
            StmtKind::Outside { body, .. } => self.block(body, live),
            StmtKind::RaiseAgain(_) => *live = LiveSet::new(),
            StmtKind::Delete(version) => self.read(*version, live),
            StmtKind::Raise { exception } => {
                *live = LiveSet::new();
                self.exprs(exception.arguments.iter().flat_map(ExceptionArgument::values), live);
            }
        }
    }

    fn guarded(&mut self, statement: &Stmt, guarded: &Try, live: &mut LiveSet) {
        let after = without(live, &guarded.exits);
        let mut at_handlers = self.in_handlers.clone();
        for handler in &guarded.handlers {
            at_handlers.union_with(&self.branch(&handler.body, handler.edge.as_ref(), &after));
        }
        let at_handlers = without(&at_handlers, &guarded.joins);
        self.at_head.insert(std::ptr::from_ref(statement), at_handlers.clone());
        let mut before = self.branch(&guarded.otherwise, guarded.edge.as_ref(), &after);
        let around = std::mem::replace(&mut self.in_handlers, at_handlers);
        self.block(&guarded.body, &mut before);
        self.in_handlers = around;
        *live = before;
        self.edge(&guarded.entry, live);
    }

    /// What is needed before a branch that goes on, by the edge, to where `after` is needed.
    fn branch(&mut self, statements: &[Stmt], edge: Option<&Edge>, after: &LiveSet) -> LiveSet {
        let mut live = self.before_edge(edge, after);
        self.block(statements, &mut live);
        live
    }

    fn before_edge(&self, edge: Option<&Edge>, after: &LiveSet) -> LiveSet {
        let Some(edge) = edge else { return LiveSet::new() };
        let mut live = after.clone();
        self.edge(edge, &mut live);
        live
    }

    fn repeated(
        &mut self,
        statement: &Stmt,
        repeated: &Loop,
        condition: Option<&Expr>,
        target: Option<Version>,
        live: &mut LiveSet,
    ) {
        let at_break = without(live, &repeated.exits);
        let mut head = self.branch(&repeated.otherwise, repeated.exit.as_ref(), &at_break);
        self.targets.push(JumpTargets { at_break, at_continue: LiveSet::new() });
        let body = self.branch(&repeated.body, repeated.back.as_ref(), &LiveSet::new());
        self.targets.pop();
        head.union_with(&body);
        self.exprs(condition, &mut head);
        head.union_with(&self.in_handlers);
        if let Some(target) = target {
            head.remove(target);
        }
        self.at_head.insert(std::ptr::from_ref(statement), head.clone());
        *live = without(&head, &repeated.joins);
        self.edge(&repeated.entry, live);
    }

    fn parallel(
        &mut self,
        statement: &Stmt,
        body: &[Stmt],
        back: Option<&Edge>,
        reductions: &[Reduction],
        live: &mut LiveSet,
    ) {
        self.targets.push(JumpTargets { at_break: LiveSet::new(), at_continue: LiveSet::new() });
        let body = self.branch(body, back, &LiveSet::new());
        self.targets.pop();
        live.union_with(&body);
        for reduction in reductions {
            live.remove(reduction.accumulator);
            live.remove(reduction.result);
            self.read(reduction.initial, live);
        }
        self.at_head.insert(std::ptr::from_ref(statement), live.clone());
    }

    fn range(&mut self, range: &RangeLoop, live: &mut LiveSet) {
        self.exprs([&range.start, &range.stop, &range.step], live);
    }

    fn edge(&self, edge: &Edge, live: &mut LiveSet) {
        for source in edge.moves.iter().filter_map(|each| each.source) {
            self.read(source, live);
        }
    }

    fn read(&self, version: Version, live: &mut LiveSet) {
        if self.tracked.contains(version) {
            live.insert(version);
        }
    }

    /// Adds what an expression reads.
    fn expr(&mut self, expr: &Expr, live: &mut LiveSet) {
        self.exprs([expr], live);
    }

    /// Adds what expressions read that are evaluated one after the other. What is read beside statements within them may have been read
    /// before, and is needed as long as these run.
    fn exprs<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>, live: &mut LiveSet) {
        let exprs: Vec<&Expr> = exprs.into_iter().collect();
        let around = self.in_handlers.clone();
        if exprs.iter().any(|expr| expr.has_block()) {
            exprs.iter().for_each(|expr| self.keep_reads(expr));
        }
        exprs.into_iter().rev().for_each(|expr| self.reads(expr, live));
        self.in_handlers = around;
    }

    fn keep_reads(&mut self, expr: &Expr) {
        if let ExprKind::Version(version) = expr.kind
            && self.tracked.contains(version)
        {
            self.in_handlers.insert(version);
        }
        // What a block gives is read behind its statements, and may be made by them.
        if let ExprKind::Block { .. } = expr.kind {
            return;
        }
        expr.for_each_operand(&mut |part| self.keep_reads(part));
    }

    /// Before a version is made within an expression, nothing needs it.
    fn begin(&mut self, version: Version, live: &mut LiveSet) {
        live.remove(version);
        self.in_handlers.remove(version);
    }

    fn reads(&mut self, expr: &Expr, live: &mut LiveSet) {
        match &expr.kind {
            ExprKind::Version(version) => self.read(*version, live),
            ExprKind::Assign { target, value } => {
                self.begin(*target, live);
                self.reads(value, live);
            }
            ExprKind::Let { target, value, body } => {
                self.reads(body, live);
                self.begin(*target, live);
                self.reads(value, live);
            }
            ExprKind::Block { statements, value } => {
                self.expr(value, live);
                self.block(statements, live);
            }
            _ => {
                let mut parts = Vec::new();
                expr.for_each_operand(&mut |part| parts.push(part));
                parts.into_iter().rev().for_each(|part| self.reads(part, live));
                if let ExprKind::Elementwise(operation)
                | ExprKind::Selected { mask: operation, .. }
                | ExprKind::TruePositions { mask: operation, .. } = &expr.kind
                {
                    forget(&operation.operands, live);
                }
            }
        }
    }
}

/// What a computation evaluates.
fn parts_of<'e>(operands: &'e [(Version, Expr)], body: Option<&'e Expr>) -> impl Iterator<Item = &'e Expr> {
    operands.iter().map(|(_, operand)| operand).chain(body)
}

/// What stands for operands is not there before these.
fn forget(operands: &[(Version, Expr)], live: &mut LiveSet) {
    for (version, _) in operands {
        live.remove(*version);
    }
}

/// The set without some versions.
pub(crate) fn without(set: &LiveSet, versions: &[Version]) -> LiveSet {
    let mut set = set.clone();
    for version in versions {
        set.remove(*version);
    }
    set
}
