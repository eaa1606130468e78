//! Classes of the module that kernels use: named tuples, which they construct, and enumerations, whose members they name.
//!
//! A member is its position among the members of its class. What it is called and what its value is are constants that the type knows; of a
//! member that is known at run time only, the position chooses among them.

use crate::call::Arguments;
use crate::conditions::{choose, item, scalar_compare};
use crate::constants::integer_constant;
use crate::environment::{Global, NamedTuple, ParameterInfo};
use crate::expression::{Value, constant};
use crate::formatting::Line;
use crate::function::{Inference, Reported, Typed};
use crate::iteration::{integer, tuple_of};
use crate::names::similar;
use crate::operators::negated;
use crate::slices::{ELLIPSIS_NAME, is_ellipsis};
use crate::spread::let_all;
use crate::strings::str_constant;
use crate::tuples::items;
use hotloop_abi::ExceptionClass;
use hotloop_ast as ast;
use hotloop_ast::{CompareOp as AstCompare, Identifier, ParameterKind};
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir as hir;
use hotloop_hir::{CompareOp, Constant, Exception, ExceptionArgument, Expr, ExprKind};
use hotloop_types::{Dtype, EnumType, EnumValue, TupleClass, TupleType, Type, float_repr};
use std::sync::Arc;

static CLASS: Code = Code::new("HL0240", "a class of the module is used in a way that a kernel cannot");
static MEMBER: Code =
    Code::new("HL0241", "a member of an enumeration does not exist, or its value cannot be used");

/// A member of an enumeration.
pub(crate) fn member(class: &Arc<EnumType>, position: usize, span: Span) -> Expr {
    let ty = Type::Enum(Arc::clone(class));
    Expr::new(ExprKind::Tuple(vec![integer(position as i64, span)]), ty, span)
}

/// The names of the fields of a named tuple.
pub(crate) fn field_names(fields: &[String], span: Span) -> Expr {
    tuple_of(fields.iter().map(|field| str_constant(field.clone(), span)).collect(), span)
}

/// Which member it is, counted from 0, of a value that is cheap to name again or used once.
fn position_of(member: &Expr) -> Expr {
    item(member, 0, &Type::INT64)
}

/// The value of a member, if it is a number or a text.
fn value_of(value: &EnumValue, span: Span) -> Option<Expr> {
    Some(match value {
        EnumValue::Bool(value) => constant(Constant::Bool(*value), Type::BOOL, span),
        EnumValue::Int(value) => integer(*value, span),
        EnumValue::Float(bits) => constant(Constant::Float(f64::from_bits(*bits)), Type::FLOAT64, span),
        EnumValue::Str(text) => str_constant(text.clone(), span),
        EnumValue::Other => return None,
    })
}

