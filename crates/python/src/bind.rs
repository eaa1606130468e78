//! Binds the arguments of a call to parameters, as Python does: positional, by keyword, by default.
#![allow(unsafe_code)] // Arguments come as an array of addresses.

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use std::ptr::null_mut;

/// The parameters that arguments are bound to.
pub(crate) struct Parameters {
    /// The function's name, for messages.
    pub(crate) function: String,
    /// The names, interned by CPython.
    pub(crate) names: Vec<Py<PyString>>,
    /// How many cannot be passed by name.
    pub(crate) positional_only: usize,
    /// The defaults of the last parameters.
    pub(crate) defaults: Option<Py<PyTuple>>,
}

impl Parameters {
    /// Those of a Python function.
    pub(crate) fn of(function: &Bound<'_, PyAny>) -> PyResult<Self> {
        let code = function.getattr("__code__")?;
        let count: usize = code.getattr("co_argcount")?.extract()?;
        let names = code.getattr("co_varnames")?.cast_into::<PyTuple>()?;
        let names = names.iter().take(count).map(|name| Ok(name.cast_into::<PyString>()?.unbind()));
        let defaults = function.getattr("__defaults__")?;
        Ok(Self {
            function: function.getattr("__qualname__")?.extract()?,
            names: names.collect::<PyResult<_>>()?,
            positional_only: code.getattr("co_posonlyargcount")?.extract()?,
            defaults: if defaults.is_none() { None } else { Some(defaults.cast_into::<PyTuple>()?.unbind()) },
        })
    }
}

/// The names of arguments that are passed by keyword, and where their values start.
type Named<'py> = (Bound<'py, PyTuple>, *const *mut ffi::PyObject);

/// The arguments in the order of the parameters; borrowed from the caller, or from the defaults.
///
/// # Safety of use
/// The addresses are good as long as the caller's arguments and the parameters live.
pub(crate) fn bind(
    py: Python<'_>,
    parameters: &Parameters,
    positional: &[*mut ffi::PyObject],
    named: Option<Named<'_>>,
) -> PyResult<Vec<*mut ffi::PyObject>> {
    let count = parameters.names.len();
    if positional.len() > count {
        return Err(too_many(parameters, positional.len()));
    }
    let mut bound = positional.to_vec();
    bound.resize(count, null_mut());
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
    Ok(bound)
}

/// The position of the parameter of that name.
fn find(py: Python<'_>, parameters: &Parameters, name: &Bound<'_, PyAny>) -> PyResult<usize> {
    let names = || parameters.names.iter().enumerate().skip(parameters.positional_only);
    // Names in a program's text are interned, so they are the same object.
    if let Some((position, _)) = names().find(|(_, known)| known.as_ptr() == name.as_ptr()) {
        return Ok(position);
    }
    let text = name.cast::<PyString>()?;
    for (position, known) in names() {
        if known.bind(py).as_any().eq(text)? {
            return Ok(position);
        }
    }
    Err(error(parameters, format!("got an unexpected keyword argument '{text}'")))
}

fn fill_in_defaults(
    py: Python<'_>,
    parameters: &Parameters,
    bound: &mut [*mut ffi::PyObject],
) -> PyResult<()> {
    let defaults = parameters.defaults.as_ref().map(|defaults| defaults.bind(py));
    let without = bound.len() - defaults.map_or(0, |defaults| defaults.len());
    let mut missing = Vec::new();
    for (position, slot) in bound.iter_mut().enumerate().filter(|(_, slot)| slot.is_null()) {
        match (defaults, position.checked_sub(without)) {
            // The tuple of defaults keeps its items.
            (Some(defaults), Some(at)) => *slot = defaults.get_item(at)?.as_ptr(),
            _ => missing.push(format!("'{}'", parameters.names[position].bind(py))),
        }
    }
    match missing.len() {
        0 => Ok(()),
        1 => Err(error(parameters, format!("missing 1 required positional argument: {}", missing[0]))),
        count => {
            let names = missing.join(", ");
            Err(error(parameters, format!("missing {count} required positional arguments: {names}")))
        }
    }
}

fn too_many(parameters: &Parameters, given: usize) -> PyErr {
    let count = parameters.names.len();
    let plural = if count == 1 { "" } else { "s" };
    error(parameters, format!("takes {count} positional argument{plural} but {given} were given"))
}

fn error(parameters: &Parameters, what: String) -> PyErr {
    PyTypeError::new_err(format!("{}() {what}", parameters.function))
}
