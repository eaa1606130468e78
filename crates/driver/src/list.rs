//! Lists and strings as compiled code leaves them in memory.

use crate::argument::result_words;
use hotloop_objects::layout::{LIST_ITEMS, LIST_LENGTH, MOST_OWNER_WORDS};
use hotloop_types::Type;

/// How a place in memory is read: its address and how many bytes, at most eight; gives them with zeros above.
pub type Load<'a> = dyn FnMut(u64, u32) -> u64 + 'a;

/// How the items of a list lie in memory.
#[derive(Clone, Copy, Debug)]
pub struct ItemMemory {
    /// How many bytes an item takes.
    pub size_bytes: u64,
    /// Which words of an item hold references: bit `n` stands for the eight bytes of number `n`.
    pub owners: u64,
    words: usize,
    single: Option<u32>,
}

impl ItemMemory {
    /// How items of that type lie in memory; `None` for a type of so many words that not all references can be named.
    pub fn of(item: &Type) -> Option<Self> {
        let words = result_words(item);
        let single = single_bytes(item).filter(|_| words == 1);
        let (mut owners, mut is_too_large) = (0_u64, false);
        let places: Vec<u64> = (0..words as u64).collect();
        for_each_owner(item, &mut places.iter(), &mut |place| {
            is_too_large |= place >= MOST_OWNER_WORDS as u64;
            owners |= 1_u64.wrapping_shl(place as u32);
        });
        let size_bytes = single.map_or(8 * words as u64, u64::from);
        (!is_too_large).then_some(Self { size_bytes, owners, words, single })
    }

    /// Appends the bytes of an item, given as the words of a result of its type.
    pub fn append(&self, words: &[u64], bytes: &mut Vec<u8>) {
        assert_eq!(words.len(), self.words, "the words of one item");
        let size = self.single.map_or(8, |size| size as usize);
        words.iter().for_each(|word| bytes.extend(&word.to_le_bytes()[..size]));
    }
}

/// The items of a list, each as the words of a result of that type. They belong to the list.
pub fn list_words(item: &Type, list: u64, load: &mut Load<'_>) -> Vec<Vec<u64>> {
    let length = load(list + LIST_LENGTH, 8);
    let first = load(list + LIST_ITEMS, 8);
    let count = result_words(item) as u64;
    let single = single_bytes(item).filter(|_| count == 1);
    let item_bytes = single.map_or(8 * count, u64::from);
    let words = |at: u64, load: &mut Load<'_>| match single {
        Some(size) => vec![load(at, size)],
        None => (0..count).map(|word| load(at + 8 * word, 8)).collect(),
    };
    (0..length).map(|position| words(first + position * item_bytes, load)).collect()
}

/// The bytes of all items of a list.
pub fn item_bytes_of(list: u64, memory: &ItemMemory, load: &mut Load<'_>) -> Vec<u8> {
    let size_bytes = load(list + LIST_LENGTH, 8) * memory.size_bytes;
    let first = load(list + LIST_ITEMS, 8);
    let part = |at: u64| (at, (size_bytes - at).min(8) as u32);
    (0..size_bytes)
        .step_by(8)
        .flat_map(|at| {
            let (at, size) = part(at);
            load(first + at, size).to_le_bytes().into_iter().take(size as usize)
        })
        .collect()
}

/// The size of the one machine value that an item is.
fn single_bytes(item: &Type) -> Option<u32> {
    match item {
        Type::Scalar(dtype) => Some(dtype.size_bytes()),
        Type::List(_) => Some(8),
        Type::Tuple(_) | Type::Function(_) | Type::Enum(_) | Type::Optional(_) => {
            item.parts().iter().find_map(single_bytes)
        }
        Type::Array(_)
        | Type::None
        | Type::Dtype(_)
        | Type::Str
        | Type::Bytes
        | Type::Range
        | Type::Generator(_)
        | Type::RandomGenerator
        | Type::Undefined => None,
    }
}

/// The code points of a string.
pub fn str_codes(address: u64, length: u64, load: &mut Load<'_>) -> Vec<u32> {
    (0..length).map(|position| load(address + 4 * position, 4) as u32).collect()
}

/// The bytes of bytes.
pub fn bytes_of(address: u64, length: u64, load: &mut Load<'_>) -> Vec<u8> {
    (0..length).map(|position| load(address + position, 1) as u8).collect()
}

/// Visits the references in the words of a result.
pub fn for_each_owner(ty: &Type, words: &mut std::slice::Iter<'_, u64>, visit: &mut dyn FnMut(u64)) {
    match ty {
        Type::Optional(value) => {
            words.next();
            for_each_owner(value, words, visit);
        }
        Type::Tuple(_) | Type::Function(_) | Type::Enum(_) => {
            ty.parts().iter().for_each(|part| for_each_owner(part, words, visit));
        }
        Type::Array(_)
        | Type::Str
        | Type::Bytes
        | Type::List(_)
        | Type::Generator(_)
        | Type::RandomGenerator => {
            let owner = words.next().expect("a word for every part of the result");
            visit(*owner);
            (1..result_words(ty)).for_each(|_| {
                words.next();
            });
        }
        Type::Scalar(_) | Type::None | Type::Dtype(_) | Type::Range | Type::Undefined => {
            (0..result_words(ty)).for_each(|_| {
                words.next();
            });
        }
    }
}
