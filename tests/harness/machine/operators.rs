//! Every operation on numbers of every type, in a loop over arrays of all pairs of values at the edges, on the emulated machine: one by one as the loop was made, and in
//! vectors after the passes where there are instructions for it.

use crate::arm::Arm;
use crate::emulated::{MEMORY, Way};
use crate::machine::is_nan;
use hotloop_interp::{Interpreter, Scalar, evaluate};
use hotloop_mir::{
    BinaryOp, Builder, Constant, ConvertOp, FloatCompare, Function, InstKind, IntCompare, MachineType,
    Module, Phase, RegionKind, RuntimeFunction, TernaryOp, UnaryOp, Value,
};
use hotloop_passes::Optimiser;
use std::path::Path;

const INTEGERS: [MachineType; 4] = [MachineType::I8, MachineType::I16, MachineType::I32, MachineType::I64];
const FLOATS: [MachineType; 2] = [MachineType::F32, MachineType::F64];

/// Integers at the edges of all widths.
const WHOLE: [i64; 22] = [
    0,
    1,
    -1,
    2,
    3,
    -3,
    7,
    -8,
    10,
    31,
    64,
    127,
    -128,
    0x7fff,
    -0x8000,
    0x7fff_ffff,
    -0x8000_0000,
    0x1234_5678_9abc_def0,
    i64::MAX,
    i64::MAX - 1,
    i64::MIN,
    i64::MIN + 1,
];

/// Divisors and counts that code may know.
const KNOWN: [i64; 9] = [1, -1, 2, 3, -3, 7, 8, 10, 100];

