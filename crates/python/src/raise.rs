//! Exceptions of kernels and of the compiler as Python's, with a traceback that names the kernel's file, line and function.
//!
//! Python makes the frames of a traceback itself, so one line of Python is run that raises the exception, in a code object that claims to be the kernel at the place where it failed.
#![allow(unsafe_code)] // Runs a code object.

use crate::{chooser, exceptions, host};
use hotloop_driver::{ErrorValue, Exception, Failure, Place, Refusal};
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyBytes, PyComplex, PyDict, PyFloat, PyInt, PyString, PyTuple};

/// The exception that a kernel raised.
#[cold]
pub(crate) fn kernel_exception(py: Python<'_>, exception: &Exception) -> PyErr {
    let raised = match host::take_raised(exception.ticket).or_else(|| PyErr::take(py)) {
        // A block that the interpreter ran, or a signal handler of the user's.
        Some(error) => Ok(error),
        None => new_exception(py, exception),
    };
    match (raised, &exception.place) {
        (Ok(error), Some(place)) => raise_at(py, error, place).unwrap_or_else(|error| error),
        (Ok(error), None) | (Err(error), _) => error,
    }
}

fn new_exception(py: Python<'_>, exception: &Exception) -> PyResult<PyErr> {
    let class = exceptions::class_object(py, &exception.class)?;
    let arguments = exception.arguments.iter().map(|argument| python_value(py, argument));
    let value = class.call1(PyTuple::new(py, arguments.collect::<PyResult<Vec<_>>>()?)?)?;
    Ok(PyErr::from_value(value))
}

/// An argument of an exception as a Python object.
fn python_value<'py>(py: Python<'py>, value: &ErrorValue) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        ErrorValue::None => py.None().into_bound(py),
        ErrorValue::Bool(value) => PyBool::new(py, *value).to_owned().into_any(),
        // Without the interpreter's own headers an integer goes by its digits.
        ErrorValue::Int(value) => match i64::try_from(*value) {
            Ok(value) => value.into_pyobject(py)?.into_any(),
            Err(_) => py.get_type::<PyInt>().call1((value.to_string(),))?,
        },
        ErrorValue::Float(bits) => PyFloat::new(py, f64::from_bits(*bits)).into_any(),
        ErrorValue::Complex(real, imag) => {
            PyComplex::from_doubles(py, f64::from_bits(*real), f64::from_bits(*imag)).into_any()
        }
        ErrorValue::Str(text) => PyString::new(py, text).into_any(),
        ErrorValue::Tuple(items) => {
            let items = items.iter().map(|item| python_value(py, item));
            PyTuple::new(py, items.collect::<PyResult<Vec<_>>>()?)?.into_any()
        }
    })
}

/// Raises the exception at a place of a kernel; gives it back with the traceback that this makes.
fn raise_at(py: Python<'_>, error: PyErr, place: &Place) -> PyResult<PyErr> {
    let name = intern!(py, "exception");
    let changes = PyDict::new(py);
    changes.set_item(intern!(py, "co_filename"), &place.file)?;
    changes.set_item(intern!(py, "co_name"), &place.function)?;
    changes.set_item(intern!(py, "co_qualname"), &place.function)?;
    changes.set_item(intern!(py, "co_firstlineno"), place.line)?;
    let code = template(py)?.bind(py).call_method(intern!(py, "replace"), (), Some(&changes))?;
    let globals = PyDict::new(py);
    globals.set_item(name, error.value(py))?;
    // SAFETY: the code is a code object, the namespace a dict. It raises, so there is no result to release.
    unsafe { ffi::PyEval_EvalCode(code.as_ptr(), globals.as_ptr(), globals.as_ptr()) };
    let raised = PyErr::fetch(py);
    // The traceback holds the namespace, and that the exception: without this they would wait for the garbage collector.
    globals.clear();
    Ok(raised)
}

