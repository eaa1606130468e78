//! Calls of kernels that are ufuncs: with arrays, element by element.

use crate::call::Arguments;
use crate::environment::FunctionHandle;
use crate::function::{Inference, Typed};
use crate::output::has_output;
use hotloop_ast as ast;
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_types::Type;

static UFUNC_CALL: Code =
    Code::new("HL0287", "a ufunc is called in a way that it cannot be applied to elements");

impl Inference<'_> {
    /// A call of a ufunc. Of numbers it is the call of its function; with an array among them that is part of a computation on elements, as an operator is.
    pub(crate) fn kernel_ufunc_call(
        &mut self,
        handle: FunctionHandle,
        function: &ast::Expr,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let count = self.callees.parameters(handle).len();
        if has_output(count, arguments) {
            return self.call_with_output(count, arguments, span, &|this, arguments| {
                this.kernel_ufunc_call(handle, function, arguments, span)
            });
        }
        if let Some((name, value)) = arguments.keywords.first() {
            let message = format!("a ufunc called in a kernel has no argument `{}`", name.name);
            let help = "a ufunc takes its operands by position, and an array for the results as `out`";
            return Err(self.report(Diagnostic::error(&UFUNC_CALL, message, value.span).with_help(help)));
        }
        if arguments.positional.len() != count {
            let given = arguments.positional.len();
            let message = format!("the ufunc has {count} operands, and is called with {given}");
            let help = "give its operands, and nothing else but `out`";
            return Err(self.report(Diagnostic::error(&UFUNC_CALL, message, span).with_help(help)));
        }
        let mut operands = Vec::with_capacity(count);
        for argument in &arguments.positional {
            let operand = self.expression(argument)?;
            operands.push(self.array_of_list(operand)?);
        }
        if operands.iter().all(|operand| !matches!(operand.ty, Type::Array(_))) {
            return self.call_with_values(handle, Vec::new(), function, operands, span);
        }
        let types: Vec<String> = operands.iter().map(|operand| operand.ty.to_string()).collect();
        let Some((elements, found)) = self.elements_of(operands) else {
            let message = format!("a ufunc has numbers and arrays as operands, not {}", types.join(", "));
            let help = "call it with numbers and arrays of numbers";
            return Err(self.report(Diagnostic::error(&UFUNC_CALL, message, span).with_help(help)));
        };
        let values = found.into_iter().map(|element| element.value).collect();
        let body = self.call_with_values(handle, Vec::new(), function, values, span)?;
        if body.ty.as_scalar().is_none() {
            let message = format!("the function of the ufunc gives {} for an element, not a number", body.ty);
            let help = "call it in a loop over the elements; arrays hold numbers";
            return Err(self.report(Diagnostic::error(&UFUNC_CALL, message, span).with_help(help)));
        }
        Ok(elements.finish(body, span))
    }
}