/// Floats at the edges of binary32, binary64 and the integers.
const BROKEN: [f64; 26] = [
    0.0,
    -0.0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -3.5,
    0.1,
    -1.0,
    0.999_999_999_999_999_9,
    5e-324,
    1e-310,
    1.2e-38,
    1e-45,
    3.5e38,
    -3.4e38,
    1e300,
    4_503_599_627_370_495.5,
    2_147_483_648.5,
    -9_223_372_036_854_775_808.0,
    9_223_372_036_854_775_808.0,
    18_446_744_073_709_551_616.0,
    1e19,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

/// An element-wise loop, and what its arrays hold.
struct Loop {
    name: String,
    function: Function,
    inputs: Vec<Vec<Scalar>>,
    output: MachineType,
}

/// Runs all of them; gives how many there are, and how many of them run in vectors.
pub(crate) fn compare(guest: &Path) -> (usize, usize) {
    let loops = all();
    let in_vectors = loops.iter().filter(|made| made.compare(guest)).count();
    (loops.len(), in_vectors)
}

fn all() -> Vec<Loop> {
    let mut loops = Vec::new();
    for ty in INTEGERS {
        integers(&mut loops, ty);
    }
    for ty in FLOATS {
        floats(&mut loops, ty);
    }
    conversions(&mut loops);
    functions(&mut loops);
    loops
}

fn integers(loops: &mut Vec<Loop>, ty: MachineType) {
    for op in BinaryOp::ALL.iter().copied().filter(|op| !is_of_floats(*op)) {
        let is_division =
            matches!(op, BinaryOp::SdivFloor | BinaryOp::SmodFloor | BinaryOp::Udiv | BinaryOp::Urem);
        let mut inputs = pairs(ty);
        if is_division {
            inputs.retain(|pair| evaluate::bits(pair[1]) != 0);
        }
        loops.push(Loop::new(&format!("{op} {ty}"), &[ty; 2], inputs, ty, |builder, v| {
            builder.binary(op, v[0], v[1])
        }));
        loops.push(Loop::new(&format!("{op} {ty} known"), &[ty], singles(ty), ty, |builder, v| {
            let known = KNOWN.map(|known| {
                let known = builder.value(InstKind::Const(Constant::int(ty, known)));
                builder.binary(op, v[0], known)
            });
            known.into_iter().reduce(|a, b| builder.binary(BinaryOp::Xor, a, b)).expect("there are some")
        }));
    }
    for op in [UnaryOp::Ineg, UnaryOp::Inot] {
        loops.push(Loop::new(&format!("{op} {ty}"), &[ty], singles(ty), ty, |builder, v| {
            builder.value(InstKind::Unary(op, v[0]))
        }));
    }
    for op in IntCompare::ALL {
        let compared = InstKind::IntCompare;
        loops.push(Loop::new(&format!("{op} {ty}"), &[ty; 2], pairs(ty), MachineType::I1, |builder, v| {
            builder.value(compared(*op, v[0], v[1]))
        }));
        loops.push(Loop::new(&format!("select {op} {ty}"), &[ty; 2], pairs(ty), ty, |builder, v| {
            let condition = builder.value(compared(*op, v[0], v[1]));
            builder.value(InstKind::Select { condition, then: v[0], otherwise: v[1] })
        }));
    }
}

fn floats(loops: &mut Vec<Loop>, ty: MachineType) {
    for op in BinaryOp::ALL.iter().copied().filter(|op| is_of_floats(*op)) {
        loops.push(Loop::new(&format!("{op} {ty}"), &[ty; 2], pairs(ty), ty, |builder, v| {
            builder.binary(op, v[0], v[1])
        }));
    }
    for op in UnaryOp::ALL.iter().copied().filter(|op| !matches!(op, UnaryOp::Ineg | UnaryOp::Inot)) {
        loops.push(Loop::new(&format!("{op} {ty}"), &[ty], singles(ty), ty, |builder, v| {
            builder.value(InstKind::Unary(op, v[0]))
        }));
    }
    for op in TernaryOp::ALL {
        loops.push(Loop::new(&format!("{op} {ty}"), &[ty; 2], pairs(ty), ty, |builder, v| {
            builder.value(InstKind::Ternary(*op, v[0], v[1], v[0]))
        }));
    }
    for op in FloatCompare::ALL {
        let compared = InstKind::FloatCompare;
        loops.push(Loop::new(&format!("{op} {ty}"), &[ty; 2], pairs(ty), MachineType::I1, |builder, v| {
            builder.value(compared(*op, v[0], v[1]))
        }));
        // With `lt` and `gt` these are the least and the greatest.
        for (first, second) in [(0, 1), (1, 0)] {
            let name = format!("select {op} {ty} {first}");
            loops.push(Loop::new(&name, &[ty; 2], pairs(ty), ty, |builder, v| {
                let condition = builder.value(compared(*op, v[0], v[1]));
                builder.value(InstKind::Select { condition, then: v[first], otherwise: v[second] })
            }));
        }
    }
}

fn conversions(loops: &mut Vec<Loop>) {
    let mut convert = |op: ConvertOp, from: MachineType, to: MachineType| {
        loops.push(Loop::new(&format!("{op} {from} {to}"), &[from], singles(from), to, |builder, v| {
            builder.value(InstKind::Convert(op, v[0], to))
        }));
    };
    let widths = [MachineType::I1, MachineType::I8, MachineType::I16, MachineType::I32, MachineType::I64];
    for (position, narrow) in widths.into_iter().enumerate() {
        for wide in widths[position + 1..].iter().copied() {
            convert(ConvertOp::SignExtend, narrow, wide);
            convert(ConvertOp::ZeroExtend, narrow, wide);
            convert(ConvertOp::Truncate, wide, narrow);
        }
        for float in FLOATS {
            if narrow != MachineType::I1 {
                convert(ConvertOp::SignedToFloat, narrow, float);
            }
            convert(ConvertOp::UnsignedToFloat, narrow, float);
        }
    }
    for float in FLOATS {
        convert(ConvertOp::FloatToSigned, float, MachineType::I64);
        convert(ConvertOp::FloatToUnsigned, float, MachineType::I64);
    }
    convert(ConvertOp::Promote, MachineType::F32, MachineType::F64);
    convert(ConvertOp::Demote, MachineType::F64, MachineType::F32);
    convert(ConvertOp::Bitcast, MachineType::F32, MachineType::I32);
    convert(ConvertOp::Bitcast, MachineType::I32, MachineType::F32);
    convert(ConvertOp::Bitcast, MachineType::F64, MachineType::I64);
    convert(ConvertOp::Bitcast, MachineType::I64, MachineType::F64);
}

/// The mathematical functions that are written out in vectors.
fn functions(loops: &mut Vec<Loop>) {
    let ty = MachineType::F64;
    for function in RuntimeFunction::ALL.iter().filter(|function| function.own_function().is_some()) {
        let called = |builder: &mut Builder<'_>, arguments: &[Value]| {
            let arguments = arguments.to_vec();
            builder.value(InstKind::CallRuntime { function: *function, arguments })
        };
        let count = function.parameters().len();
        let inputs = if count == 1 { angles() } else { pairs(ty) };
        loops.push(Loop::new(function.symbol(), &vec![ty; count], inputs, ty, called));
    }
}

