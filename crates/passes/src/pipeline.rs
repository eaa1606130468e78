//! The order of the passes, and what runs them.

use crate::{
    CanonicalizeLoops, CarryStores, ContractProducts, ConvertBranches, ElideBoundsChecks, ExpandMath,
    FoldAddresses, FoldConstants, HoistInvariants, InlineSmallFunctions, JamLoops, MaskBranches,
    NarrowIntegers, NumberValues, OutlineParallelRegions, RemoveDeadCode, SelectSums, ShareReciprocals,
    ShortenChains, SimplifyControlFlow, SimplifySelects, ThinSafepoints, UnrollLoops, VectorizeLoops,
    VectorizeNests, VersionLoops,
};
use hotloop_diagnostics::Remark;
use hotloop_mir::{Function, Module, Phase};
use std::time::{Duration, Instant};

/// A transformation of one function that keeps its meaning.
pub trait MirPass: Sync {
    /// The pass's name: the type's in kebab case, the file's, the test folder's.
    fn name(&self) -> &'static str;

    /// Changes the function; what the pass did or could not do goes into the context as remarks.
    fn run(&self, function: &mut Function, context: &mut PassContext<'_>);
}

/// What a pass sees besides its function, and what it leaves behind.
pub struct PassContext<'a> {
    /// Finds the body of a callee by its symbol, in the phase `Lowered`, if it may be copied.
    pub callee_body: &'a dyn Fn(&str) -> Option<&'a Function>,
    /// Functions cut out of the one that is optimised.
    pub outlined: Vec<Function>,
    /// What was done and what was not, and why.
    pub remarks: Vec<Remark>,
}

/// The passes in their order.
pub static PIPELINE: &[&dyn MirPass] = &[
    &SimplifyControlFlow,    // Lowering leaves empty blocks, which hide loop shapes.
    &InlineSmallFunctions, // First of all that optimises: a call hides everything from the passes behind it.
    &FoldConstants,        // Constant lengths and steps decide branches.
    &SimplifyControlFlow,  // Removes what those branches led to, and joins the blocks of inlined bodies.
    &NumberValues, // One value a length or address, so that checks and loop bounds can be compared by name.
    &CanonicalizeLoops, // Every loop pass relies on a preheader, one latch and the test at the bottom.
    &HoistInvariants, // After canonicalisation there is a place to hoist to, reached only if the loop runs.
    &NumberValues, // What was hoisted out of two loops is often the same.
    &ElideBoundsChecks, // After hoisting: the bounds are then plain values outside the loop.
    &FoldConstants, // Elided checks leave sums with constants, and comparisons that are decided.
    &VersionLoops, // Behind what can be proved: the rest is asked. In front of all that checks hinder.
    &FoldConstants, // Its checks, too.
    &FoldAddresses, // Behind the checks, which hide that indices are sums.
    &NumberValues, // Neighbours now have one address, and a value that was just loaded is not loaded again on one of two ways.
    &ConvertBranches, // What is done on a branch is now as short as it gets.
    &SimplifySelects, // Directly behind: the selections that are now there are often minima.
    &FoldConstants, // Truth values as numbers, and conditions that were inverted.
    &NumberValues, // Blocks that became one have loads in common.
    &HoistInvariants, // Again: addresses behind checks that are gone can leave loops, and so can checks behind them.
    &ShareReciprocals, // Behind the last loops that are changed in their shape, in front of those that are copied.
    &RemoveDeadCode,   // Before safepoints are thinned: an empty loop needs none.
    &OutlineParallelRegions, // No pass above looks into another function; those below see every body.
    &VectorizeNests,   // Before loops are split: the limits of inner loops are plain values.
    &JamLoops,         // Behind the marks of nests, which are worth more where they can be made.
    &ThinSafepoints,   // Late: it splits loops in two, which the passes above would not recognise.
    &SimplifyControlFlow, // Joins the blocks that canonicalisation made in vain.
    &CarryStores, // Behind strips, whose heads ask what the loop asked before: in front of them may stand a branch from now on.
    &ShortenChains, // A value that is carried now may be at the start of a chain.
    &MaskBranches, // Behind all that looks at blocks: what is under a condition is for vectors alone.
    &SelectSums,  // Behind the loops that run in vectors: in others, a sum of floats is the longest wait.
    &NarrowIntegers, // Directly in front of vectors, which hold more of what is smaller; only there does it matter.
    &RemoveDeadCode, // Captures that were passed through, and what chains were made of.
    &VectorizeLoops, // Behind all that changes loops: a mark speaks of the loop as it stands, bodies of regions included.
    &UnrollLoops, // The loops without a mark. What was one iteration is several, which no other pass would recognise.
    &ExpandMath,  // Last that writes much: only marked loops need it.
    &ContractProducts, // Last of all: what is written out has products, too, and nobody has to know sums of three.
];

