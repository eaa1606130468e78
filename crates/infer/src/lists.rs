//! Lists: how they are made, what their items are, and their methods.
//!
//! A list is one object under all its names, so the type of its items is fixed where it is made. `[]` does not tell that type: it is
//! found by trial. What is put into a list is noted for the places where the list was made, as far as they are known, and the function is typed
//! again from its start with these types, until nothing is wider than assumed.

use crate::call::Arguments;
use crate::comprehensions::{Carried, Source};
use crate::conditions::{scalar_compare, short_circuit};
use crate::conversion::{convert, to_dtype};
use crate::expression::{Value, constant};
use crate::function::{Inference, Reported, Typed, can_convert};
use crate::iteration::{Iterable, arithmetic, integer};
use crate::sequences::{length_of, perform, sequence_item};
use hotloop_abi::ExceptionClass;
use hotloop_ast as ast;
use hotloop_ast::{BoolOp, CompareOp as AstCompare, ExprKind as AstExpr, Identifier};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{BinaryOp, CompareOp, Constant, Expr, ExprKind, ObjectExpr, StmtKind, Version};
use hotloop_objects::{ItemKind, Operation, Shape};
use hotloop_types::{Dtype, DtypeKind, Type, unify};
use rustc_hash::FxHashMap;
use std::rc::Rc;

static ITEM: Code = Code::new("HL0253", "a list cannot hold values of this type in a kernel");
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
    /// Whether something new was found out.
    pub(crate) has_changed: bool,
}

