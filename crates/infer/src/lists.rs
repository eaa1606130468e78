//! Lists: how they are made, what their items are, and how they change.
//!
//! A list is one object under all its names, so the type of its items is fixed where it is made. `[]` does not tell that type: it is
//! found by trial. What is put into a list is noted for the places where the list was made, as far as they are known, and the function is typed
//! again from its start with these types, until nothing is wider than assumed.

use crate::bindings::Binding;
use crate::call::Arguments;
use crate::comprehensions::{Carried, Source};
use crate::conditions::{scalar_compare, short_circuit};
use crate::conversion::{convert, to_dtype};
use crate::expression::{Value, constant};
use crate::function::{Inference, Reported, Typed, can_convert};
use crate::iteration::{Iterable, arithmetic, integer};
use crate::mixed_lists::{is_mixed, is_mixed_list, mixed_list};
use crate::sequences::{perform, sequence_item};
use hotloop_abi::ExceptionClass;
use hotloop_ast as ast;
use hotloop_ast::{BoolOp, CompareOp as AstCompare, ExprKind as AstExpr};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{BinaryOp, CompareOp, Constant, Expr, ExprKind, ObjectExpr, StmtKind, Version};
use hotloop_objects::{ItemKind, Operation, Shape};
use hotloop_types::{Dtype, DtypeKind, Type, unify};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

pub(crate) static ITEM: Code = Code::new("HL0253", "a list cannot hold values of this type in a kernel");
static UNKNOWN_ITEM: Code = Code::new("HL0254", "nothing says what the items of a list are");
static COMPARED_ITEMS: Code =
    Code::new("HL0255", "items of this type cannot be looked for or ordered in a kernel yet");
static SHARED: Code = Code::new("HL0256", "a list is changed in a parallel loop");

/// How deep lists may be nested in lists.
const MAX_LIST_DEPTH: usize = 32;

/// What is known about the lists of a function.
#[derive(Clone, Debug, Default)]
pub(crate) struct ListTypes {
    /// The items of the lists made at a place.
    items: FxHashMap<Span, Type>,
    /// The places where the lists were made that are items of those made at a place.
    inner: FxHashMap<Span, Vec<Span>>,
    /// Where the list that a version is may have been made.
    sites: FxHashMap<Version, Rc<[Span]>>,
    /// The places whose items are not known yet.
    unknown: Vec<Span>,
    /// The places of lists that, as far as can be seen, never hold anything: of what, makes no difference.
    assumed: FxHashSet<Span>,
    /// Whether a list of which nobody knows what it holds leaves the function.
    pub(crate) unknown_leaves: bool,
    /// Whether something new was found out.
    pub(crate) has_changed: bool,
}

impl ListTypes {
    /// For another trial, with what was found out about places.
    pub(crate) fn for_next_trial(self) -> Self {
        Self { items: self.items, assumed: self.assumed, ..Self::default() }
    }

    /// How many places are known of whose items nothing is known yet.
    pub(crate) fn unknown_count(&self) -> usize {
        self.unknown.len()
    }

    /// Forgets those that were found since there were so many.
    pub(crate) fn forget_unknown(&mut self, count: usize) {
        self.unknown.truncate(count);
    }

    /// A version is made anew.
    pub(crate) fn forget(&mut self, version: Version) {
        self.sites.remove(&version);
    }

    /// Says where the list of a version may have been made.
    pub(crate) fn set_sites(&mut self, version: Version, sites: Vec<Span>) {
        if !sites.is_empty() {
            self.sites.insert(version, sites.into());
        }
    }