/// The pass of that name, if the pipeline has it.
pub fn pass_by_name(name: &str) -> Option<&'static dyn MirPass> {
    PIPELINE.iter().copied().find(|pass| pass.name() == name)
}

/// An optimised function with what was cut out of it.
#[derive(Clone, Debug)]
pub struct Optimised {
    /// The function first, then its outlined bodies; all in the phase `Vectorised`, or in `Outlined` without optimisation.
    pub module: Module,
    /// What the passes say about it.
    pub remarks: Vec<Remark>,
    /// How long each pass took, in the order of their first runs.
    pub times: Vec<(&'static str, Duration)>,
}

/// The share of a function's compilation that a pass may take, all its runs together: what takes more is to be mended, or made a part of another one's walk.
pub const BUDGET_SHARE: f64 = 0.05;

/// Sees a function after a pass, which it is told by name.
pub type Observer<'a> = dyn Fn(&'static str, &Function) + 'a;

/// Runs the pipeline over functions.
pub struct Optimiser<'a> {
    callee_body: &'a dyn Fn(&str) -> Option<&'a Function>,
    observer: Option<&'a Observer<'a>>,
    is_enabled: bool,
}

impl<'a> Optimiser<'a> {
    /// An optimiser that knows no callees.
    pub fn new() -> Self {
        Self { callee_body: &|_| None, observer: None, is_enabled: true }
    }

    /// Lets the inliner find the bodies of callees, in the phase `Lowered`, by their symbols.
    #[must_use]
    pub fn with_callees(mut self, callee_body: &'a dyn Fn(&str) -> Option<&'a Function>) -> Self {
        self.callee_body = callee_body;
        self
    }

    /// Shows every function after every pass, with the pass's name: to verify, print or interpret it.
    #[must_use]
    pub fn with_observer(mut self, observer: &'a Observer<'a>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Runs only what compilation cannot do without (outlining): for comparison and debugging.
    #[must_use]
    pub fn without_optimisation(mut self) -> Self {
        self.is_enabled = false;
        self
    }

    /// Optimises a function of the phase `Lowered`.
    pub fn run(&self, mut function: Function) -> Optimised {
        let mut context =
            PassContext { callee_body: self.callee_body, outlined: Vec::new(), remarks: Vec::new() };
        let mut times: Vec<(&'static str, Duration)> = Vec::new();
        for pass in PIPELINE {
            let start = Instant::now();
            let is_needed = pass.name() == OutlineParallelRegions.name();
            if self.is_enabled || is_needed {
                if is_needed {
                    function.phase = Phase::Optimised;
                }
                let mut bodies = std::mem::take(&mut context.outlined);
                for function in std::iter::once(&mut function).chain(&mut bodies) {
                    pass.run(function, &mut context);
                }
                bodies.append(&mut context.outlined);
                context.outlined = bodies;
                add_time(&mut times, pass.name(), start.elapsed());
                self.observe(pass.name(), &function, &context);
            }
        }
        let functions = std::iter::once(function).chain(context.outlined).collect();
        Optimised { module: Module { functions }, remarks: context.remarks, times }
    }

    fn observe(&self, pass: &'static str, function: &Function, context: &PassContext<'_>) {
        if let Some(observer) = self.observer {
            observer(pass, function);
            context.outlined.iter().for_each(|body| observer(pass, body));
        }
    }
}

/// Adds to the time of the pass of that name.
pub fn add_time(times: &mut Vec<(&'static str, Duration)>, name: &'static str, time: Duration) {
    match times.iter_mut().find(|(known, _)| *known == name) {
        Some((_, spent)) => *spent += time,
        None => times.push((name, time)),
    }
}

impl Default for Optimiser<'_> {
    fn default() -> Self {
        Self::new()
    }
}
