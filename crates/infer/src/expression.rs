//! Expressions: names, constants, tuples and the dispatch to the rest.

use crate::bindings::{Binding, ConflictId};
use crate::caught::CaughtPart;
use crate::conditions::unwrapped;
use crate::constants::{frozen, integer_literal};
use crate::environment::{FrozenValue, Global};
use crate::function::{Inference, Reported, Typed};
use crate::mixed_lists::is_mixed_list;
use crate::names::similar;
use crate::slices::{ELLIPSIS_NAME, ellipsis};
use crate::strings::str_constant;
use hotloop_abi::ExceptionClass;
use hotloop_ast as ast;
use hotloop_ast::{ExprKind as AstExpr, Identifier, Number};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir::{Caught, Constant, Expr, ExprKind, Local, ObjectExpr, Version};
use hotloop_intrinsics::{Item, MODULES, lookup, names_of};
use hotloop_types::{Dtype, Type};

pub(crate) static UNKNOWN_NAME: Code = Code::new("HL0201", "a name is not defined");
pub(crate) static UNASSIGNED: Code = Code::new("HL0202", "a variable is read before it is assigned");
pub(crate) static CONFLICT: Code = Code::new("HL0203", "a variable has types that have nothing in common");
static WALRUS: Code = Code::new("HL0272", "an assignment expression is evaluated on some ways only");
static LITERAL: Code = Code::new("HL0207", "an integer literal does not fit 64 bits");
static UNSUPPORTED: Code = Code::new("HL0302", "an expression is not supported in a kernel yet");
static NOT_A_VALUE: Code = Code::new("HL0303", "a function, module or string is used as a value");
pub(crate) static GLOBAL: Code = Code::new("HL0304", "a global cannot be used in a kernel");
static BUILTIN: Code = Code::new("HL0319", "a builtin of Python is not supported in a kernel yet");
static TOO_DEEP: Code = Code::new("HL0311", "an expression is too long or nested too deeply");

/// How deep expressions may nest, so that a stack of 2 MiB is enough for all stages.
pub(crate) const MAX_DEPTH: u32 = 205;
/// How many links the operator chains of one statement may have together: each link is a level of the typed tree.
const MAX_LINKS: u32 = 600;
/// How many values a tuple may hold: each is a value of its own in all later stages.
const MAX_TUPLE_WIDTH: usize = 10_000;

/// What an expression stands for.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A value at run time.
    Expr(Expr),
    /// A name from outside that has no value at run time.
    Global(Global, Span),
    /// A string that is known now.
    Str(String, Span),
    /// A caught exception, or its arguments.
    Caught(Caught, CaughtPart, Span),
}

impl From<Expr> for Value {
    fn from(value: Expr) -> Self {
        Self::Expr(value)
    }
}

impl Value {
    /// Its type, or what else it is, for messages.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Expr(Expr { ty: Type::Generator(generator), .. }) => {
                format!("a generator of {}", generator.items)
            }
            Self::Expr(value) => value.ty.to_string(),
            Self::Global(global, _) => describe_global(global),
            Self::Str(..) => "str".to_owned(),
            Self::Caught(_, CaughtPart::Error, _) => "a caught exception".to_owned(),
            Self::Caught(_, CaughtPart::Arguments, _) => "the arguments of an exception".to_owned(),
        }
    }

    /// Whether it is a complex number.
    pub(crate) fn is_complex(&self) -> bool {
        match self {
            Self::Expr(value) => value.ty.as_scalar().is_some_and(Dtype::is_complex),
            Self::Global(..) | Self::Caught(..) | Self::Str(..) => false,
        }
    }

    /// The value itself where it is an optional: `None` raises `TypeError`.
    pub(crate) fn present(self) -> Self {
        match self {
            Self::Expr(value) => Self::Expr(unwrapped(value)),
            Self::Global(..) | Self::Caught(..) | Self::Str(..) => self,
        }
    }

    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Expr(value) => value.span,
            Self::Global(_, span) | Self::Str(_, span) | Self::Caught(_, _, span) => *span,
        }
    }
}

