//! Assignments: to names, to elements, to tuples of these, and with an operator.

use crate::bindings::Binding;
use crate::conditions::{scalar_compare, unwrapped};
use crate::conversion::convert;
use crate::expression::Value;
use crate::flat::is_flat;
use crate::function::{Inference, Reported, Typed, can_convert, counted};
use crate::iteration::{arithmetic, array_item, integer, tuple_of};
use crate::sequences::{length_of, perform, sequence_item};
use crate::subscript::fields_help;
use crate::views::Place;
use hotloop_abi::ExceptionClass;
use hotloop_ast as ast;
use hotloop_ast::BinaryOp;
use hotloop_ast::ExprKind as AstExpr;
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir as hir;
use hotloop_hir::{CompareOp, Exception, ExceptionArgument, Expr, ExprKind, StmtKind, Version};
use hotloop_objects::Operation;
use hotloop_types::{ArrayType, Type};

static UNPACKING: Code = Code::new("HL0212", "a value cannot be unpacked into these targets");
static TARGET: Code = Code::new("HL0310", "a kind of assignment is not supported in a kernel yet");
static READ_ONLY: Code = Code::new("HL0213", "a read-only array is written");
static DECLARED: Code = Code::new("HL0266", "a value does not fit the type declared for its variable");
pub(crate) static STORED: Code = Code::new("HL0222", "a value cannot be stored in an array");

