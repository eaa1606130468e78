//! Takes the places out of a tree, so that two trees can be compared by what they say alone.

use crate::{
    Alias, Argument, Branch, ClassDef, Comprehension, DictItem, ExceptHandler, Expr, ExprKind, FormatPart,
    FunctionDef, Identifier, MatchCase, Module, Parameter, Parameters, Pattern, PatternKind, Stmt, StmtKind,
    TypeParameter, WithItem,
};
use hotloop_diagnostics::Span;

impl Module {
    /// The same tree with [`Span::NONE`] on every node: equal to another such tree where both were written alike, up to
    /// spaces, comments and parentheses.
    ///
    /// ```
    /// use hotloop_ast::{Expr, ExprKind, Module, Stmt, StmtKind};
    /// use hotloop_diagnostics::{FileId, Span};
    ///
    /// let at = |start: u32| {
    ///     let span = Span::new(FileId::from_number(0), start, start + 4);
    ///     Module { body: vec![Stmt { kind: StmtKind::Expr(Expr::new(ExprKind::None, span)), span }] }
    /// };
    /// assert_ne!(at(0), at(7));
    /// assert_eq!(at(0).without_places(), at(7).without_places());
    /// ```
    #[must_use]
    pub fn without_places(mut self) -> Self {
        let mut pending = Vec::new();
        self.body.erase(&mut pending);
        while let Some(node) = pending.pop() {
            match node {
                Node::Expr(expr) => {
                    expr.span = Span::NONE;
                    expr.kind.erase(&mut pending);
                }
                Node::Stmt(statement) => {
                    statement.span = Span::NONE;
                    statement.kind.erase(&mut pending);
                }
            }
        }
        self
    }
}

/// A node that may lie deep: its turn comes later, so that a deep tree needs no deep recursion.
enum Node<'a> {
    Expr(&'a mut Expr),
    Stmt(&'a mut Stmt),
}

type Pending<'a> = Vec<Node<'a>>;

/// A part of the tree that has places.
trait Placed {
    /// Erases its places; expressions and statements go to `pending`.
    fn erase<'a>(&'a mut self, pending: &mut Pending<'a>);
}

impl Placed for Expr {
    fn erase<'a>(&'a mut self, pending: &mut Pending<'a>) {
        pending.push(Node::Expr(self));
    }
}

impl Placed for Stmt {
    fn erase<'a>(&'a mut self, pending: &mut Pending<'a>) {
        pending.push(Node::Stmt(self));
    }
}

impl<T: Placed> Placed for Option<T> {
    fn erase<'a>(&'a mut self, pending: &mut Pending<'a>) {
        self.iter_mut().for_each(|item| item.erase(pending));
    }
}

impl<T: Placed> Placed for Box<T> {
    fn erase<'a>(&'a mut self, pending: &mut Pending<'a>) {
        (**self).erase(pending);
    }
}

impl<T: Placed> Placed for Vec<T> {
    fn erase<'a>(&'a mut self, pending: &mut Pending<'a>) {
        self.iter_mut().for_each(|item| item.erase(pending));
    }
}

impl<A: Placed, B: Placed> Placed for (A, B) {
    fn erase<'a>(&'a mut self, pending: &mut Pending<'a>) {
        self.0.erase(pending);
        self.1.erase(pending);
    }
}

/// Erases the fields named, and the span where the node has one.
macro_rules! placed {
    ($($node:ident { $($field:ident),* } $($span:ident)?;)*) => {
        $(impl Placed for $node {
            fn erase<'a>(&'a mut self, pending: &mut Pending<'a>) {
                $(self.$field.erase(pending);)*
                $(self.$span = Span::NONE;)?
            }
        })*
    };
}

placed! {
    Pattern { kind } span;
    FunctionDef { decorators, name, type_parameters, parameters, returns, body } span;
    ClassDef { decorators, name, type_parameters, arguments, body } span;
    WithItem { context, target } span;
    ExceptHandler { kind, name, body } span;
    Branch { condition, body };
    MatchCase { pattern, guard, body } span;
    TypeParameter { name, bound, default } span;
    Alias { name, alias } span;
    Comprehension { target, iterable, conditions } span;
    Parameters { items };
    Parameter { name, annotation, default } span;
}

impl Placed for Identifier {
    fn erase<'a>(&'a mut self, _: &mut Pending<'a>) {
        self.span = Span::NONE;
    }
}

/// Erases all that a variant holds.
macro_rules! each {
    ($pending:ident: $($part:ident),*) => {{ $($part.erase($pending);)* }};
}

