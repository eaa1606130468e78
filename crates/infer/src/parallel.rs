//! Parallel loops: which variables each iteration has for itself, which are reductions, and which are neither: an error.

use crate::array_reductions::ArrayReduction;
use crate::bindings::{Binding, Bindings, Joins, Meeting};
use crate::chunks::ParallelLoop;
use crate::conversion::convert;
use crate::extremes::{Extreme, Member, Order};
use crate::function::{Inference, LoopFrame, Typed};
use crate::locals::visit_target;
use crate::loops::{Counter, Jumps, Kind, LoopSource};
use crate::reductions::{Usage, Usages};
use crate::statement::head_of;
use hotloop_ast as ast;
use hotloop_diagnostics::{Code, Diagnostic, Span};
use hotloop_hir as hir;
use hotloop_hir::{CompareOp, Expr, Local, RangeLoop, Reduction, ReductionOp, StmtKind, Version};
use hotloop_index::{Id, IdSet};
use hotloop_types::{Dtype, Type, unify};

static CARRIED: Code =
    Code::new("HL0401", "a variable carries a value from one iteration of a parallel loop to the next");
static READ_BEHIND: Code =
    Code::new("HL0402", "a variable of a parallel loop's iterations is read behind the loop");
static NOT_A_NUMBER: Code = Code::new(
    "HL0404",
    "a reduction of something that is neither a number nor an array is not supported in a kernel yet",
);

static SHARED_GENERATOR: Code =
    Code::new("HL0288", "the iterations of a parallel loop draw from one generator of random numbers");

/// How often a loop is typed at most; types widen far less often.
const MAX_ATTEMPTS: usize = 64;

/// A variable that iterations may hand on, as the source shows it.
#[derive(Clone, Debug)]
struct Candidate {
    local: Local,
    way: Way,
    span: Span,
    /// The type of the accumulator, as wide as known.
    ty: Type,
}

/// How iterations hand it on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// An operator combines.
    Reduced(ReductionOp),
    /// `x = min(e, x)` or `x = max(e, x)`: of floats that is more than an operator.
    Later(ReductionOp),
    /// A comparison decides.
    Compared(CompareOp),
    /// What the comparison of the candidate before it decides.
    Companion,
}

/// A body typed once.
struct Attempt {
    joins: Joins,
    target: Version,
    body: Vec<hir::Stmt>,
    /// Whether an item could be assigned to what the loop assigns.
    assigned: Typed<()>,
    end: Option<Bindings>,
    frame: LoopFrame,
}

static COMPLEX_REDUCTION: Code =
    Code::new("HL0331", "complex numbers are combined in a parallel loop in a way that is not supported yet");

