//! Products of matrices, for compiled code and for the interpreter: floats and complex numbers by a BLAS, if the process has given one, or by the crate `gemm`; all others by loops.
//!
//! Operands that do not lie in C order are copied first, so that what is computed depends on the elements alone; but for a BLAS, which reads Fortran order and rows that lie
//! further apart as they are.
#![allow(unsafe_code)] // Called by compiled code, with addresses; `gemm` takes addresses, too.

use crate::blas::{Blas, Matrix, Routine};
use gemm::{Parallelism, c32, c64, gemm};
use hotloop_objects::Element;
use std::borrow::Cow;

/// Rows of the left matrix, its columns, which are the rows of the right one, and the columns of that.
type Sizes = [usize; 3];

/// The product of two matrices whose elements lie in C order; its elements, in C order.
///
/// # Panics
/// Panics if there are not as many bytes as elements.
pub fn multiply(element: Element, sizes: [usize; 3], left: &[u8], right: &[u8]) -> Vec<u8> {
    struct OfBytes<'b>(Sizes, &'b [u8], &'b [u8]);
    impl Task for OfBytes<'_> {
        type Output = Vec<u8>;

        fn run<T: Factor>(self) -> Vec<u8> {
            let Self(sizes, left, right) = self;
            let all = |bytes: &[u8]| -> Vec<T> { bytes.chunks_exact(size_of::<T>()).map(T::read).collect() };
            let mut out = vec![T::ZERO; sizes[0] * sizes[2]];
            T::multiply(sizes, &all(left), &all(right), &mut out);
            out.into_iter().flat_map(T::bytes).collect()
        }
    }
    dispatch(element, OfBytes(sizes, left, right))
}

/// # Safety
/// There are such matrices, whose rows and columns lie so many bytes apart, and nobody changes them; and `out` is one in C order that nobody else uses, of zeros.
pub(crate) unsafe extern "C" fn hl_multiply_matrices(
    left: *const u8,
    left_row_bytes: i64,
    left_column_bytes: i64,
    right: *const u8,
    right_row_bytes: i64,
    right_column_bytes: i64,
    out: *mut u8,
    rows: i64,
    inner: i64,
    columns: i64,
    element: i64,
) {
    struct OfMemory(Sizes, Place, Place, *mut u8);
    impl Task for OfMemory {
        type Output = ();

        fn run<T: Factor>(self) {
            let Self([rows, inner, columns], left, right, out) = self;
            // SAFETY: as promised above.
            if unsafe { multiply_by_blas::<T>([rows, inner, columns], &left, &right, out) } {
                return;
            }
            // SAFETY: as promised above.
            let (left, right) =
                unsafe { (left.elements::<T>(rows, inner), right.elements::<T>(inner, columns)) };
            // SAFETY: there are so many elements, and nobody else uses them.
            let out = unsafe { std::slice::from_raw_parts_mut(out.cast::<T>(), rows * columns) };
            T::multiply([rows, inner, columns], &left, &right, out);
        }
    }
    if rows == 0 || inner == 0 || columns == 0 {
        return;
    }
    let element = Element::by_number(element as u64).expect("compiled code names elements of the table");
    let left = Place { first: left, row_bytes: left_row_bytes, column_bytes: left_column_bytes };
    let right = Place { first: right, row_bytes: right_row_bytes, column_bytes: right_column_bytes };
    let sizes = [rows, inner, columns].map(|size| size as usize);
    dispatch(element, OfMemory(sizes, left, right, out));
}

/// So many products of two numbers are done sooner without a call of a BLAS.
const FEW_PRODUCTS: usize = 64;

/// Multiplies by the BLAS of the process; `false`, and nothing is done, if there is none, or the work is small.
///
/// # Safety
/// As for [`hl_multiply_matrices`].
unsafe fn multiply_by_blas<T: Factor>(sizes: Sizes, left: &Place, right: &Place, out: *mut u8) -> bool {
    let [rows, inner, columns] = sizes;
    let (Some(blas), Some(routine)) = (Blas::of_process(), T::ROUTINE) else { return false };
    if sizes.into_iter().fold(1, usize::saturating_mul) < FEW_PRODUCTS {
        return false;
    }
    // SAFETY: the caller's promise.
    let ((left, _left_copy), (right, _right_copy)) =
        unsafe { (left.for_blas::<T>(rows, inner), right.for_blas::<T>(inner, columns)) };
    // SAFETY: there are such matrices, by the caller's promise or as copies.
    unsafe { blas.multiply(routine, sizes, left, right, out) }
}