impl Placed for ExprKind {
    fn erase<'a>(&'a mut self, pending: &mut Pending<'a>) {
        match self {
            Self::Name(_)
            | Self::Number(_)
            | Self::Bool(_)
            | Self::None
            | Self::Ellipsis
            | Self::Str(_)
            | Self::SurrogateStr(_)
            | Self::Bytes(_) => {}
            Self::FormatString(parts) | Self::TemplateString(parts) => parts.erase(pending),
            Self::Unary { operand, .. } => operand.erase(pending),
            Self::Binary { first, rest } => {
                first.erase(pending);
                rest.iter_mut().for_each(|(_, operand)| operand.erase(pending));
            }
            Self::Compare { first, rest } => {
                first.erase(pending);
                rest.iter_mut().for_each(|(_, operand)| operand.erase(pending));
            }
            Self::BoolChain { operands, .. } => operands.erase(pending),
            Self::Conditional { condition, then, otherwise } => each!(pending: condition, then, otherwise),
            Self::Call { function, arguments } => each!(pending: function, arguments),
            Self::Attribute { value, name } => each!(pending: value, name),
            Self::Subscript { value, index } => each!(pending: value, index),
            Self::Slice { lower, upper, step } => each!(pending: lower, upper, step),
            Self::Tuple(items) | Self::List(items) | Self::Set(items) => items.erase(pending),
            Self::Dict(items) => items.erase(pending),
            Self::ListComprehension { element, clauses }
            | Self::SetComprehension { element, clauses }
            | Self::Generator { element, clauses } => each!(pending: element, clauses),
            Self::DictComprehension { key, value, clauses } => each!(pending: key, value, clauses),
            Self::Lambda { parameters, body } => each!(pending: parameters, body),
            Self::Walrus { target, value } => each!(pending: target, value),
            Self::Yield(value) => value.erase(pending),
            Self::Starred(value) | Self::YieldFrom(value) | Self::Await(value) => value.erase(pending),
        }
    }
}

impl Placed for StmtKind {
    fn erase<'a>(&'a mut self, pending: &mut Pending<'a>) {
        match self {
            Self::Expr(value) => value.erase(pending),
            Self::Assign { targets, value } => each!(pending: targets, value),
            Self::AugAssign { target, value, .. } => each!(pending: target, value),
            Self::AnnAssign { target, annotation, value, .. } => each!(pending: target, annotation, value),
            Self::If { branches, otherwise } => each!(pending: branches, otherwise),
            Self::While { condition, body, otherwise } => each!(pending: condition, body, otherwise),
            Self::For { target, iterable, body, otherwise, .. } => {
                each!(pending: target, iterable, body, otherwise)
            }
            Self::With { items, body, .. } => each!(pending: items, body),
            Self::Try { body, handlers, otherwise, finally, .. } => {
                each!(pending: body, handlers, otherwise, finally)
            }
            Self::Match { subject, cases } => each!(pending: subject, cases),
            Self::Function(function) => function.erase(pending),
            Self::Class(class) => class.erase(pending),
            Self::Return(value) => value.erase(pending),
            Self::Raise { exception, cause } => each!(pending: exception, cause),
            Self::Assert { condition, message } => each!(pending: condition, message),
            Self::Delete(targets) => targets.erase(pending),
            Self::Global(names) | Self::Nonlocal(names) => names.erase(pending),
            Self::Import(names) | Self::ImportFrom { names, .. } => names.erase(pending),
            Self::TypeAlias { name, type_parameters, value } => each!(pending: name, type_parameters, value),
            Self::Break | Self::Continue | Self::Pass | Self::Skipped => {}
        }
    }
}

impl Placed for PatternKind {
    fn erase<'a>(&'a mut self, pending: &mut Pending<'a>) {
        match self {
            Self::Wildcard => {}
            Self::Capture(name) => name.erase(pending),
            Self::Value(value) => value.erase(pending),
            Self::Sequence(items) | Self::Or(items) => items.erase(pending),
            Self::Star(name) => name.erase(pending),
            Self::Mapping { items, rest } => each!(pending: items, rest),
            Self::Class { class, positional, keywords } => each!(pending: class, positional, keywords),
            Self::As { pattern, name } => each!(pending: pattern, name),
        }
    }
}

impl Placed for Argument {
    fn erase<'a>(&'a mut self, pending: &mut Pending<'a>) {
        match self {
            Self::Keyword { name, value } => each!(pending: name, value),
            Self::Positional(value) | Self::Unpack(value) | Self::UnpackKeywords(value) => {
                value.erase(pending)
            }
        }
    }
}

impl Placed for DictItem {
    fn erase<'a>(&'a mut self, pending: &mut Pending<'a>) {
        match self {
            Self::Pair(key, value) => each!(pending: key, value),
            Self::Unpack(value) => value.erase(pending),
        }
    }
}

impl Placed for FormatPart {
    fn erase<'a>(&'a mut self, pending: &mut Pending<'a>) {
        match self {
            Self::Text(_) | Self::Surrogate(_) => {}
            Self::Field { value, format, span, .. } => {
                each!(pending: value, format);
                *span = Span::NONE;
            }
        }
    }
}
