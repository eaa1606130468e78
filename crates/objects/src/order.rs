//! The elements of an array in order: nan last, complex numbers by their real parts first, as NumPy sorts them.
//!
//! Both functions give what a stable sort gives, so that it does not depend on how they do it. They read the elements, order them, and write what is asked for.

use crate::heap::Heap;
use std::cmp::Ordering;

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// A truth value, one byte.
    Bool,
    /// 8 bits, signed.
    Int8,
    /// 16 bits, signed.
    Int16,
    /// 32 bits, signed.
    Int32,
    /// 64 bits, signed.
    Int64,
    /// 8 bits.
    UInt8,
    /// 16 bits.
    UInt16,
    /// 32 bits.
    UInt32,
    /// 64 bits.
    UInt64,
    /// binary32.
    Float32,
    /// binary64.
    Float64,
    /// Two binary32.
    Complex64,
    /// Two binary64.
    Complex128,
}

impl Element {
    const ALL: [Self; 13] = [
        Self::Bool,
        Self::Int8,
        Self::Int16,
        Self::Int32,
        Self::Int64,
        Self::UInt8,
        Self::UInt16,
        Self::UInt32,
        Self::UInt64,
        Self::Float32,
        Self::Float64,
        Self::Complex64,
        Self::Complex128,
    ];

    /// The number by which compiled code names it.
    pub fn number(self) -> u64 {
        self as u64
    }

    /// How many bytes it takes.
    pub fn size_bytes(self) -> u64 {
        match self {
            Self::Bool | Self::Int8 | Self::UInt8 => 1,
            Self::Int16 | Self::UInt16 => 2,
            Self::Int32 | Self::UInt32 | Self::Float32 => 4,
            Self::Int64 | Self::UInt64 | Self::Float64 | Self::Complex64 => 8,
            Self::Complex128 => 16,
        }
    }

    /// The element of that number.
    pub fn by_number(number: u64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }
}

/// Sorts the elements that lie behind one another from an address on.
pub fn sort_elements<H: Heap>(
    heap: &mut H,
    first: u64,
    length: u64,
    element: Element,
) -> Result<(), H::Fault> {
    dispatch(element, Sort { heap, first, length })
}

/// Writes the positions of the elements in order, int64 each, from the address `target` on. Equal elements keep their order.
pub fn order_elements<H: Heap>(
    heap: &mut H,
    (first, target): (u64, u64),
    length: u64,
    element: Element,
) -> Result<(), H::Fault> {
    dispatch(element, Order { heap, first, target, length })
}

/// A number with an order among its kind.
trait Key: Copy {
    const SIZE_BYTES: usize;

    fn read(bytes: &[u8]) -> Self;

    fn write(self, bytes: &mut [u8]);

    fn order(&self, other: &Self) -> Ordering;

    /// Sorts, with what a stable sort gives.
    fn sort(keys: &mut Vec<Self>) {
        keys.sort_by(Self::order);
    }
}

/// What is done for one kind of elements.
trait Task {
    type Fault;

    fn run<T: Key>(self) -> Result<(), Self::Fault>;
}

fn dispatch<K: Task>(element: Element, task: K) -> Result<(), K::Fault> {
    match element {
        Element::Bool | Element::UInt8 => task.run::<u8>(),
        Element::Int8 => task.run::<i8>(),
        Element::Int16 => task.run::<i16>(),
        Element::Int32 => task.run::<i32>(),
        Element::Int64 => task.run::<i64>(),
        Element::UInt16 => task.run::<u16>(),
        Element::UInt32 => task.run::<u32>(),
        Element::UInt64 => task.run::<u64>(),
        Element::Float32 => task.run::<f32>(),
        Element::Float64 => task.run::<f64>(),
        Element::Complex64 => task.run::<Complex<f32>>(),
        Element::Complex128 => task.run::<Complex<f64>>(),
    }
}

struct Sort<'h, H> {
    heap: &'h mut H,
    first: u64,
    length: u64,
}

impl<H: Heap> Task for Sort<'_, H> {
    type Fault = H::Fault;

    fn run<T: Key>(self) -> Result<(), H::Fault> {
        if self.length < 2 {
            return Ok(());
        }
        let mut keys: Vec<T> = read(self.heap, self.first, self.length)?;
        T::sort(&mut keys);
        write(self.heap, self.first, &keys)
    }
}

struct Order<'h, H> {
    heap: &'h mut H,
    first: u64,
    target: u64,
    length: u64,
}

impl<H: Heap> Task for Order<'_, H> {
    type Fault = H::Fault;

    fn run<T: Key>(self) -> Result<(), H::Fault> {
        if self.length == 0 {
            return Ok(());
        }
        let keys: Vec<T> = read(self.heap, self.first, self.length)?;
        let mut places: Vec<(T, i64)> = keys.into_iter().zip(0..).collect();
        places.sort_by(|(one, _), (other, _)| one.order(other));
        let places: Vec<i64> = places.into_iter().map(|(_, place)| place).collect();
        write(self.heap, self.target, &places)
    }
}

fn read<H: Heap, T: Key>(heap: &H, first: u64, length: u64) -> Result<Vec<T>, H::Fault> {
    let bytes = heap.bytes(first, length * T::SIZE_BYTES as u64)?;
    Ok(bytes.chunks_exact(T::SIZE_BYTES).map(T::read).collect())
}

fn write<H: Heap, T: Key>(heap: &mut H, first: u64, keys: &[T]) -> Result<(), H::Fault> {
    let mut bytes = vec![0; keys.len() * T::SIZE_BYTES];
    for (key, bytes) in keys.iter().zip(bytes.chunks_exact_mut(T::SIZE_BYTES)) {
        key.write(bytes);
    }
    heap.write(first, &bytes)
}

