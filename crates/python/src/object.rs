//! The type of dispatchers, as CPython sees it.
//!
//! It is a heap type with a vectorcall entry. The limited API names that protocol only from Python 3.12 on, but CPython 3.11 honours a
//! `__vectorcalloffset__` member and the flag too. What is not needed for calls (introspection, pickling) is added to the type in Python.
#![allow(unsafe_code)] // Implements a type of CPython's object model.

use crate::dispatcher::Dispatcher;
use crate::kernel::Decoration;
use crate::raise::Raised;
use crate::{bind, raise};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use std::ffi::{c_int, c_void};
use std::ptr::null_mut;
use std::sync::OnceLock;

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
unsafe fn quick_slot(work: impl FnOnce(Python<'_>) -> Result<Py<PyAny>, Raised>) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise.
    let py = unsafe { Python::assume_attached() };
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(py))) {
        Ok(Ok(value)) => value.into_ptr(),
        Ok(Err(_)) => null_mut(),
        Err(panic) => Python::attach(|py| {
            raise::panic_exception(py, &*panic).restore(py);
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
        quick_slot(|py| {
            if keywords.is_null() && dispatcher.parameters().are_given_by(count) {
                let all = if count == 0 { &[] } else { std::slice::from_raw_parts(arguments, count) };
                dispatcher.call(py, all)
            } else {
                let call = |bound: &[_]| dispatcher.call(py, bound);
                bind::with_bound(dispatcher.parameters(), (arguments, count), keywords, call)
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
                Some(keywords) if !keywords.is_empty() => {
                    all.extend(keywords.iter().map(|(_, value)| value.as_ptr()));
                    Some(PyTuple::new(py, keywords.keys())?)
                }
                Some(_) | None => None,
            };
            let names = names.as_ref().map_or(null_mut(), |names| names.as_ptr());
            let call = |bound: &[_]| dispatcher.call(py, bound);
            let result = bind::with_bound(dispatcher.parameters(), (all.as_ptr(), count), names, call);
            result.map_err(|raised| raised.take(py))
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
        let function = dispatcher.map_or(null_mut(), |dispatcher| dispatcher.function_address());
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
