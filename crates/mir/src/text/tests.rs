//! Printing and reading are inverse: on random functions, on written ones, and on wrong texts.

use crate::{
    Accumulator, BinaryOp, Block, BlockCall, CalleeData, CheckedAxis, Constant, ConvertOp, ErrorArgument,
    ErrorClass, ErrorData, ErrorValue, ExceptionClass, FloatCompare, FloatFlags, Function, InstKind,
    IntCompare, MachineType, ParFor, Phase, Reduction, ReductionOp, RegionKind, RuntimeFunction, SlotData,
    Stride, Terminator, TernaryOp, UnaryOp, Value, VectorLoop, parse_function, parse_module,
};
use hotloop_diagnostics::{FileId, Span};
use hotloop_index::Id;
use hotloop_types::Dtype;
use proptest::prelude::*;

/// Decisions taken from a tape of random numbers; behind its end every decision is the first choice.
struct Choices {
    tape: std::vec::IntoIter<u64>,
}

impl Choices {
    fn number(&mut self) -> u64 {
        self.tape.next().unwrap_or(0)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.number() % limit.max(1) as u64) as usize
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn value(&mut self, function: &Function) -> Value {
        Value::new(self.below(function.values.len()))
    }

    fn values(&mut self, function: &Function) -> Vec<Value> {
        (0..self.below(4)).map(|_| self.value(function)).collect()
    }

    fn block(&mut self, function: &Function) -> Block {
        Block::new(self.below(function.blocks.len()))
    }

    fn span(&mut self) -> Span {
        let (file, start) = (self.below(3), self.below(100));
        Span::new(FileId::from_number(file as u32), start as u32, start as u32 + 5)
    }

    fn constant(&mut self) -> Constant {
        let special = [0, 1 << 63, 0x7ff0_0000_0000_0000, 0x7ff8_0000_0000_0000, 0xfff8_0000_0000_0001];
        let bits = if self.below(2) == 0 { self.one_of(&special) } else { self.number() };
        match self.one_of(MachineType::ALL) {
            MachineType::F32 => Constant::F32((bits >> 32) as u32 ^ bits as u32),
            MachineType::F64 => Constant::F64(bits),
            integer => Constant::int(integer, bits as i64),
        }
    }

    fn inst(&mut self, function: &Function) -> InstKind {
        let (a, b, c) = (self.value(function), self.value(function), self.value(function));
        let region = crate::Region::new(self.below(6));
        let offset = self.one_of(&[0, 8, -8, i32::MIN, i32::MAX]);
        let ty = self.one_of(MachineType::ALL);
        match self.below(23) {
            0 => InstKind::Const(self.constant()),
            1 => InstKind::Unary(self.one_of(UnaryOp::ALL), a),
            2 => InstKind::Binary(self.one_of(BinaryOp::ALL), a, b),
            3 => InstKind::IntCompare(self.one_of(IntCompare::ALL), a, b),
            4 => InstKind::FloatCompare(self.one_of(FloatCompare::ALL), a, b),
            5 => InstKind::Select { condition: a, then: b, otherwise: c },
            6 => InstKind::Convert(self.one_of(ConvertOp::ALL), a, ty),
            7 => InstKind::PtrAdd { base: a, offset: b },
            8 => InstKind::Load { ty, address: a, offset, region },
            9 => InstKind::Store { value: a, address: b, offset, region },
            10 => InstKind::SlotAddress(crate::Slot::new(self.below(3))),
            11 => InstKind::CheckBounds {
                index: a,
                length: b,
                axis: self.one_of(&[0, 1, 2, CheckedAxis::List.number(), CheckedAxis::Bytes.number()]),
                wrap: self.below(2) == 0,
            },
            12 => InstKind::Check { condition: a, error: crate::ErrorId::new(self.below(3)) },
            13 => InstKind::Call { callee: crate::Callee::new(0), arguments: self.values(function) },
            14 => InstKind::CallRuntime {
                function: self.one_of(RuntimeFunction::ALL),
                arguments: self.values(function),
            },
            15 => InstKind::FunctionAddress(crate::Callee::new(1)),
            16 => InstKind::Safepoint,
            17 => InstKind::ErrorIs(crate::ErrorId::new(self.below(3))),
            18 => InstKind::Catch,
            19 => InstKind::Data(self.number().to_le_bytes()[..self.below(9)].into()),
            20 => InstKind::CheckStack,
            21 => InstKind::Ternary(self.one_of(TernaryOp::ALL), a, b, c),
            _ => {
                let load = InstKind::Load { ty, address: a, offset, region };
                let store = InstKind::Store { value: a, address: b, offset, region };
                let check = InstKind::CheckBounds { index: a, length: b, axis: 1, wrap: self.below(2) == 0 };
                let access = vec![load, store, check].swap_remove(self.below(3));
                InstKind::When { condition: c, access: Box::new(access) }
            }
        }
    }

