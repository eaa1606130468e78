//! Loads objects and runs what is in them.
#![cfg(all(target_arch = "x86_64", target_os = "linux"))]
#![allow(unsafe_code)] // Calls loaded code.

mod common;

use std::cell::RefCell;
use std::ffi::{c_int, c_void};

use common::{Builder, CRANELIFT_OBJECT, no_imports};
use hotloop_loader::{Image, Symbol, SymbolKind, load, place};
use object::elf::{R_X86_64_64, R_X86_64_PC32, R_X86_64_PLT32};
use object::write::StandardSection::{Data, ReadOnlyData, Text, UninitializedData};

type Function0 = extern "C" fn() -> i64;
type Function1 = extern "C" fn(i64) -> i64;

fn function0(image: &Image, name: &str) -> Function0 {
    // SAFETY: the tests give such functions this type, and call them only while the image lives.
    unsafe { std::mem::transmute(image.symbol(name).unwrap()) }
}

fn function1(image: &Image, name: &str) -> Function1 {
    // SAFETY: as above.
    unsafe { std::mem::transmute(image.symbol(name).unwrap()) }
}

/// `mov eax, N; ret`
fn returning(value: u8) -> [u8; 6] {
    [0xb8, value, 0, 0, 0, 0xc3]
}

/// `sub rsp, 8; call [rip + table]; add rsp, 8; ret`, with the field to relocate at offset 6.
const CALL_THROUGH_TABLE: [u8; 15] = [0x48, 0x83, 0xec, 8, 0xff, 0x15, 0, 0, 0, 0, 0x48, 0x83, 0xc4, 8, 0xc3];
const TABLE_FIELD: u64 = 6;

#[test]
fn a_function_returns() {
    let mut builder = Builder::new();
    builder.function("answer", &returning(42));
    let image = load(&builder.bytes(), &no_imports).unwrap();
    assert_eq!(function0(&image, "answer")(), 42);
    assert_eq!(image.symbol("question"), None);
    assert!(image.text_range().contains(&image.symbol("answer").unwrap()));
    assert_eq!(image.text_range().end.addr() - image.text_range().start.addr(), 6);
}

/// The bytes may start anywhere, as a part of a longer file does.
#[test]
fn the_object_need_not_be_aligned() {
    let mut builder = Builder::new();
    builder.function("answer", &returning(42));
    let bytes = builder.bytes();
    for shift in 0..16 {
        let shifted = [&vec![0; shift][..], &bytes].concat();
        let image = load(&shifted[shift..], &no_imports).unwrap();
        assert_eq!(function0(&image, "answer")(), 42);
    }
}

#[test]
fn functions_call_each_other() {
    let mut builder = Builder::new();
    let first = builder.function("first", &returning(1));
    for (name, kind) in [("by_plt32", R_X86_64_PLT32), ("by_pc32", R_X86_64_PC32)] {
        // sub rsp, 8; call first; add eax, 6; add rsp, 8; ret
        let code = [0x48, 0x83, 0xec, 8, 0xe8, 0, 0, 0, 0, 0x83, 0xc0, 6, 0x48, 0x83, 0xc4, 8, 0xc3];
        let caller = builder.function(name, &code);
        builder.relocate(Text, builder.offset_of(caller) + 5, kind, first, -4);
    }
    let image = load(&builder.bytes(), &no_imports).unwrap();
    assert_eq!(function0(&image, "by_plt32")(), 7);
    assert_eq!(function0(&image, "by_pc32")(), 7);
}

