//! Makes a random module: a function with branches, loops, checks, memory and calls, and one that it calls.

use crate::choices::Choices;
use hotloop_diagnostics::{SourceMap, Span};
use hotloop_mir::{
    BinaryOp, Block, BlockCall, Builder, Callee, CalleeData, Constant, ConvertOp, ExceptionClass,
    FloatCompare, Function, InstKind, IntCompare, MachineType, Module, Phase, Region, RegionKind, Slot,
    SlotData, Terminator, UnaryOp, Value,
};

/// The types of the parameters behind the array, and of the results.
pub(crate) const PARAMETERS: [MachineType; 7] = [
    MachineType::I64,
    MachineType::I32,
    MachineType::I16,
    MachineType::I8,
    MachineType::I1,
    MachineType::F64,
    MachineType::F32,
];

/// The number of elements of the array, each an `i64`.
pub(crate) const ARRAY_LENGTH: usize = 16;

pub(crate) const INTEGERS: [MachineType; 4] =
    [MachineType::I64, MachineType::I32, MachineType::I16, MachineType::I8];
const FLOATS: [MachineType; 2] = [MachineType::F64, MachineType::F32];
const INT_CONSTANTS: [i64; 16] =
    [0, 1, -1, 2, 3, -3, 7, 8, 10, 15, 16, 63, 64, i64::MAX, i64::MIN, 0x1234_5678_9abc_def0];
const FLOAT_CONSTANTS: [f64; 10] =
    [0.0, -0.0, 1.0, -1.5, 0.1, 1e300, -1e19, 9_223_372_036_854_775_808.0, f64::INFINITY, f64::NAN];

/// A module of two functions.
pub(crate) fn module(numbers: &[u32]) -> Module {
    let mut choices = Choices::new(numbers);
    let callee = CalleeData {
        symbol: "helper".to_owned(),
        parameters: std::iter::once(MachineType::Ptr).chain(PARAMETERS).collect(),
        results: PARAMETERS.to_vec(),
        is_placeless: false,
    };
    let main = Maker::new("main", &mut choices, Some(callee)).make(14);
    let helper = Maker::new("helper", &mut choices, None).make(5);
    Module { functions: vec![main, helper] }
}

/// A constant of that type.
pub(crate) fn constant(choices: &mut Choices<'_>, ty: MachineType) -> Constant {
    match ty {
        MachineType::F32 => Constant::F32((choices.of(&FLOAT_CONSTANTS) as f32).to_bits()),
        MachineType::F64 => Constant::F64(choices.of(&FLOAT_CONSTANTS).to_bits()),
        MachineType::I1 => Constant::Int(ty, choices.below(2) as i64),
        MachineType::I8 | MachineType::I16 | MachineType::I32 | MachineType::I64 | MachineType::Ptr => {
            let unused = 64 - ty.bits();
            Constant::Int(ty, choices.of(&INT_CONSTANTS) << unused >> unused)
        }
    }
}

struct Maker<'c, 'n> {
    function: Function,
    choices: &'c mut Choices<'n>,
    block: Block,
    /// The values that can be used here.
    values: Vec<Value>,
    data: Value,
    length: Value,
    elements: Region,
    slot: Slot,
    stack: Region,
    callee: Option<Callee>,
    unwind: Option<Block>,
    depth: usize,
}

impl<'c, 'n> Maker<'c, 'n> {
    fn new(name: &str, choices: &'c mut Choices<'n>, callee: Option<CalleeData>) -> Self {
        let parameters: Vec<MachineType> = std::iter::once(MachineType::Ptr).chain(PARAMETERS).collect();
        let mut function = Function::new(name, &parameters, &PARAMETERS);
        function.phase = Phase::Outlined;
        let descriptor = function.region(RegionKind::Descriptor);
        let elements = function.region(RegionKind::Argument(0));
        let stack = function.region(RegionKind::Stack);
        let slot = function.slots.push(SlotData { size_bytes: 8 * PARAMETERS.len() as u32 });
        let callee = callee.map(|callee| function.callee(callee));
        let values = function.parameters().to_vec();
        let mut maker = Self {
            block: function.entry(),
            data: values[0],
            length: values[0],
            values: values[1..].to_vec(),
            function,
            choices,
            elements,
            slot,
            stack,
            callee,
            unwind: None,
            depth: 0,
        };
        maker.data = maker.value(InstKind::Load {
            ty: MachineType::Ptr,
            address: values[0],
            offset: 8,
            region: descriptor,
        });
        maker.length = maker.value(InstKind::Load {
            ty: MachineType::I64,
            address: values[0],
            offset: 16,
            region: descriptor,
        });
        maker.fill_slot();
        maker
    }

