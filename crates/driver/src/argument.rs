//! Arguments and results of calls, and how they cross the border to compiled code.
#![allow(unsafe_code)] // Descriptors hold addresses of the caller's arrays.

use crate::list::{bytes_of, for_each_owner, list_words, str_codes};
use crate::{Array, Failure, RandomGenerator};
use hotloop_abi::array_words;
use hotloop_runtime::{Block, generator_state};
use hotloop_types::{ArrayType, Dtype, EnumType, Layout, TupleClass, TupleType, Type};
use std::marker::PhantomData;
use std::sync::Arc;

/// A Rust type that is the element of an array.
///
/// # Safety
/// The type has the size of the dtype, and every value of it is a value of the dtype.
pub unsafe trait Element: Copy + 'static {
    /// The dtype.
    const DTYPE: Dtype;
}

macro_rules! elements {
    ($($rust:ty => $dtype:ident),* $(,)?) => {
        $(
            // SAFETY: the sizes are the same, and the values too.
            unsafe impl Element for $rust {
                const DTYPE: Dtype = Dtype::$dtype;
            }
        )*
    };
}

elements! {
    bool => Bool, i8 => Int8, i16 => Int16, i32 => Int32, i64 => Int64,
    u8 => UInt8, u16 => UInt16, u32 => UInt32, u64 => UInt64, f32 => Float32, f64 => Float64,
    [f32; 2] => Complex64, [f64; 2] => Complex128,
}

/// A number or truth value with its dtype.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// Of a bool.
    Bool(bool),
    /// Of a signed integer dtype.
    Int(Dtype, i64),
    /// Of an unsigned integer dtype.
    UInt(Dtype, u64),
    /// Of a float dtype; a float32 exactly.
    Float(Dtype, f64),
    /// Of a complex dtype, by its real and its imaginary part.
    Complex(Dtype, f64, f64),
}

impl Number {
    /// Its dtype.
    pub const fn dtype(self) -> Dtype {
        match self {
            Self::Bool(_) => Dtype::Bool,
            Self::Int(dtype, _) | Self::UInt(dtype, _) | Self::Float(dtype, _) | Self::Complex(dtype, ..) => {
                dtype
            }
        }
    }

    /// As argument words of a parameter of that dtype: converted as an assignment would. A complex number has two, its parts; of one that
    /// becomes real the real part is left.
    pub fn words(self, to: Dtype) -> impl Iterator<Item = u64> {
        let (real, imag) = match self {
            Self::Complex(dtype, real, imag) => (Self::Float(dtype.part(), real), imag),
            Self::Bool(_) | Self::Int(..) | Self::UInt(..) | Self::Float(..) => (self, 0.0),
        };
        let truth = matches!(self, Self::Complex(..)) && to == Dtype::Bool && imag != 0.0;
        let real = if truth { 1 } else { real.word(to.part()) };
        let imag = to.is_complex().then(|| Self::Float(Dtype::Float64, imag).word(to.part()));
        std::iter::once(real).chain(imag)
    }

    /// A real number as the word of a real dtype.
    fn word(self, to: Dtype) -> u64 {
        let as_float = || match self {
            Self::Bool(value) => f64::from(u8::from(value)),
            Self::Int(_, value) => value as f64,
            Self::UInt(_, value) => value as f64,
            Self::Float(_, value) | Self::Complex(_, value, _) => value,
        };
        let as_bits = || match self {
            Self::Bool(value) => u64::from(value),
            Self::Int(_, value) => value as u64,
            Self::UInt(_, value) => value,
            Self::Float(_, value) | Self::Complex(_, value, _) => value as i64 as u64,
        };
        match to {
            Dtype::Float64 => as_float().to_bits(),
            Dtype::Float32 => u64::from((as_float() as f32).to_bits()),
            Dtype::Bool => u64::from(match self {
                Self::Float(_, value) | Self::Complex(_, value, _) => value != 0.0,
                Self::Bool(_) | Self::Int(..) | Self::UInt(..) => as_bits() != 0,
            }),
            Dtype::Int8
            | Dtype::Int16
            | Dtype::Int32
            | Dtype::Int64
            | Dtype::UInt8
            | Dtype::UInt16
            | Dtype::UInt32
            | Dtype::UInt64 => as_bits(),
            Dtype::Complex64 | Dtype::Complex128 => unreachable!("a complex number has two words"),
        }
    }

