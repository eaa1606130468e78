//! Random programs that pass arrays around: they compute what a model with garbage collection computes, use no array after
//! its end, and leave none behind, whichever way they end.
//!
//! The programs have four variables of arrays and a sum. What is assigned to the last of the four is forgotten where ways meet,
//! as inference forgets what nobody reads.

mod build;
mod machine;

use build::*;
use hotloop_abi::ExceptionClass;
use hotloop_diagnostics::Span;
use hotloop_hir::{
    BinaryOp, Callee, CompareOp, Edge, Exception, ExceptionArgument, Expr, ExprKind, Fill, Loop, Move,
    RangeLoop, Reduction, ReductionOp, Stmt, StmtKind, Version,
};
use hotloop_interp::Scalar;
use hotloop_mir::MachineType;
use machine::Machine;
use proptest::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;

const ARRAY: &str = "float64[:]";
const PAIR: &str = "Tuple(float64[:], float64[:])";
/// The variables of arrays; then comes the sum.
const ARRAYS: usize = 4;
const FORGOTTEN: usize = 3;
const SUM: usize = ARRAYS;

/// An array.
#[derive(Clone, Debug)]
enum Make {
    New(i64, f64),
    Read(usize),
    /// What a called function gives back.
    Identity(Box<Make>),
    Choose(Condition, Box<Make>, Box<Make>),
    /// The second of a pair.
    Second(Box<Make>, Box<Make>),
    /// The item of a pair whose number is in the sum.
    Pick(Box<Make>, Box<Make>),
    /// A bound value, read twice: for its first element, and for itself.
    Bound(Box<Make>),
}

#[derive(Clone, Debug)]
enum Condition {
    /// Whether the sum, in a parallel loop the index, is below.
    Below(i64),
    /// Whether the first element is zero.
    StartsWithZero(usize),
}

#[derive(Clone, Debug)]
enum Do {
    Assign(usize, Make),
    Swap(usize, usize),
    Store(usize, i64, f64),
    Add(usize, i64),
    Bump(i64),
    Evaluate(Make),
    If(Condition, Vec<Do>, Vec<Do>),
    Repeat(i64, Vec<Do>),
    Parallel(i64, Vec<Do>),
    Break,
    Continue,
    Return(Make),
    Raise,
}

fn make() -> impl Strategy<Value = Make> {
    let leaf = prop_oneof![
        (0..3_i64, 0..3_i64).prop_map(|(length, fill)| Make::New(length, fill as f64)),
        (0..ARRAYS).prop_map(Make::Read),
        (0..ARRAYS).prop_map(Make::Read),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        prop_oneof![
            boxed().prop_map(Make::Identity),
            (condition(), boxed(), boxed()).prop_map(|(condition, a, b)| Make::Choose(condition, a, b)),
            (boxed(), boxed()).prop_map(|(a, b)| Make::Second(a, b)),
            (boxed(), boxed()).prop_map(|(a, b)| Make::Pick(a, b)),
            boxed().prop_map(Make::Bound),
        ]
    })
}

fn condition() -> impl Strategy<Value = Condition> {
    prop_oneof![(0..12_i64).prop_map(Condition::Below), (0..ARRAYS).prop_map(Condition::StartsWithZero)]
}

fn body() -> impl Strategy<Value = Vec<Do>> {
    let simple = prop_oneof![
        8 => (0..ARRAYS, make()).prop_map(|(target, value)| Do::Assign(target, value)),
        3 => (0..ARRAYS, 0..ARRAYS).prop_map(|(a, b)| Do::Swap(a, b)),
        2 => (0..ARRAYS, 0..2_i64, 0..3_i64).prop_map(|(array, index, value)| Do::Store(array, index, value as f64)),
        2 => (0..ARRAYS, 0..2_i64).prop_map(|(array, index)| Do::Add(array, index)),
        3 => (0..3_i64).prop_map(Do::Bump),
        1 => make().prop_map(Do::Evaluate),
        1 => Just(Do::Break),
        1 => Just(Do::Continue),
        1 => make().prop_map(Do::Return),
        1 => Just(Do::Raise),
    ];
    let statement = simple.prop_recursive(3, 24, 5, |inner| {
        let block = || prop::collection::vec(inner.clone(), 0..5);
        prop_oneof![
            2 => (condition(), block(), block()).prop_map(|(condition, a, b)| Do::If(condition, a, b)),
            2 => (0..4_i64, block()).prop_map(|(count, body)| Do::Repeat(count, body)),
            1 => (0..4_i64, block()).prop_map(|(count, body)| Do::Parallel(count, body)),
        ]
    });
    prop::collection::vec(statement, 1..8)
}