    /// Writes each parameter to the slot, eight bytes each.
    fn fill_slot(&mut self) {
        let address = self.value(InstKind::SlotAddress(self.slot));
        for (position, value) in self.values.clone().into_iter().enumerate() {
            self.effect(InstKind::Store { value, address, offset: 8 * position as i32, region: self.stack });
        }
    }

    fn make(mut self, most_statements: usize) -> Function {
        if self.choices.once_in(3) {
            self.protect();
        }
        let statements = 1 + self.choices.below(most_statements);
        self.statements(statements);
        let results = PARAMETERS.map(|ty| self.pick(ty));
        self.terminate(Terminator::Return(results.to_vec()));
        self.function
    }

    /// Lets all that follows unwind to a block that writes to the array, and passes the error on, raises it again, or ends it.
    fn protect(&mut self) {
        let (unwind, body) = (self.function.add_block(), self.function.add_block());
        self.terminate(Terminator::Jump(BlockCall::new(body, Vec::new())));
        self.block = unwind;
        let mark = self.value(InstKind::Const(Constant::Int(MachineType::I64, 77)));
        self.effect(InstKind::Store { value: mark, address: self.data, offset: 8, region: self.elements });
        let end = match self.choices.below(3) {
            0 => Terminator::Reraise,
            1 => Terminator::RaiseAgain(self.value(InstKind::Catch)),
            _ => {
                self.value(InstKind::Catch);
                let results = PARAMETERS.map(|ty| self.pick(ty));
                Terminator::Return(results.to_vec())
            }
        };
        self.terminate(end);
        self.unwind = Some(unwind);
        self.enter(body);
    }

    fn statements(&mut self, count: usize) {
        for _ in 0..count {
            self.statement();
        }
    }

    fn statement(&mut self) {
        let made = match self.choices.below(16) {
            0..=3 => Some(self.binary()),
            4 => Some(self.unary()),
            5 => Some(self.compare()),
            6 => Some(self.select()),
            7 => Some(self.convert()),
            8 => Some(self.division()),
            9 => self.slot_access(),
            10 | 11 => self.array_access(),
            12 => self.check(),
            13 => self.branch(),
            14 => self.repeat(),
            _ => self.call(),
        };
        self.values.extend(made);
    }

    fn binary(&mut self) -> Value {
        if self.choices.once_in(3) {
            let ty = self.choices.of(&FLOATS);
            let op = self.choices.of(&[
                BinaryOp::Fadd,
                BinaryOp::Fmul,
                BinaryOp::Fsub,
                BinaryOp::Fdiv,
                BinaryOp::Fcopysign,
            ]);
            return self.operation(op, ty);
        }
        let ty = self.choices.of(&INTEGERS);
        let op = self.choices.of(&[
            BinaryOp::Iadd,
            BinaryOp::Isub,
            BinaryOp::Imul,
            BinaryOp::And,
            BinaryOp::Or,
            BinaryOp::Xor,
            BinaryOp::Shl,
            BinaryOp::Sshr,
            BinaryOp::Ushr,
            BinaryOp::Smin,
            BinaryOp::Smax,
            BinaryOp::Umin,
            BinaryOp::Umax,
        ]);
        self.operation(op, ty)
    }

    fn operation(&mut self, op: BinaryOp, ty: MachineType) -> Value {
        let (a, b) = (self.pick(ty), self.pick(ty));
        self.value(InstKind::Binary(op, a, b))
    }

