//! From a Python function to the engine's kernel: source, options, defaults and globals, captured when it is first needed.

use crate::bind::Parameters;
use crate::blocks::{self, Block};
use crate::dispatcher::Dispatcher;
use crate::engine::engine;
use crate::globals::{FrozenGlobals, freeze};
use crate::source::{FunctionText, Missing};
use crate::{object, raise};
use hotloop_ast::Name;
use hotloop_diagnostics::{FileId, SourceMap};
use hotloop_driver::{FloatFlags, FunctionSource, Kernel, Signature, Type};
use hotloop_hir::{ErrorModel, Options, ParallelPart, ParallelParts};
use hotloop_infer::{FunctionHandle, Global};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::ThreadId;

/// What a decorator says.
#[derive(Debug)]
pub(crate) struct Decoration {
    pub(crate) options: Options,
    pub(crate) cache: bool,
    pub(crate) nogil: bool,
    pub(crate) signatures: Vec<Signature>,
    pub(crate) locals: Vec<(Name, Type)>,
}

impl Decoration {
    /// Reads the options, which the Python side has checked for their names and kinds.
    pub(crate) fn new(options: &Bound<'_, PyDict>, signatures: Vec<String>) -> PyResult<Self> {
        let flag = |name: &str| -> PyResult<bool> {
            options.get_item(name)?.map_or(Ok(false), |value| value.is_truthy())
        };
        let text = |name: &str| -> PyResult<Option<String>> {
            options.get_item(name)?.map(|value| value.extract()).transpose()
        };
        let mut float_flags = FloatFlags::STRICT;
        if let Some(names) = options.get_item("fastmath")? {
            for name in names.extract::<Vec<String>>()? {
                let flag = FloatFlags::by_name(&name);
                let unknown = || PyValueError::new_err(format!("fastmath has no flag `{name}`"));
                float_flags = float_flags.with(flag.ok_or_else(unknown)?);
            }
        }
        let mut in_order = ParallelParts::NONE;
        if let Some(names) = options.get_item("in_order")? {
            for name in names.extract::<Vec<String>>()? {
                let unknown = || PyValueError::new_err(format!("parallel has no part `{name}`"));
                in_order = in_order.with(ParallelPart::by_name(&name).ok_or_else(unknown)?);
            }
        }
        let numpy_errors = text("error_model")?.as_deref() == Some("numpy");
        let options_of_code = Options {
            boundscheck: flag("boundscheck")?,
            error_model: if numpy_errors { ErrorModel::Numpy } else { ErrorModel::Python },
            float_flags,
            parallel: flag("parallel")?,
            in_order,
            is_part_of_caller: flag("is_part_of_caller")?,
            ..Options::default()
        };
        let signatures = signatures.iter().map(|text| parse_signature(text)).collect::<PyResult<_>>()?;
        let mut locals = Vec::new();
        if let Some(types) = options.get_item("locals")? {
            for (name, text) in types.extract::<Vec<(String, String)>>()? {
                let unknown =
                    |error| PyValueError::new_err(format!("locals: `{text}` is not a type: {error}"));
                locals.push((Name::from(name.as_str()), text.parse().map_err(unknown)?));
            }
        }
        let (cache, nogil) = (flag("cache")?, flag("nogil")?);
        Ok(Self { options: options_of_code, cache, nogil, signatures, locals })
    }
}

/// Reads a signature.
pub(crate) fn parse_signature(text: &str) -> PyResult<Signature> {
    text.parse().map_err(|error| PyValueError::new_err(format!("`{text}` is not a signature: {error}")))
}

/// The handle of a kernel, captured if that has not happened yet; `None` for any other object. A kernel that cannot be captured has none either: whoever
/// calls it gets a message that it is not compiled, and it says why when it is called itself.
pub(crate) fn handle_of(value: &Bound<'_, PyAny>) -> PyResult<Option<FunctionHandle>> {
    let py = value.py();
    let Some(dispatcher) = object::of(value) else { return Ok(None) };
    let kernel = dispatcher.kernel(py)?;
    kernel.handle().map(Some).map_err(|failure| raise::failure(py, &failure))
}

/// While this lives, no other thread captures functions: one that is captured half is known to its own thread alone.
pub(crate) struct Capturing(());

/// The thread that captures functions, by its process, and how often it is at it.
static CAPTURER: Mutex<Option<(u32, ThreadId, usize)>> = Mutex::new(None);
static CAPTURED: Condvar = Condvar::new();

