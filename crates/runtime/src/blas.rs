//! The BLAS of the process: routines for products of matrices that somebody else has loaded, called by Fortran's conventions.
//!
//! The Python package gives the one that NumPy itself uses. Nothing is linked, and nothing is loaded here.
#![allow(unsafe_code)] // Calls code of another library.

use std::ffi::{c_char, c_int, c_void};
use std::sync::OnceLock;

static BLAS: OnceLock<Blas> = OnceLock::new();

/// The integers that the routines of a BLAS take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlasIntegers {
    /// Of 32 bits, as most have them.
    Bits32,
    /// Of 64 bits: a BLAS built with `INTERFACE64`, whose symbols end in `64_` as a rule.
    Bits64,
}

/// The routines of a BLAS that multiply matrices, by Fortran's conventions: every argument is passed by its address.
#[derive(Clone, Copy, Debug)]
pub struct Blas {
    /// What sizes are.
    pub integers: BlasIntegers,
    /// `sgemm`, `dgemm`, `cgemm`, `zgemm`, where the library has them.
    pub gemm: [Option<*const c_void>; 4],
}

// SAFETY: the addresses are those of code.
unsafe impl Send for Blas {}
// SAFETY: as above.
unsafe impl Sync for Blas {}

/// A routine, by its place in [`Blas::gemm`].
#[derive(Clone, Copy, Debug)]
pub(crate) enum Routine {
    Sgemm,
    Dgemm,
    Cgemm,
    Zgemm,
}

/// A matrix as a BLAS takes it.
#[derive(Clone, Copy)]
pub(crate) struct Matrix {
    pub(crate) first: *const u8,
    /// The elements from one row to the next, in Fortran order from one column to the next.
    pub(crate) stride: usize,
    pub(crate) is_fortran: bool,
}

/// Lets all products of matrices of floats and complex numbers in compiled code be done by a BLAS, from now on. A second one is ignored.
///
/// # Safety
/// The addresses are those of the routines that they stand for, with integers of that size, and stay valid as long as the process lives; several threads may call them at once.
pub unsafe fn set_blas(blas: Blas) {
    let _ = BLAS.set(blas);
}

type Gemm<I> = unsafe extern "C" fn(
    *const c_char,
    *const c_char,
    *const I,
    *const I,
    *const I,
    *const f64,
    *const c_void,
    *const I,
    *const c_void,
    *const I,
    *const f64,
    *mut c_void,
    *const I,
);

impl Blas {
    /// The one that was set.
    pub(crate) fn of_process() -> Option<&'static Self> {
        BLAS.get()
    }

    /// Writes the product of two matrices (rows of the left one, its columns, columns of the right one) to one in C order; `false`, and nothing is done, if the library has no such
    /// routine, or its integers are too small.
    ///
    /// # Safety
    /// There are such matrices, none of whose sizes is 0, and nobody changes them while nobody else uses the result.
    pub(crate) unsafe fn multiply(
        &self,
        routine: Routine,
        sizes: [usize; 3],
        left: Matrix,
        right: Matrix,
        out: *mut u8,
    ) -> bool {
        let Some(address) = self.gemm[routine as usize] else { return false };
        let numbers = Numbers { sizes, strides: [right.stride, left.stride, sizes[2]] };
        // SAFETY: whoever set the library promised that the routine is this one, with these integers; the matrices are the caller's promise.
        unsafe {
            match self.integers {
                BlasIntegers::Bits64 => {
                    let gemm = std::mem::transmute::<*const c_void, Gemm<i64>>(address);
                    call(gemm, routine, &numbers, left, right, out)
                }
                BlasIntegers::Bits32 => {
                    let gemm = std::mem::transmute::<*const c_void, Gemm<c_int>>(address);
                    call(gemm, routine, &numbers, left, right, out)
                }
            }
        }
    }
}

/// The numbers of a call: sizes, and the strides of the matrices in the order of the arguments.
struct Numbers {
    sizes: [usize; 3],
    strides: [usize; 3],
}