/// The variables that statements assign, each once.
fn assigned(statements: &[Do]) -> Vec<usize> {
    let mut found = Vec::new();
    visit_assigned(statements, &mut found);
    found.sort_unstable();
    found.dedup();
    found
}

fn visit_assigned(statements: &[Do], found: &mut Vec<usize>) {
    for statement in statements {
        match statement {
            Do::Assign(target, _) => found.push(*target),
            Do::Swap(a, b) => found.extend([*a, *b]),
            Do::Add(..) | Do::Bump(_) => found.push(SUM),
            Do::If(_, then, otherwise) => {
                visit_assigned(then, found);
                visit_assigned(otherwise, found);
            }
            Do::Repeat(_, body) => visit_assigned(body, found),
            Do::Parallel(_, body) => found.extend(assigned(body)),
            Do::Store(..) | Do::Evaluate(_) | Do::Break | Do::Continue | Do::Return(_) | Do::Raise => {}
        }
    }
}

// ---- The model ----

type Shared = Rc<RefCell<Vec<f64>>>;

/// Why a statement does not fall through.
enum Stop {
    Break,
    Continue,
    Return(Shared),
    Raise(ExceptionClass),
}

struct Model {
    arrays: [Option<Shared>; ARRAYS],
    sum: f64,
    /// The index of the innermost parallel loop.
    index: Option<i64>,
    in_loop: bool,
}

impl Model {
    fn run(program: &[Do], argument: Vec<f64>) -> Result<(f64, Vec<f64>), ExceptionClass> {
        let argument = Rc::new(RefCell::new(argument));
        let mut model =
            Self { arrays: [Some(argument), None, None, None], sum: 0.0, index: None, in_loop: false };
        let stop = model.block(program).err();
        let result = match stop {
            Some(Stop::Raise(class)) => return Err(class),
            Some(Stop::Return(array)) => array,
            Some(Stop::Break | Stop::Continue) => unreachable!("jumps stay in loops"),
            None => model.read(0).map_err(|_| ExceptionClass::UnboundLocalError)?,
        };
        Ok((model.sum, result.borrow().clone()))
    }

    fn block(&mut self, statements: &[Do]) -> Result<(), Stop> {
        statements.iter().try_for_each(|statement| self.statement(statement))
    }

    fn read(&self, array: usize) -> Result<Shared, Stop> {
        self.arrays[array].clone().ok_or(Stop::Raise(ExceptionClass::UnboundLocalError))
    }

    fn make(&self, make: &Make) -> Result<Shared, Stop> {
        match make {
            Make::New(length, fill) => Ok(Rc::new(RefCell::new(vec![*fill; *length as usize]))),
            Make::Read(array) => self.read(*array),
            Make::Identity(value) => self.make(value),
            Make::Choose(condition, a, b) => {
                if self.condition(condition)? {
                    self.make(a)
                } else {
                    self.make(b)
                }
            }
            Make::Second(a, b) => {
                self.make(a)?;
                self.make(b)
            }
            Make::Pick(a, b) => {
                let items = [self.make(a)?, self.make(b)?];
                let position = self.counter();
                items.get(position as usize).cloned().ok_or(Stop::Raise(ExceptionClass::IndexError))
            }
            Make::Bound(value) => {
                let value = self.make(value)?;
                let is_empty = value.borrow().is_empty();
                if is_empty { Err(Stop::Raise(ExceptionClass::IndexError)) } else { Ok(value) }
            }
        }
    }

    fn counter(&self) -> i64 {
        self.index.unwrap_or(self.sum as i64)
    }

    fn condition(&self, condition: &Condition) -> Result<bool, Stop> {
        match condition {
            Condition::Below(bound) => Ok(self.counter() < *bound),
            Condition::StartsWithZero(array) => Ok(self.element(*array, 0)? == 0.0),
        }
    }

    fn element(&self, array: usize, index: i64) -> Result<f64, Stop> {
        let array = self.read(array)?;
        let array = array.borrow();
        array.get(index as usize).copied().ok_or(Stop::Raise(ExceptionClass::IndexError))
    }

