//! Where the bits come from that distributions are made of.

use crate::Pcg64;

/// A generator as `numpy.random.Generator` uses it, wherever it lives: each of these has a function of NumPy's `bitgen_t`.
pub trait Bits {
    /// The next 64 bits.
    fn word(&mut self) -> u64;

    /// The next 32 bits.
    fn half_word(&mut self) -> u32;

    /// The next float, at least 0 and less than 1.
    fn float(&mut self) -> f64;

    /// The next float32, at least 0 and less than 1.
    #[inline]
    fn short_float(&mut self) -> f32 {
        (self.half_word() >> 8) as f32 * (1.0 / 16_777_216.0)
    }
}

impl Bits for Pcg64 {
    #[inline]
    fn word(&mut self) -> u64 {
        self.word()
    }

    #[inline]
    fn half_word(&mut self) -> u32 {
        self.half_word()
    }

    #[inline]
    fn float(&mut self) -> f64 {
        self.float()
    }
}
