//! What became of the loops of a function: how wide they run, what checks, calls and allocations are left in them, and why others run one by one.
//!
//! Read from the optimised MIR, and from what the code generator says that it made of each mark. Loops that the passes made of one loop of the source (strips
//! between safepoints, dimensions of an array expression) are told once, as the innermost of them; the copy with checks of a loop without is told with it, and so is the one that does what is left behind
//! turns of several iterations.

mod operations;

use crate::session::{SHARED_ELEMENTS, generate};
use crate::{Failure, Kernel, Place};
use hotloop_abi::RuntimeFunction;
use hotloop_codegen::{BuiltLoop, Obstacle, Target, Vectors};
use hotloop_diagnostics::{Remark, SourceMap, Span};
use hotloop_mir::{Block, ControlFlow, Dominators, Function, InstKind};
use hotloop_passes::analysis::{Loop, LoopData, LoopForest};
use hotloop_passes::{
    AT_ONCE, MirPass as _, NEST_AT_ONCE, NEST_ONE_BY_ONE, ONE_BY_ONE, Optimised, OutlineParallelRegions,
    VectorizeLoops, VectorizeNests, turn_of,
};
use hotloop_types::{Signature, Type};
use std::collections::VecDeque;
use std::fmt;

/// The loops of a function for one list of argument types, in the order of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopReport {
    /// The function.
    pub function: String,
    /// The types of its arguments.
    pub parameters: Vec<Type>,
    /// The loops, those of functions that were copied in place of their calls included.
    pub loops: Vec<LoopFacts>,
    /// The functions of NumPy that it calls and that share their work among threads where there is enough.
    pub library: Vec<String>,
}

/// What became of one loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopFacts {
    /// Where it begins, and the function in whose text it stands.
    pub place: Place,
    /// The line in which it begins.
    pub source: String,
    /// How many other loops of the text hold it.
    pub depth: usize,
    /// Whether its iterations are shared out among threads.
    pub is_parallel: bool,
    /// Of a parallel loop, what is known of the time that an iteration takes.
    pub grain: Option<String>,
    /// Of a parallel loop, where it uses elements that may be those of several iterations: `written`, or `read`.
    pub shared: Vec<Left>,
    /// How its iterations run.
    pub work: Work,
    /// The checks left in it, inner loops not included.
    pub checks: Vec<Left>,
    /// Those of the copy that runs where not all indices are in bounds, if that is asked in front of the loop or of one around it.
    pub checks_otherwise: Vec<Left>,
    /// The allocations in it, inner loops not included.
    pub allocations: Vec<Left>,
    /// The functions that it calls, inner loops not included.
    pub calls: Vec<Left>,
}

/// How the iterations of a loop run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// One by one, as it holds other loops.
    Outer {
        /// Why its iterations do not run several at once, with the loops in it, if that is known.
        reason: Option<String>,
    },
    /// One by one, for several iterations at once of a loop around it.
    Within,
    /// Several at once.
    Vectors {
        /// The vectors.
        vectors: Vectors,
        /// What has to hold for that, if it is asked each time in front of the loop: that arrays do not overlap, strides, bounds.
        condition: Option<String>,
    },
    /// One by one.
    Scalar {
        /// How many of them a turn of the loop does.
        turn: usize,
        /// Why.
        reason: String,
        /// The line that is to blame, if it is one.
        line: Option<u32>,
    },
}

/// Something that is left in a loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// What: `index` or the class of an error for a check, the name of a function for a call.
    pub what: String,
    /// The line.
    pub line: u32,
}

