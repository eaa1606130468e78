//! Results of compiled code as Python objects.
#![allow(unsafe_code)] // Takes over the memory of results.

use crate::lent_list::LentList;
use crate::numpy::{self, Elements, numpy};
use crate::{classes, owner, random};
use hotloop_driver::{bytes_of, for_each_owner, list_words, str_codes};
use hotloop_runtime::Block;
use hotloop_types::{ArrayType, Dtype, EnumType, TupleClass, Type};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyRange, PyTuple};
use std::sync::Arc;

/// A result that is not a number yet to be made into an object; it owns its memory.
enum Owned {
    None,
    Dtype(Dtype),
    Number(Dtype, [u64; 2]),
    Array(OwnedArray),
    Tuple(Vec<Owned>),
    Named(Arc<TupleClass>, Vec<Owned>),
    Member(Arc<EnumType>, usize),
    Range([i64; 3]),
    Str(Vec<u32>),
    Bytes(Vec<u8>),
    /// Its block and the type of its items.
    List(Option<Block>, Arc<Type>),
    /// By its block, which is absent if it is an argument, and its address.
    RandomGenerator(Option<Block>, u64),
}

struct OwnedArray {
    ty: ArrayType,
    /// Absent if the elements lie in an array of the caller.
    block: Option<Block>,
    data: *mut u8,
    shape: Vec<isize>,
    strides: Vec<isize>,
}

/// The Python object for a result of type `ty` that compiled code wrote as `words`.
///
/// # Safety
/// The words are the result of a call that succeeded, with these arguments and the lists among them, which live; it is taken once.
#[inline(always)]
pub(crate) unsafe fn into_python(
    py: Python<'_>,
    ty: &Type,
    words: &[u64],
    lists: &[LentList],
    arguments: &[*mut ffi::PyObject],
) -> PyResult<Py<PyAny>> {
    match ty {
        Type::Scalar(dtype) if dtype.is_complex() => number(py, *dtype, [words[0], words[1]]),
        Type::Scalar(dtype) => number(py, *dtype, [words[0], 0]),
        Type::None => Ok(py.None()),
        // SAFETY: the caller's promise.
        Type::Array(ty) if words[0] != 0 => unsafe { array_of_block(py, ty, words) },
        Type::Array(_)
        | Type::Tuple(_)
        | Type::Dtype(_)
        | Type::Function(_)
        | Type::Optional(_)
        | Type::Range
        | Type::Str
        | Type::Bytes
        | Type::List(_)
        | Type::Generator(_)
        | Type::RandomGenerator
        | Type::Enum(_)
        | Type::Undefined => {
            // SAFETY: the caller's promise.
            Python::attach(|py| unsafe {
                Owned::take(ty, &mut words.iter().copied()).into_python(py, lists, arguments)
            })
        }
    }
}

/// The array over memory that the result owns. Its shape and strides are not copied before NumPy copies them.
///
/// # Safety
/// As for [`into_python`], and the result has a block.
unsafe fn array_of_block(py: Python<'_>, ty: &ArrayType, words: &[u64]) -> PyResult<Py<PyAny>> {
    let ndim = usize::from(ty.ndim);
    let (shape, strides) = words[2..].split_at(ndim);
    // SAFETY: the caller's promise; lengths and strides are signed words; the owner keeps the memory alive.
    unsafe {
        let base = owner::own(py, Block::from_raw(words[0] as *mut u8).expect("the result has a block"))?;
        let elements = Elements {
            dtype: ty.dtype,
            data: words[1] as *mut u8,
            shape: std::slice::from_raw_parts(shape.as_ptr().cast(), ndim),
            strides: std::slice::from_raw_parts(strides.as_ptr().cast(), ndim),
            is_writeable: !ty.readonly,
        };
        numpy().array_over(&elements, base)
    }
}