    fn forget(&mut self, statements: &[Do]) {
        if assigned(statements).contains(&FORGOTTEN) {
            self.arrays[FORGOTTEN] = None;
        }
    }

    fn statement(&mut self, statement: &Do) -> Result<(), Stop> {
        match statement {
            Do::Assign(target, value) => self.arrays[*target] = Some(self.make(value)?),
            Do::Swap(a, b) => {
                let (first, second) = (self.read(*b)?, self.read(*a)?);
                self.arrays[*a] = Some(first);
                self.arrays[*b] = Some(second);
            }
            Do::Store(array, index, value) => {
                self.element(*array, *index)?;
                self.read(*array)?.borrow_mut()[*index as usize] = *value;
            }
            Do::Add(array, index) => self.sum += self.element(*array, *index)?,
            Do::Bump(value) => self.sum += *value as f64,
            Do::Evaluate(value) => drop(self.make(value)?),
            Do::If(condition, then, otherwise) => {
                let taken = if self.condition(condition)? { then } else { otherwise };
                self.block(taken)?;
                self.forget(then);
                self.forget(otherwise);
            }
            Do::Repeat(count, body) => self.repeat(*count, body)?,
            Do::Parallel(count, body) => self.parallel(*count, body)?,
            Do::Break if self.in_loop && self.index.is_none() => return Err(Stop::Break),
            Do::Continue if self.in_loop => return Err(Stop::Continue),
            Do::Return(value) if self.index.is_none() => return Err(Stop::Return(self.make(value)?)),
            Do::Break | Do::Continue | Do::Return(_) => {}
            Do::Raise => return Err(Stop::Raise(ExceptionClass::ValueError)),
        }
        Ok(())
    }

    fn repeat(&mut self, count: i64, body: &[Do]) -> Result<(), Stop> {
        let outside = std::mem::replace(&mut self.in_loop, true);
        let result = (0..count).try_for_each(|_| {
            self.forget(body);
            match self.block(body) {
                Err(Stop::Continue) => Ok(()),
                other => other,
            }
        });
        self.in_loop = outside;
        self.forget(body);
        match result {
            Err(Stop::Break) => Ok(()),
            other => other,
        }
    }

    fn parallel(&mut self, count: i64, body: &[Do]) -> Result<(), Stop> {
        let outside = (std::mem::replace(&mut self.in_loop, true), self.index);
        let before = self.arrays.clone();
        let own = assigned(body);
        for index in 0..count {
            self.index = Some(index);
            own.iter().filter(|array| **array != SUM).for_each(|array| self.arrays[*array] = None);
            match self.block(body) {
                Err(Stop::Continue) | Ok(()) => {}
                other => return other,
            }
        }
        (self.in_loop, self.index) = outside;
        self.arrays = before;
        own.iter().filter(|array| **array != SUM).for_each(|array| self.arrays[*array] = None);
        Ok(())
    }
}

// ---- HIR ----

/// What every variable is at a point.
type Variables = [Version; ARRAYS + 1];

struct Frame {
    head: Vec<(usize, Version)>,
    exits: Vec<(usize, Version)>,
    has_break: bool,
}

struct Writer {
    build: Build,
    variables: Variables,
    /// Versions that are never assigned.
    unset: Variables,
    identity: Callee,
    frames: Vec<Frame>,
    /// The index of the innermost parallel loop.
    index: Option<Version>,
    reachable: bool,
}

impl Writer {
    fn write(program: &[Do]) -> Build {
        let mut build = Build::new("program", "Tuple(float64, float64[:])");
        build.function.options.parallel = true;
        let argument = build.parameter("a", ARRAY);
        let never = build.parameter("never", "bool");
        let identity = build.callee("identity", &[ARRAY], ARRAY);
        let sum = build.version("sum", "float64");
        let arrays = ["a", "b", "c", "d"].map(|name| build.version(name, ARRAY));
        let unset = arrays.map(|array| build.maybe(array));
        build.push(assign(sum, float(0.0)));
        let made = arrays.map(|array| assign(array, convert(zeros(int(1)), ARRAY)));
        let moves = |sources: [Option<Version>; ARRAYS]| {
            let moves = unset.into_iter().zip(sources).map(|(target, source)| Move { target, source });
            Some(Edge { moves: moves.collect() })
        };
        build.push(statement(StmtKind::choice(
            build.read(never),
            [made.to_vec(), Vec::new()],
            [moves(arrays.map(Some)), moves([None; ARRAYS])],
            unset.to_vec(),
        )));
        let variables = [argument, unset[1], unset[2], unset[3], sum];
        let unset = [unset[0], unset[1], unset[2], unset[3], sum];
        let frames = Vec::new();
        let mut writer = Self { build, variables, unset, identity, frames, index: None, reachable: true };
        let mut body = writer.block(program);
        if writer.reachable {
            writer.leave(&Make::Read(0), &mut body);
        }
        for statement in body {
            writer.build.push(statement);
        }
        writer.build
    }

