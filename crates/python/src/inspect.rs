//! What Python may ask of a dispatcher besides calling it. The Python side makes methods and properties of these.

use crate::dispatcher::Dispatcher;
use crate::kernel::parse_signature;
use crate::{object, pack, raise};
use hotloop_driver::{Form, Left, LoopFacts, Type, Work};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

fn dispatcher_of<'a>(object: &'a Bound<'_, PyAny>) -> PyResult<&'a Dispatcher> {
    object::of(object).ok_or_else(|| PyTypeError::new_err("this is not a kernel of Hotloop"))
}

/// The Python function of a dispatcher.
#[pyfunction]
pub(crate) fn py_func(object: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
    Ok(dispatcher_of(object)?.function(object.py()).clone().unbind())
}

/// The signatures compiled so far: the texts of the parameters' types and of the result's.
#[pyfunction]
pub(crate) fn signatures(object: &Bound<'_, PyAny>) -> PyResult<Vec<(Vec<String>, String)>> {
    let compiled = dispatcher_of(object)?.compiled();
    let texts = compiled.iter().map(|compiled| {
        let parameters = compiled.signature().parameters.iter().map(ToString::to_string).collect();
        (parameters, compiled.result().to_string())
    });
    Ok(texts.collect())
}

/// The types of parameters, and how many seconds it took to come by the code for them.
type CompileTime = (Vec<String>, f64);

/// How often code came from the cache on disk, how often it was compiled, how often the kernel was called, and how long it took to come by its code.
#[pyfunction]
pub(crate) fn statistics(object: &Bound<'_, PyAny>) -> PyResult<(u64, u64, u64, Vec<CompileTime>)> {
    let dispatcher = dispatcher_of(object)?;
    let statistics = dispatcher.statistics();
    let times = dispatcher.compile_times().into_iter();
    let times =
        times.map(|(types, time)| (types.iter().map(ToString::to_string).collect(), time.as_secs_f64()));
    Ok((statistics.hits, statistics.misses, dispatcher.calls(), times.collect()))
}

/// Measures how long calls take from now on, beginning anew, or no more.
#[pyfunction]
pub(crate) fn measure_latencies(object: &Bound<'_, PyAny>, are_wanted: bool) -> PyResult<()> {
    dispatcher_of(object)?.measure_latencies(are_wanted);
    Ok(())
}

/// How many calls were measured, and what they took in nanoseconds: the percentiles 50, 90, 99 and 99.9, and the longest.
#[pyfunction]
pub(crate) fn latencies(object: &Bound<'_, PyAny>) -> PyResult<Option<(u64, [f64; 4], f64)>> {
    let summary = dispatcher_of(object)?.latencies();
    Ok(summary.map(|summary| (summary.count, summary.percentiles, summary.longest)))
}

/// Captures a function afresh, and compiles it again for all types that it was compiled for.
#[pyfunction]
pub(crate) fn recompile(py: Python<'_>, object: &Bound<'_, PyAny>) -> PyResult<()> {
    raise::contain(py, || dispatcher_of(object)?.recompile(py))
}

/// Lets calls compile no more, or again.
#[pyfunction]
pub(crate) fn disable_compile(object: &Bound<'_, PyAny>, is_disabled: bool) -> PyResult<()> {
    dispatcher_of(object)?.freeze(is_disabled);
    Ok(())
}

/// Calls the code for these types of parameters, and no other.
#[pyfunction]
pub(crate) fn call_one(
    py: Python<'_>,
    object: &Bound<'_, PyAny>,
    parameters: Vec<String>,
    arguments: &Bound<'_, PyTuple>,
) -> PyResult<Py<PyAny>> {
    let types = parse_signature(&format!("({})", parameters.join(", ")))?.parameters;
    let arguments: Vec<Bound<'_, PyAny>> = arguments.iter().collect();
    if arguments.len() != types.len() {
        let (wanted, given) = (types.len(), arguments.len());
        return Err(PyTypeError::new_err(format!(
            "this code takes {wanted} arguments, and {given} are given"
        )));
    }
    raise::contain(py, || dispatcher_of(object)?.call_one(py, &types, &arguments))
}

/// Compiles a function for the parameters of a signature, unless that has happened.
#[pyfunction]
pub(crate) fn compile(py: Python<'_>, object: &Bound<'_, PyAny>, signature: &str) -> PyResult<()> {
    let types = parse_signature(signature)?.parameters;
    raise::contain(py, || dispatcher_of(object)?.add(py, &types))
}

/// The spellings of the types in a signature: of the parameters, and of the result if it is declared.
#[pyfunction]
pub(crate) fn read_signature(signature: &str) -> PyResult<(Vec<String>, Option<String>)> {
    let signature = parse_signature(signature)?;
    let parameters = signature.parameters.iter().map(ToString::to_string).collect();
    Ok((parameters, signature.result.map(|result| result.to_string())))
}

