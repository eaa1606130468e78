//! What objects look like, for every target: sections, symbols, relocations, and that every instruction can be emitted.

use hotloop_codegen::{CodegenError, Options, Target, clif_text, compile, disassembly};
use hotloop_mir::{
    BinaryOp, BlockCall, Builder, CalleeData, Constant, ConvertOp, ExceptionClass, FloatCompare, Function,
    InstKind, IntCompare, MachineType, Module, Phase, RegionKind, RuntimeFunction, SlotData, Terminator,
    UnaryOp, Value,
};
use object::read::elf::ElfFile64;
use object::{Object, ObjectSection, ObjectSymbol, RelocationFlags, RelocationTarget};
use std::collections::BTreeSet;

const INTEGERS: [MachineType; 4] = [MachineType::I8, MachineType::I16, MachineType::I32, MachineType::I64];
const FLOATS: [MachineType; 2] = [MachineType::F32, MachineType::F64];
const TARGETS: [&str; 5] = ["native", "x86-64-v2", "x86-64-v3", "x86-64-v4", "aarch64"];

/// Appends instructions and keeps what they give, stored so that nothing can be left out.
struct Everything<'a> {
    builder: Builder<'a>,
    memory: Value,
}

impl Everything<'_> {
    fn keep(&mut self, kind: InstKind) {
        let region = self.builder.function.region(RegionKind::Argument(0));
        for value in self.builder.push(kind).to_vec() {
            self.builder.effect(InstKind::Store { value, address: self.memory, offset: 0, region });
        }
    }

    fn load(&mut self, ty: MachineType) -> Value {
        let region = self.builder.function.region(RegionKind::Argument(0));
        self.builder.value(InstKind::Load { ty, address: self.memory, offset: 8, region })
    }

    fn integers(&mut self) {
        let ops = [
            BinaryOp::Iadd,
            BinaryOp::Isub,
            BinaryOp::Imul,
            BinaryOp::SdivFloor,
            BinaryOp::SmodFloor,
            BinaryOp::Udiv,
            BinaryOp::Urem,
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
        ];
        let compares = [
            IntCompare::Eq,
            IntCompare::Ne,
            IntCompare::Slt,
            IntCompare::Sle,
            IntCompare::Sgt,
            IntCompare::Sge,
            IntCompare::Ult,
            IntCompare::Ule,
            IntCompare::Ugt,
            IntCompare::Uge,
        ];
        for ty in INTEGERS {
            let (a, b) = (self.load(ty), self.load(ty));
            let constants = [-3, -1, 1, 3, 8].map(|value| self.builder.int(ty, value));
            for op in ops {
                self.keep(InstKind::Binary(op, a, b));
                for constant in constants {
                    self.keep(InstKind::Binary(op, a, constant));
                }
            }
            for op in compares {
                self.keep(InstKind::IntCompare(op, a, b));
            }
            self.keep(InstKind::Unary(UnaryOp::Ineg, a));
            self.keep(InstKind::Unary(UnaryOp::Inot, a));
        }
    }

    fn floats(&mut self) {
        let ops = [BinaryOp::Fadd, BinaryOp::Fsub, BinaryOp::Fmul, BinaryOp::Fdiv, BinaryOp::Fcopysign];
        let unary = [
            UnaryOp::Fneg,
            UnaryOp::Fabs,
            UnaryOp::Fsqrt,
            UnaryOp::Ffloor,
            UnaryOp::Fceil,
            UnaryOp::Ftrunc,
            UnaryOp::Fnearest,
        ];
        let compares = [
            FloatCompare::Eq,
            FloatCompare::Ne,
            FloatCompare::Lt,
            FloatCompare::Le,
            FloatCompare::Gt,
            FloatCompare::Ge,
        ];
        for ty in FLOATS {
            let (a, b) = (self.load(ty), self.load(ty));
            ops.into_iter().for_each(|op| self.keep(InstKind::Binary(op, a, b)));
            unary.into_iter().for_each(|op| self.keep(InstKind::Unary(op, a)));
            compares.into_iter().for_each(|op| self.keep(InstKind::FloatCompare(op, a, b)));
            self.keep(InstKind::Convert(ConvertOp::FloatToSigned, a, MachineType::I64));
            self.keep(InstKind::Convert(ConvertOp::FloatToUnsigned, a, MachineType::I64));
        }
        let constants =
            [Constant::F32(1.5_f32.to_bits()), Constant::F64(0.1_f64.to_bits()), Constant::F64(0)];
        constants.into_iter().for_each(|constant| self.keep(InstKind::Const(constant)));
    }

    fn conversions(&mut self) {
        let single = self.load(MachineType::F32);
        let double = self.load(MachineType::F64);
        self.keep(InstKind::Convert(ConvertOp::Promote, single, MachineType::F64));
        self.keep(InstKind::Convert(ConvertOp::Demote, double, MachineType::F32));
        self.keep(InstKind::Convert(ConvertOp::Bitcast, single, MachineType::I32));
        self.keep(InstKind::Convert(ConvertOp::Bitcast, double, MachineType::I64));
        let widths = [MachineType::I1, MachineType::I8, MachineType::I16, MachineType::I32, MachineType::I64];
        for (position, narrow) in widths.into_iter().enumerate() {
            let value = self.load(narrow);
            for to in FLOATS {
                self.keep(InstKind::Convert(ConvertOp::UnsignedToFloat, value, to));
                self.keep(InstKind::Convert(ConvertOp::SignedToFloat, value, to));
            }
            for wide in &widths[position + 1..] {
                let big = self.load(*wide);
                self.keep(InstKind::Convert(ConvertOp::SignExtend, value, *wide));
                self.keep(InstKind::Convert(ConvertOp::ZeroExtend, value, *wide));
                self.keep(InstKind::Convert(ConvertOp::Truncate, big, narrow));
            }
        }
    }

    fn selects_and_memory(&mut self) {
        let condition = self.load(MachineType::I1);
        for ty in MachineType::ALL {
            let (then, otherwise) = (self.load(*ty), self.load(*ty));
            self.keep(InstKind::Select { condition, then, otherwise });
        }
        let slot = self.builder.function.slots.push(SlotData { size_bytes: 40 });
        self.keep(InstKind::SlotAddress(slot));
        let offset = self.load(MachineType::I64);
        self.keep(InstKind::PtrAdd { base: self.memory, offset });
    }

    fn raising(&mut self) {
        let (index, length) = (self.load(MachineType::I64), self.load(MachineType::I64));
        self.keep(InstKind::CheckBounds { index, length, axis: 1, wrap: true });
        self.keep(InstKind::CheckBounds { index, length, axis: 1, wrap: false });
        let condition = self.load(MachineType::I1);
        let error = self.builder.function.error(ExceptionClass::ValueError, "bad");
        self.keep(InstKind::Check { condition, error });
        self.keep(InstKind::Safepoint);
        self.keep(InstKind::CheckStack);
    }

    fn calls(&mut self) {
        for (symbol, parameters, results) in [
            ("elsewhere", MachineType::ALL.to_vec(), MachineType::ALL.to_vec()),
            ("everything", vec![MachineType::Ptr], vec![MachineType::I64]),
            ("everything.body", Vec::new(), Vec::new()),
        ] {
            let arguments: Vec<Value> = parameters.iter().map(|ty| self.load(*ty)).collect();
            let callee = CalleeData { symbol: symbol.to_owned(), parameters, results, is_placeless: false };
            let callee = self.builder.function.callee(callee);
            self.keep(InstKind::FunctionAddress(callee));
            if symbol != "everything.body" {
                self.keep(InstKind::Call { callee, arguments });
            }
        }
        for function in RuntimeFunction::ALL {
            let arguments = function.parameters().iter().map(|ty| self.load(*ty)).collect();
            self.keep(InstKind::CallRuntime { function: *function, arguments });
        }
    }
}

