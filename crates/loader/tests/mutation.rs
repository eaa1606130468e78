//! Damaged objects load or are refused; they never crash the loader. What was loaded is not run.
#![cfg(target_arch = "x86_64")]

mod common;

use common::CRANELIFT_OBJECT;
use hotloop_loader::{Image, LoadError, load};
use proptest::prelude::*;

fn try_load(object: &[u8]) -> Result<Image, LoadError> {
    // Any address does: nothing is run.
    load(object, &|_: &str| Some(std::ptr::without_provenance(0x1234_5678)))
}

/// What an image promises about itself, whatever it was made from.
fn check(image: &Image) {
    let text = image.text_range();
    let base = text.start.addr();
    let length = text.end.addr() - base;
    assert!(length <= image.memory_bytes());
    for symbol in image.symbols() {
        let offset = symbol.address.addr() - base;
        assert!(offset + symbol.size_bytes <= image.memory_bytes(), "{symbol:?}");
        assert_eq!(image.symbol(symbol.name), Some(symbol.address));
    }
}

fn load_and_check(object: &[u8]) -> bool {
    match try_load(object) {
        Ok(image) => {
            check(&image);
            true
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            false
        }
    }
}

#[test]
fn every_bit_flipped() {
    let mut object = CRANELIFT_OBJECT.to_vec();
    let mut loaded = 0;
    for bit in 0..object.len() * 8 {
        object[bit / 8] ^= 1 << (bit % 8);
        loaded += usize::from(load_and_check(&object));
        object[bit / 8] ^= 1 << (bit % 8);
    }
    // Flips in instructions and data are for the cache's checksum to find; flips in tables mostly are refused.
    assert!(loaded > 0 && loaded < object.len() * 8, "{loaded} loaded");
}

#[test]
fn every_byte_at_its_limits() {
    let mut object = CRANELIFT_OBJECT.to_vec();
    for position in 0..object.len() {
        let original = object[position];
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            object[position] = value;
            load_and_check(&object);
        }
        object[position] = original;
    }
}

#[test]
fn every_cut() {
    for length in 0..CRANELIFT_OBJECT.len() {
        let cut = &CRANELIFT_OBJECT[..length];
        assert!(!load_and_check(cut), "the section table stands at the end, so a cut to {length} must show");
    }
    assert!(load_and_check(CRANELIFT_OBJECT));
}

/// Numbers that overflow what they are added to.
fn hostile_number() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        0..5000_u64,
        Just(u64::MAX),
        Just(u64::MAX - 7),
        Just(1 << 63),
        Just(i64::MAX as u64),
        Just(1 << 32),
        Just(u64::from(u32::MAX)),
        Just(0xffff_fff0),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    /// Whole fields overwritten, several at once: offsets, sizes, symbol and section numbers.
    #[test]
    fn hostile_fields(
        changes in prop::collection::vec((0..CRANELIFT_OBJECT.len(), 1..9_usize, hostile_number()), 1..6)
    ) {
        let mut object = CRANELIFT_OBJECT.to_vec();
        for (position, width, number) in changes {
            // Fields stand at multiples of their width, mostly.
            let position = position / width * width;
            let end = (position + width).min(object.len());
            object[position..end].copy_from_slice(&number.to_le_bytes()[..end - position]);
        }
        load_and_check(&object);
    }

    /// Parts of the object moved over other parts.
    #[test]
    fn shuffled_parts(
        moves in prop::collection::vec((0..CRANELIFT_OBJECT.len(), 0..CRANELIFT_OBJECT.len(), 1..64_usize), 1..6)
    ) {
        let mut object = CRANELIFT_OBJECT.to_vec();
        for (from, to, length) in moves {
            let length = length.min(object.len() - from).min(object.len() - to);
            object.copy_within(from..from + length, to);
        }
        load_and_check(&object);
    }

    #[test]
    fn arbitrary_bytes_behind_a_header(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let object = [&CRANELIFT_OBJECT[..64], &bytes].concat();
        load_and_check(&object);
        load_and_check(&bytes);
    }
}
