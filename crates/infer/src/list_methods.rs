//! Methods of lists, and what is looked for in lists.

use crate::call::Arguments;
use crate::conditions::short_circuit;
use crate::conversion::to_dtype;
use crate::expression::constant;
use crate::function::{Inference, Reported, Typed};
use crate::iteration::{arithmetic, integer};
use crate::lists::{compared, item_of, number_kind, whole_part, with_first};
use crate::sequences::{length_of, perform, sequence_item};
use hotloop_abi::ExceptionClass;
use hotloop_ast::{BoolOp, Identifier};
use hotloop_diagnostics::Span;
use hotloop_hir::{BinaryOp, CompareOp, Constant, Expr, ObjectExpr};
use hotloop_objects::{ItemKind, Operation};
use hotloop_types::{Dtype, Type};

impl Inference<'_> {
    /// The list bound to a name, and an index into it counted from the start; raises with that message where there is no such item.
    pub(crate) fn place_in(
        &mut self,
        list: Expr,
        index: Expr,
        message: &'static str,
        span: Span,
        make: impl FnOnce(&mut Self, Expr, Expr) -> Typed,
    ) -> Typed {
        let index = to_dtype(self.integer_index(index)?, Dtype::Int64);
        self.with_let(list, "list", span, |this, list| {
            this.with_let(index, "index", span, |this, index| {
                let length = length_of(list.clone(), span);
                let is_negative = compared(CompareOp::Lt, index.clone(), integer(0, span), span);
                let from_end = arithmetic(BinaryOp::Add, index.clone(), length.clone(), span);
                let position = crate::conditions::choose(is_negative, from_end, index, span);
                this.with_let(position, "position", span, |this, position| {
                    let low = compared(CompareOp::Ge, position.clone(), integer(0, span), span);
                    let high = compared(CompareOp::Lt, position.clone(), length, span);
                    let condition = short_circuit(BoolOp::And, low, high);
                    let error = (ExceptionClass::IndexError, message);
                    let checked = ObjectExpr::Checked { condition, error, value: position };
                    let checked = Expr::object(checked, Type::INT64, span);
                    this.with_let(checked, "place", span, |this, place| make(this, list, place))
                })
            })
        })
    }

    /// `list.name(arguments)`.
    pub(crate) fn list_method(
        &mut self,
        list: Expr,
        name: &Identifier,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let item = item_of(&list);
        let changes = matches!(
            &*name.name,
            "append" | "extend" | "insert" | "pop" | "remove" | "clear" | "reverse" | "sort"
        );
        if changes {
            self.check_change(&list, span)?;
        }
        if item.is_undefined() && !matches!(&*name.name, "append" | "insert" | "extend" | "clear" | "reverse")
        {
            return Err(Reported);
        }
        let nothing = |operation, arguments| perform(operation, arguments, Type::None, span);
        match &*name.name {
            "append" => {
                let placed = self.place_arguments("append", &["object"], 1, arguments, span)?;
                let value = self.value(placed[0].expect("it is required"))?;
                let item = self.as_item(&list, value)?;
                Ok(Expr::object(ObjectExpr::Append { list, item }, Type::None, span))
            }
            "extend" => {
                let placed = self.place_arguments("extend", &["iterable"], 1, arguments, span)?;
                self.extended(list, placed[0].expect("it is required"), span)
            }
            "insert" => {
                let placed = self.place_arguments("insert", &["index", "object"], 2, arguments, span)?;
                let index = self.expression(placed[0].expect("it is required"))?;
                let index = to_dtype(self.integer_index(index)?, Dtype::Int64);
                let value = self.value(placed[1].expect("it is required"))?;
                let item = self.as_item(&list, value)?;
                self.with_let(list, "list", span, |this, list| {
                    this.with_let(index, "index", span, |this, index| {
                        this.with_let(item, "item", span, |this, item| {
                            let index =
                                perform(Operation::ListOpen, vec![list.clone(), index], Type::INT64, span);
                            this.with_let(index, "place", span, |_, index| {
                                let set = ObjectExpr::SetItem { list, index, item };
                                Ok(Expr::object(set, Type::None, span))
                            })
                        })
                    })
                })
            }
            "pop" => {
                let placed = self.place_arguments("pop", &["index"], 0, arguments, span)?;
                let Some(index) = placed[0] else {
                    return Ok(Expr::object(ObjectExpr::Pop(list), item, span));
                };
                let index = self.expression(index)?;
                let index = to_dtype(self.integer_index(index)?, Dtype::Int64);
                self.with_let(list, "list", span, |this, list| {
                    let length = length_of(list.clone(), span);
                    let condition = compared(CompareOp::Gt, length, integer(0, span), span);
                    let error = (ExceptionClass::IndexError, "pop from empty list");
                    let checked = ObjectExpr::Checked { condition, error, value: index };
                    let index = Expr::object(checked, Type::INT64, span);
                    this.place_in(list, index, "pop index out of range", span, |this, list, place| {
                        let taken = sequence_item(list.clone(), place.clone(), span);
                        this.with_let(taken, "item", span, |this, taken| {
                            let behind = arithmetic(BinaryOp::Add, place.clone(), integer(1, span), span);
                            let removed = nothing(Operation::ListRemove, vec![list, place, behind]);
                            this.with_let(removed, "removed", span, |_, _| Ok(taken))
                        })
                    })
                })
            }
            "remove" => {
                let placed = self.place_arguments("remove", &["value"], 1, arguments, span)?;
                let value = self.value(placed[0].expect("it is required"))?;
                self.with_let(list, "list", span, |this, list| {
                    let found = this.position_of(list.clone(), value, None, span)?;
                    this.found(found, "list.remove(x): x not in list", span, |_, place| {
                        let behind = arithmetic(BinaryOp::Add, place.clone(), integer(1, span), span);
                        Ok(nothing(Operation::ListRemove, vec![list, place, behind]))
                    })
                })
            }
            "index" => {
                let placed =
                    self.place_arguments("index", &["value", "start", "stop"], 1, arguments, span)?;
                let value = self.value(placed[0].expect("it is required"))?;
                let mut bounds = [integer(0, span), integer(i64::MAX, span)];
                for ((bound, given), parameter) in bounds.iter_mut().zip(&placed[1..]).zip(["start", "stop"])
                {
                    if let Some(given) = given {
                        let given = self.expression(given)?;
                        if !given.ty.as_scalar().is_some_and(Dtype::is_integral) {
                            let note = format!("arg \"{parameter}\" must be an Integer.");
                            return Err(self.report_argument_noted("list.index", &given, "an integer", note));
                        }
                        *bound = to_dtype(self.integer_index(given)?, Dtype::Int64);
                    }
                }
                let found = self.position_of(list, value, Some(bounds), span)?;
                self.found(found, "the value is not in list", span, |_, place| Ok(place))
            }
            "count" => {
                let placed = self.place_arguments("count", &["value"], 1, arguments, span)?;
                let value = self.value(placed[0].expect("it is required"))?;
                match self.sought(&item, &value, span) {
                    Sought::Nothing => Ok(integer(0, span)),
                    Sought::Str(words) => {
                        Ok(perform(Operation::ListCountStr, with_first(list, words), Type::INT64, span))
                    }
                    Sought::Number(words) => {
                        Ok(perform(Operation::ListCount, with_first(list, words), Type::INT64, span))
                    }
                    Sought::Other => {
                        self.in_block(span, |this| this.counted_equal(list.clone(), value.clone(), span))
                    }
                }
            }
            "clear" => {
                let bounds = [integer(0, span), integer(i64::MAX, span)];
                Ok(nothing(Operation::ListRemove, with_first(list, bounds.into())))
            }
            "reverse" => Ok(nothing(Operation::ListReverse, vec![list])),
            "copy" => Ok(whole_part(list, span)),
            "sort" => {
                let placed = self.place_arguments("sort", &["key", "reverse"], 0, arguments, span)?;
                let reverse = self.given_reverse(placed[1], span)?;
                let key = self.given_key(placed[0])?;
                self.sort_list(list, key, reverse, span)
            }
            _ => Err(self.report_method(&list, name)),
        }
    }

    /// What follows a position that was found, or the error that it was not.
    fn found(
        &mut self,
        found: Expr,
        message: &'static str,
        span: Span,
        make: impl FnOnce(&mut Self, Expr) -> Typed,
    ) -> Typed {
        let checked = self.found_place(found, message, span)?;
        self.with_let(checked, "place", span, make)
    }

    /// A position that was found; raises that it was not where it is negative.
    pub(crate) fn found_place(&mut self, found: Expr, message: &'static str, span: Span) -> Typed {
        self.with_let(found, "position", span, |_, position| {
            let condition = compared(CompareOp::Ge, position.clone(), integer(0, span), span);
            let error = (ExceptionClass::ValueError, message);
            let checked = ObjectExpr::Checked { condition, error, value: position };
            Ok(Expr::object(checked, Type::INT64, span))
        })
    }

    /// What is looked for among such items.
    fn sought(&mut self, item: &Type, value: &Expr, span: Span) -> Sought {
        match (item, &value.ty) {
            (Type::Str, Type::Str) => Sought::Str(vec![value.clone()]),
            (Type::Scalar(held), Type::Scalar(dtype)) => {
                let Some((held, kind)) = number_kind(*held).zip(number_kind(*dtype)) else {
                    return Sought::Other;
                };
                let value =
                    if dtype.is_float() { to_dtype(value.clone(), Dtype::Float64) } else { value.clone() };
                Sought::Number(vec![integer(held as i64, span), integer(kind as i64, span), value])
            }
            (Type::Str, Type::Scalar(_)) | (Type::Scalar(_), Type::Str) if self.is_pure(value) => {
                Sought::Nothing
            }
            _ => Sought::Other,
        }
    }

    /// The position of a value in a list; -1 without one.
    fn position_of(&mut self, list: Expr, value: Expr, bounds: Option<[Expr; 2]>, span: Span) -> Typed {
        let bounds = bounds.unwrap_or_else(|| [integer(0, span), integer(i64::MAX, span)]);
        let item = item_of(&list);
        let (operation, words) = match self.sought(&item, &value, span) {
            Sought::Nothing => return Ok(integer(-1, span)),
            Sought::Str(words) => (Operation::ListFindStr, words),
            Sought::Number(words) => (Operation::ListFind, words),
            Sought::Other => {
                return self.in_block(span, |this| {
                    this.searched_position(list.clone(), value.clone(), bounds.clone(), span)
                });
            }
        };
        let arguments = with_first(list, words).into_iter().chain(bounds).collect();
        Ok(perform(operation, arguments, Type::INT64, span))
    }

    /// `value in list`.
    pub(crate) fn in_list(&mut self, value: Expr, list: Expr, span: Span) -> Typed {
        self.with_let(value, "value", span, |this, value| {
            let found = this.position_of(list, value, None, span)?;
            Ok(compared(CompareOp::Ge, found, integer(0, span), span))
        })
    }

    /// `min(list)`, `max(list)`.
    pub(crate) fn extreme_item(&mut self, is_largest: bool, list: Expr, kind: ItemKind, span: Span) -> Typed {
        let kind = integer(kind as i64, span);
        self.with_let(list, "list", span, |_, list| {
            let condition = compared(CompareOp::Gt, length_of(list.clone(), span), integer(0, span), span);
            let message = if is_largest {
                "max() iterable argument is empty"
            } else {
                "min() iterable argument is empty"
            };
            let largest = constant(Constant::Bool(is_largest), Type::BOOL, span);
            let place = perform(Operation::ListExtreme, vec![list.clone(), kind, largest], Type::INT64, span);
            let value = sequence_item(list, place, span);
            let ty = value.ty.clone();
            let error = (ExceptionClass::ValueError, message);
            Ok(Expr::object(ObjectExpr::Checked { condition, error, value }, ty, span))
        })
    }
}

/// What is looked for among the items of a list.
enum Sought {
    /// What no such list holds.
    Nothing,
    /// A string, as arguments.
    Str(Vec<Expr>),
    /// A number, as arguments.
    Number(Vec<Expr>),
    /// What only code made for it can compare.
    Other,
}