    /// Where the list that an expression gives may have been made.
    pub(crate) fn sites_of(&self, value: &Expr) -> Vec<Span> {
        match &value.kind {
            ExprKind::Version(version) => self.sites_of_version(*version),
            ExprKind::Conditional { then, otherwise, .. } => {
                [self.sites_of(then), self.sites_of(otherwise)].concat()
            }
            ExprKind::Let { body, .. } | ExprKind::Block { value: body, .. } => self.sites_of(body),
            ExprKind::Object(object) => match &**object {
                ObjectExpr::List(_) | ObjectExpr::EmptyList(_) => vec![value.span],
                // `[x] * n` is made where its items are written.
                ObjectExpr::Perform { operation: Operation::ListRepeat, arguments } if matches!(&arguments[0].kind, ExprKind::Object(list) if matches!(**list, ObjectExpr::List(_))) => {
                    self.sites_of(&arguments[0])
                }
                ObjectExpr::Item { sequence, .. } => {
                    let outer = self.sites_of(sequence);
                    outer.iter().flat_map(|site| self.inner.get(site)).flatten().copied().collect()
                }
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// Where the list that a version is may have been made.
    pub(crate) fn sites_of_version(&self, version: Version) -> Vec<Span> {
        self.sites.get(&version).map(|sites| sites.to_vec()).unwrap_or_default()
    }
}

/// Whether a list can hold such values.
pub(crate) fn can_hold(ty: &Type) -> bool {
    match ty {
        Type::Scalar(_) | Type::Array(_) | Type::Str | Type::Bytes | Type::Enum(_) => true,
        Type::List(item) => item.is_undefined() || can_hold(item),
        Type::Tuple(items) => !items.is_empty() && !is_mixed(items) && items.iter().all(can_hold),
        Type::Optional(value) => can_hold(value),
        Type::None
        | Type::Dtype(_)
        | Type::Function(_)
        | Type::Range
        | Type::Generator(_)
        | Type::RandomGenerator
        | Type::Undefined => false,
    }
}

/// The type of items that are of either type. Members of an integer enumeration are integers among others.
pub(crate) fn wider_item(a: &Type, b: &Type) -> Option<Type> {
    let number = |ty: &Type| match ty {
        Type::Enum(class) if class.is_integer => Type::INT64,
        other => other.clone(),
    };
    unify(a, b).or_else(|| unify(&number(a), &number(b)))
}

/// How deep lists are nested in a type.
fn list_depth(ty: &Type) -> usize {
    match ty {
        Type::List(item) => 1 + list_depth(item),
        Type::Tuple(_) | Type::Function(_) | Type::Optional(_) => {
            ty.parts().iter().map(list_depth).max().unwrap_or(0)
        }
        Type::Scalar(_)
        | Type::Array(_)
        | Type::Str
        | Type::Bytes
        | Type::Enum(_)
        | Type::None
        | Type::Dtype(_)
        | Type::Range
        | Type::Generator(_)
        | Type::RandomGenerator
        | Type::Undefined => 0,
    }
}

/// The type of a list's items.
pub(crate) fn item_of(list: &Expr) -> Type {
    match &list.ty {
        Type::List(item) => (**item).clone(),
        other => unreachable!("a list is expected, not {other}"),
    }
}

impl Inference<'_> {
    /// `[a, b, c]`.
    pub(crate) fn list_display(&mut self, items: &[ast::Expr], span: Span) -> Typed {
        if items.iter().any(|item| matches!(item.kind, AstExpr::Starred(_))) {
            return self.spread_list(items, span);
        }
        let items = items.iter().map(|item| self.value(item)).collect::<Typed<Vec<Expr>>>()?;
        if self.known_items(span).is_none()
            && let Some(list) = mixed_list(&items, span)
        {
            return Ok(list);
        }
        self.new_list(items, span)
    }

    /// The type of the items of the lists made at a place, as far as it is known.
    pub(crate) fn known_items(&self, site: Span) -> Option<Type> {
        self.lists.items.get(&site).cloned()
    }

    /// Notes that a value is an item of the lists made at a place.
    pub(crate) fn note_inner(&mut self, site: Span, value: &Expr) {
        let inner = self.lists.sites_of(value);
        self.lists.inner.entry(site).or_default().extend(inner);
    }

    /// Notes that nothing says what the items of a list are.
    pub(crate) fn note_unknown_items(&mut self, site: Span) {
        self.lists.unknown.push(site);
    }

    /// A new list of values, made at that place.
    pub(crate) fn new_list(&mut self, items: Vec<Expr>, span: Span) -> Typed {
        let mut item = self.lists.items.get(&span).cloned().unwrap_or(Type::Undefined);
        for value in items.iter().filter(|value| value.ty != Type::None) {
            self.check_item(value)?;
            self.note_inner(span, value);
            item = self.common_item(&item, value, span)?;
        }
        if items.iter().any(|value| value.ty == Type::None) {
            item = self.item_or_none(item, span)?;
        }
        if item.is_undefined() {
            self.note_unknown_items(span);
        }
        for value in &items {
            self.define_items(value, &item)?;
        }
        let items = items.into_iter().map(|value| self.converted_item(value, &item)).collect();
        Ok(Expr::object(ObjectExpr::List(items), Type::list(item), span))
    }

    /// A list of nothing yet that becomes an item among others is a list of what they hold, from the next trial on.
    pub(crate) fn define_items(&mut self, value: &Expr, item: &Type) -> Typed<()> {
        if let (Type::List(own), Type::List(held)) = (&value.ty, item)
            && own.is_undefined()
            && !held.is_undefined()
        {
            let sites = self.lists.sites_of(value);
            self.note_items(&sites, held);
            return Err(Reported);
        }
        Ok(())
    }

    pub(crate) fn check_item(&mut self, value: &Expr) -> Typed<()> {
        if value.ty == Type::Undefined {
            return Err(Reported);
        }
        if can_hold(&value.ty) {
            return Ok(());
        }
        let message = format!("a list cannot hold {} in a kernel", value.ty);
        let help = match value.ty {
            Type::Function(_) => "use a tuple of functions, as in `for f in (g, h):`",
            _ => "put numbers, strings, arrays, lists or tuples of these into it",
        };
        let diagnostic = Diagnostic::error(&ITEM, message, value.span).with_help(help);
        Err(self.report(diagnostic))
    }

    pub(crate) fn common_item(&mut self, item: &Type, value: &Expr, list: Span) -> Typed<Type> {
        if *item == Type::Undefined {
            return Ok(value.ty.clone());
        }
        if let Some(common) = wider_item(item, &value.ty).filter(can_hold) {
            return Ok(common);
        }
        Err(self.report_item(item, value, list))
    }

    /// The type of items that may be `None`. Where only that is known of them, it makes no difference what else they might be.
    pub(crate) fn item_or_none(&mut self, item: Type, site: Span) -> Typed<Type> {
        if item.is_undefined() {
            self.lists.assumed.insert(site);
            return Ok(Type::optional(Type::INT64));
        }
        Ok(Type::optional(item))
    }

    /// A value as an item of that type, which holds it.
    pub(crate) fn converted_item(&mut self, value: Expr, item: &Type) -> Expr {
        let is_member = |ty: &Type| matches!(ty, Type::Enum(_));
        let value = match item {
            Type::Optional(held) if !is_member(held) => self.as_number(value),
            item if !is_member(item) => self.as_number(value),
            _ => value,
        };
        convert(value, item)
    }

    /// A list that holds itself would have a type without end.
    fn report_nested(&mut self, list: &Expr, value: &Expr) -> Reported {
        // What such lists hold is not asked for any more.
        self.lists.forget_unknown(0);
        let message =
            format!("these lists would be nested more than {MAX_LIST_DEPTH} deep, or hold themselves");
        let diagnostic = Diagnostic::error(&ITEM, message, value.span)
            .with_label(list.span, "this list becomes part of what it holds")
            .with_help(
                "all items of a list are of one type, so that it cannot hold itself; use another list",
            );
        self.report(diagnostic)
    }

    fn report_item(&mut self, item: &Type, value: &Expr, list: Span) -> Reported {
        let message = format!("a list of {item} cannot hold {}", value.ty);
        let diagnostic = Diagnostic::error(&ITEM, message, value.span)
            .with_label(list, format!("the items of this list are {item}"))
            .with_help("all items of a list are of one type; use a tuple, or two lists");
        self.report(diagnostic)
    }

    /// Notes that the lists made at these places hold such items; the function is typed again.
    pub(crate) fn note_items(&mut self, sites: &[Span], item: &Type) -> bool {
        let mut is_new = false;
        for site in sites {
            let is_assumed = self.lists.assumed.remove(site);
            let known = self.lists.items.get(site);
            let wider = match known {
                Some(Type::Optional(_)) if is_assumed => Some(Type::optional(item.clone())),
                Some(_) if is_assumed => Some(item.clone()),
                Some(known) => wider_item(known, item).or_else(|| {
                    unify(&Type::list(known.clone()), &Type::list(item.clone())).map(|list| match list {
                        Type::List(item) => (*item).clone(),
                        other => other,
                    })
                }),
                None => Some(item.clone()),
            };
            if let Some(wider) = wider.filter(|wider| list_depth(wider) < MAX_LIST_DEPTH)
                && known != Some(&wider)
            {
                self.lists.items.insert(*site, wider);
                is_new = true;
            }
        }
        self.lists.has_changed |= is_new;
        is_new
    }

    /// Lists meet of which one holds nothing yet: they become lists of one type in the next trial.
    pub(crate) fn meet_lists(&mut self, versions: [Version; 2]) {
        let [a, b] = versions.map(|version| {
            (self.function.versions[version].ty.clone(), self.lists.sites_of_version(version))
        });
        self.meet_items(a, b);
    }

    /// The same of lists that expressions give.
    pub(crate) fn meet_list_values(&mut self, left: &Expr, right: &Expr) -> bool {
        let [left, right] = [left, right].map(|side| (side.ty.clone(), self.lists.sites_of(side)));
        self.meet_items(left, right)
    }

    fn meet_items(&mut self, left: (Type, Vec<Span>), right: (Type, Vec<Span>)) -> bool {
        let (Type::List(a), Type::List(b)) = (&left.0, &right.0) else { return false };
        let is_assumed =
            |lists: &ListTypes, sites: &[Span]| sites.iter().any(|site| lists.assumed.contains(site));
        let (first, second) = (is_assumed(&self.lists, &left.1), is_assumed(&self.lists, &right.1));
        let is_open = |item: &Type, is_assumed| item.is_undefined() || is_assumed && a != b;
        match (is_open(a, first), is_open(b, second)) {
            (true, false) => self.note_items(&left.1, b),
            (false, true) => self.note_items(&right.1, a),
            (true, true) | (false, false) => false,
        }
    }

    /// A value made an item of a list; widens the list where it is made, in the next trial.
    pub(crate) fn as_item(&mut self, list: &Expr, value: Expr) -> Typed {
        let item = item_of(list);
        let sites = self.lists.sites_of(list);
        if value.ty == Type::None {
            return self.none_as_item(&item, &sites, value, list.span);
        }
        self.check_item(&value)?;
        let inner = self.lists.sites_of(&value);
        for site in &sites {
            self.lists.inner.entry(*site).or_default().extend(inner.iter().copied());
        }
        if value.ty == item && !item.is_undefined() {
            return Ok(value);
        }
        if sites.iter().any(|site| self.lists.assumed.contains(site)) && self.note_items(&sites, &value.ty) {
            return Err(Reported);
        }
        // What is a list of nothing yet takes the type that it is put beside.
        if let (Type::List(own), Type::List(held)) = (&value.ty, &item)
            && own.is_undefined()
            && !held.is_undefined()
        {
            self.note_items(&inner, held);
            return Err(Reported);
        }
        let wider =
            if item == Type::Undefined { Some(value.ty.clone()) } else { wider_item(&item, &value.ty) };
        if wider.as_ref().is_some_and(|item| list_depth(item) >= MAX_LIST_DEPTH) {
            return Err(self.report_nested(list, &value));
        }
        match wider {
            Some(wider) if wider == item && !item.is_undefined() => {
                return Ok(self.converted_item(value, &item));
            }
            Some(wider) if self.note_items(&sites, &wider) => return Err(Reported),
            // The list comes from elsewhere: the value is converted to what it holds.
            Some(_)
                if matches!((&value.ty, &item), (Type::Scalar(from), Type::Scalar(to)) if from.kind() <= to.kind())
                    && can_convert(&value.ty, &item) =>
            {
                return Ok(convert(value, &item));
            }
            _ => {}
        }
        if item.is_undefined() || self.lists.has_changed {
            return Err(Reported);
        }
        Err(self.report_item(&item, &value, list.span))
    }

    /// `None` made an item of a list.
    fn none_as_item(&mut self, item: &Type, sites: &[Span], value: Expr, list: Span) -> Typed {
        if let Type::Optional(_) = item {
            return Ok(convert(value, item));
        }
        let wider = if item.is_undefined() { Type::INT64 } else { item.clone() };
        let is_new = self.note_items(sites, &Type::optional(wider));
        if is_new && item.is_undefined() {
            self.lists.assumed.extend(sites);
        }
        if is_new || item.is_undefined() || self.lists.has_changed {
            return Err(Reported);
        }
        Err(self.report_item(item, &value, list))
    }

    /// Says, at the end, of which lists nobody knows what they hold. One that holds nothing, and is only looked at here, may be of anything.
    pub(crate) fn report_unknown_items(&mut self) {
        if self.lists.has_changed {
            return;
        }
        if !self.lists.unknown_leaves && self.diagnostics.is_empty() && self.awaited.is_none() {
            for site in std::mem::take(&mut self.lists.unknown) {
                self.lists.assumed.insert(site);
                self.lists.items.insert(site, Type::INT64);
                self.lists.has_changed = true;
            }
            return;
        }
        for site in std::mem::take(&mut self.lists.unknown) {
            let message = "nothing says what the items of this list are";
            let diagnostic = Diagnostic::error(&UNKNOWN_ITEM, message, site)
                .with_note("Cannot infer the type of variable: its list has no item")
                .with_help("append an item to it in this kernel, or write it with an item");
            self.report(diagnostic);
        }
    }

    /// Iterations of a parallel loop run at the same time: none may change a list that others see.
    pub(crate) fn check_change(&mut self, list: &Expr, span: Span) -> Typed<()> {
        let Some(frame) = self.loops.iter().rev().find(|frame| frame.is_parallel) else { return Ok(()) };
        let head = frame.span;
        let whole = frame.whole;
        let sites = self.lists.sites_of(list);
        let is_within =
            |site: &Span| site.file == whole.file && whole.start <= site.start && site.end <= whole.end;
        if !sites.is_empty() && sites.iter().all(is_within) {
            return Ok(());
        }
        // What the change would have told of the items is not known: that is not said as well.
        self.lists.unknown.retain(|site| !sites.contains(site));
        let diagnostic =
            Diagnostic::error(&SHARED, "a list from outside a parallel loop is changed in it", span)
                .with_label(head, "the iterations of this loop run at the same time")
                .with_help("write to an array, make the list within the iteration, or use `range`");
        Err(self.report(diagnostic))
    }

    /// `list.extend(other)`, `list += other`.
    pub(crate) fn extended(&mut self, list: Expr, other: &ast::Expr, span: Span) -> Typed {
        self.in_block(span, |this| {
            let list = this.kept(list.clone(), "list");
            let source = this.source(other)?;
            this.extend_by(&list, &source, span)?;
            Ok(constant(Constant::None, Type::None, span))
        })
    }

    /// Appends all items; within a block.
    fn extend_by(&mut self, list: &Expr, source: &Source<'_>, span: Span) -> Typed<()> {
        if let Some(Iterable::List(other)) = source.iterable()
            && other.ty == list.ty
        {
            let arguments = vec![list.clone(), other.clone()];
            let extend = perform(Operation::ListExtend, arguments, Type::None, span);
            self.emit(StmtKind::Expr(extend), span);
            return Ok(());
        }
        self.each(source, Carried { span, locals: &[], stop: None }, &mut |this, value| {
            let place = value.span;
            let item = this.as_item(list, value)?;
            let append = ObjectExpr::Append { list: list.clone(), item };
            this.emit(StmtKind::Expr(Expr::object(append, Type::None, place)), place);
            Ok(())
        })
    }

    /// `[a, *b, c]`.
    fn spread_list(&mut self, items: &[ast::Expr], span: Span) -> Typed {
        self.in_block(span, |this| {
            let mut list = this.open_list(integer(items.len() as i64, span), span);
            for item in items {
                let AstExpr::Starred(inner) = &item.kind else {
                    let value = this.expression(item)?;
                    this.add_to_list(&mut list, value)?;
                    continue;
                };
                let source = this.source(inner)?;
                let carried = Carried { span: item.span, locals: &[], stop: None };
                this.each(&source, carried, &mut |this, value| this.add_to_list(&mut list, value))?;
            }
            Ok(this.close_list(list))
        })
    }

    /// `left op right` of lists.
    pub(crate) fn ordered_lists(&mut self, op: AstCompare, left: Expr, right: Expr, span: Span) -> Typed {
        if self.meet_list_values(&left, &right) || left.ty.is_undefined() || right.ty.is_undefined() {
            return Err(Reported);
        }
        let Some((kind, operator)) =
            kind_of(&item_of(&left)).filter(|_| left.ty == right.ty).zip(scalar_operator(op))
        else {
            return self.in_block(span, |this| this.compared_items(op, left.clone(), right.clone(), span));
        };
        let kind = integer(kind as i64, span);
        let order = perform(Operation::ListOrder, vec![left, right, kind], Type::INT64, span);
        self.with_let(order, "order", span, |_, order| {
            let holds = compared(operator, order.clone(), integer(0, span), span);
            // Of what cannot be ordered only "not equal" holds.
            if matches!(operator, CompareOp::Gt | CompareOp::Ge) {
                let known = compared(CompareOp::Ne, order, integer(2, span), span);
                return Ok(short_circuit(BoolOp::And, holds, known));
            }
            Ok(holds)
        })
    }

    /// How items are compared where they are sorted, as text that the operation reads.
    pub(crate) fn shape_of_items(&mut self, item: &Type, shown: Span, span: Span) -> Typed {
        if item.is_undefined() {
            return Err(Reported);
        }
        if let Some(shape) = crate::formatting::shape_of(item).filter(Shape::has_order) {
            return Ok(crate::strings::str_constant(shape.to_string(), span));
        }
        let message = format!("items of type {item} have no order in a kernel");
        let diagnostic = Diagnostic::error(&COMPARED_ITEMS, message, span)
            .with_label(shown, format!("these are items of type {item}"))
            .with_help("sort by a key that is a number, a string, or a tuple or list of these");
        Err(self.report(diagnostic))
    }

    /// `left op right` where a list takes part.
    pub(crate) fn list_binary(
        &mut self,
        op: ast::BinaryOp,
        left: Value,
        right: Value,
        span: Span,
    ) -> Typed<Option<Expr>> {
        let is_list = |side: &Value| matches!(side, Value::Expr(side) if matches!(side.ty, Type::List(_)));
        if !is_list(&left) && !is_list(&right) {
            return Ok(None);
        }
        let (Value::Expr(left), Value::Expr(right)) = (left, right) else { return Ok(None) };
        let is_count =
            |side: &Expr| side.ty.as_scalar().is_some_and(|dtype| dtype.is_integer() || dtype == Dtype::Bool);
        match op {
            ast::BinaryOp::Add if left.ty == right.ty => {
                if left.ty.is_undefined() {
                    return Err(Reported);
                }
                let ty = left.ty.clone();
                Ok(Some(perform(Operation::ListConcat, vec![left, right], ty, span)))
            }
            ast::BinaryOp::Add
                if self.meet_list_values(&left, &right) || unify(&left.ty, &right.ty).is_some() =>
            {
                Err(Reported)
            }
            ast::BinaryOp::Mul if is_count(&right) || is_count(&left) => {
                let (list, count, is_swapped) =
                    if is_count(&right) { (left, right, false) } else { (right, left, true) };
                if list.ty.is_undefined() {
                    return Err(Reported);
                }
                let (ty, count) = (list.ty.clone(), to_dtype(count, Dtype::Int64));
                if is_swapped {
                    return self
                        .with_let(count, "count", span, |_, count| {
                            Ok(perform(Operation::ListRepeat, vec![list, count], ty, span))
                        })
                        .map(Some);
                }
                Ok(Some(perform(Operation::ListRepeat, vec![list, count], ty, span)))
            }
            _ => Ok(None),
        }
    }

    /// `list[index] = value`, `list[start:stop] = value`.
    pub(crate) fn store_in_list(
        &mut self,
        list: Expr,
        index: &ast::Expr,
        value: Expr,
        span: Span,
    ) -> Typed<()> {
        self.check_change(&list, span)?;
        if matches!(index.kind, AstExpr::Slice { .. }) {
            self.define_items(&value, &list.ty)?;
        }
        if let AstExpr::Slice { lower, upper, step: None } = &index.kind {
            let list = self.kept(list, "list");
            let [start, stop] = self.slice_bounds([lower.as_deref(), upper.as_deref()], span)?;
            if value.ty != list.ty {
                return Err(self.report_item(&item_of(&list), &value, list.span));
            }
            let arguments = vec![list, start, stop, value];
            self.emit(StmtKind::Expr(perform(Operation::ListReplace, arguments, Type::None, span)), span);
            return Ok(());
        }
        if let AstExpr::Slice { lower, upper, step } = &index.kind {
            let list = self.kept(list, "list");
            let parts = [lower.as_deref(), upper.as_deref(), step.as_deref()];
            let bounds = self.stepped_bounds(parts, span)?;
            if value.ty != list.ty {
                return Err(self.report_item(&item_of(&list), &value, list.span));
            }
            let arguments = with_first(list, bounds.into()).into_iter().chain([value]).collect();
            let fits = perform(Operation::ListSetStride, arguments, Type::BOOL, span);
            let message = "attempt to assign a sequence of another size to an extended slice: that cannot resize the list";
            let error = (ExceptionClass::ValueError, message);
            let nothing = constant(Constant::None, Type::None, span);
            let checked = ObjectExpr::Checked { condition: fits, error, value: nothing };
            self.emit(StmtKind::Expr(Expr::object(checked, Type::None, span)), span);
            return Ok(());
        }
        let index = self.expression(index)?;
        let index = to_dtype(self.integer_index(index)?, Dtype::Int64);
        let item = self.as_item(&list, value)?;
        let set = Expr::object(ObjectExpr::SetItem { list, index, item }, Type::None, span);
        self.emit(StmtKind::Expr(set), span);
        Ok(())
    }

    fn slice_bounds(&mut self, bounds: [Option<&ast::Expr>; 2], span: Span) -> Typed<[Expr; 2]> {
        let [start, stop] = bounds;
        let start = self.bound(start)?.unwrap_or_else(|| integer(0, span));
        let stop = self.bound(stop)?.unwrap_or_else(|| integer(i64::MAX, span));
        Ok([start, stop])
    }

    /// `list[index] op= value`.
    pub(crate) fn augmented_item(
        &mut self,
        list: Expr,
        index: &ast::Expr,
        op: ast::BinaryOp,
        value: &ast::Expr,
        span: Span,
    ) -> Typed<()> {
        self.check_change(&list, span)?;
        let list = self.kept(list, "list");
        let index = self.expression(index)?;
        let index = to_dtype(self.integer_index(index)?, Dtype::Int64);
        let index = self.kept(index, "index");
        if item_of(&list).is_undefined() {
            return Err(Reported);
        }
        let old = sequence_item(list.clone(), index.clone(), span);
        let right = self.operand(value)?;
        let result = self.binary(op, old.into(), right, span, list.span)?;
        let item = self.as_item(&list, result)?;
        let set = Expr::object(ObjectExpr::SetItem { list, index, item }, Type::None, span);
        self.emit(StmtKind::Expr(set), span);
        Ok(())
    }

    /// `del list[index]`, `del list[start:stop]`.
    pub(crate) fn delete_item(&mut self, list: &ast::Expr, index: &ast::Expr, span: Span) -> Typed<()> {
        let list = self.expression(list)?;
        self.delete_in(list, index, span)
    }

    /// `del list[index]` of a list that was evaluated.
    pub(crate) fn delete_in(&mut self, list: Expr, index: &ast::Expr, span: Span) -> Typed<()> {
        if is_mixed_list(&list.ty) {
            return Err(self.report_mixed_list(&list, "Cannot mutate a literal list", span));
        }
        if !matches!(list.ty, Type::List(_)) {
            let message = format!("items of {} cannot be deleted in a kernel", list.ty);
            let diagnostic = Diagnostic::error(&ITEM, message, span)
                .with_label(list.span, format!("this is {}", list.ty))
                .with_help("delete items of lists only");
            return Err(self.report(diagnostic));
        }
        self.check_change(&list, span)?;
        let expanded = self.with_slices(index);
        let index = expanded.as_ref().unwrap_or(index);
        let removed = if let AstExpr::Slice { lower, upper, step: None } = &index.kind {
            let bounds = self.slice_bounds([lower.as_deref(), upper.as_deref()], span)?;
            perform(Operation::ListRemove, with_first(list, bounds.into()), Type::None, span)
        } else if let AstExpr::Slice { lower, upper, step } = &index.kind {
            let list = self.kept(list, "list");
            let parts = [lower.as_deref(), upper.as_deref(), step.as_deref()];
            let bounds = self.stepped_bounds(parts, span)?;
            perform(Operation::ListRemoveStride, with_first(list, bounds.into()), Type::None, span)
        } else {
            let index = self.expression(index)?;
            self.place_in(list, index, "list assignment index out of range", span, |_, list, place| {
                let behind = arithmetic(BinaryOp::Add, place.clone(), integer(1, span), span);
                Ok(perform(Operation::ListRemove, vec![list, place, behind], Type::None, span))
            })?
        };
        self.emit(StmtKind::Expr(removed), span);
        Ok(())
    }

    /// `list()`, `list(other)`, `sorted(other)`.
    pub(crate) fn list_call(&mut self, is_sorted: bool, arguments: &Arguments<'_>, span: Span) -> Typed {
        let name = if is_sorted { "sorted" } else { "list" };
        let parameters: &[&str] = if is_sorted { &["iterable", "key", "reverse"] } else { &["iterable"] };
        let placed = self.place_arguments(name, parameters, usize::from(is_sorted), arguments, span)?;
        let Some(given) = placed[0] else { return self.new_list(Vec::new(), span) };
        self.in_block(span, |this| {
            let source = this.source(given)?;
            if !is_sorted {
                return this.copied_list(&source, span);
            }
            let reverse = this.given_reverse(placed[2], span)?;
            match this.given_key(placed[1])? {
                Some(key) => this.sorted_items(&source, Some(key), reverse, span),
                None => {
                    let list = this.copied_list(&source, span)?;
                    let list = this.kept(list, "sorted");
                    if crate::consume::holds_integer_members(&list.ty) {
                        return this.sorted_members(list, reverse, span);
                    }
                    let item = item_of(&list);
                    this.emit_sort_by(list.clone(), &item, given.span, reverse, span)?;
                    Ok(list)
                }
            }
        })
    }

    /// A key of a sort, unless it is `None`, or a variable that is.
    pub(crate) fn given_key<'e>(&mut self, key: Option<&'e ast::Expr>) -> Typed<Option<&'e ast::Expr>> {
        let Some(key) = key else { return Ok(None) };
        let AstExpr::Name(name) = &key.kind else {
            return Ok(Some(key).filter(|key| key.kind != AstExpr::None));
        };
        let binding = self.locals.find(name).map(|local| self.bindings.get(local));
        let Some(Binding::Version(version)) = binding else { return Ok(Some(key)) };
        match self.function.versions[version].ty.clone() {
            Type::None => Ok(None),
            ty @ (Type::Scalar(_) | Type::Str | Type::Bytes | Type::Array(_) | Type::List(_)) => {
                let value = Expr::new(ExprKind::Version(version), ty, key.span);
                let note = "Key must be None or a Numba JIT compiled function: a kernel";
                Err(self.report_argument_noted("sorted", &value, "a function", note.to_owned()))
            }
            _ => Ok(Some(key)),
        }
    }

