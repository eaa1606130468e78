//! Writes mathematical functions out as elementary operations in marked loops, so that they run in lanes.
//!
//! Before: `loop vector { y = call_runtime hl_exp(x) }`
//! After:  `loop vector { y = call_runtime hl_exp(x); a = fmul x, log2 e; ..; y' = select true, z, y }`
//!
//! The operations are those of `hotloop-vecmath`, which the runtime function performs, too: both give the same bits. Where lanes run, nobody needs the call; where they do not, nobody needs the operations, and the back end
//! builds what is needed. A function whose operations are wrong for some arguments is selected under the condition that they are not: where it fails, iterations that run at once
//! stop, and the loop as it stands calls. An operation that stands in the loop already is not written again. One walk over the marked blocks. Preserves the control-flow graph.

use crate::{MirPass, PassContext};
use hotloop_mir::{
    BinaryOp, Block, Constant, ConvertOp, FloatCompare, Function, Inst, InstKind, IntCompare, MachineType,
    UnaryOp, Value,
};
use hotloop_vecmath::{Bits, Number, Truth};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::ops::{Add, BitAnd, BitOr, Div, Mul, Neg, Not, Sub};

/// Writes mathematical functions out in marked loops. The head of its file says how.
pub struct ExpandMath;

impl MirPass for ExpandMath {
    fn name(&self) -> &'static str {
        "expand-math"
    }

    fn run(&self, function: &mut Function, _context: &mut PassContext<'_>) {
        // A loop with loops in it is marked, too; its blocks do other things besides.
        let is_marked_loop = |block: &Block| {
            let data = &function.blocks[*block];
            data.vector.is_some() && data.terminator.jumps().iter().any(|jump| jump.block == *block)
        };
        let marked = function.layout.iter().copied().filter(is_marked_loop);
        for block in marked.collect::<Vec<Block>>() {
            expand(function, block);
        }
    }
}

/// Writes out the functions that a block calls.
fn expand(function: &mut Function, block: Block) {
    if !function.blocks[block].insts.iter().any(|inst| called(function, *inst).is_some()) {
        return;
    }
    let before = std::mem::take(&mut function.blocks[block].insts);
    let writer = Writer::new(function, block);
    let mut replaced = FxHashMap::default();
    let mut selections = FxHashMap::default();
    for inst in before {
        let called = called(writer.state.borrow().function, inst);
        writer.keep(inst, &replaced);
        let Some(own) = called else { continue };
        let (arguments, called) = writer.begin(inst);
        let numbers = arguments.map(|value| writer.number(value));
        let written = own.written(numbers[0], numbers[1]).value;
        let condition = match own.holds(numbers[0]) {
            Some(holds) => holds.0.value,
            None => writer.value(InstKind::Const(Constant::bool(true))),
        };
        let result = writer.value(InstKind::Select { condition, then: written, otherwise: called });
        replaced.insert(called, result);
        selections.insert(result, called);
    }
    // What leaves the loop.
    function.replace_uses(|value| *replaced.get(&value).unwrap_or(&value));
    for (selection, called) in selections {
        let inst = function.defining_inst(selection).expect("it was written");
        if let InstKind::Select { otherwise, .. } = &mut function.insts[inst].kind {
            *otherwise = called;
        }
    }
}

/// The function that an instruction calls, if it is written out.
fn called(function: &Function, inst: Inst) -> Option<hotloop_vecmath::Function> {
    match function.insts[inst].kind {
        InstKind::CallRuntime { function, .. } => function.own_function(),
        _ => None,
    }
}

/// Appends instructions to a block.
struct Writer<'f> {
    state: RefCell<State<'f>>,
}

struct State<'f> {
    function: &'f mut Function,
    block: Block,
    /// What was written already, or stood there.
    known: FxHashMap<InstKind, Value>,
    /// The instruction whose place the new ones have.
    span_of: Option<Inst>,
}