    fn vector_loop(&mut self, function: &Function) -> VectorLoop {
        let accumulator = |choices: &mut Self| Accumulator {
            op: choices.one_of(ReductionOp::ALL),
            parameter: choices.value(function),
        };
        let stride = |choices: &mut Self| Stride {
            address: choices.value(function),
            step_bytes: choices.one_of(&[16, -8, 3]),
            base: choices.value(function),
            offset: choices.one_of(&[0, 8, -8]),
        };
        VectorLoop {
            variable: self.value(function),
            goes_down: self.below(2) == 1,
            limit: self.value(function),
            condition: (self.below(2) == 1).then(|| self.value(function)),
            accumulators: (0..self.below(3)).map(|_| accumulator(self)).collect(),
            strides: (0..self.below(3)).map(|_| stride(self)).collect(),
        }
    }

    fn terminator(&mut self, function: &Function) -> Terminator {
        let value = self.value(function);
        let (first, second) = (self.block(function), self.block(function));
        match self.below(9) {
            0 => Terminator::Jump(BlockCall::new(first, self.values(function))),
            1 => Terminator::Branch {
                condition: value,
                then: BlockCall::new(first, self.values(function)),
                otherwise: BlockCall::new(second, self.values(function)),
            },
            2 => Terminator::Return(self.values(function)),
            3 => Terminator::Raise {
                error: crate::ErrorId::new(self.below(3)),
                payload: self.values(function),
            },
            4 => Terminator::Reraise,
            5 => {
                let reduction = |initial| Reduction { op: self.one_of(ReductionOp::ALL), initial };
                let reductions = function.parameters().iter().copied().map(reduction).collect();
                let chunks = (self.below(2) == 1).then_some(value);
                let reductions = if chunks.is_some() { reductions } else { Vec::new() };
                Terminator::ParFor(ParFor { count: value, body: first, chunks, reductions, exit: second })
            }
            6 => Terminator::ParYield(self.values(function)),
            7 => Terminator::RaiseAgain(value),
            _ => Terminator::Unreachable,
        }
    }
}

/// A function of every kind of part, with detached instructions and blocks; seldom one that the verifier accepts.
fn function_from(tape: Vec<u64>) -> Function {
    let mut choices = Choices { tape: tape.into_iter() };
    let types: Vec<MachineType> = (0..=choices.below(3)).map(|_| choices.one_of(MachineType::ALL)).collect();
    let name = choices.one_of(&["f", "module.f$1", "f.<locals>.g", "a \"b\"\n\u{7f}", "1"]);
    let mut function = Function::new(name, &types, &types[1..]);
    function.phase = choices.one_of(Phase::ALL);
    function.float_flags = FloatFlags::from_bits(choices.number() as u8);
    function.is_parallel_body = choices.below(2) == 1;
    function.span = choices.span();
    fill_tables(&mut function, &mut choices);
    for _ in 0..choices.below(5) {
        let block = function.add_block();
        for _ in 0..choices.below(3) {
            function.add_parameter(block, choices.one_of(MachineType::ALL));
        }
    }
    for block in function.blocks.ids().rev() {
        for _ in 0..choices.below(8) {
            let (kind, span) = (choices.inst(&function), choices.span());
            let inst = function.create_inst(kind, span);
            if choices.below(4) != 1 {
                function.blocks[block].insts.push(inst);
            }
        }
        function.blocks[block].terminator = choices.terminator(&function);
        function.blocks[block].terminator_span = choices.span();
        function.blocks[block].is_cold = choices.below(4) == 1;
        function.blocks[block].unwind = (choices.below(3) == 1).then(|| choices.block(&function));
        function.blocks[block].vector = (choices.below(4) == 1).then(|| choices.vector_loop(&function));
    }
    while function.layout.len() > 2 && choices.below(3) == 1 {
        function.layout.swap_remove(1);
    }
    function
}

