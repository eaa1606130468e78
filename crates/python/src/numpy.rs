//! What the package knows of NumPy: where the fields of arrays and scalars lie, and the functions of its C interface that make arrays.
//!
//! The fields read here are part of NumPy's binary interface and the same in NumPy 1 and 2, so no header of NumPy is needed. Reading them takes a few nanoseconds, where the
//! buffer protocol takes 45 an array.
#![allow(unsafe_code)] // Reads structures of another library.

use crate::ufunc::MakeUfunc;
use hotloop_types::Dtype;
use pyo3::exceptions::PyImportError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyType};
use std::ffi::{c_char, c_int, c_void};
use std::sync::OnceLock;

/// The flag of an array whose elements lie in C order without gaps.
pub(crate) const C_CONTIGUOUS: c_int = 0x1;
/// The same in Fortran order.
pub(crate) const F_CONTIGUOUS: c_int = 0x2;
/// The flag of an array whose elements are aligned.
pub(crate) const ALIGNED: c_int = 0x100;
/// The flag of an array whose elements may be written.
pub(crate) const WRITEABLE: c_int = 0x400;

/// The start of `PyArrayObject`.
#[repr(C)]
pub(crate) struct ArrayFields {
    head: ffi::PyObject,
    pub(crate) data: *mut u8,
    pub(crate) ndim: c_int,
    pub(crate) shape: *const isize,
    pub(crate) strides: *const isize,
    base: *mut ffi::PyObject,
    descr: *const DescrFields,
    pub(crate) flags: c_int,
}

/// The start of `PyArray_Descr`.
#[repr(C)]
struct DescrFields {
    head: ffi::PyObject,
    scalar_type: *mut ffi::PyTypeObject,
    kind: c_char,
    letter: c_char,
    byteorder: c_char,
    former_flags: c_char,
    type_number: c_int,
}

/// A NumPy scalar, or the first eight bytes of it.
#[repr(C)]
struct ScalarFields {
    head: ffi::PyObject,
    value: u64,
}

impl ArrayFields {
    /// Whether the elements may be written.
    pub(crate) fn is_writeable(&self) -> bool {
        self.flags & WRITEABLE != 0
    }

    /// The dtype of the elements, if kernels know it and the elements have the machine's byte order.
    pub(crate) fn dtype(&self) -> Option<Dtype> {
        // SAFETY: an array has a descriptor as long as it lives.
        let descr = unsafe { &*self.descr };
        let is_native = descr.byteorder as u8 != FOREIGN_ORDER;
        (*DTYPES.get(usize::try_from(descr.type_number).ok()?)?).filter(|_| is_native)
    }

    /// Whether the elements have another byte order than the machine.
    pub(crate) fn is_byte_swapped(&self) -> bool {
        // SAFETY: an array has a descriptor as long as it lives.
        unsafe { &*self.descr }.byteorder as u8 == FOREIGN_ORDER
    }
}

/// How a descriptor says that its byte order is not the machine's.
const FOREIGN_ORDER: u8 = if cfg!(target_endian = "little") { b'>' } else { b'<' };

/// The dtypes by NumPy's type numbers, on machines where a C `long` has 64 bits.
const DTYPES: [Option<Dtype>; 16] = [
    Some(Dtype::Bool),
    Some(Dtype::Int8),
    Some(Dtype::UInt8),
    Some(Dtype::Int16),
    Some(Dtype::UInt16),
    Some(Dtype::Int32),
    Some(Dtype::UInt32),
    Some(Dtype::Int64),
    Some(Dtype::UInt64),
    Some(Dtype::Int64),
    Some(Dtype::UInt64),
    Some(Dtype::Float32),
    Some(Dtype::Float64),
    // A C `long double`.
    None,
    Some(Dtype::Complex64),
    Some(Dtype::Complex128),
];

/// The letters of NumPy's type numbers.
const LETTERS: [&str; 16] = ["?", "b", "B", "h", "H", "i", "I", "l", "L", "q", "Q", "f", "d", "g", "F", "D"];

/// The dtype of one of NumPy's letters, if kernels know it.
pub(crate) fn dtype_of_letter(letter: char) -> Option<Dtype> {
    let number = LETTERS.iter().position(|known| known.starts_with(letter))?;
    DTYPES[number]
}