/// Numbers of all sizes.
fn angles() -> Vec<Vec<Scalar>> {
    let powers = (-60..60).map(|power| f64::from(power).exp2() * 1.234_567_890_1);
    let steps = (0..400).map(|step| f64::from(step) * 0.037_1 - 7.0);
    powers
        .clone()
        .chain(powers.map(|power| -power))
        .chain(steps)
        .chain(BROKEN)
        .map(|x| vec![Scalar::f64(x)])
        .collect()
}

const fn is_of_floats(op: BinaryOp) -> bool {
    match op {
        BinaryOp::Fadd | BinaryOp::Fsub | BinaryOp::Fmul | BinaryOp::Fdiv | BinaryOp::Fcopysign => true,
        BinaryOp::Iadd
        | BinaryOp::Isub
        | BinaryOp::Imul
        | BinaryOp::SdivFloor
        | BinaryOp::SmodFloor
        | BinaryOp::Udiv
        | BinaryOp::Urem
        | BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Xor
        | BinaryOp::Shl
        | BinaryOp::Sshr
        | BinaryOp::Ushr
        | BinaryOp::Smin
        | BinaryOp::Smax
        | BinaryOp::Umin
        | BinaryOp::Umax => false,
    }
}

/// The values of a type at its edges, each a list of one.
fn singles(ty: MachineType) -> Vec<Vec<Scalar>> {
    edges(ty).into_iter().map(|value| vec![value]).collect()
}

/// All pairs of these.
fn pairs(ty: MachineType) -> Vec<Vec<Scalar>> {
    let edges = edges(ty);
    edges.iter().flat_map(|a| edges.iter().map(|b| vec![*a, *b])).collect()
}

fn edges(ty: MachineType) -> Vec<Scalar> {
    match ty {
        MachineType::F32 => BROKEN.map(|value| Scalar::f32(value as f32)).to_vec(),
        MachineType::F64 => BROKEN.map(Scalar::f64).to_vec(),
        MachineType::I1
        | MachineType::I8
        | MachineType::I16
        | MachineType::I32
        | MachineType::I64
        | MachineType::Ptr => WHOLE.map(|value| Scalar::int(ty, value)).to_vec(),
    }
}

impl Loop {
    /// `for i in range(n): output[i] = body(inputs[0][i], ...)`.
    fn new(
        name: &str,
        types: &[MachineType],
        inputs: Vec<Vec<Scalar>>,
        output: MachineType,
        body: impl FnOnce(&mut Builder<'_>, &[Value]) -> Value,
    ) -> Self {
        let mut parameters = vec![MachineType::Ptr; types.len() + 1];
        parameters.push(MachineType::I64);
        let mut function = Function::new("elementwise", &parameters, &[]);
        let parameters = function.parameters().to_vec();
        let regions: Vec<_> =
            (0..=types.len() as u32).map(|number| function.region(RegionKind::Argument(number))).collect();
        let [head, turn, exit] = [(); 3].map(|()| function.add_block());
        let index = function.add_parameter(head, MachineType::I64);
        let mut builder = Builder::at_entry(&mut function);
        let zero = builder.int(MachineType::I64, 0);
        builder.jump(head, &[zero]);
        builder.switch_to(head);
        let goes_on = builder.compare(IntCompare::Slt, index, parameters[types.len() + 1]);
        builder.branch(goes_on, turn, exit);
        builder.switch_to(turn);
        builder.effect(InstKind::Safepoint);
        let address = |builder: &mut Builder<'_>, array: usize, ty: MachineType| {
            let size = builder.int(MachineType::I64, i64::from(ty.size_bytes()));
            let offset = builder.binary(BinaryOp::Imul, index, size);
            builder.value(InstKind::PtrAdd { base: parameters[array], offset })
        };
        let mut loaded = Vec::new();
        for (array, ty) in types.iter().enumerate() {
            let address = address(&mut builder, array, *ty);
            loaded.push(builder.value(InstKind::Load {
                ty: *ty,
                address,
                offset: 0,
                region: regions[array],
            }));
        }
        let value = body(&mut builder, &loaded);
        let address = address(&mut builder, types.len(), output);
        builder.effect(InstKind::Store { value, address, offset: 0, region: regions[types.len()] });
        let one = builder.int(MachineType::I64, 1);
        let next = builder.binary(BinaryOp::Iadd, index, one);
        builder.jump(head, &[next]);
        builder.switch_to(exit);
        builder.terminate(hotloop_mir::Terminator::Return(Vec::new()));
        Self { name: name.to_owned(), function, inputs, output }
    }