    /// From the words of a result, of which a complex number has two.
    pub fn from_words(dtype: Dtype, words: &mut impl Iterator<Item = u64>) -> Self {
        let mut next = || Self::from_word(dtype.part(), words.next().expect("a word for every part"));
        match (dtype.is_complex(), next()) {
            (true, Self::Float(_, real)) => match next() {
                Self::Float(_, imag) => Self::Complex(dtype, real, imag),
                Self::Bool(_) | Self::Int(..) | Self::UInt(..) | Self::Complex(..) => unreachable!("a float"),
            },
            (_, number) => number,
        }
    }

    /// From the bytes of an element.
    pub fn from_bytes(dtype: Dtype, bytes: &[u8]) -> Self {
        let parts = bytes.chunks(dtype.part().size_bytes() as usize);
        let mut words = parts.map(|part| {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            u64::from_le_bytes(word)
        });
        Self::from_words(dtype, &mut words)
    }

    /// The bytes of an element of that dtype, converted as an assignment would.
    pub fn bytes(self, dtype: Dtype) -> Vec<u8> {
        let size = dtype.part().size_bytes() as usize;
        self.words(dtype).flat_map(|word| word.to_le_bytes().into_iter().take(size)).collect()
    }

    /// A real number from a word.
    fn from_word(dtype: Dtype, word: u64) -> Self {
        match dtype {
            Dtype::Bool => Self::Bool(word & 1 == 1),
            Dtype::Int8 => Self::Int(dtype, i64::from(word as i8)),
            Dtype::Int16 => Self::Int(dtype, i64::from(word as i16)),
            Dtype::Int32 => Self::Int(dtype, i64::from(word as i32)),
            Dtype::Int64 => Self::Int(dtype, word as i64),
            Dtype::UInt8 => Self::UInt(dtype, u64::from(word as u8)),
            Dtype::UInt16 => Self::UInt(dtype, u64::from(word as u16)),
            Dtype::UInt32 => Self::UInt(dtype, u64::from(word as u32)),
            Dtype::UInt64 => Self::UInt(dtype, word),
            Dtype::Float32 => Self::Float(dtype, f64::from(f32::from_bits(word as u32))),
            Dtype::Float64 => Self::Float(dtype, f64::from_bits(word)),
            Dtype::Complex64 | Dtype::Complex128 => unreachable!("a complex number has two words"),
        }
    }
}

/// An array of the caller, borrowed for a call.
#[derive(Clone, Debug)]
pub struct ArrayView<'a> {
    dtype: Dtype,
    readonly: bool,
    data: *mut u8,
    shape: Vec<i64>,
    strides: Vec<i64>,
    memory: PhantomData<&'a mut [u8]>,
}

// SAFETY: a view is a borrow of memory that is plain numbers; whoever has it may use that memory as the view says.
unsafe impl Send for ArrayView<'_> {}

impl<'a> ArrayView<'a> {
    /// A read-only array over a slice, in C order.
    ///
    /// # Panics
    /// Panics when the slice does not have as many elements as the shape says.
    pub fn new<T: Element>(slice: &'a [T], shape: &[usize]) -> Self {
        let data = slice.as_ptr().cast_mut().cast();
        Self::contiguous(T::DTYPE, data, slice.len(), shape, true)
    }

    /// A writable array over a slice, in C order.
    ///
    /// # Panics
    /// Panics when the slice does not have as many elements as the shape says.
    pub fn new_mut<T: Element>(slice: &'a mut [T], shape: &[usize]) -> Self {
        Self::contiguous(T::DTYPE, slice.as_mut_ptr().cast(), slice.len(), shape, false)
    }

    fn contiguous(dtype: Dtype, data: *mut u8, length: usize, shape: &[usize], readonly: bool) -> Self {
        let count = shape.iter().try_fold(1_usize, |count, length| count.checked_mul(*length));
        assert_eq!(count, Some(length), "a slice of {length} elements does not have the shape {shape:?}");
        let shape: Vec<i64> = shape.iter().map(|length| *length as i64).collect();
        let strides = c_strides(&shape, dtype);
        Self { dtype, readonly, data, shape, strides, memory: PhantomData }
    }

