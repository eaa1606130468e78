//! Arrays that kernels take in another form: those of subclasses as plain arrays over the same memory, and those whose elements are not aligned as copies, from which what was written goes
//! back when the call has ended.

use crate::numpy::{self, ALIGNED, WRITEABLE, numpy};
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;

/// Arguments of which some have another form.
pub(crate) struct Adapted<'py> {
    arguments: Vec<Bound<'py, PyAny>>,
    /// Arrays that may be written, and their copies.
    copied: Vec<[Bound<'py, PyAny>; 2]>,
}

/// What a subclass has of its own where its arrays do not mean what plain arrays do.
const OPERATORS: [&str; 6] = ["__array_ufunc__", "__mul__", "__add__", "__eq__", "__pow__", "__len__"];

impl<'py> Adapted<'py> {
    /// The arguments in a form that kernels take, if that is all that keeps them from it.
    pub(crate) fn of(py: Python<'py>, arguments: &[Bound<'py, PyAny>]) -> PyResult<Option<Self>> {
        let mut adapted = Self { arguments: Vec::with_capacity(arguments.len()), copied: Vec::new() };
        let mut is_changed = false;
        for (position, argument) in arguments.iter().enumerate() {
            let mut plain = argument.clone();
            if is_of_plain_subclass(argument)? {
                plain = argument.call_method1(intern!(py, "view"), (array_class(py)?,))?;
                is_changed = true;
            }
            if let Some(copy) = aligned_copy(&plain)? {
                let others = arguments[..position].iter().chain(&arguments[position + 1..]);
                if is_writeable(&plain) {
                    if shares_memory(&plain, others)? {
                        return Ok(None);
                    }
                    adapted.copied.push([plain, copy.clone()]);
                }
                plain = copy;
                is_changed = true;
            }
            adapted.arguments.push(plain);
        }
        Ok(is_changed.then_some(adapted))
    }

    /// The addresses of the arguments.
    pub(crate) fn addresses(&self) -> Vec<*mut ffi::PyObject> {
        self.arguments.iter().map(|argument| argument.as_ptr()).collect()
    }

    /// Whether what a call writes goes back when it has ended.
    pub(crate) fn is_written_back(&self) -> bool {
        !self.copied.is_empty()
    }

    /// Writes back what was written to copies.
    pub(crate) fn write_back(&self, py: Python<'py>) -> PyResult<()> {
        for [array, copy] in &self.copied {
            py.import(intern!(py, "numpy"))?.call_method1(intern!(py, "copyto"), (array, copy))?;
        }
        Ok(())
    }
}

fn array_class(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    py.import(intern!(py, "numpy"))?.getattr(intern!(py, "ndarray"))
}

/// Whether the value is an array of a subclass whose operators are those of plain arrays, such as `numpy.memmap`.
fn is_of_plain_subclass(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let class = array_class(value.py())?;
    let kind = value.get_type();
    if numpy().is_array(kind.as_type_ptr()) || !value.is_instance(&class)? {
        return Ok(false);
    }
    for operator in OPERATORS {
        if !kind.getattr(operator)?.is(&class.getattr(operator)?) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A copy of an array whose elements are not aligned; `None` for anything else, and for elements that kernels do not know.
fn aligned_copy<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    if numpy::array_dtype(value).is_none() || numpy::flags(value) & ALIGNED != 0 {
        return Ok(None);
    }
    let copy = value.call_method1(intern!(value.py(), "copy"), ("K",))?;
    if !is_writeable(value) {
        copy.call_method1(intern!(value.py(), "setflags"), (false,))?;
    }
    Ok(Some(copy))
}

fn is_writeable(array: &Bound<'_, PyAny>) -> bool {
    numpy::flags(array) & WRITEABLE != 0
}

/// Whether an array may have memory in common with one of the other arguments.
fn shares_memory<'a, 'py: 'a>(
    array: &Bound<'py, PyAny>,
    mut others: impl Iterator<Item = &'a Bound<'py, PyAny>>,
) -> PyResult<bool> {
    let numpy = array.py().import(intern!(array.py(), "numpy"))?;
    let class = array_class(array.py())?;
    others.try_fold(false, |found, other| {
        let may_share = |other| numpy.call_method1(intern!(array.py(), "may_share_memory"), (array, other));
        // What lies in a tuple is not looked at: it might.
        let is_tuple = other.is_instance_of::<pyo3::types::PyTuple>();
        Ok(found || is_tuple || (other.is_instance(&class)? && may_share(other)?.is_truthy()?))
    })
}
