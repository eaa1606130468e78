//! Python objects as arguments of compiled code: their types as codes, their values as words, arrays as descriptors.
#![allow(unsafe_code)] // Reads arrays, scalars and tuples by their fields.

use crate::classes::{self, Class};
use crate::code::TypeCode;
use crate::lent_list::LentList;
use crate::numpy::{self, ALIGNED, C_CONTIGUOUS, F_CONTIGUOUS, WRITEABLE, numpy};
use crate::random;
use hotloop_types::{ArrayType, Dtype, Layout, TupleClass, Type};
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use std::mem::MaybeUninit;
use std::sync::Arc;

/// Arguments in the making. The buffers are the caller's; a descriptor stays where it is, since words point to it.
pub(crate) struct Pack<'b> {
    codes: Buffer<'b, TypeCode>,
    words: Buffer<'b, u64>,
    descriptors: Buffer<'b, u64>,
    /// None but in calls with lists.
    #[expect(clippy::box_collection, reason = "a pointer that is null is dropped by a look at it")]
    lists: Option<Box<Vec<LentList>>>,
    /// Whether what is packed are the items of a list.
    is_in_list: bool,
}

/// Why an argument was not packed.
pub(crate) enum Unfit {
    /// A buffer is full: larger ones are needed.
    Full,
    /// A kernel cannot take it; why is found out by [`explain`].
    Refused,
}

/// Elements that were pushed to a buffer of fixed length.
struct Buffer<'b, T> {
    room: &'b mut [MaybeUninit<T>],
    length: usize,
}

impl<T: Copy> Buffer<'_, T> {
    #[inline(always)]
    fn push(&mut self, value: T) -> Result<(), Unfit> {
        let slot = self.room.get_mut(self.length).ok_or(Unfit::Full)?;
        slot.write(value);
        self.length += 1;
        Ok(())
    }

    #[inline(always)]
    fn filled(&self) -> &[T] {
        // SAFETY: that many were written.
        unsafe { std::slice::from_raw_parts(self.room.as_ptr().cast(), self.length) }
    }
}

impl<'b> Pack<'b> {
    /// Nothing, with room in these buffers.
    #[inline(always)]
    pub(crate) fn new(
        codes: &'b mut [MaybeUninit<TypeCode>],
        words: &'b mut [MaybeUninit<u64>],
        descriptors: &'b mut [MaybeUninit<u64>],
    ) -> Self {
        Self {
            codes: Buffer { room: codes, length: 0 },
            words: Buffer { room: words, length: 0 },
            descriptors: Buffer { room: descriptors, length: 0 },
            lists: None,
            is_in_list: false,
        }
    }

    /// Packs the items of a list, which all have one type: that type, of which the words are those of [`words`](Self::words).
    ///
    /// # Safety
    /// The object is a tuple that lives, and the GIL is held.
    pub(crate) unsafe fn add_items(&mut self, items: *mut ffi::PyObject) -> Result<TypeCode, Unfit> {
        self.is_in_list = true;
        let mut code = None;
        // SAFETY: the caller's promise.
        for position in 0..unsafe { ffi::PyTuple_Size(items) } {
            // SAFETY: the position is within the tuple, which keeps its items.
            let found = unsafe { self.add_value(ffi::PyTuple_GetItem(items, position))? };
            if *code.get_or_insert(found) != found {
                return Err(Unfit::Refused);
            }
        }
        code.ok_or(Unfit::Refused)
    }

    /// The lists among the arguments, copied for the call.
    #[inline(always)]
    pub(crate) fn lists(&self) -> &[LentList] {
        self.lists.as_deref().map_or(&[], Vec::as_slice)
    }

    /// The same, to be kept beyond the call.
    pub(crate) fn into_lists(self) -> Vec<LentList> {
        self.lists.map(|lists| *lists).unwrap_or_default()
    }

    /// The types of the arguments.
    #[inline(always)]
    pub(crate) fn codes(&self) -> &[TypeCode] {
        self.codes.filled()
    }

    /// The words of the arguments, flattened.
    #[inline(always)]
    pub(crate) fn words(&self) -> &[u64] {
        self.words.filled()
    }

    /// Packs one argument more.
    ///
    /// # Safety
    /// The object lives, and the GIL is held.
    #[inline(always)]
    pub(crate) unsafe fn add(&mut self, argument: *mut ffi::PyObject) -> Result<(), Unfit> {
        // SAFETY: the caller's promise.
        let code = unsafe { self.add_value(argument)? };
        self.codes.push(code)
    }