    /// The same memory under another shape and other strides, in bytes, from the element at `offset` elements on.
    ///
    /// # Errors
    /// Gives the view back when an element would lie outside the memory of this one, or a stride is not a multiple of the element's size.
    pub fn with_strides(self, offset: usize, shape: &[usize], strides: &[isize]) -> Result<Self, Self> {
        let size = i128::from(self.dtype.size_bytes());
        let memory: i128 = self.shape.iter().map(|length| i128::from(*length)).product::<i128>() * size;
        let is_contiguous = self.strides == c_strides(&self.shape, self.dtype);
        let (mut lowest, mut highest) = (offset as i128 * size, offset as i128 * size);
        for (length, stride) in shape.iter().zip(strides) {
            let reach = (*length as i128 - 1).max(0) * *stride as i128;
            lowest += reach.min(0);
            highest += reach.max(0);
        }
        let is_empty = shape.contains(&0);
        let fits = is_contiguous
            && shape.len() == strides.len()
            && strides.iter().all(|stride| *stride as i128 % size == 0)
            && (is_empty || (lowest >= 0 && highest + size <= memory));
        if !fits {
            return Err(self);
        }
        let start = if is_empty { 0 } else { offset * size as usize };
        // SAFETY: the offset was checked against the memory.
        let data = unsafe { self.data.add(start) };
        let shape = shape.iter().map(|length| *length as i64).collect();
        let strides = strides.iter().map(|stride| *stride as i64).collect();
        Ok(Self { data, shape, strides, ..self })
    }

    /// The same memory with the order of the axes reversed: of an array in C order one in Fortran order.
    #[must_use]
    pub fn transposed(mut self) -> Self {
        self.shape.reverse();
        self.strides.reverse();
        self
    }

    /// An array over foreign memory.
    ///
    /// # Safety
    /// For every index within `shape` the element at `data` plus the strides lies in memory that may be read, and written unless `readonly`, for as
    /// long as `'a`; the elements are aligned and valid for the dtype. Shape and strides have the same length, and no length is negative.
    pub unsafe fn from_raw(
        dtype: Dtype,
        data: *mut u8,
        shape: Vec<i64>,
        strides: Vec<i64>,
        readonly: bool,
    ) -> Self {
        Self { dtype, readonly, data, shape, strides, memory: PhantomData }
    }

    /// The type under which a kernel sees it.
    pub fn ty(&self) -> ArrayType {
        let layout = layout_of(&self.shape, &self.strides, self.dtype);
        ArrayType { readonly: self.readonly, ..ArrayType::new(self.dtype, self.shape.len() as u8, layout) }
    }

    /// Its lengths.
    pub fn shape(&self) -> &[i64] {
        &self.shape
    }

    /// Its steps in bytes.
    pub fn strides(&self) -> &[i64] {
        &self.strides
    }

    /// A copy of the memory that its elements lie in, and where in it the first element is.
    pub(crate) fn extent(&self) -> (Vec<u8>, usize) {
        let (below, size_bytes) = self.reach();
        // SAFETY: the first and the last byte belong to elements of the view, which lie in readable memory.
        let bytes = unsafe { std::slice::from_raw_parts(self.data.wrapping_sub(below), size_bytes) };
        (bytes.to_vec(), below)
    }

    /// Overwrites the memory that [`extent`](Self::extent) copied; a read-only array is left alone.
    pub(crate) fn set_extent(&self, bytes: &[u8]) {
        let (below, size_bytes) = self.reach();
        if self.readonly {
            return;
        }
        assert_eq!(bytes.len(), size_bytes, "the bytes of the whole extent");
        // SAFETY: as in `extent`, and the view may be written.
        unsafe { self.data.wrapping_sub(below).copy_from_nonoverlapping(bytes.as_ptr(), size_bytes) };
    }

    /// How many bytes lie below the first element, and how many there are in all.
    fn reach(&self) -> (usize, usize) {
        if self.shape.contains(&0) {
            return (0, 0);
        }
        let along = self.shape.iter().zip(&self.strides).map(|(length, stride)| (length - 1) * stride);
        let (below, above) =
            along.fold((0, 0), |(below, above), step| (below - step.min(0), above + step.max(0)));
        (below as usize, (below + above) as usize + self.dtype.size_bytes() as usize)
    }

