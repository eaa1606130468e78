//! The object that a decorator gives: callable, it finds the code for the types of its arguments and runs it.
//!
//! It is a heap type with a vectorcall entry. The limited API names that protocol only from Python 3.12 on, but CPython 3.11 honours a `__vectorcalloffset__` member and the flag too. What is
//! not needed for calls (introspection, pickling) is added to the type in Python.
#![allow(unsafe_code)] // Implements a type of CPython's object model.

use crate::code::TypeCode;
use crate::kernel::{self, Decoration};
use crate::pack::{self, Pack, Unfit};
use crate::{bind, engine, raise, result};
use hotloop_driver::{Compilation, Compiled, Dtype, Failure, Kernel, Number, Type, result_words};
use hotloop_runtime::CallState;
use hotloop_types::DtypeKind;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::sync::{Arc, OnceLock};

/// What a dispatcher knows. Used with the GIL held only.
pub(crate) struct Dispatcher {
    function: Py<PyAny>,
    parameters: Parameters,
    decoration: Decoration,
    kernel: OnceCell<Kernel>,
    /// The entry of the last call.
    last: Cell<Option<&'static Entry>>,
    /// The code for each list of argument types seen. Entries stay where they are as long as the dispatcher lives.
    entries: RefCell<HashMap<Box<[TypeCode]>, Box<Entry>>>,
    statistics: Cell<Statistics>,
}

/// The parameters that arguments are bound to.
pub(crate) struct Parameters {
    /// The function's name, for messages.
    pub(crate) function: String,
    /// The names, interned by CPython.
    pub(crate) names: Vec<Py<PyString>>,
    /// How many cannot be passed by name.
    pub(crate) positional_only: usize,
    /// The defaults of the last parameters.
    pub(crate) defaults: Option<Py<PyTuple>>,
}

/// How often code came from the cache on disk, and how often it was compiled.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Statistics {
    pub(crate) hits: u64,
    pub(crate) misses: u64,
}

/// The code for arguments of certain types.
pub(crate) struct Entry {
    codes: Box<[TypeCode]>,
    pub(crate) compiled: Arc<Compiled>,
    result_words: usize,
    /// The argument words that are converted before the call: position, from and to. Only where a declared signature asks for other numbers than were passed.
    conversions: Box<[(usize, Dtype, Dtype)]>,
}

impl Dispatcher {
    fn new(function: Bound<'_, PyAny>, decoration: Decoration) -> PyResult<Self> {
        Ok(Self {
            parameters: Parameters::of(&function)?,
            function: function.unbind(),
            decoration,
            kernel: OnceCell::new(),
            last: Cell::new(None),
            entries: RefCell::default(),
            statistics: Cell::default(),
        })
    }

