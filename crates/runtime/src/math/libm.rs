//! The platform's libm: the very functions that CPython's `math` module calls, so the bits are equal by construction.
//!
//! Naming a function is not enough: Rust's own support library defines some of them too (`cbrt`, `fma`, `fmod`) and the
//! static linker prefers those. So the dynamic linker is asked, as it would be for CPython; what was linked serves where
//! there is no dynamic linker.
#![allow(unsafe_code)] // Declares functions that C defines.

use std::ffi::{CStr, c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

type Double = extern "C" fn(f64) -> f64;
type DoubleDouble = extern "C" fn(f64, f64) -> f64;
type DoubleDoubleDouble = extern "C" fn(f64, f64, f64) -> f64;
type Scaled = extern "C" fn(f64, c_int) -> f64;
type Float = extern "C" fn(f32) -> f32;
type FloatFloat = extern "C" fn(f32, f32) -> f32;

/// A function of libm, looked up on first use.
pub(crate) struct Symbol<Function> {
    name: &'static CStr,
    linked: Function,
    found: AtomicPtr<c_void>,
}

impl<Function: Copy> Symbol<Function> {
    /// The function, which the dynamic linker knows by `name`, with the type of `linked`.
    const fn new(name: &'static CStr, linked: Function) -> Self {
        Self { name, linked, found: AtomicPtr::new(null_mut()) }
    }

    pub(crate) fn get(&self) -> Function {
        const { assert!(size_of::<Function>() == size_of::<*mut c_void>()) };
        let mut address = self.found.load(Ordering::Relaxed);
        if address.is_null() {
            // SAFETY: the name is a C string.
            address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, self.name.as_ptr()) };
            if address.is_null() {
                return self.linked;
            }
            self.found.store(address, Ordering::Relaxed);
        }
        // SAFETY: `Function` is a function pointer, and the C standard gives the function of that name its type.
        unsafe { std::mem::transmute_copy(&address) }
    }
}

/// Declares functions of libm and the symbols to look them up by.
macro_rules! functions {
    ($($symbol:ident = $name:ident($($parameter:ident: $kind:ty),*) -> $result:ty, $function:ty;)*) => {
        // SAFETY: these are the C library's functions with the signatures that the C standard gives them; they take and
        // return plain numbers and touch no memory but `errno`.
        #[link(name = "m")]
        unsafe extern "C" {
            $(safe fn $name($($parameter: $kind),*) -> $result;)*
        }

        $(pub(crate) static $symbol: Symbol<$function> = {
            extern "C" fn linked($($parameter: $kind),*) -> $result {
                $name($($parameter),*)
            }
            // The name is a literal without a zero inside.
            match CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
                Ok(name) => Symbol::new(name, linked),
                Err(_) => panic!("not a C string"),
            }
        };)*
    };
}

functions! {
    SIN = sin(x: f64) -> f64, Double;
    COS = cos(x: f64) -> f64, Double;
    TAN = tan(x: f64) -> f64, Double;
    ASIN = asin(x: f64) -> f64, Double;
    ACOS = acos(x: f64) -> f64, Double;
    ATAN = atan(x: f64) -> f64, Double;
    ATAN2 = atan2(y: f64, x: f64) -> f64, DoubleDouble;
    SINH = sinh(x: f64) -> f64, Double;
    COSH = cosh(x: f64) -> f64, Double;
    TANH = tanh(x: f64) -> f64, Double;
    ASINH = asinh(x: f64) -> f64, Double;
    ACOSH = acosh(x: f64) -> f64, Double;
    ATANH = atanh(x: f64) -> f64, Double;
    EXP = exp(x: f64) -> f64, Double;
    EXP2 = exp2(x: f64) -> f64, Double;
    EXPM1 = expm1(x: f64) -> f64, Double;
    LOG = log(x: f64) -> f64, Double;
    LOG2 = log2(x: f64) -> f64, Double;
    LOG10 = log10(x: f64) -> f64, Double;
    LOG1P = log1p(x: f64) -> f64, Double;
    POW = pow(x: f64, y: f64) -> f64, DoubleDouble;
    CBRT = cbrt(x: f64) -> f64, Double;
    HYPOT = hypot(x: f64, y: f64) -> f64, DoubleDouble;
    FMOD = fmod(x: f64, y: f64) -> f64, DoubleDouble;
    ERF = erf(x: f64) -> f64, Double;
    ERFC = erfc(x: f64) -> f64, Double;
    REMAINDER = remainder(x: f64, y: f64) -> f64, DoubleDouble;
    NEXTAFTER = nextafter(x: f64, y: f64) -> f64, DoubleDouble;
    LDEXP = ldexp(x: f64, exponent: c_int) -> f64, Scaled;
    FMA = fma(x: f64, y: f64, z: f64) -> f64, DoubleDoubleDouble;
    SINF = sinf(x: f32) -> f32, Float;
    COSF = cosf(x: f32) -> f32, Float;
    EXPF = expf(x: f32) -> f32, Float;
    LOGF = logf(x: f32) -> f32, Float;
    POWF = powf(x: f32, y: f32) -> f32, FloatFloat;
    FMODF = fmodf(x: f32, y: f32) -> f32, FloatFloat;
}