/// Where a matrix lies.
struct Place {
    first: *const u8,
    row_bytes: i64,
    column_bytes: i64,
}

impl Place {
    /// Its elements in C order.
    ///
    /// # Safety
    /// There are so many rows and columns, at least one of each, and nobody changes them.
    unsafe fn elements<T: Factor>(&self, rows: usize, columns: usize) -> Cow<'_, [T]> {
        let size = size_of::<T>() as i64;
        let is_in_order = (self.column_bytes == size || columns == 1)
            && (self.row_bytes == columns as i64 * size || rows == 1)
            && self.first.cast::<T>().is_aligned();
        if is_in_order {
            // SAFETY: the elements lie behind one another.
            return Cow::Borrowed(unsafe { std::slice::from_raw_parts(self.first.cast(), rows * columns) });
        }
        let at = |row: usize, column: usize| {
            let offset = row as i64 * self.row_bytes + column as i64 * self.column_bytes;
            // SAFETY: the element is one of the matrix.
            unsafe { self.first.offset(offset as isize).cast::<T>().read_unaligned() }
        };
        (0..rows).flat_map(|row| (0..columns).map(move |column| at(row, column))).collect()
    }

    /// The matrix as a BLAS takes it. That reads the elements of rows, or those of columns, one behind the other; others are copied, and the copy has to live as long as the matrix is used.
    ///
    /// # Safety
    /// As for [`Place::elements`].
    unsafe fn for_blas<T: Factor>(&self, rows: usize, columns: usize) -> (Matrix, Option<Vec<T>>) {
        let size = size_of::<T>() as i64;
        // The elements from one row or column to the next, if those of each lie one behind the other.
        let stride = |step: i64, other: i64, length: usize| {
            let lies = step == size && other >= length as i64 * size && other % size == 0;
            lies.then_some((other / size) as usize)
        };
        if self.first.cast::<T>().is_aligned() {
            let matrix = |stride, is_fortran| Matrix { first: self.first, stride, is_fortran };
            if let Some(stride) = stride(self.column_bytes, self.row_bytes, columns) {
                return (matrix(stride, false), None);
            }
            if let Some(stride) = stride(self.row_bytes, self.column_bytes, rows) {
                return (matrix(stride, true), None);
            }
        }
        // SAFETY: the caller's promise.
        let copy = unsafe { self.elements::<T>(rows, columns) }.into_owned();
        (Matrix { first: copy.as_ptr().cast(), stride: columns, is_fortran: false }, Some(copy))
    }
}

/// What is done for one kind of elements.
trait Task {
    type Output;

    fn run<T: Factor>(self) -> Self::Output;
}

fn dispatch<K: Task>(element: Element, task: K) -> K::Output {
    match element {
        Element::Bool => task.run::<Truth>(),
        Element::Int8 => task.run::<i8>(),
        Element::Int16 => task.run::<i16>(),
        Element::Int32 => task.run::<i32>(),
        Element::Int64 => task.run::<i64>(),
        Element::UInt8 => task.run::<u8>(),
        Element::UInt16 => task.run::<u16>(),
        Element::UInt32 => task.run::<u32>(),
        Element::UInt64 => task.run::<u64>(),
        Element::Float32 => task.run::<f32>(),
        Element::Float64 => task.run::<f64>(),
        Element::Complex64 => task.run::<c32>(),
        Element::Complex128 => task.run::<c64>(),
    }
}

/// A number that matrices are made of.
trait Factor: Copy {
    const ZERO: Self;
    /// What a BLAS multiplies such matrices with.
    const ROUTINE: Option<Routine> = None;

    fn read(bytes: &[u8]) -> Self;

    fn bytes(self) -> Vec<u8>;

    /// Writes the product to `out`, which holds zeros.
    fn multiply(sizes: Sizes, left: &[Self], right: &[Self], out: &mut [Self]);
}

/// The product by loops, row by row.
fn by_loops<T: Copy>(
    [_, inner, columns]: Sizes,
    left: &[T],
    right: &[T],
    out: &mut [T],
    add: impl Fn(T, T, T) -> T,
) {
    if inner == 0 || columns == 0 {
        return;
    }
    for (out, left) in out.chunks_exact_mut(columns).zip(left.chunks_exact(inner)) {
        for (factor, right) in left.iter().zip(right.chunks_exact(columns)) {
            for (sum, other) in out.iter_mut().zip(right) {
                *sum = add(*sum, *factor, *other);
            }
        }
    }
}

