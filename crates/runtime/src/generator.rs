//! `numpy.random.Generator`: what compiled code draws from where a generator is a value.
//!
//! The value is the address of NumPy's `bitgen_t`: a state, and functions that draw from it. One that came from Python is NumPy's own, of any kind; one
//! that compiled code makes is a PCG64 with functions of this module, and lies in a block that counts its references.
#![allow(unsafe_code)] // Draws by the functions of others; called by compiled code.

use crate::block::{BLOCK_HEADER_BYTES, Block, OutOfMemory};
use crate::objects::finish;
use crate::random::words_from_system;
use hotloop_abi::{Context, Status};
use hotloop_objects::{Contents, Stop};
use hotloop_random::{Bits, Pcg64, Ziggurat};
use std::ffi::c_void;

/// NumPy's `bitgen_t`, as `numpy/random/bitgen.h` declares it.
#[repr(C)]
struct BitGenerator {
    state: *mut c_void,
    next_word: unsafe extern "C" fn(*mut c_void) -> u64,
    next_half_word: unsafe extern "C" fn(*mut c_void) -> u32,
    next_float: unsafe extern "C" fn(*mut c_void) -> f64,
    next_raw: unsafe extern "C" fn(*mut c_void) -> u64,
}

/// A generator of compiled code, behind the header of its block.
#[repr(C)]
struct Own {
    interface: BitGenerator,
    generator: Pcg64,
}

/// # Safety
/// `state` is a generator of compiled code that nobody else uses.
unsafe extern "C" fn next_word(state: *mut c_void) -> u64 {
    // SAFETY: the caller's promise.
    unsafe { (*state.cast::<Pcg64>()).word() }
}

/// # Safety
/// As for [`next_word`].
unsafe extern "C" fn next_half_word(state: *mut c_void) -> u32 {
    // SAFETY: the caller's promise.
    unsafe { (*state.cast::<Pcg64>()).half_word() }
}

/// # Safety
/// As for [`next_word`].
unsafe extern "C" fn next_float(state: *mut c_void) -> f64 {
    // SAFETY: the caller's promise.
    unsafe { (*state.cast::<Pcg64>()).float() }
}

/// A generator at an address, to draw from.
struct Drawn(*mut BitGenerator);

impl Drawn {
    /// # Safety
    /// The address is that of a generator that lives and that nobody else uses for as long as this is there.
    unsafe fn at(address: *mut c_void) -> Self {
        Self(address.cast())
    }
}

impl Bits for Drawn {
    #[inline]
    fn word(&mut self) -> u64 {
        // SAFETY: its functions take its state, as who made this has promised.
        unsafe { ((*self.0).next_word)((*self.0).state) }
    }

    #[inline]
    fn half_word(&mut self) -> u32 {
        // SAFETY: as above.
        unsafe { ((*self.0).next_half_word)((*self.0).state) }
    }

    #[inline]
    fn float(&mut self) -> f64 {
        // SAFETY: as above.
        unsafe { ((*self.0).next_float)((*self.0).state) }
    }
}

/// # Safety
/// `context` is valid and exclusive, `result` is valid for writing.
pub(crate) unsafe extern "C" fn hl_new_generator(
    context: *mut Context,
    seed: i64,
    is_known: i64,
    result: *mut u64,
) -> Status {
    let generator = match is_known {
        0 => {
            let words = words_from_system::<8>();
            Pcg64::of_words([0, 2, 4, 6].map(|at| u64::from(words[at]) << 32 | u64::from(words[at + 1])))
        }
        _ => Pcg64::seeded(seed as u64),
    };
    let made = new_block(generator);
    let made = made
        .map(|block| block.into_raw() as u64)
        .map_err(|failed| Stop::OutOfMemory(failed.size_bytes as u64));
    // SAFETY: the caller's promise.
    unsafe { finish(context, made, result) }
}

/// A generator with that state of a PCG64, as compiled code makes it: its address is that of the block's data.
pub fn new_generator(state: [u64; Pcg64::STATE_WORDS]) -> Result<Block, OutOfMemory> {
    new_block(Pcg64::from_state(state))
}

/// The state of a generator that compiled code or [`new_generator`] has made.
///
/// # Safety
/// The address is that of such a generator, which lives and from which nobody draws meanwhile.
pub unsafe fn generator_state(address: u64) -> [u64; Pcg64::STATE_WORDS] {
    // SAFETY: the caller's promise.
    unsafe { (*(address as *const Own)).generator.state() }
}

fn new_block(generator: Pcg64) -> Result<Block, OutOfMemory> {
    const { assert!(BLOCK_HEADER_BYTES.is_multiple_of(align_of::<Own>())) };
    let block = Block::of_object(size_of::<Own>(), Contents::Plain)?;
    let own = block.data().cast::<Own>();
    // SAFETY: the block has that size, is aligned to 64 bytes, and nobody else has it yet. It stays where it is, so that the state can be told by its address.
    unsafe {
        let state = (&raw mut (*own).generator).cast();
        let interface = BitGenerator { state, next_word, next_half_word, next_float, next_raw: next_word };
        own.write(Own { interface, generator });
    }
    Ok(block)
}

/// # Safety
/// As for [`Drawn::at`].
pub(crate) unsafe extern "C" fn hl_generator_word(generator: *mut c_void) -> i64 {
    // SAFETY: the caller's promise.
    unsafe { Drawn::at(generator) }.word() as i64
}

/// # Safety
/// As for [`Drawn::at`].
pub(crate) unsafe extern "C" fn hl_generator_half_word(generator: *mut c_void) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { Drawn::at(generator) }.half_word() as i32
}

/// # Safety
/// As for [`Drawn::at`].
pub(crate) unsafe extern "C" fn hl_generator_float(generator: *mut c_void) -> f64 {
    // SAFETY: the caller's promise.
    unsafe { Drawn::at(generator) }.float()
}

/// # Safety
/// As for [`Drawn::at`].
pub(crate) unsafe extern "C" fn hl_generator_ziggurat(generator: *mut c_void, which: i64) -> f64 {
    let which = Ziggurat::by_number(which as u64).expect("compiled code names distributions that there are");
    // SAFETY: the caller's promise.
    which.draw(&mut unsafe { Drawn::at(generator) })
}
