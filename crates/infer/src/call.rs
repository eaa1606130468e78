//! Calls: of kernels, of types as conversions, and the dispatch to built-in operations.

use crate::constants::frozen;
use crate::conversion::{convert, to_dtype};
use crate::environment::{CalleeError, FunctionHandle, Global, ParameterInfo};
use crate::expression::{Value, constant};
use crate::function::{Inference, Reported, Typed, can_convert, counted};
use hotloop_ast as ast;
use hotloop_ast::{Argument, Identifier};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{Callee, CalleeData, Constant, Expr, ExprKind};
use hotloop_intrinsics::{Intrinsic, Item};
use hotloop_types::{Dtype, DtypeKind, Signature, Type};

static NOT_CALLABLE: Code = Code::new("HL0225", "something that is no function is called");
static BUILTIN_ARGUMENTS: Code = Code::new("HL0205", "a built-in function does not accept these arguments");
static KERNEL_ARGUMENTS: Code = Code::new("HL0208", "a kernel is called with arguments it does not accept");
static RECURSION: Code = Code::new("HL0209", "a recursive kernel needs a signature");
static UNPACKED: Code = Code::new("HL0314", "unpacked arguments are not supported in a kernel yet");

/// The arguments of a call, sorted.
pub(crate) struct Arguments<'s> {
    /// As they stand.
    pub(crate) given: &'s [Argument],
    pub(crate) positional: Vec<&'s ast::Expr>,
    pub(crate) keywords: Vec<(&'s Identifier, &'s ast::Expr)>,
}