/// A number as Numba gives it: a Python `float`, `int`, `complex` or `bool`. Only a complex one has a second word.
#[inline(always)]
fn number(py: Python<'_>, dtype: Dtype, [word, imag]: [u64; 2]) -> PyResult<Py<PyAny>> {
    // SAFETY: the GIL is held; each function gives a new reference, or null with the exception set.
    unsafe {
        let object = match dtype {
            Dtype::Float64 => ffi::PyFloat_FromDouble(f64::from_bits(word)),
            Dtype::Float32 => ffi::PyFloat_FromDouble(f64::from(f32::from_bits(word as u32))),
            Dtype::Int64 => ffi::PyLong_FromLongLong(word as i64),
            Dtype::Int32 => ffi::PyLong_FromLongLong(i64::from(word as i32)),
            Dtype::Int16 => ffi::PyLong_FromLongLong(i64::from(word as i16)),
            Dtype::Int8 => ffi::PyLong_FromLongLong(i64::from(word as i8)),
            Dtype::UInt64 => ffi::PyLong_FromUnsignedLongLong(word),
            Dtype::UInt32 => ffi::PyLong_FromLongLong(i64::from(word as u32)),
            Dtype::UInt16 => ffi::PyLong_FromLongLong(i64::from(word as u16)),
            Dtype::UInt8 => ffi::PyLong_FromLongLong(i64::from(word as u8)),
            Dtype::Complex128 => ffi::PyComplex_FromDoubles(f64::from_bits(word), f64::from_bits(imag)),
            Dtype::Complex64 => ffi::PyComplex_FromDoubles(
                f64::from(f32::from_bits(word as u32)),
                f64::from(f32::from_bits(imag as u32)),
            ),
            Dtype::Bool => ffi::PyBool_FromLong((word & 1) as std::ffi::c_long),
        };
        Bound::from_owned_ptr_or_err(py, object).map(Bound::unbind)
    }
}

impl Owned {
    /// Takes over a result, so that nothing is lost when making an object of a part of it fails.
    ///
    /// # Safety
    /// As for [`into_python`](super::into_python).
    unsafe fn take(ty: &Type, words: &mut impl Iterator<Item = u64>) -> Self {
        let mut word = || words.next().expect("a word for every part of the result");
        match ty {
            Type::None | Type::Undefined => Self::None,
            Type::Dtype(dtype) => Self::Dtype(*dtype),
            Type::Optional(value) => {
                let is_present = word() & 1 == 1;
                // SAFETY: the caller's promise; the arrays of an absent value are null.
                let value = unsafe { Self::take(value, words) };
                if is_present { value } else { Self::None }
            }
            Type::Range => Self::Range([(); 3].map(|()| word() as i64)),
            Type::Scalar(dtype) => {
                Self::Number(*dtype, [word(), if dtype.is_complex() { word() } else { 0 }])
            }
            Type::Array(ty) => {
                // SAFETY: an array result owns a reference to its block, or borrows and has none.
                let block = unsafe { Block::from_raw(word() as *mut u8) };
                let data = word() as *mut u8;
                let mut numbers = |_| word() as isize;
                let shape = (0..ty.ndim).map(&mut numbers).collect();
                let strides = (0..ty.ndim).map(&mut numbers).collect();
                Self::Array(OwnedArray { ty: *ty, block, data, shape, strides })
            }
            Type::Enum(class) => Self::Member(Arc::clone(class), word() as usize),
            Type::Tuple(_) | Type::Function(_) => {
                // SAFETY: the caller's promise, for each part.
                let take = |item| unsafe { Self::take(item, words) };
                let items = ty.parts().iter().map(take).collect();
                match ty {
                    Type::Tuple(types) if types.class().is_some() => {
                        Self::Named(Arc::clone(types.class().expect("asked for above")), items)
                    }
                    _ => Self::Tuple(items),
                }
            }
            Type::Str | Type::Bytes => {
                let (owner, address, length) = (word(), word(), word());
                // SAFETY: the result owns a reference to its block, or borrows and has none.
                let _owner = unsafe { Block::from_raw(owner as *mut u8) };
                if *ty == Type::Str {
                    Self::Str(str_codes(address, length, &mut load))
                } else {
                    Self::Bytes(bytes_of(address, length, &mut load))
                }
            }
            Type::List(item) => {
                // SAFETY: the result owns a reference to the list.
                Self::List(unsafe { Block::from_raw(word() as *mut u8) }, Arc::clone(item))
            }
            Type::Generator(_) => {
                unreachable!("the iterator is made by the dispatcher, and is a part of no result")
            }
            Type::RandomGenerator => {
                // SAFETY: the result owns a reference to its block, or borrows and has none.
                let block = unsafe { Block::from_raw(word() as *mut u8) };
                Self::RandomGenerator(block, word())
            }
        }
    }

    /// An item of a list, which keeps its own references.
    ///
    /// # Safety
    /// The words are those of an item of a list that lives.
    unsafe fn of_item(ty: &Type, words: Vec<u64>) -> Self {
        for_each_owner(ty, &mut words.iter(), &mut |owner| {
            // SAFETY: the list holds a reference; another one is made for who takes the item.
            let block = unsafe { Block::from_raw(owner as *mut u8) };
            std::mem::forget(block.clone());
            std::mem::forget(block);
        });
        // SAFETY: the references were made above.
        unsafe { Self::take(ty, &mut words.into_iter()) }
    }

