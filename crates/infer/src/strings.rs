//! Strings: constants, methods, f-strings, and the builtins that make strings of numbers and numbers of strings.

use crate::call::Arguments;
use crate::conditions::{is_none, scalar_compare, short_circuit, unwrapped};
use crate::conversion::to_dtype;
use crate::expression::{Value, constant};
use crate::function::{Inference, Reported, Typed};
use crate::sequences::{length_of, perform};
use crate::spread::{Kept, let_all};
use hotloop_abi::ExceptionClass;
use hotloop_ast as ast;
use hotloop_ast::{BoolOp, Conversion, FormatPart, Identifier};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{BinaryOp, CompareOp, Constant, Expr, ExprKind, ObjectExpr};
use hotloop_intrinsics::Intrinsic;
use hotloop_objects::{
    Default, Form, FormatSpec, Formatted, Operation, Parameter, STR_METHODS, Shape, SpecError,
};
use hotloop_types::{Dtype, DtypeKind, TupleType, Type};

static FORMAT: Code = Code::new("HL0251", "a value cannot be formatted this way in a kernel");
static FILE: Code = Code::new("HL0341", "`print` is told to write to a file");
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
pub(crate) fn checked(condition: Expr, message: &'static str, value: Expr, span: Span) -> Expr {
    checked_as(ExceptionClass::ValueError, condition, message, value, span)
}

