//! Finds iterations of parallel loops that use the same memory: what they read and wrote, and where two of them met.
//!
//! This crate knows nothing about compilers or threads: whoever runs the iterations, one after the other, tells a [`Tracker`] which one begins and
//! what it reads and writes. Two iterations conflict where both use a byte and one of them writes it; that the values may be equal does not matter.
//!
//! Within a loop in another one an access counts for both: it belongs to an iteration of each. Memory that is given back, or given out anew, is
//! forgotten, since another iteration may get it for something else.
//!
//! ```
//! use hotloop_races::{Access, Place, Tracker};
//!
//! let (head, write) = (Place { file: 0, start: 0, end: 5 }, Place { file: 0, start: 10, end: 20 });
//! let mut tracker = Tracker::default();
//! tracker.begin_region();
//! for index in 0..4 {
//!     tracker.begin_iteration(index, head);
//!     let access = Access { address: 8 * (index as u64 / 2), size_bytes: 8, is_write: true, place: write };
//!     tracker.access(access, &[index / 2]);
//! }
//! tracker.end_region();
//! let conflicts = tracker.take_conflicts();
//! assert_eq!(conflicts.len(), 1); // One for two places, however often they meet.
//! assert_eq!([conflicts[0].first.iteration, conflicts[0].second.iteration], [0, 1]);
//! assert_eq!(conflicts[0].indices, [0]);
//! ```

use rustc_hash::FxHashMap;

/// A range of bytes in a source file, by numbers that the caller gives a meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file.
    pub file: u32,
    /// The first byte.
    pub start: u32,
    /// Behind the last byte.
    pub end: u32,
}

impl Place {
    /// No place: an access there counts as one of the call that was announced last.
    pub const NONE: Self = Self { file: 0, start: 0, end: 0 };

    /// As two words for compiled code, which [`from_words`](Self::from_words) reads.
    pub const fn words(self) -> [i64; 2] {
        [self.file as i64, (self.start as i64) << 32 | self.end as i64]
    }

    /// The place that [`words`](Self::words) wrote.
    pub const fn from_words([file, range]: [i64; 2]) -> Self {
        Self { file: file as u32, start: (range >> 32) as u32, end: range as u32 }
    }
}

/// Memory that is read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// The first byte.
    pub address: u64,
    /// How many bytes.
    pub size_bytes: u64,
    /// Whether it is written.
    pub is_write: bool,
    /// Where the source says so.
    pub place: Place,
}

/// What an iteration did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// The value of the loop's counter.
    pub iteration: i64,
    /// Whether it wrote.
    pub is_write: bool,
    /// Where.
    pub place: Place,
}

/// Two iterations of a loop that used the same memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The loop.
    pub region: Place,
    /// What came first when the iterations ran in order.
    pub first: Use,
    /// What came behind.
    pub second: Use,
    /// The indices of the element in the second use; empty where they are not known.
    pub indices: Vec<i64>,
}

/// Conflicts between other places than these are not told: a few show what is wrong.
const MOST_CONFLICTS: usize = 16;
/// How many bytes share a list of touches.
const GRANULE_BYTES: u64 = 8;
const PAGE_BYTES: u64 = 4096;
const GRANULES: usize = (PAGE_BYTES / GRANULE_BYTES) as usize;

/// Remembers who has used which memory.
#[derive(Debug, Default)]
pub struct Tracker {
    /// The open regions, the innermost last.
    regions: Vec<Region>,
    caller: Place,
    conflicts: Vec<Conflict>,
}

/// A parallel loop that runs.
#[derive(Debug, Default)]
struct Region {
    place: Place,
    /// The iteration that runs; none before the first has said so.
    iteration: Option<i64>,
    pages: FxHashMap<u64, Box<[Vec<Touch>; GRANULES]>>,
}

/// The use of bytes of a granule by an iteration.
#[derive(Clone, Copy, Debug)]
struct Touch {
    what: Use,
    /// A bit a byte.
    bytes: u8,
}

impl Tracker {
    /// A parallel loop begins.
    pub fn begin_region(&mut self) {
        self.regions.push(Region::default());
    }

    /// The innermost open loop ends.
    pub fn end_region(&mut self) {
        self.regions.pop();
    }

    /// An iteration of the innermost open loop, which stands at that place, begins.
    pub fn begin_iteration(&mut self, index: i64, place: Place) {
        if let Some(region) = self.regions.last_mut() {
            (region.iteration, region.place) = (Some(index), place);
        }
    }

    /// What is accessed without a place from now on belongs to a call there.
    pub fn call(&mut self, place: Place) {
        self.caller = place;
    }

