//! A set of ids of which many versions are kept at once: what they have in common is in memory once.

use crate::Id;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

/// How many words a leaf has, and how many children a node.
const WIDTH: usize = 16;
const BITS: usize = u64::BITS as usize;
/// How many ids a leaf is for.
const LEAF: usize = WIDTH * BITS;

/// A set of ids as a tree of bits. A clone costs nothing, and a change of one of two clones copies the way to the bit.
///
/// Where few sets are alive at once, [`IdSet`](crate::IdSet) is quicker.
#[derive(Clone)]
pub struct SharedSet<I> {
    root: Option<Rc<Node>>,
    /// How many ids the root is for.
    span: usize,
    ids: PhantomData<fn(I) -> I>,
}

#[derive(Clone)]
enum Node {
    Leaf([u64; WIDTH]),
    Inner([Option<Rc<Node>>; WIDTH]),
}

impl<I: Id> SharedSet<I> {
    /// The empty set.
    pub const fn new() -> Self {
        Self { root: None, span: LEAF, ids: PhantomData }
    }

    /// Adds `id`; tells whether it was new.
    pub fn insert(&mut self, id: I) -> bool {
        let is_new = !self.contains(id);
        if is_new {
            self.widen(id.index() + 1);
            *word_of(&mut self.root, self.span, id.index()) |= 1 << (id.index() % BITS);
        }
        is_new
    }

    /// Takes `id` out; tells whether it was in.
    pub fn remove(&mut self, id: I) -> bool {
        let was_in = self.contains(id);
        if was_in {
            *word_of(&mut self.root, self.span, id.index()) &= !(1 << (id.index() % BITS));
        }
        was_in
    }

    /// Whether `id` is in the set.
    pub fn contains(&self, id: I) -> bool {
        let (mut at, mut span) = (id.index(), self.span);
        let mut node = self.root.as_deref().filter(|_| at < span);
        while let Some(known) = node {
            match known {
                Node::Leaf(words) => return words[at / BITS] >> (at % BITS) & 1 == 1,
                Node::Inner(children) => {
                    span /= WIDTH;
                    node = children[at / span].as_deref();
                    at %= span;
                }
            }
        }
        false
    }

    /// Adds all of `other`.
    pub fn union_with(&mut self, other: &Self) {
        if let Some(more) = &other.root {
            self.widen(other.span);
            let mut part = &mut self.root;
            let mut span = self.span;
            while span > other.span {
                span /= WIDTH;
                part = match Rc::make_mut(part.get_or_insert_with(|| empty(span * WIDTH))) {
                    Node::Inner(children) => &mut children[0],
                    Node::Leaf(_) => unreachable!("a leaf is for no more ids than any other set"),
                };
            }
            unite(part, more);
        }
    }

    /// Makes room for so many ids.
    fn widen(&mut self, ids: usize) {
        while self.span < ids {
            self.span *= WIDTH;
            if let Some(part) = self.root.take() {
                let mut children = [const { None }; WIDTH];
                children[0] = Some(part);
                self.root = Some(Rc::new(Node::Inner(children)));
            }
        }
    }
}

/// A node for so many ids without any.
fn empty(span: usize) -> Rc<Node> {
    Rc::new(if span == LEAF { Node::Leaf([0; WIDTH]) } else { Node::Inner([const { None }; WIDTH]) })
}

/// The word with the bit at that place, on a way that no other set shares.
fn word_of(node: &mut Option<Rc<Node>>, span: usize, at: usize) -> &mut u64 {
    match Rc::make_mut(node.get_or_insert_with(|| empty(span))) {
        Node::Leaf(words) => &mut words[at / BITS],
        Node::Inner(children) => {
            let part = span / WIDTH;
            word_of(&mut children[at / part], part, at % part)
        }
    }
}

/// Adds the ids of a node for as many ids.
fn unite(into: &mut Option<Rc<Node>>, more: &Rc<Node>) {
    let Some(known) = into else {
        *into = Some(Rc::clone(more));
        return;
    };
    if Rc::ptr_eq(known, more) {
        return;
    }
    match (Rc::make_mut(known), &**more) {
        (Node::Leaf(words), Node::Leaf(more)) => {
            words.iter_mut().zip(more).for_each(|(word, more)| *word |= more);
        }
        (Node::Inner(children), Node::Inner(more)) => {
            for (child, more) in children.iter_mut().zip(more) {
                more.iter().for_each(|more| unite(child, more));
            }
        }
        (Node::Leaf(_), Node::Inner(_)) | (Node::Inner(_), Node::Leaf(_)) => {
            unreachable!("both are for as many ids")
        }
    }
}

impl<I: Id> Default for SharedSet<I> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: Id> fmt::Debug for SharedSet<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = (0..self.span).map(I::new);
        f.debug_set().entries(ids.filter(|id| self.contains(*id))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IdSet;

    crate::define_id! {
        /// An id for these tests.
        struct Number("n");
    }

    #[test]
    fn it_is_a_set() {
        let (mut set, mut dense) = (SharedSet::<Number>::new(), IdSet::new());
        let mut kept = Vec::new();
        let mut number = 1_u64;
        for step in 0..3000 {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let id = Number::new((number >> 33) as usize % if step < 1000 { 900 } else { 40_000 });
            if number >> 62 == 0 {
                assert_eq!(set.remove(id), dense.remove(id));
            } else {
                assert_eq!(set.insert(id), dense.insert(id));
            }
            if step % 300 == 0 {
                kept.push((set.clone(), dense.clone()));
            }
        }
        let all = |set: &SharedSet<Number>| {
            (0..50_000).map(Number::new).filter(|id| set.contains(*id)).collect::<IdSet<_>>()
        };
        for (mut set, mut dense) in kept.clone() {
            assert_eq!(all(&set), dense);
            for (other, other_dense) in &kept {
                set.union_with(other);
                dense.union_with(other_dense);
                assert_eq!(all(&set), dense);
            }
        }
    }
}
