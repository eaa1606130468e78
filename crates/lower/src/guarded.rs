//! `try`: where errors go, and with which values of the locals.
//!
//! ```text
//! body, in blocks that unwind to landings      otherwise ─────────────► behind
//!        │ error                                                          ▲
//! landing: release what no handler needs; jump dispatch(locals)           │
//! dispatch(locals):  error_is ..  ──► handler: catch; its body ───────────┤
//!        │ none                                                           │
//!     reraise                                                             │
//! ```
//!
//! An unwind block has no parameters and uses only what is defined before the protected block begins. So the body is cut into blocks where a local
//! that the handlers join has another version than before, or where other references are held; each such state has a landing of its own. What the
//! locals are at a point is kept with the references held there, since both are saved and restored at the same places.

use crate::code::{Code, Point};
use crate::edges::Join;
use crate::liveness::LiveSet;
use crate::lowering::{Binding, Lowering};
use crate::ownership::{Holder, Holdings};
use crate::values::Operand;
use hotloop_abi::{CaughtQuestion, ErrorClass, ExceptionClass};
use hotloop_hir::{Catches, Caught, Edge, Expr, Handler, Local, Move, Stmt, Try, Version};
use hotloop_mir::{Block, ConvertOp, ErrorData, InstKind, MachineType, RuntimeFunction, Terminator};
use hotloop_types::Type;

/// A `try` whose body is being lowered.
#[derive(Debug, Default)]
pub(crate) struct TryFrame {
    landings: Vec<Landing>,
}

/// A block where errors of the body arrive, and what is held there.
#[derive(Debug)]
struct Landing {
    block: Block,
    holdings: Holdings,
}

/// What a local that the handlers of a `try` join is at a point of its body.
#[derive(Clone, Debug)]
pub(crate) struct Current {
    /// The `try`: how many lie around it.
    depth: usize,
    local: Local,
    /// Absent where the local is unassigned.
    pub(crate) version: Option<(Version, Binding)>,
    /// Where it became that, or a block behind that.
    bound_in: Block,
}

impl Holdings {
    /// Whether the handlers of a `try` around may still read a version.
    pub(crate) fn is_current(&self, version: Version) -> bool {
        self.current.iter().any(|each| each.version.as_ref().is_some_and(|(known, _)| *known == version))
    }

    /// Whether a local was given its version in that block.
    pub(crate) fn is_bound_in(&self, block: Block) -> bool {
        self.current.iter().any(|each| each.bound_in == block)
    }

    /// A local is another version from here on, or unassigned.
    pub(crate) fn set_current(&mut self, local: Local, version: Option<(Version, &Binding)>, block: Block) {
        for each in self.current.iter_mut().filter(|each| each.local == local) {
            each.version = version.map(|(version, binding)| (version, binding.clone()));
            each.bound_in = block;
            self.unwind = None;
        }
    }

    /// Only so many `try` statements lie around from here on: the locals of others are not kept for handlers any more.
    pub(crate) fn leave_tries(&mut self, left: usize) {
        self.current.retain(|each| each.depth < left);
        self.unwind = None;
    }

    fn same_landing(&self, other: &Self) -> bool {
        let versions = |holdings: &Self| {
            // One version has other values at the head of a loop than where its iterations end.
            let version = |each: &Current| {
                (each.local, each.version.as_ref().map(|(version, _)| *version), each.bound_in)
            };
            holdings.current.iter().map(version).collect::<Vec<_>>()
        };
        self.holds_the_same(other) && versions(self) == versions(other)
    }
}

impl Code {
    /// The block where an error at this point goes, in the body of the innermost `try`.
    pub(crate) fn landing(&mut self) -> Block {
        let frame = self.tries.last().expect("a `try` lies around");
        let known = frame.landings.iter().find(|landing| landing.holdings.same_landing(&self.holdings));
        if let Some(known) = known {
            return known.block;
        }
        let landing = Landing { block: self.new_block(), holdings: self.holdings.clone() };
        let block = landing.block;
        self.tries.last_mut().expect("seen above").landings.push(landing);
        block
    }
}