/// A function with every instruction and terminator, in a protected block, and a parallel body.
fn everything() -> Module {
    let mut function = Function::new("everything", &[MachineType::Ptr], &[MachineType::I64]);
    let memory = function.parameters()[0];
    let body = function.add_block();
    let unwind = function.add_block();
    function.blocks[body].unwind = Some(unwind);
    let mut builder = Builder::at_entry(&mut function);
    builder.jump(body, &[]);
    builder.switch_to(body);
    let mut everything = Everything { builder, memory };
    everything.integers();
    everything.floats();
    everything.conversions();
    everything.selects_and_memory();
    everything.raising();
    everything.calls();
    let condition = everything.load(MachineType::I1);
    let result = everything.load(MachineType::I64);
    let mut builder = everything.builder;
    let (raise, done) = (builder.add_block(), builder.add_block());
    let passed = builder.function.add_parameter(done, MachineType::I64);
    let (then, otherwise) = (BlockCall::new(raise, Vec::new()), BlockCall::new(done, vec![result]));
    builder.terminate(Terminator::Branch { condition, then, otherwise });
    builder.switch_to(raise);
    let error = builder.function.error(ExceptionClass::KeyError, "{0}, {1}, {2}, {3}");
    builder.terminate(Terminator::Raise { error, payload: vec![result; 4] });
    builder.switch_to(done);
    builder.terminate(Terminator::Return(vec![passed]));
    builder.switch_to(unwind);
    builder.push(InstKind::CallRuntime { function: RuntimeFunction::Release, arguments: vec![memory] });
    builder.terminate(Terminator::Reraise);
    function.phase = Phase::Outlined;
    Module { functions: vec![function, parallel_body()] }
}

