//! Names that nothing defines, found without types: for kernels that are typed only when they are called.
//!
//! A name counts as defined if anything in the function binds it, in whatever scope: what is reported here is wrong for any types.

use crate::environment::{Environment, builtin_attribute};
use crate::expression::UNKNOWN_NAME;
use crate::locals::{visit_assigned, visit_target};
use crate::names::{python_builtin, similar};
use crate::slices::ELLIPSIS_NAME;
use hotloop_abi::ExceptionClass;
use hotloop_ast::{Expr, ExprKind, FunctionDef, Name, Parameters, Stmt, StmtKind};
use hotloop_diagnostics::Diagnostic;
use rustc_hash::FxHashSet;

/// An error for each name that is read in a function, and that neither the function nor what lies around it defines.
pub fn undefined_names(function: &FunctionDef, environment: &dyn Environment) -> Vec<Diagnostic> {
    let mut names = Names::default();
    names.function(&function.parameters, &function.body);
    let is_builtin = |name: &str| {
        name == ELLIPSIS_NAME
            || builtin_attribute("builtins", name).is_some()
            || ExceptionClass::by_name(name).is_some()
            || python_builtin(name).is_some()
            || name.starts_with("__")
            || name == "NotImplemented"
    };
    let mut reported = FxHashSet::default();
    let mut diagnostics = Vec::new();
    for read in &names.read {
        let ExprKind::Name(name) = &read.kind else { continue };
        let is_known = names.bound.contains(name) || is_builtin(name) || environment.global(name).is_some();
        if is_known || !reported.insert(name.clone()) {
            continue;
        }
        let help = match similar(name, names.bound.iter().map(|bound| &**bound)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("import `{name}` or define it at the head of the file"),
        };
        let message = format!("the name `{name}` is not defined");
        diagnostics.push(Diagnostic::error(&UNKNOWN_NAME, message, read.span).with_help(help));
    }
    diagnostics
}

/// The names of a function and of all within it.
#[derive(Default)]
struct Names<'f> {
    bound: FxHashSet<Name>,
    read: Vec<&'f Expr>,
}

impl<'f> Names<'f> {
    fn function(&mut self, parameters: &'f Parameters, body: &'f [Stmt]) {
        self.parameters(parameters);
        visit_assigned(body, &mut |name| {
            self.bound.insert(name.clone());
        });
        self.statements(body);
    }

    fn parameters(&mut self, parameters: &Parameters) {
        self.bound.extend(parameters.items.iter().map(|parameter| parameter.name.name.clone()));
    }

    fn statements(&mut self, body: &'f [Stmt]) {
        for statement in body {
            match &statement.kind {
                StmtKind::AnnAssign { target, value, .. } => {
                    [target].into_iter().chain(value).for_each(|part| self.expression(part));
                }
                // What a refused construct means is not asked.
                StmtKind::Class(_) | StmtKind::Skipped => {}
                StmtKind::Function(inner) => {
                    statement.for_each_own_expr(&mut |expression| self.expression(expression));
                    self.function(&inner.parameters, &inner.body);
                }
                _ => {
                    statement.for_each_own_expr(&mut |expression| self.expression(expression));
                    statement.blocks().into_iter().for_each(|block| self.statements(block));
                }
            }
        }
    }

    fn expression(&mut self, expression: &'f Expr) {
        expression.for_each(&mut |part| match &part.kind {
            ExprKind::Name(_) => self.read.push(part),
            ExprKind::Lambda { parameters, .. } => self.parameters(parameters),
            ExprKind::ListComprehension { clauses, .. }
            | ExprKind::SetComprehension { clauses, .. }
            | ExprKind::Generator { clauses, .. }
            | ExprKind::DictComprehension { clauses, .. } => {
                for clause in clauses {
                    visit_target(&clause.target, &mut |name| {
                        self.bound.insert(name.clone());
                    });
                }
            }
            _ => {}
        });
    }
}
