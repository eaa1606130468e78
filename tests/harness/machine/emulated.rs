//! A 64-bit ARM, emulated: code for aarch64 is made and linked here, and run there.
//!
//! The machine is a small program of C (`guest.c`) in `qemu-aarch64`, one process a module, which does what it is told through pipes. All addresses in it are
//! given by this side, so it knows nothing of layouts. The object's relocations are applied by the project's own loader. Functions of floats that the code imports are computed here, as those
//! of the platform may round otherwise there. Where a compiler for that machine or the
//! emulator is missing, the tests say so and do nothing else.
#![allow(unsafe_code)] // Reads the bytes of a linked image.

use hotloop_abi::{Context, ErrorState, Status};
use hotloop_codegen::ENTRY_SUFFIX;
use hotloop_loader::{Architecture, place_for};
use hotloop_mir::{MachineType, RuntimeFunction};
use std::cell::RefCell;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

/// The emulator and the compiler.
const TOOLS: [&str; 2] = ["qemu-aarch64", "aarch64-linux-gnu-gcc"];

/// Where images lie in that machine, one in so many bytes; then the call's own words, and what they point to.
const IMAGES: u64 = 0x20_0000_0000;
const IMAGE_BYTES: u64 = 1 << 24;
const CALLS: u64 = 0x28_0000_0000;
/// Where the memory of arguments may lie.
pub(crate) const MEMORY: u64 = 0x30_0000_0000;
const PAGE_BYTES: usize = 4096;

/// What `hl_self` is of the first image, one more of each further one: nothing but a name.
const IMAGE_NAMES: u64 = 0x5e1f_5e1f_0000;

/// What `guest.c` does when told.
#[derive(Clone, Copy)]
#[repr(u64)]
enum Request {
    /// Maps memory at an address, so many bytes.
    Map = 1,
    /// Puts the bytes that follow at an address.
    Write,
    /// Gives the bytes at an address.
    Read,
    /// Unmaps memory.
    Unmap,
    /// Calls a function of three pointers; gives its status, but first asks for the values of functions.
    Call,
    /// Gives the address of an import: `hl_safepoint`, or that function of so many.
    Symbol,
    /// Gives an address in its stack.
    Stack,
    /// Sets the status that `hl_safepoint` gives.
    Status,
}

/// The program that is run in the emulator, or `None` where it cannot be made or run; then that is said, once.
pub(crate) fn guest() -> Option<&'static Path> {
    static GUEST: OnceLock<Option<PathBuf>> = OnceLock::new();
    GUEST.get_or_init(build_guest).as_deref()
}