/// A truth value: a product is true where a pair of factors is.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Truth(u8);

impl Factor for Truth {
    const ZERO: Self = Self(0);

    fn read(bytes: &[u8]) -> Self {
        Self(bytes[0])
    }

    fn bytes(self) -> Vec<u8> {
        vec![self.0]
    }

    fn multiply(sizes: Sizes, left: &[Self], right: &[Self], out: &mut [Self]) {
        by_loops(sizes, left, right, out, |sum, a, b| Self(sum.0 | a.0 & b.0));
    }
}

macro_rules! integers {
    ($($number:ty)*) => {$(
        impl Factor for $number {
            const ZERO: Self = 0;

            fn read(bytes: &[u8]) -> Self {
                Self::from_le_bytes(bytes.try_into().expect("as many bytes as it has"))
            }

            fn bytes(self) -> Vec<u8> {
                self.to_le_bytes().to_vec()
            }

            fn multiply(sizes: Sizes, left: &[Self], right: &[Self], out: &mut [Self]) {
                by_loops(sizes, left, right, out, |sum, a, b| sum.wrapping_add(a.wrapping_mul(b)));
            }
        }
    )*};
}

integers!(i8 i16 i32 i64 u8 u16 u32 u64);

macro_rules! floats {
    ($($number:ty, $routine:expr, $zero:expr, $one:expr, $read:expr, $bytes:expr;)*) => {$(
        impl Factor for $number {
            const ZERO: Self = $zero;
            const ROUTINE: Option<Routine> = Some($routine);

            fn read(bytes: &[u8]) -> Self {
                $read(bytes)
            }

            fn bytes(self) -> Vec<u8> {
                $bytes(self)
            }

            fn multiply([rows, inner, columns]: Sizes, left: &[Self], right: &[Self], out: &mut [Self]) {
                if rows == 0 || inner == 0 || columns == 0 {
                    return;
                }
                let [inner_step, columns_step] = [inner, columns].map(|size| size as isize);
                assert!(
                    left.len() == rows * inner
                        && right.len() == inner * columns
                        && out.len() == rows * columns
                );
                // SAFETY: the slices have the elements that the sizes and steps tell of.
                unsafe {
                    gemm(
                        rows, columns, inner,
                        out.as_mut_ptr(), 1, columns_step, false,
                        left.as_ptr(), 1, inner_step,
                        right.as_ptr(), 1, columns_step,
                        $zero, $one, false, false, false, Parallelism::None,
                    );
                }
            }
        }
    )*};
}

fn read_f32(bytes: &[u8]) -> f32 {
    f32::from_le_bytes(bytes.try_into().expect("four bytes"))
}

fn read_f64(bytes: &[u8]) -> f64 {
    f64::from_le_bytes(bytes.try_into().expect("eight bytes"))
}

floats! {
    f32, Routine::Sgemm, 0.0, 1.0, read_f32, |value: f32| value.to_le_bytes().to_vec();
    f64, Routine::Dgemm, 0.0, 1.0, read_f64, |value: f64| value.to_le_bytes().to_vec();
    c32, Routine::Cgemm, c32::new(0.0, 0.0), c32::new(1.0, 0.0),
        |bytes: &[u8]| c32::new(read_f32(&bytes[..4]), read_f32(&bytes[4..])),
        |value: c32| [value.re.to_le_bytes(), value.im.to_le_bytes()].concat();
    c64, Routine::Zgemm, c64::new(0.0, 0.0), c64::new(1.0, 0.0),
        |bytes: &[u8]| c64::new(read_f64(&bytes[..8]), read_f64(&bytes[8..])),
        |value: c64| [value.re.to_le_bytes(), value.im.to_le_bytes()].concat();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_and_integers_multiply_alike() {
        let sizes = [5, 7, 3];
        let left: Vec<i64> = (0..35).map(|number| number % 11 - 5).collect();
        let right: Vec<i64> = (0..21).map(|number| number % 7 - 3).collect();
        let mut exact = vec![0; 15];
        i64::multiply(sizes, &left, &right, &mut exact);
        assert_eq!(exact[0], (0..7).map(|at| left[at] * right[3 * at]).sum::<i64>());
        let floats = |values: &[i64]| -> Vec<f64> { values.iter().map(|value| *value as f64).collect() };
        let mut computed = vec![0.0; 15];
        f64::multiply(sizes, &floats(&left), &floats(&right), &mut computed);
        assert_eq!(computed, floats(&exact));
    }
}
