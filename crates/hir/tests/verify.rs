//! Every rule of the verifier has a function that breaks it.

use hotloop_abi::ExceptionClass;
use hotloop_diagnostics::Span;
use hotloop_hir::{
    BinaryOp, Constant, Edge, Exception, Expr, ExprKind, Function, Local, LocalData, Loop, Move, RangeLoop,
    Reduction, ReductionOp, Stmt, StmtKind, Version, VersionData, verify,
};
use hotloop_types::{ArrayType, Dtype, Layout, Type};

/// A function of an int64 `n` and an array `a` of floats.
struct Build {
    function: Function,
    local: Local,
    n: Version,
    a: Version,
}

impl Build {
    fn new(result: Type) -> Self {
        let mut function = Function::new("f", result);
        let local = function.locals.push(LocalData { name: "x".into() });
        let mut build = Self { function, local, n: Version::placeholder(), a: Version::placeholder() };
        build.n = build.version(Type::INT64);
        build.a = build.version(array());
        build.function.parameters = vec![build.n, build.a];
        build
    }

    fn version(&mut self, ty: Type) -> Version {
        let data = VersionData { local: self.local, ty, maybe_unassigned: false, span: Span::NONE };
        self.function.versions.push(data)
    }

    fn read(&self, version: Version) -> Expr {
        Expr::new(ExprKind::Version(version), self.function.versions[version].ty.clone(), Span::NONE)
    }

    /// The rule that the function breaks.
    fn rule(&self) -> &'static str {
        verify(&self.function).map_or_else(|violation| violation.rule, |()| "none")
    }
}

/// An id before it is known.
trait Placeholder {
    fn placeholder() -> Self;
}

impl Placeholder for Version {
    fn placeholder() -> Self {
        "x0".parse().expect("an id")
    }
}

fn array() -> Type {
    Type::Array(ArrayType::new(Dtype::Float64, 1, Layout::C))
}

fn int(value: i64) -> Expr {
    Expr::constant(Constant::Int(value), Type::INT64)
}

fn float(value: f64) -> Expr {
    Expr::constant(Constant::Float(value), Type::FLOAT64)
}

fn stmt(kind: StmtKind) -> Stmt {
    Stmt { kind, span: Span::NONE }
}

fn edge(target: Version, source: Option<Version>) -> Edge {
    Edge { moves: vec![Move { target, source }] }
}

/// A loop over `range(n)` that joins `join`.
fn counted(build: &mut Build, join: Version, entry: Edge, body: Vec<Stmt>, back: Option<Edge>) -> StmtKind {
    let target = build.version(Type::INT64);
    StmtKind::ForRange {
        range: RangeLoop { target, start: int(0), stop: build.read(build.n), step: int(1) },
        repeated: Loop {
            joins: vec![join],
            entry,
            body,
            back,
            otherwise: Vec::new(),
            exits: Vec::new(),
            exit: Some(Edge::default()),
        },
    }
}

#[test]
fn a_sound_loop_breaks_no_rule() {
    let mut build = Build::new(Type::FLOAT64);
    let (start, head, next) =
        (build.version(Type::INT64), build.version(Type::FLOAT64), build.version(Type::FLOAT64));
    build.function.push(StmtKind::Assign { target: start, value: int(0) });
    let value = Expr::new(
        ExprKind::Binary { op: BinaryOp::Add, left: Box::new(build.read(head)), right: Box::new(float(0.5)) },
        Type::FLOAT64,
        Span::NONE,
    );
    let body = vec![stmt(StmtKind::Assign { target: next, value })];
    let looped = counted(&mut build, head, edge(head, Some(start)), body, Some(edge(head, Some(next))));
    build.function.push(looped);
    let result = build.read(head);
    build.function.push(StmtKind::Return(Some(result)));
    assert_eq!(build.rule(), "none");
}

#[test]
fn h01_a_version_is_assigned_once() {
    let mut build = Build::new(Type::None);
    let target = build.n;
    build.function.push(StmtKind::Assign { target, value: int(1) });
    assert_eq!(build.rule(), "H01");
}

#[test]
fn h02_a_version_is_read_where_it_is_assigned() {
    let mut build = Build::new(Type::INT64);
    let inner = build.version(Type::INT64);
    build.function.push(StmtKind::choice(
        Expr::constant(Constant::Bool(true), Type::BOOL),
        [vec![stmt(StmtKind::Assign { target: inner, value: int(1) })], Vec::new()],
        [Some(Edge::default()), Some(Edge::default())],
        Vec::new(),
    ));
    let result = build.read(inner);
    build.function.push(StmtKind::Return(Some(result)));
    assert_eq!(build.rule(), "H02");
}