    fn unary(&mut self) -> Value {
        if self.choices.once_in(2) {
            let op = self.choices.of(&[
                UnaryOp::Fneg,
                UnaryOp::Fabs,
                UnaryOp::Fsqrt,
                UnaryOp::Ffloor,
                UnaryOp::Fceil,
                UnaryOp::Ftrunc,
                UnaryOp::Fnearest,
            ]);
            let ty = self.choices.of(&FLOATS);
            let operand = self.pick(ty);
            return self.value(InstKind::Unary(op, operand));
        }
        let op = self.choices.of(&[UnaryOp::Ineg, UnaryOp::Inot]);
        let ty = self.choices.of(&INTEGERS);
        let operand = self.pick(ty);
        self.value(InstKind::Unary(op, operand))
    }

    fn compare(&mut self) -> Value {
        if self.choices.once_in(3) {
            let op = self.choices.of(&[
                FloatCompare::Lt,
                FloatCompare::Le,
                FloatCompare::Eq,
                FloatCompare::Ne,
                FloatCompare::Gt,
                FloatCompare::Ge,
            ]);
            let ty = self.choices.of(&FLOATS);
            let (a, b) = (self.pick(ty), self.pick(ty));
            return self.value(InstKind::FloatCompare(op, a, b));
        }
        let op = self.choices.of(&[
            IntCompare::Slt,
            IntCompare::Sle,
            IntCompare::Sgt,
            IntCompare::Sge,
            IntCompare::Eq,
            IntCompare::Ne,
            IntCompare::Ult,
            IntCompare::Ule,
            IntCompare::Ugt,
            IntCompare::Uge,
        ]);
        let ty = self.choices.of(&INTEGERS);
        let (a, b) = (self.pick(ty), self.pick(ty));
        self.value(InstKind::IntCompare(op, a, b))
    }

    fn select(&mut self) -> Value {
        let ty = self.choices.of(&PARAMETERS);
        let condition = self.pick(MachineType::I1);
        let (then, otherwise) = (self.pick(ty), self.pick(ty));
        self.value(InstKind::Select { condition, then, otherwise })
    }

    fn convert(&mut self) -> Value {
        let (integer, float) = (self.choices.of(&INTEGERS), self.choices.of(&FLOATS));
        let (op, from, to) = match self.choices.below(8) {
            0 => (ConvertOp::SignedToFloat, integer, float),
            1 => (ConvertOp::UnsignedToFloat, integer, float),
            2 => (ConvertOp::FloatToSigned, float, MachineType::I64),
            3 => (ConvertOp::FloatToUnsigned, float, MachineType::I64),
            4 => (ConvertOp::Promote, MachineType::F32, MachineType::F64),
            5 => (ConvertOp::Demote, MachineType::F64, MachineType::F32),
            6 if integer != MachineType::I64 => (ConvertOp::SignExtend, integer, MachineType::I64),
            7 if integer != MachineType::I64 => (ConvertOp::Truncate, MachineType::I64, integer),
            _ => (ConvertOp::ZeroExtend, MachineType::I1, integer),
        };
        let operand = self.pick(from);
        self.value(InstKind::Convert(op, operand, to))
    }

    /// A division whose divisor is odd, or a constant, or checked.
    fn division(&mut self) -> Value {
        let ty = self.choices.of(&INTEGERS);
        let op = self.choices.of(&[BinaryOp::SdivFloor, BinaryOp::SmodFloor, BinaryOp::Udiv, BinaryOp::Urem]);
        let dividend = self.pick(ty);
        let divisor = match self.choices.below(3) {
            0 => {
                let (any, one) = (self.pick(ty), self.int(ty, 1));
                self.value(InstKind::Binary(BinaryOp::Or, any, one))
            }
            1 => {
                let divisor = self.choices.of(&[1, 2, 3, 7, 8, 10, 100, -1, -2, -7]);
                self.int(ty, divisor)
            }
            _ => self.checked_divisor(ty),
        };
        self.value(InstKind::Binary(op, dividend, divisor))
    }