impl<'f> Writer<'f> {
    fn new(function: &'f mut Function, block: Block) -> Self {
        Self { state: RefCell::new(State { function, block, known: FxHashMap::default(), span_of: None }) }
    }

    /// Appends an instruction that stood in the block.
    fn keep(&self, inst: Inst, replaced: &FxHashMap<Value, Value>) {
        let state = &mut *self.state.borrow_mut();
        let kind = state.function.insts[inst].kind.clone();
        let kind = kind.map_operands(|value| *replaced.get(&value).unwrap_or(&value));
        if let (Some(result), true) = (state.function.insts[inst].results.iter().next(), is_pure(&kind)) {
            state.known.entry(kind.clone()).or_insert(*result);
        }
        state.function.insts[inst].kind = kind;
        state.function.blocks[state.block].insts.push(inst);
    }

    /// Goes on with what takes the place of a call: gives its arguments, one of which may stand for two, and its result.
    fn begin(&self, call: Inst) -> ([Value; 2], Value) {
        let state = &mut *self.state.borrow_mut();
        state.span_of = Some(call);
        let data = &state.function.insts[call];
        let arguments = data.kind.operands();
        ([arguments[0], arguments[arguments.len() - 1]], data.results[0])
    }

    /// The result of an operation.
    fn value(&self, kind: InstKind) -> Value {
        let state = &mut *self.state.borrow_mut();
        if let Some(known) = state.known.get(&kind) {
            return *known;
        }
        let span = state.function.insts[state.span_of.expect("a call is written out")].span;
        let inst = state.function.append_inst(state.block, kind.clone(), span);
        let value = state.function.insts[inst].results[0];
        state.known.insert(kind, value);
        value
    }

    fn number(&self, value: Value) -> Written<'_, 'f> {
        Written { writer: self, value }
    }

    fn integer(&self, value: i64) -> Value {
        self.value(InstKind::Const(Constant::i64(value)))
    }
}

/// Whether an instruction gives the same result wherever it stands in the block.
fn is_pure(kind: &InstKind) -> bool {
    matches!(
        kind,
        InstKind::Const(_)
            | InstKind::Unary(..)
            | InstKind::Binary(..)
            | InstKind::IntCompare(..)
            | InstKind::FloatCompare(..)
            | InstKind::Select { .. }
            | InstKind::Convert(..)
    )
}

/// A value of the program that is written: a float, its bits, or a truth value.
#[derive(Clone, Copy)]
struct Written<'w, 'f> {
    writer: &'w Writer<'f>,
    value: Value,
}

/// The bits of a float.
#[derive(Clone, Copy)]
struct WrittenBits<'w, 'f>(Written<'w, 'f>);

/// What holds or does not.
#[derive(Clone, Copy)]
struct WrittenTruth<'w, 'f>(Written<'w, 'f>);

impl Written<'_, '_> {
    fn made(self, kind: InstKind) -> Self {
        Self { value: self.writer.value(kind), ..self }
    }

    fn unary(self, op: UnaryOp) -> Self {
        self.made(InstKind::Unary(op, self.value))
    }

    fn binary(self, op: BinaryOp, other: Self) -> Self {
        self.made(InstKind::Binary(op, self.value, other.value))
    }

    fn with_integer(self, op: BinaryOp, other: i64) -> Self {
        let other = self.writer.integer(other);
        self.made(InstKind::Binary(op, self.value, other))
    }

    fn compared(self, op: FloatCompare, other: Self) -> Self {
        self.made(InstKind::FloatCompare(op, self.value, other.value))
    }

    fn converted(self, ty: MachineType) -> Self {
        self.made(InstKind::Convert(ConvertOp::Bitcast, self.value, ty))
    }
}

/// Operators as operations of MIR, with a float or a constant on the right.
macro_rules! operators {
    ($($operator:ident $method:ident $op:ident,)*) => {
        $(impl $operator for Written<'_, '_> {
            type Output = Self;

            fn $method(self, other: Self) -> Self {
                self.binary(BinaryOp::$op, other)
            }
        }

        impl $operator<f64> for Written<'_, '_> {
            type Output = Self;

            fn $method(self, other: f64) -> Self {
                self.binary(BinaryOp::$op, self.constant(other))
            }
        })*
    };
}

