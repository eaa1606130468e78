//! What is known about types: `np.finfo`, `np.iinfo`, `np.dtype`, `np.result_type`, `callable`. All are constants.

use crate::call::Arguments;
use crate::constants::integer_literal;
use crate::elementwise::{Element, common_dtype};
use crate::environment::Global;
use crate::expression::{Value, constant};
use crate::function::{Inference, Typed};
use crate::spread::let_all;
use hotloop_ast as ast;
use hotloop_diagnostics::Span;
use hotloop_hir::{Constant, Expr, ExprKind};
use hotloop_intrinsics::{Intrinsic, Item};
use hotloop_types::{Dtype, DtypeKind, TupleClass, TupleType, Type, numpy_promote};
use std::sync::Arc;

impl Inference<'_> {
    pub(crate) fn type_fact(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        if intrinsic == Intrinsic::ResultType {
            return self.result_type(name, arguments, span);
        }
        let parameter = match intrinsic {
            Intrinsic::Callable => "obj",
            Intrinsic::Finfo => "dtype",
            Intrinsic::Iinfo => "int_type",
            _ => "dtype",
        };
        let placed = self.place_arguments(name, &[parameter], 1, arguments, span)?;
        let given = placed[0].expect("it is required");
        if intrinsic == Intrinsic::Callable {
            return self.is_callable(given, span);
        }
        let dtype = self.named_dtype(name, given)?;
        match intrinsic {
            Intrinsic::Finfo if dtype.is_float() || dtype.is_complex() => {
                Ok(limits("finfo", float_limits(dtype.part()), span))
            }
            Intrinsic::Iinfo if dtype.is_integer() => Ok(limits("iinfo", integer_limits(dtype), span)),
            Intrinsic::Finfo | Intrinsic::Iinfo => {
                let wanted = if intrinsic == Intrinsic::Finfo { "a float type" } else { "an integer type" };
                let value = constant(Constant::Dtype, Type::Dtype(dtype), given.span);
                Err(self.report_argument(name, &value, wanted))
            }
            _ => Ok(constant(Constant::Dtype, Type::Dtype(dtype), span)),
        }
    }

    /// The dtype that an argument names or has: `np.float64`, `"float64"`, `x.dtype`, a number.
    fn named_dtype(&mut self, name: &str, given: &ast::Expr) -> Typed<Dtype> {
        let value = self.operand(given)?.present();
        match &value {
            Value::Global(Global::Item(Item::Dtype(dtype) | Item::PythonType(dtype)), _) => Ok(*dtype),
            Value::Expr(Expr { ty: Type::Dtype(dtype), .. }) => Ok(*dtype),
            Value::Expr(value)
                if self.is_pure(value) && value.ty.as_scalar().is_some() && name != "numpy.dtype" =>
            {
                Ok(value.ty.as_scalar().expect("asked for above"))
            }
            Value::Str(text, _) if Dtype::by_name(text).is_some() => {
                Ok(Dtype::by_name(text).expect("asked for above"))
            }
            Value::Expr(_) | Value::Global(..) | Value::Caught(..) | Value::Str(..) => {
                let value = self.run_time_value(value)?;
                Err(self.report_argument(name, &value, "a dtype, such as `np.float64` or `x.dtype`"))
            }
        }
    }

    /// The dtype of what is computed of operands: arrays, numbers and dtypes.
    fn result_type(&mut self, name: &str, arguments: &Arguments<'_>, span: Span) -> Typed {
        let mut common: Option<Element> = None;
        let mut kept = Vec::new();
        let least = if name == "numpy.promote_types" { 2 } else { 1 };
        if arguments.positional.len() < least || !arguments.keywords.is_empty() {
            return Err(self.report_argument_count(name, least, usize::MAX, arguments, span));
        }
        for argument in &arguments.positional {
            let value = self.operand(argument)?.present();
            let element = match value {
                Value::Expr(value) if matches!(value.ty, Type::Scalar(_)) => {
                    let is_weak =
                        matches!(value.kind, ExprKind::Constant(_)) && !self.callees.is_in_library();
                    let Type::Scalar(dtype) = value.ty else { unreachable!("asked for above") };
                    Element { dtype, is_weak: is_weak && is_python_number(dtype), value }
                }
                Value::Expr(value) if let Some(dtype) = self.dtype_within(&value.ty) => {
                    Element { dtype, is_weak: false, value }
                }
                value => {
                    let value = self.run_time_value(value)?;
                    let Type::Dtype(dtype) = value.ty else {
                        return Err(self.report_argument(name, &value, "an array, a number or a dtype"));
                    };
                    Element { dtype, is_weak: false, value }
                }
            };
            let common_dtype = common.as_ref().map_or(element.dtype, |known| common_dtype(known, &element));
            let is_weak = common.as_ref().is_none_or(|known| known.is_weak) && element.is_weak;
            if !self.is_only_typed(&element.value) {
                let held = self.new_temporary("operand", element.value.ty.clone(), span);
                kept.push((held, element.value.clone()));
            }
            common = Some(Element { dtype: common_dtype, is_weak, ..element });
        }
        let dtype = common.expect("there is an operand").dtype;
        Ok(let_all(kept, constant(Constant::Dtype, Type::Dtype(dtype), span)))
    }

    /// The dtype of an array's elements; within the prelude, which makes arrays of them, also of what lists and tuples hold.
    fn dtype_within(&self, ty: &Type) -> Option<Dtype> {
        match ty {
            Type::Array(array) => Some(array.dtype),
            Type::Scalar(dtype) => Some(*dtype),
            Type::List(item) if self.callees.is_in_library() => self.dtype_within(item),
            Type::Tuple(items) if self.callees.is_in_library() => {
                let dtypes: Option<Vec<Dtype>> = items.iter().map(|item| self.dtype_within(item)).collect();
                dtypes?.into_iter().reduce(numpy_promote).or(Some(Dtype::Float64))
            }
            _ => None,
        }
    }

    fn is_callable(&mut self, given: &ast::Expr, span: Span) -> Typed {
        let answer = |holds| constant(Constant::Bool(holds), Type::BOOL, span);
        match self.operand(given)? {
            Value::Global(Global::Module(_), _) | Value::Caught(..) | Value::Str(..) => Ok(answer(false)),
            Value::Global(..) => Ok(answer(true)),
            Value::Expr(value) => {
                // A value of an optional type may be `None`, and nothing that can be called is optional.
                let holds = matches!(value.ty, Type::Function(_));
                self.with_let(value, "value", span, |_, _| Ok(answer(holds)))
            }
        }
    }
}