    /// Memory is read or written. The indices say of which element it is, if that is known.
    pub fn access(&mut self, access: Access, indices: &[i64]) {
        let place = if access.place == Place::NONE { self.caller } else { access.place };
        let mut met = Vec::new();
        for region in &mut self.regions {
            let Some(iteration) = region.iteration else { continue };
            let second = Use { iteration, is_write: access.is_write, place };
            if let Some(first) = region.touch(&access, second) {
                met.push(Conflict { region: region.place, first, second, indices: indices.to_vec() });
            }
        }
        met.into_iter().for_each(|conflict| self.add(conflict));
    }

    /// What lies there belongs to nobody any more.
    pub fn forget(&mut self, address: u64, size_bytes: u64) {
        self.regions.iter_mut().for_each(|region| region.forget(address, size_bytes));
    }

    /// The conflicts so far, in the order in which they were met; they are not told again.
    pub fn take_conflicts(&mut self) -> Vec<Conflict> {
        std::mem::take(&mut self.conflicts)
    }

    fn add(&mut self, conflict: Conflict) {
        let places = |conflict: &Conflict| (conflict.first.place, conflict.second.place);
        let is_known = self.conflicts.iter().any(|known| places(known) == places(&conflict));
        if !is_known && self.conflicts.len() < MOST_CONFLICTS {
            self.conflicts.push(conflict);
        }
    }
}

impl Region {
    /// Notes what an iteration does; returns what another one has done there that does not go with it.
    fn touch(&mut self, access: &Access, what: Use) -> Option<Use> {
        let mut met = None;
        for (granule, bytes) in granules(access.address, access.size_bytes) {
            let page = self.pages.entry(granule / GRANULES as u64).or_insert_with(new_page);
            let touches = &mut page[(granule % GRANULES as u64) as usize];
            let found = note(touches, Touch { what, bytes });
            met = met.or(found);
        }
        met
    }

    fn forget(&mut self, address: u64, size_bytes: u64) {
        let (first, behind) = (address / PAGE_BYTES, (address + size_bytes).div_ceil(PAGE_BYTES));
        let is_whole =
            |page: u64| page * PAGE_BYTES >= address && (page + 1) * PAGE_BYTES <= address + size_bytes;
        // Of large blocks few pages were used, of small ones there are few.
        if behind - first > self.pages.len() as u64 {
            self.pages.retain(|page, _| !is_whole(*page));
        } else {
            (first..behind).filter(|page| is_whole(*page)).for_each(|page| {
                self.pages.remove(&page);
            });
        }
        for page in [first, behind.saturating_sub(1)] {
            let Some(granules_there) = self.pages.get_mut(&page) else { continue };
            let start = address.max(page * PAGE_BYTES);
            let end = (address + size_bytes).min((page + 1) * PAGE_BYTES);
            for (granule, bytes) in granules(start, end.saturating_sub(start)) {
                let touches = &mut granules_there[(granule % GRANULES as u64) as usize];
                touches.iter_mut().for_each(|touch| touch.bytes &= !bytes);
                touches.retain(|touch| touch.bytes != 0);
            }
        }
    }
}

fn new_page() -> Box<[Vec<Touch>; GRANULES]> {
    let granules: Vec<Vec<Touch>> = (0..GRANULES).map(|_| Vec::new()).collect();
    granules.try_into().expect("that many")
}

/// The granules that bytes lie in, each with a bit for each of its bytes that belongs to them.
fn granules(address: u64, size_bytes: u64) -> impl Iterator<Item = (u64, u8)> {
    let end = address + size_bytes;
    (address / GRANULE_BYTES..end.div_ceil(GRANULE_BYTES)).map(move |granule| {
        let start = granule * GRANULE_BYTES;
        let (from, to) = (address.max(start) - start, end.min(start + GRANULE_BYTES) - start);
        (granule, ((1_u16 << to) - (1_u16 << from)) as u8)
    })
}