impl Kernel {
    /// What became of the function's loops for arguments of these types. Without types, those of its first declared signature.
    ///
    /// # Errors
    /// The function cannot be compiled, or types are needed and neither given nor declared.
    pub fn loop_report(&self, types: Option<&[Type]>) -> Result<LoopReport, Failure> {
        let parameters = self.types_or_declared(types)?;
        let (handle, engine) = (self.handle()?, self.engine());
        let (optimised, library) =
            engine.in_session(handle, &parameters, |session, root| session.explained(root))?;
        let Optimised { module, remarks, .. } = optimised;
        let kept = module.clone();
        let settings = &engine.shared.settings;
        let built = generate(module, &settings.target, settings.verify)?.loops;
        let state = engine.state();
        let mut reader = Reader::new(&state.program.sources, &settings.target, &built, &remarks);
        let named = |span: Span| {
            let functions = state.program.functions();
            let holding = functions.filter(|source| source.definition.span.contains(span));
            let inner = holding.min_by_key(|source| length(source.definition.span));
            inner.map(|source| source.name().to_owned()).unwrap_or_default()
        };
        let root = state.program.function(handle);
        let (name, file) = (root.name().to_owned(), root.file);
        let mut found = reader.read(&kept.functions);
        found.sort_by_key(|one| (one.span.file != file, one.span.file, one.span.start));
        let spans: Vec<Span> = found.iter().map(|one| one.span).collect();
        let loops = found.into_iter().map(|one| one.facts(&state.program.sources, &spans, &named)).collect();
        let library = library.into_iter().map(ToOwned::to_owned).collect();
        Ok(LoopReport { function: name, parameters, loops, library })
    }
}

/// A loop as it was found.
struct Found {
    span: Span,
    is_parallel: bool,
    grain: Option<String>,
    shared: Vec<Left>,
    work: Work,
    checks: Vec<Left>,
    checks_otherwise: Vec<Left>,
    allocations: Vec<Left>,
    calls: Vec<Left>,
}

impl Found {
    /// How many iterations a turn has.
    fn turn(&self) -> usize {
        match self.work {
            Work::Scalar { turn, .. } => turn,
            Work::Outer { .. } | Work::Within | Work::Vectors { .. } => 1,
        }
    }

    /// Leaves what one iteration has: all of a turn have the same, in the same order.
    fn take_one_of_turn(&mut self) {
        let turn = self.turn();
        for all in [&mut self.checks, &mut self.allocations, &mut self.calls] {
            all.truncate(all.len() / turn);
        }
    }

    fn facts(self, sources: &SourceMap, spans: &[Span], named: &dyn Fn(Span) -> String) -> LoopFacts {
        let Self { span, is_parallel, grain, shared, work, checks, checks_otherwise, allocations, calls } =
            self;
        let mut around: Vec<Span> =
            spans.iter().copied().filter(|outer| *outer != span && outer.contains(span)).collect();
        around.dedup();
        let (file, start) = (sources.file(span.file), sources.location(span));
        let source = file.text().lines().nth((start.line - file.first_line()) as usize);
        let source = source.unwrap_or_default().trim().to_owned();
        let file = file.name().to_owned();
        let place = Place { file, line: start.line, column: start.column, function: named(span) };
        let depth = around.len();
        LoopFacts {
            place,
            source,
            depth,
            is_parallel,
            grain,
            shared,
            work,
            checks,
            checks_otherwise,
            allocations,
            calls,
        }
    }
}

fn length(span: Span) -> u32 {
    span.end - span.start
}

/// What loops are read with.
struct Reader<'a> {
    sources: &'a SourceMap,
    target: &'a Target,
    built: &'a [BuiltLoop],
    remarks: &'a [Remark],
    /// What the vectorisers say of each loop, in the order in which they came to them.
    verdicts: VecDeque<&'a Remark>,
    /// The places of loops with several iterations a turn, and how many.
    turns: Vec<(Span, usize)>,
}

impl<'a> Reader<'a> {
    fn new(
        sources: &'a SourceMap,
        target: &'a Target,
        built: &'a [BuiltLoop],
        remarks: &'a [Remark],
    ) -> Self {
        let passes = [VectorizeLoops.name(), VectorizeNests.name()];
        let verdicts = remarks.iter().filter(|remark| passes.contains(&remark.pass)).collect();
        let turns = remarks.iter().filter_map(|remark| Some((remark.span, turn_of(remark)?))).collect();
        Self { sources, target, built, remarks, verdicts, turns }
    }