/// NumPy's number of a dtype.
pub(crate) fn type_number(dtype: Dtype) -> c_int {
    DTYPES.iter().position(|known| *known == Some(dtype)).expect("every dtype is one of NumPy's") as c_int
}

type NewFromDescr = unsafe extern "C" fn(
    *mut ffi::PyTypeObject,
    *mut ffi::PyObject,
    c_int,
    *const isize,
    *const isize,
    *mut c_void,
    c_int,
    *mut ffi::PyObject,
) -> *mut ffi::PyObject;
type DescrFromType = unsafe extern "C" fn(c_int) -> *mut ffi::PyObject;
type SetBaseObject = unsafe extern "C" fn(*mut ffi::PyObject, *mut ffi::PyObject) -> c_int;

/// NumPy, once it is imported. Its types and functions live as long as the process.
pub(crate) struct NumPy {
    array_type: *mut ffi::PyTypeObject,
    scalar_types: [*mut ffi::PyTypeObject; 16],
    new_from_descr: NewFromDescr,
    descr_from_type: DescrFromType,
    set_base_object: SetBaseObject,
}

// SAFETY: the pointers are to static data and functions of NumPy.
unsafe impl Send for NumPy {}
// SAFETY: as above; they are never written.
unsafe impl Sync for NumPy {}

static NUMPY: OnceLock<NumPy> = OnceLock::new();

/// Imports NumPy; has to happen before anything else here is used.
pub(crate) fn import(py: Python<'_>) -> PyResult<()> {
    if NUMPY.get().is_none() {
        let numpy = NumPy::import(py)?;
        let _ = NUMPY.set(numpy);
    }
    Ok(())
}

/// NumPy.
pub(crate) fn numpy() -> &'static NumPy {
    NUMPY.get().expect("NumPy is imported when the module is")
}

impl NumPy {
    fn import(py: Python<'_>) -> PyResult<Self> {
        let module = py.import("numpy")?;
        let dtype = module.getattr("dtype")?;
        let mut scalar_types = [std::ptr::null_mut(); 16];
        for (slot, letter) in scalar_types.iter_mut().zip(LETTERS) {
            *slot = dtype.call1((letter,))?.getattr("type")?.cast_into::<PyType>()?.as_type_ptr();
        }
        let array_type = module.getattr("ndarray")?.cast_into::<PyType>()?.as_type_ptr();
        let table = interface(py, "_ARRAY_API")?;
        // SAFETY: NumPy's table has these entries at these positions in all versions since 1.7; the first one read is checked.
        unsafe {
            if table.add(2).read() != array_type.cast() {
                return Err(PyImportError::new_err(
                    "the C interface of this NumPy is not the one hotloop knows",
                ));
            }
            Ok(Self {
                array_type,
                scalar_types,
                descr_from_type: std::mem::transmute::<*mut c_void, DescrFromType>(table.add(45).read()),
                new_from_descr: std::mem::transmute::<*mut c_void, NewFromDescr>(table.add(94).read()),
                set_base_object: std::mem::transmute::<*mut c_void, SetBaseObject>(table.add(282).read()),
            })
        }
    }

    /// The function that makes ufuncs.
    pub(crate) fn make_ufunc(&self, py: Python<'_>) -> PyResult<MakeUfunc> {
        let table = interface(py, "_UFUNC_API")?;
        // SAFETY: NumPy's table of ufuncs has this function at this position in all versions since 1.2.
        unsafe { Ok(std::mem::transmute::<*mut c_void, MakeUfunc>(table.add(31).read())) }
    }

    /// Whether the object is an array, and not one of a subclass.
    pub(crate) fn is_array(&self, kind: *mut ffi::PyTypeObject) -> bool {
        kind == self.array_type
    }

    /// The dtype of NumPy scalars of a type.
    pub(crate) fn scalar_dtype(&self, kind: *mut ffi::PyTypeObject) -> Option<Dtype> {
        self.scalar_types.iter().position(|known| *known == kind).and_then(|number| DTYPES[number])
    }