/// A value on a condition, with the class of what is raised otherwise.
pub(crate) fn checked_as(
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
            Form::Bytes => Type::Bytes,
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
            Intrinsic::Next => self.next_item(name, arguments, span),
            Intrinsic::Repr => {
                let placed = self.place_arguments(name, &["object"], 1, arguments, span)?;
                let value = self.expression(placed[0].expect("it is required"))?;
                self.text_of(value, true, span)
            }
            Intrinsic::Format => {
                let placed = self.place_arguments(name, &["value", "format_spec"], 1, arguments, span)?;
                let value = self.expression(placed[0].expect("it is required"))?;
                let spec = match placed[1] {
                    None => Value::Str(String::new(), span),
                    Some(spec) => self.operand(spec)?,
                };
                self.formatted(value, spec, span)
            }
            Intrinsic::Print => self.print(arguments, span),
            Intrinsic::Ascii => {
                let placed = self.place_arguments(name, &["object"], 1, arguments, span)?;
                let value = self.expression(placed[0].expect("it is required"))?;
                self.ascii_of(value, span)
            }
            Intrinsic::Bin => self.in_base(name, "#b", arguments, span),
            Intrinsic::Oct => self.in_base(name, "#o", arguments, span),
            Intrinsic::Hex => self.in_base(name, "#x", arguments, span),
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

    /// `bin`, `oct`, `hex`: an integer by a format.
    fn in_base(&mut self, name: &str, spec: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments(name, &["number"], 1, arguments, span)?;
        let (number, dtype) = self.number_argument(name, placed[0].expect("it is required"))?;
        if dtype.is_float() || dtype.is_complex() {
            return Err(self.report_argument(name, &number, "an integer"));
        }
        self.written(number, str_constant(spec.to_owned(), span), span)
    }

    /// A value as a string: as `str` shows it, or as `repr` writes it.
    pub(crate) fn text_of(&mut self, value: Expr, is_repr: bool, span: Span) -> Typed {
        let text = |operation, value| perform(operation, vec![value], Type::Str, span);
        match value.ty.clone() {
            Type::Str if is_repr => Ok(text(Operation::Repr, value)),
            Type::Str => Ok(value),
            Type::Bytes => Ok(text(Operation::ReprOfBytes, value)),
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
            Type::Tuple(items) => self.text_of_tuple(value, &items, span),
            Type::Optional(_) => self.with_let(value, "value", span, |this, value| {
                let condition = Box::new(is_none(value.clone(), span));
                let then = Box::new(str_constant("None".to_owned(), span));
                let otherwise = Box::new(this.text_of(unwrapped(value), is_repr, span)?);
                Ok(Expr::new(ExprKind::Conditional { condition, then, otherwise }, Type::Str, span))
            }),
            Type::Range => self.with_let(value, "range", span, |_, range| {
                let part =
                    |at| Expr::new(ExprKind::TupleItem(Box::new(range.clone()), at), Type::INT64, span);
                Ok(perform(Operation::ReprOfRange, vec![part(0), part(1), part(2)], Type::Str, span))
            }),
            Type::List(_) if value.ty.is_undefined() => Err(Reported),
            Type::List(ref item) => match shape_of(item) {
                Some(shape) => {
                    let shape = str_constant(shape.to_string(), span);
                    Ok(perform(Operation::ReprOfList, vec![value, shape], Type::Str, span))
                }
                None => Err(self.report_text(&value)),
            },
            Type::Array(_) | Type::Dtype(_) | Type::Function(_) | Type::Generator(_) | Type::Undefined => {
                Err(self.report_text(&value))
            }
        }
    }

    fn text_of_tuple(&mut self, value: Expr, items: &TupleType, span: Span) -> Typed {
        self.with_let(value, "items", span, |this, value| {
            let class = items.class().map_or("", |class| class.name.as_str());
            let mut line = Line { span, known: format!("{class}("), made: None };
            for (position, ty) in items.iter().enumerate() {
                line.known.push_str(if position > 0 { ", " } else { "" });
                if let Some(field) = items.fields().get(position) {
                    line.known.push_str(&format!("{field}="));
                }
                let item = crate::conditions::item(&value, position, ty);
                line.push(Value::Expr(this.text_of(item, true, span)?));
            }
            line.known.push_str(if items.len() == 1 && class.is_empty() { ",)" } else { ")" });
            Ok(line.finish())
        })
    }

    fn report_text(&mut self, value: &Expr) -> Reported {
        self.report_format(&format!("{} as a string", value.ty), value.span)
    }

    /// The string that a value is converted to, with an escape for each character beyond ASCII.
    fn ascii_of(&mut self, value: Expr, span: Span) -> Typed {
        let text = self.text_of(value, true, span)?;
        Ok(perform(Operation::Ascii, vec![text], Type::Str, span))
    }

    fn text_of_complex(&mut self, value: Expr, dtype: Dtype, span: Span) -> Typed {
        let (operation, part) = match dtype {
            Dtype::Complex64 => (Operation::StrOfComplex64, Dtype::Float32),
            _ => (Operation::StrOfComplex, Dtype::Float64),
        };
        self.with_let(value, "number", span, |_, value| {
            Ok(perform(operation, parts_of(&value, part).into(), Type::Str, span))
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
        let mut line = Line { span, known: String::new(), made: None };
        for part in parts {
            match part {
                FormatPart::Text(text) => line.known.push_str(text),
                FormatPart::Surrogate(_) => {
                    return Err(self.report_format("half of a surrogate pair in an f-string", span));
                }
                FormatPart::Field { value, debug_text, conversion, format, span: _ } => {
                    line.known.push_str(debug_text.as_deref().unwrap_or_default());
                    let is_repr = debug_text.is_some() && conversion.is_none() && format.is_none();
                    line.push(self.field(value, *conversion, is_repr, format.as_deref())?);
                }
            }
        }
        if line.made.is_none() {
            return Ok(Value::Str(line.known, span));
        }
        Ok(Value::Expr(line.finish()))
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
            None => Value::Str(String::new(), span),
            Some(parts) => self.format_string(parts, span)?,
        };
        let is_plain = matches!(&spec, Value::Str(spec, _) if spec.is_empty());
        if let (Value::Str(..), None | Some(Conversion::Str), true) = (&value, conversion, is_plain)
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
            Some(Conversion::Ascii) => self.ascii_of(value, span)?,
        };
        self.formatted(value, spec, span).map(Value::Expr)
    }

    /// A value by a format specification.
    fn formatted(&mut self, value: Expr, spec: Value, span: Span) -> Typed {
        let Some(kind) = formatted_kind(&value.ty) else {
            return match &spec {
                Value::Str(spec, _) if spec.is_empty() => self.text_of(value, false, span),
                _ => Err(self.report_format(&format!("a format for {}", value.ty), value.span)),
            };
        };
        let known = match &spec {
            Value::Str(spec, _) if spec.is_empty() => return self.text_of(value, false, span),
            Value::Str(spec, _) => Some(FormatSpec::read(spec)),
            Value::Expr(_) | Value::Global(..) => None,
        };
        let spec = self.run_time_value(spec)?;
        if spec.ty != Type::Str {
            return Err(self.report_argument("format", &spec, "a string as the format"));
        }
        match known {
            Some(read) => match read.and_then(|read| read.check(kind).map(|()| read)) {
                Ok(read) if read.is_character() => self.formatted_character(value, spec, span),
                Ok(_) => self.written(value, spec, span),
                Err(error) => Err(self.report_spec(error, span)),
            },
            None => self.with_let(value, "value", span, |this, value| {
                this.with_let(spec, "format", span, |this, spec| {
                    let asked = vec![spec.clone(), int64(kind as i64, span)];
                    let fits = perform(Operation::IsFormat, asked, Type::BOOL, span);
                    let spec = checked(fits, "Invalid format specifier", spec, span);
                    this.written(value, spec, span)
                })
            }),
        }
    }

    /// An integer as the character that has this number.
    fn formatted_character(&mut self, value: Expr, spec: Expr, span: Span) -> Typed {
        self.with_let(to_dtype(value, Dtype::Int64), "code", span, |this, code| {
            let is_low = compared(CompareOp::Ge, code.clone(), int64(0, span), span);
            let is_high = compared(CompareOp::Lt, code.clone(), int64(0x11_0000, span), span);
            let fits = short_circuit(BoolOp::And, is_low, is_high);
            let message = "%c arg not in range(0x110000)";
            let code = checked_as(ExceptionClass::OverflowError, fits, message, code, span);
            this.written(code, spec, span)
        })
    }

    /// A value by a format that fits it.
    fn written(&mut self, value: Expr, spec: Expr, span: Span) -> Typed {
        let format = |operation, value| Ok(perform(operation, vec![value, spec.clone()], Type::Str, span));
        let Some(dtype) = value.ty.as_scalar() else { return format(Operation::FormatStr, value) };
        match dtype.kind() {
            DtypeKind::Bool | DtypeKind::Signed => {
                format(Operation::FormatInt, to_dtype(value, Dtype::Int64))
            }
            DtypeKind::Unsigned => format(Operation::FormatUInt, to_dtype(value, Dtype::UInt64)),
            DtypeKind::Float => format(Operation::FormatFloat, to_dtype(value, Dtype::Float64)),
            DtypeKind::Complex => {
                self.with_let(to_dtype(value, Dtype::Complex128), "number", span, |_, number| {
                    let [real, imag] = parts_of(&number, Dtype::Float64);
                    Ok(perform(Operation::FormatComplex, vec![real, imag, spec], Type::Str, span))
                })
            }
        }
    }

    /// `print(...)`.
    fn print(&mut self, arguments: &Arguments<'_>, span: Span) -> Typed {
        let options = Arguments { given: &[], positional: Vec::new(), keywords: arguments.keywords.clone() };
        let options = self.place_arguments("print", &["sep", "end", "file", "flush"], 0, &options, span)?;
        if let Some(file) = options[2]
            && file.kind != ast::ExprKind::None
        {
            let diagnostic = Diagnostic::error(&FILE, "`print` in a kernel writes to no file", file.span)
                .with_help("leave out `file`, or return the text as a string");
            return Err(self.report(diagnostic));
        }
        let mut kept = Kept::new();
        let mut values = Vec::with_capacity(arguments.positional.len());
        for value in &arguments.positional {
            let value = self.operand(value)?;
            values.push(self.kept_text(value, &mut kept)?);
        }
        let separator = self.print_text("sep", options[0], " ", &mut kept, span)?;
        let end = self.print_text("end", options[1], "\n", &mut kept, span)?;
        let flush = match options[3] {
            Some(flush) => self.condition(flush)?,
            None => constant(Constant::Bool(false), Type::BOOL, span),
        };
        let mut line = Line { span, known: String::new(), made: None };
        for (position, value) in values.into_iter().enumerate() {
            if position > 0 {
                line.push(separator.clone());
            }
            match value {
                Value::Str(..) => line.push(value),
                value => {
                    let value = self.run_time_value(value)?;
                    line.push(Value::Expr(self.text_of(value, false, span)?));
                }
            }
        }
        line.push(end);
        let print = ObjectExpr::Print { text: line.finish(), flush };
        Ok(let_all(kept, Expr::object(print, Type::None, span)))
    }

    /// `sep` or `end` of `print`.
    fn print_text(
        &mut self,
        name: &str,
        given: Option<&ast::Expr>,
        default: &str,
        kept: &mut Kept,
        span: Span,
    ) -> Typed<Value> {
        let Some(given) = given else { return Ok(Value::Str(default.to_owned(), span)) };
        match self.operand(given)? {
            Value::Expr(value) if value.ty == Type::None => Ok(Value::Str(default.to_owned(), span)),
            Value::Expr(value) if value.ty != Type::Str => {
                Err(self.report_method_argument("print", name, &value, "a string"))
            }
            value => self.kept_text(value, kept),
        }
    }

    /// A value that is computed before the rest of an expression.
    fn kept_text(&mut self, value: Value, kept: &mut Kept) -> Typed<Value> {
        match value {
            Value::Expr(value) if !self.is_simple(&value) => {
                let target = self.new_temporary("printed", value.ty.clone(), value.span);
                let sites = self.lists.sites_of(&value);
                self.lists.set_sites(target, sites);
                let bound = self.version(target, value.span);
                kept.push((target, value));
                Ok(Value::Expr(bound))
            }
            value => Ok(value),
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

/// The kind of values that a format is asked for; `None` of those that take no format.
fn formatted_kind(ty: &Type) -> Option<Formatted> {
    match ty {
        Type::Str => Some(Formatted::Str),
        Type::Scalar(dtype) => Some(match dtype.kind() {
            DtypeKind::Bool | DtypeKind::Signed | DtypeKind::Unsigned => Formatted::Int,
            DtypeKind::Float => Formatted::Float,
            DtypeKind::Complex => Formatted::Complex,
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
        | Type::Undefined => None,
    }
}

/// The parts of a complex number.
fn parts_of(number: &Expr, part: Dtype) -> [Expr; 2] {
    [Intrinsic::Real, Intrinsic::Imag].map(|intrinsic| {
        let kind = ExprKind::Intrinsic { intrinsic, arguments: vec![number.clone()] };
        Expr::new(kind, Type::Scalar(part), number.span)
    })
}

/// What the items of a list are, where they can be written.
fn shape_of(ty: &Type) -> Option<Shape> {
    Some(match ty {
        Type::Scalar(dtype) => {
            let size = dtype.part().size_bytes() as u8;
            match dtype.kind() {
                DtypeKind::Bool => Shape::Bool,
                DtypeKind::Signed => Shape::Signed(size),
                DtypeKind::Unsigned => Shape::Unsigned(size),
                DtypeKind::Float => Shape::Float(size),
                DtypeKind::Complex => Shape::Complex(size),
            }
        }
        Type::None => Shape::None,
        Type::Str => Shape::Str,
        Type::Bytes => Shape::Bytes,
        Type::Range => Shape::Range,
        Type::Optional(value) => Shape::Optional(Box::new(shape_of(value)?)),
        Type::List(item) => Shape::List(Box::new(shape_of(item)?)),
        Type::Tuple(tuple) => {
            let class = tuple.class().map(|class| class.name.clone());
            let names = class.into_iter().chain(tuple.fields().iter().cloned()).collect();
            Shape::Tuple { names, items: tuple.iter().map(shape_of).collect::<Option<_>>()? }
        }
        Type::Array(_) | Type::Dtype(_) | Type::Function(_) | Type::Generator(_) | Type::Undefined => {
            return None;
        }
    })
}

/// A text that is put together from left to right.
struct Line {
    span: Span,
    /// What is known of its end.
    known: String,
    /// What stands before that.
    made: Option<Expr>,
}

impl Line {
    fn push(&mut self, text: Value) {
        match text {
            Value::Str(text, _) => self.known.push_str(&text),
            Value::Expr(text) => {
                let before = joined(self.made.take(), std::mem::take(&mut self.known), self.span);
                self.made = Some(match before {
                    Some(before) => concat(before, text, self.span),
                    None => text,
                });
            }
            Value::Global(..) => unreachable!("this is no text"),
        }
    }

    fn finish(self) -> Expr {
        let made = joined(self.made, self.known, self.span);
        made.unwrap_or_else(|| str_constant(String::new(), self.span))
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