fn build_guest() -> Option<PathBuf> {
    let is_there = |tool: &&str| Command::new(tool).arg("--version").output().is_ok();
    if let Some(missing) = TOOLS.iter().find(|tool| !is_there(tool)) {
        let what = "code for aarch64 is not run (apt-get install qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross)";
        // Not by `println`, which keeps it for tests that fail. `cargo xtask test` says it once more at its end.
        let _ = writeln!(std::io::stdout(), "\nskipped: no {missing}: {what}");
        return None;
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("harness/machine/guest.c");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let made = folder.join(format!("aarch64-guest-{}", std::process::id()));
    let mut command = Command::new(TOOLS[1]);
    command.args(["-O1", "-Wall", "-Wextra", "-Werror", "-static", "-o"]).arg(&made).arg(source);
    let output = command.output().expect("the compiler was found above");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // Others may run the one that is there, which goes on to be what they run.
    let program = folder.join("aarch64-guest");
    std::fs::rename(made, &program).expect("the folder is for what tests make");
    Some(program)
}

/// Objects, loaded in that machine.
pub(crate) struct Emulated {
    guest: RefCell<Guest>,
    entry: u64,
}

/// How a call is made.
#[derive(Clone, Copy, Default)]
pub(crate) struct Way {
    /// Whether safepoints call `hl_safepoint`, which changes every register that it may.
    pub(crate) is_interrupted: bool,
    /// Whether `hl_safepoint` says that the call ends there.
    pub(crate) stops: bool,
    /// How much of the stack may be used, if that is bounded.
    pub(crate) stack_bytes: Option<u64>,
}

/// What came of a call: the words of the results or what was raised, and the pieces of memory.
pub(crate) type Ended = (Result<Vec<u64>, Box<ErrorState>>, Vec<Vec<u8>>);

impl Emulated {
    /// Loads objects, the last of which may import what the others define, and has the function that is called; `guest` is what [`guest`] gave.
    pub(crate) fn new(objects: &[&[u8]], guest: &Path) -> Result<Self, String> {
        let mut guest = Guest::start(guest)?;
        let mut known: Vec<(String, u64)> = Vec::new();
        let mut entry = None;
        for (number, object) in objects.iter().enumerate() {
            let defined = guest.load(object, number as u64, &known)?;
            entry =
                defined.iter().find(|(name, _)| name.ends_with(ENTRY_SUFFIX)).map(|(_, address)| *address);
            known.extend(defined);
        }
        Ok(Self { guest: RefCell::new(guest), entry: entry.ok_or("no entry")? })
    }

    /// Calls the first function's entry with these words. The pieces of memory lie where they say while it runs, and what is around their pages must not be touched.
    pub(crate) fn call(
        &self,
        way: Way,
        words: &[u64],
        result_count: usize,
        pieces: &[(u64, &[u8])],
    ) -> Result<Ended, String> {
        let mut guest = self.guest.borrow_mut();
        for (address, bytes) in pieces {
            guest.place(*address, bytes)?;
        }
        // One page: the interrupt flag, the context, the arguments and the results.
        let (context_at, words_at, results_at) = (CALLS + 64, CALLS + 1024, CALLS + 2048);
        let stack_limit = match way.stack_bytes {
            Some(bytes) => guest.ask(Request::Stack, [0; 4], &[])? - bytes,
            None => 0,
        };
        let mut page = vec![0; PAGE_BYTES];
        page[0] = u8::from(way.is_interrupted);
        let mut put =
            |at: u64, bytes: &[u8]| page[(at - CALLS) as usize..][..bytes.len()].copy_from_slice(bytes);
        put(context_at, &context_bytes(stack_limit, CALLS));
        words.iter().zip(0..).for_each(|(word, number)| put(words_at + 8 * number, &word.to_le_bytes()));
        guest.place(CALLS, &page)?;
        guest.tell(Request::Status, [u64::from(way.stops), 0, 0, 0], &[])?;
        let status = guest.call([self.entry, context_at, words_at, results_at])?;
        let page = guest.take_back(CALLS, page.len())?;
        let contents: Result<Vec<Vec<u8>>, String> =
            pieces.iter().map(|(address, bytes)| guest.take_back(*address, bytes.len())).collect();
        let result = if Status(status as u32) == Status::OK {
            let results = &page[(results_at - CALLS) as usize..];
            Ok((0..result_count).map(|number| word(results, 8 * number)).collect())
        } else {
            Err(Box::new(error_of(&page[(context_at - CALLS) as usize..])))
        };
        Ok((result, contents?))
    }
}

/// The number of the object that raised, if the error names one.
pub(crate) fn object_of(error: &ErrorState) -> usize {
    error.image.wrapping_sub(IMAGE_NAMES) as usize
}

/// A context as it lies in memory.
fn context_bytes(stack_limit: u64, interrupt: u64) -> Vec<u8> {
    let mut bytes = vec![0; size_of::<Context>()];
    let mut put = |at: usize, word: u64| bytes[at..at + 8].copy_from_slice(&word.to_le_bytes());
    put(Context::STACK_LIMIT_OFFSET, stack_limit);
    put(Context::INTERRUPT_OFFSET, interrupt);
    // As the runtime leaves it where it raises by itself.
    let no_site = Context::ERROR_OFFSET + ErrorState::SITE_OFFSET;
    bytes[no_site..no_site + 4].copy_from_slice(&ErrorState::NO_SITE.to_le_bytes());
    bytes
}

/// The error in a context's bytes.
fn error_of(context: &[u8]) -> ErrorState {
    let error = &context[Context::ERROR_OFFSET..];
    let half = |at: usize| word(error, at) as u32;
    let mut state = ErrorState {
        image: word(error, ErrorState::IMAGE_OFFSET),
        site: half(ErrorState::SITE_OFFSET),
        class: half(ErrorState::CLASS_OFFSET),
        ..ErrorState::default()
    };
    for (number, payload) in state.payload.iter_mut().enumerate() {
        *payload = word(error, ErrorState::PAYLOAD_OFFSET + 8 * number).cast_signed();
    }
    state
}

fn word(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

/// The process.
struct Guest {
    process: Child,
    requests: BufWriter<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// Those that it may ask for.
    functions: Vec<RuntimeFunction>,
}

impl Guest {
    fn start(program: &Path) -> Result<Self, String> {
        let mut command = Command::new(TOOLS[0]);
        command.arg(program).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().map_err(|error| error.to_string())?;
        let requests = BufWriter::with_capacity(1 << 16, process.stdin.take().expect("it was piped"));
        let answers = BufReader::new(process.stdout.take().expect("it was piped"));
        Ok(Self { process, requests, answers, functions: Vec::new() })
    }

    /// Links an object to what is known, and puts it where the image of that number lies; gives the names that it defines.
    fn load(
        &mut self,
        object: &[u8],
        number: u64,
        known: &[(String, u64)],
    ) -> Result<Vec<(String, u64)>, String> {
        let at = IMAGES + number * IMAGE_BYTES;
        let placed = place_for(Architecture::Aarch64, object).map_err(|error| error.to_string())?;
        let mut addresses = known.to_vec();
        addresses.push(("hl_self".to_owned(), IMAGE_NAMES + number));
        for name in placed.imports().filter(|name| !name.is_empty()) {
            if !addresses.iter().any(|(known, _)| known == name) {
                addresses.push((name.to_owned(), self.import(name)?));
            }
        }
        let resolve = |name: &str| {
            let found = addresses.iter().rev().find(|(known, _)| known == name);
            found.map(|(_, address)| std::ptr::without_provenance(*address as usize))
        };
        let image = placed.link(&resolve).map_err(|error| error.to_string())?;
        let base = image.text_range().start;
        // SAFETY: the image's mapping begins with its text, is that long, and may be read; nobody writes to it.
        let bytes = unsafe { std::slice::from_raw_parts(base, image.memory_bytes()) };
        self.place(at, bytes)?;
        let moved = |address: *const u8| at + (address.addr() - base.addr()) as u64;
        Ok(image.symbols().map(|symbol| (symbol.name.to_owned(), moved(symbol.address))).collect())
    }

    /// The address of something that is of no image.
    fn import(&mut self, name: &str) -> Result<u64, String> {
        let function = RuntimeFunction::by_symbol(name).ok_or_else(|| format!("nobody knows {name}"))?;
        let number = self.functions.len() as u64;
        let kind = match function.parameters().first() {
            _ if function == RuntimeFunction::Safepoint => 0,
            Some(MachineType::F64) if function.is_of_floats() => 1,
            Some(MachineType::F32) if function.is_of_floats() => 2,
            Some(_) | None => return Err(format!("{name} is not to be had there")),
        };
        if kind > 0 {
            self.functions.push(function);
        }
        self.ask(Request::Symbol, [kind, number, 0, 0], &[])
    }

    /// Calls a function, and computes what it asks for.
    fn call(&mut self, operands: [u64; 4]) -> Result<u64, String> {
        self.tell(Request::Call, operands, &[])?;
        loop {
            let answer = self.receive(16)?;
            let number = word(&answer, 8);
            if word(&answer, 0) == 0 {
                return Ok(number);
            }
            let arguments = self.receive(16)?;
            let value = value(self.functions[number as usize], [word(&arguments, 0), word(&arguments, 8)]);
            self.requests.write_all(&value.to_le_bytes()).map_err(|_| self.end())?;
        }
    }

    /// Maps the pages that the bytes touch, and puts them there.
    fn place(&mut self, address: u64, bytes: &[u8]) -> Result<(), String> {
        let (first, length) = pages(address, bytes.len());
        self.tell(Request::Map, [first, length, 0, 0], &[])?;
        self.tell(Request::Write, [address, bytes.len() as u64, 0, 0], bytes)
    }

    /// Reads what was placed, and unmaps it.
    fn take_back(&mut self, address: u64, length: usize) -> Result<Vec<u8>, String> {
        self.tell(Request::Read, [address, length as u64, 0, 0], &[])?;
        let bytes = self.receive(length)?;
        let (first, length) = pages(address, length);
        self.tell(Request::Unmap, [first, length, 0, 0], &[])?;
        Ok(bytes)
    }

    fn tell(&mut self, request: Request, operands: [u64; 4], bytes: &[u8]) -> Result<(), String> {
        let words = std::iter::once(request as u64).chain(operands);
        let head: Vec<u8> = words.flat_map(u64::to_le_bytes).collect();
        let written = self.requests.write_all(&head).and_then(|()| self.requests.write_all(bytes));
        written.map_err(|_| self.end())
    }

    fn ask(&mut self, request: Request, operands: [u64; 4], bytes: &[u8]) -> Result<u64, String> {
        self.tell(request, operands, bytes)?;
        Ok(word(&self.receive(8)?, 0))
    }

    fn receive(&mut self, length: usize) -> Result<Vec<u8>, String> {
        let mut bytes = vec![0; length];
        let read = self.requests.flush().and_then(|()| self.answers.read_exact(&mut bytes));
        read.map(|()| bytes).map_err(|_| self.end())
    }

    /// How the process ended, which nobody told it to.
    fn end(&mut self) -> String {
        match self.process.wait() {
            Ok(status) => format!("the emulated machine ended: {status}"),
            Err(error) => error.to_string(),
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        // Nobody else knows of the process, and all that it did was asked for.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a function of floats gives, by bits.
fn value(function: RuntimeFunction, [a, b]: [u64; 2]) -> u64 {
    let address = hotloop_runtime::resolve(function.symbol()).expect("the runtime has all of its functions");
    let double = f64::from_bits;
    let single = |bits: u64| f32::from_bits(bits as u32);
    // SAFETY: the row says what the function takes and gives, and it does nothing else.
    unsafe {
        match (function.parameters()[0], function.parameters().len()) {
            (MachineType::F64, 1) => {
                let function: extern "C" fn(f64) -> f64 = std::mem::transmute(address);
                function(double(a)).to_bits()
            }
            (MachineType::F64, _) => {
                let function: extern "C" fn(f64, f64) -> f64 = std::mem::transmute(address);
                function(double(a), double(b)).to_bits()
            }
            (_, 1) => {
                let function: extern "C" fn(f32) -> f32 = std::mem::transmute(address);
                u64::from(function(single(a)).to_bits())
            }
            (_, _) => {
                let function: extern "C" fn(f32, f32) -> f32 = std::mem::transmute(address);
                u64::from(function(single(a), single(b)).to_bits())
            }
        }
    }
}

/// The first address and the length of the pages that so many bytes touch.
fn pages(address: u64, length: usize) -> (u64, u64) {
    let page = PAGE_BYTES as u64;
    let first = address / page * page;
    (first, (address + length as u64).next_multiple_of(page).max(first + page) - first)
}
