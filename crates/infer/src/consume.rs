//! What uses items up at once: `sum`, `any`, `all`, `min`, `max`, `list`, `sorted`, `tuple`, `reduce` and the like over whatever a loop runs over.
//!
//! Each is a loop within an expression, which takes the items one by one; a list is made only where the result is one.

use crate::call::Arguments;
use crate::caught::CaughtPart;
use crate::comprehensions::{Carried, Source};
use crate::conditions::{choose, scalar_compare, short_circuit};
use crate::conversion::to_dtype;
use crate::expression::{Value, constant};
use crate::function::{Inference, Reported, Typed};
use crate::iteration::{Iterable, Way, integer, tuple_of};
use crate::memo::CarriedKey;
use crate::operators::negated;
use crate::sequences::perform;
use hotloop_abi::ExceptionClass;
use hotloop_ast as ast;
use hotloop_ast::{BoolOp, CompareOp as AstCompare};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir as hir;
use hotloop_hir::{
    CompareOp, Constant, Exception, ExceptionArgument, Expr, Local, ObjectExpr, StmtKind, Version,
};
use hotloop_intrinsics::Intrinsic;
use hotloop_objects::Operation;
use hotloop_types::{Dtype, Type};
use std::rc::Rc;

static NOTHING: Code = Code::new("HL0278", "an item of nothing is looked for");
static LENGTH: Code = Code::new("HL0279", "a tuple is made of items whose number is not known");

/// The number under which the type of a list's items is kept.
const ITEMS: usize = usize::MAX;

/// Whether it is a list of members of an integer enumeration, which have the order of their numbers.
pub(crate) fn holds_integer_members(ty: &Type) -> bool {
    matches!(ty, Type::List(item) if matches!(&**item, Type::Enum(class) if class.is_integer))
}

impl<'i> Inference<'i> {
    /// `[element for ...]`.
    pub(crate) fn list_comprehension(
        &mut self,
        element: &ast::Expr,
        clauses: &[ast::Comprehension],
        span: Span,
    ) -> Typed {
        self.in_block(span, |this| {
            let source = this.generator_source(element, clauses)?;
            this.list_of(&source, span)
        })
    }

    /// A list of the items, made at that place; within a block.
    pub(crate) fn list_of(&mut self, source: &Source<'_>, span: Span) -> Typed {
        let capacity = self.capacity_for(source, span);
        let mut list = self.open_list(capacity, span);
        self.each(source, Carried { span, locals: &[], stop: None }, &mut |this, value| {
            this.add_to_list(&mut list, value)
        })?;
        Ok(self.close_list(list))
    }

    /// A new list with room for so many items, whose types are to be found, made at that place.
    pub(crate) fn open_list(&mut self, capacity: Expr, span: Span) -> NewList {
        let known = self.known_items(span).unwrap_or(Type::Undefined);
        let key = self.carried_key(span, ITEMS);
        let held = match self.loop_memo.carried(key) {
            Some(held) => hotloop_types::unify(held, &known).unwrap_or_else(|| held.clone()),
            None => known,
        };
        let ty = Type::list(held.clone());
        let version = self.new_temporary("list", ty.clone(), span);
        self.lists.set_sites(version, vec![span]);
        let empty = Expr::object(ObjectExpr::EmptyList(capacity), ty, span);
        self.emit(StmtKind::Assign { target: version, value: empty }, span);
        NewList { version, held, key, span }
    }

    /// For how many items there is to be room at first.
    fn capacity_for(&mut self, source: &Source<'_>, span: Span) -> Expr {
        let iterable = match source {
            Source::Of(iterable) => iterable,
            Source::Generator { first, clauses: [clause], .. } if clause.conditions.is_empty() => first,
            Source::Generator { .. } => return integer(0, span),
        };
        match iterable.way(span) {
            Some(Way::Counted(count)) if iterable.is_complete() => {
                let count = self.kept(count, "count");
                let zero = integer(0, span);
                let has_any = scalar_compare(CompareOp::Gt, count.clone(), zero.clone(), span);
                choose(has_any.expect("both are integers"), count, zero, span)
            }
            Some(Way::WrittenOut(count)) => integer(count as i64, span),
            _ => integer(0, span),
        }
    }

    /// Appends a value; notes where the items have to be of a wider type.
    pub(crate) fn add_to_list(&mut self, list: &mut NewList, value: Expr) -> Typed<()> {
        let common = match value.ty {
            Type::None => self.item_or_none(list.held.clone(), list.span)?,
            _ => {
                self.check_item(&value)?;
                self.note_inner(list.span, &value);
                self.common_item(&list.held, &value, list.span)?
            }
        };
        if common != list.held {
            self.note_carried(list.key, common.clone());
            list.held = common;
        }
        self.define_items(&value, &list.held)?;
        let span = value.span;
        let item = self.converted_item(value, &list.held);
        let append = ObjectExpr::Append { list: self.version(list.version, list.span), item };
        self.emit(StmtKind::Expr(Expr::object(append, Type::None, span)), span);
        Ok(())
    }