    /// # Safety
    /// As for [`add`](Self::add).
    #[inline(always)]
    unsafe fn add_value(&mut self, value: *mut ffi::PyObject) -> Result<TypeCode, Unfit> {
        // SAFETY: the object lives, and its type says what it is.
        unsafe {
            let kind = ffi::Py_TYPE(value);
            if numpy().is_array(kind) {
                self.add_array(value)
            } else if kind == &raw mut ffi::PyFloat_Type {
                self.words.push(ffi::PyFloat_AsDouble(value).to_bits())?;
                Ok(TypeCode::scalar(Dtype::Float64))
            } else if kind == &raw mut ffi::PyLong_Type {
                self.add_int(value)
            } else {
                self.add_other(value, kind)
            }
        }
    }

    /// # Safety
    /// The object is an `int`.
    #[inline(always)]
    unsafe fn add_int(&mut self, value: *mut ffi::PyObject) -> Result<TypeCode, Unfit> {
        // SAFETY: the caller's promise.
        let number = unsafe { ffi::PyLong_AsLongLong(value) };
        // SAFETY: the GIL is held.
        if number == -1 && !unsafe { ffi::PyErr_Occurred() }.is_null() {
            // SAFETY: the caller's promise.
            return unsafe { self.add_large_int(value) };
        }
        self.words.push(number as u64)?;
        Ok(TypeCode::scalar(Dtype::Int64))
    }

    /// An `int` that does not fit int64: a uint64, as in Numba. An exception is set.
    ///
    /// # Safety
    /// The object is an `int`.
    #[cold]
    unsafe fn add_large_int(&mut self, value: *mut ffi::PyObject) -> Result<TypeCode, Unfit> {
        // SAFETY: the exception says that it does not fit; the caller's promise.
        let number = unsafe {
            ffi::PyErr_Clear();
            ffi::PyLong_AsUnsignedLongLong(value)
        };
        // SAFETY: the GIL is held; the exception is replaced by one with a better message.
        unsafe {
            if !ffi::PyErr_Occurred().is_null() {
                ffi::PyErr_Clear();
                return Err(Unfit::Refused);
            }
        }
        self.words.push(number)?;
        Ok(TypeCode::scalar(Dtype::UInt64))
    }

    /// # Safety
    /// The object is an array.
    #[inline(always)]
    unsafe fn add_array(&mut self, array: *mut ffi::PyObject) -> Result<TypeCode, Unfit> {
        // SAFETY: the caller's promise.
        let fields = unsafe { numpy::fields(array) };
        let Some(dtype) = fields.dtype().filter(|_| fields.flags & ALIGNED != 0) else {
            return Err(Unfit::Refused);
        };
        let ndim = fields.ndim as usize;
        let descriptor = self.descriptors.length;
        self.descriptors.push(0)?;
        self.descriptors.push(fields.data as u64)?;
        // SAFETY: an array has `ndim` lengths and strides.
        let (shape, strides) = unsafe { (lengths(fields.shape, ndim), lengths(fields.strides, ndim)) };
        for number in shape.iter().chain(strides) {
            self.descriptors.push(*number as u64)?;
        }
        self.words.push((&raw const self.descriptors.room[descriptor]) as u64)?;
        let layout = match fields.flags & (C_CONTIGUOUS | F_CONTIGUOUS) {
            0 => Layout::A,
            F_CONTIGUOUS => Layout::F,
            _ => Layout::C,
        };
        let readonly = fields.flags & WRITEABLE == 0;
        Ok(TypeCode::array(ArrayType { dtype, ndim: ndim as u8, layout, readonly }))
    }