impl Inference<'_> {
    pub(crate) fn parallel_for(
        &mut self,
        source: LoopSource<'_>,
        counter: Counter<'_>,
        [start, stop, step]: [Expr; 3],
    ) -> Typed<()> {
        let targets = counter.locals;
        let errors = self.diagnostics.len();
        self.check_generators(source);
        let mut arrays = self.array_reductions_of(source, targets);
        arrays.iter().for_each(|array| self.check_reduced_array(array));
        let (mut candidates, refused) = self.reductions_of(source, targets, &arrays);
        self.check_read_behind(source, targets, (&candidates, &refused), &arrays);
        let before = self.bindings.clone();
        let mut attempt = self.parallel_attempts(source, counter, &mut candidates, &mut arrays);
        candidates.iter_mut().for_each(Candidate::settle);
        // What turned out to be a reduction is joined before the extremes.
        let mut joined: Vec<_> = candidates.into_iter().zip(attempt.joins.joined).collect();
        joined.sort_by_key(|(candidate, _)| !matches!(candidate.way, Way::Reduced(_)));
        (candidates, attempt.joins.joined) = joined.into_iter().unzip();
        candidates.iter().for_each(|candidate| self.check_reduced_type(candidate));
        if self.diagnostics.len() > errors || attempt.assigned.is_err() {
            self.leave_parallel(source, before, None);
            return Err(crate::function::Reported);
        }
        Jumps::new(&attempt.joins, &Joins::default(), &attempt.frame).fill(&mut attempt.body);
        let back = attempt.end.as_ref().map(|end| attempt.joins.edge(end));
        let mut reductions = Vec::new();
        let mut extremes: Vec<Extreme> = Vec::new();
        let mut results = Vec::with_capacity(candidates.len());
        for (candidate, (_, at_head)) in candidates.iter().zip(&attempt.joins.joined) {
            let initial = self.initial(candidate, &before);
            let result = self.new_version(candidate.local, candidate.ty.clone(), head_of(source.statement));
            let member = Member { local: candidate.local, initial, at_head: *at_head, result };
            let span = candidate.span;
            let order = match candidate.way {
                Way::Reduced(op) => {
                    reductions.push(Reduction { op, initial, accumulator: *at_head, result, span });
                    None
                }
                Way::Later(op) => Some(Order::Later(compared_by(op))),
                Way::Compared(op) => Some(Order::Compared(op)),
                Way::Companion => {
                    let extreme = extremes.last_mut().expect("companions stand behind their extreme");
                    extreme.members.push(member);
                    None
                }
            };
            extremes.extend(order.map(|order| Extreme { order, members: vec![member] }));
            results.push((candidate.local, result));
        }
        results.extend(arrays.iter().map(|array| (array.local, array.whole)));
        let mut parallel = ParallelLoop {
            range: RangeLoop { target: attempt.target, start, stop, step },
            body: attempt.body,
            back,
            reductions,
            arrays,
            extremes,
            span: source.statement.span,
        };
        match self.has_few_iterations(&mut parallel) {
            None => {
                self.emit_parallel(parallel);
                self.leave_parallel(source, before, Some(&results));
            }
            Some(has_few) => self.in_order_if(has_few, source, counter, parallel, (before, &results))?,
        }
        let otherwise = self.block(source.otherwise);
        self.out.extend(otherwise);
        Ok(())
    }

    /// Emits a parallel loop, and beside it the same loop in order, for when a condition holds.
    fn in_order_if(
        &mut self,
        condition: Expr,
        source: LoopSource<'_>,
        counter: Counter<'_>,
        parallel: ParallelLoop,
        (before, results): (Bindings, &[(Local, Version)]),
    ) -> Typed<()> {
        let span = source.statement.span;
        let RangeLoop { start, stop, step, .. } = parallel.range.clone();
        let outer = std::mem::take(&mut self.out);
        self.emit_parallel(parallel);
        self.leave_parallel(source, before.clone(), Some(results));
        let (shared, behind_shared) = (std::mem::take(&mut self.out), self.bindings.clone());
        self.bindings = before;
        let own = LoopSource { otherwise: &[], ..source };
        let typed = {
            let kind = match (counter.items, counter.locals) {
                (Some((iterable, target)), _) => Kind::Items(iterable, target),
                (None, [local]) => Kind::Range(*local),
                (None, _) => unreachable!("numbers are assigned to one variable"),
            };
            self.counted_for(own, kind, [start, stop, step])
        };
        let (in_order, behind) = (std::mem::replace(&mut self.out, outer), self.bindings.clone());
        typed?;
        let mut live = IdSet::new();
        results.iter().for_each(|(local, _)| {
            live.insert(*local);
        });
        let joins = self.join_ways(&[&behind, &behind_shared], &live, &IdSet::new(), span);
        let edges = [Some(joins.edge(&behind)), Some(joins.edge(&behind_shared))];
        self.emit(StmtKind::choice(condition, [in_order, shared], edges, joins.versions()), span);
        Ok(())
    }

    /// Sets what the locals are behind the loop: the iterations' own variables are gone. Without results the loop was refused, and what it assigns is not known.
    fn leave_parallel(
        &mut self,
        source: LoopSource<'_>,
        before: Bindings,
        results: Option<&[(Local, Version)]>,
    ) {
        self.bindings = before;
        self.reachable = true;
        let assigned = self.liveness.around(source.statement).assigned.clone();
        for local in assigned.iter() {
            let is_unknown = results.is_none() || self.bindings.get(local) == Binding::Poisoned;
            self.bindings.set(local, if is_unknown { Binding::Poisoned } else { Binding::Unassigned });
        }
        for (local, version) in results.unwrap_or_default() {
            self.bindings.set(*local, Binding::Version(*version));
        }
    }

    /// A generator of random numbers from outside would be moved on by all iterations at once.
    fn check_generators(&mut self, source: LoopSource<'_>) {
        let read: Vec<Local> = self.liveness.around(source.statement).exposed.iter().collect();
        for local in read {
            let Binding::Version(version) = self.bindings.get(local) else { continue };
            if !self.function.versions[version].ty.has_random_generator() {
                continue;
            }
            let name = self.locals.names()[local.index()].clone();
            let mut usages = Usages::of(&name, self);
            usages.block(source.body);
            let place = usages.usage.read.unwrap_or_else(|| head_of(source.statement));
            let message = format!(
                "the iterations of a parallel loop draw from `{name}`, in an order that depends on chance"
            );
            self.report(
                Diagnostic::error(&SHARED_GENERATOR, message, place)
                    .with_primary("all iterations move on this generator")
                    .with_label(head_of(source.statement), "the iterations of this loop run in any order")
                    .with_help(format!(
                        "draw an array before the loop, as in `{name}.random(n)`; or make a generator in each iteration, as in \
                         `np.random.default_rng(seed + i)`; or use `range`"
                    )),
            );
        }
    }

    /// The variables that iterations carry on, all of which have to be reductions, or extremes with their companions: these come last. Then those that are neither, which is said.
    fn reductions_of(
        &mut self,
        source: LoopSource<'_>,
        targets: &[Local],
        arrays: &[ArrayReduction],
    ) -> (Vec<Candidate>, Vec<Local>) {
        let around = self.liveness.around(source.statement);
        let carried: Vec<Local> = around
            .assigned
            .iter()
            .filter(|local| !targets.contains(local) && around.exposed.contains(*local))
            .filter(|local| !arrays.iter().any(|array| array.local == *local))
            .collect();
        let mut candidates = Vec::new();
        let mut extremes = Vec::new();
        let mut refused = Vec::new();
        for local in carried {
            let usage = self.usage_of(local, source);
            if let Some(op) = usage.operator() {
                let span = usage.updates[0].1;
                if usage.prefers_later {
                    self.candidate(local, Way::Later(op), span, &mut extremes);
                } else {
                    self.candidate(local, Way::Reduced(op), span, &mut candidates);
                }
            } else if let Some(order) = usage.extreme() {
                let span = usage.extremes[0].span;
                let companions = self.companions_of(&usage, source, targets);
                match order {
                    CompareOp::Lt if companions.is_empty() => {
                        self.candidate(local, Way::Reduced(ReductionOp::Min), span, &mut candidates);
                    }
                    CompareOp::Gt if companions.is_empty() => {
                        self.candidate(local, Way::Reduced(ReductionOp::Max), span, &mut candidates);
                    }
                    _ => {
                        self.candidate(local, Way::Compared(order), span, &mut extremes);
                        for companion in companions {
                            self.candidate(companion, Way::Companion, span, &mut extremes);
                        }
                    }
                }
            } else {
                let name = self.locals.names()[local.index()].clone();
                self.report_carried(&name, &usage, source);
                refused.push(local);
            }
        }
        candidates.append(&mut extremes);
        (candidates, refused)
    }

    /// Adds a variable that is a number before the loop.
    fn candidate(&mut self, local: Local, way: Way, span: Span, candidates: &mut Vec<Candidate>) {
        let name = self.locals.names()[local.index()].clone();
        match self.bindings.get(local) {
            Binding::Version(version) => {
                let ty = self.function.versions[version].ty.clone();
                if ty.as_scalar().is_some() {
                    candidates.push(Candidate { local, way, span, ty });
                    return;
                }
                let message = format!(
                    "`{name}` is {ty}; numbers and arrays in place can be reduced in a parallel loop so far"
                );
                let assigned = self.function.versions[version].span;
                self.report(
                    Diagnostic::error(&NOT_A_NUMBER, message, span)
                        .with_label(assigned, format!("`{name}` is {ty} here"))
                        .with_help("update an array in place, as in `x += y`; reduce each element into a number; or use `range`"),
                );
            }
            // That it is read behind the loop is an error, of which is told with that.
            Binding::Unassigned if way == Way::Companion => {}
            Binding::Unassigned => {
                self.report_unassigned(local, span);
            }
            Binding::Poisoned | Binding::Conflict(_) => {}
        }
    }

    /// Complex numbers can be added up; a product of them is no reduction of each part.
    fn check_reduced_type(&mut self, candidate: &Candidate) {
        let is_complex = candidate.ty.as_scalar().is_some_and(Dtype::is_complex);
        if !is_complex || matches!(candidate.way, Way::Reduced(ReductionOp::Add) | Way::Companion) {
            return;
        }
        let name = self.locals.names()[candidate.local.index()].clone();
        let message = format!(
            "`{name}` is {}; complex numbers can only be added up in a parallel loop so far",
            candidate.ty
        );
        self.report(
            Diagnostic::error(&COMPLEX_REDUCTION, message, candidate.span)
                .with_help("store the factors in an array and multiply them behind the loop, or use `range`"),
        );
    }

    fn report_carried(&mut self, name: &str, usage: &Usage, source: LoopSource<'_>) {
        let first_update = usage.places_of_updates().first().copied();
        let assigned = usage.assigned.or(first_update).unwrap_or_else(|| head_of(source.statement));
        let message = format!("`{name}` carries a value from one iteration of a parallel loop to the next");
        let mut diagnostic = Diagnostic::error(&CARRIED, message, assigned).with_primary("assigned here");
        diagnostic = match usage.read {
            Some(read) => diagnostic.with_label(read, "read here, perhaps from another iteration"),
            None => self.label_mixed(diagnostic, usage),
        };
        // Of truths no sum is meant.
        let is_truth = self.locals.find(name).is_some_and(|local| match self.bindings.get(local) {
            Binding::Version(version) => self.function.versions[version].ty == Type::BOOL,
            Binding::Unassigned | Binding::Poisoned | Binding::Conflict(_) => false,
        });
        let ways = match is_truth {
            true => format!("`{name} &= ...` for `and` or `{name} |= ...` for `or`"),
            false => format!("`{name} += ...` or `{name} = min({name}, ...)`"),
        };
        self.report(
            diagnostic
                .with_label(head_of(source.statement), "the iterations of this loop run in any order")
                .with_help(format!(
                    "update `{name}` in one way only, such as {ways}, and read it \
                     behind the loop; or assign it before it is read in each iteration; or use `range`"
                )),
        );
    }

    fn label_mixed(&self, diagnostic: Diagnostic, usage: &Usage) -> Diagnostic {
        let first = usage.updates.first().map(|(op, _)| *op);
        match usage.updates.iter().find(|(op, _)| Some(*op) != first) {
            Some((_, other)) => diagnostic.with_label(*other, "updated with another operator here"),
            None => match usage.places_of_updates().last().filter(|_| !usage.extremes.is_empty()) {
                Some(other) => diagnostic.with_label(*other, "updated in another way here"),
                None => diagnostic,
            },
        }
    }

    fn check_read_behind(
        &mut self,
        source: LoopSource<'_>,
        targets: &[Local],
        (candidates, refused): (&[Candidate], &[Local]),
        arrays: &[ArrayReduction],
    ) {
        let around = self.liveness.around(source.statement);
        let carried = around.exposed.clone();
        let caught: Vec<(Local, Span)> = candidates
            .iter()
            .filter(|candidate| around.in_handlers.contains(candidate.local))
            .map(|candidate| (candidate.local, candidate.span))
            .collect();
        let behind: Vec<Local> = around
            .assigned
            .iter()
            .filter(|local| {
                around.after.contains(*local) && (targets.contains(local) || !carried.contains(*local))
            })
            .filter(|local| !candidates.iter().any(|candidate| candidate.local == *local))
            .filter(|local| !arrays.iter().any(|array| array.local == *local))
            .collect();
        for (local, place) in caught {
            let name = &self.locals.names()[local.index()];
            let message =
                format!("`{name}` is read where an error of the parallel loop that reduces it is caught");
            self.report(
                Diagnostic::error(&READ_BEHIND, message, place)
                    .with_primary("has no value when an iteration fails")
                    .with_help("read it behind the loop only, or use `range`"),
            );
        }
        for local in behind {
            let name = self.locals.names()[local.index()].clone();
            let mut usages = Usages::of(&name, self);
            usages.block(source.body);
            // What is assigned together with a variable that is refused was meant to be its companion: once the one is mended, so is the other.
            let is_refused =
                |other: &str| refused.iter().any(|local| *self.locals.names()[local.index()] == *other);
            let beside = assignments_beside(source.body, &name, &is_refused);
            if beside > 0 && beside == usages.usage.assignments {
                continue;
            }
            let place = usages.usage.assigned.unwrap_or_else(|| head_of(source.statement));
            let message = format!("`{name}` is read behind the parallel loop that assigns it");
            let help = match self.is_companion(local, candidates, source, targets) {
                true => format!("assign `{name}` before the loop, too: perhaps no iteration comes here"),
                false => {
                    format!(
                        "store what is needed in an array, update `{name}` as a reduction, or use `range`"
                    )
                }
            };
            self.report(
                Diagnostic::error(&READ_BEHIND, message, place)
                    .with_primary("each iteration has its own")
                    .with_help(help),
            );
        }
    }

    /// Whether a variable is assigned only where one of these is found to be better.
    fn is_companion(
        &self,
        local: Local,
        candidates: &[Candidate],
        source: LoopSource<'_>,
        targets: &[Local],
    ) -> bool {
        let compared = candidates.iter().filter(|candidate| matches!(candidate.way, Way::Compared(_)));
        compared.into_iter().any(|candidate| {
            let usage = self.usage_of(candidate.local, source);
            self.companions_of(&usage, source, targets).contains(&local)
        })
    }

    /// Types the body until the accumulators are wide enough for what the iterations make of them.
    fn parallel_attempts(
        &mut self,
        source: LoopSource<'_>,
        counter: Counter<'_>,
        candidates: &mut [Candidate],
        arrays: &mut [ArrayReduction],
    ) -> Attempt {
        let snapshot = self.snapshot();
        for candidate in candidates.iter_mut() {
            let known = self.loop_memo.get(source.statement, candidate.local);
            if let Some(wider) = known.and_then(|known| unify(known, &candidate.ty)) {
                candidate.ty = wider;
            }
        }
        for _ in 1..MAX_ATTEMPTS {
            let attempt = self.parallel_attempt(source, counter, candidates, arrays);
            if !self.widen_accumulators(source, &attempt, candidates) {
                return attempt;
            }
            self.roll_back(&snapshot);
        }
        self.parallel_attempt(source, counter, candidates, arrays)
    }

    fn parallel_attempt(
        &mut self,
        source: LoopSource<'_>,
        counter: Counter<'_>,
        candidates: &[Candidate],
        arrays: &mut [ArrayReduction],
    ) -> Attempt {
        let span = head_of(source.statement);
        let assigned: IdSet<Local> = self.liveness.around(source.statement).assigned.clone();
        // What iterations carry on without being a reduction was reported.
        let exposed = self.liveness.around(source.statement).exposed.clone();
        for local in assigned.iter() {
            let carried = if exposed.contains(local) { Binding::Poisoned } else { Binding::Unassigned };
            self.bindings.set(local, carried);
        }
        let mut joins = Joins::default();
        for candidate in candidates {
            let version = self.new_version(candidate.local, candidate.ty.clone(), span);
            joins.joined.push((candidate.local, version));
            self.bindings.set(candidate.local, Binding::Version(version));
        }
        for array in arrays {
            array.part = self.new_version(array.local, Type::Array(array.part_type()), span);
            self.bindings.set(array.local, Binding::Version(array.part));
        }
        let version = match (counter.items, counter.locals) {
            (None, [local]) => {
                let version = self.new_version(*local, Type::INT64, span);
                self.bindings.set(*local, Binding::Version(version));
                version
            }
            (Some(_), _) => self.new_temporary("position", Type::INT64, span),
            (None, _) => unreachable!("numbers are assigned to one variable"),
        };
        let position = self.version(version, span);
        let items = counter.items.map(|(iterable, target)| (target, iterable, position));
        let (body, end, frame, assigned) = self.loop_over(source, items, true);
        Attempt { joins, target: version, body, assigned, end, frame }
    }

    fn widen_accumulators(
        &mut self,
        source: LoopSource<'_>,
        attempt: &Attempt,
        candidates: &mut [Candidate],
    ) -> bool {
        let mut widened = false;
        for candidate in candidates {
            let mut meeting = Meeting::default();
            for back in attempt.end.iter().chain(&attempt.frame.continues) {
                self.meet(&mut meeting, back.get(candidate.local));
            }
            let wider = meeting.joined.and_then(|(ty, _)| unify(&ty, &candidate.ty));
            if let Some(wider) = wider.filter(|wider| *wider != candidate.ty) {
                candidate.ty = wider.clone();
                self.loop_memo.set(source.statement, candidate.local, wider);
                widened = true;
            }
        }
        widened
    }

    /// The version before the loop, in the accumulator's type.
    fn initial(&mut self, candidate: &Candidate, before: &Bindings) -> Version {
        let Binding::Version(version) = before.get(candidate.local) else {
            unreachable!("a candidate has a version before the loop")
        };
        let data = &self.function.versions[version];
        if data.ty == candidate.ty && !data.maybe_unassigned {
            return version;
        }
        let value = convert(self.version(version, candidate.span), &candidate.ty);
        let initial = self.new_version(candidate.local, candidate.ty.clone(), candidate.span);
        self.emit(StmtKind::Assign { target: initial, value }, candidate.span);
        initial
    }
}