    fn read(&mut self, functions: &[Function]) -> Vec<Found> {
        let found: Vec<Found> = functions.iter().flat_map(|function| self.read_function(function)).collect();
        let parallel: Vec<Span> = found.iter().filter(|one| one.is_parallel).map(|one| one.span).collect();
        // What combines the results of chunks has the place of the loop, but is none of the text.
        found.into_iter().filter(|one| one.is_parallel || !parallel.contains(&one.span)).collect()
    }

    fn read_function(&mut self, function: &Function) -> Vec<Found> {
        let control_flow = ControlFlow::new(function);
        let dominators = Dominators::new(function, &control_flow);
        let forest = LoopForest::new(function, &control_flow, &dominators);
        let is_repeated = |id: Loop| {
            let span = forest.loops[id].span(function);
            let mut inner = forest.loops.values();
            inner.any(|other| other.parent == Some(id) && other.span(function) == span)
        };
        let (mut found, mut otherwise) = (Vec::new(), Vec::new());
        for (id, data) in forest.loops.iter() {
            let span = data.span(function);
            if data.is_cold {
                let checks = self.left_in(function, &forest, id).0;
                otherwise.extend(checks.into_iter().map(|check| (span, check)));
                continue;
            }
            let pass = if data.is_innermost { VectorizeLoops.name() } else { VectorizeNests.name() };
            let verdict = self.verdict(span, pass);
            if is_repeated(id) || span == Span::NONE {
                continue;
            }
            let mut around = std::iter::successors(data.parent, |outer| forest.loops[*outer].parent);
            let is_within = around.any(|outer| self.vectors(function, forest.loops[outer].header).is_some());
            let work = match self.vectors(function, data.header) {
                _ if is_within => Work::Within,
                Some((vectors, is_conditional)) => {
                    let condition = is_conditional.then(|| condition(verdict));
                    Work::Vectors { vectors, condition }
                }
                None if data.is_innermost => self.scalar(function, data, verdict),
                None => Work::Outer { reason: self.outer(function, &forest, data, verdict) },
            };
            // What is left behind turns of several iterations has nothing to add.
            if verdict.is_none() && found.iter().any(|one: &Found| one.span == span && one.turn() > 1) {
                continue;
            }
            let (checks, allocations, calls) = self.left_in(function, &forest, id);
            let checks_otherwise = Vec::new();
            let is_parallel = function.is_parallel_body && is_outermost(function, &forest, id);
            let (grain, shared) = if is_parallel { self.of_parallel(span) } else { (None, Vec::new()) };
            let mut one = Found {
                span,
                is_parallel,
                grain,
                shared,
                work,
                checks,
                checks_otherwise,
                allocations,
                calls,
            };
            one.take_one_of_turn();
            found.push(one);
        }
        for (span, check) in otherwise {
            let twin = found.iter_mut().find(|one| one.span == span);
            twin.into_iter().for_each(|twin| twin.checks_otherwise.push(check.clone()));
        }
        found
    }

    /// The checks, allocations and calls in a loop, inner loops not included.
    fn left_in(
        &self,
        function: &Function,
        forest: &LoopForest,
        id: Loop,
    ) -> (Vec<Left>, Vec<Left>, Vec<Left>) {
        let own = forest.loops[id].blocks.iter().filter(|block| forest.innermost(*block) == Some(id));
        let (mut checks, mut allocations, mut calls) = (Vec::new(), Vec::new(), Vec::new());
        for inst in own.flat_map(|block| &function.blocks[block].insts) {
            let inst = &function.insts[*inst];
            let line = self.line(inst.span);
            match what_is(function, &inst.kind) {
                What::Check(what) => checks.push(Left { what, line }),
                What::Allocation(what) => allocations.push(Left { what, line }),
                What::Call(what) => calls.push(Left { what, line }),
                What::Else => {}
            }
        }
        (checks, allocations, calls)
    }

