//! The types that values of a kernel have: dtypes, arrays, tuples, signatures; how they are spelled, promoted and joined.
//!
//! This crate knows nothing about inference or memory.
//!
//! ```
//! use hotloop_types::{Dtype, Layout, Signature, Type, promote};
//!
//! let signature: Signature = "float64(f8[:, ::1], i4)".parse().unwrap();
//! assert_eq!(signature.to_string(), "float64(float64[:, ::1], int32)");
//! let Type::Array(matrix) = &signature.parameters[0] else { unreachable!() };
//! assert_eq!((matrix.ndim, matrix.layout), (2, Layout::C));
//!
//! assert_eq!(promote(Dtype::Int8, Dtype::Int8), Dtype::Int64); // integer arithmetic is at least 64 bits wide
//! assert_eq!(promote(Dtype::Float32, Dtype::Int64), Dtype::Float64);
//! ```

mod dtype;
mod enumeration;
mod float_flags;
mod function;
mod generator;
mod join;
mod numpy;
mod parse;
mod signature;
mod text;
mod tuple;

pub use dtype::{Dtype, DtypeKind};
pub use enumeration::{EnumType, EnumValue};
pub use float_flags::FloatFlags;
pub use function::FunctionType;
pub use generator::GeneratorType;
pub use join::{promote, unify};
pub use numpy::{numpy_promote, numpy_promote_weak};
pub use parse::{SignatureError, parse_signatures};
pub use signature::Signature;
pub use text::{complex_repr, float_repr};
pub use tuple::{TupleClass, TupleType};

use std::fmt;
use std::sync::Arc;

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// A number or truth value.
    Scalar(Dtype),
    /// A NumPy array.
    Array(ArrayType),
    /// A tuple, each element with a type of its own; perhaps of a named class.
    Tuple(TupleType),
    /// `None`.
    None,
    /// `None`, or a value of this type, which is no optional itself.
    Optional(Arc<Type>),
    /// A `range` object: start, stop and step, each an int64.
    Range,
    /// A dtype as a value, such as `x.dtype` or `np.float64`; has no run-time representation.
    Dtype(Dtype),
    /// A function as a value; at run time it is what it captured.
    Function(Arc<FunctionType>),
    /// A string.
    Str,
    /// Bytes.
    Bytes,
    /// A list whose elements have this type: mutable, and the same object under each of its names.
    List(Arc<Type>),
    /// What a call of a function with `yield` gives.
    Generator(Arc<GeneratorType>),
    /// A `numpy.random.Generator`: what random numbers are drawn from.
    RandomGenerator,
    /// A member of an enumeration; at run time its position among the members.
    Enum(Arc<EnumType>),
    /// The type of no value: what the elements of a list are into which nothing was put yet.
    Undefined,
}

impl Type {
    /// `bool`.
    pub const BOOL: Self = Self::Scalar(Dtype::Bool);
    /// What a Python `int` is.
    pub const INT64: Self = Self::Scalar(Dtype::Int64);
    /// What a Python `float` is.
    pub const FLOAT64: Self = Self::Scalar(Dtype::Float64);
    /// What a Python `complex` is.
    pub const COMPLEX128: Self = Self::Scalar(Dtype::Complex128);

    /// How many values that are no tuples a value of this type holds. Takes time in proportion to it.
    pub fn width(&self) -> usize {
        match self {
            Self::Tuple(items) => items.iter().map(Self::width).sum(),
            Self::Optional(value) => value.width(),
            Self::Scalar(_)
            | Self::Array(_)
            | Self::None
            | Self::Range
            | Self::Dtype(_)
            | Self::Function(_)
            | Self::Str
            | Self::Bytes
            | Self::List(_)
            | Self::Generator(_)
            | Self::RandomGenerator
            | Self::Enum(_)
            | Self::Undefined => 1,
        }
    }

    /// A plain tuple of these types.
    pub fn tuple(items: impl IntoIterator<Item = Type>) -> Self {
        Self::Tuple(items.into_iter().collect())
    }

    /// `None` or a value of that type; of an optional type and of `None`, the type itself.
    pub fn optional(value: Type) -> Self {
        match value {
            Self::Optional(_) | Self::None => value,
            Self::Scalar(_)
            | Self::Array(_)
            | Self::Tuple(_)
            | Self::Range
            | Self::Dtype(_)
            | Self::Str
            | Self::Bytes
            | Self::List(_)
            | Self::Generator(_)
            | Self::RandomGenerator
            | Self::Enum(_)
            | Self::Undefined
            | Self::Function(_) => Self::Optional(Arc::new(value)),
        }
    }

    /// A list of elements of this type.
    pub fn list(element: Type) -> Self {
        Self::List(Arc::new(element))
    }

    /// Whether nothing is known yet about a part of the type.
    pub fn is_undefined(&self) -> bool {
        match self {
            Self::Undefined => true,
            Self::List(element) => element.is_undefined(),
            Self::Tuple(_) | Self::Function(_) | Self::Optional(_) => {
                self.parts().iter().any(Self::is_undefined)
            }
            Self::Scalar(_)
            | Self::Array(_)
            | Self::None
            | Self::Dtype(_)
            | Self::Range
            | Self::Enum(_)
            | Self::Str
            | Self::Generator(_)
            | Self::RandomGenerator
            | Self::Bytes => false,
        }
    }

