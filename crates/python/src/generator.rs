//! The iterator that a call of a compiled generator gives: each `next` runs compiled code up to the next `yield`.
#![allow(unsafe_code)] // Goes on with compiled code.

use crate::host::Active;
use crate::lent_list::{self, LentList};
use crate::random::Locks;
use crate::{engine, output, raise, result};
use hotloop_driver::{Compiled, Exception, ExceptionClass, Type, result_words};
use hotloop_runtime::{Block, CallState};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::sync::{Arc, Mutex, TryLockError};

/// An iterator over the items of a compiled generator.
#[pyclass(name = "generator", module = "hotloop", frozen)]
pub(crate) struct Generator {
    name: String,
    /// What is left to run; nothing once it has ended. It is locked while it runs.
    waiting: Mutex<Option<Waiting>>,
}

/// A generator between two items.
pub(crate) struct Waiting {
    pub(crate) compiled: Arc<Compiled>,
    pub(crate) frame: Block,
    /// The arguments of the call, whose memory the frame leads to.
    pub(crate) arguments: Vec<Py<PyAny>>,
    /// What the generators of random numbers among them draw from.
    pub(crate) bit_generators: Vec<Py<PyAny>>,
    /// Where the characters of strings among them lie.
    #[expect(dead_code, reason = "kept for what the frame leads to")]
    pub(crate) texts: Vec<MaybeUninit<u64>>,
    /// The lists among them, as the frame has them.
    pub(crate) lists: Vec<LentList>,
    pub(crate) nogil: bool,
}

impl Generator {
    /// The iterator of a generator that waits at its start.
    pub(crate) fn new(name: String, waiting: Waiting) -> Self {
        Self { name, waiting: Mutex::new(Some(waiting)) }
    }

    /// Runs `work` on what is left, unless it runs already.
    fn alone<T>(&self, work: impl FnOnce(&mut Option<Waiting>) -> PyResult<T>) -> PyResult<T> {
        match self.waiting.try_lock() {
            Ok(mut waiting) => work(&mut waiting),
            Err(TryLockError::WouldBlock) => Err(PyValueError::new_err("generator already executing")),
            Err(TryLockError::Poisoned(poisoned)) => work(&mut poisoned.into_inner()),
        }
    }
}

#[pymethods]
impl Generator {
    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        self.alone(|waiting| {
            let Some(left) = waiting else { return Ok(None) };
            let outcome = raise::contain(py, || left.next(py));
            if !matches!(outcome, Ok(Some(_))) {
                *waiting = None;
            }
            outcome
        })
    }

    /// Ends it: whatever it keeps is given back.
    fn close(&self) -> PyResult<()> {
        self.alone(|waiting| {
            *waiting = None;
            Ok(())
        })
    }

    fn __repr__(&self) -> String {
        format!("<hotloop generator of {}>", self.name)
    }
}

impl Waiting {
    fn next(&mut self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        let Type::Generator(generator) = self.compiled.result() else {
            unreachable!("it was made of a generator's code")
        };
        let _locks = Locks::take(py, &self.bit_generators)?;
        let mut results = vec![0; 1 + result_words(&generator.items)];
        let mut call = CallState::new(engine::interrupter());
        let settings = call.loop_settings();
        engine::look_for_races(&mut call);
        // SAFETY: the frame is this generator's and nobody else goes on with it; its arguments are kept, and there is room for the
        // results. Without the GIL nobody resizes the arguments: that is what `nogil=True` promises.
        let outcome = unsafe {
            let arguments: Vec<*mut ffi::PyObject> = self.arguments.iter().map(Py::as_ptr).collect();
            let calls_python = self.compiled.calls_host();
            let _active = calls_python.then(|| Active::new(&arguments));
            let thread = if self.nogil || calls_python { ffi::PyEval_SaveThread() } else { null_mut() };
            let outcome = self.compiled.resume_raw(&mut call, self.frame.as_raw() as u64, &mut results);
            if !thread.is_null() {
                ffi::PyEval_RestoreThread(thread);
            }
            outcome
        };
        call.keep_loop_settings(settings);
        let arguments: Vec<*mut ffi::PyObject> = self.arguments.iter().map(Py::as_ptr).collect();
        if let Err(exception) = outcome {
            engine::report_races(py, &mut call)?;
            // SAFETY: the generator rests, and its arguments are kept.
            unsafe { lent_list::give_back(py, &self.lists, &arguments)? };
            return Err(raised(py, &exception));
        }
        if results[0] & 1 == 0 {
            output::hand_over(&mut call)?;
            // SAFETY: as above.
            unsafe { lent_list::give_back(py, &self.lists, &arguments)? };
            return Ok(None);
        }
        // SAFETY: the call succeeded; the item is taken once, and borrows from nothing but the arguments.
        let item =
            unsafe { result::into_python(py, &generator.items, &results[1..], &self.lists, &arguments) };
        // SAFETY: as above.
        unsafe { lent_list::give_back(py, &self.lists, &arguments)? };
        let item = item?;
        output::hand_over(&mut call)?;
        engine::report_races(py, &mut call)?;
        Ok(Some(item))
    }
}

/// What the generator raised. Its end is told by nobody but itself: `StopIteration` from within is a mistake.
fn raised(py: Python<'_>, exception: &Exception) -> PyErr {
    let error = raise::kernel_exception(py, exception);
    if exception.class != ExceptionClass::StopIteration {
        return error;
    }
    let outer = PyRuntimeError::new_err("generator raised StopIteration");
    outer.set_cause(py, Some(error));
    outer
}