impl ListTypes {
    /// For another trial, with what was found out about places.
    pub(crate) fn for_next_trial(self) -> Self {
        Self { items: self.items, ..Self::default() }
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
fn can_hold(ty: &Type) -> bool {
    match ty {
        Type::Scalar(_) | Type::Array(_) | Type::Str | Type::Bytes | Type::Enum(_) => true,
        Type::List(item) => item.is_undefined() || can_hold(item),
        Type::Tuple(items) => !items.is_empty() && items.iter().all(can_hold),
        Type::None
        | Type::Dtype(_)
        | Type::Function(_)
        | Type::Optional(_)
        | Type::Range
        | Type::Generator(_)
        | Type::Undefined => false,
    }
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
        | Type::Undefined => 0,
    }
}

/// The type of a list's items.
fn item_of(list: &Expr) -> Type {
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
        let items = items.iter().map(|item| self.expression(item)).collect::<Typed<Vec<Expr>>>()?;
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
        for value in &items {
            self.check_item(value)?;
            self.note_inner(span, value);
            item = self.common_item(&item, value, span)?;
        }
        if item.is_undefined() {
            self.note_unknown_items(span);
        }
        for value in &items {
            self.define_items(value, &item)?;
        }
        let items = items.into_iter().map(|value| convert(value, &item)).collect();
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
        if let Some(common) = unify(item, &value.ty).filter(can_hold) {
            return Ok(common);
        }
        Err(self.report_item(item, value, list))
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
            let known = self.lists.items.get(site);
            let wider = match known {
                Some(known) => unify(known, item).or_else(|| {
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
        let [a, b] = versions.map(|version| self.function.versions[version].ty.clone());
        let (Type::List(a), Type::List(b)) = (&a, &b) else { return };
        for (version, own, other) in [(versions[0], a, b), (versions[1], b, a)] {
            if own.is_undefined() && !other.is_undefined() {
                let sites = self.lists.sites_of_version(version);
                self.note_items(&sites, other);
            }
        }
    }

    /// A value made an item of a list; widens the list where it is made, in the next trial.
    fn as_item(&mut self, list: &Expr, value: Expr) -> Typed {
        self.check_item(&value)?;
        let item = item_of(list);
        let sites = self.lists.sites_of(list);
        let inner = self.lists.sites_of(&value);
        for site in &sites {
            self.lists.inner.entry(*site).or_default().extend(inner.iter().copied());
        }
        if value.ty == item && !item.is_undefined() {
            return Ok(value);
        }
        let wider = if item == Type::Undefined { Some(value.ty.clone()) } else { unify(&item, &value.ty) };
        if wider.as_ref().is_some_and(|item| list_depth(item) >= MAX_LIST_DEPTH) {
            return Err(self.report_nested(list, &value));
        }
        match wider {
            Some(wider) if wider == item && !item.is_undefined() => return Ok(convert(value, &item)),
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
        // What is a list of nothing yet takes the type that it is put beside.
        if let (Type::List(own), Type::List(held)) = (&value.ty, &item)
            && own.is_undefined()
        {
            self.note_items(&inner, held);
            return Err(Reported);
        }
        if item.is_undefined() || self.lists.has_changed {
            return Err(Reported);
        }
        Err(self.report_item(&item, &value, list.span))
    }

    /// Says, at the end, of which lists nobody knows what they hold.
    pub(crate) fn report_unknown_items(&mut self) {
        if self.lists.has_changed {
            return;
        }
        for site in std::mem::take(&mut self.lists.unknown) {
            let message = "nothing says what the items of this list are";
            let diagnostic = Diagnostic::error(&UNKNOWN_ITEM, message, site)
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

    /// The list bound to a name, and an index into it counted from the start; raises with that message where there is no such item.
    fn place_in(
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
                let value = self.expression(placed[0].expect("it is required"))?;
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
                let value = self.expression(placed[1].expect("it is required"))?;
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
                self.place_in(list, index, "pop index out of range", span, |this, list, place| {
                    let taken = sequence_item(list.clone(), place.clone(), span);
                    this.with_let(taken, "item", span, |this, taken| {
                        let behind = arithmetic(BinaryOp::Add, place.clone(), integer(1, span), span);
                        let removed = nothing(Operation::ListRemove, vec![list, place, behind]);
                        this.with_let(removed, "removed", span, |_, _| Ok(taken))
                    })
                })
            }
            "remove" => {
                let placed = self.place_arguments("remove", &["value"], 1, arguments, span)?;
                let value = self.expression(placed[0].expect("it is required"))?;
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
                let value = self.expression(placed[0].expect("it is required"))?;
                let mut bounds = [integer(0, span), integer(i64::MAX, span)];
                for (bound, given) in bounds.iter_mut().zip(&placed[1..]) {
                    if let Some(given) = given {
                        let given = self.expression(given)?;
                        *bound = to_dtype(self.integer_index(given)?, Dtype::Int64);
                    }
                }
                let found = self.position_of(list, value, Some(bounds), span)?;
                self.found(found, "the value is not in list", span, |_, place| Ok(place))
            }
            "count" => {
                let placed = self.place_arguments("count", &["value"], 1, arguments, span)?;
                let value = self.expression(placed[0].expect("it is required"))?;
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
                let reverse = placed[1].map(|reverse| self.condition(reverse)).transpose()?;
                let reverse = reverse.unwrap_or_else(|| constant(Constant::Bool(false), Type::BOOL, span));
                self.sort_list(list, given_key(placed[0]), reverse, span)
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

    /// `left op right` of lists.
    pub(crate) fn ordered_lists(&mut self, op: AstCompare, left: Expr, right: Expr, span: Span) -> Typed {
        if left.ty.is_undefined() || right.ty.is_undefined() {
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
            ast::BinaryOp::Add if unify(&left.ty, &right.ty).is_some() => {
                for (one, other) in [(&left, &right), (&right, &left)] {
                    if item_of(one).is_undefined() {
                        let sites = self.lists.sites_of(one);
                        self.note_items(&sites, &item_of(other));
                    }
                }
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
            let message = "a sequence of another length is assigned to an extended slice";
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
        if !matches!(list.ty, Type::List(_)) {
            let message = format!("items of {} cannot be deleted in a kernel", list.ty);
            let diagnostic = Diagnostic::error(&ITEM, message, span)
                .with_label(list.span, format!("this is {}", list.ty))
                .with_help("delete items of lists only");
            return Err(self.report(diagnostic));
        }
        self.check_change(&list, span)?;
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
            let reverse = placed[2].map(|reverse| this.condition(reverse)).transpose()?;
            let reverse = reverse.unwrap_or_else(|| constant(Constant::Bool(false), Type::BOOL, span));
            match given_key(placed[1]) {
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

    /// A new list of items; within a block.
    fn copied_list(&mut self, source: &Source<'_>, span: Span) -> Typed {
        match source.iterable() {
            Some(Iterable::List(list)) => Ok(whole_part(list.clone(), span)),
            _ => self.list_of(source, span),
        }
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

fn with_first(first: Expr, rest: Vec<Expr>) -> Vec<Expr> {
    std::iter::once(first).chain(rest).collect()
}

fn compared(op: CompareOp, left: Expr, right: Expr, span: Span) -> Expr {
    scalar_compare(op, left, right, span).expect("both are integers")
}

/// A copy of a list.
fn whole_part(list: Expr, span: Span) -> Expr {
    let ty = list.ty.clone();
    let bounds = [integer(0, span), integer(i64::MAX, span), integer(1, span)];
    perform(Operation::ListPart, with_first(list, bounds.into()), ty, span)
}

/// A key of a sort, unless it is `None`.
fn given_key(key: Option<&ast::Expr>) -> Option<&ast::Expr> {
    key.filter(|key| key.kind != AstExpr::None)
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

fn number_kind(dtype: Dtype) -> Option<ItemKind> {
    match dtype.kind() {
        DtypeKind::Bool => Some(ItemKind::Bool),
        DtypeKind::Signed => Some(ItemKind::Signed),
        DtypeKind::Unsigned => Some(ItemKind::Unsigned),
        DtypeKind::Float => Some(ItemKind::Float),
        DtypeKind::Complex => None,
    }
}