#[test]
fn h03_operands_have_the_types_that_are_taken() {
    let cases = |build: &Build| {
        let boxed = |value: Expr| Box::new(value);
        let sum = ExprKind::Binary { op: BinaryOp::Add, left: boxed(int(1)), right: boxed(float(1.0)) };
        let element = ExprKind::Element { array: boxed(build.read(build.a)), indices: vec![float(0.0)] };
        let item = ExprKind::TupleItem(
            boxed(Expr::new(ExprKind::Tuple(Vec::new()), Type::tuple([]), Span::NONE)),
            0,
        );
        let power = ExprKind::Binary {
            op: BinaryOp::Pow,
            left: boxed(float(1.0)),
            right: boxed(build.read(build.n)),
        };
        let byte = ExprKind::Constant(Constant::Int(256));
        [
            (sum, Type::INT64),
            (element, Type::FLOAT64),
            (item, Type::INT64),
            (power, Type::FLOAT64),
            (byte, Type::Scalar(Dtype::UInt8)),
        ]
    };
    for position in 0..5 {
        let mut build = Build::new(Type::None);
        let (kind, ty) = cases(&build)[position].clone();
        build.function.push(StmtKind::Expr(Expr::new(kind, ty, Span::NONE)));
        assert_eq!(build.rule(), "H03", "{position}");
    }
}

#[test]
fn h04_values_have_the_types_of_their_places() {
    let mut build = Build::new(Type::INT64);
    build.function.push(StmtKind::Return(Some(float(1.0))));
    assert_eq!(build.rule(), "H04");
    assert_eq!(Build::new(Type::INT64).rule(), "H04", "the end is reached");
    let mut build = Build::new(Type::None);
    let (array, value) = (build.read(build.a), int(1));
    build.function.push(StmtKind::StoreElement { array, indices: vec![int(0)], value });
    assert_eq!(build.rule(), "H04");
}

#[test]
fn h05_and_h06_edges_move_what_is_joined() {
    let mut build = Build::new(Type::None);
    let join = build.version(Type::INT64);
    let n = build.n;
    let looped = counted(&mut build, join, Edge::default(), Vec::new(), Some(edge(join, Some(n))));
    build.function.push(looped);
    assert_eq!(build.rule(), "H05");

    for (source, expected) in [(Some(build.a), "H06"), (None, "H06"), (Some(build.n), "none")] {
        let mut build = Build::new(Type::None);
        let join = build.version(Type::INT64);
        let looped = counted(&mut build, join, edge(join, source), Vec::new(), Some(edge(join, Some(n))));
        build.function.push(looped);
        assert_eq!(build.rule(), expected);
    }
}

#[test]
fn h07_edges_are_where_control_goes() {
    for (body, back) in [
        (Vec::new(), None),
        (
            vec![stmt(StmtKind::Raise {
                exception: Exception { class: ExceptionClass::ValueError.into(), arguments: Vec::new() },
            })],
            Some(Edge::default()),
        ),
    ] {
        let mut build = Build::new(Type::None);
        let join = build.version(Type::INT64);
        let n = build.n;
        let back = back.map(|_| edge(join, Some(n)));
        let looped = counted(&mut build, join, edge(join, Some(n)), body, back);
        build.function.push(looped);
        assert_eq!(build.rule(), "H07");
    }
}

fn parallel(build: &mut Build, body: Vec<Stmt>, back: Option<Edge>, reductions: Vec<Reduction>) -> StmtKind {
    let target = build.version(Type::INT64);
    let range = RangeLoop { target, start: int(0), stop: build.read(build.n), step: int(1) };
    StmtKind::ParallelFor { range, body, back, reductions }
}

#[test]
fn h08_jumps_stay_in_their_loops() {
    let mut build = Build::new(Type::None);
    build.function.push(StmtKind::Continue(Edge::default()));
    assert_eq!(build.rule(), "H08");
    for jump in [StmtKind::Break(Edge::default()), StmtKind::Return(None)] {
        let mut build = Build::new(Type::None);
        let looped = parallel(&mut build, vec![stmt(jump)], None, Vec::new());
        build.function.push(looped);
        assert_eq!(build.rule(), "H08");
    }
}

#[test]
fn h09_nothing_stands_behind_a_return() {
    let mut build = Build::new(Type::None);
    build.function.push(StmtKind::Return(None));
    build.function.push(StmtKind::Expr(int(1)));
    assert_eq!(build.rule(), "H09");
}

#[test]
fn h10_a_reduction_has_one_type() {
    let mut build = Build::new(Type::None);
    let (accumulator, result) = (build.version(Type::FLOAT64), build.version(Type::FLOAT64));
    let reduction =
        Reduction { op: ReductionOp::Add, initial: build.n, accumulator, result, span: Span::NONE };
    let back = Some(edge(accumulator, Some(accumulator)));
    let looped = parallel(&mut build, Vec::new(), back, vec![reduction]);
    build.function.push(looped);
    assert_eq!(build.rule(), "H10");
}
