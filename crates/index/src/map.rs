//! Dense maps: one that gives out ids, and one that hangs further data on ids given out elsewhere.

use crate::Id;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// A vector that owns a kind of id: pushing an element gives out the next id.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdMap<I, T> {
    items: Vec<T>,
    ids: PhantomData<fn(I) -> I>,
}

impl<I: Id, T> IdMap<I, T> {
    /// An empty map.
    pub const fn new() -> Self {
        Self { items: Vec::new(), ids: PhantomData }
    }

    /// Appends an element and returns its id.
    pub fn push(&mut self, item: T) -> I {
        let id = self.next_id();
        self.items.push(item);
        id
    }

    /// The id that the next [`push`](Self::push) will return.
    pub fn next_id(&self) -> I {
        I::new(self.items.len())
    }

    /// Drops all elements but the first `count`; their ids will be given out again.
    pub fn truncate(&mut self, count: usize) {
        self.items.truncate(count);
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
        self.items.get(id.index())
    }

    /// All ids, in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator + use<I, T> {
        (0..self.items.len()).map(I::new)
    }

    /// All ids with their elements, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (I, &T)> + ExactSizeIterator {
        self.items.iter().enumerate().map(|(index, item)| (I::new(index), item))
    }

    /// All ids with their elements, in order, to be changed.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (I, &mut T)> + ExactSizeIterator {
        self.items.iter_mut().enumerate().map(|(index, item)| (I::new(index), item))
    }

    /// All elements, in the order of their ids.
    pub fn values(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }

    /// All elements, in the order of their ids, to be changed.
    pub fn values_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.items.iter_mut()
    }
}

impl<I: Id, T> Default for IdMap<I, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: Id, T: fmt::Debug> fmt::Debug for IdMap<I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<I: Id, T> FromIterator<T> for IdMap<I, T> {
    fn from_iter<Items: IntoIterator<Item = T>>(items: Items) -> Self {
        Self { items: items.into_iter().collect(), ids: PhantomData }
    }
}

impl<I: Id, T> Index<I> for IdMap<I, T> {
    type Output = T;

    fn index(&self, id: I) -> &T {
        &self.items[id.index()]
    }
}

impl<I: Id, T> IndexMut<I> for IdMap<I, T> {
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.items[id.index()]
    }
}

/// A value of `T` for every id of a kind, whether set or not: what was never set is the default.
#[derive(Clone)]
pub struct SideMap<I, T> {
    items: Vec<T>,
    default: T,
    ids: PhantomData<fn(I) -> I>,
}

impl<I: Id, T: Clone> SideMap<I, T> {
    /// A map in which every id has the value `default`.
    pub fn new(default: T) -> Self {
        Self { items: Vec::new(), default, ids: PhantomData }
    }

    /// The same, with room for the ids below `count`.
    pub fn with_len(default: T, count: usize) -> Self {
        Self { items: vec![default.clone(); count], default, ids: PhantomData }
    }
}

impl<I: Id, T: fmt::Debug> fmt::Debug for SideMap<I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.items.iter().enumerate().map(|(index, item)| (I::new(index), item)))
            .finish()
    }
}

impl<I: Id, T: Clone> Index<I> for SideMap<I, T> {
    type Output = T;

    fn index(&self, id: I) -> &T {
        self.items.get(id.index()).unwrap_or(&self.default)
    }
}

impl<I: Id, T: Clone> IndexMut<I> for SideMap<I, T> {
    fn index_mut(&mut self, id: I) -> &mut T {
        if id.index() >= self.items.len() {
            self.items.resize(id.index() + 1, self.default.clone());
        }
        &mut self.items[id.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::define_id! {
        /// An id for these tests.
        struct Local("local");
    }

    #[test]
    fn a_side_map_grows_on_write_only() {
        let mut depth: SideMap<Local, u8> = SideMap::new(7);
        assert_eq!(depth[Local::new(100)], 7);
        depth[Local::new(3)] = 1;
        assert_eq!((depth[Local::new(2)], depth[Local::new(3)], depth[Local::new(4)]), (7, 1, 7));
    }

    #[test]
    fn an_id_reads_back_only_as_it_prints() {
        assert_eq!("local12".parse(), Ok(Local::new(12)));
        for wrong in ["local", "local01", "local+1", "v1", "local4294967296", "local1 "] {
            assert_eq!(wrong.parse::<Local>(), Err(crate::ParseIdError), "{wrong}");
        }
    }
}
