//! Methods of arrays.

use crate::call::Arguments;
use crate::conversion::to_dtype;
use crate::elementwise::Elements;
use crate::expression::constant;
use crate::function::{Inference, Reported, Typed};
use hotloop_ast::{Argument, Identifier};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{Constant, Expr, ExprKind, Fill};
use hotloop_intrinsics::{Family, Intrinsic};
use hotloop_types::{ArrayType, Dtype, Layout, Type};

static CONDITIONAL: Code =
    Code::new("HL0281", "an array is changed by a method where not every way evaluates it");

/// Whether arrays have a method of that name in a kernel.
pub(crate) fn is_array_method(name: &str) -> bool {
    arrangement(name).is_some()
        || matches!(
            name,
            "copy" | "clip" | "astype" | "fill" | "flatten" | "view" | "conj" | "conjugate" | "item"
        )
}

/// The function that a method is, if it arranges the array anew.
fn arrangement(name: &str) -> Option<Intrinsic> {
    Some(match name {
        "transpose" => Intrinsic::Transpose,
        "swapaxes" => Intrinsic::SwapAxes,
        "squeeze" => Intrinsic::Squeeze,
        "reshape" => Intrinsic::Reshape,
        "ravel" => Intrinsic::Ravel,
        _ => return None,
    })
}

/// The dtype of Python's number for an element.
pub(crate) fn item_dtype(dtype: Dtype) -> Dtype {
    match dtype {
        Dtype::Bool => Dtype::Bool,
        Dtype::UInt64 => Dtype::UInt64,
        Dtype::Float32 | Dtype::Float64 => Dtype::Float64,
        Dtype::Complex64 | Dtype::Complex128 => Dtype::Complex128,
        Dtype::Int8
        | Dtype::Int16
        | Dtype::Int32
        | Dtype::Int64
        | Dtype::UInt8
        | Dtype::UInt16
        | Dtype::UInt32 => Dtype::Int64,
    }
}

impl Inference<'_> {
    /// `array.name(...)`.
    pub(crate) fn array_method(
        &mut self,
        array: Expr,
        name: &Identifier,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let Type::Array(ty) = array.ty else { unreachable!("it was asked whether it is an array") };
        if let Some(intrinsic) = arrangement(&name.name) {
            return self.arrangement_method(intrinsic, &name.name, (array, ty), arguments, span);
        }
        match &*name.name {
            "copy" => {
                self.place_arguments("copy", &[], 0, arguments, span)?;
                self.copied(array, span)
            }
            "clip" => {
                let placed = self.place_arguments("clip", &["min", "max", "out"], 0, arguments, span)?;
                let none = constant(Constant::None, Type::None, span);
                let mut given = vec![Argument::Positional(self.stand_in(array))];
                let (bounds, out) = placed.split_at(2);
                for bound in bounds {
                    let bound = bound.cloned().unwrap_or_else(|| self.stand_in(none.clone()));
                    given.push(Argument::Positional(bound));
                }
                given.extend(out.iter().flatten().map(|out| Argument::Positional((*out).clone())));
                let arguments = self.arguments(&given)?;
                self.intrinsic_call(Intrinsic::Clip, Family::Numpy, &arguments, span)
            }
            "flatten" => {
                self.place_arguments("flatten", &[], 0, arguments, span)?;
                let copy = self.copied(array, span)?;
                self.flat(copy, span)
            }
            "item" => self.item_method(array, ty, arguments, span),
            "view" => {
                let placed = self.place_arguments("view", &["dtype"], 0, arguments, span)?;
                let dtype = self.dtype_argument(placed[0], ty.dtype)?;
                self.viewed_as(array, ty, dtype, span)
            }
            "conj" | "conjugate" => {
                self.place_arguments(&name.name, &[], 0, arguments, span)?;
                if !ty.dtype.is_complex() {
                    return Ok(array);
                }
                let stand_in = self.stand_in(array);
                let given = [Argument::Positional(stand_in)];
                let arguments = self.arguments(&given)?;
                self.intrinsic_call(Intrinsic::Conjugate, Family::Numpy, &arguments, span)
            }
            "astype" => {
                let placed = self.place_arguments("astype", &["dtype"], 1, arguments, span)?;
                let dtype = self.dtype_argument(placed[0], Dtype::Float64)?;
                self.converted_array(array, Some(dtype), span)
            }
            "fill" => {
                let placed = self.place_arguments("fill", &["value"], 1, arguments, span)?;
                let (value, _) = self.number_argument("fill", placed[0].expect("it is required"))?;
                if self.conditional_depth > 0 {
                    return Err(self.report_conditional(name, span));
                }
                self.store_in_view(array.clone(), value, array.span, span)?;
                Ok(constant(Constant::None, Type::None, span))
            }
            _ => unreachable!("it was asked whether arrays have the method"),
        }
    }

    /// A new array of the same elements in C order.
    pub(crate) fn copied(&mut self, array: Expr, span: Span) -> Typed {
        let mut copy = self.converted_array(array, None, span)?;
        if let Type::Array(ty) = &mut copy.ty {
            ty.layout = Layout::C;
        }
        Ok(copy)
    }

    /// A new array of the same elements, in another dtype if one is given.
    fn converted_array(&mut self, array: Expr, dtype: Option<Dtype>, span: Span) -> Typed {
        let mut elements = Elements::default();
        let described = array.clone();
        let element = self.element_of(array, true, &mut elements).expect("an array has elements");
        let dtype = dtype.unwrap_or(element.dtype);
        if element.dtype.is_complex() && !dtype.is_complex() && dtype != Dtype::Bool {
            return Err(self.report_complex_argument("astype", &described));
        }
        let ndim = elements.ndim();
        let converted = elements.finish(to_dtype(element.value, dtype), span);
        if ndim > 0 {
            return Ok(converted);
        }
        let fill = Fill::Value(Box::new(converted));
        let ty = Type::Array(ArrayType::new(dtype, 0, Layout::C));
        Ok(Expr::new(ExprKind::NewArray { fill, shape: Vec::new() }, ty, span))
    }

    fn report_conditional(&mut self, name: &Identifier, span: Span) -> Reported {
        let message =
            format!("`{}` changes an array within an expression that not every way evaluates", name.name);
        self.report(
            Diagnostic::error(&CONDITIONAL, message, span).with_help("call it in a statement of its own"),
        )
    }
}
