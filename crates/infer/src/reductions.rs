//! Recognises, in the source, how the iterations of a parallel loop update a variable that they share.
//!
//! A reduction is updated by `x += e` and its kin, `x = x + e`, `x = e + x`, `x = min(x, e)`, any number of times, also under conditions
//! and in inner loops, with one operator; the loop uses `x` nowhere else. Of an array `x[i] += e` and `x[i] = x[i] + e` count as well, and what is asked of `x` is
//! its shape at most; so does `x[i] = np.minimum(x[i], e)`. `if e > x: x = e; y = i` makes `x` an extreme, and `y` its companion.

use crate::environment::Global;
use crate::extremes::ExtremeUpdate;
use crate::function::Inference;
use crate::locals::{visit_captures, visit_walrus};
use crate::reads::{visit_names, visit_names_of_elements};
use hotloop_ast::{Argument, BinaryOp, CompareOp, Expr, ExprKind, Number, Stmt, StmtKind};
use hotloop_diagnostics::Span;
use hotloop_hir::ReductionOp;
use hotloop_intrinsics::{Intrinsic, Item, Typing, lookup};

/// How the iterations of a loop use a variable.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    /// The updates, with their operators.
    pub(crate) updates: Vec<(ReductionOp, Span)>,
    /// Whether one of them is `x = min(e, x)` or `x = max(e, x)`: of equal values the later one stays, and all are compared with what is not a number.
    pub(crate) prefers_later: bool,
    /// How many of the updates are `np.minimum(x[i], e)` or `np.maximum(x[i], e)`, in which what is not a number stays.
    pub(crate) numpy_extremes: usize,
    /// The places that compare it with a value before they make it that value.
    pub(crate) extremes: Vec<ExtremeUpdate>,
    /// The first place that reads it otherwise.
    pub(crate) read: Option<Span>,
    /// The first place that assigns it otherwise.
    pub(crate) assigned: Option<Span>,
    /// How many places do so.
    pub(crate) assignments: usize,
    /// Of the updates of an array's elements the places, where the loop's counter alone tells them apart: an axis, and what is added to the counter there;
    /// `None` for one that other iterations may update, too.
    pub(crate) places: Vec<Option<(usize, i64)>>,
}

impl Usage {
    /// The operator, if all uses are updates with the same one.
    pub(crate) fn operator(&self) -> Option<ReductionOp> {
        let (first, _) = *self.updates.first()?;
        let uniform = self.updates.iter().all(|(op, _)| *op == first) && self.extremes.is_empty();
        let alike = self.numpy_extremes == 0 || self.numpy_extremes == self.updates.len();
        (uniform && alike && self.read.is_none() && self.assigned.is_none()).then_some(first)
    }

    /// Where it is updated, by operators and by comparisons.
    pub(crate) fn places_of_updates(&self) -> Vec<Span> {
        let compared = self.extremes.iter().map(|update| update.span);
        self.updates.iter().map(|(_, span)| *span).chain(compared).collect()
    }

    fn note_assigned(&mut self, span: Span) {
        self.assigned.get_or_insert(span);
        self.assignments += 1;
    }

    /// Whether each element of an array is updated by one iteration at most.
    pub(crate) fn is_apart(&self) -> bool {
        let first = self.places.first().copied().flatten();
        first.is_some()
            && self.places.iter().all(|place| *place == first)
            && self.places.len() == self.updates.len()
    }
}

/// Finds the uses of one variable.
pub(crate) struct Usages<'a, 'i> {
    pub(crate) name: &'a str,
    pub(crate) inference: &'a Inference<'i>,
    /// Of an array: the name that counts the iterations.
    pub(crate) counter: Option<&'a str>,
    pub(crate) usage: Usage,
}

impl<'a, 'i> Usages<'a, 'i> {
    /// Of a variable that is a number, or is not known to be an array.
    pub(crate) fn of(name: &'a str, inference: &'a Inference<'i>) -> Self {
        Self { name, inference, counter: None, usage: Usage::default() }
    }

    /// Of an array, in a loop that counts by the name.
    pub(crate) fn of_array(name: &'a str, counter: &'a str, inference: &'a Inference<'i>) -> Self {
        Self { counter: Some(counter), ..Self::of(name, inference) }
    }
}

impl Usages<'_, '_> {
    pub(crate) fn block(&mut self, body: &[Stmt]) {
        body.iter().for_each(|statement| self.statement(statement));
    }