    /// The list, with all its items.
    pub(crate) fn close_list(&mut self, list: NewList) -> Expr {
        if list.held.is_undefined() {
            self.note_unknown_items(list.span);
        }
        self.version(list.version, list.span)
    }

    /// `sum`, `any`, `all` of whatever can be iterated, and `tuple` of what has a known length.
    pub(crate) fn consume(
        &mut self,
        intrinsic: Intrinsic,
        iterable: &ast::Expr,
        start: Option<&ast::Expr>,
        span: Span,
    ) -> Typed {
        self.in_block(span, |this| {
            let source = this.source(iterable)?;
            match intrinsic {
                Intrinsic::Sum => {
                    let start = match start {
                        Some(start) => this.expression(start)?,
                        None => integer(0, span),
                    };
                    this.folded(&source, start, span, &mut |this, sum, item| {
                        this.binary(ast::BinaryOp::Add, Value::Expr(sum), Value::Expr(item), span, span)
                    })
                }
                Intrinsic::Tuple => this.tuple_of_items(&source, span),
                _ => this.found_truth(&source, intrinsic == Intrinsic::Any, span),
            }
        })
    }

    /// Combines all items with a value, from the first to the last; within a block.
    pub(crate) fn folded(
        &mut self,
        source: &Source<'_>,
        start: Expr,
        span: Span,
        combine: &mut dyn FnMut(&mut Self, Expr, Expr) -> Typed,
    ) -> Typed {
        let whole = self.new_carried("result", start);
        let carried = Carried { span, locals: &[whole], stop: None };
        self.each(source, carried, &mut |this, item| {
            let old = this.carried_value(whole, span);
            let new = combine(this, old.clone(), item)?;
            this.common_type(&old, &new, span)?;
            this.set_carried(whole, new);
            Ok(())
        })?;
        Ok(self.carried_value(whole, span))
    }

    /// Whether there is an item whose truth is this; of `all`, whether there is none that is false.
    fn found_truth(&mut self, source: &Source<'_>, wanted: bool, span: Span) -> Typed {
        let is_any = wanted;
        let found = self.is_there(source, span, &mut |this, item| {
            let holds = this.truth_of(item)?;
            Ok(if is_any { holds } else { negated(holds, span) })
        })?;
        Ok(if is_any { found } else { negated(found, span) })
    }

    /// Whether a condition holds for an item; none behind the first such is looked at. Within a block.
    pub(crate) fn is_there(
        &mut self,
        source: &Source<'_>,
        span: Span,
        condition: &mut dyn FnMut(&mut Self, Expr) -> Typed,
    ) -> Typed {
        let found = self.new_carried("found", constant(Constant::Bool(false), Type::BOOL, span));
        let carried = Carried { span, locals: &[found], stop: Some(found) };
        self.each(source, carried, &mut |this, item| {
            let holds = condition(this, item)?;
            this.choose_way(
                holds,
                carried,
                span,
                &mut |this| {
                    this.set_carried(found, constant(Constant::Bool(true), Type::BOOL, span));
                    this.break_items(span);
                    Ok(())
                },
                &mut |_| Ok(()),
            )
        })?;
        Ok(self.carried_value(found, span))
    }

    /// `(a, *b, c)`, where the lengths of what is spread are known.
    pub(crate) fn spread_tuple(&mut self, items: &[ast::Expr], span: Span) -> Typed {
        self.in_block(span, |this| {
            let mut all = Vec::with_capacity(items.len());
            for item in items {
                let ast::ExprKind::Starred(inner) = &item.kind else {
                    let value = this.value(item)?;
                    all.push(this.kept(value, "item"));
                    continue;
                };
                let source = this.source(inner)?;
                let part = this.tuple_of_items(&source, item.span)?;
                let hir::ExprKind::Tuple(part) = part.kind else { unreachable!("it was made as one") };
                all.extend(part);
            }
            Ok(tuple_of(all, span))
        })
    }

    /// A tuple of items whose number is known.
    fn tuple_of_items(&mut self, source: &Source<'_>, span: Span) -> Typed {
        let iterable = match source {
            Source::Of(iterable) => (**iterable).clone(),
            Source::Generator { first, element, clauses: [clause] } => {
                Iterable::generated(element, clause, (**first).clone())
            }
            Source::Generator { .. } => return Err(self.report_unknown_length(span)),
        };
        let length = iterable.length().filter(|_| iterable.is_complete());
        let Some(length) = length else { return Err(self.report_unknown_length(span)) };
        self.count_written_out(length, span)?;
        let mut items = Vec::with_capacity(length);
        for position in 0..length {
            let item = self.item_at(&iterable, &integer(position as i64, span), span)?;
            items.push(self.kept(item, "item"));
        }
        Ok(tuple_of(items, span))
    }

