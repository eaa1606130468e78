//! Implementations that Python functions choose by the types of a call: `overload` and its kin, whose Python side is `hotloop._overload`.

use crate::kernel;
use hotloop_driver::{Asked, AskedArgument, Choice, Chooser, Engine, Failure, Literal, Question};
use hotloop_infer::{ExtendedFunction, Global};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyList;
use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

/// Whether anything was extended so far.
static IS_USED: AtomicBool = AtomicBool::new(false);
/// The names of extended methods and attributes.
static MEMBERS: RwLock<Option<HashSet<String>>> = RwLock::new(None);

thread_local! {
    /// What a chooser raised in the compilation that this thread asked for.
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// Notes that a function was extended, or a method or attribute of that name.
#[pyfunction]
pub(crate) fn note_extension(member: Option<String>) {
    IS_USED.store(true, Ordering::Relaxed);
    if let Some(member) = member {
        let mut members = MEMBERS.write().unwrap_or_else(PoisonError::into_inner);
        members.get_or_insert_default().insert(member);
    }
}

/// Whether anything was extended so far: if not, nobody needs to look.
pub(crate) fn is_used() -> bool {
    IS_USED.load(Ordering::Relaxed)
}

/// What a value means if it was extended; `otherwise` is what it means by itself.
pub(crate) fn extended(
    value: &Bound<'_, PyAny>,
    otherwise: impl FnOnce() -> PyResult<Global>,
) -> PyResult<Option<Global>> {
    if !is_used() {
        return Ok(None);
    }
    let py = value.py();
    let name = py.import(intern!(py, "hotloop._overload"))?.call_method1(intern!(py, "name_of"), (value,))?;
    let Some(name) = name.extract::<Option<String>>()? else { return Ok(None) };
    let otherwise = match otherwise()? {
        Global::Unsupported { .. } => None,
        otherwise => Some(otherwise),
    };
    Ok(Some(Global::Extended(std::sync::Arc::new(ExtendedFunction { name, otherwise }))))
}

/// What a chooser raised: it goes on as it is.
pub(crate) fn take_raised() -> Option<PyErr> {
    RAISED.take()
}

/// Asks the functions that were registered.
pub(crate) struct PythonChooser;

impl Chooser for PythonChooser {
    fn extends(&self, member: &str) -> bool {
        let members = MEMBERS.read().unwrap_or_else(PoisonError::into_inner);
        members.as_ref().is_some_and(|members| members.contains(member))
    }

    fn choose(&self, _: &Engine, question: &Question) -> Result<Choice, Failure> {
        Python::attach(|py| {
            ask(py, question).map_err(|error| {
                let text = error.to_string();
                RAISED.set(Some(error));
                Failure::Unanswered(text)
            })
        })
    }
}

fn ask(py: Python<'_>, question: &Question) -> PyResult<Choice> {
    let (kind, name) = match &question.asked {
        Asked::Function(name) => ("function", name),
        Asked::Method(name) => ("method", name),
        Asked::Attribute(name) => ("attribute", name),
    };
    let arguments = question.arguments.iter().map(|argument| in_python(py, argument));
    let arguments = PyList::new(py, arguments.collect::<PyResult<Vec<_>>>()?)?;
    let module = py.import(intern!(py, "hotloop._overload"))?;
    let answer = module.call_method1(intern!(py, "choose"), (kind, name, arguments))?;
    let (kernel, tried): (Bound<'_, PyAny>, Vec<String>) = answer.extract()?;
    Ok(match kernel::handle_of(&kernel)? {
        Some(handle) => Choice::Function(handle),
        None => Choice::None { tried },
    })
}

/// An argument: its keyword, the spelling of its type, and its value in a list where it is known.
fn in_python<'py>(py: Python<'py>, argument: &AskedArgument) -> PyResult<Bound<'py, PyAny>> {
    let literal = PyList::empty(py);
    match &argument.literal {
        None => {}
        Some(Literal::Bool(value)) => literal.append(*value)?,
        Some(Literal::Int(value)) => literal.append(*value)?,
        Some(Literal::Str(text)) => literal.append(text)?,
    }
    Ok((argument.name.as_deref(), argument.ty.to_string(), literal).into_pyobject(py)?.into_any())
}