    fn statement(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::Expr(value) => self.expression(value),
            StmtKind::Assign { targets, value } => self.assign(targets, value, statement.span),
            StmtKind::AugAssign { target, op, value } => match augmented_operator(*op) {
                Some(op) if self.is_variable(target) && !self.mentions(value) => {
                    self.usage.updates.push((op, statement.span));
                }
                Some(op) if self.is_element(target) && !self.mentions(value) => {
                    self.usage.updates.push((op, statement.span));
                    let place = self.place_of(target);
                    self.usage.places.push(place);
                }
                _ => {
                    self.expression(target);
                    self.target(target);
                    self.expression(value);
                }
            },
            StmtKind::AnnAssign { target, value: Some(value), .. } => {
                self.assign(std::slice::from_ref(target), value, statement.span);
            }
            StmtKind::If { branches, otherwise } => {
                if let Some(update) = self.extreme_update(branches, otherwise) {
                    self.usage.extremes.push(update);
                    return;
                }
                for branch in branches {
                    self.expression(&branch.condition);
                    self.block(&branch.body);
                }
                self.block(otherwise);
            }
            StmtKind::While { condition, body, otherwise } => {
                self.expression(condition);
                self.block(body);
                self.block(otherwise);
            }
            StmtKind::For { target, iterable, body, otherwise, .. } => {
                self.expression(iterable);
                self.target(target);
                self.block(body);
                self.block(otherwise);
            }
            StmtKind::Try { body, handlers, otherwise, finally, .. } => {
                self.block(body);
                handlers.iter().for_each(|handler| self.block(&handler.body));
                self.block(otherwise);
                self.block(finally);
            }
            StmtKind::Delete(targets) => {
                for target in targets {
                    self.expression(target);
                    self.target(target);
                }
            }
            StmtKind::Match { subject, cases } => {
                self.expression(subject);
                for case in cases {
                    let mut captured = false;
                    visit_captures(&case.pattern, &mut |name| captured |= **name == *self.name);
                    if captured {
                        self.usage.note_assigned(case.span);
                    }
                    case.guard.iter().for_each(|guard| self.expression(guard));
                    self.block(&case.body);
                }
            }
            StmtKind::Return(Some(value)) => self.expression(value),
            StmtKind::Raise { exception, .. } => exception.iter().for_each(|value| self.expression(value)),
            StmtKind::Assert { condition, message } => {
                self.expression(condition);
                message.iter().for_each(|message| self.expression(message));
            }
            StmtKind::AnnAssign { value: None, .. }
            | StmtKind::Return(None)
            | StmtKind::With { .. }
            | StmtKind::Function(_)
            | StmtKind::Class(_)
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_)
            | StmtKind::Import(_)
            | StmtKind::ImportFrom { .. }
            | StmtKind::TypeAlias { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Pass
            | StmtKind::Skipped => {}
        }
    }

    fn assign(&mut self, targets: &[Expr], value: &Expr, span: Span) {
        // `x, y = x + e, y + f`: each target is updated by its own value, which sees what the others were before.
        if let [Expr { kind: ExprKind::Tuple(targets), .. }] = targets
            && let ExprKind::Tuple(values) = &value.kind
            && targets.len() == values.len()
            && !targets.iter().chain(values).any(|item| matches!(item.kind, ExprKind::Starred(_)))
        {
            for (target, value) in targets.iter().zip(values) {
                self.assign(std::slice::from_ref(target), value, span);
            }
            return;
        }
        if let [target] = targets
            && let Some(place) = self.updated(target)
            && let Some((op, preference)) = self.update(value, &place)
        {
            self.usage.updates.push((op, span));
            self.usage.prefers_later |= preference == Preference::Later;
            self.usage.numpy_extremes += usize::from(preference == Preference::NotANumber);
            if place.is_element {
                let place = self.place_of(target);
                self.usage.places.push(place);
            }
            return;
        }
        self.expression(value);
        targets.iter().for_each(|target| self.target(target));
    }

    /// The variable, or an element of the array: an array that is assigned is another one.
    fn updated(&self, target: &Expr) -> Option<Updated> {
        match self.counter {
            None if self.is_variable(target) => {
                Some(Updated { text: self.name.to_owned(), is_element: false, whole: None })
            }
            Some(_) if self.is_element(target) && self.is_repeatable(target) => {
                let text = target.to_string();
                let is_whole = ["[:]", "[...]"].iter().any(|all| text == format!("{}{all}", self.name));
                let whole = is_whole.then(|| self.name.to_owned());
                Some(Updated { text, is_element: true, whole })
            }
            None | Some(_) => None,
        }
    }

    /// The operator of `x + e`, `e + x`, `min(x, e)`, `e if e < x else x`, and what it prefers.
    fn update(&self, value: &Expr, own: &Updated) -> Option<(ReductionOp, Preference)> {
        match &value.kind {
            ExprKind::Binary { first, rest } => {
                self.binary_update(first, rest, own).map(|op| (op, Preference::Earlier))
            }
            ExprKind::Call { function, arguments } => self.call_update(function, arguments, own),
            ExprKind::Conditional { condition, then, otherwise } if own.is(otherwise) => {
                let ExprKind::Compare { first, rest } = &condition.kind else { return None };
                let [(op, right)] = rest.as_slice() else { return None };
                let (value, op) = match (own.is(right), own.is(first)) {
                    (true, false) => (&**first, *op),
                    (false, true) => (right, turned(*op)?),
                    (true, true) | (false, false) => return None,
                };
                let is_same = value.to_string() == then.to_string();
                (is_same && !self.mentions(value) && self.is_repeatable(value)).then_some(())?;
                match op {
                    CompareOp::Lt => Some((ReductionOp::Min, Preference::Earlier)),
                    CompareOp::Gt => Some((ReductionOp::Max, Preference::Earlier)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn binary_update(&self, first: &Expr, rest: &[(BinaryOp, Expr)], own: &Updated) -> Option<ReductionOp> {
        let op = augmented_operator(rest[0].0)?;
        if rest.iter().any(|(other, _)| augmented_operator(*other) != Some(op)) {
            return None;
        }
        let operands = std::iter::once(first).chain(rest.iter().map(|(_, operand)| operand));
        let (same, others): (Vec<&Expr>, Vec<&Expr>) = operands.partition(|operand| own.is(operand));
        let commutes = own.is(first)
            || rest
                .iter()
                .any(|(op, operand)| own.is(operand) && !matches!(op, BinaryOp::Sub | BinaryOp::Div));
        (same.len() == 1 && commutes && !others.iter().any(|other| self.mentions(other))).then_some(op)
    }

    fn call_update(
        &self,
        function: &Expr,
        arguments: &[Argument],
        own: &Updated,
    ) -> Option<(ReductionOp, Preference)> {
        let (op, is_numpy) = match self.called_intrinsic(function)? {
            Intrinsic::Min => (ReductionOp::Min, false),
            Intrinsic::Max => (ReductionOp::Max, false),
            Intrinsic::Minimum if own.is_element => (ReductionOp::Min, true),
            Intrinsic::Maximum if own.is_element => (ReductionOp::Max, true),
            _ => return None,
        };
        let mut at = Vec::new();
        for (position, argument) in arguments.iter().enumerate() {
            match argument {
                Argument::Positional(value) if own.is(value) => at.push(position),
                Argument::Positional(value) if !self.mentions(value) => {}
                _ => return None,
            }
        }
        // Between others it would come behind some that are equal to it and before others.
        let last = arguments.len().checked_sub(1).filter(|last| *last > 0)?;
        match at[..] {
            [0] if is_numpy => (last == 1).then_some((op, Preference::NotANumber)),
            [0] => Some((op, Preference::Earlier)),
            [at] if at == last && !is_numpy => Some((op, Preference::Later)),
            _ => None,
        }
    }

    /// The function of the table that a call means.
    fn called_intrinsic(&self, function: &Expr) -> Option<Intrinsic> {
        match &function.kind {
            ExprKind::Name(name) => self.builtin(name),
            ExprKind::Attribute { value, name } => {
                let ExprKind::Name(module) = &value.kind else { return None };
                if self.inference.find_local(module).is_some() {
                    return None;
                }
                let Some(Global::Module(module)) = self.inference.environment.global(module) else {
                    return None;
                };
                match lookup(&format!("{module}.{}", name.name)) {
                    Some(Item::Function(intrinsic, _)) => Some(intrinsic),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether evaluating an expression again is the same: it calls nothing but functions of mathematics and of NumPy that depend on their arguments alone.
    pub(crate) fn is_repeatable(&self, expression: &Expr) -> bool {
        let all = |parts: &[Expr]| parts.iter().all(|part| self.is_repeatable(part));
        match &expression.kind {
            ExprKind::Name(_)
            | ExprKind::Number(_)
            | ExprKind::Bool(_)
            | ExprKind::None
            | ExprKind::Ellipsis
            | ExprKind::Str(_) => true,
            ExprKind::Unary { operand: value, .. } | ExprKind::Attribute { value, .. } => {
                self.is_repeatable(value)
            }
            ExprKind::Binary { first, rest } => {
                self.is_repeatable(first) && rest.iter().all(|(_, operand)| self.is_repeatable(operand))
            }
            ExprKind::Compare { first, rest } => {
                self.is_repeatable(first) && rest.iter().all(|(_, operand)| self.is_repeatable(operand))
            }
            ExprKind::BoolChain { operands, .. } => all(operands),
            ExprKind::Conditional { condition, then, otherwise } => {
                [condition, then, otherwise].into_iter().all(|part| self.is_repeatable(part))
            }
            ExprKind::Subscript { value, index } => self.is_repeatable(value) && self.is_repeatable(index),
            ExprKind::Slice { lower, upper, step } => {
                [lower, upper, step].into_iter().flatten().all(|part| self.is_repeatable(part))
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => all(items),
            ExprKind::Call { function, arguments } => {
                let is_plain = |argument: &Argument| match argument {
                    Argument::Positional(value) => self.is_repeatable(value),
                    Argument::Keyword { .. } | Argument::Unpack(_) | Argument::UnpackKeywords(_) => false,
                };
                self.is_function_of_numbers(function) && arguments.iter().all(is_plain)
            }
            _ => false,
        }
    }

    fn is_function_of_numbers(&self, function: &Expr) -> bool {
        let is_plain = |item: Option<Item>| match item {
            Some(Item::Function(intrinsic, _)) => {
                use Typing::{Class, LoopHead, Object, Random, Reduction, Threads, WholeArrays};
                !matches!(
                    intrinsic.typing(),
                    Class | LoopHead | Object | Random | Reduction | Threads | WholeArrays
                )
            }
            Some(Item::Dtype(_) | Item::PythonType(_)) => true,
            Some(Item::Constant(_) | Item::ComplexConstant(..)) | None => false,
        };
        match &function.kind {
            ExprKind::Name(name) if self.inference.find_local(name).is_some() => false,
            ExprKind::Name(name) => match self.inference.environment.global(name) {
                Some(Global::Item(item)) => is_plain(Some(item)),
                Some(_) => false,
                None => is_plain(lookup(&format!("builtins.{name}"))),
            },
            ExprKind::Attribute { value, name } => {
                let ExprKind::Name(module) = &value.kind else { return false };
                if self.inference.find_local(module).is_some() {
                    return false;
                }
                match self.inference.environment.global(module) {
                    Some(Global::Module(module)) if matches!(&*module, "math" | "numpy") => {
                        is_plain(lookup(&format!("{module}.{}", name.name)))
                    }
                    _ => false,
                }
            }
            _ => false,
        }
    }

    fn builtin(&self, name: &str) -> Option<Intrinsic> {
        if self.inference.find_local(name).is_some() {
            return None;
        }
        match self.inference.environment.global(name) {
            Some(Global::Item(Item::Function(intrinsic, _))) => Some(intrinsic),
            Some(_) => None,
            None => match lookup(&format!("builtins.{name}")) {
                Some(Item::Function(intrinsic, _)) => Some(intrinsic),
                _ => None,
            },
        }
    }

    pub(crate) fn is_variable(&self, expression: &Expr) -> bool {
        matches!(&expression.kind, ExprKind::Name(name) if **name == *self.name)
    }

    /// Whether it is an element, or a part, of the array.
    fn is_element(&self, expression: &Expr) -> bool {
        match &expression.kind {
            ExprKind::Subscript { value, index } => {
                self.counter.is_some() && self.is_variable(value) && !self.mentions(index)
            }
            _ => false,
        }
    }

    /// Where the counter stands in the indices of an element, and what is added to it.
    fn place_of(&self, element: &Expr) -> Option<(usize, i64)> {
        let ExprKind::Subscript { index, .. } = &element.kind else { return None };
        let indices = match &index.kind {
            ExprKind::Tuple(items) => items.as_slice(),
            _ => std::slice::from_ref(&**index),
        };
        indices.iter().enumerate().find_map(|(axis, index)| Some((axis, self.beside_counter(index)?)))
    }

    /// What is added to the counter, if it is nothing else.
    fn beside_counter(&self, index: &Expr) -> Option<i64> {
        let is_counter = |expression: &Expr| match (&expression.kind, self.counter) {
            (ExprKind::Name(name), Some(counter)) => **name == *counter,
            _ => false,
        };
        match &index.kind {
            ExprKind::Name(_) if is_counter(index) => Some(0),
            ExprKind::Binary { first, rest } => match rest.as_slice() {
                [(BinaryOp::Add, by)] if is_counter(first) => literal(by),
                [(BinaryOp::Sub, by)] if is_counter(first) => literal(by).map(|by| -by),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether reading a name reads the variable: because it is its own, or that of a function that captures it.
    fn is_read_by(&self, name: &str) -> bool {
        name == self.name
            || self.inference.locals.captured_by(name).iter().any(|captured| **captured == *self.name)
    }

    pub(crate) fn mentions(&self, expression: &Expr) -> bool {
        let mut found = false;
        self.visit_reads(expression, &mut |name, _| found |= self.is_read_by(name));
        found
    }

    fn visit_reads(&self, expression: &Expr, visit: &mut dyn FnMut(&str, Span)) {
        match self.counter {
            None => visit_names(expression, visit),
            Some(_) => visit_names_of_elements(expression, visit),
        }
    }

    fn expression(&mut self, expression: &Expr) {
        let name = self.name;
        let mut read = None;
        self.visit_reads(expression, &mut |found, span| {
            if self.is_read_by(found) {
                read.get_or_insert(span);
            }
        });
        self.usage.read = self.usage.read.or(read);
        let mut assigned = false;
        visit_walrus(expression, &mut |found| assigned |= **found == *name);
        if assigned {
            self.usage.note_assigned(expression.span);
        }
    }

    fn target(&mut self, target: &Expr) {
        match &target.kind {
            ExprKind::Name(name) if **name == *self.name => {
                self.usage.note_assigned(target.span);
            }
            ExprKind::Name(_) => {}
            ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().for_each(|item| self.target(item)),
            _ => self.expression(target),
        }
    }
}

/// Which of two values an update lets stay where comparing them does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Preference {
    /// What was there.
    Earlier,
    /// What comes.
    Later,
    /// What is not a number.
    NotANumber,
}

/// What an assignment updates, as it is written.
struct Updated {
    text: String,
    is_element: bool,
    /// The array, if all of its elements are updated.
    whole: Option<String>,
}

impl Updated {
    fn is(&self, expression: &Expr) -> bool {
        match &expression.kind {
            ExprKind::Name(name) => {
                let own = if self.is_element { self.whole.as_deref() } else { Some(&*self.text) };
                own == Some(&**name)
            }
            ExprKind::Subscript { .. } => self.is_element && expression.to_string() == self.text,
            _ => false,
        }
    }
}

/// The comparison with its sides exchanged, if it is one of order.
pub(crate) fn turned(op: CompareOp) -> Option<CompareOp> {
    match op {
        CompareOp::Lt => Some(CompareOp::Gt),
        CompareOp::Le => Some(CompareOp::Ge),
        CompareOp::Gt => Some(CompareOp::Lt),
        CompareOp::Ge => Some(CompareOp::Le),
        CompareOp::Eq
        | CompareOp::Ne
        | CompareOp::Is
        | CompareOp::IsNot
        | CompareOp::In
        | CompareOp::NotIn => None,
    }
}

/// An integer as it is written.
fn literal(expression: &Expr) -> Option<i64> {
    match &expression.kind {
        ExprKind::Number(Number::Int { digits, radix }) => i64::from_str_radix(digits, *radix).ok(),
        _ => None,
    }
}

/// The reduction that an operator belongs to.
fn augmented_operator(op: BinaryOp) -> Option<ReductionOp> {
    match op {
        BinaryOp::Add | BinaryOp::Sub => Some(ReductionOp::Add),
        BinaryOp::Mul | BinaryOp::Div => Some(ReductionOp::Mul),
        BinaryOp::BitAnd => Some(ReductionOp::And),
        BinaryOp::BitOr => Some(ReductionOp::Or),
        BinaryOp::BitXor => Some(ReductionOp::Xor),
        BinaryOp::MatMul
        | BinaryOp::FloorDiv
        | BinaryOp::Mod
        | BinaryOp::Pow
        | BinaryOp::LShift
        | BinaryOp::RShift => None,
    }
}