impl Inference<'_> {
    pub(crate) fn assign(&mut self, targets: &[ast::Expr], value: &ast::Expr, span: Span) -> Typed<()> {
        let result = self.assign_value(targets, value, span);
        if result.is_err() {
            targets.iter().for_each(|target| self.poison(target));
        }
        result
    }

    fn assign_value(&mut self, targets: &[ast::Expr], value: &ast::Expr, span: Span) -> Typed<()> {
        if let ([target], AstExpr::Tuple(items)) = (targets, &value.kind)
            && let Some(parts) = tuple_target(target)
            && parts.len() == items.len()
            && !parts.iter().chain(items).any(|part| matches!(part.kind, AstExpr::Starred(_)))
        {
            return self.assign_pairwise(parts, items, span);
        }
        if let ([target], Some(function)) = (targets, self.named_lambda(value)) {
            return self.assign_to(target, function, span);
        }
        let value = self.value(value)?;
        self.check_stored(&value)?;
        match targets {
            [target] => self.assign_to(target, value, span),
            several => {
                let value = self.kept(value, "value");
                several.iter().try_for_each(|target| self.assign_to(target, value.clone(), span))
            }
        }
    }

    /// `a, b = x, y`: all values are evaluated before the first is assigned, without a tuple.
    fn assign_pairwise(&mut self, targets: &[ast::Expr], items: &[ast::Expr], span: Span) -> Typed<()> {
        let mut values = Vec::with_capacity(items.len());
        for (target, item) in targets.iter().zip(items) {
            let value = self.value(item)?;
            self.check_stored(&value)?;
            values.push(match &target.kind {
                // A new version of a name disturbs none of the values to come, unless one of them raises and a handler looks at the names.
                AstExpr::Name(name) if all_names(targets) && self.guards.is_empty() => {
                    let version = self.assign_version(name, value, target.span);
                    Pending::Done(name, version)
                }
                _ => Pending::Value(self.kept(value, "value")),
            });
        }
        let mut result = Ok(());
        for (target, value) in targets.iter().zip(values) {
            match value {
                Pending::Done(name, version) => self.bind(name, version),
                Pending::Value(value) => {
                    if self.assign_to(target, value, span).is_err() {
                        result = Err(Reported);
                    }
                }
            }
        }
        result
    }

    /// A value that can be used more than once: bound to a temporary unless it is a constant or a version.
    pub(crate) fn kept(&mut self, value: Expr, purpose: &str) -> Expr {
        if self.is_simple(&value) {
            return value;
        }
        let (ty, span) = (value.ty.clone(), value.span);
        let version = self.new_temporary(purpose, ty.clone(), span);
        let sites = self.lists.sites_of(&value);
        self.lists.set_sites(version, sites);
        self.emit(StmtKind::Assign { target: version, value }, span);
        Expr::new(ExprKind::Version(version), ty, span)
    }

    /// Whether evaluating the expression twice, or later, is the same: a constant, a version that cannot be
    /// unassigned, or a tuple of these.
    pub(crate) fn is_simple(&self, value: &Expr) -> bool {
        match &value.kind {
            ExprKind::Constant(_) | ExprKind::ConstantArray(_) => true,
            ExprKind::Version(version) => !self.function.versions[*version].maybe_unassigned,
            ExprKind::Tuple(items) => items.iter().all(|item| self.is_simple(item)),
            _ => false,
        }
    }

    /// Whether nothing happens when the expression is left out.
    pub(crate) fn is_pure(&self, value: &Expr) -> bool {
        match &value.kind {
            ExprKind::TupleItem(value, _) | ExprKind::ArrayAttribute(value, _) => self.is_pure(value),
            ExprKind::Tuple(items) => items.iter().all(|item| self.is_pure(item)),
            _ => self.is_simple(value),
        }
    }

    pub(crate) fn assign_to(&mut self, target: &ast::Expr, value: Expr, span: Span) -> Typed<()> {
        match &target.kind {
            AstExpr::Name(name) => {
                let version = self.assign_version(name, value, target.span);
                self.bind(name, version);
                Ok(())
            }
            AstExpr::Tuple(items) | AstExpr::List(items) => self.unpack(items, value, target.span, span),
            AstExpr::Subscript { value: array, index } => self.store(array, index, value, target.span, span),
            AstExpr::Attribute { value: owner, name } => {
                let shown = if let AstExpr::Name(owner) = &owner.kind { owner } else { "p" };
                let owner = self.operand(owner)?.present();
                if let Some(array) = self.written_attribute(&owner, &name.name, &value, target.span)? {
                    return self.store_in_view(array, value, target.span, span);
                }
                Err(self.report_attribute_target(&owner, shown, &name.name, target.span))
            }
            _ => {
                let message =
                    format!("assigning to {} is not supported yet in a kernel", target.kind.describe());
                let help = "name each variable that is assigned";
                Err(self.report(Diagnostic::error(&TARGET, message, target.span).with_help(help)))
            }
        }
    }

    /// What `array.flat = value`, `array.real = value` and `array.imag = value` write.
    fn written_attribute(
        &mut self,
        owner: &Value,
        name: &str,
        value: &Expr,
        span: Span,
    ) -> Typed<Option<Expr>> {
        let Value::Expr(array @ Expr { ty: Type::Array(ty), .. }) = owner else { return Ok(None) };
        match name {
            // An array would be repeated as often as it takes.
            "flat" if value.ty.as_scalar().is_some() => Ok(Some(array.clone())),
            "real" => self.part_of_array(array.clone(), *ty, false, span).map(Some),
            "imag" if ty.dtype.is_complex() => self.part_of_array(array.clone(), *ty, true, span).map(Some),
            _ => Ok(None),
        }
    }

    fn report_attribute_target(&mut self, owner: &Value, shown: &str, name: &str, span: Span) -> Reported {
        let named = match owner {
            Value::Expr(Expr { ty: Type::Tuple(types), .. }) => types.class().map(|_| types),
            Value::Expr(_) | Value::Global(..) | Value::Caught(..) | Value::Str(..) => None,
        };
        let message = match named {
            Some(types) if types.field(name).is_some() => {
                format!("the field `{name}` of a named tuple cannot be assigned")
            }
            _ => format!("assigning the attribute `{name}` is not supported yet in a kernel"),
        };
        let diagnostic = Diagnostic::error(&TARGET, message, span);
        let diagnostic = match named {
            Some(types) if types.field(name).is_some() => diagnostic.with_help(format!(
                "the fields of a named tuple do not change; make a new one, as in `{shown} = {shown}._replace({name}=...)`"
            )),
            Some(types) => diagnostic.with_help(fields_help(types)),
            None => diagnostic.with_help("assign the elements of the array one by one"),
        };
        self.report(diagnostic)
    }

    fn assign_version(&mut self, name: &str, value: Expr, span: Span) -> Version {
        let local = self.find_local(name).expect("every name that is assigned is a local");
        let value = self.as_declared(name, value);
        let version = self.new_version(local, value.ty.clone(), span);
        let sites = self.lists.sites_of(&value);
        self.lists.set_sites(version, sites);
        self.emit(StmtKind::Assign { target: version, value }, span);
        version
    }

    /// A value in the type that the decorator's `locals` gives the name.
    fn as_declared(&mut self, name: &str, value: Expr) -> Expr {
        let Some(declared) = self.callees.local_type(name) else { return value };
        if can_convert(&value.ty, &declared) {
            return convert(value, &declared);
        }
        let message = format!(
            "the decorator declares `{name}` as {declared}, but a value of type {} is assigned",
            value.ty
        );
        self.report(
            Diagnostic::error(&DECLARED, message, value.span)
                .with_primary(format!("this is {}", value.ty))
                .with_help(format!("leave `{name}` out of `locals`, or give it another name")),
        );
        value
    }

    /// Assigns a value to a name.
    pub(crate) fn bind_value(&mut self, name: &str, value: Expr, span: Span) {
        let version = self.assign_version(name, value, span);
        self.bind(name, version);
    }

    /// After an error a name has no type.
    pub(crate) fn poison_name(&mut self, name: &str) {
        if let Some(local) = self.find_local(name) {
            self.bindings.set(local, Binding::Poisoned);
        }
    }

    fn bind(&mut self, name: &str, version: Version) {
        let local = self.find_local(name).expect("every name that is assigned is a local");
        self.bindings.set(local, Binding::Version(version));
    }

    /// After an error the names of a target have no type.
    pub(crate) fn poison(&mut self, target: &ast::Expr) {
        let mut names = Vec::new();
        crate::locals::visit_target(target, &mut |name| names.push(name.clone()));
        for local in names.iter().filter_map(|name| self.find_local(name)).collect::<Vec<_>>() {
            self.bindings.set(local, Binding::Poisoned);
        }
    }

    fn unpack(&mut self, targets: &[ast::Expr], value: Expr, target_span: Span, span: Span) -> Typed<()> {
        let value = unwrapped(value);
        if let Type::Array(ty) = value.ty
            && ty.ndim > 0
        {
            return self.unpack_array(targets, value, ty, target_span, span);
        }
        if matches!(&value.ty, Type::List(item) if **item != Type::Undefined) || value.ty == Type::Str {
            return self.unpack_sequence(targets, value, target_span, span);
        }
        let Type::Tuple(types) = &value.ty else {
            let message = format!("a value of type {} cannot be unpacked in a kernel yet", value.ty);
            let diagnostic = Diagnostic::error(&UNPACKING, message, target_span)
                .with_label(value.span, format!("this is {}", value.ty))
                .with_help("index it, as in `a = x[0]`");
            return Err(self.report(diagnostic));
        };
        let star = targets.iter().position(|target| matches!(target.kind, AstExpr::Starred(_)));
        let fits = match star {
            Some(_) => types.len() + 1 >= targets.len(),
            None => types.len() == targets.len(),
        };
        if !fits {
            let message = format!(
                "{} cannot be unpacked into {}",
                counted(types.len(), "value"),
                counted(targets.len(), "target")
            );
            let diagnostic = Diagnostic::error(&UNPACKING, message, target_span)
                .with_label(value.span, format!("this is {}", value.ty))
                .with_help("name as many targets as there are values");
            return Err(self.report(diagnostic));
        }
        let types = types.clone();
        let value = match value.kind {
            // The items of a display need no tuple around them.
            ExprKind::Tuple(items) => {
                let items = items.into_iter().map(|item| self.kept(item, "value")).collect();
                Expr { kind: ExprKind::Tuple(items), ..value }
            }
            _ => self.kept(value, "values"),
        };
        let mut items: Vec<Expr> = crate::tuples::items(&value, &types).collect();
        if let Some(star) = star {
            let count = types.len() + 1 - targets.len();
            let rest = tuple_of(items.drain(star..star + count).collect(), value.span);
            items.insert(star, rest);
        }
        self.assign_each(targets, items, span)
    }

    /// Assigns an item to each target; that of a star has a list or tuple.
    fn assign_each(&mut self, targets: &[ast::Expr], items: Vec<Expr>, span: Span) -> Typed<()> {
        targets.iter().zip(items).try_for_each(|(target, item)| {
            let target = if let AstExpr::Starred(inner) = &target.kind { inner } else { target };
            self.assign_to(target, item, span)
        })
    }

    /// The items of a list or the characters of a string, whose length is checked. All are taken before the first is assigned.
    fn unpack_sequence(
        &mut self,
        targets: &[ast::Expr],
        value: Expr,
        target_span: Span,
        span: Span,
    ) -> Typed<()> {
        let star = targets.iter().position(|target| matches!(target.kind, AstExpr::Starred(_)));
        if star.is_some() && value.ty == Type::Str {
            let message = "a string cannot be unpacked into a target with a star in a kernel yet";
            let diagnostic = Diagnostic::error(&UNPACKING, message, target_span)
                .with_label(value.span, "this is str")
                .with_help("take a slice of it, as in `s[1:]`");
            return Err(self.report(diagnostic));
        }
        let sequence = self.kept(value, "sequence");
        let length = self.kept(length_of(sequence.clone(), span), "length");
        let least = (targets.len() - usize::from(star.is_some())) as i64;
        let op = if star.is_some() { CompareOp::Lt } else { CompareOp::Ne };
        let is_wrong = scalar_compare(op, length.clone(), integer(least, span), span);
        let message = match star {
            Some(_) => format!("fewer than {} were unpacked", counted(least as usize, "value")),
            None => {
                format!("another number of values was unpacked into {}", counted(targets.len(), "target"))
            }
        };
        let exception = Exception {
            class: ExceptionClass::ValueError.into(),
            arguments: vec![ExceptionArgument::Str(message)],
        };
        let mismatch = hir::Stmt { kind: StmtKind::Raise { exception }, span };
        self.emit_choice(is_wrong.expect("both are integers"), vec![mismatch], span);
        let mut items = Vec::with_capacity(targets.len());
        for position in 0..targets.len() {
            let from_end = position as i64 - targets.len() as i64;
            let item = match star {
                Some(star) if star == position => {
                    let stop = arithmetic(
                        hotloop_hir::BinaryOp::Add,
                        length.clone(),
                        integer(from_end + 1, span),
                        span,
                    );
                    let bounds = vec![integer(position as i64, span), stop, integer(1, span)];
                    let arguments = std::iter::once(sequence.clone()).chain(bounds).collect();
                    perform(Operation::ListPart, arguments, sequence.ty.clone(), span)
                }
                Some(star) if star < position => {
                    sequence_item(sequence.clone(), integer(from_end, span), span)
                }
                Some(_) | None => sequence_item(sequence.clone(), integer(position as i64, span), span),
            };
            items.push(self.kept(item, "item"));
        }
        self.assign_each(targets, items, span)
    }

    /// The items of an array, whose length is checked.
    fn unpack_array(
        &mut self,
        targets: &[ast::Expr],
        value: Expr,
        ty: ArrayType,
        target_span: Span,
        span: Span,
    ) -> Typed<()> {
        if targets.iter().any(|target| matches!(target.kind, AstExpr::Starred(_))) {
            let message = "an array cannot be unpacked into a target with a star in a kernel yet";
            let diagnostic = Diagnostic::error(&UNPACKING, message, target_span)
                .with_label(value.span, format!("this is {}", value.ty))
                .with_help("index it, as in `a = x[0]`");
            return Err(self.report(diagnostic));
        }
        let array = self.kept(value, "array");
        let length = crate::arrays::length(&array, ty, 0, span);
        let wanted = integer(targets.len() as i64, span);
        let is_wrong = Expr::new(
            ExprKind::Compare { op: CompareOp::Ne, left: Box::new(length), right: Box::new(wanted) },
            Type::BOOL,
            span,
        );
        let mismatch = StmtKind::Raise {
            exception: Exception {
                class: ExceptionClass::ValueError.into(),
                arguments: vec![ExceptionArgument::Str(format!(
                    "an array of another length was unpacked into {}",
                    counted(targets.len(), "target")
                ))],
            },
        };
        self.emit(StmtKind::leave_if(is_wrong, vec![hir::Stmt { kind: mismatch, span }]), span);
        for (position, target) in targets.iter().enumerate() {
            let position = integer(position as i64, span);
            self.assign_to(target, array_item(array.clone(), ty, vec![position], span), span)?;
        }
        Ok(())
    }

    fn store(
        &mut self,
        array: &ast::Expr,
        index: &ast::Expr,
        value: Expr,
        target_span: Span,
        span: Span,
    ) -> Typed<()> {
        let expanded = self.with_slices(index);
        let index = expanded.as_ref().unwrap_or(index);
        if is_flat(array) {
            // What finds the place are statements.
            let value = self.kept(value, "value");
            let place = self.written_flat(array, index, target_span)?;
            return self.store_at_place(place, value, target_span, span);
        }
        let base = self.expression(array)?;
        if let Type::List(_) = base.ty {
            return self.store_in_list(base, index, value, span);
        }
        let place = self.assigned_place(base, index, target_span)?;
        self.store_at_place(place, value, target_span, span)
    }

    fn store_at_place(&mut self, place: Place, value: Expr, target_span: Span, span: Span) -> Typed<()> {
        match place {
            Place::View(view) => self.store_in_view(view, value, target_span, span),
            Place::Chosen(chosen) => self.store_chosen(*chosen, value, target_span, span),
            Place::Element(array, indices) => {
                let array_type = self.writable(&array, target_span)?;
                let value = self.stored_value(value, array_type)?;
                self.emit(StmtKind::StoreElement { array, indices, value }, span);
                Ok(())
            }
        }
    }

    pub(crate) fn writable(&mut self, array: &Expr, target_span: Span) -> Typed<ArrayType> {
        let Type::Array(array_type) = array.ty else { unreachable!("a place is in an array") };
        if !array_type.readonly {
            return Ok(array_type);
        }
        let diagnostic = Diagnostic::error(&READ_ONLY, "the array is read-only", target_span)
            .with_label(array.span, format!("this is {}", array.ty))
            .with_note(format!("Cannot modify readonly array of type: {}", array.ty))
            .with_help("write into a copy, or pass an array that may be written");
        Err(self.report(diagnostic))
    }

    pub(crate) fn stored_value(&mut self, value: Expr, array: ArrayType) -> Typed {
        let value = self.as_number(element_of_one(unwrapped(value)));
        if let Type::Scalar(dtype) = value.ty
            && (!dtype.is_complex() || array.dtype.is_complex())
        {
            return self.fitting(value, array.dtype);
        }
        let message =
            format!("a value of type {} cannot be stored in an element of type {}", value.ty, array.dtype);
        Err(self.report(
            Diagnostic::error(&STORED, message, value.span).with_help("store a number or a truth value"),
        ))
    }

    pub(crate) fn augmented(
        &mut self,
        target: &ast::Expr,
        op: BinaryOp,
        value: &ast::Expr,
        span: Span,
    ) -> Typed<()> {
        let result = match &target.kind {
            AstExpr::Subscript { value: array, index } => {
                self.augmented_element((array, index, target.span), op, value, span)
            }
            AstExpr::Name(name) => self.augmented_name(name, target, op, value),
            _ => self.assign_to(target, Expr::constant(hotloop_hir::Constant::None, Type::None), span),
        };
        if result.is_err() {
            self.poison(target);
        }
        result
    }

    fn augmented_name(
        &mut self,
        name: &str,
        target: &ast::Expr,
        op: BinaryOp,
        value: &ast::Expr,
    ) -> Typed<()> {
        let left = self.expression(target)?;
        let span = target.span.to(value.span);
        if let (Type::List(_), BinaryOp::Add) = (&left.ty, op) {
            // The list itself grows, under all its names.
            self.check_change(&left, span)?;
            let extended = self.extended(left, value, span)?;
            self.emit(StmtKind::Expr(extended), span);
            return Ok(());
        }
        let right = self.operand(value)?;
        if let Type::Array(_) = left.ty {
            // The array itself changes, under all its names.
            let right = unwrapped(self.run_time_value(right)?);
            return self.augmented_array(op, left, right, target.span, span);
        }
        let result = self.binary(op, left.into(), right, span, target.span)?;
        let version = self.assign_version(name, result, target.span);
        self.bind(name, version);
        Ok(())
    }

    /// `array[index] op= value`, where array and index are evaluated once.
    fn augmented_element(
        &mut self,
        (array, index, target_span): (&ast::Expr, &ast::Expr, Span),
        op: BinaryOp,
        value: &ast::Expr,
        span: Span,
    ) -> Typed<()> {
        let expanded = self.with_slices(index);
        let index = expanded.as_ref().unwrap_or(index);
        let place = if is_flat(array) {
            self.written_flat(array, index, target_span)?
        } else {
            let base = self.expression(array)?;
            if let Type::List(_) = base.ty {
                return self.augmented_item(base, index, op, value, span);
            }
            self.assigned_place(base, index, target_span)?
        };
        let (array, indices) = match place {
            Place::Element(array, indices) => (array, indices),
            Place::View(view) => {
                let view = self.kept(view, "view");
                let value = self.expression(value)?;
                return self.augmented_array(op, view, value, target_span, span);
            }
            Place::Chosen(chosen) => {
                return self.augmented_chosen(op, *chosen, value, target_span, span);
            }
        };
        let array_type = self.writable(&array, target_span)?;
        let array = self.kept(array, "array");
        let indices: Vec<Expr> = indices.into_iter().map(|index| self.kept(index, "index")).collect();
        let element = ExprKind::Element { array: Box::new(array.clone()), indices: indices.clone() };
        let element = Expr::new(element, Type::Scalar(array_type.dtype), target_span);
        let right = self.operand(value)?;
        let result = self.binary(op, element.into(), right, span, target_span)?;
        let value = self.stored_value(result, array_type)?;
        self.emit(StmtKind::StoreElement { array, indices, value }, span);
        Ok(())
    }
}

/// A value of a pairwise assignment, on its way to its target.
enum Pending<'s> {
    /// In a version that only has to be bound.
    Done(&'s str, Version),
    Value(Expr),
}

/// The element of an array without dimensions; anything else as it is.
fn element_of_one(value: Expr) -> Expr {
    match value.ty {
        Type::Array(ty) if ty.ndim == 0 => {
            let span = value.span;
            let element = ExprKind::Element { array: Box::new(value), indices: Vec::new() };
            Expr::new(element, Type::Scalar(ty.dtype), span)
        }
        _ => value,
    }
}

fn tuple_target(target: &ast::Expr) -> Option<&[ast::Expr]> {
    match &target.kind {
        AstExpr::Tuple(items) | AstExpr::List(items) => Some(items),
        _ => None,
    }
}

fn all_names(targets: &[ast::Expr]) -> bool {
    targets.iter().all(|target| matches!(target.kind, AstExpr::Name(_)))
}