    /// The dtype, if this is a number or truth value.
    pub fn as_scalar(&self) -> Option<Dtype> {
        match self {
            Self::Scalar(dtype) => Some(*dtype),
            Self::Array(_)
            | Self::Tuple(_)
            | Self::None
            | Self::Dtype(_)
            | Self::Function(_)
            | Self::Optional(_)
            | Self::Range
            | Self::Str
            | Self::Bytes
            | Self::List(_)
            | Self::Generator(_)
            | Self::RandomGenerator
            | Self::Enum(_)
            | Self::Undefined => None,
        }
    }

    /// The types of the values that a value of this type is made of: a tuple's items, what a function captured, the position of a member.
    pub fn parts(&self) -> &[Type] {
        match self {
            Self::Tuple(items) => items,
            Self::Function(function) => function.captured.as_deref().unwrap_or_default(),
            Self::Optional(value) => std::slice::from_ref(value),
            Self::Enum(_) => &[Self::INT64],
            Self::Scalar(_)
            | Self::Array(_)
            | Self::None
            | Self::Dtype(_)
            | Self::Str
            | Self::Bytes
            | Self::List(_)
            | Self::Range
            | Self::Generator(_)
            | Self::RandomGenerator
            | Self::Undefined => &[],
        }
    }

    /// Whether it is the type of a generator, or made of one.
    pub fn has_generator(&self) -> bool {
        match self {
            Self::Generator(_) => true,
            Self::List(item) => item.has_generator(),
            _ => self.parts().iter().any(Self::has_generator),
        }
    }

    /// Whether it is the type of a `numpy.random.Generator`, or made of one.
    pub fn has_random_generator(&self) -> bool {
        match self {
            Self::RandomGenerator => true,
            Self::List(item) => item.has_random_generator(),
            _ => self.parts().iter().any(Self::has_random_generator),
        }
    }

    /// Whether it is the type of a function, or made of one.
    pub fn has_function(&self) -> bool {
        matches!(self, Self::Function(_)) || self.parts().iter().any(Self::has_function)
    }
}

/// `{}` is for people; `{:#}` is what parses to the same type again, functions included.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(dtype) => dtype.fmt(f),
            Self::Array(array) => array.fmt(f),
            Self::Tuple(tuple) => tuple.fmt(f),
            Self::None => f.write_str("none"),
            Self::Optional(value) => {
                f.write_str("optional(")?;
                value.fmt(f)?;
                f.write_str(")")
            }
            Self::Range => f.write_str("range"),
            Self::Dtype(dtype) => write!(f, "dtype({dtype})"),
            Self::Function(function) => function.fmt(f),
            Self::Str => f.write_str("str"),
            Self::Bytes => f.write_str("bytes"),
            Self::List(element) => {
                f.write_str("list(")?;
                element.fmt(f)?;
                f.write_str(")")
            }
            Self::Generator(generator) => generator.fmt(f),
            Self::RandomGenerator => f.write_str("numpy.random.Generator"),
            Self::Enum(class) => class.fmt(f),
            Self::Undefined => f.write_str("undefined"),
        }
    }
}

/// How the elements of an array lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layout {
    /// Contiguous, last index fastest.
    C,
    /// Contiguous, first index fastest.
    F,
    /// Any strides.
    A,
}

/// The type of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArrayType {
    /// The type of the elements.
    pub dtype: Dtype,
    /// The number of dimensions.
    pub ndim: u8,
    /// How the elements lie in memory.
    pub layout: Layout,
    /// Whether elements may not be written.
    pub readonly: bool,
}

impl ArrayType {
    /// A writable array.
    pub const fn new(dtype: Dtype, ndim: u8, layout: Layout) -> Self {
        Self { dtype, ndim, layout, readonly: false }
    }

    /// Whether an array of type `self` may be passed where `expected` is declared, without a copy.
    pub fn fits(self, expected: Self) -> bool {
        self.dtype == expected.dtype
            && self.ndim == expected.ndim
            && (self.layout == expected.layout || expected.layout == Layout::A)
            && (expected.readonly || !self.readonly)
    }
}

/// As Numba's signature language spells it: `float64[:, ::1]`, `float64[::1, :]`, `float64[:]`; a read-only array as
/// `readonly float64[:]`.
impl fmt::Display for ArrayType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = usize::from(self.ndim).saturating_sub(1);
        if self.readonly {
            f.write_str("readonly ")?;
        }
        write!(f, "{}[", self.dtype)?;
        if self.ndim == 0 {
            f.write_str("()")?;
        }
        for axis in 0..usize::from(self.ndim) {
            let contiguous = match self.layout {
                Layout::C => axis == last,
                Layout::F => axis == 0,
                Layout::A => false,
            };
            write!(f, "{}{}", if axis > 0 { ", " } else { "" }, if contiguous { "::1" } else { ":" })?;
        }
        f.write_str("]")
    }
}
