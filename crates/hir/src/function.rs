//! Functions, statements and the versions of locals.

use crate::{
    Callee, Caught, Elementwise, Exception, ExceptionArgument, Expr, ExprKind, Local, ObjectExpr, Places,
    Try, Version,
};
use hotloop_diagnostics::Span;
use hotloop_index::IdMap;
use hotloop_types::{FloatFlags, Type};

/// A function specialised on the types of its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its name in the source.
    pub name: String,
    /// The symbol of this specialisation.
    pub symbol: String,
    /// The definition.
    pub span: Span,
    /// How it is to be compiled.
    pub options: Options,
    /// Whether it tells of its accesses to memory.
    pub races: Races,
    /// The versions that hold the arguments.
    pub parameters: Vec<Version>,
    /// The type of its result.
    pub result: Type,
    /// What it yields, if a call makes a generator; the result is then that, and its statements run as the generator goes on.
    pub yields: Option<Type>,
    /// Whether every way through it raises.
    pub never_returns: bool,
    /// Its local variables, temporaries included.
    pub locals: IdMap<Local, LocalData>,
    /// The versions of its locals.
    pub versions: IdMap<Version, VersionData>,
    /// The functions it calls.
    pub callees: IdMap<Callee, CalleeData>,
    /// Whether it can reach itself again through calls.
    pub is_recursive: bool,
    /// Its statements. Where control can reach their end, the result is `None`.
    pub body: Vec<Stmt>,
}

impl Function {
    /// A function without parameters and statements.
    pub fn new(name: impl Into<String>, result: Type) -> Self {
        let name = name.into();
        Self {
            symbol: name.clone(),
            name,
            span: Span::NONE,
            options: Options::default(),
            races: Races::Unchecked,
            parameters: Vec::new(),
            result,
            yields: None,
            never_returns: false,
            locals: IdMap::new(),
            versions: IdMap::new(),
            callees: IdMap::new(),
            is_recursive: false,
            body: Vec::new(),
        }
    }

    /// Appends a statement without a place.
    pub fn push(&mut self, kind: StmtKind) {
        self.body.push(Stmt { kind, span: Span::NONE });
    }
}

/// How a function is to be compiled: what its decorator says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Options {
    /// Whether indices are checked.
    pub boundscheck: bool,
    /// What a division by zero does.
    pub error_model: ErrorModel,
    /// What may be assumed of floats.
    pub float_flags: FloatFlags,
    /// Whether work is shared out among threads; elsewhere `prange` is `range`.
    pub parallel: bool,
    /// What of that is left out.
    pub in_order: ParallelParts,
    /// Whether loops share their work out however few iterations they have: where races are looked for.
    pub shares_few: bool,
    /// Whether what it shares out counts as what its caller does: the loop of a stencil.
    pub is_part_of_caller: bool,
}

impl Options {
    /// Whether that is shared out among threads.
    pub fn shares(&self, part: ParallelPart) -> bool {
        self.parallel && !self.in_order.contains(part)
    }
}

/// What `parallel=True` shares out among threads; `parallel={...}` can leave out each by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParallelPart {
    /// Loops over `prange`.
    Prange,
    /// Array expressions, and what creates, copies or arranges arrays.
    Numpy,
    /// NumPy's functions that make fewer numbers of many.
    Reduction,
    /// Assignments to parts of arrays, and through masks.
    Setitem,
    /// `a += b` and its kin.
    InplaceBinop,
    /// Arrays made of comprehensions.
    Comprehension,
    /// Array expressions that become part of the next one.
    Fusion,
    /// Stencils.
    Stencil,
}

impl ParallelPart {
    /// All, by their names.
    pub const NAMES: [(&'static str, Self); 8] = [
        ("prange", Self::Prange),
        ("numpy", Self::Numpy),
        ("reduction", Self::Reduction),
        ("setitem", Self::Setitem),
        ("inplace_binop", Self::InplaceBinop),
        ("comprehension", Self::Comprehension),
        ("fusion", Self::Fusion),
        ("stencil", Self::Stencil),
    ];

    /// The part of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, part)| *part)
    }
}

/// Some of the parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ParallelParts(u8);

impl ParallelParts {
    /// No part.
    pub const NONE: Self = Self(0);

    /// These and one more.
    #[must_use]
    pub fn with(self, part: ParallelPart) -> Self {
        Self(self.0 | 1 << part as u8)
    }

    /// Whether the part is among them.
    pub fn contains(self, part: ParallelPart) -> bool {
        self.0 & 1 << part as u8 != 0
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            boundscheck: true,
            error_model: ErrorModel::Python,
            float_flags: FloatFlags::STRICT,
            parallel: false,
            in_order: ParallelParts::NONE,
            shares_few: false,
            is_part_of_caller: false,
        }
    }
}

