//! What a `for` loop runs over: ranges, arrays, tuples, strings, lists, and `enumerate`, `zip`, `reversed`, `map`, `filter` and generator
//! expressions over these.
//!
//! Whatever is iterated has a number of items and an item at each position, so that a loop over it counts positions, and its body begins with
//! the assignment of an item. Nothing is made for `enumerate`, `zip` and the others: `map` calls its function where the item is needed, and what
//! `filter` or a condition leaves out goes on with the next position. A tuple whose items differ in type has no item at a position known at
//! run time only; a loop over it is written out.

use crate::caught::CaughtPart;
use crate::classes::member;
use crate::conditions::{item, unwrapped};
use crate::constants::integer_constant;
use crate::conversion::convert;
use crate::environment::Global;
use crate::expression::{Value, constant};
use crate::function::{Inference, Reported, Typed};
use crate::intrinsic_call::extremum_of;
use crate::operators::negated;
use crate::sequences::{length_of, sequence_item};
use crate::statement::{constant_truth, truth};
use hotloop_ast as ast;
use hotloop_ast::{Argument, ExprKind as AstExpr};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir as hir;
use hotloop_hir::{
    Axis, BinaryOp, CompareOp, Constant, Edge, Expr, ExprKind, ObjectExpr, StmtKind, Version, view_type,
};
use hotloop_intrinsics::{Intrinsic, Item, Typing};
use hotloop_types::{ArrayType, GeneratorType, TupleType, Type};
use std::rc::Rc;
use std::sync::Arc;

static NOT_ITERABLE: Code = Code::new("HL0309", "a loop over something that a kernel cannot iterate yet");
static ITERATOR: Code = Code::new("HL0276", "an iterator is used in a way that is not supported in a kernel");
static MIXED: Code = Code::new("HL0270", "items of different types beside something of unknown length");

/// What is iterated; its parts were evaluated, and can be named again.
#[derive(Clone, Debug)]
pub(crate) enum Iterable {
    /// Start, stop and step.
    Range([Expr; 3]),
    /// The elements of an array of one dimension, the rows of one of more.
    Array(Expr, ArrayType),
    /// All elements of an array, in the order of C.
    Elements(Expr, ArrayType),
    /// The elements of an array of one dimension as arrays without dimensions, read-only.
    Views(Expr, ArrayType),
    /// All tuples of indices for these lengths, in the order of C.
    Indices(Vec<Expr>),
    Tuple(Expr, TupleType),
    /// The characters of a string, the bytes of bytes.
    Text(Expr),
    /// The items of a list, as many as it has when each iteration begins.
    List(Expr),
    /// Pairs of a number, counted from the second on, and an item.
    Enumerate(Box<Iterable>, Expr),
    /// Tuples of the items at one position, as many as the shortest has.
    Zip(Vec<Iterable>),
    Reversed(Box<Iterable>),
    /// The items of a generator; the version is what going on with it has given, at the head of each iteration.
    Generator(Expr, Arc<GeneratorType>, Version),
    /// The loop over it is to be written out.
    Unrolled(Box<Iterable>),
    /// The values of a function, called with the items at one position.
    Mapped(Rc<ast::Expr>, Vec<Iterable>),
    /// The items that a function, or without one themselves, hold to be true.
    Filtered(Option<Rc<ast::Expr>>, Box<Iterable>),
    /// The values of a generator expression with one `for`.
    Generated(Rc<Generated>, Box<Iterable>),
}

/// A generator expression with one `for`.
#[derive(Clone, Debug)]
pub(crate) struct Generated {
    element: ast::Expr,
    target: ast::Expr,
    conditions: Vec<ast::Expr>,
}

/// How a loop runs over something.
pub(crate) enum Way {
    /// Over positions, as many as this int64 says; a negative number is none.
    Counted(Expr),
    /// Over positions as long as [`goes_on`](Inference::goes_on) holds.
    Stepped,
    /// Written out, so many times.
    WrittenOut(usize),
}

