//! The context that every compiled function receives, and the layout of arrays.

use std::sync::atomic::AtomicU32;

/// What a compiled function returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Status(pub u32);

impl Status {
    /// The results were written.
    pub const OK: Self = Self(0);
    /// The [`ErrorState`] says what was raised.
    pub const RAISED: Self = Self(1);

    /// Whether the results were written.
    pub const fn is_ok(self) -> bool {
        self.0 == 0
    }
}

/// What was raised, where. Written by compiled code and runtime, read by whoever called.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct ErrorState {
    /// Which function raised: the address that the loader gave for the object's `hl_self` symbol, or 0 where
    /// the runtime raised by itself.
    pub image: u64,
    /// The number of the raising site in that object's site table; [`ErrorState::NO_SITE`] without one.
    pub site: u32,
    /// The number of the [`ErrorClass`](crate::ErrorClass).
    pub class: u32,
    /// What the exception's arguments are made from at run time, such as index, axis and length of an index error; see
    /// [`ErrorArgument`](crate::ErrorArgument).
    pub payload: [i64; PAYLOAD_WORDS],
    /// The strings among the exception's arguments: a list of the runtime, of which this holds a reference, or null. Whoever takes the
    /// error out of the context, or another in its place, takes that reference with it.
    pub texts: u64,
    /// As `image`, of the function that called the one which raised, where that has no places of its own.
    pub caller_image: u64,
    /// The number of the call's site there; [`ErrorState::NO_SITE`] without one.
    pub caller_site: u32,
    /// By what the host knows an error of one of its own functions; 0 for other errors.
    pub ticket: u32,
}

/// The most words that an error takes along.
pub const PAYLOAD_WORDS: usize = 8;

impl Default for ErrorState {
    fn default() -> Self {
        Self {
            image: 0,
            site: Self::NO_SITE,
            class: 0,
            payload: [0; PAYLOAD_WORDS],
            texts: 0,
            caller_image: 0,
            caller_site: Self::NO_SITE,
            ticket: 0,
        }
    }
}

impl ErrorState {
    /// A payload that starts with these words, at most [`PAYLOAD_WORDS`], and goes on with zeros.
    pub fn payload_of(words: &[i64]) -> [i64; PAYLOAD_WORDS] {
        let mut payload = [0; PAYLOAD_WORDS];
        payload[..words.len()].copy_from_slice(words);
        payload
    }

    /// The site of an error that has no place in a source.
    pub const NO_SITE: u32 = u32::MAX;
    /// Offset of `image` in bytes.
    pub const IMAGE_OFFSET: usize = std::mem::offset_of!(Self, image);
    /// Offset of `site` in bytes.
    pub const SITE_OFFSET: usize = std::mem::offset_of!(Self, site);
    /// Offset of `class` in bytes.
    pub const CLASS_OFFSET: usize = std::mem::offset_of!(Self, class);
    /// Offset of `texts` in bytes.
    pub const TEXTS_OFFSET: usize = std::mem::offset_of!(Self, texts);
    /// Offset of `caller_image` in bytes.
    pub const CALLER_IMAGE_OFFSET: usize = std::mem::offset_of!(Self, caller_image);
    /// Offset of `caller_site` in bytes.
    pub const CALLER_SITE_OFFSET: usize = std::mem::offset_of!(Self, caller_site);
    /// Offset of `payload` in bytes.
    pub const PAYLOAD_OFFSET: usize = std::mem::offset_of!(Self, payload);
}

/// The state of one thread that runs compiled code. The host makes one a call; a parallel region one a worker.
#[derive(Debug)]
#[repr(C)]
pub struct Context {
    /// The lowest stack address that compiled code may reach; below it `RecursionError` is raised.
    pub stack_limit: u64,
    /// Non-zero asks compiled code to call `hl_safepoint` at its next safepoint.
    pub interrupt: *const AtomicU32,
    /// The number of the worker that runs this, 0 for the caller.
    pub thread_index: u32,
    /// Whether this code runs within a parallel region.
    pub in_parallel: u32,
    /// What was raised.
    pub error: ErrorState,
    /// What `hl_safepoint` has to ask: put there by the runtime, or null, and then nothing stops the call. Compiled code does
    /// not look at it.
    pub host: *mut std::ffi::c_void,
}

impl Context {
    /// Offset of `stack_limit` in bytes.
    pub const STACK_LIMIT_OFFSET: usize = std::mem::offset_of!(Self, stack_limit);
    /// Offset of `interrupt` in bytes.
    pub const INTERRUPT_OFFSET: usize = std::mem::offset_of!(Self, interrupt);
    /// Offset of `thread_index` in bytes.
    pub const THREAD_INDEX_OFFSET: usize = std::mem::offset_of!(Self, thread_index);
    /// Offset of `error` in bytes.
    pub const ERROR_OFFSET: usize = std::mem::offset_of!(Self, error);
}

/// The start of an array descriptor; behind it follow `ndim` lengths in elements and `ndim` strides in bytes, as `i64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct ArrayHeader {
    /// The reference-counted block that holds the elements (see the runtime), or 0 when the memory is borrowed.
    pub owner: u64,
    /// The address of the first element.
    pub data: u64,
}

/// The number of eight-byte words in the descriptor of an array of `ndim` dimensions.
pub const fn array_words(ndim: usize) -> usize {
    2 + 2 * ndim
}

/// How the host calls a function: `arguments` and `results` hold eight bytes each. An array argument is the address of
/// its descriptor.
pub type HostEntry =
    unsafe extern "C" fn(context: *mut Context, arguments: *const u64, results: *mut u64) -> Status;

/// The outlined body of a parallel region: runs the iterations `start..end` of chunk `chunk`. `captures` are the values
/// that the body reads, eight bytes each; `partials` is this chunk's row of reduction results, eight bytes each, which
/// the body sets.
pub type ParallelBody = unsafe extern "C" fn(
    context: *mut Context,
    start: i64,
    end: i64,
    captures: *const u64,
    partials: *mut u64,
) -> Status;

/// The most chunks that a parallel region with reductions is cut into.
pub const MAX_CHUNKS: i64 = 64;

/// The iterations `start..end` of chunk `chunk` of a region that is cut into `chunks`: the first `trip_count % chunks` chunks are one longer than the
/// others. How many chunks there are is said by the code that opens the region, from the trip count alone, so that the order of a float reduction does not
/// depend on the number of threads.
pub const fn chunk_bounds(trip_count: i64, chunks: i64, chunk: i64) -> (i64, i64) {
    (chunk_start(trip_count, chunks, chunk), chunk_start(trip_count, chunks, chunk + 1))
}

const fn chunk_start(trip_count: i64, chunks: i64, chunk: i64) -> i64 {
    let (length, longer) = (trip_count / chunks, trip_count % chunks);
    chunk * length + if chunk < longer { chunk } else { longer }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_every_iteration_once_in_order() {
        for trip_count in [1, 2, 63, 64, 65, 127, 128, 1000, i64::MAX] {
            for chunks in [1, 2, 7, MAX_CHUNKS] {
                let chunks = chunks.min(trip_count);
                let mut next = 0;
                for chunk in 0..chunks {
                    let (start, end) = chunk_bounds(trip_count, chunks, chunk);
                    assert!(start == next && end > start);
                    assert!((0..=1).contains(&(end - start - trip_count / chunks)));
                    next = end;
                }
                assert_eq!(next, trip_count);
            }
        }
    }
}
