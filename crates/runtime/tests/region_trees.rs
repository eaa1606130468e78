//! Random trees of nested regions mean the same in parallel as in a plain loop: what ran before the first error has run
//! once, and that error is the one that comes out.

use hotloop_abi::{ErrorState, ExceptionClass};
use hotloop_runtime::{CallState, Interrupter, Worker};
use proptest::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

static INTERRUPTER: Interrupter = Interrupter::new();

#[derive(Clone, Debug)]
enum Tree {
    /// Work, with a number given later.
    Leaf { number: usize, raises: bool, yields: u8 },
    /// A region with an iteration for each child.
    Region { children: Vec<Tree>, picoseconds: i64 },
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = (prop::bool::weighted(0.06), 0..4_u8).prop_map(|(raises, yields)| Tree::Leaf {
        number: 0,
        raises,
        yields,
    });
    region(leaf.prop_recursive(2, 200, 12, region))
}

fn region(child: impl Strategy<Value = Tree>) -> impl Strategy<Value = Tree> {
    let picoseconds = prop_oneof![Just(0), Just(1), Just(1_000_000_000_i64)];
    (prop::collection::vec(child, 1..20), picoseconds)
        .prop_map(|(children, picoseconds)| Tree::Region { children, picoseconds })
}

impl Tree {
    /// Numbers the leaves in the order of a plain loop.
    fn number(&mut self, next: &mut usize) {
        match self {
            Self::Leaf { number, .. } => {
                *number = *next;
                *next += 1;
            }
            Self::Region { children, .. } => children.iter_mut().for_each(|child| child.number(next)),
        }
    }

    /// The number of the first leaf that raises.
    fn first_error(&self) -> Option<usize> {
        match self {
            Self::Leaf { number, raises, .. } => raises.then_some(*number),
            Self::Region { children, .. } => children.iter().find_map(Self::first_error),
        }
    }

    fn run(&self, worker: &mut Worker<'_>, runs: &[AtomicU32]) -> Result<(), ErrorState> {
        match self {
            Self::Leaf { number, raises, yields } => {
                (0..*yields).for_each(|_| std::thread::yield_now());
                worker.safepoint()?;
                runs[*number].fetch_add(1, Ordering::Relaxed);
                let error = ErrorState {
                    class: ExceptionClass::LookupError as u32,
                    payload: ErrorState::payload_of(&[*number as i64]),
                    ..ErrorState::default()
                };
                if *raises { Err(error) } else { Ok(()) }
            }
            Self::Region { children, picoseconds } => {
                worker.parallel_for(children.len() as i64, *picoseconds, |worker, range| {
                    range.map(|index| &children[index as usize]).try_for_each(|child| child.run(worker, runs))
                })
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn regions_mean_what_loops_mean(mut tree in tree(), threads in 1..9_u32) {
        let mut leaves = 0;
        tree.number(&mut leaves);
        let runs: Vec<AtomicU32> = (0..leaves).map(|_| AtomicU32::new(0)).collect();
        let mut call = CallState::new(&INTERRUPTER).with_threads(threads);
        let outcome = tree.run(&mut call.worker(), &runs);
        let first_error = tree.first_error();
        prop_assert_eq!(outcome.err().map(|error| error.payload[0] as usize), first_error);
        let must_have_run = first_error.map_or(leaves, |number| number + 1);
        prop_assert!(runs[..must_have_run].iter().all(|runs| runs.load(Ordering::Relaxed) == 1));
        prop_assert!(runs.iter().all(|runs| runs.load(Ordering::Relaxed) <= 1));
    }
}