    fn block(&mut self, statements: &[Do]) -> Vec<Stmt> {
        let mut out = Vec::new();
        for statement in statements {
            if self.reachable {
                self.statement(statement, &mut out);
            }
        }
        out
    }

    fn leave(&mut self, value: &Make, out: &mut Vec<Stmt>) {
        let tuple = ExprKind::Tuple(vec![self.read(SUM), self.make(value)]);
        out.push(give(expr(tuple, self.build.function.result.clone())));
        self.reachable = false;
    }

    fn read(&self, variable: usize) -> Expr {
        self.build.read(self.variables[variable])
    }

    fn fresh(&mut self, variable: usize) -> Version {
        self.build.again(self.unset[variable])
    }

    fn make(&mut self, make: &Make) -> Expr {
        match make {
            Make::New(length, fill) => {
                let fill = if *fill == 0.0 { Fill::Zeros } else { Fill::Value(Box::new(float(*fill))) };
                convert(new_array("float64[::1]", fill, vec![int(*length)]), ARRAY)
            }
            Make::Read(array) => self.read(*array),
            Make::Identity(value) => {
                let value = self.make(value);
                self.build.call(self.identity, vec![value])
            }
            Make::Choose(condition, a, b) => {
                let condition = self.condition(condition);
                let (a, b) = (self.make(a), self.make(b));
                conditional(condition, a, b)
            }
            Make::Second(a, b) => {
                let pair = self.pair(a, b);
                expr(ExprKind::TupleItem(Box::new(pair), 1), ty(ARRAY))
            }
            Make::Pick(a, b) => {
                let tuple = Box::new(self.pair(a, b));
                let index = Box::new(self.counter());
                expr(ExprKind::TupleElement { tuple, index }, ty(ARRAY))
            }
            Make::Bound(value) => {
                let value = Box::new(self.make(value));
                let target = self.build.version("bound", ARRAY);
                let first = self.build.element(target, vec![int(0)]);
                let is_number = compare(CompareOp::Eq, first.clone(), first);
                let same = self.build.read(target);
                let body = Box::new(conditional(is_number, same.clone(), same));
                expr(ExprKind::Let { target, value, body }, ty(ARRAY))
            }
        }
    }

    fn pair(&mut self, a: &Make, b: &Make) -> Expr {
        expr(ExprKind::Tuple(vec![self.make(a), self.make(b)]), ty(PAIR))
    }

    /// The sum, in a parallel loop the index, as an int64.
    fn counter(&self) -> Expr {
        match self.index {
            Some(index) => self.build.read(index),
            None => convert(self.read(SUM), "int64"),
        }
    }

    fn condition(&mut self, condition: &Condition) -> Expr {
        match condition {
            Condition::Below(bound) => compare(CompareOp::Lt, self.counter(), int(*bound)),
            Condition::StartsWithZero(array) => {
                let first = self.build.element(self.variables[*array], vec![int(0)]);
                compare(CompareOp::Eq, first, float(0.0))
            }
        }
    }

    fn assign(&mut self, variable: usize, value: Expr, out: &mut Vec<Stmt>) {
        let version = self.fresh(variable);
        out.push(assign(version, value));
        self.variables[variable] = version;
    }