fn describe_global(global: &Global) -> String {
    match global {
        Global::Item(Item::Function(intrinsic, _)) => format!("the function `{}`", intrinsic.name()),
        Global::Item(Item::Constant(_)) => "float64".to_owned(),
        Global::Item(Item::ComplexConstant(..)) => "complex128".to_owned(),
        Global::Item(Item::Dtype(dtype) | Item::PythonType(dtype)) => format!("the type `{dtype}`"),
        Global::Module(name) => format!("the module `{name}`"),
        Global::Function(_) => "a kernel".to_owned(),
        Global::Ufunc(_) => "a ufunc".to_owned(),
        Global::Library(path) => format!("the function `{path}`"),
        Global::Host(_) => "a function of the host program".to_owned(),
        Global::Extended(function) => format!("the function `{}`", function.name),
        Global::Constant(_) => "a constant".to_owned(),
        Global::Exception(class) => format!("the exception class `{class}`"),
        Global::TupleClass(class) => format!("the class `{}`", class.class.name),
        Global::EnumClass(class) => format!("the class `{}`", class.name),
        Global::Unsupported { what, .. } => what.clone(),
    }
}

impl Inference<'_> {
    /// An expression that has a value at run time and is used as what it is: where it is an optional, `None` raises `TypeError`.
    pub(crate) fn expression(&mut self, expression: &ast::Expr) -> Typed {
        let value = self.operand(expression)?;
        self.expression_of(value)
    }

    /// The same of what was evaluated already.
    pub(crate) fn expression_of(&mut self, value: Value) -> Typed {
        let value = unwrapped(self.run_time_value(value)?);
        Ok(self.as_number(value))
    }

    /// An expression that has a value at run time, which may be an optional: for what takes `None` too.
    pub(crate) fn value(&mut self, expression: &ast::Expr) -> Typed {
        let value = self.operand(expression)?;
        self.run_time_value(value)
    }

    pub(crate) fn run_time_value(&mut self, value: Value) -> Typed {
        match value {
            Value::Expr(value) => Ok(value),
            Value::Global(Global::Item(Item::Dtype(dtype) | Item::PythonType(dtype)), span) => {
                Ok(Expr::new(ExprKind::Constant(Constant::Dtype), Type::Dtype(dtype), span))
            }
            Value::Global(Global::Extended(function), span) if function.otherwise.is_some() => {
                let otherwise = function.otherwise.clone().expect("asked above");
                let value = self.global_value(otherwise, &function.name, span)?;
                self.run_time_value(value)
            }
            Value::Global(Global::Function(handle), span) => self.function_value(handle, span),
            Value::Global(Global::Library(path), span) => {
                let handle = self.library_function(path, span)?;
                self.function_value(handle, span)
            }
            Value::Global(Global::Item(Item::Function(intrinsic, family)), span) => {
                Ok(self.built_in_value(intrinsic, family, span))
            }
            Value::Global(Global::TupleClass(_) | Global::EnumClass(_), span) => {
                Err(self.report_class(&value.describe(), span))
            }
            Value::Global(..) => {
                let message = format!("{} cannot be used as a value in a kernel yet", value.describe());
                let diagnostic = Diagnostic::error(&NOT_A_VALUE, message, value.span())
                    .with_help("call it by its own name where it is needed");
                Err(self.report(diagnostic))
            }
            Value::Str(text, span) => Ok(str_constant(text, span)),
            Value::Caught(caught, part, span) => self.caught_value(caught, part, span),
        }
    }

    /// What an expression stands for.
    pub(crate) fn operand(&mut self, expression: &ast::Expr) -> Typed<Value> {
        if self.depth >= MAX_DEPTH {
            return Err(self.report_too_deep(expression.span));
        }
        self.depth += 1;
        let value = self.operand_within_limit(expression);
        self.depth -= 1;
        value
    }

    pub(crate) fn report_too_deep(&mut self, span: Span) -> Reported {
        let message = "this expression is too long or nested too deeply for a kernel";
        self.report(
            Diagnostic::error(&TOO_DEEP, message, span)
                .with_help("compute parts of it in statements of their own"),
        )
    }

    fn report_too_wide(&mut self, span: Span) -> Reported {
        let message =
            format!("this tuple holds more than {MAX_TUPLE_WIDTH} values, tuples within it counted through");
        self.report(Diagnostic::error(&TOO_DEEP, message, span).with_help("keep the values in an array"))
    }

    /// Counts one more link of an operator chain.
    pub(crate) fn count_link(&mut self, span: Span) -> Typed<()> {
        self.links += 1;
        if self.links > MAX_LINKS { Err(self.report_too_deep(span)) } else { Ok(()) }
    }

    fn operand_within_limit(&mut self, expression: &ast::Expr) -> Typed<Value> {
        let span = expression.span;
        match &expression.kind {
            AstExpr::Name(name) => self.name(name, span),
            AstExpr::Number(number) => self.number(number, span).map(Value::Expr),
            AstExpr::Bool(value) => Ok(constant(Constant::Bool(*value), Type::BOOL, span).into()),
            AstExpr::None => Ok(constant(Constant::None, Type::None, span).into()),
            AstExpr::Str(text) => Ok(Value::Str(text.clone(), span)),
            AstExpr::List(items) => self.list_display(items, span).map(Value::Expr),
            AstExpr::Bytes(bytes) => {
                Ok(Expr::object(ObjectExpr::Bytes(bytes.as_slice().into()), Type::Bytes, span).into())
            }
            AstExpr::FormatString(parts) => self.format_string(parts, span),
            AstExpr::Unary { op, operand } => self.unary(*op, operand, span).map(Value::Expr),
            AstExpr::Binary { first, rest } => self.binary_chain(first, rest).map(Value::Expr),
            AstExpr::BoolChain { op, operands } => self.bool_chain(*op, operands, span).map(Value::Expr),
            AstExpr::Compare { first, rest } => self.compare_chain(first, rest, span).map(Value::Expr),
            AstExpr::Conditional { condition, then, otherwise } => {
                self.conditional(condition, then, otherwise, span).map(Value::Expr)
            }
            AstExpr::Call { function, arguments } => self.call(function, arguments, span).map(Value::Expr),
            AstExpr::Attribute { value, name } => self.attribute(value, name, span),
            AstExpr::Subscript { value, index } => self.subscript(value, index, span).map(Value::Expr),
            AstExpr::Walrus { target, value } => self.walrus(target, value, span).map(Value::Expr),
            AstExpr::Tuple(items) => self.tuple(items, span).map(Value::Expr),
            AstExpr::Lambda { .. } | AstExpr::ListComprehension { .. } | AstExpr::Generator { .. } => {
                self.of_inner_scope(expression)
            }
            AstExpr::Yield(_) | AstExpr::YieldFrom(_) => Err(self.yield_value(span)),
            AstExpr::Ellipsis => Ok(ellipsis(span).into()),
            AstExpr::SurrogateStr(_)
            | AstExpr::TemplateString(_)
            | AstExpr::Slice { .. }
            | AstExpr::Set(_)
            | AstExpr::Dict(_)
            | AstExpr::SetComprehension { .. }
            | AstExpr::DictComprehension { .. }
            | AstExpr::Starred(_)
            | AstExpr::Await(_) => Err(self.unsupported_expression(expression)),
        }
    }

    /// An expression with variables of its own. Apart, since deep expressions take the stack of what they go through.
    fn of_inner_scope(&mut self, expression: &ast::Expr) -> Typed<Value> {
        let value = match &expression.kind {
            AstExpr::ListComprehension { element, clauses } => {
                self.list_comprehension(element, clauses, expression.span)
            }
            AstExpr::Generator { clauses, .. } => self.generator_value(expression, clauses),
            _ => self.lambda(expression),
        };
        value.map(Value::Expr)
    }

    pub(crate) fn unsupported_expression(&mut self, expression: &ast::Expr) -> Reported {
        let message = format!("{} is not supported yet in a kernel", expression.kind.describe());
        let help = way_round(&expression.kind);
        self.report(Diagnostic::error(&UNSUPPORTED, message, expression.span).with_help(help))
    }

    fn number(&mut self, number: &Number, span: Span) -> Typed {
        match number {
            Number::Float(value) => Ok(constant(Constant::Float(*value), Type::FLOAT64, span)),
            Number::Int { digits, radix } => match integer_literal(digits, *radix) {
                Some((value, ty)) => Ok(constant(Constant::Int(value), ty, span)),
                None => {
                    let diagnostic = Diagnostic::error(&LITERAL, "this integer does not fit 64 bits", span)
                        .with_help("integers in a kernel have 64 bits; write a float, such as `1e30`, or split the number");
                    Err(self.report(diagnostic))
                }
            },
            Number::Imaginary(value) => Ok(constant(Constant::Complex(0.0, *value), Type::COMPLEX128, span)),
        }
    }

    /// `(name := value)`, where every way through the statement comes by.
    fn walrus(&mut self, target: &Identifier, value: &ast::Expr, span: Span) -> Typed {
        let local = self.find_local(&target.name).expect("every name that is assigned is a local");
        let is_within =
            self.conditional_base == 0 || self.scopes.iter().any(|(known, _)| *known == target.name);
        if self.conditional_depth > self.conditional_base || !is_within {
            self.bindings.set(local, Binding::Poisoned);
            let message =
                "an assignment expression that not every way evaluates is not supported yet in a kernel";
            let help = "assign in a statement of its own";
            return Err(self.report(Diagnostic::error(&WALRUS, message, span).with_help(help)));
        }
        let value = match self.value(value) {
            Ok(value) => value,
            Err(Reported) => {
                self.bindings.set(local, Binding::Poisoned);
                return Err(Reported);
            }
        };
        let target = self.new_version(local, value.ty.clone(), target.span);
        self.bindings.set(local, Binding::Version(target));
        let ty = value.ty.clone();
        Ok(Expr::new(ExprKind::Assign { target, value: Box::new(value) }, ty, span))
    }

    fn tuple(&mut self, items: &[ast::Expr], span: Span) -> Typed {
        if items.iter().any(|item| matches!(item.kind, AstExpr::Starred(_))) {
            return self.spread_tuple(items, span);
        }
        let items = items.iter().map(|item| self.value(item)).collect::<Typed<Vec<Expr>>>()?;
        // The types of the items are within the limit themselves, so that counting takes no longer than it allows.
        if items.iter().map(|item| item.ty.width()).sum::<usize>() > MAX_TUPLE_WIDTH {
            return Err(self.report_too_wide(span));
        }
        let ty = Type::tuple(items.iter().map(|item| item.ty.clone()));
        Ok(Expr::new(ExprKind::Tuple(items), ty, span))
    }

    pub(crate) fn name(&mut self, name: &str, span: Span) -> Typed<Value> {
        if let Some(number) = name.strip_prefix('.') {
            let number: usize = number.parse().expect("a name made by `stand_in`");
            return Ok(self.stand_ins[number].clone());
        }
        if let Some(caught) = self.caught_by_name(name) {
            return Ok(Value::Caught(caught, CaughtPart::Error, span));
        }
        if let Some(local) = self.find_local(name) {
            let value = self.read_local(local, span)?;
            return self.with_captures(value).map(Value::Expr);
        }
        if name == ELLIPSIS_NAME && self.environment.global(name).is_none() {
            return Ok(ellipsis(span).into());
        }
        let global = self.global(name, span)?;
        self.global_value(global, name, span)
    }

    fn read_local(&mut self, local: Local, span: Span) -> Typed {
        match self.bindings.get(local) {
            Binding::Version(version) => Ok(self.version(version, span)),
            Binding::Poisoned => Err(Reported),
            Binding::Conflict(conflict) => {
                self.bindings.set(local, Binding::Poisoned);
                Err(self.report_conflict(local, conflict, span))
            }
            Binding::Unassigned => {
                self.bindings.set(local, Binding::Poisoned);
                self.reads_too_early |= !self.loops.is_empty();
                Err(self.report_unassigned(local, span))
            }
        }
    }

    pub(crate) fn version(&self, version: Version, span: Span) -> Expr {
        Expr::new(ExprKind::Version(version), self.function.versions[version].ty.clone(), span)
    }

    fn report_conflict(&mut self, local: Local, conflict: ConflictId, span: Span) -> Reported {
        let name = self.function.locals[local].name.clone();
        let conflict = self.conflict_data(conflict);
        let message = format!(
            "`{name}` may be {} or {} here, which no type holds",
            conflict.left_type, conflict.right_type
        );
        let diagnostic = Diagnostic::error(&CONFLICT, message, span)
            .with_label(conflict.left_span, format!("`{name}` is {} here", conflict.left_type))
            .with_label(conflict.right_span, format!("`{name}` is {} here", conflict.right_type))
            .with_help("use two names, one for each type");
        let are_mixed = [&conflict.left_type, &conflict.right_type].into_iter().all(is_mixed_list);
        let note = "Cannot unify LiteralList: lists of several types are of one type where their items are";
        self.report(if are_mixed { diagnostic.with_note(note) } else { diagnostic })
    }

    pub(crate) fn report_unassigned(&mut self, local: Local, span: Span) -> Reported {
        let name = self.function.locals[local].name.clone();
        if self.assigned_within.iter().any(|within| **within == name) {
            let message = format!(
                "`{name}` is assigned within a comprehension and read behind it, which is not supported in a kernel yet"
            );
            let help = "write a loop in the place of the comprehension";
            return self.report(Diagnostic::error(&WALRUS, message, span).with_help(help));
        }
        let message = format!("`{name}` is read before anything is assigned to it");
        let mut diagnostic = Diagnostic::error(&UNASSIGNED, message, span);
        let way_out = format!("assign `{name}` on every way that leads here");
        let others = self.locals.names().iter().map(|other| &**other).filter(|other| *other != name);
        diagnostic = diagnostic.with_help(match similar(&name, others) {
            Some(other) => format!("did you mean `{other}`? Otherwise {way_out}"),
            None => way_out,
        });
        if self.handler_names.contains(&local) {
            diagnostic = diagnostic.with_note(format!(
                "`except ... as {name}` deletes `{name}` at the end of its block: give the error, or what is needed of it, another name there"
            ));
        }
        if self.environment.global(&name).is_some() {
            diagnostic = diagnostic.with_note(format!(
                "a global `{name}` exists too, but the function assigns `{name}`, which makes it a local variable everywhere in it"
            ));
        }
        self.report(diagnostic)
    }

    /// What a name means that is no local.
    pub(crate) fn global(&mut self, name: &str, span: Span) -> Typed<Global> {
        if let Some(global) = self.environment.global(name) {
            return Ok(global);
        }
        if let Some(item) = lookup_builtin(name) {
            return Ok(Global::Item(item));
        }
        if let Some(class) = ExceptionClass::by_name(name) {
            return Ok(Global::Exception(class.into()));
        }
        if let Some(help) = crate::names::python_builtin(name) {
            let message = format!("the builtin `{name}` is not supported yet in a kernel");
            return Err(self.report(Diagnostic::error(&BUILTIN, message, span).with_help(help)));
        }
        let help = match self.meant(name) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("import `{name}` or define it at the head of the file"),
        };
        let message = format!("the name `{name}` is not defined");
        Err(self.report(Diagnostic::error(&UNKNOWN_NAME, message, span).with_help(help)))
    }

    /// What a name that is not defined may have meant: a local, a module that is imported, a builtin or an exception.
    fn meant(&self, name: &str) -> Option<&str> {
        let modules = MODULES.iter().copied().filter(|module| self.environment.global(module).is_some());
        let types = ["int", "float", "complex", "bool"];
        let exceptions = ExceptionClass::ALL.iter().map(|class| class.python_name());
        similar(name, self.locals.names().iter().map(AsRef::as_ref))
            .or_else(|| similar(name, modules.chain(names_of("builtins")).chain(types).chain(exceptions)))
    }

    /// A global as an operand: constants become expressions.
    pub(crate) fn global_value(&mut self, global: Global, name: &str, span: Span) -> Typed<Value> {
        match global {
            Global::Constant(FrozenValue::Str(text)) => Ok(Value::Str(text, span)),
            Global::Constant(value) => Ok(Value::Expr(frozen(&value, span))),
            Global::Item(Item::ComplexConstant(real, imag)) => {
                Ok(constant(Constant::Complex(real, imag), Type::COMPLEX128, span).into())
            }
            Global::Item(Item::Constant(value)) => {
                Ok(constant(Constant::Float(value), Type::FLOAT64, span).into())
            }
            Global::Unsupported { what, help } => Err(self.report_global(name, &what, help, span)),
            Global::Item(Item::Function(..) | Item::Dtype(_) | Item::PythonType(_))
            | Global::Module(_)
            | Global::Function(_)
            | Global::Ufunc(_)
            | Global::Library(_)
            | Global::Extended(_)
            | Global::Host(_)
            | Global::TupleClass(_)
            | Global::EnumClass(_) => Ok(Value::Global(global, span)),
            Global::Exception(_) => {
                let help = Some("use it behind `raise` and `except`".to_owned());
                Err(self.report_global(name, "an exception class", help, span))
            }
        }
    }

    pub(crate) fn report_global(
        &mut self,
        name: &str,
        what: &str,
        help: Option<String>,
        span: Span,
    ) -> Reported {
        let message = format!("`{name}` is {what}, which cannot be used in a kernel yet");
        let help = help.unwrap_or_else(|| "pass what is needed of it as an argument".to_owned());
        self.report(Diagnostic::error(&GLOBAL, message, span).with_help(help))
    }
}

fn lookup_builtin(name: &str) -> Option<Item> {
    lookup(&format!("builtins.{name}"))
}

/// A constant at a place.
pub(crate) fn constant(value: Constant, ty: Type, span: Span) -> Expr {
    Expr::new(ExprKind::Constant(value), ty, span)
}

fn way_round(kind: &AstExpr) -> &'static str {
    match kind {
        AstExpr::Slice { .. } => "loop over the elements",
        AstExpr::Generator { .. } => "make a list of it, or give it to a function such as `sum` at once",
        AstExpr::Lambda { .. } => "write a kernel with a name",
        AstExpr::Starred(_) => "name each element",
        AstExpr::Set(_)
        | AstExpr::Dict(_)
        | AstExpr::SetComprehension { .. }
        | AstExpr::DictComprehension { .. } => "keep the data in arrays",
        _ => "do this outside the kernel",
    }
}