    fn checked_divisor(&mut self, ty: MachineType) -> Value {
        let (divisor, zero) = (self.pick(ty), self.int(ty, 0));
        let condition = self.value(InstKind::IntCompare(IntCompare::Ne, divisor, zero));
        let error = self.function.error(ExceptionClass::ZeroDivisionError, "integer division by zero");
        self.effect(InstKind::Check { condition, error });
        divisor
    }

    fn slot_access(&mut self) -> Option<Value> {
        let position = self.choices.below(PARAMETERS.len());
        let (ty, offset) = (PARAMETERS[position], 8 * position as i32);
        let address = self.value(InstKind::SlotAddress(self.slot));
        if self.choices.once_in(2) {
            let value = self.pick(ty);
            self.effect(InstKind::Store { value, address, offset, region: self.stack });
            return None;
        }
        Some(self.value(InstKind::Load { ty, address, offset, region: self.stack }))
    }

    /// An element at an index that was checked, or that needs no check.
    fn array_access(&mut self) -> Option<Value> {
        let index = if self.choices.once_in(3) { self.neighbour() } else { self.checked_index() };
        let size = self.int(MachineType::I64, 8);
        let offset = self.value(InstKind::Binary(BinaryOp::Imul, index, size));
        let address = self.value(InstKind::PtrAdd { base: self.data, offset });
        if self.choices.once_in(2) {
            let value = self.pick(MachineType::I64);
            self.effect(InstKind::Store { value, address, offset: 0, region: self.elements });
            return None;
        }
        Some(self.value(InstKind::Load { ty: MachineType::I64, address, offset: 0, region: self.elements }))
    }

    /// An index that is in bounds more often than not.
    fn checked_index(&mut self) -> Value {
        let any = self.pick(MachineType::I64);
        let index = if self.choices.once_in(4) { any } else { self.masked(any, ARRAY_LENGTH as i64 - 1) };
        let wrap = self.choices.once_in(2);
        let axis = self.choices.below(3) as u32;
        self.value(InstKind::CheckBounds { index, length: self.length, axis, wrap })
    }

    /// An index in the middle of the array, a few elements on or back.
    fn neighbour(&mut self) -> Value {
        let any = self.pick(MachineType::I64);
        let (low, four) = (self.masked(any, 7), self.int(MachineType::I64, 4));
        let middle = self.value(InstKind::Binary(BinaryOp::Iadd, low, four));
        let op = self.choices.of(&[BinaryOp::Iadd, BinaryOp::Isub]);
        let distance = self.choices.below(4) as i64;
        let distance = self.int(MachineType::I64, distance);
        self.value(InstKind::Binary(op, middle, distance))
    }

    fn masked(&mut self, value: Value, mask: i64) -> Value {
        let mask = self.int(MachineType::I64, mask);
        self.value(InstKind::Binary(BinaryOp::And, value, mask))
    }

    fn check(&mut self) -> Option<Value> {
        self.effect(InstKind::Safepoint);
        let (a, b) = (self.pick(MachineType::I1), self.pick(MachineType::I1));
        let condition = self.value(InstKind::Binary(BinaryOp::Or, a, b));
        let error = self.function.error(ExceptionClass::ValueError, "neither holds");
        self.effect(InstKind::Check { condition, error });
        None
    }

    /// Two sides that meet again, or one that raises.
    fn branch(&mut self) -> Option<Value> {
        if self.depth == 2 {
            return None;
        }
        let condition = self.pick(MachineType::I1);
        let ty = self.choices.of(&PARAMETERS);
        let [then, otherwise, join] = std::array::from_fn(|_| self.function.add_block());
        let merged = self.function.add_parameter(join, ty);
        self.terminate(Terminator::Branch {
            condition,
            then: BlockCall::new(then, Vec::new()),
            otherwise: BlockCall::new(otherwise, Vec::new()),
        });
        let raises = self.choices.once_in(4);
        for (block, raises) in [(then, raises), (otherwise, false)] {
            self.side(block, |maker| {
                if raises {
                    maker.raise();
                    return;
                }
                let value = maker.pick(ty);
                maker.terminate(Terminator::Jump(BlockCall::new(join, vec![value])));
            });
        }
        self.enter(join);
        Some(merged)
    }