/// A way to behind the `try`.
pub(crate) struct End<'a> {
    point: Point,
    edge: Option<&'a Edge>,
}

impl Lowering<'_> {
    /// `try` with its handlers.
    pub(crate) fn try_statement(&mut self, statement: &Stmt, source: &Try) {
        let live = self.live_at(statement, &source.exits);
        let mut live_at_handlers = self.liveness.at_head(statement);
        live_at_handlers.union_with(&self.needed_again);
        let dispatch = self.new_join(&source.joins);
        let frame = self.body(source);
        let mut ends = Vec::new();
        self.statements(&source.otherwise);
        self.note_end(source.edge.as_ref(), &mut ends);
        self.code.set_span(statement.span);
        if !frame.landings.is_empty() {
            self.land(frame, source, &live_at_handlers, &dispatch);
            self.start_join(dispatch);
            for handler in &source.handlers {
                self.handler(statement, handler, &mut ends);
            }
            if self.code.is_reachable() {
                self.code.terminate(Terminator::Reraise);
            }
        }
        self.code.set_span(statement.span);
        self.leave(ends, &live, &source.exits);
    }

    fn body(&mut self, source: &Try) -> TryFrame {
        let depth = self.code.tries.len();
        // Nothing stands before an entry, so it cannot be protected.
        let first = self.code.new_block();
        self.code.jump(first, Vec::new());
        self.code.start(first);
        for each in &source.entry.moves {
            let version = each.source.map(|source| (source, self.binding(source).clone()));
            let local = self.source.versions[each.target].local;
            self.code.holdings.current.push(Current { depth, local, version, bound_in: first });
        }
        self.code.enter_try();
        self.statements(&source.body);
        let frame = self.code.tries.pop().expect("entered above");
        self.code.holdings.leave_tries(depth);
        frame
    }

    /// Control has only so many of the handlers around from here on: the errors that the others have caught are forgotten.
    pub(crate) fn leave_handlers(&mut self, left: usize) {
        let left = &self.caught[..left];
        self.code.release_where(|holder| match holder {
            Holder::Caught(caught) => !left.iter().any(|(known, _)| *known == caught),
            Holder::Version(_) | Holder::Temporary => false,
        });
    }

    pub(crate) fn note_end<'s>(&mut self, edge: Option<&'s Edge>, ends: &mut Vec<End<'s>>) {
        if self.code.is_reachable() {
            ends.push(End { point: self.code.point(), edge });
        }
    }

    /// Builds the landings.
    fn land(&mut self, frame: TryFrame, source: &Try, live: &LiveSet, dispatch: &Join) {
        let depth = self.code.tries.len();
        for landing in frame.landings {
            self.code.holdings = landing.holdings;
            self.code.start(landing.block);
            let current = self.code.holdings.current.clone();
            self.code.holdings.leave_tries(depth);
            self.leave_handlers(self.caught.len());
            let binding_of = |target: Version| {
                let local = self.source.versions[target].local;
                let found = current.iter().find(|each| each.depth == depth && each.local == local);
                found.and_then(|each| each.version.clone())
            };
            let sources: Vec<_> = source.joins.iter().map(|target| (*target, binding_of(*target))).collect();
            let moves = sources.iter().map(|(target, source)| Move {
                target: *target,
                source: source.as_ref().map(|(version, _)| *version),
            });
            let edge = Edge { moves: moves.collect() };
            let outer = self.rebind(sources.into_iter().filter_map(|(_, source)| source));
            self.jump_to_landing(&edge, live, dispatch);
            self.rebind(outer.into_iter());
        }
    }

    /// `except`: begins and ends where errors that no handler before has caught arrive.
    fn handler<'s>(&mut self, statement: &Stmt, handler: &'s Handler, ends: &mut Vec<End<'s>>) {
        if !self.code.is_reachable() {
            return;
        }
        let matched = self.code.new_block();
        let next = match &handler.catches {
            Catches::Everything => {
                self.code.jump(matched, Vec::new());
                None
            }
            Catches::AllButInterrupt => {
                let next = self.code.new_block();
                let is_interrupt = self.error_is(ExceptionClass::KeyboardInterrupt.into());
                self.code.branch(is_interrupt, next, matched);
                Some(next)
            }
            Catches::Classes(classes) => {
                for class in classes {
                    let next = self.code.new_block();
                    let is_it = self.error_is(class.clone());
                    self.code.branch(is_it, matched, next);
                    self.code.start(next);
                }
                let next = self.code.new_block();
                self.code.jump(next, Vec::new());
                Some(next)
            }
        };
        let holdings = self.code.holdings.clone();
        self.code.start(matched);
        let caught = self.code.value(InstKind::Catch);
        let texts = self.code.call_runtime(RuntimeFunction::CaughtTexts, vec![caught]);
        self.code.hold(texts, Holder::Caught(handler.caught));
        self.caught.push((handler.caught, (caught, texts)));
        self.statements(&handler.body);
        self.caught.pop();
        if self.code.is_reachable() {
            self.leave_handlers(self.caught.len());
        }
        self.note_end(handler.edge.as_ref(), ends);
        self.code.set_unreachable();
        if let Some(next) = next {
            self.code.set_span(statement.span);
            self.code.holdings = holdings;
            self.code.start(next);
        }
    }

    /// An exception that a handler around has caught: itself, and its strings.
    pub(crate) fn caught(&self, caught: Caught) -> (hotloop_mir::Value, hotloop_mir::Value) {
        let found = self.caught.iter().rev().find(|(known, _)| *known == caught);
        found.expect("HIR: a caught error is used in its handler").1
    }

    /// The answer to a question about a caught exception.
    pub(crate) fn caught_word(
        &mut self,
        expr: &Expr,
        caught: Caught,
        question: CaughtQuestion,
        position: u32,
    ) -> Operand {
        self.code.set_span(expr.span);
        let (question, position) = (self.code.int64(question as i64), self.code.int64(i64::from(position)));
        let arguments = vec![self.caught(caught).0, question, position];
        let word = self.code.call_runtime(RuntimeFunction::CaughtWord, arguments);
        Operand::Scalar(match expr.ty {
            Type::FLOAT64 => self.code.convert(ConvertOp::Bitcast, word, MachineType::F64),
            _ => word,
        })
    }

    /// A text of a caught exception.
    pub(crate) fn caught_text(&mut self, expr: &Expr, caught: Caught, form: i64) -> Operand {
        self.code.set_span(expr.span);
        let form = self.code.int64(form);
        let arguments = vec![self.caught(caught).0, form];
        let owner = self.code.call_runtime(RuntimeFunction::CaughtText, arguments);
        self.new_text(owner)
    }

    fn error_is(&mut self, class: ErrorClass) -> hotloop_mir::Value {
        let error = self.code.function.error_with(ErrorData { class, arguments: Vec::new() });
        self.code.value(InstKind::ErrorIs(error))
    }

    /// Goes on where all ways meet.
    pub(crate) fn leave(&mut self, ends: Vec<End<'_>>, live: &LiveSet, exits: &[Version]) {
        self.code.set_unreachable();
        if exits.is_empty() && ends.len() == 1 {
            for end in ends {
                self.code.resume(end.point);
                self.bind_edge(end.edge, live, exits);
            }
            return;
        }
        let edges: Vec<_> = ends.iter().map(|end| end.edge).collect();
        let Some(join) = (!ends.is_empty()).then(|| self.new_join_of(exits, &edges)) else { return };
        for end in ends {
            self.code.resume(end.point);
            self.jump_to_join(end.edge, live, &join);
        }
        self.start_join(join);
    }

    /// Statements that the innermost bodies around do not protect.
    pub(crate) fn outside(&mut self, tries: u32, body: &[Stmt]) {
        let left = self.code.tries.len() - tries as usize;
        let inner = self.code.tries.split_off(left);
        self.code.holdings.unwind = None;
        self.statements(body);
        self.code.tries.extend(inner);
        self.code.holdings.unwind = None;
    }
}