/// Whether a function tells of its accesses to memory, so that iterations of parallel loops that meet are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Races {
    /// It does not.
    #[default]
    Unchecked,
    /// With their places.
    Told,
    /// As those of whoever calls it: its own text is of no interest.
    ToldOfCaller,
}

/// What a division by zero does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorModel {
    /// Raises `ZeroDivisionError`.
    Python,
    /// Gives inf or nan, for integers 0.
    Numpy,
}

/// A local variable.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalData {
    /// Its name; a temporary has one that Python cannot spell.
    pub name: String,
}

/// A version of a local.
#[derive(Clone, Debug, PartialEq)]
pub struct VersionData {
    /// The local.
    pub local: Local,
    /// Its type.
    pub ty: Type,
    /// Whether a way without assignment leads here, so that a read has to check.
    pub maybe_unassigned: bool,
    /// Where it is assigned, or where the ways meet.
    pub span: Span,
}

/// A function that is called.
#[derive(Clone, Debug, PartialEq)]
pub struct CalleeData {
    /// Its name in the source.
    pub name: String,
    /// The symbol of the specialisation.
    pub symbol: String,
    /// The types of its parameters.
    pub parameters: Vec<Type>,
    /// The type of its result.
    pub result: Type,
    /// Whether every way through it raises.
    pub never_returns: bool,
    /// Whether its text is none of the user's: an error that it raises has the place of the call.
    pub is_placeless: bool,
}

/// A statement at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    /// What it does.
    pub kind: StmtKind,
    /// Where it stands.
    pub span: Span,
}

impl Stmt {
    /// Whether running it may write to arrays that others see, or do anything else but compute, test and raise.
    pub(crate) fn may_write(&self) -> bool {
        match &self.kind {
            StmtKind::Assign { value, .. } | StmtKind::Expr(value) => value.may_write(),
            StmtKind::If { arms, otherwise, .. } => {
                let writes = |arm: &Arm| {
                    arm.condition.may_write() || arm.before.iter().chain(&arm.body).any(Self::may_write)
                };
                arms.iter().any(writes) || otherwise.iter().any(Self::may_write)
            }
            StmtKind::Raise { .. } | StmtKind::Assert { .. } => false,
            _ => true,
        }
    }

    /// Whether it only computes, stores numbers, tests and raises: nothing in it is repeated or called.
    pub fn is_short(&self) -> bool {
        match &self.kind {
            StmtKind::Assign { value, .. } | StmtKind::Expr(value) => value.is_short(),
            StmtKind::StoreElement { array, indices, value } => {
                [array, value].into_iter().chain(indices).all(Expr::is_short)
            }
            StmtKind::If { arms, otherwise, .. } => {
                let is_short = |arm: &Arm| {
                    arm.condition.is_short() && arm.before.iter().chain(&arm.body).all(Self::is_short)
                };
                arms.iter().all(is_short) && otherwise.iter().all(Self::is_short)
            }
            StmtKind::Assert { condition, .. } => condition.is_short(),
            StmtKind::Raise { .. } | StmtKind::Continue(_) | StmtKind::Delete(_) => true,
            StmtKind::StoreElements { .. }
            | StmtKind::StoreAt { .. }
            | StmtKind::While { .. }
            | StmtKind::ForRange { .. }
            | StmtKind::Unrolled { .. }
            | StmtKind::ParallelFor { .. }
            | StmtKind::Break(_)
            | StmtKind::Return(_)
            | StmtKind::Yield(_)
            | StmtKind::Try(_)
            | StmtKind::Outside { .. }
            | StmtKind::RaiseAgain(_) => false,
        }
    }
}

/// A block on a condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// What runs before the condition is evaluated, where those of the arms before were false. They fall through.
    pub before: Vec<Stmt>,
    /// A bool.
    pub condition: Expr,
    /// Where it is true.
    pub body: Vec<Stmt>,
    /// From the end of the body, if it falls through.
    pub edge: Option<Edge>,
}

impl StmtKind {
    /// A choice between two blocks, with the versions joined behind them and the edges from their ends, if these fall through.
    pub fn choice(
        condition: Expr,
        [then, otherwise]: [Vec<Stmt>; 2],
        [then_edge, otherwise_edge]: [Option<Edge>; 2],
        joins: Vec<Version>,
    ) -> Self {
        let arms = vec![Arm { before: Vec::new(), condition, body: then, edge: then_edge }];
        Self::If { arms, otherwise, otherwise_edge, joins }
    }

    /// A block that does not fall through, on a condition.
    pub fn leave_if(condition: Expr, then: Vec<Stmt>) -> Self {
        Self::choice(condition, [then, Vec::new()], [None, Some(Edge::default())], Vec::new())
    }
}