    /// What that pass says of the next loop of that place.
    fn verdict(&mut self, span: Span, pass: &str) -> Option<&'a Remark> {
        let at = self.verdicts.iter().position(|remark| remark.span == span && remark.pass == pass)?;
        self.verdicts.remove(at)
    }

    /// The vectors of a loop that runs in them, and whether it does only where something holds.
    fn vectors(&self, function: &Function, header: Block) -> Option<(Vectors, bool)> {
        let mark = function.blocks[header].vector.as_ref()?;
        let built = self.built.iter().find(|one| one.function == function.name && one.header == header);
        Some((built?.vectors?, mark.condition.is_some()))
    }

    /// Why the iterations of a loop with loops in it do not run several at once, if that is known and no loop in it does.
    fn outer(
        &self,
        function: &Function,
        forest: &LoopForest,
        data: &LoopData,
        verdict: Option<&Remark>,
    ) -> Option<String> {
        let is_inside = |inner: &&LoopData| inner.header != data.header && data.blocks.contains(inner.header);
        let mut inner = forest.loops.values().filter(is_inside);
        if inner.any(|inner| self.vectors(function, inner.header).is_some()) {
            return None;
        }
        let is_marked = function.blocks[data.header].vector.is_some();
        let needs = "takes vectors of 512 bits (AVX-512) to run several iterations at once";
        match is_marked {
            true if !self.target.has_feature("has_avx512dq") => Some(needs.to_owned()),
            true => Some(CANNOT.to_owned()),
            false => verdict.and_then(|remark| reason(remark, NEST_ONE_BY_ONE)),
        }
    }

    /// Why an innermost loop runs one by one.
    fn scalar(&self, function: &Function, data: &LoopData, verdict: Option<&Remark>) -> Work {
        let span = data.span(function);
        let turn = self.turns.iter().find(|(place, _)| *place == span).map_or(1, |(_, turn)| *turn);
        let is_marked = function.blocks[data.header].vector.is_some();
        let found = verdict.and_then(|remark| reason(remark, ONE_BY_ONE));
        let (otherwise, blamed) = match is_marked {
            true => self.missing(function, data.header),
            false => ("it was not looked at".to_owned(), None),
        };
        let cause = verdict.and_then(|remark| remark.cause).or(blamed);
        let reason = found.unwrap_or(otherwise);
        Work::Scalar { turn, reason, line: cause.map(|span| self.line(span)) }
    }

    /// What of a marked loop the processor's vectors cannot do, and where it stands.
    fn missing(&self, function: &Function, header: Block) -> (String, Option<Span>) {
        let what = match hotloop_codegen::obstacle(function, header, self.target) {
            Some(Obstacle::Inst(inst)) => {
                let span = function.insts[inst].span;
                let what = format!("{CANNOT}: not {}", operations::in_words(function, inst));
                return (what, (span != Span::NONE).then_some(span));
            }
            Some(Obstacle::Sizes) => "elements of several sizes",
            Some(Obstacle::Strides) => "elements that do not lie one behind the other",
            Some(Obstacle::GoesDown) => "iterations that count down",
            Some(Obstacle::Accumulator) => "what it collects from all iterations",
            None => return (CANNOT.to_owned(), None),
        };
        (format!("{CANNOT}: not {what}"), None)
    }

    /// What is known of the time that an iteration of a parallel loop takes, and where it uses elements that others may use.
    fn of_parallel(&self, span: Span) -> (Option<String>, Vec<Left>) {
        let about = |pass: &'static str| {
            self.remarks.iter().filter(move |remark| remark.span == span && remark.pass == pass)
        };
        let grain = about(OutlineParallelRegions.name()).next().map(|remark| remark.message.clone());
        let left = |remark: &Remark| {
            let line = self.line(remark.cause.unwrap_or(remark.span));
            Left { what: remark.message.clone(), line }
        };
        (grain, about(SHARED_ELEMENTS).map(left).collect())
    }

    fn line(&self, span: Span) -> u32 {
        self.sources.location(span).line
    }
}