impl Inference<'_> {
    pub(crate) fn call(&mut self, function: &ast::Expr, arguments: &[Argument], span: Span) -> Typed {
        let callee = match &function.kind {
            ast::ExprKind::Attribute { value, name } => match self.operand(value)?.present() {
                Value::Expr(number) if number.ty.as_scalar().is_some() => {
                    let arguments = self.arguments(arguments)?;
                    return self.number_method(number, name, &arguments, span);
                }
                owner => self.attribute_of(owner, name, function.span)?,
            },
            _ => self.operand(function)?,
        };
        let arguments = self.arguments(arguments)?;
        match callee {
            Value::Global(Global::Item(Item::Function(intrinsic, family)), _) => {
                self.intrinsic_call(intrinsic, family, &arguments, span)
            }
            Value::Global(Global::Item(Item::Dtype(dtype)), _) => {
                self.type_call(dtype, &dtype.to_string(), false, &arguments, span)
            }
            Value::Global(Global::Item(Item::PythonType(dtype)), _) => {
                self.type_call(dtype, python_type(dtype), true, &arguments, span)
            }
            Value::Global(Global::Function(handle), _) => {
                self.kernel_call(handle, function, &arguments, span)
            }
            Value::Expr(Expr { ty: Type::Dtype(dtype), .. }) => {
                self.type_call(dtype, &dtype.to_string(), false, &arguments, span)
            }
            other => {
                let what = other.describe();
                let diagnostic =
                    Diagnostic::error(&NOT_CALLABLE, format!("{what} cannot be called"), function.span)
                        .with_primary(format!("this is {what}"))
                        .with_help("call a function; for an element write `[...]`");
                Err(self.report(diagnostic))
            }
        }
    }

    pub(crate) fn arguments<'s>(&mut self, arguments: &'s [Argument]) -> Typed<Arguments<'s>> {
        let mut sorted = Arguments { given: arguments, positional: Vec::new(), keywords: Vec::new() };
        for argument in arguments {
            match argument {
                Argument::Positional(value) => sorted.positional.push(value),
                Argument::Keyword { name, value } => sorted.keywords.push((name, value)),
                Argument::Unpack(value) | Argument::UnpackKeywords(value) => {
                    let message = "unpacked arguments are not supported yet in a kernel";
                    let diagnostic =
                        Diagnostic::error(&UNPACKED, message, value.span).with_help("write each argument");
                    return Err(self.report(diagnostic));
                }
            }
        }
        Ok(sorted)
    }

    /// Sorts arguments by a built-in function's parameters, of which the first `required` have to be given.
    pub(crate) fn place_arguments<'s>(
        &mut self,
        name: &str,
        parameters: &[&str],
        required: usize,
        arguments: &Arguments<'s>,
        span: Span,
    ) -> Typed<Vec<Option<&'s ast::Expr>>> {
        if arguments.positional.len() > parameters.len() {
            return Err(self.report_argument_count(name, required, parameters.len(), arguments, span));
        }
        let mut placed: Vec<Option<&ast::Expr>> = arguments.positional.iter().copied().map(Some).collect();
        placed.resize(parameters.len(), None);
        for (keyword, value) in &arguments.keywords {
            let position = parameters.iter().position(|parameter| *parameter == &*keyword.name);
            match position {
                Some(position) if placed[position].is_none() => placed[position] = Some(value),
                _ => {
                    let message = format!("`{name}` does not accept the argument `{}` here", keyword.name);
                    let diagnostic = Diagnostic::error(&BUILTIN_ARGUMENTS, message, keyword.span)
                        .with_help(format!("in a kernel its arguments are: {}", parameters.join(", ")));
                    return Err(self.report(diagnostic));
                }
            }
        }
        if placed[..required].iter().any(Option::is_none) {
            return Err(self.report_argument_count(name, required, parameters.len(), arguments, span));
        }
        Ok(placed)
    }

    fn report_argument_count(
        &mut self,
        name: &str,
        required: usize,
        most: usize,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Reported {
        let given = arguments.positional.len() + arguments.keywords.len();
        let wanted = if required == most {
            counted(most, "argument")
        } else {
            format!("{required} to {}", counted(most, "argument"))
        };
        let message =
            format!("`{name}` takes {wanted}, and {given} {} given", if given == 1 { "is" } else { "are" });
        let help = format!("give {wanted}");
        self.report(Diagnostic::error(&BUILTIN_ARGUMENTS, message, span).with_help(help))
    }

    /// Says that a built-in function does not accept an argument of this type.
    pub(crate) fn report_argument(&mut self, name: &str, argument: &Expr, wanted: &str) -> Reported {
        let message = format!("`{name}` does not accept {}", argument.ty);
        let help = match argument.ty {
            Type::Array(_) => {
                "operations on whole arrays are not supported yet: write a loop over the elements".to_owned()
            }
            Type::Scalar(_)
            | Type::Tuple(_)
            | Type::None
            | Type::Dtype(_)
            | Type::Function(_)
            | Type::Optional(_)
            | Type::Range => {
                format!("give {wanted}")
            }
        };
        let diagnostic = Diagnostic::error(&BUILTIN_ARGUMENTS, message, argument.span)
            .with_primary(format!("this is {}", argument.ty))
            .with_help(help);
        self.report(diagnostic)
    }

    /// A number or truth value as an argument of a built-in function.
    pub(crate) fn number_argument(&mut self, name: &str, argument: &ast::Expr) -> Typed<(Expr, Dtype)> {
        let value = self.expression(argument)?;
        match value.ty.as_scalar() {
            Some(dtype) => Ok((value, dtype)),
            None => Err(self.report_argument(name, &value, "a number")),
        }
    }

    /// A real number or truth value as an argument of a built-in function.
    pub(crate) fn real_argument(&mut self, name: &str, argument: &ast::Expr) -> Typed<(Expr, Dtype)> {
        let (value, dtype) = self.number_argument(name, argument)?;
        if dtype.is_complex() {
            return Err(self.report_complex_argument(name, &value));
        }
        Ok((value, dtype))
    }

    pub(crate) fn report_complex_argument(&mut self, name: &str, value: &Expr) -> Reported {
        let message = format!("`{name}` does not accept {}", value.ty);
        let diagnostic = Diagnostic::error(&BUILTIN_ARGUMENTS, message, value.span)
            .with_primary(format!("this is {}", value.ty))
            .with_help("take a part of it, `.real` or `.imag`, or `abs(...)`; functions of complex numbers are in `cmath`");
        self.report(diagnostic)
    }

    /// `complex(real, imag)`.
    fn complex_call(&mut self, name: &str, dtype: Dtype, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments(name, &["real", "imag"], 1, arguments, span)?;
        let mut part = |argument: Option<&ast::Expr>| match argument {
            Some(argument) => self.real_argument(name, argument),
            None => Ok((constant(Constant::Float(0.0), Type::FLOAT64, span), Dtype::Float64)),
        };
        let ((real, a), (imag, b)) = (part(placed[0])?, part(placed[1])?);
        // As in Numba, two float32 make a complex64.
        let dtype = if (a, b) == (Dtype::Float32, Dtype::Float32) { Dtype::Complex64 } else { dtype };
        let arguments = vec![to_dtype(real, dtype.part()), to_dtype(imag, dtype.part())];
        let kind = ExprKind::Intrinsic { intrinsic: Intrinsic::Complex, arguments };
        Ok(Expr::new(kind, Type::Scalar(dtype), span))
    }

    /// `np.float32(x)`, `int(x)`: a conversion. Those of Python keep the width of numbers which are of that kind already.
    fn type_call(
        &mut self,
        dtype: Dtype,
        name: &str,
        is_python: bool,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        if dtype.is_complex() && arguments.positional.len() + arguments.keywords.len() > 1 {
            return self.complex_call(name, dtype, arguments, span);
        }
        let placed = self.place_arguments(name, &["x"], 0, arguments, span)?;
        let Some(argument) = placed[0] else {
            let zero = match dtype.kind() {
                DtypeKind::Bool => Constant::Bool(false),
                DtypeKind::Signed | DtypeKind::Unsigned => Constant::Int(0),
                DtypeKind::Float => Constant::Float(0.0),
                DtypeKind::Complex => Constant::Complex(0.0, 0.0),
            };
            return Ok(constant(zero, Type::Scalar(dtype), span));
        };
        if is_python && dtype == Dtype::Bool {
            return self.condition(argument);
        }
        let (value, from) = self.number_argument(name, argument)?;
        if from.is_complex() && !dtype.is_complex() && dtype != Dtype::Bool {
            return Err(self.report_complex_argument(name, &value));
        }
        let keeps = match dtype.kind() {
            DtypeKind::Signed => from.is_integer(),
            DtypeKind::Float => from.is_float(),
            DtypeKind::Bool | DtypeKind::Unsigned | DtypeKind::Complex => false,
        };
        let to = if is_python && keeps { from } else { dtype };
        Ok(Expr { span, ..to_dtype(value, to) })
    }

    fn kernel_call(
        &mut self,
        handle: FunctionHandle,
        function: &ast::Expr,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let parameters = self.callees.parameters(handle);
        let values = self.kernel_arguments(&parameters, function, arguments, span)?;
        let types: Vec<Type> = values.iter().map(|value| value.ty.clone()).collect();
        let (callee, data) = self.specialization(handle, types, function, span)?;
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

    fn kernel_arguments(
        &mut self,
        parameters: &[ParameterInfo],
        function: &ast::Expr,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed<Vec<Expr>> {
        let mut values: Vec<Option<Expr>> = vec![None; parameters.len()];
        if arguments.positional.len() > parameters.len() {
            let message = format!(
                "the kernel takes {}, and {} are given",
                counted(parameters.len(), "argument"),
                arguments.positional.len()
            );
            return Err(self.report_kernel_arguments(message, parameters, span));
        }
        for (position, argument) in arguments.positional.iter().enumerate() {
            values[position] = Some(self.value(argument)?);
        }
        for (keyword, argument) in &arguments.keywords {
            let found = parameters.iter().position(|parameter| parameter.name == keyword.name);
            match found {
                Some(position) if values[position].is_none() => {
                    values[position] = Some(self.value(argument)?)
                }
                Some(_) => {
                    let message = format!("the argument `{}` is given twice", keyword.name);
                    return Err(self.report_kernel_arguments(message, parameters, keyword.span));
                }
                None => {
                    let message = format!("the kernel has no parameter `{}`", keyword.name);
                    return Err(self.report_kernel_arguments(message, parameters, keyword.span));
                }
            }
        }
        let mut complete = Vec::with_capacity(values.len());
        for (value, parameter) in values.into_iter().zip(parameters) {
            let default = || parameter.default.as_ref().and_then(|default| frozen(default, function.span));
            let Some(value) = value.or_else(default) else {
                let message = format!("the argument `{}` is missing", parameter.name);
                return Err(self.report_kernel_arguments(message, parameters, span));
            };
            complete.push(value);
        }
        Ok(complete)
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
        let data = answer.map_err(|error| self.report_callee(error, function, &key.1, span))?;
        let known = self
            .function
            .callees
            .iter()
            .find(|(_, known)| known.symbol == data.symbol)
            .map(|(callee, _)| callee);
        let callee = known.unwrap_or_else(|| self.function.callees.push(data.clone()));
        Ok((callee, data))
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
                    let text = format!("called from here with ({})", joined(types));
                    self.report(diagnostic.with_label(span, text));
                }
                Reported
            }
            CalleeError::Recursive => {
                let message = "the type of a recursive call's result is not known yet here";
                let diagnostic = Diagnostic::error(&RECURSION, message, span)
                    .with_help("declare a signature with a result, such as `@njit(\"int64(int64)\")`");
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

fn joined(types: &[Type]) -> String {
    types.iter().map(Type::to_string).collect::<Vec<_>>().join(", ")
}

fn python_type(dtype: Dtype) -> &'static str {
    match dtype.kind() {
        DtypeKind::Bool => "bool",
        DtypeKind::Signed | DtypeKind::Unsigned => "int",
        DtypeKind::Float => "float",
        DtypeKind::Complex => "complex",
    }
}