    fn report_nothing(&mut self, span: Span) -> Reported {
        let message = "there are no items here, whatever the arguments are, so the result has no type";
        let diagnostic = Diagnostic::error(&NOTHING, message, span);
        self.report(diagnostic.with_help("give it items, or a default"))
    }

    fn report_unknown_length(&mut self, span: Span) -> Reported {
        let message = "a tuple is made of items whose number is not known when the kernel is compiled";
        let diagnostic = Diagnostic::error(&LENGTH, message, span)
            .with_primary("the length of a tuple is part of its type")
            .with_help("make a list of them, or take them from a tuple or a `range` of constants");
        self.report(diagnostic)
    }

    /// The smallest or largest item, with `key` and `default` as in Python.
    pub(crate) fn extreme_of(
        &mut self,
        is_largest: bool,
        iterable: &ast::Expr,
        [key, default]: [Option<&ast::Expr>; 2],
        span: Span,
    ) -> Typed {
        self.in_block(span, |this| {
            let source = this.source(iterable)?;
            let key = match key {
                Some(key) if key.kind != ast::ExprKind::None => Some(this.function_stand_in(key)?),
                _ => None,
            };
            let default = this.kept_default(default)?;
            let search = Search { is_largest, key, default, span };
            match &source {
                Source::Of(iterable) if iterable.is_complete() && !iterable.has_list() => {
                    match iterable.way(span) {
                        Some(Way::Counted(count)) => this.extreme_from_first(iterable, count, &search),
                        _ => this.extreme_of_any(&source, &search),
                    }
                }
                _ => this.extreme_of_any(&source, &search),
            }
        })
    }

    /// What there is instead of items, evaluated before the first of them.
    fn kept_default(&mut self, default: Option<&ast::Expr>) -> Typed<Option<Expr>> {
        let Some(default) = default else { return Ok(None) };
        let default = self.value(default)?;
        Ok(Some(self.kept(default, "default")))
    }

    /// Where there is an item at each position: begins with the first.
    fn extreme_from_first(&mut self, iterable: &Iterable, count: Expr, search: &Search) -> Typed {
        let span = search.span;
        let count = self.kept(count, "count");
        let has_any = scalar_compare(CompareOp::Gt, count.clone(), integer(0, span), span);
        let (best, key) = (self.new_unassigned("best"), self.new_unassigned("key"));
        let carried = Carried { span, locals: &[best, key], stop: None };
        self.choose_way(
            has_any.expect("both are integers"),
            carried,
            span,
            &mut |this| {
                let first = this.item_at(iterable, &integer(0, span), span)?;
                let first = this.kept(first, "item");
                let its_key = this.key_of(search, first.clone())?;
                this.set_carried(best, first);
                this.set_carried(key, its_key);
                let bounds = [integer(1, span), count.clone(), integer(1, span)];
                this.counted_items(bounds, carried, span, &mut |this, position| {
                    let item = this.item_at(iterable, &position, span)?;
                    this.take_better(search, [best, key], None, item, carried)
                })
            },
            &mut |this| this.without_items(search, best),
        )?;
        self.best_of(best, search)
    }

    /// Where it is not known at which position the first item is.
    fn extreme_of_any(&mut self, source: &Source<'_>, search: &Search) -> Typed {
        let span = search.span;
        let (best, key) = (self.new_unassigned("best"), self.new_unassigned("key"));
        let has_any = self.new_carried("found", constant(Constant::Bool(false), Type::BOOL, span));
        let carried = Carried { span, locals: &[best, key, has_any], stop: None };
        self.each(source, carried, &mut |this, item| {
            this.take_better(search, [best, key], Some(has_any), item, carried)
        })?;
        let found = self.carried_value(has_any, span);
        self.choose_way(found, carried, span, &mut |_| Ok(()), &mut |this| this.without_items(search, best))?;
        self.best_of(best, search)
    }

    fn best_of(&mut self, best: Local, search: &Search) -> Typed {
        match self.known_value(best, search.span) {
            Some(best) => Ok(best),
            None => Err(self.report_nothing(search.span)),
        }
    }

    fn key_of(&mut self, search: &Search, item: Expr) -> Typed {
        match &search.key {
            // One array is neither less nor greater than another.
            None if matches!(item.ty, Type::Array(_)) => Err(self.report_truth(&item)),
            None => Ok(item),
            Some(key) => {
                let key = self.call_with(key, vec![item], search.span)?;
                Ok(self.kept(key, "key"))
            }
        }
    }