    /// Compares both forms with the interpreter; whether the optimised one runs in vectors.
    fn compare(&self, guest: &Path) -> bool {
        let lowered = Module { functions: vec![self.function.clone()] };
        let mut plain = self.function.clone();
        plain.phase = Phase::Outlined;
        let optimised = Optimiser::new().run(self.function.clone()).module;
        let expected = self.interpret(&lowered);
        let mut runs_in_vectors = false;
        for module in [Module { functions: vec![plain] }, optimised] {
            let fail = |message: String| -> ! { panic!("{}: {message}\n{}", self.name, module.functions[0]) };
            let machine = Arm::new(&module, guest).unwrap_or_else(|message| fail(message));
            runs_in_vectors |= machine.loops().iter().any(|built| built.vectors.is_some());
            let found = self.emulate(&machine).unwrap_or_else(|message| fail(message));
            for (element, (expected, found)) in expected.iter().zip(&found).enumerate() {
                if expected != found && !(is_nan(self.output, *expected) && is_nan(self.output, *found)) {
                    fail(format!("{:?} gives {found:#x}, not {expected:#x}", self.inputs[element]));
                }
            }
        }
        runs_in_vectors
    }

    /// The bytes of each array.
    fn arrays(&self) -> Vec<Vec<u8>> {
        let count = self.inputs[0].len();
        let bytes = |value: Scalar| {
            let size = value.ty().size_bytes() as usize;
            evaluate::bits(value).to_le_bytes()[..size].to_vec()
        };
        let mut arrays: Vec<Vec<u8>> = (0..count)
            .map(|array| self.inputs.iter().flat_map(|values| bytes(values[array])).collect())
            .collect();
        arrays.push(vec![0xee; self.inputs.len() * self.output.size_bytes() as usize]);
        arrays
    }

    fn interpret(&self, module: &Module) -> Vec<u64> {
        let mut interpreter = Interpreter::new(module);
        let arrays = self.arrays();
        let addresses: Vec<u64> = arrays.iter().map(|bytes| interpreter.memory_mut().place(bytes)).collect();
        let mut arguments: Vec<Scalar> = addresses.iter().map(|address| Scalar::ptr(*address)).collect();
        arguments.push(Scalar::i64(self.inputs.len() as i64));
        interpreter.call("elementwise", &arguments).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let (address, length) = (addresses[arrays.len() - 1], arrays[arrays.len() - 1].len() as u64);
        self.elements(interpreter.memory().bytes(address, length).expect("an array"))
    }

    fn emulate(&self, machine: &Arm) -> Result<Vec<u64>, String> {
        let arrays = self.arrays();
        // Each array begins in a page of its own and ends in another, behind which nothing is.
        let address = |array: usize| MEMORY + ((array as u64) << 20) + 16;
        let pieces: Vec<(u64, &[u8])> =
            arrays.iter().enumerate().map(|(array, bytes)| (address(array), bytes.as_slice())).collect();
        let mut words: Vec<u64> = (0..arrays.len()).map(address).collect();
        words.push(self.inputs.len() as u64);
        let (result, contents) = machine.call(Way::default(), &words, 0, &pieces)?;
        result?;
        Ok(self.elements(&contents[arrays.len() - 1]))
    }

    fn elements(&self, bytes: &[u8]) -> Vec<u64> {
        let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        bytes.chunks(self.output.size_bytes() as usize).map(word).collect()
    }
}
