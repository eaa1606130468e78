//! Functions of the prelude: which arguments have to be known when the kernel is compiled, and what is said where one cannot be used.

use crate::call::Arguments;
use crate::conditions::{choose, scalar_compare};
use crate::constants::integer_constant;
use crate::conversion::{convert, to_dtype};
use crate::environment::{FrozenValue, FunctionHandle, ParameterInfo};
use crate::expression::constant;
use crate::function::{Inference, Reported, Typed};
use hotloop_ast as ast;
use hotloop_ast::Argument;
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{CompareOp, Constant, Expr, ExprKind, ObjectExpr, ParallelPart};
use hotloop_intrinsics::Intrinsic;
use hotloop_types::{ArrayType, Dtype, Layout, Type};

static LITERAL: Code = Code::new("HL0350", "an argument is not known when the kernel is compiled");
static LIBRARY: Code = Code::new("HL0351", "a function of NumPy does not accept these arguments");

/// The functions and methods of NumPy that make fewer numbers of many.
const REDUCTIONS: &[&str] = &[
    "all",
    "amax",
    "amin",
    "any",
    "argmax",
    "argmin",
    "average",
    "count_nonzero",
    "dot",
    "inner",
    "max",
    "mean",
    "min",
    "nanmax",
    "nanmean",
    "nanmin",
    "nanprod",
    "nanstd",
    "nansum",
    "nanvar",
    "prod",
    "ptp",
    "std",
    "sum",
    "var",
    "vdot",
];

