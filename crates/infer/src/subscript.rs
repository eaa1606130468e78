//! Attributes of arrays, elements of arrays and of tuples.

use crate::caught::CaughtPart;
use crate::classes::field_names;
use crate::conditions::unwrapped;
use crate::constants::{integer_constant, is_constant};
use crate::conversion::convert;
use crate::environment::Global;
use crate::expression::{Value, constant};
use crate::extensions::Extension;
use crate::function::{Inference, Reported, Typed, counted};
use crate::iteration::range_part;
use crate::mixed_lists::is_mixed;
use crate::names::similar;
use crate::rearranged::known_bool;
use crate::views::Place;
use hotloop_ast as ast;
use hotloop_ast::{ExprKind as AstExpr, Identifier};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{ArrayAttribute, BinaryOp, Constant, Expr, ExprKind};
use hotloop_intrinsics::names_of;
use hotloop_types::{ArrayType, Dtype, DtypeKind, Layout, TupleType, Type};
use std::sync::Arc;

static ATTRIBUTE: Code =
    Code::new("HL0210", "an attribute does not exist or is not supported in a kernel yet");
pub(crate) static INDEX: Code = Code::new("HL0211", "an index does not fit what is indexed");
/// What a misspelt attribute of an array may have meant.
const ARRAY_ATTRIBUTES: [&str; 12] =
    ["shape", "strides", "size", "nbytes", "itemsize", "ndim", "dtype", "real", "imag", "T", "flags", "flat"];

/// The way round what no kernel has.
pub(crate) const OUTSIDE: &str = "compute it in Python and pass the result to the kernel as an argument, or write it as a loop over the elements";

/// The help for an attribute that cannot be used: the one that was meant, if the name is nearly right.
pub(crate) fn way_out<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    match similar(name, known) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => OUTSIDE.to_owned(),
    }
}

/// What a named tuple has.
pub(crate) fn fields_help(types: &TupleType) -> String {
    match types.fields() {
        [] => "it has no fields".to_owned(),
        fields => format!("its fields are: {}", fields.join(", ")),
    }
}