    /// Whether a sort goes from the largest to the smallest.
    pub(crate) fn given_reverse(&mut self, reverse: Option<&ast::Expr>, span: Span) -> Typed {
        let Some(reverse) = reverse else { return Ok(constant(Constant::Bool(false), Type::BOOL, span)) };
        if let AstExpr::Name(name) = &reverse.kind
            && let Some(Binding::Version(version)) =
                self.locals.find(name).map(|local| self.bindings.get(local))
            && !self.function.versions[version].ty.as_scalar().is_some_and(Dtype::is_integral)
        {
            let ty = self.function.versions[version].ty.clone();
            let value = Expr::new(ExprKind::Version(version), ty, reverse.span);
            let note = "an integer is required for 'reverse'";
            return Err(self.report_argument_noted("sorted", &value, "a truth value", note.to_owned()));
        }
        self.condition(reverse)
    }

    /// A new list of items; within a block.
    fn copied_list(&mut self, source: &Source<'_>, span: Span) -> Typed {
        match source.iterable() {
            Some(Iterable::List(list)) => Ok(whole_part(list.clone(), span)),
            _ => self.list_of(source, span),
        }
    }
}

pub(crate) fn with_first(first: Expr, rest: Vec<Expr>) -> Vec<Expr> {
    std::iter::once(first).chain(rest).collect()
}

