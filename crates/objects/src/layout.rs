//! Where the parts of lists and strings lie, in bytes from the start of their block.
//!
//! Every object lies in a block that counts its references. Behind the block's header follows
//! - of a string: its length, then its code points, four bytes each; of bytes: their number, then the bytes;
//! - of a list: its length, its capacity, the address of its items, the size of an item, and which words of an item hold references.
//!   The items lie in a block of their own, so that they can move while the list stays where it is.
//!
//! An item that is one machine value takes as many bytes as that; any other takes eight bytes for each of its values.

/// What a block begins with.
pub const HEADER_BYTES: u64 = 64;

/// The length of a string or of bytes.
pub const TEXT_LENGTH: u64 = HEADER_BYTES;
/// The first code point, or the first byte.
pub const TEXT_START: u64 = TEXT_LENGTH + 8;

/// The length of a list.
pub const LIST_LENGTH: u64 = HEADER_BYTES;
/// How many items there is room for.
pub const LIST_CAPACITY: u64 = LIST_LENGTH + 8;
/// The address of the first item.
pub const LIST_ITEMS: u64 = LIST_CAPACITY + 8;
/// The size of an item.
pub const LIST_ITEM_BYTES: u64 = LIST_ITEMS + 8;
/// Which words of an item hold references: bit `n` stands for the eight bytes of number `n`.
pub const LIST_OWNERS: u64 = LIST_ITEM_BYTES + 8;
/// How many bytes a list takes behind the header of its block.
pub const LIST_BYTES: u64 = LIST_OWNERS + 8 - HEADER_BYTES;
/// The most words that an item with references may have.
pub const MOST_OWNER_WORDS: usize = 64;
