//! The one engine of the process, and what all calls from Python share: how they are interrupted, and how many threads they may use.
#![allow(unsafe_code)] // Asks CPython for signals from within compiled code.

use crate::chooser::PythonChooser;
use crate::host::PythonHost;
use crate::raise;
use hotloop_driver::Engine;
use hotloop_runtime::{
    CallState, Interrupter, LoopSettings, loop_settings, memory_setting_fault, set_loop_settings,
    thread_count, thread_setting_fault,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyCFunction};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};

static ENGINE: OnceLock<Engine> = OnceLock::new();
/// Whether the engine does, known without asking it.
static LOOKS_FOR_RACES: AtomicBool = AtomicBool::new(false);

/// The engine. The environment variables are read when it is first used.
pub(crate) fn engine(py: Python<'_>) -> PyResult<&'static Engine> {
    if let Some(engine) = ENGINE.get() {
        return Ok(engine);
    }
    let engine = Engine::builder()
        .chooser(Arc::new(PythonChooser))
        .host(Arc::new(PythonHost))
        .build()
        .map_err(|failure| raise::failure(py, &failure))?;
    for fault in [thread_setting_fault(), memory_setting_fault()].into_iter().flatten() {
        py.import("hotloop.errors")?.call_method1("warn_of_setting", (fault,))?;
    }
    LOOKS_FOR_RACES.store(engine.checks_races(), Ordering::Relaxed);
    Ok(ENGINE.get_or_init(|| engine))
}

/// Warns of what is wrong with the cache on disk, as often as the engine tells: once for each kind of fault.
pub(crate) fn report_cache_faults(py: Python<'_>, engine: &Engine) -> PyResult<()> {
    while let Some(fault) = engine.cache_fault() {
        py.import("hotloop.errors")?.call_method1("warn_of_cache", (fault.to_string(),))?;
    }
    Ok(())
}

/// What ends calls: Python's own signal handlers, when they raise.
#[inline(always)]
pub(crate) fn interrupter() -> &'static Interrupter {
    static INTERRUPTER: LazyLock<Interrupter> =
        LazyLock::new(|| Interrupter::with_poll(signal_handler_raises));
    &INTERRUPTER
}

/// The thread that runs the handlers of signals, as CPython numbers threads.
static MAIN_THREAD: AtomicU64 = AtomicU64::new(0);

unsafe extern "C" {
    /// Of CPython's stable interface; may be called by any thread at any time.
    safe fn PyThread_get_thread_ident() -> std::ffi::c_ulong;
}

fn thread_number() -> u64 {
    // Not 64 bits everywhere.
    #[allow(clippy::useless_conversion, reason = "not everywhere")]
    PyThread_get_thread_ident().into()
}

/// Finds out which thread runs the handlers of signals. In a forked child it is the one that forked.
pub(crate) fn find_main_thread(py: Python<'_>) -> PyResult<()> {
    let main = py.import("threading")?.call_method0("main_thread")?;
    MAIN_THREAD.store(main.getattr("ident")?.extract()?, Ordering::Relaxed);
    let os = py.import("os")?;
    if os.hasattr("register_at_fork")? {
        let note = PyCFunction::new_closure(py, None, None, |_, _| {
            MAIN_THREAD.store(thread_number(), Ordering::Relaxed);
        })?;
        os.call_method("register_at_fork", (), Some(&[("after_in_child", note)].into_py_dict(py)?))?;
    }
    Ok(())
}

/// Runs the handlers of the signals that have come. An exception of theirs stays set on this thread.
///
/// Only the main thread runs them, and it is the one that ends the interpreter. So it never asks an interpreter that is gone, as daemon threads would which go on with a call
/// while that ends.
fn signal_handler_raises() -> bool {
    if thread_number() != MAIN_THREAD.load(Ordering::Relaxed) {
        return false;
    }
    // SAFETY: the thread came from Python, so this finds its state, whether it holds the GIL or has let go of it for the call. A call that a destructor makes when the
    // interpreter is gone already has none.
    unsafe {
        if ffi::Py_IsInitialized() == 0 {
            return false;
        }
        let state = ffi::PyGILState_Ensure();
        let raises = ffi::PyErr_CheckSignals() != 0;
        ffi::PyGILState_Release(state);
        raises
    }
}

