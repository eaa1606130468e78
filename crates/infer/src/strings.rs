//! Strings: constants, methods, and the builtins that make strings of numbers and numbers of strings.

use crate::call::Arguments;
use crate::conditions::{scalar_compare, short_circuit};
use crate::conversion::to_dtype;
use crate::expression::{Value, constant};
use crate::function::{Inference, Reported, Typed};
use crate::sequences::{length_of, perform};
use hotloop_abi::ExceptionClass;
use hotloop_ast as ast;
use hotloop_ast::{BoolOp, Identifier};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{BinaryOp, CompareOp, Constant, Expr, ExprKind, ObjectExpr};
use hotloop_intrinsics::Intrinsic;
use hotloop_objects::{Default, Form, Operation, Parameter, STR_METHODS, StrMethod};
use hotloop_types::{Dtype, DtypeKind, Type};

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
pub(crate) fn compared(op: CompareOp, left: Expr, right: Expr, span: Span) -> Expr {
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
            "encode" if !has_arguments => return self.encode(text, span),
            "format" => return self.format_method(&text, arguments, span),
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
            passed.push(self.method_argument(method.name, parameter, given, span)?);
        }
        self.checked_method(method, passed, span)
    }

    /// A method on arguments of the right types, with the checks that Python makes.
    pub(crate) fn checked_method(&mut self, method: &StrMethod, arguments: Vec<Expr>, span: Span) -> Typed {
        let mut arguments = arguments;
        if let Some(at) = method.parameters.iter().position(|parameter| parameter.name == "fillchar") {
            let message = "The fill character must be exactly one character long";
            let error = (ExceptionClass::TypeError, message);
            let fill = self.of_length(arguments[at + 1].clone(), CompareOp::Eq, 1, error)?;
            arguments[at + 1] = fill;
        }
        self.performed(method.name, method.operation, arguments, span)
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

    pub(crate) fn report_method_argument(
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
            Form::Float => Type::FLOAT64,
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
        let given = placed[0].expect("it is required");
        if self.is_iterator(given)? {
            return self.in_block(span, |this| {
                let text = this.kept(text.clone(), "text");
                let source = this.source(given)?;
                let strings = this.list_of(&source, given.span)?;
                if strings.ty != Type::list(Type::Str) {
                    let wanted = "strings";
                    return Err(this.report_method_argument("join", "iterable", &strings, wanted));
                }
                Ok(perform(Operation::Join, vec![text, strings], Type::Str, span))
            });
        }
        let strings = self.expression(given)?;
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
        Err(self.report_method_argument("join", "iterable", &strings, "strings"))
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
                let value = self.operand(value)?;
                self.text_of_value(value, false, span)
            }
            Intrinsic::Next => self.next_item(name, arguments, span),
            Intrinsic::Repr => {
                let placed = self.place_arguments(name, &["object"], 1, arguments, span)?;
                let value = self.operand(placed[0].expect("it is required"))?;
                self.text_of_value(value, true, span)
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
                self.with_let(text, "text", span, |this, text| {
                    let length = length_of(text.clone(), span);
                    let holds = compared(CompareOp::Eq, length.clone(), int64(1, span), span);
                    let code = Expr::object(ObjectExpr::Code(text), Type::INT64, span);
                    if crate::statement::constant_truth(&holds) == Some(true) {
                        return Ok(code);
                    }
                    let known = |text: &str| Value::Str(text.to_owned(), span);
                    let parts = [
                        known("ord() expected a character, but string of length "),
                        length.into(),
                        known(" found"),
                    ];
                    this.checked_telling(ExceptionClass::TypeError, &holds, &parts, &code)
                })
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
}