    /// Takes an item in the place of the best if it is better.
    fn take_better(
        &mut self,
        search: &Search,
        [best, best_key]: [Local; 2],
        has_any: Option<Local>,
        item: Expr,
        carried: Carried<'_>,
    ) -> Typed<()> {
        let span = search.span;
        let item = self.kept(item, "item");
        let key = self.key_of(search, item.clone())?;
        let is_better = match self.known_value(best_key, span) {
            None => constant(Constant::Bool(true), Type::BOOL, span),
            Some(known) => {
                let op = if search.is_largest { AstCompare::Gt } else { AstCompare::Lt };
                let is_better = self.compare(op, key.clone().into(), known.into(), span)?;
                match has_any {
                    None => is_better,
                    Some(has_any) => {
                        let is_first = negated(self.carried_value(has_any, span), span);
                        short_circuit(BoolOp::Or, is_first, is_better)
                    }
                }
            }
        };
        if let Some(known) = self.known_value(best, span) {
            self.common_type(&known, &item, span)?;
        }
        self.choose_way(
            is_better,
            carried,
            span,
            &mut |this| {
                this.set_carried(best, item.clone());
                this.set_carried(best_key, key.clone());
                if let Some(has_any) = has_any {
                    this.set_carried(has_any, constant(Constant::Bool(true), Type::BOOL, span));
                }
                Ok(())
            },
            &mut |_| Ok(()),
        )
    }

    /// What there is without items: the default, or an error.
    fn without_items(&mut self, search: &Search, best: Local) -> Typed<()> {
        match &search.default {
            Some(default) => self.set_carried(best, default.clone()),
            None => {
                let name = if search.is_largest { "max" } else { "min" };
                self.raise_here(
                    ExceptionClass::ValueError,
                    format!("{name}() iterable argument is empty"),
                    search.span,
                );
            }
        }
        Ok(())
    }

    /// Raises an exception with a message.
    pub(crate) fn raise_here(&mut self, class: ExceptionClass, message: String, span: Span) {
        let exception = Exception { class: class.into(), arguments: vec![ExceptionArgument::Str(message)] };
        self.out.push(hir::Stmt { kind: StmtKind::Raise { exception }, span });
        self.reachable = false;
    }

    /// A new list of items in order, by a key if there is one; within a block.
    pub(crate) fn sorted_items(
        &mut self,
        source: &Source<'_>,
        key: Option<&ast::Expr>,
        reverse: Expr,
        span: Span,
    ) -> Typed {
        let Some(key) = key else {
            let list = self.list_of(source, span)?;
            self.emit_sort(&list, reverse, span)?;
            return Ok(list);
        };
        let key = self.function_stand_in(key)?;
        self.sorted_by(source, &mut |this, item| this.call_with(&key, vec![item], span), reverse, span)
    }

    /// A new list of the items of another, which are members of an integer enumeration, in the order of their numbers.
    pub(crate) fn sorted_members(&mut self, list: Expr, reverse: Expr, span: Span) -> Typed {
        let source = Source::of(Iterable::List(list));
        self.sorted_by(&source, &mut |this, item| Ok(this.as_number(item)), reverse, span)
    }

    fn sorted_by(
        &mut self,
        source: &Source<'_>,
        key_of: &mut dyn FnMut(&mut Self, Expr) -> Typed,
        reverse: Expr,
        span: Span,
    ) -> Typed {
        let reverse = self.kept(reverse, "reverse");
        // Items beside their keys are sorted by these alone.
        let pairs_span = Span { end: span.start, ..span };
        let capacity = self.capacity_for(source, span);
        let mut pairs = self.open_list(capacity, pairs_span);
        self.each(source, Carried { span, locals: &[], stop: None }, &mut |this, item| {
            let item = this.kept(item, "item");
            let key = key_of(this, item.clone())?;
            this.add_to_list(&mut pairs, tuple_of(vec![key, item], span))
        })?;
        let pairs = self.close_list(pairs);
        let Type::List(pair) = &pairs.ty else { unreachable!("it was made as a list") };
        let Some(first) = pair.parts().first().cloned() else { return Err(Reported) };
        self.emit_sort_by(pairs.clone(), &first, pairs.span, reverse, span)?;
        let length = crate::sequences::length_of(pairs.clone(), span);
        let mut list = self.open_list(length, span);
        let source = Source::of(Iterable::List(pairs));
        self.each(&source, Carried { span: pairs_span, locals: &[], stop: None }, &mut |this, pair| {
            let ty = pair.ty.parts()[1].clone();
            let pair = this.kept(pair, "pair");
            this.add_to_list(&mut list, crate::conditions::item(&pair, 1, &ty))
        })?;
        Ok(self.close_list(list))
    }