/// Code that raises its global `exception`; all of it stands in its first line, at no column, so that no column is underlined.
fn template(py: Python<'_>) -> PyResult<&Py<PyAny>> {
    static TEMPLATE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    TEMPLATE.get_or_try_init(py, || {
        let compile = py.import("builtins")?.getattr("compile")?;
        let code = compile.call1(("raise exception", "", "exec"))?;
        let length = code.getattr("co_code")?.len()? / 2;
        let changes = PyDict::new(py);
        changes.set_item("co_linetable", PyBytes::new(py, &line_table(length)))?;
        Ok(code.call_method("replace", (), Some(&changes))?.unbind())
    })
}

/// A line table as in CPython 3.11 and later that puts `length` instructions on the first line, without columns.
fn line_table(length: usize) -> Vec<u8> {
    let mut table = Vec::new();
    let mut left = length;
    while left > 0 {
        let run = left.min(8);
        // An entry's mark, its kind ("no columns", 13) and the instructions it is for; then the lines to go ahead.
        table.extend([0x80 | 13 << 3 | (run as u8 - 1), 0]);
        left -= run;
    }
    table
}

/// The exception for a failure of the compiler.
#[cold]
pub(crate) fn failure(py: Python<'_>, failure: &Failure) -> PyErr {
    let class = match failure {
        Failure::Unanswered(reason) => {
            return chooser::take_raised().unwrap_or_else(|| hotloop_error(py, "TypingError", reason));
        }
        Failure::Raised(exception) => return kernel_exception(py, exception),
        Failure::Arguments(reason) => return pyo3::exceptions::PyTypeError::new_err(reason.clone()),
        Failure::Refused(refusal) if is_unsupported(refusal) => "UnsupportedConstructError",
        Failure::Refused(_) => "TypingError",
        Failure::Internal(_) => return internal_error(py, &failure.to_string()),
        Failure::Raced(_) => "RaceError",
        Failure::NoFunction { .. } | Failure::File { .. } | Failure::Processor(_) => "HotloopError",
    };
    hotloop_error(py, class, &failure.to_string())
}

/// Whether all that is wrong is that something is not supported yet: codes from HL0300 on say so.
fn is_unsupported(refusal: &Refusal) -> bool {
    refusal.diagnostics.iter().all(|diagnostic| diagnostic.code.name().starts_with("HL03"))
}

/// A mistake of Hotloop, and what to do about it.
#[cold]
fn internal_error(py: Python<'_>, what: &str) -> PyErr {
    let message = format!(
        "{what}\nThis is a mistake of Hotloop, not of your program. Please report it with this message, the Python file, and hotloop {} on {} {}.",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH,
        std::env::consts::OS,
    );
    hotloop_error(py, "InternalError", &message)
}

/// An exception of `hotloop.errors`.
#[cold]
pub(crate) fn hotloop_error(py: Python<'_>, class: &str, message: &str) -> PyErr {
    let made = py
        .import("hotloop.errors")
        .and_then(|module| module.getattr(class))
        .and_then(|class| class.call1((message,)));
    match made {
        Ok(value) => PyErr::from_value(value),
        Err(error) => error,
    }
}

/// That an exception is set. Calls fail with this one: unlike an exception that is passed along it takes no room beside a result, which then stays in a register.
pub(crate) struct Raised(());

impl From<PyErr> for Raised {
    #[cold]
    fn from(error: PyErr) -> Self {
        // PyO3 may not know that the GIL is held.
        Python::attach(|py| error.restore(py));
        Self(())
    }
}

impl Raised {
    /// The exception, which is set no more: to be done before any other Python runs.
    pub(crate) fn take(self, py: Python<'_>) -> PyErr {
        PyErr::fetch(py)
    }
}

/// Runs `work` so that a panic, which can only be our mistake, becomes an exception.
pub(crate) fn contain<T>(py: Python<'_>, work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)) {
        Ok(outcome) => outcome,
        Err(panic) => Err(panic_exception(py, &*panic)),
    }
}

/// The exception for a panic.
#[cold]
pub(crate) fn panic_exception(py: Python<'_>, panic: &(dyn std::any::Any + Send)) -> PyErr {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
    internal_error(py, &format!("internal error of Hotloop: {text}"))
}
