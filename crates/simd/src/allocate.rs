//! Registers: `regalloc2` with the registers of each level.

use crate::Level;
use crate::code::Body;
use regalloc2::{Algorithm, Edit, MachineEnv, Output, PReg, PRegSet, RegClass, RegallocOptions};

/// General registers that are taken first: rax, rcx, rdx, rsi, rdi, r8 to r11. System V lets a function change them.
pub(crate) const FREE: [usize; 9] = [0, 1, 2, 6, 7, 8, 9, 10, 11];
/// General registers that System V lets no function change: rbx, r12 to r15.
pub(crate) const SAVED: [usize; 5] = [3, 12, 13, 14, 15];
/// The first vector register that only AVX-512 has. Compiled code around knows nothing of them, and nothing waits for what they hold.
pub(crate) const FIRST_NEW: usize = 16;

/// Gives every virtual register a place. `None` if the allocator refuses, which would be a mistake of the selection.
pub(crate) fn allocate(level: Level, body: &Body) -> Option<Output> {
    let set = |class: RegClass, numbers: &mut dyn Iterator<Item = usize>| {
        numbers.fold(PRegSet::empty(), |set, number| set.with(PReg::new(number, class)))
    };
    let (vectors, others) = match level {
        Level::Avx2 => (0..FIRST_NEW, 0..0),
        // The others have to be saved.
        Level::Avx512 => (FIRST_NEW..32, 0..FIRST_NEW),
    };
    let environment = MachineEnv {
        preferred_regs_by_class: [
            set(RegClass::Int, &mut FREE.into_iter()),
            set(RegClass::Float, &mut vectors.into_iter()),
            // k0 as a mask means all lanes.
            set(RegClass::Vector, &mut (1..8)),
        ],
        non_preferred_regs_by_class: [
            set(RegClass::Int, &mut SAVED.into_iter()),
            set(RegClass::Float, &mut others.into_iter()),
            PRegSet::empty(),
        ],
        scratch_by_class: [None; 3],
        fixed_stack_slots: Vec::new(),
    };
    let options = RegallocOptions {
        verbose_log: false,
        validate_ssa: cfg!(debug_assertions),
        algorithm: Algorithm::Ion,
    };
    let allocated = regalloc2::run(body, &environment, &options);
    debug_assert!(allocated.is_ok(), "{:?}", allocated.err());
    allocated.ok()
}

/// Whether some vector had to be kept in memory for a while.
pub(crate) fn spills_vectors(allocated: &Output) -> bool {
    allocated.edits.iter().any(|(_, Edit::Move { from, to })| {
        let is_vector = [from, to]
            .iter()
            .filter_map(|place| place.as_reg())
            .any(|place| place.class() == RegClass::Float);
        is_vector && (from.is_stack() || to.is_stack())
    })
}
