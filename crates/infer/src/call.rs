//! Calls: of kernels, of types as conversions, and the dispatch to built-in operations.

use crate::constants::numpy_constant;
use crate::conversion::to_dtype;
use crate::environment::Global;
use crate::expression::{Value, constant};
use crate::extensions::Extension;
use crate::function::{Inference, Reported, Typed, counted};
use crate::spread::let_all;
use hotloop_ast as ast;
use hotloop_ast::{Argument, Identifier};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{Constant, Expr, ExprKind};
use hotloop_intrinsics::{Intrinsic, Item};
use hotloop_types::{Dtype, DtypeKind, Type};

static NOT_CALLABLE: Code = Code::new("HL0225", "something that is no function is called");
static BUILTIN_ARGUMENTS: Code = Code::new("HL0205", "a built-in function does not accept these arguments");
static UNPACKED_NAMES: Code = Code::new("HL0261", "arguments by name are unpacked");

/// What a call calls.
enum Called {
    /// A method, which was called.
    Method(Box<Expr>),
    /// Something else.
    Value(Box<Value>),
}

/// The arguments of a call, sorted.
#[derive(Clone)]
pub(crate) struct Arguments<'s> {
    /// As they stand.
    pub(crate) given: &'s [Argument],
    pub(crate) positional: Vec<&'s ast::Expr>,
    pub(crate) keywords: Vec<(&'s Identifier, &'s ast::Expr)>,
}