fn fill_tables(function: &mut Function, choices: &mut Choices) {
    for kind in
        [RegionKind::Descriptor, RegionKind::Argument(1), RegionKind::Allocation(7), RegionKind::Stack]
    {
        function.region(kind);
    }
    function.slots.push(SlotData { size_bytes: choices.number() as u32 });
    function.error(choices.one_of(ExceptionClass::ALL), choices.one_of(&["", "plain", "\"{0}\" \\ \n\t é"]));
    let arguments = (0..choices.below(4)).map(|_| error_argument(choices, 2)).collect();
    let base = ErrorClass::user("a.Base", vec![choices.one_of(ExceptionClass::ALL).into()]);
    let class = ErrorClass::user("a.\"b\"#2", vec![base, choices.one_of(ExceptionClass::ALL).into()]);
    function.error_with(ErrorData { class, arguments });
    let results = [MachineType::F64, MachineType::I64][..choices.below(3)].to_vec();
    function.callee(CalleeData {
        symbol: "other".into(),
        parameters: vec![MachineType::I1],
        results,
        is_placeless: true,
    });
}

fn error_argument(choices: &mut Choices, depth: u32) -> ErrorArgument {
    let value = match choices.below(if depth == 0 { 8 } else { 9 }) {
        0 => ErrorValue::None,
        1 => ErrorValue::Bool(choices.below(2) == 0),
        2 => ErrorValue::Int(i128::from(choices.number() as i64) * 7),
        3 => ErrorValue::Float(choices.number()),
        7 => ErrorValue::Complex(choices.number(), choices.number()),
        4 if choices.below(2) == 0 => return ErrorArgument::Text(choices.below(3) as u32),
        4 => ErrorValue::Str("{0} \"\n é".into()),
        5 => return ErrorArgument::Message("{0} of {1}".into()),
        6 => return ErrorArgument::Word(choices.one_of(Dtype::ALL), choices.below(8) as u32),
        _ => {
            let items = (0..choices.below(3)).map(|_| error_argument(choices, depth - 1));
            return ErrorArgument::Tuple(items.collect());
        }
    };
    ErrorArgument::Constant(value)
}