/// Calls a routine. In Fortran order a matrix in C order is its transpose, so the product is asked for as that of the transposes, the right one first.
///
/// # Safety
/// As for [`Blas::multiply`]; the routine is this one.
unsafe fn call<I: TryFrom<usize>>(
    gemm: Gemm<I>,
    routine: Routine,
    numbers: &Numbers,
    left: Matrix,
    right: Matrix,
    out: *mut u8,
) -> bool {
    let numbers = numbers.sizes.iter().chain(&numbers.strides).map(|number| I::try_from(*number).ok());
    let Some(numbers) = numbers.collect::<Option<Vec<I>>>() else { return false };
    let [rows, inner, columns, right_stride, left_stride, out_stride] = &numbers[..] else {
        unreachable!("three sizes and three strides");
    };
    let letter = |matrix: &Matrix| if matrix.is_fortran { b'T' as c_char } else { b'N' as c_char };
    // A number of two floats is 1 and 0 as one of doubles is: the first eight or sixteen bytes are what the routine reads.
    let (one, zero) = (one(routine), [0.0_f64; 2]);
    // SAFETY: the caller's promise; all addresses are of what lives until the end of the call.
    unsafe {
        gemm(
            &letter(&right),
            &letter(&left),
            columns,
            rows,
            inner,
            one.as_ptr(),
            right.first.cast(),
            right_stride,
            left.first.cast(),
            left_stride,
            zero.as_ptr(),
            out.cast(),
            out_stride,
        );
    }
    true
}

/// The number 1 of the routine's type, in the first bytes.
fn one(routine: Routine) -> [f64; 2] {
    match routine {
        Routine::Sgemm | Routine::Cgemm => [f64::from_bits(u64::from(1.0_f32.to_bits())), 0.0],
        Routine::Dgemm | Routine::Zgemm => [1.0, 0.0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static CALLS: AtomicUsize = AtomicUsize::new(0);

    /// A `dgemm` as Fortran would have it, slow.
    unsafe extern "C" fn dgemm(
        trans_a: *const c_char,
        trans_b: *const c_char,
        m: *const c_int,
        n: *const c_int,
        k: *const c_int,
        alpha: *const f64,
        a: *const f64,
        lda: *const c_int,
        b: *const f64,
        ldb: *const c_int,
        beta: *const f64,
        c: *mut f64,
        ldc: *const c_int,
    ) {
        CALLS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the addresses are those of the call below.
        unsafe {
            let (m, n, k) = (*m as usize, *n as usize, *k as usize);
            let (lda, ldb, ldc) = (*lda as usize, *ldb as usize, *ldc as usize);
            let at = |matrix: *const f64, stride: usize, trans: *const c_char, row: usize, column: usize| {
                let is_plain = *trans as u8 == b'N';
                let place = if is_plain { column * stride + row } else { row * stride + column };
                *matrix.add(place)
            };
            for row in 0..m {
                for column in 0..n {
                    let terms =
                        (0..k).map(|at_k| at(a, lda, trans_a, row, at_k) * at(b, ldb, trans_b, at_k, column));
                    let place = c.add(column * ldc + row);
                    let before = if *beta == 0.0 { 0.0 } else { *beta * *place };
                    *place = *alpha * terms.sum::<f64>() + before;
                }
            }
        }
    }

    #[test]
    fn products_are_those_of_the_transposes() {
        let address = dgemm as *const c_void;
        let blas = Blas { integers: BlasIntegers::Bits32, gemm: [None, Some(address), None, None] };
        let left: Vec<f64> = (0..6).map(f64::from).collect();
        let right: Vec<f64> = (0..12).map(|number| f64::from(number) - 5.0).collect();
        // The left matrix has two rows of three; the right one three of four, in Fortran order.
        let matrices = [
            Matrix { first: left.as_ptr().cast(), stride: 3, is_fortran: false },
            Matrix { first: right.as_ptr().cast(), stride: 3, is_fortran: true },
        ];
        let mut out = vec![f64::NAN; 8];
        let sizes = [2, 3, 4];
        // SAFETY: there are such matrices.
        let multiply = |routine, out: &mut [f64]| unsafe {
            blas.multiply(routine, sizes, matrices[0], matrices[1], out.as_mut_ptr().cast())
        };
        assert!(multiply(Routine::Dgemm, &mut out));
        let expected = |row: usize, column: usize| -> f64 {
            (0..3).map(|at| left[3 * row + at] * right[3 * column + at]).sum()
        };
        for row in 0..2 {
            for column in 0..4 {
                assert_eq!(out[4 * row + column], expected(row, column));
            }
        }
        assert!(!multiply(Routine::Sgemm, &mut out));
        assert_eq!(CALLS.load(Ordering::Relaxed), 1);
    }
}