    fn emit_sort(&mut self, list: &Expr, reverse: Expr, span: Span) -> Typed<()> {
        let Type::List(item) = &list.ty else { unreachable!("only lists are sorted") };
        self.emit_sort_by(list.clone(), item, list.span, reverse, span)
    }

    /// Sorts by what each item begins with.
    pub(crate) fn emit_sort_by(
        &mut self,
        list: Expr,
        key: &Type,
        shown: Span,
        reverse: Expr,
        span: Span,
    ) -> Typed<()> {
        let shape = self.shape_of_items(key, shown, span)?;
        let sort = perform(Operation::ListSort, vec![list, shape, reverse], Type::None, span);
        self.emit(StmtKind::Expr(sort), span);
        Ok(())
    }

    /// `list.sort(key=..., reverse=...)`.
    pub(crate) fn sort_list(
        &mut self,
        list: Expr,
        key: Option<&ast::Expr>,
        reverse: Expr,
        span: Span,
    ) -> Typed {
        let nothing = || constant(Constant::None, Type::None, span);
        self.in_block(span, |this| {
            let list = this.kept(list.clone(), "list");
            match key {
                None if !holds_integer_members(&list.ty) => this.emit_sort(&list, reverse.clone(), span)?,
                _ => {
                    let sorted = match key {
                        None => this.sorted_members(list.clone(), reverse.clone(), span)?,
                        Some(_) => {
                            let source = Source::of(Iterable::List(list.clone()));
                            this.sorted_items(&source, key, reverse.clone(), span)?
                        }
                    };
                    let whole = vec![list, integer(0, span), integer(i64::MAX, span), sorted];
                    let replaced = perform(Operation::ListReplace, whole, Type::None, span);
                    this.emit(StmtKind::Expr(replaced), span);
                }
            }
            Ok(nothing())
        })
    }

    /// Where a value is in a list, within bounds cut as those of a slice; -1 without one. Within a block.
    pub(crate) fn searched_position(
        &mut self,
        list: Expr,
        value: Expr,
        [start, stop]: [Expr; 2],
        span: Span,
    ) -> Typed {
        let list = self.kept(list, "list");
        let value = self.kept(value, "value");
        let place = self.new_carried("place", integer(-1, span));
        let carried = Carried { span, locals: &[place], stop: None };
        let length = crate::sequences::length_of(list.clone(), span);
        let length = self.kept(length, "length");
        let (start, stop) = (self.cut_bound(start, &length, span), self.cut_bound(stop, &length, span));
        self.counted_items([start, stop, integer(1, span)], carried, span, &mut |this, position| {
            // What is compared may shorten the list.
            let live = Expr::object(ObjectExpr::Length(list.clone()), Type::INT64, span);
            let is_there = scalar_compare(CompareOp::Lt, position.clone(), live, span);
            let item = crate::sequences::sequence_item(list.clone(), position.clone(), span);
            let equal = this.equal_items(item, value.clone(), span)?;
            let found = short_circuit(BoolOp::And, is_there.expect("both are integers"), equal);
            this.choose_way(
                found,
                carried,
                span,
                &mut |this| {
                    this.set_carried(place, position.clone());
                    this.break_items(span);
                    Ok(())
                },
                &mut |_| Ok(()),
            )
        })?;
        Ok(self.carried_value(place, span))
    }

    /// A bound of a slice, counted from the start and within the length.
    pub(crate) fn cut_bound(&mut self, bound: Expr, length: &Expr, span: Span) -> Expr {
        use crate::iteration::arithmetic;
        let bound = self.kept(bound, "bound");
        let (zero, less) = (integer(0, span), CompareOp::Lt);
        let is = |left: &Expr, right: &Expr| {
            scalar_compare(less, left.clone(), right.clone(), span).expect("both are integers")
        };
        let from_end = arithmetic(hir::BinaryOp::Add, bound.clone(), length.clone(), span);
        let from_end = self.kept(from_end, "bound");
        let from_end = choose(is(&from_end, &zero), zero.clone(), from_end, span);
        let cut = choose(is(length, &bound), length.clone(), bound.clone(), span);
        let bound = choose(is(&bound, &zero), from_end, cut, span);
        self.kept(bound, "bound")
    }

    /// `value in iterator`.
    pub(crate) fn in_iterator(&mut self, value: Expr, iterator: &ast::Expr, span: Span) -> Typed {
        self.in_block(span, |this| {
            let value = this.kept(value.clone(), "value");
            let source = this.source(iterator)?;
            this.is_there(&source, span, &mut |this, item| this.equal_items(item, value.clone(), span))
        })
    }