proptest! {
    #[test]
    fn reading_is_the_inverse_of_printing(tape in proptest::collection::vec(any::<u64>(), 0..400)) {
        let function = function_from(tape);
        for text in [format!("{function}"), format!("{function:#}")] {
            let read = parse_function(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
            let again = if text == format!("{function}") { format!("{read}") } else { format!("{read:#}") };
            prop_assert_eq!(&again, &text);
            prop_assert_eq!(parse_function(&again).unwrap(), read);
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "(fn|@f|v[0-9]|bb[0-9]|iadd|jump|call|load\\.i8|->|[-+(){}:,= \"]|i64|\\PC)*") {
        let _ = parse_module(&text);
    }

    #[test]
    fn a_cut_text_is_an_error(tape in proptest::collection::vec(any::<u64>(), 0..60), at in any::<prop::sample::Index>()) {
        let text = function_from(tape).to_string();
        let mut end = at.index(text.len() - 2);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        prop_assert!(parse_module(&text[..end]).is_err());
    }
}

const WRITTEN: &str = "\
fn @everything(v0: ptr, v1: i64, v2: f64) -> (f64, i64) optimised reassoc contract @0..400 {
    region0 = descriptor
    region1 = argument 0
    region2 = allocation 3
    region3 = stack
    region4 = unknown
    slot0 = 16 bytes
    err0 = ZeroDivisionError \"division by \\\"zero\\\"\"
    fn0 = @helper(i64, f64) -> (f64, i64)
    fn1 = @\"body.<locals>.0\"(i64, i64, ptr, ptr)
bb0:
    v10 = iconst -9223372036854775808
    v11 = iconst.i1 1
    v12 = iconst.ptr 0
    v13 = fconst nan 0xfff8000000000001
    v14 = fconst.f32 0.1
    v15 = fconst -inf
    v16 = fconst -0.0
    v17 = load.f64 v0 - 8, region1
    store v17, v0 + 2147483647, region4
    v18 = slot_address slot0 @1:7..9
    v19 = check_bounds v1, v10, axis 1, wrap
    v20 = check_bounds v1, v10, axis 0
    check v11, err0 @30..41
    v21, v22 = call fn0(v1, v2)
    call_runtime hl_release(v0)
    v23 = function_address fn1
    v24 = float_to_signed.i64 v2
    safepoint
    jump bb7
bb7 unwind bb3:
    par_for v1, body bb4, exit bb2, chunks v1, reduce fadd v2, reduce smin v1
bb4(v30: i64, v31: f64, v32: i64):
    par_yield v31, v30
bb3:
    reraise
bb2(v33: f64, v34: i64):
    return v33, v34 @390..399
}
";

#[test]
fn a_written_function_reads_and_prints_as_it_is() {
    let function = parse_function(WRITTEN).unwrap();
    assert_eq!(format!("{function:#}"), WRITTEN);
    assert_eq!(function.values.len(), 35);
    assert_eq!(function.value_type(Value::new(22)), MachineType::I64);
    assert_eq!(function.blocks[Block::new(7)].unwind, Some(Block::new(3)));
    assert_eq!(function.constant(Value::new(5)), Some(Constant::Int(MachineType::I64, 0)));
}

#[test]
fn the_phase_and_the_flags_have_defaults() {
    let function = parse_function("fn @f() {bb0: return}").unwrap();
    assert_eq!((function.phase, function.float_flags), (Phase::Lowered, FloatFlags::STRICT));
    assert_eq!(parse_function("fn @f() fast {bb0: return}").unwrap().float_flags, FloatFlags::FAST);
}

#[test]
fn types_are_found_across_definitions_in_any_order() {
    let text = "fn @f() lowered {\nbb0:\n    v2 = fadd v1, v1\n    v1 = fneg v0\n    v0 = fconst.f32 1.0\n    return\n}\n";
    let function = parse_function(text).unwrap();
    assert_eq!(function.value_type(Value::new(2)), MachineType::F32);
    assert_eq!(function.to_string(), text);
}

#[test]
fn a_value_that_depends_on_itself_is_read_for_the_verifier_to_refuse() {
    let text = "fn @f() lowered {\nbb0:\n    v0 = iadd v1, v1\n    v1 = ineg v0\n    return\n}\n";
    let function = parse_function(text).unwrap();
    assert_eq!(function.to_string(), text);
    assert!(crate::verify::verify(&function).is_err());
}

#[test]
fn a_result_whose_type_the_instruction_does_not_tell_is_written() {
    let text = "fn @f(v0: i64) lowered {\nbb0:\n    v1: f32, v2: i8 = iadd v0, v0\n    return\n}\n";
    assert_eq!(parse_function(text).unwrap().to_string(), text);
}

#[test]
fn errors_name_the_place_and_what_was_expected() {
    let cases = [
        ("", 1, 1, "expected `fn`, found the end"),
        ("fn f", 1, 4, "expected a symbol such as `@name`, found `f`"),
        ("fn @f(v0: i65)", 1, 11, "expected a type, found `i65`"),
        ("fn @f() {\n bb0:\n  v1 = iad v0, v0\n}", 3, 8, "expected an instruction, found `iad`"),
        (
            "fn @f() {\n bb0:\n  v1 = load v0, region0\n}",
            3,
            8,
            "expected a type behind the name, as in `load.f64`, found `load`",
        ),
        ("fn @f() {\n bb0: return\n bb0: return }", 3, 2, "bb0 stands here a second time"),
        ("fn @f() { region1 = stack }", 1, 11, "expected `region0`: rows stand in order, found `region1`"),
        (
            "fn @f() { bb0: v1, v2 = iconst 1 return }",
            1,
            16,
            "nothing tells the type of v2; write `v2: <type> =`",
        ),
        ("fn @f() { bb0: return v9999999 }", 1, 23, "an id has at most the number 1048575"),
        ("fn @f() { bb0: é }", 1, 16, "no token starts with this character"),
        ("fn @f(v0: i64) {}", 1, 17, "expected the entry block that takes the parameters, found `}`"),
        ("fn @f() { bb0: v0 = fconst.i32 1 return }", 1, 21, "expected an instruction, found `fconst.i32`"),
        ("fn @f() {bb0: return} fn", 1, 25, "expected a symbol such as `@name`, found the end"),
    ];
    for (text, line, column, message) in cases {
        let error = parse_module(text).unwrap_err();
        assert_eq!((error.line, error.column, error.message.as_str()), (line, column, message), "{text}");
    }
}
