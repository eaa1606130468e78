//! A dense map whose elements can be looked up, so that equal ones share an id.

use crate::{Id, IdMap};
use rustc_hash::FxHashMap;
use std::fmt;
use std::hash::Hash;
use std::ops::Index;

/// An [`IdMap`] that knows the id of each element. An element never changes, and each is kept twice: it is for tables of small rows.
///
/// ```
/// use hotloop_index::{define_id, Interner};
///
/// define_id! {
///     /// A word of a text.
///     pub struct Word("w");
/// }
///
/// let mut words: Interner<Word, &str> = Interner::new();
/// let loops = words.intern("loop");
/// assert_ne!(words.intern("block"), loops);
/// assert_eq!(words.intern("loop"), loops);
/// assert_eq!((words[loops], words.len()), ("loop", 2));
/// ```
#[derive(Clone)]
pub struct Interner<I, T> {
    items: IdMap<I, T>,
    /// The first id of each element.
    ids: FxHashMap<T, I>,
}

impl<I: Id, T: Clone + Eq + Hash> Interner<I, T> {
    /// An empty map.
    pub fn new() -> Self {
        Self { items: IdMap::new(), ids: FxHashMap::default() }
    }

    /// The id of the first element that equals `item`, which is added if there is none.
    pub fn intern(&mut self, item: T) -> I {
        match self.ids.get(&item) {
            Some(id) => *id,
            None => self.push(item),
        }
    }

    /// Appends an element even if there is an equal one: for a table that is read as it was written.
    pub fn push(&mut self, item: T) -> I {
        let id = self.items.push(item.clone());
        self.ids.entry(item).or_insert(id);
        id
    }

    /// The id that the next [`push`](Self::push) will return.
    pub fn next_id(&self) -> I {
        self.items.next_id()
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The element of `id`, or `None` if the map never gave out that id.
    pub fn get(&self, id: I) -> Option<&T> {
        self.items.get(id)
    }

    /// All ids with their elements, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (I, &T)> + ExactSizeIterator {
        self.items.iter()
    }

    /// All elements, in the order of their ids.
    pub fn values(&self) -> std::slice::Iter<'_, T> {
        self.items.values()
    }
}

impl<I: Id, T: Clone + Eq + Hash> Default for Interner<I, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: Id, T: PartialEq> PartialEq for Interner<I, T> {
    fn eq(&self, other: &Self) -> bool {
        self.items == other.items
    }
}

impl<I: Id, T: Eq> Eq for Interner<I, T> {}

impl<I: Id, T: fmt::Debug> fmt::Debug for Interner<I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.fmt(f)
    }
}

impl<I: Id, T> Index<I> for Interner<I, T> {
    type Output = T;

    fn index(&self, id: I) -> &T {
        &self.items[id]
    }
}
