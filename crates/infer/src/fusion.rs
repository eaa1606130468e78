//! Lets an array expression become part of the next statement, where that is all that asks for its result: one loop nest, and an array less.
//!
//! ```text
//! t = a * b                  becomes        u = a * b + c
//! u = t + c
//! ```
//!
//! Nothing stands between the two, so that the operands have the values that they had. The next statement takes the result as elements of one computation, which is
//! what it would have been had it been written as one expression. Where an error is caught, names may be asked for without a place: nothing is fused there.
//! One walk over the statements.

use hotloop_diagnostics::Span;
use hotloop_hir::{Broadcast, Elementwise, Expr, ExprKind, Function, Stmt, StmtKind, Version, VersionData};
use hotloop_index::IdMap;
use hotloop_types::Type;
use rustc_hash::FxHashMap;

/// A computation of more operands than that is taken in by no other: each is walked by a pointer of its own.
const MOST_OPERANDS: usize = 12;

/// Fuses what can be fused in a function.
pub(crate) fn fuse(function: &mut Function) {
    let mut body = std::mem::take(&mut function.body);
    let mut reads = FxHashMap::default();
    body.iter().for_each(|statement| {
        statement.for_each_read(&mut |version| *reads.entry(version).or_default() += 1);
    });
    Fusion { versions: &function.versions, reads }.block(&mut body);
    function.body = body;
}

struct Fusion<'a> {
    versions: &'a IdMap<Version, VersionData>,
    /// How many places read each version.
    reads: FxHashMap<Version, u32>,
}

impl Fusion<'_> {
    fn block(&self, block: &mut Vec<Stmt>) {
        let mut fused: Vec<Stmt> = Vec::with_capacity(block.len());
        for mut statement in block.drain(..) {
            if !matches!(statement.kind, StmtKind::Try(_)) {
                statement.kind.for_each_block_mut(&mut |block| self.block(block));
            }
            while let Some(result) = fused.last().and_then(|last| self.result_read_once(last))
                && self.takes(&mut statement, result)
            {
                let Some(Stmt { kind: StmtKind::Assign { value, .. }, .. }) = fused.pop() else {
                    unreachable!("it was matched above")
                };
                let ExprKind::Elementwise(computation) = value.kind else {
                    unreachable!("it was matched above")
                };
                take_in(&mut statement, result, *computation, value.span);
            }
            fused.push(statement);
        }
        *block = fused;
    }

    /// The version that a statement assigns an array expression of arrays that exist, if one place reads it.
    fn result_read_once(&self, statement: &Stmt) -> Option<Version> {
        let StmtKind::Assign { target, value } = &statement.kind else { return None };
        let ExprKind::Elementwise(computation) = &value.kind else { return None };
        let is_read_once = self.reads.get(target) == Some(&1) && !self.versions[*target].maybe_unassigned;
        let exist = computation.operands.iter().all(|(_, operand)| self.is_there(operand));
        (is_read_once && exist && !computation.body.may_write()).then_some(*target)
    }

    /// Whether evaluating it later is the same.
    fn is_there(&self, operand: &Expr) -> bool {
        match &operand.kind {
            ExprKind::Version(version) => !self.versions[*version].maybe_unassigned,
            ExprKind::Constant(_) | ExprKind::ConstantArray(_) => true,
            ExprKind::View { .. } => {
                let mut are_there = true;
                operand.for_each_operand(&mut |part| are_there = are_there && self.is_there(part));
                are_there
            }
            _ => false,
        }
    }

    /// Whether a statement walks over the elements of that array in a computation, and does nothing before that others could see.
    fn takes(&self, statement: &mut Stmt, result: Version) -> bool {
        let mut takes = false;
        for_each_computation(statement, &mut |computation| {
            let is_walked = |(element, operand): &(Version, Expr)| {
                operand.kind == ExprKind::Version(result)
                    && matches!(self.versions[*element].ty, Type::Scalar(_))
            };
            takes |= computation.operands.len() <= MOST_OPERANDS
                && computation.operands.iter().any(is_walked)
                && !computation.may_write();
        });
        takes
    }
}

/// Visits the computations that a statement makes first.
fn for_each_computation(statement: &mut Stmt, visit: &mut dyn FnMut(&mut Elementwise)) {
    match &mut statement.kind {
        StmtKind::Assign { value, .. } | StmtKind::Expr(value) | StmtKind::Return(Some(value)) => {
            match &mut value.kind {
                ExprKind::Elementwise(computation) => visit(computation),
                ExprKind::Call { arguments, .. } => {
                    if let Some(Expr { kind: ExprKind::Elementwise(computation), .. }) = arguments.first_mut()
                    {
                        visit(computation);
                    }
                }
                _ => {}
            }
        }
        StmtKind::StoreElements { value, .. } => visit(value),
        _ => {}
    }
}

/// Puts a computation in the place of the array that was its result.
fn take_in(statement: &mut Stmt, result: Version, inner: Elementwise, place: Span) {
    let mut inner = Some(inner);
    for_each_computation(statement, &mut |outer| {
        let is_it = |(_, operand): &(Version, Expr)| operand.kind == ExprKind::Version(result);
        let Some(position) = outer.operands.iter().position(is_it) else { return };
        let inner = inner.take().expect("one place reads it");
        let (element, _) = outer.operands.remove(position);
        outer.operands.splice(position..position, inner.operands);
        let shape = Broadcast::At(Box::new(inner.broadcast), place);
        put_shape(&mut outer.broadcast, element, &shape);
        let (ty, span) = (outer.body.ty.clone(), outer.body.span);
        let body = std::mem::replace(&mut outer.body, inner.body.clone());
        let value = Box::new(inner.body);
        outer.body = Expr::new(ExprKind::Let { target: element, value, body: Box::new(body) }, ty, span);
    });
}

/// Puts a shape in the place of that of the array for whose elements a version stood.
fn put_shape(broadcast: &mut Broadcast, element: Version, inner: &Broadcast) {
    match broadcast {
        Broadcast::Of(version) if *version == element => *broadcast = inner.clone(),
        Broadcast::Of(_) => {}
        Broadcast::At(part, _) => put_shape(part, element, inner),
        Broadcast::Together(parts) | Broadcast::Indices(parts) => {
            parts.iter_mut().for_each(|part| put_shape(part, element, inner));
        }
    }
}