    /// # Safety
    /// The object is of that type.
    unsafe fn add_other(
        &mut self,
        value: *mut ffi::PyObject,
        kind: *mut ffi::PyTypeObject,
    ) -> Result<TypeCode, Unfit> {
        // SAFETY: each function is given what it asks for.
        unsafe {
            if kind == &raw mut ffi::PyBool_Type {
                self.words.push(u64::from(value == ffi::Py_True()))?;
                Ok(TypeCode::scalar(Dtype::Bool))
            } else if let Some(dtype) = numpy().scalar_dtype(kind) {
                let (word, imag) = numpy::scalar_words(value, dtype);
                self.words.push(word)?;
                if let Some(imag) = imag {
                    self.words.push(imag)?;
                }
                Ok(TypeCode::scalar(dtype))
            } else if value == ffi::Py_None() {
                Ok(TypeCode::NONE)
            } else if may_be_instance(value, kind)
                && let Some(code) = self.add_instance(value)?
            {
                Ok(code)
            } else if ffi::PyUnicode_Check(value) != 0 {
                self.add_str(value)
            } else if ffi::PyBytes_Check(value) != 0 {
                self.add_text(ffi::PyBytes_AsString(value) as u64, ffi::PyBytes_Size(value) as u64)?;
                Ok(TypeCode::BYTES)
            } else if ffi::PyTuple_Check(value) != 0 {
                self.add_tuple(value, None)
            } else if kind == &raw mut ffi::PyList_Type {
                self.add_list(value)
            } else if ffi::PyLong_Check(value) != 0 {
                self.add_int(value)
            } else if ffi::PyFloat_Check(value) != 0 {
                self.words.push(ffi::PyFloat_AsDouble(value).to_bits())?;
                Ok(TypeCode::scalar(Dtype::Float64))
            } else if ffi::PyComplex_Check(value) != 0 {
                self.words.push(ffi::PyComplex_RealAsDouble(value).to_bits())?;
                self.words.push(ffi::PyComplex_ImagAsDouble(value).to_bits())?;
                Ok(TypeCode::scalar(Dtype::Complex128))
            } else {
                self.add_object(value)
            }
        }
    }

    /// The code points of a string lie where descriptors do, two in a word.
    ///
    /// # Safety
    /// The object is a string.
    unsafe fn add_str(&mut self, text: *mut ffi::PyObject) -> Result<TypeCode, Unfit> {
        // SAFETY: the caller's promise.
        let length = unsafe { ffi::PyUnicode_GetLength(text) } as usize;
        let start = self.descriptors.length;
        for _ in 0..length.div_ceil(2) {
            self.descriptors.push(0)?;
        }
        let room = self.descriptors.room[start..].as_mut_ptr();
        // SAFETY: there is room for all code points, which were set to zeros above.
        if length > 0 && unsafe { ffi::PyUnicode_AsUCS4(text, room.cast(), length as isize, 0) }.is_null() {
            // SAFETY: the GIL is held; the argument is refused instead.
            unsafe { ffi::PyErr_Clear() };
            return Err(Unfit::Refused);
        }
        self.add_text(room as u64, length as u64)?;
        Ok(TypeCode::STR)
    }

    /// Characters that are lent for the call: no owner, an address and a length.
    fn add_text(&mut self, address: u64, length: u64) -> Result<(), Unfit> {
        self.words.push(0)?;
        self.words.push(address)?;
        self.words.push(length)
    }

    /// A list, copied for the call; one that is given twice is one there, too.
    ///
    /// # Safety
    /// The object is a list, and the GIL is held.
    #[cold]
    unsafe fn add_list(&mut self, list: *mut ffi::PyObject) -> Result<TypeCode, Unfit> {
        if self.is_in_list {
            return Err(Unfit::Refused);
        }
        let known = self.lists().iter().find(|known| known.is_of(list));
        let (word, code) = match known {
            Some(known) => (known.address(), known.code()),
            None => {
                // SAFETY: the caller's promise.
                let lent = Python::attach(|py| unsafe {
                    LentList::of(&Bound::from_borrowed_ptr(py, list).cast_into_unchecked())
                })?;
                let found = (lent.address(), lent.code());
                self.lists.get_or_insert_default().push(lent);
                found
            }
        };
        self.words.push(word)?;
        Ok(code)
    }

    /// A generator of random numbers, a kernel, a built-in function or a dtype.
    ///
    /// # Safety
    /// The object lives, and the GIL is held.
    #[cold]
    unsafe fn add_object(&mut self, value: *mut ffi::PyObject) -> Result<TypeCode, Unfit> {
        Python::attach(|py| {
            // SAFETY: the caller's promise.
            let value = unsafe { Bound::from_borrowed_ptr(py, value) };
            if random::is_generator(&value) {
                // The caller keeps it alive: it has no owner.
                self.words.push(0)?;
                self.words.push(random::address(&value).map_err(|_| Unfit::Refused)?)?;
                return Ok(TypeCode::RANDOM_GENERATOR);
            }
            let ty = crate::globals::telling_type(&value);
            ty.ok().flatten().and_then(|ty| TypeCode::of(&ty)).ok_or(Unfit::Refused)
        })
    }

