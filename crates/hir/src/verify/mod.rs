//! Checks that a function does not contradict itself. What fails here is our own mistake, never the user's.
//!
//! | rule | what holds |
//! |---|---|
//! | H01 | a version is assigned at one place |
//! | H02 | a version is read only where every way to the reader has assigned it |
//! | H03 | an expression has the type that its operands give it, and its operands the types that it takes |
//! | H04 | a value has the type of what it is assigned to, stored in, returned as or tested by |
//! | H05 | an edge moves into exactly the versions joined where it leads, in their order |
//! | H06 | an edge moves a value that can be converted, and nothing only into a version that may be unassigned |
//! | H07 | an edge is present exactly where control takes it |
//! | H08 | `break` and `continue` stand in a loop, and none but `continue` leaves an iteration of a parallel loop |
//! | H09 | no statement stands behind one that never falls through |
//! | H10 | a reduction's versions have one type, of a number |
//! | H11 | an error is raised again in its handler, and no statement stands outside of more `try` bodies than lie around |
//! | H12 | an item is yielded by a function that makes a generator, which returns no value |

mod expr;
mod object;

use crate::StmtKind as Kind;
use crate::{
    Caught, Constant, Edge, ExceptionArgument, Expr, ExprKind, Function, Iteration, Loop, RangeLoop,
    Reduction, Stmt, StmtKind, Try, Version,
};
use hotloop_index::IdSet;
use hotloop_types::Type;
use std::fmt;

/// A rule that a function breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule, such as `H02`.
    pub rule: &'static str,
    /// What breaks it.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.message)
    }
}

impl std::error::Error for Violation {}

/// Checks all rules; the first that is broken is the answer.
///
/// ```
/// use hotloop_hir::{Constant, Expr, Function, StmtKind, verify};
/// use hotloop_types::Type;
///
/// let mut function = Function::new("answer", Type::FLOAT64);
/// function.push(StmtKind::Return(Some(Expr::constant(Constant::Int(42), Type::INT64))));
/// assert_eq!(verify(&function).unwrap_err().rule, "H04");
/// ```
pub fn verify(function: &Function) -> Result<(), Violation> {
    let mut verifier = Verifier {
        function,
        assigned: IdSet::new(),
        defined: IdSet::new(),
        loops: Vec::new(),
        caught: Vec::new(),
        tries: 0,
        reachable: true,
    };
    for parameter in &function.parameters {
        verifier.assign(*parameter)?;
    }
    verifier.block(&function.body)?;
    if verifier.reachable && function.result != Type::None && function.yields.is_none() {
        return broken("H04", format!("the end is reached, but the result is {}", function.result));
    }
    Ok(())
}

type Outcome = Result<(), Violation>;

fn broken<T>(rule: &'static str, message: impl Into<String>) -> Result<T, Violation> {
    Err(Violation { rule, message: message.into() })
}

/// Where the jumps of a loop lead.
struct Frame {
    head: Vec<Version>,
    /// Absent for a parallel loop, which nothing leaves.
    exits: Option<Vec<Version>>,
    has_break: bool,
    has_continue: bool,
}

struct Verifier<'a> {
    function: &'a Function,
    /// The versions assigned anywhere so far.
    assigned: IdSet<Version>,
    /// The versions assigned on every way to the point reached.
    defined: IdSet<Version>,
    loops: Vec<Frame>,
    /// The errors that handlers around have caught.
    caught: Vec<Caught>,
    /// How many bodies of `try` lie around.
    tries: u32,
    reachable: bool,
}

impl<'a> Verifier<'a> {
    fn assign(&mut self, version: Version) -> Outcome {
        if !self.assigned.insert(version) {
            return broken("H01", format!("{version} is assigned twice"));
        }
        self.defined.insert(version);
        Ok(())
    }

    fn assign_all(&mut self, versions: &[Version]) -> Outcome {
        versions.iter().try_for_each(|version| self.assign(*version))
    }