    /// The Python function.
    pub(crate) fn function<'py>(&self, py: Python<'py>) -> &Bound<'py, PyAny> {
        self.function.bind(py)
    }

    /// What the decorator said.
    pub(crate) fn decoration(&self) -> &Decoration {
        &self.decoration
    }

    /// How its code was come by.
    pub(crate) fn statistics(&self) -> Statistics {
        self.statistics.get()
    }

    /// The engine's kernel; captures the function if this is the first time that it is needed.
    pub(crate) fn kernel(&self, py: Python<'_>) -> PyResult<&Kernel> {
        if let Some(kernel) = self.kernel.get() {
            return Ok(kernel);
        }
        // Whoever comes first wins: capturing runs Python code, which may come here again.
        let kernel = kernel::capture(py, self, |kernel| drop(self.kernel.set(kernel.clone())))?;
        Ok(self.kernel.get_or_init(|| kernel))
    }

    /// The signatures compiled so far.
    pub(crate) fn compiled(&self) -> Vec<Arc<Compiled>> {
        let mut distinct: Vec<Arc<Compiled>> = Vec::new();
        for entry in self.entries.borrow().values() {
            if !distinct.iter().any(|known| known.signature() == entry.compiled.signature()) {
                distinct.push(Arc::clone(&entry.compiled));
            }
        }
        distinct.sort_by(|one, other| one.signature().cmp(other.signature()));
        distinct
    }

    /// Compiles the function for arguments of these types, or finds it compiled.
    pub(crate) fn compile(&self, py: Python<'_>, types: &[Type]) -> PyResult<Arc<Compiled>> {
        let kernel = self.kernel(py)?.clone();
        let outcome: Result<Compilation, Failure> = py.detach(|| kernel.compile(types));
        engine::report_cache_fault(py, kernel.engine())?;
        let compilation = outcome.map_err(|failure| raise::failure(py, &failure))?;
        self.count(&compilation);
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

    fn count(&self, compilation: &Compilation) {
        let Statistics { hits, misses } = self.statistics.get();
        let was_known = !compilation.from_cache && compilation.timings == Default::default();
        self.statistics.set(match (compilation.from_cache, was_known) {
            (true, _) => Statistics { hits: hits + 1, misses },
            (false, false) => Statistics { hits, misses: misses + 1 },
            (false, true) => Statistics { hits, misses },
        });
    }

    /// The entry for arguments of these types, made if this is the first time.
    #[cold]
    fn entry(&self, py: Python<'_>, codes: &[TypeCode]) -> PyResult<&Entry> {
        let known = self.entries.borrow().get(codes).map(|entry| &raw const **entry);
        let address = match known {
            Some(address) => address,
            None => {
                let types: Vec<Type> = codes.iter().map(|code| code.ty()).collect();
                let compiled = self.compile(py, &types)?;
                let entry = Box::new(Entry::new(codes, &types, compiled));
                let mut entries = self.entries.borrow_mut();
                &raw const **entries.entry(codes.into()).or_insert(entry)
            }
        };
        // SAFETY: entries are never removed, and stay where they are.
        let entry: &'static Entry = unsafe { &*address };
        self.last.set(Some(entry));
        Ok(entry)
    }

    /// Calls the function with as many arguments as it has parameters.
    ///
    /// # Safety
    /// The arguments live, and the GIL is held.
    #[inline(always)]
    unsafe fn call(&self, py: Python<'_>, arguments: &[*mut ffi::PyObject]) -> PyResult<Py<PyAny>> {
        let mut codes = [const { MaybeUninit::uninit() }; 12];
        let mut words = [const { MaybeUninit::uninit() }; 24];
        let mut descriptors = [const { MaybeUninit::uninit() }; 48];
        let mut pack = Pack::new(&mut codes, &mut words, &mut descriptors);
        // SAFETY: the caller's promise.
        match unsafe { add_all(&mut pack, arguments) } {
            // SAFETY: these are the arguments that were packed.
            Ok(()) => unsafe { self.call_packed(py, &pack, arguments) },
            // SAFETY: the caller's promise.
            Err(unfit) => Python::attach(|py| unsafe { self.call_otherwise(py, unfit, arguments) }),
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
                // SAFETY: these are the arguments that were packed.
                Ok(()) => return unsafe { self.call_packed(py, &pack, arguments) },
                Err(again) => unfit = again,
            }
            room *= 4;
        }
        // SAFETY: the caller's promise.
        Err(unsafe { self.explain(py, arguments) })
    }

    /// Which argument was refused, and why.
    ///
    /// # Safety
    /// As for [`call`](Self::call).
    unsafe fn explain(&self, py: Python<'_>, arguments: &[*mut ffi::PyObject]) -> PyErr {
        for (argument, name) in arguments.iter().zip(&self.parameters.names) {
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
    ) -> PyResult<Py<PyAny>> {
        let entry = match self.last.get() {
            Some(entry) if *entry.codes == *pack.codes() => entry,
            _ => Python::attach(|py| self.entry(py, pack.codes()))?,
        };
        let mut results = [0; 16];
        if entry.result_words <= results.len() && entry.conversions.is_empty() {
            // SAFETY: the words are those of the types that the entry is for, and there is room for the results.
            unsafe { self.run(py, entry, pack.words(), &mut results, arguments) }
        } else {
            let mut words = pack.words().to_vec();
            for (position, from, to) in &entry.conversions {
                words[*position] = convert(words[*position], *from, *to);
            }
            // SAFETY: as above; the converted words are those of the signature.
            unsafe { self.run(py, entry, &words, &mut vec![0; entry.result_words], arguments) }
        }
    }

    /// # Safety
    /// The words are what the entry's signature asks for, made of these arguments; there is room for the results.
    #[inline(always)]
    unsafe fn run(
        &self,
        py: Python<'_>,
        entry: &Entry,
        words: &[u64],
        results: &mut [u64],
        arguments: &[*mut ffi::PyObject],
    ) -> PyResult<Py<PyAny>> {
        let mut call = CallState::new(engine::interrupter()).with_threads(engine::threads());
        // SAFETY: the caller's promise. Without the GIL the arguments still live, since whoever called holds them; that nobody else
        // resizes them is what `nogil=True` promises.
        let outcome = unsafe {
            let thread = if self.decoration.nogil { ffi::PyEval_SaveThread() } else { null_mut() };
            let outcome = entry.compiled.call_raw(&mut call, words, results);
            if !thread.is_null() {
                ffi::PyEval_RestoreThread(thread);
            }
            outcome
        };
        match outcome {
            // SAFETY: the call succeeded; its results are taken once.
            Ok(()) => unsafe { result::into_python(py, entry.compiled.result(), results, arguments) },
            Err(exception) => Err(Python::attach(|py| raise::kernel_exception(py, &exception))),
        }
    }
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

impl Entry {
    fn new(codes: &[TypeCode], types: &[Type], compiled: Arc<Compiled>) -> Self {
        let (mut from, mut to) = (Vec::new(), Vec::new());
        types.iter().for_each(|ty| flatten(ty, &mut from));
        compiled.signature().parameters.iter().for_each(|ty| flatten(ty, &mut to));
        let pairs = from.into_iter().zip(to).enumerate();
        let conversions = pairs.filter_map(|(position, pair)| match pair {
            (Some(from), Some(to)) if from != to => Some((position, from, to)),
            _ => None,
        });
        Self {
            codes: codes.into(),
            conversions: conversions.collect(),
            result_words: result_words(compiled.result()),
            compiled,
        }
    }
}

/// What each argument word of that type holds: a number of that dtype, or something else.
fn flatten(ty: &Type, words: &mut Vec<Option<Dtype>>) {
    match ty {
        Type::Scalar(dtype) => words.push(Some(*dtype)),
        Type::Array(_) => words.push(None),
        Type::Tuple(items) => items.iter().for_each(|item| flatten(item, words)),
        Type::None | Type::Dtype(_) => {}
    }
}

/// A number as another dtype, as an assignment would convert it.
fn convert(word: u64, from: Dtype, to: Dtype) -> u64 {
    let number = Number::from_word(from, word);
    let float = match number {
        Number::Bool(value) => f64::from(u8::from(value)),
        Number::Int(_, value) => value as f64,
        Number::UInt(_, value) => value as f64,
        Number::Float(_, value) => value,
    };
    let bits = match number {
        Number::Bool(value) => u64::from(value),
        Number::Int(_, value) => value as u64,
        Number::UInt(_, value) => value,
        Number::Float(_, value) => value as i64 as u64,
    };
    match to.kind() {
        DtypeKind::Bool => u64::from(if from.is_float() { float != 0.0 } else { bits != 0 }),
        DtypeKind::Signed | DtypeKind::Unsigned => bits,
        DtypeKind::Float if to == Dtype::Float32 => u64::from((float as f32).to_bits()),
        DtypeKind::Float => float.to_bits(),
    }
}

impl Parameters {
    fn of(function: &Bound<'_, PyAny>) -> PyResult<Self> {
        let code = function.getattr("__code__")?;
        let count: usize = code.getattr("co_argcount")?.extract()?;
        let names = code.getattr("co_varnames")?.cast_into::<PyTuple>()?;
        let names = names.iter().take(count).map(|name| Ok(name.cast_into::<PyString>()?.unbind()));
        let defaults = function.getattr("__defaults__")?;
        Ok(Self {
            function: function.getattr("__qualname__")?.extract()?,
            names: names.collect::<PyResult<_>>()?,
            positional_only: code.getattr("co_posonlyargcount")?.extract()?,
            defaults: if defaults.is_none() { None } else { Some(defaults.cast_into::<PyTuple>()?.unbind()) },
        })
    }
}

/// A dispatcher as CPython sees it.
#[repr(C)]
struct Object {
    head: ffi::PyObject,
    vectorcall: Option<ffi::vectorcallfunc>,
    dict: *mut ffi::PyObject,
    weak_references: *mut ffi::PyObject,
    /// Null only while the object is made.
    dispatcher: *mut Dispatcher,
}

/// The type, made when the module is imported.
struct TypeObject(*mut ffi::PyTypeObject);
// SAFETY: types may be used from any thread that holds the GIL.
unsafe impl Send for TypeObject {}
// SAFETY: as above.
unsafe impl Sync for TypeObject {}
static TYPE: OnceLock<TypeObject> = OnceLock::new();

/// What a Python object dispatches, if it is a dispatcher.
pub(crate) fn of<'a>(object: &'a Bound<'_, PyAny>) -> Option<&'a Dispatcher> {
    let is_dispatcher = TYPE.get().is_some_and(|kind| object.get_type().as_type_ptr() == kind.0);
    // SAFETY: objects of this type have these fields, and their dispatcher as long as they live.
    is_dispatcher.then(|| unsafe { &*(*object.as_ptr().cast::<Object>()).dispatcher })
}

/// Makes a dispatcher for a Python function.
#[pyfunction]
pub(crate) fn make_dispatcher<'py>(
    py: Python<'py>,
    function: Bound<'py, PyAny>,
    options: &Bound<'py, PyDict>,
    signatures: Vec<String>,
) -> PyResult<Bound<'py, PyAny>> {
    let dispatcher = Dispatcher::new(function, Decoration::new(options, signatures)?)?;
    let kind = TYPE.get().expect("made when the module was imported").0;
    // SAFETY: the type is one with these fields, which are zero at first.
    unsafe {
        let object = ffi::PyType_GenericAlloc(kind, 0);
        let bound = Bound::from_owned_ptr_or_err(py, object)?;
        let fields = &mut *object.cast::<Object>();
        fields.dispatcher = Box::into_raw(Box::new(dispatcher));
        fields.vectorcall = Some(vectorcall);
        Ok(bound)
    }
}

