//! What is not understood is refused, with a message that says what it is.
#![cfg(target_arch = "x86_64")]

mod common;

use common::{Builder, CRANELIFT_AARCH64_OBJECT, CRANELIFT_OBJECT, no_imports};
use hotloop_loader::{LoadError, RelocationFault, SectionFault, SymbolFault, load};
use object::elf::{
    R_X86_64_64, R_X86_64_GOTPCREL, R_X86_64_NONE, R_X86_64_PC32, R_X86_64_TPOFF32, SHF_ALLOC,
    SHF_COMPRESSED, SHF_EXECINSTR, SHF_TLS, SHF_WRITE, SHT_CREL, SHT_INIT_ARRAY, SHT_NOBITS, SHT_NOTE,
    SHT_PROGBITS, SHT_X86_64_UNWIND, SectionFlags as ElfFlags, SectionType,
};
use object::write::StandardSection::{Data, Text, UninitializedData};
use object::write::{Relocation, SymbolSection};
use object::{Architecture, Endianness, RelocationFlags, SectionFlags, SectionKind, SymbolKind};

fn refusal(object: &[u8]) -> LoadError {
    load(object, &no_imports).expect_err("the object must be refused")
}

fn message(builder: &Builder) -> String {
    refusal(&builder.bytes()).to_string()
}

#[test]
fn bytes_that_are_no_object() {
    for bytes in [&b""[..], b"\x7fELF", b"#!/bin/sh\n echo not an object at all", &[0; 4096]] {
        assert!(matches!(refusal(bytes), LoadError::NotElf64), "{bytes:?}");
    }
    let narrow = Builder::for_machine(Architecture::I386, Endianness::Little);
    assert!(matches!(refusal(&narrow.bytes()), LoadError::NotElf64));
}

#[test]
fn objects_for_other_machines() {
    let error = refusal(CRANELIFT_AARCH64_OBJECT);
    assert!(matches!(error, LoadError::OtherArchitecture { machine: 183 }));
    assert_eq!(error.to_string(), "the object is for another kind of machine (ELF number 183)");
    let big = Builder::for_machine(Architecture::Aarch64, Endianness::Big);
    let error = refusal(&big.bytes());
    assert!(matches!(error, LoadError::OtherEndianness));
    assert_eq!(error.to_string(), "the object is for a machine of the other byte order");
}

#[test]
fn programs_and_libraries() {
    for file_type in [2, 3, 4] {
        let mut bytes = CRANELIFT_OBJECT.to_vec();
        bytes[16] = file_type;
        let expected = u16::from(file_type);
        assert!(matches!(refusal(&bytes), LoadError::NotRelocatable { file_type } if file_type == expected));
    }
    // The program that runs this test is an ELF file, too.
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    assert!(matches!(refusal(&program), LoadError::NotRelocatable { .. }));
}

#[test]
fn unresolved_names_are_listed() {
    let mut builder = Builder::new();
    builder.define(Data, "table", &[0; 24]);
    builder.import("unused");
    for (offset, name) in [(0, "exp"), (8, "known"), (16, "log")] {
        let symbol = builder.import(name);
        builder.relocate(Data, offset, R_X86_64_64, symbol, 0);
    }
    let resolver = |name: &str| (name == "known").then_some(std::ptr::null());
    let error = load(&builder.bytes(), &resolver).unwrap_err();
    assert_eq!(error.to_string(), "unresolved: `exp`, `log`");
    assert!(matches!(error, LoadError::Unresolved { names } if names == ["exp", "log"]));
}

#[test]
fn unknown_relocations() {
    for kind in [R_X86_64_NONE, R_X86_64_GOTPCREL, R_X86_64_TPOFF32] {
        let mut builder = Builder::new();
        let function = builder.function("function", &[0xc3; 8]);
        builder.relocate(Text, 2, kind, function, 0);
        let error = refusal(&builder.bytes());
        let LoadError::Relocation { section, offset: 2, fault } = error else { panic!("{error}") };
        assert_eq!(
            (section.as_str(), fault),
            (".text", RelocationFault::UnknownType { relocation_type: kind.0 })
        );
    }
    let mut builder = Builder::new();
    let function = builder.function("function", &[0xc3; 8]);
    builder.relocate(Text, 2, R_X86_64_GOTPCREL, function, 0);
    assert_eq!(message(&builder), "cannot relocate `.text` at 0x2: unknown relocation type 9");
}