#[test]
fn constants_data_and_zeros() {
    let mut builder = Builder::new();
    builder.define(ReadOnlyData, "padding", &[0xee; 5]);
    let constant = builder.define(ReadOnlyData, "constant", &1000_i64.to_le_bytes());
    let counter = builder.define(Data, "counter", &30_i64.to_le_bytes());
    let zeros = builder.standard(UninitializedData);
    let offset = builder.object.append_section_bss(zeros, 10_000, 64);
    let zero = builder.symbol("zero", zeros, offset + 9_992, 8);
    // inc qword [counter]; mov rax, [constant]; add rax, [counter]; add rax, [zero]; ret
    let code = [
        0x48, 0xff, 0x05, 0, 0, 0, 0, //
        0x48, 0x8b, 0x05, 0, 0, 0, 0, //
        0x48, 0x03, 0x05, 0, 0, 0, 0, //
        0x48, 0x03, 0x05, 0, 0, 0, 0, 0xc3,
    ];
    builder.function("sum", &code);
    for (offset, symbol) in [(3, counter), (10, constant), (17, counter), (24, zero)] {
        builder.relocate(Text, offset, R_X86_64_PC32, symbol, -4);
    }
    let image = load(&builder.bytes(), &no_imports).unwrap();
    let sum = function0(&image, "sum");
    assert_eq!([sum(), sum(), sum()], [1031, 1032, 1033]);

    let again = load(&builder.bytes(), &no_imports).unwrap();
    assert_eq!(function0(&again, "sum")(), 1031, "each image has data of its own");
    let kinds: Vec<_> =
        image.symbols().map(|Symbol { name, kind, size_bytes, .. }| (name, kind, size_bytes)).collect();
    let expected = [
        ("constant", SymbolKind::Constant, 8),
        ("counter", SymbolKind::Data, 8),
        ("padding", SymbolKind::Constant, 5),
        ("sum", SymbolKind::Function, code.len()),
        ("zero", SymbolKind::Data, 8),
    ];
    assert_eq!(kinds, expected);
    assert_eq!(image.symbol("zero").unwrap().addr() % 64, 9_992 % 64, "alignment is kept");
}

extern "C" fn host_function() -> i64 {
    77
}

#[test]
fn imports_are_called_through_a_table() {
    let mut builder = Builder::new();
    let host = builder.import("host_function");
    let table = builder.define(Data, "import_table", &[0; 16]);
    builder.relocate(Data, 8, R_X86_64_64, host, 0);
    builder.function("caller", &CALL_THROUGH_TABLE);
    builder.relocate(Text, TABLE_FIELD, R_X86_64_PC32, table, 8 - 4);
    let asked = RefCell::new(Vec::new());
    let resolver = |name: &str| {
        asked.borrow_mut().push(name.to_owned());
        Some(host_function as *const u8)
    };
    let image = load(&builder.bytes(), &resolver).unwrap();
    assert_eq!(function0(&image, "caller")(), 77);
    assert_eq!(*asked.borrow(), ["host_function"]);
}

#[test]
fn addends_are_added() {
    let mut builder = Builder::new();
    let host = builder.import("host");
    let own = builder.define(Data, "pointers", &[0; 24]);
    for (offset, symbol, addend) in [(0, host, 5), (8, host, -5), (16, own, 16)] {
        builder.relocate(Data, offset, R_X86_64_64, symbol, addend);
    }
    let image = load(&builder.bytes(), &|_: &str| Some(std::ptr::without_provenance(1000))).unwrap();
    let pointers = image.symbol("pointers").unwrap().cast::<[usize; 3]>();
    // SAFETY: the image defines 24 bytes there, aligned to 16, and lives.
    assert_eq!(unsafe { *pointers }, [1005, 995, pointers.addr() + 16]);
}

/// Two objects that call each other: placed first, then linked against each other's addresses.
#[test]
fn a_cycle_of_two_objects() {
    /// `even(n) = n == 0 ? 1 : odd(n - 1)`, and `odd` with 0 and `even`.
    fn half(own: &str, other: &str, at_zero: u8) -> Vec<u8> {
        let mut builder = Builder::new();
        let other = builder.import(other);
        let table = builder.define(Data, "import_table", &[0; 8]);
        builder.relocate(Data, 0, R_X86_64_64, other, 0);
        // mov eax, at_zero; test rdi, rdi; jz end; dec rdi; jmp [table]; end: ret
        let code = [
            0xb8, at_zero, 0, 0, 0, 0x48, 0x85, 0xff, 0x74, 9, 0x48, 0xff, 0xcf, 0xff, 0x25, 0, 0, 0, 0, 0xc3,
        ];
        builder.function(own, &code);
        builder.relocate(Text, 15, R_X86_64_PC32, table, -4);
        builder.bytes()
    }
    let (even, odd) = (half("even", "odd", 1), half("odd", "even", 0));
    let (even, odd) = (place(&even).unwrap(), place(&odd).unwrap());
    assert_eq!(even.imports().collect::<Vec<_>>(), ["odd"]);
    let (even_address, odd_address) = (even.symbol("even"), odd.symbol("odd"));
    let even = even.link(&|name: &str| odd_address.filter(|_| name == "odd")).unwrap();
    let odd = odd.link(&|name: &str| even_address.filter(|_| name == "even")).unwrap();
    assert_eq!(even.symbol("even"), even_address);
    assert_eq!(function1(&even, "even")(10), 1);
    assert_eq!(function1(&odd, "odd")(10), 0);
    assert_eq!(function1(&odd, "odd")(1_000_001), 1);
}