impl Inference<'_> {
    pub(crate) fn report_class(&mut self, what: &str, span: Span) -> Reported {
        let message = format!("{what} cannot be used as a value in a kernel yet");
        let help = "construct a named tuple of it, or name a member, as in `Colour.RED`";
        self.report(Diagnostic::error(&CLASS, message, span).with_help(help))
    }

    /// `Point(1, y=2)`.
    pub(crate) fn named_tuple_call(
        &mut self,
        class: &NamedTuple,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let fields = &class.class.fields;
        let required = fields.len() - class.defaults.len();
        let default = |position: usize| {
            let default = class.defaults.get(position.checked_sub(required)?)?;
            Some(Global::Constant(default.clone()))
        };
        let parameters: Vec<ParameterInfo> = fields
            .iter()
            .enumerate()
            .map(|(position, name)| ParameterInfo {
                name: name.as_str().into(),
                kind: ParameterKind::Ordinary,
                default: default(position),
                is_literal: false,
            })
            .collect();
        let callee = format!("`{}`", class.class.name);
        let (values, kept) = self.kernel_arguments(&parameters, &callee, None, arguments, span)?;
        Ok(let_all(kept, named(&class.class, values, span)))
    }

    /// `Point._make(items)`.
    pub(crate) fn named_tuple_of(
        &mut self,
        class: &Arc<TupleClass>,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let placed = self.place_arguments("_make", &["iterable"], 1, arguments, span)?;
        let value = self.expression(placed[0].expect("it is required"))?;
        let Type::Tuple(types) = value.ty.clone() else {
            return Err(self.report_argument("_make", &value, "a tuple"));
        };
        if types.len() != class.fields.len() {
            let wanted = format!("a tuple with an item for each of: {}", class.fields.join(", "));
            return Err(self.report_argument("_make", &value, &wanted));
        }
        self.with_let(value, "items", span, |_, tuple| {
            Ok(named(class, items(&tuple, &types).collect(), span))
        })
    }

    /// `Point._fields`.
    pub(crate) fn tuple_class_attribute(
        &mut self,
        class: &TupleClass,
        name: &Identifier,
        owner: Span,
        span: Span,
    ) -> Typed {
        match &*name.name {
            "_fields" => Ok(field_names(&class.fields, span)),
            _ => Err(self.report_attribute(&format!("the class `{}`", class.name), name, owner)),
        }
    }

    /// `Colour.RED`.
    pub(crate) fn enum_class_attribute(
        &mut self,
        class: &Arc<EnumType>,
        name: &Identifier,
        owner: Span,
        span: Span,
    ) -> Typed {
        match class.member(&name.name) {
            Some(position) => Ok(member(class, position, span)),
            None => Err(self.report_no_member(class, name, owner)),
        }
    }

    fn report_no_member(&mut self, class: &EnumType, name: &Identifier, owner: Span) -> Reported {
        let message = format!("`{}` has no member `{}` that a kernel can use", class.name, name.name);
        let help = match similar(&name.name, class.members.iter().map(|(known, _)| known.as_str())) {
            Some(similar) => format!("did you mean `{similar}`?"),
            None => format!("its members are: {}", members(class)),
        };
        let diagnostic = Diagnostic::error(&MEMBER, message, name.span)
            .with_label(owner, format!("this is the class `{}`", class.name))
            .with_help(help);
        self.report(diagnostic)
    }

    /// `Colour["RED"]`.
    pub(crate) fn member_by_name(&mut self, class: &Arc<EnumType>, name: &ast::Expr, span: Span) -> Typed {
        let known = match &self.operand(name)? {
            Value::Str(text, _) => class.member(text),
            Value::Expr(_) | Value::Global(..) | Value::Caught(..) => None,
        };
        known.map(|position| member(class, position, span)).ok_or(()).map_err(|()| {
            let message = format!("this is not the name of a member of `{}`", class.name);
            let help = format!("its members are: {}", members(class));
            self.report(Diagnostic::error(&MEMBER, message, name.span).with_help(help))
        })
    }

    /// `Colour(1)`.
    pub(crate) fn member_by_value(
        &mut self,
        class: &Arc<EnumType>,
        arguments: &Arguments<'_>,
        span: Span,
    ) -> Typed {
        let placed = self.place_arguments(&class.name, &["value"], 1, arguments, span)?;
        let given = placed[0].expect("it is required");
        let value = self.value(given)?;
        if value.ty == Type::Enum(Arc::clone(class)) {
            return Ok(value);
        }
        let known = class.members.iter().position(|(_, known)| {
            let known = value_of(known, span);
            known.is_some_and(|known| {
                scalar_compare(CompareOp::Eq, value.clone(), known, span)
                    .is_some_and(|equal| matches!(equal.kind, ExprKind::Constant(Constant::Bool(true))))
            })
        });
        if let Some(position) = known {
            return Ok(member(class, position, span));
        }
        match self.found_by_value(class, &value, span)? {
            Some(found) => Ok(found),
            None => {
                let message = format!("this is not known to be the value of a member of `{}`", class.name);
                let help = "name the member, or compare the values of the members one by one";
                Err(self.report(Diagnostic::error(&MEMBER, message, given.span).with_help(help)))
            }
        }
    }

    /// The member with a value that only the run knows, if all values can be compared with it; `ValueError` where there is none.
    fn found_by_value(&mut self, class: &Arc<EnumType>, value: &Expr, span: Span) -> Typed<Option<Expr>> {
        let values: Option<Vec<Expr>> =
            class.members.iter().map(|(_, known)| value_of(known, span)).collect();
        let Some(values) = values else { return Ok(None) };
        let mut is_comparable = true;
        let found = self.in_block(span, |this| {
            let value = this.kept(value.clone(), "value");
            let mut position = integer(-1, span);
            for (at, known) in values.iter().enumerate().rev() {
                let equal = this.compare_sequences(
                    AstCompare::Eq,
                    &Value::Expr(value.clone()),
                    &Value::Expr(known.clone()),
                    span,
                )?;
                let equal = match equal {
                    Some(equal) => Some(equal),
                    None => this.compare_values(AstCompare::Eq, value.clone(), known.clone(), span)?,
                };
                let Some(equal) = equal else {
                    is_comparable = false;
                    return Ok(value);
                };
                position = choose(equal, integer(at as i64, span), position, span);
            }
            let position = this.kept(position, "position");
            let mut text = Line::new(span);
            text.push(Value::Expr(this.text_of(value, true, span)?));
            text.known.push_str(&format!(" is not a valid {}", class.name));
            let exception = Exception {
                class: ExceptionClass::ValueError.into(),
                arguments: vec![ExceptionArgument::Value(text.finish())],
            };
            let none = scalar_compare(CompareOp::Lt, position.clone(), integer(0, span), span);
            let raise = hir::Stmt { kind: hir::StmtKind::Raise { exception }, span };
            this.emit_choice(none.expect("both are integers"), vec![raise], span);
            Ok(Expr::new(ExprKind::Tuple(vec![position]), Type::Enum(Arc::clone(class)), span))
        })?;
        Ok(is_comparable.then_some(found))
    }

    /// `.name` and `.value` of a member.
    pub(crate) fn member_attribute(
        &mut self,
        value: Expr,
        class: &Arc<EnumType>,
        name: &Identifier,
        span: Span,
    ) -> Typed {
        match &*name.name {
            "name" | "_name_" => {
                let names = class.members.iter().map(|(name, _)| str_constant(name.clone(), span));
                Ok(chosen(&value, names.collect(), span))
            }
            "value" | "_value_" => match self.member_value(&value, class, span) {
                Some(result) => Ok(result),
                None => Err(self.report_mixed(class, name.span)),
            },
            "real" | "imag" | "numerator" | "denominator" if class.is_integer => {
                let number = self.as_number(value);
                self.number_attribute(number, name, span)
            }
            _ => Err(self.report_attribute(&class.name, name, value.span)),
        }
    }

    fn report_mixed(&mut self, class: &EnumType, span: Span) -> Reported {
        let message = format!("the values of the members of `{}` are not all of one type", class.name);
        let help = "compare the member itself, or give all members values of one type: numbers or strings";
        self.report(Diagnostic::error(&MEMBER, message, span).with_help(help))
    }

    /// The value of a member, if it is known or the values of all members have one type.
    fn member_value(&mut self, value: &Expr, class: &EnumType, span: Span) -> Option<Expr> {
        if let Some(position) = integer_constant(&position_of(value)) {
            return value_of(&class.members[position as usize].1, span);
        }
        let values: Option<Vec<Expr>> =
            class.members.iter().map(|(_, value)| value_of(value, span)).collect();
        let values = values?;
        let is_uniform = values.iter().all(|value| value.ty == values[0].ty);
        is_uniform.then(|| chosen(value, values, span))
    }

    /// A member of an integer enumeration as the integer that it is; any other value as it is.
    pub(crate) fn as_number(&mut self, value: Expr) -> Expr {
        match value.ty.clone() {
            Type::Enum(class) if class.is_integer => {
                let span = value.span;
                self.member_value(&value, &class, span).unwrap_or(value)
            }
            _ => value,
        }
    }

    /// A member as a string: its class and name, of an integer enumeration the number; `repr` tells both.
    pub(crate) fn text_of_member(
        &mut self,
        value: Expr,
        class: &EnumType,
        is_repr: bool,
        span: Span,
    ) -> Typed {
        if class.is_integer && !is_repr {
            let number = self.as_number(value);
            return self.text_of(number, false, span);
        }
        if is_ellipsis(&value.ty) {
            return self
                .with_let(value, "value", span, |_, _| Ok(str_constant(ELLIPSIS_NAME.to_owned(), span)));
        }
        let mut texts = Vec::new();
        for (name, value) in &class.members {
            let text = match value {
                _ if !is_repr => format!("{}.{name}", class.name),
                EnumValue::Bool(value) => {
                    let value = if *value { "True" } else { "False" };
                    format!("<{}.{name}: {value}>", class.name)
                }
                EnumValue::Int(value) => format!("<{}.{name}: {value}>", class.name),
                EnumValue::Float(bits) => {
                    let value = float_repr(f64::from_bits(*bits), Dtype::Float64);
                    format!("<{}.{name}: {value}>", class.name)
                }
                EnumValue::Str(text) => {
                    let codes = hotloop_objects::text::codes(text);
                    let value = hotloop_objects::text::to_string(&hotloop_objects::text::repr(&codes));
                    format!("<{}.{name}: {value}>", class.name)
                }
                EnumValue::Other => return Err(self.report_mixed(class, span)),
            };
            texts.push(str_constant(text, span));
        }
        Ok(chosen(&value, texts, span))
    }

    /// A comparison with a member of an enumeration.
    pub(crate) fn compare_members(
        &mut self,
        op: AstCompare,
        left: Expr,
        right: Expr,
        span: Span,
    ) -> Typed<Option<Expr>> {
        let are_integers = [&left, &right].into_iter().all(|side| match &side.ty {
            Type::Enum(class) => class.is_integer,
            ty => ty.as_scalar().is_some(),
        });
        let is_identity = matches!(op, AstCompare::Is | AstCompare::IsNot);
        let positive = match op {
            AstCompare::Eq | AstCompare::Is => true,
            AstCompare::Ne | AstCompare::IsNot => false,
            _ if are_integers => {
                let (left, right) = (self.as_number(left), self.as_number(right));
                return self.compare_values(op, left, right, span);
            }
            _ => return Ok(None),
        };
        if left.ty == right.ty {
            let (left, right) = (position_of(&left), position_of(&right));
            let op = if positive { CompareOp::Eq } else { CompareOp::Ne };
            return Ok(scalar_compare(op, left, right, span));
        }
        if are_integers && !is_identity {
            let (left, right) = (self.as_number(left), self.as_number(right));
            return self.compare_values(op, left, right, span);
        }
        // A member of one class is no member of another, and nothing else is equal to it.
        let equal = constant(Constant::Bool(false), Type::BOOL, span);
        let decided = if positive { equal } else { negated(equal, span) };
        self.with_let(left, "left", span, |this, _| this.with_let(right, "right", span, |_, _| Ok(decided)))
            .map(Some)
    }
}

/// The one of these constants, all of one type, that belongs to a member.
fn chosen(member: &Expr, mut constants: Vec<Expr>, span: Span) -> Expr {
    let index = position_of(member);
    if let Some(position) = integer_constant(&index) {
        return constants.swap_remove(position as usize);
    }
    let ty = constants[0].ty.clone();
    let tuple = Box::new(tuple_of(constants, span));
    Expr::new(ExprKind::TupleElement { tuple, index: Box::new(index) }, ty, span)
}

/// A named tuple of a class.
fn named(class: &Arc<TupleClass>, items: Vec<Expr>, span: Span) -> Expr {
    let ty = TupleType::named(Arc::clone(class), items.iter().map(|item| item.ty.clone()));
    Expr::new(ExprKind::Tuple(items), Type::Tuple(ty), span)
}

fn members(class: &EnumType) -> String {
    class.members.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
}