    fn raise(&mut self) {
        let error = self.function.error(ExceptionClass::KeyError, "{0} and {1}, not {2}");
        let payload = vec![self.pick(MachineType::I64), self.pick(MachineType::I64)];
        self.terminate(Terminator::Raise { error, payload });
    }

    /// A block whose values are not seen behind it.
    fn side(&mut self, block: Block, end: impl FnOnce(&mut Self)) {
        let seen = self.values.len();
        self.enter(block);
        self.depth += 1;
        let statements = self.choices.below(4);
        self.statements(statements);
        self.depth -= 1;
        end(self);
        self.values.truncate(seen);
    }

    /// A loop of a few iterations with an accumulator, tested at its head or its end.
    fn repeat(&mut self) -> Option<Value> {
        if self.depth == 2 {
            return None;
        }
        let ty = self.choices.of(&PARAMETERS);
        let [head, body, exit] = std::array::from_fn(|_| self.function.add_block());
        let index = self.function.add_parameter(head, MachineType::I64);
        let sum = self.function.add_parameter(head, ty);
        let (zero, initial) = (self.int(MachineType::I64, 0), self.pick(ty));
        let trips = 1 + self.choices.below(5) as i64;
        self.terminate(Terminator::Jump(BlockCall::new(head, vec![zero, initial])));
        self.enter(head);
        self.values.extend([index, sum]);
        let limit = self.int(MachineType::I64, trips);
        let more = self.value(InstKind::IntCompare(IntCompare::Slt, index, limit));
        let (on, out) = (BlockCall::new(body, Vec::new()), BlockCall::new(exit, Vec::new()));
        self.terminate(Terminator::Branch { condition: more, then: on, otherwise: out });
        self.side(body, |maker| {
            let (next, one) = (maker.pick(ty), maker.int(MachineType::I64, 1));
            let after = maker.value(InstKind::Binary(BinaryOp::Iadd, index, one));
            maker.terminate(Terminator::Jump(BlockCall::new(head, vec![after, next])));
        });
        self.enter(exit);
        None
    }

    fn call(&mut self) -> Option<Value> {
        let callee = self.callee?;
        let array = self.function.parameters()[0];
        let mut arguments = vec![array];
        arguments.extend(PARAMETERS.map(|ty| self.pick(ty)));
        let results = self.push(InstKind::Call { callee, arguments });
        self.values.extend(results);
        None
    }

    /// A value of that type: one from before, or a constant.
    fn pick(&mut self, ty: MachineType) -> Value {
        let known: Vec<Value> =
            self.values.iter().copied().filter(|value| self.function.value_type(*value) == ty).collect();
        if known.is_empty() || self.choices.once_in(4) {
            let constant = constant(self.choices, ty);
            return self.value(InstKind::Const(constant));
        }
        // The newest come first, so that most values are used.
        known[known.len() - 1 - self.choices.below(known.len())]
    }

    fn int(&mut self, ty: MachineType, value: i64) -> Value {
        self.value(InstKind::Const(Constant::Int(ty, value)))
    }

    fn enter(&mut self, block: Block) {
        self.block = block;
        self.function.blocks[block].unwind = self.unwind;
    }

    fn push(&mut self, kind: InstKind) -> Vec<Value> {
        let span = self.next_span();
        let mut builder = Builder::at(&mut self.function, self.block);
        builder.set_span(span);
        builder.push(kind).to_vec()
    }

    fn value(&mut self, kind: InstKind) -> Value {
        self.push(kind)[0]
    }

    fn effect(&mut self, kind: InstKind) {
        self.push(kind);
    }

    fn terminate(&mut self, terminator: Terminator) {
        let span = self.next_span();
        let mut builder = Builder::at(&mut self.function, self.block);
        builder.set_span(span);
        builder.terminate(terminator);
    }

    /// A place of its own for every instruction.
    fn next_span(&self) -> Span {
        let at = self.function.insts.len() as u32;
        Span::new(SourceMap::new().add("random.py", ""), at, at + 1)
    }
}