/// Adds a touch to those of a granule; returns what it conflicts with.
fn note(touches: &mut Vec<Touch>, new: Touch) -> Option<Use> {
    let is_common = |touch: &&Touch| touch.bytes & new.bytes != 0;
    let others = touches.iter().filter(is_common).filter(|touch| touch.what.iteration != new.what.iteration);
    let mut readers = 0;
    for other in others {
        if new.what.is_write || other.what.is_write {
            return Some(other.what);
        }
        readers += usize::from(other.bytes & new.bytes == new.bytes);
    }
    // Whoever writes later conflicts with one of two readers, whichever it is itself.
    if readers >= 2 {
        return None;
    }
    let is_same = |touch: &&mut Touch| {
        (touch.what.iteration, touch.what.is_write) == (new.what.iteration, new.what.is_write)
    };
    match touches.iter_mut().find(is_same) {
        Some(touch) => touch.bytes |= new.bytes,
        None => touches.push(new),
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOP: Place = Place { file: 1, start: 1, end: 2 };

    fn at(start: u32) -> Place {
        Place { file: 1, start, end: start + 1 }
    }

    /// What a loop does: iteration, first byte, bytes, whether it writes.
    fn conflicts(accesses: &[(i64, u64, u64, bool)]) -> Vec<Conflict> {
        let mut tracker = Tracker::default();
        tracker.begin_region();
        for (number, (iteration, address, size_bytes, is_write)) in accesses.iter().enumerate() {
            tracker.begin_iteration(*iteration, LOOP);
            let (address, size_bytes, is_write) = (*address, *size_bytes, *is_write);
            let place = at(10 + number as u32);
            tracker.access(Access { address, size_bytes, is_write, place }, &[]);
        }
        tracker.end_region();
        tracker.take_conflicts()
    }

    #[test]
    fn reading_together_and_writing_apart_are_no_conflicts() {
        assert!(conflicts(&[(0, 0, 8, false), (1, 0, 8, false), (2, 0, 8, false)]).is_empty());
        assert!(conflicts(&[(0, 0, 8, true), (1, 8, 8, true), (0, 0, 8, false)]).is_empty());
        assert!(conflicts(&[(0, 0, 1, true), (1, 1, 1, true), (2, 7, 1, true), (3, 4, 2, true)]).is_empty());
        assert!(conflicts(&[(5, 0, 8, false), (5, 0, 8, true), (5, 4, 8, true)]).is_empty());
    }

    #[test]
    fn a_byte_in_common_is_a_conflict_if_one_writes() {
        for pair in [
            [(0, 0, 8, true), (1, 0, 8, true)],
            [(0, 0, 8, true), (1, 7, 1, false)],
            [(0, 0, 8, false), (1, 4, 8, true)],
            [(0, 4094, 4, true), (1, 4096, 8, true)],
            [(0, 0, 10_000, true), (1, 9_999, 1, false)],
        ] {
            let found = conflicts(&pair);
            assert_eq!(found.len(), 1, "{pair:?}");
            assert_eq!((found[0].first.place, found[0].second.place), (at(10), at(11)));
        }
    }

    #[test]
    fn of_many_readers_two_are_enough() {
        let found = conflicts(&[(0, 0, 8, false), (1, 0, 8, false), (2, 0, 8, false), (0, 0, 8, true)]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].first.iteration, 1);
    }

    #[test]
    fn each_region_has_its_own_iterations() {
        let mut tracker = Tracker::default();
        let write = Access { address: 64, size_bytes: 8, is_write: true, place: at(20) };
        tracker.begin_region();
        for outer in 0..2 {
            tracker.begin_iteration(outer, at(1));
            tracker.begin_region();
            tracker.begin_iteration(7, at(2));
            tracker.access(write, &[3, 4]);
            tracker.end_region();
        }
        let found = tracker.take_conflicts();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].region, found[0].first.iteration, found[0].second.iteration), (at(1), 0, 1));
        assert_eq!(found[0].indices, [3, 4]);
        tracker.end_region();
        tracker.access(write, &[]);
        assert!(tracker.take_conflicts().is_empty());
    }

    #[test]
    fn memory_that_is_given_back_is_forgotten() {
        for (address, size_bytes) in [(64, 8), (100, 3), (4090, 20), (4096, 4096), (1000, 1 << 20)] {
            let mut tracker = Tracker::default();
            let write = Access { address, size_bytes, is_write: true, place: at(20) };
            tracker.begin_region();
            tracker.begin_iteration(0, LOOP);
            tracker.access(write, &[]);
            tracker.forget(address, size_bytes);
            tracker.begin_iteration(1, LOOP);
            tracker.access(write, &[]);
            assert!(tracker.take_conflicts().is_empty(), "{address}");
            tracker.forget(address, size_bytes - 1);
            tracker.begin_iteration(2, LOOP);
            tracker.access(write, &[]);
            assert_eq!(tracker.take_conflicts().len(), 1, "{address}");
        }
    }

    #[test]
    fn what_has_no_place_belongs_to_the_call() {
        let mut tracker = Tracker::default();
        tracker.begin_region();
        for iteration in 0..2 {
            tracker.begin_iteration(iteration, LOOP);
            tracker.call(at(30));
            let place = Place::NONE;
            tracker.access(Access { address: 0, size_bytes: 1, is_write: true, place }, &[]);
        }
        assert_eq!(tracker.take_conflicts()[0].second.place, at(30));
    }
}
