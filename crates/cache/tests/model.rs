//! Random sequences of operations, compared with a map in memory.

mod common;

use std::collections::HashMap;
use std::fs;

use common::{CODE, MEMO, Scratch};
use hotloop_cache::{EntryKind, Lookup};
use proptest::prelude::*;

const KINDS: [EntryKind; 2] = [CODE, MEMO];

/// What can happen to a cache.
#[derive(Clone, Debug)]
enum Step {
    Put {
        kind: usize,
        number: u64,
        payload: Vec<u8>,
    },
    Get {
        kind: usize,
        number: u64,
    },
    /// Overwrites bytes of an entry's file, from a place given as a fraction of its length.
    Scribble {
        kind: usize,
        number: u64,
        place: u16,
        bytes: Vec<u8>,
    },
    Cut {
        kind: usize,
        number: u64,
        place: u16,
    },
    Evict,
    Verify,
    Clear,
}

fn step() -> impl Strategy<Value = Step> {
    let (kind, number) = (0..2_usize, 0..5_u64);
    let payload = prop::collection::vec(any::<u8>(), 0..300);
    let scribble = prop::collection::vec(any::<u8>(), 1..40);
    prop_oneof![
        6 => (kind.clone(), number.clone(), payload).prop_map(|(kind, number, payload)| Step::Put { kind, number, payload }),
        6 => (kind.clone(), number.clone()).prop_map(|(kind, number)| Step::Get { kind, number }),
        2 => (kind.clone(), number.clone(), any::<u16>(), scribble)
            .prop_map(|(kind, number, place, bytes)| Step::Scribble { kind, number, place, bytes }),
        1 => (kind, number, any::<u16>()).prop_map(|(kind, number, place)| Step::Cut { kind, number, place }),
        1 => Just(Step::Evict),
        1 => Just(Step::Verify),
        1 => Just(Step::Clear),
    ]
}

/// What should be in the cache: the payload of each entry, `None` once its file was changed from outside.
type Model = HashMap<(usize, u64), Option<Vec<u8>>>;

fn apply(scratch: &Scratch, model: &mut Model, step: Step) {
    match step {
        Step::Put { kind, number, payload } => {
            scratch.store(KINDS[kind], number, &payload);
            model.insert((kind, number), Some(payload));
        }
        Step::Get { kind, number } => check(scratch, model, kind, number),
        Step::Scribble { kind, number, place, bytes } => {
            damage(scratch, model, kind, number, |file| {
                let start = usize::from(place) * file.len() / (1 << 16);
                let end = (start + bytes.len()).min(file.len());
                file[start..end].copy_from_slice(&bytes[..end - start]);
            });
        }
        Step::Cut { kind, number, place } => {
            damage(scratch, model, kind, number, |file| {
                file.truncate(usize::from(place) * file.len() / (1 << 16));
            });
        }
        Step::Evict => assert_eq!(scratch.cache.evict().unwrap().entries, 0, "far below the limit"),
        Step::Verify => {
            let verified = scratch.cache.verify().unwrap();
            let damaged = model.values().filter(|payload| payload.is_none()).count();
            assert_eq!(verified.damaged.len(), damaged);
            assert_eq!(verified.intact as usize, model.len() - damaged);
        }
        Step::Clear => {
            assert_eq!(scratch.cache.clear().unwrap().entries as usize, model.len());
            model.clear();
        }
    }
}

fn damage(scratch: &Scratch, model: &mut Model, kind: usize, number: u64, change: impl FnOnce(&mut Vec<u8>)) {
    let Some(payload) = model.get_mut(&(kind, number)) else { return };
    let path = scratch.path(KINDS[kind], number);
    let original = fs::read(&path).unwrap();
    let mut file = original.clone();
    change(&mut file);
    if file != original {
        fs::write(path, file).unwrap();
        *payload = None;
    }
}

fn check(scratch: &Scratch, model: &Model, kind: usize, number: u64) {
    let lookup = scratch.get(KINDS[kind], number);
    match model.get(&(kind, number)) {
        Some(Some(payload)) => assert_eq!(lookup, Lookup::Hit(payload.clone())),
        Some(None) => assert!(matches!(lookup, Lookup::Damaged(_)), "{lookup:?}"),
        None => assert_eq!(lookup, Lookup::Miss),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn behaves_like_a_map(steps in prop::collection::vec(step(), 1..60)) {
        let scratch = Scratch::new();
        let mut model = Model::new();
        for step in steps {
            apply(&scratch, &mut model, step);
        }
        for (kind, number) in (0..2).flat_map(|kind| (0..5).map(move |number| (kind, number))) {
            check(&scratch, &model, kind, number);
        }
        prop_assert_eq!(scratch.temporary_files(), 0);
    }
}