    /// The words of its descriptor.
    fn descriptor(&self) -> Vec<u64> {
        let lengths = self.shape.iter().chain(&self.strides).map(|number| *number as u64);
        [0, self.data as u64].into_iter().chain(lengths).collect()
    }
}

/// The strides in bytes of an array in C order.
pub fn c_strides(shape: &[i64], dtype: Dtype) -> Vec<i64> {
    let mut stride = i64::from(dtype.size_bytes());
    let mut strides: Vec<i64> = shape
        .iter()
        .rev()
        .map(|length| {
            let this = stride;
            stride = stride.wrapping_mul((*length).max(1));
            this
        })
        .collect();
    strides.reverse();
    strides
}

/// How elements with these strides lie in memory. As in NumPy, the stride of an axis of length 1 does not matter, nor any in an empty array; what is both C
/// and Fortran contiguous counts as C.
pub fn layout_of(shape: &[i64], strides: &[i64], dtype: Dtype) -> Layout {
    if shape.contains(&0) {
        return Layout::C;
    }
    let is_contiguous = |axes: Vec<usize>| {
        let mut expected = i64::from(dtype.size_bytes());
        axes.into_iter().all(|axis| {
            let fits = shape[axis] == 1 || strides[axis] == expected;
            expected = expected.wrapping_mul(shape[axis]);
            fits
        })
    };
    if is_contiguous((0..shape.len()).rev().collect()) {
        Layout::C
    } else if is_contiguous((0..shape.len()).collect()) {
        Layout::F
    } else {
        Layout::A
    }
}

/// An argument of a dynamic call.
#[derive(Clone, Debug)]
pub enum Argument<'a> {
    /// A number or truth value.
    Number(Number),
    /// An array.
    Array(ArrayView<'a>),
    /// A tuple.
    Tuple(Vec<Argument<'a>>),
    /// A named tuple.
    Named(Arc<TupleClass>, Vec<Argument<'a>>),
    /// A member of an enumeration, by its position.
    Member(Arc<EnumType>, usize),
    /// A string.
    Str(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A generator of random numbers.
    RandomGenerator(&'a RandomGenerator),
    /// `None`.
    None,
}

impl Argument<'_> {
    /// Its type.
    pub fn ty(&self) -> Type {
        match self {
            Self::Number(number) => Type::Scalar(number.dtype()),
            Self::Array(view) => Type::Array(view.ty()),
            Self::Tuple(items) => Type::tuple(items.iter().map(Self::ty)),
            Self::Named(class, items) => {
                Type::Tuple(TupleType::named(Arc::clone(class), items.iter().map(Self::ty)))
            }
            Self::Member(class, _) => Type::Enum(Arc::clone(class)),
            Self::Str(_) => Type::Str,
            Self::Bytes(_) => Type::Bytes,
            Self::RandomGenerator(_) => Type::RandomGenerator,
            Self::None => Type::None,
        }
    }
}

macro_rules! scalar_arguments {
    ($($rust:ty => $make:expr),* $(,)?) => {
        $(impl From<$rust> for Argument<'_> {
            fn from(value: $rust) -> Self {
                let make: fn($rust) -> Number = $make;
                Self::Number(make(value))
            }
        })*
    };
}

scalar_arguments! {
    bool => Number::Bool,
    i32 => |value| Number::Int(Dtype::Int32, i64::from(value)),
    i64 => |value| Number::Int(Dtype::Int64, value),
    u8 => |value| Number::UInt(Dtype::UInt8, u64::from(value)),
    u32 => |value| Number::UInt(Dtype::UInt32, u64::from(value)),
    u64 => |value| Number::UInt(Dtype::UInt64, value),
    f32 => |value| Number::Float(Dtype::Float32, f64::from(value)),
    f64 => |value| Number::Float(Dtype::Float64, value),
    [f32; 2] => |[real, imag]| Number::Complex(Dtype::Complex64, f64::from(real), f64::from(imag)),
    [f64; 2] => |[real, imag]| Number::Complex(Dtype::Complex128, real, imag),
}

impl<'a, T: Element> From<&'a [T]> for Argument<'a> {
    fn from(slice: &'a [T]) -> Self {
        Self::Array(ArrayView::new(slice, &[slice.len()]))
    }
}

impl<'a, T: Element> From<&'a mut [T]> for Argument<'a> {
    fn from(slice: &'a mut [T]) -> Self {
        let length = slice.len();
        Self::Array(ArrayView::new_mut(slice, &[length]))
    }
}