/// The kinds of statements. Statements behind one that never falls through were dropped.
#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    /// Assigns a version.
    Assign {
        /// The version.
        target: Version,
        /// Its value, of its type.
        value: Expr,
    },
    /// Writes an element of an array; see [`ExprKind::Element`](crate::ExprKind::Element). Evaluated in the order value, array, indices.
    StoreElement {
        /// The array.
        array: Expr,
        /// The indices.
        indices: Vec<Expr>,
        /// The value, of the array's dtype.
        value: Expr,
    },
    /// Writes all elements of an array: the result of a computation, broadcast to its shape and converted to its dtype, as if all of it were computed
    /// before the first is written. Evaluated in the order operands, array, mask. A shape that does not fit raises `ValueError`, a mask of other lengths than
    /// the first axes of the array `IndexError`.
    StoreElements {
        /// The array, often a view.
        array: Expr,
        /// The computation; its body has the array's dtype.
        value: Elementwise,
        /// Bools for the first axes of the array: what is left alone where they are false.
        mask: Option<Box<Elementwise>>,
    },
    /// Writes to chosen elements of an array: the result of a computation, broadcast to the shape of what is chosen, as if all of it and all places were
    /// computed before the first is written, in C order. Evaluated in the order value, array, places. Raises `IndexError` for an index out of bounds.
    StoreAt {
        /// The array.
        array: Expr,
        /// Where.
        places: Places,
        /// The computation; its body has the array's dtype.
        value: Elementwise,
    },
    /// Evaluates an expression.
    Expr(Expr),
    /// Runs the first arm whose condition is true.
    If {
        /// The arms, one at least; there may be thousands.
        arms: Vec<Arm>,
        /// Where no condition is true.
        otherwise: Vec<Stmt>,
        /// From the end of `otherwise`, if it falls through.
        otherwise_edge: Option<Edge>,
        /// The versions joined behind it; none unless two ways fall through.
        joins: Vec<Version>,
    },
    /// Repeats a block while a condition holds.
    While {
        /// A bool; evaluated with the versions joined at the head. `true` as a constant means that only `break` leaves.
        condition: Expr,
        /// What is repeated.
        repeated: Loop,
    },
    /// Counts: the start is evaluated first, then the stop, then the step, once. A step of 0 raises `ValueError`.
    ForRange {
        /// What is counted.
        range: RangeLoop,
        /// What is repeated.
        repeated: Loop,
    },
    /// Runs blocks one after the other, as a loop whose iterations were written out. `continue` goes on with the next one.
    Unrolled {
        /// The iterations.
        iterations: Vec<Iteration>,
        /// The `else` block, run behind the last one, where control gets there.
        otherwise: Vec<Stmt>,
        /// The versions joined behind it all.
        exits: Vec<Version>,
        /// From the end of `otherwise` to behind it all, if control gets there.
        exit: Option<Edge>,
    },
    /// Counts in parallel. Only `continue` leaves an iteration early.
    ParallelFor {
        /// What is counted.
        range: RangeLoop,
        /// The body of an iteration.
        body: Vec<Stmt>,
        /// From the end of the body, if it falls through, to the accumulators.
        back: Option<Edge>,
        /// The reductions.
        reductions: Vec<Reduction>,
    },
    /// Leaves the innermost loop, to its exit joins.
    Break(Edge),
    /// Goes on with the innermost loop's next iteration, to its head joins (of a parallel loop, to its accumulators; of a loop that is written
    /// out, to the joins behind the iteration).
    Continue(Edge),
    /// Returns; without a value, `None`.
    Return(Option<Expr>),
    /// Gives an item to whoever runs the generator, and waits until it is to go on.
    Yield(Expr),
    /// Raises an exception.
    Raise {
        /// What is raised.
        exception: Exception,
    },
    /// Runs statements, and others where they raise.
    Try(Box<Try>),
    /// Runs statements that the innermost `tries` bodies of [`Try`] around do not protect: those of a `finally` on a way out.
    Outside {
        /// How many.
        tries: u32,
        /// The statements.
        body: Vec<Stmt>,
    },
    /// Raises the error that a handler around has caught once more, as it was.
    RaiseAgain(Caught),
    /// From here on the local of this version, which must be assigned, is unassigned.
    Delete(Version),
    /// Raises `AssertionError` unless a condition holds.
    Assert {
        /// A bool.
        condition: Expr,
        /// The arguments of the exception, evaluated only when it is raised.
        arguments: Vec<ExceptionArgument>,
    },
}