/// Runs `work` with the GIL, where compiled code or NumPy may have let go of it without telling PyO3, or the thread may be a new one. The interpreter runs.
pub(crate) fn with_interpreter<T>(work: impl FnOnce(Python<'_>) -> T) -> T {
    /// Gives the GIL back, also if there is a panic.
    struct Held(ffi::PyGILState_STATE);
    impl Drop for Held {
        fn drop(&mut self) {
            // SAFETY: it was taken on this thread, and nothing that was taken later is still held.
            unsafe { ffi::PyGILState_Release(self.0) }
        }
    }
    // SAFETY: it can be called on any thread, whether it holds the GIL or not.
    let _held = Held(unsafe { ffi::PyGILState_Ensure() });
    Python::attach(work)
}

/// A call that looks for races where that is asked for.
#[inline(always)]
pub(crate) fn look_for_races(call: &mut CallState<'_>) {
    if LOOKS_FOR_RACES.load(Ordering::Relaxed) {
        call.look_for_races();
    }
}

/// Fails if a call has found races.
#[inline(always)]
pub(crate) fn report_races(py: Python<'_>, call: &mut CallState<'_>) -> PyResult<()> {
    if LOOKS_FOR_RACES.load(Ordering::Relaxed) { report_races_found(py, call) } else { Ok(()) }
}

#[cold]
fn report_races_found(py: Python<'_>, call: &mut CallState<'_>) -> PyResult<()> {
    engine(py)?.report_races(call).map_err(|failure| raise::failure(py, &failure))
}

/// An integer that a setting is given, or else a `TypeError` that says what is wanted.
fn integer(given: &Bound<'_, PyAny>, otherwise: &str) -> PyResult<i64> {
    if given.hasattr("__index__")? {
        return given.extract();
    }
    Err(PyTypeError::new_err(format!("{otherwise}, not an object of type {}", given.get_type().name()?)))
}

/// Sets how many iterations of a parallel loop a thread takes at once in calls of this thread, 0 for what seems best; returns what it was.
#[pyfunction]
pub(crate) fn set_parallel_chunksize(n: &Bound<'_, PyAny>) -> PyResult<u32> {
    let n = integer(n, "The parallel chunksize must be an integer")?;
    match u32::try_from(n) {
        Ok(chunk_size) => {
            let before = loop_settings();
            set_loop_settings(LoopSettings { chunk_size, ..before });
            Ok(before.chunk_size)
        }
        Err(_) => Err(PyValueError::new_err(format!(
            "chunksize must be greater than or equal to zero, and below 2**32, not {n}"
        ))),
    }
}

/// How many iterations of a parallel loop a thread takes at once in calls of this thread; 0 for what seems best.
#[pyfunction]
pub(crate) fn get_parallel_chunksize() -> u32 {
    loop_settings().chunk_size
}

/// The number of the calling thread among those of a parallel loop: outside of one always 0.
#[pyfunction]
pub(crate) fn get_thread_id() -> u32 {
    0
}

/// Sets how many threads the calls of this thread may use, itself included.
#[pyfunction]
pub(crate) fn set_num_threads(count: &Bound<'_, PyAny>) -> PyResult<()> {
    let count = integer(count, "The number of threads specified must be an integer")?;
    let most = thread_count();
    match u32::try_from(count) {
        Ok(threads @ 1..) if threads as usize <= most => {
            set_loop_settings(LoopSettings { threads, ..loop_settings() });
            Ok(())
        }
        _ => Err(PyValueError::new_err(format!(
            "the number of threads must be between 1 and {most}, not {count}"
        ))),
    }
}

/// How many threads the calls of this thread may use.
#[pyfunction]
pub(crate) fn get_num_threads() -> usize {
    match loop_settings().threads {
        0 => thread_count(),
        threads => threads as usize,
    }
}