/// What is said where code generation has no vectors for a loop.
const CANNOT: &str = "the processor's vectors cannot do all that is in it";

/// What has to hold for a loop to run in vectors, as the remark about it says.
fn condition(verdict: Option<&Remark>) -> String {
    let told = |beginning: &str| verdict.and_then(|remark| reason(remark, beginning));
    let asked = told(NEST_AT_ONCE).or_else(|| told(AT_ONCE)).unwrap_or_default();
    asked.strip_prefix(", if ").unwrap_or("what it needs holds").to_owned()
}

/// The reason that a remark gives behind that beginning.
fn reason(remark: &Remark, beginning: &str) -> Option<String> {
    remark.message.strip_prefix(beginning).map(str::to_owned)
}

/// Whether a loop of the function is in none but those of the same statement.
fn is_outermost(function: &Function, forest: &LoopForest, id: Loop) -> bool {
    let span = forest.loops[id].span(function);
    let mut around = std::iter::successors(forest.loops[id].parent, |outer| forest.loops[*outer].parent);
    around.all(|outer| forest.loops[outer].span(function) == span)
}

/// What an instruction is to the reader of a report.
enum What {
    Check(String),
    Allocation(String),
    Call(String),
    Else,
}

fn what_is(function: &Function, kind: &InstKind) -> What {
    match kind.access() {
        InstKind::CheckBounds { .. } => What::Check("index".to_owned()),
        InstKind::Check { error, .. } => What::Check(function.errors[*error].class.name().to_owned()),
        InstKind::Call { callee, .. } => {
            let symbol = &function.callees[*callee].symbol;
            What::Call(symbol.rsplit_once('.').map_or(symbol.as_str(), |(name, _)| name).to_owned())
        }
        InstKind::CallRuntime { function, .. } => match function {
            RuntimeFunction::Allocate | RuntimeFunction::AllocateZeroed => {
                What::Allocation("array".to_owned())
            }
            RuntimeFunction::NewList | RuntimeFunction::GrowList => What::Allocation("list".to_owned()),
            RuntimeFunction::NewFrame => What::Allocation("generator".to_owned()),
            other => What::Call(other.symbol().to_owned()),
        },
        InstKind::Const(_)
        | InstKind::Unary(..)
        | InstKind::Binary(..)
        | InstKind::Ternary(..)
        | InstKind::IntCompare(..)
        | InstKind::FloatCompare(..)
        | InstKind::Select { .. }
        | InstKind::Convert(..)
        | InstKind::PtrAdd { .. }
        | InstKind::Load { .. }
        | InstKind::Store { .. }
        | InstKind::When { .. }
        | InstKind::SlotAddress(_)
        | InstKind::Data(_)
        | InstKind::FunctionAddress(_)
        | InstKind::Safepoint
        | InstKind::CheckStack
        | InstKind::ErrorIs(_)
        | InstKind::Catch => What::Else,
    }
}

impl fmt::Display for LoopReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signature = Signature { parameters: self.parameters.clone(), result: None };
        writeln!(f, "{}{signature}: {}", self.function, counted(self.loops.len(), "loop"))?;
        for one in &self.loops {
            write!(f, "\n{}", one.shown(&self.function))?;
        }
        for path in &self.library {
            writeln!(f, "\n`{path}` shares its work among threads where there is enough")?;
        }
        Ok(())
    }
}

