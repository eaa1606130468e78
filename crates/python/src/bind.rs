//! Binds the arguments of a call to parameters, as Python does: positional, by keyword, by default, and what is left over for `*args`.
#![allow(unsafe_code)] // Arguments come as an array of addresses.

use crate::raise::Raised;
use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use std::cell::RefCell;
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
    /// The form of the last call that did not give all arguments by position.
    last_form: RefCell<Option<Form>>,
}

/// How a call gives its arguments: how many by position, and the names of the others. Calls from one place of a program have one form.
struct Form {
    positional: usize,
    /// Code passes the same tuple each time.
    names: Option<Py<PyTuple>>,
    /// Where each parameter comes from, in the order in which bound arguments come.
    sources: Box<[Source]>,
}

/// Where a parameter comes from.
#[derive(Clone, Copy)]
enum Source {
    /// The argument at that position, behind the positional ones those with names.
    Given(usize),
    /// The default of that parameter.
    Default(usize),
    /// What is left of the positional arguments from there on.
    Rest(usize),
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
            last_form: RefCell::default(),
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

    /// The default of a parameter, which has one.
    #[inline(always)]
    fn default_at(&self, position: usize) -> *mut ffi::PyObject {
        self.defaults[position].as_ref().map_or(null_mut(), |default| default.as_ptr())
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

/// Calls with more parameters take room for them from the heap.
const ROOM: usize = 16;

/// Gives `work` the arguments in the order of the parameters. Where they come from is found out once for each form of calls.
///
/// # Safety
/// There are so many positional arguments at the address, behind them one for each of `names`, which is a tuple or null; all of them live, and the GIL is held.
#[inline(always)]
pub(crate) unsafe fn with_bound<R>(
    parameters: &Parameters,
    (arguments, positional): (*const *mut ffi::PyObject, usize),
    names: *mut ffi::PyObject,
    work: impl FnOnce(&[*mut ffi::PyObject]) -> Result<R, Raised>,
) -> Result<R, Raised> {
    let mut room = [null_mut(); ROOM];
    // SAFETY: the caller's promise.
    let known = unsafe { from_last_form(parameters, (arguments, positional), names, &mut room) };
    match known {
        Some(count) => work(&room[..count]),
        None => Python::attach(|py| {
            // SAFETY: the caller's promise.
            let bound = unsafe { bind(py, parameters, (arguments, positional), names) }?;
            work(&bound.values)
        }),
    }
}

/// Puts the arguments in order, if the call has the form of the one before; how many there are.
///
/// # Safety
/// As for [`with_bound`].
#[inline(always)]
unsafe fn from_last_form(
    parameters: &Parameters,
    (arguments, positional): (*const *mut ffi::PyObject, usize),
    names: *mut ffi::PyObject,
    room: &mut [*mut ffi::PyObject; ROOM],
) -> Option<usize> {
    let form = parameters.last_form.borrow();
    let form = form.as_ref()?;
    let known_names = form.names.as_ref().map_or(null_mut(), |names| names.as_ptr());
    if form.positional != positional || known_names != names || form.sources.len() > ROOM {
        return None;
    }
    for (slot, source) in room.iter_mut().zip(&form.sources) {
        *slot = match source {
            // SAFETY: there are as many arguments as in the call that the form was made for.
            Source::Given(position) => unsafe { *arguments.add(*position) },
            Source::Default(position) => parameters.default_at(*position),
            Source::Rest(_) => return None,
        };
    }
    Some(form.sources.len())
}

/// Arguments in the order of the parameters; borrowed from the caller, from the defaults, or from `rest`.
struct BoundArguments<'py> {
    /// Their addresses.
    values: Vec<*mut ffi::PyObject>,
    /// Keeps what `*args` is.
    _rest: Option<Bound<'py, PyTuple>>,
}

/// The arguments in the order of the parameters; keeps the form of the call.
///
/// # Safety
/// As for [`with_bound`].
#[cold]
unsafe fn bind<'py>(
    py: Python<'py>,
    parameters: &Parameters,
    (arguments, positional): (*const *mut ffi::PyObject, usize),
    names: *mut ffi::PyObject,
) -> PyResult<BoundArguments<'py>> {
    // SAFETY: the caller's promise.
    let names = unsafe { Bound::from_borrowed_ptr_or_opt(py, names) };
    let names = names.map(|names| names.cast_into::<PyTuple>()).transpose()?;
    let form = Form::resolve(py, parameters, positional, names)?;
    let mut rest = None;
    let mut values = Vec::with_capacity(form.sources.len());
    for source in &form.sources {
        values.push(match source {
            // SAFETY: the form is of these arguments.
            Source::Given(position) => unsafe { *arguments.add(*position) },
            Source::Default(position) => parameters.default_at(*position),
            Source::Rest(start) => {
                // SAFETY: the caller's promise.
                let items: Vec<_> =
                    (*start..positional).map(|item| unsafe { *arguments.add(item) }).collect();
                rest.insert(tuple(py, &items)?).as_ptr()
            }
        });
    }
    parameters.last_form.replace(Some(form));
    Ok(BoundArguments { values, _rest: rest })
}

