//! The functions within a function, and which of its variables they read.
//!
//! An inner function is compiled as a function of its own: the variables of enclosing functions that it reads, its *captures*, come before its arguments. A name that the
//! enclosing function binds once, by a `def` or to a lambda, is no variable but that function, wherever the functions within mention it; whoever mentions it reads what it reads.

use crate::locals::{Locals, visit_assigned, visit_target};
use hotloop_ast::{
    Branch, Comprehension, Expr, ExprKind, FunctionDef, Identifier, Name, Parameter, ParameterKind,
    Parameters, Stmt, StmtKind,
};
use hotloop_diagnostics::Span;
use std::collections::{BTreeMap, BTreeSet};

/// A function within another.
#[derive(Clone, Debug, PartialEq)]
pub struct InnerFunction {
    /// It; a lambda as a function that returns its value. Its span is that of the `def` or the lambda.
    pub definition: FunctionDef,
    /// The variables of enclosing functions that it reads, itself or through the functions that it mentions, in alphabetical order.
    pub captures: Vec<Name>,
    /// The name that it is bound to where it stands.
    pub bound_to: Option<Name>,
    /// The name that means this function and nothing else in the function around it.
    pub known_as: Option<Name>,
}

/// The functions that stand directly within `function`, in source order. `captured` are the variables that it reads from functions around
/// it; `lifted` says which of these a function known around it reads, by name.
pub fn inner_functions(
    function: &FunctionDef,
    captured: &[Name],
    lifted: &dyn Fn(&str) -> Vec<Name>,
) -> Vec<InnerFunction> {
    let mut within = Vec::new();
    collect(&function.body, &mut within);
    if within.is_empty() {
        return Vec::new();
    }
    let (mut found, own): (Vec<InnerFunction>, Vec<Vec<Name>>) = within.into_iter().unzip();
    let bound = times_bound(function);
    for inner in &mut found {
        inner.known_as = inner.bound_to.clone().filter(|name| bound.get(name) == Some(&1));
    }
    let locals = Locals::of(function, captured);
    let known: BTreeMap<Name, usize> = found
        .iter()
        .enumerate()
        .filter_map(|(position, inner)| Some((inner.known_as.clone()?, position)))
        .collect();
    let mentioned: Vec<BTreeSet<Name>> = found.iter().map(|inner| free_names(&inner.definition)).collect();
    let mut captures: Vec<BTreeSet<Name>> = vec![BTreeSet::new(); found.len()];
    loop {
        let before: usize = captures.iter().map(BTreeSet::len).sum();
        for (position, names) in mentioned.iter().enumerate() {
            for name in names {
                match known.get(name) {
                    Some(sibling) => {
                        let theirs = captures[*sibling].clone();
                        captures[position].extend(theirs);
                    }
                    None if locals.find(name).is_some() || own[position].contains(name) => {
                        captures[position].insert(name.clone());
                    }
                    None => captures[position].extend(lifted(name)),
                }
            }
        }
        if captures.iter().map(BTreeSet::len).sum::<usize>() == before {
            break;
        }
    }
    for (inner, captures) in found.iter_mut().zip(captures) {
        inner.captures = captures.into_iter().collect();
    }
    found
}

/// The variables of a function, those that it reads from functions around it included.
pub fn variables_of(function: &FunctionDef, captured: &[Name]) -> Vec<Name> {
    Locals::of(function, captured).names().to_vec()
}

/// A lambda as a function.
pub fn lambda_as_function(span: Span, parameters: &Parameters, body: &Expr) -> FunctionDef {
    FunctionDef {
        is_async: false,
        decorators: Vec::new(),
        name: Identifier { name: "<lambda>".into(), span },
        type_parameters: Vec::new(),
        parameters: parameters.clone(),
        returns: None,
        body: vec![Stmt { kind: StmtKind::Return(Some(body.clone())), span: body.span }],
        span,
    }
}

/// The parameter of a generator expression's function: what its first `for` iterates. No source can name it.
const OUTERMOST: &str = "<iterable>";