macro_rules! numbers {
    ($($number:ty: $order:expr, $sort:expr;)*) => {$(
        impl Key for $number {
            const SIZE_BYTES: usize = size_of::<$number>();

            fn read(bytes: &[u8]) -> Self {
                Self::from_le_bytes(bytes.try_into().expect("as many bytes as it has"))
            }

            fn write(self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&self.to_le_bytes());
            }

            fn order(&self, other: &Self) -> Ordering {
                $order(self, other)
            }

            fn sort(keys: &mut Vec<Self>) {
                $sort(keys)
            }
        }
    )*};
}

numbers! {
    u8: Ord::cmp, integers;
    i8: Ord::cmp, integers;
    u16: Ord::cmp, integers;
    i16: Ord::cmp, integers;
    u32: Ord::cmp, integers;
    i32: Ord::cmp, integers;
    u64: Ord::cmp, integers;
    i64: Ord::cmp, integers;
    f32: nan_last, |keys| floats(keys, f32::total_cmp);
    f64: nan_last, |keys| floats(keys, f64::total_cmp);
}

/// Of equal integers none can be told from the other.
fn integers<T: Ord>(keys: &mut [T]) {
    keys.sort_unstable();
}

/// Sorts the numbers by their bits, which tells the zeros apart; these get their order back. Behind them stand the nans in theirs.
#[expect(clippy::eq_op, reason = "a number that is not itself is nan")]
fn floats<T: Copy + PartialOrd + Default>(keys: &mut Vec<T>, compare: fn(&T, &T) -> Ordering) {
    let zero = T::default();
    let nans: Vec<T> = keys.iter().copied().filter(|key| key != key).collect();
    let zeros: Vec<T> = keys.iter().copied().filter(|key| *key == zero).collect();
    keys.retain(|key| key == key);
    keys.sort_unstable_by(compare);
    let first_zero = keys.partition_point(|key| *key < zero);
    keys[first_zero..first_zero + zeros.len()].copy_from_slice(&zeros);
    keys.extend(nans);
}

#[expect(clippy::eq_op, reason = "a number that is not itself is nan")]
fn nan_last<T: PartialOrd>(one: &T, other: &T) -> Ordering {
    one.partial_cmp(other).unwrap_or_else(|| (one != one).cmp(&(other != other)))
}

/// A complex number by its parts.
#[derive(Clone, Copy)]
struct Complex<T> {
    real: T,
    imag: T,
}

impl<T: Key + PartialOrd> Key for Complex<T> {
    const SIZE_BYTES: usize = 2 * T::SIZE_BYTES;

    fn read(bytes: &[u8]) -> Self {
        let (real, imag) = bytes.split_at(T::SIZE_BYTES);
        Self { real: T::read(real), imag: T::read(imag) }
    }

    fn write(self, bytes: &mut [u8]) {
        let (real, imag) = bytes.split_at_mut(T::SIZE_BYTES);
        self.real.write(real);
        self.imag.write(imag);
    }

    /// Numbers with a nan as their real part come last, before them those with one as their imaginary part.
    #[expect(clippy::eq_op, reason = "a number that is not itself is nan")]
    fn order(&self, other: &Self) -> Ordering {
        let nans = |number: &Self| (number.real != number.real, number.imag != number.imag);
        nans(self)
            .cmp(&nans(other))
            .then_with(|| self.real.order(&other.real))
            .then_with(|| self.imag.order(&other.imag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted<T: Key>(mut keys: Vec<T>) -> Vec<T> {
        let mut stable = keys.clone();
        stable.sort_by(T::order);
        T::sort(&mut keys);
        assert!(keys.iter().zip(&stable).all(|(one, other)| bytes_of(*one) == bytes_of(*other)));
        keys
    }

    fn bytes_of<T: Key>(key: T) -> Vec<u8> {
        let mut bytes = vec![0; T::SIZE_BYTES];
        key.write(&mut bytes);
        bytes
    }

    #[test]
    fn floats_keep_the_order_of_zeros_and_nans() {
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            match state >> 61 {
                0 => -0.0,
                1 => 0.0,
                2 => f64::from_bits(f64::NAN.to_bits() | state >> 40),
                3 => f64::NEG_INFINITY,
                _ => (state >> 33) as f64 - 1e9,
            }
        };
        for length in [0, 1, 2, 3, 50, 1000] {
            let keys: Vec<f64> = (0..length).map(|_| next()).collect();
            sorted(keys.iter().map(|key| *key as f32).collect());
            sorted(keys);
        }
    }

    #[test]
    fn numbers_are_known_by_their_numbers() {
        for (number, element) in (0..).zip(Element::ALL) {
            assert_eq!(element.number(), number);
            assert_eq!(Element::by_number(number), Some(element));
        }
        assert_eq!(Element::by_number(13), None);
    }

    #[test]
    fn nan_comes_last() {
        let keys = sorted(vec![f64::NAN, 1.0, f64::INFINITY, -2.0]);
        assert_eq!(keys[..3], [-2.0, 1.0, f64::INFINITY]);
        assert!(keys[3].is_nan());
    }

    #[test]
    fn complex_numbers_are_ordered_by_both_parts() {
        let number = |real, imag| Complex { real, imag };
        let nan = f64::NAN;
        let keys = [number(nan, 0.0), number(2.0, nan), number(1.0, 2.0), number(1.0, 1.0), number(nan, nan)];
        let keys = sorted(keys.to_vec());
        let parts: Vec<String> = keys.iter().map(|key| format!("{} {}", key.real, key.imag)).collect();
        assert_eq!(parts, ["1 1", "1 2", "2 NaN", "NaN 0", "NaN NaN"]);
    }
}