fn parallel_body() -> Function {
    let pointers = [MachineType::I64, MachineType::I64, MachineType::Ptr, MachineType::Ptr];
    let mut body = Function::new("everything.body", &pointers, &[]);
    body.is_parallel_body = true;
    body.phase = Phase::Outlined;
    let mut builder = Builder::at_entry(&mut body);
    builder.effect(InstKind::Safepoint);
    builder.terminate(Terminator::Return(Vec::new()));
    body
}

fn parse(bytes: &[u8]) -> ElfFile64<'_> {
    ElfFile64::parse(bytes).unwrap()
}

/// The kinds of ELF relocations that a section's contents need.
fn relocation_types(file: &ElfFile64<'_>, section: &str) -> BTreeSet<u32> {
    let Some(section) = file.section_by_name(section) else { return BTreeSet::new() };
    let types = section.relocations().map(|(_, relocation)| match relocation.flags() {
        RelocationFlags::Elf { r_type } => r_type.0,
        other => panic!("not of ELF: {other:?}"),
    });
    types.collect()
}

#[test]
fn code_can_lie_anywhere() {
    let module = everything();
    for name in TARGETS {
        let target = Target::from_name(name).unwrap();
        let object = compile(module.clone(), &target, &Options { verify: true })
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let file = parse(&object.bytes);
        let is_arm = file.architecture() == object::Architecture::Aarch64;
        // PC32 and PLT32; CALL26, ADR_PREL_PG_HI21 and ADD_ABS_LO12_NC.
        let allowed = BTreeSet::from(if is_arm { [283, 275, 277] } else { [2, 4, 4] });
        let text = relocation_types(&file, ".text");
        assert!(!text.is_empty() && text.is_subset(&allowed), "{name}: {text:?}");
        let absolute = BTreeSet::from([if is_arm { 257 } else { 1 }]);
        assert_eq!(relocation_types(&file, ".data"), absolute, "{name}");
        assert_eq!(relocation_types(&file, ".eh_frame"), absolute, "{name}");
        let relocated = [".text", ".data", ".eh_frame"];
        for section in file.sections().filter(|section| !relocated.contains(&section.name().unwrap())) {
            assert_eq!(section.relocations().count(), 0, "{name}: {:?}", section.name());
        }
    }
}