impl Inference<'_> {
    pub(crate) fn attribute(&mut self, value: &ast::Expr, name: &Identifier, span: Span) -> Typed<Value> {
        if let Some(class) = self.caught_class_name(value, name, span) {
            return Ok(class);
        }
        if let AstExpr::Attribute { value: owner, name: flags } = &value.kind
            && &*flags.name == "flags"
        {
            return self.flag(owner, flags, name, span);
        }
        let owner = self.operand(value)?;
        self.attribute_of(owner, name, span)
    }

    /// `owner.flags.name`
    fn flag(&mut self, owner: &ast::Expr, flags: &Identifier, name: &Identifier, span: Span) -> Typed<Value> {
        match self.operand(owner)?.present() {
            Value::Expr(array) if matches!(array.ty, Type::Array(_)) => {
                self.array_flag(array, name, span).map(Value::Expr)
            }
            owner => {
                let flags = self.attribute_of(owner, flags, span)?;
                self.attribute_of(flags, name, span)
            }
        }
    }

    /// `array.flags.name`
    fn array_flag(&mut self, array: Expr, name: &Identifier, span: Span) -> Typed {
        let Type::Array(ty) = array.ty else { unreachable!("it was asked whether it is an array") };
        let layout = match &*name.name {
            "c_contiguous" | "contiguous" => Layout::C,
            "f_contiguous" => Layout::F,
            "writeable" => {
                return self.with_let(array, "array", span, |_, _| Ok(known_bool(!ty.readonly, span)));
            }
            _ => return Err(self.report_attribute("the flags of an array", name, array.span)),
        };
        if ty.layout == layout || (ty.ndim < 2 && ty.layout == Layout::C) {
            return self.with_let(array, "array", span, |_, _| Ok(known_bool(true, span)));
        }
        let kind = ExprKind::ArrayAttribute(Box::new(array), ArrayAttribute::IsContiguous(layout));
        Ok(Expr::new(kind, Type::BOOL, span))
    }

    /// An attribute of what was evaluated already.
    pub(crate) fn attribute_of(&mut self, owner: Value, name: &Identifier, span: Span) -> Typed<Value> {
        match self.extended_attribute(owner.present(), name, span)? {
            Extension::Done(value) => Ok(value.into()),
            Extension::None(owner) => self.built_in_attribute(owner, name, span),
            Extension::Tried(tried) => {
                let found = self.diagnostics.len();
                let builtin = self.built_in_attribute(tried.owner.clone(), name, span);
                builtin.map_err(|_| self.report_tried_instead(*tried, found, span))
            }
        }
    }

    fn built_in_attribute(&mut self, owner: Value, name: &Identifier, span: Span) -> Typed<Value> {
        match owner {
            Value::Global(Global::Module(module), _) => self.module_attribute(&module, name, span),
            Value::Global(Global::TupleClass(class), owner) => {
                self.tuple_class_attribute(&class.class, name, owner, span).map(Value::Expr)
            }
            Value::Global(Global::EnumClass(class), owner) => {
                self.enum_class_attribute(&class, name, owner, span).map(Value::Expr)
            }
            Value::Expr(array) => match array.ty {
                Type::Array(ty) => self.array_attribute(array, ty, name, span).map(Value::Expr),
                Type::Scalar(_) => self.number_attribute(array, name, span).map(Value::Expr),
                Type::Range => match ["start", "stop", "step"].iter().position(|part| *part == &*name.name) {
                    Some(part) => Ok(Expr { span, ..range_part(array, part) }.into()),
                    None => Err(self.report_attribute("range", name, array.span)),
                },
                Type::Tuple(ref items) if items.field(&name.name).is_some() => {
                    let field = items.field(&name.name).expect("asked for above");
                    Ok(tuple_item(array, field, span).into())
                }
                Type::Tuple(ref items)
                    if items.class().is_some() && !is_mixed(items) && &*name.name == "_fields" =>
                {
                    let fields = field_names(items.fields(), span);
                    self.with_let(array, "tuple", span, |_, _| Ok(fields)).map(Value::Expr)
                }
                Type::Enum(ref class) => {
                    let class = Arc::clone(class);
                    self.member_attribute(array, &class, name, span).map(Value::Expr)
                }
                Type::Tuple(ref items)
                    if items.class().is_some() && !is_mixed(items) && !name.name.starts_with('_') =>
                {
                    let message = format!("{} has no field `{}`", array.ty, name.name);
                    let diagnostic = Diagnostic::error(&ATTRIBUTE, message, name.span)
                        .with_label(array.span, format!("this is {}", array.ty))
                        .with_help(fields_help(items));
                    Err(self.report(diagnostic))
                }
                Type::Dtype(dtype) => match dtype_attribute(dtype, &name.name, span) {
                    Some(value) => Ok(value),
                    None => Err(self.report_attribute(&array.ty.to_string(), name, array.span)),
                },
                Type::RandomGenerator => Err(self.report_generator_attribute(name, array.span)),
                Type::Tuple(_)
                | Type::None
                | Type::Str
                | Type::Bytes
                | Type::List(_)
                | Type::Function(_)
                | Type::Optional(_)
                | Type::Generator(_)
                | Type::Undefined => Err(self.report_attribute(&array.ty.to_string(), name, array.span)),
            },
            Value::Caught(caught, part, _) => self.caught_attribute(caught, part, name, span),
            other @ (Value::Global(..) | Value::Str(..)) => {
                Err(self.report_attribute(&other.describe(), name, other.span()))
            }
        }
    }

    pub(crate) fn report_attribute(&mut self, owner: &str, name: &Identifier, owner_span: Span) -> Reported {
        let help = way_out(&name.name, ARRAY_ATTRIBUTES.iter().copied());
        self.report_attribute_with(owner, name, owner_span, help)
    }

    fn report_attribute_with(
        &mut self,
        owner: &str,
        name: &Identifier,
        owner_span: Span,
        help: String,
    ) -> Reported {
        let message = format!("the attribute `{}` of {owner} is not supported in a kernel yet", name.name);
        let diagnostic = Diagnostic::error(&ATTRIBUTE, message, name.span)
            .with_label(owner_span, format!("this is {owner}"))
            .with_help(help);
        self.report(diagnostic)
    }

    fn report_generator_attribute(&mut self, name: &Identifier, generator: Span) -> Reported {
        let owner = Type::RandomGenerator;
        let is_method = hotloop_prelude::find_generator_method(&name.name).is_some();
        let (message, help) = if is_method {
            let help = format!("call it, as in `rng.{}(...)`", name.name);
            (format!("the method `{}` of {owner} is no value in a kernel", name.name), help)
        } else {
            let help = way_out(&name.name, hotloop_prelude::generator_methods());
            (format!("the attribute `{}` of {owner} is not supported in a kernel yet", name.name), help)
        };
        let diagnostic = Diagnostic::error(&ATTRIBUTE, message, name.span)
            .with_label(generator, format!("this is {owner}"))
            .with_help(help);
        self.report(diagnostic)
    }

    fn module_attribute(&mut self, module: &str, name: &Identifier, span: Span) -> Typed<Value> {
        if let Some(global) = self.environment.attribute(module, &name.name) {
            return self.global_value(global, &format!("{module}.{}", name.name), span);
        }
        let message = format!("`{module}.{}` is not supported in a kernel yet", name.name);
        let dtypes = Dtype::ALL.iter().map(|dtype| dtype.name());
        let dtypes = dtypes.filter(|name| self.environment.attribute(module, name).is_some());
        let help = match format!("{module}.{}", name.name).as_str() {
            "numpy.random" => "draw numbers with Python's module, as in `random.random()` and `random.gauss(0.0, 1.0)`; or make the array in Python and pass it to the kernel".to_owned(),
            "numpy.linalg" | "numpy.fft" | "numpy.polynomial" => "call it in Python and pass the result to the kernel as an argument".to_owned(),
            _ => way_out(&name.name, names_of(module).chain(hotloop_prelude::names_of(module)).chain(dtypes)),
        };
        Err(self.report(Diagnostic::error(&ATTRIBUTE, message, name.span).with_help(help)))
    }

    fn array_attribute(&mut self, array: Expr, ty: ArrayType, name: &Identifier, span: Span) -> Typed {
        let lengths = || Type::tuple(std::iter::repeat_n(Type::INT64, usize::from(ty.ndim)));
        let read = |array, attribute, ty| {
            Ok(Expr::new(ExprKind::ArrayAttribute(Box::new(array), attribute), ty, span))
        };
        let known = |number| constant(Constant::Int(number), Type::INT64, span);
        let item_size = i64::from(ty.dtype.size_bytes());
        match &*name.name {
            "shape" => read(array, ArrayAttribute::Shape, lengths()),
            "strides" => read(array, ArrayAttribute::Strides, lengths()),
            "size" => read(array, ArrayAttribute::Size, Type::INT64),
            "nbytes" => {
                let size = read(array, ArrayAttribute::Size, Type::INT64)?;
                let kind = ExprKind::Binary {
                    op: BinaryOp::Mul,
                    left: Box::new(size),
                    right: Box::new(known(item_size)),
                };
                Ok(Expr::new(kind, Type::INT64, span))
            }
            "ndim" if self.is_only_typed(&array) => Ok(known(i64::from(ty.ndim))),
            "dtype" if self.is_only_typed(&array) => {
                Ok(constant(Constant::Dtype, Type::Dtype(ty.dtype), span))
            }
            "ndim" => self.with_let(array, "array", span, |_, _| Ok(known(i64::from(ty.ndim)))),
            "itemsize" => self.with_let(array, "array", span, |_, _| Ok(known(item_size))),
            "dtype" => self.with_let(array, "array", span, |_, _| {
                Ok(constant(Constant::Dtype, Type::Dtype(ty.dtype), span))
            }),
            "T" => Ok(self.transposed(array, ty, span)),
            "real" => self.part_of_array(array, ty, false, span),
            "imag" => self.part_of_array(array, ty, true, span),
            _ => {
                let known = ARRAY_ATTRIBUTES.iter().copied().chain(hotloop_prelude::methods());
                let help = way_out(&name.name, known);
                Err(self.report_attribute_with(&array.ty.to_string(), name, array.span, help))
            }
        }
    }

    pub(crate) fn subscript(&mut self, value: &ast::Expr, index: &ast::Expr, span: Span) -> Typed {
        let expanded = self.with_slices(index);
        let index = expanded.as_ref().unwrap_or(index);
        if crate::flat::is_flat(value) {
            return self.subscript_of_flat(value, index, span);
        }
        let base = self.operand(value)?;
        self.subscript_of(base, index, span)
    }

    /// `base[index]`
    pub(crate) fn subscript_of(&mut self, base: Value, index: &ast::Expr, span: Span) -> Typed {
        let base = match base {
            Value::Global(Global::EnumClass(class), _) => return self.member_by_name(&class, index, span),
            Value::Caught(caught, CaughtPart::Arguments, _)
                if let Some(item) = self.caught_item(caught, index, span) =>
            {
                return item;
            }
            base => unwrapped(self.run_time_value(base)?),
        };
        match base.ty.clone() {
            Type::Array(ty) => self.array_subscript(base, ty, index, span),
            Type::Tuple(items) => self.tuple_item(base, &items, index, span),
            Type::Range => self.range_element(base, index, span),
            Type::Str | Type::Bytes | Type::List(_) => self.sequence_subscript(base, index, span),
            Type::Scalar(_)
            | Type::None
            | Type::Dtype(_)
            | Type::Generator(_)
            | Type::RandomGenerator
            | Type::Enum(_)
            | Type::Undefined
            | Type::Optional(_)
            | Type::Function(_) => Err(self.report_not_indexed(&base, span)),
        }
    }

    /// `r[i]` of a range object, checked as CPython does.
    fn range_element(&mut self, range: Expr, index: &ast::Expr, span: Span) -> Typed {
        let index = self.index(index)?;
        let index = convert(index, &Type::INT64);
        let (range, index) = (Box::new(range), Box::new(index));
        Ok(Expr::new(ExprKind::RangeElement { range, index }, Type::INT64, span))
    }

    fn report_not_indexed(&mut self, base: &Expr, span: Span) -> Reported {
        let message = format!("a value of type {} cannot be indexed", base.ty);
        let diagnostic = Diagnostic::error(&INDEX, message, span)
            .with_label(base.span, format!("this is {}", base.ty))
            .with_help("index an array or a tuple");
        self.report(diagnostic)
    }

    fn report_unchangeable(&mut self, message: &str, base: &Expr, help: &str, span: Span) -> Reported {
        let diagnostic = Diagnostic::error(&INDEX, message, span)
            .with_label(base.span, format!("this is {}", base.ty))
            .with_help(help);
        self.report(diagnostic)
    }

    /// The place in an array that is assigned.
    pub(crate) fn assigned_place(&mut self, base: Expr, index: &ast::Expr, span: Span) -> Typed<Place> {
        match base.ty.clone() {
            Type::Array(ty) => self.written_array_place(base, ty, index, span),
            Type::Tuple(items) if is_mixed(&items) => {
                Err(self.report_mixed_list(&base, "Cannot mutate a literal list", span))
            }
            Type::Tuple(_) => {
                let (message, help) =
                    ("the items of a tuple cannot be assigned", "make a new tuple, or use an array");
                Err(self.report_unchangeable(message, &base, help, span))
            }
            Type::Str => {
                let help = "make a new one of its parts, as in `s = s[:i] + \"z\" + s[i + 1:]`";
                Err(self.report_unchangeable("a string cannot be changed", &base, help, span))
            }
            Type::Bytes => {
                let help = "fill an array of uint8 instead";
                Err(self.report_unchangeable("bytes cannot be changed", &base, help, span))
            }
            Type::Scalar(_)
            | Type::None
            | Type::Dtype(_)
            | Type::Function(_)
            | Type::Optional(_)
            | Type::Range
            | Type::List(_)
            | Type::Generator(_)
            | Type::RandomGenerator
            | Type::Enum(_)
            | Type::Undefined => Err(self.report_not_indexed(&base, span)),
        }
    }

    fn index(&mut self, index: &ast::Expr) -> Typed {
        let value = self.expression(index)?;
        self.integer_index(value)
    }

    pub(crate) fn integer_index(&mut self, value: Expr) -> Typed {
        let value = self.as_number(value);
        if value.ty.as_scalar().is_some_and(hotloop_types::Dtype::is_integer) {
            return Ok(value);
        }
        let message = format!("an index of type {} is not supported in a kernel", value.ty);
        let help = match &value.ty {
            Type::Scalar(dtype) if dtype.is_float() => "convert it with `int(...)`",
            Type::Scalar(_) => "index with an integer, or an array of truth values",
            Type::Array(_)
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
            | Type::Undefined => "index with integers",
        };
        let diagnostic = Diagnostic::error(&INDEX, message, value.span)
            .with_primary(format!("this is {}", value.ty))
            .with_note(format!("Unsupported array index type {}", value.ty))
            .with_help(help);
        Err(self.report(diagnostic))
    }

    fn tuple_item(&mut self, tuple: Expr, items: &TupleType, index: &ast::Expr, span: Span) -> Typed {
        if is_mixed(items) && matches!(index.kind, AstExpr::Slice { .. }) {
            return Err(self.report_mixed_list(&tuple, "Cannot __getitem__ on a literal list", span));
        }
        if let AstExpr::Slice { lower, upper, step } = &index.kind {
            let parts = [lower, upper, step].map(|part| part.as_deref());
            return self.tuple_slice(tuple, items, parts, span);
        }
        let index = self.index(index)?;
        let count = items.len() as i64;
        if let Some(position) = integer_constant(&index) {
            let wrapped = if position < 0 { position.wrapping_add(count) } else { position };
            if (0..count).contains(&wrapped) {
                return Ok(tuple_item(tuple, wrapped as usize, span));
            }
            let message = format!(
                "the tuple has {}, and index {position} is none of them",
                counted(items.len(), "item")
            );
            let diagnostic = Diagnostic::error(&INDEX, message, span)
                .with_label(tuple.span, format!("this is {}", tuple.ty))
                .with_help("the first item has index 0, the last -1");
            return Err(self.report(diagnostic));
        }
        match &items[..] {
            [first, rest @ ..] if rest.iter().all(|ty| ty == first) => {
                let index = Box::new(convert(index, &Type::INT64));
                Ok(Expr::new(ExprKind::TupleElement { tuple: Box::new(tuple), index }, first.clone(), span))
            }
            _ if is_mixed(items) => {
                Err(self.report_mixed_list(&tuple, "Cannot __getitem__ on a literal list", span))
            }
            _ => {
                let message = "only a constant can index a tuple whose items differ in type";
                let diagnostic = Diagnostic::error(&INDEX, message, index.span)
                    .with_label(tuple.span, format!("this is {}", tuple.ty))
                    .with_help("unpack the tuple into variables");
                Err(self.report(diagnostic))
            }
        }
    }
}

