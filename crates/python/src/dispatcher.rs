//! The object that a decorator gives: callable, it finds the code for the types of its arguments and runs it.
#![allow(unsafe_code)] // Calls compiled code with the words of Python's arguments.

use crate::adapt::Adapted;
use crate::bind::Parameters;
use crate::code::TypeCode;
use crate::entry::Entry;
use crate::generator::{Generator, Waiting};
use crate::host::Active;
use crate::kernel::{self, Capturing, Decoration};
use crate::latency::{self, Latencies};
use crate::lent_list::{self, LentList};
use crate::pack::{self, Pack, Unfit};
use crate::raise::Raised;
use crate::random::{self, Locks};
use crate::{engine, output, raise, result};
use hotloop_driver::{Compilation, Compiled, Failure, Kernel, Type};
use hotloop_runtime::{Block, CallState};
use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a dispatcher knows. Used with the GIL held only.
pub(crate) struct Dispatcher {
    function: Py<PyAny>,
    parameters: Parameters,
    decoration: Decoration,
    kernel: RefCell<Option<Kernel>>,
    /// Whether what the kernel names is known, too.
    is_captured: Cell<bool>,
    /// The entry of the last call, one of `entries`; null before the first.
    last: Cell<*const Entry>,
    /// The code for each list of argument types seen. Entries stay where they are as long as the dispatcher lives.
    entries: RefCell<Entries>,
    /// The code of before it was compiled afresh, which calls may still be in.
    retired: RefCell<Vec<Entries>>,
    /// Whether calls may use the code that there is, and no other.
    is_frozen: Cell<bool>,
    statistics: Cell<Statistics>,
    calls: Cell<u64>,
    /// How long it took to come by the code for each list of types, compiled or found in the cache on disk.
    compile_times: RefCell<Vec<(Box<[Type]>, Duration)>>,
    measures_latencies: Cell<bool>,
    latencies: RefCell<Option<Latencies>>,
}

/// How many words of a result need no memory of their own: an array of three axes has eight.
const RESULT_WORDS: usize = 8;

/// Code by the types of the arguments. Where an entry lies is kept in places.
type Entries = HashMap<Box<[TypeCode]>, Box<Entry>>;

/// How often code came from the cache on disk, and how often it was compiled.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Statistics {
    pub(crate) hits: u64,
    pub(crate) misses: u64,
}

impl Dispatcher {
    /// A dispatcher for a Python function.
    pub(crate) fn new(function: Bound<'_, PyAny>, decoration: Decoration) -> PyResult<Self> {
        Ok(Self {
            parameters: Parameters::of(&function)?,
            function: function.unbind(),
            decoration,
            kernel: RefCell::default(),
            is_captured: Cell::default(),
            last: Cell::new(null()),
            entries: RefCell::default(),
            retired: RefCell::default(),
            is_frozen: Cell::default(),
            statistics: Cell::default(),
            calls: Cell::default(),
            compile_times: RefCell::default(),
            measures_latencies: Cell::default(),
            latencies: RefCell::default(),
        })
    }

