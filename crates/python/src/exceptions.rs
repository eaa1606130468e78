//! Exception classes of Python as compiled code knows them, and back: the object that is raised is the very class that the kernel names.

use hotloop_driver::{ErrorClass, ExceptionClass};
use hotloop_infer::TEXT_MEMBERS;
use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The classes that are not built in, by their identities. They are kept alive: an identity never changes its meaning.
static CLASSES: Mutex<Option<HashMap<String, Py<PyType>>>> = Mutex::new(None);

/// What a value is to a kernel if it is a class of exceptions.
pub(crate) fn class_of(value: &Bound<'_, PyAny>) -> PyResult<Option<ErrorClass>> {
    let Ok(class) = value.cast::<PyType>() else { return Ok(None) };
    if !class.is_subclass_of::<PyBaseException>()? {
        return Ok(None);
    }
    let name: String = class.getattr("__qualname__")?.extract()?;
    let module: String = class.getattr("__module__")?.extract()?;
    if module == "builtins"
        && let Some(class) = ExceptionClass::by_name(&name)
    {
        return Ok(Some(class.into()));
    }
    let mut bases = Vec::new();
    for base in class.getattr("__bases__")?.cast_into::<PyTuple>()?.iter() {
        bases.extend(class_of(&base)?);
    }
    let identity = identity_of(class, &format!("{module}.{name}"));
    let own = class.getattr("__dict__")?;
    let mut own_text = false;
    for name in TEXT_MEMBERS {
        own_text |= own.contains(name)?;
    }
    Ok(Some(ErrorClass::user(identity, bases).with_own_text(own_text)))
}

/// The identity of a class: its name, with a number if another class has had that name before.
pub(crate) fn identity_of(class: &Bound<'_, PyType>, name: &str) -> String {
    let mut classes = CLASSES.lock().unwrap_or_else(PoisonError::into_inner);
    let classes = classes.get_or_insert_with(HashMap::new);
    let mut number = 1;
    loop {
        let identity = if number == 1 { name.to_owned() } else { format!("{name}#{number}") };
        match classes.get(&identity) {
            Some(known) if known.is(class) => return identity,
            Some(_) => number += 1,
            None => {
                classes.insert(identity.clone(), class.clone().unbind());
                return identity;
            }
        }
    }
}

/// The class to raise.
pub(crate) fn class_object<'py>(py: Python<'py>, class: &ErrorClass) -> PyResult<Bound<'py, PyAny>> {
    let user = match class {
        ErrorClass::Builtin(class) => return py.import("builtins")?.getattr(class.python_name()),
        ErrorClass::User(user) => user,
    };
    known_class(py, &user.identity)
}

/// The class with an identity.
pub(crate) fn known_class<'py>(py: Python<'py>, identity: &str) -> PyResult<Bound<'py, PyAny>> {
    let known = {
        let classes = CLASSES.lock().unwrap_or_else(PoisonError::into_inner);
        let found = classes.as_ref().and_then(|classes| classes.get(identity));
        found.map(|class| class.bind(py).clone().into_any())
    };
    match known {
        Some(class) => Ok(class),
        // Classes of libraries go by their paths.
        None => {
            let (module, name) = identity.rsplit_once('.').unwrap_or(("builtins", identity));
            py.import(module)?.getattr(name)
        }
    }
}