    /// Whether an item is the value that is looked for: a number or nothing is true of it, so arrays are refused.
    fn equal_items(&mut self, item: Expr, value: Expr, span: Span) -> Typed {
        let equal = self.compare(AstCompare::Eq, item.into(), value.into(), span)?;
        if let Type::Array(_) = equal.ty { Err(self.report_truth(&equal)) } else { Ok(equal) }
    }

    /// `value in items`.
    pub(crate) fn in_items(&mut self, value: Expr, items: &Iterable, span: Span) -> Typed {
        self.in_block(span, |this| {
            let value = this.kept(value.clone(), "value");
            let items = match items {
                Iterable::Array(array, ty) => Iterable::Array(this.kept(array.clone(), "array"), *ty),
                other => other.clone(),
            };
            this.is_there(&Source::of(items), span, &mut |this, item| {
                this.equal_items(item, value.clone(), span)
            })
        })
    }

    /// `next(iterator)`, `next(iterator, default)`, where the iterator is made for it: nobody sees what is left of it.
    pub(crate) fn next_of_new(
        &mut self,
        iterator: &ast::Expr,
        default: Option<&ast::Expr>,
        span: Span,
    ) -> Typed {
        self.in_block(span, |this| {
            let source = this.source(iterator)?;
            let default = this.kept_default(default)?;
            this.first_item(&source, default, span)
        })
    }

    fn first_item(&mut self, source: &Source<'_>, default: Option<Expr>, span: Span) -> Typed {
        let item = self.new_unassigned("item");
        let found = self.new_carried("found", constant(Constant::Bool(false), Type::BOOL, span));
        let carried = Carried { span, locals: &[item, found], stop: Some(found) };
        self.each(source, carried, &mut |this, value| {
            this.set_carried(item, value);
            this.set_carried(found, constant(Constant::Bool(true), Type::BOOL, span));
            this.break_items(span);
            Ok(())
        })?;
        let was_found = self.carried_value(found, span);
        if let (Some(default), Some(known)) = (&default, self.known_value(item, span)) {
            self.common_type(default, &known, span)?;
        }
        self.choose_way(was_found, carried, span, &mut |_| Ok(()), &mut |this| {
            match &default {
                Some(default) => this.set_carried(item, default.clone()),
                None => {
                    let class = ExceptionClass::StopIteration.into();
                    let exception = Exception { class, arguments: Vec::new() };
                    this.out.push(hir::Stmt { kind: StmtKind::Raise { exception }, span });
                    this.reachable = false;
                }
            }
            Ok(())
        })?;
        match self.known_value(item, span) {
            Some(item) => Ok(item),
            None => Err(self.report_nothing(span)),
        }
    }

    /// `functools.reduce(function, items)`, `functools.reduce(function, items, initial)`; within a block.
    pub(crate) fn reduced(
        &mut self,
        function: &ast::Expr,
        source: &Source<'_>,
        initial: Option<Expr>,
        span: Span,
    ) -> Typed {
        if let Some(initial) = initial {
            return self.folded(source, initial, span, &mut |this, whole, item| {
                this.call_with(function, vec![whole, item], span)
            });
        }
        let whole = self.new_unassigned("result");
        let found = self.new_carried("found", constant(Constant::Bool(false), Type::BOOL, span));
        let carried = Carried { span, locals: &[whole, found], stop: None };
        self.each(source, carried, &mut |this, item| {
            let item = this.kept(item, "item");
            let is_known = this.carried_value(found, span);
            let known = this.known_value(whole, span);
            if let Some(known) = &known {
                this.common_type(known, &item, span)?;
            }
            this.choose_way(
                is_known,
                carried,
                span,
                &mut |this| {
                    let Some(known) = known.clone() else { return Ok(()) };
                    let next = this.call_with(function, vec![known.clone(), item.clone()], span)?;
                    this.common_type(&known, &next, span)?;
                    this.set_carried(whole, next);
                    Ok(())
                },
                &mut |this| {
                    this.set_carried(whole, item.clone());
                    this.set_carried(found, constant(Constant::Bool(true), Type::BOOL, span));
                    Ok(())
                },
            )
        })?;
        let was_found = self.carried_value(found, span);
        self.choose_way(was_found, carried, span, &mut |_| Ok(()), &mut |this| {
            let message = "reduce() of empty iterable with no initial value".to_owned();
            this.raise_here(ExceptionClass::TypeError, message, span);
            Ok(())
        })?;
        match self.known_value(whole, span) {
            Some(whole) => Ok(whole),
            None => Err(self.report_nothing(span)),
        }
    }