    /// The Python function.
    pub(crate) fn function<'py>(&self, py: Python<'py>) -> &Bound<'py, PyAny> {
        self.function.bind(py)
    }

    /// The address of the Python function, for the garbage collector.
    pub(crate) fn function_address(&self) -> *mut ffi::PyObject {
        self.function.as_ptr()
    }

    /// The parameters that arguments are bound to.
    pub(crate) fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// What the decorator said.
    pub(crate) fn decoration(&self) -> &Decoration {
        &self.decoration
    }

    /// How its code was come by.
    pub(crate) fn statistics(&self) -> Statistics {
        self.statistics.get()
    }

    /// How often it was called with arguments that kernels take.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.get()
    }

    /// How long it took to come by the code for each list of types.
    pub(crate) fn compile_times(&self) -> Vec<(Box<[Type]>, Duration)> {
        self.compile_times.borrow().clone()
    }

    /// Measures how long calls take from now on, beginning anew, or no more.
    pub(crate) fn measure_latencies(&self, are_wanted: bool) {
        self.measures_latencies.set(are_wanted);
        self.latencies.replace(are_wanted.then(Latencies::new));
    }

    /// How long calls took, if that is measured.
    pub(crate) fn latencies(&self) -> Option<latency::Summary> {
        self.latencies.borrow().as_ref().map(Latencies::summary)
    }

    /// The engine's kernel; captures the function if this is the first time that it is needed.
    pub(crate) fn kernel(&self, py: Python<'_>) -> PyResult<Kernel> {
        let known = || self.kernel.borrow().clone();
        if let Some(kernel) = known().filter(|_| self.is_captured.get()) {
            return Ok(kernel);
        }
        let _capturing = Capturing::begin(py);
        // Another thread has done it meanwhile, or this one is at it: capturing looks at the functions that the function calls, which may call it.
        if let Some(kernel) = known() {
            return Ok(kernel);
        }
        let keep = |kernel: &Kernel| drop(self.kernel.borrow_mut().replace(kernel.clone()));
        let captured = kernel::capture(py, self, keep);
        match &captured {
            Ok(_) => self.is_captured.set(true),
            Err(_) => drop(self.kernel.take()),
        }
        captured
    }

    /// Captures the function and what it names afresh, and compiles it again for all types that there is code for. Kernels that call it keep what they were compiled with.
    pub(crate) fn recompile(&self, py: Python<'_>) -> PyResult<()> {
        self.last.set(null());
        let entries = self.entries.take();
        let codes: Vec<Box<[TypeCode]>> =
            in_order(&entries).into_iter().map(|entry| entry.codes.clone()).collect();
        self.retired.borrow_mut().push(entries);
        self.is_captured.set(false);
        self.kernel.take();
        codes.iter().try_for_each(|codes| self.entry(py, codes).map(drop))
    }

    /// Lets calls use the code that there is and no other, or any again.
    pub(crate) fn freeze(&self, is_frozen: bool) {
        self.is_frozen.set(is_frozen);
    }

    /// The exception for types that there is no code for, and that nothing is to be compiled for any more.
    fn report_frozen(&self, types: &[Type]) -> PyErr {
        let known: Vec<String> = self
            .compiled()
            .iter()
            .map(|compiled| format!("\n  {}", listed(&compiled.signature().parameters)))
            .collect();
        PyTypeError::new_err(format!(
            "No matching definition: compilation of `{}` was disabled, and there is code for other arguments than {}:{}",
            self.parameters.function,
            listed(types),
            known.concat()
        ))
    }

    /// The signatures compiled so far, the first one first.
    pub(crate) fn compiled(&self) -> Vec<Arc<Compiled>> {
        let mut distinct: Vec<Arc<Compiled>> = Vec::new();
        for entry in in_order(&self.entries.borrow()) {
            if !distinct.iter().any(|known| known.signature() == entry.compiled.signature()) {
                distinct.push(Arc::clone(&entry.compiled));
            }
        }
        distinct
    }

    /// Compiles the function for arguments of these types, or finds it compiled.
    pub(crate) fn compile(&self, py: Python<'_>, types: &[Type]) -> PyResult<Arc<Compiled>> {
        let begin = Instant::now();
        let kernel = self.kernel(py)?;
        let outcome: Result<Compilation, Failure> = py.detach(|| kernel.compile(types));
        engine::report_cache_faults(py, kernel.engine())?;
        let compilation = outcome.map_err(|failure| match failure {
            Failure::Arguments(message) => PyTypeError::new_err(format!("No matching definition: {message}")),
            failure => raise::failure(py, &failure),
        })?;
        self.count(&compilation, begin.elapsed());
        for warning in kernel.engine().warnings_of(&compilation) {
            py.import("hotloop.errors")?.call_method1("warn_of_nothing_parallel", (warning,))?;
        }
        Ok(compilation.compiled)
    }

    /// Compiles the function for parameters of these types, so that calls find it.
    pub(crate) fn add(&self, py: Python<'_>, types: &[Type]) -> PyResult<()> {
        let codes: Option<Vec<TypeCode>> = types.iter().map(TypeCode::of).collect();
        match codes {
            Some(codes) => self.entry(py, &codes).map(drop),
            None => self.compile(py, types).map(drop),
        }
    }

    fn count(&self, compilation: &Compilation, time: Duration) {
        let Statistics { hits, misses } = self.statistics.get();
        let was_known = !compilation.from_cache && compilation.timings == Default::default();
        if was_known {
            return;
        }
        self.statistics.set(match compilation.from_cache {
            true => Statistics { hits: hits + 1, misses },
            false => Statistics { hits, misses: misses + 1 },
        });
        let types = &compilation.compiled.signature().parameters;
        let mut times = self.compile_times.borrow_mut();
        times.retain(|(known, _)| known[..] != types[..]);
        times.push((types.as_slice().into(), time));
    }

    /// The entry for arguments of these types, made if this is the first time.
    #[cold]
    fn entry(&self, py: Python<'_>, codes: &[TypeCode]) -> PyResult<&Entry> {
        let known = self.entries.borrow().get(codes).map(|entry| &raw const **entry);
        let address = match known {
            Some(address) => address,
            None => {
                let types: Vec<Type> = codes.iter().map(|code| code.ty()).collect();
                if self.is_frozen.get() {
                    return Err(self.report_frozen(&types));
                }
                let compiled = self.compile(py, &types)?;
                let mut entries = self.entries.borrow_mut();
                let entry = Box::new(Entry::new(codes, &types, compiled, entries.len()));
                &raw const **entries.entry(codes.into()).or_insert(entry)
            }
        };
        self.last.set(address);
        // SAFETY: entries are never removed, at most retired, and stay where they are.
        Ok(unsafe { &*address })
    }

    /// Calls the code of one signature, and no other, with as many arguments as it has parameters.
    pub(crate) fn call_one(
        &self,
        py: Python<'_>,
        parameters: &[Type],
        arguments: &[Bound<'_, PyAny>],
    ) -> PyResult<Py<PyAny>> {
        let addresses: Vec<_> = arguments.iter().map(Bound::as_ptr).collect();
        let types: Option<Vec<Type>> = arguments.iter().map(pack::type_of).collect();
        let Some(types) = types else {
            // SAFETY: the arguments live, and the GIL is held.
            return Err(unsafe { self.explain(py, &addresses) });
        };
        let codes: Option<Vec<TypeCode>> = types.iter().map(TypeCode::of).collect();
        let is_for_these = |entry: &Entry| entry.compiled.signature().parameters == parameters;
        match codes.map(|codes| self.entry(py, &codes)).transpose()? {
            Some(entry) if is_for_these(entry) => {
                // SAFETY: as above.
                unsafe { self.call(py, &addresses) }.map_err(|raised| raised.take(py))
            }
            _ => Err(PyTypeError::new_err(format!(
                "this code of `{}` is for {}, not for {}",
                self.parameters.function,
                listed(parameters),
                listed(&types)
            ))),
        }
    }

    /// Calls the function with as many arguments as it has parameters.
    ///
    /// # Safety
    /// The arguments live, and the GIL is held.
    #[inline(always)]
    pub(crate) unsafe fn call(
        &self,
        py: Python<'_>,
        arguments: &[*mut ffi::PyObject],
    ) -> Result<Py<PyAny>, Raised> {
        let begin = if self.measures_latencies.get() { Some(latency::ticks()) } else { None };
        let mut codes = [const { MaybeUninit::uninit() }; 12];
        let mut words = [const { MaybeUninit::uninit() }; 24];
        let mut descriptors = [const { MaybeUninit::uninit() }; 48];
        let mut pack = Pack::new(&mut codes, &mut words, &mut descriptors);
        // SAFETY: the caller's promise.
        let result = match unsafe { add_all(&mut pack, arguments) } {
            // SAFETY: these are the arguments that were packed.
            Ok(()) => unsafe { self.call_packed(py, &pack, arguments) },
            // SAFETY: the caller's promise.
            Err(unfit) => Python::attach(|py| unsafe { self.call_otherwise(py, unfit, arguments) })
                .map_err(Raised::from),
        };
        if let Some(begin) = begin {
            self.add_latency(begin);
        }
        result
    }

    /// Counts how long a call took that began then.
    #[inline(never)]
    fn add_latency(&self, begin: u64) {
        let end = latency::ticks();
        if let Some(latencies) = &mut *self.latencies.borrow_mut() {
            latencies.add(end.wrapping_sub(begin));
        }
    }

    /// # Safety
    /// As for [`call`](Self::call).
    #[cold]
    unsafe fn call_otherwise(
        &self,
        py: Python<'_>,
        unfit: Unfit,
        arguments: &[*mut ffi::PyObject],
    ) -> PyResult<Py<PyAny>> {
        let mut room = 1024;
        let mut unfit = unfit;
        while let Unfit::Full = unfit {
            let mut codes = vec![MaybeUninit::uninit(); arguments.len()];
            let mut words = vec![MaybeUninit::uninit(); room];
            let mut descriptors = vec![MaybeUninit::uninit(); 8 * room];
            let mut pack = Pack::new(&mut codes, &mut words, &mut descriptors);
            // SAFETY: the caller's promise.
            match unsafe { add_all(&mut pack, arguments) } {
                Ok(()) => {
                    // SAFETY: these are the arguments that were packed.
                    let result = unsafe { self.call_packed(py, &pack, arguments) };
                    return result.map_err(|raised| raised.take(py));
                }
                Err(again) => unfit = again,
            }
            room *= 4;
        }
        // SAFETY: the caller's promise.
        let given = arguments.iter().map(|argument| unsafe { Bound::from_borrowed_ptr(py, *argument) });
        let Some(adapted) = Adapted::of(py, &given.collect::<Vec<_>>())? else {
            // SAFETY: the caller's promise.
            return Err(unsafe { self.explain(py, arguments) });
        };
        // SAFETY: these arguments live as long as `adapted`.
        let result = unsafe { self.call(py, &adapted.addresses()) }.map_err(|raised| raised.take(py));
        let makes_generator = |result: &Py<PyAny>| result.bind(py).is_instance_of::<Generator>();
        if adapted.is_written_back() && result.as_ref().is_ok_and(makes_generator) {
            // It would go on writing to the copies.
            // SAFETY: the caller's promise.
            return Err(unsafe { self.explain(py, arguments) });
        }
        adapted.write_back(py)?;
        result
    }

    /// Which argument was refused, and why.
    ///
    /// # Safety
    /// As for [`call`](Self::call).
    unsafe fn explain(&self, py: Python<'_>, arguments: &[*mut ffi::PyObject]) -> PyErr {
        for (argument, name) in arguments.iter().zip(self.parameters.in_order()) {
            // SAFETY: the caller's promise.
            let argument = unsafe { Bound::from_borrowed_ptr(py, *argument) };
            if pack::is_refused(&argument) {
                let place = format!("argument `{}` of `{}`", name.bind(py), self.parameters.function);
                return pack::explain(&argument, &place);
            }
        }
        raise::hotloop_error(
            py,
            "InternalError",
            "internal error of Hotloop: an argument was refused without a reason",
        )
    }

    /// # Safety
    /// The pack was made of these arguments, which live; the GIL is held.
    #[inline(always)]
    unsafe fn call_packed(
        &self,
        py: Python<'_>,
        pack: &Pack<'_>,
        arguments: &[*mut ffi::PyObject],
    ) -> Result<Py<PyAny>, Raised> {
        // SAFETY: entries are never removed, and stay where they are.
        let entry = match unsafe { self.last.get().as_ref() } {
            Some(entry) if *entry.codes == *pack.codes() => entry,
            _ => Python::attach(|py| self.entry(py, pack.codes()))?,
        };
        self.calls.set(self.calls.get() + 1);
        let mut results = [0; RESULT_WORDS];
        if entry.result_words <= results.len() && entry.is_plain() {
            // SAFETY: the words are those of the types that the entry is for, and there is room for the results.
            let result = unsafe { self.run(py, entry, pack.words(), &mut results, pack.lists(), arguments) };
            return result.map_err(Raised::from);
        }
        let result = if entry.draws && !entry.makes_generator {
            // SAFETY: the caller's promise.
            Python::attach(|py| unsafe { self.run_drawing(py, entry, pack, arguments) })
        } else if entry.makes_generator {
            // SAFETY: the caller's promise.
            Python::attach(|py| unsafe { self.generator(py, entry, arguments) })
        } else {
            let words = entry.converted(pack.words());
            // SAFETY: as above; the converted words are those of the signature.
            unsafe { self.run(py, entry, &words, &mut vec![0; entry.result_words], pack.lists(), arguments) }
        };
        result.map_err(Raised::from)
    }

    /// The iterator of a generator. What it is called with is packed once more, to be kept as long as it may go on.
    ///
    /// # Safety
    /// The entry is for arguments of these types, which live, and makes a generator; the GIL is held.
    #[cold]
    unsafe fn generator(
        &self,
        py: Python<'_>,
        entry: &Entry,
        arguments: &[*mut ffi::PyObject],
    ) -> PyResult<Py<PyAny>> {
        let mut room = 1024;
        let (words, texts, lists) = loop {
            let mut codes = vec![MaybeUninit::uninit(); arguments.len()];
            let mut words = vec![MaybeUninit::uninit(); room];
            let mut texts = vec![MaybeUninit::uninit(); 8 * room];
            let mut pack = Pack::new(&mut codes, &mut words, &mut texts);
            // SAFETY: the caller's promise.
            match unsafe { add_all(&mut pack, arguments) } {
                Ok(()) => {
                    let words = entry.converted(pack.words());
                    let lists = pack.into_lists();
                    break (words, texts, lists);
                }
                Err(Unfit::Full) => room *= 4,
                // SAFETY: as above.
                Err(Unfit::Refused) => return Err(unsafe { self.explain(py, arguments) }),
            }
        };
        let mut call = CallState::new(engine::interrupter());
        let mut results = [0];
        // SAFETY: the words are what the signature asks for, and there is room for the frame's address.
        let outcome = unsafe { entry.compiled.call_raw(&mut call, &words, &mut results) };
        outcome.map_err(|exception| raise::kernel_exception(py, &exception))?;
        // SAFETY: the call gave a reference to the frame.
        let frame = unsafe { Block::from_raw(results[0] as *mut u8) };
        let frame = frame.expect("a generator has a frame");
        output::hand_over(&mut call)?;
        // SAFETY: the caller's promise.
        let keep =
            |argument: &*mut ffi::PyObject| unsafe { Bound::from_borrowed_ptr(py, *argument).unbind() };
        let bit_generators = match entry.draws {
            // SAFETY: as above.
            true => unsafe { random::bit_generators(py, arguments) }?,
            false => Vec::new(),
        };
        let arguments = arguments.iter().map(keep).collect();
        let (compiled, nogil) = (Arc::clone(&entry.compiled), self.decoration.nogil);
        let waiting = Waiting { compiled, frame, arguments, bit_generators, texts, lists, nogil };
        let generator = Generator::new(self.parameters.function.to_string(), waiting);
        Ok(Py::new(py, generator)?.into_any())
    }

    /// A call with generators of random numbers: nobody else draws from them meanwhile.
    ///
    /// # Safety
    /// The entry is for the types of these arguments, which live and of which the words were made; the GIL is held.
    #[cold]
    unsafe fn run_drawing(
        &self,
        py: Python<'_>,
        entry: &Entry,
        pack: &Pack<'_>,
        arguments: &[*mut ffi::PyObject],
    ) -> PyResult<Py<PyAny>> {
        // SAFETY: the caller's promise.
        let bit_generators = unsafe { random::bit_generators(py, arguments) }?;
        let _locks = Locks::take(py, &bit_generators)?;
        let words = entry.converted(pack.words());
        // SAFETY: the converted words are those of the signature, and there is room for the results.
        unsafe { self.run(py, entry, &words, &mut vec![0; entry.result_words], pack.lists(), arguments) }
    }

    /// # Safety
    /// The words are what the entry's signature asks for, made of these arguments with these lists among them; there is room for the results.
    #[inline(always)]
    unsafe fn run(
        &self,
        py: Python<'_>,
        entry: &Entry,
        words: &[u64],
        results: &mut [u64],
        lists: &[LentList],
        arguments: &[*mut ffi::PyObject],
    ) -> PyResult<Py<PyAny>> {
        if lists.is_empty() {
            // SAFETY: the caller's promise. The result is as large as an error: it is returned from where it is made, not moved on.
            return unsafe { self.run_once(py, entry, words, results, lists, arguments) };
        }
        // SAFETY: as above.
        unsafe { self.run_with_lists(py, entry, words, results, lists, arguments) }
    }

    /// # Safety
    /// As for [`run`](Self::run), but for what is changed in lists.
    #[inline(always)]
    unsafe fn run_once(
        &self,
        py: Python<'_>,
        entry: &Entry,
        words: &[u64],
        results: &mut [u64],
        lists: &[LentList],
        arguments: &[*mut ffi::PyObject],
    ) -> PyResult<Py<PyAny>> {
        // SAFETY: the arguments live as long as the call.
        let _active = entry.calls_python.then(|| unsafe { Active::new(arguments) });
        let mut call = CallState::new(engine::interrupter());
        let settings = call.loop_settings();
        engine::look_for_races(&mut call);
        // SAFETY: the caller's promise. Without the GIL the arguments still live, since whoever called holds them; that nobody else
        // resizes them is what `nogil=True` promises.
        let outcome = unsafe {
            // Other threads of a parallel loop may need the interpreter, too.
            let gives_way = self.decoration.nogil || entry.calls_python;
            let thread = if gives_way { ffi::PyEval_SaveThread() } else { null_mut() };
            let outcome = entry.compiled.call_raw(&mut call, words, results);
            if !thread.is_null() {
                ffi::PyEval_RestoreThread(thread);
            }
            outcome
        };
        call.keep_loop_settings(settings);
        match outcome {
            Ok(()) => {
                // SAFETY: the call succeeded; its results are taken once.
                let result =
                    unsafe { result::into_python(py, entry.compiled.result(), results, lists, arguments) }?;
                output::hand_over(&mut call)?;
                engine::report_races(py, &mut call)?;
                Ok(result)
            }
            Err(exception) => Err(Python::attach(|py| {
                let races = engine::report_races(py, &mut call);
                races.err().unwrap_or_else(|| raise::kernel_exception(py, &exception))
            })),
        }
    }

    /// A call with lists among its arguments: what it has changed in them goes back, also if it raises.
    ///
    /// # Safety
    /// As for [`run`](Self::run).
    #[cold]
    #[inline(never)]
    unsafe fn run_with_lists(
        &self,
        py: Python<'_>,
        entry: &Entry,
        words: &[u64],
        results: &mut [u64],
        lists: &[LentList],
        arguments: &[*mut ffi::PyObject],
    ) -> PyResult<Py<PyAny>> {
        // SAFETY: the caller's promise.
        let result = unsafe { self.run_once(py, entry, words, results, lists, arguments) };
        // SAFETY: the call has ended; the rest is the caller's promise.
        let given_back = Python::attach(|py| unsafe { lent_list::give_back(py, lists, arguments) });
        result.and_then(|result| given_back.map(|()| result))
    }
}

/// The entries in the order in which they were made.
fn in_order(entries: &Entries) -> Vec<&Entry> {
    let mut found: Vec<&Entry> = entries.values().map(|entry| &**entry).collect();
    found.sort_by_key(|entry| entry.number);
    found
}

/// Types, as messages list them.
fn listed(types: &[Type]) -> String {
    let names: Vec<String> = types.iter().map(ToString::to_string).collect();
    format!("({})", names.join(", "))
}

/// # Safety
/// The arguments live, and the GIL is held.
#[inline(always)]
unsafe fn add_all(pack: &mut Pack<'_>, arguments: &[*mut ffi::PyObject]) -> Result<(), Unfit> {
    for argument in arguments {
        // SAFETY: the caller's promise.
        unsafe { pack.add(*argument)? };
    }
    Ok(())
}
