//! Visits the expressions of a tree.

use crate::{Argument, Comprehension, DictItem, Expr, ExprKind, FormatPart, Parameters, Stmt, StmtKind};
use hotloop_diagnostics::Span;

impl Expr {
    /// Calls `visit` for each expression directly within this one, in source order.
    pub fn for_each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match &self.kind {
            ExprKind::Name(_)
            | ExprKind::Number(_)
            | ExprKind::Bool(_)
            | ExprKind::None
            | ExprKind::Ellipsis
            | ExprKind::Str(_)
            | ExprKind::SurrogateStr(_)
            | ExprKind::Bytes(_) => {}
            ExprKind::FormatString(parts) | ExprKind::TemplateString(parts) => each_field(parts, visit),
            ExprKind::Unary { operand: value, .. }
            | ExprKind::Attribute { value, .. }
            | ExprKind::Starred(value)
            | ExprKind::YieldFrom(value)
            | ExprKind::Await(value)
            | ExprKind::Walrus { value, .. } => visit(value),
            ExprKind::Lambda { parameters, body } => {
                each_default(parameters, visit);
                visit(body);
            }
            ExprKind::Binary { first, rest } => {
                visit(first);
                rest.iter().for_each(|(_, operand)| visit(operand));
            }
            ExprKind::Compare { first, rest } => {
                visit(first);
                rest.iter().for_each(|(_, operand)| visit(operand));
            }
            ExprKind::BoolChain { operands: items, .. }
            | ExprKind::Tuple(items)
            | ExprKind::List(items)
            | ExprKind::Set(items) => items.iter().for_each(visit),
            ExprKind::Conditional { condition, then, otherwise } => {
                [then, condition, otherwise].into_iter().for_each(|part| visit(part));
            }
            ExprKind::Call { function, arguments } => {
                visit(function);
                arguments.iter().for_each(|argument| visit(argument.value()));
            }
            ExprKind::Subscript { value, index } => [value, index].into_iter().for_each(|part| visit(part)),
            ExprKind::Slice { lower, upper, step } => {
                [lower, upper, step].into_iter().flatten().for_each(|part| visit(part));
            }
            ExprKind::Dict(items) => items.iter().for_each(|item| match item {
                DictItem::Pair(key, value) => [key, value].into_iter().for_each(&mut *visit),
                DictItem::Unpack(value) => visit(value),
            }),
            ExprKind::ListComprehension { element, clauses }
            | ExprKind::SetComprehension { element, clauses }
            | ExprKind::Generator { element, clauses } => {
                visit(element);
                each_in_clauses(clauses, visit);
            }
            ExprKind::DictComprehension { key, value, clauses } => {
                [key, value].into_iter().for_each(|part| visit(part));
                each_in_clauses(clauses, visit);
            }
            ExprKind::Yield(value) => value.iter().for_each(|value| visit(value)),
        }
    }

    /// Calls `visit` for this expression and all within it, outer ones first.
    pub fn for_each<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        visit(self);
        self.for_each_child(&mut |child| child.for_each(visit));
    }
}

impl Argument {
    /// The expression that is passed.
    pub fn value(&self) -> &Expr {
        match self {
            Self::Positional(value)
            | Self::Keyword { value, .. }
            | Self::Unpack(value)
            | Self::UnpackKeywords(value) => value,
        }
    }

    /// Where it stands, without the stars of one that is unpacked.
    pub fn span(&self) -> Span {
        match self {
            Self::Keyword { name, value } => name.span.to(value.span),
            Self::Positional(value) | Self::Unpack(value) | Self::UnpackKeywords(value) => value.span,
        }
    }
}

impl Stmt {
    /// Calls `visit` for each expression that belongs to this statement and not to a statement within it, in source order. Definitions of
    /// functions and classes have decorators, defaults and bases.
    pub fn for_each_own_expr<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match &self.kind {
            StmtKind::Expr(value) => visit(value),
            StmtKind::Assign { targets, value } => {
                targets.iter().for_each(&mut *visit);
                visit(value);
            }
            StmtKind::AugAssign { target, value, .. } => [target, value].into_iter().for_each(&mut *visit),
            StmtKind::AnnAssign { target, annotation, value, .. } => {
                visit(target);
                visit(annotation);
                value.iter().for_each(visit);
            }
            StmtKind::If { branches, .. } => branches.iter().for_each(|branch| visit(&branch.condition)),
            StmtKind::While { condition, .. } => visit(condition),
            StmtKind::For { target, iterable, .. } => [target, iterable].into_iter().for_each(&mut *visit),
            StmtKind::With { items, .. } => items.iter().for_each(|item| {
                visit(&item.context);
                item.target.iter().for_each(&mut *visit);
            }),
            StmtKind::Try { handlers, .. } => {
                handlers.iter().flat_map(|handler| &handler.kind).for_each(visit);
            }
            StmtKind::Match { subject, cases } => {
                visit(subject);
                cases.iter().flat_map(|case| &case.guard).for_each(visit);
            }
            StmtKind::Function(function) => {
                function.decorators.iter().for_each(&mut *visit);
                each_default(&function.parameters, visit);
            }
            StmtKind::Class(class) => {
                class.decorators.iter().for_each(&mut *visit);
                class.arguments.iter().for_each(|argument| visit(argument.value()));
            }
            StmtKind::Return(value) => value.iter().for_each(visit),
            StmtKind::Raise { exception, cause } => exception.iter().chain(cause).for_each(visit),
            StmtKind::Assert { condition, message } => {
                std::iter::once(condition).chain(message).for_each(visit)
            }
            StmtKind::Delete(targets) => targets.iter().for_each(visit),
            StmtKind::Global(_)
            | StmtKind::Nonlocal(_)
            | StmtKind::Import(_)
            | StmtKind::ImportFrom { .. }
            | StmtKind::TypeAlias { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Pass
            | StmtKind::Skipped => {}
        }
    }
}

