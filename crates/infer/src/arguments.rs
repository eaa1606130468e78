//! Binds the arguments of a call to a kernel's parameters, as Python does.

use crate::environment::ParameterInfo;
use crate::function::counted;
use hotloop_ast::{Name, ParameterKind};
use std::fmt;

/// What a parameter gets.
#[derive(Clone, Debug, PartialEq)]
pub enum Slot<T> {
    /// This argument.
    Given(T),
    /// All positional arguments that are left: for `*args`.
    Rest(Vec<T>),
    /// Its default.
    Default,
}

/// Why arguments do not fit the parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BindError {
    /// There are more positional arguments than parameters that take them.
    TooMany {
        /// How many can be given.
        taken: usize,
        /// How many are given.
        given: usize,
    },
    /// This parameter gets two arguments.
    Twice(Name),
    /// This parameter can be given by position only.
    PositionalOnly(Name),
    /// There is no such parameter.
    Unknown(Name),
    /// This parameter has no default and gets no argument.
    Missing(Name),
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.of("the kernel"))
    }
}

impl BindError {
    /// The message, about what is called.
    pub fn of(&self, callee: &str) -> String {
        match self {
            Self::TooMany { taken, given } => {
                let verb = if *given == 1 { "is" } else { "are" };
                format!("{callee} takes {}, and {given} {verb} given", counted(*taken, "argument"))
            }
            Self::Twice(name) => format!("the argument `{name}` of {callee} is given twice"),
            Self::PositionalOnly(name) => {
                format!("the parameter `{name}` of {callee} cannot be given by name")
            }
            Self::Unknown(name) => format!("{callee} has no parameter `{name}`"),
            Self::Missing(name) => format!("the argument `{name}` of {callee} is missing"),
        }
    }
}

/// What each parameter gets, in the order of the parameters.
///
/// # Errors
/// The arguments do not fit.
pub fn bind<T>(
    parameters: &[ParameterInfo],
    positional: Vec<T>,
    keywords: Vec<(Name, T)>,
) -> Result<Vec<Slot<T>>, BindError> {
    let mut slots: Vec<Option<Slot<T>>> = parameters.iter().map(|_| None).collect();
    place_positional(parameters, positional, &mut slots)?;
    for (name, value) in keywords {
        let slot = &mut slots[find(parameters, &name)?];
        if slot.is_some() {
            return Err(BindError::Twice(name));
        }
        *slot = Some(Slot::Given(value));
    }
    let filled = slots.into_iter().zip(parameters).map(|(slot, parameter)| match slot {
        Some(slot) => Ok(slot),
        None if parameter.default.is_some() => Ok(Slot::Default),
        None => Err(BindError::Missing(parameter.name.clone())),
    });
    filled.collect()
}

fn place_positional<T>(
    parameters: &[ParameterInfo],
    positional: Vec<T>,
    slots: &mut [Option<Slot<T>>],
) -> Result<(), BindError> {
    let given = positional.len();
    let mut rest = positional.into_iter();
    let mut taken = 0;
    for (parameter, slot) in parameters.iter().zip(slots) {
        match parameter.kind {
            ParameterKind::PositionalOnly | ParameterKind::Ordinary => {
                taken += 1;
                *slot = rest.next().map(Slot::Given);
            }
            ParameterKind::Variadic => *slot = Some(Slot::Rest(rest.by_ref().collect())),
            ParameterKind::KeywordOnly | ParameterKind::VariadicKeyword => {}
        }
    }
    if rest.next().is_some() { Err(BindError::TooMany { taken, given }) } else { Ok(()) }
}

/// The position of the parameter that a keyword names.
fn find(parameters: &[ParameterInfo], name: &Name) -> Result<usize, BindError> {
    let position = parameters.iter().position(|parameter| parameter.name == *name);
    match position.map(|position| (position, parameters[position].kind)) {
        Some((position, ParameterKind::Ordinary | ParameterKind::KeywordOnly)) => Ok(position),
        Some((_, ParameterKind::PositionalOnly)) => Err(BindError::PositionalOnly(name.clone())),
        Some((_, ParameterKind::Variadic | ParameterKind::VariadicKeyword)) | None => {
            Err(BindError::Unknown(name.clone()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::{FrozenValue, Global};

    /// `a, /, b, *rest, c=1`
    fn parameters() -> Vec<ParameterInfo> {
        let info =
            |name: &str, kind| ParameterInfo { name: name.into(), kind, default: None, is_literal: false };
        let default = Some(Global::Constant(FrozenValue::Int(1)));
        vec![
            info("a", ParameterKind::PositionalOnly),
            info("b", ParameterKind::Ordinary),
            info("rest", ParameterKind::Variadic),
            ParameterInfo { default, ..info("c", ParameterKind::KeywordOnly) },
        ]
    }

    fn keywords(names: &[(&str, i32)]) -> Vec<(Name, i32)> {
        names.iter().map(|(name, value)| (Name::from(*name), *value)).collect()
    }

    #[test]
    fn arguments_go_where_python_puts_them() {
        use Slot::{Default, Given, Rest};
        let bound = |positional: &[i32], named: &[(&str, i32)]| {
            bind(&parameters(), positional.to_vec(), keywords(named))
        };
        assert_eq!(bound(&[1, 2], &[]), Ok(vec![Given(1), Given(2), Rest(vec![]), Default]));
        assert_eq!(
            bound(&[1, 2, 3, 4], &[("c", 5)]),
            Ok(vec![Given(1), Given(2), Rest(vec![3, 4]), Given(5)])
        );
        assert_eq!(bound(&[1], &[("b", 2)]), Ok(vec![Given(1), Given(2), Rest(vec![]), Default]));
        assert_eq!(bound(&[1], &[]), Err(BindError::Missing("b".into())));
        assert_eq!(bound(&[], &[("a", 1)]), Err(BindError::PositionalOnly("a".into())));
        assert_eq!(bound(&[1, 2], &[("b", 3)]), Err(BindError::Twice("b".into())));
        assert_eq!(bound(&[1, 2], &[("rest", 3)]), Err(BindError::Unknown("rest".into())));
        let plain = &parameters()[..2];
        assert_eq!(bind(plain, vec![1, 2, 3], Vec::new()), Err(BindError::TooMany { taken: 2, given: 3 }));
    }
}
