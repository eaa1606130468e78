//! Mathematical functions of float64 as sequences of elementary operations: no branches, no tables, no calls.
//!
//! This crate knows nothing about compilers: a function is written once, over any [`Number`]. Over `f64` it computes ([`Function::value`]); over a number that stands for
//! a value of a program it writes the program ([`Function::written`]). Both do the same operations of IEEE 754 in the same order, so they give the same bits, whether one number at a time or in the lanes of
//! vectors. No multiply-add is fused, since not every processor has it.
//!
//! The results are less than one unit in the last place from the exact ones (`pow`, `tan` and `erf` less than two); `cargo xtask accuracy` measures it. Coefficients are derived
//! by `derive_coefficients.py`.
//!
//! Sine, cosine and tangent of huge numbers need a table: there [`Function::holds`] says whether what is written is right, and where it is not, the function has to be
//! called.
//!
//! ```
//! use hotloop_vecmath::Function;
//!
//! assert_eq!(Function::Exp.value(0.0, 0.0), 1.0);
//! assert_eq!(Function::Log2.value(8.0, 0.0), 3.0);
//! assert_eq!(Function::Sin.value(1e300, 0.0), -0.8178819121159085);
//! ```

mod coefficients;
mod error_function;
mod exponential;
mod huge;
mod inverse;
mod logarithm;
mod number;
mod pair;
mod roots;
mod trigonometry;

pub use number::{Bits, Number, Truth};

use std::fmt;

/// Rows: variant, name, number of arguments, implementation, what it is.
macro_rules! functions {
    ($($name:ident $text:literal $arity:tt $implementation:path, $documentation:literal;)*) => {
        /// A function.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Function {
            $(#[doc = $documentation] $name,)*
        }

        impl Function {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// As NumPy and C call it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// How many arguments it has, 1 or 2.
            pub const fn arity(self) -> usize {
                match self { $(Self::$name => $arity,)* }
            }

            /// What machine code calls.
            pub const fn entry(self) -> Entry {
                match self { $(Self::$name => functions!(@entry $arity $name),)* }
            }

            /// The result for numbers for which it [holds](Self::holds). The second argument counts only where there is one.
            pub fn written<N: Number>(self, x: N, y: N) -> N {
                match self { $(Self::$name => functions!(@call $arity $implementation, x, y),)* }
            }
        }
    };
    (@entry 1 $name:ident) => {{
        extern "C" fn entry(x: f64) -> f64 {
            Function::$name.value(x, 0.0)
        }
        Entry::One(entry)
    }};
    (@entry 2 $name:ident) => {{
        extern "C" fn entry(x: f64, y: f64) -> f64 {
            Function::$name.value(x, y)
        }
        Entry::Two(entry)
    }};
    (@call 1 $implementation:path, $x:ident, $y:ident) => { $implementation($x) };
    (@call 2 $implementation:path, $x:ident, $y:ident) => { $implementation($x, $y) };
}

functions! {
    Exp "exp" 1 exponential::exp, "The exponential.";
    Exp2 "exp2" 1 exponential::exp2, "The power of two.";
    Expm1 "expm1" 1 exponential::expm1, "The exponential less one.";
    Log "log" 1 logarithm::log, "The natural logarithm.";
    Log2 "log2" 1 logarithm::log2, "The logarithm to base two.";
    Log10 "log10" 1 logarithm::log10, "The logarithm to base ten.";
    Log1p "log1p" 1 logarithm::log1p, "The natural logarithm of one more.";
    Sin "sin" 1 trigonometry::sin, "The sine.";
    Cos "cos" 1 trigonometry::cos, "The cosine.";
    Tan "tan" 1 trigonometry::tan, "The tangent.";
    Sinh "sinh" 1 exponential::sinh, "The hyperbolic sine.";
    Cosh "cosh" 1 exponential::cosh, "The hyperbolic cosine.";
    Tanh "tanh" 1 exponential::tanh, "The hyperbolic tangent.";
    Asin "asin" 1 inverse::asin, "The inverse sine.";
    Acos "acos" 1 inverse::acos, "The inverse cosine.";
    Atan "atan" 1 inverse::atan, "The inverse tangent.";
    Atan2 "atan2" 2 inverse::atan2, "The angle of a point, from y and x.";
    Pow "pow" 2 logarithm::pow, "The power.";
    Cbrt "cbrt" 1 roots::cbrt, "The cube root.";
    Hypot "hypot" 2 roots::hypot, "The length of a vector.";
    Erf "erf" 1 error_function::erf, "The error function.";
}

impl Function {
    /// Whether the operations give the result for this argument; `None` where they always do.
    pub fn holds<N: Number>(self, x: N) -> Option<N::Truth> {
        self.elsewhere().map(|_| trigonometry::is_near(x))
    }

    /// The function where the operations do not give the result.
    const fn elsewhere(self) -> Option<fn(f64) -> f64> {
        match self {
            Self::Sin => Some(trigonometry::far_sin),
            Self::Cos => Some(trigonometry::far_cos),
            Self::Tan => Some(trigonometry::far_tan),
            Self::Exp
            | Self::Exp2
            | Self::Expm1
            | Self::Log
            | Self::Log2
            | Self::Log10
            | Self::Log1p
            | Self::Sinh
            | Self::Cosh
            | Self::Tanh
            | Self::Asin
            | Self::Acos
            | Self::Atan
            | Self::Atan2
            | Self::Pow
            | Self::Cbrt
            | Self::Hypot
            | Self::Erf => None,
        }
    }

    /// The result. The second argument counts only where there is one.
    #[inline]
    pub fn value(self, x: f64, y: f64) -> f64 {
        match self.elsewhere() {
            Some(far) if !trigonometry::is_near(x) => far(x),
            Some(_) | None => self.written(x, y),
        }
    }
}

/// A function as C knows it, by the number of its arguments.
#[derive(Clone, Copy, Debug)]
pub enum Entry {
    /// Of one argument.
    One(extern "C" fn(f64) -> f64),
    /// Of two arguments.
    Two(extern "C" fn(f64, f64) -> f64),
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
