//! What kernels print: written by Python's `sys.stdout`, whatever that is at the time, so that it is seen where the program's own prints are.

use crate::engine::with_interpreter;
use crate::raise;
use hotloop_driver::Exception;
use hotloop_runtime::{CallState, WriteFailed, set_output_sink};
use pyo3::intern;
use pyo3::prelude::*;

/// Sends what kernels print to `sys.stdout` from now on.
pub(crate) fn install() {
    set_output_sink(|text, flush| {
        with_interpreter(|py| {
            write(py, text, flush).map_err(|error| {
                // Whoever tells of the failure finds it set, as it finds what a signal handler raised.
                error.restore(py);
                WriteFailed
            })
        })
    });
}

/// Writes what a call has printed, now that it has ended.
#[inline(always)]
pub(crate) fn hand_over(call: &mut CallState<'_>) -> PyResult<()> {
    call.hand_over_output()
        .map_err(|_| with_interpreter(|py| raise::kernel_exception(py, &Exception::of_output())))
}

fn write(py: Python<'_>, text: &str, flush: bool) -> PyResult<()> {
    let output = py.import(intern!(py, "sys"))?.getattr(intern!(py, "stdout"))?;
    // Without a standard output Python's own `print` does nothing either.
    if output.is_none() {
        return Ok(());
    }
    output.call_method1(intern!(py, "write"), (text,))?;
    if flush {
        output.call_method0(intern!(py, "flush"))?;
    }
    Ok(())
}
