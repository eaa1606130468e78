//! Binds the arguments of a call to parameters, as Python does: positional, by keyword, by default, and what is left over for `*args`.
#![allow(unsafe_code)] // Arguments come as an array of addresses.

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use std::ptr::null_mut;

/// In a code object's flags, the mark of a function with `*args`.
const HAS_VARIADIC: u32 = 0x04;

/// The parameters that arguments are bound to.
pub(crate) struct Parameters {
    /// The function's name, for messages.
    pub(crate) function: String,
    /// The names that arguments can be bound to, interned by CPython: the positional ones, then those behind `*`.
    names: Vec<Py<PyString>>,
    /// Their defaults.
    defaults: Vec<Option<Py<PyAny>>>,
    /// How many can be passed by position.
    positional: usize,
    /// How many cannot be passed by name.
    positional_only: usize,
    /// The name behind `*`, if there is one.
    variadic: Option<Py<PyString>>,
}

impl Parameters {
    /// Those of a Python function.
    pub(crate) fn of(function: &Bound<'_, PyAny>) -> PyResult<Self> {
        let code = function.getattr("__code__")?;
        let number = |name: &str| -> PyResult<usize> { code.getattr(name)?.extract() };
        let (positional, keyword_only) = (number("co_argcount")?, number("co_kwonlyargcount")?);
        let variables = code.getattr("co_varnames")?.cast_into::<PyTuple>()?;
        let name = |position: usize| -> PyResult<Py<PyString>> {
            Ok(variables.get_item(position)?.cast_into::<PyString>()?.unbind())
        };
        let names = (0..positional + keyword_only).map(name).collect::<PyResult<Vec<_>>>()?;
        let flags: u32 = code.getattr("co_flags")?.extract()?;
        let has_variadic = flags & HAS_VARIADIC != 0;
        Ok(Self {
            function: function.getattr("__qualname__")?.extract()?,
            defaults: defaults(function, &names, positional)?,
            positional,
            positional_only: number("co_posonlyargcount")?,
            variadic: if has_variadic { Some(name(names.len())?) } else { None },
            names,
        })
    }

    /// Whether so many positional arguments are the parameters, one by one.
    #[inline(always)]
    pub(crate) fn are_given_by(&self, count: usize) -> bool {
        count == self.names.len() && count == self.positional && self.variadic.is_none()
    }

    /// The names of the parameters in the order in which bound arguments come.
    pub(crate) fn in_order(&self) -> Vec<&Py<PyString>> {
        let (positional, keyword_only) = self.names.split_at(self.positional);
        positional.iter().chain(&self.variadic).chain(keyword_only).collect()
    }

    /// What the defaults are, in that order.
    pub(crate) fn defaults_in_order(&self) -> Vec<Option<&Py<PyAny>>> {
        let defaults: Vec<Option<&Py<PyAny>>> = self.defaults.iter().map(Option::as_ref).collect();
        let (positional, keyword_only) = defaults.split_at(self.positional);
        let variadic = self.variadic.iter().map(|_| None);
        positional.iter().copied().chain(variadic).chain(keyword_only.iter().copied()).collect()
    }
}

/// The defaults of a function's parameters, by position and by name.
fn defaults(
    function: &Bound<'_, PyAny>,
    names: &[Py<PyString>],
    positional: usize,
) -> PyResult<Vec<Option<Py<PyAny>>>> {
    let mut found: Vec<Option<Py<PyAny>>> = names.iter().map(|_| None).collect();
    let by_position = function.getattr("__defaults__")?;
    if !by_position.is_none() {
        let values = by_position.cast_into::<PyTuple>()?;
        let without = positional - values.len();
        for (slot, value) in found[without..positional].iter_mut().zip(values.iter()) {
            *slot = Some(value.unbind());
        }
    }
    let by_name = function.getattr("__kwdefaults__")?;
    if !by_name.is_none() {
        let values = by_name.cast_into::<PyDict>()?;
        for (slot, name) in found[positional..].iter_mut().zip(&names[positional..]) {
            *slot = values.get_item(name)?.map(Bound::unbind);
        }
    }
    Ok(found)
}

/// The names of arguments that are passed by keyword, and where their values start.
type Named<'py> = (Bound<'py, PyTuple>, *const *mut ffi::PyObject);

/// Arguments in the order of the parameters; borrowed from the caller, from the defaults, or from `rest`.
pub(crate) struct BoundArguments<'py> {
    /// Their addresses.
    pub(crate) values: Vec<*mut ffi::PyObject>,
    /// Keeps what `*args` is.
    _rest: Option<Bound<'py, PyTuple>>,
}

