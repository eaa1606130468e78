//! Operations on whole tuples: concatenation, repetition, slices, comparisons, membership, and the functions that take their items.
//!
//! The length of a tuple is part of its type, so each becomes an expression over the items.

use crate::call::Arguments;
use crate::conditions::{choose, item, short_circuit};
use crate::constants::integer_constant;
use crate::conversion::convert;
use crate::expression::{Value, constant};
use crate::function::{Inference, Typed};
use crate::iteration::{arithmetic, integer, tuple_of};
use crate::mixed_lists::is_mixed_list;
use hotloop_ast as ast;
use hotloop_ast::{BoolOp, CompareOp as AstCompare, ExprKind as AstExpr, Identifier};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{Constant, Expr, ExprKind};
use hotloop_intrinsics::Intrinsic;
use hotloop_types::{TupleType, Type};

static LENGTH: Code = Code::new("HL0274", "the length of a tuple would be known at run time only");

/// The longest tuple that an operation makes.
const MAX_LENGTH: usize = 1000;

impl Inference<'_> {
    /// `a + b`, and `a * n` with a constant; `None` where the operator does not accept them.
    pub(crate) fn tuple_binary(
        &mut self,
        op: ast::BinaryOp,
        left: Expr,
        right: Expr,
        span: Span,
    ) -> Typed<Option<Expr>> {
        if is_mixed_list(&left.ty) || is_mixed_list(&right.ty) {
            return Ok(None);
        }
        match (op, left.ty.clone(), right.ty.clone()) {
            (ast::BinaryOp::Add, Type::Tuple(a), Type::Tuple(b)) if a.len() + b.len() <= MAX_LENGTH => {
                let whole = self.with_let(left, "left", span, |this, left| {
                    this.with_let(right, "right", span, |_, right| {
                        Ok(tuple_of(items(&left, &a).chain(items(&right, &b)).collect(), span))
                    })
                })?;
                Ok(Some(whole))
            }
            (ast::BinaryOp::Mul, Type::Tuple(types), Type::Scalar(count)) if count.is_integer() => {
                self.repeated_tuple(left, &types, &right, span).map(Some)
            }
            (ast::BinaryOp::Mul, Type::Scalar(count), Type::Tuple(types)) if count.is_integer() => {
                self.repeated_tuple(right, &types, &left, span).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn repeated_tuple(&mut self, tuple: Expr, types: &TupleType, count: &Expr, span: Span) -> Typed {
        let known = integer_constant(count).map(|count| usize::try_from(count).unwrap_or(0));
        let Some(count) = known.filter(|count| count.saturating_mul(types.len()) <= MAX_LENGTH) else {
            let message = "a tuple is repeated a number of times that is not a small constant";
            let diagnostic = Diagnostic::error(&LENGTH, message, span)
                .with_primary("the length of a tuple is part of its type")
                .with_help("repeat it a constant number of times, or use an array");
            return Err(self.report(diagnostic));
        };
        self.with_let(tuple, "items", span, |_, tuple| {
            Ok(tuple_of((0..count).flat_map(|_| items(&tuple, types)).collect(), span))
        })
    }

    /// `t[start:stop:step]` with constants.
    pub(crate) fn tuple_slice(
        &mut self,
        tuple: Expr,
        types: &TupleType,
        parts: [Option<&ast::Expr>; 3],
        span: Span,
    ) -> Typed {
        let mut known = [None; 3];
        for (slot, part) in known.iter_mut().zip(parts) {
            let Some(part) = part.filter(|part| part.kind != AstExpr::None) else { continue };
            let value = self.expression(part)?;
            *slot = integer_constant(&value);
            if slot.is_none() {
                let message = "only constants can cut a part out of a tuple";
                let diagnostic = Diagnostic::error(&LENGTH, message, part.span)
                    .with_primary("the length of a tuple is part of its type")
                    .with_help("write the bounds as numbers, or use an array");
                return Err(self.report(diagnostic));
            }
        }
        let Some(positions) = slice_positions(known, types.len()) else {
            let diagnostic = Diagnostic::error(&LENGTH, "the step of a slice cannot be zero", span);
            return Err(
                self.report(diagnostic.with_help("leave the step out, or make it positive or negative"))
            );
        };
        self.with_let(tuple, "items", span, |_, tuple| {
            let chosen = positions.iter().map(|at| item(&tuple, *at, &types[*at]));
            Ok(tuple_of(chosen.collect(), span))
        })
    }

    /// A comparison of tuples, item by item as Python does it; `None` where items cannot be compared.
    pub(crate) fn compare_tuples(
        &mut self,
        op: AstCompare,
        left: Expr,
        right: Expr,
        span: Span,
    ) -> Typed<Option<Expr>> {
        let (Type::Tuple(a), Type::Tuple(b)) = (left.ty.clone(), right.ty.clone()) else { return Ok(None) };
        let mut is_comparable = true;
        let result = self.with_let(left, "left", span, |this, left| {
            this.with_let(right, "right", span, |this, right| {
                let pairs: Vec<(Expr, Expr)> = items(&left, &a).zip(items(&right, &b)).collect();
                let result = if op == AstCompare::Eq {
                    this.all_equal(pairs, a.len() == b.len(), span)
                } else {
                    this.first_difference(op, pairs, (a.len(), b.len()), span)
                };
                Ok(result?.unwrap_or_else(|| {
                    is_comparable = false;
                    constant(Constant::Bool(false), Type::BOOL, span)
                }))
            })
        })?;
        Ok(is_comparable.then_some(result))
    }

    fn all_equal(&mut self, pairs: Vec<(Expr, Expr)>, same_length: bool, span: Span) -> Typed<Option<Expr>> {
        let mut result = constant(Constant::Bool(same_length), Type::BOOL, span);
        for (left, right) in pairs.into_iter().filter(|_| same_length) {
            self.count_link(span)?;
            let Some(equal) = self.compare_items(AstCompare::Eq, left, right, span)? else { return Ok(None) };
            result = short_circuit(BoolOp::And, result, equal);
        }
        Ok(Some(result))
    }

    /// A comparison of two items, if they can be compared.
    fn compare_items(&mut self, op: AstCompare, left: Expr, right: Expr, span: Span) -> Typed<Option<Expr>> {
        self.nested(span, |this| {
            let both = (Value::Expr(left.clone()), Value::Expr(right.clone()));
            match this.compare_sequences(op, &both.0, &both.1, span)? {
                Some(result) => Ok(Some(result)),
                None => this.compare_values(op, left, right, span),
            }
        })
    }

    /// The order of the first items that differ, else of the lengths.
    fn first_difference(
        &mut self,
        op: AstCompare,
        pairs: Vec<(Expr, Expr)>,
        (a, b): (usize, usize),
        span: Span,
    ) -> Typed<Option<Expr>> {
        let by_length = match op {
            AstCompare::Lt => a < b,
            AstCompare::Le => a <= b,
            AstCompare::Gt => a > b,
            _ => a >= b,
        };
        let mut result = constant(Constant::Bool(by_length), Type::BOOL, span);
        for (left, right) in pairs.into_iter().rev() {
            self.count_link(span)?;
            let order = self.compare_items(op, left.clone(), right.clone(), span)?;
            let equal = self.compare_items(AstCompare::Eq, left, right, span)?;
            let Some((order, equal)) = order.zip(equal) else { return Ok(None) };
            result = choose(equal, result, order, span);
        }
        Ok(Some(result))
    }

    /// `value in tuple`.
    pub(crate) fn tuple_membership(
        &mut self,
        value: Expr,
        within: Expr,
        types: &TupleType,
        span: Span,
    ) -> Typed<Option<Expr>> {
        let mut is_comparable = true;
        let found = self.with_let(value, "value", span, |this, value| {
            this.with_let(within, "within", span, |this, within| {
                let mut result = constant(Constant::Bool(false), Type::BOOL, span);
                for each in items(&within, types) {
                    this.count_link(span)?;
                    match this.compare_items(AstCompare::Eq, value.clone(), each, span)? {
                        Some(found) => result = short_circuit(BoolOp::Or, result, found),
                        None => is_comparable = false,
                    }
                }
                Ok(result)
            })
        })?;
        Ok(is_comparable.then_some(found))
    }

    /// `sum`, `any` and `all` of a tuple, `tuple(x)`.
    pub(crate) fn tuple_function(
        &mut self,
        intrinsic: Intrinsic,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let name = intrinsic.name().trim_start_matches("builtins.");
        let names: &[&str] = if intrinsic == Intrinsic::Sum { &["iterable", "start"] } else { &["iterable"] };
        let required = usize::from(intrinsic != Intrinsic::Tuple);
        let placed = self.place_arguments(name, names, required, arguments, span)?;
        let Some(given) = placed[0] else { return Ok(tuple_of(Vec::new(), span)) };
        let start = placed.get(1).copied().flatten();
        if self.is_iterated_as_written(given)? {
            return self.consume(intrinsic, given, start, span);
        }
        let value = self.operand(given)?.present();
        if let Value::Expr(number) = &value
            && number.ty.as_scalar().is_some()
        {
            return Err(self.report_argument(name, number, "something that has items"));
        }
        let Value::Expr(Expr { ty: Type::Tuple(types), .. }) = &value else {
            let stand_in = self.stand_in(value);
            return self.consume(intrinsic, &stand_in, start, span);
        };
        let types = types.clone();
        let value = self.run_time_value(value)?;
        self.with_let(value, "items", span, |this, tuple| {
            let start = match start {
                _ if intrinsic != Intrinsic::Sum => None,
                Some(start) => Some(this.expression(start)?),
                None => Some(integer(0, span)),
            };
            let mut parts = items(&tuple, &types);
            match intrinsic {
                Intrinsic::Tuple => Ok(tuple_of(parts.collect(), span)),
                Intrinsic::Sum => parts.try_fold(start.expect("set above"), |sum, part| {
                    this.count_link(span)?;
                    this.binary(ast::BinaryOp::Add, Value::Expr(sum), Value::Expr(part), span, span)
                }),
                _ => {
                    let (op, empty) =
                        if intrinsic == Intrinsic::All { (BoolOp::And, true) } else { (BoolOp::Or, false) };
                    let mut result = constant(Constant::Bool(empty), Type::BOOL, span);
                    for part in parts {
                        this.count_link(span)?;
                        let holds = this.truth_of(part)?;
                        result = short_circuit(op, result, holds);
                    }
                    Ok(result)
                }
            }
        })
    }

    /// `t.count(x)`, `t.index(x, start, stop)`, and of a named tuple `t._replace(name=x)`.
    pub(crate) fn tuple_method(
        &mut self,
        tuple: Expr,
        name: &Identifier,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let Type::Tuple(types) = tuple.ty.clone() else { unreachable!("only tuples have these methods") };
        if &*name.name == "count" {
            let placed = self.place_arguments("count", &["value"], 1, arguments, span)?;
            let value = self.value(placed[0].expect("it is required"))?;
            return self.tuple_count(tuple, &types, value, span);
        }
        if &*name.name == "index" {
            let placed = self.place_arguments("index", &["value", "start", "stop"], 1, arguments, span)?;
            let value = self.value(placed[0].expect("it is required"))?;
            return self.tuple_index(tuple, &types, value, [placed[1], placed[2]], span);
        }
        let fields: Vec<&str> = types.fields().iter().map(String::as_str).collect();
        let keywords = Arguments { given: &[], positional: Vec::new(), keywords: arguments.keywords.clone() };
        let placed = match arguments.positional.first() {
            None => self.place_arguments("_replace", &fields, 0, &keywords, span)?,
            Some(_) => return Err(self.report_argument("_replace", &tuple, "the fields to replace by name")),
        };
        let mut given = Vec::with_capacity(placed.len());
        for argument in &placed {
            given.push(argument.map(|argument| self.value(argument)).transpose()?);
        }
        self.with_let(tuple, "items", span, |_, tuple| {
            let parts = items(&tuple, &types).zip(given);
            let parts: Vec<Expr> = parts.map(|(old, new)| new.unwrap_or(old)).collect();
            Ok(named_tuple(&types, parts, span))
        })
    }

    fn tuple_count(&mut self, tuple: Expr, types: &TupleType, value: Expr, span: Span) -> Typed {
        self.with_let(tuple, "items", span, |this, tuple| {
            this.with_let(value, "value", span, |this, value| {
                let mut count = integer(0, span);
                for each in items(&tuple, types) {
                    this.count_link(span)?;
                    let Some(equal) = this.compare_items(AstCompare::Eq, each, value.clone(), span)? else {
                        return Err(this.report_argument(
                            "count",
                            &value,
                            "a value that the items compare with",
                        ));
                    };
                    let one = convert(equal, &Type::INT64);
                    count = arithmetic(hotloop_hir::BinaryOp::Add, count, one, span);
                }
                Ok(count)
            })
        })
    }

    /// The first position of a value within bounds.
    fn tuple_index(
        &mut self,
        tuple: Expr,
        types: &TupleType,
        value: Expr,
        bounds: [Option<&ast::Expr>; 2],
        span: Span,
    ) -> Typed {
        let length = integer(types.len() as i64, span);
        self.in_block(span, |this| {
            let tuple = this.kept(tuple.clone(), "items");
            let value = this.kept(value.clone(), "value");
            let start = this.bound(bounds[0])?.unwrap_or_else(|| integer(0, span));
            let stop = this.bound(bounds[1])?.unwrap_or_else(|| integer(i64::MAX, span));
            let (start, stop) = (this.cut_bound(start, &length, span), this.cut_bound(stop, &length, span));
            let mut place = integer(-1, span);
            for (position, each) in items(&tuple, types).enumerate().collect::<Vec<_>>().into_iter().rev() {
                this.count_link(span)?;
                let position = integer(position as i64, span);
                let Some(equal) = this.compare_items(AstCompare::Eq, each, value.clone(), span)? else {
                    let wanted = "a value that the items compare with";
                    return Err(this.report_argument("index", &value, wanted));
                };
                let from =
                    this.compare(AstCompare::Le, start.clone().into(), position.clone().into(), span)?;
                let to = this.compare(AstCompare::Lt, position.clone().into(), stop.clone().into(), span)?;
                let within = short_circuit(BoolOp::And, from, to);
                let found = short_circuit(BoolOp::And, within, equal);
                place = choose(found, position, place, span);
            }
            this.found_place(place, "tuple.index(x): x not in tuple", span)
        })
    }

    /// `value in range`.
    pub(crate) fn range_membership(&mut self, value: Expr, range: Expr, span: Span) -> Typed {
        self.with_let(value, "value", span, |this, value| {
            this.with_let(range, "range", span, |this, range| {
                let part = |part| Value::Expr(item(&range, part, &Type::INT64));
                let zero = || Value::Expr(integer(0, span));
                let given = || Value::Expr(value.clone());
                let mut compare = |op, left, right| this.compare(op, left, right, span);
                let upwards = compare(AstCompare::Gt, part(2), zero())?;
                let (above, below) =
                    (compare(AstCompare::Ge, given(), part(0))?, compare(AstCompare::Lt, given(), part(1))?);
                let (under, over) =
                    (compare(AstCompare::Le, given(), part(0))?, compare(AstCompare::Gt, given(), part(1))?);
                let distance = this.binary(ast::BinaryOp::Sub, given(), part(0), span, span)?;
                let offset = this.binary(ast::BinaryOp::Mod, Value::Expr(distance), part(2), span, span)?;
                let hits = this.compare(AstCompare::Eq, Value::Expr(offset), zero(), span)?;
                let up = short_circuit(BoolOp::And, above, below);
                let down = short_circuit(BoolOp::And, under, over);
                let within = choose(upwards, up, down, span);
                Ok(short_circuit(BoolOp::And, within, hits))
            })
        })
    }
}

/// Whether a value is a tuple that has a method of that name.
pub(crate) fn is_tuple_method(ty: &Type, name: &Identifier) -> bool {
    match ty {
        Type::Tuple(types) => {
            matches!(&*name.name, "count" | "index") || types.class().is_some() && &*name.name == "_replace"
        }
        _ => false,
    }
}

/// A tuple of the same class with these items.
pub(crate) fn named_tuple(like: &TupleType, items: Vec<Expr>, span: Span) -> Expr {
    let ty = like.with_items(items.iter().map(|item| item.ty.clone()));
    Expr::new(ExprKind::Tuple(items), Type::Tuple(ty), span)
}

/// The items of a tuple that is cheap to name again.
pub(crate) fn items<'t>(tuple: &'t Expr, types: &'t TupleType) -> impl Iterator<Item = Expr> + 't {
    types.iter().enumerate().map(move |(position, ty)| item(tuple, position, ty))
}

/// The positions that a slice of a sequence of that length chooses; `None` for a step of 0.
fn slice_positions([start, stop, step]: [Option<i64>; 3], length: usize) -> Option<Vec<usize>> {
    let (length, step) = (length as i64, step.unwrap_or(1));
    if step == 0 {
        return None;
    }
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let clamp = |bound: i64| {
        let from_start = if bound < 0 { bound.saturating_add(length) } else { bound };
        from_start.clamp(lowest, highest)
    };
    let start = start.map_or(if step > 0 { lowest } else { highest }, clamp);
    let stop = stop.map_or(if step > 0 { highest } else { lowest }, clamp);
    let mut positions = Vec::new();
    let mut at = start;
    while (step > 0 && at < stop) || (step < 0 && at > stop) {
        positions.push(at as usize);
        at = at.saturating_add(step);
    }
    Some(positions)
}