impl Candidate {
    /// Of integers it makes no difference which of two equal ones stays.
    fn settle(&mut self) {
        match self.way {
            Way::Later(op) if !self.ty.as_scalar().is_some_and(Dtype::is_float) => {
                self.way = Way::Reduced(op)
            }
            Way::Later(_) | Way::Reduced(_) | Way::Compared(_) | Way::Companion => {}
        }
    }
}

/// How often a name is assigned in blocks that assign another one of these as well.
fn assignments_beside(body: &[ast::Stmt], name: &str, others: &dyn Fn(&str) -> bool) -> usize {
    let (mut count, mut has_other) = (0, false);
    for statement in body {
        let ast::StmtKind::Assign { targets, .. } = &statement.kind else { continue };
        for target in targets {
            visit_target(target, &mut |assigned| {
                count += usize::from(**assigned == *name);
                has_other |= others(assigned);
            });
        }
    }
    let own = if has_other { count } else { 0 };
    let inner = body.iter().flat_map(ast::Stmt::blocks);
    own + inner.map(|block| assignments_beside(block, name, others)).sum::<usize>()
}

/// The comparison by which the least or the largest comes first.
fn compared_by(op: ReductionOp) -> CompareOp {
    if op == ReductionOp::Min { CompareOp::Lt } else { CompareOp::Gt }
}