    /// # Safety
    /// Arrays that borrow do so from one of the arguments or of their lists, which live.
    unsafe fn into_python(
        self,
        py: Python<'_>,
        lists: &[LentList],
        arguments: &[*mut ffi::PyObject],
    ) -> PyResult<Py<PyAny>> {
        match self {
            Self::None => Ok(py.None()),
            Self::Dtype(dtype) => Ok(py.import("numpy")?.getattr("dtype")?.call1((dtype.name(),))?.unbind()),
            Self::Number(dtype, words) => number(py, dtype, words),
            Self::Range([start, stop, step]) => {
                Ok(py.get_type::<PyRange>().call1((start, stop, step))?.unbind())
            }
            // SAFETY: the caller's promise.
            Self::Array(array) => unsafe { array.into_python(py, lists, arguments) },
            Self::Tuple(items) => {
                // SAFETY: the caller's promise.
                let items = items.into_iter().map(|item| unsafe { item.into_python(py, lists, arguments) });
                Ok(PyTuple::new(py, items.collect::<PyResult<Vec<_>>>()?)?.into_any().unbind())
            }
            Self::Named(class, items) => {
                // SAFETY: the caller's promise.
                let items = items.into_iter().map(|item| unsafe { item.into_python(py, lists, arguments) });
                let items = PyTuple::new(py, items.collect::<PyResult<Vec<_>>>()?)?;
                Ok(classes::new_tuple(py, &class, items)?.unbind())
            }
            Self::Member(class, position) => Ok(classes::member(py, &class, position)?.unbind()),
            Self::Str(codes) => str_object(py, &codes),
            Self::Bytes(bytes) => Ok(PyBytes::new(py, &bytes).into_any().unbind()),
            // SAFETY: compiled code has made the generator, and nobody draws from it any more.
            Self::RandomGenerator(Some(_block), address) => unsafe { random::object(py, address) },
            // SAFETY: the caller's promise.
            Self::RandomGenerator(None, address) => unsafe { random::argument_at(py, arguments, address) },
            Self::List(None, _) => Ok(py.None()),
            Self::List(Some(block), item) => {
                let address = block.as_raw() as u64;
                if let Some(same) = lists.iter().find(|list| list.address() == address) {
                    return Ok(same.object().clone_ref(py).into_any());
                }
                // SAFETY: the block is a list of such items; the rest is the caller's promise.
                let items = unsafe { list_items(py, &item, address, lists, arguments)? };
                Ok(PyList::new(py, items)?.into_any().unbind())
            }
        }
    }
}

/// The objects for the items of a list, which keeps its own references.
///
/// # Safety
/// The address is that of a list that lives and has items of that type; arrays that these borrow lie in the arguments or their lists, which live.
pub(crate) unsafe fn list_items(
    py: Python<'_>,
    item: &Type,
    list: u64,
    lists: &[LentList],
    arguments: &[*mut ffi::PyObject],
) -> PyResult<Vec<Py<PyAny>>> {
    let items = list_words(item, list, &mut load);
    // SAFETY: each item is taken once, with references of its own; the rest is the caller's promise.
    items
        .into_iter()
        .map(|words| unsafe { Owned::of_item(item, words).into_python(py, lists, arguments) })
        .collect()
}

/// A string of code points, lone surrogates included.
fn str_object(py: Python<'_>, codes: &[u32]) -> PyResult<Py<PyAny>> {
    let mut native = if cfg!(target_endian = "little") { -1 } else { 1 };
    // SAFETY: the code points are four bytes each, in the order that is named.
    unsafe {
        let size_bytes = size_of_val(codes) as isize;
        let errors = c"surrogatepass".as_ptr();
        let object = ffi::PyUnicode_DecodeUTF32(codes.as_ptr().cast(), size_bytes, errors, &raw mut native);
        Bound::from_owned_ptr_or_err(py, object).map(Bound::unbind)
    }
}

/// Reads memory of the process.
pub(crate) fn load(address: u64, size_bytes: u32) -> u64 {
    let mut word = [0; 8];
    // SAFETY: only the addresses of live results are read.
    let bytes = unsafe { std::slice::from_raw_parts(address as *const u8, size_bytes as usize) };
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(word)
}

impl OwnedArray {
    /// # Safety
    /// As for [`Owned::into_python`].
    unsafe fn into_python(
        mut self,
        py: Python<'_>,
        lists: &[LentList],
        arguments: &[*mut ffi::PyObject],
    ) -> PyResult<Py<PyAny>> {
        let base = match self.block.take() {
            Some(block) => owner::own(py, block)?,
            // SAFETY: the caller's promise.
            None => match unsafe { self.lender(py, lists, arguments) }? {
                Lender::Same(argument) => return Ok(argument.unbind()),
                Lender::Base(argument) => argument,
                // SAFETY: the caller's promise.
                Lender::Code => return unsafe { self.copied(py) },
            },
        };
        // SAFETY: the base keeps the memory alive.
        unsafe { numpy().array_over(&self.elements(), base) }
    }