    /// A list of numbers as float64, made at the place of the argument; within a block.
    pub(crate) fn list_of_floats(&mut self, name: &str, argument: &ast::Expr) -> Typed {
        let span = argument.span;
        let source = self.source(argument)?;
        let capacity = self.capacity_for(&source, span);
        let mut list = self.open_list(capacity, span);
        self.each(&source, Carried { span, locals: &[], stop: None }, &mut |this, value| match value
            .ty
            .as_scalar()
        {
            Some(dtype) if !dtype.is_complex() => {
                this.add_to_list(&mut list, to_dtype(value, Dtype::Float64))
            }
            _ => Err(this.report_argument(name, &value, "real numbers")),
        })?;
        if list.held == Type::Undefined {
            // Nothing is iterated at all.
            list.held = Type::FLOAT64;
            self.note_carried(list.key, Type::FLOAT64);
        }
        Ok(self.close_list(list))
    }

    /// The functions of `operator` that are no operators.
    pub(crate) fn of_items(
        &mut self,
        intrinsic: Intrinsic,
        name: &str,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let (parameters, required): (&[&str], usize) = match intrinsic {
            Intrinsic::OperatorSetItem => (&["a", "b", "c"], 3),
            Intrinsic::LengthHint => (&["obj", "default"], 1),
            _ => (&["a", "b"], 2),
        };
        let placed = self.place_arguments(name, parameters, required, arguments, span)?;
        let first = placed[0].expect("it is required");
        match (intrinsic, placed[1]) {
            (Intrinsic::LengthHint, default) => self.length_hint(first, default, span),
            (Intrinsic::OperatorSetItem, Some(index)) => {
                let value = placed[2].expect("it is required");
                self.in_block(span, |this| {
                    let (place, value) = this.place_to_change(first, index, Some(value), span)?;
                    this.assign_to(&place, value.expect("it was given"), span)?;
                    Ok(constant(Constant::None, Type::None, span))
                })
            }
            (Intrinsic::OperatorDelItem, Some(index)) => self.in_block(span, |this| {
                let list = this.expression(first)?;
                let list = this.kept(list, "list");
                this.delete_in(list, index, span)?;
                Ok(constant(Constant::None, Type::None, span))
            }),
            (_, value) => self.in_block(span, |this| {
                let source = this.source(first)?;
                let value = this.value(value.expect("it is required"))?;
                let value = this.kept(value, "value");
                if intrinsic == Intrinsic::OperatorIndexOf {
                    return this.index_among(&source, &value, span);
                }
                this.folded(&source, integer(0, span), span, &mut |this, count, item| {
                    let equal = this.equal_items(item, value.clone(), span)?;
                    let one = to_dtype(equal, Dtype::Int64);
                    Ok(crate::iteration::arithmetic(hir::BinaryOp::Add, count, one, span))
                })
            }),
        }
    }

    /// `a[b]` as a target, whose parts were evaluated, and a value evaluated behind them.
    fn place_to_change(
        &mut self,
        container: &ast::Expr,
        index: &ast::Expr,
        value: Option<&ast::Expr>,
        span: Span,
    ) -> Typed<(ast::Expr, Option<Expr>)> {
        let evaluated = |this: &mut Self, part: &ast::Expr| -> Typed<ast::Expr> {
            let part = this.expression(part)?;
            let part = this.kept(part, "part");
            Ok(this.stand_in(part))
        };
        let container = evaluated(self, container)?;
        let index = match &index.kind {
            ast::ExprKind::Tuple(items) => {
                let items = items.iter().map(|item| evaluated(self, item)).collect::<Typed<Vec<_>>>()?;
                ast::Expr::new(ast::ExprKind::Tuple(items), index.span)
            }
            _ => evaluated(self, index)?,
        };
        let value = match value {
            Some(value) => {
                let value = self.value(value)?;
                Some(self.kept(value, "value"))
            }
            None => None,
        };
        let kind = ast::ExprKind::Subscript { value: Box::new(container), index: Box::new(index) };
        Ok((ast::Expr::new(kind, span), value))
    }

    /// `operator.length_hint`: the length, or the default of what has none.
    fn length_hint(&mut self, object: &ast::Expr, default: Option<&ast::Expr>, span: Span) -> Typed {
        let value = self.operand(object)?.present();
        let has_length = match &value {
            Value::Str(..) | Value::Caught(_, CaughtPart::Arguments, _) => true,
            Value::Global(..) | Value::Caught(..) => false,
            Value::Expr(value) => match &value.ty {
                Type::Array(array) => array.ndim > 0,
                Type::Tuple(_) | Type::Range | Type::Str | Type::Bytes | Type::List(_) => true,
                Type::Scalar(_)
                | Type::None
                | Type::Dtype(_)
                | Type::Enum(_)
                | Type::Function(_)
                | Type::Generator(_)
                | Type::RandomGenerator
                | Type::Optional(_)
                | Type::Undefined => false,
            },
        };
        let value = self.run_time_value(value)?;
        self.with_let(value, "object", span, |this, value| {
            let default = match default {
                Some(default) => this.expression(default)?,
                None => integer(0, span),
            };
            if !has_length {
                return Ok(default);
            }
            this.with_let(default, "default", span, |this, _| {
                let object = this.stand_in(value);
                let given = [ast::Argument::Positional(object)];
                let arguments = this.arguments(&given)?;
                this.length(&arguments, span)
            })
        })
    }

