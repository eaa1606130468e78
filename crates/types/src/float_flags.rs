//! Which liberties an optimiser may take with floats.

/// What an optimiser may assume of floats beyond IEEE: LLVM's flags. The default is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FloatFlags(u8);

impl FloatFlags {
    /// Strict IEEE.
    pub const STRICT: Self = Self(0);
    /// Sums and products may be reassociated.
    pub const REASSOC: Self = Self(1);
    /// A product and a sum may be contracted.
    pub const CONTRACT: Self = Self(2);
    /// No nan occurs.
    pub const NNAN: Self = Self(4);
    /// No infinity occurs.
    pub const NINF: Self = Self(8);
    /// The sign of zero does not matter.
    pub const NSZ: Self = Self(16);
    /// A division may become a product with the reciprocal.
    pub const ARCP: Self = Self(32);
    /// Functions may be approximated.
    pub const AFN: Self = Self(64);
    /// All of them: `fastmath=True`.
    pub const FAST: Self = Self(127);

    /// The flags with their names, in order.
    pub const NAMES: &[(&'static str, Self)] = &[
        ("reassoc", Self::REASSOC),
        ("contract", Self::CONTRACT),
        ("nnan", Self::NNAN),
        ("ninf", Self::NINF),
        ("nsz", Self::NSZ),
        ("arcp", Self::ARCP),
        ("afn", Self::AFN),
        ("fast", Self::FAST),
    ];

    /// The flag of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, flag)| *flag)
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` is in this set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// As a number, for keys and the text form.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// From [`bits`](Self::bits); bits that mean nothing are dropped.
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & Self::FAST.0)
    }
}