impl Form {
    /// Finds out where the parameters of such a call come from.
    fn resolve(
        py: Python<'_>,
        parameters: &Parameters,
        positional: usize,
        names: Option<Bound<'_, PyTuple>>,
    ) -> PyResult<Self> {
        let taken = positional.min(parameters.positional);
        let given = (positional, names.as_ref());
        if parameters.variadic.is_none() && taken < positional {
            return Err(too_many(parameters, given));
        }
        let mut sources: Vec<Option<Source>> =
            (0..taken).map(|position| Some(Source::Given(position))).collect();
        sources.resize(parameters.names.len(), None);
        for (position, name) in names.iter().flat_map(|names| names.iter()).enumerate() {
            let source = &mut sources[find(py, parameters, given, &name)?];
            if source.is_some() {
                return Err(error(parameters, given, format!("got multiple values for argument '{name}'")));
            }
            *source = Some(Source::Given(positional + position));
        }
        let mut sources = with_defaults(py, parameters, given, &sources)?;
        if parameters.variadic.is_some() {
            sources.insert(parameters.positional, Source::Rest(taken));
        }
        Ok(Self { positional, names: names.map(Bound::unbind), sources: sources.into() })
    }
}

fn tuple<'py>(py: Python<'py>, items: &[*mut ffi::PyObject]) -> PyResult<Bound<'py, PyTuple>> {
    // SAFETY: the caller's arguments live.
    PyTuple::new(py, items.iter().map(|item| unsafe { Bound::from_borrowed_ptr(py, *item) }))
}

/// The position of the parameter of that name.
fn find(
    py: Python<'_>,
    parameters: &Parameters,
    given: Given<'_, '_>,
    name: &Bound<'_, PyAny>,
) -> PyResult<usize> {
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
            Err(error(parameters, given, what))
        }
        None => Err(error(parameters, given, format!("got an unexpected keyword argument '{text}'"))),
    }
}

/// The sources with those that are not given by the call.
fn with_defaults(
    py: Python<'_>,
    parameters: &Parameters,
    given: Given<'_, '_>,
    known: &[Option<Source>],
) -> PyResult<Vec<Source>> {
    let mut missing = Vec::new();
    let mut sources = Vec::with_capacity(known.len() + 1);
    for (position, source) in known.iter().enumerate() {
        match source {
            Some(source) => sources.push(*source),
            None if parameters.defaults[position].is_some() => sources.push(Source::Default(position)),
            None => missing.push(position),
        }
    }
    let are_positional = missing.first().is_none_or(|first| *first < parameters.positional);
    missing.retain(|position| (*position < parameters.positional) == are_positional);
    let kind = if are_positional { "positional" } else { "keyword-only" };
    let quoted: Vec<String> =
        missing.iter().map(|position| format!("'{}'", parameters.names[*position].bind(py))).collect();
    match quoted.as_slice() {
        [] => Ok(sources),
        [only] => Err(error(parameters, given, format!("missing 1 required {kind} argument: {only}"))),
        several => {
            let (count, names) = (several.len(), listed(several));
            Err(error(parameters, given, format!("missing {count} required {kind} arguments: {names}")))
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

fn too_many(parameters: &Parameters, given: Given<'_, '_>) -> PyErr {
    let count = parameters.positional;
    let least = parameters.defaults[..count].iter().filter(|default| default.is_none()).count();
    let taken = if least < count { format!("from {least} to {count}") } else { count.to_string() };
    let plural = if count == 1 { "" } else { "s" };
    let positional = given.0;
    let was = if positional == 1 { "was" } else { "were" };
    error(
        parameters,
        given,
        format!("takes {taken} positional argument{plural} but {positional} {was} given"),
    )
}

/// What a call gives: how many arguments by position, and the names of the others.
type Given<'a, 'py> = (usize, Option<&'a Bound<'py, PyTuple>>);

/// The exception in Python's words, with those of Numba behind them.
fn error(parameters: &Parameters, given: Given<'_, '_>, what: String) -> PyErr {
    let reason = shortcoming(parameters, given);
    PyTypeError::new_err(format!("{}() {what} ({reason})", parameters.function))
}

/// What is wrong with a call, as Numba says it: it counts the arguments, then looks for those that are missing.
fn shortcoming(parameters: &Parameters, (positional, names): Given<'_, '_>) -> String {
    let names: Vec<String> =
        names.iter().flat_map(|names| names.iter()).map(|name| name.to_string()).collect();
    let (given, all) = (positional + names.len(), parameters.names.len());
    let is_needed = |position: &usize| parameters.defaults[*position].is_none();
    let least = (0..all).filter(is_needed).count();
    if parameters.variadic.is_none() && given > all {
        return format!("too many arguments: expected {all}, got {given}");
    }
    if given < least {
        let at_least = if least < all || parameters.variadic.is_some() { "at least " } else { "" };
        return format!("not enough arguments: expected {at_least}{least}, got {given}");
    }
    let is_given = |position: &usize| {
        *position < positional || names.iter().any(|name| *name == parameters.names[*position].to_string())
    };
    match (0..all).filter(is_needed).find(|position| !is_given(position)) {
        Some(missing) => format!("missing argument '{}'", parameters.names[missing]),
        None => "some keyword arguments unexpected".to_owned(),
    }
}
