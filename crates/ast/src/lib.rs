//! The tree of a Python module as it was written.
//!
//! This crate knows nothing about types, tokens or what a kernel may use: it holds all of Python's syntax (3.8 to 3.14),
//! with a [`Span`] on every node, and prints it back. What of it a kernel may use is decided by inference.
//!
//! ```
//! use hotloop_ast::{BinaryOp, Expr, ExprKind, Number};
//! use hotloop_diagnostics::Span;
//!
//! let number = |value: u64| Expr::new(ExprKind::Number(Number::int(value)), Span::NONE);
//! let product = Expr::new(ExprKind::binary(BinaryOp::Mul, number(2), number(3)), Span::NONE);
//! let sum = Expr::new(ExprKind::binary(BinaryOp::Mul, product, number(4)), Span::NONE);
//! assert_eq!(sum.to_string(), "2 * 3 * 4");
//! ```

mod expr;
mod places;
mod stmt;
mod unparse;
mod walk;

pub use expr::{
    Argument, BinaryOp, BoolOp, CompareOp, Comprehension, Conversion, DictItem, Expr, ExprKind, FormatPart,
    Number, Parameter, ParameterKind, Parameters, UnaryOp,
};
pub use stmt::{
    Alias, Branch, ClassDef, ExceptHandler, FunctionDef, MatchCase, Module, Pattern, PatternKind, Stmt,
    StmtKind, TypeParameter, TypeParameterKind, WithItem,
};

use hotloop_diagnostics::Span;

/// An identifier, with no place.
pub type Name = std::sync::Arc<str>;

/// An identifier at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Identifier {
    /// The name, in Unicode's NFKC form only if it was written so.
    pub name: Name,
    /// Where it stands.
    pub span: Span,
}