impl Iterable {
    /// The values of a generator expression with one `for`, whose items these are.
    pub(crate) fn generated(element: &ast::Expr, clause: &ast::Comprehension, items: Self) -> Self {
        let generated = Generated {
            element: element.clone(),
            target: clause.target.clone(),
            conditions: clause.conditions.clone(),
        };
        Self::Generated(Rc::new(generated), Box::new(items))
    }

    /// How a loop runs over it; `None` if it is to be written out, but nobody knows how often.
    pub(crate) fn way(&self, span: Span) -> Option<Way> {
        if self.is_uniform() && self.has_generator() {
            Some(Way::Stepped)
        } else if self.is_uniform() {
            Some(Way::Counted(self.count(span)))
        } else {
            self.length().map(Way::WrittenOut)
        }
    }

    /// Whether an item can be had at a position that is known at run time only.
    fn is_uniform(&self) -> bool {
        match self {
            Self::Range(_)
            | Self::Array(..)
            | Self::Elements(..)
            | Self::Views(..)
            | Self::Indices(_)
            | Self::Text(_)
            | Self::List(_)
            | Self::Generator(..) => true,
            Self::Tuple(_, items) => {
                items.split_first().is_some_and(|(first, rest)| rest.iter().all(|ty| ty == first))
            }
            Self::Enumerate(inner, _)
            | Self::Reversed(inner)
            | Self::Filtered(_, inner)
            | Self::Generated(_, inner) => inner.is_uniform(),
            Self::Zip(parts) | Self::Mapped(_, parts) => parts.iter().all(Self::is_uniform),
            Self::Unrolled(_) => false,
        }
    }

    /// Whether items come from a generator, so that nobody knows how many there are.
    pub(crate) fn has_generator(&self) -> bool {
        match self {
            Self::Generator(..) => true,
            Self::Range(_)
            | Self::Array(..)
            | Self::Elements(..)
            | Self::Views(..)
            | Self::Indices(_)
            | Self::Tuple(..)
            | Self::Text(_)
            | Self::List(_) => false,
            Self::Enumerate(inner, _)
            | Self::Reversed(inner)
            | Self::Unrolled(inner)
            | Self::Filtered(_, inner)
            | Self::Generated(_, inner) => inner.has_generator(),
            Self::Zip(parts) | Self::Mapped(_, parts) => parts.iter().any(Self::has_generator),
        }
    }

    /// Whether there is an item at each position: none is left out.
    pub(crate) fn is_complete(&self) -> bool {
        match self {
            Self::Range(_)
            | Self::Array(..)
            | Self::Elements(..)
            | Self::Views(..)
            | Self::Indices(_)
            | Self::Text(_)
            | Self::List(_)
            | Self::Tuple(..)
            | Self::Generator(..) => true,
            Self::Enumerate(inner, _) | Self::Reversed(inner) | Self::Unrolled(inner) => inner.is_complete(),
            Self::Zip(parts) | Self::Mapped(_, parts) => parts.iter().all(Self::is_complete),
            Self::Filtered(..) => false,
            Self::Generated(generated, inner) => generated.conditions.is_empty() && inner.is_complete(),
        }
    }

    /// Whether a list is among what is iterated, which may change on the way.
    pub(crate) fn has_list(&self) -> bool {
        match self {
            Self::List(_) => true,
            Self::Range(_)
            | Self::Array(..)
            | Self::Elements(..)
            | Self::Views(..)
            | Self::Indices(_)
            | Self::Text(_)
            | Self::Tuple(..)
            | Self::Generator(..) => false,
            Self::Enumerate(inner, _)
            | Self::Reversed(inner)
            | Self::Unrolled(inner)
            | Self::Filtered(_, inner)
            | Self::Generated(_, inner) => inner.has_list(),
            Self::Zip(parts) | Self::Mapped(_, parts) => parts.iter().any(Self::has_list),
        }
    }

