//! `numpy.random.Generator` as an argument: where its `bitgen_t` lies, and the lock that a call holds while compiled code draws from it.
#![allow(unsafe_code)] // Looks into capsules and tuples.

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyType;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

/// NumPy's class, once somebody has imported its module. Nobody unloads it.
static CLASS: AtomicPtr<ffi::PyTypeObject> = AtomicPtr::new(null_mut());

/// NumPy's class; `None` while its module is not imported, so that there are no objects of it.
fn class(py: Python<'_>) -> PyResult<Option<*mut ffi::PyTypeObject>> {
    let known = CLASS.load(Ordering::Relaxed);
    if !known.is_null() {
        return Ok(Some(known));
    }
    let modules = py.import(intern!(py, "sys"))?.getattr(intern!(py, "modules"))?;
    let Ok(module) = modules.get_item(intern!(py, "numpy.random")) else { return Ok(None) };
    let class = module.getattr(intern!(py, "Generator"))?.cast_into::<PyType>()?;
    let address = class.as_type_ptr();
    CLASS.store(address, Ordering::Relaxed);
    // The class stays where it is for good.
    std::mem::forget(class);
    Ok(Some(address))
}

/// Whether it is a `numpy.random.Generator`.
pub(crate) fn is_generator(value: &Bound<'_, PyAny>) -> bool {
    let class = class(value.py()).ok().flatten();
    // SAFETY: the object and the class live.
    class.is_some_and(|class| unsafe { ffi::PyObject_TypeCheck(value.as_ptr(), class) } != 0)
}

/// The address of the `bitgen_t` that a generator draws from; it lives as long as the generator's bit generator.
pub(crate) fn address(generator: &Bound<'_, PyAny>) -> PyResult<u64> {
    let py = generator.py();
    let capsule = generator.getattr(intern!(py, "bit_generator"))?.getattr(intern!(py, "capsule"))?;
    // SAFETY: the object lives; what is no capsule of that name gives null and an exception.
    let address = unsafe { ffi::PyCapsule_GetPointer(capsule.as_ptr(), c"BitGenerator".as_ptr()) };
    if address.is_null() { Err(PyErr::fetch(py)) } else { Ok(address as u64) }
}

/// Why an object of `numpy.random` that is no generator is not taken; `None` for any other object.
pub(crate) fn reason(value: &Bound<'_, PyAny>) -> PyResult<Option<&'static str>> {
    let py = value.py();
    let modules = py.import(intern!(py, "sys"))?.getattr(intern!(py, "modules"))?;
    let Ok(module) = modules.get_item(intern!(py, "numpy.random")) else { return Ok(None) };
    if value.is_instance(&module.getattr(intern!(py, "RandomState"))?)? {
        return Ok(Some(
            "a RandomState of NumPy; pass a numpy.random.Generator, as numpy.random.default_rng makes it",
        ));
    }
    if value.is_instance(&module.getattr(intern!(py, "BitGenerator"))?)? {
        return Ok(Some("a bit generator of NumPy; pass numpy.random.Generator(...) of it"));
    }
    Ok(None)
}

/// The bit generators of the generators among arguments, each once, always in the same order.
///
/// # Safety
/// The arguments live.
pub(crate) unsafe fn bit_generators(
    py: Python<'_>,
    arguments: &[*mut ffi::PyObject],
) -> PyResult<Vec<Py<PyAny>>> {
    let mut found = Vec::new();
    for argument in arguments {
        // SAFETY: the caller's promise.
        let argument = unsafe { Bound::from_borrowed_ptr(py, *argument) };
        add_bit_generators(&argument, &mut found)?;
    }
    found.sort_by_key(|each: &Py<PyAny>| each.as_ptr());
    found.dedup_by_key(|each| each.as_ptr());
    Ok(found)
}

fn add_bit_generators(value: &Bound<'_, PyAny>, found: &mut Vec<Py<PyAny>>) -> PyResult<()> {
    if is_generator(value) {
        found.push(value.getattr(intern!(value.py(), "bit_generator"))?.unbind());
    } else if let Ok(tuple) = value.cast::<pyo3::types::PyTuple>() {
        tuple.iter().try_for_each(|item| add_bit_generators(&item, found))?;
    }
    Ok(())
}

/// The locks of bit generators, held as long as this lives.
pub(crate) struct Locks<'py> {
    held: Vec<Bound<'py, PyAny>>,
}

impl<'py> Locks<'py> {
    /// Waits for the locks. Since everybody takes them in the same order, nobody waits for ever.
    pub(crate) fn take(py: Python<'py>, bit_generators: &[Py<PyAny>]) -> PyResult<Self> {
        let mut locks = Self { held: Vec::with_capacity(bit_generators.len()) };
        for bit_generator in bit_generators {
            let lock = bit_generator.bind(py).getattr(intern!(py, "lock"))?;
            lock.call_method0(intern!(py, "acquire"))?;
            locks.held.push(lock);
        }
        Ok(locks)
    }
}

impl Drop for Locks<'_> {
    fn drop(&mut self) {
        for lock in self.held.drain(..).rev() {
            let py = lock.py();
            // An exception that is on its way stays as it is.
            if let Err(error) = lock.call_method0(intern!(py, "release")) {
                error.write_unraisable(py, Some(&lock));
            }
        }
    }
}