/// A generator expression as a function with `yield`. What its first `for` iterates is its argument, but for an iterator that a call such as `zip(x, y)`
/// makes: that is made within. `None` for one that assigns variables of the function around it, or waits.
pub(crate) fn generator_as_function(
    span: Span,
    element: &Expr,
    clauses: &[Comprehension],
) -> Option<FunctionDef> {
    let is_simple = clauses.iter().all(|clause| !clause.is_async) && !has_walrus(element, clauses);
    if !is_simple {
        return None;
    }
    let name = |text: &str, span: Span| Identifier { name: text.into(), span };
    let item = Expr { kind: ExprKind::Yield(Some(Box::new(element.clone()))), span: element.span };
    let mut body = vec![Stmt { kind: StmtKind::Expr(item), span: element.span }];
    for (position, clause) in clauses.iter().enumerate().rev() {
        for condition in clause.conditions.iter().rev() {
            let branches = vec![Branch { condition: condition.clone(), body }];
            let kind = StmtKind::If { branches, otherwise: Vec::new() };
            body = vec![Stmt { kind, span: condition.span }];
        }
        let mut iterable = clause.iterable.clone();
        if position == 0 && !makes_iterator(&iterable) {
            iterable.kind = ExprKind::Name(OUTERMOST.into());
        }
        let target = clause.target.clone();
        let kind = StmtKind::For { is_async: false, target, iterable, body, otherwise: Vec::new() };
        body = vec![Stmt { kind, span: clause.span }];
    }
    let outermost = &clauses[0].iterable;
    let parameter = Parameter {
        kind: ParameterKind::Ordinary,
        name: name(OUTERMOST, outermost.span),
        annotation: None,
        default: None,
        span: outermost.span,
    };
    let items = if makes_iterator(outermost) { Vec::new() } else { vec![parameter] };
    Some(FunctionDef {
        is_async: false,
        decorators: Vec::new(),
        name: name("<genexpr>", span),
        type_parameters: Vec::new(),
        parameters: Parameters { items },
        returns: None,
        body,
        span,
    })
}

/// Whether an expression is a call that makes an iterator, which only a loop can take.
pub(crate) fn makes_iterator(iterable: &Expr) -> bool {
    let ExprKind::Call { function, .. } = &iterable.kind else { return false };
    let ExprKind::Name(name) = &function.kind else { return false };
    matches!(&**name, "enumerate" | "zip" | "reversed" | "map" | "filter" | "iter")
}

fn has_walrus(element: &Expr, clauses: &[Comprehension]) -> bool {
    fn has_part(expr: &Expr) -> bool {
        let mut found = matches!(expr.kind, ExprKind::Walrus { .. });
        expr.for_each_child(&mut |child| found |= has_part(child));
        found
    }
    has_part(element)
        || clauses.iter().any(|clause| has_part(&clause.iterable) || clause.conditions.iter().any(has_part))
}

/// How often each name is bound in a function.
pub(crate) fn times_bound(function: &FunctionDef) -> BTreeMap<Name, usize> {
    let mut bound = BTreeMap::new();
    function.parameters.items.iter().for_each(|parameter| count(&parameter.name.name, &mut bound));
    visit_assigned(&function.body, &mut |name| count(name, &mut bound));
    // What a loop assigns it assigns again.
    in_loops(&function.body, &mut |body| visit_assigned(body, &mut |name| count(name, &mut bound)));
    bound
}

fn count(name: &Name, bound: &mut BTreeMap<Name, usize>) {
    *bound.entry(name.clone()).or_default() += 1;
}

/// Visits the bodies of the outermost loops. A function that is defined in a loop is the same function each time.
fn in_loops(body: &[Stmt], visit: &mut dyn FnMut(&[Stmt])) {
    for statement in body {
        match &statement.kind {
            StmtKind::For { .. } | StmtKind::While { .. } => {
                let assigned: Vec<Stmt> =
                    std::iter::once(statement).filter(|one| !is_definition(one)).cloned().collect();
                visit(&assigned);
            }
            _ => statement.blocks().into_iter().for_each(|block| in_loops(block, visit)),
        }
    }
}

fn is_definition(statement: &Stmt) -> bool {
    matches!(statement.kind, StmtKind::Function(_))
}