    /// The number of positions, where it is known now.
    pub(crate) fn length(&self) -> Option<usize> {
        match self {
            Self::Range(parts) => {
                let [start, stop, step] = [&parts[0], &parts[1], &parts[2]].map(integer_constant);
                range_length(start?, stop?, step?)
            }
            Self::Indices(lengths) => {
                let lengths: Option<Vec<i64>> = lengths.iter().map(integer_constant).collect();
                lengths?
                    .into_iter()
                    .try_fold(1, |size: usize, length| size.checked_mul(usize::try_from(length.max(0)).ok()?))
            }
            Self::Array(..)
            | Self::Elements(..)
            | Self::Views(..)
            | Self::Text(_)
            | Self::List(_)
            | Self::Generator(..) => None,
            Self::Tuple(_, items) => Some(items.len()),
            Self::Enumerate(inner, _)
            | Self::Reversed(inner)
            | Self::Unrolled(inner)
            | Self::Filtered(_, inner)
            | Self::Generated(_, inner) => inner.length(),
            Self::Zip(parts) if parts.is_empty() => Some(0),
            Self::Zip(parts) | Self::Mapped(_, parts) => {
                let lengths: Option<Vec<usize>> = parts.iter().map(Self::length).collect();
                lengths?.into_iter().min()
            }
        }
    }

    /// The number of positions at run time, an int64; a negative one is none.
    fn count(&self, span: Span) -> Expr {
        match self {
            Self::Range([start, stop, step]) => {
                if integer_constant(start) == Some(0) && integer_constant(step) == Some(1) {
                    return stop.clone();
                }
                let [start, stop, step] = [start, stop, step].map(|part| Box::new(part.clone()));
                let range = Expr::new(ExprKind::Range { start, stop, step }, Type::Range, span);
                Expr::new(ExprKind::RangeLength(Box::new(range)), Type::INT64, span)
            }
            Self::Array(array, ty) | Self::Views(array, ty) => crate::arrays::length(array, *ty, 0, span),
            Self::Elements(array, _) => crate::flat::size_of(array, span),
            Self::Indices(lengths) => lengths
                .iter()
                .cloned()
                .reduce(|a, b| arithmetic(BinaryOp::Mul, a, b, span))
                .unwrap_or_else(|| integer(1, span)),
            Self::Text(text) => length_of(text.clone(), span),
            Self::List(list) => Expr::object(ObjectExpr::LiveLength(list.clone()), Type::INT64, span),
            Self::Tuple(_, items) => integer(items.len() as i64, span),
            Self::Enumerate(inner, _)
            | Self::Reversed(inner)
            | Self::Unrolled(inner)
            | Self::Filtered(_, inner)
            | Self::Generated(_, inner) => inner.count(span),
            Self::Generator(..) => unreachable!("a generator has no count: the loop asks whether it goes on"),
            Self::Zip(parts) if parts.is_empty() => integer(0, span),
            Self::Zip(parts) | Self::Mapped(_, parts) => {
                let counts = parts.iter().map(|part| part.count(span)).collect();
                extremum_of(Intrinsic::Min, counts, span)
            }
        }
    }
}

