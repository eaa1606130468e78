//! Calls of functions of numbers whose arguments are more than one or two numbers of one kind.

use crate::call::Arguments;
use crate::conditions::{item, scalar_compare};
use crate::conversion::to_dtype;
use crate::expression::{Value, constant};
use crate::function::{Inference, Typed};
use crate::intrinsic_call::{apply, float_type, spelled};
use crate::operators::scalar_binary;
use crate::sequences::{length_of, perform};
use hotloop_abi::ExceptionClass;
use hotloop_ast as ast;
use hotloop_diagnostics::Span;
use hotloop_hir::{CompareOp, Constant, Expr, ExprKind, ObjectExpr};
use hotloop_intrinsics::{Family, Intrinsic};
use hotloop_objects::Operation;
use hotloop_types::{Dtype, Type, promote};

impl Inference<'_> {
    /// `pow(base, exponent)`, typed as the operator, or `pow(base, exponent, modulus)` of integers.
    pub(crate) fn power_call(&mut self, arguments: &Arguments<'_>, span: Span) -> Typed {
        let placed = self.place_arguments("pow", &["base", "exp", "mod"], 2, arguments, span)?;
        let [base, exponent] = [placed[0], placed[1]].map(|argument| argument.expect("it is required"));
        let (base, exponent) = (self.number_argument("pow", base)?, self.number_argument("pow", exponent)?);
        let Some(modulus) = placed[2] else {
            return Ok(scalar_binary(ast::BinaryOp::Pow, base, exponent, span).expect("both are numbers"));
        };
        let operands = [base, exponent, self.number_argument("pow", modulus)?];
        let mut common = operands[0].1;
        for (value, dtype) in &operands {
            if !dtype.is_integral() {
                return Err(self.report_argument("pow", value, "integers to compute with a modulus"));
            }
            common = promote(common, *dtype);
        }
        let operands = operands.into_iter().map(|(value, _)| to_dtype(value, common)).collect();
        Ok(apply(Intrinsic::PowModulo, operands, common, span))
    }

    /// An integer as an argument of a built-in function.
    fn integer_argument(&mut self, name: &str, argument: &ast::Expr) -> Typed<(Expr, Dtype)> {
        let (value, dtype) = self.real_argument(name, argument)?;
        if dtype.is_integral() {
            return Ok((value, dtype));
        }
        Err(self.report_argument(name, &value, "integers"))
    }

    /// `gcd` or `lcm` of any number of integers; of none what changes no other.
    pub(crate) fn gcd(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        if !arguments.keywords.is_empty() {
            self.place_arguments(name, &[], 0, arguments, span)?;
        }
        let neutral = if intrinsic == Intrinsic::Gcd { 0 } else { 1 };
        let mut result = (constant(Constant::Int(neutral), Type::INT64, span), Dtype::Int64);
        for (position, argument) in arguments.positional.iter().enumerate() {
            let (value, dtype) = self.integer_argument(name, argument)?;
            let before = result.1;
            let common = if position == 0 { promote(dtype, dtype) } else { promote(before, dtype) };
            let operands = vec![to_dtype(result.0, common), to_dtype(value, common)];
            result = (apply(intrinsic, operands, common, span), common);
        }
        Ok(result.0)
    }

    /// `comb(n, k)`, `perm(n, k)`; `perm(n)` is the factorial.
    pub(crate) fn counts(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let required = if intrinsic == Intrinsic::Perm { 1 } else { 2 };
        let placed = self.place_arguments(name, &["n", "k"], required, arguments, span)?;
        let (n, _) = self.integer_argument(name, placed[0].expect("it is required"))?;
        let n = to_dtype(n, Dtype::Int64);
        let Some(k) = placed[1] else {
            return Ok(apply(Intrinsic::Factorial, vec![n], Dtype::Int64, span));
        };
        let (k, _) = self.integer_argument(name, k)?;
        Ok(apply(intrinsic, vec![n, to_dtype(k, Dtype::Int64)], Dtype::Int64, span))
    }

    pub(crate) fn three_floats(
        &mut self,
        intrinsic: Intrinsic,
        family: Family,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let name = spelled(intrinsic, family);
        let placed = self.place_arguments(name, &["x", "y", "z"], 3, arguments, span)?;
        let mut values = Vec::with_capacity(3);
        for argument in placed.into_iter().flatten() {
            let (value, _) = self.real_argument(name, argument)?;
            values.push(to_dtype(value, Dtype::Float64));
        }
        Ok(apply(intrinsic, values, Dtype::Float64, span))
    }

    /// `isclose(a, b, rel_tol=1e-09, abs_tol=0.0)`.
    pub(crate) fn is_close(&mut self, arguments: &Arguments<'_>, span: Span) -> Typed {
        let name = "math.isclose";
        let placed = self.place_arguments(name, &["a", "b", "rel_tol", "abs_tol"], 2, arguments, span)?;
        let defaults = [0.0, 0.0, 1e-9, 0.0];
        let mut values = Vec::with_capacity(4);
        for (argument, default) in placed.into_iter().zip(defaults) {
            values.push(match argument {
                Some(argument) => to_dtype(self.real_argument(name, argument)?.0, Dtype::Float64),
                None => constant(Constant::Float(default), Type::FLOAT64, span),
            });
        }
        Ok(apply(Intrinsic::IsClose, values, Dtype::Bool, span))
    }

    /// `frexp(x)`: mantissa and exponent; `modf(x)`: fraction and integral part.
    pub(crate) fn split_float(
        &mut self,
        intrinsic: Intrinsic,
        family: Family,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let (value, dtype) = self.one_number(spelled(intrinsic, family), arguments, span)?;
        let dtype = float_type(family, &[dtype]);
        let (first, second, second_dtype) = match intrinsic {
            Intrinsic::Frexp => (Intrinsic::Mantissa, Intrinsic::Exponent, Dtype::Int64),
            _ => (Intrinsic::Fraction, Intrinsic::Trunc, dtype),
        };
        self.with_let(to_dtype(value, dtype), "number", span, |_, value| {
            let items = vec![
                apply(first, vec![value.clone()], dtype, span),
                apply(second, vec![value], second_dtype, span),
            ];
            let ty = Type::tuple(items.iter().map(|item| item.ty.clone()));
            Ok(Expr::new(ExprKind::Tuple(items), ty, span))
        })
    }

    /// The length of a vector. More than two components CPython adds up in a way of its own.
    pub(crate) fn hypot(&mut self, family: Family, arguments: &Arguments<'_>, span: Span) -> Typed {
        let name = spelled(Intrinsic::Hypot, family);
        if let ([only], true, Family::Python) =
            (&arguments.positional[..], arguments.keywords.is_empty(), family)
        {
            let (value, dtype) = self.real_argument(name, only)?;
            let dtype = float_type(family, &[dtype]);
            return Ok(apply(Intrinsic::Fabs, vec![to_dtype(value, dtype)], dtype, span));
        }
        if arguments.positional.len() == 2 || family == Family::Numpy || !arguments.keywords.is_empty() {
            return self.float_float(Intrinsic::Hypot, family, arguments, span);
        }
        let mut components = Vec::with_capacity(arguments.positional.len());
        for argument in &arguments.positional {
            components.push(to_dtype(self.real_argument(name, argument)?.0, Dtype::Float64));
        }
        Ok(vector_length(components, span))
    }

    /// `prod(numbers, start=1)`, `dist(p, q)`.
    pub(crate) fn of_tuple(&mut self, intrinsic: Intrinsic, arguments: &Arguments<'_>, span: Span) -> Typed {
        match intrinsic {
            Intrinsic::Prod => self.product(arguments, span),
            Intrinsic::Fsum => {
                let name = "math.fsum";
                let placed = self.place_arguments(name, &["seq"], 1, arguments, span)?;
                let numbers = placed[0].expect("it is required");
                self.in_block(span, |this| {
                    let list = this.list_of_floats(name, numbers)?;
                    Ok(perform(Operation::ListFsum, vec![list], Type::FLOAT64, span))
                })
            }
            Intrinsic::SumProd => self.sum_of_products(arguments, span),
            _ => self.distance(arguments, span),
        }
    }

    fn number_tuple(&mut self, name: &str, argument: &ast::Expr) -> Typed<(Expr, Vec<Dtype>)> {
        let tuple = self.expression(argument)?;
        let dtypes: Option<Vec<Dtype>> = match &tuple.ty {
            Type::Tuple(items) => items.iter().map(Type::as_scalar).collect(),
            _ => None,
        };
        match dtypes {
            Some(dtypes) => Ok((tuple, dtypes)),
            None => Err(self.report_argument(name, &tuple, "a tuple of numbers")),
        }
    }

    /// `sumprod(p, q)`: of integers an integer, else rounded once.
    fn sum_of_products(&mut self, arguments: &Arguments<'_>, span: Span) -> Typed {
        let name = "math.sumprod";
        let placed = self.place_arguments(name, &["p", "q"], 2, arguments, span)?;
        let [p, q] = [placed[0], placed[1]].map(|argument| argument.expect("it is required"));
        self.in_block(span, |this| {
            let (p, q) = (this.list_of_floats(name, p)?, this.list_of_floats(name, q)?);
            let lengths = [&p, &q].map(|list| length_of(list.clone(), span));
            let [first, second] = lengths;
            let same = scalar_compare(CompareOp::Eq, first, second, span).expect("both are integers");
            let error = (ExceptionClass::ValueError, "Inputs are not the same length");
            let value = perform(Operation::ListSumProd, vec![p, q], Type::FLOAT64, span);
            let checked = ObjectExpr::Checked { condition: same, error, value };
            Ok(Expr::object(checked, Type::FLOAT64, span))
        })
    }

    fn product(&mut self, arguments: &Arguments<'_>, span: Span) -> Typed {
        let name = "math.prod";
        let placed = self.place_arguments(name, &["iterable", "start"], 1, arguments, span)?;
        let factors = placed[0].expect("it is required");
        let given =
            if self.is_iterated_as_written(factors)? { None } else { Some(self.operand(factors)?.present()) };
        let is_tuple = matches!(&given, Some(Value::Expr(Expr { ty: Type::Tuple(_), .. })));
        let stand_in = given.map(|given| self.stand_in(given));
        let factors = stand_in.as_ref().unwrap_or(factors);
        if !is_tuple {
            return self.in_block(span, |this| {
                let source = this.source(factors)?;
                let start = match placed[1] {
                    Some(start) => this.number_argument(name, start)?.0,
                    None => constant(Constant::Int(1), Type::INT64, span),
                };
                this.folded(&source, start, span, &mut |this, product, factor| {
                    this.binary(ast::BinaryOp::Mul, product.into(), factor.into(), span, span)
                })
            });
        }
        let (tuple, dtypes) = self.number_tuple(name, factors)?;
        let start = match placed[1] {
            Some(start) => self.number_argument(name, start)?,
            None => (constant(Constant::Int(1), Type::INT64, span), Dtype::Int64),
        };
        self.with_let(tuple, "factors", span, |_, tuple| {
            let factors = dtypes
                .iter()
                .enumerate()
                .map(|(position, dtype)| (item(&tuple, position, &Type::Scalar(*dtype)), *dtype));
            let product = factors.fold(start, |product, factor| {
                let product = scalar_binary(ast::BinaryOp::Mul, product, factor, span);
                let product = product.expect("both are numbers");
                let dtype = product.ty.as_scalar().expect("it is a number");
                (product, dtype)
            });
            Ok(product.0)
        })
    }

    fn distance(&mut self, arguments: &Arguments<'_>, span: Span) -> Typed {
        let name = "math.dist";
        let placed = self.place_arguments(name, &["p", "q"], 2, arguments, span)?;
        let (p, from) = self.number_tuple(name, placed[0].expect("it is required"))?;
        let (q, to) = self.number_tuple(name, placed[1].expect("it is required"))?;
        if from.len() != to.len() {
            return Err(self.report_argument(name, &q, "two points with as many coordinates"));
        }
        if from.iter().chain(&to).any(|dtype| dtype.is_complex()) {
            return Err(self.report_argument(name, &q, "points with real coordinates"));
        }
        self.with_let(p, "p", span, |this, p| {
            this.with_let(q, "q", span, |_, q| {
                let coordinate = |point: &Expr, dtypes: &[Dtype], axis: usize| {
                    (to_dtype(item(point, axis, &Type::Scalar(dtypes[axis])), Dtype::Float64), Dtype::Float64)
                };
                let difference = |axis| {
                    let (p, q) = (coordinate(&p, &from, axis), coordinate(&q, &to, axis));
                    scalar_binary(ast::BinaryOp::Sub, p, q, span).expect("both are numbers")
                };
                Ok(match from.len() {
                    1 => apply(Intrinsic::Fabs, vec![difference(0)], Dtype::Float64, span),
                    axes if axes != 2 => {
                        let components = (0..axes).map(|axis| to_dtype(difference(axis), Dtype::Float64));
                        vector_length(components.collect(), span)
                    }
                    _ => apply(Intrinsic::Hypot, vec![difference(0), difference(1)], Dtype::Float64, span),
                })
            })
        })
    }
}

/// The length of a vector of float64 components.
fn vector_length(components: Vec<Expr>, span: Span) -> Expr {
    let list = Expr::object(ObjectExpr::List(components), Type::list(Type::FLOAT64), span);
    perform(Operation::ListNorm, vec![list], Type::FLOAT64, span)
}
