//! Values as text: `str` and `repr`, formats, f-strings, and `print`.

use crate::call::Arguments;
use crate::conditions::{is_none, short_circuit, unwrapped};
use crate::conversion::to_dtype;
use crate::expression::{Value, constant};
use crate::function::{Inference, Reported, Typed};
use crate::mixed_lists::is_mixed;
use crate::operators::negated;
use crate::sequences::perform;
use crate::slices::is_slice;
use crate::spread::{Kept, let_all};
use crate::strings::{checked, checked_as, compared, int64, str_constant};
use hotloop_abi::ExceptionClass;
use hotloop_ast as ast;
use hotloop_ast::{BoolOp, Conversion, FormatPart};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir as hir;
use hotloop_hir::{CompareOp, Constant, Exception, ExceptionArgument, Expr, ExprKind, ObjectExpr};
use hotloop_intrinsics::Intrinsic;
use hotloop_objects::number_text::{bool_repr, float_repr};
use hotloop_objects::{FormatSpec, Formatted, Operation, Shape, SpecError};
use hotloop_types::{Dtype, DtypeKind, TupleType, Type};

static FORMAT: Code = Code::new("HL0251", "a value cannot be formatted this way in a kernel");
static FILE: Code = Code::new("HL0341", "`print` is told to write to a file");