impl StmtKind {
    /// The blocks of statements directly within it, in their order.
    pub fn for_each_block_mut(&mut self, visit: &mut dyn FnMut(&mut Vec<Stmt>)) {
        match self {
            Self::If { arms, otherwise, .. } => {
                for arm in arms {
                    visit(&mut arm.before);
                    visit(&mut arm.body);
                }
                visit(otherwise);
            }
            Self::While { repeated, .. } | Self::ForRange { repeated, .. } => {
                visit(&mut repeated.body);
                visit(&mut repeated.otherwise);
            }
            Self::Unrolled { iterations, otherwise, .. } => {
                iterations.iter_mut().for_each(|iteration| visit(&mut iteration.body));
                visit(otherwise);
            }
            Self::Try(guarded) => {
                visit(&mut guarded.body);
                guarded.handlers.iter_mut().for_each(|handler| visit(&mut handler.body));
                visit(&mut guarded.otherwise);
            }
            Self::ParallelFor { body, .. } | Self::Outside { body, .. } => visit(body),
            Self::Assign { .. }
            | Self::StoreElement { .. }
            | Self::StoreElements { .. }
            | Self::StoreAt { .. }
            | Self::Expr(_)
            | Self::Break(_)
            | Self::Continue(_)
            | Self::Return(_)
            | Self::Yield(_)
            | Self::Raise { .. }
            | Self::RaiseAgain(_)
            | Self::Delete(_)
            | Self::Assert { .. } => {}
        }
    }
}

/// The part that all loops have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Loop {
    /// The versions joined at the head, where each iteration begins.
    pub joins: Vec<Version>,
    /// From before the loop to the head.
    pub entry: Edge,
    /// The body.
    pub body: Vec<Stmt>,
    /// From the end of the body to the head, if it falls through.
    pub back: Option<Edge>,
    /// The `else` block, run when the loop ends by itself, with the head's versions.
    pub otherwise: Vec<Stmt>,
    /// The versions joined behind the loop.
    pub exits: Vec<Version>,
    /// From the end of `otherwise` to behind the loop; absent if the loop never ends by itself or `otherwise` does not fall through.
    pub exit: Option<Edge>,
}

impl Loop {
    /// A loop over a body that falls through, which carries nothing and ends by itself.
    pub fn of(body: Vec<Stmt>) -> Self {
        Self {
            joins: Vec::new(),
            entry: Edge::default(),
            body,
            back: Some(Edge::default()),
            otherwise: Vec::new(),
            exits: Vec::new(),
            exit: Some(Edge::default()),
        }
    }
}

/// An iteration of a loop that is written out.
#[derive(Clone, Debug, PartialEq)]
pub struct Iteration {
    /// The iteration's statements.
    pub body: Vec<Stmt>,
    /// The versions joined behind it, where the next iteration begins.
    pub joins: Vec<Version>,
    /// From the end of the body to there, if it falls through.
    pub back: Option<Edge>,
}

/// `range(start, stop, step)` with the version that each iteration assigns.
#[derive(Clone, Debug, PartialEq)]
pub struct RangeLoop {
    /// Assigned at the start of each iteration: int64.
    pub target: Version,
    /// An int64.
    pub start: Expr,
    /// An int64; or a bool, whether the loop goes on, which may read the target. A bool, and what counts the items of a list
    /// ([`ObjectExpr::LiveLength`]), is evaluated before each iteration, and the loop goes from 0 by steps of 1.
    pub stop: Expr,
    /// An int64.
    pub step: Expr,
}

impl RangeLoop {
    /// Whether the stop says if the loop goes on, not how far.
    pub fn is_endless(&self) -> bool {
        self.stop.ty == Type::BOOL
    }

    /// Whether the stop is evaluated before each iteration.
    pub fn is_live(&self) -> bool {
        fn counts_items(expr: &Expr) -> bool {
            match &expr.kind {
                ExprKind::Object(object) => matches!(**object, ObjectExpr::LiveLength(_)),
                ExprKind::Intrinsic { arguments, .. } => arguments.iter().any(counts_items),
                _ => false,
            }
        }
        self.is_endless() || counts_items(&self.stop)
    }
}

/// What the versions joined at a place are when control comes this way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edge {
    /// One move a joined version, in the order of the joins.
    pub moves: Vec<Move>,
}

/// What one joined version is on an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The joined version.
    pub target: Version,
    /// The version that comes in, converted to the target's type; `None` where the local is unassigned.
    pub source: Option<Version>,
}

/// A reduction of a parallel loop.
#[derive(Clone, Debug, PartialEq)]
pub struct Reduction {
    /// How it combines.
    pub op: ReductionOp,
    /// The version before the loop.
    pub initial: Version,
    /// The version at the start of each iteration.
    pub accumulator: Version,
    /// The version behind the loop.
    pub result: Version,
    /// Where the variable is updated.
    pub span: Span,
}

/// The operators of reductions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReductionOp {
    /// `+=` and `-=`
    Add,
    /// `*=` and, of floats, `/=`
    Mul,
    /// `min`
    Min,
    /// `max`
    Max,
    /// `&=`
    And,
    /// `|=`
    Or,
    /// `^=`
    Xor,
}