    /// A named tuple, or a member of an enumeration; `None` for an instance of another class.
    ///
    /// # Safety
    /// The object lives, and the GIL is held.
    #[cold]
    unsafe fn add_instance(&mut self, value: *mut ffi::PyObject) -> Result<Option<TypeCode>, Unfit> {
        // SAFETY: the caller's promise.
        let class = Python::attach(|py| unsafe {
            classes::of(&Bound::from_borrowed_ptr(py, value).get_type()).map_err(|_| Unfit::Refused)
        })?;
        match class {
            // SAFETY: the object is a tuple.
            Class::Tuple(named) => unsafe { self.add_tuple(value, Some(&named.class)).map(Some) },
            Class::Enum(class, positions) => {
                let position = positions.get(&(value as usize)).ok_or(Unfit::Refused)?;
                self.words.push(*position as u64)?;
                Ok(Some(TypeCode::enumeration(&class)))
            }
            Class::Refused(_) => Err(Unfit::Refused),
            Class::Other => Ok(None),
        }
    }

    /// # Safety
    /// The object is a tuple.
    unsafe fn add_tuple(
        &mut self,
        tuple: *mut ffi::PyObject,
        class: Option<&Arc<TupleClass>>,
    ) -> Result<TypeCode, Unfit> {
        // SAFETY: the caller's promise.
        let length = unsafe { ffi::PyTuple_Size(tuple) };
        let mut codes = Vec::with_capacity(length as usize);
        for position in 0..length {
            // SAFETY: the position is within the tuple, which keeps its items.
            codes.push(unsafe { self.add_value(ffi::PyTuple_GetItem(tuple, position))? });
        }
        Ok(TypeCode::tuple(class, &codes))
    }
}

/// Whether a value may be a named tuple or a member of an enumeration.
///
/// # Safety
/// The object is of that type.
unsafe fn may_be_instance(value: *mut ffi::PyObject, kind: *mut ffi::PyTypeObject) -> bool {
    // SAFETY: the caller's promise; a type is an object whose own type is its metaclass.
    unsafe {
        let is_tuple = ffi::PyTuple_Check(value) != 0 && kind != &raw mut ffi::PyTuple_Type;
        is_tuple || ffi::Py_TYPE(kind.cast()) != &raw mut ffi::PyType_Type
    }
}

/// # Safety
/// There are `count` numbers at the address, unless it is 0.
unsafe fn lengths<'a>(numbers: *const isize, count: usize) -> &'a [isize] {
    // A 0-dimensional array may have no lengths at all.
    if count == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(numbers, count) }
}

/// Why a kernel does not take this argument: an exception that names the property. `place` is what it is an argument of.
pub(crate) fn explain(argument: &Bound<'_, PyAny>, place: &str) -> PyErr {
    match reason(argument) {
        Ok(Reason::TooLarge) => PyOverflowError::new_err(format!("{place}: the int does not fit 64 bits")),
        Ok(Reason::Kind(reason)) => PyTypeError::new_err(format!("{place}: {reason}")),
        Ok(Reason::Value(reason)) => PyValueError::new_err(format!("{place}: {reason}")),
        Err(error) => error,
    }
}

enum Reason {
    TooLarge,
    Kind(String),
    /// Its type would do.
    Value(String),
}

impl Reason {
    /// The reason for what it is a part of.
    fn of_part(self, part: std::fmt::Arguments<'_>) -> Self {
        match self {
            Self::TooLarge => Self::TooLarge,
            Self::Kind(reason) => Self::Kind(format!("{part}: {reason}")),
            Self::Value(reason) => Self::Value(format!("{part}: {reason}")),
        }
    }
}

fn reason(argument: &Bound<'_, PyAny>) -> PyResult<Reason> {
    // SAFETY: the object lives, and the GIL is held.
    if unsafe { ffi::PyLong_Check(argument.as_ptr()) } != 0 {
        return Ok(Reason::TooLarge);
    }
    if let Ok(tuple) = argument.cast::<PyTuple>() {
        for (position, item) in tuple.iter().enumerate() {
            if is_refused(&item) {
                return Ok(reason(&item)?.of_part(format_args!("element {position} of the tuple")));
            }
        }
    }
    let array_type = argument.py().import("numpy")?.getattr("ndarray")?;
    if argument.is_instance(&array_type)? {
        return Ok(Reason::Kind(array_reason(argument)?));
    }
    if let Some(reason) = buffer_reason(argument)? {
        return Ok(Reason::Kind(reason));
    }
    if let Ok(list) = argument.cast::<pyo3::types::PyList>() {
        return list_reason(list);
    }
    if let classes::Class::Refused(what) = classes::of(&argument.get_type())? {
        return Ok(Reason::Kind(format!("an instance of {what}")));
    }
    if random::is_generator(argument) {
        random::address(argument)?;
    }
    if let Some(reason) = random::reason(argument)? {
        return Ok(Reason::Kind(reason.to_owned()));
    }
    // A kernel that cannot be used says why itself.
    crate::globals::telling_type(argument)?;
    let kind = argument.get_type().fully_qualified_name()?;
    Ok(Reason::Kind(format!(
        "a kernel takes numbers, strings, arrays, tuples, generators of random numbers and None, not an object of type `{kind}`"
    )))
}

