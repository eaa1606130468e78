//! Classes of named tuples and enumerations, read from a module's text.

use crate::constant_fold::fold;
use crate::environment::{FrozenValue, NamedTuple};
use crate::module_scope::{Meaning, Reader};
use hotloop_ast::{Argument, ClassDef, Expr, ExprKind, Stmt, StmtKind};
use hotloop_types::{EnumType, EnumValue, TupleClass};
use std::sync::Arc;

/// Methods that change what a kernel does with a value: a class that defines one of them is left to Python.
const OPERATORS: [&str; 38] = [
    "__eq__",
    "__ne__",
    "__lt__",
    "__le__",
    "__gt__",
    "__ge__",
    "__bool__",
    "__len__",
    "__iter__",
    "__getitem__",
    "__contains__",
    "__add__",
    "__radd__",
    "__sub__",
    "__rsub__",
    "__mul__",
    "__rmul__",
    "__truediv__",
    "__rtruediv__",
    "__floordiv__",
    "__rfloordiv__",
    "__mod__",
    "__rmod__",
    "__pow__",
    "__rpow__",
    "__and__",
    "__or__",
    "__xor__",
    "__neg__",
    "__pos__",
    "__invert__",
    "__int__",
    "__float__",
    "__index__",
    "__new__",
    "__init__",
    "__getattr__",
    "__getattribute__",
];

/// What a class of exceptions defines that makes the arguments or the text of its exceptions.
pub const TEXT_MEMBERS: [&str; 5] = ["__init__", "__new__", "__str__", "__repr__", "args"];

/// Whether a method changes what a kernel does with a value of a class that defines it.
pub fn is_operator_method(name: &str) -> bool {
    OPERATORS.contains(&name)
}

/// The keyword arguments of a call, by name; `None` if there are others.
fn keywords(arguments: &[Argument]) -> Option<Vec<(&str, &Expr)>> {
    fn keyword(argument: &Argument) -> Option<(&str, &Expr)> {
        match argument {
            Argument::Keyword { name, value } => Some((&*name.name, value)),
            Argument::Positional(_) | Argument::Unpack(_) | Argument::UnpackKeywords(_) => None,
        }
    }
    arguments.iter().map(keyword).collect()
}

impl Reader {
    /// What a class statement makes, if it is a class of named tuples or an enumeration.
    pub(crate) fn class(&self, class: &ClassDef) -> Option<Meaning> {
        let [Argument::Positional(base)] = class.arguments.as_slice() else { return None };
        if !class.decorators.is_empty() || redefines_operators(&class.body) {
            return None;
        }
        let name = &*class.name.name;
        if let Some(Meaning::TupleClass(parent)) = self.tuple_base(base) {
            let is_field = |name: &str| parent.class.fields.iter().any(|field| field == name);
            if bound_names(&class.body).any(is_field) {
                return None;
            }
            return Some(tuple_class(name, parent.class.fields.clone(), parent.defaults.clone()));
        }
        match self.library_path(base)?.as_str() {
            "typing.NamedTuple" => self.typed_tuple(class),
            "enum.Enum" => self.enumeration(class, false),
            "enum.IntEnum" => self.enumeration(class, true),
            _ => None,
        }
    }

    /// The class of named tuples that another one derives from.
    fn tuple_base(&self, base: &Expr) -> Option<Meaning> {
        match &base.kind {
            ExprKind::Name(name) => self.scope.meaning(name).cloned(),
            ExprKind::Call { .. } => self.class_call(base),
            _ => None,
        }
    }

    /// `namedtuple("Point", "x y")`, `NamedTuple("Point", [("x", int), ("y", int)])`.
    pub(crate) fn class_call(&self, value: &Expr) -> Option<Meaning> {
        let ExprKind::Call { function, arguments } = &value.kind else { return None };
        let [Argument::Positional(name), Argument::Positional(fields), options @ ..] = arguments.as_slice()
        else {
            return None;
        };
        let FrozenValue::Str(name) = fold(name, &self.scope)? else { return None };
        match self.library_path(function)?.as_str() {
            "collections.namedtuple" => {
                let fields = self.field_names(fields)?;
                let mut defaults = Vec::new();
                for (option, value) in keywords(options)? {
                    match (option, &value.kind) {
                        ("defaults", ExprKind::None) | ("module", _) | ("rename", ExprKind::Bool(false)) => {}
                        ("defaults", ExprKind::Tuple(values) | ExprKind::List(values)) => {
                            defaults =
                                values.iter().map(|value| fold(value, &self.scope)).collect::<Option<_>>()?;
                        }
                        _ => return None,
                    }
                }
                (defaults.len() <= fields.len()).then(|| tuple_class(&name, fields, defaults))
            }
            "typing.NamedTuple" if options.is_empty() => {
                let (ExprKind::List(fields) | ExprKind::Tuple(fields)) = &fields.kind else { return None };
                let field = |field: &Expr| match &field.kind {
                    ExprKind::Tuple(parts) if parts.len() == 2 => match &parts[0].kind {
                        ExprKind::Str(name) => Some(name.clone()),
                        _ => None,
                    },
                    _ => None,
                };
                let fields = fields.iter().map(field).collect::<Option<_>>()?;
                Some(tuple_class(&name, fields, Vec::new()))
            }
            _ => None,
        }
    }