impl Inference<'_> {
    /// The item at a position, which is an int64 constant or version within the number of positions. Where items are left out, what follows is skipped
    /// by going on with the next iteration of the innermost loop.
    pub(crate) fn item_at(&mut self, iterable: &Iterable, position: &Expr, span: Span) -> Typed {
        Ok(match iterable {
            Iterable::Range([start, _, step]) => {
                let offset = arithmetic(BinaryOp::Mul, position.clone(), step.clone(), span);
                arithmetic(BinaryOp::Add, start.clone(), offset, span)
            }
            Iterable::Array(array, ty) => array_item(array.clone(), *ty, vec![position.clone()], span),
            Iterable::Elements(..) | Iterable::Views(..) | Iterable::Indices(_) => {
                self.walked_item(iterable, position, span)
            }
            Iterable::Text(text) | Iterable::List(text) => {
                sequence_item(text.clone(), position.clone(), span)
            }
            Iterable::Tuple(tuple, items) => match integer_constant(position) {
                Some(known) => Expr { span, ..item(tuple, known as usize, &items[known as usize]) },
                None => {
                    let (tuple, index) = (Box::new(tuple.clone()), Box::new(position.clone()));
                    Expr::new(ExprKind::TupleElement { tuple, index }, items[0].clone(), span)
                }
            },
            Iterable::Enumerate(inner, start) => {
                let number = arithmetic(BinaryOp::Add, position.clone(), start.clone(), span);
                tuple_of(vec![number, self.item_at(inner, position, span)?], span)
            }
            Iterable::Zip(parts) => tuple_of(self.items_at(parts, position, span)?, span),
            Iterable::Reversed(inner) => {
                let last = arithmetic(BinaryOp::Sub, inner.count(span), integer(1, span), span);
                let position = arithmetic(BinaryOp::Sub, last, position.clone(), span);
                self.item_at(inner, &position, span)?
            }
            Iterable::Generator(_, ty, version) => {
                let resumed = Expr::new(ExprKind::Version(*version), GeneratorType::resumed(&ty.items), span);
                item(&resumed, 1, &ty.items)
            }
            Iterable::Unrolled(inner) => self.item_at(inner, position, span)?,
            Iterable::Mapped(function, parts) => {
                let items = self.items_at(parts, position, span)?;
                self.call_with(function, items, span)?
            }
            Iterable::Filtered(function, inner) => {
                let item = self.item_at(inner, position, span)?;
                let item = self.kept(item, "item");
                let holds = match function {
                    None => self.truth_of(item.clone())?,
                    Some(function) => {
                        let answer = self.call_with(function, vec![item.clone()], span)?;
                        self.truth_of(answer)?
                    }
                };
                self.skip_unless(holds, span);
                item
            }
            Iterable::Generated(generated, inner) => {
                let item = self.item_at(inner, position, span)?;
                let outside = self.open_scope([&generated.target]);
                let value = self.generated(generated, item, span);
                self.scopes.truncate(outside);
                value?
            }
        })
    }

    fn items_at(&mut self, parts: &[Iterable], position: &Expr, span: Span) -> Typed<Vec<Expr>> {
        parts.iter().map(|part| self.item_at(part, position, span)).collect()
    }

    fn generated(&mut self, generated: &Generated, item: Expr, span: Span) -> Typed {
        self.assign_to(&generated.target, item, span)?;
        for condition in &generated.conditions {
            let holds = self.condition(condition)?;
            self.skip_unless(holds, condition.span);
        }
        self.value(&generated.element)
    }

    /// Goes on with the next iteration of the innermost loop where a condition does not hold.
    fn skip_unless(&mut self, condition: Expr, span: Span) {
        if constant_truth(&condition) == Some(true) {
            return;
        }
        let facts = self.facts_of(&condition);
        let bindings = self.bindings.clone();
        self.loops.last_mut().expect("items are taken in loops").continues.push(bindings);
        let skip = hir::Stmt { kind: StmtKind::Continue(Edge::default()), span };
        self.emit_choice(negated(condition, span), vec![skip], span);
        self.narrow(&facts, true);
    }

    /// Statements, which do not fall through, on a condition.
    pub(crate) fn emit_choice(&mut self, condition: Expr, then: Vec<hir::Stmt>, span: Span) {
        self.emit(StmtKind::leave_if(condition, then), span);
    }

    /// Calls a function, given by an expression, with values.
    pub(crate) fn call_with(&mut self, function: &ast::Expr, values: Vec<Expr>, span: Span) -> Typed {
        let arguments = values.into_iter().map(|value| Argument::Positional(self.stand_in(value))).collect();
        let function = Box::new(function.clone());
        self.value(&ast::Expr::new(AstExpr::Call { function, arguments }, span))
    }

    /// Whether an expression makes an iterator or calls `range`: what is known of it is lost in a value.
    pub(crate) fn is_iterated_as_written(&mut self, expression: &ast::Expr) -> Typed<bool> {
        if let AstExpr::Call { function, .. } = &expression.kind
            && let Some(Global::Item(Item::Function(Intrinsic::Range, _))) = self.static_global(function)?
        {
            return Ok(true);
        }
        if crate::flat::is_flat(expression) {
            return Ok(true);
        }
        self.is_iterator(expression)
    }

    /// Whether an expression makes an iterator, which only loops and what uses it up at once can take.
    pub(crate) fn is_iterator(&mut self, expression: &ast::Expr) -> Typed<bool> {
        Ok(match &expression.kind {
            AstExpr::Generator { .. } => true,
            AstExpr::Call { function, .. } => {
                let called = self.static_global(function)?;
                let Some(Global::Item(Item::Function(intrinsic, _))) = called else { return Ok(false) };
                intrinsic.typing() == Typing::LoopHead && intrinsic != Intrinsic::Prange
            }
            _ => false,
        })
    }

    /// What an expression in the head of a loop stands for.
    pub(crate) fn iterable(&mut self, expression: &ast::Expr) -> Typed<Iterable> {
        if let AstExpr::Call { function, arguments } = &expression.kind
            && let Some(Global::Item(Item::Function(intrinsic, _))) = self.static_global(function)?
        {
            match intrinsic {
                Intrinsic::Range => return self.range_iterable(arguments, expression.span),
                Intrinsic::Enumerate => return self.enumerate_iterable(arguments, expression.span),
                Intrinsic::Zip => return self.zip_iterable(arguments, expression.span),
                Intrinsic::Reversed => {
                    let inner = self.only_iterable("reversed", arguments, expression.span)?;
                    if inner.has_generator() {
                        return Err(self.report_reversed(expression.span));
                    }
                    if let Iterable::Mapped(..) | Iterable::Filtered(..) | Iterable::Generated(..) = inner {
                        let message = "an iterator has no end to begin at: it cannot be reversed";
                        let diagnostic = Diagnostic::error(&ITERATOR, message, expression.span)
                            .with_help("make a list of it, and reverse that");
                        return Err(self.report(diagnostic));
                    }
                    return Ok(Iterable::Reversed(Box::new(inner)));
                }
                Intrinsic::Map => return self.map_iterable(arguments, expression.span),
                Intrinsic::Filter => return self.filter_iterable(arguments, expression.span),
                Intrinsic::Iter => return self.only_iterable("iter", arguments, expression.span),
                Intrinsic::NdIndex
                | Intrinsic::ParallelNdIndex
                | Intrinsic::NdEnumerate
                | Intrinsic::NdIter => {
                    return self.walked_iterable(intrinsic, arguments, expression.span);
                }
                Intrinsic::LiteralUnroll => {
                    let inner = self.only_iterable("literal_unroll", arguments, expression.span)?;
                    return Ok(Iterable::Unrolled(Box::new(inner)));
                }
                _ => {}
            }
        }
        if crate::flat::is_flat(expression) {
            return self.flat_iterable(expression);
        }
        if let AstExpr::Generator { element, clauses } = &expression.kind
            && let [clause] = &clauses[..]
        {
            let items = self.clause_iterable(clause)?;
            return Ok(Iterable::generated(element, clause, items));
        }
        let value = self.operand(expression)?;
        self.iterable_value(value, expression.span)
    }

    /// What is iterated beside other things, position by position: it cannot leave any out, as a generator, which goes on by itself, does not.
    fn paired_iterable(&mut self, name: &str, expression: &ast::Expr) -> Typed<Iterable> {
        if let AstExpr::Generator { clauses, .. } = &expression.kind
            && clauses.iter().any(|clause| !clause.conditions.is_empty())
        {
            let value = self.operand(expression)?;
            return self.iterable_value(value, expression.span);
        }
        let iterable = self.iterable(expression)?;
        if iterable.is_complete() {
            return Ok(iterable);
        }
        let message = format!("`{name}` over something that leaves items out is not supported in a kernel");
        let diagnostic = Diagnostic::error(&ITERATOR, message, expression.span)
            .with_help("make a list of it first, as in `list(filter(...))`");
        Err(self.report(diagnostic))
    }

    fn paired_iterables(&mut self, name: &str, parts: &[&ast::Expr]) -> Typed<Vec<Iterable>> {
        match parts {
            [only] => Ok(vec![self.iterable(only)?]),
            parts => parts.iter().map(|part| self.paired_iterable(name, part)).collect(),
        }
    }

    fn map_iterable(&mut self, arguments: &[Argument], span: Span) -> Typed<Iterable> {
        let arguments = self.arguments(arguments)?;
        let [function, parts @ ..] = &arguments.positional[..] else {
            return Err(self.report_iterator_arguments("map", "a function and what to call it with", span));
        };
        if parts.is_empty() || !arguments.keywords.is_empty() {
            return Err(self.report_iterator_arguments("map", "a function and what to call it with", span));
        }
        let function = self.function_stand_in(function)?;
        Ok(Iterable::Mapped(function, self.paired_iterables("map", parts)?))
    }

    fn filter_iterable(&mut self, arguments: &[Argument], span: Span) -> Typed<Iterable> {
        let arguments = self.arguments(arguments)?;
        let [function, part] = &arguments.positional[..] else {
            return Err(self.report_iterator_arguments(
                "filter",
                "a function or `None`, and what to choose from",
                span,
            ));
        };
        let function = match function.kind {
            AstExpr::None => None,
            _ => Some(self.function_stand_in(function)?),
        };
        Ok(Iterable::Filtered(function, Box::new(self.iterable(part)?)))
    }

    fn report_iterator_arguments(&mut self, name: &str, wanted: &str, span: Span) -> Reported {
        let message = format!("`{name}` takes {wanted}");
        let diagnostic = Diagnostic::error(&ITERATOR, message, span);
        self.report(diagnostic.with_help(format!("give {wanted}, by position")))
    }

    /// A function that is called in each iteration; what it is is found out once.
    pub(crate) fn function_stand_in(&mut self, function: &ast::Expr) -> Typed<Rc<ast::Expr>> {
        let value = match self.operand(function)? {
            Value::Expr(value) => Value::Expr(self.kept(value, "function")),
            other => other,
        };
        Ok(Rc::new(self.stand_in(value)))
    }

    /// A value as something to iterate.
    pub(crate) fn iterable_value(&mut self, value: Value, span: Span) -> Typed<Iterable> {
        let mut what = value.describe();
        if let Value::Global(Global::EnumClass(class), _) = &value {
            let members = (0..class.members.len()).map(|position| member(class, position, span));
            let members = tuple_of(members.collect(), span);
            let Type::Tuple(types) = members.ty.clone() else { unreachable!("a tuple was made") };
            return Ok(Iterable::Tuple(members, types));
        }
        if let Value::Expr(_) | Value::Str(..) | Value::Caught(_, CaughtPart::Arguments, _) = value {
            let value = unwrapped(self.run_time_value(value)?);
            match value.ty.clone() {
                Type::Array(ty) if ty.ndim > 0 => return Ok(Iterable::Array(self.kept(value, "array"), ty)),
                Type::Tuple(items) => return Ok(Iterable::Tuple(self.kept(value, "items"), items)),
                Type::Range => {
                    let range = self.kept(value, "range");
                    return Ok(Iterable::Range([0, 1, 2].map(|part| item(&range, part, &Type::INT64))));
                }
                Type::List(item) if *item == Type::Undefined => return Err(Reported),
                Type::List(_) => return Ok(Iterable::List(self.kept(value, "list"))),
                Type::Str | Type::Bytes => return Ok(Iterable::Text(self.kept(value, "text"))),
                Type::Generator(generator) => {
                    let resumed = GeneratorType::resumed(&generator.items);
                    let version = self.new_temporary("resumed", resumed, span);
                    return Ok(Iterable::Generator(self.kept(value, "generator"), generator, version));
                }
                Type::Array(_) => what = format!("a 0-d array, {what},"),
                Type::Scalar(_)
                | Type::RandomGenerator
                | Type::None
                | Type::Optional(_)
                | Type::Dtype(_)
                | Type::Enum(_)
                | Type::Undefined
                | Type::Function(_) => {}
            }
        }
        let message = format!("a loop over {what} is not supported yet in a kernel");
        let diagnostic = Diagnostic::error(&NOT_ITERABLE, message, span)
            .with_primary(format!("this is {}", what.trim_end_matches(',')))
            .with_help("loop over a range, an array, a tuple, a string, a list, a generator, or `enumerate`, `zip`, `map` and the like of these");
        Err(self.report(diagnostic))
    }

    fn range_iterable(&mut self, arguments: &[Argument], span: Span) -> Typed<Iterable> {
        let bounds = self.range_bounds(arguments, span)?;
        Ok(Iterable::Range(bounds.map(|bound| self.kept(bound, "bound"))))
    }

    fn only_iterable(&mut self, name: &str, arguments: &[Argument], span: Span) -> Typed<Iterable> {
        let arguments = self.arguments(arguments)?;
        let placed = self.place_arguments(name, &["iterable"], 1, &arguments, span)?;
        self.iterable(placed[0].expect("it is required"))
    }

    fn enumerate_iterable(&mut self, arguments: &[Argument], span: Span) -> Typed<Iterable> {
        let arguments = self.arguments(arguments)?;
        let placed = self.place_arguments("enumerate", &["iterable", "start"], 1, &arguments, span)?;
        let inner = self.paired_iterable("enumerate", placed[0].expect("it is required"))?;
        let start = match placed[1] {
            None => integer(0, span),
            Some(start) => {
                let (start, dtype) = self.number_argument("enumerate", start)?;
                if dtype.is_float() {
                    return Err(self.report_argument("enumerate", &start, "an integer to start with"));
                }
                self.kept(convert(start, &Type::INT64), "start")
            }
        };
        Ok(Iterable::Enumerate(Box::new(inner), start))
    }

    fn zip_iterable(&mut self, arguments: &[Argument], span: Span) -> Typed<Iterable> {
        let arguments = self.arguments(arguments)?;
        if !arguments.keywords.is_empty() {
            self.place_arguments("zip", &[], 0, &arguments, span)?;
        }
        Ok(Iterable::Zip(self.paired_iterables("zip", &arguments.positional)?))
    }

    fn report_reversed(&mut self, span: Span) -> Reported {
        let message = "the items of a generator come in one order only";
        let diagnostic = Diagnostic::error(&NOT_ITERABLE, message, span)
            .with_help("append them to a list, and loop over `reversed` of that");
        self.report(diagnostic)
    }

    /// Whether there is another item, at a position within the loop; where nothing but the count decides, it says yes. Goes on with the generators, from left to right until one has ended.
    pub(crate) fn goes_on(&mut self, iterable: &Iterable, position: &Expr, span: Span) -> Expr {
        let asked =
            if iterable.has_generator() { self.goes_on_if(iterable, position, None, span) } else { None };
        asked.unwrap_or_else(|| truth(true))
    }

    /// The same where a condition holds; nothing is asked of what comes behind one that does not.
    fn goes_on_if(
        &mut self,
        iterable: &Iterable,
        position: &Expr,
        condition: Option<Expr>,
        span: Span,
    ) -> Option<Expr> {
        match iterable {
            Iterable::Generator(generator, ty, version) => {
                let resumed = self.resumed(generator.clone(), ty, condition, span);
                let ty = resumed.ty.clone();
                let (target, value) = (*version, Box::new(resumed));
                let resumed = Expr::new(ExprKind::Assign { target, value }, ty, span);
                Some(Expr::new(ExprKind::TupleItem(Box::new(resumed), 0), Type::BOOL, span))
            }
            Iterable::Enumerate(inner, _) | Iterable::Filtered(_, inner) | Iterable::Generated(_, inner) => {
                self.goes_on_if(inner, position, condition, span)
            }
            Iterable::Zip(parts) | Iterable::Mapped(_, parts) => parts
                .iter()
                .fold(condition, |condition, part| self.goes_on_if(part, position, condition, span)),
            Iterable::Range(_)
            | Iterable::Array(..)
            | Iterable::Elements(..)
            | Iterable::Views(..)
            | Iterable::Indices(_)
            | Iterable::Tuple(..)
            | Iterable::Text(_)
            | Iterable::List(_)
            | Iterable::Reversed(_)
            | Iterable::Unrolled(_) => {
                let (left, right) = (Box::new(position.clone()), Box::new(iterable.count(span)));
                let kind = ExprKind::Compare { op: CompareOp::Lt, left, right };
                let here = Expr::new(kind, Type::BOOL, span);
                Some(match condition {
                    None => here,
                    Some(condition) => {
                        Expr::new(ExprKind::And(Box::new(condition), Box::new(here)), Type::BOOL, span)
                    }
                })
            }
        }
    }

    /// How a loop runs over what was found in its head.
    pub(crate) fn way_over(&mut self, iterable: &Iterable, span: Span) -> Typed<Way> {
        iterable.way(span).ok_or(()).map_err(|()| {
            let message = "a tuple whose items differ in type is iterated beside something whose length is not known now";
            let diagnostic = Diagnostic::error(&MIXED, message, span)
                .with_primary("such a tuple is iterated by writing the loop out")
                .with_help("index the other one with the number that `enumerate` of the tuple gives");
            self.report(diagnostic)
        })
    }
}

