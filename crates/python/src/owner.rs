//! What owns the memory of a result: the base of the array over it.
//!
//! A capsule would do, but it takes an allocation more and two comparisons of names for each array that is made and dies, which is a good part of what a
//! small result costs.
#![allow(unsafe_code)] // Implements a type of CPython's object model.

use hotloop_runtime::Block;
use pyo3::ffi;
use pyo3::prelude::*;
use std::ptr::null_mut;
use std::sync::OnceLock;

/// An owner as CPython sees it.
#[repr(C)]
struct Owner {
    head: ffi::PyObject,
    /// A reference to a block; null only while the object is made.
    block: *mut u8,
}

/// The type, made when the module is imported.
struct TypeObject(*mut ffi::PyTypeObject);
// SAFETY: types may be used from any thread that holds the GIL.
unsafe impl Send for TypeObject {}
// SAFETY: as above.
unsafe impl Sync for TypeObject {}
static TYPE: OnceLock<TypeObject> = OnceLock::new();

/// The flag of types that cannot be called to make objects.
const NO_INSTANTIATION: u32 = 1 << 7;

/// An object that owns the block until it dies.
pub(crate) fn own(py: Python<'_>, block: Block) -> PyResult<Bound<'_, PyAny>> {
    let kind = TYPE.get().expect("made when the module was imported").0;
    // SAFETY: the type is one with these fields, and its objects are zero at first.
    unsafe {
        let object = Bound::from_owned_ptr_or_err(py, ffi::PyType_GenericAlloc(kind, 0))?;
        (*object.as_ptr().cast::<Owner>()).block = block.into_raw();
        Ok(object)
    }
}

unsafe extern "C" fn deallocate(object: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, with the GIL held, when nobody has the object any more.
    unsafe {
        drop(Block::from_raw((*object.cast::<Owner>()).block));
        let kind = ffi::Py_TYPE(object);
        ffi::PyObject_Free(object.cast());
        ffi::Py_DECREF(kind.cast());
    }
}

/// Makes the type.
pub(crate) fn make_type(py: Python<'_>) -> PyResult<()> {
    let mut slots = [
        ffi::PyType_Slot { slot: ffi::Py_tp_dealloc, pfunc: deallocate as *mut _ },
        ffi::PyType_Slot {
            slot: ffi::Py_tp_doc,
            pfunc: c"Owns the memory of an array.".as_ptr().cast_mut().cast(),
        },
        ffi::PyType_Slot { slot: 0, pfunc: null_mut() },
    ];
    let mut spec = ffi::PyType_Spec {
        name: c"hotloop._hotloop.Memory".as_ptr(),
        basicsize: size_of::<Owner>() as i32,
        itemsize: 0,
        flags: ffi::Py_TPFLAGS_DEFAULT as u32 | NO_INSTANTIATION,
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: the specification is complete, and its name and documentation live for ever.
    let kind = unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyType_FromSpec(&raw mut spec))? };
    // A second import finds the type made.
    let _ = TYPE.set(TypeObject(kind.into_ptr().cast()));
    Ok(())
}
