//! A dense set of ids, one bit each.

use crate::Id;
use std::fmt;
use std::marker::PhantomData;

const BITS: usize = u64::BITS as usize;

/// A set of ids, as a bit vector that grows as needed.
#[derive(Clone)]
pub struct IdSet<I> {
    words: Vec<u64>,
    ids: PhantomData<fn(I) -> I>,
}

impl<I: Id> IdSet<I> {
    /// The empty set.
    pub const fn new() -> Self {
        Self { words: Vec::new(), ids: PhantomData }
    }

    /// Adds `id`; tells whether it was new.
    pub fn insert(&mut self, id: I) -> bool {
        let word = id.index() / BITS;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let mask = 1 << (id.index() % BITS);
        let new = self.words[word] & mask == 0;
        self.words[word] |= mask;
        new
    }

    /// Takes `id` out; tells whether it was in.
    pub fn remove(&mut self, id: I) -> bool {
        let was_in = self.contains(id);
        if was_in {
            self.words[id.index() / BITS] &= !(1 << (id.index() % BITS));
        }
        was_in
    }

    /// Whether `id` is in the set.
    pub fn contains(&self, id: I) -> bool {
        self.words.get(id.index() / BITS).is_some_and(|word| word >> (id.index() % BITS) & 1 == 1)
    }

    /// Adds all of `other`; tells whether anything was new.
    pub fn union_with(&mut self, other: &Self) -> bool {
        if other.words.len() > self.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        let mut changed = false;
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            changed |= *more & !*word != 0;
            *word |= *more;
        }
        changed
    }

    /// How many ids are in the set.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// All ids in the set, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = I> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            (0..BITS).filter(move |bit| word >> bit & 1 == 1).map(move |bit| I::new(at * BITS + bit))
        })
    }
}

impl<I: Id> Default for IdSet<I> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: Id> PartialEq for IdSet<I> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<I: Id> Eq for IdSet<I> {}

impl<I: Id> fmt::Debug for IdSet<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<I: Id> FromIterator<I> for IdSet<I> {
    fn from_iter<Items: IntoIterator<Item = I>>(items: Items) -> Self {
        let mut set = Self::new();
        set.extend(items);
        set
    }
}

impl<I: Id> Extend<I> for IdSet<I> {
    fn extend<Items: IntoIterator<Item = I>>(&mut self, items: Items) {
        for id in items {
            self.insert(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::define_id! {
        /// An id for these tests.
        struct Bit("b");
    }

    #[test]
    fn a_set_lists_what_went_in_across_words() {
        let ids: Vec<Bit> = [0, 63, 64, 130].into_iter().map(Bit::new).collect();
        let mut set: IdSet<Bit> = ids.iter().rev().copied().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), ids);
        assert!(set.remove(ids[2]) && !set.remove(ids[2]));
        assert_eq!(set.len(), 3);
        assert!(!set.union_with(&ids[..2].iter().copied().collect()));
        assert!(set.union_with(&ids.iter().copied().collect()));
    }
}