/// The element or the row of an array.
pub(crate) fn array_item(array: Expr, ty: ArrayType, indices: Vec<Expr>, span: Span) -> Expr {
    let array = Box::new(array);
    if indices.len() == usize::from(ty.ndim) {
        return Expr::new(ExprKind::Element { array, indices }, Type::Scalar(ty.dtype), span);
    }
    let left = usize::from(ty.ndim) - indices.len();
    let axes: Vec<Axis> =
        indices.into_iter().map(Axis::Index).chain((0..left).map(|_| Axis::Whole)).collect();
    let row = Type::Array(view_type(ty, &axes).expect("there are as many axes as dimensions"));
    Expr::new(ExprKind::View { array, axes }, row, span)
}

/// A tuple of these values.
pub(crate) fn tuple_of(items: Vec<Expr>, span: Span) -> Expr {
    let ty = Type::tuple(items.iter().map(|item| item.ty.clone()));
    Expr::new(ExprKind::Tuple(items), ty, span)
}

pub(crate) fn integer(value: i64, span: Span) -> Expr {
    constant(Constant::Int(value), Type::INT64, span)
}

/// Arithmetic on int64 that leaves out what changes nothing.
pub(crate) fn arithmetic(op: BinaryOp, left: Expr, right: Expr, span: Span) -> Expr {
    let known = (integer_constant(&left), integer_constant(&right));
    match (op, known) {
        (BinaryOp::Add, (Some(0), _)) | (BinaryOp::Mul, (Some(1), _)) => return right,
        (BinaryOp::Add | BinaryOp::Sub, (_, Some(0))) | (BinaryOp::Mul, (_, Some(1))) => return left,
        (BinaryOp::Add, (Some(left), Some(right))) => return integer(left.wrapping_add(right), span),
        (BinaryOp::Sub, (Some(left), Some(right))) => return integer(left.wrapping_sub(right), span),
        (BinaryOp::Mul, (Some(left), Some(right))) => return integer(left.wrapping_mul(right), span),
        _ => {}
    }
    Expr::new(ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) }, Type::INT64, span)
}

fn range_length(start: i64, stop: i64, step: i64) -> Option<usize> {
    let [start, stop, step] = [start, stop, step].map(i128::from);
    let count = match step {
        0 => return None,
        1.. => (stop - start + step - 1).div_euclid(step),
        _ => (start - stop - step - 1).div_euclid(-step),
    };
    usize::try_from(count.max(0)).ok()
}

/// The start, stop or step of a `range` object.
pub(crate) fn range_part(range: Expr, part: usize) -> Expr {
    let span = range.span;
    Expr::new(ExprKind::TupleItem(Box::new(range), part as u32), Type::INT64, span)
}