impl From<&str> for Argument<'_> {
    fn from(text: &str) -> Self {
        Self::Str(text.to_owned())
    }
}

impl<'a> From<&'a RandomGenerator> for Argument<'a> {
    fn from(generator: &'a RandomGenerator) -> Self {
        Self::RandomGenerator(generator)
    }
}

impl<'a> From<ArrayView<'a>> for Argument<'a> {
    fn from(view: ArrayView<'a>) -> Self {
        Self::Array(view)
    }
}

/// Arguments in the form that compiled code takes: words, and the descriptors that some of them point to.
pub(crate) struct Packed<'a> {
    pub(crate) words: Vec<u64>,
    descriptors: Vec<Vec<u64>>,
    /// Generators of random numbers with what stands for them in the call.
    generators: Vec<(&'a RandomGenerator, Block)>,
}

impl<'a> Packed<'a> {
    /// Packs arguments for parameters of these types.
    pub(crate) fn new(arguments: &[Argument<'a>], parameters: &[Type]) -> Result<Self, Failure> {
        let mut packed = Self { words: Vec::new(), descriptors: Vec::new(), generators: Vec::new() };
        for (argument, parameter) in arguments.iter().zip(parameters) {
            packed.add(argument, parameter)?;
        }
        Ok(packed)
    }

    fn add(&mut self, argument: &Argument<'a>, parameter: &Type) -> Result<(), Failure> {
        match (argument, parameter) {
            (Argument::Number(number), Type::Scalar(dtype)) => self.words.extend(number.words(*dtype)),
            (Argument::Array(view), Type::Array(ty)) if view.ty().fits(*ty) => {
                let descriptor = view.descriptor();
                // The vector's buffer does not move when the vector does.
                self.words.push(descriptor.as_ptr() as u64);
                self.descriptors.push(descriptor);
            }
            (Argument::Named(class, _), Type::Tuple(types)) if types.class() != Some(class) => {
                return Err(unfit(argument, parameter));
            }
            (Argument::Member(class, position), Type::Enum(expected)) if class == expected => {
                self.words.push(*position as u64);
            }
            (Argument::Tuple(items) | Argument::Named(_, items), Type::Tuple(types))
                if items.len() == types.len() =>
            {
                for (item, ty) in items.iter().zip(types.iter()) {
                    self.add(item, ty)?;
                }
            }
            (Argument::Str(text), Type::Str) => self.add_text(text_bytes(text), text.chars().count()),
            (Argument::Bytes(bytes), Type::Bytes) => self.add_text(bytes.clone(), bytes.len()),
            (Argument::RandomGenerator(generator), Type::RandomGenerator) => self.add_generator(generator)?,
            (Argument::None, Type::None) => {}
            (Argument::None, Type::Optional(ty)) => {
                self.words.push(0);
                self.add_nothing(ty);
            }
            (argument, Type::Optional(ty)) => {
                self.words.push(1);
                self.add(argument, ty)?;
            }
            (
                Argument::Number(_)
                | Argument::Array(_)
                | Argument::Tuple(_)
                | Argument::Named(..)
                | Argument::Member(..)
                | Argument::Str(_)
                | Argument::Bytes(_)
                | Argument::RandomGenerator(_)
                | Argument::None,
                _,
            ) => return Err(unfit(argument, parameter)),
        }
        Ok(())
    }
    /// The words of an optional that is `None`: zeros, and descriptors of zeros.
    fn add_nothing(&mut self, ty: &Type) {
        match ty {
            Type::Scalar(_) => self.words.extend((0..result_words(ty)).map(|_| 0)),
            Type::Array(array) => {
                let descriptor = vec![0; array_words(usize::from(array.ndim))];
                self.words.push(descriptor.as_ptr() as u64);
                self.descriptors.push(descriptor);
            }
            Type::Tuple(_) | Type::Function(_) | Type::Enum(_) => {
                ty.parts().iter().for_each(|part| self.add_nothing(part));
            }
            Type::Optional(value) => {
                self.words.push(0);
                self.add_nothing(value);
            }
            Type::Range | Type::Str | Type::Bytes => self.words.extend([0; 3]),
            Type::List(_) | Type::Generator(_) => self.words.push(0),
            Type::RandomGenerator => self.words.extend([0; 2]),
            Type::None | Type::Dtype(_) | Type::Undefined => {}
        }
    }
}

impl<'a> Packed<'a> {
    /// A generator, in memory that is lent for the call. One that is given twice is one there, too.
    fn add_generator(&mut self, generator: &'a RandomGenerator) -> Result<(), Failure> {
        let known = self.generators.iter().find(|(known, _)| std::ptr::eq(*known, generator));
        let address = match known {
            Some((_, block)) => block.data(),
            None => {
                let block = generator.in_memory()?;
                let address = block.data();
                self.generators.push((generator, block));
                address
            }
        };
        self.words.extend([0, address as u64]);
        Ok(())
    }