    /// `"x y"`, `"x, y"`, `["x", "y"]`.
    fn field_names(&self, fields: &Expr) -> Option<Vec<String>> {
        if let ExprKind::List(items) | ExprKind::Tuple(items) = &fields.kind {
            let field = |item: &Expr| match fold(item, &self.scope)? {
                FrozenValue::Str(name) => Some(name),
                _ => None,
            };
            return items.iter().map(field).collect();
        }
        let FrozenValue::Str(names) = fold(fields, &self.scope)? else { return None };
        Some(names.replace(',', " ").split_whitespace().map(str::to_owned).collect())
    }

    /// `class Point(NamedTuple): x: int`.
    fn typed_tuple(&self, class: &ClassDef) -> Option<Meaning> {
        let (mut fields, mut defaults) = (Vec::new(), Vec::new());
        for statement in &class.body {
            let StmtKind::AnnAssign { target, value, .. } = &statement.kind else { continue };
            let ExprKind::Name(name) = &target.kind else { return None };
            fields.push(name.to_string());
            match value {
                Some(value) => defaults.push(fold(value, &self.scope)?),
                None if defaults.is_empty() => {}
                None => return None,
            }
        }
        Some(tuple_class(&class.name.name, fields, defaults))
    }

    /// `class Colour(Enum): RED = 1`.
    fn enumeration(&self, class: &ClassDef, is_integer: bool) -> Option<Meaning> {
        let mut members: Vec<(String, EnumValue)> = Vec::new();
        let mut aliases = Vec::new();
        let mut highest = 0;
        for statement in &class.body {
            let StmtKind::Assign { targets, value } = &statement.kind else { continue };
            let [Expr { kind: ExprKind::Name(name), .. }] = targets.as_slice() else { return None };
            if name.starts_with('_') {
                return None;
            }
            let value = match &value.kind {
                ExprKind::Call { function, arguments }
                    if arguments.is_empty()
                        && self.library_path(function).as_deref() == Some("enum.auto") =>
                {
                    EnumValue::Int(highest + 1)
                }
                _ => match fold(value, &self.scope)? {
                    FrozenValue::Bool(value) if !is_integer => EnumValue::Bool(value),
                    FrozenValue::Int(value) => EnumValue::Int(value),
                    FrozenValue::Float(value) if !is_integer => EnumValue::Float(value.to_bits()),
                    FrozenValue::Str(text) if !is_integer => EnumValue::Str(text),
                    _ if is_integer => return None,
                    _ => EnumValue::Other,
                },
            };
            match value {
                EnumValue::Int(value) => {
                    highest = if members.is_empty() { value } else { highest.max(value) }
                }
                EnumValue::Bool(_) | EnumValue::Float(_) | EnumValue::Str(_) | EnumValue::Other => {}
            }
            let known = members.iter().position(|(_, known)| is_same(known, &value));
            match known {
                Some(position) => aliases.push((name.to_string(), position)),
                None => members.push((name.to_string(), value)),
            }
        }
        let name = class.name.name.to_string();
        let class = EnumType { identity: name.clone(), name, is_integer, members, aliases };
        Some(Meaning::EnumClass(Arc::new(class)))
    }
}

/// Whether two values make one member: those that are equal in Python.
fn is_same(a: &EnumValue, b: &EnumValue) -> bool {
    let number = |value: &EnumValue| match value {
        EnumValue::Bool(value) => Some(f64::from(u8::from(*value))),
        EnumValue::Int(value) => Some(*value as f64),
        EnumValue::Float(bits) => Some(f64::from_bits(*bits)),
        EnumValue::Str(_) | EnumValue::Other => None,
    };
    match (a, b) {
        (EnumValue::Int(a), EnumValue::Int(b)) => a == b,
        (EnumValue::Str(a), EnumValue::Str(b)) => a == b,
        _ => number(a).zip(number(b)).is_some_and(|(a, b)| a == b),
    }
}

fn tuple_class(name: &str, fields: Vec<String>, defaults: Vec<FrozenValue>) -> Meaning {
    let class = TupleClass { name: name.to_owned(), identity: name.to_owned(), fields };
    Meaning::TupleClass(Arc::new(NamedTuple { class: Arc::new(class), defaults }))
}

/// The names that the body of a class binds.
pub(crate) fn bound_names(body: &[Stmt]) -> impl Iterator<Item = &str> {
    body.iter().flat_map(|statement| match &statement.kind {
        StmtKind::Function(function) => vec![&*function.name.name],
        StmtKind::Assign { targets, .. } => targets.iter().filter_map(name_of).collect(),
        StmtKind::AnnAssign { target, .. } => name_of(target).into_iter().collect(),
        _ => Vec::new(),
    })
}

fn name_of(target: &Expr) -> Option<&str> {
    match &target.kind {
        ExprKind::Name(name) => Some(name),
        _ => None,
    }
}

/// Whether the body of a class changes what operators do, or holds what could.
fn redefines_operators(body: &[Stmt]) -> bool {
    let is_plain = |statement: &Stmt| {
        matches!(
            statement.kind,
            StmtKind::Function(_)
                | StmtKind::Assign { .. }
                | StmtKind::AnnAssign { .. }
                | StmtKind::Expr(_)
                | StmtKind::Pass
        )
    };
    !body.iter().all(is_plain) || bound_names(body).any(is_operator_method)
}