#[test]
fn relocations_outside_their_section() {
    for (offset, is_inside) in
        [(0, true), (8, true), (9, false), (15, false), (16, false), (u64::MAX, false), (u64::MAX - 6, false)]
    {
        let mut builder = Builder::new();
        let data = builder.define(Data, "data", &[0; 16]);
        builder.relocate(Data, offset, R_X86_64_64, data, 0);
        match load(&builder.bytes(), &no_imports) {
            Ok(_) => assert!(is_inside, "{offset}"),
            Err(LoadError::Relocation { fault: RelocationFault::OutsideSection, .. }) => assert!(!is_inside),
            Err(error) => panic!("{offset}: {error}"),
        }
    }
    let mut builder = Builder::new();
    let zeros = builder.standard(UninitializedData);
    builder.object.append_section_bss(zeros, 4, 1);
    let zero = builder.symbol("zero", zeros, 0, 4);
    builder.relocate(UninitializedData, 0, R_X86_64_64, zero, 0);
    assert_eq!(message(&builder), "cannot relocate `.bss` at 0x0: the place is outside the section");
}

#[test]
fn relocations_against_nothing() {
    let mut builder = Builder::new();
    builder.function("function", &[0xc3; 8]);
    let debug = builder.section(".debug_info", SectionKind::Debug, b"notes");
    let note = builder.symbol("note", debug, 0, 1);
    builder.relocate(Text, 0, R_X86_64_PC32, note, 0);
    let error = refusal(&builder.bytes());
    assert!(
        matches!(error, LoadError::Relocation { fault: RelocationFault::NoSymbol { .. }, .. }),
        "{error}"
    );
}

#[test]
fn symbols_too_far_away() {
    let mut builder = Builder::new();
    let import = builder.import("far");
    builder.function("function", &[0xc3; 8]);
    builder.relocate(Text, 0, R_X86_64_PC32, import, 0);
    let error = load(&builder.bytes(), &|_: &str| Some(std::ptr::null())).unwrap_err();
    assert_eq!(error.to_string(), "cannot relocate `.text` at 0x0: `far` is too far away");
}

/// A debugger's sections stay out of memory, and their relocations with them.
#[test]
fn debug_sections_are_left_out() {
    let mut builder = Builder::new();
    let function = builder.function("function", &[0xc3; 8]);
    let debug = builder.section(".debug_info", SectionKind::Debug, &[0; 16]);
    builder.symbol("note", debug, 3, 1);
    let flags = RelocationFlags::Elf { r_type: R_X86_64_TPOFF32 };
    let relocation = Relocation { offset: 1_000_000, symbol: function, addend: 0, flags };
    builder.object.add_relocation(debug, relocation).unwrap();
    let image = load(&builder.bytes(), &no_imports).unwrap();
    assert_eq!(image.symbols().map(|symbol| symbol.name).collect::<Vec<_>>(), ["function"]);
}

/// An object with one section of any type and flags.
fn with_section(section_type: SectionType, flags: &[ElfFlags]) -> LoadError {
    let mut builder = Builder::new();
    builder.function("function", &[0xc3]);
    let section = builder.section(".special", SectionKind::ReadOnlyData, &[0; 64]);
    let sh_flags = ElfFlags(flags.iter().fold(0, |all, flag| all | flag.0));
    builder.object.section_mut(section).flags = SectionFlags::Elf { sh_type: section_type, sh_flags };
    match load(&builder.bytes(), &no_imports) {
        Err(error) => error,
        Ok(image) => panic!("loaded {image:?}"),
    }
}

#[test]
fn unknown_sections() {
    let unknown = [
        (SHT_INIT_ARRAY, &[SHF_ALLOC, SHF_WRITE][..]),
        (SHT_NOTE, &[SHF_ALLOC]),
        (SHT_NOBITS, &[SHF_ALLOC, SHF_EXECINSTR]),
        (SHT_X86_64_UNWIND, &[SHF_ALLOC, SHF_WRITE]),
        (SHT_CREL, &[]),
        (SectionType(0x6fff_4c04), &[]),
    ];
    for (section_type, flags) in unknown {
        let error = with_section(section_type, flags);
        let LoadError::Section { section, fault } = error else { panic!("{error}") };
        assert_eq!(section, ".special");
        assert_eq!(fault, SectionFault::UnknownType { section_type: section_type.0 });
    }
    let error = with_section(SHT_INIT_ARRAY, &[SHF_ALLOC, SHF_WRITE]);
    assert_eq!(error.to_string(), "cannot load section `.special`: unknown section type 0xe");
}

