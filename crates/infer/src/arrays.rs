//! New arrays: `np.empty`, `np.zeros`, `np.ones`, `np.full` and their `_like` forms.

use crate::call::Arguments;
use crate::conversion::to_dtype;
use crate::environment::Global;
use crate::expression::{Value, constant};
use crate::function::{Inference, Reported, Typed};
use hotloop_ast as ast;
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{ArrayAttribute, Constant, Expr, ExprKind, Fill};
use hotloop_intrinsics::{Filling, Item};
use hotloop_types::{ArrayType, Dtype, DtypeKind, Layout, Type};

static DTYPE: Code = Code::new("HL0217", "something that is no dtype stands where one is expected");
static SHAPE: Code = Code::new("HL0226", "something that is no shape stands where one is expected");

/// As in NumPy's older releases; more are of no use in a kernel.
const MAX_NDIM: usize = 32;

impl Inference<'_> {
    pub(crate) fn new_array(
        &mut self,
        name: &str,
        filling: Filling,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let parameters: &[&str] = match filling {
            Filling::Value => &["shape", "fill_value", "dtype"],
            Filling::Nothing | Filling::Zeros | Filling::Ones => &["shape", "dtype"],
        };
        let placed = self.place_arguments(name, parameters, parameters.len() - 1, arguments, span)?;
        let shape = self.expression(placed[0].expect("it is required"))?;
        let value = match filling {
            Filling::Value => Some(self.number_argument(name, placed[1].expect("it is required"))?),
            Filling::Nothing | Filling::Zeros | Filling::Ones => None,
        };
        let default = value.as_ref().map_or(Dtype::Float64, |(_, dtype)| *dtype);
        let dtype = self.dtype_argument(*placed.last().expect("there are parameters"), default)?;
        let fill = self.fill(name, filling, value.map(|(value, _)| value), dtype, span)?;
        self.shaped(shape, fill, dtype, span)
    }

    /// A new array of a shape that is an integer or a tuple of integers.
    fn shaped(&mut self, shape: Expr, fill: Fill, dtype: Dtype, span: Span) -> Typed {
        self.with_lengths(shape, span, |_, lengths| Ok(new_array(lengths, fill, dtype, Layout::C, span)))
    }

    /// The lengths, int64 each, that a shape names: an integer or a tuple of integers.
    pub(crate) fn with_lengths(
        &mut self,
        shape: Expr,
        span: Span,
        body: impl FnOnce(&mut Self, Vec<Expr>) -> Typed,
    ) -> Typed {
        let converted = |lengths: Vec<Expr>| -> Vec<Expr> {
            lengths.into_iter().map(|length| to_dtype(length, Dtype::Int64)).collect()
        };
        if is_length(&shape.ty) {
            return body(self, converted(vec![shape]));
        }
        let items = match &shape.ty {
            Type::Tuple(items) if items.len() <= MAX_NDIM && items.iter().all(is_length) => items.clone(),
            _ => return Err(self.report_no_shape(&shape)),
        };
        if let ExprKind::Tuple(lengths) = shape.kind {
            return body(self, converted(lengths));
        }
        self.with_let(shape, "shape", span, |this, shape| {
            let lengths = crate::tuples::items(&shape, &items).collect();
            body(this, converted(lengths))
        })
    }

    pub(crate) fn report_no_shape(&mut self, shape: &Expr) -> Reported {
        let message = format!("a shape is an integer or a tuple of integers, not {}", shape.ty);
        let diagnostic = Diagnostic::error(&SHAPE, message, shape.span)
            .with_primary(format!("this is {}", shape.ty))
            .with_help("convert lengths with `int(...)`; write several lengths as a tuple");
        self.report(diagnostic)
    }

    pub(crate) fn new_array_like(
        &mut self,
        name: &str,
        filling: Filling,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let parameters: &[&str] = match filling {
            Filling::Value => &["a", "fill_value", "dtype"],
            Filling::Nothing | Filling::Zeros | Filling::Ones => &["a", "dtype"],
        };
        let placed = self.place_arguments(name, parameters, parameters.len() - 1, arguments, span)?;
        let like = self.expression(placed[0].expect("it is required"))?;
        let Type::Array(array) = like.ty else { return Err(self.report_argument(name, &like, "an array")) };
        let value = match filling {
            Filling::Value => Some(self.number_argument(name, placed[1].expect("it is required"))?.0),
            Filling::Nothing | Filling::Zeros | Filling::Ones => None,
        };
        let dtype = self.dtype_argument(*placed.last().expect("there are parameters"), array.dtype)?;
        let fill = self.fill(name, filling, value, dtype, span)?;
        let layout = if array.layout == Layout::F { Layout::F } else { Layout::C };
        self.with_let(like, "like", span, |_, like| {
            let lengths = (0..usize::from(array.ndim)).map(|axis| length(&like, array, axis, span));
            Ok(new_array(lengths.collect(), fill, dtype, layout, span))
        })
    }

    fn fill(
        &mut self,
        name: &str,
        filling: Filling,
        value: Option<Expr>,
        dtype: Dtype,
        span: Span,
    ) -> Typed<Fill> {
        Ok(match (filling, value) {
            (Filling::Value, Some(value)) => {
                let loses_imag = value.ty.as_scalar().is_some_and(Dtype::is_complex) && !dtype.is_complex();
                if loses_imag {
                    return Err(self.report_complex_argument(name, &value));
                }
                Fill::Value(Box::new(self.fitting(value, dtype)?))
            }
            (Filling::Ones, _) => Fill::Value(Box::new(one(dtype, span))),
            (Filling::Zeros, _) => Fill::Zeros,
            (Filling::Nothing | Filling::Value, _) => Fill::Empty,
        })
    }

    /// The dtype that an argument names; `default` without one.
    pub(crate) fn dtype_argument(&mut self, argument: Option<&ast::Expr>, default: Dtype) -> Typed<Dtype> {
        let Some(argument) = argument else { return Ok(default) };
        let value = self.operand(argument)?;
        let found = match &value {
            Value::Global(Global::Item(Item::Dtype(dtype) | Item::PythonType(dtype)), _) => Some(*dtype),
            Value::Expr(Expr { ty: Type::Dtype(dtype), .. }) => Some(*dtype),
            Value::Expr(Expr { ty: Type::None, .. }) => Some(default),
            Value::Str(name, _) => dtype_by_numpy_name(name),
            Value::Expr(_) | Value::Global(..) | Value::Caught(..) => None,
        };
        found.ok_or(()).map_err(|()| {
            let what = match &value {
                Value::Str(name, _) => format!("\"{name}\""),
                other => other.describe(),
            };
            let diagnostic = Diagnostic::error(
                &DTYPE,
                format!("{what} is not a dtype that a kernel knows"),
                argument.span,
            )
            .with_help(match &value {
                Value::Expr(Expr { ty: Type::Scalar(_), .. }) => {
                    "write a dtype such as `np.float64`, or the shape as a tuple, as in `np.zeros((3, 4))`"
                }
                _ => "write a dtype such as `np.float64`, `x.dtype` or \"float32\"",
            });
            self.report(diagnostic)
        })
    }
}