    /// The generators are where the call has left them.
    pub(crate) fn move_generators_on(&self) {
        for (generator, block) in &self.generators {
            // SAFETY: it was made when the arguments were packed, and the call has ended.
            generator.move_on(unsafe { generator_state(block.data() as u64) });
        }
    }

    /// Characters that are lent for the call: no owner, an address and a length.
    fn add_text(&mut self, bytes: Vec<u8>, length: usize) {
        let word = |chunk: &[u8]| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            u64::from_le_bytes(word)
        };
        let characters: Vec<u64> = bytes.chunks(8).map(word).collect();
        self.words.extend([0, characters.as_ptr() as u64, length as u64]);
        self.descriptors.push(characters);
    }
}

/// The failure of an argument that is not what the parameter takes.
pub(crate) fn unfit(argument: &Argument<'_>, parameter: &Type) -> Failure {
    let ty = argument.ty();
    Failure::Arguments(format!("an argument of type {ty} does not fit a parameter of type {parameter}"))
}

/// The code points of a string, four bytes each.
pub(crate) fn text_bytes(text: &str) -> Vec<u8> {
    text.chars().flat_map(|code| u32::from(code).to_le_bytes()).collect()
}

/// A result.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `None`.
    None,
    /// A number or truth value.
    Number(Number),
    /// An array.
    Array(Array),
    /// A tuple.
    Tuple(Vec<Value>),
    /// A named tuple.
    Named(Arc<TupleClass>, Vec<Value>),
    /// A member of an enumeration, by its position.
    Member(Arc<EnumType>, usize),
    /// A `range` object: start, stop and step.
    Range([i64; 3]),
    /// A string.
    Str(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A list.
    List(Vec<Value>),
    /// A generator of random numbers, apart from the one that was an argument.
    RandomGenerator(RandomGenerator),
}

