//! Runs a module in the interpreter and on the machine, on the same arguments, and compares all that can be seen.
#![allow(unsafe_code)] // Calling the code that was just made is the point of this test.

use crate::arm::Arm;
use crate::choices::Choices;
use crate::emulated::{MEMORY, Way};
use crate::program::{ARRAY_LENGTH, PARAMETERS, constant};
use hotloop_abi::{Context, ErrorState, ExceptionClass, HostEntry, Status, exception_text};
use hotloop_codegen::{ENTRY_SUFFIX, Options, Site, Target, compile};
use hotloop_interp::{ArrayDescriptor, Interpreter, Outcome, Scalar, evaluate};
use hotloop_loader::Image;
use hotloop_mir::{Function, MachineType, Module};
use hotloop_simd::Level;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::AtomicU32;

/// What can be seen of a call.
#[derive(Debug)]
pub(crate) struct Seen {
    result: Result<Vec<u64>, String>,
    array: Vec<u64>,
}

/// Runs a module's first function on a list of arguments and an array.
type Run<'a> = Box<dyn Fn(&[Scalar], &[u64]) -> Result<Seen, String> + 'a>;

/// Compares the module's first function on a few lists of arguments, on this machine.
pub(crate) fn compare(module: &Module, numbers: &[u32]) -> Result<(), String> {
    let machines: Result<Vec<Machine>, String> =
        targets().iter().map(|target| Machine::new(module, target)).collect();
    let machines = machines?;
    let runs = machines.iter().map(|machine| -> Run<'_> {
        Box::new(|arguments: &[Scalar], array: &[u64]| Ok(machine.run(arguments, array)))
    });
    compare_runs(module, numbers, &runs.collect::<Vec<_>>())
}

/// The same on an emulated one, where what the first function calls is in another object; with safepoints that do nothing and with such that change registers.
pub(crate) fn compare_emulated(module: &Module, numbers: &[u32], guest: &Path) -> Result<(), String> {
    let alone = |function: &Function| Module { functions: vec![function.clone()] };
    let callees: Vec<Module> = module.functions[1..].iter().map(alone).collect();
    let callees: Vec<&Module> = callees.iter().collect();
    let machine = Arm::with_others(&alone(&module.functions[0]), &callees, guest)?;
    let ways = [false, true].map(|is_interrupted| Way { is_interrupted, ..Way::default() });
    let runs = ways.map(|way| -> Run<'_> {
        let machine = &machine;
        Box::new(move |arguments: &[Scalar], array: &[u64]| run_emulated(machine, way, arguments, array))
    });
    compare_runs(module, numbers, &runs)
}

fn compare_runs(module: &Module, numbers: &[u32], runs: &[Run<'_>]) -> Result<(), String> {
    let mut choices = Choices::new(numbers);
    for round in 0..4 {
        let arguments: Vec<Scalar> = PARAMETERS.iter().map(|ty| constant(&mut choices, *ty)).collect();
        let array: Vec<u64> = (0..ARRAY_LENGTH as u64).map(|element| element * 3 + round).collect();
        let expected = interpret(module, &arguments, &array)?;
        for run in runs {
            let seen = run(&arguments, &array)?;
            if !same(&expected, &seen) {
                return Err(format!("{arguments:?}: interpreter {expected:?}, machine {seen:?}"));
            }
        }
    }
    Ok(())
}

fn run_emulated(machine: &Arm, way: Way, arguments: &[Scalar], array: &[u64]) -> Result<Seen, String> {
    // The descriptor, and the array behind it.
    let mut memory = vec![0, MEMORY + 32, array.len() as u64, 8];
    memory.extend(array);
    let memory: Vec<u8> = memory.iter().flat_map(|word| word.to_le_bytes()).collect();
    let mut words = vec![MEMORY];
    words.extend(arguments.iter().map(|argument| evaluate::bits(*argument)));
    let (result, pieces) = machine.call(way, &words, PARAMETERS.len(), &[(MEMORY, &memory)])?;
    let array = pieces[0][32..].chunks(8);
    let word = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("chunks of eight bytes"));
    Ok(Seen { result, array: array.map(word).collect() })
}

/// What code is made for and runs here.
pub(crate) fn targets() -> &'static [Target] {
    static TARGETS: OnceLock<Vec<Target>> = OnceLock::new();
    TARGETS.get_or_init(|| {
        let wide = |target: Target| {
            let level = Level::of_features(|name| target.has_feature(name));
            target.with_wide_vectors(level.map(Level::vectors))
        };
        let names = ["native", "x86-64-v3", "x86-64-v2"];
        let all = names.into_iter().filter_map(|name| Target::from_name(name).ok());
        let all = all.filter(Target::runs_here).map(wide).chain(Target::host().ok());
        all.collect()
    })
}