impl Inference<'_> {
    /// The function of the prelude at that path.
    pub(crate) fn library_function(&mut self, path: &'static str, span: Span) -> Typed<FunctionHandle> {
        let is_shared = self.shares_library(path);
        self.callees.library(path, is_shared).ok_or(()).map_err(|()| {
            let help = Some("compile the kernel through an engine, which knows the prelude".to_owned());
            self.report_global(path, "a function of the prelude, which is not here", help, span)
        })
    }

    /// Whether a function of the prelude works on several threads: in an iteration of a parallel loop others have work already.
    fn shares_library(&self, path: &str) -> bool {
        let name = path.rsplit('.').next().unwrap_or(path);
        let part = if REDUCTIONS.contains(&name) { ParallelPart::Reduction } else { ParallelPart::Numpy };
        self.shares(part) && !self.loops.iter().any(|frame| frame.is_parallel)
    }

    /// Takes the arguments out that a function is compiled for; gives the function for these and the other arguments.
    pub(crate) fn without_literals(
        &mut self,
        handle: FunctionHandle,
        parameters: &[ParameterInfo],
        values: Vec<Expr>,
    ) -> Typed<(FunctionHandle, Vec<Expr>)> {
        if !parameters.iter().any(|parameter| parameter.is_literal) {
            return Ok((handle, values));
        }
        let mut constants = Vec::new();
        let mut others = Vec::new();
        for (value, parameter) in values.into_iter().zip(parameters) {
            if !parameter.is_literal {
                others.push(value);
                continue;
            }
            // What is only of the type of `None` may still have to be evaluated.
            let is_done = |constant: &FrozenValue| *constant != FrozenValue::None || self.is_pure(&value);
            match frozen_value(&value).filter(is_done) {
                Some(constant) => constants.push((parameter.name.clone(), constant)),
                None => return Err(self.report_not_literal(&parameter.name, &value)),
            }
        }
        Ok((self.callees.with_constants(handle, constants), others))
    }

    /// The position of the parameter `axis`, if its argument is an integer that is computed and the first argument is an array.
    pub(crate) fn run_time_axis(
        &self,
        handle: FunctionHandle,
        parameters: &[ParameterInfo],
        values: &[Expr],
    ) -> Option<usize> {
        self.callees.library_path(handle)?;
        let axis =
            parameters.iter().position(|parameter| parameter.is_literal && &*parameter.name == "axis")?;
        let is_computed = values[axis].ty.as_scalar().is_some_and(|dtype| dtype.is_integer())
            && frozen_value(&values[axis]).is_none();
        let has_axes = matches!(values[0].ty, Type::Array(ty) if ty.ndim > 0);
        (is_computed && has_axes).then_some(axis)
    }

    /// A call along an axis that is computed: one call for each axis, of which one is made. All have to give the same type.
    pub(crate) fn call_along(
        &mut self,
        handle: FunctionHandle,
        parameters: &[ParameterInfo],
        function: &ast::Expr,
        values: Vec<Expr>,
        axis: usize,
        span: Span,
    ) -> Typed {
        let Type::Array(ArrayType { ndim, .. }) = values[0].ty else {
            unreachable!("it was asked whether the first argument is an array")
        };
        let number = |value: u8| constant(Constant::Int(i64::from(value)), Type::INT64, span);
        self.in_block(span, |this| {
            let mut values = values.clone();
            for (value, parameter) in values.iter_mut().zip(parameters) {
                if !parameter.is_literal {
                    *value = this.kept(value.clone(), &parameter.name);
                }
            }
            let given = to_dtype(values[axis].clone(), Dtype::Int64);
            let wrapped = this.library_call("_wrapped_axis", vec![given, number(ndim)], span)?;
            let wrapped = this.kept(wrapped, "axis");
            let mut result: Option<Expr> = None;
            for known in (0..ndim).rev() {
                values[axis] = number(known);
                let (callee, others) = this.without_literals(handle, parameters, values.clone())?;
                let call = this.call_with_values(callee, Vec::new(), function, others, span)?;
                result = Some(match result {
                    None => call,
                    Some(otherwise) => {
                        let common = this.common_type(&call, &otherwise, span)?;
                        let is_this = scalar_compare(CompareOp::Eq, wrapped.clone(), number(known), span);
                        let is_this = is_this.expect("both are integers");
                        choose(is_this, convert(call, &common), convert(otherwise, &common), span)
                    }
                });
            }
            Ok(result.expect("there is an axis"))
        })
    }

    /// A call of a function of the prelude with values.
    pub(crate) fn library_call(&mut self, path: &'static str, values: Vec<Expr>, span: Span) -> Typed {
        let handle = self.library_function(path, span)?;
        let given: Vec<Argument> =
            values.into_iter().map(|value| Argument::Positional(self.stand_in(value))).collect();
        let arguments = self.arguments(&given)?;
        let function = ast::Expr::new(ast::ExprKind::Name(path.into()), span);
        self.kernel_call(handle, Vec::new(), &function, &arguments, span)
    }

    /// A call of the runtime with arrays, which are of the form that the prelude takes care of.
    pub(crate) fn whole_arrays(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let arguments =
            arguments.positional.iter().map(|argument| self.value(argument)).collect::<Typed<Vec<Expr>>>()?;
        let types: Option<Vec<ArrayType>> = arguments
            .iter()
            .map(|argument| match argument.ty {
                Type::Array(ty) => Some(ty),
                _ => None,
            })
            .collect();
        let is_vector = |ty: &ArrayType| ty.ndim == 1 && ty.layout == Layout::C;
        let fits = self.callees.is_in_library()
            && match (intrinsic, types.as_deref()) {
                (Intrinsic::SortElements, Some([keys])) => is_vector(keys) && !keys.readonly,
                (Intrinsic::OrderElements, Some([keys, places])) => {
                    is_vector(keys) && is_vector(places) && !places.readonly && places.dtype == Dtype::Int64
                }
                (Intrinsic::MultiplyMatrices, Some([left, right, out])) => {
                    let is_matrix = |ty: &&ArrayType| ty.ndim == 2 && ty.dtype == out.dtype;
                    [left, right, out].iter().all(is_matrix) && out.layout == Layout::C && !out.readonly
                }
                _ => false,
            };
        if !fits {
            let message = format!("`{name}` is for the functions of the prelude alone");
            let diagnostic = Diagnostic::error(&LIBRARY, message, span);
            return Err(self.report(diagnostic.with_help("call a function of `numpy`, such as `np.sort`")));
        }
        Ok(Expr::new(ExprKind::Intrinsic { intrinsic, arguments }, Type::None, span))
    }

    /// Whether only the type of a value is asked for where something is decided by that. The prelude evaluates nothing in order to know types, so that
    /// it may ask for that of an item which is not there.
    pub(crate) fn is_only_typed(&self, value: &Expr) -> bool {
        self.callees.is_in_library() || self.is_pure(value)
    }

    fn report_not_literal(&mut self, name: &str, value: &Expr) -> Reported {
        let help = match (name, &value.ty) {
            ("axis", Type::Array(_) | Type::List(_)) => {
                "put the arrays into a tuple, as in `np.concatenate((a, b))`: what stands behind it is the axis".to_owned()
            }
            _ => format!("write `{name}` as a number, or as a global that is one; branch on the value to choose between several"),
        };
        let message = format!("the argument `{name}` has to be known when the kernel is compiled");
        let diagnostic = Diagnostic::error(&LITERAL, message, value.span)
            .with_primary(format!("this is {} that is computed", value.ty))
            .with_help(help);
        self.report(diagnostic)
    }

    /// Says that a function of the prelude does not accept arguments of these types: what is wrong within it is its own affair. `refused` is the parameter that an array was wanted for,
    /// and that was given what is none.
    pub(crate) fn report_library(
        &mut self,
        path: &str,
        types: &str,
        refused: Option<&str>,
        inner: Vec<Diagnostic>,
        span: Span,
    ) -> Reported {
        if self.callees.is_in_library() {
            for diagnostic in inner {
                self.report(diagnostic);
            }
            return Reported;
        }
        let (module, name) = path.rsplit_once('.').unwrap_or(("", path));
        let message = match module {
            "ndarray" => format!("the method `{name}` does not accept ({types})"),
            _ => format!("`{path}` does not accept ({types})"),
        };
        let mut diagnostic = Diagnostic::error(&LIBRARY, message, span);
        // What is said of a helper is nothing that a user of the function knows.
        if let Some(parameter) = refused {
            diagnostic = diagnostic.with_note(format!("The argument \"{parameter}\" must be array-like"));
        }
        for reason in inner.into_iter().filter(|reason| !reason.message.contains("`_")) {
            diagnostic = diagnostic.with_note(reason.message);
        }
        let help = match module {
            "random" | "float" => "give arguments as Python's function takes them",
            _ => {
                "convert the arguments, such as by `astype`, or choose others; docs/generated/numpy.md shows what is there"
            }
        };
        self.report(diagnostic.with_help(help))
    }
}