    fn ty(&self, version: Version) -> &'a Type {
        &self.function.versions[version].ty
    }

    fn has_type(&self, value: &Expr, ty: &Type) -> Outcome {
        if value.ty == *ty {
            return Ok(());
        }
        broken("H04", format!("{} stands where {ty} is expected", value.ty))
    }

    fn block(&mut self, body: &'a [Stmt]) -> Outcome {
        for statement in body {
            if !self.reachable {
                return broken("H09", "a statement stands behind one that never falls through");
            }
            self.statement(statement)?;
        }
        Ok(())
    }

    fn statement(&mut self, statement: &'a Stmt) -> Outcome {
        match &statement.kind {
            Kind::Assign { target, value } => {
                self.expr(value)?;
                self.has_type(value, self.ty(*target))?;
                self.assign(*target)
            }
            Kind::StoreElement { array, indices, value } => {
                self.expr(value)?;
                let element = self.element(array, indices)?;
                self.has_type(value, &element)
            }
            Kind::StoreElements { array, value, mask } => self.store_elements(array, value, mask.as_deref()),
            Kind::StoreAt { array, places, value } => self.store_at(array, places, value),
            Kind::Expr(value) => self.expr(value),
            Kind::Yield(value) => {
                self.expr(value)?;
                match &self.function.yields {
                    Some(items) => self.has_type(value, items),
                    None => broken("H12", "a function that makes no generator yields"),
                }
            }
            Kind::If { .. } => self.if_statement(&statement.kind),
            Kind::While { condition, repeated } => self.while_loop(condition, repeated),
            Kind::ForRange { range, repeated } => self.for_range(range, repeated),
            Kind::Unrolled { iterations, otherwise, exits, exit } => {
                self.unrolled(iterations, otherwise, exits, exit.as_ref())
            }
            Kind::ParallelFor { range, body, back, reductions } => {
                self.parallel(range, body, back.as_ref(), reductions)
            }
            Kind::Break(edge) => self.break_out(edge),
            Kind::Continue(edge) => {
                let Some(frame) = self.loops.last_mut() else {
                    return broken("H08", "`continue` outside a loop");
                };
                frame.has_continue = true;
                let head = frame.head.clone();
                self.edge(edge, &head)?;
                self.reachable = false;
                Ok(())
            }
            Kind::Return(value) => self.return_value(value.as_ref()),
            Kind::Raise { exception } => {
                self.exception_arguments(&exception.arguments)?;
                self.reachable = false;
                Ok(())
            }
            Kind::Try(guarded) => self.guarded(guarded),
            Kind::Outside { tries, body } => self.outside(*tries, body),
            Kind::RaiseAgain(caught) => {
                self.reachable = false;
                self.in_handler_of(*caught)
            }
            Kind::Delete(version) => self.read(*version),
            Kind::Assert { condition, arguments } => {
                self.condition(condition)?;
                self.exception_arguments(arguments)
            }
        }
    }

    fn in_handler_of(&self, caught: Caught) -> Outcome {
        if self.caught.contains(&caught) {
            return Ok(());
        }
        broken("H11", format!("{caught:?} is used outside its handler"))
    }

    fn guarded(&mut self, guarded: &'a Try) -> Outcome {
        self.edge(&guarded.entry, &guarded.joins)?;
        let before = self.defined.clone();
        self.tries += 1;
        self.block(&guarded.body)?;
        self.tries -= 1;
        if self.reachable {
            self.block(&guarded.otherwise)?;
        }
        self.end(guarded.edge.as_ref(), &guarded.exits)?;
        let mut ends = if self.reachable { vec![self.defined.clone()] } else { Vec::new() };
        // Each handler begins with what was assigned before the body, and the joined versions.
        self.defined = before.clone();
        self.assign_all(&guarded.joins)?;
        let at_handlers = self.defined.clone();
        for handler in &guarded.handlers {
            (self.defined, self.reachable) = (at_handlers.clone(), true);
            self.caught.push(handler.caught);
            self.block(&handler.body)?;
            self.caught.pop();
            self.end(handler.edge.as_ref(), &guarded.exits)?;
            ends.extend(self.reachable.then(|| self.defined.clone()));
        }
        self.reachable = !ends.is_empty();
        let only = if ends.len() == 1 { ends.pop() } else { None };
        self.defined = only.unwrap_or(before);
        self.assign_all(&guarded.exits)
    }

    fn outside(&mut self, tries: u32, body: &'a [Stmt]) -> Outcome {
        let Some(left) = self.tries.checked_sub(tries) else {
            return broken("H11", "statements stand outside of more bodies than lie around");
        };
        let around = std::mem::replace(&mut self.tries, left);
        self.block(body)?;
        self.tries = around;
        Ok(())
    }

    fn exception_arguments(&mut self, arguments: &'a [ExceptionArgument]) -> Outcome {
        arguments.iter().flat_map(ExceptionArgument::values).try_for_each(|value| self.expr(value))
    }

    fn condition(&mut self, condition: &'a Expr) -> Outcome {
        self.expr(condition)?;
        self.has_type(condition, &Type::BOOL)
    }

    fn return_value(&mut self, value: Option<&'a Expr>) -> Outcome {
        if self.loops.iter().any(|frame| frame.exits.is_none()) {
            return broken("H08", "`return` within a parallel loop");
        }
        match value {
            Some(_) if self.function.yields.is_some() => return broken("H12", "a generator returns a value"),
            None if self.function.yields.is_some() => {}
            Some(value) => {
                self.expr(value)?;
                self.has_type(value, &self.function.result)?;
            }
            None if self.function.result == Type::None => {}
            None => {
                return broken(
                    "H04",
                    format!("nothing is returned, but the result is {}", self.function.result),
                );
            }
        }
        self.reachable = false;
        Ok(())
    }

    fn break_out(&mut self, edge: &'a Edge) -> Outcome {
        let Some(Frame { exits: Some(exits), .. }) = self.loops.last() else {
            return broken("H08", "`break` outside a loop or in an iteration of a parallel one");
        };
        self.edge(edge, exits)?;
        self.loops.iter_mut().rev().take(1).for_each(|frame| frame.has_break = true);
        self.reachable = false;
        Ok(())
    }

    /// An edge from the point reached to where `joins` are joined.
    fn edge(&self, edge: &Edge, joins: &[Version]) -> Outcome {
        if !edge.moves.iter().map(|step| step.target).eq(joins.iter().copied()) {
            return broken("H05", format!("an edge moves to other versions than {joins:?}"));
        }
        for step in &edge.moves {
            let target = &self.function.versions[step.target];
            match step.source {
                Some(source) => {
                    self.read(source)?;
                    if !expr::converts(self.ty(source), &target.ty) {
                        return broken("H06", format!("{} cannot become {}", self.ty(source), target.ty));
                    }
                    if self.function.versions[source].maybe_unassigned && !target.maybe_unassigned {
                        return broken("H06", format!("{source} may be unassigned, {} not", step.target));
                    }
                }
                None if !target.maybe_unassigned => {
                    return broken("H06", format!("{} is not assigned on a way to it", step.target));
                }
                None => {}
            }
        }
        Ok(())
    }

    /// An edge at the end of a block, which is there if and only if the end is reached.
    fn end(&self, edge: Option<&Edge>, joins: &[Version]) -> Outcome {
        match edge {
            Some(edge) if self.reachable => self.edge(edge, joins),
            Some(_) => broken("H07", "an edge starts where control never comes"),
            None if self.reachable => broken("H07", "an edge is missing"),
            None => Ok(()),
        }
    }

    fn if_statement(&mut self, kind: &'a StmtKind) -> Outcome {
        let Kind::If { arms, otherwise, otherwise_edge, joins } = kind else {
            return Ok(());
        };
        // What is defined where the ways meet: on all of them, or on the only one.
        let (mut before, mut only, mut falling) = (None, None, 0);
        for arm in arms {
            self.block(&arm.before)?;
            self.condition(&arm.condition)?;
            let defined = self.defined.clone();
            self.block(&arm.body)?;
            self.end(arm.edge.as_ref(), joins)?;
            let ended = std::mem::replace(&mut self.defined, defined);
            before.get_or_insert_with(|| self.defined.clone());
            if self.reachable {
                falling += 1;
                only = Some(ended);
            }
            self.reachable = true;
        }
        self.block(otherwise)?;
        self.end(otherwise_edge.as_ref(), joins)?;
        if self.reachable {
            falling += 1;
            only = Some(std::mem::take(&mut self.defined));
        }
        self.reachable = falling > 0;
        self.defined = if falling > 1 { before } else { only }.unwrap_or_default();
        self.assign_all(joins)
    }

    fn while_loop(&mut self, condition: &'a Expr, repeated: &'a Loop) -> Outcome {
        self.edge(&repeated.entry, &repeated.joins)?;
        self.assign_all(&repeated.joins)?;
        self.condition(condition)?;
        let endless = matches!(condition.kind, ExprKind::Constant(Constant::Bool(true)));
        self.repeated(repeated, endless)
    }

    fn range(&mut self, range: &'a RangeLoop) -> Outcome {
        for bound in [&range.start, &range.stop, &range.step] {
            self.expr(bound)?;
            self.has_type(bound, &Type::INT64)?;
        }
        if *self.ty(range.target) == Type::INT64 { Ok(()) } else { broken("H04", "a counter is no int64") }
    }

    fn for_range(&mut self, range: &'a RangeLoop, repeated: &'a Loop) -> Outcome {
        if range.is_endless() {
            return self.for_range_while(range, repeated);
        }
        self.range(range)?;
        self.edge(&repeated.entry, &repeated.joins)?;
        self.assign_all(&repeated.joins)?;
        let head = self.defined.clone();
        self.assign(range.target)?;
        let body = std::mem::replace(&mut self.defined, head);
        self.repeated_with(repeated, false, body)
    }

    /// A loop that goes on while something holds.
    fn for_range_while(&mut self, range: &'a RangeLoop, repeated: &'a Loop) -> Outcome {
        for bound in [&range.start, &range.step] {
            self.expr(bound)?;
            self.has_type(bound, &Type::INT64)?;
        }
        self.edge(&repeated.entry, &repeated.joins)?;
        self.assign_all(&repeated.joins)?;
        self.assign(range.target)?;
        self.condition(&range.stop)?;
        self.repeated(repeated, false)
    }

    fn repeated(&mut self, repeated: &'a Loop, endless: bool) -> Outcome {
        let body = self.defined.clone();
        self.repeated_with(repeated, endless, body)
    }

    /// The body, the `else` block and the exit; `self.defined` is what the head has, `body` what the body starts with.
    fn repeated_with(&mut self, repeated: &'a Loop, endless: bool, body: IdSet<Version>) -> Outcome {
        let head = std::mem::replace(&mut self.defined, body);
        let (joins, exits) = (repeated.joins.clone(), repeated.exits.clone());
        self.loops.push(Frame { head: joins, exits: Some(exits), has_break: false, has_continue: false });
        self.block(&repeated.body)?;
        self.end(repeated.back.as_ref(), &repeated.joins)?;
        let has_break = self.loops.pop().is_some_and(|frame| frame.has_break);
        self.defined = head.clone();
        self.reachable = !endless;
        if self.reachable {
            self.block(&repeated.otherwise)?;
        }
        self.end(repeated.exit.as_ref(), &repeated.exits)?;
        if has_break {
            // Control may come from anywhere in the body.
            self.defined = head;
        }
        self.reachable |= has_break;
        self.assign_all(&repeated.exits)
    }

    fn unrolled(
        &mut self,
        iterations: &'a [Iteration],
        otherwise: &'a [Stmt],
        exits: &'a [Version],
        exit: Option<&'a Edge>,
    ) -> Outcome {
        let before = self.defined.clone();
        let mut has_break = false;
        for iteration in iterations {
            if !self.reachable {
                return broken("H09", "an iteration stands behind one that never falls through");
            }
            let start = self.defined.clone();
            let (head, exits) = (iteration.joins.clone(), Some(exits.to_vec()));
            self.loops.push(Frame { head, exits, has_break: false, has_continue: false });
            self.block(&iteration.body)?;
            self.end(iteration.back.as_ref(), &iteration.joins)?;
            let frame = self.loops.pop().expect("the iteration's own frame");
            has_break |= frame.has_break;
            if frame.has_continue {
                // Control may come from anywhere in the iteration.
                self.defined = start;
            }
            self.reachable |= frame.has_continue;
            self.assign_all(&iteration.joins)?;
        }
        if self.reachable {
            self.block(otherwise)?;
        }
        self.end(exit, exits)?;
        if has_break {
            self.defined = before;
        }
        self.reachable |= has_break;
        self.assign_all(exits)
    }

    fn parallel(
        &mut self,
        range: &'a RangeLoop,
        body: &'a [Stmt],
        back: Option<&'a Edge>,
        reductions: &'a [Reduction],
    ) -> Outcome {
        self.range(range)?;
        let mut accumulators = Vec::new();
        for reduction in reductions {
            self.read(reduction.initial)?;
            let ty = self.ty(reduction.accumulator);
            let same = self.ty(reduction.initial) == ty && self.ty(reduction.result) == ty;
            if !same || ty.as_scalar().is_none() {
                return broken(
                    "H10",
                    format!("the reduction into {} has several types, or no number", reduction.result),
                );
            }
            accumulators.push(reduction.accumulator);
        }
        let before = self.defined.clone();
        self.assign_all(&accumulators)?;
        self.assign(range.target)?;
        let head = accumulators.clone();
        self.loops.push(Frame { head, exits: None, has_break: false, has_continue: false });
        self.block(body)?;
        self.end(back, &accumulators)?;
        self.loops.pop();
        self.defined = before;
        self.reachable = true;
        reductions.iter().try_for_each(|reduction| self.assign(reduction.result))
    }

    fn read(&self, version: Version) -> Outcome {
        if self.defined.contains(version) {
            return Ok(());
        }
        broken("H02", format!("{version} is read where it is not assigned"))
    }
}