impl LoopFacts {
    /// Lines of text, indented as deep as the loop lies.
    fn shown(&self, root: &str) -> String {
        let indent = "  ".repeat(self.depth);
        let of_other = if self.place.function == root {
            String::new()
        } else {
            format!("  (of `{}`, copied in place of the call)", self.place.function)
        };
        let mut lines = vec![format!("{}:{}  {}{of_other}", self.place.file, self.place.line, self.source)];
        lines.extend(self.is_parallel.then(|| "    shared out among threads".to_owned()));
        lines.extend(self.grain.iter().map(|grain| format!("    grain: {grain}")));
        if !self.shared.is_empty() {
            let shared = listed(&self.shared);
            lines.push(format!(
                "    elements that iterations may share: {shared}; HOTLOOP_RACE_CHECK=1 tells whether they do"
            ));
        }
        lines.push(format!("    {}", self.work));
        let in_vectors = match &self.work {
            Work::Vectors { vectors, .. } if !self.checks.is_empty() => {
                format!(
                    "; in vectors {}",
                    if vectors.checks == 0 { "none".to_owned() } else { vectors.checks.to_string() }
                )
            }
            Work::Vectors { .. } | Work::Outer { .. } | Work::Within | Work::Scalar { .. } => String::new(),
        };
        let otherwise = if self.checks_otherwise.is_empty() {
            String::new()
        } else {
            format!("; where not all indices are in bounds {}", listed(&self.checks_otherwise))
        };
        lines.push(format!("    checks: {}{in_vectors}{otherwise}", listed(&self.checks)));
        lines.push(format!("    allocations: {}", listed(&self.allocations)));
        if !self.calls.is_empty() {
            lines.push(format!("    calls: {}", listed(&self.calls)));
        }
        lines.iter().map(|line| format!("{indent}{line}\n")).collect()
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outer { reason: Some(reason) } => {
                write!(f, "one by one: it holds other loops, and {reason}")
            }
            Self::Outer { reason: None } => f.write_str("one by one: it holds other loops"),
            Self::Within => f.write_str("one by one, for several iterations at once of the loop around it"),
            Self::Vectors { vectors: Vectors { vector_bytes, lanes, unroll, .. }, condition } => {
                let bits = 8 * vector_bytes;
                write!(
                    f,
                    "in vectors of {bits} bits: {lanes} iterations each, {} a turn",
                    counted(*unroll as usize, "vector")
                )?;
                match condition {
                    Some(condition) => write!(f, ", if {condition} (asked in front of it)"),
                    None => Ok(()),
                }
            }
            Self::Scalar { turn, reason, line } => {
                f.write_str("one by one")?;
                if *turn > 1 {
                    write!(f, ", {turn} a turn")?;
                }
                write!(f, ": {reason}")?;
                line.map_or(Ok(()), |line| write!(f, " (line {line})"))
            }
        }
    }
}

/// `3 (index in lines 5 (twice), 6)`, or `none`.
fn listed(all: &[Left]) -> String {
    if all.is_empty() {
        return "none".to_owned();
    }
    let mut kinds: Vec<(&str, Vec<(u32, usize)>)> = Vec::new();
    for left in all {
        let at = kinds.iter().position(|(what, _)| *what == left.what).unwrap_or_else(|| {
            kinds.push((&left.what, Vec::new()));
            kinds.len() - 1
        });
        let lines = &mut kinds[at].1;
        match lines.iter_mut().find(|(line, _)| *line == left.line) {
            Some((_, times)) => *times += 1,
            None => lines.push((left.line, 1)),
        }
    }
    let line = |(line, times): &(u32, usize)| match times {
        1 => line.to_string(),
        2 => format!("{line} (twice)"),
        times => format!("{line} ({times} times)"),
    };
    let kind = |(what, lines): &(&str, Vec<(u32, usize)>)| {
        let numbers: Vec<String> = lines.iter().map(line).collect();
        format!("{what} in line{} {}", if lines.len() == 1 { "" } else { "s" }, numbers.join(", "))
    };
    let kinds: Vec<String> = kinds.iter().map(kind).collect();
    format!("{} ({})", all.len(), kinds.join("; "))
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
