//! `numpy.random.Generator` as an argument: where its `bitgen_t` lies, and the lock that a call holds while compiled code draws from it.
#![allow(unsafe_code)] // Looks into capsules and tuples.

use hotloop_runtime::generator_state;
use pyo3::exceptions::PyRuntimeError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};
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

/// A generator of Python's with the state of one that compiled code has made.
///
/// # Safety
/// The address is that of such a generator, which lives and from which nobody draws.
pub(crate) unsafe fn object(py: Python<'_>, address: u64) -> PyResult<Py<PyAny>> {
    // SAFETY: the caller's promise.
    let words = unsafe { generator_state(address) };
    let number = |at: usize| u128::from(words[at]) << 64 | u128::from(words[at + 1]);
    let numbers = PyDict::new(py);
    numbers.set_item("state", number(0))?;
    numbers.set_item("inc", number(2))?;
    let state = PyDict::new(py);
    state.set_item("bit_generator", "PCG64")?;
    state.set_item("state", numbers)?;
    state.set_item("has_uint32", words[4] >> 32)?;
    state.set_item("uinteger", words[4] as u32)?;
    let module = py.import("numpy.random")?;
    let bit_generator = module.getattr("PCG64")?.call1((0,))?;
    bit_generator.setattr("state", state)?;
    Ok(module.getattr("Generator")?.call1((bit_generator,))?.unbind())
}

/// The generator at that address, which is among the arguments.
///
/// # Safety
/// The arguments live.
pub(crate) unsafe fn argument_at(
    py: Python<'_>,
    arguments: &[*mut ffi::PyObject],
    wanted: u64,
) -> PyResult<Py<PyAny>> {
    for argument in arguments {
        // SAFETY: the caller's promise.
        let argument = unsafe { Bound::from_borrowed_ptr(py, *argument) };
        if let Some(found) = generator_at(&argument, wanted)? {
            return Ok(found);
        }
    }
    Err(PyRuntimeError::new_err("the generator of random numbers has another bit generator now"))
}

fn generator_at(value: &Bound<'_, PyAny>, wanted: u64) -> PyResult<Option<Py<PyAny>>> {
    if is_generator(value) {
        return Ok((address(value)? == wanted).then(|| value.clone().unbind()));
    }
    let Ok(tuple) = value.cast::<PyTuple>() else { return Ok(None) };
    for item in tuple.iter() {
        if let Some(found) = generator_at(&item, wanted)? {
            return Ok(Some(found));
        }
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
    } else if let Ok(tuple) = value.cast::<PyTuple>() {
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