#[test]
fn sections_with_forbidden_flags() {
    let forbidden = [
        (&[SHF_WRITE, SHF_EXECINSTR], SectionFault::WritableAndExecutable),
        (&[SHF_WRITE, SHF_TLS], SectionFault::ThreadLocal),
        (&[SHF_WRITE, SHF_COMPRESSED], SectionFault::Compressed),
    ];
    for (flags, expected) in forbidden {
        let error = with_section(SHT_PROGBITS, &[&flags[..], &[SHF_ALLOC]].concat());
        assert!(matches!(error, LoadError::Section { fault, .. } if fault == expected), "{error}");
    }
}

#[test]
fn alignments() {
    // The field of `.data`, the first section behind the null section.
    const FIELD: usize = 0x380 + 64 + 48;
    let mut object = CRANELIFT_OBJECT.to_vec();
    assert_eq!(object[FIELD..FIELD + 8], 8_u64.to_le_bytes());
    for (alignment, is_supported) in
        [(0, true), (1, true), (64, true), (4096, true), (3, false), (8192, false), (1 << 63, false)]
    {
        object[FIELD..FIELD + 8].copy_from_slice(&u64::to_le_bytes(alignment));
        match load(&object, &|_: &str| Some(std::ptr::null())) {
            Ok(_) => assert!(is_supported, "{alignment}"),
            Err(LoadError::Section { fault, .. }) => {
                assert!(!is_supported, "{alignment}");
                assert_eq!(fault, SectionFault::Alignment { alignment });
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn sizes() {
    for size in [1 << 30, 1 << 40, u64::MAX >> 1] {
        let mut builder = Builder::new();
        let zeros = builder.standard(UninitializedData);
        builder.object.append_section_bss(zeros, size, 64);
        builder.function("function", &[0xc3]);
        assert!(matches!(refusal(&builder.bytes()), LoadError::TooLarge), "{size}");
    }
}

#[test]
fn symbols_without_a_place() {
    let with_symbol = |value, size, kind, section| {
        let mut builder = Builder::new();
        builder.function("function", &[0xc3]);
        builder.any_symbol("strange", value, size, kind, section);
        match refusal(&builder.bytes()) {
            LoadError::Symbol { symbol, fault } if symbol == "strange" => fault,
            error => panic!("{error}"),
        }
    };
    assert_eq!(with_symbol(8, 8, SymbolKind::Data, SymbolSection::Common), SymbolFault::Common);
    assert_eq!(with_symbol(0, 0, SymbolKind::Tls, SymbolSection::Undefined), SymbolFault::ThreadLocal);
    assert_eq!(with_symbol(5, 0, SymbolKind::Data, SymbolSection::Absolute), SymbolFault::Absolute);
    let mut builder = Builder::new();
    builder.any_symbol("strange", 8, 8, SymbolKind::Data, SymbolSection::Common);
    assert_eq!(message(&builder), "cannot place symbol `strange`: common symbols are not supported");
}

#[test]
fn symbols_beyond_their_section() {
    for (value, size, is_inside) in
        [(0, 16, true), (16, 0, true), (1, 16, false), (17, 0, false), (u64::MAX, 2, false)]
    {
        let mut builder = Builder::new();
        let data = builder.section(".data", SectionKind::Data, &[0; 16]);
        builder.symbol("symbol", data, value, size);
        match load(&builder.bytes(), &no_imports) {
            Ok(_) => assert!(is_inside, "{value} {size}"),
            Err(LoadError::Symbol { fault: SymbolFault::OutsideSection, .. }) => assert!(!is_inside),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn names_defined_twice() {
    let mut builder = Builder::new();
    builder.function("twice", &[0xc3]);
    builder.function("twice", &[0xc3]);
    assert_eq!(message(&builder), "cannot place symbol `twice`: the name is defined twice");
}

#[test]
fn broken_unwind_tables() {
    let mut builder = Builder::new();
    builder.function("function", &[0xc3]);
    builder.section(".eh_frame", SectionKind::ReadOnlyData, &[8, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4]);
    let error = message(&builder);
    assert_eq!(error, "broken unwind table at 0x8: a frame description without its common part");
}

#[test]
fn an_object_of_nothing_loads() {
    let image = load(&Builder::new().bytes(), &no_imports).unwrap();
    assert!(image.text_range().is_empty());
    assert_eq!(image.symbols().count(), 0);
}
