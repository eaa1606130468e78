//! Where the parts of lists and strings lie, in bytes from the start of their block.
//!
//! Every object lies in a block that counts its references. Behind the block's header follows
//! - of a string: its length, then its code points, four bytes each; of bytes: their number, then the bytes;
//! - of the frame of a generator: where it goes on, how many references it holds and where in it, and what it needs to go on;
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
/// Where a generator goes on: 0 at its start, a number for each `yield`, negative when it runs or has ended.
pub const FRAME_STATE: u64 = HEADER_BYTES;
/// How many references a frame holds.
pub const FRAME_OWNER_COUNT: u64 = FRAME_STATE + 8;
/// How far behind the start of the block they lie.
pub const FRAME_OWNERS: u64 = FRAME_OWNER_COUNT + 8;
/// Where the rest of a frame begins.
pub const FRAME_WORDS: u64 = FRAME_OWNERS + 8;
/// The most words that an item with references may have.
pub const MOST_OWNER_WORDS: usize = 64;