/// Whether Python's own numbers have that dtype, which count less than those of NumPy.
fn is_python_number(dtype: Dtype) -> bool {
    matches!(dtype, Dtype::Int64 | Dtype::Float64 | Dtype::Complex128)
}

/// Constants under names, as a named tuple.
fn limits(class: &str, facts: Vec<(&str, Expr)>, span: Span) -> Expr {
    let (fields, items): (Vec<String>, Vec<Expr>) =
        facts.into_iter().map(|(name, value)| (name.to_owned(), Expr { span, ..value })).unzip();
    let class = TupleClass { name: class.to_owned(), identity: format!("numpy.{class}"), fields };
    let ty = TupleType::named(Arc::new(class), items.iter().map(|item| item.ty.clone()));
    Expr::new(ExprKind::Tuple(items), Type::Tuple(ty), span)
}

fn integer(value: i64) -> Expr {
    constant(Constant::Int(value), Type::INT64, Span::NONE)
}

/// As `np.finfo` has them: floats of the type itself, and Python integers.
fn float_limits(dtype: Dtype) -> Vec<(&'static str, Expr)> {
    let is_single = dtype == Dtype::Float32;
    let float = |single: f32, double: f64| {
        let value = if is_single { f64::from(single) } else { double };
        constant(Constant::Float(value), Type::Scalar(dtype), Span::NONE)
    };
    let number = |single: i64, double: i64| integer(if is_single { single } else { double });
    let smallest = float(f32::MIN_POSITIVE, f64::MIN_POSITIVE);
    vec![
        ("bits", number(32, 64)),
        ("dtype", constant(Constant::Dtype, Type::Dtype(dtype), Span::NONE)),
        ("eps", float(f32::EPSILON, f64::EPSILON)),
        ("epsneg", float(f32::EPSILON / 2.0, f64::EPSILON / 2.0)),
        ("iexp", number(8, 11)),
        ("machep", number(-23, -52)),
        ("max", float(f32::MAX, f64::MAX)),
        ("maxexp", number(128, 1024)),
        ("min", float(f32::MIN, f64::MIN)),
        ("minexp", number(-126, -1022)),
        ("negep", number(-24, -53)),
        ("nexp", number(8, 11)),
        ("nmant", number(23, 52)),
        ("precision", number(6, 15)),
        ("resolution", float(1e-6, 1e-15)),
        ("smallest_normal", smallest.clone()),
        ("smallest_subnormal", float(f32::from_bits(1), f64::from_bits(1))),
        ("tiny", smallest),
    ]
}

/// As `np.iinfo` has them: Python integers.
fn integer_limits(dtype: Dtype) -> Vec<(&'static str, Expr)> {
    let bits = 8 * dtype.size_bytes();
    let is_signed = dtype.kind() == DtypeKind::Signed;
    let max = match is_signed {
        true => integer((1_u64 << (bits - 1)).wrapping_sub(1) as i64),
        false => {
            let digits = (u64::MAX >> (64 - bits)).to_string();
            let (value, ty) = integer_literal(&digits, 10).expect("it has at most 64 bits");
            constant(Constant::Int(value), ty, Span::NONE)
        }
    };
    let min = if is_signed { integer(-1_i64 << (bits - 1)) } else { integer(0) };
    vec![
        ("bits", integer(i64::from(bits))),
        ("dtype", constant(Constant::Dtype, Type::Dtype(dtype), Span::NONE)),
        ("max", max),
        ("min", min),
    ]
}
