//! Arrays that own their elements: results of calls, and arguments that somebody has to keep.
#![allow(unsafe_code)] // Elements are kept as words, and taken from the memory of results.

use crate::argument::{ArrayView, Element, Number, c_strides};
use hotloop_runtime::Block;
use hotloop_types::Dtype;
use std::fmt;

/// An array with its own elements, in C order.
#[derive(Clone, PartialEq)]
pub struct Array {
    dtype: Dtype,
    shape: Vec<i64>,
    /// The elements; words, so that every dtype is aligned. Bytes behind the last element are zero.
    words: Vec<u64>,
    length_bytes: usize,
}

impl Array {
    /// An array of zeros; `None` if there is not that much memory.
    pub fn zeros(dtype: Dtype, shape: &[usize]) -> Option<Self> {
        let count = shape.iter().try_fold(1_usize, |count, length| count.checked_mul(*length))?;
        let length_bytes = count.checked_mul(dtype.size_bytes() as usize)?;
        let mut words = Vec::new();
        words.try_reserve_exact(length_bytes.div_ceil(8)).ok()?;
        words.resize(length_bytes.div_ceil(8), 0);
        let shape = shape.iter().map(|length| i64::try_from(*length).ok()).collect::<Option<_>>()?;
        Some(Self { dtype, shape, words, length_bytes })
    }

    /// An array with these bytes, in C order.
    pub(crate) fn from_parts(dtype: Dtype, shape: &[i64], bytes: &[u8]) -> Self {
        let lengths: Vec<usize> = shape.iter().map(|length| *length as usize).collect();
        let mut array = Self::zeros(dtype, &lengths).expect("what fits into memory once fits twice");
        array.bytes_mut().copy_from_slice(bytes);
        array
    }

    /// The dtype of its elements.
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// Its lengths.
    pub fn shape(&self) -> &[i64] {
        &self.shape
    }

    /// Its elements in C order, each in the machine's byte order.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the words hold that many bytes.
        unsafe { std::slice::from_raw_parts(self.words.as_ptr().cast(), self.length_bytes) }
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: the words hold that many bytes, and any bytes are words.
        unsafe { std::slice::from_raw_parts_mut(self.words.as_mut_ptr().cast(), self.length_bytes) }
    }

    /// Lets `fill` write the elements, in C order and the machine's byte order. Of a bool, every byte but 0 is true.
    pub fn fill_bytes<R>(&mut self, fill: impl FnOnce(&mut [u8]) -> R) -> R {
        let result = fill(self.bytes_mut());
        if self.dtype == Dtype::Bool {
            self.bytes_mut().iter_mut().for_each(|byte| *byte = u8::from(*byte != 0));
        }
        result
    }

    /// Sets each element to a number, converted as an assignment would; `number` gets positions in C order.
    pub fn fill_with(&mut self, mut number: impl FnMut(usize) -> Number) {
        let dtype = self.dtype;
        let size = dtype.size_bytes() as usize;
        for (position, element) in self.bytes_mut().chunks_exact_mut(size).enumerate() {
            element.copy_from_slice(&number(position).bytes(dtype));
        }
    }

    /// Its elements as a writable argument.
    pub fn view_mut(&mut self) -> ArrayView<'_> {
        let strides = c_strides(&self.shape, self.dtype);
        let (dtype, shape) = (self.dtype, self.shape.clone());
        // SAFETY: the elements lie in the words, aligned, in C order; the borrow of the array keeps them there. Bools are 0 or 1.
        unsafe { ArrayView::from_raw(dtype, self.words.as_mut_ptr().cast(), shape, strides, false) }
    }

    /// Its elements in C order.
    ///
    /// # Panics
    /// Panics when `T` is not the array's dtype.
    pub fn to_vec<T: Element>(&self) -> Vec<T> {
        assert_eq!(T::DTYPE, self.dtype, "an array of {} is not one of {}", self.dtype, T::DTYPE);
        // SAFETY: `Element` promises that any such bytes are values of `T`; bytes of bools are 0 or 1.
        self.bytes()
            .chunks_exact(size_of::<T>())
            .map(|bytes| unsafe { bytes.as_ptr().cast::<T>().read_unaligned() })
            .collect()
    }

    /// An element, by its position in C order.
    pub fn get(&self, position: usize) -> Option<Number> {
        let size = self.dtype.size_bytes() as usize;
        let bytes = self.bytes().get(position * size..(position + 1) * size)?;
        Some(Number::from_bytes(self.dtype, bytes))
    }

    /// Copies the elements out of a result and releases its memory.
    ///
    /// # Safety
    /// The descriptor is that of an array result of a call that succeeded, and is used once.
    pub(crate) unsafe fn from_descriptor(dtype: Dtype, descriptor: &[u64]) -> Self {
        let ndim = (descriptor.len() - 2) / 2;
        // SAFETY: the result owns a reference to its block, or borrows from an argument that is still there (then the owner is null).
        let owner = unsafe { Block::from_raw(descriptor[0] as *mut u8) };
        let shape: Vec<usize> = descriptor[2..2 + ndim].iter().map(|word| *word as usize).collect();
        let strides: Vec<i64> = descriptor[2 + ndim..].iter().map(|word| *word as i64).collect();
        let mut array = Self::zeros(dtype, &shape).expect("what fits into memory once fits twice");
        if !array.words.is_empty() {
            let is_contiguous = strides == c_strides(&array.shape, dtype);
            let lengths =
                if is_contiguous { vec![array.length_bytes / dtype.size_bytes() as usize] } else { shape };
            let strides = if is_contiguous { vec![i64::from(dtype.size_bytes())] } else { strides };
            let size = dtype.size_bytes() as usize;
            // SAFETY: the descriptor describes readable memory.
            unsafe { gather(descriptor[1] as *const u8, size, &lengths, &strides, array.bytes_mut()) };
        }
        drop(owner);
        array
    }
}

/// Copies elements to `into`, in C order; gives what is left of it.
///
/// # Safety
/// All elements lie in readable memory.
unsafe fn gather<'a>(
    data: *const u8,
    size: usize,
    lengths: &[usize],
    strides: &[i64],
    into: &'a mut [u8],
) -> &'a mut [u8] {
    let is_run = matches!((lengths, strides), ([_], [stride]) if *stride == size as i64);
    if is_run || lengths.is_empty() {
        let (here, rest) = into.split_at_mut(size * lengths.first().unwrap_or(&1));
        // SAFETY: the caller's promise.
        here.copy_from_slice(unsafe { std::slice::from_raw_parts(data, here.len()) });
        return rest;
    }
    let mut rest = into;
    for index in 0..lengths[0] {
        let part = data.wrapping_offset((index as i64 * strides[0]) as isize);
        // SAFETY: the caller's promise.
        rest = unsafe { gather(part, size, &lengths[1..], &strides[1..], rest) };
    }
    rest
}

impl fmt::Debug for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Array({}, shape {:?}, {} bytes)", self.dtype, self.shape, self.length_bytes)
    }
}
