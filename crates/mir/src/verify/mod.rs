//! Checks that a function is MIR: run after lowering and after every pass, in tests and debug builds.
//!
//! The rules are the table below; each has a function that breaks it in `tests/mir/verify/`. A violation is our own mistake, never the
//! user's. When the structure is broken (V01 to V06, V08) the other rules are not looked at, since they rely on it.

mod control;
mod operands;
mod structure;

use crate::{Block, Definition, Function, Inst, Module, Value};
use hotloop_index::{Id, IdSet, SideMap};
use std::fmt;

/// Rows: number, the rule.
macro_rules! rules {
    ($($rule:ident $text:literal,)*) => {
        /// A rule that every function keeps.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = $text] $rule,)*
        }

        impl Rule {
            /// All rules, in order.
            pub const ALL: &[Self] = &[$(Self::$rule,)*];

            /// The number, such as `V07`.
            pub const fn number(self) -> &'static str {
                match self { $(Self::$rule => stringify!($rule),)* }
            }

            /// What has to hold.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$rule => $text,)* }
            }
        }
    };
}

rules! {
    V01 "A function has an entry block; every block of the layout exists and stands there once.",
    V02 "Every instruction of a block exists, and stands in one block, once.",
    V03 "A block's parameter and an instruction's result is a value whose definition says so.",
    V04 "An instruction has the results that its kind gives, of their types.",
    V05 "A value that is used is defined in the layout.",
    V06 "A terminator or an unwinding names a block of the layout.",
    V07 "A definition comes before its uses on every way from the entry; a way by unwinding leaves the block before the protected one.",
    V08 "A region, slot, error or callee that is named is in its table.",
    V09 "Operands have the types that the instruction or terminator takes.",
    V10 "A constant is in canonical form.",
    V11 "A conversion leads between types that it is made for.",
    V12 "A call passes as many arguments as its function takes, of those types.",
    V13 "A jump passes as many arguments as its target has parameters, of those types.",
    V14 "`return` gives the function's results.",
    V15 "`raise` takes at most eight values, each an `i64`.",
    V16 "Nothing leads to the entry.",
    V17 "An unwind target has no parameters.",
    V18 "The entry and the first block of a parallel loop's body have no unwind target: nothing stands before them.",
    V19 "`reraise`, `error_is` and `catch` stand where only unwinding leads, with no `catch` and no call that may raise on the way.",
    V20 "A parallel loop counts to an `i64`, its body takes the index and the accumulators, its exit the accumulators, and each reduction is made for its type.",
    V21 "`par_yield` stands in the body of a parallel loop and passes its accumulators.",
    V22 "A parallel loop's body is entered by the loop alone, and left by `par_yield` or an error alone.",
    V23 "From the phase `outlined` on there are no parallel loops.",
    V24 "The body of an outlined parallel loop takes `i64, i64, ptr, ptr`, has no results, and is in the phase `outlined` or a later one.",
    V25 "The functions of a module have different names, and are called and addressed by the types they have.",
    V26 "A vector loop is one block that goes back to itself and raises nothing but by `check_bounds` and `check`, or the header of a loop with several blocks and no accumulators; its variable, an `i64`, and its accumulators are parameters of it, its limit and its condition are known before it; strides are of addresses, and only in one block.",
}

/// Where a rule is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The function as a whole.
    Function,
    /// A block, or an instruction without a result in it.
    Block(Block),
    /// A value that is used wrongly, or an instruction's first result.
    Value(Value),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Function => f.write_str("fn"),
            Self::Block(block) => block.fmt(f),
            Self::Value(value) => value.fmt(f),
        }
    }
}

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which rule.
    pub rule: Rule,
    /// Where.
    pub place: Place,
    /// What was found.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {} ({})", self.rule.number(), self.place, self.message, self.rule.text())
    }
}

/// Checks a function.
///
/// ```
/// use hotloop_mir::{parse_function, verify::verify};
///
/// let function = parse_function("fn @f(v0: i64) -> f64 { bb0: return v0 }").unwrap();
/// let violations = verify(&function).unwrap_err();
/// assert_eq!(violations[0].rule.number(), "V14");
/// ```
pub fn verify(function: &Function) -> Result<(), Vec<Violation>> {
    let mut verifier = Verifier::new(function);
    verifier.structure();
    if verifier.violations.is_empty() {
        verifier.operands();
        verifier.control();
    }
    if verifier.violations.is_empty() { Ok(()) } else { Err(verifier.violations) }
}

/// Checks a module: every function, and how they name each other.
pub fn verify_module(module: &Module) -> Result<(), Vec<Violation>> {
    let mut violations = Vec::new();
    for function in &module.functions {
        violations.extend(verify(function).err().into_iter().flatten());
    }
    if violations.is_empty() {
        violations = control::module_violations(module);
    }
    if violations.is_empty() { Ok(()) } else { Err(violations) }
}

struct Verifier<'a> {
    function: &'a Function,
    in_layout: IdSet<Block>,
    /// Where each instruction stands: its block and the position in it.
    placed: SideMap<Inst, Option<(Block, u32)>>,
    violations: Vec<Violation>,
}

impl<'a> Verifier<'a> {
    fn new(function: &'a Function) -> Self {
        let placed = SideMap::with_len(None, function.insts.len());
        Self { function, in_layout: IdSet::new(), placed, violations: Vec::new() }
    }

    fn report(&mut self, rule: Rule, place: Place, message: impl Into<String>) {
        self.violations.push(Violation { rule, place, message: message.into() });
    }

    /// Reports unless the condition holds.
    fn require(&mut self, holds: bool, rule: Rule, place: Place, message: impl FnOnce() -> String) {
        if !holds {
            self.report(rule, place, message());
        }
    }

    /// Every instruction of the layout with its block.
    fn placed_insts(&self) -> impl Iterator<Item = (Block, Inst)> + use<'a> {
        let function = self.function;
        function
            .layout
            .iter()
            .flat_map(|block| function.blocks[*block].insts.iter().map(|inst| (*block, *inst)))
    }

    /// How an instruction is named in a violation: by its first result, else by its block.
    fn place_of(&self, block: Block, inst: Inst) -> Place {
        self.function.insts[inst].results.first().map_or(Place::Block(block), |value| Place::Value(*value))
    }

    /// Whether a value is defined in the layout.
    fn is_defined(&self, value: Value) -> bool {
        match self.function.values.get(value).map(|data| data.definition) {
            Some(Definition::Parameter(block, position)) => {
                let data = self.function.blocks.get(block);
                let parameter = data.and_then(|data| data.parameters.get(position as usize));
                self.in_layout.contains(block) && parameter == Some(&value)
            }
            Some(Definition::Result(inst, position)) => {
                let data = self.function.insts.get(inst);
                let result = data.and_then(|data| data.results.get(position as usize));
                inst.index() < self.function.insts.len()
                    && self.placed[inst].is_some()
                    && result == Some(&value)
            }
            None => false,
        }
    }
}