impl Value {
    /// The float, if it is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(Number::Float(_, value)) => Some(*value),
            Self::None
            | Self::Number(_)
            | Self::Array(_)
            | Self::Tuple(_)
            | Self::Named(..)
            | Self::Member(..)
            | Self::Range(_)
            | Self::Str(_)
            | Self::Bytes(_)
            | Self::RandomGenerator(_)
            | Self::List(_) => None,
        }
    }

    /// The signed integer, if it is one.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Number(Number::Int(_, value)) => Some(*value),
            Self::None
            | Self::Number(_)
            | Self::Array(_)
            | Self::Tuple(_)
            | Self::Named(..)
            | Self::Member(..)
            | Self::Range(_)
            | Self::Str(_)
            | Self::Bytes(_)
            | Self::RandomGenerator(_)
            | Self::List(_) => None,
        }
    }

    /// The array, if it is one.
    pub fn as_array(&self) -> Option<&Array> {
        match self {
            Self::Array(array) => Some(array),
            Self::None
            | Self::Number(_)
            | Self::Tuple(_)
            | Self::Named(..)
            | Self::Member(..)
            | Self::Range(_)
            | Self::Str(_)
            | Self::Bytes(_)
            | Self::RandomGenerator(_)
            | Self::List(_) => None,
        }
    }

    /// A tuple of that type, or what a function captured.
    pub(crate) fn tuple(ty: &Type, items: Vec<Value>) -> Self {
        match ty {
            Type::Tuple(types) if types.class().is_some() => {
                let class = types.class().expect("asked for above");
                Self::Named(Arc::clone(class), items)
            }
            _ => Self::Tuple(items),
        }
    }

    /// Takes a result of type `ty` from the words that compiled code wrote.
    ///
    /// # Safety
    /// The words are the result of a call that succeeded; array results are taken over, once.
    pub(crate) unsafe fn unpack(ty: &Type, words: &mut impl Iterator<Item = u64>) -> Self {
        match ty {
            Type::None | Type::Dtype(_) | Type::Undefined => Self::None,
            Type::Optional(value) => {
                let is_present = next(words) & 1 == 1;
                // SAFETY: the caller's promise; the arrays of an absent value are null.
                let value = unsafe { Self::unpack(value, words) };
                if is_present { value } else { Self::None }
            }
            Type::Range => Self::Range([(); 3].map(|()| next(words) as i64)),
            Type::Scalar(dtype) => Self::Number(Number::from_words(*dtype, words)),
            Type::Array(array) => {
                let descriptor: Vec<u64> =
                    words.by_ref().take(array_words(usize::from(array.ndim))).collect();
                // SAFETY: the caller's promise.
                Self::Array(unsafe { Array::from_descriptor(array.dtype, &descriptor) })
            }
            Type::Enum(class) => Self::Member(Arc::clone(class), next(words) as usize),
            Type::Tuple(_) | Type::Function(_) => {
                // SAFETY: the caller's promise, for each part.
                Self::tuple(ty, ty.parts().iter().map(|part| unsafe { Self::unpack(part, words) }).collect())
            }
            Type::Str | Type::Bytes => {
                let (owner, address, length) = (next(words), next(words), next(words));
                // SAFETY: the result owns a reference to its block, or borrows and has none.
                let _owner = unsafe { Block::from_raw(owner as *mut u8) };
                if *ty == Type::Str {
                    Self::Str(hotloop_objects::text::to_string(&str_codes(address, length, &mut load)))
                } else {
                    Self::Bytes(bytes_of(address, length, &mut load))
                }
            }
            Type::List(item) => {
                let list = next(words);
                // SAFETY: the result owns a reference to the list.
                let _owner = unsafe { Block::from_raw(list as *mut u8) };
                let items = list_words(item, list, &mut load);
                // SAFETY: each item is taken once, with references of its own.
                Self::List(items.into_iter().map(|words| unsafe { Self::of_item(item, words) }).collect())
            }
            Type::Generator(_) => unreachable!("a generator is run to its end, and is a part of no result"),
            Type::RandomGenerator => {
                let (owner, address) = (next(words), next(words));
                // SAFETY: the result owns a reference to its block, or is an argument that lives; compiled code or the packing has made it.
                let (_owner, state) =
                    unsafe { (Block::from_raw(owner as *mut u8), generator_state(address)) };
                Self::RandomGenerator(RandomGenerator::from_state(state))
            }
        }
    }
}

fn next(words: &mut impl Iterator<Item = u64>) -> u64 {
    words.next().expect("a word for every part of the result")
}

impl Value {
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
        unsafe { Self::unpack(ty, &mut words.into_iter()) }
    }
}

/// Reads memory of the process.
fn load(address: u64, size_bytes: u32) -> u64 {
    let mut word = [0; 8];
    // SAFETY: only the addresses of live results are read.
    let bytes = unsafe { std::slice::from_raw_parts(address as *const u8, size_bytes as usize) };
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(word)
}

/// The number of words that a result of that type takes.
pub fn result_words(ty: &Type) -> usize {
    match ty {
        Type::None | Type::Dtype(_) | Type::Undefined => 0,
        Type::Scalar(dtype) => {
            if dtype.is_complex() {
                2
            } else {
                1
            }
        }
        Type::List(_) | Type::Generator(_) => 1,
        Type::RandomGenerator => 2,
        Type::Str | Type::Bytes => 3,
        Type::Array(array) => array_words(usize::from(array.ndim)),
        Type::Optional(value) => 1 + result_words(value),
        Type::Range => 3,
        Type::Tuple(_) | Type::Function(_) | Type::Enum(_) => ty.parts().iter().map(result_words).sum(),
    }
}