/// Which nan an operation gives is not specified.
fn same(a: &Seen, b: &Seen) -> bool {
    let results = match (&a.result, &b.result) {
        (Ok(a), Ok(b)) => {
            let mut pairs = PARAMETERS.iter().zip(a.iter().zip(b));
            a.len() == b.len() && pairs.all(|(ty, (a, b))| a == b || (is_nan(*ty, *a) && is_nan(*ty, *b)))
        }
        (a, b) => a == b,
    };
    results && a.array == b.array
}

pub(crate) fn is_nan(ty: MachineType, bits: u64) -> bool {
    match ty {
        MachineType::F64 => f64::from_bits(bits).is_nan(),
        MachineType::F32 => f32::from_bits(bits as u32).is_nan(),
        MachineType::I1
        | MachineType::I8
        | MachineType::I16
        | MachineType::I32
        | MachineType::I64
        | MachineType::Ptr => false,
    }
}

fn interpret(module: &Module, arguments: &[Scalar], array: &[u64]) -> Result<Seen, String> {
    let mut interpreter = Interpreter::new(module);
    let bytes: Vec<u8> = array.iter().flat_map(|element| element.to_le_bytes()).collect();
    let descriptor = ArrayDescriptor::place(interpreter.memory_mut(), &bytes, &[array.len() as i64], 8);
    let mut all = vec![descriptor.place_words(interpreter.memory_mut())];
    all.extend(arguments);
    let result = match interpreter.call(&module.functions[0].name, &all) {
        Ok(results) => Ok(results.iter().map(|result| evaluate::bits(*result)).collect()),
        Err(Outcome::Raised(raised)) => {
            Err(format!("{} {:?} {} {:?}", raised.class, raised.message(), raised.function, raised.span))
        }
        Err(other) => return Err(format!("the interpreter ended with {other}")),
    };
    let array =
        descriptor.read_scalars(interpreter.memory(), MachineType::I64).map_err(|fault| fault.to_string())?;
    Ok(Seen { result, array: array.iter().map(|element| evaluate::bits(*element)).collect() })
}

/// A loaded module.
pub(crate) struct Machine {
    entry: HostEntry,
    sites: Vec<Site>,
    _image: Image,
}

impl Machine {
    pub(crate) fn new(module: &Module, target: &Target) -> Result<Self, String> {
        let object =
            compile(module.clone(), target, &Options { verify: true }).map_err(|error| error.to_string())?;
        // The flag is never set, so nobody calls `hl_safepoint`, and only compared is what `hl_self` is.
        let resolve = |name: &str| match name {
            "hl_self" | "hl_safepoint" => Some((&raw const UNUSED).cast()),
            mathematics => hotloop_runtime::resolve(mathematics),
        };
        let image = hotloop_loader::load(&object.bytes, &resolve).map_err(|error| error.to_string())?;
        let name = format!("{}{ENTRY_SUFFIX}", module.functions[0].name);
        let entry = image.symbol(&name).ok_or("no entry")?;
        // SAFETY: codegen promises that this symbol is a `HostEntry`.
        let entry: HostEntry = unsafe { std::mem::transmute(entry) };
        Ok(Self { entry, sites: object.sites, _image: image })
    }

    fn run(&self, arguments: &[Scalar], array: &[u64]) -> Seen {
        let mut array = array.to_vec();
        let descriptor = [0, array.as_mut_ptr() as u64, array.len() as u64, 8];
        let mut words = vec![descriptor.as_ptr() as u64];
        words.extend(arguments.iter().map(|argument| evaluate::bits(*argument)));
        let result = self.call(&words, PARAMETERS.len());
        Seen { result, array }
    }

    /// Calls the entry with these words; gives the words of the results, or what was raised.
    pub(crate) fn call(&self, words: &[u64], result_count: usize) -> Result<Vec<u64>, String> {
        let mut results = vec![0; result_count];
        let interrupt = AtomicU32::new(0);
        let mut context = Context {
            stack_limit: 0,
            interrupt: &interrupt,
            thread_index: 0,
            in_parallel: 0,
            error: ErrorState::default(),
            host: std::ptr::null_mut(),
        };
        // SAFETY: the arguments are those of the function, and all they point to outlives the call.
        let status = unsafe { (self.entry)(&mut context, words.as_ptr(), results.as_mut_ptr()) };
        if status == Status::OK { Ok(results) } else { Err(describe(&context.error, &self.sites)) }
    }
}

/// What the import table may point to where nothing is called.
static UNUSED: u64 = 0;

/// The error as the interpreter would describe it.
pub(crate) fn describe(error: &ErrorState, sites: &[Site]) -> String {
    let class = ExceptionClass::by_number(error.class);
    let Some(site) = sites.get(error.site as usize) else { return format!("{class:?} at no site") };
    let payload = &error.payload[..site.payload_words as usize];
    let arguments: Vec<_> = site.arguments.iter().map(|argument| argument.value(payload, &[])).collect();
    let message = class.map_or_else(String::new, |class| exception_text(&class.into(), &arguments));
    let class = class.map_or_else(String::new, |class| format!("{class:?}"));
    format!("{class} {message:?} {} {:?}", site.function, site.span)
}