impl Capturing {
    /// Waits until no other thread captures; that one has the GIL meanwhile.
    pub(crate) fn begin(py: Python<'_>) -> Self {
        let (process, thread) = (std::process::id(), std::thread::current().id());
        // What another thread was at when the process was forked goes on in the parent alone.
        let is_other = |capturer: &mut Option<(u32, ThreadId, usize)>| {
            capturer
                .is_some_and(|(its_process, its_thread, _)| its_process == process && its_thread != thread)
        };
        py.detach(|| {
            let capturer = CAPTURER.lock().unwrap_or_else(PoisonError::into_inner);
            let waited = CAPTURED.wait_while(capturer, is_other);
            let mut capturer = waited.unwrap_or_else(PoisonError::into_inner);
            let depth =
                capturer.filter(|(its_process, ..)| *its_process == process).map_or(0, |(.., depth)| depth);
            *capturer = Some((process, thread, depth + 1));
        });
        Self(())
    }
}

impl Drop for Capturing {
    fn drop(&mut self) {
        let mut capturer = CAPTURER.lock().unwrap_or_else(PoisonError::into_inner);
        *capturer = capturer
            .map(|(process, thread, depth)| (process, thread, depth - 1))
            .filter(|(.., depth)| *depth > 0);
        CAPTURED.notify_all();
    }
}

/// Makes the engine's kernel of a dispatcher's function. `register` is told before the names are looked up, since functions may call each other in a circle.
pub(crate) fn capture(
    py: Python<'_>,
    dispatcher: &Dispatcher,
    register: impl FnOnce(&Kernel),
) -> PyResult<Kernel> {
    let function = dispatcher.function(py);
    let text = match FunctionText::of(function)? {
        Ok(text) => text,
        Err(missing) => return Err(no_source(function, &missing)?),
    };
    let environment = Arc::new(FrozenGlobals::default());
    let blocks = Block::all_of(function)?;
    let decoration = dispatcher.decoration();
    let names = Arc::clone(&environment);
    let defaults = defaults(py, dispatcher.parameters())?;
    let engine = engine(py)?;
    let kernel = py.detach(|| {
        engine.add_function(|sources: &mut SourceMap, _| {
            let (file, definition) = parse_again(&text, sources);
            let definition = blocks::replaced(definition, &blocks, sources);
            FunctionSource {
                definition,
                file,
                environment: names,
                signatures: decoration.signatures.clone(),
                options: decoration.options,
                locals: decoration.locals.clone(),
                cache: decoration.cache,
                defaults,
            }
        })
    });
    let handle = kernel.handle().map_err(|failure| raise::failure(py, &failure))?;
    register(&kernel);
    let own = (handle, own_name(function, decoration)?);
    environment.fill(function, (own.0, own.1.as_deref()), &blocks, &decoration.options)?;
    Ok(kernel)
}

fn parse_again(text: &FunctionText, sources: &mut SourceMap) -> (FileId, Arc<hotloop_ast::FunctionDef>) {
    match text.parse_into(sources) {
        Ok(parsed) => parsed,
        Err(_) => unreachable!("the same text was parsed before"),
    }
}

/// The name by which a function that is compiled while it is decorated calls itself: that name is bound only afterwards.
fn own_name(function: &Bound<'_, PyAny>, decoration: &Decoration) -> PyResult<Option<String>> {
    if decoration.signatures.is_empty() {
        return Ok(None);
    }
    let name: String = function.getattr("__name__")?.extract()?;
    let code = function.getattr("__code__")?;
    let is_free = code.getattr("co_freevars")?.contains(&name)?;
    let is_global = function.getattr("__qualname__")?.extract::<String>()? == name;
    Ok(Some(name).filter(|_| is_free || is_global))
}

/// What the defaults of the parameters are, one for each.
fn defaults(py: Python<'_>, parameters: &Parameters) -> PyResult<Vec<Option<Global>>> {
    let frozen = |default: Option<&Py<PyAny>>| default.map(|value| freeze(value.bind(py))).transpose();
    parameters.defaults_in_order().into_iter().map(frozen).collect()
}

/// The exception for a function without a usable source.
fn no_source(function: &Bound<'_, PyAny>, missing: &Missing) -> PyResult<PyErr> {
    let py = function.py();
    let code = function.getattr("__code__")?;
    let name: String = function.getattr("__qualname__")?.extract()?;
    let place = format!("{}:{}", code.getattr("co_filename")?, code.getattr("co_firstlineno")?);
    let message = match missing {
        Missing::Broken(text) => return Ok(raise::hotloop_error(py, "TypingError", text)),
        Missing::NoSource => format!(
            "the source of `{name}` ({place}) cannot be found, and Hotloop compiles source\n\
             help: define it in a file or a notebook cell; for a source made by exec, give compile() a file name and register the text: \
             linecache.cache[name] = (len(text), None, text.splitlines(True), name)"
        ),
        Missing::Changed => format!(
            "the source of `{name}` ({place}) is not the function that was loaded: it seems to have changed since\n\
             help: reload the module"
        ),
    };
    Ok(raise::hotloop_error(py, "SourceError", &message))
}
