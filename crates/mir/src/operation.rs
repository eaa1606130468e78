//! The operations on scalars: what instructions compute, named as the text form spells them.

use crate::MachineType;

/// Declares operations with the names by which the text form spells them.
macro_rules! operations {
    ($(#[$attribute:meta])* $name:ident { $($(#[$documentation:meta])* $variant:ident $text:literal,)* }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$documentation])* $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// As the text form spells it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The operation that the text form spells so.
            pub fn by_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

/// A constant of a machine type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Constant {
    /// An integer, truth value or address; the bits above the type's width are copies of its sign bit (zero for `i1`
    /// and `ptr`).
    Int(MachineType, i64),
    /// A binary32, by its bits.
    F32(u32),
    /// A binary64, by its bits.
    F64(u64),
}

impl Constant {
    /// Its type.
    pub const fn ty(self) -> MachineType {
        match self {
            Self::Int(ty, _) => ty,
            Self::F32(_) => MachineType::F32,
            Self::F64(_) => MachineType::F64,
        }
    }

    /// Its bits; those of a narrower integer go on with its sign, those of a binary32 with zeros.
    pub const fn bits(self) -> u64 {
        match self {
            Self::Int(_, value) => value as u64,
            Self::F32(bits) => bits as u64,
            Self::F64(bits) => bits,
        }
    }

    /// The integer, truth value or address of type `ty` that the low bits of `value` are, in canonical form.
    pub const fn int(ty: MachineType, value: i64) -> Self {
        let value = match ty {
            MachineType::I1 => value & 1,
            MachineType::I8 => value as i8 as i64,
            MachineType::I16 => value as i16 as i64,
            MachineType::I32 => value as i32 as i64,
            MachineType::I64 | MachineType::Ptr | MachineType::F32 | MachineType::F64 => value,
        };
        Self::Int(ty, value)
    }

    /// 0 of a type.
    pub const fn zero(ty: MachineType) -> Self {
        match ty {
            MachineType::F32 => Self::F32(0),
            MachineType::F64 => Self::F64(0),
            MachineType::I1
            | MachineType::I8
            | MachineType::I16
            | MachineType::I32
            | MachineType::I64
            | MachineType::Ptr => Self::Int(ty, 0),
        }
    }

    /// An `i1`.
    pub const fn bool(value: bool) -> Self {
        Self::Int(MachineType::I1, value as i64)
    }

    /// An `i64`.
    pub const fn i64(value: i64) -> Self {
        Self::Int(MachineType::I64, value)
    }

    /// A `ptr`.
    pub const fn ptr(address: u64) -> Self {
        Self::Int(MachineType::Ptr, address as i64)
    }

    /// An `f32`.
    pub const fn f32(value: f32) -> Self {
        Self::F32(value.to_bits())
    }

    /// An `f64`.
    pub const fn f64(value: f64) -> Self {
        Self::F64(value.to_bits())
    }

    /// The number of an integer, truth value or address.
    pub const fn as_int(self) -> Option<i64> {
        match self {
            Self::Int(_, value) => Some(value),
            Self::F32(_) | Self::F64(_) => None,
        }
    }

    /// The value of an `f64`.
    pub const fn as_f64(self) -> Option<f64> {
        match self {
            Self::F64(bits) => Some(f64::from_bits(bits)),
            Self::Int(..) | Self::F32(_) => None,
        }
    }

    /// Whether the bits above the type's width are as they have to be, so that equal constants are equal as data.
    pub fn is_canonical(self) -> bool {
        match self {
            Self::Int(ty, value) => !ty.is_float() && Self::int(ty, value) == self,
            Self::F32(_) | Self::F64(_) => true,
        }
    }
}

operations! {
    /// Operations on one value; the result has the operand's type.
    UnaryOp {
        /// Two's complement negation; wraps.
        Ineg "ineg",
        /// Every bit inverted; on `i1`, not.
        Inot "inot",
        /// The sign bit inverted, also of a nan.
        Fneg "fneg",
        /// The sign bit cleared, also of a nan.
        Fabs "fabs",
        /// The correctly rounded square root; nan for negative operands.
        Fsqrt "fsqrt",
        /// The largest integral value not above.
        Ffloor "ffloor",
        /// The smallest integral value not below.
        Fceil "fceil",
        /// The integral value next towards zero.
        Ftrunc "ftrunc",
        /// The nearest integral value, ties to even.
        Fnearest "fnearest",
    }
}

operations! {
    /// Operations on two values of one type; the result has that type.
    BinaryOp {
        /// Sum; wraps.
        Iadd "iadd",
        /// Difference; wraps.
        Isub "isub",
        /// Product; wraps.
        Imul "imul",
        /// Quotient rounded towards minus infinity; the minimum by -1 wraps. The divisor must not be 0.
        SdivFloor "sdiv_floor",
        /// Remainder with the sign of the divisor; by -1 it is 0. The divisor must not be 0.
        SmodFloor "smod_floor",
        /// Unsigned quotient. The divisor must not be 0.
        Udiv "udiv",
        /// Unsigned remainder. The divisor must not be 0.
        Urem "urem",
        /// Bitwise and.
        And "and",
        /// Bitwise or.
        Or "or",
        /// Bitwise exclusive or.
        Xor "xor",
        /// Shift to the left; the count is unsigned, and one of the type's width or more gives 0.
        Shl "shl",
        /// Shift to the right with copies of the sign; a count of the width or more gives 0 or -1.
        Sshr "sshr",
        /// Shift to the right with zeros; a count of the width or more gives 0.
        Ushr "ushr",
        /// The smaller, signed.
        Smin "smin",
        /// The larger, signed.
        Smax "smax",
        /// The smaller, unsigned.
        Umin "umin",
        /// The larger, unsigned.
        Umax "umax",
        /// IEEE sum.
        Fadd "fadd",
        /// IEEE difference.
        Fsub "fsub",
        /// IEEE product.
        Fmul "fmul",
        /// IEEE quotient; by zero gives inf or nan.
        Fdiv "fdiv",
        /// The magnitude of the first with the sign of the second.
        Fcopysign "fcopysign",
    }
}

operations! {
    /// A product and a third value of one float type, rounded once; the result has that type. A processor that has no such instruction may round twice.
    TernaryOp {
        /// `a * b + c`.
        Fmadd "fmadd",
        /// `a * b - c`.
        Fmsub "fmsub",
        /// `c - a * b`.
        Fnmadd "fnmadd",
    }
}

operations! {
    /// Comparisons of two integers or addresses of one type; the result is an `i1`.
    IntCompare {
        /// Equal.
        Eq "eq",
        /// Not equal.
        Ne "ne",
        /// Signed less.
        Slt "slt",
        /// Signed less or equal.
        Sle "sle",
        /// Signed greater.
        Sgt "sgt",
        /// Signed greater or equal.
        Sge "sge",
        /// Unsigned less.
        Ult "ult",
        /// Unsigned less or equal.
        Ule "ule",
        /// Unsigned greater.
        Ugt "ugt",
        /// Unsigned greater or equal.
        Uge "uge",
    }
}

impl IntCompare {
    /// The comparison that holds exactly when this one does not.
    #[must_use]
    pub const fn negated(self) -> Self {
        match self {
            Self::Eq => Self::Ne,
            Self::Ne => Self::Eq,
            Self::Slt => Self::Sge,
            Self::Sle => Self::Sgt,
            Self::Sgt => Self::Sle,
            Self::Sge => Self::Slt,
            Self::Ult => Self::Uge,
            Self::Ule => Self::Ugt,
            Self::Ugt => Self::Ule,
            Self::Uge => Self::Ult,
        }
    }

    /// The comparison that tells the same of the two operands in the other order.
    #[must_use]
    pub const fn swapped(self) -> Self {
        match self {
            Self::Eq | Self::Ne => self,
            Self::Slt => Self::Sgt,
            Self::Sle => Self::Sge,
            Self::Sgt => Self::Slt,
            Self::Sge => Self::Sle,
            Self::Ult => Self::Ugt,
            Self::Ule => Self::Uge,
            Self::Ugt => Self::Ult,
            Self::Uge => Self::Ule,
        }
    }
}

operations! {
    /// Comparisons of two floats of one type; the result is an `i1`. With a nan all are false but `Ne`.
    FloatCompare {
        /// Equal.
        Eq "eq",
        /// Not equal, or unordered.
        Ne "ne",
        /// Less.
        Lt "lt",
        /// Less or equal.
        Le "le",
        /// Greater.
        Gt "gt",
        /// Greater or equal.
        Ge "ge",
    }
}

operations! {
    /// Conversions to another type.
    ConvertOp {
        /// To a wider integer, with copies of the sign bit; the one bit of an `i1` is its sign.
        SignExtend "sign_extend",
        /// To a wider integer, with zeros; also from `i1`.
        ZeroExtend "zero_extend",
        /// To a narrower integer; to `i1` keeps the lowest bit.
        Truncate "truncate",
        /// From a signed integer to the nearest float.
        SignedToFloat "signed_to_float",
        /// From an unsigned integer to the nearest float.
        UnsignedToFloat "unsigned_to_float",
        /// To `i64`, towards zero; nan and what does not fit give the minimum.
        FloatToSigned "float_to_signed",
        /// To an unsigned `i64`: below 2^63 as `FloatToSigned`; from there `FloatToSigned(x - 2^63)` with the top bit flipped. A nan gives 2^63.
        FloatToUnsigned "float_to_unsigned",
        /// `f32` to `f64`.
        Promote "promote",
        /// `f64` to the nearest `f32`.
        Demote "demote",
        /// The same bits in a type of the same size.
        Bitcast "bitcast",
    }
}

operations! {
    /// How a reduction combines two values of its type. Every operation has an identity, from which each chunk starts.
    ReductionOp {
        /// Integer sum; identity 0.
        Iadd "iadd",
        /// Integer product; identity 1.
        Imul "imul",
        /// Float sum; identity -0.0, which leaves every value as it is.
        Fadd "fadd",
        /// Float product; identity 1.0.
        Fmul "fmul",
        /// Signed minimum; identity the maximum.
        Smin "smin",
        /// Signed maximum; identity the minimum.
        Smax "smax",
        /// Unsigned minimum; identity the maximum.
        Umin "umin",
        /// Unsigned maximum; identity 0.
        Umax "umax",
        /// `b if b < a else a`, as Python's `min(a, b)`; identity +inf.
        Fmin "fmin",
        /// `b if b > a else a`, as Python's `max(a, b)`; identity -inf.
        Fmax "fmax",
        /// Bitwise and; identity -1 (true).
        And "and",
        /// Bitwise or; identity 0.
        Or "or",
        /// Bitwise exclusive or; identity 0.
        Xor "xor",
    }
}

impl ReductionOp {
    /// The value that leaves every other as it is; each chunk of a reduction starts from it.
    pub fn identity(self, ty: MachineType) -> Constant {
        let float = |value: f64| {
            if ty == MachineType::F32 { Constant::f32(value as f32) } else { Constant::f64(value) }
        };
        let signed_maximum = (1_i64 << (ty.bits() - 1)).wrapping_sub(1);
        match self {
            Self::Iadd | Self::Umax | Self::Or | Self::Xor => Constant::int(ty, 0),
            Self::Imul => Constant::int(ty, 1),
            Self::Fadd => float(-0.0),
            Self::Fmul => float(1.0),
            Self::Smin => Constant::int(ty, signed_maximum),
            Self::Smax => Constant::int(ty, !signed_maximum),
            Self::Umin | Self::And => Constant::int(ty, -1),
            Self::Fmin => float(f64::INFINITY),
            Self::Fmax => float(f64::NEG_INFINITY),
        }
    }

    /// Whether it is the minimum or maximum of floats.
    pub const fn is_float_extreme(self) -> bool {
        matches!(self, Self::Fmin | Self::Fmax)
    }

    /// The operation that combines two values, if it is one: the minimum and maximum of floats are a comparison and a selection.
    pub const fn binary(self) -> Option<BinaryOp> {
        match self {
            Self::Iadd => Some(BinaryOp::Iadd),
            Self::Imul => Some(BinaryOp::Imul),
            Self::Fadd => Some(BinaryOp::Fadd),
            Self::Fmul => Some(BinaryOp::Fmul),
            Self::Smin => Some(BinaryOp::Smin),
            Self::Smax => Some(BinaryOp::Smax),
            Self::Umin => Some(BinaryOp::Umin),
            Self::Umax => Some(BinaryOp::Umax),
            Self::And => Some(BinaryOp::And),
            Self::Or => Some(BinaryOp::Or),
            Self::Xor => Some(BinaryOp::Xor),
            Self::Fmin | Self::Fmax => None,
        }
    }
}
