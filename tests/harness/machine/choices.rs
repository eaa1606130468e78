//! Decisions read from a list of numbers; when the list ends, each is the first of its kind.

/// The rest of a list of numbers.
pub(crate) struct Choices<'a> {
    numbers: &'a [u32],
}

impl<'a> Choices<'a> {
    /// The decisions that these numbers make.
    pub(crate) fn new(numbers: &'a [u32]) -> Self {
        Self { numbers }
    }

    /// A number below `count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let Some((first, rest)) = self.numbers.split_first() else { return 0 };
        self.numbers = rest;
        *first as usize % count
    }

    /// One of the items.
    pub(crate) fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// Whether something happens that happens once in `count` times.
    pub(crate) fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }
}