    fn statement(&mut self, each: &Do, out: &mut Vec<Stmt>) {
        match each {
            Do::Assign(target, value) => {
                let value = self.make(value);
                self.assign(*target, value, out);
            }
            Do::Swap(a, b) => {
                let (first, second) = (self.read(*b), self.read(*a));
                self.assign(*a, first, out);
                self.assign(*b, second, out);
            }
            Do::Store(array, index, value) => {
                out.push(self.build.store(self.variables[*array], vec![int(*index)], float(*value)));
            }
            Do::Add(array, index) => {
                let element = self.build.element(self.variables[*array], vec![int(*index)]);
                self.add(element, out);
            }
            Do::Bump(value) => self.add(float(*value as f64), out),
            Do::Evaluate(value) => {
                let value = self.make(value);
                out.push(statement(StmtKind::Expr(value)));
            }
            Do::If(condition, then, otherwise) => self.choice(condition, then, otherwise, out),
            Do::Repeat(count, body) => self.repeat(*count, body, out),
            Do::Parallel(count, body) => self.parallel(*count, body, out),
            Do::Break | Do::Continue => self.jump(matches!(each, Do::Break), out),
            Do::Return(value) if self.index.is_none() => self.leave(value, out),
            Do::Return(_) => {}
            Do::Raise => {
                let arguments = vec![ExceptionArgument::Str("no".into())];
                let exception = Exception { class: ExceptionClass::ValueError.into(), arguments };
                out.push(statement(StmtKind::Raise { exception }));
                self.reachable = false;
            }
        }
    }

    fn add(&mut self, value: Expr, out: &mut Vec<Stmt>) {
        let sum = self.read(SUM);
        self.assign(SUM, binary(BinaryOp::Add, sum, value), out);
    }

    fn edge(&self, joins: &[(usize, Version)]) -> Edge {
        let source = |variable: usize| {
            let version = self.variables[variable];
            (variable == SUM || version != self.unset[variable]).then_some(version)
        };
        Edge {
            moves: joins
                .iter()
                .map(|(variable, target)| Move { target: *target, source: source(*variable) })
                .collect(),
        }
    }

    /// A version where others meet.
    fn joined(&mut self, variable: usize) -> Version {
        let version = self.fresh(variable);
        self.build.function.versions[version].maybe_unassigned = variable != SUM;
        version
    }

    fn choice(&mut self, condition: &Condition, then: &[Do], otherwise: &[Do], out: &mut Vec<Stmt>) {
        let condition = self.condition(condition);
        let before = self.variables;
        let then_body = self.block(then);
        let (then_end, then_reachable) = (self.variables, std::mem::replace(&mut self.reachable, true));
        self.variables = before;
        let otherwise_body = self.block(otherwise);
        let (otherwise_end, otherwise_reachable) = (self.variables, self.reachable);
        let mut joins = Vec::new();
        let mut after = if then_reachable { then_end } else { otherwise_end };
        if then_reachable && otherwise_reachable {
            for variable in (0..=SUM).filter(|variable| *variable != FORGOTTEN) {
                if then_end[variable] != otherwise_end[variable] {
                    let version = self.joined(variable);
                    joins.push((variable, version));
                    after[variable] = version;
                }
            }
        }
        if [then, otherwise].into_iter().any(|branch| assigned(branch).contains(&FORGOTTEN)) {
            after[FORGOTTEN] = self.unset[FORGOTTEN];
        }
        self.variables = then_end;
        let then_edge = then_reachable.then(|| self.edge(&joins));
        self.variables = otherwise_end;
        let otherwise_edge = otherwise_reachable.then(|| self.edge(&joins));
        self.variables = after;
        self.reachable = then_reachable || otherwise_reachable;
        out.push(statement(StmtKind::choice(
            condition,
            [then_body, otherwise_body],
            [then_edge, otherwise_edge],
            joins.iter().map(|(_, version)| *version).collect(),
        )));
    }

    fn joins_of(&mut self, variables: &[usize]) -> Vec<(usize, Version)> {
        variables.iter().map(|variable| (*variable, self.joined(*variable))).collect()
    }

