//! Kernels as functions of C: what `cfunc` makes.
#![allow(unsafe_code)] // Asks CPython whether it still runs.

use crate::engine::with_interpreter;
use crate::{object, raise};
use hotloop_driver::{Callback, CallbackParameter, Dtype, Exception};
use pyo3::exceptions::PyValueError;
use pyo3::ffi;
use pyo3::prelude::*;

/// A function of C, which lives as long as this object.
#[pyclass(frozen, module = "hotloop._hotloop", name = "Callback")]
pub(crate) struct PyCallback(Callback);

#[pymethods]
impl PyCallback {
    /// The address of the function.
    #[getter]
    fn address(&self) -> usize {
        self.0.address()
    }

    /// Its symbol.
    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }
}

/// Makes a function of C of a kernel: of each parameter the dtype, and whether it is a pointer to such numbers; the dtype of the result, none for `void`. What it raises is told to
/// `sys.unraisablehook` with the Python function.
#[pyfunction]
pub(crate) fn make_callback(
    py: Python<'_>,
    kernel: &Bound<'_, PyAny>,
    parameters: Vec<(String, bool)>,
    result: Option<String>,
) -> PyResult<PyCallback> {
    let dtype = |name: &str| {
        let unknown = || PyValueError::new_err(format!("`{name}` is no type of numbers of a function of C"));
        Dtype::by_name(name).ok_or_else(unknown)
    };
    let parameters = parameters.iter().map(|(name, is_pointer)| {
        let dtype = dtype(name)?;
        Ok(if *is_pointer { CallbackParameter::Pointer(dtype) } else { CallbackParameter::Number(dtype) })
    });
    let parameters = parameters.collect::<PyResult<Vec<_>>>()?;
    let result = result.as_deref().map(dtype).transpose()?;
    raise::contain(py, || {
        let not_a_kernel = || pyo3::exceptions::PyTypeError::new_err("this is not a kernel of Hotloop");
        let dispatcher = object::of(kernel).ok_or_else(not_a_kernel)?;
        let function = dispatcher.function(py).clone().unbind();
        let made = dispatcher.kernel(py)?;
        let on_error = Box::new(move |exception: &Exception| tell(&function, exception));
        let callback = py.detach(|| made.callback(&parameters, result, on_error));
        callback.map(PyCallback).map_err(|failure| raise::failure(py, &failure))
    })
}

/// Tells of an exception that nobody can catch.
fn tell(function: &Py<PyAny>, exception: &Exception) {
    if !interpreter_runs() {
        return;
    }
    with_interpreter(|py| {
        raise::kernel_exception(py, exception).write_unraisable(py, Some(function.bind(py)));
    });
}

/// Whether there is an interpreter to tell: C may call when it is gone.
fn interpreter_runs() -> bool {
    // SAFETY: it may be asked at any time.
    unsafe { ffi::Py_IsInitialized() != 0 }
}
