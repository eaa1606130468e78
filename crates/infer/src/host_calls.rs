//! Calls of functions of the host program, such as blocks that the interpreter runs: arguments of any types that the host can take, a result of the declared type.

use crate::call::Arguments;
use crate::environment::HostFunction;
use crate::function::{Inference, Typed};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{CalleeData, Expr, ExprKind};
use hotloop_types::Type;

static HOST_VALUE: Code = Code::new("HL0286", "a value cannot be handed to Python");

impl Inference<'_> {
    pub(crate) fn host_call(
        &mut self,
        function: &HostFunction,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let mut values = Vec::with_capacity(arguments.positional.len());
        for argument in &arguments.positional {
            let value = self.value(argument)?;
            if value.ty.is_undefined() {
                self.lists.unknown_leaves = true;
                return Err(crate::function::Reported);
            }
            if !can_be_handed(&value.ty) {
                let name = match &argument.kind {
                    hotloop_ast::ExprKind::Name(name) => format!("`{name}` is "),
                    _ => String::new(),
                };
                let message = format!("{name}a value of type {}, which cannot be handed to Python", value.ty);
                let help = "hand over numbers, strings, arrays and tuples of these";
                return Err(self.report(Diagnostic::error(&HOST_VALUE, message, span).with_help(help)));
            }
            values.push(value);
        }
        let parameters: Vec<Type> = values.iter().map(|value| value.ty.clone()).collect();
        let data = CalleeData {
            name: function.name.clone(),
            symbol: function.symbol(&parameters),
            parameters,
            result: function.result.clone(),
            never_returns: false,
            is_placeless: true,
        };
        let callee = self.listed_callee(data);
        Ok(Expr::new(ExprKind::Call { callee, arguments: values }, function.result.clone(), span))
    }
}

/// Whether the host can make an object of a value of that type.
fn can_be_handed(ty: &Type) -> bool {
    match ty {
        Type::Scalar(_) | Type::Array(_) | Type::None | Type::Range | Type::Str | Type::Bytes => true,
        Type::Tuple(_) | Type::Optional(_) | Type::Enum(_) => ty.parts().iter().all(can_be_handed),
        Type::Dtype(_)
        | Type::Function(_)
        | Type::List(_)
        | Type::Generator(_)
        | Type::RandomGenerator
        | Type::Undefined => false,
    }
}