operators! {
    Add add Fadd,
    Sub sub Fsub,
    Mul mul Fmul,
}

impl Div for Written<'_, '_> {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        self.binary(BinaryOp::Fdiv, other)
    }
}

impl Neg for Written<'_, '_> {
    type Output = Self;

    fn neg(self) -> Self {
        self.unary(UnaryOp::Fneg)
    }
}

impl<'w, 'f> Number for Written<'w, 'f> {
    type Bits = WrittenBits<'w, 'f>;
    type Truth = WrittenTruth<'w, 'f>;

    fn constant(self, value: f64) -> Self {
        self.made(InstKind::Const(Constant::f64(value)))
    }

    fn absolute(self) -> Self {
        self.unary(UnaryOp::Fabs)
    }

    fn root(self) -> Self {
        self.unary(UnaryOp::Fsqrt)
    }

    fn signed_as(self, other: Self) -> Self {
        self.binary(BinaryOp::Fcopysign, other)
    }

    fn bits(self) -> WrittenBits<'w, 'f> {
        WrittenBits(self.converted(MachineType::I64))
    }

    fn is_below(self, other: Self) -> WrittenTruth<'w, 'f> {
        WrittenTruth(self.compared(FloatCompare::Lt, other))
    }

    fn is_equal(self, other: Self) -> WrittenTruth<'w, 'f> {
        WrittenTruth(self.compared(FloatCompare::Eq, other))
    }
}

impl<'w, 'f> Bits for WrittenBits<'w, 'f> {
    type Number = Written<'w, 'f>;
    type Truth = WrittenTruth<'w, 'f>;

    fn number(self) -> Written<'w, 'f> {
        self.0.converted(MachineType::F64)
    }

    fn plus(self, other: Self) -> Self {
        Self(self.0.binary(BinaryOp::Iadd, other.0))
    }

    fn minus(self, other: Self) -> Self {
        Self(self.0.binary(BinaryOp::Isub, other.0))
    }

    fn plus_constant(self, other: i64) -> Self {
        Self(self.0.with_integer(BinaryOp::Iadd, other))
    }

    fn and(self, other: i64) -> Self {
        Self(self.0.with_integer(BinaryOp::And, other))
    }

    fn or(self, other: i64) -> Self {
        Self(self.0.with_integer(BinaryOp::Or, other))
    }

    fn xor(self, other: Self) -> Self {
        Self(self.0.binary(BinaryOp::Xor, other.0))
    }

    fn up(self, count: u32) -> Self {
        Self(self.0.with_integer(BinaryOp::Shl, i64::from(count)))
    }

    fn down(self, count: u32) -> Self {
        Self(self.0.with_integer(BinaryOp::Ushr, i64::from(count)))
    }

    fn is_zero(self) -> WrittenTruth<'w, 'f> {
        let zero = self.0.writer.integer(0);
        WrittenTruth(self.0.made(InstKind::IntCompare(IntCompare::Eq, self.0.value, zero)))
    }
}

impl<'w, 'f> Truth for WrittenTruth<'w, 'f> {
    type Number = Written<'w, 'f>;

    fn choose(self, then: Written<'w, 'f>, otherwise: Written<'w, 'f>) -> Written<'w, 'f> {
        let (condition, then, otherwise) = (self.0.value, then.value, otherwise.value);
        self.0.made(InstKind::Select { condition, then, otherwise })
    }
}

impl BitAnd for WrittenTruth<'_, '_> {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0.binary(BinaryOp::And, other.0))
    }
}

impl BitOr for WrittenTruth<'_, '_> {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0.binary(BinaryOp::Or, other.0))
    }
}

impl Not for WrittenTruth<'_, '_> {
    type Output = Self;

    fn not(self) -> Self {
        Self(self.0.unary(UnaryOp::Inot))
    }
}