/// The value of an expression that is known now.
pub(crate) fn frozen_value(value: &Expr) -> Option<FrozenValue> {
    match (&value.kind, &value.ty) {
        (_, Type::None) => Some(FrozenValue::None),
        (ExprKind::Constant(Constant::Bool(value)), _) => Some(FrozenValue::Bool(*value)),
        (ExprKind::Constant(Constant::Int(value)), &Type::INT64) => Some(FrozenValue::Int(*value)),
        (ExprKind::Constant(Constant::Int(value)), Type::Scalar(dtype)) => {
            Some(FrozenValue::NumpyInt(*dtype, *value))
        }
        (ExprKind::Constant(Constant::Float(value)), &Type::FLOAT64) => Some(FrozenValue::Float(*value)),
        (ExprKind::Constant(Constant::Float(value)), Type::Scalar(dtype)) => {
            Some(FrozenValue::NumpyFloat(*dtype, *value))
        }
        (ExprKind::Constant(Constant::Complex(real, imag)), Type::Scalar(dtype)) => {
            Some(FrozenValue::Complex(*dtype, *real, *imag))
        }
        (ExprKind::AsElements(value), _) => frozen_value(value),
        (ExprKind::Tuple(items), Type::Tuple(_)) => {
            items.iter().map(frozen_value).collect::<Option<_>>().map(FrozenValue::Tuple)
        }
        (ExprKind::Binary { .. }, &Type::INT64) => integer_constant(value).map(FrozenValue::Int),
        (ExprKind::Object(object), Type::Str) => match &**object {
            ObjectExpr::Str(text) => Some(FrozenValue::Str(text.to_string())),
            _ => None,
        },
        _ => None,
    }
}
