//! Arguments of a call from outside in the order of the parameters: defaults filled in, and what is left over as a tuple for `*args`.

use crate::argument::{Argument, Number};
use crate::{Failure, FunctionSource};
use hotloop_ast::ParameterKind;
use hotloop_infer::{FrozenValue, Global, Slot, bind};
use hotloop_types::{Dtype, DtypeKind};
use std::borrow::Cow;
use std::sync::Arc;

/// Whether as many arguments go to the parameters one by one.
pub(crate) fn is_one_by_one(source: &FunctionSource, count: usize) -> bool {
    let parameters = &source.definition.parameters.items;
    parameters.len() == count && parameters.iter().all(|parameter| is_positional(parameter.kind))
}

fn is_positional(kind: ParameterKind) -> bool {
    matches!(kind, ParameterKind::PositionalOnly | ParameterKind::Ordinary)
}

/// One argument for each parameter.
pub(crate) fn arrange<'b, 'a>(
    source: &FunctionSource,
    arguments: &'b [Argument<'a>],
) -> Result<Cow<'b, [Argument<'a>]>, Failure> {
    if is_one_by_one(source, arguments.len()) {
        return Ok(Cow::Borrowed(arguments));
    }
    let parameters = source.parameters();
    let Ok(slots) = bind(&parameters, arguments.iter().collect(), Vec::new()) else {
        return Err(crate::engine::wrong_count(source, arguments.len()));
    };
    let mut arranged = Vec::with_capacity(slots.len());
    for (slot, parameter) in slots.into_iter().zip(parameters) {
        arranged.push(match slot {
            Slot::Given(argument) => argument.clone(),
            Slot::Rest(rest) => Argument::Tuple(rest.into_iter().cloned().collect()),
            Slot::Default => default_argument(&parameter.default).ok_or_else(|| {
                let message =
                    format!("the default of `{}` cannot be used here: give the argument", parameter.name);
                Failure::Arguments(message)
            })?,
        });
    }
    Ok(Cow::Owned(arranged))
}

fn default_argument(default: &Option<Global>) -> Option<Argument<'static>> {
    match default {
        Some(Global::Constant(value)) => constant(value),
        _ => None,
    }
}

/// A frozen value as an argument, if it can be one.
pub(crate) fn constant(value: &FrozenValue) -> Option<Argument<'static>> {
    Some(match value {
        FrozenValue::None => Argument::None,
        FrozenValue::Bool(value) => Argument::Number(Number::Bool(*value)),
        FrozenValue::Int(value) => Argument::Number(Number::Int(Dtype::Int64, *value)),
        FrozenValue::Float(value) => Argument::Number(Number::Float(Dtype::Float64, *value)),
        FrozenValue::NumpyInt(dtype, bits) => Argument::Number(match dtype.kind() {
            DtypeKind::Bool => Number::Bool(*bits != 0),
            DtypeKind::Unsigned => Number::UInt(*dtype, *bits as u64),
            DtypeKind::Signed | DtypeKind::Float | DtypeKind::Complex => Number::Int(*dtype, *bits),
        }),
        FrozenValue::NumpyFloat(dtype, value) => Argument::Number(Number::Float(*dtype, *value)),
        FrozenValue::Complex(dtype, real, imag) => Argument::Number(Number::Complex(*dtype, *real, *imag)),
        FrozenValue::Str(text) => Argument::Str(text.clone()),
        FrozenValue::Bytes(bytes) => Argument::Bytes(bytes.clone()),
        FrozenValue::Named(class, items) => {
            let items = items.iter().map(constant).collect::<Option<_>>()?;
            Argument::Named(Arc::clone(class), items)
        }
        FrozenValue::Member(class, position) => Argument::Member(Arc::clone(class), *position),
        FrozenValue::Array(..) => return None,
        FrozenValue::Tuple(items) => Argument::Tuple(items.iter().map(constant).collect::<Option<_>>()?),
    })
}
