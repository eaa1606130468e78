//! Classes of named tuples and enumerations of Python as kernels know them, and back: a result is an instance of the very class that the kernel
//! names or an argument has.

use crate::{exceptions, globals};
use hotloop_infer::{FrozenValue, NamedTuple, is_operator_method};
use hotloop_types::{EnumType, EnumValue, TupleClass};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString, PyTuple, PyType};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What a class is to a kernel.
#[derive(Clone)]
pub(crate) enum Class {
    /// One of named tuples.
    Tuple(Arc<NamedTuple>),
    /// An enumeration, with the positions of its members by their addresses. The members live as long as their class.
    Enum(Arc<EnumType>, Arc<HashMap<usize, usize>>),
    /// One of these that a kernel cannot use; why, to follow "is".
    Refused(String),
    /// Another class.
    Other,
}

/// The classes looked at so far, by their addresses; they are kept alive, so that an address never changes its meaning.
static CLASSES: Mutex<Option<KnownClasses>> = Mutex::new(None);

type KnownClasses = HashMap<usize, (Py<PyType>, Class)>;

/// What a class is to a kernel.
pub(crate) fn of(class: &Bound<'_, PyType>) -> PyResult<Class> {
    let address = class.as_ptr() as usize;
    let known = {
        let classes = CLASSES.lock().unwrap_or_else(PoisonError::into_inner);
        classes.as_ref().and_then(|classes| classes.get(&address)).map(|(_, class)| class.clone())
    };
    if let Some(known) = known {
        return Ok(known);
    }
    let read = read(class)?;
    if !matches!(read, Class::Other) {
        let mut classes = CLASSES.lock().unwrap_or_else(PoisonError::into_inner);
        classes.get_or_insert_with(HashMap::new).insert(address, (class.clone().unbind(), read.clone()));
    }
    Ok(read)
}

fn read(class: &Bound<'_, PyType>) -> PyResult<Class> {
    let py = class.py();
    if class.is_subclass_of::<PyTuple>()? {
        return match class.hasattr("_fields")? && class.hasattr("_field_defaults")? {
            true => named_tuple(class),
            false => Ok(Class::Other),
        };
    }
    static ENUM: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    if class.is_subclass(ENUM.import(py, "enum", "Enum")?)? {
        return enumeration(class);
    }
    Ok(Class::Other)
}

/// The name of a class, and its identity: other than that of every other class.
fn names(class: &Bound<'_, PyType>) -> PyResult<(String, String)> {
    let qualified: String = class.getattr("__qualname__")?.extract()?;
    let module: String = class.getattr("__module__")?.extract()?;
    let identity = exceptions::identity_of(class, &format!("{module}.{qualified}"));
    Ok((class.getattr("__name__")?.extract()?, identity))
}

fn named_tuple(class: &Bound<'_, PyType>) -> PyResult<Class> {
    let fields: Vec<String> = class.getattr("_fields")?.extract()?;
    let (name, identity) = names(class)?;
    if let Some(method) = redefined(class, |parent| parent.contains("_fields"))? {
        return Ok(Class::Refused(format!("the class `{name}`, which defines `{method}`")));
    }
    for field in &fields {
        if class.getattr(field.as_str())?.get_type().name()? != "_tuplegetter" {
            return Ok(Class::Refused(format!("the class `{name}`, which defines `{field}` anew")));
        }
    }
    let given = class.getattr("_field_defaults")?.cast_into::<PyDict>()?;
    let mut defaults: Vec<FrozenValue> = Vec::new();
    for field in &fields {
        match given.get_item(field)?.map(|value| globals::constant(&value)).transpose()? {
            Some(Some(value)) => defaults.push(value),
            // Without a constant default the field has to be given; so have those before it.
            Some(None) | None => defaults.clear(),
        }
    }
    Ok(Class::Tuple(Arc::new(NamedTuple {
        class: Arc::new(TupleClass { name, identity, fields }),
        defaults,
    })))
}

