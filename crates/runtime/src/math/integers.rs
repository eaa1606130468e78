//! Functions of integers.

/// The number of bits of an unsigned integer without its leading zeros.
pub(crate) extern "C" fn hl_bit_length(value: i64) -> i64 {
    i64::from(64 - value.leading_zeros())
}

/// The number of ones among the bits of an integer.
pub(crate) extern "C" fn hl_bit_count(value: i64) -> i64 {
    i64::from(value.count_ones())
}
