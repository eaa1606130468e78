//! The element types.

use std::fmt;

/// The type of a number or truth value, in an array or alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dtype {
    /// NumPy's `bool`: one byte that is 0 or 1.
    Bool,
    /// 8 bits, signed.
    Int8,
    /// 16 bits, signed.
    Int16,
    /// 32 bits, signed.
    Int32,
    /// 64 bits, signed: a Python `int`.
    Int64,
    /// 8 bits, unsigned.
    UInt8,
    /// 16 bits, unsigned.
    UInt16,
    /// 32 bits, unsigned.
    UInt32,
    /// 64 bits, unsigned.
    UInt64,
    /// binary32.
    Float32,
    /// binary64: a Python `float`.
    Float64,
    /// Two binary32.
    Complex64,
    /// Two binary64: a Python `complex`.
    Complex128,
}

/// What sort of number a dtype is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DtypeKind {
    /// A truth value.
    Bool,
    /// An unsigned integer.
    Unsigned,
    /// A signed integer.
    Signed,
    /// A binary float.
    Float,
    /// A complex number of two binary floats.
    Complex,
}

impl Dtype {
    /// All dtypes.
    pub const ALL: &[Self] = &[
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

    /// The name NumPy gives it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::UInt8 => "uint8",
            Self::UInt16 => "uint16",
            Self::UInt32 => "uint32",
            Self::UInt64 => "uint64",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::Complex64 => "complex64",
            Self::Complex128 => "complex128",
        }
    }

    /// The dtype that a signature spells so: NumPy's names, Numba's short forms (`f8`, `i4`, `b1`) and C names.
    pub fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "bool" | "bool_" | "boolean" | "b1" => Self::Bool,
            "int8" | "i1" | "char" | "byte" => Self::Int8,
            "int16" | "i2" | "short" => Self::Int16,
            "int32" | "i4" | "int_c" | "intc" => Self::Int32,
            "int64" | "i8" | "intp" | "int_" | "int" | "long_" | "longlong" | "ssize_t" => Self::Int64,
            "uint8" | "u1" | "uchar" | "ubyte" => Self::UInt8,
            "uint16" | "u2" | "ushort" => Self::UInt16,
            "uint32" | "u4" | "uintc" => Self::UInt32,
            "uint64" | "u8" | "uintp" | "uint" | "ulong" | "ulonglong" | "size_t" => Self::UInt64,
            "float32" | "f4" | "float_" | "single" => Self::Float32,
            "float64" | "f8" | "double" | "float" => Self::Float64,
            "complex64" | "c8" | "csingle" => Self::Complex64,
            "complex128" | "c16" | "cdouble" => Self::Complex128,
            _ => return None,
        })
    }

    /// What sort of number it is.
    pub const fn kind(self) -> DtypeKind {
        match self {
            Self::Bool => DtypeKind::Bool,
            Self::Int8 | Self::Int16 | Self::Int32 | Self::Int64 => DtypeKind::Signed,
            Self::UInt8 | Self::UInt16 | Self::UInt32 | Self::UInt64 => DtypeKind::Unsigned,
            Self::Float32 | Self::Float64 => DtypeKind::Float,
            Self::Complex64 | Self::Complex128 => DtypeKind::Complex,
        }
    }

    /// The size of an element in bytes.
    pub const fn size_bytes(self) -> u32 {
        match self {
            Self::Bool | Self::Int8 | Self::UInt8 => 1,
            Self::Int16 | Self::UInt16 => 2,
            Self::Int32 | Self::UInt32 | Self::Float32 => 4,
            Self::Int64 | Self::UInt64 | Self::Float64 | Self::Complex64 => 8,
            Self::Complex128 => 16,
        }
    }

    /// Whether it is a complex number.
    pub const fn is_complex(self) -> bool {
        matches!(self.kind(), DtypeKind::Complex)
    }

    /// Whether it is a truth value or an integer.
    pub const fn is_integral(self) -> bool {
        matches!(self.kind(), DtypeKind::Bool | DtypeKind::Signed | DtypeKind::Unsigned)
    }

    /// The dtype of the real and the imaginary part: of a complex number a float, of any other its own.
    #[must_use]
    pub const fn part(self) -> Self {
        match self {
            Self::Complex64 => Self::Float32,
            Self::Complex128 => Self::Float64,
            real => real,
        }
    }

    /// The complex dtype whose parts hold it, without what an integer of more than 53 bits loses.
    #[must_use]
    pub const fn as_complex(self) -> Self {
        match self {
            Self::Float32 | Self::Complex64 => Self::Complex64,
            _ => Self::Complex128,
        }
    }

    /// Whether it is a signed or unsigned integer; a truth value is not.
    pub const fn is_integer(self) -> bool {
        matches!(self.kind(), DtypeKind::Signed | DtypeKind::Unsigned)
    }

    /// Whether it is a float.
    pub const fn is_float(self) -> bool {
        matches!(self.kind(), DtypeKind::Float)
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