/// The spelling of the type that a value has as an argument; none for a value that no kernel takes.
#[pyfunction]
pub(crate) fn spelling_of(value: &Bound<'_, PyAny>) -> Option<String> {
    pack::type_of(value).map(|ty| ty.to_string())
}

/// A form of the function as text: `ast`, `types`, `hir`, `mir`, `mir-opt`, `clif` or `asm`.
#[pyfunction]
pub(crate) fn emit(
    py: Python<'_>,
    object: &Bound<'_, PyAny>,
    form: &str,
    parameters: Vec<String>,
) -> PyResult<String> {
    let known = Form::ALL.iter().find(|(name, _)| *name == form);
    let (_, form) = known.ok_or_else(|| PyValueError::new_err(format!("there is no form `{form}`")))?;
    let types: Vec<Type> = parse_signature(&format!("({})", parameters.join(", ")))?.parameters;
    raise::contain(py, || {
        let kernel = dispatcher_of(object)?.kernel(py)?;
        let bytes = py.detach(|| kernel.emit(*form, Some(&types)));
        let bytes = bytes.map_err(|failure| raise::failure(py, &failure))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    })
}

/// What became of the function's loops: as text, each as a dictionary, and the functions of NumPy that share their work.
#[pyfunction]
pub(crate) fn loop_report<'py>(
    py: Python<'py>,
    object: &Bound<'py, PyAny>,
    parameters: Vec<String>,
) -> PyResult<(String, Vec<Bound<'py, PyDict>>, Vec<String>)> {
    let types: Vec<Type> = parse_signature(&format!("({})", parameters.join(", ")))?.parameters;
    let report = raise::contain(py, || {
        let kernel = dispatcher_of(object)?.kernel(py)?;
        let report = py.detach(|| kernel.loop_report(Some(&types)));
        report.map_err(|failure| raise::failure(py, &failure))
    })?;
    let loops: PyResult<Vec<_>> = report.loops.iter().map(|facts| loop_facts(py, facts)).collect();
    Ok((report.to_string(), loops?, report.library))
}

fn loop_facts<'py>(py: Python<'py>, facts: &LoopFacts) -> PyResult<Bound<'py, PyDict>> {
    let left =
        |all: &[Left]| -> Vec<(String, u32)> { all.iter().map(|one| (one.what.clone(), one.line)).collect() };
    let dict = PyDict::new(py);
    dict.set_item("file", &facts.place.file)?;
    dict.set_item("line", facts.place.line)?;
    dict.set_item("function", &facts.place.function)?;
    dict.set_item("source", &facts.source)?;
    dict.set_item("depth", facts.depth)?;
    dict.set_item("is_parallel", facts.is_parallel)?;
    dict.set_item("grain", &facts.grain)?;
    dict.set_item("shared", left(&facts.shared))?;
    dict.set_item("is_outer", matches!(facts.work, Work::Outer { .. }))?;
    let vectors = match &facts.work {
        Work::Vectors { vectors, .. } => Some(*vectors),
        Work::Outer { .. } | Work::Within | Work::Scalar { .. } => None,
    };
    dict.set_item("vector_bits", vectors.map(|vectors| 8 * vectors.vector_bytes))?;
    dict.set_item("lanes", vectors.map(|vectors| vectors.lanes))?;
    let turn = match &facts.work {
        Work::Scalar { turn: turn @ 2.., .. } => Some(*turn),
        Work::Outer { .. } | Work::Within | Work::Vectors { .. } | Work::Scalar { .. } => None,
    };
    dict.set_item("unroll", vectors.map(|vectors| vectors.unroll as usize).or(turn))?;
    dict.set_item("checks_in_vectors", vectors.map(|vectors| vectors.checks))?;
    let (reason, reason_line) = match &facts.work {
        Work::Scalar { reason, line, .. } => (Some(reason), *line),
        Work::Outer { reason } => (reason.as_ref(), None),
        Work::Within | Work::Vectors { .. } => (None, None),
    };
    let condition = match &facts.work {
        Work::Vectors { condition, .. } => condition.as_ref(),
        Work::Outer { .. } | Work::Within | Work::Scalar { .. } => None,
    };
    dict.set_item("condition", condition)?;
    dict.set_item("reason", reason)?;
    dict.set_item("reason_line", reason_line)?;
    dict.set_item("checks", left(&facts.checks))?;
    dict.set_item("checks_otherwise", left(&facts.checks_otherwise))?;
    dict.set_item("allocations", left(&facts.allocations))?;
    dict.set_item("calls", left(&facts.calls))?;
    Ok(dict)
}

/// How many blocks of memory were made since the process began, for tests of what needs none.
#[pyfunction]
pub(crate) fn allocations_made() -> u64 {
    hotloop_runtime::allocations_made()
}

/// How many blocks of array memory live now, for tests of leaks.
#[pyfunction]
pub(crate) fn live_allocations() -> u64 {
    hotloop_runtime::live_allocations()
}