impl Inference<'_> {
    pub(crate) fn call(&mut self, function: &ast::Expr, arguments: &[Argument], span: Span) -> Typed {
        match self.without_unpacking(arguments)? {
            None => self.call_of(function, arguments, span),
            Some(spread) => {
                let call = self.call_of(function, &spread.arguments, span)?;
                Ok(let_all(spread.kept, call))
            }
        }
    }

    fn call_of(&mut self, function: &ast::Expr, arguments: &[Argument], span: Span) -> Typed {
        if self.makes_slice(function) {
            let arguments = self.arguments(arguments)?;
            return self.slice_call(&arguments, span);
        }
        let callee = match self.callee(function, arguments, span)? {
            Called::Method(result) => return Ok(*result),
            Called::Value(callee) => *callee,
        };
        self.call_of_value(callee, function, arguments, span)
    }

    /// A call of what was found to be called.
    pub(crate) fn call_of_value(
        &mut self,
        callee: Value,
        function: &ast::Expr,
        arguments: &[Argument],
        span: Span,
    ) -> Typed {
        let arguments = self.arguments(arguments)?;
        match callee {
            Value::Global(Global::Host(function), _) => self.host_call(&function, &arguments, span),
            Value::Global(Global::Extended(extended), _) => {
                self.extended_call(&extended, function, &arguments, span)
            }
            Value::Global(Global::Item(Item::Function(Intrinsic::Where, _)), _)
                if arguments.given.len() == 1 =>
            {
                // With a condition alone it is another function.
                let handle = self.library_function("numpy.nonzero", span)?;
                self.kernel_call(handle, Vec::new(), function, &arguments, span)
            }
            Value::Global(Global::Item(Item::Function(intrinsic, family)), _) => {
                self.intrinsic_call(intrinsic, family, &arguments, span)
            }
            Value::Global(Global::Item(Item::PythonType(dtype)), _) => {
                self.type_call(dtype, python_type(dtype), true, &arguments, span)
            }
            Value::Global(Global::Item(Item::Dtype(dtype)), _)
            | Value::Expr(Expr { ty: Type::Dtype(dtype), .. }) => {
                self.type_call(dtype, dtype.name(), false, &arguments, span)
            }
            Value::Global(Global::Library(path), _) => {
                if crate::array_displays::makes_arrays(path)
                    && let Some(array) = self.array_of_items(&arguments, span)?
                {
                    return Ok(array);
                }
                let handle = self.library_function(path, span)?;
                self.kernel_call(handle, Vec::new(), function, &arguments, span)
            }
            Value::Global(Global::TupleClass(class), _) => self.named_tuple_call(&class, &arguments, span),
            Value::Global(Global::EnumClass(class), _) => self.member_by_value(&class, &arguments, span),
            Value::Global(Global::Function(handle), _) => {
                let value = self.function_value(handle, function.span)?;
                self.call_value(value, function, &arguments, span)
            }
            Value::Global(Global::Ufunc(handle), _) => {
                self.kernel_ufunc_call(handle, function, &arguments, span)
            }
            Value::Expr(value) if matches!(value.ty, Type::Function(_)) => {
                self.call_value(value, function, &arguments, span)
            }
            other => Err(self.report_not_callable(&other, function.span)),
        }
    }

    fn report_not_callable(&mut self, callee: &Value, span: Span) -> Reported {
        let what = callee.describe();
        let diagnostic = Diagnostic::error(&NOT_CALLABLE, format!("{what} cannot be called"), span)
            .with_primary(format!("this is {what}"))
            .with_help("call a function; for an element write `[...]`");
        self.report(diagnostic)
    }

    /// What is called; a method is called at once. Apart from [`call_of`](Self::call_of), since arguments that are calls themselves take
    /// the stack of that.
    fn callee(&mut self, function: &ast::Expr, arguments: &[Argument], span: Span) -> Typed<Called> {
        let ast::ExprKind::Attribute { value, name } = &function.kind else {
            return Ok(Called::Value(Box::new(self.operand(function)?)));
        };
        let owner = self.operand(value)?.present();
        match self.extended_method(owner, name, function, arguments, span)? {
            Extension::Done(result) => Ok(Called::Method(Box::new(result))),
            Extension::None(owner) => self.method(owner, name, function, arguments, span),
            Extension::Tried(tried) => {
                let found = self.diagnostics.len();
                let builtin = self.method(tried.owner.clone(), name, function, &tried.given, span);
                builtin.map_err(|_| self.report_tried_instead(*tried, found, span))
            }
        }
    }

    /// What is called where an attribute of something is; a method is called at once.
    fn method(
        &mut self,
        owner: Value,
        name: &Identifier,
        function: &ast::Expr,
        arguments: &[Argument],
        span: Span,
    ) -> Typed<Called> {
        if let Some(sequence) = self.sequence_of(&owner) {
            let arguments = self.arguments(arguments)?;
            return Ok(Called::Method(Box::new(self.method_call(sequence, name, &arguments, span)?)));
        }
        match owner {
            Value::Expr(number) if number.ty.as_scalar().is_some() => {
                let arguments = self.arguments(arguments)?;
                Ok(Called::Method(Box::new(self.number_method(number, name, &arguments, span)?)))
            }
            Value::Expr(array)
                if matches!(array.ty, Type::Array(_))
                    && crate::array_methods::is_array_method(&name.name) =>
            {
                let arguments = self.arguments(arguments)?;
                Ok(Called::Method(Box::new(self.array_method(array, name, &arguments, function.span)?)))
            }
            Value::Expr(array)
                if matches!(array.ty, Type::Array(_))
                    && let Some(method) = hotloop_prelude::find_method(&name.name) =>
            {
                let arguments = self.arguments(arguments)?;
                let handle = self.library_function(method.path, span)?;
                let call =
                    self.call_with_receiver(handle, Vec::new(), Some(array), function, &arguments, span)?;
                Ok(Called::Method(Box::new(call)))
            }
            Value::Expr(generator)
                if generator.ty == Type::RandomGenerator
                    && let Some(method) = hotloop_prelude::find_generator_method(&name.name) =>
            {
                let arguments = self.arguments(arguments)?;
                let handle = self.library_function(method.path, span)?;
                let receiver = Some(generator);
                let call =
                    self.call_with_receiver(handle, Vec::new(), receiver, function, &arguments, span)?;
                Ok(Called::Method(Box::new(call)))
            }
            Value::Global(Global::TupleClass(class), _) if &*name.name == "_make" => {
                let arguments = self.arguments(arguments)?;
                Ok(Called::Method(Box::new(self.named_tuple_of(&class.class, &arguments, span)?)))
            }
            Value::Expr(list) if crate::mixed_lists::is_mixed_list(&list.ty) => {
                let arguments = self.arguments(arguments)?;
                Ok(Called::Method(Box::new(self.mixed_list_method(list, name, &arguments, span)?)))
            }
            Value::Expr(tuple) if crate::tuples::is_tuple_method(&tuple.ty, name) => {
                let arguments = self.arguments(arguments)?;
                Ok(Called::Method(Box::new(self.tuple_method(tuple, name, &arguments, span)?)))
            }
            owner => Ok(Called::Value(Box::new(self.attribute_of(owner, name, function.span)?))),
        }
    }

    pub(crate) fn arguments<'s>(&mut self, arguments: &'s [Argument]) -> Typed<Arguments<'s>> {
        let mut sorted = Arguments { given: arguments, positional: Vec::new(), keywords: Vec::new() };
        for argument in arguments {
            match argument {
                Argument::Positional(value) => sorted.positional.push(value),
                Argument::Keyword { name, value } => sorted.keywords.push((name, value)),
                Argument::Unpack(value) => return Err(self.report_unpacked(value)),
                Argument::UnpackKeywords(value) => {
                    let message = "arguments by name cannot be unpacked in a kernel yet";
                    let diagnostic = Diagnostic::error(&UNPACKED_NAMES, message, value.span)
                        .with_help("write each argument");
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

    pub(crate) fn report_argument_count(
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
        self.report(refused_argument(not_accepted(name, argument), argument, wanted))
    }

    /// The same in words of its own: those which programs for Numba look for.
    pub(crate) fn report_argument_as(&mut self, message: String, argument: &Expr, wanted: &str) -> Reported {
        self.report(refused_argument(message, argument, wanted))
    }

    /// The same, with a note that has the words which programs for Numba look for.
    pub(crate) fn report_argument_noted(
        &mut self,
        name: &str,
        argument: &Expr,
        wanted: &str,
        note: String,
    ) -> Reported {
        self.report(refused_argument(not_accepted(name, argument), argument, wanted).with_note(note))
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
    /// A call of a type of numbers. A constant that NumPy's types are called with has their dtype, where Python's numbers adapt to arrays.
    fn type_call(
        &mut self,
        dtype: Dtype,
        name: &str,
        is_python: bool,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let value = self.converted_number(dtype, name, is_python, arguments, span)?;
        Ok(if is_python { value } else { numpy_constant(value) })
    }

    fn converted_number(
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
        let parameters: &[&str] = if name == "int" { &["x", "base"] } else { &["x"] };
        let mut placed = self.place_arguments(name, parameters, 0, arguments, span)?;
        placed.resize(2, None);
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
        let mut value = self.expression(argument)?;
        if let Type::Array(ty) = value.ty
            && ty.ndim == 0
        {
            value = crate::iteration::array_item(value, ty, Vec::new(), span);
        }
        if value.ty == Type::Str && is_python && !dtype.is_complex() {
            return self.number_of_str(value, dtype, placed[1], span);
        }
        let from = match value.ty.as_scalar() {
            Some(from) if placed[1].is_none() => from,
            _ => return Err(self.report_argument(name, &value, "a number")),
        };
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
}

fn python_type(dtype: Dtype) -> &'static str {
    match dtype.kind() {
        DtypeKind::Bool => "bool",
        DtypeKind::Signed | DtypeKind::Unsigned => "int",
        DtypeKind::Float => "float",
        DtypeKind::Complex => "complex",
    }
}

/// What is said of an argument of a built-in function that does not accept it.
fn not_accepted(name: &str, argument: &Expr) -> String {
    format!("`{name}` does not accept {}", argument.ty)
}

fn refused_argument(message: String, argument: &Expr, wanted: &str) -> Diagnostic {
    let help = match argument.ty {
        Type::Array(_) => {
            "it takes one number: use the function of `numpy` for all elements, or write a loop over them"
                .to_owned()
        }
        Type::Scalar(_)
        | Type::Tuple(_)
        | Type::None
        | Type::Dtype(_)
        | Type::Function(_)
        | Type::Optional(_)
        | Type::Range
        | Type::Str
        | Type::Bytes
        | Type::List(_)
        | Type::Generator(_)
        | Type::RandomGenerator
        | Type::Enum(_)
        | Type::Undefined => format!("give {wanted}"),
    };
    Diagnostic::error(&BUILTIN_ARGUMENTS, message, argument.span)
        .with_primary(format!("this is {}", argument.ty))
        .with_help(help)
}
