//! The extension module `hotloop._hotloop` of the Python package: captures the source of decorated functions, dispatches calls by the types of their arguments, takes
//! arrays in and gives them out, and turns what kernels raise into Python's exceptions.
//!
//! This crate knows nothing about how a stage of the compiler works: it stands on the engine of `hotloop-driver`. The decorators themselves are Python, in `python/hotloop`.
//!
//! It is of use in a Python interpreter only:
//! ```python
//! from hotloop import njit
//!
//! @njit
//! def double(x):
//!     return 2 * x
//!
//! assert double(21) == 42
//! ```

mod adapt;
mod bind;
mod blas;
mod blocks;
mod callback;
mod chooser;
mod classes;
mod code;
mod dispatcher;
mod engine;
mod entry;
mod exceptions;
mod generator;
mod globals;
mod host;
mod inspect;
mod kernel;
mod latency;
mod lent_list;
mod numpy;
mod object;
mod output;
mod owner;
mod pack;
mod raise;
mod random;
mod result;
mod source;
mod ufunc;

use pyo3::prelude::*;

#[pymodule(gil_used = true)]
mod _hotloop {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::blocks::refused_block;
    #[pymodule_export]
    use crate::callback::make_callback;
    #[pymodule_export]
    use crate::chooser::note_extension;
    #[pymodule_export]
    use crate::engine::{
        get_num_threads, get_parallel_chunksize, get_thread_id, set_num_threads, set_parallel_chunksize,
    };
    #[pymodule_export]
    use crate::inspect::{
        allocations_made, call_one, compile, disable_compile, emit, latencies, live_allocations, loop_report,
        measure_latencies, py_func, read_signature, recompile, signatures, spelling_of, statistics,
    };
    #[pymodule_export]
    use crate::object::make_dispatcher;
    #[pymodule_export]
    use crate::ufunc::make_ufunc;

    #[pymodule_init]
    fn initialise(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::numpy::import(module.py())?;
        crate::blas::find(module.py());
        crate::engine::find_main_thread(module.py())?;
        crate::output::install();
        crate::owner::make_type(module.py())?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("Dispatcher", crate::object::make_type(module.py())?)
    }
}