/// The dtype that NumPy understands by a string: unlike in signatures, `int` and its kin only as NumPy spells them.
fn dtype_by_numpy_name(name: &str) -> Option<Dtype> {
    let name = name.trim_start_matches(['<', '=', '|']);
    match name {
        "i" => Some(Dtype::Int32),
        "?" => Some(Dtype::Bool),
        "b" => Some(Dtype::Int8),
        "B" => Some(Dtype::UInt8),
        "h" => Some(Dtype::Int16),
        "H" => Some(Dtype::UInt16),
        "I" => Some(Dtype::UInt32),
        "l" | "q" => Some(Dtype::Int64),
        "L" | "Q" => Some(Dtype::UInt64),
        "f" => Some(Dtype::Float32),
        "d" => Some(Dtype::Float64),
        "F" => Some(Dtype::Complex64),
        "D" => Some(Dtype::Complex128),
        "float_" | "boolean" | "int_" | "long_" | "int_c" | "char" | "uchar" | "ssize_t" | "size_t" => None,
        _ => Dtype::by_name(name),
    }
}

fn is_length(ty: &Type) -> bool {
    ty.as_scalar().is_some_and(Dtype::is_integral)
}

fn one(dtype: Dtype, span: Span) -> Expr {
    let value = match dtype.kind() {
        DtypeKind::Bool => Constant::Bool(true),
        DtypeKind::Signed | DtypeKind::Unsigned => Constant::Int(1),
        DtypeKind::Float => Constant::Float(1.0),
        DtypeKind::Complex => Constant::Complex(1.0, 0.0),
    };
    constant(value, Type::Scalar(dtype), span)
}

pub(crate) fn length(array: &Expr, ty: ArrayType, axis: usize, span: Span) -> Expr {
    let lengths = Type::tuple(std::iter::repeat_n(Type::INT64, usize::from(ty.ndim)));
    let shape =
        Expr::new(ExprKind::ArrayAttribute(Box::new(array.clone()), ArrayAttribute::Shape), lengths, span);
    Expr::new(ExprKind::TupleItem(Box::new(shape), axis as u32), Type::INT64, span)
}

pub(crate) fn new_array(shape: Vec<Expr>, fill: Fill, dtype: Dtype, layout: Layout, span: Span) -> Expr {
    let ty = Type::Array(ArrayType::new(dtype, shape.len() as u8, layout));
    let shape = shape.into_iter().map(|length| to_dtype(length, Dtype::Int64)).collect();
    Expr::new(ExprKind::NewArray { fill, shape }, ty, span)
}
