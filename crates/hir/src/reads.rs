//! The versions that statements read, on edges, too.

use crate::{Edge, ExceptionArgument, Expr, ExprKind, Loop, Stmt, StmtKind, Version};

impl Stmt {
    /// Visits each place that reads a version, or ends its use. Where an error is caught, versions are read without such a place.
    pub fn for_each_read(&self, visit: &mut dyn FnMut(Version)) {
        match &self.kind {
            StmtKind::Assign { value, .. } | StmtKind::Expr(value) | StmtKind::Yield(value) => {
                value.for_each_read(visit);
            }
            StmtKind::StoreElement { array, indices, value } => {
                [value, array].into_iter().chain(indices).for_each(|part| part.for_each_read(visit));
            }
            StmtKind::StoreElements { array, value, mask } => {
                array.for_each_read(visit);
                for computation in std::iter::once(value).chain(mask.as_deref()) {
                    computation.for_each_operand(&mut |part| part.for_each_read(visit));
                }
            }
            StmtKind::StoreAt { array, places, value } => {
                array.for_each_read(visit);
                places.operands.iter().for_each(|(_, operand)| operand.for_each_read(visit));
                value.for_each_operand(&mut |part| part.for_each_read(visit));
            }
            StmtKind::If { arms, otherwise, otherwise_edge, .. } => {
                for arm in arms {
                    all(&arm.before, visit);
                    arm.condition.for_each_read(visit);
                    all(&arm.body, visit);
                    arm.edge.iter().for_each(|edge| edge.for_each_read(visit));
                }
                all(otherwise, visit);
                otherwise_edge.iter().for_each(|edge| edge.for_each_read(visit));
            }
            StmtKind::While { condition, repeated } => {
                condition.for_each_read(visit);
                repeated.for_each_read(visit);
            }
            StmtKind::ForRange { range, repeated } => {
                [&range.start, &range.stop, &range.step].iter().for_each(|part| part.for_each_read(visit));
                repeated.for_each_read(visit);
            }
            StmtKind::Unrolled { iterations, otherwise, exit, .. } => {
                for iteration in iterations {
                    all(&iteration.body, visit);
                    iteration.back.iter().for_each(|edge| edge.for_each_read(visit));
                }
                all(otherwise, visit);
                exit.iter().for_each(|edge| edge.for_each_read(visit));
            }
            StmtKind::ParallelFor { range, body, back, reductions } => {
                [&range.start, &range.stop, &range.step].iter().for_each(|part| part.for_each_read(visit));
                all(body, visit);
                back.iter().for_each(|edge| edge.for_each_read(visit));
                reductions.iter().for_each(|reduction| visit(reduction.initial));
            }
            StmtKind::Break(edge) | StmtKind::Continue(edge) => edge.for_each_read(visit),
            StmtKind::Return(value) => value.iter().for_each(|value| value.for_each_read(visit)),
            StmtKind::Raise { exception } => arguments(&exception.arguments, visit),
            StmtKind::Assert { condition, arguments: given } => {
                condition.for_each_read(visit);
                arguments(given, visit);
            }
            StmtKind::Try(guarded) => {
                all(&guarded.body, visit);
                guarded.entry.for_each_read(visit);
                all(&guarded.otherwise, visit);
                guarded.edge.iter().for_each(|edge| edge.for_each_read(visit));
                for handler in &guarded.handlers {
                    all(&handler.body, visit);
                    handler.edge.iter().for_each(|edge| edge.for_each_read(visit));
                }
            }
            StmtKind::Outside { body, .. } => all(body, visit),
            StmtKind::Delete(version) => visit(*version),
            StmtKind::RaiseAgain(_) => {}
        }
    }
}

impl Expr {
    fn for_each_read(&self, visit: &mut dyn FnMut(Version)) {
        match &self.kind {
            ExprKind::Version(version) => visit(*version),
            ExprKind::Block { statements, .. } => all(statements, visit),
            _ => {}
        }
        self.for_each_operand(&mut |part| part.for_each_read(visit));
    }
}

impl Edge {
    fn for_each_read(&self, visit: &mut dyn FnMut(Version)) {
        self.moves.iter().filter_map(|each| each.source).for_each(visit);
    }
}

impl Loop {
    fn for_each_read(&self, visit: &mut dyn FnMut(Version)) {
        self.entry.for_each_read(visit);
        all(&self.body, visit);
        self.back.iter().for_each(|edge| edge.for_each_read(visit));
        all(&self.otherwise, visit);
        self.exit.iter().for_each(|edge| edge.for_each_read(visit));
    }
}

fn all(statements: &[Stmt], visit: &mut dyn FnMut(Version)) {
    statements.iter().for_each(|statement| statement.for_each_read(visit));
}

fn arguments(arguments: &[ExceptionArgument], visit: &mut dyn FnMut(Version)) {
    arguments.iter().flat_map(ExceptionArgument::values).for_each(|value| value.for_each_read(visit));
}