/// Runs `work` for a slot of the type: gives what it gives, or null with the exception set.
fn slot(work: impl FnOnce(Python<'_>) -> PyResult<Py<PyAny>>) -> *mut ffi::PyObject {
    Python::attach(|py| match raise::contain(py, || work(py)) {
        Ok(value) => value.into_ptr(),
        Err(error) => {
            error.restore(py);
            null_mut()
        }
    })
}

/// The same for calls. PyO3 is not told that the GIL is held, which would cost as much as the rest of a call; so what drops references has to tell it, or
/// they are kept until someone does.
///
/// # Safety
/// The GIL is held.
#[inline(always)]
unsafe fn quick_slot(work: impl FnOnce(Python<'_>) -> PyResult<Py<PyAny>>) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise.
    let py = unsafe { Python::assume_attached() };
    match raise::contain(py, || work(py)) {
        Ok(value) => value.into_ptr(),
        Err(error) => Python::attach(|py| {
            error.restore(py);
            null_mut()
        }),
    }
}

/// In the number of arguments, the mark of whoever leaves room before the first one.
const ARGUMENTS_OFFSET: usize = 1 << (usize::BITS - 1);

unsafe extern "C" fn vectorcall(
    callable: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    count_and_mark: usize,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let count = count_and_mark & !ARGUMENTS_OFFSET;
    // SAFETY: CPython calls this with the GIL held, with an object of the type, and arguments that live; behind the positional ones stand those of the keywords.
    unsafe {
        let dispatcher = &*(*callable.cast::<Object>()).dispatcher;
        let positional = if count == 0 { &[] } else { std::slice::from_raw_parts(arguments, count) };
        quick_slot(|py| {
            if keywords.is_null() && count == dispatcher.parameters.names.len() {
                dispatcher.call(py, positional)
            } else {
                let names = Bound::from_borrowed_ptr_or_opt(py, keywords);
                let named = names
                    .map(|names| (names.cast_into_unchecked::<PyTuple>(), arguments.wrapping_add(count)));
                let bound = bind::bind(py, &dispatcher.parameters, positional, named)?;
                dispatcher.call(py, &bound)
            }
        })
    }
}

/// `tp_call`, for those who do not know vectorcall.
unsafe extern "C" fn call(
    callable: *mut ffi::PyObject,
    arguments: *mut ffi::PyObject,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this with the GIL held, an object of the type, a tuple, and a dict or null.
    unsafe {
        let dispatcher = &*(*callable.cast::<Object>()).dispatcher;
        slot(|py| {
            let positional = Bound::from_borrowed_ptr(py, arguments).cast_into_unchecked::<PyTuple>();
            let mut all: Vec<*mut ffi::PyObject> = positional.iter().map(|item| item.as_ptr()).collect();
            let count = all.len();
            let keywords = Bound::from_borrowed_ptr_or_opt(py, keywords);
            let names = match keywords.map(|keywords| keywords.cast_into_unchecked::<PyDict>()) {
                Some(keywords) => {
                    all.extend(keywords.iter().map(|(_, value)| value.as_ptr()));
                    PyTuple::new(py, keywords.keys())?
                }
                None => PyTuple::empty(py),
            };
            let named = Some((names, all.as_ptr().add(count)));
            let bound = bind::bind(py, &dispatcher.parameters, &all[..count], named)?;
            dispatcher.call(py, &bound)
        })
    }
}

/// `__get__`: a dispatcher in a class is a method.
unsafe extern "C" fn descriptor_get(
    object: *mut ffi::PyObject,
    instance: *mut ffi::PyObject,
    _class: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this with the GIL held and objects that live.
    unsafe {
        slot(|py| {
            let object = Bound::from_borrowed_ptr(py, object);
            match Bound::from_borrowed_ptr_or_opt(py, instance).filter(|instance| !instance.is_none()) {
                None => Ok(object.unbind()),
                Some(instance) => {
                    Ok(py.import("types")?.getattr("MethodType")?.call1((object, instance))?.unbind())
                }
            }
        })
    }
}

unsafe extern "C" fn repr(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython calls this with the GIL held and an object of the type.
    unsafe {
        let dispatcher = &*(*object.cast::<Object>()).dispatcher;
        slot(|py| {
            let function = dispatcher.function(py).repr()?;
            Ok(PyString::new(py, &format!("<hotloop kernel of {function}>")).into_any().unbind())
        })
    }
}

unsafe extern "C" fn traverse(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: the collector calls this with an object of the type, which may not be complete yet.
    unsafe {
        let fields = &*object.cast::<Object>();
        let dispatcher = fields.dispatcher.as_ref();
        let function = dispatcher.map_or(null_mut(), |dispatcher| dispatcher.function.as_ptr());
        let kind = ffi::Py_TYPE(object).cast::<ffi::PyObject>();
        for held in [kind, fields.dict, function] {
            if !held.is_null() {
                let stop = visit(held, argument);
                if stop != 0 {
                    return stop;
                }
            }
        }
        0
    }
}

unsafe extern "C" fn clear(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: the collector calls this with an object of the type. The function is kept: it is part of no circle once its namespaces are cleared.
    unsafe { ffi::Py_CLEAR(&raw mut (*object.cast::<Object>()).dict) };
    0
}

unsafe extern "C" fn deallocate(object: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, with the GIL held, when nobody has the object any more.
    unsafe {
        ffi::PyObject_GC_UnTrack(object.cast());
        let fields = &mut *object.cast::<Object>();
        if !fields.weak_references.is_null() {
            ffi::PyObject_ClearWeakRefs(object);
        }
        ffi::Py_CLEAR(&raw mut fields.dict);
        if !fields.dispatcher.is_null() {
            let dispatcher = Box::from_raw(std::mem::replace(&mut fields.dispatcher, null_mut()));
            // When the interpreter ends it lets nobody attach any more; then nothing needs to be given back.
            Python::try_attach(|_| drop(dispatcher));
        }
        let kind = ffi::Py_TYPE(object);
        ffi::PyObject_GC_Del(object.cast());
        ffi::Py_DECREF(kind.cast());
    }
}

/// The flag of types that are called through their vectorcall member.
const HAVE_VECTORCALL: u32 = 1 << 11;
/// The flag of types whose objects behave as functions do in a class, so that a method call needs no bound method.
const METHOD_DESCRIPTOR: u32 = 1 << 17;
/// The flag of types that cannot be called to make objects.
const NO_INSTANTIATION: u32 = 1 << 7;

/// Makes the type.
pub(crate) fn make_type(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    let offset_of = |name: &'static std::ffi::CStr, offset: usize| ffi::PyMemberDef {
        name: name.as_ptr(),
        type_code: ffi::Py_T_PYSSIZET,
        offset: offset as isize,
        flags: ffi::Py_READONLY,
        doc: std::ptr::null(),
    };
    // CPython keeps these for as long as the type lives, which is for ever.
    let members = Box::leak(Box::new([
        offset_of(c"__vectorcalloffset__", std::mem::offset_of!(Object, vectorcall)),
        offset_of(c"__dictoffset__", std::mem::offset_of!(Object, dict)),
        offset_of(c"__weaklistoffset__", std::mem::offset_of!(Object, weak_references)),
        ffi::PyMemberDef::default(),
    ]));
    let properties = Box::leak(Box::new([
        ffi::PyGetSetDef {
            name: c"__dict__".as_ptr(),
            get: Some(ffi::PyObject_GenericGetDict),
            set: Some(ffi::PyObject_GenericSetDict),
            doc: std::ptr::null(),
            closure: null_mut(),
        },
        ffi::PyGetSetDef::default(),
    ]));
    let slot = |slot: c_int, function: *mut c_void| ffi::PyType_Slot { slot, pfunc: function };
    let mut slots = [
        slot(ffi::Py_tp_members, members.as_mut_ptr().cast()),
        slot(ffi::Py_tp_getset, properties.as_mut_ptr().cast()),
        slot(ffi::Py_tp_call, call as *mut c_void),
        slot(ffi::Py_tp_descr_get, descriptor_get as *mut c_void),
        slot(ffi::Py_tp_repr, repr as *mut c_void),
        slot(ffi::Py_tp_traverse, traverse as *mut c_void),
        slot(ffi::Py_tp_clear, clear as *mut c_void),
        slot(ffi::Py_tp_dealloc, deallocate as *mut c_void),
        slot(0, null_mut()),
    ];
    let flags = (ffi::Py_TPFLAGS_DEFAULT | ffi::Py_TPFLAGS_HAVE_GC) as u32;
    let mut spec = ffi::PyType_Spec {
        name: c"hotloop.Dispatcher".as_ptr(),
        basicsize: size_of::<Object>() as c_int,
        itemsize: 0,
        flags: flags | HAVE_VECTORCALL | METHOD_DESCRIPTOR | NO_INSTANTIATION,
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: the specification is complete, and what CPython keeps of it lives for ever.
    let kind = unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyType_FromSpec(&raw mut spec))? };
    let _ = TYPE.set(TypeObject(kind.as_ptr().cast()));
    // The cell keeps a reference of its own.
    Ok(kind.clone().unbind().into_bound(py)).inspect(|_| std::mem::forget(kind))
}