/// The arguments in the order of the parameters.
///
/// # Safety of use
/// The addresses are good as long as the result, the caller's arguments and the parameters live.
pub(crate) fn bind<'py>(
    py: Python<'py>,
    parameters: &Parameters,
    positional: &[*mut ffi::PyObject],
    named: Option<Named<'py>>,
) -> PyResult<BoundArguments<'py>> {
    let taken = positional.len().min(parameters.positional);
    let (taken, rest) = positional.split_at(taken);
    if parameters.variadic.is_none() && !rest.is_empty() {
        return Err(too_many(parameters, positional.len()));
    }
    let mut bound = taken.to_vec();
    bound.resize(parameters.names.len(), null_mut());
    if let Some((names, values)) = named {
        for (position, name) in names.iter().enumerate() {
            let slot = &mut bound[find(py, parameters, &name)?];
            if !slot.is_null() {
                return Err(error(parameters, format!("got multiple values for argument '{name}'")));
            }
            // SAFETY: there is a value for each name.
            *slot = unsafe { *values.add(position) };
        }
    }
    fill_in_defaults(py, parameters, &mut bound)?;
    let rest = parameters.variadic.as_ref().map(|_| tuple(py, rest)).transpose()?;
    if let Some(rest) = &rest {
        bound.insert(parameters.positional, rest.as_ptr());
    }
    Ok(BoundArguments { values: bound, _rest: rest })
}

fn tuple<'py>(py: Python<'py>, items: &[*mut ffi::PyObject]) -> PyResult<Bound<'py, PyTuple>> {
    // SAFETY: the caller's arguments live.
    PyTuple::new(py, items.iter().map(|item| unsafe { Bound::from_borrowed_ptr(py, *item) }))
}

/// The position of the parameter of that name.
fn find(py: Python<'_>, parameters: &Parameters, name: &Bound<'_, PyAny>) -> PyResult<usize> {
    let names = || parameters.names.iter().enumerate();
    // Names in a program's text are interned, so they are the same object.
    let mut found = names().find(|(_, known)| known.as_ptr() == name.as_ptr()).map(|(position, _)| position);
    let text = name.cast::<PyString>()?;
    if found.is_none() {
        for (position, known) in names() {
            if known.bind(py).as_any().eq(text)? {
                found = Some(position);
            }
        }
    }
    match found {
        Some(position) if position >= parameters.positional_only => Ok(position),
        Some(_) => {
            let what = format!("got some positional-only arguments passed as keyword arguments: '{text}'");
            Err(error(parameters, what))
        }
        None => Err(error(parameters, format!("got an unexpected keyword argument '{text}'"))),
    }
}

fn fill_in_defaults(
    py: Python<'_>,
    parameters: &Parameters,
    bound: &mut [*mut ffi::PyObject],
) -> PyResult<()> {
    let mut missing = Vec::new();
    for (position, slot) in bound.iter_mut().enumerate().filter(|(_, slot)| slot.is_null()) {
        match &parameters.defaults[position] {
            Some(default) => *slot = default.as_ptr(),
            None => missing.push(position),
        }
    }
    let are_positional = missing.first().is_none_or(|first| *first < parameters.positional);
    missing.retain(|position| (*position < parameters.positional) == are_positional);
    let kind = if are_positional { "positional" } else { "keyword-only" };
    let quoted: Vec<String> =
        missing.iter().map(|position| format!("'{}'", parameters.names[*position].bind(py))).collect();
    match quoted.as_slice() {
        [] => Ok(()),
        [only] => Err(error(parameters, format!("missing 1 required {kind} argument: {only}"))),
        several => {
            let (count, names) = (several.len(), listed(several));
            Err(error(parameters, format!("missing {count} required {kind} arguments: {names}")))
        }
    }
}

/// As Python lists names: `'a' and 'b'`, `'a', 'b', and 'c'`.
fn listed(names: &[String]) -> String {
    match names {
        [first, second] => format!("{first} and {second}"),
        [most @ .., last] => format!("{}, and {last}", most.join(", ")),
        [] => String::new(),
    }
}

fn too_many(parameters: &Parameters, given: usize) -> PyErr {
    let count = parameters.positional;
    let least = parameters.defaults[..count].iter().filter(|default| default.is_none()).count();
    let taken = if least < count { format!("from {least} to {count}") } else { count.to_string() };
    let plural = if count == 1 { "" } else { "s" };
    let was = if given == 1 { "was" } else { "were" };
    error(parameters, format!("takes {taken} positional argument{plural} but {given} {was} given"))
}

fn error(parameters: &Parameters, what: String) -> PyErr {
    PyTypeError::new_err(format!("{}() {what}", parameters.function))
}