    /// The position of the first item that equals a value; within a block.
    fn index_among(&mut self, source: &Source<'_>, value: &Expr, span: Span) -> Typed {
        let position = self.new_carried("position", integer(0, span));
        let found = self.new_carried("found", constant(Constant::Bool(false), Type::BOOL, span));
        let carried = Carried { span, locals: &[position, found], stop: Some(found) };
        self.each(source, carried, &mut |this, item| {
            let equal = this.equal_items(item, value.clone(), span)?;
            this.choose_way(
                equal,
                carried,
                span,
                &mut |this| {
                    this.set_carried(found, constant(Constant::Bool(true), Type::BOOL, span));
                    this.break_items(span);
                    Ok(())
                },
                &mut |this| {
                    let here = this.carried_value(position, span);
                    let one = integer(1, span);
                    let next = crate::iteration::arithmetic(hir::BinaryOp::Add, here, one, span);
                    this.set_carried(position, next);
                    Ok(())
                },
            )
        })?;
        let was_found = self.carried_value(found, span);
        let place = self.carried_value(position, span);
        let error = (ExceptionClass::ValueError, "sequence.index(x): x not in sequence");
        let checked = ObjectExpr::Checked { condition: was_found, error, value: place };
        Ok(Expr::object(checked, Type::INT64, span))
    }

    /// How often a value is in a list. Within a block.
    pub(crate) fn counted_equal(&mut self, list: Expr, value: Expr, span: Span) -> Typed {
        let list = self.kept(list, "list");
        let value = self.kept(value, "value");
        let source = Source::of(Iterable::List(list));
        self.folded(&source, integer(0, span), span, &mut |this, count, item| {
            let equal = this.equal_items(item, value.clone(), span)?;
            let one = to_dtype(equal, Dtype::Int64);
            Ok(crate::iteration::arithmetic(hir::BinaryOp::Add, count, one, span))
        })
    }

    /// `left op right` of lists whose items only code made for them can compare: by the first items that differ, else by the lengths. Within a block.
    pub(crate) fn compared_items(&mut self, op: AstCompare, left: Expr, right: Expr, span: Span) -> Typed {
        let (left, right) = (self.kept(left, "left"), self.kept(right, "right"));
        let lengths = [&left, &right].map(|list| crate::sequences::length_of(list.clone(), span));
        let by_length = self.compare(op, lengths[0].clone().into(), lengths[1].clone().into(), span)?;
        let result = self.new_carried("result", by_length);
        let carried = Carried { span, locals: &[result], stop: None };
        let pairs = Iterable::Zip(vec![Iterable::List(left), Iterable::List(right)]);
        self.item_loop(&pairs, carried, span, &mut |this, pair| {
            let hir::ExprKind::Tuple(items) = pair.kind else { unreachable!("`zip` gives tuples") };
            let items: Vec<Expr> = items.into_iter().map(|item| this.kept(item, "item")).collect();
            let [a, b] = [items[0].clone(), items[1].clone()];
            let differ = this.compare(AstCompare::Ne, a.clone().into(), b.clone().into(), span)?;
            if let Type::Array(_) = differ.ty {
                return Err(this.report_truth(&differ));
            }
            this.choose_way(
                differ,
                carried,
                span,
                &mut |this| {
                    let answer = match op {
                        AstCompare::Eq | AstCompare::Ne => {
                            constant(Constant::Bool(op == AstCompare::Ne), Type::BOOL, span)
                        }
                        _ => this.compare(op, a.clone().into(), b.clone().into(), span)?,
                    };
                    this.set_carried(result, answer);
                    this.break_items(span);
                    Ok(())
                },
                &mut |_| Ok(()),
            )
        })?;
        Ok(self.carried_value(result, span))
    }
}

/// A list that is being made.
pub(crate) struct NewList {
    version: Version,
    held: Type,
    key: CarriedKey,
    span: Span,
}

/// A search for the smallest or largest item.
struct Search {
    is_largest: bool,
    key: Option<Rc<ast::Expr>>,
    default: Option<Expr>,
    span: Span,
}