    /// The argument whose memory this is.
    ///
    /// # Safety
    /// As for [`Owned::into_python`].
    unsafe fn lender<'py>(
        &self,
        py: Python<'py>,
        lists: &[LentList],
        arguments: &[*mut ffi::PyObject],
    ) -> PyResult<Lender<'py>> {
        let mut arrays = Vec::new();
        for argument in arguments {
            // SAFETY: the arguments live.
            collect_arrays(&unsafe { Bound::from_borrowed_ptr(py, *argument) }, &mut arrays);
        }
        lists.iter().for_each(|list| collect_arrays(list.items().bind(py).as_any(), &mut arrays));
        if let Some(same) = arrays.iter().find(|array| self.is(array)) {
            return Ok(Lender::Same(same.clone()));
        }
        let lender = arrays.iter().find(|array| self.lies_in(array));
        Ok(lender.cloned().map_or(Lender::Code, Lender::Base))
    }

    /// A copy, which does not depend on the code.
    ///
    /// # Safety
    /// The elements lie in memory that may be read.
    unsafe fn copied(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let elements = self.elements();
        // SAFETY: the array over the memory is gone before the code is.
        let lent = unsafe { numpy().array_over(&elements, py.None().into_bound(py))? };
        let copy = lent.bind(py).call_method1("copy", ("K",))?;
        copy.call_method1("setflags", (!self.ty.readonly,))?;
        Ok(copy.unbind())
    }

    fn elements(&self) -> Elements<'_> {
        Elements {
            dtype: self.ty.dtype,
            data: self.data,
            shape: &self.shape,
            strides: &self.strides,
            is_writeable: !self.ty.readonly,
        }
    }

    /// Whether the result is this very array.
    fn is(&self, array: &Bound<'_, PyAny>) -> bool {
        // SAFETY: the object is an array that lives.
        let fields = unsafe { numpy::fields(array.as_ptr()) };
        let (shape, strides) = dimensions(fields);
        fields.data == self.data
            && fields.is_writeable() != self.ty.readonly
            && fields.dtype() == Some(self.ty.dtype)
            && shape == self.shape
            && self.strides_agree(strides)
    }

    /// Whether strides mean the same: that of an axis of length 1 does not matter, nor any of an empty array.
    fn strides_agree(&self, strides: &[isize]) -> bool {
        let is_empty = self.shape.contains(&0);
        let mut axes = self.shape.iter().zip(self.strides.iter().zip(strides));
        is_empty || axes.all(|(length, (one, other))| *length == 1 || one == other)
    }

    /// Whether the first element lies in the memory of this array.
    fn lies_in(&self, array: &Bound<'_, PyAny>) -> bool {
        // SAFETY: the object is an array that lives.
        let fields = unsafe { numpy::fields(array.as_ptr()) };
        let (shape, strides) = dimensions(fields);
        let (mut lowest, mut highest) = (fields.data as isize, fields.data as isize);
        for (length, stride) in shape.iter().zip(strides) {
            let reach = (length - 1).max(0) * stride;
            lowest += reach.min(0);
            highest += reach.max(0);
        }
        // An empty part may start at the end.
        (lowest..=highest + 16).contains(&(self.data as isize))
    }
}

/// An argument that lends its memory to a result.
enum Lender<'py> {
    /// The result is the argument.
    Same(Bound<'py, PyAny>),
    /// The result is a part of it.
    Base(Bound<'py, PyAny>),
    /// No argument, so the code: the array is a constant of it.
    Code,
}

/// Shape and strides of an array.
fn dimensions(fields: &numpy::ArrayFields) -> (&[isize], &[isize]) {
    let ndim = fields.ndim as usize;
    if ndim == 0 {
        return (&[], &[]);
    }
    // SAFETY: an array has that many lengths and strides.
    unsafe {
        (std::slice::from_raw_parts(fields.shape, ndim), std::slice::from_raw_parts(fields.strides, ndim))
    }
}

fn collect_arrays<'py>(value: &Bound<'py, PyAny>, arrays: &mut Vec<Bound<'py, PyAny>>) {
    if let Ok(tuple) = value.cast::<PyTuple>() {
        tuple.iter().for_each(|item| collect_arrays(&item, arrays));
    } else if numpy().is_array(value.get_type().as_type_ptr()) {
        arrays.push(value.clone());
    }
}
