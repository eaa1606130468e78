//! Strings: constants, methods, f-strings, and the builtins that make strings of numbers and numbers of strings.

use crate::call::Arguments;
use crate::conditions::{scalar_compare, short_circuit};
use crate::conversion::to_dtype;
use crate::expression::{Value, constant};
use crate::function::{Inference, Reported, Typed};
use crate::sequences::{length_of, perform};
use hotloop_abi::ExceptionClass;
use hotloop_ast as ast;
use hotloop_ast::{BoolOp, Conversion, FormatPart, Identifier};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{BinaryOp, CompareOp, Constant, Expr, ExprKind, ObjectExpr};
use hotloop_intrinsics::Intrinsic;
use hotloop_objects::{Default, Form, FormatSpec, Operation, Parameter, STR_METHODS, SpecError};
use hotloop_types::{Dtype, DtypeKind, Type};

static FORMAT: Code = Code::new("HL0251", "a value cannot be formatted this way in a kernel");
static ARGUMENT: Code =
    Code::new("HL0252", "a method of a string is called with arguments it does not accept");

/// A string as an expression.
pub(crate) fn str_constant(text: String, span: Span) -> Expr {
    Expr::object(ObjectExpr::Str(text.into()), Type::Str, span)
}

/// An int64 as an expression.
pub(crate) fn int64(value: i64, span: Span) -> Expr {
    constant(Constant::Int(value), Type::INT64, span)
}

/// The text of a string that is known.
pub(crate) fn constant_str(value: &Expr) -> Option<&str> {
    let ExprKind::Object(object) = &value.kind else { return None };
    match &**object {
        ObjectExpr::Str(text) => Some(text),
        _ => None,
    }
}

/// `left op right` of integers.
fn compared(op: CompareOp, left: Expr, right: Expr, span: Span) -> Expr {
    scalar_compare(op, left, right, span).expect("both are integers")
}

/// A value on a condition.
fn checked(condition: Expr, message: &'static str, value: Expr, span: Span) -> Expr {
    checked_as(ExceptionClass::ValueError, condition, message, value, span)
}

fn checked_as(
    class: ExceptionClass,
    condition: Expr,
    message: &'static str,
    value: Expr,
    span: Span,
) -> Expr {
    let ty = value.ty.clone();
    Expr::object(ObjectExpr::Checked { condition, error: (class, message), value }, ty, span)
}