    fn repeat(&mut self, count: i64, body: &[Do], out: &mut Vec<Stmt>) {
        let carried: Vec<usize> =
            assigned(body).into_iter().filter(|variable| *variable != FORGOTTEN).collect();
        let head = self.joins_of(&carried);
        let exits = self.joins_of(&carried);
        let entry = self.edge(&head);
        if assigned(body).contains(&FORGOTTEN) {
            self.variables[FORGOTTEN] = self.unset[FORGOTTEN];
        }
        head.iter().for_each(|(variable, version)| self.variables[*variable] = *version);
        let at_head = self.variables;
        self.frames.push(Frame { head: head.clone(), exits: exits.clone(), has_break: false });
        let statements = self.block(body);
        let back = self.reachable.then(|| self.edge(&head));
        let frame = self.frames.pop().expect("the loop's frame");
        self.variables = at_head;
        self.reachable = true;
        // Without a `break` the versions at the head go on.
        let exits = if frame.has_break { exits } else { Vec::new() };
        let exit = Some(self.edge(&exits));
        exits.iter().for_each(|(variable, version)| self.variables[*variable] = *version);
        let target = self.build.version("i", "int64");
        let versions = |joins: &[(usize, Version)]| joins.iter().map(|(_, version)| *version).collect();
        let repeated = Loop {
            joins: versions(&head),
            entry,
            body: statements,
            back,
            otherwise: Vec::new(),
            exits: versions(&exits),
            exit,
        };
        out.push(for_range(range(target, int(count)), repeated));
    }

    fn jump(&mut self, is_break: bool, out: &mut Vec<Stmt>) {
        let Some(frame) = self.frames.last_mut() else { return };
        if is_break && self.index.is_some() {
            return;
        }
        if is_break {
            frame.has_break = true;
            let joins = frame.exits.clone();
            out.push(statement(StmtKind::Break(self.edge(&joins))));
        } else {
            let joins = frame.head.clone();
            out.push(statement(StmtKind::Continue(self.edge(&joins))));
        }
        self.reachable = false;
    }

    fn parallel(&mut self, count: i64, body: &[Do], out: &mut Vec<Stmt>) {
        let own = assigned(body);
        let initial = self.variables[SUM];
        let reduces = own.contains(&SUM);
        let accumulator = if reduces { vec![(SUM, self.fresh(SUM))] } else { Vec::new() };
        let mut after = self.variables;
        own.iter()
            .filter(|variable| **variable != SUM)
            .for_each(|variable| after[*variable] = self.unset[*variable]);
        self.variables = after;
        accumulator.iter().for_each(|(variable, version)| self.variables[*variable] = *version);
        let target = self.build.version("i", "int64");
        let outer_index = self.index.replace(target);
        self.frames.push(Frame { head: accumulator.clone(), exits: Vec::new(), has_break: false });
        let statements = self.block(body);
        let back = self.reachable.then(|| self.edge(&accumulator));
        self.frames.pop();
        self.index = outer_index;
        self.reachable = true;
        self.variables = after;
        let result = self.fresh(SUM);
        if reduces {
            self.variables[SUM] = result;
        }
        let reductions = accumulator.iter().map(|(_, accumulator)| Reduction {
            op: ReductionOp::Add,
            initial,
            accumulator: *accumulator,
            result,
            span: Span::NONE,
        });
        out.push(statement(StmtKind::ParallelFor {
            range: RangeLoop { target, start: int(0), stop: int(count), step: int(1) },
            body: statements,
            back,
            reductions: reductions.collect(),
        }));
    }
}

/// Gives back what it gets.
fn identity() -> Build {
    let mut f = Build::new("identity", ARRAY);
    let x = f.parameter("x", ARRAY);
    let result = f.read(x);
    f.push(give(result));
    f
}

fn check(program: &[Do]) {
    let argument = vec![1.0, 0.0];
    let expected = Model::run(program, argument.clone());
    let machine = Machine::new(&[&Writer::write(program), &identity()]);
    let arguments = [argument.into(), Scalar::Int(MachineType::I1, 0).into()];
    let ran = machine.run(&arguments);
    assert_eq!(ran.leaked, 0, "arrays are left");
    match (expected, ran.result) {
        (Ok((sum, items)), Ok(results)) => {
            assert_eq!(results[0], Scalar::f64(sum));
            assert_eq!(ran.floats, items);
        }
        (Err(expected), Err((class, _))) => assert_eq!(class, expected),
        (expected, result) => panic!("{result:?} instead of {expected:?}"),
    }
    let interrupted = machine.interrupted().run(&arguments);
    assert_eq!(interrupted.leaked, 0, "an interrupt leaves arrays");
}

proptest! {
    #![proptest_config(ProptestConfig {
        // Programs are small; `PROPTEST_CASES` asks for more.
        cases: std::env::var("PROPTEST_CASES").map_or(400, |cases| cases.parse().expect("a number")),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn arrays_live_as_long_as_they_are_needed(program in body()) {
        check(&program);
    }
}