pub(crate) fn compared(op: CompareOp, left: Expr, right: Expr, span: Span) -> Expr {
    scalar_compare(op, left, right, span).expect("both are integers")
}

/// A copy of a list.
pub(crate) fn whole_part(list: Expr, span: Span) -> Expr {
    let ty = list.ty.clone();
    let bounds = [integer(0, span), integer(i64::MAX, span), integer(1, span)];
    perform(Operation::ListPart, with_first(list, bounds.into()), ty, span)
}

/// The comparison of numbers that an operator is.
fn scalar_operator(op: AstCompare) -> Option<CompareOp> {
    Some(match op {
        AstCompare::Eq => CompareOp::Eq,
        AstCompare::Ne => CompareOp::Ne,
        AstCompare::Lt => CompareOp::Lt,
        AstCompare::Le => CompareOp::Le,
        AstCompare::Gt => CompareOp::Gt,
        AstCompare::Ge => CompareOp::Ge,
        AstCompare::In | AstCompare::NotIn | AstCompare::Is | AstCompare::IsNot => return None,
    })
}

/// The kind of items that are numbers or strings.
pub(crate) fn kind_of(item: &Type) -> Option<ItemKind> {
    match item {
        Type::Str => Some(ItemKind::Str),
        Type::Scalar(dtype) => number_kind(*dtype),
        _ => None,
    }
}

pub(crate) fn number_kind(dtype: Dtype) -> Option<ItemKind> {
    match dtype.kind() {
        DtypeKind::Bool => Some(ItemKind::Bool),
        DtypeKind::Signed => Some(ItemKind::Signed),
        DtypeKind::Unsigned => Some(ItemKind::Unsigned),
        DtypeKind::Float => Some(ItemKind::Float),
        DtypeKind::Complex => None,
    }
}
