//! Functions as values: kernels, functions within kernels and lambdas. A value says by its type which function it is; at run time it is what it captured.
//!
//! In the frame that defines it, a function reads the variables that it captures when it is used: called, passed on or returned. That is what Python
//! does, too, as long as nobody calls a copy after the variable has changed, which is refused.

use crate::bindings::Binding;
use crate::call::Arguments;
use crate::environment::FunctionHandle;
use crate::function::{Inference, Typed};
use hotloop_ast as ast;
use hotloop_ast::FunctionDef;
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{Expr, ExprKind};
use hotloop_intrinsics::{Family, Intrinsic, Item, lookup};
use hotloop_types::{FunctionType, Type};
use std::sync::Arc;

static KIND: Code = Code::new("HL0262", "a kind of inner function is not supported in a kernel yet");
static CIRCLE: Code = Code::new("HL0263", "an inner function calls itself through a variable that changes");
static CHANGES: Code = Code::new("HL0264", "a variable changes after a function that reads it was stored");

impl Inference<'_> {
    /// `def` within a function.
    pub(crate) fn define(&mut self, definition: &FunctionDef) -> Typed<()> {
        let name = &definition.name;
        let refusal = if definition.is_async {
            Some(("a coroutine", "leave out `async`"))
        } else if !definition.decorators.is_empty() {
            Some(("decorated", "leave the decorator out: a function within a kernel is compiled with it"))
        } else {
            None
        };
        let handle = self.callees.inner(definition.span);
        let (Some(handle), None) = (handle, refusal) else {
            let (what, help) =
                refusal.unwrap_or(("not known here", "define it beside the kernel, as a kernel of its own"));
            let message = format!(
                "the inner function `{}` is {what}, which is not supported in a kernel yet",
                name.name
            );
            self.poison_name(&name.name);
            return Err(self.report(Diagnostic::error(&KIND, message, name.span).with_help(help)));
        };
        let value = self.definition_value(handle, name.span);
        self.bind_value(&name.name, value, name.span);
        Ok(())
    }

    /// The value of a lambda that is bound to a name: as a `def`, it reads its captures when it is used.
    pub(crate) fn named_lambda(&mut self, lambda: &ast::Expr) -> Option<Expr> {
        let ast::ExprKind::Lambda { .. } = lambda.kind else { return None };
        let handle = self.callees.inner(lambda.span)?;
        Some(self.definition_value(handle, lambda.span))
    }

    /// A lambda as a value.
    pub(crate) fn lambda(&mut self, lambda: &ast::Expr) -> Typed {
        match self.callees.inner(lambda.span) {
            // It may read the variables of the comprehensions around it.
            Some(handle) => self.captured_value(handle, lambda.span),
            None => Err(self.unsupported_expression(lambda)),
        }
    }

    /// What a `def` binds: a function that is yet to read its captures, if it has any.
    fn definition_value(&mut self, handle: FunctionHandle, span: Span) -> Expr {
        let captured = if self.callees.captures(handle).is_empty() { Some(Arc::from([])) } else { None };
        let ty = FunctionType { captured, ..self.callees.function_type(handle) };
        Expr::new(ExprKind::Tuple(Vec::new()), Type::Function(Arc::new(ty)), span)
    }

    /// A function with the values that its captures have now.
    pub(crate) fn function_value(&mut self, handle: FunctionHandle, span: Span) -> Typed {
        let scopes = std::mem::take(&mut self.scopes);
        let value = self.captured_value(handle, span);
        self.scopes = scopes;
        value
    }

    fn captured_value(&mut self, handle: FunctionHandle, span: Span) -> Typed {
        if self.capturing.contains(&handle) {
            let message = "this function captures itself through a variable that is assigned more than once";
            let diagnostic =
                Diagnostic::error(&CIRCLE, message, span).with_help("give each function a name of its own");
            return Err(self.report(diagnostic));
        }
        self.capturing.push(handle);
        let names = self.callees.captures(handle);
        let captured: Typed<Vec<Expr>> = names.iter().map(|name| self.captured(name, span)).collect();
        self.capturing.pop();
        let captured = captured?;
        let types = captured.iter().map(|value| value.ty.clone()).collect();
        let ty = FunctionType { captured: Some(types), ..self.callees.function_type(handle) };
        Ok(Expr::new(ExprKind::Tuple(captured), Type::Function(Arc::new(ty)), span))
    }

    fn captured(&mut self, name: &str, span: Span) -> Typed {
        let value = self.name(name, span)?;
        self.run_time_value(value)
    }

    /// A built-in function as a value.
    pub(crate) fn built_in_value(&mut self, intrinsic: Intrinsic, family: Family, span: Span) -> Expr {
        let is_of_family = |path: &&&str| path.starts_with("numpy.") == (family == Family::Numpy);
        let paths = intrinsic.paths();
        let path = paths.iter().find(is_of_family).unwrap_or(&paths[0]);
        let ty =
            FunctionType { name: (*path).into(), key: FunctionType::BUILT_IN, captured: Some(Arc::from([])) };
        Expr::new(ExprKind::Tuple(Vec::new()), Type::Function(Arc::new(ty)), span)
    }

    /// A variable that was read: a function that is yet to read its captures does so now.
    pub(crate) fn with_captures(&mut self, value: Expr) -> Typed {
        let Type::Function(ty) = &value.ty else { return Ok(value) };
        if ty.captured.is_some() {
            return Ok(value);
        }
        let handle = self.callees.function_of(ty).expect("an inner function of this one is known");
        let span = value.span;
        self.with_let(value, "function", span, |this, _| this.function_value(handle, span))
    }

    /// Calls a function that is a value.
    pub(crate) fn call_value(
        &mut self,
        value: Expr,
        function: &ast::Expr,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let Type::Function(ty) = value.ty.clone() else { unreachable!("the caller made sure of it") };
        if ty.key == FunctionType::BUILT_IN {
            let Some(Item::Function(intrinsic, family)) = lookup(&ty.name) else {
                unreachable!("it was made of a row of the table")
            };
            return self.with_let(value, "function", span, |this, _| {
                this.intrinsic_call(intrinsic, family, arguments, span)
            });
        }
        let handle = self.callees.function_of(&ty).expect("a function is known as long as its values");
        if let ExprKind::Tuple(captured) = value.kind {
            return self.kernel_call(handle, captured, function, arguments, span);
        }
        self.with_let(value, "function", span, |this, value| {
            let types = ty.captured.as_deref().unwrap_or_default();
            let items = types.iter().enumerate().map(|(position, ty)| {
                let item = ExprKind::TupleItem(Box::new(value.clone()), position as u32);
                Expr::new(item, ty.clone(), value.span)
            });
            this.kernel_call(handle, items.collect(), function, arguments, span)
        })
    }

    /// A function that is stored keeps its captures: what it would read later must be what it reads now.
    pub(crate) fn check_stored(&mut self, value: &Expr) -> Typed<()> {
        let mut functions = Vec::new();
        functions_in(&value.ty, &mut functions);
        for function in functions {
            let Some(handle) = self.callees.function_of(&function) else { continue };
            if !self.callees.is_inner(handle) {
                continue;
            }
            let help = "call the function by its own name, or copy";
            self.check_captures(handle, "function stored", help, value.span)?;
        }
        Ok(())
    }

    /// What a function or generator reads later must be what it reads now.
    pub(crate) fn check_captures(
        &mut self,
        handle: FunctionHandle,
        what: &str,
        help: &str,
        span: Span,
    ) -> Typed<()> {
        for name in self.callees.captures(handle) {
            if self.locals.is_assigned_once(&name) {
                continue;
            }
            let message = format!("the {what} here reads `{name}`, which is assigned more than once");
            let help = format!("{help} `{name}` to a variable that does not change");
            let mut diagnostic = Diagnostic::error(&CHANGES, message, span).with_help(help);
            let local = self.locals.find(&name);
            if let Some(Binding::Version(version)) = local.map(|local| self.bindings.get(local)) {
                let span = self.function.versions[version].span;
                diagnostic = diagnostic.with_label(span, format!("`{name}` is assigned here, too"));
            }
            return Err(self.report(diagnostic));
        }
        Ok(())
    }
}

fn functions_in(ty: &Type, found: &mut Vec<Arc<FunctionType>>) {
    if let Type::Function(function) = ty {
        found.push(Arc::clone(function));
    }
    ty.parts().iter().for_each(|part| functions_in(part, found));
}