/// Why a kernel does not take a list.
fn list_reason(list: &Bound<'_, PyList>) -> PyResult<Reason> {
    if !list.is_exact_instance_of::<PyList>() {
        let kind = list.get_type().fully_qualified_name()?;
        return Ok(Reason::Kind(format!("a list of the subclass `{kind}`; pass list(...) of it")));
    }
    let Ok(first) = list.get_item(0) else {
        let reason = "the list is empty, and nothing says what its items would be; pass numpy.empty(0), an array, if it only holds numbers";
        return Ok(Reason::Value(reason.to_owned()));
    };
    for (position, item) in list.iter().enumerate() {
        if holds_list(&item) {
            return Ok(Reason::Kind(format!(
                "item {position} of the list is a list or holds one, and what a kernel changes in it could not be copied back \
                 (cannot reflect element of reflected container); pass an array, or a tuple of lists"
            )));
        }
        if is_refused(&item) {
            return Ok(reason(&item)?.of_part(format_args!("item {position} of the list")));
        }
        let types = [&first, &item].map(type_of).map(|ty| ty.expect("a kernel takes it"));
        if types[0] != types[1] {
            return Ok(Reason::Kind(format!(
                "can't unbox heterogeneous list: {} != {} (item 0 and item {position}); the items of a list have one type",
                types[0], types[1]
            )));
        }
    }
    let item = type_of(&first).expect("a kernel takes it");
    Ok(Reason::Kind(format!("a list of {item}, which no kernel takes from outside; pass a tuple")))
}

fn holds_list(value: &Bound<'_, PyAny>) -> bool {
    let within = |tuple: &Bound<'_, PyTuple>| tuple.iter().any(|item| holds_list(&item));
    value.is_instance_of::<PyList>() || value.cast::<PyTuple>().is_ok_and(within)
}

/// Why a kernel does not take an object that lends its memory as arrays do; `None` for any other object.
fn buffer_reason(value: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    let kind = value.get_type().fully_qualified_name()?;
    let kind = kind.to_str()?;
    let way = if matches!(kind, "array.array" | "bytearray" | "memoryview") {
        "numpy.asarray(x), an array over the same memory"
    } else if value.hasattr("__dlpack__")? {
        "numpy.from_dlpack(x), an array over the same memory"
    } else if value.hasattr("__array__")? || value.hasattr("__array_interface__")? {
        "numpy.asarray(x)"
    } else {
        return Ok(None);
    };
    Ok(Some(format!("a `{kind}`, whose operators are not those of arrays; pass {way}")))
}

fn array_reason(array: &Bound<'_, PyAny>) -> PyResult<String> {
    if !numpy().is_array(array.get_type().as_type_ptr()) {
        let kind = array.get_type().fully_qualified_name()?;
        return Ok(format!(
            "an array of the subclass `{kind}`, whose operators may mean something else; pass it through numpy.asarray"
        ));
    }
    // SAFETY: the object is an array that lives.
    let fields = unsafe { numpy::fields(array.as_ptr()) };
    let dtype = array.getattr("dtype")?;
    Ok(if fields.is_byte_swapped() {
        format!("an array of dtype {}, which is not in the machine's byte order", dtype.repr()?)
    } else if fields.dtype().is_none() {
        format!("arrays of dtype {dtype} are not supported")
    } else {
        "an array whose elements are not aligned; pass a copy of it".to_owned()
    })
}

/// Whether packing this alone fails.
pub(crate) fn is_refused(value: &Bound<'_, PyAny>) -> bool {
    type_of(value).is_none()
}

/// The type that a value has as an argument; `None` if kernels do not take it.
pub(crate) fn type_of(value: &Bound<'_, PyAny>) -> Option<Type> {
    let mut room = 1024;
    loop {
        let mut codes = [MaybeUninit::uninit()];
        let mut words = vec![MaybeUninit::uninit(); room];
        let mut descriptors = vec![MaybeUninit::uninit(); 8 * room];
        let mut pack = Pack::new(&mut codes, &mut words, &mut descriptors);
        // SAFETY: the object lives, and the GIL is held.
        match unsafe { pack.add(value.as_ptr()) } {
            Ok(()) => return Some(pack.codes()[0].ty()),
            Err(Unfit::Refused) => return None,
            Err(Unfit::Full) => room *= 4,
        }
    }
}