    /// A new array over foreign memory that `base` keeps alive. On failure the exception is set.
    ///
    /// # Safety
    /// The elements lie in memory that is valid as long as `base` lives; shape and strides have the same length. The caller holds the GIL.
    pub(crate) unsafe fn array_over(
        &self,
        elements: &Elements<'_>,
        base: Bound<'_, PyAny>,
    ) -> PyResult<Py<PyAny>> {
        let Elements { dtype, data, shape, strides, is_writeable } = *elements;
        let py = base.py();
        let flags = if is_writeable { WRITEABLE } else { 0 };
        // SAFETY: the caller's promise; the descriptor's reference is given away.
        unsafe {
            let descr = (self.descr_from_type)(type_number(dtype));
            let (ndim, shape, strides) = (shape.len() as c_int, shape.as_ptr(), strides.as_ptr());
            let none = std::ptr::null_mut();
            let array =
                (self.new_from_descr)(self.array_type, descr, ndim, shape, strides, data.cast(), flags, none);
            let array = Bound::from_owned_ptr_or_err(py, array)?;
            // This takes the reference to the base, also when it fails.
            if (self.set_base_object)(array.as_ptr(), base.into_ptr()) != 0 {
                return Err(PyErr::fetch(py));
            }
            Ok(array.unbind())
        }
    }
}

/// A table of NumPy's C functions.
fn interface(py: Python<'_>, name: &str) -> PyResult<*const *mut c_void> {
    let module =
        py.import("numpy._core._multiarray_umath").or_else(|_| py.import("numpy.core._multiarray_umath"))?;
    let capsule = module.getattr(name)?.cast_into::<PyCapsule>()?;
    Ok(capsule.pointer_checked(None)?.as_ptr().cast())
}

/// The dtype of an array's elements, if kernels know it and they have the machine's byte order.
pub(crate) fn array_dtype(array: &Bound<'_, PyAny>) -> Option<Dtype> {
    // SAFETY: only of an array that lives are the fields read.
    numpy().is_array(array.get_type().as_type_ptr()).then(|| unsafe { fields(array.as_ptr()) }.dtype())?
}

/// The flags of an array; none of any other object.
pub(crate) fn flags(array: &Bound<'_, PyAny>) -> c_int {
    let is_array = numpy().is_array(array.get_type().as_type_ptr());
    // SAFETY: only of an array that lives are the fields read.
    if is_array { unsafe { fields(array.as_ptr()) }.flags } else { 0 }
}

/// The elements of an array to be.
pub(crate) struct Elements<'a> {
    pub(crate) dtype: Dtype,
    pub(crate) data: *mut u8,
    pub(crate) shape: &'a [isize],
    pub(crate) strides: &'a [isize],
    pub(crate) is_writeable: bool,
}

/// The fields of an array.
///
/// # Safety
/// The object is an array (of a subclass or not) that lives as long as `'a`, and the GIL is held.
pub(crate) unsafe fn fields<'a>(array: *mut ffi::PyObject) -> &'a ArrayFields {
    // SAFETY: the caller's promise.
    unsafe { &*array.cast() }
}

/// The value of a NumPy scalar as an argument word; of a complex one the second word is the imaginary part.
///
/// # Safety
/// The object is a scalar of that dtype.
pub(crate) unsafe fn scalar_words(scalar: *mut ffi::PyObject, dtype: Dtype) -> (u64, Option<u64>) {
    // SAFETY: the caller's promise; nothing is read yet.
    let value = unsafe { &raw const (*scalar.cast::<ScalarFields>()).value };
    // SAFETY: the value lies there with the size of its dtype.
    let word = unsafe {
        match dtype {
            Dtype::Bool | Dtype::UInt8 => u64::from(value.cast::<u8>().read()),
            Dtype::Int8 => value.cast::<i8>().read() as u64,
            Dtype::Int16 => value.cast::<i16>().read() as u64,
            Dtype::UInt16 => u64::from(value.cast::<u16>().read()),
            Dtype::Int32 => value.cast::<i32>().read() as u64,
            Dtype::UInt32 | Dtype::Float32 => u64::from(value.cast::<u32>().read()),
            Dtype::Int64 | Dtype::UInt64 | Dtype::Float64 => value.read(),
            Dtype::Complex64 => {
                let [real, imag] = value.cast::<[u32; 2]>().read();
                return (u64::from(real), Some(u64::from(imag)));
            }
            Dtype::Complex128 => {
                let [real, imag] = value.cast::<[u64; 2]>().read();
                return (real, Some(imag));
            }
        }
    };
    (word, None)
}