impl Stmt {
    /// The blocks of the statement; those of functions and classes within it left out.
    pub fn blocks(&self) -> Vec<&[Stmt]> {
        match &self.kind {
            StmtKind::If { branches, otherwise } => {
                branches.iter().map(|branch| &branch.body).chain([otherwise]).map(Vec::as_slice).collect()
            }
            StmtKind::While { body, otherwise, .. } | StmtKind::For { body, otherwise, .. } => {
                vec![body, otherwise]
            }
            StmtKind::With { body, .. } => vec![body],
            StmtKind::Try { body, handlers, otherwise, finally, .. } => {
                let handlers = handlers.iter().map(|handler| handler.body.as_slice());
                [body.as_slice()].into_iter().chain(handlers).chain([otherwise.as_slice(), finally]).collect()
            }
            StmtKind::Match { cases, .. } => cases.iter().map(|case| case.body.as_slice()).collect(),
            StmtKind::Expr(_)
            | StmtKind::Assign { .. }
            | StmtKind::AugAssign { .. }
            | StmtKind::AnnAssign { .. }
            | StmtKind::Function(_)
            | StmtKind::Class(_)
            | StmtKind::Return(_)
            | StmtKind::Raise { .. }
            | StmtKind::Assert { .. }
            | StmtKind::Delete(_)
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_)
            | StmtKind::Import(_)
            | StmtKind::ImportFrom { .. }
            | StmtKind::TypeAlias { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Pass
            | StmtKind::Skipped => Vec::new(),
        }
    }

    /// The blocks of the statement, to be changed; those of functions and classes within it left out.
    pub fn blocks_mut(&mut self) -> Vec<&mut Vec<Stmt>> {
        match &mut self.kind {
            StmtKind::If { branches, otherwise } => {
                branches.iter_mut().map(|branch| &mut branch.body).chain([otherwise]).collect()
            }
            StmtKind::While { body, otherwise, .. } | StmtKind::For { body, otherwise, .. } => {
                vec![body, otherwise]
            }
            StmtKind::With { body, .. } => vec![body],
            StmtKind::Try { body, handlers, otherwise, finally, .. } => {
                let handlers = handlers.iter_mut().map(|handler| &mut handler.body);
                [body].into_iter().chain(handlers).chain([otherwise, finally]).collect()
            }
            StmtKind::Match { cases, .. } => cases.iter_mut().map(|case| &mut case.body).collect(),
            StmtKind::Expr(_)
            | StmtKind::Assign { .. }
            | StmtKind::AugAssign { .. }
            | StmtKind::AnnAssign { .. }
            | StmtKind::Function(_)
            | StmtKind::Class(_)
            | StmtKind::Return(_)
            | StmtKind::Raise { .. }
            | StmtKind::Assert { .. }
            | StmtKind::Delete(_)
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_)
            | StmtKind::Import(_)
            | StmtKind::ImportFrom { .. }
            | StmtKind::TypeAlias { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Pass
            | StmtKind::Skipped => Vec::new(),
        }
    }
}

fn each_default<'a>(parameters: &'a Parameters, visit: &mut dyn FnMut(&'a Expr)) {
    parameters.items.iter().filter_map(|parameter| parameter.default.as_ref()).for_each(visit);
}

fn each_in_clauses<'a>(clauses: &'a [Comprehension], visit: &mut dyn FnMut(&'a Expr)) {
    for clause in clauses {
        visit(&clause.target);
        visit(&clause.iterable);
        clause.conditions.iter().for_each(&mut *visit);
    }
}

fn each_field<'a>(parts: &'a [FormatPart], visit: &mut dyn FnMut(&'a Expr)) {
    for part in parts {
        if let FormatPart::Field { value, format, .. } = part {
            visit(value);
            each_field(format.as_deref().unwrap_or_default(), visit);
        }
    }
}
