//! Groups a flat list of binary operators by precedence.
//!
//! Before: `a + b * c - d` as one list    After: the chain `a + (b * c) - d`, with `b * c` a chain of its own
//!
//! One pass with a stack of open chains of rising precedence, so that a sum of a million terms is one flat node.

use crate::tree::Operand;
use hotloop_ast::{BinaryOp, Expr, ExprKind};
use hotloop_diagnostics::{FileId, Span};

/// A chain whose last operator waits for its right operand.
struct Chain {
    first: Operand,
    rest: Vec<(BinaryOp, Expr)>,
    pending: BinaryOp,
}

impl Chain {
    /// The chain with `last` as its last operand, itself an operand.
    fn close(mut self, last: Operand, file: FileId) -> Operand {
        let (start, end) = (self.first.start, last.end);
        self.rest.push((self.pending, last.expr));
        let kind = ExprKind::Binary { first: Box::new(self.first.expr), rest: self.rest };
        Operand { expr: Expr::new(kind, Span::new(file, start, end)), start, end }
    }
}

/// The expression that `first op operand op operand ...` means.
pub(crate) fn group(first: Operand, rest: Vec<(BinaryOp, Operand)>, file: FileId) -> Expr {
    let mut open: Vec<Chain> = Vec::new();
    let mut operand = first;
    for (op, next) in rest {
        while let Some(chain) = open.pop_if(|chain| chain.pending.precedence() > op.precedence()) {
            operand = chain.close(operand, file);
        }
        match open.last_mut() {
            Some(chain) if chain.pending.precedence() == op.precedence() => {
                chain.rest.push((chain.pending, operand.expr));
                chain.pending = op;
            }
            Some(_) | None => open.push(Chain { first: operand, rest: Vec::new(), pending: op }),
        }
        operand = next;
    }
    while let Some(chain) = open.pop() {
        operand = chain.close(operand, file);
    }
    operand.expr
}
