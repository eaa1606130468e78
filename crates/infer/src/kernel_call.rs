//! Calls of other kernels: arguments by the parameters' names, defaults and `*args`, and the specialisation that is reached.

use crate::arguments::{BindError, Slot, bind};
use crate::call::Arguments;
use crate::conversion::convert;
use crate::environment::{CalleeError, FunctionHandle, Global, ParameterInfo};
use crate::function::{Inference, Reported, Typed, can_convert};
use crate::spread::{Kept, let_all};
use hotloop_ast as ast;
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{Callee, CalleeData, Expr, ExprKind};
use hotloop_types::{Signature, Type};

static KERNEL_ARGUMENTS: Code = Code::new("HL0208", "a kernel is called with arguments it does not accept");
static ENDLESS: Code = Code::new("HL0260", "a chain of calls of kernels has no end, or is too long");
/// How many characters of the types of arguments a message shows.
const MOST_SHOWN: usize = 120;

impl Inference<'_> {
    pub(crate) fn kernel_call(
        &mut self,
        handle: FunctionHandle,
        captured: Vec<Expr>,
        function: &ast::Expr,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        self.call_with_receiver(handle, captured, None, function, arguments, span)
    }

    /// The same, of a method: the receiver is its first argument.
    pub(crate) fn call_with_receiver(
        &mut self,
        handle: FunctionHandle,
        captured: Vec<Expr>,
        receiver: Option<Expr>,
        function: &ast::Expr,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let parameters = self.callees.parameters(handle);
        let called = match self.callees.library_path(handle) {
            Some(path) => format!("`{path}`"),
            None => match &function.kind {
                ast::ExprKind::Name(name) => format!("`{name}`"),
                ast::ExprKind::Attribute { name, .. } => format!("`{}`", name.name),
                ast::ExprKind::Lambda { .. } => "the lambda".to_owned(),
                _ => "the kernel".to_owned(),
            },
        };
        let (arguments, kept) = self.kernel_arguments(&parameters, &called, receiver, arguments, span)?;
        if let Some(axis) = self.run_time_axis(handle, &parameters, &arguments) {
            let call = self.call_along(handle, &parameters, function, arguments, axis, span)?;
            return Ok(let_all(kept, call));
        }
        let (handle, arguments) = self.without_literals(handle, &parameters, arguments)?;
        let call = self.call_with_values(handle, captured, function, arguments, span)?;
        let is_endless = matches!(&call.kind, ExprKind::Call { callee, .. } if self.function.callees[*callee].never_returns);
        let call = let_all(kept, call);
        if is_endless { self.endless_call(call) } else { Ok(call) }
    }

    /// A call with values for the parameters, of which none has to be known any more.
    pub(crate) fn call_with_values(
        &mut self,
        handle: FunctionHandle,
        captured: Vec<Expr>,
        function: &ast::Expr,
        arguments: Vec<Expr>,
        span: Span,
    ) -> Typed {
        let values: Vec<Expr> = captured.into_iter().chain(arguments).collect();
        for value in values.iter().filter(|value| matches!(value.ty, Type::List(_))) {
            // What is called may change it.
            self.check_change(value, value.span)?;
        }
        if values.iter().any(|value| value.ty.is_undefined()) {
            self.lists.unknown_leaves = true;
            return Err(Reported);
        }
        let types: Vec<Type> = values.iter().map(|value| value.ty.clone()).collect();
        let (callee, data) = self.specialization(handle, types, function, span)?;
        if let Type::Generator(_) = data.result
            && self.callees.is_inner(handle)
        {
            self.check_captures(handle, "generator made", "copy", span)?;
        }
        let convertible = data.parameters.len() == values.len()
            && values.iter().zip(&data.parameters).all(|(value, ty)| can_convert(&value.ty, ty));
        if !convertible {
            let signature = Signature { parameters: data.parameters, result: Some(data.result) };
            return Err(self.report_no_signature(function, &values, &[signature], span));
        }
        let arguments =
            values.into_iter().zip(&data.parameters).map(|(value, ty)| convert(value, ty)).collect();
        Ok(Expr::new(ExprKind::Call { callee, arguments }, data.result, span))
    }

    /// The arguments in the order of the parameters, and what has to be computed before them.
    pub(crate) fn kernel_arguments(
        &mut self,
        parameters: &[ParameterInfo],
        callee: &str,
        receiver: Option<Expr>,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed<(Vec<Expr>, Kept)> {
        let mut values: Vec<Option<Expr>> = receiver.into_iter().map(Some).collect();
        for argument in &arguments.positional {
            values.push(Some(self.value(argument)?));
        }
        for (_, argument) in &arguments.keywords {
            values.push(Some(self.value(argument)?));
        }
        let positional = values.len() - arguments.keywords.len();
        let named = arguments.keywords.iter().enumerate();
        let named = named.map(|(at, (name, _))| (name.name.clone(), positional + at));
        let positional = (0..positional).collect();
        let slots = match bind(parameters, positional, named.collect()) {
            Ok(slots) => slots,
            Err(error) => return Err(self.report_binding(error, callee, parameters, arguments, span)),
        };
        let kept = self.keep_order(&slots, &mut values);
        let mut take = |at: usize| values[at].take().expect("each argument is bound once");
        let mut complete = Vec::with_capacity(slots.len());
        for (slot, parameter) in slots.into_iter().zip(parameters) {
            complete.push(match slot {
                Slot::Given(at) => take(at),
                Slot::Rest(positions) => tuple_of(positions.into_iter().map(&mut take).collect(), span),
                Slot::Default => self.default_value(parameter, span)?,
            });
        }
        Ok((complete, kept))
    }

    /// Arguments are computed in the order in which they are written; where the parameters stand in another order, they are computed before.
    fn keep_order(&mut self, slots: &[Slot<usize>], values: &mut [Option<Expr>]) -> Kept {
        let order: Vec<usize> = slots
            .iter()
            .flat_map(|slot| match slot {
                Slot::Given(at) => vec![*at],
                Slot::Rest(positions) => positions.clone(),
                Slot::Default => Vec::new(),
            })
            .collect();
        let mut kept = Vec::new();
        if order.is_sorted() {
            return kept;
        }
        for slot in values {
            let Some(value) = slot.take_if(|value| !self.is_simple(value)) else { continue };
            let version = self.new_temporary("argument", value.ty.clone(), value.span);
            *slot = Some(self.version(version, value.span));
            kept.push((version, value));
        }
        kept
    }

    /// The value of a parameter for which no argument is given.
    fn default_value(&mut self, parameter: &ParameterInfo, span: Span) -> Typed {
        let default = parameter.default.clone().expect("binding made sure of it");
        if let Global::Unsupported { what, help } = &default {
            let message = format!(
                "the default of the parameter `{}` is {what}, which cannot be used in a kernel yet",
                parameter.name
            );
            let help = help.clone().unwrap_or_else(|| format!("give the argument `{}`", parameter.name));
            return Err(self.report(Diagnostic::error(&KERNEL_ARGUMENTS, message, span).with_help(help)));
        }
        let value = self.global_value(default, &parameter.name, span)?;
        self.run_time_value(value)
    }

    fn report_binding(
        &mut self,
        error: BindError,
        callee: &str,
        parameters: &[ParameterInfo],
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Reported {
        let place = match &error {
            BindError::Twice(name) | BindError::Unknown(name) | BindError::PositionalOnly(name) => {
                let keyword = arguments.keywords.iter().find(|(keyword, _)| keyword.name == *name);
                keyword.map_or(span, |(keyword, _)| keyword.span)
            }
            BindError::TooMany { .. } | BindError::Missing(_) => span,
        };
        self.report_kernel_arguments(error.of(callee), parameters, place)
    }

    fn report_kernel_arguments(
        &mut self,
        message: String,
        parameters: &[ParameterInfo],
        span: Span,
    ) -> Reported {
        let names: Vec<&str> = parameters.iter().map(|parameter| &*parameter.name).collect();
        let diagnostic = Diagnostic::error(&KERNEL_ARGUMENTS, message, span)
            .with_help(format!("its parameters are: {}", names.join(", ")));
        self.report(diagnostic)
    }

    fn specialization(
        &mut self,
        handle: FunctionHandle,
        types: Vec<Type>,
        function: &ast::Expr,
        span: Span,
    ) -> Typed<(Callee, CalleeData)> {
        let key = (handle, types);
        let answer = match self.callee_memo.known.get(&key) {
            Some(answer) => answer.clone(),
            None => {
                let answer = self.callees.specialize(handle, &key.1, span);
                self.callee_memo.known.insert(key.clone(), answer.clone());
                answer
            }
        };
        let data = answer.map_err(|error| match (error, self.callees.library_path(handle)) {
            (CalleeError::Failed(inner), Some(path)) => {
                let parameters = self.callees.parameters(handle);
                let is_no_array = matches!(key.1.first(), Some(Type::None | Type::Str | Type::Bytes));
                let first = parameters.first().filter(|_| is_no_array && path.starts_with("numpy."));
                let refused = first.map(|first| first.name.to_string());
                let refused = refused.filter(|first| ARRAYS.contains(&first.as_str()));
                self.report_library(path, &joined(given(&key.1)), refused.as_deref(), inner, span)
            }
            (error, _) => self.report_callee(error, function, &key.1, span),
        })?;
        Ok((self.listed_callee(data.clone()), data))
    }

    /// The callee of that symbol, added to the function's table if it is not there.
    pub(crate) fn listed_callee(&mut self, data: CalleeData) -> Callee {
        if let Some(callee) = self.callee_memo.places.get(&data.symbol)
            && self.function.callees.get(*callee).is_some_and(|known| known.symbol == data.symbol)
        {
            return *callee;
        }
        let symbol = data.symbol.clone();
        let callee = self.function.callees.push(data);
        self.callee_memo.places.insert(symbol, callee);
        callee
    }

    fn report_callee(
        &mut self,
        error: CalleeError,
        function: &ast::Expr,
        types: &[Type],
        span: Span,
    ) -> Reported {
        match error {
            CalleeError::Failed(diagnostics) => {
                for diagnostic in diagnostics {
                    // Of a recursion only the innermost call is shown.
                    let is_shown = diagnostic.labels.iter().any(|label| label.span == span);
                    let text = format!("called from here with ({})", joined(types));
                    self.report(if is_shown { diagnostic } else { diagnostic.with_label(span, text) });
                }
                Reported
            }
            CalleeError::Awaited => {
                self.awaited.get_or_insert(span);
                Reported
            }
            CalleeError::Endless => {
                let message = "kernels call each other here for ever new types of arguments";
                let diagnostic = Diagnostic::error(&ENDLESS, message, span)
                    .with_help("let a recursive call have arguments of the same types");
                self.report(diagnostic)
            }
            CalleeError::TooDeep(most) => {
                let message = format!(
                    "this call makes a chain of more than {most} kernels, each of which calls the next"
                );
                let diagnostic = Diagnostic::error(&ENDLESS, message, span)
                    .with_help("write the calls one behind the other in one kernel, or join short kernels");
                self.report(diagnostic)
            }
            CalleeError::NoSignature(signatures) => {
                let message = format!("no signature of the kernel accepts ({})", joined(types));
                self.report_signatures(message, &signatures, function.span)
            }
        }
    }

    fn report_no_signature(
        &mut self,
        function: &ast::Expr,
        values: &[Expr],
        signatures: &[Signature],
        _: Span,
    ) -> Reported {
        let types: Vec<Type> = values.iter().map(|value| value.ty.clone()).collect();
        let message = format!("no signature of the kernel accepts ({})", joined(&types));
        self.report_signatures(message, signatures, function.span)
    }

    fn report_signatures(&mut self, message: String, signatures: &[Signature], span: Span) -> Reported {
        let mut diagnostic = Diagnostic::error(&KERNEL_ARGUMENTS, message, span);
        for signature in signatures {
            diagnostic = diagnostic.with_note(format!("it has the signature {signature}"));
        }
        self.report(
            diagnostic.with_help("convert the arguments, or add a signature to the kernel's decorator"),
        )
    }
}

fn tuple_of(items: Vec<Expr>, span: Span) -> Expr {
    let ty = Type::tuple(items.iter().map(|item| item.ty.clone()));
    Expr::new(ExprKind::Tuple(items), ty, span)
}

/// How NumPy names the parameter of a function of arrays.
const ARRAYS: &[&str] = &["a", "arr", "array", "ary", "m"];

/// The types of arguments without the defaults behind them that are `None`.
fn given(types: &[Type]) -> &[Type] {
    let last = types.iter().rposition(|ty| *ty != Type::None);
    &types[..last.map_or(0, |last| last + 1)]
}

/// Types as messages show them; what is too long to be read is cut.
fn joined(types: &[Type]) -> String {
    let text = types.iter().map(Type::to_string).collect::<Vec<_>>().join(", ");
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}