/// An item of a tuple; of a display whose other items do nothing, the item itself.
fn tuple_item(tuple: Expr, position: usize, span: Span) -> Expr {
    let Type::Tuple(types) = &tuple.ty else { unreachable!("only a tuple has items") };
    let ty = types[position].clone();
    if let ExprKind::Tuple(items) = &tuple.kind
        && items.iter().all(is_constant)
    {
        return Expr { span, ..items[position].clone() };
    }
    Expr::new(ExprKind::TupleItem(Box::new(tuple), position as u32), ty, span)
}

/// What a dtype says of itself; `None` where kernels know no such attribute.
fn dtype_attribute(dtype: Dtype, name: &str, span: Span) -> Option<Value> {
    let text = |text: &str| Value::Str(text.to_owned(), span);
    Some(match name {
        "type" => constant(Constant::Dtype, Type::Dtype(dtype), span).into(),
        "kind" => text(match dtype.kind() {
            DtypeKind::Bool => "b",
            DtypeKind::Signed => "i",
            DtypeKind::Unsigned => "u",
            DtypeKind::Float => "f",
            DtypeKind::Complex => "c",
        }),
        "name" => text(dtype.name()),
        "itemsize" => constant(Constant::Int(i64::from(dtype.size_bytes())), Type::INT64, span).into(),
        _ => return None,
    })
}