#[test]
fn the_import_table_names_everything_outside() {
    let target = Target::from_name("x86-64-v3").unwrap();
    let object = compile(everything(), &target, &Options { verify: true }).unwrap();
    let file = parse(&object.bytes);
    let undefined: BTreeSet<&str> = file
        .symbols()
        .filter(|symbol| symbol.is_undefined())
        .map(|symbol| symbol.name().unwrap())
        .filter(|name| !name.is_empty())
        .collect();
    assert_eq!(undefined, object.imports.iter().map(String::as_str).collect());
    let runtime = RuntimeFunction::ALL.iter().map(|function| function.symbol());
    assert_eq!(undefined, runtime.chain(["hl_self", "elsewhere"]).collect());
    let data = file.section_by_name(".data").unwrap();
    assert_eq!(data.size(), 8 * object.imports.len() as u64);
    for (slot, (offset, relocation)) in data.relocations().enumerate() {
        assert_eq!((offset, relocation.addend()), (8 * slot as u64, 0));
        let RelocationTarget::Symbol(symbol) = relocation.target() else { panic!("a symbol") };
        assert_eq!(file.symbol_by_index(symbol).unwrap().name().unwrap(), object.imports[slot]);
    }
}

#[test]
fn only_the_function_asked_for_is_visible() {
    let target = Target::from_name("native").unwrap();
    let object = compile(everything(), &target, &Options::default()).unwrap();
    let file = parse(&object.bytes);
    let visible: BTreeSet<&str> = file
        .symbols()
        .filter(|symbol| symbol.is_definition() && symbol.is_global())
        .map(|symbol| symbol.name().unwrap())
        .collect();
    assert_eq!(visible, BTreeSet::from(["everything", "everything$entry"]));
    let local = |name: &str| file.symbols().any(|symbol| symbol.name() == Ok(name) && symbol.is_local());
    assert!(["everything.body", "hl_imports", "hl_interrupt"].into_iter().all(local));
}

#[test]
fn a_function_that_needs_nothing_imports_nothing() {
    let mut function = Function::new("nothing", &[], &[]);
    Builder::at_entry(&mut function).terminate(Terminator::Return(Vec::new()));
    function.phase = Phase::Outlined;
    let target = Target::from_name("native").unwrap();
    let object = compile(Module { functions: vec![function] }, &target, &Options { verify: true }).unwrap();
    let file = parse(&object.bytes);
    assert!(file.section_by_name(".data").is_none());
    assert!(object.imports.is_empty() && object.sites.is_empty() && object.remarks.is_empty());
}

#[test]
fn texts_name_the_symbols() {
    let module = everything();
    for name in TARGETS {
        let target = Target::from_name(name).unwrap();
        let clif = clif_text(&module, &target).unwrap();
        assert!(clif.contains("function %everything(i64, i64, i64) -> i32 system_v"), "{name}");
        assert!(clif.contains("hl_self") && clif.contains("preserve_all"), "{name}");
        let assembly = disassembly(&module, &target, &|_| String::new()).unwrap();
        for part in
            ["everything: ;", "everything.body: ;", "everything$entry: ;", "hl_interrupt: ;", "%hl_imports"]
        {
            assert!(assembly.contains(part), "{part} for {name}");
        }
    }
}

#[test]
fn a_module_that_is_not_ready_is_refused() {
    let target = Target::from_name("native").unwrap();
    for phase in [Phase::Lowered, Phase::Optimised] {
        let mut function = Function::new("early", &[], &[]);
        function.phase = phase;
        let module = Module { functions: vec![function] };
        let refused = CodegenError::Phase { function: "early".to_owned(), phase };
        assert_eq!(compile(module.clone(), &target, &Options::default()).unwrap_err(), refused);
        assert_eq!(clif_text(&module, &target).unwrap_err(), refused);
    }
}

#[test]
fn two_functions_of_one_name_are_refused() {
    let mut module = everything();
    module.functions[1].name = "everything".to_owned();
    let target = Target::from_name("native").unwrap();
    assert!(matches!(compile(module.clone(), &target, &Options::default()), Err(CodegenError::Object(_))));
}