/// A function with the variables of the comprehensions that it stands in.
type Within = (InnerFunction, Vec<Name>);

fn collect(body: &[Stmt], found: &mut Vec<Within>) {
    for statement in body {
        let named = match &statement.kind {
            StmtKind::Function(definition) => {
                let bound_to = Some(definition.name.name.clone());
                let definition = (**definition).clone();
                let inner = InnerFunction { definition, captures: Vec::new(), bound_to, known_as: None };
                found.push((inner, Vec::new()));
                None
            }
            StmtKind::Assign { targets, value } => match (&targets[..], &value.kind) {
                ([Expr { kind: ExprKind::Name(name), .. }], ExprKind::Lambda { .. }) => Some(name.clone()),
                _ => None,
            },
            _ => None,
        };
        statement.for_each_own_expr(&mut |expr| lambdas(expr, named.as_ref(), &mut Vec::new(), found));
        statement.blocks().into_iter().for_each(|block| collect(block, found));
    }
}

/// The lambdas of an expression, those within lambdas left out, and its generator expressions. Expressions may be deep, so that this takes little
/// of the stack.
fn lambdas(expr: &Expr, named: Option<&Name>, variables: &mut Vec<Name>, found: &mut Vec<Within>) {
    match expr.kind {
        ExprKind::Lambda { .. } => {
            return found.extend(expression_as_inner(expr, named).map(|inner| (inner, variables.clone())));
        }
        ExprKind::Generator { .. } => {
            found.extend(expression_as_inner(expr, None).map(|inner| (inner, variables.clone())));
        }
        _ => {}
    }
    let outside = variables.len();
    if let ExprKind::ListComprehension { clauses, .. } | ExprKind::Generator { clauses, .. } = &expr.kind {
        clauses.iter().for_each(|clause| {
            visit_target(&clause.target, &mut |name| variables.push(name.clone()));
        });
    }
    expr.for_each_child(&mut |child| lambdas(child, None, variables, found));
    variables.truncate(outside);
}

/// A lambda or a generator expression as an inner function.
fn expression_as_inner(expr: &Expr, named: Option<&Name>) -> Option<InnerFunction> {
    let definition = match &expr.kind {
        ExprKind::Lambda { parameters, body } => lambda_as_function(expr.span, parameters, body),
        ExprKind::Generator { element, clauses } => generator_as_function(expr.span, element, clauses)?,
        _ => return None,
    };
    Some(InnerFunction { definition, captures: Vec::new(), bound_to: named.cloned(), known_as: None })
}

/// The names that a function reads and does not bind itself.
fn free_names(function: &FunctionDef) -> BTreeSet<Name> {
    let mut names = Names::default();
    names.block(&function.body);
    let locals = Locals::of(function, &[]);
    names.read.retain(|name| locals.find(name).is_none() && !names.bound.contains(name));
    names.read
}

/// The names in statements.
#[derive(Default)]
struct Names {
    read: BTreeSet<Name>,
    /// By comprehensions.
    bound: BTreeSet<Name>,
}

impl Names {
    fn block(&mut self, body: &[Stmt]) {
        for statement in body {
            if let StmtKind::Function(inner) = &statement.kind {
                self.read.extend(free_names(inner));
            }
            statement.for_each_own_expr(&mut |expr| self.expr(expr));
            statement.blocks().into_iter().for_each(|block| self.block(block));
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(name) => {
                self.read.insert(name.clone());
            }
            ExprKind::Lambda { parameters, body } => {
                self.read.extend(free_names(&lambda_as_function(expr.span, parameters, body)));
            }
            ExprKind::ListComprehension { clauses, .. }
            | ExprKind::SetComprehension { clauses, .. }
            | ExprKind::DictComprehension { clauses, .. }
            | ExprKind::Generator { clauses, .. } => self.clauses(clauses),
            _ => {}
        }
        if !matches!(expr.kind, ExprKind::Lambda { .. }) {
            expr.for_each_child(&mut |child| self.expr(child));
        }
    }

    fn clauses(&mut self, clauses: &[Comprehension]) {
        for clause in clauses {
            visit_target(&clause.target, &mut |name| {
                self.bound.insert(name.clone());
            });
        }
    }
}
