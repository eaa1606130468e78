//! Statements.

use crate::loops::LoopParts;
use crate::lowering::Lowering;
use crate::ownership::Holder;
use crate::values::Operand;
use hotloop_hir::{Arm, Edge, Expr, ExprKind, Stmt, StmtKind, Version};
use hotloop_mir::Terminator;

impl Lowering<'_> {
    /// Lowers statements in order, until one never goes on.
    pub(crate) fn statements(&mut self, statements: &[Stmt]) {
        for statement in statements {
            if !self.code.is_reachable() {
                return;
            }
            self.code.set_span(statement.span);
            self.statement(statement);
            self.release_dead(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::Assign { target, value } => self.assignment(statement, *target, value),
            StmtKind::StoreElement { array, indices, value } => self.store_element(array, indices, value),
            StmtKind::StoreElements { array, value, mask } => {
                self.store_elements(array, value, mask.as_deref())
            }
            StmtKind::StoreAt { array, places, value } => self.store_at(array, places, value),
            StmtKind::Expr(value) => {
                let operand = self.expr(value);
                self.drop_temporary(&operand);
            }
            StmtKind::If { arms, otherwise, otherwise_edge, joins } => {
                self.choice(statement, arms, (otherwise, otherwise_edge.as_ref()), joins);
            }
            StmtKind::While { condition, repeated } => {
                self.while_loop(statement, condition, LoopParts::from(repeated))
            }
            StmtKind::ForRange { range, repeated } => {
                self.range_loop(statement, range, LoopParts::from(repeated));
            }
            StmtKind::Unrolled { iterations, otherwise, exits, exit } => {
                self.unrolled_loop(statement, iterations, otherwise, exits, exit.as_ref());
            }
            StmtKind::ParallelFor { range, body, back, reductions } => {
                if self.source.options.parallel {
                    self.parallel_loop(statement, range, body, back.as_ref(), reductions);
                } else {
                    self.serial_reductions(statement, range, body, back.as_ref(), reductions);
                }
            }
            StmtKind::Break(edge) => self.break_loop(edge),
            StmtKind::Continue(edge) => self.continue_loop(edge),
            StmtKind::Return(_) if self.generator.is_some() => self.end_generator(),
            StmtKind::Return(value) => self.return_statement(value.as_ref()),
            StmtKind::Yield(value) => self.yield_item(value),
            StmtKind::Try(guarded) => self.try_statement(statement, guarded),
            StmtKind::Outside { tries, body } => self.outside(*tries, body),
            StmtKind::RaiseAgain(caught) => {
                let (error, texts) = self.caught(*caught);
                // The error takes its strings along once more.
                self.code.retain(texts);
                self.code.terminate(Terminator::RaiseAgain(error));
            }
            StmtKind::Delete(version) => self.delete(*version),
            StmtKind::Raise { exception } => self.raise_exception(exception),
            StmtKind::Assert { condition, arguments } => self.assert(condition, arguments),
        }
    }

    /// An assignment. A version read for the last time hands its arrays over.
    fn assignment(&mut self, statement: &Stmt, target: Version, value: &Expr) {
        let operand = self.expr(value);
        let kept = match value.kind {
            ExprKind::Version(source) if self.is_last_use(statement, source) => {
                self.code.holdings.rename(Holder::Version(source), Holder::Version(target));
                operand
            }
            _ => self.keep(&operand, Holder::Version(target)),
        };
        self.assign(target, kept);
    }

    /// `del name`: the arrays go as soon as nothing else needs them, as of any variable that is not read any more.
    fn delete(&mut self, version: Version) {
        self.read_version(version);
        let (local, block) = (self.source.versions[version].local, self.code.block());
        self.code.holdings.set_current(local, None, block);
    }

    fn is_last_use(&self, statement: &Stmt, version: Version) -> bool {
        self.code.holdings.is_held_by(Holder::Version(version)) && !self.is_live_after(statement, version)
    }

    fn is_live_after(&self, statement: &Stmt, version: Version) -> bool {
        self.liveness.after(statement).contains(version)
            || self.needed_again.contains(version)
            || self.code.holdings.is_current(version)
    }

    /// Releases what nothing behind the statement needs.
    fn release_dead(&mut self, statement: &Stmt) {
        if self.liveness.is_trivial() || !self.code.is_reachable() {
            return;
        }
        let (after, again) = (self.liveness.after(statement), &self.needed_again);
        self.code.release_where(|holder| match holder {
            Holder::Version(version) => !after.contains(version) && !again.contains(version),
            Holder::Caught(_) | Holder::Temporary => false,
        });
    }

    fn return_statement(&mut self, value: Option<&Expr>) {
        let operand = value.map_or(Operand::Nothing, |value| self.expr(value));
        self.return_operand(&operand);
    }

    /// The first arm whose condition holds, or what is done otherwise.
    fn choice(
        &mut self,
        statement: &Stmt,
        arms: &[Arm],
        (otherwise, otherwise_edge): (&[Stmt], Option<&Edge>),
        joins: &[Version],
    ) {
        let mut ends = Vec::new();
        for arm in arms {
            self.statements(&arm.before);
            let (taken, next) = (self.code.new_block(), self.code.new_block());
            self.branch_on(&arm.condition, taken, next);
            let holdings = self.code.holdings.clone();
            self.code.start(taken);
            self.statements(&arm.body);
            self.note_end(arm.edge.as_ref(), &mut ends);
            self.code.holdings = holdings;
            self.code.start(next);
        }
        self.statements(otherwise);
        self.note_end(otherwise_edge, &mut ends);
        self.code.set_span(statement.span);
        let live = self.live_at(statement, joins);
        // The last way ends here.
        ends.reverse();
        self.leave(ends, &live, joins);
    }
}