/// The first operator that a class or one that it derives from defines, up to the class that is as the library makes it.
fn redefined(
    class: &Bound<'_, PyType>,
    is_made: impl Fn(&Bound<'_, PyAny>) -> PyResult<bool>,
) -> PyResult<Option<String>> {
    for parent in class.mro().iter() {
        let members = parent.getattr("__dict__")?;
        if is_made(&members)? {
            return Ok(None);
        }
        for name in members.try_iter()? {
            let name: String = name?.extract()?;
            if is_operator_method(&name) {
                return Ok(Some(name));
            }
        }
    }
    Ok(None)
}

fn enumeration(class: &Bound<'_, PyType>) -> PyResult<Class> {
    let py = class.py();
    let (name, identity) = names(class)?;
    let library = py.import("enum")?;
    if class.is_subclass(&library.getattr("Flag")?)? {
        return Ok(Class::Refused(format!("the class `{name}`, an enumeration of flags")));
    }
    let mixed_in = class.getattr("_member_type_")?;
    let is_integer = mixed_in.is(py.get_type::<PyInt>());
    if !is_integer && !mixed_in.is(py.import("builtins")?.getattr("object")?) {
        return Ok(Class::Refused(format!("the class `{name}`, an enumeration of another type than int")));
    }
    // What the library puts into every class is not redefined.
    let made_by_library = ["__new__", "__init__"];
    for parent in class.mro().iter() {
        if parent.getattr("__module__")?.extract::<String>().is_ok_and(|module| module == "enum") {
            break;
        }
        for member in parent.getattr("__dict__")?.try_iter()? {
            let member: String = member?.extract()?;
            let is_ours = is_operator_method(&member) && !made_by_library.contains(&member.as_str());
            if is_ours || matches!(member.as_str(), "name" | "value") {
                return Ok(Class::Refused(format!("the class `{name}`, which defines `{member}`")));
            }
        }
    }
    let mut members = Vec::new();
    let mut positions = HashMap::new();
    for member in class.try_iter()? {
        let member = member?;
        positions.insert(member.as_ptr() as usize, members.len());
        members
            .push((member.getattr("name")?.extract::<String>()?, member_value(&member.getattr("value")?)?));
    }
    if is_integer && members.iter().any(|(_, value)| !matches!(value, EnumValue::Int(_))) {
        return Ok(Class::Refused(format!("the class `{name}`, whose members do not fit int64")));
    }
    let mut aliases = Vec::new();
    for pair in class.getattr("__members__")?.call_method0("items")?.try_iter()? {
        let (alias, member): (String, Bound<'_, PyAny>) = pair?.extract()?;
        if let Some(position) = positions.get(&(member.as_ptr() as usize))
            && members[*position].0 != alias
        {
            aliases.push((alias, *position));
        }
    }
    let class = EnumType { name, identity, is_integer, members, aliases };
    Ok(Class::Enum(Arc::new(class), Arc::new(positions)))
}

fn member_value(value: &Bound<'_, PyAny>) -> PyResult<EnumValue> {
    Ok(if value.is_exact_instance_of::<PyBool>() {
        EnumValue::Bool(value.extract()?)
    } else if value.is_exact_instance_of::<PyInt>() {
        value.extract().map_or(EnumValue::Other, EnumValue::Int)
    } else if value.is_exact_instance_of::<PyFloat>() {
        EnumValue::Float(value.extract::<f64>()?.to_bits())
    } else if value.is_exact_instance_of::<PyString>() {
        value.extract().map_or(EnumValue::Other, EnumValue::Str)
    } else {
        EnumValue::Other
    })
}

/// An instance of a class of named tuples.
pub(crate) fn new_tuple<'py>(
    py: Python<'py>,
    class: &TupleClass,
    items: Bound<'py, PyTuple>,
) -> PyResult<Bound<'py, PyAny>> {
    exceptions::known_class(py, &class.identity)?.call_method1("_make", (items,))
}

/// A member of an enumeration.
pub(crate) fn member<'py>(py: Python<'py>, class: &EnumType, position: usize) -> PyResult<Bound<'py, PyAny>> {
    exceptions::known_class(py, &class.identity)?.get_item(&class.members[position].0)
}