#[test]
fn images_run_on_other_threads() {
    let mut builder = Builder::new();
    builder.function("answer", &returning(42));
    let image = load(&builder.bytes(), &no_imports).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(function0(&image, "answer")(), 42));
        }
    });
    std::thread::spawn(move || drop(image)).join().unwrap();
}

thread_local! {
    /// The instruction addresses of the frames above the last call of [`host_add`].
    static FRAMES: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

unsafe extern "C" {
    /// libgcc's walk over the stack, as panics and backtraces do it.
    fn _Unwind_Backtrace(
        visit: extern "C" fn(*mut c_void, *mut c_void) -> c_int,
        argument: *mut c_void,
    ) -> c_int;
    fn _Unwind_GetIP(context: *mut c_void) -> usize;
}

extern "C" fn note_frame(context: *mut c_void, _: *mut c_void) -> c_int {
    // SAFETY: libgcc hands out its context.
    let address = unsafe { _Unwind_GetIP(context) };
    FRAMES.with_borrow_mut(|frames| frames.push(address));
    0
}

extern "C" fn host_add(a: i64, b: i64) -> i64 {
    FRAMES.with_borrow_mut(Vec::clear);
    // SAFETY: the callback has the right type and does not unwind.
    unsafe { _Unwind_Backtrace(note_frame, std::ptr::null_mut()) };
    a + b
}

#[test]
fn what_cranelift_emits_runs_and_unwinds() {
    let mut counter = 0_i64;
    let counter_address = &raw mut counter;
    let resolver = |name: &str| match name {
        "host_add" => Some(host_add as *const u8),
        "host_counter" => Some(counter_address.cast_const().cast()),
        _ => None,
    };
    let image = load(CRANELIFT_OBJECT, &resolver).unwrap();
    let entry = function1(&image, "entry");
    assert_eq!([entry(0), entry(1), entry(7)], [102, 205, 312]);
    // SAFETY: only loaded code wrote to it, and it has returned.
    assert_eq!(unsafe { counter_address.read() }, 3);

    let frames = FRAMES.take();
    let text = image.text_range();
    let inside = frames.iter().position(|&frame| (text.start.addr()..text.end.addr()).contains(&frame));
    let inside = inside.expect("the walk reaches the loaded function");
    assert!(frames.len() > inside + 3, "and goes on behind it: {frames:x?}");
    drop(image);
    std::panic::catch_unwind(|| std::panic::resume_unwind(Box::new(1))).unwrap_err();
}

/// Registrations and mappings are given back: unwinding works while images come and go on other threads.
#[test]
fn images_come_and_go_while_others_unwind() {
    let resolver =
        |name: &str| (name == "host_add").then_some(host_add as *const u8).or(Some(std::ptr::null()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..500 {
                    drop(load(CRANELIFT_OBJECT, &resolver).unwrap());
                }
            });
        }
        scope.spawn(|| {
            for _ in 0..500 {
                std::panic::catch_unwind(|| std::panic::resume_unwind(Box::new(1))).unwrap_err();
            }
        });
    });
}

/// Prints what loading takes. Not run by default: a busy machine's clock proves nothing.
#[test]
#[ignore = "a measurement, not a test"]
fn load_time() {
    let resolver = |_: &str| Some(host_add as *const u8);
    let mut times: Vec<_> = (0..5_000)
        .map(|_| {
            let start = std::time::Instant::now();
            let image = load(CRANELIFT_OBJECT, &resolver).unwrap();
            let elapsed = start.elapsed();
            drop(image);
            elapsed
        })
        .collect();
    times.sort_unstable();
    println!("load: minimum {:?}, median {:?}", times[0], times[2_500]);
}