impl Inference<'_> {
    /// A value as a string: as `str` shows it, or as `repr` writes it.
    pub(crate) fn text_of(&mut self, value: Expr, is_repr: bool, span: Span) -> Typed {
        let text = |operation, value| perform(operation, vec![value], Type::Str, span);
        if let Some(known) = known_number(&value) {
            return Ok(str_constant(known, span));
        }
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
            Type::Enum(class) => self.text_of_member(value, &class, is_repr, span),
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
            Type::Array(_)
            | Type::Dtype(_)
            | Type::Function(_)
            | Type::Generator(_)
            | Type::RandomGenerator
            | Type::Undefined => Err(self.report_text(&value)),
        }
    }

    fn text_of_tuple(&mut self, value: Expr, items: &TupleType, span: Span) -> Typed {
        self.with_let(value, "items", span, |this, value| {
            let is_list = is_mixed(items);
            let class = items.class().filter(|_| !is_list).map_or("", |class| class.name.as_str());
            let mut line = Line::new(span);
            line.known = if is_list { "[".to_owned() } else { format!("{class}(") };
            for (position, ty) in items.iter().enumerate() {
                line.known.push_str(if position > 0 { ", " } else { "" });
                if let Some(field) = items.fields().get(position).filter(|_| !is_slice(items) && !is_list) {
                    line.known.push_str(&format!("{field}="));
                }
                let item = crate::conditions::item(&value, position, ty);
                line.push(Value::Expr(this.text_of(item, true, span)?));
            }
            line.known.push_str(match items.len() {
                _ if is_list => "]",
                1 if class.is_empty() => ",)",
                _ => ")",
            });
            Ok(line.finish())
        })
    }

    fn report_text(&mut self, value: &Expr) -> Reported {
        self.report_format(&format!("{} as a string", value.ty), value.span)
    }

    /// The string that a value is converted to, with an escape for each character beyond ASCII.
    pub(crate) fn ascii_of(&mut self, value: Expr, span: Span) -> Typed {
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

    pub(crate) fn report_format(&mut self, what: &str, span: Span) -> Reported {
        let message = format!("{what} is not supported in a kernel yet");
        let diagnostic = Diagnostic::error(&FORMAT, message, span)
            .with_help("format numbers, strings and tuples of these, with a constant format");
        self.report(diagnostic)
    }

    /// `f"..."`; known now where no field has to be evaluated.
    pub(crate) fn format_string(&mut self, parts: &[FormatPart], span: Span) -> Typed<Value> {
        let mut line = Line::new(span);
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
        if line.made.is_empty() {
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
        self.converted_field(value, conversion, is_repr, spec, span)
    }

    /// A value as an f-string writes it.
    pub(crate) fn converted_field(
        &mut self,
        value: Value,
        conversion: Option<Conversion>,
        is_repr: bool,
        spec: Value,
        span: Span,
    ) -> Typed<Value> {
        let is_plain = matches!(&spec, Value::Str(spec, _) if spec.is_empty());
        if let (Value::Str(..), None | Some(Conversion::Str), true) = (&value, conversion, is_plain)
            && !is_repr
        {
            return Ok(value);
        }
        let value = match conversion {
            None if is_repr => self.text_of_value(value, true, span)?,
            None if is_plain => self.text_of_value(value, false, span)?,
            None => self.run_time_value(value)?,
            Some(Conversion::Str) => self.text_of_value(value, false, span)?,
            Some(Conversion::Repr) => self.text_of_value(value, true, span)?,
            Some(Conversion::Ascii) => {
                let text = self.text_of_value(value, true, span)?;
                perform(Operation::Ascii, vec![text], Type::Str, span)
            }
        };
        self.formatted(value, spec, span).map(Value::Expr)
    }

    /// A value by a format specification.
    pub(crate) fn formatted(&mut self, value: Expr, spec: Value, span: Span) -> Typed {
        let is_plain = matches!(&spec, Value::Str(spec, _) if spec.is_empty());
        let value = if is_plain { value } else { self.as_number(value) };
        let Some(kind) = formatted_kind(&value.ty) else {
            return match &spec {
                Value::Str(spec, _) if spec.is_empty() => self.text_of(value, false, span),
                _ => Err(self.report_format(&format!("a format for {}", value.ty), value.span)),
            };
        };
        let known = match &spec {
            Value::Str(spec, _) if spec.is_empty() => return self.text_of(value, false, span),
            Value::Str(spec, _) => Some(FormatSpec::read(spec)),
            Value::Expr(_) | Value::Global(..) | Value::Caught(..) => None,
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
    pub(crate) fn written(&mut self, value: Expr, spec: Expr, span: Span) -> Typed {
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

    /// A value on a condition; what is raised otherwise has a text with values of the run, which are cheap to name again.
    pub(crate) fn checked_telling(
        &mut self,
        class: ExceptionClass,
        holds: &Expr,
        parts: &[Value],
        value: &Expr,
    ) -> Typed {
        let span = value.span;
        self.in_block(span, |this| {
            let mut line = Line::new(span);
            for part in parts {
                match part {
                    Value::Expr(part) => line.push(Value::Expr(this.text_of(part.clone(), false, span)?)),
                    text => line.push(text.clone()),
                }
            }
            let arguments = vec![ExceptionArgument::Value(line.finish())];
            let exception = Exception { class: class.into(), arguments };
            let raise = hir::Stmt { kind: hir::StmtKind::Raise { exception }, span };
            this.emit_choice(negated(holds.clone(), span), vec![raise], span);
            Ok(value.clone())
        })
    }

    /// `print(...)`.
    pub(crate) fn print(&mut self, arguments: &Arguments<'_>, span: Span) -> Typed {
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
        let mut line = Line::new(span);
        for (position, value) in values.into_iter().enumerate() {
            if position > 0 {
                line.push(separator.clone());
            }
            match value {
                Value::Str(..) => line.push(value),
                value => line.push(Value::Expr(self.text_of_value(value, false, span)?)),
            }
        }
        line.push(end);
        let print = ObjectExpr::Print { texts: line.into_texts(), flush };
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
    pub(crate) fn kept_text(&mut self, value: Value, kept: &mut Kept) -> Typed<Value> {
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

/// A number that is known, as text.
fn known_number(value: &Expr) -> Option<String> {
    let ExprKind::Constant(constant) = &value.kind else { return None };
    match (constant, value.ty.as_scalar()?) {
        (Constant::Bool(value), _) => Some(bool_repr(*value).to_owned()),
        (Constant::Int(value), dtype) if dtype.kind() == DtypeKind::Signed => Some(value.to_string()),
        (Constant::Float(value), Dtype::Float64) => Some(float_repr(*value)),
        _ => None,
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
        | Type::RandomGenerator
        | Type::Enum(_)
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
pub(crate) fn shape_of(ty: &Type) -> Option<Shape> {
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
        Type::Array(_)
        | Type::Dtype(_)
        | Type::Function(_)
        | Type::Generator(_)
        | Type::RandomGenerator
        | Type::Enum(_)
        | Type::Undefined => return None,
    })
}

/// A text that is put together from left to right.
pub(crate) struct Line {
    span: Span,
    /// What is known of its end.
    pub(crate) known: String,
    /// What stands before that.
    made: Vec<Expr>,
}

impl Line {
    /// Nothing so far.
    pub(crate) fn new(span: Span) -> Self {
        Self { span, known: String::new(), made: Vec::new() }
    }

    /// `first + second`. Where pieces are known or made for it, they are put together in one go; of two strings that are there already, an operation makes one.
    pub(crate) fn joined(first: Expr, second: Expr, span: Span) -> Expr {
        let mut line = Self::new(span);
        let is_there = |text: &Expr| !matches!(text.kind, ExprKind::Object(_));
        if is_there(&first) && is_there(&second) {
            return perform(Operation::Concat, vec![first, second], Type::Str, span);
        }
        line.push_expr(first);
        line.push_expr(second);
        line.finish()
    }

    /// Adds a string.
    pub(crate) fn push(&mut self, text: Value) {
        match text {
            Value::Str(text, _) => self.known.push_str(&text),
            Value::Expr(text) => self.push_expr(text),
            Value::Global(..) | Value::Caught(..) => unreachable!("this is no text"),
        }
    }

    fn push_expr(&mut self, text: Expr) {
        match text.kind {
            ExprKind::Object(object) => match *object {
                ObjectExpr::Str(text) => self.known.push_str(&text),
                ObjectExpr::Text(texts)
                | ObjectExpr::Perform { operation: Operation::Concat, arguments: texts } => {
                    texts.into_iter().for_each(|text| self.push_expr(text));
                }
                other => self.push_made(Expr::object(other, text.ty, text.span)),
            },
            kind => self.push_made(Expr::new(kind, text.ty, text.span)),
        }
    }

    fn push_made(&mut self, text: Expr) {
        self.close();
        self.made.push(text);
    }

    /// Puts what is known behind what is made.
    fn close(&mut self) {
        if !self.known.is_empty() {
            self.made.push(str_constant(std::mem::take(&mut self.known), self.span));
        }
    }

    /// The parts of the whole.
    fn into_texts(mut self) -> Vec<Expr> {
        self.close();
        self.made
    }

    /// The whole.
    pub(crate) fn finish(self) -> Expr {
        let span = self.span;
        let mut texts = self.into_texts();
        match texts.len() {
            0 => str_constant(String::new(), span),
            1 => texts.remove(0),
            _ => Expr::object(ObjectExpr::Text(texts), Type::Str, span),
        }
    }
}