impl Inference<'_> {
    /// `text.name(arguments)`.
    pub(crate) fn str_method(
        &mut self,
        text: Expr,
        name: &Identifier,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let has_arguments = !arguments.positional.is_empty() || !arguments.keywords.is_empty();
        match &*name.name {
            "strip" if !has_arguments => return Ok(perform(Operation::Strip, vec![text], Type::Str, span)),
            "lstrip" if !has_arguments => return Ok(perform(Operation::LStrip, vec![text], Type::Str, span)),
            "rstrip" if !has_arguments => return Ok(perform(Operation::RStrip, vec![text], Type::Str, span)),
            "split" | "rsplit" => return self.split(text, name, arguments, span),
            "join" => return self.join(text, arguments, span),
            "partition" | "rpartition" => return self.partition(text, name, arguments, span),
            "startswith" | "endswith" => {
                if let [prefixes] = arguments.positional[..]
                    && let Some(result) = self.starts_with_any(&text, name, prefixes, span)?
                {
                    return Ok(result);
                }
            }
            _ => {}
        }
        let Some(method) = STR_METHODS.iter().find(|method| method.name == &*name.name) else {
            return Err(self.report_method(&text, name));
        };
        let names: Vec<&str> = method.parameters.iter().map(|parameter| parameter.name).collect();
        let required =
            method.parameters.iter().filter(|parameter| parameter.default == Default::Required).count();
        let placed = self.place_arguments(method.name, &names, required, arguments, span)?;
        let mut passed = vec![text];
        for (parameter, given) in method.parameters.iter().zip(placed) {
            let argument = self.method_argument(method.name, parameter, given, span)?;
            passed.push(match parameter.name {
                "fillchar" => {
                    let message = "The fill character must be exactly one character long";
                    self.of_length(argument, CompareOp::Eq, 1, (ExceptionClass::TypeError, message))?
                }
                _ => argument,
            });
        }
        self.performed(method.name, method.operation, passed, span)
    }

    fn method_argument(
        &mut self,
        method: &str,
        parameter: &Parameter,
        given: Option<&ast::Expr>,
        span: Span,
    ) -> Typed {
        let Some(given) = given else {
            return Ok(match parameter.default {
                Default::Int(value) => int64(value, span),
                Default::Str(text) => str_constant(text.to_owned(), span),
                Default::Required => unreachable!("required arguments were placed"),
            });
        };
        let value = self.expression(given)?;
        match (&value.ty, parameter.default) {
            (Type::Str, _) if parameter.is_str => Ok(value),
            (Type::None, Default::Int(default)) => Ok(int64(default, span)),
            (Type::Scalar(dtype), _) if !parameter.is_str && !dtype.is_float() => {
                Ok(to_dtype(value, Dtype::Int64))
            }
            _ => {
                let wanted = if parameter.is_str { "a string" } else { "an integer" };
                Err(self.report_method_argument(method, parameter.name, &value, wanted))
            }
        }
    }

    fn report_method_argument(
        &mut self,
        method: &str,
        parameter: &str,
        value: &Expr,
        wanted: &str,
    ) -> Reported {
        let message = format!("`{parameter}` of `{method}` is {wanted}, not {}", value.ty);
        let diagnostic = Diagnostic::error(&ARGUMENT, message, value.span)
            .with_primary(format!("this is {}", value.ty))
            .with_help(format!("give {wanted}"));
        self.report(diagnostic)
    }

    /// An operation with the checks that Python makes of its arguments or its result.
    fn performed(&mut self, method: &str, operation: Operation, arguments: Vec<Expr>, span: Span) -> Typed {
        let ty = match operation.result() {
            Form::Str => Type::Str,
            Form::Bool => Type::BOOL,
            Form::Word => Type::INT64,
            Form::List => Type::list(Type::Str),
            Form::Nothing => Type::None,
        };
        match operation {
            Operation::Find | Operation::RFind if method.ends_with("index") => {
                let found = perform(operation, arguments, ty, span);
                self.with_let(found, "position", span, |_, position| {
                    let is_found = compared(CompareOp::Ge, position.clone(), int64(0, span), span);
                    Ok(checked(is_found, "substring not found", position, span))
                })
            }
            _ => Ok(perform(operation, arguments, ty, span)),
        }
    }

    /// A string of a certain length, which Python insists on.
    fn of_length(
        &mut self,
        text: Expr,
        op: CompareOp,
        length: i64,
        (class, message): (ExceptionClass, &'static str),
    ) -> Typed {
        let span = text.span;
        self.with_let(text, "text", span, |_, text| {
            let holds = compared(op, length_of(text.clone(), span), int64(length, span), span);
            if crate::statement::constant_truth(&holds) == Some(true) {
                return Ok(text);
            }
            Ok(checked_as(class, holds, message, text, span))
        })
    }

    /// `text.split(sep, maxsplit)`, from either end; without a separator at white space.
    fn split(&mut self, text: Expr, name: &Identifier, arguments: &Arguments<'_>, span: Span) -> Typed {
        let from_end = &*name.name == "rsplit";
        let placed = self.place_arguments(&name.name, &["sep", "maxsplit"], 0, arguments, span)?;
        let separator = match placed[0] {
            Some(separator) => Some(self.expression(separator)?).filter(|value| value.ty != Type::None),
            None => None,
        };
        let most = Parameter { name: "maxsplit", default: Default::Int(-1), is_str: false };
        let most = self.method_argument(&name.name, &most, placed[1], span)?;
        let list = Type::list(Type::Str);
        let Some(separator) = separator else {
            let operation = if from_end { Operation::RSplitSpace } else { Operation::SplitSpace };
            return Ok(perform(operation, vec![text, most], list, span));
        };
        if separator.ty != Type::Str {
            return Err(self.report_method_argument(&name.name, "sep", &separator, "a string"));
        }
        let error = (ExceptionClass::ValueError, "empty separator");
        let separator = self.of_length(separator, CompareOp::Gt, 0, error)?;
        let operation = if from_end { Operation::RSplit } else { Operation::Split };
        Ok(perform(operation, vec![text, separator, most], list, span))
    }

    /// `text.join(strings)`.
    fn join(&mut self, text: Expr, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments("join", &["iterable"], 1, arguments, span)?;
        let strings = self.expression(placed[0].expect("it is required"))?;
        if strings.ty == Type::list(Type::Str) {
            return Ok(perform(Operation::Join, vec![text, strings], Type::Str, span));
        }
        if let Type::Tuple(items) = strings.ty.clone()
            && items.iter().all(|item| *item == Type::Str)
        {
            return self.with_let(strings, "strings", span, |_, strings| {
                let items = (items.iter().enumerate())
                    .map(|(position, ty)| crate::conditions::item(&strings, position, ty));
                let list = ObjectExpr::List(items.collect());
                let list = Expr::object(list, Type::list(Type::Str), span);
                Ok(perform(Operation::Join, vec![text, list], Type::Str, span))
            });
        }
        Err(self.report_method_argument("join", "iterable", &strings, "a list or tuple of strings"))
    }

    /// `text.partition(sep)`: what stands before, the separator, and what stands behind.
    fn partition(&mut self, text: Expr, name: &Identifier, arguments: &Arguments<'_>, span: Span) -> Typed {
        let from_end = &*name.name == "rpartition";
        let placed = self.place_arguments(&name.name, &["sep"], 1, arguments, span)?;
        let separator = self.expression(placed[0].expect("it is required"))?;
        if separator.ty != Type::Str {
            return Err(self.report_method_argument(&name.name, "sep", &separator, "a string"));
        }
        let error = (ExceptionClass::ValueError, "empty separator");
        let ty = Type::tuple([Type::Str, Type::Str, Type::Str]);
        let tuple = |items: [Expr; 3]| Expr::new(ExprKind::Tuple(items.into()), ty.clone(), span);
        let part = |text: &Expr, start, stop| {
            Expr::object(ObjectExpr::Part { text: text.clone(), start, stop }, Type::Str, span)
        };
        self.with_let(text, "text", span, |this, text| {
            let separator = this.of_length(separator, CompareOp::Gt, 0, error)?;
            this.with_let(separator, "separator", span, |this, separator| {
                let operation = if from_end { Operation::RFind } else { Operation::Find };
                let bounds = [int64(0, span), int64(i64::MAX, span)];
                let places = [text.clone(), separator.clone()].into_iter().chain(bounds).collect();
                let found = perform(operation, places, Type::INT64, span);
                this.with_let(found, "position", span, |_, position| {
                    let length = length_of(separator.clone(), span);
                    let behind = Expr::new(
                        ExprKind::Binary {
                            op: BinaryOp::Add,
                            left: Box::new(position.clone()),
                            right: Box::new(length),
                        },
                        Type::INT64,
                        span,
                    );
                    let before = part(&text, int64(0, span), Some(position.clone()));
                    let then = tuple([before, separator, part(&text, behind, None)]);
                    let empty = || str_constant(String::new(), span);
                    let otherwise = if from_end {
                        tuple([empty(), empty(), text])
                    } else {
                        tuple([text, empty(), empty()])
                    };
                    let condition = compared(CompareOp::Ge, position, int64(0, span), span);
                    let kind = ExprKind::Conditional {
                        condition: Box::new(condition),
                        then: Box::new(then),
                        otherwise: Box::new(otherwise),
                    };
                    Ok(Expr::new(kind, ty.clone(), span))
                })
            })
        })
    }

    /// `text.startswith(("a", "b"))`; `None` where the argument is no tuple.
    fn starts_with_any(
        &mut self,
        text: &Expr,
        name: &Identifier,
        prefixes: &ast::Expr,
        span: Span,
    ) -> Typed<Option<Expr>> {
        let ast::ExprKind::Tuple(prefixes) = &prefixes.kind else { return Ok(None) };
        let operation = if &*name.name == "startswith" { Operation::StartsWith } else { Operation::EndsWith };
        let prefixes = prefixes.iter().map(|prefix| self.expression(prefix)).collect::<Typed<Vec<_>>>()?;
        if let Some(other) = prefixes.iter().find(|prefix| prefix.ty != Type::Str) {
            return Err(self.report_method_argument(&name.name, "prefix", other, "a string"));
        }
        self.with_let(text.clone(), "text", span, |_, text| {
            let mut result = constant(Constant::Bool(false), Type::BOOL, span);
            for prefix in prefixes {
                let arguments = vec![text.clone(), prefix, int64(0, span), int64(i64::MAX, span)];
                let holds = perform(operation, arguments, Type::BOOL, span);
                result = short_circuit(BoolOp::Or, result, holds);
            }
            Ok(result)
        })
        .map(Some)
    }

    /// `str`, `repr`, `format`, `ord`, `chr`.
    pub(crate) fn object_call(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        match intrinsic {
            Intrinsic::Str => {
                let placed = self.place_arguments(name, &["object"], 0, arguments, span)?;
                let Some(value) = placed[0] else { return Ok(str_constant(String::new(), span)) };
                let value = self.expression(value)?;
                self.text_of(value, false, span)
            }
            Intrinsic::Repr => {
                let placed = self.place_arguments(name, &["object"], 1, arguments, span)?;
                let value = self.expression(placed[0].expect("it is required"))?;
                self.text_of(value, true, span)
            }
            Intrinsic::Format => {
                let placed = self.place_arguments(name, &["value", "format_spec"], 1, arguments, span)?;
                let value = self.expression(placed[0].expect("it is required"))?;
                let spec = match placed[1] {
                    None => String::new(),
                    Some(spec) => match self.operand(spec)? {
                        Value::Str(text, _) => text,
                        Value::Expr(_) | Value::Global(..) => {
                            return Err(self.report_format("a format that is not constant", spec.span));
                        }
                    },
                };
                self.formatted(value, &spec, span)
            }
            Intrinsic::Ord => {
                let placed = self.place_arguments(name, &["c"], 1, arguments, span)?;
                let text = self.expression(placed[0].expect("it is required"))?;
                if text.ty != Type::Str {
                    return Err(self.report_argument(name, &text, "a string of one character"));
                }
                let error = (ExceptionClass::TypeError, "ord() expected a character");
                let text = self.of_length(text, CompareOp::Eq, 1, error)?;
                Ok(Expr::object(ObjectExpr::Code(text), Type::INT64, span))
            }
            Intrinsic::Chr => {
                let placed = self.place_arguments(name, &["i"], 1, arguments, span)?;
                let (code, dtype) = self.number_argument(name, placed[0].expect("it is required"))?;
                if dtype.is_float() {
                    return Err(self.report_argument(name, &code, "an integer"));
                }
                self.with_let(to_dtype(code, Dtype::Int64), "code", span, |_, code| {
                    let is_low = compared(CompareOp::Ge, code.clone(), int64(0, span), span);
                    let is_high = compared(CompareOp::Lt, code.clone(), int64(0x11_0000, span), span);
                    let fits = short_circuit(BoolOp::And, is_low, is_high);
                    let code = checked(fits, "chr() arg not in range(0x110000)", code, span);
                    Ok(perform(Operation::Chr, vec![code], Type::Str, span))
                })
            }
            Intrinsic::List => self.list_call(false, arguments, span),
            Intrinsic::Sorted => self.list_call(true, arguments, span),
            other => unreachable!("{other:?} is not typed as an object"),
        }
    }

    /// A value as a string: as `str` shows it, or as `repr` writes it.
    pub(crate) fn text_of(&mut self, value: Expr, is_repr: bool, span: Span) -> Typed {
        let text = |operation, value| perform(operation, vec![value], Type::Str, span);
        match value.ty.clone() {
            Type::Str if is_repr => Ok(text(Operation::Repr, value)),
            Type::Str => Ok(value),
            Type::None => {
                self.with_let(value, "none", span, |_, _| Ok(str_constant("None".to_owned(), span)))
            }
            Type::Scalar(dtype) => Ok(match dtype.kind() {
                DtypeKind::Bool => text(Operation::StrOfBool, value),
                DtypeKind::Signed => text(Operation::StrOfInt, to_dtype(value, Dtype::Int64)),
                DtypeKind::Unsigned => text(Operation::StrOfUInt, to_dtype(value, Dtype::UInt64)),
                DtypeKind::Float if dtype == Dtype::Float32 => text(Operation::StrOfFloat32, value),
                DtypeKind::Float => text(Operation::StrOfFloat, value),
                DtypeKind::Complex => return self.text_of_complex(value, dtype, span),
            }),
            Type::Tuple(items) => self.with_let(value, "items", span, |this, value| {
                let mut result = str_constant("(".to_owned(), span);
                for (position, ty) in items.iter().enumerate() {
                    if position > 0 {
                        result = concat(result, str_constant(", ".to_owned(), span), span);
                    }
                    let item = crate::conditions::item(&value, position, ty);
                    result = concat(result, this.text_of(item, true, span)?, span);
                }
                let end = if items.len() == 1 { ",)" } else { ")" };
                Ok(concat(result, str_constant(end.to_owned(), span), span))
            }),
            Type::Array(_)
            | Type::Dtype(_)
            | Type::Bytes
            | Type::List(_)
            | Type::Function(_)
            | Type::Optional(_)
            | Type::Range
            | Type::Generator(_)
            | Type::Undefined => Err(self.report_format(&format!("{} as a string", value.ty), value.span)),
        }
    }

    fn text_of_complex(&mut self, value: Expr, dtype: Dtype, span: Span) -> Typed {
        let (operation, part) = match dtype {
            Dtype::Complex64 => (Operation::StrOfComplex64, Dtype::Float32),
            _ => (Operation::StrOfComplex, Dtype::Float64),
        };
        self.with_let(value, "number", span, |_, value| {
            let part = |intrinsic| {
                let kind = ExprKind::Intrinsic { intrinsic, arguments: vec![value.clone()] };
                Expr::new(kind, Type::Scalar(part), span)
            };
            let parts = vec![part(Intrinsic::Real), part(Intrinsic::Imag)];
            Ok(perform(operation, parts, Type::Str, span))
        })
    }

    fn report_format(&mut self, what: &str, span: Span) -> Reported {
        let message = format!("{what} is not supported in a kernel yet");
        let diagnostic = Diagnostic::error(&FORMAT, message, span)
            .with_help("format numbers, strings and tuples of these, with a constant format");
        self.report(diagnostic)
    }

    /// `int(text)`, `int(text, base)`, `float(text)`, `bool(text)`.
    pub(crate) fn number_of_str(
        &mut self,
        text: Expr,
        dtype: Dtype,
        base: Option<&ast::Expr>,
        span: Span,
    ) -> Typed {
        if dtype.kind() == DtypeKind::Bool {
            return self.truth_of(text);
        }
        let is_int = !dtype.is_float();
        let base = match base {
            Some(base) => {
                let base = self.expression(base)?;
                if base.ty.as_scalar().is_none_or(Dtype::is_float) {
                    return Err(self.report_argument("int", &base, "an integer as the base"));
                }
                to_dtype(base, Dtype::Int64)
            }
            None => int64(10, span),
        };
        let ty = if is_int { Type::INT64 } else { Type::FLOAT64 };
        Ok(Expr::object(ObjectExpr::Number { text, base: is_int.then_some(base) }, ty, span))
    }

    /// `f"..."`; known now where no field has to be evaluated.
    pub(crate) fn format_string(&mut self, parts: &[FormatPart], span: Span) -> Typed<Value> {
        let mut known = String::new();
        let mut result: Option<Expr> = None;
        for part in parts {
            match part {
                FormatPart::Text(text) => known.push_str(text),
                FormatPart::Surrogate(_) => {
                    return Err(self.report_format("half of a surrogate pair in an f-string", span));
                }
                FormatPart::Field { value, debug_text, conversion, format, span: _ } => {
                    known.push_str(debug_text.as_deref().unwrap_or_default());
                    let is_repr = debug_text.is_some() && conversion.is_none() && format.is_none();
                    let text = self.field(value, *conversion, is_repr, format.as_deref())?;
                    match text {
                        Value::Str(text, _) => known.push_str(&text),
                        Value::Expr(text) => {
                            result = joined(result, std::mem::take(&mut known), span);
                            result = Some(match result {
                                Some(before) => concat(before, text, span),
                                None => text,
                            });
                        }
                        Value::Global(..) => unreachable!("a field is a string"),
                    }
                }
            }
        }
        Ok(match joined(result, known.clone(), span) {
            Some(text) if constant_str(&text).is_none() => Value::Expr(text),
            _ => Value::Str(known, span),
        })
    }

    fn field(
        &mut self,
        value: &ast::Expr,
        conversion: Option<Conversion>,
        is_repr: bool,
        format: Option<&[FormatPart]>,
    ) -> Typed<Value> {
        let span = value.span;
        let value = self.operand(value)?;
        let spec = match format {
            None => String::new(),
            Some(parts) => match self.format_string(parts, span)? {
                Value::Str(text, _) => text,
                Value::Expr(_) | Value::Global(..) => {
                    return Err(self.report_format("a format that is not constant", span));
                }
            },
        };
        if let (Value::Str(..), None | Some(Conversion::Str), "") = (&value, conversion, spec.as_str())
            && !is_repr
        {
            return Ok(value);
        }
        let value = self.run_time_value(value)?;
        let value = match conversion {
            None if is_repr => self.text_of(value, true, span)?,
            None => value,
            Some(Conversion::Str) => self.text_of(value, false, span)?,
            Some(Conversion::Repr) => self.text_of(value, true, span)?,
            Some(Conversion::Ascii) => return Err(self.report_format("the conversion `!a`", span)),
        };
        self.formatted(value, &spec, span).map(Value::Expr)
    }

    /// A value by a format specification that is known.
    fn formatted(&mut self, value: Expr, spec: &str, span: Span) -> Typed {
        if spec.is_empty() {
            return self.text_of(value, false, span);
        }
        let read = FormatSpec::read(spec);
        let checked = read.and_then(|read| match &value.ty {
            Type::Str => read.check_str(),
            Type::Scalar(dtype) if dtype.is_float() => read.check_float(),
            _ => read.check_int(),
        });
        if let Err(error) = checked {
            return Err(self.report_spec(error, span));
        }
        let spec = str_constant(spec.to_owned(), span);
        let format = |operation, value| perform(operation, vec![value, spec], Type::Str, span);
        match value.ty.clone() {
            Type::Str => Ok(format(Operation::FormatStr, value)),
            Type::Scalar(dtype) => Ok(match dtype.kind() {
                DtypeKind::Bool | DtypeKind::Signed => {
                    format(Operation::FormatInt, to_dtype(value, Dtype::Int64))
                }
                DtypeKind::Unsigned => format(Operation::FormatUInt, to_dtype(value, Dtype::UInt64)),
                DtypeKind::Float => format(Operation::FormatFloat, to_dtype(value, Dtype::Float64)),
                DtypeKind::Complex => return Err(self.report_format("a format for a complex number", span)),
            }),
            Type::Array(_)
            | Type::Tuple(_)
            | Type::None
            | Type::Dtype(_)
            | Type::Bytes
            | Type::List(_)
            | Type::Function(_)
            | Type::Optional(_)
            | Type::Range
            | Type::Generator(_)
            | Type::Undefined => Err(self.report_format(&format!("a format for {}", value.ty), value.span)),
        }
    }

    fn report_spec(&mut self, error: SpecError, span: Span) -> Reported {
        match error {
            SpecError::Unsupported(what) => self.report_format(&what, span),
            SpecError::Invalid(message) => {
                let diagnostic = Diagnostic::error(&FORMAT, message, span)
                    .with_help("see Python's \"Format Specification Mini-Language\"");
                self.report(diagnostic)
            }
        }
    }
}

/// `left + right`.
fn concat(left: Expr, right: Expr, span: Span) -> Expr {
    if let (Some(first), Some(second)) = (constant_str(&left), constant_str(&right)) {
        return str_constant(format!("{first}{second}"), span);
    }
    perform(Operation::Concat, vec![left, right], Type::Str, span)
}

/// What there is so far with text behind it.
fn joined(before: Option<Expr>, text: String, span: Span) -> Option<Expr> {
    match before {
        before if text.is_empty() => before,
        None => Some(str_constant(text, span)),
        Some(before) => Some(concat(before, str_constant(text, span), span)),
    }
}
